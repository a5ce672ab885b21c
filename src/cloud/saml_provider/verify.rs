//! What STS makes of an assertion: is it whole, from a provider the account trusts, meant for AWS,
//! fresh, and does it name the role asked for?

use roxmltree::{Document, Node};

use super::Metadata;
use super::assertion::{
    ALGORITHM, AUDIENCE, NAMESPACE, RECIPIENT, ROLE, SESSION_DURATION, SESSION_NAME,
    SIGNATURE_NAMESPACE,
};
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsError, shorten};
use crate::cloud::issuer_keys::time_left;
use crate::cloud::ledger::ArtifactId;
use crate::policy::RequestContext;
use crate::protocol::encoding::{base64, base64_decode};
use crate::protocol::hash::sha1;
use crate::protocol::time::{Moment, Span};
use crate::protocol::xml::MAX_XML_NODES;

/// The longest assertion in base64, in characters (STS API).
pub const MAX_ASSERTION_CHARS: usize = 100_000;
/// How long after its making an assertion may be shown.
const REDEEM_WITHIN: Span = Span::from_minutes(5);

const STS_API: &str = "STS API: AssumeRoleWithSAML";
const GUIDE: &str = "IAM guide: SAML assertions for the authentication response";

/// The checks, in order.
pub const PLANNED: [(&str, &str); 10] = [
    (
        "Assertion format",
        "SAML 2.0 bindings: base64 of one Response",
    ),
    ("SAML provider", STS_API),
    ("Issuer", GUIDE),
    (
        "Signature",
        "Tokentrail's simplification: over the assertion's exact bytes; SAML signs canonical XML",
    ),
    ("Recipient", GUIDE),
    ("Audience", GUIDE),
    ("Not expired", "SAML 2.0 core section 2.5.1: NotOnOrAfter"),
    ("Redeemed in time", "STS API: within 5 minutes of issuance"),
    ("Role attribute", GUIDE),
    ("Session name", GUIDE),
];

/// What a request asks for with an assertion.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The assertion as it travelled, in base64
    pub assertion: &'a str,
    /// `RoleArn`
    pub role_arn: &'a str,
    /// `PrincipalArn`
    pub principal_arn: &'a str,
}

/// Somebody whose assertion is good.
#[derive(Clone, Debug)]
pub struct VerifiedAssertion {
    /// The IAM SAML provider: what a trust policy names under `Federated`
    pub provider_arn: String,
    /// `Issuer` in the answer
    pub issuer: String,
    /// `Subject` in the answer
    pub subject: String,
    /// `SubjectType` in the answer
    pub subject_type: String,
    /// `Audience` in the answer: the assertion's recipient
    pub audience: String,
    /// `NameQualifier` in the answer: tells subjects of different providers apart
    pub name_qualifier: String,
    /// What the session is to be called
    pub session_name: String,
    /// How long the company lets sessions last, where it says
    pub session_duration: Option<Span>,
    /// Condition keys of the trust policy
    pub trust_keys: RequestContext,
    /// Those that stay with the session
    pub session_keys: RequestContext,
    /// The assertion in the ledger
    pub artifact: Option<ArtifactId>,
}

/// Verifies an assertion, one check after the other. Announces nothing: the caller plans
/// [`PLANNED`] among its own checks.
pub fn verify(cloud: &mut Cloud, asked: Asked<'_>) -> Result<VerifiedAssertion, AwsError> {
    let read = check_format(cloud, asked.assertion)?;
    let metadata = check_provider(cloud, asked.principal_arn)?;
    check_issuer(cloud, &read, &metadata)?;
    check_signature(cloud, &read, &metadata)?;
    check_addressees(cloud, &read)?;
    check_times(cloud, &read)?;
    check_role(cloud, &read, asked)?;
    check_session_name(cloud, &read)?;
    let provider = format!("/{}", metadata.name);
    let name_qualifier = format!("{}{}{provider}", read.issuer, metadata.account);
    let name_qualifier = base64(&sha1(name_qualifier.as_bytes()));
    let session_keys = RequestContext::new()
        .with("saml:namequalifier", name_qualifier.clone())
        .with("saml:sub", read.subject.clone())
        .with("saml:sub_type", read.subject_type.clone());
    let trust_keys = session_keys
        .clone()
        .with("saml:aud", read.recipient.clone())
        .with("saml:iss", read.issuer.clone())
        .with("saml:doc", format!("{}{provider}", metadata.account));
    Ok(VerifiedAssertion {
        provider_arn: asked.principal_arn.to_owned(),
        issuer: read.issuer,
        subject: read.subject,
        subject_type: read.subject_type,
        audience: read.recipient,
        name_qualifier,
        session_name: read.session_name,
        session_duration: read.session_seconds.map(Span::from_seconds),
        trust_keys,
        session_keys,
        artifact: cloud.ledger.find_artifact(asked.assertion),
    })
}

