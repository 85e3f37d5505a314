//! Locations of findings, for any text.

use super::*;

#[test]
fn a_byte_order_mark_is_reported_and_shifts_no_location() {
    let text = "\u{feff}organization:\r\n  name: A\r\n";
    let parsed = parse(Model::current(), &source(text));
    assert_eq!(parsed.findings.iter().map(|finding| finding.rule.id()).collect::<Vec<_>>(), ["byte-order-mark"]);
    let manifest = parsed.manifest.unwrap();
    let at = &manifest.declared("organization.name").unwrap().at;
    assert_eq!((at.line, at.column, &text[at.span.clone()]), (2, 9, "A"));
}

#[test]
fn multi_byte_white_space_before_a_key_is_not_cut() {
    assert!(rules("\u{feff}organization:- \u{85}<<: organization:- ").contains(&"control-character"));
    assert!(rules("a:\u{3000}\u{3000}!!str b\n\u{2003}c: d").contains(&"syntax"));
}

/// The scanner gives a byte-order mark no column, reads a lone carriage return as a line break, and gets two spaces in
/// place of U+0085.
#[test]
fn a_syntax_error_is_located_at_its_character_whatever_precedes_it() {
    for (before, line, column) in [
        ("", 1, 1),
        ("é: ", 1, 4),
        ("a:\t", 1, 4),
        ("# \u{2028}\n", 2, 1),
        ("a: \"\u{2028}é\"\r\nb: ", 2, 4),
        ("a: |\r\n  é\u{2029}\r\nb: ", 3, 4),
        ("\u{feff}", 1, 1),
        ("\u{feff}\r\n", 2, 1),
        ("\u{feff}\u{feff}", 1, 2),
        ("\r\n\u{feff}", 2, 2),
        ("a: \"\u{feff}\u{85}\"\nb:\t", 2, 4),
        ("\u{85}é: ", 1, 5),
        ("\r\n\u{feff}\u{85}", 2, 3),
        ("\r", 1, 2),
        ("# é\r", 1, 5),
        ("a: é\rb: ", 1, 9),
    ] {
        for broken in ["{", "[a"] {
            let text = format!("{before}{broken}");
            let findings = parse(Model::current(), &source(&text)).findings;
            let at = findings.iter().find(|one| one.rule == Rule::Syntax).and_then(|one| one.at.clone()).unwrap();
            let bracket = before.len()..before.len() + 1;
            assert_eq!((at.line, at.column, at.span), (line, column, bracket), "{text:?}");
        }
    }
}

/// Texts of fragments of valid and invalid manifests.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "organization:",
        "doh:",
        "allow:",
        "\n",
        "\n  ",
        "\n    ",
        "name: ",
        "session_duration: ",
        "login_design:",
        "- ",
        "#fff",
        "'",
        "\"",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        "1d",
        "24h",
        "null",
        "~",
        "true",
        "no",
        "1.10",
        "\t",
        "\r\n",
        "|\n",
        ">-\n",
        "---\n",
        "%YAML",
        "\u{feff}",
        "\u{202e}",
        "é",
        "日",
        "? ",
        "\\",
        "setting: ",
        "to: ",
        "organization.auth_domain",
        "\u{0}",
        "\u{85}",
        "\u{2028}",
        "\r",
        "account_id: ",
        "mfa_config: ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics_and_every_finding_points_into_the_file(text in prop_oneof![fragments(), any::<String>()]) {
        let parsed = parse(Model::current(), &source(&text));
        let failed = parsed.findings.iter().any(Finding::is_error);
        prop_assert_eq!(parsed.manifest.is_none(), failed);
        prop_assert!(parsed.findings.len() <= 101);
        for finding in &parsed.findings {
            for span in finding.at.iter().map(|at| &at.span).chain(finding.fix.iter().map(|fix| &fix.span)) {
                prop_assert!(text.get(span.clone()).is_some(), "{:?} in {:?}", finding, text);
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Source::from_bytes("org.yaml", &bytes);
    }
}
