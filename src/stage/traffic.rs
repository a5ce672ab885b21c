//! What is under way at a moment: the chain of exchanges from the device down to
//! the innermost call, as lanes, parcels and the stamp of a refusal. When a beat is
//! over, its last exchange stays visible until the next one begins.

use crate::cloud::ledger::{ActorId, Artifact, ArtifactId, Exchange, Outcome, Step};
use crate::recording::Recording;

use super::Options;
use super::cards::{look_of, rank};
use super::checks::{self, SUSPENSE_MS};
use super::frame::{
    ActorLook, ArtifactLook, LaneLook, LaneView, ParcelView, Point, Rect, StampView,
};
use super::lanes::{self, Curve};
use super::layout::{Layout, metric};
use super::places::{self, Ground, Refuser};
use super::text::{self, Font};
use super::timing::{ExchangeTimes, PlayTime, Timing};

/// A lane appears and a parcel fades over this time.
const FADE_MS: u32 = 180;
/// The stamp comes down this long after the failed check has shown.
const STAMP_MS: u32 = 220;
/// How far along the lane a refused parcel is left, and within which limits where that is taken.
const LEFT_AT: f32 = 0.6;
const LEFT_FROM: f32 = 0.12;
const LEFT_UNTIL: f32 = 0.86;
/// How near to the caller a parcel may wait to be checked.
const WAITS_FROM: f32 = 0.12;
/// Between the parcels of one answer, as a share of the way.
const FOLLOWING: f32 = 0.13;
/// Artifacts of one message that are shown as parcels.
const MOST_PARCELS: usize = 3;
/// What stays of a lane when its exchange is over.
const AFTERGLOW: f32 = 0.7;

/// An exchange whose checks are shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Which
    pub exchange: &'a Exchange,
}

/// What an exchange in the chain is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Request,
    Checking,
    Waiting,
    Response,
    /// Over, and still shown
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Link<'a> {
    exchange: &'a Exchange,
    phase: Phase,
    depth: u32,
}

/// What is under way at a moment.
#[derive(Debug)]
pub struct Traffic<'a> {
    chain: Vec<Link<'a>>,
}

/// Lanes, parcels and stamp.
#[derive(Debug, Default)]
pub struct Road {
    /// Innermost last
    pub lanes: Vec<LaneView>,
    /// What is on its way
    pub parcels: Vec<ParcelView>,
    /// The error code of a refusal
    pub stamp: Option<StampView>,
}

impl<'a> Traffic<'a> {
    /// Finds out what is under way at a moment of a beat.
    pub fn at(recording: &'a Recording, timing: &Timing, beat: u32, t: PlayTime) -> Self {
        let Some(beat) = recording.beat(beat) else {
            return Self { chain: Vec::new() };
        };
        let exchanges = recording.exchanges_of(beat);
        let begun = |exchange: &Exchange| {
            timing
                .exchange(exchange.id)
                .is_some_and(|times| times.start <= t)
        };
        // Exchanges are shown in the order of sending, calls among them inside their callers
        let begun = exchanges.partition_point(begun);
        let mut sent = exchanges.iter().take(begun);
        let Some(current) = sent.rfind(|exchange| exchange.parent.is_none()) else {
            return Self { chain: Vec::new() };
        };
        let mut chain = Vec::new();
        descend(recording, timing, current, t, 0, &mut chain);
        Self { chain }
    }

    /// Whether anything is on its way.
    pub fn moving(&self) -> bool {
        self.chain.iter().any(|link| link.phase != Phase::Over)
    }

