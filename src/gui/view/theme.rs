//! Colours, type and spacing. They are written in `assets/theme.ron` and nowhere else, so that
//! a theme is a file and a colour has one meaning.

use std::sync::Arc;

use bevy_egui::egui::{self, Color32, CornerRadius, FontFamily, FontId, Margin, Stroke};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The file as it ships.
const THEME_FILE: &str = include_str!("../../../assets/theme.ron");

/// Why a theme file is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// The file does not follow the grammar or names a field that does not exist
    #[error("line {line}, column {column}: {message}")]
    Unreadable {
        /// Line, from 1
        line: usize,
        /// Column, from 1
        column: usize,
        /// What is wrong
        message: String,
    },
}

/// Which palette.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeName {
    /// Calm and dark
    #[default]
    Dark,
    /// For bright rooms
    Light,
    /// For eyes that need more difference
    HighContrast,
}

impl ThemeName {
    /// The next one, in the order they are offered.
    pub fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::HighContrast,
            Self::HighContrast => Self::Dark,
        }
    }

    /// What the settings call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
            Self::HighContrast => "High contrast",
        }
    }
}

/// A colour as the file writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour(pub Color32);

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Color32::from_hex(&text)
            .map(Self)
            .map_err(|_| de::Error::custom(format!("not a colour like \"#1b2440\": {text:?}")))
    }
}

macro_rules! palette {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Every colour by its meaning.
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct PaletteFile { $($name: Colour),+ }

        /// Every colour by its meaning.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Palette { $($(#[$doc])* pub $name: Color32),+ }

        impl From<PaletteFile> for Palette {
            fn from(file: PaletteFile) -> Self {
                Self { $($name: file.$name.0),+ }
            }
        }
    };
}

palette! {
    /// Behind everything
    background,
    /// Bars and panels
    chrome,
    /// Stage, upper edge
    stage_top,
    /// Stage, lower edge
    stage_bottom,
    /// Light from behind the stage
    glow,
    /// A zone's surface
    zone,
    /// A zone's border
    zone_line,
    /// An account's surface
    account,
    /// An account's border
    account_line,
    /// A card's surface
    card,
    /// A card's border
    card_line,
    /// Laid over what the pointer is on
    hover,
    /// Laid over what is held down or chosen
    pressed,
    /// Text boxes and code
    field,
    /// Divides
    line,
    /// Words that matter
    ink,
    /// Words that explain
    ink_soft,
    /// Words that label
    ink_faint,
    /// Takes part; chosen; a request
    acting,
    /// A call made on somebody's behalf
    nested,
    /// Held, valid, allowed
    accepted,
    /// Refused, invalid, denied
    refused,
    /// Words of an error
    refused_ink,
    /// Credentials, and what is nearly over
    credentials,
    /// Push messages and identities
    push,
    /// First part of a JWT
    jwt_header,
    /// Second part of a JWT
    jwt_payload,
    /// Third part of a JWT
    jwt_signature,
    /// Words upon an accent
    on_accent,
    /// Under cards
    shadow,
    /// Behind dialogs
    scrim,
}

/// Sizes of type, in points.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeScale {
    /// The start screen's title
    pub display: f32,
    /// The sentence under it
    pub lead: f32,
    /// What the audience reads
    pub caption: f32,
    /// Titles of panels
    pub heading: f32,
    /// Names of actors
    pub name: f32,
    /// Panels
    pub body: f32,
    /// The smallest
    pub detail: f32,
    /// Identifiers
    pub mono: f32,
    /// Icons of tools
    pub icon: f32,
}

/// Distances, in points.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// Everything is a multiple of this
    pub unit: f32,
    /// Corners of cards
    pub card_radius: f32,
    /// Corners of zones
    pub zone_radius: f32,
    /// Corners of controls
    pub small_radius: f32,
    /// Height of a control
    pub control: f32,
    /// Height of the top bar
    pub top_bar: f32,
    /// Width of the icon rail
    pub rail: f32,
    /// Width of the library
    pub library: f32,
    /// Width of the inspector
    pub inspector: f32,
    /// Height of transport and timeline
    pub transport: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    dark: PaletteFile,
    light: PaletteFile,
    high_contrast: PaletteFile,
    type_scale: TypeScale,
    space: Space,
}

/// A palette with type and spacing at one text size.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Which palette
    pub name: ThemeName,
    /// Colours
    pub colours: Palette,
    /// Type, scaled
    pub text: TypeScale,
    /// Distances; the ones that hold text are scaled
    pub space: Space,
    /// The text size it was scaled by, 1 to 2
    pub scale: f32,
}

impl Theme {
    /// The shipped theme.
    pub fn shipped(name: ThemeName, scale: f32) -> Result<Self, ThemeError> {
        Self::parse(THEME_FILE, name, scale)
    }

