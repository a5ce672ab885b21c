//! The typefaces the window is set in: Inter for words, JetBrains Mono for identifiers,
//! Phosphor for icons. They are compiled in, so the window looks the same on every machine.

use std::sync::Arc;

use bevy_egui::egui::{Context, FontData, FontDefinitions, FontFamily, FontTweak};
use epaint_default_fonts::NOTO_EMOJI_REGULAR;

/// Inter Medium
pub const MEDIUM: &str = "medium";
/// Inter SemiBold
pub const SEMIBOLD: &str = "semibold";
/// Inter Bold
pub const BOLD: &str = "bold";
/// Phosphor, one weight
pub const ICONS: &str = "icons";
/// Phosphor, two tones
pub const DUOTONE: &str = "duotone";

const REGULAR: &str = "regular";
const MONO: &str = "mono";

/// A family by one of the names above.
pub fn family(name: &'static str) -> FontFamily {
    FontFamily::Name(name.into())
}

/// What has the characters that the window's own typefaces lack: emoji in a scenario that somebody
/// wrote.
const SPARE: &str = "emoji";
/// How large it is set beside the others, as egui does.
const SPARE_SCALE: f32 = 0.81;

/// Every typeface, with the spare one behind those for words.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in [
        (
            REGULAR,
            &include_bytes!("../../../assets/fonts/Inter-Regular.ttf")[..],
        ),
        (
            MEDIUM,
            include_bytes!("../../../assets/fonts/Inter-Medium.ttf"),
        ),
        (
            SEMIBOLD,
            include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf"),
        ),
        (BOLD, include_bytes!("../../../assets/fonts/Inter-Bold.ttf")),
        (
            MONO,
            include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
        (
            ICONS,
            include_bytes!("../../../assets/fonts/Phosphor-Regular.ttf"),
        ),
        (
            DUOTONE,
            include_bytes!("../../../assets/fonts/Phosphor-Duotone.ttf"),
        ),
    ] {
        let data = FontData::from_static(bytes);
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    }
    let spare = FontData::from_static(NOTO_EMOJI_REGULAR).tweak(FontTweak {
        scale: SPARE_SCALE,
        ..FontTweak::default()
    });
    fonts.font_data.insert(SPARE.to_owned(), Arc::new(spare));
    for (used, first) in [
        (FontFamily::Proportional, REGULAR),
        (FontFamily::Monospace, MONO),
        (family(MEDIUM), MEDIUM),
        (family(SEMIBOLD), SEMIBOLD),
        (family(BOLD), BOLD),
    ] {
        // What letters lack, those for identifiers may have: arrows and the like
        let then = [REGULAR, MONO].into_iter().filter(|it| *it != first);
        let chain = std::iter::once(first).chain(then);
        let chain = chain.chain([SPARE]);
        fonts
            .families
            .insert(used, chain.map(str::to_owned).collect());
    }
    for name in [ICONS, DUOTONE] {
        fonts.families.insert(family(name), vec![name.to_owned()]);
    }
    fonts
}

/// Gives the typefaces to egui; they are there from the next pass on.
pub fn install(ctx: &Context) {
    ctx.set_fonts(definitions());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ttf_parser::Face;

    use super::*;
    use crate::scenario::library;

    #[test]
    fn every_character_of_the_library_is_in_a_typeface() {
        let fonts = definitions();
        let written: BTreeSet<char> = library::ALL
            .iter()
            .flat_map(|entry| entry.text.chars())
            .filter(|character| !character.is_control())
            .collect();
        for used in [
            FontFamily::Proportional,
            FontFamily::Monospace,
            family(BOLD),
        ] {
            let faces: Vec<Face<'_>> = fonts.families[&used]
                .iter()
                .map(|name| Face::parse(&fonts.font_data[name].font, 0).unwrap())
                .collect();
            let has =
                |character: &char| faces.iter().any(|it| it.glyph_index(*character).is_some());
            let lacking: Vec<&char> = written.iter().filter(|it| !has(it)).collect();
            assert!(lacking.is_empty(), "{used:?} lacks {lacking:?}");
        }
    }

    #[test]
    fn every_icon_that_is_named_is_in_its_typeface() {
        let fonts = definitions();
        let face = |name: &str| Face::parse(&fonts.font_data[name].font, 0).unwrap();
        let (tools, actors) = (face(ICONS), face(DUOTONE));
        let mut named = 0;
        for line in include_str!("icons.rs").lines() {
            let face = if line.contains("Duotone(") {
                &actors
            } else {
                &tools
            };
            for code in line.split("\\u{").skip(1) {
                let code = code.split('}').next().unwrap();
                let icon = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
                assert!(
                    face.glyph_index(icon).is_some(),
                    "{line}: run assets/fonts/icons.sh"
                );
                named += 1;
            }
        }
        assert!(named > 80, "{named}");
    }
}
