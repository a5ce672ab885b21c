//! The trail of a value: every place of a recording that has it, in the order of happening, and
//! what it came from and became.
//!
//! A place is found in what is recorded and nowhere else: in the bytes of a message, in a claim, in
//! the evidence of a check, in a condition key of a policy decision.

use crate::cloud::ledger::{
    Artifact, ArtifactId, ArtifactKind, ArtifactValue, Exchange, ExchangeId, Header, Outcome,
    Source, Step,
};
use crate::protocol::form::percent_encode;
use crate::protocol::time::Moment;

use super::Recording;

/// A value shorter than this stands in too many places by chance, in characters.
pub const MIN_TRACED_CHARS: usize = 3;
/// The longest value that is followed, in bytes: longer than any token.
pub const MAX_TRACED_BYTES: usize = 24_000;
/// The most places of one trail.
pub const MAX_PLACES: usize = 2_000;

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In what travelled to the receiver
    Request,
    /// In a check's evidence
    Check(u32),
    /// In a condition key, principal or resource of the decision at this place in the recording
    Decision(u32),
    /// Inside a thing that was made
    Minted(ArtifactId),
    /// Inside a thing that travelled to the receiver
    Carried(ArtifactId),
    /// In what travelled back
    Response,
}

/// A place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where
    pub spot: Spot,
    /// In which exchange; none for what was there from the start
    pub exchange: Option<ExchangeId>,
    /// In which beat
    pub beat: u32,
    /// When
    pub at: Moment,
    /// Which field, header or claim: `Logins`, `claims.sub`, "Audience"
    pub field: String,
}

/// A value that another one came from or became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    /// The other value
    pub value: String,
    /// What it is: `sub of the Google ID token`
    pub what: String,
    /// The thing it is in
    pub artifact: ArtifactId,
}

/// The trail of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Every place, in the order of happening, at most [`MAX_PLACES`]
    pub places: Vec<Place>,
    /// Whether there are more
    pub cut: bool,
    /// Values that it was made of
    pub came_from: Vec<Kin>,
    /// Values that were made of it
    pub became: Vec<Kin>,
}

/// Whether a value is worth following.
pub fn is_traceable(value: &str) -> bool {
    let common = ["true", "false", "null", "none", "http", "https", "json"];
    value.chars().count() >= MIN_TRACED_CHARS
        && value.len() <= MAX_TRACED_BYTES
        && !common.contains(&value.to_lowercase().as_str())
        && value.chars().any(char::is_alphanumeric)
}

impl Recording {
    /// The trail of a value. What is not worth following has an empty one.
    pub fn trail(&self, value: &str) -> Trail {
        let mut trail = Trail::default();
        if !is_traceable(value) {
            return trail;
        }
        let wanted = Wanted::new(value);
        let mut found = self.places(&wanted);
        found.sort_by_key(|(order, _)| *order);
        trail.cut = found.len() > MAX_PLACES;
        trail.places = found
            .into_iter()
            .map(|(_, place)| place)
            .take(MAX_PLACES)
            .collect();
        self.kin(value, &mut trail);
        trail
    }

    fn places(&self, wanted: &Wanted<'_>) -> Vec<(Order, Place)> {
        let mut found = Vec::new();
        let turns = self.turns();
        let turn = |id: ExchangeId| turns.get(id.index());
        let holders: Vec<(&Artifact, String)> = self
            .artifacts
            .iter()
            .filter_map(|it| wanted.in_artifact(it).map(|field| (it, field)))
            .collect();
        for (artifact, field) in &holders {
            let minted_in = artifact.exchange.and_then(|id| self.exchange(id));
            let order = minted_in
                .and_then(|it| turn(it.id))
                .map_or(0, |it| it.settled);
            found.push((
                order,
                Place {
                    spot: Spot::Minted(artifact.id),
                    exchange: artifact.exchange,
                    beat: minted_in.map_or_else(|| self.beat_at(artifact.minted_at), |it| it.beat),
                    at: artifact.minted_at,
                    field: field.clone(),
                },
            ));
        }
        for exchange in &self.exchanges {
            if let Some(turn) = turn(exchange.id) {
                in_exchange(exchange, wanted, (&holders, turn), &mut found);
            }
        }
        for (number, decision) in (0..).zip(&self.decisions) {
            let Some(exchange) = self.exchange(decision.exchange) else {
                continue;
            };
            let keys = decision.context.iter();
            let mut keys = keys.filter(|(_, value)| wanted.in_json(value));
            let field = keys.next().map(|(key, _)| key.clone()).or_else(|| {
                wanted
                    .is_in(&decision.resource)
                    .then(|| "resource".to_owned())
            });
            if let Some(field) = field.or_else(|| {
                wanted
                    .is_in(&decision.principal)
                    .then(|| "principal".to_owned())
            }) {
                let place = of_exchange(exchange, Spot::Decision(number), exchange.at, field);
                found.push((turn(exchange.id).map_or(0, |it| it.settled), place));
            }
        }
        found
    }

