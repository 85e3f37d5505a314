//! `init --ci`: the files of a pipeline, written for the repository that they are in. The tests need git in its usual place.

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, TOKEN, TestEnv};

const PLAN: &str = ".github/workflows/zerodrift-plan.yml";
const APPLY: &str = ".github/workflows/zerodrift-apply.yml";

fn with_manifest() -> TestEnv {
    TestEnv::with_manifest("organization: {}\n")
}

/// Runs git in the working folder.
fn git(env: &TestEnv, arguments: &[&str]) {
    let mut command = std::process::Command::new("git");
    command
        .args(arguments)
        .current_dir(env.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Every file below the working folder, in order.
fn files(env: &TestEnv) -> Vec<String> {
    fn visit(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { visit(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    visit(&env.path(""), &mut found);
    let names = found.iter().map(|path| path.strip_prefix(env.path("")).unwrap().display().to_string());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with(".git/")).collect();
    names.sort();
    names
}

#[test]
fn the_pipeline_of_the_platform_comes_with_the_manifest() {
    let env = TestEnv::new().set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
    std::fs::create_dir(env.path(".github")).unwrap();
    assert_snapshot!(env.run("init --sandbox=state.json --ci"), @"
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    Wrote org.yaml for account 699d98642c564d2e855e9661899b7252
    Next: review it, then run: zerodrift plan
    Wrote .github/workflows/zerodrift-plan.yml
    Wrote .github/workflows/zerodrift-apply.yml
    Wrote .github/workflows/zerodrift-drift.yml
    Wrote .github/CODEOWNERS
    Wrote schemas/org.schema.json
    Then create what the first lines of each file list
    Check the default branch in the files: main is assumed, because Git does not record it here
    Complete the lines with COMPLETE_ME: they name the release of zerodrift that the jobs install. There is no public release yet, so publish one from a copy in your organization
    Complete .github/CODEOWNERS: name the reviewers, and remove the # of each line
    [exit status: 0]
    ");
    assert_eq!(env.read(PLAN), include_str!("../../examples/github/plan.yml"));
    assert_eq!(env.read("schemas/org.schema.json"), include_str!("../../schemas/org.schema.json"));
    assert_snapshot!(env.read(".github/CODEOWNERS"), @"
    # Name who must review the organization and its pipeline, and remove the # of each line below.
    # /org.yaml @COMPLETE_ME
    # /.github/ @COMPLETE_ME
    ");
    env.run("validate").exits(0);

    env.write(APPLY, "mine\n");
    let again = env.run("init --sandbox=state.json --ci=github").exits(1);
    let _ = again.says(&["cannot write .github/workflows/zerodrift-plan.yml: the file exists already"]);
    assert_eq!(env.read(APPLY), "mine\n");
}

#[test]
fn a_pipeline_is_added_to_an_existing_manifest() {
    let env = with_manifest();
    env.write(".gitlab-ci.yml", "stages: [test]\n");
    assert_snapshot!(env.run("init --ci"), @"
    ------- stderr -------
    org.yaml exists already and was not changed
    Wrote .gitlab/zerodrift.yml
    Wrote .gitlab/CODEOWNERS
    Wrote schemas/org.schema.json
    Then create what the first lines of each file list
    Complete the lines with COMPLETE_ME: they name the release of zerodrift that the jobs install. There is no public release yet, so publish one from a copy in your organization
    Complete .gitlab/CODEOWNERS: name the reviewers, and remove the # of each line
    Then add to .gitlab-ci.yml:

    include:
      - local: .gitlab/zerodrift.yml
    [exit status: 0]
    ");
    assert_eq!(env.read(".gitlab-ci.yml"), "stages: [test]\n");
}

#[test]
fn an_unknown_platform_must_be_named() {
    let env = with_manifest();
    let _ = env.run("init --ci").exits(64).says(&["--ci=github or --ci=gitlab"]);
    let _ = env.run("init --ci=gitlab").exits(0).says(&["Wrote .gitlab-ci.yml"]);
}

#[test]
fn existing_code_owners_and_an_existing_schema_are_kept() {
    let env = with_manifest();
    std::fs::create_dir(env.path("schemas")).unwrap();
    env.write("schemas/org.schema.json", "{}\n");
    env.write("CODEOWNERS", "* @widget/all\n");
    let run = env.run("init --ci=github").exits(0);
    let _ = run.says(&["Add to your CODEOWNERS file, with the names of the reviewers: /org.yaml @COMPLETE_ME"]);
    assert_eq!(env.read("CODEOWNERS"), "* @widget/all\n");
    assert_eq!(env.read("schemas/org.schema.json"), "{}\n");
    assert!(!env.path(".github/CODEOWNERS").exists());
}

#[test]
fn the_files_name_the_manifest_from_the_top_of_the_repository() {
    for platform in ["github", "gitlab"] {
        let env = TestEnv::new().set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
        git(&env, &["init", "--quiet", "--initial-branch=main"]);
        std::fs::create_dir(env.path("infra")).unwrap();
        env.run(&format!("init infra/access.yaml --sandbox=state.json --ci={platform}")).exits(0);
        assert!(env.path("infra/schemas/org.schema.json").exists());
        for name in files(&env).iter().filter(|name| name.starts_with(".git")) {
            let text = env.read(name);
            assert!(text.contains("infra/access.yaml") && !text.contains("org.yaml"), "{name}: {text}");
        }
        if platform == "github" {
            let text = include_str!("../../examples/github/apply.yml");
            assert_eq!(env.read(APPLY), text.replace("org.yaml", "infra/access.yaml"));
        }
    }
}

/// What a file says to look at, or to create first, must be in the repository of the user.
#[test]
fn every_referenced_file_is_written() {
    for platform in ["github", "gitlab"] {
        let env = TestEnv::new().set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
        env.run(&format!("init --sandbox=state.json --ci={platform}")).exits(0);
        let written = files(&env);
        for name in &written {
            let text = env.read(name);
            let words = text.split(|c: char| c.is_whitespace() || "\"'`(),;:=".contains(c));
            let named = words.filter(|word| word.ends_with(".yml") || word.ends_with(".schema.json"));
            for word in named.map(|word| word.trim_start_matches("./").trim_start_matches('/')) {
                // Where else the pipeline may be.
                let elsewhere = word == ".gitlab/zerodrift.yml";
                let is_written = written.iter().any(|other| other == word || other.ends_with(&format!("/{word}")));
                assert!(is_written || elsewhere, "{name} refers to {word}: {written:?}");
            }
        }
    }
}

#[test]
fn the_default_branch_comes_from_git() {
    let env = with_manifest();
    git(&env, &["init", "--quiet", "--initial-branch=topic"]);
    let assumed = env.run("init --ci=github").exits(0);
    let _ = assumed.says(&["Check the default branch in the files: topic is assumed"]);
    assert!(env.read(APPLY).contains("branches: [\"topic\"]"));

    git(&env, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/trunk"]);
    for name in [PLAN, APPLY, ".github/workflows/zerodrift-drift.yml"] {
        std::fs::remove_file(env.path(name)).unwrap();
    }
    let known = env.run("init --ci=github").exits(0);
    assert!(!known.stderr.contains("is assumed"), "{known}");
    let apply = env.read(APPLY);
    for part in
        ["branches: [\"release/trunk\"]", "github.ref == 'refs/heads/release/trunk'", "`release/trunk` as its only"]
    {
        assert!(apply.contains(part), "{part}: {apply}");
    }
    assert!(!apply.contains("main"), "{apply}");
}

#[test]
fn a_common_branch_is_assumed_if_git_records_none() {
    let env = with_manifest();
    git(&env, &["init", "--quiet", "--initial-branch=master"]);
    let who = ["-c", "user.name=kim", "-c", "user.email=kim@widget.example"];
    let commit = [&who[..], &["commit", "--quiet", "--allow-empty", "--message=first"]].concat();
    git(&env, &commit);
    git(&env, &["checkout", "--quiet", "-b", "topic"]);
    let _ = env.run("init --ci=github").exits(0).says(&["master is assumed"]);
    assert!(env.read(APPLY).contains("refs/heads/master'"));
}

/// The names go into scripts, patterns and expressions.
#[test]
fn a_name_with_a_special_meaning_in_a_pipeline_is_refused() {
    let env = TestEnv::new();
    for name in ["$(id).yaml", "a'b.yaml", "a\"b.yaml", "a*.yaml", "-a.yaml", "a;b.yaml", "\u{e4}.yaml", "${{x}}.yaml"]
    {
        env.write(name, "organization: {}\n");
        let run = env.run(&format!("init --ci=github -- {name}")).exits(64);
        let _ = run.says(&["--ci: cannot write the path of the manifest into a pipeline"]);
    }
    let env = with_manifest();
    git(&env, &["init", "--quiet", "--initial-branch=main"]);
    for branch in ["a'b", "a\"b", "$(id)", "a;b", "${{x}}", "a#b", "a,b"] {
        git(&env, &["symbolic-ref", "refs/remotes/origin/HEAD", &format!("refs/remotes/origin/{branch}")]);
        let run = env.run("init --ci=github").exits(64);
        let _ = run.says(&["--ci: cannot write the default branch into a pipeline"]);
    }
    assert_eq!(files(&env), ["org.yaml"]);
}

#[test]
fn a_manifest_outside_of_the_repository_is_refused() {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("inner")).unwrap();
    env.write("org.yaml", "organization: {}\n");
    let mut command = env.command("init --ci=github ../org.yaml");
    let output = command.current_dir(env.path("inner")).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is outside of the current folder"), "{output:?}");
}

#[test]
fn git_is_called_without_a_shell_and_without_credentials() {
    use std::os::unix::fs::PermissionsExt as _;

    let env = with_manifest();
    for folder in ["bin", ".git"] {
        std::fs::create_dir(env.path(folder)).unwrap();
    }
    let seen = env.path("seen").display().to_string();
    env.write("bin/git", &format!("#!/bin/sh\n{{ /usr/bin/env; printf '<%s>\\n' \"$@\"; }} >> '{seen}'\nexit 1\n"));
    std::fs::set_permissions(env.path("bin/git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let bin = env.path("bin").display().to_string();
    let env = env
        .set("PATH", &bin)
        .set("CLOUDFLARE_API_TOKEN", TOKEN)
        .set("CLOUDFLARE_API_KEY", "0123456789abcdef0123456789abcdef01234")
        .set("HTTPS_PROXY", "http://kim:secret-of-kim@proxy.example");
    env.run("init --ci=github").exits(0);
    let seen = env.read("seen");
    assert!(seen.contains("<symbolic-ref>\n<--quiet>\n<refs/remotes/origin/HEAD>"), "{seen}");
    assert!(!seen.contains(TOKEN) && !seen.contains("0123456789abcdef") && !seen.contains("secret-of-kim"), "{seen}");
}
