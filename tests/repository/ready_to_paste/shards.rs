//! Very many organizations in the jobs of GitHub and GitLab: the shards, and the report of their documents.

use std::path::Path;

use serde_json::Value as Json;

use super::runner::{Machine, example, inherited, yaml};

const GITHUB: &str = "github/shards.yml";
const GITLAB: &str = "gitlab/shards.yml";

/// Accounts of which each shard of three has at least one.
const ACCOUNTS: [u8; 5] = [1, 2, 3, 4, 5];

/// A machine with a folder of manifests. All of them change the session duration, which is 12h in the sandbox.
fn machine() -> Machine {
    let machine = Machine::new();
    for folder in ["orgs", "temp/shards"] {
        std::fs::create_dir(machine.path(folder)).unwrap();
    }
    ACCOUNTS.iter().for_each(|account| declare(&machine, *account, "24h"));
    machine
}

fn declare(machine: &Machine, account: u8, duration: &str) {
    let id = account.to_string().repeat(32);
    let manifest = format!("account_id: {id}\norganization:\n  session_duration: {duration}\n");
    machine.write(&format!("orgs/{account}.yaml"), &manifest);
}

/// Runs a shard on GitHub, uploads and downloads its document, and says how it ended.
fn github_shard(machine: &Machine, shard: &str) -> i32 {
    let ended = machine.run_job(GITHUB, "shard", &[("matrix.shard", shard), ("strategy.job-total", "3")]);
    let document = format!("shard-{shard}.json");
    std::fs::rename(machine.path("temp").join(&document), machine.path("temp/shards").join(&document)).unwrap();
    ended["steps.plan"]
}

/// Runs the report on GitHub after shards with this result, and says how it ended.
fn github_report(machine: &Machine, result: &str) -> i32 {
    machine.run_job(GITHUB, "report", &[("needs.shard.result", result)])["steps.report"]
}

#[test]
fn the_plans_of_all_shards_are_one_comment() {
    let machine = machine();
    let codes = ["1", "2", "3"].map(|shard| github_shard(&machine, shard));
    assert_eq!(codes, [0; 3]);
    assert_eq!(github_report(&machine, "success"), 0);
    let posted = "api --silent --method POST repos/widget/org/issues/7/comments -F body=@TEMP/plan.md.comment";
    assert_eq!(machine.told(), [posted]);
    let comment = machine.read("temp/plan.md.comment");
    let start = "<!-- zerodrift orgs -->\n### zerodrift plan: 5 of 5 organizations would change\n";
    assert!(comment.starts_with(start), "{comment}");
    assert!(machine.read("summary").contains("5 of 5 organizations would change"));
    assert!(machine.read("temp/plan.html").contains("</html>"));
    assert_eq!(machine.outputs()["changed"], "true");

    machine.answer("comments", "42\n");
    github_report(&machine, "success");
    let patched = "api --silent --method PATCH repos/widget/org/issues/comments/42 -F body=@TEMP/plan.md.comment";
    assert_eq!(machine.told(), [patched]);
}

#[test]
fn the_comment_names_the_shard_without_a_document() {
    let machine = machine();
    assert_eq!(["1", "2", "3"].map(|shard| github_shard(&machine, shard)), [0; 3]);
    for shard in ["1", "2", "3"] {
        let document = format!("shard-{shard}.json");
        std::fs::rename(machine.path("temp/shards").join(&document), machine.path("away")).unwrap();
        assert_eq!(github_report(&machine, "failure"), 1);
        let comment = machine.read("temp/plan.md.comment");
        assert!(comment.contains(&format!("**cannot read {document}: No such file or directory")), "{comment}");
        std::fs::rename(machine.path("away"), machine.path("temp/shards").join(&document)).unwrap();
    }
}

#[test]
fn the_report_fails_if_a_shard_failed_and_names_the_organization() {
    let machine = machine();
    declare(&machine, 4, "1d");
    let codes = ["1", "2", "3"].map(|shard| github_shard(&machine, shard));
    assert_eq!(codes.iter().filter(|code| **code == 5).count(), 1, "{codes:?}");
    assert_eq!(github_report(&machine, "failure"), 1);
    let comment = machine.read("temp/plan.md.comment");
    assert!(comment.contains("4 of 5 organizations would change") && comment.contains("orgs/4.yaml"), "{comment}");
}

#[test]
fn the_jobs_of_github_have_the_same_number_of_shards() {
    let workflow = yaml(GITHUB);
    let strategy = &workflow["jobs"]["shard"]["strategy"];
    assert_eq!(strategy["matrix"], serde_json::json!({"shard": [1, 2, 3]}));
    assert_eq!(strategy["fail-fast"], false);
    assert_eq!(std::fs::read_to_string(example(GITHUB)).unwrap().matches("{1..3}").count(), 1);
    let report = &workflow["jobs"]["report"];
    assert_eq!(report["needs"], "shard");
    assert_eq!(report["if"], "${{ !cancelled() && needs.shard.result != 'skipped' }}");
    assert!(!report.to_string().contains("checkout"), "a file of the branch would be mistaken for a document");
}

