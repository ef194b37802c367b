//! Reads decimal numbers as the nearest `f64`.
//!
//! The standard library does it faster, by a table of powers of five: 10 kB that do not compress,
//! which the worker would load at every wake.

/// Digits that can decide between two neighbouring `f64`; what comes after them can only break a
/// tie, and does not have to be told apart.
const DIGITS: usize = 800;
/// Largest power of ten that an `f64` holds exactly.
const EXACT: i64 = 22;

/// The nearest number to a decimal one, as JSON writes it: `-1.5e3`. Infinite where it is too
/// large; `None` where it is no number.
#[must_use]
pub fn float(text: &str) -> Option<f64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (digits, exponent) = match digits.split_once(['e', 'E']) {
        // Beyond this a number is zero or infinite, however many digits it has room for.
        Some((digits, exponent)) => (digits, whole(exponent)?.clamp(-100_000, 100_000)),
        None => (digits, 0),
    };
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digit = |byte: u8| byte.is_ascii_digit();
    if before.is_empty() || !before.bytes().chain(after.bytes()).all(is_digit) {
        return None;
    }
    let digits = before.bytes().chain(after.bytes()).map(|byte| byte - b'0');
    let scale = exponent - i64::try_from(after.len()).ok()?;
    let number = scaled(digits, scale);
    Some(if negative { -number } else { number })
}

/// A sign and digits, nothing else. An exponent beyond 64 bits stands for a very large one.
fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX);
    Some(if text.starts_with('-') { -size } else { size })
}

/// The digits of a whole number, times ten to the power of `scale`.
fn scaled(digits: impl Iterator<Item = u8>, mut scale: i64) -> f64 {
    let mut big = Big::default();
    let mut count = 0;
    for digit in digits.skip_while(|digit| *digit == 0) {
        count += 1;
        if count <= DIGITS {
            big.times_ten(digit);
        } else {
            big.more |= digit != 0;
            scale += 1;
        }
    }
    let length = i64::try_from(count.min(DIGITS)).unwrap_or_default();
    if big.words.is_empty() || length + scale < -330 {
        return 0.0;
    }
    if length + scale > 330 {
        return f64::INFINITY;
    }
    match big.exact() {
        // Both are exact, so that one operation rounds once (Clinger 1990).
        Some(number) if (0..=EXACT).contains(&scale) => number * power(scale),
        Some(number) if (-EXACT..0).contains(&scale) => number / power(-scale),
        _ => big.shifted(scale),
    }
}

/// Ten to a power of at most [`EXACT`], exactly.
fn power(of: i64) -> f64 {
    (0..of).fold(1.0, |power, _| power * 10.0)
}

/// A whole number of any size.
#[derive(Default)]
struct Big {
    /// 32 bits each, the lowest first; the highest is not zero.
    words: Vec<u32>,
    /// Whether the number is a little larger than that.
    more: bool,
}

impl Big {
    #[allow(clippy::cast_possible_truncation, reason = "the low half is meant; the high is kept")]
    fn times_ten(&mut self, plus: u8) {
        let mut carry = u64::from(plus);
        for word in &mut self.words {
            let product = u64::from(*word) * 10 + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.words.push(carry as u32);
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "a quotient by more than the remainder")]
    fn over_ten(&mut self) {
        let mut rest = 0;
        for word in self.words.iter_mut().rev() {
            let part = rest << 32 | u64::from(*word);
            *word = (part / 10) as u32;
            rest = part % 10;
        }
        self.more |= rest > 0;
        self.words.pop_if(|word| *word == 0);
    }

    /// The number, where it has few enough bits for an `f64` to hold it.
    #[allow(clippy::cast_precision_loss, reason = "checked to be within 2^53")]
    fn exact(&self) -> Option<f64> {
        let word = |at: usize| self.words.get(at).map_or(0, |word| u64::from(*word));
        let number = word(1) << 32 | word(0);
        (self.words.len() < 3 && number <= 1 << 53 && !self.more).then_some(number as f64)
    }

    /// The number times ten to a power, rounded once, to even.
    fn shifted(mut self, scale: i64) -> f64 {
        (0..scale).for_each(|_| self.times_ten(0));
        // A division by ten takes less than four bits off: enough zeros below leave 64 bits.
        let zeros = usize::try_from(-scale).map_or(0, |tens| tens / 8 + 3);
        self.words = [vec![0; zeros], self.words].concat();
        (scale..0).for_each(|_| self.over_ten());
        let low = -32 * i64::try_from(zeros).unwrap_or_default();
        let (top, below) = self.top();
        round(top, low + below)
    }

