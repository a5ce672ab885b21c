//! The typefaces the window is set in: Inter for words, JetBrains Mono for identifiers,
//! Phosphor for icons. They are compiled in, so the window looks the same on every machine.

use std::sync::Arc;

use bevy_egui::egui::{Context, FontData, FontDefinitions, FontFamily};

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

/// Every typeface, with egui's own behind them for characters that they lack.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
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
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let spare = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let spare_mono = fonts
        .families
        .get(&FontFamily::Monospace)
        .cloned()
        .unwrap_or_default();
    let chain = |first: &str, then: &[String]| {
        let mut chain = vec![first.to_owned()];
        chain.extend_from_slice(then);
        chain
    };
    fonts
        .families
        .insert(FontFamily::Proportional, chain(REGULAR, &spare));
    fonts
        .families
        .insert(FontFamily::Monospace, chain(MONO, &spare_mono));
    for name in [MEDIUM, SEMIBOLD, BOLD] {
        fonts.families.insert(family(name), chain(name, &spare));
    }
    for name in [ICONS, DUOTONE] {
        fonts.families.insert(family(name), chain(name, &[]));
    }
    fonts
}

/// Gives the typefaces to egui; they are there from the next pass on.
pub fn install(ctx: &Context) {
    ctx.set_fonts(definitions());
}
