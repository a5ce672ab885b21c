//! `*`, `?` and `${variable}`: how a policy says which texts it means.
//!
//! A pattern is taken apart once, when the policy is read. Matching then runs over bytes with at
//! most two places to fall back to, so no pattern can make it take exponential time. Wildcards
//! are kept as bytes that no UTF-8 text contains, so text from a variable can never act as one.

use std::borrow::Cow;

use super::context::{ContextValue, RequestContext};
use super::error::{Fault, Span};

/// `*`: any characters.
const ANY: u8 = 0xFF;
/// `*` inside one of the first five parts of an ARN: any characters but a colon.
const ANY_IN_PART: u8 = 0xFE;
/// `?`: exactly one character.
const ONE: u8 = 0xFD;
/// `?` inside one of the first five parts of an ARN: one character but not a colon.
const ONE_IN_PART: u8 = 0xFC;

/// An ARN is `arn:partition:service:region:account:resource`; only the last may hold colons.
pub(crate) const ARN_PARTS: usize = 6;

/// What the special characters of a pattern mean.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Style {
    /// Whether `*` and `?` are wildcards (otherwise they are themselves).
    pub wildcards: bool,
    /// Whether `${…}` is a variable (only from policy version 2012-10-17 on).
    pub variables: bool,
    /// Whether letter case is ignored.
    pub ignore_case: bool,
    /// Whether wildcards respect the parts of an ARN, as in a `Resource` element.
    pub arn_parts: bool,
}

/// A pattern as a policy wrote it, ready to match.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: String,
    parts: Vec<Part>,
    ignore_case: bool,
    has_variables: bool,
}

#[derive(Clone, Debug)]
enum Part {
    /// Text and wildcard bytes.
    Bytes(Vec<u8>),
    /// A variable: the lower-case key, the key as written, and what to use when it is absent.
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// A variable that the request has no single value for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Unresolved {
    /// The variable's key as the policy wrote it, in lower case.
    pub key: String,
    /// Whether the key is there but has several values, which no variable can take.
    pub multivalued: bool,
}

impl Pattern {
    /// Takes a pattern apart. `at` is where its text stands, for errors.
    pub(crate) fn parse(source: &str, style: Style, at: Span) -> Result<Self, Fault> {
        let mut compiler = Compiler::new(source, style, at);
        compiler.run()?;
        let parts = compiler.finish();
        let has_variables = parts.iter().any(|p| matches!(p, Part::Variable { .. }));
        Ok(Self {
            source: source.to_owned(),
            parts,
            ignore_case: style.ignore_case,
            has_variables,
        })
    }

    /// The pattern as written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Whether any variable is in it.
    pub(crate) fn has_variables(&self) -> bool {
        self.has_variables
    }

    /// The pattern with its variables replaced.
    pub(crate) fn resolve(&self, context: &RequestContext) -> Result<Resolved<'_>, Unresolved> {
        if !self.has_variables {
            let bytes = match self.parts.first() {
                Some(Part::Bytes(bytes)) => bytes.as_slice(),
                _ => &[],
            };
            return Ok(Resolved {
                bytes: Cow::Borrowed(bytes),
                ignore_case: self.ignore_case,
            });
        }
        let mut bytes = Vec::with_capacity(self.source.len() + 32);
        for part in &self.parts {
            match part {
                Part::Bytes(text) => bytes.extend_from_slice(text),
                Part::Variable { key, default } => {
                    let value = variable_value(context, key, default.as_deref())?;
                    match self.ignore_case {
                        true => bytes.extend_from_slice(value.to_lowercase().as_bytes()),
                        false => bytes.extend_from_slice(value.as_bytes()),
                    }
                }
            }
        }
        Ok(Resolved {
            bytes: Cow::Owned(bytes),
            ignore_case: self.ignore_case,
        })
    }

    /// Whether a text already in lower case matches; for patterns without variables that ignore
    /// case, which is what actions are.
    pub(crate) fn matches_lower(&self, lower: &str) -> bool {
        match self.parts.as_slice() {
            [] => lower.is_empty(),
            [Part::Bytes(bytes)] => glob(bytes, lower.as_bytes()),
            _ => false,
        }
    }

    /// Whether the text matches; an unresolved variable matches nothing.
    pub(crate) fn matches(&self, text: &str, context: &RequestContext) -> bool {
        self.resolve(context)
            .is_ok_and(|resolved| resolved.matches(text))
    }
}

