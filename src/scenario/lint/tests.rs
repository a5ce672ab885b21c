//! Warnings about small scenarios, each with its code and place; none about good ones.

use super::super::diagnostic::Code;
use super::super::files::Shipped;
use super::super::{Scenario, library, load};
use super::{extending, lint};

/// A scenario with these entries in its world, these fields, and a beat with these actions.
fn scenario(fields: &str, world: &str, beat: &str) -> Scenario {
    let text = format!(
        "(id: \"t\", title: \"T\", summary: \"s\", {fields} world: (\n\
         people: [(id: \"ann\", name: \"Ann\", email: \"ann@example.com\")],\n\
         devices: [(id: \"phone\", name: \"Phone\", owner: \"ann\")],\n{world}),\n\
         chapters: [(title: \"c\", beats: [(id: \"x\", title: \"X\", caption: \"c\", {beat})])])"
    );
    load(&Shipped, "t.ron", text.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)))
}

/// The codes of the warnings, with the text that each points at.
fn warnings(scenario: &Scenario) -> Vec<(Code, String)> {
    let report = lint(scenario, []);
    let text = |it: &super::super::diagnostic::Diagnostic| {
        report.sources.text(it.source)[it.span.clone()].to_owned()
    };
    report
        .diagnostics
        .iter()
        .map(|it| (it.code, text(it)))
        .collect()
}

const CALM: &str = "actions: [GoOffline(device: \"phone\")]";

#[test]
fn a_declaration_that_nothing_refers_to_is_pointed_at() {
    let spare =
        "buckets: [(id: \"spare\")], user_pools: [(id: \"users\", clients: [(id: \"app\")])],";
    let found = warnings(&scenario("", spare, CALM));
    let names: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert!(found.iter().all(|(code, _)| *code == Code::Unused));
    assert_eq!(names, ["\"spare\"", "\"users\"", "\"app\""]);
    assert_eq!(warnings(&scenario("", "", CALM)), []);
}

#[test]
fn a_mention_in_a_caption_is_no_use_and_one_in_a_template_is() {
    let bucket = "buckets: [(id: \"box\")],";
    let prose = format!("{CALM}, detail: \"the box is empty\"");
    assert_eq!(warnings(&scenario("", bucket, &prose)).len(), 1);
    let used = "actions: [Request(device: \"phone\", method: \"GET\", \
                url: \"https://box.s3.amazonaws.com/{phone.identity_id}\")]";
    assert_eq!(warnings(&scenario("", bucket, used)), []);
}

#[test]
fn an_expectation_that_cannot_come_about_is_pointed_at() {
    for (beat, points_at) in [
        (
            "actions: [Wait(\"1m\")], expect: [Unreachable]",
            "Unreachable",
        ),
        (
            "actions: [Wait(\"1m\")], expect: [Refused(by: \"s3\", code: \"AccessDenied\")]",
            "Refused(by: \"s3\", code: \"AccessDenied\")",
        ),
        (
            "actions: [GetCallerIdentity(device: \"phone\")], expect: [Unreachable]",
            "Unreachable",
        ),
        (
            "actions: [GetCallerIdentity(device: \"phone\")], expect: [Refused(by: \"ann\", code: \"No\")]",
            "Refused(by: \"ann\", code: \"No\")",
        ),
        (
            "actions: [GoOffline(device: \"phone\"), GetCallerIdentity(device: \"phone\")]",
            "GetCallerIdentity(device: \"phone\")",
        ),
    ] {
        let mut found = warnings(&scenario("", "", beat));
        found.retain(|(code, _)| *code != Code::Unused);
        assert_eq!(found, [(Code::Unreachable, points_at.to_owned())], "{beat}");
    }
    let good = "actions: [GoOffline(device: \"phone\"), GetCallerIdentity(device: \"phone\"), \
                GoOnline(device: \"phone\"), GetCallerIdentity(device: \"phone\")], \
                expect: [Unreachable, Allowed, Refused(by: \"sts\", code: \"AccessDenied\")]";
    assert_eq!(warnings(&scenario("", "", good)), []);
}

/// A role that a bucket policy's reader has, with this trust condition and this action.
fn role(condition: &str, action: &str) -> String {
    format!(
        "roles: [(id: \"R\", trust: r#\"{{\"Version\": \"2012-10-17\", \"Statement\": [{{\
         \"Effect\": \"Allow\", \"Principal\": {{\"Federated\": \"cognito-identity.amazonaws.com\"}}, \
         \"Action\": \"sts:AssumeRoleWithWebIdentity\", \"Condition\": {condition}}}]}}\"#, \
         policies: [(id: \"P\", json: r#\"{{\"Version\": \"2012-10-17\", \"Statement\": [{{\
         \"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"*\"}}]}}\"#)])], \
         identity_pools: [(id: \"pool\", pool_id: \"us-east-1:11111111-2222-4333-8444-555555555555\", authenticated_role: \"R\")],"
    )
}

