//! Reads decimal numbers into doubles, rounded as IEEE 754 wants (to nearest, ties to even).
//!
//! The standard library does the same, faster in the rarest cases, with tables that are 15 kB of
//! compressed wasm: a tenth of what the extension's background may weigh. Here whatever fits 128
//! bits, which is nearly every number ever written, is exact at once; the rest is guessed and
//! then corrected by comparing whole numbers.

use std::cmp::Ordering;

/// Digits that can matter: a double's exact decimal form has at most 767.
const DIGITS: usize = 800;

/// Reads a number that has JSON's syntax.
pub(super) fn parse(text: &str) -> f64 {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let decimal = Decimal::parse(text);
    let number = decimal.short().unwrap_or_else(|| decimal.long());
    if negative { -number } else { number }
}

/// `digits × 10^exponent`.
struct Decimal {
    /// Without zeros at the front.
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Self {
        let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        // Beyond what an i64 holds, the sign alone decides.
        let far = if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
        let mut decimal = Self { digits: Vec::new(), exponent: exponent.parse().unwrap_or(far) };
        decimal.exponent = decimal.exponent.clamp(i64::MIN / 4, i64::MAX / 4);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        for (part, shift) in [(whole, 0), (fraction, -1)] {
            part.bytes().for_each(|digit| decimal.push(digit - b'0', shift));
        }
        decimal
    }

    fn push(&mut self, digit: u8, shift: i64) {
        match self.digits.len() {
            0 if digit == 0 => self.exponent += shift,
            0..DIGITS => {
                self.digits.push(digit);
                self.exponent += shift;
            }
            // Past the last digit that can matter it only matters whether there is more.
            _ => {
                self.digits[DIGITS - 1] |= u8::from(digit != 0);
                self.exponent += shift + 1;
            }
        }
    }

    /// Exact, where digits and power of ten fit 64 bits each.
    #[allow(clippy::cast_precision_loss, reason = "the cast rounds as the result must")]
    fn short(&self) -> Option<f64> {
        let digits = self.leading(19)?;
        let power = |exponent: u64| 10_u128.checked_pow(u32::try_from(exponent).ok()?);
        if digits == 0 {
            return Some(0.0);
        }
        match self.exponent {
            0..=19 => Some((digits * power(self.exponent.unsigned_abs())?) as f64),
            -18..0 => {
                let power = power(self.exponent.unsigned_abs())?;
                let shift = digits.leading_zeros() - 1;
                let scaled = digits << shift;
                // More than 64 bits, the last of which says that there is a remainder.
                let quotient = (scaled / power) | u128::from(!scaled.is_multiple_of(power));
                Some(quotient as f64 / (1_u128 << shift) as f64)
            }
            _ => None,
        }
    }

    /// The digits as a number, if there are no more than `most`.
    fn leading(&self, most: usize) -> Option<u128> {
        let number = |digits: &[u8]| digits.iter().fold(0, |n, digit| n * 10 + u128::from(*digit));
        (self.digits.len() <= most).then(|| number(&self.digits))
    }

    /// Guesses, and goes up or down until the number is nearer to no other double.
    fn long(&self) -> f64 {
        let size = self.exponent.saturating_add_unsigned(self.digits.len() as u64);
        match size {
            ..-400 => return 0.0,
            400.. => return f64::INFINITY,
            _ => {}
        }
        let mut bits = self.guess().min(f64::MAX).to_bits();
        while bits < f64::INFINITY.to_bits() && self.beyond(bits) {
            bits += 1;
        }
        while bits > 0 && !self.beyond(bits - 1) {
            bits -= 1;
        }
        f64::from_bits(bits)
    }

    /// Within a few units of the last place.
    #[allow(clippy::cast_precision_loss, reason = "a guess")]
    fn guess(&self) -> f64 {
        let kept = self.digits.len().min(19);
        let digits = self.digits[..kept].iter().fold(0, |n, digit| n * 10 + u64::from(*digit));
        let exponent = self.exponent + i64::try_from(self.digits.len() - kept).unwrap_or(0);
        let exponent = i32::try_from(exponent).unwrap_or(0);
        // In two steps, for the power alone may be too small where the product is not.
        digits as f64 * 10_f64.powi(exponent / 2) * 10_f64.powi(exponent - exponent / 2)
    }