    /// The exchange whose checks are shown: the innermost that is making any, else the one that
    /// called it. When all is over, the one that refused or else the one the device asked for.
    pub fn shown(&self, recording: &'a Recording) -> Option<Shown<'a>> {
        let outer = self.chain.first()?;
        if outer.phase == Phase::Over {
            let exchange = refusing(recording, outer.exchange).unwrap_or(outer.exchange);
            return Some(Shown {
                exchange: with_checks(recording, exchange),
            });
        }
        let busy = self.chain.iter().rev().find(|link| {
            !link.exchange.checks.is_empty() && !matches!(link.phase, Phase::Request)
        })?;
        Some(Shown {
            exchange: busy.exchange,
        })
    }

    /// How an actor takes part.
    pub fn look_of(&self, id: &ActorId) -> ActorLook {
        let mut look = ActorLook::Calm;
        for link in &self.chain {
            let refused = link.exchange.refused();
            let over = matches!(link.phase, Phase::Over | Phase::Response);
            if link.exchange.to == *id {
                look = match link.phase {
                    _ if refused && over => ActorLook::Refusing,
                    Phase::Checking => ActorLook::Checking,
                    Phase::Over => look,
                    _ => ActorLook::Acting,
                };
            } else if link.exchange.from == *id
                && look == ActorLook::Calm
                && link.phase != Phase::Over
            {
                look = ActorLook::Acting;
            }
        }
        look
    }

    /// Draws the chain. Where an exchange's lane runs and where its label stands depends on what
    /// asked for it and on all that is checked meanwhile, not on how far that is: nothing jumps.
    pub fn draw(
        &self,
        recording: &Recording,
        (layout, rooms): (&Layout, &[Rect]),
        timing: &Timing,
        options: Options,
        t: PlayTime,
    ) -> Road {
        let mut road = Road::default();
        let Some(outer) = self.chain.first() else {
            return road;
        };
        let unit = layout.unit;
        let titles = layout.zones.iter().map(|zone| zone.title_rect);
        let frames: Vec<Rect> = layout.zones.iter().map(|zone| zone.rect).collect();
        let mut panels = Vec::new();
        panels_of(recording, layout, outer.exchange, &mut panels);
        let mut standing = Standing {
            layout,
            rooms,
            panels: &panels,
            labels: Vec::new(),
        };
        let bare = Ground {
            taken: &[],
            lanes: &[],
            frames: &frames,
            stage: Rect::new(0.0, 0.0, layout.size.0, layout.size.1).grown(-6.0 * unit),
            unit,
        };
        let cards: Vec<Rect> = titles.chain(rooms.iter().copied()).collect();
        let mut lanes: Vec<Curve> = Vec::new();
        let mut resting_places: Vec<Rect> = Vec::new();
        for link in &self.chain {
            let exchange = link.exchange;
            let way = way(recording, &standing, exchange);
            let (Some(times), Some(way)) = (timing.exchange(exchange.id), way) else {
                continue;
            };
            // Labels keep clear of the places where parcels rest
            resting_places.extend(resting(link, &way, unit));
            let waiting = way.calls.iter().map(|call| waiting(call, unit));
            let own = checks::extent(layout, exchange);
            let mut taken: Vec<Rect> = cards.iter().copied().chain(own).collect();
            taken.extend(resting_places.iter().chain(&standing.labels).copied());
            let few = taken.len();
            taken.extend(panels.iter().copied().chain(waiting));
            let others = lanes.iter().chain(&way.calls);
            let others: Vec<Point> = others.flat_map(lanes::places_on).collect();
            let around = |taken| Ground {
                taken,
                lanes: &others,
                ..bare
            };
            let few = taken.get(..few).unwrap_or_default();
            // Rather a call's list of checks covers it for a while than that it is nobody's label
            let grounds = [around(&taken), around(few)];
            let lane = lane_view(link, times, way.curve, &grounds, t);
            standing.labels.push(lane.label_rect);
            lanes.push(way.curve);
            road.parcels
                .extend(parcels(recording, link, times, &way, timing, options, t));
            if road.stamp.is_none() {
                let refusing = refusing(recording, exchange);
                let own = refusing.and_then(|it| checks::extent(layout, it));
                let mut taken: Vec<Rect> = cards.iter().copied().chain(own).collect();
                taken.extend(resting_places.iter().chain(&standing.labels).copied());
                let all: Vec<Point> = lanes.iter().flat_map(lanes::places_on).collect();
                let around = Ground {
                    taken: &taken,
                    lanes: &all,
                    ..bare
                };
                let own = own.filter(|_| refusing.is_some_and(|it| it.id == exchange.id));
                let at = (&way.curve, own);
                road.stamp = stamp(link, times, at, &around, (layout, rooms), t);
            }
            road.lanes.push(lane);
        }
        road
    }
}

/// Where checks are listed while an exchange is under way, its own and those of calls on its behalf.
fn panels_of(recording: &Recording, layout: &Layout, exchange: &Exchange, panels: &mut Vec<Rect>) {
    if let Some(panel) = checks::extent(layout, exchange) {
        // One column's lists all begin at the same place: the longest holds the others
        match panels
            .iter_mut()
            .find(|it| (it.x, it.y) == (panel.x, panel.y))
        {
            Some(known) => known.h = known.h.max(panel.h),
            None => panels.push(panel),
        }
    }
    for step in &exchange.steps {
        if let Step::Call(id) = step
            && let Some(call) = recording.exchange(*id)
        {
            panels_of(recording, layout, call, panels);
        }
    }
}

/// Where a parcel on a lane will wait, as far as its lane alone says.
fn waiting(lane: &Curve, unit: f32) -> Rect {
    let reach = (REACH.0 * unit, REACH.1 * unit);
    places::around(lane, lanes::waiting_place(lane, unit), reach)
}

/// Follows the calls that are under way, innermost last.
fn descend<'a>(
    recording: &'a Recording,
    timing: &Timing,
    exchange: &'a Exchange,
    t: PlayTime,
    depth: u32,
    chain: &mut Vec<Link<'a>>,
) {
    let Some(times) = timing.exchange(exchange.id) else {
        return;
    };
    let call = exchange.steps.iter().find_map(|step| match step {
        Step::Call(id) => {
            let call_times = timing.exchange(*id)?;
            let under_way = call_times.start <= t && t < call_times.end;
            recording.exchange(*id).filter(|_| under_way)
        }
        Step::Check(_) => None,
    });
    let phase = match call {
        _ if t >= times.end => Phase::Over,
        _ if t < times.arrive => Phase::Request,
        Some(_) => Phase::Waiting,
        None if t < times.respond => Phase::Checking,
        None => Phase::Response,
    };
    chain.push(Link {
        exchange,
        phase,
        depth,
    });
    if let (Some(call), Phase::Waiting) = (call, phase) {
        descend(recording, timing, call, t, depth + 1, chain);
    }
}

