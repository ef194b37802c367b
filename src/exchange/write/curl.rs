//! A request as a command of cURL for a POSIX shell. Everything is in single quotes, where a shell
//! expands nothing; cURL itself is told to take the URL as it stands.

use trace::Span;
use trace::attribute::{Value, key};

/// Why a span has no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRequest {
    /// It says no URL.
    Url,
    /// Its URL is not one of http or https, or has characters that no URL has.
    Scheme,
    /// Its method is no token.
    Method,
}

impl std::fmt::Display for NoRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Url => "span has no URL, wanted url.full",
            Self::Scheme => "URL is not one that can be asked for again, wanted http or https",
            Self::Method => "method is none, wanted letters",
        })
    }
}

impl std::error::Error for NoRequest {}

/// The command that makes a span's request again, with the headers that it knows.
///
/// # Errors
/// When the span is no request, or one that must not be put into a shell.
pub fn curl(span: &Span) -> Result<String, NoRequest> {
    let text = |names: [&str; 2]| names.iter().find_map(|name| span.text(name));
    let url = text([key::URL_FULL, "http.url"]).ok_or(NoRequest::Url)?;
    let begins = |scheme: &str| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let odd = |letter: char| letter.is_control() || super::is_hidden(letter);
    if !(begins("http://") || begins("https://")) || url.contains(odd) {
        return Err(NoRequest::Scheme);
    }
    let method = text([key::HTTP_REQUEST_METHOD, "http.method"]).unwrap_or("GET");
    if !is_token(method) {
        return Err(NoRequest::Method);
    }
    let mut command = "curl --globoff".to_owned();
    match method {
        "GET" => {}
        "HEAD" => command.push_str(" --head"),
        _ => command.push_str(&format!(" --request {}", quoted(method))),
    }
    for (name, value) in &span.attributes {
        if let Some(name) = name.strip_prefix(key::REQUEST_HEADER).filter(|name| is_token(name)) {
            for value in values(value).iter().filter(|value| !value.contains(odd)) {
                command
                    .push_str(&format!(" \\\n  --header {}", quoted(&format!("{name}: {value}"))));
            }
        }
    }
    command.push_str(&format!(" \\\n  --url {}", quoted(url)));
    Ok(command)
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::List(values) => values.iter().map(ToString::to_string).collect(),
        value => vec![value.to_string()],
    }
}

/// A method or the name of a header (RFC 9110, 5.6.2).
fn is_token(text: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(token)
}

/// A word for a shell: single quotes, and one of them as `'\''`.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
