//! `show`: documents of earlier runs, rendered offline.

use serde_json::Value as Json;

use crate::common::repository::Repository;
use crate::harness::{ACCOUNT, TestEnv};

const FORMATS: [&str; 6] = ["text", "json", "markdown", "html", "github", "gitlab"];

/// Runs a command once with a report in each format, and asserts that `show` prints each of them from the JSON.
#[track_caller]
fn assert_shown_as_printed(env: &TestEnv, command: &str, code: i32) {
    let reports: String = FORMATS.iter().map(|format| format!(" --report {format}=run.{format}")).collect();
    let _ = env.run(&format!("{command}{reports}")).exits(code);
    std::fs::remove_file(env.path("state.json")).unwrap();
    for format in FORMATS {
        let shown = env.run(&format!("show run.json --report {format}=shown.{format}")).exits(0);
        assert_eq!(shown.stderr, "", "{command} {format}");
        assert_eq!(env.read(&format!("shown.{format}")), env.read(&format!("run.{format}")), "{command} {format}");
    }
    assert!(!env.path("state.json").exists());
}

#[test]
fn a_plan_is_shown_as_plan_printed_it() {
    let env = TestEnv::with_example();
    env.seed();
    assert_shown_as_printed(&env, "plan --sandbox=state.json", 0);
}

#[test]
fn drift_is_shown_as_drift_printed_it() {
    let env = TestEnv::with_example();
    env.seed();
    assert_shown_as_printed(&env, "drift --sandbox=state.json", 2);
}

#[test]
fn the_base_and_the_person_of_a_change_are_shown() {
    let env = TestEnv::new();
    env.seed();
    let manifest = |duration: &str| format!("account_id: {ACCOUNT}\norganization:\n  session_duration: {duration}\n");
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", &manifest("12h"));
    env.write("org.yaml", &manifest("8h"));
    let edit = "sandbox edit organization.session_duration=36h --as alice@example.com --state state.json";
    let _ = env.run(edit).exits(0);
    assert_shown_as_printed(&env, "plan --base main --who --since 87600h --sandbox=state.json", 0);
    let shown = env.run("show run.json").exits(0);
    let _ = shown.shows(&["alice@example.com", "36h", "8h"]);
}

#[test]
fn a_saved_plan_and_standard_input_are_shown() {
    let env = TestEnv::with_example();
    let printed = env.run("plan --sandbox=state.json --out plan.json").exits(0);
    assert_eq!(env.run("show plan.json").exits(0).stdout, printed.stdout);
    assert_eq!(env.run_with_input("show -", &env.read("plan.json")).exits(0).stdout, printed.stdout);
}

#[test]
fn the_detailed_exit_code_of_plan_and_drift_is_that_of_their_run() {
    let env = TestEnv::new();
    env.seed();
    let manifest = |duration: &str| format!("account_id: {ACCOUNT}\norganization:\n  session_duration: {duration}\n");
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", &manifest("12h"));
    env.write("org.yaml", &manifest("8h"));
    for (command, code) in [
        ("plan --detailed-exitcode", 2),
        ("drift", 2),
        // The change is pending, because the file changed since then.
        ("drift --base main", 0),
        // One manifest cannot be read, which comes before the drift of the other.
        ("drift org.yaml missing.yaml", 1),
    ] {
        let _ = env.run(&format!("{command} --sandbox=state.json --report json=run.json")).exits(code);
        let _ = env.run("show run.json --detailed-exitcode").exits(code);
        let _ = env.run("show run.json").exits(0);
    }
}

#[test]
fn a_document_that_was_cut_or_edited_is_refused() {
    let env = TestEnv::with_example();
    let document = env.run("plan --sandbox=state.json --format json").exits(0).document;
    env.write("cut.json", &document[..document.len() / 2]);
    env.run("show cut.json").exits(1).says(&["cut.json: the file was cut"]);
    let mut edited: Json = serde_json::from_str(&document).unwrap();
    edited["plans"][0]["changes"][0]["after"] = "1h".into();
    env.write("edited.json", &edited.to_string());
    env.run("show edited.json").exits(1).says(&["edited.json: the document was edited"]);
}

#[test]
fn documents_of_other_commands_are_refused_by_name() {
    let env = TestEnv::with_example();
    for (command, kind) in [
        (format!("export --format json --sandbox=state.json --account-id {ACCOUNT}"), "a snapshot"),
        ("validate --format json".to_owned(), "findings of validate"),
        ("apply --auto-approve --format json --sandbox=state.json".to_owned(), "results of apply or rollback"),
    ] {
        env.write("other.json", &env.run(&command).exits(0).document);
        env.run("show other.json").exits(64).says(&[&format!("cannot show other.json: the document is of {kind}")]);
    }
}
