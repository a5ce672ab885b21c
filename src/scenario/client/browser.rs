//! The browser on a device: pages, forms, cookies, redirects; and the app that opened it, with
//! its PKCE verifier and state.

use http::header::{LOCATION, SET_COOKIE};

use super::super::limits::MAX_REDIRECTS;
use super::super::template::Template;
use super::{Hands, StepError};
use crate::cloud::ledger::{ActorId, ArtifactKind};
use crate::cloud::pages::DOCTYPE;
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message, Request, RequestExt, Response};
use crate::protocol::oauth::{AuthorizationRequest, Grant, TokenRequest};
use crate::protocol::pkce;

/// Characters of an app's `state`.
const STATE_CHARS: usize = 22;

/// What the browser shows.
#[derive(Clone, Debug)]
pub(super) struct Page {
    url: String,
    from: ActorId,
    response: Response,
}

/// A sign-in that an app has begun and that has not come back yet.
#[derive(Clone, Debug)]
pub(super) struct PendingSignIn {
    pub client_id: String,
    pub client_secret: Option<String>,
    pub callback: String,
    /// Where the code is redeemed; none where the token itself comes back
    pub token_url: Option<String>,
    pub verifier: String,
    pub state: String,
}

impl Hands<'_> {
    /// The app opens the hosted sign-in in the browser, which goes on to the first page.
    pub(super) fn open_sign_in(
        &mut self,
        client: &str,
        provider: Option<&str>,
    ) -> Result<(), StepError> {
        let names = self.names;
        let facts = names
            .clients
            .get(client)
            .ok_or_else(|| StepError::NoValue(client.into()))?;
        let (verifier, state) = self.verifier_and_state();
        let asked = AuthorizationRequest {
            client_id: facts.client_id.clone(),
            redirect_uri: facts.callback.clone(),
            scope: facts.scope.clone(),
            state: Some(state.clone()),
            nonce: None,
            code_challenge: Some(pkce::challenge(&verifier)),
        };
        let url = asked.url(&format!("https://{}/oauth2/authorize", facts.hosted_ui));
        let url = match provider {
            Some(provider) => Form::new()
                .with("identity_provider", provider)
                .append_to_url(&url),
            None => url,
        };
        let pending = PendingSignIn {
            client_id: facts.client_id.clone(),
            client_secret: None,
            callback: facts.callback.clone(),
            token_url: Some(format!("https://{}/oauth2/token", facts.hosted_ui)),
            verifier,
            state,
        };
        self.begin_sign_in(&url, pending)
    }

    /// A fresh PKCE verifier and a fresh state.
    pub(super) fn verifier_and_state(&mut self) -> (String, String) {
        let stream = format!("client/{}/pkce", self.device);
        let verifier = pkce::verifier(&mut self.cloud.fresh(&stream));
        let state = self
            .cloud
            .fresh(&format!("client/{}/state", self.device))
            .base64(16);
        let state = state
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(STATE_CHARS)
            .collect();
        (verifier, state)
    }

    /// The browser opens a sign-in and goes on to its first page.
    pub(super) fn begin_sign_in(
        &mut self,
        url: &str,
        pending: PendingSignIn,
    ) -> Result<(), StepError> {
        self.memory.sign_in = Some(pending);
        self.open_page(url)
    }

    /// The browser opens an address and goes on to the first page.
    pub(super) fn open_page(&mut self, url: &str) -> Result<(), StepError> {
        self.memory.arrived = None;
        self.go(message::get(url)?)?;
        self.follow_redirects()
    }

    /// Opens a website and goes on to where it sends the browser.
    pub(super) fn open_website(&mut self, website: &str, path: &Template) -> Result<(), StepError> {
        let host = self.names.websites.get(website);
        let host = host.ok_or_else(|| StepError::NoValue(website.to_owned()))?;
        let url = format!("https://{host}{}", self.fill(path)?);
        self.memory.sign_in = None;
        self.memory.arrived = None;
        self.go(message::get(&url)?)?;
        self.follow_redirects()
    }

    /// Fills the form on the page in, as this person, and sends it off.
    pub(super) fn submit_page(
        &mut self,
        person: &str,
        password: Option<&str>,
        consent: bool,
    ) -> Result<(), StepError> {
        let page = self.memory.page.clone();
        let page = page.ok_or_else(|| StepError::Page("the browser shows no page".into()))?;
        let who = ActorId::new(person);
        let known = self.cloud.people.get(&who).cloned();
        let known = known.ok_or_else(|| StepError::NoValue(person.to_owned()))?;
        let own = known.passwords.get(page.from.as_str()).cloned();
        let password = password.map(str::to_owned).or(own).unwrap_or_default();
        let filler = Filler {
            username: person,
            email: &known.email,
            password: &password,
            consent,
        };
        let (action, form) = fill_in(&page.response, &filler)?;
        let url = absolute(&page.url, &action);
        self.go(message::post_form(&url, &form)?)?;
        self.person_signed_in(&who);
        Ok(())
    }

    /// A session that was just opened is the person's as well.
    fn person_signed_in(&mut self, person: &ActorId) {
        let Some(exchange) = self.cloud.ledger.exchanges().last() else {
            return;
        };
        let sessions: Vec<_> = exchange
            .received
            .iter()
            .copied()
            .filter(|id| {
                let artifact = self.cloud.ledger.artifact(*id);
                artifact.is_some_and(|artifact| artifact.kind == ArtifactKind::BrowserSession)
            })
            .collect();
        let now = self.cloud.now();
        for session in sessions {
            self.cloud.ledger.gain(person, session, now);
        }
        self.cloud.note_state(person);
    }

    /// Goes where the last response sends the browser, until it shows a page or reaches the app.
    pub(super) fn follow_redirects(&mut self) -> Result<(), StepError> {
        for _ in 0..MAX_REDIRECTS {
            let Some(page) = &self.memory.page else {
                return Ok(());
            };
            let Some(location) = redirect_of(&page.response) else {
                return Ok(());
            };
            let url = absolute(&page.url, &location);
            if self.is_callback(&url) {
                self.memory.arrived = Some(url);
                self.memory.page = None;
                return Ok(());
            }
            self.go(message::get(&url)?)?;
        }
        Err(StepError::Page(format!(
            "more than {MAX_REDIRECTS} redirects in a row"
        )))
    }

    /// Whether a URL belongs to the app that opened the browser.
    fn is_callback(&self, url: &str) -> bool {
        let pending = self.memory.sign_in.as_ref();
        let without_query = url.split(['?', '#']).next().unwrap_or_default();
        pending.is_some_and(|pending| pending.callback == without_query)
    }

    /// The app redeems the code that came back.
    pub(super) fn redeem_code(&mut self, verifier: Option<&Template>) -> Result<(), StepError> {
        self.arrive();
        let pending = self.memory.sign_in.clone();
        let pending = pending.ok_or_else(|| StepError::Page("no sign-in was begun".into()))?;
        let arrived = self.memory.arrived.clone();
        let arrived =
            arrived.ok_or_else(|| StepError::Page("the sign-in has not come back yet".into()))?;
        let query = arrived.split_once('?').map_or("", |(_, query)| query);
        let answer = Form::parse(query).map_err(MessageError::from)?;
        if answer.get("state") != Some(&pending.state) {
            return Err(StepError::Page(
                "another state came back than the app sent".into(),
            ));
        }
        let code = answer.get("code").map(str::to_owned);
        let code = code.ok_or_else(|| StepError::Page("no code came back".into()))?;
        let verifier = match verifier {
            Some(template) => self.fill(template)?,
            None => pending.verifier,
        };
        let url = pending.token_url;
        let url = url.ok_or_else(|| StepError::Page("this provider gives no codes".into()))?;
        let asked = TokenRequest {
            client_id: Some(pending.client_id),
            client_secret: pending.client_secret,
            grant: Grant::AuthorizationCode {
                code,
                redirect_uri: pending.callback,
                code_verifier: Some(verifier),
            },
        };
        self.send(message::post_form(&url, &asked.to_form())?)?;
        Ok(())
    }

    /// A redirect to the app that the browser has received and not followed yet has arrived.
    fn arrive(&mut self) {
        let Some(page) = &self.memory.page else {
            return;
        };
        let url = redirect_of(&page.response).map(|location| absolute(&page.url, &location));
        if let Some(url) = url.filter(|url| self.is_callback(url)) {
            self.memory.arrived = Some(url);
            self.memory.page = None;
        }
    }

    /// Sends a browser's request: with its cookies, keeping those that come back.
    fn go(&mut self, mut request: Request) -> Result<(), StepError> {
        let host = RequestExt::host(&request).to_owned();
        if let Some(cookies) = self.memory.cookies.get(&host) {
            let pairs: Vec<String> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request.set_header("cookie", &pairs.join("; "))?;
        }
        let url = RequestExt::absolute_url(&request);
        let request = self.written(request)?;
        let answer = self.transmit(request)?;
        let exchange = self.cloud.ledger.exchanges().get(answer.exchange.index());
        let from = exchange.map_or_else(|| self.device.clone(), |exchange| exchange.to.clone());
        self.keep_cookies(&host, &answer.response);
        self.memory.page = Some(Page {
            url,
            from,
            response: answer.response,
        });
        Ok(())
    }

    fn keep_cookies(&mut self, host: &str, response: &Response) {
        let jar = self.memory.cookies.entry(host.to_owned()).or_default();
        for value in response.headers().get_all(SET_COOKIE) {
            let pair = value.to_str().ok().and_then(|text| text.split(';').next());
            if let Some((name, value)) = pair.and_then(|pair| pair.split_once('=')) {
                jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

use crate::protocol::message::MessageError;

fn redirect_of(response: &Response) -> Option<String> {
    let redirected = response.status().is_redirection();
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    redirected.then(|| location.to_owned())
}

/// A location as seen from a page: absolute ones stay, others belong to the page's host.
fn absolute(page: &str, location: &str) -> String {
    if has_scheme(location) {
        return location.to_owned();
    }
    let origin: String = page.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    format!("{origin}/{}", location.trim_start_matches('/'))
}

/// Whether a location is a whole address, an app's own (`com.example.app:/back`) included.
fn has_scheme(location: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    location
        .split_once(':')
        .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(fits))
}

/// What a person puts into a form.
struct Filler<'a> {
    /// What a user pool knows the person by
    username: &'a str,
    email: &'a str,
    password: &'a str,
    consent: bool,
}

/// The form on a page, filled in: where it goes and what it says. A button is pressed, the first
/// one to agree, the last one to decline.
fn fill_in(response: &Response, filler: &Filler<'_>) -> Result<(String, Form), StepError> {
    let no_form = || StepError::Page("the page has no form to fill in".to_owned());
    let text = response.text_body()?;
    let text = text.strip_prefix(DOCTYPE).unwrap_or(text);
    let document = roxmltree::Document::parse(text).map_err(|_| no_form())?;
    let form = document
        .descendants()
        .find(|node| node.has_tag_name("form"));
    let form = form.ok_or_else(no_form)?;
    let mut filled = Form::new();
    let mut buttons = Vec::new();
    for field in form.descendants() {
        let name = field.attribute("name").unwrap_or_default();
        let value = field.attribute("value").unwrap_or_default();
        match (
            field.tag_name().name(),
            field.attribute("type").unwrap_or_default(),
        ) {
            ("input", "hidden") => filled.append(name, value),
            ("input", "password") => filled.append(name, filler.password),
            ("input", _) if name == "username" => filled.append(name, filler.username),
            ("input", _) => filled.append(name, filler.email),
            ("button", _) => buttons.push((name, value)),
            _ => {}
        }
    }
    let pressed = if filler.consent {
        buttons.first()
    } else {
        buttons.last()
    };
    if let Some((name, value)) = pressed.filter(|(name, _)| !name.is_empty()) {
        filled.append(name, value);
    }
    Ok((
        form.attribute("action").unwrap_or_default().to_owned(),
        filled,
    ))
}
