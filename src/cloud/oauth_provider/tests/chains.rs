//! Whole ways from a sign-in to an object in S3.

use super::super::config::{WorkloadConfig, add_workload, allow_redirect};
use super::*;
use crate::cloud::REGION;
use crate::cloud::iam::OidcProvider;
use crate::cloud::identity_pool::UserPoolProvider;
use crate::cloud::identity_pool::tests::world::{ACCOUNT, POOL_ID, USER_ROLE, role};
use crate::cloud::ledger::{ActorKind, Exchange, Outcome};
use crate::cloud::s3::BucketConfig;
use crate::cloud::user_pool::config::{
    self as user_pool, AppClient, Federation, LoginWithAmazon, Oidc, ProviderKind, UserPoolConfig,
    provider_redirect,
};
use crate::policy::{NamedPolicy, Policy, PolicyKind};
use crate::protocol::sigv4::{self, Credentials, SignOptions};
use crate::protocol::xml;

const BUCKET: &str = "photo-box";
const DIRECT: &str = "arn:aws:iam::111122223333:role/Direct";
const DOMAIN: &str = "photo-box";
const USER_POOL: &str = "us-east-1_Federated";
const CLIENT: &str = "federatedclient";

fn policy_for(variable: &str) -> NamedPolicy {
    let text = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{BUCKET}/${{{variable}}}/*"),
        }],
    });
    let policy = Policy::parse(PolicyKind::Identity, &text.to_string()).unwrap();
    NamedPolicy::new("Own folder", policy)
}

/// Lets the role read the folder named after this value, and puts a photo there and elsewhere.
fn own_folder(at: &mut At, role: &str, variable: &str, folder: &str) {
    let cloud = &mut at.world.cloud;
    let policies = &mut cloud.iam.role_mut(role).unwrap().policies;
    policies.push(policy_for(variable));
    cloud.add_actor(Actor {
        id: ActorId::new("s3"),
        kind: ActorKind::S3,
        name: "S3".to_owned(),
        account: Some(ACCOUNT.to_owned()),
    });
    let bucket = BucketConfig {
        name: BUCKET.to_owned(),
        account: ACCOUNT.to_owned(),
        policy: None,
    };
    cloud.s3.add_bucket(bucket).unwrap();
    for folder in [folder, "somebody-else"] {
        let key = format!("{folder}/beach.jpg");
        let photo = b"photo".to_vec();
        cloud
            .put_initial_object(BUCKET, &key, "image/jpeg", photo)
            .unwrap();
    }
}

fn read(at: &mut At, credentials: &Credentials, folder: &str) -> u16 {
    let folder = crate::protocol::form::percent_encode_path(folder);
    let url = format!("https://{BUCKET}.s3.{REGION}.amazonaws.com/{folder}/beach.jpg");
    let mut request = message::get(&url).unwrap();
    let now = at.world.cloud.now();
    let options = SignOptions::default();
    sigv4::sign(&mut request, credentials, REGION, "s3", now, options).unwrap();
    at.world.send(request).response.status().as_u16()
}

/// The own photo opens, another one does not.
fn opens_only(at: &mut At, credentials: &Credentials, folder: &str) {
    assert_eq!(read(at, credentials, folder), 200);
    assert_eq!(read(at, credentials, "somebody-else"), 403);
}

/// Identity ID and credentials for a login, by the enhanced flow.
fn from_identity_pool(at: &mut At, key: &str, token: &str) -> (String, Credentials) {
    let logins = json!({ key: token });
    let body = json!({ "IdentityPoolId": POOL_ID, "Logins": logins });
    let identity = at.world.ok("GetId", &body)["IdentityId"].clone();
    let body = json!({ "IdentityId": identity, "Logins": logins });
    let answer = at.world.ok("GetCredentialsForIdentity", &body);
    let text = |name: &str| answer["Credentials"][name].as_str().unwrap().to_owned();
    let credentials = Credentials {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretKey"),
        session_token: Some(text("SessionToken")),
    };
    (identity.as_str().unwrap().to_owned(), credentials)
}

fn trusting(principal: &str, condition: &Value) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": principal },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": condition },
        }],
    })
}

/// The answer's members and the credentials for a token, from STS itself.
fn from_sts(at: &mut At, token: &str, provider: Option<&str>) -> (xml::Element, Credentials) {
    let mut form = vec![
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", DIRECT),
        ("RoleSessionName", "phone"),
        ("WebIdentityToken", token),
    ];
    form.extend(provider.map(|provider| ("ProviderId", provider)));
    let (status, text) = at.world.sts(&form);
    assert_eq!(status, 200, "{text}");
    let answer = xml::parse(&text).unwrap();
    let result = answer.at(&["AssumeRoleWithWebIdentityResult"]).unwrap();
    let text = |name: &str| result.text_at(&["Credentials", name]).unwrap().to_owned();
    let credentials = Credentials {
        access_key_id: text("AccessKeyId"),
        secret_access_key: text("SecretAccessKey"),
        session_token: Some(text("SessionToken")),
    };
    (result.clone(), credentials)
}

const IDENTITY: &str = "cognito-identity.amazonaws.com:sub";

#[test]
fn google_straight_to_the_identity_pool_and_on_to_s3() {
    let app = "912345678901-phone.apps.googleusercontent.com";
    let mut at = At::trusted(google(), "accounts.google.com", app);
    let token = at.id_token();
    let (identity, credentials) = from_identity_pool(&mut at, "accounts.google.com", &token);
    own_folder(&mut at, USER_ROLE, IDENTITY, &identity);
    opens_only(&mut at, &credentials, &identity);
    let checks = at.world.checks("GetId");
    assert!(
        checks
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Passed)
    );
    // Another token of the same person is the same identity
    let again = at.id_token();
    assert_ne!(again, token);
    let (same, _) = from_identity_pool(&mut at, "accounts.google.com", &again);
    assert_eq!(same, identity);
}

#[test]
fn amazon_straight_to_the_identity_pool_and_on_to_s3() {
    let app = "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef";
    let mut at = At::trusted(amazon(), "www.amazon.com", app);
    let token = at.access_token();
    let (identity, credentials) = from_identity_pool(&mut at, "www.amazon.com", &token);
    own_folder(&mut at, USER_ROLE, IDENTITY, &identity);
    opens_only(&mut at, &credentials, &identity);
    let asked = at.world.last("tokeninfo");
    assert_eq!(
        at.world.exchange(asked.parent.unwrap()).to.as_str(),
        "identity-pool"
    );
}

#[test]
fn apple_straight_to_the_identity_pool() {
    let mut at = At::trusted(apple(), "appleid.apple.com", "com.example.photobox");
    let token = at.id_token();
    let (identity, _) = from_identity_pool(&mut at, "appleid.apple.com", &token);
    assert!(identity.starts_with("us-east-1:"));
}

#[test]
fn a_companys_issuer_to_the_identity_pool_by_its_arn_in_iam() {
    let issuer = "https://login.example.com/staff";
    let known = OidcProvider::new(ACCOUNT, issuer, vec!["photo-app".to_owned()]);
    let mut config = pool_config();
    config.oidc_provider_arns = vec![known.arn.clone()];
    let mut at = At::named(World::with(config), company(), Some("photo-app"));
    at.world.cloud.iam.put_oidc_provider(known.clone());
    let token = at.id_token();
    from_identity_pool(&mut at, "login.example.com/staff", &token);
    let pool_token = at.world.last("AssumeRoleWithWebIdentity");
    let body = pool_token.request.body.text().unwrap();
    let form = Form::parse(body).unwrap();
    let said = claims(form.get("WebIdentityToken").unwrap());
    let subject = claims(&token)["sub"].as_str().unwrap().to_owned();
    let method = format!("{}:OIDC:{subject}", known.arn);
    assert_eq!(said["amr"][2], method.as_str());
}

#[test]
fn google_straight_to_sts_and_on_to_s3() {
    let mut at = At::new(google());
    let token = at.id_token();
    let subject = claims(&token)["sub"].as_str().unwrap().to_owned();
    let condition = json!({ "accounts.google.com:aud": at.app });
    let trust = trusting("accounts.google.com", &condition);
    at.world.cloud.iam.put_role(role(DIRECT, &trust));
    let (answer, credentials) = from_sts(&mut at, &token, None);
    assert_eq!(answer.text_at(&["Provider"]), Some("accounts.google.com"));
    assert_eq!(answer.text_at(&["Audience"]), Some(at.app.as_str()));
    let found = answer.text_at(&["SubjectFromWebIdentityToken"]);
    assert_eq!(found, Some(subject.as_str()));
    own_folder(&mut at, DIRECT, "accounts.google.com:sub", &subject);
    opens_only(&mut at, &credentials, &subject);
}

#[test]
fn amazon_straight_to_sts_and_on_to_s3() {
    let mut at = At::new(amazon());
    let token = at.access_token();
    let condition = json!({ "www.amazon.com:app_id": at.app });
    let trust = trusting("www.amazon.com", &condition);
    at.world.cloud.iam.put_role(role(DIRECT, &trust));
    let (answer, credentials) = from_sts(&mut at, &token, Some("www.amazon.com"));
    assert_eq!(answer.text_at(&["Provider"]), Some("www.amazon.com"));
    assert_eq!(answer.text_at(&["Audience"]), Some(at.app.as_str()));
    let user = answer.text_at(&["SubjectFromWebIdentityToken"]).unwrap();
    assert!(user.starts_with("amzn1.account."));
    own_folder(&mut at, DIRECT, "www.amazon.com:user_id", user);
    opens_only(&mut at, &credentials, user);
}

#[test]
fn a_deploy_job_assumes_the_role_of_its_branch_and_no_other_job_does() {
    let mut at = At::new(ProviderConfig::github_actions(ActorId::new("github")));
    let issuer = "https://token.actions.githubusercontent.com";
    let known = OidcProvider::new(ACCOUNT, issuer, vec!["sts.amazonaws.com".to_owned()]);
    let arn = known.arn.clone();
    at.world.cloud.iam.put_oidc_provider(known);
    let condition = json!({
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:example-org/photos:ref:refs/heads/main",
    });
    at.world
        .cloud
        .iam
        .put_role(role(DIRECT, &trusting(&arn, &condition)));
    let token = |at: &mut At, repository: &str| {
        let job = WorkloadConfig::github_job(repository, "refs/heads/main");
        let shown = add_workload(&mut at.world.cloud, &at.actor, job).unwrap();
        let url = format!("{}?audience=sts.amazonaws.com", at.url(Endpoint::Workload));
        let mut request = message::get(&url).unwrap();
        let bearer = format!("Bearer {shown}");
        request.set_header("authorization", &bearer).unwrap();
        let body = at.world.send(request).response.json_body().unwrap();
        body["value"].as_str().unwrap().to_owned()
    };
    let good = token(&mut at, "example-org/photos");
    let (answer, _) = from_sts(&mut at, &good, None);
    assert_eq!(answer.text_at(&["Provider"]), Some(arn.as_str()));
    // Letter case counts
    let other = token(&mut at, "Example-Org/photos");
    let refused = super::aws::assume(&mut at, DIRECT, &other);
    assert_eq!(refused.1, "AccessDenied");
    assert_eq!(at.failed(), Some("Trust policy: sub"));
}

/// A user pool that lets people in through this provider, trusted by the identity pool.
fn federated(provider: ProviderConfig, kind: impl Fn(&At, String, String) -> ProviderKind) -> At {
    let mut config = pool_config();
    let key = format!("cognito-idp.us-east-1.amazonaws.com/{USER_POOL}");
    config.user_pool_providers.push(UserPoolProvider {
        provider_name: key,
        client_id: CLIENT.to_owned(),
        server_side_token_check: false,
    });
    let mut at = At::named(World::with(config), provider, None);
    let broker = at.more("Photo Box users", true, None);
    let back = provider_redirect(DOMAIN);
    assert!(allow_redirect(
        &mut at.world.cloud,
        &at.actor.clone(),
        &broker,
        &back
    ));
    let secret = at.secret(&broker);
    let mut pool = UserPoolConfig::new(ActorId::new("users"), "federated-users", DOMAIN);
    pool.id = Some(USER_POOL.to_owned());
    pool.clients = vec![AppClient {
        id: Some(CLIENT.to_owned()),
        callback_urls: vec![BACK.to_owned()],
        ..AppClient::default()
    }];
    pool.providers = vec![Federation::new(kind(&at, broker, secret))];
    at.world.cloud.add_actor(Actor {
        id: ActorId::new("users"),
        kind: ActorKind::UserPool,
        name: "User pool".to_owned(),
        account: Some(ACCOUNT.to_owned()),
    });
    user_pool::add_pool(&mut at.world.cloud, pool);
    at
}

fn oidc(at: &At, client_id: String, client_secret: String) -> Oidc {
    let known = facts(&at.world.cloud, &at.actor).unwrap();
    let address = |endpoint: Endpoint| known.endpoints[&endpoint].clone();
    Oidc {
        client_id,
        client_secret,
        scopes: at.scope().to_owned(),
        issuer: known.issuer.clone(),
        authorize_url: address(Endpoint::Authorize),
        token_url: address(Endpoint::Token),
        jwks_uri: address(Endpoint::Jwks),
    }
}

/// The hosted UI sends the browser to the provider: what it asks for there.
fn sent_to_provider(at: &mut At, name: &str) -> Form {
    let ask = Form::new()
        .with("response_type", "code")
        .with("client_id", CLIENT)
        .with("redirect_uri", BACK)
        .with("scope", "openid email")
        .with("state", "app-state")
        .with("identity_provider", name);
    let url = format!("https://{DOMAIN}.auth.us-east-1.amazoncognito.com/oauth2/authorize");
    let request = message::get(&ask.append_to_url(&url)).unwrap();
    let response = at.world.send(request).response;
    let location = response.header("location").unwrap();
    assert!(
        location.starts_with(&at.url(Endpoint::Authorize)),
        "{location}"
    );
    query_of(&response)
}

/// Anna signs in there; the browser's way back through the pool to the app.
fn back_to_app(at: &mut At, asked: Form) -> Form {
    let form = at.filled(asked);
    let response = at.login(&form);
    let back = response.header("location").unwrap().to_owned();
    let response = at.world.send(message::get(&back).unwrap()).response;
    query_of(&response)
}

/// The whole sign-in, up to the user pool's ID token.
fn sign_in(at: &mut At, name: &str) -> String {
    let asked = sent_to_provider(at, name);
    let answer = back_to_app(at, asked);
    let code = answer.get("code").unwrap_or_else(|| panic!("{answer:?}"));
    let form = Form::new()
        .with("grant_type", "authorization_code")
        .with("client_id", CLIENT)
        .with("redirect_uri", BACK)
        .with("code", code);
    let url = format!("https://{DOMAIN}.auth.us-east-1.amazoncognito.com/oauth2/token");
    let request = message::post_form(&url, &form).unwrap();
    let body = at.world.send(request).response.json_body().unwrap();
    body["id_token"].as_str().unwrap().to_owned()
}

/// What the pool asked the provider on the browser's behalf.
fn asked_by_pool(at: &At) -> Vec<String> {
    let parent = at.world.last("oauth2/idpresponse").id;
    let all = at.world.cloud.ledger.exchanges().iter();
    let nested = |exchange: &&Exchange| exchange.parent == Some(parent);
    all.filter(nested)
        .map(|it| it.operation.to_string())
        .collect()
}

fn google_pool() -> At {
    federated(google(), |at, id, secret| {
        ProviderKind::Google(oidc(at, id, secret))
    })
}

#[test]
fn google_through_the_user_pool_and_the_identity_pool_to_s3() {
    let mut at = google_pool();
    let token = sign_in(&mut at, "Google");
    assert_eq!(asked_by_pool(&at), ["token", "jwks"]);
    let said = claims(&token);
    let username = said["cognito:username"].as_str().unwrap();
    assert!(username.starts_with("Google_1") && username.len() == 28);
    assert_eq!(said["email"], "anna@example.com");
    let identity = &said["identities"][0];
    assert_eq!(identity["providerName"], "Google");
    assert_eq!(identity["providerType"], "Google");
    assert_eq!(identity["issuer"], Value::Null);
    let groups = json!([format!("{USER_POOL}_Google")]);
    assert_eq!(said["cognito:groups"], groups);
    let key = format!("cognito-idp.us-east-1.amazonaws.com/{USER_POOL}");
    let (identity, credentials) = from_identity_pool(&mut at, &key, &token);
    own_folder(&mut at, USER_ROLE, IDENTITY, &identity);
    opens_only(&mut at, &credentials, &identity);
    let names: Vec<&str> = at
        .world
        .last("oauth2/idpresponse")
        .checks
        .iter()
        .map(|check| {
            assert_eq!(check.outcome, Outcome::Passed, "{}", check.name);
            check.name.as_str()
        })
        .collect();
    assert_eq!(
        names,
        [
            "State",
            "State not expired",
            "Provider's answer",
            "Code accepted by the provider",
            "ID token format",
            "ID token issuer",
            "ID token signature",
            "ID token audience",
            "ID token not expired",
            "Nonce",
            "Profile",
        ]
    );
}

#[test]
fn amazon_through_the_user_pool_and_the_identity_pool_to_s3() {
    let mut at = federated(amazon(), |_, client_id, client_secret| {
        ProviderKind::LoginWithAmazon(LoginWithAmazon {
            client_id,
            client_secret,
            scopes: "profile".to_owned(),
        })
    });
    let token = sign_in(&mut at, "LoginWithAmazon");
    assert_eq!(asked_by_pool(&at), ["token", "tokeninfo", "user/profile"]);
    let said = claims(&token);
    assert_eq!(said["identities"][0]["providerType"], "LoginWithAmazon");
    assert_eq!(said["email"], "anna@example.com");
    let key = format!("cognito-idp.us-east-1.amazonaws.com/{USER_POOL}");
    let (identity, credentials) = from_identity_pool(&mut at, &key, &token);
    own_folder(&mut at, USER_ROLE, IDENTITY, &identity);
    opens_only(&mut at, &credentials, &identity);
}

#[test]
fn apple_and_a_companys_issuer_through_the_user_pool() {
    let mut at = federated(apple(), |at, id, secret| {
        ProviderKind::Apple(oidc(at, id, secret))
    });
    let said = claims(&sign_in(&mut at, "SignInWithApple"));
    assert_eq!(said["identities"][0]["providerType"], "SignInWithApple");
    let mut at = federated(company(), |at, id, secret| {
        ProviderKind::Oidc("Staff".to_owned(), oidc(at, id, secret))
    });
    let said = claims(&sign_in(&mut at, "Staff"));
    assert_eq!(said["identities"][0]["providerType"], "OIDC");
    assert_eq!(said["identities"][0]["providerName"], "Staff");
    assert_eq!(said["email"], "anna@example.com");
}

#[test]
fn no_token_of_the_provider_stays_in_anybodys_hands() {
    use crate::cloud::ledger::ArtifactKind;
    let mut at = google_pool();
    sign_in(&mut at, "Google");
    let cloud = &at.world.cloud;
    let left = cloud
        .actors()
        .iter()
        .flat_map(|actor| cloud.ledger.held_by(&actor.id));
    for id in left {
        let artifact = cloud.ledger.artifact(id).unwrap();
        assert!(
            artifact.minted_by.as_str() != "google"
                || artifact.kind == ArtifactKind::BrowserSession
        );
    }
}

#[test]
fn a_nonce_of_another_sign_in_creates_nobody() {
    let mut at = google_pool();
    let mut asked = sent_to_provider(&mut at, "Google");
    asked.set("nonce", "another-sign-in");
    let users =
        |at: &At| crate::cloud::user_pool::describe(&at.world.cloud, &ActorId::new("users"));
    let before = users(&at);
    let answer = back_to_app(&mut at, asked);
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert_eq!(answer.get("state"), Some("app-state"));
    assert_eq!(at.failed(), Some("Nonce"));
    assert_eq!(users(&at), before);
}

#[test]
fn a_code_meant_for_another_app_is_not_accepted_by_the_provider() {
    let mut at = google_pool();
    let asked = sent_to_provider(&mut at, "Google");
    let ask = at.ask();
    let stolen = at.code_for(ask);
    let back = Form::new()
        .with("code", &stolen)
        .with("state", asked.get("state").unwrap());
    let url = back.append_to_url(&provider_redirect(DOMAIN));
    let response = at.world.send(message::get(&url).unwrap()).response;
    let answer = query_of(&response);
    assert_eq!(answer.get("error"), Some("invalid_request"));
    assert!(
        answer
            .get("error_description")
            .unwrap()
            .starts_with("Google error: 400 invalid_grant")
    );
    assert_eq!(at.failed(), Some("Code accepted by the provider"));
}
