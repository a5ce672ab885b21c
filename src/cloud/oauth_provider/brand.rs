//! What sets the brands of providers apart: addresses, the looks of their codes and tokens, how
//! long those live. The protocol is the same everywhere.

use std::collections::BTreeMap;

use crate::cloud::ledger::ActorKind;
use crate::cloud::services::Service;
use crate::protocol::jwks::discovery_url;
use crate::protocol::random::Stream;
use crate::protocol::time::Span;

/// Lower-case letters and digits.
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
/// The alphabet of opaque values; no character of it separates words anywhere.
const OPAQUE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A brand of provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brand {
    /// Google
    Google,
    /// Sign in with Apple. The real one posts its answer to the app (`form_post`) where name or
    /// e-mail address are asked for, and takes a signed JWT as the app's secret; here the answer
    /// is a redirect and the secret a text
    Apple,
    /// Login with Amazon: opaque tokens only
    Amazon,
    /// Any other OpenID Connect issuer
    Oidc,
}

/// A service of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// Where apps send browsers
    Authorize,
    /// Where the login form goes
    Login,
    /// Where codes are redeemed
    Token,
    /// The public keys
    Jwks,
    /// The discovery document
    Discovery,
    /// What an opaque token stands for
    TokenInfo,
    /// What an access token opens
    Profile,
    /// Where programs without a person get their token
    Workload,
}

impl Endpoint {
    /// The operation's name in the ledger.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Login => "login",
            Self::Token => "token",
            Self::Jwks => "jwks",
            Self::Discovery => "openid-configuration",
            Self::TokenInfo => "tokeninfo",
            Self::Profile => "user/profile",
            Self::Workload => "workload-token",
        }
    }
}

/// Addresses by what is there.
pub type Endpoints = BTreeMap<Endpoint, String>;

/// How an opaque value looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    prefix: &'static str,
    chars: usize,
}

impl Shape {
    /// A fresh value of this shape.
    pub fn draw(self, stream: &mut Stream) -> String {
        format!(
            "{}{}",
            self.prefix,
            stream.from_alphabet(OPAQUE, self.chars)
        )
    }
}

impl Brand {
    /// What stands on the stage.
    pub fn kind(self) -> ActorKind {
        match self {
            Self::Google => ActorKind::Google,
            Self::Apple => ActorKind::Apple,
            Self::Amazon => ActorKind::LoginWithAmazon,
            Self::Oidc => ActorKind::OidcProvider,
        }
    }

    pub(super) fn service(self) -> Service {
        match self {
            Self::Google => Service::Google,
            Self::Apple => Service::Apple,
            Self::Amazon => Service::LoginWithAmazon,
            Self::Oidc => Service::Oidc,
        }
    }

