//! Devices: whose they are, whether they have a network, and how wrong their clock is.

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
            },
        );
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
    let details = vec![
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
    (line.to_owned(), details)
}
