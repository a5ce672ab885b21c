//! Where lanes run: around cards, not across them.
//!
//! A lane is a cubic curve that leaves and enters cards sideways. A handful of bows and reaches is
//! tried and the one that crosses least is taken, and of those the one that goes out of its way
//! least.

use super::frame::{Point, Rect};

/// How finely a curve is judged.
const SAMPLES: usize = 40;

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
    let mut point = Point::default();
    for (weight, control) in weights(t).iter().zip(curve) {
        point.x += weight * control.x;
        point.y += weight * control.y;
    }
    point
}

/// How much each of a curve's points counts at `t`.
fn weights(t: f32) -> [f32; 4] {
    let u = 1.0 - t;
    [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t]
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
#[cfg(test)]
pub fn from_lane(curve: &Curve, rect: Rect) -> f32 {
    let apart = |t: usize| rect.distance(point_at(curve, t as f32 / SAMPLES as f32));
    (0..=SAMPLES).map(apart).fold(f32::INFINITY, f32::min)
}

/// A lane between two cards that crosses the others as little as possible, and rather what is there
/// only for a while than what always is.
pub fn route(
    from: Rect,
    to: Rect,
    (always, awhile): (&[Rect], &[Rect]),
    stage: Rect,
    unit: f32,
) -> Curve {
    let always = always.iter().map(|it| (it, CROSSING));
    let all = always.chain(awhile.iter().map(|it| (it, PASSING_BEHIND)));
    let others: Vec<(Rect, f32)> = all.map(|(it, cost)| (it.grown(6.0 * unit), cost)).collect();
    // The first of equals wins, so the least bow does
    if from.x < to.right() && to.x < from.right() {
        let mut best = (f32::INFINITY, beside(from, to, 0.0, unit));
        for bow in BOWS {
            let curve = beside(from, to, bow * unit, unit);
            let cost = cost(&curve, &others, stage, unit);
            if cost < best.0 {
                best = (cost, curve);
            }
        }
        return best.1;
    }
    let even = Sweep::new((from, to), EVEN, &others, stage, unit);
    let mut best = (f32::INFINITY, even.curve((0.0, 0.0)));
    even.try_bows(BOWS.iter().map(|bow| (*bow, *bow)), &mut best);
    for reach in REACHES {
        if best.0 < GOOD {
            break;
        }
        // Something is in the way, or the way around it long: one that leaves high and enters low
        // may pass, or one that turns early or late
        let sweep = Sweep::new((from, to), reach, &others, stage, unit);
        let bows = BOWS.iter().flat_map(|a| BOWS.iter().map(move |b| (*a, *b)));
        sweep.try_bows(bows, &mut best);
    }
    best.1
}

/// How far the handles of a curve reach, as shares of the way across.
const EVEN: (f32, f32) = (0.46, 0.46);
/// The same of lanes that turn early or late.
const REACHES: [(f32, f32); 4] = [EVEN, (0.2, 0.75), (0.75, 0.2), (0.75, 0.75)];

/// All curves between two cards whose handles reach equally far: they differ in how far they bow,
/// up and down. What is in their way above and below each place is found once for all of them.
struct Sweep {
    ends: (Point, Point),
    handles: (f32, f32),
    unit: f32,
    /// From where to where something is in the way, and what it costs to be there, for one place
    /// along the curves after the other
    blocked: Vec<(f32, f32, f32)>,
    /// Where the places end in that list
    until: [usize; SAMPLES],
    /// Heights of the stage
    stage: (f32, f32),
    /// What all curves cost because they leave the stage sideways
    outside: f32,
}

impl Sweep {
    fn new(
        (from, to): (Rect, Rect),
        reach: (f32, f32),
        others: &[(Rect, f32)],
        stage: Rect,
        unit: f32,
    ) -> Self {
        let rightwards = to.x >= from.right();
        let start_x = if rightwards { from.right() } else { from.x };
        let end_x = if rightwards { to.x } else { to.right() };
        let start = Point::new(start_x, edge(from, to.center().y, unit));
        let end = Point::new(end_x, edge(to, start.y, unit));
        let handle = |share: f32| {
            let reach = ((end.x - start.x).abs() * share).max(HANDLE * unit);
            if rightwards { reach } else { -reach }
        };
        let mut sweep = Self {
            ends: (start, end),
            handles: (handle(reach.0), handle(reach.1)),
            unit,
            blocked: Vec::new(),
            until: [0; SAMPLES],
            stage: (stage.y, stage.bottom()),
            outside: 0.0,
        };
        let straight = sweep.curve((0.0, 0.0));
        for step in 1..SAMPLES {
            let x = point_at(&straight, step as f32 / SAMPLES as f32).x;
            let there = others.iter();
            let there = there.filter(|(it, _)| it.x <= x && x <= it.right());
            let there = there.map(|(it, cost)| (it.y, it.bottom(), *cost));
            sweep.blocked.extend(there);
            sweep.until[step] = sweep.blocked.len();
            if x < stage.x || x > stage.right() {
                sweep.outside += OUTSIDE;
            }
        }
        sweep
    }

    /// The curve that bows by so much where it leaves and where it enters.
    fn curve(&self, (bow, bow_in): (f32, f32)) -> Curve {
        let (start, end) = self.ends;
        [
            start,
            Point::new(start.x + self.handles.0, start.y + bow * self.unit),
            Point::new(end.x - self.handles.1, end.y + bow_in * self.unit),
            end,
        ]
    }

    /// Replaces the best curve by the first of these that costs less, and so on.
    fn try_bows(&self, bows: impl Iterator<Item = (f32, f32)>, best: &mut (f32, Curve)) {
        for bows in bows {
            let curve = self.curve(bows);
            if let Some(cost) = self.cost(&curve, bows, best.0) {
                *best = (cost, curve);
            }
        }
    }

    /// What a curve costs, if that is less than `most`.
    fn cost(&self, curve: &Curve, (bow, bow_in): (f32, f32), most: f32) -> Option<f32> {
        let mut cost = self.outside + (bow.abs() + bow_in.abs()) * PER_BOW;
        let mut heights = between(curve);
        let ends = heights;
        for step in 1..SAMPLES {
            if cost >= most {
                return None;
            }
            let [a, b, c, d] = weights(step as f32 / SAMPLES as f32);
            let y = a * curve[0].y + b * curve[1].y + c * curve[2].y + d * curve[3].y;
            let blocked = self.blocked.get(self.until[step - 1]..self.until[step]);
            for (top, bottom, crossing) in blocked.unwrap_or_default() {
                if *top <= y && y <= *bottom {
                    cost += crossing;
                }
            }
            if y < self.stage.0 || y > self.stage.1 {
                cost += OUTSIDE;
            }
            heights = (heights.0.min(y), heights.1.max(y));
        }
        cost += detour(ends, heights, self.unit);
        Some(cost).filter(|cost| *cost < most)
    }
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

/// What it costs to pass behind a list of checks at one of these places.
const PASSING_BEHIND: f32 = 25.0;
/// What it costs a lane to leave the stage at one of these places.
const OUTSIDE: f32 = 400.0;
/// What bowing costs: among equals the straighter one is taken.
const PER_BOW: f32 = 0.006;
/// What it costs to go higher or lower than both ends.
const PER_DETOUR: f32 = 0.08;
/// A lane that costs less goes straight enough.
const GOOD: f32 = 4.0;

/// The heights between which a curve's ends are.
fn between(curve: &Curve) -> (f32, f32) {
    let [start, .., end] = curve;
    (start.y.min(end.y), start.y.max(end.y))
}

/// What a detour costs that reaches so much higher and lower than the ends.
fn detour(ends: (f32, f32), heights: (f32, f32), unit: f32) -> f32 {
    (ends.0 - heights.0 + heights.1 - ends.1) / unit * PER_DETOUR
}

fn cost(curve: &Curve, others: &[(Rect, f32)], stage: Rect, unit: f32) -> f32 {
    let bows = (curve[1].y - curve[0].y).abs() + (curve[2].y - curve[3].y).abs();
    let mut cost = bows / unit * PER_BOW;
    for step in 1..SAMPLES {
        let point = point_at(curve, step as f32 / SAMPLES as f32);
        let crossed = others.iter().filter(|(card, _)| card.contains(point));
        cost += crossed.map(|(_, cost)| cost).sum::<f32>();
        if !stage.contains(point) {
            cost += OUTSIDE;
        }
    }
    cost
}

/// Places on a lane, so many that nothing as large as a label lies between two of them.
pub fn places_on(curve: &Curve) -> impl Iterator<Item = Point> {
    const PLACES: usize = 64;
    (1..PLACES).map(move |step| point_at(curve, step as f32 / PLACES as f32))
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
        let lane = route(from, to, (&[], &[]), STAGE, 1.0);
        assert_eq!((lane[0].x, lane[3].x), (170.0, 600.0));
        let back = route(to, from, (&[], &[]), STAGE, 1.0);
        assert_eq!((back[0].x, back[3].x), (600.0, 170.0));
    }

    #[test]
    fn a_lane_goes_around_a_card_in_its_way() {
        let (from, to) = (
            Rect::new(20.0, 200.0, 150.0, 60.0),
            Rect::new(700.0, 200.0, 150.0, 60.0),
        );
        let between = Rect::new(380.0, 190.0, 150.0, 80.0);
        let straight = route(from, to, (&[], &[]), STAGE, 1.0);
        assert!(between.contains(point_at(&straight, 0.5)));
        let lane = route(from, to, (&[between], &[]), STAGE, 1.0);
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
        let lane = route(from, to, (&in_the_way, &[]), STAGE, 1.0);
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
        let lane = route(from, to, (&[], &[]), STAGE, 1.0);
        assert!(point_at(&lane, 0.5).x > 450.0);
    }
}
