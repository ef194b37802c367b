//! User operations, and what they caused.
//!
//! Nothing in a browser says which operation a request, a measure or a page came of, so it is the
//! one before it, unless that was too long ago.

use crate::attribute::{Attributes, key};
use crate::record::Operation;
use crate::{Kind, Link, PageMillis, Span, SpanId};

use super::{Tracer, put_text};

/// How long after an operation something begins that it caused, milliseconds.
const WITHIN: f64 = 100.0;
/// How long something goes on that an operation caused, at most, milliseconds: a page may measure
/// an hour.
const LONGEST: f64 = 60_000.0;

/// One operation.
pub(super) struct Act<'a> {
    record: &'a Operation,
    pub(super) part: usize,
    pub(super) id: SpanId,
    /// When the last of what it caused was over.
    pub(super) end: PageMillis,
}

/// The operations of a page, by time.
pub(super) struct Acts<'a>(pub(super) Vec<Act<'a>>);

impl<'a> Acts<'a> {
    /// The operation that caused something which began at a moment.
    pub(super) fn cause(&self, began: PageMillis) -> Option<usize> {
        let before = self.0.partition_point(|act| act.record.at.0 <= began.0).checked_sub(1)?;
        (began.0 - self.0[before].record.at.0 <= WITHIN).then_some(before)
    }

    /// Takes in what the browser tells of something that an operation may have caused.
    pub(super) fn caused(&mut self, began: PageMillis, ended: PageMillis) {
        if let Some(act) = self.cause(began).and_then(|at| self.0.get_mut(at)) {
            let end = ended.0.min(act.record.at.0 + LONGEST);
            act.end = PageMillis(act.end.0.max(end));
        }
    }

    pub(super) fn get(&self, at: usize) -> &Act<'a> {
        &self.0[at]
    }
}

impl Act<'_> {
    pub(super) const fn start(&self) -> PageMillis {
        self.record.at
    }

    /// Until when errors are its own.
    pub(super) fn reach(&self) -> f64 {
        self.end.0.max(self.record.at.0 + WITHIN)
    }
}

/// The role of an element that states none: the witness then tells its tag or, of an input, its type.
fn role(told: &str) -> &str {
    match told {
        "a" => "link",
        "select" => "combobox",
        "textarea" | "text" | "email" | "tel" | "url" => "textbox",
        "search" => "searchbox",
        "number" => "spinbutton",
        "range" => "slider",
        "submit" | "reset" | "image" | "summary" => "button",
        role => role,
    }
}

/// What an operation is called: `click button "Pay"`.
fn name(operation: &Operation) -> String {
    let Operation { way, role, name, selector, key, .. } = operation;
    let way = if way.is_empty() { "operation" } else { way };
    let quoted = if name.is_empty() { String::new() } else { format!("\"{name}\"") };
    let element = if name.is_empty() { selector } else { self::role(role) };
    let words = [way, key, element, quoted.as_str()].into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

impl<'a> Tracer<'a> {
    /// The operations, each with its id.
    pub(super) fn acts(&mut self, operations: &[&'a Operation]) -> Acts<'a> {
        let act = |record: &&'a Operation| {
            let part = self.parts.at(record.at);
            let trace = self.parts.get(part).trace;
            let id = self.ids.derive(trace, &record.way, record.at);
            Act { record, part, id, end: record.at }
        };
        Acts(operations.iter().map(act).collect())
    }

    /// The span of an operation.
    pub(super) fn operation(&self, act: &Act<'_>) -> Span {
        let Act { record, part, id, end } = *act;
        let mut span = self.inner(part, id, (record.at, end));
        span.name = name(record);
        let attributes = &mut span.attributes;
        put_text(attributes, key::OPERATION_TYPE, &record.way);
        put_text(attributes, key::OPERATION_ROLE, role(&record.role));
        put_text(attributes, key::OPERATION_KEY, &record.key);
        put_text(attributes, key::WIDGET_NAME, &record.name);
        put_text(attributes, key::CSS_SELECTOR, &record.selector);
        span
    }

    /// A span of the browser's own work: a child of its page's root, for now.
    pub(super) fn inner(&self, part: usize, id: SpanId, time: (PageMillis, PageMillis)) -> Span {
        let clock = self.page.clock;
        let home = self.parts.get(part);
        let mut span = self.span(home.trace, id, clock.at(time.0), clock.at(time.1));
        (span.parent, span.kind) = (Some(home.root), Kind::Internal);
        span
    }

    /// A link to the root of a page.
    pub(super) fn back(&self, part: usize) -> Link {
        let home = self.parts.get(part);
        link((home.trace, home.root), "page")
    }

    /// A link to an operation.
    pub(super) fn blame(&self, act: &Act<'_>) -> Link {
        link((self.parts.get(act.part).trace, act.id), "operation")
    }
}

fn link((trace, span): (crate::TraceId, SpanId), kind: &str) -> Link {
    let mut attributes = Attributes::new();
    put_text(&mut attributes, key::LINK_KIND, kind);
    Link { trace, span, state: String::new(), flags: super::FLAGS, attributes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(way: &str, role: &str, label: &str, selector: &str, key: &str) -> String {
        let text = str::to_owned;
        let at = PageMillis(1.0);
        name(&Operation {
            at,
            way: text(way),
            role: text(role),
            name: text(label),
            selector: text(selector),
            key: text(key),
        })
    }

    #[test]
    fn an_operation_is_named_by_what_a_person_sees_else_by_its_selector() {
        assert_eq!(named("click", "button", "Pay", "#pay", ""), "click button \"Pay\"");
        assert_eq!(
            named("key", "textbox", "Search", "#q", "Enter"),
            "key Enter textbox \"Search\""
        );
        assert_eq!(named("click", "a", "Product", "a", ""), "click link \"Product\"");
        assert_eq!(named("click", "", "", "div.card", ""), "click div.card");
        assert_eq!(named("", "", "", "", ""), "operation");
    }
}
