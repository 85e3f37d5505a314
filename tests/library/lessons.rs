//! What users of other tools complain about, one test each, named after the symptom.
//!
//! The numbers are those of the project's list of lessons; "tf" is cloudflare/terraform-provider-cloudflare. A22 (a gap
//! in the market) is no behaviour and has no test.

use crate::common::reference::reference;
use crate::common::{World, manifest, target};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use zerodrift::apply::{Approved, End, Known, NotApproved, Options, apply, locate};
use zerodrift::cloudflare::{ErrorKind, WriteError};
use zerodrift::diagnostics::Source;
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::parse;
use zerodrift::manifest::write::{self, Detail};
use zerodrift::plan::{Action, Input, Plan, plan};
use zerodrift::report::{Style, explain};
use zerodrift::sandbox::{Personality, State};
use zerodrift::settings::{CANONICAL_RULES, Endpoint, Model};

const API: &str = "https://api.cloudflare.com/client/v4";

fn wants(settings: &str) -> zerodrift::manifest::Manifest {
    manifest(&format!("account_id: {}\norganization:\n{settings}", crate::common::ACCOUNT))
}

/// Live with the two fields that every organization has, and these.
fn organization(more: Json) -> Json {
    let mut fields = json!({"name": "Widget", "auth_domain": "widget.cloudflareaccess.com"});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

fn world(live: Json) -> World {
    World::of(State::with_organization(organization(live)), Personality::default())
}

/// The plan without anybody's consent.
fn plain_plan(manifest: &zerodrift::manifest::Manifest, live: &Live) -> Plan {
    plan(&Input { model: Model::current(), manifest, target: &target(), api: API, live, allow: &[] })
}

fn live_of(fields: Json) -> Live {
    let document = Document::new(Endpoint::Organization, organization(fields).as_object().unwrap().clone());
    Live { organization: Slot::Present(document), doh: Slot::NotRead }
}

fn changes(settings: &str, live: Json) -> usize {
    plain_plan(&wants(settings), &live_of(live)).changes.len()
}

/// tf #7245 (SIRT finding 1).
#[tokio::test(start_paused = true)]
async fn a01_a_security_setting_switched_off_by_silence() {
    let world = world(json!({"deny_unmatched_requests": true}));
    let (_, outcome) = world.apply(&wants("  session_duration: 24h\n")).await;
    assert_eq!(outcome.end, End::Applied);
    assert_eq!(world.bodies()[0]["deny_unmatched_requests"], json!(true));
    assert_eq!(world.state().organization.unwrap()["deny_unmatched_requests"], json!(true));
    for explicit in ["  deny_unmatched_requests: false\n", "  deny_unmatched_requests: null\n"] {
        let live = live_of(json!({"deny_unmatched_requests": true}));
        let plan = plain_plan(&wants(explicit), &live);
        assert!(matches!(Approved::new(&plan, &live), Err(NotApproved::Guards(_))), "{explicit}");
    }
}

/// The same pull request; its test ignores the field.
#[test]
fn a02_false_against_null_right_after_an_import() {
    for live in [json!({}), json!({"is_ui_read_only": false}), json!({"is_ui_read_only": null})] {
        for wanted in ["  is_ui_read_only: false\n", "  is_ui_read_only: null\n"] {
            assert_eq!(changes(wanted, live.clone()), 0, "{live} {wanted}");
        }
    }
}

/// tf #2865.
#[tokio::test(start_paused = true)]
async fn a03_an_invented_default_for_the_session() {
    let world = world(json!({}));
    world.apply(&wants("  name: New\n")).await;
    assert!(world.bodies()[0].get("session_duration").is_none());
}

/// tf d408f2e, f6a9369: defaults, and a test that expected a second plan with changes.
#[tokio::test(start_paused = true)]
async fn a04_a_second_plan_that_is_not_empty() {
    let wanted = wants(
        "  name: New\n  auth_domain: widget.cloudflareaccess.com\n  mfa_config:\n    allowed_authenticators: [totp]\n    session_duration: 24h\n",
    );
    let created = World::of(State::default(), Personality::default());
    for world in [created, world(json!({}))] {
        let (first, outcome) = world.apply(&wanted).await;
        assert_eq!(outcome.end, End::Applied, "{:?}", first.action);
        assert!(world.plan(&wanted).await.0.is_empty(), "after {:?}", first.action);
    }
}

/// tf #5786.
#[test]
fn a05_perpetual_drift_and_nothing_to_import() {
    let live = live_of(json!({"session_duration": "12h", "login_design": {"header_text": "Hi"}}));
    let text = write::manifest(Model::current(), &target(), &live, Detail::Minimal);
    assert!(plain_plan(&manifest(&text), &live).is_empty());
}

/// tf #5896.
#[test]
fn a06_empty_objects_imported_as_settings() {
    let empties =
        [json!({}), json!({"login_design": {}}), json!({"login_design": {"header_text": "", "footer_text": ""}})];
    let exports: Vec<String> = empties
        .into_iter()
        .map(|live| write::manifest(Model::current(), &target(), &live_of(live), Detail::Minimal))
        .collect();
    assert!(exports.iter().all(|text| *text == exports[0]), "{exports:#?}");
}

proptest! {
    /// tf #5940, #5942, #5974, #6748: rules that went in and out. Ours are pure, idempotent and listed.
    #[test]
    fn a07_a_year_of_flip_flopping_normalization(index in 0..Model::current().settings().len(), seed in crate::common::unknown_value()) {
        let setting = Model::current().settings()[index];
        let once = setting.canonical(Some(&seed));
        prop_assert_eq!(setting.canonical(Some(&once)), once.clone());
        prop_assert!(setting.same(Some(&seed), Some(&once)));
    }
}

#[test]
fn a07_the_rules_are_printed_as_they_are() {
    let printed = explain::rules(&Style::default());
    assert!(CANONICAL_RULES.iter().all(|(name, _)| printed.contains(name)), "{printed}");
}

/// tf #7353: docs that contradict the code. `tests/repository/readme.rs` proves the README and the guide.
#[test]
fn a08_docs_that_contradict_the_code() {
    let chapter = include_str!("../../src/guide/settings.md");
    assert!(chapter.contains(&reference(Model::current())));
}

/// tf #1961, #4623.
#[tokio::test(start_paused = true)]
async fn a09_a_create_that_became_a_silent_upsert() {
    let world = World::of(State::default(), Personality::default());
    let wanted = wants("  name: Widget\n  auth_domain: widget.cloudflareaccess.com\n");
    let (plan, outcome) = world.apply(&wanted).await;
    assert_eq!((plan.action, outcome.end), (Action::Create, End::Applied));
    assert_eq!(world.calls(), ["GET organization", "GET organization", "POST organization", "GET organization"]);
    for switch in ["absent_organization=not_found", "absent_organization=null_result"] {
        let world = World::of(State::default(), switch.parse().unwrap());
        assert!(world.reader.live(&target(), &[Endpoint::Organization]).await.is_err(), "{switch}");
    }
}

/// tf v5.22 `resource.go`: destroy only warns.
#[test]
fn a10_a_destroy_that_does_nothing() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains("There is no\n  destroy command"));
    // A planned write has no other method, and no function makes another request.
    use zerodrift::cloudflare::{Revocation, request};
    let (target, body) = (crate::common::target(), serde_json::Map::new());
    let requests = [
        request::get(&target),
        request::create(&target, &body),
        request::update(&target, &body),
        request::get_doh(&target),
        request::update_doh(&target, &body),
        request::revoke_user(&target, &Revocation::of("a@b.c")),
        request::verify_account_token(&target.id),
        request::verify_user_token(),
    ];
    assert!(requests.iter().all(|request| matches!(request.method().as_str(), "GET" | "POST" | "PUT")));
}

