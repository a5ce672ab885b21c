//! Policies that IAM takes and that will hardly do what their author wants.

use super::super::diagnostic::{Code, SourceId};
use super::super::locate::{Bytes, Kind, Path};
use super::{Linter, Text, conditions};
use crate::policy::actions::{KNOWN_ACTIONS, is_known, suggest};
use crate::policy::{Policy, PolicyKind, Statement};

/// A policy of the scenario, and where it stands.
struct Found<'a> {
    kind: PolicyKind,
    text: Text<'a>,
    path: Path,
    json: String,
}

/// Actions that carry a policy: the field it is in, and what it is.
const IN_ACTIONS: [(&str, &str, PolicyKind); 4] = [
    ("AssumeRole", "policy", PolicyKind::Session),
    ("GetFederationToken", "policy", PolicyKind::Session),
    ("PutRolePolicy", "json", PolicyKind::Identity),
    ("UpdateAssumeRolePolicy", "json", PolicyKind::Trust),
];

impl<'a> Linter<'a> {
    pub(super) fn policies(&mut self) {
        let mut found = self.in_world(&self.own);
        if let Some(shared) = &self.shared {
            found.extend(self.in_world(shared));
        }
        found.extend(self.in_actions());
        for found in found {
            // What does not parse was reported as an error, or is refused when it is sent
            let Ok(policy) = Policy::parse(found.kind, &found.json) else {
                continue;
            };
            for statement in policy.statements() {
                self.actions(&found, statement);
                self.conditions(&found, statement);
            }
        }
    }

    /// Every policy of the world that stands in this text.
    fn in_world(&self, text: &Text<'a>) -> Vec<Found<'a>> {
        let world = &self.scenario.world;
        let mut found = Vec::new();
        let mut add = |kind, path, json: &String| {
            found.push(Found {
                kind,
                text: text.clone(),
                path,
                json: json.clone(),
            });
        };
        let entries = |list: &str| {
            let paths = text.each(&text.world.field(list)).into_iter();
            paths.filter_map(|path| Some((text.at(&path.field("id"))?, path)))
        };
        let policies = |path: &Path, number: usize| {
            let policies = path.field("policies");
            policies.index(number).field("json")
        };
        for (id, path) in entries("roles") {
            let Some(role) = world.roles.iter().find(|it| it.id == id) else {
                continue;
            };
            add(PolicyKind::Trust, path.field("trust"), &role.trust);
            for (number, policy) in role.policies.iter().enumerate() {
                add(PolicyKind::Identity, policies(&path, number), &policy.json);
            }
            if let Some(boundary) = &role.boundary {
                add(PolicyKind::Boundary, path.field("boundary"), boundary);
            }
        }
        for (id, path) in entries("iam_users") {
            let Some(user) = world.iam_users.iter().find(|it| it.id == id) else {
                continue;
            };
            for (number, policy) in user.policies.iter().enumerate() {
                add(PolicyKind::Identity, policies(&path, number), &policy.json);
            }
            if let Some(boundary) = &user.boundary {
                add(PolicyKind::Boundary, path.field("boundary"), boundary);
            }
        }
        for (id, path) in entries("buckets") {
            let bucket = world.buckets.iter().find(|it| it.id == id);
            if let Some(policy) = bucket.and_then(|it| it.policy.as_ref()) {
                add(PolicyKind::Resource, path.field("policy"), policy);
            }
        }
        for (id, path) in entries("service_control_policies") {
            let mut limits = world.service_control_policies.iter();
            if let Some(limit) = limits.find(|it| it.id == id) {
                add(PolicyKind::ServiceControl, path.field("json"), &limit.json);
            }
        }
        found
    }

    /// Every policy that somebody sends.
    fn in_actions(&self) -> Vec<Found<'a>> {
        let text = &self.own;
        let chapters = text.each(&Path::top().field("chapters"));
        let beats = chapters.iter().flat_map(|it| text.each(&it.field("beats")));
        let actions = beats.flat_map(|it| text.each(&it.field("actions")));
        let sent = actions.filter_map(|path| {
            let action = &text.tree.exact(&path)?.span;
            let (name, _) = text.text.get(action.clone())?.split_once('(')?;
            let mut carrying = IN_ACTIONS.into_iter();
            let (_, field, kind) = carrying.find(|(carrier, _, _)| *carrier == name.trim())?;
            let path = path.field(field);
            let written = text.tree.exact(&path)?.span.clone();
            let json = ron::from_str(text.text.get(written)?).ok()?;
            let text = text.clone();
            Some(Found {
                kind,
                text,
                path,
                json,
            })
        });
        sent.collect()
    }

    fn actions(&mut self, found: &Found<'_>, statement: &Statement) {
        for action in statement.actions() {
            let Some((service, name)) = action.split_once(':') else {
                continue;
            };
            let modelled = |(known, _): &(&str, _)| service.eq_ignore_ascii_case(known);
            let suggested = suggest(action);
            let unknown = KNOWN_ACTIONS.iter().any(modelled)
                && !name.contains(['*', '?'])
                && !is_known(action);
            if !unknown && suggested.is_none() {
                continue;
            }
            let remedy = match suggested {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "no operation here asks for it: look it up, or leave it out".to_owned(),
            };
            let place = found.inside(action);
            let message = format!("`{action}` is no action that is known here");
            self.warn_in(Code::UnknownAction, place, message, remedy);
        }
    }

    fn conditions(&mut self, found: &Found<'_>, statement: &Statement) {
        for (operator, key, values) in statement.conditions() {
            let impossible = conditions::impossible(operator, values)
                .or_else(|| self.foreign_audience(found.kind, (operator, key, values)));
            if let Some((message, remedy)) = impossible {
                let place = found.inside(values.first().map_or(key, String::as_str));
                let message = format!("`{operator}` on `{key}` can never hold: {message}");
                self.warn_in(Code::ImpossibleCondition, place, message, remedy);
            }
        }
    }

    /// A trust policy that waits for tokens of an identity pool that is not there.
    fn foreign_audience(
        &self,
        kind: PolicyKind,
        (operator, key, values): (&str, &str, &[String]),
    ) -> Option<(String, String)> {
        let asks = kind == PolicyKind::Trust
            && operator == "StringEquals"
            && key.eq_ignore_ascii_case("cognito-identity.amazonaws.com:aud");
        let pools = &self.scenario.world.identity_pools;
        let is_there = |value: &String| {
            value.contains('{') || pools.iter().any(|it| it.pool_id.as_ref() == Some(value))
        };
        if !asks || values.iter().any(is_there) {
            return None;
        }
        let message = "no identity pool of this world has that id".to_owned();
        let remedy = "write the same id as `pool_id` of the identity pool".to_owned();
        Some((message, remedy))
    }
}

impl Found<'_> {
    /// Where a JSON string of the policy stands; the policy, where it stands in a file of its own
    /// or is written with escapes.
    fn inside(&self, string: &str) -> (SourceId, Bytes) {
        let node = self.text.tree.find(&self.path);
        let quoted = format!("\"{string}\"");
        let span = match (&node.kind, self.json.find(&quoted)) {
            (Kind::Text { content, raw: true }, Some(at))
                if self.text.text.get(content.clone()) == Some(self.json.as_str()) =>
            {
                content.start + at..content.start + at + quoted.len()
            }
            _ => node.span.clone(),
        };
        (self.text.source, span)
    }
}
