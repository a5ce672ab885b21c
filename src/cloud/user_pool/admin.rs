//! What administrators do: every request is signed, and IAM decides on the pool's ARN.

use serde_json::{Value, json};

use super::api::{Answer, invalid_parameter};
use super::config::SignIn;
use super::forgot_password::set_password;
use super::input::{Input, invalid};
use super::model::{Group, Identity, Status, User};
use super::password::MAX_PASSWORD_CHARS;
use super::sign_up::{self, MAX_NAME_CHARS, NewUser, Writer};
use super::tokens::actor_of;
use super::{codes, sessions, triggers};
use crate::cloud::access::{self, Ask, PERMISSIONS_CHECK};
use crate::cloud::aws::{AwsError, Wire, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::ledger::{ArtifactKind, Mint, Source};
use crate::cloud::{Cloud, REGION};
use crate::policy::RequestContext;
use crate::protocol::message::Request;
use crate::protocol::random::Stream;
use crate::protocol::time::{Moment, Span};

const POOL_API: &str = "API reference: UserPoolId";
const USER_API: &str = "API reference: Username";
const QUOTAS: &str = "Cognito guide: quotas";
const CREATE_API: &str = "API reference: AdminCreateUser";
const GROUP_API: &str = "API reference: CreateGroup";
const LINK_API: &str = "API reference: AdminLinkProviderForUser";
const POLICY_GUIDE: &str = "Cognito guide: password policy";
/// The longest pool id, in characters.
const MAX_POOL_ID_CHARS: usize = 55;
/// The most groups a user can be in, and a pool can have.
const MAX_GROUPS_OF_USER: usize = 100;
const MAX_GROUPS_OF_POOL: usize = 10_000;
/// How long a password that an administrator chose works.
const TEMPORARY_VALIDITY: Span = Span::from_days(7);
/// Characters that generated passwords draw one kind after the other from.
const PASSWORD_KINDS: [&str; 4] = [
    "abcdefghijkmnopqrstuvwxyz",
    "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "23456789",
    "!@#%&*",
];
/// Characters of each kind in a generated password.
const PER_KIND: usize = 3;

/// An operation of administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    AddUserToGroup,
    RemoveUserFromGroup,
    CreateGroup,
    CreateUser,
    DisableUser,
    EnableUser,
    GetUser,
    LinkProvider,
    SetUserPassword,
    GlobalSignOut,
}

impl Operation {
    /// The operation of this name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "AdminAddUserToGroup" => Self::AddUserToGroup,
            "AdminRemoveUserFromGroup" => Self::RemoveUserFromGroup,
            "CreateGroup" => Self::CreateGroup,
            "AdminCreateUser" => Self::CreateUser,
            "AdminDisableUser" => Self::DisableUser,
            "AdminEnableUser" => Self::EnableUser,
            "AdminGetUser" => Self::GetUser,
            "AdminLinkProviderForUser" => Self::LinkProvider,
            "AdminSetUserPassword" => Self::SetUserPassword,
            "AdminUserGlobalSignOut" => Self::GlobalSignOut,
            _ => return None,
        })
    }

    fn is_about_a_user(self) -> bool {
        !matches!(
            self,
            Self::CreateGroup | Self::CreateUser | Self::LinkProvider
        )
    }
}

/// Verifies who signed and whether they may, then does it.
pub(super) fn answer(
    cloud: &mut Cloud,
    (operation, route): (Operation, &Route),
    request: &Request,
    input: &Input,
) -> Answer {
    let wire = Wire::Json11;
    let mut later = vec![PERMISSIONS_CHECK, ("User pool", POOL_API)];
    if operation.is_about_a_user() {
        later.push(("User exists", USER_API));
    }
    let caller = access::authenticate_then(cloud, route, request, wire, &later)?;
    let pool_id = input.required("UserPoolId", MAX_POOL_ID_CHARS)?;
    let account = cloud
        .actor(&route.to)
        .and_then(|actor| actor.account.clone())
        .unwrap_or_default();
    let ask = Ask {
        action: format!("cognito-idp:{}", route.operation),
        resource: format!("arn:aws:cognito-idp:{REGION}:{account}:userpool/{pool_id}"),
        resource_account: account,
        context: RequestContext::new(),
        resource_policy: None,
    };
    access::authorize(cloud, &caller, &ask, wire)?;
    check_pool(cloud, pool_id)?;
    if operation.is_about_a_user() {
        let typed = input.required("Username", MAX_NAME_CHARS)?;
        let user = check_user(cloud, pool_id, typed)?;
        return on_user(cloud, (operation, pool_id), &user, input);
    }
    match operation {
        Operation::CreateGroup => create_group(cloud, pool_id, input),
        Operation::LinkProvider => link_provider(cloud, pool_id, input),
        _ => create_user(cloud, pool_id, input),
    }
}

