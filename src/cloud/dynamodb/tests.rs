//! One's own rows, somebody else's, and DynamoDB's words for everything that does not fit.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::cloud::access::fixture::{ACCOUNT, DANA, OMAR, TABLE, World};
use crate::cloud::ledger::ActorId;
use crate::protocol::message::{Message, Response};

fn key(user: &str, game: &str) -> Json {
    json!({"UserId": {"S": user}, "GameTitle": {"S": game}})
}

fn get(world: &mut World, user: &str, game: &str) -> Response {
    world.dynamodb(
        "GetItem",
        &json!({"TableName": TABLE, "Key": key(user, game)}),
    )
}

/// A query for one user's games that may say more.
fn query(world: &mut World, user: &str, more: Json) -> Json {
    let mut body = json!({
        "TableName": TABLE,
        "KeyConditionExpression": "UserId = :user",
        "ExpressionAttributeValues": {":user": {"S": user}},
    });
    merge(&mut body, more);
    world.dynamodb("Query", &body).json_body().unwrap()
}

fn merge(into: &mut Json, more: Json) {
    for (name, value) in more.as_object().unwrap() {
        match (
            into.get_mut(name).and_then(Json::as_object_mut),
            value.as_object(),
        ) {
            (Some(into), Some(more)) => into.extend(more.clone()),
            _ => into[name] = value.clone(),
        }
    }
}

fn games(answer: &Json) -> Vec<&str> {
    let items = answer["Items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["GameTitle"]["S"].as_str().unwrap())
        .collect()
}

#[test]
fn the_own_row_is_read() {
    let mut world = World::new();
    let response = get(&mut world, DANA, "Chess");
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.header("content-type"),
        Some("application/x-amz-json-1.0")
    );
    let body = response.json_body().unwrap();
    assert_eq!(body["Item"]["TopScore"], json!({"N": "7"}));
    let check = world.check("Permissions policy");
    assert!(
        check.expected.starts_with("dynamodb:LeadingKeys"),
        "{}",
        check.expected
    );
    assert!(check.actual.starts_with("us-east-1:7c"), "{}", check.actual);
}

#[test]
fn somebody_elses_row_stays_shut_and_aws_says_why() {
    let mut world = World::new();
    let before = world.state();
    get(&mut world, OMAR, "Chess");
    let (code, status, message) = world.refusal();
    assert_eq!((code.as_str(), status), ("AccessDeniedException", 400));
    assert_eq!(
        message,
        "User: arn:aws:sts::111122223333:assumed-role/PhotoReader/CognitoIdentityCredentials is \
         not authorized to perform: dynamodb:GetItem on resource: \
         arn:aws:dynamodb:us-east-1:111122223333:table/Scores because no identity-based policy \
         allows the dynamodb:GetItem action"
    );
    let failed = world.failed();
    assert_eq!(failed.name, "Permissions policy");
    assert!(
        failed.expected.starts_with("dynamodb:LeadingKeys"),
        "{}",
        failed.expected
    );
    assert!(
        failed.actual.starts_with("us-east-1:0e"),
        "{}",
        failed.actual
    );
    assert!(world.rest_not_reached());
    assert_eq!(world.state(), before);
}

#[test]
fn no_operation_touches_somebody_elses_rows() {
    let mut world = World::new();
    let before = world.state();
    let update = json!({"UpdateExpression": "SET TopScore = :s",
                        "ExpressionAttributeValues": {":s": {"N": "0"}}});
    for (operation, mut body) in [
        ("PutItem", json!({"Item": key(OMAR, "Chess")})),
        ("DeleteItem", json!({"Key": key(OMAR, "Chess")})),
        ("UpdateItem", {
            let mut body = json!({"Key": key(OMAR, "Chess")});
            merge(&mut body, update);
            body
        }),
        (
            "Query",
            json!({"KeyConditionExpression": "UserId = :u",
                         "ExpressionAttributeValues": {":u": {"S": OMAR}}}),
        ),
    ] {
        body["TableName"] = json!(TABLE);
        world.dynamodb(operation, &body);
        assert_eq!(world.refusal().0, "AccessDeniedException", "{operation}");
    }
    assert_eq!(world.state(), before);
}

