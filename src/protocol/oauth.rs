//! OAuth 2.0 and OpenID Connect messages: authorization requests, redirects, token requests.
//!
//! Typed at both ends, so that an app builds what a provider parses. Parameters that appear twice
//! are refused (RFC 6749 section 3.1).

use serde::{Deserialize, Serialize};

use super::encoding::{base64, base64_decode};
use super::form::{Form, percent_decode, percent_encode};
use super::message::{Message, Request};
use super::pkce;

/// Why a message is not OAuth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// A parameter is missing.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// A parameter appears more than once.
    #[error("the parameter {0} appears more than once")]
    Repeated(&'static str),
    /// A parameter has a value nobody supports.
    #[error("the parameter {name} is {found:?}, expected {expected}")]
    Unsupported {
        /// Which parameter.
        name: &'static str,
        /// What it holds.
        found: String,
        /// What is supported.
        expected: &'static str,
    },
    /// The `Authorization` header is malformed.
    #[error("the Authorization header is not {0}")]
    Authorization(&'static str),
}

/// The error codes of RFC 6749 sections 4.1.2.1 and 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// Malformed, or a parameter is missing.
    InvalidRequest,
    /// The client may not do this.
    UnauthorizedClient,
    /// The person or the provider said no.
    AccessDenied,
    /// The provider does not answer this way.
    UnsupportedResponseType,
    /// An unknown scope was asked for.
    InvalidScope,
    /// The client did not prove who it is.
    InvalidClient,
    /// The code or refresh token is wrong, used or expired.
    InvalidGrant,
    /// The provider does not know this grant.
    UnsupportedGrantType,
}

impl ErrorCode {
    /// The code as it travels.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorCode::InvalidRequest => "invalid_request",
            ErrorCode::UnauthorizedClient => "unauthorized_client",
            ErrorCode::AccessDenied => "access_denied",
            ErrorCode::UnsupportedResponseType => "unsupported_response_type",
            ErrorCode::InvalidScope => "invalid_scope",
            ErrorCode::InvalidClient => "invalid_client",
            ErrorCode::InvalidGrant => "invalid_grant",
            ErrorCode::UnsupportedGrantType => "unsupported_grant_type",
        }
    }

    /// The JSON body of a token endpoint's refusal.
    pub fn body(self, description: &str) -> serde_json::Value {
        serde_json::json!({ "error": self.name(), "error_description": description })
    }
}

fn single<'a>(form: &'a Form, name: &'static str) -> Result<Option<&'a str>, OAuthError> {
    match form.count(name) {
        0 | 1 => Ok(form.get(name)),
        _ => Err(OAuthError::Repeated(name)),
    }
}

fn required(form: &Form, name: &'static str) -> Result<String, OAuthError> {
    single(form, name)?
        .map(str::to_owned)
        .ok_or(OAuthError::Missing(name))
}

fn optional(form: &Form, name: &'static str) -> Result<Option<String>, OAuthError> {
    Ok(single(form, name)?.map(str::to_owned))
}

/// What an app asks of a provider's authorization endpoint (code flow).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthorizationRequest {
    /// Which app asks.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What is asked for, separated by spaces.
    pub scope: String,
    /// Comes back unchanged: ties the answer to the browser that asked.
    pub state: Option<String>,
    /// Comes back inside the ID token: ties the token to the request.
    pub nonce: Option<String>,
    /// The PKCE challenge (S256).
    pub code_challenge: Option<String>,
}

impl AuthorizationRequest {
    /// The URL that the browser is sent to.
    pub fn url(&self, endpoint: &str) -> String {
        let challenge = self.code_challenge.as_deref();
        Form::new()
            .with("response_type", "code")
            .with("client_id", &self.client_id)
            .with("redirect_uri", &self.redirect_uri)
            .with("scope", &self.scope)
            .with_optional("state", self.state.as_deref())
            .with_optional("nonce", self.nonce.as_deref())
            .with_optional("code_challenge_method", challenge.map(|_| pkce::METHOD))
            .with_optional("code_challenge", challenge)
            .append_to_url(endpoint)
    }

    /// Reads the query that arrived.
    pub fn parse(query: &Form) -> Result<AuthorizationRequest, OAuthError> {
        let response_type = required(query, "response_type")?;
        if response_type != "code" {
            let (name, expected) = ("response_type", "code");
            return Err(OAuthError::Unsupported {
                name,
                found: response_type,
                expected,
            });
        }
        let code_challenge = optional(query, "code_challenge")?;
        if code_challenge.is_some() {
            // Without a method RFC 7636 means plain, which protects nobody who can read the request
            let found = optional(query, "code_challenge_method")?.unwrap_or("plain".to_owned());
            if found != pkce::METHOD {
                let (name, expected) = ("code_challenge_method", pkce::METHOD);
                return Err(OAuthError::Unsupported {
                    name,
                    found,
                    expected,
                });
            }
        }
        Ok(AuthorizationRequest {
            client_id: required(query, "client_id")?,
            redirect_uri: required(query, "redirect_uri")?,
            scope: optional(query, "scope")?.unwrap_or_default(),
            state: optional(query, "state")?,
            nonce: optional(query, "nonce")?,
            code_challenge,
        })
    }
}

