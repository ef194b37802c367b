//! Sessions: which there are, and one in numbers.

use std::collections::BTreeMap;

use trace::digest::{ErrorRow, PageRow};
use trace::order::sort;
use trace::{SpanId, Timestamp, TraceId};

use super::errors::browser;
use super::{
    Call, CallList, PageLine, Places, SessionDetails, SessionFilter, SessionLine, Shelves, at,
};

/// Where a row stands in time; rows of one moment by their ids, so that their order does not matter.
type Place = (Timestamp, Option<TraceId>, Option<SpanId>);

const fn place(page: &PageRow) -> Place {
    (page.start, page.trace, page.span)
}

/// The page that says something last, of those that say it.
#[derive(Default)]
struct Last<'a>(Option<&'a PageRow>);

impl<'a> Last<'a> {
    fn offer(&mut self, page: &'a PageRow, says: bool) {
        if says && self.0.is_none_or(|known| place(known) < place(page)) {
            self.0 = Some(page);
        }
    }

    fn text(&self, of: impl Fn(&PageRow) -> &str) -> String {
        self.0.map(|page| of(page).to_owned()).unwrap_or_default()
    }
}

/// What is gathered of one session.
#[derive(Default)]
struct Gathered<'a> {
    session: &'a str,
    first: Option<&'a PageRow>,
    /// When anything in it began first, and was over last.
    since: Option<Timestamp>,
    until: Timestamp,
    pages: u32,
    errors: u32,
    calls: u32,
    failures: u32,
    spans: u32,
    user_name: Last<'a>,
    user_id: Last<'a>,
    browser: Last<'a>,
    ip: Last<'a>,
    region: Last<'a>,
    device: Last<'a>,
    connection: Last<'a>,
    system: Last<'a>,
    /// Which of the filters one of its pages has passed.
    passed: u16,
}

/// A moment that is so many milliseconds after another.
fn after(start: Timestamp, millis: f64) -> Timestamp {
    let took = Timestamp::from_millis(millis);
    Timestamp::from_nanos(start.nanos().saturating_add(took.nanos()))
}

/// Whether a page is a slow load: of a document, for a page within one loads nothing of its own.
fn slow(page: &PageRow, millis: u32) -> bool {
    !page.soft && page.millis >= f64::from(millis)
}

impl<'a> Gathered<'a> {
    fn time(&mut self, start: Timestamp, end: Timestamp) {
        self.since = Some(self.since.map_or(start, |since| since.min(start)));
        self.until = self.until.max(end);
    }

    fn page(&mut self, page: &'a PageRow) {
        self.pages = self.pages.saturating_add(1);
        self.spans = self.spans.saturating_add(page.spans);
        self.time(page.start, after(page.start, page.millis));
        if self.first.is_none_or(|first| place(page) < place(first)) {
            self.first = Some(page);
        }
        self.user_name.offer(page, !page.user_name.is_empty());
        self.user_id.offer(page, !page.user_id.is_empty());
        self.browser.offer(page, !page.browser.is_empty());
        self.ip.offer(page, !page.ip.is_empty());
        self.region.offer(page, !page.region.is_empty());
        self.device.offer(page, !page.device.is_empty());
        self.connection.offer(page, !page.connection.is_empty());
        self.system.offer(page, !page.system.is_empty());
    }

    fn call(&mut self, call: &Call<'_>) {
        self.calls = self.calls.saturating_add(1);
        self.failures = self.failures.saturating_add(u32::from(call.failed()));
        self.spans = self.spans.saturating_add(call.spans);
        self.time(call.start, after(call.start, call.millis));
    }

    fn error(&mut self, error: &ErrorRow) {
        self.errors = self.errors.saturating_add(error.count);
        self.time(error.start, error.start);
    }

    fn line(&self) -> SessionLine {
        SessionLine {
            session: self.session.to_owned(),
            since: self.since.unwrap_or_default(),
            until: self.until,
            user_name: self.user_name.text(|page| &page.user_name),
            user_id: self.user_id.text(|page| &page.user_id),
            url: self.first.map(|page| page.url.clone()).unwrap_or_default(),
            pages: self.pages,
            errors: self.errors,
            calls: self.calls,
            failures: self.failures,
            spans: self.spans,
            browser: self.browser.0.map(|it| browser(&it.browser, &it.version)).unwrap_or_default(),
            ip: self.ip.text(|page| &page.ip),
            region: self.region.text(|page| &page.region),
            device: self.device.text(|page| &page.device),
            connection: self.connection.text(|page| &page.connection),
        }
    }
}

