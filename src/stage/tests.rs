//! The stage as a whole: pictures of a hand-made recording, and layouts of random casts.

use proptest::prelude::*;

use super::frame::{ActorLook, Frame, LaneLook, Point, Rect, TickState};
use super::playback::PlaybackCommand;
use super::*;
use crate::cloud::ledger::{
    Actor, ActorId, ActorKind, ArtifactKind, Body, Ledger, Mint, Refusal, SentRequest, SentResponse,
};
use crate::protocol::time::{Moment, Span};
use crate::recording::{Beat, Chapter, FORMAT, Header};

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3YzRhIn0.c2lnbmF0dXJl";

fn actor(id: &str, kind: ActorKind, name: &str) -> Actor {
    let aws = !matches!(
        kind,
        ActorKind::Person | ActorKind::Phone | ActorKind::Facebook
    );
    let account = aws.then(|| "111122223333".to_owned());
    Actor {
        id: ActorId::new(id),
        kind,
        name: name.to_owned(),
        account,
    }
}

fn cast() -> Vec<Actor> {
    vec![
        actor("dana", ActorKind::Person, "Dana"),
        actor("phone", ActorKind::Phone, "Dana's phone"),
        actor("facebook", ActorKind::Facebook, "Facebook"),
        actor("user-pool", ActorKind::UserPool, "User pool"),
        actor("identity-pool", ActorKind::IdentityPool, "Identity pool"),
        actor("sts", ActorKind::Sts, "STS + IAM"),
        actor("dynamodb", ActorKind::DynamoDb, "DynamoDB"),
        actor("s3", ActorKind::S3, "S3"),
    ]
}

fn request(body: &str) -> SentRequest {
    SentRequest {
        method: "POST".into(),
        url: "https://example.invalid/".into(),
        headers: Vec::new(),
        body: Body(body.as_bytes().into()),
    }
}

fn response(status: u16, body: &str) -> SentResponse {
    SentResponse {
        status,
        headers: Vec::new(),
        body: Body(body.as_bytes().into()),
    }
}

/// Two beats: an exchange with a call on its behalf that mints a token, and a refusal.
fn recording() -> Recording {
    let mut ledger = Ledger::new();
    let start = Moment::EPOCH + Span::from_days(20_000);
    let at = |ms: i64| start + Span::from_millis(ms);
    let id = ActorId::new;
    let (phone, pool, sts, s3) = (id("phone"), id("identity-pool"), id("sts"), id("s3"));
    ledger.state(&phone, start, "nobody is signed in".into(), Vec::new());
    let named = |a: &str, b: &str| (a.to_owned(), b.to_owned());

    let operation = named("cognito-identity", "GetCredentialsForIdentity");
    let outer = ledger.open(
        at(0),
        (phone.clone(), pool.clone()),
        operation,
        request("{}"),
    );
    ledger.plan(&[("Issuer", "the guide"), ("Signature", "the guide")]);
    ledger.passed("Issuer", "the pool", "the pool");
    ledger.passed("Signature", "a key of the pool", "matches");
    let token = Mint::text(ArtifactKind::PoolToken, "pool token", TOKEN);
    let token = ledger.mint(&pool, at(40), token.expiring(at(600_000)));
    let operation = named("sts", "AssumeRoleWithWebIdentity");
    let inner = ledger.open(
        at(40),
        (pool.clone(), sts.clone()),
        operation,
        request(TOKEN),
    );
    ledger.plan(&[("Not expired", "the guide")]);
    ledger.passed("Not expired", "before 09:10", "9 min left");
    ledger.close(inner, at(46), response(200, "ok"), None);
    ledger.lose(&pool, token, at(46));
    ledger.state(&phone, at(90), "has AWS credentials".into(), Vec::new());
    ledger.close(outer, at(90), response(200, TOKEN), None);

    ledger.enter_beat(1);
    let operation = named("s3", "GetObject");
    let refused = ledger.open(at(200), (phone, s3), operation, request(TOKEN));
    ledger.plan(&[
        ("Signature", "SigV4"),
        ("Permissions policy", "IAM"),
        ("Object exists", "S3"),
    ]);
    ledger.passed("Signature", "recomputed", "matches");
    ledger.failed("Permissions policy", "7c4a/*", "omar/beach.jpg");
    let refusal = Refusal {
        code: "AccessDenied".into(),
        message: "Access Denied".into(),
    };
    ledger.close(refused, at(290), response(403, "<Error/>"), Some(refusal));
    record(cast(), &ledger, &[(0, 2, 0, 90), (2, 3, 200, 290)], start)
}

