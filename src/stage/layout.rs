//! Where everything stands. Worked out once per recording and size, so nothing
//! moves from beat to beat: every card has room for the most it will ever show.
//!
//! Three zones from left to right (the person's side, identity providers, AWS
//! accounts), each with columns of cards. Every column that answers requests keeps
//! a bay free of cards, where the checks of its actors are shown. What does not
//! fit at full size is laid out larger and shown smaller.

use crate::cloud::ledger::{Actor, ActorId, ActorKind};

use super::frame::{Rect, ZoneKind, ZoneView};
use super::text::{self, Font};

/// Text and line measures at unit 1, in points.
pub mod metric {
    /// Between the stage's edge and the zones
    pub const MARGIN: f32 = 20.0;
    /// Least space between zones
    pub const ZONE_GAP: f32 = 20.0;
    /// Between a zone's edge and its cards
    pub const ZONE_PAD: f32 = 14.0;
    /// From a zone's upper edge to its first card
    pub const ZONE_HEAD: f32 = 26.0;
    /// Least space between columns of one zone
    pub const COLUMN_GAP: f32 = 36.0;
    /// Least space between cards of one column
    pub const CARD_GAP: f32 = 14.0;
    /// Between a card's edge and its content
    pub const CARD_PAD: f32 = 12.0;
    /// A card's icon
    pub const ICON: f32 = 28.0;
    /// Between icon and text
    pub const ICON_GAP: f32 = 11.0;
    /// Text size of names
    pub const NAME: f32 = 15.0;
    /// Line height of names
    pub const NAME_LINE: f32 = 20.0;
    /// Text size of details
    pub const DETAIL: f32 = 13.0;
    /// Line height of details
    pub const DETAIL_LINE: f32 = 17.0;
    /// Lines of detail a card may have
    pub const DETAIL_LINES: usize = 2;
    /// Text size of identifiers
    pub const MONO: f32 = 13.0;
    /// Height of a chip in a wallet
    pub const CHIP: f32 = 26.0;
    /// Between chips
    pub const CHIP_GAP: f32 = 6.0;
    /// Between a card's edge and its chips
    pub const CHIP_INSET: f32 = 9.0;
    /// An artifact's shape inside a chip
    pub const CHIP_SHAPE: f32 = 28.0;
    /// A chip's expiry ring
    pub const CHIP_RING: f32 = 14.0;
    /// Between the parts of a chip
    pub const CHIP_PAD: f32 = 6.0;
    /// Around what is in a chip without a label
    pub const BARE_PAD: f32 = 5.0;
    /// Between shape and ring of a chip without a label
    pub const BARE_GAP: f32 = 3.0;
    /// Narrowest card
    pub const CARD_MIN: f32 = 152.0;
    /// Widest card
    pub const CARD_MAX: f32 = 244.0;
    /// A card's share of the stage's width
    pub const CARD_SHARE: f32 = 0.184;
    /// A stage of this size shows everything at unit 1 and has room for lanes and checks
    pub const COMFORTABLE: (f32, f32) = (1120.0, 540.0);
    /// How much of the room beyond that goes into larger things; the rest into space between them
    pub const GROWTH: f32 = 0.8;
    /// How much of what is left goes to the checks of an account with one column of cards
    pub const BEFORE_SINGLE: f32 = 0.7;
    /// A bay of this height shows most lists of checks whole
    pub const ROOMY_BAY: f32 = 260.0;
    /// A bay of this height shows a check with what is before and after it
    pub const FAIR_BAY: f32 = 156.0;
    /// How much of the gap beside a zone its checks may take
    pub const BESIDE: f32 = 0.75;
    /// What a lane and what travels on it need between a zone and a list of checks
    pub const CORRIDOR: f32 = 52.0;
    /// What a lane's label needs between two cards, beside the usual gap
    pub const LABEL_ROOM: f32 = 24.0;
    /// Least height of a bay
    pub const BAY_MIN: f32 = 132.0;
}

