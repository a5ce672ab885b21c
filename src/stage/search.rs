//! Finding something in a recording by its words: captions, messages, artifacts, claims, values.

use serde_json::Value;

use crate::cloud::ledger::{
    Artifact, ArtifactId, ArtifactValue, Exchange, ExchangeId, PolicyDecision,
};
use crate::recording::{self, Beat, Recording};

use super::caption::runs;

/// The most that is found: more than anybody reads.
pub const MOST: usize = 60;
/// How much of a text is shown around what was found, in characters.
const AROUND: usize = 28;

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a beat's title or caption
    Beat(u32),
    /// In a request or a response
    Exchange(ExchangeId),
    /// In something that travels or is held
    Artifact(ArtifactId),
    /// In the evidence of a check
    Check {
        /// Of which exchange
        exchange: ExchangeId,
        /// Which one
        position: u32,
    },
    /// In a policy decision, by its place in the recording
    Decision(u32),
}

/// What a thing that was found is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A beat's words
    Caption,
    /// Something that travels or is held
    Thing,
    /// One claim of a token
    Claim,
    /// A request and its answer
    Message,
    /// A check
    Check,
    /// A policy decision
    Decision,
}

impl Kind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Caption => "Caption",
            Self::Thing => "Artifact",
            Self::Claim => "Claim",
            Self::Message => "Message",
            Self::Check => "Check",
            Self::Decision => "Policy decision",
        }
    }
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where
    pub place: Place,
    /// What it is
    pub kind: Kind,
    /// The beat it belongs to
    pub beat: u32,
    /// The name of what it was found in
    pub title: String,
    /// The words around it
    pub excerpt: String,
}

/// Everything in a recording that has all these words: captions first, then artifacts and their
/// claims, then messages and their checks, then policy decisions, each in the order of happening.
/// A claim or a check that has all the words by itself is found in place of the whole it is in.
pub fn search(recording: &Recording, words: &str) -> Vec<Found> {
    let words: Vec<String> = words
        .to_lowercase()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    if words.is_empty() {
        return Vec::new();
    }
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    let places = recording.search_all(&all).into_iter();
    let found = places.flat_map(|place| in_place(recording, place, &words));
    found.take(MOST).collect()
}

/// What was found in one place.
fn in_place(recording: &Recording, place: recording::Found, words: &[String]) -> Vec<Found> {
    match place {
        recording::Found::Beat(index) => {
            let beat = recording.beat(index);
            beat.and_then(|it| in_beat(it, words)).into_iter().collect()
        }
        recording::Found::Artifact(id) => recording
            .artifact(id)
            .map_or_else(Vec::new, |it| in_artifact(recording, it, words)),
        recording::Found::Exchange(id) => recording
            .exchange(id)
            .map_or_else(Vec::new, |it| in_exchange(recording, it, words)),
        recording::Found::Decision(at) => {
            let decision = recording.decisions.get(at as usize);
            let found = decision.and_then(|it| in_decision(recording, (at, it), words));
            found.into_iter().collect()
        }
    }
}

/// The first text that has the first word, provided that the texts together have them all.
fn excerpt(texts: &[String], words: &[String]) -> Option<String> {
    let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let everywhere = |word: &String| lower.iter().any(|text| text.contains(word.as_str()));
    if !words.iter().all(everywhere) {
        return None;
    }
    let first = words.first()?;
    texts
        .iter()
        .zip(&lower)
        .find_map(|(text, lower)| around(text, lower, first))
}

fn around(text: &str, lower: &str, word: &str) -> Option<String> {
    let at = lower.find(word)?;
    // In characters: small letters may take more bytes than capital ones
    let at = lower.get(..at)?.chars().count();
    let start = word_start(text, at.saturating_sub(AROUND), at);
    let length = AROUND * 2 + word.chars().count();
    let shown: String = text.chars().skip(start).take(length).collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let before = if start > 0 { "…" } else { "" };
    let after = if text.chars().count() > start + length {
        "…"
    } else {
        ""
    };
    Some(format!("{before}{shown}{after}"))
}

/// The first beginning of a word between two places, so that no word is cut in front.
fn word_start(text: &str, from: usize, to: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let mut chars = text.chars().enumerate().skip(from - 1).take(to + 1 - from);
    let space = chars.find(|(_, c)| c.is_whitespace());
    space.map_or(from, |(at, _)| at + 1)
}

fn in_beat(beat: &Beat, words: &[String]) -> Option<Found> {
    let caption: String = runs(&beat.caption)
        .into_iter()
        .map(|run| run.text)
        .collect();
    Some(Found {
        place: Place::Beat(beat.index),
        kind: Kind::Caption,
        beat: beat.index,
        title: beat.title.clone(),
        excerpt: excerpt(&[caption, beat.title.clone()], words)?,
    })
}

fn in_artifact(recording: &Recording, artifact: &Artifact, words: &[String]) -> Vec<Found> {
    let minted = artifact.exchange.and_then(|id| recording.exchange(id));
    let found = |kind, title: String, excerpt| Found {
        place: Place::Artifact(artifact.id),
        kind,
        beat: minted.map_or(0, |it| it.beat),
        title,
        excerpt,
    };
    let label = &artifact.label;
    let mut claims = Vec::new();
    for members in [&artifact.claims, &artifact.header].into_iter().flatten() {
        for (name, text) in members.keys().zip(members_of(members)) {
            let excerpt = excerpt(std::slice::from_ref(&text), words);
            let title = format!("{name} of the {label}");
            claims.extend(excerpt.map(|excerpt| found(Kind::Claim, title, excerpt)));
        }
    }
    if !claims.is_empty() {
        return claims;
    }
    let mut texts = vec![label.clone()];
    for members in [&artifact.claims, &artifact.header].into_iter().flatten() {
        texts.extend(members_of(members));
    }
    texts.extend(
        artifact
            .facts
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    match &artifact.value {
        ArtifactValue::Text(text) => texts.push(text.clone()),
        // The secret itself is nothing to search for
        ArtifactValue::Credentials(value) => texts.push(value.access_key_id.clone()),
    }
    let excerpt = excerpt(&texts, words);
    let whole = excerpt.map(|excerpt| found(Kind::Thing, label.clone(), excerpt));
    whole.into_iter().collect()
}

fn members_of<'a>(
    members: impl IntoIterator<Item = (&'a String, &'a Value)>,
) -> impl Iterator<Item = String> {
    let members = members.into_iter();
    members.map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    })
}

