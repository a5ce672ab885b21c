//! SignUp, ConfirmSignUp and ResendConfirmationCode: how somebody becomes a user.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::api::{Answer, internal_error, invalid_parameter, not_authorized};
use super::clients;
use super::codes::{self, Purpose};
use super::config::SignIn;
use super::input::{Input, invalid};
use super::model::{Client, Pool, Status, User};
use super::password::{MAX_PASSWORD_CHARS, PasswordRecord, check_policy, policy_in_words};
use super::triggers;
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::ledger::Source;

const API: &str = "API reference: SignUp";
const CONFIRM_API: &str = "API reference: ConfirmSignUp";
const ERRORS_GUIDE: &str = "Cognito guide: managing errors";
const POLICY_GUIDE: &str = "Cognito guide: password policy";
const MODEL: &str = "Tokentrail's model";

/// The longest username, client id and group name, in characters.
pub(super) const MAX_NAME_CHARS: usize = 128;
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

/// `SignUp`.
pub(super) fn sign_up(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_NAME_CHARS)?;
    let username = input.required("Username", MAX_NAME_CHARS)?;
    let password = input.required("Password", MAX_PASSWORD_CHARS)?;
    let mut attributes = input.attributes("UserAttributes")?;
    check_password_form(password)?;
    let hash = input.optional("SecretHash", MAX_NAME_CHARS)?;
    clients::plan(cloud, pool_id, client_id);
    cloud.ledger.plan(&[
        ("Attributes", API),
        ("Password policy", POLICY_GUIDE),
        ("Username free", ERRORS_GUIDE),
    ]);
    triggers::plan(cloud, pool_id, triggers::Kind::PreSignUp);
    let client = clients::check(cloud, pool_id, client_id)?;
    clients::check_secret_hash(cloud, &client, &[username], hash)?;
    check_attributes(cloud, pool_id, Some(username), &attributes, Writer::User)?;
    check_password(cloud, pool_id, password)?;
    check_free(cloud, pool_id, username, Writer::User)?;
    let place = (pool_id, client_id);
    let by = triggers::SignUpBy::SignUp;
    let decision = triggers::pre_sign_up(cloud, place, by, (username, &attributes))?;
    if decision.verify_email {
        attributes.push(("email_verified".to_owned(), "true".to_owned()));
    }
    let status = match decision.confirm {
        true => Status::Confirmed,
        false => Status::Unconfirmed,
    };
    let new = NewUser {
        username: username.to_owned(),
        password: Some(password.to_owned()),
        attributes,
        status,
    };
    let user = create(cloud, pool_id, new).ok_or_else(internal_error)?;
    let mut answer = json!({ "UserConfirmed": decision.confirm, "UserSub": user.sub });
    if decision.confirm {
        triggers::plan(cloud, pool_id, triggers::Kind::PostConfirmation);
        let source = "PostConfirmation_ConfirmSignUp";
        triggers::post_confirmation(cloud, place, source, &user.username)?;
    } else if let Some(details) = send_first_code(cloud, pool_id, &client, &user) {
        answer["CodeDeliveryDetails"] = details;
    }
    Ok(answer)
}

/// A password neither begins nor ends with a blank.
pub(super) fn check_password_form(password: &str) -> Result<(), AwsError> {
    if password.starts_with(char::is_whitespace) || password.ends_with(char::is_whitespace) {
        return Err(invalid(
            "Value at 'password' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: ^[\\S]+.*[\\S]+$",
        ));
    }
    Ok(())
}

/// Who writes a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    User,
    Administrator,
}

