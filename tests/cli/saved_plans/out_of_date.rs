//! A saved plan is refused if it expired, was edited, or no longer matches the live state or the manifest.

use super::{APPLY_FILE, longer_sessions, manifest, refused, run, save, set_live};
use crate::harness::ACCOUNT;
use serde_json::{Value as Json, json};

#[test]
fn an_applied_plan_is_out_of_date_after_another_live_change() {
    let env = longer_sessions();
    save(&env);
    run(&env, APPLY_FILE).exits(0);
    set_live(&env, "name", json!("Gadget"));
    refused(&env, "").says(&["organization.name: planned with"]);
}

#[test]
fn every_changed_live_setting_is_named_with_both_values() {
    let env = longer_sessions();
    save(&env);
    set_live(&env, "session_duration", json!("36h"));
    set_live(&env, "name", json!("Gadget\u{1b}[2J"));
    set_live(&env, "next_month", json!({"a": 1}));
    let complaint = refused(&env, "").stderr;
    let (_, complaint) = complaint.split_once("error: ").unwrap();
    insta::assert_snapshot!(complaint, @r#"
    nothing was written: plan.json is out of date
      organization.name: planned with "Widget Corps Internal Applications"; the live state now has
          "Gadget\u001b[2J"
      organization.next_month: planned with no value; the live state now has {"a":1}
      organization.session_duration: planned with "12h"; the live state now has "36h"
      hint: make a new plan of the same manifests with --out plan.json, and have it reviewed
    "#);
}

#[test]
fn another_spelling_and_volatile_fields_do_not_invalidate_a_plan() {
    let env = longer_sessions();
    save(&env);
    set_live(&env, "session_duration", json!("720m"));
    set_live(&env, "updated_at", json!("2031-01-01T00:00:00Z"));
    run(&env, APPLY_FILE).exits(0);
}

#[test]
fn an_edited_plan_is_refused_unless_only_its_layout_changed() {
    let env = longer_sessions();
    save(&env);
    let whole = env.read("plan.json");
    for (saved, edited) in
        [("\"24h\"", "\"25h\""), ("\"expires_at\": \"2", "\"expires_at\": \"3"), ("\"column\": 21", "\"column\": 22")]
    {
        assert!(whole.contains(saved), "{saved}");
        env.write("plan.json", &whole.replacen(saved, edited, 1));
        refused(&env, "").says(&["edited after it was saved: the checksum does not match"]);
    }
    env.write("plan.json", &serde_json::from_str::<Json>(&whole).unwrap().to_string());
    run(&env, APPLY_FILE).exits(0);
}

#[test]
fn a_file_that_is_not_a_saved_plan_is_refused_with_the_reason() {
    let env = longer_sessions();
    let printed = run(&env, "plan --format json").document;
    for (text, reason) in [
        (printed.as_str(), "which adds no checksum; save a plan with `plan --out`"),
        ("{", "not a saved plan: EOF"),
        ("{}", "missing `format_version`"),
        (r#"{"format_version": "2.0"}"#, "unsupported format_version 2.0"),
        (r#"{"format_version": "1.0", "live": {}}"#, "missing `plans`"),
    ] {
        env.write("plan.json", text);
        refused(&env, "").says(&[reason]);
    }
    std::fs::remove_file(env.path("plan.json")).unwrap();
    run(&env, APPLY_FILE).exits(1);
}

#[test]
fn an_expired_plan_is_refused_before_any_request() {
    let env = longer_sessions();
    run(&env, "plan --out plan.json --expires-in 1ns").exits(0);
    let complaint = refused(&env, "").says(&["expired at "]);
    assert!(!complaint.stderr.contains("sandbox:"), "{complaint}");
}

#[test]
fn a_changed_manifest_is_refused_and_its_changed_settings_are_named() {
    let env = longer_sessions();
    save(&env);
    env.write("org.yaml", &manifest("session_duration: 48h\n  name: null"));
    refused(&env, "").says(&["org.yaml changed after the plan was made and now has errors"]);

    env.write("org.yaml", &manifest("session_duration: 48h\n  name: Gadget"));
    refused(&env, "").says(&[
        "organization.session_duration: planned with \"24h\"; the file now has \"48h\"",
        "organization.name: planned with no value; the file now has \"Gadget\"",
    ]);

    env.write("org.yaml", &format!("account_id: {ACCOUNT} # ours\norganization:\n  session_duration: 24h\n"));
    let comment = refused(&env, "");
    let comment = comment.says(&["org.yaml changed after the plan was made, but only in comments, layout or consents"]);
    assert!(!comment.stderr.contains("the file now has"), "{comment}");
}
