//! Somebody alters what a device holds. The altered thing is a new artifact, marked as such, and
//! takes the place of the good one.

use serde_json::Value as Json;

use super::super::action::{Tampering, TokenPart, What};
use super::super::diagnostic::suggest;
use super::edit::{exact_json, json_or_text};
use super::{Hands, StepError};
use crate::cloud::ledger::{Artifact, ArtifactValue, CredentialsValue, Mint, Source};
use crate::cloud::saml_provider;
use crate::protocol::jwt::{self, Part, Unverified, tamper};
use crate::protocol::keys::SigningKey;

/// Why a thing cannot be altered like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TamperError {
    /// It has nothing that could be changed so
    #[error("nobody can do this to the {}; possible: {}", _0.name(), Tampering::possible(*_0))]
    Impossible(What),
    /// The token has no such claim
    #[error("the {token} has no claim `{claim}`; {remedy}, or add it with AddClaim")]
    NoClaim {
        /// Which token
        token: &'static str,
        /// What was asked for
        claim: String,
        /// What is near it
        remedy: String,
    },
    /// The claim that is to be added is there
    #[error("the {token} has a claim `{claim}` already; change it with SetClaim")]
    HasClaim {
        /// Which token
        token: &'static str,
        /// What was asked for
        claim: String,
    },
    /// The claim is of another sort
    #[error(
        "the claim `{claim}` is {sort}, and {value} is none that JSON can say exactly; a text stands in quotes"
    )]
    Sort {
        /// Which claim
        claim: String,
        /// What it is
        sort: &'static str,
        /// What was to be set
        value: String,
    },
}

impl Hands<'_> {
    pub(super) fn tamper(&mut self, what: What, how: &Tampering) -> Result<(), StepError> {
        let id = self.latest(&self.device, what)?;
        let original = self.cloud.ledger.artifact(id).cloned();
        let nothing = || StepError::NothingHeld {
            who: self.device.to_string(),
            what,
        };
        let original = original.ok_or_else(nothing)?;
        if !how.fits(what) {
            return Err(TamperError::Impossible(what).into());
        }
        let value = match (&original.value, how) {
            (ArtifactValue::Text(text), _) => {
                ArtifactValue::Text(self.altered_text(what, text, how)?)
            }
            (ArtifactValue::Credentials(value), Tampering::FlipByte(_, at)) => {
                altered_credentials(value, *at)
            }
            (ArtifactValue::Credentials(_), _) => {
                return Err(TamperError::Impossible(what).into());
            }
        };
        let mint = altered(&original, value);
        let (device, now) = (self.device.clone(), self.cloud.now());
        self.cloud.ledger.lose(&device, id, now);
        self.cloud.mint(&device, mint);
        self.cloud.note_state(&device);
        Ok(())
    }

    fn altered_text(
        &mut self,
        what: What,
        text: &str,
        how: &Tampering,
    ) -> Result<String, StepError> {
        let token = Unverified::parse(text);
        Ok(match (how, token) {
            (Tampering::FlipByte(part, at), Ok(_)) => tamper::flip_byte(text, part_of(*part), *at)?,
            (Tampering::FlipByte(_, at), Err(_)) => with_another_character(text, *at),
            (Tampering::OtherKey, Err(_)) if what == What::Assertion => {
                let key = self.attackers_key()?;
                let forged = saml_provider::signed_anew(text, &key);
                forged.ok_or(TamperError::Impossible(what))?
            }
            (_, Err(error)) => return Err(error.into()),
            (Tampering::SetClaim(claim, value), Ok(token)) => {
                let value = self.fill(value)?;
                let value = same_sort(what, &token, (claim, &value))?;
                tamper::replace_claim(text, claim, value)?
            }
            (Tampering::AddClaim(claim, value), Ok(token)) => {
                if token.claims().contains_key(claim) {
                    let (token, claim) = (what.name(), claim.clone());
                    return Err(TamperError::HasClaim { token, claim }.into());
                }
                tamper::replace_claim(text, claim, json_or_text(&self.fill(value)?))?
            }
            (Tampering::AlgNone, Ok(_)) => tamper::strip_signature(text)?,
            // The same header and claims
            (Tampering::OtherKey, Ok(token)) => {
                let (key, algorithm) = (self.attackers_key()?, token.algorithm()?);
                jwt::encode(token.header(), token.claims(), &key, algorithm)?
            }
        })
    }

    /// A key of the attacker's own.
    fn attackers_key(&mut self) -> Result<SigningKey, StepError> {
        let name = format!("attacker/{}", self.device);
        let key = self.cloud.keys.get(&name);
        Ok(key.map_err(jwt::JwtError::from)?)
    }
}

/// A claim's new value: of the sort that it has now, or a text in quotes.
fn same_sort(
    what: What,
    token: &Unverified,
    (claim, value): (&str, &str),
) -> Result<Json, TamperError> {
    let claims = token.claims();
    let Some(now) = claims.get(claim) else {
        return Err(TamperError::NoClaim {
            token: what.name(),
            claim: claim.to_owned(),
            remedy: suggest(claim, claims.keys().map(String::as_str)),
        });
    };
    let read = exact_json(value);
    if let Some(Json::String(text)) = read {
        return Ok(Json::String(text));
    }
    if now.is_string() {
        return Ok(Json::String(value.to_owned()));
    }
    let same = read.filter(|read| sort(read) == sort(now));
    same.ok_or_else(|| TamperError::Sort {
        claim: claim.to_owned(),
        sort: sort(now),
        value: value.to_owned(),
    })
}

/// What a sentence calls a JSON value.
fn sort(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

fn part_of(part: TokenPart) -> Part {
    match part {
        TokenPart::Header => Part::Header,
        TokenPart::Payload => Part::Claims,
        TokenPart::Signature => Part::Signature,
    }
}

/// What cannot be read can only be changed blindly: one character becomes another.
fn with_another_character(text: &str, at: usize) -> String {
    let at = at % text.chars().count().max(1);
    let other = |c: char| if c == 'A' { 'B' } else { 'A' };
    text.chars()
        .enumerate()
        .map(|(n, c)| if n == at { other(c) } else { c })
        .collect()
}

/// Credentials are altered in their session token, the only part that travels as it is; a key
/// without one in its secret.
fn altered_credentials(value: &CredentialsValue, at: usize) -> ArtifactValue {
    let mut value = value.clone();
    let altered = match &mut value.session_token {
        Some(token) => token,
        None => &mut value.secret_access_key,
    };
    *altered = with_another_character(altered, at);
    ArtifactValue::Credentials(value)
}

/// The altered thing: what it says now, and that it comes from the good one.
fn altered(original: &Artifact, value: ArtifactValue) -> Mint {
    let text = match &value {
        ArtifactValue::Text(text) => text.clone(),
        ArtifactValue::Credentials(value) => value.session_token.clone().unwrap_or_default(),
    };
    let parsed = Unverified::parse(&text).ok();
    let mut mint = Mint::new(original.kind, original.label.clone(), value);
    mint.expires_at = original.expires_at;
    mint.header = parsed.as_ref().map(|token| token.header().clone());
    mint.claims = parsed.as_ref().map(|token| token.claims().clone());
    mint.facts = original.facts.clone();
    mint.tampered = true;
    mint.guest = original.guest;
    let from = Source::Artifact {
        artifact: original.id,
        field: "value".to_owned(),
    };
    mint.origin("value", text, from)
}
