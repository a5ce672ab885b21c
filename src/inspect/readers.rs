//! Who checks this: for each claim of a token, every check that read it.
//!
//! A link is never only claimed. The table beside the services says what a check of this name
//! looks at; here the check must have been made while the token was in its receiver's hands, and
//! its evidence must show the claim's value.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::cloud::aws::shorten;
use crate::cloud::ledger::{Artifact, Check, Exchange, ExchangeId, Outcome};
use crate::cloud::reads::{self, Reads};
use crate::protocol::time::Moment;
use crate::recording::Recording;

/// Below this length a name or value in evidence may stand there by chance, in bytes.
const LEAST_NAMED_BYTES: usize = 3;

/// A check that read a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// In which exchange
    pub exchange: ExchangeId,
    /// Which of its checks
    pub position: u32,
    /// What was verified: "Audience"
    pub check: String,
    /// By whom
    pub who: String,
    /// While answering what
    pub operation: String,
    /// How it ended
    pub outcome: Outcome,
    /// When, as a beat
    pub beat: u32,
}

/// The checks that read a token, by the member they read: `claims.aud`, `header.kid`.
pub type Readers = BTreeMap<String, Vec<Reader>>;

/// Every check that read a member of this token, in order.
pub fn readers(recording: &Recording, token: &Artifact) -> Readers {
    let mut all = Readers::new();
    let Some(claims) = &token.claims else {
        return all;
    };
    let empty = Map::new();
    let header = token.header.as_ref().unwrap_or(&empty);
    for exchange in verifiers(recording, token) {
        for (position, check) in (0..).zip(&exchange.checks) {
            if check.outcome == Outcome::NotReached {
                continue;
            }
            for member in members_read(check, header, claims) {
                all.entry(member)
                    .or_default()
                    .push(reader(recording, exchange, (position, check)));
            }
        }
    }
    all
}

fn reader(recording: &Recording, exchange: &Exchange, (at, check): (u32, &Check)) -> Reader {
    Reader {
        exchange: exchange.id,
        position: at,
        check: check.name.to_string(),
        who: recording.name_of(&exchange.to).to_owned(),
        operation: exchange.operation.to_string(),
        outcome: check.outcome,
        beat: exchange.beat,
    }
}

/// The exchanges whose receiver had this token in its hands: it was sent along, or it was the
/// answer to a call that the receiver made meanwhile.
fn verifiers<'r>(recording: &'r Recording, token: &Artifact) -> impl Iterator<Item = &'r Exchange> {
    let id = token.id;
    recording.carriers_of(id).filter_map(move |exchange| {
        if exchange.sent.contains(&id) {
            return Some(exchange);
        }
        exchange
            .parent
            .and_then(|parent| recording.exchange(parent))
    })
}

/// The members that a check read, as far as its evidence shows them.
fn members_read(
    check: &Check,
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
) -> Vec<String> {
    let evidence = format!("{} | {}", check.expected, check.actual);
    let shown = |members: &Map<String, Value>, name: &str| {
        members
            .get(name)
            .is_some_and(|value| shows(&evidence, name, value))
    };
    let claim = |name: &str| format!("claims.{name}");
    match reads::of(&check.name) {
        Reads::Nothing => Vec::new(),
        Reads::Claims(names) => {
            let found = names.iter().find(|name| shown(claims, name));
            found.map(|name| claim(name)).into_iter().collect()
        }
        Reads::Header(names) => {
            let found = names.iter().filter(|name| shown(header, name));
            found.map(|name| format!("header.{name}")).collect()
        }
        Reads::Named => {
            let names = claims.keys().filter(|name| names_it(&evidence, name));
            names.map(|name| claim(name)).collect()
        }
        Reads::Lookup(names) => {
            let there = names.iter().filter(|name| claims.contains_key(**name));
            there.map(|name| claim(name)).collect()
        }
    }
}

/// Whether evidence shows a value: as it is, shortened, as a date, or one of a list.
fn shows(evidence: &str, name: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let short = shorten(text);
            [text.as_str(), &short, text.trim_start_matches("https://")]
                .into_iter()
                .any(|text| text.len() >= 2 && evidence.contains(text))
        }
        Value::Number(number) => {
            let seconds = number.as_i64().unwrap_or_default();
            let date = Moment::from_epoch_seconds(seconds).iso8601();
            let dated = ["exp", "iat", "nbf"].contains(&name);
            dated
                && (evidence.contains(&number.to_string())
                    || evidence.contains(&date)
                    || evidence.contains("expired")
                    || evidence.contains("left"))
        }
        Value::Array(values) => values.iter().any(|value| shows(evidence, name, value)),
        _ => false,
    }
}

