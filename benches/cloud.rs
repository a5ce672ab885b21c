//! What the cloud costs as it grows, as ratios to limits measured in the same run.
//!
//! - policy decisions a second on one core, for a set of ten statements
//! - GetCredentialsForIdentity in a world of 100,000 users and identities against one of ten
//! - 20,000 exchanges against 10,000, in time; the memory of one of them is shown
//! - the memory of an exchange against the bytes that travelled in it
//!
//! Run with `cargo bench --no-default-features --bench cloud`. It ends with exit code 1 where a
//! figure is beyond its limit.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark reads the wall clock and may fail loudly"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokentrail::cloud::iam::Role;
use tokentrail::cloud::identity_pool::{self, IdentityPoolConfig, LinkedLogin, UserPoolProvider};
use tokentrail::cloud::ledger::{Actor, ActorId, ActorKind};
use tokentrail::cloud::user_pool::config::{self as user_pool, AppClient, UserConfig};
use tokentrail::cloud::{Cloud, user_pool::config::UserPoolConfig};
use tokentrail::policy::{
    self, NamedPolicy, Policy, PolicyKind, PolicySet, Principal, Request, RequestContext,
};
use tokentrail::protocol::message::{self, Message};
use tokentrail::protocol::time::{Moment, Span};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Decisions a second on one core, at least.
const DECISIONS_A_SECOND: f64 = 200_000.0;
/// Users and identities of the two worlds, and how much slower the large one may be.
const FEW: usize = 10;
const MANY: usize = 100_000;
const MOST_TIMES_SMALL_WORLD: f64 = 1.3;
/// Exchanges in the shorter of two runs; the longer has twice as many.
const EXCHANGES: usize = 10_000;
/// Twice as many exchanges may take this many times as long.
const MOST_TIMES_HALF: f64 = 2.4;
/// An exchange may take this many times the memory that its messages have bytes, once those are
/// large: as it travels, as it is written down, and once more while one becomes the other.
const MOST_TIMES_BYTES: f64 = 3.0;

const ACCOUNT: &str = "111122223333";
const POOL_ID: &str = "us-east-1:11111111-2222-4333-8444-555555555555";
const USER_POOL: &str = "us-east-1_PhotoUser";
const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_PhotoUser";
const CLIENT: &str = "photoclient";
const USER_ROLE: &str = "arn:aws:iam::111122223333:role/PhotoReader";
const PASSWORD: &str = "Fake-Passw0rd!";

fn main() -> ExitCode {
    // Memory first: what an earlier part has given back would be taken unseen
    let mut fine = large_messages();
    fine &= growth();
    fine &= large_world();
    fine &= decisions();
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn timed(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

fn verdict(fine: bool) -> bool {
    println!("  {}", if fine { "ok" } else { "BEYOND ITS LIMIT" });
    fine
}

/// Ten statements as stories have them: own folder, own rows, and what is denied.
fn ten_statements() -> PolicySet {
    let sub = "${cognito-identity.amazonaws.com:sub}";
    let reads = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::photos",
          "Condition": { "StringLike": { "s3:prefix": format!("{sub}/*") } } },
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
          "Resource": format!("arn:aws:s3:::photos/{sub}/*") },
        { "Effect": "Allow", "Action": "dynamodb:*Item",
          "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/Albums",
          "Condition": { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": sub } } },
        { "Effect": "Allow", "Action": "lambda:InvokeFunction",
          "Resource": "arn:aws:lambda:us-east-1:111122223333:function:thumbnail" },
        { "Effect": "Allow", "Action": "cognito-sync:*",
          "Resource": format!("arn:aws:cognito-sync:us-east-1:111122223333:identitypool/*/identity/{sub}/*") },
        { "Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
          "Condition": { "DateLessThan": { "aws:CurrentTime": "2027-01-01T00:00:00Z" } } },
    ] });
    let denials = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Action": "*", "Resource": "*",
          "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
        { "Effect": "Deny", "NotAction": ["s3:*", "dynamodb:*", "lambda:*", "sns:*"], "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::photos/*" },
        { "Effect": "Deny", "Action": "*", "Resource": "*",
          "Condition": { "NotIpAddress": { "aws:SourceIp": "198.51.100.0/24" } } },
    ] });
    let parse = |name: &str, text: Value| {
        let policy = Policy::parse(PolicyKind::Identity, &text.to_string()).unwrap();
        NamedPolicy::new(name, policy)
    };
    PolicySet {
        identity: vec![parse("Reads", reads), parse("Denials", denials)],
        ..PolicySet::default()
    }
}

