//! What an app asks a provider for, verified before anybody signs in.

use std::sync::Arc;

use http::StatusCode;

use super::brand::Brand;
use super::config::google_project;
use super::{App, Grant};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::ledger::ActorId;
use crate::cloud::pages::{self, Field, Refused};
use crate::protocol::form::Form;
use crate::protocol::message::Response;
use crate::protocol::pkce;

const RFC_6749: &str = "RFC 6749 section 4.1.1";
const RFC_7636: &str = "RFC 7636 section 4.3";
/// The longest parameter, in bytes.
const MAX_PARAMETER_BYTES: usize = 4_096;
/// The parameters that an app's request is made of; none may be there twice.
const PARAMETERS: [&str; 9] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "audience",
];

/// What an app asks for.
pub(super) struct Ask {
    pub client_id: String,
    pub redirect_uri: String,
    pub response_type: String,
    pub scope: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub method: Option<String>,
    pub audience: Option<String>,
}

impl Ask {
    pub fn read(form: &Form) -> Result<Self, Refused> {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        let optional = |name: &str| form.get(name).map(str::to_owned);
        if let Some(twice) = PARAMETERS.iter().find(|name| form.count(name) > 1) {
            let text = format!("The parameter {twice} is there more than once.");
            return Err(refused("invalid_request", &text));
        }
        let too_long = |name: &str| {
            form.get(name)
                .is_some_and(|t| t.len() > MAX_PARAMETER_BYTES)
        };
        if let Some(long) = PARAMETERS.into_iter().find(|name| too_long(name)) {
            let text = format!("The parameter {long} is longer than {MAX_PARAMETER_BYTES} bytes.");
            return Err(refused("invalid_request", &text));
        }
        Ok(Self {
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            response_type: text("response_type"),
            scope: text("scope"),
            state: optional("state"),
            nonce: optional("nonce"),
            challenge: optional("code_challenge"),
            method: optional("code_challenge_method"),
            audience: optional("audience"),
        })
    }

    pub fn scopes(&self) -> Vec<String> {
        self.scope
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect()
    }

    pub fn grant(&self, user: &str) -> Grant {
        Grant {
            app: self.client_id.clone(),
            user: user.to_owned(),
            scopes: self.scopes(),
            nonce: self.nonce.clone(),
            audience: self.audience.clone(),
        }
    }

    /// The fields that carry the request through the login form.
    pub fn fields(&self) -> Vec<Field<'_>> {
        let always = [
            Field::Hidden("client_id", &self.client_id),
            Field::Hidden("redirect_uri", &self.redirect_uri),
            Field::Hidden("response_type", &self.response_type),
            Field::Hidden("scope", &self.scope),
        ];
        let sometimes = [
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &self.challenge),
            ("code_challenge_method", &self.method),
            ("audience", &self.audience),
        ];
        let given = sometimes
            .into_iter()
            .filter_map(|(name, value)| Some(Field::Hidden(name, value.as_deref()?)));
        always.into_iter().chain(given).collect()
    }

    /// Tells the app by redirect that it did not work out.
    pub fn tell_app(&self, error: &str, why: &str) -> Response {
        let answer = Form::new()
            .with("error", error)
            .with("error_description", why)
            .with_optional("state", self.state.as_deref());
        pages::redirect(&answer.append_to_url(&self.redirect_uri))
    }
}

/// Announces and verifies everything about the app's request itself; announces what comes then.
pub(super) fn check_ask(
    cloud: &mut Cloud,
    actor: &ActorId,
    ask: &Ask,
    then: &[(&str, &str)],
) -> Result<App, Refused> {
    let Some(provider) = cloud.oauth_providers.get(actor) else {
        return Err(Box::new(bad_request()));
    };
    let about = Arc::clone(&provider.about);
    let app = provider.apps.get(&ask.client_id).cloned();
    let sister = ask.audience.as_ref();
    let sister_known = sister.is_some_and(|sister| provider.apps.contains_key(sister));
    let guide = about.brand.guide();
    cloud.ledger.plan(&[
        ("Client id", guide),
        ("Redirect URI", guide),
        ("Response type", RFC_6749),
        ("Scopes", guide),
    ]);
    let public = app.as_ref().is_some_and(|app| app.secret.is_none());
    if ask.challenge.is_some() || (public && ask.response_type == "code") {
        cloud.ledger.plan(&[("PKCE challenge", RFC_7636)]);
    }
    if ask.audience.is_some() {
        cloud
            .ledger
            .plan(&[("Audience of the same project", guide)]);
    }
    cloud.ledger.plan(then);
    let app = check_client(cloud, ask, app)?;
    check_wishes(cloud, about.brand, ask)?;
    check_challenge(cloud, ask, public)?;
    check_audience(cloud, sister_known, ask)?;
    Ok(app)
}

