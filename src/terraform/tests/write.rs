use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use crate::diagnostics::{Finding, Source};
use crate::manifest::write::Detail;
use crate::manifest::{Manifest, parse};
use crate::plan::tests::samples::{read_yaml, target};
use crate::settings::{Model, Setting};
use crate::terraform::write::*;
use crate::terraform::{Import, Imported, import};
use serde_json::Value as Json;
use std::collections::BTreeMap;

fn imported(text: &str) -> (Imported, Vec<Finding>) {
    let source = Source { name: "main.tf".to_owned(), text: text.to_owned() };
    let Import { organization, findings } = import(Model::current(), &[source], None);
    (organization.unwrap_or_else(|| panic!("{text}\n{findings:#?}")), findings)
}

fn written(text: &str, detail: Detail) -> ImportedManifest {
    let (imported, findings) = imported(text);
    file(Model::current(), &imported, Some(&target()), detail, &findings)
}

fn organization(lines: &str) -> String {
    format!("resource \"cloudflare_zero_trust_organization\" \"main\" {{\n{lines}\n}}\n")
}

fn valid(text: &str) -> Manifest {
    let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    let parsed = parse(Model::current(), &source);
    parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:#?}", parsed.findings))
}

#[test]
fn the_file_names_its_origin_and_what_was_not_carried_over() {
    let text = organization(
        "  account_id = \"699d98642c564d2e855e9661899b7252\"\n  name = \"Widget\"\n  auth_domain = var.domain\n  \
         session_duration = \"1d\"\n  is_ui_read_only = false\n  login_design = {\n    header_text = \"\"\n    \
         background_color = \"red\"\n  }\n  mfa_config = {\n    allowed_authenticators = []\n  }",
    );
    let file = written(&text, Detail::Minimal);
    let refused: Vec<&str> = file.refused.iter().map(|(setting, _)| setting.path).collect();
    assert_eq!(refused, ["organization.session_duration", "organization.login_design.background_color"]);
    assert_eq!(file.declares, 4);
    valid(&file.text);
    assert_snapshot!(file.text, @r##"
    # yaml-language-server: $schema=./schemas/org.schema.json
    # $schema: ./schemas/org.schema.json

    # From cloudflare_zero_trust_organization.main in main.tf:1.
    #
    # Not imported, or to review:
    #   main.tf:4: auth_domain is not imported: it refers to var.domain

    account_id: 699d98642c564d2e855e9661899b7252

    organization:
      # The organization's display name.
      name: Widget
      # How long a user stays signed in to Access, unless an application or policy says otherwise.
      # Not declared: session_duration is "1d": unknown unit "d"; the units are h, m, s, ms, us and ns.
      # session_duration: "1d"
      # Locks the Zero Trust settings in the dashboard for everyone. Writes through the API still work.
      is_ui_read_only: false
      # How the login page looks.
      login_design:
        # The colour behind the login card.
        # Not declared: background_color is "red": expected a colour as #RRGGBB or #RGB, such as
        # "#c5ed1b".
        # background_color: "red"
        # The text above the login form.
        header_text: null
      # The second factor that Access itself asks for.
      mfa_config:
        # The second factors that Access itself accepts. piv_key and ssh_fido2_key serve infrastructure
        # applications only. An empty list turns Access's own MFA off.
        allowed_authenticators: []
    "##);
}

#[test]
fn a_file_without_a_target_asks_for_one_and_validates() {
    let text = organization("  zone_id = var.zone\n  name = \"Widget\"\n  deny_unmatched_requests = true");
    let (imported, findings) = imported(&text);
    let file = file(Model::current(), &imported, None, Detail::Minimal, &findings);
    assert!(file.text.contains("\n# zone_id:\n"), "{}", file.text);
    assert_eq!(file.refused[0].1, "a zone has no such setting");
    assert_eq!(valid(&file.text).target, None);
    let with_id = file.text.replace("# zone_id:", "zone_id: 699d98642c564d2e855e9661899b7252");
    assert!(valid(&with_id).target.is_some());
}

#[test]
fn settings_that_conflict_with_each_other_are_commented_out() {
    let text = organization("  allow_authenticate_via_warp = true\n  warp_auth_session_duration = \"\"");
    let file = written(&text, Detail::Minimal);
    assert!(!file.refused.is_empty(), "{}", file.text);
    valid(&file.text);
}

#[test]
fn a_group_whose_switch_is_off_is_declared_off() {
    let file = written(&organization("  service_token_inactivity = {\n    enabled = false\n  }"), Detail::Minimal);
    assert_eq!(read_yaml(&file.text)["organization"], json!({"service_token_inactivity": {"enabled": false}}));
}

#[test]
fn a_full_file_shows_unset_settings_too() {
    let file = written(&organization("  name = \"Widget\""), Detail::Full);
    for setting in Model::current().declarable().filter(|setting| setting.path.starts_with("organization.")) {
        assert!(file.text.contains(&format!("{}:", setting.name())), "{}", setting.path);
    }
    assert_eq!(valid(&file.text).declared.len(), 1);
}

#[test]
fn hostile_text_stays_in_its_comment() {
    let evil = "x\\nallow: []\\r\\u2028\\u0085\\u202e\\u001b[31m # \\\"";
    let text = organization(&format!(
        "  name = \"{evil}\"\n  \"{evil}\" = 1\n  login_design = {{\n    \"{evil}\" = 1\n  }}\n  auth_domain = \"{evil}\"\n  \
         custom_pages = {{ forbidden = lookup({{}}, \"{evil}\") }}"
    ))
    .replace(&format!("  \"{evil}\" = 1\n"), "");
    let file = written(&text, Detail::Minimal);
    assert_eq!(read_yaml(&file.text)["organization"], json!({}));
    assert!(file.text.chars().all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic()), "{}", file.text);
    assert!(file.text.lines().all(|line| line.len() < 1_500), "{}", file.text);
}

