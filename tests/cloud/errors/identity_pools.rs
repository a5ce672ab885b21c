//! What identity pools refuse.

use serde_json::{Value, json};
use tokentrail::cloud::identity_pool::config::{AmbiguousRoleResolution, MappingKind, RoleMapping};
use tokentrail::cloud::identity_pool::{self, IdentityPoolConfig};
use tokentrail::cloud::ledger::ActorId;
use tokentrail::protocol::jwt::Unverified;
use tokentrail::protocol::message::Response;
use tokentrail::protocol::time::Span;

use super::{Outcome, PASSWORD, POOL, Row, Stage, all, password_sign_in, says, text};

const SERVICE: &str = "cognito-identity";
const IDP: &str = "cognito-idp";
const NOT_AUTHORIZED: &str = "NotAuthorizedException";
const OTHER: &str = "us-east-1:99999999-2222-4333-8444-555555555555";

fn get_id(stage: &mut Stage, logins: &Value) -> Response {
    let body = json!({ "IdentityPoolId": POOL, "Logins": logins });
    stage.cognito(SERVICE, "GetId", &body)
}

/// GetId with this as a login of the user pool.
fn login(stage: &mut Stage, token: &str) -> Response {
    let key = stage.login_key();
    get_id(stage, &json!({ key: token }))
}

/// Dana's identity and her ID token.
fn dana(stage: &mut Stage) -> (String, String) {
    let token = stage.tokens().0;
    let body = json!({ "IdentityPoolId": POOL, "Logins": { stage.login_key(): token } });
    let identity = text(&stage.ok(SERVICE, "GetId", &body)["IdentityId"]);
    (identity, token)
}

/// A pool of its own; a guest's attempt at an operation in it.
fn other_pool(stage: &mut Stage, change: impl FnOnce(&mut IdentityPoolConfig)) {
    let mut config = IdentityPoolConfig::new(ActorId::new("identities"), "other", super::ACCOUNT);
    config.id = Some(OTHER.to_owned());
    config.allow_unauthenticated = true;
    config.roles.unauthenticated = Some(stage.names.roles["Guest"].clone());
    change(&mut config);
    identity_pool::add_pool(&mut stage.cloud, config);
}

fn classic(stage: &mut Stage) -> Response {
    let body = json!({ "IdentityPoolId": OTHER });
    let identity = stage.ok(SERVICE, "GetId", &body)["IdentityId"].clone();
    stage.cognito(
        SERVICE,
        "GetOpenIdToken",
        &json!({ "IdentityId": identity }),
    )
}

fn foreign_login(stage: &mut Stage, operation: &str) -> Outcome {
    let (identity, _) = dana(stage);
    let app = stage.app();
    let body = json!({ "ClientId": app, "Username": "omar", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "omar@example.com" }] });
    stage.ok(IDP, "SignUp", &body);
    let code = stage.code();
    let body = json!({ "ClientId": app, "Username": "omar", "ConfirmationCode": code });
    stage.ok(IDP, "ConfirmSignUp", &body);
    let tokens = stage.ok(
        IDP,
        "InitiateAuth",
        &password_sign_in(&app, "omar", PASSWORD),
    );
    let logins = json!({ stage.login_key(): tokens["AuthenticationResult"]["IdToken"] });
    let body = json!({ "IdentityId": identity, "Logins": logins });
    let message = "Logins don't match. Please include at least one valid login for this identity \
                   or identity pool.";
    says(stage.cognito(SERVICE, operation, &body), message)
}

