//! `snapshot`: a picture of a beat, made without a window.

use std::path::PathBuf;

use super::{Players, Problem};

/// Arguments of `snapshot`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Path of a scenario, or id of a shipped one
    pub file: String,
    /// The beat, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub beat: u32,
    /// Where the picture goes
    #[arg(short, long, value_name = "PNG")]
    pub output: PathBuf,
    /// Width and height in points
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    pub size: (u32, u32),
    /// Pixels per point
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    pub scale: f32,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    pub seed: Option<u64>,
}

/// `1280x720`.
fn size(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("{text:?} is no size; write width and height like 1280x720");
    let (width, height) = text.split_once('x').ok_or_else(wrong)?;
    let edge = |text: &str| {
        text.parse::<u32>()
            .ok()
            .filter(|edge| *edge > 0)
            .ok_or_else(wrong)
    };
    Ok((edge(width)?, edge(height)?))
}

/// Has the picture made.
pub fn run(args: &Args, players: &Players) -> Result<(), Problem> {
    match players.snapshot {
        Some(take) => take(args).map_err(Problem::Message),
        None => Err(Problem::Message(
            "this build makes no pictures: build it with the feature `gui`".to_owned(),
        )),
    }
}
