//! The forms in which a change is filled in: claims, the fields of a request, a policy, a stretch
//! of time, a value. Each says live what is wrong with it and where, and what would be right.

use serde_json::{Map, Value as Json};

use crate::policy::{Policy, PolicyKind};
use crate::scenario::action::{Action, Tampering, What};
use crate::scenario::change::{
    At, BucketChange, Change, Edit, Fate, FunctionChange, IamUserChange, IdentityPoolChange,
    Placed, RoleChange,
};
use crate::scenario::template::Template;
use crate::scenario::values::Duration;

/// The longest text that a form takes, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// Before the names of logins in a request: the fields whose names matter themselves.
pub const LOGINS: &str = "Logins.";

/// Claims that somebody checks come first in a form, in this order.
const CHECKED: [&str; 10] = [
    "aud",
    "iss",
    "sub",
    "exp",
    "token_use",
    "client_id",
    "cognito:groups",
    "cognito:preferred_role",
    "amr",
    "nonce",
];

/// How a token is signed after its claims were edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signing {
    /// The old signature stays: it does not fit any more
    #[default]
    Keep,
    /// Signed anew with a key of the attacker's own
    OtherKey,
    /// `alg: none`, no signature at all
    None,
}

impl Signing {
    /// All there are, with what the form calls them.
    pub const ALL: [(Self, &str); 3] = [
        (Self::Keep, "Keep the old signature"),
        (Self::OtherKey, "Sign with another key"),
        (Self::None, "Set alg to none"),
    ];
}

/// Where a request is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The app was written so: what it says now is signed
    #[default]
    Written,
    /// Altered after it was signed
    OnItsWay,
}

impl Way {
    /// All there are, with what the form calls them.
    pub const ALL: [(Self, &str); 2] = [
        (Self::Written, "As if the app were written so"),
        (Self::OnItsWay, "On its way, after it was signed"),
    ];
}

/// A name with its value: as it was, and as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name
    pub name: String,
    /// Another name for it: another Logins key
    pub renamed: String,
    /// Its value as it is
    pub before: String,
    /// Its value as it is to be
    pub text: String,
    /// Whether it is taken away
    pub dropped: bool,
    /// Whether there is no such claim or field yet
    pub added: bool,
    /// Whether it is a claim that is a text, whatever is typed
    pub is_text: bool,
}

impl Field {
    fn new(name: &str, value: String) -> Self {
        Self {
            name: name.to_owned(),
            renamed: name.to_owned(),
            text: value.clone(),
            before: value,
            dropped: false,
            added: false,
            is_text: false,
        }
    }

    /// Room for one more field.
    fn blank() -> Self {
        Self {
            added: true,
            ..Self::new("", String::new())
        }
    }

    /// Whether it is any different.
    pub fn differs(&self) -> bool {
        self.dropped || self.text != self.before || self.renamed != self.name
    }

    /// Whether its name matters itself: a key of the Logins map.
    pub fn is_login(&self) -> bool {
        self.name.starts_with(LOGINS)
    }

    /// What is unusual about its value, where something is.
    fn oddity(&self) -> Option<String> {
        if self.dropped || self.text == self.before {
            return None;
        }
        if self.added {
            let unnamed = self.renamed.trim().is_empty();
            return unnamed.then(|| "What is added has no name".to_owned());
        }
        let name = &self.name;
        let before: Option<Json> = serde_json::from_str(&self.before).ok();
        let number = before.as_ref().is_some_and(Json::is_number);
        if number && self.text.trim().parse::<f64>().is_err() {
            return Some(match name.as_str() {
                "exp" | "iat" | "nbf" | "auth_time" => {
                    format!("{name} is a number: seconds since the beginning of 1970")
                }
                _ => format!("{name} is a number, like {}", self.before),
            });
        }
        if before.as_ref().is_some_and(Json::is_array)
            && serde_json::from_str::<Vec<Json>>(&self.text).is_err()
        {
            return Some(format!("{name} is a list, like {}", self.before));
        }
        if self.before.starts_with("arn:aws:") && !self.text.starts_with("arn:aws:") {
            return Some(format!("{name} is an ARN, like {}", self.before));
        }
        None
    }
}

/// What is wrong with what was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong and what would be right
    pub says: String,
    /// Where in the text: line and column, from 1
    pub place: Option<(usize, usize)>,
    /// The bytes that are wrong
    pub bytes: std::ops::Range<usize>,
    /// The field that it is about, by position
    pub field: Option<usize>,
    /// Whether it can be sent all the same, to see what comes of it
    pub sendable: bool,
}

impl Problem {
    fn of(says: impl Into<String>) -> Self {
        Self {
            says: says.into(),
            place: None,
            bytes: 0..0,
            field: None,
            sendable: false,
        }
    }
}

