//! How traces hang together: what the links of one trace lead to, and which traces were opened from
//! it. Known only where the journal keeps both in one place, as it does for the traces of a page.

use std::collections::{BTreeMap, BTreeSet};

use trace::waterfall::label;
use trace::{Link, Span, SpanId, TraceId};

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    names: BTreeMap<(TraceId, SpanId), String>,
    opened: BTreeMap<SpanId, Vec<Relative>>,
}

impl Kin {
    /// Reads the relatives of a trace off what lies beside it.
    #[must_use]
    pub fn of(trace: TraceId, own: &[Span], others: &[Span]) -> Self {
        let links = own.iter().flat_map(|span| &span.links);
        let wanted: BTreeSet<_> = links.map(|link| (link.trace, link.span)).collect();
        let mut kin = Self::default();
        for span in others {
            let id = (span.trace, span.id);
            if wanted.contains(&id) {
                kin.names.insert(id, label(span));
            }
            for link in span.links.iter().filter(|link| link.trace == trace) {
                let relative = Relative { trace: span.trace, span: span.id, name: label(span) };
                kin.opened.entry(link.span).or_default().push(relative);
            }
        }
        kin
    }

    /// What a link leads to.
    #[must_use]
    pub fn target(&self, link: &Link) -> Relative {
        let name = self.names.get(&(link.trace, link.span)).cloned().unwrap_or_default();
        Relative { trace: link.trace, span: link.span, name }
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
    use crate::sample;

    #[test]
    fn a_request_s_trace_leads_to_its_page_and_back() {
        let (page, request) = sample::page();
        let kin =
            Kin::of(request.trace, std::slice::from_ref(&request), std::slice::from_ref(&page));
        assert_eq!(kin.target(&request.links[0]).name, "page load /checkout");
        let kin = Kin::of(page.trace, std::slice::from_ref(&page), std::slice::from_ref(&request));
        let opened: Vec<&str> = kin.opened(page.id).iter().map(|it| it.name.as_str()).collect();
        assert_eq!(opened, ["POST /api/pay"]);
        let unknown = Kin::default().target(&request.links[0]);
        assert_eq!((unknown.name.as_str(), unknown.span), ("", page.id));
    }
}
