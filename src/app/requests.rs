//! A list of traced requests: which are shown and in what order, what a line says, and which one is
//! chosen.
//!
//! Plain state; where the requests come from is the shell's part.

use std::time::Duration;

use surface::lamp::Tone;
use surface::moment;
use surface::naming::short;
use surface::typing::MOST;
use trace::filter::{self, Completion, Place, REQUESTS};
use trace::framework::Badges;
use trace::request::{Api, TracedRequest};
use trace::{SpanId, TraceId, quantity};

use crate::filter::Filter;
use crate::lamps;
use surface::cursor::Step;
use surface::standing::Standing;

/// A request by its trace and its span.
pub type RequestKey = (TraceId, SpanId);

/// The list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    /// What this browser made, oldest first.
    rows: Vec<TracedRequest>,
    /// What only the trace store knows of, oldest first.
    others: Vec<TracedRequest>,
    /// What is shown, in order: places in `rows` and then in `others`.
    shown: Vec<usize>,
    totals: Totals,
    filter: Filter,
    newest_first: bool,
    chosen: Option<RequestKey>,
    /// To be compared, in the order in which they were marked.
    marked: Vec<RequestKey>,
    /// Whether the journal has been read.
    pub read: bool,
    /// Why it could not be read.
    pub trouble: Option<String>,
}

/// Requests that are compared.
const PAIR: usize = 2;

/// Requests in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Documents.
    pub pages: u64,
    /// Documents and API requests.
    pub requests: u64,
    /// Their spans.
    pub spans: u64,
    /// Spans that failed.
    pub errors: u64,
}

impl Totals {
    fn add(&mut self, request: &TracedRequest) {
        self.pages += u64::from(request.api == Api::Document);
        self.requests += 1;
        self.spans += u64::from(request.spans);
        self.errors += u64::from(request.errors);
    }
}

/// A line of the list, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// Its place, from 0.
    pub at: usize,
    /// Which request.
    pub key: RequestKey,
    /// When it began.
    pub time: String,
    /// Its method.
    pub method: String,
    /// What it asked for: from the path on where it is the page's own origin.
    pub place: String,
    /// Where it was asked for.
    pub host: String,
    /// All of its URL.
    pub url: String,
    /// Status, or why there is none.
    pub status: String,
    /// The status's tone.
    pub tone: Tone,
    /// How long it took; empty while it is under way.
    pub duration: String,
    /// What it is to its framework.
    pub badges: Badges,
    /// What it called, in a word or two; may be empty.
    pub call: String,
    /// What made it; `server` where only the store knows of it.
    pub kind: &'static str,
    /// Its spans; empty while there is none.
    pub spans: String,
    /// How many of them failed; empty for none.
    pub errors: String,
    /// The service that answered.
    pub service: String,
    /// Its session, in short; empty where it has none.
    pub session: String,
    /// What its lamps show.
    pub lights: [&'static str; 5],
    /// The same in words.
    pub lamps: String,
}

impl Line {
    fn of(at: usize, request: &TracedRequest, origin: &str, zone: i32) -> Self {
        let (status, tone) = outcome(request);
        let number = |count: u32| if count == 0 { String::new() } else { count.to_string() };
        Self {
            at,
            key: (request.trace, request.span),
            time: moment::clock(request.start, zone),
            method: request.method.clone(),
            place: place(&request.url, origin).to_owned(),
            host: request.host().to_owned(),
            url: request.url.clone(),
            status,
            tone,
            duration: length(request),
            badges: request.badges,
            call: request.call.clone(),
            kind: match request.api {
                Api::Document => "document",
                Api::Fetch => "fetch",
                Api::Xhr => "xhr",
                Api::Page => "page",
            },
            spans: number(request.spans),
            errors: number(request.errors),
            service: request.service.clone(),
            session: request.session.map(|id| short(&id.to_string())).unwrap_or_default(),
            lights: lamps::lights(&request.ladder),
            lamps: lamps::summary(&request.ladder),
        }
    }
}

/// Stands where there is nothing to tell: a page within the document has no answer, and may load
/// nothing.
const NOTHING: &str = "–";

