//! Which traces a page has to do with besides its own.
//!
//! Some count as part of it: a server, or the page itself, made them instead of joining the page's.
//! Others are their own: after its load has settled, each request of a page is a trace by itself,
//! and so is each page within it. Owns who is who, and whom the store is asked about.

use std::collections::BTreeSet;

use crate::TraceId;
use crate::ladder::{Ladder, Lamp, Light};
use crate::record::Record;
use crate::request::TracedRequest;

/// Most traces that count as part of a page's besides its own.
const MOST_JOINED: usize = 4;
/// Most traces of later requests that the store is asked about at once: a page that polls makes new
/// ones as long as it is open.
const MOST_AWAITED: usize = 4;

/// The traces of one page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    /// Those that count as part of it.
    joined: BTreeSet<TraceId>,
    /// All others that it has to do with.
    apart: BTreeSet<TraceId>,
    /// Those of them whose spans are still awaited, the newest first.
    awaited: Vec<TraceId>,
}

impl Kin {
    /// Finds out who is who, by what a page stated and what is known of its requests. `made` is the
    /// trace that the document's server made instead of joining the page's.
    #[must_use]
    pub fn of(
        page: TraceId,
        made: Option<TraceId>,
        records: &[Record],
        requests: &[TracedRequest],
    ) -> Self {
        let joined = [Some(page), made].into_iter().flatten().collect();
        let mut kin = Self { joined, ..Self::default() };
        kin.apart = records.iter().filter_map(minted).filter(|trace| *trace != page).collect();
        for request in requests {
            let found = request.ladder.other().unwrap_or(request.trace);
            // What the server of a later request made instead of joining it is that request's.
            let later = kin.apart.contains(&request.trace);
            if later || (kin.joined.len() > MOST_JOINED && !kin.joined.contains(&found)) {
                kin.apart.insert(found);
            } else {
                kin.joined.insert(found);
            }
        }
        kin
    }

    /// Takes in what is known of the requests by now: of those that are traces of their own, the
    /// newest whose server's side may still come are asked about.
    pub fn look(&mut self, requests: &[TracedRequest]) {
        let later = requests.iter().rev().filter(|it| self.is_apart(it.trace));
        let mut found = Vec::new();
        for request in later.filter(|request| awaited(&request.ladder)) {
            let trace = request.ladder.other().unwrap_or(request.trace);
            if found.len() < MOST_AWAITED && !found.contains(&trace) {
                found.push(trace);
            }
        }
        self.awaited = found;
    }

    /// Whether a trace is no part of the page's.
    #[must_use]
    pub fn is_apart(&self, trace: TraceId) -> bool {
        !self.joined.contains(&trace)
    }

    /// Whether the page has to do with a trace at all.
    #[must_use]
    pub fn knows(&self, trace: TraceId) -> bool {
        self.joined.contains(&trace) || self.apart.contains(&trace)
    }

    /// Whether spans of later requests are awaited.
    #[must_use]
    pub fn awaits(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// The traces to ask the store about besides the page's own.
    #[must_use]
    pub fn asked(&self, page: TraceId) -> Vec<TraceId> {
        let joined = self.joined.iter().copied().filter(|trace| *trace != page);
        joined.chain(self.awaited.iter().copied()).collect()
    }
}

/// The trace that the recorder or the relay made for a request or a page, the page's own among them.
fn minted(record: &Record) -> Option<TraceId> {
    match record {
        Record::Request(request) if !request.own => Some(request.context?.trace),
        Record::Page(soft) => Some(soft.context.trace),
        _ => None,
    }
}

/// Whether the server's side of a request may still come.
fn awaited(ladder: &Ladder) -> bool {
    ladder.light(Lamp::Sent) == Light::Lit && !ladder.over && !ladder.complete
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::TraceContext;
    use crate::request::Api;
    use crate::{SpanId, Timestamp};

    fn trace(number: u8) -> TraceId {
        TraceId::from_bytes(&[number; 16]).unwrap()
    }

    fn context(number: u8) -> TraceContext {
        let span = SpanId::from_bytes(&[number; 8]).unwrap();
        TraceContext { trace: trace(number), span, flags: 3 }
    }

    /// A request with a context, and the fact that it follows from.
    fn request(number: u8, own: bool) -> (TracedRequest, Record) {
        let TraceContext { span, .. } = context(number);
        let url = "http://a.test/api";
        let mut ladder = Ladder::of(url, context(number), None, false);
        ladder.asked = crate::ladder::Asked::Absent;
        let fact = format!(
            r#"{{"kind":"request","api":"fetch","method":"GET","url":"{url}","span":"{span}",
            "context":"{}","own":{own},"start":{number},"end":200,"status":200}}"#,
            format_args!("00-{}-{span}-03", trace(number))
        );
        let request = TracedRequest {
            trace: trace(number),
            span,
            session: None,
            api: Api::Fetch,
            method: "GET".to_owned(),
            url: url.to_owned(),
            status: Some(200),
            start: Timestamp::from_nanos(u64::from(number)),
            millis: Some(1.0),
            error: None,
            ladder,
            spans: 0,
            errors: 0,
            service: String::new(),
            environment: String::new(),
            badges: crate::framework::Badges::default(),
            call: String::new(),
        };
        (request, Record::parse(&fact).unwrap())
    }

    fn kin(all: Vec<(TracedRequest, Record)>) -> (Kin, Vec<TracedRequest>) {
        let (requests, records): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let mut kin = Kin::of(trace(1), None, &records, &requests);
        kin.look(&requests);
        (kin, requests)
    }

    #[test]
    fn what_the_page_sent_itself_is_part_of_it_and_what_was_minted_later_is_not() {
        let (kin, _) = kin(vec![request(1, false), request(2, true), request(3, false)]);
        assert!(!kin.is_apart(trace(1)) && !kin.is_apart(trace(2)) && kin.is_apart(trace(3)));
        assert!(kin.knows(trace(3)) && !kin.knows(trace(4)));
        assert_eq!(kin.asked(trace(1)), [trace(2), trace(3)]);
    }

    #[test]
    fn a_trace_that_the_document_s_server_made_is_part_of_the_page() {
        let kin = Kin::of(trace(1), Some(trace(9)), &[], &[]);
        assert!(!kin.is_apart(trace(9)));
        assert_eq!(kin.asked(trace(1)), [trace(9)]);
    }

    #[test]
    fn a_page_that_polls_has_its_newest_requests_asked_for_and_no_more() {
        let (mut kin, mut requests) = kin((3..100).map(|number| request(number, false)).collect());
        let newest = [99, 98, 97, 96].map(trace);
        assert_eq!(kin.asked(trace(1)), newest);
        requests
            .iter_mut()
            .for_each(|request| request.ladder.complete = request.start.nanos() > 50);
        kin.look(&requests);
        assert_eq!(kin.asked(trace(1)), [50, 49, 48, 47].map(trace));
        requests.iter_mut().for_each(|request| request.ladder.over = true);
        kin.look(&requests);
        assert!(!kin.awaits());
    }

    #[test]
    fn a_page_that_sends_a_context_of_its_own_each_time_has_only_its_first_counted() {
        let (kin, _) = kin((2..100).map(|number| request(number, true)).collect());
        assert!(!kin.is_apart(trace(5)) && kin.is_apart(trace(6)));
        assert!(kin.knows(trace(99)));
    }
}
