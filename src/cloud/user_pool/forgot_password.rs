//! ForgotPassword and ConfirmForgotPassword: a code to the address on file buys a new password.

use serde_json::{Value, json};

use super::api::{Answer, invalid_parameter, not_authorized};
use super::clients;
use super::codes::{self, Purpose};
use super::input::Input;
use super::model::{Client, Status, User};
use super::password::{Attempts, MAX_PASSWORD_CHARS};
use super::sign_up::{self, MAX_NAME_CHARS, unknown_user};
use super::triggers;
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::protocol::time::{Moment, Span};

const ERRORS_GUIDE: &str = "Cognito guide: managing errors";
const RECOVERY_GUIDE: &str = "Cognito guide: recovering accounts; the number is Tokentrail's model";
const POLICY_GUIDE: &str = "Cognito guide: password policy";
const API: &str = "API reference: ForgotPassword";
/// Codes that may be asked for within [`WINDOW`].
const MAX_REQUESTS: u32 = 5;
/// How long requests are counted together.
const WINDOW: Span = Span::from_hours(1);

/// How often a user asked for a code of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Requests {
    since: Moment,
    count: u32,
}

impl Requests {
    fn left(self, now: Moment) -> bool {
        self.count < MAX_REQUESTS || now - self.since >= WINDOW
    }

    fn add(&mut self, now: Moment) {
        if self.count == 0 || now - self.since >= WINDOW {
            *self = Self {
                since: now,
                count: 0,
            };
        }
        self.count += 1;
    }
}

/// `ForgotPassword`.
pub(super) fn forgot_password(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_NAME_CHARS)?;
    let typed = input.required("Username", MAX_NAME_CHARS)?;
    let hash = input.optional("SecretHash", MAX_NAME_CHARS)?;
    clients::plan(cloud, pool_id, client_id);
    triggers::plan(cloud, pool_id, triggers::Kind::UserMigration);
    cloud.ledger.plan(&[
        ("User exists", ERRORS_GUIDE),
        ("Password can be reset", API),
        ("Verified address", API),
        ("Requests left", RECOVERY_GUIDE),
    ]);
    let client = clients::check(cloud, pool_id, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    let Some(user) = find(cloud, pool_id, &client, typed) else {
        return hidden(&client, typed, unknown_user());
    };
    check_state(cloud, &user)?;
    let email = match check_address(cloud, &user) {
        Ok(email) => email,
        Err(error) => return hidden(&client, typed, error),
    };
    check_requests(cloud, &user)?;
    let now = cloud.now();
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(&user.username)) {
        user.reset_requests.add(now);
    }
    let whom = (client.name.as_str(), user.username.as_str(), email.as_str());
    let details = codes::send(cloud, pool_id, Purpose::Reset, whom);
    Ok(json!({ "CodeDeliveryDetails": details }))
}

/// The user, perhaps brought over from elsewhere just now.
fn find(cloud: &mut Cloud, pool_id: &str, client: &Client, typed: &str) -> Option<User> {
    let pool = cloud.user_pools.get(pool_id)?;
    if pool.username_of(typed).is_none() {
        sign_up::migrate(cloud, (pool_id, &client.id), (typed, None));
    } else {
        triggers::skip(cloud, triggers::Kind::UserMigration);
    }
    sign_up::find_user(cloud, pool_id, typed)
}

/// Where the client hides who exists, nobody learns why nothing was sent.
fn hidden(client: &Client, typed: &str, error: AwsError) -> Answer {
    match client.hides_users {
        true => Ok(json!({ "CodeDeliveryDetails": codes::simulated_delivery(typed) })),
        false => Err(error),
    }
}

fn check_state(cloud: &mut Cloud, user: &User) -> Result<(), AwsError> {
    let has_own = !matches!(
        user.status,
        Status::ForceChangePassword | Status::ExternalProvider
    );
    let expected = "a user with a password of their own";
    match cloud.ledger.verify(
        "Password can be reset",
        has_own,
        expected,
        user.status.name(),
    ) {
        true => Ok(()),
        false => Err(not_authorized(
            "User password cannot be reset in the current state.",
        )),
    }
}

/// The code goes to a verified address of a user who is let in.
fn check_address(cloud: &mut Cloud, user: &User) -> Result<String, AwsError> {
    let verified = user.attributes.get("email_verified").map(String::as_str) == Some("true");
    let email = user.attributes.get("email").filter(|_| verified).cloned();
    let actual = match (&email, user.enabled) {
        (Some(_), true) => "email_verified is true",
        (Some(_), false) => "the user is disabled",
        (None, _) => "none",
    };
    let held = email.is_some() && user.enabled;
    cloud.ledger.verify(
        "Verified address",
        held,
        "a verified e-mail address",
        actual,
    );
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    email.ok_or_else(|| {
        invalid_parameter(
            "Cannot reset password for the user as there is no registered/verified email or \
             phone_number",
        )
    })
}

fn check_requests(cloud: &mut Cloud, user: &User) -> Result<(), AwsError> {
    let left = user.reset_requests.left(cloud.now());
    let expected = format!("fewer than {MAX_REQUESTS} in an hour");
    let actual = user.reset_requests.count.to_string();
    match cloud.ledger.verify("Requests left", left, expected, actual) {
        true => Ok(()),
        false => Err(codes::too_many()),
    }
}

/// `ConfirmForgotPassword`.
pub(super) fn confirm_forgot_password(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let client_id = input.required("ClientId", MAX_NAME_CHARS)?;
    let typed = input.required("Username", MAX_NAME_CHARS)?;
    let code = input.required("ConfirmationCode", 2_048)?;
    let password = input.required("Password", MAX_PASSWORD_CHARS)?;
    sign_up::check_password_form(password)?;
    let hash = input.optional("SecretHash", MAX_NAME_CHARS)?;
    clients::plan(cloud, pool_id, client_id);
    cloud.ledger.plan(&[("User exists", ERRORS_GUIDE)]);
    cloud.ledger.plan(&[("Password policy", POLICY_GUIDE)]);
    codes::plan(cloud, Purpose::Reset);
    triggers::plan(cloud, pool_id, triggers::Kind::PostConfirmation);
    let client = clients::check(cloud, pool_id, client_id)?;
    clients::check_secret_hash(cloud, &client, &[typed], hash)?;
    let user = sign_up::find_user(cloud, pool_id, typed);
    let user = user.ok_or_else(|| match client.hides_users {
        true => codes::mismatch(),
        false => unknown_user(),
    })?;
    sign_up::check_password(cloud, pool_id, password)?;
    codes::check(cloud, pool_id, (&user, Purpose::Reset), code)?;
    set_password(cloud, pool_id, &user.username, password);
    codes::spend(cloud, code);
    let source = "PostConfirmation_ConfirmForgotPassword";
    triggers::post_confirmation(cloud, (pool_id, client_id), source, &user.username)?;
    Ok(Value::Object(serde_json::Map::new()))
}

/// A new password that the user chose; wrong tries of before are forgotten.
pub(super) fn set_password(cloud: &mut Cloud, pool_id: &str, username: &str, password: &str) {
    let record = sign_up::password_record(cloud, pool_id, username, password);
    let now = cloud.now();
    let pool = cloud.user_pools.get_mut(pool_id);
    let Some(user) = pool.and_then(|pool| pool.users.get_mut(username)) else {
        return;
    };
    user.password = Some(record);
    user.reset = None;
    user.temporary_until = None;
    user.attempts = Attempts::default();
    user.changed_at = now;
    if user.status != Status::Unconfirmed {
        user.status = Status::Confirmed;
    }
}
