//! The workflows for a repository whose branches are its own.

use super::runner::{Machine, example, yaml};

/// The event of a schedule names no repository, so a comparison with its default branch is never true there.
#[test]
fn the_drift_workflow_runs_on_its_schedule() {
    let condition = yaml("github/drift.yml")["jobs"]["drift"]["if"].as_str().unwrap().to_owned();
    assert_eq!(
        condition,
        "github.event_name == 'schedule' || github.ref_name == github.event.repository.default_branch"
    );
}

#[test]
fn a_pull_request_gets_one_comment_that_is_kept() {
    let machine = Machine::new();
    let outputs = machine.run_job("github/plan.yml", "plan", &[]);
    assert_eq!(outputs["steps.plan"], 0, "{outputs:?}");
    assert_eq!(
        machine.told(),
        ["api --silent --method POST repos/widget/org/issues/7/comments -F body=@TEMP/plan.md.comment"]
    );
    assert!(machine.read("temp/plan.md.comment").starts_with("<!-- zerodrift org.yaml -->\n### zerodrift plan: "));
    assert!(machine.read("temp/plan.html").contains("</html>"));

    machine.answer("comments", "42\n43\n");
    machine.run_job("github/plan.yml", "plan", &[]);
    let patched = "api --silent --method PATCH repos/widget/org/issues/comments/42 -F body=@TEMP/plan.md.comment";
    assert_eq!(machine.told(), [patched]);
}

#[test]
fn a_broken_manifest_is_commented_too() {
    let machine = Machine::new();
    machine.write("org.yaml", "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  sesion_duration: 24h\n");
    let outputs = machine.run_job("github/plan.yml", "plan", &[]);
    assert_eq!(outputs["steps.plan"], 5, "{outputs:?}");
    assert_eq!(
        machine.told(),
        ["api --silent --method POST repos/widget/org/issues/7/comments -F body=@TEMP/plan.md.comment"]
    );
}

/// A pull request that names another organization must not take over the comment about that one.
#[test]
fn a_pull_request_does_not_choose_which_comment_is_replaced() {
    let machine = Machine::new();
    machine.run_job("github/fork-safe/snapshot.yml", "snapshot", &[]);
    machine.write("live.json", &machine.read("temp/live.json"));
    let own = machine.read("org.yaml");
    // The manifest that the API answers with is not the file that the job writes.
    machine.start_empty();
    for manifest in [&own, &own.replace("699d", "0000"), "account_id: -->\n", "{{{", ""] {
        machine.write("org.yaml", manifest);
        machine.write("checkout/org.yaml", manifest);
        machine.run_job("github/plan.yml", "plan", &[]);
        machine.run_job("github/fork-safe/comment.yml", "comment", &[("steps.find.outputs.number", "7")]);
        for comment in ["temp/plan.md.comment", "checkout/plan.md.comment"] {
            let comment = machine.read(comment);
            assert!(comment.starts_with("<!-- zerodrift org.yaml -->\n#"), "{manifest}: {comment}");
            assert!(!comment.contains("<!-- zerodrift plan"), "{manifest}: {comment}");
        }
    }
}

#[test]
fn a_reviewed_plan_is_applied_and_its_backup_is_kept() {
    let machine = Machine::new();
    machine.run_job("github/apply.yml", "plan", &[]);
    let outputs = machine.outputs();
    assert_eq!(outputs["changed"], "true");
    let digest = outputs["digest"].clone();
    let ended = machine.run_job("github/apply.yml", "apply", &[("needs.plan.outputs.digest", &digest)]);
    assert_eq!(ended["steps.apply-what-was-reviewed"], 0, "{ended:?}");
    assert!(machine.read("state.json").contains("24h"));
    assert_eq!(std::fs::read_dir(machine.path("temp/backups")).unwrap().count(), 2, "a backup and the audit log");

    let ended = machine.run_job("github/apply.yml", "plan", &[]);
    assert_eq!(ended["steps.plan"], 0);
    assert_eq!(machine.outputs()["changed"], "false");
}

#[test]
fn a_plan_without_consent_is_commented_and_never_reaches_the_approval() {
    let machine = Machine::new();
    machine.write("org.yaml", &machine.read("org.yaml").replace("auth_domain: widget.", "auth_domain: gadget."));
    let outputs = machine.run_job("github/plan.yml", "plan", &[]);
    assert_eq!(outputs["steps.plan"], 3, "{outputs:?}");
    assert!(machine.read("temp/plan.md.comment").contains("  - setting: organization.auth_domain\n"));
    assert_eq!(machine.told().len(), 2, "the comment and the label");
    // The job that applies needs this one, so it does not start, and no reviewer is asked.
    let outputs = machine.run_job("github/apply.yml", "plan", &[]);
    assert_eq!(outputs["steps.plan"], 3, "{outputs:?}");
    assert_eq!(yaml("github/apply.yml")["jobs"]["apply"]["needs"], "plan");
    assert_eq!(machine.outputs()["unconsented"], "1");
}

