//! Every operation, asked rightly and then with one thing about the request changed: an answer, no
//! panic, and where it is a refusal, a world as it was.

use proptest::prelude::*;

use super::*;
use crate::cloud::access::fixture;
use crate::cloud::user_pool::config::MfaMode;
use crate::protocol::message::post;
use crate::protocol::sigv4::{Credentials, SignOptions, sign};

const OPERATIONS: [&str; 26] = [
    "SignUp",
    "ConfirmSignUp",
    "ResendConfirmationCode",
    "InitiateAuth",
    "RespondToAuthChallenge",
    "ForgotPassword",
    "ConfirmForgotPassword",
    "GetTokensFromRefreshToken",
    "AssociateSoftwareToken",
    "VerifySoftwareToken",
    "SetUserMFAPreference",
    "UpdateUserAttributes",
    "VerifyUserAttribute",
    "ChangePassword",
    "GetUser",
    "RevokeToken",
    "GlobalSignOut",
    "CreateGroup",
    "AdminCreateUser",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "AdminSetUserPassword",
    "AdminUserGlobalSignOut",
    "AdminDisableUser",
    "AdminGetUser",
    "AdminLinkProviderForUser",
];

/// A request that has every member any operation asks for, with values that fit.
fn members(world: &World, access: &str, refresh: &str) -> serde_json::Map<String, Value> {
    let body = json!({
        "ClientId": world.app,
        "UserPoolId": world.pool,
        "Username": "dora",
        "Password": PASSWORD,
        "PreviousPassword": PASSWORD,
        "ProposedPassword": "Second-horse2",
        "ConfirmationCode": "123456",
        "Code": "123456",
        "UserCode": "123456",
        "AttributeName": "email",
        "AccessToken": access,
        "RefreshToken": refresh,
        "Token": refresh,
        "AuthFlow": "USER_SRP_AUTH",
        "AuthParameters": { "USERNAME": "dora", "PASSWORD": PASSWORD, "SRP_A": "abcdef",
                            "REFRESH_TOKEN": refresh },
        "ChallengeName": "PASSWORD_VERIFIER",
        "Session": "not-a-session-that-anybody-knows",
        "ChallengeResponses": { "USERNAME": "dora", "NEW_PASSWORD": "Second-horse2",
            "SOFTWARE_TOKEN_MFA_CODE": "123456", "TIMESTAMP": "Tue Mar 3 09:00:00 UTC 2026",
            "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA", "PASSWORD_CLAIM_SIGNATURE": "AAAA" },
        "UserAttributes": [{ "Name": "name", "Value": "Dora" }],
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
        "GroupName": "editors",
        "Precedence": 3,
        "Permanent": true,
        "SourceUser": { "ProviderName": "Facebook", "ProviderAttributeName": "Cognito_Subject",
                        "ProviderAttributeValue": "1" },
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "dora" },
    });
    body.as_object().unwrap().clone()
}

/// One thing that is changed.
fn change() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        Just(Some(Value::Null)),
        Just(Some(json!({}))),
        Just(Some(json!([[]]))),
        Just(Some(json!([{ "Name": 7 }]))),
        Just(Some(
            json!({ "USERNAME": {}, "Enabled": "x", "ProviderName": [] })
        )),
        any::<bool>().prop_map(|flag| Some(json!(flag))),
        any::<f64>().prop_map(|number| Some(json!(number))),
        any::<i64>().prop_map(|number| Some(json!(number))),
        ".{0,40}".prop_map(|text| Some(json!(text))),
        (1usize..9_000).prop_map(|length| Some(json!("x".repeat(length)))),
    ]
}

/// Everything there is to know about the pool, but for what is counted.
fn whole(world: &World) -> String {
    let pool = world.cloud.user_pools.get(&world.pool).unwrap();
    let mut pool = pool.clone();
    for user in pool.users.values_mut() {
        user.attempts = Default::default();
        user.reset_requests = Default::default();
    }
    format!("{pool:?}")
}

thread_local! {
    /// A world with a signed-in Dora costs two signatures: made once, and used until a request is
    /// granted.
    static WORLD: std::cell::RefCell<Option<(World, String, String)>> =
        const { std::cell::RefCell::new(None) };
    static CREDENTIALS: Credentials = administrator().credentials;
}

/// Signed operations are signed by an administrator who may do all of them.
fn signs(operation: &str) -> bool {
    operation.starts_with("Admin") || operation == "CreateGroup"
}

/// The administrator's credentials are the same in every world.
fn administrator() -> fixture::World {
    fixture::World::with_policy(super::admin::EVERYTHING)
}

fn fresh() -> (World, String, String) {
    let mut world = furnish(administrator().cloud);
    world.pool_mut().mfa = MfaMode::Optional;
    let (_, access, refresh) = world.doras_tokens();
    (world, access, refresh)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_refused_request_of_any_operation_leaves_the_pool_as_it_was(
        which in 0..OPERATIONS.len(),
        member in any::<prop::sample::Index>(),
        change in change(),
    ) {
        let (mut world, access, refresh) =
            WORLD.with(|kept| kept.borrow_mut().take()).unwrap_or_else(fresh);
        let mut body = members(&world, &access, &refresh);
        let names: Vec<String> = body.keys().cloned().collect();
        let name = member.get(&names);
        match change {
            None => body.remove(name),
            Some(value) => body.insert(name.clone(), value),
        };
        let before = whole(&world);
        let url = format!("https://{}/", api_host());
        let bytes = Value::Object(body).to_string().into_bytes();
        let mut request = post(&url, "application/x-amz-json-1.1", bytes).unwrap();
        let target = format!("{}.{}", super::super::TARGET_PREFIX, OPERATIONS[which]);
        request.set_header("x-amz-target", &target).unwrap();
        if signs(OPERATIONS[which]) {
            let credentials = CREDENTIALS.with(Clone::clone);
            let (now, options) = (world.cloud.now(), SignOptions::default());
            sign(&mut request, &credentials, "us-east-1", "cognito-idp", now, options).unwrap();
        }
        let status = world.send(request).status().as_u16();
        prop_assert!(status == 200 || status == 400, "{status}");
        let unsigned = world.failed() == Some("Signature") || world.failed() == Some("Not expired");
        prop_assert!(!(unsigned && signs(OPERATIONS[which])));
        if status == 400 {
            prop_assert_eq!(whole(&world), before);
            WORLD.with(|kept| *kept.borrow_mut() = Some((world, access, refresh)));
        }
    }
}
