use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::document::Wording;
use crate::plan::tests::samples::{busy, in_sync, planned, warning, with_origins};
use crate::report::tests::hostile::{NASTY, checked, filled_with};
use crate::report::{drift, plan};

fn of(wording: Wording, plan: &Plan) -> String {
    log(&Comparison { repository_file: "org.yaml".to_owned(), ..Comparison::of(wording, plan) })
}

/// The commands that GitHub's runner finds in a log (actions/runner, `ActionCommandManager` and `ActionCommand`): lines
/// that start with `::` after white space, and `##[` anywhere, unless commands are stopped.
fn obeyed(log: &str) -> Vec<&str> {
    let (mut commands, mut stopped) = (Vec::new(), None);
    for line in log.split(['\n', '\r']) {
        let is_new = line.trim_start().strip_prefix("::");
        if let Some(word) = stopped {
            if is_new.is_some_and(|rest| rest.split("::").next() == Some(word)) {
                stopped = None;
            }
        } else if let Some(word) = is_new.and_then(|rest| rest.strip_prefix("stop-commands::")) {
            stopped = Some(word);
        } else if is_new.is_some() || line.contains("##[") {
            commands.push(line);
        }
    }
    commands
}

#[test]
fn a_plan_is_a_log_and_annotations_with_the_most_severe_first() {
    assert_snapshot!("github_busy", of(Wording::Plan, &busy()));
}

#[test]
fn drift_is_a_warning_at_the_declaration() {
    let log = of(Wording::Drift, &busy());
    let commands = obeyed(&log);
    assert_eq!(commands.len(), 9, "{log}");
    assert_eq!(
        commands[1],
        "::warning file=org.yaml,line=7,col=21,title=organization.session_duration differs::live 12h, file 24h"
    );
}

#[test]
fn a_plan_without_changes_has_no_annotations() {
    assert_eq!(obeyed(&of(Wording::Plan, &in_sync())), Vec::<&str>::new());
}

#[test]
fn a_failure_is_annotated_at_its_location_or_at_the_file() {
    let hints = ["set a token".to_owned()];
    let mut failure = FailedRun {
        command: "plan",
        file: "org.yaml",
        repository_file: "infra/org.yaml",
        ci: None,
        source: None,
        target: None,
        kind: crate::ending::FailureKind::Authentication,
        message: "no credentials",
        hints: &hints,
        findings: &[],
    };
    assert_eq!(
        obeyed(&failed(&failure)),
        ["::error file=infra/org.yaml,title=zerodrift plan failed::no credentials%0Aset a token"]
    );
    let findings = [warning()];
    failure.findings = &findings;
    let log = failed(&failure);
    let start = "::warning file=infra/org.yaml,line=12,col=17,title=zerodrift%3A contrast::the login text";
    assert!(obeyed(&log)[0].starts_with(start), "{log}");
}

#[test]
fn outputs_are_lines_that_later_steps_read() {
    let expected = format!("changed=true\nguarded=2\nunconsented=1\ndigest={}\nexit_code=2\n", busy().digest);
    assert_eq!(outputs(&busy(), 2), expected);
    assert!(outputs(&in_sync(), 0).starts_with("changed=false\nguarded=0\nunconsented=0\n"));
    assert_eq!(exit_code(5), "exit_code=5\n");
}

fn assert_harmless(value: &str) {
    let plan = filled_with(value);
    for wording in [Wording::Plan, Wording::Drift] {
        let log = of(wording, &plan);
        assert!(log.lines().all(|line| crate::text::visible(line) == line), "{value:?} is raw in {log}");
        let (commands, quiet) = (obeyed(&log).len(), of(wording, &filled_with("quiet")));
        assert_eq!(commands, obeyed(&quiet).len(), "{value:?} forged a command in {log}");
    }
    let texts = [plan::text(&plan, &Style::plain(60)), drift::text(&plan, &Style::plain(60)), value.to_owned()];
    let documents = [
        crate::document::to_text(&crate::document::plan_document(Wording::Plan, None, &[planned(&plan).into()])),
        super::super::sarif::sarif(&plan.findings, None),
        super::super::gitlab::code_quality(&plan.findings, None),
        crate::text::yaml_scalar(value),
    ];
    for document in documents {
        assert_eq!(obeyed(&document), Vec::<&str>::new(), "{value:?} in {document}");
    }
    for text in texts {
        assert_eq!(obeyed(&neutralize_commands(&text.replace('\r', "\n"))), Vec::<&str>::new(), "{value:?} in {text}");
    }
    let found = &plan.findings;
    let manifests = [checked(value, found)];
    let log = validated(&Validation { manifests: &manifests, sources: &[] });
    assert_eq!(obeyed(&log).len(), found.len(), "{value:?} forged a command in {log}");
}

#[test]
fn no_value_is_a_command() {
    let commands = [
        "::error::forged",
        "##[error]forged",
        "x%0A::set-output name=a::b",
        "long words before a break ::set-output name=changed::false ##[add-mask]24h",
        "::stop-commands::x",
        "::add-mask::1",
    ];
    commands.iter().chain(&NASTY).for_each(|value| assert_harmless(value));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_not_a_command(value in prop_oneof![any::<String>(), "[:#\\[\\]%0AD a-z,=\n\r]{0,24}"]) {
        assert_harmless(&value);
    }
}

#[test]
fn annotations_name_the_origin() {
    assert_snapshot!("github_with_origins", of(Wording::Plan, &with_origins()));
}
