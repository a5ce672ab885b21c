//! A token taken apart: every member with what it means, where it came from, who checks it, and
//! what was altered.

use serde_json::{Map, Value};

use super::claims;
use super::readers::{Reader, Readers, readers};
use super::signature::Signature;
use super::subject::Subject;
use crate::cloud::ledger::{Artifact, ArtifactId, ArtifactValue, Origin, Source};
use crate::protocol::time::Moment;
use crate::recording::Recording;

/// A token as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenView {
    /// Its exact text
    pub text: String,
    /// Members of its header
    pub header: Vec<Member>,
    /// Its claims
    pub claims: Vec<Member>,
    /// Whether its signature holds, found out just now
    pub signature: Signature,
    /// The key set of its issuer and the name of its key, where the issuer published one
    pub keys: Option<(Subject, String)>,
    /// The thing it was made of by altering it, where somebody did
    pub altered_from: Option<ArtifactId>,
}

/// One member of a header or of claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name
    pub name: String,
    /// Its value as text; strings without quotes, lists and objects laid out
    pub value: String,
    /// What it means, in one sentence
    pub sentence: Option<&'static str>,
    /// The moment that a number stands for
    pub moment: Option<Moment>,
    /// Where it came from
    pub sources: Vec<SourceView>,
    /// Every check that read it
    pub readers: Vec<Reader>,
    /// What it was before somebody altered it; empty where it was not there
    pub was: Option<String>,
}

/// Where a value came from, in words, and what shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceView {
    /// Which value of the thing: `claims.sub`
    pub field: String,
    /// The value as it is recorded
    pub value: String,
    /// "id of Facebook access token"
    pub text: String,
    /// What shows the source
    pub go: Option<Subject>,
}

impl TokenView {
    /// Takes a token apart; nothing for what cannot be read.
    pub fn of(artifact: &Artifact, recording: &Recording) -> Option<Self> {
        let (claims, text) = match (&artifact.claims, &artifact.value) {
            (Some(claims), ArtifactValue::Text(text)) => (claims, text),
            _ => return None,
        };
        let signature = Signature::of(artifact, recording)?;
        let readers = readers(recording, artifact);
        let original = original(artifact, recording);
        let empty = Map::new();
        let header = artifact.header.as_ref().unwrap_or(&empty);
        let look = |part: &str, members: &Map<String, Value>| {
            members
                .iter()
                .map(|(name, value)| {
                    let mut member = member(part, name, value, artifact, &readers, recording);
                    if let Some(original) = original {
                        compare(&mut member, part, value, original, recording);
                    }
                    member
                })
                .collect()
        };
        Some(Self {
            text: text.clone(),
            header: look("header", header),
            claims: look("claims", claims),
            signature,
            keys: keys_of(claims, header, recording),
            altered_from: original.map(|it| it.id),
        })
    }

    /// The decoded form, as JSON.
    pub fn decoded(artifact: &Artifact) -> String {
        let part = |members: &Option<Map<String, Value>>| {
            serde_json::to_string_pretty(members).unwrap_or_default()
        };
        match artifact.header {
            Some(_) => format!("{}\n{}", part(&artifact.header), part(&artifact.claims)),
            None => part(&artifact.claims),
        }
    }
}

fn member(
    part: &str,
    name: &str,
    value: &Value,
    artifact: &Artifact,
    readers: &Readers,
    recording: &Recording,
) -> Member {
    let field = format!("{part}.{name}");
    let of_field = |origin: &&Origin| belongs(&origin.field, &field);
    let origins = artifact.provenance.iter().filter(of_field);
    Member {
        name: name.to_owned(),
        value: claims::value(value),
        sentence: claims::sentence(name),
        moment: claims::moment(name, value),
        sources: origins.map(|it| source(it, recording)).collect(),
        readers: readers.get(&field).cloned().unwrap_or_default(),
        was: None,
    }
}

