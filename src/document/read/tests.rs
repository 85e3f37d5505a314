use serde_json::json;

use super::*;
use crate::cloudflare::Revocation;
use crate::diagnostics::{Finding, Location, Rule, Severity};
use crate::document::tests::failure;
use crate::document::{
    Compared, Comparison, ErrorDocument, ErrorEntry, ShardEntry, Wording, error_document, findings_document,
    plan_document, revocation_document, saved, to_text,
};
use crate::ending::FailureKind;
use crate::plan::tests::samples::{self, attribution, busy, change, create, in_sync, planned};
use crate::plan::{Base, Change, Origin, Plan};
use crate::settings::Model;

const DIFFERENCE: &str = "--- live\n+++ org.yaml\n@@ -1 +1 @@\n-a\n+b\n";

/// A plan with every field, without the parts that documents do not contain: spans and fixes.
fn complete() -> Plan {
    let setting = |path: &str| *Model::current().setting(path).unwrap();
    let mut plan = Plan { in_sync: in_sync().in_sync, declared_empty: create().changes, ..busy() };
    plan.base = Some(Base { name: "origin/main".to_owned(), no_longer_managed: vec![setting("organization.name")] });
    plan.changes[0].origin = Some(Origin::Both);
    plan.changes[1].annotations = vec![(setting("organization.ui_read_only_toggle_reason"), json!("frozen"))];
    plan.changes[2].context = vec![("name", json!("CI")), ("expires_at", json!(null))];
    plan.changes[3].notice = Some("the note of this change");
    plan.changes[4].attribution = Some(attribution());
    for change in plan.changes.iter_mut().chain(&mut plan.declared_empty) {
        change.at.span = 0..0;
    }
    for finding in &mut plan.findings {
        finding.at = finding.at.take().map(|at| Location { span: 0..0, ..at });
    }
    plan
}

fn recorded_plans(text: &str) -> RecordedPlans {
    match read(text.as_bytes()) {
        Ok(AnyDocument::Plans(plans)) => plans,
        other => panic!("{other:?}"),
    }
}

/// The only comparison of a document.
fn recorded_comparison(text: &str) -> Comparison<'static> {
    match recorded_plans(text).set.remove(0) {
        Compared::Done(comparison) => *comparison,
        Compared::Failed(failure) => panic!("{failure:?}"),
    }
}

/// The text of a document, changed as JSON.
fn with(text: &str, change: impl FnOnce(&mut Json)) -> String {
    let mut value = serde_json::from_str(text).unwrap();
    change(&mut value);
    value.to_string()
}

/// The text of a document without its seal, as the first versions wrote it.
fn unsealed(text: &str) -> String {
    with(text, |value| drop(value.as_object_mut().unwrap().remove("seal")))
}

#[test]
fn a_plan_document_reads_back_as_the_same_plans() {
    let plans = [complete(), create_without_spans(), in_sync()];
    for wording in [Wording::Plan, Wording::Drift] {
        let mut set: Vec<Compared<'_>> = plans
            .each_ref()
            .map(|plan| {
                let yaml = if plan.is_empty() { "" } else { DIFFERENCE };
                Comparison {
                    yaml: yaml.to_owned(),
                    repository_file: "teams/org.yaml".to_owned(),
                    ..Comparison::of(wording, plan)
                }
                .into()
            })
            .into();
        set.push(failure(ErrorEntry::new(FailureKind::Network, "no answer".to_owned(), Vec::new())).into());
        set.sort_by(Compared::order);
        let shard = Some(ShardEntry {
            index: 2,
            of: 3,
            manifests: 9,
            set: Some(crate::document::SetFingerprint::of([String::new()])),
        });
        let text = to_text(&plan_document(wording, shard, &set));
        let read = recorded_plans(&text);
        assert_eq!((read.wording, read.shard), (wording, shard));
        assert_eq!(read.set, set);
    }
}

fn create_without_spans() -> Plan {
    let without_span = |change: Change| Change { at: Location { span: 0..0, ..change.at.clone() }, ..change };
    Plan { changes: create().changes.into_iter().map(without_span).collect(), ..create() }
}

#[test]
fn a_saved_plan_is_read_as_a_plan() {
    let plan = complete();
    let text = saved::to_text(&planned(&plan), &samples::saved());
    assert_eq!(*recorded_comparison(&text).plan, plan);
    let edited = with(&text, |value| value["plans"][0]["action"] = json!("none"));
    assert_eq!(read(edited.as_bytes()), Err(ReadError::Edited));
}

