//! The identity ID as a thing that is handed out: which login it stands for, and which random
//! stream it came from.

use super::config::IdentityPool;
use super::identities::LinkedLogin;
use super::logins::VerifiedLogin;
use crate::cloud::Cloud;
use crate::cloud::ledger::{ArtifactId, ArtifactKind, Mint, Source};

/// Writes an identity ID down as handed out. The same id keeps its first number.
pub fn mint(
    cloud: &mut Cloud,
    pool: &IdentityPool,
    id: &str,
    logins: &[VerifiedLogin],
) -> ArtifactId {
    let label = if logins.is_empty() {
        "Identity ID of a guest"
    } else {
        "Identity ID"
    };
    let linked: Vec<LinkedLogin> = logins.iter().map(|one| one.login.clone()).collect();
    let stream = pool.identity_stream(&linked);
    let mut mint = Mint::text(ArtifactKind::IdentityId, label, id)
        .fact("Identity pool", &pool.config.name)
        .origin("value", id, Source::Random { stream });
    for login in logins {
        mint = mint
            .fact("Login", &login.login.provider)
            .fact("Subject", &login.login.subject);
        if let Some(artifact) = login.artifact {
            let from = Source::Artifact {
                artifact,
                field: login.subject_field.to_owned(),
            };
            mint = mint.origin("Subject", &login.login.subject, from);
        }
    }
    mint.guest = logins.is_empty();
    cloud.mint(&pool.config.actor, mint)
}
