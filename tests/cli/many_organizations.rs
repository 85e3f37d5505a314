//! Several manifests in one run of `plan` and `drift`: one report, and no failure that stops the others.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::Value as Json;
use zerodrift::document::Compared;
use zerodrift::document::read::{AnyDocument, read};
use zerodrift::sandbox::{Permission, TokenStatus};

use crate::credentials::account_with;
use crate::harness::{TOKEN, TestEnv};
use crate::server::Api;

const EU: &str = "11111111111111111111111111111111";
const US: &str = "22222222222222222222222222222222";
const STAGING: &str = "33333333333333333333333333333333";

/// A manifest with this session duration, for an account of the sandbox, which has 12h.
fn manifest(account: &str, duration: &str) -> String {
    format!("account_id: {account}\norganization:\n  session_duration: {duration}\n")
}

/// Two production organizations, of which one is in sync, and a staging organization with a mistake.
fn three() -> TestEnv {
    let env = TestEnv::new();
    std::fs::create_dir_all(env.path("orgs/prod")).unwrap();
    env.write("orgs/prod/eu.yaml", &manifest(EU, "24h"));
    env.write("orgs/prod/us.yaml", &manifest(US, "12h"));
    env.write("orgs/staging.yaml", &manifest(STAGING, "1d"));
    env
}

