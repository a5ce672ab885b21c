//! How a world sets APIs up.

use crate::cloud::ledger::ActorId;
use crate::cloud::{Cloud, REGION};

/// What every API's host ends with, behind its id.
pub(super) const HOST_SUFFIX: &str = "execute-api.us-east-1.amazonaws.com";
/// The stage of an HTTP API that needs no name in the path.
pub const DEFAULT_STAGE: &str = "$default";
/// Characters of an API's id.
const ID_CHARS: usize = 10;
const ID_ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
/// The most methods of an API. API Gateway takes 300 resources.
const MAX_METHODS: usize = 300;

/// The two sorts of API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiKind {
    /// A REST API
    #[default]
    Rest,
    /// An HTTP API
    Http,
}

/// Who may call a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// Anybody
    None,
    /// REST: whoever has a token of these user pools. Without scopes the ID token, with scopes an
    /// access token that carries one of them
    CognitoUserPools {
        /// User pool ids
        pools: Vec<String>,
        /// OAuth scopes, one of which the token must carry
        scopes: Vec<String>,
    },
    /// HTTP: whoever has a token of this issuer for one of these audiences
    Jwt {
        /// `iss`
        issuer: String,
        /// `aud`, or `client_id` where a token has no `aud`
        audiences: Vec<String>,
        /// Scopes, one of which the token must carry
        scopes: Vec<String>,
    },
    /// Whoever may `execute-api:Invoke` the method
    AwsIam,
}

impl Authorization {
    pub(super) fn in_words(&self) -> String {
        let scoped = |scopes: &[String]| match scopes {
            [] => "any scope".to_owned(),
            scopes => format!("scope {}", scopes.join(" or ")),
        };
        match self {
            Self::None => "open to anybody".to_owned(),
            Self::CognitoUserPools { pools, scopes } if scopes.is_empty() => {
                format!("ID tokens of {}", pools.join(", "))
            }
            Self::CognitoUserPools { pools, scopes } => {
                format!("access tokens of {}, {}", pools.join(", "), scoped(scopes))
            }
            Self::Jwt { issuer, scopes, .. } => format!("JWTs of {issuer}, {}", scoped(scopes)),
            Self::AwsIam => "signed with AWS credentials".to_owned(),
        }
    }
}

/// A method of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// `GET`, or `ANY`
    pub verb: String,
    /// `/photos`
    pub path: String,
    /// Who may call it
    pub authorization: Authorization,
    /// The function that answers, by ARN
    pub function_arn: String,
}

/// An API with one stage.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Who answers for it on the stage
    pub actor: ActorId,
    /// Its id; generated where none is given
    pub id: Option<String>,
    /// Its account
    pub account: String,
    /// What sort it is
    pub kind: ApiKind,
    /// Its stage: `prod`, or [`DEFAULT_STAGE`]
    pub stage: String,
    /// Its methods
    pub methods: Vec<Method>,
}

/// Why an API cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The id is taken
    #[error("there is already an API {0}")]
    Exists(String),
    /// The sort of API has no such authorizer
    #[error("{0} cannot ask for this: user pools belong to REST APIs, JWTs to HTTP APIs")]
    Authorization(String),
    /// Too many
    #[error("an API takes {MAX_METHODS} methods, this one has {0}")]
    TooManyMethods(usize),
}

/// An API and its id.
#[derive(Clone, Debug)]
pub(super) struct Api {
    pub id: String,
    pub config: ApiConfig,
}

impl Api {
    /// The ARN of a method, on which `execute-api:Invoke` is asked and which is the source of
    /// the function's invocation.
    pub fn method_arn(&self, verb: &str, path: &str) -> String {
        let (account, stage) = (&self.config.account, &self.config.stage);
        let path = path.trim_start_matches('/');
        format!(
            "arn:aws:execute-api:{REGION}:{account}:{}/{stage}/{verb}/{path}",
            self.id
        )
    }
}

/// Adds an API and returns its id.
pub fn add_api(cloud: &mut Cloud, config: ApiConfig) -> Result<String, SetupError> {
    let stream = format!("api-gateway/{}/id", config.actor);
    let generated = || cloud.fixed(&stream).from_alphabet(ID_ALPHABET, ID_CHARS);
    let id = config.id.clone().unwrap_or_else(generated);
    if cloud.api_gateway.apis.contains_key(&id) {
        return Err(SetupError::Exists(id));
    }
    if config.methods.len() > MAX_METHODS {
        return Err(SetupError::TooManyMethods(config.methods.len()));
    }
    for method in &config.methods {
        let foreign = matches!(
            (config.kind, &method.authorization),
            (ApiKind::Rest, Authorization::Jwt { .. })
                | (ApiKind::Http, Authorization::CognitoUserPools { .. })
        );
        if foreign {
            let name = format!("{} {}", method.verb, method.path);
            return Err(SetupError::Authorization(name));
        }
    }
    let api = Api {
        id: id.clone(),
        config,
    };
    cloud.api_gateway.apis.insert(id.clone(), api);
    Ok(id)
}

/// Where an API answers: `https://ID.execute-api.us-east-1.amazonaws.com/STAGE`, without a
/// slash at the end.
pub fn endpoint(cloud: &Cloud, actor: &ActorId) -> Option<String> {
    let mut apis = cloud.api_gateway.apis.values();
    let api = apis.find(|api| api.config.actor == *actor)?;
    let stage = match api.config.stage.as_str() {
        DEFAULT_STAGE => String::new(),
        stage => format!("/{stage}"),
    };
    Some(format!("https://{}.{HOST_SUFFIX}{stage}", api.id))
}

/// The pattern that lets an API invoke a function from any of its methods.
pub fn invocation_source(account: &str, api_id: &str) -> String {
    format!("arn:aws:execute-api:{REGION}:{account}:{api_id}/*")
}
