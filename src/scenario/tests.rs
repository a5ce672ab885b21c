//! Every shipped scenario, loaded and performed.

use super::files::Shipped;
use super::{library, load, perform};

#[test]
fn every_shipped_scenario_is_performed_with_its_expectations_held() {
    for entry in library::ALL {
        let scenario = load(&Shipped, entry.path, entry.text.as_bytes())
            .unwrap_or_else(|report| panic!("{}", report.render(false)));
        assert_eq!(scenario.id, entry.id);
        let recording = perform(&scenario, None).unwrap();
        for beat in &recording.beats {
            for verdict in &beat.verdicts {
                assert!(
                    verdict.held,
                    "{}, {}: expected {}, found {}",
                    entry.id, beat.id, verdict.expectation, verdict.found
                );
            }
        }
    }
}
