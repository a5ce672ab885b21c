//! What can be looked at, and how a person names it: `artifact:id_token`, `exchange:12`,
//! `actor:sts`, `decision:3`, `check:12:3`, `keys:0`.

use crate::cloud::ledger::{ActorId, Artifact, ArtifactId, ArtifactKind, ExchangeId};
use crate::recording::Recording;

/// Something that can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Somebody or something on the stage
    Actor(ActorId),
    /// Something that travels or is held
    Artifact(ArtifactId),
    /// A request and its response
    Exchange(ExchangeId),
    /// One verification
    Check {
        /// Of which exchange
        exchange: ExchangeId,
        /// Which one
        position: u32,
    },
    /// A policy decision, by its place in the recording
    Decision(u32),
    /// A published key set, by its place in the recording
    Keys(u32),
}

/// Why a text names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// It has no such form
    #[error(
        "{0:?} names nothing to look at; write artifact:id_token, artifact:4, exchange:12, \
         check:12:3, actor:sts, decision:3 or keys:0"
    )]
    Form(String),
    /// There is no such thing
    #[error("there is no {what} {name:?}; there are: {known}")]
    Unknown {
        /// What sort of thing
        what: &'static str,
        /// What was asked for
        name: String,
        /// What there is
        known: String,
    },
}

impl Subject {
    /// Finds what a text names. A kind of artifact means the last one of it that was minted up to
    /// the given beat, or the first one after.
    pub fn parse(text: &str, recording: &Recording, beat: u32) -> Result<Self, SubjectError> {
        let form = || SubjectError::Form(text.to_owned());
        let (what, name) = text.split_once(':').ok_or_else(form)?;
        match what {
            "artifact" => artifact(name, recording, beat),
            "actor" => actor(name, recording),
            "exchange" => {
                let id = within("exchange", name, recording.exchanges.len())?;
                Ok(Self::Exchange(ExchangeId(id)))
            }
            "decision" => within("decision", name, recording.decisions.len()).map(Self::Decision),
            "keys" => within("key set", name, recording.keys.len()).map(Self::Keys),
            "check" => {
                let (id, position) = name.split_once(':').ok_or_else(form)?;
                let id = ExchangeId(within("exchange", id, recording.exchanges.len())?);
                let checks = recording.exchange(id).map_or(0, |it| it.checks.len());
                let position = within("check", position, checks)?;
                Ok(Self::Check {
                    exchange: id,
                    position,
                })
            }
            _ => Err(form()),
        }
    }
}

/// A number below a count.
fn within(what: &'static str, name: &str, count: usize) -> Result<u32, SubjectError> {
    let number = name.parse::<u32>().ok();
    let found = number.filter(|number| (*number as usize) < count);
    found.ok_or_else(|| SubjectError::Unknown {
        what,
        name: name.to_owned(),
        known: match count.checked_sub(1) {
            Some(last) => format!("0 to {last}"),
            None => "none".to_owned(),
        },
    })
}

fn actor(name: &str, recording: &Recording) -> Result<Subject, SubjectError> {
    let id = ActorId::new(name);
    if recording.actor(&id).is_some() {
        return Ok(Subject::Actor(id));
    }
    let known: Vec<&str> = recording.actors.iter().map(|it| it.id.as_str()).collect();
    Err(SubjectError::Unknown {
        what: "actor",
        name: name.to_owned(),
        known: known.join(", "),
    })
}

fn artifact(name: &str, recording: &Recording, beat: u32) -> Result<Subject, SubjectError> {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        let id = within("artifact", name, recording.artifacts.len())?;
        return Ok(Subject::Artifact(ArtifactId(id)));
    }
    let minted_in = |it: &Artifact| it.exchange.and_then(|id| recording.exchange(id));
    let of_kind = || {
        let all = recording.artifacts.iter();
        all.filter(|it| kind_name(it.kind) == name)
    };
    let by_now = |it: &&Artifact| minted_in(it).is_none_or(|exchange| exchange.beat <= beat);
    let found = of_kind().rfind(by_now).or_else(|| of_kind().next());
    found
        .map(|it| Subject::Artifact(it.id))
        .ok_or_else(|| SubjectError::Unknown {
            what: "artifact",
            name: name.to_owned(),
            known: kinds(recording),
        })
}

/// The kinds that a recording has, each once, in the order of minting.
fn kinds(recording: &Recording) -> String {
    let mut names: Vec<String> = Vec::new();
    for artifact in &recording.artifacts {
        let name = kind_name(artifact.kind);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// A kind as the trace writes it: `id_token`.
pub fn kind_name(kind: ArtifactKind) -> String {
    let name = serde_json::to_value(kind).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::story;

    #[test]
    fn a_kind_means_the_one_of_that_moment() {
        let recording = story("roles-by-group");
        let at = |beat| match Subject::parse("artifact:credentials", &recording, beat) {
            Ok(Subject::Artifact(id)) => id,
            other => panic!("{other:?}"),
        };
        let last = recording.beats.len() as u32;
        assert!(at(0) < at(last));
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is() {
        let recording = story("facebook-to-s3");
        let error = |text| Subject::parse(text, &recording, 0).unwrap_err().to_string();
        assert!(
            error("actor:nobody").contains("phone"),
            "{}",
            error("actor:nobody")
        );
        assert!(error("artifact:shoe").contains("id_token"));
        assert!(error("exchange:9999").contains("0 to "));
        assert!(error("id_token").contains("artifact:id_token"));
    }
}
