//! Common tasks: plan, apply, find drift, export an existing organization.

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, EXAMPLE, SandboxProcess, TOKEN, TestEnv};
use crate::server::Api;

const PLAN: &str = "plan --sandbox=state.json";
const DRIFT: &str = "drift --sandbox=state.json";
const APPLY: &str = "apply --auto-approve --sandbox=state.json";

#[test]
fn a_manifest_is_planned_applied_and_checked_for_drift() {
    let env = TestEnv::with_example();
    assert_snapshot!(env.run(PLAN), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

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

    Plan: 6 settings of account 699d98642c564d2e855e9661899b7252 would change, with one PUT.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
    let seeded = env.read("state.json");

    assert_snapshot!(env.run("apply --sandbox=state.json --format json").exits(3).stderr, @r#"
    sandbox: an emulated account; its state is state.json
    error: nothing was written: the plan was not approved
      hint: in a pipeline, pass the reviewed plan with --plan, or its digest with --expect
      hint: or use --auto-approve, which applies the current plan, whatever it is
    "#);
    assert_eq!(env.read("state.json"), seeded, "an apply that nobody approved wrote something");

    assert_snapshot!(env.run(APPLY).exits(0), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

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

    Plan: 6 settings of account 699d98642c564d2e855e9661899b7252 would change, with one PUT.

    Applied: 6 settings of account 699d98642c564d2e855e9661899b7252 with 1 write, read back and
    verified; nothing else changed.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    backup:
        [FOLDER]/home/.local/state/zerodrift/backups/[BACKUP]
    PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations
    GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations (read-back)
    [exit status: 0]
    "#);
    assert_ne!(env.read("state.json"), seeded);

    let applied = env.read("state.json");
    assert_snapshot!(env.run(PLAN), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

    Not managed: 6 live settings keep their values
        organization.custom_pages.forbidden             3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
        organization.service_token_inactivity.enabled   true
        organization.service_token_inactivity.inactivity_threshold_days   90
        organization.service_token_inactivity.action    disable
        organization.ai_controls_beta (unknown to this version)
            {"mode":"observe","exempted_groups":["research"…
        doh.service_token_id                            7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871

    In sync: 14 declared settings match; 6 live settings are not managed.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
    assert_snapshot!(env.run(DRIFT), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

    No drift: 14 declared settings match; 6 live settings are not managed.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
    assert_snapshot!(env.run(APPLY), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

    Not managed: 6 live settings keep their values
        organization.custom_pages.forbidden             3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
        organization.service_token_inactivity.enabled   true
        organization.service_token_inactivity.inactivity_threshold_days   90
        organization.service_token_inactivity.action    disable
        organization.ai_controls_beta (unknown to this version)
            {"mode":"observe","exempted_groups":["research"…
        doh.service_token_id                            7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871

    In sync: 14 declared settings match; 6 live settings are not managed.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
    assert_eq!(env.read("state.json"), applied, "an apply in sync wrote something");

    env.replace("state.json", r#""session_duration": "24h""#, r#""session_duration": "8h""#);
    assert_snapshot!(env.run(DRIFT), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

      organization
        ~ session_duration   live 8h, file 24h

    To apply the file: zerodrift apply org.yaml
    To keep the live values: zerodrift drift org.yaml --adopt

    Drift: 1 setting of account 699d98642c564d2e855e9661899b7252 differs from org.yaml.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 2]
    "#);
}

#[test]
fn the_sandbox_flag_without_a_file_uses_the_state_folder() {
    let env = TestEnv::with_example();
    env.run("plan --sandbox").exits(0).says(&["~/.local/state/zerodrift/sandbox.json"]);
    let env = env.set("XDG_STATE_HOME", "/proc/no/such/place");
    env.run("plan --sandbox").exits(1).says(&["cannot create the folder /proc/no/such/place/zerodrift"]);
}

#[test]
fn apply_sends_one_put_and_none_if_in_sync() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    env.run("apply --auto-approve").exits(0).shows(&["with 1 write, read back and verified"]);
    let mut calls = api.calls();
    // Two reads at once come in any order: those of the plan, and those directly before the write.
    calls[..2].sort();
    calls[2..4].sort();
    assert_eq!(
        calls,
        ["GET doh", "GET organizations", "GET doh", "GET organizations", "PUT organizations", "GET organizations"]
    );

    env.run("apply --auto-approve").exits(0).shows(&["In sync"]);
    env.run("plan").exits(0);
    env.run("drift").exits(0);
    let mut rest = api.calls().split_off(6);
    rest.chunks_mut(2).for_each(<[String]>::sort);
    assert_eq!(rest, ["GET doh", "GET organizations"].repeat(3), "one GET an endpoint and nothing else");
}

#[test]
fn only_declared_endpoints_are_read() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    env.write("org.yaml", &format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 12h\n"));
    env.run("plan").exits(0).shows(&["In sync"]);
    assert_eq!(api.calls(), ["GET organizations"]);
}

#[test]
fn detailed_exitcode_exits_2_if_there_are_changes() {
    let env = TestEnv::with_example();
    env.run("plan --sandbox=state.json").exits(0);
    env.run("plan --sandbox=state.json --detailed-exitcode").exits(2);
    env.run(APPLY).exits(0);
    env.run("plan --sandbox=state.json --detailed-exitcode").exits(0);
}

#[test]
fn an_exported_manifest_is_valid_and_in_sync() {
    for detail in ["", "--full"] {
        let env = TestEnv::new();
        let exported = env.run(&format!("export --sandbox=state.json --account-id {ACCOUNT} {detail}")).exits(0);
        env.write("org.yaml", &exported.document);
        env.run("validate").exits(0).shows(&["no findings"]);
        env.run("plan --sandbox=state.json --detailed-exitcode").exits(0).shows(&["In sync"]);
        env.run(DRIFT).exits(0);
    }
}

#[test]
fn an_export_explains_its_settings_in_comments() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&format!("export --sandbox=state.json --account-id {ACCOUNT}")), @r##"
    # yaml-language-server: $schema=./schemas/org.schema.json
    # $schema: ./schemas/org.schema.json
    account_id: 699d98642c564d2e855e9661899b7252

    organization:
      # The organization's display name.
      name: Widget Corps Internal Applications
      # The host name of the login page, usually NAME.cloudflareaccess.com. It is unique among all
      # Cloudflare customers, and the API refuses every write without it.
      auth_domain: widget.cloudflareaccess.com
      # How long a user stays signed in to Access, unless an application or policy says otherwise.
      session_duration: 12h
      # How long a sign-in through WARP lasts. If set, it overrides policy, application and global
      # session durations.
      warp_auth_session_duration: 48h
      # How long a user may be inactive before the seat is freed. At least one month (730h), at most one
      # year (8760h).
      user_seat_expiration_inactive_time: 2190h
      # Lets users sign in to applications with their WARP session. Needs warp_auth_session_duration:
      # without it, every later save of an application is refused.
      allow_authenticate_via_warp: true
      # How the login page looks.
      login_design:
        # The colour behind the login card.
        background_color: "#f4f1ea"
        # The colour of the text on the login card, which is white.
        text_color: "#1b1b1b"
        # The URL of the logo on the login page.
        logo_path: https://widget.example/brand/logo.svg
        # The text above the login form.
        header_text: Widget Corps
        # The text below the login form.
        footer_text: "Locked out? Call 4242."
      # Custom pages that replace Cloudflare's, by their uid.
      custom_pages:
        # The custom page shown to a user who may not use an application.
        forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
      # The second factor that Access itself asks for.
      mfa_config:
        # The second factors that Access itself accepts. piv_key and ssh_fido2_key serve infrastructure
        # applications only. An empty list turns Access's own MFA off.
        allowed_authenticators: [security_key, totp]
        # How long a second factor is remembered, 0m to 720h.
        session_duration: 24h
      # What happens to unused service tokens.
      service_token_inactivity:
        # Acts on service tokens that have not been used for a while. All three settings are needed
        # together.
        enabled: true
        # After how many days without use a service token counts as inactive, 30 to 365.
        inactivity_threshold_days: 90
        # What happens to an inactive service token. delete cannot be undone.
        action: disable

    doh:
      # How long the token of a DNS-over-HTTPS client lasts. At most the rotation period of the
      # account's Access keys, which is 21 to 365 days; the API checks that when it is written.
      doh_jwt_duration: 24h
      # The id (not the client id) of the service token that DNS-over-HTTPS clients use. There is one at
      # a time. The API accepts it as service_token_id and returns it as id.
      service_token_id: 7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871

    # Not managed: these live settings keep their values
    #   organization.cache_device_posture: true (kept by the server)
    #   organization.has_migrated_private_apps: true (kept by the server)
    #   organization.created_at: "2024-03-11T09:12:45Z" (kept by the server)
    #   organization.updated_at (changes by itself)
    #   organization.ai_controls_beta: {"mode":"observe","exempted_groups":["research"]} (unknown to this version)
    #   doh.client_id (changes by itself)
    #   doh.name (changes by itself)
    #   doh.duration (changes by itself)
    #   doh.enabled (changes by itself)
    #   doh.expires_at (changes by itself)
    #   doh.last_seen_at (changes by itself)
    #   doh.created_at (changes by itself)
    #   doh.updated_at (changes by itself)
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "##);
}

#[test]
fn a_sandbox_process_keeps_written_settings_in_its_state_file() {
    let env = TestEnv::with_example();
    env.seed();
    let sandbox = SandboxProcess::start(&env, "");
    let env = env.set("CLOUDFLARE_BASE_URL", &sandbox.base_url).set("CLOUDFLARE_API_TOKEN", TOKEN);
    env.run("apply --auto-approve").exits(0);
    env.run("plan --detailed-exitcode").exits(0);
    drop(sandbox);
    assert!(env.read("state.json").contains("#c5ed1b"), "the state survives the server");
    env.run("plan").exits(1).says(&["did not reach the API"]);
}

#[test]
fn a_missing_organization_is_created() {
    let env = TestEnv::with_manifest(EXAMPLE);
    env.write("state.json", r#"{"sandbox": 1}"#);
    assert_snapshot!(env.run(PLAN), @r#"
    org.yaml → account 699d98642c564d2e855e9661899b7252 at sandbox
    it has no Zero Trust organization yet: apply would create one
    organization.login_design.header_text is declared as empty: after the creation, apply would check
    that, and unset it if the server set a value

      organization
        + name                                 "Widget Corps Internal Applications"
        + auth_domain                          widget.cloudflareaccess.com
        + session_duration                     24h
        + warp_auth_session_duration           2880m
        + user_seat_expiration_inactive_time   1460h
        + allow_authenticate_via_warp          true

      organization.login_design
        + background_color                     #c5ed1b
        + text_color                           #1b1b1b
        + logo_path                            https://widget.example/brand/logo.svg
        + footer_text                          "Locked out? Call 4242, or write to help@widget.example."

      organization.mfa_config
        + allowed_authenticators               security_key, totp
        + session_duration                     12h

      doh
        + doh_jwt_duration                     24h

    Apply would send
        POST /accounts/699d98642c564d2e855e9661899b7252/access/organizations
        PUT  /accounts/699d98642c564d2e855e9661899b7252/access/organizations/doh
    Digest sha256:[DIGEST]
    Valid until [TIME] for apply --expect

    Plan: account 699d98642c564d2e855e9661899b7252 has no Zero Trust organization; apply would create it
    with a POST and then a PUT.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
    env.run(APPLY).exits(0).shows(&["Applied"]);
    env.run("plan --sandbox=state.json --detailed-exitcode").exits(0);
}

#[test]
fn exporting_a_missing_organization_is_an_error() {
    let env = TestEnv::new();
    env.write("state.json", r#"{"sandbox": 1}"#);
    assert_snapshot!(env.run(&format!("export --sandbox=state.json --account-id {ACCOUNT}")), @r#"
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    error: account 699d98642c564d2e855e9661899b7252 has no Zero Trust organization to export
      hint: to create it, write an org.yaml with name and auth_domain, and run `zerodrift apply`
    [exit status: 1]
    "#);
}
