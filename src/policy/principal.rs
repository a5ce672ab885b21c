//! Who asks, and who a policy means by its `Principal`.
//!
//! A session is not its role: a grant to the session's own ARN counts for more than a grant to
//! the role, and a grant to the whole account only hands the question to that account. Matching
//! therefore answers with the [`Grant`] a policy's principal makes, not with yes or no.

use serde::{Deserialize, Serialize};

use super::error::did_you_mean;
use super::pattern::ARN_PARTS;

/// Who makes a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Principal {
    /// An IAM user with long-term keys.
    User {
        /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`
        arn: String,
    },
    /// A session of a role, however the role was assumed.
    RoleSession {
        /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`
        role_arn: String,
        /// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`
        session_arn: String,
        /// The identity provider the session came through, if it did:
        /// `cognito-identity.amazonaws.com`, or the ARN of an OIDC or SAML provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
    },
    /// A session from `GetFederationToken`.
    FederatedUser {
        /// `arn:aws:sts::ACCOUNT:federated-user/NAME`
        arn: String,
    },
    /// Somebody with a web identity token who is not anyone in AWS yet.
    WebIdentity {
        /// `cognito-identity.amazonaws.com`, or the ARN of an OIDC provider.
        provider: String,
    },
    /// Somebody with a SAML assertion who is not anyone in AWS yet.
    Saml {
        /// The ARN of a SAML provider.
        provider: String,
    },
    /// An AWS service acting for itself.
    Service {
        /// Its name, such as `cognito-sync.amazonaws.com`.
        name: String,
    },
    /// The root user of an account.
    Root {
        /// The account's twelve digits.
        account: String,
    },
    /// Nobody in particular: an unsigned request.
    Anonymous,
}

/// Providers that a web identity names by host instead of by an ARN.
const WEB_IDENTITY_HOSTS: [&str; 4] = [
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "accounts.google.com",
    "www.amazon.com",
];

impl Principal {
    /// A role's session, from the role's ARN and the session's name.
    #[must_use]
    pub fn role_session(role_arn: &str, session_name: &str) -> Self {
        let account = arn_part(role_arn, 4).unwrap_or("");
        let partition = arn_part(role_arn, 1).unwrap_or("aws");
        let role = role_arn.rsplit('/').next().unwrap_or("");
        Self::RoleSession {
            role_arn: role_arn.to_owned(),
            session_arn: format!(
                "arn:{partition}:sts::{account}:assumed-role/{role}/{session_name}"
            ),
            provider: None,
        }
    }

