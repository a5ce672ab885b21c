//! What is shown over everything else: the shortcut sheet, the palette, settings, about.

use bevy_egui::egui::{
    Align2, Area, Id, Order, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::{branch_file, editing, experiments, licences, palette, search};
use crate::gui::view::commands::{Binding, Command, Dialog, Group, table};
use crate::gui::view::icons;
use crate::gui::view::model::{Language, Model};
use crate::gui::view::paint::canvas::{Canvas, corner};
use crate::gui::view::theme::ThemeName;
use crate::gui::view::widgets::{button, icon_button_at, section, words};
use crate::gui::view::window::centered;
use crate::stage::playback::{Playback, PlaybackCommand};

/// Shows the open dialog, if one is open.
pub fn show(ui: &Ui, model: &Model, window: Rect, out: &mut Vec<Command>) {
    let Some(dialog) = model.dialog else { return };
    let theme = &model.theme;
    let (title, width, height) = match dialog {
        Dialog::Sheet => ("Keyboard shortcuts", 880.0, 620.0),
        Dialog::Palette => ("Command palette", 560.0, 460.0),
        Dialog::Search => ("Search", 680.0, 520.0),
        Dialog::Settings => ("Settings", 520.0, 520.0),
        Dialog::About => ("About Tokentrail", 560.0, 460.0),
        Dialog::Licences => ("Licences", 680.0, 560.0),
        Dialog::Edit => {
            let editor = model.branching.editor.as_ref();
            let title = editor.map_or("", |editor| editor.title.as_str());
            (title, 760.0, editing::height(model))
        }
        Dialog::Experiments => ("Experiments and twins", 760.0, 620.0),
        Dialog::Naming => ("Rename the branch", 480.0, 210.0),
        Dialog::Save => ("Save the branch as a scenario", 640.0, 380.0),
    };
    let area = centered(window, width * theme.scale, height * theme.scale);
    let layer = Area::new(Id::new("dialog"))
        .order(Order::Foreground)
        .fixed_pos(window.min);
    layer.show(ui.ctx(), |ui| {
        let behind = ui.interact(window, ui.id().with("behind"), Sense::click());
        ui.painter().rect_filled(window, 0, theme.colours.scrim);
        let inside = ui.interact(area, ui.id().with("dialog"), Sense::click());
        let canvas = Canvas::new(ui.painter().clone(), theme, area, theme.scale);
        canvas.card(
            area,
            theme.space.zone_radius,
            Stroke::new(1.0, theme.colours.card_line),
        );
        let inner = area.shrink(theme.step(5.0));
        head(ui, model, title, inner, out);
        let body = Rect::from_min_max(
            pos2(
                inner.left(),
                inner.top() + theme.space.control + theme.step(1.0),
            ),
            inner.max,
        );
        let builder = UiBuilder::new().id_salt("dialog body").max_rect(body);
        ui.scope_builder(builder, |ui| match dialog {
            Dialog::Sheet => sheet(ui, model),
            Dialog::Palette => palette::show(ui, model, out),
            Dialog::Search => search::show(ui, model, out),
            Dialog::Settings => settings(ui, model, out),
            Dialog::About => about(ui, model, out),
            Dialog::Licences => licences::show(ui, model),
            Dialog::Edit => editing::show(ui, model, out),
            Dialog::Experiments => experiments::show(ui, model, out),
            Dialog::Naming => branch_file::naming(ui, model, out),
            Dialog::Save => branch_file::saving(ui, model, out),
        });
        if behind.clicked() && !inside.clicked() {
            out.push(Command::Dialog(dialog));
        }
    });
}

fn head(ui: &Ui, model: &Model, title: &str, inner: Rect, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let side = theme.space.control;
    let middle = inner.top() + side / 2.0;
    let font = theme.semibold(theme.text.heading);
    let at = pos2(inner.left(), middle);
    ui.painter()
        .text(at, Align2::LEFT_CENTER, title, font, theme.colours.ink);
    let rect = Rect::from_min_size(pos2(inner.right() - side, inner.top()), vec2(side, side));
    let close = icon_button_at(ui, theme, rect, icons::CLOSE, "Close", false);
    if close.on_hover_text("Close (Esc)").clicked() {
        out.push(Command::StepOut);
    }
}

/// Every command with its keys, in columns. The nine jumps are one line.
fn sheet(ui: &mut Ui, model: &Model) {
    let theme = &model.theme;
    let narrow = ui.available_width() < 640.0 * theme.scale;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let columns = if narrow { 1 } else { 2 };
        ui.columns(columns, |columns| {
            for (position, group) in Group::ALL.into_iter().enumerate() {
                let column = position.min(1).min(columns.len() - 1);
                let Some(ui) = columns.get_mut(column) else {
                    continue;
                };
                section(ui, theme, group.label());
                for binding in table().iter().filter(|binding| binding.group == group) {
                    sheet_row(ui, model, binding);
                }
            }
        });
    });
}

