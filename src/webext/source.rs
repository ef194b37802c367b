//! Files that the user hands over: dropped, pasted or chosen. Read in pieces, so that none has to
//! fit into one text.

use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::js::{bytes, call, get, global, set, settled};
use crate::{Error, Listening};

const READ: &str = "Blob.arrayBuffer";
const UNPACK: &str = "DecompressionStream";
/// Bytes that are unpacked at once.
const PACKED: u32 = 16 << 10;

/// A file, or a text that is as good as one.
#[derive(Clone, Debug)]
pub struct Source {
    blob: JsValue,
    /// What it is called; nobody's word for what it is.
    pub name: String,
    /// Its size, bytes.
    pub size: u64,
}

impl Source {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole")]
    fn of(blob: JsValue) -> Option<Self> {
        let name = get(&blob, "name").ok().and_then(|name| name.as_string()).unwrap_or_default();
        let size = get(&blob, "size").ok()?.as_f64()? as u64;
        Some(Self { blob, name, size })
    }

    /// The browser's object for it.
    pub(crate) fn value(&self) -> JsValue {
        self.blob.clone()
    }

    /// A text as a file.
    fn text(text: &JsValue, name: &str) -> Option<Self> {
        let class = global("Blob").ok()?.unchecked_into::<Function>();
        let blob = Reflect::construct(&class, &Array::of1(&Array::of1(text))).ok()?;
        set(&blob, "name", &name.into()).ok()?;
        Self::of(blob)
    }

    /// The bytes from one place to before another.
    ///
    /// # Errors
    /// When the file cannot be read, for instance because it is a folder or has changed.
    pub async fn piece(&self, from: u64, to: u64) -> Result<Vec<u8>, Error> {
        #[allow(clippy::cast_precision_loss, reason = "sizes fit in 53 bits")]
        let ends = [from, to].map(|at| JsValue::from_f64(at as f64));
        let begun = call(&self.blob, "slice", &[&ends[0], &ends[1]])
            .and_then(|part| call(&part, "arrayBuffer", &[]));
        settled(READ, begun).await.map(bytes)
    }

    /// Begins to undo the gzip that it is packed with.
    ///
    /// # Errors
    /// When the browser cannot.
    pub fn unpack(&self) -> Result<Unpacked, Error> {
        let begin = || {
            let class = global("DecompressionStream")?.unchecked_into::<Function>();
            let stream = Reflect::construct(&class, &Array::of1(&"gzip".into()))?;
            let packed = call(&self.blob, "stream", &[])?;
            let packed = call(&packed, "pipeThrough", &[&cutter()?])?;
            let plain = call(&packed, "pipeThrough", &[&stream])?;
            call(&plain, "getReader", &[])
        };
        begin().map(Unpacked).map_err(|error| Error::new(UNPACK, &error))
    }
}

/// Cuts what goes through it: the browser unpacks a piece in one task and into memory, and gzip may
/// make a thousand times as much of it.
fn cutter() -> Result<JsValue, JsValue> {
    let cut = |piece: Uint8Array, to: JsValue| -> Result<(), JsValue> {
        let size = piece.length();
        for from in (0..size).step_by(PACKED as usize) {
            let part = piece.subarray(from, size.min(from.saturating_add(PACKED)));
            call(&to, "enqueue", &[&part])?;
        }
        Ok(())
    };
    // The stream may outlive whoever reads it, so it holds this itself.
    let cut = Closure::<dyn Fn(Uint8Array, JsValue) -> Result<(), JsValue>>::new(cut);
    let how = Object::new();
    set(&how, "transform", &cut.into_js_value())?;
    let class = global("TransformStream")?.unchecked_into::<Function>();
    Reflect::construct(&class, &Array::of1(&how))
}

/// A file that is being unpacked. It ends when this is dropped.
#[derive(Debug)]
pub struct Unpacked(JsValue);

