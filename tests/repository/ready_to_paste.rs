//! The files in `examples/` that people paste: what they promise about permissions and pins, and every command line of
//! theirs, run as its platform would run it, against a sandbox and with stand-ins for `gh` and `cargo`.

mod runner;

use std::path::{Path, PathBuf};

use runner::{Machine, example, yaml};
use serde_json::Value as Json;

const WORKFLOWS: [&str; 6] = [
    "github/plan.yml",
    "github/apply.yml",
    "github/drift.yml",
    "github/fork-safe/snapshot.yml",
    "github/fork-safe/plan.yml",
    "github/fork-safe/comment.yml",
];

fn jobs(workflow: &Json) -> impl Iterator<Item = (&String, &Json)> {
    workflow["jobs"].as_object().unwrap().iter()
}

fn steps(job: &Json) -> &[Json] {
    job["steps"].as_array().unwrap()
}

/// Every file of a folder and the folders below, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn every_workflow_is_tested_here() {
    let mut wanted: Vec<PathBuf> = WORKFLOWS.iter().map(|name| example(name)).collect();
    wanted.sort();
    assert_eq!(files(&example("github")), wanted);
}

/// Whoever registers a name that nobody has registered, or fills a cache that a job trusts, gets the token of the job.
#[test]
fn nothing_is_installed_but_from_the_commit_that_the_user_names() {
    let mut installs = 0;
    for file in ["github", "gitlab", "pre-commit", "kubernetes", "container"]
        .iter()
        .flat_map(|name| files(&example(name)))
        .chain([example("../.pre-commit-hooks.yaml")])
    {
        let name = file.display();
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
        for line in lines.iter().filter(|line| line.contains("cargo install")) {
            let from_commit =
                "cargo install --locked --git \"$ZERODRIFT_REPOSITORY\" --rev \"$ZERODRIFT_COMMIT\" zerodrift";
            assert!(line.contains(from_commit), "{name}: {line}");
            installs += 1;
        }
        for line in lines {
            for way in
                ["zerodrift@", "cli:zerodrift", "pip install", "npx ", "binstall", "cache", "PATH=", "GITHUB_PATH"]
            {
                assert!(!line.contains(way), "{name}: {line}");
            }
        }
    }
    assert_eq!(installs, 8, "seven jobs of GitHub and the template of GitLab");
}

#[test]
fn a_job_whose_install_step_is_not_completed_stops_there_and_installs_nothing() {
    for commit in ["", "main", "0123456", "0123456789abcdef0123456789abcdef01234567\nmain"] {
        let machine = Machine::new();
        machine.pin(commit);
        for (workflow, job) in [
            ("github/plan.yml", "plan"),
            ("github/apply.yml", "plan"),
            ("github/apply.yml", "apply"),
            ("github/drift.yml", "drift"),
            ("github/fork-safe/snapshot.yml", "snapshot"),
            ("github/fork-safe/plan.yml", "plan"),
            ("github/fork-safe/comment.yml", "comment"),
        ] {
            assert_eq!(machine.install(workflow, job), 1, "{workflow} {job} {commit:?}");
        }
        assert_eq!(machine.run_gitlab_job("zerodrift-plan", &[]), 1, "{commit:?}");
        assert!(!machine.path("installed").exists(), "{commit:?}");
    }
    let machine = Machine::new();
    assert_eq!(machine.install("github/plan.yml", "plan"), 0);
    assert_eq!(
        machine.read("installed"),
        "install --locked --git https://git.example/zerodrift --rev 0123456789abcdef0123456789abcdef01234567 zerodrift\n"
    );
}

/// A merge request may bring a program under the name of ours, wherever it likes below the checkout.
#[test]
fn a_program_of_the_checkout_is_never_run_where_there_is_a_token() {
    let machine = Machine::new();
    for place in [".zerodrift/bin/zerodrift", ".cargo/bin/zerodrift", "zerodrift", "cargo"] {
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
fn every_action_is_pinned_to_a_commit_and_says_its_version() {
    let mut seen = 0;
    for name in WORKFLOWS {
        let text = std::fs::read_to_string(example(name)).unwrap();
        for used in text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used) {
            seen += 1;
            let (action, version) = used.split_once(" # v").unwrap_or_else(|| panic!("{name}: {used}"));
            let (owner, commit) = action.split_once('@').unwrap();
            assert!(owner.starts_with("actions/"), "{name}: {used}");
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}: {used}");
            assert_eq!(version.split('.').filter(|number| number.parse::<u16>().is_ok()).count(), 3, "{name}: {used}");
        }
    }
    assert_eq!(seen, 8, "five checkouts and three artifacts");
}

