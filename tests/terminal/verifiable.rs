//! Everything in a trace can be verified by somebody who trusts nothing here: tokens with another
//! JWT implementation and the exported keys, signatures by recomputing them from what travelled.

use std::collections::BTreeMap;
use std::process::Command;

use aws_lc_rs::{digest, hmac};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use crate::trace::trace;
use crate::{printed, shipped};

fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

/// Every readable token of a trace, with whether somebody in the story altered it.
fn tokens(lines: &[Value]) -> impl Iterator<Item = (&str, &str, bool)> {
    of_type(lines, "artifact").into_iter().filter_map(|it| {
        let issuer = it["claims"]["iss"].as_str()?;
        Some((it["value"].as_str()?, issuer, it["tampered"] == true))
    })
}

#[test]
fn every_jwt_in_a_trace_verifies_with_another_implementation() {
    let mut verified = 0;
    for id in shipped() {
        let lines = trace(id);
        for (token, issuer, tampered) in tokens(&lines) {
            let Some(keys) = keys_of(&lines, issuer) else {
                assert!(tampered, "{id} does not publish the keys of {issuer}");
                continue;
            };
            let outcome = verify(token, &keys);
            if tampered {
                assert!(outcome.is_err(), "{id}: a forged token verifies");
            } else {
                outcome.unwrap_or_else(|error| panic!("{id}: {error}: {token}"));
            }
            verified += 1;
        }
    }
    assert!(verified >= shipped().count(), "only {verified} tokens");
}

/// What a shell says to a script; nothing where the tool is not on this machine.
fn said_by(tool: &str, script: &str) -> Option<(bool, String)> {
    let version = if tool == "openssl" {
        "version"
    } else {
        "--version"
    };
    let there = Command::new(tool).arg(version).output();
    there.ok().filter(|it| it.status.success())?;
    let output = Command::new("sh").arg("-c").arg(script).output().ok()?;
    Some((
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    ))
}

#[test]
fn the_commands_that_verify_a_token_outside_say_yes_to_it_and_no_to_an_altered_one() {
    for (tool, program) in [("openssl", "openssl"), ("node", "node")] {
        let command = |scenario: &str, kind: &str| {
            let thing = format!("artifact:{kind}");
            printed(&["inspect", scenario, "--select", &thing, "--outside", tool])
        };
        for kind in ["id_token", "pool_token", "access_token"] {
            let Some((held, said)) = said_by(program, &command("facebook-to-s3", kind)) else {
                continue;
            };
            assert!(
                held && said.contains("Verified OK"),
                "{tool} {kind}: {said}"
            );
        }
        if let Some((held, said)) = said_by(program, &command("id-token-tampered", "id_token")) {
            assert!(!held && !said.contains("OK"), "{tool}: {said}");
        }
    }
}

#[test]
fn the_program_prints_the_keys_that_the_trace_holds() {
    let lines = trace("facebook-to-s3");
    let published = of_type(&lines, "jwks");
    assert!(published.len() >= 2);
    for line in published {
        let issuer = line["issuer"].as_str().unwrap();
        let printed: Value =
            serde_json::from_str(&printed(&["jwks", "facebook-to-s3", issuer])).unwrap();
        assert_eq!(line["keys"], printed);
    }
}

/// The issuer's keys as the trace holds them; none for an issuer that does not exist.
fn keys_of(lines: &[Value], issuer: &str) -> Option<JwkSet> {
    let published = of_type(lines, "jwks");
    let line = published
        .into_iter()
        .rfind(|line| line["issuer"] == issuer)?;
    Some(serde_json::from_value(line["keys"].clone()).unwrap())
}

fn verify(token: &str, keys: &JwkSet) -> Result<(), String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    let kid = header.kid.ok_or("no kid")?;
    let key = keys.find(&kid).ok_or("the kid is not in the JWKS")?;
    let mut validation = Validation::new(header.alg);
    validation.algorithms = vec![Algorithm::RS256, Algorithm::RS512];
    // Simulated time decides expiry; the audience is its receiver's business
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let decoded = jsonwebtoken::decode::<Value>(token, &key, &validation);
    decoded.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn every_signature_in_a_trace_can_be_recomputed_from_what_it_holds() {
    let mut recomputed = 0;
    for id in shipped() {
        let lines = trace(id);
        let mut secrets = BTreeMap::new();
        for artifact in of_type(&lines, "artifact") {
            if let Some(key) = artifact["value"]["AccessKeyId"].as_str() {
                let secret = artifact["value"]["SecretAccessKey"].as_str().unwrap();
                secrets.insert(key.to_owned(), secret.to_owned());
            }
        }
        for exchange in of_type(&lines, "exchange")
            .into_iter()
            .filter(|x| accepted(x))
        {
            let headers = headers(&exchange["request"]);
            let authorization = headers.get("authorization");
            if let Some(authorization) = authorization.filter(|it| it.starts_with("AWS4")) {
                assert_eq!(
                    signature(&exchange["request"], &headers, authorization, &secrets),
                    authorization.rsplit("Signature=").next().unwrap(),
                    "{}",
                    exchange["operation"]
                );
                recomputed += 1;
            }
        }
    }
    assert!(
        recomputed >= 2 * shipped().count(),
        "only {recomputed} signed requests"
    );
}

/// Whether the receiver found the request's signature to be right. Stories also show altered ones.
fn accepted(exchange: &Value) -> bool {
    let checks = exchange["checks"].as_array().unwrap();
    checks
        .iter()
        .any(|check| check["name"] == "Signature" && check["outcome"] == "passed")
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
    // Every service but S3 signs the path encoded once more
    let s3 = scope.contains("/s3/");
    let path = if s3 {
        path.to_owned()
    } else {
        path.replace('%', "%25")
    };
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
