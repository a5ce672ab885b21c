//! Where lanes run and where their labels and stamps go: around cards, not across them.
//!
//! A lane is a cubic curve that leaves and enters cards sideways. A handful of
//! bows is tried and the one that crosses least is taken; the same for labels. All
//! candidates are judged against the room cards may take, not what they take now,
//! so a lane does not jump when a wallet fills.

use super::frame::{Point, Rect};

/// How finely a curve is judged.
const SAMPLES: usize = 24;

/// How far a lane may bow up or down, in points at unit 1.
const BOWS: [f32; 15] = [
    0.0, 40.0, -40.0, 80.0, -80.0, 130.0, -130.0, 190.0, -190.0, 260.0, -260.0, 360.0, -360.0,
    480.0, -480.0,
];

/// Least reach of a curve's handles, in points at unit 1.
const HANDLE: f32 = 56.0;

/// How far a lane keeps from the end of a card's edge.
const EDGE_INSET: f32 = 18.0;

/// A cubic Bézier curve.
pub type Curve = [Point; 4];

/// The point at `t` on a curve, 0 to 1.
pub fn point_at(curve: &Curve, t: f32) -> Point {
    let u = 1.0 - t;
    let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
    let mut point = Point::default();
    for (weight, control) in weights.iter().zip(curve) {
        point.x += weight * control.x;
        point.y += weight * control.y;
    }
    point
}

/// The direction of a curve at `t`, in radians.
pub fn angle_at(curve: &Curve, t: f32) -> f32 {
    const STEP: f32 = 0.01;
    let before = point_at(curve, (t - STEP).max(0.0));
    let after = point_at(curve, (t + STEP).min(1.0));
    (after.y - before.y).atan2(after.x - before.x)
}

/// The distance of a point from a curve.
pub fn distance(curve: &Curve, point: Point) -> f32 {
    let apart = |t: usize| {
        let on = point_at(curve, t as f32 / SAMPLES as f32);
        (on.x - point.x).hypot(on.y - point.y)
    };
    (0..=SAMPLES).map(apart).fold(f32::INFINITY, f32::min)
}

/// How far a rectangle is from a curve: 0 where it lies on it.
pub fn from_lane(curve: &Curve, rect: Rect) -> f32 {
    let apart = |t: usize| rect.distance(point_at(curve, t as f32 / SAMPLES as f32));
    (0..=SAMPLES).map(apart).fold(f32::INFINITY, f32::min)
}

/// A lane between two cards that crosses the others as little as possible.
pub fn route(from: Rect, to: Rect, others: &[Rect], stage: Rect, unit: f32) -> Curve {
    let mut best = (f32::INFINITY, curve(from, to, (0.0, 0.0), EVEN, unit));
    let mut judge = |bows: (f32, f32), reach: (f32, f32)| {
        let curve = curve(from, to, (bows.0 * unit, bows.1 * unit), reach, unit);
        // The first of equals wins, so the least bow does
        if let Some(cost) = cost(&curve, others, stage, unit, best.0) {
            best = (cost, curve);
        }
        best.0
    };
    let mut least = f32::INFINITY;
    for bow in BOWS {
        least = judge((bow, bow), EVEN);
    }
    for reach in REACHES {
        // Something is in the way of all before: one that leaves high and enters low may pass, or
        // one that turns early or late
        for bow in BOWS.iter().filter(|_| least >= CROSSING) {
            for bow_in in BOWS {
                judge((*bow, bow_in), reach);
            }
        }
        least = judge((0.0, 0.0), EVEN);
    }
    best.1
}

/// How far the handles of a curve reach, as shares of the way across.
const EVEN: (f32, f32) = (0.46, 0.46);
/// The same of lanes that turn early or late.
const REACHES: [(f32, f32); 4] = [EVEN, (0.2, 0.75), (0.75, 0.2), (0.75, 0.75)];

/// A curve that bows by so much where it leaves and where it enters, with handles of this reach.
fn curve(from: Rect, to: Rect, (bow, bow_in): (f32, f32), reach: (f32, f32), unit: f32) -> Curve {
    let same_column = from.x < to.right() && to.x < from.right();
    if same_column {
        return beside(from, to, bow, unit);
    }
    let rightwards = to.x >= from.right();
    let start_x = if rightwards { from.right() } else { from.x };
    let end_x = if rightwards { to.x } else { to.right() };
    let start = Point::new(start_x, edge(from, to.center().y, unit));
    let end = Point::new(end_x, edge(to, start.y, unit));
    let handle = |share: f32| {
        let reach = ((end.x - start.x).abs() * share).max(HANDLE * unit);
        if rightwards { reach } else { -reach }
    };
    [
        start,
        Point::new(start.x + handle(reach.0), start.y + bow),
        Point::new(end.x - handle(reach.1), end.y + bow_in),
        end,
    ]
}

