//! The note with the plan on a merge request of GitLab.

use super::runner::Machine;

const TOKEN: &str = "glpat-sample";
const NOTES: &str = "https://gitlab.example/api/v4/projects/5/merge_requests/7/notes";
const MARKER: &str = "<!-- zerodrift org.yaml -->";

/// Runs the job that plans a merge request, with the token for notes, and says how it ended.
fn plan(machine: &Machine) -> i32 {
    let variables = [
        ("ZERODRIFT_GITLAB_TOKEN", TOKEN),
        ("CI_API_V4_URL", "https://gitlab.example/api/v4"),
        ("CI_PROJECT_ID", "5"),
        ("CI_MERGE_REQUEST_IID", "7"),
    ];
    machine.run_gitlab_job("zerodrift-plan", &variables)
}

fn note(id: u32, author: u32, body: &str) -> serde_json::Value {
    serde_json::json!({"id": id, "body": body, "author": {"id": author, "username": "kim"}, "system": false})
}

/// A page of notes.
fn page(notes: &[serde_json::Value]) -> String {
    serde_json::Value::from(notes).to_string()
}

#[test]
fn a_merge_request_gets_one_note_that_is_kept() {
    let machine = Machine::new();
    assert_eq!(plan(&machine), 0);
    assert_eq!(machine.told(), [format!("POST {NOTES}")]);
    assert!(machine.read("answers/note").starts_with(&format!("{MARKER}\n### zerodrift plan: 6 settings of ")));

    // Only the second page has the note. Others may write its marker, and its author may write other notes.
    let old = format!("{MARKER}\n### old");
    machine
        .answer("notes-1", &page(&[note(40, 8, &old), note(41, 7, "Looks good."), note(42, 7, &format!("> {old}"))]));
    machine.answer("notes-2", &page(&[note(43, 8, &old), note(44, 7, &old), note(45, 7, &old)]));
    assert_eq!(plan(&machine), 0);
    assert_eq!(machine.told(), [format!("PUT {NOTES}/44")]);
}

#[test]
fn the_token_is_in_a_private_file_and_goes_to_no_other_host() {
    let machine = Machine::new();
    assert_eq!(plan(&machine), 0);
    let headers = machine.read("answers/headers");
    assert!(headers.lines().count() == 3, "{headers}");
    assert!(headers.lines().all(|line| line == format!("-rw------- PRIVATE-TOKEN: {TOKEN}")), "{headers}");
    let lines = machine.read("answers/lines");
    assert!(!lines.contains(TOKEN), "{lines}");
    for line in lines.lines() {
        let options: Vec<&str> = line.split(' ').filter(|word| word.starts_with('-')).collect();
        assert!(
            options[0] == "-fsS" && !options.contains(&"--location"),
            "a redirect would take the token along: {line}"
        );
    }
}

#[test]
fn a_note_keeps_the_exit_code_of_the_plan() {
    let machine = Machine::new();
    let own = machine.read("org.yaml");
    let manifests = [
        (0, own.clone()),
        (3, own.replace("auth_domain: widget.", "auth_domain: gadget.")),
        (5, "account_id: 699d98642c564d2e855e9661899b7252\norganization: 1\n".to_owned()),
    ];
    for (code, manifest) in manifests {
        machine.write("org.yaml", &manifest);
        assert_eq!(plan(&machine), code);
        assert_eq!(machine.told().len(), 1, "a note for exit code {code}");
        // A note that cannot be written does not hide why the plan failed.
        for request in ["/user", "/notes?", "POST "] {
            machine.answer("fails", request);
            assert_eq!(plan(&machine), if code == 0 { 1 } else { code }, "{request}");
            assert!(machine.told().is_empty(), "{request}");
        }
        std::fs::remove_file(machine.path("answers/fails")).unwrap();
    }
}

/// GitLab runs such lines with the permissions of the token.
#[test]
fn no_line_of_a_note_is_a_quick_action() {
    let machine = Machine::new();
    // In place of the program: no report of ours has such a line.
    std::fs::remove_file(machine.path("bin/zerodrift")).unwrap();
    let stand_in =
        "for last in \"$@\"; do :; done\nprintf 'marker\\n/merge\\n  /close\\na/b\\n' > \"${last#markdown=}\"\n";
    machine.program("bin/zerodrift", &format!("#!/bin/sh\n{stand_in}"));
    assert_eq!(plan(&machine), 0);
    assert_eq!(machine.read("answers/note"), format!("{MARKER}\n\\/merge\n  \\/close\na/b\n"));
}

#[test]
fn without_a_token_there_is_no_note() {
    let machine = Machine::new();
    assert_eq!(machine.run_gitlab_job("zerodrift-plan", &[]), 0);
    assert!(machine.told().is_empty() && !machine.path("answers/lines").exists());
}