/// The innermost exchange that made an exchange fail.
fn refusing<'a>(recording: &'a Recording, exchange: &'a Exchange) -> Option<&'a Exchange> {
    if !exchange.refused() {
        return None;
    }
    if exchange.failed_check().is_some() {
        return Some(exchange);
    }
    let calls = exchange.steps.iter().rev().filter_map(|step| match step {
        Step::Call(id) => recording.exchange(*id),
        Step::Check(_) => None,
    });
    calls
        .filter_map(|call| refusing(recording, call))
        .next()
        .or(Some(exchange))
}

/// The exchange itself if it made checks, else the call on its behalf that made most.
fn with_checks<'a>(recording: &'a Recording, exchange: &'a Exchange) -> &'a Exchange {
    if !exchange.checks.is_empty() {
        return exchange;
    }
    let calls = exchange.steps.iter().filter_map(|step| match step {
        Step::Call(id) => recording.exchange(*id),
        Step::Check(_) => None,
    });
    calls
        .max_by_key(|call| call.checks.len())
        .unwrap_or(exchange)
}

/// What stands on the stage while something is under way.
#[derive(Clone, Debug)]
struct Standing<'a> {
    layout: &'a Layout,
    /// What cards take, in the order of their places
    rooms: &'a [Rect],
    /// Lists of checks
    panels: &'a [Rect],
    /// Labels of the exchanges that this is a call for
    labels: Vec<Rect>,
}

/// The lane of an exchange, around the other cards, the zones' titles and the panel of checks.
fn lane_curve(ground: &Standing<'_>, exchange: &Exchange) -> Option<Curve> {
    let layout = ground.layout;
    let from = layout.place(&exchange.from)?;
    let to = layout.place(&exchange.to)?;
    let others: Vec<Rect> = layout
        .places
        .iter()
        .zip(ground.rooms)
        .filter(|(place, _)| place.id != from.id && place.id != to.id)
        .map(|(_, room)| *room)
        // A parcel would hide the words it passes over
        .chain(layout.zones.iter().map(|zone| zone.title_rect))
        // Its own checks are listed longer than those of what is asked meanwhile
        .chain(checks::extent(layout, exchange))
        .collect();
    // A parcel is as high as this, and a curve bends between the places where it is looked at
    let stage = Rect::new(0.0, 0.0, layout.size.0, layout.size.1).grown(-14.0 * layout.unit);
    // A lane ends at what is there whatever the wallet holds: an empty one takes no room
    Some(lanes::route(
        from.head_rect(),
        to.head_rect(),
        (&others, ground.panels),
        stage,
        layout.unit,
    ))
}