/// Cards above each other: out at the right and in again. The bow decides how far.
fn beside(from: Rect, to: Rect, bow: f32, unit: f32) -> Curve {
    let leftwards = bow < 0.0;
    let reach = HANDLE * unit + bow.abs() * 0.5;
    let (x, side) = if leftwards {
        (from.x.min(to.x), -reach)
    } else {
        (from.right().max(to.right()), reach)
    };
    let start = Point::new(
        if leftwards { from.x } else { from.right() },
        from.center().y,
    );
    let end = Point::new(if leftwards { to.x } else { to.right() }, to.center().y);
    [
        start,
        Point::new(x + side, start.y),
        Point::new(x + side, end.y),
        end,
    ]
}

/// Where a lane meets a card's side: as near as possible to the height it goes to, but not at
/// the card's corner and, for a tall card, not in its wallet's depth.
fn edge(card: Rect, wanted: f32, unit: f32) -> f32 {
    let inset = (EDGE_INSET * unit).min(card.h / 2.0);
    let middle = card.y + card.h.min(84.0 * unit) / 2.0;
    let pulled = middle + (wanted - middle) * 0.18;
    pulled.clamp(card.y + inset, card.bottom() - inset)
}

/// What it costs a lane to run across a card at one of the places where it is looked at.
const CROSSING: f32 = 100.0;

/// What a lane costs, if that is less than `most`.
fn cost(curve: &Curve, others: &[Rect], stage: Rect, unit: f32, most: f32) -> Option<f32> {
    const OUTSIDE: f32 = 400.0;
    // Among equals the straighter one
    let bows = (curve[1].y - curve[0].y).abs() + (curve[2].y - curve[3].y).abs();
    let mut cost = bows / unit * 0.025;
    for step in 1..SAMPLES {
        if cost >= most {
            return None;
        }
        let point = point_at(curve, step as f32 / SAMPLES as f32);
        if others
            .iter()
            .any(|card| card.grown(6.0 * unit).contains(point))
        {
            cost += CROSSING;
        }
        if !stage.contains(point) {
            cost += OUTSIDE;
        }
    }
    Some(cost).filter(|cost| *cost < most)
}

/// A place for a label of this size near a curve: on it if that is free, beside it if not.
pub fn label(curve: &Curve, size: (f32, f32), ground: &Ground<'_>) -> Rect {
    const ALONG: [f32; 7] = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74];
    const BESIDE: [f32; 11] = [
        0.0, -26.0, 26.0, -46.0, 46.0, -72.0, 72.0, -104.0, 104.0, -140.0, 140.0,
    ];
    /// Where a label may hang from, when none of these places is free
    const NEAR: [f32; 7] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    /// How little a way from the middle counts against a way from the lane
    const FROM_MIDDLE: f32 = 0.1;
    let near = place_near(curve, size, ground, (&ALONG, &BESIDE));
    let middle = point_at(curve, 0.5);
    let points = NEAR.map(|t| point_at(curve, t));
    let far = |rect: Rect| {
        let lane = points.iter().map(|point| rect.distance(*point));
        lane.fold(f32::INFINITY, f32::min) + rect.distance(middle) * FROM_MIDDLE
    };
    nearer(near, size, ground, &points, &far)
}

/// Whose refusal a stamp tells.
#[derive(Clone, Copy, Debug)]
pub struct Refuser {
    /// Its card
    pub card: Rect,
    /// What it checked
    pub panel: Option<Rect>,
    /// The card of whoever asked, which must not look as if it refused
    pub caller: Rect,
}

