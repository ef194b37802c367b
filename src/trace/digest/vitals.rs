//! The measures of a page: vitals, and where its load's time went.

use crate::attribute::key;
use crate::{Event, Span, Timestamp};

use super::said::{millis, number};
use super::{Phases, Vitals};

/// The vitals that a root tells; of a page that another SDK recorded, those that its events plainly
/// are.
pub(super) fn vitals(root: &Span, document: Option<&Span>, ours: bool) -> Vitals {
    let told = |name: &str| number(root.attributes.get(&format!("{}{name}", key::VITAL))?);
    let mut vitals = Vitals {
        lcp: told("lcp"),
        inp: told("inp"),
        cls: told("cls"),
        fcp: told("fcp"),
        ttfb: told("ttfb"),
    };
    if !ours {
        let since = |span: &Span, name: &str| {
            let time = moment(span, name)?;
            Some(millis(time.nanos().checked_sub(root.start.nanos())?))
        };
        vitals.fcp = vitals.fcp.or_else(|| since(root, "firstContentfulPaint"));
        vitals.ttfb = vitals.ttfb.or_else(|| since(document?, "responseStart"));
    }
    vitals
}

/// When something happened in a span, by its name.
fn moment(span: &Span, name: &str) -> Option<Timestamp> {
    let event = span.events.iter().find(|event: &&Event| event.name == name)?;
    Some(event.time)
}

/// Where the time of a load went, by the moments of its document's request and of its root.
pub(super) fn phases(root: &Span, document: Option<&Span>) -> Phases {
    let Some(document) = document else { return Phases::default() };
    let at = |name: &str| moment(document, name).or_else(|| moment(root, name));
    let between = |from: Option<Timestamp>, to: Option<Timestamp>| match (from, to) {
        (Some(from), Some(to)) => millis(to.nanos().saturating_sub(from.nanos())),
        _ => 0.0,
    };
    let span = |from: &str, to: &str| between(at(from), at(to));
    let secure = at("secureConnectionStart");
    Phases {
        redirect: span("redirectStart", "redirectEnd"),
        dns: span("domainLookupStart", "domainLookupEnd"),
        connect: between(at("connectStart"), secure.or_else(|| at("connectEnd"))),
        tls: between(secure, at("connectEnd")),
        wait: span("requestStart", "responseStart"),
        download: span("responseStart", "responseEnd"),
        dom: span("responseEnd", "domComplete"),
        load: span("loadEventStart", "loadEventEnd"),
    }
}
