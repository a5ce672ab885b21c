//! How a line looks: colours, signs or words, and text wrapped to the width.

use unicode_width::UnicodeWidthStr;

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Words in place of signs
    pub plain: bool,
    /// Colours
    pub colour: bool,
    /// Cells in a line
    pub width: usize,
}

/// What a stretch of text means. Colour never says it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A heading or a term
    Strong,
    /// Of less importance
    Faint,
    /// Accepted
    Good,
    /// Refused
    Bad,
    /// Who acts
    Actor,
    /// A thing that travels
    Thing,
}

impl Look {
    /// A text in a tone.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Bad => "1;31",
            Tone::Actor => "1;34",
            Tone::Thing => "33",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Text that cannot steer the terminal.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A text cut into lines of at most `width` cells, at spaces. A word longer than a line stands
/// alone and is not cut: half a token helps nobody.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in clean(text).split_whitespace() {
        let shown = visible(word);
        if !line.is_empty() && visible(&line) + 1 + shown > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Cells that a text takes; the `**` around terms take none.
fn visible(text: &str) -> usize {
    text.replace("**", "").width()
}

/// Lines of a caption with its terms painted. A term may go on over the end of a line.
pub fn caption(text: &str, look: &Look) -> Vec<String> {
    let mut strong = false;
    let mut painted = Vec::new();
    for line in wrap(text, look.width.saturating_sub(4)) {
        let mut shown = String::new();
        for (number, run) in line.split("**").enumerate() {
            if number > 0 {
                strong = !strong;
            }
            shown.push_str(&if strong {
                look.paint(Tone::Strong, run)
            } else {
                run.to_owned()
            });
        }
        painted.push(shown);
    }
    painted
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look {
        plain: false,
        colour: true,
        width: 24,
    };

    #[test]
    fn lines_are_never_wider_than_asked_for() {
        for line in wrap("one two three four five six seven äöü 日本語 word", 12) {
            assert!(line.width() <= 12, "{line}");
        }
    }

    #[test]
    fn a_term_over_two_lines_is_strong_on_both() {
        let lines = caption("the **identity pool that vouches** for Dana", &LOOK);
        assert!(lines.len() > 1);
        assert!(
            lines
                .iter()
                .filter(|line| line.contains("\u{1b}[1m"))
                .count()
                > 1
        );
        assert!(lines.iter().all(|line| !line.contains("**")));
    }

    #[test]
    fn a_caption_cannot_steer_the_terminal() {
        let look = Look {
            colour: false,
            ..LOOK
        };
        assert!(
            caption("a\u{1b}[2Jb", &look)
                .iter()
                .all(|line| !line.contains('\u{1b}'))
        );
    }
}
