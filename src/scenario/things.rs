//! What devices hold, how actions name it, and how it can be altered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::template::Template;
use crate::cloud::ledger::ArtifactKind;

/// Something a device can hold.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
pub enum What {
    /// An OAuth authorization code
    AuthorizationCode,
    /// A provider's access token
    OpaqueToken,
    /// An ID token
    IdToken,
    /// A user pool's access token
    AccessToken,
    /// A refresh token
    RefreshToken,
    /// An identity pool's token for STS
    PoolToken,
    /// An identity ID
    IdentityId,
    /// AWS credentials
    Credentials,
    /// A key of an IAM user, without end
    LongTermKey,
    /// A confirmation code
    ConfirmationCode,
    /// A SAML assertion
    Assertion,
}

impl What {
    /// Everything that a device can hold.
    pub const ALL: [Self; 11] = [
        Self::AuthorizationCode,
        Self::OpaqueToken,
        Self::IdToken,
        Self::AccessToken,
        Self::RefreshToken,
        Self::PoolToken,
        Self::IdentityId,
        Self::Credentials,
        Self::LongTermKey,
        Self::ConfirmationCode,
        Self::Assertion,
    ];

    /// What artifacts of a kind are called in files, where they can be named there.
    pub fn of(kind: ArtifactKind) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.kind() == kind)
    }

    /// The kind of artifact that it is.
    pub fn kind(self) -> ArtifactKind {
        match self {
            Self::AuthorizationCode => ArtifactKind::AuthorizationCode,
            Self::OpaqueToken => ArtifactKind::OpaqueToken,
            Self::IdToken => ArtifactKind::IdToken,
            Self::AccessToken => ArtifactKind::AccessToken,
            Self::RefreshToken => ArtifactKind::RefreshToken,
            Self::PoolToken => ArtifactKind::PoolToken,
            Self::IdentityId => ArtifactKind::IdentityId,
            Self::Credentials => ArtifactKind::Credentials,
            Self::LongTermKey => ArtifactKind::LongTermKey,
            Self::ConfirmationCode => ArtifactKind::ConfirmationCode,
            Self::Assertion => ArtifactKind::Assertion,
        }
    }

    /// What a sentence calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization code",
            Self::OpaqueToken => "provider access token",
            Self::IdToken => "ID token",
            Self::AccessToken => "access token",
            Self::RefreshToken => "refresh token",
            Self::PoolToken => "identity pool token",
            Self::IdentityId => "identity ID",
            Self::Credentials => "AWS credentials",
            Self::LongTermKey => "long-term key",
            Self::ConfirmationCode => "confirmation code",
            Self::Assertion => "SAML assertion",
        }
    }
}

/// A value by reference.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub enum Value {
    /// The latest of its kind that an actor holds
    Held(String, What),
    /// A text
    Text(Template),
}

/// A proof of sign-in towards an identity pool.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub enum LoginWith {
    /// A token under the user pool's name: `UserPool("users", Held("phone", IdToken))`
    UserPool(String, Value),
    /// A token under `graph.facebook.com`
    Facebook(Value),
    /// An ID token under `accounts.google.com`
    Google(Value),
    /// A token under `www.amazon.com`
    Amazon(Value),
    /// An ID token under `appleid.apple.com`
    Apple(Value),
    /// An ID token under the name of a provider: `Oidc("company", Held("phone", IdToken))`
    Oidc(String, Value),
    /// A token under any name
    Named(String, Value),
    /// Several proofs at once: `Several([Google(…), Amazon(…)])`
    Several(Vec<LoginWith>),
}

/// How a thing is altered.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub enum Tampering {
    /// A claim that is there is given another value of the sort that it has, a text in quotes
    /// always stays a text; the signature stays
    SetClaim(String, Template),
    /// A claim more, JSON or a text; the signature stays
    AddClaim(String, Template),
    /// The header says `alg: none` and the signature is cut off
    AlgNone,
    /// One byte of a part is changed; of what is no JWT, one character
    FlipByte(TokenPart, usize),
    /// A JWT or a SAML assertion is signed anew, with a key of the attacker's own
    OtherKey,
}

impl Tampering {
    /// Whether a thing of this kind can be altered so: what carries no claims and no signature
    /// can only be damaged.
    pub fn fits(&self, what: What) -> bool {
        matches!(
            (self, what),
            (Self::FlipByte(..), _)
                | (_, What::IdToken | What::AccessToken | What::PoolToken)
                | (Self::OtherKey, What::Assertion)
        )
    }

    /// What can be done to a thing of this kind.
    pub fn possible(what: What) -> &'static str {
        match what {
            What::IdToken | What::AccessToken | What::PoolToken => {
                "SetClaim, AddClaim, AlgNone, OtherKey and FlipByte"
            }
            What::Assertion => "OtherKey and FlipByte",
            _ => "only FlipByte",
        }
    }
}

/// A part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum TokenPart {
    /// The header
    Header,
    /// The claims
    Payload,
    /// The signature
    Signature,
}
