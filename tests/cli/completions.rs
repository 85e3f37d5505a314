//! Completion of settings and groups, by the shells themselves.

use std::process::Command;

use crate::harness::TestEnv;

/// What a user typed, and candidates that the shell must offer or must not offer.
const CASES: [(&str, &[&str], &[&str]); 6] = [
    ("explain login", &["login_design", "login_design.header_text"], &["auth_domain"]),
    ("explain organization.mfa_config.", &["organization.mfa_config.session_duration"], &["organization.name"]),
    ("apply --allow auth", &["auth_domain"], &["login_design"]),
    ("plan --allow organization.l", &["organization.login_design"], &["organization.name"]),
    ("schema fin", &["findings"], &["plan"]),
    ("help ex", &["explain", "export"], &["plan"]),
];

/// The candidates that a shell offers for the last word, or `None` if the shell is not installed.
fn candidates(shell: &str, typed: &str) -> Option<Vec<String>> {
    let env = TestEnv::new();
    env.write("script", &env.run(&format!("completions {shell}")).exits(0).stdout);
    let complete = match shell {
        "fish" => "source script; complete -C \"$argv\"",
        _ => {
            "source ./script; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
             _zerodrift zerodrift \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"; \
             printf '%s\\n' \"${COMPREPLY[@]}\""
        }
    };
    let mut command = Command::new(shell);
    command.args(["-c", complete]);
    if shell == "bash" {
        command.arg("bash");
    }
    command.arg(format!("zerodrift {typed}")).current_dir(env.path("")).env("HOME", env.path(""));
    let output = match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        output => output.unwrap(),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let offered = String::from_utf8(output.stdout).unwrap();
    Some(offered.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect())
}

#[test]
fn bash_and_fish_complete_settings_and_groups() {
    for shell in ["bash", "fish"] {
        for (typed, expected, others) in CASES {
            let Some(offered) = candidates(shell, typed) else {
                assert_ne!(shell, "bash", "bash is not installed");
                println!("skipped: {shell} is not installed");
                break;
            };
            let is_offered = |name: &&&str| offered.iter().any(|candidate| candidate == **name);
            let missing: Vec<_> = expected.iter().filter(|name| !is_offered(name)).collect();
            let unexpected: Vec<_> = others.iter().filter(is_offered).collect();
            assert!(missing.is_empty() && unexpected.is_empty(), "{shell}: {typed}: {offered:?}");
        }
    }
}

/// Where fish is not installed, this shows why it completes the commands after `help`.
#[test]
fn the_script_for_fish_does_not_take_help_for_one_of_the_commands_after_it() {
    let script = TestEnv::new().run("completions fish").exits(0).stdout;
    let conditions = script.lines().filter_map(|line| line.split_once("using_subcommand help; and not "));
    let lists: Vec<&str> = conditions.map(|(_, rest)| rest.split('"').next().unwrap()).collect();
    assert!(lists.len() > 10 && lists.iter().all(|list| !list.contains(" help")), "{lists:?}");
}

#[test]
fn the_script_for_zsh_is_valid_and_has_the_settings_with_a_description() {
    let env = TestEnv::new();
    let script = env.run("completions zsh").exits(0).stdout;
    let argument = script.split_once("'::setting -- ").unwrap().1.split_once("' \\\n").unwrap().0;
    assert!(argument.contains("login_design\\:\"How the login page looks\""), "{argument}");
    assert_eq!(argument.matches("\nname\\:").count() + argument.matches("((name\\:").count(), 1, "{argument}");
    assert!(script.contains("organization.auth_domain\\:\""));
    env.write("script", &script);
    match Command::new("zsh").args(["-n", "script"]).current_dir(env.path("")).output() {
        Ok(checked) => assert!(checked.status.success(), "{checked:?}"),
        Err(error) => println!("skipped: zsh does not run: {error}"),
    }
}

#[test]
fn only_settings_that_can_change_get_consent() {
    let script = TestEnv::new().run("completions bash").exits(0).stdout;
    let consent = script.lines().skip_while(|line| line.trim() != "--allow)").nth(1).unwrap();
    assert!(consent.contains(" auth_domain ") && !consent.contains("created_at"), "{consent}");
}
