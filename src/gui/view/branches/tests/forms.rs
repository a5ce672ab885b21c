//! What is typed into a form and is not right.

use super::{at, field, give, pick, stopped};
use crate::gui::view::branches::Branching;
use crate::gui::view::branches::editor::Problem;
use crate::gui::view::model::Model;

fn problem(model: &Model) -> Problem {
    model.branching.editor.as_ref().unwrap().problem().unwrap()
}

#[test]
fn a_policy_that_is_none_is_marked_at_its_place_and_cannot_be_applied() {
    for (id, beat, line) in [
        (
            "facebook-to-s3",
            "credentials",
            "Edit the trust policy of PhotoReader",
        ),
        (
            "sts-directly",
            "assume",
            "Edit the trust policy of NoteWriter",
        ),
        ("classic-flow", "sts", "Edit the boundary of Surveyor"),
    ] {
        let mut model = at(id, beat);
        pick(&mut model, "sts", line);
        give(
            &mut model,
            Branching::Type(
                0,
                "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effekt\": \"Allow\"}]\n}"
                    .into(),
            ),
        );
        let found = problem(&model);
        assert_eq!(found.place.map(|(line, _)| line), Some(3), "{found:?}");
        assert!(!found.sendable);
        give(&mut model, Branching::Make);
        give(&mut model, Branching::MakeAnyway);
        assert_eq!(model.branching.rows(), 1);
        assert!(model.branching.underway.is_none());
    }
}

#[test]
fn an_odd_claim_is_pointed_out_and_can_be_sent_anyway() {
    let mut model = at("facebook-to-s3", "identity");
    pick(&mut model, "ID token", "Edit the claims");
    assert_eq!(problem(&model).says, "Nothing is different yet");
    let exp = field(&model, "exp");
    give(&mut model, Branching::Type(exp, "tomorrow".into()));
    let found = problem(&model);
    assert!(found.says.contains("seconds since"), "{found:?}");
    assert_eq!((found.field, found.sendable), (Some(exp), true));
    give(&mut model, Branching::Make);
    assert_eq!(model.branching.rows(), 1);
    give(&mut model, Branching::MakeAnyway);
    assert!(stopped(&model).starts_with("identities NotAuthorizedException"));
}

#[test]
fn a_stretch_of_time_that_is_none_says_what_is_expected() {
    let mut model = at("facebook-to-s3", "identity");
    pick(&mut model, "phone", "Let time pass");
    give(&mut model, Branching::Type(0, "soon".into()));
    assert!(
        problem(&model).says.contains("65m"),
        "{:?}",
        problem(&model)
    );
    give(&mut model, Branching::MakeAnyway);
    assert_eq!(model.branching.rows(), 1);
}

#[test]
fn what_aws_refuses_to_be_set_up_is_said_in_the_form_and_nothing_is_lost() {
    let mut model = at("three-hours", "ask-for-three");
    pick(&mut model, "sts", "Limit the sessions of Surveyor");
    give(&mut model, Branching::Type(0, "5m".into()));
    give(&mut model, Branching::Make);
    let editor = model.branching.editor.as_ref().unwrap();
    let failed = editor.failed.as_ref().unwrap();
    assert!(failed.contains("ValidationError"), "{failed}");
    assert_eq!((model.branching.rows(), &model.trouble), (1, &None));
    give(&mut model, Branching::Type(0, "1h".into()));
    assert_eq!(model.branching.editor.as_ref().unwrap().failed, None);
    give(&mut model, Branching::Make);
    assert_eq!(model.branching.rows(), 2);
}
