//! Every text of a recording in one place, so that looking for a word in a long one is one walk
//! over bytes that lie next to each other. Texts that the recording shares are in it once, in
//! small letters, each with a list of the entries that have it. Worked out when the first search
//! asks, and never saved.

use std::ops::Range;

use indexmap::IndexMap;
use memchr::memmem::Finder;

use super::index::Lists;

/// Follows every text. In no UTF-8, so that nothing is found across two texts.
const END: u8 = 0xff;

/// How much is looked through before it is asked for the first time whether that is enough; from
/// then on twice as much each time. A common word is answered from the beginning of a recording.
const FIRST_LOOK_BYTES: usize = 256 * 1024;

/// What tells two shared texts apart: what they are, and where their parts are in memory.
pub type Key = [usize; 4];

/// All texts of a recording and who has them.
#[derive(Debug, Default)]
pub struct Words {
    /// In small letters, each followed by [`END`], in the order of the first entry that has it
    block: Vec<u8>,
    /// Where in the block each text is over
    ends: Vec<usize>,
    /// Entries by text
    entries: Lists,
    /// How many entries there are
    count: u32,
}

/// Collects the texts of one entry after the other.
#[derive(Debug, Default)]
pub struct Collector {
    block: Vec<u8>,
    ends: Vec<usize>,
    known: IndexMap<Key, u32>,
    /// Text and entry
    pairs: Vec<(u32, u32)>,
    count: u32,
    line: String,
}

impl Collector {
    /// What follows is of the next entry.
    pub fn next_entry(&mut self) {
        self.count += 1;
    }

    /// A text that only this entry has.
    pub fn own(&mut self, text: &str) {
        self.own_parts([text]);
    }

    /// A text that only this entry has, in parts.
    pub fn own_parts<const PARTS: usize>(&mut self, parts: [&str; PARTS]) {
        self.line.clear();
        self.line.extend(parts);
        let text = self.lay();
        self.note(text);
    }

    /// A text that other entries may have too. It is put together from its parts only once.
    pub fn shared<'t, const PARTS: usize>(
        &mut self,
        key: Key,
        parts: impl FnOnce() -> [&'t str; PARTS],
    ) {
        let text = match self.known.get(&key) {
            Some(text) => *text,
            None => {
                self.line.clear();
                self.line.extend(parts());
                let text = self.lay();
                self.known.insert(key, text);
                text
            }
        };
        self.note(text);
    }

    fn note(&mut self, text: u32) {
        if let Some(entry) = self.count.checked_sub(1) {
            self.pairs.push((text, entry));
        }
    }

    /// Adds the line in small letters to the block.
    fn lay(&mut self) -> u32 {
        if self.line.is_ascii() {
            self.line.make_ascii_lowercase();
            self.block.extend_from_slice(self.line.as_bytes());
        } else {
            self.block
                .extend_from_slice(self.line.to_lowercase().as_bytes());
        }
        self.block.push(END);
        self.ends.push(self.block.len());
        self.ends.len() as u32 - 1
    }

    /// Everything that was collected.
    pub fn words(mut self) -> Words {
        self.block.shrink_to_fit();
        self.ends.shrink_to_fit();
        Words {
            entries: Lists::of(self.ends.len(), self.pairs),
            block: self.block,
            ends: self.ends,
            count: self.count,
        }
    }
}

/// What one word was found in so far.
struct Search<'w> {
    finder: Finder<'w>,
    texts: Vec<u32>,
}

