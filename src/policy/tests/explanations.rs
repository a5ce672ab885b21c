//! What an explanation says: sentences, steps, parts, near misses; and the JSON of a case.

use super::*;

const OTHER: &str = r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}"#;

fn with_condition(condition: &str) -> PolicySet {
    identity(&format!(
        r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#
    ))
}

fn near(policies: &PolicySet, request: &Request) -> Vec<NearMissKind> {
    let explanation = explain(policies, request);
    assert_eq!(explanation.decision, Outcome::ImplicitDeny);
    explanation
        .near_misses()
        .filter_map(|(_, p)| p.near_miss.as_ref())
        .map(|n| n.kind)
        .collect()
}

#[test]
fn the_sentence_is_word_for_word_what_aws_prints() {
    let all = plain("Allow", "*", "*");
    let deny = plain("Deny", "*", "*");
    let id = |s: &str| identity(s);
    let head = format!(
        "User: {SESSION} is not authorized to perform: s3:GetObject on resource: {OBJECT} "
    );
    let no = |kind: &str| format!("because no {kind} allows the s3:GetObject action");
    for (set, tail) in [
        (id(OTHER), no("identity-based policy")),
        (
            PolicySet {
                boundary: Some(policy(PolicyKind::Boundary, OTHER)),
                ..id(&all)
            },
            no("permissions boundary"),
        ),
        (
            PolicySet {
                session: vec![policy(PolicyKind::Session, OTHER)],
                ..id(&all)
            },
            no("session policy"),
        ),
        (
            PolicySet {
                service_control: vec![vec![policy(PolicyKind::ServiceControl, OTHER)]],
                ..id(&all)
            },
            no("service control policy"),
        ),
        (
            id(&deny),
            "with an explicit deny in an identity-based policy".to_owned(),
        ),
        (
            PolicySet {
                boundary: Some(policy(PolicyKind::Boundary, &deny)),
                ..id(&all)
            },
            "with an explicit deny in a permissions boundary".to_owned(),
        ),
        (
            PolicySet {
                session: vec![policy(PolicyKind::Session, &deny)],
                ..id(&all)
            },
            "with an explicit deny in a session policy".to_owned(),
        ),
        (
            PolicySet {
                service_control: vec![vec![policy(PolicyKind::ServiceControl, &deny)]],
                ..id(&all)
            },
            "with an explicit deny in a service control policy".to_owned(),
        ),
        (
            PolicySet {
                resource: Some(policy(PolicyKind::Resource, &to(r#""*""#, "Deny"))),
                ..id(&all)
            },
            "with an explicit deny in a resource-based policy".to_owned(),
        ),
    ] {
        let request = get_object(session());
        let explanation = explain(&set, &request);
        assert_eq!(explanation.sentence, Some(format!("{head}{tail}")));
        let fast = decide(&set, &request).denial_sentence(&set, &request, true);
        assert_eq!(explanation.denial_sentence(true), fast);
        assert!(
            fast.unwrap()
                .contains(&format!("on resource: \"{OBJECT}\" "))
        );
    }
    let across = Request {
        resource_account: Some(OTHER_ACCOUNT.to_owned()),
        ..get_object(session())
    };
    let sentence = explain(&id(&all), &across).sentence;
    assert_eq!(
        sentence,
        Some(format!("{head}{}", no("resource-based policy")))
    );
    assert_eq!(explain(&id(&all), &get_object(session())).sentence, None);
}

#[test]
fn sts_names_neither_reason_nor_stranger() {
    let trust = |principal: &str| PolicySet {
        trust: Some(policy(
            PolicyKind::Trust,
            &format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#),
        )),
        ..PolicySet::default()
    };
    let set = trust(r#"{"AWS":"444455556666"}"#);
    let request = |principal, action: &str| Request {
        action: action.to_owned(),
        resource: ROLE.to_owned(),
        ..get_object(principal)
    };
    let stranger = Principal::WebIdentity {
        provider: "accounts.google.com".to_owned(),
    };
    let sentence = explain(&set, &request(stranger, "sts:AssumeRoleWithWebIdentity")).sentence;
    assert_eq!(
        sentence.as_deref(),
        Some("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    );
    let sentence = explain(&set, &request(user(), "sts:AssumeRole")).sentence;
    assert_eq!(
        sentence.as_deref(),
        Some(
            "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: \
             sts:AssumeRole on resource: arn:aws:iam::111122223333:role/App"
        )
    );
}

#[test]
fn steps_come_in_order_and_stop_where_the_question_is_settled() {
    use StepOutcome::{Allowed, Denied, None, NotReached};
    let outcomes = |set: &PolicySet| -> Vec<StepOutcome> {
        let steps = explain(set, &get_object(session())).steps;
        assert!(
            steps
                .iter()
                .zip(StepName::ALL)
                .all(|(step, name)| step.name == name)
        );
        assert!(steps.iter().all(|step| !step.sentence.is_empty()));
        steps.iter().map(|step| step.outcome).collect()
    };
    let all = plain("Allow", "*", "*");
    assert_eq!(
        outcomes(&identity(&all)),
        [None, None, None, Allowed, None, None]
    );
    let denied = identity(&plain("Deny", "*", "*"));
    assert_eq!(
        outcomes(&denied),
        [
            Denied, NotReached, NotReached, NotReached, NotReached, NotReached
        ]
    );
    let by_role = PolicySet {
        resource: Some(policy(
            PolicyKind::Resource,
            &to(&format!(r#"{{"AWS":"{ROLE}"}}"#), "Allow"),
        )),
        session: vec![policy(PolicyKind::Session, OTHER)],
        ..identity(OTHER)
    };
    assert_eq!(
        outcomes(&by_role),
        [None, None, Allowed, NotReached, None, Denied]
    );
}

#[test]
fn each_part_says_what_was_asked_and_what_was_there() {
    let statement = r#"{"Sid":"Own","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],
        "Resource":"arn:aws:s3:::photos/${cognito-identity.amazonaws.com:sub}/*",
        "Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}"#;
    let context = RequestContext::new().with("cognito-identity.amazonaws.com:sub", "us-east-1:me");
    let explanation = explain(
        &identity(statement),
        &Request {
            context,
            ..get_object(session())
        },
    );
    let report = &explanation.statements[0];
    assert_eq!(
        (report.matched, report.decides, report.sid.as_deref()),
        (false, false, Some("Own"))
    );
    let parts: Vec<_> = report.parts.iter().map(|p| (p.part, p.matched)).collect();
    assert_eq!(
        parts,
        [
            (PartName::Action, true),
            (PartName::Resource, true),
            (PartName::Condition, false)
        ]
    );
    assert_eq!(
        report.parts[1].asked,
        ["arn:aws:s3:::photos/us-east-1:me/*"]
    );
    assert_eq!(
        report.parts[1].had.as_deref(),
        Some(&[OBJECT.to_owned()][..])
    );
    assert_eq!(report.parts[2].had, None);
    assert_eq!(
        report.parts[2].near_miss.as_ref().unwrap().kind,
        NearMissKind::MissingKey
    );
}

#[test]
fn a_near_miss_is_named_for_what_it_is() {
    use NearMissKind as N;
    let with = |key: &str, value: &str| Request {
        context: RequestContext::new().with(key, value),
        ..get_object(session())
    };
    let asks = |operator: &str, key: &str, value: &str| {
        with_condition(&format!(r#"{{"{operator}":{{"{key}":"{value}"}}}}"#))
    };
    for (set, request, expected) in [
        (
            asks("StringEquals", "a:k", "Abc"),
            with("a:k", "abc"),
            N::LetterCase,
        ),
        (
            asks("StringEquals", "a:k", "ab*"),
            with("a:k", "abc"),
            N::WildcardUnderEquals,
        ),
        (
            asks("StringEquals", "a:k", "x"),
            with("a:other", "x"),
            N::MissingKey,
        ),
        (
            asks("StringEquals", "a:k", "x/"),
            with("a:k", "x"),
            N::TrailingSlash,
        ),
        (
            asks("StringLike", "a:k", "https://x"),
            with("a:k", "x"),
            N::Scheme,
        ),
        (
            asks("StringEquals", "a:k", "${a:b}"),
            with("a:k", "x"),
            N::UnresolvedVariable,
        ),
        (
            asks("StringEquals", "accounts.google.com:aud", "web"),
            Request {
                context: RequestContext::new()
                    .with("accounts.google.com:aud", "android")
                    .with("accounts.google.com:oaud", "web"),
                ..get_object(session())
            },
            N::AudAgainstAzp,
        ),
        (
            identity(&plain("Allow", "s3:GetObject", "arn:aws:s3:::Photos/*")),
            get_object(session()),
            N::LetterCase,
        ),
        (
            identity(&plain("Allow", "s3:GetObject", "arn:aws:s3:::photos")),
            get_object(session()),
            N::BucketOrObjects,
        ),
        (
            identity(&plain("Allow", "s3:GetObject", "arn:aws:s3:::photos/*")),
            Request {
                resource: "arn:aws:s3:::photos".to_owned(),
                ..get_object(session())
            },
            N::BucketOrObjects,
        ),
        (
            identity(&plain("Allow", "s3:GetObjects", "*")),
            get_object(session()),
            N::Spelling,
        ),
    ] {
        assert_eq!(near(&set, &request), [expected], "{expected:?}");
    }
}

#[test]
fn a_variable_in_an_old_policy_is_a_near_miss() {
    let text = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*",
        "Resource":"arn:aws:s3:::photos/${aws:username}/*"}}"#;
    let old = Policy::parse(PolicyKind::Identity, text).unwrap();
    let set = PolicySet {
        identity: vec![NamedPolicy::new("old", old)],
        ..PolicySet::default()
    };
    assert_eq!(
        near(&set, &get_object(session())),
        [NearMissKind::VariableInOldVersion]
    );
}

#[test]
fn principals_have_near_misses_too() {
    let set = |principal: &str| PolicySet {
        resource: Some(policy(PolicyKind::Resource, &to(principal, "Allow"))),
        ..PolicySet::default()
    };
    let other = r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/App/other"}"#;
    assert_eq!(
        near(&set(other), &get_object(session())),
        [NearMissKind::OtherSession]
    );
    let loud = r#"{"AWS":"arn:aws:iam::111122223333:role/app"}"#;
    assert_eq!(
        near(&set(loud), &get_object(session())),
        [NearMissKind::LetterCase]
    );
    let host = r#"{"Federated":"login.example.com"}"#;
    let provider = "arn:aws:iam::111122223333:oidc-provider/login.example.com".to_owned();
    let request = get_object(Principal::WebIdentity { provider });
    assert_eq!(near(&set(host), &request), [NearMissKind::ProviderForm]);
}

#[test]
fn the_deciding_statement_is_named() {
    let set = identity(&format!("{OTHER},{}", plain("Allow", "s3:Get*", "*")));
    let explanation = explain(&set, &get_object(session()));
    let deciding = explanation.deciding.unwrap();
    assert_eq!(
        (deciding.policy.as_str(), deciding.statement),
        ("Identity", 1)
    );
    let decides: Vec<bool> = explanation.statements.iter().map(|s| s.decides).collect();
    assert_eq!(decides, [false, true]);
}

const CASE: &str = r#"{
  "principal": "arn:aws:sts::111122223333:assumed-role/App/CognitoIdentityCredentials",
  "action": "s3:GetObject",
  "resource": "arn:aws:s3:::photos/us-east-1:me/cat.jpg",
  "resource_account": "111122223333",
  "context": {"cognito-identity.amazonaws.com:sub": "us-east-1:me", "aws:SecureTransport": true},
  "identity_policies": [
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::photos/${cognito-identity.amazonaws.com:sub}/*"}]}
  ],
  "session_policies": ["{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}"],
  "service_control_policies": [[{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]]
}"#;

#[test]
fn a_case_is_answered_as_json() {
    let case = Case::parse(CASE).unwrap();
    assert_eq!(case.decide(), Outcome::Allow);
    let json = serde_json::to_value(case.explain()).unwrap();
    assert_eq!(json["decision"], "allow");
    assert_eq!(json["sentence"], serde_json::Value::Null);
    assert_eq!(json["deciding"]["policy"], "identity_policies[0]");
    assert_eq!(json["steps"][1]["name"], "organisation");
    let back: Explanation = serde_json::from_value(json).unwrap();
    assert_eq!(back, case.explain());
    let by_serde: Case = serde_json::from_str(CASE).unwrap();
    assert_eq!(by_serde.explain().decision, Outcome::Allow);
}

#[test]
fn a_mistake_in_a_case_points_into_the_case() {
    for (from, to, place, message) in [
        ("\"action\"", "\"acton\"", (3, 3), "unknown key `acton`"),
        (
            "\"Effect\": \"Allow\", \"Action\": \"s3:G",
            "\"Efect\": \"Allow\", \"Action\": \"s3:G",
            (8, 46),
            "unknown element `Efect`",
        ),
        (
            "s3:GetObject\",\n  \"res",
            "s3:Get*\",\n  \"res",
            (3, 13),
            "not one action",
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/App/C",
            "nobody/",
            (2, 16),
            "no principal",
        ),
        (
            "\"resource_account\": \"1",
            "\"resource_account\": \"x",
            (5, 23),
            "not an account id",
        ),
        (
            "\\\"Statement\\\"",
            "\\\"Stat\\\"",
            (11, 24),
            "line 1, column 2: unknown element `Stat`",
        ),
    ] {
        let text = CASE.replacen(from, to, 1);
        assert_ne!(text, CASE, "{from}");
        let error = Case::parse(&text).unwrap_err();
        assert!(error.message.contains(message), "{}", error.message);
        assert_eq!((error.line, error.column), place, "{error}");
    }
}

#[test]
fn principals_of_a_case_may_be_objects() {
    for principal in [
        r#"{"type":"role_session","role_arn":"arn:aws:iam::111122223333:role/App","session_arn":"arn:aws:sts::111122223333:assumed-role/App/CognitoIdentityCredentials"}"#,
        r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/App/CognitoIdentityCredentials"}"#,
    ] {
        let text =
            format!(r#"{{"principal":{principal},"action":"s3:GetObject","resource":"{OBJECT}"}}"#);
        assert_eq!(Case::parse(&text).unwrap().request.principal, session());
    }
    let text = r#"{"principal":{"type":"pirate"},"action":"s3:GetObject","resource":"*"}"#;
    assert!(
        Case::parse(text)
            .unwrap_err()
            .message
            .contains("no principal")
    );
}

#[test]
fn json_lines_are_answered_line_by_line() {
    let line = CASE.replace('\n', " ");
    let text = format!("{line}\n\nnonsense\n{line}\n");
    let cases = Case::parse_all(&text);
    let lines: Vec<(usize, bool)> = cases
        .iter()
        .map(|(line, case)| (*line, case.is_ok()))
        .collect();
    assert_eq!(lines, [(1, true), (3, false), (4, true)]);
    let error = cases[1].1.as_ref().unwrap_err();
    assert_eq!((error.line, error.column), (3, 1));
    assert_eq!(text.as_bytes()[error.offset], b'n');
    assert_eq!(Case::parse_all(CASE).len(), 1);
    assert!(Case::parse_all("").first().unwrap().1.is_err());
}
