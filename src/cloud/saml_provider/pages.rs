//! The company's pages: sign in, and a form that carries the assertion to AWS.

use http::StatusCode;

use super::assertion::{self, RECIPIENT};
use super::{Employee, LOGIN_PATH, Provider};
use crate::cloud::Cloud;
use crate::cloud::aws::shorten;
use crate::cloud::ledger::ActorId;
use crate::cloud::pages::{self, Field, Refused};
use crate::protocol::form::Form;
use crate::protocol::hash::constant_time_eq;
use crate::protocol::message::{Message, Request, Response};

const MODEL: &str = "Tokentrail's model";

/// `GET /sso/aws`: the sign-in form.
pub(super) fn sign_in(cloud: &Cloud, actor: &ActorId) -> Response {
    let provider = cloud.saml_providers.providers.get(actor);
    let name = provider.map_or("", |provider| provider.name.as_str());
    let fields = [
        Field::Text("email", "Email"),
        Field::Password("password", "Password"),
        Field::Button("signin", "aws", "Sign in to AWS"),
    ];
    let text = "Sign in with your work account to use AWS";
    pages::form_page(&format!("{name} sign-in"), text, LOGIN_PATH, &fields)
}

/// `POST /sso/login`: the form filled in. The answer is a page whose form a browser sends on.
pub(super) fn login(cloud: &mut Cloud, actor: &ActorId, request: &Request) -> Response {
    let Ok(form) = request.form_body() else {
        let text = "The request's parameters are not a form.";
        return pages::error_page(StatusCode::BAD_REQUEST, "Bad request", text);
    };
    cloud
        .ledger
        .plan(&[("Account", MODEL), ("Password", MODEL)]);
    let (provider, employee) = match check_password(cloud, actor, &form) {
        Ok(found) => found,
        Err(refused) => return *refused,
    };
    match assertion::make(cloud, actor, (&provider, &employee)) {
        Ok(value) => {
            let fields = [
                Field::Hidden("SAMLResponse", &value),
                Field::Button("continue", "yes", "Continue to AWS"),
            ];
            let text = "You are signed in. The assertion below goes to AWS.";
            pages::form_page("Signed in", text, RECIPIENT, &fields)
        }
        Err(error) => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            pages::error_page(status, "Server error", &error.to_string())
        }
    }
}

fn check_password(
    cloud: &mut Cloud,
    actor: &ActorId,
    form: &Form,
) -> Result<(Provider, Employee), Refused> {
    let email = form.get("email").unwrap_or_default();
    let provider = cloud.saml_providers.providers.get(actor).cloned();
    let employee = provider.as_ref().and_then(|provider| {
        let login = email.to_ascii_lowercase();
        provider.employees.get(&login).cloned()
    });
    let held = employee.is_some();
    let expected = "somebody who works here";
    cloud
        .ledger
        .verify("Account", held, expected, shorten(email));
    let refuse = || {
        let text = "The account or the password is wrong.";
        let status = StatusCode::UNAUTHORIZED;
        Box::new(pages::error_page(status, "Not signed in", text))
    };
    let (Some(provider), Some(employee)) = (provider, employee) else {
        return Err(refuse());
    };
    let typed = form.get("password").unwrap_or_default();
    let same = constant_time_eq(employee.password.as_bytes(), typed.as_bytes());
    let actual = if same {
        "the account's password"
    } else {
        "another text"
    };
    let expected = format!("the password of {}", employee.session_name);
    if cloud.ledger.verify("Password", same, expected, actual) {
        return Ok((provider, employee));
    }
    Err(refuse())
}
