//! Runs that fail early: their reports name the manifest and replace those of an earlier run, and the error is printed once.

use serde_json::Value as Json;

use crate::harness::TestEnv;

const SARIF: &str = include_str!("../common/formats/sarif-2.1.0.schema.json");
const CODE_QUALITY: &str = include_str!("../common/formats/gitlab-codeclimate.schema.json");

const FINDINGS: [(&str, &str); 5] =
    [("text", "r.txt"), ("json", "r.json"), ("github", "r.log"), ("sarif", "r.sarif"), ("gitlab", "r.gitlab")];
const PLANS: [(&str, &str); 6] = [
    ("text", "r.txt"),
    ("json", "r.json"),
    ("github", "r.log"),
    ("gitlab", "r.gitlab"),
    ("markdown", "r.md"),
    ("html", "r.html"),
];

fn reports(of: &[(&str, &str)]) -> String {
    of.iter().map(|(format, file)| format!(" --report {format}={file}")).collect()
}

fn document(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[track_caller]
fn assert_valid(schema: &str, document: &Json) {
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft7::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[track_caller]
fn assert_failed_sarif(text: &str, file: &str, code: i32) {
    let log = document(text);
    assert_valid(SARIF, &log);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["invocations"][0]["exitCode"], code);
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert!(notification["message"]["text"].as_str().unwrap().contains(file), "{text}");
    assert_eq!(run["results"][0]["ruleId"], "not-checked", "no result would mean that everything is mended");
}

#[track_caller]
fn assert_failed_code_quality(text: &str, file: &str) {
    let report = document(text);
    let [issue] = report.as_array().unwrap().as_slice() else { panic!("{text}") };
    assert_valid(CODE_QUALITY, issue);
    assert_eq!((&issue["check_name"], &issue["severity"]), (&Json::from("not-checked"), &Json::from("major")));
    assert_eq!(issue["location"]["path"], file);
}

#[test]
fn a_failed_validation_replaces_the_reports_of_an_earlier_one() {
    let env = TestEnv::with_example();
    let command = format!("validate{}", reports(&FINDINGS));
    let _ = env.run(&command).exits(0);
    let clean: Vec<String> = FINDINGS.iter().map(|(_, file)| env.read(file)).collect();
    for (spoil, code, message) in [
        ((|env| std::fs::remove_file(env.path("org.yaml"))) as fn(&TestEnv) -> _, 1, "cannot read org.yaml"),
        (|env| std::fs::create_dir(env.path("org.yaml")), 64, "org.yaml has no manifest"),
    ] {
        spoil(&env).unwrap();
        let _ = env.run(&command).exits(code);
        for ((format, file), clean) in FINDINGS.iter().zip(&clean) {
            let text = env.read(file);
            assert_ne!(&text, clean, "{format} is the earlier report");
            assert!(text.contains(message), "{format}: {text}");
        }
        assert_failed_sarif(&env.read("r.sarif"), "org.yaml", code);
        assert_failed_code_quality(&env.read("r.gitlab"), "org.yaml");
    }
}

#[test]
fn a_validation_that_fails_prints_a_document_of_its_format() {
    let env = TestEnv::new();
    let missing = |format: &str| env.run(&format!("validate infra/a.yaml --format {format}")).exits(1);
    assert_failed_sarif(&missing("sarif").document, "infra/a.yaml", 1);
    assert_failed_code_quality(&missing("gitlab").document, "infra/a.yaml");
    assert_eq!(missing("json").json()["error"]["exit_code"], 1);
    let log = missing("github");
    assert!(log.stdout.contains("::error file=infra/a.yaml,title=zerodrift validate failed::"), "{log}");
    assert_eq!(missing("text").stdout, "");
}

#[test]
fn a_failed_plan_replaces_the_reports_of_an_earlier_one() {
    for command in ["plan", "drift"] {
        let env = TestEnv::with_example();
        let command = format!("{command} --sandbox=state.json{}", reports(&PLANS));
        let _ = env.run(&command);
        std::fs::remove_file(env.path("org.yaml")).unwrap();
        let _ = env.run(&command).exits(1);
        for (format, file) in PLANS {
            assert!(env.read(file).contains("cannot read org.yaml"), "{command}, {format}: {}", env.read(file));
        }
    }
}

#[test]
fn a_usage_error_replaces_a_report_unless_it_is_about_the_reports() {
    let env =
        TestEnv::with_manifest("organization:\n  session_duration: 24h\n").set("CLOUDFLARE_ACCOUNT_ID", "nonsense");
    for command in ["plan --report markdown=r.md", "validate --report json=r.md", "drift - --adopt --report text=r.md"]
    {
        env.write("r.md", "an earlier result");
        let _ = env.run(command).exits(64);
        assert_ne!(env.read("r.md"), "an earlier result", "{command}");
    }
    env.write("r.md", "an earlier result");
    let _ = env.run("plan --report markdown=r.md --report json=r.md").exits(64);
    assert_eq!(env.read("r.md"), "an earlier result");
}

#[test]
fn marker_annotation_and_page_name_an_unreadable_manifest() {
    let env = TestEnv::new();
    std::fs::create_dir_all(env.path("infra/folder.yaml")).unwrap();
    std::fs::write(env.path("infra/bytes.yaml"), b"\xff\xfe\0").unwrap();
    let mut markers = std::collections::BTreeSet::new();
    for file in
        ["infra/a.yaml", "infra/b.yaml", "infra/a_b.yaml", "infra/a-b.yaml", "infra/folder.yaml", "infra/bytes.yaml"]
    {
        let run = env
            .run(&format!("plan {file} --format markdown --report html=r.html --report github=r.log --sandbox=s.json"));
        let marker = run.stdout.lines().next().unwrap().to_owned();
        assert!(marker.starts_with("<!-- zerodrift plan infra/") && marker.ends_with(" -->"), "{marker}");
        assert!(run.stdout.contains(&format!("`{file}`")), "{run}");
        assert!(markers.insert(marker), "{file} has the marker of another file");
        assert!(env.read("r.html").contains(file), "the page does not name {file}");
        assert!(env.read("r.log").contains(&format!("::error file={file},title=zerodrift")), "{}", env.read("r.log"));
    }
    let one = env.run("plan ./infra/a.yaml --format markdown --sandbox=s.json").exits(1);
    assert!(markers.contains(one.stdout.lines().next().unwrap()), "however it is typed: {one}");
}

#[test]
fn the_annotation_of_a_missing_manifest_is_relative_to_the_repository() {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("infra")).unwrap();
    let top = env.path("").display().to_string();
    let env = env.set("GITHUB_WORKSPACE", &top);
    let output = env.command("validate org.yaml --format github").current_dir(env.path("infra")).output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(log.contains("::error file=infra/org.yaml,"), "{log}");
}

