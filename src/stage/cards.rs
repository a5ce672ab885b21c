//! Cards and wallets: what each actor shows at a moment.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::ledger::{ActorId, Artifact, ArtifactId, ArtifactKind, ArtifactValue};
use crate::protocol::time::Moment;
use crate::recording::Recording;
use crate::recording::holdings::Holdings;

use super::frame::{ActorView, ArtifactLook, ChipView, Rect};
use super::layout::{Layout, Needs, Place, metric};
use super::text::{self, Font};
use super::timing::{PlayTime, Timing};
use super::traffic::Traffic;
use super::wallet::{self, Need, Slot};

/// An arriving chip fades in over this time.
const ARRIVE_MS: u32 = 300;

/// A change of a wallet, in the order of being shown.
#[derive(Clone, Copy, Debug)]
struct Change {
    at: PlayTime,
    artifact: ArtifactId,
    gained: bool,
}

/// What one actor shows over time.
#[derive(Clone, Debug, Default)]
struct Script {
    wallet: Vec<Change>,
    holdings: Holdings,
    lines: Vec<(PlayTime, String)>,
    most_chips: usize,
}

/// What all actors show over time.
#[derive(Clone, Debug)]
pub struct Cast {
    scripts: Vec<Script>,
}

impl Cast {
    /// Sorts a recording's changes by actor and by when they are shown.
    pub fn new(recording: &Recording, timing: &Timing) -> Self {
        let mut by_actor: BTreeMap<&ActorId, Script> = BTreeMap::new();
        for (change, at) in recording.wallet.iter().zip(&timing.wallet) {
            let script = by_actor.entry(&change.actor).or_default();
            let (artifact, gained) = (change.artifact, change.gained);
            script.wallet.push(Change {
                at: *at,
                artifact,
                gained,
            });
        }
        for (change, at) in recording.states.iter().zip(&timing.states) {
            let script = by_actor.entry(&change.actor).or_default();
            script.lines.push((*at, change.line.to_string()));
        }
        let scripts = recording.actors.iter().map(|actor| {
            let mut script = by_actor.remove(&actor.id).unwrap_or_default();
            // Stable: what happens at one moment keeps the ledger's order
            script.wallet.sort_by_key(|change| change.at);
            script.lines.sort_by_key(|(at, _)| *at);
            let changes = script.wallet.iter();
            script.holdings = Holdings::of(changes.map(|change| (change.artifact, change.gained)));
            script.most_chips = most_at_once(&script.wallet);
            script
        });
        Self {
            scripts: scripts.collect(),
        }
    }

    /// The most every card will have to show.
    pub fn needs(&self) -> Vec<Needs> {
        self.scripts
            .iter()
            .map(|script| Needs {
                lines: script.distinct_lines(),
                chips: script.most_chips,
            })
            .collect()
    }

    /// The room every card takes at most between two moments, in the order of their places: what
    /// is drawn around the cards stays where it is while wallets fill.
    pub fn rooms(
        &self,
        recording: &Recording,
        layout: &Layout,
        (from, until): (PlayTime, PlayTime),
    ) -> Vec<Rect> {
        let step = (metric::CHIP + metric::CHIP_GAP) * layout.unit;
        let room = |place: &Place| {
            let mut actors = recording.actors.iter().zip(&self.scripts);
            let script = actors.find(|(actor, _)| actor.id == place.id);
            let held = script.map_or(0, |(_, script)| script.held_between(from, until));
            let wallet = held.min(place.chips) as f32 * step;
            Rect {
                h: (place.head + wallet).min(place.room.h),
                ..place.room
            }
        };
        layout.places.iter().map(room).collect()
    }

    /// Every card at a moment.
    pub fn views(
        &self,
        recording: &Recording,
        layout: &Layout,
        traffic: &Traffic<'_>,
        clock: Moment,
        t: PlayTime,
    ) -> Vec<ActorView> {
        let placed = recording
            .actors
            .iter()
            .zip(&self.scripts)
            .filter_map(|(actor, script)| Some((script, layout.place(&actor.id)?)));
        placed
            .map(|(script, place)| {
                let mut view = card(place, script.line_at(t), layout.unit);
                view.look = traffic.look_of(&place.id);
                fill_wallet(
                    &mut view,
                    place,
                    &script.held_at(t),
                    recording,
                    clock,
                    t,
                    layout.unit,
                );
                view
            })
            .collect()
    }
}

impl Script {
    /// Every text of the second line once: in a long story cards say the same again and again.
    fn distinct_lines(&self) -> Vec<String> {
        let lines: BTreeSet<&str> = self.lines.iter().map(|(_, line)| line.as_str()).collect();
        lines.into_iter().map(str::to_owned).collect()
    }

    fn line_at(&self, t: PlayTime) -> &str {
        let after = self.lines.partition_point(|(at, _)| *at <= t);
        let line = after.checked_sub(1).and_then(|at| self.lines.get(at));
        line.map_or("", |(_, line)| line.as_str())
    }

