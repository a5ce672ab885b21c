//! Shapes of JSON the policy grammar expects: an object, a string, one value or a list of them.

use super::document::{MAX_VALUE_BYTES, MAX_VALUES_PER_LIST};
use super::error::{Fault, Span};
use super::json::{Json, Member, Node};

/// The members of an object; `what` names it in the complaint.
pub(crate) fn object<'n>(node: &'n Node, what: &str) -> Result<&'n [Member], Fault> {
    match &node.value {
        Json::Object(members) => Ok(members),
        _ => Err(expected(node, &format!("{what} to be an object"))),
    }
}

/// A string of tolerable length; `what` names it in the complaint.
pub(crate) fn string<'n>(node: &'n Node, what: &str) -> Result<&'n str, Fault> {
    match &node.value {
        Json::String(text) => limited(text, node.span),
        _ => Err(expected(node, &format!("{what} to be a string"))),
    }
}

fn limited(text: &str, at: Span) -> Result<&str, Fault> {
    if text.len() > MAX_VALUE_BYTES {
        let message = format!("longer than the limit of {MAX_VALUE_BYTES} bytes");
        return Err(Fault::new(at, message));
    }
    Ok(text)
}

/// A string or a list of strings.
pub(crate) fn strings(node: &Node, what: &str) -> Result<Vec<(String, Span)>, Fault> {
    let items = list(node)?;
    let one = |item: &Node| match &item.value {
        Json::String(text) => Ok((limited(text, item.span)?.to_owned(), item.span)),
        _ => Err(expected(
            item,
            &format!("`{what}` to be a string or a list of strings"),
        )),
    };
    items.iter().map(one).collect()
}

/// Condition values: strings, numbers and booleans, alone or in a list.
pub(crate) fn condition_values(node: &Node) -> Result<Vec<(String, Span)>, Fault> {
    let one = |item: &Node| match &item.value {
        Json::String(text) => Ok((limited(text, item.span)?.to_owned(), item.span)),
        Json::Number(text) => Ok((text.clone(), item.span)),
        Json::Bool(value) => Ok((value.to_string(), item.span)),
        _ => Err(expected(item, "a string, a number or a boolean")),
    };
    list(node)?.iter().map(one).collect()
}

/// The items of a list, or the one value that stands for a list of one.
fn list(node: &Node) -> Result<&[Node], Fault> {
    let items = match &node.value {
        Json::Array(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.len() > MAX_VALUES_PER_LIST {
        let message = format!("more than the limit of {MAX_VALUES_PER_LIST} values");
        return Err(Fault::new(opening(node), message));
    }
    Ok(items)
}

fn expected(node: &Node, what: &str) -> Fault {
    Fault::new(node.span, format!("expected {what}, found {}", node.kind()))
}

/// The opening brace or bracket of a value: where "something is missing here" points.
pub(crate) fn opening(node: &Node) -> Span {
    Span {
        start: node.span.start,
        end: node.span.start + 1,
    }
}
