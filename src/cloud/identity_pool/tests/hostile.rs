//! Mutated requests of every operation of STS, IAM and identity pools, and mutated tokens, thrown
//! at the front door: nothing panics, no forged token is believed, and a refused request leaves
//! the world as it was.

use std::cell::RefCell;

use aws_lc_rs::hmac;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::callers::allowing;
use super::world::{
    ADMIN_ROLE, CLIENT, GUEST_ROLE, POOL_ID, PROVIDER, USER_ROLE, World, pool_config,
};
use crate::cloud::identity_pool::token;
use crate::cloud::ledger::CredentialsValue;
use crate::protocol::encoding::{base64url, base64url_decode};
use crate::protocol::form::Form;
use crate::protocol::jwt::{self, Part, Unverified, tamper};
use crate::protocol::keys::Algorithm;
use crate::protocol::message::{self, Message, Request};

const OWN: &str = "login.photos";
const CASES: u32 = 400;

/// A world in which every operation has something to do.
struct Stage {
    world: World,
    admin: CredentialsValue,
    identity: String,
    id_token: String,
    pool_token: String,
    developer_token: String,
    developer_identity: String,
}

fn stage() -> Stage {
    let mut config = pool_config();
    config.developer_provider = Some(OWN.to_owned());
    let mut world = World::with(config);
    let admin = world.user("admin", &allowing(&["*"]));
    let id_token = world.sign_in("anna").0;
    let identity = world.identity_of(&id_token);
    let pool_token = world.pool_token(&identity, &json!({ PROVIDER: id_token }));
    let body = json!({ "IdentityPoolId": POOL_ID, "Logins": { OWN: "dana" } });
    let vouched = world.signed_ok(&admin, "GetOpenIdTokenForDeveloperIdentity", &body);
    let text = |name: &str| vouched[name].as_str().unwrap().to_owned();
    Stage {
        identity,
        id_token,
        pool_token,
        developer_token: text("Token"),
        developer_identity: text("IdentityId"),
        world,
        admin,
    }
}

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    })
}

