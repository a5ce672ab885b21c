//! The changes that the arguments ask for, each with its moment: every `--at` begins a group, and
//! what follows it is changed there, in the order in which it is written.

use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches};

/// A moment and what is changed there.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The moment as it is written
    pub at: String,
    /// What is changed
    pub changes: Vec<Asked>,
}

/// A change as an argument writes it.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// In one line
    Set(String),
    /// An action more
    Do(String),
    /// Any change
    Change(String),
}

/// All moments in the order of the arguments.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups(Vec<Group>);

/// An option's name, what its value is called and what it says.
const OPTIONS: [(&str, &str, &str); 4] = [
    (
        "at",
        "MOMENT",
        "When: `beat:4` or `beat:ID`, and `/action:2` where two of its actions are to be done \
         before; what follows is changed then, until the next --at",
    ),
    (
        "set",
        "CHANGE",
        "What is different: `artifact:id_token.claims.aud=other` (docs/what-if.md)",
    ),
    (
        "do",
        "ACTION",
        "One thing more that is done, as scenario files write it: 'Wait(\"2h\")'",
    ),
    (
        "change",
        "CHANGE",
        "Any change, as scenario files write it: 'LeaveOut'",
    ),
];

impl Groups {
    /// Every moment with its changes.
    pub fn groups(&self) -> &[Group] {
        &self.0
    }
}

impl clap::Args for Groups {
    fn augment_args(command: Command) -> Command {
        let options = OPTIONS.map(|(name, value, help)| {
            Arg::new(name)
                .long(name)
                .value_name(value)
                .help(help)
                .action(ArgAction::Append)
        });
        command.args(options)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Groups {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut written: Vec<(usize, &str, &String)> = Vec::new();
        for (name, _, _) in OPTIONS {
            let places = matches.indices_of(name).into_iter().flatten();
            let values = matches.get_many::<String>(name).into_iter().flatten();
            written.extend(
                places
                    .zip(values)
                    .map(|(place, value)| (place, name, value)),
            );
        }
        written.sort_unstable();
        let mut groups: Vec<Group> = Vec::new();
        // What stands before the first moment belongs to it
        let mut early = Vec::new();
        for (_, name, value) in written {
            let value = value.clone();
            let asked = match name {
                "at" => {
                    let changes = std::mem::take(&mut early);
                    groups.push(Group { at: value, changes });
                    continue;
                }
                "set" => Asked::Set(value),
                "do" => Asked::Do(value),
                _ => Asked::Change(value),
            };
            match groups.last_mut() {
                Some(group) => group.changes.push(asked),
                None => early.push(asked),
            }
        }
        Ok(Self(groups))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
