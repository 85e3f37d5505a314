//! One person opens a pull request while another one edits the dashboard, from the plan to the merge and a revert.

use crate::common::repository::Repository;
use crate::harness::{ACCOUNT, TestEnv};

const PLAN: &str = "plan --sandbox=state.json --base main";
const APPLY: &str = "apply --sandbox=state.json --auto-approve";

fn manifest(name: &str, duration: &str, locked: bool) -> String {
    format!(
        "account_id: {ACCOUNT}\norganization:\n  name: {name}\n  session_duration: {duration}\n  is_ui_read_only: {locked}\n"
    )
}

/// The lines between a heading and the next empty line.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("{heading}\n")).unwrap_or_else(|| panic!("no {heading} in {text}"));
    rest.split("\n\n").next().unwrap()
}

#[test]
fn the_plan_names_all_three_causes_and_after_the_apply_there_is_no_drift() {
    let env = TestEnv::with_manifest(&manifest("Widget", "12h", false));
    env.seed();
    // Alice has named the organization in the dashboard, and writes its manifest.
    let _ = env.run("sandbox edit --state state.json --as alice@example.com name=Widget").exits(0);
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", &env.read("org.yaml"));
    let _ = env.run(APPLY).exits(0);
    let _ = env.run("drift --sandbox=state.json --base main").exits(0);

    // Alice opens a pull request.
    repository.git("checkout -q -b alice");
    repository.commit("org.yaml", &manifest("Widgets", "8h", false));
    // Meanwhile, Bob makes two changes in the dashboard, one of them of the same setting.
    let _ = env
        .run("sandbox edit --state state.json --as bob@example.com session_duration=48h is_ui_read_only=true")
        .exits(0);

    let plan = env.run(&format!("{PLAN} --who")).exits(0);
    let plan = plan.shows(&[
        "1 setting changes, 1 setting conflicts with a change made outside Git, and 1 change made outside Git would be \
         reverted",
    ]);
    let conflicts = section(&plan.stdout, "Conflicts: changed in the file and outside Git");
    assert!(conflicts.contains("~ session_duration   48h → 8h") && conflicts.matches('~').count() == 1, "{plan}");
    assert!(conflicts.contains("bob@example.com in the dashboard"), "{plan}");
    let drift = section(&plan.stdout, "Drift: changed outside Git, apply would revert this");
    assert!(drift.contains("- is_ui_read_only   true → (unset)"), "{plan}");
    assert!(drift.contains("bob@example.com in the dashboard"), "{plan}");
    let own = section(&plan.stdout, "This change");
    assert!(own.contains("~ name   \"Widget\" → \"Widgets\""), "{plan}");
    assert!(own.contains("alice@example.com in the dashboard"), "{plan}");

    // After the merge and before the apply, the file's own change is pending.
    let applied = repository.git("rev-parse main");
    repository.git("checkout -q main");
    repository.git("merge -q --no-ff --no-edit alice");
    let drift = env.run(&format!("drift --sandbox=state.json --base {applied}")).exits(2);
    let drift = drift.shows(&[
        "1 setting was changed outside Git, 1 setting was changed on both sides, and 1 change of org.yaml is not applied yet",
    ]);
    assert!(section(&drift.stdout, "Pending: changed in the file, not applied yet").contains("~ name"), "{drift}");

    let _ = env.run(APPLY).exits(0);
    let _ = env.run("drift --sandbox=state.json --base main").exits(0).shows(&["No drift: "]);

    // Alice's change is reverted in a pull request: a change of the file, and nothing else.
    repository.git("checkout -q -b revert");
    repository.git("revert --no-edit -m 1 main");
    let revert = env.run(PLAN).exits(0).shows(&["2 settings change, with one PUT."]);
    assert!(section(&revert.stdout, "This change").contains("~ session_duration   8h → 12h"), "{revert}");
    assert!(!revert.stdout.contains("Conflicts: ") && !revert.stdout.contains("Drift: "), "{revert}");
}

#[test]
fn a_pull_request_that_changes_nothing_says_that_it_would_revert_drift() {
    let env = TestEnv::with_manifest(&manifest("Widget Corps", "12h", false));
    env.seed();
    let repository = Repository::new(&env.path(""));
    repository.commit("org.yaml", &env.read("org.yaml"));
    let _ = env.run(APPLY).exits(0);
    repository.git("checkout -q -b comment");
    repository.commit("org.yaml", &format!("# A comment.\n{}", env.read("org.yaml")));
    let _ = env.run("sandbox edit --state state.json --as bob@example.com is_ui_read_only=true").exits(0);
    let comment = env.run(&format!("{PLAN} --format markdown")).exits(0);
    let _ = comment.shows(&[
        "### zerodrift plan: Widget Corps has only changes made outside Git, which apply would revert",
        "the file changes no setting, but 1 change made outside Git would be reverted",
    ]);
}