/// Whether an origin is about this member or about a value inside it.
fn belongs(origin: &str, field: &str) -> bool {
    origin
        .strip_prefix(field)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A source in words, and what shows it.
pub fn source(origin: &Origin, recording: &Recording) -> SourceView {
    let (text, go) = match &origin.from {
        Source::Artifact { artifact, field } => {
            let label = recording.artifact(*artifact).map_or("?", |it| &it.label);
            let field = field.trim_start_matches("claims.");
            let text = match field {
                "value" => format!("the {label}"),
                field => format!("{field} of the {label}"),
            };
            (text, Some(Subject::Artifact(*artifact)))
        }
        Source::Message { exchange, member } => {
            let found = recording.exchange(*exchange);
            let operation = found.map_or("?", |it| &it.operation);
            let who = found.map_or("?", |it| recording.name_of(&it.from));
            (
                format!("{member} in {operation}, sent by {who}"),
                Some(Subject::Exchange(*exchange)),
            )
        }
        Source::World { place } => (format!("the set-up: {place}"), None),
        Source::Random { stream } => (format!("fresh, from stream {stream}"), None),
        Source::Clock => ("the simulated clock".to_owned(), None),
    };
    SourceView {
        field: origin.field.clone(),
        value: origin.value.clone(),
        text,
        go,
    }
}

/// What an altered thing was before.
fn original<'r>(artifact: &Artifact, recording: &'r Recording) -> Option<&'r Artifact> {
    let origins = artifact.provenance.iter().filter(|_| artifact.tampered);
    let mut from = origins.filter_map(|origin| match &origin.from {
        Source::Artifact { artifact, .. } if origin.field == "value" => Some(*artifact),
        _ => None,
    });
    from.next().and_then(|id| recording.artifact(id))
}

/// Says of a member of an altered token what it was; what was left alone has its old sources.
fn compare(
    member: &mut Member,
    part: &str,
    value: &Value,
    original: &Artifact,
    recording: &Recording,
) {
    let members = match part {
        "header" => &original.header,
        _ => &original.claims,
    };
    let before = members.as_ref().and_then(|all| all.get(&member.name));
    if before == Some(value) {
        let field = format!("{part}.{}", member.name);
        let origins = original.provenance.iter();
        let origins = origins.filter(|origin| belongs(&origin.field, &field));
        member.sources = origins.map(|it| source(it, recording)).collect();
    } else {
        member.was = Some(before.map_or_else(String::new, claims::value));
    }
}

fn keys_of(
    claims: &Map<String, Value>,
    header: &Map<String, Value>,
    recording: &Recording,
) -> Option<(Subject, String)> {
    let issuer = claims.get("iss")?.as_str()?;
    let at = recording.keys.iter().rposition(|it| it.issuer == issuer)?;
    let kid = header.get("kid").and_then(Value::as_str);
    let keys = Subject::Keys(u32::try_from(at).ok()?);
    Some((keys, kid.unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::ArtifactKind;
    use crate::inspect::fixture::{last, stories, story};

    #[test]
    fn every_claim_of_every_token_says_where_it_came_from() {
        for recording in stories() {
            let id = &recording.header.scenario;
            for artifact in &recording.artifacts {
                let Some(view) = TokenView::of(artifact, recording) else {
                    continue;
                };
                for claim in &view.claims {
                    let known = !claim.sources.is_empty() || claim.was.is_some();
                    assert!(known, "{id}: {} of {}", claim.name, artifact.label);
                }
            }
        }
    }

    #[test]
    fn a_source_is_said_in_words_and_leads_to_what_shows_it() {
        let recording = story("facebook-to-s3");
        let pool_token = last(&recording, ArtifactKind::PoolToken);
        let view = TokenView::of(pool_token, &recording).unwrap();
        let sub = view.claims.iter().find(|it| it.name == "sub").unwrap();
        let source = sub.sources.first().unwrap();
        assert_eq!(source.text, "the Identity ID");
        assert!(matches!(source.go, Some(Subject::Artifact(_))));
        assert!(matches!(view.keys, Some((Subject::Keys(_), _))));
    }

    #[test]
    fn an_altered_claim_says_what_it_was() {
        let recording = story("id-token-tampered");
        let all = recording.artifacts.iter();
        let altered = all.filter(|it| it.tampered && it.claims.is_some());
        let mut views = altered.filter_map(|it| TokenView::of(it, &recording));
        let claim_altered = |it: &TokenView| it.claims.iter().any(|it| it.was.is_some());
        let view = views.find(claim_altered).unwrap();
        let changed: Vec<&Member> = view.claims.iter().filter(|it| it.was.is_some()).collect();
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert_ne!(changed[0].was.as_ref(), Some(&changed[0].value));
        assert!(matches!(view.signature, Signature::Invalid(_)));
        assert!(view.altered_from.is_some());
    }
}
