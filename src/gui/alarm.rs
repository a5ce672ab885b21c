//! Wakes the sleeping window at a later moment.
//!
//! The window sleeps until something happens. A repaint that egui wants *now* is asked for in the
//! same frame; one that it wants later (a tooltip, a blinking cursor) needs somebody who waits.
//! Each frame sets the alarm anew, because the newest frame knows best.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use bevy::prelude::*;
use bevy::winit::{EventLoopProxy, EventLoopProxyWrapper, WinitUserEvent};

/// Wakes the window from anywhere, now or later.
#[derive(Resource, Clone)]
pub(super) struct Alarm {
    waiting: Sender<Duration>,
}

impl Alarm {
    /// Replaces whatever the alarm was set to. `Duration::MAX` is never.
    pub(super) fn set(&self, delay: Duration) {
        // Once the waiter is gone the window is closing, and nobody needs waking
        let _ = self.waiting.send(delay);
    }
}

pub(super) fn plugin(app: &mut App) {
    let Some(window) = app.world().get_resource::<EventLoopProxyWrapper>() else {
        // No window to wake: an app without one is updated by whoever runs it
        let (waiting, _) = channel();
        app.insert_resource(Alarm { waiting });
        return;
    };
    let window: EventLoopProxy<WinitUserEvent> = (**window).clone();
    let alarm = start(move || window.send_event(WinitUserEvent::WakeUp).is_ok());
    app.insert_resource(alarm);
}

/// Starts waiting; `wake` says whether there is still somebody to wake.
fn start(wake: impl Fn() -> bool + Send + 'static) -> Alarm {
    let (waiting, requests) = channel();
    // Waiting ends when the last alarm is dropped
    std::thread::spawn(move || wait(&requests, wake));
    Alarm { waiting }
}

fn wait(requests: &Receiver<Duration>, wake: impl Fn() -> bool) {
    let mut delay = Duration::MAX;
    loop {
        delay = match requests.recv_timeout(delay) {
            Ok(newer) => newer,
            Err(RecvTimeoutError::Timeout) if wake() => Duration::MAX,
            Err(_) => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long beside what is waited for, short beside a test run.
    const PATIENCE: Duration = Duration::from_secs(5);

    fn alarm() -> (Alarm, Receiver<()>) {
        let (woken, wakes) = channel();
        (start(move || woken.send(()).is_ok()), wakes)
    }

    #[test]
    fn it_wakes_once_after_the_delay() {
        let (alarm, wakes) = alarm();
        alarm.set(Duration::from_millis(5));
        assert_eq!(wakes.recv_timeout(PATIENCE), Ok(()));
        assert!(wakes.recv_timeout(Duration::from_millis(50)).is_err());
    }

    #[test]
    fn a_newer_setting_replaces_an_older_one() {
        let (alarm, wakes) = alarm();
        alarm.set(Duration::from_millis(20));
        alarm.set(Duration::MAX);
        assert!(wakes.recv_timeout(Duration::from_millis(80)).is_err());
        alarm.set(Duration::ZERO);
        assert_eq!(wakes.recv_timeout(PATIENCE), Ok(()));
    }

    #[test]
    fn waiting_ends_with_the_alarm() {
        let (alarm, wakes) = alarm();
        drop(alarm);
        assert_eq!(
            wakes.recv_timeout(PATIENCE),
            Err(RecvTimeoutError::Disconnected)
        );
    }
}
