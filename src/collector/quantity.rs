//! Sizes and durations as people and Go programs write them: `500MB`, `2 GiB`, `7d`, `1h30m`,
//! `1.5s`.

use std::fmt;
use std::time::Duration;

/// Why a text is no size or duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityError {
    found: String,
    wanted: &'static str,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found \"{}\", wanted {}", self.found, self.wanted)
    }
}

impl std::error::Error for QuantityError {}

/// Reads a number of bytes: `1048576`, `500MB` (decimal), `2GiB` (binary); case and spaces do not
/// matter.
///
/// # Errors
/// When there is no number, the unit is unknown, or it is beyond 64 bits.
pub fn bytes(text: &str) -> Result<u64, QuantityError> {
    let error = || QuantityError { found: text.to_owned(), wanted: "a size such as 500MB or 2GiB" };
    let lower = text.trim().to_ascii_lowercase();
    let (number, unit) = split(&lower).ok_or_else(error)?;
    let factor: u64 = match unit.trim() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1000 * 1000,
        "g" | "gb" => 1000 * 1000 * 1000,
        "t" | "tb" => 1000 * 1000 * 1000 * 1000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err(error()),
    };
    scale(number, factor).ok_or_else(error)
}

/// Reads a duration of one or more parts: `7d`, `1h30m`, `1.5s`, `250ms`, `10us`, `10µs`, `5ns`. A
/// bare `0` needs no unit.
///
/// # Errors
/// When a part has no number or no known unit, or the whole is beyond 64 bits of nanoseconds.
pub fn duration(text: &str) -> Result<Duration, QuantityError> {
    let error = || QuantityError {
        found: text.to_owned(),
        wanted: "a duration such as 7d, 1h30m or 250ms",
    };
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let mut nanos: u64 = 0;
    loop {
        let (number, after) = split(rest).ok_or_else(error)?;
        let end = after.find(|letter: char| letter.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let factor = nanos_in(unit.trim()).ok_or_else(error)?;
        let part = scale(number, factor).ok_or_else(error)?;
        nanos = nanos.checked_add(part).ok_or_else(error)?;
        rest = next;
        if rest.is_empty() {
            return Ok(Duration::from_nanos(nanos));
        }
    }
}

fn nanos_in(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        // The two letters that look like mu.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" | "min" => 60 * SECOND,
        "h" => 3600 * SECOND,
        "d" => 24 * 3600 * SECOND,
        "w" => 7 * 24 * 3600 * SECOND,
        _ => return None,
    })
}

/// The number at the beginning, and what follows it.
fn split(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    number.starts_with(|letter: char| letter.is_ascii_digit()).then_some((number, rest))
}

/// A decimal number times a factor, in whole numbers: what lies below one is cut off.
fn scale(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    let mut part: u128 = 0;
    let mut weight = u128::from(factor);
    for digit in fraction.chars() {
        part += weight * u128::from(digit.to_digit(10)?) / 10;
        weight /= 10;
    }
    whole.checked_add(u64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them() {
        assert_eq!(bytes("1048576"), Ok(1 << 20));
        assert_eq!(bytes("500MB"), Ok(500_000_000));
        assert_eq!(bytes("2 GiB"), Ok(2 << 30));
        assert_eq!(bytes("1.5k"), Ok(1500));
        for bad in ["", "MB", "5 apples", "-1", "99999999999999999999", "20000000TiB", "1.2.3"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_read_as_people_and_go_write_them() {
        assert_eq!(duration("7d"), Ok(Duration::from_secs(7 * 86_400)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("1ms500µs"), Ok(Duration::from_micros(1500)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        for bad in ["", "5", "s", "5 parsecs", "-1s", "1h30", "9999999999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!(
            duration("soon").map_err(|error| error.to_string()),
            Err("found \"soon\", wanted a duration such as 7d, 1h30m or 250ms".to_owned())
        );
    }
}
