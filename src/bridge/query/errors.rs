//! Script errors by fingerprint.

use std::collections::BTreeSet;

use trace::digest::ErrorRow;
use trace::order::{order, sort};
use trace::{SpanId, Timestamp, TraceId};

use super::route::{Routes, Rules};
use super::{ErrorLine, Places, Range, at};

/// What is gathered of one fingerprint.
#[derive(Default)]
struct Gathered<'a> {
    count: u32,
    first: Option<Timestamp>,
    last: Option<&'a ErrorRow>,
    sessions: BTreeSet<&'a str>,
    routes: BTreeSet<usize>,
    browsers: BTreeSet<String>,
}

const fn place(error: &ErrorRow) -> (Timestamp, Option<TraceId>, Option<SpanId>) {
    (error.start, error.trace, error.span)
}

/// A browser with its version; empty where neither is known.
pub(super) fn browser(name: &str, version: &str) -> String {
    let words = [name, version].into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The answer, the most frequent first.
pub(super) fn errors(rows: &[ErrorRow], range: Range) -> Vec<ErrorLine> {
    let (mut places, mut routes) =
        (Places::of(rows.len()), Routes::new(Rules::default(), rows.len()));
    let mut found: Vec<Gathered<'_>> = Vec::new();
    for error in rows.iter().filter(|error| range.has(error.start)) {
        let it = at(&mut found, places.place(&error.fingerprint));
        it.count = it.count.saturating_add(error.count);
        it.first = Some(it.first.map_or(error.start, |first| first.min(error.start)));
        if it.last.is_none_or(|last| place(last) < place(error)) {
            it.last = Some(error);
        }
        if !error.session.is_empty() {
            it.sessions.insert(&error.session);
        }
        it.routes.insert(routes.place(&error.url, ""));
        let browser = browser(&error.browser, &error.version);
        if !browser.is_empty() {
            it.browsers.insert(browser);
        }
    }
    let whole = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let lines = found.into_iter().filter_map(|it| {
        let last = it.last?;
        Some(ErrorLine {
            fingerprint: last.fingerprint.clone(),
            class: last.class.clone(),
            message: last.message.clone(),
            count: it.count,
            sessions: whole(it.sessions.len()),
            pages: whole(it.routes.len()),
            first: it.first?,
            last: last.start,
            browsers: it.browsers.into_iter().collect(),
        })
    });
    let mut lines: Vec<_> = lines.collect();
    sort(
        &mut lines,
        |it| u64::from(u32::MAX - it.count),
        |a, b| b.last.cmp(&a.last).then_with(|| a.fingerprint.cmp(&b.fingerprint)),
    );
    lines
}

/// All rows of one fingerprint, the newest first.
pub(super) fn error(rows: &[ErrorRow], fingerprint: &str) -> Vec<ErrorRow> {
    let found: Vec<&ErrorRow> = rows.iter().filter(|it| it.fingerprint == fingerprint).collect();
    let newest = |at: usize| u64::MAX - found[at].start.nanos();
    let order = order(found.len(), &newest, &|a, b| place(found[a]).cmp(&place(found[b])));
    order.into_iter().map(|at| found[at].clone()).collect()
}
