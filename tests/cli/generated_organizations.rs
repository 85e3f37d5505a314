//! Any number of organizations that a seed determines: `sandbox --organizations` and `sandbox manifests`.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::harness::{SandboxProcess, TestEnv};
use crate::sandbox::told;

/// A set of twelve organizations, of which three drifted: their manifests in `orgs`, and their state in `set.json`.
fn twelve() -> TestEnv {
    let env = TestEnv::new();
    let _ = env.run("sandbox manifests orgs --organizations 12 --seed 4 --drifted 3 --state set.json").exits(0);
    env
}

/// The manifests whose organizations differ.
fn drifted(document: &Json) -> Vec<&str> {
    let plans = document["plans"].as_array().unwrap().iter();
    let differ = plans.filter(|plan| !plan["changes"].as_array().unwrap().is_empty());
    differ.map(|plan| plan["manifest"]["path"].as_str().unwrap()).collect()
}

#[test]
fn the_commands_say_what_they_generated() {
    let env = TestEnv::new();
    assert_snapshot!(env.run("sandbox manifests orgs --organizations 2 --drifted 1 --state set.json").exits(0), @r"
    ------- stderr -------
    Wrote 2 manifests and _base.yaml to orgs
    Next: zerodrift plan orgs --sandbox=set.json
    [exit status: 0]
    ");
    assert_snapshot!(env.read("orgs/org-00001.yaml"), @r"
    account_id: e3c11d647e3551db0f75c75a4d4cc843
    extends: _base.yaml
    organization:
      auth_domain: indigo-clinic-00001.cloudflareaccess.com
      name: Indigo Clinic 00001
      login_design:
        header_text: Indigo Clinic
    ");
    assert_snapshot!(env.run("sandbox manifests more/orgs --organizations 2").exits(0), @r"
    ------- stderr -------
    Wrote 2 manifests and _base.yaml to more/orgs
    [exit status: 0]
    ");
    assert_snapshot!(told(&env, "sandbox --organizations 2 --seed 3", 2), @r"
    The state is in memory, and is lost when the sandbox stops. Press Ctrl-C to stop.
    Organizations in the state: 2 generated, seed 3, 0 drifted
    ");
    assert_snapshot!(told(&env, "sandbox --state set.json", 2), @r"
    State file: set.json. You can edit it while the sandbox runs. Press Ctrl-C to stop.
    Organizations in the state: 2 generated, seed 0, 1 drifted
    ");
}

#[test]
fn a_plan_of_generated_manifests_changes_only_what_drifted() {
    let env = twelve();
    let before = env.read("set.json");
    let document = env.run("plan orgs --sandbox=set.json --detailed-exitcode --format json").exits(2).json();
    assert_eq!(document["summary"]["in_sync"], 9);
    assert_eq!(drifted(&document).len(), 3);
    assert_eq!(env.read("set.json"), before, "an organization that is only read needs no state");

    let _ = env.run(&format!("apply {} --sandbox=set.json --auto-approve", drifted(&document)[0])).exits(0);
    let state: Json = serde_json::from_str(&env.read("set.json")).unwrap();
    assert_eq!(state["accounts"].as_object().unwrap().len(), 1);
    let document = env.run("drift orgs --sandbox=set.json --format json").exits(2).json();
    assert_eq!(drifted(&document).len(), 2);

    let applied = env.run("apply orgs --sandbox=set.json --auto-approve").exits(0);
    let _ = applied.shows(&["2 of 12 organizations with 2 writes"]);
    let _ = env.run("drift orgs --sandbox=set.json").exits(0);
}

#[test]
fn generated_organizations_are_served_from_memory() {
    let env = twelve();
    let document = env.run("plan orgs --sandbox=set.json --format json").exits(0).json();
    let expected = drifted(&document);
    let sandbox = SandboxProcess::serve(&env, "--organizations 12 --seed 4 --drifted 3 --budget 100/1m");
    let env = env.set("CLOUDFLARE_BASE_URL", &sandbox.base_url).set("CLOUDFLARE_API_TOKEN", "sandbox");
    let served = env.run("plan orgs --format json").exits(0).json();
    assert_eq!(drifted(&served), expected);
    let other = env.run("export --account-id 699d98642c564d2e855e9661899b7252").exits(6);
    let _ = other.says(&["code 9109"]);
}

#[test]
fn a_state_file_with_other_organizations_is_not_used() {
    let env = twelve();
    let before = env.read("set.json");
    let _ =
        env.run("sandbox manifests more --organizations 13 --seed 4 --drifted 3 --state set.json").exits(1).says(&[
            "the sandbox state set.json does not contain these generated organizations",
            "name a file that does not exist",
        ]);
    assert!(!env.path("more").exists());
    assert_eq!(env.read("set.json"), before);
}

#[test]
fn manifests_are_written_only_to_an_empty_folder() {
    let env = twelve();
    let before = env.read("orgs/org-00001.yaml");
    let refused = env.run("sandbox manifests orgs --organizations 2").exits(1);
    let _ = refused.says(&["cannot write to the folder orgs: it is not empty"]);
    assert_eq!(env.read("orgs/org-00001.yaml"), before);
}

#[test]
fn impossible_numbers_of_organizations_are_usage_errors() {
    let env = TestEnv::new();
    for (arguments, reason) in [
        ("--organizations 0", "expected a whole number from 1"),
        ("--organizations 3 --drifted 4", "--drifted is 4, but --organizations is 3"),
        ("--organizations 3 --seed -1", "expected a whole number from 0"),
        ("--seed 1", "--organizations"),
    ] {
        let _ = env.run(&format!("sandbox {arguments}")).exits(64).says(&[reason]);
        let _ = env.run(&format!("sandbox manifests orgs {arguments}")).exits(64).says(&[reason]);
    }
    let alone = env.run("sandbox manifests orgs --organizations 3 --drifted 1").exits(64);
    let _ = alone.says(&["--drifted changes the state", "--state"]);
    assert!(!env.path("orgs").exists());
}
