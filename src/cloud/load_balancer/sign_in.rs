//! To the hosted UI and back: the browser brings a code, the load balancer redeems it with the
//! client's secret, asks who it stands for, and gives the browser a session.

use http::StatusCode;

use super::config::{AuthenticateCognito, LoadBalancerConfig, Pending, Session};
use super::error;
use crate::cloud::Cloud;
use crate::cloud::aws::{self, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::ledger::{ArtifactKind, Mint, Source};
use crate::cloud::pages::{self, Refused};
use crate::cloud::user_pool::config::client_secret;
use crate::protocol::form::Form;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{self, Message, Request, RequestExt, Response};
use crate::protocol::oauth::{AuthorizationRequest, Grant, TokenRequest, basic_header};
use crate::protocol::time::Span;

const GUIDE: &str = "ELB guide: authenticate users, authentication flow";
const MODEL: &str = "Tokentrail's model: what the real state holds is encrypted";
const STATE: &str = "State";
const BROWSER: &str = "Same browser";
const CODE: &str = "Code";
const TOKENS: &str = "Code redeemed";
const PROFILE: &str = "User info";
/// The cookie that ties a sign-in to the browser that began it.
const NONCE_COOKIE: &str = "AWSALBAuthNonce";
/// How long a sign-in may take: the client login timeout.
const LOGIN_TIMEOUT: Span = Span::from_minutes(15);
/// The provider refused: a status of load balancers alone.
const PROVIDER_ERROR: u16 = 561;
/// Characters of a state, a nonce and a session.
const STATE_CHARS: usize = 64;
const NONCE_CHARS: usize = 24;
const SESSION_CHARS: usize = 160;
/// The most sign-ins under way at once. Older ones are forgotten.
const MAX_PENDING: usize = 1_000;
/// With more sessions than this, those that have ended are cleared away.
const MAX_SESSIONS: usize = 100_000;

/// The session that a request's cookie stands for.
pub fn session<'c>(cloud: &'c Cloud, host: &str, request: &Request) -> Option<&'c Session> {
    let balancer = cloud.load_balancers.by_host.get(host)?;
    let rules = balancer.config.rules.iter();
    let mut actions = rules.filter_map(|rule| rule.authenticate.as_ref());
    // Sessions too long for one cookie are cut into several; these always fit the first
    let cookie =
        actions.find_map(|action| pages::cookie(request, &format!("{}-0", action.cookie_name)))?;
    let session = balancer.sessions.get(cookie)?;
    (cloud.now() < session.ends).then_some(session)
}

/// Sends the visitor to the user pool's hosted UI.
pub fn begin(
    cloud: &mut Cloud,
    (host, action): (&str, &AuthenticateCognito),
    request: &Request,
) -> Response {
    let stream = format!("load-balancer/{host}");
    let state = cloud.fresh(&format!("{stream}/state")).hex(STATE_CHARS);
    let nonce = cloud.fresh(&format!("{stream}/nonce")).hex(NONCE_CHARS);
    let pending = Pending {
        url: request.absolute_url(),
        nonce: nonce.clone(),
        action: action.clone(),
        ends: cloud.now() + LOGIN_TIMEOUT,
    };
    let now = cloud.now();
    if let Some(balancer) = cloud.load_balancers.by_host.get_mut(host) {
        balancer.pending.retain(|_, pending| now < pending.ends);
        if balancer.pending.len() >= MAX_PENDING {
            let oldest = balancer.pending.iter().min_by_key(|(_, one)| one.ends);
            let oldest = oldest.map(|(state, _)| state.clone());
            balancer.pending.remove(&oldest.unwrap_or_default());
        }
        balancer.pending.insert(state.clone(), pending);
    }
    let asked = AuthorizationRequest {
        client_id: action.client_id.clone(),
        redirect_uri: super::idpresponse_url(host),
        scope: action.scope.clone(),
        state: Some(state),
        nonce: None,
        code_challenge: None,
    };
    let url = asked.url(&format!(
        "https://{}/oauth2/authorize",
        action.user_pool_domain
    ));
    let attributes = "Path=/; Secure; HttpOnly";
    pages::with_cookie(pages::redirect(&url), NONCE_COOKIE, &nonce, attributes)
}

