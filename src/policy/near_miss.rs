//! What almost matched. Runs only when somebody asks for an explanation, by trying the match
//! again with one thing changed at a time.

use super::condition::{Condition, Family};
use super::context::RequestContext;
use super::document::{PatternElement, Version};
use super::error::{MOST_EDITS, Span, nearest};
use super::pattern::{Pattern, Style, Unresolved};
use super::principal::{Named, Principal, PrincipalElement, arn_part};
use super::report::{NearMiss, NearMissKind};

/// Claims that name a token's audience; people take one for another.
const AUDIENCE_CLAIMS: [&str; 5] = ["aud", "oaud", "azp", "app_id", "client_id"];

/// How many values of the policy and of the request are tried against each other.
const MAX_VALUES_TRIED: usize = 32;

fn miss(kind: NearMissKind, text: impl Into<String>) -> NearMiss {
    NearMiss {
        kind,
        text: text.into(),
    }
}

/// For a variable without a value.
pub(crate) fn unresolved(variable: &Unresolved) -> NearMiss {
    let key = &variable.key;
    let text = match variable.multivalued {
        true => format!("`${{{key}}}` has several values in this request; a variable needs one"),
        false => format!("the request has no value for `${{{key}}}`"),
    };
    miss(NearMissKind::UnresolvedVariable, text)
}

/// For a condition that is not met.
pub(crate) fn for_condition(
    condition: &Condition,
    context: &RequestContext,
    version: Version,
) -> Option<NearMiss> {
    if condition.operator.negated || condition.operator.family == Family::Null {
        return None;
    }
    let Some(value) = context.get_lower(&condition.key_lower) else {
        return Some(missing_key(condition, context));
    };
    if let Some(found) = old_version(condition.sources.iter(), version) {
        return Some(found);
    }
    let texts = condition.sources.as_slice();
    let by_text = value
        .values()
        .iter()
        .take(MAX_VALUES_TRIED)
        .find_map(|had| {
            let mut tried = texts.iter().take(MAX_VALUES_TRIED);
            tried.find_map(|asked| text_slip(condition.operator.family, asked, had, context))
        });
    by_text.or_else(|| audience(condition, context))
}

fn missing_key(condition: &Condition, context: &RequestContext) -> NearMiss {
    let key = &condition.key;
    let known: Vec<&str> = context.iter().map(|(key, _)| key).collect();
    let text = match nearest(key, known.iter().copied()) {
        Some(other) => format!("the request has no `{key}`; it has `{other}`"),
        None => format!("the request has no `{key}`"),
    };
    miss(NearMissKind::MissingKey, text)
}

fn old_version<'s>(
    mut sources: impl Iterator<Item = &'s String>,
    version: Version,
) -> Option<NearMiss> {
    let found = sources.find(|source| source.contains("${"))?;
    (version == Version::V2008).then(|| {
        let text = format!("`{found}` is plain text: variables need \"Version\": \"2012-10-17\"");
        miss(NearMissKind::VariableInOldVersion, text)
    })
}

/// A slip in one text condition value.
fn text_slip(family: Family, asked: &str, had: &str, context: &RequestContext) -> Option<NearMiss> {
    let wildcards = match family {
        Family::Text | Family::TextIgnoringCase => false,
        Family::TextLike | Family::Arn => true,
        _ => return None,
    };
    let style = Style {
        wildcards,
        variables: true,
        ignore_case: false,
        arn_parts: false,
    };
    let matches = |asked: &str, had: &str, style: Style| {
        let pattern = Pattern::parse(asked, style, Span::default());
        pattern.is_ok_and(|pattern| pattern.matches(had, context))
    };
    let like = Style {
        wildcards: true,
        ..style
    };
    if !wildcards && asked.contains(['*', '?']) && matches(asked, had, like) {
        let text = format!("this operator takes `{asked}` literally; StringLike would match it");
        return Some(miss(NearMissKind::WildcardUnderEquals, text));
    }
    if matches(
        asked,
        had,
        Style {
            ignore_case: true,
            ..style
        },
    ) {
        return Some(letter_case(asked, had));
    }
    if matches(&toggle_slash(asked), had, style) {
        return Some(trailing_slash(asked, had));
    }
    let scheme = "https://";
    let bare = asked.strip_prefix(scheme).unwrap_or(asked);
    let scheme_only = bare != asked && matches(bare, had, style)
        || matches(&format!("{scheme}{asked}"), had, style);
    scheme_only.then(|| {
        let text = format!("`{asked}` and `{had}` differ only in `https://`");
        miss(NearMissKind::Scheme, text)
    })
}

fn letter_case(asked: &str, had: &str) -> NearMiss {
    let text = format!("`{asked}` and `{had}` differ only in letter case");
    miss(NearMissKind::LetterCase, text)
}

fn trailing_slash(asked: &str, had: &str) -> NearMiss {
    let text = format!("`{asked}` and `{had}` differ only in the slash at the end");
    miss(NearMissKind::TrailingSlash, text)
}

fn toggle_slash(text: &str) -> String {
    match text.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{text}/"),
    }
}

