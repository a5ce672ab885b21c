//! Google, Amazon, Apple, a company and a deploy job in scenarios, each in a tiny one.

use super::files::Shipped;
use super::{load, perform};
use crate::recording::Recording;

const WORLD: &str = r##"
    accounts: [(id: "111122223333")],
    people: [(id: "dana", name: "Dana", email: "dana@example.com", passwords: {
        "google": "Made-up-1", "amazon": "Made-up-2", "apple": "Made-up-3", "company": "Made-up-4",
        "work": "Made-up-5", "facebook": "Made-up-6",
    })],
    devices: [
        (id: "phone", name: "Dana's phone", owner: "dana"),
        (id: "runner", name: "Build runner", kind: Backend),
    ],
    providers: [
        (id: "google", kind: Google),
        (id: "amazon", kind: LoginWithAmazon),
        (id: "apple", kind: Apple),
        (id: "company", kind: Oidc, name: "Example Corp", issuer: "https://login.example.com"),
        (id: "github", kind: GitHubActions),
    ],
    facebook_apps: [(id: "at-facebook", name: "Photo Box", app_id: "1234567890", callbacks: ["fb1234567890://authorize"])],
    provider_apps: [
        (id: "at-google", provider: "google", name: "Photo Box", app_id: "912345678901-phone.apps.googleusercontent.com", callbacks: ["com.example.photobox:/back"]),
        (id: "web-at-google", provider: "google", name: "Photo Box", secret: true, beside: "at-google"),
        (id: "pool-at-google", provider: "google", name: "Photo Box"),
        (id: "at-amazon", provider: "amazon", name: "Photo Box", app_id: "amzn1.application-oa2-client.mine", callbacks: ["amzn://com.example.photobox"]),
        (id: "pool-at-amazon", provider: "amazon", name: "Photo Box"),
        (id: "at-apple", provider: "apple", name: "Photo Box", callbacks: ["https://photos.example/apple"]),
        (id: "at-company", provider: "company", name: "Photo Box", app_id: "photo-box", callbacks: ["https://photos.example/staff"]),
        (id: "pool-at-company", provider: "company", name: "Photo Box"),
    ],
    workloads: [(id: "deploy", provider: "github", runs: Job(repository: "example-org/photos", reference: "refs/heads/main"))],
    oidc_providers: [
        (id: "company-in-iam", provider: "company", apps: ["at-company"]),
        (id: "github-in-iam", provider: "github", audiences: ["sts.amazonaws.com"]),
    ],
    saml_providers: [(id: "work", name: "Example Corp", host: "idp.example.com", trusted_as: "ExampleCorp", employees: [(person: "dana", roles: ["Engineer"])])],
    user_pools: [(
        id: "users",
        clients: [(id: "app", callbacks: ["https://photos.example/back"])],
        providers: [
            (app: "pool-at-google"),
            (app: "pool-at-amazon", mapping: {"email": "email"}),
            (app: "pool-at-company", name: "Staff"),
        ],
    )],
    identity_pools: [(
        id: "identities",
        pool_id: "us-east-1:11111111-2222-4333-8444-555555555555",
        logins: [
            UserPool(pool: "users", client: "app"),
            Provider(app: "at-google"),
            Provider(app: "at-amazon"),
            Provider(app: "at-apple"),
            Oidc(provider: "company-in-iam"),
        ],
        authenticated_role: "Reader",
    )],
    roles: [
        (id: "Reader", trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:11111111-2222-4333-8444-555555555555"}}}]}"#,
         policies: [(id: "Own folder", json: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::photo-box-pictures/${cognito-identity.amazonaws.com:sub}/*"}]}"#)]),
        (id: "GoogleUsers", trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"accounts.google.com:aud":"912345678901-phone.apps.googleusercontent.com"}}}]}"#,
         policies: [(id: "Own folder", json: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::photo-box-pictures/${accounts.google.com:sub}/*"}]}"#)]),
        (id: "AmazonUsers", trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"www.amazon.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"www.amazon.com:app_id":"amzn1.application-oa2-client.mine"}}}]}"#),
        (id: "FacebookUsers", trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"graph.facebook.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"graph.facebook.com:app_id":"1234567890"}}}]}"#),
        (id: "Deployer", trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:example-org/photos:*"}}}]}"#),
        (id: "Engineer", trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/ExampleCorp"},"Action":"sts:AssumeRoleWithSAML","Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}]}"#),
    ],
    buckets: [(id: "photo-box-pictures")],
"##;

fn story(world: &str, actions: &str, expect: &str) -> String {
    format!(
        "(id: \"t\", title: \"T\", summary: \"s\", world: ({world}), \
         chapters: [(title: \"c\", beats: [(id: \"x\", title: \"X\", caption: \"c\", \
         actions: [{actions}], expect: [{expect}])])])"
    )
}

/// Performs these actions; everything must be as expected.
fn holds(actions: &str, expect: &str) -> Recording {
    let text = story(WORLD, actions, expect);
    let scenario = load(&Shipped, "t.ron", text.as_bytes())
        .unwrap_or_else(|report| panic!("{}", report.render(false)));
    let recording = perform(&scenario, None).unwrap();
    for verdict in &recording.beats[0].verdicts {
        assert!(verdict.held, "{actions}: {verdict:?}");
    }
    recording
}

/// What is wrong with a world.
fn complaint(from: &str, to: &str) -> String {
    assert!(WORLD.contains(from));
    let text = story(&WORLD.replacen(from, to, 1), "Wait(\"1s\")", "");
    let report = load(&Shipped, "t.ron", text.as_bytes()).unwrap_err();
    report.render(false)
}

fn at_provider(app: &str) -> String {
    format!(
        r#"OpenProviderSignIn(device: "phone", app: "{app}"),
           SignInAtProvider(device: "phone", person: "dana"), RedeemCode(device: "phone"),"#
    )
}

fn through_pool(provider: &str) -> String {
    format!(
        r#"OpenSignIn(device: "phone", client: "app", provider: "{provider}"),
           SignInAtProvider(device: "phone", person: "dana"),
           FollowRedirects(device: "phone"), RedeemCode(device: "phone"),"#
    )
}

fn to_s3(login: &str) -> String {
    format!(
        r#"GetId(device: "phone", pool: "identities", login: {login}),
           GetCredentials(device: "phone", pool: "identities", login: {login}),
           PutObject(device: "phone", bucket: "photo-box-pictures", key: "{{phone.identity_id}}/a.jpg", text: "a"),
           GetObject(device: "phone", bucket: "photo-box-pictures", key: "{{phone.identity_id}}/a.jpg")"#
    )
}

#[test]
fn people_reach_s3_through_a_user_pool_with_each_provider() {
    for provider in ["Google", "LoginWithAmazon", "Staff"] {
        let login = r#"UserPool("users", Held("phone", IdToken))"#;
        holds(&format!("{}{}", through_pool(provider), to_s3(login)), "");
    }
}

#[test]
fn people_reach_s3_with_a_providers_own_token() {
    let logins = [
        ("at-google", r#"Google(Held("phone", IdToken))"#),
        ("at-amazon", r#"Amazon(Held("phone", OpaqueToken))"#),
        ("at-apple", r#"Apple(Held("phone", IdToken))"#),
        ("at-company", r#"Oidc("company", Held("phone", IdToken))"#),
    ];
    for (app, login) in logins {
        holds(&format!("{}{}", at_provider(app), to_s3(login)), "");
    }
}

#[test]
fn tokens_go_straight_to_sts() {
    let google = r#"AssumeRoleWithWebIdentity(device: "phone", role: "GoogleUsers", token: Held("phone", IdToken), session_name: "dana"),
        PutObject(device: "phone", bucket: "photo-box-pictures", key: "{phone.id_token.sub}/a.jpg", text: "a")"#;
    holds(&format!("{}{google}", at_provider("at-google")), "");
    let amazon = r#"AssumeRoleWithWebIdentity(device: "phone", role: "AmazonUsers", token: Held("phone", OpaqueToken), session_name: "dana", provider_id: "www.amazon.com")"#;
    holds(&format!("{}{amazon}", at_provider("at-amazon")), "");
    let facebook = r#"OpenProviderSignIn(device: "phone", app: "at-facebook"),
        SignInAtProvider(device: "phone", person: "dana"),
        AssumeRoleWithWebIdentity(device: "phone", role: "FacebookUsers", token: Held("phone", OpaqueToken), session_name: "dana", provider_id: "graph.facebook.com")"#;
    holds(facebook, "");
}

#[test]
fn a_token_for_a_sister_app_falls_into_the_azp_trap() {
    let hybrid = r#"OpenProviderSignIn(device: "phone", app: "at-google", audience: "web-at-google"),
        SignInAtProvider(device: "phone", person: "dana"), RedeemCode(device: "phone"),
        AssumeRoleWithWebIdentity(device: "phone", role: "GoogleUsers", token: Held("phone", IdToken), session_name: "dana")"#;
    let recording = holds(hybrid, "Allowed");
    let decision = recording.decisions.last().unwrap();
    let key = |name: &str| decision.context[&format!("accounts.google.com:{name}")].clone();
    assert_ne!(key("aud"), key("oaud"));
}

#[test]
fn a_job_deploys_without_any_stored_key() {
    let job = r#"GetWorkloadToken(device: "runner", workload: "deploy", audience: "sts.amazonaws.com"),
        AssumeRoleWithWebIdentity(device: "runner", role: "Deployer", token: Held("runner", IdToken), session_name: "deploy"),
        GetCallerIdentity(device: "runner")"#;
    holds(job, "");
    let other = r#"GetWorkloadToken(device: "runner", workload: "deploy"),
        AssumeRoleWithWebIdentity(device: "runner", role: "Deployer", token: Held("runner", IdToken), session_name: "deploy")"#;
    let refused = r#"Refused(by: "sts", code: "InvalidIdentityToken", check: "Audience")"#;
    holds(other, refused);
}

#[test]
fn an_employee_gets_an_assertion_at_work() {
    let actions = r#"OpenWorkSignIn(device: "phone", provider: "work"),
        SignInAtProvider(device: "phone", person: "dana"),
        Copy(from: "phone", to: "runner", what: Assertion)"#;
    holds(actions, "");
    let wrong = r#"OpenWorkSignIn(device: "phone", provider: "work"),
        SignInAtProvider(device: "phone", person: "dana", password: "guess")"#;
    let refused = r#"Refused(by: "work", code: "Not signed in", check: "Password")"#;
    holds(wrong, refused);
}

#[test]
fn a_declined_consent_and_a_tampered_token_are_refused() {
    let declined = r#"OpenProviderSignIn(device: "phone", app: "at-google"),
        SignInAtProvider(device: "phone", person: "dana", consent: false)"#;
    let refused = r#"Refused(by: "google", code: "access_denied", check: "Consent")"#;
    holds(declined, refused);
    let tampered = format!(
        r#"{}Tamper(device: "phone", what: IdToken, how: OtherKey),
        GetId(device: "phone", pool: "identities", login: Google(Held("phone", IdToken)))"#,
        at_provider("at-google")
    );
    let code = "NotAuthorizedException";
    let refused = format!(r#"Refused(by: "identities", code: "{code}", check: "Signature")"#);
    holds(&tampered, &refused);
}

#[test]
fn mistakes_in_providers_are_pointed_at() {
    let cases = [
        (
            r#"(id: "at-google", provider: "google""#,
            r#"(id: "at-google", provider: "goggle""#,
            "`google`",
        ),
        (
            r#", issuer: "https://login.example.com""#,
            "",
            "has no issuer",
        ),
        (
            r#"kind: Google)"#,
            r#"kind: Google, issuer: "https://x.example")"#,
            "has an issuer of its own",
        ),
        (
            r#"(id: "apple", kind: Apple)"#,
            r#"(id: "apple", kind: Google)"#,
            "already a Google",
        ),
        (
            r#"provider: "github", runs"#,
            r#"provider: "company", runs"#,
            "does not run such programs",
        ),
        (
            r#"Provider(app: "at-apple")"#,
            r#"Provider(app: "at-company")"#,
            "no app of Google",
        ),
        (
            r#"Provider(app: "at-apple")"#,
            r#"Provider(app: "at-facebook")"#,
            "app of Facebook",
        ),
        (
            r#"Oidc(provider: "company-in-iam")"#,
            r#"Oidc(provider: "company")"#,
            "company-in-iam",
        ),
        (
            r#"(app: "pool-at-google")"#,
            r#"(app: "pool-at-gogle")"#,
            "`pool-at-google`",
        ),
        (
            r#"person: "dana", roles: ["Engineer"]"#,
            r#"person: "dana", roles: ["Enginer"]"#,
            "`Engineer`",
        ),
    ];
    for (from, to, wanted) in cases {
        let said = complaint(from, to);
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let login = r#"UserPool("users", Held("phone", IdToken))"#;
    let actions = format!("{}{}", through_pool("Google"), to_s3(login));
    let bytes = || {
        let recording = holds(&actions, "");
        crate::recording::trace::lines(&recording).collect::<Vec<_>>()
    };
    assert_eq!(bytes(), bytes());
}
