//! Looking closer at a part of the stage. The picture is made larger as data, so that whatever
//! paints it sets its text in the size it will have.

use super::frame::{Frame, Point, Rect};

/// How much closer one can look.
const CLOSEST: f32 = 4.0;
/// How much of the stage a card takes that is looked at.
const FOCUS_SHARE: (f32, f32) = (0.36, 0.5);

/// How long looking somewhere else takes, in seconds.
const GLIDE_SECONDS: f32 = 0.28;

/// What part of the stage is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    zoom: f32,
    pan: Point,
}

impl Default for Lens {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            pan: Point::default(),
        }
    }
}

impl Lens {
    /// Whether the whole stage is seen.
    pub fn whole(self) -> bool {
        self.zoom <= 1.0
    }

    /// How many times larger things are seen.
    pub fn zoom(self) -> f32 {
        self.zoom
    }

    /// Closer by a factor; what is under the point stays there.
    #[must_use]
    pub fn closer(self, by: f32, at: Point, stage: (f32, f32)) -> Self {
        let by = if by.is_finite() { by } else { 1.0 };
        let zoom = (self.zoom * by).clamp(1.0, CLOSEST);
        let grown = zoom / self.zoom;
        let pan = Point::new(
            at.x - (at.x - self.pan.x) * grown,
            at.y - (at.y - self.pan.y) * grown,
        );
        Self { zoom, pan }.within(stage)
    }

    /// Moved by a drag.
    #[must_use]
    pub fn moved(self, by: Point, stage: (f32, f32)) -> Self {
        let pan = Point::new(self.pan.x + by.x, self.pan.y + by.y);
        Self { pan, ..self }.within(stage)
    }

    /// With a rectangle of the whole stage in the middle, and large.
    #[must_use]
    pub fn onto(rect: Rect, stage: (f32, f32)) -> Self {
        let fits = (stage.0 * FOCUS_SHARE.0 / rect.w.max(1.0))
            .min(stage.1 * FOCUS_SHARE.1 / rect.h.max(1.0));
        let zoom = fits.clamp(1.0, CLOSEST);
        let middle = rect.center();
        let pan = Point::new(
            stage.0 / 2.0 - middle.x * zoom,
            stage.1 / 2.0 - middle.y * zoom,
        );
        Self { zoom, pan }.within(stage)
    }

    /// Never beyond the stage's edges.
    #[must_use]
    pub fn within(self, stage: (f32, f32)) -> Self {
        let least = |size: f32| (size * (1.0 - self.zoom)).min(0.0);
        let pan = Point::new(
            self.pan.x.clamp(least(stage.0), 0.0),
            self.pan.y.clamp(least(stage.1), 0.0),
        );
        Self { pan, ..self }
    }

    /// A part of the way to another lens. Closeness grows by equal factors in equal times, and the
    /// point that both see in the same place stays there.
    #[must_use]
    fn toward(self, to: Self, part: f32) -> Self {
        let zoom = self.zoom * (to.zoom / self.zoom).powf(part);
        // Pans are linear in closeness, so that what is gone to comes nearer on a straight line
        let way = to.zoom - self.zoom;
        let part = if way.abs() < 0.001 {
            part
        } else {
            (zoom - self.zoom) / way
        };
        let between = |from: f32, to: f32| from + (to - from) * part;
        let pan = Point::new(between(self.pan.x, to.pan.x), between(self.pan.y, to.pan.y));
        Self { zoom, pan }
    }

    fn point(self, point: Point) -> Point {
        Point::new(
            point.x * self.zoom + self.pan.x,
            point.y * self.zoom + self.pan.y,
        )
    }

    fn rect(self, rect: Rect) -> Rect {
        let corner = self.point(Point::new(rect.x, rect.y));
        Rect::new(corner.x, corner.y, rect.w * self.zoom, rect.h * self.zoom)
    }

    /// The picture as it is seen through the lens.
    pub fn show(self, frame: &Frame) -> Frame {
        let mut seen = frame.clone();
        seen.unit *= self.zoom;
        let mut rects: Vec<&mut Rect> = Vec::new();
        for zone in &mut seen.zones {
            rects.extend([&mut zone.rect, &mut zone.title_rect]);
        }
        for actor in &mut seen.actors {
            rects.extend([&mut actor.rect, &mut actor.icon, &mut actor.name_rect]);
            rects.extend([&mut actor.line_rect, &mut actor.hidden_rect]);
            rects.extend(actor.wallet.iter_mut().map(|chip| &mut chip.rect));
        }
        if let Some(panel) = &mut seen.checks {
            rects.push(&mut panel.rect);
            rects.extend(panel.rows.iter_mut().map(|row| &mut row.rect));
        }
        rects.extend(seen.lanes.iter_mut().map(|lane| &mut lane.label_rect));
        rects.extend(seen.stamp.iter_mut().map(|stamp| &mut stamp.rect));
        for rect in rects {
            *rect = self.rect(*rect);
        }
        for lane in &mut seen.lanes {
            lane.curve = lane.curve.map(|point| self.point(point));
        }
        for parcel in &mut seen.parcels {
            parcel.at = self.point(parcel.at);
        }
        seen
    }
}

