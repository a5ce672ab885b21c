//! What a change is called: the name of the branch that it causes.

use super::{
    BucketChange, Change, Edit, Fate, FunctionChange, IamUserChange, IdentityPoolChange,
    OidcProviderChange, Part, RoleChange, UserChange,
};
use crate::scenario::action::{Action, Tampering, Value, What};
use crate::scenario::template::Template;

/// The longest value that a cause quotes, in characters.
const MOST_QUOTED: usize = 40;

/// What a template says at the moment of the change, or as its author wrote it.
type Fill<'a> = &'a mut dyn FnMut(&Template) -> String;

impl Change {
    /// The change in a few words, values as its author wrote them: "aud of the ID token is other".
    pub fn cause(&self) -> String {
        self.told(&mut Template::to_string)
    }

    /// The same with values as they are at the moment of the change.
    pub fn told(&self, fill: Fill<'_>) -> String {
        match self {
            Self::Do(action) => done(action, fill),
            Self::Replace(action) => format!("{} instead", action.name()),
            Self::LeaveOut => "left out".to_owned(),
            Self::UseInstead { device, of, take } => {
                format!("{device} uses {} as {}", value(take, fill), of.name())
            }
            Self::Write {
                operation, edits, ..
            } => format!("{operation}: {}", edited(edits, fill)),
            Self::InTransit {
                operation, edits, ..
            } => format!("{operation} altered on its way: {}", edited(edits, fill)),
            Self::Message {
                operation,
                part,
                fate,
                ..
            } => fated(operation, *part, fate),
            Self::Role { role, becomes } => role_change(role, becomes),
            Self::Bucket { bucket, becomes } => match becomes {
                BucketChange::Policy(_) => format!("bucket {bucket} has another policy"),
                BucketChange::WithoutPolicy => format!("bucket {bucket} has no policy"),
            },
            Self::IdentityPool { pool, becomes } => pool_change(pool, becomes, fill),
            Self::IamUser { user, becomes } => match becomes {
                IamUserChange::Policy(name, _) => format!("{user} has another policy {name}"),
                IamUserChange::WithoutPolicy(name) => format!("{user} has no policy {name}"),
            },
            Self::Function { function, becomes } => match becomes {
                FunctionChange::Policy(_) => format!("{function} has another resource policy"),
                FunctionChange::WithoutPolicy => format!("{function} has no resource policy"),
            },
            Self::OidcProvider { provider, becomes } => match becomes {
                OidcProviderChange::Trusted(audiences) => {
                    format!("{provider} is trusted for {}", short(&audiences.join(", ")))
                }
                OidcProviderChange::NotTrusted => format!("{provider} is not trusted"),
            },
            Self::User { user, becomes, .. } => user_change(&short(&fill(user)), becomes),
        }
    }
}

fn done(action: &Action, fill: Fill<'_>) -> String {
    match action {
        Action::Tamper { what, how, .. } => tampered(*what, how, fill),
        Action::Copy { from, to, what } => {
            format!("{}: copied from {from} to {to}", what.name())
        }
        Action::Wait(span) => format!("{} later", span.0),
        Action::SkewClock { device, by } => format!("the clock of {device} is off by {}", by.0),
        Action::GoOffline { device } => format!("{device} is offline"),
        Action::GoOnline { device } => format!("{device} is online"),
        Action::RevokeSessions { role, .. } => format!("sessions of {role} are revoked"),
        Action::PutRolePolicy { role, policy, .. } => format!("{role} has another {policy}"),
        other => format!("{} more", other.name()),
    }
}

fn tampered(what: What, how: &Tampering, fill: Fill<'_>) -> String {
    let what = what.name();
    match how {
        Tampering::SetClaim(claim, value) => {
            format!("{claim} of the {what} is {}", short(&fill(value)))
        }
        Tampering::AddClaim(claim, value) => {
            format!("the {what} has a claim {claim}: {}", short(&fill(value)))
        }
        Tampering::AlgNone => format!("alg of the {what} is none"),
        Tampering::FlipByte(..) => format!("one byte of the {what} is another"),
        Tampering::OtherKey => format!("the {what} is signed with another key"),
    }
}

