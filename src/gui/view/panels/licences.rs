//! The licences of what is compiled in and was made by others: typefaces and icons, word for word.

use bevy_egui::egui::{CollapsingHeader, RichText, ScrollArea, Ui};

use crate::gui::view::model::Model;
use crate::gui::view::widgets::{code, words};

/// Whose, under what, and its words.
const LICENCES: [(&str, &str, &str); 4] = [
    (
        "Inter",
        "SIL Open Font License 1.1",
        include_str!("../../../../assets/fonts/Inter-LICENSE.txt"),
    ),
    (
        "JetBrains Mono",
        "SIL Open Font License 1.1",
        include_str!("../../../../assets/fonts/JetBrainsMono-LICENSE.txt"),
    ),
    (
        "Phosphor icons",
        "MIT License",
        include_str!("../../../../assets/fonts/Phosphor-LICENSE.txt"),
    ),
    (
        "Noto Emoji",
        "SIL Open Font License 1.1",
        include_str!("../../../../assets/fonts/NotoEmoji-LICENSE.txt"),
    ),
];

/// Paints the licences, each closed until it is asked for.
pub fn show(ui: &mut Ui, model: &Model) {
    let theme = &model.theme;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let intro = "Tokentrail itself is under the MIT License or the Apache License 2.0, as you \
                     like. What it is set in was made by others:";
        words(
            ui,
            intro,
            theme.regular(theme.text.body),
            theme.colours.ink_soft,
        );
        ui.add_space(theme.step(2.0));
        for (whose, name, text) in LICENCES {
            let title = RichText::new(format!("{whose}: {name}"))
                .font(theme.medium(theme.text.body))
                .color(theme.colours.ink);
            CollapsingHeader::new(title).id_salt(whose).show(ui, |ui| {
                code(ui, theme, &[(text, theme.colours.ink_soft)]);
            });
        }
    });
}