    /// The highest 64 bits, with the lowest of them set where anything lies below, and how many
    /// bits that is.
    fn top(&self) -> (u64, i64) {
        let mut top = 0_u128;
        let mut more = self.more;
        let mut words = self.words.iter().rev();
        for word in words.by_ref().take(3) {
            top = top << 32 | u128::from(*word);
        }
        more |= words.clone().any(|word| *word > 0);
        let spare = (128 - top.leading_zeros()).saturating_sub(64);
        more |= top & ((1 << spare) - 1) > 0;
        let below = i64::from(spare) + 32 * i64::try_from(words.len()).unwrap_or_default();
        (u64::try_from(top >> spare).unwrap_or(u64::MAX) | u64::from(more), below)
    }
}

/// `number` times two to the power of `exponent`, to the nearest, to even between two.
#[allow(clippy::cast_precision_loss, reason = "at most 53 bits are left, which fit")]
fn round(number: u64, exponent: i64) -> f64 {
    // An f64 has 53 bits, and none below 2^-1074.
    let length = 64 - i64::from(number.leading_zeros());
    let excess = (length - 53).max(-1074 - exponent);
    if excess <= 0 {
        return number as f64 * power_of_two(exponent);
    }
    let number = u128::from(number);
    let half = 1_u128 << (excess - 1).min(65);
    // More than 65 bits of excess leave nothing of 64, not even half of the last one.
    let (kept, cut) = (number >> excess.min(66), number & (half * 2 - 1));
    let up = cut > half || cut == half && kept & 1 == 1;
    let kept = u64::try_from(kept).unwrap_or(u64::MAX) + u64::from(up);
    kept as f64 * power_of_two(exponent + excess)
}

/// Two to a power from -1074 on, infinite beyond an `f64`'s range.
fn power_of_two(exponent: i64) -> f64 {
    match u64::try_from(exponent + 1023) {
        Ok(biased @ 1..=2046) => f64::from_bits(biased << 52),
        Ok(2047..) => f64::INFINITY,
        _ => f64::from_bits(1 << (exponent + 1074).clamp(0, 51)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_hard_cases_are_rounded_as_the_standard_library_does() {
        let cases = [
            "0",
            "-0",
            "0.0e5",
            "007.50",
            "0.1",
            "0.30000000000000004",
            "123456789012345678901234567890",
            "123456789012345678901234567890e-10",
            "9007199254740993",
            "9007199254740992.5",
            "9007199254740993.00000000000000000000000000000000000000000001",
            "7.2057594037927933e16",
            "1e22",
            "1e23",
            "8.5e22",
            "8.988465674311581e307",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e400",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "6.631236846766476e-316",
            "1e-323",
            "4.9406564584124654e-324",
            "2.4703282292062327208e-324",
            "2.4703282292062328e-324",
            "1e-400",
            "0e999999999999999999999",
            "1e999999999999999999999",
            "1e-99999999999999999999",
            "0.000000000000000000000000000000000000000000001e45",
        ];
        for text in cases {
            let wanted: f64 = text.parse().unwrap();
            assert_eq!(float(text).map(f64::to_bits), Some(wanted.to_bits()), "{text}");
        }
    }

    #[test]
    fn a_tie_is_broken_by_the_last_of_a_thousand_digits() {
        let tie = format!("9007199254740993.{}", "0".repeat(1_000));
        assert_eq!(float(&tie), Some(9_007_199_254_740_992.0));
        assert_eq!(float(&format!("{tie}1")), Some(9_007_199_254_740_994.0));
        let large = format!("9007199254740993{}1", "0".repeat(200));
        assert_eq!(float(&large), large.parse().ok());
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "+1", ".5", "e1", "1e", "1e+", "1.5.2", "0x1", "NaN", "inf", "é"] {
            assert_eq!(float(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back(number in any::<f64>()) {
            prop_assume!(number.is_finite());
            for text in [format!("{number}"), format!("{number:e}"), format!("{number:.17e}")] {
                prop_assert_eq!(float(&text).map(f64::to_bits), Some(number.to_bits()), "{}", text);
            }
        }

        #[test]
        fn any_decimal_is_read_as_the_standard_library_does(
            digits in "[0-9]{1,40}(\\.[0-9]{1,40})?",
            exponent in -360_i32..360,
        ) {
            let text = format!("{digits}e{exponent}");
            let wanted: f64 = text.parse().unwrap();
            prop_assert_eq!(float(&text).map(f64::to_bits), Some(wanted.to_bits()), "{}", text);
        }

        #[test]
        fn no_text_panics(text in "[-+0-9.eE]{0,30}") {
            let _ = float(&text);
        }
    }
}
