//! Somebody at a terminal: asked before anything is written, and free to say no.

use rexpect::process::{Signal, WaitStatus};
use rexpect::session::{PtySession, spawn_command};

use crate::harness::TestEnv;
use crate::server::Api;

const QUESTION: &str = "Type `yes` to apply:";
const TYPE_IT: &str = "Type the new value, gadget.cloudflareaccess.com, to consent:";

/// An apply at a terminal.
fn at_terminal(env: &TestEnv, arguments: &str) -> PtySession {
    let mut command = env.command(arguments);
    command.env("TERM", "dumb");
    spawn_command(command, Some(60_000)).unwrap()
}

/// Everything that is said until the end, and how it ends.
fn end(mut session: PtySession) -> (String, i32) {
    let said = session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (said.split_whitespace().collect::<Vec<_>>().join(" "), code),
        other => panic!("{other:?} after {said}"),
    }
}

fn writes(api: &Api) -> usize {
    api.calls().iter().filter(|call| !call.starts_with("GET")).count()
}

#[test]
fn typing_yes_applies() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    let mut session = at_terminal(&env, "apply");
    session.exp_string(QUESTION).unwrap();
    session.send_line("yes").unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Applied: 6 settings"), "{said}");
    assert_eq!(writes(&api), 1);
}

#[test]
fn any_other_answer_applies_nothing() {
    for answer in ["y", "Yes", "no", "", "yes please"] {
        let api = Api::with_faults(&[]);
        let env = api.env();
        let mut session = at_terminal(&env, "apply");
        session.exp_string(QUESTION).unwrap();
        session.send_line(answer).unwrap();
        let (said, code) = end(session);
        assert_eq!(code, 3, "{answer}: {said}");
        assert!(said.contains("nothing was written: the plan was not approved"), "{said}");
        assert_eq!(writes(&api), 0);
    }
}

#[test]
fn the_end_of_input_applies_nothing() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    let mut session = at_terminal(&env, "apply");
    session.exp_string(QUESTION).unwrap();
    session.send_control('d').unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 3, "{said}");
    assert_eq!(writes(&api), 0);
}

#[test]
fn an_apply_in_sync_does_not_ask() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    env.run("apply --auto-approve").exits(0);
    let (said, code) = end(at_terminal(&env, "apply"));
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains(QUESTION), "{said}");
}

fn renamed(api: &Api) -> TestEnv {
    let env = api.env();
    env.replace("org.yaml", "auth_domain: widget.", "auth_domain: gadget.");
    env
}

#[test]
fn a_guarded_change_asks_for_its_new_value() {
    let api = Api::with_faults(&[]);
    let env = renamed(&api);
    let mut session = at_terminal(&env, "apply");
    session.exp_string(TYPE_IT).unwrap();
    session.send_line("gadget.cloudflareaccess.com").unwrap();
    session.exp_string(QUESTION).unwrap();
    session.send_line("yes").unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 0, "{said}");
    assert_eq!(writes(&api), 1);
}

#[test]
fn another_value_does_not_consent() {
    for answer in ["yes", "gadget", "Gadget.cloudflareaccess.com", ""] {
        let api = Api::with_faults(&[]);
        let env = renamed(&api);
        let mut session = at_terminal(&env, "apply");
        session.exp_string(TYPE_IT).unwrap();
        session.send_line(answer).unwrap();
        let (said, code) = end(session);
        assert_eq!(code, 3, "{answer}: {said}");
        assert!(!said.contains(QUESTION), "asked although it is refused: {said}");
        assert_eq!(writes(&api), 0);
    }
}

#[test]
fn typed_consent_is_recorded_as_such() {
    let api = Api::with_faults(&[]);
    let env = renamed(&api);
    let mut session = at_terminal(&env, "apply --format json");
    session.exp_string(TYPE_IT).unwrap();
    session.send_line("gadget.cloudflareaccess.com").unwrap();
    session.exp_string(QUESTION).unwrap();
    session.send_line("yes").unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(r#""allowed_by": "prompt""#), "{said}");
}

#[test]
fn with_json_output_the_plan_is_shown_before_the_question() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    let mut session = at_terminal(&env, "apply --format json");
    let before = session.exp_string(QUESTION).unwrap();
    assert!(before.contains("session_duration"), "asked without showing the plan: {before}");
    session.send_line("no").unwrap();
    assert_eq!(end(session).1, 3);
}

#[test]
fn ctrl_c_at_the_question_writes_nothing() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    let mut session = at_terminal(&env, "apply");
    session.exp_string(QUESTION).unwrap();
    session.send_control('c').unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!(writes(&api), 0);
}

#[test]
fn a_signal_at_a_question_writes_nothing() {
    for name in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        let api = Api::with_faults(&[]);
        let env = renamed(&api);
        let mut session = at_terminal(&env, "apply");
        session.exp_string(TYPE_IT).unwrap();
        session.process_mut().signal(name).unwrap();
        let (said, code) = end(session);
        assert_eq!(code, 130, "{name}: {said}");
        assert!(said.contains("interrupted: nothing was written"), "{said}");
        assert_eq!(writes(&api), 0);
    }
}

#[test]
fn a_live_change_during_the_question_is_a_conflict() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    let mut session = at_terminal(&env, "apply");
    session.exp_string(QUESTION).unwrap();
    api.change(|state| {
        state.organization.as_mut().unwrap().insert("session_duration".to_owned(), "1h".into());
    });
    session.send_line("yes").unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("nothing was written") && said.contains("session_duration"), "{said}");
    assert!(said.contains("12h") && said.contains("1h"), "{said}");
    assert_eq!(writes(&api), 0);
}

#[test]
fn typing_the_address_confirms_a_revocation() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    for (answer, wanted) in [("yes", 3), ("kim@widget.example", 0)] {
        let mut session = at_terminal(&env, "revoke-user --email kim@widget.example --file org.yaml");
        session.exp_string("Type the e-mail address to confirm:").unwrap();
        session.send_line(answer).unwrap();
        let (said, code) = end(session);
        assert_eq!(code, wanted, "{said}");
    }
    assert_eq!(api.calls(), ["POST revoke_user"]);
}
