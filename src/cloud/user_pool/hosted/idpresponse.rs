//! `/oauth2/idpresponse`: the provider sends the browser back here. The pool asks the provider who
//! it was, writes the profile, and sends the browser on to the app with a code of its own.

use std::collections::BTreeMap;

use http::StatusCode;

use super::ask::host;
use super::authorize::sign_in;
use super::{IDPRESPONSE_PATH, app_error, error_redirect};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::ledger::Source;
use crate::cloud::pages::{self, Refused};
use crate::cloud::user_pool::federation::{Answer, Profile, Provider};
use crate::cloud::user_pool::model::{Identity, Pending, Pool, Status, User};
use crate::cloud::user_pool::tokens::actor_of;
use crate::cloud::user_pool::triggers::{self, SignUpBy};
use crate::protocol::form::Form;
use crate::protocol::message::{Request, RequestExt, Response};
use crate::protocol::time::Moment;

const FEDERATION_GUIDE: &str = "Cognito guide: idpresponse endpoint";
const MODEL: &str = "Tokentrail's model";

/// `GET /oauth2/idpresponse`.
pub(super) fn idpresponse(cloud: &mut Cloud, pool_id: &str, request: &Request) -> Response {
    let Ok(form) = request.query_form() else {
        let text = "The request's parameters are not a form.";
        return pages::error_page(StatusCode::BAD_REQUEST, "invalid_request", text);
    };
    cloud
        .ledger
        .plan(&[("State", FEDERATION_GUIDE), ("State not expired", MODEL)]);
    cloud
        .ledger
        .plan(&[("Provider's answer", "RFC 6749 section 4.1.2")]);
    let state = form.get("state").unwrap_or_default();
    let (pending, provider) = match check_state(cloud, pool_id, state) {
        Ok(found) => found,
        Err(refused) => return *refused,
    };
    let ask = &pending.ask;
    let refuse = |why: &str| {
        app_error(
            &ask.redirect_uri,
            ask.state.as_deref(),
            ("invalid_request", why),
        )
    };
    provider.plan(cloud);
    cloud
        .ledger
        .plan(&[("Profile", "Cognito guide: attribute mapping")]);
    let code = match check_answer(cloud, &provider, &form) {
        Ok(code) => code,
        Err((error, why)) => {
            let problem = (error.as_str(), why.as_str());
            return app_error(&ask.redirect_uri, ask.state.as_deref(), problem);
        }
    };
    let back = format!("https://{}{IDPRESPONSE_PATH}", host(cloud, pool_id));
    let actor = actor_of(cloud, pool_id);
    let answer = Answer {
        code: &code,
        redirect_uri: &back,
        nonce: pending.nonce.as_deref(),
    };
    let profile = match provider.who_is(cloud, &actor, answer) {
        Ok(profile) => profile,
        Err(error) => return refuse(&error.to_string()),
    };
    triggers::plan(cloud, pool_id, triggers::Kind::PreSignUp);
    let client = &pending.ask.client;
    let username = match write_profile(cloud, (pool_id, client), &provider, &profile) {
        Ok(username) => username,
        Err(why) => return refuse(&why),
    };
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        pool.pending.remove(state);
    }
    if let Some(artifact) = cloud.ledger.find_artifact(state) {
        cloud.spend(artifact);
    }
    sign_in(cloud, pool_id, &pending.ask, &username)
}

/// The state must be one of the pool's own: otherwise somebody else began this sign-in.
fn check_state(
    cloud: &mut Cloud,
    pool_id: &str,
    state: &str,
) -> Result<(Pending, Provider), Refused> {
    let pool = cloud.user_pools.get(pool_id);
    let pending = pool.and_then(|pool| pool.pending.get(state)).cloned();
    let provider = pending.as_ref().and_then(|pending| {
        pool?
            .providers
            .iter()
            .find(|provider| provider.name == pending.provider)
            .cloned()
    });
    let host = host(cloud, pool_id);
    let known = pending.is_some();
    let actual = if state.is_empty() {
        "none".to_owned()
    } else {
        shorten(state)
    };
    cloud
        .ledger
        .verify("State", known, "a state of this pool, not used yet", actual);
    let (Some(pending), Some(provider)) = (pending, provider) else {
        return Err(Box::new(error_redirect(&host, "invalid_request", "")));
    };
    let (now, end) = (cloud.now(), pending.expires_at);
    let expected = format!("before {}", end.clock_text());
    if !cloud
        .ledger
        .verify("State not expired", now < end, expected, now.clock_text())
    {
        return Err(Box::new(error_redirect(
            &host,
            "invalid_request",
            &pending.ask.client,
        )));
    }
    Ok((pending, provider))
}

