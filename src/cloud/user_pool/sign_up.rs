//! SignUp, ConfirmSignUp and ResendConfirmationCode: how somebody becomes a user.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::{Answer, invalid_parameter, not_authorized};
use super::clients;
use super::config::SignIn;
use super::input::{Input, invalid};
use super::model::{Client, Confirmation, Pool, Status, User};
use super::password::{
    Attempts, MAX_PASSWORD_CHARS, PasswordRecord, check_policy, policy_in_words,
};
use super::tokens::actor_of;
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::ledger::{ArtifactKind, Mint, Source};
use crate::protocol::hash::constant_time_eq;
use crate::protocol::time::Span;

const API: &str = "API reference: SignUp";
const CONFIRM_API: &str = "API reference: ConfirmSignUp";
const ERRORS_GUIDE: &str = "Cognito guide: managing errors";
const POLICY_GUIDE: &str = "Cognito guide: password policy";
const MODEL: &str = "Tokentrail's model";

/// How long a sign-up code is valid.
const CODE_VALIDITY: Span = Span::from_hours(24);
/// Digits of a code.
const CODE_DIGITS: usize = 6;
/// Wrong codes until a new one must be asked for. The number is Tokentrail's model.
const MAX_WRONG_CODES: u32 = 5;
/// The longest username and client id, in characters.
const MAX_NAME_CHARS: usize = 128;
/// Attributes that every pool has; others are `custom:`.
const STANDARD: [&str; 17] = [
    "address",
    "birthdate",
    "email",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// What somebody signs up with.
struct NewUser {
    username: String,
    password: String,
    attributes: Vec<(String, String)>,
}

/// `SignUp`.
pub(super) fn sign_up(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_NAME_CHARS)?;
    let new = NewUser {
        username: input.required("Username", MAX_NAME_CHARS)?.to_owned(),
        password: input.required("Password", MAX_PASSWORD_CHARS)?.to_owned(),
        attributes: input.attributes("UserAttributes")?,
    };
    if new.password.starts_with(char::is_whitespace) || new.password.ends_with(char::is_whitespace)
    {
        return Err(invalid(
            "Value at 'password' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: ^[\\S]+.*[\\S]+$",
        ));
    }
    let hash = input.optional("SecretHash", MAX_NAME_CHARS)?;
    clients::plan(cloud, pool_id, client_id);
    cloud.ledger.plan(&[
        ("Attributes", API),
        ("Password policy", POLICY_GUIDE),
        ("Username free", ERRORS_GUIDE),
    ]);
    let client = clients::check(cloud, pool_id, client_id)?;
    clients::check_secret_hash(cloud, &client, &[&new.username], hash)?;
    check_attributes(cloud, pool_id, &new)?;
    check_password(cloud, pool_id, &new.password)?;
    check_free(cloud, pool_id, &new)?;
    Ok(create(cloud, pool_id, &client, new))
}

fn check_attributes(cloud: &mut Cloud, pool_id: &str, new: &NewUser) -> Result<(), AwsError> {
    let Some(pool) = cloud.user_pools.get(pool_id) else {
        return Ok(());
    };
    let fault = attribute_fault(pool, new);
    let names: Vec<&str> = new
        .attributes
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let actual = if names.is_empty() {
        "none".to_owned()
    } else {
        shorten(&names.join(", "))
    };
    cloud.ledger.verify(
        "Attributes",
        fault.is_none(),
        "attributes of this pool's schema",
        actual,
    );
    fault.map_or(Ok(()), Err)
}