    /// Reads a theme file.
    pub fn parse(text: &str, name: ThemeName, scale: f32) -> Result<Self, ThemeError> {
        let file: ThemeFile = ron::from_str(text).map_err(|error| ThemeError::Unreadable {
            line: error.span.start.line,
            column: error.span.start.col,
            message: error.code.to_string(),
        })?;
        let palette = match name {
            ThemeName::Dark => file.dark,
            ThemeName::Light => file.light,
            ThemeName::HighContrast => file.high_contrast,
        };
        let scale = if scale.is_finite() {
            scale.clamp(1.0, 2.0)
        } else {
            1.0
        };
        Ok(Self {
            name,
            colours: palette.into(),
            text: scaled_text(file.type_scale, scale),
            space: scaled_space(file.space, scale),
            scale,
        })
    }

    /// Regular words.
    pub fn regular(&self, size: f32) -> FontId {
        FontId::new(size, FontFamily::Proportional)
    }

    /// Slightly heavier words.
    pub fn medium(&self, size: f32) -> FontId {
        FontId::new(size, super::fonts::family(super::fonts::MEDIUM))
    }

    /// Names and terms.
    pub fn semibold(&self, size: f32) -> FontId {
        FontId::new(size, super::fonts::family(super::fonts::SEMIBOLD))
    }

    /// Titles.
    pub fn bold(&self, size: f32) -> FontId {
        FontId::new(size, super::fonts::family(super::fonts::BOLD))
    }

    /// Identifiers.
    pub fn mono(&self, size: f32) -> FontId {
        FontId::new(size, FontFamily::Monospace)
    }

    /// Icons of tools.
    pub fn icons(&self, size: f32) -> FontId {
        FontId::new(size, super::fonts::family(super::fonts::ICONS))
    }

    /// Icons of actors.
    pub fn duotone(&self, size: f32) -> FontId {
        FontId::new(size, super::fonts::family(super::fonts::DUOTONE))
    }

    /// So many spacing steps.
    pub fn step(&self, steps: f32) -> f32 {
        self.space.unit * steps
    }

    /// A thin line.
    pub fn hairline(&self) -> Stroke {
        Stroke::new(1.0, self.colours.line)
    }

    /// The ring around what the keyboard is on.
    pub fn focus(&self) -> Stroke {
        Stroke::new(2.0, self.colours.acting)
    }

    /// Makes egui's own widgets look like ours.
    pub fn apply(&self, ctx: &egui::Context) {
        let mut style = egui::Style::default();
        self.style_text(&mut style);
        self.style_visuals(&mut style.visuals);
        let unit = self.space.unit;
        style.spacing.item_spacing = egui::vec2(unit * 2.0, unit * 2.0);
        style.spacing.button_padding = egui::vec2(unit * 3.0, unit * 1.5);
        style.spacing.interact_size.y = self.space.control;
        style.spacing.menu_margin = Margin::same(8);
        style.spacing.scroll.floating = true;
        style.spacing.scroll.bar_width = 8.0;
        // A bar that is not being used is a hint, not a line across the picture
        style.spacing.scroll.foreground_color = false;
        style.interaction.selectable_labels = true;
        style.interaction.tooltip_delay = 0.4;
        let style = Arc::new(style);
        ctx.set_style_of(egui::Theme::Dark, Arc::clone(&style));
        ctx.set_style_of(egui::Theme::Light, style);
    }

    fn style_text(&self, style: &mut egui::Style) {
        use egui::TextStyle::{Body, Button, Heading, Monospace, Small};
        style.text_styles = [
            (Small, self.regular(self.text.detail)),
            (Body, self.regular(self.text.body)),
            (Button, self.medium(self.text.body)),
            (Heading, self.semibold(self.text.heading)),
            (Monospace, self.mono(self.text.mono)),
        ]
        .into();
    }

    fn style_visuals(&self, visuals: &mut egui::Visuals) {
        let colours = &self.colours;
        *visuals = match self.name {
            ThemeName::Light => egui::Visuals::light(),
            ThemeName::Dark | ThemeName::HighContrast => egui::Visuals::dark(),
        };
        visuals.panel_fill = colours.background;
        visuals.window_fill = colours.card;
        visuals.window_stroke = Stroke::new(1.0, colours.card_line);
        visuals.window_corner_radius = CornerRadius::same(14);
        visuals.menu_corner_radius = CornerRadius::same(10);
        visuals.extreme_bg_color = colours.field;
        visuals.text_edit_bg_color = Some(colours.field);
        visuals.selection.bg_fill = colours.acting.gamma_multiply(0.35);
        visuals.selection.stroke = Stroke::new(1.5, colours.acting);
        visuals.hyperlink_color = colours.acting;
        visuals.window_shadow = egui::Shadow {
            offset: [0, 8],
            blur: 32,
            spread: 0,
            color: colours.shadow,
        };
        visuals.popup_shadow = egui::Shadow {
            offset: [0, 4],
            blur: 16,
            ..visuals.window_shadow
        };
        let widgets = &mut visuals.widgets;
        for (state, fill, line, ink) in [
            (
                &mut widgets.noninteractive,
                colours.card,
                colours.line,
                colours.ink_soft,
            ),
            (
                &mut widgets.inactive,
                colours.card,
                colours.card_line,
                colours.ink,
            ),
            (
                &mut widgets.hovered,
                colours.card,
                colours.acting,
                colours.ink,
            ),
            (
                &mut widgets.active,
                colours.card,
                colours.acting,
                colours.ink,
            ),
            (
                &mut widgets.open,
                colours.card,
                colours.card_line,
                colours.ink,
            ),
        ] {
            state.bg_fill = fill;
            state.weak_bg_fill = fill;
            state.bg_stroke = Stroke::new(1.0, line);
            state.fg_stroke = Stroke::new(1.0, ink);
            state.corner_radius = CornerRadius::same(8);
            state.expansion = 0.0;
        }
    }
}

