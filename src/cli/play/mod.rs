//! `play`: a scenario performed in the terminal. What is shown of a beat is a function of the
//! recording, so stepping back shows exactly what was shown before.

mod paint;
mod script;
mod step;

use std::time::Duration;

use super::output::Out;
use super::{Problem, open};
use crate::recording::Recording;
use paint::Look;
use script::{Line, beat_lines, opening_lines};

/// The widest a caption is set, in terminal cells: longer lines are hard to read.
const MAX_WIDTH: usize = 96;
/// The narrowest that is still tried.
const MIN_WIDTH: usize = 24;
/// Width where nobody says how wide the terminal is.
const USUAL_WIDTH: usize = 80;

/// Arguments of `play`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// A scenario or a saved recording
    file: String,
    /// Wait for a key after each beat: Space goes on, the left arrow goes back, q ends
    #[arg(long)]
    step: bool,
    /// How fast: 0.1 to 4; 0 shows everything at once
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Begin with this beat, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    beat: Option<u32>,
    /// Words in place of signs, no colour, no pauses: for screen readers and pipes
    #[arg(long)]
    plain: bool,
    /// No colour
    #[arg(long)]
    no_color: bool,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    seed: Option<u64>,
}

impl Args {
    /// To play a file from its beginning.
    pub fn of(file: &str, seed: Option<u64>) -> Self {
        let file = file.to_owned();
        Self {
            file,
            step: false,
            speed: 1.0,
            beat: None,
            plain: false,
            no_color: false,
            seed,
        }
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if factor == 0.0 || (0.1..=4.0).contains(&factor) {
        Ok(factor)
    } else {
        Err("the speed is 0, or between 0.1 and 4".to_owned())
    }
}

/// Plays a scenario.
pub fn run(out: &mut Out, args: &Args) -> Result<(), Problem> {
    let recording = &open::recording(&args.file, args.seed)?;
    let first = match args.beat {
        Some(number) => open::beat_index(recording, number)?,
        None => 0,
    };
    let plain = args.plain || !out.is_terminal();
    let look = Look {
        plain,
        colour: !plain && !args.no_color && out.wants_colour(),
        width: width(),
    };
    if args.step {
        step::play(out, recording, &look, first)?;
    } else {
        let pace = if plain { None } else { pace(args.speed) };
        play_through(out, recording, &look, first, pace)?;
    }
    if recording.held() {
        Ok(())
    } else {
        Err(Problem::NotHeld)
    }
}

/// Plays a branch from the beat of its change on.
pub fn branch(out: &mut Out, recording: &Recording) -> Result<(), Problem> {
    let plain = !out.is_terminal();
    let look = Look {
        plain,
        colour: !plain && out.wants_colour(),
        width: width(),
    };
    let parted = recording.header.branch.as_ref();
    let first = parted.map_or(0, |branch| branch.beat as usize);
    let pace = if plain { None } else { pace(1.0) };
    play_through(out, recording, &look, first, pace)
}

/// How much of a line's pause is kept; none shows everything at once.
fn pace(speed: f64) -> Option<f64> {
    (speed > 0.0).then(|| speed.recip())
}

fn width() -> usize {
    let columns = crossterm::terminal::size().map_or(USUAL_WIDTH, |(columns, _)| columns.into());
    let columns = if columns == 0 { USUAL_WIDTH } else { columns };
    columns.clamp(MIN_WIDTH, MAX_WIDTH)
}

fn play_through(
    out: &mut Out,
    recording: &Recording,
    look: &Look,
    first: usize,
    pace: Option<f64>,
) -> Result<(), Problem> {
    show(out, opening_lines(recording, look), pace)?;
    for beat in recording.beats.iter().skip(first) {
        show(out, beat_lines(recording, beat, look), pace)?;
    }
    Ok(())
}

/// Writes lines, each after its pause.
fn show(out: &mut Out, lines: Vec<Line>, pace: Option<f64>) -> Result<(), Problem> {
    for line in lines {
        out.line(&line.text)?;
        if let Some(pace) = pace {
            out.flush()?;
            std::thread::sleep(Duration::from_millis(line.pause_ms).mul_f64(pace));
        }
    }
    Ok(())
}
