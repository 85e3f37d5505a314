//! Bounds on the size of a file and the number of findings.

use super::*;

#[test]
fn at_most_100_findings_are_shown_and_an_error_always_shows() {
    let zones = "a.example, ".repeat(2_000);
    let text = format!("organization:\n  deny_unmatched_requests_exempted_zone_names: [{zones}]\n  name: 1\n");
    let parsed = parse(Model::current(), &source(&text));
    assert_eq!(parsed.findings.len(), 101);
    assert_eq!(parsed.manifest, None);
    assert!(parsed.findings.iter().any(Finding::is_error));
    assert!(parsed.findings.last().unwrap().message.contains("more findings"));
}

#[test]
fn hostile_files_cause_a_bounded_number_of_findings() {
    let hostile = [
        "[".repeat(200_000),
        "{".repeat(200_000),
        "- ".repeat(200_000),
        "? ".repeat(200_000),
        "a:\n".repeat(300_000),
        "&a ".repeat(300_000),
        "*a ".repeat(300_000),
        "!!str ".repeat(150_000),
        "---\n".repeat(200_000),
        "\u{1}\n".repeat(500_000),
        "\t- x\n".repeat(200_000),
        "\"".repeat(1_000_000),
        "#".repeat(1_000_000),
        format!("organization: {{{}}}", "a: 1, ".repeat(4_000)),
        format!("organization: [{}]", "!!str a,".repeat(4_000)),
        format!("organization: {{name: \"{}\"}}", "\\u202e".repeat(150_000)),
        format!("organization: {{{}: 1}}", "k".repeat(1_000_000)),
    ];
    for text in hostile {
        let parsed = parse(Model::current(), &source(&text));
        let start: String = text.chars().take(20).collect();
        assert!(parsed.findings.len() <= 101, "{start}");
        let longest = parsed.findings.iter().map(|finding| finding.message.len()).max().unwrap_or_default();
        assert!(longest < 2_000, "{start}: {longest}");
    }
}

#[test]
fn a_file_over_one_mebibyte_is_not_parsed() {
    let parsed = parse(Model::current(), &source(&" ".repeat(1024 * 1024 + 1)));
    assert_eq!(parsed.findings.iter().map(|finding| finding.rule.id()).collect::<Vec<_>>(), ["too-large"]);
}
