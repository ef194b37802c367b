//! Traced requests as what is filtered: the lists of the dashboard speak the language of the traces.

use std::borrow::Cow;

use super::language::{Field, Language, Type};
use super::{Bits, Facet, Needle, Subject, Texts};
use crate::Value;
use crate::framework::Badges;
use crate::request::{Api, TracedRequest};

/// What makes a request, by [`Api`].
const APIS: [&str; 4] = ["document", "fetch", "xhr", "page"];

const fn field(name: &'static str, is: Type, about: &'static str) -> Field {
    Field { name, is, about }
}

/// The fields of traced requests.
pub const REQUESTS: Language = Language {
    fields: &[
        field("url", Type::Text, "its address"),
        field("host", Type::Text, "the host and port of its address"),
        field("path", Type::Text, "its address from the path on"),
        field("method", Type::Text, "its method"),
        field("status", Type::Any, "the response's status, as 200 or 5xx"),
        field("service", Type::Text, "the service that answered"),
        field("environment", Type::Text, "where that service runs"),
        field("duration", Type::Time, "how long it took"),
        field("error", Type::Truth, "whether it failed, or a span below it"),
        field("kind", Type::Word(&APIS), "what made it"),
        field("spans", Type::Number, "spans at and below it"),
        field("errors", Type::Number, "how many of them failed"),
        field("badge", Type::Text, "what it is to its framework"),
        field("call", Type::Text, "what it called: an action, an operation"),
        field("session", Type::Id, "its session's id"),
        field("trace", Type::Id, "its trace's id"),
        field("has", Type::Presence(&["spans", "session", "error"]), "what it has"),
    ],
    attributes: false,
};

/// Traced requests, ready to be filtered.
#[derive(Clone, Copy, Debug)]
pub struct Requests<'a>(pub &'a [&'a TracedRequest]);

impl Requests<'_> {
    /// A text for each, numbered as they are.
    fn texts<'a>(&'a self, text: impl Fn(&'a TracedRequest) -> Cow<'a, str>) -> Facet<'a> {
        let of = (0..).take(self.0.len()).collect();
        Facet::Texts {
            of: Cow::Owned(of),
            texts: Texts::List(self.0.iter().copied().map(text).collect()),
        }
    }

    /// A value for each, or none.
    fn values(&self, value: impl Fn(&TracedRequest) -> Option<Value>) -> Facet<'_> {
        let of = (0..).take(self.0.len()).collect();
        let values = self.0.iter().map(|request| value(request).unwrap_or_default());
        Facet::Values { of: Cow::Owned(of), values: Cow::Owned(values.collect()) }
    }

    fn numbers(&self, number: impl Fn(&TracedRequest) -> u32) -> Facet<'_> {
        let of = self.0.iter().map(|request| u64::from(number(request))).collect();
        Facet::Numbers { of: Cow::Owned(of), scale: 1.0 }
    }

    fn those(&self, are: impl Fn(&TracedRequest) -> bool) -> Bits {
        Bits::of(self.0.len(), |at| are(self.0[at]))
    }
}

fn failed(request: &TracedRequest) -> bool {
    request.error.is_some() || request.errors > 0 || request.status.is_some_and(|code| code >= 500)
}

fn api(request: &TracedRequest) -> &'static str {
    match request.api {
        Api::Document => APIS[0],
        Api::Fetch => APIS[1],
        Api::Xhr => APIS[2],
        Api::Page => APIS[3],
    }
}

fn badges(request: &TracedRequest) -> String {
    let words: Vec<&str> = request.badges.iter().map(|badge| badge.word).collect();
    words.join(" ")
}

fn session(request: &TracedRequest) -> String {
    request.session.map(|id| id.to_string()).unwrap_or_default()
}

