//! Serves the dashboard at our own address: the built extension's files, to whoever may ask us.
//!
//! A name is taken only as it is written there, letter by letter, so no spelling leads out of the
//! folder; what its links lead to must lie within it as well.

use std::path::{Path, PathBuf};
use std::{fs, io};

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

use crate::fault::Fault;
use crate::reply::{self, Reply};

/// Where `/` leads.
const START: &str = "app.html?view=dashboard&tab=sessions";
/// What the pages may do: run our scripts and modules, and ask us. Nobody may put them in a frame.
/// The style of an element is data where charts are drawn.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; \
    worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The folder that the dashboard lies in.
#[derive(Clone, Debug)]
pub(crate) struct Dashboard {
    folder: Option<PathBuf>,
}

impl Dashboard {
    /// Without a folder there is no dashboard, which is said to who asks for it.
    ///
    /// # Errors
    /// When the folder or its page cannot be found.
    pub(crate) fn open(folder: Option<&Path>) -> io::Result<Self> {
        let Some(folder) = folder else { return Ok(Self { folder: None }) };
        let folder = folder.canonicalize()?;
        fs::metadata(folder.join("app.html"))?;
        Ok(Self { folder: Some(folder) })
    }

    /// Answers for a path that is nobody else's; `None` where it names nothing of the dashboard.
    pub(crate) async fn answer(&self, path: &str) -> Option<Result<Reply, Fault>> {
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None if path == "/" => {
                return Some(Err(Fault::not_found(
                    "this collector has no dashboard: start it with --dashboard and the folder of the \
                 built extension",
                )));
            }
            None => return None,
        };
        if path == "/" {
            let mut reply = reply::whole(StatusCode::FOUND, "text/plain", "");
            reply.headers_mut().insert(LOCATION, HeaderValue::from_static(START));
            return Some(Ok(reply));
        }
        let (name, kind) = named(path)?;
        let name = name.to_owned();
        let read = tokio::task::spawn_blocking(move || read(&folder, &name)).await;
        match read {
            Ok(Ok(bytes)) => Some(Ok(file(kind, bytes))),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Ok(Err(error)) => Some(Err(Fault::broken(format!("cannot read a file: {error}")))),
            Err(error) => Some(Err(Fault::broken(format!("cannot read a file: {error}")))),
        }
    }
}

/// The file that a path names, and its type: plain words with points between slashes, of a type
/// that pages are made of.
fn named(path: &str) -> Option<(&str, &'static str)> {
    let name = path.strip_prefix('/')?;
    let plain = |part: &str| {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(word)
    };
    if !name.split('/').all(plain) {
        return None;
    }
    let kind = match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => return None,
    };
    Some((name, kind))
}

/// Reads a file, if it lies in the folder.
fn read(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let path = folder.join(name).canonicalize()?;
    if !path.starts_with(folder) || !path.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    fs::read(path)
}

fn file(kind: &'static str, bytes: impl Into<Bytes>) -> Reply {
    let mut reply = reply::whole(StatusCode::OK, kind, bytes);
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (OPENER, "same-origin"),
        (RESOURCE, "same-origin"),
        // The next build has other files under the same names.
        (CACHE_CONTROL, "no-cache"),
    ] {
        reply.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn only_plain_names_of_known_types_are_files() {
        assert_eq!(named("/app.html"), Some(("app.html", "text/html; charset=utf-8")));
        assert_eq!(named("/css/chart.css").map(|(name, _)| name), Some("css/chart.css"));
        for path in [
            "/",
            "//app.html",
            "/../app.html",
            "/css/../app.html",
            "/css/./app.html",
            "/.git/app.html",
            "/%2e%2e/app.html",
            "/css%2fchart.css",
            "/css\\chart.css",
            "/c:/app.html",
            "/app.html/",
            "/app.html\0.css",
            "/manifest.json",
            "/traces.db",
            "/html",
            "app.html",
        ] {
            assert_eq!(named(path), None, "{path}");
        }
    }
}
