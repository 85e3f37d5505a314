//! Canonical values: the rules by which values are compared.
//!
//! All code that compares values uses these rules, so a write cannot disagree with the plan. The rules are pure,
//! idempotent and listed in [`CANONICAL_RULES`], which `explain` prints.

use serde_json::{Number, Value as Json};

use super::color::Color;
use super::duration::GoDuration;
use super::kind::{Element, Kind};

/// The comparison rules, as shown to users.
pub const CANONICAL_RULES: [(&str, &str); 9] = [
    ("empty", "absent, null, \"\", {} and [] are equal"),
    ("boolean", "false equals absent: the API omits members that are false"),
    ("duration", "durations compare by length: 24h equals 1440m and 24h0m0s"),
    ("colour", "colours compare by value: #FFF equals #ffffff"),
    ("host", "host names compare without case and final dot"),
    ("word", "known words compare without case: ALWAYS equals always"),
    ("set", "sets compare without order and duplicates"),
    ("number", "numbers compare by value: 256 equals 256.0"),
    ("switch", "while the switch of a group is off, its other members are unset"),
];

/// Returns the canonical value for a kind; `null` for every empty value.
pub(super) fn of(kind: Kind, value: Option<&Json>) -> Json {
    let Some(value) = value.filter(|value| !is_empty(kind, value)) else {
        return Json::Null;
    };
    match (kind, value) {
        (Kind::Duration(_), Json::String(text)) => duration(text),
        (Kind::Color, Json::String(text)) => color(text),
        (Kind::Host, Json::String(text)) => host(text),
        (Kind::Uid, Json::String(text)) => Json::String(text.to_ascii_lowercase()),
        (Kind::Enum(known), Json::String(text)) => word(known, text),
        (Kind::Integer { .. }, Json::Number(number)) => integer(number),
        (Kind::Set(element), Json::Array(elements)) => set(element, elements),
        (Kind::Opaque, other) => structure(other),
        (_, other) => other.clone(),
    }
}

/// Whether the canonical value is `null`, without computing it.
pub(super) fn is_empty(kind: Kind, value: &Json) -> bool {
    match (kind, value) {
        (Kind::Boolean, Json::Bool(on)) => !on,
        (Kind::Set(_), Json::Array(elements)) => elements.iter().all(is_blank),
        (_, value) => is_blank(value),
    }
}

/// Whether a value is empty for every kind: null, `""`, `[]`, `{}`, and objects and lists that contain only these.
pub(crate) fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(members) => members.values().all(is_blank),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Returns a value of unknown meaning without its empty members, at every depth. Lists keep their order.
pub(crate) fn structure(value: &Json) -> Json {
    match value {
        blank if is_blank(blank) => Json::Null,
        Json::Array(elements) => elements.iter().map(structure).collect(),
        Json::Object(members) => members
            .iter()
            .filter(|(_, member)| !is_blank(member))
            .map(|(key, member)| (key.clone(), structure(member)))
            .collect(),
        other => other.clone(),
    }
}

fn duration(text: &str) -> Json {
    match text.parse::<GoDuration>() {
        Ok(duration) => Json::String(duration.to_string()),
        Err(_) => Json::String(text.to_owned()),
    }
}

fn color(text: &str) -> Json {
    match text.parse::<Color>() {
        Ok(color) => Json::String(color.to_string()),
        Err(_) => Json::String(text.to_owned()),
    }
}

fn host(text: &str) -> Json {
    let lower = text.to_lowercase();
    // One final dot is the root of the DNS. A name with more of them is not a host name and stays unchanged.
    let name = lower.strip_suffix('.').filter(|name| !name.is_empty() && !name.ends_with('.'));
    Json::from(name.unwrap_or(&lower))
}

/// Returns a known word in the documented spelling, and any other word unchanged.
///
/// The API refuses words that it does not know (12062, terraform-provider-cloudflare #7174). So if it returns a known
/// word in another case, it has accepted that spelling as the same word.
fn word(known: &[&str], text: &str) -> Json {
    let known = known.iter().find(|word| word.eq_ignore_ascii_case(text));
    Json::from(*known.unwrap_or(&text))
}

