//! Documents of other commands than `plan` and `drift`.

use super::FORMATS;
use crate::harness::{ACCOUNT, TestEnv};

/// The text of findings without the lines of manifests, which documents do not contain.
fn without_lines(text: &str) -> String {
    let is_head = |line: &&str| !line.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '|');
    text.lines().filter(is_head).map(|line| format!("{}\n", line.trim())).collect()
}

#[test]
fn a_manifest_without_findings_is_shown_as_validate_printed_it() {
    let env = TestEnv::with_example();
    let printed = env.run("validate --report json=findings.json").exits(0).stdout;
    assert_eq!(env.run("show findings.json").exits(0).stdout, printed);
}

#[test]
fn findings_are_shown_without_the_lines_of_the_manifests() {
    let env = TestEnv::with_example();
    std::fs::create_dir(env.path("orgs")).unwrap();
    env.write("orgs/_base.yaml", "organization:\n  session_duration: soon\n");
    env.write("orgs/a.yaml", &format!("extends: _base.yaml\naccount_id: {ACCOUNT}\n"));
    env.write("orgs/b.yaml", &format!("extends: _base.yaml\naccount_id: {}\n", "1".repeat(32)));
    let reports = "--report json=run.json --report github=run.github";
    let printed = env.run(&format!("validate org.yaml orgs {reports}")).exits(5).stdout;
    let shown = env.run("show run.json --report json=shown.json --report github=shown.github").exits(0).stdout;
    assert_eq!(without_lines(&shown), without_lines(&printed));
    assert!(shown.contains("3 manifests: 2 have errors"), "{shown}");
    assert_eq!(env.read("shown.json"), env.read("run.json"));
    let annotations = |file: &str| -> Vec<String> {
        env.read(file).lines().filter(|line| line.starts_with("::error")).map(str::to_owned).collect()
    };
    assert_eq!(annotations("shown.github"), annotations("run.github"));
    assert_eq!(annotations("run.github").len(), 2);
}

#[test]
fn a_failed_plan_is_shown_in_every_format_as_it_was_printed() {
    let env = TestEnv::with_example();
    let reports: String = FORMATS.iter().map(|format| format!(" --report {format}=run.{format}")).collect();
    for (command, code) in [("plan", 6), ("drift", 6), ("plan nowhere.yaml", 1)] {
        let said = env.run(&format!("{command}{reports}")).exits(code).stderr;
        assert_eq!(env.run("show run.json").exits(0).stdout, said, "{command}");
        for format in FORMATS {
            let _ = env.run(&format!("show run.json --report {format}=shown.{format}")).exits(0);
            assert_eq!(env.read(&format!("shown.{format}")), env.read(&format!("run.{format}")), "{command} {format}");
        }
    }
}

#[test]
fn the_findings_of_a_failed_plan_are_shown() {
    let env = TestEnv::with_manifest("organization: 3\n");
    let said = env.run("plan --report json=run.json --report markdown=run.md").exits(5).stderr;
    let shown = env.run("show run.json --report markdown=shown.md").exits(0).stdout;
    assert_eq!(without_lines(&shown), without_lines(&said));
    assert!(shown.contains("error[") && shown.contains("error: org.yaml has 1 error"), "{shown}");
    assert_eq!(env.read("shown.md"), env.read("run.md"));
}

#[test]
fn an_exported_snapshot_and_a_backup_are_shown_as_export_prints_them() {
    let env = TestEnv::with_example();
    let export = format!("export --sandbox=state.json --account-id {ACCOUNT}");
    let (manifest, snapshot) = (env.run(&export).exits(0).stdout, env.run(&format!("{export} --format json")).exits(0));
    env.write("live.json", &snapshot.document);
    let _ = env.run("apply --auto-approve --sandbox=state.json --backup-dir backups").exits(0);
    let is_backup = |name: &str| name.ends_with(".json");
    let mut names = std::fs::read_dir(env.path("backups")).unwrap().map(|entry| entry.unwrap().file_name());
    let backup = names.find_map(|name| name.into_string().ok().filter(|name| is_backup(name))).unwrap();
    for file in ["live.json".to_owned(), format!("backups/{backup}")] {
        assert_eq!(env.run(&format!("show {file}")).exits(0).stdout, manifest, "{file}");
        assert_eq!(env.run(&format!("show {file} --format json")).exits(0).document, env.read(&file), "{file}");
    }
    assert!(env.read(&format!("backups/{backup}")).contains("kept_at"));
}

