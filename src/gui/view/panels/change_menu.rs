//! The menu of what can be changed about something. What would change nothing is greyed, with the
//! reason.

use bevy_egui::egui::{
    Align2, Area, Id, Key, Modifiers, Order, Rect, Response, ScrollArea, Sense, Stroke, Ui,
    UiBuilder, WidgetInfo, WidgetType, pos2, vec2,
};

use super::editing::described;
use crate::gui::view::branches::Branching;
use crate::gui::view::branches::menu::Item;
use crate::gui::view::commands::{Command, Selection, tooltip};
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::paint::canvas::{Canvas, corner, cut};
use crate::gui::view::widgets::{self, row, words};

/// How wide the menu is, in points at text size 1.
const WIDTH: f32 = 400.0;
/// The part of the window's height that it takes at most.
const MOST: f32 = 0.8;

/// The right button on something asks what can be changed about it.
pub fn on(ui: &Ui, response: &Response, selection: &Selection, out: &mut Vec<Command>) {
    let keyboard =
        response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, Key::F10));
    if response.secondary_clicked() || keyboard {
        let at = response.interact_pointer_pos().filter(|_| !keyboard);
        let at = at.unwrap_or(response.rect.center());
        out.push(Command::Select(selection.clone()));
        out.push(Command::Branch(Branching::Menu(
            Some(selection.clone()),
            Some((at.x, at.y)),
        )));
    }
}

/// A button that asks what can be changed about what is chosen.
pub fn button(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    if model.selection.is_none() || model.branching.history.is_none() {
        return;
    }
    let quiet = theme.colours.card_line;
    let response = widgets::button(ui, theme, icons::CHANGED, "Change something…", quiet);
    let command = Command::Branch(Branching::Menu(None, None));
    let below = response.rect.left_bottom();
    if response.on_hover_text(tooltip(&command)).clicked() {
        out.push(Command::Branch(Branching::Menu(
            None,
            Some((below.x, below.y + theme.step(1.0))),
        )));
    }
}

/// The keys of an open menu, taken before anybody else hears them.
pub fn keys(ui: &Ui, model: &Model) -> Vec<Command> {
    let Some(menu) = &model.branching.menu else {
        return Vec::new();
    };
    let hit = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let mut asked = Vec::new();
    if hit(Key::ArrowUp) {
        asked.push(Branching::MoveInMenu(-1));
    }
    if hit(Key::ArrowDown) {
        asked.push(Branching::MoveInMenu(1));
    }
    if hit(Key::Enter) || hit(Key::Space) {
        asked.push(Branching::Pick(menu.at));
    }
    asked.into_iter().map(Command::Branch).collect()
}

/// Paints the menu.
pub fn show(ui: &Ui, model: &Model, window: Rect, out: &mut Vec<Command>) {
    let Some(menu) = &model.branching.menu else {
        return;
    };
    let theme = &model.theme;
    let width = (WIDTH * theme.scale).min(window.width() - theme.step(4.0));
    let head = theme.text.heading * 1.5 + theme.text.detail * 1.6 + theme.step(4.0);
    let line = line_height(model);
    let lines = menu.items.len().max(1) as f32 * line;
    let height = (head + lines + theme.step(5.0)).min(window.height() * MOST);
    let place = menu.place.map_or_else(
        || window.center() - vec2(width, height) / 2.0,
        |(x, y)| pos2(x, y),
    );
    let least = window.min + vec2(theme.step(2.0), theme.step(2.0));
    let most = window.max - vec2(width, height) - vec2(theme.step(2.0), theme.step(2.0));
    let corner_at = place.clamp(least, most.max(least));
    let area = Rect::from_min_size(corner_at, vec2(width, height));
    let layer = Area::new(Id::new("change menu"))
        .order(Order::Foreground)
        .fixed_pos(window.min);
    layer.show(ui.ctx(), |ui| {
        let behind = ui.interact(window, ui.id().with("behind"), Sense::click());
        let inside = ui.interact(area, ui.id().with("menu"), Sense::click());
        inside.widget_info(|| {
            let name = format!("What to change about {}", menu.title);
            WidgetInfo::labeled(WidgetType::Label, true, name)
        });
        let canvas = Canvas::new(ui.painter().clone(), theme, area, theme.scale);
        let border = Stroke::new(1.0, theme.colours.card_line);
        canvas.card(area, theme.space.card_radius, border);
        let inner = area.shrink2(vec2(theme.step(2.0), theme.step(3.0)));
        let builder = UiBuilder::new().id_salt("change menu body").max_rect(inner);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            title(ui, model, (&menu.title, &menu.when));
            if menu.items.is_empty() {
                let none = "Nothing can be changed here: only what the learner's side holds and what the account is set up with.";
                let font = theme.regular(theme.text.body);
                words(ui, none, font, theme.colours.ink_soft);
            }
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                for (at, item) in menu.items.iter().enumerate() {
                    entry(ui, model, (at, item, at == menu.at), out);
                }
            });
        });
        if (behind.clicked() || behind.secondary_clicked()) && !inside.clicked() {
            out.push(Command::Branch(Branching::CloseMenu));
        }
    });
}

fn line_height(model: &Model) -> f32 {
    model.theme.space.control * 1.02
}

fn title(ui: &mut Ui, model: &Model, (title, when): (&str, &str)) {
    let theme = &model.theme;
    let size = vec2(
        ui.available_width(),
        theme.text.heading * 1.5 + theme.text.detail * 1.6,
    );
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let inner = rect.shrink2(vec2(theme.step(3.0), 0.0));
    let painter = ui.painter();
    let name = cut(
        painter,
        title,
        theme.semibold(theme.text.heading),
        theme.colours.ink,
        inner.width(),
    );
    painter.galley(inner.min, name, theme.colours.ink);
    painter.text(
        pos2(inner.left(), inner.top() + theme.text.heading * 1.4),
        Align2::LEFT_TOP,
        when,
        theme.regular(theme.text.detail),
        theme.colours.ink_faint,
    );
}

fn entry(
    ui: &mut Ui,
    model: &Model,
    (at, item, next): (usize, &Item, bool),
    out: &mut Vec<Command>,
) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let open = item.hindrance.is_none();
    let shape = (line_height(model), item.label.as_str(), next && open);
    let response = row(ui, theme, shape, |painter, rect| {
        let inner = rect.shrink2(vec2(theme.step(3.0), 0.0));
        let colour = if open {
            colours.ink
        } else {
            crate::gui::view::theme::faded(colours.ink_faint, 0.72)
        };
        let galley = cut(
            painter,
            &item.label,
            theme.regular(theme.text.body),
            colour,
            inner.width() - theme.text.icon,
        );
        let place = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), inner);
        painter.galley(place.min, galley, colour);
        if next && open {
            let bar = Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
            painter.rect_filled(bar.shrink2(vec2(0.0, 6.0)), corner(2.0), colours.acting);
        }
        if !open {
            let at = pos2(inner.right() - theme.text.icon / 2.0, inner.center().y);
            icons::tool(
                painter,
                theme,
                at,
                icons::MINUS,
                theme.text.icon * 0.7,
                colour,
            );
        }
    });
    let why = item.hindrance.as_deref().unwrap_or_default();
    described(&response, ui, why, !open);
    if next {
        response.scroll_to_me(None);
    }
    if open {
        if response.clicked() {
            out.push(Command::Branch(Branching::Pick(at)));
        }
    } else {
        response.on_hover_text(format!("This would change nothing: {why}"));
    }
}