fn integer(number: &Number) -> Json {
    let whole = number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        // Exact for every valid integer of a setting; larger numbers stay unchanged.
        (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
    });
    whole.map_or_else(|| Json::Number(number.clone()), Json::from)
}

fn set(element: Element, elements: &[Json]) -> Json {
    let mut canonical: Vec<Json> = elements
        .iter()
        .filter(|value| !is_blank(value))
        .map(|value| match (element, value) {
            (Element::Host, Json::String(text)) => host(text),
            (Element::Enum(known), Json::String(text)) => word(known, text),
            (Element::Number(_), Json::Number(number)) => integer(number),
            (_, other) => other.clone(),
        })
        .collect();
    // Numbers sort by value, everything else by spelling, so that mixed types have an order too.
    canonical.sort_by(|one, two| match (one.as_i64(), two.as_i64()) {
        (Some(one), Some(two)) => one.cmp(&two),
        _ => one.to_string().cmp(&two.to_string()),
    });
    canonical.dedup();
    Json::Array(canonical)
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// For every rule: equal values, and a different one.
    fn cases() -> Vec<(&'static str, &'static str, Vec<Json>, Json)> {
        vec![
            ("empty", "organization.name", vec![json!(null), json!(""), json!({}), json!([])], json!(" ")),
            ("boolean", "organization.is_ui_read_only", vec![json!(false), json!(null)], json!(true)),
            (
                "duration",
                "organization.session_duration",
                vec![json!("24h"), json!("1440m"), json!("24h0m0s")],
                json!("24h1s"),
            ),
            ("colour", "organization.login_design.text_color", vec![json!("#FFF"), json!("#ffffff")], json!("#fffffe")),
            ("host", "organization.auth_domain", vec![json!("A.example"), json!("a.example.")], json!("a.example..")),
            (
                "word",
                "organization.mfa_piv_key_requirements.pin_policy",
                vec![json!("always"), json!("ALWAYS")],
                json!("alway"),
            ),
            (
                "set",
                "organization.mfa_config.allowed_authenticators",
                vec![json!(["totp", "piv_key"]), json!(["piv_key", "TOTP", "totp"])],
                json!(["totp"]),
            ),
            (
                "number",
                "organization.mfa_piv_key_requirements.ssh_key_size",
                vec![json!([256]), json!([256.0])],
                json!([384]),
            ),
        ]
    }

    #[test]
    fn every_rule_makes_exactly_its_values_equal() {
        for (rule, path, same, other) in cases() {
            let setting = Model::current().setting(path).unwrap();
            for value in &same {
                assert!(setting.same(Some(&same[0]), Some(value)), "{rule}: {value}");
            }
            assert!(!setting.same(Some(&same[0]), Some(&other)), "{rule}: {other}");
        }
    }

    #[test]
    fn every_rule_that_is_printed_has_a_case() {
        // The switch rule involves two settings; the tests of plans cover it.
        let printed = CANONICAL_RULES.iter().map(|(name, _)| *name).filter(|name| *name != "switch");
        assert!(printed.eq(cases().iter().map(|(name, ..)| *name)));
    }

    #[test]
    fn a_value_is_empty_exactly_if_its_canonical_value_is_null() {
        let values =
            json!([null, "", [], {}, [""], [null], {"a": []}, false, true, 0, ".", "24h", ["", "x"], {"a": 0}]);
        for setting in Model::current().settings() {
            for value in values.as_array().unwrap() {
                let canonical = setting.canonical(Some(value));
                assert_eq!(setting.is_empty(Some(value)), canonical.is_null(), "{}: {value}", setting.path);
            }
        }
    }

    proptest! {
        /// Found by fuzzing: a host name with two final dots lost one of them each time.
        #[test]
        fn canonical_is_idempotent(host in "[A-Za-z.]{0,6}", index in 0..Model::current().settings().len()) {
            let setting = Model::current().settings()[index];
            for value in [json!(host), json!([host])] {
                let once = setting.canonical(Some(&value));
                prop_assert_eq!(setting.canonical(Some(&once)), once);
            }
        }
    }
}
