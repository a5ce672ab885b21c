//! A small world for tests: Dana's phone with a session of the role PhotoReader, a bucket and a
//! table, and one line to send a signed request.

use crate::cloud::Cloud;
use crate::cloud::dynamodb::{KeyAttribute, TableConfig};
use crate::cloud::iam::Role;
use crate::cloud::ledger::{
    Actor, ActorId, ActorKind, ArtifactId, Check, CredentialsValue, Exchange, Outcome,
};
use crate::cloud::s3::BucketConfig;
use crate::cloud::sts::session::Session;
use crate::policy::{NamedPolicy, Policy, PolicyKind, Principal, RequestContext};
use crate::protocol::message::{self, Request, Response};
use crate::protocol::sigv4::{Credentials, SignOptions, sign};
use crate::protocol::time::{Moment, Span};

/// The account everything is in.
pub const ACCOUNT: &str = "111122223333";
/// The bucket.
pub const BUCKET: &str = "dana-photos";
/// Where the bucket answers.
pub const BUCKET_URL: &str = "https://dana-photos.s3.us-east-1.amazonaws.com";
/// The table.
pub const TABLE: &str = "Scores";
/// Dana's identity.
pub const DANA: &str = "us-east-1:7c4a0000-0000-4000-8000-00000000da4a";
/// Somebody else's identity.
pub const OMAR: &str = "us-east-1:0e3a0000-0000-4000-8000-0000000003a5";

/// The policy of the story: one's own folder, one's own row.
pub const OWN_THINGS: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OwnPhotos",
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      "Resource": "arn:aws:s3:::dana-photos/${cognito-identity.amazonaws.com:sub}/*"
    },
    {
      "Sid": "OwnListing",
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::dana-photos",
      "Condition": {"StringLike": {"s3:prefix": "${cognito-identity.amazonaws.com:sub}/*"}}
    },
    {
      "Sid": "OwnScores",
      "Effect": "Allow",
      "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query",
                 "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
      "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/*",
      "Condition": {
        "ForAllValues:StringEquals": {
          "dynamodb:LeadingKeys": "${cognito-identity.amazonaws.com:sub}"
        }
      }
    }
  ]
}"#;

/// The world and the keys to it.
pub struct World {
    pub cloud: Cloud,
    pub phone: ActorId,
    pub credentials: Credentials,
}

/// When every test begins.
pub fn start() -> Moment {
    Moment::parse("2026-03-03T09:00:00Z").unwrap()
}

pub fn policy(kind: PolicyKind, name: &str, text: &str) -> NamedPolicy {
    NamedPolicy::new(name, Policy::parse(kind, text).unwrap())
}

impl World {
    /// The world with the policy of the story.
    pub fn new() -> Self {
        Self::with_policy(OWN_THINGS)
    }

    /// The world with this permissions policy.
    pub fn with_policy(text: &str) -> Self {
        let mut cloud = Cloud::new(7, start());
        let actor = |id: &str, kind, account: Option<&str>| Actor {
            id: ActorId::new(id),
            kind,
            name: id.to_owned(),
            account: account.map(str::to_owned),
        };
        cloud.add_actor(actor("phone", ActorKind::Phone, None));
        cloud.add_actor(actor("s3", ActorKind::S3, Some(ACCOUNT)));
        cloud.add_actor(actor("dynamodb", ActorKind::DynamoDb, Some(ACCOUNT)));
        let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity"}]}"#;
        let role_arn = format!("arn:aws:iam::{ACCOUNT}:role/PhotoReader");
        cloud.iam.put_role(Role {
            arn: role_arn.clone(),
            name: "PhotoReader".into(),
            account: ACCOUNT.into(),
            role_id: "AROAEXAMPLEROLE234567".into(),
            trust: policy(PolicyKind::Trust, "PhotoReader trust policy", trust),
            policies: vec![policy(PolicyKind::Identity, "OwnThings", text)],
            boundary: None,
            max_session: Span::from_hours(1),
        });
        let mut world = Self {
            cloud,
            phone: ActorId::new("phone"),
            credentials: Credentials {
                access_key_id: "ASIAEXAMPLEKEY234567".into(),
                secret_access_key: "SecretThatWorksNowhere/0123456789abcdef+".into(),
                session_token: Some("IQoJb3JpZ2luX2VjEXAMPLEtoken+/==".into()),
            },
        };
        world.add_session(&role_arn, Vec::new());
        world.furnish();
        world
    }

    /// Lends the session, with these session policies.
    pub fn add_session(&mut self, role_arn: &str, session_policies: Vec<NamedPolicy>) {
        let expires_at = start() + Span::from_hours(1);
        self.cloud.sts.add(Session {
            credentials: CredentialsValue {
                access_key_id: self.credentials.access_key_id.clone(),
                secret_access_key: self.credentials.secret_access_key.clone(),
                session_token: self.credentials.session_token.clone(),
                expiration: Some(expires_at),
            },
            principal: Principal::role_session(role_arn, "CognitoIdentityCredentials"),
            arn: format!(
                "arn:aws:sts::{ACCOUNT}:assumed-role/PhotoReader/CognitoIdentityCredentials"
            ),
            user_id: "AROAEXAMPLEROLE234567:CognitoIdentityCredentials".into(),
            account: ACCOUNT.into(),
            role_arn: role_arn.into(),
            issued_at: start(),
            expires_at,
            context: RequestContext::new().with("cognito-identity.amazonaws.com:sub", DANA),
            transitive_tags: std::collections::BTreeMap::new(),
            session_policies,
            artifact: ArtifactId(0),
        });
    }