fn asks() -> Vec<Request> {
    let sub = "us-east-1:7c4a1111-2222-4333-8444-555555555555";
    let context = RequestContext::new()
        .with("cognito-identity.amazonaws.com:sub", sub)
        .with("aws:SecureTransport", true)
        .with("aws:SourceIp", "198.51.100.7")
        .with("aws:CurrentTime", "2026-03-03T09:00:00Z");
    let ask = |action: &str, resource: &str, context: &RequestContext| Request {
        principal: Principal::RoleSession {
            role_arn: USER_ROLE.to_owned(),
            provider: None,
            session_arn: format!(
                "arn:aws:sts::{ACCOUNT}:assumed-role/PhotoReader/CognitoIdentityCredentials"
            ),
        },
        action: action.to_owned(),
        resource: resource.to_owned(),
        resource_account: Some(ACCOUNT.to_owned()),
        context: context.clone(),
    };
    let own = context
        .clone()
        .with("dynamodb:LeadingKeys", [sub].as_slice());
    let table = "arn:aws:dynamodb:us-east-1:111122223333:table/Albums";
    vec![
        ask(
            "s3:GetObject",
            &format!("arn:aws:s3:::photos/{sub}/cat.jpg"),
            &context,
        ),
        ask(
            "s3:GetObject",
            "arn:aws:s3:::photos/us-east-1:other/cat.jpg",
            &context,
        ),
        ask("dynamodb:GetItem", table, &own),
        ask("s3:DeleteObject", "arn:aws:s3:::photos/x", &context),
    ]
}

fn decisions() -> bool {
    const ROUNDS: usize = 10_000;
    let (policies, asks) = (ten_statements(), asks());
    let allowed: Vec<bool> = asks
        .iter()
        .map(|ask| policy::decide(&policies, ask).is_allowed())
        .collect();
    assert_eq!(allowed, [true, false, true, false]);
    let round = || {
        for ask in asks.iter().cycle().take(ROUNDS) {
            black_box(policy::decide(black_box(&policies), ask));
        }
    };
    let least = (0..30).map(|_| timed(round)).min().unwrap();
    let rate = ROUNDS as f64 / least.as_secs_f64();
    println!(
        "policy decisions a second, ten statements: {rate:.0} (at least {DECISIONS_A_SECOND})"
    );
    verdict(rate >= DECISIONS_A_SECOND)
}

struct World {
    cloud: Cloud,
    phone: ActorId,
}

fn trust() -> NamedPolicy {
    let text = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": POOL_ID } },
    }] });
    let policy = Policy::parse(PolicyKind::Trust, &text.to_string()).unwrap();
    NamedPolicy::new("trust", policy)
}

