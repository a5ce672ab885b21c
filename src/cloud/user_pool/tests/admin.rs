//! Administrators: signed requests, IAM's word, and what each operation does.

use super::*;
use crate::cloud::access::fixture;
use crate::protocol::sigv4::{Credentials, SignOptions, sign};
use crate::protocol::time::Span;

pub(super) const EVERYTHING: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Action": "cognito-idp:*",
    "Resource": "arn:aws:cognito-idp:us-east-1:111122223333:userpool/*"}]}"#;

/// The world, and credentials of an administrator on the phone.
struct Admin {
    world: World,
    credentials: Credentials,
}

fn admin(policy: &str) -> Admin {
    let fixture = fixture::World::with_policy(policy);
    Admin {
        world: furnish(fixture.cloud),
        credentials: fixture.credentials,
    }
}

impl Admin {
    fn call(&mut self, operation: &str, members: Value) -> Result<Value, Refusal> {
        let mut body = json!({ "UserPoolId": self.world.pool });
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        let url = format!("https://{}/", api_host());
        let mut request = post_json(&url, "application/x-amz-json-1.1", &body).unwrap();
        let target = format!("{}.{operation}", super::super::TARGET_PREFIX);
        request.set_header("x-amz-target", &target).unwrap();
        let now = self.world.cloud.now();
        let options = SignOptions::default();
        sign(
            &mut request,
            &self.credentials,
            "us-east-1",
            "cognito-idp",
            now,
            options,
        )
        .unwrap();
        let response = self.world.send(request);
        match self.world.last().refusal.clone() {
            Some(refusal) => Err(refusal),
            None => Ok(response.json_body().unwrap()),
        }
    }

    fn invite_ann(&mut self) -> Result<Value, Refusal> {
        let members = json!({
            "Username": "ann",
            "UserAttributes": [
                { "Name": "email", "Value": "ann@example.com" },
                { "Name": "email_verified", "Value": "true" },
            ],
        });
        self.call("AdminCreateUser", members)
    }
}

