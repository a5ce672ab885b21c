//! What the functions of a world do. Each is a small program given as data: an event in, a value
//! or an error out. Those that read or write a table do it in [`super::tables`].

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A function's program.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// Gives the event back
    Echo,
    /// Always gives this
    Constant(Value),
    /// Always fails, saying this
    Fail(String),
    /// Tells a caller of an API or a website who it takes the caller for
    WhoAmI,
    /// Reads one item of a DynamoDB table
    TableLookup(TableAccess),
    /// Writes one item into a DynamoDB table: a profile after sign-up. The event goes back
    TableWrite {
        /// Which item
        place: TableAccess,
        /// Further attributes, by where their value is in the event
        attributes: BTreeMap<String, String>,
    },
    /// User pool, pre token generation: adds claims to the ID token and leaves some out
    CustomClaims {
        /// Claims by name
        add: BTreeMap<String, String>,
        /// Claims that are left out
        suppress: Vec<String>,
    },
    /// User pool, pre sign-up: only addresses of these domains may sign up, confirmed at once
    SignUpGate {
        /// `example.com`
        domains: Vec<String>,
    },
    /// User pool, migrate user: knows the users of an old directory
    MigrateUsers {
        /// By username
        users: BTreeMap<String, LegacyUser>,
    },
    /// Sync, sync trigger: refuses values that are too long and drops keys nobody may write
    SyncValidator {
        /// Keys that devices may not write
        read_only: Vec<String>,
        /// The longest value, in characters
        max_chars: usize,
    },
}

/// One item of a table, named by a value of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAccess {
    /// The table's name
    pub table: String,
    /// Its partition key
    pub key: String,
    /// Where in the event the key's value is: `/requestContext/authorizer/claims/sub`
    pub from: String,
}

/// A user of the directory that users come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegacyUser {
    /// The old password
    pub password: String,
    /// Attributes by name
    pub attributes: BTreeMap<String, String>,
}

/// What a function that failed says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    /// What was thrown
    pub kind: String,
    /// Its message
    pub message: String,
}

impl Thrown {
    /// An error of the usual kind.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            kind: "Error".to_owned(),
            message: message.into(),
        }
    }

    /// The payload that Lambda makes of it.
    pub fn payload(&self) -> Value {
        json!({ "errorMessage": self.message, "errorType": self.kind })
    }
}

impl Code {
    /// What the inspector says the function does.
    pub fn in_words(&self) -> String {
        match self {
            Self::Echo => "gives the event back".to_owned(),
            Self::Constant(value) => format!("gives {value}"),
            Self::Fail(message) => format!("fails: {message}"),
            Self::WhoAmI => "tells callers who they are".to_owned(),
            Self::TableLookup(place) => format!("reads {} by {}", place.table, place.from),
            Self::TableWrite { place, .. } => format!("writes {} by {}", place.table, place.from),
            Self::CustomClaims { add, .. } => {
                let names: Vec<&str> = add.keys().map(String::as_str).collect();
                format!("adds the claims {}", names.join(", "))
            }
            Self::SignUpGate { domains } => format!("lets in {}", domains.join(", ")),
            Self::MigrateUsers { users } => format!("knows {} users of old", users.len()),
            Self::SyncValidator { read_only, .. } => {
                format!("drops writes to {}", read_only.join(", "))
            }
        }
    }

    /// Runs what needs nothing but the event.
    pub(super) fn run(&self, event: &Value) -> Result<Value, Thrown> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Fail(message) => Err(Thrown::new(message.as_str())),
            Self::WhoAmI => Ok(http_answer(event, &who_am_i(event))),
            Self::CustomClaims { add, suppress } => Ok(custom_claims(event, add, suppress)),
            Self::SignUpGate { domains } => sign_up_gate(event, domains),
            Self::MigrateUsers { users } => migrate(event, users),
            Self::SyncValidator {
                read_only,
                max_chars,
            } => validate(event, read_only, *max_chars),
            Self::Echo | Self::TableLookup(_) | Self::TableWrite { .. } => Ok(event.clone()),
        }
    }
}

/// A value as an answer to whoever asked: as it is, or in the envelope that API Gateway and load
/// balancers expect of their functions.
pub(super) fn http_answer(event: &Value, value: &Value) -> Value {
    if event.get("requestContext").is_none() {
        return value.clone();
    }
    json!({
        "statusCode": 200,
        "headers": { "Content-Type": "application/json" },
        "body": value.to_string(),
    })
}

