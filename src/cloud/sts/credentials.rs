//! Making temporary credentials: a key, a secret and a token nobody can read, the session they
//! stand for, and where each of their values came from.

use std::collections::BTreeMap;

use super::session::Session;
use super::session_policies::SessionPolicies;
use crate::cloud::Cloud;
use crate::cloud::iam::Role;
use crate::cloud::ledger::{
    ActorId, ArtifactId, ArtifactKind, ArtifactValue, CredentialsValue, Mint, Source,
};
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
pub struct Lending {
    /// What the stage calls its credentials
    pub label: String,
    /// Who the bearer is in a policy's eyes
    pub principal: Principal,
    /// The session's ARN
    pub arn: String,
    /// Its id
    pub user_id: String,
    /// The account it is in
    pub account: String,
    /// The role or user whose permissions it has
    pub permissions_of: String,
    /// Where the ARN came from
    pub place: String,
    /// Who gets it, and where that is written
    pub subject: Subject,
    /// How long it lasts
    pub life: Span,
    /// What narrows it
    pub policies: SessionPolicies,
    /// Condition keys that stay with it
    pub context: RequestContext,
    /// Session tags that go on to the next role of a chain
    pub transitive_tags: BTreeMap<String, String>,
}

/// Who gets a session.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its name
    pub name: String,
    /// The artifact that says so, and where in it
    pub from: Option<(ArtifactId, String)>,
    /// It stands for nobody
    pub guest: bool,
}

impl Lending {
    /// A session of a role.
    pub fn of_role(
        role: &Role,
        session_name: &str,
        provider: Option<String>,
        subject: Subject,
        life: Span,
    ) -> Self {
        let arn = format!(
            "arn:aws:sts::{}:assumed-role/{}/{session_name}",
            role.account, role.name
        );
        Self {
            label: format!("Credentials of {}", role.name),
            principal: Principal::RoleSession {
                role_arn: role.arn.clone(),
                session_arn: arn.clone(),
                provider,
            },
            arn,
            user_id: format!("{}:{session_name}", role.role_id),
            account: role.account.clone(),
            permissions_of: role.arn.clone(),
            place: format!("role {}", role.name),
            subject,
            life,
            policies: SessionPolicies::default(),
            context: RequestContext::new(),
            transitive_tags: BTreeMap::new(),
        }
    }
}

/// Begins a session.
pub fn lend(cloud: &mut Cloud, by: &ActorId, lending: Lending) -> Session {
    let issued_at = cloud.now();
    // Whole seconds, as the answer prints it
    let expires_at = Moment::from_epoch_seconds((issued_at + lending.life).epoch_seconds());
    let (credentials, stream) = draw(cloud, &lending, expires_at);
    let what = match lending.principal {
        Principal::RoleSession { .. } => "Role",
        _ => "User",
    };
    let mut mint = Mint::new(
        ArtifactKind::Credentials,
        lending.label,
        ArtifactValue::Credentials(credentials.clone()),
    )
    .expiring(expires_at)
    .fact("Session", &lending.arn)
    .fact(what, &lending.permissions_of)
    .fact("Subject", &lending.subject.name)
    .origin(
        "AccessKeyId",
        &credentials.access_key_id,
        Source::Random { stream },
    )
    .origin(
        "Session",
        &lending.arn,
        Source::World {
            place: lending.place,
        },
    )
    .origin("Expiration", expires_at.iso8601(), Source::Clock);
    if let Some((artifact, field)) = lending.subject.from {
        let from = Source::Artifact { artifact, field };
        mint = mint.origin("Subject", &lending.subject.name, from);
    }
    mint.guest = lending.subject.guest;
    let artifact = cloud.mint(by, mint);
    let session = Session {
        credentials,
        principal: lending.principal,
        arn: lending.arn,
        user_id: lending.user_id,
        account: lending.account,
        role_arn: lending.permissions_of,
        issued_at,
        expires_at,
        context: lending.context,
        transitive_tags: lending.transitive_tags,
        session_policies: lending.policies.policies,
        artifact,
    };
    cloud.sts.add(session.clone());
    session
}

/// Draws the values. Each role and subject has streams of its own, so that a session more or
/// less elsewhere in the story changes nothing here.
fn draw(cloud: &mut Cloud, lending: &Lending, expires_at: Moment) -> (CredentialsValue, String) {
    let whose = format!("{}/{}", lending.permissions_of, lending.subject.name);
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