fn check_pool(cloud: &mut Cloud, pool_id: &str) -> Result<(), AwsError> {
    let known = cloud.user_pools.get(pool_id).is_some();
    let expected = "a user pool of this account";
    match cloud
        .ledger
        .verify("User pool", known, expected, shorten(pool_id))
    {
        true => Ok(()),
        false => Err(AwsError::new(
            "ResourceNotFoundException",
            400,
            format!("User pool {pool_id} does not exist."),
        )),
    }
}

fn check_user(cloud: &mut Cloud, pool_id: &str, typed: &str) -> Result<User, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let user = pool.and_then(|pool| pool.user_named(typed)).cloned();
    let expected = "a user of this pool";
    cloud
        .ledger
        .verify("User exists", user.is_some(), expected, shorten(typed));
    user.ok_or_else(|| AwsError::new("UserNotFoundException", 400, "User does not exist."))
}

fn on_user(
    cloud: &mut Cloud,
    (operation, pool_id): (Operation, &str),
    user: &User,
    input: &Input,
) -> Answer {
    match operation {
        Operation::AddUserToGroup => add_to_group(cloud, pool_id, user, input),
        Operation::RemoveUserFromGroup => remove_from_group(cloud, pool_id, user, input),
        Operation::SetUserPassword => set_user_password(cloud, pool_id, user, input),
        Operation::GetUser => Ok(described(user, "UserAttributes")),
        Operation::GlobalSignOut => {
            sessions::sign_out_everywhere(cloud, pool_id, &user.username);
            Ok(json!({}))
        }
        _ => {
            let enabled = operation == Operation::EnableUser;
            change(cloud, pool_id, user, |user| user.enabled = enabled);
            Ok(json!({}))
        }
    }
}

fn change(cloud: &mut Cloud, pool_id: &str, user: &User, how: impl FnOnce(&mut User)) {
    let now = cloud.now();
    let pool = cloud.user_pools.get_mut(pool_id);
    if let Some(user) = pool.and_then(|pool| pool.users.get_mut(&user.username)) {
        how(user);
        user.changed_at = now;
    }
}

/// Seconds with their fraction, as JSON carries times.
fn seconds(at: Moment) -> Value {
    json!(at.millis() as f64 / 1_000.0)
}

/// A user as the administrators' API describes one.
fn described(user: &User, attributes: &str) -> Value {
    let mut answer = json!({
        "Username": user.username,
        "UserCreateDate": seconds(user.created_at),
        "UserLastModifiedDate": seconds(user.changed_at),
        "Enabled": user.enabled,
        "UserStatus": user.status.name(),
    });
    answer[attributes] = json!(sessions::attributes_of(user));
    answer
}

