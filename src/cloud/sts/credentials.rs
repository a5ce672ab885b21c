//! Making temporary credentials: a key, a secret and a token nobody can read, the session they
//! stand for, and where each of their values came from.

use super::session::Session;
use super::session_policies::SessionPolicies;
use super::web_identity::WebIdentity;
use crate::cloud::Cloud;
use crate::cloud::iam::Role;
use crate::cloud::ledger::{ActorId, ArtifactKind, ArtifactValue, CredentialsValue, Mint, Source};
use crate::policy::{Principal, RequestContext};
use crate::protocol::time::{Moment, Span};

/// What the key of temporary credentials begins with.
const KEY_PREFIX: &str = "ASIA";
/// How many characters of A to Z and 2 to 7 follow.
const KEY_CHARS: usize = 16;
/// How many base64 characters a secret has.
const SECRET_CHARS: usize = 40;
/// What the session tokens seen in the wild begin with.
const TOKEN_PREFIX: &str = "IQoJb3JpZ2luX2Vj";
/// How many characters follow here; AWS fixes no size.
const TOKEN_CHARS: usize = 400;

/// A session about to begin.
#[derive(Clone, Debug)]
pub struct Lending<'a> {
    /// The role
    pub role: &'a Role,
    /// Its name
    pub session_name: &'a str,
    /// Who gets it
    pub identity: &'a WebIdentity,
    /// How long it lasts
    pub life: Span,
    /// What narrows it
    pub policies: SessionPolicies,
}

/// Begins a session.
pub fn lend(cloud: &mut Cloud, by: &ActorId, lending: Lending<'_>) -> Session {
    let Lending {
        role,
        session_name,
        identity,
        life,
        policies,
    } = lending;
    let issued_at = cloud.now();
    // Whole seconds, as the answer prints it
    let expires_at = Moment::from_epoch_seconds((issued_at + life).epoch_seconds());
    let (credentials, stream) = draw(cloud, role, identity, expires_at);
    let arn = format!(
        "arn:aws:sts::{}:assumed-role/{}/{session_name}",
        role.account, role.name
    );
    let user_id = format!("{}:{session_name}", role.role_id);
    let mut mint = Mint::new(
        ArtifactKind::Credentials,
        format!("Credentials of {}", role.name),
        ArtifactValue::Credentials(credentials.clone()),
    )
    .expiring(expires_at)
    .fact("Session", &arn)
    .fact("Role", &role.arn)
    .fact("Subject", &identity.subject)
    .origin(
        "AccessKeyId",
        &credentials.access_key_id,
        Source::Random { stream },
    )
    .origin(
        "Session",
        &arn,
        Source::World {
            place: format!("role {}", role.name),
        },
    )
    .origin("Expiration", expires_at.iso8601(), Source::Clock);
    if let Some(artifact) = identity.artifact {
        let from = Source::Artifact {
            artifact,
            field: identity.subject_field.to_owned(),
        };
        mint = mint.origin("Subject", &identity.subject, from);
    }
    mint.guest = identity.guest;
    let artifact = cloud.mint(by, mint);
    let session = Session {
        credentials,
        principal: Principal::RoleSession {
            role_arn: role.arn.clone(),
            session_arn: arn.clone(),
            provider: Some(identity.federated.clone()),
        },
        arn,
        user_id,
        account: role.account.clone(),
        role_arn: role.arn.clone(),
        issued_at,
        expires_at,
        context: keys_of_session(identity),
        session_policies: policies.policies,
        artifact,
    };
    cloud.sts.add(session.clone());
    session
}

/// Draws the values. Each role and subject has streams of its own, so that a session more or
/// less elsewhere in the story changes nothing here.
fn draw(
    cloud: &mut Cloud,
    role: &Role,
    identity: &WebIdentity,
    expires_at: Moment,
) -> (CredentialsValue, String) {
    let whose = format!("{}/{}", role.arn, identity.subject);
    let key_stream = format!("sts/access-key/{whose}");
    let key = cloud.fresh(&key_stream).base32(KEY_CHARS);
    let secret = cloud
        .fresh(&format!("sts/secret-key/{whose}"))
        .base64(SECRET_CHARS);
    let token = cloud
        .fresh(&format!("sts/session-token/{whose}"))
        .base64(TOKEN_CHARS);
    let credentials = CredentialsValue {
        access_key_id: format!("{KEY_PREFIX}{key}"),
        secret_access_key: secret,
        session_token: Some(format!("{TOKEN_PREFIX}{token}")),
        expiration: Some(expires_at),
    };
    (credentials, key_stream)
}

/// The condition keys that stay with the session.
fn keys_of_session(identity: &WebIdentity) -> RequestContext {
    let mut keys = identity.session_keys.clone();
    keys.set("aws:FederatedProvider", identity.federated.clone());
    for (tag, value) in &identity.tags {
        keys.set(format!("aws:PrincipalTag/{tag}"), value.clone());
    }
    keys
}