/// What is filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// The claims of a token
    Claims {
        /// Whose token
        device: String,
        /// Which token
        what: What,
        /// Its claims
        fields: Vec<Field>,
        /// How it is signed
        signing: Signing,
    },
    /// The fields of a request
    Request {
        /// Whose request
        device: String,
        /// Of which operation
        operation: String,
        /// Its fields
        fields: Vec<Field>,
        /// Where it is changed
        way: Way,
    },
    /// A policy
    Policy {
        /// What is changed
        change: Change,
        /// What sort of policy
        kind: PolicyKind,
        /// As it was
        before: String,
        /// As it is to be
        text: String,
    },
    /// A stretch of time
    Span {
        /// What is changed
        change: Change,
        /// How long
        text: String,
    },
    /// A value
    Text {
        /// What is changed
        change: Change,
        /// As it was
        before: String,
        /// As it is to be
        text: String,
    },
}

impl Form {
    /// A form with all claims of a token.
    pub fn claims(device: &str, what: What, claims: &Map<String, Json>) -> Self {
        let field = |(name, value): (&String, &Json)| {
            let text = value.as_str().map(str::to_owned);
            Field {
                is_text: text.is_some(),
                ..Field::new(name, text.unwrap_or_else(|| value.to_string()))
            }
        };
        let mut fields: Vec<Field> = claims.iter().map(field).collect();
        let rank = |name: &str| CHECKED.iter().position(|known| *known == name);
        fields.sort_by_key(|field| rank(&field.name).unwrap_or(CHECKED.len()));
        fields.push(Field::blank());
        Self::Claims {
            device: device.to_owned(),
            what,
            fields,
            signing: Signing::Keep,
        }
    }

    /// A form with all fields of a request.
    pub fn request(fields: &[(String, String)], way: Way, change: &Change) -> Self {
        let (device, operation) = match change {
            Change::Write {
                device, operation, ..
            }
            | Change::InTransit {
                device, operation, ..
            } => (device.clone(), operation.clone()),
            _ => (String::new(), String::new()),
        };
        let fields = fields.iter();
        let known = fields.map(|(name, value)| Field::new(name, value.clone()));
        Self::Request {
            device,
            operation,
            fields: known.chain([Field::blank()]).collect(),
            way,
        }
    }

    /// A form with a policy, laid out to be read.
    pub fn policy(change: &Change) -> Option<Self> {
        let (kind, json) = match change {
            Change::Role {
                becomes: RoleChange::Trust(json),
                ..
            } => (PolicyKind::Trust, json),
            Change::Role {
                becomes: RoleChange::Policy(_, json) | RoleChange::Boundary(json),
                ..
            } => (PolicyKind::Identity, json),
            Change::IamUser {
                becomes: IamUserChange::Policy(_, json),
                ..
            } => (PolicyKind::Identity, json),
            Change::Bucket {
                becomes: BucketChange::Policy(json),
                ..
            }
            | Change::Function {
                becomes: FunctionChange::Policy(json),
                ..
            } => (PolicyKind::Resource, json),
            _ => return None,
        };
        let text = laid_out(json);
        Some(Self::Policy {
            change: change.clone(),
            kind,
            before: text.clone(),
            text,
        })
    }

    /// A form with a stretch of time.
    pub fn span(change: &Change) -> Option<Self> {
        let span = match change {
            Change::Do(Action::Wait(span))
            | Change::Do(Action::SkewClock { by: span, .. })
            | Change::Message {
                fate: Fate::Delay(span),
                ..
            }
            | Change::Role {
                becomes: RoleChange::MaxSession(span),
                ..
            } => span.0,
            _ => return None,
        };
        Some(Self::Span {
            change: change.clone(),
            text: span.to_string(),
        })
    }

    /// A form with one value.
    pub fn text(change: &Change) -> Option<Self> {
        let Change::IdentityPool {
            becomes: IdentityPoolChange::AppClient(_, client),
            ..
        } = change
        else {
            return None;
        };
        Some(Self::Text {
            change: change.clone(),
            before: client.clone(),
            text: client.clone(),
        })
    }

    /// Whether both are one sheet with several fields, about the same thing.
    pub fn is_same_sheet(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Claims { device, what, .. },
                Self::Claims {
                    device: other,
                    what: which,
                    ..
                },
            ) => device == other && what == which,
            (Self::Request { way, .. }, Self::Request { way: other, .. }) => way == other,
            _ => false,
        }
    }

    /// What a sheet is called; a single value goes by its offer's name.
    pub fn title(&self) -> Option<String> {
        match self {
            Self::Claims { what, .. } => Some(format!("Edit the claims of the {}", what.name())),
            Self::Request { way, operation, .. } => Some(match way {
                Way::Written => format!("Send another {operation}"),
                Way::OnItsWay => format!("Alter {operation} on its way"),
            }),
            _ => None,
        }
    }

    fn fields_mut(&mut self) -> Option<&mut Vec<Field>> {
        match self {
            Self::Claims { fields, .. } | Self::Request { fields, .. } => Some(fields),
            _ => None,
        }
    }
}

