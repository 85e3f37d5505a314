use super::*;
use serde_json::json;

fn parse(json: &Json) -> Result<Snapshot, SnapshotError> {
    Snapshot::parse(json.to_string().as_bytes())
}

#[test]
fn a_written_snapshot_reads_back_equal() {
    let fields = json!({"name": "Widget", "quota": 1.10});
    let organization = Slot::Present(Document::new(Endpoint::Organization, fields.as_object().unwrap().clone()));
    let snapshot = Snapshot {
        target: Some(Target::account("699d98642c564d2e855e9661899b7252").unwrap()),
        api: "http://127.0.0.1:1/client/v4".to_owned(),
        live: Live { organization, doh: Slot::Absent },
    };
    assert_eq!(Snapshot::parse(snapshot.to_text(Map::new()).as_bytes()), Ok(snapshot));
}

#[test]
fn an_answer_saved_with_curl_is_a_snapshot_of_the_organization() {
    let snapshot = parse(&json!({"success": true, "errors": [], "result": {"name": "Widget"}})).unwrap();
    assert_eq!(snapshot.target, None);
    assert!(snapshot.live.document(Endpoint::Organization).is_some());
    assert_eq!(snapshot.live.doh, Slot::NotRead);
}

#[test]
fn anything_else_is_refused_with_a_reason() {
    for (document, reason) in [
        (json!([]), "expected an object"),
        (json!({}), "missing `format_version`"),
        (json!({"format_version": "2.0"}), "unsupported format_version 2.0"),
        (json!({"format_version": "2\u{1b}[2J"}), r"unsupported format_version 2\u{1b}[2J"),
        (json!({"format_version": "1.0"}), "missing `live`"),
        (json!({"format_version": "1.0", "live": {"organization": 1}}), "organization and doh must be objects or null"),
        (
            json!({"format_version": "1.0", "live": {}, "target": {"scope": "account", "id": "x"}}),
            "the target has no valid scope and id",
        ),
    ] {
        let error = parse(&document).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    assert!(Snapshot::parse(b"<html>").unwrap_err().to_string().starts_with("not JSON"));
}
