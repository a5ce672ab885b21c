//! What a learner changes in a scenario, and where: the causes of branches.
//!
//! A [`Placed`] change is data, written as RON by authors and made by window and terminal alike.
//! The performer carries it out at its place, between two actions, and goes on from there. What
//! it does to the messages of a device is the business of the client code
//! ([`super::client::interfere`]); what it does to the simulated world goes through the code that AWS's own
//! API is served with ([`world`]).

mod account;
mod apply;
mod cause;
pub mod error;
mod experiment;
mod offer;
mod spoken;
mod variant;
pub mod world;

#[cfg(test)]
mod tests;

pub use account::{FunctionChange, IamUserChange, OidcProviderChange};
pub(super) use apply::apply;
pub use error::ChangeError;
pub use experiment::Tried;
pub use offer::{Input, Offer, Target};
pub use spoken::Misspoken;
pub use world::{BucketChange, IdentityPoolChange, RoleChange, UserChange};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{Action, Value, What};
pub use super::client::edit::{Edit, Fate, Part};
use super::template::Template;

/// The device of somebody who listens: there in every branch that names it, declared or not.
pub const ATTACKER: &str = "attacker";
/// What the stage calls it.
pub const ATTACKER_NAME: &str = "Attacker's laptop";
/// The most changes one branch may have.
pub const MAX_CHANGES: usize = 64;

/// A moment between two actions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// The beat, by its id
    pub beat: String,
    /// How many of the beat's actions have been done: 0 is where the beat begins
    #[serde(default, skip_serializing_if = "is_zero")]
    pub action: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference over"
)]
fn is_zero(action: &usize) -> bool {
    *action == 0
}

impl At {
    /// The moment when a beat begins.
    pub fn beginning_of(beat: impl Into<String>) -> Self {
        Self {
            beat: beat.into(),
            action: 0,
        }
    }
}

/// A change and the moment at which it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// When
    pub at: At,
    /// What
    pub change: Change,
}

/// One thing that a learner changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Change {
    /// One more thing is done
    Do(Action),
    /// Something else is done in place of the action at this moment
    Replace(Action),
    /// The action at this moment is left out
    LeaveOut,
    /// From here on the device uses one thing wherever it used another one
    UseInstead {
        /// The device
        device: String,
        /// What it used
        of: What,
        /// What it uses: `Held("phone", AccessToken)`
        take: Value,
    },
    /// The device's next request of an operation says something else, as if the app had been
    /// written so: where it is signed, what it says now is signed
    Write {
        /// The device
        device: String,
        /// The operation as the recording names it
        operation: String,
        /// What is different
        edits: Vec<Edit>,
    },
    /// The device's next request of an operation is altered on its way, after it was signed
    InTransit {
        /// The device
        device: String,
        /// The operation as the recording names it
        operation: String,
        /// What is different
        edits: Vec<Edit>,
    },
    /// Something happens to the device's next request of an operation, or to the answer to it
    Message {
        /// The device
        device: String,
        /// The operation as the recording names it
        operation: String,
        /// The request or the response
        #[serde(default)]
        part: Part,
        /// What happens to it
        fate: Fate,
    },
    /// A role is set up differently
    Role {
        /// The role
        role: String,
        /// How
        becomes: RoleChange,
    },
    /// A bucket is set up differently
    Bucket {
        /// The bucket
        bucket: String,
        /// How
        becomes: BucketChange,
    },
    /// An identity pool is set up differently
    IdentityPool {
        /// The identity pool
        pool: String,
        /// How
        becomes: IdentityPoolChange,
    },
    /// An IAM user is set up differently
    IamUser {
        /// The IAM user
        user: String,
        /// How
        becomes: IamUserChange,
    },
    /// Who else may invoke a function is different
    Function {
        /// The function
        function: String,
        /// How
        becomes: FunctionChange,
    },
    /// An account takes the tokens of an OpenID Connect provider, or does not
    OidcProvider {
        /// One of the world's `oidc_providers`, or an identity provider that the first account is
        /// to know
        provider: String,
        /// What
        becomes: OidcProviderChange,
    },
    /// Something happens to a user of a user pool
    User {
        /// The user pool
        pool: String,
        /// Who: a person, or a username: `"{phone.id_token.sub}"`
        user: Template,
        /// What
        becomes: UserChange,
    },
}
