//! Numbers with units: `50ms`, `2.5%`, `10kB`.

/// What an amount is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Nothing was said.
    None,
    /// A time.
    Time,
    /// A share.
    Percent,
    /// A size.
    Bytes,
}

/// A number, as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Amount {
    /// In nanoseconds, percent, bytes, or nothing.
    pub(super) number: f64,
    /// Half of the last digit that was written: what is equal to it lies within.
    pub(super) half: f64,
    pub(super) unit: Unit,
}

/// Units by name, with what one is.
pub(super) const UNITS: [(&str, Unit, f64); 22] = [
    ("", Unit::None, 1.0),
    ("%", Unit::Percent, 1.0),
    ("ns", Unit::Time, 1.0),
    ("us", Unit::Time, 1e3),
    ("µs", Unit::Time, 1e3),
    ("μs", Unit::Time, 1e3),
    ("ms", Unit::Time, 1e6),
    ("s", Unit::Time, 1e9),
    ("m", Unit::Time, 6e10),
    ("min", Unit::Time, 6e10),
    ("h", Unit::Time, 3.6e12),
    ("d", Unit::Time, 8.64e13),
    ("b", Unit::Bytes, 1.0),
    ("kb", Unit::Bytes, 1e3),
    ("mb", Unit::Bytes, 1e6),
    ("gb", Unit::Bytes, 1e9),
    ("kib", Unit::Bytes, 1024.0),
    ("mib", Unit::Bytes, 1_048_576.0),
    ("gib", Unit::Bytes, 1_073_741_824.0),
    ("B", Unit::Bytes, 1.0),
    ("kB", Unit::Bytes, 1e3),
    ("MB", Unit::Bytes, 1e6),
];

impl Amount {
    /// Reads an amount; `None` for what is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let end = digits.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let end = text.len() - digits.len() + end.unwrap_or(digits.len());
        let (number, name) = text.split_at_checked(end)?;
        let (_, unit, scale) =
            UNITS.into_iter().find(|(unit, ..)| unit.eq_ignore_ascii_case(name))?;
        let decimals = number.split_once('.').map_or(0, |(_, rest)| rest.len());
        let precision = 0.1_f64.powi(i32::try_from(decimals).ok()?);
        let number: f64 = number.parse().ok()?;
        Some(Self { number: number * scale, half: precision * scale / 2.0, unit })
    }

    /// Whether a number is equal to it. One with a unit is as exact as it was written, one without
    /// is exact.
    pub(super) fn is(&self, number: f64) -> bool {
        let apart = (number - self.number).abs();
        match self.unit {
            Unit::None => apart <= f64::EPSILON * self.number.abs(),
            _ => apart <= self.half,
        }
    }

    /// In milliseconds if nothing else was said; `None` when it is no time.
    pub(super) fn time(mut self) -> Option<Self> {
        if self.unit == Unit::None {
            (self.number, self.half, self.unit) = (self.number * 1e6, self.half * 1e6, Unit::Time);
        }
        Some(self).filter(|it| it.unit == Unit::Time)
    }

    /// In percent if nothing else was said; `None` when it is no share.
    pub(super) fn percent(mut self) -> Option<Self> {
        if self.unit == Unit::None {
            self.unit = Unit::Percent;
        }
        Some(self).filter(|it| it.unit == Unit::Percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units_and_are_as_exact_as_they_are_written() {
        for (text, number, unit) in [
            ("50ms", 5e7, Unit::Time),
            ("1.5s", 1.5e9, Unit::Time),
            ("-2", -2.0, Unit::None),
            ("2.5%", 2.5, Unit::Percent),
            ("10kB", 1e4, Unit::Bytes),
            ("3MiB", 3_145_728.0, Unit::Bytes),
            ("7µs", 7e3, Unit::Time),
            (".5h", 1.8e12, Unit::Time),
        ] {
            let amount = Amount::parse(text).unwrap();
            assert!((amount.number - number).abs() < 1e-6 && amount.unit == unit, "{text}");
        }
        let near = Amount::parse("50ms").unwrap();
        assert!(near.is(50_400_000.0) && !near.is(50_600_000.0));
        let exact = Amount::parse("500").unwrap();
        assert!(exact.is(500.0) && !exact.is(500.4));
        assert_eq!(Amount::parse("5").unwrap().time().unwrap().number.to_bits(), 5e6_f64.to_bits());
        for text in ["", "x", "ms", "1.2.3", "5parsec", "-", ".", "1e9", "ä", "5µ"] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
    }
}
