//! `--base` and `--base-file`: which side changed since the manifest was applied, from real repositories. The tests need
//! git in its usual place.

use serde_json::{Value as Json, json};

use crate::common::repository::Repository;
use crate::harness::{ACCOUNT, CommandOutput, TOKEN, TestEnv};
use crate::server::Api;

mod parents;

const PLAN: &str = "plan --sandbox=state.json --format json";
const DRIFT: &str = "drift --sandbox=state.json --format json";

const DURATION: &str = "organization.session_duration";

/// A manifest of the example's account with these lines in its section.
fn manifest(lines: &[&str]) -> String {
    let head = format!("account_id: {ACCOUNT}\norganization:\n");
    lines.iter().fold(head, |text, line| format!("{text}  {line}\n"))
}

/// A manifest that declares only this session duration.
fn session(duration: &str) -> String {
    manifest(&[&format!("session_duration: {duration}")])
}

/// A repository whose branch `main` was applied: a session of 12h, as in the sandbox.
fn applied(env: &TestEnv) -> Repository {
    env.seed();
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", &session("12h"));
    repository
}

/// Sets the session duration in the dashboard.
fn set_live(env: &TestEnv, duration: &str) {
    env.replace("state.json", "\"session_duration\": \"12h\"", &format!("\"session_duration\": \"{duration}\""));
}

/// The origin of each change.
fn origins(output: &CommandOutput) -> Json {
    let document = output.json();
    let changes = document["plans"][0]["changes"].as_array().unwrap();
    changes.iter().map(|change| (change["setting"].as_str().unwrap().to_owned(), change["origin"].clone())).collect()
}

/// Asserts that a plan has no labels, for a reason that it shows with its fix.
#[track_caller]
fn has_no_labels(plan: &CommandOutput, rule: &str, message: &str, help: &str) {
    let document = plan.json();
    let finding = &document["plans"][0]["findings"][0];
    assert_eq!((&finding["rule"], &finding["severity"]), (&json!(rule), &json!("warning")), "{plan}");
    for (text, expected) in [(&finding["message"], message), (&finding["help"], help)] {
        assert!(text.as_str().unwrap().contains(expected), "`{expected}` is missing in {text}");
    }
    assert_eq!(plan.code, Some(0), "{plan}");
    assert_eq!(document["plans"][0]["base"], Json::Null);
    assert_eq!(origins(plan), json!({DURATION: null}));
}

#[test]
fn a_branch_is_compared_with_its_merge_base() {
    let env = TestEnv::new();
    let repository = applied(&env);
    let base = repository.head();
    repository.git("checkout -q -b shorter");
    repository.commit("org.yaml", &session("8h"));
    // Later commits of main do not belong to the branch.
    repository.git("checkout -q main");
    repository.commit("org.yaml", &session("6h"));
    repository.git("checkout -q shorter");
    let plan = env.run(&format!("{PLAN} --base main")).exits(0);
    assert_eq!(origins(&plan), json!({DURATION: "file"}));
    let document = plan.json();
    assert_eq!(document["plans"][0]["base"]["name"], format!("main (merge base {})", &base[..12]));
    assert_eq!(document["summary"]["origins"], json!({"both": 0, "live": 0, "file": 1}));
}

/// The rows of the table: base, live, file, then the origin and whether it is drift.
#[test]
fn every_change_has_the_origin_of_the_table() {
    for (base, live, file, origin, drifts) in [
        (Some("12h"), "12h", "8h", Some("file"), false),
        (Some("12h"), "48h", "12h", Some("live"), true),
        (Some("12h"), "48h", "8h", Some("both"), true),
        (Some("12h"), "8h", "8h", None, false),
        (None, "12h", "8h", Some("file"), false),
        (Some("720m"), "12h", "8h", Some("file"), false),
    ] {
        let env = TestEnv::new();
        env.seed();
        let repository = Repository::new(&env.path(""));
        repository.commit("org.yaml", &base.map_or(manifest(&["name: Widget Corporation"]), session));
        env.write("org.yaml", &session(file));
        set_live(&env, live);
        let expected = origin.map_or(json!({}), |origin| json!({DURATION: origin}));
        let plan = env.run(&format!("{PLAN} --base HEAD --detailed-exitcode"));
        assert_eq!(origins(&plan), expected, "{base:?} {live} {file}");
        assert_eq!(plan.code, Some(if origin.is_some() { 2 } else { 0 }));
        let drift = env.run(&format!("{DRIFT} --base HEAD"));
        assert_eq!(origins(&drift), expected);
        assert_eq!(drift.code, Some(if drifts { 2 } else { 0 }), "{base:?} {live} {file}");
        let without = env.run(DRIFT);
        assert_eq!(
            without.code,
            Some(if origin.is_some() { 2 } else { 0 }),
            "every difference is drift without a base"
        );
    }
}

