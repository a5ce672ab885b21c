//! Commands that verify a token outside Tokentrail: with openssl, with a few lines of Python, with
//! a few lines of Node. Each is complete: token and key set stand in it, and it says at its end
//! whether the signature holds.

use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::{BigUint, RsaPublicKey};

use super::signature::{published, verifying_name};
use crate::cloud::ledger::{Artifact, ArtifactValue};
use crate::protocol::encoding::base64url_decode;
use crate::protocol::jwt::Unverified;
use crate::protocol::keys::{Algorithm, Jwk};
use crate::recording::Recording;

/// What the command is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// A shell with openssl
    #[default]
    Openssl,
    /// Python 3 with the package `cryptography`
    Python,
    /// Node, which needs nothing else
    Node,
}

impl Tool {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Openssl, Self::Python, Self::Node];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Openssl => "openssl",
            Self::Python => "Python",
            Self::Node => "Node",
        }
    }
}

/// What a command needs to know.
struct Evidence<'a> {
    token: &'a str,
    /// Hash of the signature: `sha256`
    hash: &'static str,
    key: Jwk,
    /// The document as published
    document: String,
    issuer: String,
    signature_chars: usize,
}

/// A command that verifies this token; nothing for what is no token, or where the issuer published
/// no key that it could be verified with.
pub fn command(artifact: &Artifact, recording: &Recording, tool: Tool) -> Option<String> {
    let ArtifactValue::Text(token) = &artifact.value else {
        return None;
    };
    let parsed = Unverified::parse(token).ok()?;
    let published = published(&parsed, recording)?;
    let key = verifying_name(&parsed, published)?;
    let named = parsed.algorithm().ok();
    let by_key = key.alg.as_deref().and_then(Algorithm::from_name);
    let hash = match named.or(by_key)? {
        Algorithm::RS256 => "sha256",
        Algorithm::RS384 => "sha384",
        Algorithm::RS512 => "sha512",
    };
    let evidence = Evidence {
        token,
        hash,
        key,
        document: published.keys.to_string(),
        issuer: published.issuer.clone(),
        signature_chars: token.rsplit('.').next().map_or(0, str::len),
    };
    match tool {
        Tool::Openssl => openssl(&evidence),
        Tool::Python => Some(python(&evidence)),
        Tool::Node => Some(node(&evidence)),
    }
}

/// A public key as openssl reads it.
fn pem(key: &Jwk) -> Option<String> {
    let number = |text: &str| Some(BigUint::from_bytes_be(&base64url_decode(text).ok()?));
    let key = RsaPublicKey::new(number(&key.n)?, number(&key.e)?).ok()?;
    key.to_public_key_pem(LineEnding::LF).ok()
}

fn openssl(evidence: &Evidence<'_>) -> Option<String> {
    let Evidence {
        token,
        hash,
        issuer,
        ..
    } = evidence;
    let pem = pem(&evidence.key)?;
    let pem = pem.trim_end();
    // base64 wants whole groups of four
    let padding = "=".repeat((4 - evidence.signature_chars % 4) % 4);
    Some(format!(
        "dir=$(mktemp -d) && cd \"$dir\"\n\
         token='{token}'\n\
         # The public key of {issuer}, from its JWKS\n\
         cat > key.pem <<'PEM'\n{pem}\nPEM\n\
         # What was signed: header and claims as they travelled\n\
         printf %s \"${{token%.*}}\" > signed.txt\n\
         # The signature: base64url, so - and _ stand for + and /\n\
         printf '%s{padding}' \"${{token##*.}}\" | tr -- '-_' '+/' | openssl base64 -d -A > signature.bin\n\
         openssl dgst -{hash} -verify key.pem -signature signature.bin signed.txt\n"
    ))
}

fn python(evidence: &Evidence<'_>) -> String {
    let Evidence {
        token,
        hash,
        document,
        ..
    } = evidence;
    let hash = hash.to_uppercase();
    format!(
        "python3 - <<'PY'\n\
         import base64, json\n\
         from cryptography.exceptions import InvalidSignature\n\
         from cryptography.hazmat.primitives import hashes\n\
         from cryptography.hazmat.primitives.asymmetric import padding, rsa\n\n\
         token = '{token}'\n\
         jwks = json.loads(r'''{document}''')\n\n\
         decode = lambda text: base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))\n\
         number = lambda text: int.from_bytes(decode(text), 'big')\n\
         header, claims, signature = token.split('.')\n\
         kid = json.loads(decode(header)).get('kid')\n\
         jwk = next(key for key in jwks['keys'] if kid in (None, key['kid']))\n\
         key = rsa.RSAPublicNumbers(number(jwk['e']), number(jwk['n'])).public_key()\n\
         try:\n    \
             key.verify(decode(signature), f'{{header}}.{{claims}}'.encode(), padding.PKCS1v15(), hashes.{hash}())\n    \
             print('Verified OK')\n\
         except InvalidSignature:\n    \
             raise SystemExit('Verification failure')\n\
         PY\n"
    )
}

fn node(evidence: &Evidence<'_>) -> String {
    let Evidence {
        token,
        hash,
        document,
        ..
    } = evidence;
    format!(
        "node - <<'JS'\n\
         const crypto = require('node:crypto');\n\
         const token = '{token}';\n\
         const jwks = {document};\n\n\
         const [header, claims, signature] = token.split('.');\n\
         const {{ kid }} = JSON.parse(Buffer.from(header, 'base64url'));\n\
         const jwk = jwks.keys.find((key) => kid === undefined || key.kid === kid);\n\
         const key = crypto.createPublicKey({{ key: jwk, format: 'jwk' }});\n\
         const signed = Buffer.from(`${{header}}.${{claims}}`);\n\
         const holds = crypto.verify('{hash}', signed, key, Buffer.from(signature, 'base64url'));\n\
         console.log(holds ? 'Verified OK' : 'Verification failure');\n\
         process.exitCode = holds ? 0 : 1;\n\
         JS\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ledger::ArtifactKind;
    use crate::inspect::fixture::{last, stories, story};

    #[test]
    fn every_readable_token_whose_issuer_publishes_keys_has_all_three_commands() {
        for recording in stories() {
            let tokens = recording.artifacts.iter();
            let tokens = tokens.filter(|it| it.header.is_some() && it.claims.is_some());
            for token in tokens.filter(|it| !it.tampered) {
                for tool in Tool::ALL {
                    let command = command(token, recording, tool);
                    let id = &recording.header.scenario;
                    assert!(command.is_some(), "{id}: {} {}", token.label, tool.name());
                }
            }
        }
    }

    #[test]
    fn the_hash_is_the_algorithm_s() {
        let recording = story("facebook-to-s3");
        let text = |kind| command(last(&recording, kind), &recording, Tool::Openssl).unwrap();
        assert!(text(ArtifactKind::IdToken).contains("dgst -sha256"));
        assert!(text(ArtifactKind::PoolToken).contains("dgst -sha512"));
        assert!(text(ArtifactKind::IdToken).contains("-----BEGIN PUBLIC KEY-----"));
    }

    #[test]
    fn what_is_no_token_has_no_command() {
        let recording = story("facebook-to-s3");
        let credentials = last(&recording, ArtifactKind::Credentials);
        assert_eq!(command(credentials, &recording, Tool::Node), None);
    }
}
