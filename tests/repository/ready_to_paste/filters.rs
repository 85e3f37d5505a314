//! The filters that the workflows give to `gh`, on answers of GitHub.

use super::runner::Machine;

const BOT: &str = "github-actions[bot]";

fn entry(id: u32, login: &str, body: Option<&str>) -> serde_json::Value {
    serde_json::json!({"id": id, "number": id, "user": {"login": login}, "body": body})
}

fn answer(machine: &Machine, question: &str, entries: &[serde_json::Value]) {
    machine.answer(&format!("{question}.json"), &serde_json::Value::from(entries).to_string());
}

#[test]
fn only_the_issue_of_the_bot_about_this_organization_is_updated() {
    let machine = Machine::new();
    let drift = [("steps.compare.outputs.drift", "true")];
    machine.run_job("github/drift.yml", "drift", &drift);
    let report = machine.read("temp/drift.md");
    let other = report.replace("699d", "0000");
    machine.told();
    let foreign = [entry(12, "kim", Some(&report)), entry(13, BOT, Some(&other)), entry(14, BOT, None)];
    answer(&machine, "issues", &foreign);
    machine.run_job("github/drift.yml", "drift", &drift);
    assert!(machine.told().last().unwrap().starts_with("api --silent --method POST repos/widget/org/issues "));

    answer(
        &machine,
        "issues",
        &[&foreign[..], &[entry(15, BOT, Some(&report)), entry(16, BOT, Some(&report))]].concat(),
    );
    machine.run_job("github/drift.yml", "drift", &drift);
    assert_eq!(machine.told(), ["api --silent --method PATCH repos/widget/org/issues/15 -F body=@TEMP/drift.md"]);
}

#[test]
fn the_base_of_drift_is_the_newest_deployment_with_a_success() {
    let machine = Machine::new();
    let [failed, applied, older] = ["a", "b", "c"].map(|digit| digit.repeat(40));
    let deployment = |id: u32, sha: &str| serde_json::json!({"id": id, "sha": sha, "ref": "main"});
    answer(&machine, "deployments", &[deployment(3, &failed), deployment(2, &applied), deployment(1, &older)]);
    let states = |states: &[&str]| -> Vec<serde_json::Value> {
        states.iter().map(|state| serde_json::json!({"state": state})).collect()
    };
    answer(&machine, "succeeded-3", &states(&["failure", "in_progress"]));
    answer(&machine, "succeeded-2", &states(&["inactive", "success", "queued"]));
    answer(&machine, "succeeded-1", &states(&["inactive", "success"]));
    for (workflow, job) in [("github/drift.yml", "drift"), ("github/apply.yml", "plan")] {
        let ended = machine.run_job(workflow, job, &[("steps.compare.outputs.drift", "true")]);
        assert_eq!(ended["steps.applied"], 0, "{workflow}: {ended:?}");
        assert_eq!(machine.outputs()["revision"], applied, "{workflow}");
    }

    answer(&machine, "deployments", &[]);
    machine.run_job("github/drift.yml", "drift", &[("steps.compare.outputs.drift", "true")]);
    assert_eq!(machine.outputs()["revision"], "");
}

#[test]
fn only_the_comment_of_the_bot_with_the_marker_is_replaced() {
    let machine = Machine::new();
    let marked = "<!-- zerodrift org.yaml -->\n### old";
    let comments = [entry(41, "kim", Some(marked)), entry(42, BOT, Some("> quoted")), entry(43, BOT, Some(marked))];
    answer(&machine, "comments", &comments);
    answer(
        &machine,
        "labels",
        &[serde_json::json!({"name": "bug"}), serde_json::json!({"name": "zerodrift: guarded"})],
    );
    machine.run_job("github/plan.yml", "plan", &[]);
    assert_eq!(
        machine.told(),
        [
            "api --silent --method PATCH repos/widget/org/issues/comments/43 -F body=@TEMP/plan.md.comment",
            "api --silent --method DELETE repos/widget/org/issues/7/labels/zerodrift%3A%20guarded",
        ]
    );
}

#[test]
fn a_pull_request_of_a_fork_is_found_by_its_commit_and_repository() {
    let machine = Machine::new();
    machine.run_job("github/fork-safe/snapshot.yml", "snapshot", &[]);
    machine.write("live.json", &machine.read("temp/live.json"));
    machine.start_empty();
    let head = "0123456789abcdef0123456789abcdef01234567";
    let pull = |number: u32, sha: &str, repository: &str| serde_json::json!({"number": number, "head": {"sha": sha, "repo": {"full_name": repository}}});
    let deleted = serde_json::json!({"number": 4, "head": {"sha": head, "repo": null}});
    let others = [pull(5, head, "kim/org"), pull(6, &"f".repeat(40), "widget/org"), deleted];
    answer(&machine, "pulls", &[&others[..], &[pull(7, head, "widget/org")]].concat());
    let run = |id: u32, event: &str, repository: &str| serde_json::json!({"id": id, "event": event, "head_repository": {"full_name": repository}});
    let runs = [run(43, "pull_request", "widget/org"), run(42, "push", "kim/org"), run(41, "schedule", "widget/org")];
    machine.answer("runs.json", &serde_json::json!({"workflow_runs": runs}).to_string());
    let ended = machine.run_job("github/fork-safe/comment.yml", "comment", &[("steps.find.outputs.number", "7")]);
    assert_eq!((ended["steps.find"], machine.outputs()["number"].as_str()), (0, "7"), "{ended:?}");
    let download = "run download 41 --repo widget/org --name zerodrift-live --dir live";
    assert_eq!(machine.read("answers/downloads").trim_end(), download);

    answer(&machine, "pulls", &others);
    machine.run_job("github/fork-safe/comment.yml", "comment", &[("steps.find.outputs.number", "7")]);
    assert!(!machine.outputs().contains_key("number"));
}
