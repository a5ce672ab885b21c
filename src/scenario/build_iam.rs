//! Roles, users and organisations of a world, set up in a cloud.

use super::build::{Builder, WorldError};
use super::world_file::RolePolicy;
use crate::cloud::iam::{self, Role};
use crate::cloud::ledger::ActorId;
use crate::policy::{NamedPolicy, Policy, PolicyError, PolicyKind};
use crate::protocol::encoding::BASE32_ALPHABET;
use crate::protocol::time::Span;

/// Characters of a role id behind `AROA`.
const ROLE_ID_CHARS: usize = 17;
/// The longest session of a role that says nothing.
const DEFAULT_SESSION: Span = Span::from_hours(1);

/// What AWS attaches to every account of an organisation.
const FULL_ACCESS: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }]
}"#;

impl Builder<'_> {
    pub(super) fn roles(&mut self) -> Result<(), WorldError> {
        for role in &self.world.roles {
            self.at("roles", &role.id);
            let account = self.account(&role.account);
            let arn = format!("arn:aws:iam::{account}:role/{}", role.id);
            let stream = format!("iam/role/{}/id", role.id);
            let mut draw = self.cloud.fixed(&stream);
            let role_id = format!("AROA{}", draw.from_alphabet(BASE32_ALPHABET, ROLE_ID_CHARS));
            let trust = Policy::parse(PolicyKind::Trust, &role.trust)?;
            self.cloud.iam.put_role(Role {
                arn: arn.clone(),
                name: role.id.clone(),
                account,
                role_id,
                trust: NamedPolicy::new(format!("{} trust policy", role.id), trust),
                policies: identity_policies(&role.policies)?,
                boundary: boundary(&role.id, role.boundary.as_deref())?,
                max_session: role.max_session.map_or(DEFAULT_SESSION, |span| span.0),
            });
            self.names.roles.insert(role.id.clone(), arn);
        }
        Ok(())
    }

    /// What organisations let accounts do at most: beside what AWS attaches, or in its place.
    pub(super) fn service_control_policies(&mut self) -> Result<(), WorldError> {
        let accounts: Vec<String> = match self.world.accounts.as_slice() {
            [] => vec![self.names.account.clone()],
            accounts => accounts.iter().map(|it| it.id.clone()).collect(),
        };
        for account in accounts {
            let mut level = Vec::new();
            let mut full_access = true;
            for limit in &self.world.service_control_policies {
                self.at("service_control_policies", &limit.id);
                if limit.account.as_ref().is_none_or(|it| *it == account) {
                    let policy = Policy::parse(PolicyKind::ServiceControl, &limit.json)?;
                    level.push(NamedPolicy::new(limit.id.as_str(), policy));
                    full_access &= !limit.only;
                }
            }
            if level.is_empty() {
                continue;
            }
            if full_access {
                let policy = Policy::parse(PolicyKind::ServiceControl, FULL_ACCESS)?;
                level.push(NamedPolicy::new("FullAWSAccess", policy));
            }
            self.cloud.iam.set_service_control(&account, vec![level]);
        }
        Ok(())
    }

    /// IAM users, with a key in the hands of whoever has it.
    pub(super) fn iam_users(&mut self) -> Result<(), WorldError> {
        for user in &self.world.iam_users {
            self.at("iam_users", &user.id);
            let config = iam::UserConfig {
                name: user.id.clone(),
                account: self.account(&user.account),
                policies: identity_policies(&user.policies)?,
                boundary: boundary(&user.id, user.boundary.as_deref())?,
            };
            let arn = iam::add_user(&mut self.cloud, config);
            if let Some(holder) = &user.key_in {
                let holder = ActorId::new(holder);
                iam::add_access_key(&mut self.cloud, &arn, Some(&holder));
            }
        }
        Ok(())
    }
}

fn identity_policies(policies: &[RolePolicy]) -> Result<Vec<NamedPolicy>, PolicyError> {
    let parsed = policies.iter().map(|policy| {
        let parsed = Policy::parse(PolicyKind::Identity, &policy.json)?;
        Ok(NamedPolicy::new(policy.id.as_str(), parsed))
    });
    parsed.collect()
}

fn boundary(of: &str, json: Option<&str>) -> Result<Option<NamedPolicy>, PolicyError> {
    let Some(json) = json else { return Ok(None) };
    let parsed = Policy::parse(PolicyKind::Boundary, json)?;
    Ok(Some(NamedPolicy::new(format!("{of} boundary"), parsed)))
}
