use serde_json::{Value as Json, json};

use super::*;
use crate::manifest::parse;
use crate::settings::Model;

fn source(text: &str) -> Source {
    Source { name: "./accounts/org.yaml".to_owned(), text: text.to_owned() }
}

/// The run for the findings of a manifest.
fn run(text: &str) -> Json {
    let source = source(text);
    document(&parse(Model::current(), &source).findings, Some(&source))
}

fn document(findings: &[Finding], source: Option<&Source>) -> Json {
    let log: Json = serde_json::from_str(&sarif(findings, source)).unwrap();
    log["runs"][0].clone()
}

fn regions(run: &Json) -> Vec<Json> {
    let results = run["results"].as_array().unwrap();
    results.iter().map(|result| result["locations"][0]["physicalLocation"]["region"].clone()).collect()
}

/// A region on one line.
fn on(line: usize, columns: Range<usize>) -> Json {
    json!({"startLine": line, "startColumn": columns.start, "endLine": line, "endColumn": columns.end})
}

/// A file with an error that has a fix, an error without one, and a warning.
#[test]
fn a_file_conforms_to_the_standard() {
    let text = "organization:\n  session_duration: 1d\n  nme: [A]\n  login_design:\n    text_color: '#c5ed1b'\n";
    let source = source(text);
    let log = sarif(&parse(Model::current(), &source).findings, Some(&source));
    let log = log.replace(&format!("ersion\": \"{ZERODRIFT}\""), "ersion\": \"[VERSION]\"");
    insta::assert_snapshot!("sarif", log);
}

#[test]
fn without_findings_a_run_has_no_results() {
    assert_eq!(document(&[], None)["results"], json!([]));
}

#[test]
fn a_region_ends_after_its_last_character() {
    assert_eq!(regions(&run("organization:\n  session_duration: 1d # ä\n")), [on(2, 21..23)]);
    assert_eq!(regions(&run("organization: {login_design: {header_text: 'ä🚀'}, nme: 1}\n")), [on(1, 51..54)]);
    assert_eq!(
        regions(&run("\u{feff}nme: 1\norganization:\n  name: A\n"))[0],
        on(1, 1..4),
        "the byte-order mark has no column"
    );
}

#[test]
fn a_region_of_several_lines_ends_with_its_text() {
    let run = run("organization:\n  auth_domain: \"two\n    lines\"\n\n  session_duration: 24h\n");
    assert_eq!(regions(&run), [json!({"startLine": 2, "startColumn": 16, "endLine": 3, "endColumn": 11})]);
}

#[test]
fn an_empty_span_is_extended_to_the_end_of_its_line() {
    assert_eq!(regions(&run("organization:\n  name:\n    first: A  \n    last: B\n")), [on(3, 5..13)]);
    assert_eq!(regions(&run("organization:\n  name:\n")), [on(2, 7..8)]);
}

#[test]
fn a_finding_about_a_whole_file_has_no_region() {
    let result = &run("# nothing\n")["results"][0];
    assert_eq!(result["locations"], json!([{"physicalLocation": {"artifactLocation": {"uri": "accounts/org.yaml"}}}]));
    let backup = Finding::new(Rule::Contrast, "backup.json", "message").at(&crate::diagnostics::Location::whole_file());
    assert_eq!(regions(&document(&[backup], None)), [Json::Null]);
}

#[test]
fn without_the_source_a_region_has_only_a_start_and_no_fix() {
    let findings = Source::from_bytes("org.yaml", b"organization:\n  name: \xff\n").unwrap_err();
    let run = document(&findings, None);
    assert_eq!(regions(&run), [json!({"startLine": 2, "startColumn": 9})]);
    assert!(run["results"][0].get("fixes").is_none());
}

