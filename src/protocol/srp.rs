//! Secure Remote Password as user pools speak it: the password is proven and never travels.
//!
//! SRP-6a in the 3072-bit group of RFC 3526, with the user pool's own way of padding numbers and of
//! turning the shared secret into a 16-byte key. Both sides are here: [`Client`] and [`Server`].

use num_bigint_dig::BigUint;

use super::encoding::{base64, base64_decode, hex, hex_decode};
use super::hash::{constant_time_eq, hmac_sha256, sha256};
use super::random::Stream;

/// N: the prime of RFC 3526 group 15 (3072 bits), hexadecimal.
const PRIME_HEX: &str = concat!(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74",
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437",
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED",
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05",
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB",
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B",
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718",
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33",
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7",
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864",
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2",
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);
/// g: the generator of that group.
const GENERATOR: u32 = 2;
/// Bytes of the secret exponents a and b.
const SECRET_BYTES: usize = 128;
/// Bytes of a fresh salt.
const SALT_BYTES: usize = 16;
/// Bytes of the key that signs the proof.
const KEY_BYTES: usize = 16;
/// What the key derivation is labelled with, and its block number.
const KEY_LABEL: &[u8] = b"Caldera Derived Key\x01";
/// The longest number accepted, in hexadecimal digits: N with its padding.
const MAX_NUMBER_DIGITS: usize = 770;

/// Why a handshake fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrpError {
    /// Not a number.
    #[error("{0} is not a hexadecimal number of at most {MAX_NUMBER_DIGITS} digits")]
    Number(&'static str),
    /// A number that would make the secret guessable.
    #[error("{0} is a multiple of N, which would give the secret away")]
    Degenerate(&'static str),
    /// The secret block is not base64.
    #[error("the secret block is not base64")]
    SecretBlock,
    /// The proof is wrong: another password, another user, or altered values.
    #[error("the proof of the password is wrong")]
    Proof,
}

fn prime() -> BigUint {
    BigUint::parse_bytes(PRIME_HEX.as_bytes(), 16).unwrap_or_default()
}

/// The bytes of a number, with a leading zero where the top bit would look like a sign.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    bytes
}

fn hash_number(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&sha256(&parts.concat()))
}

/// k = H(N, g), which ties the verifier to the group.
fn multiplier() -> BigUint {
    hash_number(&[&padded(&prime()), &padded(&BigUint::from(GENERATOR))])
}

/// u = H(A, B), which ties the secret to this handshake.
fn scrambler(client_public: &BigUint, server_public: &BigUint) -> BigUint {
    hash_number(&[&padded(client_public), &padded(server_public)])
}

/// x = H(salt, H(pool, user, ":", password)): what the password becomes.
fn private_value(identity: &Identity<'_>, password: &str, salt: &BigUint) -> BigUint {
    let full = [identity.pool_name, identity.user_id, ":", password].concat();
    hash_number(&[&padded(salt), &sha256(full.as_bytes())])
}

fn number(name: &'static str, text: &str) -> Result<BigUint, SrpError> {
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.is_empty() || text.len() > MAX_NUMBER_DIGITS || !hexadecimal {
        return Err(SrpError::Number(name));
    }
    BigUint::parse_bytes(text.as_bytes(), 16).ok_or(SrpError::Number(name))
}

/// A public value that is not a multiple of N.
fn public_number(name: &'static str, text: &str) -> Result<BigUint, SrpError> {
    let number = number(name, text)?;
    if &number % prime() == BigUint::default() {
        return Err(SrpError::Degenerate(name));
    }
    Ok(number)
}

/// Whom a proof is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The pool's name: what follows `_` in the pool's id.
    pub pool_name: &'a str,
    /// `USER_ID_FOR_SRP` of the challenge.
    pub user_id: &'a str,
}

/// What the proof covers beside the shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Whom it is about.
    pub identity: Identity<'a>,
    /// `SECRET_BLOCK` of the challenge, base64.
    pub secret_block: &'a str,
    /// `TIMESTAMP`, such as `Tue Mar 3 09:05:07 UTC 2026`.
    pub timestamp: &'a str,
}

