//! The ledger: everything that happens in the cloud, written down once, as it happens.
//!
//! Services never describe themselves to the stage. They state each check with its
//! evidence, mint artifacts and record policy decisions here; the front door opens
//! and closes the exchanges. Which artifacts a message carried is not claimed by
//! anyone either: [`spot`] looks for their values in the bytes that travelled.

mod body;
mod held;
mod log;
mod members;
mod shared;
mod spot;
mod text;
mod types;

pub use log::{Iter, Log, Stretch};
pub use members::Members;
pub use shared::Shared;
pub use text::Text;
pub use types::*;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::protocol::time::Moment;

/// The most exchanges one recording may hold. A scenario that loops must end in an error, not in
/// an exhausted machine.
pub const MAX_EXCHANGES: usize = 200_000;

/// Decisions about one action that a new one is compared with.
const MAX_ALIKE: usize = 4;

/// What a service says about a thing it makes; the ledger adds who, when and the number.
#[derive(Clone, Debug)]
pub struct Mint {
    /// What it is
    pub kind: ArtifactKind,
    /// What the stage calls it
    pub label: String,
    /// Its exact text, or the members of credentials
    pub value: ArtifactValue,
    /// When it ends, where it does
    pub expires_at: Option<Moment>,
    /// Decoded header of a readable token
    pub header: Option<serde_json::Map<String, serde_json::Value>>,
    /// Decoded claims of a readable token
    pub claims: Option<serde_json::Map<String, serde_json::Value>>,
    /// What an unreadable token stands for, and other facts worth showing
    pub facts: Vec<(String, String)>,
    /// Where its values came from
    pub provenance: Vec<Origin>,
    /// Somebody altered it
    pub tampered: bool,
    /// It stands for nobody
    pub guest: bool,
}

impl Mint {
    /// A thing whose value is a text.
    pub fn text(kind: ArtifactKind, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(kind, label, ArtifactValue::Text(value.into()))
    }

    /// A thing with this value.
    pub fn new(kind: ArtifactKind, label: impl Into<String>, value: ArtifactValue) -> Self {
        Self {
            kind,
            label: label.into(),
            value,
            expires_at: None,
            header: None,
            claims: None,
            facts: Vec::new(),
            provenance: Vec::new(),
            tampered: false,
            guest: false,
        }
    }

    /// The same, ending at this moment.
    pub fn expiring(mut self, at: Moment) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// The same, with one more fact about it.
    pub fn fact(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into()));
        self
    }

    /// The same, with the source of one of its values.
    pub fn origin(
        mut self,
        field: impl Into<String>,
        value: impl Into<String>,
        from: Source,
    ) -> Self {
        self.provenance.push(Origin {
            field: field.into(),
            value: value.into(),
            from,
        });
        self
    }
}

/// A check that a receiver is going to make.
#[derive(Clone, Debug)]
struct Planned {
    name: Text,
    source: Text,
}

/// An exchange that has not been answered yet.
#[derive(Clone, Debug)]
struct Open {
    id: ExchangeId,
    planned: Vec<Planned>,
}

/// Everything that happened, in order. A copy shares what has been written and goes on apart.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    beat: u32,
    exchanges: Log<Exchange>,
    open: Vec<Open>,
    artifacts: Log<Artifact>,
    index: spot::Index,
    decisions: Log<PolicyDecision>,
    /// Where the latest decisions about each action are
    alike: BTreeMap<Text, VecDeque<usize>>,
    wallet: Log<WalletChange>,
    /// What each actor holds now: the sum of `wallet`, kept so that asking costs no replay
    held: BTreeMap<ActorId, Arc<held::Hands>>,
    states: Log<StateChange>,
    /// Where in `states` each actor's latest entry is
    latest_state: BTreeMap<ActorId, usize>,
    keys: Vec<PublishedKeys>,
    texts: text::Recent<Text>,
    bodies: text::Recent<Arc<[u8]>>,
}

