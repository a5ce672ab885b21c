//! What all AWS services share: how an error looks in each protocol.
//!
//! One [`AwsError`] is worded once, by the service that refuses; how it travels
//! depends on the protocol alone.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::json;

use super::ledger::Refusal;
use super::{Cloud, REGION};
use crate::protocol::form::Form;
use crate::protocol::message::{Message, Request, Response};
use crate::protocol::xml::escape;

/// A refusal in AWS's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsError {
    /// The code: `NotAuthorizedException`
    pub code: String,
    /// HTTP status
    pub status: u16,
    /// The message, verbatim
    pub message: String,
    /// Further members of the error document, as S3 has them
    pub members: Vec<(String, String)>,
    /// Whether the message is Tokentrail's, because AWS's is not established
    pub own_words: bool,
}

impl AwsError {
    /// An error with this code, status and message.
    pub fn new(code: impl Into<String>, status: u16, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            status,
            message: message.into(),
            members: Vec::new(),
            own_words: false,
        }
    }

    /// The same in Tokentrail's words: the check that failed says so.
    pub fn in_own_words(mut self) -> Self {
        self.own_words = true;
        self
    }

    /// The same with one more member in its document.
    pub fn member(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.members.push((name.into(), value.into()));
        self
    }
}

/// How a service puts requests and errors on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// JSON 1.0 with X-Amz-Target (DynamoDB)
    Json10,
    /// JSON 1.1 with X-Amz-Target (Cognito)
    Json11,
    /// REST with JSON bodies (Lambda, Cognito Sync)
    RestJson,
    /// Form in, XML out (STS, IAM, SNS), with the namespace of its documents
    Query(&'static str),
    /// S3's XML
    S3,
}

impl Wire {
    /// The media type of this wire's bodies.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json10 => "application/x-amz-json-1.0",
            Self::Json11 => "application/x-amz-json-1.1",
            Self::RestJson => "application/json",
            Self::Query(_) => "text/xml",
            Self::S3 => "application/xml",
        }
    }
}

/// A request id as AWS prints it.
pub fn request_id(cloud: &mut Cloud) -> String {
    cloud.fresh("aws/request-id").uuid()
}

/// A successful answer with this body.
pub fn success(cloud: &mut Cloud, wire: Wire, body: impl Into<Vec<u8>>) -> Response {
    let id = request_id(cloud);
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(wire.content_type()));
    insert_request_id(headers, wire, &id);
    response
}

/// A successful JSON answer.
pub fn success_json(cloud: &mut Cloud, wire: Wire, body: &serde_json::Value) -> Response {
    success(cloud, wire, body.to_string())
}

/// A successful answer of a query service: the operation's result in its envelope.
pub fn success_query(
    cloud: &mut Cloud,
    namespace: &'static str,
    operation: &str,
    result: &str,
) -> Response {
    let id = request_id(cloud);
    let body = format!(
        "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    success_with_id(Wire::Query(namespace), body.into_bytes(), &id)
}

/// A successful answer of a query service to an operation that has no result.
pub fn success_query_empty(
    cloud: &mut Cloud,
    namespace: &'static str,
    operation: &str,
) -> Response {
    let id = request_id(cloud);
    let body = format!(
        "<{operation}Response xmlns=\"{namespace}\"><ResponseMetadata><RequestId>{id}</RequestId>\
         </ResponseMetadata></{operation}Response>"
    );
    success_with_id(Wire::Query(namespace), body.into_bytes(), &id)
}

/// An error as this wire words it.
pub fn refuse(cloud: &mut Cloud, wire: Wire, error: &AwsError) -> Response {
    if error.own_words {
        cloud.ledger.refused_in_own_words();
    }
    let id = request_id(cloud);
    let body = match wire {
        Wire::Json10 | Wire::Json11 | Wire::RestJson => error_json(wire, error),
        Wire::Query(namespace) => error_query(namespace, error, &id),
        Wire::S3 => error_s3(error, &id),
    };
    let mut response = success_with_id(wire, body.into_bytes(), &id);
    *response.status_mut() =
        http::StatusCode::from_u16(error.status).unwrap_or(http::StatusCode::BAD_REQUEST);
    if matches!(wire, Wire::Json10 | Wire::Json11 | Wire::RestJson)
        && let Ok(code) = HeaderValue::from_str(&error.code)
    {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-amzn-errortype"), code);
    }
    response
}

fn success_with_id(wire: Wire, body: Vec<u8>, id: &str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(wire.content_type()));
    insert_request_id(headers, wire, id);
    response
}

