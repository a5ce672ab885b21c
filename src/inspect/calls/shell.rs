//! A call for the AWS CLI, version 2.

use serde_json::Value;

use super::parameters::Call;
use super::{quoted, snake};

/// Joins the lines of one command.
const CONTINUED: &str = " \\\n  ";

/// The call as a command.
pub fn written(call: &Call) -> String {
    let service = match call.service.as_str() {
        "s3" => "s3api",
        other => other,
    };
    let mut words = vec![format!("aws {service} {}", kebab(&call.operation))];
    for (name, value) in &call.members {
        words.push(argument(name, value));
    }
    words.push(format!("--region {}", call.region));
    if !call.signed {
        words.push("--no-sign-request".to_owned());
    }
    let tail = match &call.payload {
        Some(("Payload", text)) => {
            words.push(format!("--payload {}", quoted(text)));
            words.push("--cli-binary-format raw-in-base64-out".to_owned());
            words.push("response.json".to_owned());
            None
        }
        Some((_, text)) => {
            words.push("--body body".to_owned());
            Some(format!("printf %s {} > body\n", quoted(text)))
        }
        None if call.operation == "GetObject" => {
            words.push("object".to_owned());
            None
        }
        None => None,
    };
    format!("{}{}\n", tail.unwrap_or_default(), words.join(CONTINUED))
}

fn kebab(name: &str) -> String {
    snake(name).replace('_', "-")
}

fn argument(name: &str, value: &Value) -> String {
    let name = kebab(name);
    match value {
        Value::Bool(true) => format!("--{name}"),
        Value::Bool(false) => format!("--no-{name}"),
        Value::Number(number) => format!("--{name} {number}"),
        Value::String(text) => format!("--{name} {}", quoted(text)),
        other => format!("--{name} {}", quoted(&other.to_string())),
    }
}
