//! Manifests: parsing, schema, export, adoption, import.

use super::*;

#[test]
fn a_manifest_can_declare_the_new_setting() {
    let declared: Vec<_> =
        manifest(WANTED).declared.into_iter().map(|declared| (declared.setting.path, declared.value)).collect();
    let expected = [
        (QUIET.path, json!("2h")),
        (MODE.path, json!("lenient")),
        (GRACE.path, json!("45m")),
        (BANNER.path, json!("Bye")),
    ];
    assert_eq!(declared, expected);
}

#[test]
fn a_misspelling_of_the_new_setting_is_corrected() {
    for (wrong, meant) in [
        ("quite_hours: 2h", "quiet_hours"),
        ("next_monht:\n    mode: strict", "next_month"),
        ("next_month:\n    mod: strict", "mode"),
        ("next_month:\n    exception: {grace_period: 1h}", "exceptions"),
        ("next_month:\n    exceptions: {grace_periode: 1h}", "grace_period"),
        ("banner_txt: Hello", "banner_text"),
    ] {
        let finding = finding(&format!("organization:\n  {wrong}\n"));
        assert_eq!(finding.rule.id(), "unknown-key", "{wrong}");
        assert_eq!(finding.fix.map(|fix| fix.replacement).as_deref(), Some(meant), "{wrong}");
    }
    for (misplaced, help) in [
        ("mode: strict", "mode belongs under organization.next_month"),
        ("exceptions: {grace_period: 1h}", "exceptions belongs under organization.next_month"),
        ("grace_period: 1h", "grace_period belongs under organization.next_month.exceptions"),
    ] {
        assert_eq!(finding(&format!("organization:\n  {misplaced}\n")).help.as_deref(), Some(help));
    }
}

#[test]
fn the_former_name_of_the_new_setting_has_a_fix() {
    let finding = finding("organization:\n  banner_message: Hello\n");
    assert_eq!(finding.rule.id(), "renamed-setting");
    assert!(finding.fix.unwrap().safe);
}

#[test]
fn the_values_of_the_new_setting_are_checked() {
    for (text, rule, is_error) in [
        ("quiet_hours: 13h", "duration-range", true),
        ("quiet_hours: 3600s", "duration-unit", true),
        ("quiet_hours: [2h]", "wrong-type", true),
        ("next_month: {mode: lax}", "unknown-value", false),
        ("next_month: {mode: 1}", "wrong-type", true),
        ("next_month: {exceptions: {grace_period: 73h}}", "duration-range", true),
        ("next_month: {exceptions: 1h}", "wrong-type", true),
        ("next_month: {exceptions: {}}", "empty-group", false),
        ("banner_text: [Hello]", "wrong-type", true),
    ] {
        let finding = finding(&format!("organization:\n  {text}\n"));
        assert_eq!((finding.rule.id(), finding.is_error()), (rule, is_error), "{text}: {}", finding.message);
    }
}

#[test]
fn the_example_in_an_error_is_within_its_range() {
    let told = finding("organization:\n  quiet_hours: 13h\n").message;
    assert_eq!(told, "quiet_hours must be a duration of at most 12h, such as 12h, not 13h");
}

#[test]
fn a_zone_rejects_a_setting_for_accounts_only() {
    let text = format!("zone_id: {ACCOUNT}\norganization:\n  next_month:\n    mode: strict\n  banner_text: Hello\n");
    let findings = parse(&model(), &Source { name: "org.yaml".to_owned(), text }).findings;
    let rules: Vec<_> = findings.iter().map(|finding| (finding.rule.id(), finding.setting.as_deref())).collect();
    assert_eq!(rules, [("scope", Some("organization.next_month"))]);
}

#[test]
fn the_schema_describes_the_new_setting() {
    let schema: Json = serde_json::from_str(&schema(&model(), SchemaName::Org)).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let of = |organization: Json| json!({"account_id": ACCOUNT, "organization": organization});
    let good = of(json!({
        "quiet_hours": "2h", "banner_text": null,
        "next_month": {"mode": "strict", "exceptions": {"grace_period": null}},
    }));
    assert!(validator.is_valid(&good));
    for bad in [
        json!({"quiet_hours": 2}),
        json!({"next_month": {"mod": "strict"}}),
        json!({"next_month": {"exceptions": {"grace_period": 1}}}),
        json!({"next_month": {"exceptions": {"grace": "1h"}}}),
        json!({"banner_text": ["Hello"]}),
    ] {
        assert!(!validator.is_valid(&of(bad.clone())), "{bad}");
    }
    let text = schema.to_string();
    for setting in [QUIET, MODE, GRACE, BANNER] {
        assert!(text.contains(setting.doc), "{} has no description", setting.path);
    }
}

