//! Conditions: every operator of the IAM language, and whether a request meets one.
//!
//! The rules that are easily got wrong, each tested below: a negated operator with several values
//! means none of them; it is true when the key is absent; `ForAllValues` is true when the key is
//! absent or empty and `ForAnyValue` is not; `Null` asks only whether the key is there.

use std::cmp::Ordering;
use std::net::IpAddr;

use jiff::Timestamp;

use super::context::{ContextValue, RequestContext};
use super::error::{Fault, Span, did_you_mean};
use super::pattern::{Pattern, Style, Unresolved};
use super::values::{IpRange, Number, parse_binary, parse_bool, parse_instant};

/// What an operator compares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Family {
    /// Text, exactly.
    Text,
    /// Text without letter case.
    TextIgnoringCase,
    /// Text with wildcards.
    TextLike,
    /// ARNs, part by part, with wildcards.
    Arn,
    /// Numbers.
    Number(Order),
    /// Instants.
    Date(Order),
    /// `true` and `false`.
    Bool,
    /// Bytes in base64.
    Binary,
    /// Addresses against blocks.
    Ip,
    /// Whether the key is absent.
    Null,
}

/// How the request's value must lie to the policy's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Order {
    /// The same.
    Equal,
    /// Below.
    Less,
    /// Below or the same.
    LessOrEqual,
    /// Above.
    Greater,
    /// Above or the same.
    GreaterOrEqual,
}

impl Order {
    fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// Every operator: its name, what it compares, and whether it is negated.
const OPERATORS: [(&str, Family, bool); 27] = [
    ("StringEquals", Family::Text, false),
    ("StringNotEquals", Family::Text, true),
    ("StringEqualsIgnoreCase", Family::TextIgnoringCase, false),
    ("StringNotEqualsIgnoreCase", Family::TextIgnoringCase, true),
    ("StringLike", Family::TextLike, false),
    ("StringNotLike", Family::TextLike, true),
    ("NumericEquals", Family::Number(Order::Equal), false),
    ("NumericNotEquals", Family::Number(Order::Equal), true),
    ("NumericLessThan", Family::Number(Order::Less), false),
    (
        "NumericLessThanEquals",
        Family::Number(Order::LessOrEqual),
        false,
    ),
    ("NumericGreaterThan", Family::Number(Order::Greater), false),
    (
        "NumericGreaterThanEquals",
        Family::Number(Order::GreaterOrEqual),
        false,
    ),
    ("DateEquals", Family::Date(Order::Equal), false),
    ("DateNotEquals", Family::Date(Order::Equal), true),
    ("DateLessThan", Family::Date(Order::Less), false),
    (
        "DateLessThanEquals",
        Family::Date(Order::LessOrEqual),
        false,
    ),
    ("DateGreaterThan", Family::Date(Order::Greater), false),
    (
        "DateGreaterThanEquals",
        Family::Date(Order::GreaterOrEqual),
        false,
    ),
    ("Bool", Family::Bool, false),
    ("BinaryEquals", Family::Binary, false),
    ("IpAddress", Family::Ip, false),
    ("NotIpAddress", Family::Ip, true),
    ("ArnEquals", Family::Arn, false),
    ("ArnNotEquals", Family::Arn, true),
    ("ArnLike", Family::Arn, false),
    ("ArnNotLike", Family::Arn, true),
    ("Null", Family::Null, false),
];

/// How a condition treats a key with several values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Quantifier {
    /// Neither prefix: meant for a single value.
    None,
    /// `ForAnyValue:`
    Any,
    /// `ForAllValues:`
    All,
}

/// An operator with its prefix and suffix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator {
    /// What it compares.
    pub family: Family,
    /// Whether it asks for the opposite.
    pub negated: bool,
    /// `…IfExists`
    pub if_exists: bool,
    /// `ForAnyValue:` or `ForAllValues:`
    pub quantifier: Quantifier,
}

impl Operator {
    /// Reads an operator's full name.
    pub(crate) fn parse(name: &str, at: Span) -> Result<Self, Fault> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (Quantifier::None, name),
            Some(("ForAnyValue", rest)) => (Quantifier::Any, rest),
            Some(("ForAllValues", rest)) => (Quantifier::All, rest),
            Some((prefix, _)) => {
                return Err(
                    Fault::new(at, format!("`{prefix}:` is not a prefix of operators"))
                        .maybe_hint(did_you_mean(prefix, ["ForAnyValue", "ForAllValues"])),
                );
            }
        };
        let (base, if_exists) = match rest.strip_suffix("IfExists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let Some((_, family, negated)) = OPERATORS.iter().find(|(known, ..)| *known == base) else {
            let known = OPERATORS.iter().map(|(known, ..)| *known);
            return Err(
                Fault::new(at, format!("`{base}` is not a condition operator"))
                    .maybe_hint(did_you_mean(base, known)),
            );
        };
        if if_exists && *family == Family::Null {
            return Err(Fault::new(at, "`Null` cannot be joined with IfExists")
                .hint("`Null` already asks whether the key exists"));
        }
        Ok(Self {
            family: *family,
            negated: *negated,
            if_exists,
            quantifier,
        })
    }
}

/// One key under one operator.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// The operator's name as written.
    pub operator_name: String,
    /// The operator.
    pub operator: Operator,
    /// The key as written.
    pub key: String,
    /// The key in lower case.
    pub key_lower: String,
    /// The values as written.
    pub sources: Vec<String>,
    /// The values, read as what the operator compares.
    pub values: Values,
}

/// A condition's values.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    /// For text and ARNs.
    Patterns(Vec<Pattern>),
    /// For numbers.
    Numbers(Vec<Number>),
    /// For dates.
    Dates(Vec<Timestamp>),
    /// For `Bool` and `Null`.
    Bools(Vec<bool>),
    /// For bytes.
    Binaries(Vec<Vec<u8>>),
    /// For addresses.
    Ranges(Vec<IpRange>),
}

