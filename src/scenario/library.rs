//! The scenarios that ship with the program, inside it.

/// A shipped scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id
    pub id: &'static str,
    /// Its path in the repository
    pub path: &'static str,
    /// Its text
    pub text: &'static str,
}

macro_rules! shipped {
    ($($id:literal),+ $(,)?) => {
        [$(Entry {
            id: $id,
            path: concat!("scenarios/", $id, ".ron"),
            text: include_str!(concat!("../../scenarios/", $id, ".ron")),
        }),+]
    };
}

/// Every shipped scenario, in the order of the library. The first one is where everybody begins.
pub const ALL: [Entry; 4] = shipped![
    "facebook-to-s3",
    "facebook-to-s3-token-expired",
    "facebook-to-s3-access-token",
    "user-pool-sign-up",
];

/// The shipped scenario of this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.id == id)
}
