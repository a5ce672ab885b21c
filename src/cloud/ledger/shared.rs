//! What many entries say alike and the ledger keeps once: the policies behind a decision and its
//! explanation are the same whenever the same is asked again.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that entries share. Read like the value itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: PartialEq> Shared<T> {
    /// The other one, where it is the same: then one of them is enough.
    pub fn or_same(self, other: &Self) -> Self {
        if Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0 {
            other.clone()
        } else {
            self
        }
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_kept_once_and_what_differs_stays() {
        let before = Shared::from(vec![1, 2]);
        let same = Shared::from(vec![1, 2]).or_same(&before);
        assert!(Arc::ptr_eq(&same.0, &before.0));
        assert_eq!(*Shared::from(vec![3]).or_same(&before), [3]);
    }

    #[test]
    fn it_is_written_down_like_the_value_itself() {
        let json = serde_json::to_string(&Shared::from(vec![1, 2])).unwrap();
        assert_eq!(json, "[1,2]");
        assert_eq!(
            *serde_json::from_str::<Shared<Vec<u8>>>(&json).unwrap(),
            [1, 2]
        );
    }
}