impl Values {
    /// Reads the values of one key. `variables` says whether the policy's version knows them.
    pub(crate) fn parse(
        family: Family,
        texts: &[(String, Span)],
        variables: bool,
    ) -> Result<Self, Fault> {
        let pattern = |style: Style| {
            let parse = |(text, at): &(String, Span)| Pattern::parse(text, style, *at);
            texts
                .iter()
                .map(parse)
                .collect::<Result<_, _>>()
                .map(Self::Patterns)
        };
        let plain = Style {
            wildcards: false,
            variables,
            ignore_case: false,
            arn_parts: false,
        };
        match family {
            Family::Text => pattern(plain),
            Family::TextIgnoringCase => pattern(Style {
                ignore_case: true,
                ..plain
            }),
            Family::TextLike | Family::Arn => pattern(Style {
                wildcards: true,
                ..plain
            }),
            Family::Number(_) => {
                each(texts, Number::parse, "a number", "such as 100").map(Self::Numbers)
            }
            Family::Date(_) => {
                let shape = "such as 2026-03-01T00:00:00Z, or seconds since 1970";
                each(texts, parse_instant, "a date", shape).map(Self::Dates)
            }
            Family::Bool | Family::Null => {
                each(texts, parse_bool, "true or false", "nothing else").map(Self::Bools)
            }
            Family::Binary => {
                each(texts, parse_binary, "bytes in base64", "such as QmluYXJ5").map(Self::Binaries)
            }
            Family::Ip => {
                let shape = "such as 203.0.113.0/24 or 2001:db8::/32";
                each(
                    texts,
                    IpRange::parse,
                    "an address or a block of them",
                    shape,
                )
                .map(Self::Ranges)
            }
        }
    }
}

fn each<T>(
    texts: &[(String, Span)],
    read: impl Fn(&str) -> Option<T>,
    what: &str,
    shape: &str,
) -> Result<Vec<T>, Fault> {
    let one = |(text, at): &(String, Span)| {
        read(text)
            .ok_or_else(|| Fault::new(*at, format!("expected {what}, found `{text}`")).hint(shape))
    };
    texts.iter().map(one).collect()
}

impl Condition {
    /// Whether the request meets the condition.
    ///
    /// # Errors
    /// The variable that the request has no value for; the statement then does not apply.
    pub(crate) fn holds(&self, context: &RequestContext) -> Result<bool, Unresolved> {
        let found = context.get_lower(&self.key_lower).map(ContextValue::values);
        let values = found.unwrap_or(&[]);
        let Operator {
            family,
            negated,
            if_exists,
            quantifier,
        } = self.operator;
        if family == Family::Null {
            return Ok(self.null_holds(values.is_empty()));
        }
        if values.is_empty() {
            let by_absence = match quantifier {
                Quantifier::None => negated,
                Quantifier::Any => false,
                Quantifier::All => true,
            };
            return Ok(by_absence || if_exists);
        }
        if quantifier == Quantifier::All && values.iter().all(String::is_empty) {
            return Ok(true);
        }
        // A multivalued key without a prefix is not defined by AWS; it is read as "any value"
        // here, so its negation is "no value".
        let all = match quantifier {
            Quantifier::None => negated,
            Quantifier::Any => false,
            Quantifier::All => true,
        };
        let mut every = true;
        let mut some = false;
        for value in values {
            let met = self.one_value_equals(value, context)? != negated;
            every &= met;
            some |= met;
        }
        Ok(if all { every } else { some })
    }

    fn null_holds(&self, absent: bool) -> bool {
        match &self.values {
            Values::Bools(wanted) => wanted.contains(&absent),
            _ => false,
        }
    }

    /// Whether a value of the request equals (or lies as asked to) any value of the policy.
    pub(crate) fn one_value_equals(
        &self,
        value: &str,
        context: &RequestContext,
    ) -> Result<bool, Unresolved> {
        let family = self.operator.family;
        Ok(match (&self.values, family) {
            (Values::Patterns(patterns), _) => {
                let mut hit = false;
                for pattern in patterns {
                    let resolved = pattern.resolve(context)?;
                    hit = hit
                        || match family {
                            Family::Arn => resolved.matches_arn(value),
                            _ => resolved.matches(value),
                        };
                }
                hit
            }
            (Values::Numbers(wanted), Family::Number(order)) => {
                Number::parse(value).is_some_and(|had| {
                    wanted
                        .iter()
                        .any(|w| had.compare(*w).is_some_and(|o| order.admits(o)))
                })
            }
            (Values::Dates(wanted), Family::Date(order)) => parse_instant(value)
                .is_some_and(|had| wanted.iter().any(|w| order.admits(had.cmp(w)))),
            (Values::Bools(wanted), _) => parse_bool(value).is_some_and(|b| wanted.contains(&b)),
            (Values::Binaries(wanted), _) => {
                parse_binary(value).is_some_and(|b| wanted.contains(&b))
            }
            (Values::Ranges(wanted), _) => value
                .parse::<IpAddr>()
                .is_ok_and(|address| wanted.iter().any(|range| range.contains(address))),
            _ => false,
        })
    }

    /// The values with this request's variables replaced; unresolved ones stay as written.
    pub(crate) fn asked(&self, context: &RequestContext) -> Vec<String> {
        match &self.values {
            Values::Patterns(patterns) if patterns.iter().any(Pattern::has_variables) => patterns
                .iter()
                .map(|p| {
                    p.resolve(context)
                        .map_or(p.source().to_owned(), |r| r.display())
                })
                .collect(),
            _ => self.sources.clone(),
        }
    }
}
