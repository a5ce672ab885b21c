//! What identity pools and STS say about tokens of providers that are not good, in AWS's words.

use super::*;
use crate::cloud::identity_pool::tests::world::{POOL_ID, role};
use crate::protocol::encoding::base64url;
use crate::protocol::hash::hmac_sha256;
use crate::protocol::jwt::{self, tamper};
use crate::protocol::keys::Algorithm;
use crate::protocol::time::Span;
use crate::protocol::xml;

const APP: &str = "912345678901-phone.apps.googleusercontent.com";
const GOOGLE: &str = "accounts.google.com";
const ROLE: &str = "arn:aws:iam::111122223333:role/GoogleUsers";
const UNSIGNED: &str = "Invalid login token. Couldn't verify signed token.";
const UNSUPPORTED: &str = "Token is not from a supported provider of this identity pool.";

fn world() -> At {
    let mut at = At::trusted(google(), GOOGLE, APP);
    trust(&mut at, &json!({ "accounts.google.com:aud": APP }));
    at
}

fn trust(at: &mut At, condition: &Value) {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": GOOGLE },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": condition },
        }],
    });
    at.world.cloud.iam.put_role(role(ROLE, &trust));
}

/// Shows a token to GetId: message, and the check at which it stopped.
fn get_id(at: &mut At, key: &str, token: &str) -> (String, String) {
    let body = json!({ "IdentityPoolId": POOL_ID, "Logins": { key: token } });
    let (code, message) = at.world.refused("GetId", &body);
    assert_eq!(code, "NotAuthorizedException");
    (message, at.failed().unwrap().to_owned())
}

/// Takes a token to STS: status, code (empty where it worked) and message.
pub(super) fn assume(at: &mut At, role: &str, token: &str) -> (u16, String, String) {
    assume_as(at, role, (token, None))
}

fn assume_as(at: &mut At, role: &str, shown: (&str, Option<&str>)) -> (u16, String, String) {
    let mut form = vec![
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", role),
        ("RoleSessionName", "phone"),
        ("WebIdentityToken", shown.0),
    ];
    form.extend(shown.1.map(|provider| ("ProviderId", provider)));
    let before = at.world.state();
    let (status, text) = at.world.sts(&form);
    let answer = xml::parse(&text).unwrap();
    if status == 200 {
        return (status, String::new(), String::new());
    }
    assert_eq!(at.world.state(), before, "a refusal changes nothing");
    let text = |name: &str| answer.text_at(&["Error", name]).unwrap().to_owned();
    (status, text("Code"), text("Message"))
}

/// HS256 with the public key as the secret: what a verifier falls for that lets the token choose.
fn confused(at: &mut At, token: &str) -> String {
    let jwks = at.url(Endpoint::Jwks);
    let (_, keys) = at.get(&jwks);
    let modulus = keys["keys"][0]["n"].as_str().unwrap().to_owned();
    let renamed = tamper::replace_header(token, "alg", json!("HS256")).unwrap();
    let (input, _) = renamed.rsplit_once('.').unwrap();
    let signature = hmac_sha256(modulus.as_bytes(), input.as_bytes());
    format!("{input}.{}", base64url(&signature))
}

/// Signed by a key that is somebody else's.
fn foreign(at: &mut At, token: &str) -> String {
    let parsed = Unverified::parse(token).unwrap();
    let key = at.world.cloud.keys.get("somebody/else").unwrap();
    jwt::encode(parsed.header(), parsed.claims(), &key, Algorithm::RS256).unwrap()
}

/// Every way in which a signature can be none of Google's.
fn forgeries(at: &mut At, token: &str) -> Vec<String> {
    vec![
        tamper::strip_signature(token).unwrap(),
        confused(at, token),
        foreign(at, token),
        tamper::replace_claim(token, "sub", json!("100000000000000000000")).unwrap(),
    ]
}

#[test]
fn forged_tokens_are_believed_by_neither() {
    let mut at = world();
    let token = at.id_token();
    for forged in forgeries(&mut at, &token) {
        let expected = (UNSIGNED.to_owned(), "Signature".to_owned());
        assert_eq!(get_id(&mut at, GOOGLE, &forged), expected);
        let (status, code, message) = assume(&mut at, ROLE, &forged);
        assert_eq!((status, code.as_str()), (400, "InvalidIdentityToken"));
        assert_eq!(
            message,
            "The web identity token provided could not be validated."
        );
        assert_eq!(at.failed(), Some("Signature"));
    }
    assert_eq!(assume(&mut at, ROLE, &token).0, 200);
}

#[test]
fn a_token_of_another_issuer_is_not_googles() {
    let mut at = world();
    let mut token = at.id_token();
    token = tamper::replace_claim(&token, "iss", json!("https://login.example.com")).unwrap();
    let (message, check) = get_id(&mut at, GOOGLE, &token);
    assert_eq!(
        message,
        "Invalid login token. Issuer doesn't match providerName"
    );
    assert_eq!(check, "Issuer");
    let (_, code, message) = assume(&mut at, ROLE, &token);
    assert_eq!(code, "InvalidIdentityToken");
    let unknown = "No OpenIDConnect provider found in your account for https://login.example.com";
    assert_eq!(message, unknown);
}