/// A lane, and how far along it parcels come to rest.
#[derive(Clone, Debug)]
struct Way {
    curve: Curve,
    /// The lanes of calls on its behalf
    calls: Vec<Curve>,
    /// Where it sets out, and where an answer arrives
    sets_out: f32,
    /// While what was sent is checked
    waits_at: f32,
    /// When it was refused
    left_at: f32,
}

/// How far a parcel reaches to either side.
const REACH: (f32, f32) = (30.0, 16.0);
/// What was torn lies in two pieces, askew.
const TORN: (f32, f32) = (36.0, 22.0);

/// How an exchange goes: its lane, and where its parcel waits and is left, which is on nobody's
/// card, on no list of checks and on no title. A parcel that waits for calls on its behalf keeps off
/// their lanes.
fn way(recording: &Recording, ground: &Standing<'_>, exchange: &Exchange) -> Option<Way> {
    let curve = lane_curve(ground, exchange)?;
    let layout = ground.layout;
    let unit = layout.unit;
    let scaled = |(w, h): (f32, f32)| (w * unit, h * unit);
    let titles = layout.zones.iter().map(|zone| zone.title_rect);
    let rooms = ground.rooms.iter().copied();
    let panels = ground.panels.iter().chain(&ground.labels).copied();
    let standing: Vec<Rect> = titles.chain(rooms).chain(panels).collect();
    let calls = exchange.steps.iter().filter_map(|step| match step {
        Step::Call(id) => lane_curve(ground, recording.exchange(*id)?),
        Step::Check(_) => None,
    });
    let calls: Vec<Curve> = calls.collect();
    let usual = lanes::waiting_place(&curve, unit);
    let waits_at = places::resting(
        &curve,
        (usual, WAITS_FROM, usual),
        scaled(REACH),
        &standing,
        &calls,
    );
    let left_at = match exchange.refused() {
        true => {
            let limits = (LEFT_AT, LEFT_FROM, LEFT_UNTIL);
            places::resting(&curve, limits, scaled(TORN), &standing, &[])
        }
        false => LEFT_AT,
    };
    Some(Way {
        curve,
        calls,
        sets_out: lanes::beside_card(&curve, unit).min(waits_at),
        waits_at,
        left_at,
    })
}

/// Where the parcels of an exchange come to rest.
fn resting(link: &Link<'_>, way: &Way, unit: f32) -> Vec<Rect> {
    let place = |along, (w, h): (f32, f32)| places::around(&way.curve, along, (w * unit, h * unit));
    let mut places = vec![place(way.waits_at, REACH)];
    if link.exchange.refused() {
        places.push(place(way.left_at, TORN));
    }
    places
}