/// A value for a setting, usually valid.
fn value_for(setting: &Setting) -> BoxedStrategy<Json> {
    let example: Json = serde_yaml::from_str(setting.example).unwrap();
    let odd = prop_oneof![
        Just(json!("")),
        Just(json!("${x} %{y} \"\\ \n\u{1b}")),
        Just(json!([])),
        // Terraform normalizes text to NFC.
        "\\PC{0,12}"
            .prop_map(|text| Json::from(&*icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(&text)))
    ];
    match setting.kind {
        crate::settings::Kind::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        _ => prop_oneof![3 => Just(example), 1 => odd].boxed(),
    }
}

/// An organization document with some of the settings.
fn document() -> impl Strategy<Value = Vec<(&'static str, Json)>> {
    let settings: Vec<&'static Setting> =
        Model::current().declarable().filter(|setting| setting.path.starts_with("organization.")).collect();
    prop::sample::subsequence(settings.clone(), 0..settings.len()).prop_flat_map(|chosen| {
        chosen.into_iter().map(|setting| value_for(setting).prop_map(|value| (setting.path, value))).collect::<Vec<_>>()
    })
}

/// A value as HCL: JSON with escaped templates.
fn hcl(value: &Json) -> String {
    value.to_string().replace("${", "$${").replace("%{", "%%{")
}

/// The settings as a resource, with groups as blocks or as objects.
fn as_hcl(document: &[(&str, Json)], equals: &str) -> String {
    let mut lines = String::new();
    let mut groups: BTreeMap<&str, String> = BTreeMap::new();
    for (path, value) in document {
        let keys: Vec<&str> = path.split('.').skip(1).collect();
        match keys[..] {
            [name] => lines += &format!("  {name} = {}\n", hcl(value)),
            [group, name] => *groups.entry(group).or_default() += &format!("    {name} = {}\n", hcl(value)),
            _ => unreachable!(),
        }
    }
    for (group, inside) in groups {
        lines += &format!("  {group} {equals}{{\n{inside}  }}\n");
    }
    organization(&lines)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_file_declares_what_the_resource_declares(document in document(), equals in "(= )?", full in any::<bool>()) {
        let model = Model::current();
        let detail = if full { Detail::Full } else { Detail::Minimal };
        let file = written(&as_hcl(&document, &equals), detail);
        let manifest = valid(&file.text);
        for (path, value) in &document {
            let setting = model.setting(path).unwrap();
            let is_refused = file.refused.iter().any(|(refused, _)| refused.path == *path);
            match manifest.declared(path) {
                Some(declared) => prop_assert!(
                    !is_refused && setting.same(Some(&declared.value), Some(value)), "{path}: {value} in\n{}", file.text
                ),
                None => prop_assert!(is_refused, "{path} is lost in\n{}", file.text),
            }
        }
        prop_assert_eq!(manifest.declared.len(), file.declares);
    }
}