fn insert_request_id(headers: &mut http::HeaderMap, wire: Wire, id: &str) {
    let name = match wire {
        Wire::S3 => "x-amz-request-id",
        _ => "x-amzn-requestid",
    };
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// DynamoDB prefixes the code with its namespace; the Cognito services do not. Where the
/// protocol is REST, the code travels in the header `x-amzn-ErrorType` alone.
fn error_json(wire: Wire, error: &AwsError) -> String {
    let code = match wire {
        Wire::Json10 => Some(format!("com.amazonaws.dynamodb.v20120810#{}", error.code)),
        Wire::RestJson => None,
        _ => Some(error.code.clone()),
    };
    let message = match wire {
        // The access-denied errors of DynamoDB and Lambda spell the member with a capital letter
        Wire::Json10 | Wire::RestJson if error.code == "AccessDeniedException" => "Message",
        _ => "message",
    };
    let mut body = serde_json::Map::new();
    if let Some(code) = code {
        body.insert("__type".to_owned(), json!(code));
    }
    body.insert(message.to_owned(), json!(error.message));
    for (name, value) in &error.members {
        body.insert(name.clone(), json!(value));
    }
    serde_json::Value::Object(body).to_string()
}

fn error_query(namespace: &str, error: &AwsError, id: &str) -> String {
    let side = if error.status >= 500 {
        "Receiver"
    } else {
        "Sender"
    };
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{side}</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
        escape(&error.code),
        escape(&error.message)
    )
}

fn error_s3(error: &AwsError, id: &str) -> String {
    let mut members = String::new();
    for (name, value) in &error.members {
        members.push_str(&format!("<{name}>{}</{name}>", escape(value)));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>\
         {members}<RequestId>{id}</RequestId></Error>",
        escape(&error.code),
        escape(&error.message)
    )
}

/// Reads code and message back from a response, whatever protocol it speaks; `None` where the
/// response is not an error.
pub fn refusal_in(response: &Response) -> Option<Refusal> {
    let status = response.status().as_u16();
    if status < 400 {
        return refusal_in_redirect(response);
    }
    let text = std::str::from_utf8(response.body()).unwrap_or_default();
    let found = refusal_in_rest(response)
        .or_else(|| refusal_in_json(text))
        .or_else(|| refusal_in_xml(text))
        .or_else(|| refusal_in_page(text));
    Some(found.unwrap_or_else(|| Refusal {
        code: status.to_string(),
        message: plain_message(response).unwrap_or_else(|| text.to_owned()),
    }))
}

/// OAuth reports an error by redirecting with `error` and `error_description`.
fn refusal_in_redirect(response: &Response) -> Option<Refusal> {
    let location = response.header("location")?;
    let query = location.split_once('?')?.1;
    // Most redirects bring a code
    if !query.contains("error=") {
        return None;
    }
    let form = Form::parse(query.split('#').next().unwrap_or_default()).ok()?;
    let message = form.get("error_description").unwrap_or_default().to_owned();
    Some(Refusal {
        code: form.get("error")?.to_owned(),
        message,
    })
}

/// What a body says that has a message and no code.
fn plain_message(response: &Response) -> Option<String> {
    let body: serde_json::Value = response.json_body().ok()?;
    body.get("message")?.as_str().map(str::to_owned)
}

