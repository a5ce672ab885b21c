//! Everything the inspector says about a thing, as text for a terminal.

use super::claims;
use super::credentials::CredentialsView;
use super::keys::KeysView;
use super::message::MessageView;
use super::policy::{PolicyView, why};
use super::readers::Reader;
use super::signature::Signature;
use super::signing::signing;
use super::state::{Change, StateView};
use super::subject::Subject;
use super::token::{Member, TokenView, source};
use crate::cloud::ledger::{ActorId, Artifact, ArtifactValue, Exchange, Outcome};
use crate::protocol::time::Moment;
use crate::recording::{Cursor, Recording};

/// What can be said about a thing at the end of a beat. Secrets stay hidden.
pub fn of(recording: &Recording, subject: &Subject, beat: u32) -> String {
    let now = recording
        .beat(beat)
        .map_or(recording.end().at, |it| it.ended_at);
    let cursor = Cursor { beat, at: now };
    let text = match subject {
        Subject::Actor(id) => Some(actor(recording, id, cursor)),
        Subject::Artifact(id) => recording
            .artifact(*id)
            .map(|it| artifact(recording, it, now)),
        Subject::Exchange(id) => recording.exchange(*id).map(|it| exchange(recording, it)),
        Subject::Check { exchange, position } => recording
            .exchange(*exchange)
            .and_then(|it| check(recording, it, *position)),
        Subject::Decision(at) => recording
            .decisions
            .get(*at as usize)
            .map(|it| policy(&PolicyView::of(it, recording))),
        Subject::Keys(at) => KeysView::of(recording, *at).map(|view| keys(&view)),
    };
    text.unwrap_or_default()
}

fn heading(title: &str) -> String {
    format!("\n{title}\n")
}

fn row(name: &str, value: &str) -> String {
    const NAME_CHARS: usize = 16;
    let mut lines = value.lines();
    let mut text = format!(
        "  {name:<NAME_CHARS$} {}\n",
        lines.next().unwrap_or_default()
    );
    for line in lines {
        text += &format!("  {:<NAME_CHARS$} {line}\n", "");
    }
    text
}

fn artifact(recording: &Recording, artifact: &Artifact, now: Moment) -> String {
    let minter = recording.name_of(&artifact.minted_by);
    let mut text = format!("{}\n", artifact.label);
    text += &row(
        "minted",
        &format!("by {minter} at {}", claims::date(artifact.minted_at)),
    );
    if let Some(ends) = artifact.expires_at {
        let left = claims::distance("exp", ends, now);
        text += &row("ends", &format!("{} · {left}", claims::date(ends)));
    }
    if let Some(view) = TokenView::of(artifact, recording) {
        return text + &token(&view, now);
    }
    if let Some(view) = CredentialsView::of(artifact, recording) {
        return text + &credentials(recording, artifact, &view);
    }
    if let ArtifactValue::Text(value) = &artifact.value {
        text += &row("text", value);
    }
    for (name, value) in &artifact.facts {
        text += &row(name, value);
    }
    for origin in &artifact.provenance {
        let source = source(origin, recording);
        text += &row(&source.field, &format!("from {}", source.text));
    }
    text
}

fn token(view: &TokenView, now: Moment) -> String {
    let (state, why) = match &view.signature {
        Signature::Valid(by) => ("valid", by),
        Signature::Invalid(why) => ("NOT valid", why),
        Signature::Unknown(why) => ("not checked", why),
    };
    let mut text = row("signature", &format!("{state}: {why}"));
    text += &heading("Raw");
    text += &format!("  {}\n", view.text);
    for (title, members) in [("Header", &view.header), ("Claims", &view.claims)] {
        text += &heading(title);
        for one in members {
            text += &member(one, now);
        }
    }
    text
}