/// What a ledger holds once everything has happened.
#[derive(Debug)]
pub struct Written {
    /// Every exchange, in the order of sending
    pub exchanges: Log<Exchange>,
    /// Every artifact, in the order of minting
    pub artifacts: Log<Artifact>,
    /// Every policy decision, in order
    pub decisions: Log<PolicyDecision>,
    /// Every change of a wallet, in order
    pub wallet: Log<WalletChange>,
    /// Every change of an actor's state, in order
    pub states: Log<StateChange>,
    /// Every key set that was published, in the order of first publication
    pub keys: Vec<PublishedKeys>,
}

impl Ledger {
    /// Closes the ledger and hands over what is written in it.
    pub fn into_written(self) -> Written {
        Written {
            exchanges: self.exchanges,
            artifacts: self.artifacts,
            decisions: self.decisions,
            wallet: self.wallet,
            states: self.states,
            keys: self.keys,
        }
    }

    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on everything belongs to this beat.
    pub fn enter_beat(&mut self, beat: u32) {
        self.beat = beat;
    }

    /// The beat under way.
    pub fn beat(&self) -> u32 {
        self.beat
    }

    /// Every exchange, in the order of sending.
    pub fn exchanges(&self) -> &Log<Exchange> {
        &self.exchanges
    }

    /// Every artifact, in the order of minting.
    pub fn artifacts(&self) -> &Log<Artifact> {
        &self.artifacts
    }

    /// The artifact with this number.
    pub fn artifact(&self, id: ArtifactId) -> Option<&Artifact> {
        self.artifacts.get(id.index())
    }

    /// The artifact with exactly this value (or this access key id, or session token).
    pub fn find_artifact(&self, value: &str) -> Option<ArtifactId> {
        self.index.get(value, &self.artifacts)
    }

    /// Every policy decision, in order.
    pub fn decisions(&self) -> &Log<PolicyDecision> {
        &self.decisions
    }

    /// Every change of a wallet, in order.
    pub fn wallet_changes(&self) -> &Log<WalletChange> {
        &self.wallet
    }

    /// Every change of an actor's state, in order.
    pub fn state_changes(&self) -> &Log<StateChange> {
        &self.states
    }

    /// Every key set that was published, in the order of first publication.
    pub fn published_keys(&self) -> &[PublishedKeys] {
        &self.keys
    }

    /// The exchange being answered right now.
    pub fn current(&self) -> Option<ExchangeId> {
        self.open.last().map(|open| open.id)
    }

    /// Who asked for what is being answered right now, in the first place: the caller of the
    /// outermost exchange.
    pub fn first_caller(&self) -> Option<&ActorId> {
        let outermost = self.open.first()?;
        Some(&self.exchanges.get(outermost.id.index())?.from)
    }

    /// How many calls deep the cloud is.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether one more exchange may be written.
    pub fn has_room(&self) -> bool {
        self.exchanges.len() < MAX_EXCHANGES
    }

    /// A text as it is kept: once, however often it is written.
    pub fn text(&mut self, text: &str) -> Text {
        self.texts.text(text)
    }

    /// A body as it is kept: what is read again and again is kept once.
    pub fn body(&mut self, bytes: &[u8]) -> Body {
        Body(self.bodies.bytes(bytes))
    }

    /// Writes down that a request has been sent.
    pub fn open(
        &mut self,
        at: Moment,
        (from, to): (ActorId, ActorId),
        (service, operation): (impl AsRef<str>, impl AsRef<str>),
        request: SentRequest,
    ) -> ExchangeId {
        let id = ExchangeId(self.exchanges.len() as u32);
        let parent = self.current();
        if let Some(parent) = parent {
            self.exchanges[parent.index()].steps.push(Step::Call(id));
        }
        let sent = self.index.spot_request(&request, &self.artifacts);
        let service = self.texts.text(service.as_ref());
        let operation = self.texts.text(operation.as_ref());
        self.exchanges.push(Exchange {
            id,
            beat: self.beat,
            parent,
            at,
            answered_at: at,
            from,
            to,
            service,
            operation,
            request,
            response: SentResponse {
                status: 0,
                headers: Vec::new(),
                body: Body::default(),
            },
            refusal: None,
            checks: Vec::new(),
            steps: Vec::new(),
            sent,
            received: Vec::new(),
        });
        self.open.push(Open {
            id,
            planned: Vec::new(),
        });
        id
    }

