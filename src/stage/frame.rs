//! The picture at a moment, as data. Nothing here knows how it will be drawn: the
//! window paints it, a text outline reads it, tests compare it.
//!
//! Coordinates are logical points with the origin at the stage's top left corner,
//! y downwards. Every label's text is final; every rectangle is where it goes.

use serde::Serialize;

use crate::cloud::ledger::{ActorId, ActorKind, ArtifactId, ArtifactKind, ExchangeId};
use crate::protocol::time::Moment;

/// A point in logical points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    /// From the left
    pub x: f32,
    /// From the top
    pub y: f32,
}

/// A rectangle in logical points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Rect {
    /// Left edge
    pub x: f32,
    /// Top edge
    pub y: f32,
    /// Width
    pub w: f32,
    /// Height
    pub h: f32,
}

impl Point {
    /// A point.
    pub fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// The point between two others: `t` 0 is here, 1 is there.
    pub fn towards(self, other: Self, t: f32) -> Self {
        Self::new(
            self.x + (other.x - self.x) * t,
            self.y + (other.y - self.y) * t,
        )
    }
}

impl Rect {
    /// A rectangle from its corner and size.
    pub fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    /// Right edge.
    pub fn right(self) -> f32 {
        self.x + self.w
    }

    /// Bottom edge.
    pub fn bottom(self) -> f32 {
        self.y + self.h
    }

    /// Middle.
    pub fn center(self) -> Point {
        Point::new(self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// Whether a point lies inside.
    pub fn contains(self, point: Point) -> bool {
        point.x >= self.x
            && point.x <= self.right()
            && point.y >= self.y
            && point.y <= self.bottom()
    }

    /// Whether two rectangles share more than an edge.
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Whether another rectangle lies inside.
    pub fn holds(self, other: Self) -> bool {
        other.x >= self.x
            && other.right() <= self.right()
            && other.y >= self.y
            && other.bottom() <= self.bottom()
    }

    /// The area that two rectangles share.
    pub fn shared(self, other: Self) -> f32 {
        let w = self.right().min(other.right()) - self.x.max(other.x);
        let h = self.bottom().min(other.bottom()) - self.y.max(other.y);
        if w > 0.0 && h > 0.0 { w * h } else { 0.0 }
    }

    /// How far apart two rectangles are: 0 where they touch.
    pub fn gap(self, other: Self) -> f32 {
        let across = (other.x - self.right()).max(self.x - other.right());
        let down = (other.y - self.bottom()).max(self.y - other.bottom());
        across.max(0.0).hypot(down.max(0.0))
    }

    /// How far a point is from the rectangle: 0 inside.
    pub fn distance(self, point: Point) -> f32 {
        self.gap(Self::new(point.x, point.y, 0.0, 0.0))
    }

    /// The same, larger by this much on every side.
    pub fn grown(self, by: f32) -> Self {
        Self::new(
            self.x - by,
            self.y - by,
            self.w + 2.0 * by,
            self.h + 2.0 * by,
        )
    }
}

/// What stands in a region of the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneKind {
    /// People and their devices
    Person,
    /// Identity providers outside AWS
    Providers,
    /// An AWS account
    Account,
}

/// A lit region of the stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ZoneView {
    /// What stands here
    pub kind: ZoneKind,
    /// Written into its upper edge
    pub title: String,
    /// Where the title's text goes
    pub title_rect: Rect,
    /// Where it is
    pub rect: Rect,
}

/// How an actor takes part right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorLook {
    /// Takes no part
    Calm,
    /// Sends, receives or waits for an answer
    Acting,
    /// Makes its checks
    Checking,
    /// Has just refused
    Refusing,
}

/// An actor's card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActorView {
    /// Who
    pub id: ActorId,
    /// Decides the icon
    pub kind: ActorKind,
    /// First line
    pub name: String,
    /// Second line, already cut into lines that fit
    pub line: Vec<String>,
    /// The card
    pub rect: Rect,
    /// Where the icon goes
    pub icon: Rect,
    /// Where the name's text goes
    pub name_rect: Rect,
    /// Where the line's text goes
    pub line_rect: Rect,
    /// How it takes part
    pub look: ActorLook,
    /// What it holds
    pub wallet: Vec<ChipView>,
    /// How many more things it holds than there is room for
    pub hidden: usize,
    /// Where "+2" goes, when there is more
    pub hidden_rect: Rect,
}

/// What an artifact looks like, apart from its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactLook {
    /// Good
    Whole,
    /// A guest's: hollow
    Hollow,
    /// Expired: cracked
    Expired,
    /// Altered after it was minted
    Tampered,
}

/// Something in a wallet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChipView {
    /// Which artifact
    pub artifact: ArtifactId,
    /// What it is
    pub kind: ArtifactKind,
    /// Its look
    pub look: ArtifactLook,
    /// Its label
    pub label: String,
    /// Whether there is no room to show the label
    pub bare: bool,
    /// The chip
    pub rect: Rect,
    /// How much of its life is left, 0 to 1; none for what does not expire
    pub ring: Option<f32>,
    /// 0 while arriving, 1 when settled
    pub opacity: f32,
}

