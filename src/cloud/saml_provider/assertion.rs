//! The assertion: an XML document that says who signed in and which roles are theirs, and the
//! signature over its exact bytes.

use super::config::key_name;
use super::{Employee, Provider};
use crate::cloud::Cloud;
use crate::cloud::ledger::{ActorId, ArtifactKind, Mint, Source};
use crate::protocol::encoding::{base64, base64_decode};
use crate::protocol::keys::{Algorithm, KeyError, SigningKey};
use crate::protocol::time::Span;
use crate::protocol::xml::escape;

/// Where assertions for AWS go.
pub(super) const RECIPIENT: &str = "https://signin.aws.amazon.com/saml";
/// Whom they are meant for.
pub(super) const AUDIENCE: &str = "urn:amazon:webservices";
/// The attribute that pairs roles with providers.
pub(super) const ROLE: &str = "https://aws.amazon.com/SAML/Attributes/Role";
/// The attribute that names the session.
pub(super) const SESSION_NAME: &str = "https://aws.amazon.com/SAML/Attributes/RoleSessionName";
/// The attribute that says how long sessions last.
pub(super) const SESSION_DURATION: &str = "https://aws.amazon.com/SAML/Attributes/SessionDuration";
/// The namespace of assertions.
pub(super) const NAMESPACE: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of the signature, which is Tokentrail's own: it covers bytes, not canonical XML.
pub(super) const SIGNATURE_NAMESPACE: &str = "urn:tokentrail:signature-over-exact-bytes";
/// The algorithm of the signature.
pub(super) const ALGORITHM: Algorithm = Algorithm::RS256;

/// Where an assertion ends.
const ASSERTION_END: &str = "</saml:Assertion>";
/// How long an assertion may be shown.
const VALIDITY: Span = Span::from_minutes(5);
/// The form of a subject's name.
const NAME_ID_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/// Makes an assertion about somebody and signs it. Returns the response document in base64, as
/// browsers carry it.
pub(super) fn make(
    cloud: &mut Cloud,
    actor: &ActorId,
    (provider, employee): (&Provider, &Employee),
) -> Result<String, KeyError> {
    let key = cloud.keys.get(&key_name(actor))?;
    let stream = format!("saml/{actor}/assertion-id");
    let id = format!("_{}", cloud.fresh(&stream).hex(32));
    let (now, end) = (cloud.now(), cloud.now() + VALIDITY);
    let assertion = element(provider, employee, (&id, &now.iso8601(), &end.iso8601()));
    let signature = base64(&key.sign(ALGORITHM, assertion.as_bytes())?);
    let document = format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Version=\"2.0\" \
         ID=\"{id}r\" IssueInstant=\"{}\" Destination=\"{RECIPIENT}\"><samlp:Status>\
         <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>\
         {assertion}<tt:Signature xmlns:tt=\"{SIGNATURE_NAMESPACE}\" Algorithm=\"rsa-sha256\">\
         {signature}</tt:Signature></samlp:Response>",
        now.iso8601()
    );
    let value = base64(document.as_bytes());
    let here = || Source::World {
        place: format!("{} employee {}", provider.name, employee.session_name),
    };
    let roles: Vec<&str> = employee
        .roles
        .iter()
        .map(|(role, _)| role.as_str())
        .collect();
    let mint = Mint::text(ArtifactKind::Assertion, "SAML assertion", value.clone())
        .expiring(end)
        .fact("Issuer", provider.entity_id.clone())
        .fact("NameID", employee.email.clone())
        .fact("RoleSessionName", employee.session_name.clone())
        .fact("Role", roles.join(", "))
        .fact("Signature", "RSA-SHA256 over the assertion's exact bytes")
        .origin("ID", id, Source::Random { stream })
        .origin("NameID", employee.email.clone(), here())
        .origin("RoleSessionName", employee.session_name.clone(), here())
        .origin("Role", roles.join(", "), here())
        .origin("NotOnOrAfter", end.iso8601(), Source::Clock);
    cloud.mint(actor, mint);
    Ok(value)
}

/// The same assertion signed with another key, as somebody does who has not the provider's. The
/// answer is nothing where the document is none that is signed here.
pub fn signed_anew(document: &str, key: &SigningKey) -> Option<String> {
    let text = String::from_utf8(base64_decode(document).ok()?).ok()?;
    let start = text.find("<saml:Assertion ")?;
    let end = text.find(ASSERTION_END)? + ASSERTION_END.len();
    let (before, behind) = (text.get(..end)?, text.get(end..)?);
    let opened = behind.find('>')? + 1;
    let closed = behind.find("</tt:Signature>")?;
    let signature = key.sign(ALGORITHM, text.get(start..end)?.as_bytes()).ok()?;
    let (open, close) = (behind.get(..opened)?, behind.get(closed..)?);
    let forged = format!("{before}{open}{}{close}", base64(&signature));
    Some(base64(forged.as_bytes()))
}

/// The bytes that are signed.
fn element(provider: &Provider, employee: &Employee, (id, now, end): (&str, &str, &str)) -> String {
    let issuer = escape(&provider.entity_id);
    let subject = escape(&employee.email);
    let attributes = attributes(employee);
    format!(
        "<saml:Assertion xmlns:saml=\"{NAMESPACE}\" Version=\"2.0\" ID=\"{id}\" \
         IssueInstant=\"{now}\"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject>\
         <saml:NameID Format=\"{NAME_ID_FORMAT}\">{subject}</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
         <saml:SubjectConfirmationData NotOnOrAfter=\"{end}\" Recipient=\"{RECIPIENT}\"/>\
         </saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"{now}\" NotOnOrAfter=\"{end}\"><saml:AudienceRestriction>\
         <saml:Audience>{AUDIENCE}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"{now}\"/><saml:AttributeStatement>{attributes}\
         </saml:AttributeStatement></saml:Assertion>"
    )
}

fn attributes(employee: &Employee) -> String {
    let mut pairs: Vec<(&str, Vec<String>)> = Vec::new();
    let roles = employee.roles.iter();
    pairs.push((
        ROLE,
        roles.map(|(role, by)| format!("{role},{by}")).collect(),
    ));
    pairs.push((SESSION_NAME, vec![employee.session_name.clone()]));
    let seconds = employee.session_seconds.map(|seconds| seconds.to_string());
    pairs.extend(seconds.map(|seconds| (SESSION_DURATION, vec![seconds])));
    let attribute = |(name, values): (&str, Vec<String>)| {
        let value = |text: &String| {
            format!(
                "<saml:AttributeValue>{}</saml:AttributeValue>",
                escape(text)
            )
        };
        let values: String = values.iter().map(value).collect();
        format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
    };
    pairs.into_iter().map(attribute).collect()
}
