//! Scenarios that are worth seeing side by side: the same goal by two ways.

use crate::gui::view::model::Entry;

/// Two scenarios with what is different between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twin {
    /// What is compared
    pub title: &'static str,
    /// What to look for
    pub question: &'static str,
    /// One way
    pub left: &'static str,
    /// The other way
    pub right: &'static str,
}

/// All that ship.
pub const ALL: [Twin; 4] = [
    Twin {
        title: "Enhanced flow against classic flow",
        question: "What does one call do that otherwise takes two, and who names the role?",
        left: "facebook-to-s3",
        right: "classic-flow",
    },
    Twin {
        title: "Guest against signed in",
        question: "What is in the guest's identity, role and folder, and what is not?",
        left: "come-in-as-a-guest",
        right: "google-straight-in",
    },
    Twin {
        title: "STS directly against Cognito",
        question: "Who checks Google's token, and who chooses the role?",
        left: "sts-directly",
        right: "google-straight-in",
    },
    Twin {
        title: "The sub of a token against the identity ID",
        question: "Which of the two does the policy's variable stand for?",
        left: "folder-by-wrong-id",
        right: "amazon-to-s3",
    },
];

/// Those whose scenarios are on offer; the ones with a given scenario come first.
pub fn of(library: &[Entry], id: Option<&str>) -> Vec<Twin> {
    let known = |id: &str| library.iter().any(|entry| entry.id == id);
    let mut twins: Vec<Twin> = ALL
        .into_iter()
        .filter(|twin| known(twin.left) && known(twin.right))
        .collect();
    twins.sort_by_key(|twin| !id.is_some_and(|id| twin.left == id || twin.right == id));
    twins
}
