//! Declarations that nothing refers to.

use std::collections::BTreeSet;

use super::super::diagnostic::Code;
use super::super::locate::{Node, Path, Tree};
use super::{Linter, content};

/// Lists of the world whose entries are there to be referred to, with what a sentence calls one.
/// Others act by being there: an account, an OpenID Connect provider in IAM, Sync.
const LISTS: [(&str, &str); 15] = [
    ("people", "person"),
    ("devices", "device"),
    ("facebook_apps", "Facebook app"),
    ("providers", "identity provider"),
    ("provider_apps", "provider app"),
    ("workloads", "workload"),
    ("saml_providers", "SAML provider"),
    ("identity_pools", "identity pool"),
    ("identities", "identity"),
    ("roles", "role"),
    ("buckets", "bucket"),
    ("tables", "table"),
    ("functions", "function"),
    ("apis", "API"),
    ("load_balancers", "load balancer"),
];
/// Lists within a user pool, likewise.
const POOL_LISTS: [(&str, &str); 2] = [("clients", "app client"), ("groups", "group")];
/// Fields for people: a word in them refers to nothing.
const PROSE: [&str; 10] = [
    "caption",
    "title",
    "detail",
    "notes",
    "summary",
    "ask",
    "because",
    "explanation",
    "name",
    "email",
];
/// Characters that an id may have beside letters and digits.
const IN_IDS: [char; 7] = ['-', '_', '.', '+', '=', ',', '@'];

impl Linter<'_> {
    pub(super) fn unused(&mut self) {
        let used = self.words();
        let world = Path::top().field("world");
        for (list, called) in LISTS {
            self.unused_in(&used, &world.field(list), called);
        }
        let pools = world.field("user_pools");
        for pool in self.own.each(&pools) {
            self.unused_pool(&used, &pool);
            for (list, called) in POOL_LISTS {
                self.unused_in(&used, &pool.field(list), called);
            }
        }
    }

    /// A pool is used by whoever uses one of its clients.
    fn unused_pool(&mut self, used: &BTreeSet<String>, pool: &Path) {
        let clients = pool.field("clients");
        let clients = self.own.each(&clients);
        let mut ids = clients.iter().filter_map(|it| self.own.at(&it.field("id")));
        if !ids.any(|id| used.contains(id)) {
            self.unused_entry(used, pool, "user pool");
        }
    }

    fn unused_in(&mut self, used: &BTreeSet<String>, list: &Path, called: &str) {
        for entry in self.own.each(list) {
            self.unused_entry(used, &entry, called);
        }
    }

    fn unused_entry(&mut self, used: &BTreeSet<String>, entry: &Path, called: &str) {
        let path = entry.field("id");
        let Some(id) = self.own.at(&path).map(str::to_owned) else {
            return;
        };
        if !used.contains(&id) {
            let span = self.span(&path);
            let message = format!("nothing refers to the {called} `{id}`");
            let remedy = "use it, or leave it out: what is on stage wants to be understood";
            self.warn(Code::Unused, span, message, remedy);
        }
    }

    /// Every word that could refer to something, in every file that took part and in every one
    /// that goes on from here.
    fn words(&self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        let variants = self.variants.iter().copied();
        for text in self.scenario.sources.texts().chain(variants) {
            if text.trim_start().starts_with('{') {
                split(text, &mut words);
            } else {
                collect(text, &Tree::scan(text).root, None, &mut words);
            }
        }
        // Policies that stand in files of their own
        for role in &self.scenario.world.roles {
            split(&role.trust, &mut words);
            role.policies
                .iter()
                .for_each(|it| split(&it.json, &mut words));
        }
        words
    }
}

/// The words of every text below a node but those that declare and those that only people read.
fn collect(text: &str, node: &Node, field: Option<&str>, words: &mut BTreeSet<String>) {
    if let Some(found) = content(text, node) {
        let declares = field == Some("id") || field.is_some_and(|name| PROSE.contains(&name));
        // An answer to a question, or a text with values flowing in
        let only_read = field == Some("text") && !found.contains('{');
        if !declares && !only_read {
            split(found, words);
        }
        return;
    }
    for entry in node.entries() {
        collect(text, &entry.value, entry.name.as_deref(), words);
    }
    if node.entries().is_empty() {
        for child in node.children() {
            collect(text, child, None, words);
        }
    }
}

/// A text as a whole, its words, and the parts of words that dots separate.
fn split(text: &str, words: &mut BTreeSet<String>) {
    let part_of_id = |c: char| c.is_alphanumeric() || IN_IDS.contains(&c);
    for word in text.split(|c| !part_of_id(c)).filter(|it| !it.is_empty()) {
        words.insert(word.to_owned());
        for part in word.split(['.', '=', ',', '@', '+']) {
            if !part.is_empty() && part.len() < word.len() {
                words.insert(part.to_owned());
            }
        }
    }
}
