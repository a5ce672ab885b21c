//! What SNS keeps, and how a world sets it up.

use std::collections::BTreeMap;

use crate::cloud::{Cloud, REGION};

/// The platforms that Cognito Sync can push to.
pub const PLATFORMS: [&str; 4] = ["APNS", "APNS_SANDBOX", "GCM", "ADM"];
/// The most endpoints, topics and subscriptions that are kept of each.
pub const MAX_ENTRIES: usize = 10_000;

/// An app registered with a push platform.
#[derive(Clone, Debug)]
pub(super) struct Application {
    pub platform: String,
    pub name: String,
}

/// A device behind an app.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub platform: String,
    pub application: String,
    pub token: String,
    pub enabled: bool,
    pub user_data: String,
}

/// Who gets what is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subscription {
    pub arn: String,
    pub protocol: String,
    pub endpoint: String,
}

/// Everything SNS keeps, by ARN.
#[derive(Clone, Debug, Default)]
pub struct Sns {
    pub(super) applications: BTreeMap<String, Application>,
    pub(super) endpoints: BTreeMap<String, Endpoint>,
    pub(super) topics: BTreeMap<String, Vec<Subscription>>,
}

impl Sns {
    /// Whether there is such a platform application.
    pub fn has_application(&self, arn: &str) -> bool {
        self.applications.contains_key(arn)
    }

    /// The platform in a platform application's ARN, if there is one.
    pub fn platform_of(&self, arn: &str) -> Option<&str> {
        self.applications.get(arn).map(|one| one.platform.as_str())
    }

    pub(super) fn describe(&self, account: &str) -> (String, Vec<(String, String)>) {
        let own = |arn: &&String| super::account_of(arn) == Some(account);
        let mut details = Vec::new();
        for (arn, one) in self.applications.iter().filter(|(arn, _)| own(arn)) {
            details.push((format!("{} app {}", one.platform, one.name), arn.clone()));
        }
        let endpoints: Vec<_> = self.endpoints.iter().filter(|(arn, _)| own(arn)).collect();
        for (arn, one) in &endpoints {
            let state = if one.enabled { "enabled" } else { "disabled" };
            let token = crate::cloud::aws::shorten(&one.token);
            details.push(((*arn).clone(), format!("{state}, device token {token}")));
        }
        for (arn, subscriptions) in self.topics.iter().filter(|(arn, _)| own(arn)) {
            let count = format!("{} subscriptions", subscriptions.len());
            details.push((arn.clone(), count));
        }
        let line = match endpoints.len() {
            0 => "no endpoints".to_owned(),
            1 => "1 endpoint".to_owned(),
            many => format!("{many} endpoints"),
        };
        (line, details)
    }
}

pub(super) fn application_arn(account: &str, platform: &str, name: &str) -> String {
    format!("arn:aws:sns:{REGION}:{account}:app/{platform}/{name}")
}

pub(super) fn topic_arn(account: &str, name: &str) -> String {
    format!("arn:aws:sns:{REGION}:{account}:{name}")
}

/// Registers an app with a push platform and returns its ARN.
pub fn add_platform_application(
    cloud: &mut Cloud,
    account: &str,
    platform: &str,
    name: &str,
) -> String {
    let arn = application_arn(account, platform, name);
    let application = Application {
        platform: platform.to_owned(),
        name: name.to_owned(),
    };
    cloud.sns.applications.insert(arn.clone(), application);
    arn
}

/// Adds a topic and returns its ARN.
pub fn add_topic(cloud: &mut Cloud, account: &str, name: &str) -> String {
    let arn = topic_arn(account, name);
    cloud.sns.topics.entry(arn.clone()).or_default();
    arn
}
