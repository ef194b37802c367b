//! Which web pages may talk to us. A browser says in `Origin` who asks; a request without one does
//! not come from a page's script.
//!
//! The query API answers our extension and our own pages only: those that were loaded under the very
//! name that the request calls us by, which the door has found to be one of ours. Ingest also answers pages served
//! from this machine, so that the SDK of a page under development can export. Nobody else: a page
//! of the open web must neither read traces nor write them.

use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};

/// The Chromium extension's id, which the `key` in its manifest fixes.
pub const EXTENSION_ID: &str = "ifcjcnfcepacdobnmpfbjnnlablppkmc";

/// What of us is being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Reading traces.
    Query,
    /// Writing them.
    Ingest,
}

/// What a request's `Origin` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is none: no page's script asks.
    Absent,
    /// It may; answers must name it.
    Allowed(HeaderValue),
    /// It may not.
    Refused(String),
}

/// Who may ask.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    port: u16,
    extensions: Vec<String>,
}

impl Origins {
    pub(crate) fn new(port: u16, extensions: Vec<String>) -> Self {
        Self { port, extensions }
    }

    pub(crate) fn judge(&self, headers: &HeaderMap, door: Door) -> Verdict {
        let mut given = headers.get_all(ORIGIN).iter();
        let Some(origin) = given.next() else { return Verdict::Absent };
        let text = origin.to_str().unwrap_or_default();
        let called = headers.get(HOST).and_then(|host| host.to_str().ok());
        let ours = text.strip_prefix("http://").is_some_and(|name| called == Some(name));
        if given.next().is_none() && (ours || self.allows(text, door)) {
            return Verdict::Allowed(origin.clone());
        }
        Verdict::Refused(text.to_owned())
    }

    fn allows(&self, origin: &str, door: Door) -> bool {
        let Some((scheme, rest)) = origin.split_once("://") else { return false };
        match scheme {
            "chrome-extension" => self.extensions.iter().any(|id| id == rest),
            // Firefox draws an extension's id anew for every profile, so there is none to compare.
            "moz-extension" => is_uuid(rest),
            "http" | "https" => {
                let Some(port) = loopback_port(rest) else { return false };
                let own = scheme == "http" && port == Some(self.port);
                own || door == Door::Ingest
            }
            _ => false,
        }
    }
}

/// The port of a loopback host, `Some(None)` for the scheme's own; `None` for another host.
fn loopback_port(authority: &str) -> Option<Option<u16>> {
    let names = ["127.0.0.1", "localhost", "[::1]"];
    let rest = names.iter().find_map(|name| authority.strip_prefix(name))?;
    match rest.strip_prefix(':') {
        None => rest.is_empty().then_some(None),
        Some(port) => port.parse().ok().map(Some),
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(origin: &str, door: Door) -> Verdict {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        Origins::new(4318, vec![EXTENSION_ID.to_owned()]).judge(&headers, door)
    }

    fn allowed(origin: &str, door: Door) -> bool {
        judge(origin, door) == Verdict::Allowed(HeaderValue::from_str(origin).unwrap())
    }

    #[test]
    fn our_extension_and_our_own_pages_may_ask_and_write() {
        for origin in [
            "chrome-extension://ifcjcnfcepacdobnmpfbjnnlablppkmc",
            "moz-extension://0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            "http://127.0.0.1:4318",
            "http://localhost:4318",
            "http://[::1]:4318",
        ] {
            assert!(allowed(origin, Door::Query), "{origin}");
            assert!(allowed(origin, Door::Ingest), "{origin}");
        }
    }

    #[test]
    fn pages_of_this_machine_may_write_and_not_read() {
        for origin in ["http://localhost:3000", "https://localhost", "http://127.0.0.1:8080"] {
            assert!(allowed(origin, Door::Ingest), "{origin}");
            assert!(!allowed(origin, Door::Query), "{origin}");
        }
    }

    #[test]
    fn everybody_else_may_do_nothing() {
        for origin in [
            "null",
            "http://attacker.example",
            "https://127.0.0.1.attacker.example",
            "http://localhost.attacker.example:4318",
            "http://attacker@localhost:4318",
            "http://localhost:4318/",
            "http://localhost:99999",
            "http://LOCALHOST:4318",
            "http://127.0.0.2:4318",
            "http://0.0.0.0:4318",
            "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "chrome-extension://ifcjcnfcepacdobnmpfbjnnlablppkmc.attacker.example",
            "moz-extension://attacker.example",
            "moz-extension://0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1fg",
            "file://",
            "",
        ] {
            assert!(!allowed(origin, Door::Query), "{origin}");
            assert!(!allowed(origin, Door::Ingest), "{origin}");
        }
        assert_eq!(
            Origins::new(4318, Vec::new()).judge(&HeaderMap::new(), Door::Query),
            Verdict::Absent
        );
    }

    #[test]
    fn a_page_that_was_loaded_under_the_name_that_it_calls_us_by_is_our_own() {
        let origins = Origins::new(4318, Vec::new());
        for (origin, own) in [
            ("http://box:4318", true),
            ("http://box", false),
            ("https://box:4318", false),
            ("http://other:4318", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("box:4318"));
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
            let verdict = origins.judge(&headers, Door::Query);
            assert_eq!(matches!(verdict, Verdict::Allowed(_)), own, "{origin}");
        }
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(ORIGIN, HeaderValue::from_static("http://127.0.0.1:4318"));
        headers.append(ORIGIN, HeaderValue::from_static("http://127.0.0.1:4318"));
        let verdict = Origins::new(4318, Vec::new()).judge(&headers, Door::Query);
        assert!(matches!(verdict, Verdict::Refused(_)));
    }
}