#[test]
fn a_document_of_a_later_version_is_read() {
    let plan = busy();
    let text = with(&unsealed(&to_text(&plan_document(Wording::Plan, None, &[planned(&plan).into()]))), |value| {
        value["format_version"] = json!("1.7");
        value["added_later"] = json!({});
        value["plans"][0]["changes"][1]["setting"] = json!("organization.login_design.added_later");
        value["plans"][0]["findings"][0]["rule"] = json!("added-later");
    });
    let read = recorded_comparison(&text).plan;
    let change = &read.changes[1];
    assert_eq!(change.setting.path, "organization.login_design.added_later");
    assert_eq!((change.setting.name(), change.setting.group()), ("added_later", Some("organization.login_design")));
    assert_eq!(read.findings[0].rule, Rule::OtherVersion);
    assert!(read.findings[0].message.starts_with("added-later: the login text"), "{:?}", read.findings[0]);
}

#[test]
fn a_document_of_the_first_version_is_read() {
    let plan = Plan { in_sync: Vec::new(), ..create_without_spans() };
    let text = with(&unsealed(&to_text(&plan_document(Wording::Plan, None, &[planned(&plan).into()]))), |value| {
        value.as_object_mut().unwrap().remove("command");
        value["plans"][0]["changes"][0].as_object_mut().unwrap().remove("origin");
    });
    let read = recorded_comparison(&text);
    assert_eq!(read, Comparison::of(Wording::Plan, &plan));
}

#[test]
fn a_document_that_was_cut_anywhere_is_rejected() {
    let text = to_text(&plan_document(Wording::Plan, None, &[planned(&busy()).into()]));
    let text = text.trim_end();
    for length in 0..text.len() {
        assert!(matches!(read(&text.as_bytes()[..length]), Err(ReadError::Cut(_) | ReadError::Json(_))), "{length}");
    }
}

#[test]
fn an_edit_of_any_value_is_detected() {
    let text = to_text(&plan_document(Wording::Plan, None, &[planned(&complete()).into()]));
    let value: Json = serde_json::from_str(&text).unwrap();
    let mut edits = 0;
    for pointer in leaves(&value, String::new()) {
        if pointer == "/format_version" {
            continue;
        }
        let edited = with(&text, |value| *value.pointer_mut(&pointer).unwrap() = json!("edited"));
        assert_eq!(read(edited.as_bytes()), Err(ReadError::Edited), "{pointer}");
        edits += 1;
    }
    assert!(edits > 100, "{edits}");
}

/// The pointers of all values that are neither objects nor lists.
fn leaves(value: &Json, at: String) -> Vec<String> {
    let escaped = |name: &String| name.replace('~', "~0").replace('/', "~1");
    match value {
        Json::Object(members) => {
            members.iter().flat_map(|(name, value)| leaves(value, format!("{at}/{}", escaped(name)))).collect()
        }
        Json::Array(elements) => {
            elements.iter().enumerate().flat_map(|(number, value)| leaves(value, format!("{at}/{number}"))).collect()
        }
        _ => vec![at],
    }
}

#[test]
fn a_value_that_no_version_writes_is_rejected() {
    let text = unsealed(&to_text(&plan_document(Wording::Plan, None, &[planned(&busy()).into()])));
    let cases = [
        ("/plans/0/target/id", "../../etc", "id"),
        ("/plans/0/digest", "sha256:1", "digest"),
        ("/plans/0/writes/0/endpoint", "/accounts", "endpoint"),
        ("/plans/0/changes/0/setting", "organization", "setting"),
        ("/plans/0/changes/0/setting", "organization..name", "setting"),
        ("/plans/0/changes/0/setting", "organization.a.b.c.d.e", "setting"),
        ("/plans/0/changes/0/setting", "apps.name", "setting"),
    ];
    for (pointer, value, field) in cases {
        let edited = with(&text, |document| *document.pointer_mut(pointer).unwrap() = json!(value));
        assert_eq!(read(edited.as_bytes()), Err(ReadError::value(field, value)));
    }
}