/// The status in words, and its tone.
fn outcome(request: &TracedRequest) -> (String, Tone) {
    match (request.status, &request.error) {
        (Some(status @ 500..), _) => (status.to_string(), Tone::Bad),
        (Some(status @ 400..=499), _) => (status.to_string(), Tone::Warn),
        (Some(status), None) => (status.to_string(), Tone::Good),
        (Some(status), Some(_)) => (status.to_string(), Tone::Bad),
        (None, Some(error)) => (error.clone(), Tone::Bad),
        (None, None) if request.api == Api::Page => (NOTHING.to_owned(), Tone::Idle),
        (None, None) if request.millis.is_none() => ("pending".to_owned(), Tone::Busy),
        (None, None) => ("no status".to_owned(), Tone::Idle),
    }
}

/// How long it took; of a page within the document, until what it loaded was there.
fn length(request: &TracedRequest) -> String {
    match request.millis {
        None => String::new(),
        Some(0.0) if request.api == Api::Page => NOTHING.to_owned(),
        Some(millis) => duration(millis),
    }
}

/// What a page's clock measured. It may say anything.
fn duration(millis: f64) -> String {
    let time = Duration::try_from_secs_f64(millis / 1e3);
    time.map(quantity::duration).unwrap_or_else(|_| "no duration".to_owned())
}

impl Line {
    /// What it asked for, without its host.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.place.strip_prefix(&self.host).filter(|path| !path.is_empty());
        path.unwrap_or(&self.place)
    }
}

/// The URL without the page's own origin; of another origin, without the scheme.
fn place<'a>(url: &'a str, origin: &str) -> &'a str {
    match url.strip_prefix(origin) {
        Some(place) if !origin.is_empty() && place.starts_with('/') => place,
        _ => url.split_once("://").map_or(url, |(_, rest)| rest),
    }
}

impl Requests {
    /// A list whose newest request stands first.
    #[must_use]
    pub fn newest_first() -> Self {
        Self { newest_first: true, ..Self::default() }
    }

