//! Which role an identity gets: the pool's default for guests and for users, or what the
//! provider's role mapping makes of the claims.

use serde_json::{Map, Value};

use super::config::{AmbiguousRoleResolution, IdentityPool, MappingKind, MappingRule, MatchType};
use super::logins::VerifiedLogin;

/// The claim with all roles of a user's groups.
const ROLES_CLAIM: &str = "cognito:roles";
/// The claim with the role of the group that comes first.
const PREFERRED_ROLE_CLAIM: &str = "cognito:preferred_role";

/// A role and why it is this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its ARN
    pub role_arn: String,
    /// The reason, in a few words
    pub reason: String,
}

/// Why there is no role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRole {
    /// The pool has none for this case
    NotConfigured(String),
    /// The mapping refuses
    Denied(String),
}

/// Chooses the role for a guest, or for the first of these logins that has a mapping.
pub fn choose(
    pool: &IdentityPool,
    logins: &[VerifiedLogin],
    custom: Option<&str>,
) -> Result<Choice, NoRole> {
    let Some(first) = logins.first() else {
        return default_role(
            &pool.config.roles.unauthenticated,
            "the pool's role for guests",
        );
    };
    let mapped = logins
        .iter()
        .find(|login| pool.config.role_mappings.contains_key(&login.mapping_key));
    let login = mapped.unwrap_or(first);
    choose_for(pool, &login.mapping_key, &login.claims, custom)
}

fn choose_for(
    pool: &IdentityPool,
    mapping_key: &str,
    claims: &Map<String, Value>,
    custom: Option<&str>,
) -> Result<Choice, NoRole> {
    let authenticated = |reason: &str| default_role(&pool.config.roles.authenticated, reason);
    let Some(mapping) = pool.config.role_mappings.get(mapping_key) else {
        return match custom {
            None => authenticated("the pool's role for users; no role mapping"),
            Some(custom) => Err(NoRole::Denied(format!(
                "{custom} was asked for, but there is no role mapping"
            ))),
        };
    };
    let found = match &mapping.kind {
        MappingKind::Token => by_token(claims, custom),
        MappingKind::Rules(rules) => by_rules(rules, claims, custom),
    };
    match found {
        Found::Role(choice) => Ok(choice),
        Found::Refused(why) => Err(NoRole::Denied(why)),
        Found::Undecided(why) => match mapping.ambiguous {
            AmbiguousRoleResolution::AuthenticatedRole => {
                authenticated(&format!("the pool's role for users: {why}"))
            }
            AmbiguousRoleResolution::Deny => {
                Err(NoRole::Denied(format!("{why}, and the mapping says Deny")))
            }
        },
    }
}

fn default_role(arn: &Option<String>, reason: &str) -> Result<Choice, NoRole> {
    match arn {
        Some(arn) => Ok(Choice {
            role_arn: arn.clone(),
            reason: reason.to_owned(),
        }),
        None => Err(NoRole::NotConfigured(format!("{reason}: none is set"))),
    }
}

/// What a mapping makes of the claims.
enum Found {
    Role(Choice),
    Undecided(String),
    Refused(String),
}

fn role(arn: &str, reason: String) -> Found {
    Found::Role(Choice {
        role_arn: arn.to_owned(),
        reason,
    })
}

fn by_token(claims: &Map<String, Value>, custom: Option<&str>) -> Found {
    let roles = texts(claims.get(ROLES_CLAIM));
    if let Some(custom) = custom {
        return if roles.contains(&custom) {
            role(custom, format!("CustomRoleArn is among {ROLES_CLAIM}"))
        } else {
            Found::Refused(format!("CustomRoleArn {custom} is not among {ROLES_CLAIM}"))
        };
    }
    if let Some(Value::String(preferred)) = claims.get(PREFERRED_ROLE_CLAIM) {
        return role(preferred, format!("{PREFERRED_ROLE_CLAIM} in the token"));
    }
    Found::Undecided(match roles.len() {
        0 => "the token names no role".to_owned(),
        count => format!("the token names {count} roles and prefers none"),
    })
}

fn by_rules(rules: &[MappingRule], claims: &Map<String, Value>, custom: Option<&str>) -> Found {
    let mut matching = rules.iter().filter(|rule| matches(rule, claims));
    let reason = |rule: &MappingRule| {
        format!(
            "rule: {} {} {}",
            rule.claim,
            rule.match_type.name(),
            rule.value
        )
    };
    match custom {
        Some(custom) => match matching.find(|rule| rule.role_arn == custom) {
            Some(rule) => role(custom, reason(rule)),
            None => Found::Refused(format!("no rule that matches gives CustomRoleArn {custom}")),
        },
        None => match matching.next() {
            Some(rule) => role(&rule.role_arn, reason(rule)),
            None => Found::Undecided("no rule matches".to_owned()),
        },
    }
}

/// A rule about a claim that is not there is not evaluated, not even NotEqual.
fn matches(rule: &MappingRule, claims: &Map<String, Value>) -> bool {
    let Some(claim) = claims.get(&rule.claim).and_then(as_text) else {
        return false;
    };
    match rule.match_type {
        MatchType::Equals => claim == rule.value,
        MatchType::Contains => claim.contains(&rule.value),
        MatchType::StartsWith => claim.starts_with(&rule.value),
        MatchType::NotEqual => claim != rule.value,
    }
}

