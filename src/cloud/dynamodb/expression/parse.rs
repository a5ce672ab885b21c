//! Reads expressions: recursive descent over their words, with AWS's error texts.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::token::{MAX_EXPRESSION_BYTES, Token, tokens};
use super::tree::{Assigned, Condition, Operand, Path, Step, Update, overlap, overlapping};
use crate::cloud::aws::AwsError;
use crate::cloud::dynamodb::reserved::is_reserved;
use crate::cloud::dynamodb::value::{Value, invalid};

/// How deep parentheses and NOT may nest in this simulation.
const MAX_DEPTH: usize = 50;

/// Reads the expressions of one request and remembers which placeholders they used.
#[derive(Debug)]
pub struct Reader {
    names: IndexMap<String, String>,
    values: IndexMap<String, Value>,
    used: BTreeSet<String>,
}

/// Where a reader is in one expression.
struct Cursor {
    parameter: &'static str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Cursor {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_keyword(keyword));
        self.at += usize::from(found);
        found
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), AwsError> {
        if self.take_sign(sign) {
            Ok(())
        } else {
            Err(self.syntax_error())
        }
    }

    /// Whether the function of this name begins here.
    fn is_function(&self, name: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if word == name)
            && matches!(self.tokens.get(self.at + 1), Some(Token::Sign("(")))
    }

    fn invalid(&self, what: impl std::fmt::Display) -> AwsError {
        invalid(format!("Invalid {}: {what}", self.parameter))
    }

    /// An error at the word that would be read next.
    fn syntax_error(&self) -> AwsError {
        let Some(token) = self.peek() else {
            let last = self.tokens.last().map(Token::text).unwrap_or_default();
            return self.invalid(format!("Syntax error; token: \"<EOF>\", near: \"{last}\""));
        };
        let near = self
            .tokens
            .get(self.at.saturating_sub(1)..(self.at + 2).min(self.tokens.len()));
        let near: Vec<String> = near.unwrap_or_default().iter().map(Token::text).collect();
        let near = near.join(" ");
        self.invalid(format!(
            "Syntax error; token: \"{}\", near: \"{near}\"",
            token.text()
        ))
    }

    fn enter(&mut self) -> Result<(), AwsError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.invalid(format!(
                "The expression nests more than {MAX_DEPTH} deep, Tokentrail's limit"
            )));
        }
        Ok(())
    }
}

impl Reader {
    /// A reader that puts in these names and values.
    pub fn new(names: IndexMap<String, String>, values: IndexMap<String, Value>) -> Self {
        Self {
            names,
            values,
            used: BTreeSet::new(),
        }
    }

    /// Whether every placeholder of the request was used by some expression.
    pub fn all_used(&self) -> Result<(), AwsError> {
        let unused = |keys: Vec<&String>| {
            let keys: Vec<&str> = keys
                .into_iter()
                .filter(|key| !self.used.contains(*key))
                .map(|k| k.as_str())
                .collect();
            (!keys.is_empty()).then(|| keys.join(", "))
        };
        for (parameter, keys) in [
            ("ExpressionAttributeNames", self.names.keys().collect()),
            ("ExpressionAttributeValues", self.values.keys().collect()),
        ] {
            if let Some(keys) = unused(keys) {
                return Err(invalid(format!(
                    "Value provided in {parameter} unused in expressions: keys: {{{keys}}}"
                )));
            }
        }
        Ok(())
    }

    fn open(&self, parameter: &'static str, text: &str) -> Result<Cursor, AwsError> {
        if text.trim().is_empty() {
            return Err(invalid(format!(
                "Invalid {parameter}: The expression can not be empty;"
            )));
        }
        if text.len() > MAX_EXPRESSION_BYTES {
            return Err(invalid(format!(
                "Invalid {parameter}: Expression size has exceeded the maximum allowed size; \
                 expression size: {}",
                text.len()
            )));
        }
        let tokens = tokens(text).map_err(|(token, near)| {
            invalid(format!(
                "Invalid {parameter}: Syntax error; token: \"{token}\", near: \"{near}\""
            ))
        })?;
        Ok(Cursor {
            parameter,
            tokens,
            at: 0,
            depth: 0,
        })
    }

    /// Reads a condition, a filter or a key condition.
    pub fn condition(
        &mut self,
        parameter: &'static str,
        text: &str,
    ) -> Result<Condition, AwsError> {
        let mut cursor = self.open(parameter, text)?;
        let condition = self.any(&mut cursor)?;
        self.end(&cursor)?;
        Ok(condition)
    }

    /// Reads a list of paths.
    pub fn projection(&mut self, text: &str) -> Result<Vec<Path>, AwsError> {
        let mut cursor = self.open("ProjectionExpression", text)?;
        let mut paths = vec![self.path(&mut cursor)?];
        while cursor.take_sign(",") {
            let path = self.path(&mut cursor)?;
            let clash = paths.iter().find(|other| overlap(other, &path));
            if let Some(other) = clash {
                return Err(cursor.invalid(overlapping(other, &path)));
            }
            paths.push(path);
        }
        self.end(&cursor)?;
        Ok(paths)
    }