/// `/oauth2/idpresponse`.
pub fn come_back(
    cloud: &mut Cloud,
    route: &Route,
    (host, config): (&str, &LoadBalancerConfig),
    request: &Request,
) -> Result<Response, Refused> {
    cloud.ledger.plan(&[
        (STATE, MODEL),
        (BROWSER, MODEL),
        (CODE, GUIDE),
        (TOKENS, GUIDE),
        (PROFILE, GUIDE),
    ]);
    let form = request.query_form().unwrap_or_default();
    let (state, pending) = check_state(cloud, host, request, &form)?;
    let code = form.get("code").unwrap_or_default();
    let actual = match form.get("error") {
        Some(error) => format!("an error: {}", shorten(error)),
        None if code.is_empty() => "none".to_owned(),
        None => shorten(code),
    };
    cloud
        .ledger
        .verify(CODE, !code.is_empty(), "an authorization code", actual);
    if code.is_empty() {
        return Err(Box::new(provider_error()));
    }
    let token = redeem(cloud, route, host, &pending.action, code)?;
    let profile = ask_profile(cloud, route, &pending.action, &token)?;
    let subject = profile.get("sub").and_then(|sub| sub.as_str());
    let session = Session {
        subject: subject.unwrap_or_default().to_owned(),
        profile: profile.clone(),
        access_token: token,
        ends: cloud.now() + pending.action.session_timeout,
    };
    Ok(open(cloud, (host, config), &state, &pending, session))
}

/// The state must be one this load balancer gave, to this browser, not long ago.
fn check_state(
    cloud: &mut Cloud,
    host: &str,
    request: &Request,
    form: &Form,
) -> Result<(String, Pending), Refused> {
    let state = form.get("state").unwrap_or_default().to_owned();
    let balancer = cloud.load_balancers.by_host.get(host);
    let now = cloud.now();
    let pending = balancer
        .and_then(|balancer| balancer.pending.get(&state))
        .filter(|pending| now < pending.ends)
        .cloned();
    let expected = "a state of a sign-in under way";
    cloud
        .ledger
        .verify(STATE, pending.is_some(), expected, shorten(&state));
    let refused = || Box::new(error(StatusCode::UNAUTHORIZED));
    let pending = pending.ok_or_else(refused)?;
    let nonce = pages::cookie(request, NONCE_COOKIE).unwrap_or_default();
    let same = constant_time_eq(nonce.as_bytes(), pending.nonce.as_bytes());
    let actual = if same {
        "it is"
    } else {
        "another browser, or none"
    };
    let expected = "the browser that was sent to sign in";
    match cloud.ledger.verify(BROWSER, same, expected, actual) {
        true => Ok((state, pending)),
        false => Err(refused()),
    }
}

fn provider_error() -> Response {
    let status = StatusCode::from_u16(PROVIDER_ERROR);
    error(status.unwrap_or(StatusCode::BAD_GATEWAY))
}

/// Redeems the code with the client's secret, which only the load balancer has.
fn redeem(
    cloud: &mut Cloud,
    route: &Route,
    host: &str,
    action: &AuthenticateCognito,
    code: &str,
) -> Result<String, Refused> {
    const EXPECTED: &str = "tokens from the user pool";
    let secret = client_secret(cloud, &action.client_id).unwrap_or_default();
    let basic = basic_header(&action.client_id, secret);
    let asked = TokenRequest {
        client_id: None,
        client_secret: None,
        grant: Grant::AuthorizationCode {
            code: code.to_owned(),
            redirect_uri: super::idpresponse_url(host),
            code_verifier: None,
        },
    };
    let url = format!("https://{}/oauth2/token", action.user_pool_domain);
    let request = message::post_form(&url, &asked.to_form()).and_then(|mut request| {
        request.set_header("authorization", &basic)?;
        Ok(request)
    });
    let body = call(cloud, route, request);
    let token = body.as_ref().ok().and_then(|body| body.get("access_token"));
    let token = token.and_then(|token| token.as_str()).map(str::to_owned);
    let actual = match (&token, &body) {
        (Some(token), _) => shorten(token),
        (None, Err(why)) => why.clone(),
        (None, Ok(_)) => "an answer without an access token".to_owned(),
    };
    cloud
        .ledger
        .verify(TOKENS, token.is_some(), EXPECTED, actual);
    token.ok_or_else(|| Box::new(provider_error()))
}