#[test]
fn a_setting_removed_from_the_file_is_no_longer_managed() {
    let env = TestEnv::new();
    env.seed();
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", &manifest(&["session_duration: 12h", "is_ui_read_only: false"]));
    env.write("org.yaml", &session("12h"));
    let plan = env.run(&format!("{PLAN} --base HEAD")).exits(0).json();
    assert_eq!(plan["plans"][0]["base"]["no_longer_managed"], json!(["organization.is_ui_read_only"]));
}

#[test]
fn merges_squashes_rebases_and_reverts_are_compared_with_what_was_applied() {
    let env = TestEnv::new();
    let repository = applied(&env);
    repository.git("checkout -q -b shorter");
    repository.commit("org.yaml", &session("8h"));
    repository.git("checkout -q main");
    repository.commit("README.md", "Another change.\n");
    let applied = repository.head();
    let is_pending = |how: &str| {
        let plan = env.run(&format!("{PLAN} --base {applied}")).exits(0);
        assert_eq!(origins(&plan), json!({DURATION: "file"}), "{how}");
        let _ = env.run(&format!("{DRIFT} --base {applied}")).exits(0);
    };
    repository.git("merge -q --no-ff --no-edit shorter");
    is_pending("merge");
    // A pull request is checked out as such a merge.
    let plan = env.run(&format!("{PLAN} --base HEAD^1")).exits(0);
    assert_eq!(origins(&plan), json!({DURATION: "file"}), "merge commit of a pull request");
    repository.git(&format!("reset -q --hard {applied}"));
    repository.git("merge -q --squash shorter");
    repository.git("commit -q -m squash");
    is_pending("squash");
    repository.git(&format!("reset -q --hard {applied}"));
    repository.git("cherry-pick shorter");
    is_pending("rebase");

    let _ = env.run("apply --sandbox=state.json --auto-approve").exits(0);
    repository.git("revert --no-edit HEAD");
    let reverted = env.run(&format!("{PLAN} --base HEAD^")).exits(0);
    assert_eq!(origins(&reverted), json!({DURATION: "file"}), "a revert is a change of the file");
    let _ = env.run("apply --sandbox=state.json --auto-approve").exits(0);
    set_live(&env, "48h");
    let edited = env.run(&format!("{PLAN} --base HEAD")).exits(0);
    assert_eq!(origins(&edited), json!({DURATION: "live"}), "and an edit after it is drift");
}

#[test]
fn a_shallow_clone_has_a_warning_and_a_full_one_has_labels() {
    let env = TestEnv::new();
    let repository = applied(&env);
    repository.git("checkout -q -b shorter");
    repository.commit("org.yaml", &session("8h"));
    repository.git("clone -q --bare . remote.git");
    let clone = Repository::clone_of(&env.path("remote.git"), &env.path("clone"), "--depth 1 --branch shorter");
    let plan = format!("{PLAN} --base origin/main").replacen("plan", "plan clone/org.yaml", 1);
    let in_clone = || env.run(&plan);
    let reason = "cannot read the base origin/main: the clone is shallow and lacks this revision or its history";
    has_no_labels(&in_clone(), "base-shallow", reason, "`fetch-depth: 0` on GitHub");
    // The tips of both branches, without a common history.
    clone.git("fetch -q --depth 1 origin +main:refs/remotes/origin/main");
    has_no_labels(&in_clone(), "base-shallow", reason, "`GIT_DEPTH: 0` on GitLab");
    clone.git("fetch -q --unshallow origin");
    assert_eq!(origins(&in_clone()), json!({DURATION: "file"}));
}

#[test]
fn a_partial_clone_fetches_nothing() {
    let env = TestEnv::new();
    let repository = applied(&env);
    repository.git("checkout -q -b shorter");
    repository.commit("org.yaml", &session("8h"));
    repository.git("config uploadpack.allowFilter true");
    let clone = Repository::clone_of(&env.path(""), &env.path("clone"), "--filter=blob:none");
    let plan = format!("{PLAN} --base origin/main").replacen("plan", "plan clone/org.yaml", 1);
    has_no_labels(&env.run(&plan), "base-unreadable", "cannot read the base origin/main: ", "--base-file");
    clone.git("cat-file blob origin/main:org.yaml");
    assert_eq!(origins(&env.run(&plan)), json!({DURATION: "file"}));
}

