//! `artifact:KIND[@DEVICE]…`: a thing that a device holds.

use super::super::Change;
use super::super::offer::Moment;
use super::{Misspoken, Word, device, needed};
use crate::scenario::action::{Action, Tampering, TokenPart, Value, What};
use crate::scenario::template::Template;

/// What things are called.
const KINDS: [(&str, What); 11] = [
    ("id_token", What::IdToken),
    ("access_token", What::AccessToken),
    ("refresh_token", What::RefreshToken),
    ("pool_token", What::PoolToken),
    ("provider_token", What::OpaqueToken),
    ("identity_id", What::IdentityId),
    ("credentials", What::Credentials),
    ("long_term_key", What::LongTermKey),
    ("authorization_code", What::AuthorizationCode),
    ("code", What::ConfirmationCode),
    ("assertion", What::Assertion),
];

/// What can be done to them.
const WAYS: [&str; 6] = ["claims.NAME", "claims.+NAME", "alg", "key", "byte", "copy"];

pub(super) fn change(
    moment: &Moment<'_>,
    subject: Word<'_>,
    value: Option<Word<'_>>,
) -> Result<Change, Misspoken> {
    let (name, way) = match subject.split(".") {
        Some((name, way)) => (name, Some(way)),
        None => (subject, None),
    };
    let (holder, what) = thing(moment, name)?;
    let value = needed(subject, value)?;
    let Some(way) = way else {
        let other = value.strip("artifact:");
        let other = other.ok_or_else(|| {
            value.wrong(
                "another thing that is held must stand here",
                "write `artifact:access_token`",
            )
        })?;
        let (owner, kind) = thing(moment, other)?;
        return Ok(Change::UseInstead {
            device: holder,
            of: what,
            take: Value::Held(owner, kind),
        });
    };
    if way.text == "copy" {
        let to = device(moment, value)?;
        return Ok(Change::Do(Action::Copy {
            from: holder,
            to,
            what,
        }));
    }
    let how = tampering(way, value)?;
    if !how.fits(what) {
        let message = format!("nobody can do this to the {}", what.name());
        let remedy = format!("possible: {}", Tampering::possible(what));
        return Err(way.wrong(message, remedy));
    }
    Ok(Change::Do(Action::Tamper {
        device: holder,
        what,
        how,
    }))
}

fn tampering(way: Word<'_>, value: Word<'_>) -> Result<Tampering, Misspoken> {
    if let Some(claim) = way.strip("claims.+") {
        let value = Template::from(value.text);
        return Ok(Tampering::AddClaim(claim.text.to_owned(), value));
    }
    if let Some(claim) = way.strip("claims.") {
        let value = Template::from(value.text);
        return Ok(Tampering::SetClaim(claim.text.to_owned(), value));
    }
    match (way.text, value.text) {
        ("alg", "none") => Ok(Tampering::AlgNone),
        ("alg", _) => Err(value.wrong("only `none` can be set", "write `alg=none`")),
        ("key", "other") => Ok(Tampering::OtherKey),
        ("key", _) => Err(value.wrong("only `other` can be set", "write `key=other`")),
        ("byte", number) => {
            let at = number.parse();
            let at = at.map_err(|_| value.wrong("this is no number", "write `byte=12`"))?;
            Ok(Tampering::FlipByte(TokenPart::Signature, at))
        }
        _ => Err(way.unknown("way to change a thing", WAYS)),
    }
}

/// Who holds a thing of this kind, where nobody is named the one who got it last.
fn thing(moment: &Moment<'_>, name: Word<'_>) -> Result<(String, What), Misspoken> {
    let (kind, owner) = name.with_device();
    let known = KINDS.iter().find(|(word, _)| *word == kind.text);
    let what = known.map(|(_, what)| *what);
    let what = what.ok_or_else(|| kind.unknown("kind of thing", KINDS.map(|(word, _)| word)))?;
    if let Some(owner) = owner {
        return Ok((device(moment, owner)?, what));
    }
    let recording = moment.story.recording();
    let devices = recording
        .actors
        .iter()
        .filter(|it| moment.is_device(&it.id));
    let newest = devices
        .filter_map(|device| {
            let held = recording.held_by(&device.id, moment.cursor);
            let of_kind = held.iter().filter(|held| held.artifact.kind == what.kind());
            let since = of_kind.map(|held| held.since).max()?;
            Some((since, device.id.to_string()))
        })
        .max_by_key(|(since, _)| *since);
    match newest {
        Some((_, device)) => Ok((device, what)),
        None => {
            let message = format!("nobody holds an {} at this moment", what.name());
            let message = message
                .replace("an AWS", "AWS")
                .replace("an refresh", "a refresh");
            let remedy = "choose a later moment, or name the device: `id_token@phone`";
            Err(kind.wrong(message, remedy))
        }
    }
}