fn lane_view(
    link: &Link<'_>,
    times: &ExchangeTimes,
    curve: Curve,
    grounds: &[Ground<'_>],
    t: PlayTime,
) -> LaneView {
    let refused = link.exchange.refused() && matches!(link.phase, Phase::Response | Phase::Over);
    let look = match link.phase {
        _ if refused => LaneLook::Refused,
        Phase::Request | Phase::Checking => LaneLook::Request,
        Phase::Waiting => LaneLook::Waiting,
        Phase::Response | Phase::Over => LaneLook::Response,
    };
    let label = link.exchange.operation.to_string();
    let (label_lines, label_rect) = label_near(&label, &curve, grounds);
    let appearing = t.through(times.start, FADE_MS);
    let opacity = match link.phase {
        Phase::Over if !refused => 1.0 - (1.0 - AFTERGLOW) * t.through(times.end, FADE_MS),
        _ => appearing,
    };
    LaneView {
        exchange: link.exchange.id,
        curve,
        look,
        label,
        label_lines,
        label_rect,
        depth: link.depth,
        opacity,
    }
}

/// A lane's label as it is written, and where: on two lines where one finds no room near the lane,
/// and by the next ground where neither does.
fn label_near(label: &str, curve: &Curve, grounds: &[Ground<'_>]) -> (Vec<String>, Rect) {
    const AROUND: f32 = 18.0;
    /// Above and below the lines
    const PAD: f32 = 3.5;
    /// What it costs to be on two lines, in points that one could be farther away instead
    const TWO_LINES: f32 = 14.0;
    /// What costs more is too far away to be its lane's
    const FAR: f32 = 60.0;
    let place = |lines: &[&str], ground: &Ground<'_>| {
        let widths = lines
            .iter()
            .map(|line| text::width(line, Font::Mono, metric::MONO));
        let width = widths.fold(0.0, f32::max) + AROUND;
        let height = lines.len() as f32 * metric::DETAIL_LINE + 2.0 * PAD;
        places::label(curve, (width * ground.unit, height * ground.unit), ground)
    };
    let mut best = (vec![label], Rect::default(), f32::INFINITY);
    for (position, ground) in grounds.iter().enumerate() {
        let one = place(&[label], ground);
        // Where nothing is free anywhere all cost the same: one is as good as the next
        if one.cost < best.2 || position == 0 {
            best = (vec![label], one.rect, one.cost);
        }
        if one.cost > TWO_LINES
            && let Some((first, second)) = text::halves(label)
        {
            let two = place(&[first, second], ground);
            if two.cost + TWO_LINES < best.2 {
                best = (vec![first, second], two.rect, two.cost + TWO_LINES);
            }
        }
        if best.2 <= FAR {
            break;
        }
    }
    let (lines, rect, _) = best;
    (lines.into_iter().map(str::to_owned).collect(), rect)
}

/// What travels on a lane at a moment.
fn parcels(
    recording: &Recording,
    link: &Link<'_>,
    times: &ExchangeTimes,
    way: &Way,
    timing: &Timing,
    options: Options,
    t: PlayTime,
) -> Vec<ParcelView> {
    let exchange = link.exchange;
    let clock = timing.clock_at(t);
    let Way {
        curve,
        sets_out,
        waits_at,
        left_at,
        ..
    } = *way;
    let view = |artifact: Option<&Artifact>, along: f32, opacity: f32, broken: bool| ParcelView {
        exchange: exchange.id,
        artifact: artifact.map(|artifact| artifact.id),
        kind: artifact.map(|artifact| artifact.kind),
        look: artifact.map_or(ArtifactLook::Whole, |artifact| look_of(artifact, clock)),
        at: lanes::point_at(&curve, along),
        angle: lanes::angle_at(&curve, along),
        opacity,
        broken,
    };
    let asked = foremost(recording, &exchange.sent, 1);
    let asked = asked.first().copied();
    match link.phase {
        Phase::Request => {
            let through = t.through(times.start, times.arrive.0 - times.start.0);
            let (along, opacity) = travel(through, sets_out, waits_at, options);
            vec![view(asked, along, opacity, false)]
        }
        Phase::Checking | Phase::Waiting => vec![view(asked, waits_at, 1.0, false)],
        Phase::Response if exchange.refused() => {
            let through = t.through(times.respond, times.end.0 - times.respond.0);
            let (along, opacity) = travel(through, waits_at, left_at, options);
            vec![view(asked, along, opacity, true)]
        }
        Phase::Over if exchange.refused() => vec![view(asked, left_at, 1.0, true)],
        Phase::Response => {
            let through = t.through(times.respond, times.end.0 - times.respond.0);
            answer_parcels(
                recording,
                exchange,
                (through, waits_at, sets_out),
                options,
                &view,
            )
        }
        Phase::Over => Vec::new(),
    }
}

/// Draws a parcel: what it carries, how far along, how visible, whether broken.
type ViewParcel<'a> = dyn Fn(Option<&Artifact>, f32, f32, bool) -> ParcelView + 'a;

/// The parcels of an answer follow each other.
fn answer_parcels(
    recording: &Recording,
    exchange: &Exchange,
    (through, waits_at, arrives): (f32, f32, f32),
    options: Options,
    view: &ViewParcel<'_>,
) -> Vec<ParcelView> {
    let carried = foremost(recording, &exchange.received, MOST_PARCELS);
    if carried.is_empty() {
        let (along, opacity) = travel(through, waits_at, arrives, options);
        return vec![view(None, along, opacity, false)];
    }
    let last = (carried.len() - 1) as f32 * FOLLOWING;
    let mut parcels = Vec::new();
    for (position, artifact) in carried.into_iter().enumerate() {
        let own = (through * (1.0 + last) - position as f32 * FOLLOWING).clamp(0.0, 1.0);
        let (along, opacity) = travel(own, waits_at, arrives, options);
        parcels.push(view(Some(artifact), along, opacity, false));
    }
    parcels
}

/// Where on the way a parcel is, and how visible. Without motion it fades out here and in there.
fn travel(through: f32, from: f32, to: f32, options: Options) -> (f32, f32) {
    const FADE: f32 = 0.15;
    if options.reduced_motion {
        return if through < 0.5 {
            (from, (1.0 - through * 2.0).clamp(0.0, 1.0))
        } else {
            (to, (through * 2.0 - 1.0).clamp(0.0, 1.0))
        };
    }
    let opacity = (through / FADE)
        .min(1.0)
        .min((1.0 - through) / FADE + 0.35)
        .clamp(0.0, 1.0);
    (from + (to - from) * eased(through), opacity)
}

/// Slow, fast, slow.
fn eased(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    if t < 0.5 {
        4.0 * t * t * t
    } else {
        1.0 - (-2.0 * t + 2.0).powi(3) / 2.0
    }
}

/// The artifacts that say most about a message, in that order.
fn foremost<'a>(
    recording: &'a Recording,
    carried: &[ArtifactId],
    most: usize,
) -> Vec<&'a Artifact> {
    let mut found: Vec<&Artifact> = carried
        .iter()
        .filter_map(|id| recording.artifact(*id))
        .collect();
    found.sort_by_key(|artifact| rank(artifact.kind));
    found.truncate(most);
    found
}

