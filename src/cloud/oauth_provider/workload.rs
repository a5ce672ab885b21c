//! Tokens for programs: a job or a pod shows what its platform gave it at the start and gets an
//! ID token that says what it is. No person, no page, no secret to keep.

use serde_json::{Value, json};

use super::id_token::Signer;
use super::{OauthError, Workload};
use crate::cloud::Cloud;
use crate::cloud::ledger::ActorId;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{Request, RequestExt};
use crate::protocol::oauth::bearer;

const GUIDE: &str = "GitHub Actions: OpenID Connect; Kubernetes: service account tokens";
/// The longest audience, in bytes.
const MAX_AUDIENCE_BYTES: usize = 1_024;

/// A request for a token; the program may say for whom it is meant.
pub(super) fn token(
    cloud: &mut Cloud,
    actor: &ActorId,
    request: &Request,
) -> Result<Value, OauthError> {
    cloud
        .ledger
        .plan(&[("Program", GUIDE), ("Audience", GUIDE)]);
    let workload = check_program(cloud, actor, bearer(request).unwrap_or_default())?;
    let form = request.query_form().unwrap_or_default();
    let audience = form.get("audience").filter(|text| !text.is_empty());
    let bytes = audience.map_or(0, str::len);
    let expected = format!("at most {MAX_AUDIENCE_BYTES} bytes");
    let held = bytes <= MAX_AUDIENCE_BYTES;
    if !cloud
        .ledger
        .verify("Audience", held, expected.clone(), format!("{bytes} bytes"))
    {
        let message = format!("The audience may have {expected}.");
        return Err(OauthError::new("invalid_request", message));
    }
    let signer = Signer::new(cloud, actor)?;
    let token = signer.workload_token(cloud, &workload, audience)?;
    Ok(json!({ "value": token }))
}

fn check_program(cloud: &mut Cloud, actor: &ActorId, shown: &str) -> Result<Workload, OauthError> {
    let provider = cloud.oauth_providers.get(actor);
    let found = provider.and_then(|provider| {
        let mut known = provider.workloads.iter();
        let same = |known: &str| constant_time_eq(known.as_bytes(), shown.as_bytes());
        known
            .find(|(known, _)| same(known))
            .map(|(_, it)| it.clone())
    });
    let actual = match &found {
        Some(workload) => workload.name.clone(),
        None => "nobody's".to_owned(),
    };
    let expected = "the request token of a program";
    cloud
        .ledger
        .verify("Program", found.is_some(), expected, actual);
    let message = "The request token is not known here.";
    found.ok_or_else(|| OauthError::unauthorized("access_denied", message))
}
