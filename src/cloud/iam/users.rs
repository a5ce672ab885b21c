//! IAM users and their long-term keys: the kind of credentials that web identity federation is
//! there to replace. A key has no session token and no end; it works until somebody makes it
//! inactive.

use crate::cloud::Cloud;
use crate::cloud::ledger::{
    ActorId, ActorKind, ArtifactId, ArtifactKind, ArtifactValue, CredentialsValue, Mint, Source,
};
use crate::policy::NamedPolicy;
use crate::protocol::encoding::BASE32_ALPHABET;
use crate::protocol::time::Moment;

/// What a user's id begins with.
const USER_ID_PREFIX: &str = "AIDA";
/// How many characters of A to Z and 2 to 7 follow.
const USER_ID_CHARS: usize = 17;
/// What a long-term key begins with.
const KEY_PREFIX: &str = "AKIA";
/// How many characters of A to Z and 2 to 7 follow.
const KEY_CHARS: usize = 16;
/// How many base64 characters a secret has.
const SECRET_CHARS: usize = 40;

/// An IAM user.
#[derive(Clone, Debug)]
pub struct User {
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`
    pub arn: String,
    /// The name without its path
    pub name: String,
    /// The account that owns it
    pub account: String,
    /// `AIDA…`
    pub user_id: String,
    /// What it may do
    pub policies: Vec<NamedPolicy>,
    /// The most it may ever do
    pub boundary: Option<NamedPolicy>,
}

/// What a user is set up with.
#[derive(Clone, Debug, Default)]
pub struct UserConfig {
    /// The name
    pub name: String,
    /// The account
    pub account: String,
    /// What it may do
    pub policies: Vec<NamedPolicy>,
    /// The most it may ever do
    pub boundary: Option<NamedPolicy>,
}

/// A key without end.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// Key and secret
    pub credentials: CredentialsValue,
    /// Whose it is
    pub user_arn: String,
    /// Whether it works
    pub active: bool,
    /// When it was made
    pub created_at: Moment,
    /// The key in the ledger
    pub artifact: ArtifactId,
}

/// Sets a user up and says its ARN.
pub fn add_user(cloud: &mut Cloud, config: UserConfig) -> String {
    let arn = format!("arn:aws:iam::{}:user/{}", config.account, config.name);
    let mut draw = cloud.fixed(&format!("iam/user/{arn}/id"));
    let user_id = draw.from_alphabet(BASE32_ALPHABET, USER_ID_CHARS);
    cloud.iam.put_user(User {
        arn: arn.clone(),
        name: config.name,
        account: config.account,
        user_id: format!("{USER_ID_PREFIX}{user_id}"),
        policies: config.policies,
        boundary: config.boundary,
    });
    arn
}

/// Makes a key of a user. IAM makes it; whoever is named holds it from then on, as an app does
/// that was built with it. The answer is nothing where there is no such user.
pub fn add_access_key(
    cloud: &mut Cloud,
    user_arn: &str,
    holder: Option<&ActorId>,
) -> Option<AccessKey> {
    let user = cloud.iam.user(user_arn)?.clone();
    let maker = cloud.service_actor(ActorKind::Sts, Some(&user.account));
    let maker = maker.or_else(|| holder.cloned())?;
    let stream = format!("iam/access-key/{user_arn}");
    let key = cloud.fresh(&stream).base32(KEY_CHARS);
    let secret = cloud
        .fresh(&format!("iam/secret-key/{user_arn}"))
        .base64(SECRET_CHARS);
    let credentials = CredentialsValue {
        access_key_id: format!("{KEY_PREFIX}{key}"),
        secret_access_key: secret,
        session_token: None,
        expiration: None,
    };
    let mint = Mint::new(
        ArtifactKind::LongTermKey,
        format!("Access key of {}", user.name),
        ArtifactValue::Credentials(credentials.clone()),
    )
    .fact("User", user_arn)
    .fact("Ends", "never")
    .origin(
        "AccessKeyId",
        &credentials.access_key_id,
        Source::Random { stream },
    );
    let artifact = cloud.mint(&maker, mint);
    let now = cloud.now();
    if let Some(holder) = holder {
        cloud.ledger.gain(holder, artifact, now);
        cloud.ledger.lose(&maker, artifact, now);
    }
    let key = AccessKey {
        credentials,
        user_arn: user_arn.to_owned(),
        active: true,
        created_at: now,
        artifact,
    };
    cloud.iam.put_access_key(key.clone());
    Some(key)
}
