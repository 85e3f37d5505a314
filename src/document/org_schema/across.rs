//! The rules across settings: what a zone does not have, what a setting needs, and what goes together.

use serde_json::{Map, Value as Json, json};

use super::values::{not_blank, not_empty};
use crate::manifest::{REQUIREMENTS, Requirement};
use crate::settings::{Branch, Endpoint, Member, Model, Node, Scope, Setting};

/// The conditions of the document.
pub(super) fn conditions(model: &Model) -> Vec<Json> {
    let zone = json!({"if": {"required": [Scope::Zone.key()]}, "then": {"properties": only_for_accounts(model)}});
    let requirements = REQUIREMENTS.iter().filter_map(|requirement| needs(model, requirement));
    std::iter::once(zone).chain(requirements).collect()
}

/// The condition of a setting that needs another one while it is on.
fn needs(model: &Model, requirement: &Requirement) -> Option<Json> {
    let (switch, needed) = (model.setting(requirement.switch)?, model.setting(requirement.needed)?);
    let mut not_empty = not_empty(needed);
    not_empty["errorMessage"] = requirement.message.into();
    Some(json!({"if": within(switch, json!({"const": true}), true), "then": within(needed, not_empty, false)}))
}

/// A schema for the value of a setting, as a schema of the document. A group on the way may be null only if it may be
/// absent: null unsets all of its settings.
fn within(setting: &Setting, value: Json, is_required: bool) -> Json {
    let keys = setting.keys();
    let mut schema = value;
    for (depth, key) in keys.iter().enumerate().rev() {
        schema = member(key, schema, is_required);
        if depth > 0 {
            schema["type"] = "object".into();
        }
    }
    member(setting.endpoint().section(), schema, is_required)
}

fn member(key: &str, value: Json, is_required: bool) -> Json {
    let mut schema = json!({"properties": {key: value}});
    if is_required {
        schema["required"] = json!([key]);
    }
    schema
}

/// The condition of a group whose settings the API accepts only together: with one value, no other setting is unset. A
/// setting that is left out may have a live value.
pub(super) fn whole(branch: &Branch) -> Option<Json> {
    branch.group().filter(|group| group.all_or_nothing)?;
    let settings: Vec<&Setting> = branch.settings().into_iter().filter(|setting| setting.is_writable()).collect();
    let present = |setting: &&Setting| member(setting.name(), not_empty(setting), true);
    let present: Vec<Json> = settings.iter().map(present).collect();
    let together: Map<_, _> = settings.iter().map(|setting| (setting.name().to_owned(), not_blank(setting))).collect();
    Some(json!({"if": {"anyOf": present}, "then": {"properties": together}}))
}

/// The part of the schema for files with a `zone_id`: `false` for each setting that zones do not have.
fn only_for_accounts(model: &Model) -> Json {
    let mut sections = Map::new();
    for endpoint in Endpoint::ALL {
        let lacking = lacking(model.section(endpoint));
        if lacking != json!({}) {
            sections.insert(endpoint.section().to_owned(), lacking);
        }
    }
    Json::Object(sections)
}

/// `false` if zones have no setting of an object, else the same for its members; empty if zones have them all.
fn lacking(branch: &Branch) -> Json {
    if !branch.declarable().any(in_zones) {
        return json!(false);
    }
    let mut properties = Map::new();
    for member in branch.declarable() {
        let below = match &member.node {
            _ if !in_zones(member) => json!(false),
            Node::Setting(_) => continue,
            Node::Branch(below) => lacking(below),
        };
        if below != json!({}) {
            properties.insert(member.name().to_owned(), below);
        }
    }
    if properties.is_empty() { json!({}) } else { json!({"properties": properties}) }
}

fn in_zones(member: &Member) -> bool {
    match &member.node {
        Node::Setting(setting) => Scope::Zone.has(setting),
        Node::Branch(below) => below.declarable().any(in_zones),
    }
}
