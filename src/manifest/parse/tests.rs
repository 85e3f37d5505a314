use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostics::Severity;
use crate::manifest::cross_check;
use crate::settings::{Element, Endpoint, Kind, Scope, Setting};

fn source(text: &str) -> Source {
    Source { name: "org.yaml".to_owned(), text: text.to_owned() }
}

/// The manifest of a text without any finding.
fn clean(text: &str) -> Manifest {
    let parsed = parse(Model::current(), &source(text));
    assert_eq!(parsed.findings, [], "{text}");
    parsed.manifest.unwrap()
}

fn rules(text: &str) -> Vec<&'static str> {
    parse(Model::current(), &source(text)).findings.iter().map(|finding| finding.rule.id()).collect()
}

fn values(manifest: &Manifest) -> Vec<(&'static str, Json)> {
    manifest.declared.iter().map(|declared| (declared.setting.path, declared.value.clone())).collect()
}

const SAMPLE: &str = "\
# yaml-language-server: $schema=./schemas/org.schema.json
account_id: 699d98642c564d2e855e9661899b7252     # or zone_id
organization:
  name: Widget Corps Internal Applications
  auth_domain: gadget.cloudflareaccess.com
  session_duration: 24h
  login_design:
    background_color: \"#c5ed1b\"
    header_text: null                             # unset it
doh:
  doh_jwt_duration: 24h
allow:                                            # consent to guarded changes, pinned to one value each
  - setting: organization.auth_domain
    to: gadget.cloudflareaccess.com
    reason: rename approved in SEC-1234
";

/// A number that the parser computed may have lost digits, overflowed, or be spelled otherwise: `1e999` is no `.inf`.
#[test]
fn a_scalar_is_its_source_text_or_refused() {
    for raw in
        ["1e999", "12345e6789", ".inf", "-.Inf", ".NAN", "0123", "0xFFFFFFFFFFFFFFFFFFFF", "1.10", "1_000", "12:30"]
    {
        for text in [
            format!("organization:\n  name: {raw}\n"),
            format!("organization: {{name: {raw}}}\n"),
            format!("organization:\n  name:\n    {raw}\n"),
        ] {
            assert_source_text(&text, raw);
        }
    }
    let id = "1234567890123456789012345678e999";
    let manifest = clean(&format!("account_id: {id}\norganization:\n  session_duration: 24h\n"));
    assert_eq!(manifest.target.unwrap().id.as_str(), id);
    let quoted = clean("organization:\n  name: '1e999'\n  login_design:\n    header_text: >-\n      0123\n");
    assert_eq!(
        values(&quoted),
        [("organization.name", json!("1e999")), ("organization.login_design.header_text", json!("0123"))]
    );
}

#[track_caller]
fn assert_source_text(text: &str, raw: &str) {
    let parsed = parse(Model::current(), &source(text));
    let declared = parsed.manifest.and_then(|manifest| Some(manifest.declared("organization.name")?.value.clone()));
    assert!(declared.is_none_or(|value| value == json!(raw)), "{text}");
    let fixes: Vec<&str> =
        parsed.findings.iter().filter_map(|one| Some(one.fix.as_ref()?.replacement.as_str())).collect();
    assert!(fixes.iter().all(|fix| fix.contains(raw)), "{text}: {fixes:?}");
}

proptest! {
    #[test]
    fn no_plain_scalar_is_rendered_from_a_number(raw in "[-+.]{0,2}[0-9a-fxoXO_]{0,6}[.eE:]{0,2}[-+0-9nNiIfFaA]{1,5}") {
        assert_source_text(&format!("organization:\n  name: {raw}\n"), &raw);
    }
}

