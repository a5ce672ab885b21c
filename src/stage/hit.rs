//! What is under the pointer.

use crate::cloud::ledger::{ActorId, ArtifactId, ExchangeId};

use super::frame::{Frame, Point};
use super::lanes;
use super::traffic::on_parcel;

/// How near a lane counts as on it, in points at unit 1.
const LANE_REACH: f32 = 7.0;

/// Something on the stage that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Something in a wallet
    Chip {
        /// Whose wallet
        actor: ActorId,
        /// What
        artifact: ArtifactId,
    },
    /// A check
    Check {
        /// Of which exchange
        exchange: ExchangeId,
        /// Which one
        position: u32,
    },
    /// Something on its way
    Parcel(ExchangeId),
    /// A lane or its label
    Lane(ExchangeId),
    /// A card
    Actor(ActorId),
}

/// What is under a point, the topmost first.
pub fn hit(frame: &Frame, point: Point) -> Option<Hit> {
    let check = frame
        .checks
        .iter()
        .flat_map(|panel| panel.rows.iter().map(|row| (panel.exchange, row)));
    if let Some((exchange, row)) = check.into_iter().find(|(_, row)| row.rect.contains(point)) {
        return Some(Hit::Check {
            exchange,
            position: row.position,
        });
    }
    if let Some(panel) = frame.checks.iter().find(|panel| panel.rect.contains(point)) {
        return Some(Hit::Lane(panel.exchange));
    }
    if let Some(parcel) = frame
        .parcels
        .iter()
        .find(|parcel| on_parcel(parcel, point, frame.unit))
    {
        return Some(Hit::Parcel(parcel.exchange));
    }
    if let Some(lane) = frame
        .lanes
        .iter()
        .rev()
        .find(|lane| lane.label_rect.contains(point))
    {
        return Some(Hit::Lane(lane.exchange));
    }
    for actor in &frame.actors {
        if let Some(chip) = actor.wallet.iter().find(|chip| chip.rect.contains(point)) {
            return Some(Hit::Chip {
                actor: actor.id.clone(),
                artifact: chip.artifact,
            });
        }
        if actor.rect.contains(point) {
            return Some(Hit::Actor(actor.id.clone()));
        }
    }
    let near = |lane: &&super::frame::LaneView| {
        lanes::distance(&lane.curve, point) <= LANE_REACH * frame.unit
    };
    frame
        .lanes
        .iter()
        .rev()
        .find(near)
        .map(|lane| Hit::Lane(lane.exchange))
}
