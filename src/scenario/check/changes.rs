//! What a variant changes, what comes of it, and what a scenario's experiments change: places,
//! names, policies and expectations.

use super::super::action::Value;
use super::super::change::{
    ATTACKER, BucketChange, Change, ChangeError, Edit, Fate, FunctionChange, IamUserChange,
    IdentityPoolChange, MAX_CHANGES, Placed, RoleChange, UserChange,
};
use super::super::checked::{Beat, Scenario};
use super::super::diagnostic::{Code, Report, suggest};
use super::super::file::Expect;
use super::super::known::Known;
use super::super::limits::MAX_EXPERIMENTS;
use super::super::locate::Path;
use super::super::read::Read;
use super::super::references::Sort;
use super::Checker;
use super::policies::{place_in_text, remedy};
use crate::policy::{Policy, PolicyKind};

/// Gives inherited beats what comes of them because of the changes.
pub fn give_outcomes(report: &mut Report, read: &Read, beats: &mut [Beat]) {
    let path = Path::top().field("outcomes");
    for (id, outcomes) in &read.file.outcomes {
        let path = path.field(id);
        let known: Vec<String> = beats.iter().map(|beat| beat.id.clone()).collect();
        let Some(beat) = beats.iter_mut().find(|beat| beat.id == *id) else {
            let span = read.tree.find_name(&path);
            let message = format!("there is no inherited beat `{id}`");
            let remedy = suggest(id, known.iter().map(String::as_str));
            report.add(Code::UnknownBeat, (read.source, span), message, remedy);
            continue;
        };
        let span = read.tree.find(&path).span.clone();
        let silent = beat.acts.len().checked_sub(outcomes.len());
        let Some(silent) = silent else {
            let message = format!(
                "{} outcomes for {} actions",
                outcomes.len(),
                beat.acts.len()
            );
            let remedy = "state one outcome per action at most; they belong to the last actions";
            report.add(Code::Expectation, (read.source, span), message, remedy);
            continue;
        };
        let acts = beat.acts.iter_mut().skip(silent);
        for (act, outcome) in acts.zip(outcomes) {
            act.expect = outcome.clone();
        }
        beat.place = (read.source, span);
    }
}

/// Checks what a file changes and lets one try, in the scenario that it makes.
pub fn check_changes(report: &mut Report, read: &Read, known: &Known, scenario: &Scenario) {
    let file = &read.file;
    if file.changes.is_empty() && file.experiments.is_empty() && file.outcomes.is_empty() {
        return;
    }
    let known = known.with_device(ATTACKER);
    let mut checker = Checker {
        report,
        read,
        known: &known,
        whole: &scenario.world,
    };
    checker.own_changes(scenario);
    checker.experiments(scenario);
}

