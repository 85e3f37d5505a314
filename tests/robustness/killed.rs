//! Killed or interrupted at any step (`kill -9`, Ctrl-C and the other signals): live is as before or as wanted, the audit
//! log has a trace of it, and running again converges.
//!
//! The sandbox runs in a process of its own and hangs at the step in question, so the kill comes at a known moment and
//! nothing has to be timed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::process::{Sandbox, hermetic};
use serde_json::Value as Json;

const MANIFEST: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  session_duration: 24h
doh:
  doh_jwt_duration: 48h
";

fn state(folder: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(folder.join("state.json")).unwrap()).unwrap()
}

/// The two settings that the manifest changes.
fn settings(folder: &Path) -> (String, String) {
    let state = state(folder);
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    (text(&state["organization"]["session_duration"]), text(&state["doh"]["doh_jwt_duration"]))
}

/// How a run is ended before it is done.
#[derive(Debug, Clone, Copy)]
enum End {
    /// `kill -9`: nothing can be said or done any more.
    Killed,
    /// A signal twice: the first one is heard and the write is to be finished, the second one abandons it.
    SignalledTwice(&'static str),
}

/// Makes the state file, with a fault: one of the file leaves it when it happens, and so shows that the request is there.
fn arm(folder: &Path, fault: &str) {
    let account = "699d98642c564d2e855e9661899b7252";
    let made = hermetic(folder).args(["export", "--sandbox=state.json", "--account-id", account]).output().unwrap();
    assert!(made.status.success());
    let mut state = state(folder);
    state["faults"] = vec![fault].into();
    std::fs::write(folder.join("state.json"), state.to_string()).unwrap();
}

/// Starts an apply against a sandbox that hangs at this fault, and ends it when this line has been said `count` times.
fn ended_at(end: End, fault: &str, line: &str, count: usize) -> (tempfile::TempDir, (String, String)) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
    arm(folder.path(), fault);
    let sandbox = Sandbox::start(folder.path(), &[]);
    let mut apply = hermetic(folder.path())
        .args(["apply", "--auto-approve"])
        .env("CLOUDFLARE_BASE_URL", &sandbox.base_url)
        .env("CLOUDFLARE_API_TOKEN", "sandbox")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(apply.stderr.take().unwrap()).lines().map_while(Result::ok);
    let reached = lines.by_ref().filter(|said| said.starts_with(line)).take(count).count();
    assert_eq!(reached, count, "{fault}: the step was never reached");
    // What is said comes before what is sent; the sandbox has the request when its script is shorter.
    while state(folder.path())["faults"].as_array().is_some_and(|faults| !faults.is_empty()) {
        std::thread::yield_now();
    }
    match end {
        End::Killed => {
            apply.kill().unwrap();
            apply.wait().unwrap();
        }
        End::SignalledTwice(name) => {
            signal(name, &apply);
            assert!(lines.any(|said| said.starts_with("interrupted: finishing the write")), "{fault}");
            signal(name, &apply);
            assert_eq!(apply.wait().unwrap().code(), Some(130), "{fault}");
            let said: String = lines.collect::<Vec<_>>().join(" ");
            assert!(said.contains("whether it took effect is unknown"), "{fault}: {said}");
        }
    }
    let found = settings(folder.path());
    (folder, found)
}

fn signal(name: &str, child: &Child) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

/// The lines of the audit log.
fn audit(folder: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(folder.join(".local/state/zerodrift/audit.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whoever reads the log sees that a run began, with its backup, and how it ended, as far as it could say so.
fn left_a_trace(folder: &Path, end: End) {
    let audit = audit(folder);
    assert_eq!((&audit[0]["outcome"], &audit[0]["known"]), (&"started".into(), &"unknown".into()));
    assert!(Path::new(audit[0]["backup"].as_str().unwrap()).is_file(), "{audit:?}");
    match end {
        End::Killed => assert_eq!(audit.len(), 1, "{audit:?}"),
        End::SignalledTwice(_) => {
            assert_eq!(audit.len(), 2, "{audit:?}");
            assert_eq!((&audit[1]["outcome"], &audit[1]["known"]), (&"failed".into(), &"unknown".into()));
            assert_eq!(audit[1]["started_at"], audit[0]["at"]);
        }
    }
}

/// Running again, with nothing hanging any more, ends with everything as wanted.
fn runs_again(folder: &Path) {
    let again = hermetic(folder).args(["apply", "--auto-approve", "--sandbox=state.json"]).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(settings(folder), ("24h".to_owned(), "48h".to_owned()));
}

#[test]
fn ended_at_any_step_live_is_as_before_or_as_wanted_and_running_again_converges() {
    let put = "PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations";
    let read_back = "GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations";
    let cases = [
        ("the first write, before it is acted on", "PUT/organization:hang", put, 1, ("12h", "24h")),
        ("the first write, after it was acted on", "PUT/organization:hang-after", put, 1, ("24h", "24h")),
        ("the first read-back", "GET/organization:hang@3", read_back, 1, ("24h", "24h")),
        ("the second write, before it is acted on", "PUT/doh:hang", put, 2, ("24h", "24h")),
        ("the second write, after it was acted on", "PUT/doh:hang-after", put, 2, ("24h", "48h")),
        ("the second read-back", "GET/doh:hang@4", read_back, 2, ("24h", "48h")),
    ];
    for (step, fault, line, count, expected) in cases {
        let signals = ["INT", "TERM", "HUP", "QUIT"].map(End::SignalledTwice);
        for end in [End::Killed].into_iter().chain(signals) {
            let (folder, (session, doh)) = ended_at(end, fault, line, count);
            assert_eq!((session.as_str(), doh.as_str()), expected, "{end:?} at {step}");
            left_a_trace(folder.path(), end);
            runs_again(folder.path());
        }
    }
}