/// The policy's value is there, but in the provider's other audience claim.
fn audience(condition: &Condition, context: &RequestContext) -> Option<NearMiss> {
    let (provider, claim) = condition.key_lower.rsplit_once(':')?;
    if !AUDIENCE_CLAIMS.contains(&claim) {
        return None;
    }
    let others = AUDIENCE_CLAIMS.iter().filter(|other| **other != claim);
    others.into_iter().find_map(|other| {
        let value = context.get_lower(&format!("{provider}:{other}"))?;
        let had = value
            .values()
            .iter()
            .find(|had| condition.one_value_equals(had, context).unwrap_or(false))?;
        let text = format!("`{had}` is the request's `{provider}:{other}`, not its `:{claim}`");
        Some(miss(NearMissKind::AudAgainstAzp, text))
    })
}

/// For a resource that is not meant.
pub(crate) fn for_resource(
    element: &PatternElement,
    resource: &str,
    context: &RequestContext,
    version: Version,
) -> Option<NearMiss> {
    if element.negated {
        return None;
    }
    if let Some(old) = element.patterns.iter().find(|p| p.source().contains("${"))
        && let Some(found) = old_version(std::iter::once(&old.source().to_owned()), version)
    {
        return Some(found);
    }
    element
        .patterns
        .iter()
        .take(MAX_VALUES_TRIED)
        .find_map(|pattern| {
            let resolved = pattern.resolve(context).ok()?;
            let shown = resolved.display();
            if resolved.matches_ignoring_case(resource) {
                return Some(letter_case(&shown, resource));
            }
            if pattern.matches(&toggle_slash(resource), context) {
                // A pattern for the objects of a bucket also matches the bucket with a slash.
                return Some(match shown.ends_with("/*") {
                    true => bucket_or_objects(&shown, resource),
                    false => trailing_slash(&shown, resource),
                });
            }
            let deeper = resource.rsplit_once('/').is_some_and(|_| {
                resource
                    .strip_prefix(shown.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
            });
            deeper.then(|| bucket_or_objects(&shown, resource))
        })
}

fn bucket_or_objects(asked: &str, had: &str) -> NearMiss {
    let text = match asked.ends_with("/*") {
        true => format!("`{asked}` means what is inside, and the request is about `{had}` itself"),
        false => format!("`{asked}` means only itself; what is inside is `{asked}/*`"),
    };
    miss(NearMissKind::BucketOrObjects, text)
}

/// For an action that is not meant.
pub(crate) fn for_action(element: &PatternElement, action: &str) -> Option<NearMiss> {
    if element.negated {
        return None;
    }
    let plain = element
        .patterns
        .iter()
        .map(Pattern::source)
        .filter(|s| !s.contains(['*', '?']));
    let length = action.chars().count();
    let like = plain.filter(|source| source.chars().count().abs_diff(length) <= MOST_EDITS);
    // Two real actions often differ by a letter or two; only an unknown one is a slip.
    let unknown = like.filter(|source| !super::actions::is_known(source));
    let found = nearest(action, unknown)?;
    let text = format!("`{found}` is not an action; the request is for `{action}`");
    Some(miss(NearMissKind::Spelling, text))
}

/// For a principal that is not meant.
pub(crate) fn for_principal(element: &PrincipalElement, principal: &Principal) -> Option<NearMiss> {
    if element.negated {
        return None;
    }
    let names = principal.names();
    element.entries.iter().find_map(|entry| {
        let asked = entry.source.as_str();
        let by_case = names.iter().find(|name| name.eq_ignore_ascii_case(asked));
        if let Some(name) = by_case {
            return (name != asked).then(|| letter_case(asked, name));
        }
        if let Some(name) = names.iter().find(|name| toggle_slash(name) == asked) {
            return Some(trailing_slash(asked, name));
        }
        match (&entry.means, principal) {
            (Named::Arn, Principal::RoleSession { session_arn, .. }) => {
                other_session(asked, session_arn)
            }
            (Named::Federated, Principal::WebIdentity { provider }) => {
                provider_form(asked, provider)
            }
            _ => None,
        }
    })
}

fn other_session(asked: &str, session_arn: &str) -> Option<NearMiss> {
    let role = |arn: &str| arn.rsplit_once('/').map(|(role, _)| role.to_owned());
    let both_sessions = arn_part(asked, 5)?.starts_with("assumed-role/");
    (both_sessions && role(asked) == role(session_arn)).then(|| {
        let text = format!("`{asked}` is another session of the same role");
        miss(NearMissKind::OtherSession, text)
    })
}

fn provider_form(asked: &str, provider: &str) -> Option<NearMiss> {
    let host = |name: &str| match name.split_once(":oidc-provider/") {
        Some((_, host)) => host.to_owned(),
        None => name.strip_prefix("https://").unwrap_or(name).to_owned(),
    };
    (host(asked) == host(provider) && asked != provider).then(|| {
        let text = format!("the provider is named `{provider}` here, not `{asked}`");
        miss(NearMissKind::ProviderForm, text)
    })
}
