//! The form in which a change is filled in: what it will do, the fields, what is wrong with them
//! and where, and the ways to make it.

use std::sync::Arc;

use bevy_egui::egui::text::{LayoutJob, TextFormat};
use bevy_egui::egui::{
    Align, Color32, Galley, Key, Layout, Response, ScrollArea, Stroke, TextBuffer, TextEdit, Ui,
    vec2,
};

use crate::gui::view::branches::Branching;
use crate::gui::view::branches::editor::{Editor, Field, Form, Problem, Signing, Way};
use crate::gui::view::commands::Command;
use crate::gui::view::icons;
use crate::gui::view::model::Model;
use crate::gui::view::theme::Theme;
use crate::gui::view::widgets::{button, focus_ring, icon_button_at, section, words};

/// How tall a row of a form is, in controls.
const ROW: f32 = 1.35;
/// Rows that are always shown at once, at most.
const MOST_ROWS: usize = 9;
/// How tall everything around the rows is, in points.
const AROUND: f32 = 270.0;
/// How tall a form with a policy is, in points.
const POLICY_HEIGHT: f32 = 640.0;
/// How tall a form with one value is, in points.
const VALUE_HEIGHT: f32 = 300.0;

/// How tall the dialog is at text size 1.
pub fn height(model: &Model) -> f32 {
    let Some(editor) = &model.branching.editor else {
        return VALUE_HEIGHT;
    };
    match &editor.form {
        Form::Claims { fields, .. } | Form::Request { fields, .. } => {
            let rows = fields.len().clamp(2, MOST_ROWS) as f32;
            AROUND + rows * model.theme.space.control / model.theme.scale * ROW
        }
        Form::Policy { .. } => POLICY_HEIGHT,
        Form::Span { .. } | Form::Text { .. } => VALUE_HEIGHT,
    }
}

/// Paints the form.
pub fn show(ui: &mut Ui, model: &Model, out: &mut Vec<Command>) {
    let Some(editor) = &model.branching.editor else {
        return;
    };
    let theme = &model.theme;
    let problem = editor.problem();
    ui.spacing_mut().item_spacing.y = theme.step(1.5);
    words(
        ui,
        what_happens(editor),
        theme.regular(theme.text.body),
        theme.colours.ink_soft,
    );
    ui.add_space(theme.step(1.0));
    let foot = theme.space.control + theme.text.body * 3.4 + theme.step(4.0);
    let room = (ui.available_height() - foot).max(theme.space.control);
    ui.allocate_ui(vec2(ui.available_width(), room), |ui| {
        ui.set_height(room);
        form(ui, theme, editor, problem.as_ref(), out);
    });
    foot_line(ui, theme, editor, problem.as_ref());
    let underway = model.branching.underway.is_some();
    buttons(ui, theme, problem.as_ref(), underway, out);
    let enter = ui.input(|input| input.modifiers.command && input.key_pressed(Key::Enter));
    if enter {
        out.push(Command::Branch(Branching::Make));
    }
}

/// What making the change will do.
fn what_happens(editor: &Editor) -> String {
    let beat = editor.beat;
    let before = match beat {
        0 | 1 => String::new(),
        2 => " Beat 1 stays as it is.".to_owned(),
        _ => format!(" Beats 1 to {} stay as they are.", beat - 1),
    };
    format!(
        "From beat {beat} on the story is performed again with this, as a branch beside the original.{before}"
    )
}

