//! The program against a hostile server that is not the sandbox: creations over an existing organization, writes that are
//! refused but stored or stored late, concurrent writes, and two applies at once.

mod server;

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use server::{ACCOUNT, Answer, Attack, Memory, not_enabled, refusal, result};

fn creation(lines: &str) -> String {
    format!("account_id: {ACCOUNT}\norganization:\n  name: Ours\n  auth_domain: ours.cloudflareaccess.com\n{lines}")
}

fn update() -> String {
    format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 24h\n")
}

fn theirs() -> Json {
    json!({
        "name": "Theirs", "auth_domain": "theirs.cloudflareaccess.com", "session_duration": "12h",
        "deny_unmatched_requests": true, "created_at": "2024-03-11T09:12:45Z", "updated_at": "2024-03-11T09:12:45Z",
        "ai_beta": {"limit": 3},
    })
}

/// An API that behaves as documented.
fn documented(memory: &mut Memory, method: &str, body: &Json) -> Answer {
    match method {
        "GET" => memory.read(),
        _ => memory.replace(body),
    }
}

/// The run must end with exit code 4, and its hints must name the next step.
fn assert_conflict(attack: &Attack, code: i32, entry: &Json, known: &str) {
    assert_eq!((code, &entry["outcome"], &entry["verified"]), (4, &json!("conflict"), &json!(false)), "{entry:#}");
    assert_eq!(entry["error"]["exit_code"], 4);
    let hints = entry["error"]["hints"].to_string();
    assert!(hints.contains("zerodrift plan") || hints.contains("run apply again"), "{entry:#}");
    let line = attack.audit();
    assert_eq!((&line["outcome"], &line["known"]), (&json!("conflict"), &json!(known)), "{line:#}");
}

#[test]
fn one_read_that_wrongly_returns_9999_creates_nothing() {
    let attack = Attack::on(Some(theirs()), |memory, method, body| {
        if memory.count("GET") == 1 { not_enabled() } else { documented(memory, method, body) }
    });
    let (code, entry) = attack.apply(&creation(""));
    assert_conflict(&attack, code, &entry, "as_before");
    assert_eq!(attack.writes(), [""; 0]);
    assert_eq!(attack.memory(|memory| memory.organization.clone()), Some(theirs()));
}

/// The first two reads return that there is no organization, so the POST is sent. Whatever its answer, it is the last write.
#[test]
fn a_post_to_an_existing_organization_is_never_followed_by_a_put() {
    type OnPost = fn(&mut Memory, &Json) -> Answer;
    let answers: [(&str, OnPost); 6] = [
        ("409", |_, _| refusal(409, 12130, "access.api.error.conflict: it exists")),
        ("409 as a page", |_, _| Answer::Body(409, "<html>conflict</html>".to_owned())),
        ("400", |_, _| refusal(400, 11004, "access.api.error.invalid_auth_domain")),
        ("the other organization", |memory, _| memory.read()),
        ("what was sent, and nothing is stored", |_, body| result(201, body)),
        ("merged", |memory, body| {
            let mut merged = memory.organization.clone().unwrap();
            merged.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            memory.replace(&merged)
        }),
    ];
    for (name, on_post) in answers {
        let attack = Attack::on(Some(theirs()), move |memory, method, body| match method {
            "GET" if memory.count("GET") <= 2 => not_enabled(),
            "POST" => on_post(memory, body),
            _ => documented(memory, method, body),
        });
        let (code, entry) =
            attack.apply(&creation("  custom_pages:\n    forbidden: 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7\n"));
        assert_conflict(&attack, code, &entry, "otherwise");
        assert_eq!(attack.writes(), ["POST organization"], "{name}");
    }
}

#[test]
fn a_creation_without_an_answer_is_not_repeated() {
    for stored in [true, false] {
        let attack = Attack::on(None, move |memory, method, body| match method {
            "POST" => {
                memory.organization = stored.then(|| body.clone());
                Answer::Nothing
            }
            _ => documented(memory, method, body),
        });
        let (code, entry) = attack.apply(&creation(""));
        assert_eq!(attack.writes(), ["POST organization"]);
        let expected = if stored { (0, "applied", "as_wanted") } else { (1, "failed", "pending") };
        assert_eq!((code, entry["outcome"].as_str().unwrap(), attack.audit()["known"].as_str().unwrap()), expected);
    }
}