    /// Whether the number lies nearer to the next double than to the one with these bits. At the
    /// very middle the even one is nearer.
    fn beyond(&self, bits: u64) -> bool {
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, power) = match bits >> 52 {
            0 => (fraction, -1074),
            exponent => (fraction | 1 << 52, i64::try_from(exponent).unwrap_or(0) - 1075),
        };
        let mut number = Large::default();
        self.digits.iter().for_each(|digit| number.multiply_add(10, u32::from(*digit)));
        let mut middle = Large(vec![0, 0]);
        let twice = mantissa * 2 + 1;
        middle.0 = [twice, twice >> 32].map(|part| (part & 0xffff_ffff) as u32).to_vec();
        let power = power - 1;
        number.scale(10, self.exponent);
        middle.scale(10, -self.exponent);
        number.scale(2, -power);
        middle.scale(2, power);
        match number.compare(&middle) {
            Ordering::Less => false,
            Ordering::Equal => mantissa % 2 == 1,
            Ordering::Greater => true,
        }
    }
}

/// A whole number of any size, its lowest 32 bits first.
#[derive(Default)]
struct Large(Vec<u32>);

impl Large {
    fn multiply_add(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for part in &mut self.0 {
            carry += u64::from(*part) * u64::from(factor);
            *part = (carry & 0xffff_ffff) as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push((carry & 0xffff_ffff) as u32);
        }
    }

    /// Multiplies by `base^exponent`; a negative power is the other side's to take.
    fn scale(&mut self, base: u32, exponent: i64) {
        // The largest power that fits 32 bits does the work of many.
        let step = i64::from(u32::MAX.ilog(base));
        let mut left = exponent;
        while left > 0 {
            let taken = left.min(step);
            self.multiply_add(base.pow(u32::try_from(taken).unwrap_or(0)), 0);
            left -= taken;
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let parts = |large: &Self| {
            let zeros = large.0.iter().rev().take_while(|part| **part == 0).count();
            large.0.len() - zeros
        };
        let (mine, theirs) = (parts(self), parts(other));
        let highest_first = |large: &Self, count: usize| -> Vec<u32> {
            large.0[..count].iter().rev().copied().collect()
        };
        mine.cmp(&theirs).then_with(|| highest_first(self, mine).cmp(&highest_first(other, theirs)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn as_the_standard_library(text: &str) {
        let wanted: f64 = text.parse().unwrap();
        assert_eq!(parse(text).to_bits(), wanted.to_bits(), "{text}: {wanted:e}");
    }

    #[test]
    fn the_hard_cases_of_the_literature_are_rounded_rightly() {
        for text in [
            "0",
            "-0",
            "0.0e5",
            "1",
            "0.1",
            "0.30000000000000004",
            "123456789012345678901234567890",
            "9007199254740993",
            "9007199254740992.5",
            "1e22",
            "1e23",
            "8.5e22",
            "1e-5",
            "1e308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "4.9406564584124654e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1e-400",
            "1e-323",
            "1e400",
            "6.631236846766476e-316",
            "1e999999999999999999999",
            "1e-999999999999999999999",
            "0.000000000000000000000000000000000000000000001e45",
            "7.2057594037927933e16",
        ] {
            as_the_standard_library(text);
            as_the_standard_library(&format!("-{text}").replace("--", ""));
        }
        let long = format!("0.5{}1", "0".repeat(1000));
        as_the_standard_library(&long);
        // Exactly between two doubles, and a hair above.
        let middle = "9007199254740993.0".to_owned() + &"0".repeat(900);
        as_the_standard_library(&middle);
        as_the_standard_library(&(middle + "1"));
    }

    proptest! {
        #[test]
        fn every_double_comes_back_from_its_text(bits: u64) {
            let number = f64::from_bits(bits & !(1 << 63));
            if number.is_finite() {
                as_the_standard_library(&format!("{number:?}"));
                as_the_standard_library(&format!("{number:.25e}"));
            }
        }

        #[test]
        fn any_number_is_read_as_the_standard_library_reads_it(
            text in "(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?(e[+-]?[0-9]{1,3})?"
        ) {
            as_the_standard_library(&text);
        }
    }
}
