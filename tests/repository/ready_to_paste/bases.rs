//! The jobs find what was applied, in clones as their platforms make them.

use serde_json::Value as Json;

use super::runner::{Machine, example, yaml};
use super::steps;
use crate::common::repository::Repository;

/// A manifest with this session duration, and with the dashboard locked or not. The sandbox has 12h and is not locked.
fn manifest(duration: &str, locked: bool) -> String {
    let account = crate::common::ACCOUNT;
    format!("account_id: {account}\norganization:\n  session_duration: {duration}\n  is_ui_read_only: {locked}\n")
}

/// A repository on a server, with a branch `main` that declares a locked dashboard, which the sandbox has not.
fn server(machine: &Machine) -> Repository {
    std::fs::create_dir(machine.path("server")).unwrap();
    let server = Repository::new(&machine.path("server"));
    server.commit("org.yaml", &manifest("12h", true));
    server
}

/// Clones the server for a job, which runs in the clone from now on.
fn check_out(machine: &Machine, options: &str, commit: &str) {
    let folder = machine.path("checkout");
    let _ = std::fs::remove_dir_all(&folder);
    let clone = Repository::clone_of(&machine.path("server"), &folder, options);
    clone.git(&format!("fetch -q {options} origin {commit}"));
    clone.git("checkout -q --detach FETCH_HEAD");
    machine.stand_in("checkout");
}

/// A pull request that changes the session, and the merge commit that its job runs on.
fn pull_request(server: &Repository) {
    server.git("checkout -q -b longer");
    server.commit("org.yaml", &manifest("24h", true));
    server.git("checkout -q main");
    server.commit("README.md", "Another change.\n");
    server.git("checkout -q --detach main");
    server.git("merge -q --no-ff --no-edit longer");
    server.git("update-ref refs/pull/7/merge HEAD");
    server.git("checkout -q main");
}

const BOTH: [&str; 3] = [
    "1 setting changes, and 1 change made outside Git would be reverted",
    "#### Drift: changed outside Git, apply would revert this\n",
    "#### This change\n",
];

#[test]
fn the_plan_of_a_pull_request_tells_its_change_from_drift() {
    for (workflow, job) in [("github/plan.yml", "plan"), ("github/fork-safe/plan.yml", "plan")] {
        let workflow = yaml(workflow);
        let checkout = &steps(&workflow["jobs"][job])[1]["with"];
        assert_eq!(checkout["fetch-depth"], 0, "{checkout}");
    }
    let machine = Machine::new();
    let server = server(&machine);
    pull_request(&server);
    check_out(&machine, "", "refs/pull/7/merge");
    machine.run_job("github/plan.yml", "plan", &[]);
    let comment = machine.read("temp/plan.md.comment");
    assert!(BOTH.iter().all(|part| comment.contains(part)), "{comment}");

    check_out(&machine, "--depth=1", "refs/pull/7/merge");
    machine.run_job("github/plan.yml", "plan", &[]);
    let comment = machine.read("temp/plan.md.comment");
    assert!(comment.contains("`base-shallow`") && comment.contains("### zerodrift plan: 2 settings of "), "{comment}");
}

#[test]
fn the_comment_on_a_pull_request_of_a_fork_tells_its_change_from_drift() {
    let machine = Machine::new();
    machine.run_job("github/fork-safe/snapshot.yml", "snapshot", &[]);
    machine.write("live.json", &machine.read("temp/live.json"));
    machine.write("org.yaml", &manifest("24h", true));
    machine.disconnect();
    machine.start_empty();
    for (main, parts) in [(Some(manifest("12h", true)), &BOTH[..]), (None, &["### zerodrift plan: 2 settings of "])] {
        let _ = std::fs::remove_file(machine.path("answers/main.yaml"));
        if let Some(main) = main {
            machine.answer("main.yaml", &main);
        }
        let ended = machine.run_job("github/fork-safe/comment.yml", "comment", &[("steps.find.outputs.number", "7")]);
        assert_eq!(ended["steps.plan"], 0, "{ended:?}");
        let comment = machine.read("checkout/plan.md.comment");
        assert!(parts.iter().all(|part| comment.contains(part)), "{comment}");
        assert!(!comment.contains("`base-"), "{comment}");
    }
}

#[test]
fn the_plan_of_a_merge_request_tells_its_change_from_drift() {
    let machine = Machine::new();
    let server = server(&machine);
    let base = server.head();
    pull_request(&server);
    check_out(&machine, "", "longer");
    assert_eq!(machine.run_gitlab_job("zerodrift-plan", &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)]), 0);
    let page = machine.read("checkout/plan.html");
    assert!(page.contains(BOTH[0]) && page.contains(">This change</h3>"), "{page}");
    let pipeline = yaml("gitlab/.gitlab-ci.yml");
    for job in ["zerodrift-plan", "zerodrift-review", "zerodrift-drift"] {
        assert_eq!(pipeline[job]["variables"]["GIT_DEPTH"], "0", "{job}");
        assert_eq!(pipeline[job]["image"], "buildpack-deps:trixie-scm", "{job} needs git");
    }
}

/// Three commits: one that was applied, one whose apply failed, and one that waits for approval.
fn deployed(machine: &Machine, locked: bool) -> [String; 2] {
    std::fs::create_dir(machine.path("server")).unwrap();
    let server = Repository::new(&machine.path("server"));
    server.commit("org.yaml", &manifest("12h", locked));
    let applied = server.head();
    server.commit("org.yaml", &manifest("18h", locked));
    let failed = server.head();
    server.commit("org.yaml", &manifest("24h", locked));
    check_out(machine, "", "main");
    [applied, failed]
}