#[test]
fn settings_declared_as_empty_overwrite_the_defaults_of_the_server() {
    let attack = Attack::on(None, |memory, method, body| {
        if method == "POST" {
            let mut created = body.clone();
            created["strict_service_token_auth"] = json!(true);
            created["auto_redirect_to_identity"] = json!(true);
            created["login_design"] = json!({"header_text": "Welcome"});
            return memory.replace(&created);
        }
        documented(memory, method, body)
    });
    let declared = "  strict_service_token_auth: false\n  auto_redirect_to_identity: false\n  login_design:\n    header_text: null\n";
    let (code, entry) = attack.apply(&creation(declared));
    assert_eq!((code, &entry["outcome"], &entry["verified"]), (0, &json!("applied"), &json!(true)), "{entry:#}");
    assert_eq!(attack.writes(), ["POST organization", "PUT organization"]);
    let put =
        attack.memory(|memory| memory.requests.iter().find(|(line, _)| line.starts_with("PUT")).unwrap().1.clone());
    assert_eq!((&put["strict_service_token_auth"], &put["auto_redirect_to_identity"]), (&json!(false), &json!(false)));
    assert!(put["login_design"].is_null(), "{put:#}");
}

/// The exit code shows that the live state differs from the manifest.
#[test]
fn a_default_that_the_server_keeps_is_a_conflict() {
    let attack = Attack::on(None, |memory, method, body| {
        if method == "GET" {
            return memory.read();
        }
        let mut kept = body.clone();
        kept["strict_service_token_auth"] = json!(true);
        memory.replace(&kept)
    });
    let (code, entry) = attack.apply(&creation("  strict_service_token_auth: false\n"));
    assert_eq!((code, &entry["outcome"]), (4, &json!("conflict")), "{entry:#}");
    assert!(entry["error"]["message"].as_str().unwrap().contains("strict_service_token_auth"), "{entry:#}");
}

/// The approval of a creation does not approve removing a protection that the server added.
#[test]
fn an_unexpected_protection_on_a_new_organization_ends_the_run() {
    let attack = Attack::on(None, |memory, method, body| {
        if method == "POST" {
            let mut created = body.clone();
            created["deny_unmatched_requests"] = json!(true);
            return memory.replace(&created);
        }
        documented(memory, method, body)
    });
    let (code, entry) = attack.apply(&creation("  deny_unmatched_requests: false\n"));
    assert_conflict(&attack, code, &entry, "otherwise");
    assert_eq!(attack.writes(), ["POST organization"]);
}

#[test]
fn approving_a_creation_does_not_approve_an_update() {
    let attack = Attack::on(None, documented);
    let manifest = creation("  session_duration: 24h\n");
    let (code, out, _) = attack.run(&manifest, &["plan", "--out", "plan.json", "--format", "json"]);
    assert_eq!(code, 0);
    let digest = serde_json::from_str::<Json>(&out).unwrap()["plans"][0]["digest"].as_str().unwrap().to_owned();
    attack.memory(|memory| memory.organization = Some(theirs()));
    for approval in [["--plan", "plan.json"], ["--expect", &digest]] {
        let (code, _, err) = attack.run(&manifest, &[&["apply"][..], &approval].concat());
        assert_eq!((code, attack.writes()), (4, Vec::new()), "{approval:?}: {err}");
    }
    // The first read returns that there is no organization, so the approval matches. The read before the POST finds one.
    let hidden = Attack::on(Some(theirs()), move |memory, method, body| {
        if memory.count("GET") <= 2 { not_enabled() } else { documented(memory, method, body) }
    });
    assert_eq!(hidden.run(&manifest, &["plan", "--out", "plan.json"]).0, 0);
    let (code, _, err) = hidden.run(&manifest, &["apply", "--plan", "plan.json"]);
    assert_eq!((code, hidden.writes()), (4, Vec::new()), "{err}");
    assert!(err.contains("only its creation was approved"), "{err}");
}

fn before() -> Json {
    json!({"name": "Ours", "auth_domain": "ours.cloudflareaccess.com", "session_duration": "12h", "ai_beta": {"limit": 3}})
}

#[test]
fn an_update_that_is_refused_but_stored_counts_as_applied() {
    for status in [400, 401, 403, 404, 409, 413, 500, 502] {
        let attack = Attack::on(Some(before()), move |memory, method, body| match method {
            "PUT" => {
                memory.replace(body);
                refusal(status, 10001, "no")
            }
            _ => documented(memory, method, body),
        });
        let (code, entry) = attack.apply(&update());
        assert_eq!(
            (code, &entry["outcome"], &entry["writes"]),
            (0, &json!("applied"), &json!(1)),
            "{status}: {entry:#}"
        );
        let line = attack.audit();
        assert_eq!((&line["known"], &line["writes"][0]["status"]), (&json!("as_wanted"), &json!(status)));
    }
}

