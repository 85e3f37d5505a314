//! Colour, pipes, and streams that go away.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::harness::TestEnv;

const ESCAPE: char = '\u{1b}';

/// Whether results and errors have colour. Help and usage errors must have the same.
fn colours(env: &TestEnv, flags: &str) -> (bool, bool) {
    let plan = env.run(&format!("plan --sandbox=state.json {flags}")).exits(0);
    let failed = env.run(&format!("plan nowhere.yaml {flags}")).exits(1);
    let colours = (plan.stdout.contains(ESCAPE), failed.stderr.contains(ESCAPE));
    let help = env.run(&format!("plan --help {flags}")).exits(0);
    let misused = env.run(&format!("plan --json {flags}")).exits(64);
    assert_eq!((help.stdout.contains(ESCAPE), misused.stderr.contains(ESCAPE)), colours, "{flags}");
    colours
}

#[test]
fn output_to_a_pipe_has_colour_only_on_request() {
    let env = TestEnv::with_example();
    assert_eq!(colours(&env, ""), (false, false));
    assert_eq!(colours(&env, "--color always"), (true, true));
    assert_eq!(colours(&env, "--color never"), (false, false));

    let forced = env.set("CLICOLOR_FORCE", "1");
    assert_eq!(colours(&forced, ""), (true, true));
    assert_eq!(colours(&forced, "--color never"), (false, false));

    let other = TestEnv::with_example().set("FORCE_COLOR", "1");
    assert_eq!(colours(&other, ""), (true, true));
    assert_eq!(colours(&other, "--color=never"), (false, false));

    let both = forced.set("NO_COLOR", "1");
    assert_eq!(colours(&both, ""), (false, false), "NO_COLOR wins over CLICOLOR_FORCE");
    assert_eq!(colours(&both, "--color always"), (true, true), "a flag wins over the environment");
}

#[test]
fn an_empty_or_zero_variable_does_not_force_colour() {
    let env = TestEnv::with_example().set("CLICOLOR_FORCE", "0").set("FORCE_COLOR", "0").set("NO_COLOR", "");
    assert_eq!(colours(&env, ""), (false, false));
    let env = env.set("CLICOLOR_FORCE", "1");
    assert_eq!(colours(&env, ""), (true, true), "an empty NO_COLOR is unset");
}

#[test]
fn json_has_no_colour() {
    let env = TestEnv::with_example();
    let plan = env.run("plan --sandbox=state.json --format json --color always").exits(0);
    assert!(!plan.stdout.contains(ESCAPE), "{plan}");
    plan.json();
}

#[test]
fn lines_fit_the_width_of_the_terminal() {
    let env = TestEnv::with_example().set("COLUMNS", "60");
    let failed = env.run("plan").exits(6);
    let is_one_value = |line: &str| line.trim().starts_with('`') && line.trim().ends_with('`');
    assert!(failed.stderr.lines().all(|line| line.chars().count() <= 60 || is_one_value(line)), "{failed}");
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let env = TestEnv::with_example();
    for command in ["explain", "man", "schema", "completions bash", "--help", "plan --sandbox=state.json"] {
        let mut child =
            env.command(command).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
        reader.read_line(&mut String::new()).unwrap();
        drop(reader);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{command}: {said}");
        assert!(!said.contains("error") && !said.contains("panicked"), "{command}: {said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let env = TestEnv::with_example();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let child = env.command("explain").stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    env.finish(child).exits(1).says(&["cannot write to standard output"]);
}

#[cfg(unix)]
#[test]
fn a_terminal_has_colour_unless_it_is_dumb() {
    let coloured = |env: TestEnv| {
        let coloured = ["explain session_duration", "plan --help", "plan --json"].map(|command| {
            let mut session = rexpect::session::spawn_command(env.command(command), Some(30_000)).unwrap();
            session.exp_eof().unwrap().contains(ESCAPE)
        });
        assert!(coloured.iter().all(|result| *result == coloured[0]), "{coloured:?}");
        coloured[0]
    };
    assert!(coloured(TestEnv::new().set("TERM", "xterm-256color")));
    assert!(!coloured(TestEnv::new().set("TERM", "dumb")));
    assert!(!coloured(TestEnv::new().set("TERM", "xterm-256color").set("NO_COLOR", "1")));
}