#[test]
fn a_token_for_another_app_is_refused_by_pool_and_trust_policy() {
    let mut at = world();
    at.app = at.more("Other", false, None);
    let token = at.id_token();
    let expected = (UNSUPPORTED.to_owned(), "Audience".to_owned());
    assert_eq!(get_id(&mut at, GOOGLE, &token), expected);
    let (status, code, message) = assume(&mut at, ROLE, &token);
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert_eq!(
        message,
        "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    );
    assert_eq!(at.failed(), Some("Trust policy: aud"));
}

#[test]
fn of_a_hybrid_apps_token_aws_looks_at_the_authorised_party() {
    let mut at = world();
    let web = at.more("Web", true, Some(APP));
    let ask = at.ask().with("audience", &web);
    let tokens = at.tokens_for(ask);
    let token = tokens["id_token"].as_str().unwrap().to_owned();
    // The token is for the web app, but the phone's app is in azp
    trust(&mut at, &json!({ "accounts.google.com:aud": web }));
    assert_eq!(assume(&mut at, ROLE, &token).1, "AccessDenied");
    assert_eq!(at.failed(), Some("Trust policy: aud"));
    let condition = json!({ "accounts.google.com:aud": APP, "accounts.google.com:oaud": web });
    trust(&mut at, &condition);
    assert_eq!(assume(&mut at, ROLE, &token).0, 200);
    let body = json!({ "IdentityPoolId": POOL_ID, "Logins": { GOOGLE: token } });
    at.world.ok("GetId", &body);
    let mut at = At::trusted(
        google(),
        GOOGLE,
        "912345678901-web.apps.googleusercontent.com",
    );
    let web = at.app.clone();
    at.app = at.more("Phone", false, Some(&web));
    let ask = at.ask().with("audience", &web);
    let tokens = at.tokens_for(ask);
    let token = tokens["id_token"].as_str().unwrap().to_owned();
    let expected = (UNSUPPORTED.to_owned(), "Audience".to_owned());
    assert_eq!(get_id(&mut at, GOOGLE, &token), expected);
}

#[test]
fn an_expired_token_is_refused_by_sts_at_once_and_by_the_pool_after_its_grace() {
    let mut at = world();
    let token = at.id_token();
    at.world.pass(Span::from_hours(1));
    let (status, code, message) = assume(&mut at, ROLE, &token);
    assert_eq!((status, code.as_str()), (400, "ExpiredTokenException"));
    assert!(
        message.starts_with("Token expired: current date/time "),
        "{message}"
    );
    let body = json!({ "IdentityPoolId": POOL_ID, "Logins": { GOOGLE: token } });
    at.world.ok("GetId", &body);
    at.world.pass(Span::from_minutes(5));
    let (message, check) = get_id(&mut at, GOOGLE, &token);
    assert!(
        message.starts_with("Invalid login token. Token expired: "),
        "{message}"
    );
    assert_eq!(check, "Not expired");
}

#[test]
fn googles_access_token_is_no_id_token() {
    let mut at = world();
    let token = at.access_token();
    let message = "Invalid login token. Not a valid OpenId Connect identity token.";
    let expected = (message.to_owned(), "Token format".to_owned());
    assert_eq!(get_id(&mut at, GOOGLE, &token), expected);
    let message = "The ID Token provided is not a valid JWT. (You may see this error if you sent \
                   an Access Token)";
    assert_eq!(assume(&mut at, ROLE, &token).2, message);
}

#[test]
fn amazons_tokens_of_another_app_forged_or_expired_are_refused() {
    let amazon_key = "www.amazon.com";
    let mut at = At::trusted(amazon(), amazon_key, "amzn1.application-oa2-client.mine");
    let condition = json!({ "www.amazon.com:app_id": at.app });
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": amazon_key },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": condition },
        }],
    });
    at.world.cloud.iam.put_role(role(ROLE, &trust));
    let mine = at.access_token();
    at.app = at.more("Other", false, None);
    let other = at.access_token();
    let expected = (UNSUPPORTED.to_owned(), "App id".to_owned());
    assert_eq!(get_id(&mut at, amazon_key, &other), expected);
    let refused = assume_as(&mut at, ROLE, (&other, Some(amazon_key)));
    assert_eq!((refused.0, refused.1.as_str()), (403, "AccessDenied"));
    assert_eq!(at.failed(), Some("Trust policy: app_id"));
    let expected = ("Invalid login token.".to_owned(), "Token valid".to_owned());
    assert_eq!(get_id(&mut at, amazon_key, "Atza|forged-token"), expected);
    // Without its ProviderId it is taken for an ID token, which it is not
    assert_eq!(assume(&mut at, ROLE, &mine).1, "InvalidIdentityToken");
    assert_eq!(at.failed(), Some("Token format"));
    assert_eq!(assume_as(&mut at, ROLE, (&mine, Some(amazon_key))).0, 200);
    at.world.pass(Span::from_hours(1));
    let refused = assume_as(&mut at, ROLE, (&mine, Some(amazon_key)));
    assert_eq!(
        (refused.0, refused.1.as_str()),
        (400, "InvalidIdentityToken")
    );
    assert_eq!(get_id(&mut at, amazon_key, &mine), expected);
}