#[test]
fn one_job_plans_or_compares_a_folder_of_manifests() {
    let machine = machine();
    machine.edit("org.yaml", "orgs");
    assert_eq!(machine.run_job("github/plan.yml", "plan", &[])["steps.plan"], 0);
    let comment = machine.read("temp/plan.md.comment");
    assert!(comment.contains("5 of 5 organizations would change"), "{comment}");
    assert_eq!(machine.run_gitlab_job("zerodrift-plan", &[]), 0);
    assert!(machine.read("terraform.json").contains("\"update\": 5"));
    assert_eq!(machine.run_gitlab_job("zerodrift-drift", &[]), 2);
    assert!(machine.read("drift.md").contains("5 of 5 organizations differ"));
}

/// Runs the shards of a job on GitLab, which run in one folder here, and says how each ended.
fn gitlab_shards(machine: &Machine, job: &str) -> [i32; 3] {
    std::fs::create_dir_all(machine.path("artifacts")).unwrap();
    machine.stand_in("");
    let codes = ["1", "2", "3"].map(|shard| {
        let code = machine.run_pipeline_job(GITLAB, job, &[("CI_NODE_INDEX", shard), ("CI_NODE_TOTAL", "3")]);
        for document in documents(&machine.path("")) {
            std::fs::rename(machine.path(&document), machine.path("artifacts").join(document)).unwrap();
        }
        code
    });
    machine.stand_in("artifacts");
    codes
}

/// The names of the files that a shard uploads.
fn documents(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with("shard-") && Path::new(name).extension().is_some_and(|e| e == "json"))
        .collect()
}

#[test]
fn the_report_of_a_merge_request_has_the_changes_of_all_shards() {
    let machine = machine();
    // A file of the branch is not taken for a document.
    machine.write("shard-9.json", "{}");
    assert_eq!(gitlab_shards(&machine, "zerodrift-plan-shard"), [0; 3]);
    assert_eq!(documents(&machine.path("artifacts")).len(), 3);
    machine.forget_token();
    assert_eq!(machine.run_pipeline_job(GITLAB, "zerodrift-plan-report", &[]), 0);
    assert!(machine.read("artifacts/terraform.json").contains("\"update\": 5"));
    assert!(machine.read("artifacts/plan.html").contains("5 of 5 organizations would change"));
}

#[test]
fn the_report_of_drift_fails_with_the_code_that_comes_first() {
    let machine = machine();
    let report = || machine.run_pipeline_job(GITLAB, "zerodrift-drift-report", &[]);
    assert_eq!(gitlab_shards(&machine, "zerodrift-drift-shard"), [2; 3]);
    assert_eq!(report(), 2);
    assert!(machine.read("artifacts/drift.md").contains("### zerodrift drift: 5 of 5 organizations differ"));
    declare(&machine, 4, "1d");
    assert!(gitlab_shards(&machine, "zerodrift-drift-shard").contains(&5));
    assert_eq!(report(), 5);
    ACCOUNTS.iter().for_each(|account| declare(&machine, *account, "12h"));
    assert_eq!(gitlab_shards(&machine, "zerodrift-drift-shard"), [0; 3]);
    assert_eq!(report(), 0);
    std::fs::remove_file(machine.path("artifacts/shard-2.json")).unwrap();
    assert_eq!(report(), 1);
    let failed = machine.read("artifacts/drift.md");
    assert!(failed.contains("cannot read shard-2.json: No such file or directory"), "{failed}");
}

#[test]
fn the_jobs_of_gitlab_have_the_same_number_of_shards_and_only_shards_have_a_token() {
    let pipeline = yaml(GITLAB);
    assert_eq!(std::fs::read_to_string(example(GITLAB)).unwrap().matches("{1..3}").count(), 2);
    for command in ["plan", "drift"] {
        let [shard, report] = ["shard", "report"].map(|part| format!("zerodrift-{command}-{part}"));
        assert_eq!(*inherited(&pipeline, &shard, "parallel"), 3);
        let reads = serde_json::json!({"name": "zero-trust-read", "action": "access"});
        assert_eq!(*inherited(&pipeline, &shard, "environment"), reads);
        assert_eq!(inherited(&pipeline, &shard, "artifacts")["when"], "always");
        assert_eq!(*inherited(&pipeline, &report, "environment"), Json::Null);
        assert_eq!(inherited(&pipeline, &report, "variables")["GIT_STRATEGY"], "empty");
        assert_eq!(pipeline[&report]["needs"], serde_json::json!([shard]));
        assert_eq!(pipeline[&report]["rules"][0]["when"], "always");
    }
    assert_eq!(pipeline["zerodrift-drift-shard"]["allow_failure"]["exit_codes"], 2);
}