/// tf #3144: API 400 because a field was always sent.
#[tokio::test(start_paused = true)]
async fn a11_sending_a_field_that_nobody_declared() {
    let quiet = "switched_off=as_written".parse().unwrap();
    let world = World::of(State::with_organization(organization(json!({}))), quiet);
    world.apply(&wants("  name: New\n")).await;
    assert_eq!(world.bodies(), [json!({"name": "New", "auth_domain": "widget.cloudflareaccess.com"})]);
    let plan = plain_plan(&wants("  allow_authenticate_via_warp: true\n"), &live_of(json!({})));
    let finding = plan.findings.iter().find(|finding| finding.is_error()).unwrap();
    assert_eq!((finding.rule.id(), finding.at.as_ref().unwrap().line), ("warp-session", 3));
}

/// tf #7221, #6094, #5491.
#[tokio::test(start_paused = true)]
async fn a12_a_plan_that_passes_and_an_apply_that_is_refused() {
    let world = world(json!({}));
    world.transport.sandbox().change(|state| state.account.dashboard_sso = true).unwrap();
    let wanted = wants("  auth_domain: new.cloudflareaccess.com\n");
    let (_, outcome) = world.apply(&wanted).await;
    assert_eq!((outcome.end, outcome.known), (End::Failed, Known::Unchanged));
    let Some(zerodrift::apply::Failure::Request(error)) = &outcome.failure else { panic!("{outcome:?}") };
    let findings = locate(&wanted, Endpoint::Organization, error);
    assert_eq!(findings[0].at.as_ref().unwrap().line, 3);
    assert!(findings[0].message.contains("auth_domain"), "{findings:?}");
}

