//! What hovering over the stage explains: a name, and what that is in a few words.

use crate::cloud::ledger::{ActorKind, ArtifactKind, ExchangeId};
use crate::recording::Recording;
use crate::stage::frame::{ArtifactLook, CheckRow, TickState};

/// What an actor is.
pub fn actor(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Person => "Somebody who signs in",
        ActorKind::Phone => "A phone with the app on it",
        ActorKind::Tablet => "A tablet with the app on it",
        ActorKind::Laptop => "A computer with the app in its browser",
        ActorKind::Backend => "The application's own server",
        ActorKind::Facebook | ActorKind::Google | ActorKind::LoginWithAmazon | ActorKind::Apple => {
            "An identity provider that people already have an account at"
        }
        ActorKind::OidcProvider => "An OpenID Connect provider: says in a signed token who it is",
        ActorKind::SamlProvider => "A SAML provider: says in a signed document who it is",
        ActorKind::UserPool => "A Cognito user pool: a directory of users that issues tokens",
        ActorKind::IdentityPool => "A Cognito identity pool: exchanges tokens for AWS credentials",
        ActorKind::Sync => "Cognito Sync: keeps a user's data alike on every device",
        ActorKind::Sts => "STS and IAM: lend roles for a limited time",
        ActorKind::S3 => "S3: stores objects in buckets",
        ActorKind::DynamoDb => "DynamoDB: stores items in tables",
        ActorKind::Lambda => "Lambda: runs functions",
        ActorKind::ApiGateway => "API Gateway: lets requests through to an API, or not",
        ActorKind::LoadBalancer => "A load balancer that signs people in before it forwards them",
        ActorKind::Sns => "SNS: sends messages on to whoever subscribed",
    }
}

/// An artifact: its label, what it is, and its state where that is not the usual one.
pub fn artifact(label: &str, kind: ArtifactKind, look: ArtifactLook) -> String {
    let what = match kind {
        ArtifactKind::AuthorizationCode => "Short-lived, used once, exchanged for tokens",
        ArtifactKind::OpaqueToken => "A token that only its issuer can read",
        ArtifactKind::IdToken => "A signed token that says who signed in",
        ArtifactKind::AccessToken => "A signed token that says what its bearer may do",
        ArtifactKind::RefreshToken => "Gets new tokens without signing in again",
        ArtifactKind::PoolToken => "By this the identity pool vouches for an identity",
        ArtifactKind::IdentityId => "The name of an identity in its identity pool",
        ArtifactKind::Credentials => "Access key, secret and session token; they sign requests",
        ArtifactKind::LongTermKey => "An access key that does not expire",
        ArtifactKind::ConfirmationCode => "Typed in to prove an address or a second factor",
        ArtifactKind::ChallengeSession => "The state of a sign-in that is not finished",
        ArtifactKind::BrowserSession => "The browser's signed-in state at the provider",
        ArtifactKind::Assertion => "A signed document that says who signed in",
        ArtifactKind::Push => "A message pushed to a device",
        ArtifactKind::PresignedUrl => "A link that carries its signature",
    };
    let state = match look {
        ArtifactLook::Whole => "",
        ArtifactLook::Hollow => "\nA guest's: it stands for nobody",
        ArtifactLook::Expired => "\nExpired",
        ArtifactLook::Tampered => "\nAltered after it was minted",
    };
    format!("{label}\n{what}{state}")
}

/// Who asks whom for what.
pub fn exchange(recording: &Recording, id: ExchangeId) -> String {
    recording.exchange(id).map_or_else(String::new, |exchange| {
        let from = recording.name_of(&exchange.from);
        let to = recording.name_of(&exchange.to);
        format!("{}\n{from} asks {to}", exchange.operation)
    })
}

/// A check with its whole evidence, which the stage may have had to cut.
pub fn check(recording: &Recording, id: ExchangeId, row: &CheckRow) -> String {
    let made = recording
        .exchange(id)
        .and_then(|exchange| exchange.checks.get(row.position as usize));
    match made {
        Some(check) if matches!(row.state, TickState::Passed | TickState::Failed) => format!(
            "{}\nRequired: {}\nFound: {}",
            check.name, check.expected, check.actual
        ),
        _ => row.name.clone(),
    }
}
