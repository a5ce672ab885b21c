//! Every kind of change, in scenarios of different shape, with the check that notices it.

use super::{at, field, give, pick, stopped};
use crate::gui::view::branches::Branching;
use crate::gui::view::branches::editor::{Form, Signing, Way};

/// What is filled in.
enum Fill {
    /// Nothing: the change is made at once
    Nothing,
    /// A field
    Set(&'static str, &'static str),
    /// One more field
    Add(&'static str, &'static str),
    /// A field less
    Drop(&'static str),
    /// A field, and how the token is signed
    Sign(&'static str, &'static str, Signing),
    /// The only field
    Only(&'static str),
}

use Fill::{Add, Drop, Nothing, Only, Set, Sign};

fn hold(cases: &[(&str, &str, &str, &str, Fill, &str)]) {
    for (id, beat, whom, line, fill, expected) in cases {
        let mut model = at(id, beat);
        pick(&mut model, whom, line);
        let add = || match &model.branching.editor.as_ref().unwrap().form {
            Form::Request { fields, .. } | Form::Claims { fields, .. } => fields.len() - 1,
            _ => 0,
        };
        let typed = match fill {
            Nothing => Vec::new(),
            Set(name, value) => vec![Branching::Type(field(&model, name), (*value).into())],
            Add(name, value) => vec![
                Branching::Rename(add(), (*name).into()),
                Branching::Type(add(), (*value).into()),
            ],
            Drop(name) => vec![Branching::Drop(field(&model, name))],
            Sign(name, value, how) => vec![
                Branching::Type(field(&model, name), (*value).into()),
                Branching::Sign(*how),
            ],
            Only(value) => vec![Branching::Type(0, (*value).into())],
        };
        if !matches!(fill, Nothing) {
            typed.into_iter().for_each(|what| give(&mut model, what));
            give(&mut model, Branching::Make);
            if let Some(editor) = &model.branching.editor {
                panic!("{id}, {line}: {:?} {:?}", editor.problem(), editor.failed);
            }
        }
        assert_eq!(stopped(&model), *expected, "{id}, {beat}: {whom}: {line}");
    }
}

const SIGNATURE: &str = "identities NotAuthorizedException Signature";
const STS_SIGNATURE: &str = "sts InvalidIdentityToken Signature";
const CLAIMS: &str = "Edit the claims";

#[test]
fn claims_are_edited_under_the_old_signature_another_one_or_none() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            "ID token",
            CLAIMS,
            Set("aud", "other"),
            SIGNATURE,
        ),
        (
            "google-to-dynamodb",
            "identity",
            "ID token",
            CLAIMS,
            Set("sub", "somebody"),
            SIGNATURE,
        ),
        (
            "sts-directly",
            "assume",
            "ID token",
            CLAIMS,
            Sign("sub", "1", Signing::OtherKey),
            STS_SIGNATURE,
        ),
        (
            "classic-flow",
            "sts",
            "Identity pool token",
            CLAIMS,
            Sign("sub", "1", Signing::None),
            STS_SIGNATURE,
        ),
    ]);
}

#[test]
fn tokens_are_forged_and_things_used_in_place_of_others() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            "ID token",
            "Sign it with",
            Nothing,
            SIGNATURE,
        ),
        (
            "sts-directly",
            "assume",
            "ID token",
            "Set alg to none",
            Nothing,
            STS_SIGNATURE,
        ),
        (
            "facebook-to-s3",
            "upload",
            "redentials",
            "Change one byte",
            Nothing,
            "s3 InvalidToken Session token",
        ),
        (
            "facebook-to-s3",
            "identity",
            "ID token",
            "Use the access token",
            Nothing,
            "identities NotAuthorizedException Token use",
        ),
        (
            "classic-flow",
            "identity",
            "ID token",
            "Use the access token",
            Nothing,
            "identities NotAuthorizedException Token use",
        ),
        (
            "user-pool-sign-up",
            "get-user",
            "ccess token",
            "Use the ID token",
            Nothing,
            "users NotAuthorizedException Signature",
        ),
        (
            "facebook-to-s3",
            "upload",
            "redentials",
            "Let an attacker copy it",
            Nothing,
            "allowed",
        ),
    ]);
}

