//! A base that extends other manifests: its parents come from the same revision, or from beside the file.

use super::*;

const PLAN: &str = "plan orgs/a.yaml --sandbox=state.json --format json";

/// What the parent declares, as in the sandbox.
const PARENT: &str = "organization:\n  session_duration: 12h\n";

fn child(extends: &str, lines: &str) -> String {
    format!("account_id: {ACCOUNT}\nextends: {extends}\n{lines}")
}

/// A repository with a commit of `_base.yaml` and of `orgs/a.yaml`, which extends it.
fn committed(env: &TestEnv) -> Repository {
    env.seed();
    std::fs::create_dir(env.path("orgs")).unwrap();
    let repository = Repository::new(&env.path(""));
    repository.commit("_base.yaml", PARENT);
    repository.commit("orgs/a.yaml", &child("../_base.yaml", ""));
    repository
}

fn labels(env: &TestEnv, base: &str) -> Json {
    origins(&env.run(&format!("{PLAN} {base}")).exits(0))
}

#[test]
fn parents_are_read_at_the_merge_base() {
    let env = TestEnv::new();
    let repository = committed(&env);
    env.write("_base.yaml", &PARENT.replace("12h", "8h"));
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "file"}), "the parent changed");
    env.write("_base.yaml", PARENT);
    set_live(&env, "48h");
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "live"}), "the live state changed");
    repository.commit("orgs/a.yaml", &child("../_base.yaml", "organization: {session_duration: 8h}\n"));
    assert_eq!(labels(&env, "--base HEAD~"), json!({DURATION: "both"}), "an override was added");
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "live"}));
}

#[test]
fn settings_removed_from_the_parent_are_no_longer_managed() {
    let env = TestEnv::new();
    let repository = committed(&env);
    repository.commit("_base.yaml", &format!("{PARENT}  is_ui_read_only: false\n"));
    env.write("_base.yaml", PARENT);
    let plan = env.run(&format!("{PLAN} --base HEAD")).exits(0).json();
    assert_eq!(plan["plans"][0]["base"]["no_longer_managed"], json!(["organization.is_ui_read_only"]));
}

#[test]
fn a_different_chain_is_compared_by_its_merged_values() {
    let env = TestEnv::new();
    let repository = committed(&env);
    repository.git("mv _base.yaml orgs/_shared.yaml");
    env.write("orgs/_team.yaml", "extends: _shared.yaml\norganization: {session_duration: 8h}\n");
    env.write("orgs/a.yaml", &child("_team.yaml", ""));
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "file"}));
    env.write("orgs/a.yaml", &child("_shared.yaml", ""));
    set_live(&env, "48h");
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "live"}), "a renamed parent with the same value");
    env.write("orgs/a.yaml", &format!("account_id: {ACCOUNT}\n{}", PARENT.replace("12h", "720m")));
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "live"}), "the value moved into the manifest");
}

#[test]
fn the_parent_of_a_renamed_manifest_is_beside_its_earlier_path() {
    let env = TestEnv::new();
    let repository = committed(&env);
    set_live(&env, "48h");
    repository.git("mv orgs/a.yaml a.yaml");
    env.write("a.yaml", &child("_base.yaml", ""));
    let plan = env.run(&format!("{} --base HEAD", PLAN.replace("orgs/", ""))).exits(0);
    assert_eq!(origins(&plan), json!({DURATION: "live"}), "{plan}");
}

#[test]
fn settings_of_a_parent_added_since_the_base_are_changes_of_the_file() {
    let env = TestEnv::new();
    let repository = committed(&env);
    repository.commit("orgs/a.yaml", &session("12h"));
    repository.git("rm -q _base.yaml");
    repository.git("commit -q -m none");
    env.write("_base.yaml", &format!("{PARENT}  is_ui_read_only: true\n"));
    env.write("orgs/a.yaml", &child("../_base.yaml", ""));
    assert_eq!(labels(&env, "--base HEAD"), json!({"organization.is_ui_read_only": "file"}));
}