fn form(
    ui: &mut Ui,
    theme: &Theme,
    editor: &Editor,
    problem: Option<&Problem>,
    out: &mut Vec<Command>,
) {
    match &editor.form {
        Form::Claims {
            fields, signing, ..
        } => {
            rows(ui, theme, (fields, false, 2.6), problem, out);
            section(ui, theme, "Signature");
            let ways =
                Signing::ALL.map(|(how, label)| (how == *signing, label, Branching::Sign(how)));
            choices(ui, theme, ways, out);
        }
        Form::Request { fields, way, .. } => {
            rows(ui, theme, (fields, true, 2.6), problem, out);
            section(ui, theme, "Where it is changed");
            let ways =
                Way::ALL.map(|(where_, label)| (where_ == *way, label, Branching::Way(where_)));
            choices(ui, theme, ways, out);
        }
        Form::Policy { text, .. } => policy(ui, theme, text, problem, out),
        Form::Span { text, .. } => {
            section(ui, theme, "How long");
            let response = typed(ui, theme, ("How long", text, 0, problem.is_some()), out);
            first_focus(ui, &response);
            let hint =
                "Hours, minutes and seconds, like 2h, 90m or 1h30m; -10m is ten minutes back";
            words(
                ui,
                hint,
                theme.regular(theme.text.detail),
                theme.colours.ink_faint,
            );
        }
        Form::Text { text, .. } => {
            section(ui, theme, "Value");
            let response = typed(ui, theme, ("Value", text, 0, problem.is_some()), out);
            first_focus(ui, &response);
        }
    }
}

fn choices<const N: usize>(
    ui: &mut Ui,
    theme: &Theme,
    ways: [(bool, &'static str, Branching); N],
    out: &mut Vec<Command>,
) {
    ui.horizontal_wrapped(|ui| {
        for (chosen, label, command) in ways {
            let (icon, accent) = if chosen {
                (icons::CHECK, theme.colours.acting)
            } else {
                ("", theme.colours.card_line)
            };
            let response = button(ui, theme, icon, label, accent);
            described(&response, ui, if chosen { "chosen" } else { "" }, false);
            if response.clicked() {
                out.push(Command::Branch(command));
            }
        }
    });
}

/// A row for each field. Room is left below for so many controls.
fn rows(
    ui: &mut Ui,
    theme: &Theme,
    (fields, request, below): (&[Field], bool, f32),
    problem: Option<&Problem>,
    out: &mut Vec<Command>,
) {
    let room = ui.available_height() - theme.space.control * below;
    let scroll = ScrollArea::vertical()
        .max_height(room.max(theme.space.control * 2.0))
        .auto_shrink([false, true]);
    scroll.show(ui, |ui| {
        for (at, field) in fields.iter().enumerate() {
            let wrong = problem.is_some_and(|problem| problem.field == Some(at));
            row(ui, theme, (at, field, request, wrong), out);
        }
    });
}

fn row(
    ui: &mut Ui,
    theme: &Theme,
    (at, field, request, wrong): (usize, &Field, bool, bool),
    out: &mut Vec<Command>,
) {
    let colours = &theme.colours;
    let height = theme.space.control;
    let name_width = (ui.available_width() * 0.34).min(240.0 * theme.scale);
    ui.horizontal(|ui| {
        let ink = if field.differs() {
            colours.ink
        } else {
            colours.ink_soft
        };
        ui.allocate_ui_with_layout(
            vec2(name_width, height),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_width(name_width);
                if field.added || (request && field.is_login()) {
                    let mut name = field.renamed.clone();
                    let edit = line_edit(&mut name, theme, name_width);
                    let more = one_more(request);
                    let response = ui.add(edit.hint_text(format!("One more {more}")));
                    let said = if field.added {
                        format!("Name of one more {more}")
                    } else {
                        format!("Name of {}", field.name)
                    };
                    label(&response, ui, &said);
                    focus_ring(ui.painter(), theme, &response, theme.space.small_radius);
                    if response.changed() {
                        out.push(Command::Branch(Branching::Rename(at, name)));
                    }
                } else {
                    let mark = if field.differs() { "• " } else { "" };
                    let shown = format!("{mark}{}", field.name);
                    words(ui, shown, theme.mono(theme.text.mono), ink);
                }
            },
        );
        let side = if request {
            height + theme.step(2.0)
        } else {
            0.0
        };
        if field.dropped {
            let width = ui.available_width() - side;
            ui.allocate_ui_with_layout(
                vec2(width, height),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_width(width);
                    let font = theme.regular(theme.text.body);
                    words(ui, "Not sent", font, colours.refused_ink);
                },
            );
        } else {
            let width = ui.available_width() - side - theme.step(1.0);
            ui.scope(|ui| {
                ui.set_max_width(width);
                let name = if field.added {
                    format!("Value of one more {}", one_more(request))
                } else {
                    field.name.clone()
                };
                typed(ui, theme, (&name, &field.text, at, wrong), out);
            });
        }
        if request && !field.added {
            drop_button(ui, theme, (at, field), out);
        }
    });
}

