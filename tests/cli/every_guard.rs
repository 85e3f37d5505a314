//! Every guard, with a copy of `examples/strict-state.json`, with `examples/every-guard.yaml`.

use std::path::Path;
use std::process::Output;

use crate::common::process::hermetic;
use serde_json::Value as Json;
use zerodrift::settings::Model;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder with the manifest, and a state in which every guarded setting is at its strictest.
fn reviewer() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["every-guard.yaml", "strict-state.json"] {
        std::fs::copy(Path::new(ROOT).join("examples").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn zerodrift(folder: &Path, arguments: &[&str]) -> Output {
    hermetic(folder)
        .args(arguments)
        .args(["every-guard.yaml", "--sandbox=strict-state.json", "--format", "json"])
        .output()
        .unwrap()
}

fn document(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn guarded() -> Vec<&'static str> {
    let guarded = Model::current().settings().iter().filter(|setting| setting.ranked_guards().next().is_some());
    guarded.map(|setting| setting.path).collect()
}

fn state(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("strict-state.json")).unwrap()
}

#[test]
fn the_examples_trigger_every_guard() {
    let folder = reviewer();
    let plan = document(&zerodrift(folder.path(), &["plan"]));
    let changes = plan["plans"][0]["changes"].as_array().unwrap();
    let tripped: Vec<&str> = changes
        .iter()
        .filter(|change| !change["guard"].is_null())
        .map(|change| change["setting"].as_str().unwrap())
        .collect();
    assert_eq!(tripped, guarded());
}

#[test]
fn one_missing_consent_prevents_every_write() {
    for left_out in guarded() {
        let folder = reviewer();
        let before = state(folder.path());
        let mut arguments = vec!["apply", "--auto-approve"];
        arguments.extend(guarded().into_iter().filter(|path| *path != left_out).flat_map(|path| ["--allow", path]));
        let output = zerodrift(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(3), "{left_out}");
        assert!(state(folder.path()) == before, "{left_out}: not even the harmless half is written");
        let error = document(&output)["results"][0]["error"]["message"].as_str().unwrap().to_owned();
        assert!(error.ends_with(left_out), "{error}");
    }
}

#[test]
fn with_every_consent_the_plan_is_applied() {
    let folder = reviewer();
    let mut arguments = vec!["apply", "--auto-approve"];
    arguments.extend(guarded().into_iter().flat_map(|path| ["--allow", path]));
    let output = zerodrift(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(document(&output)["results"][0]["outcome"], "applied");
}
