//! Expectations that can never come about, whatever the world answers.

use std::collections::BTreeSet;

use super::super::action::Action;
use super::super::checked::Act;
use super::super::diagnostic::Code;
use super::super::file::Expect;
use super::super::locate::{Bytes, Path};
use super::super::references::{self, Sort};
use super::Linter;

impl Linter<'_> {
    pub(super) fn expectations(&mut self) {
        // What a change may do to the story, only performing it tells
        if !self.scenario.changes.is_empty() {
            return;
        }
        let own = self.own_beats();
        let mut places = own.iter();
        let mut offline = BTreeSet::new();
        let scenario = self.scenario;
        for beat in &scenario.beats {
            let path = if beat.place.0 == scenario.source {
                places.next()
            } else {
                None
            };
            for (place, act) in beat.acts.iter().enumerate() {
                let wrong = impossible(act, &offline, |id| self.is_person(id));
                if let (Some(path), Some(message)) = (path, wrong) {
                    let span = self.expectation_span(path, beat.acts.len(), place);
                    let remedy = "expect what can come of the action, or do something else before";
                    self.warn(Code::Unreachable, span, message, remedy);
                }
                match &act.action {
                    Action::GoOffline { device } => drop(offline.insert(device.clone())),
                    Action::GoOnline { device } => drop(offline.remove(device)),
                    _ => {}
                }
            }
        }
    }

    /// The paths of the beats in the scenario's own file, in order.
    fn own_beats(&self) -> Vec<Path> {
        let chapters = Path::top().field("chapters");
        let chapters = self.own.each(&chapters);
        let lists = chapters.iter().map(|it| it.field("beats"));
        lists.flat_map(|list| self.own.each(&list)).collect()
    }

    /// Where the expectation of an action stands; the action, where none is written.
    fn expectation_span(&self, beat: &Path, acts: usize, place: usize) -> Bytes {
        let expect = beat.field("expect");
        let silent = acts.saturating_sub(self.own.items(&expect));
        match place.checked_sub(silent) {
            Some(at) => self.span(&expect.index(at)),
            None => self.span(&beat.field("actions").index(place)),
        }
    }

    fn is_person(&self, id: &str) -> bool {
        self.scenario.world.people.iter().any(|it| it.id == id)
    }
}

/// Whether an action only changes the world or a device: it sends nothing, so nobody answers.
pub fn sends_nothing(action: &Action) -> bool {
    matches!(
        action,
        Action::Wait(_)
            | Action::SkewClock { .. }
            | Action::GoOffline { .. }
            | Action::GoOnline { .. }
            | Action::Copy { .. }
            | Action::Tamper { .. }
            | Action::EditRecord { .. }
    )
}

/// Why an expectation cannot come about; none where it can.
fn impossible(
    act: &Act,
    offline: &BTreeSet<String>,
    is_person: impl Fn(&str) -> bool,
) -> Option<String> {
    let device = device(&act.action);
    let is_offline = device.is_some_and(|id| offline.contains(id));
    let device = device.unwrap_or("the device");
    match &act.expect {
        Expect::Allowed if is_offline && !sends_nothing(&act.action) => {
            Some(format!("`{device}` is offline here: nobody can allow this"))
        }
        Expect::Allowed => None,
        _ if sends_nothing(&act.action) => {
            Some("this action sends nothing: nobody can refuse it".to_owned())
        }
        Expect::Refused { .. } if is_offline => Some(format!(
            "`{device}` is offline here: nobody can refuse this"
        )),
        Expect::Refused { by, .. } if is_person(by) => {
            Some(format!("`{by}` is a person, whom nobody asks"))
        }
        Expect::Refused { by, .. } if by == device => {
            Some(format!("`{by}` asks here: it cannot refuse"))
        }
        // Any host can be unreachable to a request of one's own
        Expect::Unreachable if !is_offline && !matches!(act.action, Action::Request { .. }) => {
            Some(format!("`{device}` is online here: it reaches somebody"))
        }
        Expect::Refused { .. } | Expect::Unreachable | Expect::Impossible | Expect::Anything => {
            None
        }
    }
}

fn device(action: &Action) -> Option<&str> {
    let names = references::of(action).names;
    let device = names.into_iter().find(|(_, sort, _)| *sort == Sort::Device);
    device.map(|(_, _, name)| name)
}
