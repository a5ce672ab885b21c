//! The simulated world, set up differently.

use super::hold;

#[test]
fn a_role_that_trusts_nobody_is_not_lent() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            r#"role:PhotoReader.trust={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["sts:AssumeRoleWithWebIdentity","sts:AssumeRole"]}]}"#,
            "identities InvalidIdentityPoolConfigurationException STS lends the role",
        ),
        (
            "sts-directly",
            "assume",
            r#"role:NoteWriter.trust={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["sts:AssumeRoleWithWebIdentity","sts:AssumeRole"]}]}"#,
            "sts AccessDenied Trust policy: explicit deny",
        ),
        (
            "classic-flow",
            "sts",
            r#"role:Surveyor.trust={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["sts:AssumeRoleWithWebIdentity","sts:AssumeRole"]}]}"#,
            "sts AccessDenied Trust policy: explicit deny",
        ),
    ]);
}

#[test]
fn a_policy_edited_counts_from_the_next_request_on() {
    hold(&[
        (
            "facebook-to-s3",
            "upload",
            r#"role:PhotoReader.policy.OwnThingsOnly={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "s3 AccessDenied Explicit deny",
        ),
        (
            "facebook-to-s3",
            "upload",
            r"role:PhotoReader.policy.OwnThingsOnly=none",
            "s3 AccessDenied Permissions policy",
        ),
        (
            "facebook-to-s3",
            "upload",
            r#"role:PhotoReader.policy.OwnThingsOnly={"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            "allowed",
        ),
        (
            "google-to-dynamodb",
            "write",
            r#"role:Player.policy.More={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "dynamodb AccessDeniedException Explicit deny",
        ),
        (
            "come-in-as-a-guest",
            "map",
            r#"role:Visitor.policy.More={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "s3 AccessDenied Explicit deny",
        ),
    ]);
}

#[test]
fn a_boundary_limits_what_a_role_may_do() {
    hold(&[
        (
            "facebook-to-s3",
            "upload",
            r#"role:PhotoReader.boundary={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "s3 AccessDenied Explicit deny",
        ),
        (
            "google-to-dynamodb",
            "write",
            r#"role:Player.boundary={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "dynamodb AccessDeniedException Explicit deny",
        ),
        (
            "come-in-as-a-guest",
            "map",
            r#"role:Visitor.boundary={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "s3 AccessDenied Explicit deny",
        ),
    ]);
}

#[test]
fn revoked_sessions_are_over() {
    hold(&[
        (
            "facebook-to-s3",
            "upload",
            r"role:PhotoReader.sessions=revoked",
            "s3 AccessDenied Explicit deny",
        ),
        (
            "google-to-dynamodb",
            "write",
            r"role:Player.sessions=revoked",
            "dynamodb AccessDeniedException Explicit deny",
        ),
        (
            "classic-flow",
            "upload",
            r"role:Surveyor.sessions=revoked",
            "s3 AccessDenied Explicit deny",
        ),
    ]);
}

#[test]
fn a_deleted_role_is_lent_to_nobody() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            r"role:PhotoReader.deleted",
            "identities InvalidIdentityPoolConfigurationException STS lends the role",
        ),
        (
            "sts-directly",
            "assume",
            r"role:NoteWriter.deleted",
            "sts AccessDenied Role",
        ),
        (
            "classic-flow",
            "sts",
            r"role:Surveyor.deleted",
            "sts AccessDenied Role",
        ),
    ]);
}

#[test]
fn a_role_with_short_sessions() {
    hold(&[
        (
            "three-hours",
            "ask-for-three",
            r"role:Surveyor.max_session=1h",
            "sts ValidationError Duration",
        ),
        (
            "longer-than-an-hour",
            "long-role",
            r"role:LongWriter.max_session=1h",
            "sts ValidationError Duration",
        ),
        (
            "role-chaining",
            "four-hours",
            r"role:Engineer.max_session=1h",
            "sts ValidationError Duration",
        ),
    ]);
}

