//! Actions of the services that web identity federation meets.
//!
//! Not every action AWS has: those that the simulated services know, and their neighbours. Used
//! to tell a misspelt action from another one; never to refuse a policy, because a policy may
//! well name a service that is not modelled here.

use super::error::nearest;

/// Service prefix and its actions, each list in alphabetical order.
pub const KNOWN_ACTIONS: &[(&str, &[&str])] = &[
    (
        "cognito-identity",
        &[
            "CreateIdentityPool",
            "DeleteIdentities",
            "DeleteIdentityPool",
            "DescribeIdentity",
            "DescribeIdentityPool",
            "GetCredentialsForIdentity",
            "GetId",
            "GetIdentityPoolRoles",
            "GetOpenIdToken",
            "GetOpenIdTokenForDeveloperIdentity",
            "GetPrincipalTagAttributeMap",
            "ListIdentities",
            "ListIdentityPools",
            "LookupDeveloperIdentity",
            "MergeDeveloperIdentities",
            "SetIdentityPoolRoles",
            "SetPrincipalTagAttributeMap",
            "UnlinkDeveloperIdentity",
            "UnlinkIdentity",
            "UpdateIdentityPool",
        ],
    ),
    (
        "cognito-idp",
        &[
            "AdminAddUserToGroup",
            "AdminConfirmSignUp",
            "AdminCreateUser",
            "AdminDeleteUser",
            "AdminDisableUser",
            "AdminEnableUser",
            "AdminGetUser",
            "AdminInitiateAuth",
            "AdminLinkProviderForUser",
            "AdminRemoveUserFromGroup",
            "AdminRespondToAuthChallenge",
            "AdminSetUserPassword",
            "AdminUpdateUserAttributes",
            "AdminUserGlobalSignOut",
            "ConfirmForgotPassword",
            "ConfirmSignUp",
            "CreateGroup",
            "CreateIdentityProvider",
            "CreateUserPool",
            "CreateUserPoolClient",
            "DescribeUserPool",
            "ForgotPassword",
            "GetTokensFromRefreshToken",
            "GetUser",
            "GlobalSignOut",
            "InitiateAuth",
            "ListGroups",
            "ListUserPools",
            "ListUsers",
            "ResendConfirmationCode",
            "RespondToAuthChallenge",
            "RevokeToken",
            "SignUp",
            "UpdateUserAttributes",
        ],
    ),
    (
        "cognito-sync",
        &[
            "BulkPublish",
            "DeleteDataset",
            "DescribeDataset",
            "DescribeIdentityPoolUsage",
            "DescribeIdentityUsage",
            "GetBulkPublishDetails",
            "GetCognitoEvents",
            "GetIdentityPoolConfiguration",
            "ListDatasets",
            "ListIdentityPoolUsage",
            "ListRecords",
            "QueryRecords",
            "RegisterDevice",
            "SetCognitoEvents",
            "SetIdentityPoolConfiguration",
            "SubscribeToDataset",
            "UnsubscribeFromDataset",
            "UpdateRecords",
        ],
    ),
    (
        "dynamodb",
        &[
            "BatchGetItem",
            "BatchWriteItem",
            "ConditionCheckItem",
            "CreateTable",
            "DeleteItem",
            "DeleteTable",
            "DescribeTable",
            "GetItem",
            "ListTables",
            "PartiQLSelect",
            "PutItem",
            "Query",
            "Scan",
            "UpdateItem",
            "UpdateTable",
        ],
    ),
    (
        "execute-api",
        &["InvalidateCache", "Invoke", "ManageConnections"],
    ),
    (
        "iam",
        &[
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreateAccessKey",
            "CreateOpenIDConnectProvider",
            "CreatePolicy",
            "CreateRole",
            "CreateSAMLProvider",
            "CreateUser",
            "DeleteAccessKey",
            "DeleteRole",
            "DeleteRolePermissionsBoundary",
            "DeleteRolePolicy",
            "GetRole",
            "GetRolePolicy",
            "GetUser",
            "ListAccessKeys",
            "ListRoles",
            "ListUsers",
            "PassRole",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "PutUserPolicy",
            "TagRole",
            "UpdateAssumeRolePolicy",
            "UpdateOpenIDConnectProviderThumbprint",
            "UpdateRole",
        ],
    ),
    (
        "kms",
        &[
            "CreateGrant",
            "CreateKey",
            "Decrypt",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "PutKeyPolicy",
            "ReEncryptFrom",
            "ReEncryptTo",
            "Sign",
            "Verify",
        ],
    ),
    (
        "lambda",
        &[
            "AddPermission",
            "CreateFunction",
            "DeleteFunction",
            "GetFunction",
            "InvokeAsync",
            "InvokeFunction",
            "InvokeFunctionUrl",
            "ListFunctions",
            "RemovePermission",
            "UpdateFunctionCode",
        ],
    ),
    (
        "s3",
        &[
            "AbortMultipartUpload",
            "CreateBucket",
            "DeleteBucket",
            "DeleteBucketPolicy",
            "DeleteObject",
            "DeleteObjectTagging",
            "DeleteObjectVersion",
            "GetBucketAcl",
            "GetBucketLocation",
            "GetBucketPolicy",
            "GetObject",
            "GetObjectAcl",
            "GetObjectAttributes",
            "GetObjectTagging",
            "GetObjectVersion",
            "ListAllMyBuckets",
            "ListBucket",
            "ListBucketMultipartUploads",
            "ListBucketVersions",
            "ListMultipartUploadParts",
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutObject",
            "PutObjectAcl",
            "PutObjectTagging",
            "RestoreObject",
        ],
    ),
    (
        "sns",
        &[
            "CreatePlatformApplication",
            "CreatePlatformEndpoint",
            "CreateTopic",
            "DeleteEndpoint",
            "DeleteTopic",
            "GetEndpointAttributes",
            "GetTopicAttributes",
            "ListSubscriptions",
            "ListTopics",
            "Publish",
            "SetEndpointAttributes",
            "SetTopicAttributes",
            "Subscribe",
            "Unsubscribe",
        ],
    ),
    (
        "sts",
        &[
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "DecodeAuthorizationMessage",
            "GetAccessKeyInfo",
            "GetCallerIdentity",
            "GetFederationToken",
            "GetSessionToken",
            "SetSourceIdentity",
            "TagSession",
        ],
    ),
];