    /// The turn of every exchange. Nested ones have theirs inside the one they were made for.
    fn turns(&self) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        turns.resize_with(self.exchanges.len(), Turn::default);
        let mut next = 1;
        for exchange in self.exchanges.iter().filter(|it| it.parent.is_none()) {
            self.take_turn(exchange, &mut next, &mut turns);
        }
        turns
    }

    fn take_turn(&self, exchange: &Exchange, next: &mut Order, turns: &mut [Turn]) {
        let mut tick = || {
            *next += 1;
            *next
        };
        let asked = tick();
        let mut checks = Vec::with_capacity(exchange.checks.len());
        for step in &exchange.steps {
            match step {
                Step::Check(_) => {
                    *next += 1;
                    checks.push(*next);
                }
                Step::Call(id) => {
                    // A call is made later than what it is made for: no way back
                    let inner = self.exchange(*id).filter(|inner| inner.id > exchange.id);
                    if let Some(inner) = inner {
                        self.take_turn(inner, next, turns);
                    }
                }
            }
        }
        *next += 2;
        if let Some(turn) = turns.get_mut(exchange.id.index()) {
            *turn = Turn {
                asked,
                checks,
                settled: *next - 1,
                answered: *next,
            };
        }
    }

    /// The beat under way at a moment.
    fn beat_at(&self, at: Moment) -> u32 {
        let begun = self.beats.partition_point(|beat| beat.started_at <= at);
        u32::try_from(begun.saturating_sub(1)).unwrap_or_default()
    }

    /// Values this one was made of, and values made of it.
    fn kin(&self, value: &str, trail: &mut Trail) {
        for artifact in &self.artifacts {
            for origin in &artifact.provenance {
                let Source::Artifact {
                    artifact: from,
                    field,
                } = &origin.from
                else {
                    continue;
                };
                let Some(source) = self.artifact(*from) else {
                    continue;
                };
                let Some(before) = value_of(source, field) else {
                    continue;
                };
                let after =
                    value_of(artifact, &origin.field).unwrap_or_else(|| origin.value.clone());
                // An identity is not made of the subject it stands for, yet it came of it
                let whole = whole_of(artifact);
                if whole.as_deref() == Some(value) && before != value {
                    push_new(&mut trail.came_from, kin(before.clone(), field, source));
                } else if before == value
                    && let Some(whole) = whole.filter(|whole| whole != value)
                {
                    push_new(&mut trail.became, kin(whole, "value", artifact));
                }
                if before == after {
                    continue;
                }
                if after == value {
                    push_new(&mut trail.came_from, kin(before, field, source));
                } else if before == value {
                    push_new(&mut trail.became, kin(after, &origin.field, artifact));
                }
            }
        }
    }
}

fn push_new(list: &mut Vec<Kin>, kin: Kin) {
    if is_traceable(&kin.value) && !list.iter().any(|it| it.value == kin.value) {
        list.push(kin);
    }
}

fn kin(value: String, field: &str, artifact: &Artifact) -> Kin {
    let field = field.trim_start_matches("claims.");
    Kin {
        value,
        what: match field {
            "value" => format!("the {}", artifact.label),
            field => format!("{field} of the {}", artifact.label),
        },
        artifact: artifact.id,
    }
}

/// What a thing is known by, where that is a value of its own: an identity, an access key.
fn whole_of(artifact: &Artifact) -> Option<String> {
    match (&artifact.value, artifact.kind) {
        (ArtifactValue::Text(text), ArtifactKind::IdentityId) => Some(text.clone()),
        (ArtifactValue::Credentials(value), _) => Some(value.access_key_id.clone()),
        _ => None,
    }
}

/// The value that a field of a thing holds.
fn value_of(artifact: &Artifact, field: &str) -> Option<String> {
    if let Some(claim) = field.strip_prefix("claims.") {
        let value = artifact.claims.as_ref()?.get(claim)?;
        return Some(
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        );
    }
    match (&artifact.value, field) {
        (ArtifactValue::Text(text), "value") => Some(text.clone()),
        (ArtifactValue::Credentials(value), "AccessKeyId") => Some(value.access_key_id.clone()),
        _ => {
            let mut facts = artifact.facts.iter();
            facts
                .find(|(name, _)| name == field)
                .map(|(_, value)| value.clone())
        }
    }
}

/// Which comes first: a number that rises through everything that happens.
type Order = u32;