#[test]
fn the_sample_of_the_documentation_declares_what_it_says() {
    let manifest = clean(SAMPLE);
    assert_eq!(manifest.target, Some(Target::account("699d98642c564d2e855e9661899b7252").unwrap()));
    assert_eq!(manifest.endpoints, [Endpoint::Organization, Endpoint::Doh]);
    let expected = [
        ("organization.name", json!("Widget Corps Internal Applications")),
        ("organization.auth_domain", json!("gadget.cloudflareaccess.com")),
        ("organization.session_duration", json!("24h")),
        ("organization.login_design.background_color", json!("#c5ed1b")),
        ("organization.login_design.header_text", Json::Null),
        ("doh.doh_jwt_duration", json!("24h")),
    ];
    assert_eq!(values(&manifest), expected);
    let allow = &manifest.allow[0];
    assert_eq!(
        (allow.setting.as_str(), &allow.to),
        ("organization.auth_domain", &json!("gadget.cloudflareaccess.com"))
    );
    assert_eq!(allow.reason.as_deref(), Some("rename approved in SEC-1234"));
    let at = &manifest.declared("organization.session_duration").unwrap().at;
    assert_eq!((at.line, at.column, &SAMPLE[at.span.clone()]), (6, 21, "24h"));
}

/// A manifest that declares every setting with its example, in flow style for lists.
fn everything(model: &Model) -> String {
    let mut text = String::new();
    let mut open: Vec<&str> = Vec::new();
    for setting in model.declarable() {
        let segments: Vec<&str> = setting.path.split('.').collect();
        let (key, parents) = segments.split_last().unwrap();
        let shared = open.iter().zip(parents).take_while(|(a, b)| a == b).count();
        open = parents.to_vec();
        for (depth, parent) in parents.iter().enumerate().skip(shared) {
            text += &format!("{}{parent}:\n", "  ".repeat(depth));
        }
        text += &format!("{}{key}: {}\n", "  ".repeat(parents.len()), setting.example);
    }
    text
}

#[test]
fn every_setting_at_once_is_declared_in_the_order_of_the_model() {
    let model = Model::current();
    let manifest = clean(&everything(model));
    let declared: Vec<&str> = manifest.declared.iter().map(|declared| declared.setting.path).collect();
    let declarable: Vec<&str> = model.declarable().map(|setting| setting.path).collect();
    assert_eq!(declared, declarable);
}

#[test]
fn a_setting_that_is_new_in_the_model_is_parsed_and_checked() {
    let new = Setting::new("organization.next_month.zones", Kind::Set(Element::Host)).example("[example.com]");
    let model = Model::current().clone().with(new);
    let text = "organization:\n  next_month:\n    zones: [example.com]\n";
    let parsed = parse(&model, &source(text));
    assert_eq!(parsed.findings, []);
    assert_eq!(values(&parsed.manifest.unwrap()), [("organization.next_month.zones", json!(["example.com"]))]);

    let parsed = parse(&model, &source("organization:\n  next_month:\n    zons: []\n    zones: ['a b']\n"));
    let found: Vec<_> = parsed.findings.iter().map(|finding| finding.rule.id()).collect();
    assert_eq!(found, ["unknown-key", "host"]);
    let everything = everything(&model);
    assert!(parse(&model, &source(&everything)).manifest.unwrap().declared(new.path).is_some());
}

