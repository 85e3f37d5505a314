//! The JSON Schema of `org.yaml`, generated from the table of settings.
//!
//! A manifest that the schema rejects has an error for `validate` too. The converse holds except for [`NOT_IN_SCHEMA`].
//!
//! - `values`, `pattern`, `digits`: the values of one setting
//! - `across`: the rules across settings
//! - `limits`: the rules that a schema cannot express

mod across;
mod digits;
mod limits;
mod pattern;
mod values;

use serde_json::{Map, Value as Json, json};

use crate::settings::{Branch, Endpoint, Member, Model, Node, Scope, Setting, Unset, describe};

pub use limits::NOT_IN_SCHEMA;
pub(crate) use values::values;

/// The schema of `org.yaml`.
pub(super) fn of(model: &Model) -> Json {
    let mut properties = Map::new();
    for scope in [Scope::Account, Scope::Zone] {
        properties.insert(scope.key().to_owned(), target(scope));
    }
    for endpoint in Endpoint::ALL {
        properties.insert(endpoint.section().to_owned(), section(model, endpoint));
    }
    properties.insert("allow".to_owned(), allow(model));
    properties.insert("extends".to_owned(), extends());
    properties.insert("lock".to_owned(), settings_and_groups(model, "locked settings", LOCK));
    properties.insert("unmanaged".to_owned(), settings_and_groups(model, "unmanaged settings", UNMANAGED));
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "org.yaml of zerodrift",
        "description": format!(
            "The desired state of a Cloudflare Zero Trust organization. A setting that is not declared keeps its live \
             value; null unsets a setting. {}", limits::described()
        ),
        "type": "object",
        "additionalProperties": false,
        "anyOf": sections_or_parent(),
        "not": {"required": [Scope::Account.key(), Scope::Zone.key()]},
        "properties": properties,
        "allOf": across::conditions(model),
    })
}

/// A manifest has a section, or a parent that may have one.
fn sections_or_parent() -> Vec<Json> {
    let keys = Endpoint::ALL.into_iter().map(Endpoint::section).chain(["extends"]);
    keys.map(|key| json!({"required": [key]})).collect()
}

fn extends() -> Json {
    json!({
        "title": "parent",
        "description": "The path of the manifest whose settings this one inherits, relative to the folder of this file.",
        "type": "string",
        "pattern": pattern::relative_path(),
        "examples": ["../_base.yaml"],
    })
}

const LOCK: &str = "Settings and groups that manifests which extend this one must not give another value.";

const UNMANAGED: &str = "Inherited settings and groups that are not managed here. They keep their live values.";

fn settings_and_groups(model: &Model, title: &str, description: &str) -> Json {
    let groups = model.groups().iter().map(|group| group.path);
    let paths: Vec<&str> = model.declarable().map(|setting| setting.path).chain(groups).collect();
    json!({
        "title": title,
        "description": description,
        "type": ["array", "null"],
        "items": {"enum": paths},
    })
}

fn target(scope: Scope) -> Json {
    json!({
        "title": format!("{scope} id"),
        "description": format!(
            "The id of the {scope} that owns the organization: 32 hexadecimal digits. If the file has none, --{}-id or \
             CLOUDFLARE_{}_ID sets it.", scope, scope.key().to_uppercase().trim_end_matches("_ID")
        ),
        // YAML reads an id of digits as a number.
        "type": ["string", "number"],
        "pattern": pattern::TARGET_ID,
        "minimum": 0,
        "examples": ["699d98642c564d2e855e9661899b7252"],
    })
}

fn section(model: &Model, endpoint: Endpoint) -> Json {
    let (title, description) = match endpoint {
        Endpoint::Organization => {
            ("Zero Trust organization", "The settings of the organization, with the names of the API.")
        }
        Endpoint::Doh => ("DNS over HTTPS", "The settings of DNS-over-HTTPS clients. Accounts only."),
    };
    json!({
        "title": title,
        "description": description,
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties(model.section(endpoint)),
    })
}

fn properties(branch: &Branch) -> Map<String, Json> {
    let schema = |member: &Member| match &member.node {
        Node::Setting(leaf) => setting(leaf),
        Node::Branch(below) => group(below),
    };
    branch.declarable().map(|member| (member.name().to_owned(), schema(member))).collect()
}

fn group(branch: &Branch) -> Json {
    let known = branch.group();
    let doc = known.map_or("", |group| group.doc);
    let whole =
        known.filter(|group| group.all_or_nothing).map_or("", |_| " The API accepts its settings only together.");
    let nullable = !branch.settings().iter().any(|setting| setting.is_declarable() && !is_nullable(setting));
    let unset = if nullable { " null unsets the whole group." } else { "" };
    let mut schema = json!({
        "title": branch.path(),
        "description": format!("{doc}{whole}{unset}").trim_start(),
        "type": if nullable { json!(["object", "null"]) } else { json!("object") },
        "additionalProperties": false,
        "properties": properties(branch),
    });
    if let Some(condition) = across::whole(branch) {
        schema["allOf"] = json!([condition]);
    }
    schema
}

fn is_nullable(setting: &Setting) -> bool {
    !matches!(setting.unset, Unset::Never(_))
}

pub(super) fn setting(setting: &Setting) -> Json {
    let mut schema = Map::new();
    schema.insert("title".to_owned(), setting.path.into());
    schema.insert("description".to_owned(), description(setting).into());
    schema.insert("markdownDescription".to_owned(), markdown(setting).into());
    schema.extend(values(setting, is_nullable(setting)));
    // Language servers show it in place of the pattern.
    schema.insert("errorMessage".to_owned(), format!("{} must be {}", setting.name(), setting.expected()).into());
    if let Some(example) = example(setting) {
        schema.insert("examples".to_owned(), json!([example]));
    }
    Json::Object(schema)
}

fn description(setting: &Setting) -> String {
    format!("{} Accepts: {}. While unset: {}.", setting.doc, describe::describe(setting.kind), setting.default)
}

fn markdown(setting: &Setting) -> String {
    let guarded = describe::guarded(setting);
    let guard = if guarded.is_empty() { String::new() } else { format!("\n\n**Guarded**: {guarded}.") };
    format!(
        "{}\n\n- Accepts: {}\n- While unset: {}\n- Unset with: {}\n- Exists for: {}{guard}\n\n*Source: {}*",
        setting.doc,
        describe::describe(setting.kind),
        setting.default,
        describe::unset(setting),
        describe::scope(setting.scopes),
        setting.source
    )
}

pub(super) fn example(setting: &Setting) -> Option<Json> {
    serde_yaml::from_str(setting.example).ok().filter(|value: &Json| !value.is_null())
}

fn allow(model: &Model) -> Json {
    let paths: Vec<_> = model.declarable().map(|setting| setting.path).collect();
    json!({
        "title": "consents",
        "description": "Consent to guarded changes. Each entry applies only to a change to its value.",
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["setting", "to"],
            "properties": {
                "setting": {"description": "The setting whose change is allowed.", "enum": paths},
                "to": {"description": "The value after the change; null for unset."},
                "reason": {
                    "description": "Why the change is allowed.",
                    "type": ["string", "number", "boolean", "null"],
                },
            },
            "allOf": model.declarable().map(consent).collect::<Vec<_>>(),
        },
    })
}

/// The condition that a consent names a value of its setting.
fn consent(setting: &Setting) -> Json {
    let path: Vec<&str> = setting.path.split('.').collect();
    let value = format!("#/properties/{}", path.join("/properties/"));
    json!({
        "if": {"properties": {"setting": {"const": setting.path}}},
        "then": {"properties": {"to": {"$ref": value}}},
    })
}
