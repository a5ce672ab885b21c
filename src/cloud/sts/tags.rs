//! Session tags: what a request asks for, what a session keeps, and what goes on to the next role
//! of a chain.

use std::collections::BTreeMap;

use super::errors;
use crate::cloud::aws::AwsError;
use crate::policy::RequestContext;

/// The tags of a request.
#[derive(Clone, Debug, Default)]
pub struct SessionTags {
    /// Passed now
    pub passed: BTreeMap<String, String>,
    /// Passed now or inherited, and meant to go on
    pub transitive: BTreeMap<String, String>,
    /// Inherited from the calling session
    pub inherited: BTreeMap<String, String>,
}

impl SessionTags {
    /// Reads the tags of a request, made with a session that may hand tags on.
    pub fn read(
        tags: Vec<(String, String)>,
        transitive_keys: &[String],
        inherited: &BTreeMap<String, String>,
    ) -> Result<Self, AwsError> {
        let mut passed = BTreeMap::new();
        for (key, value) in tags {
            if has(&passed, &key) {
                return Err(errors::duplicate_tags());
            }
            if has(inherited, &key) {
                return Err(errors::inherited_tag());
            }
            passed.insert(key, value);
        }
        let mut transitive = inherited.clone();
        for key in transitive_keys {
            let found = passed.iter().find(|(known, _)| same(known, key));
            let (key, value) = found.ok_or_else(|| errors::transitive_without_tag(key))?;
            transitive.insert(key.clone(), value.clone());
        }
        Ok(Self {
            passed,
            transitive,
            inherited: inherited.clone(),
        })
    }

    /// Everything the session is tagged with.
    pub fn all(&self) -> BTreeMap<String, String> {
        let mut all = self.inherited.clone();
        all.extend(self.passed.clone());
        all
    }
}

/// Letter case does not tell tags apart.
fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn has(tags: &BTreeMap<String, String>, key: &str) -> bool {
    tags.keys().any(|known| same(known, key))
}

/// The condition keys of a request that passes these tags.
pub fn add_request_keys(context: &mut RequestContext, tags: &BTreeMap<String, String>) {
    if tags.is_empty() {
        return;
    }
    for (tag, value) in tags {
        context.set(format!("aws:RequestTag/{tag}"), value.clone());
    }
    let names: Vec<String> = tags.keys().cloned().collect();
    context.set("aws:TagKeys", names);
}

/// The condition keys of a session with these tags.
pub fn add_principal_keys(context: &mut RequestContext, tags: &BTreeMap<String, String>) {
    for (tag, value) in tags {
        context.set(format!("aws:PrincipalTag/{tag}"), value.clone());
    }
}
