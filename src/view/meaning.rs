//! Says what a span of the browser is, in a sentence, for somebody who meets its kind for the first
//! time.

use trace::Span;
use trace::attribute::key;

/// Names of spans that are one kind each, and what they are.
const KINDS: [(&str, &str); 5] = [
    ("page load", "The document's load, from its beginning until its load event was over."),
    (
        "navigation",
        "A page within the document, drawn by its script: from the change of its address until \
         what it loads had settled.",
    ),
    (
        "long-animation-frame",
        "A frame that took 50 ms or longer: as long the page could show nothing new.",
    ),
    ("longtask", "A task that held the main thread for 50 ms or longer: the page could not react."),
    ("page", "A page within the document, drawn by its script."),
];

const RESTORED: &str =
    "The page came back from the back/forward cache, as it was when it had been left.";
const OPERATION: &str = "Something that the user did. What began within 100 ms of it hangs on it or \
                         links to it. What is typed is never recorded.";
const UNSEEN: &str = "A request that no script of the page can see; the browser's own network \
                      events told of it.";
const MEASURE: &str = "A measure of the page's own: performance.measure() of User Timing.";

/// What a span is. `None` where it is not the browser's, or its name says it all.
#[must_use]
pub fn meaning(span: &Span) -> Option<&'static str> {
    if span.scope.name != "tracelight" {
        return None;
    }
    if span.text(key::SOFT_TYPE) == Some("restore") {
        return Some(RESTORED);
    }
    if span.attributes.contains_key(key::OPERATION_TYPE) {
        return Some(OPERATION);
    }
    if span.attributes.contains_key(key::UNSEEN_TYPE) {
        return Some(UNSEEN);
    }
    let known = KINDS.iter().find(|(name, _)| *name == span.name).map(|(_, meaning)| *meaning);
    let measure = (span.kind == trace::Kind::Internal).then_some(MEASURE);
    known.or(measure)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use surface::sample;

    fn said(change: impl Fn(&mut Span)) -> &'static str {
        let mut span = sample::spans().remove(0);
        span.scope = Arc::new(trace::Scope { name: "tracelight".to_owned(), ..Default::default() });
        change(&mut span);
        meaning(&span).unwrap_or_default()
    }

    #[test]
    fn each_kind_of_the_browser_s_has_its_sentence() {
        assert!(said(|_| {}).starts_with("The document's load"));
        assert!(said(|span| span.name = "cart ready".to_owned()).contains("performance.measure()"));
        assert!(said(|span| span.name = "longtask".to_owned()).contains("could not react"));
        let put = |name: &'static str, value: &'static str| {
            move |span: &mut Span| span.attributes.insert(name, value.into())
        };
        assert!(said(put(key::OPERATION_TYPE, "click")).contains("never recorded"));
        assert!(said(put(key::UNSEEN_TYPE, "ping")).contains("no script of the page can see"));
        assert!(said(put(key::SOFT_TYPE, "restore")).contains("back/forward cache"));
        assert_eq!(
            said(|span| span.kind = trace::Kind::Client),
            "The document's load, from its beginning until its load event was over."
        );
    }

    #[test]
    fn a_server_s_span_is_its_own_affair() {
        assert_eq!(meaning(&sample::spans()[2]), None);
    }
}