    /// Takes in what the journal has, oldest first.
    pub fn fill(&mut self, rows: Result<Vec<TracedRequest>, String>) {
        self.read = true;
        match rows {
            Ok(rows) => {
                self.trouble = None;
                self.rows = rows;
                self.arrange();
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }

    /// Takes in what only the trace store knows of, oldest first.
    pub fn find(&mut self, others: Vec<TracedRequest>) {
        self.others = others;
        self.arrange();
    }

    /// Shows only what passes a filter.
    pub fn filter(&mut self, filter: Filter) {
        if filter != self.filter {
            self.filter = filter;
            self.arrange();
        }
    }

    /// What is shown is decided anew.
    fn arrange(&mut self) {
        let (places, known) = self.known();
        let mut totals = Totals::default();
        known.iter().for_each(|request| totals.add(request));
        let query = self.filter.query.as_ref();
        let through = query.map(|query| query.run(&filter::Requests(&known)));
        let shown = places.iter().zip(&known).enumerate().filter(|(nth, (at, request))| {
            let mine = **at < self.rows.len();
            through.as_ref().is_none_or(|bits| bits.has(*nth))
                && self.filter.switched(request, mine)
        });
        let mut shown: Vec<_> = shown.map(|(_, (at, request))| (request.start, *at)).collect();
        shown.sort_unstable();
        if self.newest_first {
            shown.reverse();
        }
        self.shown = shown.into_iter().map(|(_, at)| at).collect();
        self.totals = totals;
    }

    /// The requests of the session that is asked for, each once, with their places among all.
    fn known(&self) -> (Vec<usize>, Vec<&TracedRequest>) {
        let count = self.rows.len();
        let all = self.rows.iter().chain(&self.others).enumerate().filter(|(at, request)| {
            // The store may know what the journal knows too; the journal's word comes first.
            let doubled = *at >= count && self.rows.iter().any(|row| row.trace == request.trace);
            !doubled && self.filter.of_session(request)
        });
        all.unzip()
    }

    /// What may stand at a cursor of the filter, given in bytes.
    #[must_use]
    pub fn complete(&self, text: &str, cursor: usize) -> Completion {
        let (_, known) = self.known();
        Place::at(text, cursor).complete(&REQUESTS, &filter::Requests(&known), MOST)
    }

    /// The request at a place among all, shown or not.
    fn any(&self, at: usize) -> Option<&TracedRequest> {
        self.rows.get(at).or_else(|| self.others.get(at.checked_sub(self.rows.len())?))
    }

    /// The request at a place of the list.
    fn at(&self, at: usize) -> Option<&TracedRequest> {
        self.any(*self.shown.get(at)?)
    }

    /// How many are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// How many there are, shown or not.
    #[must_use]
    pub fn all(&self) -> usize {
        self.rows.len() + self.others.len()
    }

    /// Why there is nothing to show, as far as the list itself knows; `again` is how the reader
    /// reads it once more.
    #[must_use]
    pub fn blank(&self, again: &str) -> Option<Standing> {
        if let Some(trouble) = &self.trouble {
            let detail = format!("{trouble}. {again} to try again.");
            return Some(Standing::new(Tone::Bad, "The journal cannot be read", detail));
        }
        if !self.read {
            return Some(Standing::new(Tone::Busy, "Reading the journal", ""));
        }
        let keeps = self.kept_away()?;
        let count = quantity::count(self.totals.requests, "request");
        let detail = format!("Of {count}, none {keeps}.");
        Some(Standing::new(Tone::Idle, "Nothing matches", detail))
    }

    /// What all requests are kept away by, in words; `None` while one is shown or there is none.
    #[must_use]
    pub fn kept_away(&self) -> Option<String> {
        let away = self.shown.is_empty() && self.totals.requests > 0;
        self.filter.keeps().filter(|_| away)
    }

    /// All requests of this browser, oldest first.
    #[must_use]
    pub fn rows(&self) -> &[TracedRequest] {
        &self.rows
    }

    /// The session that is asked for, or all, in numbers: what is typed and switched narrows the
    /// list and not these.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The lines of a range, for a page of this origin and a reader in this zone.
    #[must_use]
    pub fn lines(&self, range: std::ops::Range<usize>, origin: &str, zone: i32) -> Vec<Line> {
        range.filter_map(|at| Some(Line::of(at, self.at(at)?, origin, zone))).collect()
    }

    /// The chosen request.
    #[must_use]
    pub fn chosen(&self) -> Option<RequestKey> {
        self.chosen
    }

    /// The place of the chosen request.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        let chosen = self.chosen?;
        let is = |at: &usize| self.any(*at).is_some_and(|row| (row.trace, row.span) == chosen);
        self.shown.iter().position(is)
    }

    /// The chosen request itself.
    #[must_use]
    pub fn request(&self) -> Option<&TracedRequest> {
        self.at(self.place()?)
    }

    /// Chooses the request of a trace that an address names: the one of that span, else its first.
    pub fn choose_of(&mut self, trace: TraceId, span: Option<SpanId>) {
        let mut rows = self.rows.iter().chain(&self.others).filter(|row| row.trace == trace);
        let named = rows.clone().find(|row| Some(row.span) == span);
        self.chosen = named.or_else(|| rows.next()).map(|row| (row.trace, row.span));
    }

    /// Chooses none.
    pub fn close(&mut self) {
        self.chosen = None;
    }

    /// Chooses the request at a place.
    pub fn choose(&mut self, at: usize) {
        self.chosen = self.at(at).map(|row| (row.trace, row.span));
    }

    /// Marks the request at a place to be compared, or no longer. A third one is not marked.
    pub fn mark(&mut self, at: usize) {
        let Some(key) = self.at(at).map(|row| (row.trace, row.span)) else { return };
        match self.marked.iter().position(|marked| *marked == key) {
            Some(place) => drop(self.marked.remove(place)),
            None if self.marked.len() < PAIR => self.marked.push(key),
            None => {}
        }
    }

    /// Marks none.
    pub fn unmark(&mut self) {
        self.marked.clear();
    }

    /// The marked requests.
    #[must_use]
    pub fn marked(&self) -> &[RequestKey] {
        &self.marked
    }

    /// The traces to compare, what came first before what came of it; `Err` says what is missing.
    ///
    /// # Errors
    /// While there are no two requests of two traces.
    pub fn pair(&self) -> Result<[TraceId; PAIR], &'static str> {
        let &[(one, first), (other, second)] = &*self.marked else {
            return Err("Tick one more request to compare");
        };
        if one == other {
            return Err("Both are of one trace: tick a request of another");
        }
        let start = |key: RequestKey| {
            let is = |row: &&TracedRequest| (row.trace, row.span) == key;
            self.rows.iter().chain(&self.others).find(is).map(|row| row.start)
        };
        let swapped = start((other, second)) < start((one, first));
        Ok(if swapped { [other, one] } else { [one, other] })
    }

