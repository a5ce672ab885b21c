//! What can be changed about one thing, as the lines of a menu. Offers that differ only in the
//! field or the claim are one line that opens a form with all of them.

use std::sync::Arc;

use super::editor::{Editor, Form, Way};
use super::moment;
use super::tree::Node;
use crate::gui::view::commands::Selection;
use crate::recording::Recording;
use crate::scenario::action::{Action, Tampering};
use crate::scenario::change::{At, Change, Input, Offer, Placed, Target};
use crate::stage::PlayTime;

/// What a line of the menu does.
#[derive(Clone, Debug, PartialEq)]
pub enum Does {
    /// Makes a change at once
    Make(Placed),
    /// Opens a form
    Edit(Box<Editor>),
    /// Goes to the moment when it still matters
    GoBack(PlayTime),
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it says
    pub label: String,
    /// Why it would change nothing, where it would not
    pub hindrance: Option<String>,
    /// What it does
    pub does: Does,
}

/// An open menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// What it is about
    pub title: String,
    /// When the change would be made: "From beat 5 on"
    pub when: String,
    /// The lines
    pub items: Vec<Item>,
    /// The line that the keyboard is on
    pub at: usize,
    /// Where it was opened, in points of the window; none for the middle
    pub place: Option<(f32, f32)>,
}

impl Menu {
    /// Everything that can be changed about something while the playhead is here.
    pub fn about(
        node: &Arc<Node>,
        selection: &Selection,
        t: PlayTime,
        place: Option<(f32, f32)>,
    ) -> Option<Self> {
        let story = &node.story;
        let recording: &Recording = story.recording();
        let target = target_of(recording, selection)?;
        let at = moment::now(story, &node.stage, t);
        let offers = story.offers(&at, &target);
        let when = offers.first().map_or(&at, |offer| &offer.at);
        let when = format!("From beat {} on", moment::beat_number(story, when));
        let mut items = items(node, &target, offers);
        let hindered = items.iter().filter(|it| it.hindrance.is_some()).count();
        if hindered * 2 > items.len()
            && let Some(last) = last_use(recording, &target)
        {
            let before = PlayTime(node.stage.end_of(last).0.saturating_sub(1));
            let before = before.min(t);
            let beat = node.stage.beat_at(before);
            items.insert(
                0,
                Item {
                    label: format!("Go back to beat {}, where it is still used", beat + 1),
                    hindrance: None,
                    does: Does::GoBack(node.stage.beat_start(beat)),
                },
            );
        }
        let first = items.iter().position(|item| item.hindrance.is_none());
        Some(Self {
            title: name_of(recording, &target),
            when,
            at: first.unwrap_or(0),
            items,
            place,
        })
    }

    /// Goes to the next line that does something.
    pub fn step(&mut self, by: i32) {
        let count = i64::try_from(self.items.len()).unwrap_or(0);
        if count == 0 {
            return;
        }
        let mut at = i64::try_from(self.at).unwrap_or(0);
        for _ in 0..count {
            at = (at + i64::from(by)).rem_euclid(count);
            let found = usize::try_from(at).unwrap_or(0);
            if self
                .items
                .get(found)
                .is_some_and(|it| it.hindrance.is_none())
            {
                self.at = found;
                return;
            }
        }
    }
}

/// What a selection means to the scenario. A check and a decision belong to their message; a key
/// set is nobody's to change.
fn target_of(recording: &Recording, selection: &Selection) -> Option<Target> {
    match selection {
        Selection::Decision(at) => {
            let decision = recording.decisions.get(*at as usize)?;
            Some(Target::Exchange(decision.exchange))
        }
        Selection::Keys(_) => None,
        Selection::Actor(id) => recording.actor(id).map(|it| Target::Actor(it.id.clone())),
        Selection::Artifact(id) => recording.artifact(*id).map(|it| Target::Artifact(it.id)),
        Selection::Exchange(id) | Selection::Check { exchange: id, .. } => {
            recording.exchange(*id).map(|it| Target::Exchange(it.id))
        }
    }
}

