//! What somebody holds after any number of changes, without replaying them. A thing is held from
//! one change to another; every so often it is written down what was held just then, more seldom
//! the more that is, so that all of it takes room in proportion to the changes, and an answer
//! takes time in proportion to what is held.

use std::collections::BTreeMap;

use crate::cloud::ledger::ArtifactId;

/// The fewest things got between two overviews.
const LEAST_APART: usize = 32;

/// A thing in somebody's hands for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// What
    pub artifact: ArtifactId,
    /// Position of the change by which it came
    pub from: usize,
    /// Position of the change by which it went, or came anew; none where it stayed
    until: Option<usize>,
}

impl Holding {
    fn held_after(&self, changes: usize) -> bool {
        self.from < changes && self.until.is_none_or(|until| until >= changes)
    }
}

/// What was held at some time.
#[derive(Clone, Debug)]
struct Overview {
    /// It is good for as many changes as this, or more: what ended before is not in it
    from: usize,
    /// After so many holdings had begun
    begun: usize,
    /// Those of them that had not ended
    held: Vec<u32>,
}

/// What somebody holds over time.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// In the order of getting
    all: Vec<Holding>,
    overviews: Vec<Overview>,
}

impl Holdings {
    /// Works them out from changes: what, and whether it came.
    pub fn of(changes: impl IntoIterator<Item = (ArtifactId, bool)>) -> Self {
        let mut holdings = Self::default();
        let mut open: BTreeMap<ArtifactId, usize> = BTreeMap::new();
        for (position, (artifact, gained)) in changes.into_iter().enumerate() {
            if let Some(held) = open.remove(&artifact)
                && let Some(held) = holdings.all.get_mut(held)
            {
                held.until = Some(position);
            }
            if gained {
                holdings.overview(position + 1, open.len());
                open.insert(artifact, holdings.all.len());
                holdings.all.push(Holding {
                    artifact,
                    from: position,
                    until: None,
                });
            }
        }
        holdings
    }

    /// Writes down what is held, if the last time is long enough ago for so much.
    fn overview(&mut self, from: usize, held: usize) {
        let last = self.overviews.last();
        let begun = last.map_or(0, |last| last.begun);
        if self.all.len() - begun < held.max(LEAST_APART) {
            return;
        }
        let before = last.map_or(&[][..], |last| &last.held).iter().copied();
        let since = (begun as u32)..(self.all.len() as u32);
        let stays = |place: &u32| {
            let holding = self.all.get(*place as usize);
            holding.is_some_and(|holding| holding.until.is_none())
        };
        let held = before.chain(since).filter(stays).collect();
        self.overviews.push(Overview {
            from,
            begun: self.all.len(),
            held,
        });
    }

    /// What is held after so many changes, in the order of getting it.
    pub fn after(&self, changes: usize) -> impl Iterator<Item = Holding> + '_ {
        let begun = self.all.partition_point(|holding| holding.from < changes);
        let overviews = self.overviews.partition_point(|it| it.from <= changes);
        let overview = overviews
            .checked_sub(1)
            .and_then(|last| self.overviews.get(last));
        let known = overview.map_or(&[][..], |overview| &overview.held);
        let known = known
            .iter()
            .filter_map(|place| self.all.get(*place as usize));
        let since = overview.map_or(0, |overview| overview.begun);
        let since = self.all.get(since..begun).unwrap_or_default();
        let held = known.chain(since).copied();
        held.filter(move |holding| holding.held_after(changes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by replaying every change.
    fn replayed(changes: &[(ArtifactId, bool)]) -> Vec<(ArtifactId, usize)> {
        let mut held: Vec<(ArtifactId, usize)> = Vec::new();
        for (position, (artifact, gained)) in changes.iter().enumerate() {
            held.retain(|(other, _)| other != artifact);
            if *gained {
                held.push((*artifact, position));
            }
        }
        held
    }

    proptest! {
        #[test]
        fn what_is_held_after_any_change_is_what_replaying_them_gives(
            changes in prop::collection::vec((0_u32..90, prop::bool::weighted(0.7)), 0..400)
        ) {
            let changes: Vec<_> = changes.into_iter().map(|(id, gained)| (ArtifactId(id), gained)).collect();
            let holdings = Holdings::of(changes.iter().copied());
            for count in 0..=changes.len() + 1 {
                let found: Vec<_> = holdings.after(count).map(|it| (it.artifact, it.from)).collect();
                prop_assert_eq!(found, replayed(&changes[..count.min(changes.len())]));
            }
        }
    }

    #[test]
    fn overviews_take_room_in_proportion_to_the_changes() {
        let all = 20_000;
        let holdings = Holdings::of((0..all).map(|id| (ArtifactId(id), true)));
        let written: usize = holdings.overviews.iter().map(|it| it.held.len()).sum();
        assert!(written < 2 * all as usize, "{written}");
        assert_eq!(holdings.after(15_000).count(), 15_000);
    }
}
