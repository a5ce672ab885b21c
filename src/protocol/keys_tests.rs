//! Tests of the keys: determinism, algorithms, storage, publication.

use super::*;

fn key() -> SigningKey {
    SigningKey::generate([1; 32]).unwrap()
}

#[test]
fn a_signature_verifies_under_its_own_key_and_algorithm_only() {
    let (key, other) = (key(), SigningKey::generate([2; 32]).unwrap());
    for algorithm in Algorithm::ALL {
        let signature = key.sign(algorithm, b"message").unwrap();
        let public = key.verifying_key().unwrap();
        for tried in Algorithm::ALL {
            assert_eq!(
                public.verifies(tried, b"message", &signature),
                tried == algorithm
            );
        }
        assert!(!public.verifies(algorithm, b"massage", &signature));
        assert!(
            !other
                .verifying_key()
                .unwrap()
                .verifies(algorithm, b"message", &signature)
        );
    }
}

#[test]
fn the_key_of_a_seed_never_changes() {
    let modulus = super::super::hash::sha256_hex(key().modulus());
    assert_eq!(
        modulus,
        "a689215e790bd8bf6461d0bff4c343530e837747d23f4a958be1c3eba789a203"
    );
}

#[test]
fn many_keys_come_in_the_order_of_their_seeds() {
    let seeds = [[2; 32], [1; 32], [2; 32]];
    let keys = SigningKey::generate_many(&seeds).unwrap();
    assert_eq!(keys[1].modulus(), key().modulus());
    assert_eq!(keys[0].modulus(), keys[2].modulus());
    assert_ne!(keys[0].modulus(), keys[1].modulus());
    assert!(SigningKey::generate_many(&[]).unwrap().is_empty());
}

#[test]
fn a_stored_key_comes_back_and_a_damaged_one_does_not() {
    let der = key().to_pkcs1_der().to_vec();
    assert_eq!(
        SigningKey::from_pkcs1_der(&der).unwrap().modulus(),
        key().modulus()
    );
    for at in [0, 20, 200, 400, 700, der.len() - 1] {
        let mut damaged = der.clone();
        damaged[at] ^= 1;
        assert!(SigningKey::from_pkcs1_der(&damaged).is_err(), "byte {at}");
    }
    assert!(SigningKey::from_pkcs1_der(&[]).is_err());
    assert_eq!(
        SigningKey::from_pkcs1_der(&[0; 5_000]).unwrap_err(),
        KeyError::TooLong(5_000)
    );
}

#[test]
fn restoring_saves_the_search() {
    let seed = [9; 32];
    assert!(!SigningKey::is_made(&seed));
    SigningKey::restore(seed, key().to_pkcs1_der()).unwrap();
    assert_eq!(
        SigningKey::generate(seed).unwrap().modulus(),
        key().modulus()
    );
}

#[test]
fn a_published_key_keeps_to_its_algorithm() {
    let jwk = key().jwk("kid-1", Algorithm::RS512);
    let public = VerifyingKey::from_jwk(&jwk).unwrap();
    let rs256 = key().sign(Algorithm::RS256, b"m").unwrap();
    let rs512 = key().sign(Algorithm::RS512, b"m").unwrap();
    assert!(!public.verifies(Algorithm::RS256, b"m", &rs256));
    assert!(public.verifies(Algorithm::RS512, b"m", &rs512));
}

#[test]
fn a_jwk_is_written_as_rfc_7517_has_it() {
    let jwk = serde_json::to_value(key().jwk("kid-1", Algorithm::RS256)).unwrap();
    assert_eq!(jwk["kty"], "RSA");
    assert_eq!(jwk["use"], "sig");
    assert_eq!(jwk["alg"], "RS256");
    assert_eq!(jwk["e"], "AQAB");
    assert_eq!(jwk["n"].as_str().unwrap().len(), 342);
}

#[test]
fn foreign_short_and_broken_jwks_are_refused() {
    let good = key().jwk("kid-1", Algorithm::RS256);
    let refused = |change: fn(&mut Jwk)| {
        let mut jwk = good.clone();
        change(&mut jwk);
        VerifyingKey::from_jwk(&jwk).unwrap_err()
    };
    assert!(matches!(
        refused(|j| j.kty = "oct".into()),
        KeyError::NotRsa(_)
    ));
    assert!(matches!(
        refused(|j| j.n = "*".into()),
        KeyError::JwkNumber { member: "n", .. }
    ));
    assert!(matches!(
        refused(|j| j.e = String::new()),
        KeyError::Rejected(_)
    ));
    assert!(matches!(
        refused(|j| j.alg = Some("HS256".into())),
        KeyError::Rejected(_)
    ));
    assert_eq!(
        refused(|j| j.n = "A".repeat(1_367)),
        KeyError::JwkNumberTooLong("n")
    );
}

#[test]
fn debug_output_shows_nothing_private() {
    let text = format!("{:?}", key());
    assert!(text.contains(&base64url(key().modulus())));
    assert!(text.len() < 420, "{text}");
}

#[test]
fn primes_do_not_depend_on_how_many_threads_look_for_them() {
    let seeds = [[41; 32], [42; 32]];
    let together = search(&seeds);
    let sieving = small_primes();
    let alone: Vec<BigUint> = seeds
        .iter()
        .flat_map(|seed| ["p", "q"].map(|name| (seed, name)))
        .map(|(seed, name)| find_prime(&mut Stream::below_seed(seed, name), &sieving))
        .collect();
    assert_eq!(together, alone);
}
