//! One apply for several organizations: planned together, approved together, and written one by one.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::Value as Json;
use zerodrift::sandbox::{Adopt, State};
use zerodrift::settings::Target;

use crate::harness::{CommandOutput, TOKEN, TestEnv};
use crate::server::Api;

const EU: &str = "11111111111111111111111111111111";
const US: &str = "22222222222222222222222222222222";
const WEST: &str = "33333333333333333333333333333333";

/// The manifests, in order, with their accounts.
const ALL: [(&str, &str); 3] = [("orgs/eu.yaml", EU), ("orgs/us.yaml", US), ("orgs/west.yaml", WEST)];

/// A manifest with this session duration, for an account of the sandbox, which has 12h.
fn manifest(account: &str, duration: &str) -> String {
    format!("account_id: {account}\norganization:\n  session_duration: {duration}\n")
}

/// Three organizations that would change, and an API in which these requests go wrong.
pub(crate) fn three(faults: &[&str]) -> (Api, TestEnv) {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let api = Api::of(State { faults, adopt: Adopt::Any, ..zerodrift::sandbox::seeded() });
    let env = TestEnv::new().set("CLOUDFLARE_BASE_URL", &api.base_url).set("CLOUDFLARE_API_TOKEN", TOKEN);
    std::fs::create_dir(env.path("orgs")).unwrap();
    ALL.iter().for_each(|(file, account)| env.write(file, &manifest(account, "24h")));
    (api, env)
}

/// What the organizations have, from the first to the last.
pub(crate) fn durations(api: &Api) -> Vec<String> {
    let state = api.state();
    let duration = |account: &str| {
        let state = state.account_state(&Target::account(account).unwrap()).unwrap();
        state.organization.unwrap()["session_duration"].as_str().unwrap().to_owned()
    };
    ALL.map(|(_, account)| duration(account)).into()
}

/// The outcome of each organization in the results, from the first to the last.
pub(crate) fn outcomes(run: &CommandOutput) -> Vec<String> {
    let document = run.json();
    let results = document["results"].as_array().unwrap().iter();
    let outcome =
        |entry: &Json, word: &Json| (entry["manifest"].as_str().unwrap().to_owned(), word.as_str().unwrap().to_owned());
    let mut all: BTreeMap<String, String> = results.map(|entry| outcome(entry, &entry["outcome"])).collect();
    let failures = document["failures"].as_array().cloned().unwrap_or_default();
    all.extend(failures.iter().map(|entry| outcome(entry, &entry["error"]["kind"])));
    all.into_values().collect()
}

fn writes(api: &Api) -> usize {
    api.calls().iter().filter(|call| call.starts_with("PUT")).count()
}

/// What is printed after the plans.
fn results(run: &CommandOutput) -> String {
    let (_, results) = run.stdout.rsplit_once("Plan: ").unwrap();
    results.split_once("\n\n").map_or("", |(_, results)| results).to_owned()
}

