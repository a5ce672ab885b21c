//! The value that is followed: where it stands, place by place, what it came from and became.

use bevy_egui::egui::{Align2, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::parts::{lead, note};
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::looking::{Following, Look};
use crate::gui::view::model::{Loaded, Model};
use crate::gui::view::paint::canvas::{corner, cut};
use crate::gui::view::theme::{Theme, over};
use crate::gui::view::widgets::{icon_button_at, words};
use crate::recording::provenance::{Kin, Place, Spot};

/// The part of the panel's height that the list of places takes at most.
const LIST_SHARE: f32 = 0.3;
/// The most places that are listed at once; the keys reach them all.
const MAX_LISTED: usize = 300;

/// Shows the strip; nothing where nothing is followed.
pub fn show(ui: &mut Ui, model: &Model, loaded: &Loaded, out: &mut Vec<Command>) {
    let Some(following) = &model.looking.following else {
        return;
    };
    let theme = &model.theme;
    let tall = ui.available_height();
    let frame = bevy_egui::egui::Frame::new()
        .fill(over(theme.colours.chrome, theme.colours.push, 0.09))
        .stroke(Stroke::new(
            1.0,
            over(theme.colours.chrome, theme.colours.push, 0.55),
        ))
        .corner_radius(corner(theme.space.small_radius))
        .inner_margin(10);
    let width = (ui.available_width() - 22.0).max(60.0);
    frame.show(ui, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = theme.step(1.0);
        head(ui, theme, following, out);
        let list = ScrollArea::vertical()
            .id_salt("trail")
            .max_height(tall * LIST_SHARE)
            .auto_shrink([false, true]);
        list.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            places(ui, theme, loaded, following, out);
        });
        kin(ui, theme, "Came from", &following.trail.came_from, out);
        kin(ui, theme, "Became", &following.trail.became, out);
    });
    ui.add_space(theme.step(2.0));
}

/// The value, where in its trail we are, and what walks along it.
fn head(ui: &mut Ui, theme: &Theme, following: &Following, out: &mut Vec<Command>) {
    let colours = &theme.colours;
    let side = theme.space.control * 0.9;
    let size = vec2(ui.available_width(), side);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let mut right = rect.right();
    for (icon, name, hint, look) in [
        (
            icons::CLOSE,
            "Follow nothing",
            "Follow this value no longer (Esc)",
            Look::EndTrail,
        ),
        (icons::NEXT, "Next place", "Next place (N)", Look::Step(1)),
        (
            icons::PREVIOUS,
            "Previous place",
            "Previous place (Shift+N)",
            Look::Step(-1),
        ),
    ] {
        let place = Rect::from_min_size(pos2(right - side, rect.top()), vec2(side, side));
        let response = icon_button_at(ui, theme, place, icon, name, false);
        if response.on_hover_text(hint).clicked() {
            out.push(Command::Look(look));
        }
        right -= side;
    }
    let count = following.trail.places.len();
    let said = match (following.at, count) {
        (_, 0) => "nowhere".to_owned(),
        (Some(at), count) => format!("{} of {count}", at + 1),
        (None, 1) => "1 place".to_owned(),
        (None, count) => format!("{count} places"),
    };
    let counter = ui.painter().text(
        pos2(right - theme.step(2.0), rect.center().y),
        Align2::RIGHT_CENTER,
        said,
        theme.regular(theme.text.detail),
        colours.ink_soft,
    );
    let at = pos2(rect.left() + theme.text.icon * 0.4, rect.center().y);
    icons::tool(
        ui.painter(),
        theme,
        at,
        icons::TRAIL,
        theme.text.icon * 0.85,
        colours.push,
    );
    let left = rect.left() + theme.text.icon + theme.step(1.0);
    let room = (counter.left() - theme.step(2.0) - left).max(0.0);
    let font = theme.mono(theme.text.mono);
    let galley = cut(ui.painter(), &following.value, font, colours.ink, room);
    let y = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(left, y), galley, colours.ink);
}