fn check_client(cloud: &mut Cloud, ask: &Ask, app: Option<App>) -> Result<App, Refused> {
    let actual = match ask.client_id.as_str() {
        "" => "none".to_owned(),
        id => shorten(id),
    };
    cloud
        .ledger
        .verify("Client id", app.is_some(), "a registered app", actual);
    let Some(app) = app else {
        return Err(refused("invalid_client", "The OAuth client was not found."));
    };
    let known = app.redirect_uris.contains(&ask.redirect_uri);
    let expected = format!("exactly one of: {}", app.redirect_uris.join(" "));
    let actual = shorten(&ask.redirect_uri);
    if cloud.ledger.verify("Redirect URI", known, expected, actual) {
        return Ok(app);
    }
    let text = "The redirect URI in the request does not match the ones registered for the app.";
    Err(refused("redirect_uri_mismatch", text))
}

fn check_wishes(cloud: &mut Cloud, brand: Brand, ask: &Ask) -> Result<(), Refused> {
    let types = brand.response_types();
    let known = types.contains(&ask.response_type.as_str());
    let actual = shorten(&ask.response_type);
    if !cloud
        .ledger
        .verify("Response type", known, types.join(" or "), actual)
    {
        let why = "There is no such response_type here";
        return Err(Box::new(ask.tell_app("unsupported_response_type", why)));
    }
    let scopes = ask.scopes();
    let offered = brand.scopes();
    let foreign = |scope: &String| !offered.contains(&scope.as_str());
    let held = !scopes.is_empty() && !scopes.iter().any(foreign);
    let expected = format!("among: {}", offered.join(" "));
    let actual = match scopes.as_slice() {
        [] => "none".to_owned(),
        scopes => shorten(&scopes.join(" ")),
    };
    if cloud.ledger.verify("Scopes", held, expected, actual) {
        return Ok(());
    }
    let why = "Some requested scopes were invalid";
    Err(Box::new(ask.tell_app("invalid_scope", why)))
}

/// An app that can keep no secret must show by PKCE that whoever redeems the code asked for it.
fn check_challenge(cloud: &mut Cloud, ask: &Ask, public: bool) -> Result<(), Refused> {
    if ask.challenge.is_none() && !(public && ask.response_type == "code") {
        return Ok(());
    }
    let method = ask.method.as_deref().unwrap_or("plain");
    let held = ask.challenge.is_some() && method == pkce::METHOD;
    let actual = match &ask.challenge {
        Some(_) => format!("a challenge by {}", shorten(method)),
        None => "no challenge".to_owned(),
    };
    if cloud
        .ledger
        .verify("PKCE challenge", held, "a challenge by S256", actual)
    {
        return Ok(());
    }
    let why = "The code_challenge must be there, made by the method S256";
    Err(Box::new(ask.tell_app("invalid_request", why)))
}

/// An app may have its ID token issued for a sister of its project: that one is then the audience,
/// and the app the authorised party.
fn check_audience(cloud: &mut Cloud, known: bool, ask: &Ask) -> Result<(), Refused> {
    let Some(audience) = &ask.audience else {
        return Ok(());
    };
    let project = google_project(&ask.client_id);
    let same = project.is_some() && google_project(audience) == project;
    let held = same && known;
    let expected = match project {
        Some(project) => format!("an app of project {project}"),
        None => "an app of the same project".to_owned(),
    };
    if cloud.ledger.verify(
        "Audience of the same project",
        held,
        expected,
        shorten(audience),
    ) {
        return Ok(());
    }
    let why = "The audience is not a client of the same project";
    Err(Box::new(ask.tell_app("invalid_request", why)))
}

fn refused(title: &str, text: &str) -> Refused {
    Box::new(pages::error_page(StatusCode::BAD_REQUEST, title, text))
}

pub(super) fn bad_request() -> Response {
    let text = "The request's parameters are not a form.";
    pages::error_page(StatusCode::BAD_REQUEST, "invalid_request", text)
}
