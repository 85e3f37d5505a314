//! Signals: reads end at once, and a write is finished unless a second signal arrives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;

use crate::harness::{ACCOUNT, SandboxProcess, TestEnv};
use crate::server::Api;

/// Every signal that asks a program to end.
const SIGNALS: [&str; 4] = ["INT", "TERM", "HUP", "QUIT"];

pub(crate) fn start(env: &TestEnv, arguments: &str) -> Child {
    let mut command = env.command(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn signal(signal: &str, pid: u32) {
    let status = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status().unwrap();
    assert!(status.success());
}

/// The lines of the audit log in the folder for state.
pub(crate) fn audit(env: &TestEnv) -> Vec<Json> {
    let text = std::fs::read_to_string(env.path("../home/.local/state/zerodrift/audit.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Waits until a process runs its command, with its handlers installed, or has run it.
#[cfg(target_os = "linux")]
fn wait_for_command(pid: u32) {
    let has_ended = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.is_empty() || status.contains("State:\tZ")
    };
    let runs = || {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
        let mut names = threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
        names.any(|name| name == "command\n")
    };
    while !runs() && !has_ended() {
        std::thread::yield_now();
    }
}

#[test]
fn every_signal_abandons_a_hanging_read() {
    let account = format!("--account-id {ACCOUNT}");
    let commands = [
        "plan",
        "drift",
        "apply --auto-approve",
        "rollback backup.json --auto-approve",
        "doctor",
        &format!("export {account}"),
        &format!("init new.yaml {account}"),
    ];
    for (index, command) in commands.into_iter().enumerate() {
        // Each signal and each command that could miss one is covered, without a run for each pair.
        for name in [SIGNALS[index % 4], SIGNALS[(index + 1) % 4]] {
            let api = Api::with_faults(&["GET:hang", "GET:hang", "GET:hang"]);
            let env = api.env();
            env.write("backup.json", r#"{"format_version": "1.0", "live": {"organization": {"name": "Widget"}}}"#);
            let account = if command.starts_with("rollback") { account.as_str() } else { "" };
            let child = start(&env, &format!("{command} {account}"));
            api.wait_for("GET");
            signal(name, child.id());
            env.finish(child).exits(130).says(&["interrupted: nothing was written"]);
            assert!(api.calls().iter().all(|call| call.starts_with("GET")), "{command}");
        }
    }
}

#[test]
fn an_interruption_is_a_json_document_too() {
    for name in SIGNALS {
        let api = Api::with_faults(&["GET:hang"]);
        let env = api.env();
        let child = start(&env, "plan --format json");
        api.wait_for("GET");
        signal(name, child.id());
        let document = env.finish(child).exits(130).json();
        assert_eq!(document["error"]["kind"], "interrupted");
        assert_eq!(document["error"]["exit_code"], 130);
    }
}

/// A blocking read of standard input cannot be cancelled, so the exit must not wait for it.
#[cfg(target_os = "linux")]
#[test]
fn every_signal_ends_a_wait_for_standard_input() {
    let env = TestEnv::new();
    let commands = ["plan -", "validate -", "init --from-terraform -", "apply - --auto-approve"];
    for (command, name) in commands.into_iter().zip(SIGNALS) {
        let mut command = env.command(command);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        wait_for_command(child.id());
        signal(name, child.id());
        env.finish(child).exits(130).says(&["interrupted: nothing was written"]);
        drop(input);
    }
}

/// The command is blocked in its output, and so is the report of the interruption: the exit must not wait for either.
#[cfg(target_os = "linux")]
#[test]
fn a_blocked_output_does_not_delay_the_exit() {
    let env = TestEnv::new();
    let (reader, writer) = std::io::pipe().unwrap();
    let mut filler = writer.try_clone().unwrap();
    let filling = std::thread::spawn(move || while filler.write_all(&[0; 4096]).is_ok() {});
    loop {
        let mut command = env.command("schema org");
        command.stdout(writer.try_clone().unwrap()).stderr(writer.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        wait_for_command(child.id());
        signal("TERM", child.id());
        match child.wait().unwrap().code() {
            // The output fitted into the pipe.
            Some(0) => {}
            code => break assert_eq!(code, Some(130)),
        }
    }
    drop(reader);
    filling.join().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_hangup_ignored_at_the_start_stays_ignored() {
    let api = Api::with_faults(&["GET:hang"]);
    let env = api.env();
    let mut command = Command::new("sh");
    let script = format!("trap '' HUP; exec {} plan --timeout 2s", env!("CARGO_BIN_EXE_zerodrift"));
    command.args(["-c", &script]).env_clear().current_dir(env.path(""));
    command.envs(env.command("").get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    api.wait_for("GET");
    signal("HUP", child.id());
    // The read times out and is retried: the signal had no effect.
    env.finish(child).exits(0).shows(&["Plan: 6 settings"]);
}

#[test]
fn a_hanging_write_is_finished_unless_a_second_signal_arrives() {
    for (first, second) in [("INT", "INT"), ("TERM", "TERM"), ("HUP", "TERM"), ("QUIT", "HUP")] {
        let api = Api::with_faults(&["PUT:hang"]);
        let env = api.env();
        let mut child = start(&env, "apply --auto-approve");
        api.wait_for("PUT");
        signal(first, child.id());
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let promise = said.find(|line| line.contains("interrupted"));
        assert_eq!(
            promise.as_deref(),
            Some("interrupted: finishing the write and its read-back within 10 seconds; a second signal abandons them")
        );
        signal(second, child.id());
        let rest = said.collect::<Vec<_>>().join(" ");
        env.finish(child).exits(130);
        assert!(rest.contains("whether it took effect is unknown"), "{rest}");
        assert!(rest.contains("run `zerodrift drift`"), "{rest}");
        assert!(rest.contains("zerodrift rollback"), "the way back: {rest}");
        let audit = audit(&env);
        assert_eq!(audit.len(), 2, "{audit:?}");
        assert_eq!((&audit[0]["outcome"], &audit[1]["outcome"]), (&"started".into(), &"failed".into()));
        assert_eq!(audit[1]["known"], "unknown");
        assert_eq!((&audit[1]["started_at"], &audit[1]["backup"]), (&audit[0]["at"], &audit[0]["backup"]));
    }
}

#[test]
fn a_write_that_is_finished_after_a_signal_is_reported_as_applied() {
    for name in SIGNALS {
        let api = Api::with_faults(&["PUT:hang-after"]);
        let env = api.env();
        let child = start(&env, "apply --auto-approve --timeout 2s");
        api.wait_for("PUT");
        signal(name, child.id());
        let finished = env.finish(child).exits(0);
        finished.says(&["finishing the write"]).shows(&["Applied: 6 settings"]);
        assert_eq!(audit(&env).last().unwrap()["outcome"], "applied");
    }
}

/// The API refused the write, and the run waits to send it again.
#[test]
fn a_signal_between_two_attempts_of_a_write_ends_the_run_at_once() {
    let api = Api::with_faults(&["PUT:429+60"]);
    let env = api.env();
    let mut child = start(&env, "apply --auto-approve");
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("429")));
    signal("TERM", child.id());
    let rest = said.collect::<Vec<_>>().join("\n");
    env.finish(child).exits(130);
    insta::assert_snapshot!(rest, @r"
    error: interrupted while waiting to send the write
      hint: this run changed nothing: the API accepted no write
      hint: run the same command again
    ");
    let audit = audit(&env);
    let last = audit.last().unwrap();
    assert_eq!((&last["known"], &last["writes"][0]["status"]), (&"as_before".into(), &429.into()));
}

/// The result is known before the log is read, so it stands.
#[test]
fn a_log_that_hangs_after_a_write_is_abandoned_and_the_apply_is_done() {
    let api = Api::with_faults(&["GET/audit_log:hang"]);
    let env = api.env();
    let child = start(&env, "apply --auto-approve --who");
    api.wait_for("GET audit");
    signal("TERM", child.id());
    let finished = env.finish(child).exits(0).shows(&["Applied: 6 settings"]);
    assert!(!finished.stderr.contains("abandoned") && !finished.stderr.contains("warning:"), "{finished}");
}

/// The answer would take longer than the bound, but the read-back is in time.
#[test]
fn a_write_whose_answer_does_not_come_in_time_is_read_back() {
    let api = Api::with_faults(&["PUT:hang-after"]);
    let env = api.env();
    let child = start(&env, "apply --auto-approve");
    api.wait_for("PUT");
    signal("TERM", child.id());
    let finished = env.finish(child).exits(0);
    finished.says(&["no answer within 4 seconds of the signal"]).shows(&["Applied: 6 settings"]);
}

/// No request is answered, and no second signal arrives.
#[test]
fn a_write_without_any_answer_is_abandoned_within_the_bound() {
    let api = Api::with_faults(&["PUT:hang-after"]);
    let env = api.env();
    let child = start(&env, "apply --auto-approve --format json");
    api.wait_for("PUT");
    api.change(|state| state.faults = vec!["GET:hang".parse().unwrap(); 9]);
    signal("TERM", child.id());
    let ended = env.finish(child).exits(130).says(&["whether it took effect is unknown", "zerodrift rollback"]);
    assert_eq!(ended.json()["error"]["kind"], "interrupted");
    assert_eq!(audit(&env).last().unwrap()["known"], "unknown");
}

#[test]
fn a_rollback_is_finished_or_abandoned_like_an_apply() {
    let api = Api::with_faults(&["PUT:hang"]);
    let env = api.env();
    let backup = env.run(&format!("export --format json --account-id {ACCOUNT}")).exits(0);
    env.write("backup.json", &backup.document);
    api.change(|state| {
        state.organization.as_mut().unwrap().insert("session_duration".to_owned(), "24h".into());
    });
    let mut child = start(&env, "rollback backup.json --auto-approve --backup-dir kept");
    api.wait_for("PUT");
    signal("TERM", child.id());
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("interrupted: finishing the write")));
    signal("TERM", child.id());
    let rest = said.collect::<Vec<_>>().join(" ");
    env.finish(child).exits(130);
    assert!(rest.contains("whether it took effect is unknown") && rest.contains("kept/"), "{rest}");
}

const REVOKE: &str = "revoke-user --email kim@widget.example --devices --file org.yaml --auto-approve";

#[test]
fn a_revocation_is_logged_before_it_is_sent_and_after_it_was_answered() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    env.run(REVOKE).exits(0);
    env.run(REVOKE.trim_end_matches(" --auto-approve")).exits(3);
    let audit = audit(&env);
    let outcomes: Vec<&Json> = audit.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["started", "revoked", "refused"]);
    assert_eq!((&audit[1]["email"], &audit[1]["devices"]), (&"kim@widget.example".into(), &true.into()));
    assert_eq!(audit[1]["started_at"], audit[0]["at"]);
    assert_eq!(audit[2]["started_at"], Json::Null, "nothing was sent");
}

#[test]
fn a_hanging_revocation_is_abandoned_with_what_is_known() {
    let api = Api::with_faults(&["POST:hang-after"]);
    let env = api.env();
    let mut child = start(&env, REVOKE);
    api.wait_for("POST");
    signal("TERM", child.id());
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("interrupted: finishing the write")));
    signal("TERM", child.id());
    let rest = said.collect::<Vec<_>>().join(" ");
    env.finish(child).exits(130);
    assert!(rest.contains("the tokens may or may not be revoked"), "{rest}");
    let audit = audit(&env);
    assert_eq!((&audit[0]["outcome"], &audit[1]["known"]), (&"started".into(), &"unknown".into()));
}

/// Signals have no default action for process 1: without a handler it would never end.
#[cfg(target_os = "linux")]
#[test]
fn process_1_handles_every_signal() {
    if !unshares() {
        eprintln!("skipped: this system does not let a test make a PID namespace with unshare");
        return;
    }
    for name in SIGNALS {
        let api = Api::with_faults(&["GET:hang"]);
        let env = api.env();
        let (parent, pid) = as_process_1(&env, "drift");
        api.wait_for("GET");
        signal(name, pid);
        env.finish(parent).exits(130).says(&["interrupted: nothing was written"]);
    }
    // While waiting for standard input, before anything is sent.
    let env = TestEnv::new();
    let (parent, pid) = as_process_1(&env, "plan -");
    wait_for_command(pid);
    signal("TERM", pid);
    env.finish(parent).exits(130).says(&["interrupted"]);
    // During a write, twice.
    let api = Api::with_faults(&["PUT:hang"]);
    let env = api.env();
    let (mut parent, pid) = as_process_1(&env, "apply --auto-approve");
    api.wait_for("PUT");
    signal("TERM", pid);
    let mut said = BufReader::new(parent.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("interrupted: finishing the write")));
    signal("TERM", pid);
    assert!(said.any(|line| line.contains("whether it took effect is unknown")));
    env.finish(parent).exits(130);
}

