//! Live values that a manifest cannot contain, or cannot contain without another change.

use insta::assert_snapshot;
use serde_json::json;

use super::*;

#[test]
fn values_that_a_manifest_rejects_are_not_adopted_and_reported() {
    let text = "organization:\n  name: A\n  auth_domain: a.cloudflareaccess.com\n  session_duration: 24h\n  login_design:\n    header_text: Hi\n";
    let changes = [
        (NAME, Json::Null),
        ("organization.auth_domain", json!("a b\u{1b}[2J")),
        (SESSION, json!("soon")),
        (HEADER, json!({"text": "\n::error::"})),
    ];
    assert_snapshot!(not_adopted(text, &changes).join("\n"), @r#"
    2:9 null: name cannot be unset: the API keeps the old name when it is cleared
    3:16 "a b\u001B[2J": auth_domain: "a b\u{1b}[2J" is not a host name: it has characters other than letters, digits, hyphens and dots
    4:21 soon: session_duration is "soon": expected a number before "soon"
    6:18 {"text":"\n::error::"}: header_text must be text, not a mapping
    "#);
    let some = [(SESSION, json!("soon")), (HEADER, json!("Hello"))];
    let adoption = adoption(text, &some);
    assert_eq!(adoption.text, text.replace("Hi", "Hello"));
    assert_eq!((adoption.adopted.len(), adoption.not_adopted.len()), (1, 1));
    let model = Model::current();
    let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    let manifest = parse(model, &source).manifest.unwrap();
    assert_snapshot!(with_live_values(&source, &manifest, &pairs(&some)), @"
    organization:
      name: A
      auth_domain: a.cloudflareaccess.com
      session_duration: soon
      login_design:
        header_text: Hello
    ");
}

#[test]
fn a_setting_that_needs_another_one_is_adopted_with_it() {
    let warp = "organization.allow_authenticate_via_warp";
    let duration = "organization.warp_auth_session_duration";
    let text = "organization:\n  allow_authenticate_via_warp: false\n  warp_auth_session_duration: null\n  session_duration: 24h\n";
    let live = [(warp, json!(true)), (duration, json!("8h")), (SESSION, json!("soon"))];
    let adoption = adoption(text, &live);
    assert_eq!(adoption.text, text.replace("false", "true").replace("null", "8h"));
    assert_eq!(adoption.not_adopted.len(), 1);
    assert_snapshot!(not_adopted(text, &[(warp, json!(true))]).join("\n"), @"2:32 true: allow_authenticate_via_warp needs warp_auth_session_duration: without it, every later save of an application is refused (12130)");
}

#[test]
fn a_hostile_value_is_written_as_text() {
    let text = "organization:\n  name: A\n  login_design: {header_text: 'Hi', footer_text: Bye}\n  deny_unmatched_requests: false\n";
    let hostile = [
        "a\n  deny_unmatched_requests: true",
        "}\ndeny_unmatched_requests: true",
        "' # \"",
        "\u{1b}[2J",
        "\u{202e}x\u{2028}y",
        "*a",
        "!!str x",
        "&a b",
        "a: b",
        "- a",
        "\\",
        "'",
        "\"",
        "",
        " ",
        "# a",
        "[",
        "yes",
        "1e3",
        "{{x}}",
    ];
    for value in hostile {
        for path in [NAME, HEADER, FOOTER] {
            let Adoption { text: after, adopted, not_adopted } = adoption(text, &[(path, json!(value))]);
            assert_eq!(adopted.len() + not_adopted.len(), 1);
            assert_eq!(after.lines().count(), text.lines().count());
            let shown = adopted.iter().map(|one| &one.value).chain(not_adopted.iter().map(|one| &one.value));
            for shown in shown {
                assert!(!shown.contains(|c: char| c.is_control() || crate::text::is_hidden(c)), "{shown:?}");
            }
            assert!(
                not_adopted.is_empty() || value.is_empty() || value.contains(char::is_control) || path == NAME,
                "{not_adopted:?}"
            );
        }
    }
    assert_eq!(not_adopted(text, &[(DENY, json!("true"))]).len(), 1);
}
