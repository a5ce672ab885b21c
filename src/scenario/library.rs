//! The scenarios that ship with the program, inside it: every file in `scenarios/`, and the worlds
//! that they share. A test names the line that is missing here when a file is added.

/// A shipped file.
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
    ($(#[$about:meta])* $name:ident in $folder:literal: $($id:literal,)*) => {
        $(#[$about])*
        pub const $name: [Entry; [$($id),*].len()] = [$(Entry {
            id: $id,
            path: concat!($folder, $id, ".ron"),
            text: include_str!(concat!("../../", $folder, $id, ".ron")),
        }),*];
    };
}

shipped! {
    /// Every shipped scenario, in the order of the library: the one where everybody begins, then
    /// each before those that extend it.
    ALL in "scenarios/":
    "facebook-to-s3",
    "facebook-to-s3-access-token",
    "facebook-to-s3-token-expired",
    "google-to-dynamodb",
    "id-token-tampered",
    "no-role-set",
    "role-does-not-trust",
    "wrong-app-client",
    "wrong-logins-key",
    "amazon-to-s3",
    "folder-by-wrong-id",
    "token-at-the-bucket",
    "user-pool-sign-up",
    "come-in-as-a-guest",
    "guest-role-not-enough",
    "guest-signs-in",
    "guest-merged",
    "guests-not-allowed",
    "api-with-tokens",
    "api-wrong-token",
    "assumed-role-user",
    "authenticator-app",
    "authenticator-app-clock",
    "classic-flow",
    "classic-flow-off",
    "pool-token-as-login",
    "three-hours",
    "three-hours-too-long",
    "corporate-saml",
    "saml-too-late",
    "cross-account-role",
    "confused-deputy",
    "department-tags",
    "department-tags-untrusted",
    "developer-identities",
    "developer-token-late",
    "embedded-keys",
    "forgotten-password",
    "github-actions",
    "github-letter-case",
    "github-tag",
    "github-too-wide",
    "github-wildcard",
    "github-wrong-audience",
    "google-straight-in",
    "link-two-logins",
    "second-google-account",
    "logins-dont-match",
    "two-identities-merge",
    "guessing-passwords",
    "guests-or-signed-in",
    "roles-swapped",
    "wrong-pool-in-trust",
    "iam-oidc-provider",
    "kubernetes-pod",
    "migrate-users",
    "migrate-users-srp",
    "offline-edits",
    "offline-edits-blind-push",
    "offline-edits-clock",
    "one-name-three-devices",
    "push-role-untrusted",
    "one-person-two-logins",
    "one-person-two-profiles",
    "one-role-per-provider",
    "own-folder",
    "own-folder-no-list",
    "own-folder-wrong-action",
    "own-folder-google",
    "own-folder-letter-case",
    "own-rows",
    "own-rows-no-projection",
    "pick-a-trigger",
    "refresh-rotation",
    "refresh-rotation-stolen",
    "revoked-still-accepted",
    "role-by-rule",
    "role-by-rule-lookalike",
    "role-chaining",
    "roles-by-group",
    "roles-by-group-tie",
    "service-confused-deputy",
    "session-policy-narrows",
    "session-token",
    "sign-out-everywhere",
    "simulator-says-yes",
    "sts-directly",
    "expired-credentials",
    "google-azp-trap",
    "leaked-session",
    "longer-than-an-hour",
    "sts-bad-tokens",
    "sts-token-expired",
    "which-calls-need-keys",
    "wrong-clock",
    "wrong-session-token",
    "sync-trigger",
    "trust-forgot-audience",
    "verify-a-jwt",
    "verify-a-jwt-tampered",
    "website-signs-in",
    "website-signs-in-forgery",
    "website-without-servers",
    "website-function-role",
    "why-cognito",
}

shipped! {
    /// Worlds that shipped scenarios begin with.
    WORLDS in "scenarios/worlds/":
    "one-user-pool",
}

/// The shipped world at this path of the repository.
pub fn world(path: &str) -> Option<&'static Entry> {
    const { &WORLDS }.iter().find(|entry| entry.path == path)
}

/// The shipped scenario of this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    const { &ALL }.iter().find(|entry| entry.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::files::Shipped;
    use crate::scenario::load;

    /// Names of the RON files in a folder, without their endings.
    fn in_folder(folder: &str) -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = std::fs::read_dir(folder).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut ids: Vec<String> = names
            .filter_map(|name| Some(name.strip_suffix(".ron")?.to_owned()))
            .collect();
        ids.sort();
        ids
    }

    fn missing_lines(folder: &str, table: &[Entry]) -> String {
        let listed = |id: &String| table.iter().any(|entry| entry.id == id);
        let lines = in_folder(folder).into_iter().filter(|id| !listed(id));
        lines.map(|id| format!("    {id:?},\n")).collect()
    }

    #[test]
    fn every_file_in_the_folder_is_in_the_table() {
        for (folder, table) in [("scenarios", &ALL[..]), ("scenarios/worlds", &WORLDS[..])] {
            let missing = missing_lines(folder, table);
            assert!(
                missing.is_empty(),
                "add to the table of {folder} in src/scenario/library.rs:\n{missing}"
            );
        }
    }

    #[test]
    fn the_first_story_is_first_and_parents_come_before_their_variants() {
        assert_eq!(ALL[0].id, "facebook-to-s3");
        for (at, entry) in ALL.iter().enumerate() {
            let scenario = load(&Shipped, entry.path, entry.text.as_bytes())
                .unwrap_or_else(|report| panic!("{}", report.render(false)));
            let before: Vec<&str> = ALL[..at].iter().map(|entry| entry.id).collect();
            assert_eq!(scenario.id, entry.id, "the id in {}", entry.path);
            assert!(!before.contains(&entry.id), "{} is there twice", entry.id);
            if let Some(parent) = &scenario.extends {
                assert!(
                    before.contains(&parent.as_str()),
                    "move {} behind {parent}, which it extends",
                    entry.id
                );
            }
        }
    }
}