#[test]
fn a_bucket_policy_that_denies_wins() {
    hold(&[
        (
            "facebook-to-s3",
            "upload",
            r#"bucket:photo-box.policy={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photo-box","arn:aws:s3:::photo-box/*"]}]}"#,
            "s3 AccessDenied Explicit deny",
        ),
        (
            "classic-flow",
            "upload",
            r#"bucket:surveys.policy={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::surveys","arn:aws:s3:::surveys/*"]}]}"#,
            "s3 AccessDenied Explicit deny",
        ),
        (
            "come-in-as-a-guest",
            "map",
            r#"bucket:museum.policy={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::museum","arn:aws:s3:::museum/*"]}]}"#,
            "s3 AccessDenied Explicit deny",
        ),
    ]);
}

#[test]
fn guest_access_and_the_classic_flow_are_switches() {
    hold(&[
        (
            "come-in-as-a-guest",
            "guest-identity",
            r"identity-pool:identities.guests=off",
            "identities NotAuthorizedException Guest access",
        ),
        (
            "guests-or-signed-in",
            "guest",
            r"identity-pool:identities.guests=off",
            "identities NotAuthorizedException Guest access",
        ),
        (
            "website-without-servers",
            "catalogue",
            r"identity-pool:identities.guests=off",
            "identities NotAuthorizedException Guest access",
        ),
        (
            "classic-flow",
            "pool-token",
            r"identity-pool:identities.classic=off",
            "identities InvalidParameterException Basic flow",
        ),
        (
            "guests-or-signed-in",
            "guest",
            r"identity-pool:identities.classic=off",
            "identities InvalidParameterException Basic flow",
        ),
        (
            "facebook-to-s3",
            "credentials",
            r"identity-pool:identities.classic=on",
            "allowed",
        ),
    ]);
}

#[test]
fn an_identity_pool_for_another_app_or_provider() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            r"identity-pool:identities.client.users=0example0",
            "identities NotAuthorizedException Audience",
        ),
        (
            "google-to-dynamodb",
            "identity",
            r"identity-pool:identities.provider.users=none",
            "identities NotAuthorizedException Provider configured",
        ),
        (
            "classic-flow",
            "identity",
            r"identity-pool:identities.client.users=0example0",
            "identities NotAuthorizedException Audience",
        ),
        (
            "facebook-to-s3",
            "credentials",
            r"identity-pool:identities.identity.{phone.identity_id}=none",
            "identities ResourceNotFoundException Identity",
        ),
    ]);
}

#[test]
fn a_role_mapping_decides() {
    hold(&[
        (
            "roles-by-group",
            "preferred",
            r"identity-pool:identities.mapping=none",
            "identities InvalidIdentityPoolConfigurationException Role",
        ),
        (
            "role-by-rule",
            "omars-role",
            r"identity-pool:identities.mapping=none",
            "identities InvalidIdentityPoolConfigurationException Role",
        ),
        (
            "facebook-to-s3",
            "credentials",
            r"identity-pool:identities.mapping=token:users",
            "identities NotAuthorizedException Role",
        ),
    ]);
}

#[test]
fn a_user_locked_out_signed_out_or_gone() {
    hold(&[
        (
            "user-pool-sign-up",
            "sign-in",
            r"user:mia.disabled",
            "users NotAuthorizedException User enabled",
        ),
        (
            "user-pool-sign-up",
            "get-user",
            r"user:mia.signed_out",
            "users NotAuthorizedException Not revoked",
        ),
        (
            "user-pool-sign-up",
            "get-user",
            r"user:mia.deleted",
            "users UserNotFoundException User exists",
        ),
        (
            "classic-flow",
            "sign-in",
            r"user:ravi.disabled",
            "users NotAuthorizedException User enabled",
        ),
        (
            "roles-by-group",
            "sign-in",
            r"user:lena.disabled",
            "users NotAuthorizedException User enabled",
        ),
    ]);
}

