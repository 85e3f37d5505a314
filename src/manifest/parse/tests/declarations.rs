//! What a manifest declares.

use super::*;

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

#[test]
fn the_documented_sample_declares_its_settings() {
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

#[test]
fn all_settings_are_declared_in_the_order_of_the_model() {
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
fn a_null_group_unsets_all_of_its_settings() {
    let text = "organization:\n  login_design: null\n";
    let manifest = clean(text);
    assert_eq!(manifest.declared.len(), 5);
    for declared in &manifest.declared {
        assert_eq!((&declared.value, &text[declared.at.span.clone()]), (&Json::Null, "null"));
    }
}

#[test]
fn an_empty_section_declares_nothing() {
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
fn an_id_of_digits_only_is_valid() {
    for digits in
        ["12345678901234567890123456789012", "00000000000000000000000000000001", "1234567890123456789012345678e001"]
    {
        let manifest = clean(&format!("zone_id: {digits}\norganization: {{name: A}}\n"));
        let target = manifest.target.unwrap();
        assert_eq!((target.scope, target.id.as_str()), (Scope::Zone, digits));
    }
}

proptest! {
    #[test]
    fn declared_values_equal_the_written_ones(name in "[^\\p{C}\\p{Zl}\\p{Zp}\u{ad}]{1,40}", hours in 1_i64..700, on in any::<bool>(), keys in prop::sample::subsequence(vec!["totp", "biometrics", "security_key"], 0..=3)) {
        prop_assume!(!name.trim().is_empty());
        let written = json!({"name": name, "session_duration": format!("{hours}h"), "is_ui_read_only": on,
            "mfa_config": {"allowed_authenticators": keys}});
        // JSON is YAML, so no YAML writer is needed.
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