#[test]
fn layout_does_not_matter() {
    let block = clean("organization:\n  name: A\n  login_design:\n    header_text: Hello\n");
    for text in [
        "organization: {name: A, login_design: {header_text: Hello}}\n",
        "{organization: {\"name\": 'A', login_design: {header_text: \"Hello\"}}}",
        "---\norganization:\n  # a comment\n  name: A # another\n\n  login_design:\n    header_text: >-\n      Hello\n...\n",
        "organization:\r\n  name: A\r\n  login_design:\r\n    header_text: Hello\r\n",
        "organization:\n    login_design:\n        header_text: Hello\n    name: A",
    ] {
        assert_eq!(values(&clean(text)), values(&block), "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_noted_and_moves_nothing() {
    let text = "\u{feff}organization:\r\n  name: A\r\n";
    let parsed = parse(Model::current(), &source(text));
    assert_eq!(parsed.findings.iter().map(|finding| finding.rule.id()).collect::<Vec<_>>(), ["byte-order-mark"]);
    let manifest = parsed.manifest.unwrap();
    let at = &manifest.declared("organization.name").unwrap().at;
    assert_eq!((at.line, at.column, &text[at.span.clone()]), (2, 9, "A"));
}

#[test]
fn a_group_that_is_null_unsets_each_of_its_settings() {
    let text = "organization:\n  login_design: null\n";
    let manifest = clean(text);
    assert_eq!(manifest.declared.len(), 5);
    for declared in &manifest.declared {
        assert_eq!((&declared.value, &text[declared.at.span.clone()]), (&Json::Null, "null"));
    }
}

#[test]
fn an_empty_section_is_read_and_declares_nothing() {
    let parsed = parse(Model::current(), &source("organization:\ndoh: {}\n"));
    assert!(parsed.findings.iter().all(|finding| finding.severity == Severity::Note));
    let manifest = parsed.manifest.unwrap();
    assert_eq!(manifest.endpoints, [Endpoint::Organization, Endpoint::Doh]);
    assert_eq!(manifest.declared, []);
}

#[test]
fn false_null_and_the_empty_list_are_declared_as_written() {
    let manifest = clean(
        "organization:\n  is_ui_read_only: false\n  session_duration: ~\n  mfa_config:\n    allowed_authenticators: []\n",
    );
    let expected = [
        ("organization.session_duration", Json::Null),
        ("organization.is_ui_read_only", json!(false)),
        ("organization.mfa_config.allowed_authenticators", json!([])),
    ];
    assert_eq!(values(&manifest), expected);
}

#[test]
fn an_id_of_digits_alone_is_an_id() {
    for digits in
        ["12345678901234567890123456789012", "00000000000000000000000000000001", "1234567890123456789012345678e001"]
    {
        let manifest = clean(&format!("zone_id: {digits}\norganization: {{name: A}}\n"));
        let target = manifest.target.unwrap();
        assert_eq!((target.scope, target.id.as_str()), (Scope::Zone, digits));
    }
}

#[test]
fn a_comment_behind_a_null_is_a_colour_only_where_it_looks_like_one() {
    let colored = |comment: &str| rules(&format!("organization:\n  login_design:\n    text_color: {comment}\n"));
    assert_eq!(colored("#c5ed1b"), ["unquoted-color"]);
    assert_eq!(colored("#FFF"), ["unquoted-color"]);
    for plain in ["# unset", "null # fff", "null #fff", "#unset", "~ #fff"] {
        assert_eq!(colored(plain), [""; 0], "{plain}");
    }
    assert_eq!(rules("organization:\n  session_duration: #fff\n"), [""; 0]);
}

#[test]
fn fixes_that_are_safe_lead_to_a_manifest_without_the_finding() {
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
fn a_block_scalar_gets_no_fix_that_its_quotes_would_spoil() {
    let text = "organization:\n  is_ui_read_only: |-\n    no\n  login_design:\n    text_color: >-\n      1b1b1b";
    let findings = parse(Model::current(), &source(text)).findings;
    assert_eq!(findings.iter().map(|finding| finding.rule.id()).collect::<Vec<_>>(), ["yaml-boolean", "color"]);
    assert!(findings.iter().all(|finding| finding.fix.is_none()), "{findings:?}");
}

/// In JSON nothing need stand between a key and its value, which YAML allows behind a quoted key alone.
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
        let mut mended = text.to_owned();
        mended.replace_range(fix.span, &fix.replacement);
        clean(&mended);
    }
}

#[test]
fn every_fix_leaves_a_file_that_is_still_yaml() {
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

#[test]
fn cross_rules_know_more_with_live_values() {
    let manifest = clean("organization:\n  allow_authenticate_via_warp: true\n");
    let with_live = |session: Json| {
        let effective = |setting: &Setting| match setting.path {
            "organization.warp_auth_session_duration" => Some(session.clone()),
            path => Some(manifest.declared(path).map_or(Json::Null, |declared| declared.value.clone())),
        };
        cross_check(Model::current(), &manifest, &effective)
    };
    assert_eq!(with_live(json!("24h")), []);
    let found = with_live(Json::Null);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].rule.id(), found[0].severity, found[0].at.as_ref().unwrap().line),
        ("warp-session", Severity::Error, 2)
    );
}

