//! Moments as other systems write them: counts of microseconds or milliseconds, and dates.

use trace::json::float;
use trace::time::days;

/// A decimal number times ten to a power, exactly: `12.5` microseconds (power 3) are 12500
/// nanoseconds. `None` when it is negative, no number, or beyond 64 bits.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and the sign was looked at"
)]
pub(crate) fn scaled(digits: &str, power: usize) -> Option<u64> {
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !whole.is_empty() && plain(whole) && plain(rest) {
        let mut number = whole.parse::<u64>().ok()?;
        for at in 0..power {
            let digit = rest.as_bytes().get(at).map_or(0, |byte| byte - b'0');
            number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
        }
        return Some(number);
    }
    let factor = (0..power).fold(1.0, |factor, _| factor * 10.0);
    let number = float(digits)? * factor;
    (0.0..1.8e19).contains(&number).then_some(number.round() as u64)
}

/// Nanoseconds since 1970 of an ISO 8601 date with a time: `2026-11-21T09:30:00.123+01:00`. Without
/// a zone it is UTC. `None` when it is none, or before 1970.
pub(crate) fn date(text: &str) -> Option<u64> {
    let (day, time) = text.trim().split_once(['T', 't', ' '])?;
    let mut parts = day.splitn(3, '-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=2500).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at_checked(at)?;
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let nanos = scaled(parts.next().unwrap_or("0"), 9)?;
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset(zone)?;
    u64::try_from(minutes).ok()?.checked_mul(60_000_000_000)?.checked_add(nanos)
}

/// Minutes that a zone is ahead.
fn offset(zone: &str) -> Option<i64> {
    let (sign, zone) = match zone.as_bytes().first() {
        None | Some(b'Z' | b'z') => return Some(0),
        Some(b'-') => (-1, zone.get(1..)?),
        _ => (1, zone.get(1..)?),
    };
    let (hours, minutes) = match zone.split_once(':') {
        Some(pair) => pair,
        None => zone.split_at_checked(2)?,
    };
    let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
    Some(sign * (number(hours)? * 60 + minutes))
}

/// A number of at most four digits.
fn number(text: &str) -> Option<i64> {
    let short = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    short.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimal_numbers_keep_every_digit() {
        assert_eq!(scaled("1795218972339697.001", 3), Some(1_795_218_972_339_697_001));
        assert_eq!(scaled("12", 3), Some(12_000));
        assert_eq!(scaled("0.0004", 3), Some(0));
        assert_eq!(scaled("1.5e3", 3), Some(1_500_000));
        for bad in ["", "-1", "x", ".", "1e99", "99999999999999999999", "1.x"] {
            assert_eq!(scaled(bad, 3), None, "{bad}");
        }
    }

    #[test]
    fn dates_are_read_in_every_zone() {
        let wanted = Some(1_795_253_400_123_000_000);
        for text in [
            "2026-11-21T09:30:00.123Z",
            "2026-11-21T10:30:00.123+01:00",
            "2026-11-21T04:00:00.123-0530",
            "2026-11-21 09:30:00.123",
            "2026-11-21T11:30:00.123+02",
        ] {
            assert_eq!(date(text), wanted, "{text}");
        }
        for bad in ["", "2026", "2026-13-01T00:00:00Z", "T", "1969-12-31T23:59:59Z", "2026-01-01Té"]
        {
            assert_eq!(date(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text: String) {
            let _ = (date(&text), scaled(&text, 3));
        }
    }
}
