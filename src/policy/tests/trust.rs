//! Trust policies: who may become a role.

use super::*;

const POOL: &str = "us-east-1:12345678-dead-beef-cafe-123456790ab";

fn trust(statements: &str) -> PolicySet {
    PolicySet {
        trust: Some(policy(PolicyKind::Trust, statements)),
        ..PolicySet::default()
    }
}

/// The trust policy that Cognito's console writes.
fn trust_in_pool() -> PolicySet {
    trust(&format!(
        r#"{{"Effect":"Allow","Principal":{{"Federated":"cognito-identity.amazonaws.com"}},
        "Action":"sts:AssumeRoleWithWebIdentity","Condition":{{
        "StringEquals":{{"cognito-identity.amazonaws.com:aud":"{POOL}"}},
        "ForAnyValue:StringLike":{{"cognito-identity.amazonaws.com:amr":"authenticated"}}}}}}"#
    ))
}

fn assume(principal: Principal, action: &str) -> Request {
    Request {
        action: action.to_owned(),
        resource: ROLE.to_owned(),
        ..get_object(principal)
    }
}

fn web_identity(provider: &str) -> Request {
    let provider = provider.to_owned();
    let context = RequestContext::new()
        .with("cognito-identity.amazonaws.com:aud", POOL)
        .with(
            "cognito-identity.amazonaws.com:amr",
            ["authenticated", "graph.facebook.com"],
        )
        .with("cognito-identity.amazonaws.com:sub", "us-east-1:me");
    Request {
        context,
        ..assume(
            Principal::WebIdentity { provider },
            "sts:AssumeRoleWithWebIdentity",
        )
    }
}

#[test]
fn a_trust_policy_lets_in_the_pool_it_names_and_no_other() {
    let set = trust_in_pool();
    let request = web_identity("cognito-identity.amazonaws.com");
    assert_eq!(outcome(&set, &request), Outcome::Allow);
    let other_pool = Request {
        context: request
            .context
            .clone()
            .with("cognito-identity.amazonaws.com:aud", "us-east-1:x"),
        ..request.clone()
    };
    assert_eq!(outcome(&set, &other_pool), Outcome::ImplicitDeny);
    let guest = Request {
        context: request
            .context
            .clone()
            .with("cognito-identity.amazonaws.com:amr", ["unauthenticated"]),
        ..request.clone()
    };
    assert_eq!(outcome(&set, &guest), Outcome::ImplicitDeny);
    assert_eq!(
        outcome(&set, &web_identity("accounts.google.com")),
        Outcome::ImplicitDeny
    );
    let tagging = Request {
        action: "sts:TagSession".to_owned(),
        ..request
    };
    assert_eq!(outcome(&set, &tagging), Outcome::ImplicitDeny);
}

#[test]
fn a_web_identity_needs_no_identity_policy_and_minds_no_organisation() {
    let set = PolicySet {
        service_control: vec![vec![policy(
            PolicyKind::ServiceControl,
            &plain("Allow", "s3:PutObject", "*"),
        )]],
        ..trust_in_pool()
    };
    let request = web_identity("cognito-identity.amazonaws.com");
    assert_eq!(outcome(&set, &request), Outcome::Allow);
}

#[test]
fn a_custom_provider_is_trusted_by_its_arn() {
    let arn = "arn:aws:iam::111122223333:oidc-provider/login.example.com/tenant";
    let set = trust(&format!(
        r#"{{"Effect":"Allow","Principal":{{"Federated":"{arn}"}},
        "Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]}}"#
    ));
    assert_eq!(outcome(&set, &web_identity(arn)), Outcome::Allow);
    assert_eq!(
        outcome(&set, &web_identity("login.example.com/tenant")),
        Outcome::ImplicitDeny
    );
}

#[test]
fn saml_comes_in_through_its_provider() {
    let provider = "arn:aws:iam::111122223333:saml-provider/corp".to_owned();
    let set = trust(&format!(
        r#"{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithSAML",
        "Condition":{{"StringEquals":{{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}}}}"#
    ));
    let context = RequestContext::new().with("saml:aud", "https://signin.aws.amazon.com/saml");
    let request = Request {
        context,
        ..assume(Principal::Saml { provider }, "sts:AssumeRoleWithSAML")
    };
    assert_eq!(outcome(&set, &request), Outcome::Allow);
}

#[test]
fn a_role_is_assumed_only_when_its_trust_policy_says_so() {
    let may_assume = identity(&plain("Allow", "sts:AssumeRole", "*")).identity;
    let request = assume(user(), "sts:AssumeRole");
    let trusting = |principal: &str| {
        trust(&format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#
        ))
    };
    let named = trusting(&aws("arn:aws:iam::111122223333:user/ana"));
    assert_eq!(
        outcome(&named, &request),
        Outcome::Allow,
        "naming the user is enough at home"
    );
    let by_account = trusting(&aws(ACCOUNT));
    assert_eq!(outcome(&by_account, &request), Outcome::ImplicitDeny);
    let both = PolicySet {
        identity: may_assume.clone(),
        ..by_account
    };
    assert_eq!(outcome(&both, &request), Outcome::Allow);
    let untrusted = PolicySet {
        identity: may_assume,
        ..trusting(&aws(OTHER_ACCOUNT))
    };
    assert_eq!(
        refusal(&untrusted, &request),
        Some((PolicyKind::Trust, false))
    );
}

#[test]
fn an_external_id_is_a_condition_like_any_other() {
    let stranger = Principal::User {
        arn: format!("arn:aws:iam::{OTHER_ACCOUNT}:user/auditor"),
    };
    let set = PolicySet {
        identity: identity(&plain("Allow", "sts:AssumeRole", ROLE)).identity,
        ..trust(&format!(
            r#"{{"Effect":"Allow","Principal":{{"AWS":"{OTHER_ACCOUNT}"}},"Action":"sts:AssumeRole",
            "Condition":{{"StringEquals":{{"sts:ExternalId":"42"}}}}}}"#
        ))
    };
    let with = |id: &str| Request {
        context: RequestContext::new().with("sts:ExternalId", id),
        ..assume(stranger.clone(), "sts:AssumeRole")
    };
    assert_eq!(outcome(&set, &with("42")), Outcome::Allow);
    assert_eq!(outcome(&set, &with("43")), Outcome::ImplicitDeny);
}
