//! The words of an expression.

/// The longest expression: AWS's limit, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4096;

/// A word of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// An attribute's name, a keyword or a function
    Word(String),
    /// `#name`
    NamePlaceholder(String),
    /// `:value`
    ValuePlaceholder(String),
    /// A position in a list
    Index(usize),
    /// `= <> < <= > >= ( ) , . [ ] + -`
    Sign(&'static str),
}

impl Token {
    /// The word as written.
    pub fn text(&self) -> String {
        match self {
            Self::Word(text) | Self::NamePlaceholder(text) | Self::ValuePlaceholder(text) => {
                text.clone()
            }
            Self::Index(index) => index.to_string(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }

    /// Whether it is this keyword, in any letter case.
    pub fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Longer signs stand before their beginnings.
const SIGNS: [&str; 14] = [
    "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "[", "]", "+", "-",
];

/// Cuts an expression into words. The error is the character that belongs to none, with what
/// stands around it.
pub fn tokens(expression: &str) -> Result<Vec<Token>, (String, String)> {
    let mut tokens = Vec::new();
    let mut rest = expression;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return Ok(tokens);
        };
        let (token, length) = match first {
            '#' | ':' => {
                let length = 1 + word_length(rest.get(1..).unwrap_or_default());
                let text = rest.get(..length).unwrap_or_default().to_owned();
                let empty = length == 1;
                match (first, empty) {
                    (_, true) => return Err(stray(rest)),
                    ('#', _) => (Token::NamePlaceholder(text), length),
                    _ => (Token::ValuePlaceholder(text), length),
                }
            }
            '0'..='9' => {
                let length = rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                let digits = rest.get(..length).unwrap_or_default();
                (
                    Token::Index(digits.parse().map_err(|_| stray(rest))?),
                    length,
                )
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = word_length(rest);
                (
                    Token::Word(rest.get(..length).unwrap_or_default().to_owned()),
                    length,
                )
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or_else(|| stray(rest))?;
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len())
}

/// What stands at a place where no word begins.
fn stray(rest: &str) -> (String, String) {
    /// How much of the expression AWS shows around an error, in characters
    const NEAR_CHARS: usize = 12;
    (
        rest.chars().take(1).collect(),
        rest.chars().take(NEAR_CHARS).collect(),
    )
}