fn proof(key: &[u8], claim: &Claim<'_>) -> Result<[u8; 32], SrpError> {
    let block = base64_decode(claim.secret_block).map_err(|_| SrpError::SecretBlock)?;
    let Identity { pool_name, user_id } = claim.identity;
    let parts = [
        pool_name.as_bytes(),
        user_id.as_bytes(),
        &block,
        claim.timestamp.as_bytes(),
    ];
    Ok(hmac_sha256(key, &parts.concat()))
}

fn session_key(secret: &BigUint, scrambler: &BigUint) -> Vec<u8> {
    let extracted = hmac_sha256(&padded(scrambler), &padded(secret));
    hmac_sha256(&extracted, KEY_LABEL)
        .into_iter()
        .take(KEY_BYTES)
        .collect()
}

/// What a pool keeps instead of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    salt: BigUint,
    verifier: BigUint,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("salt", &self.salt_hex())
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Turns a password into what is kept. The stream decides the salt.
    pub fn new(identity: &Identity<'_>, password: &str, stream: &mut Stream) -> Verifier {
        let salt = BigUint::from_bytes_be(&stream.bytes(SALT_BYTES));
        let x = private_value(identity, password, &salt);
        Verifier {
            salt,
            verifier: BigUint::from(GENERATOR).modpow(&x, &prime()),
        }
    }

    /// The same from what a pool keeps of a password: its salt and the private value x.
    pub fn from_kept(salt: &[u8], private: &[u8]) -> Verifier {
        let x = BigUint::from_bytes_be(private);
        Verifier {
            salt: BigUint::from_bytes_be(salt),
            verifier: BigUint::from(GENERATOR).modpow(&x, &prime()),
        }
    }

    /// `SALT` of the challenge: the number in hexadecimal, without leading zeros.
    pub fn salt_hex(&self) -> String {
        self.salt.to_str_radix(16)
    }

    /// The kept number in hexadecimal, for lessons about what a pool stores.
    pub fn verifier_hex(&self) -> String {
        self.verifier.to_str_radix(16)
    }
}

/// The signing-in side.
#[derive(Clone)]
pub struct Client {
    secret: BigUint,
    public: BigUint,
}

impl Client {
    /// Draws a and computes A.
    pub fn start(stream: &mut Stream) -> Client {
        let secret = BigUint::from_bytes_be(&stream.bytes(SECRET_BYTES)) % prime();
        let public = BigUint::from(GENERATOR).modpow(&secret, &prime());
        Client { secret, public }
    }

    /// `SRP_A`, hexadecimal.
    pub fn public_hex(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// `PASSWORD_CLAIM_SIGNATURE`: the proof, base64.
    pub fn prove(
        &self,
        password: &str,
        salt_hex: &str,
        server_public_hex: &str,
        claim: &Claim<'_>,
    ) -> Result<String, SrpError> {
        let salt = number("SALT", salt_hex)?;
        let server_public = public_number("SRP_B", server_public_hex)?;
        let n = prime();
        let u = scrambler(&self.public, &server_public);
        let x = private_value(&claim.identity, password, &salt);
        let masked = multiplier() * BigUint::from(GENERATOR).modpow(&x, &n) % &n;
        let base = (server_public % &n + &n - masked) % &n;
        let secret = base.modpow(&(&self.secret + &u * x), &n);
        Ok(base64(&proof(&session_key(&secret, &u), claim)?))
    }
}

/// The pool's side of one handshake.
#[derive(Clone)]
pub struct Server {
    verifier: Verifier,
    client_public: BigUint,
    secret: BigUint,
    public: BigUint,
}

impl Server {
    /// Takes A, draws b and computes B.
    pub fn start(
        verifier: &Verifier,
        client_public_hex: &str,
        stream: &mut Stream,
    ) -> Result<Server, SrpError> {
        let n = prime();
        let client_public = public_number("SRP_A", client_public_hex)?;
        let secret = BigUint::from_bytes_be(&stream.bytes(SECRET_BYTES)) % &n;
        let masked = multiplier() * &verifier.verifier;
        let public = (masked + BigUint::from(GENERATOR).modpow(&secret, &n)) % &n;
        Ok(Server {
            verifier: verifier.clone(),
            client_public,
            secret,
            public,
        })
    }

