//! Whether a window can be opened here, asked before any Bevy app is built.
//!
//! Without a display server Bevy's window plugin panics while it is built, and without a graphics
//! device its render plugin does; neither can be asked again in the same process. What is found
//! out here is shown in one line, and the terminal player takes over.

use super::renderer::{NoRenderer, Renderer};

/// Why there is no window, in one line.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoWindow {
    /// No display server is named
    #[error("there is no display (neither WAYLAND_DISPLAY nor DISPLAY is set)")]
    NoDisplay,
    /// A display server is named and does not answer
    #[error("the display {name} does not answer: {reason}")]
    Unreachable {
        /// The variable and its value
        name: String,
        /// What the system says
        reason: String,
    },
    /// The display server answers but gives no window
    #[error("the display refused a window: {0}")]
    Refused(String),
    /// Nothing to draw with
    #[error("{0}")]
    NoRenderer(#[from] NoRenderer),
}

/// Whether a window can be opened here. Software rendering counts.
pub fn probe() -> Result<(), NoWindow> {
    display()?;
    Renderer::find()?;
    Ok(())
}

/// Whether a display server answers. Where there is always one, always.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(super) fn display() -> Result<(), NoWindow> {
    Ok(())
}

/// Whether a display server answers: the one that the window library will choose.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn display() -> Result<(), NoWindow> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(name) = set("WAYLAND_DISPLAY") {
        let reached = wayland(&name, set("XDG_RUNTIME_DIR").as_deref());
        return unreachable_as(format!("WAYLAND_DISPLAY={name}"), reached);
    }
    if set("WAYLAND_SOCKET").is_some() {
        // An open connection that was handed down; there is nothing to try without using it up
        return Ok(());
    }
    let name = set("DISPLAY").ok_or(NoWindow::NoDisplay)?;
    let reached = x11(&name);
    unreachable_as(format!("DISPLAY={name}"), reached)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn unreachable_as(name: String, reached: std::io::Result<()>) -> Result<(), NoWindow> {
    reached.map_err(|error| NoWindow::Unreachable {
        name,
        reason: error.to_string(),
    })
}

#[cfg(all(unix, not(target_os = "macos")))]
fn wayland(name: &str, runtime_folder: Option<&str>) -> std::io::Result<()> {
    let socket = std::path::Path::new(runtime_folder.unwrap_or_default()).join(name);
    std::os::unix::net::UnixStream::connect(socket).map(drop)
}

/// Connects as X11 clients do: `:0` by a local socket, `host:10.0` by TCP.
#[cfg(all(unix, not(target_os = "macos")))]
fn x11(name: &str) -> std::io::Result<()> {
    use std::io::{Error, ErrorKind};
    use std::net::{TcpStream, ToSocketAddrs};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    /// Where X11 servers listen: the port of display 0.
    const FIRST_PORT: u16 = 6000;
    /// A display on another machine that takes longer is no fun to watch anything on.
    const PATIENCE: Duration = Duration::from_secs(3);

    let unclear = || Error::new(ErrorKind::InvalidInput, "this is not a display's name");
    let (host, rest) = name.rsplit_once(':').ok_or_else(unclear)?;
    let number: u16 = rest
        .split('.')
        .next()
        .and_then(|number| number.parse().ok())
        .ok_or_else(unclear)?;
    if host.is_empty() || host == "unix" {
        return local_x11(number);
    }
    if host.starts_with('/') {
        // A socket by its path, as macOS and some containers have it
        return UnixStream::connect(name).map(drop);
    }
    let port = FIRST_PORT.checked_add(number).ok_or_else(unclear)?;
    let mut last = unclear();
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn local_x11(number: u16) -> std::io::Result<()> {
    use std::os::unix::net::UnixStream;

    let socket = format!("/tmp/.X11-unix/X{number}");
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;
        let hidden = SocketAddr::from_abstract_name(&socket)?;
        if UnixStream::connect_addr(&hidden).is_ok() {
            return Ok(());
        }
    }
    UnixStream::connect(socket).map(drop)
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn a_display_that_nobody_serves_does_not_answer() {
        assert!(x11(":65000").is_err());
        assert!(wayland("wayland-nobody", Some("/nonexistent")).is_err());
    }

    #[test]
    fn a_name_that_is_no_displays_name_is_refused_without_a_panic() {
        for name in [
            "",
            ":",
            "x",
            ":-1",
            ":99999999",
            "host:",
            "unix:",
            "😀:0x",
            "/no/such:0",
        ] {
            assert!(x11(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_reason_names_the_display_that_was_tried() {
        let reached = unreachable_as("DISPLAY=:65000".into(), x11(":65000"));
        let reason = reached.unwrap_err().to_string();
        assert!(
            reason.starts_with("the display DISPLAY=:65000 does not answer: "),
            "{reason}"
        );
    }
}