#[test]
fn the_own_policies_of_an_iam_user_decide() {
    hold(&[
        (
            "cross-account-role",
            "assume",
            r"iam-user:cost-watch.policy.Customers=none",
            "sts/444455556666 AccessDenied Permissions policy",
        ),
        (
            "cross-account-role",
            "assume",
            r#"iam-user:cost-watch.policy.More={"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
            "sts/444455556666 AccessDenied Explicit deny",
        ),
        (
            "embedded-keys",
            "works",
            r"iam-user:the-app.policy.Everything=none",
            "s3 AccessDenied Permissions policy",
        ),
        (
            "developer-identities",
            "vouch",
            r"iam-user:club-server.policy.VouchForMembers=none",
            "identities AccessDeniedException Permissions policy",
        ),
        (
            "confused-deputy",
            "assume",
            r"iam-user:cost-watch.policy.Customers=none",
            "sts/444455556666 AccessDenied Permissions policy",
        ),
    ]);
}

#[test]
fn a_function_runs_for_whom_its_policy_names() {
    hold(&[
        (
            "api-with-tokens",
            "me",
            r"function:who.policy=none",
            "bakery InternalServerErrorException ",
        ),
        (
            "verify-a-jwt",
            "id-token",
            r"function:who.policy=none",
            "recipes 500 ",
        ),
        (
            "website-without-servers",
            "order",
            r"function:my-order.policy=none",
            "shop InternalServerErrorException ",
        ),
        (
            "sync-trigger",
            "fine",
            r"function:referee.policy=none",
            "sync InvalidLambdaFunctionOutputException Sync trigger",
        ),
    ]);
}

#[test]
fn an_account_takes_tokens_of_providers_that_it_trusts() {
    hold(&[
        (
            "iam-oidc-provider",
            "assume",
            r"oidc-provider:company-in-iam=none",
            "sts InvalidIdentityToken Issuer known",
        ),
        (
            "iam-oidc-provider",
            "assume",
            r"oidc-provider:company-in-iam=lunch",
            "sts InvalidIdentityToken Audience",
        ),
        (
            "iam-oidc-provider",
            "audience",
            r"oidc-provider:company-in-iam=reports,lunch",
            "sts AccessDenied Trust policy: aud",
        ),
        (
            "github-actions",
            "assume",
            r"oidc-provider:github-in-iam=none",
            "sts InvalidIdentityToken Issuer known",
        ),
        (
            "kubernetes-pod",
            "assume",
            r"oidc-provider:cluster-in-iam=none",
            "sts InvalidIdentityToken Issuer known",
        ),
    ]);
}

#[test]
fn groups_are_joined_and_left() {
    hold(&[
        (
            "roles-by-group",
            "sign-in",
            r"user:lena.group.editors=off",
            "s3 AccessDenied Permissions policy",
        ),
        (
            "roles-by-group-tie",
            "choose",
            r"user:lena.group.editors=off",
            "allowed",
        ),
        (
            "roles-by-group",
            "preferred",
            r"user:lena.group.readers=off",
            "allowed",
        ),
    ]);
    let parent = super::story("roles-by-group");
    let joins = |group: &str| {
        let text = format!(r#"User(pool: "users", user: "lena", becomes: Joins("{group}"))"#);
        super::try_branch(&parent, "sign-in", &text)
            .unwrap_err()
            .to_string()
    };
    assert!(joins("editors").contains("lena is in editors"));
    assert!(joins("editor").contains("did you mean `editors`?"));
}

#[test]
fn a_user_is_named_by_what_a_device_knows() {
    let parent = super::story("facebook-to-s3");
    let text = r#"User(pool: "users", user: "{phone.id_token.sub}", becomes: Disabled)"#;
    let branch = super::branch(&parent, "own-photo", text);
    let says = &branch.recording().interventions[0].says;
    assert!(
        !says.contains('{') && says.ends_with(" is disabled"),
        "{says}"
    );
}
