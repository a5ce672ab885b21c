//! A hand-made moment for tests and for looking at the picture: the identity pool asks STS for
//! credentials, STS is in the middle of its checks.

use crate::cloud::ledger::{ActorId, ActorKind, ArtifactId, ArtifactKind, ExchangeId};
use crate::protocol::time::Moment;
use crate::stage::frame::*;

fn chip(
    id: u32,
    kind: ArtifactKind,
    label: &str,
    x: f32,
    y: f32,
    w: f32,
    ring: Option<f32>,
) -> ChipView {
    ChipView {
        artifact: ArtifactId(id),
        kind,
        look: ArtifactLook::Whole,
        label: label.to_owned(),
        rect: Rect::new(x, y, w, 24.0),
        ring,
        opacity: 1.0,
    }
}

fn actor(
    id: &str,
    kind: ActorKind,
    name: &str,
    line: &[&str],
    x: f32,
    y: f32,
    w: f32,
    h: f32,
) -> ActorView {
    ActorView {
        id: ActorId::new(id),
        kind,
        name: name.to_owned(),
        line: line.iter().map(|&line| line.to_owned()).collect(),
        rect: Rect::new(x, y, w, h),
        icon: Rect::new(x + 14.0, y + 14.0, 30.0, 30.0),
        name_rect: Rect::new(x + 56.0, y + 12.0, w - 68.0, 20.0),
        line_rect: Rect::new(x + 56.0, y + 34.0, w - 68.0, 17.0 * line.len() as f32),
        look: ActorLook::Calm,
        wallet: Vec::new(),
        hidden: 0,
        hidden_rect: Rect::default(),
    }
}

fn zone(kind: ZoneKind, title: &str, title_width: f32, rect: Rect) -> ZoneView {
    ZoneView {
        kind,
        title: title.to_owned(),
        title_rect: Rect::new(rect.x + 24.0, rect.y - 9.0, title_width, 18.0),
        rect,
    }
}

fn row(position: u32, name: &str, evidence: &str, state: TickState, y: f32) -> CheckRow {
    CheckRow {
        position,
        name: name.to_owned(),
        evidence: evidence.to_owned(),
        state,
        rect: Rect::new(830.0, y, 278.0, 40.0),
    }
}

fn cast() -> Vec<ActorView> {
    let mut phone = actor(
        "phone",
        ActorKind::Phone,
        "Dana's phone",
        &["waits for credentials"],
        36.0,
        304.0,
        210.0,
        190.0,
    );
    phone.look = ActorLook::Acting;
    phone.wallet = vec![
        chip(
            0,
            ArtifactKind::IdToken,
            "ID token",
            52.0,
            368.0,
            130.0,
            Some(0.83),
        ),
        chip(
            1,
            ArtifactKind::AccessToken,
            "access token",
            52.0,
            398.0,
            158.0,
            Some(0.15),
        ),
        chip(
            2,
            ArtifactKind::RefreshToken,
            "refresh token",
            52.0,
            428.0,
            150.0,
            Some(0.98),
        ),
        chip(
            3,
            ArtifactKind::IdentityId,
            "identity 7c4a…9d2",
            52.0,
            458.0,
            158.0,
            None,
        ),
    ];
    let mut pool = actor(
        "identity-pool",
        ActorKind::IdentityPool,
        "Identity pool",
        &["calls STS for the phone"],
        536.0,
        256.0,
        222.0,
        98.0,
    );
    pool.look = ActorLook::Acting;
    pool.wallet = vec![chip(
        4,
        ArtifactKind::PoolToken,
        "pool token",
        552.0,
        318.0,
        142.0,
        Some(0.9),
    )];
    let mut sts = actor(
        "sts",
        ActorKind::Sts,
        "STS + IAM",
        &["role PhotoReader · checking"],
        838.0,
        76.0,
        262.0,
        66.0,
    );
    sts.look = ActorLook::Checking;
    vec![
        actor(
            "dana",
            ActorKind::Person,
            "Dana",
            &["signed in with Facebook"],
            36.0,
            76.0,
            210.0,
            66.0,
        ),
        phone,
        actor(
            "facebook",
            ActorKind::Facebook,
            "Facebook",
            &["1 active grant"],
            290.0,
            76.0,
            190.0,
            66.0,
        ),
        actor(
            "user-pool",
            ActorKind::UserPool,
            "User pool",
            &["1 user"],
            536.0,
            76.0,
            222.0,
            66.0,
        ),
        pool,
        sts,
        actor(
            "dynamodb",
            ActorKind::DynamoDb,
            "DynamoDB",
            &["table Scores"],
            838.0,
            488.0,
            262.0,
            66.0,
        ),
        actor(
            "s3",
            ActorKind::S3,
            "S3",
            &["bucket dana-photos"],
            838.0,
            566.0,
            262.0,
            66.0,
        ),
    ]
}

