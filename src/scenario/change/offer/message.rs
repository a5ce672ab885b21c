//! What can be changed about a message of a device.

use serde_json::Value as Json;

use super::super::{ATTACKER, Change, Edit, Fate, Part};
use super::{Input, Offer};
use crate::cloud::ledger::{Exchange, ExchangeId};
use crate::protocol::form::Form;
use crate::protocol::time::Span;
use crate::scenario::Performance;
use crate::scenario::template::Template;
use crate::scenario::values::Duration;

/// How late a message is offered to be: later than any service takes a signature.
const LATE: Span = Span::from_minutes(20);
/// The longest value that is offered for editing, in bytes.
const MOST_VALUE_BYTES: usize = 4096;
/// Parameters that say what is asked for: with another one it would be another request.
const FIXED: [&str; 2] = ["Action", "Version"];

pub(super) fn offers(story: &Performance, id: ExchangeId) -> Vec<Offer> {
    let recording = story.recording();
    let Some(exchange) = recording.exchange(id) else {
        return Vec::new();
    };
    let at = &story.at_exchange(id);
    let world = &story.scenario().world;
    let from = exchange.from.to_string();
    let own = from == ATTACKER || world.devices.iter().any(|it| it.id == from);
    let foreign = (!own).then(|| {
        let name = recording.name_of(&exchange.from);
        format!("{name} sends it inside AWS or between providers, where nobody can reach it")
    });
    let operation = &exchange.operation;
    let mut offers = Vec::new();
    for (field, value) in fields(exchange) {
        let edits = vec![Edit::Set(field.clone(), Template::from(value))];
        let written = Change::Write {
            device: from.clone(),
            operation: operation.to_string(),
            edits: edits.clone(),
        };
        let on_the_way = Change::InTransit {
            device: from.clone(),
            operation: operation.to_string(),
            edits,
        };
        let label = format!("Send another {field}");
        offers.push(Offer::new(label, at, written).with(Input::Text));
        let label = format!("Change {field} on its way");
        offers.push(Offer::new(label, at, on_the_way).with(Input::Text));
    }
    let fate = |label: &str, part, fate| {
        let change = Change::Message {
            device: from.clone(),
            operation: operation.to_string(),
            part,
            fate,
        };
        Offer::new(label, at, change)
    };
    let attacker = || ATTACKER.to_owned();
    let late = Fate::Delay(Duration(LATE));
    offers.extend([
        fate("Drop the request", Part::Request, Fate::Drop),
        fate("Drop the response", Part::Response, Fate::Drop),
        fate("Delay the request", Part::Request, late).with(Input::Duration),
        fate(
            "Replay the request",
            Part::Request,
            Fate::Replay(attacker()),
        ),
        fate("Read the request", Part::Request, Fate::Steal(attacker())),
        fate("Read the response", Part::Response, Fate::Steal(attacker())),
        Offer::new("Leave it out", at, Change::LeaveOut),
    ]);
    let offers = offers.into_iter();
    offers.map(|it| it.hindered(foreign.clone())).collect()
}

/// Fields of a request with their values, as changes name them.
fn fields(exchange: &Exchange) -> Vec<(String, String)> {
    let body = exchange.request.body.text().unwrap_or_default();
    let mut found = Vec::new();
    match serde_json::from_str::<Json>(body) {
        Ok(json) => members("", &json, &mut found),
        Err(_) => {
            let is_form = exchange.request.headers.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("content-type") && value.contains("form")
            });
            let form = Form::parse(body).ok().filter(|_| is_form);
            let pairs = form.iter().flat_map(Form::pairs);
            found.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }
    let query = exchange.request.url.split_once('?').map(|(_, query)| query);
    let query = query.and_then(|query| Form::parse(query).ok());
    let pairs = query.iter().flat_map(Form::pairs);
    found.extend(pairs.map(|(name, value)| (format!("query.{name}"), value.to_owned())));
    found
        .retain(|(name, value)| !FIXED.contains(&name.as_str()) && value.len() <= MOST_VALUE_BYTES);
    found
}

fn members(prefix: &str, json: &Json, found: &mut Vec<(String, String)>) {
    for (name, value) in json.as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        match value {
            Json::Object(_) => members(&format!("{path}."), value, found),
            Json::String(text) => found.push((path, text.clone())),
            other => found.push((path, other.to_string())),
        }
    }
}