fn attribute_fault(pool: &Pool, new: &NewUser) -> Option<AwsError> {
    let schema = |what: String| {
        Some(invalid_parameter(format!(
            "Attributes did not conform to the schema: {what}"
        )))
    };
    for (name, value) in &new.attributes {
        let custom = name.strip_prefix("custom:");
        if matches!(
            name.as_str(),
            "email_verified" | "phone_number_verified" | "sub"
        ) {
            return Some(not_authorized(
                "A client attempted to write unauthorized attribute",
            ));
        }
        let known = match custom {
            Some(name) => pool.custom.iter().any(|known| known == name),
            None => STANDARD.contains(&name.as_str()),
        };
        if !known {
            let what = format!("{}: Attribute does not exist in the schema.", shorten(name));
            return schema(what);
        }
        if name == "email" && !is_email(value) {
            return Some(invalid_parameter("Invalid email address format."));
        }
    }
    let given = |wanted: &String| new.attributes.iter().any(|(name, _)| name == wanted);
    if pool.sign_in == SignIn::Email && !is_email(&new.username) {
        return Some(invalid_parameter("Username should be an email."));
    }
    let by_username = |name: &String| pool.sign_in == SignIn::Email && name == "email";
    let missing = pool
        .required
        .iter()
        .find(|name| !given(name) && !by_username(name))?;
    schema(format!("{missing}: The attribute is required"))
}

/// Whether a text has the shape of an address.
fn is_email(text: &str) -> bool {
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.split_once('@');
    clean
        && parts.is_some_and(|(name, host)| {
            !name.is_empty() && !host.contains('@') && host.contains('.') && !host.ends_with('.')
        })
}

fn check_password(cloud: &mut Cloud, pool_id: &str, password: &str) -> Result<(), AwsError> {
    let Some(policy) = cloud.user_pools.get(pool_id).map(|pool| pool.policy) else {
        return Ok(());
    };
    let checked = check_policy(&policy, password);
    let actual = match &checked {
        Ok(()) => "conforms".to_owned(),
        Err(error) => error
            .message
            .rsplit(": ")
            .next()
            .unwrap_or_default()
            .to_owned(),
    };
    cloud.ledger.verify(
        "Password policy",
        checked.is_ok(),
        policy_in_words(&policy),
        actual,
    );
    checked
}

fn check_free(cloud: &mut Cloud, pool_id: &str, new: &NewUser) -> Result<(), AwsError> {
    let Some(pool) = cloud.user_pools.get(pool_id) else {
        return Ok(());
    };
    let (taken, sign_in) = (pool.username_of(&new.username).is_some(), pool.sign_in);
    let actual = if taken { "taken" } else { "free" };
    let expected = format!("no user {}", shorten(&new.username));
    if cloud
        .ledger
        .verify("Username free", !taken, expected, actual)
    {
        return Ok(());
    }
    let message = match sign_in {
        SignIn::Username => "User already exists",
        SignIn::Email => "An account with the given email already exists.",
    };
    Err(AwsError::new("UsernameExistsException", 400, message))
}

/// Everything was verified: the user comes into being, and the code is sent.
fn create(cloud: &mut Cloud, pool_id: &str, client: &Client, new: NewUser) -> Value {
    let Some(pool) = cloud.user_pools.get(pool_id) else {
        return json!({});
    };
    let (sign_in, sends) = (pool.sign_in, pool.auto_verify_email);
    let suffix = pool.suffix().to_owned();
    let sub = cloud.fresh("user-pool/sub").uuid();
    let username = match sign_in {
        SignIn::Username => new.username.clone(),
        SignIn::Email => sub.clone(),
    };
    let salt = cloud.fresh("user-pool/salt");
    let mut attributes: indexmap::IndexMap<String, String> = new.attributes.into_iter().collect();
    if sign_in == SignIn::Email {
        attributes
            .entry("email".to_owned())
            .or_insert_with(|| new.username.clone());
    }
    if attributes.contains_key("email") {
        attributes.insert("email_verified".to_owned(), "false".to_owned());
    }
    let email = attributes.get("email").filter(|_| sends).cloned();
    let user = User {
        sources: sources(cloud, &attributes, sign_in),
        password: Some(PasswordRecord::new(salt, &suffix, &username, &new.password)),
        username: username.clone(),
        sub: sub.clone(),
        status: Status::Unconfirmed,
        enabled: true,
        attributes,
        identities: Vec::new(),
        groups: BTreeSet::new(),
        attempts: Attempts::default(),
        confirmation: None,
    };
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.put_user(user);
    }
    let mut answer = json!({ "UserConfirmed": false, "UserSub": sub });
    if let Some(email) = email {
        answer["CodeDeliveryDetails"] = send_code(cloud, pool_id, client, &username, &email);
    }
    answer
}

