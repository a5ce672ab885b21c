//! `inspect`: any JSON Web Token, taken apart and verified offline, saying in order what was
//! checked. Nothing is fetched: keys come from a file. With `--select` it looks at one thing of a
//! scenario or of a saved recording instead, and says what the window's inspector says.

use std::time::{SystemTime, UNIX_EPOCH};

use super::input::{plain, text};
use super::output::Out;
use super::{Problem, open};
use crate::inspect::{Subject, calls, outline, outside};
use crate::protocol::jwks::{Jwks, MAX_JWKS_BYTES};
use crate::protocol::jwt::{MAX_TOKEN_BYTES, Unverified};
use crate::protocol::keys::{Algorithm, VerifyingKey};
use crate::protocol::time::{Moment, Span};

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The token, `-` is standard input; with --select a scenario or a saved recording
    #[arg(allow_hyphen_values = true)]
    token: String,
    /// What to look at: artifact:id_token, exchange:12, check:12:3, actor:sts, decision:3, keys:0
    #[arg(long, value_name = "THING")]
    select: Option<String>,
    /// The beat at whose end it is looked at, from 1; the last one, where nothing is said
    #[arg(long, value_name = "N", requires = "select", value_parser = clap::value_parser!(u32).range(1..))]
    beat: Option<u32>,
    /// Prints only the command that verifies the token outside
    #[arg(long, value_enum, requires = "select", value_name = "TOOL")]
    outside: Option<Outside>,
    /// Prints only the request as somebody would write it
    #[arg(
        long,
        value_enum,
        requires = "select",
        value_name = "DIALECT",
        conflicts_with = "outside"
    )]
    call: Option<Written>,
    /// The issuer's public keys, a JWKS document; without it the signature is not checked
    #[arg(long, value_name = "FILE")]
    jwks: Option<String>,
    /// The issuer that must have made the token
    #[arg(long)]
    issuer: Option<String>,
    /// The audience that the token must be for
    #[arg(long)]
    audience: Option<String>,
    /// When the token is judged, such as 2026-03-03T09:00:00Z; now, where nothing is said
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// With what a token is verified outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Outside {
    /// A shell with openssl
    Openssl,
    /// Python 3 with the package `cryptography`
    Python,
    /// Node
    Node,
}

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Written {
    /// The AWS command line
    Cli,
    /// The AWS SDK for Python
    Boto3,
    /// The AWS SDK for JavaScript, version 3
    Javascript,
    /// Plain HTTP
    Curl,
}

/// What came of one check.
enum Found {
    Passed(String),
    Failed(String),
    NotChecked(&'static str),
}

/// Takes the token apart, prints it, and checks it.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    if let Some(thing) = &args.select {
        return look(out, args, thing);
    }
    let token = match args.token.as_str() {
        "-" => text("-", MAX_TOKEN_BYTES)?,
        token => token.to_owned(),
    };
    let at = moment(args.at.as_deref())?;
    let keys = match &args.jwks {
        Some(file) => Some(read_keys(file)?),
        None => None,
    };
    let token = Unverified::parse(token.trim())
        .map_err(|error| Problem::Message(plain(&format!("this is not a token: {error}"))))?;
    print_part(out, "Header", token.header())?;
    print_part(out, "Claims", token.claims())?;
    out.line("Checks")?;
    let checks = [
        (
            "Format",
            Found::Passed("three parts, readable, no name twice".to_owned()),
        ),
        ("Algorithm", algorithm(&token)),
        ("Key", key_named(&token, keys.as_ref())),
        ("Signature", signature(&token, keys.as_ref())),
        ("Issuer", issuer(&token, args.issuer.as_deref())),
        ("Audience", audience(&token, args.audience.as_deref())),
        ("Not before", not_before(&token, at)),
        ("Not expired", not_expired(&token, at)),
    ];
    let mut all_held = true;
    for (name, found) in &checks {
        let (mark, what) = match found {
            Found::Passed(what) => ("passed     ", what.as_str()),
            Found::Failed(what) => ("FAILED     ", what.as_str()),
            Found::NotChecked(why) => ("not checked", *why),
        };
        all_held &= !matches!(found, Found::Failed(_));
        out.line(&plain(&format!("  {mark}  {name:<12} {what}")))?;
    }
    if all_held {
        return Ok(());
    }
    Err(Problem::NotHeld)
}

/// Looks at one thing of a recording.
fn look(out: &mut Out, args: &Args, thing: &str) -> Result<(), Problem> {
    let recording = open::recording(&args.token, None)?;
    let beat = match args.beat {
        Some(number) => open::beat_index(&recording, number)?,
        None => recording.beats.len().saturating_sub(1),
    };
    let beat = u32::try_from(beat).unwrap_or(u32::MAX);
    let said = |error: &dyn std::fmt::Display| Problem::Message(plain(&error.to_string()));
    let subject = Subject::parse(thing, &recording, beat).map_err(|error| said(&error))?;
    let text = match (&subject, args.outside, args.call) {
        (Subject::Artifact(id), Some(tool), _) => {
            let artifact = recording.artifact(*id);
            artifact.and_then(|it| outside::command(it, &recording, tool.tool()))
        }
        (Subject::Exchange(id), _, Some(dialect)) => {
            let exchange = recording.exchange(*id);
            exchange.and_then(|it| calls::written(it, dialect.dialect()))
        }
        (_, None, None) => Some(outline::of(&recording, &subject, beat)),
        _ => None,
    };
    let text = text.ok_or_else(|| said(&format!("there is no such text of {thing}")))?;
    out.text(&plain(&text)).map_err(Problem::from)
}

