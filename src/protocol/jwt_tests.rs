//! Tests of the token code: against itself, against another implementation, against attackers.

use super::*;
use jsonwebtoken::{DecodingKey, Validation};
use proptest::prelude::*;
use serde_json::json;

fn key(seed: u8) -> SigningKey {
    SigningKey::generate([seed; 32]).unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn token(algorithm: Algorithm) -> String {
    let claims =
        json!({"sub": "10769150350006150715113082367", "aud": "app", "exp": 1_772_532_000});
    encode(
        &map(json!({"kid": "k1", "typ": "JWT"})),
        &map(claims),
        &key(1),
        algorithm,
    )
    .unwrap()
}

fn verify(token: &str, key: &SigningKey, allowed: &[Algorithm]) -> Result<Algorithm, JwtError> {
    Unverified::parse(token)?.verify_signature(&key.verifying_key().unwrap(), allowed)
}

/// Verifies with the independent implementation, its clock turned off.
fn foreign_verify(token: &str, key: &SigningKey, algorithm: Algorithm) -> bool {
    let jwk = key.jwk("k1", algorithm);
    let theirs = match algorithm {
        Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::RS384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::RS512 => jsonwebtoken::Algorithm::RS512,
    };
    let mut validation = Validation::new(theirs);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoding = DecodingKey::from_rsa_components(&jwk.n, &jwk.e).unwrap();
    jsonwebtoken::decode::<Value>(token, &decoding, &validation).is_ok()
}

#[test]
fn a_token_verifies_and_keeps_the_order_of_its_claims() {
    let text = token(Algorithm::RS512);
    let parsed = Unverified::parse(&text).unwrap();
    assert_eq!(parsed.to_token(), text);
    assert_eq!(
        parsed.claims().keys().collect::<Vec<_>>(),
        ["sub", "aud", "exp"]
    );
    assert_eq!(
        parsed.header().keys().collect::<Vec<_>>(),
        ["kid", "typ", "alg"]
    );
    assert_eq!(parsed.kid(), Some("k1"));
    assert_eq!(parsed.seconds("exp"), Some(1_772_532_000));
    assert_eq!(parsed.audiences(), ["app"]);
    assert_eq!(
        verify(&text, &key(1), &[Algorithm::RS512]),
        Ok(Algorithm::RS512)
    );
}

#[test]
fn another_implementation_believes_our_tokens_under_the_right_key_only() {
    for algorithm in Algorithm::ALL {
        let text = token(algorithm);
        assert!(foreign_verify(&text, &key(1), algorithm), "{algorithm}");
        assert!(!foreign_verify(&text, &key(2), algorithm), "{algorithm}");
    }
}

#[test]
fn we_believe_another_implementations_tokens() {
    let der = key(1).to_pkcs1_der().to_vec();
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS512);
    let encoding = jsonwebtoken::EncodingKey::from_rsa_der(&der);
    let text = jsonwebtoken::encode(&header, &json!({"sub": "x"}), &encoding).unwrap();
    assert_eq!(
        verify(&text, &key(1), &Algorithm::ALL),
        Ok(Algorithm::RS512)
    );
    assert_eq!(
        verify(&text, &key(2), &Algorithm::ALL),
        Err(JwtError::BadSignature)
    );
}

#[test]
fn a_verifier_pinned_to_one_algorithm_refuses_the_other() {
    let found = Algorithm::RS512;
    let allowed = vec![Algorithm::RS256];
    let error = verify(&token(found), &key(1), &allowed).unwrap_err();
    assert_eq!(error.to_string(), "the header says RS512, expected RS256");
    assert_eq!(error, JwtError::NotAllowed { found, allowed });
}

#[test]
fn a_key_published_for_another_algorithm_is_refused() {
    let public = VerifyingKey::from_jwk(&key(1).jwk("k1", Algorithm::RS256)).unwrap();
    let parsed = Unverified::parse(&token(Algorithm::RS512)).unwrap();
    let error = parsed
        .verify_signature(&public, &Algorithm::ALL)
        .unwrap_err();
    assert_eq!(
        error,
        JwtError::KeyMismatch {
            found: Algorithm::RS512,
            key: Algorithm::RS256
        }
    );
}

#[test]
fn an_unsigned_token_is_refused_however_none_is_spelled() {
    let text = token(Algorithm::RS256);
    let stripped = tamper::strip_signature(&text).unwrap();
    assert!(stripped.ends_with('.'));
    assert_eq!(
        verify(&stripped, &key(1), &Algorithm::ALL),
        Err(JwtError::AlgorithmNone)
    );
    let shouted = tamper::replace_header(&text, "alg", json!("NONE")).unwrap();
    assert_eq!(
        verify(&shouted, &key(1), &Algorithm::ALL),
        Err(JwtError::AlgorithmNone)
    );
}

