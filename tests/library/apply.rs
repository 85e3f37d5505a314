//! The careful write, told request by request against the sandbox.

use crate::common::{World, manifest};
use serde_json::{Value as Json, json};
use zerodrift::apply::{Approved, End, Failure, Known, Options, apply};
use zerodrift::live::Slot;
use zerodrift::plan::Action;
use zerodrift::report::Style;
use zerodrift::sandbox::personality::Post;
use zerodrift::sandbox::{Concurrent, Moment, Personality, State};
use zerodrift::settings::Model;

fn organization() -> Json {
    json!({
        "name": "Widget", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h",
        "deny_unmatched_requests": true, "beta_limits": {"per_user": 3}, "created_at": "2024-03-11T09:12:45Z",
    })
}

fn world_with(change: impl FnOnce(&mut State, &mut Personality)) -> World {
    let mut state = State::with_organization(organization()).and_doh(json!({"doh_jwt_duration": "24h"}));
    let mut personality = Personality::default();
    change(&mut state, &mut personality);
    World::of(state, personality)
}

fn world() -> World {
    world_with(|_, _| {})
}

fn personality(switches: &str) -> Personality {
    switches.parse().unwrap()
}

const WANTED: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n";
const WITH_DOH: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\ndoh:\n  doh_jwt_duration: 48h\n";

