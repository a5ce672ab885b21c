//! A window with the shipped stories, for tests.

use super::model::{Entry, Model, Settings};
use crate::recording::Recording;
use crate::scenario::files::Shipped;
use crate::scenario::library;

/// Performs a shipped scenario.
pub fn story(id: &str) -> Recording {
    let entry = library::find(id).unwrap();
    let scenario = crate::scenario::load(&Shipped, entry.path, entry.text.as_bytes()).unwrap();
    crate::scenario::perform(&scenario, None).unwrap()
}

/// What the library would show.
pub fn entries() -> Vec<Entry> {
    let entry = |id: &str, title: &str, parent: Option<&str>| Entry {
        id: id.to_owned(),
        title: title.to_owned(),
        summary: "The whole chain: provider, user pool, identity pool, STS, S3. Start here.".into(),
        parent: parent.map(str::to_owned),
        beats: 12,
        minutes: 9,
        exams: vec!["DVA".into(), "SAA".into()],
        themes: vec![4],
        domains: vec!["Security".into()],
        level: "beginner".into(),
    };
    vec![
        entry("facebook-to-s3", "Facebook to S3, step by step", None),
        entry(
            "facebook-to-s3-token-expired",
            "The ID token has expired",
            Some("facebook-to-s3"),
        ),
        entry(
            "facebook-to-s3-access-token",
            "The wrong token",
            Some("facebook-to-s3"),
        ),
        entry("user-pool-sign-up", "Sign up, confirm, sign in", None),
    ]
}

/// A window at its start screen.
pub fn started() -> Model {
    Model::new(Settings::default(), entries()).unwrap()
}