use metric::*;

/// How much an actor's card has to show at most, in the whole recording.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Texts of its second line
    pub lines: Vec<String>,
    /// Chips at once
    pub chips: usize,
}

/// An actor's place.
#[derive(Clone, Debug)]
pub struct Place {
    /// Who
    pub id: ActorId,
    /// What it is
    pub kind: ActorKind,
    /// Its name, cut to the card
    pub name: String,
    /// Room for the most it will ever show
    pub room: Rect,
    /// Height of the card without its wallet
    pub head: f32,
    /// Chips there is room for
    pub chips: usize,
    /// Index of its column
    pub column: usize,
}

impl Place {
    /// The card without its wallet: what is there of it at any moment.
    pub fn head_rect(&self) -> Rect {
        Rect {
            h: self.head,
            ..self.room
        }
    }
}

/// Everything's place.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The stage
    pub size: (f32, f32),
    /// Text and line measure
    pub unit: f32,
    /// Regions, left to right
    pub zones: Vec<ZoneView>,
    /// Cards
    pub places: Vec<Place>,
    /// Where the checks of each column's actors are shown
    pub bays: Vec<Rect>,
}

/// Where a column's free room is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bay {
    /// Below all cards
    Bottom,
    /// Below this many cards, above the others
    After(usize),
}

struct Column {
    zone: usize,
    cards: Vec<usize>,
    bay: Bay,
}

struct Zone {
    kind: ZoneKind,
    title: String,
}

impl Layout {
    /// Places a cast on a stage of this size.
    pub fn new(actors: &[Actor], needs: &[Needs], size: (f32, f32), text_scale: f32) -> Self {
        let (zones, columns) = cast(actors);
        let least = least_size(&columns, actors, needs, size.0 / text_scale);
        let fits = (size.0 / (least.0 * text_scale)).min(size.1 / (least.1 * text_scale));
        // A large stage is seen from farther away: everything grows with it, more slowly, and not
        // beyond what fits
        let roomy = (size.0 / COMFORTABLE.0).min(size.1 / COMFORTABLE.1) / text_scale;
        let unit = text_scale * fits.min(roomy.max(1.0).powf(GROWTH));
        let mut builder = Builder {
            actors,
            needs,
            // In units: what the stage measures when a point of text is a point
            width: size.0 / unit,
            height: size.1 / unit,
            places: Vec::new(),
            bays: Vec::new(),
        };
        let zones = builder.arrange(zones, &columns);
        let Builder {
            mut places, bays, ..
        } = builder;
        for place in &mut places {
            place.room = scaled(place.room, unit);
            place.head *= unit;
        }
        let bays = bays.into_iter().map(|bay| scaled(bay, unit)).collect();
        let zones = zones.into_iter().map(|zone| ZoneView {
            rect: scaled(zone.rect, unit),
            title_rect: scaled(zone.title_rect, unit),
            ..zone
        });
        Self {
            size,
            unit,
            zones: zones.collect(),
            places,
            bays,
        }
    }

    /// Where an actor stands.
    pub fn place(&self, id: &ActorId) -> Option<&Place> {
        self.places.iter().find(|place| place.id == *id)
    }
}

fn scaled(rect: Rect, unit: f32) -> Rect {
    Rect::new(rect.x * unit, rect.y * unit, rect.w * unit, rect.h * unit)
}

