//! Simulated time: instants and durations in whole milliseconds, and every format AWS prints them in.
//!
//! Nothing here reads a clock. Arithmetic saturates at the edges of the supported years, so that no
//! sum of latencies and waits, however large, can panic or wrap around.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use super::span::Span;

/// Milliseconds in one second.
const MS_PER_SECOND: i64 = 1_000;
/// 9999-12-29T23:59:59.999Z, the end of the last day that jiff can hold whatever the time zone.
const LAST_MS: i64 = 253_402_127_999_999;
/// Longer texts are refused before parsing, in bytes.
pub(super) const MAX_TIME_TEXT_BYTES: usize = 64;

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text does not follow ISO 8601.
    #[error("not a time like 2026-03-03T09:00:00Z: {0:?}")]
    NotIso8601(String),
    /// The text does not follow the format of `X-Amz-Date`.
    #[error("not a time like 20260303T090000Z: {0:?}")]
    NotAmzDate(String),
    /// The text is not a list of numbers with units.
    #[error("not a duration like 15m, 1h30m or 250ms: {0:?}")]
    NotSpan(String),
    /// The instant lies outside the supported years.
    #[error("outside the years 1970 to 9999: {0:?}")]
    OutOfRange(String),
    /// The text is longer than any time.
    #[error("a time may be at most {MAX_TIME_TEXT_BYTES} bytes long, this one has {0}")]
    TooLong(usize),
}

/// A simulated instant: milliseconds since 1970-01-01T00:00:00Z, within the years 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

impl Moment {
    /// 1970-01-01T00:00:00Z, the earliest instant.
    pub const EPOCH: Moment = Moment(0);
    /// 9999-12-29T23:59:59.999Z, the latest instant.
    pub const LAST: Moment = Moment(LAST_MS);

    /// The instant so many milliseconds after the epoch; out of range becomes the nearest edge.
    pub const fn from_millis(millis: i64) -> Moment {
        if millis < 0 {
            Moment::EPOCH
        } else if millis > LAST_MS {
            Moment::LAST
        } else {
            Moment(millis)
        }
    }

    /// The instant so many seconds after the epoch; out of range becomes the nearest edge.
    pub const fn from_epoch_seconds(seconds: i64) -> Moment {
        Moment::from_millis(seconds.saturating_mul(MS_PER_SECOND))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, as `iat` and `exp` carry them.
    pub const fn epoch_seconds(self) -> i64 {
        self.0 / MS_PER_SECOND
    }

    /// Parses ISO 8601 with a zone, such as `2026-03-03T09:00:00Z`. Fractions below a millisecond are cut.
    pub fn parse(text: &str) -> Result<Moment, TimeError> {
        if text.len() > MAX_TIME_TEXT_BYTES {
            return Err(TimeError::TooLong(text.len()));
        }
        let stamp: jiff::Timestamp = text
            .parse()
            .map_err(|_| TimeError::NotIso8601(text.to_owned()))?;
        Moment::in_range(stamp, text)
    }

    /// Parses the format of `X-Amz-Date`, such as `20260303T090000Z`.
    pub fn parse_amz_date(text: &str) -> Result<Moment, TimeError> {
        let wrong = || TimeError::NotAmzDate(text.chars().take(MAX_TIME_TEXT_BYTES).collect());
        let shaped = text.len() == 16
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 => byte == b'T',
                15 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(wrong());
        }
        let number = |from: usize, to: usize| -> Result<i16, TimeError> {
            text.get(from..to)
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(wrong)
        };
        let small = |from: usize| -> Result<i8, TimeError> {
            i8::try_from(number(from, from + 2)?).map_err(|_| wrong())
        };
        let civil = DateTime::new(
            number(0, 4)?,
            small(4)?,
            small(6)?,
            small(9)?,
            small(11)?,
            small(13)?,
            0,
        )
        .map_err(|_| wrong())?;
        let stamp = Offset::UTC.to_timestamp(civil).map_err(|_| wrong())?;
        Moment::in_range(stamp, text)
    }

    fn in_range(stamp: jiff::Timestamp, text: &str) -> Result<Moment, TimeError> {
        let millis = stamp.as_millisecond();
        if (0..=LAST_MS).contains(&millis) {
            Ok(Moment(millis))
        } else {
            Err(TimeError::OutOfRange(text.to_owned()))
        }
    }