fn fix_staging(env: &TestEnv) {
    env.write("orgs/staging.yaml", &manifest(STAGING, "12h"));
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_failure_of_one_organization_does_not_stop_the_others() {
    let env = three();
    let run = env.run("plan orgs --sandbox --detailed-exitcode").exits(5);
    assert_snapshot!("plan_of_three", without_digest(&run.stdout));
    let run = env.run("drift orgs --sandbox").exits(5);
    assert_snapshot!("drift_of_three", run.stdout);
}

/// The text without the digest and its time.
fn without_digest(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("Digest ") && !line.starts_with("Valid until "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_exit_code_is_the_first_that_applies_to_any_organization() {
    let env = three();
    fix_staging(&env);
    env.run("plan orgs --sandbox").exits(0);
    env.run("plan orgs --sandbox --detailed-exitcode").exits(2);
    env.run("drift orgs --sandbox").exits(2);
    env.write("orgs/prod/us.yaml", &format!("{}  auth_domain: other.cloudflareaccess.com\n", manifest(US, "12h")));
    let run = env.run("plan orgs --sandbox --detailed-exitcode --require-consent").exits(3);
    let refusal = "apply would refuse this plan: 1 guarded change has no consent: organization.auth_domain";
    run.says(&[&format!("error: orgs/prod/us.yaml: {refusal}")]);
    env.run("plan orgs/prod/us.yaml --sandbox --require-consent").exits(3).says(&[&format!("error: {refusal}")]);
    env.write("orgs/prod/eu.yaml", &manifest(EU, "12h"));
    env.write("orgs/prod/us.yaml", &manifest(US, "12h"));
    env.run("drift orgs --sandbox").exits(0).shows(&["Drift: all 3 organizations are in sync."]);
    std::fs::remove_file(env.path("orgs/prod/us.yaml")).unwrap();
    env.run("plan orgs orgs/prod/us.yaml --sandbox").exits(1);
}

#[test]
fn the_document_of_several_organizations_is_complete_and_in_order() {
    let env = three();
    let run = env.run("plan orgs --sandbox --format json --report json=plan.json").exits(5);
    let text = env.read("plan.json");
    assert_eq!(env.scrub(&text), run.stdout);
    let Ok(AnyDocument::Plans(plans)) = read(text.as_bytes()) else { panic!("{text}") };
    let paths: Vec<&str> = plans.set.iter().map(Compared::manifest).collect();
    assert_eq!(paths, ["orgs/prod/eu.yaml", "orgs/prod/us.yaml", "orgs/staging.yaml"]);
    let document = json(&text);
    assert_eq!(document["summary"]["in_sync"], 1);
    assert_eq!(document["summary"]["failed"], 1);
    assert_eq!(document["failures"][0]["error"]["kind"], "manifest");
    assert_eq!(document["digest"], Json::Null, "a failed organization cannot be approved");
    run.says(&["orgs/staging.yaml:3:21", "error: orgs/staging.yaml has 1 error"]);
    fix_staging(&env);
    env.run("plan orgs --sandbox --report json=plan.json").exits(0);
    let document = json(&env.read("plan.json"));
    let digest = document["digest"].as_str().unwrap();
    let time = |digest: &str| digest[digest.len() - 8..].to_owned();
    let plans = document["plans"].as_array().unwrap();
    assert!(plans.iter().all(|plan| time(plan["digest"].as_str().unwrap()) == time(digest)), "{document}");
}

#[test]
fn every_format_reports_all_organizations() {
    let env = three();
    let reports = "--report markdown=plan.md --report html=plan.html --report gitlab=plan.json";
    let run = env.run(&format!("plan orgs --sandbox --format github {reports}")).exits(5);
    for report in [&run.stdout, &env.read("plan.md"), &env.read("plan.html")] {
        for path in ["orgs/prod/eu.yaml", "orgs/prod/us.yaml", "orgs/staging.yaml"] {
            assert!(report.contains(path), "{path}: {report}");
        }
    }
    assert_eq!(json(&env.read("plan.json"))["update"], 1);
}

#[test]
fn a_folder_with_one_manifest_is_one_organization() {
    let env = three();
    std::fs::remove_file(env.path("orgs/staging.yaml")).unwrap();
    std::fs::remove_file(env.path("orgs/prod/us.yaml")).unwrap();
    for format in ["text", "markdown", "html", "gitlab"] {
        let named = env.run(&format!("plan orgs/prod/eu.yaml --sandbox --format {format}")).exits(0);
        let folder = env.run(&format!("plan orgs --sandbox --format {format}")).exits(0);
        assert_eq!(without_digest(&undated(&named.stdout)), without_digest(&undated(&folder.stdout)), "{format}");
    }
}

/// The text with the same digest in every run.
fn undated(text: &str) -> String {
    let lines: String = text.lines().filter(|line| !line.contains("until")).map(|line| format!("{line}\n")).collect();
    // Digests, and the word that ends verbatim text on GitHub, which is a hash of the text.
    let words = lines.split_inclusive(|character: char| !character.is_ascii_hexdigit());
    words.map(|word| if word.len() > 64 { "…" } else { word }).collect()
}

#[test]
fn shards_compare_each_organization_once_and_say_which_they_are() {
    let env = three();
    fix_staging(&env);
    let mut seen = BTreeSet::new();
    for index in 1..=3 {
        let run = env.run(&format!("plan orgs --sandbox --shard {index}/3 --format json")).exits(0);
        let document = json(&run.stdout);
        let set = document["shard"]["set"].as_str().unwrap();
        assert_eq!(document["shard"], serde_json::json!({"index": index, "of": 3, "manifests": 3, "set": set}));
        for plan in document["plans"].as_array().unwrap() {
            assert!(seen.insert(plan["manifest"]["path"].as_str().unwrap().to_owned()), "{plan}");
        }
    }
    assert_eq!(seen.len(), 3);
    env.run("plan orgs --sandbox --shard 4/3").exits(64).says(&["there is no shard 4 of 3"]);
}

#[test]
fn two_manifests_for_one_organization_are_refused_before_anything_is_read() {
    let env = three();
    env.write("orgs/prod/copy.yaml", &manifest(EU, "24h"));
    let run = env.run("plan orgs --sandbox --format json").exits(64);
    let run = run.says(&["orgs/prod/copy.yaml and orgs/prod/eu.yaml have the same target"]);
    assert!(!run.stderr.contains("sandbox:"), "nothing was connected: {}", run.stderr);
}

#[test]
fn options_about_one_manifest_are_refused_with_several() {
    let env = three();
    for (arguments, hint) in [
        ("plan orgs --sandbox --base-file old.yaml", "--base"),
        ("drift orgs --sandbox --adopt", "one manifest after the other"),
        ("plan orgs --sandbox --account-id 11111111111111111111111111111111", "`account_id`"),
    ] {
        env.run(arguments).exits(64).says(&[hint]);
    }
}

#[test]
fn the_documents_of_all_shards_make_the_report_of_the_whole_run() {
    let env = three();
    fix_staging(&env);
    for format in ["text", "markdown", "html", "github", "gitlab", "json"] {
        let whole = env.run(&format!("plan orgs --sandbox --format {format}")).exits(0);
        for index in 1..=3 {
            env.run(&format!("plan orgs --sandbox --shard {index}/3 --report json=shard-{index}.json")).exits(0);
        }
        let merged = env.run(&format!("show shard-2.json shard-3.json shard-1.json --format {format}")).exits(0);
        assert_eq!(undated(&merged.stdout), undated(&whole.stdout), "{format}");
    }
}

#[test]
fn shards_of_other_manifests_are_refused() {
    let env = three();
    fix_staging(&env);
    env.run("plan orgs --sandbox --shard 1/2 --report json=shard-1.json").exits(0);
    for (path, account) in [("orgs/renamed.yaml", STAGING), ("orgs/staging.yaml", "44444444444444444444444444444444")] {
        std::fs::remove_file(env.path("orgs/staging.yaml")).unwrap();
        env.write(path, &manifest(account, "12h"));
        env.run("plan orgs --sandbox --shard 2/2 --report json=shard-2.json").exits(0);
        let run = env.run("show shard-1.json shard-2.json").exits(64);
        run.says(&[
            "shards 1 and 2 are of different sets: the paths or targets of their manifests differ",
            "hint: run every shard with the same arguments and the same revision of the manifests",
        ]);
        env.run("show shard-2.json").exits(0);
        std::fs::remove_file(env.path(path)).unwrap();
        fix_staging(&env);
    }
    env.run("plan ./orgs/staging.yaml orgs/prod --sandbox --shard 2/2 --report json=shard-2.json").exits(0);
    env.run("show shard-1.json shard-2.json").exits(0);
}

#[test]
fn a_missing_shard_is_named() {
    let env = three();
    fix_staging(&env);
    for index in 1..=3 {
        env.run(&format!("plan orgs --sandbox --shard {index}/3 --report json=shard-{index}.json")).exits(0);
    }
    env.run("show shard-3.json shard-1.json").exits(1).says(&["missing shard 2 of 3"]);
    env.run("show shard-3.json shard-1.json shard-1.json").exits(64).says(&["two documents are of shard 1"]);
    env.run("show shard-1.json").exits(0).shows(&["This is shard 1 of 3"]);
    env.run("plan orgs --sandbox --shard 2/2 --report json=other.json").exits(0);
    let hint = "hint: run every shard with the same arguments and the same revision of the manifests";
    env.run("show shard-3.json shard-1.json other.json").exits(64).says(&[hint]);
}

#[test]
fn each_organization_is_read_with_the_token_of_its_account() {
    let api = Api::of(account_with(Permission::Read, TokenStatus::Active));
    let env = api.env().set("CLOUDFLARE_API_TOKEN", "unknown-to-the-account");
    let env = env.set(&format!("CLOUDFLARE_API_TOKEN_{EU}"), TOKEN);
    env.write("eu.yaml", &manifest(EU, "24h"));
    env.write("us.yaml", &manifest(US, "24h"));
    env.run("plan eu.yaml us.yaml --report json=plan.json").exits(6);
    let document = json(&env.read("plan.json"));
    assert_eq!(document["plans"][0]["manifest"]["path"], "eu.yaml");
    assert_eq!(document["failures"][0]["manifest"], "us.yaml");
    assert_eq!(document["failures"][0]["error"]["kind"], "authentication");
}