#[test]
fn the_source_of_another_file_is_not_used() {
    let source = source("organization:\n  session_duration: 1d\n");
    let findings = parse(Model::current(), &source).findings;
    let other = Source { name: "other.yaml".to_owned(), ..source };
    assert_eq!(regions(&document(&findings, Some(&other))), [json!({"startLine": 2, "startColumn": 21})]);
}

#[test]
fn every_result_refers_to_its_rule() {
    let run = run("organization:\n  session_duration: 1d\n  nme: A\n");
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}

#[test]
fn a_fix_has_its_region_and_replacement() {
    let text = "organization:\n\tname: ä\n  nme: b\n";
    let source = source(text);
    let findings = parse(Model::current(), &source).findings;
    let run = document(&findings, Some(&source));
    let fixes: Vec<&Json> =
        run["results"].as_array().unwrap().iter().filter_map(|result| result.get("fixes")).collect();
    let replacement = &fixes[0][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement, &json!({"deletedRegion": on(2, 1..2), "insertedContent": {"text": "  "}}));
}

/// A manifest and its parent: each finding has the region, the hash and the fix of its own file.
#[test]
fn findings_of_several_files_refer_to_the_text_of_their_file() {
    let named = |name: &str, text: &str| Source { name: name.to_owned(), text: text.to_owned() };
    let sources = [
        named("_base.yaml", "organization:\n  session_duration: 1d\n"),
        named("orgs/a.yaml", "# ours\norganization: {session_duration: 1d}\n"),
    ];
    let findings: Vec<Finding> = sources.iter().flat_map(|source| parse(Model::current(), source).findings).collect();
    let log: Json = serde_json::from_str(&sarif(&findings, &sources)).unwrap();
    let several = &log["runs"][0];
    assert_eq!(regions(several), [on(2, 21..23), on(2, 34..36)]);
    for (result, source) in several["results"].as_array().unwrap().iter().zip(&sources) {
        let alone = document(&parse(Model::current(), source).findings, Some(source));
        assert_eq!(*result, alone["results"][0]);
    }
    assert_eq!(several["results"].as_array().unwrap().len(), 2);
}

#[test]
fn a_message_has_no_links_and_placeholders() {
    assert_eq!(literal("[click](https://evil.example) {0}"), r"\[click\](https://evil.example) {{0}}");
    assert_eq!(literal(r"\[click\](1)"), r"\\\[click\\\](1)");
    let run = run("organization:\n  '[x](javascript:1) {0}': 1\n");
    let text = run["results"][0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with(r#"unknown key "\[x\](javascript:1) {{0}}" in organization"#), "{text}");
}

#[test]
fn control_characters_of_a_message_are_escaped_and_line_breaks_of_the_help_kept() {
    assert_eq!(literal("a\u{1b}b\u{202e}"), r"a\\u{{1b}}b\\u{{202e}}");
    assert_eq!(literal("write:\n\n  name: A"), "write:\n\n  name: A");
    assert_eq!(literal(&"x".repeat(5_000)).chars().count(), LONG_MESSAGE + 1);
}

#[test]
fn lines_above_do_not_change_the_fingerprint_for_github() {
    let text = "organization:\n  session_duration: 1d\n";
    let fingerprints = |text: &str| run(text)["results"][0]["partialFingerprints"].clone();
    assert_eq!(fingerprints(text), fingerprints(&format!("# one\n# two\n{text}")));
    let hash = line_hashes(text, 9)[1].clone();
    assert_eq!(fingerprints(text)["primaryLocationLineHash"], Json::String(hash));
}

#[test]
fn every_result_has_a_fingerprint_for_github_if_it_can_be_computed() {
    let key = |run: &Json| run["results"][0]["partialFingerprints"].get("primaryLocationLineHash").cloned();
    assert!(key(&run("# nothing\n")).is_some_and(|hash| hash.as_str().unwrap().ends_with(":1")));
    let not_utf8 = Source::from_bytes("org.yaml", b"organization:\n  name: \xff\n").unwrap_err();
    assert_eq!(key(&document(&not_utf8, None)), None);
}
