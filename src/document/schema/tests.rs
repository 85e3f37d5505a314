use serde_json::{Map, Value as Json, json};

use super::super::{
    CheckedManifest, ErrorEntry, ResultEntry, TargetEntry, error_document, findings_document, plan_document,
    results_document, revocation_document, snapshot_text,
};
use super::*;
use crate::apply::End;
use crate::cloudflare::Revocation;
use crate::diagnostics::{Finding, Rule, Severity};
use crate::document::tests::failure;
use crate::document::{ShardEntry, Wording};
use crate::live::{Live, Snapshot};
use crate::manifest::write::{self, Detail};
use crate::plan::tests::samples::{attribution, busy, create, in_sync, live, planned, read_yaml, target, warning};
use crate::settings::{Kind, Setting};

fn parsed(name: SchemaName) -> Json {
    serde_json::from_str(&schema(Model::current(), name)).unwrap()
}

fn is_valid(schema: &Json, document: &Json) -> bool {
    jsonschema::draft7::new(schema).unwrap().is_valid(document)
}

fn assert_valid(schema: &Json, document: &Json) {
    let validator = jsonschema::draft7::new(schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The schema without additional properties in objects that list their properties, so that an undocumented field is an
/// error. The API answers below `live` list none.
fn closed(schema: &Json) -> Json {
    match schema {
        Json::Object(members) => {
            let mut members: Map<_, _> = members.iter().map(|(key, member)| (key.clone(), closed(member))).collect();
            if members.get("properties").is_some_and(Json::is_object) && members.contains_key("type") {
                members.entry("additionalProperties").or_insert(json!(false));
            }
            Json::Object(members)
        }
        Json::Array(elements) => elements.iter().map(closed).collect(),
        other => other.clone(),
    }
}

/// The fields of a schema without a description.
fn undescribed(schema: &Json, found: &mut Vec<String>) {
    if let Some(Json::Object(fields)) = schema.get("properties") {
        // The description of a variant of an enum is beside its only field.
        let is_variant =
            fields.len() == 1 && schema["additionalProperties"] == false && schema.get("description").is_some();
        let lacks_description =
            |field: &Json| !is_variant && field.get("description").is_none() && field.get("$ref").is_none();
        found.extend(fields.iter().filter(|(_, field)| lacks_description(field)).map(|(name, _)| name.clone()));
    }
    match schema {
        // A condition names fields that are described elsewhere.
        Json::Object(members) => members
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "if" | "then"))
            .for_each(|(_, below)| undescribed(below, found)),
        Json::Array(elements) => elements.iter().for_each(|below| undescribed(below, found)),
        _ => {}
    }
}

fn target_entry() -> TargetEntry {
    TargetEntry::new(&target(), "https://api.cloudflare.com/client/v4")
}

fn error() -> ErrorEntry {
    ErrorEntry {
        findings: vec![(&warning()).into()],
        kind: crate::ending::FailureKind::Network,
        message: "no connection".to_owned(),
        hints: vec!["check the proxy".to_owned()],
        exit_code: 1,
    }
}

fn documents() -> Vec<(SchemaName, Json)> {
    let value = |document: &dyn erased::Document| document.value();
    let result = |outcome, error| ResultEntry {
        manifest: "org.yaml".to_owned(),
        name: Some("Widget Corp".to_owned()),
        target: target_entry(),
        outcome,
        writes: 1,
        verified: true,
        backup: Some("backups/org.json".to_owned()),
        changes: busy().changes.iter().map(Into::into).collect(),
        error,
    };
    let results = vec![result(End::Applied, None), result(End::InSync, Some(error()))];
    let whole = live(json!({"name": "Widget", "future": [1]}), Some(json!({})));
    let finding = Finding { help: None, ..Finding::new(Rule::TooLarge, "org.yaml", "the file is too large") };
    let checked = CheckedManifest {
        file: "org.yaml".to_owned(),
        repository_file: "teams/org.yaml".to_owned(),
        findings: vec![warning(), finding],
        worst: Some(Severity::Error),
    };
    let mut attributed = busy();
    attributed.changes[0].attribution = Some(attribution());
    let revocation = Revocation { user_uid: Some("7".to_owned()), ..Revocation::of("kim@widget.example") };
    let failed = ErrorDocument {
        command: Some("plan".to_owned()),
        manifest: Some("org.yaml".to_owned()),
        repository_path: Some("teams/org.yaml".to_owned()),
        target: Some((&target()).into()),
        ..error_document(error())
    };
    vec![
        (
            SchemaName::Plan,
            value(&plan_document(
                Wording::Plan,
                Some(ShardEntry {
                    index: 1,
                    of: 3,
                    manifests: 9,
                    set: Some(crate::document::SetFingerprint::of([String::new()])),
                }),
                &[
                    planned(&attributed).into(),
                    planned(&create()).into(),
                    failure(error()).into(),
                    planned(&in_sync()).into(),
                ],
            )),
        ),
        (
            SchemaName::Results,
            value(&results_document(
                Some(ShardEntry { index: 1, of: 3, manifests: 9, set: None }),
                results,
                vec![failure(error())],
            )),
        ),
        (SchemaName::Revocation, value(&revocation_document(&target(), &revocation))),
        (SchemaName::Findings, value(&findings_document(&[checked]))),
        (SchemaName::Error, value(&error_document(error()))),
        (SchemaName::Error, value(&failed)),
        (SchemaName::Snapshot, snapshot(whole)),
        (SchemaName::Snapshot, snapshot(Live::default())),
    ]
}

