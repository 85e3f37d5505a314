//! What the pasted files install, and what they never run.

use super::runner::{ARCHIVE, Machine, example, yaml};
use super::{PLACE, WORKFLOWS, files, jobs, steps};

/// Whoever registers a name that nobody has registered, or fills a cache that a job trusts, gets the token of the job.
#[test]
fn only_the_release_that_the_user_names_is_installed() {
    let folders = ["github", "gitlab", "pre-commit", "kubernetes", "container"];
    for file in folders.iter().flat_map(|name| files(&example(name))).chain([example("../.pre-commit-hooks.yaml")]) {
        let name = file.display();
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            for way in [
                "zerodrift@",
                "cli:zerodrift",
                "pip install",
                "uvx",
                "pipx",
                "npx ",
                "binstall",
                "cargo install",
                "cache",
                "PATH=",
                "GITHUB_PATH",
            ] {
                assert!(!line.contains(way), "{name}: {line}");
            }
        }
    }
}

/// The action comes first, so nothing that was checked out can affect it, and nothing else is installed.
#[test]
fn every_job_of_github_starts_with_the_line_that_the_user_completes() {
    for name in WORKFLOWS {
        let text = std::fs::read_to_string(example(name)).unwrap();
        let workflow = yaml(name);
        for (id, job) in jobs(&workflow) {
            let (action, _) = PLACE.split_once(" #").unwrap();
            assert_eq!(steps(job)[0], serde_json::json!({"uses": action}), "{name}: {id}");
        }
        assert_eq!(text.matches(&format!("      - uses: {PLACE}\n")).count(), jobs(&workflow).count(), "{name}");
        assert!(text.contains("# Complete each line with COMPLETE_ME: "), "{name}");
    }
}

#[test]
fn a_pipeline_that_is_not_completed_or_gets_another_archive_stops_there() {
    let other = "0000000000000000000000000000000000000000000000000000000000000000";
    for checksum in ["COMPLETE_ME", "", "0123", other] {
        let machine = Machine::new();
        machine.pin(checksum);
        assert_eq!(machine.run_gitlab_job("zerodrift-plan", &[]), 1, "{checksum:?}");
        assert!(!machine.path("installed/zerodrift").exists(), "{checksum:?}");
        assert!(!machine.path("terraform.json").exists(), "{checksum:?}");
    }
    let machine = Machine::new();
    assert_eq!(machine.run_gitlab_job("zerodrift-plan", &[]), 0);
    assert_eq!(machine.read("answers/downloaded").trim_end(), ARCHIVE);
    assert!(machine.path("installed/zerodrift").exists());
}

/// A merge request may bring a program under the name of ours, wherever it likes below the checkout.
#[test]
fn a_program_of_the_checkout_is_never_run_where_there_is_a_token() {
    let machine = Machine::new();
    for place in [".zerodrift/bin/zerodrift", ".cargo/bin/zerodrift", "zerodrift", "curl", "tar"] {
        machine.program(&format!("checkout/{place}"), "#!/bin/sh\ntouch \"$ANSWERS/owned\"\n");
    }
    machine.write("checkout/org.yaml", &machine.read("org.yaml"));
    machine.stand_in("checkout");
    for job in ["zerodrift-validate", "zerodrift-plan", "zerodrift-review"] {
        assert_eq!(machine.run_gitlab_job(job, &[]), 0, "{job}");
    }
    assert_eq!(machine.run_job("github/plan.yml", "plan", &[])["steps.plan"], 0);
    assert!(!machine.path("answers/owned").exists());
}