/// What comes back to the app's redirect URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationAnswer {
    /// A code to redeem.
    Code {
        /// The code.
        code: String,
        /// The state that was sent.
        state: Option<String>,
    },
    /// A refusal.
    Refused {
        /// The code of the error.
        error: String,
        /// What it says to developers.
        description: Option<String>,
        /// The state that was sent.
        state: Option<String>,
    },
}

impl AuthorizationAnswer {
    /// The refusal with one of the standard codes.
    pub fn refused(error: ErrorCode, description: &str, state: Option<&str>) -> Self {
        AuthorizationAnswer::Refused {
            error: error.name().to_owned(),
            description: Some(description.to_owned()),
            state: state.map(str::to_owned),
        }
    }

    /// The URL that the browser is sent back to.
    pub fn url(&self, redirect_uri: &str) -> String {
        let form = match self {
            AuthorizationAnswer::Code { code, state } => Form::new()
                .with("code", code)
                .with_optional("state", state.as_deref()),
            AuthorizationAnswer::Refused {
                error,
                description,
                state,
            } => Form::new()
                .with("error", error)
                .with_optional("error_description", description.as_deref())
                .with_optional("state", state.as_deref()),
        };
        form.append_to_url(redirect_uri)
    }

    /// Reads the query that arrived at the redirect URI.
    pub fn parse(query: &Form) -> Result<AuthorizationAnswer, OAuthError> {
        let state = optional(query, "state")?;
        if let Some(error) = optional(query, "error")? {
            let description = optional(query, "error_description")?;
            return Ok(AuthorizationAnswer::Refused {
                error,
                description,
                state,
            });
        }
        Ok(AuthorizationAnswer::Code {
            code: required(query, "code")?,
            state,
        })
    }
}

/// What an app hands in at the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// A code from the redirect.
    AuthorizationCode {
        /// The code.
        code: String,
        /// The same redirect URI as before.
        redirect_uri: String,
        /// The PKCE verifier.
        code_verifier: Option<String>,
    },
    /// A refresh token.
    RefreshToken {
        /// The token.
        refresh_token: String,
    },
    /// Nothing: the app asks for itself.
    ClientCredentials {
        /// What is asked for.
        scope: String,
    },
}

/// A request to the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Which app asks; absent where the `Authorization` header says it.
    pub client_id: Option<String>,
    /// The app's secret, where it travels in the body.
    pub client_secret: Option<String>,
    /// What it hands in.
    pub grant: Grant,
}

impl TokenRequest {
    /// The body as it travels.
    pub fn to_form(&self) -> Form {
        let form = match &self.grant {
            Grant::AuthorizationCode {
                code,
                redirect_uri,
                code_verifier,
            } => Form::new()
                .with("grant_type", "authorization_code")
                .with("code", code)
                .with("redirect_uri", redirect_uri)
                .with_optional("code_verifier", code_verifier.as_deref()),
            Grant::RefreshToken { refresh_token } => Form::new()
                .with("grant_type", "refresh_token")
                .with("refresh_token", refresh_token),
            Grant::ClientCredentials { scope } => Form::new()
                .with("grant_type", "client_credentials")
                .with("scope", scope),
        };
        form.with_optional("client_id", self.client_id.as_deref())
            .with_optional("client_secret", self.client_secret.as_deref())
    }

    /// Reads the body that arrived.
    pub fn parse(form: &Form) -> Result<TokenRequest, OAuthError> {
        let grant_type = required(form, "grant_type")?;
        let grant = match grant_type.as_str() {
            "authorization_code" => Grant::AuthorizationCode {
                code: required(form, "code")?,
                redirect_uri: required(form, "redirect_uri")?,
                code_verifier: optional(form, "code_verifier")?,
            },
            "refresh_token" => Grant::RefreshToken {
                refresh_token: required(form, "refresh_token")?,
            },
            "client_credentials" => Grant::ClientCredentials {
                scope: optional(form, "scope")?.unwrap_or_default(),
            },
            _ => {
                return Err(OAuthError::Unsupported {
                    name: "grant_type",
                    found: grant_type,
                    expected: "authorization_code, refresh_token or client_credentials",
                });
            }
        };
        Ok(TokenRequest {
            client_id: optional(form, "client_id")?,
            client_secret: optional(form, "client_secret")?,
            grant,
        })
    }
}

/// What a token endpoint answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenResponse {
    /// The ID token, from OpenID Connect providers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The access token.
    pub access_token: String,
    /// The refresh token, where one is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// How long the access token lives, in seconds.
    pub expires_in: i64,
    /// `Bearer`.
    pub token_type: String,
    /// What was granted, where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// The `Authorization` header of an app that shows its secret (RFC 6749 section 2.3.1).
pub fn basic_header(client_id: &str, client_secret: &str) -> String {
    let pair = format!(
        "{}:{}",
        percent_encode(client_id),
        percent_encode(client_secret)
    );
    format!("Basic {}", base64(pair.as_bytes()))
}

