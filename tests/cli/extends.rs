//! Manifests that extend others: how parents are read, and how values of a parent are named.

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, TestEnv};
use crate::server::Api;

const BASE: &str = "lock: [organization.session_duration]
organization:
  name: Widget
  auth_domain: widget.cloudflareaccess.com
  session_duration: 24h
  login_design:
    header_text: Hello
";

/// A repository with a base, and the manifest `orgs/a.yaml` that extends it.
fn repository(child: &str) -> TestEnv {
    let env = TestEnv::new();
    for folder in [".git", "orgs"] {
        std::fs::create_dir(env.path(folder)).unwrap();
    }
    env.write("_base.yaml", BASE);
    env.write("orgs/a.yaml", &format!("account_id: {ACCOUNT}\nextends: ../_base.yaml\n{child}"));
    env
}

const PLAN: &str = "plan orgs/a.yaml --sandbox=state.json";

#[test]
fn a_change_names_the_file_of_its_value() {
    let env = repository("organization:\n  login_design:\n    header_text: Own\n");
    env.run(&format!("{PLAN} --format json")).exits(0);
    let plan = env.run(&format!("{PLAN} --format json")).exits(0).json();
    let change = |setting: &str| {
        let changes = plan["plans"][0]["changes"].as_array().unwrap();
        changes.iter().find(|change| change["setting"] == setting).unwrap_or_else(|| panic!("{plan}")).clone()
    };
    let inherited = change("organization.session_duration");
    assert_eq!((inherited["file"].as_str(), inherited["line"].as_u64()), (Some("_base.yaml"), Some(5)));
    let own = change("organization.login_design.header_text");
    assert_eq!((own.get("file"), own["line"].as_u64()), (None, Some(5)));

    let text = env.run(PLAN).exits(0).stdout;
    assert!(text.contains("        from _base.yaml:5:21\n") && !text.contains("from orgs/a.yaml"), "{text}");
    let markdown = env.run(&format!("{PLAN} --format markdown")).exits(0).stdout;
    assert!(markdown.contains("(`_base.yaml`, line 5)") && markdown.contains("(line 5)"), "{markdown}");
    let here = env.path("").display().to_string();
    let annotations = env.set("GITHUB_WORKSPACE", &here).run(&format!("{PLAN} --format github")).exits(0).stdout;
    assert!(annotations.contains("file=_base.yaml,line=5,col=21"), "{annotations}");
    assert!(annotations.contains("file=orgs/a.yaml,line=5,col=18"), "{annotations}");
}

