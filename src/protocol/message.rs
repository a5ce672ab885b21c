//! HTTP messages as values, and the few ways this project reads and builds them.
//!
//! Requests and responses are those of the `http` crate with a byte body, so that simulated
//! services and a real socket speak the same types.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};

use super::form::{Form, FormError};

/// A request with its whole body.
pub type Request = http::Request<Vec<u8>>;
/// A response with its whole body.
pub type Response = http::Response<Vec<u8>>;

/// `Content-Type` of plain JSON.
pub const JSON: &str = "application/json";
/// `Content-Type` of an HTML form.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// `Content-Type` of XML.
pub const XML: &str = "text/xml";

/// Header names whose usual spelling is not each word capitalised.
const IRREGULAR_NAMES: [(&str, &str); 9] = [
    ("etag", "ETag"),
    ("www-authenticate", "WWW-Authenticate"),
    ("x-amzn-requestid", "x-amzn-RequestId"),
    ("x-amzn-errortype", "x-amzn-ErrorType"),
    ("x-amz-request-id", "x-amz-request-id"),
    ("x-amz-id-2", "x-amz-id-2"),
    ("x-xss-protection", "X-XSS-Protection"),
    ("content-md5", "Content-MD5"),
    ("te", "TE"),
];

/// Why a message could not be built or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The text is not an absolute URL.
    #[error("not an absolute http or https URL: {0:?}")]
    Url(String),
    /// The text cannot be a header name.
    #[error("not a header name: {0:?}")]
    HeaderName(String),
    /// The text cannot be a header value.
    #[error("the value of header {0} holds characters that no header may carry")]
    HeaderValue(String),
    /// No further header fits.
    #[error("header {0} does not fit: the message has too many headers")]
    TooManyHeaders(String),
    /// The body is not UTF-8.
    #[error("the body is not UTF-8 text")]
    NotText,
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// The query or the body is not a form.
    #[error("not a form: {0}")]
    NotForm(#[from] FormError),
}

/// What requests and responses have in common.
pub trait Message {
    /// All headers.
    fn header_map(&self) -> &HeaderMap;
    /// All headers, to change them.
    fn header_map_mut(&mut self) -> &mut HeaderMap;
    /// The body's bytes.
    fn body_bytes(&self) -> &[u8];

    /// The first value of a header, where it is visible ASCII.
    fn header(&self, name: &str) -> Option<&str> {
        self.header_map().get(name)?.to_str().ok()
    }

    /// Sets a header, replacing what it had.
    fn set_header(&mut self, name: &str, value: &str) -> Result<(), MessageError> {
        let header: HeaderName = name
            .parse()
            .map_err(|_| MessageError::HeaderName(name.to_owned()))?;
        let value: HeaderValue = value
            .parse()
            .map_err(|_| MessageError::HeaderValue(name.to_owned()))?;
        // A plain insert panics when the map is full
        self.header_map_mut()
            .try_insert(header, value)
            .map_err(|_| MessageError::TooManyHeaders(name.to_owned()))?;
        Ok(())
    }

    /// The body as text.
    fn text_body(&self) -> Result<&str, MessageError> {
        std::str::from_utf8(self.body_bytes()).map_err(|_| MessageError::NotText)
    }

    /// The body as JSON.
    fn json_body(&self) -> Result<serde_json::Value, MessageError> {
        serde_json::from_slice(self.body_bytes())
            .map_err(|error| MessageError::NotJson(error.to_string()))
    }

    /// The body as a form.
    fn form_body(&self) -> Result<Form, MessageError> {
        Ok(Form::parse(self.text_body()?)?)
    }

    /// The headers in the order they were added, names spelled as people write them.
    fn described_headers(&self) -> impl Iterator<Item = (String, Cow<'_, str>)> {
        self.header_map().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (canonical_name(name.as_str()), value)
        })
    }
}

