//! Several manifests in one run of `validate`: which ones count, what is shown of them, and how the run ends.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, TestEnv};

const OTHER: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// A folder `orgs` with these manifests.
fn orgs(manifests: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::new();
    std::fs::create_dir_all(env.path("orgs/eu")).unwrap();
    manifests.iter().for_each(|(name, text)| env.write(&format!("orgs/{name}"), text));
    env
}

/// Three manifests: one without findings, one with an error and one with a warning.
fn three() -> TestEnv {
    let good = format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 24h\n");
    let error = "organization:\n  session_duration: 1d\n";
    let warning = "organization:\n  login_design:\n    text_color: '#c5ed1b'\n";
    orgs(&[("a.yaml", &good), ("b.yaml", error), ("eu/c.yml", warning), ("_base.yaml", "broken: [")])
}

#[test]
fn the_findings_of_each_manifest_are_followed_by_one_summary() {
    let env = three();
    assert_snapshot!(env.run("validate orgs"), @r#"
    error[duration]: session_duration is "1d": unknown unit "d"; the units are h, m, s, ms, us and ns
     --> orgs/b.yaml:2:21
      |
    2 |   session_duration: 1d
      |                     ^^
      |
    help: did you mean 24h?
      |
    2 -   session_duration: 1d
    2 +   session_duration: 24h
      |

    warning[contrast]: the login text is hard to read: #c5ed1b on the white card has a contrast of
                       1.35:1, and WCAG asks for 4.5:1
     --> orgs/eu/c.yml:3:17
      |
    3 |     text_color: '#c5ed1b'
      |                 ^^^^^^^^^
      |
      = help: choose a darker colour

    3 manifests: 1 has errors, 1 has warnings
    [exit status: 5]
    "#);
    env.run("validate orgs/eu orgs/a.yaml").exits(0).shows(&["2 manifests: 1 has warnings"]);
    std::fs::remove_file(env.path("orgs/eu/c.yml")).unwrap();
    env.write("orgs/b.yaml", "organization:\n  name: Widget\n");
    assert_eq!(env.run("validate orgs").exits(0).stdout, "2 manifests: no findings\n");
}

#[test]
fn one_manifest_in_a_folder_is_reported_as_if_it_was_named() {
    let env = orgs(&[("a.yaml", "organization:\n  session_duration: 1d\n")]);
    for format in ["text", "json", "github", "sarif", "gitlab"] {
        let named = env.run(&format!("validate orgs/a.yaml --format {format}")).exits(5);
        let folder = env.run(&format!("validate orgs --format {format}")).exits(5);
        assert_eq!(named.to_string(), folder.to_string(), "{format}");
    }
    std::fs::remove_file(env.path("orgs/a.yaml")).unwrap();
    env.run("validate orgs").exits(64).says(&["orgs has no manifest", "names that start with _ or . do not count"]);
    env.run("validate orgs - ").exits(64).says(&["- is standard input"]);
}

#[test]
fn the_order_is_that_of_the_paths_in_every_format() {
    let env = three();
    let named = "validate orgs/eu/c.yml orgs/b.yaml orgs/a.yaml orgs";
    for format in ["text", "json", "github", "sarif", "gitlab"] {
        let one = env.run(&format!("{named} --format {format}")).exits(5);
        let two = env.run(&format!("validate orgs --format {format}")).exits(5);
        assert_eq!(one.to_string(), two.to_string(), "{format}");
    }
    let document = env.run(&format!("{named} --format json")).exits(5).json();
    assert_eq!(files(&document["findings"], "/file"), ["orgs/b.yaml", "orgs/eu/c.yml"]);
    assert_eq!(document["summary"], json!({"errors": 1, "warnings": 1}));
}

/// The values at a place of each element.
fn files(elements: &Json, place: &str) -> Vec<String> {
    let elements = elements.as_array().unwrap().iter();
    elements.map(|element| element.pointer(place).unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_manifest_that_cannot_be_read_does_not_stop_the_others() {
    let env = three();
    std::fs::create_dir(env.path("elsewhere")).unwrap();
    env.write("elsewhere/plan.json", r#"{"saved": {}}"#);
    let shown = env.run("validate orgs missing.yaml").exits(5);
    shown.shows(&[
        "error[not-checked]: cannot read missing.yaml",
        "error[duration]",
        "4 manifests: 2 have errors, 1 has warnings",
    ]);
    // The order of the codes: usage before errors in a manifest before a failure.
    env.run("validate missing.yaml orgs/a.yaml").exits(1);
    let other = env.run("validate missing.yaml orgs elsewhere/plan.json --format json").exits(64).json();
    assert_eq!(other["summary"]["errors"], 3);
    assert_eq!(files(&other["findings"], "/rule"), ["not-checked", "not-checked", "duration", "contrast"]);
}

#[test]
fn two_manifests_for_one_target_are_an_error_at_the_second() {
    let of = |id: &str| format!("# ours\naccount_id: {id}\norganization:\n  name: A\n");
    let env = orgs(&[("a.yaml", &of(ACCOUNT)), ("b.yaml", &of(OTHER)), ("c.yaml", &of(ACCOUNT))]);
    assert_snapshot!(env.run("validate orgs"), @r"
    error[shared-target]: account 699d98642c564d2e855e9661899b7252 is also the target of orgs/a.yaml
     --> orgs/c.yaml:2:13
      |
    2 | account_id: 699d98642c564d2e855e9661899b7252
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: keep one manifest for each organization, or correct the id in one of them

    3 manifests: 1 has errors
    [exit status: 5]
    ");
    let sarif = env.run("validate orgs --format sarif").exits(5).json();
    let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "orgs/c.yaml");
    assert_eq!(location["region"], json!({"startLine": 2, "startColumn": 13, "endLine": 2, "endColumn": 45}));
    env.run("validate orgs/a.yaml orgs/b.yaml").exits(0);
    // The environment gives a target to each manifest without one.
    let env = orgs(&[("a.yaml", "organization: {name: A}\n"), ("b.yaml", "organization: {name: A}\n")]);
    env.run("validate orgs").exits(0);
    env.set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT).run("validate orgs").exits(5).shows(&["shared-target"]);
}

#[test]
fn a_flag_with_a_target_is_for_one_manifest() {
    let env = three();
    let refused = env.run(&format!("validate orgs --account-id {OTHER}")).exits(64);
    refused.says(&["--account-id names one organization, but there are 3 manifests"]);
    env.run(&format!("validate orgs/b.yaml --account-id {OTHER}")).exits(5);
}

#[test]
fn a_finding_of_a_common_parent_is_reported_once_and_at_its_line() {
    let child = |id: &str| format!("account_id: {id}\nextends: _base.yaml\n");
    let env = orgs(&[("a.yaml", &child(ACCOUNT)), ("b.yaml", &child(OTHER))]);
    env.write("orgs/_base.yaml", "organization:\n  session_duration: 1d\n");
    let shown = env.run("validate orgs").exits(5);
    assert_eq!(shown.stdout.matches("error[duration]").count(), 1, "{shown}");
    shown.shows(&["orgs/_base.yaml:2:21", "2 | session_duration: 1d", "2 manifests: 2 have errors"]);

    let env = env.set("GITHUB_WORKSPACE", "/");
    let sarif = env.run("validate orgs --format sarif").exits(5).json();
    let [result] = sarif["runs"][0]["results"].as_array().unwrap().as_slice() else { panic!("{sarif}") };
    let location = &result["locations"][0]["physicalLocation"];
    let uri = location["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.ends_with("/work/orgs/_base.yaml") && !uri.starts_with('/'), "{uri}");
    assert_eq!(location["region"], json!({"startLine": 2, "startColumn": 21, "endLine": 2, "endColumn": 23}));
    assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string(), "{result}");
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["artifactLocation"]["uri"], uri);
}

#[test]
fn the_parents_are_below_the_topmost_folder_outside_of_a_repository() {
    let child = |id: &str| format!("account_id: {id}\nextends: ../_base.yaml\n");
    let env = orgs(&[("eu/a.yaml", &child(ACCOUNT)), ("eu/b.yaml", &child(OTHER))]);
    env.write("orgs/_base.yaml", "organization:\n  session_duration: 24h\n");
    env.run("validate orgs/eu").exits(5).shows(&["error[parent-outside]", "2 manifests: 2 have errors"]);
    env.run("validate orgs").exits(0);
    env.run("validate orgs/eu orgs").exits(0);
    env.run("validate .").exits(0);
}

#[test]
fn each_manifest_is_fixed_on_its_own() {
    let env = three();
    env.write("orgs/d.yaml", "organization:\n  is_ui_read_only: yes\n");
    env.write("orgs/e.yaml", "organization:\n  is_ui_read_only: yes\n");
    let path = env.path("orgs/d.yaml");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let fixed = env.run("validate orgs --fix").exits(5);
    assert_snapshot!(fixed.stderr, @"fixed: orgs/e.yaml:2:20: write true");
    fixed.shows(&["cannot write orgs/d.yaml: it is read-only", "error[duration]"]);
    assert_eq!(env.read("orgs/e.yaml"), "organization:\n  is_ui_read_only: true\n");
    assert_eq!(env.read("orgs/d.yaml"), "organization:\n  is_ui_read_only: yes\n");
    env.run("validate - --fix").exits(64);
    let nothing = env.run("validate orgs/a.yaml orgs/b.yaml --fix").exits(5);
    nothing.says(&["no safe fixes; the remaining errors need a decision by hand"]);
}

#[test]
fn a_report_does_not_overwrite_one_of_the_manifests() {
    let env = three();
    let before = env.read("orgs/b.yaml");
    for path in ["orgs/b.yaml", "./orgs/eu/../b.yaml"] {
        let refused = env.run(&format!("validate orgs --report json={path}")).exits(64);
        refused.says(&["which this run already uses: the manifest"]);
    }
    #[cfg(unix)]
    {
        std::fs::rename(env.path("orgs/b.yaml"), env.path("real.txt")).unwrap();
        std::os::unix::fs::symlink("../real.txt", env.path("orgs/b.yaml")).unwrap();
        let refused = env.run("validate orgs --report json=real.txt").exits(64);
        refused.says(&["which this run already uses: the manifest"]);
    }
    assert_eq!(env.read("orgs/b.yaml"), before);
}

/// Every manifest has a warning, and one has an error. The output is bounded and the error is in it.
#[test]
fn the_findings_of_thousands_of_manifests_are_bounded_and_errors_come_first() {
    let env = orgs(&[]);
    let list = "    - topt\n".repeat(60);
    let many = format!("organization:\n  mfa_config:\n    allowed_authenticators:\n{list}");
    for number in 0..100 {
        env.write(&format!("orgs/{number:03}.yaml"), &many.replace("    -", "      -"));
    }
    env.write("orgs/zzz.yaml", "organization:\n  session_duration: 1d\n");
    let document = env.run("validate orgs --format json").exits(5).json();
    let findings = document["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["file"] == "orgs/zzz.yaml" && finding["rule"] == "duration"));
    let last = findings.last().unwrap();
    assert_eq!((findings.len(), last["rule"].as_str()), (5_002, Some("too-many-findings")), "{last}");
}
