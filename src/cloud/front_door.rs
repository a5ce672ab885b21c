//! The one way into the cloud: an HTTP request in, an HTTP response out.
//!
//! The front door finds the service, writes the exchange into the ledger, lets
//! declared latency pass on the simulated clock, and hands the request over. A
//! service that calls another one comes in here again, and its call is written
//! down as a child of the one it serves.

use super::Cloud;
use super::aws;
use super::ledger::{ActorId, ExchangeId, Header, Ledger, SentRequest, SentResponse};
use super::services::{self, Service};
use crate::protocol::message::{Message, Request, RequestExt, Response};
use crate::protocol::time::Span;

/// How deep services may call each other before the world is considered broken.
const MAX_DEPTH: usize = 8;

/// The largest request that is looked at at all. Each service has tighter limits of its own.
pub const MAX_REQUEST_BYTES: usize = 1024 * 1024;

/// One way over the internet: a device to a service, or AWS to a provider.
const INTERNET: Span = Span::from_millis(42);
/// One way inside a region.
const INSIDE_REGION: Span = Span::from_millis(3);

/// Why a request never reached anybody. Not an AWS answer: there was nobody to answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// No service answers at this host
    #[error("no service in this world answers at {0}")]
    NoSuchHost(String),
    /// The sender, or a device that is to get a push, has no network
    #[error("{0} is offline")]
    Offline(ActorId),
    /// Too many nested calls
    #[error("calls nest deeper than {MAX_DEPTH}")]
    TooDeep,
    /// Too long
    #[error("the request has {0} bytes, more than the {MAX_REQUEST_BYTES} the front door takes")]
    TooLarge(usize),
    /// The recording is full
    #[error(
        "the recording already holds {} exchanges, its limit",
        super::ledger::MAX_EXCHANGES
    )]
    RecordingFull,
}

/// A response and the exchange it belongs to.
#[derive(Debug)]
pub struct Answer {
    /// The exchange in the ledger
    pub exchange: ExchangeId,
    /// What came back
    pub response: Response,
}

impl Cloud {
    /// Sends a request and waits for the response.
    pub fn send(&mut self, from: &ActorId, request: Request) -> Result<Answer, Unreachable> {
        self.admit(from, &request)?;
        let Some(route) = services::route(self, &request) else {
            return Err(Unreachable::NoSuchHost(request.host().to_owned()));
        };
        if self.is_offline(&route.to) {
            return Err(Unreachable::Offline(route.to));
        }
        let latency = self.latency(from, &route.to);
        let (now, sent) = (self.now(), on_paper(&mut self.ledger, &request));
        let ends = (from.clone(), route.to.clone());
        let named = (route.service.name(), &route.operation);
        let exchange = self.ledger.open(now, ends, named, sent);
        self.pass_time(latency);
        let response = services::answer(self, &route, &request);
        self.pass_time(latency);
        let refusal = aws::refusal_in(&response);
        let (now, answer) = (self.now(), response_on_paper(&mut self.ledger, &response));
        self.ledger.answered(exchange, now, answer, refusal);
        // Only now does the caller hold what came back, and its card can say so
        self.note_states(from, &route.to);
        self.ledger.finish(exchange);
        Ok(Answer { exchange, response })
    }

    /// Who would answer a request, and as which operation.
    pub fn addressee(&self, request: &Request) -> Option<Route> {
        services::route(self, request)
    }

    fn admit(&self, from: &ActorId, request: &Request) -> Result<(), Unreachable> {
        if self.is_offline(from) {
            return Err(Unreachable::Offline(from.clone()));
        }
        if self.ledger.depth() >= MAX_DEPTH {
            return Err(Unreachable::TooDeep);
        }
        if request.body().len() > MAX_REQUEST_BYTES {
            return Err(Unreachable::TooLarge(request.body().len()));
        }
        if !self.ledger.has_room() {
            return Err(Unreachable::RecordingFull);
        }
        Ok(())
    }

    /// Two actors inside AWS accounts are close; everything else is the internet.
    fn latency(&self, from: &ActorId, to: &ActorId) -> Span {
        let in_aws = |id: &ActorId| self.actor(id).is_some_and(|actor| actor.account.is_some());
        if in_aws(from) && in_aws(to) {
            INSIDE_REGION
        } else {
            INTERNET
        }
    }

    /// Writes down what the cards of both sides say now.
    fn note_states(&mut self, from: &ActorId, to: &ActorId) {
        for actor in [from, to] {
            self.note_state(actor);
        }
    }

    /// Writes down what an actor's card says now.
    pub fn note_state(&mut self, actor: &ActorId) {
        let (line, details) = services::describe(self, actor);
        let now = self.now();
        self.ledger.state(actor, now, line, details);
    }
}

/// A request as the ledger keeps it.
fn on_paper(ledger: &mut Ledger, request: &Request) -> SentRequest {
    SentRequest {
        method: ledger.text(request.method().as_str()),
        url: ledger.text(&request.absolute_url()),
        headers: headers_on_paper(ledger, request),
        body: ledger.body(request.body()),
    }
}

/// A response as the ledger keeps it.
fn response_on_paper(ledger: &mut Ledger, response: &Response) -> SentResponse {
    SentResponse {
        status: response.status().as_u16(),
        headers: headers_on_paper(ledger, response),
        body: ledger.body(response.body()),
    }
}

fn headers_on_paper(ledger: &mut Ledger, message: &impl Message) -> Vec<Header> {
    let described = message.described_headers();
    let kept = described.map(|(name, value)| (ledger.text(&name), ledger.text(&value)));
    kept.collect()
}

/// Where a request goes.
#[derive(Clone, Debug)]
pub struct Route {
    /// The actor that answers
    pub to: ActorId,
    /// Its service
    pub service: Service,
    /// The operation asked for, as AWS's SDKs name it
    pub operation: String,
}