#[test]
fn requests_say_something_else_before_or_after_they_are_signed() {
    let sts = "AssumeRoleWithWebIdentity";
    let send = "Send another";
    hold(&[
        (
            "sts-directly",
            "assume",
            sts,
            send,
            Set("RoleSessionName", "x"),
            "sts ValidationError ",
        ),
        (
            "sts-directly",
            "assume",
            sts,
            send,
            Set("RoleArn", "arn:aws:iam::111122223333:role/Nobody"),
            "sts AccessDenied Role",
        ),
        (
            "sts-directly",
            "assume",
            sts,
            send,
            Add("DurationSeconds", "43200"),
            "sts ValidationError Duration",
        ),
        (
            "cross-account-role",
            "assume",
            "AssumeRole",
            send,
            Set("ExternalId", "guessed"),
            "sts/444455556666 AccessDenied Trust policy: ExternalId",
        ),
        (
            "facebook-to-s3",
            "tokens",
            "oauth2/token",
            send,
            Set("code_verifier", "guessed"),
            "users invalid_grant PKCE verifier",
        ),
        (
            "google-to-dynamodb",
            "write",
            "PutItem",
            "Alter PutItem on its way",
            Set("TableName", "Other"),
            "dynamodb InvalidSignatureException Signature",
        ),
        (
            "cross-account-role",
            "assume",
            "AssumeRole",
            "Alter AssumeRole on",
            Set("RoleSessionName", "other"),
            "sts/444455556666 SignatureDoesNotMatch Signature",
        ),
        (
            "facebook-to-s3",
            "own-photo",
            "ListObjectsV2",
            "Alter ListObjectsV2",
            Set("query.prefix", "other/"),
            "s3 SignatureDoesNotMatch Signature",
        ),
    ]);
}

#[test]
fn a_login_goes_under_another_name_or_not_at_all() {
    let model = at("facebook-to-s3", "identity");
    let mut form = model;
    pick(&mut form, "GetId", "Send another");
    let fields = match &form.branching.editor.as_ref().unwrap().form {
        crate::gui::view::branches::editor::Form::Request { fields, .. } => fields.clone(),
        _ => Vec::new(),
    };
    let at_login = fields.iter().position(|it| it.is_login()).unwrap();
    give(
        &mut form,
        Branching::Rename(at_login, "Logins.accounts.google.com".into()),
    );
    give(&mut form, Branching::Way(Way::Written));
    give(&mut form, Branching::Make);
    assert_eq!(stopped(&form), "identities NotAuthorizedException Issuer");
    let name: &'static str = fields[at_login].name.clone().leak();
    hold(&[(
        "facebook-to-s3",
        "identity",
        "GetId",
        "Send another",
        Drop(name),
        "identities NotAuthorizedException Guest access",
    )]);
}

#[test]
fn messages_are_lost_late_repeated_or_read() {
    let sts = "AssumeRoleWithWebIdentity";
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            "GetId",
            "Drop the request",
            Nothing,
            "the request of GetId got lost on its way",
        ),
        (
            "classic-flow",
            "pool-token",
            "GetOpenIdToken",
            "Drop the response",
            Nothing,
            "the response of GetOpenIdToken got lost on its way",
        ),
        (
            "sts-directly",
            "assume",
            sts,
            "Drop the request",
            Nothing,
            "the request of AssumeRoleWithWebIdentity got lost on its way",
        ),
        (
            "facebook-to-s3",
            "upload",
            "PutObject",
            "Delay the request",
            Only("20m"),
            "s3 RequestTimeTooSkewed Clock",
        ),
        (
            "google-to-dynamodb",
            "write",
            "PutItem",
            "Delay the request",
            Only("20m"),
            "dynamodb InvalidSignatureException Clock",
        ),
        (
            "facebook-to-s3",
            "tokens",
            "oauth2/token",
            "Replay the request",
            Nothing,
            "users invalid_grant Code unused",
        ),
        (
            "user-pool-sign-up",
            "confirm",
            "ConfirmSignUp",
            "Replay the request",
            Nothing,
            "users NotAuthorizedException Not confirmed yet",
        ),
        (
            "classic-flow",
            "sts",
            sts,
            "Read the response",
            Nothing,
            "allowed",
        ),
    ]);
}