impl World {
    /// A user pool and an identity pool that knows everybody in it, and as many again.
    fn of(size: usize) -> Self {
        let mut cloud = Cloud::new(7, Moment::parse("2026-03-03T09:00:00Z").unwrap());
        for (id, kind, account) in [
            ("phone", ActorKind::Phone, None),
            ("user-pool", ActorKind::UserPool, Some(ACCOUNT)),
            ("identity-pool", ActorKind::IdentityPool, Some(ACCOUNT)),
            ("sts", ActorKind::Sts, Some(ACCOUNT)),
        ] {
            cloud.add_actor(Actor {
                id: ActorId::new(id),
                kind,
                name: id.to_owned(),
                account: account.map(str::to_owned),
            });
        }
        let phone = ActorId::new("phone");
        cloud.devices.add(phone.clone(), None);
        add_users(&mut cloud, size);
        add_identities(&mut cloud, size);
        cloud.iam.put_role(Role {
            arn: USER_ROLE.to_owned(),
            name: "PhotoReader".to_owned(),
            account: ACCOUNT.to_owned(),
            role_id: "AROAPHOTOREADERAAAAAA".to_owned(),
            trust: trust(),
            policies: Vec::new(),
            boundary: None,
            max_session: Span::from_hours(1),
        });
        Self { cloud, phone }
    }

    fn call(&mut self, service: &str, operation: &str, body: &Value) -> Value {
        let (host, target) = match service {
            "cognito-idp" => (service, "AWSCognitoIdentityProviderService"),
            _ => (service, "AWSCognitoIdentityService"),
        };
        let url = format!("https://{host}.us-east-1.amazonaws.com/");
        let mut request = message::post_json(&url, "application/x-amz-json-1.1", body).unwrap();
        let target = format!("{target}.{operation}");
        request.set_header("x-amz-target", &target).unwrap();
        let answer = self.cloud.send(&self.phone, request).unwrap();
        assert_eq!(answer.response.status(), 200, "{operation}");
        answer.response.json_body().unwrap()
    }

    /// Identity ID and login of the user in the middle.
    fn sign_in(&mut self, size: usize) -> Value {
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": CLIENT,
            "AuthParameters": { "USERNAME": username(size / 2), "PASSWORD": PASSWORD },
        });
        let answer = self.call("cognito-idp", "InitiateAuth", &body);
        let logins = json!({ PROVIDER: answer["AuthenticationResult"]["IdToken"] });
        let body = json!({ "IdentityPoolId": POOL_ID, "Logins": logins });
        let known = self.call("cognito-identity", "GetId", &body);
        json!({ "IdentityId": known["IdentityId"], "Logins": logins })
    }

    fn guest(&mut self) {
        self.call(
            "cognito-identity",
            "GetId",
            &json!({ "IdentityPoolId": POOL_ID }),
        );
    }
}

fn username(number: usize) -> String {
    format!("user{number:06}")
}

