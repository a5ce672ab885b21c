//! `play --step`: one beat at a time, forwards and back, by single keys.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal;

use super::paint::{Look, Tone};
use super::script::{beat_lines, opening_lines};
use crate::cli::Problem;
use crate::cli::output::Out;
use crate::recording::Recording;

/// Clears the screen and its history, and goes to the top left corner.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Forward,
    Back,
    First,
    Last,
    Quit,
}

/// Plays beat by beat. Where there is no terminal to read keys from, that is said.
pub fn play(
    out: &mut Out,
    recording: &Recording,
    look: &Look,
    first: usize,
) -> Result<(), Problem> {
    if !out.is_terminal() || !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        let message = "--step reads single keys and needs a terminal; leave it out here";
        return Err(Problem::Message(message.to_owned()));
    }
    let mut at = first;
    loop {
        show(out, recording, look, at)?;
        match next_command()? {
            Command::Forward if at + 1 >= recording.beats.len() => return Ok(()),
            command => match moved(at, recording.beats.len(), command) {
                Some(there) => at = there,
                None => return Ok(()),
            },
        }
    }
}

/// Where a command leads from a beat; none ends the play.
fn moved(at: usize, count: usize, command: Command) -> Option<usize> {
    let last = count.saturating_sub(1);
    match command {
        Command::Forward => Some((at + 1).min(last)),
        Command::Back => Some(at.saturating_sub(1)),
        Command::First => Some(0),
        Command::Last => Some(last),
        Command::Quit => None,
    }
}

fn show(out: &mut Out, recording: &Recording, look: &Look, at: usize) -> Result<(), Problem> {
    out.text(CLEAR)?;
    if at == 0 {
        for line in opening_lines(recording, look) {
            out.line(&line.text)?;
        }
    }
    if let Some(beat) = recording.beats.get(at) {
        for line in beat_lines(recording, beat, look) {
            out.line(&line.text)?;
        }
    }
    let keys = "Space: next   ←: back   Home, End: first, last   q: quit";
    out.line("")?;
    out.line(&look.paint(Tone::Faint, keys))?;
    Ok(out.flush()?)
}

/// Waits for a key that means something. The terminal is given back as it was, whatever happens.
fn next_command() -> Result<Command, Problem> {
    terminal::enable_raw_mode()?;
    let command = read_command();
    terminal::disable_raw_mode()?;
    Ok(command?)
}

fn read_command() -> std::io::Result<Command> {
    loop {
        if let Event::Key(key) = read()?
            && key.kind != KeyEventKind::Release
            && let Some(command) = meaning(key)
        {
            return Ok(command);
        }
    }
}

fn meaning(key: KeyEvent) -> Option<Command> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return matches!(key.code, KeyCode::Char('c' | 'd')).then_some(Command::Quit);
    }
    match key.code {
        KeyCode::Char(' ' | 'n' | 'l') | KeyCode::Enter | KeyCode::Right | KeyCode::PageDown => {
            Some(Command::Forward)
        }
        KeyCode::Char('p' | 'h' | 'b') | KeyCode::Left | KeyCode::Backspace | KeyCode::PageUp => {
            Some(Command::Back)
        }
        KeyCode::Home => Some(Command::First),
        KeyCode::End => Some(Command::Last),
        KeyCode::Char('q') | KeyCode::Esc => Some(Command::Quit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_forwards_back_and_out_and_never_past_the_ends() {
        assert_eq!(moved(0, 3, Command::Forward), Some(1));
        assert_eq!(moved(2, 3, Command::Forward), Some(2));
        assert_eq!(moved(0, 3, Command::Back), Some(0));
        assert_eq!(moved(1, 3, Command::Last), Some(2));
        assert_eq!(moved(1, 3, Command::Quit), None);
    }

    #[test]
    fn control_c_ends_the_play_although_the_terminal_is_raw() {
        let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(meaning(key), Some(Command::Quit));
    }
}
