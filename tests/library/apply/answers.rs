//! Updates that are refused, get no answer, or meet a concurrent write.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_write_with_a_lost_answer_is_verified_and_not_repeated() {
    let world = world_with(|state, _| fault(state, "PUT:reset-after"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(
        world.calls(),
        ["GET organization", "GET organization", "PUT organization", "GET organization"],
        "the PUT is not repeated"
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_that_did_not_happen_is_repeated_after_a_read() {
    let world = world_with(|state, _| fault(state, "PUT:reset-before"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(world.bodies().len(), 2);
    let calls = world.calls();
    let second = calls.iter().rposition(|call| call == "PUT organization").unwrap();
    assert_eq!(calls[second - 1], "GET organization", "only after a read has shown that it did not happen: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_second_write_is_reported_as_partly_applied() {
    let world = world_with(|state, _| fault(state, "PUT/doh:400"));
    let (_, outcome) = world.apply(&manifest(WITH_DOH)).await;
    assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Partly));
    let (_, again) = world.apply(&manifest(WITH_DOH)).await;
    assert_eq!(again.end, End::Applied, "running it again writes what is left");
}

/// The requests after the read that the plan was made from.
fn after_planning(world: &World) -> Vec<String> {
    world.calls().split_off(1)
}

#[tokio::test(start_paused = true)]
async fn a_refused_update_is_sent_once_and_read_back_once() {
    for status in ["400", "401", "403", "404", "409", "413", "422", "400-html", "403-html", "413-html"] {
        let world = world_with(|state, _| (0..9).for_each(|_| fault(state, &format!("PUT:{status}"))));
        let (_, outcome) = world.apply(&manifest(WANTED)).await;
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Failed, Known::Unchanged, 1), "{status}");
        assert_eq!(after_planning(&world), ["GET organization", "PUT organization", "GET organization"], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_is_refused_and_takes_effect_is_reported_as_applied() {
    for status in ["400-after", "403-after", "409-after", "500-after", "failed-after"] {
        let world = world_with(|state, _| fault(state, &format!("PUT:{status}")));
        let (_, outcome) = world.apply(&manifest(WANTED)).await;
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Applied, Known::Desired, 1), "{status}");
        assert!(outcome.verified && outcome.mismatches.is_empty(), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_update_that_took_effect_in_part_names_the_differences() {
    let world = world_with(|state, _| {
        fault(state, "PUT:400-after");
        state.hostile.resets = vec!["organization.deny_unmatched_requests".to_owned()];
    });
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!((outcome.end, outcome.known), (End::Conflict, Known::Otherwise));
    let paths: Vec<&str> = outcome.mismatches.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(paths, ["organization.deny_unmatched_requests"], "session_duration is as declared");
}

#[tokio::test(start_paused = true)]
async fn an_update_without_an_answer_is_reported_as_pending() {
    let world = world_with(|state, _| (0..3).for_each(|_| fault(state, "PUT:lands+30")));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Failed, Known::Pending, 3));
    assert!(outcome.sentence().contains("may still take effect"), "{}", outcome.sentence());
    assert_eq!(world.state().organization.unwrap()["session_duration"], "12h");
    while !world.state().pending.is_empty() {
        world.plan(&manifest(WANTED)).await;
    }
    assert_eq!(world.state().organization.unwrap()["session_duration"], "24h", "it landed");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_read_back_is_unconfirmed() {
    let world = world_with(|state, _| {
        fault(state, "PUT:403");
        fault(state, "GET:403@3");
    });
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Unconfirmed));
}

#[tokio::test(start_paused = true)]
async fn a_live_change_after_the_plan_stops_the_write() {
    for patch in [json!({"session_duration": "1h"}), json!({"deny_unmatched_requests": false}), json!({"beta": 1})] {
        let path = format!("organization.{}", patch.as_object().unwrap().keys().next().unwrap());
        let world = world_with(concurrent_write(Moment::Read, patch));
        let (_, outcome) = world.apply(&manifest(WANTED)).await;
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::Unchanged, 0), "{path}");
        let Some(Failure::Moved(moved)) = &outcome.failure else { panic!("{outcome:?}") };
        assert_eq!(moved[0].path, path);
        assert_eq!(after_planning(&world), ["GET organization"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_live_change_during_a_retry_pause_stops_the_write() {
    let world = world_with(|state, _| {
        state.faults = ["PUT:429+60", "PUT:429+60"].map(|text| text.parse().unwrap()).to_vec();
        let patch = json!({"deny_unmatched_requests": false});
        state.hostile.concurrent = Some(Concurrent { when: Moment::Read, patch });
    });
    let (plan, live) = {
        // The concurrent write follows a read of the apply, not the read of the plan.
        let held = world.state().hostile.concurrent;
        world.transport.sandbox().change(|state| state.hostile.concurrent = None).unwrap();
        let planned = world.plan(&manifest(WANTED)).await;
        world.transport.sandbox().change(|state| state.hostile.concurrent = held).unwrap();
        planned
    };
    let options = Options::without_backup(Model::current());
    let outcome = apply(&world.reader, &world.writer, Approved::new(&plan, &live).unwrap(), &options).await;
    assert!(matches!(outcome.failure, Some(Failure::Moved(_))), "{outcome:?}");
    assert_eq!((outcome.end, outcome.known), (End::Conflict, Known::Unchanged));
    assert_eq!(world.state().organization.unwrap()["deny_unmatched_requests"], false, "theirs stays");
}