/// `CreateGroup`.
fn create_group(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let name = input.required("GroupName", MAX_NAME_CHARS)?;
    let description = input.text("Description")?.map(str::to_owned);
    let role = input.optional("RoleArn", 2_048)?.map(str::to_owned);
    let precedence = input.number("Precedence")?;
    if role
        .as_ref()
        .is_some_and(|role| !role.starts_with("arn:") || role.len() < 20)
    {
        return Err(invalid(
            "Value at 'roleArn' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:\
             [\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?",
        ));
    }
    cloud
        .ledger
        .plan(&[("Group name free", GROUP_API), ("Groups left", QUOTAS)]);
    let groups = cloud.user_pools.get(pool_id).map(|pool| &pool.groups);
    let (taken, count) = groups.map_or((false, 0), |all| (all.contains_key(name), all.len()));
    let actual = if taken { "taken" } else { "free" };
    let expected = format!("no group {}", shorten(name));
    if !cloud
        .ledger
        .verify("Group name free", !taken, expected, actual)
    {
        let message = "A group with the name already exists.";
        return Err(AwsError::new("GroupExistsException", 400, message));
    }
    check_room(cloud, count, MAX_GROUPS_OF_POOL)?;
    let group = Group {
        role_arn: role.clone(),
        precedence,
    };
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.groups.insert(name.to_owned(), group);
    }
    let now = seconds(cloud.now());
    let mut group = json!({ "GroupName": name, "UserPoolId": pool_id,
                            "LastModifiedDate": now, "CreationDate": now });
    let optional = [
        ("Description", description.map(Value::from)),
        ("RoleArn", role.map(Value::from)),
        ("Precedence", precedence.map(Value::from)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            group[name] = value;
        }
    }
    Ok(json!({ "Group": group }))
}

fn check_room(cloud: &mut Cloud, count: usize, most: usize) -> Result<(), AwsError> {
    let expected = format!("fewer than {most}");
    match cloud
        .ledger
        .verify("Groups left", count < most, expected, count.to_string())
    {
        true => Ok(()),
        false => Err(AwsError::new(
            "LimitExceededException",
            400,
            format!("The limit of {most} groups is reached."),
        )),
    }
}

fn check_group(cloud: &mut Cloud, pool_id: &str, name: &str) -> Result<(), AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let known = pool.is_some_and(|pool| pool.groups.contains_key(name));
    let expected = "a group of this pool";
    match cloud
        .ledger
        .verify("Group exists", known, expected, shorten(name))
    {
        true => Ok(()),
        false => Err(AwsError::new(
            "ResourceNotFoundException",
            400,
            "Group not found.",
        )),
    }
}

/// `AdminAddUserToGroup`.
fn add_to_group(cloud: &mut Cloud, pool_id: &str, user: &User, input: &Input) -> Answer {
    let name = input.required("GroupName", MAX_NAME_CHARS)?;
    cloud
        .ledger
        .plan(&[("Group exists", GROUP_API), ("Groups left", QUOTAS)]);
    check_group(cloud, pool_id, name)?;
    let others = user.groups.iter().filter(|group| *group != name).count();
    check_room(cloud, others, MAX_GROUPS_OF_USER)?;
    change(cloud, pool_id, user, |user| {
        user.groups.insert(name.to_owned());
    });
    Ok(json!({}))
}

/// `AdminRemoveUserFromGroup`.
fn remove_from_group(cloud: &mut Cloud, pool_id: &str, user: &User, input: &Input) -> Answer {
    let name = input.required("GroupName", MAX_NAME_CHARS)?;
    cloud.ledger.plan(&[("Group exists", GROUP_API)]);
    check_group(cloud, pool_id, name)?;
    change(cloud, pool_id, user, |user| {
        user.groups.remove(name);
    });
    Ok(json!({}))
}