/// From one lens to another in a moment: a function of the time that has passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glide {
    from: Lens,
    to: Lens,
    seconds: f32,
}

impl Glide {
    /// Begins at what is seen now.
    pub fn new(from: Lens, to: Lens) -> Self {
        Self {
            from,
            to,
            seconds: 0.0,
        }
    }

    /// Where it leads.
    pub fn target(&self) -> Lens {
        self.to
    }

    /// Lets time pass. What is seen then, and whether it has arrived.
    pub fn advance(&mut self, seconds: f32) -> (Lens, bool) {
        self.seconds += seconds.max(0.0);
        let part = (self.seconds / GLIDE_SECONDS).min(1.0);
        if part >= 1.0 {
            return (self.to, true);
        }
        // Fast at first, slow at the end: the answer to the key is seen at once
        let eased = 1.0 - (1.0 - part).powi(3);
        (self.from.toward(self.to, eased), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: (f32, f32) = (1000.0, 600.0);

    #[test]
    fn what_is_under_the_pointer_stays_under_it() {
        let at = Point::new(420.0, 130.0);
        let lens = Lens::default().closer(1.5, at, STAGE);
        let further = lens.closer(1.6, at, STAGE);
        for lens in [lens, further] {
            let seen = lens.point(at);
            assert!((seen.x - at.x).abs() < 0.01 && (seen.y - at.y).abs() < 0.01);
        }
        assert!(further.zoom() > lens.zoom());
    }

    #[test]
    fn no_drag_and_no_wheel_leads_beyond_the_stage() {
        let mut lens = Lens::default().closer(100.0, Point::new(10.0, 590.0), STAGE);
        for by in [(9e9, 0.0), (0.0, -9e9), (-9e9, 9e9)] {
            lens = lens.moved(Point::new(by.0, by.1), STAGE);
            let first = lens.point(Point::default());
            let last = lens.point(Point::new(STAGE.0, STAGE.1));
            assert!(first.x <= 0.0 && first.y <= 0.0 && last.x >= STAGE.0 && last.y >= STAGE.1);
        }
        let back = lens.closer(0.0001, Point::new(500.0, 300.0), STAGE);
        assert_eq!(back, Lens::default());
        assert!(back.whole());
    }

    #[test]
    fn a_card_that_is_looked_at_is_large_and_wholly_seen() {
        let card = Rect::new(800.0, 40.0, 150.0, 60.0);
        let seen = Lens::onto(card, STAGE).rect(card);
        assert!(seen.w > card.w * 1.5);
        assert!(seen.x >= 0.0 && seen.right() <= STAGE.0);
        assert!(seen.y >= 0.0 && seen.bottom() <= STAGE.1);
    }

    #[test]
    fn a_glide_begins_where_one_is_and_ends_exactly_where_it_leads() {
        let from = Lens::default();
        let to = Lens::onto(Rect::new(800.0, 40.0, 150.0, 60.0), STAGE);
        let mut glide = Glide::new(from, to);
        assert_eq!(glide.advance(0.0), (from.toward(to, 0.0), false));
        let mut closeness = from.zoom();
        for _ in 0..5 {
            let (lens, arrived) = glide.advance(GLIDE_SECONDS / 6.0);
            assert!(!arrived && lens.zoom() > closeness);
            assert!(lens.point(Point::default()).x <= 0.01, "{lens:?}");
            closeness = lens.zoom();
        }
        assert_eq!(glide.advance(GLIDE_SECONDS), (to, true));
    }

    #[test]
    fn gliding_in_small_steps_or_in_one_leads_to_the_same_picture() {
        let to = Lens::default().closer(2.0, Point::new(300.0, 200.0), STAGE);
        let (mut one, mut many) = (
            Glide::new(Lens::default(), to),
            Glide::new(Lens::default(), to),
        );
        let at_once = one.advance(0.1).0;
        let mut stepped = many.advance(0.05).0;
        for _ in 0..5 {
            stepped = many.advance(0.01).0;
        }
        assert!((at_once.zoom() - stepped.zoom()).abs() < 0.001);
        assert!((at_once.pan.x - stepped.pan.x).abs() < 0.05);
    }
}
