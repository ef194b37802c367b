//! Judges whether a page trace did what Tracelight is for: server spans under the request that
//! the browser made for the document.

use trace::assemble::{PAGE_LOAD, SERVICE};
use trace::attribute::key;
use trace::{Kind, Span, SpanId};

/// How many spans of servers are below the document's request, or why there are none.
pub(crate) fn judge(spans: &[Span]) -> Result<usize, String> {
    let root = spans
        .iter()
        .find(|span| in_browser(span) && span.parent.is_none() && span.name == PAGE_LOAD)
        .ok_or_else(|| format!("no root named {PAGE_LOAD:?} is among {} spans", spans.len()))?;
    let document = spans
        .iter()
        .find(|span| {
            let request = in_browser(span) && span.kind == Kind::Client;
            request
                && span.parent == Some(root.id)
                && span.text(key::URL_FULL) == root.text(key::URL_FULL)
        })
        .ok_or("the page load has no request for its document below it")?;
    let below = below(spans, document.id);
    if below.iter().any(|span| span.parent == Some(document.id)) {
        return Ok(below.len());
    }
    let servers = spans.iter().filter(|span| !in_browser(span)).count();
    Err(format!("of {servers} server spans none is a child of the document's request"))
}

fn in_browser(span: &Span) -> bool {
    span.service() == SERVICE
}

/// The servers' spans whose chain of parents leads to `top`.
fn below(spans: &[Span], top: SpanId) -> Vec<&Span> {
    let mut reached = vec![top];
    let mut at = 0;
    while let Some(parent) = reached.get(at).copied() {
        let children = spans.iter().filter(|span| span.parent == Some(parent));
        let fresh: Vec<SpanId> =
            children.map(|span| span.id).filter(|id| !reached.contains(id)).collect();
        reached.extend(fresh);
        at += 1;
    }
    spans.iter().filter(|span| !in_browser(span) && reached[1..].contains(&span.id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// One line a span: service, id, parent, kind, name, URL.
    fn spans(lines: &[&str]) -> Vec<Span> {
        let span = |line: &&str| {
            let words: Vec<&str> = line.split('|').map(str::trim).collect();
            let [service, id, parent, kind, name, url] = words[..] else { panic!("{line}") };
            let text = |name: &str, value: &str| {
                format!(r#"{{"key":"{name}","value":{{"stringValue":"{value}"}}}}"#)
            };
            format!(
                r#"{{"resource":{{"attributes":[{}]}},"scopeSpans":[{{"spans":[{{"traceId":"{TRACE}",
                "spanId":"{id:0>16}","parentSpanId":"{}","kind":{kind},"name":"{name}",
                "startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{}]}}]}}]}}"#,
                text("service.name", service),
                if parent.is_empty() { String::new() } else { format!("{parent:0>16}") },
                text("url.full", url),
            )
        };
        let groups: Vec<String> = lines.iter().map(span).collect();
        let json = format!(r#"{{"resourceSpans":[{}]}}"#, groups.join(","));
        let accepted = otlp::json::decode(json.as_bytes()).unwrap();
        assert!(accepted.rejected.is_empty());
        accepted.spans
    }

    const ROOT: &str = "browser | 1 | | 1 | page load | http://shop/checkout";
    const DOCUMENT: &str = "browser | 2 | 1 | 3 | GET | http://shop/checkout";

    #[test]
    fn server_spans_below_the_documents_request_are_counted() {
        let joined = spans(&[
            "shop | 4 | 3 | 3 | SELECT |",
            "shop | 3 | 2 | 2 | GET /checkout |",
            ROOT,
            DOCUMENT,
        ]);
        assert_eq!(judge(&joined), Ok(2));
    }

    #[test]
    fn a_server_that_answers_only_a_script_is_not_joined_to_the_document() {
        let image = "browser | 5 | 1 | 3 | GET | http://shop/logo.png";
        let apart = spans(&[ROOT, DOCUMENT, image, "shop | 3 | 5 | 2 | GET /logo.png |"]);
        let reason = "of 1 server spans none is a child of the document's request";
        assert_eq!(judge(&apart), Err(reason.to_owned()));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(judge(&[]).unwrap_err().contains("no root"));
        assert!(judge(&spans(&[ROOT])).unwrap_err().contains("no request for its document"));
    }

    #[test]
    fn a_cycle_among_servers_ends() {
        let looped = spans(&[ROOT, DOCUMENT, "a | 3 | 2 | 2 | x |", "a | 4 | 4 | 2 | y |"]);
        assert_eq!(judge(&looped), Ok(1));
    }
}
