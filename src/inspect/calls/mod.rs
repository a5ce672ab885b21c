//! The same request as somebody would write it: for the AWS CLI, for boto3, for the JavaScript
//! SDK, and for curl where it is no AWS API. Made of the members that travelled.

mod curl;
mod javascript;
mod parameters;
mod python;
mod shell;

pub use parameters::{Call, call};

use crate::cloud::ledger::Exchange;

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The AWS command line
    Cli,
    /// The AWS SDK for Python
    Boto3,
    /// The AWS SDK for JavaScript, version 3
    JavaScript,
    /// Plain HTTP
    Curl,
}

impl Dialect {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cli => "AWS CLI",
            Self::Boto3 => "boto3",
            Self::JavaScript => "JavaScript SDK",
            Self::Curl => "curl",
        }
    }
}

/// The dialects that a request can be written in: an AWS API's has three, anything else is HTTP.
pub fn dialects(exchange: &Exchange) -> &'static [Dialect] {
    match call(exchange) {
        Some(_) => &[Dialect::Cli, Dialect::Boto3, Dialect::JavaScript],
        None => &[Dialect::Curl],
    }
}

/// The request as somebody would write it; nothing where the dialect cannot say it.
pub fn written(exchange: &Exchange, dialect: Dialect) -> Option<String> {
    if dialect == Dialect::Curl {
        return Some(curl::written(&exchange.request));
    }
    let call = call(exchange)?;
    Some(match dialect {
        Dialect::Cli => shell::written(&call),
        Dialect::Boto3 => python::written(&call),
        Dialect::JavaScript | Dialect::Curl => javascript::written(&call),
    })
}

/// An operation or a member as the command line and Python write it: `GetOpenIdToken` becomes
/// `get_open_id_token`. The rule is botocore's.
fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut written = String::with_capacity(name.len() + 8);
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || after.is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            written.push('_');
        }
        written.push(c.to_ascii_lowercase());
    }
    written
}

/// A text between single quotes of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::fixture::{stories, story};

    fn of(scenario: &str, operation: &str, dialect: Dialect) -> String {
        let recording = story(scenario);
        let mut all = recording.exchanges.iter();
        let exchange = all.find(|it| it.operation == operation).unwrap();
        written(exchange, dialect).unwrap()
    }

    #[test]
    fn names_are_written_as_botocore_writes_them() {
        for (name, wanted) in [
            ("GetCredentialsForIdentity", "get_credentials_for_identity"),
            ("AssumeRoleWithSAML", "assume_role_with_saml"),
            ("SAMLAssertion", "saml_assertion"),
            ("ListObjectsV2", "list_objects_v2"),
            (
                "CreateOpenIDConnectProvider",
                "create_open_id_connect_provider",
            ),
            ("SetUserMFAPreference", "set_user_mfa_preference"),
            ("ClientIDList", "client_id_list"),
        ] {
            assert_eq!(snake(name), wanted);
        }
    }

    #[test]
    fn an_unsigned_operation_is_written_unsigned() {
        let cli = of("facebook-to-s3", "GetId", Dialect::Cli);
        assert!(cli.starts_with("aws cognito-identity get-id"), "{cli}");
        assert!(cli.contains("--no-sign-request"), "{cli}");
        assert!(cli.contains("--identity-pool-id 'us-east-1:"), "{cli}");
        let python = of("facebook-to-s3", "GetId", Dialect::Boto3);
        assert!(python.contains("signature_version=UNSIGNED"), "{python}");
        assert!(python.contains("client.get_id("), "{python}");
        let javascript = of("facebook-to-s3", "GetId", Dialect::JavaScript);
        assert!(javascript.contains("new GetIdCommand("), "{javascript}");
    }

    #[test]
    fn a_list_in_a_query_is_a_list_again() {
        let python = of("role-chaining", "AssumeRole", Dialect::Boto3);
        assert!(python.contains("RoleArn=\"arn:aws:iam::"), "{python}");
        let cli = of("session-policy-narrows", "AssumeRole", Dialect::Cli);
        assert!(cli.contains("--policy '{"), "{cli}");
    }

    #[test]
    fn what_stands_in_a_path_is_a_member_again() {
        let cli = of("own-folder", "PutObject", Dialect::Cli);
        assert!(cli.contains("\naws s3api put-object"), "{cli}");
        assert!(cli.contains("--bucket 'sketches'"), "{cli}");
        assert!(cli.contains("--key 'us-east-1:"), "{cli}");
        let cli = of("offline-edits", "ListRecords", Dialect::Cli);
        assert!(cli.contains("--dataset-name 'reading'"), "{cli}");
        assert!(cli.contains("--last-sync-count 0"), "{cli}");
    }

    #[test]
    fn every_request_of_every_story_can_be_written_in_every_dialect_it_has() {
        for recording in stories() {
            for exchange in &recording.exchanges {
                for dialect in dialects(exchange) {
                    let written = written(exchange, *dialect);
                    let id = &recording.header.scenario;
                    let text = written.unwrap_or_else(|| panic!("{id} {}", exchange.operation));
                    assert!(!text.contains("UnknownOperation"), "{id}: {text}");
                    // An even number of quotes, or the shell would wait for more
                    if *dialect == Dialect::Cli && !text.contains(r"'\''") {
                        assert_eq!(text.matches('\'').count() % 2, 0, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_quote_in_a_value_stays_inside_its_quotes() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