    /// The account the principal belongs to; none for the public, services and identities that
    /// have not been exchanged for credentials yet.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::User { arn } | Self::FederatedUser { arn } => arn_part(arn, 4),
            Self::RoleSession { session_arn, .. } => arn_part(session_arn, 4),
            Self::Root { account } => Some(account),
            Self::WebIdentity { .. }
            | Self::Saml { .. }
            | Self::Service { .. }
            | Self::Anonymous => None,
        }
    }

    /// The name AWS prints after `User:`.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::User { arn } | Self::FederatedUser { arn } => arn.clone(),
            Self::RoleSession { session_arn, .. } => session_arn.clone(),
            Self::WebIdentity { provider } | Self::Saml { provider } => provider.clone(),
            Self::Service { name } => name.clone(),
            Self::Root { account } => format!("arn:aws:iam::{account}:root"),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }

    /// Every name a policy could know the principal by, for explanations.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = vec![self.display()];
        if let Self::RoleSession {
            role_arn, provider, ..
        } = self
        {
            names.push(role_arn.clone());
            names.extend(provider.clone());
        }
        if let (Some(account), false) = (self.account(), matches!(self, Self::Root { .. })) {
            names.push(format!("arn:aws:iam::{account}:root"));
        }
        names
    }

    /// Reads a principal as people write one: an ARN, a provider, a service or `anonymous`.
    ///
    /// # Errors
    /// A sentence that says what is accepted.
    pub fn from_name(name: &str) -> Result<Self, String> {
        if name == "*" || name == "anonymous" {
            return Ok(Self::Anonymous);
        }
        if WEB_IDENTITY_HOSTS.contains(&name) {
            return Ok(Self::WebIdentity {
                provider: name.to_owned(),
            });
        }
        if is_account_id(name) {
            return Ok(Self::Root {
                account: name.to_owned(),
            });
        }
        if !name.starts_with("arn:") {
            if name.ends_with(".amazonaws.com") {
                return Ok(Self::Service {
                    name: name.to_owned(),
                });
            }
            return Err(format!(
                "`{name}` is no principal: give an ARN, a provider such as \
                 `cognito-identity.amazonaws.com`, a service such as `sns.amazonaws.com`, or \
                 `anonymous`"
            ));
        }
        Self::from_arn(name)
    }

    /// Reads a principal as a policy writes one: a type (`AWS`, `Federated`, `Service`) and a name.
    pub(crate) fn from_policy_form(kind: &str, name: &str) -> Option<Result<Self, String>> {
        let name_owned = name.to_owned();
        match kind {
            "AWS" => Some(Self::from_name(name)),
            "Service" => Some(Ok(Self::Service { name: name_owned })),
            "Federated" if name.contains(":saml-provider/") => Some(Ok(Self::Saml {
                provider: name_owned,
            })),
            "Federated" => Some(Ok(Self::WebIdentity {
                provider: name_owned,
            })),
            _ => None,
        }
    }

    fn from_arn(arn: &str) -> Result<Self, String> {
        let account = arn_part(arn, 4).unwrap_or("");
        let resource = arn_part(arn, 5).unwrap_or("");
        if !is_account_id(account) {
            return Err(format!("`{arn}` has no account id of twelve digits"));
        }
        if resource == "root" {
            return Ok(Self::Root {
                account: account.to_owned(),
            });
        }
        let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
        let arn = arn.to_owned();
        match kind {
            "user" => Ok(Self::User { arn }),
            "federated-user" => Ok(Self::FederatedUser { arn }),
            "oidc-provider" => Ok(Self::WebIdentity { provider: arn }),
            "saml-provider" => Ok(Self::Saml { provider: arn }),
            "assumed-role" if name.contains('/') => {
                let role = name.split('/').next().unwrap_or("");
                let partition = arn_part(&arn, 1).unwrap_or("aws");
                let role_arn = format!("arn:{partition}:iam::{account}:role/{role}");
                Ok(Self::RoleSession {
                    role_arn,
                    session_arn: arn,
                    provider: None,
                })
            }
            // A role's own ARN stands for any session of it.
            "role" if !name.is_empty() => Ok(Self::RoleSession {
                role_arn: arn.clone(),
                session_arn: arn,
                provider: None,
            }),
            _ => Err(format!(
                "`{arn}` names no principal: its last part begins with user/, role/, assumed-role/, \
                 federated-user/, oidc-provider/ or saml-provider/, or is root"
            )),
        }
    }
}

/// One colon-separated part of an ARN, counted from 0.
pub(crate) fn arn_part(arn: &str, part: usize) -> Option<&str> {
    arn.splitn(ARN_PARTS, ':').nth(part)
}

/// Whether the text is twelve digits.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// What naming a principal gives it, weakest first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The whole account is named: its own policies decide who in it may.
    Account,
    /// The role or the provider is named: no identity-based policy is needed, but a boundary and
    /// a session policy still limit the session.
    Role,
    /// The principal itself is named: within the account nothing else needs to allow.
    Direct,
}

/// A `Principal` or `NotPrincipal` element.
#[derive(Clone, Debug)]
pub(crate) struct PrincipalElement {
    /// Whether it is `NotPrincipal`.
    pub negated: bool,
    /// Who it names.
    pub entries: Vec<PrincipalEntry>,
}

/// One principal a policy names.
#[derive(Clone, Debug)]
pub(crate) struct PrincipalEntry {
    /// The text of the policy.
    pub source: String,
    /// What it means.
    pub means: Named,
}

/// What a principal's text means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Named {
    /// `"*"`
    Anyone,
    /// `{"AWS": "*"}`
    AnyAws,
    /// An account, by number or by its root ARN.
    Account(String),
    /// One user, role, role session or federated user, by ARN (or by unique id).
    Arn,
    /// An identity provider.
    Federated,
    /// A service.
    Service,
    /// An S3 canonical user; no modelled principal has such an id.
    Canonical,
}

impl PrincipalElement {
    /// What the element gives the principal, if it means it at all.
    pub(crate) fn grant(&self, principal: &Principal) -> Option<Grant> {
        if self.negated {
            return (!self.exempts(principal)).then_some(Grant::Direct);
        }
        self.entries
            .iter()
            .filter_map(|entry| entry.grant(principal))
            .max()
    }

    /// Whether `NotPrincipal` leaves the principal out. A session is left out only when both it
    /// and its role are listed; listing the account leaves out no more than its root user.
    fn exempts(&self, principal: &Principal) -> bool {
        let listed = |arn: &str| self.entries.iter().any(|e| e.source == arn);
        let wildcard = self
            .entries
            .iter()
            .any(|e| e.grant(principal).is_some() && e.is_wild());
        wildcard
            || match principal {
                Principal::RoleSession {
                    role_arn,
                    session_arn,
                    ..
                } => listed(role_arn) && listed(session_arn),
                Principal::User { arn } | Principal::FederatedUser { arn } => listed(arn),
                other => self
                    .entries
                    .iter()
                    .any(|entry| entry.grant(other).is_some()),
            }
    }
}