impl Unpacked {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When what is packed is broken or cut short.
    pub async fn next(&self) -> Result<Option<Vec<u8>>, Error> {
        let piece = settled(UNPACK, call(&self.0, "read", &[])).await?;
        let value = get(&piece, "value").map_err(|error| Error::new(UNPACK, &error))?;
        Ok((!value.is_undefined()).then(|| bytes(value)))
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        let _ended = call(&self.0, "cancel", &[]);
    }
}

/// What a user does with files above a page.
#[derive(Clone, Debug)]
pub enum Hand {
    /// He holds some above it, or no longer.
    Over(bool),
    /// He hands some over.
    Gives(Vec<Source>),
}

/// Hears what is dropped onto the page or pasted into it, until dropped. Text that is pasted into a
/// field stays there, and only text that may be JSON counts.
#[must_use]
pub fn listen(hear: impl Fn(Hand) + 'static) -> Listening {
    let hear: Rc<dyn Fn(Hand)> = Rc::new(hear);
    let all = ["dragenter", "dragover", "dragleave", "drop", "paste"].map(|name| {
        let hear = Rc::clone(&hear);
        let listener = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            // What is no file is the browser's to handle.
            if let Ok(Some(hand)) = meant(name, &event) {
                hear(hand);
            }
        });
        let _not_heard =
            call(&js_sys::global(), "addEventListener", &[&name.into(), listener.as_ref()]);
        (name, listener)
    });
    Listening::new(move || {
        for (name, listener) in &all {
            let words = [&JsValue::from(*name), listener.as_ref()];
            let _gone = call(&js_sys::global(), "removeEventListener", &words);
        }
    })
}

fn meant(name: &str, event: &JsValue) -> Result<Option<Hand>, JsValue> {
    if name == "paste" {
        return pasted(event);
    }
    let data = get(event, "dataTransfer")?;
    let types = get(&data, "types")?.unchecked_into::<Array>();
    if !types.includes(&"Files".into(), 0) {
        return Ok(None);
    }
    // Otherwise the browser goes to the file.
    call(event, "preventDefault", &[])?;
    Ok(match name {
        "drop" => Some(Hand::Gives(sources(&get(&data, "files")?))),
        // It is also said when the pointer goes from one part of the page to another.
        "dragleave" => get(event, "relatedTarget")?.is_null().then_some(Hand::Over(false)),
        _ => {
            set(&data, "dropEffect", &"copy".into())?;
            Some(Hand::Over(true))
        }
    })
}

fn pasted(event: &JsValue) -> Result<Option<Hand>, JsValue> {
    let data = get(event, "clipboardData")?;
    let files = sources(&get(&data, "files")?);
    if !files.is_empty() {
        call(event, "preventDefault", &[])?;
        return Ok(Some(Hand::Gives(files)));
    }
    let field = call(&get(event, "target")?, "closest", &[&"input, textarea".into()])?;
    let text = call(&data, "getData", &[&"text/plain".into()])?;
    let trimmed = text.as_string().unwrap_or_default();
    if !field.is_null() || !trimmed.trim_start().starts_with(['{', '[']) {
        return Ok(None);
    }
    call(event, "preventDefault", &[])?;
    Ok(Source::text(&text, "Clipboard").map(|source| Hand::Gives(vec![source])))
}

pub(crate) fn sources(files: &JsValue) -> Vec<Source> {
    Array::from(files).iter().filter_map(Source::of).collect()
}

/// Lets the user choose files, in the browser's own dialog; must be called in the turn of a click.
/// Nothing is heard where he chooses none.
///
/// # Errors
/// When the browser refuses.
pub fn choose(hear: impl FnOnce(Vec<Source>) + 'static) -> Result<(), Error> {
    begin_choice(hear).map_err(|error| Error::new("input.click", &error))
}

fn begin_choice(hear: impl FnOnce(Vec<Source>) + 'static) -> Result<(), JsValue> {
    let input = call(&global("document")?, "createElement", &[&"input".into()])?;
    set(&input, "type", &"file".into())?;
    set(&input, "multiple", &JsValue::TRUE)?;
    // It is held by the input, which goes with it.
    let chosen = input.clone();
    let listener = Closure::once_into_js(move || {
        hear(get(&chosen, "files").map(|files| sources(&files)).unwrap_or_default());
    });
    set(&input, "onchange", &listener)?;
    call(&input, "click", &[]).map(drop)
}