fn value(value: &Value, fill: Fill<'_>) -> String {
    match value {
        Value::Held(device, what) => format!("the {} of {device}", what.name()),
        Value::Text(text) => short(&fill(text)),
    }
}

fn edited(edits: &[Edit], fill: Fill<'_>) -> String {
    let words = edits.iter().map(|edit| match edit {
        Edit::Set(field, value) | Edit::Add(field, value) => {
            format!("{field} is {}", short(&fill(value)))
        }
        Edit::Remove(field) => format!("no {field}"),
        Edit::Rename(field, to) => format!("{field} is called {to}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn fated(operation: &str, part: Part, fate: &Fate) -> String {
    let part = part.name();
    match fate {
        Fate::Drop => format!("the {part} of {operation} gets lost"),
        Fate::Delay(span) => format!("the {part} of {operation} is {} late", span.0),
        Fate::Replay(by) => format!("the {part} of {operation} is replayed by {by}"),
        Fate::Steal(to) => format!("the {part} of {operation} is read by {to}"),
    }
}

fn role_change(role: &str, becomes: &RoleChange) -> String {
    match becomes {
        RoleChange::Trust(_) => format!("{role} has another trust policy"),
        RoleChange::Policy(name, _) => format!("{role} has another policy {name}"),
        RoleChange::WithoutPolicy(name) => format!("{role} has no policy {name}"),
        RoleChange::Boundary(_) => format!("{role} has another boundary"),
        RoleChange::WithoutBoundary => format!("{role} has no boundary"),
        RoleChange::MaxSession(span) => format!("sessions of {role} last {} at most", span.0),
        RoleChange::SessionsRevoked => format!("sessions of {role} are revoked"),
        RoleChange::Deleted => format!("{role} is deleted"),
    }
}

fn pool_change(pool: &str, becomes: &IdentityPoolChange, fill: Fill<'_>) -> String {
    let off = |on: &bool| if *on { "on" } else { "off" };
    match becomes {
        IdentityPoolChange::Guests(on) => format!("guest access of {pool} is {}", off(on)),
        IdentityPoolChange::Classic(on) => format!("the classic flow of {pool} is {}", off(on)),
        IdentityPoolChange::AuthenticatedRole(role) => {
            format!("signed-in users of {pool} get {role}")
        }
        IdentityPoolChange::GuestRole(role) => format!("guests of {pool} get {role}"),
        IdentityPoolChange::MappingByToken(provider) => {
            format!("tokens of {provider} choose the role in {pool}")
        }
        IdentityPoolChange::WithoutMapping => format!("no role mapping in {pool}"),
        IdentityPoolChange::AppClient(provider, client) => {
            format!("{pool} takes {provider} for app client {}", short(client))
        }
        IdentityPoolChange::WithoutProvider(provider) => {
            format!("{pool} does not take {provider}")
        }
        IdentityPoolChange::IdentityDeleted(identity) => {
            format!("identity {} is deleted", short(&fill(identity)))
        }
    }
}

fn user_change(user: &str, becomes: &UserChange) -> String {
    match becomes {
        UserChange::Disabled => format!("{user} is disabled"),
        UserChange::Enabled => format!("{user} is enabled"),
        UserChange::SignedOut => format!("{user} is signed out everywhere"),
        UserChange::Deleted => format!("{user} is deleted"),
        UserChange::Joins(group) => format!("{user} joins {group}"),
        UserChange::Leaves(group) => format!("{user} leaves {group}"),
    }
}

/// A value short enough for a name.
fn short(value: &str) -> String {
    let mut text: String = value.chars().take(MOST_QUOTED).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    text
}