/// When the parts of an exchange have their turn among everything that happens.
#[derive(Default)]
struct Turn {
    asked: Order,
    checks: Vec<Order>,
    settled: Order,
    answered: Order,
}

fn of_exchange(exchange: &Exchange, spot: Spot, at: Moment, field: String) -> Place {
    Place {
        spot,
        exchange: Some(exchange.id),
        beat: exchange.beat,
        at,
        field,
    }
}

fn in_exchange(
    exchange: &Exchange,
    wanted: &Wanted<'_>,
    (holders, turn): (&[(&Artifact, String)], &Turn),
    found: &mut Vec<(Order, Place)>,
) {
    let (asked, answered) = (exchange.at, exchange.answered_at);
    let request = &exchange.request;
    let field = wanted
        .is_in(&request.url)
        .then(|| wanted.in_url(&request.url))
        .or_else(|| wanted.in_message(&request.headers, request.body.text()));
    match field {
        Some(field) => {
            let place = of_exchange(exchange, Spot::Request, asked, field);
            found.push((turn.asked, place));
        }
        None => {
            let mut inside = holders.iter();
            let carried = inside.find(|(artifact, _)| exchange.sent.contains(&artifact.id));
            if let Some((artifact, field)) = carried {
                let field = format!("{field} of the {}", artifact.label);
                let place = of_exchange(exchange, Spot::Carried(artifact.id), asked, field);
                found.push((turn.asked, place));
            }
        }
    }
    for (position, check) in (0_u32..).zip(&exchange.checks) {
        let made = check.outcome != Outcome::NotReached;
        if made && (wanted.is_in(&check.expected) || wanted.is_in(&check.actual)) {
            let place = of_exchange(
                exchange,
                Spot::Check(position),
                asked,
                check.name.to_string(),
            );
            let order = turn.checks.get(position as usize);
            found.push((order.copied().unwrap_or(turn.asked), place));
        }
    }
    let response = &exchange.response;
    if let Some(field) = wanted.in_message(&response.headers, response.body.text()) {
        let place = of_exchange(exchange, Spot::Response, answered, field);
        found.push((turn.answered, place));
    }
}

/// A value to be found, as it is and as it stands in a URL.
struct Wanted<'v> {
    value: &'v str,
    encoded: Option<String>,
}

impl<'v> Wanted<'v> {
    fn new(value: &'v str) -> Self {
        let encoded = percent_encode(value);
        Self {
            value,
            encoded: (encoded != value).then_some(encoded),
        }
    }

    /// Whether a text has the value as words of its own.
    fn is_in(&self, text: &str) -> bool {
        let encoded = self.encoded.as_deref();
        stands_in(text, self.value) || encoded.is_some_and(|encoded| stands_in(text, encoded))
    }

    fn in_json(&self, value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => self.is_in(text),
            serde_json::Value::Array(values) => values.iter().any(|value| self.in_json(value)),
            serde_json::Value::Object(members) => members.values().any(|value| self.in_json(value)),
            other => {
                let text = other.to_string();
                text == self.value
            }
        }
    }

    /// Which part of a URL has it.
    fn in_url(&self, url: &str) -> String {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let named = pairs.find(|(_, value)| self.is_in(value));
        match named {
            Some((name, _)) if !self.is_in(place) => name.to_owned(),
            _ => "the URL".to_owned(),
        }
    }

    /// Which header or member of the body has it.
    fn in_message(&self, headers: &[Header], body: Option<&str>) -> Option<String> {
        let mut headers = headers.iter();
        if let Some((name, _)) = headers.find(|(_, value)| self.is_in(value)) {
            return Some(name.to_string());
        }
        let body = body.filter(|body| self.is_in(body))?;
        Some(self.member(body).unwrap_or_else(|| "the body".to_owned()))
    }

    /// The outermost member of a JSON body, a form or XML that has it.
    fn member(&self, body: &str) -> Option<String> {
        if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(body) {
            let mut members = members.iter();
            let found = members.find(|(name, value)| {
                self.in_json(value)
                    || value
                        .as_object()
                        .is_some_and(|it| it.contains_key(self.value))
                    || name.as_str() == self.value
            });
            return found.map(|(name, _)| name.clone());
        }
        if body.trim_start().starts_with('<') {
            let at = body.find(self.value)?;
            let before = body.get(..at)?;
            let tag = before.get(before.rfind('<')? + 1..before.rfind('>')?)?;
            return Some(tag.split_whitespace().next()?.to_owned());
        }
        let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(_, value)| self.is_in(value));
        found.map(|(name, _)| name.to_owned())
    }

    /// Which field of a thing has it.
    fn in_artifact(&self, artifact: &Artifact) -> Option<String> {
        for (part, members) in [("claims", &artifact.claims), ("header", &artifact.header)] {
            let mut members = members.iter().flatten();
            if let Some((name, _)) = members.find(|(_, value)| self.in_json(value)) {
                return Some(format!("{part}.{name}"));
            }
        }
        let value = match &artifact.value {
            ArtifactValue::Text(text) => (text == self.value).then_some("value"),
            ArtifactValue::Credentials(value) if value.access_key_id == self.value => {
                Some("AccessKeyId")
            }
            ArtifactValue::Credentials(value) => {
                (value.session_token.as_deref() == Some(self.value)).then_some("SessionToken")
            }
        };
        let fact = || {
            let mut facts = artifact.facts.iter();
            facts
                .find(|(_, value)| self.is_in(value))
                .map(|(name, _)| name.clone())
        };
        value.map(str::to_owned).or_else(fact)
    }
}

