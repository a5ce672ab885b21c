//! Policies that IAM takes and that will hardly do what their author wants.

use super::super::diagnostic::Code;
use super::super::locate::{Bytes, Kind, Path};
use super::{Linter, conditions};
use crate::policy::actions::{KNOWN_ACTIONS, is_known, suggest};
use crate::policy::{Policy, PolicyKind, Statement};

impl Linter<'_> {
    pub(super) fn policies(&mut self) {
        for (kind, path, text) in self.own_policies() {
            // What does not parse was reported as an error
            let Ok(policy) = Policy::parse(kind, &text) else {
                continue;
            };
            for statement in policy.statements() {
                self.actions(&path, &text, statement);
                self.conditions(kind, &path, &text, statement);
            }
        }
    }

    /// Every policy of the scenario's own file: kind, place, JSON.
    fn own_policies(&self) -> Vec<(PolicyKind, Path, String)> {
        let top = Path::top().field("world");
        let world = &self.scenario.world;
        let mut found = Vec::new();
        let roles = top.field("roles");
        for path in (0..self.items(&roles)).map(|it| roles.index(it)) {
            let id = self.text_at(&path.field("id"));
            let Some(role) = world.roles.iter().find(|it| Some(it.id.as_str()) == id) else {
                continue;
            };
            found.push((PolicyKind::Trust, path.field("trust"), role.trust.clone()));
            for (place, policy) in role.policies.iter().enumerate() {
                let path = path.field("policies").index(place).field("json");
                found.push((PolicyKind::Identity, path, policy.json.clone()));
            }
            if let Some(boundary) = &role.boundary {
                found.push((
                    PolicyKind::Boundary,
                    path.field("boundary"),
                    boundary.clone(),
                ));
            }
        }
        let users = top.field("iam_users");
        for path in (0..self.items(&users)).map(|it| users.index(it)) {
            let id = self.text_at(&path.field("id"));
            let user = world.iam_users.iter().find(|it| Some(it.id.as_str()) == id);
            for (place, policy) in user
                .into_iter()
                .flat_map(|it| it.policies.iter().enumerate())
            {
                let path = path.field("policies").index(place).field("json");
                found.push((PolicyKind::Identity, path, policy.json.clone()));
            }
        }
        let buckets = top.field("buckets");
        for path in (0..self.items(&buckets)).map(|it| buckets.index(it)) {
            let id = self.text_at(&path.field("id"));
            let bucket = world.buckets.iter().find(|it| Some(it.id.as_str()) == id);
            if let Some(policy) = bucket.and_then(|it| it.policy.as_ref()) {
                found.push((PolicyKind::Resource, path.field("policy"), policy.clone()));
            }
        }
        found
    }

    fn actions(&mut self, path: &Path, text: &str, statement: &Statement) {
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
            let span = self.inside(path, text, action);
            let message = format!("`{action}` is no action that is known here");
            self.warn(Code::UnknownAction, span, message, remedy);
        }
    }

    fn conditions(&mut self, kind: PolicyKind, path: &Path, text: &str, statement: &Statement) {
        for (operator, key, values) in statement.conditions() {
            let found = conditions::impossible(operator, values)
                .or_else(|| self.foreign_audience(kind, (operator, key, values)));
            if let Some((message, remedy)) = found {
                let pointed = values.first().map_or(key, String::as_str);
                let span = self.inside(path, text, pointed);
                let message = format!("`{operator}` on `{key}` can never hold: {message}");
                self.warn(Code::ImpossibleCondition, span, message, remedy);
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

    /// Where a JSON string of a policy stands in the scenario; the policy, where it stands in a
    /// file of its own or is written with escapes.
    fn inside(&self, path: &Path, policy: &str, string: &str) -> Bytes {
        let node = self.tree.find(path);
        let quoted = format!("\"{string}\"");
        match (&node.kind, policy.find(&quoted)) {
            (Kind::Text { content, raw: true }, Some(at))
                if self.text().get(content.clone()) == Some(policy) =>
            {
                content.start + at..content.start + at + quoted.len()
            }
            _ => node.span.clone(),
        }
    }
}