fn places(
    ui: &mut Ui,
    theme: &Theme,
    loaded: &Loaded,
    following: &Following,
    out: &mut Vec<Command>,
) {
    if following.trail.places.is_empty() {
        note(ui, theme, "This recording has it nowhere else.");
    }
    for (at, place) in following.trail.places.iter().enumerate().take(MAX_LISTED) {
        let (first, second) = in_words(place, loaded);
        let here = following.at == Some(at);
        let tint = match here {
            true => theme.colours.push,
            false => theme.colours.ink_faint,
        };
        let before = ui.cursor().top();
        if lead(ui, theme, (icon(place), tint), (&first, &second), here) {
            out.push(Command::Look(Look::Place(at)));
        }
        if here {
            let rect = Rect::from_min_max(
                pos2(ui.min_rect().left(), before),
                pos2(ui.min_rect().right(), ui.cursor().top()),
            );
            ui.painter().rect_stroke(
                rect,
                corner(theme.space.small_radius),
                Stroke::new(1.0, theme.colours.push),
                StrokeKind::Inside,
            );
            let moved = ui.data(|data| data.get_temp::<usize>("trail at".into())) != Some(at);
            if moved {
                ui.data_mut(|data| data.insert_temp("trail at".into(), at));
                ui.scroll_to_rect(rect, None);
            }
        }
    }
    if following.trail.places.len() > MAX_LISTED || following.trail.cut {
        note(
            ui,
            theme,
            "There are more places than are listed; N reaches them.",
        );
    }
}

fn icon(place: &Place) -> &'static str {
    match place.spot {
        Spot::Request | Spot::Carried(_) => icons::REQUEST,
        Spot::Response => icons::RESPONSE,
        Spot::Check(_) => icons::VALID,
        Spot::Decision(_) => icons::SCROLL,
        Spot::Minted(_) => icons::BECOMES,
    }
}

/// A place in words: what it is, and where in the story.
fn in_words(place: &Place, loaded: &Loaded) -> (String, String) {
    let recording = &loaded.recording;
    let exchange = place.exchange.and_then(|id| recording.exchange(id));
    let operation = exchange.map_or("the set-up", |it| it.operation.as_str());
    let field = place.field.trim_start_matches("claims.");
    let who = |sender: bool| {
        exchange.map_or("?", |it| {
            recording.name_of(if sender { &it.from } else { &it.to })
        })
    };
    let first = match &place.spot {
        Spot::Request => format!("{field} in {operation}"),
        Spot::Carried(_) => format!("{field}, inside {operation}"),
        Spot::Response => format!("{field} in the answer to {operation}"),
        Spot::Check(_) => format!("Check {field}"),
        Spot::Decision(_) => format!("Policy decision, {field}"),
        Spot::Minted(id) => {
            let label = recording.artifact(*id).map_or("?", |it| &it.label);
            match field {
                "value" => format!("{label} made"),
                field => format!("{field} of the {label} made"),
            }
        }
    };
    let second = match &place.spot {
        Spot::Response => format!("{} → {}", who(false), who(true)),
        Spot::Minted(_) | Spot::Check(_) | Spot::Decision(_) => {
            format!("by {} in {operation}", who(false))
        }
        Spot::Request | Spot::Carried(_) => format!("{} → {}", who(true), who(false)),
    };
    (first, format!("Beat {} · {second}", place.beat + 1))
}

fn kin(ui: &mut Ui, theme: &Theme, title: &str, all: &[Kin], out: &mut Vec<Command>) {
    for kin in all {
        let value = shortened(&kin.value);
        let first = format!("{title} {}", kin.what);
        let icon = (icons::BECOMES, theme.colours.push);
        if lead(ui, theme, icon, (&first, &value), false) {
            out.push(Command::Look(Look::Trace(kin.value.clone())));
        }
    }
}

fn shortened(value: &str) -> String {
    crate::cloud::aws::shorten(value)
}

/// Says what could be followed, where nothing is.
pub fn hint(ui: &mut Ui, theme: &Theme) {
    words(
        ui,
        "Click any value to follow it: every place that has it lights up, and N walks along.",
        theme.regular(theme.text.body),
        theme.colours.ink_soft,
    );
}