fn record(
    actors: Vec<Actor>,
    ledger: &Ledger,
    beats: &[(u32, u32, i64, i64)],
    start: Moment,
) -> Recording {
    let beat = |(index, (first, end, from, to)): (usize, &(u32, u32, i64, i64))| Beat {
        index: index as u32,
        chapter: index.min(1) as u32,
        id: format!("beat-{index}"),
        title: format!("Beat {index}"),
        caption: "The pool **vouches** for Dana.".into(),
        detail: String::new(),
        notes: String::new(),
        started_at: start + Span::from_millis(*from),
        ended_at: start + Span::from_millis(*to),
        first_exchange: ExchangeId(*first),
        end_exchange: ExchangeId(*end),
        verdicts: Vec::new(),
        question: None,
    };
    let chapter = |title: &str, first_beat| Chapter {
        title: title.into(),
        first_beat,
    };
    Recording {
        header: Header {
            format: FORMAT,
            scenario: "test".into(),
            title: "A test".into(),
            summary: String::new(),
            seed: 1,
            started_at: start,
            themes: Vec::new(),
            exams: Vec::new(),
            branch: None,
        },
        chapters: vec![chapter("Borrow", 0), chapter("Use", 1)],
        beats: beats.iter().enumerate().map(beat).collect(),
        actors,
        exchanges: ledger.exchanges().clone(),
        artifacts: ledger.artifacts().clone(),
        decisions: Vec::new().into(),
        wallet: ledger.wallet_changes().clone(),
        states: ledger.state_changes().clone(),
        keys: Vec::new(),
        places: Default::default(),
        interventions: Vec::new(),
    }
}

pub(super) fn stage(recording: &Recording) -> Stage {
    Stage::new(
        recording,
        Options {
            size: (928.0, 540.0),
            ..Options::default()
        },
    )
}

fn card<'a>(frame: &'a Frame, id: &str) -> &'a super::frame::ActorView {
    frame
        .actors
        .iter()
        .find(|actor| actor.id.as_str() == id)
        .unwrap()
}

#[test]
fn the_first_picture_is_calm_and_shows_the_first_caption() {
    let recording = recording();
    let frame = stage(&recording).frame(&recording, PlayTime(0));
    assert!(frame.lanes.is_empty() && frame.parcels.is_empty() && frame.checks.is_none());
    assert_eq!(frame.caption.heading, "Borrow · beat 1");
    assert_eq!(card(&frame, "phone").line.join(" "), "nobody is signed in");
    assert!(frame.actors.iter().all(|actor| actor.wallet.is_empty()));
}

#[test]
fn while_a_call_is_made_on_its_behalf_the_caller_waits_and_the_pool_holds_its_token() {
    let recording = recording();
    let stage = stage(&recording);
    let inner = stage.timing.exchanges[1].clone();
    let frame = stage.frame(&recording, PlayTime(inner.arrive.0 - 50));
    let looks: Vec<LaneLook> = frame.lanes.iter().map(|lane| lane.look).collect();
    assert_eq!(looks, [LaneLook::Waiting, LaneLook::Request]);
    assert_eq!(frame.lanes[1].label, "AssumeRoleWithWebIdentity");
    assert_eq!(card(&frame, "identity-pool").wallet[0].label, "pool token");
    assert_eq!(
        frame.parcels.last().unwrap().kind,
        Some(ArtifactKind::PoolToken)
    );
}

#[test]
fn checks_tick_one_after_the_other_and_the_evidence_comes_with_them() {
    let recording = recording();
    let stage = stage(&recording);
    let steps = stage.timing.exchanges[0].steps.clone();
    let states = |t: u32| -> Vec<TickState> {
        let frame = stage.frame(&recording, PlayTime(t));
        frame
            .checks
            .unwrap()
            .rows
            .iter()
            .map(|row| row.state)
            .collect()
    };
    assert_eq!(
        states(steps[0].0 + 1),
        [TickState::Checking, TickState::Pending]
    );
    assert_eq!(
        states(steps[1].0 + 1),
        [TickState::Passed, TickState::Checking]
    );
    let done = stage
        .frame(&recording, PlayTime(steps[2].0 + 1))
        .checks
        .unwrap();
    assert_eq!(done.progress, "2 of 2");
    assert_eq!(done.rows[1].evidence, ["matches"]);
}