/// All sessions of some rows, whose pages are judged.
fn gather<'a, C: CallList + ?Sized>(
    rows: Shelves<'a, C>,
    only: Option<&str>,
    judge: &dyn Fn(&PageRow) -> u16,
) -> Vec<Gathered<'a>> {
    let wanted = |session: &str| !session.is_empty() && only.is_none_or(|only| only == session);
    let all = rows.pages.len() + rows.calls.count() + rows.errors.len();
    let (mut places, mut found) = (Places::of(all), Vec::<Gathered<'a>>::new());
    for page in rows.pages.iter().filter(|it| wanted(&it.session)) {
        let it = at(&mut found, places.place(&page.session));
        it.session = &page.session;
        it.page(page);
        it.passed |= judge(page);
    }
    for call in rows.calls.each().filter(|it| wanted(it.session)) {
        let it = at(&mut found, places.place(call.session));
        it.session = call.session;
        it.call(&call);
    }
    for error in rows.errors.iter().filter(|it| wanted(&it.session)) {
        let it = at(&mut found, places.place(&error.session));
        it.session = &error.session;
        it.error(error);
    }
    found
}

/// A filter with its words in small letters.
struct Sieve {
    filter: SessionFilter,
}

impl Sieve {
    fn new(filter: &SessionFilter) -> Self {
        let small = |text: &String| text.trim().to_lowercase();
        let SessionFilter { range, user, session, ip, url, browser, version, connection, region } =
            filter;
        Self {
            filter: SessionFilter {
                range: *range,
                user: small(user),
                session: small(session),
                ip: small(ip),
                url: small(url),
                browser: small(browser),
                version: small(version),
                connection: small(connection),
                region: small(region),
            },
        }
    }

    /// Which of the questions a page answers with yes, a bit each. What is not asked is yes.
    fn judge(&self, page: &PageRow) -> u16 {
        let it = &self.filter;
        let part =
            |wanted: &str, text: &str| wanted.is_empty() || text.to_lowercase().contains(wanted);
        let begins =
            |wanted: &str, text: &str| wanted.is_empty() || text.to_lowercase().starts_with(wanted);
        let answers = [
            it.range.is_none_or(|range| range.has(page.start)),
            part(&it.user, &page.user_name) || part(&it.user, &page.user_id),
            begins(&it.session, &page.session),
            part(&it.ip, &page.ip),
            part(&it.url, &page.url),
            part(&it.browser, &page.browser),
            begins(&it.version, &page.version),
            part(&it.connection, &page.connection),
            part(&it.region, &page.region),
        ];
        answers.iter().enumerate().fold(0, |bits, (at, yes)| bits | u16::from(*yes) << at)
    }

    /// Whether a session passes: each question has a page of it that answers with yes. Of a session
    /// whose pages are not known, its own beginning is asked.
    fn lets(&self, it: &Gathered<'_>) -> bool {
        let passed = if it.pages > 0 {
            it.passed
        } else {
            let start = it.since.unwrap_or_default();
            let session = it.session.to_owned();
            self.judge(&PageRow { start, session, ..PageRow::default() })
        };
        passed == (1 << 9) - 1
    }
}

/// The sessions that pass, the newest first.
pub(super) fn sessions<C: CallList + ?Sized>(
    rows: Shelves<'_, C>,
    filter: &SessionFilter,
) -> Vec<SessionLine> {
    let sieve = Sieve::new(filter);
    let found = gather(rows, None, &|page| sieve.judge(page));
    let mut lines: Vec<_> = found.iter().filter(|it| sieve.lets(it)).map(Gathered::line).collect();
    sort(&mut lines, |it| u64::MAX - it.since.nanos(), |a, b| a.session.cmp(&b.session));
    lines
}

/// One session with its pages; `None` where nothing is known of it.
pub(super) fn details<C: CallList + ?Sized>(
    rows: Shelves<'_, C>,
    session: &str,
    millis: u32,
) -> Option<SessionDetails> {
    let found = gather(rows, Some(session), &|_| 0).into_iter().next()?;
    let pages = rows.pages.iter().filter(|page| page.session == session);
    let mut pages: Vec<PageLine> = pages
        .map(|page| PageLine {
            page: page.clone(),
            slow: slow(page, millis),
            ..PageLine::default()
        })
        .collect();
    sort(&mut pages, |it| it.page.start.nanos(), |a, b| place(&a.page).cmp(&place(&b.page)));
    // Of several pages in one trace, what is the trace's is the first's.
    let mut homes: BTreeMap<TraceId, usize> = BTreeMap::new();
    for (at, line) in pages.iter().enumerate() {
        if let Some(trace) = line.page.trace {
            homes.entry(trace).or_insert(at);
        }
    }
    let home = |trace: Option<TraceId>| homes.get(&trace?).copied();
    for error in rows.errors.iter().filter(|it| it.session == session) {
        if let Some(line) = home(error.trace).and_then(|at| pages.get_mut(at)) {
            line.errors = line.errors.saturating_add(error.count);
        }
    }
    for call in rows.calls.each().filter(|it| it.session == session) {
        if let Some(line) = home(call.page).and_then(|at| pages.get_mut(at)) {
            line.calls = line.calls.saturating_add(1);
            line.failures = line.failures.saturating_add(u32::from(call.failed()));
        }
    }
    let slow = u32::try_from(pages.iter().filter(|line| line.slow).count()).unwrap_or(u32::MAX);
    let system = found.system.text(|page| &page.system);
    Some(SessionDetails { line: found.line(), slow, system, pages })
}