impl Checker<'_> {
    fn own_changes(&mut self, scenario: &Scenario) {
        let file = &self.read.file;
        let path = Path::top().field("changes");
        if file.extends.is_none() && !file.changes.is_empty() {
            let message = "`changes` without `extends`: there is nothing to change";
            let remedy = "add `extends: \"…\"`, or write the beats differently";
            self.add(Code::BadValue, &path, message, remedy);
        }
        let (changes, outcomes) = (file.changes.clone(), file.outcomes.clone());
        self.limit(&path, "changes", changes.len(), MAX_CHANGES);
        self.changes(&path, &changes, scenario);
        for (beat, outcomes) in &outcomes {
            let path = Path::top().field("outcomes").field(beat);
            for (number, expect) in outcomes.iter().enumerate() {
                self.expected(&path.index(number), expect);
            }
        }
    }

    fn experiments(&mut self, scenario: &Scenario) {
        let experiments = self.read.file.experiments.clone();
        let path = Path::top().field("experiments");
        self.limit(&path, "experiments", experiments.len(), MAX_EXPERIMENTS);
        for (number, experiment) in experiments.iter().enumerate() {
            let path = path.index(number);
            for (field, text) in [
                ("title", &experiment.title),
                ("explain", &experiment.explain),
            ] {
                if text.trim().is_empty() {
                    let message = format!("the experiment has no {field}");
                    let remedy = "ask a question as title, and explain what comes of it";
                    self.add(Code::BadValue, &path.field(field), message, remedy);
                }
            }
            let list = path.field("changes");
            if experiment.changes.is_empty() {
                let remedy = "add `(at: (beat: \"…\"), change: …)`";
                self.add(Code::Empty, &list, "the experiment changes nothing", remedy);
            }
            self.limit(&list, "changes", experiment.changes.len(), MAX_CHANGES);
            self.changes(&list, &experiment.changes, scenario);
            self.expected(&path.field("expect"), &experiment.expect);
        }
    }

    fn expected(&mut self, path: &Path, expect: &Expect) {
        if let Expect::Refused { by, .. } = expect {
            self.refer(&path.field("by"), Sort::Actor, by);
        }
    }

    fn changes(&mut self, path: &Path, changes: &[Placed], scenario: &Scenario) {
        for (number, placed) in changes.iter().enumerate() {
            let path = path.index(number);
            match placed.at.find(scenario) {
                Ok((beat, action)) => {
                    let acts = scenario.beats.get(beat).map_or(0, |beat| beat.acts.len());
                    let needs = matches!(placed.change, Change::Replace(_) | Change::LeaveOut);
                    if needs && action >= acts {
                        let message = format!("no action follows action {action} of the beat");
                        let remedy = "place it before an action: they are counted from 0";
                        let path = path.field("at").field("action");
                        self.add(Code::BadValue, &path, message, remedy);
                    }
                }
                Err(ChangeError::NoBeat { beat, remedy }) => {
                    let message = format!("there is no beat `{beat}`");
                    let path = path.field("at").field("beat");
                    self.add(Code::UnknownBeat, &path, message, remedy);
                }
                Err(error) => {
                    let remedy = "0 is where the beat begins";
                    let path = path.field("at").field("action");
                    self.add(Code::BadValue, &path, error.to_string(), remedy);
                }
            }
            self.change(&path.field("change"), &placed.change);
        }
    }

    fn change(&mut self, path: &Path, change: &Change) {
        match change {
            Change::Do(action) | Change::Replace(action) => self.action(&path.index(0), action),
            Change::LeaveOut => {}
            Change::UseInstead { device, take, .. } => {
                self.refer(&path.field("device"), Sort::Device, device);
                match take {
                    Value::Held(other, _) => self.refer(&path.field("take"), Sort::Actor, other),
                    Value::Text(template) => self.template(&path.field("take"), template),
                }
            }
            Change::Write { device, edits, .. } | Change::InTransit { device, edits, .. } => {
                self.refer(&path.field("device"), Sort::Device, device);
                self.edits(&path.field("edits"), edits);
            }
            Change::Message { device, fate, .. } => {
                self.refer(&path.field("device"), Sort::Device, device);
                if let Fate::Replay(other) | Fate::Steal(other) = fate {
                    self.refer(&path.field("fate"), Sort::Device, other);
                }
            }
            Change::Role { role, becomes } => {
                self.refer(&path.field("role"), Sort::Role, role);
                self.role_change(&path.field("becomes"), becomes);
            }
            Change::Bucket { bucket, becomes } => {
                self.refer(&path.field("bucket"), Sort::Bucket, bucket);
                if let BucketChange::Policy(json) = becomes {
                    let path = path.field("becomes").index(0);
                    self.policy(&path, PolicyKind::Resource, json);
                }
            }
            Change::IdentityPool { pool, becomes } => {
                self.refer(&path.field("pool"), Sort::IdentityPool, pool);
                let path = path.field("becomes").index(0);
                match becomes {
                    IdentityPoolChange::AuthenticatedRole(role)
                    | IdentityPoolChange::GuestRole(role) => self.refer(&path, Sort::Role, role),
                    IdentityPoolChange::MappingByToken(pool) => {
                        self.refer(&path, Sort::UserPool, pool);
                    }
                    IdentityPoolChange::IdentityDeleted(template) => {
                        self.template(&path, template);
                    }
                    _ => {}
                }
            }
            Change::IamUser { user, becomes } => {
                let users = self.whole.iam_users.iter().map(|it| it.id.as_str());
                if !users.clone().any(|known| known == user) {
                    let remedy = suggest(user, users);
                    let message = format!("there is no IAM user `{user}`");
                    self.add(Code::UnknownReference, &path.field("user"), message, remedy);
                }
                if let IamUserChange::Policy(_, json) = becomes {
                    let path = path.field("becomes").index(1);
                    self.policy(&path, PolicyKind::Identity, json);
                }
            }
            Change::Function { function, becomes } => {
                self.refer(&path.field("function"), Sort::Function, function);
                if let FunctionChange::Policy(json) = becomes {
                    let path = path.field("becomes").index(0);
                    self.policy(&path, PolicyKind::Resource, json);
                }
            }
            Change::OidcProvider { provider, .. } => {
                let sorts = [Sort::IamOidcProvider, Sort::Provider, Sort::UserPool];
                let mut sorts = sorts.into_iter();
                let is_it = |sort| self.known.of_sort(sort).any(|known| known == provider);
                if !sorts.any(is_it) {
                    self.refer(&path.field("provider"), Sort::IamOidcProvider, provider);
                }
            }
            Change::User {
                pool,
                user,
                becomes,
            } => {
                self.refer(&path.field("pool"), Sort::UserPool, pool);
                self.template(&path.field("user"), user);
                if let UserChange::Joins(group) | UserChange::Leaves(group) = becomes {
                    self.refer(&path.field("becomes").index(0), Sort::Group, group);
                }
            }
        }
    }

    fn edits(&mut self, path: &Path, edits: &[Edit]) {
        if edits.is_empty() {
            let remedy = "add `Set(\"RoleSessionName\", \"other\")`";
            self.add(Code::Empty, path, "nothing is edited", remedy);
        }
        for (number, edit) in edits.iter().enumerate() {
            if let Edit::Set(_, value) | Edit::Add(_, value) = edit {
                self.template(&path.index(number).index(1), value);
            }
        }
    }

    fn role_change(&mut self, path: &Path, becomes: &RoleChange) {
        match becomes {
            RoleChange::Trust(json) => self.policy(&path.index(0), PolicyKind::Trust, json),
            RoleChange::Policy(_, json) => self.policy(&path.index(1), PolicyKind::Identity, json),
            RoleChange::Boundary(json) => self.policy(&path.index(0), PolicyKind::Boundary, json),
            _ => {}
        }
    }

    fn policy(&mut self, path: &Path, kind: PolicyKind, json: &str) {
        if let Err(error) = Policy::parse(kind, json) {
            let span = place_in_text(&self.read.tree, path, &error);
            let remedy = remedy(&error);
            self.add_at(Code::Policy, span, error.message, remedy);
        }
    }
}
