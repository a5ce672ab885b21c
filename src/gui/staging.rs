//! What is on a picture besides a moment: branches, menus, forms, two stages. Made by the same
//! commands that a person gives, and performed at once.

use super::desk::Opened;
use super::view::branches::Branching;
use super::view::commands::{Command, Dialog, Selection};
use super::view::model::{Effect, Model};
use crate::cli::snapshot::Changed;

/// Gives a command and does at once what the host would do away from the window.
pub fn act(model: &mut Model, command: Command, open: &dyn Fn(&str) -> Opened) {
    for effect in model.apply(command) {
        match effect {
            Effect::Perform(errand) => model.performed(errand.perform()),
            Effect::OpenTwin { first, twin } => {
                let first = first.and_then(|first| open(&first).ok());
                match open(&twin) {
                    Ok((_, story)) => model.twin_opened(first, &twin, story),
                    Err(trouble) => model.trouble = Some(trouble),
                }
            }
            _ => {}
        }
    }
}

/// Makes the branches of a picture.
pub fn branches(model: &mut Model, changed: &Changed, open: &dyn Fn(&str) -> Opened) {
    for number in &changed.experiment {
        let at = usize::try_from(*number).map_or(usize::MAX, |number| number - 1);
        act(model, Command::Branch(Branching::Try(at)), open);
    }
}

/// Opens what is open on a picture, once the playhead is where it belongs.
pub fn opens(
    model: &mut Model,
    changed: &Changed,
    open: &dyn Fn(&str) -> Opened,
) -> Result<(), String> {
    let act = |model: &mut Model, command| act(model, command, open);
    if let Some(name) = &changed.menu {
        let chosen =
            named(model, name).ok_or_else(|| format!("nothing on stage is called {name:?}"))?;
        act(model, Command::Select(chosen.clone()));
        act(model, Command::Branch(Branching::Menu(Some(chosen), None)));
    }
    if let Some(line) = &changed.pick {
        let items = model.branching.menu.iter().flat_map(|menu| &menu.items);
        let labels: Vec<String> = items.map(|item| item.label.clone()).collect();
        let at = labels
            .iter()
            .position(|label| label.starts_with(line.as_str()));
        let at =
            at.ok_or_else(|| format!("the menu has no line {line:?}: {}", labels.join(", ")))?;
        act(model, Command::Branch(Branching::Pick(at)));
    }
    if let Some(text) = &changed.text {
        act(model, Command::Branch(Branching::Type(0, text.clone())));
    }
    if changed.compare {
        let branches = model.branching.rows() > 1;
        let beside = Branching::Beside;
        let twin = Branching::Twin(0);
        act(model, Command::Branch(if branches { beside } else { twin }));
    }
    if changed.experiments {
        act(model, Command::Dialog(Dialog::Experiments));
    }
    if changed.save {
        act(model, Command::Branch(Branching::Save));
    }
    Ok(())
}

/// Somebody or something that has this in its name: first who is on stage, then what is held, then
/// what is asked.
fn named(model: &Model, name: &str) -> Option<Selection> {
    let loaded = model.loaded.as_ref()?;
    let recording = &loaded.recording;
    let actor = recording.actors.iter().find(|it| it.name.contains(name));
    if let Some(actor) = actor {
        return Some(Selection::Actor(actor.id.clone()));
    }
    let chips = loaded.frame.actors.iter().flat_map(|actor| &actor.wallet);
    let mut chips = chips.filter(|chip| chip.label.contains(name));
    if let Some(chip) = chips.next() {
        return Some(Selection::Artifact(chip.artifact));
    }
    let asked = recording
        .exchanges
        .iter()
        .find(|it| it.operation.contains(name));
    asked.map(|exchange| Selection::Exchange(exchange.id))
}