/// A place for a stamp: near the receiver's end, beside the curve, else beside the receiver or what
/// it checked. Where there is room, it is for a stamp that is as high as a tilted one.
pub fn stamp(
    curve: &Curve,
    refuser: Refuser,
    width: f32,
    (height, tilted): (f32, f32),
    ground: &Ground<'_>,
) -> Rect {
    const ALONG: [f32; 7] = [0.72, 0.64, 0.8, 0.56, 0.48, 0.4, 0.32];
    const BESIDE: [f32; 8] = [36.0, -36.0, 56.0, -56.0, 84.0, -84.0, 120.0, -120.0];
    /// Where a stamp belongs to its lane, when none of these places is free
    const NEAR: [f32; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
    /// How much farther from the lane's end than from the receiver counts
    const FROM_END: f32 = 0.05;
    /// A list of checks tells a little less who refuses than the receiver's card does
    const PANEL: f32 = 10.0;
    /// What it costs to be nearer to whoever asked
    const MISLEADING: f32 = 150.0;
    let points = NEAR.map(|t| point_at(curve, t));
    let end = point_at(curve, 1.0);
    let unit = ground.unit;
    let from_refuser = |rect: Rect| {
        let panel = refuser.panel.map(|panel| rect.gap(panel) + PANEL * unit);
        let card = rect.gap(refuser.card);
        panel.map_or(card, |panel| panel.min(card))
    };
    let misleading = |rect: Rect| rect.gap(refuser.caller) < from_refuser(rect);
    let far = |rect: Rect| {
        let lane = points.iter().map(|point| rect.distance(*point));
        let nearest = lane.fold(from_refuser(rect), f32::min);
        let astray = if misleading(rect) {
            MISLEADING * unit
        } else {
            0.0
        };
        nearest + astray + rect.distance(end) * FROM_END
    };
    let place = |height| {
        let size = (width, height);
        let near = place_near(curve, size, ground, (&ALONG, &BESIDE));
        nearer(near, size, ground, &points, &far)
    };
    let room = place(tilted);
    if covered(room, ground) > 0.0 {
        return place(height);
    }
    Rect::new(room.x, room.y + (tilted - height) / 2.0, width, height)
}

/// What a label has to get along with.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// What must not be covered: cards, panels, other labels
    pub taken: &'a [Rect],
    /// Lanes, which should not be covered
    pub lanes: &'a [Curve],
    /// Where labels may be
    pub stage: Rect,
    /// Text and line measure
    pub unit: f32,
}

fn place_near(
    curve: &Curve,
    (w, h): (f32, f32),
    ground: &Ground<'_>,
    (along, beside): (&[f32], &[f32]),
) -> Rect {
    /// A label may also hang from the curve by an end
    const SIDEWAYS: [f32; 5] = [0.0, -0.5, 0.5, -0.62, 0.62];
    let (stage, unit) = (ground.stage, ground.unit);
    let mut best = (f32::INFINITY, Rect::default());
    for (rank_beside, by) in beside.iter().enumerate() {
        for (rank_along, t) in along.iter().enumerate() {
            let on = point_at(curve, *t);
            for (rank_sideways, share) in SIDEWAYS.iter().enumerate() {
                let x = on.x - w / 2.0 + share * w;
                let y = on.y + by * unit - h / 2.0;
                let x = x.clamp(stage.x, (stage.right() - w).max(stage.x));
                let y = y.clamp(stage.y, (stage.bottom() - h).max(stage.y));
                let rank = rank_beside * 7 + rank_along + rank_sideways * 12;
                if rank as f32 >= best.0 {
                    continue;
                }
                let rect = Rect::new(x, y, w, h);
                let cost = rank as f32 + disturbance(rect, ground);
                if cost < best.0 {
                    best = (cost, rect);
                }
            }
        }
    }
    best.1
}

/// A place that was found near a lane, or a free one anywhere that is nearer.
fn nearer(
    near: Rect,
    size: (f32, f32),
    ground: &Ground<'_>,
    points: &[Point],
    far: &dyn Fn(Rect) -> f32,
) -> Rect {
    /// As near as this is near enough
    const ENOUGH: f32 = 30.0;
    let free = covered(near, ground) == 0.0;
    if free && far(near) <= ENOUGH * ground.unit {
        return near;
    }
    let found = anywhere(points, size, ground, far);
    let better = found.filter(|found| !free || far(*found) < far(near));
    better.unwrap_or(near)
}

