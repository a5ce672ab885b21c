//! Every command by typing a few letters of it, and the files that were opened before.

use bevy_egui::egui::{Align2, Id, Key, Modifiers, ScrollArea, TextEdit, Ui, pos2, vec2};

use std::borrow::Cow;

use crate::gui::view::commands::{Binding, Command, Dialog, matching};
use crate::gui::view::model::{Model, Recent};
use crate::gui::view::widgets::{field_named, focus_ring, line, row, words};

/// What can be chosen in the palette.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// A command
    Command(&'static Binding),
    /// A file that was opened before
    Recent(&'a Recent),
}

impl Item<'_> {
    fn label(&self) -> Cow<'_, str> {
        match self {
            Self::Command(binding) => Cow::Borrowed(binding.label),
            Self::Recent(file) if file.missing => {
                Cow::Owned(format!("Open {}: no longer there", file.name()))
            }
            Self::Recent(file) => Cow::Owned(format!("Open {}", file.name())),
        }
    }

    /// What stands at the right end: keys, or where the file is.
    fn aside(&self) -> Option<String> {
        match self {
            Self::Command(binding) => binding.keys.first().map(|keys| keys.text()),
            Self::Recent(_) => Some("recent file".to_owned()),
        }
    }

    /// Something that can be chosen, at all.
    fn lives(&self) -> bool {
        !matches!(self, Self::Recent(file) if file.missing)
    }

    fn command(&self) -> Command {
        match self {
            Self::Command(binding) => binding.command.clone(),
            Self::Recent(file) => Command::Open(file.path.clone()),
        }
    }
}

/// Everything that has the words that were typed.
pub fn items(model: &Model) -> Vec<Item<'_>> {
    let wanted = model.palette.filter.to_lowercase();
    let fits = |file: &&Recent| {
        let label = format!("open {}", file.path).to_lowercase();
        wanted.split_whitespace().all(|word| label.contains(word))
    };
    let commands = matching(&model.palette.filter).into_iter();
    let recent = model.recent.iter().filter(fits);
    commands
        .map(Item::Command)
        .chain(recent.map(Item::Recent))
        .collect()
}

/// Paints the palette's content.
pub fn show(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let found = items(model);
    keys(ui, model, &found, out);
    let mut text = model.palette.filter.clone();
    let id = Id::new("palette field");
    // Before the field is there, so that nothing is lost of what is typed at once
    ui.memory_mut(|memory| memory.request_focus(id));
    let edit = TextEdit::singleline(&mut text)
        .id(id)
        .hint_text("Type a command")
        .font(theme.regular(theme.text.heading))
        .margin(vec2(theme.step(3.0), theme.step(2.0)))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    field_named(&response, "Command");
    focus_ring(ui.painter(), theme, &response, theme.space.small_radius);
    if response.changed() {
        out.push(Command::PaletteFilter(text));
    }
    if found.is_empty() {
        let none = "No command has these words.";
        words(
            ui,
            none,
            theme.regular(theme.text.body),
            theme.colours.ink_soft,
        );
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (position, item) in found.iter().enumerate() {
            entry(ui, model, *item, position == model.palette.at, out);
        }
    });
}

fn keys(ui: &Ui, model: &Model, found: &[Item<'_>], out: &mut Vec<Command>) {
    let (up, down, enter) = ui.input_mut(|input| {
        (
            input.consume_key(Modifiers::NONE, Key::ArrowUp),
            input.consume_key(Modifiers::NONE, Key::ArrowDown),
            input.consume_key(Modifiers::NONE, Key::Enter),
        )
    });
    if up {
        out.push(Command::PaletteMove(-1));
    }
    if down {
        out.push(Command::PaletteMove(1));
    }
    if enter && let Some(item) = found.get(model.palette.at) {
        choose(*item, out);
    }
}

fn choose(item: Item<'_>, out: &mut Vec<Command>) {
    if item.lives() {
        out.push(Command::Dialog(Dialog::Palette));
        out.push(item.command());
    }
}

fn entry(ui: &mut Ui, model: &Model, item: Item<'_>, next: bool, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let label = item.label();
    let response = row(
        ui,
        theme,
        (theme.space.control, &label, next),
        |painter, rect| {
            let inner = rect.shrink2(vec2(theme.step(3.0), 0.0));
            let colour = match (item.lives(), next) {
                (false, _) => colours.ink_faint,
                (true, true) => colours.ink,
                (true, false) => colours.ink_soft,
            };
            let mut room = inner;
            if let Some(aside) = item.aside() {
                let at = pos2(inner.right(), inner.center().y);
                let font = theme.mono(theme.text.mono);
                let place = painter.text(at, Align2::RIGHT_CENTER, aside, font, colours.ink_faint);
                room.max.x = place.left() - theme.step(2.0);
            }
            line(painter, theme, room, &label, (theme.text.body, colour));
        },
    );
    if next {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        choose(item, out);
    }
}