fn snapshot(live: Live) -> Json {
    let snapshot = Snapshot { target: Some(target()), api: "https://api.example".to_owned(), live };
    serde_json::from_str(&snapshot_text(&snapshot)).unwrap()
}

/// Converts documents of different types to JSON values, for one list.
mod erased {
    pub(super) trait Document {
        fn value(&self) -> serde_json::Value;
    }
    impl<T: serde::Serialize> Document for T {
        fn value(&self) -> serde_json::Value {
            serde_json::from_str(&crate::document::to_text(self)).unwrap()
        }
    }
}

#[test]
fn the_published_schemas_are_current() {
    for name in SchemaName::ALL {
        let file = format!("schemas/{}.schema.json", name.as_str());
        let published = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let current = schema(Model::current(), name);
        assert!(published == current, "{file} is not current; run: cargo run -- schema {} > {file}", name.as_str());
    }
}

#[test]
fn every_schema_is_valid_draft_07() {
    for name in SchemaName::ALL {
        let schema = parsed(name);
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#", "{}", name.as_str());
        assert!(jsonschema::draft7::meta::is_valid(&schema), "{}", name.as_str());
    }
}

#[test]
fn every_field_of_every_schema_has_a_description() {
    for name in SchemaName::ALL {
        let mut found = Vec::new();
        undescribed(&parsed(name), &mut found);
        assert!(found.is_empty(), "{}: {found:?}", name.as_str());
    }
}

#[test]
fn every_document_is_valid_and_fully_documented() {
    for (name, document) in documents() {
        assert_valid(&parsed(name), &document);
        assert_valid(&closed(&parsed(name)), &document);
    }
}

/// A new kind must appear in the schemas.
#[test]
fn the_schemas_list_every_kind_of_failure() {
    let kinds = json!(crate::ending::FailureKind::ALL);
    for name in [SchemaName::Error, SchemaName::Results] {
        let listed = parsed(name)["definitions"]["FailureKind"]["oneOf"].take();
        let words: Json = listed.as_array().unwrap().iter().map(|kind| kind["const"].clone()).collect();
        assert_eq!(words, kinds, "{}", name.as_str());
    }
}

#[test]
fn a_saved_plan_is_fully_documented() {
    let schema = parsed(SchemaName::Plan);
    let text = crate::document::saved::to_text(&planned(&busy()), &crate::plan::tests::samples::saved());
    let document: Json = serde_json::from_str(&text).unwrap();
    assert!(document["saved"].is_object());
    assert_valid(&closed(&schema), &document);
    for (part, key) in [("/saved", "expires_at"), ("/plans/0/inputs", "declared"), ("/plans/0/inputs", "live")] {
        let mut broken = document.clone();
        broken.pointer_mut(part).unwrap().as_object_mut().unwrap().remove(key);
        assert!(!is_valid(&schema, &broken), "{key}");
    }
}

#[test]
fn an_added_field_is_valid_but_undocumented() {
    for (name, mut document) in documents() {
        document["added_in_1_1"] = json!(true);
        assert_valid(&parsed(name), &document);
        assert!(!is_valid(&closed(&parsed(name)), &document), "{}", name.as_str());
    }
    let (name, mut plan) = documents().swap_remove(0);
    plan["plans"][0]["writes"][0]["body"] = json!({});
    assert_valid(&parsed(name), &plan);
    assert!(!is_valid(&closed(&parsed(name)), &plan));
}

#[test]
fn a_missing_field_and_another_major_version_are_invalid() {
    for (name, document) in documents() {
        let optional = match name {
            SchemaName::Error => &["command", "manifest", "repository_path", "target"][..],
            SchemaName::Revocation => &["user_uid"],
            _ => &["digest", "failures", "seal", "shard"],
        };
        for key in document.as_object().unwrap().keys().filter(|key| !optional.contains(&key.as_str())) {
            let mut broken = document.clone();
            broken.as_object_mut().unwrap().remove(key);
            assert!(!is_valid(&parsed(name), &broken), "{} without {key}", name.as_str());
        }
        let mut newer = document.clone();
        newer["format_version"] = json!("2.0");
        assert!(!is_valid(&parsed(name), &newer), "{}", name.as_str());
    }
}

#[test]
fn a_new_setting_appears_in_the_schema() {
    let model = Model::current().clone().with(
        Setting::new("organization.login_design.font", Kind::Enum(&["serif", "sans"]))
            .doc("The font.")
            .example("serif"),
    );
    let schema: Json = serde_json::from_str(&schema(&model, SchemaName::Org)).unwrap();
    let font = &schema["properties"]["organization"]["properties"]["login_design"]["properties"]["font"];
    assert_eq!(font["examples"], json!(["serif"]));
    assert_eq!(font["anyOf"][0]["enum"], json!(["serif", "sans"]));
}

#[test]
fn every_example_of_the_model_is_valid() {
    for setting in Model::current().declarable() {
        let value = org_schema::example(setting).unwrap_or_else(|| panic!("{} has no example", setting.path));
        let schema = org_schema::setting(setting);
        assert!(is_valid(&schema, &value), "{}: {value} is not valid under {schema}", setting.path);
    }
}

#[test]
fn an_export_is_valid_under_the_schema() {
    let live = live(
        json!({"name": "no", "auth_domain": "widget.cloudflareaccess.com", "login_design": {"background_color": "#fff"}}),
        Some(json!({"doh_jwt_duration": "24h"})),
    );
    for detail in [Detail::Minimal, Detail::Full] {
        let text = write::yaml(Model::current(), &target(), &live, detail, &Default::default());
        assert_valid(&parsed(SchemaName::Org), &read_yaml(&text));
    }
}
