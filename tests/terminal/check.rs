//! `check`: every mistake with file, line, column, the line underlined and a remedy.

use crate::{complaint, printed, scratch, shipped, small};

/// The complaint about a scenario with these beats.
fn about(beats: &str) -> String {
    let (_folder, path) = scratch(&small(beats));
    complaint(&["check", path.to_str().unwrap()], 2)
}

/// A file with this text, checked for machines.
fn as_json(text: &str) -> Vec<serde_json::Value> {
    let (_folder, path) = scratch(text);
    let mut command = crate::tokentrail(&["check", "--json", path.to_str().unwrap()]);
    let output = command.output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    report["files"][0]["diagnostics"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn every_shipped_scenario_is_good() {
    let mut args = vec!["check"];
    args.extend(shipped());
    assert_eq!(printed(&args).lines().count(), shipped().count());
    assert!(printed(&["check", "scenarios/facebook-to-s3.ron"]).contains("good"));
}

#[test]
fn a_mistake_is_underlined_and_has_a_remedy() {
    let text =
        about("(id: \"a\", title: \"A\", caption: \"c\", actions: [GoOffline(device: \"phnoe\")])");
    for part in ["TT-201", "story.ron:7:", "^^^^^^^", "did you mean `phone`?"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn every_sort_of_mistake_has_its_code() {
    let good = "id: \"a\", title: \"A\", caption: \"c\"";
    let cases = [
        ("TT-101", "(id: \"a\" title: \"A\")".to_owned()),
        ("TT-102", format!("({good}, nots: \"x\")")),
        ("TT-103", "(id: \"a\", caption: \"c\")".to_owned()),
        ("TT-104", format!("({good}, actions: [Wiat(\"1m\")])")),
        ("TT-104", format!("({good}, actions: [Wait(\"a while\")])")),
        ("TT-107", format!("({good}, id: \"b\")")),
        (
            "TT-201",
            format!("({good}, actions: [GoOnline(device: \"x\")])"),
        ),
        ("TT-202", format!("({good}), ({good})")),
        ("TT-301", "(id: \"a\", title: \"A\")".to_owned()),
        (
            "TT-302",
            format!("({good}, question: (ask: \"?\", choices: [(text: \"x\")]))"),
        ),
        ("TT-303", format!("({good}, expect: [Allowed])")),
        ("TT-304", format!("({good}, actions: [Wait(\"9999d\")])")),
        (
            "TT-305",
            format!(
                "({good}, actions: [Request(device: \"phone\", method: \"GET\", url: \"https://{{nobody.code}}/\")])"
            ),
        ),
    ];
    for (code, beats) in cases {
        let text = about(&beats);
        assert!(text.contains(code), "{code} for {beats}:\n{text}");
    }
}

#[test]
fn several_mistakes_are_reported_at_once() {
    let text = about(
        "(id: \"a\", title: \"A\"), (id: \"b\", title: \"B\", caption: \"c\", \
         actions: [GoOffline(device: \"x\"), GoOnline(device: \"y\")])",
    );
    assert!(
        text.contains("TT-301") && text.matches("TT-201").count() == 2,
        "{text}"
    );
}

#[test]
fn a_mistake_in_a_policy_is_pointed_at_inside_the_scenario() {
    let text = small("(id: \"a\", title: \"A\", caption: \"c\")").replace(
        "world: (",
        "world: (roles: [(id: \"R\", trust: r#\"{\n  \"Version\": \"2012-10-17\",\n  \
         \"Statement\": [{\"Efect\": \"Allow\"}]\n}\"#)], ",
    );
    let found = as_json(&text);
    assert_eq!(found[0]["code"], "TT-401");
    let line = text
        .lines()
        .position(|line| line.contains("Efect"))
        .unwrap()
        + 1;
    assert_eq!(found[0]["line"], line, "{found:?}");
}

#[test]
fn variants_say_what_they_cannot_extend() {
    let variant = |extends: &str, until: &str| {
        format!(
            "(id: \"v\", title: \"V\", summary: \"s\", extends: \"{extends}\", until: \"{until}\", \
             chapters: [])"
        )
    };
    let code = |text: &str| as_json(text)[0]["code"].as_str().unwrap().to_owned();
    assert_eq!(code(&variant("facebook-to-s4", "open")), "TT-204");
    assert_eq!(code(&variant("facebook-to-s3", "opne")), "TT-205");
    let (folder, path) = scratch(&variant("story", "x"));
    std::fs::write(
        folder.path().join("story.ron"),
        variant("story", "x").replace("\"v\"", "\"story\""),
    )
    .unwrap();
    assert!(complaint(&["check", path.to_str().unwrap()], 2).contains("TT-206"));
}

#[test]
fn policy_files_are_read_beside_the_scenario_and_nowhere_else() {
    let with = |trust: &str| {
        small("(id: \"a\", title: \"A\", caption: \"c\")").replace(
            "world: (",
            &format!("world: (roles: [(id: \"R\", trust: \"{trust}\")], "),
        )
    };
    let (folder, path) = scratch(&with("trust.json"));
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}]}"#;
    std::fs::write(folder.path().join("trust.json"), policy).unwrap();
    assert!(printed(&["check", path.to_str().unwrap()]).contains("good"));
    for outside in ["../trust.json", "/etc/hostname", "missing.json"] {
        std::fs::write(&path, with(outside)).unwrap();
        assert!(
            complaint(&["check", path.to_str().unwrap()], 2).contains("TT-203"),
            "{outside}"
        );
    }
}

#[test]
fn a_link_does_not_lead_out_of_the_folder() {
    let text = small("(id: \"a\", title: \"A\", caption: \"c\")").replace(
        "world: (",
        "world: (roles: [(id: \"R\", trust: \"link.json\")], ",
    );
    let (folder, path) = scratch(&text);
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link.json")).unwrap();
    assert!(complaint(&["check", path.to_str().unwrap()], 2).contains("outside"));
}

/// Every RON example of the author's guide.
fn examples() -> Vec<String> {
    let guide = std::fs::read_to_string("docs/scenarios.md").unwrap();
    let blocks = guide.split("```ron\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_example_of_the_authors_guide_is_good() {
    assert_eq!(examples().len(), 2);
    for example in examples() {
        let (_folder, path) = scratch(&example);
        assert!(printed(&["check", path.to_str().unwrap()]).contains("good"));
    }
}

#[test]
fn the_authors_guide_explains_every_code() {
    use tokentrail::scenario::diagnostic::Code;
    let guide = std::fs::read_to_string("docs/scenarios.md").unwrap();
    for code in Code::ALL {
        assert!(guide.contains(&format!("| {code} |")), "{code}");
    }
}

#[test]
fn a_warning_is_told_and_fails_only_where_that_is_asked_for() {
    let text = small("(id: \"a\", title: \"A\", caption: \"c\")")
        .replace("world: (", "world: (buckets: [(id: \"spare\")], ");
    let (_folder, path) = scratch(&text);
    let path = path.to_str().unwrap();
    let output = crate::tokentrail(&["check", path]).assert().success();
    let told = String::from_utf8(output.get_output().stderr.clone()).unwrap();
    assert!(
        told.contains("warning[TT-701]") && told.contains("`spare`"),
        "{told}"
    );
    assert!(complaint(&["check", "--strict", path], 2).contains("warning[TT-701]"));
    let output = crate::tokentrail(&["check", "--strict", "--json", path])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["files"][0]["good"], false);
    assert_eq!(report["files"][0]["warnings"][0]["severity"], "warning");
    assert_eq!(
        report["files"][0]["diagnostics"].as_array().unwrap().len(),
        0
    );
}

#[test]
fn every_shipped_scenario_is_good_to_the_strict_too() {
    let mut args = vec!["check", "--strict"];
    args.extend(shipped());
    assert_eq!(printed(&args).lines().count(), shipped().count());
}

#[test]
fn only_warnings_can_be_deliberate() {
    let with = |code: &str| {
        small("(id: \"a\", title: \"A\", caption: \"c\")").replacen(
            "world: (",
            &format!("deliberate: [{code:?}], world: ("),
            1,
        )
    };
    assert!(as_json(&with("TT-701")).is_empty());
    let found = as_json(&with("TT-201"));
    assert_eq!(found[0]["code"], "TT-304");
}
