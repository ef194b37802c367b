//! What the doctor is told, and what is misuse.

use std::env;
use std::time::Duration;

use backend::credential::Secret;
use clap::Args;
use hyper::header::{HeaderName, HeaderValue};
use trace::origin::Origin;
use trace::{cookie, settings};

use crate::quantity;

/// Where the signature's secret may stand, so that it is in no list of processes.
const SIGNATURE: &str = "TRACELIGHT_SIGNATURE";
/// Said for no store.
const NONE: &str = "none";
/// Headers that say where a message ends, or that are ours to set.
const OURS: [&str; 6] =
    ["host", "connection", "content-length", "transfer-encoding", "traceparent", "baggage"];

/// What the doctor is told.
#[derive(Args, Debug)]
pub struct Flags {
    /// Address of a page of the server, or of anything else that answers to GET
    #[arg(value_name = "URL", value_parser = address)]
    pub(super) url: String,
    /// Where traces are asked for: Jaeger, Tempo, Zipkin or what speaks like one; none for nowhere
    #[arg(long, value_name = "ADDRESS", default_value = settings::COLLECTOR, value_parser = store)]
    pub(super) store: String,
    /// Where spans go, by OTLP over HTTP [default: the store's address]
    #[arg(long, value_name = "ENDPOINT", value_parser = address)]
    pub(super) send: Option<String>,
    /// Header for the server, 'Name: value'; repeat for more
    #[arg(long = "header", value_name = "HEADER", value_parser = header)]
    pub(super) headers: Vec<Header>,
    /// Header for the store, such as 'Authorization: Bearer …'; repeat for more
    #[arg(long = "store-header", value_name = "HEADER", value_parser = header)]
    pub(super) store_headers: Vec<Header>,
    /// Header for where spans go, when that is another host than the store; repeat for more
    #[arg(long = "send-header", value_name = "HEADER", value_parser = header)]
    pub(super) send_headers: Vec<Header>,
    /// Name of the trace cookie
    #[arg(long, value_name = "NAME", default_value = cookie::NAME, value_parser = cookie_name)]
    pub(super) cookie: String,
    /// Secret with which the trace cookie is signed; else TRACELIGHT_SIGNATURE of the environment
    #[arg(long, value_name = "SECRET", value_parser = secret)]
    pub(super) signature: Option<Secret>,
    /// Header in which the server names its trace, beside those that are known
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(super) answer: String,
    /// How long spans are waited for, such as 20s
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = quantity::duration)]
    pub(super) wait: Duration,
    /// Print JSON, for machines
    #[arg(long)]
    pub(super) json: bool,
}

/// A header that the user gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// In lower case.
    pub(super) name: String,
    /// As it is; never shown.
    pub(super) value: Secret,
}

impl Flags {
    /// The secret of signatures; empty for none.
    pub(super) fn secret(&self) -> String {
        match &self.signature {
            Some(Secret(secret)) => secret.clone(),
            None => env::var(SIGNATURE).unwrap_or_default(),
        }
    }

    /// Where spans go; `None` where none are sent.
    pub(super) fn endpoint(&self) -> Option<&str> {
        let store = Some(&*self.store).filter(|store| !store.is_empty());
        self.send.as_deref().or(store)
    }

    /// Headers for where spans go: those of the store where that is the same host.
    pub(super) fn credentials(&self) -> Vec<Header> {
        let same = self.endpoint().is_some_and(|endpoint| same(endpoint, &self.store));
        let stores = if same { &*self.store_headers } else { &[] };
        self.send_headers.iter().chain(stores).cloned().collect()
    }
}

/// Whether two addresses have one origin.
pub(super) fn same(one: &str, other: &str) -> bool {
    Origin::of(one).is_ok_and(|origin| Origin::of(other) == Ok(origin))
}

fn address(text: &str) -> Result<String, String> {
    let wanted = "wanted an address such as http://localhost:3000/checkout";
    let text = text.trim();
    if Origin::of(text).is_err() || text.parse::<hyper::Uri>().is_err() {
        return Err(wanted.to_owned());
    }
    let authority = text.split('/').nth(2).unwrap_or_default();
    if authority.contains('@') {
        return Err("wanted no name or password in the address: a header can say them".to_owned());
    }
    // What stands behind # is never sent.
    Ok(text.split('#').next().unwrap_or_default().to_owned())
}

fn store(text: &str) -> Result<String, String> {
    if text.is_empty() || text == NONE {
        return Ok(String::new());
    }
    Ok(address(text)?.trim_end_matches('/').to_owned())
}

fn header(text: &str) -> Result<Header, String> {
    let wanted = || "wanted a header such as 'Authorization: Bearer …'".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(wanted)?;
    let name = name.trim().parse::<HeaderName>().map_err(|_| wanted())?;
    let value = value.trim();
    HeaderValue::from_str(value).map_err(|_| wanted())?;
    if OURS.contains(&name.as_str()) {
        return Err(format!("{name} is set by the doctor, wanted another header"));
    }
    Ok(Header { name: name.as_str().to_owned(), value: Secret(value.to_owned()) })
}

fn cookie_name(text: &str) -> Result<String, String> {
    cookie::check(text).map(|()| text.to_owned()).map_err(|error| error.to_string())
}

#[allow(clippy::unnecessary_wraps, reason = "clap wants parsers that may fail")]
fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_a_browser_could_open() {
        assert_eq!(address("http://h:1/a?b#c").unwrap(), "http://h:1/a?b");
        assert_eq!(store("http://h:1/").unwrap(), "http://h:1");
        assert_eq!((store("none").unwrap(), store("").unwrap()), (String::new(), String::new()));
        for text in ["localhost:3000", "ftp://h", "http://", "http://h/a b", "file:///etc"] {
            assert!(address(text).unwrap_err().starts_with("wanted an address"), "{text}");
        }
        assert!(address("http://u:p@h/").unwrap_err().contains("name or password"));
    }

    #[test]
    fn a_header_has_a_name_and_a_value_and_its_value_is_not_shown() {
        let known = header("Authorization:  Bearer a:b ").unwrap();
        assert_eq!((&*known.name, &*known.value.0), ("authorization", "Bearer a:b"));
        assert!(!format!("{known:?}").contains("Bearer"));
        for text in ["Authorization", ": x", "a b: c", "a: b\nc: d"] {
            assert!(header(text).unwrap_err().starts_with("wanted a header"), "{text}");
        }
        assert!(header("Traceparent: 00").unwrap_err().contains("set by the doctor"));
    }
}
