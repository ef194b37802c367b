//! What was recorded, by day and by site.

use std::collections::BTreeMap;

use trace::digest::PageRow;
use trace::order::sort;
use trace::origin::Origin;
use trace::{Timestamp, TraceId};

use super::steps::closed;
use super::{Call, CallList, Range, Shelves, Usage, UsageDay, UsageSite, at};

/// Nanoseconds of a minute and of a day.
const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 1_440 * MINUTE;
/// No clock on Earth is further from UTC, minutes.
const FURTHEST: i32 = 1_440;
/// Days that are told, the newest: a clock that was wrong must not make a list of centuries.
const MOST: i64 = 1_000;

/// The day of a moment, by a clock so many minutes east of UTC.
fn day(moment: Timestamp, zone: i32) -> i64 {
    let nanos = i64::try_from(moment.nanos()).unwrap_or(i64::MAX);
    nanos.saturating_add(i64::from(zone) * MINUTE).div_euclid(DAY)
}

/// When a day begins.
fn begin(day: i64, zone: i32) -> Timestamp {
    let nanos = day.saturating_mul(DAY).saturating_sub(i64::from(zone) * MINUTE);
    Timestamp::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

/// The answer. A page has the spans of its trace, and a call those of its own.
pub(super) fn usage<C: CallList + ?Sized>(rows: Shelves<'_, C>, range: Range, zone: i32) -> Usage {
    let zone = zone.clamp(-FURTHEST, FURTHEST);
    let pages: Vec<&PageRow> = rows.pages.iter().filter(|it| range.has(it.start)).collect();
    let alone = |it: &Call<'_>| it.spans > 0 && range.has(it.start);
    let calls: Vec<Call<'_>> = rows.calls.each().filter(alone).collect();
    Usage { days: days(&pages, &calls, range, zone), sites: sites(rows.pages, &pages, &calls) }
}

fn days(pages: &[&PageRow], calls: &[Call<'_>], range: Range, zone: i32) -> Vec<UsageDay> {
    let moments = pages.iter().map(|it| it.start).chain(calls.iter().map(|it| it.start));
    let Some((since, until)) = closed(range, moments) else { return Vec::new() };
    let moment = Timestamp::from_nanos;
    let last = day(moment(until.saturating_sub(1)), zone);
    let first = day(moment(since), zone).max(last.saturating_sub(MOST - 1));
    let mut days: Vec<UsageDay> = (first..=last)
        .map(|day| UsageDay { since: begin(day, zone), ..UsageDay::default() })
        .collect();
    let counts = pages.iter().map(|it| (it.start, it.spans, it.lost));
    for (start, spans, lost) in counts.chain(calls.iter().map(|it| (it.start, it.spans, 0))) {
        let place = usize::try_from(day(start, zone) - first).ok();
        if let Some(day) = place.and_then(|place| days.get_mut(place)) {
            day.spans = day.spans.saturating_add(spans);
            day.lost = day.lost.saturating_add(lost);
        }
    }
    days
}

/// Sites, those with the most spans first.
fn sites(all: &[PageRow], pages: &[&PageRow], calls: &[Call<'_>]) -> Vec<UsageSite> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut place = |url: Option<&str>| {
        let origin = url.and_then(|url| Origin::of(url).ok());
        let next = places.len();
        *places.entry(origin.map(|it| it.to_string()).unwrap_or_default()).or_insert(next)
    };
    let mut sites: Vec<UsageSite> = Vec::new();
    for page in pages {
        let site = at(&mut sites, place(Some(&page.url)));
        site.pages = site.pages.saturating_add(1);
        site.spans = site.spans.saturating_add(page.spans);
        site.lost = site.lost.saturating_add(page.lost);
    }
    if !calls.is_empty() {
        // Of several pages in one trace, what is the trace's is the first's.
        let mut known: BTreeMap<TraceId, &PageRow> = BTreeMap::new();
        for page in all {
            let Some(trace) = page.trace else { continue };
            let first = known.entry(trace).or_insert(page);
            if (page.start, page.span) < (first.start, first.span) {
                *first = page;
            }
        }
        for call in calls {
            let url = call.page.and_then(|page| Some(&*known.get(&page)?.url));
            let site = at(&mut sites, place(url));
            site.spans = site.spans.saturating_add(call.spans);
        }
    }
    for (origin, place) in places {
        if let Some(site) = sites.get_mut(place) {
            site.origin = origin;
        }
    }
    sort(&mut sites, |it| u64::from(u32::MAX - it.spans), |a, b| a.origin.cmp(&b.origin));
    sites
}