#[test]
fn a_partial_group_is_an_error_where_live_lacks_the_rest_too() {
    let model = Model::current();
    let text = "organization:\n  service_token_inactivity:\n    action: disable\n";
    let manifest = parse(model, &source(text)).manifest.unwrap();
    let with_live = |enabled: Json, days: Json| {
        let effective = |setting: &Setting| match setting.name() {
            "enabled" => Some(enabled.clone()),
            "inactivity_threshold_days" => Some(days.clone()),
            _ => manifest.declared(setting.path).map(|declared| declared.value.clone()),
        };
        cross_check(model, &manifest, &effective)
    };
    assert_eq!(with_live(json!(true), json!(90)), []);
    let found = with_live(Json::Null, Json::Null);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.id(), found[0].severity), ("partial-group", Severity::Error));
    assert!(found[0].message.contains("inactivity_threshold_days"), "{}", found[0].message);
}

#[test]
fn a_switch_that_is_off_needs_no_companions_and_a_complete_group_is_whole() {
    let group = |members: &str| rules(&format!("organization:\n  service_token_inactivity: {{{members}}}\n"));
    assert_eq!(group("enabled: false"), [""; 0]);
    assert_eq!(group("enabled: false, action: null, inactivity_threshold_days: null"), [""; 0]);
    assert_eq!(group("enabled: true, action: disable, inactivity_threshold_days: 90"), [""; 0]);
    assert_eq!(group("enabled: false, action: disable, inactivity_threshold_days: 90"), [""; 0]);
    assert_eq!(group("enabled: true, action: disable"), ["partial-group"]);
    assert_eq!(rules("organization:\n  service_token_inactivity: null\n"), [""; 0]);
}

#[test]
fn a_hundred_findings_are_enough_and_an_error_is_never_among_the_rest() {
    let zones = "a.example, ".repeat(2_000);
    let text = format!("organization:\n  deny_unmatched_requests_exempted_zone_names: [{zones}]\n  name: 1\n");
    let parsed = parse(Model::current(), &source(&text));
    assert_eq!(parsed.findings.len(), 101);
    assert_eq!(parsed.manifest, None);
    assert!(parsed.findings.iter().any(Finding::is_error));
    assert!(parsed.findings.last().unwrap().message.contains("more findings"));
}

#[test]
fn hostile_files_end_in_a_bounded_number_of_findings() {
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
fn white_space_of_several_bytes_in_front_of_a_key_is_no_place_to_cut() {
    assert!(rules("\u{feff}organization:- \u{85}<<: organization:- ").contains(&"control-character"));
    assert!(rules("a:\u{3000}\u{3000}!!str b\n\u{2003}c: d").contains(&"syntax"));
}

/// The scanner gives a byte-order mark no column, takes a lone carriage return for a line break, and is shown two spaces
/// for U+0085. None of that may move a finding.
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

#[test]
fn a_file_over_a_mebibyte_is_not_looked_at() {
    let parsed = parse(Model::current(), &source(&" ".repeat(1024 * 1024 + 1)));
    assert_eq!(parsed.findings.iter().map(|finding| finding.rule.id()).collect::<Vec<_>>(), ["too-large"]);
}

/// Snippets that make up manifests, good and bad.
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

    #[test]
    fn what_is_declared_is_what_was_written(name in "[^\\p{C}\\p{Zl}\\p{Zp}\u{ad}]{1,40}", hours in 1_i64..700, on in any::<bool>(), keys in prop::sample::subsequence(vec!["totp", "biometrics", "security_key"], 0..=3)) {
        prop_assume!(!name.trim().is_empty());
        let written = json!({"name": name, "session_duration": format!("{hours}h"), "is_ui_read_only": on,
            "mfa_config": {"allowed_authenticators": keys}});
        // JSON is YAML, so any value can be written without an emitter of our own.
        let manifest = parse(Model::current(), &source(&json!({"organization": written}).to_string())).manifest.unwrap();
        for declared in &manifest.declared {
            let mut value = &written;
            for key in declared.setting.keys() {
                value = &value[key];
            }
            prop_assert_eq!(&declared.value, value);
        }
        prop_assert_eq!(manifest.declared.len(), 4);
    }
}
