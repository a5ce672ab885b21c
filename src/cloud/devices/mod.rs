//! Devices: whose they are, whether they have a network, how wrong their clock is, what their
//! apps keep ([`local`]) and how a push reaches them ([`push`]).

pub mod local;
mod push;

pub use local::{LocalDataset, LocalRecord};
pub use push::{SyncPush, answer, push_url, route, token_of};

use std::collections::BTreeMap;

use super::Cloud;
use super::ledger::{ActorId, ArtifactKind};
use crate::protocol::time::Span;

/// A phone, tablet, laptop or an app's own server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Whose it is
    pub owner: Option<ActorId>,
    /// Without network nothing leaves it
    pub offline: bool,
    /// How far its clock is ahead of the true time (negative: behind)
    pub skew: Span,
    /// What its platform's push service knows it by, once an app has asked
    pub push_token: Option<String>,
    /// What Cognito Sync knows it by, once it is registered there
    pub sync_device_id: Option<String>,
    /// Pushes the app has not looked at
    pub inbox: Vec<SyncPush>,
    /// Datasets by name
    pub datasets: BTreeMap<String, LocalDataset>,
}

/// All devices, by actor.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    devices: BTreeMap<ActorId, Device>,
}

impl Devices {
    /// Adds a device that is online and shows the true time.
    pub fn add(&mut self, id: ActorId, owner: Option<ActorId>) {
        self.devices.insert(
            id,
            Device {
                owner,
                offline: false,
                skew: Span::ZERO,
                push_token: None,
                sync_device_id: None,
                inbox: Vec::new(),
                datasets: BTreeMap::new(),
            },
        );
    }

    /// The device that its platform knows by this token.
    pub fn with_push_token(&self, token: &str) -> Option<&ActorId> {
        let mut all = self.devices.iter();
        all.find(|(_, device)| device.push_token.as_deref() == Some(token))
            .map(|(id, _)| id)
    }

    /// Devices with pushes that the app has not looked at.
    pub fn with_pushes(&self) -> Vec<ActorId> {
        let waiting = self.devices.iter().filter(|(_, it)| !it.inbox.is_empty());
        waiting.map(|(id, _)| id.clone()).collect()
    }

    /// Every device.
    pub fn ids(&self) -> impl Iterator<Item = &ActorId> + Clone {
        self.devices.keys()
    }

    /// The device behind this actor.
    pub fn get(&self, id: &ActorId) -> Option<&Device> {
        self.devices.get(id)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, id: &ActorId) -> Option<&mut Device> {
        self.devices.get_mut(id)
    }
}

/// What a device's card says, told from what it holds.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let Some(device) = cloud.devices.get(actor) else {
        return (String::new(), Vec::new());
    };
    let holds = |kind: ArtifactKind| cloud.ledger.holds_kind(actor, kind);
    let line = if device.offline {
        "offline"
    } else if holds(ArtifactKind::Credentials) {
        "has AWS credentials"
    } else if holds(ArtifactKind::IdentityId) {
        "has an identity"
    } else if holds(ArtifactKind::IdToken) {
        "signed in"
    } else {
        "nobody is signed in"
    };
    let owner = device.owner.as_ref().and_then(|owner| cloud.actor(owner));
    let mut details = vec![
        (
            "Owner".to_owned(),
            owner.map_or_else(String::new, |owner| owner.name.clone()),
        ),
        (
            "Network".to_owned(),
            if device.offline { "offline" } else { "online" }.to_owned(),
        ),
        ("Clock".to_owned(), cloud.clock_of(actor).iso8601_millis()),
    ];
    for (name, dataset) in &device.datasets {
        details.push((format!("Dataset {name}"), dataset.in_words()));
    }
    (line.to_owned(), details)
}
