//! Signing keys by name. A key is generated when it is first asked for, from the
//! seed and its name alone, so which keys a story uses never changes another's bytes.

use std::collections::BTreeMap;

use crate::protocol::keys::{KeyError, SigningKey};
use crate::protocol::random::Streams;

/// All signing keys of a world.
#[derive(Clone, Debug)]
pub struct KeyRing {
    streams: Streams,
    keys: BTreeMap<String, SigningKey>,
}

impl KeyRing {
    /// A ring without keys yet.
    pub fn new(streams: Streams) -> Self {
        Self {
            streams,
            keys: BTreeMap::new(),
        }
    }

    /// The key of this name, for instance `user-pool/us-east-1_x/id`.
    pub fn get(&mut self, name: &str) -> Result<SigningKey, KeyError> {
        if let Some(key) = self.keys.get(name) {
            return Ok(key.clone());
        }
        let key = SigningKey::generate(self.seed_of(name))?;
        self.keys.insert(name.to_owned(), key.clone());
        Ok(key)
    }

    /// Generates several keys at once, on all cores, so that a story need not wait for one after
    /// the other.
    pub fn prepare(&mut self, names: &[String]) -> Result<(), KeyError> {
        let missing: Vec<&String> = names
            .iter()
            .filter(|name| !self.keys.contains_key(*name))
            .collect();
        let seeds: Vec<[u8; 32]> = missing.iter().map(|name| self.seed_of(name)).collect();
        for (name, key) in missing.into_iter().zip(SigningKey::generate_many(&seeds)?) {
            self.keys.insert(name.clone(), key);
        }
        Ok(())
    }

    fn seed_of(&self, name: &str) -> [u8; 32] {
        self.streams.key_seed(&format!("key/{name}"), 0)
    }
}
