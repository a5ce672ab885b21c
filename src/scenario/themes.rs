//! The sixty themes that exams ask about, by number, in our own few words. Scenarios name the
//! themes that they show by these numbers.

/// What each theme is about. Theme 1 is the first.
pub const TITLES: [&str; 60] = [
    "User pools authenticate, identity pools hand out AWS credentials",
    "Guests: using an app before signing in",
    "Why guests may do less than their role says",
    "The enhanced flow: two calls to Cognito alone",
    "The basic flow: the app itself calls STS",
    "Why the enhanced flow is preferred",
    "Credentials that last longer than an hour",
    "Which token an identity pool accepts from whom",
    "The key in the Logins map names the token's issuer",
    "What GetId verifies",
    "A guest who signs in keeps the identity",
    "Two logins of one person: linked or merged",
    "A company's own sign-in: developer-authenticated identities",
    "An identity pool needs roles",
    "The identity ID is not the user's sub",
    "Federation and roles instead of keys in the app",
    "Which STS calls need no AWS credentials",
    "Picking the right STS call",
    "What AssumedRoleUser stands for",
    "What else AssumeRoleWithWebIdentity answers",
    "What temporary credentials consist of",
    "How long a role's session lasts",
    "How long user sessions and federation tokens last",
    "Role chaining lasts an hour at most",
    "MFA and session policies across the STS calls",
    "What a web identity session may not call at STS",
    "Revoking sessions after a leak",
    "The errors of STS and what to do about each",
    "External IDs against the confused deputy",
    "SourceArn and SourceAccount between services",
    "Which providers need an IAM OIDC provider",
    "Several social logins without Cognito: a role for each",
    "Audience conditions of each provider",
    "The amr condition: signed in, guest, or by which provider",
    "A trust policy without an audience lets strangers in",
    "Web identity beyond mobile: clusters and build jobs",
    "Each user's own folder in S3",
    "Policy variables of providers, without Cognito",
    "Each user's own items in DynamoDB",
    "Only some attributes of an item",
    "Roles by group, and which group wins",
    "Choosing another of one's roles",
    "Roles by rules over claims",
    "Access by attributes: claims as principal tags",
    "The three tokens of a user pool",
    "Verifying a token oneself",
    "Rotating refresh tokens",
    "Revoked, and still accepted by who only verifies",
    "Signing out everywhere",
    "Moving users in without new passwords",
    "Picking the right trigger function",
    "What the feature plans of a user pool add",
    "Adaptive authentication by risk",
    "Compromised passwords",
    "Remembered devices",
    "One profile for native and social sign-in",
    "Protecting an API",
    "A load balancer that signs people in",
    "Settings that follow a user across devices (legacy Cognito Sync)",
    "Telling other devices: push sync, streams, events (legacy Cognito Sync)",
];

/// A theme's title; none where there is no such theme.
pub fn title(number: u32) -> Option<&'static str> {
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    const { &TITLES }.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_are_numbered_from_one_and_end_with_the_table() {
        assert_eq!(title(0), None);
        assert_eq!(title(37), Some("Each user's own folder in S3"));
        assert_eq!(title(61), None);
        assert_eq!(title(u32::MAX), None);
    }
}
