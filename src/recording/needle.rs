//! Looking for a text in many others, letter case aside, without a copy of each: almost all that
//! travels is ASCII, and there a letter is its other case but for one bit.

use memchr::memchr2_iter;

/// A text that is looked for.
#[derive(Clone, Debug)]
pub struct Needle {
    /// In small letters
    lower: String,
    /// Where its rarest character is, and the two bytes that character may be; none where the
    /// needle is not ASCII
    rarest: Option<(usize, [u8; 2])>,
}

impl Needle {
    /// A needle.
    pub fn new(text: &str) -> Self {
        let lower = text.to_lowercase();
        let rarest = lower.is_ascii().then(|| {
            let bytes = lower.bytes().enumerate();
            let (at, byte) = bytes.min_by_key(|(_, byte)| commonness(*byte))?;
            Some((at, [byte, byte.to_ascii_uppercase()]))
        });
        Self {
            lower,
            rarest: rarest.flatten(),
        }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    /// Whether it occurs in a text, whatever the case of its letters.
    pub fn is_in(&self, text: &str) -> bool {
        if text.len() < self.lower.len() && text.is_ascii() {
            return false;
        }
        if !text.is_ascii() {
            // A few letters beyond ASCII have a small form within it
            return text.to_lowercase().contains(&self.lower);
        }
        match self.rarest {
            Some(rarest) => self.is_in_ascii(text.as_bytes(), rarest),
            None => self.is_empty(),
        }
    }

    fn is_in_ascii(&self, text: &[u8], (at, [small, capital]): (usize, [u8; 2])) -> bool {
        let wanted = self.lower.as_bytes();
        memchr2_iter(small, capital, text).any(|place| {
            let start = place.checked_sub(at);
            let found = start.and_then(|start| text.get(start..start + wanted.len()));
            found.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
        })
    }
}

/// How often a character is met in tokens, addresses and prose, roughly: 0 is hardly ever. Where
/// the search for a rare one stops there is little to compare.
fn commonness(byte: u8) -> u8 {
    match byte {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b' ' | b'"' | b'-' => 9,
        b'c' | b'd' | b'l' | b'm' | b'u' | b'p' | b'.' | b'/' | b':' | b'0'..=b'9' => 7,
        b'g' | b'h' | b'f' | b'w' | b'b' | b'y' | b'=' | b',' => 5,
        b'v' | b'k' | b'j' | b'x' | b'z' | b'q' | b'_' | b'%' | b'&' => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letter_case_is_no_matter_within_ascii_and_beyond() {
        for (needle, text) in [
            ("GetId", "AmazonCognito.GETID"),
            ("ÜBER", "etwas über alles"),
            ("k", "\u{212a}"),
            ("i\u{307}", "\u{130}"),
            ("%", "100 %"),
            ("us-east-1", "US-East-1"),
        ] {
            assert!(Needle::new(needle).is_in(text), "{needle} in {text}");
        }
        assert!(!Needle::new("getid").is_in("get-id"));
        assert!(!Needle::new("ü").is_in("u"));
        assert!(!Needle::new("longer than").is_in("long"));
    }

    proptest! {
        #[test]
        fn it_is_found_exactly_where_small_letters_have_it(
            needle in "[a-cA-Ck\u{e9}\u{c9}\u{212a}\u{130}-]{1,3}",
            text in "[a-cA-Ckx\u{e9}\u{c9}\u{212a}\u{130} -]{0,12}",
        ) {
            let expected = text.to_lowercase().contains(&needle.to_lowercase());
            prop_assert_eq!(Needle::new(&needle).is_in(&text), expected);
        }
    }
}
