//! What the workflows may do, and where a token is.

use super::runner::{example, yaml};
use super::{PLACE, WORKFLOWS, jobs, steps};

#[test]
fn every_action_is_pinned_to_a_commit_and_says_its_version() {
    let mut seen = 0;
    for name in WORKFLOWS {
        let text = std::fs::read_to_string(example(name)).unwrap();
        for used in text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used) {
            if used == PLACE {
                continue;
            }
            seen += 1;
            let (action, version) = used.split_once(" # v").unwrap_or_else(|| panic!("{name}: {used}"));
            let (owner, commit) = action.split_once('@').unwrap();
            assert!(owner.starts_with("actions/"), "{name}: {used}");
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}: {used}");
            assert_eq!(version.split('.').filter(|number| number.parse::<u16>().is_ok()).count(), 3, "{name}: {used}");
        }
    }
    assert_eq!(seen, 12, "six checkouts and six artifacts");
}

#[test]
fn a_workflow_has_no_permissions_and_its_jobs_declare_theirs() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        for (id, job) in jobs(&workflow) {
            let permissions = job["permissions"].as_object().unwrap_or_else(|| panic!("{name}: {id}"));
            let writes: Vec<&String> =
                permissions.iter().filter(|(_, may)| *may != "read").map(|(scope, _)| scope).collect();
            let allowed: &[&str] = match (name, id.as_str()) {
                ("github/plan.yml" | "github/fork-safe/comment.yml", _) => &["pull-requests", "issues"],
                ("github/shards.yml", "report") => &["pull-requests"],
                ("github/drift.yml", _) => &["issues"],
                _ => &[],
            };
            assert_eq!(writes, allowed, "{name}: {id}");
            assert!(job["timeout-minutes"].is_number(), "{name}: {id}");
        }
    }
}

#[test]
fn no_script_has_an_expression_in_it_and_every_longer_one_stops_at_a_failure() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        for script in jobs(&workflow).flat_map(|(_, job)| steps(job)).filter_map(|step| step["run"].as_str()) {
            assert!(!script.contains("${{"), "{name}: {script}");
            assert!(script.lines().count() == 1 || script.starts_with("set -euo pipefail\n"), "{name}: {script}");
        }
    }
}

#[test]
fn no_checkout_keeps_the_token() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        for step in jobs(&workflow).flat_map(|(_, job)| steps(job)) {
            if step["uses"].as_str().is_some_and(|used| used.starts_with("actions/checkout@")) {
                assert_eq!(step["with"]["persist-credentials"], false, "{name}");
                assert!(step["with"]["ref"].is_null(), "{name} checks out something else than what it is run for");
            }
        }
    }
}

#[test]
fn only_the_job_that_writes_records_a_deployment() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        for (id, job) in jobs(&workflow).filter(|(_, job)| !job["environment"].is_null()) {
            let writes = job["environment"] == "zero-trust-production";
            let reads = serde_json::json!({"name": "zero-trust-read", "deployment": false});
            assert!(writes || job["environment"] == reads, "{name}: {id}");
            assert_eq!(writes, job.to_string().contains("zerodrift apply"), "{name}: {id}");
        }
    }
    let pipeline = yaml("gitlab/.gitlab-ci.yml");
    for job in ["zerodrift-plan", "zerodrift-review", "zerodrift-drift"] {
        assert_eq!(pipeline[job]["environment"]["action"], "access", "{job}");
    }
}

#[test]
fn only_jobs_with_an_environment_have_a_token_and_none_that_plans_forks() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        for (id, job) in jobs(&workflow) {
            let secret = job.to_string().contains("secrets.");
            assert_eq!(secret, !job["environment"].is_null(), "{name}: {id}");
        }
    }
    for name in ["github/fork-safe/plan.yml", "github/fork-safe/comment.yml"] {
        assert!(!std::fs::read_to_string(example(name)).unwrap().contains("secrets."), "{name}");
    }
    let trusted = yaml("github/fork-safe/comment.yml").to_string();
    assert!(!trusted.contains("actions/checkout") && !trusted.contains("GITHUB_REF"), "{trusted}");
}
