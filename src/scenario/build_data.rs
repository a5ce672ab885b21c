//! Buckets and tables of a world with what is in them, and the services that an account shows on the
//! stage.

use super::build::{Builder, WorldError};
use super::template::Template;
use super::world_file::{Attribute, Item};
use crate::cloud::dynamodb;
use crate::cloud::ledger::ActorKind;
use crate::cloud::s3::BucketConfig;
use crate::policy::{NamedPolicy, Policy, PolicyKind};

impl Builder<'_> {
    /// Services of an account stand on the stage where the world has something for them.
    pub(super) fn services(&mut self) {
        let accounts: Vec<String> = match self.world.accounts.as_slice() {
            [] => vec![self.names.account.clone()],
            accounts => accounts.iter().map(|account| account.id.clone()).collect(),
        };
        for account in accounts {
            let first = account == self.names.account;
            let id = |service: &str| {
                if first {
                    service.to_owned()
                } else {
                    format!("{service}/{account}")
                }
            };
            let in_account = |named: &Option<String>| self.account(named) == account;
            let has_roles = self
                .world
                .roles
                .iter()
                .any(|role| in_account(&role.account));
            let has_users = self
                .world
                .iam_users
                .iter()
                .any(|user| in_account(&user.account));
            let has_buckets = self
                .world
                .buckets
                .iter()
                .any(|bucket| in_account(&bucket.account));
            let has_tables = self
                .world
                .tables
                .iter()
                .any(|table| in_account(&table.account));
            let has_functions = self
                .world
                .functions
                .iter()
                .any(|function| in_account(&function.account));
            let has_push = self
                .world
                .platform_applications
                .iter()
                .any(|application| in_account(&application.account));
            let has_sync = self.world.sync.iter().any(|settings| {
                let mut pools = self.world.identity_pools.iter();
                pools.any(|pool| pool.id == settings.pool && in_account(&pool.account))
            });
            if has_roles || has_users {
                self.actor(&id("sts"), ActorKind::Sts, "STS + IAM", Some(&account));
            }
            if has_buckets {
                self.actor(&id("s3"), ActorKind::S3, "S3", Some(&account));
            }
            if has_tables {
                self.actor(
                    &id("dynamodb"),
                    ActorKind::DynamoDb,
                    "DynamoDB",
                    Some(&account),
                );
            }
            if has_functions {
                self.actor(&id("lambda"), ActorKind::Lambda, "Lambda", Some(&account));
            }
            if has_sync {
                self.actor(&id("sync"), ActorKind::Sync, "Cognito Sync", Some(&account));
            }
            if has_push {
                self.actor(&id("sns"), ActorKind::Sns, "SNS", Some(&account));
            }
        }
    }

    pub(super) fn buckets(&mut self) -> Result<(), WorldError> {
        for bucket in &self.world.buckets {
            self.at("buckets", &bucket.id);
            let policy = match &bucket.policy {
                Some(json) => {
                    let parsed = Policy::parse(PolicyKind::Resource, json)?;
                    Some(NamedPolicy::new(
                        format!("{} bucket policy", bucket.id),
                        parsed,
                    ))
                }
                None => None,
            };
            let account = self.account(&bucket.account);
            self.cloud.s3.add_bucket(BucketConfig {
                name: bucket.id.clone(),
                account,
                policy,
            })?;
            for object in &bucket.objects {
                let key = self.filled(&object.key)?;
                let body = object.text.clone().into_bytes();
                self.cloud
                    .put_initial_object(&bucket.id, &key, &object.media_type, body)?;
            }
        }
        Ok(())
    }

    pub(super) fn tables(&mut self) -> Result<(), WorldError> {
        for table in &self.world.tables {
            self.at("tables", &table.id);
            let account = self.account(&table.account);
            let key = |name: &String| dynamodb::KeyAttribute::text(name.clone());
            self.cloud.dynamodb.add_table(dynamodb::TableConfig {
                name: table.id.clone(),
                account: account.clone(),
                partition_key: key(&table.partition_key),
                sort_key: table.sort_key.as_ref().map(key),
            })?;
            for item in &table.items {
                let json = item_json(item, |template| self.filled(template))?;
                self.cloud
                    .dynamodb
                    .put_initial_item(&account, &table.id, &json)?;
            }
            self.names
                .partition_keys
                .insert(table.id.clone(), table.partition_key.clone());
        }
        Ok(())
    }
}

/// A row as DynamoDB's JSON.
pub fn item_json<E>(
    item: &Item,
    fill: impl Fn(&Template) -> Result<String, E>,
) -> Result<serde_json::Value, E> {
    let mut json = serde_json::Map::new();
    for (name, attribute) in item {
        let value = match attribute {
            Attribute::S(template) => serde_json::json!({ "S": fill(template)? }),
            Attribute::N(number) => serde_json::json!({ "N": number }),
            Attribute::BOOL(yes) => serde_json::json!({ "BOOL": yes }),
        };
        json.insert(name.clone(), value);
    }
    Ok(serde_json::Value::Object(json))
}