const USES_POOL: &str = "actions: [GetId(device: \"phone\", pool: \"pool\")]";
const GOOD_AUD: &str = "{\"StringEquals\": {\"cognito-identity.amazonaws.com:aud\": \"us-east-1:11111111-2222-4333-8444-555555555555\"}}";

#[test]
fn an_action_that_is_not_known_is_pointed_at_with_the_one_that_was_meant() {
    let scenario = scenario("", &role(GOOD_AUD, "s3:GetObjects"), USES_POOL);
    assert_eq!(
        warnings(&scenario),
        [(Code::UnknownAction, "\"s3:GetObjects\"".to_owned())]
    );
    assert!(
        lint(&scenario, []).diagnostics[0]
            .remedy
            .contains("s3:GetObject`")
    );
}

#[test]
fn actions_of_services_that_are_not_modelled_and_wildcards_are_left_alone() {
    for action in ["quicksight:DescribeUser", "s3:Get*", "*", "s3:PutObject"] {
        let scenario = scenario("", &role(GOOD_AUD, action), USES_POOL);
        assert_eq!(warnings(&scenario), [], "{action}");
    }
}

#[test]
fn a_condition_that_no_request_meets_is_pointed_at() {
    for (condition, points_at) in [
        (
            "{\"StringEquals\": {\"cognito-identity.amazonaws.com:aud\": \"us-east-1:2\"}}",
            "\"us-east-1:2\"",
        ),
        (
            "{\"StringEquals\": {\"cognito-identity.amazonaws.com:sub\": \"us-east-1:*\"}}",
            "\"us-east-1:*\"",
        ),
    ] {
        let scenario = scenario("", &role(condition, "s3:GetObject"), USES_POOL);
        let expected = (Code::ImpossibleCondition, points_at.to_owned());
        assert_eq!(warnings(&scenario), [expected], "{condition}");
    }
}

#[test]
fn what_is_deliberate_is_not_warned_of() {
    let world = "buckets: [(id: \"spare\")],";
    let fields = "deliberate: [\"TT-701\"],";
    assert_eq!(warnings(&scenario(fields, world, CALM)), []);
    let other = "deliberate: [\"TT-702\"],";
    assert_eq!(warnings(&scenario(other, world, CALM)).len(), 1);
}

#[test]
fn themes_and_exams_that_do_not_exist_are_pointed_at() {
    let found = warnings(&scenario(
        "themes: [1, 61], exams: [\"DVA\", \"DVB\"],",
        "",
        CALM,
    ));
    let places: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(places, ["61", "\"DVB\""]);
}

#[test]
fn the_first_story_is_beyond_suspicion() {
    let entry = library::find("facebook-to-s3").unwrap();
    let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
    assert_eq!(warnings(&scenario), []);
}

#[test]
fn a_declaration_that_only_a_variant_uses_is_used() {
    let parent = scenario("", "buckets: [(id: \"box\")],", CALM);
    let variant = |id: &str, extends: &str, bucket: &str| {
        format!(
            "(id: \"{id}\", extends: \"{extends}\", chapters: [(title: \"c\", beats: [(id: \"y\", \
             actions: [GetObject(device: \"phone\", bucket: \"{bucket}\", key: \"k\")])])])"
        )
    };
    let found = |texts: Vec<String>| {
        let variants = extending("t", texts);
        let report = lint(&parent, variants.iter().map(String::as_str));
        report.diagnostics.len()
    };
    assert_eq!(found(vec![]), 1);
    assert_eq!(found(vec![variant("v", "t", "other")]), 1);
    assert_eq!(found(vec![variant("v", "somebody-else", "box")]), 1);
    assert_eq!(found(vec![variant("v", "t", "box")]), 0);
    let grandchild = vec![variant("w", "v", "box"), variant("v", "t", "other")];
    assert_eq!(found(grandchild), 0);
}

#[test]
fn a_policy_that_somebody_sends_is_looked_at() {
    let role = "roles: [(id: \"R\", trust: r#\"{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \
                \"Allow\", \"Principal\": {\"AWS\": \"111122223333\"}, \"Action\": \"sts:AssumeRole\"}]}\"#)],";
    let sent = "actions: [AssumeRole(device: \"phone\", role: \"R\", session_name: \"s\", policy: r#\"{\"Version\": \
                \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObjet\", \"Resource\": \"*\"}]}\"#)]";
    let found = warnings(&scenario("", role, sent));
    assert_eq!(found, [(Code::UnknownAction, "\"s3:GetObjet\"".to_owned())]);
}