#[tokio::test(start_paused = true)]
async fn in_sync_is_one_get_per_declared_endpoint_and_no_write() {
    let world = world();
    let manifest = manifest(
        "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 720m\ndoh:\n  doh_jwt_duration: 24h\n",
    );
    let (_, outcome) = world.apply(&manifest).await;
    assert_eq!(outcome.end, End::InSync);
    assert_eq!(world.calls(), ["GET organization", "GET doh"]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_without_a_section_is_not_even_read() {
    let world = world();
    world.apply(&manifest(WANTED)).await;
    assert_eq!(world.calls(), ["GET organization", "GET organization", "PUT organization", "GET organization"]);
}

#[tokio::test(start_paused = true)]
async fn drift_is_read_then_one_write_per_endpoint_each_with_its_read_back() {
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

/// A1: a line that is missing from the file is not a wish.
#[tokio::test(start_paused = true)]
async fn a_protection_that_the_file_omits_stays_on_in_the_body_and_afterwards() {
    for switches in ["put=replace", "put=merge"] {
        let world = world_with(|_, how| *how = personality(switches));
        world.apply(&manifest(WANTED)).await;
        assert_eq!(world.bodies()[0]["deny_unmatched_requests"], json!(true), "{switches}");
        assert_eq!(world.state().organization.unwrap()["deny_unmatched_requests"], json!(true), "{switches}");
    }
}

/// A16: a field newer than this version is echoed as it was, and survives.
#[tokio::test(start_paused = true)]
async fn an_unknown_field_is_echoed_and_survives() {
    let world = world();
    world.apply(&manifest(WANTED)).await;
    assert_eq!(world.bodies()[0]["beta_limits"], json!({"per_user": 3}));
    assert_eq!(world.state().organization.unwrap()["beta_limits"], json!({"per_user": 3}));
}

#[tokio::test(start_paused = true)]
async fn an_api_that_refuses_an_unknown_field_is_reread_and_the_field_is_named() {
    let world = world_with(|_, how| *how = personality("unknown_fields=refused"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!((outcome.end, outcome.known), (End::Failed, Known::AsBefore));
    let Some(Failure::UnknownFields { error: _, fields }) = &outcome.failure else { panic!("{outcome:?}") };
    assert_eq!(fields, &["organization.beta_limits"]);
    assert!(outcome.failure.unwrap().hints()[0].contains("--omit 'organization.beta_limits'"));
    assert_eq!(world.calls(), ["GET organization", "GET organization", "PUT organization", "GET organization"]);
}

#[tokio::test(start_paused = true)]
async fn an_omitted_field_is_left_out_and_the_read_back_says_what_became_of_it() {
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
async fn strict_about_unknown_fields_means_no_write() {
    let world = world();
    let (plan, live) = world.plan(&manifest(WANTED)).await;
    let options = Options { strict_unknown: true, ..Options::without_backup(Model::current()) };
    let outcome = apply(&world.reader, &world.writer, Approved::new(&plan, &live).unwrap(), &options).await;
    assert!(matches!(outcome.failure, Some(Failure::StrictUnknown { .. })));
    assert_eq!(world.bodies().len(), 0);
}

/// A15: a server that resets what was sent is found out, with both values.
#[tokio::test(start_paused = true)]
async fn a_field_that_the_server_resets_is_a_conflict_that_names_it() {
    let world = world_with(|state, _| state.hostile.resets = vec!["organization.deny_unmatched_requests".to_owned()]);
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Conflict);
    let moved: Vec<(&str, &Json)> =
        outcome.mismatches.iter().map(|found| (found.path.as_str(), &found.expected)).collect();
    assert_eq!(moved, [("organization.deny_unmatched_requests", &json!(true))]);
}

/// Accounts that the organization trusts: nobody can declare them, and nobody may change them unseen.
#[tokio::test(start_paused = true)]
async fn trusted_accounts_that_change_during_an_apply_are_a_conflict_that_shows_them() {
    let world = world_with(|state, _| {
        let patch = json!({"trusted_accounts": [{"id": "an-account\u{1b}[2J"}]});
        state.hostile.concurrent = Some(Concurrent { when: Moment::After, patch });
    });
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Conflict);
    assert_eq!(outcome.mismatches[0].path, "organization.trusted_accounts");
    let drift = zerodrift::report::drift::text(&world.plan(&manifest(WANTED)).await.0, 1, &Style::default());
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
async fn a_late_read_back_is_waited_for() {
    let world = world_with(|_, how| *how = personality("read_back=late"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(world.bodies().len(), 1);
}

fn fault(state: &mut State, text: &str) {
    state.faults.push(text.parse().unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_after_the_write_is_settled_by_a_read() {
    let world = world_with(|state, _| fault(state, "PUT:reset-after"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(
        world.calls(),
        ["GET organization", "GET organization", "PUT organization", "GET organization"],
        "it is not repeated"
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_that_provably_did_not_happen_is_repeated() {
    let world = world_with(|state, _| fault(state, "PUT:reset-before"));
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(world.bodies().len(), 2);
    let calls = world.calls();
    let second = calls.iter().rposition(|call| call == "PUT organization").unwrap();
    assert_eq!(calls[second - 1], "GET organization", "only after a read has shown that it did not happen: {calls:?}");
}

const CREATED: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  name: Widget
  auth_domain: widget.cloudflareaccess.com
  session_duration: 24h
  custom_pages:
    forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
";

fn nothing(change: impl FnOnce(&mut State)) -> World {
    world_with(|state, _| {
        state.organization = None;
        state.doh = None;
        change(state);
    })
}

/// A9: a creation is a POST, then at most one PUT for what POST does not take.
#[tokio::test(start_paused = true)]
async fn an_absent_organization_is_created_by_one_post_and_one_put() {
    let world = nothing(|_| {});
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
async fn a_creation_brings_the_doh_settings_along() {
    let world = nothing(|_| {});
    let text = format!("{CREATED}doh:\n  doh_jwt_duration: 48h\n");
    let (_, outcome) = world.apply(&manifest(&text)).await;
    assert_eq!(outcome.end, End::Applied, "{outcome:?}");
    assert!(world.plan(&manifest(&text)).await.0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_is_lost_is_never_sent_twice() {
    for lost in ["POST:reset-after", "POST:reset-before", "POST:hang", "POST:502"] {
        let world = nothing(|state| fault(state, lost));
        let (_, outcome) = world.apply(&manifest(CREATED)).await;
        let posts = world.calls().iter().filter(|call| *call == "POST organization").count();
        assert_eq!(posts, 1, "{lost}: {outcome:?}");
        let created = world.state().organization.is_some();
        assert_eq!(outcome.end == End::Applied, created, "{lost}: {outcome:?}");
    }
}

/// Since 2026-10-20 the API generates a name and a login domain for providers; every other account has to send them.
#[tokio::test(start_paused = true)]
async fn creating_without_a_name_or_a_login_domain_proves_what_was_declared_or_leaves_nothing() {
    let partial = [
        "organization:\n  session_duration: 24h\n  custom_pages:\n    forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7\n",
        "organization:\n  name: Widget\n  session_duration: 24h\n",
        "organization:\n  auth_domain: widget.cloudflareaccess.com\n  session_duration: 24h\n",
    ];
    for (name, personality) in Personality::named() {
        for text in partial {
            let world = nothing(|_| {});
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
                assert_eq!((outcome.end, outcome.known), (End::Failed, Known::AsBefore), "{name}: {outcome:#?}");
                assert_eq!(world.state().organization, None, "{name}");
            }
        }
    }
}

/// A9: a 404 or a null result is an error of its own, never a reason to create.
#[tokio::test(start_paused = true)]
async fn only_not_enabled_means_absent() {
    for switches in ["absent_organization=not_found", "absent_organization=null_result"] {
        let world = nothing(|_| {});
        world.transport.sandbox().change(|state| state.personality = personality(switches)).unwrap();
        let manifest = manifest(CREATED);
        let read = world.reader.live(&crate::common::target(), &manifest.endpoints).await;
        assert!(read.is_err(), "{switches}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_half_that_is_refused_leaves_the_other_half_as_wanted_and_says_so() {
    let world = world_with(|state, _| fault(state, "PUT/doh:400"));
    let (_, outcome) = world.apply(&manifest(WITH_DOH)).await;
    assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Partly));
    let (_, again) = world.apply(&manifest(WITH_DOH)).await;
    assert_eq!(again.end, End::Applied, "running it again writes what is left");
}

/// The requests of the account that a run sent after the one that the plan was made from.
fn after_planning(world: &World) -> Vec<String> {
    world.calls().split_off(1)
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_certain_is_sent_once_and_looked_at_once() {
    for status in ["400", "401", "403", "404", "409", "413", "422", "400-html", "403-html", "413-html"] {
        let world = world_with(|state, _| (0..9).for_each(|_| fault(state, &format!("PUT:{status}"))));
        let (_, outcome) = world.apply(&manifest(WANTED)).await;
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Failed, Known::AsBefore, 1), "{status}");
        assert_eq!(after_planning(&world), ["GET organization", "PUT organization", "GET organization"], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_is_refused_and_takes_effect_is_reported_as_applied() {
    for status in ["400-after", "403-after", "409-after", "500-after", "failed-after"] {
        let world = world_with(|state, _| fault(state, &format!("PUT:{status}")));
        let (_, outcome) = world.apply(&manifest(WANTED)).await;
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Applied, Known::AsWanted, 1), "{status}");
        assert!(outcome.verified && outcome.mismatches.is_empty(), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_update_that_took_effect_in_part_names_only_what_is_not_as_declared() {
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
async fn an_update_without_an_answer_may_land_later_and_nothing_else_is_claimed() {
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
async fn a_refusal_that_nobody_could_look_at_is_not_taken_for_the_truth() {
    let world = world_with(|state, _| {
        fault(state, "PUT:403");
        fault(state, "GET:403@3");
    });
    let (_, outcome) = world.apply(&manifest(WANTED)).await;
    assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Unconfirmed));
}

fn somebody_else(when: Moment, patch: Json) -> impl FnOnce(&mut State, &mut Personality) {
    move |state, _| state.hostile.concurrent = Some(Concurrent { when, patch })
}

#[tokio::test(start_paused = true)]
async fn whatever_moves_between_the_plan_and_the_write_stops_the_write() {
    for patch in [json!({"session_duration": "1h"}), json!({"deny_unmatched_requests": false}), json!({"beta": 1})] {
        let path = format!("organization.{}", patch.as_object().unwrap().keys().next().unwrap());
        let world = world_with(somebody_else(Moment::Read, patch));
        let (_, outcome) = world.apply(&manifest(WANTED)).await;
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::AsBefore, 0), "{path}");
        let Some(Failure::Moved(moved)) = &outcome.failure else { panic!("{outcome:?}") };
        assert_eq!(moved[0].path, path);
        assert_eq!(after_planning(&world), ["GET organization"]);
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_moves_while_a_write_waits_to_be_sent_again_stops_it() {
    let world = world_with(|state, _| {
        state.faults = ["PUT:429+60", "PUT:429+60"].map(|text| text.parse().unwrap()).to_vec();
        let patch = json!({"deny_unmatched_requests": false});
        state.hostile.concurrent = Some(Concurrent { when: Moment::Read, patch });
    });
    let (plan, live) = {
        // The read of the plan is not the one after which somebody writes.
        let held = world.state().hostile.concurrent;
        world.transport.sandbox().change(|state| state.hostile.concurrent = None).unwrap();
        let planned = world.plan(&manifest(WANTED)).await;
        world.transport.sandbox().change(|state| state.hostile.concurrent = held).unwrap();
        planned
    };
    let options = Options::without_backup(Model::current());
    let outcome = apply(&world.reader, &world.writer, Approved::new(&plan, &live).unwrap(), &options).await;
    assert!(matches!(outcome.failure, Some(Failure::Moved(_))), "{outcome:?}");
    assert_eq!((outcome.end, outcome.known), (End::Conflict, Known::AsBefore));
    assert_eq!(world.state().organization.unwrap()["deny_unmatched_requests"], false, "theirs stays");
}

/// One read that wrongly says 9999, or somebody who was faster: the second read finds out, and nothing is sent.
#[tokio::test(start_paused = true)]
async fn a_creation_is_not_sent_where_a_second_read_finds_an_organization() {
    let existing = world_with(|state, _| fault(state, "GET:not-enabled"));
    let faster = nothing(|state| {
        let patch = json!({"name": "Theirs", "auth_domain": "theirs.cloudflareaccess.com"});
        state.hostile.concurrent = Some(Concurrent { when: Moment::Read, patch });
    });
    for world in [existing, faster] {
        let (plan, outcome) = world.apply(&manifest(CREATED)).await;
        assert_eq!(plan.action, Action::Create);
        assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::AsBefore, 0), "{outcome:?}");
        assert!(matches!(outcome.failure, Some(Failure::Exists { refusal: None })), "{outcome:?}");
        assert_eq!(world.calls(), ["GET organization", "GET organization"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_that_meets_an_organization_is_the_last_write_of_the_run() {
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
async fn a_409_is_a_conflict_even_where_no_organization_is_to_be_seen() {
    let world = nothing(|state| fault(state, "POST:409-html"));
    let (_, outcome) = world.apply(&manifest(CREATED)).await;
    assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::AsBefore, 1));
    let world = nothing(|state| fault(state, "POST:400"));
    let (_, outcome) = world.apply(&manifest(CREATED)).await;
    assert_eq!(
        (outcome.end, outcome.known, outcome.writes),
        (End::Failed, Known::AsBefore, 1),
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

/// What is declared `false`, `[]` or `null` is proved after a creation too, and written where the server filled it in.
#[tokio::test(start_paused = true)]
async fn what_a_server_fills_in_at_a_creation_is_brought_to_what_is_declared() {
    for (switches, writes) in [("new_organization=bare", 1), ("new_organization=defaults", 2)] {
        let world = nothing(|_| {});
        world.transport.sandbox().change(|state| state.personality = personality(switches)).unwrap();
        let (_, outcome) = world.apply(&manifest(CREATED_WITHOUT_DEFAULTS)).await;
        assert_eq!((outcome.end, outcome.writes), (End::Applied, writes), "{switches}: {outcome:?}");
        assert!(world.plan(&manifest(CREATED_WITHOUT_DEFAULTS)).await.0.is_empty(), "{switches}");
    }
}

/// An account of today keeps it on whatever is sent: that is said, not claimed to be as declared.
#[tokio::test(start_paused = true)]
async fn a_default_that_the_server_keeps_is_not_reported_as_applied() {
    let world = nothing(|state| state.account.strict_service_tokens = true);
    let (_, outcome) = world.apply(&manifest(CREATED_WITHOUT_DEFAULTS)).await;
    assert_eq!((outcome.end, outcome.known, outcome.verified), (End::Failed, Known::Partly, false), "{outcome:?}");
}
