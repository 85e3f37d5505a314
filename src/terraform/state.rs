//! A raw state of version 4, as `terraform state pull` prints it and as backends store it.
//!
//! The format is internal to Terraform; the members are those of `internal/states/statefile/version4.go`.

use serde_json::{Map, Value as Json};

use super::file::{File, FileContent, Place};
use super::marks::{Marks, overlaid};
use super::resource::Resource;
use super::shown::{is_organization, without_members};

/// Returns the organizations in raw states. If there are none, returns those without an instance.
pub(super) fn resources(files: &[File<'_>]) -> Vec<Resource> {
    let (mut found, mut empty) = (Vec::new(), Vec::new());
    for (position, file) in files.iter().enumerate() {
        let FileContent::State(json) = &file.content else { continue };
        let place = Place { file: position, span: None };
        let all = json.get("resources").and_then(Json::as_array).into_iter().flatten();
        for resource in all.filter(|resource| is_organization(resource)) {
            let address = address(resource);
            let instances = resource.get("instances").and_then(Json::as_array).into_iter().flatten();
            // A deposed object is left over from a failed replacement.
            let current: Vec<&Json> = instances.filter(|instance| instance.get("deposed").is_none()).collect();
            if current.is_empty() {
                empty.push(without_members(&address, &place, Some("it has no instances in this state".to_owned())));
            }
            found.extend(current.into_iter().map(|instance| read(&address, instance, &place)));
        }
    }
    if found.is_empty() { empty } else { found }
}

fn address(resource: &Json) -> String {
    let text = |key: &str| resource.get(key).and_then(Json::as_str).unwrap_or_default();
    let module = Some(text("module")).filter(|module| !module.is_empty());
    let prefix = module.map(|module| format!("{module}.")).unwrap_or_default();
    format!("{prefix}{}.{}", text("type"), text("name"))
}

fn read(address: &str, instance: &Json, place: &Place) -> Resource {
    let key = instance.get("index_key").filter(|key| !key.is_null()).map(|key| format!("[{key}]"));
    let address = format!("{address}{}", key.unwrap_or_default());
    let Some(attributes) = instance.get("attributes").and_then(Json::as_object) else {
        return without_members(
            &address,
            place,
            Some("this state was written by Terraform 0.11 or earlier".to_owned()),
        );
    };
    let marks = instance.get("sensitive_attributes").map(sensitive);
    let marks = Marks { unknown: None, sensitive: [marks.as_ref(), None] };
    Resource { members: overlaid(attributes, marks, place), ..without_members(&address, place, None) }
}

/// Converts the paths of sensitive attributes to marks. If a path is invalid, everything is marked.
fn sensitive(paths: &Json) -> Json {
    let mut marks = Json::Object(Map::new());
    for path in paths.as_array().into_iter().flatten() {
        let Some(steps) = path.as_array() else { return Json::Bool(true) };
        let mut at = &mut marks;
        for step in steps {
            if step.get("type").and_then(Json::as_str) != Some("get_attr") {
                // An index: the list or map gets the marks of its elements.
                continue;
            }
            let Some(name) = step.get("value").and_then(Json::as_str) else { return Json::Bool(true) };
            if at.is_boolean() {
                break;
            }
            at = &mut at[name];
        }
        *at = Json::Bool(true);
    }
    marks
}
