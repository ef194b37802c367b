//! The module that reads and writes files, in a worker of its own (`files.js`). A worker does one job
//! and ends with it; so does its memory.

use bridge::file::{Order, Preview, Progress, Report, Share};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use trace::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::call;
use crate::js::{get, global, set};
use crate::{Error, js};

/// Its name, for errors.
const NAME: &str = "files.js";

/// A job in a worker of its own. The worker ends when this is dropped.
#[derive(Debug)]
struct Job(JsValue);

impl Job {
    async fn begin(kind: &str) -> Result<Self, Error> {
        let worker = worker().map_err(|error| Error::new(NAME, &error))?;
        let job = Self(worker);
        job.ask(&[&kind.into()]).await?;
        Ok(job)
    }

    /// Calls a function of the job, and waits for what it answers. One call at a time: whoever
    /// holds the job waits for each.
    async fn ask(&self, words: &[&JsValue]) -> Result<JsValue, Error> {
        let failed = |error: JsValue| Error::new(NAME, &error);
        let message = words.iter().copied().collect::<Array>();
        let answered = self.answer();
        js::call(&self.0, "postMessage", &[&message]).map_err(failed)?;
        let event = JsFuture::from(answered).await.map_err(failed)?;
        let data = get(&event, "data").map_err(failed)?.unchecked_into::<Array>();
        if data.get(0).is_truthy() { Ok(data.get(1)) } else { Err(failed(data.get(1))) }
    }

    /// The next message of the worker.
    fn answer(&self) -> Promise {
        Promise::new(&mut |resolve, reject| {
            let _no_answer = set(&self.0, "onmessage", &resolve);
            // A script that cannot be loaded says nothing more.
            let lost = Closure::once_into_js(move || {
                let text = JsValue::from_str("it cannot be loaded, or it ran out of memory");
                reject.call1(&JsValue::NULL, &text)
            });
            let _no_answer = set(&self.0, "onerror", &lost);
        })
    }

    async fn text(&self, words: &[&JsValue]) -> Result<String, Error> {
        Ok(self.ask(words).await?.as_string().unwrap_or_default())
    }

    async fn read<T: DeserializeOwned>(&self, words: &[&JsValue]) -> Result<T, Error> {
        call::read(NAME, &self.text(words).await?)
    }

    async fn push(&self, bytes: &[u8]) -> Result<bool, Error> {
        Ok(self.ask(&[&"push".into(), &Uint8Array::from(bytes)]).await?.is_truthy())
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let _ended = js::call(&self.0, "terminate", &[]);
    }
}

fn worker() -> Result<JsValue, JsValue> {
    let how = Object::new();
    set(&how, "type", &"module".into())?;
    let class = global("Worker")?.unchecked_into::<Function>();
    Reflect::construct(&class, &Array::of2(&NAME.into(), &how))
}

/// A file that is being read by the module.
#[derive(Debug)]
pub struct Reader(Job);

impl Reader {
    /// Begins to read.
    ///
    /// # Errors
    /// When the module cannot be loaded.
    pub async fn begin() -> Result<Self, Error> {
        Job::begin("Reading").await.map(Self)
    }

    /// Hands over the next piece of the file. Whether there was room for it.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn push(&self, piece: &[u8]) -> Result<bool, Error> {
        self.0.push(piece).await
    }

    /// Has it find out what the file is. `Some` is what is wrong with it.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn open(&self) -> Result<Option<String>, Error> {
        Ok(self.0.ask(&[&"open".into()]).await?.as_string())
    }

    /// Has it read on.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn step(&self) -> Result<Progress, Error> {
        self.0.read(&[&"step".into()]).await
    }

    /// The next spans of a file that is read to its end, as OTLP protobuf; empty when all were given.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn take(&self) -> Result<Vec<u8>, Error> {
        self.0.ask(&[&"take".into()]).await.map(js::bytes)
    }

    /// What the file was.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn report(&self) -> Result<Report, Error> {
        self.0.read(&[&"report".into()]).await
    }
}

/// Spans that are being written by the module.
#[derive(Debug)]
pub struct Writer(Job);

impl Writer {
    /// Begins to write.
    ///
    /// # Errors
    /// When the module cannot be loaded.
    pub async fn begin() -> Result<Self, Error> {
        Job::begin("Writing").await.map(Self)
    }

    /// Hands over spans as OTLP protobuf. Whether all of it was.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn push(&self, spans: &[u8]) -> Result<bool, Error> {
        self.0.push(spans).await
    }

    /// Has them written.
    ///
    /// # Errors
    /// Why there is nothing to write, or that the module has died.
    pub async fn write(&self, order: &Order) -> Result<Written, Error> {
        self.0.ask(&[&"write".into(), &json::write(order).into()]).await.map(Written)
    }

    /// Asks what would be taken out of a file that is shared.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn preview(&self, how: &Share) -> Result<Preview, Error> {
        self.0.read(&[&"preview".into(), &json::write(how).into()]).await
    }

    /// Has a file written to be shared.
    ///
    /// # Errors
    /// When the module has died.
    pub async fn share(&self, how: &Share) -> Result<Written, Error> {
        self.0.ask(&[&"share".into(), &json::write(how).into()]).await.map(Written)
    }
}

/// A text that was written. It may be large, so it stays with the browser.
#[derive(Clone, Debug)]
pub struct Written(pub(crate) JsValue);

impl Written {
    /// The text itself.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.as_string().unwrap_or_default()
    }
}
