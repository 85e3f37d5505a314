//! Writes that wait to be sent: for the budget, or between two attempts.

use std::time::Duration;

use tokio::time::Instant;
use zerodrift::apply::Outcome;
use zerodrift::cloudflare::{Budget, Pace, Policy, Reader, Writer};

use super::*;

/// Applies a manifest with this budget. The apply is asked to stop, and others write, so many seconds after its plan.
async fn apply_with(rate: &str, world: &World, wanted: &str, stop: u64, others: Option<u64>) -> Outcome {
    let pace = Pace::of(&Budget::new(Some(rate.parse().unwrap())));
    let reader = Reader::new(world.transport.clone(), Policy::default()).paced(&pace);
    let manifest = manifest(wanted);
    let live = reader.live(&crate::common::target(), &manifest.endpoints).await.unwrap();
    let plan = crate::common::plan_for(&manifest, &live);
    let pace = pace.urgent();
    let (reader, writer) = (reader.paced(&pace), Writer::new(world.transport.clone(), Policy::default()).paced(&pace));
    let after = |seconds: u64| tokio::time::sleep_until(Instant::now() + Duration::from_secs(seconds));
    let (stop_at, begun) = (Duration::from_secs(stop), Instant::now());
    let options = Options {
        stop_request: &|| Box::pin(tokio::time::sleep_until(begun + stop_at)),
        ..Options::without_backup(Model::current())
    };
    let others = async {
        let Some(seconds) = others else { return };
        after(seconds).await;
        let write =
            |state: &mut State| drop(state.organization.as_mut().unwrap().insert("name".into(), "Gadget".into()));
        world.transport.sandbox().change(write).unwrap();
    };
    tokio::join!(apply(&reader, &writer, Approved::new(&plan, &live).unwrap(), &options), others).0
}

/// The read for the plan, the turn of the write, and the read before the write come a minute apart.
#[tokio::test(start_paused = true)]
async fn a_change_during_the_wait_for_the_budget_stops_the_write() {
    let world = world();
    let outcome = apply_with("1/1m", &world, WANTED, 3600, Some(90)).await;
    assert!(matches!(outcome.failure, Some(Failure::Moved(_))), "{outcome:?}");
    assert_eq!((outcome.end, outcome.writes, world.bodies().len()), (End::Conflict, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_stopped_while_its_write_waits_has_written_nothing() {
    let world = world();
    let outcome = apply_with("1/1m", &world, WANTED, 30, None).await;
    assert!(matches!(outcome.failure, Some(Failure::Stopped)), "{outcome:?}");
    assert_eq!((outcome.end, outcome.known, outcome.exit().code()), (End::Failed, Known::Unchanged, 130));
    assert_eq!((outcome.sentence().as_str(), world.bodies().len()), ("nothing was written", 0));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_stopped_between_two_attempts_has_written_nothing() {
    let world = world_with(|state, _| fault(state, "PUT:429+60"));
    let outcome = apply_with("100/1m", &world, WANTED, 30, None).await;
    assert!(matches!(outcome.failure, Some(Failure::Stopped)), "{outcome:?}");
    assert_eq!((outcome.known, outcome.writes, outcome.calls[0].status), (Known::Unchanged, 1, Some(429)));
    assert_eq!(world.state().organization.unwrap()["session_duration"], "12h");
}

/// Of the six requests, two are for the plan; the write of the second object waits.
#[tokio::test(start_paused = true)]
async fn an_apply_that_is_stopped_before_its_second_write_is_partly_applied() {
    let world = world();
    let outcome = apply_with("6/1m", &world, WITH_DOH, 30, None).await;
    assert!(matches!(outcome.failure, Some(Failure::Stopped)), "{outcome:?}");
    assert_eq!((outcome.known, outcome.writes, outcome.proved), (Known::Partly, 1, 1));
    assert!(outcome.sentence().contains("run apply again to write the rest"), "{}", outcome.sentence());
    let (_, again) = world.apply(&manifest(WITH_DOH)).await;
    assert_eq!(again.end, End::Applied);
}

/// The plan, the read before the write, the write and the six reads after it are nine requests; the repeated write waits.
#[tokio::test(start_paused = true)]
async fn a_change_while_the_repeated_write_waits_is_not_overwritten() {
    let world = world_with(|state, _| fault(state, "PUT:reset-before"));
    let outcome = apply_with("9/1m", &world, WANTED, 3600, Some(40)).await;
    assert_eq!((outcome.end, outcome.writes, world.bodies().len()), (End::Conflict, 1, 1), "{outcome:?}");
}