/// Whether evidence has a name as a word of its own.
fn names_it(evidence: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '-');
    name.len() >= LEAST_NAMED_BYTES
        && evidence.match_indices(name).any(|(at, _)| {
            let before = evidence.get(..at).and_then(|text| text.chars().next_back());
            let after = evidence.get(at + name.len()..);
            let after = after.and_then(|text| text.chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::ArtifactKind;
    use crate::inspect::fixture::{last, stories, story};

    fn said(readers: &Readers, member: &str) -> Vec<String> {
        let of = readers.get(member).map(Vec::as_slice).unwrap_or_default();
        of.iter()
            .map(|it| format!("{} by {} in {}", it.check, it.who, it.operation))
            .collect()
    }

    #[test]
    fn the_audience_of_an_id_token_is_read_by_the_identity_pool_and_nobody_else() {
        let recording = story("facebook-to-s3");
        let readers = readers(&recording, last(&recording, ArtifactKind::IdToken));
        let audience = said(&readers, "claims.aud");
        assert!(!audience.is_empty());
        assert!(
            audience.iter().all(|it| it.starts_with("Audience by")),
            "{audience:?}"
        );
        assert!(said(&readers, "claims.email").is_empty());
        assert!(!said(&readers, "header.kid").is_empty());
    }

    #[test]
    fn google_s_authorised_party_is_what_the_trust_policy_reads_as_aud() {
        let recording = story("google-azp-trap");
        let readers = readers(&recording, last(&recording, ArtifactKind::IdToken));
        let party = said(&readers, "claims.azp");
        assert!(
            party.iter().any(|it| it.starts_with("Trust policy: aud")),
            "{party:?}"
        );
    }

    #[test]
    fn a_role_chosen_by_a_claim_is_a_reader_of_that_claim() {
        let recording = story("role-by-rule");
        let all = recording.artifacts.iter();
        let tokens = all.filter(|it| it.kind == ArtifactKind::IdToken);
        let by_mail = tokens.map(|it| said(&readers(&recording, it), "claims.email"));
        assert!(by_mail.flatten().any(|it| it.starts_with("Role by")));
    }

    /// A long value of a claim in the evidence of a check that had the token in hand is no
    /// accident: either the table links them, or the check is one of those that only repeat it.
    #[test]
    fn in_every_story_a_check_whose_evidence_shows_a_claim_is_linked_to_it() {
        const REPEATS: [&str; 9] = [
            // What userInfo answered, not what the token says
            "User info",
            "Identity",
            "Identity enabled",
            "Identity pool",
            "Provider configured",
            "Own identity",
            "Token valid",
            "Resource policy",
            "AWS service",
        ];
        let mut links = 0;
        for recording in stories() {
            for token in recording
                .artifacts
                .iter()
                .filter(|it| it.claims.is_some() && it.header.is_some())
            {
                let linked = readers(recording, token);
                links += linked.values().map(Vec::len).sum::<usize>();
                for exchange in verifiers(recording, token) {
                    // Where two tokens are in hand, evidence may be about the other one
                    let alone = exchange.sent.iter().filter(|id| {
                        recording
                            .artifact(**id)
                            .is_some_and(|it| it.claims.is_some())
                    });
                    if alone.count() > 1 {
                        continue;
                    }
                    for (position, check) in (0_u32..).zip(&exchange.checks) {
                        let shown = token.claims.iter().flatten().find(|(_, value)| {
                            value
                                .as_str()
                                .is_some_and(|text| text.len() >= 16 && check.actual.contains(text))
                        });
                        let Some((name, value)) = shown else { continue };
                        if REPEATS.contains(&check.name.as_str()) {
                            continue;
                        }
                        let known = linked
                            .values()
                            .flatten()
                            .any(|it| it.exchange == exchange.id && it.position == position);
                        assert!(
                            known,
                            "{}: {} of {} shows {name} {value} and is linked to nothing",
                            recording.header.scenario, check.name, exchange.operation
                        );
                    }
                }
            }
        }
        assert!(links > 500, "{links}");
    }
}
