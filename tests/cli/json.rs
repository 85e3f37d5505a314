//! JSON output: every document is valid against its schema, and standard output contains nothing else.

use serde_json::Value as Json;

use crate::harness::{ACCOUNT, CommandOutput, TestEnv};

/// Asserts that standard output is one document of this format.
#[track_caller]
fn conforms(env: &TestEnv, schema: &str, output: CommandOutput) -> Json {
    let schema = env.run(&format!("schema {schema}")).exits(0).json();
    let document = output.json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{output}");
    document
}

#[test]
fn plans_are_plan_documents() {
    let env = TestEnv::with_example();
    let plan = conforms(&env, "plan", env.run("plan --sandbox=state.json --format json").exits(0));
    assert_eq!(plan["format_version"], "1.0");
    assert_eq!(plan["summary"]["changed"], 1);
    assert_eq!(plan["plans"][0]["target"]["id"], ACCOUNT);
    let drift = conforms(&env, "plan", env.run("drift --sandbox=state.json --format json").exits(2));
    for member in ["changes", "writes", "live_sha256"] {
        assert_eq!(drift["plans"][0][member], plan["plans"][0][member]);
    }
}

#[test]
fn applies_are_result_documents() {
    let env = TestEnv::with_example();
    let apply = "apply --sandbox=state.json --format json";
    let outcome = |document: &Json| document["results"][0]["outcome"].clone();
    assert_eq!(outcome(&conforms(&env, "results", env.run(apply).exits(3))), "refused");
    let applied = conforms(&env, "results", env.run(&format!("{apply} --auto-approve")).exits(0));
    assert_eq!(outcome(&applied), "applied");
    assert_eq!(applied["results"][0]["writes"], 1);
    assert_eq!(applied["results"][0]["verified"], true);
    let silent = conforms(&env, "results", env.run(&format!("{apply} --auto-approve")).exits(0));
    assert_eq!(outcome(&silent), "in_sync");
}

#[test]
fn findings_are_findings_documents() {
    let env = TestEnv::with_example();
    conforms(&env, "findings", env.run("validate --format json").exits(0));
    env.replace("org.yaml", "session_duration: 24h", "session_duration: soon");
    let document = conforms(&env, "findings", env.run("validate --format json").exits(5));
    assert_eq!(document["findings"][0]["file"], "org.yaml");
}

#[test]
fn exports_are_snapshots() {
    let env = TestEnv::new();
    let export = format!("export --format json --sandbox=state.json --account-id {ACCOUNT}");
    conforms(&env, "snapshot", env.run(&export).exits(0));
    env.write("state.json", r#"{"sandbox": 1}"#);
    conforms(&env, "snapshot", env.run(&export).exits(0));
}

#[test]
fn failures_are_error_documents() {
    let env = TestEnv::with_example();
    let missing = conforms(&env, "error", env.run("plan nowhere.yaml --format json").exits(1));
    assert_eq!(missing["error"]["kind"], "io");
    let denied = conforms(&env, "error", env.run("plan --format json").exits(6));
    assert_eq!(denied["error"]["kind"], "authentication");
    conforms(&env, "error", env.run("export --format json").exits(64));
    conforms(&env, "error", env.run("explain nothing --format json").exits(64));
    env.write("org.yaml", "organization: 3\n");
    let broken = conforms(&env, "error", env.run("plan --format json").exits(5));
    assert!(!broken["error"]["findings"].as_array().unwrap().is_empty());
}

#[test]
fn a_usage_error_is_an_error_document_too() {
    let env = TestEnv::with_example();
    for arguments in ["plan --format json --tokn x", "plan --format=json --timeout soon", "export --format json --full"]
    {
        let document = conforms(&env, "error", env.run(arguments).exits(64));
        assert_eq!(document["error"]["kind"], "usage", "{arguments}");
    }
}

#[test]
fn explanations_and_diagnoses_are_documents() {
    let env = TestEnv::with_example();
    env.run("explain --format json").exits(0).json();
    env.run("explain login_design --format json").exits(0).json();
    env.run("doctor --format json --sandbox=state.json").exits(0).json();
}

#[test]
fn the_published_schemas_are_the_ones_that_are_printed() {
    let env = TestEnv::new();
    for name in ["org", "plan", "results", "revocation", "findings", "error", "snapshot"] {
        let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let published = std::fs::read_to_string(&path).unwrap();
        assert_eq!(env.run(&format!("schema {name}")).exits(0).stdout, published, "{path}");
    }
}
