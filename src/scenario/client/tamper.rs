//! Somebody alters what a device holds. The altered thing is a new artifact, marked as such, and
//! takes the place of the good one.

use serde_json::Value as Json;

use super::super::action::{Tampering, TokenPart, What};
use super::{Hands, StepError};
use crate::cloud::ledger::{Artifact, ArtifactValue, CredentialsValue, Mint, Source};
use crate::protocol::jwt::{self, Part, Unverified, tamper};

impl Hands<'_> {
    pub(super) fn tamper(&mut self, what: What, how: &Tampering) -> Result<(), StepError> {
        let id = self.latest(&self.device, what)?;
        let original = self.cloud.ledger.artifact(id).cloned();
        let nothing = || StepError::NothingHeld {
            who: self.device.to_string(),
            what,
        };
        let original = original.ok_or_else(nothing)?;
        let value = match &original.value {
            ArtifactValue::Text(text) => ArtifactValue::Text(self.altered_text(text, how)?),
            ArtifactValue::Credentials(value) => altered_credentials(value, how),
        };
        let mint = altered(&original, value);
        let (device, now) = (self.device.clone(), self.cloud.now());
        self.cloud.ledger.lose(&device, id, now);
        self.cloud.mint(&device, mint);
        self.cloud.note_state(&device);
        Ok(())
    }

    fn altered_text(&mut self, text: &str, how: &Tampering) -> Result<String, StepError> {
        if Unverified::parse(text).is_err() {
            return Ok(with_another_character(text, how));
        }
        Ok(match how {
            Tampering::SetClaim(claim, value) => {
                tamper::replace_claim(text, claim, json_or_text(&self.fill(value)?))?
            }
            Tampering::AlgNone => tamper::strip_signature(text)?,
            Tampering::FlipByte(part, at) => tamper::flip_byte(text, part_of(*part), *at)?,
            Tampering::OtherKey => self.signed_anew(text)?,
        })
    }

    /// The same header and claims, signed with a key of the attacker's own.
    fn signed_anew(&mut self, text: &str) -> Result<String, StepError> {
        let token = Unverified::parse(text)?;
        let name = format!("attacker/{}", self.device);
        let key = self.cloud.keys.get(&name).map_err(jwt::JwtError::from)?;
        Ok(jwt::encode(
            token.header(),
            token.claims(),
            &key,
            token.algorithm()?,
        )?)
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
fn with_another_character(text: &str, how: &Tampering) -> String {
    let at = match how {
        Tampering::FlipByte(_, at) => *at,
        _ => 0,
    };
    let at = at % text.chars().count().max(1);
    let other = |c: char| if c == 'A' { 'B' } else { 'A' };
    text.chars()
        .enumerate()
        .map(|(n, c)| if n == at { other(c) } else { c })
        .collect()
}

/// Credentials are altered in their session token: it is the only part that travels as it is.
fn altered_credentials(value: &CredentialsValue, how: &Tampering) -> ArtifactValue {
    let mut value = value.clone();
    value.session_token = value
        .session_token
        .map(|token| with_another_character(&token, how));
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

/// A claim's new value: JSON where it is JSON, a text otherwise.
fn json_or_text(value: &str) -> Json {
    serde_json::from_str(value).unwrap_or_else(|_| Json::String(value.to_owned()))
}
