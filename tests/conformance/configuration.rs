//! The flat part of HCL: `key = value` and `name = { … }` in resources, one to a line.

use serde_json::{Map, Value as Json, json};

/// What stands in for the slots and expressions inside texts.
const SUBSTITUTES: [(&str, &str); 4] = [
    ("%[1]s", "acceptance"),
    ("%[2]s", "699d98642c564d2e855e9661899b7252"),
    ("%[3]s", "team.cloudflareaccess.com"),
    ("%[4]s", "team.cloudflareaccess.com"),
];

/// The organizations that a file declares, each as the sections of a manifest. Ids of accounts and zones, what
/// belongs to the tool itself and values that are expressions are left out.
pub(crate) fn organizations(text: &str) -> Vec<Map<String, Json>> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let is_organization = line.starts_with("resource \"cloudflare_") && line.contains("_organization\"");
        if is_organization && line.ends_with('{') {
            let settings = block(&mut lines);
            found.push(Map::from_iter([("organization".to_owned(), Json::Object(settings))]));
        }
    }
    found
}

fn block<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Map<String, Json> {
    const NOT_SETTINGS: [&str; 6] = ["account_id", "zone_id", "for_each", "count", "depends_on", "lifecycle"];
    let mut settings = Map::new();
    while let Some(line) = lines.next() {
        if line.starts_with('}') {
            break;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key = line.split([' ', '=']).next().unwrap_or_default();
        let value = if line.ends_with('{') {
            Some(Json::Object(block(lines)))
        } else {
            line.split_once('=').and_then(|(_, value)| literal(value.trim()))
        };
        if let Some(value) = value.filter(|_| !NOT_SETTINGS.contains(&key)) {
            settings.insert(key.to_owned(), value);
        }
    }
    settings
}

/// A literal, with substitutes inside texts. HCL's texts, numbers, booleans and lists are JSON's.
fn literal(text: &str) -> Option<Json> {
    let mut text = text.to_owned();
    for (slot, substitute) in SUBSTITUTES {
        text = text.replace(slot, substitute);
    }
    while let Some(start) = text.find("${") {
        let end = start + text[start..].find('}')?;
        text.replace_range(start..=end, "test");
    }
    serde_json::from_str(&text).ok()
}

#[test]
fn the_flat_part_of_a_configuration_is_read_and_expressions_are_left_out() {
    let text = r#"
        resource "cloudflare_zero_trust_organization" "one" {
          # ui_read_only_toggle_reason = "a comment"
          account_id  = var.account_id
          name        = "Widget ${each.key}"
          auth_domain = "%[1]s.cloudflareaccess.com"
          is_ui_read_only = true
          session_duration = true ? "1h" : "2h"
          login_design = {
            header_text = "Hello"
          }
          mfa_config {
            allowed_authenticators = ["totp"]
          }
        }
        resource "cloudflare_zero_trust_access_application" "other" {
          name = "no organization"
        }
    "#;
    let expected = json!({"organization": {
        "name": "Widget test", "auth_domain": "acceptance.cloudflareaccess.com", "is_ui_read_only": true,
        "login_design": {"header_text": "Hello"}, "mfa_config": {"allowed_authenticators": ["totp"]},
    }});
    assert_eq!(Json::from(organizations(text)), json!([expected]));
}