/// An assertion taken apart, not yet believed. Everything in it is read from the one element
/// whose bytes are signed.
struct Read {
    signed: String,
    signature: Vec<u8>,
    issuer: String,
    subject: String,
    subject_type: String,
    recipient: String,
    audience: String,
    issued_at: Option<Moment>,
    ends_at: Option<Moment>,
    roles: Vec<String>,
    session_name: String,
    session_seconds: Option<i64>,
}

impl Read {
    fn of(text: &str) -> Result<Self, String> {
        if text.len() > MAX_ASSERTION_CHARS {
            return Err(format!(
                "{} characters, more than {MAX_ASSERTION_CHARS}",
                text.len()
            ));
        }
        let bytes = base64_decode(text).map_err(|error| error.to_string())?;
        let document = String::from_utf8(bytes).map_err(|error| error.to_string())?;
        let options = roxmltree::ParsingOptions {
            nodes_limit: MAX_XML_NODES,
            ..Default::default()
        };
        let parsed = Document::parse_with_options(&document, options);
        let parsed = parsed.map_err(|error| error.to_string())?;
        let root = parsed.root_element();
        let assertion = only(root, (NAMESPACE, "Assertion"))?;
        let signature = only(root, (SIGNATURE_NAMESPACE, "Signature"))?;
        let signed = document.get(assertion.range()).unwrap_or_default();
        Self::from(assertion, signed, signature)
    }

    fn from(
        assertion: Node<'_, '_>,
        signed: &str,
        signature: Node<'_, '_>,
    ) -> Result<Self, String> {
        let find = |name: &str| {
            let mut all = assertion.descendants();
            all.find(|node| node.has_tag_name((NAMESPACE, name)))
        };
        let text = |name: &str| find(name).and_then(|node| node.text()).unwrap_or_default();
        let moment = |node: Option<Node<'_, '_>>, name: &str| {
            node.and_then(|node| Moment::parse(node.attribute(name)?).ok())
        };
        let confirmation = find("SubjectConfirmationData");
        let recipient = confirmation.and_then(|node| node.attribute("Recipient"));
        let format = find("NameID").and_then(|node| node.attribute("Format"));
        let format = format.and_then(|format| format.rsplit(':').next());
        let values = |name: &str| values_of(assertion, name);
        let first = |name: &str| values(name).into_iter().next();
        Ok(Self {
            signed: signed.to_owned(),
            signature: base64_decode(signature.text().unwrap_or_default().trim())
                .map_err(|error| format!("the signature is {error}"))?,
            issuer: text("Issuer").to_owned(),
            subject: text("NameID").to_owned(),
            subject_type: format.unwrap_or_default().to_owned(),
            recipient: recipient.unwrap_or_default().to_owned(),
            audience: text("Audience").to_owned(),
            issued_at: moment(Some(assertion), "IssueInstant"),
            ends_at: moment(confirmation, "NotOnOrAfter"),
            roles: values(ROLE),
            session_name: first(SESSION_NAME).unwrap_or_default(),
            session_seconds: first(SESSION_DURATION).and_then(|text| text.parse().ok()),
        })
    }
}

/// The one such element anywhere in the document. A second one could be read in the place of the
/// one that is signed.
fn only<'a, 'i>(root: Node<'a, 'i>, name: (&str, &str)) -> Result<Node<'a, 'i>, String> {
    let mut found = root.descendants().filter(|node| node.has_tag_name(name));
    match (found.next(), found.next()) {
        (Some(node), None) => Ok(node),
        (None, _) => Err(format!("no {}", name.1)),
        (Some(_), Some(_)) => Err(format!("more than one {}", name.1)),
    }
}

fn values_of(assertion: Node<'_, '_>, name: &str) -> Vec<String> {
    let attributes = assertion.descendants().filter(|node| {
        node.has_tag_name((NAMESPACE, "Attribute")) && node.attribute("Name") == Some(name)
    });
    let values = attributes.flat_map(|attribute| attribute.children());
    let values = values.filter(|node| node.has_tag_name((NAMESPACE, "AttributeValue")));
    values
        .filter_map(|node| node.text().map(|text| text.trim().to_owned()))
        .collect()
}

fn check_format(cloud: &mut Cloud, text: &str) -> Result<Read, AwsError> {
    const EXPECTED: &str = "one signed assertion in a Response";
    match Read::of(text) {
        Ok(read) => {
            let actual = format!("an assertion about {}", shorten(&read.subject));
            cloud.ledger.passed("Assertion format", EXPECTED, actual);
            Ok(read)
        }
        Err(why) => {
            let why = shorten(&why);
            cloud.ledger.failed("Assertion format", EXPECTED, why);
            Err(invalid("Invalid base64 SAMLResponse"))
        }
    }
}

