//! `schema`: what a scenario may say, for tools and for people.

use serde_json::Value;

use crate::{complaint, printed};

#[test]
fn the_schema_is_one_json_document_for_scenarios_and_one_for_worlds() {
    let scenario: Value = serde_json::from_str(&printed(&["schema"])).unwrap();
    assert!(scenario["properties"]["chapters"].is_object());
    assert!(
        scenario["$defs"]["Action"]["oneOf"]
            .as_array()
            .unwrap()
            .len()
            > 50
    );
    let world: Value = serde_json::from_str(&printed(&["schema", "--world"])).unwrap();
    assert!(world["properties"]["people"].is_object());
}

#[test]
fn an_entry_is_explained_by_its_name_whatever_its_case() {
    let action = printed(&["schema", "assumerolewithwebidentity"]);
    assert!(action.contains("session_name"), "{action}");
    assert!(printed(&["schema", "UserPool"]).contains("triggers"));
    assert!(printed(&["schema", "mfa"]).contains("a field of UserPool"));
}

#[test]
fn a_name_that_is_nothing_gets_a_suggestion() {
    assert!(complaint(&["schema", "GetIdd"], 2).contains("did you mean `GetId`?"));
    complaint(&["schema", "GetId", "--world"], 2);
}
