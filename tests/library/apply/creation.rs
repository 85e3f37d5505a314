//! Creations of an organization.

use super::*;

const CREATED: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  name: Widget
  auth_domain: widget.cloudflareaccess.com
  session_duration: 24h
  custom_pages:
    forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
";

fn world_without_organization(change: impl FnOnce(&mut State)) -> World {
    world_with(|state, _| {
        state.organization = None;
        state.doh = None;
        change(state);
    })
}

/// A9: a creation is a POST, then at most one PUT for what POST does not take.
#[tokio::test(start_paused = true)]
async fn an_absent_organization_is_created_by_one_post_and_one_put() {
    let world = world_without_organization(|_| {});
    let (_, outcome) = world.apply(&manifest(CREATED)).await;
    assert_eq!(outcome.end, End::Applied, "{outcome:?}");
    assert_eq!(
        world.calls(),
        [
            "GET organization",
            "GET organization",
            "POST organization",
            "GET organization",
            "GET organization",
            "PUT organization",
            "GET organization"
        ]
    );
    assert!(world.plan(&manifest(CREATED)).await.0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_creation_writes_the_doh_settings() {
    let world = world_without_organization(|_| {});
    let text = format!("{CREATED}doh:\n  doh_jwt_duration: 48h\n");
    let (_, outcome) = world.apply(&manifest(&text)).await;
    assert_eq!(outcome.end, End::Applied, "{outcome:?}");
    assert!(world.plan(&manifest(&text)).await.0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_creation_with_a_lost_answer_is_not_repeated() {
    for lost in ["POST:reset-after", "POST:reset-before", "POST:hang", "POST:502"] {
        let world = world_without_organization(|state| fault(state, lost));
        let (_, outcome) = world.apply(&manifest(CREATED)).await;
        let posts = world.calls().iter().filter(|call| *call == "POST organization").count();
        assert_eq!(posts, 1, "{lost}: {outcome:?}");
        let created = world.state().organization.is_some();
        assert_eq!(outcome.end == End::Applied, created, "{lost}: {outcome:?}");
    }
}

/// Since 2026-10-20 the API generates a name and a login domain for providers. Every other account has to send them.
#[tokio::test(start_paused = true)]
async fn a_creation_without_a_name_or_login_domain_is_verified_or_refused() {
    let partial = [
        "organization:\n  session_duration: 24h\n  custom_pages:\n    forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7\n",
        "organization:\n  name: Widget\n  session_duration: 24h\n",
        "organization:\n  auth_domain: widget.cloudflareaccess.com\n  session_duration: 24h\n",
    ];
    for (name, personality) in Personality::named() {
        for text in partial {
            let world = world_without_organization(|_| {});
            world.transport.sandbox().change(|state| state.personality = personality).unwrap();
            let wanted = manifest(&format!("account_id: 699d98642c564d2e855e9661899b7252\n{text}"));
            if !matches!(world.reader.organization(&crate::common::target()).await, Ok(Slot::Absent)) {
                continue;
            }
            let (plan, outcome) = world.apply(&wanted).await;
            assert!(plan.findings.iter().any(|finding| finding.rule.id() == "create-needs"), "{name}: {plan:#?}");
            if personality.post == Post::Generated {
                assert_eq!(outcome.end, End::Applied, "{name}: {outcome:#?}");
                let live = world.state().organization.unwrap();
                assert_eq!(live["session_duration"], "24h", "{name}");
                assert!(live["name"].is_string() && live["auth_domain"].is_string(), "{name}");
                assert_eq!(world.apply(&wanted).await.1.end, End::InSync, "{name}");
            } else {
                assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Unchanged), "{name}: {outcome:#?}");
                assert_eq!(world.state().organization, None, "{name}");
            }
        }
    }
}

/// A9: a 404 or a null result is an error of its own, never a reason to create.
#[tokio::test(start_paused = true)]
async fn only_not_enabled_means_absent() {
    for switches in ["absent_organization=not_found", "absent_organization=null_result"] {
        let world = world_without_organization(|_| {});
        world.transport.sandbox().change(|state| state.personality = personality(switches)).unwrap();
        let manifest = manifest(CREATED);
        let read = world.reader.live(&crate::common::target(), &manifest.endpoints).await;
        assert!(read.is_err(), "{switches}");
    }
}

/// The first read wrongly answers 9999, or somebody else creates the organization first. The second read finds it.
#[tokio::test(start_paused = true)]
async fn a_creation_is_not_sent_if_the_second_read_finds_an_organization() {
    let existing = world_with(|state, _| fault(state, "GET:not-enabled"));
    let faster = world_without_organization(|state| {
        let patch = json!({"name": "Theirs", "auth_domain": "theirs.cloudflareaccess.com"});
        state.hostile.concurrent = Some(Concurrent { when: Moment::Read, patch });
    });
    for world in [existing, faster] {
        let (plan, outcome) = world.apply(&manifest(CREATED)).await;
        assert_eq!(plan.action, Action::Create);
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::Unchanged, 0), "{outcome:?}");
        assert!(matches!(outcome.failure, Some(Failure::Exists { refusal: None })), "{outcome:?}");
        assert_eq!(world.calls(), ["GET organization", "GET organization"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_to_an_existing_organization_ends_the_run() {
    for existing in ["conflict", "answered", "merged"] {
        let world = world_with(|state, how| {
            *how = personality(&format!("post_existing={existing}"));
            (0..2).for_each(|_| fault(state, "GET:not-enabled"));
        });
        let (_, outcome) = world.apply(&manifest(CREATED)).await;
        assert_eq!((outcome.end, outcome.known), (End::Conflict, Known::Otherwise), "{existing}: {outcome:?}");
        assert_eq!(outcome.writes, 1, "{existing}");
        assert!(!world.calls().contains(&"PUT organization".to_owned()), "{existing}");
        let kept = world.state().organization.unwrap() == *organization().as_object().unwrap();
        assert_eq!(kept, existing != "merged", "{existing}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_409_is_a_conflict_even_if_no_organization_is_found() {
    let world = world_without_organization(|state| fault(state, "POST:409-html"));
    let (_, outcome) = world.apply(&manifest(CREATED)).await;
    assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::Unchanged, 1));
    let world = world_without_organization(|state| fault(state, "POST:400"));
    let (_, outcome) = world.apply(&manifest(CREATED)).await;
    assert_eq!(
        (outcome.end, outcome.known, outcome.writes),
        (End::Failed, Known::Unchanged, 1),
        "no organization, no conflict"
    );
}

const CREATED_WITHOUT_DEFAULTS: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  name: Widget
  auth_domain: widget.cloudflareaccess.com
  session_duration: null
  strict_service_token_auth: false
  deny_unmatched_requests_exempted_zone_names: []
";

/// Settings declared as `false`, `[]` or `null` are verified after a creation, and written if the server filled them in.
#[tokio::test(start_paused = true)]
async fn declared_empty_values_overwrite_the_defaults_of_a_new_organization() {
    for (switches, writes) in [("new_organization=bare", 1), ("new_organization=defaults", 2)] {
        let world = world_without_organization(|_| {});
        world.transport.sandbox().change(|state| state.personality = personality(switches)).unwrap();
        let (_, outcome) = world.apply(&manifest(CREATED_WITHOUT_DEFAULTS)).await;
        assert_eq!((outcome.end, outcome.writes), (End::Applied, writes), "{switches}: {outcome:?}");
        assert!(world.plan(&manifest(CREATED_WITHOUT_DEFAULTS)).await.0.is_empty(), "{switches}");
    }
}

/// Current accounts keep `strict_service_token_auth` on, whatever is sent.
#[tokio::test(start_paused = true)]
async fn a_default_that_the_server_keeps_is_a_failure() {
    let world = world_without_organization(|state| state.account.strict_service_tokens = true);
    let (_, outcome) = world.apply(&manifest(CREATED_WITHOUT_DEFAULTS)).await;
    assert_eq!((outcome.end, outcome.known, outcome.verified), (End::Failed, Known::Partly, false), "{outcome:?}");
}
