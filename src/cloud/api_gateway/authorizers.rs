//! Who calls? A user pool's token, any issuer's JWT, or an AWS signature, verified before the
//! function hears of the call.

use serde_json::{Map, Value};

use super::config::{ApiKind, Authorization};
use super::{Call, refusals};
use crate::cloud::access::{self, Ask, Caller, PERMISSIONS_CHECK};
use crate::cloud::aws::{Wire, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::issuer_keys::{self, IssuerKeys, time_left};
use crate::cloud::pages::Refused;
use crate::cloud::{Cloud, REGION};
use crate::policy::RequestContext;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::Algorithm;
use crate::protocol::message::{Message, Request};
use crate::protocol::time::{Moment, Span};

const COGNITO_GUIDE: &str = "API Gateway guide: user pools as authorizer";
const JWT_GUIDE: &str = "API Gateway guide: JWT authorizers";
const TOKEN: &str = "Token";
const ISSUER: &str = "Issuer";
const SIGNATURE: &str = "Signature";
const NOT_EXPIRED: &str = "Not expired";
const TOKEN_USE: &str = "Token use";
const AUDIENCE: &str = "Audience";
const SCOPE: &str = "Scope";

/// Who calls, as far as the method wanted to know.
pub enum Identity {
    /// Anybody
    Anybody,
    /// Somebody with a token
    Bearer {
        /// What the token says
        claims: Map<String, Value>,
        /// The scopes the method asks for
        scopes: Vec<String>,
    },
    /// Somebody with AWS credentials
    Signed(Box<Caller>),
}

/// Verifies who calls.
pub fn authorize(cloud: &mut Cloud, route: &Route, call: &Call<'_>) -> Result<Identity, Refused> {
    match &call.method.authorization {
        Authorization::None => Ok(Identity::Anybody),
        Authorization::CognitoUserPools { pools, scopes } => {
            user_pools(cloud, route, call, pools, scopes)
        }
        Authorization::Jwt {
            issuer,
            audiences,
            scopes,
        } => jwt(cloud, route, call, (issuer, audiences, scopes)),
        Authorization::AwsIam => signed(cloud, route, call),
    }
}

/// The token as it is sent: bare, or behind `Bearer`.
fn token(request: &Request) -> Option<&str> {
    let header = request.header("authorization")?.trim();
    let token = header.strip_prefix("Bearer ").unwrap_or(header).trim();
    (!token.is_empty()).then_some(token)
}

/// One token on its way through the checks.
struct Gate<'c> {
    cloud: &'c mut Cloud,
    kind: ApiKind,
}

