//! The resource that a request's path names, and what its method does to it.

use http::Method;

use crate::cloud::REGION;
use crate::protocol::form::percent_decode;

/// A resource: what of which identity of which pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The identity pool
    pub pool: String,
    /// The identity; empty where the pool itself is meant
    pub identity: String,
    /// The dataset; empty where none is meant
    pub dataset: String,
    /// The device; empty where none is meant
    pub device: String,
    what: What,
}

/// What a path is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Configuration,
    Events,
    Device,
    Datasets,
    Dataset,
    Records,
    Subscription,
}

impl Place {
    /// Reads a path; none where it is no path of Sync's.
    pub fn of(path: &str) -> Option<Self> {
        let parts: Result<Vec<String>, _> = path
            .strip_prefix('/')?
            .split('/')
            .map(percent_decode)
            .collect();
        let parts = parts.ok()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (pool, rest) = match parts.as_slice() {
            ["identitypools", pool, rest @ ..] => (*pool, rest),
            _ => return None,
        };
        let (identity, dataset, device, what) = match rest {
            ["configuration"] => ("", "", "", What::Configuration),
            ["events"] => ("", "", "", What::Events),
            ["identity", id, "device"] => (*id, "", "", What::Device),
            ["identities", id, "datasets"] => (*id, "", "", What::Datasets),
            ["identities", id, "datasets", name] => (*id, *name, "", What::Dataset),
            ["identities", id, "datasets", name, "records"] => (*id, *name, "", What::Records),
            ["identities", id, "datasets", name, "subscriptions", device] => {
                (*id, *name, *device, What::Subscription)
            }
            _ => return None,
        };
        Some(Self {
            pool: pool.to_owned(),
            identity: identity.to_owned(),
            dataset: dataset.to_owned(),
            device: device.to_owned(),
            what,
        })
    }

    /// The operation that a method means here.
    pub fn operation(&self, method: &Method) -> Option<&'static str> {
        Some(match (self.what, method.as_str()) {
            (What::Configuration, "GET") => "GetIdentityPoolConfiguration",
            (What::Configuration, "POST") => "SetIdentityPoolConfiguration",
            (What::Events, "POST") => "SetCognitoEvents",
            (What::Device, "POST") => "RegisterDevice",
            (What::Datasets, "GET") => "ListDatasets",
            (What::Dataset, "POST") => "UpdateRecords",
            (What::Dataset, "DELETE") => "DeleteDataset",
            (What::Records, "GET") => "ListRecords",
            (What::Subscription, "POST") => "SubscribeToDataset",
            (What::Subscription, "DELETE") => "UnsubscribeFromDataset",
            _ => return None,
        })
    }

    /// The ARN that policies name.
    pub fn arn(&self, account: &str) -> String {
        let mut arn = format!(
            "arn:aws:cognito-sync:{REGION}:{account}:identitypool/{}",
            self.pool
        );
        if !self.identity.is_empty() {
            arn += &format!("/identity/{}", self.identity);
        }
        if !self.dataset.is_empty() {
            arn += &format!("/dataset/{}", self.dataset);
        }
        arn
    }
}
