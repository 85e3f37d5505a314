//! `--who`: who last wrote the live values that differ, from the audit log of the account.

use serde_json::{Value as Json, json};
use zerodrift::sandbox::State;

use crate::harness::TestEnv;
use crate::server::Api;

/// Long enough for the sandbox's clock, which starts in the past.
const WHO: &str = "--who --since 87600h";

/// An account under a personality, whose example has a guarded change too.
fn api(switches: &str) -> Api {
    let personality = switches.parse().unwrap();
    Api::of(State { personality, ..zerodrift::sandbox::seeded() })
}

/// The first plan of a document, without attributions and notes about the audit log, and without the time in its digest.
fn without_who(document: &Json) -> Json {
    let mut plan = document["plans"][0].clone();
    for change in plan["changes"].as_array_mut().unwrap() {
        change.as_object_mut().unwrap().remove("attribution");
    }
    plan["findings"]
        .as_array_mut()
        .unwrap()
        .retain(|finding| !finding["rule"].as_str().unwrap().starts_with("audit-log"));
    plan["digest"] = Json::Null;
    plan
}

/// Replaces dates and times of day.
fn without_times(text: &str) -> String {
    let is_made_of = |word: &str, mark: char| word.chars().all(|c| c.is_ascii_digit() || c == mark);
    let hole = |word: &str| match word.len() {
        10 if is_made_of(word, '-') => "[DATE]".to_owned(),
        5 if is_made_of(word, ':') => "[TIME]".to_owned(),
        _ => word.to_owned(),
    };
    text.lines().map(|line| line.split(' ').map(hole).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

/// Calls in alphabetical order, because reads are sent at once.
fn sorted(calls: &[String]) -> Vec<String> {
    let mut calls = calls.to_vec();
    calls.sort();
    calls
}

/// The rules of the notes about the audit log.
fn notes(document: &Json) -> Vec<&str> {
    let findings = document["plans"][0]["findings"].as_array().unwrap();
    let rules = findings.iter().map(|finding| finding["rule"].as_str().unwrap());
    rules.filter(|rule| rule.starts_with("audit-log")).collect()
}

#[test]
fn two_edits_in_the_dashboard_and_an_apply_are_told_apart() {
    let env = TestEnv::with_example();
    let _ = env.run("apply --sandbox=state.json --auto-approve").exits(0);
    let edit = |setting: &str, email: &str| env.run(&format!("sandbox edit --state state.json {setting} --as {email}"));
    let _ = edit("session_duration=8h", "alice@example.com").exits(0);
    let _ = edit("login_design.background_color=#102030", "bob@example.com").exits(0);
    env.write(
        "org.yaml",
        &env.read("org.yaml")
            .replace("user_seat_expiration_inactive_time: 1460h", "user_seat_expiration_inactive_time: 2190h"),
    );
    let drift = env.run("drift --sandbox=state.json --who").exits(2);
    let lines: Vec<_> = drift.stdout.lines().take_while(|line| !line.starts_with("Kept by")).collect();
    insta::assert_snapshot!(without_times(&lines.join("\n")));
    let _ = env.run("plan --sandbox=state.json").exits(0);
}

#[test]
fn who_costs_one_request_and_nothing_else_changes() {
    let api = api("");
    let env = api.env();
    let plain = env.run("drift --format json").exits(2);
    let reads = sorted(&api.calls());
    let who = env.run(&format!("drift --format json {WHO}")).exits(2);
    let with_who = api.calls()[reads.len()..].to_vec();
    assert_eq!(with_who.last().map(String::as_str), Some("GET audit"));
    assert_eq!(sorted(&with_who[..with_who.len() - 1]), reads);
    assert_eq!(without_who(&who.json()), without_who(&plain.json()));
    assert_eq!(plain.json()["plans"][0]["changes"][0].get("attribution"), None);
    let first = &who.json()["plans"][0]["changes"][0]["attribution"];
    assert_eq!(first["actor"], "sam@widget.example");
    assert_eq!((&first["confidence"], &first["means"]), (&"setting".into(), &"dashboard".into()));
}

#[test]
fn a_plan_in_sync_does_not_read_the_log() {
    let api = api("");
    let env = api.env();
    let _ = env.run("apply --auto-approve").exits(0);
    let before = api.calls().len();
    let _ = env.run(&format!("plan {WHO}")).exits(0);
    assert!(!api.calls()[before..].contains(&"GET audit".to_owned()));
}

#[test]
fn a_log_that_cannot_be_read_is_a_note_and_the_exit_code_is_unchanged() {
    let cases = [
        ("audit_log=refused", "", "audit-log-unreadable"),
        ("audit_log=not_found", "", "audit-log-unreadable"),
        ("audit_log=empty", "", "audit-log-empty"),
        ("", "GET/audit_log:not-json", "audit-log-unreadable"),
        // A list, but not of entries.
        ("", "GET/audit_log:wrong-type", "audit-log-empty"),
        ("", "GET/audit_log:html", "audit-log-unreadable"),
        ("", "GET/audit_log:429+9999", "audit-log-unreadable"),
    ];
    for (switches, fault, rule) in cases {
        let api = api(switches);
        let env = api.env();
        let plain = env.run("drift --format json").exits(2).json();
        api.change(|state| {
            state.faults =
                Some(fault).filter(|fault| !fault.is_empty()).map(|fault| fault.parse().unwrap()).into_iter().collect()
        });
        let who = env.run(&format!("drift --format json {WHO}")).exits(2).json();
        assert_eq!(notes(&who), [rule], "{switches} {fault}");
        assert_eq!(without_who(&who), without_who(&plain), "{switches} {fault}");
        let exit = env.run(&format!("plan --detailed-exitcode {WHO}")).code;
        assert_eq!(exit, Some(2), "{switches} {fault}");
    }
    let refused = api("audit_log=refused");
    let _ = refused.env().run(&format!("plan {WHO}")).exits(0).shows(&[
        "note[audit-log-unreadable]: cannot read the audit log",
        "help: give the token the account permission \"Account Settings Read\"",
    ]);
}

/// A folder whose sandbox has a write by Carol directly before the next write, and the example.
fn with_a_concurrent_write() -> TestEnv {
    let env = TestEnv::with_example();
    let mut state: Json = serde_json::from_str(&env.seed()).unwrap();
    state["hostile"]["concurrent"] = json!({"when": "before", "patch": {"session_duration": "7h"}});
    env.write("state.json", &state.to_string());
    env
}

#[test]
fn apply_warns_about_a_write_by_somebody_else_directly_before_its_own() {
    let plain = with_a_concurrent_write().run("apply --sandbox=state.json --auto-approve").exits(0);
    for quiet in ["", " --quiet"] {
        let env = with_a_concurrent_write();
        let apply = env.run(&format!("apply --sandbox=state.json --auto-approve --who{quiet}")).exits(0);
        assert_eq!(apply.code, plain.code);
        let warning = apply.stderr.split_once("warning: ").map(|(_, rest)| format!("warning: {rest}"));
        insta::allow_duplicates! {
            insta::assert_snapshot!(without_times(&warning.unwrap_or_default()), @r"
            warning: others wrote account 699d98642c564d2e855e9661899b7252 during this apply:
              carol@widget.example in the dashboard, [DATE] [TIME] UTC (wrote the object; the log does not show which settings)
              hint: ask them what they changed, because this apply may have overwritten it
            ");
        }
        let again = env.run(&format!("drift --sandbox=state.json{quiet}")).exits(0);
        assert!(!again.to_string().contains("carol"), "no read shows the lost write: {again}");
    }
    assert!(!plain.to_string().contains("carol"), "{plain}");
}

#[test]
fn apply_does_not_warn_about_its_own_writes_or_earlier_ones() {
    let env = TestEnv::with_example();
    let _ = env.run("sandbox edit --state state.json session_duration=8h --as alice@example.com").exits(0);
    let apply = env.run("apply --sandbox=state.json --auto-approve --who").exits(0);
    assert!(!apply.stderr.contains("deploy@") && !apply.stderr.contains("note: "), "{apply}");
}

#[test]
fn a_log_that_cannot_be_read_changes_neither_an_apply_nor_its_exit_code() {
    let plain = api("").env().run("apply --auto-approve").exits(0);
    let cases = [
        ("audit_log=refused", "", "hint: give the token the account permission \"Account Settings Read\""),
        ("audit_log=empty", "", "the audit log does not show this apply yet"),
        ("", "GET/audit_log:not-json", "GET /accounts/"),
        ("", "GET/audit_log:429+9999", "GET /accounts/"),
    ];
    for (switches, fault, note) in cases {
        let api = api(switches);
        api.change(|state| state.faults.extend((!fault.is_empty()).then(|| fault.parse().unwrap())));
        let apply = api.env().run("apply --auto-approve --who").exits(0);
        assert_eq!(apply.stdout, plain.stdout, "{switches} {fault}");
        let expected =
            "note: cannot tell whether others wrote account 699d98642c564d2e855e9661899b7252 during this apply: ";
        assert!(apply.stderr.contains(expected) && apply.stderr.contains(note), "{switches} {fault}: {apply}");
        assert_eq!(api.calls().iter().filter(|call| *call == "GET audit").count(), 1, "{switches} {fault}");
    }
}

#[test]
fn apply_reads_the_log_only_with_who_and_after_a_write() {
    let api = api("");
    let env = api.env();
    let _ = env.run("apply --auto-approve").exits(0);
    let _ = env.run("apply --auto-approve --who").exits(0);
    assert!(!api.calls().contains(&"GET audit".to_owned()), "{:?}", api.calls());
    // Refused by the read directly before the write.
    env.replace("org.yaml", "session_duration: 24h", "session_duration: 8h");
    let _ = env.run("apply --auto-approve --who --strict-unknown").exits(3);
    assert!(!api.calls().contains(&"GET audit".to_owned()), "{:?}", api.calls());
}

#[test]
fn an_apply_says_why_it_cannot_tell_whether_others_wrote() {
    let unsure = |scope: &str| {
        format!("note: cannot tell whether others wrote {scope} 699d98642c564d2e855e9661899b7252 during this apply: ")
    };
    let noisy = api("audit_noise=many");
    let _ = noisy
        .env()
        .run("apply --auto-approve --who")
        .exits(0)
        .says(&[&unsure("account"), "only the newest 1000 entries of the audit log were read"]);
    let api = api("");
    let env = api.env();
    env.write("org.yaml", "zone_id: 699d98642c564d2e855e9661899b7252\norganization:\n  name: Other\n");
    let _ = env.run("apply --auto-approve --who").exits(0).says(&[&unsure("zone"), "only accounts have an audit log"]);
    assert!(!api.calls().contains(&"GET audit".to_owned()), "{:?}", api.calls());
}

#[test]
fn doctor_names_the_permission_that_the_log_needs() {
    let _ = api("audit_log=refused").env().run("doctor").exits(0).shows(&[
        "warn log the audit log cannot be read",
        "fix: give the token the account permission \"Account Settings Read\"",
        "fix: ignore this if you do not use --who",
    ]);
}

#[test]
fn an_attempt_without_an_answer_is_not_called_a_write_by_others() {
    let env = TestEnv::with_example();
    let mut state: Json = serde_json::from_str(&env.seed()).unwrap();
    state["faults"] = json!(["PUT/organization:reset-after"]);
    env.write("state.json", &state.to_string());
    let apply = env.run("apply --sandbox=state.json --auto-approve --who").exits(0);
    assert!(!apply.stderr.contains("warning: others wrote"), "{apply}");
    assert!(apply.stderr.contains("may be an attempt of this apply that had no answer"), "{apply}");
}

#[test]
fn the_pages_are_bounded_and_a_cut_search_is_a_note() {
    let api = api("audit_noise=many");
    let env = api.env();
    let who = env.run(&format!("drift --format json {WHO}")).exits(2).json();
    assert_eq!(notes(&who), ["audit-log-incomplete"]);
    assert_eq!(api.calls().iter().filter(|call| *call == "GET audit").count(), 10);
}

#[test]
fn every_form_of_the_log_names_the_same_people() {
    let names = |switches: &str| {
        let document = api(switches).env().run(&format!("drift --format json {WHO}")).exits(2).json();
        let changes = document["plans"][0]["changes"].as_array().unwrap().clone();
        changes.iter().map(|change| change["attribution"]["actor"].clone()).collect::<Vec<_>>()
    };
    let expected = names("");
    assert!(expected.contains(&"lena@widget.example".into()), "{expected:?}");
    for switches in ["audit_payload=text", "audit_noise=others", "audit_cursor=flat"] {
        assert_eq!(names(switches), expected, "{switches}");
    }
    let opaque = names("audit_payload=missing");
    assert!(opaque.iter().all(|name| name == "lena@widget.example"), "the last write of the object: {opaque:?}");
}

#[test]
fn a_zone_has_no_log_and_a_snapshot_needs_none() {
    let api = api("");
    let env = api.env();
    env.write("zone.yaml", "zone_id: 699d98642c564d2e855e9661899b7252\norganization:\n  name: Other\n");
    let zone = env.run(&format!("drift zone.yaml --format json {WHO}")).exits(2).json();
    assert_eq!(notes(&zone), ["audit-log-unreadable"]);
    assert_eq!(api.calls(), ["GET organizations"]);
    let _ = env.run("plan --live live.json --who").exits(64).says(&["--live", "cannot be used with", "--who"]);
    let _ = env.run("plan --since 24h").exits(64).says(&["--who"]);
}

#[test]
fn actors_are_shown_only_with_who() {
    let env = TestEnv::with_example();
    let _ = env.run("sandbox edit --state state.json session_duration=8h --as personal@example.com").exits(0);
    for arguments in
        ["plan", "drift", "plan --format json", "drift --format markdown", "apply --auto-approve", "plan -vvv"]
    {
        let output = env.run(&format!("{arguments} --sandbox=state.json"));
        assert!(!output.to_string().contains("personal@"), "{arguments}: {output}");
    }
    let _ = env.run("sandbox edit --state state.json session_duration=8h --as personal@example.com").exits(0);
    assert!(env.run("drift --sandbox=state.json --who").stdout.contains("personal@example.com"));
}
