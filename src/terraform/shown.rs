//! The JSON of `terraform show -json`: a state, or a plan with the values it leads to.
//!
//! The form is documented at `developer.hashicorp.com/terraform/internals/json-format`.

use serde_json::{Map, Value as Json};

use super::RESOURCE_TYPES;
use super::file::{Content, File, Place};
use super::resource::{Body, Resource};

/// The organizations in the files that are such JSON, modules included.
pub(super) fn resources<'a>(files: &'a [File<'a>]) -> Vec<Resource<'a>> {
    let mut found = Vec::new();
    for (position, file) in files.iter().enumerate() {
        let Content::Shown(json) = &file.content else { continue };
        // A plan holds the state from before too; what it leads to is what the configuration says.
        let values = json.get("planned_values").or_else(|| json.get("values"));
        if let Some(module) = values.and_then(|values| values.get("root_module")) {
            collect(module, position, &mut found);
        }
    }
    found
}

/// JSON nests no deeper than its parser allows, so neither does this.
fn collect<'a>(module: &'a Json, file: usize, found: &mut Vec<Resource<'a>>) {
    for resource in list(module, "resources") {
        if let Some((address, values)) = organization(resource) {
            let place = Place { file, span: None };
            found.push(Resource { address: address.to_owned(), place, body: Body::Values(values) });
        }
    }
    for child in list(module, "child_modules") {
        collect(child, file, found);
    }
}

fn list<'a>(object: &'a Json, key: &str) -> &'a [Json] {
    object.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn organization(resource: &Json) -> Option<(&str, &Map<String, Json>)> {
    let text = |key: &str| resource.get(key).and_then(Json::as_str);
    // A data source only reads.
    let is_managed = text("mode").is_none_or(|mode| mode == "managed");
    let is_organization = RESOURCE_TYPES.contains(&text("type")?);
    let values = resource.get("values")?.as_object()?;
    (is_managed && is_organization).then_some((text("address")?, values))
}
