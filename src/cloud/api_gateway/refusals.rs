//! What an API says when it does not let a call through. The bodies have one member and no code;
//! a REST API puts the code into the header `x-amzn-ErrorType`.

use http::StatusCode;
use serde_json::{Value, json};

use super::config::ApiKind;
use crate::cloud::Cloud;
use crate::cloud::aws;
use crate::protocol::message::{Message, Response, json_response};

fn answer(cloud: &mut Cloud, status: StatusCode, code: Option<&str>, body: &Value) -> Response {
    let id = aws::request_id(cloud);
    let mut response = json_response(status, body);
    // Both values are made of plain letters
    let _ = response.set_header("x-amzn-requestid", &id);
    if let Some(code) = code {
        let _ = response.set_header("x-amzn-errortype", code);
    }
    response
}

/// No token, or none that is good.
pub fn unauthorized(cloud: &mut Cloud, kind: ApiKind, why: Option<&str>) -> Response {
    let body = json!({ "message": "Unauthorized" });
    let code = (kind == ApiKind::Rest).then_some("UnauthorizedException");
    let mut response = answer(cloud, StatusCode::UNAUTHORIZED, code, &body);
    if kind == ApiKind::Http {
        let challenge = match why {
            Some(why) => format!(
                "Bearer scope=\"\" error=\"invalid_token\" error_description=\"{}\"",
                why.replace('"', "'")
            ),
            None => "Bearer".to_owned(),
        };
        // A reason that no header may carry is left out
        let _ = response.set_header("www-authenticate", &challenge);
    }
    response
}

/// A good token without the scope.
pub fn missing_scope(cloud: &mut Cloud, kind: ApiKind) -> Response {
    match kind {
        // A REST API does not tell a token without the scope from one that is no good
        ApiKind::Rest => unauthorized(cloud, kind, None),
        ApiKind::Http => forbidden(cloud, kind),
    }
}

/// `{"message":"Forbidden"}`.
pub fn forbidden(cloud: &mut Cloud, kind: ApiKind) -> Response {
    cloud.ledger.refused_in_own_words();
    let body = json!({ "message": "Forbidden" });
    let code = (kind == ApiKind::Rest).then_some("ForbiddenException");
    answer(cloud, StatusCode::FORBIDDEN, code, &body)
}

/// A user pool's token that has ended, which a REST API tells from others.
pub fn expired(cloud: &mut Cloud, kind: ApiKind) -> Response {
    if kind == ApiKind::Http {
        return unauthorized(cloud, kind, Some("the token has expired"));
    }
    cloud.ledger.refused_in_own_words();
    let body = json!({ "message": "The incoming token has expired" });
    let code = Some("UnauthorizedException");
    answer(cloud, StatusCode::UNAUTHORIZED, code, &body)
}

/// There is no such method. A REST API answers as if a signature were missing.
pub fn no_such_method(cloud: &mut Cloud, kind: ApiKind) -> Response {
    match kind {
        ApiKind::Rest => missing_token(cloud, kind),
        ApiKind::Http => {
            let body = json!({ "message": "Not Found" });
            answer(cloud, StatusCode::NOT_FOUND, None, &body)
        }
    }
}

/// Nobody signed.
pub fn missing_token(cloud: &mut Cloud, kind: ApiKind) -> Response {
    if kind == ApiKind::Http {
        return forbidden(cloud, kind);
    }
    cloud.ledger.refused_in_own_words();
    let body = json!({ "message": "Missing Authentication Token" });
    let code = Some("MissingAuthenticationTokenException");
    answer(cloud, StatusCode::FORBIDDEN, code, &body)
}

/// The signature is refused, or IAM says no. The member with the sentence of IAM has a capital
/// letter, the others a small one.
pub fn of_aws(cloud: &mut Cloud, kind: ApiKind, code: &str, message: &str) -> Response {
    if code == "MissingAuthenticationTokenException" {
        return missing_token(cloud, kind);
    }
    if kind == ApiKind::Http {
        return forbidden(cloud, kind);
    }
    cloud.ledger.refused_in_own_words();
    let body = match code {
        "AccessDeniedException" => json!({ "Message": message }),
        _ => json!({ "message": message }),
    };
    answer(cloud, StatusCode::FORBIDDEN, Some(code), &body)
}

/// The function could not be run, failed, or returned no answer.
pub fn bad_function(cloud: &mut Cloud, kind: ApiKind) -> Response {
    match kind {
        ApiKind::Rest => {
            let body = json!({ "message": "Internal server error" });
            let code = Some("InternalServerErrorException");
            answer(cloud, StatusCode::BAD_GATEWAY, code, &body)
        }
        ApiKind::Http => {
            let body = json!({ "message": "Internal Server Error" });
            answer(cloud, StatusCode::INTERNAL_SERVER_ERROR, None, &body)
        }
    }
}
