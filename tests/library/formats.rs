//! What code hosts read, held against the published schemas of their formats; `formats/SOURCES.txt` says whose they are.

use std::collections::BTreeSet;

use crate::corpus;
use jsonschema::Validator;
use serde_json::{Value as Json, json};
use zerodrift::diagnostics::{Finding, Fix, Location, Rule, Source};
use zerodrift::live::{Document, Live, Slot};
use zerodrift::plan::Plan;
use zerodrift::report::gitlab::{code_quality, widget};
use zerodrift::report::sarif::sarif;
use zerodrift::settings::Endpoint;

fn validator(schema: &str) -> Validator {
    let schema = serde_json::from_str(schema).unwrap();
    jsonschema::draft7::options().should_validate_formats(true).build(&schema).unwrap()
}

fn sarif_schema() -> Validator {
    validator(include_str!("../common/formats/sarif-2.1.0.schema.json"))
}

fn gitlab_schema() -> Validator {
    validator(include_str!("../common/formats/gitlab-codeclimate.schema.json"))
}

fn assert_valid(validator: &Validator, document: &Json) {
    let errors: Vec<_> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// A text of ours as the JSON that it is, without anything that a terminal would act on.
fn read(text: &str) -> Json {
    let acts =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    assert!(!text.contains(acts), "{text:?}");
    serde_json::from_str(text).unwrap()
}

/// Everything that is wrong with the files of the corpus, file by file.
fn findings() -> Vec<(Vec<Finding>, Option<Source>)> {
    let read = corpus::manifests().into_iter().map(|(_, bytes)| corpus::read(&bytes));
    let planned = corpus::PLANNED.iter().map(|(_, text)| corpus::planned(text));
    read.chain(planned.map(|(findings, source)| (findings, Some(source)))).collect()
}

/// A finding in which everything that others can write is this text.
fn hostile(text: &str) -> (Vec<Finding>, Option<Source>) {
    let source = Source { name: text.to_owned(), text: text.to_owned() };
    let at = Location { file: None, line: 1, column: 1, span: 0..text.len() };
    let fix = Fix { title: text.to_owned(), span: at.span.clone(), replacement: text.to_owned(), safe: false };
    let finding = Finding::new(Rule::UnknownKey, text, text);
    (vec![finding.at(&at).help(text).fix(fix).setting(text)], Some(source))
}

const HOSTILE: [&str; 9] = [
    "\u{1b}[2J\u{1b}[31mred",
    "\u{202e}gnp.exe\u{2066}\u{2069}",
    "zero\u{200b}width\u{feff}\u{2028}",
    "[click](https://evil.example) {0} {{1}} \\[x\\](1)",
    "javascript:alert(1)//\"><script>",
    "../../etc/passwd?x=1#y%00",
    "\\\\server\\share\\org.yaml",
    "::error file=x::forged\r\n%0A",
    "\u{0}\u{7f}\u{8}🚀 ",
];

#[test]
fn every_finding_of_the_corpus_is_valid_sarif() {
    let schema = sarif_schema();
    for (findings, source) in findings() {
        assert_valid(&schema, &read(&sarif(&findings, source.as_ref())));
        assert_valid(&schema, &read(&sarif(&findings, None)));
    }
    assert_valid(&schema, &read(&sarif(&[], None)));
}

#[test]
fn every_finding_meets_the_requirements_of_code_scanning_beyond_the_schema() {
    for (findings, source) in findings() {
        let log = read(&sarif(&findings, source.as_ref()));
        let run = &log["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            assert_eq!(uri, corpus::FILE);
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            assert!(result["partialFingerprints"]["zerodrift/v1"].is_string());
        }
    }
}

#[test]
fn every_region_covers_the_text_of_its_finding() {
    for (findings, source) in findings() {
        let Some(source) = source else { continue };
        let log = read(&sarif(&findings, Some(&source)));
        for (result, finding) in log["runs"][0]["results"].as_array().unwrap().iter().zip(&findings) {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let Some(at) = finding.at.as_ref().filter(|at| !at.is_whole_file()) else {
                assert_eq!(region, &Json::Null);
                continue;
            };
            assert_eq!((&region["startLine"], &region["startColumn"]), (&json!(at.line), &json!(at.column)));
            let meant = source.text[at.span.clone()].trim_end().trim_start_matches('\u{feff}');
            assert!(text_of(&source.text, region).starts_with(meant), "{region} of {:?}", source.text);
        }
    }
}

/// The characters of a region, counted as a reader of SARIF counts them.
fn text_of(text: &str, region: &Json) -> String {
    let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split('\n').collect();
    let (first, last) = (number("startLine"), number("endLine"));
    let kept = |line: usize| {
        let from = if line == first { number("startColumn") - 1 } else { 0 };
        let to = if line == last { number("endColumn") - 1 } else { usize::MAX };
        lines[line - 1].chars().take(to).skip(from).collect::<String>()
    };
    (first..=last).map(kept).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_finding_of_the_corpus_is_a_valid_code_quality_finding() {
    let schema = gitlab_schema();
    for (findings, source) in findings() {
        let report = read(&code_quality(&findings, source.as_ref()));
        let issues = report.as_array().unwrap();
        assert_eq!(issues.len(), findings.len());
        for issue in issues {
            assert_valid(&schema, issue);
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
            assert!(issue["check_name"].is_string() && issue["location"]["lines"]["begin"].as_u64() >= Some(1));
            assert_eq!(issue["location"]["path"], corpus::FILE);
        }
    }
}

#[test]
fn fingerprints_are_unique_within_a_file_and_equal_in_both_reports() {
    for (findings, source) in findings() {
        let log = read(&sarif(&findings, source.as_ref()));
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let ours = results.iter().map(|result| result["partialFingerprints"]["zerodrift/v1"].clone());
        let report = read(&code_quality(&findings, source.as_ref()));
        let theirs = report.as_array().unwrap().iter().map(|issue| issue["fingerprint"].clone());
        let theirs: Vec<Json> = theirs.collect();
        assert_eq!(ours.collect::<Vec<_>>(), theirs);
        let different: BTreeSet<String> = theirs.iter().map(Json::to_string).collect();
        assert_eq!(different.len(), findings.len());
    }
}

#[test]
fn hostile_names_and_values_are_valid_and_harmless_in_every_format() {
    let (sarif_schema, gitlab_schema) = (sarif_schema(), gitlab_schema());
    for text in HOSTILE {
        let (findings, source) = hostile(text);
        for source in [source.as_ref(), None] {
            assert_valid(&sarif_schema, &read(&sarif(&findings, source)));
            let report = read(&code_quality(&findings, source));
            report.as_array().unwrap().iter().for_each(|issue| assert_valid(&gitlab_schema, issue));
        }
    }
}

#[test]
fn the_widget_report_is_accepted_by_the_parser_of_gitlab() {
    let schema = validator(include_str!("../common/formats/gitlab-terraform.schema.json"));
    let report = |plan: &Plan| read(&widget(plan));
    assert_valid(&schema, &report(&plan("organization:\n  session_duration: 24h\n")));
    assert!(!schema.is_valid(&json!({"create": 1, "update": 1})), "the schema asks for something");
    let text = "organization:\n  session_duration: 24h\n  is_ui_read_only: true\n  login_design: {header_text: null}\n";
    assert_eq!(report(&plan(text)), json!({"create": 1, "update": 1, "delete": 1}));
}

/// A plan for an organization that has a session duration and a header text.
fn plan(text: &str) -> Plan {
    let fields = json!({"name": "Widget", "session_duration": "12h", "login_design": {"header_text": "Hi"}});
    let document = Document::new(Endpoint::Organization, fields.as_object().unwrap().clone());
    let live = Live { organization: Slot::Present(document), doh: Slot::NotRead };
    crate::common::plan_for(&crate::common::manifest(text), &live)
}

#[test]
fn the_schemas_refuse_invalid_reports() {
    let mut log = read(&sarif(&hostile("x").0, None));
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = json!("a b");
    assert!(!sarif_schema().is_valid(&log), "a path that is no URI");
    log["runs"][0]["results"][0] = json!({"ruleId": "x"});
    assert!(!sarif_schema().is_valid(&log), "a result without a message");
    assert!(!gitlab_schema().is_valid(&json!({"description": "x"})));
}