    fn furnish(&mut self) {
        let bucket = BucketConfig {
            name: BUCKET.into(),
            account: ACCOUNT.into(),
            policy: None,
        };
        self.cloud.s3.add_bucket(bucket).unwrap();
        for (key, body) in [
            (format!("{DANA}/beach.jpg"), "Dana's beach"),
            (format!("{DANA}/trips/rome.jpg"), "Dana's Rome"),
            (format!("{OMAR}/beach.jpg"), "Omar's beach"),
        ] {
            let body = body.as_bytes().to_vec();
            self.cloud
                .put_initial_object(BUCKET, &key, "image/jpeg", body)
                .unwrap();
        }
        let table = TableConfig {
            name: TABLE.into(),
            account: ACCOUNT.into(),
            partition_key: KeyAttribute::text("UserId"),
            sort_key: Some(KeyAttribute::text("GameTitle")),
        };
        self.cloud.dynamodb.add_table(table).unwrap();
        for (user, game, score) in [
            (DANA, "Chess", 7),
            (DANA, "Go", 12),
            (DANA, "Golf", 3),
            (OMAR, "Chess", 9),
        ] {
            let item = serde_json::json!({
                "UserId": {"S": user}, "GameTitle": {"S": game}, "TopScore": {"N": score.to_string()},
            });
            self.cloud
                .dynamodb
                .put_initial_item(ACCOUNT, TABLE, &item)
                .unwrap();
        }
    }

    /// A request signed by the phone, now.
    pub fn signed(&self, service: &str, mut request: Request) -> Request {
        let now = self.cloud.clock_of(&self.phone);
        let options = SignOptions::default();
        sign(
            &mut request,
            &self.credentials,
            "us-east-1",
            service,
            now,
            options,
        )
        .unwrap();
        request
    }

    /// Signs an S3 request and sends it.
    pub fn s3(&mut self, method: &str, url: &str, body: &[u8]) -> Response {
        let mut request = message::request(method.parse().unwrap(), url).unwrap();
        *request.body_mut() = body.to_vec();
        self.send(self.signed("s3", request))
    }

    /// Signs a DynamoDB request and sends it.
    pub fn dynamodb(&mut self, operation: &str, body: &serde_json::Value) -> Response {
        let request = dynamodb_request(operation, body);
        self.send(self.signed("dynamodb", request))
    }

    /// Sends a request as it is.
    pub fn send(&mut self, request: Request) -> Response {
        self.cloud
            .send(&self.phone.clone(), request)
            .unwrap()
            .response
    }

    /// The exchange that was last.
    pub fn last(&self) -> &Exchange {
        self.cloud.ledger.exchanges().last().unwrap()
    }

    /// Code, status and message of the last refusal.
    pub fn refusal(&self) -> (String, u16, String) {
        let last = self.last();
        let refusal = last.refusal.clone().unwrap();
        (refusal.code, last.response.status, refusal.message)
    }

    /// The check at which the last request was stopped.
    pub fn failed(&self) -> &Check {
        self.last().failed_check().unwrap()
    }

    /// The last exchange's check of this name.
    pub fn check(&self, name: &str) -> &Check {
        self.last()
            .checks
            .iter()
            .find(|check| check.name == name)
            .unwrap()
    }

    /// Everything kept in buckets and tables.
    pub fn state(&self) -> String {
        let of = |id: &str| {
            let id = ActorId::new(id);
            match id.as_str() {
                "s3" => crate::cloud::s3::describe(&self.cloud, &id),
                _ => crate::cloud::dynamodb::describe(&self.cloud, &id),
            }
        };
        format!("{:?}{:?}", of("s3"), of("dynamodb"))
    }

    /// Whether every check after the failed one was not reached.
    pub fn rest_not_reached(&self) -> bool {
        let checks = &self.last().checks;
        let failed = checks
            .iter()
            .position(|check| check.outcome == Outcome::Failed)
            .unwrap();
        checks[failed + 1..]
            .iter()
            .all(|check| check.outcome == Outcome::NotReached)
    }
}

/// A DynamoDB request that is not signed yet.
pub fn dynamodb_request(operation: &str, body: &serde_json::Value) -> Request {
    use crate::protocol::message::Message;
    let url = "https://dynamodb.us-east-1.amazonaws.com/";
    let mut request = message::post_json(url, "application/x-amz-json-1.0", body).unwrap();
    request
        .set_header("x-amz-target", &format!("DynamoDB_20120810.{operation}"))
        .unwrap();
    request
}
