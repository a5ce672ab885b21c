//! Conditions that no request can meet: a wildcard that is compared as it stands, a value that is
//! not of the operator's sort.

use std::net::IpAddr;

use crate::protocol::time::Moment;

/// Why no request can meet a condition, and what to do about it; none where one can.
pub fn impossible(operator: &str, values: &[String]) -> Option<(String, String)> {
    let name = operator.split(':').next_back().unwrap_or(operator);
    let name = name.strip_suffix("IfExists").unwrap_or(name);
    if values.is_empty() {
        let message = "it has no values".to_owned();
        return Some((message, "write at least one value".to_owned()));
    }
    let none = |fits: fn(&str) -> bool| {
        // A policy variable may turn into anything
        !values.iter().any(|it| it.contains("${") || fits(it))
    };
    let found = match name {
        "StringEquals" | "StringEqualsIgnoreCase" if none(|it| !it.contains(['*', '?'])) => (
            "it compares `*` and `?` as they stand",
            "use `StringLike` for wildcards",
        ),
        "Bool" | "Null" if none(is_bool) => {
            ("no value is true or false", "write \"true\" or \"false\"")
        }
        _ if name.starts_with("Numeric") && none(|it| it.parse::<f64>().is_ok()) => {
            ("no value is a number", "write a number like \"3600\"")
        }
        _ if name.starts_with("Date") && none(is_date) => (
            "no value is a date",
            "write a date like \"2026-03-03T09:00:00Z\"",
        ),
        "IpAddress" if none(is_address) => (
            "no value is an address",
            "write a block like \"203.0.113.0/24\"",
        ),
        _ => return None,
    };
    Some((found.0.to_owned(), found.1.to_owned()))
}

fn is_bool(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

/// An instant, a day, or seconds since 1970.
fn is_date(text: &str) -> bool {
    text.parse::<i64>().is_ok()
        || Moment::parse(text).is_ok()
        || Moment::parse(&format!("{text}T00:00:00Z")).is_ok()
}

fn is_address(text: &str) -> bool {
    let address = text.split('/').next().unwrap_or(text);
    address.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(operator: &str, values: &[&str]) -> Option<String> {
        let values: Vec<String> = values.iter().map(|it| (*it).to_owned()).collect();
        impossible(operator, &values).map(|(message, _)| message)
    }

    #[test]
    fn a_wildcard_that_is_compared_as_it_stands_is_noticed() {
        assert!(says("StringEquals", &["repo:org/*"]).is_some());
        assert!(says("ForAnyValue:StringEquals", &["auth*"]).is_some());
        assert_eq!(says("StringLike", &["repo:org/*"]), None);
        assert_eq!(says("StringNotEquals", &["repo:org/*"]), None);
        assert_eq!(says("StringEquals", &["a*", "plain"]), None);
    }

    #[test]
    fn values_of_another_sort_are_noticed() {
        for (operator, value) in [
            ("Bool", "yes"),
            ("Null", "absent"),
            ("NumericLessThanIfExists", "ten"),
            ("DateLessThan", "tomorrow"),
            ("IpAddress", "home"),
        ] {
            assert!(says(operator, &[value]).is_some(), "{operator}");
            assert_eq!(says(operator, &["${aws:something}"]), None, "{operator}");
        }
        assert!(says("StringLike", &[]).is_some());
    }

    #[test]
    fn values_of_the_right_sort_are_left_alone() {
        for (operator, value) in [
            ("Bool", "True"),
            ("NumericEquals", "3600"),
            ("DateGreaterThan", "2026-03-03T09:00:00Z"),
            ("DateGreaterThan", "2026-03-03"),
            ("DateGreaterThan", "1772528400"),
            ("IpAddress", "203.0.113.0/24"),
            ("IpAddress", "2001:db8::/32"),
        ] {
            assert_eq!(says(operator, &[value]), None, "{operator} {value}");
        }
    }
}
