//! Where labels, stamps and waiting parcels go: beside what stands on the stage, not on it.
//!
//! The best place for a label touches what is in its way or lies on its lane, so places beside
//! everything that stands are tried, and places along the lane; each costs what it is away from
//! where it belongs and what it disturbs.

use super::frame::{Point, Rect};
use super::lanes::{self, Curve};

/// Between a label and what it stands beside, in points at unit 1.
const AIR: f32 = 6.0;
/// At how many places something may wish to be.
const MOST_NEAR: usize = 8;

/// What a label has to get along with.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// What must not be covered: cards, panels, other labels
    pub taken: &'a [Rect],
    /// Places on lanes, which should not be covered
    pub lanes: &'a [Point],
    /// Frames of zones, whose lines should not be covered
    pub frames: &'a [Rect],
    /// Where labels may be
    pub stage: Rect,
    /// Text and line measure
    pub unit: f32,
}

/// What it costs a label to disturb something, in points that it could be farther away instead.
#[derive(Clone, Copy, Debug)]
struct Manners {
    /// To cover a lane, for each of the places where it is looked at
    lane: f32,
    /// To lie across a line of a frame
    frame: f32,
    /// To be closer than usual to something
    tight: f32,
}

/// Where something would like to be.
struct Wish<'a> {
    /// At any of these
    near: &'a [Rect],
    /// And toward this, which counts for so much less
    toward: (Rect, f32),
    /// What else a place costs
    extra: &'a dyn Fn(Rect) -> f32,
    manners: Manners,
}

/// A place and what it costs.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where
    pub rect: Rect,
    /// How far it is from the best thinkable, in points at unit 1
    pub cost: f32,
}

/// A place for a label of this size: on its lane if that is free, beside it if not.
pub fn label(curve: &Curve, size: (f32, f32), ground: &Ground<'_>) -> Place {
    /// Along the lane, from the middle outwards
    const ALONG: [f32; MOST_NEAR] = [0.5, 0.4, 0.6, 0.32, 0.68, 0.24, 0.76, 0.84];
    /// How little a way from the middle counts against a way from the lane
    const FROM_MIDDLE: f32 = 0.1;
    /// What it costs not to have the lane in the middle, for each point
    const ASKEW: f32 = 0.35;
    /// What it costs to be beside the lane and not on it
    const BESIDE: f32 = 4.0;
    /// A label this good needs no better one
    const ENOUGH: f32 = 12.0;
    const MANNERS: Manners = Manners {
        lane: 2.5,
        frame: 9.0,
        tight: 3.0,
    };
    let own: Vec<Point> = lanes::places_on(curve).collect();
    let points = ALONG.map(|t| lanes::point_at(curve, t));
    let near = points.map(|point| Rect::new(point.x, point.y, 0.0, 0.0));
    let unit = ground.unit;
    let extra = |rect: Rect| {
        let middle = rect.center();
        let apart = |point: &Point| (point.x - middle.x).powi(2) + (point.y - middle.y).powi(2);
        let on_it = own.iter().filter(|point| rect.contains(**point));
        match on_it.map(apart).reduce(f32::min) {
            Some(apart) => apart.sqrt() * ASKEW,
            None => BESIDE * unit,
        }
    };
    let wish = Wish {
        near: &near,
        toward: (near[0], FROM_MIDDLE),
        extra: &extra,
        manners: MANNERS,
    };
    let (w, h) = size;
    let mut best: Option<Place> = None;
    for share in [0.0, -0.5, 0.5] {
        for point in points {
            let x = point.x - w / 2.0 + share * w;
            wish.consider(Rect::new(x, point.y - h / 2.0, w, h), ground, &mut best);
        }
        if best.is_some_and(|best| best.cost <= ENOUGH) {
            break;
        }
    }
    if best.is_none_or(|best| best.cost > ENOUGH) {
        wish.search(size, ground, &mut best);
    }
    best.unwrap_or_else(|| least_covering(&points, size, ground))
}

