//! Sign-in pages as browsers get them: small real HTML with a form, error pages, cookies.
//!
//! Every identity provider with pages of its own uses these, so that a person's device can be
//! played by anything that fills in forms. The pages are well-formed XML, too.

use http::StatusCode;
use http::header::{COOKIE, HeaderValue, LOCATION, SET_COOKIE};

use crate::protocol::message::{Request, Response, empty_response, response};
use crate::protocol::xml::escape;

/// `Content-Type` of a page.
const HTML: &str = "text/html; charset=utf-8";
/// What a page begins with.
pub const DOCTYPE: &str = "<!DOCTYPE html>";

/// An answer that ends a sign-in early; boxed, since it is much larger than what goes on.
pub type Refused = Box<Response>;

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    /// Carried along unseen: name and value
    Hidden(&'a str, &'a str),
    /// To be filled in: name and label
    Text(&'a str, &'a str),
    /// To be filled in unseen: name and label
    Password(&'a str, &'a str),
    /// A choice by button: name, value and label
    Button(&'a str, &'a str, &'a str),
}

impl Field<'_> {
    fn html(self) -> String {
        match self {
            Self::Hidden(name, value) => {
                format!(
                    "<input type=\"hidden\" name=\"{name}\" value=\"{}\"/>",
                    escape(value)
                )
            }
            Self::Text(name, label) => {
                format!(
                    "<label>{} <input type=\"text\" name=\"{name}\"/></label>",
                    escape(label)
                )
            }
            Self::Password(name, label) => format!(
                "<label>{} <input type=\"password\" name=\"{name}\"/></label>",
                escape(label)
            ),
            Self::Button(name, value, label) => format!(
                "<button type=\"submit\" name=\"{name}\" value=\"{}\">{}</button>",
                escape(value),
                escape(label)
            ),
        }
    }
}

/// A page with a form that is posted to `action`.
pub fn form_page(title: &str, text: &str, action: &str, fields: &[Field<'_>]) -> Response {
    let fields: String = fields.iter().map(|field| field.html()).collect();
    let form = format!(
        "<form method=\"post\" action=\"{}\">{fields}</form>",
        escape(action)
    );
    page(StatusCode::OK, title, text, &form)
}

/// A page that only says something.
pub fn text_page(title: &str, text: &str) -> Response {
    page(StatusCode::OK, title, text, "")
}

/// A page that says what went wrong.
pub fn error_page(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, title, text, "")
}

fn page(status: StatusCode, title: &str, text: &str, rest: &str) -> Response {
    let (title, text) = (escape(title), escape(text));
    let html = format!(
        "{DOCTYPE}\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>{title}</title></head>\
         <body><h1>{title}</h1><p>{text}</p>{rest}</body></html>"
    );
    response(status, HTML, html.into_bytes())
}

/// A redirect. A location that no header may carry becomes an error page instead.
pub fn redirect(location: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(location) else {
        return error_page(
            StatusCode::BAD_REQUEST,
            "Bad request",
            "The redirect is not a URL",
        );
    };
    let mut response = empty_response(StatusCode::FOUND);
    response.headers_mut().insert(LOCATION, value);
    response
}

/// The same response, setting one more cookie.
pub fn with_cookie(mut response: Response, name: &str, value: &str, attributes: &str) -> Response {
    let text = format!("{name}={value}; {attributes}");
    if let Ok(cookie) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The cookie of that name in a request.
pub fn cookie<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let headers = request.headers().get_all(COOKIE).iter();
    let pairs = headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::message::{Message, get};

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut request = get("https://www.facebook.com/").unwrap();
        request
            .set_header("cookie", "xxs=1; xs=2;c_user=3")
            .unwrap();
        assert_eq!(cookie(&request, "xs"), Some("2"));
        assert_eq!(cookie(&request, "c_user"), Some("3"));
        assert_eq!(cookie(&request, "s"), None);
    }

    #[test]
    fn what_a_page_shows_cannot_break_out_of_its_text() {
        let page = form_page(
            "T",
            "<script>",
            "/a\"b",
            &[Field::Hidden("state", "\"><x>")],
        );
        let text = page.text_body().unwrap();
        assert!(!text.contains("<script>") && !text.contains("<x>") && !text.contains("/a\"b"));
    }

    #[test]
    fn a_redirect_cannot_smuggle_a_header() {
        assert_eq!(
            redirect("https://a/\r\nx: y").status(),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(redirect("https://a/?b").status(), StatusCode::FOUND);
    }
}
