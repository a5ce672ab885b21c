//! DynamoDB's numbers: decimal, up to 38 significant digits, compared by value and not by
//! spelling, so that `1.0` and `1` are one key.

use std::cmp::Ordering;
use std::fmt;

/// The most significant digits a number may have.
const MAX_DIGITS: usize = 38;
/// The largest power of ten of a number's first digit.
const MAX_MAGNITUDE: i64 = 125;
/// The smallest power of ten of a number's first digit, but for zero.
const MIN_MAGNITUDE: i64 = -130;
/// Longer texts are refused before reading, in bytes.
const MAX_TEXT_BYTES: usize = 1024;

/// Why a text is not a number here, in DynamoDB's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not a number at all
    #[error("The parameter cannot be converted to a numeric value: {0}")]
    NotNumeric(String),
    /// More digits than fit
    #[error("Attempting to store more than 38 significant digits in a Number")]
    TooManyDigits,
    /// Too far from zero
    #[error(
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )]
    Overflow,
    /// Too near to zero
    #[error(
        "Number underflow. Attempting to store a number with magnitude smaller than supported range"
    )]
    Underflow,
}

/// A decimal number: its digits times a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    negative: bool,
    /// Significant digits without zeros at either end; empty for zero
    digits: Vec<u8>,
    /// The power of ten of the last digit
    exponent: i64,
}

impl Number {
    /// Reads a number as JSON or a person would write one.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let wrong = || NumberError::NotNumeric(text.chars().take(MAX_DIGITS).collect());
        if text.len() > MAX_TEXT_BYTES {
            return Err(wrong());
        }
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..).unwrap_or_default()),
            Some(b'+') => (false, text.get(1..).unwrap_or_default()),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| wrong())?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let exponent = i64::from(exponent) - fraction.len() as i64;
        Self::normal(
            negative,
            all.bytes().map(|byte| byte - b'0').collect(),
            exponent,
        )
    }

    /// Drops zeros at both ends and checks the range.
    fn normal(negative: bool, digits: Vec<u8>, exponent: i64) -> Result<Self, NumberError> {
        let mut digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
        let mut exponent = exponent;
        while digits.last() == Some(&0) {
            digits.pop();
            exponent += 1;
        }
        if digits.is_empty() {
            return Ok(Self {
                negative: false,
                digits,
                exponent: 0,
            });
        }
        let number = Self {
            negative,
            digits,
            exponent,
        };
        if number.digits.len() > MAX_DIGITS {
            return Err(NumberError::TooManyDigits);
        }
        match number.magnitude() {
            magnitude if magnitude > MAX_MAGNITUDE => Err(NumberError::Overflow),
            magnitude if magnitude < MIN_MAGNITUDE => Err(NumberError::Underflow),
            _ => Ok(number),
        }
    }

    /// The power of ten of the first digit.
    fn magnitude(&self) -> i64 {
        self.exponent + self.digits.len() as i64 - 1
    }

    /// Which is larger, without looking at the signs.
    fn cmp_absolute(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            // Without zeros at the end, digits compare like words of a dictionary
            (false, false) => self
                .magnitude()
                .cmp(&other.magnitude())
                .then_with(|| self.digits.cmp(&other.digits)),
        }
    }

    /// The sum, where it has few enough digits.
    pub fn plus(&self, other: &Self) -> Result<Self, NumberError> {
        if self.digits.is_empty() {
            return Ok(other.clone());
        }
        if other.digits.is_empty() {
            return Ok(self.clone());
        }
        let exponent = self.exponent.min(other.exponent);
        let top = self.magnitude().max(other.magnitude());
        // Digits that far apart cannot fit one number; stop before writing out the zeros between
        if top - exponent > MAX_DIGITS as i64 {
            return Err(NumberError::TooManyDigits);
        }
        let width = usize::try_from(top - exponent + 2).unwrap_or(MAX_DIGITS);
        let (left, right) = (self.spread(exponent, width), other.spread(exponent, width));
        if self.negative == other.negative {
            return Self::normal(self.negative, add(&left, &right), exponent);
        }
        match self.cmp_absolute(other) {
            Ordering::Less => Self::normal(other.negative, subtract(&right, &left), exponent),
            _ => Self::normal(self.negative, subtract(&left, &right), exponent),
        }
    }

    /// The same number with the other sign.
    pub fn negated(&self) -> Self {
        Self {
            negative: !self.negative && !self.digits.is_empty(),
            ..self.clone()
        }
    }

    /// The digits with zeros added at both ends, so that the last one counts tens to `exponent`.
    fn spread(&self, exponent: i64, width: usize) -> Vec<u8> {
        let after = usize::try_from(self.exponent - exponent).unwrap_or(0);
        let before = width.saturating_sub(self.digits.len() + after);
        let mut spread = vec![0; before];
        spread.extend_from_slice(&self.digits);
        spread.resize(before + self.digits.len() + after, 0);
        spread
    }
}

