//! Faults of a revocation and of reads.

use super::harness::{FAULTS, existing, report};
use crate::common::{World, run, target};
use zerodrift::cloudflare::{Revocation, WriteError};
use zerodrift::sandbox::{Fault, Personality, State};
use zerodrift::settings::Endpoint;

#[test]
fn a_revocation_with_an_unknown_result_is_not_sent_again() {
    for fault in FAULTS {
        let state = State { faults: vec![format!("POST/revoke_user:{fault}").parse().unwrap()], ..existing() };
        let world = World::of(state, Personality::default());
        let result = run(world.writer.revoke_user(&target(), &Revocation::of("sam@widget.example")));
        let sent = world.calls().len();
        match &result {
            Ok(_) => assert!(sent == 1 || fault.starts_with("429") || fault == "unreachable", "{fault}"),
            Err(WriteError::Refused(_) | WriteError::Uncertain(_)) => assert_eq!(sent, 1, "{fault}: {result:?}"),
        }
        // A 4xx for a revocation that was applied cannot be detected, because a revocation has no read-back.
        let is_denied = fault.starts_with("40") && fault.ends_with("-after");
        if format!("POST:{fault}").parse::<Fault>().unwrap().kind.is_applied() && !is_denied {
            assert!(!matches!(result, Err(WriteError::Refused(_))), "{fault}: it was applied: {result:?}");
        }
    }
}

#[test]
fn a_read_with_a_fault_ends_and_changes_nothing() {
    let mut tested = 0;
    for (name, personality) in Personality::named() {
        for request in ["organization", "doh", "verify"] {
            for fault in FAULTS {
                let place = format!("{name}, {request}: {fault}");
                let state = State { faults: vec![format!("GET/{request}:{fault}").parse().unwrap()], ..existing() };
                let world = World::of(state.clone(), personality);
                run(async {
                    let _ = world.reader.live(&target(), &Endpoint::ALL).await;
                    let _ = world.reader.verify_token(&target()).await;
                });
                let now = world.state();
                assert_eq!((now.organization, now.doh), (state.organization, state.doh), "{place}");
                assert!(world.calls().iter().all(|call| call.starts_with("GET")), "{place}");
                tested += 1;
            }
        }
    }
    report(&format!("faults of reads: {tested} tested, nothing changed"));
}
