//! Credentials: their sources, the errors without them, and that no output shows them.

use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use zerodrift::sandbox::{Grant, Owner, Permission, State, TokenStatus, Tokens, seeded};

use crate::harness::{ACCOUNT, SandboxProcess, TOKEN, TestEnv};
use crate::server::Api;

/// An account with one token.
pub(crate) fn account_with(permission: Permission, status: TokenStatus) -> State {
    let grant = Grant { token: TOKEN.to_owned(), email: None, permission, owner: Owner::User, status };
    State { tokens: Tokens::Listed(vec![grant]), ..seeded() }
}

#[test]
fn missing_credentials_are_an_error_that_lists_the_options() {
    let env = TestEnv::with_example();
    assert_snapshot!(env.run("plan"), @r#"
    ------- stderr -------
    error: no credentials: neither a token nor a key is set
      hint: set CLOUDFLARE_API_TOKEN, or name a file with --token-file, or set CLOUDFLARE_API_KEY and
            CLOUDFLARE_EMAIL
      hint: the token needs the permission `Access: Organizations, Identity Providers, and Groups Read`
            (or `Access: Organizations Read`); apply needs Write, which the dashboard calls Edit
      hint: to try zerodrift without an account, add --sandbox
    [exit status: 6]
    "#);
    for command in ["apply --auto-approve", "drift", &format!("export --account-id {ACCOUNT}")] {
        env.run(command).exits(6).says(&["no credentials", "CLOUDFLARE_API_TOKEN", "--sandbox"]);
    }
    env.set("CLOUDFLARE_API_TOKEN", "").run("plan").exits(6).says(&["no credentials"]);
}

#[test]
fn an_api_key_needs_its_email() {
    let env = TestEnv::with_example().set("CLOUDFLARE_API_KEY", TOKEN);
    env.run("plan").exits(6).says(&["CLOUDFLARE_API_KEY is set, but CLOUDFLARE_EMAIL is not"]);
    let api = Api::with_faults(&[]);
    let env = env.set("CLOUDFLARE_EMAIL", "kim@widget.example").set("CLOUDFLARE_BASE_URL", &api.base_url);
    env.run("plan").exits(0);
}

#[test]
fn a_token_file_takes_precedence_over_the_environment() {
    let api = Api::of(account_with(Permission::Read, TokenStatus::Active));
    let env = api.env().set("CLOUDFLARE_API_TOKEN", "unknown-to-the-account");
    env.write("token", &format!("{TOKEN}\n"));
    let mode = |mode| std::fs::set_permissions(env.path("token"), std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o640);
    env.run("plan --token-file token").exits(6).says(&["can be read by others (mode 0640)", "chmod 600 token"]);
    mode(0o600);
    env.run("plan --token-file token").exits(0);
    env.run("plan").exits(6);
    assert_snapshot!(env.run("plan --token-file nowhere"), @r#"
    ------- stderr -------
    error: cannot read the token file nowhere: No such file or directory (os error 2)
      hint: name a file that contains only the token, with --token-file
    [exit status: 1]
    "#);
}

/// The variable of the token of the account.
const OWN: &str = "CLOUDFLARE_API_TOKEN_699D98642C564D2E855E9661899B7252";

#[test]
fn the_token_of_an_account_comes_before_the_token_for_all() {
    let api = Api::of(account_with(Permission::Read, TokenStatus::Active));
    let env = api.env().set("CLOUDFLARE_API_TOKEN", "unknown-to-the-account");
    env.run("plan").exits(6);
    let env = env.set(OWN, TOKEN);
    env.run("plan").exits(0);
    env.run("doctor").shows(&[&format!("ok credentials the token of {OWN}")]);
    env.set(OWN, "").run("plan").exits(6);
}

#[test]
fn an_error_names_the_variable_of_the_account() {
    let api = Api::of(account_with(Permission::Read, TokenStatus::Active));
    let env = api.env().set(OWN, "unknown-to-the-account");
    let named = format!("hint: the token of this request is that of {OWN}");
    env.run("plan").exits(6).says(&["give the token the account permission", &named]);
    let refused = env.set(OWN, "two words").run("plan").exits(6);
    assert!(!refused.stderr.contains("two words"), "{refused}");
    refused.says(&[&format!("error: {OWN}: the API token contains a space or line break")]);
}

#[test]
fn a_malformed_token_is_neither_sent_nor_shown() {
    let api = Api::with_faults(&[]);
    let env = api.env().set("CLOUDFLARE_API_TOKEN", "hunter2 with spaces");
    let refused = env.run("plan").exits(6);
    assert!(!refused.stderr.contains("hunter2"), "{refused}");
    assert_eq!(api.calls(), Vec::<String>::new());
    assert_snapshot!(refused, @r#"
    ------- stderr -------
    error: the API token contains a space or line break
      hint: copy it again as one line; only a line break at the end is allowed
    [exit status: 6]
    "#);
}

#[test]
fn an_error_for_an_unknown_token_names_the_permissions() {
    let env = TestEnv::with_example();
    env.seed();
    // Only one object is read, because the answer contains the number of its request.
    env.replace("org.yaml", "\ndoh:\n  doh_jwt_duration: 24h\n", "");
    let listed = format!(r#""tokens": [{{"token": "{TOKEN}", "permission": "write"}}]"#);
    env.replace("state.json", r#""tokens": "any""#, &listed);
    let sandbox = SandboxProcess::start(&env, "");
    let env = env.set("CLOUDFLARE_BASE_URL", &sandbox.base_url).set("CLOUDFLARE_API_TOKEN", "somebody-elses");
    assert_snapshot!(env.run("plan"), @r#"
    ------- stderr -------
    error: GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations was refused with status
           403: Authentication error (code 10000) (cf-ray 8f00000000000001-SBX)
      hint: give the token the account permission
            "Access: Organizations, Identity Providers, and Groups Read" (newer:
            "Access: Organizations Read"); the dashboard says "Edit" where the API says "Write"
    [exit status: 6]
    "#);
    env.set("CLOUDFLARE_API_TOKEN", TOKEN).run("plan").exits(0);
}

#[test]
fn a_read_only_token_can_plan_but_not_apply() {
    let api = Api::of(account_with(Permission::Read, TokenStatus::Active));
    let env = api.env();
    env.run("plan --detailed-exitcode").exits(2);
    let before = api.state().organization;
    let refused = env.run("apply --auto-approve").exits(6);
    assert_eq!(api.state().organization, before);
    assert_snapshot!(refused.stderr, @r#"
    backup:
        [FOLDER]/home/.local/state/zerodrift/backups/[BACKUP]
    PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations
    GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations (read-back)
    error: PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations was refused with status
           403: Authentication error (code 10000) (cf-ray 8f00000000000007-SBX)
      hint: this run changed nothing: the API accepted no write
      hint: give the token the account permission
            "Access: Organizations, Identity Providers, and Groups Write" (newer:
            "Access: Organizations Write"); the dashboard says "Edit" where the API says "Write"
    "#);

    let refused = env.run("apply --auto-approve --format json").exits(6).json();
    assert_eq!(refused["results"][0]["outcome"], "failed");
    assert_eq!(refused["results"][0]["error"]["kind"], "authentication");
    assert_eq!(refused["results"][0]["error"]["exit_code"], 6);
}

#[test]
fn doctor_succeeds_if_everything_works() {
    let api = Api::of(account_with(Permission::Write, TokenStatus::Active));
    let env = api.env();
    // The line about the clock is not compared, because the answers have the real time or none.
    let output = env.run("doctor").exits(0);
    let lines = output.stdout.lines().filter(|line| !line.contains("clock"));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
    ok    manifest      org.yaml declares 14 settings
    ok    target        account 699d98642c564d2e855e9661899b7252
    ok    connection    direct
    skip  certificates  not needed for plain http on this machine
    ok    credentials   the token of CLOUDFLARE_API_TOKEN
    ok    token         active, of a user, does not expire
    ok    api           http://127.0.0.1:[PORT]/client/v4
    ok    read          the token can read: it has
                        `Access: Organizations, Identity Providers, and Groups Read` (or
                        `Access: Organizations Read`) or more
    ok    organization  account 699d98642c564d2e855e9661899b7252 has an organization
    ok    doh           the DoH settings are readable
    ok    log           the audit log is readable, for --who
    skip  write         not tested: doctor never writes
                        fix: for apply, the token needs
                             `Access: Organizations, Identity Providers, and Groups Write` (or
                             `Access: Organizations Write`), which the dashboard calls Edit

    All checks passed. Doctor does not test writes.
    ");
    assert!(api.calls().iter().all(|call| call.starts_with("GET")), "doctor only looks: {:?}", api.calls());
}

#[test]
fn doctor_reports_the_problem_of_a_token() {
    let expired = Api::of(account_with(Permission::Write, TokenStatus::Expired));
    let output = expired.env().run("doctor").exits(6);
    assert!(!output.to_string().contains(TOKEN));
    output.shows(&["FAIL token", "expired", "create a new token"]);
    let unknown = expired.env().set("CLOUDFLARE_API_TOKEN", "somebody-elses");
    unknown.run("doctor").exits(6).shows(&["FAIL token", "FAIL read"]);
}

#[test]
fn doctor_without_configuration_lists_what_to_set() {
    assert_snapshot!(TestEnv::new().run("doctor"), @r"
    skip  manifest      no org.yaml in this folder, and --file is not set
    FAIL  target        no account or zone is set
                        fix: add `account_id:` to the manifest, or use --account-id, or set
                             CLOUDFLARE_ACCOUNT_ID
    ok    connection    direct
    ok    certificates  those of this system
    FAIL  credentials   no credentials: neither a token nor a key is set
                        fix: set CLOUDFLARE_API_TOKEN, or name a file with --token-file, or set
                             CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL
                        fix: the token needs the permission
                             `Access: Organizations, Identity Providers, and Groups Read` (or
                             `Access: Organizations Read`); apply needs Write, which the dashboard calls
                             Edit
                        fix: to try zerodrift without an account, add --sandbox

    2 checks failed: apply the first fix, then run doctor again.
    [exit status: 64]
    ");
    let env = TestEnv::with_example();
    assert_snapshot!(env.run("doctor"), @r#"
    ok    manifest      org.yaml declares 14 settings
    ok    target        account 699d98642c564d2e855e9661899b7252
    ok    connection    direct
    ok    certificates  those of this system
    FAIL  credentials   no credentials: neither a token nor a key is set
                        fix: set CLOUDFLARE_API_TOKEN, or name a file with --token-file, or set
                             CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL
                        fix: the token needs the permission
                             `Access: Organizations, Identity Providers, and Groups Read` (or
                             `Access: Organizations Read`); apply needs Write, which the dashboard calls
                             Edit
                        fix: to try zerodrift without an account, add --sandbox

    1 check failed: apply its fix, then run doctor again.
    [exit status: 6]
    "#);
    env.run("doctor --format json").exits(6).json();
}

#[test]
fn doctor_reports_an_unreachable_api_once() {
    let env = TestEnv::with_example().set("CLOUDFLARE_API_TOKEN", TOKEN).set("CLOUDFLARE_BASE_URL", &nowhere());
    let output = env.run("doctor --deadline 100ms").exits(1).shows(&["FAIL api", "fix:"]);
    assert!(!output.stdout.contains("doh"), "its other requests are not tried: {output}");
}

/// A base URL without a server.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/client/v4", listener.local_addr().unwrap())
}

#[test]
fn no_log_level_shows_the_token() {
    let api = Api::with_faults(&["GET:503+0", "PUT:500"]);
    let env = api.env().set("RUST_LOG", "trace");
    let traced = [
        env.run("apply --auto-approve -vvv"),
        env.run("apply --auto-approve -vvv --log-format json"),
        env.run("doctor -vvv"),
        env.run("revoke-user --email kim@widget.example --file org.yaml --auto-approve -vvv"),
    ];
    for output in traced {
        assert!(output.stderr.contains("TRACE"), "the log is on: {output}");
        assert!(!output.to_string().contains("hunter2"), "{output}");
    }
    let keyed = api.env().set("CLOUDFLARE_API_TOKEN", "").set("CLOUDFLARE_API_KEY", TOKEN);
    let keyed = keyed.set("CLOUDFLARE_EMAIL", "kim@widget.example").set("RUST_LOG", "trace");
    let output = keyed.run("plan").exits(0);
    assert!(!output.to_string().contains("hunter2"), "{output}");
}

#[test]
fn a_token_is_not_sent_over_plain_http() {
    let env = TestEnv::with_example().set("CLOUDFLARE_API_TOKEN", TOKEN);
    assert_snapshot!(env.run("plan --base-url http://api.cloudflare.com/client/v4"), @r"
    ------- stderr -------
    error: --base-url: the base URL of the API must be https: http would send the credentials
           unencrypted to api.cloudflare.com
      hint: the default is https://api.cloudflare.com/client/v4; plain http is allowed only for loopback
            addresses
    [exit status: 64]
    ");
}
