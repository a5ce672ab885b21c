//! What can be changed about an actor: a device, a person, a service with what it is set up with.

use super::super::{
    BucketChange, Change, FunctionChange, IamUserChange, IdentityPoolChange, OidcProviderChange,
    RoleChange, UserChange,
};
use super::{Input, Moment, Offer};
use crate::cloud::ledger::{ActorId, ActorKind};
use crate::protocol::time::Span;
use crate::scenario::action::Action;
use crate::scenario::provider_file::IamOidcProvider;
use crate::scenario::template::Template;
use crate::scenario::values::Duration;
use crate::scenario::world_file::{Group, IamUser, IdentityPool, Login, Role, UserPool};

/// How wrong a clock is offered to be.
const SKEW: Span = Span::from_hours(2);
/// How long a wait is offered: beyond the life of ID tokens and of most sessions.
const WAIT: Span = Span::from_hours(2);
/// The session length that is offered.
const SHORT_SESSION: Span = Span::from_hours(1);

pub(super) fn offers(moment: &Moment<'_>, id: &ActorId) -> Vec<Offer> {
    let kind = moment.story.recording().actor(id).map(|it| it.kind);
    let Some(kind) = kind else {
        return Vec::new();
    };
    // Roles and buckets count wherever something is decided, and say themselves where nothing is;
    // people are asked for at their user pool
    let silent = match kind {
        ActorKind::Sts | ActorKind::S3 | ActorKind::Person | ActorKind::Lambda => None,
        _ => moment.nobody_asks(id),
    };
    let offers = match kind {
        ActorKind::Person => person(moment, id),
        ActorKind::Phone | ActorKind::Tablet | ActorKind::Laptop | ActorKind::Backend => {
            device(moment, id)
        }
        ActorKind::Sts => account(moment, id),
        ActorKind::Lambda => functions(moment, id),
        ActorKind::S3 => buckets(moment),
        ActorKind::IdentityPool => identity_pool(moment, id),
        ActorKind::UserPool => users(moment, id.as_str(), None),
        _ => Vec::new(),
    };
    let offers = offers.into_iter();
    offers.map(|it| it.hindered(silent.clone())).collect()
}

fn device(moment: &Moment<'_>, id: &ActorId) -> Vec<Offer> {
    let (name, device) = (moment.name(id), id.to_string());
    let offer = |label: String, action| Offer::new(label, moment.at, Change::Do(action));
    let goes_offline = Action::GoOffline {
        device: device.clone(),
    };
    let goes_online = Action::GoOnline {
        device: device.clone(),
    };
    let skewed = |by| Action::SkewClock {
        device: device.clone(),
        by: Duration(by),
    };
    let offline = is_offline(moment, id);
    let already = |it: bool, how: &str| it.then(|| format!("{name} is {how} already"));
    vec![
        offer(format!("Take {name} offline"), goes_offline).hindered(already(offline, "offline")),
        offer(format!("Take {name} online"), goes_online).hindered(already(!offline, "online")),
        offer(format!("Set the clock of {name} ahead"), skewed(SKEW)).with(Input::Duration),
        offer(format!("Set the clock of {name} back"), skewed(-SKEW)).with(Input::Duration),
        offer("Let time pass".to_owned(), Action::Wait(Duration(WAIT))).with(Input::Duration),
    ]
}

/// Whether a device has no network at the moment, as its card says.
fn is_offline(moment: &Moment<'_>, id: &ActorId) -> bool {
    let state = moment.story.recording().state_of(id, moment.cursor);
    state.is_some_and(|state| {
        let mut details = state.details.iter();
        details.any(|(name, value)| &**name == "Network" && &**value == "offline")
    })
}

fn person(moment: &Moment<'_>, id: &ActorId) -> Vec<Offer> {
    let pools = &moment.story.scenario().world.user_pools;
    let of_pool = |pool: &UserPool| users(moment, &pool.id, Some(id.as_str()));
    pools.iter().flat_map(of_pool).collect()
}

