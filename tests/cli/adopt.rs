//! The two flags that edit a manifest: `drift --adopt` and `validate --fix`.

use std::process::Stdio;

use insta::assert_snapshot;

use crate::harness::{EXAMPLE, TestEnv};
use crate::server::Api;

const DRIFT: &str = "drift --sandbox=state.json";
const ADOPT: &str = "drift --adopt --sandbox=state.json";
const APPLY: &str = "apply --auto-approve --sandbox=state.json";

/// The example after an apply, without drift.
fn in_sync() -> TestEnv {
    let env = TestEnv::with_example();
    env.run(APPLY).exits(0);
    env
}

/// The text, modification time and mode of a file, for comparison.
fn stamp(env: &TestEnv, name: &str) -> (String, std::time::SystemTime, bool) {
    let metadata = std::fs::metadata(env.path(name)).unwrap();
    (env.read(name), metadata.modified().unwrap(), metadata.permissions().readonly())
}

/// Changes settings as in the dashboard.
fn edit_in_the_dashboard(env: &TestEnv) {
    env.replace("state.json", "\"session_duration\": \"24h\"", "\"session_duration\": \"8h\"");
    env.replace("state.json", "\"#c5ed1b\"", "\"#FF0000\"");
    env.replace("state.json", "Locked out? Call 4242, or write to help@widget.example.", "Don't call: \\u202e#4242");
    env.replace("state.json", "\"totp\",", "\"totp\",\n\"biometrics\",");
}

