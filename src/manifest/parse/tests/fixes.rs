//! Fixes of findings.

use super::*;

#[test]
fn safe_fixes_remove_their_findings() {
    let text = "organization:\n  name: 1.10\n  is_ui_read_only: yes\n  auto_redirect_to_identity: 'false'\n  login_design:\n    \
                text_color: #1b1b1b\n";
    let mut fixed = text.to_owned();
    let findings = parse(Model::current(), &source(text)).findings;
    let mut fixes: Vec<_> = findings.iter().filter_map(|finding| finding.fix.clone()).collect();
    fixes.sort_by_key(|fix| std::cmp::Reverse(fix.span.start));
    assert!(fixes.iter().all(|fix| fix.safe) && fixes.len() == findings.len(), "{findings:?}");
    for fix in fixes {
        fixed.replace_range(fix.span, &fix.replacement);
    }
    let expected = [
        ("organization.name", json!("1.10")),
        ("organization.auto_redirect_to_identity", json!(false)),
        ("organization.is_ui_read_only", json!(true)),
        ("organization.login_design.text_color", json!("#1b1b1b")),
    ];
    assert_eq!(values(&clean(&fixed)), expected);
}

#[test]
fn a_block_scalar_gets_no_fix_that_adds_quotes() {
    let text = "organization:\n  is_ui_read_only: |-\n    no\n  login_design:\n    text_color: >-\n      1b1b1b";
    let findings = parse(Model::current(), &source(text)).findings;
    assert_eq!(findings.iter().map(|finding| finding.rule.id()).collect::<Vec<_>>(), ["yaml-boolean", "color"]);
    assert!(findings.iter().all(|finding| finding.fix.is_none()), "{findings:?}");
}

/// JSON needs no space between the colon and the value, which YAML allows only after a quoted key.
#[test]
fn a_quoted_key_keeps_its_quotes_when_it_is_renamed() {
    for (text, fixed) in [
        (
            r#"{"organization":{"mfa_ssh_piv_key_requirements":{"pin_policy":"always"}}}"#,
            r#""mfa_piv_key_requirements""#,
        ),
        (r#"{'organization':{'sesion_duration':"24h"}}"#, "'session_duration'"),
    ] {
        let findings = parse(Model::current(), &source(text)).findings;
        let fix = findings.into_iter().find_map(|finding| finding.fix).unwrap();
        assert_eq!(fix.replacement, fixed);
        let mut fixed_text = text.to_owned();
        fixed_text.replace_range(fix.span, &fix.replacement);
        clean(&fixed_text);
    }
}

#[test]
fn every_fix_keeps_the_file_valid_yaml() {
    for value in [
        "1d",
        "24",
        "yes",
        "'true'",
        "\"90\"",
        "widget",
        "abc",
        "1.10",
        "example.com/x",
        "[1d]",
        "'a: b'",
        "a\u{202e}b",
    ] {
        for setting in Model::current().declarable() {
            let text =
                everything(Model::current()).replace(&format!(": {}\n", setting.example), &format!(": {value}\n"));
            for fix in parse(Model::current(), &source(&text)).findings.into_iter().filter_map(|finding| finding.fix) {
                let mut fixed = text.clone();
                fixed.replace_range(fix.span, &fix.replacement);
                let broken = rules(&fixed).into_iter().find(|rule| matches!(*rule, "syntax" | "tab" | "duplicate-key"));
                assert_eq!(broken, None, "{}: {value} -> {}", setting.path, fix.replacement);
            }
        }
    }
}
