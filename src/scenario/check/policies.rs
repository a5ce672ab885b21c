//! IAM policies: JSON in the file or in a file beside it, parsed by the policy engine, errors
//! pointed at in the text that holds them.

use super::super::diagnostic::{Code, Report, SourceId};
use super::super::files::Files;
use super::super::locate::{Bytes, Kind, Path, Tree};
use super::super::read::Read;
use super::super::world_file::World;
use crate::policy::{Policy, PolicyError, PolicyKind};

/// Replaces paths of policy files by what is in them, and parses every policy.
pub fn resolve_policies<T>(
    report: &mut Report,
    read: &Read<T>,
    files: &dyn Files,
    world: &mut World,
) {
    let mut resolver = Resolver {
        report,
        tree: &read.tree,
        source: read.source,
        files,
    };
    let top = Path::top().field("world");
    for (number, role) in world.roles.iter_mut().enumerate() {
        let path = top.field("roles").index(number);
        resolver.resolve(PolicyKind::Trust, &path.field("trust"), &mut role.trust);
        for (number, policy) in role.policies.iter_mut().enumerate() {
            let path = path.field("policies").index(number).field("json");
            resolver.resolve(PolicyKind::Identity, &path, &mut policy.json);
        }
        if let Some(boundary) = &mut role.boundary {
            resolver.resolve(PolicyKind::Boundary, &path.field("boundary"), boundary);
        }
    }
    for (number, user) in world.iam_users.iter_mut().enumerate() {
        let path = top.field("iam_users").index(number);
        for (number, policy) in user.policies.iter_mut().enumerate() {
            let path = path.field("policies").index(number).field("json");
            resolver.resolve(PolicyKind::Identity, &path, &mut policy.json);
        }
        if let Some(boundary) = &mut user.boundary {
            resolver.resolve(PolicyKind::Boundary, &path.field("boundary"), boundary);
        }
    }
    for (number, limit) in world.service_control_policies.iter_mut().enumerate() {
        let path = top.field("service_control_policies").index(number);
        resolver.resolve(
            PolicyKind::ServiceControl,
            &path.field("json"),
            &mut limit.json,
        );
    }
    for (number, bucket) in world.buckets.iter_mut().enumerate() {
        if let Some(policy) = &mut bucket.policy {
            let path = top.field("buckets").index(number).field("policy");
            resolver.resolve(PolicyKind::Resource, &path, policy);
        }
    }
}

struct Resolver<'a> {
    report: &'a mut Report,
    tree: &'a Tree,
    source: SourceId,
    files: &'a dyn Files,
}

impl Resolver<'_> {
    fn resolve(&mut self, kind: PolicyKind, path: &Path, text: &mut String) {
        if text.trim_start().starts_with('{') {
            if let Err(error) = Policy::parse(kind, text) {
                self.point_into_scenario(path, &error);
            }
            return;
        }
        let name = text.clone();
        let found = match self
            .files
            .beside(self.report.sources.name(self.source), &name)
        {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8 text")),
            Err(problem) => Err(problem),
        };
        match found {
            Ok(json) => {
                if let Err(error) = Policy::parse(kind, &json) {
                    let source = self.report.sources.add(&name, json.clone());
                    let span = error.offset..error.offset + error.length;
                    let remedy = remedy(&error);
                    self.report
                        .add(Code::Policy, (source, span), error.message, remedy);
                }
                *text = json;
            }
            Err(problem) => {
                let span = self.tree.find(path).span.clone();
                let remedy = "write the policy as JSON here, or name a file beside the scenario";
                self.report
                    .add(Code::Include, (self.source, span), problem, remedy);
            }
        }
    }

    fn point_into_scenario(&mut self, path: &Path, error: &PolicyError) {
        let span = place_in_text(self.tree, path, error);
        let (message, remedy) = (error.message.clone(), remedy(error));
        self.report
            .add(Code::Policy, (self.source, span), message, remedy);
    }
}

/// The error's place in the policy, moved to where the policy stands in the scenario.
pub(super) fn place_in_text(tree: &Tree, path: &Path, error: &PolicyError) -> Bytes {
    let node = tree.find(path);
    match &node.kind {
        Kind::Text { content, raw: true } => {
            let start = (content.start + error.offset).min(content.end);
            start..(start + error.length).min(content.end)
        }
        _ => node.span.clone(),
    }
}

pub(super) fn remedy(error: &PolicyError) -> String {
    let usual = "a policy is the JSON that AWS takes: Version, Statement, Effect, Action, Resource";
    error.hint.clone().unwrap_or_else(|| usual.to_owned())
}