    /// Follows a key; whether it meant anything here.
    pub fn step(&mut self, step: Step, page: usize) -> bool {
        if step == Step::Close {
            return self.chosen.take().is_some();
        }
        let to = step.along(self.place(), self.len(), page);
        if let Some(at) = to {
            self.choose(at);
        }
        to.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    fn list() -> Requests {
        let mut list = Requests::default();
        list.fill(Ok(sample::requests()));
        list
    }

    fn typed(text: &str) -> Filter {
        Filter { query: trace::filter::Query::parse(text, &REQUESTS).ok(), ..Filter::default() }
    }

    fn line(change: impl Fn(&mut TracedRequest)) -> Line {
        let mut request = sample::requests().remove(0);
        change(&mut request);
        Line::of(0, &request, "https://shop.example", 0)
    }

    #[test]
    fn a_line_says_when_what_and_how_it_went() {
        let lines = list().lines(0..3, "https://shop.example", 60);
        let said = |line: &Line| {
            let Line { time, method, place, status, duration, kind, .. } = line;
            format!("{time} {method} {place} {status} {duration} {kind}")
        };
        let said: Vec<String> = lines.iter().map(said).collect();
        assert_eq!(
            said,
            [
                "15:23:22.123 GET /checkout?step=2 200 412 ms document",
                "15:23:22.523 POST /api/orders 500 38.2 ms fetch",
                "15:23:22.623 GET pricing.example/api/price pending  xhr",
            ]
        );
    }

    #[test]
    fn a_status_has_a_tone_and_a_failure_its_reason() {
        let tone = |status| line(|request| request.status = Some(status)).tone;
        assert_eq!((tone(204), tone(404), tone(503)), (Tone::Good, Tone::Warn, Tone::Bad));
        let failed = line(|request| {
            (request.status, request.error) = (None, Some("net::ERR_ABORTED".to_owned()));
        });
        assert_eq!((failed.status.as_str(), failed.tone), ("net::ERR_ABORTED", Tone::Bad));
        let opaque = line(|request| request.status = None);
        assert_eq!(opaque.status, "no status");
        let page = |millis| {
            let page = line(|it| (it.api, it.status, it.millis) = (Api::Page, None, Some(millis)));
            (page.status, page.duration)
        };
        let dash = || NOTHING.to_owned();
        assert_eq!(page(0.0), (dash(), dash()), "a page within the document that loads nothing");
        assert_eq!(page(82.0), (dash(), "82 ms".to_owned()));
    }

    #[test]
    fn hostile_numbers_and_urls_are_still_a_line() {
        assert_eq!(line(|request| request.millis = Some(f64::NAN)).duration, "no duration");
        assert_eq!(line(|request| request.millis = Some(-1.0)).duration, "no duration");
        let other = "https://shop.example.evil/x";
        assert_eq!(line(|request| request.url = other.to_owned()).place, "shop.example.evil/x");
        assert_eq!(line(|request| request.url = String::new()).place, "");
    }

    #[test]
    fn among_many_hosts_a_line_has_its_path_and_query() {
        let path = |url: &str| {
            let request = TracedRequest { url: url.to_owned(), ..sample::requests().remove(0) };
            Line::of(0, &request, "", 0).path().to_owned()
        };
        assert_eq!(path("https://shop.example/api/cart?live"), "/api/cart?live");
        assert_eq!(path("https://shop.example"), "shop.example");
        assert_eq!(path("/only/a/path"), "/only/a/path");
    }

    #[test]
    fn the_choice_stays_with_its_request_while_the_list_grows() {
        let mut list = list();
        assert!(list.step(Step::Up, 5));
        assert_eq!(list.place(), Some(2));
        let mut more = sample::requests();
        let mut early = more[0].clone();
        (early.span, early.start) = (SpanId::mint([3; 8]).unwrap(), trace::Timestamp::default());
        more.push(early);
        list.fill(Ok(more));
        assert_eq!(list.place(), Some(3));
        assert!(list.step(Step::Close, 5) && list.chosen().is_none());
        assert!(!list.step(Step::Open, 5), "nothing is chosen");
    }

    #[test]
    fn a_filter_shows_some_in_their_order_and_counts_them() {
        let mut list = Requests::newest_first();
        list.fill(Ok(sample::requests()));
        let places = |list: &Requests| {
            let lines = list.lines(0..9, "https://shop.example", 0);
            lines.into_iter().map(|line| line.place).collect::<Vec<_>>()
        };
        let all = ["pricing.example/api/price", "/api/orders", "/checkout?step=2"];
        assert_eq!(places(&list), all);
        list.filter(typed("api shop.example"));
        assert_eq!(places(&list), all[1..2]);
        assert_eq!((list.all(), list.totals().requests), (3, 3));
        list.filter(typed("-status:* or duration>100ms"));
        assert_eq!(places(&list), [all[0], all[2]]);
    }

    #[test]
    fn a_session_s_numbers_stay_whatever_is_typed() {
        let mut list = list();
        let session = list.rows[0].session;
        let whole = Filter { session, ..Filter::default() };
        list.filter(whole);
        let totals = list.totals();
        assert_eq!(totals.requests, list.len() as u64);
        list.filter(Filter { mine: true, ..Filter { session, ..typed("nothing says this") } });
        assert_eq!((list.len(), list.totals()), (0, totals));
    }

    #[test]
    fn what_only_the_store_knows_is_added_and_what_both_know_is_not_doubled() {
        let mut list = list();
        let known = sample::requests().remove(0);
        let mut other = known.clone();
        other.trace = TraceId::mint([9; 16]).unwrap();
        list.find(vec![known, other]);
        assert_eq!(list.len(), 4);
        list.filter(Filter { mine: true, ..Filter::default() });
        assert_eq!(list.len(), 3);
    }

    #[test]
    fn an_empty_list_says_what_keeps_all_away() {
        let mut list = list();
        assert_eq!(list.blank(""), None);
        list.filter(Filter { traces: true, ..typed("nothing says this") });
        let detail = list.blank("").unwrap().detail;
        assert_eq!(detail, "Of 3 requests, none matches the filter and has a trace.");
        list.fill(Ok(Vec::new()));
        assert_eq!(list.blank(""), None, "there is nothing to be kept away");
    }

    #[test]
    fn completion_counts_the_requests_of_the_session() {
        let mut list = list();
        let offered = |list: &Requests| {
            let choices = list.complete("method:", 7).choices;
            choices.into_iter().map(|it| (it.text, it.count)).collect::<Vec<_>>()
        };
        let known = [("GET".to_owned(), Some(2)), ("POST".to_owned(), Some(1))];
        assert_eq!(offered(&list), known);
        let session = trace::SessionId::mint([8; 16]);
        list.filter(Filter { session, ..Filter::default() });
        assert_eq!(offered(&list), []);
    }

    #[test]
    fn two_requests_of_two_traces_are_compared_the_older_first() {
        let mut list = list();
        let mut other = list.rows[0].clone();
        other.trace = TraceId::mint([9; 16]).unwrap();
        let (old, new) = (other.trace, list.rows[0].trace);
        other.start = trace::Timestamp::default();
        list.find(vec![other]);
        for at in [3, 2] {
            list.mark(at);
        }
        assert_eq!(list.pair(), Err("Both are of one trace: tick a request of another"));
        list.mark(3);
        assert_eq!(list.pair(), Err("Tick one more request to compare"));
        for at in [0, 1] {
            list.mark(at);
        }
        assert_eq!(list.pair(), Ok([old, new]));
        assert_eq!(list.marked().len(), 2, "a third one is not marked");
        list.unmark();
        assert!(list.marked().is_empty());
    }

    #[test]
    fn an_unreadable_journal_keeps_what_was_read_before() {
        let mut list = list();
        list.fill(Err("no room".to_owned()));
        assert_eq!((list.len(), list.trouble.as_deref()), (3, Some("no room")));
    }
}