fn scaled_text(text: TypeScale, by: f32) -> TypeScale {
    TypeScale {
        display: text.display * by,
        lead: text.lead * by,
        caption: text.caption * by,
        heading: text.heading * by,
        name: text.name * by,
        body: text.body * by,
        detail: text.detail * by,
        mono: text.mono * by,
        icon: text.icon * by,
    }
}

/// Room around text grows slower than the text, or little would be left for the stage.
fn scaled_space(space: Space, by: f32) -> Space {
    let by = by.sqrt();
    Space {
        control: space.control * by,
        top_bar: space.top_bar * by,
        rail: space.rail * by,
        library: space.library * by,
        inspector: space.inspector * by,
        transport: space.transport * by,
        ..space
    }
}

/// The same colour, nearer to transparent.
pub fn faded(colour: Color32, opacity: f32) -> Color32 {
    colour.gamma_multiply(opacity.clamp(0.0, 1.0))
}

/// A colour laid over a ground that is known, as one that hides what is behind it. Light colours
/// that let light through turn grey, because the device adds light and not what the eye sees.
pub fn over(ground: Color32, colour: Color32, opacity: f32) -> Color32 {
    ground.lerp_to_gamma(colour, opacity.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG's relative luminance.
    fn luminance(colour: Color32) -> f32 {
        let rgba = egui::Rgba::from(colour);
        0.2126 * rgba.r() + 0.7152 * rgba.g() + 0.0722 * rgba.b()
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    const ALL: [ThemeName; 3] = [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast];

    #[test]
    fn every_word_is_readable_on_every_surface_it_stands_on() {
        for name in ALL {
            let theme = Theme::shipped(name, 1.0).unwrap();
            let c = &theme.colours;
            for surface in [
                c.background,
                c.chrome,
                c.stage_top,
                c.stage_bottom,
                c.card,
                c.field,
            ] {
                for (word, ink) in [
                    ("ink", c.ink),
                    ("ink_soft", c.ink_soft),
                    ("ink_faint", c.ink_faint),
                    ("acting", c.acting),
                    ("accepted", c.accepted),
                    ("refused", c.refused),
                    ("refused_ink", c.refused_ink),
                    ("credentials", c.credentials),
                    ("push", c.push),
                    ("jwt_header", c.jwt_header),
                    ("jwt_payload", c.jwt_payload),
                    ("jwt_signature", c.jwt_signature),
                ] {
                    let found = contrast(ink, surface);
                    assert!(
                        found >= 4.5,
                        "{word} on {surface:?} in {name:?}: {found:.2}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_unknown_field_is_an_error_with_its_place() {
        let text = THEME_FILE.replace(
            "    type_scale:",
            "    colour_of_the_day: 1,\n    type_scale:",
        );
        let error = Theme::parse(&text, ThemeName::Dark, 1.0)
            .unwrap_err()
            .to_string();
        assert!(error.contains("colour_of_the_day"), "{error}");
        assert!(error.starts_with("line "), "{error}");
    }

    #[test]
    fn a_text_that_is_no_colour_is_an_error() {
        let text = THEME_FILE.replacen("#0d1220", "midnight", 1);
        let error = Theme::parse(&text, ThemeName::Dark, 1.0)
            .unwrap_err()
            .to_string();
        assert!(error.contains("midnight"), "{error}");
    }

    #[test]
    fn no_text_is_smaller_than_thirteen_points() {
        let text = Theme::shipped(ThemeName::Dark, 1.0).unwrap().text;
        for size in [
            text.display,
            text.lead,
            text.caption,
            text.heading,
            text.name,
            text.body,
        ] {
            assert!(size >= 13.0);
        }
        assert!(text.detail >= 13.0 && text.mono >= 13.0);
    }

    #[test]
    fn the_text_size_stays_within_one_and_two() {
        for (asked, given) in [(0.1, 1.0), (1.5, 1.5), (9.0, 2.0), (f32::NAN, 1.0)] {
            let theme = Theme::shipped(ThemeName::Dark, asked).unwrap();
            assert!((theme.scale - given).abs() < f32::EPSILON);
        }
    }
}