#[test]
fn identities_and_logins() {
    let rows: &[Row] = &[
        ("guests are not let in", NOT_AUTHORIZED, 400, |stage| {
            other_pool(stage, |config| config.allow_unauthenticated = false);
            let response = stage.cognito(SERVICE, "GetId", &json!({ "IdentityPoolId": OTHER }));
            let message = "Unauthenticated access is not supported for this identity pool.";
            says(response, message)
        }),
        (
            "a foreign login, for credentials",
            NOT_AUTHORIZED,
            400,
            |stage| foreign_login(stage, "GetCredentialsForIdentity"),
        ),
        (
            "a foreign login, for a token",
            NOT_AUTHORIZED,
            400,
            |stage| foreign_login(stage, "GetOpenIdToken"),
        ),
        (
            "the identity needs its login",
            NOT_AUTHORIZED,
            400,
            |stage| {
                let (identity, _) = dana(stage);
                let body = json!({ "IdentityId": identity });
                let message = format!("Access to Identity '{identity}' is forbidden.");
                says(
                    stage.cognito(SERVICE, "GetCredentialsForIdentity", &body),
                    message,
                )
            },
        ),
        ("a login that has ended", NOT_AUTHORIZED, 400, |stage| {
            let token = stage.tokens().0;
            let ends = Unverified::parse(&token).unwrap().seconds("exp").unwrap();
            stage.cloud.pass_time(Span::from_hours(2));
            let response = login(stage, &token);
            // The request was on its way for a moment of the simulated time
            let way = Span::from_millis(42);
            let now = (stage.cloud.now() - way).epoch_seconds();
            says(
                response,
                format!("Invalid login token. Token expired: {now} >= {ends}"),
            )
        }),
        ("no JWT at all", NOT_AUTHORIZED, 400, |stage| {
            let message = "Invalid login token. Not a valid OpenId Connect identity token.";
            says(login(stage, "not-a-jwt"), message)
        }),
        (
            "another issuer than the key says",
            NOT_AUTHORIZED,
            400,
            |stage| {
                let token = stage.tokens().0;
                let response = get_id(stage, &json!({ "accounts.google.com": token }));
                says(
                    response,
                    "Invalid login token. Issuer doesn't match providerName",
                )
            },
        ),
        (
            "another app than the pool knows",
            NOT_AUTHORIZED,
            400,
            |stage| {
                let pool = stage.pool(|_| {});
                let body = password_sign_in("desk-app", "dana", PASSWORD);
                let tokens = stage.ok(IDP, "InitiateAuth", &body);
                let key = format!("cognito-idp.us-east-1.amazonaws.com/{pool}");
                let logins = json!({ key: tokens["AuthenticationResult"]["IdToken"] });
                let message = "Token is not from a supported provider of this identity pool.";
                says(get_id(stage, &logins), message)
            },
        ),
        ("a pool token as a login", NOT_AUTHORIZED, 400, |stage| {
            let (identity, token) = dana(stage);
            let body = json!({ "IdentityId": identity, "Logins": { stage.login_key(): token } });
            let token = text(&stage.ok(SERVICE, "GetOpenIdToken", &body)["Token"]);
            let message = "Invalid login token. Can't pass in a Cognito token.";
            says(login(stage, &token), message)
        }),
    ];
    all(rows);
}

#[test]
fn flows_and_roles() {
    let rows: &[Row] = &[
        (
            "the basic flow is off",
            "InvalidParameterException",
            400,
            |stage| {
                other_pool(stage, |_| {});
                let message = "Basic (classic) flow is not enabled, please use enhanced flow.";
                says(classic(stage), message)
            },
        ),
        (
            "the basic flow and role mappings",
            "InvalidParameterException",
            400,
            |stage| {
                let key = format!("{}:{}", stage.login_key(), stage.app());
                other_pool(stage, |config| {
                    config.allow_classic = true;
                    let mapping = RoleMapping {
                        kind: MappingKind::Token,
                        ambiguous: AmbiguousRoleResolution::Deny,
                    };
                    config.role_mappings.insert(key, mapping);
                });
                let message = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.";
                says(classic(stage), message)
            },
        ),
        (
            "a role that does not trust the pool",
            "InvalidIdentityPoolConfigurationException",
            400,
            |stage| {
                other_pool(stage, |_| {});
                let body = json!({ "IdentityPoolId": OTHER });
                let identity = stage.ok(SERVICE, "GetId", &body)["IdentityId"].clone();
                let body = json!({ "IdentityId": identity });
                let message = "Invalid identity pool configuration. Check assigned IAM roles for \
                               this pool.";
                says(
                    stage.cognito(SERVICE, "GetCredentialsForIdentity", &body),
                    message,
                )
            },
        ),
    ];
    all(rows);
}
