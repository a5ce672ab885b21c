//! The schema as entries that a page or a terminal can show: types with their fields, kinds with
//! their choices.

use std::collections::VecDeque;

use serde_json::{Map, Value};

/// A type of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What the source calls it
    pub name: String,
    /// What it is
    pub about: String,
    /// What it is made of
    pub made_of: MadeOf,
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MadeOf {
    /// `(field: …)`
    Fields(Vec<Field>),
    /// One of several names
    Choices(Vec<Choice>),
    /// A text with a form of its own
    Text,
}

/// A field of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name
    pub name: String,
    /// What stands in it
    pub kind: Kind,
    /// Whether it must be there, and what holds where it is not
    pub needed: Needed,
    /// What it says
    pub about: String,
}

/// Whether a field must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Needed {
    /// It must
    Required,
    /// It may
    Optional,
    /// It may; this holds otherwise
    Default(String),
}

/// A name to choose, with what stands in its parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// The name
    pub name: String,
    /// What it means
    pub about: String,
    /// Nameless values
    pub values: Vec<Kind>,
    /// Fields
    pub fields: Vec<Field>,
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Something simple
    Plain(&'static str),
    /// Another entry
    Named(String),
    /// `[…]`
    List(Box<Kind>),
    /// `{"name": …}`
    Map(Box<Kind>),
    /// `(…, …)`
    Values(Vec<Kind>),
}

impl Kind {
    /// The kind in words, with names written by `link`.
    pub(super) fn words(&self, link: &dyn Fn(&str) -> String) -> String {
        match self {
            Self::Plain(word) => (*word).to_owned(),
            Self::Named(name) => link(name),
            Self::List(of) => format!("list of {}", of.words(link)),
            Self::Map(of) => format!("map of {} by name", of.words(link)),
            Self::Values(of) => {
                let of: Vec<_> = of.iter().map(|it| it.words(link)).collect();
                format!("({})", of.join(", "))
            }
        }
    }

    fn mentions(&self, names: &mut Vec<String>) {
        match self {
            Self::Plain(_) => {}
            Self::Named(name) => names.push(name.clone()),
            Self::List(of) | Self::Map(of) => of.mentions(names),
            Self::Values(of) => of.iter().for_each(|it| it.mentions(names)),
        }
    }
}

/// Every type that a schema needs: the file itself, then each in the order in which it is first
/// mentioned.
pub(super) fn of(schema: &Value, top: &str) -> Vec<Entry> {
    let nothing = Map::new();
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let definitions = definitions.unwrap_or(&nothing);
    let mut entries = vec![entry(top, schema)];
    let mut waiting: VecDeque<String> = entries.iter().flat_map(mentioned).collect();
    while let Some(name) = waiting.pop_front() {
        let seen = entries.iter().any(|it| it.name == name);
        if let (false, Some(schema)) = (seen, definitions.get(&name)) {
            let entry = entry(&name, schema);
            // What belongs to it stands right behind it
            for mention in mentioned(&entry).into_iter().rev() {
                waiting.push_front(mention);
            }
            entries.push(entry);
        }
    }
    entries
}

fn mentioned(entry: &Entry) -> Vec<String> {
    let mut names = Vec::new();
    let mut of_fields = |fields: &[Field]| {
        fields.iter().for_each(|it| it.kind.mentions(&mut names));
    };
    match &entry.made_of {
        MadeOf::Fields(fields) => of_fields(fields),
        MadeOf::Choices(choices) => {
            choices.iter().for_each(|it| of_fields(&it.fields));
            let values = choices.iter().flat_map(|it| &it.values);
            values.for_each(|it| it.mentions(&mut names));
        }
        MadeOf::Text => {}
    }
    names
}

fn entry(name: &str, schema: &Value) -> Entry {
    let made_of = match (schema.get("oneOf"), schema.get("properties")) {
        (Some(Value::Array(choices)), _) => {
            MadeOf::Choices(choices.iter().flat_map(choice).collect())
        }
        (_, Some(_)) => MadeOf::Fields(fields(schema)),
        _ => MadeOf::Text,
    };
    Entry {
        name: name.to_owned(),
        about: about(schema),
        made_of,
    }
}

/// The names of one branch: several bare ones, or one with something in parentheses.
fn choice(schema: &Value) -> Vec<Choice> {
    let bare = |name: &Value| {
        Some(Choice {
            name: name.as_str()?.to_owned(),
            about: about(schema),
            values: Vec::new(),
            fields: Vec::new(),
        })
    };
    if let Some(Value::Array(names)) = schema.get("enum") {
        return names.iter().filter_map(bare).collect();
    }
    if let Some(name) = schema.get("const") {
        return bare(name).into_iter().collect();
    }
    let Some((name, content)) = properties(schema).next() else {
        return Vec::new();
    };
    let with_fields = content.get("properties").is_some();
    vec![Choice {
        name: name.clone(),
        about: about(schema),
        values: match kind(content) {
            _ if with_fields => Vec::new(),
            Kind::Values(values) => values,
            one => vec![one],
        },
        fields: fields(content),
    }]
}

fn fields(schema: &Value) -> Vec<Field> {
    let required = |name: &String| {
        let names = schema.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|it| it == name))
    };
    let field = |(name, schema): (&String, &Value)| Field {
        name: name.clone(),
        kind: kind(schema),
        needed: match schema.get("default") {
            _ if required(name) => Needed::Required,
            Some(Value::String(text)) if !text.is_empty() => Needed::Default(format!("\"{text}\"")),
            Some(Value::Array(items)) if !items.is_empty() => {
                Needed::Default(Value::from(items.clone()).to_string())
            }
            Some(Value::Object(map)) if !map.is_empty() => {
                Needed::Default(Value::from(map.clone()).to_string())
            }
            Some(Value::Bool(yes)) => Needed::Default(yes.to_string()),
            _ => Needed::Optional,
        },
        about: about(schema),
    };
    properties(schema).map(field).collect()
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten()
}

fn kind(schema: &Value) -> Kind {
    if let Some(Value::String(reference)) = schema.get("$ref") {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return Kind::Named(name.to_owned());
    }
    if let Some(Value::Array(either)) = schema.get("anyOf") {
        // An optional value: this, or null
        return either.first().map_or(Kind::Plain("anything"), kind);
    }
    let named = match schema.get("type") {
        Some(Value::Array(either)) => either.first().and_then(Value::as_str),
        Some(one) => one.as_str(),
        None => None,
    };
    match named {
        Some("string") => Kind::Plain("text"),
        Some("integer" | "number") => Kind::Plain("number"),
        Some("boolean") => Kind::Plain("true or false"),
        Some("array") => match (schema.get("prefixItems"), schema.get("items")) {
            (Some(Value::Array(items)), _) => Kind::Values(items.iter().map(kind).collect()),
            (_, Some(items)) => Kind::List(Box::new(kind(items))),
            _ => Kind::Plain("list"),
        },
        Some("object") => match schema.get("additionalProperties") {
            Some(of @ Value::Object(_)) => Kind::Map(Box::new(kind(of))),
            _ => match schema.get("patternProperties").and_then(Value::as_object) {
                Some(patterns) => patterns
                    .values()
                    .next()
                    .map_or(Kind::Plain("map"), |of| Kind::Map(Box::new(kind(of)))),
                None => Kind::Plain("map"),
            },
        },
        _ => Kind::Plain("anything"),
    }
}

/// A description on one line, without a full stop at its end.
fn about(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str);
    let line = text.unwrap_or_default().replace('\n', " ");
    line.trim_end_matches('.').to_owned()
}