/// The free place on the stage that is nearest, as `far` measures it. Whatever is nearest to
/// something touches what is in its way, so places beside everything taken are tried, and places
/// at these points.
fn anywhere(
    points: &[Point],
    (w, h): (f32, f32),
    ground: &Ground<'_>,
    far: &dyn Fn(Rect) -> f32,
) -> Option<Rect> {
    /// Between a label and what it stands beside
    const AIR: f32 = 5.0;
    /// What a lane costs that is covered at one of the places where it is looked at
    const ON_LANE: f32 = 8.0;
    let (stage, air) = (ground.stage, AIR * ground.unit);
    let beside = |low: f32, high: f32, size: f32| [low - size - air, high + air];
    let mut xs = vec![stage.x, stage.right() - w];
    let mut ys = vec![stage.y, stage.bottom() - h];
    for other in ground.taken {
        xs.extend(beside(other.x, other.right(), w));
        ys.extend(beside(other.y, other.bottom(), h));
    }
    for point in points {
        xs.extend(beside(point.x, point.x, w));
        ys.extend(beside(point.y, point.y, h));
        xs.push(point.x - w / 2.0);
        ys.push(point.y - h / 2.0);
    }
    xs.retain(|x| *x >= stage.x && x + w <= stage.right());
    ys.retain(|y| *y >= stage.y && y + h <= stage.bottom());
    let mut best: Option<(f32, Rect)> = None;
    for y in &ys {
        for x in &xs {
            let rect = Rect::new(*x, *y, w, h);
            let mut cost = far(rect);
            let better = |cost: f32| best.is_none_or(|(least, _)| cost < least);
            if !better(cost) || covered(rect, ground) > 0.0 {
                continue;
            }
            cost += lanes_covered(rect, ground) as f32 * ON_LANE * ground.unit;
            if better(cost) {
                best = Some((cost, rect));
            }
        }
    }
    best.map(|(_, rect)| rect)
}

/// The area of what must not be covered that a label at this place covers, with a little air.
fn covered(rect: Rect, ground: &Ground<'_>) -> f32 {
    let grown = rect.grown(2.0 * ground.unit);
    ground.taken.iter().map(|other| shared(grown, *other)).sum()
}

/// How much a label at this place covers.
fn disturbance(rect: Rect, ground: &Ground<'_>) -> f32 {
    const PER_SQUARE_POINT: f32 = 10.0;
    const PER_LANE_POINT: f32 = 6.0;
    let unit = ground.unit;
    let grown = rect.grown(5.0 * unit);
    let covered: f32 = ground.taken.iter().map(|other| shared(grown, *other)).sum();
    let crossed = lanes_covered(rect, ground);
    covered / (unit * unit) * PER_SQUARE_POINT + crossed as f32 * PER_LANE_POINT
}

/// At how many of the places where lanes are looked at a label would cover one, with a little air.
fn lanes_covered(rect: Rect, ground: &Ground<'_>) -> usize {
    let grown = rect.grown(5.0 * ground.unit);
    let on_lane = |lane: &Curve| {
        (1..SAMPLES)
            .filter(|i| grown.contains(point_at(lane, *i as f32 / SAMPLES as f32)))
            .count()
    };
    ground.lanes.iter().map(on_lane).sum()
}

/// How far along a lane something comes to rest that reaches so far to either side: as near as
/// possible to where it belongs, within these limits, and on nothing that is in the way.
pub fn resting_place(
    curve: &Curve,
    (wanted, least, most): (f32, f32, f32),
    reach: (f32, f32),
    in_the_way: &[Rect],
    lanes: &[Curve],
) -> f32 {
    const STEP: f32 = 0.02;
    const STEPS: i32 = 40;
    let covered = |along: f32| {
        let rect = around(curve, along, reach);
        let cards: f32 = in_the_way.iter().map(|other| shared(rect, *other)).sum();
        let met = |lane: &&Curve| distance(lane, rect.center()) < reach.0.min(reach.1) * 2.0;
        // What rests on another lane is in the way of what travels there
        cards + lanes.iter().filter(met).count() as f32 * reach.0 * reach.1
    };
    let mut best = (covered(wanted), wanted);
    for step in 1..=STEPS {
        if best.0 == 0.0 {
            break;
        }
        for along in [wanted - step as f32 * STEP, wanted + step as f32 * STEP] {
            if (least..=most).contains(&along) {
                let cost = covered(along);
                if cost < best.0 {
                    best = (cost, along);
                }
            }
        }
    }
    best.1
}

/// What something covers that lies on a lane and reaches so far to either side.
pub fn around(curve: &Curve, along: f32, (w, h): (f32, f32)) -> Rect {
    let point = point_at(curve, along);
    Rect::new(point.x - w, point.y - h, 2.0 * w, 2.0 * h)
}