#[test]
fn leading_keys_attributes_and_select_reach_the_policies() {
    let mut world = World::new();
    let body = json!({"TableName": TABLE, "Key": key(DANA, "Chess"),
                      "ProjectionExpression": "TopScore"});
    world.dynamodb("GetItem", &body);
    let context = &world.cloud.ledger.decisions().last().unwrap().context;
    assert_eq!(context["dynamodb:LeadingKeys"], json!([DANA]));
    assert_eq!(
        context["dynamodb:Attributes"],
        json!(["UserId", "GameTitle", "TopScore"])
    );
    assert_eq!(context["dynamodb:Select"], "SPECIFIC_ATTRIBUTES");
    let body = json!({"TableName": TABLE, "Item": key(DANA, "Go"), "ReturnValues": "ALL_OLD"});
    world.dynamodb("PutItem", &body);
    let context = &world.cloud.ledger.decisions().last().unwrap().context;
    assert_eq!(context["dynamodb:ReturnValues"], "ALL_OLD");
}

#[test]
fn a_query_reads_one_partition_in_the_order_of_its_sort_key() {
    let mut world = World::new();
    let answer = query(&mut world, DANA, json!({}));
    assert_eq!(games(&answer), ["Chess", "Go", "Golf"]);
    assert_eq!(
        (&answer["Count"], &answer["ScannedCount"]),
        (&json!(3), &json!(3))
    );
    let answer = query(&mut world, DANA, json!({"ScanIndexForward": false}));
    assert_eq!(games(&answer), ["Golf", "Go", "Chess"]);
    let answer = query(&mut world, DANA, json!({"Select": "COUNT"}));
    assert_eq!((&answer["Count"], answer.get("Items")), (&json!(3), None));
}

#[test]
fn every_sort_key_condition_selects_its_part() {
    let mut world = World::new();
    for (condition, found) in [
        ("GameTitle = :a", &["Go"][..]),
        ("GameTitle < :a", &["Chess"]),
        ("GameTitle <= :a", &["Chess", "Go"]),
        ("GameTitle > :a", &["Golf"]),
        ("GameTitle >= :a", &["Go", "Golf"]),
        ("begins_with(GameTitle, :a)", &["Go", "Golf"]),
        ("GameTitle BETWEEN :a AND :a", &["Go"]),
        ("(GameTitle between :a and :a)", &["Go"]),
    ] {
        let more = json!({
            "KeyConditionExpression": format!("UserId = :user AND {condition}"),
            "ExpressionAttributeValues": {":a": {"S": "Go"}},
        });
        let answer = query(&mut world, DANA, more);
        assert_eq!(games(&answer), found, "{condition}");
    }
}

#[test]
fn pages_of_a_query_follow_one_another() {
    let mut world = World::new();
    let first = query(&mut world, DANA, json!({"Limit": 2}));
    assert_eq!(games(&first), ["Chess", "Go"]);
    assert_eq!(first["LastEvaluatedKey"], key(DANA, "Go"));
    let more = json!({"Limit": 2, "ExclusiveStartKey": first["LastEvaluatedKey"]});
    let second = query(&mut world, DANA, more);
    assert_eq!(games(&second), ["Golf"]);
    assert_eq!(second.get("LastEvaluatedKey"), None);
}

#[test]
fn a_filter_leaves_out_what_was_read_and_a_projection_what_was_not_asked() {
    let mut world = World::new();
    let more = json!({
        "FilterExpression": "TopScore > :least OR contains(GameTitle2, :none)",
        "ProjectionExpression": "#score",
        "ExpressionAttributeNames": {"#score": "TopScore"},
        "ExpressionAttributeValues": {":least": {"N": "5"}, ":none": {"S": "x"}},
    });
    let answer = query(&mut world, DANA, more);
    assert_eq!(
        answer["Items"],
        json!([{"TopScore": {"N": "7"}}, {"TopScore": {"N": "12"}}])
    );
    assert_eq!(
        (&answer["Count"], &answer["ScannedCount"]),
        (&json!(2), &json!(3))
    );
}

