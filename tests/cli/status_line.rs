//! The spinner that a terminal shows while a request takes long.

use std::num::NonZero;
use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

use crate::harness::TestEnv;
use crate::server::Api;

const READING: &str = "Reading account 699d98642c564d2e855e9661899b7252";
const QUESTION: &str = "Type `yes` to apply:";

/// A run on a terminal, and everything that was sent to it.
struct Terminal {
    session: PtySession,
    sent: String,
}

impl Terminal {
    fn start(command: Command) -> Self {
        Self { session: spawn_command(command, Some(60_000)).unwrap(), sent: String::new() }
    }

    /// Waits for a text.
    fn wait_for(&mut self, text: &str) {
        self.sent += &self.session.exp_string(text).unwrap();
        self.sent += text;
    }

    fn wait_for_end(&mut self) {
        self.sent += &self.session.exp_eof().unwrap();
    }

    /// What a person sees, without empty lines.
    fn shown(&self) -> String {
        let mut parser = vt100::Parser::new(NonZero::new(200).unwrap(), NonZero::new(100).unwrap(), 0);
        parser.process(self.sent.as_bytes());
        parser.screen().contents().trim_end().to_owned()
    }
}

/// A folder whose environment leads to an API that answers the first read after its time limit.
fn slow() -> (Api, TestEnv) {
    let api = Api::with_faults(&["GET/organization:hang"]);
    let env = api.env().set("TERM", "xterm-256color").set("NO_COLOR", "1");
    (api, env)
}

#[test]
fn a_spinner_is_removed_before_the_question_and_before_the_result() {
    let (_api, env) = slow();
    let mut terminal = Terminal::start(env.command("apply --timeout 2s"));
    terminal.wait_for(READING);
    assert!(terminal.shown().ends_with(READING), "{}", terminal.shown());
    terminal.wait_for(QUESTION);
    assert!(terminal.shown().ends_with(QUESTION) && !terminal.shown().contains("Reading"), "{}", terminal.shown());
    terminal.session.send_line("yes").unwrap();
    terminal.wait_for_end();
    let shown = terminal.shown();
    assert!(shown.contains("Applied: 6 settings") && !shown.contains("Reading"), "{shown}");
    assert!(!shown.contains("Writing"), "{shown}");
}

#[test]
fn an_interruption_removes_the_spinner() {
    let (_api, env) = slow();
    let mut terminal = Terminal::start(env.command("plan"));
    terminal.wait_for(READING);
    terminal.session.send_control('c').unwrap();
    terminal.wait_for_end();
    let shown = terminal.shown();
    assert!(shown.ends_with("error: interrupted: nothing was written to the organization"), "{shown}");
    assert!(!shown.contains("Reading"), "{shown}");
}

#[test]
fn standard_output_is_the_same_beside_a_spinner() {
    let (_api, env) = slow();
    let mut shell = Command::new("sh");
    let command = env.command("plan --timeout 2s");
    shell.arg("-c").arg("exec \"$0\" \"$@\" > shown.txt").arg(command.get_program()).args(command.get_args());
    let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    shell.env_clear().envs(variables).current_dir(env.path(""));
    let mut terminal = Terminal::start(shell);
    terminal.wait_for(READING);
    terminal.wait_for_end();
    let alone = env.run("plan").exits(0);
    assert_eq!(env.scrub(&env.read("shown.txt")), alone.stdout);
}

#[test]
fn there_is_no_spinner_where_it_would_disturb() {
    let runs = [
        ("--quiet", "TERM", "xterm"),
        ("-v", "TERM", "xterm"),
        ("--log-format json", "TERM", "xterm"),
        ("", "TERM", "dumb"),
        ("", "CI", "true"),
    ];
    // All of them wait at the same time.
    let started = runs.map(|(flags, name, value)| {
        let (api, env) = slow();
        let env = env.set(name, value);
        let terminal = Terminal::start(env.command(&format!("plan --timeout 1s {flags}")));
        (terminal, flags, value, api, env)
    });
    for (mut terminal, flags, value, ..) in started {
        terminal.wait_for_end();
        assert!(terminal.sent.contains("session_duration"), "{flags} {value}: {}", terminal.sent);
        assert!(!terminal.sent.contains("Reading account"), "{flags} {value}: {}", terminal.sent);
    }
}
