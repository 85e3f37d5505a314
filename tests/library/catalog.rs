//! Every rule has a finding, and every finding is as bad as its rule says, or milder.

use std::collections::BTreeSet;

use crate::corpus;
use zerodrift::diagnostics::{Finding, Rule, Severity};

/// The rule and the severity of every finding of the corpus.
async fn findings() -> BTreeSet<(Rule, Severity)> {
    let read = corpus::manifests().into_iter().flat_map(|(_, bytes)| corpus::read(&bytes).0);
    let planned = corpus::PLANNED.iter().flat_map(|(_, text)| corpus::planned(text).0);
    let imported = corpus::TERRAFORM.iter().flat_map(|(_, files)| corpus::imported(files));
    // A file that cannot be read has no text to read it from.
    let unread = zerodrift::diagnostics::not_checked("org.yaml", "cannot read org.yaml", &[]);
    let others =
        [corpus::refused().await, corpus::not_brought_back(), corpus::of_another_version(), vec![unread]].concat();
    let findings = read.chain(planned).chain(imported).chain(others);
    let found = findings.map(|finding| (finding.rule, finding.severity));
    let printed = [corpus::unread_override(), corpus::bad_bases(), corpus::bad_audit_logs()];
    let extending = corpus::OF_SEVERAL_FILES.iter().map(|(_, files)| corpus::validated(files));
    found.chain(printed.into_iter().chain(extending).flat_map(|text| printed_in(&text))).collect()
}

/// The findings in what the program prints, such as `error[unknown-key]: …`.
fn printed_in(text: &str) -> Vec<(Rule, Severity)> {
    let severities = [Severity::Note, Severity::Warning, Severity::Error];
    let headings = Rule::ALL.iter().flat_map(|rule| severities.map(|severity| (*rule, severity)));
    headings.filter(|(rule, severity)| text.contains(&format!("{}[{rule}]", severity.word()))).collect()
}

fn has(findings: &[Finding], rule: Rule) -> bool {
    findings.iter().any(|finding| finding.rule == rule)
}

#[test]
fn every_example_has_the_finding_of_its_rule() {
    for (rule, bytes) in corpus::manifests() {
        let (findings, _) = corpus::read(&bytes);
        assert!(has(&findings, rule), "no {rule} in {findings:?} of {:?}", String::from_utf8_lossy(&bytes));
    }
    for (rule, text) in corpus::PLANNED {
        let (findings, _) = corpus::planned(text);
        assert!(has(&findings, *rule), "no {rule} in {findings:?}");
    }
    for (rule, files) in corpus::OF_SEVERAL_FILES {
        let printed = corpus::validated(files);
        assert!(printed_in(&printed).contains(&(*rule, Severity::Error)), "no {rule} in {printed}");
    }
    for (rule, files) in corpus::TERRAFORM {
        let findings = corpus::imported(files);
        assert!(has(&findings, *rule), "no {rule} in {findings:?} of {files:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_worst_finding_of_every_rule_has_the_severity_of_the_rule() {
    let findings = findings().await;
    for rule in Rule::ALL {
        let of_rule = findings.iter().filter(|(found, _)| found == rule);
        let worst = of_rule.map(|(_, severity)| *severity).max();
        assert_eq!(worst, Some(rule.severity()), "{rule}");
    }
}

#[test]
fn every_rule_has_a_name_and_two_sentences() {
    let mut ids = BTreeSet::new();
    for rule in Rule::ALL {
        let id = rule.id();
        assert!(ids.insert(id), "duplicate rule {id}");
        assert!(is_id(id), "{id}");
        for sentence in [rule.summary(), rule.help()] {
            assert!(sentence.ends_with('.') && sentence.len() <= 120, "{id}: {sentence}");
            assert!(!sentence.contains(['[', ']', '{', '}', '\\']), "{id}: {sentence}");
        }
    }
}

/// Lower-case words joined by hyphens.
fn is_id(text: &str) -> bool {
    text.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}