/// The command that starts a process as the first of its own PID namespace.
#[cfg(target_os = "linux")]
const UNSHARE: [&str; 5] = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];

#[cfg(target_os = "linux")]
fn unshares() -> bool {
    let tried = Command::new("unshare").args(UNSHARE).arg("true").stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

/// Starts the program as process 1. Returns its parent, which ends with its code, and its id as others see it.
#[cfg(target_os = "linux")]
fn as_process_1(env: &TestEnv, arguments: &str) -> (Child, u32) {
    let program = env.command(arguments);
    let mut command = Command::new("unshare");
    command.args(UNSHARE).arg(program.get_program()).args(program.get_args()).env_clear().current_dir(env.path(""));
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // Standard input stays open as long as the parent lives, so a read of it blocks.
    let mut parent = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::mem::forget(parent.stdin.take());
    let pid = first_child(parent.id());
    (parent, pid)
}

/// Waits until a process has a child.
#[cfg(target_os = "linux")]
fn first_child(parent: u32) -> u32 {
    let children = format!("/proc/{parent}/task/{parent}/children");
    loop {
        let child = std::fs::read_to_string(&children).unwrap();
        if let Some(pid) = child.split_whitespace().next().and_then(|pid| pid.parse().ok()) {
            return pid;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_sandbox_is_stopped_with_any_signal() {
    for name in SIGNALS {
        let env = TestEnv::new();
        let mut child = start(&env, "sandbox --state state.json");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("export CLOUDFLARE_BASE_URL=http://127.0.0.1:"));
        signal(name, child.id());
        env.finish(child).exits(0);
    }
}

#[test]
fn a_sandbox_rejects_a_port_in_use() {
    let env = TestEnv::new();
    let first = SandboxProcess::start(&env, "");
    let port = first.base_url.trim_start_matches("http://127.0.0.1:").trim_end_matches("/client/v4");
    env.run(&format!("sandbox --state state.json --port {port}")).exits(1).says(&["cannot listen on"]);
}
