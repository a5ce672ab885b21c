//! What expressions say, once they are read.

use crate::cloud::dynamodb::value::Value;

/// Where a value is in an item: `Address.Lines[0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The attribute
    pub name: String,
    /// The way on inside it
    pub steps: Vec<Step>,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A member of a map
    Member(String),
    /// An element of a list
    Element(usize),
}

/// Something that is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// What is at a path
    Path(Path),
    /// A value of the request
    Value(Value),
    /// `size(path)`
    Size(Path),
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them hold
    And(Vec<Condition>),
    /// One of them holds
    Or(Vec<Condition>),
    /// It does not hold
    Not(Box<Condition>),
    /// `a = b` and its sisters
    Compare(Operand, &'static str, Operand),
    /// `a BETWEEN b AND c`
    Between(Operand, Operand, Operand),
    /// `a IN (b, c)`
    In(Operand, Vec<Operand>),
    /// `attribute_exists(path)`; `false`: `attribute_not_exists(path)`
    Exists(Path, bool),
    /// `attribute_type(path, :type)`
    Type(Path, Value),
    /// `begins_with(path, :start)`
    BeginsWith(Operand, Operand),
    /// `contains(path, :part)`
    Contains(Operand, Operand),
}

/// What an attribute is set to.
#[derive(Clone, Debug, PartialEq)]
pub enum Assigned {
    /// A value, or what is at a path
    Operand(Operand),
    /// `a + b`
    Plus(Box<Assigned>, Box<Assigned>),
    /// `a - b`
    Minus(Box<Assigned>, Box<Assigned>),
    /// `if_not_exists(path, a)`
    IfNotExists(Path, Box<Assigned>),
    /// `list_append(a, b)`
    Append(Box<Assigned>, Box<Assigned>),
}

/// An update: what is set and what is removed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Paths and what they become
    pub set: Vec<(Path, Assigned)>,
    /// Paths that go
    pub remove: Vec<Path>,
}

/// Whether one path leads into what the other names.
pub fn overlap(a: &Path, b: &Path) -> bool {
    a.name == b.name && a.steps.iter().zip(&b.steps).all(|(a, b)| a == b)
}

/// What is said of two such paths.
pub fn overlapping(a: &Path, b: &Path) -> String {
    format!(
        "Two document paths overlap with each other; must remove or rewrite one of these paths; \
         path one: {a}, path two: {b}"
    )
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}", self.name)?;
        for step in &self.steps {
            match step {
                Step::Member(name) => write!(f, ", {name}")?,
                Step::Element(index) => write!(f, ", [{index}]")?,
            }
        }
        f.write_str("]")
    }
}

impl Condition {
    /// The attributes it is about, in the order in which they stand.
    pub fn names(&self, names: &mut Vec<String>) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.names(names)),
            Self::Not(inner) => inner.names(names),
            Self::Exists(path, _) | Self::Type(path, _) => names.push(path.name.clone()),
            Self::Compare(a, _, b) | Self::BeginsWith(a, b) | Self::Contains(a, b) => {
                operand_names([a, b], names);
            }
            Self::Between(a, b, c) => operand_names([a, b, c], names),
            Self::In(value, candidates) => {
                operand_names(std::iter::once(value).chain(candidates), names);
            }
        }
    }
}

fn operand_names<'o>(operands: impl IntoIterator<Item = &'o Operand>, names: &mut Vec<String>) {
    for operand in operands {
        match operand {
            Operand::Path(path) | Operand::Size(path) => names.push(path.name.clone()),
            Operand::Value(_) => {}
        }
    }
}

impl Update {
    /// Every path that it changes.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.set.iter().map(|(path, _)| path).chain(&self.remove)
    }
}