    /// Reads an update.
    pub fn update(&mut self, text: &str) -> Result<Update, AwsError> {
        let mut cursor = self.open("UpdateExpression", text)?;
        let mut update = Update::default();
        while cursor.peek().is_some() {
            if cursor.take_keyword("SET") {
                self.once(&cursor, "SET", update.set.is_empty())?;
                self.assignments(&mut cursor, &mut update)?;
            } else if cursor.take_keyword("REMOVE") {
                self.once(&cursor, "REMOVE", update.remove.is_empty())?;
                update.remove.push(self.path(&mut cursor)?);
                while cursor.take_sign(",") {
                    update.remove.push(self.path(&mut cursor)?);
                }
            } else if cursor.take_keyword("ADD") || cursor.take_keyword("DELETE") {
                return Err(cursor.invalid("Tokentrail's DynamoDB knows SET and REMOVE only"));
            } else {
                return Err(cursor.syntax_error());
            }
        }
        let paths: Vec<&Path> = update
            .set
            .iter()
            .map(|(path, _)| path)
            .chain(&update.remove)
            .collect();
        for (at, path) in paths.iter().enumerate() {
            let earlier = paths.iter().take(at).find(|other| overlap(other, path));
            if let Some(other) = earlier {
                return Err(cursor.invalid(overlapping(other, path)));
            }
        }
        Ok(update)
    }

    fn once(&self, cursor: &Cursor, section: &str, first: bool) -> Result<(), AwsError> {
        if first {
            return Ok(());
        }
        Err(cursor.invalid(format!(
            "The \"{section}\" section can only be used once in an update expression;"
        )))
    }

    fn assignments(&mut self, cursor: &mut Cursor, update: &mut Update) -> Result<(), AwsError> {
        loop {
            let path = self.path(cursor)?;
            cursor.expect_sign("=")?;
            let assigned = self.assigned(cursor)?;
            update.set.push((path, assigned));
            if !cursor.take_sign(",") {
                return Ok(());
            }
        }
    }

    fn assigned(&mut self, cursor: &mut Cursor) -> Result<Assigned, AwsError> {
        let first = self.term(cursor)?;
        if cursor.take_sign("+") {
            let second = self.term(cursor)?;
            return Ok(Assigned::Plus(Box::new(first), Box::new(second)));
        }
        if cursor.take_sign("-") {
            let second = self.term(cursor)?;
            return Ok(Assigned::Minus(Box::new(first), Box::new(second)));
        }
        Ok(first)
    }

    /// One side of a sum: counters begin with `if_not_exists(n, :zero) + :one`, and lists with
    /// `list_append(if_not_exists(l, :empty), :more)`.
    fn term(&mut self, cursor: &mut Cursor) -> Result<Assigned, AwsError> {
        let term = if cursor.is_function("if_not_exists") {
            cursor.enter()?;
            cursor.at += 2;
            let path = self.path(cursor)?;
            cursor.expect_sign(",")?;
            Assigned::IfNotExists(path, Box::new(self.term(cursor)?))
        } else if cursor.is_function("list_append") {
            cursor.enter()?;
            cursor.at += 2;
            let first = self.term(cursor)?;
            cursor.expect_sign(",")?;
            Assigned::Append(Box::new(first), Box::new(self.term(cursor)?))
        } else {
            return Ok(Assigned::Operand(self.operand(cursor)?));
        };
        cursor.expect_sign(")")?;
        cursor.depth -= 1;
        Ok(term)
    }

    fn end(&self, cursor: &Cursor) -> Result<(), AwsError> {
        if cursor.peek().is_some() {
            Err(cursor.syntax_error())
        } else {
            Ok(())
        }
    }

