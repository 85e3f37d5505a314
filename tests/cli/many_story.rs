//! The story of a team with one base and four organizations: a mistake in review, an account that cannot be reached, a canary
//! that fails, and the run that finishes the work.

use insta::assert_snapshot;
use zerodrift::sandbox::{Adopt, State};

use crate::harness::{CommandOutput, TOKEN, TestEnv};
use crate::server::Api;

const EU: &str = "11111111111111111111111111111111";
const US: &str = "22222222222222222222222222222222";
const WEST: &str = "33333333333333333333333333333333";
const STAGING: &str = "44444444444444444444444444444444";

const BASE: &str = "\
lock: [organization.session_duration]
organization:
  session_duration: 8h
  login_design:
    header_text: Widget Corp
";

/// A manifest that extends the base.
fn child(account: &str, parent: &str, more: &str) -> String {
    format!(
        "account_id: {account}\nextends: {parent}\norganization:\n  user_seat_expiration_inactive_time: 1460h\n{more}"
    )
}

/// The repository of the team after somebody gave one organization another session duration than the base.
fn team(api: &Api) -> TestEnv {
    let env = TestEnv::new().set("CLOUDFLARE_BASE_URL", &api.base_url).set("CLOUDFLARE_API_TOKEN", TOKEN);
    std::fs::create_dir_all(env.path("orgs/prod")).unwrap();
    env.write("orgs/_base.yaml", BASE);
    env.write("orgs/staging.yaml", &child(STAGING, "_base.yaml", ""));
    env.write("orgs/prod/eu.yaml", &child(EU, "../_base.yaml", ""));
    env.write("orgs/prod/us.yaml", &child(US, "../_base.yaml", "  session_duration: 30m\n"));
    env.write("orgs/prod/west.yaml", &child(WEST, "../_base.yaml", ""));
    env
}

/// What is printed after the plans.
fn results(run: &CommandOutput) -> &str {
    run.stdout.rsplit_once("apply --expect with the same manifests\n").map_or("", |(_, results)| results).trim_start()
}

/// The text without how often a request was repeated until its deadline.
fn without_attempts(text: &str) -> String {
    without(text, "(after ", "another attempt)")
}

/// The text without what is from one text to another one.
fn without(text: &str, from: &str, to: &str) -> String {
    let (before, rest) = text.split_once(from).unwrap();
    let (_, after) = rest.split_once(to).unwrap();
    format!("{before}[…]{after}")
}

#[test]
fn a_team_brings_all_its_organizations_in_sync() {
    let west_is_down = format!("{WEST}=*:unreachable@all").parse().unwrap();
    let api = Api::of(State { faults: vec![west_is_down], adopt: Adopt::Any, ..zerodrift::sandbox::seeded() });
    let env = team(&api);

    // The review names the override of the locked value, and shows the value of the base.
    let review = env.run("validate orgs").exits(5);
    assert_snapshot!("team_1_validate", review);
    let reports = "--report markdown=plan.md --report html=plan.html";
    let plan = env.run(&format!("plan orgs --deadline 3s {reports}")).exits(5);
    assert_snapshot!("team_2_plan", without_attempts(&plan.stdout));
    assert_snapshot!("team_2_comment", without_attempts(&env.scrub(&env.read("plan.md"))));
    let page = env.read("plan.html");
    for part in
        ["2 of 4 organizations would change, and 2 failed", "orgs/prod/us.yaml", "orgs/prod/west.yaml", "network"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }

    // With the override removed, the account that cannot be reached is left. It stops the apply before the first write.
    env.replace("orgs/prod/us.yaml", "  session_duration: 30m\n", "");
    let stopped = env.run("apply orgs --auto-approve --canary 1 --deadline 3s").exits(1);
    stopped.says(&["nothing was written: 1 of 4 organizations failed", "--keep-going"]);

    // The account is back, and the API refuses the write of the canary.
    let refused = format!("{EU}=PUT:403").parse().unwrap();
    api.change(|state| state.faults = vec![refused]);
    let failed = env.run("apply orgs --auto-approve --canary 1").exits(6);
    assert_snapshot!("team_3_canary", without(results(&failed), "(cf-ray", ")"));
    failed.says(&["fix what failed, and run the same command again"]);
    assert_eq!(api.calls().iter().filter(|call| call.starts_with("PUT")).count(), 1);

    // The token has the permission now. The same command does what is left.
    let applied = env.run("apply orgs --auto-approve --canary 1").exits(0);
    assert_snapshot!("team_4_applied", results(&applied));
    env.run("drift orgs").exits(0).shows(&["Drift: all 4 organizations are in sync."]);
    env.run("apply orgs").exits(0).shows(&["Plan: all 4 organizations are in sync."]);
}