#[test]
fn an_unknown_revision_gives_no_labels() {
    let env = TestEnv::new();
    let repository = applied(&env);
    env.write("org.yaml", &session("8h"));
    let plan = |base: &str| env.run(&format!("{PLAN} --base {base}"));
    let reason = "cannot read the base origin/main: there is no such revision in this repository";
    has_no_labels(&plan("origin/main"), "base-revision", reason, "fetch it");
    has_no_labels(&plan("HEAD..HEAD"), "base-revision", "there is no such revision", "fetch it");
    repository.git("checkout -q --orphan other");
    repository.git("commit -q -m other");
    has_no_labels(&plan("main"), "base-revision", "it has no common history with HEAD", "revision");
}

#[test]
fn an_unreadable_repository_gives_no_labels() {
    let env = TestEnv::new();
    env.seed();
    env.write("org.yaml", &session("8h"));
    let plan = |env: &TestEnv| env.run(&format!("{PLAN} --base main"));
    has_no_labels(&plan(&env), "base-unreadable", "the manifest is not in a Git repository", "--base-file");
    Repository::new(&env.path(""));
    let env = env.set("PATH", "/nonexistent");
    has_no_labels(&plan(&env), "base-unreadable", "cannot run git: No such file or directory", "install git");
    // What git says about a repository of another user.
    let env = with_git(env, "echo \"fatal: detected dubious ownership in repository at '/srv'\" >&2; exit 128");
    let reason = "the repository belongs to another user, so git refuses to read it";
    has_no_labels(&plan(&env), "base-unreadable", reason, "git config --global --add safe.directory /");
    let env = with_git(env, "printf 'fatal: \\033[31mbroken\\n' >&2; exit 128");
    has_no_labels(&plan(&env), "base-unreadable", "cannot read the base main: \u{1b}[31mbroken", "--base-file");
}