    /// Writes down the answer. Checks that were announced and not made are listed as not reached
    /// if an earlier one failed; what the response carries moves into the caller's wallet.
    /// What changes because of it still belongs to the exchange, until it is closed.
    pub fn answered(
        &mut self,
        id: ExchangeId,
        at: Moment,
        response: SentResponse,
        refusal: Option<Refusal>,
    ) {
        let Some(open) = self.open.iter_mut().rfind(|open| open.id == id) else {
            return;
        };
        let planned = std::mem::take(&mut open.planned);
        let received = self.index.spot_response(&response, &self.artifacts);
        let exchange = &mut self.exchanges[id.index()];
        for Planned { name, source } in planned {
            let position = exchange.checks.len() as u32;
            exchange.steps.push(Step::Check(position));
            exchange.checks.push(Check {
                name,
                outcome: Outcome::NotReached,
                expected: Text::default(),
                actual: Text::default(),
                source,
            });
        }
        exchange.answered_at = at;
        exchange.response = response;
        exchange.refusal = refusal;
        exchange.received = received;
        exchange.checks.shrink_to_fit();
        exchange.steps.shrink_to_fit();
        self.hand_over(id);
    }

    /// Nothing belongs to the exchange any more.
    pub fn finish(&mut self, id: ExchangeId) {
        self.open.retain(|open| open.id != id);
    }

    /// Writes down the answer of an exchange that changes nothing further.
    pub fn close(
        &mut self,
        id: ExchangeId,
        at: Moment,
        response: SentResponse,
        refusal: Option<Refusal>,
    ) {
        self.answered(id, at, response, refusal);
        self.finish(id);
    }

    /// What an answer carries leaves its minter's hands and is the caller's from then on. What only
    /// comes back from the question (somebody's identity ID in the error about its folder) is an
    /// echo and gives nobody anything.
    fn hand_over(&mut self, id: ExchangeId) {
        let exchange = &self.exchanges[id.index()];
        let (from, to, at) = (
            exchange.from.clone(),
            exchange.to.clone(),
            exchange.answered_at,
        );
        let (received, sent) = (exchange.received.clone(), exchange.sent.clone());
        for artifact in received {
            self.move_in(Some(id), &to, artifact, at, false);
            if !sent.contains(&artifact) {
                self.move_in(Some(id), &from, artifact, at, true);
            }
        }
    }

    /// Announces the checks the receiver is about to make, in order: name and where the rule
    /// comes from. Those announced earlier and not made yet stay in front.
    pub fn plan(&mut self, checks: &[(&str, &str)]) {
        if let Some(open) = self.open.last_mut() {
            let texts = &mut self.texts;
            let planned = checks.iter().map(|(name, source)| Planned {
                name: texts.text(name),
                source: texts.text(source),
            });
            open.planned.extend(planned);
        }
    }

    /// Withdraws an announced check that turns out not to apply to this request.
    pub fn skip(&mut self, name: &str) {
        if let Some(open) = self.open.last_mut() {
            open.planned.retain(|planned| planned.name != name);
        }
    }

    /// A check was made and held.
    pub fn passed(&mut self, name: &str, expected: impl AsRef<str>, actual: impl AsRef<str>) {
        self.check(name, Outcome::Passed, expected.as_ref(), actual.as_ref());
    }