#[test]
fn a_refused_update_is_read_back_once_and_not_repeated() {
    for (status, json) in
        [(400, true), (400, false), (401, true), (403, false), (409, true), (409, false), (413, false)]
    {
        let attack = Attack::on(Some(before()), move |memory, method, body| match method {
            "PUT" if json => refusal(status, 10001, "no"),
            "PUT" => Answer::Body(status, "<html>no</html>".to_owned()),
            _ => documented(memory, method, body),
        });
        let (code, entry) = attack.apply(&update());
        assert!([1, 6].contains(&code), "{status}: {entry:#}");
        assert_eq!(attack.audit()["known"], "as_before", "{status}");
        let lines = attack.memory(|memory| memory.lines.clone());
        assert_eq!(lines, ["GET organization", "GET organization", "PUT organization", "GET organization"], "{status}");
    }
}

#[test]
fn a_late_update_without_an_answer_is_detected() {
    let attack = Attack::on(Some(before()), |memory, method, body| match method {
        "PUT" => Answer::Nothing,
        _ => {
            // The server stores it directly before the third read after it.
            if memory.count("PUT") == 1 && memory.count("GET") == 5 {
                let late = memory.requests.iter().find(|(line, _)| line.starts_with("PUT")).unwrap().1.clone();
                memory.organization = Some(late);
            }
            documented(memory, method, body)
        }
    });
    let (code, entry) = attack.apply(&update());
    assert_eq!((code, &entry["outcome"], &entry["writes"]), (0, &json!("applied"), &json!(1)), "{entry:#}");
}

#[test]
fn any_live_change_before_the_write_stops_an_apply() {
    for patch in [json!({"name": "New"}), json!({"ai_beta": {"limit": 4}}), json!({"deny_unmatched_requests": true})] {
        let theirs = patch.clone();
        let attack = Attack::on(Some(before()), move |memory, method, body| {
            let answer = documented(memory, method, body);
            if memory.lines.len() == 1 {
                let organization = memory.organization.as_mut().unwrap().as_object_mut().unwrap();
                organization.extend(theirs.as_object().unwrap().clone());
            }
            answer
        });
        let (code, entry) = attack.apply(&update());
        assert_conflict(&attack, code, &entry, "as_before");
        let path = patch.as_object().unwrap().keys().next().unwrap();
        assert!(entry["error"]["message"].as_str().unwrap().contains(path.as_str()), "{entry:#}");
        assert_eq!(attack.writes(), [""; 0]);
    }
}

#[test]
fn a_live_change_before_the_write_stops_a_rollback() {
    let attack = Attack::on(Some(before()), |memory, method, body| {
        let answer = documented(memory, method, body);
        // After the read of the rollback's plan.
        if memory.count("PUT") == 1 && memory.count("GET") == 4 {
            memory.organization.as_mut().unwrap()["ai_beta"] = json!(false);
        }
        answer
    });
    let (code, entry) = attack.apply(&update());
    assert_eq!(code, 0, "{entry:#}");
    let backup = entry["backup"].as_str().unwrap();
    let (code, _, err) = attack.run(&update(), &["rollback", backup, "--auto-approve"]);
    assert_eq!((code, attack.writes().len()), (4, 1), "{err}");
    assert!(err.contains("organization.ai_beta"), "{err}");
}

#[test]
fn two_applies_on_one_machine_exclude_each_other() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let attack = Attack::on(Some(before()), move |memory, method, body| {
        if method == "PUT" && !std::mem::replace(&mut memory.held, true) {
            return Answer::Wait(wait.clone());
        }
        documented(memory, method, body)
    });
    let mut first = attack.command(&update(), &["apply", "--auto-approve"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(first.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line.starts_with("PUT ")), "the first run is in its write");
    // The lock does not depend on the backup folder.
    for folder in [&[][..], &["--backup-dir", "elsewhere"]] {
        let (code, out, err) =
            attack.run(&update(), &[&["apply", "--auto-approve", "--format", "json"], folder].concat());
        let entry = serde_json::from_str::<Json>(&out).unwrap()["results"][0].clone();
        assert_eq!(
            (code, &entry["outcome"], &entry["error"]["kind"]),
            (4, &json!("conflict"), &json!("locked")),
            "{err}"
        );
        assert!(err.contains(".lock") && err.contains("hint: wait until the other run has ended"), "{err}");
    }
    go.send(()).unwrap();
    assert!(first.wait().unwrap().success());
    assert_eq!(attack.writes(), ["PUT organization"]);
}