/// A claim as the text that rules and tags see. A list is its words in brackets, as its JSON.
pub fn as_text(claim: &Value) -> Option<String> {
    match claim {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn texts(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::config::{IdentityPoolConfig, RoleMapping};
    use super::super::identities::LinkedLogin;
    use super::*;
    use crate::cloud::ledger::ActorId;

    const KEY: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_x:app";

    fn pool(kind: Option<MappingKind>, ambiguous: AmbiguousRoleResolution) -> IdentityPool {
        let mut config = IdentityPoolConfig::new(ActorId::new("pool"), "pool", "111122223333");
        config.roles.authenticated = Some("arn:user".into());
        config.roles.unauthenticated = Some("arn:guest".into());
        if let Some(kind) = kind {
            config
                .role_mappings
                .insert(KEY.into(), RoleMapping { kind, ambiguous });
        }
        IdentityPool {
            id: "us-east-1:1".into(),
            config,
        }
    }

    fn login(claims: Value) -> VerifiedLogin {
        let Value::Object(claims) = claims else {
            panic!("claims are an object")
        };
        VerifiedLogin {
            login: LinkedLogin {
                provider: "p".into(),
                subject: "s".into(),
            },
            mapping_key: KEY.into(),
            claims,
            method: None,
            artifact: None,
            subject_field: "claims.sub",
        }
    }

    fn arn(found: Result<Choice, NoRole>) -> String {
        match found {
            Ok(choice) => choice.role_arn,
            Err(NoRole::Denied(_)) => "denied".into(),
            Err(NoRole::NotConfigured(_)) => "not configured".into(),
        }
    }

    fn by_token(claims: Value, ambiguous: AmbiguousRoleResolution, custom: Option<&str>) -> String {
        arn(choose(
            &pool(Some(MappingKind::Token), ambiguous),
            &[login(claims)],
            custom,
        ))
    }

    fn rule(match_type: MatchType, value: &str, role_arn: &str) -> MappingRule {
        let (claim, value) = ("dept".to_owned(), value.to_owned());
        MappingRule {
            claim,
            match_type,
            value,
            role_arn: role_arn.into(),
        }
    }

    fn by_rules(rules: Vec<MappingRule>, claims: Value, custom: Option<&str>) -> String {
        let pool = pool(
            Some(MappingKind::Rules(rules)),
            AmbiguousRoleResolution::Deny,
        );
        arn(choose(&pool, &[login(claims)], custom))
    }

    use AmbiguousRoleResolution::{AuthenticatedRole, Deny};

    #[test]
    fn guests_and_users_without_a_mapping_get_the_pools_roles() {
        assert_eq!(arn(choose(&pool(None, Deny), &[], None)), "arn:guest");
        assert_eq!(
            arn(choose(&pool(None, Deny), &[login(json!({}))], None)),
            "arn:user"
        );
        let mut bare = pool(None, Deny);
        bare.config.roles.unauthenticated = None;
        assert_eq!(arn(choose(&bare, &[], None)), "not configured");
    }

    #[test]
    fn the_token_names_the_role() {
        let claims =
            json!({"cognito:roles": ["arn:a", "arn:b"], "cognito:preferred_role": "arn:a"});
        assert_eq!(by_token(claims.clone(), Deny, None), "arn:a");
        assert_eq!(by_token(claims.clone(), Deny, Some("arn:b")), "arn:b");
        assert_eq!(by_token(claims, AuthenticatedRole, Some("arn:c")), "denied");
    }

    #[test]
    fn roles_without_a_preferred_one_are_ambiguous() {
        let claims = json!({"cognito:roles": ["arn:a", "arn:b"]});
        assert_eq!(by_token(claims.clone(), Deny, None), "denied");
        assert_eq!(by_token(claims, AuthenticatedRole, None), "arn:user");
        assert_eq!(by_token(json!({}), AuthenticatedRole, None), "arn:user");
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let rules = vec![
            rule(MatchType::Equals, "sales", "arn:equals"),
            rule(MatchType::StartsWith, "sal", "arn:starts"),
            rule(MatchType::Contains, "al", "arn:contains"),
            rule(MatchType::NotEqual, "hr", "arn:not"),
        ];
        let role = |dept: &str| by_rules(rules.clone(), json!({"dept": dept}), None);
        assert_eq!(role("sales"), "arn:equals");
        assert_eq!(role("salt"), "arn:starts");
        assert_eq!(role("legal"), "arn:contains");
        assert_eq!(role("it"), "arn:not");
        assert_eq!(role("hr"), "denied");
        assert_eq!(
            by_rules(rules, json!({"dept": "sales"}), Some("arn:not")),
            "arn:not"
        );
    }

    #[test]
    fn a_rule_about_an_absent_claim_is_not_evaluated() {
        let rules = vec![rule(MatchType::NotEqual, "hr", "arn:not")];
        assert_eq!(by_rules(rules, json!({}), None), "denied");
    }

    #[test]
    fn an_asterisk_in_a_rule_is_just_an_asterisk() {
        let rules = vec![rule(MatchType::Equals, "*", "arn:any")];
        assert_eq!(by_rules(rules, json!({"dept": "sales"}), None), "denied");
    }
}