    /// A check was made and did not hold. Whatever is still announced will not be reached.
    pub fn failed(&mut self, name: &str, expected: impl AsRef<str>, actual: impl AsRef<str>) {
        self.check(name, Outcome::Failed, expected.as_ref(), actual.as_ref());
    }

    /// A check was made: writes it down and says whether it held.
    pub fn verify(
        &mut self,
        name: &str,
        held: bool,
        expected: impl AsRef<str>,
        actual: impl AsRef<str>,
    ) -> bool {
        let outcome = if held {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        self.check(name, outcome, expected.as_ref(), actual.as_ref());
        held
    }

    /// The message of this refusal is not AWS's: the check that failed says so.
    pub fn refused_in_own_words(&mut self) {
        let Some(open) = self.open.last() else {
            return;
        };
        let checks = &mut self.exchanges[open.id.index()].checks;
        let mut failed = checks.iter_mut().rev();
        let failed = failed.find(|check| check.outcome == Outcome::Failed);
        if let Some(check) = failed.filter(|check| !check.source.contains("Tokentrail's")) {
            let between = if check.source.is_empty() { "" } else { "; " };
            let source = format!("{}{between}message: Tokentrail's wording", check.source);
            check.source = self.texts.text(&source);
        }
    }

    fn check(&mut self, name: &str, outcome: Outcome, expected: &str, actual: &str) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let texts = &mut self.texts;
        let known = open.planned.iter().position(|it| it.name == name);
        let Planned { name, source } = match known {
            Some(position) => open.planned.remove(position),
            None => Planned {
                name: texts.text(name),
                source: texts.text(""),
            },
        };
        let (expected, actual) = (texts.text(expected), texts.text(actual));
        let exchange = &mut self.exchanges[open.id.index()];
        exchange
            .steps
            .push(Step::Check(exchange.checks.len() as u32));
        exchange.checks.push(Check {
            name,
            outcome,
            expected,
            actual,
            source,
        });
    }

    /// Writes down that an actor made a thing, and puts it into the actor's hands. A value that
    /// is minted again (an identity ID asked for twice) keeps its first number.
    pub fn mint(&mut self, by: &ActorId, at: Moment, mint: Mint) -> ArtifactId {
        let id = match &mint.value {
            ArtifactValue::Text(text) => self.find_artifact(text),
            ArtifactValue::Credentials(value) => self.find_artifact(&value.access_key_id),
        };
        // What somebody altered is a thing of its own, even where its access key is the old one
        let id = id.filter(|_| !mint.tampered);
        let id = id.unwrap_or_else(|| self.enter(by, at, mint));
        self.gain(by, id, at);
        id
    }

    fn enter(&mut self, by: &ActorId, at: Moment, mint: Mint) -> ArtifactId {
        let id = ArtifactId(self.artifacts.len() as u32);
        self.index.insert(&mint.value, id);
        self.artifacts.push(Artifact {
            id,
            kind: mint.kind,
            label: mint.label,
            value: mint.value,
            minted_by: by.clone(),
            minted_at: at,
            exchange: self.current(),
            expires_at: mint.expires_at,
            header: mint.header,
            claims: mint.claims,
            facts: mint.facts,
            provenance: mint.provenance,
            tampered: mint.tampered,
            guest: mint.guest,
        });
        id
    }

    /// Writes down a policy decision taken in the current exchange.
    pub fn decided(&mut self, mut decision: PolicyDecision) {
        // The same policies give the same explanation again and again; looking further back would
        // cost more than it saves
        let alike = self.alike.entry(decision.action.clone()).or_default();
        for place in alike.iter() {
            let Some(before) = self.decisions.get(*place) else {
                continue;
            };
            decision.policies = decision.policies.or_same(&before.policies);
            decision.explanation = decision.explanation.or_same(&before.explanation);
            decision.context = decision.context.sharing(&before.context);
        }
        if alike.len() >= MAX_ALIKE {
            alike.pop_front();
        }
        alike.push_back(self.decisions.len());
        self.decisions.push(decision);
    }