    fn civil(self) -> DateTime {
        let stamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        Offset::UTC.to_datetime(stamp)
    }

    fn weekday(self) -> &'static str {
        const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let index = usize::try_from(self.civil().weekday().to_monday_zero_offset()).unwrap_or(0);
        NAMES.get(index).copied().unwrap_or("Mon")
    }

    fn month(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let index = usize::try_from(self.civil().month() - 1).unwrap_or(0);
        NAMES.get(index).copied().unwrap_or("Jan")
    }

    /// `2026-03-03T09:00:00Z`, as STS prints `Expiration`.
    pub fn iso8601(self) -> String {
        let c = self.civil();
        let mut text = String::with_capacity(LONGEST_STAMP);
        write_date(&mut text, c, "-");
        text.push('T');
        write_clock(&mut text, c, ":");
        text.push('Z');
        text
    }

    /// `2026-03-03T09:00:00.000Z`.
    pub fn iso8601_millis(self) -> String {
        let c = self.civil();
        let mut text = String::with_capacity(LONGEST_STAMP);
        write_date(&mut text, c, "-");
        text.push('T');
        write_clock(&mut text, c, ":");
        self.write_millis(&mut text);
        text.push('Z');
        text
    }

    /// `Tue, 03 Mar 2026 09:00:00 GMT`, as the `Date` header carries it.
    pub fn http_date(self) -> String {
        let c = self.civil();
        let (day, month) = (self.weekday(), self.month());
        let (year, hour, minute, second) = (c.year(), c.hour(), c.minute(), c.second());
        format!(
            "{day}, {:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT",
            c.day()
        )
    }

    /// `20260303T090000Z`, as `X-Amz-Date` carries it.
    pub fn amz_date(self) -> String {
        let c = self.civil();
        let mut text = String::with_capacity(LONGEST_STAMP);
        write_date(&mut text, c, "");
        text.push('T');
        write_clock(&mut text, c, "");
        text.push('Z');
        text
    }

    /// `20260303`, the first part of a credential scope.
    pub fn amz_day(self) -> String {
        let mut text = String::with_capacity(LONGEST_STAMP);
        write_date(&mut text, self.civil(), "");
        text
    }

    /// `09:00:03.412`, the time of day.
    pub fn clock_text(self) -> String {
        let mut text = String::with_capacity(LONGEST_STAMP);
        write_clock(&mut text, self.civil(), ":");
        self.write_millis(&mut text);
        text
    }

    fn write_millis(self, text: &mut String) {
        text.push('.');
        write_digits::<3>(text, self.0 % MS_PER_SECOND);
    }

    /// `Tue Mar 3 09:05:07 UTC 2026`, the timestamp that a user pool's SRP signature covers.
    pub fn srp_timestamp(self) -> String {
        let c = self.civil();
        let (weekday, month, day) = (self.weekday(), self.month(), c.day());
        let (hour, minute, second) = (c.hour(), c.minute(), c.second());
        format!(
            "{weekday} {month} {day} {hour:02}:{minute:02}:{second:02} UTC {:04}",
            c.year()
        )
    }
}

/// Room for the longest of the stamps that every exchange writes several of: they are put together
/// digit by digit, without the formatting machinery.
const LONGEST_STAMP: usize = "2026-03-03T09:00:00.000Z".len();

fn write_date(text: &mut String, day: DateTime, separator: &str) {
    write_digits::<4>(text, day.year().into());
    text.push_str(separator);
    write_digits::<2>(text, day.month().into());
    text.push_str(separator);
    write_digits::<2>(text, day.day().into());
}

fn write_clock(text: &mut String, time: DateTime, separator: &str) {
    write_digits::<2>(text, time.hour().into());
    text.push_str(separator);
    write_digits::<2>(text, time.minute().into());
    text.push_str(separator);
    write_digits::<2>(text, time.second().into());
}

/// The last so many decimal digits of a number that is not negative.
fn write_digits<const COUNT: usize>(text: &mut String, number: i64) {
    let mut digits = ['0'; COUNT];
    let mut left = number.unsigned_abs();
    for digit in digits.iter_mut().rev() {
        *digit = char::from(b'0' + (left % 10) as u8);
        left /= 10;
    }
    text.extend(digits);
}