fn sheet_row(ui: &mut Ui, model: &Model, binding: &Binding) {
    let theme = &model.theme;
    // The nine jumps are one line
    let (label, keys) = match &binding.command {
        Command::Playback(PlaybackCommand::JumpBeat(0)) => (
            "Jump to beat 1 to 9",
            vec!["1".to_owned(), "…".to_owned(), "9".to_owned()],
        ),
        Command::Playback(PlaybackCommand::JumpBeat(_)) => return,
        _ => (
            binding.label,
            binding.keys.iter().map(|keys| keys.text()).collect(),
        ),
    };
    if keys.is_empty() {
        return;
    }
    ui.spacing_mut().item_spacing = vec2(theme.step(1.5), theme.step(1.0));
    ui.spacing_mut().interact_size.y = theme.text.body * 1.7;
    ui.horizontal(|ui| {
        let width = ui.available_width();
        ui.scope(|ui| {
            ui.set_min_width((width * 0.56).max(80.0));
            words(
                ui,
                label,
                theme.regular(theme.text.body),
                theme.colours.ink_soft,
            );
        });
        for text in keys {
            key_cap(ui, model, &text);
        }
    });
}

fn key_cap(ui: &mut Ui, model: &Model, text: &str) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let font = theme.mono(theme.text.mono);
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, colours.ink);
    let size = galley.size() + vec2(theme.step(3.0), theme.step(1.5));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let line = Stroke::new(1.0, colours.card_line);
    ui.painter()
        .rect(rect, corner(6.0), colours.field, line, StrokeKind::Inside);
    ui.painter()
        .galley(rect.center() - galley.size() / 2.0, galley, colours.ink);
}

fn settings(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| all_settings(ui, model, out));
}

/// Some of a few: the chosen one has a check mark and the accent.
fn choices<T: Copy + PartialEq>(
    ui: &mut Ui,
    model: &Model,
    (all, chosen): (&[T], T),
    label: impl Fn(T) -> &'static str,
    mut choose: impl FnMut(T),
) {
    let theme = &model.theme;
    ui.horizontal_wrapped(|ui| {
        for it in all.iter().copied() {
            let (icon, accent) = if it == chosen {
                (icons::CHECK, theme.colours.acting)
            } else {
                ("", theme.colours.card_line)
            };
            if button(ui, theme, icon, label(it), accent).clicked() {
                choose(it);
            }
        }
    });
}

/// A value with a smaller and a larger beside it.
fn stepper(ui: &mut Ui, model: &Model, value: &str, (less, more): (&str, &str)) -> i32 {
    let theme = &model.theme;
    let mut by = 0;
    ui.horizontal_wrapped(|ui| {
        if button(ui, theme, "", less, theme.colours.card_line).clicked() {
            by -= 1;
        }
        words(ui, value, theme.mono(theme.text.body), theme.colours.ink);
        if button(ui, theme, "", more, theme.colours.card_line).clicked() {
            by += 1;
        }
    });
    by
}

fn all_settings(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let chosen = &model.settings;
    section(ui, theme, "Theme");
    let themes = [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast];
    choices(ui, model, (&themes, chosen.theme), ThemeName::label, |it| {
        out.push(Command::Theme(it))
    });
    section(ui, theme, "Text size");
    let percent = format!("{:.0} %", chosen.text_scale * 100.0);
    match stepper(ui, model, &percent, ("Smaller text", "Larger text")) {
        0 => {}
        by => out.push(Command::TextSize(by)),
    }
    section(ui, theme, "Playback speed");
    let loaded = model.loaded.as_ref();
    let speed = loaded.map_or(Playback::speed_of(chosen.speed), |it| {
        it.playback.speed_text()
    });
    match stepper(ui, model, speed, ("Slower", "Faster")) {
        0 => {}
        by => out.push(Command::Playback(PlaybackCommand::Speed(by))),
    }
    section(ui, theme, "Motion");
    let mut reduced = chosen.reduced_motion;
    if ui
        .checkbox(&mut reduced, "Reduced motion: fades instead of movement")
        .clicked()
    {
        out.push(Command::ToggleMotion);
    }
    section(ui, theme, "Language of buttons and menus");
    choices(
        ui,
        model,
        (&Language::ALL, chosen.language),
        Language::label,
        |it| out.push(Command::Language(it)),
    );
    words(
        ui,
        "There is only English so far. Scenarios are in the language of their authors.",
        theme.regular(theme.text.detail),
        theme.colours.ink_faint,
    );
}

fn about(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let theme = &model.theme;
    let colours = &theme.colours;
    let body = || theme.regular(theme.text.body);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let version = format!("Version {}", env!("CARGO_PKG_VERSION"));
        words(ui, version, theme.mono(theme.text.mono), colours.ink_soft);
        for text in [
            "Tokentrail shows web identity federation on AWS by really performing it in a \
             simulated cloud: real RSA signatures, real Signature Version 4, really evaluated \
             policies, on a simulated clock.",
            "Every key, token and password is made for one run from its seed. None of them works \
             anywhere, and nothing leaves this machine.",
            "Not affiliated with, endorsed by or sponsored by Amazon Web Services. Product names \
             belong to their owners.",
            "Set in Inter and JetBrains Mono (SIL Open Font License 1.1), with icons from Phosphor \
             (MIT). Tokentrail itself is MIT or Apache-2.0, as you like.",
        ] {
            words(ui, text, body(), colours.ink_soft);
            ui.add_space(theme.step(1.0));
        }
        let whole = button(
            ui,
            theme,
            icons::SCROLL,
            "Read the licences",
            colours.card_line,
        );
        if whole.clicked() {
            out.push(Command::Dialog(Dialog::Licences));
        }
    });
}
