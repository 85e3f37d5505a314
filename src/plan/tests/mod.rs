//! What differs, what does not, what is guarded: told as live state, wanted state and the plan between them.

pub(crate) mod samples;

use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostics::Location;
use crate::live::Document;
use crate::manifest::{Allow, Declared};
use crate::settings::{Kind, Setting};

/// Live state, wanted state and consents, put together piece by piece.
struct Story {
    model: Model,
    manifest: Manifest,
    live: Live,
    allow: Vec<String>,
}

fn nowhere() -> Location {
    Location { line: 1, column: 1, span: 0..0 }
}

fn document(endpoint: Endpoint, fields: Json) -> Slot {
    Slot::Present(Document::new(endpoint, fields.as_object().unwrap().clone()))
}

fn given_live(fields: Json) -> Story {
    given(document(Endpoint::Organization, fields))
}

fn given(organization: Slot) -> Story {
    let manifest = Manifest {
        path: "org.yaml".to_owned(),
        sha256: "0".repeat(64),
        target: None,
        endpoints: vec![Endpoint::Organization],
        declared: Vec::new(),
        allow: Vec::new(),
    };
    Story {
        model: Model::current().clone(),
        manifest,
        live: Live { organization, doh: Slot::NotRead },
        allow: Vec::new(),
    }
}

impl Story {
    fn wants(mut self, path: &str, value: Json) -> Self {
        let setting = *self.model.setting(path).unwrap();
        if !self.manifest.endpoints.contains(&setting.endpoint()) {
            self.manifest.endpoints.push(setting.endpoint());
        }
        self.manifest.declared.push(Declared { setting, value, at: nowhere() });
        let model = &self.model;
        self.manifest.declared.sort_by_key(|declared| model.position(declared.setting.path));
        self
    }

    fn with_doh(mut self, fields: Json) -> Self {
        self.live.doh = document(Endpoint::Doh, fields);
        self
    }

    fn consents_in_file(mut self, setting: &str, to: Json) -> Self {
        self.manifest.allow.push(Allow { setting: setting.to_owned(), to, reason: None, at: nowhere() });
        self
    }

    fn consents_by_flag(mut self, setting: &str) -> Self {
        self.allow.push(setting.to_owned());
        self
    }

    fn plan(&self) -> Plan {
        plan(&Input {
            model: &self.model,
            manifest: &self.manifest,
            target: &Target::account("699d98642c564d2e855e9661899b7252").unwrap(),
            api: "https://api.cloudflare.com/client/v4",
            live: &self.live,
            allow: &self.allow,
        })
    }

    /// The changes in short: `path: before -> after`, with `!` where a guard has no consent and `+` where it has.
    fn changes(&self) -> Vec<String> {
        let mark = |change: &Change| match change.guard {
            None => "",
            Some(GuardState { allowed_by: None, .. }) => "!",
            Some(GuardState { allowed_by: Some(_), .. }) => "+",
        };
        self.plan()
            .changes
            .iter()
            .map(|change| format!("{}{}: {} -> {}", mark(change), change.setting.path, change.before, change.after))
            .collect()
    }
}

const DENY: &str = "organization.deny_unmatched_requests";

/// Read-only and security relevant: accounts that this organization trusts.
#[test]
fn trusted_accounts_are_shown_as_read_only_and_are_never_a_change() {
    let live = json!({"name": "W", "trusted_accounts": [{"id": "a"}], "created_at": "x"});
    let plan = given_live(live).wants("organization.name", json!("W")).plan();
    let listed: Vec<_> = plan.unmanaged.iter().map(|one| (one.path.as_str(), one.known, one.read_only)).collect();
    assert_eq!(listed, [("organization.trusted_accounts", true, true)]);
    assert!(plan.is_empty());
}

#[test]
fn nothing_declared_plans_to_nothing() {
    let plan = given_live(json!({"name": "Widget", "session_duration": "24h"})).plan();
    assert!(plan.is_empty());
    assert!(plan.writes.is_empty());
}