/// The app and its secret in that header; nothing when there is no such header.
pub fn parse_basic(request: &Request) -> Result<Option<(String, String)>, OAuthError> {
    let wrong = OAuthError::Authorization("Basic with client id and secret");
    let Some(encoded) = request
        .header("authorization")
        .and_then(|h| h.strip_prefix("Basic "))
    else {
        return Ok(None);
    };
    let pair = base64_decode(encoded.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = pair
        .as_deref()
        .and_then(|pair| pair.split_once(':'))
        .and_then(|(id, secret)| Some((percent_decode(id).ok()?, percent_decode(secret).ok()?)));
    decoded.map(Some).ok_or(wrong)
}

/// The token in a `Bearer` header.
pub fn bearer(request: &Request) -> Option<&str> {
    request
        .header("authorization")?
        .strip_prefix("Bearer ")
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::message::get;

    fn ask() -> AuthorizationRequest {
        AuthorizationRequest {
            client_id: "app".to_owned(),
            redirect_uri: "https://app.example/cb?x=1".to_owned(),
            scope: "openid email".to_owned(),
            state: Some("s t".to_owned()),
            nonce: Some("n".to_owned()),
            code_challenge: Some("c".to_owned()),
        }
    }

    fn query(url: &str) -> Form {
        Form::parse(url.split_once('?').unwrap().1).unwrap()
    }

    #[test]
    fn an_authorization_request_arrives_as_it_was_sent() {
        let url = ask().url("https://provider.example/authorize");
        assert!(url.starts_with("https://provider.example/authorize?response_type=code&client_id"));
        assert!(url.contains("redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1"));
        assert_eq!(AuthorizationRequest::parse(&query(&url)), Ok(ask()));
    }

    #[test]
    fn unsafe_and_ambiguous_authorization_requests_are_refused() {
        let with = |name: &str, value: &str| {
            let mut form = query(&ask().url("https://provider.example/authorize"));
            form.set(name, value);
            AuthorizationRequest::parse(&form)
        };
        assert!(matches!(
            with("response_type", "token"),
            Err(OAuthError::Unsupported { .. })
        ));
        assert!(matches!(
            with("code_challenge_method", "plain"),
            Err(OAuthError::Unsupported { .. })
        ));
        let mut twice = query(&ask().url("https://provider.example/authorize"));
        twice.append("redirect_uri", "https://evil.example/");
        let error = AuthorizationRequest::parse(&twice);
        assert_eq!(error, Err(OAuthError::Repeated("redirect_uri")));
        twice.remove("redirect_uri");
        let error = AuthorizationRequest::parse(&twice);
        assert_eq!(error, Err(OAuthError::Missing("redirect_uri")));
        twice.remove("code_challenge_method");
        assert!(AuthorizationRequest::parse(&twice).is_err());
    }

    #[test]
    fn answers_arrive_as_they_were_sent_and_keep_the_state() {
        let code = AuthorizationAnswer::Code {
            code: "a/b".to_owned(),
            state: Some("s".to_owned()),
        };
        let denied = AuthorizationAnswer::refused(ErrorCode::AccessDenied, "said no", Some("s"));
        for answer in [code, denied] {
            let url = answer.url("https://app.example/cb?x=1");
            assert!(url.starts_with("https://app.example/cb?x=1&"), "{url}");
            assert_eq!(AuthorizationAnswer::parse(&query(&url)), Ok(answer));
        }
        assert_eq!(
            AuthorizationAnswer::parse(&Form::new()),
            Err(OAuthError::Missing("code"))
        );
    }

    #[test]
    fn every_grant_arrives_as_it_was_handed_in() {
        let grants = [
            Grant::AuthorizationCode {
                code: "c".to_owned(),
                redirect_uri: "https://app.example/cb".to_owned(),
                code_verifier: Some("v".to_owned()),
            },
            Grant::RefreshToken {
                refresh_token: "r".to_owned(),
            },
            Grant::ClientCredentials {
                scope: "s".to_owned(),
            },
        ];
        for grant in grants {
            let client_id = Some("app".to_owned());
            let request = TokenRequest {
                client_id,
                client_secret: None,
                grant,
            };
            let form = Form::parse(&request.to_form().encode()).unwrap();
            assert_eq!(TokenRequest::parse(&form), Ok(request));
        }
        let password = Form::new().with("grant_type", "password");
        assert!(matches!(
            TokenRequest::parse(&password),
            Err(OAuthError::Unsupported { .. })
        ));
    }

    #[test]
    fn a_client_secret_with_odd_characters_survives_the_header() {
        let mut request = get("https://provider.example/token").unwrap();
        assert_eq!(parse_basic(&request), Ok(None));
        request
            .set_header("authorization", &basic_header("app", "s:e%c r"))
            .unwrap();
        let expected = Some(("app".to_owned(), "s:e%c r".to_owned()));
        assert_eq!(parse_basic(&request), Ok(expected));
        request.set_header("authorization", "Basic !").unwrap();
        assert!(matches!(
            parse_basic(&request),
            Err(OAuthError::Authorization(_))
        ));
        request.set_header("authorization", "Bearer abc").unwrap();
        assert_eq!(bearer(&request), Some("abc"));
    }
}
