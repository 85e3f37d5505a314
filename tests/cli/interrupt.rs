//! Ctrl-C: reads are abandoned at once, writes are finished unless somebody insists.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::harness::{SandboxProcess, TestEnv};
use crate::server::Api;

fn start(env: &TestEnv, arguments: &str) -> Child {
    let mut command = env.command(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_read_that_hangs_is_abandoned() {
    for command in ["plan", "drift", "apply --auto-approve"] {
        let api = Api::with_faults(&["GET:hang"]);
        let env = api.env();
        let child = start(&env, command);
        api.wait_for("GET");
        interrupt(&child);
        env.finish(child).exits(130).says(&["interrupted: nothing was written"]);
    }
}

#[test]
fn an_interruption_is_a_document_too() {
    let api = Api::with_faults(&["GET:hang"]);
    let env = api.env();
    let child = start(&env, "plan --format json");
    api.wait_for("GET");
    interrupt(&child);
    let document = env.finish(child).exits(130).json();
    assert_eq!(document["error"]["kind"], "interrupted");
}

#[test]
fn a_write_that_hangs_is_finished_unless_somebody_insists() {
    let api = Api::with_faults(&["PUT:hang"]);
    let env = api.env();
    let mut child = start(&env, "apply --auto-approve");
    api.wait_for("PUT");
    interrupt(&child);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let promise = said.find(|line| line.contains("interrupted"));
    assert_eq!(
        promise.as_deref(),
        Some("interrupted: finishing the write and its read-back; press Ctrl-C again to abandon them")
    );
    interrupt(&child);
    let rest: Vec<String> = said.collect();
    env.finish(child).exits(130);
    assert!(rest.join("\n").contains("it is not known whether it was acted on"), "{rest:?}");
    assert!(rest.join("\n").contains("run plan to see"), "{rest:?}");
}

#[test]
fn a_write_that_is_finished_after_ctrl_c_is_done() {
    let api = Api::with_faults(&["PUT:hang-after"]);
    let env = api.env();
    let child = start(&env, "apply --auto-approve --timeout 2s");
    api.wait_for("PUT");
    interrupt(&child);
    let finished = env.finish(child).exits(0);
    finished.says(&["finishing the write"]).shows(&["Applied: 6 settings"]);
}

#[test]
fn a_sandbox_is_stopped_with_ctrl_c() {
    let env = TestEnv::new();
    let mut child = start(&env, "sandbox --state state.json");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("export CLOUDFLARE_BASE_URL=http://127.0.0.1:"));
    interrupt(&child);
    env.finish(child).exits(0);
}

#[test]
fn a_sandbox_refuses_a_port_that_is_taken() {
    let env = TestEnv::new();
    let first = SandboxProcess::start(&env, "");
    let port = first.base_url.trim_start_matches("http://127.0.0.1:").trim_end_matches("/client/v4");
    env.run(&format!("sandbox --state state.json --port {port}")).exits(1).says(&["cannot listen on"]);
}