impl Subject for Requests<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn field(&self, name: &str) -> Option<Facet<'_>> {
        Some(match name {
            "url" => self.texts(|it| Cow::Borrowed(&it.url)),
            "host" => self.texts(|it| Cow::Borrowed(it.host())),
            "path" => self.texts(|it| Cow::Borrowed(it.path())),
            "method" => self.texts(|it| Cow::Borrowed(&it.method)),
            "service" => self.texts(|it| Cow::Borrowed(&it.service)),
            "environment" => self.texts(|it| Cow::Borrowed(&it.environment)),
            "call" => self.texts(|it| Cow::Borrowed(&it.call)),
            "kind" => self.texts(|it| Cow::Borrowed(api(it))),
            "badge" => self.texts(|it| Cow::Owned(badges(it))),
            "session" => self.texts(|it| Cow::Owned(session(it))),
            "trace" => self.texts(|it| Cow::Owned(it.trace.to_string())),
            "status" => self.values(|it| it.status.map(|code| Value::Int(code.into()))),
            // A column's numbers are milliseconds where their name says nothing.
            "duration" => self.values(|it| it.millis.map(Value::Double)),
            "spans" => self.numbers(|it| it.spans),
            "errors" => self.numbers(|it| it.errors),
            "error" => Facet::Truths(self.those(failed)),
            _ => return None,
        })
    }

    fn attribute(&self, _name: &str) -> Option<Facet<'_>> {
        None
    }

    fn part(&self, name: &str) -> Option<Bits> {
        Some(match name {
            "spans" => self.those(|it| it.spans > 0),
            "session" => self.those(|it| it.session.is_some()),
            "error" => self.those(failed),
            _ => return None,
        })
    }

    fn search(&self, needle: &Needle) -> Bits {
        let (hex, none) = (needle.is_hex(), Badges::default());
        self.those(|it| {
            let status = || it.status.map(|code| code.to_string()).unwrap_or_default();
            let error = it.error.as_deref().unwrap_or_default();
            [&it.method, &it.url, &it.service, &it.call, error].iter().any(|it| needle.is_in(it))
                || needle.is_in(&status())
                || (it.badges != none && needle.is_in(&badges(it)))
                // Ids are written out only where they may have it: that takes longer than all else.
                || (hex && (needle.is_in(&it.trace.to_string()) || needle.is_in(&session(it))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Query;
    use super::*;
    use crate::ladder::Ladder;
    use crate::{SpanId, Timestamp, TraceId};

    fn request(method: &str, url: &str, status: Option<u16>, millis: Option<f64>) -> TracedRequest {
        TracedRequest {
            trace: TraceId::mint([7; 16]).unwrap(),
            span: SpanId::mint([1; 8]).unwrap(),
            session: None,
            api: Api::Fetch,
            method: method.to_owned(),
            url: url.to_owned(),
            status,
            start: Timestamp::from_nanos(1),
            millis,
            error: None,
            ladder: Ladder::default(),
            spans: 0,
            errors: 0,
            service: String::new(),
            environment: String::new(),
            badges: crate::framework::Badges::default(),
            call: String::new(),
        }
    }

    #[test]
    fn lists_of_requests_take_the_same_language() {
        let mut all = [
            request("GET", "https://shop.example/cart", Some(200), Some(12.0)),
            request("POST", "https://shop.example/pay", Some(503), Some(120.0)),
            request("GET", "https://shop.example/live", None, None),
        ];
        (all[0].spans, all[0].errors, all[0].service) = (4, 1, "shop".to_owned());
        all[1].environment = "staging".to_owned();
        let these: Vec<&TracedRequest> = all.iter().collect();
        let cases: [(&str, &[usize]); 20] = [
            ("host=shop.example", &[0, 1, 2]),
            ("", &[0, 1, 2]),
            ("shop.example POST", &[1]),
            ("status:5xx", &[1]),
            ("status<500", &[0]),
            ("-status:*", &[2]),
            ("duration>50ms", &[1]),
            ("duration<50", &[0]),
            ("-duration:*", &[2]),
            ("error:true", &[0, 1]),
            ("has:spans service:SHOP", &[0]),
            ("environment=staging", &[1]),
            ("-environment:*", &[0, 2]),
            ("status:5xx or -status:*", &[1, 2]),
            ("spans>=4", &[0]),
            ("url~/(cart|pay)$", &[0, 1]),
            ("kind:fetch trace:0707", &[0, 1, 2]),
            ("503", &[1]),
            ("path=/cart", &[0]),
            ("path~^/", &[0, 1, 2]),
        ];
        for (text, wanted) in cases {
            let query = Query::parse(text, &REQUESTS).unwrap();
            assert_eq!(query.run(&Requests(&these)).rows().collect::<Vec<_>>(), wanted, "{text}");
        }
        assert!(Query::parse("nobody:1", &REQUESTS).is_err());
    }
}
