//! A call for boto3.

use serde_json::Value;

use super::parameters::Call;
use super::snake;

/// The call as Python.
pub fn written(call: &Call) -> String {
    let mut text = String::from("import boto3\n");
    let mut options = format!(
        "region_name={}",
        literal(&Value::from(call.region.as_str()), 0)
    );
    if !call.signed {
        text += "from botocore import UNSIGNED\nfrom botocore.config import Config\n";
        options += ", config=Config(signature_version=UNSIGNED)";
    }
    let service = literal(&Value::from(call.service.as_str()), 0);
    text += &format!("\nclient = boto3.client({service}, {options})\n");
    text += &format!("response = client.{}(\n", snake(&call.operation));
    for (name, value) in &call.members {
        text += &format!("    {name}={},\n", literal(value, 1));
    }
    if let Some((name, body)) = &call.payload {
        let body = literal(&Value::from(body.as_str()), 1);
        text += &format!("    {name}={body}.encode(),\n");
    }
    text + ")\n"
}

/// JSON's strings and numbers are Python's; its three words are not.
fn literal(value: &Value, depth: usize) -> String {
    let pad = "    ".repeat(depth + 1);
    let end = "    ".repeat(depth);
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(values) if !values.is_empty() => {
            let inner: Vec<String> = values
                .iter()
                .map(|value| format!("{pad}{},\n", literal(value, depth + 1)))
                .collect();
            format!("[\n{}{end}]", inner.concat())
        }
        Value::Object(members) if !members.is_empty() => {
            let inner: Vec<String> = members
                .iter()
                .map(|(name, value)| {
                    let name = Value::from(name.as_str());
                    format!("{pad}{name}: {},\n", literal(value, depth + 1))
                })
                .collect();
            format!("{{\n{}{end}}}", inner.concat())
        }
        leaf => leaf.to_string(),
    }
}
