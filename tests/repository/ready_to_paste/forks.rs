//! The workflows for a repository that forks send pull requests to.

use super::runner::Machine;

#[test]
fn a_pull_request_of_a_fork_is_planned_from_the_snapshot_without_a_token() {
    let machine = Machine::new();
    let ended = machine.run_job("github/fork-safe/snapshot.yml", "snapshot", &[]);
    assert_eq!(ended["steps.export"], 0, "{ended:?}");
    machine.write("live.json", &machine.read("temp/live.json"));
    machine.disconnect();

    let ended = machine.run_job("github/fork-safe/plan.yml", "plan", &[]);
    assert_eq!(ended["steps.plan"], 0, "{ended:?}");
    assert_eq!(machine.outputs()["changed"], "true");
    machine.told();

    // The manifest that the API answers with is not the file that the job writes.
    machine.start_empty();
    let ended = machine.run_job("github/fork-safe/comment.yml", "comment", &[("steps.find.outputs.number", "7")]);
    assert_eq!(ended["steps.plan"], 0, "{ended:?}");
    assert_eq!(machine.outputs()["number"], "7");
    let comment = machine.read("checkout/plan.md.comment");
    assert!(comment.contains("### zerodrift plan: 6 settings of "), "{comment}");
    let told = machine.told();
    assert_eq!(
        told.last().unwrap(),
        "api --silent --method POST repos/widget/org/issues/7/comments -F body=@plan.md.comment",
        "{told:?}"
    );
}

#[test]
fn no_name_in_a_pull_request_is_executed() {
    let machine = Machine::new();
    let branch = "x\"; touch $HOME/owned; #$(touch $HOME/owned)";
    let hostile = [("github.event.workflow_run.head_branch", branch)];
    let ended = machine.run_job("github/fork-safe/comment.yml", "comment", &hostile);
    assert_eq!(ended["steps.find"], 0, "{ended:?}");
    assert!(!machine.path("owned").exists());
    for sha in ["main", "0123", "$(touch $HOME/owned)", "refs/heads/main\n0123456789012345678901234567890123456789"] {
        let hostile = [("github.event.workflow_run.head_sha", sha)];
        let ended = machine.run_job("github/fork-safe/comment.yml", "comment", &hostile);
        assert_eq!(ended["steps.find"], 1, "{sha}: {ended:?}");
    }
    machine.answer("pulls", "7\n8\n");
    let ended = machine.run_job("github/fork-safe/comment.yml", "comment", &[]);
    assert_eq!(ended["steps.find"], 1, "{ended:?}");
    assert!(!machine.path("owned").exists());
}