#[test]
fn an_invited_user_signs_in_with_the_password_from_the_inbox_and_replaces_it() {
    let mut admin = admin(EVERYTHING);
    let answer = admin.invite_ann().unwrap();
    assert_eq!(answer["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(answer["User"]["Enabled"], true);
    let temporary = admin.world.inbox();
    let challenge = admin.world.password_sign_in("ann", &temporary).unwrap();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let answers = json!({ "USERNAME": "ann", "NEW_PASSWORD": "Second-horse2" });
    let session = text(&challenge["Session"]);
    let tokens = admin
        .world
        .respond("NEW_PASSWORD_REQUIRED", &session, &answers)
        .unwrap();
    let id = claims(&text(&tokens["AuthenticationResult"]["IdToken"]));
    assert_eq!(id["email_verified"], true);
    let profile = admin
        .call("AdminGetUser", json!({ "Username": "ann" }))
        .unwrap();
    assert_eq!(profile["UserStatus"], "CONFIRMED");
}

#[test]
fn a_temporary_password_ends_after_a_week_and_another_can_be_sent() {
    let mut admin = admin(EVERYTHING);
    admin.invite_ann().unwrap();
    let again = json!({ "Username": "ann", "MessageAction": "RESEND" });
    let first = admin.world.inbox();
    admin.call("AdminCreateUser", again).unwrap();
    let second = admin.world.inbox();
    assert_ne!(first, second);
    assert!(admin.world.password_sign_in("ann", &first).is_err());
    admin.world.cloud.pass_time(Span::from_days(7));
    let message = "Temporary password has expired and must be reset by an administrator.";
    let refusal = refused("NotAuthorizedException", message);
    assert_eq!(admin.world.password_sign_in("ann", &second), Err(refusal));
}

#[test]
fn a_name_can_be_given_once() {
    let mut admin = admin(EVERYTHING);
    admin.invite_ann().unwrap();
    let refusal = refused("UsernameExistsException", "User account already exists");
    assert_eq!(admin.invite_ann(), Err(refusal));
    let again = json!({ "Username": "dora", "MessageAction": "RESEND" });
    let refusal = admin.call("AdminCreateUser", again).unwrap_err();
    assert_eq!(refusal.code, "UnsupportedUserStateException");
}

#[test]
fn an_unsigned_request_and_a_policy_that_says_nothing_are_refused() {
    let nothing = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": "cognito-idp:AdminGetUser", "Resource": "*"}]}"#;
    let mut admin = admin(nothing);
    let pool = admin.world.pool.clone();
    let before = admin.world.state();
    let body = json!({ "UserPoolId": pool, "Username": "dora" });
    let refusal = admin.world.api("AdminDisableUser", &body).unwrap_err();
    assert_eq!(refusal.code, "MissingAuthenticationTokenException");
    assert_eq!(admin.world.failed(), Some("Signed"));
    let refusal = admin
        .call("AdminDisableUser", json!({ "Username": "dora" }))
        .unwrap_err();
    assert_eq!(refusal.code, "AccessDeniedException");
    let arn = format!("arn:aws:cognito-idp:us-east-1:111122223333:userpool/{pool}");
    assert!(
        refusal.message.contains("cognito-idp:AdminDisableUser"),
        "{}",
        refusal.message
    );
    assert!(refusal.message.contains(&arn), "{}", refusal.message);
    assert_eq!(admin.world.state(), before);
    assert!(
        admin
            .call("AdminGetUser", json!({ "Username": "dora" }))
            .is_ok()
    );
}

#[test]
fn pools_users_and_groups_that_do_not_exist_are_named() {
    let mut admin = admin(EVERYTHING);
    let members = json!({ "UserPoolId": "us-east-1_000000000", "Username": "dora" });
    let message = "User pool us-east-1_000000000 does not exist.";
    let refusal = refused("ResourceNotFoundException", message);
    assert_eq!(admin.call("AdminDisableUser", members), Err(refusal));
    let refusal = refused("UserNotFoundException", "User does not exist.");
    let members = json!({ "Username": "nobody" });
    assert_eq!(admin.call("AdminDisableUser", members), Err(refusal));
    let refusal = refused("ResourceNotFoundException", "Group not found.");
    let members = json!({ "Username": "dora", "GroupName": "ghosts" });
    assert_eq!(admin.call("AdminAddUserToGroup", members), Err(refusal));
    assert_eq!(admin.world.failed(), Some("Group exists"));
}

#[test]
fn a_group_made_here_shows_in_tokens_with_the_lowest_precedence_first() {
    let mut admin = admin(EVERYTHING);
    let role = "arn:aws:iam::111122223333:role/Owner";
    let group = json!({ "GroupName": "owners", "RoleArn": role, "Precedence": 0 });
    let answer = admin.call("CreateGroup", group.clone()).unwrap();
    assert_eq!(answer["Group"]["Precedence"], 0);
    let refusal = refused(
        "GroupExistsException",
        "A group with the name already exists.",
    );
    assert_eq!(admin.call("CreateGroup", group), Err(refusal));
    let members = json!({ "Username": "dora", "GroupName": "owners" });
    admin.call("AdminAddUserToGroup", members.clone()).unwrap();
    let id = claims(&admin.world.doras_tokens().0);
    assert_eq!(id["cognito:groups"], json!(["owners", "editors"]));
    assert_eq!(id["cognito:preferred_role"], role);
    admin.call("AdminRemoveUserFromGroup", members).unwrap();
    let id = claims(&admin.world.doras_tokens().0);
    assert_eq!(id["cognito:groups"], json!(["editors"]));
    let negative = json!({ "GroupName": "x", "Precedence": -1 });
    let refusal = admin.call("CreateGroup", negative).unwrap_err();
    assert_eq!(refusal.code, "InvalidParameterException");
}

#[test]
fn a_disabled_user_is_out_until_enabled_again() {
    let mut admin = admin(EVERYTHING);
    let (_, access, refresh) = admin.world.doras_tokens();
    let dora = json!({ "Username": "dora" });
    admin.call("AdminDisableUser", dora.clone()).unwrap();
    let refusal = refused("NotAuthorizedException", "User is disabled.");
    assert_eq!(
        admin.world.password_sign_in("dora", PASSWORD),
        Err(refusal.clone())
    );
    assert_eq!(admin.world.refresh(&refresh), Err(refusal.clone()));
    let body = json!({ "AccessToken": access });
    assert_eq!(admin.world.api("GetUser", &body), Err(refusal));
    admin.call("AdminEnableUser", dora).unwrap();
    assert!(admin.world.password_sign_in("dora", PASSWORD).is_ok());
}

#[test]
fn an_administrators_sign_out_ends_tokens_and_browsers() {
    let mut admin = admin(EVERYTHING);
    let (_, access, refresh) = admin.world.doras_tokens();
    let sub = text(&claims(&access)["sub"]);
    let url = admin
        .world
        .ask()
        .append_to_url(&admin.world.hosted("/login"));
    let form = Form::new()
        .with("username", "dora")
        .with("password", PASSWORD);
    let response = admin.world.send(post_form(&url, &form).unwrap());
    let cookie = response
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let url = admin
        .world
        .ask()
        .append_to_url(&admin.world.hosted("/oauth2/authorize"));
    let browse = |admin: &mut Admin| {
        let mut request = get(&url).unwrap();
        request.set_header("cookie", &cookie).unwrap();
        location(&admin.world.send(request)).to_owned()
    };
    assert!(browse(&mut admin).starts_with(BACK));
    admin
        .call("AdminUserGlobalSignOut", json!({ "Username": sub }))
        .unwrap();
    let refusal = refused("NotAuthorizedException", "Access Token has been revoked");
    let body = json!({ "AccessToken": access });
    assert_eq!(admin.world.api("GetUser", &body), Err(refusal));
    assert!(admin.world.refresh(&refresh).is_err());
    assert!(!browse(&mut admin).starts_with(BACK));
}

#[test]
fn a_password_set_by_an_administrator_is_permanent_or_must_be_replaced() {
    let mut admin = admin(EVERYTHING);
    let mut members = json!({ "Username": "dora", "Password": "Second-horse2", "Permanent": true });
    admin.call("AdminSetUserPassword", members.clone()).unwrap();
    let answer = admin
        .world
        .password_sign_in("dora", "Second-horse2")
        .unwrap();
    assert!(answer["AuthenticationResult"]["IdToken"].is_string());
    members["Permanent"] = json!(false);
    admin.call("AdminSetUserPassword", members.clone()).unwrap();
    let answer = admin
        .world
        .password_sign_in("dora", "Second-horse2")
        .unwrap();
    assert_eq!(answer["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    members["Password"] = json!("weak");
    let refusal = admin.call("AdminSetUserPassword", members).unwrap_err();
    assert_eq!(refusal.code, "InvalidPasswordException");
}

fn link(user_id: &str) -> Value {
    json!({
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "dora" },
        "SourceUser": {
            "ProviderName": "Facebook",
            "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": user_id,
        },
    })
}

#[test]
fn a_linked_facebook_account_signs_in_as_the_user_it_was_linked_to() {
    let mut admin = admin(EVERYTHING);
    let own_sub = claims(&admin.world.doras_tokens().0)["sub"].clone();
    let ann = "10158000000000001";
    admin.call("AdminLinkProviderForUser", link(ann)).unwrap();
    let code = text(&json!(
        admin.world.sign_in_with_facebook().get("code").unwrap()
    ));
    let form = admin.world.redeem_form(&code);
    let (_, body) = admin.world.token(&form);
    let id = claims(&text(&body["id_token"]));
    assert_eq!(id["sub"], own_sub);
    assert_eq!(id["cognito:username"], "dora");
    assert_eq!(id["identities"][0]["userId"], ann);
    assert_eq!(id["identities"][0]["primary"], "false");
    let message = "SourceUser is already linked to DestinationUser";
    let refusal = refused("InvalidParameterException", message);
    assert_eq!(
        admin.call("AdminLinkProviderForUser", link(ann)),
        Err(refusal)
    );
    assert_eq!(admin.world.failed(), Some("Identity free"));
}

#[test]
fn who_signed_up_with_facebook_before_cannot_be_linked_any_more() {
    let mut admin = admin(EVERYTHING);
    admin.world.sign_in_with_facebook();
    let before = admin.world.state();
    let refusal = admin
        .call("AdminLinkProviderForUser", link("10158000000000001"))
        .unwrap_err();
    assert!(
        refusal
            .message
            .starts_with("Merging is not currently supported")
    );
    let mut other = link("1");
    other["SourceUser"]["ProviderName"] = json!("Nowhere");
    let refusal = admin.call("AdminLinkProviderForUser", other).unwrap_err();
    assert_eq!(refusal.code, "InvalidParameterException");
    assert_eq!(admin.world.failed(), Some("Provider"));
    assert_eq!(admin.world.state(), before);
}
