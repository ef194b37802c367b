//! Wall time as people read it: the day and the time of day where the reader is.
//!
//! Knows no clock and no time zone: both are arguments. How long something took is not here but in
//! `trace::quantity`.

use trace::Timestamp;
use trace::time::{civil, days};

const DAY: i64 = 86_400_000;

/// `14:03:22.123`, in a zone so many minutes east of UTC.
#[must_use]
pub fn clock(at: Timestamp, zone: i32) -> String {
    let millis = local(at, zone).rem_euclid(DAY);
    let (seconds, minutes) = (millis / 1_000, millis / 60_000);
    format!("{:02}:{:02}:{:02}.{:03}", minutes / 60, minutes % 60, seconds % 60, millis % 1_000)
}

/// `2026-11-21 14:03:22.123`, in a zone so many minutes east of UTC.
#[must_use]
pub fn date(at: Timestamp, zone: i32) -> String {
    let (year, month, day) = civil(local(at, zone).div_euclid(DAY));
    format!("{year}-{month:02}-{day:02} {}", clock(at, zone))
}

/// `2026-11-21 14:03:22`, for what nobody does by the millisecond.
#[must_use]
pub fn second(at: Timestamp, zone: i32) -> String {
    date(at, zone).split('.').next().unwrap_or_default().to_owned()
}

/// `2026-11-21T14:03`, as a field for a day and a time of day has it (HTML, local date and time
/// strings).
#[must_use]
pub fn field(at: Timestamp, zone: i32) -> String {
    date(at, zone).replace(' ', "T").chars().take(16).collect()
}

/// The moment that was typed into such a field. `None` of what is none, or lies before 1970.
#[must_use]
pub fn typed(text: &str, zone: i32) -> Option<Timestamp> {
    let (day, time) = text.split_once('T')?;
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (parts.next()?.parse::<i64>().ok()?, parts.next()?.parse::<i64>().ok()?);
    let seconds = parts.next().map_or(Ok(0.0), str::parse::<f64>).ok()?;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && (0..10_000).contains(&year);
    if !fits
        || !(0..24).contains(&hour)
        || !(0..60).contains(&minute)
        || !(0.0..60.0).contains(&seconds)
    {
        return None;
    }
    let minutes = days(year, month, day) * 1_440 + hour * 60 + minute - i64::from(zone);
    let millis = u32::try_from(minutes).ok().map(|minutes| f64::from(minutes) * 60_000.0)?;
    Some(Timestamp::from_millis(millis + seconds * 1_000.0))
}

/// How long ago something was, in words.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.since(at).as_secs() {
        0..=44 => "just now".to_owned(),
        45..=89 => "a minute ago".to_owned(),
        seconds @ 90..=5_399 => format!("{} minutes ago", (seconds + 30) / 60),
        seconds @ 5_400..=129_599 => format!("{} hours ago", (seconds + 1_800) / 3_600),
        seconds => format!("{} days ago", (seconds + 43_200) / 86_400),
    }
}

/// Milliseconds since the epoch as the reader's wall clock counts them.
fn local(at: Timestamp, zone: i32) -> i64 {
    i64::try_from(at.millis()).unwrap_or(i64::MAX / 2) + i64::from(zone) * 60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_the_reader_s_clock_has_it() {
        let at = Timestamp::from_millis(1_795_271_002_123.0);
        assert_eq!(date(at, 0), "2026-11-21 14:23:22.123");
        assert_eq!(date(at, 60), "2026-11-21 15:23:22.123");
        assert_eq!(date(at, -15 * 60), "2026-11-20 23:23:22.123");
        assert_eq!(second(at, 60), "2026-11-21 15:23:22");
        assert_eq!(clock(at, 330), "19:53:22.123");
    }

    #[test]
    fn what_is_typed_into_a_field_is_the_moment_that_it_showed() {
        for day in [0.0, 58.0, 59.0, 60.0, 11_016.0, 11_017.0, 20_778.0, 24_836.0] {
            let at = Timestamp::from_millis(day * 864e5 + 51_780_000.0);
            for zone in [0, 330, -720] {
                assert_eq!(typed(&field(at, zone), zone), Some(at), "day {day}, zone {zone}");
            }
        }
        let at = typed("2026-11-21T14:23:22.123", 0);
        assert_eq!(at, Some(Timestamp::from_millis(1_795_271_002_123.0)));
        for bad in
            ["", "2026-11-21", "2026-13-01T00:00", "2026-01-01T24:00", "1969-12-31T23:59", "x"]
        {
            assert_eq!(typed(bad, 0), None, "{bad}");
        }
    }

    #[test]
    fn a_while_ago_is_said_in_the_unit_that_fits() {
        let ago = |seconds: u64| {
            ago(Timestamp::default(), Timestamp::from_nanos(seconds * 1_000_000_000))
        };
        let said = [44, 45, 89, 90, 5_399, 5_400, 129_600].map(ago);
        assert_eq!(
            said,
            [
                "just now",
                "a minute ago",
                "a minute ago",
                "2 minutes ago",
                "90 minutes ago",
                "2 hours ago",
                "2 days ago",
            ]
        );
    }

    #[test]
    fn leap_days_and_the_ends_of_time_have_a_date() {
        let day = |days: f64| date(Timestamp::from_millis(days * 864e5), 0);
        assert!(day(11_016.0).starts_with("2000-02-29 "));
        assert!(day(11_017.0).starts_with("2000-03-01 "));
        assert!(day(0.0).starts_with("1970-01-01 00:00"));
        assert!(date(Timestamp::from_nanos(u64::MAX), 0).starts_with("2554-"));
        assert!(date(Timestamp::default(), -60).starts_with("1969-12-31 23:00"));
    }
}