#[test]
fn an_adopted_dashboard_edit_is_no_longer_drift() {
    let env = in_sync();
    edit_in_the_dashboard(&env);
    let live = env.read("state.json");
    let drift = env.run(DRIFT).exits(2);
    let adopted = env.run(ADOPT).exits(0);
    assert_eq!(adopted.stdout, drift.stdout, "the report is the same");
    assert_snapshot!(adopted.stderr, @r##"
    sandbox: an emulated account; its state is state.json
    adopted: organization.session_duration = 8h  org.yaml:12:21
    adopted: organization.login_design.background_color = "#FF0000"  org.yaml:19:23
    adopted: organization.login_design.footer_text = "Don't call: \u202E#4242"  org.yaml:23:18
    adopted: organization.mfa_config.allowed_authenticators = [security_key, totp, biometrics]  org.yaml:27:29
    org.yaml was changed: review it with `git diff`, then commit it
    "##);
    let changed: Vec<String> = EXAMPLE
        .lines()
        .zip(env.read("org.yaml").lines())
        .filter(|(before, after)| before != after)
        .map(|(before, after)| format!("- {before}\n+ {after}"))
        .collect();
    assert_snapshot!(changed.join("\n"), @r##"
    -   session_duration: 24h
    +   session_duration: 8h
    -     background_color: "#c5ed1b"
    +     background_color: "#FF0000"
    -     footer_text: Locked out? Call 4242, or write to help@widget.example.
    +     footer_text: "Don't call: \u202E#4242"
    -     allowed_authenticators: [security_key, totp]
    +     allowed_authenticators: [security_key, totp, biometrics]
    "##);
    assert_eq!(env.read("org.yaml").lines().count(), EXAMPLE.lines().count());
    assert_eq!(env.read("state.json"), live, "live is read, and not written");
    env.run("validate").exits(0);
    env.run("plan --detailed-exitcode --sandbox=state.json").exits(0).shows(&["In sync"]);
}

#[test]
fn adopt_without_drift_leaves_the_file_untouched() {
    let env = in_sync();
    let before = stamp(&env, "org.yaml");
    assert_snapshot!(env.run(ADOPT).exits(0).stderr, @"
    sandbox: an emulated account; its state is state.json
    nothing to adopt: org.yaml matches the live state
    ");
    assert_eq!(stamp(&env, "org.yaml"), before);
}

#[test]
fn changes_that_cannot_be_adopted_are_reported_with_place_and_value() {
    let env = in_sync();
    edit_in_the_dashboard(&env);
    env.replace("state.json", "\"session_duration\": \"8h\"", "\"session_duration\": \"soon\\n::error::\\u001b[2J\"");
    let output = env.run(ADOPT).exits(2);
    assert_snapshot!(output.stderr, @r##"
    sandbox: an emulated account; its state is state.json
    adopted: organization.login_design.background_color = "#FF0000"  org.yaml:19:23
    adopted: organization.login_design.footer_text = "Don't call: \u202E#4242"  org.yaml:23:18
    adopted: organization.mfa_config.allowed_authenticators = [security_key, totp, biometrics]  org.yaml:27:29
    not adopted: organization.session_duration  org.yaml:12:21
      session_duration is "soon\n::error::\u{1b}[2J": expected a number before "soon\n::error::\u{1b}[2J"
      live value: "soon\n::error::\u001B[2J"
    org.yaml was changed: review it with `git diff`, then commit it
    "##);
    assert!(env.read("org.yaml").contains("session_duration: 24h\n"));
    env.run(DRIFT).exits(2).shows(&["1 setting of account"]);
}

#[test]
fn json_output_is_always_one_document() {
    let env = in_sync();
    edit_in_the_dashboard(&env);
    let document = env.run(&format!("{ADOPT} --format json")).exits(0).json();
    assert_eq!(document["plans"][0]["changes"].as_array().unwrap().len(), 4, "{document}");
    edit_in_the_dashboard_again(&env);
    read_only(&env, "org.yaml");
    let output = env.run(&format!("{ADOPT} --format json")).exits(1).says(&["cannot write org.yaml: it is read-only"]);
    assert_eq!(output.json()["plans"][0]["changes"].as_array().unwrap().len(), 1);
}

fn edit_in_the_dashboard_again(env: &TestEnv) {
    env.replace("state.json", "\"session_duration\": \"8h\"", "\"session_duration\": \"9h\"");
}

fn read_only(env: &TestEnv, name: &str) {
    let mut permissions = std::fs::metadata(env.path(name)).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(env.path(name), permissions).unwrap();
}

#[test]
fn a_read_only_file_is_an_error_and_stays_unchanged() {
    let env = in_sync();
    edit_in_the_dashboard(&env);
    read_only(&env, "org.yaml");
    let before = stamp(&env, "org.yaml");
    env.run(ADOPT).exits(1).says(&["error: cannot write org.yaml: it is read-only", "make it writable"]);
    assert_eq!(stamp(&env, "org.yaml"), before);
    env.write("broken.yaml", "organization:\n  is_ui_read_only: no\n");
    read_only(&env, "broken.yaml");
    let before = stamp(&env, "broken.yaml");
    env.run("validate --fix broken.yaml").exits(1).says(&["cannot write broken.yaml: it is read-only"]);
    assert_eq!(stamp(&env, "broken.yaml"), before);
    let left: Vec<_> = std::fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".zerodrift-")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn adopt_keeps_a_link_and_the_mode_of_its_target() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = in_sync();
    edit_in_the_dashboard(&env);
    std::fs::create_dir(env.path("real")).unwrap();
    std::fs::rename(env.path("org.yaml"), env.path("real/org.yaml")).unwrap();
    std::fs::set_permissions(env.path("real/org.yaml"), std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real/org.yaml", env.path("org.yaml")).unwrap();
    env.run(ADOPT).exits(0);
    assert!(std::fs::symlink_metadata(env.path("org.yaml")).unwrap().is_symlink());
    let mode = std::fs::metadata(env.path("real/org.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    env.run(DRIFT).exits(0);
}

#[test]
fn a_concurrent_edit_is_not_overwritten() {
    // `Retry-After: 1` gives the test time to edit the file.
    let api = Api::with_faults(&["GET:429+1"]);
    let env = api.env();
    let mut command = env.command("drift --adopt");
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    api.wait_for("GET");
    env.replace("org.yaml", "# Sessions", "# Sessions, as agreed");
    let edited = stamp(&env, "org.yaml");
    let output = env.finish(child).exits(4);
    let output = output.says(&["nothing was written: org.yaml has changed since it was read", "run the command again"]);
    assert!(output.stdout.contains("Drift: 6 settings"), "{output}");
    assert_eq!(stamp(&env, "org.yaml"), edited);
    env.run("drift --adopt").exits(0);
    assert!(env.read("org.yaml").contains("# Sessions, as agreed") && env.read("org.yaml").contains("12h"));
    assert!(api.calls().iter().all(|call| call.starts_with("GET")), "{:?}", api.calls());
}

#[test]
fn standard_input_cannot_be_edited() {
    let env = in_sync();
    assert_snapshot!(env.run_with_input("drift --adopt - --sandbox=state.json", EXAMPLE), @"
    ------- stderr -------
    error: --adopt edits the manifest in place, but - is standard input
      hint: name the file
    [exit status: 64]
    ");
    assert_snapshot!(env.run_with_input("validate --fix -", EXAMPLE), @"
    ------- stderr -------
    error: --fix edits the manifest in place, but - is standard input
      hint: name the file
    [exit status: 64]
    ");
}

#[test]
fn a_missing_organization_cannot_be_adopted() {
    let env = TestEnv::with_example();
    env.write("state.json", "{\"sandbox\": 1}");
    let before = stamp(&env, "org.yaml");
    assert_snapshot!(env.run(ADOPT).exits(1).stderr, @"
    sandbox: an emulated account; its state is state.json
    error: nothing was adopted: account 699d98642c564d2e855e9661899b7252 has no Zero Trust organization
      hint: create it with `zerodrift apply`, or check that this is the account you mean
    ");
    assert_eq!(stamp(&env, "org.yaml"), before);
}

#[test]
fn settings_that_a_switch_activates_are_adopted_with_it() {
    let group = "organization:\n  service_token_inactivity: # c\n    enabled: false\n    inactivity_threshold_days: 30\n    action: disable\n";
    let env = TestEnv::with_manifest(&format!("account_id: {}\n{group}", crate::harness::ACCOUNT));
    let _ = env.seed();
    env.run(ADOPT).exits(0).says(&[
        "adopted: organization.service_token_inactivity.enabled = true org.yaml:4:14",
        "adopted: organization.service_token_inactivity.inactivity_threshold_days = 90 org.yaml:5:32",
    ]);
    env.run(DRIFT).exits(0);
}

/// A21: only explicit flags may write live values into the manifest.
#[test]
fn no_other_command_edits_the_manifest() {
    let env = in_sync();
    edit_in_the_dashboard(&env);
    let before = stamp(&env, "org.yaml");
    for (arguments, code) in [
        ("validate", 0),
        ("plan --sandbox=state.json", 0),
        ("plan --out plan.json --sandbox=state.json", 0),
        ("drift --sandbox=state.json", 2),
        ("drift --format json --sandbox=state.json", 2),
        ("export --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252", 0),
        ("doctor --sandbox=state.json", 0),
        ("apply --auto-approve --allow mfa_config --sandbox=state.json", 0),
    ] {
        let _ = env.run(arguments).exits(code);
        assert_eq!(stamp(&env, "org.yaml"), before, "{arguments}");
    }
}

const BROKEN: &str = "\
# The organization of Widget Corps.
account_id: 699d98642c564d2e855e9661899b7252
organization:
  session_duration: 1d     # a guess is no safe fix
  is_ui_read_only: no      # nobody is locked out
  name: 1.10
  login_design:
    background_color: #c5ed1b
  mfa_ssh_piv_key_requirements:
    require_fips_device: 'true'
";

#[test]
fn safe_fixes_are_written_and_the_rest_is_reported() {
    let env = TestEnv::with_manifest(BROKEN);
    assert_snapshot!(env.run("validate --fix"), @r#"
    error[duration]: session_duration is "1d": unknown unit "d"; the units are h, m, s, ms, us and ns
     --> org.yaml:4:21
      |
    4 |   session_duration: 1d     # a guess is no safe fix
      |                     ^^
      |
    help: did you mean 24h?
      |
    4 -   session_duration: 1d     # a guess is no safe fix
    4 +   session_duration: 24h     # a guess is no safe fix
      |

    1 error in org.yaml
    ------- stderr -------
    fixed: org.yaml:5:20: write false
    fixed: org.yaml:6:9: quote it
    fixed: org.yaml:8:23: quote the colour
    fixed: org.yaml:9:3: write mfa_piv_key_requirements
    fixed: org.yaml:10:26: write true
    [exit status: 5]
    "#);
    assert_snapshot!(env.read("org.yaml"), @r##"
    # The organization of Widget Corps.
    account_id: 699d98642c564d2e855e9661899b7252
    organization:
      session_duration: 1d     # a guess is no safe fix
      is_ui_read_only: false      # nobody is locked out
      name: "1.10"
      login_design:
        background_color: "#c5ed1b"
      mfa_piv_key_requirements:
        require_fips_device: true
    "##);
    let before = stamp(&env, "org.yaml");
    assert_snapshot!(env.run("validate --fix --format json").exits(5).document, @r#"
    {
      "format_version": "1.0",
      "zerodrift": "0.1.0",
      "manifests": [
        {
          "path": "org.yaml",
          "findings": 1,
          "worst": "error"
        }
      ],
      "findings": [
        {
          "rule": "duration",
          "severity": "error",
          "message": "session_duration is \"1d\": unknown unit \"d\"; the units are h, m, s, ms, us and ns",
          "file": "org.yaml",
          "line": 4,
          "column": 21,
          "help": "did you mean 24h?"
        }
      ],
      "summary": {
        "errors": 1,
        "warnings": 0
      }
    }
    "#);
    assert_eq!(stamp(&env, "org.yaml"), before, "there was nothing left to fix");
    env.replace("org.yaml", "1d", "24h");
    env.run("validate --fix").exits(0);
}

#[test]
fn a_fix_keeps_line_ends_and_the_byte_order_mark() {
    let text = format!("\u{feff}{}", BROKEN.replace('\n', "\r\n"));
    let env = TestEnv::with_manifest(&text);
    env.run("validate --fix").exits(5);
    let fixed = env.read("org.yaml");
    assert!(fixed.starts_with("\u{feff}# The") && fixed.matches('\n').count() == fixed.matches("\r\n").count());
    assert!(fixed.contains("is_ui_read_only: false      # nobody"));
}

#[test]
fn a_fix_escapes_the_name_of_the_file() {
    let env = TestEnv::new();
    let name = "o\u{1b}[2Jrg.yaml";
    env.write(name, "organization:\n  is_ui_read_only: no\n");
    let output = env.run(&format!("validate --fix {name}")).exits(0);
    assert!(output.stderr.starts_with(r"fixed: o\u{1b}[2Jrg.yaml:2:20: write false"), "{output}");
}

#[test]
fn errors_without_a_safe_fix_are_left_and_reported() {
    let text = "organization:\n  session_duration: 1d\n";
    let env = TestEnv::with_manifest(text);
    let _ = env.run("validate --fix").exits(5).says(&["no safe fixes; the remaining errors need a decision by hand"]);
    assert_eq!(env.read("org.yaml"), text);
}