fn check_provider(cloud: &mut Cloud, arn: &str) -> Result<Metadata, AwsError> {
    let metadata = cloud.saml_providers.metadata.get(arn).cloned();
    let expected = "a SAML provider of the account";
    let held = metadata.is_some();
    cloud
        .ledger
        .verify("SAML provider", held, expected, shorten(arn));
    metadata.ok_or_else(|| invalid("Specified provider doesn't exist"))
}

fn check_issuer(cloud: &mut Cloud, read: &Read, metadata: &Metadata) -> Result<(), AwsError> {
    let (expected, actual) = (metadata.entity_id.clone(), shorten(&read.issuer));
    let same = read.issuer == metadata.entity_id;
    if cloud.ledger.verify("Issuer", same, expected, actual) {
        return Ok(());
    }
    Err(invalid("Issuer not present in specified provider"))
}

fn check_signature(cloud: &mut Cloud, read: &Read, metadata: &Metadata) -> Result<(), AwsError> {
    let bytes = read.signed.as_bytes();
    let held = metadata.key.verifies(ALGORITHM, bytes, &read.signature);
    let expected = format!(
        "RSA-SHA256 over the assertion's {} bytes, with the key in the provider's metadata",
        bytes.len()
    );
    let actual = if held {
        "signature matches"
    } else {
        "the signature is not that of these bytes under this key"
    };
    if cloud.ledger.verify("Signature", held, expected, actual) {
        return Ok(());
    }
    Err(invalid("Response signature invalid"))
}

fn check_addressees(cloud: &mut Cloud, read: &Read) -> Result<(), AwsError> {
    let checks = [
        ("Recipient", RECIPIENT, &read.recipient),
        ("Audience", AUDIENCE, &read.audience),
    ];
    for (name, expected, actual) in checks {
        if !cloud
            .ledger
            .verify(name, actual == expected, expected, shorten(actual))
        {
            return Err(invalid("Response does not contain the required audience"));
        }
    }
    Ok(())
}

fn check_times(cloud: &mut Cloud, read: &Read) -> Result<(), AwsError> {
    let now = cloud.now();
    let issued_at = read.issued_at;
    let checks = [
        ("Not expired", read.ends_at),
        ("Redeemed in time", issued_at.map(|at| at + REDEEM_WITHIN)),
    ];
    for (name, end) in checks {
        let (expected, actual) = match end {
            Some(end) => (format!("before {}", end.iso8601()), time_left(now, end)),
            None => ("a time".to_owned(), "none that can be read".to_owned()),
        };
        let held = end.is_some_and(|end| now < end);
        if !cloud.ledger.verify(name, held, expected, actual) {
            let message = "Token must be redeemed within 5 minutes of issuance";
            return Err(AwsError::new("ExpiredTokenException", 400, message).in_own_words());
        }
    }
    Ok(())
}

/// The Role attribute pairs a role with the provider that vouches for it, in either order.
fn check_role(cloud: &mut Cloud, read: &Read, asked: Asked<'_>) -> Result<(), AwsError> {
    let pair = |value: &String| {
        let parts = value.split_once(',').map(|(a, b)| (a.trim(), b.trim()));
        let (role, provider) = (asked.role_arn, asked.principal_arn);
        parts == Some((role, provider)) || parts == Some((provider, role))
    };
    let held = read.roles.iter().any(pair);
    let roles: Vec<String> = read.roles.iter().map(|role| shorten(role)).collect();
    let actual = match roles.as_slice() {
        [] => "none".to_owned(),
        roles => roles.join(" and "),
    };
    let expected = format!("{},{}", asked.role_arn, asked.principal_arn);
    if cloud
        .ledger
        .verify("Role attribute", held, expected, actual)
    {
        return Ok(());
    }
    let message = "Not authorized to perform sts:AssumeRoleWithSAML";
    Err(AwsError::new("AccessDenied", 403, message).in_own_words())
}

fn check_session_name(cloud: &mut Cloud, read: &Read) -> Result<(), AwsError> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 2..=64;
    let name = &read.session_name;
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let held = LENGTHS.contains(&name.len()) && name.chars().all(fits);
    let expected = "2 to 64 of letters, digits and _+=,.@-";
    if cloud
        .ledger
        .verify("Session name", held, expected, shorten(name))
    {
        return Ok(());
    }
    Err(invalid(match name.as_str() {
        "" => "RoleSessionName is required in AuthnResponse",
        _ => "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
    }))
}

/// The messages are those of the IAM guide's page on SAML troubleshooting, where it has one.
fn invalid(message: &str) -> AwsError {
    AwsError::new("InvalidIdentityToken", 400, message).in_own_words()
}