impl Message for Request {
    fn header_map(&self) -> &HeaderMap {
        self.headers()
    }
    fn header_map_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
    fn body_bytes(&self) -> &[u8] {
        self.body()
    }
}

impl Message for Response {
    fn header_map(&self) -> &HeaderMap {
        self.headers()
    }
    fn header_map_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
    fn body_bytes(&self) -> &[u8] {
        self.body()
    }
}

/// What only requests have.
pub trait RequestExt {
    /// The host asked for: the `Host` header, else the host in the URL; without the port.
    fn host(&self) -> &str;
    /// The path as it travels, percent-encoded; `/` when the URL has none.
    fn path(&self) -> &str;
    /// The raw query, empty when there is none.
    fn query(&self) -> &str;
    /// The query as ordered pairs.
    fn query_form(&self) -> Result<Form, MessageError>;
    /// The whole URL, built from the `Host` header when the request line has only a path.
    fn absolute_url(&self) -> String;
}

impl RequestExt for Request {
    fn host(&self) -> &str {
        let named = self
            .headers()
            .get(HOST)
            .and_then(|value| value.to_str().ok());
        let host = named
            .or_else(|| self.uri().authority().map(|a| a.as_str()))
            .unwrap_or_default();
        match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        }
    }

    fn path(&self) -> &str {
        match self.uri().path() {
            "" => "/",
            path => path,
        }
    }

    fn query(&self) -> &str {
        self.uri().query().unwrap_or_default()
    }

    fn query_form(&self) -> Result<Form, MessageError> {
        Ok(Form::parse(RequestExt::query(self))?)
    }

    fn absolute_url(&self) -> String {
        let scheme = self.uri().scheme_str().unwrap_or("https");
        let authority = match self.uri().authority() {
            Some(authority) => authority.as_str(),
            None => self
                .headers()
                .get(HOST)
                .and_then(|h| h.to_str().ok())
                .unwrap_or_default(),
        };
        let path = RequestExt::path(self);
        match self.uri().query() {
            Some(query) => format!("{scheme}://{authority}{path}?{query}"),
            None => format!("{scheme}://{authority}{path}"),
        }
    }
}

/// The usual spelling of a header name: `x-amz-date` becomes `X-Amz-Date`.
pub fn canonical_name(name: &str) -> String {
    let irregular = IRREGULAR_NAMES
        .iter()
        .find(|(irregular, _)| irregular.eq_ignore_ascii_case(name));
    if let Some((_, spelled)) = irregular {
        return (*spelled).to_owned();
    }
    let mut word_starts = true;
    let mut spelled = String::with_capacity(name.len());
    spelled.extend(name.chars().map(|c| {
        let shown = if word_starts {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        };
        word_starts = c == '-';
        shown
    }));
    spelled
}

