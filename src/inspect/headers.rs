//! What a header is for, where it matters to who may do what.

/// One sentence about a header; nothing for one that explains itself.
pub fn note(name: &str) -> Option<&'static str> {
    let note = match name.to_ascii_lowercase().as_str() {
        "authorization" => {
            "Who asks. For AWS: which key signed, over what, and the signature; the secret never travels"
        }
        "x-amz-security-token" => {
            "Goes with temporary credentials: without it their key is worth nothing"
        }
        "x-amz-date" => "When the request was signed. A few minutes off, and it is refused",
        "x-amz-content-sha256" => {
            "The hash of the body. The signature covers it, so the body cannot be exchanged"
        }
        "x-amz-target" => "Which operation is asked for: every one goes to the same path",
        "host" => "Whom it is for. The signature covers it, so it cannot be sent to somebody else",
        "cookie" => "What ties this request to a browser that is signed in",
        "set-cookie" => "The browser keeps this and shows it from now on",
        "location" => "Where the browser is sent next. Codes and states travel in it",
        "www-authenticate" => "What would be needed to be let in",
        "cache-control" => "no-store: a token must not be kept by anything on the way",
        "x-amzn-errortype" => "The error code",
        "x-amzn-requestid" | "x-amz-request-id" => {
            "The number by which AWS's support finds this request"
        }
        "x-amz-source-arn" => {
            "On whose behalf an AWS service calls; a resource policy can insist on it"
        }
        "x-amz-source-account" => "The account on whose behalf an AWS service calls",
        "x-amzn-oidc-identity" => "Who is signed in, as the load balancer tells the application",
        "x-push-id" => "The device that the push is for",
        "etag" => "A fingerprint of the object",
        _ => return None,
    };
    Some(note)
}
