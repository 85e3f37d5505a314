//! Which organization is meant: the file's, else the flag's, else the environment's.

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, CommandOutput, TestEnv};

const OTHER: &str = "0123456789abcdef0123456789abcdef";
const ANYWHERE: &str = "organization:\n  is_ui_read_only: false\n";

fn plan(env: &TestEnv, flags: &str) -> CommandOutput {
    env.run(&format!("plan --sandbox=state.json {flags}"))
}

#[test]
fn the_manifest_overrides_the_environment() {
    let env = TestEnv::with_example().set("CLOUDFLARE_ACCOUNT_ID", OTHER).set("CLOUDFLARE_ZONE_ID", OTHER);
    plan(&env, "").exits(0).shows(&[&format!("account {ACCOUNT}")]);
}

#[test]
fn a_flag_overrides_the_environment() {
    let env = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ACCOUNT_ID", OTHER);
    plan(&env, &format!("--account-id {ACCOUNT}")).exits(0).shows(&[&format!("account {ACCOUNT}")]);
    plan(&env, &format!("--zone-id {ACCOUNT}")).exits(0).shows(&[&format!("zone {ACCOUNT}")]);
}

#[test]
fn without_a_flag_the_environment_sets_the_target() {
    let account = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ACCOUNT_ID", OTHER);
    plan(&account, "").exits(0).shows(&[&format!("account {OTHER}")]);
    let zone = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ZONE_ID", OTHER);
    plan(&zone, "").exits(0).shows(&[&format!("zone {OTHER}")]);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let env = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ACCOUNT_ID", OTHER).set("CLOUDFLARE_ZONE_ID", "");
    plan(&env, "").exits(0).shows(&[&format!("account {OTHER}")]);
    let env = env.set("CLOUDFLARE_ACCOUNT_ID", "");
    assert_snapshot!(plan(&env, ""), @r#"
    ------- stderr -------
    error: no account or zone is set
      hint: add `account_id:` to the manifest, or use --account-id, or set CLOUDFLARE_ACCOUNT_ID
    [exit status: 64]
    "#);
}

#[test]
fn a_flag_that_contradicts_the_manifest_is_a_usage_error_of_every_command() {
    let env = TestEnv::with_example();
    assert_snapshot!(plan(&env, &format!("--account-id {OTHER}")), @r"
    ------- stderr -------
    error: the manifest targets account 699d98642c564d2e855e9661899b7252, but the flag names account
           0123456789abcdef0123456789abcdef; a flag never overrides the manifest
      hint: remove the flag, or name the manifest of that organization
    [exit status: 64]
    ");
    for command in ["plan", "apply --auto-approve", "drift", "validate"] {
        env.run(&format!("{command} --account-id {OTHER}")).exits(64).says(&["a flag never overrides the manifest"]);
        env.run(&format!("{command} --zone-id {ACCOUNT}")).exits(64).says(&["a flag never overrides the manifest"]);
    }
    assert!(!env.path("state.json").exists());
}

#[test]
fn an_account_and_a_zone_at_once_are_a_usage_error() {
    let env = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ACCOUNT_ID", OTHER).set("CLOUDFLARE_ZONE_ID", OTHER);
    assert_snapshot!(plan(&env, ""), @r#"
    ------- stderr -------
    error: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_ZONE_ID are both set
      hint: name the account or zone in the manifest, or unset one of the two
    [exit status: 64]
    "#);
    plan(&env, &format!("--account-id {OTHER} --zone-id {OTHER}")).exits(64);
}

#[test]
fn an_invalid_id_is_reported_with_its_source() {
    let env = TestEnv::with_manifest(ANYWHERE).set("CLOUDFLARE_ACCOUNT_ID", "acme");
    assert_snapshot!(plan(&env, ""), @r"
    ------- stderr -------
    error: CLOUDFLARE_ACCOUNT_ID: an account or zone id is 32 hexadecimal digits, such as
           699d98642c564d2e855e9661899b7252; it has 4 characters
      hint: copy it from the overview page of the account or zone in the dashboard
    [exit status: 64]
    ");
    plan(&env, "--zone-id ../../accounts").exits(64).says(&["--zone-id"]);
}

#[test]
fn validate_uses_the_same_target_as_plan() {
    let env = TestEnv::with_manifest("doh:\n  doh_jwt_duration: 24h\n");
    env.run("validate").exits(0);
    env.run(&format!("validate --zone-id {OTHER}")).exits(5);
    env.set("CLOUDFLARE_ZONE_ID", OTHER).run("validate").exits(5);
}

#[test]
fn commands_without_a_manifest_read_the_target_from_one() {
    let env = TestEnv::with_example();
    for command in ["export", "export --format json", "doctor"] {
        env.run(&format!("{command} --file org.yaml --sandbox=state.json")).exits(0).shows(&[ACCOUNT]);
        let refused =
            env.run(&format!("{command} --file org.yaml --account-id {OTHER} --sandbox=state.json")).exits(64);
        assert!(refused.to_string().contains("a flag never overrides the manifest"), "{refused}");
    }
    env.replace("org.yaml", "session_duration: 24h", "session_duration: soon");
    env.run("export --file org.yaml --sandbox=state.json").exits(0).shows(&[ACCOUNT]);
    env.write("org.yaml", "organization: [");
    env.run("export --file org.yaml --sandbox=state.json").exits(5).says(&["error[", "org.yaml has 1 error"]);
    env.run("export --file nowhere.yaml --sandbox=state.json").exits(1).says(&["cannot read nowhere.yaml"]);
}