    /// Conditions joined by OR, which binds loosest.
    fn any(&mut self, cursor: &mut Cursor) -> Result<Condition, AwsError> {
        let mut parts = vec![self.all(cursor)?];
        while cursor.take_keyword("OR") {
            parts.push(self.all(cursor)?);
        }
        Ok(match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (last, _) => Condition::Or(parts.into_iter().chain(last).collect()),
        })
    }

    fn all(&mut self, cursor: &mut Cursor) -> Result<Condition, AwsError> {
        let mut parts = vec![self.not(cursor)?];
        while cursor.take_keyword("AND") {
            parts.push(self.not(cursor)?);
        }
        Ok(match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (last, _) => Condition::And(parts.into_iter().chain(last).collect()),
        })
    }

    fn not(&mut self, cursor: &mut Cursor) -> Result<Condition, AwsError> {
        cursor.enter()?;
        let condition = if cursor.take_keyword("NOT") {
            Condition::Not(Box::new(self.not(cursor)?))
        } else if cursor.take_sign("(") {
            let inner = self.any(cursor)?;
            cursor.expect_sign(")")?;
            inner
        } else {
            self.simple(cursor)?
        };
        cursor.depth -= 1;
        Ok(condition)
    }

    fn simple(&mut self, cursor: &mut Cursor) -> Result<Condition, AwsError> {
        for (name, exists) in [("attribute_exists", true), ("attribute_not_exists", false)] {
            if cursor.is_function(name) {
                cursor.at += 2;
                let path = self.path(cursor)?;
                cursor.expect_sign(")")?;
                return Ok(Condition::Exists(path, exists));
            }
        }
        if cursor.is_function("begins_with") {
            let (path, start) = self.two_arguments(cursor)?;
            return Ok(Condition::BeginsWith(path, start));
        }
        if cursor.is_function("contains") {
            let (path, part) = self.two_arguments(cursor)?;
            return Ok(Condition::Contains(path, part));
        }
        if cursor.is_function("attribute_type") {
            return match self.two_arguments(cursor)? {
                (Operand::Path(path), Operand::Value(kind)) => Ok(Condition::Type(path, kind)),
                _ => Err(cursor.syntax_error()),
            };
        }
        self.unknown_function(cursor)?;
        let left = self.operand(cursor)?;
        self.comparison(cursor, left)
    }

    /// Only `size` may stand among operands; every other word before a parenthesis is unknown.
    fn unknown_function(&self, cursor: &Cursor) -> Result<(), AwsError> {
        let Some(Token::Word(word)) = cursor.peek() else {
            return Ok(());
        };
        if word != "size" && cursor.is_function(word) {
            return Err(cursor.invalid(format!("Invalid function name; function: {word}")));
        }
        Ok(())
    }

    fn comparison(&mut self, cursor: &mut Cursor, left: Operand) -> Result<Condition, AwsError> {
        for sign in ["=", "<>", "<=", ">=", "<", ">"] {
            if cursor.take_sign(sign) {
                return Ok(Condition::Compare(left, sign, self.operand(cursor)?));
            }
        }
        if cursor.take_keyword("BETWEEN") {
            let low = self.operand(cursor)?;
            if !cursor.take_keyword("AND") {
                return Err(cursor.syntax_error());
            }
            return Ok(Condition::Between(left, low, self.operand(cursor)?));
        }
        if cursor.take_keyword("IN") {
            cursor.expect_sign("(")?;
            let mut candidates = vec![self.operand(cursor)?];
            while cursor.take_sign(",") {
                candidates.push(self.operand(cursor)?);
            }
            cursor.expect_sign(")")?;
            return Ok(Condition::In(left, candidates));
        }
        Err(cursor.syntax_error())
    }

    fn two_arguments(&mut self, cursor: &mut Cursor) -> Result<(Operand, Operand), AwsError> {
        cursor.at += 2;
        let first = self.operand(cursor)?;
        cursor.expect_sign(",")?;
        let second = self.operand(cursor)?;
        cursor.expect_sign(")")?;
        Ok((first, second))
    }

    fn operand(&mut self, cursor: &mut Cursor) -> Result<Operand, AwsError> {
        if let Some(Token::ValuePlaceholder(name)) = cursor.peek() {
            let value = self.values.get(name).cloned().ok_or_else(|| {
                cursor.invalid(format!(
                    "An expression attribute value used in expression is not defined; \
                     attribute value: {name}"
                ))
            })?;
            self.used.insert(name.clone());
            cursor.at += 1;
            return Ok(Operand::Value(value));
        }
        if cursor.is_function("size") {
            cursor.at += 2;
            let path = self.path(cursor)?;
            cursor.expect_sign(")")?;
            return Ok(Operand::Size(path));
        }
        Ok(Operand::Path(self.path(cursor)?))
    }

    fn path(&mut self, cursor: &mut Cursor) -> Result<Path, AwsError> {
        let name = self.name(cursor)?;
        let mut steps = Vec::new();
        loop {
            if cursor.take_sign(".") {
                steps.push(Step::Member(self.name(cursor)?));
            } else if cursor.take_sign("[") {
                let Some(Token::Index(index)) = cursor.peek().cloned() else {
                    return Err(cursor.syntax_error());
                };
                cursor.at += 1;
                cursor.expect_sign("]")?;
                steps.push(Step::Element(index));
            } else {
                return Ok(Path { name, steps });
            }
        }
    }

    fn name(&mut self, cursor: &mut Cursor) -> Result<String, AwsError> {
        match cursor.peek().cloned() {
            Some(Token::Word(word)) if is_reserved(&word) => Err(cursor.invalid(format!(
                "Attribute name is a reserved keyword; reserved keyword: {word}"
            ))),
            Some(Token::Word(word)) => {
                cursor.next();
                Ok(word)
            }
            Some(Token::NamePlaceholder(placeholder)) => {
                let name = self.names.get(&placeholder).cloned().ok_or_else(|| {
                    cursor.invalid(format!(
                        "An expression attribute name used in the document path is not defined; \
                         attribute name: {placeholder}"
                    ))
                })?;
                self.used.insert(placeholder);
                cursor.next();
                Ok(name)
            }
            _ => Err(cursor.syntax_error()),
        }
    }
}
