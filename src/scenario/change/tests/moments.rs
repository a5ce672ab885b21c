//! Time, clocks and networks.

use super::{at, hold, story, try_branch};
use crate::cloud::ledger::ActorId;
use crate::scenario::Performance;
use crate::scenario::change::offer::Target;

#[test]
fn time_that_passes_ends_tokens_and_sessions() {
    hold(&[
        (
            "facebook-to-s3",
            "credentials",
            r"clock+=65m",
            "identities NotAuthorizedException Not expired",
        ),
        (
            "facebook-to-s3",
            "upload",
            r"clock+=2h",
            "s3 ExpiredToken Not expired",
        ),
        (
            "sts-directly",
            "assume",
            r"clock+=2h",
            "sts ExpiredTokenException Not expired",
        ),
        (
            "classic-flow",
            "sts",
            r"clock+=2h",
            "sts ExpiredTokenException Not expired",
        ),
        (
            "user-pool-sign-up",
            "confirm",
            r"clock+=25h",
            "users ExpiredCodeException Code not expired",
        ),
    ]);
}

#[test]
fn a_wrong_clock_makes_signatures_that_nobody_takes() {
    hold(&[
        (
            "facebook-to-s3",
            "who-am-i",
            r"device:phone.skew=20m",
            "sts SignatureDoesNotMatch Clock",
        ),
        (
            "google-to-dynamodb",
            "write",
            r"device:phone.skew=-20m",
            "dynamodb InvalidSignatureException Clock",
        ),
        (
            "cross-account-role",
            "assume",
            r"device:server.skew=20m",
            "sts/444455556666 SignatureDoesNotMatch Clock",
        ),
    ]);
}

#[test]
fn a_device_without_network_reaches_nobody() {
    hold(&[
        (
            "facebook-to-s3",
            "identity",
            r"device:phone.offline",
            "phone is offline",
        ),
        (
            "sts-directly",
            "assume",
            r"device:phone.offline",
            "phone is offline",
        ),
        (
            "user-pool-sign-up",
            "sign-in",
            r"device:laptop.offline",
            "laptop is offline",
        ),
        (
            "one-name-three-devices",
            "back/1",
            r"device:old-phone.offline",
            "old-phone is offline",
        ),
    ]);
}

#[test]
fn a_device_is_not_offered_the_network_that_it_has() {
    let hindrance = |parent: &Performance, moment: &str, label: &str| {
        let target = Target::Actor(ActorId::new("phone"));
        let offers = parent.offers(&at(moment), &target);
        let offer = offers.into_iter().find(|it| it.label.ends_with(label));
        offer.unwrap().hindrance
    };
    let parent = story("facebook-to-s3");
    assert_eq!(hindrance(&parent, "identity", "offline"), None);
    let why = hindrance(&parent, "identity", "online").unwrap();
    assert_eq!(why, "Dana's phone is online already");
    let parted = try_branch(&parent, "identity", "Do(GoOffline(device: \"phone\"))").unwrap();
    let why = hindrance(&parted, "credentials", "offline").unwrap();
    assert_eq!(why, "Dana's phone is offline already");
}
