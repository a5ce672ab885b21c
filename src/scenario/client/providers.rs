//! Signing in at a provider without Cognito: an app by itself, an employee, a program.

use super::browser::PendingSignIn;
use super::{Hands, StepError};
use crate::protocol::form::Form;
use crate::protocol::message::{self, Message};
use crate::protocol::pkce;

/// Characters of an app's `nonce`.
const NONCE_CHARS: usize = 32;

impl Hands<'_> {
    /// The app opens a provider's sign-in in the browser: with PKCE and a nonce, or, where the
    /// provider's SDK gets the token at once, without.
    pub(super) fn open_provider_sign_in(
        &mut self,
        app: &str,
        audience: Option<&str>,
    ) -> Result<(), StepError> {
        let names = self.names;
        let facts = names.provider_apps.get(app);
        let facts = facts.ok_or_else(|| StepError::NoValue(app.to_owned()))?;
        let audience = match audience {
            Some(sister) => {
                let id = names.apps.get(sister);
                Some(id.ok_or_else(|| StepError::NoValue(sister.to_owned()))?)
            }
            None => None,
        };
        let (verifier, state) = self.verifier_and_state();
        let asked = Form::new()
            .with("client_id", &facts.app_id)
            .with("redirect_uri", &facts.callback)
            .with("scope", &facts.scope)
            .with("state", &state);
        let asked = match facts.token_url {
            None => asked.with("response_type", "token"),
            Some(_) => {
                let stream = format!("client/{}/nonce", self.device);
                let nonce = self.cloud.fresh(&stream).hex(NONCE_CHARS);
                asked
                    .with("response_type", "code")
                    .with("nonce", &nonce)
                    .with("code_challenge_method", pkce::METHOD)
                    .with("code_challenge", &pkce::challenge(&verifier))
            }
        };
        let asked = asked.with_optional("audience", audience.map(String::as_str));
        let pending = PendingSignIn {
            client_id: facts.app_id.clone(),
            client_secret: facts.secret.clone(),
            callback: facts.callback.clone(),
            token_url: facts.token_url.clone(),
            verifier,
            state,
        };
        self.begin_sign_in(&asked.append_to_url(&facts.authorize_url), pending)
    }

    /// The browser opens the company's page.
    pub(super) fn open_work_sign_in(&mut self, provider: &str) -> Result<(), StepError> {
        let url = self.names.work_sign_ins.get(provider);
        let url = url.ok_or_else(|| StepError::NoValue(provider.to_owned()))?;
        self.open_page(url)
    }

    /// A program shows what its platform gave it and gets a token.
    pub(super) fn get_workload_token(
        &mut self,
        workload: &str,
        audience: Option<&str>,
    ) -> Result<(), StepError> {
        let facts = self.names.workloads.get(workload);
        let facts = facts.ok_or_else(|| StepError::NoValue(workload.to_owned()))?;
        let query = Form::new().with_optional("audience", audience);
        let mut request = message::get(&query.append_to_url(&facts.url))?;
        request.set_header("authorization", &format!("Bearer {}", facts.shown))?;
        self.send(request)?;
        Ok(())
    }
}
