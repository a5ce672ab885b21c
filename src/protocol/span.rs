//! Lengths of simulated time, written as `15m`, `1h30m` or `250ms`.

use std::fmt;
use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::time::{MAX_TIME_TEXT_BYTES, TimeError};

/// Milliseconds in one second.
const MS_PER_SECOND: i64 = 1_000;
/// Milliseconds in one minute.
const MS_PER_MINUTE: i64 = 60 * MS_PER_SECOND;
/// Milliseconds in one hour.
const MS_PER_HOUR: i64 = 60 * MS_PER_MINUTE;
/// Milliseconds in one day.
const MS_PER_DAY: i64 = 24 * MS_PER_HOUR;
/// A length of simulated time in milliseconds; negative when it leads into the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

/// The units a span is written in, largest first.
const SPAN_UNITS: [(&str, i64); 5] = [
    ("d", MS_PER_DAY),
    ("h", MS_PER_HOUR),
    ("m", MS_PER_MINUTE),
    ("s", MS_PER_SECOND),
    ("ms", 1),
];

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many milliseconds.
    pub const fn from_millis(millis: i64) -> Span {
        Span(millis)
    }

    /// So many seconds.
    pub const fn from_seconds(seconds: i64) -> Span {
        Span(seconds.saturating_mul(MS_PER_SECOND))
    }

    /// So many minutes.
    pub const fn from_minutes(minutes: i64) -> Span {
        Span(minutes.saturating_mul(MS_PER_MINUTE))
    }

    /// So many hours.
    pub const fn from_hours(hours: i64) -> Span {
        Span(hours.saturating_mul(MS_PER_HOUR))
    }

    /// So many days of 24 hours.
    pub const fn from_days(days: i64) -> Span {
        Span(days.saturating_mul(MS_PER_DAY))
    }

    /// The length in milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The length in whole seconds, cut towards zero.
    pub const fn seconds(self) -> i64 {
        self.0 / MS_PER_SECOND
    }

    /// The same length without its direction.
    pub const fn abs(self) -> Span {
        Span(self.0.saturating_abs())
    }

    /// The length as people say it, by its two largest units: `42 min 36 s`, `1 h`.
    pub fn in_words(self) -> String {
        const UNITS: [(&str, i64); 4] = [
            ("d", MS_PER_DAY),
            ("h", MS_PER_HOUR),
            ("min", MS_PER_MINUTE),
            ("s", MS_PER_SECOND),
        ];
        const MOST_UNITS: usize = 2;
        let mut left = self.0;
        let mut words = Vec::new();
        for (unit, length) in UNITS {
            if left >= length && words.len() < MOST_UNITS {
                words.push(format!("{} {unit}", left / length));
                left %= length;
            }
        }
        match words.is_empty() {
            true => "0 s".to_owned(),
            false => words.join(" "),
        }
    }

    /// Parses numbers with the units d, h, m, s and ms: `15m`, `1h30m`, `250ms`, `-5m`, `0s`.
    pub fn parse(text: &str) -> Result<Span, TimeError> {
        if text.len() > MAX_TIME_TEXT_BYTES {
            return Err(TimeError::TooLong(text.len()));
        }
        let wrong = || TimeError::NotSpan(text.to_owned());
        let (sign, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let mut total: i64 = 0;
        let mut smallest_so_far = i64::MAX;
        while !rest.is_empty() || smallest_so_far == i64::MAX {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let (number, after) = rest.split_at(digits);
            let unit_end = after
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(after.len());
            let (unit, after) = after.split_at(unit_end);
            let number: i64 = number.parse().map_err(|_| wrong())?;
            let (_, unit_ms) = SPAN_UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .ok_or_else(wrong)?;
            if *unit_ms >= smallest_so_far {
                return Err(wrong());
            }
            smallest_so_far = *unit_ms;
            let part = number.checked_mul(*unit_ms).ok_or_else(wrong)?;
            total = total.checked_add(part).ok_or_else(wrong)?;
            rest = after;
        }
        Ok(Span(sign * total))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Neg for Span {
    type Output = Span;
    fn neg(self) -> Span {
        Span(self.0.saturating_neg())
    }
}

impl fmt::Display for Span {
    /// The form that [`Span::parse`] reads: `1h30m`, `250ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        for (unit, unit_ms) in SPAN_UNITS {
            let unit_ms = unit_ms.unsigned_abs();
            if rest >= unit_ms {
                write!(f, "{}{unit}", rest / unit_ms)?;
                rest %= unit_ms;
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for Span {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Span, TimeError> {
        Span::parse(text)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let text = String::deserialize(deserializer)?;
        Span::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_written_with_units() {
        assert_eq!(Span::parse("1h30m").unwrap(), Span::from_minutes(90));
        assert_eq!(Span::parse("-5m").unwrap(), Span::from_minutes(-5));
        assert_eq!(Span::from_millis(3_412).to_string(), "3s412ms");
        for text in [
            "",
            "-",
            "5",
            "m",
            "5x",
            "1m1h",
            "1m1m",
            "1 h",
            "99999999999999999d",
        ] {
            assert!(
                matches!(Span::parse(text), Err(TimeError::NotSpan(_))),
                "{text:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_span_survives_its_text(millis in -i64::MAX..=i64::MAX) {
            let span = Span::from_millis(millis);
            prop_assert_eq!(Span::parse(&span.to_string()).unwrap(), span);
        }

        #[test]
        fn no_text_panics(text in ".{0,70}") {
            let _ = Span::parse(&text);
        }
    }
}
