//! One run in several formats: standard output, reports in files, and the summary and outputs of a job on GitHub.

use insta::assert_snapshot;

use crate::harness::TestEnv;

const PLAN: &str = "plan --sandbox=state.json";

fn on_github(env: TestEnv) -> TestEnv {
    let (summary, output) = (env.path("summary.md"), env.path("output.txt"));
    let top = env.path("").display().to_string();
    env.set("GITHUB_ACTIONS", "true")
        .set("GITHUB_WORKSPACE", &top)
        .set("GITHUB_STEP_SUMMARY", &summary.display().to_string())
        .set("GITHUB_OUTPUT", &output.display().to_string())
}

/// The workflow commands of a log outside of its fence.
fn annotations(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.starts_with("::") && line.contains(" file=")).collect()
}

#[test]
fn the_live_state_is_read_once_for_all_formats() {
    let env = TestEnv::with_example();
    let run = env.run(&format!("{PLAN} -v --report markdown=plan.md --report json=plan.json --report text=plan.txt"));
    let run = run.exits(0).shows(&["Plan: 6 settings of account"]);
    assert_eq!(run.stderr.matches("method=GET").count(), 2, "one for each object: {run}");
    assert!(env.read("plan.txt").ends_with("would change, with one PUT.\n"));
    let json: serde_json::Value = serde_json::from_str(&env.read("plan.json")).unwrap();
    assert_eq!(json["plans"][0]["action"], "update");
    let comment = env.read("plan.md");
    assert!(comment.starts_with("<!-- zerodrift plan account/699d98642c564d2e855e9661899b7252 -->\n"), "{comment}");
    assert!(comment.contains(json["plans"][0]["digest"].as_str().unwrap()), "{comment}");
}

#[test]
fn a_job_on_github_gets_log_annotations_summary_and_outputs() {
    let env = on_github(TestEnv::with_example());
    let run = env.run(&format!("{PLAN} --format github --detailed-exitcode")).exits(2);
    assert!(run.stdout.starts_with("::stop-commands::"), "{run}");
    assert_eq!(annotations(&run.stdout).len(), 6, "{run}");
    let digest = run.stdout.lines().find_map(|line| line.strip_prefix("Digest ")).unwrap();
    let output = env.read("output.txt");
    assert!(output.starts_with("changed=true\nguarded=0\nunconsented=0\ndigest=sha256:"), "{output}");
    assert!(output.ends_with("\nexit_code=2\n"), "{output}");
    assert!(digest.starts_with("sha256:"), "{digest}");
    assert!(
        env.read("summary.md")
            .contains("### zerodrift plan: 6 settings of Widget Corps Internal Applications would change")
    );
}

#[test]
fn a_comment_links_the_lines_at_the_commit_of_the_job() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let github = [
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "widget/org"),
        ("GITHUB_SHA", commit),
        ("GITHUB_RUN_ID", "12"),
    ];
    let gitlab = [("CI_PROJECT_URL", "https://gitlab.com/widget/org"), ("CI_COMMIT_SHA", commit), ("CI_JOB_ID", "12")];
    let line = format!("blob/{commit}/org.yaml#L12)");
    for (variables, links) in [
        (
            &github[..],
            [
                format!("https://github.com/widget/org/{line}"),
                "(https://github.com/widget/org/actions/runs/12)".to_owned(),
            ],
        ),
        (
            &gitlab[..],
            [format!("https://gitlab.com/widget/org/-/{line}"), "(https://gitlab.com/widget/org/-/jobs/12)".to_owned()],
        ),
    ] {
        let set = |env: TestEnv, (name, value): &(&str, &str)| env.set(name, value);
        let env = variables.iter().fold(TestEnv::with_example(), set);
        for format in ["plan", "drift"] {
            let shown = env.run(&format!("{format} --sandbox=state.json --format markdown")).stdout;
            assert!(links.iter().all(|link| shown.contains(link)), "{shown}");
        }
        env.write("org.yaml", "organization:\n  sesion_duration: 24h\n");
        let failed = env.run(&format!("{PLAN} --format markdown")).exits(5).stdout;
        assert!(failed.contains(&links[0].replace("#L12)", "#L2)")) && failed.contains(&links[1]), "{failed}");
    }
}

