//! Changes in one line, as people type them: `artifact:id_token.claims.aud=other`. Which device is
//! meant is found out from the story where it is not said. The grammar is in `docs/what-if.md`.

mod account;
mod artifact;
mod request;
mod world;

use std::ops::Range;

use super::offer::Moment;
use super::{At, Change};
use crate::scenario::Performance;
use crate::scenario::action::Action;
use crate::scenario::diagnostic::suggest;
use crate::scenario::values::Duration;

/// What a line can begin with.
const TARGETS: [&str; 12] = [
    "artifact",
    "request",
    "transit",
    "message",
    "role",
    "bucket",
    "identity-pool",
    "user",
    "device",
    "iam-user",
    "function",
    "oidc-provider",
];

/// What is wrong with a line, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspoken {
    /// Bytes of the line
    pub span: Range<usize>,
    /// What is wrong
    pub message: String,
    /// What would be right
    pub remedy: String,
}

/// A part of a line with its place in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Word<'a> {
    fn wrong(self, message: impl Into<String>, remedy: impl Into<String>) -> Misspoken {
        Misspoken {
            span: self.at..self.at + self.text.len(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    fn unknown<'k>(
        self,
        what: &str,
        known: impl IntoIterator<Item = &'k str> + Clone,
    ) -> Misspoken {
        let message = format!("there is no {what} `{}`", self.text);
        self.wrong(message, suggest(self.text, known))
    }

    /// Before and behind the first of these.
    fn split(self, mark: &str) -> Option<(Self, Self)> {
        let (before, behind) = self.text.split_once(mark)?;
        let at = self.at + before.len() + mark.len();
        Some((
            Self {
                text: before,
                at: self.at,
            },
            Self { text: behind, at },
        ))
    }

    /// The name, and the device named behind an `@`.
    fn with_device(self) -> (Self, Option<Self>) {
        match self.split("@") {
            Some((name, device)) => (name, Some(device)),
            None => (self, None),
        }
    }

    fn strip(self, prefix: &str) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        let at = self.at + prefix.len();
        Some(Self { text, at })
    }

    fn duration(self) -> Result<Duration, Misspoken> {
        Duration::try_from(self.text.to_owned())
            .map_err(|error| self.wrong("this is no duration", error))
    }
}

impl Performance {
    /// The change that a line asks for at a moment.
    pub fn spoken(&self, at: &At, line: &str) -> Result<Change, Misspoken> {
        let moment = Moment::of(self, at);
        let whole = Word { text: line, at: 0 };
        if let Some(span) = whole.strip("clock+=") {
            return Ok(Change::Do(Action::Wait(span.duration()?)));
        }
        let Some((target, rest)) = whole.split(":") else {
            let remedy = format!("begin with {}: or clock+=", TARGETS.join(":, "));
            return Err(whole.wrong("this names nothing to change", remedy));
        };
        let (subject, value) = match rest.split("=") {
            Some((subject, value)) => (subject, Some(value)),
            None => (rest, None),
        };
        match target.text {
            "artifact" => artifact::change(&moment, subject, value),
            "request" | "transit" => {
                request::edit(&moment, (target.text == "transit", subject), value)
            }
            "message" => request::message(&moment, subject, value),
            "role" => world::role(&moment, subject, value),
            "bucket" => world::bucket(&moment, subject, value),
            "identity-pool" => world::identity_pool(&moment, subject, value),
            "user" => world::user(&moment, subject, value),
            "iam-user" => account::iam_user(&moment, subject, value),
            "function" => account::function(&moment, subject, value),
            "oidc-provider" => account::oidc_provider(subject, value),
            "device" => world::device(&moment, subject, value),
            _ => Err(target.unknown("target", TARGETS)),
        }
    }
}

/// The value that must be there.
fn needed<'a>(subject: Word<'a>, value: Option<Word<'a>>) -> Result<Word<'a>, Misspoken> {
    value.ok_or_else(|| subject.wrong("a value is missing", "write `=` and the value behind it"))
}

/// A device, which must be in the world.
fn device(moment: &Moment<'_>, name: Word<'_>) -> Result<String, Misspoken> {
    let devices = moment.story.scenario().world.devices.iter();
    let known = devices.map(|it| it.id.as_str()).chain([super::ATTACKER]);
    if known.clone().any(|it| it == name.text) {
        return Ok(name.text.to_owned());
    }
    let known: Vec<&str> = known.collect();
    Err(name.unknown("device", known.iter().copied()))
}