impl Words {
    /// The first entries that have all these words, each in any of their texts, letter case aside.
    /// No word, or an empty one, is nowhere.
    pub fn having_all(&self, words: &[&str], most: usize) -> Vec<u32> {
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        if lower.is_empty() || lower.iter().any(String::is_empty) {
            return Vec::new();
        }
        let search = |word: &'_ String| Search {
            finder: Finder::new(word.as_bytes()).into_owned(),
            texts: Vec::new(),
        };
        let mut searches: Vec<Search<'_>> = lower.iter().map(search).collect();
        let (mut found, mut told, mut text, mut look) = (Vec::new(), 0, 0, FIRST_LOOK_BYTES);
        while text < self.ends.len() && found.len() < most {
            let enough = self.start_of(text).saturating_add(look);
            let until = self.ends.partition_point(|end| *end <= enough);
            let until = until.max(text + 1);
            for search in &mut searches {
                self.find(search, text..until);
            }
            // Whoever comes before the first entry of the next text has been looked at entirely
            let next = self.entries.get(until).first();
            let known = next.copied().unwrap_or(self.count);
            self.tell(&searches, told..known, &mut found);
            (told, text, look) = (known.max(told), until, look.saturating_mul(2));
        }
        found.truncate(most);
        found
    }

    fn start_of(&self, text: usize) -> usize {
        let before = text.checked_sub(1).and_then(|before| self.ends.get(before));
        before.copied().unwrap_or(0)
    }

    /// Adds the texts in a range that have the word.
    fn find(&self, search: &mut Search<'_>, range: Range<usize>) {
        let (mut text, mut at) = (range.start, self.start_of(range.start));
        let end = self.start_of(range.end);
        while let Some(offset) = self
            .block
            .get(at..end)
            .and_then(|it| search.finder.find(it))
        {
            let place = at + offset;
            let ends = self.ends.get(text..).unwrap_or_default();
            // Of a common word the next place is near
            text += match ends.first() {
                Some(end) if *end > place => 0,
                _ => ends.partition_point(|end| *end <= place),
            };
            search.texts.push(text as u32);
            text += 1;
            at = self.start_of(text);
        }
    }

    /// Adds the entries in a range that have all words.
    fn tell(&self, searches: &[Search<'_>], range: Range<u32>, found: &mut Vec<u32>) {
        if range.is_empty() {
            return;
        }
        let mut having = vec![0_u16; range.len()];
        for (number, search) in (0_u16..).zip(searches) {
            for text in &search.texts {
                let entries = self.entries.get(*text as usize);
                let begin = entries.partition_point(|entry| *entry < range.start);
                let entries = entries.get(begin..).unwrap_or_default().iter();
                for entry in entries.take_while(|entry| range.contains(entry)) {
                    // Has all words before this one
                    if let Some(words) = having.get_mut((entry - range.start) as usize)
                        && *words == number
                    {
                        *words = number + 1;
                    }
                }
            }
        }
        let all = searches.len();
        let having = range.zip(having);
        found.extend(having.filter(|it| usize::from(it.1) == all).map(|it| it.0));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Entries, each with texts of its own and texts by number that all may have.
    fn collected(entries: &[Vec<String>]) -> Words {
        let mut collector = Collector::default();
        let mut numbers: Vec<&String> = Vec::new();
        for texts in entries {
            collector.next_entry();
            for text in texts {
                if text.len().is_multiple_of(2) {
                    collector.own(text);
                    continue;
                }
                let known = numbers.iter().position(|known| *known == text);
                let number = known.unwrap_or(numbers.len());
                if known.is_none() {
                    numbers.push(text);
                }
                collector.shared([0, number, 0, 0], || [text.as_str()]);
            }
        }
        collector.words()
    }

    fn scanned(entries: &[Vec<String>], words: &[&str]) -> Vec<u32> {
        let has = |texts: &Vec<String>, word: &str| {
            let word = word.to_lowercase();
            texts.iter().any(|text| text.to_lowercase().contains(&word))
        };
        let numbered = (0_u32..).zip(entries);
        let having = numbered.filter(|(_, texts)| words.iter().all(|word| has(texts, word)));
        having.map(|(number, _)| number).collect()
    }

    fn texts() -> impl Strategy<Value = Vec<Vec<String>>> {
        let text = "[a-cA-Ckx\u{e9}\u{c9}\u{212a}\u{130}\u{3a3} -]{0,9}";
        prop::collection::vec(prop::collection::vec(text, 0..5), 0..30)
    }

    proptest! {
        #[test]
        fn the_index_finds_exactly_what_a_scan_of_every_text_finds(
            entries in texts(),
            words in prop::collection::vec("[a-cA-Ck\u{e9}\u{c9}\u{212a}\u{130}\u{3a3} -]{1,3}", 1..4),
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let found = collected(&entries).having_all(&words, usize::MAX);
            prop_assert_eq!(found, scanned(&entries, &words));
        }
    }

    #[test]
    fn nothing_is_found_across_two_texts() {
        let words = collected(&[vec!["ab".to_owned(), "cd".to_owned()]]);
        assert!(words.having_all(&["bc"], 9).is_empty());
        assert_eq!(words.having_all(&["ab", "CD"], 9), [0]);
    }

    #[test]
    fn the_first_are_found_however_long_the_rest_is() {
        let word = |number: usize| vec![format!("number {number} {}", "x".repeat(100))];
        let entries: Vec<Vec<String>> = (0..10_000).map(word).collect();
        let words = collected(&entries);
        assert_eq!(words.having_all(&["number"], 3), [0, 1, 2]);
        assert_eq!(words.having_all(&["number", "9999"], 3), [9_999]);
        assert!(words.having_all(&["number", "nowhere"], 3).is_empty());
        assert!(words.having_all(&[], 3).is_empty());
        assert!(words.having_all(&[""], 3).is_empty());
    }
}
