//! How traces hang together: what the links of one trace lead to, and which traces were opened from
//! it. Known only where the journal keeps both in one place, as it does for the traces of a page.

use std::collections::BTreeMap;

use otlp::Sheet;
use trace::waterfall::label;
use trace::{Link, SpanId, TraceId};

/// A span of another trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// Its trace.
    pub trace: TraceId,
    /// Itself.
    pub span: SpanId,
    /// What it is called; empty where that is not known.
    pub name: String,
}

/// The relatives of one trace.
#[derive(Clone, Debug, Default)]
pub struct Kin {
    /// What lies beside the trace.
    others: Sheet,
    opened: BTreeMap<SpanId, Vec<Relative>>,
}

impl Kin {
    /// Reads the relatives of a trace off what lies beside it.
    #[must_use]
    pub fn of(trace: TraceId, others: Sheet) -> Self {
        let mut kin = Self { others, ..Self::default() };
        let linked = (0..kin.others.len()).filter(|at| kin.others.has_links(*at));
        for span in linked.filter_map(|at| kin.others.span(at)) {
            for link in span.links.iter().filter(|link| link.trace == trace) {
                let relative = Relative { trace: span.trace, span: span.id, name: label(&span) };
                kin.opened.entry(link.span).or_default().push(relative);
            }
        }
        kin
    }

    /// What a link leads to.
    #[must_use]
    pub fn target(&self, link: &Link) -> Relative {
        let span = self.others.columns().find(link.span).and_then(|at| self.others.span(at));
        let name = span.filter(|span| span.trace == link.trace).as_ref().map(label);
        Relative { trace: link.trace, span: link.span, name: name.unwrap_or_default() }
    }

    /// The traces that a span opened.
    #[must_use]
    pub fn opened(&self, span: SpanId) -> &[Relative] {
        self.opened.get(&span).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    #[test]
    fn a_request_s_trace_leads_to_its_page_and_back() {
        let (page, request) = sample::page();
        let kin = Kin::of(request.trace, Sheet::of([&page]));
        assert_eq!(kin.target(&request.links[0]).name, "page load /checkout");
        let kin = Kin::of(page.trace, Sheet::of([&request]));
        let opened: Vec<&str> = kin.opened(page.id).iter().map(|it| it.name.as_str()).collect();
        assert_eq!(opened, ["POST /api/pay"]);
        let unknown = Kin::default().target(&request.links[0]);
        assert_eq!((unknown.name.as_str(), unknown.span), ("", page.id));
    }
}
