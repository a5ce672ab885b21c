//! `AdminCreateUser`: a user with a temporary password, and the invitation.

use serde_json::json;

use super::super::api::{Answer, internal_error};
use super::super::config::SignIn;
use super::super::forgot_password::set_password;
use super::super::input::{Input, invalid};
use super::super::model::{Status, User};
use super::super::password::MAX_PASSWORD_CHARS;
use super::super::sign_up::{self, MAX_NAME_CHARS, NewUser, Writer};
use super::super::tokens::actor_of;
use super::super::{codes, triggers};
use super::{TEMPORARY_VALIDITY, USER_API, change, check_user, described};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::ledger::{ArtifactKind, Mint, Source};
use crate::protocol::random::Stream;

const POLICY_GUIDE: &str = "Cognito guide: password policy";
const CREATE_API: &str = "API reference: AdminCreateUser";
/// Characters that generated passwords draw one kind after the other from.
const PASSWORD_KINDS: [&str; 4] = [
    "abcdefghijkmnopqrstuvwxyz",
    "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "23456789",
    "!@#%&*",
];
/// Characters of each kind in a generated password.
const PER_KIND: usize = 3;

/// What AdminCreateUser does about the invitation.
fn message_action(input: &Input) -> Result<Option<&str>, AwsError> {
    match input.text("MessageAction")? {
        None => Ok(None),
        Some(action @ ("RESEND" | "SUPPRESS")) => Ok(Some(action)),
        Some(other) => Err(invalid(&format!(
            "Value '{}' at 'messageAction' failed to satisfy constraint: Member must satisfy enum \
             value set: [RESEND, SUPPRESS]",
            shorten(other)
        ))),
    }
}

/// `AdminCreateUser`: a user with a temporary password, which goes out by e-mail.
pub(super) fn create_user(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let typed = input.required("Username", MAX_NAME_CHARS)?;
    let attributes = input.attributes("UserAttributes")?;
    let given = input.optional("TemporaryPassword", MAX_PASSWORD_CHARS)?;
    let action = message_action(input)?;
    let password = match given {
        Some(password) => {
            sign_up::check_password_form(password)?;
            password.to_owned()
        }
        None => generated(cloud.fresh("user-pool/temporary-password")),
    };
    if action == Some("RESEND") {
        return resend(cloud, pool_id, typed, &password);
    }
    cloud.ledger.plan(&[
        ("Attributes", CREATE_API),
        ("Password policy", POLICY_GUIDE),
        ("Username free", CREATE_API),
    ]);
    triggers::plan(cloud, pool_id, triggers::Kind::PreSignUp);
    let by = Writer::Administrator;
    sign_up::check_attributes(cloud, pool_id, Some(typed), &attributes, by)?;
    sign_up::check_password(cloud, pool_id, &password)?;
    sign_up::check_free(cloud, pool_id, typed, by)?;
    check_address(cloud, pool_id, &attributes)?;
    let place = (pool_id, "CLIENT_ID_NOT_APPLICABLE");
    let way = triggers::SignUpBy::AdminCreateUser;
    triggers::pre_sign_up(cloud, place, way, (typed, &attributes))?;
    let new = NewUser {
        username: typed.to_owned(),
        password: Some(password.clone()),
        attributes,
        status: Status::ForceChangePassword,
    };
    let user = sign_up::create(cloud, pool_id, new);
    let user = user.ok_or_else(internal_error)?;
    let until = cloud.now() + TEMPORARY_VALIDITY;
    change(cloud, pool_id, &user, |user| {
        user.temporary_until = Some(until);
    });
    if action.is_none() {
        invite(cloud, pool_id, &user, &password);
    }
    Ok(json!({ "User": described(&user, "Attributes") }))
}

/// In a pool with e-mail sign-in the address attribute must be free as well.
fn check_address(
    cloud: &Cloud,
    pool_id: &str,
    attributes: &[(String, String)],
) -> Result<(), AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let taken = pool.is_some_and(|pool| {
        let mut emails = attributes.iter().filter(|(name, _)| name == "email");
        pool.sign_in == SignIn::Email && emails.any(|(_, v)| pool.username_of(v).is_some())
    });
    match taken {
        false => Ok(()),
        true => Err(AwsError::new(
            "UsernameExistsException",
            400,
            "An account with the given email already exists.",
        )),
    }
}

/// RESEND: a user who has not signed in yet gets another temporary password.
fn resend(cloud: &mut Cloud, pool_id: &str, typed: &str, password: &str) -> Answer {
    cloud.ledger.plan(&[
        ("User exists", USER_API),
        ("Still invited", CREATE_API),
        ("Password policy", POLICY_GUIDE),
    ]);
    let user = check_user(cloud, pool_id, typed)?;
    let waiting = user.status == Status::ForceChangePassword;
    let expected = "FORCE_CHANGE_PASSWORD";
    if !cloud
        .ledger
        .verify("Still invited", waiting, expected, user.status.name())
    {
        return Err(AwsError::new(
            "UnsupportedUserStateException",
            400,
            "Resend not possible. User status is not FORCE_CHANGE_PASSWORD",
        ));
    }
    sign_up::check_password(cloud, pool_id, password)?;
    set_password(cloud, pool_id, &user.username, password);
    let until = cloud.now() + TEMPORARY_VALIDITY;
    change(cloud, pool_id, &user, |user| {
        user.status = Status::ForceChangePassword;
        user.temporary_until = Some(until);
    });
    invite(cloud, pool_id, &user, password);
    Ok(json!({ "User": described(&user, "Attributes") }))
}

/// Delivers the temporary password.
fn invite(cloud: &mut Cloud, pool_id: &str, user: &User, password: &str) {
    let Some(email) = user.attributes.get("email") else {
        return;
    };
    let source = match cloud.ledger.current() {
        Some(exchange) => Source::Message {
            exchange,
            member: "TemporaryPassword".to_owned(),
        },
        None => Source::World {
            place: "TemporaryPassword".to_owned(),
        },
    };
    let mint = Mint::text(
        ArtifactKind::ConfirmationCode,
        "Temporary password",
        password,
    )
    .expiring(cloud.now() + TEMPORARY_VALIDITY)
    .fact("user", user.username.clone())
    .fact("sent to", email.clone())
    .origin("password", password, source);
    let actor = actor_of(cloud, pool_id);
    let artifact = cloud.mint(&actor, mint);
    codes::deliver(cloud, pool_id, artifact, email);
}

/// A password with characters of every kind, so that it suits every policy it is long enough for.
fn generated(mut stream: Stream) -> String {
    (0..PER_KIND)
        .flat_map(|_| PASSWORD_KINDS)
        .map(|kind| stream.from_alphabet(kind, 1))
        .collect()
}