/// tf #7156 and eight more.
#[test]
fn a13_the_order_of_a_list_as_drift() {
    let live = json!({"mfa_config": {"allowed_authenticators": ["totp", "security_key"]}});
    let list = |list: &str| format!("  mfa_config:\n    allowed_authenticators: {list}\n");
    assert_eq!(changes(&list("[security_key, totp]"), live.clone()), 0);
    assert_eq!(changes(&list("[security_key, totp, biometrics]"), live), 1);
}

/// tf-migrate #236: regular expressions for drift to overlook.
#[test]
fn a14_exemption_lists_for_expected_drift() {
    for (wanted, live, differs) in [("1440m", "24h", 0), ("24h0m0s", "24h", 0), ("24h1s", "24h", 1)] {
        assert_eq!(
            changes(&format!("  session_duration: {wanted}\n"), json!({"session_duration": live})),
            differs,
            "{wanted}"
        );
    }
    let color = json!({"login_design": {"background_color": "#aabbcc"}});
    assert_eq!(changes("  login_design:\n    background_color: \"#ABC\"\n", color), 0);
}

/// kattakath/nix-config wraps the provider in about 100 lines of shell: refuse on empty state, refuse to null one of six
/// fields, refuse an `auth_domain` change, refuse automatic approval; and a plan that cannot say what is outside of it.
#[tokio::test(start_paused = true)]
async fn a15_users_wrap_the_tool_in_their_own_safety() {
    let source = |text: &str| Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    let errors = |text: &str| parse(Model::current(), &source(text)).manifest.is_none();
    assert!(errors("organization:\n  auth_domain: null\n"), "what cannot be emptied is refused");
    let empty = World::of(State::default(), Personality::default());
    let refused = plain_plan(&wants("  session_duration: 24h\n"), &empty.live(&wants("  name: x\n")).await);
    assert!(
        refused.findings.iter().any(|finding| finding.rule.id() == "create-needs"),
        "an empty state is pointed out before anything is created"
    );

    let live = live_of(json!({"future": {"x": 1}}));
    let renamed = plain_plan(&wants("  auth_domain: new.cloudflareaccess.com\n"), &live);
    assert!(matches!(Approved::new(&renamed, &live), Err(NotApproved::Guards(_))));
    assert!(renamed.unmanaged.iter().any(|found| found.path == "organization.future" && !found.known));

    let world = world(json!({"future": {"x": 1}}));
    world.transport.sandbox().change(|state| state.hostile.resets = vec!["organization.future".to_owned()]).unwrap();
    let (_, outcome) = world.apply(&wants("  name: New\n")).await;
    assert_eq!(outcome.end, End::Conflict);
    assert_eq!(outcome.mismatches[0].path, "organization.future");
}