#[test]
fn a_refusal_stops_at_the_failed_check_and_stays_until_the_next_beat() {
    let recording = recording();
    let stage = stage(&recording);
    let frame = stage.frame(&recording, stage.beat_end(1));
    let panel = frame.checks.as_ref().unwrap();
    assert!(panel.refused);
    assert_eq!(panel.progress, "stopped at 2");
    let states: Vec<TickState> = panel.rows.iter().map(|row| row.state).collect();
    assert_eq!(
        states,
        [TickState::Passed, TickState::Failed, TickState::NotReached]
    );
    assert_eq!(frame.stamp.as_ref().unwrap().text, "403 AccessDenied");
    assert!(frame.parcels[0].broken);
    assert_eq!(frame.lanes[0].look, LaneLook::Refused);
    assert_eq!(card(&frame, "s3").look, ActorLook::Refusing);
}

#[test]
fn what_an_answer_carries_is_in_the_wallet_only_when_it_has_arrived() {
    let recording = recording();
    let stage = stage(&recording);
    let end = stage.timing.exchanges[0].end;
    let before = stage.frame(&recording, PlayTime(end.0 - 1));
    assert!(card(&before, "phone").wallet.is_empty());
    let after = stage.frame(&recording, PlayTime(end.0 + 400));
    let chip = &card(&after, "phone").wallet[0];
    assert_eq!((chip.label.as_str(), chip.opacity), ("pool token", 1.0));
    assert!(chip.ring.is_some_and(|left| left > 0.99));
    assert!(card(&after, "identity-pool").wallet.is_empty());
}

#[test]
fn playing_forward_and_going_back_show_the_same_pictures() {
    let recording = recording();
    let stage = stage(&recording);
    let moments: Vec<PlayTime> = (0..stage.duration().0).step_by(37).map(PlayTime).collect();
    let forward: Vec<Frame> = moments
        .iter()
        .map(|t| stage.frame(&recording, *t))
        .collect();
    for (t, seen) in moments.iter().zip(&forward).rev() {
        assert_eq!(&stage.frame(&recording, *t), seen);
    }
}

/// What a picture is, byte for byte.
pub(super) fn fingerprint(frame: &Frame) -> String {
    crate::protocol::hash::sha256_hex(serde_json::to_string(frame).unwrap().as_bytes())
}

#[test]
fn the_simulated_clock_never_runs_backwards() {
    let recording = recording();
    let stage = stage(&recording);
    let clocks: Vec<Moment> = (0..stage.duration().0)
        .step_by(20)
        .map(|t| stage.frame(&recording, PlayTime(t)).clock)
        .collect();
    assert!(clocks.is_sorted());
}

#[test]
fn the_timeline_finds_the_moment_its_playhead_shows() {
    let recording = recording();
    let stage = stage(&recording);
    for t in (0..stage.duration().0).step_by(211) {
        let at = stage.frame(&recording, PlayTime(t)).timeline.playhead;
        assert!(stage.time_at(at).0.abs_diff(t) <= 2, "{t}");
    }
}

#[test]
fn stepping_by_checks_stops_where_each_check_has_just_been_made() {
    let recording = recording();
    let stage = stage(&recording);
    let mut playback = playback::Playback::new(stage.marks(&recording));
    playback.apply(PlaybackCommand::StepCheck(1));
    let panel = stage.frame(&recording, playback.time()).checks.unwrap();
    assert_eq!(panel.progress, "1 of 2");
}

#[test]
fn what_is_under_the_pointer_is_what_is_drawn_there() {
    let recording = recording();
    let stage = stage(&recording);
    let frame = stage.frame(&recording, stage.beat_end(1));
    let phone = card(&frame, "phone");
    assert_eq!(
        hit(&frame, phone.name_rect.center()),
        Some(Hit::Actor(phone.id.clone()))
    );
    let chip = &phone.wallet[0];
    let artifact = chip.artifact;
    assert_eq!(
        hit(&frame, chip.rect.center()),
        Some(Hit::Chip {
            actor: phone.id.clone(),
            artifact
        })
    );
    let panel = frame.checks.as_ref().unwrap();
    let row = panel.rows[1].rect.center();
    assert_eq!(
        hit(&frame, row),
        Some(Hit::Check {
            exchange: panel.exchange,
            position: 1
        })
    );
    assert_eq!(hit(&frame, Point::new(-5.0, -5.0)), None);
}

