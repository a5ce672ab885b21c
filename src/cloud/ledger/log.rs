//! A list that only grows and that many may hold: a branch has its parent's beginning without
//! copying it. Entries lie in small chunks; copies share every chunk until one of them writes
//! into it, so that a copy of a long log costs a pointer for each chunk.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::{Bound, Index, IndexMut, Range, RangeBounds};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Entries in a chunk. Who goes on after a copy was made copies at most this many.
const CHUNK: usize = 32;

/// A list that only grows, cheap to copy.
#[derive(Clone)]
pub struct Log<T> {
    /// All but the last have [`CHUNK`] entries
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }
}

impl<T> Log<T> {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entry at a position.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// The first entry.
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last entry.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// Every entry, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.stretch(..).iter()
    }

    /// The entries in a range of positions, as far as there are any.
    pub fn stretch(&self, range: impl RangeBounds<usize>) -> Stretch<'_, T> {
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(last) => last.saturating_add(1),
            Bound::Excluded(end) => *end,
            Bound::Unbounded => self.len,
        };
        let end = end.min(self.len);
        Stretch {
            log: self,
            range: start.min(end)..end,
        }
    }

    /// How many entries from the beginning on something holds for, where it holds for none after
    /// the first that it does not hold for.
    pub fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        self.stretch(..).partition_point(holds)
    }
}

impl<T: Clone> Log<T> {
    /// Writes one more entry.
    pub fn push(&mut self, entry: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => {
                if let Some(own) = Arc::get_mut(last) {
                    own.push(entry);
                } else {
                    let mut copy = Vec::with_capacity(CHUNK);
                    copy.extend(last.iter().cloned());
                    copy.push(entry);
                    *last = Arc::new(copy);
                }
            }
            _ => self.chunks.push(Arc::new(vec![entry])),
        }
        self.len += 1;
    }

    /// The entry at a position, to be changed. Other copies of the log keep it as it is.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        let chunk = self.chunks.get_mut(at / CHUNK)?;
        Arc::make_mut(chunk).get_mut(at % CHUNK)
    }

    /// All entries as a list of their own.
    pub fn to_vec(&self) -> Vec<T> {
        self.iter().cloned().collect()
    }
}

/// Entries of a log that follow each other.
pub struct Stretch<'a, T> {
    log: &'a Log<T>,
    range: Range<usize>,
}

impl<T> Clone for Stretch<'_, T> {
    fn clone(&self) -> Self {
        Self {
            log: self.log,
            range: self.range.clone(),
        }
    }
}

impl<'a, T> Stretch<'a, T> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The entry at a position, counted from the stretch's beginning.
    pub fn get(&self, at: usize) -> Option<&'a T> {
        let at = self.range.start.checked_add(at)?;
        self.range.contains(&at).then(|| self.log.get(at)).flatten()
    }

    /// How many entries from the stretch's beginning on something holds for, where it holds for
    /// none after the first that it does not hold for.
    pub fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&holds) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The first entry.
    pub fn first(&self) -> Option<&'a T> {
        self.get(0)
    }

    /// The last entry.
    pub fn last(&self) -> Option<&'a T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Every entry, in order.
    pub fn iter(&self) -> Iter<'a, T> {
        Iter {
            log: self.log,
            range: self.range.clone(),
        }
    }
}

/// Entries of a log, one after the other from either end.
pub struct Iter<'a, T> {
    log: &'a Log<T>,
    range: Range<usize>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self {
            log: self.log,
            range: self.range.clone(),
        }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.log.get(self.range.next()?)
    }

    fn nth(&mut self, by: usize) -> Option<&'a T> {
        self.log.get(self.range.nth(by)?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.log.get(self.range.next_back()?)
    }

    fn nth_back(&mut self, by: usize) -> Option<Self::Item> {
        self.log.get(self.range.nth_back(by)?)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}
impl<T> FusedIterator for Iter<'_, T> {}

impl<'a, T> IntoIterator for &'a Log<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T> IntoIterator for Stretch<'a, T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> Index<usize> for Log<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.chunks[at / CHUNK][at % CHUNK]
    }
}

impl<T: Clone> IndexMut<usize> for Log<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.chunks[at / CHUNK])[at % CHUNK]
    }
}

impl<T> Index<usize> for Stretch<'_, T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        let at = self.range.start + at;
        assert!(at < self.range.end, "the stretch ends before this");
        &self.log[at]
    }
}

impl<T: Clone> Extend<T> for Log<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entries: I) {
        for entry in entries {
            self.push(entry);
        }
    }
}

impl<T: Clone> FromIterator<T> for Log<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut log = Self::new();
        log.extend(entries);
        log
    }
}

impl<T: Clone> From<Vec<T>> for Log<T> {
    fn from(entries: Vec<T>) -> Self {
        entries.into_iter().collect()
    }
}

/// What both share is not compared: it is the same.
impl<T: PartialEq> PartialEq for Log<T> {
    fn eq(&self, other: &Self) -> bool {
        let same =
            |(one, other): (&Arc<Vec<T>>, &Arc<Vec<T>>)| Arc::ptr_eq(one, other) || one == other;
        self.len == other.len && self.chunks.iter().zip(&other.chunks).all(same)
    }
}

impl<T: fmt::Debug> fmt::Debug for Log<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Stretch<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Serialize> Serialize for Log<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for Log<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(to: usize) -> Log<usize> {
        (0..to).collect()
    }

    #[test]
    fn a_log_is_read_like_a_list_of_any_length() {
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 3] {
            let (log, list) = (counted(len), (0..len).collect::<Vec<_>>());
            assert_eq!(log.to_vec(), list);
            assert!(log.iter().rev().eq(list.iter().rev()));
            assert_eq!((log.first(), log.last()), (list.first(), list.last()));
            assert_eq!(log.get(len), None);
            for end in 0..=len {
                assert_eq!(log.partition_point(|it| *it < end), end);
                let part = log.stretch(end / 2..end);
                assert!(part.iter().eq(&list[end / 2..end]));
                assert_eq!(
                    (part.len(), part.last()),
                    (end - end / 2, list[end / 2..end].last())
                );
                assert_eq!(part.get(part.len()), None);
            }
        }
    }

    #[test]
    fn a_range_beyond_the_end_is_as_much_as_there_is() {
        let log = counted(10);
        assert!(log.stretch(20..).is_empty());
        assert_eq!(log.stretch(8..usize::MAX).len(), 2);
        let (from, to) = (9, 3);
        assert!(log.stretch(from..to).is_empty());
    }

    #[test]
    fn two_copies_go_on_apart_and_share_what_they_have_in_common() {
        let first = counted(3 * CHUNK + 5);
        let mut second = first.clone();
        second.push(7);
        second[0] = 99;
        if let Some(entry) = second.get_mut(2 * CHUNK) {
            *entry = 98;
        }
        assert_eq!(first, counted(3 * CHUNK + 5));
        assert_eq!(
            (second[0], second[2 * CHUNK], second.last()),
            (99, 98, Some(&7))
        );
        assert!(Arc::ptr_eq(&first.chunks[1], &second.chunks[1]));
        assert_ne!(first, second);
    }

    #[test]
    fn a_log_is_written_down_as_a_list() {
        let log = counted(CHUNK + 1);
        let json = serde_json::to_string(&log).unwrap();
        assert_eq!(json, serde_json::to_string(&log.to_vec()).unwrap());
        assert_eq!(serde_json::from_str::<Log<usize>>(&json).unwrap(), log);
    }
}
