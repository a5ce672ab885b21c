//! Whose tokens an account takes: OpenID Connect providers.

use super::{Desk, ENTITY, element, errors};
use crate::cloud::Cloud;
use crate::cloud::aws::AwsError;
use crate::cloud::front_door::Route;
use crate::cloud::iam::OidcProvider;
use crate::cloud::sts::params::TextRule;
use crate::policy::RequestContext;
use crate::protocol::message::Request;

/// The issuer.
const URL: TextRule = TextRule::chars(1, 255);
/// The most client ids of a provider.
const MAX_CLIENT_IDS: usize = 100;
/// The most thumbprints of a provider.
const MAX_THUMBPRINTS: usize = 5;
/// The length of a certificate's SHA-1 thumbprint, in hexadecimal digits.
const THUMBPRINT_DIGITS: usize = 40;

/// `CreateOpenIDConnectProvider`.
pub fn create_oidc(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
) -> Result<String, AwsError> {
    let mut desk = Desk::open(cloud, route, request, &[ENTITY])?;
    let url = desk.params.required("Url", URL);
    let client_ids = desk.params.list("ClientIDList", MAX_CLIENT_IDS);
    let thumbprints = desk.params.list("ThumbprintList", MAX_THUMBPRINTS);
    let provider = OidcProvider::new(&desk.caller.account, url.trim_end_matches('/'), client_ids);
    desk.authorize(
        "CreateOpenIDConnectProvider",
        &provider.arn,
        RequestContext::new(),
    )?;
    check_form(&url, &thumbprints)?;
    let taken = desk.cloud.iam.oidc_provider(&provider.arn).is_some();
    let actual = if taken { "there is one" } else { "none yet" };
    let expected = format!("no provider for {url} yet");
    if !desk.cloud.ledger.verify(ENTITY.0, !taken, expected, actual) {
        return Err(errors::provider_exists(&url));
    }
    let arn = provider.arn.clone();
    desk.cloud.iam.put_oidc_provider(provider);
    Ok(element("OpenIDConnectProviderArn", &arn))
}

fn check_form(url: &str, thumbprints: &[String]) -> Result<(), AwsError> {
    let host = url.strip_prefix("https://").unwrap_or_default();
    let readable = host.bytes().all(|byte| byte.is_ascii_graphic());
    if host.is_empty() || !readable || host.contains(['?', '#']) {
        return Err(errors::validation(
            "Invalid Open ID Connect Provider URL: it must begin with https:// and have no query",
        ));
    }
    let good = |one: &String| {
        one.len() == THUMBPRINT_DIGITS && one.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if thumbprints.iter().all(good) {
        return Ok(());
    }
    Err(errors::invalid(format!(
        "A thumbprint must be {THUMBPRINT_DIGITS} hexadecimal digits long"
    )))
}
