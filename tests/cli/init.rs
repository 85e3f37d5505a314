//! `init`: the first manifest, from the live state and from Terraform.

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, TestEnv};

/// A configuration of version 5 of the provider, spread over two files as usual.
const MAIN: &str = r##"resource "cloudflare_zero_trust_organization" "main" {
  account_id       = "699d98642c564d2e855e9661899b7252"
  name             = "${local.company} Internal Applications"
  auth_domain      = "widget.cloudflareaccess.com"
  session_duration = "8h"
  is_ui_read_only  = false

  login_design = {
    background_color = "#f4f1ea"
    header_text      = data.http.greeting.response_body
  }

  lifecycle {
    prevent_destroy = true
  }
}
"##;
const LOCALS: &str = r#"locals {
  company = "Widget Corps"
}
"#;

fn with_terraform() -> TestEnv {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("infra")).unwrap();
    env.write("infra/main.tf", MAIN);
    env.write("infra/locals.tf", LOCALS);
    env
}

#[test]
fn the_plan_of_a_manifest_from_the_live_state_is_empty() {
    let env = TestEnv::new();
    let init = env.run(&format!("init --sandbox=state.json --account-id {ACCOUNT}"));
    assert_snapshot!(init, @"
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    Wrote org.yaml for account 699d98642c564d2e855e9661899b7252
    For your editor: mkdir -p schemas && zerodrift schema > schemas/org.schema.json
    Next: review it, then run: zerodrift plan
    [exit status: 0]
    ");
    let plan = env.run("plan --sandbox=state.json --detailed-exitcode").exits(0);
    assert!(plan.stdout.contains("In sync"), "{plan}");
    let exported = env.run(&format!("export --sandbox=state.json --account-id {ACCOUNT}")).exits(0);
    assert_eq!(env.read("org.yaml"), exported.document);
}

#[test]
fn an_existing_file_is_kept_without_force() {
    let env = TestEnv::with_manifest("organization: {}\n").set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
    assert_snapshot!(env.run("init --sandbox=state.json"), @"
    ------- stderr -------
    error: cannot write org.yaml: the file exists already
      hint: use another file name, print the manifest with -, or add --force to replace the file
    [exit status: 1]
    ");
    assert_eq!(env.read("org.yaml"), "organization: {}\n");
    env.run("init --sandbox=state.json --force --full").exits(0);
    assert!(env.read("org.yaml").contains("While unset"), "{}", env.read("org.yaml"));
    env.run("init --sandbox=state.json teams.yaml").exits(0).says(&["Wrote teams.yaml", "zerodrift plan teams.yaml"]);
    let printed = env.run("init --sandbox=state.json -").exits(0);
    assert_eq!(printed.document, env.read("teams.yaml"));
}

#[cfg(unix)]
#[test]
fn a_link_is_neither_followed_nor_replaced() {
    let env = TestEnv::new().set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
    for to in ["elsewhere.yaml", "nowhere.yaml"] {
        env.write("elsewhere.yaml", "precious\n");
        std::os::unix::fs::symlink(env.path(to), env.path("org.yaml")).unwrap();
        env.run("init --sandbox=state.json --force")
            .exits(1)
            .says(&["cannot write org.yaml: it exists and is not a regular file"]);
        assert_eq!(env.read("elsewhere.yaml"), "precious\n");
        std::fs::remove_file(env.path("org.yaml")).unwrap();
    }
}

#[test]
fn a_missing_organization_yields_no_manifest() {
    let env = TestEnv::new();
    env.write("state.json", r#"{"sandbox": 1}"#);
    let init = env.run(&format!("init --sandbox=state.json --account-id {ACCOUNT}")).exits(1);
    let init = init.says(&["has no Zero Trust organization"]);
    assert!(!env.path("org.yaml").exists(), "{init}");
}

#[test]
fn a_configuration_becomes_a_manifest_and_its_plan_is_shown() {
    let env = with_terraform();
    assert_snapshot!(env.run("init --from-terraform infra"), @r"
    ------- stderr -------
    warning[terraform-expression]: login_design.header_text is not imported: it refers to
                                   data.http.greeting.response_body
      --> infra/main.tf:10:24
       |
    10 |     header_text      = data.http.greeting.response_body
       |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: for the exact value:
               `terraform -chdir=infra show -json | zerodrift init --from-terraform -`

    note[terraform-meta-argument]: lifecycle applies to Terraform only and is not imported
      --> infra/main.tf:13:3
       |
    13 |   lifecycle {
       |   ^^^^^^^^^
       |
       = help: keep it in the Terraform configuration

    1 warning, 1 note in infra/main.tf
    cloudflare_zero_trust_organization.main: 5 settings imported
    Wrote org.yaml for account 699d98642c564d2e855e9661899b7252
    For your editor: mkdir -p schemas && zerodrift schema > schemas/org.schema.json
    Next: review it, then run: zerodrift plan
    [exit status: 0]
    ");
    assert_snapshot!(env.read("org.yaml"), @r##"
    # yaml-language-server: $schema=./schemas/org.schema.json
    # $schema: ./schemas/org.schema.json

    # From cloudflare_zero_trust_organization.main in infra/main.tf:1.
    #
    # Not imported, or to review:
    #   infra/main.tf:10: login_design.header_text is not imported: it refers to data.http.greeting.response_body
    #   infra/main.tf:13: lifecycle applies to Terraform only and is not imported

    account_id: 699d98642c564d2e855e9661899b7252

    organization:
      # The organization's display name.
      name: Widget Corps Internal Applications
      # The host name of the login page, usually NAME.cloudflareaccess.com. It is unique among all
      # Cloudflare customers, and the API refuses every write without it.
      auth_domain: widget.cloudflareaccess.com
      # How long a user stays signed in to Access, unless an application or policy says otherwise.
      session_duration: 8h
      # Locks the Zero Trust settings in the dashboard for everyone. Writes through the API still work.
      is_ui_read_only: false
      # How the login page looks.
      login_design:
        # The colour behind the login card.
        background_color: "#f4f1ea"
    "##);
    env.run("validate").exits(0);
    let snapshot = env.run(&format!("export --format json --sandbox=state.json --account-id {ACCOUNT}")).exits(0);
    env.write("live.json", &snapshot.document);
    assert_snapshot!(env.run("plan --live live.json"), @r#"
    org.yaml → Widget Corps Internal Applications, account 699d98642c564d2e855e9661899b7252 at sandbox

      organization
        ~ session_duration   12h → 8h

    Not managed: 14 live settings keep their values
        organization.warp_auth_session_duration           48h
        organization.user_seat_expiration_inactive_time   2190h
        organization.allow_authenticate_via_warp          true
        organization.login_design.text_color              #1b1b1b
        organization.login_design.logo_path               https://widget.example/brand/logo.svg
        organization.login_design.header_text             "Widget Corps"
        organization.login_design.footer_text             "Locked out? Call 4242."
        organization.custom_pages.forbidden               3b7f0f0a4c1e4b7d9a52c6d81e90f2a7
        organization.mfa_config.allowed_authenticators    ["totp","security_key"]
        organization.mfa_config.session_duration          24h
        organization.service_token_inactivity.enabled     true
        organization.service_token_inactivity.inactivity_threshold_days   90
        organization.service_token_inactivity.action      disable
        organization.ai_controls_beta (unknown to this version)
            {"mode":"observe","exempted_groups":["research"…

    Apply would send
        PUT  /accounts/699d98642c564d2e855e9661899b7252/access/organizations
    Digest sha256:[DIGEST]
    Valid until [TIME] for apply --expect

    Plan: 1 setting of account 699d98642c564d2e855e9661899b7252 would change, with one PUT.
    [exit status: 0]
    "#);
}

#[test]
fn a_missing_target_is_an_error_with_the_flag_to_use() {
    let env = with_terraform();
    env.replace("infra/main.tf", "\"699d98642c564d2e855e9661899b7252\"", "var.account_id");
    env.run("init a.yaml --from-terraform infra").exits(0).says(&["Wrote a.yaml; add its account_id or zone_id"]);
    assert!(env.read("a.yaml").contains("\n# account_id:\n"));
    env.run("validate a.yaml").exits(0);
    env.run(&format!("init b.yaml --from-terraform infra --account-id {ACCOUNT}")).exits(0);
    assert!(env.read("b.yaml").contains(&format!("\naccount_id: {ACCOUNT}\n")));
    let zone = env.run(&format!("init c.yaml --from-terraform infra --zone-id {ACCOUNT}")).exits(64);
    let zone = zone.says(&["the configuration has account_id, but the flag names zone"]);
    assert!(!env.path("c.yaml").exists(), "{zone}");
}

#[test]
fn a_state_can_be_read_from_standard_input() {
    let env = TestEnv::new();
    let state = format!(
        r#"{{"format_version": "1.0", "terraform_version": "1.9.0", "values": {{"root_module": {{"resources": [
        {{"address": "cloudflare_zero_trust_organization.main", "mode": "managed", "type": "cloudflare_zero_trust_organization",
        "name": "main", "values": {{"account_id": "{ACCOUNT}", "name": "Widget", "is_ui_read_only": false,
        "session_duration": null}}}}]}}}}}}"#
    );
    let init = env.run_with_input("init --from-terraform -", &state).exits(0);
    assert_snapshot!(init, @"
    ------- stderr -------
    cloudflare_zero_trust_organization.main: 2 settings imported
    Wrote org.yaml for account 699d98642c564d2e855e9661899b7252
    For your editor: mkdir -p schemas && zerodrift schema > schemas/org.schema.json
    Next: review it, then run: zerodrift plan
    [exit status: 0]
    ");
    assert!(env.read("org.yaml").contains("is_ui_read_only: false"));
}

#[test]
fn override_files_are_read_and_unreadable_ones_are_reported() {
    let env = with_terraform();
    // Terraform never reads a file without those that override it.
    env.write(
        "infra/x_override.tf",
        "resource \"cloudflare_zero_trust_organization\" \"main\" {\n  session_duration = \"4h\"\n}\n",
    );
    env.write("infra/terraform.tfvars", "not read");
    for path in ["infra", "infra/main.tf"] {
        env.run(&format!("init --force --from-terraform {path}")).exits(0).says(&["settings imported"]);
        assert!(env.read("org.yaml").contains("session_duration: 4h"), "{path}: {}", env.read("org.yaml"));
    }
    std::fs::write(env.path("infra/latin1.tf"), b"# caf\xe9\n").unwrap();
    std::fs::create_dir(env.path("infra/folder.tf")).unwrap();
    let warned = env.run("init --force --from-terraform infra").exits(0);
    let _ = warned.says(&["warning[terraform-file]: cannot read infra/latin1.tf: it is not UTF-8"]);
    std::fs::rename(env.path("infra/latin1.tf"), env.path("infra/latin1_override.tf")).unwrap();
    let refused = env.run("init other.yaml --from-terraform infra").exits(5);
    let _ = refused.says(&["error[terraform-file]: cannot read infra/latin1_override.tf: it is not UTF-8"]);
    assert!(!env.path("other.yaml").exists());
}

#[test]
fn a_duration_is_written_in_the_units_that_its_setting_accepts() {
    let env = TestEnv::new();
    let lines = "  warp_auth_session_duration = \"24h0m0s\"\n  session_duration = \"24h0m0s\"\n";
    env.write("main.tf", &format!("resource \"cloudflare_zero_trust_organization\" \"main\" {{\n{lines}}}\n"));
    env.run("init --from-terraform main.tf").exits(0).says(&["2 settings imported"]);
    assert!(env.read("org.yaml").contains("warp_auth_session_duration: 24h\n"), "{}", env.read("org.yaml"));
}

#[test]
fn an_unusable_configuration_writes_nothing() {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("empty")).unwrap();
    env.write("broken.tf", "resource \"cloudflare_zero_trust_organization\" \"main\" {\n  name = ]\n}\n");
    let one = "resource \"cloudflare_access_organization\" \"one\" {\n}\n";
    env.write("two.tf", &(one.to_owned() + &one.replace("one", "two")));
    assert_snapshot!(env.run("init --from-terraform broken.tf"), @r#"
    ------- stderr -------
    error[terraform-syntax]: cannot parse it as HCL: invalid expression; expected `"`, `[`, `{`, `-`,
                             `!`, `(`, `_`, `<`, letter or digit
     --> broken.tf:2:10
      |
    2 |   name = ]
      |          ^
      |
      = help: for the exact values: `terraform show -json | zerodrift init --from-terraform -`

    1 error in broken.tf
    error: cannot import an organization from broken.tf; nothing was written
    [exit status: 5]
    "#);
    assert_snapshot!(env.run("init --from-terraform two.tf"), @r#"
    ------- stderr -------
    error[terraform-several]: found 2 organizations; a manifest describes one
    --> two.tf
     = help: select one with --resource ADDRESS:
               cloudflare_access_organization.one  (two.tf:1)
               cloudflare_access_organization.two  (two.tf:3)

    1 error in two.tf
    error: cannot import an organization from two.tf; nothing was written
    [exit status: 5]
    "#);
    env.run("init --from-terraform empty").exits(5).says(&["no .tf or .tofu file in empty"]);
    std::fs::write(env.path("tfplan"), b"PK\x03\x04\xff").unwrap();
    let saved = env.run("init --from-terraform tfplan").exits(1);
    let _ = saved.says(&["hint: terraform show -json tfplan | zerodrift init --from-terraform -"]);
    env.run("init --from-terraform missing").exits(1).says(&["cannot read missing"]);
    env.run("init --resource x").exits(64);
    assert!(!env.path("org.yaml").exists());
    env.run("init --from-terraform two.tf --resource cloudflare_access_organization.two").exits(0);
}

#[test]
fn a_configuration_cannot_inject_terminal_escapes() {
    let env = TestEnv::new();
    env.write(
        "main.tf",
        "resource \"cloudflare_zero_trust_organization\" \"a\u{1b}[31m\u{202e}\" {\n  name = x(\"\u{1b}]0;t\u{7}\")\n  auth_domain = \"\u{9b}31m\"\n}\n",
    );
    let init = env.run("init --from-terraform main.tf").exits(0);
    for text in [init.stdout, init.stderr, env.read("org.yaml")] {
        let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(acts), "{}", text.escape_debug());
    }
}