    /// Where the rules of its checks come from.
    pub(super) fn guide(self) -> &'static str {
        match self {
            Self::Google => "Google: OpenID Connect",
            Self::Apple => "Sign in with Apple REST API",
            Self::Amazon => "Login with Amazon: authorization code grant",
            Self::Oidc => "OpenID Connect Core section 3.1",
        }
    }

    /// What may be asked for.
    pub(super) fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Google | Self::Oidc => &["openid", "email", "profile"],
            Self::Apple => &["openid", "email", "name"],
            Self::Amazon => &["profile", "profile:user_id", "postal_code"],
        }
    }

    pub(super) fn response_types(self) -> &'static [&'static str] {
        match self {
            Self::Amazon => &["code", "token"],
            _ => &["code"],
        }
    }

    /// Whether these scopes bring an ID token.
    pub(super) fn gives_id_token(self, scopes: &[String]) -> bool {
        match self {
            Self::Apple => true,
            Self::Amazon => false,
            Self::Google | Self::Oidc => scopes.iter().any(|scope| scope == "openid"),
        }
    }

    /// Whether the profile's name is in the ID token. Apple tells it once, beside the token.
    pub(super) fn names_people(self, scopes: &[String]) -> bool {
        self != Self::Apple && scopes.iter().any(|scope| scope == "profile")
    }

    /// How long ID tokens live. Google's hour is documented; the others are Tokentrail's model.
    pub(super) fn id_token_life(self) -> Span {
        match self {
            Self::Apple => Span::from_days(1),
            _ => Span::from_hours(1),
        }
    }

    /// How an authorization code looks.
    pub(super) fn code(self) -> Shape {
        let (prefix, chars) = match self {
            Self::Google => ("4-0A", 70),
            Self::Apple => ("c", 60),
            Self::Amazon => ("AN", 18),
            Self::Oidc => ("", 43),
        };
        Shape { prefix, chars }
    }

    /// How an access token looks. Amazon's have 350 characters and more.
    pub(super) fn access_token(self) -> Shape {
        let (prefix, chars) = match self {
            Self::Google => ("ya29.a0A", 210),
            Self::Apple => ("a", 64),
            Self::Amazon => ("Atza|IwEB", 380),
            Self::Oidc => ("at_", 43),
        };
        Shape { prefix, chars }
    }

    /// The cookie of a browser that is signed in.
    pub(super) fn cookie(self) -> &'static str {
        match self {
            Self::Google => "SID",
            Self::Apple => "myacinfo",
            Self::Amazon => "session-token",
            Self::Oidc => "sid",
        }
    }

    /// The name of its signing key.
    pub(super) fn kid(self, stream: &mut Stream) -> String {
        match self {
            Self::Apple => stream.from_alphabet(OPAQUE, 10),
            _ => stream.hex(40),
        }
    }

    /// The id of a new app.
    pub(super) fn app_id(self, name: &str, stream: &mut Stream) -> String {
        match self {
            Self::Google => {
                let project = format!("9{}", stream.digits(11));
                google_app_id(&project, stream)
            }
            Self::Apple => format!("com.example.{}", slug(name)),
            Self::Amazon => format!("amzn1.application-oa2-client.{}", stream.hex(32)),
            Self::Oidc => stream.from_alphabet(LOWER, 20),
        }
    }

    /// The secret of a new app.
    pub(super) fn app_secret(self, stream: &mut Stream) -> String {
        match self {
            Self::Google => format!("GOCSPX-{}", stream.from_alphabet(OPAQUE, 28)),
            Self::Amazon => stream.hex(64),
            _ => stream.from_alphabet(OPAQUE, 40),
        }
    }

    /// The id of a new user.
    pub(super) fn user_id(self, stream: &mut Stream) -> String {
        match self {
            Self::Google => format!("1{}", stream.digits(20)),
            Self::Apple => {
                let (team, end) = (stream.digits(4), stream.digits(4));
                format!("00{team}.{}.{end}", stream.hex(32))
            }
            Self::Amazon => format!("amzn1.account.{}", stream.base32(28)),
            Self::Oidc => stream.uuid(),
        }
    }

    /// The addresses of an issuer of this brand.
    pub(super) fn endpoints(self, issuer: &str) -> Endpoints {
        use Endpoint::{Authorize, Discovery, Jwks, Login, Profile, Token, TokenInfo};
        let under = |path: &str| format!("{}{path}", issuer.trim_end_matches('/'));
        let list = match self {
            Self::Google => vec![
                (Authorize, under("/o/oauth2/v2/auth")),
                (Login, under("/signin/v2/challenge")),
                (Token, "https://oauth2.googleapis.com/token".to_owned()),
                (
                    Jwks,
                    "https://www.googleapis.com/oauth2/v3/certs".to_owned(),
                ),
                (Discovery, discovery_url(issuer)),
            ],
            Self::Apple => vec![
                (Authorize, under("/auth/authorize")),
                (Login, under("/auth/signin")),
                (Token, under("/auth/token")),
                (Jwks, under("/auth/keys")),
                (Discovery, discovery_url(issuer)),
            ],
            Self::Amazon => vec![
                (Authorize, under("/ap/oa")),
                (Login, under("/ap/signin")),
                (Token, "https://api.amazon.com/auth/o2/token".to_owned()),
                (
                    TokenInfo,
                    "https://api.amazon.com/auth/o2/tokeninfo".to_owned(),
                ),
                (Profile, "https://api.amazon.com/user/profile".to_owned()),
            ],
            Self::Oidc => vec![
                (Authorize, under("/authorize")),
                (Login, under("/login")),
                (Token, under("/token")),
                (Jwks, under("/.well-known/jwks")),
                (Discovery, discovery_url(issuer)),
            ],
        };
        list.into_iter().collect()
    }
}

/// The id of an app in a project of Google's: apps of one project know each other.
pub(super) fn google_app_id(project: &str, stream: &mut Stream) -> String {
    let unique = stream.from_alphabet(LOWER, 32);
    format!("{project}-{unique}.apps.googleusercontent.com")
}

fn slug(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}
