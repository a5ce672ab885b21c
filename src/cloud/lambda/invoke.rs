//! `Invoke`: who may run the function, then what came of it. A function that fails is no refused
//! call: the answer is 200 with the header `X-Amz-Function-Error`.

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::code::{Code, Thrown};
use super::config::Function;
use super::{WIRE, arn_of, not_found, tables};
use crate::cloud::Cloud;
use crate::cloud::access::{self, Ask, CallingService, PERMISSIONS_CHECK};
use crate::cloud::aws::{self, AwsError, shorten};
use crate::cloud::front_door::Route;
use crate::cloud::ledger::ActorId;
use crate::policy::RequestContext;
use crate::protocol::message::{Message, Request, Response};

const WELL_FORMED: (&str, &str) = ("Well formed", "Lambda API reference: Invoke");
const EXISTS: (&str, &str) = ("Function exists", "Lambda API reference: Invoke");
const RESOURCE_POLICY: (&str, &str) = (
    "Resource policy",
    "Lambda guide: resource-based policies, aws:SourceArn",
);
/// The largest event of an asynchronous invocation, in bytes.
const MAX_EVENT_BYTES: usize = 256 * 1024;
/// The action.
const INVOKE: &str = "lambda:InvokeFunction";

/// How a function is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    RequestResponse,
    Event,
    DryRun,
}

/// Runs the operation.
pub fn run(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    function: &str,
) -> Result<Response, AwsError> {
    let service = access::calling_service(cloud, request);
    let arn = match service {
        Some(service) => allow_service(cloud, route, &service, function)?,
        None => allow_caller(cloud, route, request, function)?,
    };
    let known = cloud.lambda.function(&arn).cloned();
    let actual = known
        .as_ref()
        .map_or_else(|| "no such function".to_owned(), |one| one.code.in_words());
    cloud
        .ledger
        .verify(EXISTS.0, known.is_some(), arn.as_str(), actual);
    let known = known.ok_or_else(|| not_found(&arn))?;
    let (mode, event) = match read(request) {
        Ok(found) => found,
        Err(error) => {
            let expected = "an invocation type and an event in JSON";
            cloud
                .ledger
                .failed(WELL_FORMED.0, expected, shorten(&error.message));
            return Err(error);
        }
    };
    cloud.ledger.passed(
        WELL_FORMED.0,
        "an invocation type and an event in JSON",
        format!("{mode:?}, {} bytes", request.body().len()),
    );
    if mode == Mode::DryRun {
        return Ok(empty(cloud, StatusCode::NO_CONTENT));
    }
    let outcome = execute(cloud, &route.to, &known, &event)?;
    if let Some(function) = cloud.lambda.function_mut(&arn) {
        function.invocations += 1;
    }
    if mode == Mode::Event {
        return Ok(empty(cloud, StatusCode::ACCEPTED));
    }
    Ok(answer(cloud, outcome))
}

/// A service of AWS: the function's policy alone decides.
fn allow_service(
    cloud: &mut Cloud,
    route: &Route,
    service: &CallingService,
    function: &str,
) -> Result<String, AwsError> {
    let plan = [access::SERVICE_CHECK, RESOURCE_POLICY, EXISTS, WELL_FORMED];
    cloud.ledger.plan(&plan);
    let expected = "an AWS service calling for itself";
    let actual = match &service.source_arn {
        Some(arn) => format!("{} for {arn}", service.name),
        None => service.name.to_owned(),
    };
    cloud
        .ledger
        .passed(access::SERVICE_CHECK.0, expected, actual);
    let own = cloud.actor(&route.to).and_then(|it| it.account.clone());
    let ask = ask(cloud, arn_of(function, &own.unwrap_or_default()));
    if access::authorize_service(cloud, service, &ask) {
        return Ok(ask.resource);
    }
    let message = format!(
        "User: {} is not authorized to perform: {INVOKE} on resource: {} because no \
         resource-based policy allows the {INVOKE} action",
        service.name, ask.resource
    );
    Err(AwsError::new("AccessDeniedException", 403, message))
}