const LABELLED: &str = "api --silent --method POST repos/widget/org/issues/7/labels -f labels[]=zerodrift: guarded";

#[test]
fn a_guarded_plan_labels_the_pull_request_until_the_plan_is_not_guarded() {
    let machine = Machine::new();
    machine.run_job("github/fork-safe/snapshot.yml", "snapshot", &[]);
    machine.write("live.json", &machine.read("temp/live.json"));
    let own = machine.read("org.yaml");
    // The manifest that the API answers with is not the file that the job writes.
    machine.start_empty();
    let write = |text: &str| ["org.yaml", "checkout/org.yaml"].iter().for_each(|name| machine.write(name, text));
    let find = [("steps.find.outputs.number", "7")];
    for (workflow, job) in [("github/plan.yml", "plan"), ("github/fork-safe/comment.yml", "comment")] {
        machine.answer("labels", "false\n");
        write(&own.replace("auth_domain: widget.", "auth_domain: gadget."));
        machine.told();
        machine.run_job(workflow, job, &find);
        assert_eq!(machine.told().last().unwrap(), LABELLED, "{workflow}");

        machine.answer("labels", "true\n");
        write("organization: 1\n");
        machine.run_job(workflow, job, &find);
        assert!(!machine.told().iter().any(|call| call.contains("/labels")), "{workflow}: without a plan");

        write(&own);
        machine.run_job(workflow, job, &find);
        let removed = "api --silent --method DELETE repos/widget/org/issues/7/labels/zerodrift%3A%20guarded";
        assert_eq!(machine.told().last().unwrap(), removed, "{workflow}");
    }
}

#[test]
fn a_label_that_cannot_be_changed_does_not_fail_the_job() {
    let machine = Machine::new();
    let own = machine.read("org.yaml");
    machine.answer("no-label", "");
    for manifest in [own.replace("auth_domain: widget.", "auth_domain: gadget."), own] {
        machine.write("org.yaml", &manifest);
        let ended = machine.run_job("github/plan.yml", "plan", &[]);
        assert_eq!((ended["steps.comment"], ended["steps.label"]), (0, 0), "{ended:?}");
    }
}

#[test]
fn a_plan_that_was_not_reviewed_is_not_applied() {
    let machine = Machine::new();
    let other = format!("sha256:{}", "0".repeat(64));
    let ended = machine.run_job("github/apply.yml", "apply", &[("needs.plan.outputs.digest", &other)]);
    assert_eq!(ended["steps.apply-what-was-reviewed"], 4, "{ended:?}");
}

#[test]
fn drift_opens_one_issue_keeps_it_and_closes_it() {
    let machine = Machine::new();
    machine.run_job("github/drift.yml", "drift", &[("steps.compare.outputs.drift", "true")]);
    assert_eq!(machine.outputs()["drift"], "true");
    let told = machine.told();
    let opened =
        "api --silent --method POST repos/widget/org/issues -F body=@TEMP/drift.md -f labels[]=zerodrift: drift ";
    assert!(told.len() == 2 && told[1].starts_with(opened), "{told:?}");
    assert!(told[0].starts_with("label create zerodrift: drift --repo widget/org "), "{told:?}");
    // Another label in the query finds no issue, and every run opens one more.
    let workflow = std::fs::read_to_string(example("github/drift.yml")).unwrap();
    assert!(workflow.contains("/issues?state=open&labels=zerodrift%3A%20drift&per_page=100\""));

    machine.answer("issues", "12\n");
    machine.run_job("github/drift.yml", "drift", &[("steps.compare.outputs.drift", "true")]);
    assert_eq!(machine.told(), ["api --silent --method PATCH repos/widget/org/issues/12 -F body=@TEMP/drift.md"]);

    machine.zerodrift(&["apply", "org.yaml", "--auto-approve"]);
    machine.run_job("github/drift.yml", "drift", &[("steps.compare.outputs.drift", "false")]);
    assert_eq!(machine.outputs()["drift"], "false");
    let told = machine.told();
    let closed = "api --silent --method PATCH repos/widget/org/issues/12 -f state=closed -f state_reason=completed";
    assert!(told.len() == 2 && told[1] == closed, "{told:?}");
}
