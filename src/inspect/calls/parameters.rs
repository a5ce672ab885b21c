//! A request as an operation with members, whichever protocol it travelled in: JSON in the body,
//! a query form, parts of a path, S3's bucket and key.

use serde_json::{Map, Value, json};

use crate::cloud::ledger::Exchange;
use crate::protocol::form::{Form, percent_decode};

/// The region of the simulated cloud, where a host names none.
const REGION: &str = crate::cloud::REGION;

/// An operation with its members.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The service as the CLI and boto3 name it: `cognito-identity`
    pub service: String,
    /// The operation: `GetId`
    pub operation: String,
    /// Its members in the order they travelled
    pub members: Map<String, Value>,
    /// The member that is a body of its own, and its bytes as text
    pub payload: Option<(&'static str, String)>,
    /// Where
    pub region: String,
    /// Whether it was signed
    pub signed: bool,
}

/// Path templates of the operations whose members travel in the path; `{…}` are members, the rest
/// is literal. What follows `?` are names in the query and their members.
const PATHS: [(&str, &str, &str); 13] = [
    (
        "cognito-sync",
        "ListDatasets",
        "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets?nextToken=NextToken&maxResults=MaxResults",
    ),
    (
        "cognito-sync",
        "ListRecords",
        "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets/{DatasetName}/records?lastSyncCount=LastSyncCount&nextToken=NextToken&maxResults=MaxResults&syncSessionToken=SyncSessionToken",
    ),
    (
        "cognito-sync",
        "UpdateRecords",
        "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets/{DatasetName}",
    ),
    (
        "cognito-sync",
        "DeleteDataset",
        "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets/{DatasetName}",
    ),
    (
        "cognito-sync",
        "DescribeDataset",
        "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets/{DatasetName}",
    ),
    (
        "cognito-sync",
        "RegisterDevice",
        "/identitypools/{IdentityPoolId}/identity/{IdentityId}/device",
    ),
    (
        "cognito-sync",
        "SubscribeToDataset",
        "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets/{DatasetName}/subscriptions/{DeviceId}",
    ),
    (
        "cognito-sync",
        "UnsubscribeFromDataset",
        "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets/{DatasetName}/subscriptions/{DeviceId}",
    ),
    (
        "cognito-sync",
        "SetIdentityPoolConfiguration",
        "/identitypools/{IdentityPoolId}/configuration",
    ),
    (
        "cognito-sync",
        "GetIdentityPoolConfiguration",
        "/identitypools/{IdentityPoolId}/configuration",
    ),
    (
        "cognito-sync",
        "SetCognitoEvents",
        "/identitypools/{IdentityPoolId}/events",
    ),
    (
        "lambda",
        "Invoke",
        "/2015-03-31/functions/{FunctionName}/invocations",
    ),
    (
        "lambda",
        "AddPermission",
        "/2015-03-31/functions/{FunctionName}/policy",
    ),
];

/// Query members that are whole numbers.
const NUMBERS: [&str; 5] = [
    "DurationSeconds",
    "MaxSessionDuration",
    "LastSyncCount",
    "MaxResults",
    "MaxKeys",
];

/// The request as an operation of an AWS API; nothing for pages, providers and key documents.
pub fn call(exchange: &Exchange) -> Option<Call> {
    let service = exchange.service.as_str();
    let mut call = Call {
        service: service.to_owned(),
        operation: exchange.operation.to_string(),
        members: Map::new(),
        payload: None,
        region: REGION.to_owned(),
        signed: exchange.request.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value.starts_with("AWS4-")
        }),
    };
    let body = exchange.request.body.text().unwrap_or_default();
    match service {
        "sts" | "iam" | "sns" => query(&mut call, body)?,
        "s3" => s3(&mut call, exchange)?,
        "cognito-sync" | "lambda" => by_path(&mut call, exchange)?,
        "cognito-identity" | "cognito-idp" | "dynamodb" => {
            let targets = exchange.request.headers.iter();
            let mut targets = targets.filter(|(name, _)| name.eq_ignore_ascii_case("x-amz-target"));
            targets.next()?;
            call.members = serde_json::from_str(body).ok()?;
        }
        _ => return None,
    }
    Some(call)
}

fn query(call: &mut Call, body: &str) -> Option<()> {
    let form = Form::parse(body).ok()?;
    form.get("Action")?;
    for (name, value) in form.iter() {
        if ["Action", "Version"].contains(&name) {
            continue;
        }
        let path: Vec<&str> = name.split('.').collect();
        put(&mut call.members, &path, value);
    }
    Some(())
}

