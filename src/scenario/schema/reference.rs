//! The reference: as a page of the documentation, and one entry at a time for a terminal.

use serde_json::Value;

use super::entries::{self, Choice, Entry, Field, MadeOf, Needed};

/// What the page calls the file itself.
const TOP: &str = "Scenario";
/// The entry whose choices are so many that each has a section of its own.
const ACTION: &str = "Action";
/// The head of the page.
const HEAD: &str = "# Everything a scenario may say\n\n\
    Written from the types that read scenarios; `TOKENTRAIL_BLESS=1 cargo test reference` writes it \
    anew. [scenarios.md](scenarios.md) is the guide. `tokentrail schema NAME` prints an entry in the \
    terminal, `tokentrail schema` the JSON Schema of the same types: a struct is an object, \
    `Name(field: …)` is `{\"Name\": {\"field\": …}}`, `Name(value)` is `{\"Name\": value}`, a bare \
    `Name` is a text. In RON an optional value is written as it is, or left out.\n";

/// The whole page.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for entry in all() {
        page += &format!("\n## {}\n\n{}\n", entry.name, entry.about);
        match &entry.made_of {
            MadeOf::Text => {}
            MadeOf::Fields(fields) => page += &field_table(fields),
            MadeOf::Choices(choices) if entry.name == ACTION => {
                for choice in choices {
                    page += &format!("\n### {}\n\n{}\n", shape(choice, &link), choice.about);
                    page += &field_table(&choice.fields);
                }
            }
            MadeOf::Choices(choices) => page += &choice_table(choices),
        }
    }
    page
}

/// The names of all entries: types, their choices, and lists of the world.
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    for entry in all() {
        match &entry.made_of {
            MadeOf::Choices(choices) => names.extend(choices.iter().map(|it| it.name.clone())),
            MadeOf::Fields(fields) => names.extend(fields.iter().map(|it| it.name.clone())),
            MadeOf::Text => {}
        }
        names.push(entry.name);
    }
    names.sort();
    names.dedup();
    names
}

/// Everything of this name, for a terminal: a type, a choice, or where a field stands.
pub fn named(name: &str) -> Option<String> {
    let mut found = String::new();
    for entry in all() {
        if entry.name.eq_ignore_ascii_case(name) {
            found += &whole(&entry);
        }
        match &entry.made_of {
            MadeOf::Choices(choices) => {
                let choices = choices.iter();
                for choice in choices.filter(|it| it.name.eq_ignore_ascii_case(name)) {
                    let shape = shape(choice, &str::to_owned);
                    found += &format!("{shape}, {}\n    {}\n", of(&entry), choice.about);
                    found += &field_lines(&choice.fields);
                }
            }
            MadeOf::Fields(fields) => {
                let fields = fields.iter();
                for field in fields.filter(|it| it.name.eq_ignore_ascii_case(name)) {
                    found += &format!("{}, a field of {}\n", field.name, entry.name);
                    found += &field_lines(std::slice::from_ref(field));
                }
            }
            MadeOf::Text => {}
        }
    }
    (!found.is_empty()).then_some(found)
}

fn all() -> Vec<Entry> {
    entries::of(&Value::from(super::scenario()), TOP)
}

fn of(entry: &Entry) -> String {
    let article = match entry.name.starts_with(['A', 'E', 'I', 'O', 'U']) {
        true => "an",
        false => "a",
    };
    format!("{article} {}", entry.name)
}

fn whole(entry: &Entry) -> String {
    let head = format!("{}\n    {}\n", entry.name, entry.about);
    let body = match &entry.made_of {
        MadeOf::Text => String::new(),
        MadeOf::Fields(fields) => field_lines(fields),
        MadeOf::Choices(choices) => {
            let lines = choices.iter().map(|choice| {
                let shape = shape(choice, &str::to_owned);
                format!("        {shape}\n            {}\n", choice.about)
            });
            lines.collect()
        }
    };
    head + &body
}

fn field_lines(fields: &[Field]) -> String {
    let width = fields.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let lines = fields.iter().map(|field| {
        format!(
            "        {:width$}  {}, {}\n        {:width$}  {}\n",
            field.name,
            field.kind.words(&str::to_owned),
            needed(&field.needed),
            "",
            field.about
        )
    });
    lines.collect()
}

fn needed(needed: &Needed) -> String {
    match needed {
        Needed::Required => "required".to_owned(),
        Needed::Optional => "optional".to_owned(),
        Needed::Default(value) => format!("otherwise {value}"),
    }
}

/// `Name`, `Name(text)` or `Name(field, …)`.
fn shape(choice: &Choice, link: &dyn Fn(&str) -> String) -> String {
    let name = &choice.name;
    if !choice.fields.is_empty() {
        let fields: Vec<_> = choice.fields.iter().map(|it| it.name.as_str()).collect();
        return format!("{name}({})", fields.join(", "));
    }
    match choice.values.as_slice() {
        [] => name.clone(),
        values => {
            let values: Vec<_> = values.iter().map(|it| it.words(link)).collect();
            format!("{name}({})", values.join(", "))
        }
    }
}

fn field_table(fields: &[Field]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let rows = fields.iter().map(|field| {
        let needed = match &field.needed {
            Needed::Default(value) => format!("otherwise `{value}`"),
            other => needed(other),
        };
        let kind = field.kind.words(&link);
        let about = cell(&field.about);
        format!("| `{}` | {kind} | {needed} | {about} |\n", field.name)
    });
    "\n| field | what | | |\n|---|---|---|---|\n".to_owned() + &rows.collect::<String>()
}

fn choice_table(choices: &[Choice]) -> String {
    let rows = choices.iter().map(|choice| {
        let shape = shape(choice, &link);
        let fields = choice.fields.iter().map(|field| {
            let kind = field.kind.words(&link);
            let needed = needed(&field.needed);
            format!(
                "<br>`{}`: {kind}, {needed}. {}",
                field.name,
                cell(&field.about)
            )
        });
        let fields: String = fields.collect();
        format!("| {shape} | {}{fields} |\n", cell(&choice.about))
    });
    "\n| one of | |\n|---|---|\n".to_owned() + &rows.collect::<String>()
}

fn link(name: &str) -> String {
    format!("[{name}](#{})", name.to_lowercase())
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
