//! `snapshot`: pictures of a scenario, made without a window.

use std::path::PathBuf;

use super::{Players, Problem};

/// Arguments of `snapshot`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Path of a scenario or of a saved recording, or id of a shipped one
    pub file: String,
    /// What is on the picture
    #[command(flatten)]
    pub moment: Moments,
    /// Where the picture goes; with --all, one file beside it for each beat: `x.png` becomes
    /// `x-01.png` and so on
    #[arg(short, long, value_name = "PNG")]
    pub output: PathBuf,
    /// Width and height in points
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    pub size: (u32, u32),
    /// Pixels per point; 1 unless said, a half on a sheet
    #[arg(long, value_name = "S")]
    pub scale: Option<f32>,
    /// Colours
    #[arg(long, value_enum, default_value_t = Theme::Dark)]
    pub theme: Theme,
    /// How large text is, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 100,
          value_parser = clap::value_parser!(u8).range(100..=200))]
    pub text_size: u8,
    /// What fills the picture
    #[arg(long, value_enum, default_value_t = View::Window)]
    pub view: View,
    /// With --all or several --select: one picture of them all, each labelled
    #[arg(long)]
    pub sheet: bool,
    /// What is looked at in the inspector: artifact:id_token, exchange:12, check:12:3, actor:sts,
    /// decision:3, keys:0. Given several times: one picture of each, named like those of --all
    #[arg(long, value_name = "THING")]
    pub select: Vec<String>,
    /// A value that is followed: every place that has it is lit
    #[arg(long, value_name = "VALUE")]
    pub follow: Option<String>,
    /// Where all random values come from, in place of the scenario's own seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// What was changed, and what is open
    #[command(flatten)]
    pub change: Changed,
}

/// Branches and dialogs on a picture of the window.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Changed {
    /// Makes the scenario's own experiments, by number from 1; the last one is on stage
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub experiment: Vec<u32>,
    /// Two stages side by side: the branch and the original
    #[arg(long)]
    pub compare: bool,
    /// The menu of what can be changed about something that has this in its name, at the moment
    /// of the picture
    #[arg(long, value_name = "NAME")]
    pub menu: Option<String>,
    /// Takes the line of that menu that begins like this: makes the change or opens its form
    #[arg(long, value_name = "LINE", requires = "menu")]
    pub pick: Option<String>,
    /// Types a text into the first field of the form
    #[arg(long, value_name = "TEXT", requires = "pick")]
    pub text: Option<String>,
    /// The experiments and twins
    #[arg(long)]
    pub experiments: bool,
    /// The form in which a branch is saved
    #[arg(long)]
    pub save: bool,
}

/// The moment or the moments.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Moments {
    /// The beat, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub beat: Option<u32>,
    /// Milliseconds of playback at normal speed
    #[arg(long, value_name = "MS")]
    pub at: Option<u32>,
    /// Every beat
    #[arg(long)]
    pub all: bool,
}

/// Which colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// Calm and dark
    Dark,
    /// For bright rooms
    Light,
    /// For eyes that need more difference
    Contrast,
}

/// What fills a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum View {
    /// The stage alone
    Stage,
    /// Lifelines and arrows alone
    Sequence,
    /// The window with its panels
    Window,
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
