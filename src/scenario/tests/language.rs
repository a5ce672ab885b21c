//! What the language lets authors say about worlds and variants, and what it does not.

use crate::scenario::build::WorldError;
use crate::scenario::files::{Files, Shipped};
use crate::scenario::{PerformError, Scenario, load, perform};

/// A role that signs for nobody, read by whoever is in the account.
const KEYS: &str = r##"
    people: [(id: "ann", name: "Ann", email: "ann@example.com")],
    devices: [(id: "desk", name: "Desk", kind: Backend, owner: "ann")],
    iam_users: [(id: "ann-user", key_in: "desk", policies: [(id: "all", json: r#"{"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#)])],
    buckets: [(id: "box", objects: [(key: "a", text: "a")])],"##;

fn story(world: &str, actions: &str, expect: &str) -> String {
    format!(
        "(id: \"t\", title: \"T\", summary: \"s\", world: ({world}), chapters: [(title: \"c\", \
         beats: [(id: \"x\", title: \"X\", caption: \"c\", actions: [{actions}], expect: [{expect}])])])"
    )
}

fn loaded(text: &str) -> Scenario {
    load(&Shipped, "t.ron", text.as_bytes()).unwrap_or_else(|it| panic!("{}", it.render(false)))
}

fn complaints(files: &dyn Files, text: &str) -> String {
    let report = load(files, "t.ron", text.as_bytes());
    report.map_or_else(|it| it.render(false), |_| String::new())
}

fn held(text: &str) {
    let recording = perform(&loaded(text), None).unwrap();
    for verdict in recording.beats.iter().flat_map(|it| &it.verdicts) {
        assert!(verdict.held, "{}: {}", verdict.expectation, verdict.found);
    }
}

#[test]
fn an_organisation_takes_away_what_it_denies_or_all_that_it_does_not_allow() {
    let read = "GetObject(device: \"desk\", bucket: \"box\", key: \"a\")";
    let refused =
        "Refused(by: \"s3\", code: \"AccessDenied\", message: \"service control policy\")";
    let limit = |effect: &str, action: &str, more: &str| {
        format!(
            "{KEYS} service_control_policies: [(id: \"Limit\", {more} json: r#\"{{\"Version\": \
             \"2012-10-17\", \"Statement\": [{{\"Effect\": \"{effect}\", \"Action\": \"{action}\", \
             \"Resource\": \"*\"}}]}}\"#)],"
        )
    };
    held(&story(KEYS, read, "Allowed"));
    held(&story(&limit("Deny", "s3:*", ""), read, refused));
    held(&story(&limit("Deny", "dynamodb:*", ""), read, "Allowed"));
    held(&story(
        &limit("Allow", "dynamodb:*", "only: true,"),
        read,
        refused,
    ));
    held(&story(&limit("Allow", "dynamodb:*", ""), read, "Allowed"));
}

/// A parent beside the scenario.
struct Parent(String);

impl Files for Parent {
    fn scenario(&self, _from: &str, id: &str) -> Option<(String, Vec<u8>)> {
        (id == "t").then(|| ("t.ron".to_owned(), self.0.clone().into_bytes()))
    }

    fn beside(&self, _from: &str, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("no {path}"))
    }

    fn ids(&self) -> Vec<String> {
        vec!["t".to_owned()]
    }
}

fn variant(without: &str) -> String {
    format!(
        "(id: \"v\", title: \"V\", summary: \"s\", extends: \"t\", without: {without}, \
         chapters: [(title: \"d\", beats: [(id: \"y\", title: \"Y\", caption: \"c\")])])"
    )
}

#[test]
fn a_variant_can_leave_entries_of_its_parents_world_out() {
    let parent = Parent(story(KEYS, "", ""));
    let whole = load(&parent, "v.ron", variant("{}").as_bytes()).unwrap();
    assert_eq!(whole.world.buckets.len(), 1);
    let less = load(
        &parent,
        "v.ron",
        variant("{\"buckets\": [\"box\"]}").as_bytes(),
    )
    .unwrap();
    assert_eq!(less.world.buckets.len(), 0);
    assert_eq!(less.world.devices.len(), 1);
    let unknown = complaints(&parent, &variant("{\"buckets\": [\"bax\"]}"));
    assert!(
        unknown.contains("TT-201") && unknown.contains("did you mean `box`?"),
        "{unknown}"
    );
    let unknown = complaints(&parent, &variant("{\"bucket\": [\"box\"]}"));
    assert!(unknown.contains("did you mean `buckets`?"), "{unknown}");
}

#[test]
fn the_ids_of_pools_have_the_shape_that_aws_gives_them() {
    for (entry, good) in [
        (
            "user_pools: [(id: \"p\", clients: [], pool_id: \"us-east-1_Ph0t0\")]",
            true,
        ),
        (
            "user_pools: [(id: \"p\", clients: [], pool_id: \"us-east-1:Ph0t0\")]",
            false,
        ),
        (
            "user_pools: [(id: \"p\", clients: [], pool_id: \"us-east-1_\")]",
            false,
        ),
        (
            "identity_pools: [(id: \"p\", pool_id: \"us-east-1:11111111-2222-4333-8444-555555555555\")]",
            true,
        ),
        (
            "identity_pools: [(id: \"p\", pool_id: \"us-east-1:11111111-2222-4333-8444\")]",
            false,
        ),
        (
            "identity_pools: [(id: \"p\", pool_id: \"us-east-1_11111111\")]",
            false,
        ),
    ] {
        let found = complaints(&Shipped, &story(entry, "", ""));
        assert_eq!(found.contains("TT-304"), !good, "{entry}: {found}");
    }
}

#[test]
fn a_world_that_cannot_be_set_up_is_pointed_at_where_its_entry_stands() {
    let text = story(
        "buckets: [(id: \"fine\"), (id: \"No-Bucket\")], tables: [(id: \"t\", partition_key: \"k\")]",
        "",
        "",
    );
    let scenario = loaded(&text);
    let Err(PerformError::World(WorldError::Entry { list, id, .. })) = perform(&scenario, None)
    else {
        panic!("a bucket of that name was made");
    };
    let (_, place) = scenario.place_of_entry(list, &id).unwrap();
    assert_eq!(&text[place], "\"No-Bucket\"");
}

#[test]
fn a_claim_can_be_set_to_json_and_to_what_a_template_names() {
    let pool = "people: [(id: \"ann\", name: \"Ann\", email: \"ann@example.com\", passwords: {\"users\": \"Visibly-made-up-1\"})],
        devices: [(id: \"desk\", name: \"Desk\", owner: \"ann\")],
        user_pools: [(id: \"users\", clients: [(id: \"app\")], users: [(person: \"ann\")])],";
    let actions = r##"SignIn(device: "desk", client: "app", person: "ann"),
        Tamper(device: "desk", what: IdToken, how: SetClaim("aud", "{pool.users}")),
        Tamper(device: "desk", what: IdToken, how: AddClaim("cognito:groups", r#"["admins"]"#))"##;
    let recording = perform(&loaded(&story(pool, actions, "")), None).unwrap();
    let claims = recording.artifacts.last().unwrap().claims.clone().unwrap();
    assert_eq!(claims["cognito:groups"], serde_json::json!(["admins"]));
    assert!(claims["aud"].as_str().unwrap().starts_with("us-east-1_"));
}