/// A provider answers with a code, or with an error that is handed on to the app.
fn check_answer(
    cloud: &mut Cloud,
    provider: &Provider,
    form: &Form,
) -> Result<String, (String, String)> {
    let expected = format!("a code from {}", provider.name);
    if let Some(error) = form.get("error") {
        let why = form.get("error_description").unwrap_or_default();
        cloud
            .ledger
            .failed("Provider's answer", expected, shorten(error));
        return Err((
            shorten(error),
            format!("{} Error - {}", provider.name, shorten(why)),
        ));
    }
    let code = form.get("code").unwrap_or_default();
    let actual = if code.is_empty() {
        "neither code nor error".to_owned()
    } else {
        shorten(code)
    };
    match cloud
        .ledger
        .verify("Provider's answer", !code.is_empty(), expected, actual)
    {
        true => Ok(code.to_owned()),
        false => Err((
            "invalid_request".to_owned(),
            "No code in the answer".to_owned(),
        )),
    }
}

/// Creates the profile at the first sign-in, and brings its mapped attributes up to date at each.
fn write_profile(
    cloud: &mut Cloud,
    (pool_id, client): (&str, &str),
    provider: &Provider,
    profile: &Profile,
) -> Result<String, String> {
    let Some(pool) = cloud.user_pools.get(pool_id) else {
        return Err("user pool does not exist".to_owned());
    };
    let linked = (provider.name.clone(), profile.user_id.clone());
    let own = || format!("{}_{}", provider.name, profile.user_id);
    let username = pool.links.get(&linked).cloned().unwrap_or_else(own);
    let mapped: Vec<(String, String, Source)> = provider
        .mapping
        .iter()
        .filter_map(|(ours, theirs)| {
            let found = profile.fields.iter().find(|(name, _, _)| name == theirs);
            found.map(|(_, value, from)| (ours.clone(), value.clone(), from.clone()))
        })
        .collect();
    let has = |wanted: &String| mapped.iter().any(|(name, _, _)| name == wanted);
    let missing: Vec<String> = pool
        .required
        .iter()
        .filter(|name| !has(name))
        .cloned()
        .collect();
    let existing = pool.users.get(&username).cloned();
    let names: Vec<&str> = mapped.iter().map(|(name, _, _)| name.as_str()).collect();
    let expected = match pool.required.as_slice() {
        [] => "attributes for the profile".to_owned(),
        required => format!("the required attributes {}", required.join(", ")),
    };
    let actual = format!("{} {}", username, names.join(", "));
    if !cloud
        .ledger
        .verify("Profile", missing.is_empty(), expected, actual)
    {
        return Err(format!("attributes required: [{}]", missing.join(", ")));
    }
    let now = cloud.now();
    let mut user = match existing {
        Some(user) if !user.enabled => return Err("User is not enabled".to_owned()),
        Some(user) => user,
        None => {
            let given: Vec<(String, String)> = mapped
                .iter()
                .map(|(name, value, _)| (name.clone(), value.clone()))
                .collect();
            let by = SignUpBy::ExternalProvider;
            triggers::pre_sign_up(cloud, (pool_id, client), by, (&username, &given))
                .map_err(|error| error.message)?;
            let sub = cloud.fresh("user-pool/sub").uuid();
            new_user(provider, profile, (&username, sub), now)
        }
    };
    for (name, value, from) in mapped {
        user.sources.insert(name.clone(), from);
        user.attributes.insert(name, value);
    }
    if user.attributes.contains_key("email") {
        user.attributes
            .entry("email_verified".to_owned())
            .or_insert_with(|| "false".to_owned());
    }
    if let Some(pool) = cloud.user_pools.get_mut(pool_id) {
        if user.status == Status::ExternalProvider {
            join_group(pool, provider, &mut user);
        }
        pool.put_user(user);
    }
    Ok(username)
}

fn new_user(
    provider: &Provider,
    profile: &Profile,
    (username, sub): (&str, String),
    now: Moment,
) -> User {
    let identity = Identity {
        user_id: profile.user_id.clone(),
        provider_name: provider.name.clone(),
        provider_type: provider.provider_type.to_owned(),
        issuer: provider.issuer.clone(),
        primary: true,
        created_at: now,
    };
    let random = Source::Random {
        stream: "user-pool/sub".to_owned(),
    };
    let sources = BTreeMap::from([
        ("sub".to_owned(), random),
        ("cognito:username".to_owned(), profile.user_id_from.clone()),
        (
            "identities[0].userId".to_owned(),
            profile.user_id_from.clone(),
        ),
    ]);
    User {
        username: username.to_owned(),
        sub,
        status: Status::ExternalProvider,
        enabled: true,
        attributes: indexmap::IndexMap::new(),
        sources,
        password: None,
        identities: vec![identity],
        created_at: now,
        changed_at: now,
        ..User::default()
    }
}

/// Everybody from one provider is in a group that the pool makes: `us-east-1_…_Facebook`.
fn join_group(pool: &mut Pool, provider: &Provider, user: &mut User) {
    let name = format!("{}_{}", pool.id, provider.name);
    pool.groups.entry(name.clone()).or_default();
    user.groups.insert(name);
}