fn users(moment: &Moment<'_>, pool: &str, only: Option<&str>) -> Vec<Offer> {
    let changes = [
        ("Disable", UserChange::Disabled),
        ("Sign out everywhere:", UserChange::SignedOut),
        ("Delete", UserChange::Deleted),
    ];
    let people = moment.story.scenario().world.people.iter();
    let people = people.filter(|person| only.is_none_or(|only| person.id == only));
    let signed_up = |person: &str| {
        // Whoever takes no part has nothing that could stop working
        let id = ActorId::new(person);
        moment.story.recording().actor(&id).is_some()
    };
    let pools = &moment.story.scenario().world.user_pools;
    let directory = pools.iter().find(|it| it.id == pool);
    let silent = moment.nobody_asks(&ActorId::new(pool));
    people
        .filter(|person| signed_up(&person.id))
        .flat_map(|person| {
            let offer = |label: String, becomes| {
                let change = Change::User {
                    pool: pool.to_owned(),
                    user: Template::from(person.id.as_str()),
                    becomes,
                };
                Offer::new(label, moment.at, change).hindered(silent.clone())
            };
            let of_group = |group: &Group| {
                let (name, id) = (&person.name, group.id.clone());
                if belongs(directory, &person.id, &id) {
                    offer(
                        format!("Take {name} out of the group {id}"),
                        UserChange::Leaves(id),
                    )
                } else {
                    offer(
                        format!("Put {name} into the group {id}"),
                        UserChange::Joins(id),
                    )
                }
            };
            let groups = directory.map_or(&[][..], |it| &it.groups);
            let always = changes.iter().map(|(label, becomes)| {
                let label = format!("{label} {} in {pool}", person.name);
                offer(label, becomes.clone())
            });
            always
                .chain(groups.iter().map(of_group))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Whether something is in the account of a service; what names none is in the first.
fn here<'a>(moment: &Moment<'a>, service: &ActorId) -> impl Fn(&Option<String>) -> bool + use<'a> {
    let account = moment.story.recording().actor(service);
    let account = account.and_then(|it| it.account.as_deref());
    let first = moment.story.scenario().world.accounts.first();
    let first = first.map(|it| it.id.as_str());
    move |of| account.is_none() || of.as_deref().or(first) == account
}

/// Whether somebody is in a group from the start.
fn belongs(pool: Option<&UserPool>, person: &str, group: &str) -> bool {
    let mut users = pool.into_iter().flat_map(|it| &it.users);
    users.any(|user| user.person == person && user.groups.iter().any(|it| it == group))
}

/// What an account is set up with: roles, users, providers that it trusts.
fn account(moment: &Moment<'_>, sts: &ActorId) -> Vec<Offer> {
    let here = here(moment, sts);
    let world = &moment.story.scenario().world;
    let roles = world.roles.iter().filter(|it| here(&it.account));
    let users = world.iam_users.iter().filter(|it| here(&it.account));
    let providers = world.oidc_providers.iter().filter(|it| here(&it.account));
    roles
        .flat_map(|role| of_role(moment, role))
        .chain(users.flat_map(|user| of_iam_user(moment, user)))
        .chain(providers.map(|provider| distrust(moment, provider)))
        .collect()
}

fn of_iam_user(moment: &Moment<'_>, user: &IamUser) -> Vec<Offer> {
    let name = &user.id;
    let mut decisions = moment.story.recording().decisions.iter();
    let arn = format!(":user/{name}");
    let asks = decisions.any(|it| it.exchange >= moment.next && it.principal.ends_with(&arn));
    let silent = (!asks).then(|| format!("nothing is decided about {name} after this moment"));
    let offer = |label: String, becomes| {
        let change = Change::IamUser {
            user: name.clone(),
            becomes,
        };
        Offer::new(label, moment.at, change).hindered(silent.clone())
    };
    let policies = user.policies.iter();
    let offers = policies.flat_map(|policy| {
        let edited = IamUserChange::Policy(policy.id.clone(), policy.json.clone());
        let gone = IamUserChange::WithoutPolicy(policy.id.clone());
        [
            offer(format!("Edit {} of {name}", policy.id), edited).with(Input::Policy),
            offer(format!("Take {} from {name}", policy.id), gone),
        ]
    });
    offers.collect()
}

fn distrust(moment: &Moment<'_>, provider: &IamOidcProvider) -> Offer {
    let recording = moment.story.recording();
    let mut later = recording.exchanges.iter().skip(moment.next.index());
    let asked = later.any(|it| it.operation == "AssumeRoleWithWebIdentity");
    let silent = (!asked).then(|| "nobody brings STS a token after this moment".to_owned());
    let change = Change::OidcProvider {
        provider: provider.id.clone(),
        becomes: OidcProviderChange::NotTrusted,
    };
    let label = format!("Take {} out of the account", provider.id);
    Offer::new(label, moment.at, change).hindered(silent)
}

/// The policy of a function as it was last decided by until this moment, or else as it will be
/// first.
fn policy_of(moment: &Moment<'_>, function: &str) -> Option<String> {
    let wanted = format!("{function} resource policy");
    let decisions = moment.story.recording().decisions.iter();
    let mut found = None;
    for decision in decisions {
        let later = decision.exchange >= moment.next;
        if later && found.is_some() {
            break;
        }
        let policy = decision.policies.iter().find(|it| *it.name == *wanted);
        found = policy.map(|it| it.json.clone()).or(found);
    }
    found
}

/// A policy that says nothing, to begin with.
fn empty() -> String {
    r#"{"Version": "2012-10-17", "Statement": []}"#.to_owned()
}

fn functions(moment: &Moment<'_>, lambda: &ActorId) -> Vec<Offer> {
    let here = here(moment, lambda);
    let functions = moment.story.scenario().world.functions.iter();
    let functions = functions.filter(|it| here(&it.account));
    let offers = functions.flat_map(|function| {
        let name = &function.id;
        let offer = |label: String, becomes| {
            let change = Change::Function {
                function: name.clone(),
                becomes,
            };
            Offer::new(label, moment.at, change)
        };
        let mut rest = moment.rest();
        let invoked = rest.any(|it| it.operation == "Invoke" && it.request.url.contains(&**name));
        let silent = (!invoked).then(|| format!("nobody invokes {name} after this moment"));
        let none = function.invoked_by.is_empty();
        let none = none.then(|| format!("{name} has no policy"));
        let edited = FunctionChange::Policy(policy_of(moment, name).unwrap_or_else(empty));
        [
            offer(format!("Edit the policy of {name}"), edited).with(Input::Policy),
            offer(
                format!("Take the policy from {name}"),
                FunctionChange::WithoutPolicy,
            )
            .hindered(none),
        ]
        .map(|it| it.hindered(silent.clone()))
    });
    offers.collect()
}

fn of_role(moment: &Moment<'_>, role: &Role) -> Vec<Offer> {
    let name = &role.id;
    let unused = unused_role(moment, name);
    let offer = |label: String, becomes| {
        let change = Change::Role {
            role: name.clone(),
            becomes,
        };
        Offer::new(label, moment.at, change).hindered(unused.clone())
    };
    let trust = RoleChange::Trust(role.trust.clone());
    let mut offers =
        vec![offer(format!("Edit the trust policy of {name}"), trust).with(Input::Policy)];
    for policy in &role.policies {
        let becomes = RoleChange::Policy(policy.id.clone(), policy.json.clone());
        let label = format!("Edit {} of {name}", policy.id);
        offers.push(offer(label, becomes).with(Input::Policy));
        let becomes = RoleChange::WithoutPolicy(policy.id.clone());
        offers.push(offer(format!("Take {} from {name}", policy.id), becomes));
    }
    let boundary = role.boundary.clone();
    let edited = RoleChange::Boundary(boundary.unwrap_or_else(empty));
    offers.push(offer(format!("Edit the boundary of {name}"), edited).with(Input::Policy));
    let shorter = RoleChange::MaxSession(Duration(SHORT_SESSION));
    let label = format!("Limit the sessions of {name}");
    offers.push(offer(label, shorter).with(Input::Duration));
    let label = format!("Revoke the sessions of {name}");
    offers.push(offer(label, RoleChange::SessionsRevoked));
    offers.push(offer(format!("Delete {name}"), RoleChange::Deleted));
    offers
}

/// Why nobody notices that a role is different, where nothing is decided about it any more.
fn unused_role(moment: &Moment<'_>, role: &str) -> Option<String> {
    let decisions = moment.story.recording().decisions.iter();
    let (session, itself) = (format!(":assumed-role/{role}/"), format!(":role/{role}"));
    let mut later = decisions.filter(|decision| decision.exchange >= moment.next);
    let used = later.any(|it| it.principal.contains(&session) || it.resource.ends_with(&itself));
    (!used).then(|| format!("nobody becomes or uses {role} after this moment"))
}

fn buckets(moment: &Moment<'_>) -> Vec<Offer> {
    let buckets = moment.story.scenario().world.buckets.iter();
    buckets
        .flat_map(|bucket| {
            let name = &bucket.id;
            let offer = |label: String, becomes| {
                let change = Change::Bucket {
                    bucket: name.clone(),
                    becomes,
                };
                Offer::new(label, moment.at, change)
            };
            let deny = format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::{name}/*"}}]}}"#
            );
            let policy = bucket.policy.clone();
            let none = policy.is_none().then(|| format!("{name} has no policy"));
            let edited = BucketChange::Policy(policy.unwrap_or(deny));
            vec![
                offer(format!("Edit the policy of {name}"), edited).with(Input::Policy),
                offer(
                    format!("Take the policy from {name}"),
                    BucketChange::WithoutPolicy,
                )
                .hindered(none),
            ]
        })
        .collect()
}

fn identity_pool(moment: &Moment<'_>, id: &ActorId) -> Vec<Offer> {
    let world = &moment.story.scenario().world;
    let pool = world.identity_pools.iter().find(|it| it.id == id.as_str());
    let Some(pool) = pool else {
        return Vec::new();
    };
    let offer = |label: String, becomes| {
        let change = Change::IdentityPool {
            pool: pool.id.clone(),
            becomes,
        };
        Offer::new(label, moment.at, change)
    };
    let (guests, classic) = (pool.guest_role.is_some(), pool.classic_flow);
    let switch = |on: bool| if on { "off" } else { "on" };
    let label = format!("Switch guest access {}", switch(guests));
    let mut offers = vec![offer(label, IdentityPoolChange::Guests(!guests))];
    let label = format!("Switch the classic flow {}", switch(classic));
    offers.push(offer(label, IdentityPoolChange::Classic(!classic)));
    for role in &world.roles {
        let is_it = |known: &Option<String>| known.as_ref() == Some(&role.id);
        let already = |yes: bool| yes.then(|| format!("it is {} already", role.id));
        let (one, other) = (role.id.clone(), role.id.clone());
        let label = format!("Give signed-in users {}", role.id);
        offers.push(
            offer(label, IdentityPoolChange::AuthenticatedRole(one))
                .hindered(already(is_it(&pool.authenticated_role))),
        );
        let label = format!("Give guests {}", role.id);
        offers.push(
            offer(label, IdentityPoolChange::GuestRole(other))
                .hindered(already(is_it(&pool.guest_role))),
        );
    }
    let unmapped = pool.role_mappings.is_empty();
    let unmapped = unmapped.then(|| "the pool has no role mapping".to_owned());
    let change = IdentityPoolChange::WithoutMapping;
    offers.push(offer("Take the role mapping away".to_owned(), change).hindered(unmapped));
    offers.extend(providers(pool).flat_map(|(provider, client)| {
        let other = IdentityPoolChange::AppClient(provider.clone(), client);
        let without = IdentityPoolChange::WithoutProvider(provider.clone());
        [
            offer(format!("Take {provider} for another app"), other).with(Input::Text),
            offer(format!("Do not take {provider}"), without),
        ]
    }));
    offers
}

/// Providers of a pool that a change can name, with the app that they are taken for.
fn providers(pool: &IdentityPool) -> impl Iterator<Item = (String, String)> + '_ {
    pool.logins.iter().filter_map(|login| match login {
        Login::UserPool { pool, client } => Some((pool.clone(), client.clone())),
        Login::Facebook { app } => Some(("graph.facebook.com".to_owned(), app.clone())),
        Login::Provider { .. } | Login::Oidc { .. } => None,
    })
}
