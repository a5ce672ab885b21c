//! Captions: plain text in which `**…**` marks a term.

use super::frame::CaptionRun;

/// Cuts a caption into runs of plain words and terms.
pub fn runs(caption: &str) -> Vec<CaptionRun> {
    caption
        .split("**")
        .enumerate()
        .filter(|(_, text)| !text.is_empty())
        .map(|(position, text)| CaptionRun {
            text: text.to_owned(),
            strong: position % 2 == 1,
        })
        .collect()
}

/// The words alone.
pub fn plain(caption: &str) -> String {
    caption.replace("**", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_strong_and_nothing_else_is() {
        let found = runs("The pool vouches. **STS** checks the **trust policy** first.");
        let strong: Vec<&str> = found
            .iter()
            .filter(|run| run.strong)
            .map(|run| run.text.as_str())
            .collect();
        assert_eq!(strong, ["STS", "trust policy"]);
        let all: String = found.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(
            all,
            plain("The pool vouches. **STS** checks the **trust policy** first.")
        );
    }
}