/// Whose refusal a stamp tells.
#[derive(Clone, Copy, Debug)]
pub struct Refuser<'a> {
    /// Its card
    pub card: Rect,
    /// The list of what it checked
    pub panel: Option<Rect>,
    /// The card of whoever asked, which must not look as if it refused
    pub caller: Rect,
    /// All cards
    pub cards: &'a [Rect],
}

/// A place for a stamp: at the receiver's card, where the lane arrives if there is room. It is for a
/// stamp that is as high as a tilted one, unless only a straight one has room.
pub fn stamp(
    curve: &Curve,
    refuser: Refuser<'_>,
    width: f32,
    (height, tilted): (f32, f32),
    ground: &Ground<'_>,
) -> Rect {
    /// How much less a way from the lane's end counts than one from the card
    const FROM_END: f32 = 0.3;
    /// What it costs to be nearer to whoever asked
    const MISLEADING: f32 = 150.0;
    /// What it costs to be nearer to somebody else, or as near
    const ASTRAY: f32 = 90.0;
    const CLEAR: f32 = 12.0;
    /// What it costs to be nearer to the list of checks than to the card
    const PANEL: f32 = 30.0;
    /// What it costs to reach into a zone that the receiver is not in
    const FOREIGN: f32 = 100.0;
    const MANNERS: Manners = Manners {
        lane: 12.0,
        frame: 90.0,
        tight: 8.0,
    };
    const ALONG: [f32; 5] = [1.0, 0.9, 0.8, 0.7, 0.6];
    let unit = ground.unit;
    let near: Vec<Rect> = [refuser.card].into_iter().chain(refuser.panel).collect();
    let extra = |rect: Rect| {
        let own = near.iter().map(|near| rect.gap(*near));
        let own = own.fold(f32::INFINITY, f32::min);
        let others = refuser.cards.iter();
        let mut others = others.filter(|other| **other != refuser.card);
        let astray = others.any(|other| rect.gap(*other) < own + CLEAR * unit);
        let misleading = rect.gap(refuser.caller) < own;
        let foreign = |frame: &&Rect| frame.overlaps(rect) && !frame.holds(refuser.card);
        let foreign = ground.frames.iter().any(|frame| foreign(&frame));
        let costs = [
            (misleading, MISLEADING),
            (own < rect.gap(refuser.card), PANEL),
            (astray, ASTRAY),
            (foreign, FOREIGN),
        ];
        let costs = costs.iter().filter(|(is, _)| *is);
        costs.map(|(_, cost)| cost * unit).sum()
    };
    let end = lanes::point_at(curve, 1.0);
    let wish = Wish {
        near: &near,
        toward: (Rect::new(end.x, end.y, 0.0, 0.0), FROM_END),
        extra: &extra,
        manners: MANNERS,
    };
    let place = |height| {
        let mut best = None;
        wish.search((width, height), ground, &mut best);
        best
    };
    if let Some(room) = place(tilted) {
        let room = room.rect;
        return Rect::new(room.x, room.y + (tilted - height) / 2.0, width, height);
    }
    let points = ALONG.map(|t| lanes::point_at(curve, t));
    let straight = place(height);
    let straight = straight.unwrap_or_else(|| least_covering(&points, (width, height), ground));
    straight.rect
}

