//! A snapshot read as a wish: what a file would declare to bring that state back.

use super::{Declared, Location, Manifest, Source};
use crate::organization::{Document, Endpoint, Live, Model, Setting, Target, Unset};

/// The manifest that brings a live state back: every setting that a file can declare, unset ones included.
///
/// `source` is the text that the state was read from; all of it is the place of every declaration, since nobody wrote
/// it line by line. What a file cannot declare is not in it: fields unknown to the model, what the server keeps, and a
/// setting that is empty and cannot be emptied. Objects that were not read, or were not there, have no section.
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
    }
}

fn declared(model: &Model, document: &Document, setting: &Setting) -> Option<Declared> {
    let value = document.value(model, setting).filter(|value| !setting.is_empty(Some(value))).cloned();
    if value.is_none() && matches!(setting.unset, Unset::Never(_)) {
        return None;
    }
    Some(Declared { setting: *setting, value: value.unwrap_or_default(), at: Location::whole_file() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::{Access, Kind, Slot};
    use serde_json::{Value as Json, json};

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
    fn what_was_set_is_declared_and_what_was_unset_is_declared_null() {
        let live =
            live(json!({"name": "Widget", "session_duration": "12h", "login_design": {"header_text": ""}}), None);
        let manifest = restored(Model::current(), &account(), &live);
        let value = |path: &str| manifest.declared(path).map(|declared| declared.value.clone());
        assert_eq!(value("organization.session_duration"), Some(json!("12h")));
        assert_eq!(value("organization.login_design.header_text"), Some(Json::Null));
        assert_eq!(value("organization.deny_unmatched_requests"), Some(Json::Null));
        assert_eq!(manifest.endpoints, [Endpoint::Organization], "what was not read is not touched");
        assert_eq!(value("doh.doh_jwt_duration"), None);
    }

    #[test]
    fn what_no_file_can_declare_is_left_out() {
        let live = live(json!({"created_at": "2026-01-01T00:00:00Z", "beta": {"on": true}}), Some(json!({"id": "f1"})));
        let manifest = restored(Model::current(), &account(), &live);
        let declares = |path: &str| manifest.declared(path).is_some();
        assert!(!declares("organization.created_at") && !declares("organization.beta"));
        assert!(!declares("organization.name"), "it cannot be emptied");
        assert!(!declares("doh.doh_jwt_duration"), "it cannot be emptied");
        assert!(declares("doh.service_token_id"), "the API answers with id and takes service_token_id");
    }

    #[test]
    fn a_zone_has_only_the_settings_of_a_zone() {
        let zone = Target::zone(ACCOUNT).unwrap();
        let manifest = restored(Model::current(), &zone, &live(json!({"name": "Widget"}), None));
        assert!(manifest.declared.iter().all(|declared| zone.scope.has(&declared.setting)));
        assert!(manifest.declared("organization.name").is_some());
    }

    #[test]
    fn next_months_setting_comes_back_too() {
        let new = Setting::new("organization.new_switch", Kind::Boolean).access(Access::Writable);
        let model = Model::current().clone().with(new);
        let manifest = restored(&model, &account(), &live(json!({"new_switch": true}), None));
        assert_eq!(manifest.declared("organization.new_switch").unwrap().value, json!(true));
    }
}
