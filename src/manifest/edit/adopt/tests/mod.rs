use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::manifest::parse;

mod inherited;
mod lists;
mod not_adopted;

const SESSION: &str = "organization.session_duration";
const NAME: &str = "organization.name";
const READ_ONLY: &str = "organization.is_ui_read_only";
const DENY: &str = "organization.deny_unmatched_requests";
const COLOR: &str = "organization.login_design.background_color";
const HEADER: &str = "organization.login_design.header_text";
const FOOTER: &str = "organization.login_design.footer_text";
const FACTORS: &str = "organization.mfa_config.allowed_authenticators";

fn pairs(changes: &[(&'static str, Json)]) -> Vec<(Setting, Json)> {
    changes.iter().map(|(path, live)| (*Model::current().setting(path).unwrap(), live.clone())).collect()
}

fn adoption(text: &str, changes: &[(&'static str, Json)]) -> Adoption {
    let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    let parsed = parse(Model::current(), &source);
    let manifest = parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:#?}", parsed.findings));
    let changes = pairs(changes);
    let adoption = adopt(Model::current(), &source, &manifest, &[], &changes);
    if adoption.not_adopted.is_empty() {
        assert_eq!(with_live_values(&source, &manifest, &changes), adoption.text, "the shown text is the written one");
    }
    adoption
}

/// The text with all changes adopted.
#[track_caller]
fn adopted(text: &str, changes: &[(&'static str, Json)]) -> String {
    let adoption = adoption(text, changes);
    assert_eq!(adoption.not_adopted, [], "{text}");
    assert_eq!(adoption.adopted.len(), changes.len());
    adoption.text
}

/// The changes, none of which may be adopted, with their reasons.
fn not_adopted(text: &str, changes: &[(&'static str, Json)]) -> Vec<String> {
    let adoption = adoption(text, changes);
    assert_eq!(adoption.text, text, "the text is not changed");
    let line = |not_adopted: &NotAdopted| {
        format!("{}:{} {}: {}", not_adopted.at.line, not_adopted.at.column, not_adopted.value, not_adopted.reason)
    };
    adoption.not_adopted.iter().map(line).collect()
}

#[test]
fn without_changes_the_text_is_not_changed() {
    let text = "\u{feff}organization:\r\n  name: A # b";
    assert_eq!(adopted(text, &[]), text);
}

#[test]
fn scalars_keep_their_quotes_and_comments() {
    let text = "\
# The organization.
organization:
  name: 'Widget''s'   # the name
  \"session_duration\"  :  24h # how long

  is_ui_read_only: true       # locked
  login_design:
    background_color: \"#FFF\"  # white
    header_text: Widget Corp
    footer_text: ~            # nothing
";
    let changes = [
        (NAME, json!("Bob's 1")),
        (SESSION, json!("8h0m0s")),
        (READ_ONLY, Json::Null),
        (COLOR, json!("#c5ed1b")),
        (HEADER, json!("no: #1")),
        (FOOTER, json!("Call 4242")),
    ];
    assert_snapshot!(adopted(text, &changes), @r##"
    # The organization.
    organization:
      name: 'Bob''s 1'   # the name
      "session_duration"  :  8h0m0s # how long

      is_ui_read_only: false       # locked
      login_design:
        background_color: "#c5ed1b"  # white
        header_text: "no: #1"
        footer_text: Call 4242            # nothing
    "##);
    let values: Vec<String> = adoption(text, &changes)
        .adopted
        .iter()
        .map(|adopted| format!("{}:{} {}", adopted.at.line, adopted.at.column, adopted.value))
        .collect();
    assert_snapshot!(values.join("\n"), @r##"
    3:9 "Bob's 1"
    4:26 8h0m0s
    6:20 false
    8:23 "#c5ed1b"
    9:18 "no: #1"
    10:18 Call 4242
    "##);
}

#[test]
fn a_missing_value_is_inserted_after_the_colon() {
    let text = "\
organization:
  session_duration: 24h
  login_design:
    header_text:
    footer_text:   # why
";
    assert_snapshot!(adopted(text, &[(HEADER, json!("Hello")), (FOOTER, json!("yes"))]), @r#"
    organization:
      session_duration: 24h
      login_design:
        header_text: Hello
        footer_text: "yes"   # why
    "#);
    let at_the_end = "organization:\n  login_design:\n    header_text:";
    assert_eq!(adopted(at_the_end, &[(HEADER, json!("x y"))]), format!("{at_the_end} x y"));
    let braces = "organization: {login_design: {header_text: , footer_text}, name: A}\n";
    assert_snapshot!(adopted(braces, &[(HEADER, json!("a, b")), (FOOTER, json!("c"))]), @r#"organization: {login_design: {header_text: "a, b" , footer_text: c}, name: A}"#);
}

#[test]
fn a_value_on_the_line_after_its_key_stays_there() {
    let text =
        "organization:\n  name:\n    # the name\n    Widget\n      Corp   # folded\n  session_duration:\n    24h\n";
    assert_snapshot!(adopted(text, &[(NAME, json!("Gadget")), (SESSION, json!("8h"))]), @"
    organization:
      name:
        # the name
        Gadget   # folded
      session_duration:
        8h
    ");
}

#[test]
fn a_block_scalar_becomes_one_line_and_the_text_after_it_is_kept() {
    let text = "\
organization:
  login_design:
    header_text: >-   # folded
      Welcome to
      # no comment
      Widget

    # about the footer
    footer_text:
      |-
      Bye
  name: >-
    Widget
  session_duration: 24h
";
    assert_snapshot!(adopted(text, &[(HEADER, json!("Hi: you")), (FOOTER, Json::Null), (NAME, json!("A"))]), @r#"
    organization:
      login_design:
        header_text: "Hi: you"   # folded

        # about the footer
        footer_text:
          null
      name: A
      session_duration: 24h
    "#);
    assert_snapshot!(adopted(text, &[(FOOTER, json!("See you"))]), @"
    organization:
      login_design:
        header_text: >-   # folded
          Welcome to
          # no comment
          Widget

        # about the footer
        footer_text:
          See you
      name: >-
        Widget
      session_duration: 24h
    ");
    let last = "organization:\n  login_design:\n    header_text: >-\n      a\n      b\n\n\n# the end\n";
    assert_snapshot!(adopted(last, &[(HEADER, json!("c"))]), @"
    organization:
      login_design:
        header_text: c


    # the end
    ");
    let empty = "organization:\n  login_design:\n    header_text: |\n    footer_text: >-\n  name: A\n";
    assert_snapshot!(adopted(empty, &[(HEADER, json!("c")), (FOOTER, json!("d"))]), @"
    organization:
      login_design:
        header_text: c
        footer_text: d
      name: A
    ");
}

#[test]
fn a_group_that_was_null_declares_each_of_its_settings() {
    let text = "organization:\n  name: A\n  login_design: null   # the default\n  session_duration: 24h\n";
    assert_snapshot!(adopted(text, &[(HEADER, json!("It's {me}"))]), @r#"
    organization:
      name: A
      login_design: {background_color: null, text_color: null, logo_path: null, header_text: "It's {me}", footer_text: null}   # the default
      session_duration: 24h
    "#);
    let nothing = text.replace(" null", "");
    assert_snapshot!(adopted(&nothing, &[(HEADER, json!("X")), (COLOR, json!("#FFF"))]), @r##"
    organization:
      name: A
      login_design: {background_color: "#FFF", text_color: null, logo_path: null, header_text: X, footer_text: null}   # the default
      session_duration: 24h
    "##);
    let json = r#"{"organization":{"mfa_config":null,"name":"A"}}"#;
    assert_snapshot!(adopted(json, &[(FACTORS, json!(["totp"]))]), @r#"{"organization":{"mfa_config":{"allowed_authenticators":["totp"],"session_duration":null,"amr_matching_session_duration":null,"required_aaguids":null},"name":"A"}}"#);
}

#[test]
fn json_stays_json() {
    let text = r#"{
  "organization": {
    "name": "A",
    "session_duration": null,
    "is_ui_read_only":true,
    "mfa_config": {"allowed_authenticators":["totp","biometrics"], "session_duration": "12h"},
    "mfa_piv_key_requirements": {
      "ssh_key_type": [
        "rsa",
        "ecdsa"
      ]
    }
  }
}
"#;
    let changes = [
        (NAME, json!("G\u{202e}\u{1f389}\u{e0041} \"x\"")),
        (SESSION, json!("8h")),
        (READ_ONLY, json!(false)),
        (FACTORS, json!(["totp", "security_key"])),
        ("organization.mfa_piv_key_requirements.ssh_key_type", json!(["rsa"])),
    ];
    let text = adopted(text, &changes);
    assert_snapshot!(text, @r#"
    {
      "organization": {
        "name": "G\u202e🎉\udb40\udc41 \"x\"",
        "session_duration": "8h",
        "is_ui_read_only":false,
        "mfa_config": {"allowed_authenticators":["totp","security_key"], "session_duration": "12h"},
        "mfa_piv_key_requirements": {
          "ssh_key_type": [
            "rsa"
          ]
        }
      }
    }
    "#);
    assert!(serde_json::from_str::<Json>(&text).is_ok());
}

#[test]
fn line_ends_the_byte_order_mark_and_other_scripts_are_kept() {
    let text = "\u{feff}# größe\r\norganization:\r\n  name: 社内  # 名前\r\n  login_design:\r\n    header_text: |-\r\n      \
                Grüße\r\n    footer_text:\r\n  mfa_config:\r\n    allowed_authenticators:\r\n      - totp # ü\r\n    session_duration: 12h\r\n";
    let changes =
        [(NAME, json!("größer")), (HEADER, json!("x")), (FOOTER, json!("y")), (FACTORS, json!(["totp", "piv_key"]))];
    let after = adopted(text, &changes);
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    assert_snapshot!(after.replace('\r', "␍"), @r#"
    ﻿# größe␍
    organization:␍
      name: "größer"  # 名前␍
      login_design:␍
        header_text: x␍
        footer_text: "y"␍
      mfa_config:␍
        allowed_authenticators:␍
          - totp # ü␍
          - piv_key␍
        session_duration: 12h␍
    "#);
}

#[test]
fn the_same_value_elsewhere_is_not_changed() {
    let text = "\
organization:
  session_duration: 24h   # 24h
  warp_auth_session_duration: 24h
  mfa_config: {session_duration: 24h}
doh: {doh_jwt_duration: 24h}
allow:
  - {setting: organization.mfa_config.session_duration, to: 24h}
";
    let doh = [("doh.doh_jwt_duration", json!("8h"))];
    assert_eq!(adopted(text, &doh), text.replace("doh_jwt_duration: 24h", "doh_jwt_duration: 8h"));
    let mfa = [("organization.mfa_config.session_duration", json!("8h"))];
    assert_eq!(adopted(text, &mfa), text.replace("{session_duration: 24h", "{session_duration: 8h"));
}

#[test]
fn a_new_setting_is_adopted_too() {
    let new = Setting::new("organization.next_month.zones", Kind::Set(crate::settings::Element::Host));
    let model = Model::current().clone().with(new);
    let text = "organization:\n  next_month: ~ # c\n";
    let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    let manifest = parse(&model, &source).manifest.unwrap();
    let adoption = adopt(&model, &source, &manifest, &[], &[(new, json!(["a.example"]))]);
    assert_eq!(adoption.text, "organization:\n  next_month: {zones: [a.example]} # c\n");
}
