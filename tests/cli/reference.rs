//! Help, completions, manual: what there is to type, as one snapshot.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::harness::TestEnv;

/// The commands that `--help` lists, each before its own: `sandbox`, `sandbox edit`. Which these are is part of the
/// snapshot of the reference.
fn commands(env: &TestEnv) -> Vec<String> {
    let with_nested = |command: String| {
        let nested = listed(env, &command);
        let nested: Vec<String> = nested.iter().map(|name| format!("{command} {name}")).collect();
        [vec![command], nested].concat()
    };
    let names: Vec<String> = listed(env, "").into_iter().flat_map(with_nested).collect();
    let expected = ["plan", "apply", "revoke-user", "man", "sandbox edit"];
    assert!(expected.iter().all(|name| names.iter().any(|listed| listed == name)), "{names:?}");
    names
}

/// The commands that the help of a command lists.
fn listed(env: &TestEnv, command: &str) -> Vec<String> {
    let help = env.run(&format!("{command} --help")).exits(0).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let named = commands.filter(|line| line.starts_with("  ") && !line.starts_with("    "));
    let names = named.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

#[test]
fn the_reference_contains_the_help_of_every_command() {
    let env = TestEnv::new();
    let help = env.run("--help").exits(0);
    let mut page = help.stdout.clone();
    for command in commands(&env) {
        let help = env.run(&format!("{command} --help")).exits(0);
        assert_eq!(help.stderr, "");
        write!(page, "\n{}\n\n{}", "=".repeat(80), help.stdout).unwrap();
    }
    assert_snapshot!("reference", page);
}

#[test]
fn the_help_of_every_command_has_examples() {
    let env = TestEnv::new();
    for command in commands(&env) {
        let help = env.run(&format!("{command} --help")).exits(0);
        let (_, examples) = help.stdout.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{command}: {help}"));
        let mut lines = examples.lines().map(str::trim_start);
        assert!(lines.any(|line| line.starts_with(&format!("zerodrift {command}"))), "{command}: {help}");
        let short = env.run(&format!("{command} -h")).exits(0);
        assert!(short.stdout.contains("Usage:"), "{command}: {short}");
    }
}

#[test]
fn help_fits_80_columns_and_narrower_terminals() {
    for (columns, width) in [("", 80), ("200", 80), ("60", 60)] {
        let env = TestEnv::new().set("COLUMNS", columns);
        let pages = commands(&env)
            .into_iter()
            .flat_map(|command| [format!("{command} --help"), format!("{command} -h"), format!("help {command}")]);
        for page in pages.chain(["--help", "-h", "help", "help help"].map(str::to_owned)) {
            let help = env.run(&page).exits(0).stdout;
            let long = help.lines().find(|line| line.chars().count() > width);
            assert_eq!(long, None, "`zerodrift {page}` with COLUMNS={columns}");
        }
    }
}

#[test]
fn the_help_command_prints_the_same_as_the_flag() {
    let env = TestEnv::new();
    assert_eq!(env.run("help").exits(0).stdout, env.run("--help").exits(0).stdout);
    for command in commands(&env) {
        let help = env.run(&format!("{command} --help")).exits(0).stdout;
        assert_eq!(env.run(&format!("help {command}")).exits(0).stdout, help, "{command}");
    }
    assert_snapshot!(env.run("help pla"), @r#"
    ------- stderr -------
    error: unrecognized subcommand 'pla'

      tip: some similar subcommands exist: 'explain', 'plan'

    Usage: zerodrift [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit status: 64]
    "#);
}

#[test]
fn every_command_that_uses_the_api_has_the_same_options_for_it() {
    let env = TestEnv::new();
    let section = |command: &str, heading: &str| {
        let help = env.run(&format!("help {command}")).exits(0).stdout;
        let (_, rest) = help.split_once(&format!("\n{heading}:\n"))?;
        // The next heading is not indented.
        let options = rest.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
        Some(options.map(|line| format!("{line}\n")).collect::<String>().trim_end().to_owned())
    };
    let plan = (section("plan", "Target"), section("plan", "API"));
    assert!(plan.0.is_some() && plan.1.is_some());
    let offline = ["show", "validate", "explain", "schema", "sandbox", "completions", "man"];
    for command in commands(&env) {
        if !offline.contains(&command.split(' ').next().unwrap()) {
            assert_eq!((section(&command, "Target"), section(&command, "API")), plan, "{command}");
        } else {
            assert_eq!(section(&command, "API"), None, "{command}");
        }
    }
}

#[test]
fn no_command_deletes_an_organization() {
    let commands = commands(&TestEnv::new());
    assert!(!commands.iter().any(|command| command.contains("destroy") || command.contains("delete")));
}

#[test]
fn the_version_is_printed_to_standard_output() {
    let version = format!("zerodrift {}\n", env!("CARGO_PKG_VERSION"));
    let output = TestEnv::new().run("--version").exits(0);
    assert_eq!(output.stdout, version);
}

#[test]
fn every_shell_completes_every_command() {
    let env = TestEnv::new();
    let commands = commands(&env);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = env.run(&format!("completions {shell}")).exits(0);
        assert_eq!(script.stderr, "");
        for command in commands.iter().flat_map(|command| command.split(' ')) {
            assert!(script.stdout.contains(command), "{shell} does not know {command}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page_that_another_page_refers_to() {
    let env = TestEnv::new();
    let title = |name: &str| format!("\n.TH {name} 1  \"zerodrift {}\"", env!("CARGO_PKG_VERSION"));
    let first = env.run("man").exits(0).stdout;
    assert!(first.contains(&title("zerodrift")), "{first}");
    assert!(!first.contains("zerodrift\\-help(1)"), "help has no page");
    for command in commands(&env) {
        let name = command.replace(' ', "-");
        let escaped = format!("zerodrift\\-{}", name.replace('-', "\\-"));
        let above = command.rsplit_once(' ').map_or_else(String::new, |(above, _)| above.replace(' ', "-"));
        let above = env.run(&format!("man {above}")).exits(0).stdout;
        assert!(above.contains(&format!("\n{escaped}(1)\n")), "no page refers to {command}");
        let page = env.run(&format!("man {name}")).exits(0).stdout;
        assert!(page.contains(&title(&format!("zerodrift-{name}"))), "{page}");
        assert!(page.contains(&format!("\n.SH NAME\n{escaped} \\- ")), "{page}");
        assert!(page.contains("\nExamples:\n"), "{page}");
    }
    env.run("man pla").exits(64).says(&["no such command: `pla`", "zerodrift help"]);
}

#[test]
fn a_setting_is_explained() {
    let env = TestEnv::new();
    assert_snapshot!(env.run("explain session_duration"), @r#"
    organization.session_duration

    How long a user stays signed in to Access, unless an application or policy says otherwise.

      accepts        duration; usually 15m to 730h
      access         writable
      while unset    24h applies; the API returns nothing
      to unset       null in the file; null is sent
      exists for     account
      source         Cloudflare One docs, access-settings/session-management

    Guarded: needs consent
      - a duration above 730h: the duration is longer than any documented one: a stolen session or token
        stays useful for that long
        check first: whether the number and the unit are the ones you mean
      - a duration below 15m: the duration is shorter than any documented one: people may be signed out
        before they can work
        check first: whether the number and the unit are the ones you mean
      - a value that cannot be ranked: this version does not know the value before or after, so the
        change may weaken a protection or lock people out
        check first: what the value means in the dashboard or in Cloudflare's documentation, and who
        relies on it
    Noted in the plan
      - the first value: it replaces the default of 24h
      - a longer duration: a stolen session stays useful for longer
      - unsetting it: 24h apply again, which may be longer than before
    Harmless
      - a shorter duration: users sign in again sooner; nobody loses access
    If the live state has
      - a value that this version does not know: cannot be ranked
      - a value of another type: cannot be ranked

    In org.yaml
      organization:
        session_duration: 24h
    [exit status: 0]
    "#);
    assert_snapshot!(env.run("explain sesion_duration"), @r#"
    ------- stderr -------
    error: no such setting or group: `sesion_duration`
      hint: did you mean organization.session_duration or organization.mfa_config.session_duration?
    [exit status: 64]
    "#);
}
