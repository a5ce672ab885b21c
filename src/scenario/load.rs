//! From bytes to a [`Scenario`]: read, join with what it extends, check.

use super::check;
use std::collections::BTreeSet;

use super::checked::{Act, Beat, Chapter, DEFAULT_SEED, Scenario};
use super::diagnostic::{Code, Report, Sources, suggest};
use super::file::{Beat as BeatFile, Expect};
use super::files::Files;
use super::known::Known;
use super::limits::{MAX_ACTIONS, MAX_BEATS, MAX_EXTENDS};
use super::locate::Path;
use super::merge::{leave_out, merged};
use super::read::{Read, read as read_file};
use super::world_file::World;
use crate::protocol::time::Moment;

/// The first moment of a scenario that names none: 3 March 2026, 09:00 UTC.
const DEFAULT_START: Moment = Moment::from_epoch_seconds(1_772_528_400);

/// Loads a scenario from its text. The report says everything that is wrong with it.
pub fn load(files: &dyn Files, name: &str, bytes: &[u8]) -> Result<Scenario, Box<Report>> {
    let mut report = Report::default();
    let scenario = load_chain(&mut report, files, (name, bytes), &mut Vec::new());
    match scenario {
        Some(scenario) if report.is_clean() => Ok(Scenario {
            sources: report.sources,
            ..scenario
        }),
        _ => Err(Box::new(report)),
    }
}

/// Loads a scenario after the ones it extends. `chain` holds the ids on the way here.
fn load_chain(
    report: &mut Report,
    files: &dyn Files,
    (name, bytes): (&str, &[u8]),
    chain: &mut Vec<String>,
) -> Option<Scenario> {
    let read: Read = read_file(report, name, bytes)?;
    chain.push(read.file.id.clone());
    let parent = match &read.file.extends {
        Some(id) => Some(load_parent(report, files, (&read, id), chain)?),
        None => None,
    };
    if parent.is_none() && read.file.until.is_some() {
        let span = read.tree.find_name(&Path::top().field("until"));
        let remedy = "add `extends: \"…\"` or remove it";
        report.add(
            Code::UnknownBeat,
            (read.source, span),
            "`until` without `extends`",
            remedy,
        );
    }
    let mut own = read.file.world.clone();
    check::resolve_policies(report, &read, files, &mut own);
    let mut inherited = parent
        .as_ref()
        .map(|parent| parent.world.clone())
        .unwrap_or_default();
    leave_out(report, &read, &read.file.without, &mut inherited);
    let shared = load_world(report, files, &read);
    if read.file.world_file.is_some() && shared.is_none() {
        // Everything that refers into it would be wrong too
        return None;
    }
    let entries = shared.as_ref().map(|it| it.file.clone());
    let world = merged(merged(inherited, entries.unwrap_or_default()), own);
    let known = Known::of(&world);
    if let Some(shared) = &shared {
        check::check_world(report, shared, &known, &world);
    }
    check::check(report, &read, &known, &world);
    let joined = join(report, &read, parent, world)?;
    check::check_changes(report, &read, &known, &joined);
    Some(Scenario {
        world_source: shared.map(|shared| shared.source),
        ..joined
    })
}

fn load_parent(
    report: &mut Report,
    files: &dyn Files,
    (read, id): (&Read, &str),
    chain: &mut Vec<String>,
) -> Option<Scenario> {
    let place = (
        read.source,
        read.tree.find(&Path::top().field("extends")).span.clone(),
    );
    if chain.iter().any(|seen| seen == id) {
        let message = format!(
            "scenarios extend each other in a circle: {} → {id}",
            chain.join(" → ")
        );
        report.add(
            Code::Circle,
            place,
            message,
            "extend another scenario, or none",
        );
        return None;
    }
    if chain.len() >= MAX_EXTENDS {
        let message = format!("scenarios extend each other more than {MAX_EXTENDS} deep");
        report.add(
            Code::Limit,
            place,
            message,
            "extend a scenario nearer to the first one",
        );
        return None;
    }
    let Some((name, bytes)) = files.scenario(report.sources.name(read.source), id) else {
        let ids = files.ids();
        let remedy = suggest(id, ids.iter().map(String::as_str));
        report.add(
            Code::UnknownScenario,
            place,
            format!("there is no scenario `{id}`"),
            remedy,
        );
        return None;
    };
    let before = report.diagnostics.len();
    let parent = load_chain(report, files, (&name, &bytes), chain)?;
    (report.diagnostics.len() == before).then_some(())?;
    let mut parent = parent;
    cut(report, read, &mut parent);
    Some(parent)
}

/// The shared world that a scenario names, with its policies; none where it names none, or one
/// that cannot be read.
fn load_world(report: &mut Report, files: &dyn Files, read: &Read) -> Option<Read<World>> {
    let path = read.file.world_file.as_deref()?;
    let from = report.sources.name(read.source).to_owned();
    let bytes = match files.beside(&from, path) {
        Ok(bytes) => bytes,
        Err(problem) => {
            let field = Path::top().field("world_file");
            let place = (read.source, read.tree.find(&field).span.clone());
            let remedy =
                "name a file in the scenario's folder or below: \"worlds/one-user-pool.ron\"";
            report.add(Code::Include, place, problem, remedy);
            return None;
        }
    };
    let folder = from.rfind('/').map_or("", |end| &from[..=end]);
    let shared: Read<World> = read_file(report, &format!("{folder}{path}"), &bytes)?;
    let mut shared = Read {
        tree: shared.tree.under("world"),
        ..shared
    };
    let mut entries = shared.file.clone();
    check::resolve_policies(report, &shared, files, &mut entries);
    shared.file = entries;
    Some(shared)
}

