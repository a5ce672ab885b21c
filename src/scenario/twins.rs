//! Shipped scenarios that are two ways to the same end, made to be seen side by side.

/// Two scenarios to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twins {
    /// The id of the one
    pub left: &'static str,
    /// The id of the other
    pub right: &'static str,
    /// What is compared
    pub title: &'static str,
    /// What to look at
    pub about: &'static str,
}

/// Every pair.
pub const ALL: [Twins; 4] = [
    Twins {
        left: "facebook-to-s3",
        right: "classic-flow",
        title: "Enhanced flow against classic flow",
        about: "Who talks to STS: the identity pool on the app's behalf, or the app itself with a token of the pool",
    },
    Twins {
        left: "come-in-as-a-guest",
        right: "google-to-dynamodb",
        title: "Guest against signed in",
        about: "The same two calls with and without Logins: another role, and another amr in the token that STS checks",
    },
    Twins {
        left: "sts-directly",
        right: "why-cognito",
        title: "STS directly against Cognito",
        about: "One call and a provider in every role's trust policy, or a broker with identities, guests and one trust policy",
    },
    Twins {
        left: "folder-by-wrong-id",
        right: "own-folder",
        title: "User-pool sub against identity ID",
        about: "Two ids of the same person: the policy variable stands for the identity ID, and for nothing else",
    },
];

/// The pairs that a scenario is in.
pub fn of(id: &str) -> impl Iterator<Item = &'static Twins> + '_ {
    ALL.iter()
        .filter(move |twins| twins.left == id || twins.right == id)
}

impl Twins {
    /// The other scenario of the pair.
    pub fn other(&self, id: &str) -> &'static str {
        if self.left == id {
            self.right
        } else {
            self.left
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library;

    #[test]
    fn every_twin_ships_and_knows_the_other() {
        for twins in ALL {
            assert!(library::find(twins.left).is_some(), "{}", twins.left);
            assert!(library::find(twins.right).is_some(), "{}", twins.right);
            assert_eq!(
                of(twins.left).next().unwrap().other(twins.left),
                twins.right
            );
            assert_eq!(twins.other(twins.right), twins.left);
        }
    }
}