#[test]
fn items_are_put_updated_and_deleted() {
    let mut world = World::new();
    let mut item = key(DANA, "Tennis");
    item["TopScore"] = json!({"N": "1.0"});
    item["Tags"] = json!({"L": [{"S": "clay"}]});
    world.dynamodb("PutItem", &json!({"TableName": TABLE, "Item": item}));
    let body = json!({
        "TableName": TABLE,
        "Key": key(DANA, "Tennis"),
        "UpdateExpression": "SET TopScore = TopScore + :one, Tags = list_append(Tags, :more), \
                             Wins = if_not_exists(Wins, :zero) + :one, \
                             Notes = list_append(if_not_exists(Notes, :none), :more) REMOVE Nothing",
        "ExpressionAttributeValues": {":zero": {"N": "0"}, ":one": {"N": "1"},
                                      ":none": {"L": []}, ":more": {"L": [{"S": "grass"}]}},
        "ReturnValues": "UPDATED_NEW",
    });
    let answer = world.dynamodb("UpdateItem", &body).json_body().unwrap();
    let tags = json!({"L": [{"S": "clay"}, {"S": "grass"}]});
    let expected = json!({"TopScore": {"N": "2"}, "Tags": tags, "Wins": {"N": "1"},
                          "Notes": {"L": [{"S": "grass"}]}});
    assert_eq!(answer["Attributes"], expected);
    let body = json!({"TableName": TABLE, "Key": key(DANA, "Tennis"), "ReturnValues": "ALL_OLD"});
    let answer = world.dynamodb("DeleteItem", &body).json_body().unwrap();
    assert_eq!(answer["Attributes"]["TopScore"], json!({"N": "2"}));
    let answer = get(&mut world, DANA, "Tennis").json_body().unwrap();
    assert_eq!(answer, json!({}));
}

#[test]
fn a_write_whose_condition_does_not_hold_changes_nothing() {
    let mut world = World::new();
    let before = world.state();
    let body = json!({"TableName": TABLE, "Item": key(DANA, "Chess"),
                      "ConditionExpression": "attribute_not_exists(UserId)"});
    world.dynamodb("PutItem", &body);
    let (code, status, message) = world.refusal();
    assert_eq!(
        (code.as_str(), status),
        ("ConditionalCheckFailedException", 400)
    );
    assert_eq!(message, "The conditional request failed");
    assert_eq!(world.failed().name, "Condition holds");
    assert_eq!(world.state(), before);
}

/// Requests that do not fit, with the code and the beginning of the message.
fn misfits() -> Vec<(&'static str, Json, &'static str, &'static str)> {
    const V: &str = "ValidationException";
    let with = |more: Json| {
        let mut body = json!({
            "TableName": TABLE,
            "KeyConditionExpression": "UserId = :u",
            "ExpressionAttributeValues": {":u": {"S": DANA}},
        });
        merge(&mut body, more);
        body
    };
    let condition = |text: &str| with(json!({"KeyConditionExpression": text}));
    vec![
        (
            "GetItem",
            json!([]),
            "SerializationException",
            "Start of structure or map",
        ),
        (
            "GetItem",
            json!({}),
            V,
            "2 validation errors detected: Value null at 'tableName'",
        ),
        (
            "GetItem",
            json!({"TableName": TABLE}),
            V,
            "1 validation error detected: Value null at 'key'",
        ),
        (
            "GetItem",
            json!({"TableName": 7, "Key": {}}),
            "SerializationException",
            "NUMBER_VALUE",
        ),
        (
            "GetItem",
            json!({"TableName": TABLE, "Key": {"UserId": {"S": DANA}}}),
            V,
            "The provided key element does not match the schema",
        ),
        (
            "GetItem",
            json!({"TableName": "Nowhere", "Key": key(DANA, "Go")}),
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
        (
            "PutItem",
            json!({"TableName": TABLE, "Item": {"UserId": {"S": DANA}}}),
            V,
            "One or more parameter values were invalid: Missing the key GameTitle in the item",
        ),
        (
            "PutItem",
            json!({"TableName": TABLE, "Item": {"UserId": {"S": DANA}, "GameTitle": {"N": "1"}}}),
            V,
            "One or more parameter values were invalid: Type mismatch for key GameTitle expected: S actual: N",
        ),
        (
            "PutItem",
            json!({"TableName": TABLE, "Item": key(DANA, "")}),
            V,
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: GameTitle",
        ),
        (
            "Query",
            json!({"TableName": TABLE}),
            V,
            "Either the KeyConditions or KeyConditionExpression",
        ),
        (
            "Query",
            condition("GameTitle = :u"),
            V,
            "Query condition missed key schema element: UserId",
        ),
        (
            "Query",
            condition("UserId > :u"),
            V,
            "Query key condition not supported",
        ),
        (
            "Query",
            condition("UserId = :u OR UserId = :u"),
            V,
            "Invalid operator used in KeyConditionExpression: OR",
        ),
        (
            "Query",
            condition("UserId = :u AND Date = :u"),
            V,
            "Invalid KeyConditionExpression: Attribute name is a reserved keyword; reserved keyword: Date",
        ),
        (
            "Query",
            condition("UserId = :nobody"),
            V,
            "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; attribute value: :nobody",
        ),
        (
            "Query",
            condition("UserId == :u"),
            V,
            "Invalid KeyConditionExpression: Syntax error; token: \"=\"",
        ),
        (
            "Query",
            condition("UserId = :u AND"),
            V,
            "Invalid KeyConditionExpression: Syntax error; token: \"<EOF>\"",
        ),
        (
            "Query",
            condition(""),
            V,
            "Invalid KeyConditionExpression: The expression can not be empty;",
        ),
        (
            "Query",
            with(json!({"Limit": 0})),
            V,
            "1 validation error detected: Value '0' at 'limit'",
        ),
        (
            "Query",
            with(json!({"IndexName": "other"})),
            V,
            "The table does not have the specified index: other",
        ),
        (
            "Query",
            with(json!({"ExpressionAttributeValues": {":spare": {"S": "x"}}})),
            V,
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:spare}",
        ),
        (
            "Query",
            with(json!({"FilterExpression": "GameTitle = :u"})),
            V,
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: GameTitle",
        ),
        (
            "UpdateItem",
            json!({"TableName": TABLE, "Key": key(DANA, "Go"), "UpdateExpression": "REMOVE UserId"}),
            V,
            "One or more parameter values were invalid: Cannot update attribute UserId. This attribute is part of the key",
        ),
        (
            "Scan",
            json!({"TableName": TABLE}),
            "UnknownOperationException",
            "",
        ),
    ]
}