impl Wish<'_> {
    /// What a place costs beside being where it is, or something more than `most`.
    fn disturbance(&self, rect: Rect, ground: &Ground<'_>, most: f32) -> f32 {
        let (unit, manners) = (ground.unit, self.manners);
        let airy = rect.grown(3.0 * unit);
        let across = |frame: &Rect| airy.overlaps(*frame) && !frame.holds(airy);
        let frames = ground.frames.iter().filter(|frame| across(frame)).count();
        let roomy = rect.grown((AIR - 0.5) * unit);
        let tight = ground
            .taken
            .iter()
            .filter(|it| roomy.overlaps(**it))
            .count();
        let standing = (frames as f32 * manners.frame + tight as f32 * manners.tight) * unit;
        if standing > most {
            return standing;
        }
        let grown = rect.grown(5.0 * unit);
        let lanes = ground.lanes.iter();
        let lanes = lanes.filter(|point| grown.contains(**point)).count();
        standing + lanes as f32 * manners.lane * unit
    }

    /// Takes a place if nothing is covered there and it costs less than the best so far.
    fn consider(&self, rect: Rect, ground: &Ground<'_>, best: &mut Option<Place>) {
        let gaps = self.near.iter().map(|near| rect.gap(*near));
        let away = gaps.fold(f32::INFINITY, f32::min);
        let away = away + rect.gap(self.toward.0) * self.toward.1;
        self.weigh(rect, away, ground, best);
    }

    fn weigh(&self, rect: Rect, away: f32, ground: &Ground<'_>, best: &mut Option<Place>) {
        let unit = ground.unit;
        let better = |cost: f32| best.is_none_or(|best| cost < best.cost * unit);
        if !better(away) || !ground.stage.holds(rect) || !ground.free(rect) {
            return;
        }
        let cost = away + (self.extra)(rect);
        let most = best.map_or(f32::INFINITY, |best| best.cost * unit - cost);
        if most <= 0.0 {
            return;
        }
        let cost = cost + self.disturbance(rect, ground, most);
        if better(cost) {
            *best = Some(Place {
                rect,
                cost: cost / unit,
            });
        }
    }

    /// Looks beside everything that stands, and beside what is wished for.
    fn search(&self, (w, h): (f32, f32), ground: &Ground<'_>, best: &mut Option<Place>) {
        let (stage, unit) = (ground.stage, ground.unit);
        let air = AIR * unit;
        // Before something, after it, in its middle
        let beside = |low: f32, high: f32, size: f32| [low - size - air, high + air];
        let middle = |low: f32, high: f32, size: f32| (low + high - size) / 2.0;
        let mut xs = vec![stage.x, stage.right() - w];
        let mut ys = vec![stage.y, stage.bottom() - h];
        for other in ground.taken {
            xs.extend(beside(other.x, other.right(), w));
            ys.extend(beside(other.y, other.bottom(), h));
        }
        for near in self.near.iter().chain([&self.toward.0]) {
            xs.extend(beside(near.x, near.right(), w));
            ys.extend(beside(near.y, near.bottom(), h));
            xs.push(middle(near.x, near.right(), w));
            ys.push(middle(near.y, near.bottom(), h));
        }
        for frame in ground.frames {
            xs.extend(beside(frame.x, frame.x, w));
            xs.extend(beside(frame.right(), frame.right(), w));
            ys.extend(beside(frame.y, frame.y, h));
            ys.extend(beside(frame.bottom(), frame.bottom(), h));
        }
        // How far each is from what is wished for, across and down: both together say how far a
        // place is, so most need not be looked at
        let apart = |low: f32, size: f32, (from, until): (f32, f32)| {
            (low - until).max(from - low - size).max(0.0).powi(2)
        };
        let aside = |low: f32, size: f32, span: &dyn Fn(&Rect) -> (f32, f32)| {
            let mut near = [f32::INFINITY; MOST_NEAR];
            for (apart_from, it) in near.iter_mut().zip(self.near) {
                *apart_from = apart(low, size, span(it));
            }
            let least = near.iter().copied().fold(f32::INFINITY, f32::min);
            Aside {
                low,
                least,
                near,
                toward: apart(low, size, span(&self.toward.0)),
            }
        };
        let too_far = |best: &Option<Place>, square: f32| {
            best.is_some_and(|best| square >= (best.cost * unit).powi(2))
        };
        let sorted = |mut all: Vec<Aside>| {
            all.retain(|it| !too_far(best, it.least));
            all.sort_by(|a, b| a.least.total_cmp(&b.least));
            all
        };
        xs.retain(|x| *x >= stage.x && x + w <= stage.right());
        ys.retain(|y| *y >= stage.y && y + h <= stage.bottom());
        let across = |x: f32| aside(x, w, &|it| (it.x, it.right()));
        let down = |y: f32| aside(y, h, &|it| (it.y, it.bottom()));
        let xs = sorted(xs.into_iter().map(across).collect());
        let ys = sorted(ys.into_iter().map(down).collect());
        for y in &ys {
            for x in &xs {
                if too_far(best, x.least + y.least) {
                    break;
                }
                let mut nearest = f32::INFINITY;
                for (a, b) in x.near.iter().zip(&y.near) {
                    nearest = nearest.min(a + b);
                }
                if !too_far(best, nearest) {
                    let toward = (x.toward + y.toward).sqrt();
                    let away = nearest.sqrt() + toward * self.toward.1;
                    self.weigh(Rect::new(x.low, y.low, w, h), away, ground, best);
                }
            }
        }
    }
}

