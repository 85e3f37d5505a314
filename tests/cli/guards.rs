//! Guarded changes: without consent they are refused, and nothing is written.

use insta::assert_snapshot;

use crate::harness::{CommandOutput, TestEnv};

/// The example with a changed login host.
fn renamed() -> TestEnv {
    let env = TestEnv::with_example();
    env.replace("org.yaml", "auth_domain: widget.", "auth_domain: gadget.");
    env
}

fn apply(env: &TestEnv, flags: &str) -> CommandOutput {
    env.run(&format!("apply --auto-approve --sandbox=state.json {flags}"))
}

fn consent(env: &TestEnv, to: &str) {
    let allow = format!("\nallow:\n  - setting: organization.auth_domain\n    to: {to}\n    reason: SEC-1234\n");
    env.write("org.yaml", &(env.read("org.yaml") + &allow));
}

#[test]
fn a_new_login_host_without_consent_is_refused_with_checks_to_make() {
    let env = renamed();
    let seeded = env.seed();
    let refused = apply(&env, "").exits(3);
    assert_eq!(env.read("state.json"), seeded, "a refused apply wrote something");
    // SSO of the dashboard, redirect URIs of the identity providers, and the name that becomes free.
    let refused = refused.shows(&["SSO", "redirect URI", "free"]);
    assert_snapshot!(refused, @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

    Guarded changes: can lock people out, open access or delete something

      ! organization.auth_domain  org.yaml:9:16
          widget.cloudflareaccess.com → gadget.cloudflareaccess.com
          what happens   every application gets a new login URL, all sessions end, and the old name
                         becomes free for anyone to claim
          check first    dashboard SSO must be off (the API refuses with 12106 otherwise); identity
                         providers must accept the new redirect URIs; WARP enrolment and every check of
                         a token's issuer must follow
          consent        none yet

      To consent, add at the end of org.yaml:

    allow:
      - setting: organization.auth_domain
        to: gadget.cloudflareaccess.com
        reason: why this is wanted, and who agreed

      or pass to apply:

        --allow organization.auth_domain

      organization
        ~ session_duration                     12h → 24h
            note: a stolen session stays useful for longer
        ~ user_seat_expiration_inactive_time   2190h → 1460h
            note: users inactive for longer than this lose their seat

      organization.login_design
        ~ background_color                     #f4f1ea → #c5ed1b
        - header_text                          "Widget Corps" → (unset)
        ~ footer_text
            - Locked out? Call [-4242.-]
            + Locked out? Call {+4242, or write to help@widget.example.+}

      organization.mfa_config
        ~ session_duration                     24h → 12h

    Not managed: 6 live settings keep their values
        organization.custom_pages.forbidden             3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
        organization.service_token_inactivity.enabled   true
        organization.service_token_inactivity.inactivity_threshold_days   90
        organization.service_token_inactivity.action    disable
        organization.ai_controls_beta (unknown to this version)
            {"mode":"observe","exempted_groups":["research"…
        doh.service_token_id                            7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871

    Apply would send
        PUT  /accounts/699d98642c564d2e855e9661899b7252/access/organizations
    Digest sha256:[DIGEST]
    Valid until [TIME] for apply --expect

    Plan: 7 settings of account 699d98642c564d2e855e9661899b7252 would change (1 guarded, no consent
    yet), with one PUT.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    error: nothing was written: 1 guarded change has no consent: organization.auth_domain
      hint: consent in the manifest, under `allow:`, as the plan shows; it is pinned to the value
      hint: or consent for one run with `--allow organization.auth_domain`
    [exit status: 3]
    "#);
}

#[test]
fn consent_in_the_manifest_permits_the_change() {
    let env = renamed();
    consent(&env, "gadget.cloudflareaccess.com");
    apply(&env, "").exits(0);
    assert!(env.read("state.json").contains("gadget.cloudflareaccess.com"));
}

#[test]
fn consent_by_flag_permits_the_change() {
    for flag in ["organization.auth_domain", "auth_domain"] {
        let env = renamed();
        apply(&env, &format!("--allow {flag}")).exits(0);
        assert!(env.read("state.json").contains("gadget.cloudflareaccess.com"));
    }
}

#[test]
fn consent_to_another_value_does_not_count() {
    let env = renamed();
    let seeded = env.seed();
    consent(&env, "gizmo.cloudflareaccess.com");
    let refused = apply(&env, "").exits(3);
    assert_eq!(env.read("state.json"), seeded);
    assert_snapshot!(refused.stderr, @r#"
    sandbox: an emulated account; its state is state.json
    error: nothing was written: 1 guarded change has no consent: organization.auth_domain
      hint: consent in the manifest, under `allow:`, as the plan shows; it is pinned to the value
      hint: or consent for one run with `--allow organization.auth_domain`
    "#);
}

#[test]
fn stale_consent_is_reported() {
    let env = renamed();
    consent(&env, "gadget.cloudflareaccess.com");
    apply(&env, "").exits(0);
    assert_snapshot!(env.run("plan --sandbox=state.json"), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

    Not managed: 6 live settings keep their values
        organization.custom_pages.forbidden             3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
        organization.service_token_inactivity.enabled   true
        organization.service_token_inactivity.inactivity_threshold_days   90
        organization.service_token_inactivity.action    disable
        organization.ai_controls_beta (unknown to this version)
            {"mode":"observe","exempted_groups":["research"…
        doh.service_token_id                            7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871

    warning[stale-consent]: the consent to change organization.auth_domain matches no change of this
                            plan
      org.yaml:34:14
      help: remove the entry after the apply, so that it cannot consent to a later change

    In sync: 14 declared settings match; 6 live settings are not managed.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
}

#[test]
fn consent_to_an_unknown_setting_is_an_error() {
    let env = renamed();
    let seeded = env.seed();
    assert_snapshot!(apply(&env, "--allow auth_domian"), @r#"
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    error: --allow auth_domian: no such setting or group
      hint: run `zerodrift explain` to list them
    [exit status: 64]
    "#);
    assert_eq!(env.read("state.json"), seeded);
}

#[test]
fn a_refusal_is_a_json_result() {
    let env = renamed();
    let refused = apply(&env, "--format json").exits(3).json();
    assert_eq!(refused["results"][0]["outcome"], "refused");
    assert_eq!(refused["results"][0]["writes"], 0);
    assert_eq!(refused["results"][0]["error"]["exit_code"], 3);
}

#[test]
fn a_plan_shows_the_guard_and_does_not_fail() {
    let env = renamed();
    env.run("plan --sandbox=state.json").exits(0).shows(&["--allow organization.auth_domain"]);
}

#[test]
fn a_plan_that_requires_consent_exits_3_without_it() {
    let env = renamed();
    let plan = "plan --sandbox=state.json --require-consent --detailed-exitcode";
    let missing = env.run(&format!("{plan} --format json")).exits(3);
    assert_eq!(missing.json()["summary"]["unconsented"], 1);
    assert_snapshot!(missing.stderr, @r#"
    sandbox: an emulated account; its state is state.json
    error: apply would refuse this plan: 1 guarded change has no consent: organization.auth_domain
      hint: consent in the manifest, under `allow:`, as the plan shows; it is pinned to the value
      hint: or consent for one run with `--allow organization.auth_domain`
    "#);
    env.run(&format!("{plan} --allow auth_domain")).exits(2);
    consent(&env, "gadget.cloudflareaccess.com");
    assert_eq!(env.run(&format!("{plan} --format json")).exits(2).json()["summary"]["unconsented"], 0);
}

#[test]
fn a_plan_that_is_in_sync_needs_no_consent() {
    let env = TestEnv::with_example();
    apply(&env, "").exits(0);
    env.run("plan --sandbox=state.json --require-consent").exits(0);
}

/// The API may reset a setting that a write leaves out, so only unknown fields can be left out.
#[test]
fn omit_accepts_only_unknown_live_fields() {
    let env = TestEnv::with_example();
    let seeded = env.seed();
    for path in [
        "organization.mfa_required_for_all_apps",
        "organization.deny_unmatched_requests",
        "organization.mfa_config",
        "organization.created_at",
        "organization.nonsense",
        "organization.ai_controls_beta.mode",
        "ai_controls_beta",
        "doh.service_token_id",
    ] {
        let refused = apply(&env, &format!("--omit {path}")).exits(64);
        refused.says(&["has no unknown field of this name", "organization.ai_controls_beta"]);
        assert_eq!(env.read("state.json"), seeded, "{path}");
    }
    assert_snapshot!(apply(&env, "--omit organization.strict_service_token_auth").stderr, @r"
    sandbox: an emulated account; its state is state.json
    error: --omit organization.strict_service_token_auth: the live state has no unknown field of this
           name
      hint: --omit accepts only fields that this version does not know: organization.ai_controls_beta
    ");
}

/// A backup, the example's state as `export --format json` writes it, with one value replaced.
fn backup_with(from: &str, to: &str) -> TestEnv {
    let env = TestEnv::with_example();
    let _ = env.seed();
    let kept = env
        .run("export --account-id 699d98642c564d2e855e9661899b7252 --sandbox=state.json --format json")
        .exits(0)
        .stdout;
    assert!(kept.contains(from), "{kept}");
    env.write("backup.json", &kept.replace(from, to));
    env
}

#[test]
fn a_backup_is_checked_as_strictly_as_a_manifest() {
    for (from, to, setting) in [
        ("\"is_ui_read_only\": false", "\"is_ui_read_only\": \"false\"", "organization.is_ui_read_only"),
        ("\"is_ui_read_only\": false", "\"is_ui_read_only\": 1", "organization.is_ui_read_only"),
        ("\"session_duration\": \"12h\"", "\"session_duration\": 12", "organization.session_duration"),
        ("\"enabled\": true,\n", "\"enabled\": \"true\",\n", "organization.service_token_inactivity.enabled"),
        (
            "\"allow_authenticate_via_warp\": true",
            "\"allow_authenticate_via_warp\": {}",
            "organization.allow_authenticate_via_warp",
        ),
    ] {
        let env = backup_with(from, to);
        let seeded = env.read("state.json");
        let refused = env.run("rollback backup.json --auto-approve --sandbox=state.json").exits(5);
        refused.says(&[setting, "backup.json"]);
        assert_eq!(env.read("state.json"), seeded, "{setting}");
    }
}

#[test]
fn a_switch_that_activates_deletion_shows_it_and_needs_consent() {
    let env = TestEnv::with_manifest(
        "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  service_token_inactivity:\n    enabled: true\n",
    );
    let _ = env.seed();
    let state = env.read("state.json");
    let (before, rest) = state.split_once("\"service_token_inactivity\": {").unwrap();
    let (_, after) = rest.split_once('}').unwrap();
    let hidden =
        r#""service_token_inactivity": {"enabled": false, "inactivity_threshold_days": 90, "action": "delete"}"#;
    env.write("state.json", &format!("{before}{hidden}{after}"));
    let seeded = env.read("state.json");
    env.run("plan --sandbox=state.json").exits(0).shows(&["delete", "which cannot be undone"]);
    apply(&env, "").exits(3).says(&["organization.service_token_inactivity.action"]);
    assert_eq!(env.read("state.json"), seeded);
    apply(&env, "--allow organization.service_token_inactivity").exits(0);
}
