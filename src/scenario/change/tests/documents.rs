//! Experiments and variants as they are documented and shipped.

use std::sync::Arc;

use crate::scenario::files::Shipped;
use crate::scenario::{Performance, Scenario, Watch, library, load};

/// Every scenario written out in the guide.
fn documented() -> Vec<Scenario> {
    let guide = include_str!("../../../../docs/what-if.md");
    let blocks = guide.split("```ron\n").skip(1);
    blocks
        .map(|block| {
            let text = block.split("\n```").next().unwrap();
            load(&Shipped, "scenarios/example.ron", text.as_bytes())
                .unwrap_or_else(|report| panic!("{}", report.render(false)))
        })
        .collect()
}

/// Everything in a scenario that does not come out as it says.
fn failures(scenario: Scenario) -> Vec<String> {
    let story = Performance::new(Arc::new(scenario), None).unwrap();
    let verdicts = story.recording().beats.iter().flat_map(|beat| {
        let failed = beat.verdicts.iter().filter(|verdict| !verdict.held);
        failed.map(|verdict| format!("{}: {verdict:?}", beat.id))
    });
    let mut failures: Vec<String> = verdicts.collect();
    let id = &story.scenario().id;
    for experiment in &story.scenario().experiments {
        let title = &experiment.title;
        match story.experiment(experiment, &Watch::new()) {
            Ok(tried) if tried.verdict.held => {}
            Ok(tried) => failures.push(format!("{id}: {title}: {:?}", tried.verdict)),
            Err(error) => failures.push(format!("{id}: {title}: {error}")),
        }
    }
    failures
}

#[test]
fn every_example_of_the_guide_comes_out_as_it_says() {
    let documented = documented();
    let experiments: usize = documented.iter().map(|it| it.experiments.len()).sum();
    assert!(documented.len() >= 2 && experiments >= 10);
    let failures: Vec<String> = documented.into_iter().flat_map(failures).collect();
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn every_shipped_experiment_comes_out_as_it_says() {
    let failures: Vec<String> = library::ALL
        .iter()
        .map(|entry| load(&Shipped, entry.path, entry.text.as_bytes()).unwrap())
        .filter(|scenario| !scenario.experiments.is_empty())
        .flat_map(failures)
        .collect();
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn an_experiment_that_states_something_else_does_not_hold() {
    let mut scenario = documented().swap_remove(0);
    for experiment in &mut scenario.experiments {
        experiment.expect = crate::scenario::file::Expect::Impossible;
    }
    assert_eq!(failures(scenario.clone()).len(), scenario.experiments.len());
}