#[test]
fn a_finding_shows_the_line_of_the_parent() {
    let env = repository("organization:\n  session_duration: 12h\n");
    assert_snapshot!(env.run("validate orgs/a.yaml").exits(5).stdout, @r#"
    error[locked-setting]: organization.session_duration is locked at _base.yaml:1, to "24h" at
                           _base.yaml:5
     --> orgs/a.yaml:4:21
      |
    4 |   session_duration: 12h
      |                     ^^^
      |
      = help: remove the line, or change the value in the parent

    1 error in orgs/a.yaml
    "#);
    env.write("_base.yaml", &BASE.replace("24h", "1d"));
    assert_snapshot!(env.run("validate orgs/a.yaml").exits(5).stdout, @r#"
    error[duration]: session_duration is "1d": unknown unit "d"; the units are h, m, s, ms, us and ns
     --> _base.yaml:5:21
      |
    5 |   session_duration: 1d
      |                     ^^
      |
    help: did you mean 24h?
      |
    5 -   session_duration: 1d
    5 +   session_duration: 24h
      |

    1 error in _base.yaml
    "#);
    env.replace("orgs/a.yaml", "  session_duration: 12h\n", "  name: Own\n");
    let refused = env.run(PLAN).exits(5);
    assert!(refused.stderr.contains("_base.yaml:5:21"), "{refused}");
}

#[test]
fn the_findings_of_a_manifest_and_of_all_its_parents_are_reported_in_one_run() {
    let env = repository("organization:\n  nme: A\n");
    env.write("_base.yaml", "extends: _top.yaml\norganization:\n  session_duration: 1d\n");
    env.write("_top.yaml", "extends: _missing.yaml\norganization:\n  is_ui_read_only: maybe\n");
    let found = env.run("validate orgs/a.yaml --format json").exits(5).json();
    let found = found["findings"].as_array().unwrap();
    let found: Vec<_> =
        found.iter().map(|one| (one["file"].as_str().unwrap(), one["rule"].as_str().unwrap())).collect();
    let expected = [
        ("orgs/a.yaml", "unknown-key"),
        ("_base.yaml", "duration"),
        ("_top.yaml", "wrong-type"),
        ("_top.yaml", "parent-unreadable"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn fixes_edit_the_manifest_and_never_the_parent() {
    let env = repository("organization:\n  is_ui_read_only: yes\n");
    env.write("_base.yaml", &BASE.replace("name: Widget", "allow_authenticate_via_warp: no"));
    let base = env.read("_base.yaml");
    let fixed = env.run("validate orgs/a.yaml --fix").exits(5);
    assert!(fixed.stdout.contains("error[yaml-boolean]") && fixed.stdout.contains("_base.yaml:3"), "{fixed}");
    assert_eq!(env.read("_base.yaml"), base);
    assert!(env.read("orgs/a.yaml").ends_with("is_ui_read_only: true\n"));
}

#[test]
fn an_inherited_value_is_adopted_into_the_manifest_and_never_into_the_parent() {
    let env = repository("organization:\n  login_design:\n    header_text: Own # ours\n");
    let base = BASE.replace("organization.session_duration", "organization.auth_domain");
    env.write("_base.yaml", &base);
    env.run("apply orgs/a.yaml --auto-approve --allow auth_domain --sandbox=state.json").exits(0);
    env.replace("state.json", "\"session_duration\": \"24h\"", "\"session_duration\": \"8h\"");
    env.replace("state.json", "\"Own\"", "\"Theirs\"");
    let adopted = env.run("drift orgs/a.yaml --adopt --sandbox=state.json").exits(0);
    assert_snapshot!(adopted.stderr, @r"
    sandbox: an emulated account; its state is state.json
    adopted: organization.session_duration = 8h  orgs/a.yaml:6:21
      overrides _base.yaml:5:21, which is unchanged
    adopted: organization.login_design.header_text = Theirs  orgs/a.yaml:5:18
    orgs/a.yaml was changed: review it with `git diff`, then commit it
    ");
    assert_eq!(env.read("_base.yaml"), base);
    assert_snapshot!(env.read("orgs/a.yaml"), @r"
    account_id: 699d98642c564d2e855e9661899b7252
    extends: ../_base.yaml
    organization:
      login_design:
        header_text: Theirs # ours
      session_duration: 8h
    ");
    env.run("drift orgs/a.yaml --sandbox=state.json").exits(0);
}

#[test]
fn a_locked_value_is_not_adopted_and_the_report_says_where_the_lock_is() {
    let env = repository("organization:\n  login_design:\n    header_text: Own\n");
    env.run("apply orgs/a.yaml --auto-approve --allow auth_domain --sandbox=state.json").exits(0);
    env.replace("state.json", "\"session_duration\": \"24h\"", "\"session_duration\": \"8h\"");
    let child = env.read("orgs/a.yaml");
    let adopted = env.run("drift orgs/a.yaml --adopt --sandbox=state.json").exits(2);
    assert_snapshot!(adopted.stderr, @r#"
    sandbox: an emulated account; its state is state.json
    not adopted: organization.session_duration  _base.yaml:5:21
      organization.session_duration is locked at _base.yaml:1, to "24h" at _base.yaml:5
      live value: 8h
    "#);
    assert_eq!([env.read("_base.yaml"), env.read("orgs/a.yaml")], [BASE.to_owned(), child]);
}

#[test]
fn the_effective_manifest_names_the_place_of_every_value() {
    let env = repository(
        "unmanaged: [organization.name]\norganization:\n  login_design: {header_text: null}\n  is_ui_read_only: true\n",
    );
    let shown = env.run("explain --effective orgs/a.yaml").exits(0).stdout;
    assert_snapshot!(shown, @r#"
    account_id: "699d98642c564d2e855e9661899b7252"
    organization:
      auth_domain: widget.cloudflareaccess.com  # _base.yaml:4:16
      session_duration: 24h  # _base.yaml:5:21
      is_ui_read_only: true  # orgs/a.yaml:6:20
      login_design:
        header_text: null  # orgs/a.yaml:5:31
    "#);
    env.write("whole.yaml", &shown);
    env.run("validate whole.yaml").exits(0);
    let wrong = env.run("explain --effective _missing.yaml").exits(1);
    assert!(wrong.stderr.contains("cannot read _missing.yaml"), "{wrong}");
}

#[test]
fn a_saved_plan_is_bound_to_the_parent() {
    let env = repository("");
    env.run(&format!("{PLAN} --out plan.json --allow auth_domain")).exits(0);
    env.write("_base.yaml", &format!("{BASE}# reviewed by nobody\n"));
    let refused = env.run("apply --plan plan.json --sandbox=state.json").exits(4);
    assert!(refused.stderr.contains("orgs/a.yaml"), "{refused}");
    env.write("_base.yaml", BASE);
    env.run("apply --plan plan.json --sandbox=state.json").exits(0);
}

#[test]
fn a_value_that_the_api_refuses_is_shown_at_its_line_in_the_parent() {
    let mut state = zerodrift::sandbox::seeded();
    state.account.dashboard_sso = true;
    let api = Api::of(state);
    let env = api.env();
    env.write("_base.yaml", "organization:\n  auth_domain: new.cloudflareaccess.com\n");
    env.write("a.yaml", &format!("account_id: {ACCOUNT}\nextends: _base.yaml\norganization:\n  name: Widget\n"));
    let refused = env.run("apply a.yaml --auto-approve --allow auth_domain").exits(1);
    let (finding, _) = refused.stderr.split_once("1 error in").unwrap();
    assert_snapshot!(&finding[finding.find("error[").unwrap()..], @r"
    error[refused-by-api]: the API refuses organization.auth_domain:
                           access.api.error.auth_domain_cannot_be_updated_dash_sso
     --> _base.yaml:2:16
      |
    2 |   auth_domain: new.cloudflareaccess.com
      |                ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: run `zerodrift explain organization.auth_domain` to see what the API accepts
    ");
    let document = env.run("apply a.yaml --auto-approve --allow auth_domain --format json").exits(1).json();
    let finding = &document["results"][0]["error"]["findings"][0];
    assert_eq!((finding["file"].as_str(), finding["line"].as_u64()), (Some("_base.yaml"), Some(2)), "{document}");
}

/// A message must not show text of a file that is not a manifest: a pull request may name any file of the workspace.
#[test]
fn no_text_of_another_file_is_shown() {
    let env = repository("");
    for text in [
        "token: very-secret\norganization: {}\n",
        "very-secret\n",
        "[core]\n\turl = https://very-secret\n",
        "organization:\n  name: [very-secret\n",
        "\u{0}very-secret",
        "- very-secret\n",
    ] {
        env.write("_base.yaml", text);
        for command in ["validate orgs/a.yaml", "validate orgs/a.yaml --format json", PLAN, "doctor --file orgs/a.yaml"]
        {
            let shown = env.run(command);
            assert!(!format!("{shown}").contains("very-secret"), "{command}: {shown}");
        }
        let shown = env.run("validate orgs/a.yaml").exits(5);
        assert!(shown.stdout.contains("error[parent-not-a-manifest]: _base.yaml is not a manifest"), "{shown}");
    }
}

#[test]
fn standard_input_has_no_parent() {
    let env = repository("");
    let refused = env.run_with_input("validate -", "extends: _base.yaml\n").exits(5);
    assert!(refused.stdout.contains("error[extends]: standard input has no folder"), "{refused}");
}

#[test]
fn a_parent_is_below_the_folder_of_the_manifest_outside_of_a_repository() {
    let env = repository("");
    std::fs::remove_dir(env.path(".git")).unwrap();
    let refused = env.run("validate orgs/a.yaml").exits(5);
    assert!(refused.stdout.contains("error[parent-outside]"), "{refused}");
    env.write("a.yaml", "extends: orgs/../_base.yaml\n");
    env.run("validate a.yaml").exits(0);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_and_special_files_are_refused() {
    let env = repository("");
    let refused = |env: &TestEnv| env.run("validate orgs/a.yaml").exits(5).stdout;
    std::fs::remove_file(env.path("_base.yaml")).unwrap();
    assert!(refused(&env).contains("error[parent-unreadable]: cannot read the parent _base.yaml"));
    std::os::unix::fs::symlink("/etc/passwd", env.path("_base.yaml")).unwrap();
    assert!(refused(&env).contains("error[parent-outside]"));
    std::fs::remove_file(env.path("_base.yaml")).unwrap();
    std::os::unix::fs::symlink("_base.yaml", env.path("_base.yaml")).unwrap();
    assert!(refused(&env).contains("error[parent-unreadable]"));
    std::fs::remove_file(env.path("_base.yaml")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(env.path("_base.yaml")).status().unwrap().success());
    assert!(refused(&env).contains("it is a pipe (FIFO), not a regular file"));
    std::fs::remove_file(env.path("_base.yaml")).unwrap();
    std::fs::create_dir(env.path("_base.yaml")).unwrap();
    assert!(refused(&env).contains("it is a folder, not a regular file"));
    std::fs::remove_dir(env.path("_base.yaml")).unwrap();
    std::fs::File::create(env.path("_base.yaml")).unwrap().set_len(1 << 40).unwrap();
    assert!(refused(&env).contains("error[parent-not-a-manifest]"));
    std::fs::remove_file(env.path("_base.yaml")).unwrap();
    env.write("real.yaml", BASE);
    std::os::unix::fs::symlink("real.yaml", env.path("_base.yaml")).unwrap();
    env.run("validate orgs/a.yaml").exits(0);
}
