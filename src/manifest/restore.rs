//! The manifest that restores a snapshot.

use serde_json::Value as Json;

use super::desired::{Declared, Manifest};
use crate::diagnostics::{Finding, Location, Rule, Source};
use crate::live::{Document, Live, document_differences};
use crate::settings::{Endpoint, Kind, Model, Setting, Target, Unset, is_blank};
use crate::text::excerpt;

/// Returns the manifest that restores a live state. It declares every setting that a file can declare, including unset
/// ones.
///
/// `source` is the text of the snapshot. The location of all declarations is the whole text. The manifest does not
/// contain what a file cannot declare: unknown fields, settings that the server manages, and empty settings that cannot
/// be unset. Objects that were not read or do not exist have no section.
pub fn restoring(model: &Model, target: &Target, live: &Live, source: &Source) -> Manifest {
    let endpoints: Vec<Endpoint> =
        Endpoint::ALL.into_iter().filter(|endpoint| live.document(*endpoint).is_some()).collect();
    let of_this_scope = model.declarable().filter(|setting| target.scope.has(setting));
    let declared = of_this_scope.filter_map(|setting| declared(model, live.document(setting.endpoint())?, setting));
    Manifest {
        path: source.name.clone(),
        sha256: source.sha256(),
        target: Some(target.clone()),
        endpoints,
        declared: declared.collect(),
        allow: Vec::new(),
        consent_place: None,
        composition: Default::default(),
    }
}

fn declared(model: &Model, document: &Document, setting: &Setting) -> Option<Declared> {
    let value = document.value(model, setting).filter(|value| !setting.is_empty(Some(value))).cloned();
    if value.is_none() && matches!(setting.unset, Unset::Never(_)) {
        return None;
    }
    Some(Declared { setting: *setting, value: value.unwrap_or_default(), at: Location::whole_file() })
}

/// Returns the problems of the values that restoring a backup would write, checked as strictly as those of a manifest.
///
/// `writes` is whether a setting would be written; a value that equals the live one is not. An empty value of a
/// different type, such as `""` for a boolean, is an error, because its meaning is unknown.
pub fn unusable(model: &Model, file: &str, backup: &Live, writes: &dyn Fn(&Setting) -> bool) -> Vec<Finding> {
    let settings = model.declarable().filter(|setting| writes(setting));
    settings
        .filter_map(|setting| Some((setting, backup.value(model, setting)?)))
        .filter(|(setting, value)| !is_an_unset(setting, value))
        .flat_map(|(setting, value)| setting.check(value).into_iter().map(move |problem| (setting, problem)))
        .map(|(setting, problem)| {
            let message = format!("{} cannot be restored as it is: {}", setting.path, problem.message);
            let finding = Finding::new(problem.rule, file, message).severity(problem.severity()).setting(setting.path);
            finding.help("correct the value in a copy of the backup, or set it in the manifest and apply that")
        })
        .collect()
}

/// Returns a finding for each difference from the backup that cannot be declared and is therefore not restored.
pub fn not_restored(model: &Model, manifest: &Manifest, backup: &Live, live: &Live) -> Vec<Finding> {
    let documents = backup.documents().filter_map(|then| Some((then, live.document(then.endpoint)?)));
    documents
        .flat_map(|(then, now)| document_differences(model, then, now))
        .filter(|found| manifest.declared(&found.path).is_none())
        .map(|found| {
            let (then, now) = (excerpt(&found.before.to_string(), 80), excerpt(&found.after.to_string(), 80));
            let message = format!("{} was {then} and stays {now}: it cannot be declared", excerpt(&found.path, 120));
            Finding::new(Rule::NotRestored, &manifest.path, message)
        })
        .collect()
}

