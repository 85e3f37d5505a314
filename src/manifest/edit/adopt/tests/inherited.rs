//! Live values of settings that a parent declares: the file gets lines for them.

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::manifest::{compose, parse_parent};

const MFA: &str = "organization.mfa_config.session_duration";
const JWT: &str = "doh.doh_jwt_duration";

const PARENT: &str = "\
organization:
  name: Widget
  session_duration: 24h
  is_ui_read_only: true
  login_design: {background_color: '#fff', header_text: Hello, footer_text: Bye}
  mfa_config: {allowed_authenticators: [totp], session_duration: 12h}
doh: {doh_jwt_duration: 24h}
";

fn parsed(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

/// Adopts into a manifest that extends `parent`.
fn adoption_with(parent: &str, text: &str, changes: &[(&'static str, Json)]) -> Adoption {
    let model = Model::current();
    let parent = parse_parent(model, &parsed("_base.yaml", parent)).manifest.unwrap();
    let source = parsed("org.yaml", text);
    let own = parse(model, &source).manifest.unwrap_or_else(|| panic!("{text}"));
    let parents = [parent];
    let adoption = adopt(model, &source, &own, &parents, &pairs(changes));
    let new = parse(model, &parsed("org.yaml", &adoption.text)).manifest.unwrap();
    assert!(compose(model, &new, &parents).manifest.is_some());
    adoption
}

/// The text after adopting all changes into a manifest whose lines follow `extends`.
#[track_caller]
fn extended(text: &str, changes: &[(&'static str, Json)]) -> String {
    let adoption = adoption_with(PARENT, text, changes);
    assert_eq!(adoption.not_adopted, [], "{}", adoption.text);
    adoption.text
}

#[test]
fn a_missing_section_is_added_in_the_usual_order() {
    let text = "account_id: 699d98642c564d2e855e9661899b7252\nextends: _base.yaml # shared\n";
    let changes =
        [(JWT, json!("8h")), (HEADER, json!("Hi: you")), (SESSION, json!("8h")), (FACTORS, json!(["totp", "piv_key"]))];
    assert_snapshot!(extended(text, &changes), @r#"
    account_id: 699d98642c564d2e855e9661899b7252
    extends: _base.yaml # shared
    organization:
      session_duration: 8h
      login_design:
        header_text: "Hi: you"
      mfa_config:
        allowed_authenticators: [piv_key, totp]
    doh:
      doh_jwt_duration: 8h
    "#);
    assert_snapshot!(extended("allow: []\nextends: _base.yaml", &changes[..2]), @r#"
    allow: []
    extends: _base.yaml
    organization:
      login_design:
        header_text: "Hi: you"
    doh:
      doh_jwt_duration: 8h
    "#);
}

#[test]
fn a_setting_follows_what_precedes_it_in_the_model() {
    let text = "\
extends: _base.yaml
organization:
    # The name is ours.
    name: 'Own'   # ours

    # About the login page.
    login_design:   # ours
        # Text.
        header_text: >-
            Own
            text

    # The end.
doh:
";
    let changes = [
        (FOOTER, json!("See: you")),
        (COLOR, json!("#000")),
        (SESSION, json!("8h")),
        (READ_ONLY, Json::Null),
        (MFA, json!("1h")),
        (JWT, json!("8h")),
    ];
    assert_snapshot!(extended(text, &changes), @r##"
    extends: _base.yaml
    organization:
        # The name is ours.
        name: 'Own'   # ours
        session_duration: '8h'
        is_ui_read_only: false

        # About the login page.
        login_design:   # ours
            # Text.
            header_text: >-
                Own
                text
            footer_text: "See: you"
            background_color: "#000"
        mfa_config:
            session_duration: 1h

        # The end.
    doh: {doh_jwt_duration: 8h}
    "##);
}

#[test]
fn quotes_and_line_ends_are_those_of_the_neighbour() {
    let text = "\u{feff}\"extends\": _base.yaml\r\n\"organization\":\r\n   \"name\": \"Own\" # ours\r\n   'login_design': null\r\n";
    assert_snapshot!(extended(text, &[(SESSION, json!("8h")), (MFA, json!("1h"))]).replace('\r', "␍"), @r#"
    ﻿"extends": _base.yaml␍
    "organization":␍
       "name": "Own" # ours␍
       "session_duration": "8h"␍
       'login_design': null␍
       'mfa_config':␍
          'session_duration': '1h'␍
    "#);
    let plain = "extends: _base.yaml\norganization:\n  name: Own\n  mfa_config:\n    allowed_authenticators:\n    - totp\n    - piv_key # ours";
    assert_snapshot!(extended(plain, &[(MFA, json!("1h")), (FACTORS, json!(["totp", "security_key"])), (JWT, json!("8h"))]), @"
    extends: _base.yaml
    organization:
      name: Own
      mfa_config:
        allowed_authenticators:
        - totp
        - security_key
        session_duration: 1h
    doh:
      doh_jwt_duration: 8h
    ");
}

#[test]
fn braces_on_one_line_stay_on_one_line() {
    let (session, header) = ((SESSION, json!("8h")), (HEADER, json!("Hi")));
    for (text, changes, adopted) in [
        (
            " {name: Own} # ours",
            vec![session.clone(), header.clone()],
            " {name: Own, session_duration: 8h, login_design: {header_text: Hi}} # ours",
        ),
        (" {}", vec![session.clone(), header.clone()], " {session_duration: 8h, login_design: {header_text: Hi}}"),
        (" { }", vec![session.clone()], " {session_duration: 8h }"),
        ("", vec![session.clone(), header.clone()], " {session_duration: 8h, login_design: {header_text: Hi}}"),
        (" null # none", vec![session.clone()], " {session_duration: 8h} # none"),
        (
            " {login_design: {header_text: , footer_text}}",
            vec![(COLOR, json!("#000")), session.clone()],
            " {login_design: {header_text: , footer_text, background_color: \"#000\"}, session_duration: 8h}",
        ),
        (
            " {mfa_config: {allowed_authenticators: [ totp, ]}, login_design: {header_text: ,}}",
            vec![(MFA, json!("1h")), (FOOTER, json!("A"))],
            " {mfa_config: {allowed_authenticators: [ totp, ], session_duration: 1h}, login_design: {header_text: , footer_text: A,}}",
        ),
        (
            " {login_design: {header_text:,}}",
            vec![(FOOTER, json!("A"))],
            " {login_design: {header_text:, footer_text: A,}}",
        ),
    ] {
        let manifest = |text: &str| format!("extends: _base.yaml\norganization:{text}\n");
        let text = manifest(text);
        assert_eq!(extended(text.trim_end(), &changes), manifest(adopted).trim_end(), "{text}");
    }
    let whole = "{extends: _base.yaml}";
    assert_eq!(extended(whole, &[(JWT, json!("8h"))]), "{extends: _base.yaml, doh: {doh_jwt_duration: 8h}}");
    let compact = r#"{"extends":"_base.yaml","organization":{"name":"Own"}}"#;
    let name = r#""name":"Own""#;
    assert_eq!(
        extended(compact, &[session, header]),
        compact.replace(name, &format!(r#"{name},"session_duration":"8h","login_design":{{"header_text":"Hi"}}"#))
    );
}

#[test]
fn braces_on_several_lines_get_another_line() {
    let json = "{\n    \"extends\": \"_base.yaml\",\n    \"organization\": {\n        \"name\": \"Own\"\n    }\n}\n";
    let changes = [(SESSION, json!("8h")), (HEADER, json!("Hi")), (FOOTER, Json::Null), (JWT, json!("8h"))];
    let text = extended(json, &changes);
    assert_snapshot!(text, @r#"
    {
        "extends": "_base.yaml",
        "organization": {
            "name": "Own",
            "session_duration": "8h",
            "login_design": {
                "header_text": "Hi",
                "footer_text": null
            }
        },
        "doh": {
            "doh_jwt_duration": "8h"
        }
    }
    "#);
    assert!(serde_json::from_str::<Json>(&text).is_ok());
    let yaml = "extends: _base.yaml\norganization: {\n  name: Own, # ours\n  is_ui_read_only: false # last\n  }\n";
    assert_snapshot!(extended(yaml, &changes[..2]), @"
    extends: _base.yaml
    organization: {
      name: Own, # ours
      session_duration: 8h,
      is_ui_read_only: false, # last
      login_design: {
        header_text: Hi
      }
      }
    ");
    let commas = "extends: _base.yaml\norganization: {\n  # The name.\n  name: Own, # ours\n}\n";
    assert_snapshot!(extended(commas, &changes[..2]), @"
    extends: _base.yaml
    organization: {
      # The name.
      name: Own, # ours
      session_duration: 8h,
      login_design: {
        header_text: Hi
      },
    }
    ");
}

#[test]
fn a_locked_value_is_not_adopted_and_the_others_are() {
    let parent = format!("lock: [{SESSION}, organization.mfa_config]\n{PARENT}");
    let changes = [(SESSION, json!("8h")), (HEADER, json!("Hi")), (MFA, json!("1h"))];
    let text = "extends: _base.yaml\norganization:\n  session_duration: 24h\n";
    let adoption = adoption_with(&parent, text, &changes);
    assert_eq!(adoption.text, format!("{text}  login_design:\n    header_text: Hi\n"));
    let reasons: Vec<&str> = adoption.not_adopted.iter().map(|left| left.reason.as_str()).collect();
    assert_snapshot!(reasons.join("\n"), @r#"
    organization.session_duration is locked at _base.yaml:1, to "24h" at _base.yaml:4
    organization.mfa_config.session_duration is locked at _base.yaml:1, to "12h" at _base.yaml:7
    "#);
}

#[test]
fn a_layout_that_takes_no_other_line_is_not_adopted() {
    for text in ["? extends\n: _base.yaml\n", "---\n? organization\n: name: Own\n? extends\n: _base.yaml\n"] {
        let adoption = adoption_with(PARENT, text, &[(SESSION, json!("8h"))]);
        let reasons: Vec<&str> = adoption.not_adopted.iter().map(|left| left.reason.as_str()).collect();
        assert_eq!((adoption.text.as_str(), reasons), (text, vec!["its place in the file has an unusual layout"]));
    }
}
