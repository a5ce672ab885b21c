//! Everything in a trace can be verified by somebody who trusts nothing here: tokens with another
//! JWT implementation and the exported keys, signatures by recomputing them from what travelled.

use std::collections::BTreeMap;

use aws_lc_rs::{digest, hmac};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use crate::trace::trace;
use crate::{SHIPPED, printed};

fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

#[test]
fn every_jwt_in_a_trace_verifies_with_another_implementation() {
    for id in SHIPPED {
        let lines = trace(id);
        let mut verified = 0;
        for artifact in of_type(&lines, "artifact") {
            let Some(token) = artifact["value"]
                .as_str()
                .filter(|_| artifact["claims"].is_object())
            else {
                continue;
            };
            assert_ne!(
                artifact["tampered"], true,
                "no shipped story so far has a forged token"
            );
            let issuer = artifact["claims"]["iss"].as_str().unwrap();
            verify(token, &keys_of(id, &lines, issuer));
            verified += 1;
        }
        assert!(verified >= 2, "{id} shows tokens");
    }
}

/// The issuer's keys, from the trace.
fn keys_of(id: &str, lines: &[Value], issuer: &str) -> JwkSet {
    let published = of_type(lines, "jwks")
        .into_iter()
        .find(|line| line["issuer"] == issuer)
        .unwrap_or_else(|| panic!("{id} publishes the keys of {issuer}"));
    let exported: Value = serde_json::from_str(&printed(&["jwks", id, issuer])).unwrap();
    assert_eq!(published["keys"], exported, "trace and `jwks` agree");
    serde_json::from_value(exported).unwrap()
}

fn verify(token: &str, keys: &JwkSet) {
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = keys
        .find(header.kid.as_deref().unwrap())
        .expect("the kid is in the JWKS");
    let mut validation = Validation::new(header.alg);
    validation.algorithms = vec![Algorithm::RS256, Algorithm::RS512];
    // Simulated time decides expiry; the audience is its receiver's business
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(key).unwrap();
    jsonwebtoken::decode::<Value>(token, &key, &validation).expect("the signature verifies");
}

#[test]
fn every_signature_in_a_trace_can_be_recomputed_from_what_it_holds() {
    for id in ["facebook-to-s3"] {
        let lines = trace(id);
        let mut secrets = BTreeMap::new();
        for artifact in of_type(&lines, "artifact") {
            if let Some(key) = artifact["value"]["AccessKeyId"].as_str() {
                let secret = artifact["value"]["SecretAccessKey"].as_str().unwrap();
                secrets.insert(key.to_owned(), secret.to_owned());
            }
        }
        let mut recomputed = 0;
        for exchange in of_type(&lines, "exchange") {
            let headers = headers(&exchange["request"]);
            if let Some(authorization) = headers.get("authorization") {
                assert_eq!(
                    signature(&exchange["request"], &headers, authorization, &secrets),
                    authorization.rsplit("Signature=").next().unwrap(),
                    "{}",
                    exchange["operation"]
                );
                recomputed += 1;
            }
        }
        assert!(recomputed >= 8, "{id} has signed requests");
    }
}

fn headers(request: &Value) -> BTreeMap<String, String> {
    let pairs = request["headers"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    pairs
        .iter()
        .map(|pair| (text(&pair[0]).to_lowercase(), text(&pair[1])))
        .collect()
}

/// The signature after AWS's description, from method, URL, headers, body and secret alone.
fn signature(
    request: &Value,
    headers: &BTreeMap<String, String>,
    authorization: &str,
    secrets: &BTreeMap<String, String>,
) -> String {
    let part = |name: &str| {
        let value = authorization.split(name).nth(1).unwrap();
        value.split([',', ' ']).next().unwrap().to_owned()
    };
    let credential = part("Credential=");
    let (key, scope) = credential.split_once('/').unwrap();
    let signed = part("SignedHeaders=");
    let url = request["url"].as_str().unwrap();
    let after_host = url.splitn(4, '/').nth(3).unwrap();
    let (path, query) = after_host.split_once('?').unwrap_or((after_host, ""));
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_unstable();
    let canonical_headers: String = signed
        .split(';')
        .map(|name| format!("{name}:{}\n", headers[name].trim()))
        .collect();
    let body = request["body"].as_str().unwrap();
    let canonical = format!(
        "{}\n/{path}\n{}\n{canonical_headers}\n{signed}\n{}",
        request["method"].as_str().unwrap(),
        pairs.join("&"),
        sha256(body.as_bytes())
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        headers["x-amz-date"],
        sha256(canonical.as_bytes())
    );
    let mut signing = format!("AWS4{}", secrets[key]).into_bytes();
    for part in scope.split('/') {
        signing = mac(&signing, part);
    }
    hex(&mac(&signing, &to_sign))
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