#[test]
fn a_workflow_may_nothing_and_its_jobs_say_what_they_need() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        for (id, job) in jobs(&workflow) {
            let permissions = job["permissions"].as_object().unwrap_or_else(|| panic!("{name}: {id}"));
            let writes: Vec<&String> =
                permissions.iter().filter(|(_, may)| *may != "read").map(|(scope, _)| scope).collect();
            let allowed: &[&str] = match name {
                "github/plan.yml" | "github/fork-safe/comment.yml" => &["pull-requests"],
                "github/drift.yml" => &["issues"],
                _ => &[],
            };
            assert_eq!(writes, allowed, "{name}: {id}");
            assert!(job["timeout-minutes"].is_number(), "{name}: {id}");
        }
    }
}

#[test]
fn no_script_has_an_expression_in_it_and_every_longer_one_stops_at_a_failure() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        for script in jobs(&workflow).flat_map(|(_, job)| steps(job)).filter_map(|step| step["run"].as_str()) {
            assert!(!script.contains("${{"), "{name}: {script}");
            assert!(script.lines().count() == 1 || script.starts_with("set -euo pipefail\n"), "{name}: {script}");
        }
    }
}

#[test]
fn no_checkout_leaves_the_token_behind() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        for step in jobs(&workflow).flat_map(|(_, job)| steps(job)) {
            if step["uses"].as_str().is_some_and(|used| used.starts_with("actions/checkout@")) {
                assert_eq!(step["with"]["persist-credentials"], false, "{name}");
                assert!(step["with"]["ref"].is_null(), "{name} checks out something else than what it is run for");
            }
        }
    }
}

#[test]
fn a_token_is_only_where_an_environment_guards_it_and_never_where_forks_are_planned() {
    for name in WORKFLOWS {
        let workflow = yaml(name);
        for (id, job) in jobs(&workflow) {
            let secret = job.to_string().contains("secrets.");
            assert_eq!(secret, job["environment"].is_string(), "{name}: {id}");
        }
    }
    for name in ["github/fork-safe/plan.yml", "github/fork-safe/comment.yml"] {
        assert!(!std::fs::read_to_string(example(name)).unwrap().contains("secrets."), "{name}");
    }
    let trusted = yaml("github/fork-safe/comment.yml").to_string();
    assert!(!trusted.contains("actions/checkout") && !trusted.contains("GITHUB_REF"), "{trusted}");
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
    for manifest in [&own, &own.replace("699d", "0000"), "account_id: -->\n", "{{{", ""] {
        machine.write("org.yaml", manifest);
        machine.run_job("github/plan.yml", "plan", &[]);
        machine.run_job("github/fork-safe/comment.yml", "comment", &[("steps.find.outputs.number", "7")]);
        for comment in ["temp/plan.md.comment", "plan.md.comment"] {
            let comment = machine.read(comment);
            assert!(comment.starts_with("<!-- zerodrift org.yaml -->\n#"), "{manifest}: {comment}");
            assert!(!comment.contains("<!-- zerodrift plan"), "{manifest}: {comment}");
        }
    }
}