/// One side of a place that is looked at.
struct Aside {
    /// The lower coordinate
    low: f32,
    /// The square of how far it is, along this axis, from what is wished for: from the nearest, from
    /// each, and from what it is drawn toward
    least: f32,
    near: [f32; MOST_NEAR],
    toward: f32,
}

impl Ground<'_> {
    /// Whether nothing that must not be covered is, with a little air.
    fn free(&self, rect: Rect) -> bool {
        let grown = rect.grown(2.0 * self.unit);
        !self.taken.iter().any(|other| grown.overlaps(*other))
    }

    /// The area of what must not be covered that a label at this place covers, with a little air.
    fn covered(&self, rect: Rect) -> f32 {
        let grown = rect.grown(2.0 * self.unit);
        self.taken.iter().map(|other| grown.shared(*other)).sum()
    }
}

/// Where nothing is free: the place at one of these points that covers least.
fn least_covering(points: &[Point], (w, h): (f32, f32), ground: &Ground<'_>) -> Place {
    let stage = ground.stage;
    let at = |point: &Point| {
        let x = (point.x - w / 2.0).clamp(stage.x, (stage.right() - w).max(stage.x));
        let y = (point.y - h / 2.0).clamp(stage.y, (stage.bottom() - h).max(stage.y));
        Rect::new(x, y, w, h)
    };
    let rects = points.iter().map(at);
    let least = rects.min_by(|a, b| ground.covered(*a).total_cmp(&ground.covered(*b)));
    Place {
        rect: least.unwrap_or_default(),
        cost: f32::INFINITY,
    }
}