#[test]
fn a_merged_change_that_is_not_applied_yet_opens_no_issue() {
    for (locked, drift) in [(false, "false"), (true, "true")] {
        let machine = Machine::new();
        let [applied, failed] = deployed(&machine, locked);
        machine.answer("deployments", &format!("3 {failed}\n2 {applied}\n1 {failed}\n"));
        machine.answer("succeeded-3", "false\n");
        machine.answer("succeeded-2", "true\n");
        machine.run_job("github/drift.yml", "drift", &[("steps.compare.outputs.drift", drift)]);
        assert_eq!(machine.outputs()["revision"], applied);
        let known = [("steps.applied.outputs.revision", applied.as_str()), ("steps.compare.outputs.drift", drift)];
        machine.run_job("github/drift.yml", "drift", &known);
        assert_eq!(machine.outputs()["drift"], drift);
        let report = machine.read("temp/drift.md");
        assert!(report.contains("Pending: changed in the file, not applied yet"), "{report}");
        assert_eq!(report.contains("#### Drift: changed outside Git"), locked, "{report}");
    }
}

#[test]
fn without_a_successful_apply_every_difference_is_drift() {
    let machine = Machine::new();
    let [_, failed] = deployed(&machine, false);
    machine.answer("deployments", &format!("3 {failed}\n"));
    machine.answer("succeeded-3", "false\n");
    machine.run_job("github/drift.yml", "drift", &[("steps.compare.outputs.drift", "true")]);
    let outputs = machine.outputs();
    assert_eq!((outputs["revision"].as_str(), outputs["drift"].as_str()), ("", "true"));
}

#[test]
fn gitlab_compares_with_the_last_successful_deployment_too() {
    let variables =
        [("CI_API_V4_URL", "https://gitlab.example/api/v4"), ("CI_PROJECT_ID", "5"), ("CI_JOB_TOKEN", "glcbt-sample")];
    for (locked, code) in [(false, 0), (true, 2)] {
        let machine = Machine::new();
        let [applied, failed] = deployed(&machine, locked);
        machine.answer("deployments", "[]");
        assert_eq!(machine.run_gitlab_job("zerodrift-drift", &variables), 2, "nothing was applied yet");
        let deployment = format!(
            "[{{\"id\":42,\"iid\":2,\"ref\":\"main\",\"sha\":\"{applied}\",\"user\":{{\"id\":1}},\"deployable\":\
             {{\"pipeline\":{{\"sha\":\"{failed}\"}}}}}}]"
        );
        machine.answer("deployments", &deployment);
        assert_eq!(machine.run_gitlab_job("zerodrift-drift", &variables), code);
        let (headers, lines) = (machine.read("answers/headers"), machine.read("answers/lines"));
        assert_eq!(headers, "-rw------- JOB-TOKEN: glcbt-sample\n".repeat(2));
        assert!(!lines.contains("glcbt-sample") && !lines.contains("-fsSL"), "{lines}");
    }
}

#[test]
fn the_review_before_an_apply_tells_what_was_merged_from_drift() {
    let machine = Machine::new();
    let [applied, _] = deployed(&machine, true);
    machine.answer("deployments", &format!("2 {applied}\n"));
    machine.answer("succeeded-2", "true\n");
    machine.run_job("github/apply.yml", "plan", &[]);
    let known = [("steps.applied.outputs.revision", applied.as_str())];
    // A digest contains the second of its plan, so both jobs must plan in the same one.
    let same_second =
        |one: &str, two: &str| one.trim_end()[one.trim_end().len() - 8..] == two.trim_end()[two.trim_end().len() - 8..];
    let is_compared = (0..10).any(|_| {
        machine.answer("deployments", &format!("2 {applied}\n"));
        machine.run_job("github/apply.yml", "plan", &known);
        let digest = machine.outputs()["digest"].clone();
        let summary = machine.read("summary");
        assert!(BOTH.iter().all(|part| summary.contains(part)), "{summary}");

        machine.answer("deployments", &format!("[{{\"id\":2,\"sha\":\"{applied}\"}}]"));
        assert_eq!(machine.run_gitlab_job("zerodrift-review", &[]), 0);
        let plan: Json = serde_json::from_str(&machine.read("checkout/plan.json")).unwrap();
        assert!(plan["plans"][0]["base"]["name"].as_str().unwrap().starts_with(&applied), "{plan}");
        let variable = machine.read("checkout/plan.env");
        let is_comparable = same_second(&variable, &digest);
        if is_comparable {
            assert_eq!(variable, format!("DIGEST={digest}\n"), "the base is not in the digest");
        }
        is_comparable
    });
    assert!(is_compared, "no two plans were made in the same second");
}

/// What the jobs look for must be what the job that applies records.
#[test]
fn drift_reads_the_deployments_that_apply_records() {
    for (reader, writer, name) in [
        ("github/drift.yml", "github/apply.yml", "environment: zero-trust-production\n"),
        ("gitlab/.gitlab-ci.yml", "gitlab/.gitlab-ci.yml", "name: zero-trust-production\n"),
    ] {
        let text = |name: &str| std::fs::read_to_string(example(name)).unwrap();
        assert!(text(writer).contains(name), "{writer}");
        assert!(text(reader).contains("deployments?environment=zero-trust-production&"), "{reader}");
    }
}