fn in_exchange(recording: &Recording, exchange: &Exchange, words: &[String]) -> Vec<Found> {
    let from = recording.name_of(&exchange.from);
    let to = recording.name_of(&exchange.to);
    let title = format!("{}: {from} asks {to}", exchange.operation);
    let found = |place, kind, title, excerpt| Found {
        place,
        kind,
        beat: exchange.beat,
        title,
        excerpt,
    };
    let mut all = Vec::new();
    let whole = excerpt(&message_texts(exchange, &title), words);
    let place = Place::Exchange(exchange.id);
    all.extend(whole.map(|excerpt| found(place, Kind::Message, title, excerpt)));
    for (position, check) in (0..).zip(&exchange.checks) {
        let text = format!(
            "{}: {}; required {}",
            check.name, check.actual, check.expected
        );
        let title = format!("{} checks {} in {}", to, check.name, exchange.operation);
        let place = Place::Check {
            exchange: exchange.id,
            position,
        };
        let excerpt = excerpt(&[text], words);
        all.extend(excerpt.map(|excerpt| found(place, Kind::Check, title, excerpt)));
    }
    all
}

fn message_texts(exchange: &Exchange, title: &str) -> Vec<String> {
    let mut texts = vec![title.to_owned()];
    if let Some(refusal) = &exchange.refusal {
        texts.push(format!(
            "{} {}: {}",
            exchange.response.status, refusal.code, refusal.message
        ));
    }
    texts.push(format!(
        "{} {}",
        exchange.request.method, exchange.request.url
    ));
    let headers = exchange
        .request
        .headers
        .iter()
        .chain(&exchange.response.headers);
    texts.extend(headers.map(|(name, value)| format!("{name}: {value}")));
    let bodies = [&exchange.request.body, &exchange.response.body];
    texts.extend(
        bodies
            .into_iter()
            .filter_map(|body| body.text())
            .map(str::to_owned),
    );
    texts
}

fn in_decision(
    recording: &Recording,
    (at, decision): (u32, &PolicyDecision),
    words: &[String],
) -> Option<Found> {
    let mut texts = vec![
        decision.explanation.summary.clone(),
        format!("{} on {}", decision.action, decision.resource),
    ];
    texts.extend(decision.policies.iter().map(|policy| policy.name.clone()));
    texts.extend(members_of(decision.context.iter()));
    Some(Found {
        place: Place::Decision(at),
        kind: Kind::Decision,
        beat: recording
            .exchange(decision.exchange)
            .map_or(0, |exchange| exchange.beat),
        title: format!("May {} be done?", decision.action),
        excerpt: excerpt(&texts, words)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::files::Shipped;
    use crate::scenario::{library, load, perform};

    fn story() -> Recording {
        let entry = library::find("facebook-to-s3").unwrap();
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
        perform(&scenario, None).unwrap()
    }

    #[test]
    fn a_claim_leads_to_its_token_and_a_code_to_the_refused_exchange() {
        let recording = story();
        let by_claim = search(&recording, "token_use: id");
        let token = |found: &Found| match found.place {
            Place::Artifact(id) => recording.artifact(id).unwrap().label.contains("ID token"),
            _ => false,
        };
        assert!(by_claim.iter().any(token), "{by_claim:?}");
        let by_code = search(&recording, "accessdenied");
        let refused = |found: &Found| match found.place {
            Place::Exchange(id) => recording.exchange(id).unwrap().refused(),
            _ => false,
        };
        assert!(by_code.iter().any(refused), "{by_code:?}");
    }

    #[test]
    fn each_hit_says_what_it_is_and_in_which_beat() {
        let recording = story();
        let kinds = |words: &str| -> Vec<Kind> {
            search(&recording, words).iter().map(|it| it.kind).collect()
        };
        assert!(kinds("token_use: id").contains(&Kind::Claim));
        assert!(kinds("audience").contains(&Kind::Check));
        assert!(kinds("ownthingsonly").contains(&Kind::Decision));
        for found in search(&recording, "identity") {
            assert!(recording.beat(found.beat).is_some(), "{found:?}");
        }
    }

    #[test]
    fn every_word_must_be_there_and_nothing_finds_nothing() {
        let recording = story();
        let some = search(&recording, "trust policy");
        assert!(
            some.iter()
                .any(|found| matches!(found.place, Place::Beat(_)))
        );
        assert!(search(&recording, "trust xyzzy").is_empty());
        assert!(search(&recording, "   ").is_empty());
        assert!(search(&recording, "e").len() <= MOST);
    }

    #[test]
    fn the_words_around_are_short_and_have_the_word() {
        for found in search(&story(), "identity") {
            assert!(
                found.excerpt.to_lowercase().contains("identity"),
                "{found:?}"
            );
            assert!(found.excerpt.chars().count() < 100, "{found:?}");
        }
    }

    #[test]
    fn letters_that_grow_when_made_small_do_no_harm() {
        assert_eq!(
            around("İİİ key", &"İİİ key".to_lowercase(), "key").map(|t| t.is_empty()),
            Some(false)
        );
    }
}