/// JSON over several lines; what is none stays as it is.
fn laid_out(json: &str) -> String {
    let parsed: Result<Json, _> = serde_json::from_str(json);
    let pretty = parsed.and_then(|json| serde_json::to_string_pretty(&json));
    pretty.unwrap_or_else(|_| json.to_owned())
}

/// A change that is being filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Editor {
    /// What is done
    pub title: String,
    /// When
    pub at: At,
    /// The beat of that, as people count
    pub beat: usize,
    /// What is filled in
    pub form: Form,
    /// Why it could not be made
    pub failed: Option<String>,
}

impl Editor {
    /// An editor with nothing changed yet.
    pub fn new(title: String, at: At, beat: usize, form: Form) -> Self {
        Self {
            title,
            at,
            beat,
            form,
            failed: None,
        }
    }

    /// Another value in a field, or in the only one.
    pub fn set(&mut self, field: usize, mut value: String) {
        self.failed = None;
        if value.len() > MAX_TEXT_BYTES {
            let mut end = MAX_TEXT_BYTES;
            while !value.is_char_boundary(end) {
                end -= 1;
            }
            value.truncate(end);
        }
        match &mut self.form {
            Form::Claims { fields, .. } | Form::Request { fields, .. } => {
                if let Some(field) = fields.get_mut(field) {
                    field.text = value;
                }
            }
            Form::Policy { text, .. } | Form::Span { text, .. } | Form::Text { text, .. } => {
                *text = value;
            }
        }
    }

    /// Another name for a field.
    pub fn rename(&mut self, field: usize, name: String) {
        self.failed = None;
        let fields = self.form.fields_mut();
        if let Some(field) = fields.and_then(|fields| fields.get_mut(field)) {
            field.renamed = name;
        }
    }

    /// A field less, or there again.
    pub fn drop(&mut self, field: usize) {
        self.failed = None;
        let fields = self.form.fields_mut();
        if let Some(field) = fields.and_then(|fields| fields.get_mut(field)) {
            field.dropped = !field.dropped;
        }
    }

    /// Signs the token otherwise.
    pub fn sign(&mut self, how: Signing) {
        self.failed = None;
        if let Form::Claims { signing, .. } = &mut self.form {
            *signing = how;
        }
    }

    /// Changes the request elsewhere.
    pub fn way(&mut self, where_: Way) {
        self.failed = None;
        if let Form::Request { way, .. } = &mut self.form {
            *way = where_;
        }
    }

    /// What is wrong, if anything.
    pub fn problem(&self) -> Option<Problem> {
        match &self.form {
            Form::Claims {
                fields, signing, ..
            } => {
                let same = !fields.iter().any(Field::differs) && *signing == Signing::Keep;
                same.then(|| Problem::of("Nothing is different yet"))
                    .or_else(|| odd(fields))
            }
            Form::Request { fields, .. } => {
                let same = !fields.iter().any(Field::differs);
                same.then(|| Problem::of("Nothing is different yet"))
                    .or_else(|| odd(fields))
            }
            Form::Policy {
                kind, before, text, ..
            } => policy_problem(*kind, text)
                .or_else(|| (before == text).then(|| Problem::of("Nothing is different yet"))),
            Form::Span { text, .. } => Duration::try_from(text.clone()).err().map(Problem::of),
            Form::Text { before, text, .. } => {
                if text.trim().is_empty() {
                    return Some(Problem::of("Write a value"));
                }
                (before == text).then(|| Problem::of("Nothing is different yet"))
            }
        }
    }

    /// What the branch will be called.
    pub fn cause(&self) -> String {
        let changes = self.changes();
        let causes: Vec<String> = changes.iter().map(|it| it.change.cause()).collect();
        causes.join(", ")
    }

    /// The changes, in order. Empty where nothing can be made of what was filled in.
    pub fn changes(&self) -> Vec<Placed> {
        let placed = |change| Placed {
            at: self.at.clone(),
            change,
        };
        match &self.form {
            Form::Claims {
                device,
                what,
                fields,
                signing,
            } => tamperings(fields, *signing)
                .map(|how| {
                    placed(Change::Do(Action::Tamper {
                        device: device.clone(),
                        what: *what,
                        how,
                    }))
                })
                .collect(),
            Form::Request {
                device,
                operation,
                fields,
                way,
            } => {
                let (device, operation) = (device.clone(), operation.clone());
                let edits: Vec<Edit> = fields.iter().flat_map(edits).collect();
                vec![placed(match way {
                    Way::Written => Change::Write {
                        device,
                        operation,
                        edits,
                    },
                    Way::OnItsWay => Change::InTransit {
                        device,
                        operation,
                        edits,
                    },
                })]
            }
            Form::Policy { change, text, .. } => vec![placed(with_policy(change, text))],
            Form::Span { change, text } => Duration::try_from(text.clone())
                .map(|span| placed(with_span(change, span)))
                .into_iter()
                .collect(),
            Form::Text { change, text, .. } => vec![placed(with_text(change, text.trim()))],
        }
    }
}