#[test]
fn other_files_are_rejected_with_the_reason() {
    for (text, expected) in [
        ("", "the file was cut: it ends at line 1"),
        ("org: 1", "not a document of zerodrift: expected value at line 1 column 1"),
        ("[]", "expected the output of a command with --format json"),
        ("{\"format_version\": \"1.0\"}", "expected the output of a command with --format json"),
        ("{\"format_version\": \"2.0\", \"plans\": []}", "unsupported format_version 2.0"),
        ("{\"format_version\": \"1.0\", \"plans\": [{}]}", "missing field `manifest`"),
        ("{\"format_version\": \"1.0\", \"live\": []}", "not a snapshot"),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_results_document_reads_back_as_the_same_results() {
    let change = change("organization.session_duration", json!("12h"), json!("24h"));
    let result = crate::document::ResultEntry {
        manifest: "org.yaml".to_owned(),
        name: None,
        target: crate::document::TargetEntry::new(&samples::target(), "https://api.example"),
        outcome: crate::apply::End::Applied,
        writes: 1,
        verified: true,
        backup: None,
        changes: vec![(&change).into()],
        error: None,
    };
    let failures = vec![failure(ErrorEntry::new(FailureKind::Network, "no answer".to_owned(), Vec::new()))];
    let shard = Some(ShardEntry { index: 1, of: 2, manifests: 5, set: None });
    let text = to_text(&crate::document::results_document(shard, vec![result.clone()], failures.clone()));
    let Ok(AnyDocument::Results(results)) = read(text.as_bytes()) else { panic!("{text}") };
    assert_eq!((results.shard, &results.failures), (shard, &failures));
    let [RecordedResult { entry, target, changes }] = &results.results[..] else { panic!("{results:?}") };
    let without_span = Change { at: Location { span: 0..0, ..change.at.clone() }, ..change };
    assert_eq!((entry, target, changes), (&result, &samples::target(), &vec![without_span]));
    assert_eq!(to_text(&results.document()), text);
    for (pointer, value, field) in [
        ("/results/0/target/id", "x", "id"),
        ("/failures/0/target/id", "x", "id"),
        ("/results/0/changes/0/setting", "apps.name", "setting"),
    ] {
        let edited = with(&unsealed(&text), |document| *document.pointer_mut(pointer).unwrap() = json!(value));
        assert_eq!(read(edited.as_bytes()), Err(ReadError::value(field, value)));
    }
}

#[test]
fn a_revocation_reads_back_and_one_that_failed_is_rejected() {
    let revocation = Revocation { devices: Some(true), ..Revocation::of("kim@widget.example") };
    let document = revocation_document(&samples::target(), &revocation);
    let text = to_text(&document);
    assert_eq!(read(text.as_bytes()), Ok(AnyDocument::Revocation(document)));
    let failed = with(&text, |value| value["revoked"] = json!(false));
    assert_eq!(read(failed.as_bytes()), Err(ReadError::value("revoked", "false")));
    let elsewhere = with(&text, |value| value["target"]["id"] = json!("x"));
    assert_eq!(read(elsewhere.as_bytes()), Err(ReadError::value("id", "x")));
}

/// Three manifests: with two findings, with none, and with one finding that belongs to the first.
fn checked() -> Vec<CheckedManifest> {
    let at = Location { file: None, line: 3, column: 1, span: 0..0 };
    let findings = vec![
        Finding::new(Rule::Tab, "_base.yaml", "a tab").at(&at),
        Finding { help: None, ..Finding::new(Rule::Contrast, "a.yaml", "hard to read") },
    ];
    let manifest = |file: &str, findings, worst| CheckedManifest {
        file: file.to_owned(),
        repository_file: format!("orgs/{file}"),
        findings,
        worst,
    };
    vec![
        manifest("a.yaml", findings, Some(Severity::Error)),
        manifest("b.yaml", Vec::new(), None),
        manifest("c.yaml", Vec::new(), Some(Severity::Error)),
    ]
}

#[test]
fn a_findings_document_reads_back_as_the_same_manifests() {
    let manifests = checked();
    let text = to_text(&findings_document(&manifests));
    assert_eq!(read(text.as_bytes()), Ok(AnyDocument::Findings(manifests)));
}

#[test]
fn findings_of_the_first_version_belong_to_their_files() {
    let text = with(&to_text(&findings_document(&checked())), |value| {
        value.as_object_mut().unwrap().remove("manifests");
    });
    let Ok(AnyDocument::Findings(manifests)) = read(text.as_bytes()) else { panic!("{text}") };
    let found: Vec<_> = manifests.iter().map(|one| (one.file.as_str(), one.findings.len(), one.worst)).collect();
    assert_eq!(found, [("_base.yaml", 1, Some(Severity::Error)), ("a.yaml", 1, Some(Severity::Warning))]);
}

#[test]
fn findings_that_do_not_match_their_manifests_are_rejected() {
    for number in [1, 3, usize::MAX] {
        let text = with(&to_text(&findings_document(&checked())), |value| {
            value["manifests"][0]["findings"] = json!(number);
        });
        let error = read(text.as_bytes()).unwrap_err();
        assert!(matches!(error, ReadError::Value { field: "findings", .. }), "{number}: {error}");
    }
}

#[test]
fn a_failure_reads_back_with_what_it_is_about() {
    let finding = Finding::new(Rule::Tab, "org.yaml", "a tab");
    let error = ErrorEntry {
        findings: vec![(&finding).into()],
        ..ErrorEntry::new(FailureKind::Manifest, "org.yaml has 1 error".to_owned(), vec!["fix it".to_owned()])
    };
    let bare = RecordedFailure {
        command: None,
        file: String::new(),
        repository_file: String::new(),
        target: None,
        kind: FailureKind::Manifest,
        message: "org.yaml has 1 error".to_owned(),
        hints: vec!["fix it".to_owned()],
        findings: vec![finding],
    };
    let first = error_document(error);
    assert_eq!(read(to_text(&first).as_bytes()), Ok(AnyDocument::Error(bare.clone())));
    let document = ErrorDocument {
        command: Some("plan".to_owned()),
        manifest: Some("org.yaml".to_owned()),
        repository_path: Some("teams/org.yaml".to_owned()),
        target: Some((&samples::target()).into()),
        ..first
    };
    let failure = RecordedFailure {
        command: Some("plan".to_owned()),
        file: "org.yaml".to_owned(),
        repository_file: "teams/org.yaml".to_owned(),
        target: Some(samples::target()),
        ..bare
    };
    assert_eq!(read(to_text(&document).as_bytes()), Ok(AnyDocument::Error(failure)));
    let other = with(&to_text(&document), |value| value["error"]["kind"] = json!("added_later"));
    let Ok(AnyDocument::Error(failure)) = read(other.as_bytes()) else { panic!("{other}") };
    assert_eq!(failure.kind, FailureKind::OtherVersion);
    let wrong = with(&to_text(&document), |value| value["target"]["id"] = json!("../.."));
    assert_eq!(read(wrong.as_bytes()), Err(ReadError::value("id", "../..")));
}

/// The text of a snapshot with a value that JSON libraries cannot represent.
fn snapshot_text() -> String {
    let nested = format!("{}1e400{}", "[".repeat(200), "]".repeat(200));
    format!(
        "{{\"format_version\": \"1.3\", \"zerodrift\": \"0.9.0\", \"kept_at\": \"2026-11-20T14:03:00Z\", \"later\": 1,
        \"target\": {{\"scope\": \"account\", \"id\": \"{}\", \"api\": \"https://api.example\"}},
        \"live\": {{\"organization\": {{\"name\": \"Widget\", \"future\": {nested}}}, \"doh\": null}}}}",
        samples::target().id
    )
}

#[test]
fn a_snapshot_keeps_every_value_and_the_fields_of_a_backup() {
    let text = snapshot_text();
    let Ok(AnyDocument::Snapshot(read_back)) = read(text.as_bytes()) else { panic!("{text}") };
    assert_eq!(read_back.target, samples::target());
    let shown = read_back.to_text();
    let without_space = |text: &str| text.split_whitespace().collect::<String>();
    assert!(without_space(&shown).contains(&without_space("\"kept_at\": \"2026-11-20T14:03:00Z\"")), "{shown}");
    assert!(without_space(&shown).contains(&format!("{}1e400", "[".repeat(200))), "{shown}");
    assert_eq!(read(shown.as_bytes()), Ok(AnyDocument::Snapshot(read_back)));
}

#[test]
fn a_snapshot_without_an_organization_or_with_a_wrong_field_is_rejected() {
    for (from, to, expected) in [
        ("\"target\"", "\"other\"", "not a snapshot: missing `target`"),
        ("2026-11-20T14:03:00Z", "yesterday", "kept_at has the invalid value yesterday"),
        ("\"later\": 1", "\"digest\": \"sha256:1\"", "digest has the invalid value sha256:1"),
        ("\"kept_at\": \"2026-11-20T14:03:00Z\"", "\"kept_at\": 3", "invalid type: integer `3`"),
    ] {
        let text = snapshot_text();
        assert!(text.contains(from), "{from}");
        let error = read(text.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{from}: {error}");
    }
}
