use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::diagnostics::Source;
use crate::live::set_at;
use crate::manifest::{parse, parse_parent};
use crate::settings::Endpoint;

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

fn part(name: &str, text: &str) -> Manifest {
    let parsed = parse_parent(Model::current(), &source(name, text));
    parsed.manifest.unwrap_or_else(|| panic!("{text}: {:?}", parsed.findings))
}

/// The manifest `a.yaml` with its parents `b.yaml`, `c.yaml` and so on.
fn composed(texts: &[&str]) -> Composed {
    let names = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"];
    let mut parts = names.iter().zip(texts).map(|(name, text)| part(name, text));
    let child = parts.next().unwrap();
    compose(Model::current(), &child, &parts.collect::<Vec<_>>())
}

/// Each declared setting with its value and its place.
fn declared(composed: &Composed) -> Vec<String> {
    let manifest = composed.manifest.as_ref().unwrap_or_else(|| panic!("{:?}", composed.findings));
    let line = |declared: &Declared| {
        let Declared { setting, value, at } = declared;
        format!("{} = {value} at {}:{}:{}", setting.path, at.file("a.yaml"), at.line, at.column)
    };
    manifest.declared.iter().map(line).collect()
}

fn found(composed: &Composed) -> Vec<String> {
    let place = |finding: &Finding| finding.at.as_ref().map_or(String::new(), |at| format!(":{}", at.line));
    let findings = composed.findings.iter();
    findings.map(|one| format!("{}{}: {}: {}", one.file, place(one), one.rule, one.message)).collect()
}

#[test]
fn a_manifest_without_parents_stays_as_it_is() {
    let text = "account_id: 699d98642c564d2e855e9661899b7252\norganization: {name: A}\ndoh: {}\n";
    let manifest = parse(Model::current(), &source("a.yaml", text)).manifest.unwrap();
    assert_eq!(compose(Model::current(), &manifest, &[]).manifest, Some(manifest));
}

#[test]
fn settings_merge_one_by_one_and_keep_their_places() {
    let child =
        "extends: b.yaml\norganization:\n  mfa_config:\n    allowed_authenticators: [totp]\n  login_design: null\n";
    let parent = "organization:\n  name: A\n  mfa_config:\n    allowed_authenticators: [security_key]\n    session_duration: 8h\n  login_design:\n    header_text: Hi\ndoh:\n  doh_jwt_duration: 24h\n";
    let composed = composed(&[child, parent]);
    assert_eq!(composed.findings, []);
    assert_eq!(
        declared(&composed),
        [
            "organization.name = \"A\" at b.yaml:2:9",
            "organization.login_design.background_color = null at a.yaml:5:17",
            "organization.login_design.text_color = null at a.yaml:5:17",
            "organization.login_design.logo_path = null at a.yaml:5:17",
            "organization.login_design.header_text = null at a.yaml:5:17",
            "organization.login_design.footer_text = null at a.yaml:5:17",
            "organization.mfa_config.allowed_authenticators = [\"totp\"] at a.yaml:4:29",
            "organization.mfa_config.session_duration = \"8h\" at b.yaml:5:23",
            "doh.doh_jwt_duration = \"24h\" at b.yaml:9:21",
        ]
    );
}

#[test]
fn unmanaged_takes_inherited_settings_out_again() {
    let child = "extends: b.yaml\nunmanaged: [organization.login_design, doh.doh_jwt_duration]\norganization:\n  login_design:\n    header_text: Own\n";
    let parent = "organization:\n  name: A\n  login_design:\n    header_text: Hi\n    footer_text: Bye\ndoh:\n  doh_jwt_duration: 24h\n";
    let composed = composed(&[child, parent]);
    assert_eq!(composed.findings, []);
    assert_eq!(
        declared(&composed),
        ["organization.name = \"A\" at b.yaml:2:9", "organization.login_design.header_text = \"Own\" at a.yaml:5:18"]
    );
    assert_eq!(composed.manifest.unwrap().endpoints, [Endpoint::Organization], "the DoH settings are not even read");
}

#[test]
fn consents_and_the_target_are_those_of_the_manifest() {
    let child = "account_id: 699d98642c564d2e855e9661899b7252\nextends: b.yaml\n";
    let parent =
        "organization:\n  auth_domain: a.example\nallow:\n  - {setting: organization.auth_domain, to: a.example}\n";
    let manifest = composed(&[child, parent]).manifest.unwrap();
    assert_eq!((manifest.allow.len(), manifest.target.is_some()), (0, true));
    let child = format!("{child}allow:\n  - {{setting: organization.auth_domain, to: a.example}}\n");
    let composed = composed(&[&child, parent]);
    assert_eq!((composed.findings.as_slice(), composed.manifest.unwrap().allow.len()), ([].as_slice(), 1));
}