impl Gate<'_> {
    fn refuse(&mut self, why: &str) -> Refused {
        Box::new(refusals::unauthorized(self.cloud, self.kind, Some(why)))
    }

    fn verify(
        &mut self,
        name: &str,
        held: bool,
        (expected, actual): (String, String),
        why: &str,
    ) -> Result<(), Refused> {
        match self.cloud.ledger.verify(name, held, expected, actual) {
            true => Ok(()),
            false => Err(self.refuse(why)),
        }
    }

    fn token(&mut self, request: &Request) -> Result<Unverified, Refused> {
        const EXPECTED: &str = "a JSON web token in the Authorization header";
        let Some(text) = token(request) else {
            self.cloud.ledger.failed(TOKEN, EXPECTED, "none");
            return Err(Box::new(refusals::unauthorized(
                self.cloud, self.kind, None,
            )));
        };
        match Unverified::parse(text) {
            Ok(token) => {
                self.cloud.ledger.passed(TOKEN, EXPECTED, shorten(text));
                Ok(token)
            }
            Err(error) => {
                let actual = shorten(&error.to_string());
                self.cloud.ledger.failed(TOKEN, EXPECTED, actual);
                Err(self.refuse("the token is malformed"))
            }
        }
    }

    fn signature(
        &mut self,
        token: &Unverified,
        keys: Result<IssuerKeys, issuer_keys::KeysUnavailable>,
        allowed: &[Algorithm],
    ) -> Result<(), Refused> {
        let keys = match keys {
            Ok(keys) => keys,
            Err(error) => {
                let expected = "the issuer's keys";
                self.cloud
                    .ledger
                    .failed(SIGNATURE, expected, error.to_string());
                return Err(self.refuse("the issuer's keys cannot be fetched"));
            }
        };
        let test = issuer_keys::test_signature(token, &keys, allowed);
        let held = test.problem.is_none();
        self.verify(
            SIGNATURE,
            held,
            (test.expected, test.actual),
            "signing method or signature is invalid",
        )
    }

    fn not_expired(&mut self, token: &Unverified) -> Result<(), Refused> {
        let now = self.cloud.now();
        let end = token.seconds("exp").map(Moment::from_epoch_seconds);
        let held = end.is_some_and(|end| now < end);
        let expected = match end {
            Some(end) => format!("before {}", end.iso8601()),
            None => "an exp".to_owned(),
        };
        let actual = match end {
            Some(end) => time_left(now, end),
            None => "none".to_owned(),
        };
        match self
            .cloud
            .ledger
            .verify(NOT_EXPIRED, held, expected, actual)
        {
            true => Ok(()),
            false => Err(Box::new(refusals::expired(self.cloud, self.kind))),
        }
    }

    /// One of the method's scopes must be among the token's.
    fn scope(&mut self, token: &Unverified, wanted: &[String]) -> Result<(), Refused> {
        let claim = token.text("scope").or_else(|| token.text("scp"));
        let has: Vec<&str> = claim.unwrap_or_default().split_whitespace().collect();
        let held = wanted.iter().any(|scope| has.contains(&scope.as_str()));
        let expected = format!("one of: {}", wanted.join(" "));
        let actual = match has.as_slice() {
            [] => "the token has none".to_owned(),
            has => shorten(&has.join(" ")),
        };
        match self.cloud.ledger.verify(SCOPE, held, expected, actual) {
            true => Ok(()),
            false => Err(Box::new(refusals::missing_scope(self.cloud, self.kind))),
        }
    }
}

/// A REST API's authorizer: without scopes on the method it takes the ID token, with scopes an
/// access token that carries one of them.
fn user_pools(
    cloud: &mut Cloud,
    route: &Route,
    call: &Call<'_>,
    pools: &[String],
    scopes: &[String],
) -> Result<Identity, Refused> {
    cloud.ledger.plan(&[
        (TOKEN, COGNITO_GUIDE),
        (ISSUER, COGNITO_GUIDE),
        (SIGNATURE, "Cognito guide: verifying a JSON web token"),
        (NOT_EXPIRED, "RFC 7519 section 4.1.4"),
        (TOKEN_USE, COGNITO_GUIDE),
    ]);
    if !scopes.is_empty() {
        cloud.ledger.plan(&[(SCOPE, COGNITO_GUIDE)]);
    }
    let mut gate = Gate {
        cloud,
        kind: call.api.config.kind,
    };
    let token = gate.token(call.request)?;
    let issuer = token.text("iss").unwrap_or_default().to_owned();
    let issuers: Vec<String> = pools
        .iter()
        .map(|pool| format!("https://cognito-idp.{REGION}.amazonaws.com/{pool}"))
        .collect();
    let evidence = (issuers.join(" or "), shorten(&issuer));
    gate.verify(
        ISSUER,
        issuers.contains(&issuer),
        evidence,
        "invalid issuer",
    )?;
    let uri = format!("{issuer}/.well-known/jwks.json");
    let keys = issuer_keys::fetch(gate.cloud, &route.to, &uri);
    gate.signature(&token, keys, &[Algorithm::RS256])?;
    gate.not_expired(&token)?;
    let wanted = if scopes.is_empty() { "id" } else { "access" };
    let found = token.text("token_use").unwrap_or("none").to_owned();
    let held = found == wanted;
    gate.verify(
        TOKEN_USE,
        held,
        (wanted.to_owned(), found),
        "wrong token use",
    )?;
    if !scopes.is_empty() {
        gate.scope(&token, scopes)?;
    }
    Ok(Identity::Bearer {
        claims: token.claims().clone(),
        scopes: scopes.to_vec(),
    })
}

