//! The line that users uncomment to see who made the changes outside Git.

use super::runner::Machine;

const BY: &str = "kim@widget.example";

/// Whether a report names the person. A comment splits addresses, so that they do not become links.
fn names(report: &str) -> bool {
    report.replace("<!-- -->", "").contains(BY)
}

/// A machine whose organization was changed in the dashboard.
fn changed() -> Machine {
    let machine = Machine::new();
    let edited = machine.zerodrift(&["sandbox", "edit", "session_duration=1h", "--as", BY, "--state", "state.json"]);
    assert_eq!(edited, 0);
    machine
}

#[test]
fn uncommenting_the_line_shows_the_person() {
    for (file, job, report) in [
        ("github/plan.yml", "plan", "temp/plan.md"),
        ("github/drift.yml", "drift", "temp/drift.md"),
        ("gitlab/.gitlab-ci.yml", "zerodrift-plan", "plan.html"),
        ("gitlab/.gitlab-ci.yml", "zerodrift-drift", "drift.md"),
    ] {
        let machine = changed();
        let run = || {
            if file.starts_with("github") {
                machine.run_job(file, job, &[("steps.compare.outputs.drift", "true")]);
            } else {
                machine.run_gitlab_job(job, &[]);
            }
        };
        run();
        assert!(!names(&machine.read(report)), "{file}: {job}");
        machine.edit("# WHO: ", "WHO: ");
        run();
        assert!(names(&machine.read(report)), "{file}: {job}: {}", machine.read(report));
    }
}
