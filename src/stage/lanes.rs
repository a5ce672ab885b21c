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
const BOWS: [f32; 11] = [
    0.0, 40.0, -40.0, 80.0, -80.0, 130.0, -130.0, 190.0, -190.0, 260.0, -260.0,
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

/// A lane between two cards that crosses the others as little as possible.
pub fn route(from: Rect, to: Rect, others: &[Rect], stage: Rect, unit: f32) -> Curve {
    let judge = |bows: (f32, f32)| {
        let curve = curve(from, to, (bows.0 * unit, bows.1 * unit), unit);
        (cost(&curve, others, stage, unit), curve)
    };
    // The first of equals wins, so the least bow does
    let better = |best: (f32, Curve), next: (f32, Curve)| match next.0 < best.0 {
        true => next,
        false => best,
    };
    let mut best = BOWS.iter().map(|bow| judge((*bow, *bow))).reduce(better);
    if best.is_some_and(|(cost, _)| cost >= CROSSING) {
        // Something is in the way of every even bow: one that leaves high and enters low may pass
        let uneven = BOWS.iter().flat_map(|a| BOWS.iter().map(move |b| (*a, *b)));
        best = best.into_iter().chain(uneven.map(judge)).reduce(better);
    }
    best.map_or(
        [from.center(), from.center(), to.center(), to.center()],
        |(_, curve)| curve,
    )
}

/// A curve that bows by so much where it leaves and where it enters.
fn curve(from: Rect, to: Rect, (bow, bow_in): (f32, f32), unit: f32) -> Curve {
    let same_column = from.x < to.right() && to.x < from.right();
    if same_column {
        return beside(from, to, bow, unit);
    }
    let rightwards = to.x >= from.right();
    let start_x = if rightwards { from.right() } else { from.x };
    let end_x = if rightwards { to.x } else { to.right() };
    let start = Point::new(start_x, edge(from, to.center().y, unit));
    let end = Point::new(end_x, edge(to, start.y, unit));
    let reach = ((end.x - start.x).abs() * 0.46).max(HANDLE * unit);
    let side = if rightwards { reach } else { -reach };
    [
        start,
        Point::new(start.x + side, start.y + bow),
        Point::new(end.x - side, end.y + bow_in),
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

fn cost(curve: &Curve, others: &[Rect], stage: Rect, unit: f32) -> f32 {
    const OUTSIDE: f32 = 400.0;
    let mut cost = 0.0;
    for step in 1..SAMPLES {
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
    // Among equals the straighter one
    let bows = (curve[1].y - curve[0].y).abs() + (curve[2].y - curve[3].y).abs();
    cost + bows / unit * 0.025
}

/// A place for a label of this size near a curve: on it if that is free, beside it if not.
pub fn label(curve: &Curve, size: (f32, f32), ground: &Ground<'_>) -> Rect {
    const ALONG: [f32; 7] = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74];
    const BESIDE: [f32; 11] = [
        0.0, -26.0, 26.0, -46.0, 46.0, -72.0, 72.0, -104.0, 104.0, -140.0, 140.0,
    ];
    let near = place_near(curve, size, ground, (&ALONG, &BESIDE));
    if covered(near, ground) > 0.0 {
        // Nothing near is free: anywhere that is, as near as possible
        let free = anywhere((point_at(curve, 0.5), 1.0), size, ground);
        return free.unwrap_or(near);
    }
    near
}

/// How much farther away something is when it is above or below than when it is beside: on a level
/// two things belong together.
const LEVEL: f32 = 2.0;

/// A place for a stamp: near the receiver's end, beside the curve. Where there is room, it is for
/// a stamp that is as high as a tilted one.
pub fn stamp(curve: &Curve, width: f32, (height, tilted): (f32, f32), ground: &Ground<'_>) -> Rect {
    const ALONG: [f32; 7] = [0.72, 0.64, 0.8, 0.56, 0.48, 0.4, 0.32];
    const BESIDE: [f32; 8] = [36.0, -36.0, 56.0, -56.0, 84.0, -84.0, 120.0, -120.0];
    let place = |height| {
        let near = place_near(curve, (width, height), ground, (&ALONG, &BESIDE));
        if covered(near, ground) > 0.0 {
            // Nothing near is free: beside whoever refuses
            let free = anywhere((point_at(curve, 1.0), LEVEL), (width, height), ground);
            return free.unwrap_or(near);
        }
        near
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

/// The free place on the stage that is nearest to a point, where being above or below counts for so
/// much.
fn anywhere(
    (wanted, level): (Point, f32),
    (w, h): (f32, f32),
    ground: &Ground<'_>,
) -> Option<Rect> {
    const STEP: f32 = 14.0;
    let (stage, step) = (ground.stage, STEP * ground.unit);
    let mut best: Option<(f32, Rect)> = None;
    let mut y = stage.y;
    while y + h <= stage.bottom() {
        let mut x = stage.x;
        while x + w <= stage.right() {
            let rect = Rect::new(x, y, w, h);
            let center = rect.center();
            let apart = (center.x - wanted.x).hypot((center.y - wanted.y) * level);
            let nearer = best.is_none_or(|(least, _)| apart < least);
            if nearer && covered(rect, ground) == 0.0 {
                best = Some((apart, rect));
            }
            x += step;
        }
        y += step;
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
    let on_lane = |lane: &Curve| {
        (1..SAMPLES)
            .filter(|i| grown.contains(point_at(lane, *i as f32 / SAMPLES as f32)))
            .count()
    };
    let crossed: usize = ground.lanes.iter().map(on_lane).sum();
    covered / (unit * unit) * PER_SQUARE_POINT + crossed as f32 * PER_LANE_POINT
}

/// How far along a lane a parcel waits to be checked: before the receiver's card, not on it.
pub fn waiting_place(curve: &Curve, unit: f32) -> f32 {
    const BEFORE_CARD: f32 = 46.0;
    let length: f32 = (0..SAMPLES)
        .map(|i| {
            let (a, b) = (
                point_at(curve, i as f32 / SAMPLES as f32),
                point_at(curve, (i + 1) as f32 / SAMPLES as f32),
            );
            (a.x - b.x).hypot(a.y - b.y)
        })
        .sum();
    (1.0 - BEFORE_CARD * unit / length.max(1.0)).clamp(0.5, 0.92)
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