/// An HTTP API's authorizer: issuer, audience and scopes of a JWT by anybody.
fn jwt(
    cloud: &mut Cloud,
    route: &Route,
    call: &Call<'_>,
    (issuer, audiences, scopes): (&str, &[String], &[String]),
) -> Result<Identity, Refused> {
    cloud.ledger.plan(&[
        (TOKEN, JWT_GUIDE),
        (SIGNATURE, JWT_GUIDE),
        (ISSUER, JWT_GUIDE),
        (AUDIENCE, JWT_GUIDE),
        (NOT_EXPIRED, JWT_GUIDE),
        ("Valid already", JWT_GUIDE),
    ]);
    if !scopes.is_empty() {
        cloud.ledger.plan(&[(SCOPE, JWT_GUIDE)]);
    }
    let mut gate = Gate {
        cloud,
        kind: call.api.config.kind,
    };
    let token = gate.token(call.request)?;
    let keys = issuer_keys::discover(gate.cloud, &route.to, issuer);
    // Only RSA signatures are supported
    let allowed = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];
    gate.signature(&token, keys, &allowed)?;
    let found = token.text("iss").unwrap_or_default().to_owned();
    let evidence = (issuer.to_owned(), shorten(&found));
    gate.verify(ISSUER, found == issuer, evidence, "invalid issuer")?;
    let mut meant = token.audiences();
    if meant.is_empty() {
        meant.extend(token.text("client_id"));
    }
    let held = meant
        .iter()
        .any(|one| audiences.iter().any(|audience| audience == one));
    let evidence = (audiences.join(" or "), shorten(&meant.join(", ")));
    gate.verify(AUDIENCE, held, evidence, "invalid audience")?;
    gate.not_expired(&token)?;
    let now = gate.cloud.now();
    let starts = token.seconds("nbf").into_iter().chain(token.seconds("iat"));
    let starts = starts.max().map(Moment::from_epoch_seconds);
    let early = starts.map_or(Span::ZERO, |start| start - now);
    let evidence = (
        "nbf and iat in the past".to_owned(),
        starts.map_or_else(|| "neither".to_owned(), Moment::iso8601),
    );
    gate.verify(
        "Valid already",
        early <= Span::ZERO,
        evidence,
        "used too early",
    )?;
    if !scopes.is_empty() {
        gate.scope(&token, scopes)?;
    }
    Ok(Identity::Bearer {
        claims: token.claims().clone(),
        scopes: scopes.to_vec(),
    })
}

/// AWS_IAM: a signature for `execute-api`, and permission to invoke the method.
fn signed(cloud: &mut Cloud, route: &Route, call: &Call<'_>) -> Result<Identity, Refused> {
    let kind = call.api.config.kind;
    let later = [PERMISSIONS_CHECK];
    let caller = access::authenticate_then(cloud, route, call.request, Wire::RestJson, &later);
    let permitted = caller.and_then(|caller| {
        let ask = Ask {
            action: "execute-api:Invoke".to_owned(),
            resource: call
                .api
                .method_arn(call.request.method().as_str(), &call.path),
            resource_account: call.api.config.account.clone(),
            context: RequestContext::new(),
            resource_policy: None,
        };
        access::authorize(cloud, &caller, &ask, Wire::RestJson)?;
        Ok(caller)
    });
    permitted
        .map(|caller| Identity::Signed(Box::new(caller)))
        .map_err(|error| {
            let message = masked(&error.message, &call.api.config.account);
            Box::new(refusals::of_aws(cloud, kind, &error.code, &message))
        })
}

/// API Gateway shows no more than the last four digits of its account in the method's ARN.
fn masked(message: &str, account: &str) -> String {
    let last = account
        .get(account.len().saturating_sub(4)..)
        .unwrap_or_default();
    let shown = format!("execute-api:{REGION}:{account}:");
    message.replace(&shown, &format!("execute-api:{REGION}:********{last}:"))
}