/// Whether a live value means that a setting of its kind is unset.
fn is_an_unset(setting: &Setting, value: &Json) -> bool {
    match (setting.kind, value) {
        (_, Json::Null) => true,
        (Kind::Set(_), Json::Array(_)) => is_blank(value),
        (Kind::Boolean | Kind::Integer { min: _, max: _ } | Kind::Set(_), _) => false,
        (_, Json::String(text)) => text.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Slot;
    use crate::settings::{Access, Kind};
    use serde_json::json;

    const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

    fn live(organization: Json, doh: Option<Json>) -> Live {
        let slot = |endpoint, json: Json| Slot::Present(Document::new(endpoint, json.as_object().unwrap().clone()));
        Live {
            organization: slot(Endpoint::Organization, organization),
            doh: doh.map_or(Slot::NotRead, |json| slot(Endpoint::Doh, json)),
        }
    }

    fn restored(model: &Model, target: &Target, live: &Live) -> Manifest {
        let source = Source { name: "backup.json".to_owned(), text: "{}".to_owned() };
        restoring(model, target, live, &source)
    }

    fn account() -> Target {
        Target::account(ACCOUNT).unwrap()
    }

    #[test]
    fn set_values_are_declared_and_unset_ones_are_null() {
        let live =
            live(json!({"name": "Widget", "session_duration": "12h", "login_design": {"header_text": ""}}), None);
        let manifest = restored(Model::current(), &account(), &live);
        let value = |path: &str| manifest.declared(path).map(|declared| declared.value.clone());
        assert_eq!(value("organization.session_duration"), Some(json!("12h")));
        assert_eq!(value("organization.login_design.header_text"), Some(Json::Null));
        assert_eq!(value("organization.deny_unmatched_requests"), Some(Json::Null));
        assert_eq!(manifest.endpoints, [Endpoint::Organization], "an object that was not read has no section");
        assert_eq!(value("doh.doh_jwt_duration"), None);
    }

    #[test]
    fn settings_that_cannot_be_declared_are_omitted() {
        let live = live(json!({"created_at": "2026-01-01T00:00:00Z", "beta": {"on": true}}), Some(json!({"id": "f1"})));
        let manifest = restored(Model::current(), &account(), &live);
        let declares = |path: &str| manifest.declared(path).is_some();
        assert!(!declares("organization.created_at") && !declares("organization.beta"));
        assert!(!declares("organization.name"), "it cannot be unset");
        assert!(!declares("doh.doh_jwt_duration"), "it cannot be unset");
        assert!(declares("doh.service_token_id"), "the API returns id and accepts service_token_id");
    }

    #[test]
    fn values_that_the_api_rejects_are_reported_with_the_file() {
        let backup = live(
            json!({
                "deny_unmatched_requests": "true", "is_ui_read_only": {}, "auto_redirect_to_identity": "", "session_duration": 24,
                "mfa_config": {"allowed_authenticators": "totp", "session_duration": ""}, "warp_auth_session_duration": "",
                "mfa_piv_key_requirements": {"pin_policy": "sometimes", "ssh_key_size": []}, "name": ["Widget"],
                "login_design": {"text_color": "red"},
            }),
            None,
        );
        let found = |writes: &dyn Fn(&Setting) -> bool| {
            let findings = unusable(Model::current(), "backup.json", &backup, writes);
            assert!(findings.iter().all(|finding| finding.file == "backup.json"));
            findings.into_iter().map(|finding| (finding.setting.unwrap(), finding.rule.id())).collect::<Vec<_>>()
        };
        let of = |name: &str, rule| (format!("organization.{name}"), rule);
        let expected = [
            of("name", "wrong-type"),
            of("session_duration", "wrong-type"),
            of("auto_redirect_to_identity", "wrong-type"),
            of("is_ui_read_only", "wrong-type"),
            of("deny_unmatched_requests", "wrong-type"),
            of("login_design.text_color", "color"),
            of("mfa_config.allowed_authenticators", "wrong-type"),
            of("mfa_piv_key_requirements.pin_policy", "unknown-value"),
        ];
        assert_eq!(found(&|_| true), expected);
        assert_eq!(found(&|_| false), [], "values that are not written are not checked");
    }

    #[test]
    fn a_zone_declares_only_settings_of_zones() {
        let zone = Target::zone(ACCOUNT).unwrap();
        let manifest = restored(Model::current(), &zone, &live(json!({"name": "Widget"}), None));
        assert!(manifest.declared.iter().all(|declared| zone.scope.has(&declared.setting)));
        assert!(manifest.declared("organization.name").is_some());
    }

    #[test]
    fn a_new_setting_is_restored_too() {
        let new = Setting::new("organization.new_switch", Kind::Boolean).access(Access::Writable);
        let model = Model::current().clone().with(new);
        let manifest = restored(&model, &account(), &live(json!({"new_switch": true}), None));
        assert_eq!(manifest.declared("organization.new_switch").unwrap().value, json!(true));
    }
}
