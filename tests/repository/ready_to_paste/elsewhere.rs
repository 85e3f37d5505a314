//! GitLab, pre-commit, Kubernetes and the container file.

use serde_json::Value as Json;

use super::runner::{Machine, example, yaml};

fn words(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
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

#[test]
fn a_plan_without_consent_fails_before_the_job_that_applies() {
    let machine = Machine::new();
    machine.write("org.yaml", &machine.read("org.yaml").replace("auth_domain: widget.", "auth_domain: gadget."));
    for job in ["zerodrift-plan", "zerodrift-review"] {
        assert_eq!(machine.run_gitlab_job(job, &[]), 3, "{job}");
    }
    assert_eq!(yaml("gitlab/.gitlab-ci.yml")["zerodrift-apply"]["needs"][0]["job"], "zerodrift-review");
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
fn the_cronjob_finds_drift_with_the_token_of_its_secret() {
    let text = std::fs::read_to_string(example("kubernetes/cronjob.yaml")).unwrap();
    let job: Json = serde_yaml::from_str(text.split("\n---\n").nth(1).unwrap()).unwrap();
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let may = &container["securityContext"];
    assert_eq!(
        (&may["readOnlyRootFilesystem"], &may["allowPrivilegeEscalation"]),
        (&Json::from(true), &Json::from(false))
    );
    assert_eq!(words(&may["capabilities"]["drop"]), ["ALL"]);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(container["env"].as_array().unwrap().len(), 1);
    assert_eq!(container["env"][0]["name"], "CLOUDFLARE_API_TOKEN");
    assert!(container["env"][0]["valueFrom"]["secretKeyRef"].is_object());
    assert_eq!(container["image"], "registry.example/zerodrift:COMPLETE_ME");

    let machine = Machine::new();
    let arguments: Vec<String> = words(&container["args"]).iter().map(|word| word.replace("/manifest/", "")).collect();
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
