//! Credentials: for whom they stand, how long, and every request that was signed with them.

use super::signing::signer;
use crate::cloud::ledger::{Artifact, ArtifactValue, ExchangeId};
use crate::protocol::sigv4::Placement;
use crate::recording::Recording;

/// The most signed requests that are listed.
pub const MAX_LISTED: usize = 200;

/// Credentials as they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsView {
    /// The role's ARN, where they are a role's
    pub role: Option<String>,
    /// The session's or user's ARN
    pub principal: Option<String>,
    /// Requests signed with them, in order, at most [`MAX_LISTED`]
    pub signed: Vec<SignedRequest>,
    /// How many there are in all
    pub signed_in_all: usize,
}

/// A request that was signed with credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    /// Which exchange
    pub exchange: ExchangeId,
    /// What was asked: "GetObject"
    pub operation: String,
    /// Whom: "S3"
    pub receiver: String,
    /// In which beat
    pub beat: u32,
    /// Whether it was refused
    pub refused: bool,
    /// Whether the signature travelled in a link
    pub presigned: bool,
}

impl CredentialsView {
    /// What can be said about credentials; nothing for anything else.
    pub fn of(artifact: &Artifact, recording: &Recording) -> Option<Self> {
        let ArtifactValue::Credentials(value) = &artifact.value else {
            return None;
        };
        let fact = |name: &str| {
            let mut facts = artifact.facts.iter();
            facts
                .find(|(fact, _)| fact == name)
                .map(|(_, value)| value.clone())
        };
        let mut signed_in_all = 0;
        let mut signed = Vec::new();
        for exchange in recording.carriers_of(artifact.id) {
            let Some(claim) = signer(&exchange.request) else {
                continue;
            };
            if claim.access_key_id != value.access_key_id {
                continue;
            }
            signed_in_all += 1;
            if signed.len() < MAX_LISTED {
                signed.push(SignedRequest {
                    exchange: exchange.id,
                    operation: exchange.operation.to_string(),
                    receiver: recording.name_of(&exchange.to).to_owned(),
                    beat: exchange.beat,
                    refused: exchange.refused(),
                    presigned: claim.placement == Placement::Query,
                });
            }
        }
        Some(Self {
            role: fact("Role"),
            principal: fact("Session").or_else(|| fact("User")),
            signed,
            signed_in_all,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::ArtifactKind;
    use crate::inspect::fixture::{last, story};

    #[test]
    fn credentials_know_their_session_and_every_request_they_signed() {
        let recording = story("facebook-to-s3");
        let credentials = last(&recording, ArtifactKind::Credentials);
        let view = CredentialsView::of(credentials, &recording).unwrap();
        assert!(
            view.principal
                .unwrap()
                .contains(":assumed-role/PhotoReader/")
        );
        let operations: Vec<&str> = view.signed.iter().map(|it| it.operation.as_str()).collect();
        assert!(operations.contains(&"GetItem"), "{operations:?}");
        assert!(view.signed.iter().any(|it| it.refused));
        assert_eq!(view.signed.len(), view.signed_in_all);
    }
}
