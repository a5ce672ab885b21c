//! `DecodeAuthorizationMessage`: some services answer a refusal with an encoded message, and
//! whoever has the permission can have STS say what is in it. What it says may be secret, which
//! is why it is not in the refusal itself.
//!
//! EC2 is such a service; none of those in this world is, so no request here meets an encoded
//! message by itself. A service that had them would have STS encode its refusals with
//! [`encode_authorization_message`].

use serde_json::json;

use super::answer::element;
use super::{NAMESPACE, errors, params};
use crate::cloud::Cloud;
use crate::cloud::access::{Ask, PERMISSIONS_CHECK, authenticate_then, authorize};
use crate::cloud::aws::{AwsError, Wire, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::ledger::PolicyDecision;
use crate::policy::{Outcome, RequestContext};
use crate::protocol::message::Request;

/// How many base64 characters a message has here; AWS fixes no size.
const MESSAGE_CHARS: usize = 400;
/// The message is one that AWS made for this account.
const MESSAGE: (&str, &str) = ("Encoded message", "STS API: DecodeAuthorizationMessage");

/// Encodes a refusal, for a service that answers with such a message. Nobody but STS can read it.
pub fn encode_authorization_message(
    cloud: &mut Cloud,
    account: &str,
    decision: &PolicyDecision,
) -> String {
    let encoded = cloud
        .fresh(&format!("sts/authorization-message/{account}"))
        .base64(MESSAGE_CHARS);
    let decoded = json!({
        "allowed": decision.explanation.is_allowed(),
        "explicitDeny": decision.explanation.decision == Outcome::ExplicitDeny,
        "matchedStatements": decision.explanation.deciding,
        "context": {
            "principal": { "arn": decision.principal },
            "action": decision.action,
            "resource": decision.resource,
            "conditions": decision.context,
        },
    });
    let entry = (account.to_owned(), decoded.to_string());
    cloud.sts.messages.insert(encoded.clone(), entry);
    encoded
}

/// Runs the operation and says what goes into the answer's result.
pub fn run(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let wire = Wire::Query(NAMESPACE);
    let later = [PERMISSIONS_CHECK, MESSAGE];
    let caller = authenticate_then(cloud, route, request, wire, &later)?;
    let mut params = params::Params::of(request);
    let encoded = params.required("EncodedMessage", params::ENCODED_MESSAGE);
    params.finish()?;
    let ask = Ask {
        action: "sts:DecodeAuthorizationMessage".to_owned(),
        resource: "*".to_owned(),
        resource_account: caller.account.clone(),
        context: RequestContext::new(),
        resource_policy: None,
    };
    authorize(cloud, &caller, &ask, wire)?;
    let found = cloud.sts.messages.get(&encoded);
    let found = found.filter(|(account, _)| *account == caller.account);
    let decoded = found.map(|(_, decoded)| decoded.clone());
    let expected = "a message that AWS made for this account";
    let actual = shorten(&encoded);
    cloud
        .ledger
        .verify(MESSAGE.0, decoded.is_some(), expected, actual);
    let decoded = decoded.ok_or_else(errors::not_an_encoded_message)?;
    Ok(element("DecodedMessage", &decoded))
}