/// What a row without a name would be.
fn one_more(request: bool) -> &'static str {
    if request { "field" } else { "claim" }
}

fn drop_button(ui: &mut Ui, theme: &Theme, (at, field): (usize, &Field), out: &mut Vec<Command>) {
    let side = theme.space.control;
    let (rect, _) = ui.allocate_exact_size(vec2(side, side), bevy_egui::egui::Sense::hover());
    let (icon, name) = if field.dropped {
        (icons::UNDO, format!("Send {} after all", field.name))
    } else {
        (icons::REMOVE, format!("Do not send {}", field.name))
    };
    let response = icon_button_at(ui, theme, rect, icon, &name, false);
    if response.on_hover_text(&name).clicked() {
        out.push(Command::Branch(Branching::Drop(at)));
    }
}

fn line_edit<'t>(text: &'t mut String, theme: &Theme, width: f32) -> TextEdit<'t> {
    TextEdit::singleline(text)
        .font(theme.mono(theme.text.mono))
        .margin(vec2(theme.step(2.0), theme.step(1.5)))
        .desired_width(width)
}

/// A field that is typed into.
fn typed(
    ui: &mut Ui,
    theme: &Theme,
    (name, text, at, wrong): (&str, &str, usize, bool),
    out: &mut Vec<Command>,
) -> Response {
    let mut text = text.to_owned();
    let response = ui.add(line_edit(&mut text, theme, f32::INFINITY));
    label(&response, ui, name);
    if wrong {
        underline(ui, theme, &response);
    }
    focus_ring(ui.painter(), theme, &response, theme.space.small_radius);
    if response.changed() {
        out.push(Command::Branch(Branching::Type(at, text)));
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        out.push(Command::Branch(Branching::Make));
    }
    response
}

fn underline(ui: &Ui, theme: &Theme, response: &Response) {
    let rect = response.rect;
    let line = Stroke::new(2.0, theme.colours.refused);
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 1.0, line);
}

fn policy(
    ui: &mut Ui,
    theme: &Theme,
    text: &str,
    problem: Option<&Problem>,
    out: &mut Vec<Command>,
) {
    let mut edited = text.to_owned();
    let wrong = problem.map_or(0..0, |problem| problem.bytes.clone());
    let misplaced = problem.is_some_and(|problem| problem.place.is_some());
    let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, width: f32| {
        let wrong = if misplaced { Some(wrong.clone()) } else { None };
        set(ui, theme, buffer.as_str(), wrong, width)
    };
    let room = ui.available_height();
    let scroll = ScrollArea::vertical().max_height(room).auto_shrink(false);
    scroll.show(ui, |ui| {
        let edit = TextEdit::multiline(&mut edited)
            .font(theme.mono(theme.text.mono))
            .code_editor()
            .margin(vec2(theme.step(3.0), theme.step(2.0)))
            .desired_width(f32::INFINITY)
            .min_size(vec2(0.0, room - theme.step(1.0)))
            .layouter(&mut layouter);
        let response = ui.add(edit);
        label(&response, ui, "Policy as JSON");
        first_focus(ui, &response);
        if response.changed() {
            out.push(Command::Branch(Branching::Type(0, edited.clone())));
        }
    });
}

/// JSON in mono, what is wrong in it underlined. At the end of the text the last character stands
/// for what is missing.
fn set(
    ui: &Ui,
    theme: &Theme,
    text: &str,
    wrong: Option<std::ops::Range<usize>>,
    width: f32,
) -> Arc<Galley> {
    let colours = &theme.colours;
    let mut job = LayoutJob::default();
    let plain = |colour: Color32| {
        let mut format = TextFormat::simple(theme.mono(theme.text.mono), colour);
        format.line_height = Some((theme.text.mono * 1.5).round());
        format
    };
    let (start, end) = wrong.map_or((text.len(), text.len()), |wrong| reach(text, wrong));
    job.append(
        text.get(..start).unwrap_or_default(),
        0.0,
        plain(colours.ink),
    );
    let mut marked = plain(colours.refused_ink);
    marked.underline = Stroke::new(2.0, colours.refused);
    marked.background = crate::gui::view::theme::faded(colours.refused, 0.16);
    job.append(text.get(start..end).unwrap_or_default(), 0.0, marked);
    job.append(text.get(end..).unwrap_or_default(), 0.0, plain(colours.ink));
    job.wrap.max_width = width;
    ui.ctx().fonts_mut(|fonts| fonts.layout_job(job))
}