#[test]
fn what_does_not_fit_is_refused_in_the_services_words_and_changes_nothing() {
    for (operation, body, code, beginning) in misfits() {
        let mut world = World::new();
        let before = world.state();
        world.dynamodb(operation, &body);
        let (found, status, message) = world.refusal();
        assert_eq!(
            (found.as_str(), status),
            (code, 400),
            "{operation} {body}: {message}"
        );
        assert!(
            message.starts_with(beginning),
            "{operation} {body}: {message}"
        );
        assert_eq!(world.state(), before);
    }
}

#[test]
fn an_item_that_is_too_large_is_refused_at_its_check() {
    let mut world = World::new();
    let before = world.state();
    let mut item = key(DANA, "Tennis");
    item["Blob"] = json!({"S": "x".repeat(400 * 1024)});
    world.dynamodb("PutItem", &json!({"TableName": TABLE, "Item": item}));
    assert_eq!(
        world.refusal().2,
        "Item size has exceeded the maximum allowed size"
    );
    assert_eq!(world.failed().name, "Item can be written");
    assert_eq!(world.state(), before);
}

#[test]
fn the_card_counts_items_and_the_inspector_lists_them() {
    let world = World::new();
    let (line, details) = super::describe(&world.cloud, &ActorId::new("dynamodb"));
    assert_eq!(line, "table Scores, 4 items");
    assert!(
        details
            .iter()
            .any(|(name, _)| *name == format!("{OMAR} · Chess"))
    );
}

#[test]
fn a_world_with_impossible_items_is_refused() {
    let mut world = World::new();
    let put = |world: &mut World, table: &str, item: Json| {
        world.cloud.dynamodb.put_initial_item(ACCOUNT, table, &item)
    };
    assert!(put(&mut world, "Nowhere", key(DANA, "Go")).is_err());
    let error = put(&mut world, TABLE, json!({"UserId": {"S": "x"}})).unwrap_err();
    assert!(error.to_string().contains("Missing the key GameTitle"));
    let large = json!({"UserId": {"S": "x"}, "GameTitle": {"S": "x"},
                       "Blob": {"S": "x".repeat(400 * 1024)}});
    assert!(
        put(&mut world, TABLE, large)
            .unwrap_err()
            .to_string()
            .contains("Item size")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_expression_panics_or_changes_anything(text in "[a-zA-Z#:(),.<>=\\[\\]0-9 ]{0,40}") {
        let mut world = World::new();
        let before = world.state();
        let body = json!({"TableName": TABLE, "KeyConditionExpression": text});
        world.dynamodb("Query", &body);
        prop_assert_eq!(world.state(), before);
    }
}
