//! The state file: created, edited while in use, invalid, and written atomically.

use std::path::{Path, PathBuf};

use super::*;

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    (folder, path)
}

fn instance(path: &Path) -> Instance {
    Store::open(path).unwrap().try_into().unwrap()
}

fn read(instance: &Instance) -> Json {
    let answer = instance.handle(&call("GET", &organizations(), None)).unwrap();
    serde_json::from_slice(answer.http.body()).unwrap()
}

fn write(instance: &Instance, field: &str, value: Json) -> u16 {
    let mut body = read(instance)["result"].clone();
    body[field] = value;
    instance.handle(&call("PUT", &organizations(), Some(&body))).unwrap().http.status().as_u16()
}

#[test]
fn a_missing_file_is_created_with_the_seeded_state() {
    let (_folder, path) = folder();
    let store = Store::open(&path).unwrap();
    let state = store.load().unwrap();
    assert_eq!(State { audit_log: seeded().audit_log, ..state.clone() }, seeded());
    let last: jiff::Timestamp = state.audit_log.last().unwrap().time.parse().unwrap();
    let age = jiff::Timestamp::now().duration_since(last).as_hours();
    assert!((89..=90).contains(&age), "the log ends before the present, not before the start of the clock: {age} h");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("{\n  \"sandbox\": 1,\n"), "the file is readable");
}

#[test]
fn a_state_reads_back_as_written() {
    let (_folder, path) = folder();
    let state = State {
        target: Some(crate::settings::Target::zone(ACCOUNT).unwrap()),
        tokens: Tokens::Listed(vec![Grant {
            token: "sesame".to_owned(),
            email: None,
            permission: Permission::Read,
            owner: Owner::Account,
            status: TokenStatus::Disabled,
        }]),
        account: Account { dashboard_sso: true, strict_service_tokens: true, key_rotation_days: Some(21) },
        personality: Personality::nth(3),
        faults: vec!["PUT:reset-after@2".parse().unwrap()],
        hostile: Hostile {
            concurrent: Some(Concurrent { when: Moment::After, patch: json!({"name": null}) }),
            ..Hostile::default()
        },
        stale: [("doh".to_owned(), StaleDocument { document: None, reads: 2 })].into(),
        clock: 12,
        accounts: [(format!("zones/{OTHER}"), seeded().first())].into(),
        initial: Some(Box::new(State::with_organization(json!({"huge": 1e300})).first())),
        ..State::with_organization(json!({"huge": 123456789012345678901234567890_f64}))
    };
    let store = Store::open_or(&path, || state.clone()).unwrap();
    assert_eq!(store.load().unwrap(), state);
}