/// Every rectangle on a picture that must not meet another one.
fn solid(frame: &Frame) -> Vec<Rect> {
    let mut rects: Vec<Rect> = frame.actors.iter().map(|actor| actor.rect).collect();
    rects.extend(frame.checks.as_ref().map(|panel| panel.rect));
    rects.extend(frame.zones.iter().map(|zone| zone.title_rect));
    rects.extend(frame.lanes.iter().map(|lane| lane.label_rect));
    rects.extend(frame.stamp.as_ref().map(|stamp| stamp.rect));
    rects
}

pub(super) fn assert_sound(frame: &Frame) {
    let stage = Rect::new(0.0, 0.0, frame.size.0, frame.size.1).grown(0.5);
    let rects = solid(frame);
    for (position, rect) in rects.iter().enumerate() {
        assert!(rect.w >= 0.0 && rect.h >= 0.0, "{rect:?}");
        assert!(
            rect.x >= stage.x && rect.right() <= stage.right(),
            "{rect:?} leaves {stage:?}"
        );
        assert!(
            rect.y >= stage.y && rect.bottom() <= stage.bottom(),
            "{rect:?} leaves {stage:?}"
        );
        for other in &rects[position + 1..] {
            assert!(
                !rect.grown(-0.1).overlaps(*other),
                "{rect:?} meets {other:?}"
            );
        }
    }
    for actor in &frame.actors {
        for part in [actor.icon, actor.name_rect, actor.line_rect] {
            assert!(
                actor.rect.grown(0.1).contains(part.center()),
                "{}",
                actor.name
            );
            assert!(part.right() <= actor.rect.right() + 0.1);
        }
        for chip in &actor.wallet {
            assert!(
                chip.rect.right() <= actor.rect.right()
                    && chip.rect.bottom() <= actor.rect.bottom()
            );
        }
    }
}

#[test]
fn nothing_overlaps_at_any_moment_of_the_story_at_any_size() {
    let recording = recording();
    for size in [
        (620.0, 380.0),
        (928.0, 540.0),
        (1500.0, 900.0),
        (3400.0, 1900.0),
    ] {
        for text_scale in [1.0, 1.5, 2.0] {
            let stage = Stage::new(
                &recording,
                Options {
                    size,
                    text_scale,
                    reduced_motion: false,
                },
            );
            for t in (0..stage.duration().0).step_by(173) {
                assert_sound(&stage.frame(&recording, PlayTime(t)));
            }
        }
    }
}

fn any_kind() -> impl Strategy<Value = ActorKind> {
    use ActorKind::*;
    prop::sample::select(vec![
        Person,
        Phone,
        Tablet,
        Laptop,
        Backend,
        Facebook,
        Google,
        LoginWithAmazon,
        OidcProvider,
        UserPool,
        IdentityPool,
        Sync,
        Sts,
        S3,
        DynamoDb,
        Lambda,
        ApiGateway,
        LoadBalancer,
        Sns,
    ])
}

fn any_cast() -> impl Strategy<Value = Vec<Actor>> {
    prop::collection::vec((any_kind(), "[A-Za-z' ]{1,60}", 0..2u8), 1..14).prop_map(|cast| {
        let actors = cast
            .into_iter()
            .enumerate()
            .map(|(index, (kind, name, account))| {
                let account = match account {
                    0 => "111122223333",
                    _ => "444455556666",
                };
                let mut actor = actor(&format!("a{index}"), kind, &name);
                actor.account = actor.account.map(|_| account.to_owned());
                actor
            });
        actors.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_cast_on_any_stage_stands_apart(
        cast in any_cast(),
        width in 500.0_f32..4000.0,
        height in 320.0_f32..2200.0,
        text_scale in 1.0_f32..2.0,
    ) {
        let recording = record(cast, &Ledger::new(), &[(0, 0, 0, 0)], Moment::EPOCH);
        let options = Options { size: (width, height), text_scale, reduced_motion: false };
        let frame = Stage::new(&recording, options).frame(&recording, PlayTime(0));
        prop_assert_eq!(frame.actors.len(), recording.actors.len());
        assert_sound(&frame);
    }
}
