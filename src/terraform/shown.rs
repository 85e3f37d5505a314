//! The output of `terraform show -json`: a state, or a plan with the planned values.
//!
//! The format is documented at `developer.hashicorp.com/terraform/internals/json-format`.

use serde_json::{Map, Value as Json};

use super::file::{File, FileContent, Place};
use super::marks::{Marks, overlaid};
use super::names::RESOURCE_TYPES;
use super::resource::{Origin, Resource};
use crate::text::excerpt;

/// Returns the organizations in such output, including modules. If a file has none, returns the resources without an
/// instance, each with the reason.
pub(super) fn resources(files: &[File<'_>]) -> Vec<Resource> {
    let mut found = Vec::new();
    for (position, file) in files.iter().enumerate() {
        let FileContent::Shown(json) = &file.content else { continue };
        let place = Place { file: position, span: None };
        let deferred = list(json, "deferred_changes").iter().filter_map(|one| one.get("resource_change"));
        let changes: Vec<&Json> =
            list(json, "resource_changes").iter().chain(deferred).filter(|change| is_organization(change)).collect();
        // A plan also contains the prior state; the planned values are those of the configuration.
        let values = json.get("planned_values").or_else(|| json.get("values"));
        let mut present = Vec::new();
        if let Some(module) = values.and_then(|values| values.get("root_module")) {
            collect(module, &mut present);
        }
        found.extend(present.iter().filter_map(|resource| read(resource, &changes, &place)));
        if present.is_empty() {
            found.extend(without_instances(json, &changes, &place));
        }
    }
    found
}

/// Collects the resources of a module and its child modules. The JSON parser limits the depth of the recursion.
fn collect<'a>(module: &'a Json, found: &mut Vec<&'a Json>) {
    // A deposed object is left over from a failed replacement and has the address of its successor.
    let is_current = |resource: &&Json| resource.get("deposed_key").is_none();
    found.extend(list(module, "resources").iter().filter(|one| is_organization(one)).filter(is_current));
    list(module, "child_modules").iter().for_each(|child| collect(child, found));
}

fn list<'a>(object: &'a Json, key: &str) -> &'a [Json] {
    object.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(object: &'a Json, key: &str) -> &'a str {
    object.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// Whether a resource is a managed organization, and not a data source.
pub(super) fn is_organization(resource: &Json) -> bool {
    matches!(text(resource, "mode"), "" | "managed") && RESOURCE_TYPES.contains(&text(resource, "type"))
}

fn read(resource: &Json, changes: &[&Json], place: &Place) -> Option<Resource> {
    let address = resource.get("address")?.as_str()?;
    let is_this = |change: &&&Json| text(change, "address") == address && change.get("deposed").is_none();
    let change = changes.iter().find(is_this).and_then(|resource| resource.get("change"));
    let of_change = |key: &str| change.and_then(|change| change.get(key));
    let marks = Marks {
        unknown: of_change("after_unknown"),
        sensitive: [resource.get("sensitive_values"), of_change("after_sensitive")],
    };
    let empty = Map::new();
    let values = resource.get("values").and_then(Json::as_object).unwrap_or(&empty);
    Some(Resource { members: overlaid(values, marks, place), ..without_members(address, place, None) })
}

/// Creates a resource without members, with an obstacle if it has no instances.
pub(super) fn without_members(address: &str, place: &Place, obstacle: Option<String>) -> Resource {
    Resource {
        address: address.to_owned(),
        place: place.clone(),
        origin: Origin::Output,
        members: Vec::new(),
        obstacle,
        ignored: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Returns the organizations without an instance: after the plan, or in its configuration.
fn without_instances(json: &Json, changes: &[&Json], place: &Place) -> Vec<Resource> {
    let changed = changes.iter().map(|change| {
        let actions = change.pointer("/change/actions").and_then(Json::as_array).into_iter().flatten();
        let actions: Vec<&str> = actions.filter_map(Json::as_str).collect();
        let reason = format!("it has no instances after this plan ({})", excerpt(&actions.join(", "), 60));
        without_members(text(change, "address"), place, Some(reason))
    });
    let mut found: Vec<Resource> = changed.collect();
    let mut declared = Vec::new();
    if let Some(module) = json.pointer("/configuration/root_module") {
        collect_declared(module, "", &mut declared);
    }
    for (address, resource) in declared {
        if changes.iter().any(|change| text(change, "address").split('[').next() == Some(&address)) {
            continue;
        }
        let expression =
            ["count", "for_each"].into_iter().find(|name| resource.get(format!("{name}_expression")).is_some());
        let depends = expression.map(|name| {
            let references = resource.pointer(&format!("/{name}_expression/references")).and_then(Json::as_array);
            let names: Vec<&str> = references.into_iter().flatten().filter_map(Json::as_str).take(5).collect();
            if names.is_empty() {
                format!(": see its {name}")
            } else {
                format!(": its {name} depends on {}", names.join(", "))
            }
        });
        let reason = format!("it has no instances in this plan{}", depends.unwrap_or_default());
        found.push(without_members(&address, place, Some(reason)));
    }
    found
}

/// Collects the resources in the configuration of a plan, by their addresses without instances.
fn collect_declared<'a>(module: &'a Json, prefix: &str, found: &mut Vec<(String, &'a Json)>) {
    for resource in list(module, "resources").iter().filter(|one| is_organization(one)) {
        found.push((format!("{prefix}{}", text(resource, "address")), resource));
    }
    for (name, call) in module.get("module_calls").and_then(Json::as_object).into_iter().flatten() {
        if let Some(inner) = call.get("module") {
            collect_declared(inner, &format!("{prefix}module.{name}."), found);
        }
    }
}