/// What a lane is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneLook {
    /// The request is on its way, or being checked
    Request,
    /// The caller waits while calls are made on its behalf
    Waiting,
    /// The response is on its way
    Response,
    /// Refused
    Refused,
}

/// The connection between two actors while an exchange is under way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LaneView {
    /// Which exchange
    pub exchange: ExchangeId,
    /// A cubic Bézier curve from the caller's card to the receiver's
    pub curve: [Point; 4],
    /// What it is doing
    pub look: LaneLook,
    /// The operation
    pub label: String,
    /// The same as it is written: on two lines where one has no room near the lane
    pub label_lines: Vec<String>,
    /// Where the label goes
    pub label_rect: Rect,
    /// How nested it is: 0 for what a device asks, 1 for a call on its behalf
    pub depth: u32,
    /// 0 to 1 while it appears, 1 to 0 while it fades
    pub opacity: f32,
}

/// Something on its way along a lane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParcelView {
    /// Which exchange
    pub exchange: ExchangeId,
    /// What it carries first; none for a message without artifacts
    pub artifact: Option<ArtifactId>,
    /// Its look; none for a plain message
    pub kind: Option<ArtifactKind>,
    /// Whole, hollow, expired, tampered
    pub look: ArtifactLook,
    /// Its middle
    pub at: Point,
    /// Direction of travel in radians
    pub angle: f32,
    /// 0 to 1
    pub opacity: f32,
    /// A refused request comes back broken
    pub broken: bool,
}

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TickState {
    /// Still to come
    Pending,
    /// Being made
    Checking,
    /// Made, held
    Passed,
    /// Made, did not hold
    Failed,
    /// Never made, because an earlier one failed
    NotReached,
}

/// One line in the list of checks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckRow {
    /// Position among the exchange's checks
    pub position: u32,
    /// Its name
    pub name: String,
    /// Evidence in lines of the width; none until it is being made
    pub evidence: Vec<String>,
    /// For a failed check what was required instead, in lines of the width; none otherwise
    pub required: Vec<String>,
    /// How far it is
    pub state: TickState,
    /// The row
    pub rect: Rect,
}

/// The checks that a receiver is making, in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckPanel {
    /// Which exchange
    pub exchange: ExchangeId,
    /// "What STS checks, in order"
    pub title: String,
    /// "3 of 5", "stopped at 3"
    pub progress: String,
    /// Whether a check failed and has been shown
    pub refused: bool,
    /// The panel
    pub rect: Rect,
    /// Lines, in order
    pub rows: Vec<CheckRow>,
    /// Checks above and below those shown, where there is no room for all
    pub hidden_above: usize,
    /// The same, below
    pub hidden_below: usize,
    /// 0 to 1
    pub opacity: f32,
}

/// An error code stamped onto a refused request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StampView {
    /// "403 AccessDenied"
    pub text: String,
    /// Where
    pub rect: Rect,
    /// Tilt in radians
    pub angle: f32,
    /// 0 to 1
    pub opacity: f32,
}

/// A run of caption text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaptionRun {
    /// The words
    pub text: String,
    /// Whether it is a term
    pub strong: bool,
}

/// What the audience reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaptionView {
    /// "Borrow a role · beat 7"
    pub heading: String,
    /// The caption
    pub runs: Vec<CaptionRun>,
}

/// How a beat ended, for its tick on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkLook {
    /// Nothing was refused
    Plain,
    /// Something was refused
    Refusal,
}

/// A beat's tick on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarkView {
    /// The beat; of several the first that refuses, else the first
    pub beat: u32,
    /// Its title, for hovering
    pub title: String,
    /// Where it is over, 0 to 1 over the whole line. Beats are evenly spaced
    pub at: f32,
    /// How it ended
    pub look: MarkLook,
}

/// A chapter's stretch of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChapterView {
    /// Its title
    pub title: String,
    /// Beginning and end, 0 to 1 over the whole line
    pub span: (f32, f32),
}

/// Everything below the stage that depends on the moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineView {
    /// A tick per beat, where the beat is over; one for several where they would be too close
    pub marks: Vec<MarkView>,
    /// Chapters
    pub chapters: Vec<ChapterView>,
    /// Where the playhead stands, 0 to 1
    pub playhead: f32,
    /// "7 / 12"
    pub counter: String,
}

/// The picture at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frame {
    /// The stage's size
    pub size: (f32, f32),
    /// What a point of text or line measures here: the text size setting, smaller where the stage
    /// is too small for its cast. All rectangles already include it; fonts and strokes do not
    pub unit: f32,
    /// The beat under way, from 0
    pub beat: u32,
    /// Simulated time
    pub clock: Moment,
    /// Lit regions, back to front
    pub zones: Vec<ZoneView>,
    /// Cards
    pub actors: Vec<ActorView>,
    /// Lanes of the exchanges under way, the innermost last
    pub lanes: Vec<LaneView>,
    /// What is on its way
    pub parcels: Vec<ParcelView>,
    /// The checks being made
    pub checks: Option<CheckPanel>,
    /// The error code of a refusal
    pub stamp: Option<StampView>,
    /// What the audience reads
    pub caption: CaptionView,
    /// Timeline
    pub timeline: TimelineView,
    /// Whether anything moves at this moment; a still picture needs no redraw
    pub moving: bool,
}