fn variable_value<'v>(
    context: &'v RequestContext,
    key: &str,
    default: Option<&'v str>,
) -> Result<&'v str, Unresolved> {
    match context.get_lower(key) {
        Some(ContextValue::One(value)) => Ok(value),
        found => default.ok_or_else(|| Unresolved {
            key: key.to_owned(),
            multivalued: found.is_some(),
        }),
    }
}

/// A pattern whose variables have been replaced for one request.
#[derive(Clone, Debug)]
pub(crate) struct Resolved<'p> {
    bytes: Cow<'p, [u8]>,
    ignore_case: bool,
}

impl Resolved<'_> {
    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if self.ignore_case && text.chars().any(|c| c.is_uppercase()) {
            return glob(&self.bytes, text.to_lowercase().as_bytes());
        }
        glob(&self.bytes, text.as_bytes())
    }

    /// Whether the whole text would match if letter case did not count.
    pub(crate) fn matches_ignoring_case(&self, text: &str) -> bool {
        let lower: Vec<u8> = lower_pattern(&self.bytes);
        glob(&lower, text.to_lowercase().as_bytes())
    }

    /// Whether `pattern` and `text` are the same six ARN parts, each matched for itself.
    pub(crate) fn matches_arn(&self, text: &str) -> bool {
        let pattern: Vec<&[u8]> = self.bytes.splitn(ARN_PARTS, |b| *b == b':').collect();
        let text: Vec<&str> = text.splitn(ARN_PARTS, ':').collect();
        pattern.len() == ARN_PARTS
            && text.len() == ARN_PARTS
            && pattern
                .iter()
                .zip(&text)
                .all(|(p, t)| glob(p, t.as_bytes()))
    }

    /// The text to show: variables replaced, wildcards as `*` and `?`.
    pub(crate) fn display(&self) -> String {
        let bytes = self.bytes.iter().map(|b| match *b {
            ANY | ANY_IN_PART => b'*',
            ONE | ONE_IN_PART => b'?',
            other => other,
        });
        String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
    }
}

/// Lower-cases the text between the wildcard bytes.
fn lower_pattern(pattern: &[u8]) -> Vec<u8> {
    let mut lower = Vec::with_capacity(pattern.len());
    for chunk in pattern.chunk_by(|a, b| *a < ONE_IN_PART && *b < ONE_IN_PART) {
        match std::str::from_utf8(chunk) {
            Ok(text) => lower.extend_from_slice(text.to_lowercase().as_bytes()),
            Err(_) => lower.extend_from_slice(chunk),
        }
    }
    lower
}

/// Where to try again: the pattern after a star, and the text the star has not swallowed yet.
type Fallback = Option<(usize, usize)>;

/// Matches the whole text. Always tries the shortest run for a star first; when the rest fails,
/// the nearest star takes one character more. A star bound to its ARN part gives up at a colon,
/// and then the nearest unbound star before it takes one more.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut unbound: Fallback = None;
    let mut bound: Fallback = None;
    loop {
        let step = match (pattern.get(p), text.get(t)) {
            (None, None) => return true,
            (Some(&ANY), _) => {
                p += 1;
                if p == pattern.len() {
                    return true;
                }
                (unbound, bound) = (Some((p, t)), None);
                true
            }
            (Some(&ANY_IN_PART), _) => {
                p += 1;
                bound = Some((p, t));
                true
            }
            (Some(&ONE), Some(_)) => {
                (p, t) = (p + 1, t + char_width(text, t));
                true
            }
            (Some(&ONE_IN_PART), Some(&c)) if c != b':' => {
                (p, t) = (p + 1, t + char_width(text, t));
                true
            }
            (Some(a), Some(b)) if a == b => {
                (p, t) = (p + 1, t + 1);
                true
            }
            _ => false,
        };
        if step {
            continue;
        }
        if let Some((after, from)) = bound
            && text.get(from).is_some_and(|c| *c != b':')
        {
            (p, t) = (after, from + char_width(text, from));
            bound = Some((p, t));
        } else if let Some((after, from)) = unbound
            && from < text.len()
        {
            (p, t) = (after, from + char_width(text, from));
            (unbound, bound) = (Some((p, t)), None);
        } else {
            return false;
        }
    }
}

