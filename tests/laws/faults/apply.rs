//! Faults and concurrent writes during an apply.

use super::harness::{CREATE, Counts, FAULTS, Scenario, UPDATE, check_every_fault, existing, read_and_apply};
use crate::common::{World, manifest, run};
use serde_json::json;
use zerodrift::apply::{End, Failure};
use zerodrift::sandbox::{Concurrent, Fault, Hostile, Moment, Personality, State};

#[test]
fn after_any_fault_of_an_update_the_state_is_as_before_or_as_desired() {
    let counts = check_every_fault(&existing(), UPDATE);
    counts.report("faults of an update");
    assert!(counts.faults > 3_000 && counts.personalities.len() > 20, "{counts:?}");
    assert!(counts.applied > 0 && counts.unchanged > 0, "{counts:?}");
}

#[test]
fn after_any_fault_of_a_creation_the_state_is_as_before_or_as_desired() {
    let counts = check_every_fault(&State::default(), CREATE);
    counts.report("faults of a creation");
    assert!(counts.faults > 3_000 && counts.personalities.len() > 15, "{counts:?}");
}

#[test]
fn under_a_lasting_fault_the_run_ends_and_reports_the_state_correctly() {
    let update = Scenario::update();
    let mut counts = Counts::default();
    for request in ["PUT/organization", "PUT/doh", "GET/organization", "*"] {
        for fault in FAULTS {
            let fault: Fault = format!("{request}:{fault}").parse().unwrap();
            update.check(&vec![fault; 60], &mut counts);
        }
    }
    counts.report("lasting faults of an update");
}

#[test]
fn after_two_faults_of_an_update_the_state_is_as_before_or_as_desired() {
    let update = Scenario::update();
    let mut counts = Counts::default();
    for write in FAULTS {
        for read in FAULTS {
            let faults = [format!("PUT/organization:{write}"), format!("GET/organization:{read}@2")];
            update.check(&faults.map(|text| text.parse().unwrap()), &mut counts);
        }
    }
    counts.report("pairs of faults of an update");
}

/// A concurrent write is detected before our write and after it, but not between our last read and our write.
#[test]
fn a_detected_concurrent_write_is_a_conflict_with_both_values() {
    for when in [Moment::Read, Moment::Before, Moment::After] {
        let concurrent = Some(Concurrent { when, patch: json!({"session_duration": "1h"}) });
        let state = State { hostile: Hostile { concurrent, ..Hostile::default() }, ..existing() };
        let world = World::of(state, Personality::default());
        let (_, outcome) = run(read_and_apply(&world, &manifest(UPDATE))).unwrap();
        let both = match (&outcome.failure, outcome.mismatches.as_slice()) {
            (Some(Failure::Moved(moved)), []) => Some((&moved[0].before, &moved[0].after)),
            (None, [found, ..]) => Some((&found.expected, &found.found)),
            _ => None,
        };
        match when {
            Moment::Read => assert_eq!((both, outcome.writes), (Some((&json!("12h"), &json!("1h"))), 0)),
            Moment::Before => assert_eq!(both, None),
            Moment::After => assert_eq!(both, Some((&json!("24h"), &json!("1h")))),
        }
        assert_eq!(outcome.end == End::Conflict, both.is_some(), "{when:?}: {outcome:?}");
    }
}