    /// Whether an actor holds a thing now.
    pub fn holds(&self, actor: &ActorId, artifact: ArtifactId) -> bool {
        self.held
            .get(actor)
            .is_some_and(|hands| hands.hold(artifact))
    }

    /// Whether an actor holds anything of this kind now.
    pub fn holds_kind(&self, actor: &ActorId, kind: ArtifactKind) -> bool {
        self.latest_of_kind(actor, kind).is_some()
    }

    /// What an actor holds now, in the order of getting it.
    pub fn held_by(&self, actor: &ActorId) -> impl DoubleEndedIterator<Item = ArtifactId> + '_ {
        let hands = self.held.get(actor).map(Arc::as_ref);
        hands.map(held::Hands::in_order).into_iter().flatten()
    }

    /// The thing of this kind that an actor got last and still holds.
    pub fn latest_of_kind(&self, actor: &ActorId, kind: ArtifactKind) -> Option<ArtifactId> {
        self.held.get(actor)?.latest_of_kind(kind)
    }

    /// A thing comes into an actor's hands.
    pub fn gain(&mut self, actor: &ActorId, artifact: ArtifactId, at: Moment) {
        self.move_in(self.current_or_last(), actor, artifact, at, true);
    }

    /// A thing leaves an actor's hands: spent, handed over, thrown away.
    pub fn lose(&mut self, actor: &ActorId, artifact: ArtifactId, at: Moment) {
        self.move_in(self.current_or_last(), actor, artifact, at, false);
    }

    /// Writes a change of a wallet down, if it is one.
    fn move_in(
        &mut self,
        exchange: Option<ExchangeId>,
        actor: &ActorId,
        artifact: ArtifactId,
        at: Moment,
        gained: bool,
    ) {
        let Some(kind) = self.artifact(artifact).map(|known| known.kind) else {
            return;
        };
        if self.holds(actor, artifact) == gained {
            return;
        }
        let hands = Arc::make_mut(self.held.entry(actor.clone()).or_default());
        if gained {
            hands.take(artifact, kind);
        } else {
            hands.give(artifact, kind);
        }
        let (beat, actor) = (self.beat, actor.clone());
        self.wallet.push(WalletChange {
            exchange,
            beat,
            at,
            actor,
            artifact,
            gained,
        });
    }

    /// The exchange that a change made between two exchanges belongs to: the last one of the beat.
    fn current_or_last(&self) -> Option<ExchangeId> {
        self.current().or_else(|| {
            self.exchanges
                .last()
                .filter(|last| last.beat == self.beat)
                .map(|last| last.id)
        })
    }

    /// What an actor's card says now. Written only where it differs from what it said before.
    pub fn state(
        &mut self,
        actor: &ActorId,
        at: Moment,
        line: String,
        details: Vec<(String, String)>,
    ) {
        let before = self
            .latest_state
            .get(actor)
            .and_then(|position| self.states.get(*position));
        let same = |before: &StateChange| {
            let known = before
                .details
                .iter()
                .map(|(name, value)| (&**name, &**value));
            let now = details.iter().map(|(name, value)| (&**name, &**value));
            before.line == line && known.eq(now)
        };
        if before.is_some_and(same) {
            return;
        }
        let (exchange, beat) = (self.current_or_last(), self.beat);
        let actor = actor.clone();
        self.latest_state.insert(actor.clone(), self.states.len());
        let texts = &mut self.texts;
        let details = details.iter();
        let details = details.map(|(name, value)| (texts.text(name), texts.text(value)));
        let details = details.collect();
        let line = texts.text(&line);
        self.states.push(StateChange {
            exchange,
            beat,
            at,
            actor,
            line,
            details,
        });
    }

    /// An issuer published its keys. The first publication is kept; a changed set is added.
    pub fn publish(&mut self, published: PublishedKeys) {
        if !self.keys.contains(&published) {
            self.keys.push(published);
        }
    }
}