#[test]
fn the_file_keeps_all_digits_of_an_unknown_number() {
    let (_folder, path) = folder();
    std::fs::write(&path, r#"{"sandbox": 1, "organization": {"huge": 123456789012345678901234567890.10}}"#).unwrap();
    let instance = instance(&path);
    assert_eq!(read(&instance)["result"]["huge"].to_string(), "123456789012345678901234567890.10");
    assert!(std::fs::read_to_string(&path).unwrap().contains("123456789012345678901234567890.10"));
}

#[test]
fn everything_but_the_version_may_be_omitted() {
    let (_folder, path) = folder();
    std::fs::write(&path, r#"{"sandbox": 1}"#).unwrap();
    assert_eq!(Store::open(&path).unwrap().load().unwrap(), State::default());
}

#[test]
fn the_state_persists_between_instances() {
    let (_folder, path) = folder();
    assert_eq!(write(&instance(&path), "session_duration", json!("36h")), 200);
    assert_eq!(read(&instance(&path))["result"]["session_duration"], "36h");
}

#[test]
fn an_edit_of_the_file_applies_to_the_next_request() {
    let (_folder, path) = folder();
    let instance = instance(&path);
    assert_eq!(read(&instance)["result"]["name"], "Widget Corps Internal Applications");
    let edited = std::fs::read_to_string(&path).unwrap().replace("Widget Corps Internal Applications", "Gadget Corps");
    std::fs::write(&path, edited).unwrap();
    assert_eq!(read(&instance)["result"]["name"], "Gadget Corps");
    assert_eq!(write(&instance, "session_duration", json!("36h")), 200);
    assert_eq!(read(&instance)["result"]["name"], "Gadget Corps", "a write does not undo an edit");
}

#[test]
fn reading_does_not_change_the_file() {
    let (_folder, path) = folder();
    let instance = instance(&path);
    read(&instance);
    let adopted = std::fs::read(&path).unwrap();
    let mut loose = adopted.clone();
    loose.extend(b"\n\n");
    std::fs::write(&path, &loose).unwrap();
    read(&instance);
    assert_eq!(std::fs::read(&path).unwrap(), loose);
}

#[test]
fn an_invalid_file_is_reported_with_line_and_column_and_kept() {
    for (text, reason) in [
        ("{\n  \"sandbox\": 1,\n  \"clock\": x\n}", "line 3, column 12: expected value"),
        ("", "line 1, column 0: EOF"),
        ("{\"sandbox\": 2}", "state version 2 is not supported"),
        ("{}", "missing field `sandbox`"),
        ("{\"sandbox\": 1, \"orgnization\": {}}", "unknown field `orgnization`"),
        ("{\"sandbox\": 1, \"target\": {\"scope\": \"account\", \"id\": \"x\"}}", "32 hexadecimal digits"),
        ("{\"sandbox\": 1, \"accounts\": {\"accounts/x\": {}}}", "expected accounts/ID or zones/ID"),
        ("{\"sandbox\": 1, \"tokens\": \"some\"}", "tokens must be \"any\" or a list"),
        ("{\"sandbox\": 1, \"faults\": [\"PUT:hangg\"]}", "did you mean \"hang\"?"),
        ("{\"sandbox\": 1, \"personality\": {\"put\": \"swap\"}}", "unknown variant `swap`"),
    ] {
        let (_folder, path) = folder();
        std::fs::write(&path, text).unwrap();
        let error = Store::open(&path).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        assert!(error.contains("state.json: line "), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_file_that_becomes_invalid_while_in_use_is_reported_and_kept() {
    let (_folder, path) = folder();
    let instance = instance(&path);
    std::fs::write(&path, "{").unwrap();
    let error = instance.handle(&call("GET", &organizations(), None)).unwrap_err();
    assert!(matches!(error, StoreError::Invalid { .. }));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{");
}

#[test]
fn readers_never_see_a_partial_file() {
    let (folder, path) = folder();
    let instance = instance(&path);
    let reader = instance.clone();
    let store = Store::open(&path).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for n in 1..40 {
                reader.change(|state| state.clock = n).unwrap();
            }
        });
        for _ in 0..200 {
            store.load().unwrap();
        }
    });
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["state.json"], "no temporary files remain");
}

#[cfg(unix)]
#[test]
fn a_failed_write_keeps_the_old_file() {
    let (folder, path) = folder();
    let store = Store::open(&path).unwrap();
    let before = store.load().unwrap();
    let gone = folder.path().join("gone").join("state.json");
    let error = Store::open(&gone).unwrap_err().to_string();
    assert!(error.starts_with("cannot write the sandbox state"), "{error}");
    assert_eq!(store.load().unwrap(), before);
}

#[test]
fn overrides_are_not_written_to_the_file() {
    let (_folder, path) = folder();
    let store = Store::open(&path).unwrap();
    let faults = vec!["GET:503".parse().unwrap(), "PUT:409".parse().unwrap()];
    let instance =
        Instance::try_from(store.clone()).unwrap().with_overrides(Some("durations=rewritten".parse().unwrap()), faults);
    let get = || instance.handle(&call("GET", &organizations(), None)).unwrap();
    assert_eq!(get().http.status(), 503);
    assert_eq!(read(&instance)["result"]["session_duration"], "12h0m0s");
    assert_eq!(write(&instance, "name", json!("Gadget")), 409);
    assert_eq!(write(&instance, "name", json!("Gadget")), 200);
    let kept = store.load().unwrap();
    assert_eq!((kept.personality, kept.faults), (Personality::default(), Vec::new()));
    assert_eq!(kept.organization.unwrap()["name"], "Gadget");
}
