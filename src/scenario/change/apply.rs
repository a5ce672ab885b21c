//! A change carried out at its moment.

use super::{ATTACKER, ATTACKER_NAME, Change, ChangeError, Fate};
use super::{account, world};
use crate::cloud::ledger::{Actor, ActorId, ActorKind};
use crate::scenario::action::{Action, Value};
use crate::scenario::client::interfere::{Interference, Trap};
use crate::scenario::client::{Clients, StepError};
use crate::scenario::diagnostic::suggest;
use crate::scenario::references;
use crate::scenario::references::Sort;

/// What came of an action that a change inserts; nothing where it inserts none.
pub(in super::super) type Done = Option<Result<(), StepError>>;

/// Carries a change out. What replaces or leaves out an action is the performer's own business.
pub(in super::super) fn apply(clients: &mut Clients, change: &Change) -> Result<Done, ChangeError> {
    invite_attacker(clients, change);
    if let Some(device) = change.device() {
        let known = clients.cloud.devices.ids().map(ActorId::as_str);
        if !known.clone().any(|it| it == device) {
            return Err(ChangeError::Unknown {
                sort: Sort::Device.name(),
                name: device.to_owned(),
                remedy: suggest(device, known),
            });
        }
    }
    let cause = change.told(&mut |it| clients.fill(it).unwrap_or_else(|_| it.to_string()));
    let mut outcome = None;
    let touched = match change {
        Change::Do(action) => {
            let device = device_of(action).map(ActorId::new);
            note(clients, cause, device);
            outcome = Some(done(clients, action)?);
            return Ok(outcome);
        }
        Change::Replace(action) => device_of(action).map(ActorId::new),
        Change::LeaveOut => None,
        Change::UseInstead { device, of, take } => {
            let owner = ActorId::new(device);
            if let Value::Held(other, what) = take
                && (other.as_str(), what) == (device, of)
            {
                let same = format!("{device} uses its {} already", of.name());
                return Err(ChangeError::Nothing(same));
            }
            clients
                .learner
                .instead
                .insert((owner.clone(), *of), take.clone());
            Some(owner)
        }
        Change::Write {
            device,
            operation,
            edits,
        } => {
            let what = Interference::Write(edits.clone());
            return set(clients, (device, operation, change), what);
        }
        Change::InTransit {
            device,
            operation,
            edits,
        } => {
            let what = Interference::InTransit(edits.clone());
            return set(clients, (device, operation, change), what);
        }
        Change::Message {
            device,
            operation,
            part,
            fate,
        } => {
            let what = Interference::Fate(*part, fate.clone());
            return set(clients, (device, operation, change), what);
        }
        Change::Role { role, becomes } => world::role(clients, role, becomes)?,
        Change::Bucket { bucket, becomes } => world::bucket(clients, bucket, becomes)?,
        Change::IdentityPool { pool, becomes } => world::identity_pool(clients, pool, becomes)?,
        Change::User {
            pool,
            user,
            becomes,
        } => world::user(clients, (pool, user), becomes)?,
        Change::IamUser { user, becomes } => account::iam_user(clients, user, becomes)?,
        Change::Function { function, becomes } => account::function(clients, function, becomes)?,
        Change::OidcProvider { provider, becomes } => {
            account::oidc_provider(clients, provider, becomes)?
        }
    };
    note(clients, cause, touched.clone());
    if let Some(actor) = touched {
        clients.cloud.note_state(&actor);
    }
    Ok(outcome.take())
}

/// Waits for a message. What is done is written down when it comes.
fn set(
    clients: &mut Clients,
    (device, operation, change): (&str, &str, &Change),
    what: Interference,
) -> Result<Done, ChangeError> {
    clients.learner.traps.push(Trap {
        device: ActorId::new(device),
        operation: operation.to_owned(),
        number: clients.learner.number,
        change: change.clone(),
        what,
    });
    Ok(None)
}

/// Does one more thing. What nobody else takes part in either can be done or is a mistake.
fn done(clients: &mut Clients, action: &Action) -> Result<Result<(), StepError>, ChangeError> {
    let outcome = clients.act(action);
    match (action, outcome) {
        (_, Err(StepError::Tamper(error))) => Err(error.into()),
        (Action::Tamper { .. } | Action::Copy { .. }, Err(error)) => Err(error.into()),
        (_, outcome) => Ok(outcome),
    }
}

/// Writes down what the learner did just now.
fn note(clients: &mut Clients, says: String, actor: Option<ActorId>) {
    let number = clients.learner.number;
    clients.learner.note(&clients.cloud, (number, says), actor);
}

/// The device that acts.
fn device_of(action: &Action) -> Option<&str> {
    let names = references::of(action).names;
    let mut devices = names
        .into_iter()
        .filter(|(_, sort, _)| matches!(sort, Sort::Device | Sort::Actor));
    devices.next().map(|(_, _, name)| name)
}

impl Change {
    /// The device whose messages or things it is about.
    pub fn device(&self) -> Option<&str> {
        match self {
            Self::Do(action) | Self::Replace(action) => device_of(action),
            Self::UseInstead { device, .. }
            | Self::Write { device, .. }
            | Self::InTransit { device, .. }
            | Self::Message { device, .. } => Some(device),
            _ => None,
        }
    }

    /// Whether somebody listens in it.
    pub fn names_attacker(&self) -> bool {
        let other = match self {
            Self::Do(action) | Self::Replace(action) => {
                let names = references::of(action).names;
                return names.iter().any(|(_, _, name)| *name == ATTACKER);
            }
            Self::Message {
                fate: Fate::Steal(to) | Fate::Replay(to),
                ..
            } => Some(to.as_str()),
            Self::UseInstead {
                take: Value::Held(other, _),
                ..
            } => Some(other.as_str()),
            _ => None,
        };
        other == Some(ATTACKER) || self.device() == Some(ATTACKER)
    }
}

/// Puts the device of somebody who listens on the stage, where a change names it first.
fn invite_attacker(clients: &mut Clients, change: &Change) {
    let id = ActorId::new(ATTACKER);
    if !change.names_attacker() || clients.cloud.actor(&id).is_some() {
        return;
    }
    clients.cloud.add_actor(Actor {
        id: id.clone(),
        kind: ActorKind::Laptop,
        name: ATTACKER_NAME.to_owned(),
        account: None,
    });
    clients.cloud.devices.add(id.clone(), None);
    clients.cloud.note_state(&id);
}