/// The actions of a service, in any letter case; none when the service is not modelled.
fn actions_of(service: &str) -> Option<&'static [&'static str]> {
    let same = |(name, _): &&(&str, &[&str])| name.eq_ignore_ascii_case(service);
    KNOWN_ACTIONS.iter().find(same).map(|(_, actions)| *actions)
}

/// Whether the action is in the list; letter case does not count.
#[must_use]
pub fn is_known(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else {
        return false;
    };
    actions_of(service).is_some_and(|all| all.iter().any(|a| a.eq_ignore_ascii_case(name)))
}

/// The known action that an unknown one was probably meant to be.
///
/// Nothing for actions that are known, hold a wildcard, or belong to a service that is neither
/// modelled nor spelt like one that is.
#[must_use]
pub fn suggest(action: &str) -> Option<String> {
    let (service, name) = action.split_once(':')?;
    if name.contains(['*', '?']) || is_known(action) {
        return None;
    }
    let services = KNOWN_ACTIONS.iter().map(|(service, _)| *service);
    let service = match actions_of(service) {
        Some(_) => service.to_ascii_lowercase(),
        None => nearest(service, services)?.to_owned(),
    };
    let all = actions_of(&service)?;
    let same = all.iter().find(|a| a.eq_ignore_ascii_case(name)).copied();
    let found = same.or_else(|| nearest(name, all.iter().copied()))?;
    Some(format!("{service}:{found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_action_has_a_suggestion_and_a_known_one_has_none() {
        assert_eq!(suggest("s3:GetObjects").as_deref(), Some("s3:GetObject"));
        assert_eq!(suggest("S3:getobject"), None);
        assert_eq!(suggest("dynamo:Query").as_deref(), Some("dynamodb:Query"));
        assert_eq!(
            suggest("sts:AssumeRoleWithWebIdentiy").as_deref(),
            Some("sts:AssumeRoleWithWebIdentity")
        );
        assert_eq!(suggest("s3:Get*"), None);
        assert_eq!(suggest("quicksight:DescribeUser"), None);
    }

    #[test]
    fn the_lists_are_in_order_and_without_repetition() {
        for (service, actions) in KNOWN_ACTIONS {
            assert!(actions.is_sorted_by(|a, b| a < b), "{service}");
        }
        assert!(KNOWN_ACTIONS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