#[test]
fn an_output_on_github_counts_the_changes_without_consent() {
    let env = on_github(TestEnv::with_example());
    env.replace("org.yaml", "auth_domain: widget.", "auth_domain: gadget.");
    env.run(&format!("{PLAN} --format github --require-consent")).exits(3);
    let output = env.read("output.txt");
    assert!(output.starts_with("changed=true\nguarded=1\nunconsented=1\n"), "{output}");
    assert!(output.ends_with("\nexit_code=3\n"), "{output}");
}

#[test]
fn drift_on_github_annotates_the_lines_of_drifted_settings() {
    let env = on_github(TestEnv::with_example());
    let run = env.run("drift --sandbox=state.json --format github").exits(2);
    let annotations = annotations(&run.stdout);
    assert_eq!(annotations.len(), 6, "{run}");
    assert!(annotations.iter().all(|line| line.starts_with("::warning file=org.yaml,line=")), "{run}");
    assert!(
        env.read("summary.md").contains("### zerodrift drift: 6 settings of Widget Corps Internal Applications differ")
    );
}

#[test]
fn an_invalid_manifest_is_annotated_and_reported_in_the_comment() {
    let env = on_github(TestEnv::with_manifest(include_str!("../../examples/broken.yaml")));
    let run = env.run(&format!("{PLAN} --format github --report markdown=plan.md")).exits(5);
    let annotations = annotations(&run.stdout);
    assert_eq!(annotations.len(), 4, "{run}");
    assert!(annotations[0].starts_with("::error file=org.yaml,line=3,col=3,title=zerodrift%3A unknown-key::"), "{run}");
    assert_eq!(run.stderr, "", "the log has it all, once");
    assert_eq!(env.read("output.txt"), "exit_code=5\n");
    let comment = env.read("plan.md");
    assert_eq!(comment, env.read("summary.md"));
    assert_snapshot!("a_broken_manifest_as_a_comment", comment);
}

#[test]
fn a_run_without_credentials_is_reported_in_every_format() {
    let env = on_github(TestEnv::with_example());
    let reports =
        "--report json=plan.json --report markdown=plan.md --report html=plan.html --report gitlab=widget.json";
    let run = env.run(&format!("plan --format github {reports}")).exits(6);
    assert!(
        annotations(&run.stdout)[0].starts_with("::error file=org.yaml,title=zerodrift plan failed::no cred"),
        "{run}"
    );
    assert_eq!(env.read("output.txt"), "exit_code=6\n");
    assert!(env.read("plan.json").contains("\"exit_code\": 6"));
    assert!(env.read("plan.md").contains("### zerodrift plan failed"));
    assert!(env.read("plan.html").contains("<h1>no credentials"));
    // Without figures, GitLab's widget says that a report failed to generate.
    assert_eq!(env.read("widget.json"), env.read("plan.json"));
}

#[test]
fn annotations_of_findings_are_relative_to_the_repository() {
    let env = on_github(TestEnv::new());
    std::fs::create_dir(env.path("infra")).unwrap();
    env.write("infra/org.yaml", include_str!("../../examples/broken.yaml"));
    let mut command = env.command("validate --format github");
    let output = command.current_dir(env.path("infra")).output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(annotations(&log).iter().all(|line| line.starts_with("::error file=infra/org.yaml,line=")), "{log}");
    assert_eq!(env.read("output.txt"), "exit_code=5\n");
}

#[test]
fn an_output_never_overwrites_an_input() {
    let env = TestEnv::with_example();
    let before = env.read("org.yaml");
    let _ = env.run(&format!("{PLAN} --report json=./org.yaml")).exits(64).says(&["--report would overwrite"]);
    let _ = env.run(&format!("{PLAN} --out plan.json --report json=plan.json")).exits(64);
    let _ = env.run("validate --report json=org.yaml").exits(64);
    assert_eq!(env.read("org.yaml"), before);
    let _ = env.run(&format!("{PLAN} --report json=missing/plan.json")).exits(1).says(&["cannot write the report"]);
}

#[test]
fn live_values_cannot_run_workflow_commands() {
    let env = TestEnv::with_example().set("GITHUB_ACTIONS", "true");
    env.seed();
    let hostile = "Locked out? These are many words so that the line is broken ::set-output name=x::y ##[add-mask]24h";
    env.replace("state.json", "Locked out? Call 4242.", hostile);
    for command in [PLAN, "drift --sandbox=state.json", "apply --auto-approve --sandbox=state.json"] {
        let run = env.run(command);
        let obeyed = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
        let log = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(log.lines().find(obeyed), None, "{run}");
        assert!(run.stdout.contains("add-mask"), "{run}");
    }
}
