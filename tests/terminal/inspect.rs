//! `inspect`: any token, taken apart and verified offline.

use crate::trace::trace;
use crate::{complaint, printed, tokentrail};

/// An ID token of a shipped story, its issuer, its audience, and its issuer's keys in a file.
struct Known {
    _folder: tempfile::TempDir,
    jwks: String,
    token: String,
    issuer: String,
    audience: String,
}

const DURING: &str = "2026-03-03T09:05:00Z";

fn known() -> Known {
    let lines = trace("facebook-to-s3");
    let artifact = lines
        .iter()
        .find(|line| line["type"] == "artifact" && line["kind"] == "id_token")
        .unwrap();
    let issuer = artifact["claims"]["iss"].as_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, printed(&["jwks", "facebook-to-s3", &issuer])).unwrap();
    Known {
        jwks: path.to_str().unwrap().to_owned(),
        token: artifact["value"].as_str().unwrap().to_owned(),
        audience: artifact["claims"]["aud"].as_str().unwrap().to_owned(),
        issuer,
        _folder: folder,
    }
}

/// Exit code and output.
fn inspected(token: &str, more: &[&str]) -> (i32, String) {
    let mut args = vec!["inspect", token];
    args.extend(more);
    let output = tokentrail(&args).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

/// The outcome of each check, in order.
fn outcomes(text: &str) -> Vec<&str> {
    let checks = text.lines().skip_while(|line| *line != "Checks").skip(1);
    checks
        .map(|line| line.trim().split("  ").next().unwrap().trim())
        .collect()
}

#[test]
fn a_good_token_passes_every_check_in_order() {
    let known = known();
    let more = [
        "--jwks",
        &known.jwks,
        "--issuer",
        &known.issuer,
        "--audience",
        &known.audience,
        "--at",
        DURING,
    ];
    let (code, text) = inspected(&known.token, &more);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("\"cognito:username\""), "{text}");
    let mut expected = vec!["passed"; 8];
    expected[6] = "not checked";
    assert_eq!(outcomes(&text), expected, "{text}");
    let names = [
        "Format",
        "Algorithm",
        "Key",
        "Signature",
        "Issuer",
        "Audience",
        "Not before",
        "Not expired",
    ];
    let places: Vec<usize> = names.iter().map(|name| text.rfind(name).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn without_keys_it_says_that_anybody_can_have_written_the_token() {
    let known = known();
    let (code, text) = inspected(&known.token, &["--at", DURING]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("not checked  Signature"), "{text}");
}

#[test]
fn an_altered_expired_or_foreign_token_fails_with_code_1() {
    let known = known();
    let keys = ["--jwks", known.jwks.as_str(), "--at", DURING];
    let mut parts: Vec<&str> = known.token.split('.').collect();
    let none = "eyJhbGciOiJub25lIn0";
    parts[0] = none;
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    let swapped = parts.join(".");
    for token in [unsigned.as_str(), swapped.as_str()] {
        let (code, text) = inspected(token, &keys);
        assert_eq!(code, 1, "{text}");
        assert!(
            text.contains("FAILED       Algorithm    the header says alg none"),
            "{text}"
        );
        assert!(text.contains("FAILED       Signature"), "{text}");
    }
    let (code, text) = inspected(&known.token, &["--at", "2026-03-03T23:00:00Z"]);
    assert_eq!((code, *outcomes(&text).last().unwrap()), (1, "FAILED"));
    let (code, text) = inspected(&known.token, &["--at", DURING, "--audience", "other"]);
    assert_eq!(code, 1);
    assert!(text.contains("expected other, found "), "{text}");
    let (code, _) = inspected(
        &known.token,
        &["--at", DURING, "--issuer", "https://x.example"],
    );
    assert_eq!(code, 1);
}

#[test]
fn what_is_no_token_is_bad_input() {
    assert!(complaint(&["inspect", "EAAopaque"], 2).contains("3 parts"));
    assert!(complaint(&["inspect", "a.b.c"], 2).contains("not a token"));
    let known = known();
    assert!(complaint(&["inspect", &known.token, "--at", "noon"], 2).contains("--at noon"));
    assert!(complaint(&["inspect", &known.token, "--jwks", "nowhere"], 2).contains("nowhere"));
    let mut command = tokentrail(&["inspect", "-", "--at", DURING]);
    let output = command
        .write_stdin(format!("{}\n", known.token))
        .output()
        .unwrap();
    assert!(output.status.success());
}

#[test]
fn a_thing_of_a_scenario_is_looked_at_as_in_the_window() {
    let said = printed(&["inspect", "facebook-to-s3", "--select", "artifact:id_token"]);
    assert!(said.contains("checked by Identity pool"), "{said}");
    let said = printed(&[
        "inspect",
        "facebook-to-s3",
        "--select",
        "actor:users",
        "--beat",
        "4",
    ]);
    assert!(said.contains("User directory"), "{said}");
    let call = [
        "inspect",
        "facebook-to-s3",
        "--select",
        "exchange:0",
        "--call",
        "curl",
    ];
    assert!(printed(&call).starts_with("curl -i"));
}

#[test]
fn a_thing_that_is_not_there_is_refused_with_what_is() {
    let args = ["inspect", "facebook-to-s3", "--select", "actor:nobody"];
    let said = complaint(&args, 2);
    assert!(said.contains("there are: "), "{said}");
}