/// Asks the user pool about the user.
fn ask_profile(
    cloud: &mut Cloud,
    route: &Route,
    action: &AuthenticateCognito,
    token: &str,
) -> Result<serde_json::Value, Refused> {
    let url = format!("https://{}/oauth2/userInfo", action.user_pool_domain);
    let request = message::get(&url).and_then(|mut request| {
        request.set_header("authorization", &format!("Bearer {token}"))?;
        Ok(request)
    });
    let body = call(cloud, route, request);
    let (found, actual) = match body {
        Ok(body) => {
            let sub = body.get("sub").and_then(|sub| sub.as_str());
            let actual = sub.unwrap_or("no sub").to_owned();
            (sub.is_some().then(|| body.clone()), actual)
        }
        Err(why) => (None, why),
    };
    let expected = "the user's sub and profile";
    cloud
        .ledger
        .verify(PROFILE, found.is_some(), expected, actual);
    found.ok_or_else(|| Box::new(provider_error()))
}

/// A call to the user pool's own endpoints.
fn call(
    cloud: &mut Cloud,
    route: &Route,
    request: Result<Request, message::MessageError>,
) -> Result<serde_json::Value, String> {
    let request = request.map_err(|error| error.to_string())?;
    let answer = cloud
        .send(&route.to, request)
        .map_err(|error| error.to_string())?
        .response;
    if let Some(refusal) = aws::refusal_in(&answer) {
        return Err(format!("{} {}", refusal.code, refusal.message));
    }
    answer.json_body().map_err(|error| error.to_string())
}

/// Opens the session and sends the visitor where the visitor wanted to go.
fn open(
    cloud: &mut Cloud,
    (host, config): (&str, &LoadBalancerConfig),
    state: &str,
    pending: &Pending,
    session: Session,
) -> Response {
    let stream = format!("load-balancer/{host}/session");
    let value = cloud.fresh(&stream).hex(SESSION_CHARS);
    let mut mint = Mint::text(ArtifactKind::BrowserSession, "Session cookie", &*value)
        .expiring(session.ends)
        .fact("Subject", &session.subject)
        .origin("value", &*value, Source::Random { stream });
    if let Some(artifact) = cloud.ledger.find_artifact(&session.access_token) {
        let field = "claims.sub".to_owned();
        let from = Source::Artifact { artifact, field };
        mint = mint.origin("Subject", &session.subject, from);
    }
    cloud.mint(&config.actor, mint);
    let (url, name) = (pending.url.clone(), pending.action.cookie_name.clone());
    let seconds = pending.action.session_timeout.seconds();
    if let Some(balancer) = cloud.load_balancers.by_host.get_mut(host) {
        balancer.pending.remove(state);
        let now = session.ends - pending.action.session_timeout;
        if balancer.sessions.len() >= MAX_SESSIONS {
            balancer.sessions.retain(|_, known| now < known.ends);
        }
        balancer.sessions.insert(value.clone(), session);
    }
    let attributes = format!("Max-Age={seconds}; Path=/; Secure; HttpOnly");
    let response = pages::with_cookie(
        pages::redirect(&url),
        &format!("{name}-0"),
        &value,
        &attributes,
    );
    let gone = "Max-Age=0; Path=/; Secure; HttpOnly";
    pages::with_cookie(response, NONCE_COOKIE, "", gone)
}
