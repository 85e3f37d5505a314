//! `revoke-user`: ends the sessions of a user.

use insta::assert_snapshot;

use crate::harness::TestEnv;
use crate::server::Api;

const REVOKE: &str = "revoke-user --file org.yaml";

#[test]
fn revoke_user_needs_approval_and_prints_the_result() {
    let env = TestEnv::with_example();
    let revoke = format!("{REVOKE} --email kim@widget.example --sandbox=state.json");
    assert_snapshot!(env.run(&revoke), @r#"
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    error: nothing was revoked: no approval
      hint: add --auto-approve to run without a terminal
    [exit status: 3]
    "#);
    assert_snapshot!(env.run(&format!("{revoke} --auto-approve")), @r#"
    Revoked: every Access token of kim@widget.example. Tokens stop working within 30 seconds. The user cannot sign in again for up to a minute, and keeps the seat.
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
    assert_snapshot!(env.run(&format!("{revoke} --auto-approve --format json")), @r#"
    {
      "format_version": "1.0",
      "zerodrift": "0.1.0",
      "target": {
        "scope": "account",
        "id": "699d98642c564d2e855e9661899b7252"
      },
      "email": "kim@widget.example",
      "revoked": true,
      "devices": false,
      "warp_session_reauth": false
    }
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    [exit status: 0]
    "#);
}

#[test]
fn an_error_in_a_setting_does_not_stop_a_revocation() {
    let env = TestEnv::with_example();
    env.replace("org.yaml", "session_duration: 24h", "session_duration: 1d");
    env.run("validate").exits(5);
    env.run(&format!("{REVOKE} --email kim@widget.example --sandbox=state.json --auto-approve")).exits(0);
}

#[test]
fn without_approval_no_revocation_is_sent() {
    let api = Api::with_faults(&[]);
    api.env().run(&format!("{REVOKE} --email kim@widget.example")).exits(3);
    assert_eq!(api.calls(), Vec::<String>::new());
    api.env().run(&format!("{REVOKE} --auto-approve --email kim@widget.example")).exits(0);
    assert_eq!(api.calls(), ["POST revoke_user"]);
}

#[test]
fn an_invalid_address_is_refused_before_any_request() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    for address in ["kim", "kim@widget", "@widget.example", "kim@widget..example", "kim,sam@widget.example"] {
        env.run(&format!("{REVOKE} --auto-approve --email {address}"))
            .exits(64)
            .says(&["nothing was revoked", "is not an e-mail address"]);
    }
    assert_eq!(api.calls(), Vec::<String>::new());
}

#[test]
fn the_result_lists_the_further_effects_of_a_revocation() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    let both = format!("{REVOKE} --auto-approve --email kim@widget.example --devices --warp-session-reauth");
    env.run(&both).exits(0).shows(&[
        "Revoked: every Access token of kim@widget.example.",
        "Also: the sessions of the user's devices are revoked (--devices).",
        "Also: the user must sign in to WARP again",
    ]);
    let document = env.run(&format!("{both} --format json")).exits(0).json();
    assert_eq!((&document["devices"], &document["warp_session_reauth"]), (&true.into(), &true.into()));
}