/// Offers bytes or text to the user as a file to download.
///
/// # Errors
/// When the browser refuses.
pub fn save(name: &str, parts: Parts<'_>) -> Result<(), Error> {
    let parts: Array = match parts {
        Parts::Bytes(all) => all.iter().map(|bytes| Uint8Array::from(bytes.as_slice())).collect(),
        Parts::Written(written) => Array::of1(&written.0),
    };
    let offered = global("Blob").and_then(|class| {
        let blob = Reflect::construct(&class.unchecked_into::<Function>(), &Array::of1(&parts))?;
        offer(name, &blob)
    });
    offered.map_err(|error| Error::new("a.download", &error))
}

/// What a file is made of.
#[derive(Clone, Copy, Debug)]
pub enum Parts<'a> {
    /// Bytes.
    Bytes(&'a [Vec<u8>]),
    /// What the module wrote.
    Written(&'a crate::files::Written),
}

/// Offers a file to the user.
pub(crate) fn offer(name: &str, blob: &JsValue) -> Result<(), JsValue> {
    let url = global("URL")?;
    let address = call(&url, "createObjectURL", &[blob])?;
    let link = call(&global("document")?, "createElement", &[&"a".into()])?;
    set(&link, "href", &address)?;
    set(&link, "download", &name.into())?;
    call(&link, "click", &[])?;
    call(&url, "revokeObjectURL", &[&address]).map(drop)
}

/// Paints a drawing (SVG) and offers it as a PNG file.
///
/// # Errors
/// When the browser cannot paint it, for instance because it is too large.
pub async fn paint(name: &str, drawing: &crate::files::Written) -> Result<(), Error> {
    let call_name = "canvas.toBlob";
    let failed = |error: JsValue| Error::new(call_name, &error);
    let image = image(&drawing.text()).map_err(failed)?;
    settled("Image.decode", call(&image, "decode", &[])).await?;
    let blob = settled(call_name, painted(&image).map(JsValue::from)).await?;
    if blob.is_null() {
        return Err(Error::found(call_name, "the picture is too large to be painted"));
    }
    offer(name, &blob).map_err(failed)
}

fn image(drawing: &str) -> Result<JsValue, JsValue> {
    let class = global("Image")?.unchecked_into::<Function>();
    let image = Reflect::construct(&class, &Array::new())?;
    // Not the address of a blob: pages of extensions may load images from data alone.
    let text = js_sys::encode_uri_component(drawing);
    set(&image, "src", &format!("data:image/svg+xml,{}", String::from(text)).into())?;
    Ok(image)
}

fn painted(image: &JsValue) -> Result<Promise, JsValue> {
    /// Pixels of a side that every browser's canvas has.
    const MOST: f64 = 16_384.0;
    let size = |name| Ok::<f64, JsValue>(get(image, name)?.as_f64().unwrap_or_default());
    let (width, height) = (size("width")?, size("height")?);
    // Twice as fine as it is large, where that fits: it is looked at on fine screens.
    let scale = (MOST / width.max(height).max(1.0)).min(2.0);
    let canvas = call(&global("document")?, "createElement", &[&"canvas".into()])?;
    let (wide, high) = (JsValue::from_f64(width * scale), JsValue::from_f64(height * scale));
    set(&canvas, "width", &wide)?;
    set(&canvas, "height", &high)?;
    let context = call(&canvas, "getContext", &[&"2d".into()])?;
    let zero = JsValue::from_f64(0.0);
    call(&context, "drawImage", &[image, &zero, &zero, &wide, &high])?;
    Ok(Promise::new(&mut |resolve, _| {
        let _not_painted = call(&canvas, "toBlob", &[&resolve, &"image/png".into()]);
    }))
}
