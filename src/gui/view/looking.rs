//! What the inspector shows, worked out once for each thing that is chosen and kept until another
//! one is; and the value that is being followed through the recording.

use crate::cloud::ledger::{ActorId, ExchangeId};
use crate::inspect::calls::{self, Dialect};
use crate::inspect::credentials::CredentialsView;
use crate::inspect::message::MessageView;
use crate::inspect::outside::{self, Tool};
use crate::inspect::policy::PolicyView;
use crate::inspect::signing::{Signing, SigningError, signing};
use crate::inspect::state::StateView;
use crate::inspect::token::TokenView;
use crate::inspect::{Subject, keys::KeysView};
use crate::recording::provenance::{Place, Spot};
use crate::recording::{Cursor, Recording, Trail};
use crate::stage::{PlayTime, Stage};

/// What a person asks of the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// With what a token is verified outside
    Tool(Tool),
    /// How a request is written
    Dialect(Dialect),
    /// Bodies as trees, or as they travelled
    Tree(bool),
    /// Makes a request's signature again, step by step; the same again folds it
    Signing(ExchangeId),
    /// Follows a value through the recording
    Trace(String),
    /// Goes to the next place of the value, or to an earlier one
    Step(i32),
    /// Goes to a place of the value
    Place(usize),
    /// Follows nothing any more
    EndTrail,
}

/// What is known about the thing that is chosen.
#[derive(Debug, Default)]
pub enum Inspected {
    /// Nothing is chosen, or there is nothing to work out about it
    #[default]
    Nothing,
    /// A token that can be read
    Token(Box<TokenView>),
    /// Credentials
    Credentials(CredentialsView),
    /// A request and its response
    Message(Box<(MessageView, MessageView)>),
    /// A policy decision
    Policy(Box<PolicyView>),
    /// Somebody's state
    State(StateView),
    /// A key set
    Keys(KeysView),
}

/// A value that is being followed.
#[derive(Debug)]
pub struct Following {
    /// The value
    pub value: String,
    /// Its places, in order
    pub trail: Trail,
    /// The place that was gone to last
    pub at: Option<usize>,
    /// Everybody who asked or answered where it stands
    actors: Vec<ActorId>,
}

/// The inspector's state.
#[derive(Debug, Default)]
pub struct Looking {
    /// What is known about the thing that is chosen
    pub inspected: Inspected,
    /// With what a token is verified outside
    pub tool: Tool,
    /// The command of that tool for the chosen token
    pub outside: Option<String>,
    /// How a request is written, where somebody chose
    pub dialect: Option<Dialect>,
    /// The chosen request so written
    pub written: Option<(Dialect, String)>,
    /// Bodies as they travelled, not as trees
    pub raw: bool,
    /// The signature that is laid open
    pub signing: Option<(ExchangeId, Result<Box<Signing>, SigningError>)>,
    /// The value that is being followed
    pub following: Option<Following>,
    /// How often something was worked out, for tests: not once per picture
    pub worked_out: u32,
    /// For what
    known: Option<(Subject, Option<Cursor>)>,
}

impl Looking {
    /// Works out what is to be known, unless it is known already. Only somebody's state depends on
    /// the moment.
    pub fn inspect(&mut self, recording: &Recording, chosen: Option<&Subject>, cursor: Cursor) {
        let Some(chosen) = chosen else {
            self.inspected = Inspected::Nothing;
            self.known = None;
            return;
        };
        let moment = matches!(chosen, Subject::Actor(_)).then_some(cursor);
        let wanted = (chosen.clone(), moment);
        if self.known.as_ref() == Some(&wanted) {
            return;
        }
        self.worked_out += 1;
        let other = self.known.as_ref().is_none_or(|(known, _)| known != chosen);
        if other {
            self.signing = None;
        }
        self.inspected = inspected(recording, chosen, cursor);
        self.known = Some(wanted);
        self.write(recording, chosen);
    }

    /// Forgets everything: another recording is on stage.
    pub fn forget(&mut self) {
        *self = Self {
            tool: self.tool,
            dialect: self.dialect,
            raw: self.raw,
            ..Self::default()
        };
    }

    fn write(&mut self, recording: &Recording, chosen: &Subject) {
        self.outside = match chosen {
            Subject::Artifact(id) => recording
                .artifact(*id)
                .and_then(|it| outside::command(it, recording, self.tool)),
            _ => None,
        };
        self.written = match chosen {
            Subject::Exchange(id) => recording.exchange(*id).and_then(|exchange| {
                let all = calls::dialects(exchange);
                let asked = self.dialect.filter(|dialect| all.contains(dialect));
                let dialect = asked.or_else(|| all.first().copied())?;
                Some((dialect, calls::written(exchange, dialect)?))
            }),
            _ => None,
        };
    }

