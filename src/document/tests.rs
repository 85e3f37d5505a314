use serde_json::{Value as Json, json};

use super::*;
use crate::apply::{Backups, PreImage};
use crate::ending::FailureKind;
use crate::live::{Live, Slot, Snapshot};
use crate::plan::tests::samples::{busy, in_sync, live, planned, target};
use crate::settings::Endpoint;

pub(super) fn failure(error: ErrorEntry) -> FailureEntry {
    let target = TargetEntry::new(&target(), "https://api.cloudflare.com/client/v4");
    FailureEntry { manifest: "other.yaml".to_owned(), repository_path: None, target: Some(target), error }
}

#[test]
fn the_plan_document_has_the_fields_of_the_contract_in_order() {
    let document: Json =
        serde_json::from_str(&to_text(&plan_document(Wording::Plan, None, &[planned(&busy()).into()]))).unwrap();
    let keys = |value: &Json| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&document), ["format_version", "zerodrift", "command", "plans", "digest", "summary", "seal"]);
    let plan = &document["plans"][0];
    assert_eq!(
        keys(plan),
        ["manifest", "target", "action", "changes", "unmanaged", "writes", "findings", "live_sha256", "digest"]
    );
    assert_eq!(keys(&plan["changes"][0]), ["setting", "op", "before", "after", "line", "column", "guard", "origin"]);
    assert_eq!(keys(&plan["changes"][6]["guard"]), ["reason", "check_first", "allowed_by"]);
    assert_eq!(plan["changes"][1]["guard"], Json::Null);
    assert_eq!(plan["changes"][6]["guard"]["allowed_by"], json!("manifest"));
    assert_eq!(plan["writes"][0], json!({"method": "PUT", "endpoint": target().path(Endpoint::Organization)}));
    assert_eq!(
        plan["findings"][0],
        json!({
            "rule": "contrast", "severity": "warning",
            "message": "the login text is hard to read: contrast 1.3, body text wants 4.5",
            "file": "org.yaml", "line": 12, "column": 17, "help": "choose a darker text_color",
        })
    );
}

#[test]
fn the_summary_counts_plans() {
    let document = plan_document(
        Wording::Plan,
        None,
        &[
            planned(&busy()).into(),
            failure(ErrorEntry::new(FailureKind::Network, "no connection".to_owned(), Vec::new())).into(),
            planned(&in_sync()).into(),
            planned(&in_sync()).into(),
        ],
    );
    assert_eq!(document.summary, PlanSummary { in_sync: 2, changed: 1, failed: 1, unconsented: 1, origins: None });
}

#[test]
fn a_saved_plan_reads_back_equal_and_ignores_unknown_fields() {
    let document = plan_document(Wording::Plan, None, &[planned(&busy()).into()]);
    let mut value: Json = serde_json::from_str(&to_text(&document)).unwrap();
    value["added_in_1_1"] = json!(true);
    value["plans"][0]["changes"][0]["added_in_1_1"] = json!(true);
    assert_eq!(serde_json::from_value::<PlanDocument>(value).unwrap(), document);
}

#[test]
fn a_snapshot_reads_back_equal_with_every_digit() {
    let number: Json = serde_json::from_str("12345678901234567890.12300").unwrap();
    let live = live(json!({"name": "Widget", "future": number}), None);
    let snapshot = Snapshot { target: Some(target()), api: "https://api.example".to_owned(), live };
    let text = snapshot_text(&snapshot);
    assert!(text.contains("12345678901234567890.12300"));
    assert_eq!(Snapshot::parse(text.as_bytes()), Ok(snapshot));
}

#[test]
fn snapshots_and_backups_are_snapshot_documents() {
    let live = Live { doh: Slot::Absent, ..live(json!({"name": "Widget", "login_design": {}}), None) };
    let folder = tempfile::tempdir().unwrap();
    let image = PreImage { plan: &busy(), live: &live };
    let backup = Backups::in_folder(folder.path().join("backups")).keep(&image, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let snapshot = Snapshot { target: Some(target()), api: "https://api.example".to_owned(), live };
    for (text, is_backup) in [(snapshot_text(&snapshot), false), (std::fs::read_to_string(backup).unwrap(), true)] {
        let value: Json = serde_json::from_str(&text).unwrap();
        let document: SnapshotDocument = serde_json::from_str(&text).unwrap();
        assert_eq!(json!(document), value);
        assert_eq!((document.kept_at.is_some(), document.digest.is_some()), (is_backup, is_backup));
    }
}

#[test]
fn control_characters_are_escaped_and_read_back_equal() {
    let value = json!({"a\u{9b}": "\u{1b}[31m\u{7f}\u{85}\u{2028}\u{202e}\u{200b}\u{e0041}", "b": "Grüße 🎉"});
    let text = to_text(&value);
    assert!(text.contains(r"\u001b[31m\u007f\u0085\u2028\u202e\u200b\udb40\udc41"), "{text}");
    assert!(text.contains("Grüße 🎉"));
    assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), value);
}

proptest::proptest! {
    #[test]
    fn every_text_reads_back_equal(text in proptest::prelude::any::<String>()) {
        proptest::prop_assert_eq!(serde_json::from_str::<String>(&to_text(&text)).unwrap(), text);
    }
}