/// A request for an absolute URL, with its `Host` header and no body.
pub fn request(method: Method, url: &str) -> Result<Request, MessageError> {
    let wrong = || MessageError::Url(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?.as_str().to_owned();
    if authority.is_empty() || !matches!(uri.scheme_str(), Some("https" | "http")) {
        return Err(wrong());
    }
    let mut request = Request::new(Vec::new());
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    request.set_header("host", &authority)?;
    Ok(request)
}

/// A GET request.
pub fn get(url: &str) -> Result<Request, MessageError> {
    request(Method::GET, url)
}

/// A POST request with any body.
pub fn post(url: &str, content_type: &str, body: Vec<u8>) -> Result<Request, MessageError> {
    let mut request = request(Method::POST, url)?;
    request.set_header(CONTENT_TYPE.as_str(), content_type)?;
    *request.body_mut() = body;
    Ok(request)
}

/// A POST request with a form, as STS and OAuth token endpoints take it.
pub fn post_form(url: &str, form: &Form) -> Result<Request, MessageError> {
    post(url, FORM, form.encode().into_bytes())
}

/// A POST request with JSON.
pub fn post_json(
    url: &str,
    content_type: &str,
    body: &serde_json::Value,
) -> Result<Request, MessageError> {
    post(url, content_type, body.to_string().into_bytes())
}

/// A response with a body of the given type.
pub fn response(status: StatusCode, content_type: &str, body: Vec<u8>) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    // A content type that no header may carry is left out: the body still arrives
    if let Ok(value) = content_type.parse() {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

/// A response with JSON.
pub fn json_response(status: StatusCode, body: &serde_json::Value) -> Response {
    response(status, JSON, body.to_string().into_bytes())
}

/// A response with a form.
pub fn form_response(status: StatusCode, form: &Form) -> Response {
    response(status, FORM, form.encode().into_bytes())
}

/// A response with an XML document.
pub fn xml_response(status: StatusCode, document: String) -> Response {
    response(status, XML, document.into_bytes())
}

/// A response with neither body nor content type.
pub fn empty_response(status: StatusCode) -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

/// A redirect (302) to an absolute URL.
pub fn redirect(location: &str) -> Result<Response, MessageError> {
    let mut response = empty_response(StatusCode::FOUND);
    response.set_header("location", location)?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_knows_its_host_path_query_and_url() {
        let request = get("https://sts.amazonaws.com/a%20b?Action=X&Version=1").unwrap();
        assert_eq!(request.host(), "sts.amazonaws.com");
        assert_eq!(RequestExt::path(&request), "/a%20b");
        assert_eq!(RequestExt::query(&request), "Action=X&Version=1");
        assert_eq!(request.query_form().unwrap().get("Action"), Some("X"));
        assert_eq!(
            request.absolute_url(),
            "https://sts.amazonaws.com/a%20b?Action=X&Version=1"
        );
    }

    #[test]
    fn a_request_line_with_only_a_path_takes_the_host_header() {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = "/x".parse().unwrap();
        request.set_header("Host", "127.0.0.1:4566").unwrap();
        assert_eq!(request.host(), "127.0.0.1");
        assert_eq!(request.absolute_url(), "https://127.0.0.1:4566/x");
    }

    #[test]
    fn a_url_without_scheme_or_host_is_refused() {
        for url in [
            "/path",
            "example.com",
            "ftp://example.com/",
            "https://",
            "https://a b/",
        ] {
            assert!(matches!(get(url), Err(MessageError::Url(_))), "{url}");
        }
    }

    #[test]
    fn headers_are_described_in_order_with_their_usual_spelling() {
        let mut request = get("https://example.com/").unwrap();
        request
            .set_header("x-amz-date", "20260303T090000Z")
            .unwrap();
        request.set_header("authorization", "Bearer x").unwrap();
        request.set_header("etag", "\"1\"").unwrap();
        let names: Vec<String> = request.described_headers().map(|(name, _)| name).collect();
        assert_eq!(names, ["Host", "X-Amz-Date", "Authorization", "ETag"]);
    }

    #[test]
    fn a_line_break_cannot_enter_a_header() {
        let mut request = get("https://example.com/").unwrap();
        assert!(matches!(
            request.set_header("x-a", "1\r\nx-b: 2"),
            Err(MessageError::HeaderValue(_))
        ));
        assert!(matches!(
            request.set_header("x a", "1"),
            Err(MessageError::HeaderName(_))
        ));
        assert!(redirect("https://a/\n").is_err());
    }

    #[test]
    fn each_body_says_its_type_and_reads_back() {
        let form = Form::new().with("grant_type", "refresh_token");
        let request = post_form("https://example.com/token", &form).unwrap();
        assert_eq!(request.header("Content-Type"), Some(FORM));
        assert_eq!(request.form_body().unwrap(), form);
        let response = json_response(StatusCode::OK, &json!({"a": 1}));
        assert_eq!(response.header("content-type"), Some(JSON));
        assert_eq!(response.json_body().unwrap(), json!({"a": 1}));
        let binary = super::response(StatusCode::OK, "image/png", vec![0xff]);
        assert_eq!(binary.text_body(), Err(MessageError::NotText));
    }
}