#[test]
fn a_locked_setting_keeps_the_value_of_the_parent() {
    let parent = "lock: [organization.session_duration, organization.mfa_config]\norganization:\n  session_duration: 24h\n  mfa_config:\n    allowed_authenticators: [totp, security_key]\n";
    for same in ["session_duration: 1440m", "mfa_config: {allowed_authenticators: [security_key, totp]}", "name: A"] {
        assert_eq!(composed(&[&format!("extends: b.yaml\norganization: {{{same}}}\n"), parent]).findings, [], "{same}");
    }
    let broken = composed(&[
        "extends: b.yaml\nunmanaged: [organization.mfa_config]\norganization:\n  session_duration: 12h\n",
        parent,
    ]);
    assert_eq!(broken.manifest, None);
    assert_eq!(
        found(&broken),
        [
            "a.yaml:2: locked-setting: organization.mfa_config.allowed_authenticators is locked at b.yaml:1, to [\"totp\",\"security_key\"] at b.yaml:5",
            "a.yaml:4: locked-setting: organization.session_duration is locked at b.yaml:1, to \"24h\" at b.yaml:3",
        ]
    );
    let unset = composed(&["extends: b.yaml\norganization: {session_duration: null}\n", parent]);
    assert_eq!(unset.findings[0].rule, Rule::LockedSetting);
}

#[test]
fn a_lock_of_a_grandparent_holds_for_the_parent_and_the_child() {
    let top = "lock: [organization.session_duration]\norganization:\n  session_duration: 24h\n";
    let parent = "extends: c.yaml\norganization:\n  session_duration: 12h\n";
    let child = "extends: b.yaml\norganization:\n  name: A\n";
    assert_eq!(
        found(&composed(&[child, parent, top])),
        ["b.yaml:3: locked-setting: organization.session_duration is locked at c.yaml:1, to \"24h\" at c.yaml:3"]
    );
    let child = "extends: b.yaml\norganization:\n  session_duration: 8h\n";
    assert_eq!(
        found(&composed(&[child, "extends: c.yaml\norganization:\n  name: A\n", top])),
        ["a.yaml:3: locked-setting: organization.session_duration is locked at c.yaml:1, to \"24h\" at c.yaml:3"]
    );
}

#[test]
fn entries_without_effect_are_warnings() {
    let child = "extends: b.yaml\nlock: [doh]\nunmanaged: [organization.name, organization.mfa_config]\norganization:\n  name: B\n";
    let parsed = parse(Model::current(), &source("a.yaml", child));
    assert_eq!(parsed.findings[0].rule, Rule::UnknownSetting, "a section is not a group");
    let child = child.replace("[doh]", "[doh.doh_jwt_duration]");
    assert_eq!(
        found(&composed(&[&child, "organization:\n  name: A\n"])),
        [
            "a.yaml:2: idle-lock: the lock of doh.doh_jwt_duration has no effect, because nothing in it is declared",
            "a.yaml:3: idle-unmanaged: `unmanaged` has no effect for organization.name, because nothing in it is inherited",
            "a.yaml:3: idle-unmanaged: `unmanaged` has no effect for organization.mfa_config, because nothing in it is inherited",
        ]
    );
}

#[test]
fn rules_across_settings_see_the_composed_manifest() {
    let parent = "organization:\n  allow_authenticate_via_warp: true\n  service_token_inactivity:\n    enabled: true\n";
    let child = "extends: b.yaml\norganization:\n  warp_auth_session_duration: null\n  service_token_inactivity:\n    action: delete\n    inactivity_threshold_days: 90\n";
    let findings = found(&composed(&[child, parent]));
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with("a.yaml:3: warp-session: "), "{findings:?}");
    let findings = found(&composed(&[
        "extends: b.yaml\norganization: {mfa_required_for_all_apps: true}\n",
        "organization:\n  mfa_config:\n    session_duration: null\n",
    ]));
    assert!(findings[0].starts_with("b.yaml:3: mfa-for-all: "), "{findings:?}");
}

#[test]
fn a_zone_rejects_inherited_settings_of_accounts() {
    let child = "zone_id: 699d98642c564d2e855e9661899b7252\nextends: b.yaml\n";
    let findings = found(&composed(&[child, "organization:\n  name: A\n  session_duration: 8h\n"]));
    assert_eq!(
        findings,
        ["b.yaml:3: scope: organization.session_duration is not available for a zone, only for an account"]
    );
}

