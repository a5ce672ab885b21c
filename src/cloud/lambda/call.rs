//! How another service of AWS runs a function: an `Invoke` of its own, through the front door.

use serde_json::Value;

use crate::cloud::access;
use crate::cloud::aws;
use crate::cloud::ledger::ActorId;
use crate::cloud::{Cloud, lambda};
use crate::protocol::message::{self, Message};

/// What a service runs, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The function's ARN
    pub function_arn: &'a str,
    /// The resource for which it runs: the user pool, the method of an API
    pub source_arn: &'a str,
    /// The account of that resource
    pub source_account: &'a str,
    /// The event
    pub event: &'a Value,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Lambda did not run the function
    #[error("{code}: {message}")]
    Refused {
        /// Lambda's code
        code: String,
        /// Its message
        message: String,
    },
    /// The function ran and failed
    #[error("{message}")]
    Thrown {
        /// What it threw
        kind: String,
        /// Its message
        message: String,
    },
}

impl Failure {
    fn internal(message: impl ToString) -> Self {
        Self::Refused {
            code: "ServiceException".to_owned(),
            message: message.to_string(),
        }
    }
}

/// Runs a function for a service and waits for its result.
pub fn invoke_for_service(
    cloud: &mut Cloud,
    by: &ActorId,
    invocation: Invocation<'_>,
) -> Result<Value, Failure> {
    let url = lambda::invocation_url(invocation.function_arn);
    let mut request =
        message::post_json(&url, message::JSON, invocation.event).map_err(Failure::internal)?;
    access::on_behalf_of(
        &mut request,
        invocation.source_arn,
        invocation.source_account,
    )
    .map_err(Failure::internal)?;
    let answer = cloud.send(by, request).map_err(Failure::internal)?.response;
    if let Some(refusal) = aws::refusal_in(&answer) {
        return Err(Failure::Refused {
            code: refusal.code,
            message: refusal.message,
        });
    }
    let payload = answer.json_body().map_err(Failure::internal)?;
    if answer.header("x-amz-function-error").is_some() {
        let text = |name: &str| {
            let found = payload.get(name).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        return Err(Failure::Thrown {
            kind: text("errorType"),
            message: text("errorMessage"),
        });
    }
    Ok(payload)
}