#[test]
fn an_error_is_printed_once_and_the_other_reports_are_written() {
    for (arguments, variable) in [
        ("plan --sandbox=state.json --report markdown=no/such/x.md --report json=r.json", None),
        ("plan --sandbox=state.json --report json=r.json --report markdown=no/such/x.md", None),
        ("drift --sandbox=state.json --report html=no/such/x.html --report json=r.json", None),
        ("validate --report sarif=no/such/x.sarif --report json=r.json", None),
        ("plan --sandbox=state.json --report github=r.log --report json=r.json", Some("GITHUB_STEP_SUMMARY")),
        ("plan --sandbox=state.json --report github=r.log --report json=r.json", Some("GITHUB_OUTPUT")),
        ("validate --report github=r.log --report json=r.json", Some("GITHUB_OUTPUT")),
    ] {
        let env = TestEnv::with_example();
        let env = match variable {
            Some(variable) => env.set(variable, "no/such/file"),
            None => env,
        };
        env.write("r.json", "an earlier result");
        let run = env.run(arguments).exits(1);
        assert_eq!(run.stderr.matches("error: ").count(), 1, "{arguments}: {run}");
        assert_eq!(document(&env.read("r.json"))["error"]["exit_code"], 1, "{arguments}");
    }
}

#[test]
fn help_has_colour_if_it_is_forced_but_zero_does_not_force_it() {
    for (value, has_color) in [("0", false), ("", false), ("1", true)] {
        let env = TestEnv::new().set("CLICOLOR_FORCE", value);
        for arguments in ["--help", "plan --help", "plan --bogus", "explain session_duration"] {
            let run = env.run(arguments);
            let text = format!("{}{}", run.stdout, run.stderr);
            assert_eq!(text.contains('\u{1b}'), has_color, "CLICOLOR_FORCE={value} {arguments}: {run}");
        }
    }
    let env = TestEnv::new().set("CLICOLOR_FORCE", "1").set("NO_COLOR", "1");
    assert!(!env.run("--help").exits(0).stdout.contains('\u{1b}'));
}