/// Leaves out the parent's beats behind `until`.
fn cut(report: &mut Report, read: &Read, parent: &mut Scenario) {
    let Some(until) = &read.file.until else {
        return;
    };
    let Some(last) = parent.beats.iter().position(|beat| beat.id == *until) else {
        let span = read.tree.find(&Path::top().field("until")).span.clone();
        let remedy = suggest(until, parent.beats.iter().map(|beat| beat.id.as_str()));
        let message = format!("`{}` has no beat `{until}`", parent.id);
        report.add(Code::UnknownBeat, (read.source, span), message, remedy);
        return;
    };
    parent.beats.truncate(last + 1);
    parent.chapters.retain(|chapter| chapter.first_beat <= last);
}

/// The inherited beats, then this file's own.
fn join(
    report: &mut Report,
    read: &Read,
    parent: Option<Scenario>,
    world: World,
) -> Option<Scenario> {
    let file = &read.file;
    let inherited_start = parent.as_ref().map(|parent| parent.starts_at);
    let inherited_seed = parent.as_ref().map(|parent| parent.seed);
    let (mut chapters, mut beats, mut changes) = parent.map_or_else(Default::default, |parent| {
        (parent.chapters, parent.beats, parent.changes)
    });
    // What was changed in a beat that is cut off is cut off with it
    changes.retain(|placed| beats.iter().any(|beat: &Beat| beat.id == placed.at.beat));
    changes.extend(file.changes.iter().cloned());
    check::give_outcomes(report, read, &mut beats);
    let inherited: BTreeSet<String> = beats.iter().map(|beat: &Beat| beat.id.clone()).collect();
    for (number, chapter) in file.chapters.iter().enumerate() {
        let path = Path::top().field("chapters").index(number).field("beats");
        let continues = number == 0
            && chapters
                .last()
                .is_some_and(|last: &Chapter| last.title == chapter.title);
        if !continues && !chapter.beats.is_empty() {
            chapters.push(Chapter {
                title: chapter.title.clone(),
                first_beat: beats.len(),
            });
        }
        for (number, beat) in chapter.beats.iter().enumerate() {
            let path = path.index(number);
            if inherited.contains(&beat.id) {
                let span = read.tree.find(&path.field("id")).span.clone();
                let message = format!("there is already a beat `{}`", beat.id);
                report.add(
                    Code::DuplicateId,
                    (read.source, span),
                    message,
                    "give it another id",
                );
            }
            beats.push(checked_beat(read, &path, beat));
        }
    }
    let actions = beats.iter().map(|beat| beat.acts.len()).sum::<usize>();
    if beats.len() > MAX_BEATS || actions > MAX_ACTIONS {
        let span = read.tree.find_name(&Path::top().field("chapters"));
        let message = format!(
            "with what it inherits the scenario has {} beats and {actions} actions, more than the limits of {MAX_BEATS} and {MAX_ACTIONS}",
            beats.len()
        );
        report.add(Code::Limit, (read.source, span), message, "inherit less");
        return None;
    }
    Some(Scenario {
        id: file.id.clone(),
        title: file.title.clone(),
        summary: file.summary.clone(),
        themes: file.themes.clone(),
        exams: file.exams.clone(),
        domains: file.domains.clone(),
        level: file.level,
        minutes: file.minutes,
        notes: file.notes.clone(),
        cited: file.sources.clone(),
        stuck: file.stuck.clone(),
        deliberate: file.deliberate.clone(),
        extends: file.extends.clone(),
        seed: file.seed.or(inherited_seed).unwrap_or(DEFAULT_SEED),
        starts_at: file
            .starts_at
            .map(|at| at.0)
            .or(inherited_start)
            .unwrap_or(DEFAULT_START),
        world,
        chapters,
        beats,
        changes,
        experiments: file.experiments.clone(),
        sources: Sources::default(),
        source: read.source,
        world_source: None,
    })
}

/// A beat with its expectations given to its last actions; earlier ones must be allowed.
fn checked_beat(read: &Read, path: &Path, beat: &BeatFile) -> Beat {
    let silent = beat.actions.len().saturating_sub(beat.expect.len());
    let expected = |number: usize| match number.checked_sub(silent) {
        Some(at) => beat.expect.get(at).cloned().unwrap_or(Expect::Allowed),
        None => Expect::Allowed,
    };
    let acts = beat.actions.iter().cloned().enumerate();
    let acts = acts
        .map(|(number, action)| Act {
            action,
            expect: expected(number),
        })
        .collect();
    let marked = if beat.expect.is_empty() {
        "id"
    } else {
        "expect"
    };
    Beat {
        id: beat.id.clone(),
        title: beat.title.clone(),
        caption: beat.caption.clone(),
        detail: beat.detail.clone(),
        notes: beat.notes.clone(),
        acts,
        question: beat.question.clone(),
        place: (
            read.source,
            read.tree.find(&path.field(marked)).span.clone(),
        ),
    }
}
