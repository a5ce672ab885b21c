//! A performance watched from outside while it goes on: how far it is, and whether it is still
//! wanted.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Shared with whoever waits for a performance.
#[derive(Debug, Default)]
pub struct Watch {
    cancelled: AtomicBool,
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Watch {
    /// Nothing has begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nobody wants the outcome any more: the performance ends before its next beat.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Beats performed, of how many.
    pub fn progress(&self) -> (usize, usize) {
        let (done, all) = (&self.done, &self.all);
        (done.load(Ordering::Relaxed), all.load(Ordering::Relaxed))
    }

    pub(super) fn expect(&self, beats: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.all.store(beats, Ordering::Relaxed);
    }

    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}