#[test]
fn a_public_key_never_serves_as_a_shared_secret() {
    use crate::protocol::hash::hmac_sha256;
    let header = base64url(br#"{"alg":"HS256"}"#);
    let input = format!("{header}.{}", base64url(br#"{"sub":"admin"}"#));
    let forged = format!(
        "{input}.{}",
        base64url(&hmac_sha256(key(1).modulus(), input.as_bytes()))
    );
    let error = verify(&forged, &key(1), &Algorithm::ALL).unwrap_err();
    assert_eq!(error, JwtError::SharedSecret("HS256".to_owned()));
}

#[test]
fn foreign_missing_and_critical_headers_are_refused() {
    let with = |member: &str, value: Value| {
        let text = tamper::replace_header(&token(Algorithm::RS256), member, value).unwrap();
        verify(&text, &key(1), &Algorithm::ALL).unwrap_err()
    };
    assert_eq!(
        with("alg", json!("ES256")),
        JwtError::UnknownAlgorithm("ES256".to_owned())
    );
    assert_eq!(
        with("alg", json!("rs256")),
        JwtError::UnknownAlgorithm("rs256".to_owned())
    );
    assert_eq!(with("alg", json!(null)), JwtError::NoAlgorithm);
    assert_eq!(with("crit", json!(["exp"])), JwtError::Critical);
}

#[test]
fn a_changed_claim_breaks_the_signature() {
    let changed = tamper::replace_claim(&token(Algorithm::RS256), "sub", json!("admin")).unwrap();
    assert_eq!(
        Unverified::parse(&changed).unwrap().text("sub"),
        Some("admin")
    );
    assert_eq!(
        verify(&changed, &key(1), &Algorithm::ALL),
        Err(JwtError::BadSignature)
    );
}

#[test]
fn malformed_tokens_say_what_is_wrong_and_where() {
    let reason = |text: &str| Unverified::parse(text).unwrap_err().to_string();
    assert_eq!(
        reason("opaque"),
        "a signed token has 3 parts between dots, this one has 1"
    );
    assert_eq!(
        reason("a.b.c.d.e"),
        "a signed token has 3 parts between dots, this one has 5"
    );
    assert!(reason("*.e30.").starts_with("the header is not base64url"));
    assert!(reason("e30.e30=.").starts_with("the claims part is not base64url"));
    assert!(reason("e30.e30.A").starts_with("the signature is not base64url"));
    assert_eq!(
        reason(&format!("e30.{}.", base64url(b"[]"))),
        "the claims part is not a JSON object"
    );
    let twice = format!("e30.{}.", base64url(br#"{"sub":"a","sub":"b"}"#));
    assert!(
        reason(&twice).contains("\"sub\" appears twice"),
        "{}",
        reason(&twice)
    );
    let long = "a".repeat(MAX_TOKEN_BYTES + 1);
    assert_eq!(
        Unverified::parse(&long),
        Err(JwtError::TooLong(MAX_TOKEN_BYTES + 1))
    );
}

#[test]
fn claims_too_large_to_be_read_back_are_not_signed() {
    let claims = map(json!({"big": "x".repeat(MAX_TOKEN_BYTES)}));
    let error = encode(&Map::new(), &claims, &key(1), Algorithm::RS256).unwrap_err();
    assert!(matches!(error, JwtError::TooLong(_)));
}

#[test]
fn flipping_a_byte_that_is_not_there_is_an_error() {
    let text = token(Algorithm::RS256);
    let error = tamper::flip_byte(&text, Part::Signature, 256).unwrap_err();
    assert_eq!(
        error,
        JwtError::NoSuchByte {
            part: Part::Signature,
            at: 256
        }
    );
    assert_eq!(
        tamper::flip_byte("a", Part::Claims, 0),
        Err(JwtError::Segments(1))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_encoded_is_parsed_again(
        texts in prop::collection::btree_map("[a-z]{1,8}", ".{0,20}", 0..5),
        number: i64,
    ) {
        let mut claims: Map<String, Value> =
            texts.into_iter().map(|(name, text)| (name, Value::from(text))).collect();
        claims.insert("NUMBER".to_owned(), Value::from(number));
        let text = encode(&Map::new(), &claims, &key(1), Algorithm::RS256).unwrap();
        let parsed = Unverified::parse(&text).unwrap();
        prop_assert_eq!(parsed.claims(), &claims);
        prop_assert_eq!(verify(&text, &key(1), &[Algorithm::RS256]), Ok(Algorithm::RS256));
    }

    #[test]
    fn a_token_with_any_one_character_changed_never_verifies(
        place in any::<prop::sample::Index>(),
        character in "[A-Za-z0-9_.=-]",
    ) {
        let text = token(Algorithm::RS256);
        let at = place.index(text.len());
        let mut changed = text.clone();
        changed.replace_range(at..=at, &character);
        prop_assume!(changed != text);
        prop_assert!(verify(&changed, &key(1), &Algorithm::ALL).is_err());
    }

    #[test]
    fn a_token_with_any_flipped_byte_never_verifies(
        part in prop::sample::select(vec![Part::Header, Part::Claims, Part::Signature]),
        at in 0usize..30,
    ) {
        let changed = tamper::flip_byte(&token(Algorithm::RS512), part, at).unwrap();
        prop_assert!(verify(&changed, &key(1), &Algorithm::ALL).is_err());
    }

    #[test]
    fn no_text_panics(text in ".{0,60}", dotted in "[A-Za-z0-9_-]{0,20}\\.[A-Za-z0-9_-]{0,20}\\.[A-Za-z0-9_-]{0,20}") {
        let _ = Unverified::parse(&text);
        let _ = Unverified::parse(&dotted);
    }
}