fn member(member: &Member, now: Moment) -> String {
    let mut said = member.value.clone();
    let mut more = |line: String| {
        said.push('\n');
        said.push_str(&line);
    };
    if let Some(was) = &member.was {
        more(format!("  ALTERED: it was {was}"));
    }
    if let Some(at) = member.moment {
        let away = claims::distance(&member.name, at, now);
        more(format!("  {} · {away}", claims::date(at)));
    }
    if let Some(sentence) = member.sentence {
        more(format!("  {sentence}"));
    }
    for source in &member.sources {
        more(format!("  from {}", source.text));
    }
    for reader in &member.readers {
        more(format!("  {}", checked(reader)));
    }
    row(&member.name, &said)
}

fn checked(reader: &Reader) -> String {
    let how = match reader.outcome {
        Outcome::Failed => " (failed)",
        _ => "",
    };
    let beat = reader.beat + 1;
    format!(
        "checked by {} in beat {beat}: {}{how}",
        reader.who, reader.check
    )
}

fn credentials(recording: &Recording, artifact: &Artifact, view: &CredentialsView) -> String {
    let mut text = String::new();
    if let Some(role) = &view.role {
        text += &row("role", role);
    }
    if let Some(principal) = &view.principal {
        text += &row("acts as", principal);
    }
    if let ArtifactValue::Credentials(value) = &artifact.value {
        text += &row("AccessKeyId", &value.access_key_id);
    }
    text += &heading("Requests signed with them");
    for request in &view.signed {
        let made = recording.exchange(request.exchange);
        let made = made.and_then(|it| signing(it, recording));
        let agrees = match made {
            Some(Ok(made)) if made.difference.is_none() => "made again: the same signature",
            Some(Ok(_)) => "made again: ANOTHER signature",
            _ => "cannot be made again",
        };
        let id = request.exchange.0;
        let what = format!("{} of {}, {agrees}", request.operation, request.receiver);
        text += &row(&format!("exchange {id}"), &what);
    }
    text
}

fn exchange(recording: &Recording, exchange: &Exchange) -> String {
    let (request, response) = MessageView::of(exchange);
    let name = |id| recording.name_of(id);
    let mut text = format!(
        "{}: {} asks {}\n",
        exchange.operation,
        name(&exchange.from),
        name(&exchange.to)
    );
    for check in &exchange.checks {
        text += &row(outcome(check.outcome), &check.name);
    }
    text += &heading("Request as sent");
    text += &request.text();
    text += &heading("Response as sent");
    text += &response.text();
    if let Some(Ok(made)) = signing(exchange, recording) {
        text += &heading("Signature, made again");
        text += &row("canonical", &made.steps.canonical_request);
        text += &row("string to sign", &made.steps.string_to_sign);
        text += &row("made again", &made.steps.signature);
        text += &row("travelled", &made.presented.signature);
        if let Some(difference) = &made.difference {
            let at = difference.at;
            text += &row(
                "DIFFERS",
                &format!("{}, at character {at}", difference.what),
            );
        }
    }
    text
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "FAILED",
        Outcome::NotReached => "not reached",
    }
}

fn check(recording: &Recording, exchange: &Exchange, position: u32) -> Option<String> {
    let check = exchange.checks.get(position as usize)?;
    let mut text = format!("{}: {}\n", check.name, outcome(check.outcome));
    text += &row("by", recording.name_of(&exchange.to));
    text += &row("required", &check.expected);
    text += &row("found", &check.actual);
    text += &row("rule", &check.source);
    Some(text)
}

