//! Code points of the Phosphor icons in use. Tools are drawn in one weight, actors in two
//! tones: the first glyph of a pair at a fifth of the opacity under the second.

use bevy_egui::egui::{Align2, Color32, Painter, Pos2};

use super::theme::{Theme, faded};
use crate::cloud::ledger::ActorKind;

/// Opacity of the lower glyph of a pair.
const UNDERTONE: f32 = 0.2;

/// The start screen
pub const HOME: &str = "\u{e2c2}";
/// The library
pub const LIBRARY: &str = "\u{e758}";
/// The stage
pub const STAGE: &str = "\u{eb58}";
/// Lifelines and arrows
pub const SEQUENCE: &str = "\u{e0a0}";
/// Finding
pub const SEARCH: &str = "\u{e30c}";
/// Help
pub const HELP: &str = "\u{e3e8}";
/// Settings
pub const SETTINGS: &str = "\u{e270}";
/// The command palette
pub const PALETTE: &str = "\u{e1c4}";
/// Simulated time
pub const CLOCK: &str = "\u{e19a}";
/// A beat back
pub const PREVIOUS: &str = "\u{e5a4}";
/// A beat on
pub const NEXT: &str = "\u{e5a6}";
/// Play
pub const PLAY: &str = "\u{e3d0}";
/// Pause
pub const PAUSE: &str = "\u{e39e}";
/// Close
pub const CLOSE: &str = "\u{e4f6}";
/// Held
pub const CHECK: &str = "\u{e182}";
/// Had nothing to say
pub const MINUS: &str = "\u{e32a}";
/// Closed
pub const CARET_RIGHT: &str = "\u{e13a}";
/// Open
pub const CARET_DOWN: &str = "\u{e136}";
/// Copy
pub const COPY: &str = "\u{e1ca}";
/// Show a secret
pub const SHOW: &str = "\u{e220}";
/// Hide a secret
pub const HIDE: &str = "\u{e224}";
/// A valid signature
pub const VALID: &str = "\u{e606}";
/// An invalid signature
pub const INVALID: &str = "\u{e60c}";
/// Something is wrong
pub const WARNING: &str = "\u{e4e0}";
/// What a value becomes
pub const BECOMES: &str = "\u{e01a}";
/// A request
pub const REQUEST: &str = "\u{e06c}";
/// A response
pub const RESPONSE: &str = "\u{e058}";
/// Open a file
pub const OPEN_FILE: &str = "\u{e256}";
/// A panel at the side
pub const PANEL: &str = "\u{ec24}";
/// Sealed
pub const LOCK: &str = "\u{e308}";
/// About
pub const INFO: &str = "\u{e2ce}";
/// A policy
pub const SCROLL: &str = "\u{eb7a}";
/// The trail of a value
pub const TRAIL: &str = "\u{e39c}";
/// A key
pub const KEY: &str = "\u{e2d6}";
/// A command line
pub const TERMINAL: &str = "\u{e47e}";
/// Choose something
pub const POINTER: &str = "\u{e7c8}";
/// Start again
pub const RESTART: &str = "\u{e038}";
/// A scenario
pub const SCENARIO: &str = "\u{e3d2}";
/// A variant
pub const VARIANT: &str = "\u{e278}";
/// Changed by the learner
pub const CHANGED: &str = "\u{e3b4}";
/// Something to try
pub const EXPERIMENT: &str = "\u{e79e}";
/// Two stages
pub const BESIDE: &str = "\u{e546}";
/// Different
pub const DIFFERENT: &str = "\u{eda6}";
/// A file to write
pub const SAVE: &str = "\u{e248}";
/// Take away
pub const REMOVE: &str = "\u{e4a6}";
/// Take back
pub const UNDO: &str = "\u{e08a}";

/// A pair of glyphs laid over each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duotone(pub &'static str, pub &'static str);

/// What an actor is drawn as.
pub fn of_actor(kind: ActorKind) -> Duotone {
    match kind {
        ActorKind::Person => Duotone("\u{e4c4}", "\u{e4c5}"),
        ActorKind::Phone => Duotone("\u{e1e0}", "\u{e1e1}"),
        ActorKind::Tablet => Duotone("\u{e1e6}", "\u{e1e7}"),
        ActorKind::Laptop => Duotone("\u{e586}", "\u{e587}"),
        ActorKind::Backend => Duotone("\u{e2a0}", "\u{e2a1}"),
        ActorKind::Facebook => Duotone("\u{e226}", "\u{e227}"),
        ActorKind::Google => Duotone("\u{e292}", "\u{e293}"),
        ActorKind::LoginWithAmazon => Duotone("\u{e96c}", "\u{e96d}"),
        ActorKind::Apple => Duotone("\u{e516}", "\u{e517}"),
        ActorKind::OidcProvider => Duotone("\u{e6f6}", "\u{e6f7}"),
        ActorKind::SamlProvider => Duotone("\u{e102}", "\u{e105}"),
        ActorKind::UserPool => Duotone("\u{e6f8}", "\u{e6f9}"),
        ActorKind::IdentityPool => Duotone("\u{e2c8}", "\u{e2c9}"),
        ActorKind::Sync => Duotone("\u{e094}", "\u{e095}"),
        ActorKind::Sts => Duotone("\u{e40c}", "\u{e40f}"),
        ActorKind::S3 => Duotone("\u{e390}", "\u{e391}"),
        ActorKind::DynamoDb => Duotone("\u{e1de}", "\u{e1df}"),
        ActorKind::Lambda => Duotone("\u{ebe4}", "\u{ebe5}"),
        ActorKind::ApiGateway => Duotone("\u{e7e6}", "\u{e7e7}"),
        ActorKind::LoadBalancer => Duotone("\u{e750}", "\u{e751}"),
        ActorKind::Sns => Duotone("\u{e5e8}", "\u{e5e9}"),
    }
}

/// The colour that an actor's icon is drawn in while it is calm.
pub fn colour_of_actor(kind: ActorKind, theme: &Theme) -> Color32 {
    let colours = &theme.colours;
    match kind {
        ActorKind::Person => colours.ink,
        ActorKind::Phone
        | ActorKind::Tablet
        | ActorKind::Laptop
        | ActorKind::Backend
        | ActorKind::Facebook
        | ActorKind::Google
        | ActorKind::LoginWithAmazon
        | ActorKind::Apple
        | ActorKind::OidcProvider
        | ActorKind::SamlProvider => colours.acting,
        ActorKind::UserPool | ActorKind::IdentityPool => colours.jwt_payload,
        ActorKind::Sts => colours.credentials,
        ActorKind::S3
        | ActorKind::DynamoDb
        | ActorKind::Lambda
        | ActorKind::ApiGateway
        | ActorKind::LoadBalancer => colours.jwt_signature,
        ActorKind::Sync | ActorKind::Sns => colours.push,
    }
}

/// Draws a pair around a point.
pub fn duotone(
    painter: &Painter,
    theme: &Theme,
    at: Pos2,
    icon: Duotone,
    size: f32,
    colour: Color32,
) {
    let font = theme.duotone(size);
    painter.text(
        at,
        Align2::CENTER_CENTER,
        icon.0,
        font.clone(),
        faded(colour, UNDERTONE),
    );
    painter.text(at, Align2::CENTER_CENTER, icon.1, font, colour);
}

/// Draws a tool's icon around a point.
pub fn tool(painter: &Painter, theme: &Theme, at: Pos2, icon: &str, size: f32, colour: Color32) {
    painter.text(at, Align2::CENTER_CENTER, icon, theme.icons(size), colour);
}