fn odd(fields: &[Field]) -> Option<Problem> {
    let mut odd = fields.iter().enumerate();
    odd.find_map(|(at, field)| {
        Some(Problem {
            field: Some(at),
            sendable: !field.added,
            ..Problem::of(field.oddity()?)
        })
    })
}

fn policy_problem(kind: PolicyKind, text: &str) -> Option<Problem> {
    let error = Policy::parse(kind, text).err()?;
    let hint = error
        .hint
        .map(|hint| format!("; {hint}"))
        .unwrap_or_default();
    Some(Problem {
        place: Some((error.line, error.column)),
        bytes: error.offset..error.offset + error.length,
        ..Problem::of(format!("{}{hint}", error.message))
    })
}

fn tamperings(fields: &[Field], signing: Signing) -> impl Iterator<Item = Tampering> + '_ {
    let edited = fields.iter().filter(|field| field.differs());
    let edited = edited.map(|field| {
        if field.added {
            let value = Template::from(field.text.as_str());
            return Tampering::AddClaim(field.renamed.trim().to_owned(), value);
        }
        let is_json = serde_json::from_str::<Json>(&field.text).is_ok();
        // What was a text stays one, even where it looks like a number; and a text in place of
        // something else is quoted, since it is sent as it is
        let value = if field.is_text == is_json {
            Json::from(field.text.as_str()).to_string()
        } else {
            field.text.clone()
        };
        Tampering::SetClaim(field.name.clone(), Template::from(value))
    });
    edited.chain(match signing {
        Signing::Keep => None,
        Signing::OtherKey => Some(Tampering::OtherKey),
        Signing::None => Some(Tampering::AlgNone),
    })
}

fn edits(field: &Field) -> Vec<Edit> {
    if field.added {
        let name = field.renamed.trim();
        let value = Template::from(field.text.as_str());
        let add = Edit::Add(name.to_owned(), value);
        return if name.is_empty() {
            Vec::new()
        } else {
            vec![add]
        };
    }
    if field.dropped {
        return vec![Edit::Remove(field.name.clone())];
    }
    let mut edits = Vec::new();
    if field.text != field.before {
        let value = Template::from(field.text.as_str());
        edits.push(Edit::Set(field.name.clone(), value));
    }
    if field.renamed != field.name {
        // Inside a map the new name is a key of that map, not a path
        let to = field.renamed.strip_prefix(LOGINS);
        let to = to.unwrap_or(&field.renamed).to_owned();
        edits.push(Edit::Rename(field.name.clone(), to));
    }
    edits
}

fn with_policy(change: &Change, text: &str) -> Change {
    let text = text.to_owned();
    match change.clone() {
        Change::Role { role, becomes } => Change::Role {
            role,
            becomes: match becomes {
                RoleChange::Policy(name, _) => RoleChange::Policy(name, text),
                RoleChange::Boundary(_) => RoleChange::Boundary(text),
                _ => RoleChange::Trust(text),
            },
        },
        Change::Bucket { bucket, .. } => Change::Bucket {
            bucket,
            becomes: BucketChange::Policy(text),
        },
        Change::Function { function, .. } => Change::Function {
            function,
            becomes: FunctionChange::Policy(text),
        },
        Change::IamUser {
            user,
            becomes: IamUserChange::Policy(name, _),
        } => Change::IamUser {
            user,
            becomes: IamUserChange::Policy(name, text),
        },
        other => other,
    }
}

fn with_span(change: &Change, span: Duration) -> Change {
    match change.clone() {
        Change::Do(Action::Wait(_)) => Change::Do(Action::Wait(span)),
        Change::Do(Action::SkewClock { device, .. }) => {
            Change::Do(Action::SkewClock { device, by: span })
        }
        Change::Message {
            device,
            operation,
            part,
            ..
        } => Change::Message {
            device,
            operation,
            part,
            fate: Fate::Delay(span),
        },
        Change::Role { role, .. } => Change::Role {
            role,
            becomes: RoleChange::MaxSession(span),
        },
        other => other,
    }
}

fn with_text(change: &Change, text: &str) -> Change {
    match change.clone() {
        Change::IdentityPool {
            pool,
            becomes: IdentityPoolChange::AppClient(provider, _),
        } => Change::IdentityPool {
            pool,
            becomes: IdentityPoolChange::AppClient(provider, text.to_owned()),
        },
        other => other,
    }
}