/// The audit log, as `account: outcome`.
fn audited(env: &TestEnv) -> Vec<String> {
    let log = env.read("../home/.local/state/zerodrift/audit.jsonl");
    let line = |line: &str| {
        let record: Json = serde_json::from_str(line).unwrap();
        let account = record["target"]["id"].as_str().unwrap();
        format!("{}: {}", &account[..1], record["outcome"].as_str().unwrap())
    };
    let mut lines: Vec<String> = log.lines().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn all_organizations_are_applied_and_a_second_run_has_nothing_to_do() {
    let (api, env) = three(&[]);
    env.write("orgs/us.yaml", &manifest(US, "12h"));
    let run = env.run("apply orgs --auto-approve").exits(0);
    assert_snapshot!("apply_of_three", results(&run));
    assert_eq!(durations(&api), ["24h", "12h", "24h"]);
    assert_eq!(audited(&env), ["1: applied", "1: started", "3: applied", "3: started"]);
    let backups = std::fs::read_dir(env.path("../home/.local/state/zerodrift/backups")).unwrap().count();
    assert_eq!(backups, 2, "one for each organization that was written");
    run.says(&["orgs/eu.yaml: backup: ", "orgs/eu.yaml: PUT /accounts/11111111111111111111111111111111/access/"]);
    let again = env.run("apply orgs --auto-approve --format json").exits(0);
    assert_eq!(outcomes(&again), ["in_sync", "in_sync", "in_sync"]);
    let again = env.run("apply orgs --auto-approve").exits(0);
    assert!(again.stdout.ends_with("Plan: all 3 organizations are in sync.\n"), "{again}");
    assert_eq!(writes(&api), 2);
}

#[test]
fn without_an_approval_nothing_is_written() {
    let (api, env) = three(&[]);
    env.run("apply orgs").exits(3).says(&["nothing was written: the plan was not approved", "--auto-approve"]);
    assert_eq!(outcomes(&env.run("apply orgs --format json").exits(3)), ["refused", "refused", "refused"]);
    assert_eq!(writes(&api), 0);
    let each_run = ["1: refused", "2: refused", "3: refused"];
    assert_eq!(audited(&env), each_run.iter().flat_map(|line| [*line; 2]).collect::<Vec<_>>());
}

#[test]
fn an_organization_that_cannot_be_planned_stops_the_others_before_the_first_write() {
    let (api, env) = three(&[]);
    env.write("orgs/us.yaml", &manifest(US, "1d"));
    let run = env.run("apply orgs --auto-approve").exits(5);
    run.says(&["nothing was written: 1 of 3 organizations failed", "apply the others with --keep-going"]);
    let run = env.run("apply orgs --auto-approve --format json").exits(5);
    assert_eq!(outcomes(&run), ["skipped", "manifest", "skipped"]);
    assert_eq!(writes(&api), 0);
    let run = env.run("apply orgs --auto-approve --keep-going").exits(5);
    assert_snapshot!("keep_going", results(&run));
    assert_eq!(durations(&api), ["24h", "12h", "24h"]);
}

#[test]
fn a_guarded_change_without_consent_stops_the_others_before_the_first_write() {
    let (api, env) = three(&[]);
    env.write("orgs/us.yaml", &format!("{}  auth_domain: gadget.cloudflareaccess.com\n", manifest(US, "24h")));
    let run = env.run("apply orgs --auto-approve").exits(3);
    run.says(&[
        "orgs/us.yaml: nothing was written: 1 guarded change has no consent: organization.auth_domain",
        "nothing was written: 1 of 3 organizations cannot be applied",
    ]);
    assert_eq!(
        outcomes(&env.run("apply orgs --auto-approve --format json").exits(3)),
        ["skipped", "refused", "skipped"]
    );
    assert_eq!(writes(&api), 0);
    assert_eq!(audited(&env), ["2: refused", "2: refused"], "what was skipped is not in the audit log");
    let run = env.run("apply orgs --auto-approve --keep-going --format json").exits(3);
    assert_eq!(outcomes(&run), ["applied", "refused", "applied"]);
    env.run("apply orgs --auto-approve --allow organization.auth_domain").exits(0);
    assert_eq!(durations(&api), ["24h", "24h", "24h"]);
}

#[test]
fn the_first_failure_skips_what_has_not_begun_and_a_second_run_applies_it() {
    let (api, env) = three(&["22222222222222222222222222222222=PUT:400"]);
    let run = env.run("apply orgs --auto-approve --parallel 1").exits(1);
    assert_snapshot!("first_failure", results(&run));
    run.says(&["fix what failed, and run the same command again"]);
    assert_eq!(durations(&api), ["24h", "12h", "12h"]);
    let again = env.run("apply orgs --auto-approve --format json").exits(0);
    assert_eq!(outcomes(&again), ["in_sync", "applied", "applied"]);
    assert_eq!(durations(&api), ["24h", "24h", "24h"]);
}

#[test]
fn with_keep_going_a_failure_skips_nothing() {
    let (api, env) = three(&["11111111111111111111111111111111=PUT:400"]);
    let run = env.run("apply orgs --auto-approve --parallel 1 --keep-going --format json").exits(1);
    assert_eq!(outcomes(&run), ["failed", "applied", "applied"]);
    assert_eq!(durations(&api), ["12h", "24h", "24h"]);
}

#[test]
fn a_canary_that_fails_stops_the_rest_even_with_keep_going() {
    let (api, env) = three(&["11111111111111111111111111111111=PUT:400"]);
    let run = env.run("apply orgs --auto-approve --canary 1 --keep-going --format json").exits(1);
    assert_eq!(outcomes(&run), ["failed", "skipped", "skipped"]);
    assert_eq!(durations(&api), ["12h", "12h", "12h"]);
    let run = env.run("apply orgs --auto-approve --canary 2 --format json").exits(0);
    assert_eq!(outcomes(&run), ["applied", "applied", "applied"]);
    let last = api.calls().iter().rposition(|call| call.starts_with("PUT")).unwrap();
    let before = api.calls()[..last].iter().filter(|call| call.starts_with("PUT")).count();
    assert_eq!(before, 3, "a failed write and the two of the canary come before the last one");
}

#[test]
fn an_organization_in_sync_is_not_a_canary() {
    let (api, env) = three(&["22222222222222222222222222222222=PUT:400"]);
    env.write("orgs/eu.yaml", &manifest(EU, "12h"));
    let run = env.run("apply orgs --auto-approve --canary 1 --format json").exits(1);
    assert_eq!(outcomes(&run), ["in_sync", "failed", "skipped"]);
    assert_eq!(writes(&api), 1);
}

#[test]
fn more_changed_organizations_than_allowed_are_refused() {
    let (api, env) = three(&[]);
    let run = env.run("apply orgs --auto-approve --max-changed 2 --format json").exits(3);
    assert_eq!(outcomes(&run), ["refused", "refused", "refused"]);
    assert_eq!(run.json()["results"][0]["error"]["kind"], "max_changed");
    run.says(&["nothing was written: 3 organizations would change, more than 2", "set --max-changed 3"]);
    assert_eq!(writes(&api), 0);
    env.run("apply orgs --auto-approve --max-changed 3").exits(0);
}

#[test]
fn the_digest_of_all_plans_approves_exactly_these_plans() {
    let (api, env) = three(&[]);
    env.run("plan orgs --report json=plan.json").exits(0);
    let document: Json = serde_json::from_str(&env.read("plan.json")).unwrap();
    let digest = document["digest"].as_str().unwrap();
    let one = document["plans"][0]["digest"].as_str().unwrap();
    env.run(&format!("apply orgs --expect {one}")).exits(4).says(&["differs from the approved one"]);
    env.run(&format!("apply orgs/eu.yaml orgs/us.yaml --expect {digest}")).exits(4).says(&["make a new plan"]);
    assert_eq!(writes(&api), 0);
    // The plans of the apply are of another second.
    while env.run("plan orgs/eu.yaml").exits(0).document.contains(&one[one.len() - 8..]) {}
    env.run(&format!("apply orgs --expect {digest}")).exits(0);
    assert_eq!(durations(&api), ["24h", "24h", "24h"]);
    let log = env.read("../home/.local/state/zerodrift/audit.jsonl");
    let records = log.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let mut applied = records.filter(|record| record["outcome"] == "applied");
    assert!(applied.any(|record| record["digest"] == one), "the approved digest of each plan: {log}");
    env.run(&format!("apply orgs --expect {digest}")).exits(0);
}

#[test]
fn saved_plans_are_applied_and_applied_again_after_a_failure() {
    let (api, env) = three(&["22222222222222222222222222222222=PUT:400"]);
    let run = env.run("plan orgs --out plan.json").exits(0);
    run.says(&["Saved as plan.json", "Apply them with: zerodrift apply --plan plan.json"]);
    let run = env.run("apply --plan plan.json --parallel 1").exits(1);
    run.says(&["fix what failed, and apply the saved plans again"]);
    assert_eq!(durations(&api), ["24h", "12h", "12h"]);
    let run = env.run("apply orgs --plan plan.json --format json").exits(0);
    assert_eq!(outcomes(&run), ["in_sync", "applied", "applied"]);
    assert_eq!(durations(&api), ["24h", "24h", "24h"]);
}

#[test]
fn saved_plans_approve_only_what_was_planned() {
    let (api, env) = three(&[]);
    env.run("plan orgs --out plan.json").exits(0);
    env.write("orgs/us.yaml", &manifest(US, "6h"));
    let run = env.run("apply --plan plan.json --format json").exits(4);
    assert_eq!(outcomes(&run), ["skipped", "conflict", "skipped"]);
    run.says(&["orgs/us.yaml changed after the plan was made", "planned with \"24h\"; the file now has \"6h\""]);
    env.write("orgs/us.yaml", &manifest(US, "24h"));
    env.write("orgs/new.yaml", &manifest("44444444444444444444444444444444", "24h"));
    let run = env.run("apply orgs --plan plan.json").exits(4);
    run.says(&["plan.json is out of date", "orgs/new.yaml is named, but was not planned"]);
    env.run("apply orgs/eu.yaml --plan plan.json").exits(4).says(&["orgs/west.yaml was planned, but is not named"]);
    assert_eq!(writes(&api), 0);
    env.run("apply --plan plan.json").exits(0);
    assert_eq!(durations(&api), ["24h", "24h", "24h"]);
}

#[test]
fn plans_are_not_saved_if_an_organization_could_not_be_planned() {
    let (_api, env) = three(&[]);
    env.write("orgs/us.yaml", &manifest(US, "1d"));
    env.run("plan orgs --out plan.json")
        .exits(5)
        .says(&["plan.json was not written, because 1 organization could not"]);
    assert!(!env.path("plan.json").exists());
}

#[test]
fn an_unknown_field_may_be_omitted_if_any_organization_has_it() {
    let (_api, env) = three(&[]);
    env.run("apply orgs --auto-approve --omit organization.nope").exits(64).says(&["--omit organization.nope"]);
    env.run("apply orgs --auto-approve --omit organization.ai_controls_beta").exits(4);
}

/// Everything an organization has but the setting that the manifest declares and the time of the last write.
fn rest(api: &Api) -> Vec<Json> {
    let state = api.state();
    let rest = |account: &str| {
        let state = state.account_state(&Target::account(account).unwrap()).unwrap();
        let mut organization = state.organization.unwrap();
        ["session_duration", "updated_at"].iter().for_each(|key| drop(organization.remove(*key)));
        Json::Object(organization)
    };
    ALL.map(|(_, account)| rest(account)).into()
}

/// A fault in one organization, at each of its requests: the read of the plan, the read before the write, the write, and the
/// read-back.
#[test]
fn a_fault_in_one_organization_leaves_every_organization_whole_and_the_report_complete() {
    let reads = ["403", "500", "html", "truncated", "wrong-type", "not-enabled", "reset-before@all"];
    let faults = (1..=3).flat_map(|number| {
        reads.map(|fault| {
            let request = if fault.contains('@') { String::new() } else { format!("@{number}") };
            format!("GET:{fault}{request}")
        })
    });
    let writes = [
        "400",
        "403",
        "409",
        "409-after",
        "429+1",
        "500",
        "503-html",
        "html",
        "truncated",
        "reset-before",
        "reset-after",
        "hang-after",
        "failed-after",
        "not-json",
        "empty-body",
        "wrong-type",
        "unreachable",
        "lands+1",
    ];
    let faults: Vec<String> = faults.chain(writes.map(|fault| format!("PUT:{fault}"))).collect();
    // Most of the time of a run is the wait before a retry.
    std::thread::scope(|threads| {
        for part in faults.chunks(faults.len().div_ceil(6)) {
            threads.spawn(|| part.iter().for_each(|fault| leaves_every_organization_whole(fault)));
        }
    });
}

fn leaves_every_organization_whole(fault: &str) {
    let (api, env) = three(&[&format!("{US}={fault}")]);
    let before = rest(&api);
    let run = env.run("apply orgs --auto-approve --format json --timeout 1s --deadline 2s");
    let after = durations(&api);
    let outcomes = outcomes(&run);
    assert_eq!(outcomes.len(), 3, "{fault}: {run}");
    for (outcome, duration) in outcomes.iter().zip(&after) {
        let expected: &[&str] = match outcome.as_str() {
            "applied" => &["24h"],
            "skipped" | "refused" => &["12h"],
            _ => &["12h", "24h"],
        };
        assert!(expected.contains(&duration.as_str()), "{fault}: {outcome} with {duration}: {run}");
    }
    assert_eq!(rest(&api), before, "{fault}");
    let is_whole = outcomes.iter().all(|outcome| outcome == "applied");
    assert_eq!(run.code == Some(0), is_whole, "{fault}: {run}");
    api.change(|state| state.faults.clear());
    env.run("apply orgs --auto-approve").exits(0);
    assert_eq!(durations(&api), ["24h", "24h", "24h"], "{fault}");
}

/// Planning the others takes longer than the time limit of the first one.
#[test]
fn the_time_limit_of_an_organization_begins_anew_with_its_write() {
    let slow = |account: &str| format!("{account}=GET:slow+2s@1");
    let (api, env) = three(&[&slow(US), &slow(WEST)]);
    env.run("apply orgs --auto-approve --parallel 1 --deadline 3s").exits(0);
    assert_eq!(durations(&api), ["24h", "24h", "24h"]);
}

#[test]
fn each_organization_is_checked_for_writes_by_others() {
    let (_api, env) = three(&[&format!("{US}=GET/audit_log:403")]);
    let run = env.run("apply orgs --auto-approve --who").exits(0);
    run.says(&["note: cannot tell whether others wrote account 22222222222222222222222222222222 during this apply: "]);
}