fn policy(view: &PolicyView) -> String {
    let mut text = format!("{}\n", view.title);
    text += &row("because", &view.summary);
    text += &row("who", &view.principal);
    text += &row("action", &view.action);
    text += &row("resource", &view.resource);
    if let Some(printed) = &view.printed {
        text += &heading("What AWS prints");
        text += &format!("  {printed}\n");
        text += &heading("What AWS does not tell you");
        for sentence in &view.untold {
            text += &format!("  {sentence}\n");
        }
    }
    text += &heading("Order of evaluation");
    for step in &view.steps {
        let here = if view.ended == Some(step.name) {
            " <- settled here"
        } else {
            ""
        };
        text += &format!("  {:?}: {}{here}\n", step.name, step.sentence);
    }
    for page in &view.policies {
        text += &heading(&format!("{} ({})", page.name, page.kind));
        text += &format!("{}\n", page.text);
        for report in &page.statements {
            let said = match (report.decides, report.matched) {
                (true, _) => "settled it",
                (false, true) => "applies",
                (false, false) => "does not apply",
            };
            text += &format!("  Statement {} {said}\n", report.statement + 1);
            for part in &report.parts {
                let name = part.key.as_deref().unwrap_or(&part.element);
                let mark = if part.matched { "holds" } else { "FAILS" };
                text += &format!("    {mark} {name}: {}\n", why(part));
                if let Some(near) = &part.near_miss {
                    text += &format!("      nearly: {}\n", near.text);
                }
            }
        }
    }
    text
}

fn actor(recording: &Recording, id: &ActorId, cursor: Cursor) -> String {
    let view = StateView::of(recording, id, cursor);
    let mut text = format!("{}\n", recording.name_of(id));
    text += &row("now", &view.line);
    text += &row("changed", &format!("{} values in this beat", view.changed));
    for section in &view.sections {
        text += &heading(section.title);
        for one in &section.rows {
            let sign = match &one.change {
                Change::Same => " ",
                Change::New => "+",
                Change::Was(_) => "~",
                Change::Gone => "-",
            };
            text += &row(&format!("{sign} {}", one.name), &one.value);
        }
    }
    text
}

fn keys(view: &KeysView) -> String {
    let mut text = format!("Public keys of {}\n", view.issuer);
    text += &row("served at", &view.uri);
    for key in &view.keys {
        let signed = key.tokens.len();
        text += &row(
            "kid",
            &format!("{} ({}, {signed} tokens)", key.kid, key.algorithm),
        );
    }
    text + &format!("\n{}\n", view.document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::ArtifactKind;
    use crate::inspect::fixture::{last, story};

    #[test]
    fn everything_in_a_story_can_be_looked_at_and_no_secret_is_told() {
        let recording = story("facebook-to-s3");
        let beat = recording.end().beat;
        let credentials = last(&recording, ArtifactKind::Credentials);
        let ArtifactValue::Credentials(value) = &credentials.value else {
            unreachable!("credentials have members")
        };
        let artifacts = recording
            .artifacts
            .iter()
            .map(|it| Subject::Artifact(it.id));
        let actors = recording
            .actors
            .iter()
            .map(|it| Subject::Actor(it.id.clone()));
        let decisions = (0..recording.decisions.len() as u32).map(Subject::Decision);
        let keys = (0..recording.keys.len() as u32).map(Subject::Keys);
        for subject in artifacts.chain(actors).chain(decisions).chain(keys) {
            let text = of(&recording, &subject, beat);
            assert!(text.lines().count() > 1, "{subject:?}: {text}");
            assert!(!text.contains(&value.secret_access_key), "{subject:?}");
        }
        for exchange in &recording.exchanges {
            let text = of(&recording, &Subject::Exchange(exchange.id), beat);
            assert!(text.contains("Request as sent"));
            for position in 0..exchange.checks.len() as u32 {
                let check = Subject::Check {
                    exchange: exchange.id,
                    position,
                };
                assert!(of(&recording, &check, beat).contains("required"));
            }
        }
    }

    #[test]
    fn a_token_says_who_checks_its_audience() {
        let recording = story("facebook-to-s3");
        let token = last(&recording, ArtifactKind::IdToken).id;
        let text = of(&recording, &Subject::Artifact(token), recording.end().beat);
        assert!(text.contains("Whom it is for"), "{text}");
        assert!(text.contains("checked by"), "{text}");
        assert!(text.contains("valid: RS256"), "{text}");
    }
}
