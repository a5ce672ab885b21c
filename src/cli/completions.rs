//! `completions` and `man`: what shells complete and what the manual says, written from the same
//! definition that parses the command line.

use clap_complete::Shell;

use super::Problem;
use super::output::Out;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// A subcommand; without it, the whole program
    subcommand: Option<String>,
}

/// Prints a shell's completions.
pub fn completions(
    out: &mut Out,
    args: &CompletionsArgs,
    mut program: clap::Command,
) -> Result<(), Problem> {
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, name, &mut script);
    Ok(out.text(&String::from_utf8_lossy(&script))?)
}

/// Prints a page of the manual.
pub fn man(out: &mut Out, args: &ManArgs, program: clap::Command) -> Result<(), Problem> {
    let mut title = program.get_name().to_owned();
    let page = match &args.subcommand {
        None => program,
        Some(asked) => {
            let found = program.find_subcommand(asked).cloned();
            let found = found.ok_or_else(|| {
                let known: Vec<&str> = program.get_subcommands().map(|it| it.get_name()).collect();
                let known = known.join(", ");
                Problem::Message(format!("there is no subcommand {asked:?}; known: {known}"))
            })?;
            let called = format!("{title} {asked}");
            // Manual pages of subcommands are named with a hyphen
            title = format!("{title}-{asked}");
            found.display_name(title.clone()).bin_name(called)
        }
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).title(title).render(&mut roff)?;
    Ok(out.text(&String::from_utf8_lossy(&roff))?)
}