fn who_am_i(event: &Value) -> Value {
    let at = |place: &str| event.pointer(place).cloned();
    let claims = at("/requestContext/authorizer/claims")
        .or_else(|| at("/requestContext/authorizer/jwt/claims"));
    let caller = at("/requestContext/identity/userArn")
        .or_else(|| at("/requestContext/authorizer/iam/userArn"))
        .filter(|arn| !arn.is_null());
    let at_the_door = at("/headers/x-amzn-oidc-identity");
    json!({ "claims": claims, "caller": caller, "oidcIdentity": at_the_door })
}

/// The event with a changed response, as user pools and Sync want it back.
fn with_response(event: &Value, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut event = event.clone();
    if let Some(members) = event.as_object_mut() {
        let response = members
            .entry("response")
            .or_insert_with(|| Value::Object(Map::new()));
        if !response.is_object() {
            *response = Value::Object(Map::new());
        }
        if let Some(response) = response.as_object_mut() {
            change(response);
        }
    }
    event
}

fn custom_claims(event: &Value, add: &BTreeMap<String, String>, suppress: &[String]) -> Value {
    let version = event.get("version").and_then(Value::as_str);
    with_response(event, |response| {
        let (name, value) = match version {
            // The second version of the event speaks of both tokens
            Some("2") => (
                "claimsAndScopeOverrideDetails",
                json!({ "idTokenGeneration": {
                    "claimsToAddOrOverride": add, "claimsToSuppress": suppress,
                } }),
            ),
            _ => (
                "claimsOverrideDetails",
                json!({ "claimsToAddOrOverride": add, "claimsToSuppress": suppress }),
            ),
        };
        response.insert(name.to_owned(), value);
    })
}

fn sign_up_gate(event: &Value, domains: &[String]) -> Result<Value, Thrown> {
    let email = event
        .pointer("/request/userAttributes/email")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    if !domains.iter().any(|one| one.eq_ignore_ascii_case(domain)) {
        return Err(Thrown::new(format!(
            "Addresses at {domain} cannot sign up."
        )));
    }
    Ok(with_response(event, |response| {
        response.insert("autoConfirmUser".to_owned(), json!(true));
        response.insert("autoVerifyEmail".to_owned(), json!(true));
    }))
}

fn migrate(event: &Value, users: &BTreeMap<String, LegacyUser>) -> Result<Value, Thrown> {
    use crate::protocol::hash::constant_time_eq;
    let text = |place: &str| event.pointer(place).and_then(Value::as_str);
    let username = text("/userName").unwrap_or_default();
    let bad = || Thrown::new("Bad user name or password");
    let user = users.get(username).ok_or_else(bad)?;
    // A forgotten password is not asked for
    if let Some(password) = text("/request/password")
        && !constant_time_eq(password.as_bytes(), user.password.as_bytes())
    {
        return Err(bad());
    }
    Ok(with_response(event, |response| {
        response.insert("userAttributes".to_owned(), json!(user.attributes));
        response.insert("finalUserStatus".to_owned(), json!("CONFIRMED"));
        response.insert("messageAction".to_owned(), json!("SUPPRESS"));
    }))
}

/// The sync trigger gets every record of the dataset, and says which of the writes shall happen:
/// a record whose `op` it leaves out is not written.
fn validate(event: &Value, read_only: &[String], max_chars: usize) -> Result<Value, Thrown> {
    let mut event = event.clone();
    let records = event
        .get_mut("datasetRecords")
        .and_then(Value::as_object_mut);
    let Some(records) = records else {
        return Ok(event);
    };
    for (key, record) in records.iter_mut() {
        let written = record.get("op").and_then(Value::as_str) == Some("replace");
        let chars = record
            .get("newValue")
            .and_then(Value::as_str)
            .map_or(0, |value| value.chars().count());
        if written && chars > max_chars {
            let message = format!("{key} has {chars} characters, at most {max_chars} are taken");
            return Err(Thrown::new(message));
        }
        if read_only.contains(key)
            && let Some(members) = record.as_object_mut()
        {
            let old = members.get("oldValue").cloned().unwrap_or(Value::Null);
            members.insert("newValue".to_owned(), old);
            members.insert("op".to_owned(), json!("none"));
        }
    }
    Ok(event)
}