impl Stage {
    /// A good request of every JSON operation, and whether it must be signed.
    fn json_requests(&self) -> Vec<(&'static str, Value, bool)> {
        let (identity, token) = (&self.identity, &self.id_token);
        let logins = json!({ PROVIDER: token });
        let pool = POOL_ID;
        vec![
            (
                "GetId",
                json!({ "IdentityPoolId": pool, "Logins": logins }),
                false,
            ),
            (
                "GetCredentialsForIdentity",
                json!({ "IdentityId": identity, "Logins": logins }),
                false,
            ),
            (
                "GetOpenIdToken",
                json!({ "IdentityId": identity, "Logins": logins }),
                false,
            ),
            (
                "UnlinkIdentity",
                json!({ "IdentityId": identity, "Logins": logins, "LoginsToRemove": ["x"] }),
                false,
            ),
            (
                "GetOpenIdTokenForDeveloperIdentity",
                json!({ "IdentityPoolId": pool, "Logins": { OWN: "dana" }, "TokenDuration": 60,
                    "PrincipalTags": { "a": "b" } }),
                true,
            ),
            (
                "LookupDeveloperIdentity",
                json!({ "IdentityPoolId": pool, "DeveloperUserIdentifier": "dana",
                    "MaxResults": 5, "NextToken": "MA" }),
                true,
            ),
            (
                "MergeDeveloperIdentities",
                json!({ "SourceUserIdentifier": "omar", "DestinationUserIdentifier": "dana",
                    "DeveloperProviderName": OWN, "IdentityPoolId": pool }),
                true,
            ),
            (
                "UnlinkDeveloperIdentity",
                json!({ "IdentityId": identity, "IdentityPoolId": pool,
                    "DeveloperProviderName": OWN, "DeveloperUserIdentifier": "nobody" }),
                true,
            ),
            ("DescribeIdentity", json!({ "IdentityId": identity }), true),
            (
                "CreateIdentityPool",
                json!({ "IdentityPoolName": "n", "AllowUnauthenticatedIdentities": true,
                    "CognitoIdentityProviders": [{ "ProviderName": PROVIDER, "ClientId": CLIENT }] }),
                true,
            ),
            (
                "SetIdentityPoolRoles",
                json!({ "IdentityPoolId": pool,
                    "Roles": { "authenticated": USER_ROLE, "unauthenticated": GUEST_ROLE },
                    "RoleMappings": { PROVIDER: { "Type": "Rules",
                        "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [
                            { "Claim": "a", "MatchType": "Equals", "Value": "b",
                              "RoleARN": ADMIN_ROLE }] } } } }),
                true,
            ),
            (
                "SetPrincipalTagAttributeMap",
                json!({ "IdentityPoolId": pool, "IdentityProviderName": PROVIDER,
                    "PrincipalTags": { "a": "sub" } }),
                true,
            ),
        ]
    }

    /// A good request of every query operation: service and parameters.
    fn query_requests(&self) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
        let text = |value: &str| value.to_owned();
        let policy = allowing(&["s3:*"]);
        let role = |action| vec![("Action", text(action)), ("RoleName", text("PhotoReader"))];
        let mut put = role("PutRolePolicy");
        put.extend([
            ("PolicyName", text("P")),
            ("PolicyDocument", policy.clone()),
        ]);
        let mut update = role("UpdateAssumeRolePolicy");
        update.push(("PolicyDocument", policy.clone()));
        let mut create = role("CreateRole");
        create.extend([
            ("AssumeRolePolicyDocument", policy.clone()),
            ("MaxSessionDuration", text("3600")),
            ("Path", text("/p/")),
        ]);
        let mut attach = role("AttachRolePolicy");
        attach.push(("PolicyArn", text("arn:aws:iam::aws:policy/ReadOnlyAccess")));
        vec![
            (
                "sts",
                vec![
                    ("Action", text("AssumeRole")),
                    ("RoleArn", text(USER_ROLE)),
                    ("RoleSessionName", text("s1")),
                    ("DurationSeconds", text("900")),
                    ("Policy", policy.clone()),
                    ("Tags.member.1.Key", text("k")),
                    ("Tags.member.1.Value", text("v")),
                    ("TransitiveTagKeys.member.1", text("k")),
                    ("ExternalId", text("xx")),
                    ("SourceIdentity", text("me")),
                ],
            ),
            (
                "sts",
                vec![
                    ("Action", text("AssumeRoleWithWebIdentity")),
                    ("RoleArn", text(USER_ROLE)),
                    ("RoleSessionName", text("s1")),
                    ("WebIdentityToken", self.pool_token.clone()),
                    (
                        "PolicyArns.member.1.arn",
                        text("arn:aws:iam::aws:policy/None"),
                    ),
                ],
            ),
            (
                "sts",
                vec![
                    ("Action", text("GetSessionToken")),
                    ("DurationSeconds", text("900")),
                ],
            ),
            (
                "sts",
                vec![
                    ("Action", text("GetFederationToken")),
                    ("Name", text("dana")),
                    ("Policy", policy.clone()),
                ],
            ),
            ("sts", vec![("Action", text("GetCallerIdentity"))]),
            (
                "sts",
                vec![
                    ("Action", text("DecodeAuthorizationMessage")),
                    ("EncodedMessage", text("AAAA")),
                ],
            ),
            ("iam", create),
            ("iam", update),
            ("iam", put.clone()),
            ("iam", {
                let mut delete = put;
                delete[0].1 = text("DeleteRolePolicy");
                delete
            }),
            ("iam", attach.clone()),
            ("iam", {
                let mut detach = attach;
                detach[0].1 = text("DetachRolePolicy");
                detach
            }),
            (
                "iam",
                vec![
                    ("Action", text("PutRolePermissionsBoundary")),
                    ("RoleName", text("PhotoReader")),
                    ("PermissionsBoundary", text("arn:aws:iam::aws:policy/None")),
                ],
            ),
            (
                "iam",
                vec![
                    ("Action", text("CreateOpenIDConnectProvider")),
                    ("Url", text("https://issuer.example")),
                    ("ClientIDList.member.1", text("app")),
                    ("ThumbprintList.member.1", "a".repeat(40)),
                ],
            ),
            (
                "iam",
                vec![
                    ("Action", text("CreateAccessKey")),
                    ("UserName", text("nobody")),
                ],
            ),
            (
                "iam",
                vec![
                    ("Action", text("UpdateAccessKey")),
                    ("AccessKeyId", self.admin.access_key_id.clone()),
                    ("Status", text("Active")),
                ],
            ),
        ]
    }

    fn json_request(&self, operation: &str, body: &[u8]) -> Request {
        let url = "https://cognito-identity.us-east-1.amazonaws.com/";
        let media = "application/x-amz-json-1.1";
        let mut request = message::post(url, media, body.to_vec()).unwrap();
        let target = format!("AWSCognitoIdentityService.{operation}");
        request.set_header("x-amz-target", &target).unwrap();
        request
    }

    /// Sends it; a refusal must have a code and must leave everything as it was.
    fn throw(&mut self, request: Request) -> bool {
        let before = self.world.state();
        let sent = self.world.cloud.send(&self.world.phone.clone(), request);
        let Ok(answer) = sent else {
            assert_eq!(self.world.state(), before);
            return false;
        };
        let refusal = crate::cloud::aws::refusal_in(&answer.response);
        if let Some(refusal) = &refusal {
            assert!(!refusal.code.is_empty());
            assert_eq!(self.world.state(), before, "{refusal:?}");
        }
        refusal.is_none()
    }
}

