//! Where pages and marks lie on a session's timeline.

use bridge::query::{PageLine, SessionDetails};
use surface::board::Only;
use trace::{Timestamp, quantity};

use super::{Course, Place};
use crate::course::{Sort, millis, path};

/// Pages that are drawn, at most: more would be narrower than a pixel.
const MOST: usize = 600;

/// A page on the timeline, in hundredths of its width.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Where it begins.
    pub left: f64,
    /// How wide its load is.
    pub load: f64,
    /// How wide all of it is, up to the next page.
    pub width: f64,
    /// Whether its load was slow.
    pub slow: bool,
}

/// Something that one wants to see.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where it is, in hundredths of the width.
    pub left: f64,
    /// Errors, failures, a slow load; all of a page for the page itself.
    pub what: Only,
    /// In words.
    pub name: String,
    /// Which of the session's pages it belongs to.
    pub page: usize,
}

/// A timeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// The pages.
    pub bars: Vec<Bar>,
    /// The marks, in order of time; pages are among them.
    pub marks: Vec<Mark>,
}

/// Lays a session out. Where a page was read, its marks are where things happened, else where it
/// begins.
#[must_use]
pub fn plot(details: &SessionDetails, courses: &[(Place, Course)]) -> Plot {
    let mut plot = Plot::default();
    let pages = details.pages.get(..MOST).unwrap_or(&details.pages);
    let first = details.line.since;
    let last = pages.iter().map(ended).fold(details.line.until, Timestamp::max);
    let whole = share(last.since(first)).max(1.0);
    let left = |at: Timestamp| share(at.since(first)) / whole * 100.0;
    for (at, line) in pages.iter().enumerate() {
        let start = left(line.page.start);
        let next = pages.get(at + 1).map_or(last, |next| next.page.start);
        let width = (left(next) - start).max(0.4);
        let load = (left(ended(line)) - start).clamp(0.3, width);
        plot.bars.push(Bar { left: start, load, width, slow: line.slow });
        let offset = quantity::moment(nanos(line.page.start, first), 1_000_000);
        let name =
            format!("{} at {offset}, load {}", path(&line.page.url), millis(line.page.millis));
        plot.marks.push(Mark { left: start, what: Only::All, name, page: at });
        plot.marks.extend(marks(line, at, courses, &left, first));
    }
    plot
}

/// The marks of a page.
fn marks(
    line: &PageLine,
    page: usize,
    courses: &[(Place, Course)],
    left: &dyn Fn(Timestamp) -> f64,
    first: Timestamp,
) -> Vec<Mark> {
    let place = line.page.trace.zip(line.page.span);
    let course = courses.iter().find(|(it, _)| Some(*it) == place);
    if let Some((_, Course::There(steps))) = course {
        let bad = steps.iter().filter(|step| step.slow || step.failed);
        let mark = bad.map(|step| {
            let what = match step.sort {
                Sort::Error => Only::Errors,
                Sort::Load if step.slow => Only::Slow,
                _ => Only::Failures,
            };
            let offset = quantity::moment(nanos(step.at, first), 1_000_000);
            let how = if what == Only::Slow { &step.took } else { &step.ended };
            let name = format!("{}: {} {how}", kind(what), step.title);
            Mark { left: left(step.at), what, name: format!("{} at {offset}", name.trim()), page }
        });
        return mark.collect();
    }
    let on = path(&line.page.url);
    let counted = [
        (Only::Errors, line.errors, "JS error"),
        (Only::Failures, line.failures, "API failure"),
        (Only::Slow, u32::from(line.slow), "slow load"),
    ];
    let there = counted.into_iter().filter(|(_, count, _)| *count > 0);
    let mark = there.map(|(what, count, noun)| {
        let name = format!("{} on {on}", quantity::count(u64::from(count), noun));
        Mark { left: left(line.page.start), what, name, page }
    });
    mark.collect()
}

const fn kind(what: Only) -> &'static str {
    match what {
        Only::Errors => "JS error",
        Only::Slow => "Slow load",
        _ => "API failure",
    }
}

/// When a page's load was over.
fn ended(line: &PageLine) -> Timestamp {
    let took = Timestamp::from_millis(line.page.millis);
    Timestamp::from_nanos(line.page.start.nanos().saturating_add(took.nanos()))
}

fn nanos(at: Timestamp, first: Timestamp) -> u64 {
    at.nanos().saturating_sub(first.nanos())
}

fn share(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests;
