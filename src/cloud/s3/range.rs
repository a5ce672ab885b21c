//! `Range`: a part of an object.

use std::ops::Range;

/// What a `Range` header asks of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it: no such header, or one that S3 passes over
    Whole,
    /// These bytes
    Part(Range<usize>),
    /// Bytes it does not have
    Unsatisfiable,
}

/// Reads `bytes=0-99`, `bytes=100-` or `bytes=-50` for an object of this many bytes.
pub fn read(header: Option<&str>, length: usize) -> Asked {
    let Some(range) = header.and_then(|header| header.strip_prefix("bytes=")) else {
        return Asked::Whole;
    };
    let Some((first, last)) = range.split_once('-') else {
        return Asked::Whole;
    };
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), _) if last.is_empty() => part(first, length, length),
        (Ok(first), Ok(last)) if last >= first => part(first, last.saturating_add(1), length),
        (Err(_), Ok(0)) if first.is_empty() => Asked::Unsatisfiable,
        (Err(_), Ok(count)) if first.is_empty() => {
            part(length.saturating_sub(count), length, length)
        }
        _ => Asked::Whole,
    }
}

fn part(from: usize, to: usize, length: usize) -> Asked {
    if from >= length {
        Asked::Unsatisfiable
    } else {
        Asked::Part(from..to.min(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_a_beginning_an_end_or_both() {
        assert_eq!(read(Some("bytes=0-3"), 10), Asked::Part(0..4));
        assert_eq!(read(Some("bytes=4-"), 10), Asked::Part(4..10));
        assert_eq!(read(Some("bytes=-3"), 10), Asked::Part(7..10));
        assert_eq!(read(Some("bytes=8-99"), 10), Asked::Part(8..10));
        assert_eq!(read(Some("bytes=-99"), 10), Asked::Part(0..10));
    }

    #[test]
    fn what_lies_behind_the_object_cannot_be_satisfied() {
        assert_eq!(read(Some("bytes=10-"), 10), Asked::Unsatisfiable);
        assert_eq!(read(Some("bytes=-0"), 10), Asked::Unsatisfiable);
        assert_eq!(read(Some("bytes=0-"), 0), Asked::Unsatisfiable);
    }

    #[test]
    fn what_is_no_range_means_the_whole_object() {
        for header in ["bytes=3-1", "bytes=a-b", "items=0-1", "bytes=5", "bytes=-"] {
            assert_eq!(read(Some(header), 10), Asked::Whole, "{header}");
        }
        assert_eq!(read(None, 10), Asked::Whole);
    }
}