#[test]
fn a_snapshot_with_a_credential_is_not_shown() {
    let env = TestEnv::with_example();
    env.seed();
    let export = format!("export --sandbox=state.json --account-id {ACCOUNT} --format json");
    let snapshot = env.run(&export).exits(0).document;
    let token = "zdT0ken-that-must-never-be-seen_7391";
    let env = env.set("CLOUDFLARE_API_TOKEN", token);
    let mut document: serde_json::Value = serde_json::from_str(&snapshot).unwrap();
    document["live"]["organization"]["name"] = token.into();
    env.write("live.json", &document.to_string());
    for format in ["text", "json"] {
        let refused = env.run(&format!("show live.json --format {format}")).exits(1);
        assert!(!format!("{}{}", refused.stdout, refused.stderr).contains(token), "{refused}");
        refused.says(&["cannot write live.json: it contains a credential of this run"]);
    }
}

#[test]
fn a_snapshot_without_an_organization_has_no_manifest() {
    let env = TestEnv::new();
    env.write("state.json", r#"{"sandbox": 1}"#);
    let export = format!("export --format json --sandbox=state.json --account-id {ACCOUNT}");
    env.write("live.json", &env.run(&export).exits(0).stdout);
    env.run("show live.json").exits(1).says(&[&format!("account {ACCOUNT} has no Zero Trust organization to export")]);
    assert_eq!(env.run("show live.json --format json").exits(0).stdout, env.read("live.json"));
}

#[test]
fn a_format_that_the_document_does_not_have_is_refused_with_those_that_it_has() {
    let env = TestEnv::with_example();
    let _ = env.run("validate --report json=findings.json").exits(0);
    env.write("live.json", &env.run(&format!("export --format json --sandbox --account-id {ACCOUNT}")).exits(0).stdout);
    env.write("export.json", &env.run("export --format json").exits(64).document);
    let _ = env.run("validate nowhere.yaml --report json=validate.json").exits(1);
    for (shown, expected) in [
        ("findings.json --format gitlab", "it contains findings of validate, whose formats are text, json, github"),
        ("live.json --report markdown=shown.md", "it contains a snapshot, whose formats are text, json"),
        ("export.json --report github=shown.md", "it contains a failed run, whose formats are text, json"),
        ("validate.json --format html", "it contains a failed run, whose formats are text, json, github"),
    ] {
        env.run(&format!("show {shown}")).exits(64).says(&[expected, "hint:"]);
    }
    assert!(!env.path("shown.md").exists() || env.read("shown.md").contains("zerodrift show failed"));
}

#[test]
fn the_detailed_exit_code_is_that_of_the_run() {
    let env = TestEnv::with_example();
    env.write("broken.yaml", "organization: 3\n");
    for (command, code) in [("validate", 0), ("validate broken.yaml", 5), ("plan", 6), ("plan broken.yaml", 5)] {
        let _ = env.run(&format!("{command} --report json=run.json")).exits(code);
        let _ = env.run("show run.json --detailed-exitcode").exits(code);
        let _ = env.run("show run.json").exits(0);
    }
}

#[test]
fn documents_of_different_kinds_are_not_one_report() {
    let env = TestEnv::with_example();
    let _ = env.run("validate --report json=findings.json").exits(0);
    let _ = env.run("plan --sandbox=state.json --report json=plan.json").exits(0);
    env.run("show plan.json findings.json").exits(64).says(&[
        "cannot show these documents as one report: plan.json contains plans of plan or drift, findings.json contains findings",
        "show them one by one",
    ]);
    env.run("show findings.json findings.json").exits(64).says(&["cannot show these documents as one report"]);
}

#[test]
fn a_revocation_is_shown_as_revoke_user_printed_it() {
    let env = TestEnv::with_example();
    let revoke = "revoke-user --email kim@widget.example --file org.yaml --devices --auto-approve --sandbox=state.json";
    let printed = env.run(revoke).exits(0).stdout;
    let document = env.run(&format!("{revoke} --format json")).exits(0).document;
    env.write("revocation.json", &document);
    assert_eq!(env.run("show revocation.json").exits(0).stdout, printed);
    assert_eq!(env.run("show revocation.json --format json").exits(0).document, document);
    env.run("show revocation.json --format html")
        .exits(64)
        .says(&["the result of revoke-user, whose formats are text, json"]);
}