/// Anybody else signs.
fn allow_caller(
    cloud: &mut Cloud,
    route: &Route,
    request: &Request,
    function: &str,
) -> Result<String, AwsError> {
    let later = [PERMISSIONS_CHECK, EXISTS, WELL_FORMED];
    let caller = access::authenticate_then(cloud, route, request, WIRE, &later)?;
    let ask = ask(cloud, arn_of(function, &caller.account));
    access::authorize(cloud, &caller, &ask, WIRE)?;
    Ok(ask.resource)
}

fn ask(cloud: &Cloud, arn: String) -> Ask {
    let known = cloud.lambda.function(&arn);
    let account = super::account_in(&arn).unwrap_or_default();
    let policy = known.and_then(|function| function.policy().cloned());
    Ask {
        action: INVOKE.to_owned(),
        resource: arn,
        resource_account: account,
        context: RequestContext::new(),
        resource_policy: policy,
    }
}

fn read(request: &Request) -> Result<(Mode, Value), AwsError> {
    let mode = match request.header("x-amz-invocation-type") {
        None | Some("RequestResponse") => Mode::RequestResponse,
        Some("Event") => Mode::Event,
        Some("DryRun") => Mode::DryRun,
        Some(other) => {
            let message = format!(
                "1 validation error detected: Value '{}' at 'invocationType' failed to satisfy \
                 constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
                shorten(other)
            );
            return Err(AwsError::new("ValidationException", 400, message));
        }
    };
    let size = request.body().len();
    if mode == Mode::Event && size > MAX_EVENT_BYTES {
        let message = format!(
            "{size} byte payload is too large for the Event invocation type (limit \
             {MAX_EVENT_BYTES} bytes)"
        );
        return Err(AwsError::new("RequestTooLargeException", 413, message).member("Type", "User"));
    }
    if request.body().is_empty() {
        return Ok((mode, Value::Object(serde_json::Map::new())));
    }
    let event = request.json_body().map_err(|error| {
        let message = format!("Could not parse request body into json: {error}");
        AwsError::new("InvalidRequestContentException", 400, message).member("Type", "User")
    })?;
    Ok((mode, event))
}

/// Lets the function do its work. The outer error is Lambda's own, the inner one the function's.
fn execute(
    cloud: &mut Cloud,
    lambda: &ActorId,
    function: &Function,
    event: &Value,
) -> Result<Result<Value, Thrown>, AwsError> {
    Ok(match &function.code {
        Code::TableLookup(place) => {
            let credentials = tables::credentials(cloud, lambda, function)?;
            tables::look_up(cloud, lambda, &credentials, place, event)
        }
        Code::TableWrite { place, attributes } => {
            let credentials = tables::credentials(cloud, lambda, function)?;
            tables::write(cloud, lambda, &credentials, (place, attributes), event)
        }
        code => code.run(event),
    })
}

fn answer(cloud: &mut Cloud, outcome: Result<Value, Thrown>) -> Response {
    let mut response = match &outcome {
        Ok(value) => aws::success_json(cloud, WIRE, value),
        Err(thrown) => aws::success_json(cloud, WIRE, &thrown.payload()),
    };
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static("x-amz-executed-version"),
        HeaderValue::from_static("$LATEST"),
    );
    if outcome.is_err() {
        headers.insert(
            HeaderName::from_static("x-amz-function-error"),
            HeaderValue::from_static("Unhandled"),
        );
    }
    response
}

fn empty(cloud: &mut Cloud, status: StatusCode) -> Response {
    let mut response = aws::success(cloud, WIRE, Vec::new());
    *response.status_mut() = status;
    response.headers_mut().remove(http::header::CONTENT_TYPE);
    response
}