/// The stage in the middle of a check, laid out for 1140 × 672 points.
pub fn checking() -> Frame {
    Frame {
        size: (1140.0, 672.0),
        unit: 1.0,
        beat: 6,
        clock: Moment::from_millis(1_772_528_403_412),
        zones: vec![
            zone(
                ZoneKind::Person,
                "Dana's side",
                76.0,
                Rect::new(20.0, 44.0, 242.0, 608.0),
            ),
            zone(
                ZoneKind::Providers,
                "Identity providers",
                118.0,
                Rect::new(278.0, 44.0, 214.0, 130.0),
            ),
            zone(
                ZoneKind::Account,
                "AWS account 1111-2222-3333 · us-east-1",
                262.0,
                Rect::new(512.0, 44.0, 608.0, 608.0),
            ),
        ],
        actors: cast(),
        lanes: vec![
            LaneView {
                exchange: ExchangeId(7),
                curve: [
                    Point::new(248.0, 404.0),
                    Point::new(380.0, 404.0),
                    Point::new(400.0, 304.0),
                    Point::new(534.0, 304.0),
                ],
                look: LaneLook::Waiting,
                label: "GetCredentialsForIdentity".to_owned(),
                label_rect: Rect::new(284.0, 420.0, 216.0, 26.0),
                depth: 0,
                opacity: 1.0,
            },
            LaneView {
                exchange: ExchangeId(8),
                curve: [
                    Point::new(760.0, 304.0),
                    Point::new(812.0, 304.0),
                    Point::new(768.0, 110.0),
                    Point::new(836.0, 110.0),
                ],
                look: LaneLook::Request,
                label: "AssumeRoleWithWebIdentity".to_owned(),
                label_rect: Rect::new(536.0, 210.0, 216.0, 26.0),
                depth: 1,
                opacity: 1.0,
            },
        ],
        parcels: vec![ParcelView {
            exchange: ExchangeId(8),
            artifact: Some(ArtifactId(4)),
            kind: Some(ArtifactKind::PoolToken),
            look: ArtifactLook::Whole,
            at: Point::new(794.0, 206.0),
            angle: -1.5,
            opacity: 1.0,
            broken: false,
        }],
        checks: Some(CheckPanel {
            exchange: ExchangeId(8),
            title: "What STS checks, in order".to_owned(),
            progress: "3 of 5".to_owned(),
            refused: false,
            rect: Rect::new(830.0, 164.0, 278.0, 264.0),
            rows: vec![
                row(
                    0,
                    "Signature",
                    "RS512, kid us-east-11, pool's JWKS",
                    TickState::Passed,
                    202.0,
                ),
                row(
                    1,
                    "Issuer",
                    "cognito-identity.amazonaws.com",
                    TickState::Passed,
                    246.0,
                ),
                row(
                    2,
                    "Not expired",
                    "8 min 41 s left",
                    TickState::Passed,
                    290.0,
                ),
                row(
                    3,
                    "Trust policy: aud",
                    "token 5e2f…c01 = policy 5e2f…c01",
                    TickState::Checking,
                    334.0,
                ),
                row(
                    4,
                    "Trust policy: amr",
                    "must contain authenticated",
                    TickState::Pending,
                    378.0,
                ),
            ],
            hidden_above: 0,
            hidden_below: 0,
            opacity: 1.0,
        }),
        stamp: None,
        caption: CaptionView {
            heading: "Borrow a role · beat 7".to_owned(),
            runs: vec![
                CaptionRun {
                    text: "The identity pool vouches for Dana. ".to_owned(),
                    strong: false,
                },
                CaptionRun {
                    text: "STS".to_owned(),
                    strong: true,
                },
                CaptionRun {
                    text: " checks that voucher against the role’s ".to_owned(),
                    strong: false,
                },
                CaptionRun {
                    text: "trust policy".to_owned(),
                    strong: true,
                },
                CaptionRun {
                    text: " before it lends out any credentials.".to_owned(),
                    strong: false,
                },
            ],
        },
        timeline: TimelineView {
            marks: (0..=12)
                .map(|beat| MarkView {
                    beat,
                    title: format!("Beat {}", beat + 1),
                    at: beat as f32 / 12.0,
                    look: if beat == 10 {
                        MarkLook::Refusal
                    } else {
                        MarkLook::Plain
                    },
                })
                .collect(),
            chapters: [
                ("Prove who you are", 0, 4),
                ("Become an identity", 4, 6),
                ("Borrow a role", 6, 9),
                ("Use it", 9, 12),
            ]
            .map(|(title, from, to)| ChapterView {
                title: title.to_owned(),
                span: (from as f32 / 12.0, to as f32 / 12.0),
            })
            .into(),
            playhead: 6.6 / 12.0,
            counter: "7 / 12".to_owned(),
        },
        moving: true,
    }
}

