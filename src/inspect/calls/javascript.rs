//! A call for the AWS SDK for JavaScript, version 3.

use serde_json::{Map, Value};

use super::parameters::Call;

/// Package and client of a service.
fn client(service: &str) -> (&'static str, &'static str) {
    match service {
        "cognito-identity" => ("client-cognito-identity", "CognitoIdentityClient"),
        "cognito-idp" => (
            "client-cognito-identity-provider",
            "CognitoIdentityProviderClient",
        ),
        "cognito-sync" => ("client-cognito-sync", "CognitoSyncClient"),
        "sts" => ("client-sts", "STSClient"),
        "iam" => ("client-iam", "IAMClient"),
        "s3" => ("client-s3", "S3Client"),
        "dynamodb" => ("client-dynamodb", "DynamoDBClient"),
        "lambda" => ("client-lambda", "LambdaClient"),
        _ => ("client-sns", "SNSClient"),
    }
}

/// The call as JavaScript.
pub fn written(call: &Call) -> String {
    let (package, client) = client(&call.service);
    let command = format!("{}Command", call.operation);
    let mut input = call.members.clone();
    if let Some((name, body)) = &call.payload {
        input.insert((*name).to_owned(), Value::from(body.as_str()));
    }
    let note = match call.signed {
        true => "",
        false => "// Needs no credentials: this operation is not signed\n",
    };
    format!(
        "import {{ {client}, {command} }} from \"@aws-sdk/{package}\";\n\n\
         {note}const client = new {client}({{ region: \"{}\" }});\n\
         const response = await client.send(new {command}({}));\n",
        call.region,
        object(&input, 0)
    )
}

fn object(members: &Map<String, Value>, depth: usize) -> String {
    if members.is_empty() {
        return "{}".to_owned();
    }
    let pad = "  ".repeat(depth + 1);
    let inner: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{pad}{}: {},\n", key(name), literal(name, value, depth + 1)))
        .collect();
    format!("{{\n{}{}}}", inner.concat(), "  ".repeat(depth))
}

/// A name that is a word stands without quotes.
fn key(name: &str) -> String {
    let word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    match word && !name.is_empty() {
        true => name.to_owned(),
        false => Value::from(name).to_string(),
    }
}

fn literal(name: &str, value: &Value, depth: usize) -> String {
    match value {
        Value::Object(members) => object(members, depth),
        Value::Array(values) if !values.is_empty() => {
            let pad = "  ".repeat(depth + 1);
            let inner: Vec<String> = values
                .iter()
                .map(|value| format!("{pad}{},\n", literal(name, value, depth + 1)))
                .collect();
            format!("[\n{}{}]", inner.concat(), "  ".repeat(depth))
        }
        // The SDK wants dates where the wire has seconds
        Value::Number(seconds) if name.ends_with("Date") => format!("new Date({seconds} * 1000)"),
        leaf => leaf.to_string(),
    }
}