impl Outside {
    fn tool(self) -> outside::Tool {
        match self {
            Self::Openssl => outside::Tool::Openssl,
            Self::Python => outside::Tool::Python,
            Self::Node => outside::Tool::Node,
        }
    }
}

impl Written {
    fn dialect(self) -> calls::Dialect {
        match self {
            Self::Cli => calls::Dialect::Cli,
            Self::Boto3 => calls::Dialect::Boto3,
            Self::Javascript => calls::Dialect::JavaScript,
            Self::Curl => calls::Dialect::Curl,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a real token is judged by the real clock where no other time is given"
)]
fn moment(at: Option<&str>) -> Result<Moment, Problem> {
    match at {
        Some(text) => Moment::parse(text)
            .map_err(|error| Problem::Message(plain(&format!("--at {text}: {error}")))),
        None => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            let seconds = since.map(|since| since.as_secs()).unwrap_or_default();
            let seconds = i64::try_from(seconds).unwrap_or_default();
            Ok(Moment::EPOCH + Span::from_seconds(seconds))
        }
    }
}

fn read_keys(file: &str) -> Result<Jwks, Problem> {
    let document = text(file, MAX_JWKS_BYTES)?;
    Jwks::parse(&document).map_err(|error| Problem::Message(plain(&format!("{file}: {error}"))))
}

fn print_part(
    out: &mut Out,
    name: &str,
    part: &serde_json::Map<String, serde_json::Value>,
) -> Result<(), Problem> {
    let text = serde_json::to_string_pretty(part).unwrap_or_default();
    out.line(name)?;
    for line in plain(&text).lines() {
        out.line(&format!("  {line}"))?;
    }
    Ok(out.line("")?)
}

fn algorithm(token: &Unverified) -> Found {
    match token.algorithm() {
        Ok(found) => Found::Passed(found.name().to_owned()),
        Err(error) => Found::Failed(error.to_string()),
    }
}

/// The key that the header names; the only one there is where it names none.
fn key(token: &Unverified, keys: &Jwks) -> Result<VerifyingKey, String> {
    match (token.kid(), keys.keys.as_slice()) {
        (Some(kid), _) => keys.verifying_key(kid).map_err(|error| error.to_string()),
        (None, [only]) => VerifyingKey::from_jwk(only).map_err(|error| error.to_string()),
        (None, all) => Err(format!(
            "the header names no key, and there are {} to choose from",
            all.len()
        )),
    }
}

fn key_named(token: &Unverified, keys: Option<&Jwks>) -> Found {
    let Some(keys) = keys else {
        return Found::NotChecked("no --jwks given");
    };
    match key(token, keys) {
        Ok(_) => Found::Passed(match token.kid() {
            Some(kid) => format!("{kid} is in the JWKS"),
            None => "the header names none; the JWKS has just one".to_owned(),
        }),
        Err(why) => Found::Failed(why),
    }
}

fn signature(token: &Unverified, keys: Option<&Jwks>) -> Found {
    let Some(keys) = keys else {
        return Found::NotChecked("no --jwks given: anybody can have written this token");
    };
    let Ok(key) = key(token, keys) else {
        return Found::Failed("there is no key to verify it with".to_owned());
    };
    match token.verify_signature(&key, &Algorithm::ALL) {
        Ok(found) => Found::Passed(format!("{} by this key over these bytes", found.name())),
        Err(error) => Found::Failed(error.to_string()),
    }
}

fn issuer(token: &Unverified, wanted: Option<&str>) -> Found {
    let found = token.text("iss").unwrap_or("none");
    match wanted {
        None => Found::NotChecked("no --issuer given"),
        Some(wanted) if wanted == found => Found::Passed(found.to_owned()),
        Some(wanted) => Found::Failed(format!("expected {wanted}, found {found}")),
    }
}

fn audience(token: &Unverified, wanted: Option<&str>) -> Found {
    let Some(wanted) = wanted else {
        return Found::NotChecked("no --audience given");
    };
    let found = token.audiences();
    if found.contains(&wanted) {
        return Found::Passed(wanted.to_owned());
    }
    let elsewhere = ["azp", "client_id"]
        .into_iter()
        .find(|claim| token.text(claim) == Some(wanted))
        .map_or_else(String::new, |claim| format!("; it is in {claim}"));
    let found = match found.as_slice() {
        [] => "no aud".to_owned(),
        found => found.join(", "),
    };
    Found::Failed(format!("expected {wanted}, found {found}{elsewhere}"))
}

fn not_before(token: &Unverified, at: Moment) -> Found {
    match (token.claims().contains_key("nbf"), token.seconds("nbf")) {
        (false, _) => Found::NotChecked("the token has no nbf"),
        (true, None) => Found::Failed("nbf is not a whole number of seconds".to_owned()),
        (true, Some(seconds)) => {
            let begins = Moment::from_epoch_seconds(seconds);
            judged(at >= begins, "begins", begins, at)
        }
    }
}

fn not_expired(token: &Unverified, at: Moment) -> Found {
    match (token.claims().contains_key("exp"), token.seconds("exp")) {
        (false, _) => Found::NotChecked("the token has no exp: it never ends"),
        (true, None) => Found::Failed("exp is not a whole number of seconds".to_owned()),
        (true, Some(seconds)) => {
            let ends = Moment::from_epoch_seconds(seconds);
            judged(at < ends, "ends", ends, at)
        }
    }
}

fn judged(held: bool, what: &str, moment: Moment, at: Moment) -> Found {
    let text = format!("{what} {}, judged at {}", moment.iso8601(), at.iso8601());
    if held {
        Found::Passed(text)
    } else {
        Found::Failed(text)
    }
}
