//! `GetCallerIdentity`: who do these credentials stand for? Needs a good signature and no
//! permission at all; not even an explicit deny keeps it from answering.

use crate::cloud::Cloud;
use crate::cloud::access::authenticate;
use crate::cloud::aws::{AwsError, Wire};
use crate::cloud::front_door::Route;
use crate::protocol::message::Request;
use crate::protocol::xml::escape;

/// Runs the operation and says what goes into the answer's result.
pub fn run(cloud: &mut Cloud, route: &Route, request: &Request) -> Result<String, AwsError> {
    let caller = authenticate(cloud, route, request, Wire::Query(super::NAMESPACE))?;
    Ok(format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
        escape(&caller.arn),
        escape(&caller.user_id),
        escape(&caller.account)
    ))
}
