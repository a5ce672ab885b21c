//! The simulated world: clock, randomness, keys, ledger, one front door, services.
//!
//! A service can be reached only by an HTTP request through [`Cloud::send`]. That
//! holds for the scenario's people and devices, and for services calling each
//! other on somebody's behalf. So whatever happens is written down once, in one
//! form, and nothing on stage can be made up.
//!
//! A refused request leaves the world as it was, apart from what the real service
//! itself counts. Handlers therefore verify everything before they change anything.

pub mod access;
pub mod amazon_tokens;
pub mod api_gateway;
pub mod aws;
pub mod devices;
pub mod dynamodb;
pub mod facebook;
pub mod facebook_tokens;
pub mod front_door;
pub mod iam;
pub mod identity_pool;
pub mod issuer_keys;
pub mod keys;
pub mod lambda;
pub mod ledger;
pub mod load_balancer;
pub mod oauth_provider;
pub mod pages;
pub mod people;
pub mod reads;
pub mod s3;
pub mod saml_provider;
mod services;
pub mod sns;
pub mod sts;
pub mod sync;
pub mod user_pool;

use std::collections::BTreeMap;

use crate::protocol::random::{Stream, Streams};
use crate::protocol::time::{Moment, Span};

use keys::KeyRing;
use ledger::{Actor, ActorId, ActorKind, ArtifactId, Ledger, Mint};

/// The region everything is in.
pub const REGION: &str = "us-east-1";

/// The whole simulated world. A copy goes on apart from what it was copied from.
#[derive(Clone, Debug)]
pub struct Cloud {
    now: Moment,
    streams: Streams,
    /// The beat under way, by its name
    beat: String,
    /// How often each stream was drawn from in this beat
    drawn: BTreeMap<String, u64>,
    /// Signing keys by name, generated when first needed
    pub keys: KeyRing,
    /// Everything that happened
    pub ledger: Ledger,
    actors: Vec<Actor>,
    /// Who signs in
    pub people: people::People,
    /// What they hold in their hands
    pub devices: devices::Devices,
    /// Facebook's apps, users and grants
    pub facebook: facebook::Facebook,
    /// Google, Apple, Login with Amazon and other OAuth providers
    pub oauth_providers: oauth_provider::OauthProviders,
    /// SAML identity providers, and which of them accounts trust
    pub saml_providers: saml_provider::SamlProviders,
    /// Cognito user pools
    pub user_pools: user_pool::UserPools,
    /// Cognito identity pools
    pub identity_pools: identity_pool::IdentityPools,
    /// Roles and their policies
    pub iam: iam::Iam,
    /// Sessions
    pub sts: sts::Sts,
    /// Buckets
    pub s3: s3::S3,
    /// Tables
    pub dynamodb: dynamodb::DynamoDb,
    /// Functions
    pub lambda: lambda::Lambda,
    /// APIs in front of functions
    pub api_gateway: api_gateway::ApiGateway,
    /// Load balancers
    pub load_balancers: load_balancer::LoadBalancers,
    /// Cognito Sync's datasets
    pub sync: sync::CognitoSync,
    /// Topics and mobile endpoints
    pub sns: sns::Sns,
}

impl Cloud {
    /// An empty world at this moment, whose random values all come from this seed.
    pub fn new(seed: u64, now: Moment) -> Self {
        let streams = Streams::new(seed);
        Self {
            now,
            streams,
            beat: String::new(),
            drawn: BTreeMap::new(),
            keys: KeyRing::new(streams),
            ledger: Ledger::new(),
            actors: Vec::new(),
            people: people::People::default(),
            devices: devices::Devices::default(),
            facebook: facebook::Facebook::default(),
            oauth_providers: oauth_provider::OauthProviders::default(),
            saml_providers: saml_provider::SamlProviders::default(),
            user_pools: user_pool::UserPools::default(),
            identity_pools: identity_pool::IdentityPools::default(),
            iam: iam::Iam::default(),
            sts: sts::Sts::default(),
            s3: s3::S3::default(),
            dynamodb: dynamodb::DynamoDb::default(),
            lambda: lambda::Lambda::default(),
            api_gateway: api_gateway::ApiGateway::default(),
            load_balancers: load_balancer::LoadBalancers::default(),
            sync: sync::CognitoSync::default(),
            sns: sns::Sns::default(),
        }
    }

    /// The simulated time.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Lets simulated time pass.
    pub fn pass_time(&mut self, span: Span) {
        self.now += span;
    }

    /// From now on everything belongs to this beat.
    pub fn enter_beat(&mut self, index: u32, id: &str) {
        self.ledger.enter_beat(index);
        id.clone_into(&mut self.beat);
        self.drawn.clear();
    }

    /// The next unused stream of this name. It counts for itself, for the beat, and for whoever
    /// asked in the first place: a beat more, or one call less, leaves the values of other beats
    /// and of other devices as they are.
    pub fn fresh(&mut self, name: &str) -> Stream {
        let name = match self.ledger.first_caller() {
            Some(caller) => format!("{name}@{}/{caller}", self.beat),
            None => format!("{name}@{}", self.beat),
        };
        let number = self.drawn.get(&name).copied().unwrap_or(0);
        let stream = self.streams.stream(&name, number);
        self.drawn.insert(name, number + 1);
        stream
    }

    /// The fixed stream of this name: the same every time it is asked for.
    pub fn fixed(&self, name: &str) -> Stream {
        self.streams.stream(name, 0)
    }

    /// Puts an actor on the stage.
    pub fn add_actor(&mut self, actor: Actor) {
        self.actors.push(actor);
    }

    /// Publishes the keys of every issuer that signed something and was never asked for them.
    pub fn publish_unfetched_keys(&mut self) {
        services::publish_unfetched_keys(self);
    }

    /// Everybody on the stage, in the order of the world's declaration.
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// The actor with this id.
    pub fn actor(&self, id: &ActorId) -> Option<&Actor> {
        self.actors.iter().find(|actor| actor.id == *id)
    }

    /// The actor that stands for a service of an account; of any account where none is named.
    pub fn service_actor(&self, kind: ActorKind, account: Option<&str>) -> Option<ActorId> {
        let of_account = |actor: &&Actor| account.is_none() || actor.account.as_deref() == account;
        let mut of_kind = self.actors.iter().filter(|actor| actor.kind == kind);
        of_kind.find(of_account).map(|actor| actor.id.clone())
    }

    /// Whether a device has no network right now.
    pub fn is_offline(&self, actor: &ActorId) -> bool {
        self.devices.get(actor).is_some_and(|device| device.offline)
    }

    /// What the clock of this actor shows: the true time, but for a device whose clock is wrong.
    pub fn clock_of(&self, actor: &ActorId) -> Moment {
        self.now
            + self
                .devices
                .get(actor)
                .map_or(Span::ZERO, |device| device.skew)
    }

    /// Takes a thing that is used up out of everybody's hands.
    pub fn spend(&mut self, artifact: ArtifactId) {
        for actor in &self.actors {
            self.ledger.lose(&actor.id, artifact, self.now);
        }
    }

    /// Writes down that an actor made a thing just now.
    pub fn mint(&mut self, by: &ActorId, mint: Mint) -> ArtifactId {
        self.ledger.mint(by, self.now, mint)
    }
}