/// Replaces git with a script.
fn with_git(env: TestEnv, script: &str) -> TestEnv {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(env.path("bin")).unwrap();
    env.write("bin/git", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(env.path("bin/git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let bin = env.path("bin").display().to_string();
    env.set("PATH", &bin)
}

#[test]
fn git_gets_no_credential_and_no_shell() {
    let env = TestEnv::new();
    env.seed();
    env.write("org.yaml", &session("8h"));
    let env = with_git(env, "{ /usr/bin/env; echo \"$@\"; } >> \"$HOME/log\"; exit 1")
        .set("CLOUDFLARE_API_TOKEN", TOKEN)
        .set("CLOUDFLARE_API_KEY", TOKEN)
        .set("GIT_DIR", "/elsewhere");
    let _ = env.run(&format!("{PLAN} --base $(id)")).exits(0);
    let log = env.read("../home/log");
    assert!(log.contains("--show-prefix") && !log.contains(TOKEN), "{log}");
    assert!(!log.contains("CLOUDFLARE") && !log.contains("GIT_DIR"), "{log}");
}

#[test]
fn a_renamed_manifest_is_followed() {
    let env = TestEnv::new();
    let repository = applied(&env);
    set_live(&env, "48h");
    std::fs::create_dir(env.path("orgs")).unwrap();
    repository.git("mv org.yaml orgs/widget.yaml");
    let plan = format!("{PLAN} --base main").replacen("plan", "plan orgs/widget.yaml", 1);
    let moved = || env.run(&plan).exits(0);
    assert_eq!(origins(&moved()), json!({DURATION: "live"}), "before the commit");
    repository.git("checkout -q -b moved");
    repository.git("commit -q -m move");
    let moved = moved();
    assert_eq!(origins(&moved), json!({DURATION: "live"}), "after the commit");
    let name = moved.json()["plans"][0]["base"]["name"].to_string();
    assert!(name.ends_with("), as org.yaml\""), "{name}");
}

#[test]
fn without_a_manifest_of_this_organization_in_the_base_everything_is_newly_managed() {
    let env = TestEnv::new();
    env.seed();
    let repository = Repository::new(&env.path(""));
    repository.commit("README.md", "Nothing yet.\n");
    env.write("org.yaml", &session("8h"));
    let newly = |why: &str| {
        let plan = env.run(&format!("{PLAN} --base HEAD")).exits(0);
        assert_eq!(origins(&plan), json!({DURATION: "file"}), "{why}");
    };
    newly("no file");
    set_live(&env, "48h");
    repository.commit("org.yaml", &session("8h").replace(ACCOUNT, "023e105f4ecef8ad9ca31a8372d0c353"));
    env.write("org.yaml", &session("8h"));
    newly("another account");
}

#[test]
fn a_base_that_is_not_a_manifest_gives_no_labels() {
    let env = TestEnv::new();
    env.seed();
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", "organization:\n  name: S3CRET\n  name: S3CRET\n");
    env.write("org.yaml", &session("8h"));
    let plan = env.run(&format!("{PLAN} --base HEAD"));
    has_no_labels(
        &plan,
        "base-manifest",
        "cannot read the base HEAD: it has errors (duplicate-key in line 3)",
        "--base-file",
    );
    assert!(!plan.document.contains("S3CRET"), "{plan}");
    repository.commit("org.yaml", &format!("# {}\n", "x".repeat(1024 * 1024)));
    env.write("org.yaml", &session("8h"));
    has_no_labels(
        &env.run(&format!("{PLAN} --base HEAD")),
        "base-unreadable",
        "it is larger than 1 MiB",
        "--base-file",
    );
    repository.git("rm -q --cached org.yaml");
    std::fs::remove_file(env.path("org.yaml")).unwrap();
    std::os::unix::fs::symlink("elsewhere.yaml", env.path("org.yaml")).unwrap();
    repository.git("add org.yaml");
    repository.git("commit -q -m link");
    std::fs::remove_file(env.path("org.yaml")).unwrap();
    env.write("org.yaml", &session("8h"));
    let plan = env.run(&format!("{PLAN} --base HEAD"));
    has_no_labels(&plan, "base-unreadable", "it is not a regular file there", "--base-file");
}

#[test]
fn a_file_can_be_the_base() {
    let env = TestEnv::new();
    env.seed();
    env.write("applied.yaml", &session("12h"));
    env.write("org.yaml", &session("8h"));
    let plan = env.run(&format!("{PLAN} --base-file applied.yaml")).exits(0);
    assert_eq!(origins(&plan), json!({DURATION: "file"}));
    assert_eq!(plan.json()["plans"][0]["base"]["name"], "applied.yaml");
    let missing = env.run(&format!("{PLAN} --base-file missing.yaml"));
    has_no_labels(&missing, "base-unreadable", "cannot read the base missing.yaml: No such file", "earlier manifest");
    let overwritten = env.run(&format!("{PLAN} --base-file applied.yaml --report html=applied.yaml")).exits(64);
    let _ = overwritten.says(&["--report would overwrite applied.yaml, which this run already uses: the base"]);
}

#[test]
fn an_invalid_base_is_refused() {
    let env = TestEnv::new();
    env.write("org.yaml", &session("8h"));
    for base in ["--base=--output=/tmp/x", "--base=-n", "--base="] {
        let _ = env.run(&format!("{PLAN} {base}")).exits(64).says(&["expected a Git revision, such as origin/main"]);
    }
    let _ = env.run(&format!("{PLAN} --base main --base-file x.yaml")).exits(64);
    let piped = env.run_with_input(&format!("{PLAN} --base main").replacen("plan", "plan -", 1), &session("8h"));
    let _ = piped.exits(64).says(&["--base needs the path of the manifest", "--base-file"]);
}

#[test]
fn only_drift_is_adopted() {
    let env = TestEnv::new();
    env.seed();
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", &manifest(&["session_duration: 12h", "is_ui_read_only: false"]));
    env.write("org.yaml", &manifest(&["session_duration: 12h", "is_ui_read_only: true"]));
    let nothing = env.run(&format!("{DRIFT} --base HEAD --adopt")).exits(0);
    let _ = nothing.says(&["nothing to adopt: org.yaml has only changes to apply"]);
    set_live(&env, "48h");
    let _ = env.run(&format!("{DRIFT} --base HEAD --adopt")).exits(0).says(&["adopted: organization.session_duration"]);
    assert_eq!(env.read("org.yaml"), manifest(&["session_duration: 48h", "is_ui_read_only: true"]));
}

#[test]
fn a_base_causes_no_further_requests() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    Repository::new(&env.path("")).commit("org.yaml", &session("12h"));
    let _ = env.run("plan").exits(0);
    let without = api.calls();
    let _ = env.run("plan --base HEAD").exits(0);
    assert_eq!(api.calls(), [without.clone(), without].concat());
}
