//! Writing to the terminal: colour where it can be shown, nothing that steers the terminal.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// Standard output, written in blocks; a reader that stops reading is no error.
pub struct Out {
    writer: BufWriter<Stdout>,
}

impl Out {
    /// Standard output.
    pub fn new() -> Self {
        Self {
            writer: BufWriter::new(io::stdout()),
        }
    }

    /// Whether somebody looks at it.
    pub fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether colour is welcome: a terminal, no `NO_COLOR`, no dumb terminal.
    pub fn wants_colour(&self) -> bool {
        anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text.as_bytes())?;
        self.writer.write_all(b"\n")
    }

    /// Writes a text as it is.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text.as_bytes())
    }

    /// Writes out what is still held back.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Whether colour is welcome on standard error.
pub fn colour_on_stderr() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Writes to standard error. Where that fails nobody is left to tell.
pub fn complain(text: &str) {
    drop(io::stderr().write_all(text.as_bytes()));
}