/// The widest that a message on a stamp in place of a code is, in points at unit 1.
const CODELESS: f32 = 150.0;

/// How a stamp is tilted.
const TILT_RADIANS: f32 = -0.06;

/// The code of a refusal, stamped beside the lane when the failed check has shown.
fn stamp(
    link: &Link<'_>,
    times: &ExchangeTimes,
    (curve, panel): (&Curve, Option<Rect>),
    ground: &Ground<'_>,
    (layout, rooms): (&Layout, &[Rect]),
    t: PlayTime,
) -> Option<StampView> {
    let refusal = link.exchange.refusal.as_ref()?;
    let comes = PlayTime(failed_at(link.exchange, times).0 + SUSPENSE_MS);
    if t < comes {
        return None;
    }
    let status = link.exchange.response.status;
    let text = match status {
        // OAuth refuses in a redirect, whose status says nothing
        300..400 => refusal.code.clone(),
        // An API that has no codes of its own: the first of what it says
        _ if refusal.code == status.to_string() => {
            let said = text::cut(&refusal.message, Font::SemiBold, metric::NAME, CODELESS);
            format!("{status} {said}")
        }
        // An API whose codes begin with the status themselves
        _ if refusal.code.starts_with(&status.to_string()) => refusal.code.clone(),
        _ => format!("{status} {}", refusal.code),
    };
    let unit = layout.unit;
    let width = text::width(&text, Font::SemiBold, metric::NAME) + 24.0;
    // A tilted stamp reaches higher and lower than a straight one
    const HEIGHT: f32 = 32.0;
    let tilted = HEIGHT + width * TILT_RADIANS.abs();
    let heights = (HEIGHT * unit, tilted * unit);
    let room_of = |id: &ActorId| {
        let mut places = layout.places.iter().zip(rooms);
        places
            .find(|(place, _)| place.id == *id)
            .map(|(_, room)| *room)
    };
    let refuser = Refuser {
        card: room_of(&link.exchange.to)?,
        panel,
        caller: room_of(&link.exchange.from)?,
        cards: rooms,
    };
    Some(StampView {
        text,
        rect: places::stamp(curve, refuser, width * unit, heights, ground),
        angle: TILT_RADIANS,
        opacity: t.through(comes, STAMP_MS),
    })
}

/// When the failed check begins; where none of its own failed, when the answer leaves.
fn failed_at(exchange: &Exchange, times: &ExchangeTimes) -> PlayTime {
    let failed = exchange
        .steps
        .iter()
        .zip(&times.steps)
        .find(|(step, _)| match step {
            Step::Check(position) => exchange
                .checks
                .get(*position as usize)
                .is_some_and(|check| check.outcome == Outcome::Failed),
            Step::Call(_) => false,
        });
    failed.map_or(
        PlayTime(times.respond.0.saturating_sub(SUSPENSE_MS)),
        |(_, at)| *at,
    )
}

/// Somewhere on a parcel.
pub fn parcel_reach(unit: f32) -> f32 {
    22.0 * unit
}

/// Whether a point is on a parcel.
pub fn on_parcel(parcel: &ParcelView, point: Point, unit: f32) -> bool {
    (parcel.at.x - point.x).hypot(parcel.at.y - point.y) <= parcel_reach(unit)
}