    /// No less than what is held at any moment between two.
    fn held_between(&self, from: PlayTime, until: PlayTime) -> usize {
        let changes = |t| self.wallet.partition_point(|change| change.at <= t);
        let (before, after) = (changes(from), changes(until));
        let gained = self.wallet.get(before..after).unwrap_or_default();
        let gained = gained.iter().filter(|change| change.gained);
        self.holdings.after(before).count() + gained.count()
    }

    fn held_at(&self, t: PlayTime) -> Vec<Change> {
        let after = self.wallet.partition_point(|change| change.at <= t);
        let held = self.holdings.after(after);
        held.filter_map(|holding| self.wallet.get(holding.from).copied())
            .collect()
    }
}

/// How many things are held at once, counting only what stays for a moment.
fn most_at_once(wallet: &[Change]) -> usize {
    let mut held: BTreeSet<ArtifactId> = BTreeSet::new();
    let mut most = 0;
    for (position, change) in wallet.iter().enumerate() {
        if change.gained {
            held.insert(change.artifact);
        } else {
            held.remove(&change.artifact);
        }
        if wallet
            .get(position + 1)
            .is_none_or(|next| next.at > change.at)
        {
            most = most.max(held.len());
        }
    }
    most
}

/// A card without its wallet.
fn card(place: &Place, line: &str, unit: f32) -> ActorView {
    let inner = |x: f32, y: f32, w: f32, h: f32| {
        Rect::new(
            place.room.x + x * unit,
            place.room.y + y * unit,
            w * unit,
            h * unit,
        )
    };
    let text_x = metric::CARD_PAD + metric::ICON + metric::ICON_GAP;
    let text_w = place.room.w / unit - text_x - metric::CARD_PAD;
    let lines = text::wrap(
        line,
        Font::Regular,
        metric::DETAIL,
        text_w,
        metric::DETAIL_LINES,
    );
    let line_h = metric::DETAIL_LINE * lines.len() as f32;
    let mut rect = place.room;
    rect.h = place.head;
    ActorView {
        id: place.id.clone(),
        kind: place.kind,
        name: place.name.clone(),
        rect,
        icon: inner(
            metric::CARD_PAD,
            metric::CARD_PAD + 2.0,
            metric::ICON,
            metric::ICON,
        ),
        name_rect: inner(text_x, metric::CARD_PAD, text_w, metric::NAME_LINE),
        line_rect: inner(text_x, metric::CARD_PAD + metric::NAME_LINE, text_w, line_h),
        line: lines,
        look: super::frame::ActorLook::Calm,
        wallet: Vec::new(),
        hidden: 0,
        hidden_rect: Rect::default(),
    }
}

/// Puts chips into a card and lets the card grow around them.
fn fill_wallet(
    view: &mut ActorView,
    place: &Place,
    held: &[Change],
    recording: &Recording,
    clock: Moment,
    t: PlayTime,
    unit: f32,
) {
    if place.chips == 0 {
        view.hidden = held.len();
        return;
    }
    let widest = place.room.w / unit - 2.0 * metric::CHIP_INSET;
    let known: Vec<(&Change, &Artifact)> = held
        .iter()
        .filter_map(|change| Some((change, recording.artifact(change.artifact)?)))
        .collect();
    let count = known.len();
    let shown: Vec<(&Change, &Artifact, ChipView)> =
        most_telling(known, more_than_fit(widest, place.chips))
            .into_iter()
            .map(|(change, artifact)| (change, artifact, chip(artifact, clock, widest)))
            .collect();
    let needs: Vec<Need> = shown
        .iter()
        .map(|(_, artifact, chip)| Need {
            labelled: chip.rect.w,
            bare: bare_width(chip.ring.is_some()),
            rank: rank(artifact.kind),
        })
        .collect();
    let flow = wallet::flow(&needs, widest, place.chips);
    let step = metric::CHIP + metric::CHIP_GAP;
    let left = place.room.x + metric::CHIP_INSET * unit;
    let top = place.room.y + place.head + (metric::CHIP_GAP - metric::CARD_PAD + 2.0) * unit;
    let rect = |slot: Slot, width: f32| {
        let (x, y) = (slot.x * unit, slot.row as f32 * step * unit);
        Rect::new(left + x, top + y, width * unit, metric::CHIP * unit)
    };
    view.hidden = count - flow.slots.iter().flatten().count();
    for (((change, _, mut chip), slot), need) in shown.into_iter().zip(&flow.slots).zip(&needs) {
        let Some(slot) = *slot else {
            continue;
        };
        chip.bare = slot.bare;
        chip.rect = rect(slot, if slot.bare { need.bare } else { need.labelled });
        chip.opacity = t.through(change.at, ARRIVE_MS);
        view.wallet.push(chip);
    }
    if let Some(more) = flow.more {
        view.hidden_rect = rect(more, wallet::MORE);
    }
    if flow.rows > 0 {
        let bottom = top + flow.rows as f32 * step * unit;
        view.rect.h = bottom - place.room.y + (metric::CARD_PAD - metric::CHIP_GAP) * unit;
    }
}

