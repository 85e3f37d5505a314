//! The catalogue of rules and the code that finds say the same: no rule without a finding, no finding without a rule.

use std::collections::BTreeSet;
use std::path::Path;

use crate::corpus;
use zerodrift::diagnostics::{Finding, RULES, Rule};

fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("the catalogue has no {id}"))
}

/// Every finding of the corpus.
fn findings() -> Vec<Finding> {
    let read = corpus::manifests().into_iter().flat_map(|(_, bytes)| corpus::read(&bytes).0);
    let planned = corpus::PLANNED.iter().flat_map(|(_, text)| corpus::planned(text).0);
    // A file that cannot be read has no text to read it from.
    let unread = zerodrift::diagnostics::not_checked("org.yaml", "cannot read org.yaml", &[]);
    read.chain(planned).chain([unread]).collect()
}

#[test]
fn every_example_has_the_finding_that_it_stands_for() {
    for (rule, bytes) in corpus::manifests() {
        let (findings, _) = corpus::read(&bytes);
        let found: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        assert!(found.contains(&rule), "no {rule} in {found:?} of {:?}", String::from_utf8_lossy(&bytes));
    }
    for (rule, text) in corpus::PLANNED {
        let (findings, _) = corpus::planned(text);
        assert!(findings.iter().any(|finding| finding.rule == *rule), "no {rule} in {findings:?}");
    }
}

#[test]
fn every_rule_is_found_somewhere() {
    let found: BTreeSet<&str> = findings().iter().map(|finding| finding.rule).collect();
    let unfound: Vec<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !found.contains(id)).collect();
    assert!(unfound.is_empty(), "no file of the corpus has a finding of {unfound:?}");
}

#[test]
fn no_finding_is_worse_than_its_rule_says() {
    for finding in findings() {
        assert!(finding.severity <= rule(finding.rule).severity, "{finding:?}");
    }
}

#[test]
fn no_rule_is_worse_than_its_worst_finding() {
    let findings = findings();
    for rule in RULES {
        let is_as_bad = |finding: &Finding| finding.rule == rule.id && finding.severity == rule.severity;
        assert!(findings.iter().any(is_as_bad), "{rule:?}");
    }
}

#[test]
fn every_rule_reads_as_a_name_and_two_sentences() {
    let mut ids = BTreeSet::new();
    for Rule { id, severity: _, summary, help } in RULES {
        assert!(ids.insert(id), "{id} is there twice");
        assert!(is_rule(id), "{id}");
        for sentence in [summary, help] {
            assert!(sentence.ends_with('.') && sentence.len() <= 120, "{id}: {sentence}");
            assert!(!sentence.contains(['[', ']', '{', '}', '\\']), "{id}: {sentence}");
        }
    }
}

#[test]
fn every_rule_that_the_sources_name_is_in_the_catalogue() {
    let named = named_in_the_sources();
    let known: BTreeSet<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(named.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "these need an entry");
    assert_eq!(known.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new(), "nothing finds these");
}

/// Lower-case words joined by hyphens.
fn is_rule(text: &str) -> bool {
    text.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// The rules that stand where the sources make a finding.
fn named_in_the_sources() -> BTreeSet<String> {
    const MAKERS: [&str; 6] =
        ["Finding::new(", "error(", "finding(", "Problem::refused(", "Problem::doubtful(", "PARTIAL: &str ="];
    let mut named = BTreeSet::new();
    for (path, text) in sources() {
        // The faults of YAML stand in tuples; that module has no other text in the shape of a rule.
        let makers: &[&str] = if path.ends_with("yaml.rs") { &[""] } else { &MAKERS };
        let behind = makers.iter().flat_map(|maker| text.match_indices(maker).map(|(at, found)| at + found.len()));
        named.extend(behind.filter_map(|at| literal(&text[at..])).filter(|text| is_rule(text)).map(str::to_owned));
    }
    named
}

/// The text literal that a piece of source starts with.
fn literal(source: &str) -> Option<&str> {
    source.trim_start().strip_prefix('"')?.split('"').next()
}

/// The sources that make findings, without their tests and the catalogue itself.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = vec![root.join("settings/check.rs")];
    for folder in ["diagnostics", "manifest", "manifest/parse", "settings/check", "plan"] {
        sources.extend(std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    let is_meant = |name: &str| !name.ends_with("tests.rs") && !name.ends_with("rule.rs");
    let named = sources.into_iter().map(|path| (path.to_string_lossy().into_owned(), path));
    let meant = named.filter(|(name, path)| is_meant(name) && path.is_file());
    meant.map(|(name, path)| (name, before_the_tests(&std::fs::read_to_string(path).unwrap()))).collect()
}

/// A source up to the tests at its end.
fn before_the_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}