/// Whether a value stands in a text without being part of a longer word.
fn stands_in(text: &str, value: &str) -> bool {
    if value.is_empty() || text.len() < value.len() {
        return false;
    }
    let part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (first, last) = (value.chars().next(), value.chars().next_back());
    text.match_indices(value).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + value.len()..)
            .and_then(|text| text.chars().next());
        !(part(before) && part(first) || part(after) && part(last))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::{last, stories, story};
    use proptest::prelude::*;

    fn text(artifact: &Artifact) -> &str {
        match &artifact.value {
            ArtifactValue::Text(text) => text,
            ArtifactValue::Credentials(value) => &value.access_key_id,
        }
    }

    #[test]
    fn an_identity_is_followed_from_its_making_to_the_folder_it_opens() {
        let recording = story("facebook-to-s3");
        let identity = text(last(&recording, ArtifactKind::IdentityId)).to_owned();
        let trail = recording.trail(&identity);
        let spots =
            |wanted: fn(&Spot) -> bool| trail.places.iter().filter(|it| wanted(&it.spot)).count();
        assert!(
            spots(|it| matches!(it, Spot::Minted(_))) >= 2,
            "identity and pool token"
        );
        assert!(spots(|it| matches!(it, Spot::Request)) >= 1);
        assert!(spots(|it| matches!(it, Spot::Decision(_))) >= 1);
        assert!(spots(|it| matches!(it, Spot::Carried(_))) >= 1);
        let beats: Vec<u32> = trail.places.iter().map(|it| it.beat).collect();
        assert!(beats.is_sorted(), "{beats:?}");
        let in_s3 = trail
            .places
            .iter()
            .filter_map(|it| recording.exchange(it.exchange?));
        assert!(in_s3.map(|it| it.service.as_str()).any(|it| it == "s3"));
    }

    #[test]
    fn every_place_of_a_trail_can_be_gone_to() {
        let recording = story("facebook-to-s3");
        for artifact in &recording.artifacts {
            let trail = recording.trail(text(artifact));
            assert!(!trail.places.is_empty(), "{}", artifact.label);
            for place in &trail.places {
                assert!(recording.beat(place.beat).is_some());
                match place.spot {
                    Spot::Check(at) => {
                        let exchange = recording.exchange(place.exchange.unwrap()).unwrap();
                        assert!(exchange.checks.get(at as usize).is_some());
                    }
                    Spot::Decision(at) => assert!(recording.decisions.get(at as usize).is_some()),
                    Spot::Minted(id) | Spot::Carried(id) => {
                        assert!(recording.artifact(id).is_some());
                    }
                    Spot::Request | Spot::Response => assert!(place.exchange.is_some()),
                }
                assert!(!place.field.is_empty());
            }
        }
    }

    #[test]
    fn a_subject_became_an_identity_somewhere() {
        let became = stories().any(|recording| {
            recording.artifacts.iter().any(|it| {
                let sub = it.claims.as_ref().and_then(|claims| claims.get("sub"));
                let sub = sub.and_then(serde_json::Value::as_str).unwrap_or_default();
                let trail = recording.trail(sub);
                trail
                    .became
                    .iter()
                    .any(|kin| kin.value.starts_with("us-east-1:"))
            })
        });
        assert!(became);
    }

    #[test]
    fn part_of_a_longer_word_is_another_value() {
        assert!(stands_in("a/photo-box/b", "photo-box"));
        assert!(!stands_in("photos", "photo"));
        assert!(stands_in("photos, photo", "photo"));
        assert!(!is_traceable("id") && !is_traceable("true") && is_traceable("ASIAX"));
    }

    proptest! {
        #[test]
        fn any_text_may_be_asked_for(value in ".{0,40}", text in ".{0,80}") {
            let _ = stands_in(&text, &value);
            let _ = Wanted::new(&value).in_message(&[], Some(&text));
        }
    }
}