/// A manifest with an error in its chain was not applied, so it labels nothing.
#[test]
fn a_base_with_an_error_in_its_chain_gives_no_labels() {
    let env = TestEnv::new();
    let repository = committed(&env);
    let valid = repository.head();
    let own = |extends: &str| child(extends, "");
    let [with_list, with_target] =
        ["  name: [S3CRET]\n", &format!("account_id: {ACCOUNT}\n")].map(|more| PARENT.to_owned() + more);
    for (path, text, rule, message) in [
        (
            "orgs/a.yaml",
            own("gone.yaml"),
            "base-unreadable",
            "cannot read the parent orgs/gone.yaml: it does not exist there",
        ),
        (
            "orgs/a.yaml",
            own("../orgs"),
            "base-unreadable",
            "cannot read the parent orgs: it is not a regular file there",
        ),
        ("orgs/a.yaml", own(".."), "base-manifest", "the parent . is outside the repository"),
        ("orgs/a.yaml", own("../../x.yaml"), "base-manifest", "the parent ../x.yaml is outside the repository"),
        ("orgs/a.yaml", own("./a.yaml"), "base-manifest", "the chain of parents leads back to orgs/a.yaml"),
        ("_base.yaml", "token: S3CRET\n".to_owned(), "base-manifest", "_base.yaml is not a manifest"),
        ("_base.yaml", with_list, "base-manifest", "it has errors (wrong-type in line 3 of _base.yaml)"),
        (
            "_base.yaml",
            with_target,
            "base-manifest",
            "_base.yaml names an account or a zone, but a parent has no target",
        ),
        (
            "_base.yaml",
            "lock: [organization.session_duration]\norganization: {session_duration: 1h}\n".to_owned(),
            "base-manifest",
            "it has errors (locked-setting in line 3)",
        ),
    ] {
        repository.commit("orgs/a.yaml", &child("../_base.yaml", "organization: {session_duration: 8h}\n"));
        repository.commit(path, &text);
        env.write("_base.yaml", PARENT);
        env.write("orgs/a.yaml", &child("../_base.yaml", "organization: {session_duration: 8h}\n"));
        let plan = env.run(&format!("{PLAN} --base HEAD"));
        has_no_labels(&plan, rule, &format!("cannot read the base HEAD: {message}"), "--base-file");
        assert!(!plan.document.contains("S3CRET"), "{plan}");
        repository.git(&format!("reset -q --hard {valid}"));
    }
}

#[test]
fn a_lock_in_the_parent_does_not_prevent_labels() {
    let env = TestEnv::new();
    let repository = committed(&env);
    repository.commit("_base.yaml", &format!("lock: [organization.session_duration]\n{PARENT}"));
    set_live(&env, "48h");
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "live"}));
    // Without the lock, a manifest can have another value.
    env.write("_base.yaml", PARENT);
    env.write("orgs/a.yaml", &child("../_base.yaml", "organization: {session_duration: 8h}\n"));
    assert_eq!(labels(&env, "--base HEAD"), json!({DURATION: "both"}));
}

#[cfg(unix)]
#[test]
fn the_parents_of_a_link_to_another_folder_are_not_read() {
    let env = TestEnv::new();
    let repository = committed(&env);
    std::os::unix::fs::symlink("orgs/a.yaml", env.path("link.yaml")).unwrap();
    repository.commit("_a.yaml", PARENT);
    repository.commit("orgs/a.yaml", &child("_a.yaml", "organization: {session_duration: 8h}\n"));
    let plan = env.run(&format!("{} --base HEAD", PLAN.replace("orgs/a.yaml", "link.yaml")));
    let reason = "cannot read the parent orgs/_a.yaml: the manifest is a symbolic link to another folder";
    has_no_labels(&plan, "base-unreadable", reason, "--base-file");
}

#[test]
fn the_parents_of_a_base_file_are_relative_to_it() {
    let env = TestEnv::new();
    let _ = committed(&env);
    std::fs::create_dir_all(env.path("applied/orgs")).unwrap();
    env.write("applied/_base.yaml", &PARENT.replace("12h", "24h"));
    env.write("applied/orgs/a.yaml", &child("../_base.yaml", ""));
    env.write("orgs/a.yaml", &child("../_base.yaml", "organization: {session_duration: 8h}\n"));
    assert_eq!(labels(&env, "--base-file applied/orgs/a.yaml"), json!({DURATION: "both"}));
    env.write("alone.yaml", &child("missing/_base.yaml", ""));
    let alone = env.run(&format!("{PLAN} --base-file alone.yaml"));
    let reason = "cannot read the base alone.yaml: cannot read the parent missing/_base.yaml: No such file";
    has_no_labels(&alone, "base-unreadable", reason, "--base-file");
}
