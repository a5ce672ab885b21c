//! `request:OPERATION[@DEVICE].FIELD=…`, `transit:…` and `message:OPERATION[@DEVICE]=…`.

use super::super::offer::Moment;
use super::super::{ATTACKER, Change, Edit, Fate, Part};
use super::{Misspoken, Word, device, needed};
use crate::scenario::template::Template;

/// What can happen to a message.
const FATES: [&str; 4] = ["drop", "delay:30s", "replay", "steal:DEVICE"];

pub(super) fn edit(
    moment: &Moment<'_>,
    (in_transit, subject): (bool, Word<'_>),
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let Some((message, field)) = subject.split(".") else {
        let remedy = "write `request:OPERATION.FIELD=VALUE`";
        return Err(subject.wrong("a field of the request is missing", remedy));
    };
    let (device, operation) = sender(moment, message)?;
    let owned = |word: Word<'_>| word.text.to_owned();
    let edit = if let Some(field) = field.strip("-") {
        Edit::Remove(owned(field))
    } else if let Some((field, to)) = field.split("->") {
        Edit::Rename(owned(field), owned(to))
    } else {
        let value = Template::from(needed(subject, value)?.text);
        match field.strip("+") {
            Some(field) => Edit::Add(owned(field), value),
            None => Edit::Set(owned(field), value),
        }
    };
    let edits = vec![edit];
    Ok(if in_transit {
        Change::InTransit {
            device,
            operation,
            edits,
        }
    } else {
        Change::Write {
            device,
            operation,
            edits,
        }
    })
}

pub(super) fn message(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (message, part) = match subject.split(".") {
        Some((message, part)) if part.text == "response" => (message, Part::Response),
        Some((message, part)) if part.text == "request" => (message, Part::Request),
        Some((_, part)) => {
            return Err(part.unknown("part of an exchange", ["request", "response"]));
        }
        None => (subject, Part::Request),
    };
    let (sender, operation) = sender(moment, message)?;
    let value = needed(subject, value)?;
    let other = |named: Option<Word<'_>>| match named {
        Some(name) => device(moment, name),
        None => Ok(ATTACKER.to_owned()),
    };
    let (fate, of) = match value.split(":") {
        Some((fate, of)) => (fate, Some(of)),
        None => (value, None),
    };
    let fate = match (fate.text, of) {
        ("drop", None) => Fate::Drop,
        ("delay", Some(span)) => Fate::Delay(span.duration()?),
        ("replay", by) => Fate::Replay(other(by)?),
        ("steal", to) => Fate::Steal(other(to)?),
        _ => return Err(value.unknown("fate of a message", FATES)),
    };
    Ok(Change::Message {
        device: sender,
        operation,
        part,
        fate,
    })
}

/// Who sends the operation next, where nobody is named.
fn sender(moment: &Moment<'_>, message: Word<'_>) -> Result<(String, String), Misspoken> {
    let (operation, from) = message.with_device();
    let name = operation.text.to_owned();
    if let Some(from) = from {
        return Ok((device(moment, from)?, name));
    }
    let mut sent = moment.rest().filter(|it| moment.is_device(&it.from));
    if let Some(exchange) = sent.find(|it| it.operation == name) {
        return Ok((exchange.from.to_string(), name));
    }
    let later = moment.rest().filter(|it| moment.is_device(&it.from));
    let mut known: Vec<&str> = later.map(|it| it.operation.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let message = format!("no device sends a request {name} after this moment");
    let remedy = crate::scenario::diagnostic::suggest(&name, known.iter().copied());
    Err(operation.wrong(message, remedy))
}