    /// `SRP_B`, hexadecimal.
    pub fn public_hex(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// `SALT`, hexadecimal.
    pub fn salt_hex(&self) -> String {
        self.verifier.salt_hex()
    }

    /// Whether the proof shows the password, compared in constant time.
    pub fn verify(&self, claim: &Claim<'_>, signature: &str) -> Result<(), SrpError> {
        let n = prime();
        let u = scrambler(&self.client_public, &self.public);
        let base = &self.client_public * self.verifier.verifier.modpow(&u, &n) % &n;
        let secret = base.modpow(&self.secret, &n);
        let expected = proof(&session_key(&secret, &u), claim)?;
        let given = base64_decode(signature).map_err(|_| SrpError::Proof)?;
        if constant_time_eq(&expected, &given) {
            Ok(())
        } else {
            Err(SrpError::Proof)
        }
    }

    /// The handshake as hexadecimal text, for a pool that keeps its sessions as data.
    pub fn to_parts(&self) -> [String; 2] {
        [
            self.client_public.to_str_radix(16),
            hex(&self.secret.to_bytes_be()),
        ]
    }

    /// The handshake from those texts and the user's verifier.
    pub fn from_parts(verifier: &Verifier, parts: &[String; 2]) -> Result<Server, SrpError> {
        let [client_public, secret] = parts;
        let n = prime();
        let client_public = public_number("SRP_A", client_public)?;
        let secret = hex_decode(secret).map_err(|_| SrpError::Number("b"))?;
        let secret = BigUint::from_bytes_be(&secret);
        let masked = multiplier() * &verifier.verifier;
        let public = (masked + BigUint::from(GENERATOR).modpow(&secret, &n)) % &n;
        Ok(Server {
            verifier: verifier.clone(),
            client_public,
            secret,
            public,
        })
    }
}

/// `SECRET_HASH`, by which an app client with a secret shows that it has it.
pub fn secret_hash(client_secret: &str, username: &str, client_id: &str) -> String {
    let message = [username, client_id].concat();
    base64(&hmac_sha256(client_secret.as_bytes(), message.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::random::Streams;

    const ANA: Identity<'_> = Identity {
        pool_name: "Ab12Cd34E",
        user_id: "ana",
    };

    fn stream(name: &str) -> Stream {
        Streams::new(12).stream(name, 0)
    }

    fn claim(identity: Identity<'static>) -> Claim<'static> {
        Claim {
            identity,
            secret_block: "c2VjcmV0IGJsb2Nr",
            timestamp: "Tue Mar 3 09:05:07 UTC 2026",
        }
    }

    /// One sign-in: what the pool keeps is made with one password, the proof with another.
    fn sign_in(
        kept: &str,
        typed: &str,
        proven: &Claim<'_>,
        judged: &Claim<'_>,
    ) -> Result<(), SrpError> {
        let verifier = Verifier::new(&ANA, kept, &mut stream("salt"));
        let client = Client::start(&mut stream("a"));
        let server = Server::start(&verifier, &client.public_hex(), &mut stream("b"))?;
        let proof = client.prove(typed, &server.salt_hex(), &server.public_hex(), proven)?;
        server.verify(judged, &proof)
    }

    #[test]
    fn the_multiplier_is_that_of_every_user_pool() {
        assert_eq!(
            multiplier().to_str_radix(16),
            "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
        );
    }

    #[test]
    fn the_proof_is_the_one_that_pycognito_makes_of_the_same_numbers() {
        let n = prime();
        let repeated =
            |digits: &str| BigUint::parse_bytes(digits.repeat(16).as_bytes(), 16).unwrap();
        let (a, b) = (repeated("1234567890abcdef"), repeated("fedcba0987654321"));
        let salt = number("SALT", "abc123abc123abc123abc123abc1239").unwrap();
        let x = private_value(&ANA, "Trail-123", &salt);
        let verifier = Verifier {
            salt,
            verifier: BigUint::from(GENERATOR).modpow(&x, &n),
        };
        let public = BigUint::from(GENERATOR).modpow(&a, &n);
        let client = Client { secret: a, public };
        let parts = [client.public_hex(), hex(&b.to_bytes_be())];
        let server = Server::from_parts(&verifier, &parts).unwrap();
        let proof = client
            .prove(
                "Trail-123",
                &server.salt_hex(),
                &server.public_hex(),
                &claim(ANA),
            )
            .unwrap();
        assert_eq!(proof, "0caKkskajipKVwpZLggWdirxt0VzjERI3nN9BfTtWWg=");
        assert_eq!(server.verify(&claim(ANA), &proof), Ok(()));
    }

    #[test]
    fn the_right_password_is_proven_and_a_wrong_one_is_not() {
        assert_eq!(
            sign_in("Trail-123", "Trail-123", &claim(ANA), &claim(ANA)),
            Ok(())
        );
        let wrong = sign_in("Trail-123", "Trail-124", &claim(ANA), &claim(ANA));
        assert_eq!(wrong, Err(SrpError::Proof));
    }

    #[test]
    fn a_proof_is_bound_to_user_pool_block_and_time() {
        let proven = claim(ANA);
        let others = [
            claim(Identity {
                user_id: "bob",
                ..ANA
            }),
            claim(Identity {
                pool_name: "Other",
                ..ANA
            }),
            Claim {
                secret_block: "b3RoZXI=",
                ..proven
            },
            Claim {
                timestamp: "Tue Mar 3 09:05:08 UTC 2026",
                ..proven
            },
        ];
        for judged in others {
            assert_eq!(
                sign_in("p", "p", &proven, &judged),
                Err(SrpError::Proof),
                "{judged:?}"
            );
        }
    }

    #[test]
    fn values_that_give_the_secret_away_are_refused() {
        let verifier = Verifier::new(&ANA, "p", &mut stream("salt"));
        let twice_n = (prime() * BigUint::from(2u32)).to_str_radix(16);
        for public in ["0", "00", PRIME_HEX, twice_n.as_str()] {
            let server = Server::start(&verifier, public, &mut stream("b"));
            assert_eq!(server.err(), Some(SrpError::Degenerate("SRP_A")));
            let client = Client::start(&mut stream("a"));
            let proof = client.prove("p", "1", public, &claim(ANA));
            assert_eq!(proof, Err(SrpError::Degenerate("SRP_B")));
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let verifier = Verifier::new(&ANA, "p", &mut stream("salt"));
        for public in ["", "xyz", "-1", "+1", "1_0", &"f".repeat(771)] {
            let server = Server::start(&verifier, public, &mut stream("b"));
            assert_eq!(server.err(), Some(SrpError::Number("SRP_A")), "{public}");
        }
        let client = Client::start(&mut stream("a"));
        let odd_block = Claim {
            secret_block: "*",
            ..claim(ANA)
        };
        assert_eq!(
            client.prove("p", "1", "2", &odd_block),
            Err(SrpError::SecretBlock)
        );
    }

    #[test]
    fn a_handshake_kept_as_text_goes_on() {
        let verifier = Verifier::new(&ANA, "p", &mut stream("salt"));
        let client = Client::start(&mut stream("a"));
        let server = Server::start(&verifier, &client.public_hex(), &mut stream("b")).unwrap();
        let proof = client
            .prove("p", &server.salt_hex(), &server.public_hex(), &claim(ANA))
            .unwrap();
        let kept = Server::from_parts(&verifier, &server.to_parts()).unwrap();
        assert_eq!(kept.public_hex(), server.public_hex());
        assert_eq!(kept.verify(&claim(ANA), &proof), Ok(()));
        assert_eq!(kept.verify(&claim(ANA), "no proof"), Err(SrpError::Proof));
    }

    #[test]
    fn numbers_are_padded_as_user_pools_do() {
        assert_eq!(padded(&BigUint::from(0x7fu32)), [0x7f]);
        assert_eq!(padded(&BigUint::from(0x80u32)), [0, 0x80]);
        assert_eq!(padded(&BigUint::from(0x100u32)), [1, 0]);
    }

    #[test]
    fn a_salt_is_sent_without_leading_zeros() {
        let verifier = Verifier {
            salt: BigUint::from_bytes_be(&[0, 0x0a, 0xbc]),
            verifier: prime(),
        };
        assert_eq!(verifier.salt_hex(), "abc");
    }

    #[test]
    fn a_secret_hash_is_hmac_over_user_and_client() {
        // RFC 4231 test case 2, split where the user name would end
        let expected = base64(
            &hex_decode("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
                .unwrap(),
        );
        assert_eq!(
            secret_hash("Jefe", "what do ya want ", "for nothing?"),
            expected
        );
    }
}
