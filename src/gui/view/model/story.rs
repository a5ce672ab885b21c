//! Moving through the story: the transport, the beat's question, what is chosen.

use super::Model;
use super::Screen;
use crate::gui::view::commands::Selection;
use crate::gui::view::looking::{Look, moment_of, subject_of};
use crate::gui::view::question::{self, Phase, Reply};
use crate::stage::PlayTime;
use crate::stage::playback::{Playback, PlaybackCommand};
use crate::stage::search::{Found, Place};

impl Model {
    pub(in crate::gui::view) fn playback(&mut self, command: PlaybackCommand) {
        let Some(loaded) = &mut self.loaded else {
            self.settings.speed = Playback::after(self.settings.speed, command);
            return;
        };
        if let PlaybackCommand::Speed(_) | PlaybackCommand::NormalSpeed = command {
            // How fast it plays can be said from anywhere
            loaded.playback.apply(command);
            self.settings.speed = loaded.playback.speed_steps();
        } else if self.screen == Screen::Stage {
            let asking = &mut self.asking;
            let reply = question::consider(asking, command, &loaded.playback, &loaded.recording);
            if let Reply::Play(command) = reply {
                loaded.playback.apply(command);
                loaded.refresh();
                question::follow(asking, &loaded.playback);
                self.note_seen();
                self.inspect();
            }
        }
    }

    /// Notes how far the scenario on stage has been seen.
    pub(super) fn note_seen(&mut self) {
        let Some(loaded) = &self.loaded else { return };
        let whole = loaded.playback.at_end();
        let over = loaded.playback.next_beat().unwrap_or(loaded.frame.beat + 1);
        if over == 0 && !whole {
            return;
        }
        let mut all = self
            .settings
            .seen
            .get(&loaded.id)
            .copied()
            .unwrap_or_default();
        all.beats = all.beats.max(over);
        all.whole |= whole;
        // The name is copied once per scenario and not once per picture
        match self.settings.seen.get_mut(&loaded.id) {
            Some(seen) => *seen = all,
            None => {
                self.settings.seen.insert(loaded.id.clone(), all);
            }
        }
    }

    pub(super) fn choose(&mut self, position: usize) {
        if let (Some(asking), Some(loaded)) = (&mut self.asking, &self.loaded) {
            asking.choose(position, &loaded.recording);
        }
    }

    /// Leaves the question: one that is still open lets its beat be played unanswered.
    pub(super) fn leave_question(&mut self) {
        let open = self
            .asking
            .take()
            .is_some_and(|asking| asking.phase == Phase::Open);
        if open && let Some(loaded) = &mut self.loaded {
            loaded.playback.apply(PlaybackCommand::PlayBeat);
        }
    }

    pub(super) fn play_pause(&mut self) {
        let playing = self
            .loaded
            .as_ref()
            .is_some_and(|loaded| loaded.playback.playing());
        self.playback(if playing {
            PlaybackCommand::Pause
        } else {
            PlaybackCommand::PlayOn
        });
    }

    pub(super) fn seek_to(&mut self, at: f32) {
        if let Some(time) = self.loaded.as_ref().map(|loaded| loaded.stage.time_at(at)) {
            self.playback(PlaybackCommand::Seek(time));
        }
    }

    pub(in crate::gui::view) fn select(&mut self, selection: Option<Selection>) {
        self.secrets_shown = false;
        self.selection = selection;
        self.inspect();
    }

    /// Works out what the inspector shows, where that is not known yet.
    pub(super) fn inspect(&mut self) {
        if let Some(loaded) = &self.loaded {
            let cursor = loaded.cursor();
            let chosen = self.selection.as_ref();
            self.looking.inspect(&loaded.recording, chosen, cursor);
        }
    }

    pub(super) fn look_inside(&mut self, look: Look) {
        let Some(loaded) = &self.loaded else { return };
        let chosen = self.selection.as_ref();
        let Some(place) = self.looking.apply(look, &loaded.recording, chosen) else {
            return;
        };
        let at = moment_of(&place, &loaded.stage, &loaded.recording);
        self.screen = Screen::Stage;
        self.playback(PlaybackCommand::Seek(at));
        self.settings.inspector = true;
        self.select(subject_of(&place));
    }

    /// Goes to where something was found, and shows it.
    pub(super) fn go_to(&mut self, found: Found) {
        let Some(loaded) = &self.loaded else { return };
        let at = match found.place {
            Place::Beat(beat) => loaded.stage.beat_start(beat),
            Place::Exchange(id) => loaded.stage.end_of(id),
            Place::Check { exchange, position } => {
                let exchange = loaded.recording.exchange(exchange);
                exchange.map_or(PlayTime(0), |it| loaded.stage.moment_of_check(it, position))
            }
            Place::Decision(at) => {
                let decision = loaded.recording.decisions.get(at as usize);
                decision.map_or(PlayTime(0), |it| loaded.stage.end_of(it.exchange))
            }
            Place::Artifact(id) => {
                let artifact = loaded.recording.artifact(id);
                let minted = artifact.and_then(|artifact| artifact.exchange);
                minted.map_or(PlayTime(0), |exchange| loaded.stage.end_of(exchange))
            }
        };
        self.screen = Screen::Stage;
        self.playback(PlaybackCommand::Seek(at));
        let selection = match found.place {
            Place::Beat(_) => return,
            Place::Exchange(id) => Selection::Exchange(id),
            Place::Artifact(id) => Selection::Artifact(id),
            Place::Check { exchange, position } => Selection::Check { exchange, position },
            Place::Decision(at) => Selection::Decision(at),
        };
        self.settings.inspector = true;
        self.select(Some(selection));
    }
}