impl Add<Span> for Moment {
    type Output = Moment;
    fn add(self, span: Span) -> Moment {
        Moment::from_millis(self.0.saturating_add(span.millis()))
    }
}

impl AddAssign<Span> for Moment {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Moment {
    type Output = Moment;
    fn sub(self, span: Span) -> Moment {
        Moment::from_millis(self.0.saturating_sub(span.millis()))
    }
}

impl Sub<Moment> for Moment {
    type Output = Span;
    fn sub(self, earlier: Moment) -> Span {
        Span::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso8601_millis())
    }
}

impl std::str::FromStr for Moment {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Moment, TimeError> {
        Moment::parse(text)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn one_instant_prints_in_every_format_aws_uses() {
        let moment = at("2026-03-03T09:05:07.412Z");
        assert_eq!(moment.iso8601(), "2026-03-03T09:05:07Z");
        assert_eq!(moment.iso8601_millis(), "2026-03-03T09:05:07.412Z");
        assert_eq!(moment.http_date(), "Tue, 03 Mar 2026 09:05:07 GMT");
        assert_eq!(moment.amz_date(), "20260303T090507Z");
        assert_eq!(moment.amz_day(), "20260303");
        assert_eq!(moment.clock_text(), "09:05:07.412");
        assert_eq!(moment.srp_timestamp(), "Tue Mar 3 09:05:07 UTC 2026");
        assert_eq!(moment.epoch_seconds(), 1_772_528_707);
    }

    #[test]
    fn the_example_date_of_rfc_9110_prints_as_there() {
        assert_eq!(
            at("1994-11-06T08:49:37Z").http_date(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }

    #[test]
    fn an_offset_is_converted_to_utc() {
        assert_eq!(at("2026-03-03T10:00:00+01:00"), at("2026-03-03T09:00:00Z"));
    }

    #[test]
    fn impossible_dates_and_missing_zones_are_refused() {
        for text in [
            "2026-02-30T09:00:00Z",
            "2026-03-03T09:00:00",
            "yesterday",
            "",
            "1",
        ] {
            assert!(
                matches!(Moment::parse(text), Err(TimeError::NotIso8601(_))),
                "{text}"
            );
        }
        assert!(matches!(
            Moment::parse("1969-12-31T23:59:59Z"),
            Err(TimeError::OutOfRange(_))
        ));
        assert!(matches!(
            Moment::parse(&"1".repeat(65)),
            Err(TimeError::TooLong(65))
        ));
        for text in [
            "20260230T090000Z",
            "20260303T090000",
            "2026030XT090000Z",
            "20260303T250000Z",
        ] {
            assert!(
                matches!(Moment::parse_amz_date(text), Err(TimeError::NotAmzDate(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn arithmetic_stops_at_the_edges() {
        assert_eq!(Moment::LAST + Span::from_days(i64::MAX), Moment::LAST);
        assert_eq!(Moment::EPOCH - Span::from_seconds(1), Moment::EPOCH);
        assert_eq!(Moment::LAST.iso8601(), "9999-12-29T23:59:59Z");
        assert_eq!(-Span::from_millis(i64::MIN), Span::from_millis(i64::MAX));
    }

    #[test]
    fn json_carries_milliseconds() {
        let text = serde_json::to_string(&at("2026-03-03T09:00:00Z")).unwrap();
        assert_eq!(text, "\"2026-03-03T09:00:00.000Z\"");
        assert_eq!(
            serde_json::from_str::<Moment>(&text).unwrap(),
            at("2026-03-03T09:00:00Z")
        );
    }

    proptest! {
        #[test]
        fn every_moment_survives_its_texts(millis in 0..=LAST_MS) {
            let moment = Moment::from_millis(millis);
            prop_assert_eq!(Moment::parse(&moment.iso8601_millis()).unwrap(), moment);
            let whole = Moment::from_epoch_seconds(moment.epoch_seconds());
            prop_assert_eq!(Moment::parse_amz_date(&moment.amz_date()).unwrap(), whole);
            prop_assert_eq!(Moment::parse(&moment.iso8601()).unwrap(), whole);
        }

        #[test]
        fn no_text_panics(text in ".{0,70}") {
            let _ = Moment::parse(&text);
            let _ = Moment::parse_amz_date(&text);
        }
    }
}
