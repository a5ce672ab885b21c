//! Which policy counts when: one account, two accounts, trust, limits.

use super::*;

const ALLOW: &str =
    r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#;
const DENY: &str =
    r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#;
const OTHER: &str = r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}"#;

fn resource(statements: &str) -> PolicySet {
    PolicySet {
        resource: Some(policy(PolicyKind::Resource, statements)),
        ..PolicySet::default()
    }
}

/// Boundary and session policies that allow something else only.
fn with_silent_limits(set: PolicySet) -> PolicySet {
    PolicySet {
        boundary: Some(policy(PolicyKind::Boundary, OTHER)),
        session: vec![policy(PolicyKind::Session, OTHER)],
        ..set
    }
}

#[test]
fn nothing_is_allowed_by_itself() {
    assert_eq!(
        outcome(&PolicySet::default(), &get_object(session())),
        Outcome::ImplicitDeny
    );
    assert_eq!(
        outcome(&identity(ALLOW), &get_object(session())),
        Outcome::Allow
    );
    assert_eq!(
        outcome(&identity(OTHER), &get_object(session())),
        Outcome::ImplicitDeny
    );
}

#[test]
fn an_explicit_deny_wins_wherever_it_stands() {
    let base = || PolicySet {
        identity: vec![policy(PolicyKind::Identity, ALLOW)],
        session: vec![policy(PolicyKind::Session, ALLOW)],
        boundary: Some(policy(PolicyKind::Boundary, ALLOW)),
        resource: Some(policy(PolicyKind::Resource, &to(&aws(SESSION), "Allow"))),
        trust: None,
        service_control: vec![vec![policy(PolicyKind::ServiceControl, ALLOW)]],
    };
    let request = get_object(session());
    assert_eq!(outcome(&base(), &request), Outcome::Allow);
    let denied = [
        (
            PolicyKind::Identity,
            PolicySet {
                identity: vec![policy(PolicyKind::Identity, DENY)],
                ..base()
            },
        ),
        (
            PolicyKind::Session,
            PolicySet {
                session: vec![policy(PolicyKind::Session, DENY)],
                ..base()
            },
        ),
        (
            PolicyKind::Boundary,
            PolicySet {
                boundary: Some(policy(PolicyKind::Boundary, DENY)),
                ..base()
            },
        ),
        (
            PolicyKind::Resource,
            PolicySet {
                resource: Some(policy(PolicyKind::Resource, &to(r#""*""#, "Deny"))),
                ..base()
            },
        ),
        (
            PolicyKind::ServiceControl,
            PolicySet {
                service_control: vec![vec![policy(PolicyKind::ServiceControl, DENY)]],
                ..base()
            },
        ),
    ];
    for (kind, set) in denied {
        assert_eq!(outcome(&set, &request), Outcome::ExplicitDeny, "{kind:?}");
        assert_eq!(refusal(&set, &request), Some((kind, true)));
    }
}

#[test]
fn actions_ignore_letter_case_and_resources_do_not() {
    let loud = plain("Allow", "S3:GETobject", "arn:aws:s3:::photos/*");
    assert_eq!(
        outcome(&identity(&loud), &get_object(session())),
        Outcome::Allow
    );
    let wrong = plain("Allow", "s3:GetObject", "arn:aws:s3:::Photos/*");
    assert_eq!(
        outcome(&identity(&wrong), &get_object(session())),
        Outcome::ImplicitDeny
    );
}

#[test]
fn not_action_and_not_resource_mean_everything_else() {
    for (statement, expected) in [
        (
            r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#,
            Outcome::Allow,
        ),
        (
            r#"{"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"}"#,
            Outcome::ImplicitDeny,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::photos/*"}"#,
            Outcome::ImplicitDeny,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::secret/*"}"#,
            Outcome::Allow,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::x/${aws:username}"}"#,
            Outcome::ImplicitDeny,
        ),
    ] {
        assert_eq!(
            outcome(&identity(statement), &get_object(session())),
            expected,
            "{statement}"
        );
    }
}

#[test]
fn the_identity_id_opens_only_its_own_prefix() {
    let own = plain(
        "Allow",
        "s3:GetObject",
        "arn:aws:s3:::photos/${cognito-identity.amazonaws.com:sub}/*",
    );
    let as_person = |id: &str| Request {
        context: RequestContext::new().with("cognito-identity.amazonaws.com:sub", id),
        ..get_object(session())
    };
    assert_eq!(
        outcome(&identity(&own), &as_person("us-east-1:me")),
        Outcome::Allow
    );
    assert_eq!(
        outcome(&identity(&own), &as_person("us-east-1:you")),
        Outcome::ImplicitDeny
    );
    assert_eq!(
        outcome(&identity(&own), &as_person("*")),
        Outcome::ImplicitDeny
    );
    assert_eq!(
        outcome(&identity(&own), &get_object(session())),
        Outcome::ImplicitDeny
    );
}

#[test]
fn every_organisation_level_must_allow() {
    let level = |statements: &str| vec![policy(PolicyKind::ServiceControl, statements)];
    let all = plain("Allow", "*", "*");
    let with = |levels| PolicySet {
        service_control: levels,
        ..identity(ALLOW)
    };
    let request = get_object(session());
    assert_eq!(
        outcome(&with(vec![level(&all), level(&all)]), &request),
        Outcome::Allow
    );
    for levels in [
        vec![level(&all), level(OTHER)],
        vec![level(OTHER), level(&all)],
        vec![level(&all), vec![]],
    ] {
        let set = with(levels);
        assert_eq!(outcome(&set, &request), Outcome::ImplicitDeny);
        assert_eq!(
            refusal(&set, &request),
            Some((PolicyKind::ServiceControl, false))
        );
    }
    let grants_nothing = PolicySet {
        service_control: vec![level(&all)],
        ..PolicySet::default()
    };
    assert_eq!(outcome(&grants_nothing, &request), Outcome::ImplicitDeny);
}

#[test]
fn a_boundary_and_a_session_policy_only_take_away() {
    let request = get_object(session());
    for kind in [PolicyKind::Boundary, PolicyKind::Session] {
        let limited = |statements: &str, identity: &str| {
            let limit = policy(kind, statements);
            let mut set = super::identity(identity);
            match kind {
                PolicyKind::Boundary => set.boundary = Some(limit),
                _ => set.session = vec![limit],
            }
            set
        };
        assert_eq!(outcome(&limited(ALLOW, ALLOW), &request), Outcome::Allow);
        assert_eq!(
            outcome(&limited(ALLOW, OTHER), &request),
            Outcome::ImplicitDeny
        );
        let cut = limited(OTHER, ALLOW);
        assert_eq!(outcome(&cut, &request), Outcome::ImplicitDeny);
        assert_eq!(refusal(&cut, &request), Some((kind, false)));
    }
}

#[test]
fn several_session_policies_are_one_limit() {
    let set = PolicySet {
        session: vec![
            policy(PolicyKind::Session, OTHER),
            policy(PolicyKind::Session, ALLOW),
        ],
        ..identity(ALLOW)
    };
    assert_eq!(outcome(&set, &get_object(session())), Outcome::Allow);
}

#[test]
fn a_grant_to_the_session_escapes_every_limit_and_one_to_the_role_does_not() {
    let request = get_object(session());
    let to_session = resource(&to(&aws(SESSION), "Allow"));
    let to_role = resource(&to(&aws(ROLE), "Allow"));
    assert_eq!(outcome(&to_session, &request), Outcome::Allow);
    assert_eq!(
        outcome(&to_role, &request),
        Outcome::Allow,
        "no identity policy is needed"
    );
    assert_eq!(
        outcome(&with_silent_limits(to_session), &request),
        Outcome::Allow
    );
    let limited = with_silent_limits(to_role.clone());
    assert_eq!(
        refusal(&limited, &request),
        Some((PolicyKind::Boundary, false))
    );
    let session_only = PolicySet {
        session: vec![policy(PolicyKind::Session, OTHER)],
        ..to_role
    };
    assert_eq!(
        refusal(&session_only, &request),
        Some((PolicyKind::Session, false))
    );
}

#[test]
fn a_grant_to_a_user_is_not_limited_by_the_users_boundary() {
    let set = with_silent_limits(resource(&to(
        &aws("arn:aws:iam::111122223333:user/ana"),
        "Allow",
    )));
    assert_eq!(outcome(&set, &get_object(user())), Outcome::Allow);
}

#[test]
fn a_grant_to_the_account_leaves_it_to_the_identitys_policies() {
    let request = get_object(session());
    for account in ["arn:aws:iam::111122223333:root", ACCOUNT] {
        let delegating = resource(&to(&aws(account), "Allow"));
        assert_eq!(outcome(&delegating, &request), Outcome::ImplicitDeny);
        let both = PolicySet {
            identity: identity(ALLOW).identity,
            ..delegating
        };
        assert_eq!(outcome(&both, &request), Outcome::Allow);
    }
}

#[test]
fn another_session_of_the_role_gains_nothing_from_a_session_grant() {
    let set = resource(&to(&aws(SESSION), "Allow"));
    let other = Principal::role_session(ROLE, "somebody-else");
    assert_eq!(outcome(&set, &get_object(other)), Outcome::ImplicitDeny);
}

#[test]
fn between_accounts_both_sides_must_allow() {
    let across = Request {
        resource_account: Some(OTHER_ACCOUNT.to_owned()),
        ..get_object(session())
    };
    assert!(across.is_cross_account());
    assert_eq!(
        refusal(&identity(ALLOW), &across),
        Some((PolicyKind::Resource, false))
    );
    for named in [SESSION, ROLE, ACCOUNT, "*"] {
        let theirs = resource(&to(&aws(named), "Allow"));
        assert_eq!(
            refusal(&theirs, &across),
            Some((PolicyKind::Identity, false)),
            "{named}"
        );
        let both = PolicySet {
            identity: identity(ALLOW).identity,
            ..theirs
        };
        assert_eq!(outcome(&both, &across), Outcome::Allow, "{named}");
        let limited = with_silent_limits(both);
        assert_eq!(
            refusal(&limited, &across),
            Some((PolicyKind::Boundary, false)),
            "{named}"
        );
    }
}

#[test]
fn the_account_in_an_arn_tells_the_owner_when_nobody_else_does() {
    let invoke = |account: &str| Request {
        action: "lambda:InvokeFunction".to_owned(),
        resource: format!("arn:aws:lambda:us-east-1:{account}:function:f"),
        resource_account: None,
        ..get_object(session())
    };
    let set = identity(&plain("Allow", "lambda:*", "*"));
    assert_eq!(outcome(&set, &invoke(ACCOUNT)), Outcome::Allow);
    assert_eq!(outcome(&set, &invoke(OTHER_ACCOUNT)), Outcome::ImplicitDeny);
}

#[test]
fn the_public_gets_what_the_resource_gives_to_everyone() {
    let request = get_object(Principal::Anonymous);
    assert_eq!(outcome(&identity(ALLOW), &request), Outcome::ImplicitDeny);
    for public in [r#""*""#, r#"{"AWS":"*"}"#] {
        assert_eq!(
            outcome(&resource(&to(public, "Allow")), &request),
            Outcome::Allow,
            "{public}"
        );
    }
    assert_eq!(
        outcome(&resource(&to(&aws(ACCOUNT), "Allow")), &request),
        Outcome::ImplicitDeny
    );
}

#[test]
fn a_service_needs_to_be_named_by_the_resource() {
    let as_service = |name: &str| {
        get_object(Principal::Service {
            name: name.to_owned(),
        })
    };
    let set = resource(&to(
        r#"{"Service":["sns.amazonaws.com","s3.amazonaws.com"]}"#,
        "Allow",
    ));
    assert_eq!(
        outcome(&set, &as_service("sns.amazonaws.com")),
        Outcome::Allow
    );
    assert_eq!(
        outcome(&set, &as_service("lambda.amazonaws.com")),
        Outcome::ImplicitDeny
    );
}

#[test]
fn the_root_user_needs_no_policy_but_obeys_its_organisation() {
    let root = get_object(Principal::Root {
        account: ACCOUNT.to_owned(),
    });
    assert_eq!(outcome(&PolicySet::default(), &root), Outcome::Allow);
    let bound = PolicySet {
        service_control: vec![vec![policy(PolicyKind::ServiceControl, OTHER)]],
        ..PolicySet::default()
    };
    assert_eq!(outcome(&bound, &root), Outcome::ImplicitDeny);
    assert_eq!(
        outcome(&resource(&to(&aws(ACCOUNT), "Deny")), &root),
        Outcome::ExplicitDeny
    );
}

#[test]
fn a_federated_user_has_only_what_session_and_user_share() {
    let arn = format!("arn:aws:sts::{ACCOUNT}:federated-user/guest");
    let request = get_object(Principal::FederatedUser { arn: arn.clone() });
    assert_eq!(
        refusal(&identity(ALLOW), &request),
        Some((PolicyKind::Session, false))
    );
    let passed = PolicySet {
        session: vec![policy(PolicyKind::Session, ALLOW)],
        ..identity(ALLOW)
    };
    assert_eq!(outcome(&passed, &request), Outcome::Allow);
    assert_eq!(
        outcome(&resource(&to(&aws(&arn), "Allow")), &request),
        Outcome::Allow
    );
}

#[test]
fn a_session_is_known_by_the_provider_it_came_through() {
    let from_pool = Principal::RoleSession {
        role_arn: ROLE.to_owned(),
        session_arn: SESSION.to_owned(),
        provider: Some("cognito-identity.amazonaws.com".to_owned()),
    };
    let set = resource(&to(
        r#"{"Federated":"cognito-identity.amazonaws.com"}"#,
        "Allow",
    ));
    assert_eq!(outcome(&set, &get_object(from_pool)), Outcome::Allow);
    assert_eq!(outcome(&set, &get_object(session())), Outcome::ImplicitDeny);
}

#[test]
fn not_principal_denies_a_session_unless_it_and_its_role_are_listed() {
    let deny_all_but = |listed: &str| {
        let statement = format!(
            r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":{listed}}},"Action":"s3:*","Resource":"*"}}"#
        );
        PolicySet {
            identity: identity(ALLOW).identity,
            ..resource(&statement)
        }
    };
    let root = "arn:aws:iam::111122223333:root";
    let ana = "arn:aws:iam::111122223333:user/ana";
    for (listed, session_expected, user_expected) in [
        (
            format!(r#"["{SESSION}","{ROLE}","{root}"]"#),
            Outcome::Allow,
            Outcome::ExplicitDeny,
        ),
        (
            format!(r#"["{ROLE}","{root}"]"#),
            Outcome::ExplicitDeny,
            Outcome::ExplicitDeny,
        ),
        (
            format!(r#"["{ana}","{root}"]"#),
            Outcome::ExplicitDeny,
            Outcome::Allow,
        ),
        (
            format!(r#""{root}""#),
            Outcome::ExplicitDeny,
            Outcome::ExplicitDeny,
        ),
        (r#""*""#.to_owned(), Outcome::Allow, Outcome::Allow),
    ] {
        let set = deny_all_but(&listed);
        assert_eq!(
            outcome(&set, &get_object(session())),
            session_expected,
            "{listed}"
        );
        assert_eq!(
            outcome(&set, &get_object(user())),
            user_expected,
            "{listed}"
        );
    }
}

#[test]
fn denying_the_account_denies_everyone_in_it() {
    let set = PolicySet {
        identity: identity(ALLOW).identity,
        ..resource(&to(&aws("arn:aws:iam::111122223333:root"), "Deny"))
    };
    assert_eq!(outcome(&set, &get_object(session())), Outcome::ExplicitDeny);
    assert_eq!(outcome(&set, &get_object(user())), Outcome::ExplicitDeny);
}

#[test]
fn a_key_policy_must_allow_by_itself() {
    let key = "arn:aws:kms:us-east-1:111122223333:key/k";
    let decrypt = Request {
        action: "kms:Decrypt".to_owned(),
        resource: key.to_owned(),
        ..get_object(session())
    };
    let by_identity = identity(&plain("Allow", "kms:*", "*"));
    let key_policy = |principal: &str| {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"kms:*","Resource":"*"}}"#
        );
        PolicySet {
            resource: Some(policy(PolicyKind::Resource, &statement)),
            ..by_identity.clone()
        }
    };
    assert_eq!(
        outcome(&key_policy(&aws(OTHER_ACCOUNT)), &decrypt),
        Outcome::ImplicitDeny
    );
    assert_eq!(
        outcome(&key_policy(&aws(ACCOUNT)), &decrypt),
        Outcome::Allow
    );
}

#[test]
fn older_sessions_are_revoked_by_a_deny_on_their_issue_time() {
    let revoke = r#"{"Effect":"Deny","Action":"*","Resource":"*",
        "Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-03-01T12:00:00Z"}}}"#;
    let set = identity(&format!("{ALLOW},{revoke}"));
    let issued = |at: &str| Request {
        context: RequestContext::new().with("aws:TokenIssueTime", at),
        ..get_object(session())
    };
    assert_eq!(
        outcome(&set, &issued("2026-03-01T11:59:00Z")),
        Outcome::ExplicitDeny
    );
    assert_eq!(
        outcome(&set, &issued("2026-03-01T12:00:00Z")),
        Outcome::Allow
    );
}

#[test]
fn principals_are_read_from_the_names_people_use() {
    for (name, account) in [
        (SESSION, Some(ACCOUNT)),
        ("arn:aws:iam::111122223333:user/team/ana", Some(ACCOUNT)),
        ("arn:aws:iam::111122223333:root", Some(ACCOUNT)),
        (ROLE, Some(ACCOUNT)),
        ("111122223333", Some(ACCOUNT)),
        ("cognito-identity.amazonaws.com", None),
        ("sns.amazonaws.com", None),
        ("anonymous", None),
        ("arn:aws:iam::111122223333:oidc-provider/example.com", None),
    ] {
        let principal = Principal::from_name(name).unwrap();
        assert_eq!(principal.account(), account, "{name}");
    }
    for name in ["ana", "arn:aws:iam::1:user/ana", "arn:aws:s3:::bucket", ""] {
        assert!(Principal::from_name(name).is_err(), "{name}");
    }
    assert_eq!(Principal::from_name(SESSION).unwrap(), session());
}
