//! Keeps what graphics drivers write to the terminal from the user.
//!
//! Drivers are C libraries that write to standard error as they please, about things that are no
//! fault of the user's and that the program reports itself where they matter.

/// Does something while standard error goes nowhere, unless the user asked for logs.
#[cfg(unix)]
pub(super) fn while_doing<T>(work: impl FnOnce() -> T) -> T {
    use rustix::stdio::{dup2_stderr, stderr};

    let restore = match (
        std::env::var_os("RUST_LOG"),
        std::fs::File::create("/dev/null"),
    ) {
        (None, Ok(nowhere)) => {
            let kept = rustix::io::dup(stderr());
            kept.ok().filter(|_| dup2_stderr(&nowhere).is_ok())
        }
        _ => None,
    };
    let done = work();
    if let Some(terminal) = restore {
        // Where this fails there is no standard error to say so on
        let _ = dup2_stderr(&terminal);
    }
    done
}

/// Does something; elsewhere drivers keep quiet by themselves.
#[cfg(not(unix))]
pub(super) fn while_doing<T>(work: impl FnOnce() -> T) -> T {
    work()
}
