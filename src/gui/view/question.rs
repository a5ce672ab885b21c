//! A beat's question to the audience: asked before the beat is played, answered by watching it,
//! explained after. Only playing asks; stepping and scrubbing never do.

use crate::recording::{Question, Recording};
use crate::stage::playback::{Playback, PlaybackCommand};

/// How far a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Waits for a choice; the beat has not been played
    Open,
    /// The beat is being played
    Watching,
    /// The beat is over: every choice says why it was right or wrong
    Explained,
}

/// A question that is being put to the audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The beat that asks
    pub beat: u32,
    /// What was chosen, by position
    pub chosen: Option<usize>,
    /// How far it is
    pub phase: Phase,
}

/// What a command means to a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reply {
    /// The question takes it; the transport does not hear of it
    Kept,
    /// The transport does this
    Play(PlaybackCommand),
}

impl Asking {
    /// The question of the beat that would be played next, if it has one.
    pub fn before(playback: &Playback, recording: &Recording) -> Option<Self> {
        let beat = playback.next_beat().filter(|_| playback.between_beats())?;
        let played = recording.beat(beat)?;
        played.question.as_ref()?;
        // The answers are those of the story as it is written
        let changed = recording.interventions.iter().any(|it| it.beat <= beat);
        if changed {
            return None;
        }
        Some(Self {
            beat,
            chosen: None,
            phase: Phase::Open,
        })
    }

    /// What is asked.
    pub fn question<'a>(&self, recording: &'a Recording) -> Option<&'a Question> {
        recording.beat(self.beat)?.question.as_ref()
    }

    /// Whether something stands over the stage.
    pub fn shown(&self) -> bool {
        self.phase != Phase::Watching
    }

    /// Chooses an answer.
    pub fn choose(&mut self, position: usize, recording: &Recording) {
        let there = self
            .question(recording)
            .is_some_and(|question| position < question.choices.len());
        if there && self.phase == Phase::Open {
            self.chosen = Some(position);
        }
    }
}

/// Puts a command of the transport to the question, which may keep it, change it or end by it.
pub fn consider(
    asking: &mut Option<Asking>,
    command: PlaybackCommand,
    playback: &Playback,
    recording: &Recording,
) -> Reply {
    match (asking.as_mut(), command) {
        // How fast it plays does not touch the question
        (_, PlaybackCommand::Speed(_) | PlaybackCommand::NormalSpeed) => {}
        // A digit chooses, and leads nowhere
        (Some(open), PlaybackCommand::JumpBeat(position)) if open.phase == Phase::Open => {
            open.choose(position as usize, recording);
            return Reply::Kept;
        }
        // Playing on commits to what was chosen, if anything was: the beat is the answer
        (Some(open), PlaybackCommand::PlayBeat) if open.phase == Phase::Open => {
            open.phase = Phase::Watching;
        }
        (Some(watching), PlaybackCommand::PlayBeat | PlaybackCommand::Pause)
            if watching.phase == Phase::Watching => {}
        (_, PlaybackCommand::PlayBeat) if !playback.playing() => {
            *asking = Asking::before(playback, recording);
            if asking.is_some() {
                return Reply::Kept;
            }
        }
        _ => *asking = None,
    }
    Reply::Play(command)
}

/// After time has passed or the playhead has moved: what was watched to its end is explained.
pub fn follow(asking: &mut Option<Asking>, playback: &Playback) {
    if let Some(watching) = asking
        && watching.phase == Phase::Watching
        && playback.next_beat() != Some(watching.beat)
        && !playback.playing()
    {
        watching.phase = Phase::Explained;
    }
}