impl PrincipalEntry {
    fn is_wild(&self) -> bool {
        matches!(self.means, Named::Anyone | Named::AnyAws)
    }

    /// What this entry gives the principal.
    pub(crate) fn grant(&self, principal: &Principal) -> Option<Grant> {
        match (&self.means, principal) {
            (Named::Anyone, _) => Some(Grant::Direct),
            (
                Named::AnyAws,
                Principal::WebIdentity { .. } | Principal::Saml { .. } | Principal::Service { .. },
            ) => None,
            (Named::AnyAws, _) => Some(Grant::Direct),
            (Named::Account(id), Principal::Root { account }) => {
                (id == account).then_some(Grant::Direct)
            }
            (Named::Account(id), other) => (other.account() == Some(id)).then_some(Grant::Account),
            (Named::Arn, Principal::User { arn } | Principal::FederatedUser { arn }) => {
                (self.source == *arn).then_some(Grant::Direct)
            }
            (
                Named::Arn,
                Principal::RoleSession {
                    role_arn,
                    session_arn,
                    ..
                },
            ) => {
                let role = (self.source == *role_arn).then_some(Grant::Role);
                role.or((self.source == *session_arn).then_some(Grant::Direct))
            }
            (
                Named::Federated,
                Principal::WebIdentity { provider } | Principal::Saml { provider },
            ) => (self.source == *provider).then_some(Grant::Direct),
            (
                Named::Federated,
                Principal::RoleSession {
                    provider: Some(provider),
                    ..
                },
            ) => (self.source == *provider).then_some(Grant::Role),
            (Named::Service, Principal::Service { name }) => {
                (self.source == *name).then_some(Grant::Direct)
            }
            _ => None,
        }
    }

    /// Reads one principal of the given type, or says what the type accepts.
    pub(crate) fn parse(kind: &str, text: &str) -> Result<Self, (String, Option<String>)> {
        let means = match kind {
            "AWS" => Self::parse_aws(text)?,
            "Federated" if text.contains('*') || text.contains('?') => {
                return Err(("a federated principal takes no wildcard".to_owned(), None));
            }
            "Federated" => Named::Federated,
            "Service" if text.contains('.') && !text.contains('*') => Named::Service,
            "Service" => {
                return Err((
                    format!("`{text}` is not the name of a service"),
                    Some("write it as in `lambda.amazonaws.com`".to_owned()),
                ));
            }
            _ => Named::Canonical,
        };
        Ok(Self {
            source: text.to_owned(),
            means,
        })
    }

    fn parse_aws(text: &str) -> Result<Named, (String, Option<String>)> {
        if text == "*" {
            return Ok(Named::AnyAws);
        }
        if is_account_id(text) {
            return Ok(Named::Account(text.to_owned()));
        }
        if text.contains('*') || text.contains('?') {
            return Err((
                format!("`{text}` has a wildcard, which a principal's ARN may not have"),
                Some("name one principal, or `*` with an aws:PrincipalArn condition".to_owned()),
            ));
        }
        let unique_id = (text.starts_with("AIDA") || text.starts_with("AROA"))
            && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if unique_id {
            return Ok(Named::Arn);
        }
        let service = arn_part(text, 2).unwrap_or("");
        let account = arn_part(text, 4).unwrap_or("");
        let resource = arn_part(text, 5).unwrap_or("");
        let shape = text.starts_with("arn:") && matches!(service, "iam" | "sts");
        if !shape || !is_account_id(account) {
            return Err((
                format!("`{text}` is not an AWS principal"),
                Some("an account id, or the ARN of a user, role, role session or root".to_owned()),
            ));
        }
        let kind = resource.split('/').next().unwrap_or("");
        match kind {
            "root" => Ok(Named::Account(account.to_owned())),
            "user" | "role" | "assumed-role" | "federated-user" => Ok(Named::Arn),
            "oidc-provider" | "saml-provider" => Err((
                "an identity provider is not a principal of type AWS".to_owned(),
                Some("put it under `Federated`".to_owned()),
            )),
            other => Err((
                format!("`{other}` is not a kind of principal"),
                did_you_mean(
                    other,
                    ["root", "user", "role", "assumed-role", "federated-user"],
                ),
            )),
        }
    }
}
