//! What is refused, where, and with which remedy.

use super::*;

fn error(kind: PolicyKind, text: &str) -> PolicyError {
    match Policy::parse(kind, text) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error,
    }
}

/// The words the error underlines.
fn underlined(text: &str, error: &PolicyError) -> String {
    text[error.offset..error.offset + error.length].to_owned()
}

#[test]
fn an_unknown_element_is_underlined_with_a_suggestion() {
    let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\", \
                \"Acton\": \"s3:*\", \"Resource\": \"*\"}\n  ]\n}";
    let error = error(PolicyKind::Identity, text);
    assert_eq!((error.line, error.column), (4, 25));
    assert_eq!(underlined(text, &error), "\"Acton\"");
    assert_eq!(
        error.to_string(),
        "line 4, column 25: unknown element `Acton` (did you mean `Action`?)"
    );
}

#[test]
fn every_grammar_mistake_points_at_its_own_words() {
    use PolicyKind::{Identity, Resource, Trust};
    let ok = r#""Effect":"Allow","Action":"s3:*","Resource":"*""#;
    for (kind, statement, words, message) in [
        (
            Identity,
            r#"{"Effect":"allow"}"#.to_owned(),
            "\"allow\"",
            "not an effect",
        ),
        (
            Identity,
            r#"{"Action":"s3:*","Resource":"*"}"#.to_owned(),
            "{",
            "no `Effect`",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Resource":"*"}"#.to_owned(),
            "{",
            "no `Action`",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3:*"}"#.to_owned(),
            "{",
            "no `Resource`",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3"}"#.to_owned(),
            "\"s3\"",
            "not an action",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":[]}"#.to_owned(),
            "[]",
            "empty",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":7}"#.to_owned(),
            "7",
            "a number",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*"}"#.to_owned(),
            "\"NotAction\"",
            "not both",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}"#.to_owned(),
            "\"bucket\"",
            "neither an ARN",
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username"}"#
                .to_owned(),
            "\"arn:aws:s3:::b/${aws:username\"",
            "no closing brace",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Principal":"*"}}"#),
            "\"Principal\"",
            "has no `Principal`",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Sid":"a b"}}"#),
            "\"a b\"",
            "letters and digits",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Version":"x"}}"#),
            "\"Version\"",
            "unknown element",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"StringEqual":{{"a:b":"c"}}}}}}"#),
            "\"StringEqual\"",
            "not a condition operator",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"NullIfExists":{{"a:b":true}}}}}}"#),
            "\"NullIfExists\"",
            "IfExists",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"ForEachValue:StringLike":{{"a:b":"c"}}}}}}"#),
            "\"ForEachValue:StringLike\"",
            "prefix",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"Bool":{{"secure":true}}}}}}"#),
            "\"secure\"",
            "not a condition key",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"Bool":{{"a:b":true,"A:B":true}}}}}}"#),
            "\"A:B\"",
            "twice",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"IpAddress":{{"aws:SourceIp":"10.0.0.0/33"}}}}}}"#),
            "\"10.0.0.0/33\"",
            "an address",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"NumericEquals":{{"a:b":"many"}}}}}}"#),
            "\"many\"",
            "a number",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"DateEquals":{{"a:b":"soon"}}}}}}"#),
            "\"soon\"",
            "a date",
        ),
        (
            Identity,
            format!(r#"{{{ok},"Condition":{{"StringEquals":{{"a:b":[null]}}}}}}"#),
            "null",
            "a string, a number or a boolean",
        ),
        (Resource, format!("{{{ok}}}"), "{", "no `Principal`"),
        (
            Resource,
            format!(r#"{{{ok},"Principal":"111122223333"}}"#),
            "\"111122223333\"",
            "without its type",
        ),
        (
            Resource,
            format!(r#"{{{ok},"Principal":{{"Aws":"*"}}}}"#),
            "\"Aws\"",
            "not a type of principal",
        ),
        (
            Resource,
            format!(r#"{{{ok},"Principal":{{"AWS":"arn:aws:iam::111122223333:role/*"}}}}"#),
            "\"arn:aws:iam::111122223333:role/*\"",
            "wildcard",
        ),
        (Trust, format!("{{{ok}}}"), "{", "no `Principal`"),
        (
            Trust,
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}"#.to_owned(),
            "\"s3:GetObject\"",
            "cannot be about",
        ),
        (
            Trust,
            r#"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}"#
                .to_owned(),
            "\"Resource\"",
            "has no `Resource`",
        ),
    ] {
        let text = format!("{{\"Version\":\"2012-10-17\",\n\"Statement\":\n{statement}}}");
        let error = error(kind, &text);
        assert!(
            error.message.contains(message),
            "{statement}: {}",
            error.message
        );
        assert_eq!(underlined(&text, &error), words, "{statement}");
        assert_eq!(error.line, 3, "{statement}");
    }
}

#[test]
fn mistakes_above_the_statements_are_found() {
    for (text, message) in [
        ("", "text ends here"),
        ("[]", "expected a policy to be an object"),
        ("{}", "no `Statement`"),
        (r#"{"Statement":[]}"#, "empty"),
        (
            r#"{"Version":"2020-01-01","Statement":[]}"#,
            "not a version",
        ),
        (r#"{"Statement":[],"Statement":[]}"#, "twice"),
        (r#"{"Effect":"Allow"}"#, "unknown element"),
        (r#"{"Statement":{"Effect":"Allow",}}"#, "comma"),
        (
            r#"{"Statement":{"Effect":"Allow"}} x"#,
            "after the JSON value",
        ),
        ("{\"Statement\":\"a\nb\"}", "closing quote"),
        (r#"{"Statement":"\x"}"#, "escape"),
        (r#"{"Statement":01}"#, "not a JSON number"),
    ] {
        let error = error(PolicyKind::Identity, text);
        assert!(error.message.contains(message), "{text}: {}", error.message);
    }
}

#[test]
fn an_element_in_the_wrong_place_is_sent_to_the_right_one() {
    let text = r#"{"Effect":"Allow","Statement":[]}"#;
    let hint = error(PolicyKind::Identity, text).hint;
    assert_eq!(hint.as_deref(), Some("`Effect` belongs inside a statement"));
}

#[test]
fn equal_sids_are_refused() {
    let one = r#"{"Sid":"Same","Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
    let text = format!(r#"{{"Statement":[{one},{one}]}}"#);
    assert!(
        error(PolicyKind::Identity, &text)
            .message
            .contains("another statement's")
    );
}

#[test]
fn limits_are_named_in_the_errors_they_cause() {
    let statement = plain("Allow", "s3:*", "*");
    let many = vec![statement.as_str(); MAX_STATEMENTS + 1].join(",");
    let values = vec!["\"s3:*\""; MAX_VALUES_PER_LIST + 1].join(",");
    for (text, limit) in [
        (format!("{{\"Statement\":[{many}]}}"), "500 statements"),
        (" ".repeat(MAX_POLICY_BYTES + 1), "131072 bytes"),
        ("[".repeat(MAX_NESTING_LEVELS + 1), "32 levels"),
        (
            format!(r#"{{"Statement":{{"Effect":"Allow","Action":[{values}]}}}}"#),
            "1000 values",
        ),
        (
            format!(
                r#"{{"Statement":{{"Effect":"{}"}}}}"#,
                "a".repeat(MAX_VALUE_BYTES + 1)
            ),
            "2048 bytes",
        ),
    ] {
        let error = error(PolicyKind::Identity, &text);
        assert!(error.message.contains(limit), "{}", error.message);
    }
}

#[test]
fn a_policy_keeps_what_it_said() {
    let text = r#"{"Version":"2012-10-17","Id":"p1","Statement":{
        "Sid":"One","Effect":"Deny","Principal":{"AWS":["111122223333","*"],
        "Service":"sns.amazonaws.com","CanonicalUser":"79a59df900b949e5",
        "Federated":"accounts.google.com"},
        "NotAction":["s3:Get*"],"Resource":"arn:aws:s3:::b/*",
        "Condition":{"ForAnyValue:StringLikeIfExists":{"a:k":["x",5,true]}}}}"#;
    let policy = Policy::parse(PolicyKind::Resource, text).unwrap();
    assert_eq!(
        (policy.id(), policy.version()),
        (Some("p1"), Version::V2012)
    );
    let statement = &policy.statements()[0];
    assert_eq!(
        (statement.sid(), statement.effect()),
        (Some("One"), Effect::Deny)
    );
    assert!(statement.actions_negated());
    assert_eq!(statement.actions().collect::<Vec<_>>(), ["s3:Get*"]);
    assert_eq!(
        statement.resources().collect::<Vec<_>>(),
        ["arn:aws:s3:::b/*"]
    );
    assert_eq!(statement.principals().count(), 5);
    let (operator, key, values) = statement.conditions().next().unwrap();
    assert_eq!((operator, key), ("ForAnyValue:StringLikeIfExists", "a:k"));
    assert_eq!(values, ["x", "5", "true"]);
    assert_eq!(policy.text(), text);
}

#[test]
fn columns_count_characters_and_not_bytes() {
    let text = r#"{"Id":"é","Statment":[]}"#;
    let error = error(PolicyKind::Identity, text);
    assert_eq!(
        (error.column, error.hint.as_deref()),
        (11, Some("did you mean `Statement`?"))
    );
}
