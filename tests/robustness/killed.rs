//! After a kill or a signal at any step of an apply, the live state is as before or as desired, the audit log has a line
//! about the run, and the next run converges.
//!
//! The sandbox runs in a process of its own and hangs at one step, so the test needs no timing.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::process::{SandboxServer, hermetic};
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

/// How a run is interrupted.
#[derive(Debug, Clone, Copy)]
enum Interruption {
    /// `kill -9`: the program cannot react.
    Kill,
    /// The same signal twice: after the first one the program finishes the write, and the second one abandons it.
    SignalTwice(&'static str),
}

/// Creates the state file with a fault. The sandbox removes the fault from the file when the request arrives.
fn create_state(folder: &Path, fault: &str) {
    let account = "699d98642c564d2e855e9661899b7252";
    let made = hermetic(folder).args(["export", "--sandbox=state.json", "--account-id", account]).output().unwrap();
    assert!(made.status.success());
    let mut state = state(folder);
    state["faults"] = vec![fault].into();
    std::fs::write(folder.join("state.json"), state.to_string()).unwrap();
}

/// Starts an apply against a sandbox that hangs at this fault, and interrupts it after this line was printed `count` times.
fn interrupted_at(end: Interruption, fault: &str, line: &str, count: usize) -> (tempfile::TempDir, (String, String)) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
    create_state(folder.path(), fault);
    let sandbox = SandboxServer::start(folder.path(), &[]);
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
    assert_eq!(reached, count, "{fault}: the step was not reached");
    // The line is printed before the request is sent. The request has arrived when the fault has left the state file.
    while state(folder.path())["faults"].as_array().is_some_and(|faults| !faults.is_empty()) {
        std::thread::yield_now();
    }
    match end {
        Interruption::Kill => {
            apply.kill().unwrap();
            apply.wait().unwrap();
        }
        Interruption::SignalTwice(name) => {
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

/// The log must show that a run started, its backup, and how it ended if the program could log that.
fn check_audit_log(folder: &Path, end: Interruption) {
    let audit = audit(folder);
    assert_eq!((&audit[0]["outcome"], &audit[0]["known"]), (&"started".into(), &"unknown".into()));
    assert!(Path::new(audit[0]["backup"].as_str().unwrap()).is_file(), "{audit:?}");
    match end {
        Interruption::Kill => assert_eq!(audit.len(), 1, "{audit:?}"),
        Interruption::SignalTwice(_) => {
            assert_eq!(audit.len(), 2, "{audit:?}");
            assert_eq!((&audit[1]["outcome"], &audit[1]["known"]), (&"failed".into(), &"unknown".into()));
            assert_eq!(audit[1]["started_at"], audit[0]["at"]);
        }
    }
}

/// The next run, without faults, must apply the manifest.
fn check_next_run(folder: &Path) {
    let again = hermetic(folder).args(["apply", "--auto-approve", "--sandbox=state.json"]).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(settings(folder), ("24h".to_owned(), "48h".to_owned()));
}

#[test]
fn after_an_interruption_at_any_step_the_state_is_as_before_or_as_desired_and_the_next_run_converges() {
    let put = "PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations";
    let read_back = "GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations";
    let cases = [
        ("the first write, before it is applied", "PUT/organization:hang", put, 1, ("12h", "24h")),
        ("the first write, after it was applied", "PUT/organization:hang-after", put, 1, ("24h", "24h")),
        ("the first read-back", "GET/organization:hang@3", read_back, 1, ("24h", "24h")),
        ("the second write, before it is applied", "PUT/doh:hang", put, 2, ("24h", "24h")),
        ("the second write, after it was applied", "PUT/doh:hang-after", put, 2, ("24h", "48h")),
        ("the second read-back", "GET/doh:hang@4", read_back, 2, ("24h", "48h")),
    ];
    for (step, fault, line, count, expected) in cases {
        let signals = ["INT", "TERM", "HUP", "QUIT"].map(Interruption::SignalTwice);
        for end in [Interruption::Kill].into_iter().chain(signals) {
            let (folder, (session, doh)) = interrupted_at(end, fault, line, count);
            assert_eq!((session.as_str(), doh.as_str()), expected, "{end:?} at {step}");
            check_audit_log(folder.path(), end);
            check_next_run(folder.path());
        }
    }
}
