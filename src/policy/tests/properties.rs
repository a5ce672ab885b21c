//! What must hold for every policy and request.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const ACTIONS: [&str; 6] = [
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:PutObject",
    "sts:*",
];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:s3:::photos/*",
    "arn:aws:s3:::photos/${cognito-identity.amazonaws.com:sub}/*",
    "arn:aws:s3:::photos/${a:none}/*",
    "arn:aws:s3:::ph?tos/us-east-1:me/cat.jpg",
    "arn:aws:s3:::other",
];
const PRINCIPALS: [&str; 6] = [
    r#""*""#,
    r#"{"AWS":"*"}"#,
    r#"{"AWS":"111122223333"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:role/App"}"#,
    r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/App/CognitoIdentityCredentials"}"#,
    r#"{"Federated":"cognito-identity.amazonaws.com"}"#,
];
const CONDITIONS: [&str; 8] = [
    "{}",
    r#"{"StringEquals":{"a:k":"x"}}"#,
    r#"{"StringNotLike":{"a:k":["x*","${a:none}"]}}"#,
    r#"{"ForAllValues:StringEquals":{"a:many":["x","y"]}}"#,
    r#"{"ForAnyValue:StringLike":{"a:many":"x*"}}"#,
    r#"{"NumericLessThanIfExists":{"a:n":5}}"#,
    r#"{"Null":{"a:k":true}}"#,
    r#"{"IpAddress":{"a:k":"10.0.0.0/8"},"Bool":{"a:k":false}}"#,
];

fn statement(
    with_principal: bool,
    effects: &'static [&'static str],
) -> impl Strategy<Value = String> {
    let parts = (
        select(effects),
        any::<(bool, bool, bool)>(),
        select(&ACTIONS[..]),
        select(&RESOURCES[..]),
        select(&PRINCIPALS[..]),
        select(&CONDITIONS[..]),
    );
    parts.prop_map(move |(effect, not, action, resource, principal, condition)| {
        let no = |flag: bool| if flag { "Not" } else { "" };
        let principal = match with_principal {
            true => format!(r#","{}Principal":{principal}"#, no(not.0)),
            false => String::new(),
        };
        format!(
            r#"{{"Effect":"{effect}","{}Action":"{action}","{}Resource":"{resource}","Condition":{condition}{principal}}}"#,
            no(not.1),
            no(not.2),
        )
    })
}

fn some_policy(
    kind: PolicyKind,
    effects: &'static [&'static str],
) -> impl Strategy<Value = NamedPolicy> {
    vec(statement(kind == PolicyKind::Resource, effects), 1..4)
        .prop_map(move |statements| policy(kind, &statements.join(",")))
}

const BOTH: &[&str] = &["Allow", "Allow", "Deny"];

fn policy_set() -> impl Strategy<Value = PolicySet> {
    (
        vec(some_policy(PolicyKind::Identity, BOTH), 0..3),
        vec(some_policy(PolicyKind::Session, BOTH), 0..2),
        proptest::option::of(some_policy(PolicyKind::Boundary, BOTH)),
        proptest::option::of(some_policy(PolicyKind::Resource, BOTH)),
        vec(
            vec(some_policy(PolicyKind::ServiceControl, BOTH), 0..2),
            0..3,
        ),
    )
        .prop_map(
            |(identity, session, boundary, resource, service_control)| PolicySet {
                identity,
                session,
                boundary,
                resource,
                trust: None,
                service_control,
            },
        )
}

fn principal() -> impl Strategy<Value = Principal> {
    select(vec![
        session(),
        user(),
        Principal::Anonymous,
        Principal::Root {
            account: ACCOUNT.to_owned(),
        },
        Principal::FederatedUser {
            arn: format!("arn:aws:sts::{ACCOUNT}:federated-user/f"),
        },
        Principal::Service {
            name: "sns.amazonaws.com".to_owned(),
        },
        Principal::WebIdentity {
            provider: "cognito-identity.amazonaws.com".to_owned(),
        },
    ])
}

fn request() -> impl Strategy<Value = Request> {
    let value = select(vec!["x", "xy", "y", "10.1.2.3", "3", "false", ""]);
    (
        principal(),
        select(vec!["s3:GetObject", "s3:PutObject", "sts:AssumeRole"]),
        select(vec![OBJECT, "arn:aws:s3:::photos", "arn:aws:s3:::other"]),
        select(vec![None, Some(ACCOUNT), Some(OTHER_ACCOUNT)]),
        proptest::option::of(value.clone()),
        proptest::option::of(vec(value.clone(), 0..3)),
        proptest::option::of(value),
        any::<bool>(),
    )
        .prop_map(|(principal, action, resource, account, k, many, n, sub)| {
            let mut context = RequestContext::new();
            if let Some(k) = k {
                context.set("A:k", k);
            }
            if let Some(many) = many {
                context.set("a:many", many.as_slice());
            }
            if let Some(n) = n {
                context.set("a:n", n);
            }
            if sub {
                context.set("cognito-identity.amazonaws.com:sub", "us-east-1:me");
            }
            Request {
                principal,
                action: action.to_owned(),
                resource: resource.to_owned(),
                resource_account: account.map(str::to_owned),
                context,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn deciding_and_explaining_agree(set in policy_set(), request in request()) {
        let fast = decide(&set, &request);
        let slow = explain(&set, &request);
        prop_assert_eq!(fast.outcome, slow.decision);
        prop_assert_eq!(fast.deciding.map(|at| at.to_deciding()), slow.deciding.clone());
        prop_assert_eq!(fast.refusal, slow.refusal);
        let steps: Vec<StepOutcome> = slow.steps.iter().map(|step| step.outcome).collect();
        prop_assert_eq!(&fast.steps[..], &steps[..]);
        prop_assert_eq!(fast.denial_sentence(&set, &request, false), slow.sentence.clone());
        prop_assert_eq!(slow.sentence.is_none(), slow.decision == Outcome::Allow);
    }

    #[test]
    fn a_statement_matches_exactly_when_all_its_parts_do(set in policy_set(), request in request()) {
        for statement in explain(&set, &request).statements {
            prop_assert_eq!(statement.matched, statement.parts.iter().all(|part| part.matched));
        }
    }

    #[test]
    fn a_matching_deny_always_wins(set in policy_set(), request in request()) {
        let explanation = explain(&set, &request);
        let denied = explanation.statements.iter().any(|s| s.matched && s.effect == Effect::Deny);
        prop_assert_eq!(denied, explanation.decision == Outcome::ExplicitDeny);
    }

    #[test]
    fn one_more_deny_never_opens_a_door(
        set in policy_set(),
        request in request(),
        more in some_policy(PolicyKind::Identity, &["Deny"]),
    ) {
        let before = decide(&set, &request).is_allowed();
        let mut stricter = set;
        stricter.identity.push(more);
        let after = decide(&stricter, &request).is_allowed();
        prop_assert!(before || !after);
    }

    #[test]
    fn one_more_allow_never_closes_a_door(
        set in policy_set(),
        request in request(),
        more in some_policy(PolicyKind::Identity, &["Allow"]),
    ) {
        let before = decide(&set, &request).is_allowed();
        let mut wider = set;
        wider.identity.push(more);
        let after = decide(&wider, &request).is_allowed();
        prop_assert!(!before || after);
    }

    #[test]
    fn reading_any_text_never_panics_and_errors_stay_inside_it(text in ".{0,120}") {
        for kind in [PolicyKind::Identity, PolicyKind::Trust] {
            if let Err(error) = Policy::parse(kind, &text) {
                prop_assert!(error.offset + error.length <= text.len());
            }
        }
        let _ = Case::parse_all(&text);
    }

    #[test]
    fn reading_a_damaged_policy_never_panics(
        statement in statement(true, BOTH),
        at in any::<prop::sample::Index>(),
        with in ".{0,3}",
    ) {
        let mut text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        prop_assert!(Policy::parse(PolicyKind::Resource, &text).is_ok());
        let start = at.index(text.len());
        text.replace_range(start..=start, &with);
        if let Err(error) = Policy::parse(PolicyKind::Resource, &text) {
            prop_assert!(text.get(error.offset..error.offset + error.length).is_some());
        }
    }
}
