//! What runs on the devices of a story: a browser and an app with an SDK. It builds real HTTP
//! requests, keeps cookies, verifiers and pages, and signs with the credentials it holds and the
//! time its own clock shows. It knows nothing that the device was not told.

mod account;
mod admin;
mod browser;
mod dynamodb;
pub mod edit;
mod functions;
mod held;
mod identity_pool;
pub mod interfere;
mod providers;
mod raw;
mod s3;
mod signed;
mod sts;
mod sync;
pub mod tamper;
mod user_pool;
mod user_pool_steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::action::{Action, What};
use super::build::Names;
use super::template::Template;
use crate::cloud::Cloud;
use crate::cloud::front_door::Unreachable;
use crate::cloud::ledger::ActorId;
use crate::protocol::jwt::JwtError;
use crate::protocol::message::{MessageError, Request, Response};
use crate::protocol::sigv4::SigV4Error;
use crate::protocol::srp::SrpError;
use edit::Part;
use interfere::Learner;

/// Why an action could not be carried out on the device itself. Nobody refused anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The device has nothing of this kind
    #[error("{who} holds no {}", what.name())]
    NothingHeld {
        /// Whose hands are empty
        who: String,
        /// What was needed
        what: What,
    },
    /// The request reached nobody
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The request could not be built
    #[error("the request cannot be built: {0}")]
    Request(#[from] MessageError),
    /// The request could not be signed
    #[error("the request cannot be signed: {0}")]
    Signing(#[from] SigV4Error),
    /// The token cannot be altered like that
    #[error("the token cannot be altered: {0}")]
    Token(#[from] JwtError),
    /// The thing cannot be altered like that
    #[error(transparent)]
    Tamper(#[from] tamper::TamperError),
    /// The password cannot be proven
    #[error("the password cannot be proven: {0}")]
    Srp(#[from] SrpError),
    /// The browser shows something else
    #[error("{0}")]
    Page(String),
    /// A value is not there
    #[error("{0} has no value at this moment")]
    NoValue(String),
    /// A message got lost on its way
    #[error("the {} of {_1} got lost on its way", _0.name())]
    Lost(Part, String),
}

/// What a device remembers between actions.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    cookies: BTreeMap<String, BTreeMap<String, String>>,
    page: Option<browser::Page>,
    sign_in: Option<browser::PendingSignIn>,
    arrived: Option<String>,
    /// The session of a sign-in that is not finished
    challenge: Option<String>,
    /// The secret in the authenticator app
    authenticator: Option<Vec<u8>>,
    /// The identity pool whose Sync the app uses
    sync_pool: Option<String>,
    /// What Sync gave with the last pull of each dataset, to push with
    sync_tokens: BTreeMap<String, String>,
}

/// Everybody's devices. A copy goes on apart from what it was copied from.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The world they act in
    pub cloud: Cloud,
    /// What the scenario's names stand for
    pub names: Arc<Names>,
    /// What a learner does to the story
    pub learner: Learner,
    memories: BTreeMap<ActorId, Memory>,
}

/// A device in use.
struct Hands<'a> {
    cloud: &'a mut Cloud,
    names: &'a Names,
    memory: &'a mut Memory,
    learner: &'a mut Learner,
    device: ActorId,
}

impl Clients {
    /// Devices that have done nothing yet.
    pub fn new(cloud: Cloud, names: Names) -> Self {
        Self {
            cloud,
            names: Arc::new(names),
            learner: Learner::default(),
            memories: BTreeMap::new(),
        }
    }

    fn hands(&mut self, device: &str) -> Hands<'_> {
        let device = ActorId::new(device);
        let memory = self.memories.entry(device.clone()).or_default();
        Hands {
            cloud: &mut self.cloud,
            names: &self.names,
            memory,
            learner: &mut self.learner,
            device,
        }
    }

    /// A text with what templates name filled in, as nobody's in particular.
    pub fn fill(&mut self, template: &Template) -> Result<String, StepError> {
        self.hands("").fill(template)
    }

    /// Carries one action out. Apps that got a push by it look at it at once.
    pub fn act(&mut self, action: &Action) -> Result<(), StepError> {
        let outcome = self.carry_out(action);
        self.look_at_pushes();
        outcome
    }

    fn carry_out(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::OpenSignIn {
                device,
                client,
                provider,
            } => self.hands(device).open_sign_in(client, provider.as_deref()),
            Action::OpenProviderSignIn {
                device,
                app,
                audience,
            } => self
                .hands(device)
                .open_provider_sign_in(app, audience.as_deref()),
            Action::OpenWorkSignIn { device, provider } => {
                self.hands(device).open_work_sign_in(provider)
            }
            Action::GetWorkloadToken {
                device,
                workload,
                audience,
            } => self
                .hands(device)
                .get_workload_token(workload, audience.as_deref()),
            Action::SignInAtProvider {
                device,
                person,
                password,
                consent,
            } => self
                .hands(device)
                .submit_page(person, password.as_deref(), *consent),
            Action::FollowRedirects { device } => self.hands(device).follow_redirects(),
            Action::RedeemCode { device, verifier } => {
                self.hands(device).redeem_code(verifier.as_ref())
            }
            Action::SignUp {
                device,
                client,
                person,
                password,
            } => self
                .hands(device)
                .sign_up(client, person, password.as_deref()),
            Action::ConfirmSignUp {
                device,
                client,
                person,
                code,
            } => self
                .hands(device)
                .confirm_sign_up(client, person, code.as_deref()),
            Action::SignIn {
                device,
                client,
                person,
                password,
            } => self
                .hands(device)
                .sign_in(client, person, password.as_deref()),
            Action::RefreshTokens { device, client } => self.hands(device).refresh_tokens(client),
            Action::GetUser { device, token } => self.hands(device).get_user(token.as_ref()),
            _ => self.act_on_passwords(action),
        }
    }

    fn act_on_passwords(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::SignInWithSrp {
                device,
                client,
                person,
                password,
            } => self
                .hands(device)
                .sign_in_with_srp(client, person, password.as_deref()),
            Action::ChooseNewPassword {
                device,
                client,
                person,
                password,
            } => self
                .hands(device)
                .choose_new_password(client, person, password),
            Action::SetUpAuthenticator { device } => self.hands(device).set_up_authenticator(),
            Action::EnterAuthenticatorCode {
                device,
                client,
                person,
                code,
            } => self
                .hands(device)
                .enter_authenticator_code(client, person, code.as_deref()),
            Action::ForgotPassword {
                device,
                client,
                person,
            } => self.hands(device).forgot_password(client, person),
            Action::ConfirmForgotPassword {
                device,
                client,
                person,
                password,
                code,
            } => self.hands(device).confirm_forgot_password(
                client,
                person,
                (password, code.as_deref()),
            ),
            _ => self.act_on_sign_ins(action),
        }
    }

    fn act_on_sign_ins(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::GetTokensFromRefreshToken {
                device,
                client,
                token,
            } => self.hands(device).rotate_tokens(client, token.as_ref()),
            Action::RevokeToken {
                device,
                client,
                token,
            } => self.hands(device).revoke_token(client, token.as_ref()),
            Action::GlobalSignOut { device, token } => {
                self.hands(device).global_sign_out(token.as_ref())
            }
            Action::AdminCreateUser {
                device,
                pool,
                person,
                temporary_password,
                credentials,
            } => self.hands(device).admin_create_user(
                (pool, person),
                temporary_password.as_deref(),
                credentials.as_ref(),
            ),
            _ => self.act_with_keys(action),
        }
    }

    fn act_with_keys(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::AssumeRole {
                device,
                role,
                session_name,
                external_id,
                duration,
                policy,
                credentials,
            } => {
                let wanted = account::Wanted {
                    role,
                    session_name,
                    external_id: external_id.as_deref(),
                    duration: duration.map(|span| span.0),
                    policy: policy.as_ref(),
                };
                self.hands(device)
                    .assume_role_with_keys(&wanted, credentials.as_ref())
            }
            Action::GetSessionToken {
                device,
                duration,
                credentials,
            } => {
                let duration = duration.map(|span| span.0);
                self.hands(device)
                    .get_session_token(duration, credentials.as_ref())
            }
            Action::GetFederationToken {
                device,
                name,
                duration,
                policy,
                credentials,
            } => {
                let wanted = (policy.as_ref(), duration.map(|span| span.0));
                self.hands(device)
                    .get_federation_token(name, wanted, credentials.as_ref())
            }
            Action::GetDeveloperToken {
                device,
                pool,
                user,
                credentials,
            } => self
                .hands(device)
                .get_developer_token(pool, user, credentials.as_ref()),
            Action::PutRolePolicy {
                device,
                role,
                policy,
                json,
                credentials,
            } => {
                let mut hands = self.hands(device);
                let json = hands.fill(json)?;
                hands.put_role_policy(role, (policy, &json), credentials.as_ref())
            }
            Action::RevokeSessions {
                device,
                role,
                credentials,
            } => self
                .hands(device)
                .revoke_sessions(role, credentials.as_ref()),
            _ => self.act_as_administrator(action),
        }
    }

    fn act_as_administrator(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::UpdateAssumeRolePolicy {
                device,
                role,
                json,
                credentials,
            } => self
                .hands(device)
                .update_trust(role, json, credentials.as_ref()),
            Action::SetIdentityPoolRoles {
                device,
                pool,
                authenticated_role,
                guest_role,
                role_mappings,
                credentials,
            } => {
                let roles = admin::PoolRoles {
                    authenticated: authenticated_role.as_deref(),
                    guest: guest_role.as_deref(),
                    mappings: role_mappings,
                };
                self.hands(device)
                    .set_pool_roles(pool, &roles, credentials.as_ref())
            }
            Action::SetPrincipalTagAttributeMap {
                device,
                pool,
                user_pool,
                tags,
                credentials,
            } => {
                self.hands(device)
                    .set_principal_tags((pool, user_pool), tags, credentials.as_ref())
            }
            Action::AdminAddUserToGroup {
                device,
                pool,
                person,
                group,
                credentials,
            } => self
                .hands(device)
                .add_to_group((pool, person), group, credentials.as_ref()),
            Action::AdminUserGlobalSignOut {
                device,
                pool,
                person,
                credentials,
            } => self
                .hands(device)
                .sign_out_user((pool, person), credentials.as_ref()),
            Action::AdminLinkProviderForUser {
                device,
                pool,
                person,
                provider,
                subject,
                credentials,
            } => self.hands(device).link_provider(
                (pool, person),
                (provider, subject),
                credentials.as_ref(),
            ),
            _ => self.act_on_aws(action),
        }
    }

    fn act_on_aws(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::GetId {
                device,
                pool,
                login,
            } => self.hands(device).get_id(pool, login.as_ref()),
            Action::GetCredentials {
                device,
                pool: _,
                login,
                identity,
                role,
            } => self.hands(device).get_credentials(
                login.as_ref(),
                identity.as_ref(),
                role.as_deref(),
            ),
            Action::GetOpenIdToken {
                device,
                pool: _,
                login,
            } => self.hands(device).get_open_id_token(login.as_ref()),
            Action::AssumeRoleWithWebIdentity {
                device,
                role,
                token,
                session_name,
                duration,
                provider_id,
            } => {
                let more = (duration.map(|span| span.0), provider_id.as_deref());
                self.hands(device)
                    .assume_role(role, token, session_name, more)
            }
            Action::AssumeRoleWithSaml {
                device,
                role,
                provider,
                assertion,
                duration,
            } => {
                let duration = duration.map(|span| span.0);
                self.hands(device).assume_role_with_saml(
                    (role, provider),
                    assertion.as_ref(),
                    duration,
                )
            }
            Action::GetCallerIdentity {
                device,
                credentials,
            } => self.hands(device).get_caller_identity(credentials.as_ref()),
            Action::PutObject {
                device,
                bucket,
                key,
                text,
                credentials,
            } => self
                .hands(device)
                .put_object(bucket, key, text, credentials.as_ref()),
            Action::GetObject {
                device,
                bucket,
                key,
                credentials,
            } => self
                .hands(device)
                .get_object(bucket, key, credentials.as_ref()),
            Action::ListObjects {
                device,
                bucket,
                prefix,
                credentials,
            } => self
                .hands(device)
                .list_objects(bucket, prefix.as_ref(), credentials.as_ref()),
            Action::PutItem {
                device,
                table,
                item,
                credentials,
            } => self
                .hands(device)
                .put_item(table, item, credentials.as_ref()),
            Action::GetItem {
                device,
                table,
                key,
                attributes,
                credentials,
            } => self
                .hands(device)
                .get_item(table, (key, attributes), credentials.as_ref()),
            Action::Query {
                device,
                table,
                partition,
                attributes,
                credentials,
            } => self
                .hands(device)
                .query(table, (partition, attributes), credentials.as_ref()),
            _ => self.act_at_the_edge(action),
        }
    }

    fn act_at_the_edge(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::InvokeFunction {
                device,
                function,
                event,
                credentials,
            } => self
                .hands(device)
                .invoke(function, event, credentials.as_ref()),
            Action::CallApi {
                device,
                api,
                path,
                method,
                token,
                signed,
                body,
                credentials,
            } => {
                let call = functions::ApiCall {
                    api,
                    path,
                    method,
                    token: token.as_ref(),
                    signed: *signed,
                    body,
                };
                self.hands(device).call_api(&call, credentials.as_ref())
            }
            Action::OpenWebsite {
                device,
                website,
                path,
            } => self.hands(device).open_website(website, path),
            Action::EditRecord {
                device,
                dataset,
                key,
                value,
            } => self.hands(device).edit_record(dataset, key, value.as_ref()),
            Action::Synchronise {
                device,
                pool,
                dataset,
            } => self.hands(device).synchronise(pool, dataset),
            Action::PushRecords {
                device,
                pool,
                dataset,
            } => self.hands(device).push_records(pool, dataset),
            Action::RegisterForPush {
                device,
                pool,
                platform,
                datasets,
            } => self
                .hands(device)
                .register_for_push(pool, *platform, datasets),
            _ => self.act_on_the_world(action),
        }
    }

    /// An app that is told that a dataset changed fetches the change, if it does not have it yet.
    fn look_at_pushes(&mut self) {
        for device in self.cloud.devices.with_pushes() {
            let taken = self.cloud.devices.get_mut(&device);
            let pushes = taken
                .map(|it| std::mem::take(&mut it.inbox))
                .unwrap_or_default();
            for push in pushes {
                // Nobody waits for an app that reacts in the background: what it cannot do now
                // it does the next time it synchronises
                let _ = self.hands(device.as_str()).react(&push);
            }
        }
    }

    fn act_on_the_world(&mut self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::Wait(span) => self.cloud.pass_time(span.0),
            Action::SkewClock { device, by } => {
                self.change_device(device, |device| device.skew = by.0);
            }
            Action::GoOffline { device } => self.change_device(device, |it| it.offline = true),
            Action::GoOnline { device } => self.change_device(device, |it| it.offline = false),
            Action::Tamper { device, what, how } => self.hands(device).tamper(*what, how)?,
            Action::Copy { from, to, what } => {
                let artifact = self.hands(from).latest(&ActorId::new(from), *what)?;
                let (to, now) = (ActorId::new(to), self.cloud.now());
                self.cloud.ledger.gain(&to, artifact, now);
                self.cloud.note_state(&to);
            }
            Action::Request {
                device,
                method,
                url,
                headers,
                body,
                sign_for,
                credentials,
            } => {
                let what = raw::Raw {
                    method,
                    url,
                    headers,
                    body,
                };
                let credentials = credentials.as_ref();
                self.hands(device)
                    .raw_request(&what, sign_for.as_deref(), credentials)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn change_device(
        &mut self,
        device: &str,
        change: impl FnOnce(&mut crate::cloud::devices::Device),
    ) {
        let id = ActorId::new(device);
        if let Some(device) = self.cloud.devices.get_mut(&id) {
            change(device);
        }
        self.cloud.note_state(&id);
    }
}

impl Hands<'_> {
    /// Sends a request from this device.
    fn send(&mut self, request: Request) -> Result<Response, StepError> {
        let request = self.written(request)?;
        Ok(self.transmit(request)?.response)
    }
}