#[test]
fn an_export_declares_the_new_setting_and_its_plan_is_empty() {
    let (model, live) = (model(), live(&organization()));
    for detail in [Detail::Minimal, Detail::Full] {
        let text = write::manifest(&model, &target(), &live, detail);
        let parsed = parse(&model, &Source { name: "org.yaml".to_owned(), text: text.clone() });
        let exported = parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:#?}", parsed.findings));
        for setting in [QUIET, MODE, GRACE, BANNER] {
            assert!(exported.declared(setting.path).is_some(), "{text}");
        }
        assert!(planned(&exported, &live, &[]).is_empty(), "{text}");
        assert!(text.contains("# How long nobody is asked"), "{text}");
    }
}

#[test]
fn a_group_in_a_group_is_unset_allowed_and_explained_as_a_whole() {
    let unset = |text: &str| {
        let manifest = manifest(&format!("organization:\n  next_month: {text}\n"));
        manifest.declared.into_iter().map(|declared| (declared.setting.path, declared.value)).collect::<Vec<_>>()
    };
    assert_eq!(unset("{exceptions: null}"), [(GRACE.path, Json::Null)]);
    assert_eq!(unset("null"), [(MODE.path, Json::Null), (GRACE.path, Json::Null)]);

    let guarded = GRACE.always(LENIENT);
    let model = Model::current().clone().with(guarded);
    let text = format!("account_id: {ACCOUNT}\norganization:\n  next_month: {{exceptions: {{grace_period: 2h}}}}\n");
    let manifest = parse(&model, &Source { name: "org.yaml".to_owned(), text }).manifest.unwrap();
    for (allow, refused) in
        [("organization.next_month", 0), ("organization.next_month.exceptions", 0), ("organization.mfa_config", 1)]
    {
        let (live, allow) = (live(&organization()), [allow.to_owned()]);
        let api = "https://api.example/client/v4";
        let input = Input { model: &model, manifest: &manifest, target: &target(), api, live: &live, allow: &allow };
        assert_eq!(plan(&input).refused().count(), refused, "{allow:?}");
    }

    let text = explain::one(&self::model(), "next_month", &Style::default()).unwrap();
    let has = |name: &str| text.lines().any(|line| line.trim_start_matches("! ").trim_start().starts_with(name));
    assert!(has("mode ") && has("exceptions.grace_period "), "{text}");
}

#[test]
fn live_values_of_the_new_setting_are_adopted_in_place() {
    let model = model();
    for (text, adopted) in [
        (
            "organization:\n  next_month:\n    exceptions: {grace_period: 2h} # a\n",
            "organization:\n  next_month:\n    exceptions: {grace_period: 30m} # a\n",
        ),
        (
            "organization:\n  next_month: {exceptions: null}\n",
            "organization:\n  next_month: {exceptions: {grace_period: 30m}}\n",
        ),
    ] {
        let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
        let manifest = parse(&model, &source).manifest.unwrap();
        let adoption = edit::adopt(&model, &source, &manifest, &[], &[(GRACE, json!("30m"))]);
        assert_eq!(adoption.text, adopted, "{:?}", adoption.not_adopted);
    }
}

#[test]
fn the_new_setting_is_imported_from_terraform() {
    let text = "resource \"cloudflare_zero_trust_organization\" \"main\" {\n  quiet_hours = \"2h\"\n  next_month = {\n    \
                mode = \"strict\"\n    exceptions = { grace_period = \"1h\" }\n  }\n  banner_text = \"Hello\"\n}\n";
    let import = terraform::import(&model(), &[Source { name: "main.tf".to_owned(), text: text.to_owned() }], None);
    assert_eq!(import.findings, []);
    let expected = json!({
        "quiet_hours": "2h", "next_month": {"mode": "strict", "exceptions": {"grace_period": "1h"}}, "banner_text": "Hello",
    });
    assert_eq!(Json::Object(import.organization.unwrap().document.fields), expected);
}
