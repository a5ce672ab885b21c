//! What travels between actors: HTTP messages and codecs, JWT, SigV4. Knows no service.
//!
//! - [`time`], [`random`]: simulated instants and named random streams, so that nothing here asks the machine
//! - [`message`], [`form`], [`xml`], [`encoding`], [`hash`]: the wire formats and their digests
//! - [`keys`], [`jwt`], [`jwks`]: RSA keys from seeds, the tokens they sign, the documents that publish them
//! - [`sigv4`]: AWS request signatures, both ends, every step visible
//! - [`oauth`], [`pkce`], [`srp`], [`totp`]: how people prove who they are

pub mod encoding;
pub mod form;
pub mod hash;
pub mod jwks;
pub mod jwt;
pub mod keys;
pub mod message;
pub mod oauth;
pub mod pkce;
mod primes;
pub mod random;
pub mod sigv4;
mod span;
pub mod srp;
pub mod strict_json;
pub mod time;
pub mod totp;
pub mod xml;
