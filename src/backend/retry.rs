//! When a request may be made again: what `retry-after` says, and what we wait of ourselves.

use std::time::Duration;

use trace::Timestamp;
use trace::time::days;

/// Nobody is waited for longer: what says more is a mistake, or a trap.
const MOST: Duration = Duration::from_hours(24);
/// The first pause of our own.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause of our own.
const LAST: Duration = Duration::from_mins(5);

/// Reads a `retry-after` header (RFC 9110, 10.2.3): seconds, or a date. A date is compared with the
/// server's own clock where its answer has a `date`, for ours may be wrong by hours, and else with
/// `now`. `None` when it says nothing.
#[must_use]
pub fn after(header: &str, server: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are a long time all the same.
        let seconds = header.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(MOST));
    }
    let now = date(server).unwrap_or(now.nanos() / 1_000_000_000);
    Some(Duration::from_secs(date(header)?.saturating_sub(now)).min(MOST))
}

/// Seconds since 1970 of an HTTP date, in any of its three forms (RFC 9110, 5.6.7).
fn date(text: &str) -> Option<u64> {
    const MONTHS: &str = "janfebmaraprmayjunjulaugsepoctnovdec";
    let mut parts = text.split([' ', ',', '-']).filter(|part| !part.is_empty());
    let (_, one, two) = (parts.next()?, parts.next()?, parts.next()?);
    let (three, four) = (parts.next()?, parts.next()?);
    // `Sun Nov  6 08:49:37 1994`, or `Sun, 06 Nov 1994 08:49:37` and `Sunday, 06-Nov-94 08:49:37`.
    let (day, month, year, time) =
        if number(one).is_some() { (one, two, three, four) } else { (two, one, four, three) };
    let month = month.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.find(&month).filter(|at| at % 3 == 0)?;
    let month = i64::try_from(at / 3 + 1).ok()?;
    let year = match (number(year)?, year.len()) {
        // Two digits are the past when they would be more than 50 years ahead; the form is from
        // before 1970.
        (short, 2) if short < 70 => 2000 + short,
        (short, 2) => 1900 + short,
        (year, _) => year,
    };
    let day = number(day).filter(|day| (1..=31).contains(day))?;
    let mut clock = time.splitn(3, ':').map(number);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute;
    u64::try_from(minutes * 60 + second).ok()
}

/// A number of at most four digits.
fn number(text: &str) -> Option<i64> {
    let short = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    short.then(|| text.parse().ok()).flatten()
}

/// How long to wait after so many failures, one behind the other. Twice as long each time, and a
/// random half of it less, so that browsers that failed together do not come back together. What the
/// server named is never undercut.
#[must_use]
pub fn pause(failures: u32, named: Option<Duration>, entropy: u32) -> Duration {
    let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).filter(|times| *times < 1 << 16);
    let whole = doubled.map_or(LAST, |times| (FIRST * times).min(LAST));
    let part = whole / 2 * (entropy >> 16) / (1 << 16);
    match named {
        // Beside the server's own word a tenth of it is enough to come apart.
        Some(named) => named + (named / 10).min(LAST) * (entropy >> 16) / (1 << 16),
        None => whole / 2 + part,
    }
}

#[cfg(test)]
mod tests;
