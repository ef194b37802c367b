//! What older formats say in tags and OpenTelemetry says in fields: kind, status, scope, state. Names
//! and order are those of OpenTelemetry's own exporters to Jaeger and Zipkin.

use trace::attribute::{Attributes, Value};
use trace::{Kind, Scope, Status};

pub(crate) const KIND: &str = "span.kind";
pub(crate) const ERROR: &str = "error";
pub(crate) const STATUS: &str = "otel.status_code";
pub(crate) const MESSAGE: &str = "otel.status_description";
pub(crate) const SCOPE: &str = "otel.scope.name";
pub(crate) const VERSION: &str = "otel.scope.version";
pub(crate) const STATE: &str = "w3c.tracestate";

/// The names of the kinds.
const KINDS: [(&str, Kind); 5] = [
    ("internal", Kind::Internal),
    ("server", Kind::Server),
    ("client", Kind::Client),
    ("producer", Kind::Producer),
    ("consumer", Kind::Consumer),
];

/// A kind by its name, in either case.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind)
}

/// A kind's name; `None` where it is not said.
pub(crate) fn name(kind: Kind) -> Option<&'static str> {
    KINDS.iter().find(|(_, known)| *known == kind).map(|(name, _)| *name)
}

/// Takes the kind out of tags. One that nobody knows stays there.
pub(crate) fn take_kind(tags: &mut Attributes) -> Option<Kind> {
    let kind = kind(tags.get(KIND)?.as_text()?)?;
    tags.remove(KIND);
    Some(kind)
}

/// Takes the status out of tags.
pub(crate) fn take_status(tags: &mut Attributes) -> Status {
    let message = take_text(tags, MESSAGE).unwrap_or_default();
    let code = tags.get(STATUS).and_then(Value::as_text).map(str::to_ascii_uppercase);
    let error = tags.get(ERROR).map(ToString::to_string);
    match (code.as_deref(), error.as_deref()) {
        (Some("ERROR"), _) => {
            tags.remove(STATUS);
            tags.retain(|name, value| name != ERROR || value.to_string() != "true");
            Status::Error(message)
        }
        (Some("OK"), _) => {
            tags.remove(STATUS);
            Status::Ok
        }
        // VictoriaTraces says the status of each span so.
        (_, Some("unset")) => {
            tags.remove(ERROR);
            Status::Unset
        }
        (_, None | Some("false")) => Status::Unset,
        // Zipkin: "if present, the span failed"; the value may be a message.
        (_, Some("true" | "")) => {
            tags.remove(ERROR);
            Status::Error(message)
        }
        (_, Some(said)) => {
            Status::Error(if message.is_empty() { said.to_owned() } else { message })
        }
    }
}

/// Takes the scope out of tags.
pub(crate) fn take_scope(tags: &mut Attributes) -> Scope {
    let name = take_text(tags, SCOPE).or_else(|| take_text(tags, "otel.library.name"));
    let version = take_text(tags, VERSION).or_else(|| take_text(tags, "otel.library.version"));
    Scope {
        name: name.unwrap_or_default(),
        version: version.unwrap_or_default(),
        ..Scope::default()
    }
}

/// Takes a text out of tags.
pub(crate) fn take_text(tags: &mut Attributes, name: &str) -> Option<String> {
    match tags.remove(name)? {
        Value::Text(text) => Some(text),
        other => {
            tags.insert(name.to_owned(), other);
            None
        }
    }
}

/// Puts into tags what has no other place there.
pub(crate) fn put(kind: Kind, status: &Status, scope: &Scope, state: &str, tags: &mut Attributes) {
    let mut put = |name: &str, value: Value| tags.insert(name.to_owned(), value);
    if let Some(name) = name(kind) {
        put(KIND, name.into());
    }
    match status {
        Status::Unset => {}
        Status::Ok => put(STATUS, "OK".into()),
        Status::Error(message) => {
            put(STATUS, "ERROR".into());
            put(ERROR, true.into());
            if !message.is_empty() {
                put(MESSAGE, message.as_str().into());
            }
        }
    }
    for (name, text) in [(SCOPE, &*scope.name), (VERSION, &*scope.version), (STATE, state)] {
        if !text.is_empty() {
            put(name, text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Attributes {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
    }

    #[test]
    fn what_is_put_is_taken_again() {
        let scope = Scope { name: "http".into(), version: "1".into(), ..Scope::default() };
        for status in [Status::Unset, Status::Ok, Status::Error(String::new())] {
            let mut all = tags(&[("http.route", "/")]);
            put(Kind::Producer, &status, &scope, "a=b", &mut all);
            assert_eq!(take_kind(&mut all), Some(Kind::Producer));
            assert_eq!(take_status(&mut all), status);
            assert_eq!(take_scope(&mut all), scope);
            assert_eq!(take_text(&mut all, STATE).as_deref(), Some("a=b"));
            assert_eq!(all, tags(&[("http.route", "/")]));
        }
    }

    #[test]
    fn an_error_is_known_in_every_way_it_is_said() {
        let status = |pairs: &[(&str, &str)]| take_status(&mut tags(pairs));
        assert_eq!(status(&[("error", "true")]), Status::Error(String::new()));
        assert_eq!(status(&[("error", "timeout")]), Status::Error("timeout".into()));
        assert_eq!(status(&[("error", "unset")]), Status::Unset);
        assert_eq!(status(&[("error", "false")]), Status::Unset);
        assert_eq!(status(&[("otel.status_code", "error")]), Status::Error(String::new()));
        assert_eq!(take_kind(&mut tags(&[("span.kind", "weird")])), None);
    }
}
