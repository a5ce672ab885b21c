//! `*`, `?` and `${…}`, against their definitions.

use proptest::prelude::*;

use crate::policy::RequestContext;
use crate::policy::error::Span;
use crate::policy::pattern::{Pattern, Style};

const LIKE: Style = Style {
    wildcards: true,
    variables: true,
    ignore_case: false,
    arn_parts: false,
};
const RESOURCE: Style = Style {
    arn_parts: true,
    ..LIKE
};

fn matches(style: Style, pattern: &str, text: &str) -> bool {
    let context = RequestContext::new()
        .with("aws:UserName", "an*a")
        .with("k:many", ["a", "b"]);
    Pattern::parse(pattern, style, Span::default())
        .unwrap()
        .matches(text, &context)
}

/// The definition of `*` and `?`, by trying everything.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|n| naive(rest, &text[n..])),
        Some(('?', rest)) => !text.is_empty() && naive(rest, &text[1..]),
        Some((c, rest)) => text.first() == Some(c) && naive(rest, &text[1..]),
    }
}

/// The same for a resource: a star inside one of the first five parts stops at a colon.
fn naive_resource(pattern: &[char], text: &[char], colons: usize) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return text.is_empty();
    };
    match first {
        '*' => {
            let bound = colons < 5 && rest.first().is_some_and(|c| *c != ':');
            let most = match bound {
                true => text.iter().position(|c| *c == ':').unwrap_or(text.len()),
                false => text.len(),
            };
            (0..=most).any(|n| naive_resource(rest, &text[n..], colons))
        }
        '?' => {
            text.first().is_some_and(|c| colons >= 5 || *c != ':')
                && naive_resource(rest, &text[1..], colons)
        }
        c => {
            let colons = colons + usize::from(*c == ':');
            text.first() == Some(c) && naive_resource(rest, &text[1..], colons)
        }
    }
}

#[test]
fn wildcards_match_runs_and_single_characters() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("?", "", false),
        ("a*c", "abbbc", true),
        ("a*c", "abbbd", false),
        ("a?c", "aéc", true),
        ("*é?", "xéö", true),
        ("a*b*c", "aXbYbZc", true),
        ("A", "a", false),
    ] {
        assert_eq!(
            matches(LIKE, pattern, text),
            expected,
            "{pattern} on {text}"
        );
    }
}

#[test]
fn a_star_inside_an_arn_part_stops_at_the_colon_and_one_at_its_end_does_not() {
    let arn = "arn:aws:sns:eu-west-1:111122223333:topic";
    assert!(matches(
        RESOURCE,
        "arn:aws:sns:eu-*-1:111122223333:topic",
        arn
    ));
    assert!(matches(RESOURCE, "arn:aws:sns:*", arn));
    assert!(matches(RESOURCE, "arn:aws:*:topic", arn));
    assert!(!matches(RESOURCE, "arn:aws:s*c", arn));
    assert!(matches(LIKE, "arn:aws:s*c", arn));
    assert!(matches(
        RESOURCE,
        "arn:aws:s3:::b/*/x",
        "arn:aws:s3:::b/us-east-1:1/x"
    ));
}

#[test]
fn a_wildcard_character_in_a_variables_value_is_only_a_character() {
    assert!(matches(LIKE, "x/${aws:username}/?", "x/an*a/1"));
    assert!(!matches(LIKE, "x/${aws:username}", "x/anna"));
}

#[test]
fn special_variables_are_the_characters_themselves() {
    assert!(matches(LIKE, "${*}${?}${$}", "*?$"));
    assert!(!matches(LIKE, "${*}", "a"));
}

#[test]
fn a_default_stands_in_for_an_absent_key_and_for_several_values() {
    assert!(matches(LIKE, "${aws:none, 'all'}", "all"));
    assert!(matches(LIKE, "${k:many, 'all'}", "all"));
    assert!(!matches(LIKE, "${k:many}", "a"));
}

#[test]
fn without_variables_the_braces_are_plain_text() {
    let style = Style {
        variables: false,
        ..LIKE
    };
    assert!(matches(style, "${aws:username}", "${aws:username}"));
}

#[test]
fn broken_variables_are_refused_with_a_reason() {
    for (pattern, reason) in [
        ("a${b", "no closing brace"),
        ("${}", "empty"),
        ("${a b}", "space"),
        ("${a:b, c}", "single quotes"),
        ("${a${b}}", "inside another"),
    ] {
        let fault = Pattern::parse(pattern, LIKE, Span::default()).unwrap_err();
        assert!(
            fault.message.contains(reason),
            "{pattern}: {}",
            fault.message
        );
    }
}

#[test]
fn many_stars_on_a_long_text_finish_at_once() {
    let pattern = "a*".repeat(200) + "b";
    assert!(!matches(LIKE, &pattern, &"a".repeat(8_000)));
}

#[test]
fn stars_bound_to_their_part_finish_at_once_too() {
    let pattern = format!("*:{}b:x", "a*".repeat(500));
    let text = format!(":{}", "a".repeat(80)).repeat(100);
    assert!(!matches(RESOURCE, &pattern, &text));
    let pattern = "*:a*a".repeat(400) + "b";
    assert!(!matches(RESOURCE, &pattern, &text));
}

proptest! {
    #[test]
    fn the_matcher_agrees_with_the_definition(pattern in "[ab*?é]{0,9}", text in "[abé]{0,9}") {
        let p: Vec<char> = pattern.chars().collect();
        let t: Vec<char> = text.chars().collect();
        prop_assert_eq!(matches(LIKE, &pattern, &text), naive(&p, &t));
    }

    #[test]
    fn the_resource_matcher_agrees_with_the_definition(
        pattern in "[a:*?]{0,12}",
        text in "[a:]{0,12}",
    ) {
        let p: Vec<char> = pattern.chars().collect();
        let t: Vec<char> = text.chars().collect();
        prop_assert_eq!(matches(RESOURCE, &pattern, &text), naive_resource(&p, &t, 0));
    }

    #[test]
    fn reading_a_pattern_never_panics(pattern in ".{0,40}", text in ".{0,20}") {
        if let Ok(pattern) = Pattern::parse(&pattern, RESOURCE, Span::default()) {
            let _ = pattern.matches(&text, &RequestContext::new());
        }
    }
}