/// How far along a lane something comes to rest that reaches so far along it and across: as near as
/// possible to where it belongs, within these limits, and on nothing that is in the way.
pub fn resting(
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
        let cards: f32 = in_the_way.iter().map(|other| rect.shared(*other)).sum();
        let met = |lane: &&Curve| lanes::distance(lane, rect.center()) < reach.0.min(reach.1) * 2.0;
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

/// What something covers that lies on a lane, turned into its direction, and reaches so far along it
/// and across.
pub fn around(curve: &Curve, along: f32, (w, h): (f32, f32)) -> Rect {
    let point = lanes::point_at(curve, along);
    let (sin, cos) = lanes::angle_at(curve, along).sin_cos();
    let (sin, cos) = (sin.abs(), cos.abs());
    let (w, h) = (cos * w + sin * h, sin * w + cos * h);
    Rect::new(point.x - w, point.y - h, 2.0 * w, 2.0 * h)
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
    const FROM: Rect = Rect {
        x: 20.0,
        y: 200.0,
        w: 150.0,
        h: 60.0,
    };
    const TO: Rect = Rect {
        x: 700.0,
        y: 200.0,
        w: 150.0,
        h: 60.0,
    };

    fn lane() -> Curve {
        lanes::route(FROM, TO, (&[], &[]), STAGE, 1.0)
    }

    fn ground<'a>(taken: &'a [Rect], lanes: &'a [Point], frames: &'a [Rect]) -> Ground<'a> {
        Ground {
            taken,
            lanes,
            frames,
            stage: STAGE,
            unit: 1.0,
        }
    }

    #[test]
    fn a_label_lies_in_the_middle_of_its_lane_where_that_is_free() {
        let found = label(&lane(), (120.0, 24.0), &ground(&[FROM, TO], &[], &[]));
        assert_eq!(found.rect.center(), lanes::point_at(&lane(), 0.5));
    }

    #[test]
    fn a_label_avoids_what_is_taken_and_stays_on_the_stage() {
        let taken = [FROM, TO, Rect::new(180.0, 200.0, 510.0, 60.0)];
        let found = label(&lane(), (190.0, 24.0), &ground(&taken, &[], &[])).rect;
        assert!(taken.iter().all(|it| !found.overlaps(*it)));
        assert!(STAGE.holds(found));
        assert!(lanes::from_lane(&lane(), found) < 60.0);
    }

    #[test]
    fn a_label_keeps_off_the_line_of_a_frame_where_it_can() {
        let frame = Rect::new(435.0, 100.0, 460.0, 390.0);
        let found = label(&lane(), (120.0, 24.0), &ground(&[FROM, TO], &[], &[frame])).rect;
        assert!(!found.overlaps(frame) || frame.holds(found), "{found:?}");
    }

    #[test]
    fn a_stamp_stands_at_the_receiver_and_not_on_the_lane() {
        let lane = lane();
        let points: Vec<Point> = lanes::places_on(&lane).collect();
        let cards = [FROM, TO];
        let refuser = Refuser {
            card: TO,
            panel: None,
            caller: FROM,
            cards: &cards,
        };
        let ground = ground(&cards, &points, &[]);
        let found = stamp(&lane, refuser, 160.0, (32.0, 42.0), &ground);
        assert!(found.gap(TO) < 20.0, "{found:?}");
        assert!(lanes::from_lane(&lane, found) > 0.0);
    }

    #[test]
    fn a_stamp_does_not_stand_at_whoever_asked_though_that_is_nearer() {
        let lane = lane();
        let full = Rect::new(400.0, 0.0, 295.0, 500.0);
        let cards = [FROM, TO];
        let refuser = Refuser {
            card: TO,
            panel: None,
            caller: FROM,
            cards: &cards,
        };
        let taken = [FROM, TO, full];
        let found = stamp(
            &lane,
            refuser,
            160.0,
            (32.0, 42.0),
            &ground(&taken, &[], &[]),
        );
        assert!(found.gap(TO) < found.gap(FROM), "{found:?}");
    }

    #[test]
    fn a_stamp_does_not_stand_in_somebody_elses_account_though_there_is_room() {
        let (from, to) = (
            Rect::new(20.0, 60.0, 150.0, 60.0),
            Rect::new(420.0, 60.0, 150.0, 60.0),
        );
        let lane = lanes::route(from, to, (&[], &[]), STAGE, 1.0);
        let frames = [
            Rect::new(400.0, 20.0, 190.0, 460.0),
            Rect::new(600.0, 20.0, 290.0, 460.0),
        ];
        let cards = [from, to];
        let refuser = Refuser {
            card: to,
            panel: None,
            caller: from,
            cards: &cards,
        };
        let taken = [from, to, Rect::new(405.0, 130.0, 180.0, 340.0)];
        let ground = ground(&taken, &[], &frames);
        let found = stamp(&lane, refuser, 170.0, (32.0, 42.0), &ground);
        assert!(!found.overlaps(frames[1]), "{found:?}");
    }

    #[test]
    fn a_parcel_rests_beside_what_is_in_its_way() {
        let lane = lane();
        let card = Rect::new(400.0, 200.0, 100.0, 60.0);
        let reach = (30.0, 16.0);
        let along = resting(&lane, (0.5, 0.2, 0.9), reach, &[card], &[]);
        assert!(!around(&lane, along, reach).overlaps(card));
        assert_eq!(resting(&lane, (0.5, 0.2, 0.9), reach, &[], &[]), 0.5);
    }

    #[test]
    fn what_is_turned_reaches_as_far_down_as_it_is_long() {
        let steep = [
            Point::new(100.0, 0.0),
            Point::new(100.0, 100.0),
            Point::new(100.0, 200.0),
            Point::new(100.0, 300.0),
        ];
        let rect = around(&steep, 0.5, (30.0, 10.0));
        assert!((rect.h - 60.0).abs() < 0.1 && (rect.w - 20.0).abs() < 0.1);
    }
}