/// Where a new user's values came from: the request under way.
fn sources(
    cloud: &Cloud,
    attributes: &indexmap::IndexMap<String, String>,
    sign_in: SignIn,
) -> BTreeMap<String, Source> {
    let member = |member: String| match cloud.ledger.current() {
        Some(exchange) => Source::Message { exchange, member },
        None => Source::World { place: member },
    };
    let random = Source::Random {
        stream: "user-pool/sub".to_owned(),
    };
    let username = match sign_in {
        SignIn::Username => member("Username".to_owned()),
        SignIn::Email => random.clone(),
    };
    let own = [
        ("sub".to_owned(), random),
        ("cognito:username".to_owned(), username),
    ];
    let given = attributes
        .keys()
        .map(|name| (name.clone(), member(format!("UserAttributes.{name}"))));
    own.into_iter().chain(given).collect()
}

/// Makes a code and delivers it to whoever reads that address.
fn send_code(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    username: &str,
    email: &str,
) -> Value {
    let stream = "user-pool/confirmation-code";
    let code = cloud.fresh(stream).digits(CODE_DIGITS);
    let expires_at = cloud.now() + CODE_VALIDITY;
    let mint = Mint::text(
        ArtifactKind::ConfirmationCode,
        "Confirmation code",
        code.clone(),
    )
    .expiring(expires_at)
    .fact("user", username)
    .fact("sent to", email)
    .fact("app client", client.name.clone())
    .origin(
        "code",
        code.clone(),
        Source::Random {
            stream: stream.to_owned(),
        },
    );
    let actor = actor_of(cloud, pool_id);
    let artifact = cloud.mint(&actor, mint);
    if let Some(person) = cloud.people.with_email(email).cloned() {
        let now = cloud.now();
        cloud.ledger.lose(&actor, artifact, now);
        cloud.ledger.gain(&person, artifact, now);
        cloud.note_state(&person);
    }
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(username)) {
        user.confirmation = Some(Confirmation {
            code,
            expires_at,
            failed: 0,
        });
    }
    json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": masked(email) })
}

/// `a***@e***`.
fn masked(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let first = |text: &str| text.chars().take(1).collect::<String>();
    format!("{}***@{}***", first(name), first(host))
}

/// `ConfirmSignUp`.
pub(super) fn confirm_sign_up(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_NAME_CHARS)?;
    let typed = input.required("Username", MAX_NAME_CHARS)?;
    let code = input.required("ConfirmationCode", 2_048)?;
    let hash = input.optional("SecretHash", MAX_NAME_CHARS)?;
    clients::plan(cloud, pool_id, client_id);
    cloud.ledger.plan(&[
        ("User exists", ERRORS_GUIDE),
        ("Not confirmed yet", CONFIRM_API),
        ("Attempts left", MODEL),
        ("Code not expired", CONFIRM_API),
        ("Code", CONFIRM_API),
    ]);
    let client = clients::check(cloud, pool_id, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    let user = find_user(cloud, pool_id, typed).ok_or_else(|| match client.hides_users {
        true => expired_code(),
        false => unknown_user(),
    })?;
    let waiting = user.status == Status::Unconfirmed;
    if !cloud.ledger.verify(
        "Not confirmed yet",
        waiting,
        "UNCONFIRMED",
        user.status.name(),
    ) {
        let status = user.status.name();
        let message = format!("User cannot be confirmed. Current status is {status}");
        return Err(not_authorized(message));
    }
    check_code(cloud, pool_id, &user, code)?;
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(&user.username)) {
        user.status = Status::Confirmed;
        user.confirmation = None;
        if let Some(verified) = user.attributes.get_mut("email_verified") {
            "true".clone_into(verified);
        }
    }
    spend_code(cloud, code);
    Ok(json!({}))
}

