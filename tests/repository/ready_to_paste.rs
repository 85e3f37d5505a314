//! The files in `examples/` that people paste: what they promise about permissions and pins, and every command line of
//! theirs, run as its platform would run it, against a sandbox and with stand-ins for `gh` and `curl`.

mod bases;
mod cluster;
mod elsewhere;
mod filters;
mod forks;
mod github;
mod install;
mod notes;
mod permissions;
mod runner;
mod shards;
mod shards_in_cluster;
mod who;

use std::path::{Path, PathBuf};

use runner::example;
use serde_json::Value as Json;

/// What the user replaces: no account can have this name, and no commit has this hash, so a file that is not completed
/// installs nothing.
const PLACE: &str =
    "COMPLETE_ME/zerodrift/.github/actions/setup@0000000000000000000000000000000000000000 # COMPLETE_ME";

const WORKFLOWS: [&str; 7] = [
    "github/plan.yml",
    "github/apply.yml",
    "github/drift.yml",
    "github/shards.yml",
    "github/fork-safe/snapshot.yml",
    "github/fork-safe/plan.yml",
    "github/fork-safe/comment.yml",
];

fn jobs(workflow: &Json) -> impl Iterator<Item = (&String, &Json)> {
    workflow["jobs"].as_object().unwrap().iter()
}

fn steps(job: &Json) -> &[Json] {
    job["steps"].as_array().unwrap()
}

/// Every file of a folder and the folders below, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn every_workflow_is_tested_here() {
    let mut wanted: Vec<PathBuf> = WORKFLOWS.iter().map(|name| example(name)).collect();
    wanted.sort();
    assert_eq!(files(&example("github")), wanted);
}
