//! The small functions of a world's user pools, from the file's words into the cloud's.

use super::world_file::{Person, PoolTriggers, TriggerPoint};
use crate::cloud::user_pool::config::{
    MigrateUser, MigratedUser, PostConfirmation, PreSignUp, PreTokenGeneration, TriggerKind,
    Triggers,
};

/// A pool's functions. Who comes from an older directory is known by person.
pub fn triggers(file: &PoolTriggers, pool: &str, people: &[Person]) -> Triggers {
    let pre_sign_up = file.pre_sign_up.as_ref().map(|it| PreSignUp {
        allowed_domains: it.allowed_domains.clone(),
        auto_confirm: it.auto_confirm,
        auto_verify_email: it.auto_verify_email,
    });
    let post_confirmation = file.post_confirmation.as_ref().map(|it| PostConfirmation {
        add_to_group: it.add_to_group.clone(),
        fails_with: it.fails_with.clone(),
    });
    let pre_token_generation = file
        .pre_token_generation
        .as_ref()
        .map(|it| PreTokenGeneration {
            add: it.add.clone().into_iter().collect(),
            suppress: it.suppress.clone(),
            groups: it.groups.clone(),
            fails_with: it.fails_with.clone(),
        });
    let listed = |person: &&Person| file.migrate_user.contains(&person.id);
    let users = people.iter().filter(listed).map(|person| MigratedUser {
        username: person.id.clone(),
        password: person.passwords.get(pool).cloned().unwrap_or_default(),
        attributes: vec![
            ("email".to_owned(), person.email.clone()),
            ("name".to_owned(), person.name.clone()),
        ],
    });
    Triggers {
        pre_sign_up,
        post_confirmation,
        pre_token_generation,
        migrate_user: (!file.migrate_user.is_empty()).then(|| MigrateUser {
            users: users.collect(),
        }),
        ..Triggers::default()
    }
}

/// When a function is called, in the cloud's words.
pub fn trigger_kind(point: TriggerPoint) -> TriggerKind {
    match point {
        TriggerPoint::PreSignUp => TriggerKind::PreSignUp,
        TriggerPoint::PostConfirmation => TriggerKind::PostConfirmation,
        TriggerPoint::PreTokenGeneration => TriggerKind::PreTokenGeneration,
        TriggerPoint::MigrateUser => TriggerKind::UserMigration,
    }
}