/// How far along a lane a parcel waits to be checked: before the receiver's card, not on it.
pub fn waiting_place(curve: &Curve, unit: f32) -> f32 {
    const BEFORE_CARD: f32 = 46.0;
    (1.0 - BEFORE_CARD * unit / length(curve).max(1.0)).clamp(0.5, 0.92)
}

/// How far along a lane a parcel sets out, and before its end arrives: beside the card, not on it.
pub fn beside_card(curve: &Curve, unit: f32) -> f32 {
    const BESIDE_CARD: f32 = 26.0;
    (BESIDE_CARD * unit / length(curve).max(1.0)).clamp(0.02, 0.3)
}

fn length(curve: &Curve) -> f32 {
    let step = |i: usize| {
        let a = point_at(curve, i as f32 / SAMPLES as f32);
        let b = point_at(curve, (i + 1) as f32 / SAMPLES as f32);
        (a.x - b.x).hypot(a.y - b.y)
    };
    (0..SAMPLES).map(step).sum()
}

/// The area two rectangles share.
fn shared(a: Rect, b: Rect) -> f32 {
    let w = a.right().min(b.right()) - a.x.max(b.x);
    let h = a.bottom().min(b.bottom()) - a.y.max(b.y);
    if w > 0.0 && h > 0.0 { w * h } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: Rect = Rect {
        x: 0.0,
        y: 0.0,
        w: 900.0,
        h: 500.0,
    };

    #[test]
    fn a_lane_leaves_one_card_and_ends_at_the_other() {
        let (from, to) = (
            Rect::new(20.0, 200.0, 150.0, 100.0),
            Rect::new(600.0, 40.0, 150.0, 60.0),
        );
        let lane = route(from, to, &[], STAGE, 1.0);
        assert_eq!((lane[0].x, lane[3].x), (170.0, 600.0));
        let back = route(to, from, &[], STAGE, 1.0);
        assert_eq!((back[0].x, back[3].x), (600.0, 170.0));
    }

    #[test]
    fn a_lane_goes_around_a_card_in_its_way() {
        let (from, to) = (
            Rect::new(20.0, 200.0, 150.0, 60.0),
            Rect::new(700.0, 200.0, 150.0, 60.0),
        );
        let between = Rect::new(380.0, 190.0, 150.0, 80.0);
        let straight = route(from, to, &[], STAGE, 1.0);
        assert!(between.contains(point_at(&straight, 0.5)));
        let lane = route(from, to, &[between], STAGE, 1.0);
        let crossed = (0..=50).any(|i| between.contains(point_at(&lane, i as f32 / 50.0)));
        assert!(!crossed, "it crosses the card");
    }

    #[test]
    fn a_lane_that_no_even_bow_takes_past_everything_leaves_high_and_enters_low() {
        let (from, to) = (
            Rect::new(20.0, 220.0, 150.0, 60.0),
            Rect::new(700.0, 220.0, 150.0, 60.0),
        );
        let in_the_way = [
            Rect::new(260.0, 240.0, 90.0, 260.0),
            Rect::new(520.0, 0.0, 90.0, 260.0),
        ];
        let lane = route(from, to, &in_the_way, STAGE, 1.0);
        let crossed = (0..=50).any(|i| {
            let point = point_at(&lane, i as f32 / 50.0);
            in_the_way.iter().any(|card| card.contains(point))
        });
        assert!(!crossed, "it crosses a card: {lane:?}");
    }

    #[test]
    fn a_lane_between_cards_of_one_column_passes_beside_them() {
        let (from, to) = (
            Rect::new(300.0, 40.0, 150.0, 60.0),
            Rect::new(300.0, 240.0, 150.0, 60.0),
        );
        let lane = route(from, to, &[], STAGE, 1.0);
        assert!(point_at(&lane, 0.5).x > 450.0);
    }

    #[test]
    fn a_label_avoids_what_is_taken_and_stays_on_the_stage() {
        let lane = route(
            Rect::new(20.0, 200.0, 150.0, 60.0),
            Rect::new(700.0, 200.0, 150.0, 60.0),
            &[],
            STAGE,
            1.0,
        );
        let taken = Rect::new(300.0, 200.0, 300.0, 60.0);
        let ground = Ground {
            taken: &[taken],
            lanes: &[],
            stage: STAGE,
            unit: 1.0,
        };
        let label = label(&lane, (190.0, 24.0), &ground);
        assert!(!label.overlaps(taken));
        assert!(label.x >= 0.0 && label.right() <= STAGE.w && label.y >= 0.0);
    }
}
