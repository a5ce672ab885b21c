//! Finding scenarios, and everything in the one on stage, by typing a few words.

use bevy_egui::egui::{Align2, Key, Modifiers, Rect, ScrollArea, TextEdit, Ui, pos2, vec2};

use super::library::fits;
use crate::gui::view::commands::{Command, Dialog};
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::widgets::{field_named, focus_ring, line, row, words};
use crate::stage::search::{Kind, MOST};

/// Something found, and what leads to it.
pub struct Find {
    icon: &'static str,
    /// What it is and where: "Claim · beat 5"
    place: String,
    title: String,
    excerpt: String,
    command: Command,
}

/// Everything that has the words that were typed: what is in the recording, as it was found when
/// they were, then scenarios.
pub fn finds(model: &Model) -> Vec<Find> {
    let wanted = &model.palette.filter;
    let scenarios = model.library.iter().filter(|entry| fits(entry, wanted));
    let mut finds: Vec<Find> = scenarios
        .map(|entry| Find {
            icon: icons::SCENARIO,
            place: "Scenario".to_owned(),
            title: entry.title.clone(),
            excerpt: entry.summary.clone(),
            command: Command::Open(entry.id.clone()),
        })
        .collect();
    if model.loaded.is_some() {
        let inside = model.palette.found.iter().map(|found| Find {
            icon: match found.kind {
                Kind::Caption => icons::STAGE,
                Kind::Message => icons::SEQUENCE,
                Kind::Thing | Kind::Claim => icons::KEY,
                Kind::Check => icons::VALID,
                Kind::Decision => icons::SCROLL,
            },
            place: format!("{} · beat {}", found.kind.name(), found.beat + 1),
            title: found.title.clone(),
            excerpt: found.excerpt.clone(),
            command: Command::GoTo(found.clone()),
        });
        // What is on stage is nearer than what is on the shelf
        let shelf = std::mem::replace(&mut finds, inside.collect());
        finds.extend(shelf);
    }
    finds.truncate(MOST);
    finds
}

/// Paints the search's content.
pub fn show(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let found = finds(model);
    keys(ui, model, &found, out);
    let mut text = model.palette.filter.clone();
    let hint = match model.loaded {
        Some(_) => "A scenario, a token, a claim, an error code, a word of a caption",
        None => "A scenario",
    };
    let edit = TextEdit::singleline(&mut text)
        .hint_text(hint)
        .font(theme.regular(theme.text.heading))
        .margin(vec2(theme.step(3.0), theme.step(2.0)))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    field_named(&response, "What to search for");
    response.request_focus();
    focus_ring(ui.painter(), theme, &response, theme.space.small_radius);
    if response.changed() {
        out.push(Command::PaletteFilter(text));
    }
    if found.is_empty() {
        let font = theme.regular(theme.text.body);
        words(ui, "Nothing has these words.", font, theme.colours.ink_soft);
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (position, find) in found.iter().enumerate() {
            entry(ui, model, find, position == model.palette.at, out);
        }
    });
}

fn go(find: &Find, out: &mut Vec<Command>) {
    out.push(Command::Dialog(Dialog::Search));
    out.push(find.command.clone());
}

fn keys(ui: &Ui, model: &Model, found: &[Find], out: &mut Vec<Command>) {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowUp) {
        out.push(Command::PaletteMove(-1));
    }
    if pressed(Key::ArrowDown) {
        out.push(Command::PaletteMove(1));
    }
    if pressed(Key::Enter)
        && let Some(find) = found.get(model.palette.at)
    {
        go(find, out);
    }
}

fn entry(ui: &mut Ui, model: &Model, find: &Find, next: bool, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let height = theme.text.body * 1.5 + theme.text.detail * 1.5 + theme.step(3.0);
    let name = format!("Go to {}, {}: {}", find.place, find.title, find.excerpt);
    let response = row(ui, theme, (height, &name, next), |painter, rect| {
        let inner = rect.shrink2(vec2(theme.step(3.0), theme.step(1.5)));
        let size = theme.text.icon * 0.85;
        let at = pos2(inner.left() + size / 2.0, inner.center().y);
        let tint = if next {
            colours.acting
        } else {
            colours.ink_faint
        };
        icons::tool(painter, theme, at, find.icon, size, tint);
        let left = inner.left() + size + theme.step(3.0);
        let middle = inner.top() + theme.text.body * 1.5;
        let at = pos2(inner.right(), inner.top() + theme.text.body * 0.75);
        let font = theme.regular(theme.text.detail);
        let place = painter.text(
            at,
            Align2::RIGHT_CENTER,
            &find.place,
            font,
            colours.ink_faint,
        );
        let end = place.left() - theme.step(2.0);
        let title = Rect::from_min_max(pos2(left, inner.top()), pos2(end, middle));
        line(
            painter,
            theme,
            title,
            &find.title,
            (theme.text.body, colours.ink),
        );
        let below = Rect::from_min_max(pos2(left, middle), inner.max);
        line(
            painter,
            theme,
            below,
            &find.excerpt,
            (theme.text.detail, colours.ink_soft),
        );
    });
    if next {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        go(find, out);
    }
}