/// rozkalnsandris/RPi5_main: a 400-line writer for one field.
#[tokio::test(start_paused = true)]
async fn a16_any_new_field_of_the_api_blocks_the_tool() {
    let world = world(serde_json::from_str(r#"{"future": {"x": [1, 2.50]}}"#).unwrap());
    let (plan, live) = world.plan(&wants("  name: New\n")).await;
    let strict = Options { strict_unknown: true, ..Options::without_backup(Model::current()) };
    let refused = apply(&world.reader, &world.writer, Approved::new(&plan, &live).unwrap(), &strict).await;
    assert_eq!((refused.writes, refused.known), (0, Known::Unchanged));
    let (_, outcome) = world.apply(&wants("  name: New\n")).await;
    assert_eq!((outcome.end, outcome.writes), (End::Applied, 1));
    assert_eq!(world.state().organization.unwrap()["future"].to_string(), r#"{"x":[1,2.50]}"#);
}

#[tokio::test(start_paused = true)]
async fn a17_hand_kept_lists_of_writable_fields() {
    let world = world(
        json!({"created_at": "2024-03-11T09:12:45Z", "cache_device_posture": true, "warp_auth_session_duration": ""}),
    );
    world.apply(&wants("  name: New\n")).await;
    let body = &world.bodies()[0];
    for kept in ["created_at", "cache_device_posture", "warp_auth_session_duration"] {
        assert!(body.get(kept).is_none(), "{kept}");
    }
}

/// cf-terraforming #424, #684, #800, #894.
#[test]
fn a18_noisy_generators() {
    let live =
        live_of(json!({"login_design": {"header_text": ""}, "is_ui_read_only": false, "session_duration": "12h"}));
    let minimal = write::manifest(Model::current(), &target(), &live, Detail::Minimal);
    let declared: Vec<_> = manifest(&minimal).declared.into_iter().map(|declared| declared.setting.name()).collect();
    assert_eq!(declared, ["name", "auth_domain", "session_duration"]);
}

/// Cloudflare's own command line: a dry run that prints the request and reads nothing.
#[tokio::test(start_paused = true)]
async fn a19_a_dry_run_that_does_not_look() {
    let world = world(json!({"session_duration": "24h"}));
    let (plan, _) = world.plan(&wants("  session_duration: 24h\n")).await;
    assert!(plan.is_empty());
    assert_eq!(world.calls(), ["GET organization"]);
}

/// pulumi-cloudflare #1587.
#[tokio::test(start_paused = true)]
async fn a20_a_403_that_explains_nothing() {
    let world = world(json!({}));
    world.transport.sandbox().change(|state| state.faults = vec!["GET:403".parse().unwrap()]).unwrap();
    let error = world.reader.organization(&target()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let hints = error.hints().join("\n");
    for name in ["Access: Organizations, Identity Providers, and Groups", "Access: Organizations Read"] {
        assert!(hints.contains(name), "{hints}");
    }
}

/// crossplane #5918: live values written into the specification, and reconciled for ever.
#[tokio::test(start_paused = true)]
async fn a21_controllers_that_fight_themselves() {
    let world = world(json!({"session_duration": "24h0m0s", "login_design": {}}));
    for _ in 0..20 {
        let (_, outcome) = world.apply(&wants("  session_duration: 1440m\n  login_design: null\n")).await;
        assert_eq!(outcome.end, End::InSync);
    }
    assert!(world.bodies().is_empty());
}

/// cloudflare-docs #4145, #29913.
#[tokio::test(start_paused = true)]
async fn a23_renaming_the_login_host() {
    let live = live_of(json!({}));
    let plan = plain_plan(&wants("  auth_domain: new.cloudflareaccess.com\n"), &live);
    let guard = plan.changes[0].guard.unwrap().guard;
    let text = format!("{} {}", guard.consequence, guard.check_first);
    for word in ["SSO", "redirect URI", "free for anyone"] {
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(changes("  auth_domain: WIDGET.cloudflareaccess.com\n", json!({})), 0, "a case-only change is none");

    let world = world(json!({}));
    world.transport.sandbox().change(|state| state.account.dashboard_sso = true).unwrap();
    let body = json!({"name": "Widget", "auth_domain": "new.cloudflareaccess.com"});
    let refused = world.writer.update_organization(&target(), body.as_object().unwrap()).await;
    let Err(WriteError::Refused(error)) = refused else { panic!("{refused:?}") };
    assert!(error.has_code("12106"));
    assert!(error.hints().join("\n").to_lowercase().contains("sso"), "{:?}", error.hints());
}

/// cloudflare-docs #23061.
#[test]
fn a24_the_doh_token_silently_replaced() {
    let doh =
        json!({"id": "7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871", "name": "dns", "last_seen_at": "2026-01-01T00:00:00Z"});
    let live = Live {
        organization: Slot::NotRead,
        doh: Slot::Present(Document::new(Endpoint::Doh, doh.as_object().unwrap().clone())),
    };
    let wanted =
        |id: &str| manifest(&format!("account_id: {}\ndoh:\n  service_token_id: {id}\n", crate::common::ACCOUNT));
    assert!(plain_plan(&wanted("7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871"), &live).is_empty());
    let other = plain_plan(&wanted("00000000-5e0b-4f63-8b1f-2a96d3c4e871"), &live);
    assert_eq!(other.refused().count(), 1);
    let text = zerodrift::report::plan::text(&other, &Style::default());
    for shown in ["dns", "7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871", "00000000-5e0b-4f63-8b1f-2a96d3c4e871"] {
        assert!(text.contains(shown), "{text}");
    }
}