/// Adds digit rows of one length; the first digit of each is zero.
fn add(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum: Vec<u8> = left
        .iter()
        .zip(right)
        .rev()
        .map(|(a, b)| {
            let total = a + b + carry;
            carry = total / 10;
            total % 10
        })
        .collect();
    sum.reverse();
    sum
}

/// Subtracts digit rows of one length; the left one is the larger.
fn subtract(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut rest: Vec<u8> = left
        .iter()
        .zip(right)
        .rev()
        .map(|(a, b)| {
            let taken = b + borrow;
            borrow = u8::from(*a < taken);
            a + 10 * borrow - taken
        })
        .collect();
    rest.reverse();
    rest
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_absolute(other),
            (true, true) => other.cmp_absolute(self),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    /// All digits written out, as DynamoDB answers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        let mut text: String = self
            .digits
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect();
        if self.exponent >= 0 {
            text.push_str(&"0".repeat(usize::try_from(self.exponent).unwrap_or(0)));
        } else {
            let after = usize::try_from(-self.exponent).unwrap_or(0);
            if text.len() <= after {
                text = "0".repeat(after + 1 - text.len()) + &text;
            }
            text.insert(text.len() - after, '.');
        }
        write!(f, "{}{text}", if self.negative { "-" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn one_number_has_one_spelling() {
        for (written, answered) in [
            ("1.0", "1"),
            ("-0", "0"),
            ("007", "7"),
            ("1e3", "1000"),
            ("1.50", "1.5"),
            ("-12e-4", "-0.0012"),
            ("+.5", "0.5"),
        ] {
            assert_eq!(number(written).to_string(), answered, "{written}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused_in_the_services_words() {
        for text in ["", "-", "abc", "1.2.3", "1e", "0x10", "NaN", "1 ", "."] {
            let error = Number::parse(text).unwrap_err();
            let words = "The parameter cannot be converted to a numeric value";
            assert!(error.to_string().starts_with(words), "{text}");
        }
        let digits = "1".repeat(39);
        assert_eq!(Number::parse(&digits), Err(NumberError::TooManyDigits));
        assert_eq!(Number::parse("1e126"), Err(NumberError::Overflow));
        assert_eq!(Number::parse("1e-131"), Err(NumberError::Underflow));
    }

    #[test]
    fn numbers_that_are_too_far_apart_have_no_sum() {
        assert_eq!(
            number("1e100").plus(&number("1")),
            Err(NumberError::TooManyDigits)
        );
        assert_eq!(
            number("9e125").plus(&number("9e125")),
            Err(NumberError::Overflow)
        );
    }

    proptest! {
        #[test]
        fn order_and_sum_are_those_of_integers(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000) {
            let (left, right) = (number(&a.to_string()), number(&b.to_string()));
            prop_assert_eq!(left.cmp(&right), a.cmp(&b));
            prop_assert_eq!(left.plus(&right).unwrap(), number(&(a + b).to_string()));
            prop_assert_eq!(left.plus(&right.negated()).unwrap(), number(&(a - b).to_string()));
        }

        #[test]
        fn no_text_panics(text in "[-+.eE0-9]{0,40}") {
            if let Ok(number) = Number::parse(&text) {
                prop_assert_eq!(Number::parse(&number.to_string()).unwrap(), number);
            }
        }
    }
}