#[test]
fn a_composition_without_a_section_is_an_error() {
    let child = "account_id: 699d98642c564d2e855e9661899b7252\nextends: b.yaml\n";
    let findings = found(&composed(&[child, "lock: []\n"]));
    assert_eq!(findings, ["a.yaml: no-section: the manifest has no organization section and no doh section"]);
}

#[test]
fn the_digest_covers_every_file() {
    let digest = |parent: &str| composed(&["extends: b.yaml\n", parent]).manifest.unwrap().sha256;
    let one = digest("organization: {name: A}\n");
    assert_eq!((one.len(), one == digest("organization: {name: A}\n")), (64, true));
    assert_ne!(one, digest("organization: {name: A} # same values\n"));
}

/// The settings of generated manifests, with values in different notations.
const VALUES: [(&str, &[&str]); 6] = [
    ("organization.session_duration", &["24h", "1440m", "8h"]),
    ("organization.name", &["A", "B"]),
    ("organization.login_design.header_text", &["Hi", "Bye"]),
    ("organization.login_design.footer_text", &["Hi", "Bye"]),
    ("organization.mfa_config.session_duration", &["1h", "60m"]),
    ("doh.doh_jwt_duration", &["24h", "8h"]),
];

/// One text of a chain: some settings, and some entries of `lock` and `unmanaged`. Empty text stands for null.
fn text() -> impl Strategy<Value = String> {
    let entries = || {
        let paths: Vec<&str> = VALUES.iter().map(|(path, _)| *path).chain(["organization.login_design"]).collect();
        prop::sample::subsequence(paths, 0..=2)
    };
    let values: Vec<_> = VALUES
        .iter()
        .map(|(path, values)| {
            prop::option::weighted(0.4, prop::sample::select(*values)).prop_map(move |value| (*path, value))
        })
        .collect();
    (values, entries(), entries(), any::<bool>()).prop_map(|(values, lock, unmanaged, pretty)| {
        let mut document = Map::new();
        for (path, value) in values {
            if let Some(value) = value {
                set_at(&mut document, &path.split('.').collect::<Vec<_>>(), json!(value));
            }
        }
        document.insert("extends".to_owned(), json!("parent.yaml"));
        document.insert("lock".to_owned(), json!(lock));
        document.insert("unmanaged".to_owned(), json!(unmanaged));
        let document = Json::Object(document);
        if pretty { serde_json::to_string_pretty(&document).unwrap() } else { document.to_string() }
    })
}

proptest! {
    #[test]
    fn the_merge_is_associative(a in text(), b in text(), c in text()) {
        let model = Model::current();
        let (a, b, c) = (part("a.yaml", &a), part("b.yaml", &b), part("c.yaml", &c));
        let upper_first = inherit(model, &inherit(model, &c, &b), &a);
        let lower_first = inherit(model, &c, &inherit(model, &b, &a));
        prop_assert_eq!(upper_first, lower_first);
    }

    #[test]
    fn a_place_is_where_the_text_of_the_value_is(texts in prop::collection::vec(text(), 1..=4)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let names = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"];
        let Some(manifest) = composed(&texts).manifest else { return Ok(()) };
        for Declared { setting, value, at } in &manifest.declared {
            let file = names.iter().position(|name| *name == at.file("a.yaml")).unwrap();
            let written: Json = serde_json::from_str(&texts[file][at.span.clone()]).unwrap();
            prop_assert_eq!(&written, value, "{}", setting.path);
            // No file below declares the setting or takes it out.
            for (name, text) in names.iter().zip(&texts).take(file) {
                let below = part(name, text);
                prop_assert!(below.declared(setting.path).is_none() && !is_in(&below.composition.unmanaged, setting));
            }
        }
    }

    #[test]
    fn a_lock_forbids_another_value_and_nothing_else(child in text(), parent in text()) {
        let (child, parent) = (part("a.yaml", &child), part("b.yaml", &parent));
        let composed = compose(Model::current(), &child, std::slice::from_ref(&parent));
        let changed = parent.declared.iter().filter(|locked| {
            let setting = &locked.setting;
            let takes_out = child.declared(setting.path).is_none() && is_in(&child.composition.unmanaged, setting);
            let differs = child.declared(setting.path).is_some_and(|own| !setting.same(Some(&own.value), Some(&locked.value)));
            is_in(&parent.composition.lock, setting) && (takes_out || differs)
        });
        let changed: Vec<&str> = changed.map(|locked| locked.setting.path).collect();
        let mut reported: Vec<_> = composed.findings.iter().filter(|one| one.rule == Rule::LockedSetting).collect();
        reported.sort_by_key(|one| Model::current().position(one.setting.as_deref().unwrap()));
        prop_assert_eq!(reported.iter().map(|one| one.setting.as_deref().unwrap()).collect::<Vec<_>>(), changed);
    }
}
