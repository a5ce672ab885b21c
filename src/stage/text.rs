//! How wide text is, known without a renderer: the advances in the fonts that the
//! window ships. Layout asks here, so that what fits on paper fits on screen.

use std::sync::OnceLock;

use ttf_parser::Face;

/// The faces the stage uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Font {
    /// Inter Regular: details
    Regular,
    /// Inter SemiBold: names
    SemiBold,
    /// JetBrains Mono: identifiers
    Mono,
}

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.ttf");
const MONO: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");

/// Renderers round advances to pixels; layout leaves this much room for it.
const ROUNDING_SLACK: f32 = 1.02;

/// Characters whose advances are looked up once.
const CACHED: usize = 0x180;

/// Advances of one face, in parts of an em.
struct Advances {
    face: Option<Face<'static>>,
    cached: Vec<f32>,
}

impl Advances {
    fn read(bytes: &'static [u8]) -> Self {
        let face = Face::parse(bytes, 0).ok();
        let cached = (0..CACHED as u32)
            .map(|code| {
                char::from_u32(code).map_or(0.0, |c| face.as_ref().map_or(0.5, |f| advance(f, c)))
            })
            .collect();
        Self { face, cached }
    }

    fn of(&self, c: char) -> f32 {
        match self.cached.get(c as usize) {
            Some(advance) => *advance,
            None => self.face.as_ref().map_or(1.0, |face| advance(face, c)),
        }
    }
}

fn advance(face: &Face<'_>, c: char) -> f32 {
    let units = f32::from(face.units_per_em());
    let glyph = face.glyph_index(c);
    // A character the font lacks is drawn from another font or as a box: about an em wide
    glyph
        .and_then(|glyph| face.glyph_hor_advance(glyph))
        .map_or(1.0, |a| f32::from(a) / units)
}

fn advances(font: Font) -> &'static Advances {
    static TABLES: [OnceLock<Advances>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
    let (position, bytes) = match font {
        Font::Regular => (0, REGULAR),
        Font::SemiBold => (1, SEMI_BOLD),
        Font::Mono => (2, MONO),
    };
    TABLES[position].get_or_init(|| Advances::read(bytes))
}

/// The width of a line in points.
pub fn width(text: &str, font: Font, points: f32) -> f32 {
    let table = advances(font);
    text.chars().map(|c| table.of(c)).sum::<f32>() * points * ROUNDING_SLACK
}

/// The text if it fits, else as much of it as fits with an ellipsis.
pub fn cut(text: &str, font: Font, points: f32, available: f32) -> String {
    if width(text, font, points) <= available {
        return text.to_owned();
    }
    let table = advances(font);
    let per_em = points * ROUNDING_SLACK;
    let mut left = available - table.of('…') * per_em;
    let mut kept = String::new();
    for c in text.chars() {
        left -= table.of(c) * per_em;
        if left < 0.0 {
            break;
        }
        kept.push(c);
    }
    // What was shortened there already is not shortened twice
    format!("{}…", kept.trim_end_matches([' ', '…']))
}