fn find_user(cloud: &mut Cloud, pool_id: &str, typed: &str) -> Option<User> {
    let pool = cloud.user_pools.get(pool_id)?;
    let user = pool
        .username_of(typed)
        .and_then(|name| pool.users.get(name))
        .cloned();
    let actual = shorten(typed);
    cloud
        .ledger
        .verify("User exists", user.is_some(), "a user of this pool", actual);
    user
}

/// A wrong code is counted; after too many only a new code helps.
fn check_code(cloud: &mut Cloud, pool_id: &str, user: &User, code: &str) -> Result<(), AwsError> {
    let failed = user.confirmation.as_ref().map_or(0, |sent| sent.failed);
    let expected = format!("fewer than {MAX_WRONG_CODES} wrong codes");
    let left = failed < MAX_WRONG_CODES;
    if !cloud
        .ledger
        .verify("Attempts left", left, expected, failed.to_string())
    {
        let message = "Attempt limit exceeded, please try after some time.";
        return Err(AwsError::new("LimitExceededException", 400, message));
    }
    let now = cloud.now();
    let sent = user.confirmation.as_ref();
    let fresh = sent.is_some_and(|sent| now < sent.expires_at);
    let expected = match sent {
        Some(sent) => format!("before {}", sent.expires_at.iso8601()),
        None => "a code was sent".to_owned(),
    };
    if !cloud
        .ledger
        .verify("Code not expired", fresh, expected, now.iso8601())
    {
        return Err(expired_code());
    }
    let same = sent.is_some_and(|sent| constant_time_eq(sent.code.as_bytes(), code.as_bytes()));
    let actual = if same { "that code" } else { "another code" };
    if cloud
        .ledger
        .verify("Code", same, "the code that was sent", actual)
    {
        return Ok(());
    }
    let pool = cloud.user_pools.get_mut(pool_id);
    let user = pool.and_then(|pool| pool.users.get_mut(&user.username));
    if let Some(sent) = user.and_then(|user| user.confirmation.as_mut()) {
        sent.failed += 1;
    }
    let message = "Invalid verification code provided, please try again.";
    Err(AwsError::new("CodeMismatchException", 400, message))
}

/// A code that did its work is worth nothing any more.
fn spend_code(cloud: &mut Cloud, code: &str) {
    if let Some(artifact) = cloud.ledger.find_artifact(code) {
        cloud.spend(artifact);
    }
}

/// `ResendConfirmationCode`.
pub(super) fn resend_confirmation_code(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_NAME_CHARS)?;
    let typed = input.required("Username", MAX_NAME_CHARS)?;
    let hash = input.optional("SecretHash", MAX_NAME_CHARS)?;
    clients::plan(cloud, pool_id, client_id);
    cloud
        .ledger
        .plan(&[("User exists", ERRORS_GUIDE), ("Not confirmed yet", MODEL)]);
    let client = clients::check(cloud, pool_id, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    let Some(user) = find_user(cloud, pool_id, typed) else {
        // An unknown user is answered like a known one, and nothing is sent
        let details = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL",
                              "Destination": masked("x@x") });
        return match client.hides_users {
            true => Ok(json!({ "CodeDeliveryDetails": details })),
            false => Err(unknown_user()),
        };
    };
    let waiting = user.status == Status::Unconfirmed;
    if !cloud.ledger.verify(
        "Not confirmed yet",
        waiting,
        "UNCONFIRMED",
        user.status.name(),
    ) {
        return Err(invalid_parameter("User is already confirmed."));
    }
    let Some(email) = user.attributes.get("email") else {
        return Err(invalid_parameter("Auto verification not turned on."));
    };
    let old = user.confirmation.as_ref().map(|sent| sent.code.clone());
    if let Some(old) = old {
        spend_code(cloud, &old);
    }
    let details = send_code(cloud, pool_id, &client, &user.username, email);
    Ok(json!({ "CodeDeliveryDetails": details }))
}

fn expired_code() -> AwsError {
    let message = "Invalid code provided, please request a code again.";
    AwsError::new("ExpiredCodeException", 400, message)
}

fn unknown_user() -> AwsError {
    AwsError::new(
        "UserNotFoundException",
        400,
        "Username/client id combination not found.",
    )
}