fn name_of(recording: &Recording, target: &Target) -> String {
    match target {
        Target::Actor(id) => recording.name_of(id).to_owned(),
        Target::Artifact(id) => recording
            .artifact(*id)
            .map_or_else(String::new, |it| it.label.clone()),
        Target::Exchange(id) => recording
            .exchange(*id)
            .map_or_else(String::new, |it| it.operation.to_string()),
    }
}

/// The last message that something has to do with.
fn last_use(recording: &Recording, target: &Target) -> Option<crate::cloud::ledger::ExchangeId> {
    let mut exchanges = recording
        .exchanges
        .iter()
        .collect::<Vec<_>>()
        .into_iter()
        .rev();
    let found = exchanges.find(|exchange| match target {
        Target::Actor(id) => exchange.from == *id || exchange.to == *id,
        Target::Artifact(id) => exchange.sent.contains(id),
        Target::Exchange(id) => exchange.id == *id,
    });
    found.map(|exchange| exchange.id)
}

fn items(node: &Arc<Node>, target: &Target, offers: Vec<Offer>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut forms: Vec<Form> = Vec::new();
    for offer in offers {
        match form_of(node, target, &offer) {
            // A form with all fields stands for the offers of each of them
            Some(form) if forms.iter().any(|known| known.is_same_sheet(&form)) => {}
            Some(form) => {
                items.push(edit(node, &offer, form.clone()));
                forms.push(form);
            }
            None => items.push(Item {
                does: Does::Make(Placed {
                    at: offer.at,
                    change: offer.change,
                }),
                label: offer.label,
                hindrance: offer.hindrance,
            }),
        }
    }
    items
}

fn edit(node: &Arc<Node>, offer: &Offer, form: Form) -> Item {
    let title = form.title().unwrap_or_else(|| offer.label.clone());
    Item {
        label: format!("{title}…"),
        hindrance: offer.hindrance.clone(),
        does: Does::Edit(Box::new(Editor::new(
            title,
            offer.at.clone(),
            moment::beat_number(&node.story, &offer.at),
            form,
        ))),
    }
}

/// The form that an offer is filled in with.
fn form_of(node: &Arc<Node>, target: &Target, offer: &Offer) -> Option<Form> {
    let recording = node.story.recording();
    match (&offer.change, offer.input) {
        (_, Input::None) => None,
        (
            Change::Do(Action::Tamper {
                device,
                what,
                how: Tampering::SetClaim(..),
            }),
            _,
        ) => {
            let Target::Artifact(id) = target else {
                return None;
            };
            let claims = recording.artifact(*id)?.claims.as_ref()?;
            Some(Form::claims(device, *what, claims))
        }
        (Change::Write { .. } | Change::InTransit { .. }, _) => {
            let Target::Exchange(_) = target else {
                return None;
            };
            let way = match offer.change {
                Change::Write { .. } => Way::Written,
                _ => Way::OnItsWay,
            };
            Some(Form::request(
                &fields(&node.story, &offer.at, target),
                way,
                &offer.change,
            ))
        }
        (change, Input::Policy) => Form::policy(change),
        (change, Input::Duration) => Form::span(change),
        (change, Input::Text) => Form::text(change),
    }
}

/// Every field of a request that can be changed, with its value.
fn fields(story: &crate::scenario::Performance, at: &At, target: &Target) -> Vec<(String, String)> {
    let offers = story.offers(at, target);
    let edits = offers.into_iter().filter_map(|offer| match offer.change {
        Change::Write { edits, .. } => Some(edits),
        _ => None,
    });
    edits
        .flatten()
        .filter_map(|edit| match edit {
            crate::scenario::change::Edit::Set(field, value) => Some((field, value.to_string())),
            _ => None,
        })
        .collect()
}
