//! The sentence AWS prints for a refusal, word for word.

use super::evaluate::Request;
use super::report::Refusal;

/// What AWS prints when `request` is refused for the reason `refusal`.
///
/// `of_trust` says that a role was to be assumed: STS names no reason, and to somebody who is not
/// anyone in AWS yet it names neither user nor role. S3 puts the resource in double quotes.
pub(crate) fn denial(
    request: &Request,
    refusal: Refusal,
    of_trust: bool,
    resource_quoted: bool,
) -> String {
    let action = &request.action;
    if of_trust && request.principal.account().is_none() {
        return format!("Not authorized to perform {action}");
    }
    let user = request.principal.display();
    let quote = if resource_quoted { "\"" } else { "" };
    let resource = &request.resource;
    let mut sentence = format!(
        "User: {user} is not authorized to perform: {action} on resource: {quote}{resource}{quote}"
    );
    if !of_trust {
        sentence.push_str(&reason(action, refusal));
    }
    sentence
}

fn reason(action: &str, refusal: Refusal) -> String {
    match refusal {
        Refusal {
            kind,
            explicit: true,
        } => {
            format!(" with an explicit deny in {}", kind.with_article())
        }
        Refusal {
            kind,
            explicit: false,
        } => {
            format!(" because no {} allows the {action} action", kind.aws_name())
        }
    }
}