/// How many bytes the character at `at` has.
fn char_width(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xFF) => 4,
        _ => 1,
    }
}

/// Takes a pattern's text apart.
struct Compiler<'s> {
    source: &'s str,
    style: Style,
    at: Span,
    parts: Vec<Part>,
    bytes: Vec<u8>,
    colons: usize,
}

impl<'s> Compiler<'s> {
    fn new(source: &'s str, style: Style, at: Span) -> Self {
        Self {
            source,
            style,
            at,
            parts: Vec::new(),
            bytes: Vec::new(),
            colons: 0,
        }
    }

    fn run(&mut self) -> Result<(), Fault> {
        let mut rest = self.source;
        while let Some(c) = rest.chars().next() {
            if self.style.variables && rest.starts_with("${") {
                rest = self.variable(rest)?;
                continue;
            }
            let after = rest.get(c.len_utf8()..).unwrap_or("");
            match c {
                '*' if self.style.wildcards => self.bytes.push(self.star(after)),
                '?' if self.style.wildcards => self.bytes.push(match self.in_bound_part() {
                    true => ONE_IN_PART,
                    false => ONE,
                }),
                _ => self.literal(c),
            }
            rest = after;
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<Part> {
        if !self.bytes.is_empty() {
            self.parts.push(Part::Bytes(self.bytes));
        }
        self.parts
    }

    /// Whether the pattern is an ARN and we are before its last part.
    fn in_bound_part(&self) -> bool {
        self.style.arn_parts && self.colons < ARN_PARTS - 1
    }

    /// A star at the end of a part may run over the colon; one inside it may not.
    fn star(&self, after: &str) -> u8 {
        let ends_part = after.is_empty() || after.starts_with(':');
        match self.in_bound_part() && !ends_part {
            true => ANY_IN_PART,
            false => ANY,
        }
    }

    fn literal(&mut self, c: char) {
        if c == ':' {
            self.colons += 1;
        }
        let mut buffer = [0; 4];
        if self.style.ignore_case {
            for lower in c.to_lowercase() {
                self.bytes
                    .extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
            }
        } else {
            self.bytes
                .extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
    }

    /// Reads `${…}` at the start of `rest` and gives back what follows it.
    fn variable(&mut self, rest: &'s str) -> Result<&'s str, Fault> {
        let Some(close) = rest.find('}') else {
            return Err(self
                .fault("a variable here has no closing brace")
                .hint("a variable is written ${key}; a dollar sign alone is written ${$}"));
        };
        let inside = rest.get(2..close).unwrap_or("");
        let after = rest.get(close + 1..).unwrap_or("");
        if matches!(inside, "*" | "?" | "$") {
            inside.chars().for_each(|c| self.literal(c));
            return Ok(after);
        }
        let (key, default) = match inside.split_once(',') {
            Some((key, default)) => (key.trim(), Some(self.default_value(default)?)),
            None => (inside, None),
        };
        self.check_key(key)?;
        if !self.bytes.is_empty() {
            self.parts
                .push(Part::Bytes(std::mem::take(&mut self.bytes)));
        }
        self.parts.push(Part::Variable {
            key: key.to_ascii_lowercase(),
            default,
        });
        Ok(after)
    }

    fn default_value(&self, text: &str) -> Result<String, Fault> {
        let quoted = text
            .trim()
            .strip_prefix('\'')
            .and_then(|t| t.strip_suffix('\''));
        quoted.map(str::to_owned).ok_or_else(|| {
            self.fault("a variable's default value stands in single quotes")
                .hint("for example ${aws:PrincipalTag/team, 'company-wide'}")
        })
    }

    fn check_key(&self, key: &str) -> Result<(), Fault> {
        if key.is_empty() {
            return Err(self
                .fault("a variable here is empty")
                .hint("name a condition key"));
        }
        if key.contains(char::is_whitespace) {
            return Err(self.fault(format!("the variable `{key}` has a space in it")));
        }
        if key.contains("${") {
            return Err(self.fault("a variable may not stand inside another"));
        }
        Ok(())
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.at, message)
    }
}