/// Which zones there are and which columns of cards they have.
fn cast(actors: &[Actor]) -> (Vec<Zone>, Vec<Column>) {
    let mut zones = Vec::new();
    let mut columns = Vec::new();
    let of = |wanted: &dyn Fn(&Actor) -> bool| -> Vec<usize> {
        (0..actors.len()).filter(|i| wanted(&actors[*i])).collect()
    };
    let mut side = of(&|actor| is_side(actor.kind));
    side.sort_by_key(|i| actors[*i].kind != ActorKind::Person);
    if !side.is_empty() {
        zones.push(Zone {
            kind: ZoneKind::Person,
            title: side_title(actors),
        });
        columns.push(Column {
            zone: zones.len() - 1,
            cards: side,
            bay: Bay::Bottom,
        });
    }
    let providers = of(&|actor| is_provider(actor.kind));
    if !providers.is_empty() {
        zones.push(Zone {
            kind: ZoneKind::Providers,
            title: "Identity providers".to_owned(),
        });
        columns.push(Column {
            zone: zones.len() - 1,
            cards: providers,
            bay: Bay::Bottom,
        });
    }
    let mut accounts: Vec<&str> = Vec::new();
    let in_aws = actors
        .iter()
        .filter(|actor| !is_side(actor.kind) && !is_provider(actor.kind));
    for account in in_aws.filter_map(|actor| actor.account.as_deref()) {
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }
    for account in accounts {
        let title = format!("AWS account {} · {}", spaced(account), crate::cloud::REGION);
        zones.push(Zone {
            kind: ZoneKind::Account,
            title,
        });
        let zone = zones.len() - 1;
        let here = |actor: &Actor| actor.account.as_deref() == Some(account);
        let cognito = of(&|actor| here(actor) && is_cognito(actor.kind));
        if !cognito.is_empty() {
            columns.push(Column {
                zone,
                cards: cognito,
                bay: Bay::Bottom,
            });
        }
        let sts = of(&|actor| here(actor) && actor.kind == ActorKind::Sts);
        let rest = of(&|actor| here(actor) && is_resource(actor.kind));
        columns.extend(resource_columns(zone, sts, rest));
    }
    (zones, columns)
}

/// STS stands above the resources it guards, with the bay between them; many resources get a
/// column of their own.
fn resource_columns(zone: usize, sts: Vec<usize>, rest: Vec<usize>) -> Vec<Column> {
    const MOST_BELOW_STS: usize = 3;
    // Without STS the cards stand at the top, like everybody else's
    let bay_below = |above: usize| match above {
        0 => Bay::Bottom,
        _ => Bay::After(above),
    };
    if rest.len() <= MOST_BELOW_STS {
        let above = sts.len();
        let cards: Vec<usize> = sts.into_iter().chain(rest).collect();
        return match cards.is_empty() {
            true => Vec::new(),
            false => vec![Column {
                zone,
                cards,
                bay: bay_below(above),
            }],
        };
    }
    let below = rest.len() / 2;
    let (near, far) = rest.split_at(below.min(MOST_BELOW_STS - 1));
    let above = sts.len();
    let cards: Vec<usize> = sts.into_iter().chain(near.iter().copied()).collect();
    vec![
        Column {
            zone,
            cards,
            bay: bay_below(above),
        },
        Column {
            zone,
            cards: far.to_vec(),
            bay: Bay::Bottom,
        },
    ]
}

/// A zone's title without its last part, or its first word, where it has no room for them:
/// "AWS account 1111-2222-3333 · us-east-1", "account 1111-2222-3333".
fn shorter(title: &str, room: f32) -> &str {
    let whole = Some(title);
    let head = title.split_once(" · ").map(|(head, _)| head);
    let bare = head.and_then(|head| head.strip_prefix("AWS "));
    let fits = |title: &&str| text::width(title, Font::Regular, DETAIL) <= room;
    [whole, head, bare]
        .into_iter()
        .flatten()
        .find(fits)
        .unwrap_or(title)
}

fn side_title(actors: &[Actor]) -> String {
    let mut people = actors
        .iter()
        .filter(|actor| actor.kind == ActorKind::Person);
    match (people.next(), people.next()) {
        (Some(person), None) => format!("{}’s side", first_name(&person.name)),
        (None, _) => "Devices".to_owned(),
        _ => "People".to_owned(),
    }
}

fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// `1111-2222-3333`, as the console prints account numbers.
fn spaced(account: &str) -> String {
    let digits: Vec<char> = account.chars().collect();
    digits
        .chunks(4)
        .map(|chunk| chunk.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

fn is_side(kind: ActorKind) -> bool {
    use ActorKind::{Backend, Laptop, Person, Phone, Tablet};
    matches!(kind, Person | Phone | Tablet | Laptop | Backend)
}

fn is_provider(kind: ActorKind) -> bool {
    use ActorKind::{Apple, Facebook, Google, LoginWithAmazon, OidcProvider, SamlProvider};
    matches!(
        kind,
        Facebook | Google | LoginWithAmazon | Apple | OidcProvider | SamlProvider
    )
}

fn is_cognito(kind: ActorKind) -> bool {
    matches!(
        kind,
        ActorKind::UserPool | ActorKind::IdentityPool | ActorKind::Sync
    )
}

fn is_resource(kind: ActorKind) -> bool {
    !is_side(kind) && !is_provider(kind) && !is_cognito(kind) && kind != ActorKind::Sts
}

/// Height of a card without its wallet, and of a wallet with this many chips.
fn head_height(lines: usize) -> f32 {
    2.0 * CARD_PAD + NAME_LINE + lines as f32 * DETAIL_LINE
}

fn wallet_height(chips: usize) -> f32 {
    chips as f32 * (CHIP + CHIP_GAP)
}

/// The smallest stage on which this cast fits at full text size, if it is about this wide.
fn least_size(columns: &[Column], actors: &[Actor], needs: &[Needs], about: f32) -> (f32, f32) {
    let zones = columns
        .iter()
        .map(|column| column.zone)
        .max()
        .map_or(0, |last| last + 1);
    let inner = columns.len().saturating_sub(zones) as f32 * COLUMN_GAP;
    let between = zones.saturating_sub(1) as f32 * ZONE_GAP;
    let around = 2.0 * MARGIN + zones as f32 * 2.0 * ZONE_PAD + between + inner;
    let count = columns.len() as f32;
    let card = ((about - around) / count.max(1.0))
        .min(about * CARD_SHARE)
        .clamp(CARD_MIN, CARD_MAX);
    let tallest = columns
        .iter()
        .map(|column| least_column(column, actors, needs, card))
        .fold(0.0, f32::max);
    (
        around + count * CARD_MIN,
        2.0 * MARGIN + ZONE_HEAD + ZONE_PAD + tallest,
    )
}

/// A column's least height: full heads, one chip each where there are any, and a bay where
/// somebody answers requests.
fn least_column(column: &Column, actors: &[Actor], needs: &[Needs], card: f32) -> f32 {
    let cards: f32 = column
        .cards
        .iter()
        .map(|index| {
            let needs = needs.get(*index);
            let chips = needs.map_or(0, |needs| needs.chips.min(1));
            head_height(lines_needed(needs, card)) + wallet_height(chips) + CARD_GAP
        })
        .sum();
    let asks = column
        .cards
        .iter()
        .all(|index| is_side(actors[*index].kind));
    cards + if asks { 0.0 } else { BAY_MIN }
}

/// Lines that an actor's state takes at most on a card of this width.
fn lines_needed(needs: Option<&Needs>, card: f32) -> usize {
    let width = card - 2.0 * CARD_PAD - ICON - ICON_GAP;
    let lines = needs.map_or(&[][..], |needs| &needs.lines);
    let wrapped = lines
        .iter()
        .map(|line| text::wrap(line, Font::Regular, DETAIL, width, DETAIL_LINES).len());
    wrapped.max().unwrap_or(1).max(1)
}

struct Builder<'a> {
    actors: &'a [Actor],
    needs: &'a [Needs],
    width: f32,
    height: f32,
    places: Vec<Place>,
    bays: Vec<Rect>,
}

impl Builder<'_> {
    fn arrange(&mut self, zones: Vec<Zone>, columns: &[Column]) -> Vec<ZoneView> {
        let inner_gaps = columns.len().saturating_sub(zones.len()) as f32;
        let zone_gaps = zones.len().saturating_sub(1) as f32;
        let frame = 2.0 * MARGIN + zones.len() as f32 * 2.0 * ZONE_PAD;
        let least_gaps = inner_gaps * COLUMN_GAP + zone_gaps * ZONE_GAP;
        let count = columns.len().max(1) as f32;
        let widest = (self.width - frame - least_gaps) / count;
        let card = (self.width * CARD_SHARE)
            .min(widest)
            .clamp(CARD_MIN, CARD_MAX);
        let free = (self.width - frame - least_gaps - count * card).max(0.0);
        let single = |index: usize| columns.iter().filter(|c| c.zone == index).count() == 1;
        let narrow = |index: usize, zone: &Zone| zone.kind == ZoneKind::Account && single(index);
        let narrows = zones.iter().enumerate().filter(|(i, it)| narrow(*i, it));
        let narrows = narrows.count() as f32;
        // Lanes and checks between an account's columns need more of what is left; an account of
        // one column has no such gap, so its checks get room before it
        let shares = (inner_gaps * 1.5 + narrows * BEFORE_SINGLE + zone_gaps).max(1.0);
        let zone_gap = ZONE_GAP + free / shares;
        let column_gap = COLUMN_GAP + free / shares * 1.5;
        let before_single = free / shares * BEFORE_SINGLE;
        let mut x = MARGIN;
        let mut views = Vec::new();
        for (index, zone) in zones.into_iter().enumerate() {
            let start = x;
            let mut lowest = 0.0_f32;
            x += ZONE_PAD;
            if narrow(index, &zone) {
                x += before_single;
            }
            let own: Vec<&Column> = columns.iter().filter(|c| c.zone == index).collect();
            for (position, column) in own.iter().enumerate() {
                if position > 0 {
                    x += column_gap;
                }
                let reach = match (zone.kind, position) {
                    (ZoneKind::Account, 0) if own.len() > 1 => (0.0, column_gap * 0.4),
                    (ZoneKind::Account, 0) => (before_single, 0.0),
                    (ZoneKind::Account, _) => (column_gap * 0.4, 0.0),
                    _ => (0.0, zone_gap * BESIDE),
                };
                lowest = lowest.max(self.column(column, x, card, reach));
                x += card;
            }
            x += ZONE_PAD;
            views.push(self.zone_view(zone, start, x, lowest));
            x += zone_gap;
        }
        views
    }

    fn zone_view(&self, zone: Zone, left: f32, right: f32, lowest: f32) -> ZoneView {
        let full = self.height - MARGIN;
        // Providers leave the floor to the lanes that pass below them
        let bottom = if zone.kind == ZoneKind::Providers {
            lowest + ZONE_PAD
        } else {
            full
        };
        let rect = Rect::new(left, MARGIN, right - left, bottom - MARGIN);
        let inset = ZONE_PAD + 10.0;
        let room = rect.w - 2.0 * inset;
        let title = text::cut(shorter(&zone.title, room), Font::Regular, DETAIL, room);
        let width = text::width(&title, Font::Regular, DETAIL);
        let title_rect = Rect::new(left + inset, MARGIN - DETAIL_LINE / 2.0, width, DETAIL_LINE);
        ZoneView {
            kind: zone.kind,
            title,
            title_rect,
            rect,
        }
    }

    /// Places a column's cards; says where the lowest one ends. The bay reaches this far beyond
    /// the cards to the left and to the right.
    fn column(&mut self, column: &Column, x: f32, card: f32, reach: (f32, f32)) -> f32 {
        let top = MARGIN + ZONE_HEAD;
        let bottom = self.height - MARGIN - ZONE_PAD;
        let index = self.bays.len();
        let mut heights = self.heights(column, card, bottom - top);
        let used: f32 = heights
            .iter()
            .map(|(head, chips)| head + wallet_height(*chips))
            .sum();
        let gaps = column.cards.len() as f32 * CARD_GAP;
        let mut free = (bottom - top - used - gaps).max(0.0);
        let spread = self.spread(column, &mut free);
        let mut y = top;
        let mut lowest = top;
        let bay_at = |y: f32, h: f32| Rect::new(x - reach.0, y, reach.0 + card + reach.1, h);
        let mut bay = Rect::default();
        for (position, card_index) in column.cards.iter().enumerate() {
            if column.bay == Bay::After(position) {
                bay = bay_at(y, free);
                y += free + CARD_GAP;
            }
            let (head, chips) = heights.remove(0);
            let room = Rect::new(x, y, card, head + wallet_height(chips));
            self.places
                .push(self.place(*card_index, room, head, chips, index));
            lowest = room.bottom();
            y = lowest + CARD_GAP + spread;
        }
        if column.bay == Bay::Bottom || column.bay == Bay::After(column.cards.len()) {
            let start = lowest + CARD_GAP + self.corridor(column, bottom - lowest - CARD_GAP);
            bay = bay_at(start, bottom - start);
        }
        self.bays.push(bay);
        lowest
    }

    /// What identity providers leave free between their zone and their checks, for the lanes that
    /// people's devices have to AWS: providers stand in between.
    fn corridor(&self, column: &Column, bay: f32) -> f32 {
        let provides = |card: &usize| is_provider(self.actors[*card].kind);
        match column.cards.iter().any(provides) && bay - CORRIDOR >= FAIR_BAY {
            true => CORRIDOR,
            false => 0.0,
        }
    }

    /// Cards that have the column to themselves stand apart, so that lanes part too; what is left
    /// stays in the bay.
    fn spread(&self, column: &Column, free: &mut f32) -> f32 {
        let gaps = column.cards.len().saturating_sub(1) as f32;
        if column.bay != Bay::Bottom || gaps == 0.0 {
            return 0.0;
        }
        let side = column
            .cards
            .iter()
            .any(|card| self.actors[*card].kind == ActorKind::Person);
        // People's devices answer little, so they may take the middle of their side; between others
        // a label fits, and the rest is for the checks
        let least = LABEL_ROOM.min((*free - FAIR_BAY).max(0.0) / gaps);
        let spread = match side {
            true => *free * 0.45 / gaps,
            false => ((*free - ROOMY_BAY) / gaps).clamp(least, 120.0),
        };
        let spread = spread.min(120.0);
        *free -= spread * gaps;
        spread
    }

    /// Head height and chips of each card of a column; wallets give way until the bay has room.
    fn heights(&self, column: &Column, card: f32, available: f32) -> Vec<(f32, usize)> {
        let mut heights: Vec<(f32, usize)> = column
            .cards
            .iter()
            .map(|index| {
                let needs = self.needs.get(*index);
                let lines = lines_needed(needs, card);
                (head_height(lines), needs.map_or(0, |needs| needs.chips))
            })
            .collect();
        let side = column
            .cards
            .iter()
            .any(|card| is_side(self.actors[*card].kind));
        let bay = if side { 0.0 } else { BAY_MIN };
        loop {
            let used: f32 = heights
                .iter()
                .map(|(head, chips)| head + wallet_height(*chips) + CARD_GAP)
                .sum();
            let Some(largest) = heights.iter_mut().max_by_key(|(_, chips)| *chips) else {
                break;
            };
            if used + bay <= available || largest.1 <= 1 {
                break;
            }
            largest.1 -= 1;
        }
        heights
    }

    fn place(&self, card: usize, room: Rect, head: f32, chips: usize, column: usize) -> Place {
        let actor = &self.actors[card];
        let text_width = room.w - 2.0 * CARD_PAD - ICON - ICON_GAP;
        Place {
            id: actor.id.clone(),
            kind: actor.kind,
            name: text::cut(&actor.name, Font::SemiBold, NAME, text_width),
            room,
            head,
            chips,
            column,
        }
    }
}