fn sub(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn add_users(cloud: &mut Cloud, size: usize) {
    let mut config = UserPoolConfig::new(ActorId::new("user-pool"), "photo-users", "photos");
    config.id = Some(USER_POOL.to_owned());
    config.clients = vec![AppClient {
        id: Some(CLIENT.to_owned()),
        ..AppClient::default()
    }];
    let user = |number: usize| UserConfig {
        username: username(number),
        password: PASSWORD.to_owned(),
        sub: Some(sub(number)),
        attributes: vec![("email".to_owned(), format!("{number}@example.com"))],
        ..UserConfig::default()
    };
    config.users = (0..size).map(user).collect();
    user_pool::add_pool(cloud, config);
}

fn add_identities(cloud: &mut Cloud, size: usize) {
    let mut config = IdentityPoolConfig::new(ActorId::new("identity-pool"), "photos", ACCOUNT);
    config.id = Some(POOL_ID.to_owned());
    config.allow_unauthenticated = true;
    config.user_pool_providers = vec![UserPoolProvider {
        provider_name: PROVIDER.to_owned(),
        client_id: CLIENT.to_owned(),
        server_side_token_check: false,
    }];
    config.roles.authenticated = Some(USER_ROLE.to_owned());
    identity_pool::add_pool(cloud, config);
    let now = cloud.now();
    let identities = cloud.identity_pools.identities_mut(POOL_ID).unwrap();
    for number in 0..size {
        let login = LinkedLogin {
            provider: PROVIDER.to_owned(),
            subject: sub(number),
        };
        identities.create(format!("us-east-1:{}", sub(number)), vec![login], now);
    }
}

/// Both worlds are asked in turn, so that both meet the same noise; the least of each counts.
fn large_world() -> bool {
    const CALLS: usize = 300;
    let mut worlds = [FEW, MANY].map(|size| {
        let mut world = World::of(size);
        let body = world.sign_in(size);
        (world, body, Duration::MAX)
    });
    for _ in 0..CALLS {
        for (world, body, least) in &mut worlds {
            let time = timed(|| {
                black_box(world.call("cognito-identity", "GetCredentialsForIdentity", body));
            });
            *least = time.min(*least);
        }
    }
    let [(.., small), (.., large)] = worlds;
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    println!(
        "GetCredentialsForIdentity among {MANY} / among {FEW}: {large:?} / {small:?} = {ratio:.2} \
         (at most {MOST_TIMES_SMALL_WORLD})"
    );
    verdict(ratio <= MOST_TIMES_SMALL_WORLD)
}

/// What a run of exchanges took. Mostly new guests, each with an artifact, an identity and a place
/// in the phone's hands; every hundredth exchange lends credentials.
fn run(exchanges: usize) -> (Duration, Option<u64>) {
    let mut world = World::of(FEW);
    let body = world.sign_in(FEW);
    let before = resident_bytes();
    let time = timed(|| {
        let mut count = 0;
        while world.cloud.ledger.exchanges().len() < exchanges {
            world.guest();
            count += 1;
            if count % 100 == 0 {
                world.call("cognito-identity", "GetCredentialsForIdentity", &body);
            }
        }
    });
    let grown = resident_bytes().zip(before).map(|(now, then)| now - then);
    (time, grown)
}

fn growth() -> bool {
    let least = |exchanges: usize| {
        let runs = (0..3).map(|_| run(exchanges));
        // Memory only grows the first time: afterwards the allocator has it already
        runs.reduce(|first, next| (first.0.min(next.0), first.1))
            .unwrap()
    };
    // The longer run first: what it frees must not be what the shorter one takes
    let (long, memory) = least(EXCHANGES * 2);
    let (short, _) = least(EXCHANGES);
    let ratio = long.as_secs_f64() / short.as_secs_f64();
    println!(
        "{} exchanges / {EXCHANGES}: {long:?} / {short:?} = {ratio:.2} (at most {MOST_TIMES_HALF})",
        EXCHANGES * 2
    );
    if let Some(memory) = memory {
        println!(
            "  {} bytes of memory an exchange",
            memory / (EXCHANGES as u64 * 2)
        );
    }
    verdict(ratio <= MOST_TIMES_HALF)
}

/// Requests with a large member that nobody reads.
fn large_messages() -> bool {
    const MESSAGES: usize = 400;
    const PADDING_BYTES: usize = 100_000;
    let mut world = World::of(FEW);
    let url = "https://cognito-identity.us-east-1.amazonaws.com/";
    let Some(before) = resident_bytes() else {
        println!("memory is not measured on this system");
        return true;
    };
    for _ in 0..MESSAGES {
        let body = json!({ "IdentityPoolId": "x".repeat(PADDING_BYTES) });
        let request = message::post_json(url, "application/x-amz-json-1.1", &body).unwrap();
        black_box(world.cloud.send(&world.phone, request).unwrap());
    }
    let exchanges = world.cloud.ledger.exchanges().iter();
    let travelled: usize = exchanges
        .map(|exchange| exchange.request.body.0.len() + exchange.response.body.0.len())
        .sum();
    let grown = resident_bytes().unwrap_or(before).saturating_sub(before);
    let ratio = grown as f64 / travelled as f64;
    println!(
        "memory of large exchanges / their bytes: {grown} / {travelled} = {ratio:.2} (at most \
         {MOST_TIMES_BYTES})"
    );
    verdict(ratio <= MOST_TIMES_BYTES)
}

/// Memory of this process that is really there. Only Linux says so in a file.
fn resident_bytes() -> Option<u64> {
    const PAGE_BYTES: u64 = 4_096;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE_BYTES)
}
