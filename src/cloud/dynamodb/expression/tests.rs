//! Expressions against items: what holds, what is shown, what an update makes.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Reader, apply, holds, project};
use crate::cloud::aws::AwsError;
use crate::cloud::dynamodb::value::{Item, Value, item_from_json, item_to_json};

fn item() -> Item {
    item_from_json(&json!({
        "Id": {"S": "7"},
        "Score": {"N": "10"},
        "Tags": {"SS": ["clay", "grass"]},
        "Address": {"M": {"City": {"S": "Rome"}, "Parts": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}]}}},
    }))
    .unwrap()
}

fn reader(values: &[(&str, Json)]) -> Reader {
    let names = IndexMap::from([("#s".to_owned(), "Score".to_owned())]);
    let read =
        |(name, value): &(&str, Json)| ((*name).to_owned(), Value::from_json(value).unwrap());
    Reader::new(names, values.iter().map(read).collect())
}

fn values() -> [(&'static str, Json); 5] {
    [
        (":ten", json!({"N": "10.0"})),
        (":two", json!({"N": "2"})),
        (":rome", json!({"S": "Rome"})),
        (":clay", json!({"S": "clay"})),
        (":map", json!({"S": "M"})),
    ]
}

fn fulfilled(text: &str) -> bool {
    let condition = reader(&values())
        .condition("ConditionExpression", text)
        .unwrap();
    holds(&condition, &item())
}

#[test]
fn conditions_hold_or_do_not() {
    for text in [
        "Score = :ten",
        "#s >= :two AND NOT #s < :two",
        "Address.City = :rome",
        "contains(Tags, :clay)",
        "attribute_type(Address, :map)",
        "attribute_not_exists(Nothing) AND attribute_exists(Address.Parts[2])",
        "size(Address.Parts) > :two",
        "Score IN (:two, :ten)",
        "Score = :two OR (Score = :ten AND Id <> :rome)",
        "Nothing <> :two",
        "begins_with(Address.City, :rome)",
    ] {
        assert!(fulfilled(text), "{text}");
    }
    for text in [
        "Score = :rome",
        "Nothing < :two",
        "Score BETWEEN :rome AND :ten",
        "NOT (Score = :ten OR Score = :two)",
        "contains(Address, :clay)",
        "Address.City.Street = :rome",
    ] {
        assert!(!fulfilled(text), "{text}");
    }
}

#[test]
fn and_binds_tighter_than_or() {
    assert!(fulfilled("Score = :ten OR Score = :two AND Score = :two"));
    assert!(!fulfilled(
        "(Score = :ten OR Score = :two) AND Score = :two"
    ));
}

#[test]
fn a_projection_keeps_the_shape_and_closes_the_gaps_of_lists() {
    let paths = reader(&[])
        .projection("Address.Parts[2], Address.Parts[0], #s, Nothing.Here.Either")
        .unwrap();
    let shown = item_to_json(&project(&item(), &paths));
    let lines = json!({"L": [{"S": "a"}, {"S": "c"}]});
    assert_eq!(
        shown,
        json!({"Score": {"N": "10"}, "Address": {"M": {"Parts": lines}}})
    );
}

fn update(text: &str) -> Result<Json, AwsError> {
    let update = reader(&values()).update(text)?;
    Ok(item_to_json(&apply(&update, &item())?))
}

#[test]
fn an_update_computes_from_the_item_as_it_was() {
    let after = update("SET Score = Score - :two, Was = Score, Address.Parts[9] = :rome").unwrap();
    assert_eq!(
        (&after["Score"], &after["Was"]),
        (&json!({"N": "8"}), &json!({"N": "10"}))
    );
    assert_eq!(after["Address"]["M"]["Parts"]["L"][3], json!({"S": "Rome"}));
    let after = update("REMOVE Address.Parts[0], Tags").unwrap();
    assert_eq!(
        after["Address"]["M"]["Parts"]["L"],
        json!([{"S": "b"}, {"S": "c"}])
    );
    assert_eq!(after.get("Tags"), None);
}

#[test]
fn an_update_that_makes_no_sense_is_refused() {
    for (text, words) in [
        (
            "SET Score = Tags + :two",
            "An operand in the update expression has an incorrect data type",
        ),
        (
            "SET A = Nothing",
            "The provided expression refers to an attribute that does not exist",
        ),
        (
            "SET A.B = :two",
            "The document path provided in the update expression is invalid",
        ),
        (
            "SET A = :two, A.B = :two",
            "Invalid UpdateExpression: Two document paths overlap",
        ),
        (
            "SET A = :two SET B = :two",
            "Invalid UpdateExpression: The \"SET\" section can only be used once",
        ),
        (
            "SET A = if_exists(A, :two)",
            "Invalid UpdateExpression: Syntax error",
        ),
        (
            "ADD Score :two",
            "Invalid UpdateExpression: Tokentrail's DynamoDB knows SET and REMOVE",
        ),
        (
            "SET",
            "Invalid UpdateExpression: Syntax error; token: \"<EOF>\"",
        ),
    ] {
        let error = update(text).unwrap_err();
        assert!(
            error.message.starts_with(words),
            "{text}: {}",
            error.message
        );
    }
}

#[test]
fn an_unknown_function_is_named() {
    let error = reader(&values()).condition("FilterExpression", "startsWith(Id, :rome)");
    let message = error.unwrap_err().message;
    assert_eq!(
        message,
        "Invalid FilterExpression: Invalid function name; function: startsWith"
    );
}

#[test]
fn deep_nesting_ends_in_an_error_that_states_the_limit() {
    let text = format!("{}Score = :two{}", "(".repeat(500), ")".repeat(500));
    let error = reader(&values())
        .condition("FilterExpression", &text)
        .unwrap_err();
    assert!(
        error
            .message
            .contains("nests more than 50 deep, Tokentrail's limit")
    );
    let text = "NOT ".repeat(900) + "Score = :two";
    assert!(
        reader(&values())
            .condition("FilterExpression", &text)
            .is_err()
    );
    let long = "a".repeat(4097);
    let error = reader(&[]).projection(&long).unwrap_err();
    assert!(
        error
            .message
            .contains("Expression size has exceeded the maximum allowed size")
    );
}