/// REST services put the code into a header, and nothing but the message into the body.
fn refusal_in_rest(response: &Response) -> Option<Refusal> {
    let code = response.header("x-amzn-errortype")?.to_owned();
    let body: serde_json::Value = response.json_body().ok()?;
    let message = body.get("message").or_else(|| body.get("Message"))?;
    let message = message.as_str()?.to_owned();
    Some(Refusal { code, message })
}

fn refusal_in_json(text: &str) -> Option<Refusal> {
    let body: serde_json::Value = serde_json::from_str(text).ok()?;
    let words = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    if let Some(kind) = body.get("__type").and_then(words) {
        let code = kind.rsplit('#').next().unwrap_or_default().to_owned();
        let message = body
            .get("message")
            .or_else(|| body.get("Message"))
            .and_then(words);
        return Some(Refusal {
            code,
            message: message.unwrap_or_default(),
        });
    }
    match body.get("error")? {
        // Facebook's Graph API nests its error
        serde_json::Value::Object(error) => Some(Refusal {
            code: error.get("type").and_then(words).unwrap_or_default(),
            message: error.get("message").and_then(words).unwrap_or_default(),
        }),
        // OAuth token endpoints
        error => Some(Refusal {
            code: words(error)?,
            message: body
                .get("error_description")
                .and_then(words)
                .unwrap_or_default(),
        }),
    }
}

/// A sign-in page says in its title and first paragraph what went wrong.
fn refusal_in_page(text: &str) -> Option<Refusal> {
    let text = text.strip_prefix(super::pages::DOCTYPE)?;
    let page = crate::protocol::xml::parse(text).ok()?;
    let code = page.text_at(&["head", "title"])?.to_owned();
    Some(Refusal {
        code,
        message: page.text_at(&["body", "p"]).unwrap_or_default().to_owned(),
    })
}

fn refusal_in_xml(text: &str) -> Option<Refusal> {
    let document = roxmltree::Document::parse(text).ok()?;
    let find = |name: &str| {
        document
            .descendants()
            .find(|node| node.tag_name().name() == name)
            .and_then(|node| node.text())
            .map(str::to_owned)
    };
    Some(Refusal {
        code: find("Code")?,
        message: find("Message").unwrap_or_default(),
    })
}

/// The operation that an `X-Amz-Target` header names, if it begins with this service's prefix.
pub fn target<'a>(request: &'a Request, prefix: &str) -> Option<&'a str> {
    request
        .header("x-amz-target")?
        .strip_prefix(prefix)?
        .strip_prefix('.')
}

/// Whether a host is a service's in the simulated region: `sts.us-east-1.amazonaws.com`. Every
/// request is held against every service, so nothing is put together for it.
pub fn is_endpoint(host: &str, service: &str) -> bool {
    let region = host
        .strip_prefix(service)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    region == Some(REGION)
}

/// Cuts a long value for a line of evidence, keeping both ends: `eyJraWQ…x9Qw`. A sentence may be
/// longer, and keeps its beginning.
pub fn shorten(value: &str) -> String {
    const HEAD_CHARS: usize = 12;
    const TAIL_CHARS: usize = 6;
    const LONGEST_WHOLE_CHARS: usize = 120;
    const LONGEST_SENTENCE_CHARS: usize = 160;
    const FIRST_WORD_WITHIN_CHARS: usize = 16;
    if value.chars().nth(LONGEST_WHOLE_CHARS).is_none() {
        return value.to_owned();
    }
    let mut start = value.chars().take(FIRST_WORD_WITHIN_CHARS);
    if start.any(|c| c == ' ') {
        let end = value.char_indices().nth(LONGEST_SENTENCE_CHARS);
        let kept = end.and_then(|(end, _)| value.get(..end));
        return kept.map_or_else(|| value.to_owned(), |kept| format!("{kept}…"));
    }
    let head = value.char_indices().nth(HEAD_CHARS).map_or(0, |(at, _)| at);
    let tail = value.char_indices().nth_back(TAIL_CHARS - 1);
    let tail = tail.map_or(value.len(), |(at, _)| at);
    let parts = [value.get(..head), Some("…"), value.get(tail..)];
    parts.into_iter().flatten().collect()
}
