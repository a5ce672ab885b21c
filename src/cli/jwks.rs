//! `jwks`: the public keys of an issuer, as it publishes them.

use super::output::Out;
use super::{Problem, open};

/// Arguments of `jwks`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A scenario or a saved recording
    file: String,
    /// The issuer, as tokens name it in `iss`
    issuer: String,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

/// Prints the key document.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let recording = open::recording(&args.file, args.seed)?;
    let keys = &recording.keys;
    let found = keys
        .iter()
        .rev()
        .find(|published| published.issuer == args.issuer);
    let Some(published) = found else {
        let mut known: Vec<&str> = keys.iter().map(|it| it.issuer.as_str()).collect();
        known.dedup();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        return Err(Problem::Message(format!(
            "{} published no keys in this scenario; issuers that did: {known}",
            args.issuer
        )));
    };
    Ok(out.line(&format!("{:#}", published.keys))?)
}
