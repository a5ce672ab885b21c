//! A request as plain HTTP, for everything that is no AWS API.

use super::quoted;
use crate::cloud::ledger::SentRequest;

/// Headers that curl writes by itself.
const BY_ITSELF: [&str; 2] = ["host", "content-length"];

/// The request as a command.
pub fn written(request: &SentRequest) -> String {
    let mut words = vec![match request.method.as_str() {
        "GET" => "curl -i".to_owned(),
        method => format!("curl -i -X {method}"),
    }];
    words.push(quoted(&request.url));
    for (name, value) in &request.headers {
        if !BY_ITSELF.contains(&name.to_ascii_lowercase().as_str()) {
            words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
    }
    let body = request.body.text().unwrap_or_default();
    if !body.is_empty() {
        words.push(format!("--data-raw {}", quoted(body)));
    }
    format!("{}\n", words.join(" \\\n  "))
}
