//! The lifecycle of a repository: init, a pull request with mistakes and its annotations, the fix,
//! the comment, the merge and the apply by digest, an edit in the dashboard, drift, adopt, in sync again.
//!
//! Every output is a snapshot, as the team would see it.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::harness::{ACCOUNT, CommandOutput, TestEnv};

const SARIF: &str = include_str!("../common/formats/sarif-2.1.0.schema.json");
/// The schema of one finding; the report is a list of them.
const CODE_QUALITY: &str = include_str!("../common/formats/gitlab-codeclimate.schema.json");
const WIDGET: &str = include_str!("../common/formats/gitlab-terraform.schema.json");

/// A working copy in a job on GitHub.
struct Job {
    env: TestEnv,
}

impl Job {
    fn new() -> Self {
        let env = TestEnv::new();
        let variables =
            [("GITHUB_WORKSPACE", ""), ("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "output.txt")];
        let paths = variables.map(|(name, file)| (name, env.path(file).display().to_string()));
        let env = paths.iter().fold(env.set("GITHUB_ACTIONS", "true"), |env, (name, path)| env.set(name, path));
        Self { env }
    }

    /// Runs the next step, against the same account. Its summary and outputs are new files.
    fn step(&self, arguments: &str) -> CommandOutput {
        self.env.write("summary.md", "");
        self.offline(&format!("{arguments} --sandbox=state.json"))
    }

    /// Runs a step without an account.
    fn offline(&self, arguments: &str) -> CommandOutput {
        self.env.write("output.txt", "");
        self.env.run(arguments)
    }

    /// Returns an output of the last step.
    fn output(&self, name: &str) -> String {
        let outputs = self.env.read("output.txt");
        let line = outputs.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no output {name} in {outputs}")).to_owned()
    }

    /// Reads a file, without what differs from run to run.
    fn file(&self, name: &str) -> String {
        self.env.scrub(&self.env.read(name))
    }
}

/// Asserts that a document is valid against the published schema of its format.
fn assert_valid(document: &str, schema: &str) {
    let schema: Json = serde_json::from_str(schema).unwrap();
    let document: Json = serde_json::from_str(document).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new(), "{document:#}");
}

#[test]
fn the_lifecycle_of_a_repository() {
    let job = Job::new();
    a_team_takes_over_its_organization(&job);
    a_pull_request_has_mistakes(&job);
    the_mistakes_are_fixed(&job);
    the_plan_is_reviewed(&job);
    the_reviewed_plan_is_applied_on_merge(&job);
    somebody_edits_in_the_dashboard(&job);
    the_edit_is_adopted(&job);
}

fn a_team_takes_over_its_organization(job: &Job) {
    let init = job.step(&format!("init --account-id {ACCOUNT} --ci=github"));
    assert_snapshot!("1_init", init.exits(0));
    assert_snapshot!("1_org_yaml", job.file("org.yaml"));
    let plan = job.step("plan --detailed-exitcode").exits(0);
    assert!(plan.stdout.contains("In sync"), "{plan}");
}

/// A longer session, a weaker second factor and a new colour, typed in a hurry.
fn a_pull_request_has_mistakes(job: &Job) {
    job.env.replace("org.yaml", "  session_duration: 12h\n", "  session_duration: 1d\n");
    job.env.replace("org.yaml", "allow_authenticate_via_warp: true", "allow_authenticate_via_warp: yes");
    job.env.replace("org.yaml", "background_color: \"#f4f1ea\"", "background_color: #c5ed1b");
    job.env.replace("org.yaml", "[security_key, totp]", "[biometrics, security_key, totp]");

    let annotated = job.offline("validate --format github --report sarif=findings.sarif --report gitlab=quality.json");
    assert_snapshot!("2_validate_github", annotated.exits(5));
    assert_eq!(job.output("exit_code"), "5");
    assert_valid(&job.env.read("findings.sarif"), SARIF);
    assert_snapshot!("2_validate_sarif", job.file("findings.sarif"));
    let quality: Vec<Json> = serde_json::from_str(&job.env.read("quality.json")).unwrap();
    quality.iter().for_each(|finding| assert_valid(&finding.to_string(), CODE_QUALITY));
    assert_snapshot!("2_validate_gitlab", job.file("quality.json"));

    let planned = job.step("plan --format github --report markdown=plan.md").exits(5);
    assert!(planned.stdout.contains("::error file=org.yaml,line="), "{planned}");
    assert_snapshot!("2_comment", job.file("plan.md"));
}

/// `--fix` applies the fixes that cannot change the meaning; the author fixes the rest.
fn the_mistakes_are_fixed(job: &Job) {
    let fixed = job.offline("validate --fix");
    assert_snapshot!("3_fix", fixed.exits(5));
    job.env.replace("org.yaml", "session_duration: 1d", "session_duration: 24h");
    let consent = "\nallow:\n  - setting: organization.mfa_config.allowed_authenticators\n    \
                   to: [biometrics, security_key, totp]\n    reason: laptops have fingerprint readers now (SEC-1180)\n";
    let text = job.env.read("org.yaml");
    job.env.write("org.yaml", &format!("{text}{consent}"));
    assert_snapshot!("3_org_yaml", job.file("org.yaml"));
    let _ = job.offline("validate").exits(0);
}

fn the_plan_is_reviewed(job: &Job) {
    let reports =
        "--report markdown=plan.md --report html=plan.html --report gitlab=widget.json --report json=plan.json";
    let planned = job.step(&format!("plan --format github {reports}"));
    assert_snapshot!("4_plan_github", planned.exits(0));
    assert_snapshot!("4_outputs", job.file("output.txt"));
    assert_snapshot!("4_comment", job.file("plan.md"));
    assert_eq!(job.file("summary.md"), job.file("plan.md"), "the summary of the job is the comment");
    assert_snapshot!("4_page", job.file("plan.html"));
    assert_valid(&job.env.read("widget.json"), WIDGET);
    assert_snapshot!("4_plan_gitlab", job.file("widget.json"));
    assert_valid(&job.env.read("plan.json"), include_str!("../../schemas/plan.schema.json"));
}

fn the_reviewed_plan_is_applied_on_merge(job: &Job) {
    let reviewed = job.output("digest");
    assert!(job.env.read("plan.md").contains(&reviewed), "the comment names another digest");
    let _ = job.step("plan --format github").exits(0);
    assert_eq!(job.output("changed"), "true");
    let applied = job.step(&format!("apply --expect {reviewed}"));
    assert_snapshot!("5_apply", applied.exits(0));
    let _ = job.step("plan --format github").exits(0);
    assert_eq!(job.output("changed"), "false");
}

fn somebody_edits_in_the_dashboard(job: &Job) {
    job.env.replace("state.json", "\"session_duration\": \"24h\",", "\"session_duration\": \"8h\",");
    job.env.replace("state.json", "Locked out? Call 4242.", "Locked out? Ask @it, or call 4242.");
    let drift = job.step("drift --format github --report markdown=drift.md");
    assert_snapshot!("6_drift_github", drift.exits(2));
    assert_eq!(job.output("changed"), "true");
    assert_snapshot!("6_issue", job.file("drift.md"));
}

fn the_edit_is_adopted(job: &Job) {
    let adopted = job.step("drift --adopt");
    assert_snapshot!("7_adopt", adopted.exits(0));
    assert_snapshot!("7_org_yaml", job.file("org.yaml"));
    assert_snapshot!("7_drift", job.step("drift").exits(0));
    assert_snapshot!("7_comment", {
        let _ = job.step("plan --report markdown=plan.md --detailed-exitcode").exits(0);
        job.file("plan.md")
    });
}