/// The bytes to underline: whole characters, at least one.
fn reach(text: &str, wrong: std::ops::Range<usize>) -> (usize, usize) {
    let mut start = wrong.start.min(text.len());
    let mut end = wrong.end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    if start == end {
        match text.get(start..).and_then(|rest| rest.chars().next()) {
            Some(next) => end = start + next.len_utf8(),
            None => {
                let last = text.chars().next_back().map_or(0, char::len_utf8);
                start -= last;
            }
        }
    }
    (start, end)
}

/// What is wrong, or what became of the last try.
fn foot_line(ui: &mut Ui, theme: &Theme, editor: &Editor, problem: Option<&Problem>) {
    let colours = &theme.colours;
    let height = theme.text.body * 3.0;
    ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
        ui.set_height(height);
        let body = theme.regular(theme.text.body);
        if let Some(failed) = &editor.failed {
            let says = format!("{}  {failed}", icons::WARNING);
            mixed(ui, theme, &says, colours.refused_ink);
            return;
        }
        let Some(problem) = problem else {
            let name = format!("The branch will be called “{}”", editor.cause());
            words(ui, name, body, colours.ink);
            return;
        };
        match problem.place {
            Some((line, column)) => {
                let says = format!("Line {line}, column {column}: {}", problem.says);
                words(ui, says, body, colours.refused_ink);
            }
            None if problem.sendable || problem.field.is_some() => {
                words(ui, &problem.says, body, colours.refused_ink);
            }
            None => {
                words(ui, &problem.says, body, colours.ink_faint);
            }
        }
    });
}

/// Words that begin with an icon.
fn mixed(ui: &mut Ui, theme: &Theme, says: &str, colour: Color32) {
    let text = says.trim_start_matches(icons::WARNING).trim_start();
    ui.horizontal_top(|ui| {
        words(ui, icons::WARNING, theme.icons(theme.text.icon), colour);
        words(ui, text, theme.regular(theme.text.body), colour);
    });
}

fn buttons(
    ui: &mut Ui,
    theme: &Theme,
    problem: Option<&Problem>,
    underway: bool,
    out: &mut Vec<Command>,
) {
    let (accent, quiet) = (theme.colours.acting, theme.colours.card_line);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let enabled = problem.is_none() && !underway;
        let response = ui
            .add_enabled_ui(enabled, |ui| {
                button(ui, theme, icons::VARIANT, "Make the change", accent)
            })
            .inner;
        described(&response, ui, "", !enabled);
        let response = response.on_hover_text("Perform the story again with it (Enter)");
        if enabled && response.clicked() {
            out.push(Command::Branch(Branching::Make));
        }
        if problem.is_some_and(|problem| problem.sendable) {
            let anyway = button(
                ui,
                theme,
                icons::WARNING,
                "Send anyway",
                theme.colours.refused,
            );
            let anyway = anyway.on_hover_text("See who notices, and what is answered");
            if anyway.clicked() {
                out.push(Command::Branch(Branching::MakeAnyway));
            }
        }
        if button(ui, theme, "", "Cancel", quiet).clicked() {
            out.push(Command::StepOut);
        }
    });
}

/// Names a text field for screen readers.
pub fn label(response: &Response, ui: &Ui, name: &str) {
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
}

/// Says more about a control to screen readers.
pub fn described(response: &Response, ui: &Ui, description: &str, disabled: bool) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        if !description.is_empty() {
            node.set_description(description);
        }
        if disabled {
            node.set_disabled();
        }
    });
}

/// The keyboard goes to the first field when a form opens.
pub fn first_focus(ui: &Ui, response: &Response) {
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
}
