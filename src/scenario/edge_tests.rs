//! Tiny stories about push sync, APIs, functions and a load balancer.

use super::files::Shipped;
use super::{load, perform};
use crate::cloud::ledger::ArtifactKind;
use crate::recording::Recording;

const WORLD: &str = r##"
    people: [(id: "dana", name: "Dana", email: "dana@example.com", passwords: {"users": "Correct-horse1"})],
    devices: [
        (id: "phone", name: "Dana's phone", owner: "dana"),
        (id: "tablet", name: "Dana's tablet", kind: Tablet, owner: "dana"),
        (id: "laptop", name: "Dana's laptop", kind: Laptop, owner: "dana"),
    ],
    user_pools: [(id: "users", domain: "game", clients: [
        (id: "app"),
        (id: "web", secret: true, callbacks: ["https://game.example/oauth2/idpresponse"], scopes: ["openid", "email"]),
    ], users: [(person: "dana")])],
    identity_pools: [(id: "identities", logins: [UserPool(pool: "users", client: "app")], authenticated_role: "Player")],
    roles: [
        (id: "Player", trust: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity"}]}"#,
         policies: [(id: "Play", json: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Action": ["cognito-sync:*", "lambda:InvokeFunction", "execute-api:Invoke"], "Resource": "*"}]}"#)]),
        (id: "SyncPush", trust: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"Service": "cognito-sync.amazonaws.com"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}]}"#,
         policies: [(id: "Push", json: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Action": ["sns:CreatePlatformEndpoint", "sns:Publish"], "Resource": "*"}]}"#)]),
    ],
    functions: [
        (id: "who", code: WhoAmI, invoked_by: [Api("api"), LoadBalancer("site")]),
        (id: "check", code: SyncValidator(read_only: ["score"], max_chars: 20), invoked_by: [IdentityPool("identities")]),
    ],
    apis: [(id: "api", methods: [
        (path: "/me", authorization: UserPool(pool: "users"), function: "who"),
        (path: "/signed", authorization: Iam, function: "who"),
    ])],
    load_balancers: [(id: "site", host: "game.example", client: "web", target: Website("The game."))],
    platform_applications: [(id: "GameApp")],
"##;

/// What brings a device to credentials.
fn sign_in(device: &str) -> String {
    let login = format!(r#"login: UserPool("users", Held("{device}", IdToken))"#);
    format!(
        r#"SignIn(device: "{device}", client: "app", person: "dana"),
        GetId(device: "{device}", pool: "identities", {login}),
        GetCredentials(device: "{device}", pool: "identities", {login}),"#
    )
}

fn scenario(sync: &str, actions: &str, expect: &str) -> String {
    format!(
        "(id: \"t\", title: \"T\", summary: \"s\", world: ({WORLD} sync: [{sync}]), \
         chapters: [(title: \"c\", beats: [(id: \"x\", title: \"X\", caption: \"c\", \
         actions: [{actions}], expect: [{expect}])])])"
    )
}

const PUSH: &str = r#"(pool: "identities", applications: ["GameApp"], push_role: "SyncPush")"#;

/// Sync stands on the stage, and tells nobody.
const NO_PUSH: &str = r#"(pool: "identities")"#;

fn performed(text: &str) -> Recording {
    let scenario = load(&Shipped, "t.ron", text.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)));
    let recording = perform(&scenario, None).unwrap();
    for verdict in recording.beats.iter().flat_map(|beat| &beat.verdicts) {
        assert!(verdict.held, "{verdict:?}");
    }
    recording
}

/// What an actor's inspector says last under this name.
fn state(recording: &Recording, actor: &str, name: &str) -> String {
    let mut states = recording.states.iter().rev();
    let state = states.find(|state| state.actor.as_str() == actor).unwrap();
    let detail = state.details.iter().find(|(found, _)| found == name);
    detail
        .unwrap_or_else(|| panic!("{:?}", state.details))
        .1
        .to_string()
}

fn three_devices() -> String {
    ["phone", "tablet", "laptop"]
        .map(|device| {
            sign_in(device)
                + &format!(
                    r#"
                    RegisterForPush(device: "{device}", pool: "identities", datasets: ["profile"]),
                    Synchronise(device: "{device}", pool: "identities", dataset: "profile"),"#
                )
        })
        .concat()
}

#[test]
fn a_name_changed_on_one_device_reaches_the_others_by_push_sync() {
    let actions = three_devices()
        + r#"EditRecord(device: "phone", dataset: "profile", key: "name", value: Some("Dana")),
        Synchronise(device: "phone", pool: "identities", dataset: "profile")"#;
    let recording = performed(&scenario(PUSH, &actions, ""));
    for device in ["phone", "tablet", "laptop"] {
        let dataset = state(&recording, device, "Dataset profile");
        assert_eq!(dataset, "name = Dana; sync count 1", "{device}");
    }
    let pushes: Vec<_> = recording
        .artifacts
        .iter()
        .filter(|artifact| artifact.kind == ArtifactKind::Push)
        .collect();
    assert_eq!(pushes.len(), 2);
    let claims = pushes[0].claims.as_ref().unwrap();
    assert_eq!(claims["source"], "cognito-sync");
    assert_eq!(claims["datasetName"], "profile");
    assert_eq!(claims["syncCount"], 1);
    assert!(!serde_json::to_string(claims).unwrap().contains("Dana"));
    let told: Vec<&str> = recording
        .exchanges
        .iter()
        .filter(|exchange| exchange.operation == "SilentPush")
        .map(|exchange| exchange.to.as_str())
        .collect();
    assert_eq!(told.len(), 2);
    assert!(!told.contains(&"phone"));
    let assumed = recording
        .exchanges
        .iter()
        .filter(|exchange| exchange.operation == "AssumeRole")
        .count();
    assert_eq!(assumed, 1);
}

#[test]
fn a_device_offline_misses_the_push_and_catches_up_later() {
    let actions = three_devices()
        + r#"GoOffline(device: "tablet"),
        EditRecord(device: "phone", dataset: "profile", key: "name", value: Some("Dana")),
        Synchronise(device: "phone", pool: "identities", dataset: "profile"),
        Synchronise(device: "tablet", pool: "identities", dataset: "profile")"#;
    let recording = performed(&scenario(PUSH, &actions, "Unreachable"));
    assert_eq!(
        state(&recording, "laptop", "Dataset profile"),
        "name = Dana; sync count 1"
    );
    assert_eq!(
        state(&recording, "tablet", "Dataset profile"),
        "; sync count 0"
    );
    let later = actions
        + r#", GoOnline(device: "tablet"),
        Synchronise(device: "tablet", pool: "identities", dataset: "profile")"#;
    let recording = performed(&scenario(PUSH, &later, "Unreachable, Allowed, Allowed"));
    assert_eq!(
        state(&recording, "tablet", "Dataset profile"),
        "name = Dana; sync count 1"
    );
}

#[test]
fn two_devices_change_the_same_record_offline_and_the_later_one_wins() {
    let actions = three_devices()
        + r#"GoOffline(device: "phone"), GoOffline(device: "tablet"),
        EditRecord(device: "tablet", dataset: "profile", key: "name", value: Some("from the tablet")),
        Wait("1m"),
        EditRecord(device: "phone", dataset: "profile", key: "name", value: Some("from the phone")),
        GoOnline(device: "phone"), Synchronise(device: "phone", pool: "identities", dataset: "profile"),
        GoOnline(device: "tablet"), Synchronise(device: "tablet", pool: "identities", dataset: "profile")"#;
    let unregistered: Vec<&str> = actions
        .lines()
        .filter(|line| !line.contains("RegisterForPush"))
        .collect();
    let recording = performed(&scenario(NO_PUSH, &unregistered.join("\n"), ""));
    for device in ["phone", "tablet"] {
        let dataset = state(&recording, device, "Dataset profile");
        assert_eq!(dataset, "name = from the phone; sync count 1", "{device}");
    }
}

#[test]
fn a_function_of_the_owner_drops_and_refuses_changes() {
    let settings = r#"(pool: "identities", trigger: "check")"#;
    let edit = |key: &str, value: &str| {
        format!(
            r#"EditRecord(device: "phone", dataset: "game", key: "{key}", value: Some("{value}")),"#
        )
    };
    let synchronise = r#"Synchronise(device: "phone", pool: "identities", dataset: "game")"#;
    let actions = sign_in("phone") + &edit("score", "99") + &edit("level", "2") + synchronise;
    let recording = performed(&scenario(settings, &actions, ""));
    let identity = recording
        .artifacts
        .iter()
        .find(|it| it.kind == ArtifactKind::IdentityId);
    let crate::cloud::ledger::ArtifactValue::Text(identity) = &identity.unwrap().value else {
        panic!("an identity ID is a text");
    };
    let dataset = state(&recording, "sync", &format!("game of {identity}"));
    assert_eq!(dataset, "level = 2; sync count 1");
    let long = edit("level", "a value that is far too long to be taken");
    let actions = sign_in("phone") + &long + synchronise;
    let refused = r#"Refused(by: "sync", code: "InvalidLambdaFunctionOutputException", check: Some("Sync trigger"))"#;
    performed(&scenario(settings, &actions, refused));
}

#[test]
fn an_api_takes_the_id_token_and_a_signature_and_nothing_else() {
    let call = |rest: &str| format!(r#"CallApi(device: "phone", api: "api", {rest}),"#);
    let actions = sign_in("phone")
        + &call(r#"path: "/me", token: Some(Held("phone", IdToken))"#)
        + &call(r#"path: "/me", token: Some(Held("phone", AccessToken))"#)
        + &call(r#"path: "/me""#)
        + &call(r#"path: "/signed", signed: true"#)
        + &call(r#"path: "/signed""#)
        + r#"InvokeFunction(device: "phone", function: "who")"#;
    let expect = r#"Allowed,
        Refused(by: "api", code: "UnauthorizedException", check: Some("Token use")),
        Refused(by: "api", code: "UnauthorizedException", check: Some("Token")),
        Allowed,
        Refused(by: "api", code: "MissingAuthenticationTokenException", check: Some("Signed")),
        Allowed"#;
    let recording = performed(&scenario("", &actions, expect));
    let calls: Vec<_> = recording
        .exchanges
        .iter()
        .filter(|exchange| exchange.to.as_str() == "api")
        .collect();
    let body = calls[0].response.body.text().unwrap();
    assert!(body.contains("\"email\":\"dana@example.com\""), "{body}");
    let body = calls[3].response.body.text().unwrap();
    assert!(
        body.contains("assumed-role/Player/CognitoIdentityCredentials"),
        "{body}"
    );
}

#[test]
fn a_user_pool_calls_the_function_that_its_triggers_name() {
    let world = WORLD.replace(
        "users: [(person: \"dana\")])]",
        "users: [(person: \"dana\")], triggers: (functions: {PreTokenGeneration: \"claims\"}))]",
    );
    let world = world.replace(
        "functions: [\n",
        "functions: [\n(id: \"claims\", code: CustomClaims(add: {\"plan\": \"gold\"}), \
         invoked_by: [UserPool(\"users\")]),\n",
    );
    assert_ne!(world, WORLD);
    let text = scenario(NO_PUSH, &sign_in("phone"), "").replace(WORLD, &world);
    let recording = performed(&text);
    let id_token = recording
        .artifacts
        .iter()
        .find(|artifact| artifact.kind == ArtifactKind::IdToken);
    assert_eq!(id_token.unwrap().claims.as_ref().unwrap()["plan"], "gold");
    let invoked = recording.exchanges.iter();
    let mut invoked = invoked.filter(|exchange| exchange.operation == "Invoke");
    let call = invoked.next().unwrap();
    assert_eq!((call.from.as_str(), call.parent.is_some()), ("users", true));
    let unknown = text.replace(
        "PreTokenGeneration: \"claims\"",
        "PreTokenGeneration: \"clams\"",
    );
    let report = load(&Shipped, "t.ron", unknown.as_bytes()).unwrap_err();
    let shown = report.render(false);
    assert!(shown.contains("there is no function `clams`"), "{shown}");
}

#[test]
fn a_load_balancer_signs_people_in_before_the_website_sees_them() {
    let actions = r#"OpenWebsite(device: "phone", website: "site", path: "/play?level=2"),
        SignInAtProvider(device: "phone", person: "dana"),
        FollowRedirects(device: "phone"),
        OpenWebsite(device: "phone", website: "site")"#;
    let recording = performed(&scenario("", actions, "Allowed, Allowed, Allowed, Allowed"));
    let last = recording.exchanges.last().unwrap();
    assert_eq!(last.to.as_str(), "site");
    assert!(last.response.body.text().unwrap().contains("Hello, Dana."));
    let operations: Vec<&str> = recording
        .exchanges
        .iter()
        .map(|exchange| exchange.operation.as_str())
        .collect();
    let ends = [
        "oauth2/idpresponse",
        "oauth2/token",
        "oauth2/userInfo",
        "GET /play",
        "GET /",
    ];
    assert!(operations.ends_with(&ends), "{operations:?}");
    assert_eq!(state(&recording, "site", "Host"), "game.example");
}

#[test]
fn mistakes_in_the_new_entries_are_pointed_at() {
    let broken = [
        (r#"Api("api")"#, r#"Api("apy")"#, "there is no API `apy`"),
        (
            r#"function: "who")"#,
            r#"function: "whom")"#,
            "there is no function `whom`",
        ),
        ("secret: true, ", "", "the app client `web` has no secret"),
        (
            "game.example/oauth2",
            "game.test/oauth2",
            "does not send people back here",
        ),
        (
            "UserPool(pool: \"users\"),",
            "Jwt(pool: \"users\", clients: []),",
            "no such authorizer",
        ),
    ];
    let good = scenario(PUSH, &sign_in("phone"), "");
    assert!(load(&Shipped, "t.ron", good.as_bytes()).is_ok());
    for (from, to, message) in broken {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from}");
        let report = load(&Shipped, "t.ron", text.as_bytes()).unwrap_err();
        let shown = report.render(false);
        assert!(shown.contains(message), "{shown}");
    }
}
