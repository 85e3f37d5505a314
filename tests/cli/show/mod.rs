//! `show`: documents of earlier runs, rendered offline.

mod other_documents;
mod results;

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
fn a_comment_links_the_run_that_shows_it() {
    let env = TestEnv::with_example();
    let document = env.run("plan --sandbox=state.json --format json").exits(0).document;
    assert!(!document.contains("github.com"), "{document}");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let env = env
        .set("GITHUB_SERVER_URL", "https://github.com")
        .set("GITHUB_REPOSITORY", "widget/zero-trust")
        .set("GITHUB_RUN_ID", "42")
        .set("GITHUB_SHA", commit);
    env.write("plan.json", &document);
    let shown = env.run("show plan.json --format markdown").exits(0).stdout;
    for link in [
        format!("(https://github.com/widget/zero-trust/blob/{commit}/org.yaml#L"),
        format!("(https://github.com/widget/zero-trust/commit/{commit})"),
        "(https://github.com/widget/zero-trust/actions/runs/42)".to_owned(),
    ] {
        assert!(shown.contains(&link), "{link}: {shown}");
    }
}

#[test]
fn a_credential_in_a_document_is_not_shown() {
    let token = "zdT0ken-that-must-never-be-seen_7391";
    let env = TestEnv::with_example();
    env.replace("org.yaml", "header_text: ", "header_text: zdT0ken-that-must-never-be-seen_7391 #");
    let document = env.run("plan --sandbox=state.json --format json").exits(0).document;
    assert!(document.contains(token));
    let env = env.set("CLOUDFLARE_API_TOKEN", token);
    env.write("plan.json", &document);
    for format in FORMATS {
        let shown = env.run(&format!("show plan.json --format {format} --report {format}=shown.txt")).exits(0);
        let texts = [shown.stdout, shown.stderr, env.read("shown.txt")];
        assert!(!texts.iter().any(|text| text.contains(token)), "{format}: {texts:?}");
    }
}

#[test]
fn a_document_of_a_later_version_is_shown_with_its_settings() {
    let env = TestEnv::with_example();
    let mut document = env.run("plan --sandbox=state.json --format json").exits(0).json();
    let members = document.as_object_mut().unwrap();
    members.remove("seal");
    members.insert("format_version".to_owned(), "1.9".into());
    members.insert("added_later".to_owned(), serde_json::json!({"plans": []}));
    let change = &mut document["plans"][0]["changes"][0];
    change["setting"] = "organization.added_later".into();
    change["added_later"] = 1.into();
    env.write("later.json", &document.to_string());
    for format in FORMATS.into_iter().filter(|format| *format != "gitlab") {
        let shown = env.run(&format!("show later.json --format {format}")).exits(0).stdout;
        assert!(shown.replace('`', "").contains("added_later"), "{format}: {shown}");
    }
    let shown = env.run("show later.json --format json").exits(0).json();
    assert_eq!(shown["plans"][0]["changes"][0]["setting"], "organization.added_later");
}