/// The text with every long hexadecimal identifier shortened to its ends, and without the region
/// in front of an identity ID: `us-east-1:7c4a93e2-…-88ae5f9d2` becomes `7c4a…9d2`.
pub fn short_ids(text: &str) -> String {
    const UUID_CHARS: usize = 36;
    const HEAD_CHARS: usize = 4;
    const TAIL_CHARS: usize = 3;
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        match chars.get(at..at + UUID_CHARS).filter(|part| is_uuid(part)) {
            Some(id) => {
                drop_region(&mut out);
                out.extend(&id[..HEAD_CHARS]);
                out.push('…');
                out.extend(&id[UUID_CHARS - TAIL_CHARS..]);
                at += UUID_CHARS;
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out.into_iter().collect()
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_uuid(chars: &[char]) -> bool {
    chars.iter().enumerate().all(|(at, c)| match at {
        8 | 13 | 18 | 23 => *c == '-',
        _ => c.is_ascii_hexdigit(),
    })
}

/// Takes a region and its colon off the end.
fn drop_region(out: &mut Vec<char>) {
    if out.last() != Some(&':') {
        return;
    }
    let part = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    let region = out.iter().rev().skip(1).take_while(|c| part(c)).count();
    let start = out.len() - 1 - region;
    if out[start..].iter().filter(|c| **c == '-').count() == 2 {
        out.truncate(start);
    }
}

/// The text if it fits, else its beginning and its end around an ellipsis.
pub fn cut_middle(text: &str, font: Font, points: f32, available: f32) -> String {
    if width(text, font, points) <= available {
        return text.to_owned();
    }
    let table = advances(font);
    let per_em = points * ROUNDING_SLACK;
    let mut left = available - table.of('…') * per_em;
    let chars: Vec<char> = text.chars().collect();
    let (mut head, mut tail) = (0, 0);
    // The end says more than the beginning: two of it for each one of that
    while head + tail < chars.len() {
        let from_end = tail < 2 * (head + 1);
        let c = if from_end {
            chars[chars.len() - 1 - tail]
        } else {
            chars[head]
        };
        left -= table.of(c) * per_em;
        if left < 0.0 {
            break;
        }
        if from_end { tail += 1 } else { head += 1 }
    }
    let first: String = chars[..head].iter().collect();
    let last: String = chars[chars.len() - tail..].iter().collect();
    format!("{first}…{last}")
}

/// The text if it fits, else what is around the first place where its last word is another than
/// the last word of `other`: what differs is what matters, wherever in a long name it stands.
pub fn cut_to_difference(
    text: &str,
    other: &str,
    font: Font,
    points: f32,
    available: f32,
) -> String {
    if width(text, font, points) <= available {
        return text.to_owned();
    }
    /// Letters before the difference that are shown in any case
    const LED_IN_BY: usize = 5;
    let last = |text: &str| text.rfind(' ').map_or(0, |at| at + 1);
    let chars: Vec<char> = text.chars().collect();
    let before = text[..last(text)].chars().count();
    let words = (&chars[before..], other[last(other)..].chars());
    let alike = words.0.iter().zip(words.1).take_while(|(a, b)| **a == *b);
    let alike = alike.count();
    if alike == 0 || before + alike >= chars.len() {
        return cut_middle(text, font, points, available);
    }
    let table = advances(font);
    let advance = |c: char| table.of(c) * points * ROUNDING_SLACK;
    let mut left = available - 2.0 * advance('…');
    let differs = before + alike;
    let (mut from, mut until) = (differs, differs);
    // A little of what is alike, then all that follows, then more of what is alike
    while left > 0.0 {
        let back = from > 0 && (differs - from < LED_IN_BY || until == chars.len());
        let next = match back {
            true => chars.get(from - 1),
            false => chars.get(until),
        };
        let Some(next) = next else { break };
        left -= advance(*next);
        if left < 0.0 {
            break;
        }
        if back { from -= 1 } else { until += 1 }
    }
    let kept: String = chars[from..until].iter().collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if until < chars.len() { "…" } else { "" };
    format!("{before}{kept}{after}")
}

/// The text in lines that fit; the last one is cut if `most` lines are not enough.
pub fn wrap(text: &str, font: Font, points: f32, available: f32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || width(&longer, font, points) <= available {
            line = longer;
            continue;
        }
        if lines.len() + 1 == most {
            let rest: Vec<&str> = std::iter::once(word).chain(words).collect();
            line = format!("{line} {}", rest.join(" "));
            break;
        }
        lines.push(std::mem::replace(&mut line, word.to_owned()));
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
        .into_iter()
        .map(|line| cut(&line, font, points, available))
        .collect()
}

/// The two lines that a name without spaces may be written on, so that neither is long: it parts
/// before a capital letter and after a stroke, an underscore or a space.
pub fn halves(name: &str) -> Option<(&str, &str)> {
    let parts = |at: &usize| {
        let (before, after) = (name[..*at].chars().next_back(), name[*at..].chars().next());
        match (before, after) {
            (Some(before), Some(after)) => {
                matches!(before, '/' | '_' | '-' | ' ')
                    || (before.is_lowercase() && after.is_uppercase())
            }
            _ => false,
        }
    };
    let places = name.char_indices().rev().map(|(at, _)| at).filter(parts);
    let at = places.min_by_key(|at| (*at).max(name.len() - *at))?;
    Some((name[..at].trim_end(), &name[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_letter_is_wider_and_mono_letters_are_alike() {
        assert!(width("m", Font::Regular, 13.0) > width("i", Font::Regular, 13.0));
        assert_eq!(width("m", Font::Mono, 13.0), width("i", Font::Mono, 13.0));
        assert!((width("mmmmm", Font::Mono, 10.0) - 5.0 * 6.0 * ROUNDING_SLACK).abs() < 0.1);
    }

    #[test]
    fn a_cut_text_fits_and_says_that_it_was_cut() {
        let long = "arn:aws:sts::111122223333:assumed-role/PhotoReader/CognitoIdentityCredentials";
        let cut_text = cut(long, Font::Mono, 13.0, 200.0);
        assert!(width(&cut_text, Font::Mono, 13.0) <= 200.0);
        assert!(cut_text.ends_with('…') && cut_text.starts_with("arn:aws"));
        assert_eq!(cut("short", Font::Mono, 13.0, 200.0), "short");
    }

    #[test]
    fn identity_ids_are_shortened_to_what_tells_them_apart() {
        let key = "us-east-1:404d7be1-0f4e-4b05-9a51-6d8efb1c2f33/beach.jpg";
        assert_eq!(short_ids(key), "404d…f33/beach.jpg");
        assert_eq!(short_ids(&format!("a {key} b")), "a 404d…f33/beach.jpg b");
        assert_eq!(
            short_ids("arn:aws:s3:::photo-box"),
            "arn:aws:s3:::photo-box"
        );
        let bare = "388677ad-1b8e-4631-a76b-1153a6696996";
        assert_eq!(short_ids(bare), "3886…996");
    }

    #[test]
    fn a_text_cut_in_the_middle_fits_and_keeps_both_ends() {
        let long = "us-east-1:404d7be1-0f4e-4b05-9a51-6d8efb1c2f33/beach.jpg";
        let short = cut_middle(long, Font::Regular, 13.0, 120.0);
        assert!(width(&short, Font::Regular, 13.0) <= 120.0, "{short}");
        assert!(
            short.starts_with('u') && short.ends_with("beach.jpg"),
            "{short}"
        );
        assert_eq!(cut_middle("short", Font::Regular, 13.0, 200.0), "short");
    }

    #[test]
    fn wrapped_lines_fit_lose_no_word_and_stop_at_the_most() {
        let text = "has an identity and waits for credentials from the pool";
        let lines = wrap(text, Font::Regular, 13.0, 120.0, 9);
        assert!(lines.len() > 2);
        assert!(
            lines
                .iter()
                .all(|line| width(line, Font::Regular, 13.0) <= 120.0)
        );
        assert_eq!(lines.join(" "), text);
        let two = wrap(text, Font::Regular, 13.0, 120.0, 2);
        assert_eq!(two.len(), 2);
        assert!(two[1].ends_with('…'));
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut_and_not_lost() {
        let lines = wrap(
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b",
            Font::Regular,
            13.0,
            60.0,
            3,
        );
        assert!(lines[0].ends_with('…'));
        assert_eq!(lines[1], "b");
    }

    #[test]
    fn a_long_name_parts_near_its_middle_where_a_word_begins() {
        assert_eq!(
            halves("GetCredentialsForIdentity"),
            Some(("GetCredentials", "ForIdentity"))
        );
        assert_eq!(
            halves("oauth/access_token"),
            Some(("oauth/", "access_token"))
        );
        assert_eq!(halves("GET /live/today"), Some(("GET /live/", "today")));
        assert_eq!(halves("login"), None);
        assert_eq!(halves("Größe"), None);
    }

    #[test]
    fn what_is_cut_shows_where_it_is_another() {
        let cut = |text, other| cut_to_difference(text, other, Font::Regular, 13.0, 200.0);
        let a = "repo:example-org/web-shop:ref:refs/heads/main";
        let b = "StringEquals repo:Example-Org/web-shop:ref:refs/heads/main";
        assert!(cut(a, b).contains(":example"), "{}", cut(a, b));
        assert!(cut(b, a).contains(":Example"), "{}", cut(b, a));
        let c = "910111213141-notes.apps.googleusercontent.com";
        let d = "StringEquals 910111213141-web.apps.googleusercontent.com";
        assert!(cut(c, d).contains("-notes"), "{}", cut(c, d));
        assert!(cut(d, c).contains("-web"), "{}", cut(d, c));
        assert!(width(&cut(d, c), Font::Regular, 13.0) <= 200.0);
        assert_eq!(cut("short", "other"), "short");
        // Where nothing is alike both ends say most
        let e = "https://issuer.example.com/a/long/path/that/has/no/end";
        assert_eq!(cut(e, "x"), cut_middle(e, Font::Regular, 13.0, 200.0));
    }
}
