//! How chips share a wallet's room. One below the other, each with its label, where there is
//! room for that; else side by side, the ones that say least without their label; and only
//! what then still finds no room is counted instead of shown.

use super::layout::metric;

/// What a chip needs, in units.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// Its width with its label
    pub labelled: f32,
    /// Its width without
    pub bare: f32,
    /// How little it says about the story: 0 says most
    pub rank: u8,
}

/// Where a chip goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// From the wallet's left edge, in units
    pub x: f32,
    /// From the top
    pub row: usize,
    /// Without its label
    pub bare: bool,
}

/// Where all chips go.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// By chip; none for one that is only counted
    pub slots: Vec<Option<Slot>>,
    /// Where it says how many are only counted, if any are
    pub more: Option<Slot>,
    /// How many rows are used
    pub rows: usize,
}

/// Width of "+12", in units.
pub const MORE: f32 = 24.0;

/// Gives every chip a place in a wallet of this width and so many rows.
pub fn flow(needs: &[Need], width: f32, rows: usize) -> Flow {
    if needs.len() <= rows {
        let stacked = (0..needs.len()).map(|row| {
            Some(Slot {
                x: 0.0,
                row,
                bare: false,
            })
        });
        return Flow {
            slots: stacked.collect(),
            more: None,
            rows: needs.len(),
        };
    }
    let mut chips: Vec<Chip> = (0..needs.len()).map(|_| Chip::Bare).collect();
    let mut placed = place(needs, &chips, width, rows);
    while placed.is_none() {
        let Some(least) = least_telling(needs, &chips) else {
            break;
        };
        chips[least] = Chip::Counted;
        placed = place(needs, &chips, width, rows);
    }
    let Some(mut best) = placed else {
        return Flow {
            slots: vec![None; needs.len()],
            more: None,
            rows: 0,
        };
    };
    // Labels for those that say most, the latest first, as long as there is room
    let mut order: Vec<usize> = (0..needs.len()).collect();
    order.sort_by_key(|index| (needs[*index].rank, usize::MAX - index));
    for index in order {
        if chips[index] != Chip::Bare {
            continue;
        }
        chips[index] = Chip::Labelled;
        match place(needs, &chips, width, rows) {
            Some(flow) => best = flow,
            None => chips[index] = Chip::Bare,
        }
    }
    best
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chip {
    Labelled,
    Bare,
    Counted,
}

/// Of what is shown the one that says least, of equals the oldest.
fn least_telling(needs: &[Need], chips: &[Chip]) -> Option<usize> {
    (0..needs.len())
        .filter(|index| chips[*index] != Chip::Counted)
        .max_by_key(|index| (needs[*index].rank, usize::MAX - index))
}

/// Fills row after row; none where the rows do not suffice.
fn place(needs: &[Need], chips: &[Chip], width: f32, rows: usize) -> Option<Flow> {
    let (mut x, mut row) = (0.0_f32, 0);
    let mut next = |wanted: f32, bare: bool| {
        if x > 0.0 && x + wanted > width {
            (x, row) = (0.0, row + 1);
        }
        let slot = Slot { x, row, bare };
        x += wanted + metric::CHIP_GAP;
        (row < rows).then_some(slot)
    };
    let mut slots = Vec::with_capacity(needs.len());
    for (need, chip) in needs.iter().zip(chips) {
        slots.push(match chip {
            Chip::Labelled => Some(next(need.labelled, false)?),
            Chip::Bare => Some(next(need.bare, true)?),
            Chip::Counted => None,
        });
    }
    let more = match chips.contains(&Chip::Counted) {
        true => Some(next(MORE, true)?),
        false => None,
    };
    let used = slots.iter().flatten().chain(&more);
    let rows = used.map(|slot| slot.row + 1).max().unwrap_or(0);
    Some(Flow { slots, more, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn need(labelled: f32, rank: u8) -> Need {
        Need {
            labelled,
            bare: 40.0,
            rank,
        }
    }

    #[test]
    fn chips_stand_one_below_the_other_where_there_is_room() {
        let flow = flow(&[need(120.0, 0), need(90.0, 5)], 200.0, 3);
        let rows: Vec<_> = flow.slots.iter().flatten().map(|slot| slot.row).collect();
        assert_eq!((rows, flow.more, flow.rows), (vec![0, 1], None, 2));
        assert!(flow.slots.iter().flatten().all(|slot| !slot.bare));
    }

    #[test]
    fn in_one_row_what_says_most_keeps_its_label() {
        let needs = [need(110.0, 8), need(110.0, 0), need(110.0, 3)];
        let flow = flow(&needs, 207.0, 1);
        let bare: Vec<_> = flow.slots.iter().flatten().map(|slot| slot.bare).collect();
        assert_eq!(bare, [true, false, true]);
        assert_eq!(flow.more, None);
    }

    #[test]
    fn what_finds_no_room_is_counted_beginning_with_what_says_least() {
        let needs: Vec<Need> = [0, 8, 8, 2, 7, 3, 4]
            .iter()
            .map(|rank| need(110.0, *rank))
            .collect();
        let flow = flow(&needs, 207.0, 1);
        let shown: Vec<bool> = flow.slots.iter().map(Option::is_some).collect();
        assert_eq!(shown, [true, false, false, true, false, true, false]);
        assert!(flow.more.is_some());
    }

    proptest! {
        #[test]
        fn no_two_chips_share_a_place_and_none_leaves_the_wallet(
            chips in proptest::collection::vec((60.0_f32..200.0, 0_u8..9), 0..12),
            width in 134.0_f32..240.0,
            rows in 1_usize..5,
        ) {
            let needs: Vec<Need> = chips.iter().map(|(w, rank)| need(w.min(width), *rank)).collect();
            let flow = flow(&needs, width, rows);
            let mut boxes: Vec<(usize, f32, f32)> = flow.slots.iter().zip(&needs)
                .filter_map(|(slot, need)| {
                    let slot = (*slot)?;
                    let w = if slot.bare { need.bare } else { need.labelled };
                    Some((slot.row, slot.x, slot.x + w))
                })
                .collect();
            boxes.extend(flow.more.map(|slot| (slot.row, slot.x, slot.x + MORE)));
            for (at, (row, left, right)) in boxes.iter().enumerate() {
                prop_assert!(*row < rows && *right <= width + 0.01);
                for (other, from, to) in &boxes[at + 1..] {
                    prop_assert!(other != row || from >= right || to <= left);
                }
            }
            let shown = flow.slots.iter().flatten().count();
            prop_assert_eq!(shown < needs.len(), flow.more.is_some());
        }
    }
}
