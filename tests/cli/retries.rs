//! What a run says while it waits for a retry.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::server::Api;

const SAID: &str = "429 Too Many Requests from 127.0.0.1, next try in 200 s (2 of 5)";
const LOGGED: &str = "429 Too Many Requests; trying again in 200.0 s";

/// Interrupts a plan once standard error has a line with this text, and returns all lines.
fn interrupted_at(text: &str, flags: &str) -> Vec<String> {
    let api = Api::with_faults(&["GET/organization:429+200"]);
    let env = api.env();
    let mut command = env.command(&format!("plan {flags}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.contains(text) {
            let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
            assert!(status.success());
        }
        lines.push(line);
    }
    assert_eq!(child.wait().unwrap().code(), Some(130), "{lines:?}");
    lines
}

#[test]
fn a_run_that_waits_says_why_and_for_how_long() {
    let lines = interrupted_at(SAID, "");
    assert_eq!(lines.iter().filter(|line| *line == SAID).count(), 1, "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains(LOGGED)), "{lines:?}");
}

#[test]
fn a_run_with_a_log_reports_a_retry_only_there() {
    let lines = interrupted_at(LOGGED, "-v");
    assert!(!lines.iter().any(|line| line.contains("next try")), "{lines:?}");
}
