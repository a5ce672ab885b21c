//! Every condition operator, with the rules people get wrong.

use super::*;

/// Whether a condition holds for the context.
fn holds(condition: &str, context: RequestContext) -> bool {
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#
    );
    let request = Request {
        context,
        ..get_object(session())
    };
    outcome(&identity(&statement), &request) == Outcome::Allow
}

/// Whether `operator` holds for key `a:k` having `had` where the policy asks `asked` (JSON).
fn one(operator: &str, asked: &str, had: &str) -> bool {
    let condition = format!(r#"{{"{operator}":{{"a:k":{asked}}}}}"#);
    holds(&condition, RequestContext::new().with("A:K", had))
}

/// The same for a key with several values; `None` is an absent key.
fn many(operator: &str, asked: &str, had: Option<&[&str]>) -> bool {
    let condition = format!(r#"{{"{operator}":{{"a:k":{asked}}}}}"#);
    let context = match had {
        Some(values) => RequestContext::new().with("a:k", values),
        None => RequestContext::new(),
    };
    holds(&condition, context)
}

#[test]
fn text_operators_compare_as_documented() {
    for (operator, asked, had, expected) in [
        ("StringEquals", r#""a""#, "a", true),
        ("StringEquals", r#""a""#, "A", false),
        ("StringEquals", r#"["a","b"]"#, "b", true),
        ("StringEquals", r#""a*""#, "abc", false),
        ("StringEquals", r#""a*""#, "a*", true),
        ("StringNotEquals", r#""a""#, "b", true),
        ("StringNotEquals", r#"["a","b"]"#, "b", false),
        (
            "StringEqualsIgnoreCase",
            r#""STRASSE-É""#,
            "strasse-é",
            true,
        ),
        ("StringNotEqualsIgnoreCase", r#""Abc""#, "aBC", false),
        ("StringLike", r#""a*c?""#, "abbbcd", true),
        ("StringLike", r#""A*""#, "abc", false),
        ("StringLike", r#""a${*}c""#, "abc", false),
        ("StringLike", r#""a${*}c""#, "a*c", true),
        ("StringNotLike", r#"["a*","b*"]"#, "bcd", false),
        ("StringNotLike", r#"["a*","b*"]"#, "cd", true),
        ("StringEquals", "5", "5", true),
        ("StringEquals", "true", "true", true),
    ] {
        assert_eq!(
            one(operator, asked, had),
            expected,
            "{operator} {asked} on {had}"
        );
    }
}

#[test]
fn numeric_operators_compare_as_numbers() {
    for (operator, asked, had, expected) in [
        ("NumericEquals", "10", "10.0", true),
        ("NumericEquals", r#""10""#, "1e1", true),
        (
            "NumericEquals",
            "9007199254740993",
            "9007199254740992",
            false,
        ),
        ("NumericNotEquals", "10", "10", false),
        ("NumericNotEquals", "10", "11", true),
        ("NumericLessThan", "10", "9", true),
        ("NumericLessThan", "10", "10", false),
        ("NumericLessThanEquals", "10", "10", true),
        ("NumericGreaterThan", "-1.5", "-1", true),
        ("NumericGreaterThan", "9", "10", true),
        ("NumericGreaterThanEquals", "10", "9.99", false),
        ("NumericEquals", "10", "ten", false),
    ] {
        assert_eq!(
            one(operator, asked, had),
            expected,
            "{operator} {asked} on {had}"
        );
    }
}

#[test]
fn date_operators_know_iso_8601_and_seconds() {
    let noon = r#""2026-03-01T12:00:00Z""#;
    for (operator, asked, had, expected) in [
        ("DateEquals", noon, "2026-03-01T13:00:00+01:00", true),
        ("DateEquals", noon, "1772366400", true),
        ("DateNotEquals", noon, "2026-03-01T12:00:00Z", false),
        ("DateLessThan", noon, "2026-03-01T11:59:59Z", true),
        (
            "DateLessThan",
            r#""2026-03-01""#,
            "2026-02-28T23:59:59Z",
            true,
        ),
        ("DateLessThanEquals", noon, "2026-03-01T12:00:00Z", true),
        ("DateGreaterThan", noon, "2026-03-01T12:00:00Z", false),
        (
            "DateGreaterThanEquals",
            "1772366400",
            "2026-03-01T12:00:00Z",
            true,
        ),
        ("DateGreaterThan", noon, "yesterday", false),
    ] {
        assert_eq!(
            one(operator, asked, had),
            expected,
            "{operator} {asked} on {had}"
        );
    }
}

#[test]
fn the_other_operators_compare_as_documented() {
    let topic = r#""arn:aws:sns:*:111122223333:news*""#;
    for (operator, asked, had, expected) in [
        ("Bool", "true", "true", true),
        ("Bool", r#""true""#, "True", true),
        ("Bool", "false", "true", false),
        ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ5", true),
        ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ6", false),
        ("IpAddress", r#""203.0.113.0/24""#, "203.0.113.7", true),
        ("IpAddress", r#""203.0.113.0/24""#, "203.0.114.7", false),
        ("IpAddress", r#""203.0.113.7""#, "203.0.113.7", true),
        ("IpAddress", r#""0.0.0.0/0""#, "8.8.8.8", true),
        ("IpAddress", r#""0.0.0.0/0""#, "2001:db8::1", false),
        (
            "IpAddress",
            r#"["10.0.0.0/8","2001:db8::/32"]"#,
            "2001:db8:1::9",
            true,
        ),
        (
            "NotIpAddress",
            r#"["10.0.0.0/8","203.0.113.0/24"]"#,
            "10.1.1.1",
            false,
        ),
        (
            "NotIpAddress",
            r#"["10.0.0.0/8","203.0.113.0/24"]"#,
            "8.8.8.8",
            true,
        ),
        (
            "ArnLike",
            topic,
            "arn:aws:sns:eu-west-1:111122223333:news-of-the-day",
            true,
        ),
        (
            "ArnEquals",
            topic,
            "arn:aws:sns:eu-west-1:111122223333:news",
            true,
        ),
        (
            "ArnLike",
            r#""arn:aws:sns:*:news""#,
            "arn:aws:sns:eu-west-1:1:news",
            false,
        ),
        (
            "ArnLike",
            r#""arn:aws:s3:::b/*""#,
            "arn:aws:s3:::b/us-east-1:1/x",
            true,
        ),
        ("ArnLike", topic, "news", false),
        (
            "ArnNotLike",
            topic,
            "arn:aws:sns:eu-west-1:444455556666:news",
            true,
        ),
        (
            "ArnNotEquals",
            topic,
            "arn:aws:sns:eu-west-1:111122223333:news",
            false,
        ),
    ] {
        assert_eq!(
            one(operator, asked, had),
            expected,
            "{operator} {asked} on {had}"
        );
    }
}

#[test]
fn null_asks_only_whether_the_key_is_there() {
    assert!(many("Null", "true", None));
    assert!(!many("Null", "false", None));
    assert!(!one("Null", "true", "x"));
    assert!(one("Null", r#""false""#, "x"));
    assert!(many("Null", "true", Some(&[])));
}

#[test]
fn an_absent_key_fails_plain_operators_and_passes_negated_and_if_exists_ones() {
    for operator in ["StringEquals", "StringLike", "StringEqualsIgnoreCase"] {
        assert!(!many(operator, r#""a""#, None), "{operator}");
        assert!(
            many(&format!("{operator}IfExists"), r#""a""#, None),
            "{operator}"
        );
    }
    for (operator, asked) in [
        ("StringNotEquals", r#""a""#),
        ("StringNotEqualsIgnoreCase", r#""a""#),
        ("StringNotLike", r#""a""#),
        ("NumericNotEquals", "1"),
        ("DateNotEquals", r#""2026-01-01""#),
        ("NotIpAddress", r#""10.0.0.0/8""#),
        ("ArnNotLike", r#""arn:aws:s3:::b""#),
        ("ArnNotEquals", r#""arn:aws:s3:::b""#),
    ] {
        assert!(many(operator, asked, None), "{operator}");
    }
    for (operator, asked) in [
        ("NumericLessThan", "1"),
        ("DateLessThan", r#""2026-01-01""#),
        ("Bool", "false"),
        ("BinaryEquals", r#""QQ==""#),
        ("IpAddress", r#""10.0.0.0/8""#),
        ("ArnLike", r#""arn:aws:s3:::b""#),
    ] {
        assert!(!many(operator, asked, None), "{operator}");
        assert!(
            many(&format!("{operator}IfExists"), asked, None),
            "{operator}IfExists"
        );
    }
}

#[test]
fn if_exists_still_compares_a_key_that_is_there() {
    assert!(!one("StringEqualsIfExists", r#""a""#, "b"));
    assert!(one("StringEqualsIfExists", r#""a""#, "a"));
}

#[test]
fn for_all_values_is_true_without_values_and_for_any_value_is_not() {
    let asked = r#"["a","b"]"#;
    for absent in [None, Some::<&[&str]>(&[]), Some(&[""][..])] {
        assert!(
            many("ForAllValues:StringEquals", asked, absent),
            "{absent:?}"
        );
        assert!(
            !many("ForAnyValue:StringEquals", asked, absent),
            "{absent:?}"
        );
    }
    assert!(!many("ForAnyValue:StringNotEquals", asked, None));
    assert!(many("ForAnyValue:StringEqualsIfExists", asked, None));
}

#[test]
fn quantifiers_count_the_requests_values() {
    let asked = r#"["a","b"]"#;
    for (operator, had, expected) in [
        ("ForAllValues:StringEquals", &["a", "b"][..], true),
        ("ForAllValues:StringEquals", &["a", "c"], false),
        ("ForAnyValue:StringEquals", &["a", "c"], true),
        ("ForAnyValue:StringEquals", &["c", "d"], false),
        ("ForAllValues:StringNotEquals", &["c", "d"], true),
        ("ForAllValues:StringNotEquals", &["a", "d"], false),
        ("ForAnyValue:StringNotEquals", &["a", "d"], true),
        ("ForAnyValue:StringNotEquals", &["a", "b"], false),
        (
            "ForAnyValue:StringLike",
            &["authenticated", "accounts.google.com"],
            false,
        ),
    ] {
        assert_eq!(
            many(operator, asked, Some(had)),
            expected,
            "{operator} on {had:?}"
        );
    }
}

#[test]
fn keys_and_operators_are_joined_with_and() {
    let condition = r#"{"StringEquals":{"a:x":"1","a:y":"2"},"Bool":{"a:z":true}}"#;
    let full = RequestContext::new()
        .with("a:x", "1")
        .with("a:y", "2")
        .with("a:z", true);
    assert!(holds(condition, full.clone()));
    for key in ["a:x", "a:y", "a:z"] {
        assert!(!holds(condition, full.clone().with(key, "other")), "{key}");
    }
}

#[test]
fn a_variable_takes_the_requests_value_whatever_the_keys_letter_case() {
    let condition = r#"{"StringEquals":{"s3:prefix":"home/${AWS:username}"}}"#;
    let context = RequestContext::new()
        .with("aws:UserName", "ana")
        .with("s3:prefix", "home/ana");
    assert!(holds(condition, context.clone()));
    assert!(!holds(condition, context.with("aws:username", "ben")));
}

#[test]
fn an_unresolved_variable_makes_the_statement_say_nothing() {
    let context = RequestContext::new().with("s3:prefix", "home/ana");
    assert!(!holds(
        r#"{"StringEquals":{"s3:prefix":["home/ana","${aws:username}"]}}"#,
        context.clone()
    ));
    assert!(!holds(
        r#"{"StringNotEquals":{"s3:prefix":"${aws:username}"}}"#,
        context.clone()
    ));
    assert!(holds(
        r#"{"StringEquals":{"s3:prefix":"home/${aws:username, 'ana'}"}}"#,
        context
    ));
    let with_condition_absent = r#"{"StringEqualsIfExists":{"a:none":"${aws:username}"}}"#;
    assert!(holds(with_condition_absent, RequestContext::new()));
}

#[test]
fn a_list_is_not_a_value_for_a_variable() {
    let condition = r#"{"StringEquals":{"a:k":"${a:many}"}}"#;
    let context = RequestContext::new().with("a:k", "x").with("a:many", ["x"]);
    assert!(!holds(condition, context));
}

#[test]
fn variables_are_text_in_the_version_of_2008() {
    let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",
        "Condition":{"StringEquals":{"a:k":"${aws:username}"}}}}"#;
    let old = Policy::parse(PolicyKind::Identity, text).unwrap();
    assert_eq!(old.version(), Version::V2008);
    let set = PolicySet {
        identity: vec![NamedPolicy::new("old", old)],
        ..PolicySet::default()
    };
    let with = |value: &str| Request {
        context: RequestContext::new()
            .with("a:k", value)
            .with("aws:username", "ana"),
        ..get_object(session())
    };
    assert_eq!(outcome(&set, &with("ana")), Outcome::ImplicitDeny);
    assert_eq!(outcome(&set, &with("${aws:username}")), Outcome::Allow);
}

#[test]
fn leading_keys_let_a_person_read_only_their_own_row() {
    let statement = r#"{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],
        "Resource":"arn:aws:dynamodb:us-east-1:111122223333:table/Notes",
        "Condition":{"ForAllValues:StringEquals":
            {"dynamodb:LeadingKeys":["${cognito-identity.amazonaws.com:sub}"]}}}"#;
    let asks_for = |row: &str| Request {
        action: "dynamodb:GetItem".to_owned(),
        resource: "arn:aws:dynamodb:us-east-1:111122223333:table/Notes".to_owned(),
        context: RequestContext::new()
            .with("cognito-identity.amazonaws.com:sub", "us-east-1:me")
            .with("dynamodb:LeadingKeys", [row]),
        ..get_object(session())
    };
    assert_eq!(
        outcome(&identity(statement), &asks_for("us-east-1:me")),
        Outcome::Allow
    );
    assert_eq!(
        outcome(&identity(statement), &asks_for("us-east-1:you")),
        Outcome::ImplicitDeny
    );
}
