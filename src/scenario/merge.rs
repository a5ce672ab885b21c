//! Worlds on top of each other: an entry takes the place of the one with the same id, and a
//! variant may leave entries of its parent out.

use std::collections::BTreeMap;

use super::diagnostic::{Code, Report, suggest};
use super::locate::{Bytes, Kind, Path, Tree};
use super::read::Read;
use super::world_file::World;

/// Does the same for every list of a world: its name, and the field that tells its entries apart.
macro_rules! each_list {
    ($do:ident) => {
        $do! {
            accounts id, people id, devices id, facebook_apps id, providers id, provider_apps id,
            workloads id, oidc_providers id, saml_providers id, user_pools id, identity_pools id,
            identities id, roles id, iam_users id, buckets id, tables id, functions id, apis id,
            load_balancers id, platform_applications id, sync pool, service_control_policies id,
        }
    };
}

macro_rules! list_functions {
    ($($list:ident $id:ident,)*) => {
        /// The names of all lists of a world.
        const LISTS: &[&str] = &[$(stringify!($list)),*];

        /// This world with another one's entries in place of, or behind, its own.
        pub(super) fn merged(mut world: World, own: World) -> World {
            $(put(&mut world.$list, own.$list, |it| &it.$id);)*
            world
        }

        /// The ids in a list; none where there is no such list.
        fn ids<'w>(world: &'w World, list: &str) -> Option<Vec<&'w str>> {
            match list {
                $(stringify!($list) => {
                    Some(world.$list.iter().map(|it| it.$id.as_str()).collect())
                })*
                _ => None,
            }
        }

        fn remove(world: &mut World, list: &str, id: &str) {
            match list {
                $(stringify!($list) => world.$list.retain(|it| it.$id != id),)*
                _ => {}
            }
        }
    };
}

each_list!(list_functions);

fn put<T>(list: &mut Vec<T>, own: Vec<T>, id: impl Fn(&T) -> &str) {
    for entry in own {
        match list.iter().position(|old| id(old) == id(&entry)) {
            Some(at) => {
                if let Some(old) = list.get_mut(at) {
                    *old = entry;
                }
            }
            None => list.push(entry),
        }
    }
}

/// Leaves out what a variant does not want of its parent's world.
pub(super) fn leave_out(
    report: &mut Report,
    read: &Read,
    without: &BTreeMap<String, Vec<String>>,
    inherited: &mut World,
) {
    for (list, unwanted) in without {
        let path = Path::top().field("without").field(list);
        let Some(known) = ids(inherited, list) else {
            let place = (read.source, read.tree.find_name(&path));
            let message = format!("a world has no list `{list}`");
            let remedy = suggest(list, LISTS.iter().copied());
            report.add(Code::UnknownReference, place, message, remedy);
            continue;
        };
        for (number, id) in unwanted.iter().enumerate() {
            if !known.contains(&id.as_str()) {
                let place = read.tree.find(&path.index(number)).span.clone();
                let message = format!("nothing of the inherited {list} is called `{id}`");
                let remedy = suggest(id, known.iter().copied());
                report.add(
                    Code::UnknownReference,
                    (read.source, place),
                    message,
                    remedy,
                );
            }
        }
        for id in unwanted {
            remove(inherited, list, id);
        }
    }
}

/// Where an entry of the world stands in a text: in a scenario's `world`, or in a world file.
pub(super) fn place_of_entry(text: &str, list: &str, id: &str) -> Option<Bytes> {
    let tree = Tree::scan(text);
    let tops = [Path::top().field("world"), Path::top()];
    tops.into_iter().find_map(|top| {
        let entries = tree.exact(&top.field(list))?;
        entries.children().find_map(|entry| {
            let named = entry.entries().iter().find(|it| {
                let name = it.name.as_deref();
                name == Some("id") || (list == "sync" && name == Some("pool"))
            })?;
            let Kind::Text { content, .. } = &named.value.kind else {
                return None;
            };
            (text.get(content.clone())? == id).then(|| named.value.span.clone())
        })
    })
}