    /// Does what was asked; where to go because of it.
    pub fn apply(
        &mut self,
        look: Look,
        recording: &Recording,
        chosen: Option<&Subject>,
    ) -> Option<Place> {
        match look {
            Look::Tool(tool) => self.tool = tool,
            Look::Dialect(dialect) => self.dialect = Some(dialect),
            Look::Tree(tree) => self.raw = !tree,
            Look::Signing(id) => {
                let open = self.signing.as_ref().is_some_and(|(known, _)| *known == id);
                let exchange = recording.exchange(id).filter(|_| !open);
                let made = exchange.and_then(|exchange| signing(exchange, recording));
                self.signing = made.map(|made| (id, made.map(Box::new)));
            }
            Look::Trace(value) => self.follow(value, recording),
            Look::EndTrail => self.following = None,
            Look::Step(by) => return self.step(by),
            Look::Place(at) => return self.place(at),
        }
        if let Some(chosen) = chosen {
            self.write(recording, chosen);
        }
        None
    }

    /// Follows a value; the one that is followed already is let go.
    fn follow(&mut self, value: String, recording: &Recording) {
        if self.following.as_ref().is_some_and(|it| it.value == value) {
            self.following = None;
            return;
        }
        let trail = recording.trail(&value);
        let mut actors: Vec<ActorId> = Vec::new();
        for exchange in trail
            .places
            .iter()
            .filter_map(|it| recording.exchange(it.exchange?))
        {
            for actor in [&exchange.from, &exchange.to] {
                if !actors.contains(actor) {
                    actors.push(actor.clone());
                }
            }
        }
        self.following = Some(Following {
            value,
            trail,
            at: None,
            actors,
        });
    }

    fn step(&mut self, by: i32) -> Option<Place> {
        let following = self.following.as_ref()?;
        let count = i64::try_from(following.trail.places.len()).ok()?;
        if count == 0 {
            return None;
        }
        let next = match following.at {
            Some(at) => i64::try_from(at).ok()? + i64::from(by),
            None if by < 0 => -1,
            None => 0,
        };
        self.place(usize::try_from(next.rem_euclid(count)).ok()?)
    }

    fn place(&mut self, at: usize) -> Option<Place> {
        let following = self.following.as_mut()?;
        let place = following.trail.places.get(at)?.clone();
        following.at = Some(at);
        Some(place)
    }
}

impl Following {
    /// Whether something on the stage has the value.
    pub fn lights(&self, subject: &Subject) -> bool {
        let places = &self.trail.places;
        match subject {
            Subject::Actor(id) => self.actors.contains(id),
            Subject::Artifact(id) => places
                .iter()
                .any(|it| matches!(it.spot, Spot::Minted(at) | Spot::Carried(at) if at == *id)),
            Subject::Exchange(id) => places.iter().any(|it| it.exchange == Some(*id)),
            Subject::Check { exchange, position } => places
                .iter()
                .any(|it| it.exchange == Some(*exchange) && it.spot == Spot::Check(*position)),
            Subject::Decision(at) => places.iter().any(|it| it.spot == Spot::Decision(*at)),
            Subject::Keys(_) => false,
        }
    }

    /// The beats that have the value, in order, each once.
    pub fn beats(&self) -> Vec<u32> {
        let mut beats: Vec<u32> = self.trail.places.iter().map(|it| it.beat).collect();
        beats.sort_unstable();
        beats.dedup();
        beats
    }
}

/// What shows a place.
pub fn subject_of(place: &Place) -> Option<Subject> {
    match (&place.spot, place.exchange) {
        (Spot::Minted(id), _) => Some(Subject::Artifact(*id)),
        (Spot::Decision(at), _) => Some(Subject::Decision(*at)),
        (Spot::Check(position), Some(exchange)) => Some(Subject::Check {
            exchange,
            position: *position,
        }),
        (_, exchange) => exchange.map(Subject::Exchange),
    }
}

/// The moment at which a place is seen.
pub fn moment_of(place: &Place, stage: &Stage, recording: &Recording) -> PlayTime {
    let Some(exchange) = place.exchange.and_then(|id| recording.exchange(id)) else {
        return stage.beat_start(place.beat);
    };
    match place.spot {
        Spot::Request | Spot::Carried(_) => stage.arrival_of(exchange.id),
        Spot::Check(position) => stage.moment_of_check(exchange, position),
        Spot::Decision(_) | Spot::Minted(_) | Spot::Response => stage.end_of(exchange.id),
    }
}

fn inspected(recording: &Recording, chosen: &Subject, cursor: Cursor) -> Inspected {
    let found = match chosen {
        Subject::Actor(id) => Some(Inspected::State(StateView::of(recording, id, cursor))),
        Subject::Artifact(id) => recording.artifact(*id).and_then(|artifact| {
            let token = TokenView::of(artifact, recording);
            let token = token.map(|view| Inspected::Token(Box::new(view)));
            token.or_else(|| CredentialsView::of(artifact, recording).map(Inspected::Credentials))
        }),
        Subject::Exchange(id) => {
            let exchange = recording.exchange(*id);
            exchange.map(|it| Inspected::Message(Box::new(MessageView::of(it))))
        }
        Subject::Check { .. } => None,
        Subject::Decision(at) => {
            let decision = recording.decisions.get(*at as usize);
            decision.map(|it| Inspected::Policy(Box::new(PolicyView::of(it, recording))))
        }
        Subject::Keys(at) => KeysView::of(recording, *at).map(Inspected::Keys),
    };
    found.unwrap_or_default()
}
