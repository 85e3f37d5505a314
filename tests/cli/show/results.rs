//! Results of `apply` and `rollback`.

use crate::harness::{ACCOUNT, TOKEN, TestEnv};
use crate::server::Api;
use zerodrift::sandbox::{Adopt, State};

const APPLY: &str = "apply --sandbox=state.json --auto-approve";

#[test]
fn an_apply_is_shown_with_the_changes_and_the_outcome_that_it_printed() {
    let printed = TestEnv::with_example().run(APPLY).exits(0).stdout;
    let env = TestEnv::with_example();
    let document = env.run(&format!("{APPLY} --format json")).exits(0).document;
    env.write("results.json", &document);
    let shown = env.run("show results.json").exits(0).stdout;
    let (changes, outcome) = shown.split_once("\nApplied: ").unwrap();
    assert!(printed.starts_with(changes), "{changes}\n{printed}");
    assert!(changes.contains("session_duration") && changes.contains(ACCOUNT), "{changes}");
    let (sentence, backup) = outcome.split_once("Backup:").unwrap();
    assert!(printed.ends_with(&format!("\nApplied: {sentence}")), "{sentence}\n{printed}");
    assert_eq!(backup.trim(), "[FOLDER]/home/.local/state/zerodrift/backups/[BACKUP]");
    assert_eq!(env.run("show results.json --format json").exits(0).document, document);
    env.run("show results.json --format markdown")
        .exits(64)
        .says(&["it contains results of apply or rollback, whose formats are text, json"]);
    env.write("again.json", &env.run(&format!("{APPLY} --format json")).exits(0).document);
    let _ = env.run("show again.json").exits(0).shows(&[&format!("In sync: account {ACCOUNT} needed no write.")]);
}

#[test]
fn a_refused_or_failed_apply_is_shown_with_its_error_and_exit_code() {
    let env = TestEnv::with_example();
    let refused = env.run("apply --sandbox=state.json --format json").exits(3);
    env.write("refused.json", &refused.document);
    let shown = env.run("show refused.json --detailed-exitcode").exits(3).stdout;
    let (_, error) = shown.split_once("\nerror: ").unwrap();
    assert!(refused.stderr.ends_with(&format!("error: {error}")), "{shown}\n{}", refused.stderr);

    let api = Api::with_faults(&["PUT:400"]);
    let failed = api.env().run("apply --auto-approve --format json").exits(1);
    env.write("failed.json", &failed.document);
    let _ =
        env.run("show failed.json --detailed-exitcode").exits(1).shows(&["session_duration", "error: PUT /accounts/"]);
    let _ = env.run("show failed.json").exits(0);
}

#[test]
fn results_that_were_edited_are_refused() {
    let env = TestEnv::with_example();
    let document = env.run(&format!("{APPLY} --format json")).exits(0).document;
    env.write("results.json", &document.replace("\"verified\": true", "\"verified\": false"));
    env.run("show results.json").exits(1).says(&["results.json: the document was edited"]);
}

/// Three organizations, of which the API refuses one.
fn three() -> (Api, TestEnv) {
    let fault = "22222222222222222222222222222222=PUT:400".parse().unwrap();
    let api = Api::of(State { faults: vec![fault], adopt: Adopt::Any, ..zerodrift::sandbox::seeded() });
    let env = TestEnv::new().set("CLOUDFLARE_BASE_URL", &api.base_url).set("CLOUDFLARE_API_TOKEN", TOKEN);
    std::fs::create_dir(env.path("orgs")).unwrap();
    for digit in ["1", "2", "3"] {
        let id = digit.repeat(32);
        let manifest = format!("account_id: {id}\norganization:\n  session_duration: 24h\n");
        env.write(&format!("orgs/{digit}.yaml"), &manifest);
    }
    (api, env)
}

#[test]
fn results_of_several_organizations_are_shown_as_they_were_printed() {
    let apply = "apply orgs --auto-approve --keep-going --parallel 1";
    let run = |format: &str, code: i32| {
        let (api, env) = three();
        env.write("orgs/4.yaml", "account_id: 44444444444444444444444444444444\norganization: 3\n");
        let run = env.run(&format!("{apply} --format {format}")).exits(code);
        drop(api);
        (env, run)
    };
    // The manifest that cannot be planned has the code that comes first.
    let printed = run("text", 5).1.stdout;
    let (env, recorded) = run("json", 5);
    env.write("results.json", &recorded.document);
    let shown = env.run("show results.json --detailed-exitcode").exits(5).stdout;
    assert!(printed.ends_with(&format!("\n{shown}")), "{shown}\n{printed}");
}

#[test]
fn results_of_all_shards_are_one_report_and_a_missing_one_is_named() {
    let (_api, env) = three();
    let apply = "apply orgs --auto-approve --keep-going --format json";
    for shard in 1..=2 {
        let run = env.run(&format!("{apply} --shard {shard}/2"));
        env.write(&format!("{shard}.json"), &run.document);
    }
    let merged = env.run("show 1.json 2.json --format json").exits(0).json();
    let manifests: Vec<&str> =
        merged["results"].as_array().unwrap().iter().map(|entry| entry["manifest"].as_str().unwrap()).collect();
    assert_eq!(manifests, ["orgs/1.yaml", "orgs/2.yaml", "orgs/3.yaml"]);
    let _ = env.run("show 2.json 1.json").exits(0).shows(&["Applied: 2 of 3 organizations", "1 failed"]);
    env.run("show 1.json 1.json").exits(64).says(&["two documents are of shard 1"]);
}