/// The stage right after S3 refused somebody else's photo.
pub fn refused() -> Frame {
    let mut frame = checking();
    for actor in &mut frame.actors {
        actor.look = ActorLook::Calm;
        match actor.id.as_str() {
            "phone" => {
                actor.look = ActorLook::Acting;
                actor.line = vec!["wants Omar's photo".to_owned()];
                actor.wallet = vec![
                    chip(
                        5,
                        ArtifactKind::Credentials,
                        "credentials",
                        52.0,
                        368.0,
                        138.0,
                        Some(0.7),
                    ),
                    chip(
                        0,
                        ArtifactKind::IdToken,
                        "ID token",
                        52.0,
                        398.0,
                        130.0,
                        Some(0.0),
                    ),
                    chip(
                        3,
                        ArtifactKind::IdentityId,
                        "identity 7c4a…9d2",
                        52.0,
                        428.0,
                        158.0,
                        None,
                    ),
                    chip(
                        2,
                        ArtifactKind::RefreshToken,
                        "refresh token",
                        52.0,
                        458.0,
                        150.0,
                        Some(0.9),
                    ),
                ];
                if let Some(token) = actor.wallet.get_mut(1) {
                    token.look = ArtifactLook::Expired;
                }
            }
            "identity-pool" => {
                actor.line = vec!["1 identity".to_owned()];
                actor.rect.h = 66.0;
                actor.wallet.clear();
            }
            "sts" => actor.line = vec!["1 session of PhotoReader".to_owned()],
            "s3" => {
                actor.look = ActorLook::Refusing;
                actor.line = vec!["refused GetObject".to_owned()];
            }
            _ => {}
        }
        if actor.id.as_str() == "dynamodb" {
            let up = actor.rect.y - 164.0;
            for rect in [
                &mut actor.rect,
                &mut actor.icon,
                &mut actor.name_rect,
                &mut actor.line_rect,
            ] {
                rect.y -= up;
            }
        }
    }
    frame.lanes = vec![LaneView {
        exchange: ExchangeId(12),
        curve: [
            Point::new(248.0, 392.0),
            Point::new(480.0, 392.0),
            Point::new(520.0, 600.0),
            Point::new(836.0, 600.0),
        ],
        look: LaneLook::Refused,
        label: "GetObject omar/beach.jpg".to_owned(),
        label_rect: Rect::new(300.0, 372.0, 208.0, 26.0),
        depth: 0,
        opacity: 1.0,
    }];
    frame.parcels = vec![ParcelView {
        exchange: ExchangeId(12),
        artifact: Some(ArtifactId(5)),
        kind: Some(ArtifactKind::Credentials),
        look: ArtifactLook::Whole,
        at: Point::new(560.0, 534.0),
        angle: 0.52,
        opacity: 1.0,
        broken: true,
    }];
    frame.stamp = Some(StampView {
        text: "403 AccessDenied".to_owned(),
        rect: Rect::new(650.0, 622.0, 168.0, 30.0),
        angle: -0.08,
        opacity: 1.0,
    });
    if let Some(checks) = &mut frame.checks {
        checks.exchange = ExchangeId(12);
        checks.title = "What S3 checks, in order".to_owned();
        checks.progress = "stopped at 3".to_owned();
        checks.refused = true;
        checks.rect.y = 290.0;
        checks.rect.h = 222.0;
        checks.rows = vec![
            row(
                0,
                "SigV4 signature",
                "recomputed from the bytes that arrived",
                TickState::Passed,
                326.0,
            ),
            row(
                1,
                "Session",
                "ASIA…EXAMPLE, 42 min 36 s left",
                TickState::Passed,
                370.0,
            ),
            row(
                2,
                "Permissions policy",
                "7c4a…9d2/* is not omar/…",
                TickState::Failed,
                414.0,
            ),
            row(
                3,
                "Object exists",
                "not reached",
                TickState::NotReached,
                458.0,
            ),
        ];
    }
    frame.beat = 10;
    frame.caption.heading = "Use it · beat 11".to_owned();
    frame.timeline.playhead = 10.9 / 12.0;
    frame.timeline.counter = "11 / 12".to_owned();
    frame
}
