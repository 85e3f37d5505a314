//! Updates of an existing organization: the requests, unknown fields, and the read-back.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_organization_in_sync_is_read_once_per_declared_endpoint_and_not_written() {
    let world = world();
    let manifest = manifest(
        "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 720m\ndoh:\n  doh_jwt_duration: 24h\n",
    );
    let (_, outcome) = world.apply(&manifest).await;
    assert_eq!(outcome.end, End::InSync);
    assert_eq!(world.calls(), ["GET organization", "GET doh"]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_without_a_section_is_not_read() {
    let world = world();
    world.apply(&manifest(WANTED)).await;
    assert_eq!(world.calls(), ["GET organization", "GET organization", "PUT organization", "GET organization"]);
}

#[tokio::test(start_paused = true)]
async fn each_endpoint_with_drift_is_written_once_and_read_back() {
    let world = world();
    let (_, outcome) = world.apply(&manifest(WITH_DOH)).await;
    assert_eq!(outcome.end, End::Applied);
    assert!(outcome.verified);
    assert_eq!(
        world.calls(),
        [
            "GET organization",
            "GET doh",
            // Directly before the first write everything that the plan was made from, then what is still to be written.
            "GET organization",
            "GET doh",
            "PUT organization",
            "GET organization",
            "GET doh",
            "PUT doh",
            "GET doh"
        ]
    );
}

/// A1: an omitted setting keeps its live value.
#[tokio::test(start_paused = true)]
async fn a_protection_that_the_manifest_omits_stays_on() {
    for switches in ["put=replace", "put=merge"] {
        let world = world_with(|_, how| *how = personality(switches));
        world.apply(&manifest(WANTED)).await;
        assert_eq!(world.bodies()[0]["deny_unmatched_requests"], json!(true), "{switches}");
        assert_eq!(world.state().organization.unwrap()["deny_unmatched_requests"], json!(true), "{switches}");
    }
}

/// A16: a field that this version does not know is echoed unchanged.
#[tokio::test(start_paused = true)]
async fn an_unknown_field_is_echoed_and_survives() {
    let world = world();
    world.apply(&manifest(WANTED)).await;
    assert_eq!(world.bodies()[0]["beta_limits"], json!({"per_user": 3}));
    assert_eq!(world.state().organization.unwrap()["beta_limits"], json!({"per_user": 3}));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_unknown_fields_names_them() {
    let world = world_with(|_, how| *how = personality("unknown_fields=refused"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Unchanged));
    let Some(Failure::UnknownFields { error: _, fields }) = &outcome.failure else { panic!("{outcome:?}") };
    assert_eq!(fields, &["organization.beta_limits"]);
    assert!(outcome.failure.unwrap().hints()[0].contains("--omit 'organization.beta_limits'"));
    assert_eq!(world.calls(), ["GET organization", "GET organization", "PUT organization", "GET organization"]);
}

#[tokio::test(start_paused = true)]
async fn the_read_back_shows_whether_an_omitted_field_survived() {
    let omit = ["organization.beta_limits".to_owned()];
    for (switches, end) in
        [("unknown_fields=refused,put=merge", End::Applied), ("unknown_fields=stored,put=replace", End::Conflict)]
    {
        let world = world_with(|_, how| *how = personality(switches));
        let (plan, live) = world.plan(&manifest(WANTED)).await;
        let options = Options { omit: &omit, ..Options::without_backup(Model::current()) };
        let outcome = apply(&world.reader, &world.writer, Approved::new(&plan, &live).unwrap(), &options).await;
        assert_eq!(outcome.end, end, "{switches}");
        let moved: Vec<&str> = outcome.mismatches.iter().map(|mismatch| mismatch.path.as_str()).collect();
        assert_eq!(moved.is_empty(), end == End::Applied, "{moved:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn strict_unknown_refuses_the_write() {
    let world = world();
    let (plan, live) = world.plan(&manifest(WANTED)).await;
    let options = Options { strict_unknown: true, ..Options::without_backup(Model::current()) };
    let outcome = apply(&world.reader, &world.writer, Approved::new(&plan, &live).unwrap(), &options).await;
    assert!(matches!(outcome.failure, Some(Failure::StrictUnknown { .. })));
    assert_eq!(world.bodies().len(), 0);
}

/// A15: the read-back detects a server that resets values, and reports both values.
#[tokio::test(start_paused = true)]
async fn a_field_that_the_server_resets_is_a_conflict() {
    let world = world_with(|state, _| state.hostile.resets = vec!["organization.deny_unmatched_requests".to_owned()]);
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Conflict);
    let moved: Vec<(&str, &Json)> =
        outcome.mismatches.iter().map(|found| (found.path.as_str(), &found.expected)).collect();
    assert_eq!(moved, [("organization.deny_unmatched_requests", &json!(true))]);
}

/// A manifest cannot declare the accounts that the organization trusts, but a change of them must be visible.
#[tokio::test(start_paused = true)]
async fn trusted_accounts_that_change_during_an_apply_are_a_conflict() {
    let world = world_with(|state, _| {
        let patch = json!({"trusted_accounts": [{"id": "an-account\u{1b}[2J"}]});
        state.hostile.concurrent = Some(Concurrent { when: Moment::After, patch });
    });
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Conflict);
    assert_eq!(outcome.mismatches[0].path, "organization.trusted_accounts");
    let drift = zerodrift::report::drift::text(&world.plan(&manifest(WANTED)).await.0, &Style::default());
    assert!(drift.contains("organization.trusted_accounts") && drift.contains("read-only"), "{drift}");
    assert!(!drift.contains('\u{1b}'), "{drift:?}");
}

#[tokio::test(start_paused = true)]
async fn a_declared_setting_that_is_not_stored_is_a_conflict() {
    let world = world_with(|state, _| state.hostile.ignores = vec!["organization.session_duration".to_owned()]);
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Conflict);
    assert_eq!(outcome.mismatches[0].found, json!("12h"));
}

#[tokio::test(start_paused = true)]
async fn a_delayed_read_back_is_repeated() {
    let world = world_with(|_, how| *how = personality("read_back=late"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(world.bodies().len(), 1);
}
