//! The people of a story: who they are and what only they know.

use std::collections::BTreeMap;

use super::Cloud;
use super::ledger::{ActorId, ArtifactKind};

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Full name
    pub name: String,
    /// E-mail address
    pub email: String,
    /// Passwords by the place they are for: `Facebook`, a user pool's actor id
    pub passwords: BTreeMap<String, String>,
}

/// Everybody, by actor.
#[derive(Clone, Debug, Default)]
pub struct People {
    people: BTreeMap<ActorId, Person>,
}

impl People {
    /// Adds somebody.
    pub fn add(&mut self, id: ActorId, person: Person) {
        self.people.insert(id, person);
    }

    /// Whose inbox this address is.
    pub fn with_email(&self, email: &str) -> Option<&ActorId> {
        let mut people = self.people.iter();
        people
            .find(|(_, person)| person.email.eq_ignore_ascii_case(email))
            .map(|(id, _)| id)
    }

    /// Who stands behind this actor.
    pub fn get(&self, id: &ActorId) -> Option<&Person> {
        self.people.get(id)
    }
}

/// What a person's card says: what the person has signed in to so far.
pub fn describe(cloud: &Cloud, actor: &ActorId) -> (String, Vec<(String, String)>) {
    let Some(person) = cloud.people.get(actor) else {
        return (String::new(), Vec::new());
    };
    let sessions = cloud
        .ledger
        .held_by(actor)
        .filter_map(|id| cloud.ledger.artifact(id))
        .filter(|artifact| artifact.kind == ArtifactKind::BrowserSession)
        .filter_map(|artifact| cloud.actor(&artifact.minted_by))
        .map(|issuer| issuer.name.as_str());
    // Two sessions at one place are told once
    let mut signed_in: Vec<&str> = Vec::new();
    for name in sessions {
        if !signed_in.contains(&name) {
            signed_in.push(name);
        }
    }
    let line = match signed_in.as_slice() {
        [] => "not signed in".to_owned(),
        names => format!("signed in with {}", names.join(", ")),
    };
    let details = vec![
        ("Name".to_owned(), person.name.clone()),
        ("E-mail".to_owned(), person.email.clone()),
    ];
    (line, details)
}