/// One chip more than a wallet of this width and so many rows has room for, so that the rest need
/// not be looked at: it is counted and not shown.
fn more_than_fit(widest: f32, rows: usize) -> usize {
    let each = bare_width(false) + metric::CHIP_GAP;
    let in_a_row = ((widest + metric::CHIP_GAP) / each).ceil().max(1.0);
    rows * in_a_row as usize + 1
}

/// As many as there is room for, in their order: what says most, and of equals the newest.
fn most_telling<'a>(
    held: Vec<(&'a Change, &'a Artifact)>,
    room: usize,
) -> Vec<(&'a Change, &'a Artifact)> {
    let ranks = held.iter().enumerate();
    let mut places: Vec<(u8, Reverse<usize>)> = ranks
        .map(|(place, (_, artifact))| (rank(artifact.kind), Reverse(place)))
        .collect();
    if room < places.len() {
        places.select_nth_unstable(room);
        places.truncate(room);
    }
    places.sort_unstable_by_key(|(_, Reverse(place))| *place);
    let places = places.into_iter();
    places
        .filter_map(|(_, Reverse(place))| held.get(place).copied())
        .collect()
}

/// What a chip without its label takes.
fn bare_width(ring: bool) -> f32 {
    let ring = if ring {
        metric::BARE_GAP + metric::CHIP_RING
    } else {
        0.0
    };
    2.0 * metric::BARE_PAD + metric::CHIP_SHAPE + ring
}

fn chip(artifact: &Artifact, clock: Moment, widest: f32) -> ChipView {
    let ring = ring(artifact, clock);
    let ring_w = if ring.is_some() {
        metric::CHIP_RING + metric::CHIP_PAD
    } else {
        0.0
    };
    let around = 3.0 * metric::CHIP_PAD + metric::CHIP_SHAPE + ring_w;
    let label = text::cut(
        &chip_label(artifact),
        Font::Regular,
        metric::DETAIL,
        widest - around,
    );
    let w = around + text::width(&label, Font::Regular, metric::DETAIL);
    ChipView {
        artifact: artifact.id,
        kind: artifact.kind,
        look: look_of(artifact, clock),
        label,
        bare: false,
        rect: Rect::new(0.0, 0.0, w, 0.0),
        ring,
        opacity: 1.0,
    }
}

/// What a chip says: short, since its shape says the rest. An identity's says which one.
fn chip_label(artifact: &Artifact) -> String {
    let label = match artifact.kind {
        ArtifactKind::IdentityId => return identity_label(artifact),
        ArtifactKind::IdToken => "ID token",
        ArtifactKind::AccessToken => "access token",
        ArtifactKind::RefreshToken => "refresh token",
        ArtifactKind::PoolToken => "pool token",
        ArtifactKind::Credentials => "credentials",
        ArtifactKind::LongTermKey => "access key",
        _ => return artifact.label.clone(),
    };
    label.to_owned()
}

fn identity_label(artifact: &Artifact) -> String {
    match &artifact.value {
        ArtifactValue::Text(id) => {
            let short: String = id
                .rsplit(':')
                .next()
                .unwrap_or(id)
                .chars()
                .take(4)
                .collect();
            format!("identity {short}…")
        }
        ArtifactValue::Credentials(_) => artifact.label.clone(),
    }
}

/// How much of an artifact's life is left.
fn ring(artifact: &Artifact, clock: Moment) -> Option<f32> {
    let expires_at = artifact.expires_at?;
    let life = (expires_at - artifact.minted_at).millis().max(1) as f32;
    Some(((expires_at - clock).millis() as f32 / life).clamp(0.0, 1.0))
}

/// What an artifact looks like at a moment.
pub fn look_of(artifact: &Artifact, clock: Moment) -> ArtifactLook {
    if artifact.tampered {
        ArtifactLook::Tampered
    } else if artifact
        .expires_at
        .is_some_and(|expires_at| clock >= expires_at)
    {
        ArtifactLook::Expired
    } else if artifact.guest {
        ArtifactLook::Hollow
    } else {
        ArtifactLook::Whole
    }
}

/// How much a kind of artifact says about the story: 0 says most.
pub fn rank(kind: ArtifactKind) -> u8 {
    use ArtifactKind::*;
    match kind {
        Credentials | LongTermKey => 0,
        Assertion | PoolToken => 1,
        IdToken => 2,
        AccessToken => 3,
        RefreshToken => 4,
        AuthorizationCode | OpaqueToken => 5,
        Push | PresignedUrl | ConfirmationCode => 6,
        IdentityId => 7,
        ChallengeSession | BrowserSession => 8,
    }
}
