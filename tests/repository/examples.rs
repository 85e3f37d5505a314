//! The example programs and files work as documented.
//!
//! `cargo test` builds the programs. They connect to a sandbox in this process.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use zerodrift::document::{SchemaName, schema};
use zerodrift::sandbox::{Sandbox, Server, State, Tokens, seeded};
use zerodrift::settings::{Access, Model};

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// An example program. This test is `…/deps/repository-HASH`, and the program `…/examples/NAME`.
fn program(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is not built: run cargo build --examples", path.display());
    let mut command = Command::new(path);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    command
}

/// Returns the output of a program, which must succeed.
fn printed(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(!out.contains(TOKEN) && !err.contains(TOKEN), "the token is shown");
    out.into_owned()
}

async fn serve(state: State) -> Server {
    Server::start(Sandbox::from_state(state), ([127, 0, 0, 1], 0).into()).await.unwrap()
}

/// Runs a program against a sandbox, in its own folder and on its own thread.
async fn run_against(sandbox: &Server, name: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(name);
    command.current_dir(folder.path());
    command.args(arguments).env("CLOUDFLARE_BASE_URL", sandbox.base_url()).env("CLOUDFLARE_API_TOKEN", TOKEN);
    tokio::task::spawn_blocking(move || (command.output().unwrap(), folder)).await.unwrap().0
}

#[tokio::test]
async fn read_organization_prints_settings_and_unknown_fields() {
    let sandbox = serve(seeded()).await;
    let out = printed(&run_against(&sandbox, "read_organization", &[ACCOUNT]).await);
    for line in [
        r#"organization.session_duration = "12h""#,
        r#"organization.login_design.footer_text = "Locked out? Call 4242.""#,
        r#"ai_controls_beta = {"mode":"observe","exempted_groups":["research"]} (unknown to this version)"#,
    ] {
        assert!(out.lines().any(|printed| printed == line), "{line} is not in\n{out}");
    }
    assert_eq!(sandbox.sandbox().writes(), []);
}

#[tokio::test]
async fn read_organization_reports_a_missing_organization() {
    let sandbox = serve(State::default()).await;
    let out = printed(&run_against(&sandbox, "read_organization", &[ACCOUNT]).await);
    assert_eq!(out, format!("account {ACCOUNT} has no Zero Trust organization\n"));
}

#[tokio::test]
async fn read_organization_fails_with_an_unknown_token() {
    let sandbox = serve(State { tokens: Tokens::Listed(Vec::new()), ..seeded() }).await;
    let output = run_against(&sandbox, "read_organization", &[ACCOUNT]).await;
    assert!(!output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains(TOKEN));
}

#[tokio::test]
async fn reconcile_writes_once_and_is_then_in_sync() {
    let sandbox = serve(seeded()).await;
    let demo = in_repository("examples/org.yaml").display().to_string();
    let out = printed(&run_against(&sandbox, "reconcile", &[&demo]).await);
    assert_eq!(out, "applied 6 changes with 1 writes\n");
    let out = printed(&run_against(&sandbox, "reconcile", &[&demo]).await);
    assert_eq!(out, "in sync\n");
    let writes: Vec<_> = sandbox.sandbox().writes().into_iter().map(|seen| seen.method).collect();
    assert_eq!(writes, ["PUT"]);
    let live = sandbox.sandbox().state().unwrap().organization.unwrap();
    assert_eq!(live["session_duration"], "24h");
    assert_eq!(live["ai_controls_beta"], json!({"mode": "observe", "exempted_groups": ["research"]}));
}

#[tokio::test]
async fn revoke_user_reports_success() {
    let sandbox = serve(seeded()).await;
    let out = printed(&run_against(&sandbox, "revoke_user", &[ACCOUNT, "sam@widget.example"]).await);
    assert_eq!(out, "revoked\n");
    let writes = sandbox.sandbox().writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].body, Some(json!({"email": "sam@widget.example", "devices": true})));
}

#[test]
fn plan_offline_plans_the_demo_without_network() {
    let out = printed(&program("plan_offline").args(["examples/org.yaml", "examples/live.json"]).output().unwrap());
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], r#"organization.session_duration: "12h" -> "24h""#);
    let last = lines.last().unwrap();
    assert!(last.starts_with("6 changes, 1 writes, sha256:"), "{out}");
    assert_eq!(lines.len(), 7, "{out}");
}

#[test]
fn a_program_without_arguments_prints_its_usage() {
    for name in ["plan_offline", "read_organization", "reconcile", "revoke_user"] {
        let output = program(name).output().unwrap();
        assert!(!output.status.success(), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(&format!("usage: {name} ")), "{stderr}");
    }
}

#[test]
fn the_demo_manifest_matches_its_schema() {
    let text = std::fs::read_to_string(in_repository("examples/org.yaml")).unwrap();
    let manifest: Json = serde_yaml::from_str(&text).unwrap();
    let published = std::fs::read_to_string(in_repository("schemas/org.schema.json")).unwrap();
    let errors: Vec<String> = jsonschema::draft7::new(&serde_json::from_str(&published).unwrap())
        .unwrap()
        .iter_errors(&manifest)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(published.trim_end(), schema(Model::current(), SchemaName::Org).trim_end(), "the schema is out of date");
    let modeline = text.lines().next().unwrap();
    let (_, schema) = modeline.split_once("$schema=").unwrap();
    assert!(in_repository("examples").join(schema).exists(), "{modeline}");
}

/// Removes volatile settings.
fn without_volatile(mut snapshot: Json) -> Json {
    for setting in Model::current().settings().iter().filter(|setting| setting.access == Access::Volatile) {
        let section = snapshot["live"][setting.endpoint().section()].as_object_mut().unwrap();
        section.shift_remove(setting.name());
    }
    snapshot
}

#[test]
fn the_demo_snapshot_equals_an_export_of_a_new_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let output = Command::new(env!("CARGO_BIN_EXE_zerodrift"))
        .args(["export", "--format", "json", "--account-id", ACCOUNT, &format!("--sandbox={}", state.display())])
        .env_clear()
        .output()
        .unwrap();
    let exported: Json = serde_json::from_str(&printed(&output)).unwrap();
    let demo: Json = serde_json::from_slice(&std::fs::read(in_repository("examples/live.json")).unwrap()).unwrap();
    // As text, because the order of the fields is part of what a reader compares.
    assert_eq!(without_volatile(exported).to_string(), without_volatile(demo).to_string());
}
