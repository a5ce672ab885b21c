//! `schema`: what a scenario may say, for tools as a JSON Schema, for people entry by entry.

use super::Problem;
use super::output::Out;
use crate::scenario::diagnostic::suggest;
use crate::scenario::schema;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A type, action, kind or field to explain: GetId, UserPool, expect. Without it the JSON
    /// Schema of a scenario is printed
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The JSON Schema of a shared world file, in place of a scenario's
    #[arg(long, conflicts_with = "name")]
    world: bool,
}

/// Prints the schema, or one entry of it in words.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let Some(name) = &args.name else {
        let schema = if args.world {
            schema::world()
        } else {
            schema::scenario()
        };
        return Ok(out.line(&format!("{:#}", schema.as_value()))?);
    };
    match schema::named(name) {
        Some(entry) => Ok(out.text(&entry)?),
        None => {
            let names = schema::names();
            let remedy = suggest(name, names.iter().map(String::as_str));
            Err(Problem::Message(format!(
                "a scenario has nothing called {name:?}; {remedy}"
            )))
        }
    }
}