#[test]
fn a_difference_is_one_change_and_one_put() {
    let story = given_live(json!({"session_duration": "12h"})).wants("organization.session_duration", json!("24h"));
    assert_eq!(story.changes(), [r#"organization.session_duration: "12h" -> "24h""#]);
    let writes: Vec<String> =
        story.plan().writes.iter().map(|write| format!("{} {}", write.method, write.path)).collect();
    assert_eq!(writes, ["PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations"]);
}

/// A1: terraform-provider-cloudflare #7245, a protection switched off because a line was missing.
#[test]
fn a_missing_line_never_turns_a_protection_off() {
    let story =
        given_live(json!({"deny_unmatched_requests": true, "name": "Old"})).wants("organization.name", json!("New"));
    assert_eq!(story.changes(), [r#"organization.name: "Old" -> "New""#]);
}

/// A2, A6: terraform-provider-cloudflare #5896, spurious diffs right after an import.
#[test]
fn every_way_of_being_empty_is_one_value() {
    let empties = [
        json!({}),
        json!({"login_design": {}}),
        json!({"login_design": {"header_text": ""}}),
        json!({"login_design": null}),
    ];
    for live in empties {
        let story = given_live(live.clone())
            .wants("organization.login_design.header_text", Json::Null)
            .wants(DENY, json!(false))
            .wants("organization.deny_unmatched_requests_exempted_zone_names", json!([]));
        assert!(story.plan().is_empty(), "{live}");
    }
}

/// A14: tf-migrate's exemption list exists for pairs like these.
#[test]
fn equal_values_have_no_diff_and_near_misses_do() {
    let cases = [
        ("session_duration", json!("24h"), json!("1440m"), true),
        ("session_duration", json!("24h"), json!("24h0m0s"), true),
        ("session_duration", json!("24h"), json!("24h1s"), false),
        ("auth_domain", json!("Widget.cloudflareaccess.com"), json!("widget.cloudflareaccess.com"), true),
        ("name", json!("Widget"), json!("widget"), false),
    ];
    for (name, live, wanted, equal) in cases {
        let story = given_live(json!({ name: live })).wants(&format!("organization.{name}"), wanted.clone());
        assert_eq!(story.plan().is_empty(), equal, "{name}: {wanted}");
    }
}

/// A13: terraform-provider-cloudflare #7156, list order as drift.
#[test]
fn the_order_of_a_set_is_no_diff_and_an_added_element_is() {
    let live = json!({"mfa_config": {"allowed_authenticators": ["totp", "security_key"]}});
    let wants = |list: Json| given_live(live.clone()).wants("organization.mfa_config.allowed_authenticators", list);
    assert!(wants(json!(["security_key", "totp"])).plan().is_empty());
    assert_eq!(wants(json!(["security_key", "totp", "biometrics"])).plan().changes.len(), 1);
}

#[test]
fn null_unsets_what_live_has() {
    let story = given_live(json!({"login_design": {"header_text": "Hi"}}))
        .wants("organization.login_design.header_text", Json::Null);
    assert_eq!(story.changes(), [r#"organization.login_design.header_text: "Hi" -> null"#]);
    assert_eq!(story.plan().changes[0].op, Op::Unset);
}

#[test]
fn the_former_spelling_of_a_setting_is_understood() {
    let story = given_live(json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "always"}}))
        .wants("organization.mfa_piv_key_requirements.pin_policy", json!("always"));
    assert!(story.plan().is_empty());
    assert!(story.plan().unmanaged.is_empty());
}

#[test]
fn a_toggle_reason_is_no_drift_and_travels_with_the_toggle() {
    let reason = "organization.ui_read_only_toggle_reason";
    let lock = |locked: bool| {
        given_live(json!({"is_ui_read_only": locked}))
            .wants(reason, json!("SEC-7"))
            .wants("organization.is_ui_read_only", json!(true))
    };
    assert!(lock(true).plan().is_empty());
    let plan = lock(false).plan();
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.changes[0].annotations, [(*Model::current().setting(reason).unwrap(), json!("SEC-7"))]);
}

#[test]
fn settings_behind_a_switch_that_is_off_do_not_count() {
    let path = |name: &str| format!("organization.service_token_inactivity.{name}");
    let filled =
        json!({"service_token_inactivity": {"enabled": false, "inactivity_threshold_days": 365, "action": "delete"}});
    let off = given_live(filled.clone())
        .wants(&path("enabled"), json!(false))
        .wants(&path("inactivity_threshold_days"), json!(90))
        .wants(&path("action"), json!("disable"));
    assert!(off.plan().is_empty());
    let on = given_live(filled)
        .wants(&path("enabled"), json!(true))
        .wants(&path("inactivity_threshold_days"), json!(365))
        .wants(&path("action"), json!("disable"));
    assert_eq!(on.plan().changes.len(), 3, "what the server filled in while it was off is not a value");
}

/// A24: cloudflare-docs #23061; the API takes service_token_id and answers with id.
#[test]
fn the_doh_token_is_compared_with_the_id_that_the_api_answers() {
    let live =
        json!({"id": "f174e90a-fafe-4643-bbbc-4a0ed4fc8415", "last_seen_at": "2026-01-01T00:00:00Z", "name": "dns"});
    let wants = |id: &str| given(Slot::NotRead).with_doh(live.clone()).wants("doh.service_token_id", json!(id));
    assert!(wants("F174E90A-fafe-4643-bbbc-4a0ed4fc8415").plan().is_empty());
    let other = wants("00000000-fafe-4643-bbbc-4a0ed4fc8415");
    assert_eq!(other.changes().len(), 1);
    assert!(other.changes()[0].starts_with('!'));
}

#[test]
fn live_values_outside_the_file_are_listed() {
    let plan = given_live(json!({
        "name": "Widget", "session_duration": "24h", "updated_at": "2026-01-01T00:00:00Z", "cache_device_posture": true,
        "login_design": {"header_text": "", "shape": "round"}, "beta.flag": {"on": true}, "is_ui_read_only": false,
    }))
    .wants("organization.name", json!("Widget"))
    .plan();
    let listed: Vec<(&str, bool)> = plan.unmanaged.iter().map(|found| (found.path.as_str(), found.known)).collect();
    assert_eq!(
        listed,
        [
            ("organization.session_duration", true),
            ("organization.login_design.shape", false),
            ("organization.\"beta.flag\"", false),
        ]
    );
}

#[test]
fn guards_look_at_the_direction() {
    let group = |group: &str, member: &str, value: Json| json!({group: {member: value}});
    let mfa = |member: &str, value: Json| group("mfa_config", member, value);
    let piv = |member: &str, value: Json| group("mfa_piv_key_requirements", member, value);
    let cases = [
        (json!({}), "deny_unmatched_requests", json!(true), true),
        (json!({"deny_unmatched_requests": true}), "deny_unmatched_requests", Json::Null, true),
        (json!({}), "auth_domain", json!("a.example.com"), false),
        (json!({"auth_domain": "b.example.com"}), "auth_domain", json!("a.example.com"), true),
        (
            mfa("allowed_authenticators", json!(["totp"])),
            "mfa_config.allowed_authenticators",
            json!(["totp", "biometrics"]),
            true,
        ),
        (
            mfa("allowed_authenticators", json!(["totp", "biometrics"])),
            "mfa_config.allowed_authenticators",
            json!(["totp"]),
            true,
        ),
        (mfa("allowed_authenticators", json!(["totp"])), "mfa_config.allowed_authenticators", json!([]), true),
        (mfa("allowed_authenticators", json!([])), "mfa_config.allowed_authenticators", json!(["totp"]), false),
        (mfa("session_duration", json!("12h")), "mfa_config.session_duration", json!("24h"), true),
        (mfa("session_duration", json!("24h")), "mfa_config.session_duration", json!("12h"), false),
        (mfa("session_duration", json!("24h")), "mfa_config.session_duration", Json::Null, true),
        (json!({}), "mfa_config.session_duration", json!("24h"), false),
        (mfa("allowed_authenticators", json!(["totp"])), "mfa_config.session_duration", json!("24h"), true),
        (json!({}), "mfa_config.amr_matching_session_duration", json!("0m"), true),
        (json!({}), "mfa_config.required_aaguids", json!("2b8f1d04-7c33-4e0a-9a51-60f2d9c7b318"), true),
        (piv("pin_policy", json!("always")), "mfa_piv_key_requirements.pin_policy", json!("once"), true),
        (piv("pin_policy", json!("never")), "mfa_piv_key_requirements.pin_policy", json!("once"), true),
        (piv("pin_policy", json!("once")), "mfa_piv_key_requirements.pin_policy", Json::Null, true),
        (piv("ssh_key_type", json!(["rsa"])), "mfa_piv_key_requirements.ssh_key_type", json!(["rsa", "ecdsa"]), true),
        (piv("ssh_key_type", json!(["rsa", "ecdsa"])), "mfa_piv_key_requirements.ssh_key_type", json!(["rsa"]), true),
        (json!({"mfa_required_for_all_apps": true}), "mfa_required_for_all_apps", json!(false), true),
        (json!({}), "mfa_required_for_all_apps", json!(true), true),
        (json!({}), "strict_service_token_auth", json!(true), true),
        (json!({"session_duration": "12h"}), "session_duration", json!("24h"), false),
        (json!({"session_duration": "24h"}), "session_duration", json!("87600h"), true),
        (json!({}), "session_duration", json!("87600h"), true),
        (json!({"session_duration": "87600h"}), "session_duration", json!("80000h"), false),
        (json!({"session_duration": "24h"}), "session_duration", json!("1s"), true),
    ];
    for (live, name, wanted, guarded) in cases {
        let plan = given_live(live.clone()).wants(&format!("organization.{name}"), wanted.clone()).plan();
        assert_eq!(plan.changes.len(), 1, "{name}: {live} -> {wanted}");
        assert_eq!(plan.changes[0].guard.is_some(), guarded, "{name}: {live} -> {wanted}");
    }
}

/// What this version cannot rank may be the strictest value there is.
#[test]
fn a_live_value_that_cannot_be_ranked_is_guarded_whatever_follows() {
    let cases = [
        (
            json!({"mfa_piv_key_requirements": {"pin_policy": "biometric"}}),
            "mfa_piv_key_requirements.pin_policy",
            json!("always"),
        ),
        (
            json!({"mfa_piv_key_requirements": {"pin_policy": "NEVER"}}),
            "mfa_piv_key_requirements.pin_policy",
            json!("always"),
        ),
        (json!({"mfa_piv_key_requirements": "strict"}), "mfa_piv_key_requirements.pin_policy", json!("always")),
        (
            json!({"mfa_config": {"allowed_authenticators": "totp"}}),
            "mfa_config.allowed_authenticators",
            json!(["totp"]),
        ),
        (json!({"session_duration": "forever"}), "session_duration", json!("1h")),
        (json!({"session_duration": 24}), "session_duration", json!("24h")),
        (json!({"is_ui_read_only": "true"}), "is_ui_read_only", json!(true)),
        (json!({"user_seat_expiration_inactive_time": "1y"}), "user_seat_expiration_inactive_time", Json::Null),
    ];
    for (live, name, wanted) in cases {
        let story = given_live(live.clone()).wants(&format!("organization.{name}"), wanted.clone());
        assert_eq!(story.plan().refused().count(), 1, "{name}: {live} -> {wanted}");
    }
    let unknown = given_live(json!({})).wants("organization.mfa_config.allowed_authenticators", json!(["retina"]));
    assert_eq!(unknown.plan().refused().count(), 1, "a wanted value that cannot be ranked is guarded as well");
}

#[test]
fn a_known_word_in_other_letters_is_no_difference() {
    let live = json!({"mfa_piv_key_requirements": {"pin_policy": "ALWAYS", "ssh_key_type": ["RSA"]}});
    let story = given_live(live)
        .wants("organization.mfa_piv_key_requirements.pin_policy", json!("always"))
        .wants("organization.mfa_piv_key_requirements.ssh_key_type", json!(["rsa"]));
    assert!(story.plan().is_empty());
}

#[test]
fn the_texts_of_a_guard_speak_of_the_direction_at_hand() {
    let turned = |on: bool| {
        let story = given_live(json!({"deny_unmatched_requests": !on})).wants(DENY, json!(on));
        story.plan().changes[0].guard.unwrap().guard.consequence
    };
    assert!(turned(true).contains("Error 1050") && !turned(true).contains("open to everyone"));
    assert!(turned(false).contains("open to everyone") && !turned(false).contains("Error 1050"));
}

#[test]
fn exemptions_are_guarded_only_while_the_denial_is_on() {
    let zones = "organization.deny_unmatched_requests_exempted_zone_names";
    let off = given_live(json!({})).wants(zones, json!(["example.com"]));
    assert!(off.changes()[0].starts_with("organization"));
    let on = given_live(json!({"deny_unmatched_requests": true})).wants(zones, json!(["example.com"]));
    assert!(on.changes()[0].starts_with('!'));
}

#[test]
fn deleting_inactive_tokens_needs_consent_and_disabling_them_does_not() {
    let path = |name: &str| format!("organization.service_token_inactivity.{name}");
    let guarded = |action: &str| {
        let story = given_live(json!({}))
            .wants(&path("enabled"), json!(true))
            .wants(&path("inactivity_threshold_days"), json!(90))
            .wants(&path("action"), json!(action));
        story.plan().refused().count()
    };
    assert_eq!(guarded("disable"), 0);
    assert_eq!(guarded("delete"), 2, "the action and the threshold that it will use");
}

/// What stands behind a switch that is off counts as nothing until the switch is turned on.
#[test]
fn a_switch_that_puts_a_hidden_value_into_force_shows_it_and_is_guarded_as_it_is() {
    let on = "organization.service_token_inactivity.enabled";
    let turned_on = |action: Json| {
        let hidden = json!({"enabled": false, "inactivity_threshold_days": 90, "action": action});
        given_live(json!({"service_token_inactivity": hidden})).wants(on, json!(true))
    };
    assert_eq!(
        turned_on(json!("delete")).changes(),
        [
            "organization.service_token_inactivity.enabled: null -> true",
            "!organization.service_token_inactivity.inactivity_threshold_days: null -> 90",
            r#"!organization.service_token_inactivity.action: null -> "delete""#,
        ]
    );
    assert_eq!(turned_on(json!("disable")).plan().refused().count(), 0);
    for action in [json!("DELETE"), json!("Disable"), json!("archive"), json!(7)] {
        assert_eq!(turned_on(action.clone()).plan().refused().count(), 2, "{action} is not known to be mild");
    }
    let action = "organization.service_token_inactivity.action";
    let days = "organization.service_token_inactivity.inactivity_threshold_days";
    let pinned = |to: &str| {
        turned_on(json!("delete")).consents_in_file(action, json!(to)).consents_in_file(days, json!(90)).plan()
    };
    assert_eq!(pinned("delete").refused().count(), 0);
    assert_eq!(pinned("disable").refused().count(), 1, "consent is pinned to the value that comes into force");
}

/// A11: terraform-provider-cloudflare #3144; the file alone cannot tell, live can.
#[test]
fn signing_in_with_warp_needs_a_duration_in_the_file_or_in_live() {
    let wants = |live: Json| given_live(live).wants("organization.allow_authenticate_via_warp", json!(true)).plan();
    let rules = |plan: Plan| plan.findings.into_iter().map(|finding| finding.rule.id()).collect::<Vec<_>>();
    assert_eq!(rules(wants(json!({}))), ["warp-session"]);
    assert_eq!(rules(wants(json!({"warp_auth_session_duration": "24h"}))), [""; 0]);
}

#[test]
fn consent_in_the_file_is_pinned_to_the_value() {
    let story = || {
        given_live(json!({"auth_domain": "old.example.com"}))
            .wants("organization.auth_domain", json!("new.example.com"))
    };
    let consented = story().consents_in_file("organization.auth_domain", json!("NEW.example.com"));
    assert_eq!(consented.plan().refused().count(), 0);
    assert!(consented.plan().findings.is_empty());
    let other = story().consents_in_file("organization.auth_domain", json!("other.example.com"));
    assert_eq!(other.plan().refused().count(), 1);
    assert!(other.plan().findings.is_empty(), "the file alone shows that it does not match");
    let applied = given_live(json!({"auth_domain": "new.example.com"}))
        .wants("organization.auth_domain", json!("new.example.com"))
        .consents_in_file("organization.auth_domain", json!("new.example.com"));
    assert_eq!(applied.plan().findings[0].rule.id(), "stale-consent");
}

#[test]
fn consent_by_flag_names_a_setting_or_a_group() {
    let story = || {
        given_live(json!({"mfa_config": {"allowed_authenticators": ["totp"]}}))
            .wants("organization.mfa_config.allowed_authenticators", json!([]))
    };
    for path in ["organization.mfa_config", "organization.mfa_config.allowed_authenticators"] {
        assert_eq!(story().consents_by_flag(path).plan().refused().count(), 0, "{path}");
    }
    let stale = story().consents_by_flag(DENY).plan();
    assert_eq!(stale.refused().count(), 1);
    assert_eq!(stale.findings[0].rule.id(), "stale-consent");
}

#[test]
fn an_absent_organization_is_created_and_what_post_lacks_is_put() {
    let story = given(Slot::Absent)
        .wants("organization.name", json!("Widget"))
        .wants("organization.auth_domain", json!("widget.cloudflareaccess.com"))
        .wants("organization.custom_pages.forbidden", json!("699d98642c564d2e855e9661899b7252"));
    let plan = story.plan();
    assert_eq!(plan.action, Action::Create);
    let methods: Vec<WriteMethod> = plan.writes.iter().map(|write| write.method).collect();
    assert_eq!(methods, [WriteMethod::Post, WriteMethod::Put]);
    assert!(plan.changes.iter().all(|change| change.guard.is_none()), "there is nothing yet that could be hurt");
}

#[test]
fn creating_without_a_name_or_a_login_domain_is_planned_with_a_warning_of_what_will_happen() {
    let plan = given(Slot::Absent).wants("organization.name", json!("Widget")).plan();
    assert_eq!(plan.action, Action::Create);
    let [finding] = plan.findings.as_slice() else { panic!("{:#?}", plan.findings) };
    assert!(!finding.is_error() && finding.setting.as_deref() == Some("organization.auth_domain"), "{finding:?}");
    let expected = "creates one without organization.auth_domain: the API generates it for providers, and refuses";
    assert!(finding.message.contains(expected), "{finding:?}");
    let neither = given(Slot::Absent).wants("organization.session_duration", json!("24h")).plan();
    assert_eq!(neither.findings.len(), 2);
}

#[test]
fn doh_settings_alone_cannot_create_an_organization() {
    let mut story = given(Slot::NotRead).wants("doh.doh_jwt_duration", json!("24h"));
    story.manifest.endpoints = vec![Endpoint::Doh];
    story.live.doh = Slot::Absent;
    let plan = story.plan();
    assert!(plan.is_empty());
    assert_eq!(plan.findings[0].rule.id(), "no-organization");
}

#[test]
fn the_digest_follows_what_is_written_and_not_what_moves_by_itself() {
    let story =
        |live: Json, wanted: &str| given_live(live).wants("organization.session_duration", json!(wanted)).plan().digest;
    let base = story(json!({"session_duration": "12h", "updated_at": "1"}), "24h");
    assert_eq!(base, story(json!({"updated_at": "2", "session_duration": "12h", "login_design": {}}), "24h"));
    assert_ne!(base, story(json!({"session_duration": "12h", "updated_at": "1"}), "25h"));
    assert_ne!(base, story(json!({"session_duration": "12h", "name": "Widget"}), "24h"));
}

#[test]
fn a_setting_that_is_added_to_the_model_is_planned_like_the_others() {
    let mut story = given_live(json!({"next_month": "12h"}));
    let duration = Model::current().setting("organization.session_duration").unwrap().kind;
    assert!(matches!(duration, Kind::Duration(_)));
    story.model = story.model.with(Setting::new("organization.next_month", duration));
    let story = story.wants("organization.next_month", json!("720m"));
    assert!(story.plan().is_empty());
    assert!(story.plan().unmanaged.is_empty());
}

#[test]
fn a_digest_holds_its_time_and_fits_no_other_plan_and_no_other_time() {
    let story = given_live(json!({"session_duration": "12h"})).wants("organization.session_duration", json!("24h"));
    let other = given_live(json!({"session_duration": "13h"})).wants("organization.session_duration", json!("24h"));
    let mut seen = std::collections::BTreeSet::new();
    for seconds in [0, 1, 1_795_000_000, 1_795_000_001, i64::from(u32::MAX)] {
        let made_at = Timestamp::from_second(seconds).unwrap();
        let (mut plan, mut again) = (story.plan(), story.plan());
        plan.stamp(made_at);
        assert_eq!(digest_time(&plan.digest), Some(made_at));
        assert!(seen.insert(plan.digest[..63].to_owned()), "the time is a part of the hash");
        assert!(again.recognize(&plan.digest) && again.digest == plan.digest);
        assert!(!other.plan().recognize(&plan.digest));
        for index in 7..plan.digest.len() {
            let digit = if plan.digest.as_bytes()[index] == b'0' { "1" } else { "0" };
            let mut edited = plan.digest.clone();
            edited.replace_range(index..=index, digit);
            assert!(!story.plan().recognize(&edited), "{edited}");
        }
    }
    assert_eq!(story.plan().expires_at(), None, "a plan that nobody stamped approves nothing");
    let mut ancient = story.plan();
    ancient.stamp(Timestamp::MIN);
    assert_eq!(digest_time(&ancient.digest), Some(Timestamp::UNIX_EPOCH));
}