/// What stands where something else is expected.
fn junk() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(Value::from),
        Just(json!("x".repeat(60_000))),
        Just(json!("us-east-1:0")),
        Just(json!("arn:aws:iam::111122223333:role/é\u{0}")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[A-Za-z]{1,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Replaces a value somewhere in a document, at any depth.
fn replace(document: &mut Value, at: usize, with: &Value) {
    let children: Vec<&mut Value> = match document {
        Value::Object(map) if !map.is_empty() => map.values_mut().collect(),
        Value::Array(items) if !items.is_empty() => items.iter_mut().collect(),
        _ => {
            *document = with.clone();
            return;
        }
    };
    let count = children.len();
    if let Some(child) = children.into_iter().nth(at % count) {
        if at / count % 2 == 0 {
            *child = with.clone();
        } else {
            replace(child, at / count / 2, with);
        }
    }
}

#[test]
fn changed_json_requests_are_answered_and_change_nothing_where_refused() {
    let stage = RefCell::new(stage());
    let count = stage.borrow().json_requests().len();
    let strategy = (0..count, any::<u16>(), junk(), any::<Option<u16>>());
    let thrown = runner().run(&strategy, |(which, at, with, cut)| {
        let mut stage = stage.borrow_mut();
        let (operation, mut body, signed) = stage.json_requests().swap_remove(which);
        replace(&mut body, usize::from(at), &with);
        let mut bytes = body.to_string().into_bytes();
        if let Some(cut) = cut.filter(|cut| cut % 4 == 0) {
            bytes.truncate(usize::from(cut) % (bytes.len() + 1));
        }
        let request = stage.json_request(operation, &bytes);
        let request = match signed {
            true => stage
                .world
                .signed(&stage.admin, "cognito-identity", request),
            false => request,
        };
        stage.throw(request);
        Ok(())
    });
    thrown.unwrap();
}

#[test]
fn changed_forms_are_answered_and_change_nothing_where_refused() {
    let stage = RefCell::new(stage());
    let count = stage.borrow().query_requests().len();
    let value = prop_oneof![
        "\\PC{0,60}",
        Just(String::new()),
        Just("9".repeat(400)),
        Just("-9223372036854775808".to_owned()),
        Just("{".repeat(3_000)),
        Just("x".repeat(140_000)),
        Just(r#"{"Version":"2012-10-17","Statement":{}}"#.to_owned()),
    ];
    let strategy = (0..count, any::<u8>(), any::<u8>(), value);
    let thrown = runner().run(&strategy, |(which, at, how, value)| {
        let mut stage = stage.borrow_mut();
        let (service, mut parameters) = stage.query_requests().swap_remove(which);
        let at = usize::from(at) % parameters.len();
        match how % 3 {
            0 => parameters[at].1 = value,
            1 => drop(parameters.remove(at)),
            _ => {
                let (name, _) = parameters[at];
                parameters.push((name, value));
            }
        }
        let shown: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let request = stage.world.query(&stage.admin, service, &shown);
        stage.throw(request);
        Ok(())
    });
    thrown.unwrap();
}

#[test]
fn bytes_that_are_no_request_are_answered() {
    let stage = RefCell::new(stage());
    let hosts = [
        "iam.amazonaws.com",
        "sts.amazonaws.com",
        "sts.us-east-1.amazonaws.com",
        "cognito-identity.us-east-1.amazonaws.com",
        "cognito-identity.amazonaws.com",
    ];
    let body = prop::collection::vec(any::<u8>(), 0..200);
    let strategy = (0..hosts.len(), "[ -~]{0,40}", body, "[!-~]{0,30}");
    let thrown = runner().run(&strategy, |(host, target, body, authorization)| {
        let mut stage = stage.borrow_mut();
        let url = format!("https://{}/", hosts[host]);
        let media = "application/x-www-form-urlencoded";
        let mut request = message::post(&url, media, body).unwrap();
        request.set_header("x-amz-target", &target).unwrap();
        request.set_header("authorization", &authorization).unwrap();
        prop_assert!(!stage.throw(request), "nobody takes this");
        Ok(())
    });
    thrown.unwrap();
}

#[test]
fn a_request_changed_after_signing_is_never_served() {
    let stage = RefCell::new(stage());
    let forms = stage.borrow().query_requests().len();
    let strategy = (0..forms, any::<u16>(), 1..=255u8, any::<bool>());
    let thrown = runner().run(&strategy, |(which, at, flip, in_header)| {
        let mut stage = stage.borrow_mut();
        let (service, parameters) = stage.query_requests().swap_remove(which);
        // Nobody signs this one
        if parameters[0].1 == "AssumeRoleWithWebIdentity" {
            return Ok(());
        }
        let shown: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut request = stage.world.query(&stage.admin, service, &shown);
        if in_header {
            let header = request.header("authorization").unwrap().to_owned();
            let (head, signature) = header.split_at(header.len() - 64);
            let mut digits: Vec<char> = signature.chars().collect();
            let at = usize::from(at) % digits.len();
            digits[at] = if digits[at] == '0' { '1' } else { '0' };
            let changed: String = digits.into_iter().collect();
            request
                .set_header("authorization", &format!("{head}{changed}"))
                .unwrap();
        } else {
            let length = request.body().len();
            request.body_mut()[usize::from(at) % length] ^= flip;
        }
        prop_assert!(!stage.throw(request));
        Ok(())
    });
    thrown.unwrap();
}

/// What an attacker makes of a token without having the key.
fn forged(token: &str, how: u8, at: u16, public_key: &[u8]) -> String {
    let at = usize::from(at);
    let parts: Vec<&str> = token.split('.').collect();
    let decoded = |part: usize| base64url_decode(parts[part]).unwrap();
    let flipped =
        |part, index: usize| tamper::flip_byte(token, part, at % decoded(index).len()).unwrap();
    let with_claims =
        |text: &str| format!("{}.{}.{}", parts[0], base64url(text.as_bytes()), parts[2]);
    let claims = String::from_utf8(decoded(1)).unwrap();
    match how % 12 {
        0 => flipped(Part::Header, 0),
        1 => flipped(Part::Claims, 1),
        2 => flipped(Part::Signature, 2),
        3 => tamper::strip_signature(token).unwrap(),
        // RS/HS confusion: the public key as a shared secret
        4 => {
            let mut header = Unverified::parse(token).unwrap().header().clone();
            header.insert("alg".to_owned(), json!("HS256"));
            let input = format!(
                "{}.{}",
                base64url(json!(header).to_string().as_bytes()),
                parts[1]
            );
            let key = hmac::Key::new(hmac::HMAC_SHA256, public_key);
            let tag = hmac::sign(&key, input.as_bytes());
            format!("{input}.{}", base64url(tag.as_ref()))
        }
        5 => tamper::replace_header(token, "kid", json!("nobody's key")).unwrap(),
        6 => tamper::replace_header(token, "alg", json!("RS384")).unwrap(),
        7 => with_claims(&claims.replacen('{', "{\"sub\":\"somebody else\",", 1)),
        8 => tamper::replace_claim(token, "exp", json!(i64::MAX)).unwrap(),
        9 => with_claims(&claims.replacen("\"exp\":", "\"exp\":1e400,\"old\":", 1)),
        10 => token.chars().take(at % token.len()).collect(),
        _ => format!("{token}.{}", parts[at % 3]),
    }
}

#[test]
fn no_forged_token_is_ever_believed() {
    let stage = RefCell::new(stage());
    let public_key = {
        let mut stage = stage.borrow_mut();
        let keys = token::keys(&mut stage.world.cloud).unwrap();
        keys.to_json().to_string().into_bytes()
    };
    let strategy = (0..3u8, any::<u8>(), any::<u16>());
    let thrown = runner().run(&strategy, |(which, how, at)| {
        let mut stage = stage.borrow_mut();
        let stage = &mut *stage;
        let request = match which {
            0 => {
                let token = forged(&stage.id_token, how, at, &public_key);
                let body = json!({ "IdentityPoolId": POOL_ID, "Logins": { PROVIDER: token } });
                stage.json_request("GetId", body.to_string().as_bytes())
            }
            1 => {
                let token = forged(&stage.developer_token, how, at, &public_key);
                let logins = json!({ "cognito-identity.amazonaws.com": token });
                let body = json!({ "IdentityId": stage.developer_identity, "Logins": logins });
                let body = body.to_string();
                stage.json_request("GetCredentialsForIdentity", body.as_bytes())
            }
            _ => {
                let token = forged(&stage.pool_token, how, at, &public_key);
                let form = Form::new()
                    .with("Action", "AssumeRoleWithWebIdentity")
                    .with("Version", "2011-06-15")
                    .with("RoleArn", USER_ROLE)
                    .with("RoleSessionName", "x1")
                    .with("WebIdentityToken", &token);
                message::post_form("https://sts.us-east-1.amazonaws.com/", &form).unwrap()
            }
        };
        prop_assert!(!stage.throw(request), "way {} of {which}", how % 12);
        Ok(())
    });
    thrown.unwrap();
}

#[test]
fn a_token_with_a_good_signature_and_absurd_times_panics_nobody() {
    let mut stage = stage();
    let parsed = Unverified::parse(&stage.pool_token).unwrap();
    let key = stage.world.cloud.keys.get(&token::key_name()).unwrap();
    let absurd = [
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(-1),
        json!("tomorrow"),
        json!([1]),
        Value::Null,
    ];
    for value in absurd {
        for claim in ["exp", "iat", "nbf", "sub", "aud", "amr"] {
            let mut claims = parsed.claims().clone();
            claims.insert(claim.to_owned(), value.clone());
            let token = jwt::encode(parsed.header(), &claims, &key, Algorithm::RS512).unwrap();
            let form = Form::new()
                .with("Action", "AssumeRoleWithWebIdentity")
                .with("RoleArn", USER_ROLE)
                .with("RoleSessionName", "x1")
                .with("WebIdentityToken", &token);
            let request = message::post_form("https://sts.amazonaws.com/", &form).unwrap();
            stage.throw(request);
            let logins = json!({ "cognito-identity.amazonaws.com": token });
            let body = json!({ "IdentityId": stage.identity, "Logins": logins }).to_string();
            let request = stage.json_request("GetCredentialsForIdentity", body.as_bytes());
            assert!(!stage.throw(request), "{claim} {value}");
        }
    }
}
