//! ID tokens of OpenID Connect providers: those the account has in IAM, and Google, which STS
//! knows by itself.

use std::collections::BTreeMap;

use super::{Planned, Shown, WebIdentity, jwt};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::issuer_keys;
use crate::cloud::ledger::ActorId;
use crate::cloud::sts::errors;
use crate::policy::RequestContext;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;

/// Google's name in trust policies, condition keys and answers.
const GOOGLE: &str = "accounts.google.com";

/// The checks, in order.
pub const PLANNED: [Planned; 5] = [
    jwt::FORMAT,
    jwt::ISSUER_KNOWN,
    jwt::SIGNATURE,
    jwt::AUDIENCE,
    jwt::NOT_EXPIRED,
];

/// What STS knows about an issuer.
#[derive(Clone, Debug)]
struct Issuer {
    /// Its URL
    url: String,
    /// What condition keys begin with
    key_prefix: String,
    /// What trust policies name, and the answer too
    principal: String,
    /// Client ids whose tokens are taken; none where only the trust policy decides
    client_ids: Option<Vec<String>>,
}

fn issuer_of(cloud: &Cloud, token: &Unverified, account: &str) -> Option<Issuer> {
    let found = token.text("iss")?;
    if found.trim_start_matches("https://") == GOOGLE {
        return Some(Issuer {
            url: format!("https://{GOOGLE}"),
            key_prefix: GOOGLE.to_owned(),
            principal: GOOGLE.to_owned(),
            client_ids: None,
        });
    }
    let mut known = cloud.iam.oidc_providers();
    let known = known.find(|known| known.account == account && known.url == found)?;
    Some(Issuer {
        url: known.url.clone(),
        key_prefix: known.url.trim_start_matches("https://").to_owned(),
        principal: known.arn.clone(),
        client_ids: Some(known.client_ids.clone()),
    })
}

/// What the trust policy must name for this token.
pub fn principal_of(cloud: &Cloud, shown: Shown<'_>) -> Option<String> {
    let token = Unverified::parse(shown.token).ok()?;
    issuer_of(cloud, &token, shown.account).map(|issuer| issuer.principal)
}

/// Verifies an ID token.
pub fn verify(cloud: &mut Cloud, by: &ActorId, shown: Shown<'_>) -> Result<WebIdentity, AwsError> {
    let token = jwt::check_format(cloud, shown.token)?;
    let issuer = check_issuer(cloud, &token, shown.account)?;
    let fetched = issuer_keys::discover(cloud, by, &issuer.url);
    jwt::check_signature(cloud, &token, fetched, &Algorithm::ALL)?;
    check_audience(cloud, &token, &issuer)?;
    jwt::check_expiry(cloud, &token)?;
    Ok(identity(cloud, &token, &issuer, shown.token))
}

fn check_issuer(cloud: &mut Cloud, token: &Unverified, account: &str) -> Result<Issuer, AwsError> {
    let expected = format!("an OIDC provider of account {account}");
    let found = token.text("iss").unwrap_or_default();
    let issuer = issuer_of(cloud, token, account);
    cloud.ledger.verify(
        jwt::ISSUER_KNOWN.0,
        issuer.is_some(),
        expected,
        shorten(found),
    );
    issuer.ok_or_else(|| errors::unknown_issuer(found))
}

fn check_audience(cloud: &mut Cloud, token: &Unverified, issuer: &Issuer) -> Result<(), AwsError> {
    let found = token.audiences();
    let (held, expected) = match &issuer.client_ids {
        None => (true, "left to the trust policy".to_owned()),
        Some(ids) => {
            let held = ids.iter().any(|id| found.contains(&id.as_str()));
            (held, ids.join(" or "))
        }
    };
    let actual = shorten(&found.join(", "));
    if cloud.ledger.verify(jwt::AUDIENCE.0, held, expected, actual) {
        return Ok(());
    }
    Err(errors::wrong_audience())
}

fn identity(cloud: &Cloud, token: &Unverified, issuer: &Issuer, text: &str) -> WebIdentity {
    let subject = token.text("sub").unwrap_or_default().to_owned();
    let original = token
        .audiences()
        .first()
        .copied()
        .unwrap_or_default()
        .to_owned();
    // Google's aud key holds the authorised party where there is one, and oaud the audience
    let google = issuer.principal == GOOGLE;
    let azp = token.text("azp").map(str::to_owned);
    let audience = azp
        .clone()
        .filter(|_| google)
        .unwrap_or_else(|| original.clone());
    let prefix = &issuer.key_prefix;
    let session_keys = RequestContext::new()
        .with(format!("{prefix}:aud"), audience.clone())
        .with(format!("{prefix}:sub"), subject.clone());
    let mut trust_keys = session_keys.clone();
    if google {
        trust_keys.set(format!("{prefix}:oaud"), original);
    } else if let Some(azp) = azp {
        trust_keys.set(format!("{prefix}:azp"), azp);
    }
    WebIdentity {
        provider: issuer.principal.clone(),
        federated: issuer.principal.clone(),
        subject,
        audience,
        trust_keys,
        session_keys,
        tags: BTreeMap::new(),
        artifact: cloud.ledger.find_artifact(text),
        subject_field: "claims.sub",
        guest: false,
    }
}