#[test]
fn what_was_reviewed_is_applied_and_its_backup_is_kept() {
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
fn what_was_not_reviewed_is_not_applied() {
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
    let opened = "api --silent --method POST repos/widget/org/issues -F body=@TEMP/drift.md -f labels[]=zerodrift ";
    assert!(told.len() == 2 && told[1].starts_with(opened), "{told:?}");

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

    let ended = machine.run_job("github/fork-safe/comment.yml", "comment", &[("steps.find.outputs.number", "7")]);
    assert_eq!(ended["steps.plan"], 0, "{ended:?}");
    assert_eq!(machine.outputs()["number"], "7");
    let told = machine.told();
    assert_eq!(
        told.last().unwrap(),
        "api --silent --method POST repos/widget/org/issues/7/comments -F body=@plan.md.comment",
        "{told:?}"
    );
}

#[test]
fn what_a_pull_request_calls_itself_is_never_run() {
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

#[test]
fn the_pipeline_plans_hands_the_digest_over_and_applies_it() {
    let machine = Machine::new();
    assert_eq!(machine.run_gitlab_job("zerodrift-validate", &[]), 0);
    assert!(machine.read("codequality.json").starts_with('['));
    assert_eq!(machine.run_gitlab_job("zerodrift-plan", &[]), 0);
    assert!(machine.read("terraform.json").contains("\"update\""));
    assert_eq!(machine.run_gitlab_job("zerodrift-drift", &[]), 2);
    assert_eq!(machine.run_gitlab_job("zerodrift-review", &[]), 0);
    let line = machine.read("plan.env");
    let digest = line.trim().strip_prefix("DIGEST=").unwrap();
    assert_eq!(machine.run_gitlab_job("zerodrift-apply", &[("DIGEST", digest)]), 0);
    assert_eq!(machine.run_gitlab_job("zerodrift-drift", &[]), 0);
}

fn words(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn the_hooks_check_the_manifest() {
    let machine = Machine::new();
    let config = yaml("pre-commit/.pre-commit-config.yaml");
    let entry = config["repos"][0]["hooks"][0]["entry"].as_str().unwrap();
    let published = yaml("../.pre-commit-hooks.yaml");
    let mut hook = published[0]["entry"].as_str().unwrap().to_owned();
    for word in words(&published[0]["args"]) {
        hook.extend([" ", word]);
    }
    assert_eq!(hook, entry);
    let arguments: Vec<&str> = entry.split(' ').skip(1).collect();
    assert_eq!(machine.zerodrift(&arguments), 0);
    machine.write("org.yaml", "organization: 1\n");
    assert_eq!(machine.zerodrift(&arguments), 5);
}

#[test]
fn the_cronjob_finds_drift_with_a_token_that_is_its_own() {
    let text = std::fs::read_to_string(example("kubernetes/cronjob.yaml")).unwrap();
    let job: Json = serde_yaml::from_str(text.split("\n---\n").nth(1).unwrap()).unwrap();
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    for container in [container, &pod["initContainers"][0]] {
        let may = &container["securityContext"];
        assert_eq!(
            (&may["readOnlyRootFilesystem"], &may["allowPrivilegeEscalation"]),
            (&Json::from(true), &Json::from(false))
        );
        assert_eq!(words(&may["capabilities"]["drop"]), ["ALL"]);
    }
    let machine = Machine::new();
    machine.write("secret", runner::TOKEN);
    let copied = words(&pod["initContainers"][0]["command"]);
    let (from, to) = (machine.path("secret"), machine.path("token"));
    let copied: Vec<String> = copied
        .iter()
        .map(|word| match *word {
            "/secret/token" => from.display().to_string(),
            "/token/token" => to.display().to_string(),
            word => word.to_owned(),
        })
        .collect();
    assert!(std::process::Command::new(&copied[0]).args(&copied[1..]).status().unwrap().success());
    machine.forget_token();
    let arguments: Vec<String> = words(&container["args"])
        .iter()
        .map(|word| word.replace("/manifest/", "").replace("/token/token", &to.display().to_string()))
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(machine.zerodrift(&arguments), 2);
}

#[test]
fn the_container_is_not_root_and_starts_the_program() {
    let text = std::fs::read_to_string(example("container/Containerfile")).unwrap();
    let of = |instruction: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.strip_prefix(instruction)).map(|rest| rest.trim().to_owned()).collect()
    };
    assert_eq!(of("USER "), ["65532:65532"]);
    assert_eq!(of("ENTRYPOINT "), [r#"["zerodrift"]"#]);
    let arguments: Vec<String> = serde_json::from_str(&of("CMD ")[0]).unwrap();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(Machine::new().zerodrift(&arguments), 0);
    for image in of("FROM ") {
        let version = image.split(' ').next().unwrap().split_once(':').map(|(_, version)| version);
        assert!(version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit())), "{image}");
    }
}