/// Attributes must be in the pool's schema; a new user (who has a name) needs the required ones.
pub(super) fn check_attributes(
    cloud: &mut Cloud,
    pool_id: &str,
    new_user: Option<&str>,
    attributes: &[(String, String)],
    writer: Writer,
) -> Result<(), AwsError> {
    let Some(pool) = cloud.user_pools.get(pool_id) else {
        return Ok(());
    };
    let fault = schema_fault(pool, attributes, writer)
        .or_else(|| new_user.and_then(|name| new_user_fault(pool, name, attributes, writer)));
    let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
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

fn off_schema(what: &str) -> AwsError {
    invalid_parameter(format!("Attributes did not conform to the schema: {what}"))
}

fn schema_fault(pool: &Pool, attributes: &[(String, String)], writer: Writer) -> Option<AwsError> {
    for (name, value) in attributes {
        let verified = matches!(name.as_str(), "email_verified" | "phone_number_verified");
        if name == "sub" || verified && writer == Writer::User {
            return Some(not_authorized(
                "A client attempted to write unauthorized attribute",
            ));
        }
        let known = match name.strip_prefix("custom:") {
            Some(name) => pool.custom.iter().any(|known| known == name),
            None => verified || STANDARD.contains(&name.as_str()),
        };
        if !known {
            let what = format!("{}: Attribute does not exist in the schema.", shorten(name));
            return Some(off_schema(&what));
        }
        if name == "email" && !is_email(value) {
            return Some(invalid_parameter("Invalid email address format."));
        }
    }
    None
}

fn new_user_fault(
    pool: &Pool,
    username: &str,
    attributes: &[(String, String)],
    writer: Writer,
) -> Option<AwsError> {
    let by_email = pool.sign_in == SignIn::Email;
    if by_email && !is_email(username) {
        return Some(invalid_parameter("Username should be an email."));
    }
    // An administrator may leave required attributes to the user's first sign-in
    if writer == Writer::Administrator {
        return None;
    }
    let given = |wanted: &String| attributes.iter().any(|(name, _)| name == wanted);
    let missing = pool
        .required
        .iter()
        .find(|name| !(given(name) || by_email && *name == "email"))?;
    Some(off_schema(&format!("{missing}: The attribute is required")))
}

/// Whether a text has the shape of an address.
pub(super) fn is_email(text: &str) -> bool {
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.split_once('@');
    clean
        && parts.is_some_and(|(name, host)| {
            !name.is_empty() && !host.contains('@') && host.contains('.') && !host.ends_with('.')
        })
}

/// Verifies a password that is to be set against the pool's policy.
pub(super) fn check_password(
    cloud: &mut Cloud,
    pool_id: &str,
    password: &str,
) -> Result<(), AwsError> {
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

/// Verifies that nobody has this name yet.
pub(super) fn check_free(
    cloud: &mut Cloud,
    pool_id: &str,
    username: &str,
    writer: Writer,
) -> Result<(), AwsError> {
    let Some(pool) = cloud.user_pools.get(pool_id) else {
        return Ok(());
    };
    let (taken, sign_in) = (pool.username_of(username).is_some(), pool.sign_in);
    let actual = if taken { "taken" } else { "free" };
    let expected = format!("no user {}", shorten(username));
    if cloud
        .ledger
        .verify("Username free", !taken, expected, actual)
    {
        return Ok(());
    }
    let message = match (sign_in, writer) {
        (SignIn::Username, Writer::User) => "User already exists",
        (SignIn::Username, Writer::Administrator) => "User account already exists",
        (SignIn::Email, _) => "An account with the given email already exists.",
    };
    Err(AwsError::new("UsernameExistsException", 400, message))
}

/// Somebody who is to become a user.
pub(super) struct NewUser {
    /// As typed: username, or address in a pool with e-mail sign-in
    pub username: String,
    pub password: Option<String>,
    pub attributes: Vec<(String, String)>,
    pub status: Status,
}

/// Everything was verified: the user comes into being. Returns the username.
pub(super) fn create(cloud: &mut Cloud, pool_id: &str, new: NewUser) -> Option<User> {
    let sign_in = cloud.user_pools.get(pool_id)?.sign_in;
    let sub = cloud.fresh("user-pool/sub").uuid();
    let username = match sign_in {
        SignIn::Username => new.username.clone(),
        SignIn::Email => sub.clone(),
    };
    let password = new
        .password
        .map(|password| password_record(cloud, pool_id, &username, &password));
    let mut attributes: indexmap::IndexMap<String, String> = new.attributes.into_iter().collect();
    if sign_in == SignIn::Email {
        attributes.entry("email".to_owned()).or_insert(new.username);
    }
    if attributes.contains_key("email") {
        attributes
            .entry("email_verified".to_owned())
            .or_insert_with(|| "false".to_owned());
    }
    let now = cloud.now();
    let user = User {
        sources: sources(cloud, &attributes, sign_in),
        password,
        username,
        sub,
        status: new.status,
        enabled: true,
        attributes,
        created_at: now,
        changed_at: now,
        ..User::default()
    };
    cloud.user_pools.get_mut(pool_id)?.put_user(user.clone());
    Some(user)
}

/// What is kept of a new password.
pub(super) fn password_record(
    cloud: &mut Cloud,
    pool_id: &str,
    username: &str,
    password: &str,
) -> PasswordRecord {
    let salt = cloud.fresh("user-pool/salt");
    let suffix = pool_id
        .split_once('_')
        .map_or(pool_id, |(_, suffix)| suffix);
    PasswordRecord::new(salt, suffix, username, password)
}

/// Brings somebody over whom only the pool's function knows. Says whether that happened.
pub(super) fn migrate(
    cloud: &mut Cloud,
    place: (&str, &str),
    (typed, password): (&str, Option<&str>),
) -> bool {
    let Some(found) = triggers::migrate_user(cloud, place, (typed, password)) else {
        return false;
    };
    let status = match found.confirmed {
        true => Status::Confirmed,
        false => Status::ResetRequired,
    };
    let new = NewUser {
        username: typed.to_owned(),
        password: password.map(str::to_owned),
        attributes: found.attributes,
        status,
    };
    create(cloud, place.0, new).is_some()
}

/// Sends the first code, where the pool does so and there is an address.
fn send_first_code(
    cloud: &mut Cloud,
    pool_id: &str,
    client: &Client,
    user: &User,
) -> Option<Value> {
    let sends = cloud.user_pools.get(pool_id)?.auto_verify_email;
    let email = user.attributes.get("email").filter(|_| sends)?;
    let whom = (client.name.as_str(), user.username.as_str(), email.as_str());
    Some(codes::send(cloud, pool_id, Purpose::SignUp, whom))
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
    ]);
    codes::plan(cloud, Purpose::SignUp);
    triggers::plan(cloud, pool_id, triggers::Kind::PostConfirmation);
    let client = clients::check(cloud, pool_id, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    let user = find_user(cloud, pool_id, typed).ok_or_else(|| match client.hides_users {
        true => codes::expired(),
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
    codes::check(cloud, pool_id, (&user, Purpose::SignUp), code)?;
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(&user.username)) {
        user.status = Status::Confirmed;
        user.confirmation = None;
        if let Some(verified) = user.attributes.get_mut("email_verified") {
            "true".clone_into(verified);
        }
    }
    codes::spend(cloud, code);
    let source = "PostConfirmation_ConfirmSignUp";
    triggers::post_confirmation(cloud, (pool_id, client_id), source, &user.username)?;
    Ok(json!({}))
}

/// The user that a person means, as a check.
pub(super) fn find_user(cloud: &mut Cloud, pool_id: &str, typed: &str) -> Option<User> {
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
        let details = codes::simulated_delivery(typed);
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
    let whom = (client.name.as_str(), user.username.as_str(), email.as_str());
    let details = codes::send(cloud, pool_id, Purpose::SignUp, whom);
    Ok(json!({ "CodeDeliveryDetails": details }))
}

/// Nobody of that name, where the client does not hide it.
pub(super) fn unknown_user() -> AwsError {
    AwsError::new(
        "UserNotFoundException",
        400,
        "Username/client id combination not found.",
    )
}