const NOBODY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["sts:AssumeRoleWithWebIdentity","sts:AssumeRole"]}]}"#;
const DENY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

#[test]
fn policies_and_roles_are_set_up_differently() {
    let box_closed = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photo-box","arn:aws:s3:::photo-box/*"]}]}"#;
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            "sts",
            "Edit the trust policy of PhotoReader",
            Only(NOBODY),
            "identities InvalidIdentityPoolConfigurationException STS lends the role",
        ),
        (
            "sts-directly",
            "assume",
            "sts",
            "Edit the trust policy of NoteWriter",
            Only(NOBODY),
            "sts AccessDenied Trust policy: explicit deny",
        ),
        (
            "classic-flow",
            "sts",
            "sts",
            "Edit the trust policy of Surveyor",
            Only(NOBODY),
            "sts AccessDenied Trust policy: explicit deny",
        ),
        (
            "facebook-to-s3",
            "upload",
            "sts",
            "Edit OwnThingsOnly of PhotoReader",
            Only(DENY),
            "s3 AccessDenied Explicit deny",
        ),
        (
            "facebook-to-s3",
            "upload",
            "sts",
            "Take OwnThingsOnly from PhotoReader",
            Nothing,
            "s3 AccessDenied Permissions policy",
        ),
        (
            "google-to-dynamodb",
            "write",
            "sts",
            "Edit the boundary of Player",
            Only(DENY),
            "dynamodb AccessDeniedException Explicit deny",
        ),
        (
            "facebook-to-s3",
            "upload",
            "s3",
            "Edit the policy of photo-box",
            Only(box_closed),
            "s3 AccessDenied Explicit deny",
        ),
        (
            "google-to-dynamodb",
            "write",
            "sts",
            "Revoke the sessions of Player",
            Nothing,
            "dynamodb AccessDeniedException Explicit deny",
        ),
        (
            "sts-directly",
            "assume",
            "sts",
            "Delete NoteWriter",
            Nothing,
            "sts AccessDenied Role",
        ),
        (
            "three-hours",
            "ask-for-three",
            "sts",
            "Limit the sessions of Surveyor",
            Only("1h"),
            "sts ValidationError Duration",
        ),
    ]);
}

#[test]
fn identity_pools_and_users_are_set_up_differently() {
    hold(&[
        (
            "come-in-as-a-guest",
            "guest-identity",
            "identities",
            "Switch guest access off",
            Nothing,
            "identities NotAuthorizedException Guest access",
        ),
        (
            "classic-flow",
            "pool-token",
            "identities",
            "Switch the classic flow off",
            Nothing,
            "identities InvalidParameterException Basic flow",
        ),
        (
            "facebook-to-s3",
            "identity",
            "identities",
            "Take users for another app",
            Only("0example0"),
            "identities NotAuthorizedException Audience",
        ),
        (
            "google-to-dynamodb",
            "identity",
            "identities",
            "Do not take users",
            Nothing,
            "identities NotAuthorizedException Provider configured",
        ),
        (
            "roles-by-group",
            "preferred",
            "identities",
            "Take the role mapping away",
            Nothing,
            "identities InvalidIdentityPoolConfigurationException Role",
        ),
        (
            "user-pool-sign-up",
            "sign-in",
            "mia",
            "Disable",
            Nothing,
            "users NotAuthorizedException User enabled",
        ),
        (
            "user-pool-sign-up",
            "get-user",
            "mia",
            "Sign out everywhere",
            Nothing,
            "users NotAuthorizedException Not revoked",
        ),
        (
            "user-pool-sign-up",
            "get-user",
            "mia",
            "Delete",
            Nothing,
            "users UserNotFoundException User exists",
        ),
    ]);
}

#[test]
fn clocks_and_networks_fail() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            "phone",
            "Let time pass",
            Only("65m"),
            "identities NotAuthorizedException Not expired",
        ),
        (
            "sts-directly",
            "assume",
            "phone",
            "Let time pass",
            Only("2h"),
            "sts ExpiredTokenException Not expired",
        ),
        (
            "classic-flow",
            "sts",
            "phone",
            "Let time pass",
            Only("2h"),
            "sts ExpiredTokenException Not expired",
        ),
        (
            "facebook-to-s3",
            "who-am-i",
            "phone",
            "Set the clock of",
            Only("20m"),
            "sts SignatureDoesNotMatch Clock",
        ),
        (
            "google-to-dynamodb",
            "write",
            "phone",
            "Set the clock of",
            Only("-20m"),
            "dynamodb InvalidSignatureException Clock",
        ),
        (
            "facebook-to-s3",
            "identity",
            "phone",
            "Take",
            Nothing,
            "phone is offline",
        ),
        (
            "sts-directly",
            "assume",
            "phone",
            "Take",
            Nothing,
            "phone is offline",
        ),
        (
            "user-pool-sign-up",
            "sign-in",
            "laptop",
            "Take",
            Nothing,
            "laptop is offline",
        ),
    ]);
}

#[test]
fn a_token_takes_one_more_claim() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            "ID token",
            CLAIMS,
            Add("admin", "true"),
            SIGNATURE,
        ),
        (
            "google-to-dynamodb",
            "identity",
            "ID token",
            CLAIMS,
            Add("cognito:roles", "all"),
            SIGNATURE,
        ),
        (
            "sts-directly",
            "assume",
            "ID token",
            CLAIMS,
            Add("groups", "admins"),
            STS_SIGNATURE,
        ),
    ]);
}

#[test]
fn users_functions_and_providers_of_an_account_are_set_up_differently() {
    hold(&[
        (
            "embedded-keys",
            "works",
            "sts",
            "Take Everything from the-app",
            Nothing,
            "s3 AccessDenied Permissions policy",
        ),
        (
            "developer-identities",
            "vouch",
            "sts",
            "Take VouchForMembers from club-server",
            Nothing,
            "identities AccessDeniedException Permissions policy",
        ),
        (
            "leaked-session",
            "revoke",
            "sts",
            "Take Roles from ravi-admin",
            Nothing,
            "sts AccessDenied Permissions policy",
        ),
        (
            "verify-a-jwt",
            "id-token",
            "lambda",
            "Take the policy from who",
            Nothing,
            "recipes 500 ",
        ),
        (
            "website-without-servers",
            "order",
            "lambda",
            "Take the policy from my-order",
            Nothing,
            "shop InternalServerErrorException ",
        ),
        (
            "sync-trigger",
            "fine",
            "lambda",
            "Take the policy from referee",
            Nothing,
            "sync InvalidLambdaFunctionOutputException Sync trigger",
        ),
        (
            "iam-oidc-provider",
            "assume",
            "sts",
            "Take company-in-iam out of the account",
            Nothing,
            "sts InvalidIdentityToken Issuer known",
        ),
        (
            "github-actions",
            "assume",
            "sts",
            "Take github-in-iam out of the account",
            Nothing,
            "sts InvalidIdentityToken Issuer known",
        ),
        (
            "kubernetes-pod",
            "assume",
            "sts",
            "Take cluster-in-iam out of the account",
            Nothing,
            "sts InvalidIdentityToken Issuer known",
        ),
        (
            "roles-by-group",
            "sign-in",
            "users",
            "Take Lena out of the group editors",
            Nothing,
            "s3 AccessDenied Permissions policy",
        ),
    ]);
}