/// Puts a member of a query form where it belongs: `Tags.member.1.Key` is the key of the first tag,
/// `Attributes.entry.1.key` names an entry of a map.
fn put(members: &mut Map<String, Value>, path: &[&str], value: &str) {
    match path {
        [name] => {
            let number = NUMBERS.contains(name).then(|| value.parse::<i64>().ok());
            let value = number
                .flatten()
                .map_or_else(|| Value::from(value), Value::from);
            members.insert((*name).to_owned(), value);
        }
        [name, "member", _] => {
            if let Value::Array(list) = members.entry(*name).or_insert_with(|| json!([])) {
                list.push(Value::from(value));
            }
        }
        [name, "member", position, rest @ ..] => {
            let at = position.parse::<usize>().unwrap_or(1).saturating_sub(1);
            if let Value::Array(list) = members.entry(*name).or_insert_with(|| json!([])) {
                if at >= list.len() {
                    list.push(json!({}));
                }
                if let Some(Value::Object(inner)) = list.last_mut() {
                    put(inner, rest, value);
                }
            }
        }
        [name, "entry", _, "key"] => {
            if let Value::Object(map) = members.entry(*name).or_insert_with(|| json!({})) {
                map.insert(value.to_owned(), Value::Null);
            }
        }
        [name, "entry", _, "value"] => {
            let map = members.get_mut(*name).and_then(Value::as_object_mut);
            if let Some(last) = map.and_then(|map| map.values_mut().last()) {
                *last = Value::from(value);
            }
        }
        _ => {
            members.insert(path.join("."), Value::from(value));
        }
    }
}

/// Scheme and host, path and query of a URL.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let rest = url.split_once("://")?.1;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Some((host, path, query))
}

fn s3(call: &mut Call, exchange: &Exchange) -> Option<()> {
    let (host, path, query) = parts(&exchange.request.url)?;
    let members = &mut call.members;
    let (bucket, key) = match host.split_once(".s3.") {
        Some((bucket, _)) => (bucket.to_owned(), path.trim_start_matches('/')),
        None => {
            let path = path.trim_start_matches('/');
            let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
            (bucket.to_owned(), key)
        }
    };
    members.insert("Bucket".to_owned(), Value::from(bucket));
    let key = percent_decode(key).ok()?;
    if !key.is_empty() {
        members.insert("Key".to_owned(), Value::from(key));
    }
    let form = Form::parse(query).ok()?;
    for (name, member) in [
        ("prefix", "Prefix"),
        ("delimiter", "Delimiter"),
        ("max-keys", "MaxKeys"),
        ("continuation-token", "ContinuationToken"),
        ("start-after", "StartAfter"),
    ] {
        if let Some(value) = form.get(name) {
            put(members, &[member], value);
        }
    }
    for (name, value) in &exchange.request.headers {
        let member = match name.to_ascii_lowercase().as_str() {
            "content-type" => "ContentType",
            "range" => "Range",
            "if-none-match" => "IfNoneMatch",
            _ => continue,
        };
        members.insert(member.to_owned(), Value::from(value.as_str()));
    }
    if exchange.request.method == "PUT" {
        let body = exchange.request.body.text().unwrap_or_default();
        call.payload = Some(("Body", body.to_owned()));
    }
    Some(())
}

fn by_path(call: &mut Call, exchange: &Exchange) -> Option<()> {
    let known = |(service, operation, _): &&(&str, &str, &str)| {
        *service == call.service && *operation == call.operation
    };
    let (_, _, template) = PATHS.iter().find(known)?;
    let (template, names) = template.split_once('?').unwrap_or((template, ""));
    let (_, path, query) = parts(&exchange.request.url)?;
    for (wanted, found) in template.split('/').zip(path.split('/')) {
        let member = wanted.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        if let Some(member) = member {
            let value = percent_decode(found).ok()?;
            call.members.insert(member.to_owned(), Value::from(value));
        }
    }
    let query = Form::parse(query).ok()?;
    for (name, member) in names.split('&').filter_map(|it| it.split_once('=')) {
        if let Some(value) = query.get(name) {
            put(&mut call.members, &[member], value);
        }
    }
    let body = exchange.request.body.text().unwrap_or_default();
    if call.operation == "Invoke" {
        call.payload = Some(("Payload", body.to_owned()));
    } else if let Ok(Value::Object(members)) = serde_json::from_str(body) {
        call.members.extend(members);
    }
    Some(())
}
