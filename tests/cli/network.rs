//! What goes wrong on the way: retried where that is safe, said where it is not, and never a third state.

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, SandboxProcess, TOKEN, TestEnv};
use crate::server::Api;

#[test]
fn validate_needs_no_network() {
    let env = TestEnv::with_example().set("CLOUDFLARE_BASE_URL", "http://127.0.0.1:1/").set("HTTPS_PROXY", "!");
    assert_snapshot!(env.run("validate"), @r#"
    org.yaml: no findings
    [exit status: 0]
    "#);
}

#[test]
fn failed_reads_are_retried() {
    for fault in ["GET:429+0", "GET:503", "GET:reset-before", "GET:truncated"] {
        let api = Api::with_faults(&[fault]);
        api.env().run("plan --detailed-exitcode").exits(2);
        assert_eq!(api.calls().len(), 3, "{fault}: two endpoints, one of them twice");
    }
}

#[test]
fn a_write_with_a_lost_answer_is_verified_by_a_read() {
    let env = TestEnv::with_example();
    env.seed();
    let sandbox = SandboxProcess::start(&env, "--fault PUT:reset-after");
    let env = env.set("CLOUDFLARE_BASE_URL", &sandbox.base_url).set("CLOUDFLARE_API_TOKEN", TOKEN);
    assert_snapshot!(env.run("apply --auto-approve").exits(0).stderr, @r#"
    backup:
        [FOLDER]/home/.local/state/zerodrift/backups/[BACKUP]
    PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations
    no clear answer: PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations got no complete
        answer: the connection to 127.0.0.1:[PORT] was lost: connection closed before message completed;
        reading the live state to find out
    GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations (read-back)
    "#);
    env.run("plan --detailed-exitcode").exits(0);
}

#[test]
fn a_write_that_was_not_applied_is_sent_again_after_a_read() {
    let api = Api::with_faults(&["PUT:reset-before"]);
    api.env().run("apply --auto-approve").exits(0);
    // An API that reads late is given time, so how many looks there are is not the point; that there is one is.
    let mut calls = api.calls().split_off(4);
    calls.dedup();
    assert_eq!(calls, ["PUT organizations", "GET organizations", "PUT organizations", "GET organizations"]);
    assert_eq!(api.calls().iter().filter(|call| call.starts_with("PUT")).count(), 2);
}

#[test]
fn an_html_answer_is_an_error_that_shows_it() {
    let api = Api::with_faults(&["GET/organization:html"]);
    let env = api.env();
    // The answer carries the number of its request, and two requests would race for the first one.
    env.replace("org.yaml", "\ndoh:\n  doh_jwt_duration: 24h\n", "");
    assert_snapshot!(env.run("plan"), @r"
    ------- stderr -------
    error: GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations was answered with status
        200, but the body is HTML, not JSON, so another server answered instead of the API:
        `<!DOCTYPE html><html><head><title>200</title></head><body>This is not the API.</body></html>`
        (cf-ray 8f00000000000001-SBX)
      hint: a server between here and the API answered instead of it: check the proxy, the VPN and
            CLOUDFLARE_BASE_URL
    [exit status: 1]
    ");
}

#[test]
fn a_refused_write_is_an_error_with_the_reason_and_hints() {
    let api = Api::with_faults(&["PUT:400"]);
    let failed = api.env().run("apply --auto-approve").exits(1);
    assert_snapshot!(failed.stderr, @r"
    backup:
        [FOLDER]/home/.local/state/zerodrift/backups/[BACKUP]
    PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations
    GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations (read-back)
    error: PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations was refused with status
           400: access.api.error.invalid_org_config (code 12062): the body is not valid (cf-ray
           8f00000000000005-SBX)
      hint: this run changed nothing: the API accepted no write
      hint: the body contains fields that this version does not know; if one of them is the cause, leave
            it out for one run with --omit 'organization.ai_controls_beta'
      hint: the API refuses a value or a field of the document; its message states the reason
    ");
}

#[test]
fn a_write_that_changes_an_undeclared_setting_is_a_conflict() {
    let breaks_its_word = || {
        let mut state = zerodrift::sandbox::seeded();
        state.hostile.resets = vec!["organization.custom_pages.forbidden".to_owned()];
        Api::of(state)
    };
    let moved = breaks_its_word().env().run("apply --auto-approve").exits(4);
    assert!(!moved.stdout.contains("Applied"), "{moved}");
    assert_snapshot!(moved.stderr, @r"
    backup:
        [FOLDER]/home/.local/state/zerodrift/backups/[BACKUP]
    PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations
    GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations (read-back)
    Conflict: after the write, the live state of account 699d98642c564d2e855e9661899b7252 differs from
    the plan.
      organization.custom_pages.forbidden: not declared, was 3b7f0f0a4c1e4b7d9a52c6d81e90f2a7, live
          now (unset)
    hint: the live state differs from the approved plan: compare the values above, then run
          `zerodrift plan`
    hint: run
        `zerodrift rollback [FOLDER]/home/.local/state/zerodrift/backups/[BACKUP]`
        to restore the previous state
    ");

    let moved = breaks_its_word().env().run("apply --auto-approve --format json").exits(4).json();
    assert_eq!(moved["results"][0]["outcome"], "conflict");
    assert_eq!(moved["results"][0]["verified"], false);
    assert_eq!(moved["results"][0]["error"]["exit_code"], 4);
}

#[test]
fn strict_unknown_refuses_to_apply_over_unknown_fields() {
    let api = Api::with_faults(&[]);
    let refused = api.env().run("apply --auto-approve --strict-unknown --format json").exits(3).json();
    assert_eq!(refused["results"][0]["outcome"], "refused");
    assert_eq!(refused["results"][0]["error"]["kind"], "strict_unknown");
    let refused = api.env().run("apply --auto-approve --strict-unknown").exits(3);
    assert!(api.calls().iter().all(|call| call.starts_with("GET")), "{:?}", api.calls());
    assert_snapshot!(refused.stderr, @r#"
    error: the live state has fields that this version does not know: organization.ai_controls_beta
      hint: nothing was written
      hint: without --strict-unknown they are sent back unchanged, and the read-back proves that they
            did not change
    "#);
}

#[test]
fn a_request_that_times_out_is_retried() {
    let env = TestEnv::with_example();
    env.seed();
    let sandbox = SandboxProcess::start(&env, "--fault GET:hang");
    let env = env.set("CLOUDFLARE_BASE_URL", &sandbox.base_url).set("CLOUDFLARE_API_TOKEN", TOKEN);
    env.run("plan --detailed-exitcode --timeout 200ms").exits(2);
}

#[test]
fn a_run_ends_at_its_deadline() {
    let api = Api::with_faults(&["GET:hang", "GET:hang"]);
    let failed = api.env().run("plan --deadline 300ms").exits(1);
    let failed = failed.says(&["--deadline"]);
    assert_eq!(failed.stdout, "");
}

#[test]
fn an_invalid_time_limit_is_a_usage_error() {
    let env = TestEnv::with_example();
    for flag in ["--timeout 0s", "--deadline 0", "--timeout soon", "--timeout -1s"] {
        env.run(&format!("plan {flag}")).exits(64);
    }
    assert_snapshot!(env.run("plan --timeout 0s"), @r#"
    ------- stderr -------
    error: invalid value '0s' for '--timeout <DURATION>': expected a duration above 0, such as 30s or 1h30m

    For more information, try '--help'.
    [exit status: 64]
    "#);
}

#[test]
fn verbose_logs_contain_every_request_and_its_status() {
    let api = Api::with_faults(&["GET:503"]);
    let logged = api.env().run("plan -v --log-format json").exits(0);
    let lines: Vec<serde_json::Value> =
        logged.stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let spans: Vec<_> = lines.iter().filter_map(|line| line.get("span")).collect();
    assert!(spans.iter().any(|span| span["method"] == "GET" && span["status"] == 200), "{logged}");
    let answers = lines.iter().filter(|line| line["fields"]["message"] == "answered").count();
    assert_eq!(answers, 3, "two endpoints, one of them twice, and a line for each: {logged}");
    assert!(spans.iter().all(|span| span["path"].as_str().is_some_and(|path| path.starts_with("/accounts/"))));
    assert!(logged.stdout.starts_with("org.yaml"), "the result is not a log: {logged}");

    let text = api.env().run("plan -v").exits(0);
    assert!(text.stderr.contains("GET"), "{text}");
    assert_eq!(api.env().run("plan").exits(0).stderr, "", "without -v nothing is logged");
    assert_snapshot!(api.env().set("RUST_LOG", "zerodrift=loud").run("plan"), @r#"
    ------- stderr -------
    error: RUST_LOG=zerodrift=loud: error parsing level filter: expected one of "off", "error", "warn",
           "info", "debug", "trace", or a number 0-5
    [exit status: 64]
    "#);
}

/// Each level adds to the one before it: requests and retries, then decisions with their reasons, then comparisons.
#[test]
fn each_verbosity_level_adds_to_the_one_before() {
    let levels = [
        ("-v", &["answered", "trying again in"][..]),
        ("-vv", &["planned change", "reason=\"the live value differs; noted: ", "planned write", "not sent again"]),
        (
            "-vv",
            &[
                "observed=Desired",
                "observed=Unchanged",
                "reason=\"a write is repeated only if the server did not act\"",
            ],
        ),
        ("-vvv", &["no change", "reason=\"the manifest does not declare it\"", "compared a read with the plan"]),
    ];
    let logged = |flag: &str| {
        let api = Api::with_faults(&["GET/organization:503", "PUT/doh:400"]);
        let env = api.env();
        env.write(
            "org.yaml",
            &format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 24h\ndoh:\n  doh_jwt_duration: 48h\n"),
        );
        env.run(&format!("apply --auto-approve {flag}")).exits(1).stderr
    };
    let logs: Vec<(&str, String)> = ["-v", "-vv", "-vvv"].map(|flag| (flag, logged(flag))).into();
    for (level, lines) in levels {
        for line in lines {
            for (flag, log) in &logs {
                assert_eq!(log.contains(line), flag.len() >= level.len(), "{line} with {flag}:\n{log}");
            }
        }
    }
}

#[test]
fn a_base_url_cannot_come_from_the_manifest() {
    let env = TestEnv::with_example();
    env.write("org.yaml", &format!("base_url: https://elsewhere.example\n{}", env.read("org.yaml")));
    env.run("validate").exits(5).shows(&["base_url"]);
}

#[test]
fn a_retry_pause_beyond_the_deadline_ends_the_run_at_once_with_the_time_to_retry() {
    let api = Api::with_faults(&["GET:429+600"; 9]);
    let output = api.env().run("plan --deadline 60s").exits(1);
    let text = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("the API asks to wait 10 min, until 2") && text.contains(" UTC, "), "{output}");
    assert!(api.calls().len() <= 2, "nothing is sent again: {:?}", api.calls());
}

#[test]
fn an_organization_whose_doh_settings_are_refused_is_exported_without_them() {
    for status in [400, 403, 404] {
        let api = Api::with_faults(&[format!("GET/doh:{status}").as_str(); 9]);
        let env = api.env().set("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
        let exported = env.run("export").exits(0).says(&["warning: the DoH settings are left out: GET "]);
        let comment =
            format!("# doh: not exported, because the API refused to read the DoH settings (status {status}).");
        assert!(exported.stdout.contains(&comment) && !exported.stdout.contains("\ndoh:"), "{exported}");
        let snapshot = env.run("export --format json").exits(0).says(&["warning: the DoH settings are left out"]);
        let snapshot: serde_json::Value = serde_json::from_str(&snapshot.stdout).unwrap();
        assert!(snapshot["live"]["organization"].is_object() && snapshot["live"].get("doh").is_none(), "{snapshot}");

        std::fs::remove_file(env.path("org.yaml")).unwrap();
        env.run("init").exits(0).says(&["warning: the DoH settings are left out", "Wrote org.yaml"]);
        let before = api.calls().len();
        env.run("plan --detailed-exitcode").exits(0);
        assert_eq!(api.calls().split_off(before), ["GET organizations"], "no request for what is not declared");

        let doctor = env.run("doctor").exits(0);
        doctor.shows(&["ok organization", "warn doh", "the DoH settings cannot be read", "fix:"]);
    }
    // Neither is readable: that is a failure as before.
    let api = Api::with_faults(&["GET:403"; 9]);
    api.env().run(&format!("export --account-id {ACCOUNT}")).exits(6);
}