/// `AdminSetUserPassword`.
fn set_user_password(cloud: &mut Cloud, pool_id: &str, user: &User, input: &Input) -> Answer {
    let password = input.required("Password", MAX_PASSWORD_CHARS)?;
    let permanent = input.flag("Permanent")?.unwrap_or(false);
    sign_up::check_password_form(password)?;
    cloud.ledger.plan(&[("Password policy", POLICY_GUIDE)]);
    sign_up::check_password(cloud, pool_id, password)?;
    set_password(cloud, pool_id, &user.username, password);
    let until = cloud.now() + TEMPORARY_VALIDITY;
    change(cloud, pool_id, user, |user| {
        user.status = match permanent {
            true => Status::Confirmed,
            false => Status::ForceChangePassword,
        };
        user.temporary_until = (!permanent).then_some(until);
    });
    Ok(json!({}))
}

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
fn create_user(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
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
    let user = user.ok_or_else(super::api::internal_error)?;
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

/// `AdminLinkProviderForUser`: whoever signs in at the provider as that user is this user here.
fn link_provider(cloud: &mut Cloud, pool_id: &str, input: &Input) -> Answer {
    let member = |place: &str, name: &str| match input.in_map(place, name)? {
        Some(text) if !text.is_empty() && text.chars().count() <= 2_048 => Ok(text.to_owned()),
        _ => Err(invalid_parameter(format!("{place}.{name} is required"))),
    };
    let name = member("DestinationUser", "ProviderAttributeValue")?;
    let own = member("DestinationUser", "ProviderName")?;
    let provider = member("SourceUser", "ProviderName")?;
    let attribute = member("SourceUser", "ProviderAttributeName")?;
    let user_id = member("SourceUser", "ProviderAttributeValue")?;
    cloud.ledger.plan(&[
        ("User exists", LINK_API),
        ("Provider", LINK_API),
        ("Identity free", LINK_API),
    ]);
    if own != "Cognito" {
        return Err(invalid_parameter(
            "DestinationUser must be a user of the user pool",
        ));
    }
    let user = check_user(cloud, pool_id, &name)?;
    let identity = check_provider(cloud, pool_id, (&provider, &attribute), &user_id)?;
    check_identity_free(cloud, pool_id, (&provider, &user_id))?;
    let source = cloud.ledger.current().map(|exchange| Source::Message {
        exchange,
        member: "SourceUser.ProviderAttributeValue".to_owned(),
    });
    change(cloud, pool_id, &user, |user| {
        user.identities.push(identity);
        if let Some(source) = source {
            let field = "identities[0].userId".to_owned();
            user.sources.entry(field).or_insert(source);
        }
    });
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.links.insert((provider, user_id), user.username);
    }
    Ok(json!({}))
}

fn check_provider(
    cloud: &mut Cloud,
    pool_id: &str,
    (name, attribute): (&str, &str),
    user_id: &str,
) -> Result<Identity, AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let provider = pool.and_then(|pool| pool.providers.iter().find(|it| it.name == name));
    let identity = provider.map(|provider| Identity {
        user_id: user_id.to_owned(),
        provider_name: provider.name.clone(),
        provider_type: provider.provider_type.to_owned(),
        issuer: provider.issuer.clone(),
        primary: false,
        created_at: cloud.now(),
    });
    let by_subject = attribute == "Cognito_Subject";
    let identity = identity.filter(|_| by_subject);
    let expected = "a provider of this pool, by its Cognito_Subject";
    let actual = format!("{} by {}", shorten(name), shorten(attribute));
    cloud
        .ledger
        .verify("Provider", identity.is_some(), expected, actual);
    identity.ok_or_else(|| match by_subject {
        true => invalid_parameter(format!("Invalid provider name: {name}")),
        false => invalid_parameter("Invalid ProviderAttributeName"),
    })
}

/// Nobody has signed in as that user yet, and nobody is linked to it.
fn check_identity_free(
    cloud: &mut Cloud,
    pool_id: &str,
    (provider, user_id): (&str, &str),
) -> Result<(), AwsError> {
    let pool = cloud.user_pools.get(pool_id);
    let own = format!("{provider}_{user_id}");
    let signed_up = pool.is_some_and(|pool| pool.users.contains_key(&own));
    let key = (provider.to_owned(), user_id.to_owned());
    let linked = pool.and_then(|pool| pool.links.get(&key)).cloned();
    let actual = match &linked {
        Some(username) => format!("linked to {username}"),
        None if signed_up => format!("has a profile of its own, {own}"),
        None => "free".to_owned(),
    };
    let free = linked.is_none() && !signed_up;
    let expected = "neither signed up nor linked";
    if cloud.ledger.verify("Identity free", free, expected, actual) {
        return Ok(());
    }
    Err(invalid_parameter(match signed_up {
        true => {
            "Merging is not currently supported, provide a SourceUser that has not been signed up \
             in order to link"
        }
        false => "SourceUser is already linked to DestinationUser",
    }))
}
