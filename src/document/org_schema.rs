//! The JSON Schema of `org.yaml`, generated from the table of settings.

use serde_json::{Map, Value as Json, json};

use crate::settings::{
    Branch, DurationRange, Element, Endpoint, Kind, Member, Model, Node, Scope, Setting, Unset, describe,
};

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
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "org.yaml of zerodrift",
        "description": "The desired state of a Cloudflare Zero Trust organization. A setting that is not declared keeps its live value; null unsets a setting.",
        "type": "object",
        "additionalProperties": false,
        "not": {"required": ["account_id", "zone_id"]},
        "properties": properties,
        "if": {"required": ["zone_id"]},
        "then": {"properties": only_for_accounts(model)},
    })
}

fn target(scope: Scope) -> Json {
    json!({
        "title": format!("{scope} id"),
        "description": format!(
            "The id of the {scope} that owns the organization: 32 hexadecimal digits. If the file has none, --{}-id or \
             CLOUDFLARE_{}_ID sets it.", scope, scope.key().to_uppercase().trim_end_matches("_ID")
        ),
        "type": "string",
        "pattern": "^[0-9A-Fa-f]{32}$",
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
    json!({
        "title": branch.path(),
        "description": format!("{doc}{whole} null unsets the whole group.").trim_start(),
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties(branch),
    })
}

pub(super) fn setting(setting: &Setting) -> Json {
    let mut schema = Map::new();
    schema.insert("title".to_owned(), setting.path.into());
    schema.insert("description".to_owned(), description(setting).into());
    schema.insert("markdownDescription".to_owned(), markdown(setting).into());
    let nullable = !matches!(setting.unset, Unset::Never(_));
    schema.extend(values(setting.kind, nullable));
    if let Some(example) = example(setting) {
        schema.insert("examples".to_owned(), json!([example]));
    }
    Json::Object(schema)
}

fn description(setting: &Setting) -> String {
    format!("{} Takes: {}. While unset: {}.", setting.doc, describe::describe(setting.kind), setting.default)
}

fn markdown(setting: &Setting) -> String {
    let guarded = describe::guarded(setting);
    let guard = if guarded.is_empty() { String::new() } else { format!("\n\n**Guarded**: {guarded}.") };
    format!(
        "{}\n\n- Takes: {}\n- While unset: {}\n- Unset with: {}\n- Exists for: {}{guard}\n\n*Source: {}*",
        setting.doc,
        describe::describe(setting.kind),
        setting.default,
        describe::unset(setting),
        describe::scope(setting.scopes),
        setting.source
    )
}

/// The keywords that restrict the values of a kind. Lists of words are open: the API may accept more than this version
/// knows.
pub(crate) fn values(kind: Kind, nullable: bool) -> Map<String, Json> {
    let typed = |name: &str| if nullable { json!([name, "null"]) } else { json!(name) };
    let null = nullable.then(|| json!({"type": "null"}));
    let open = |known: Json, name: &str| {
        let alternatives: Vec<_> =
            [json!({"enum": known}), json!({"type": name})].into_iter().chain(null.clone()).collect();
        json!({"anyOf": alternatives})
    };
    let keywords = match kind {
        Kind::Text | Kind::Host => json!({"type": typed("string")}),
        Kind::Boolean => json!({"type": typed("boolean")}),
        Kind::Duration(range) => json!({"type": typed("string"), "pattern": duration_pattern(range)}),
        Kind::Color => json!({"type": typed("string"), "pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"}),
        Kind::Url => json!({"type": typed("string"), "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"}),
        Kind::Uid => json!({"type": typed("string"), "pattern": UID}),
        Kind::Enum(words) => open(json!(words), "string"),
        Kind::Integer { min, max } => json!({"type": typed("integer"), "minimum": min, "maximum": max}),
        Kind::Set(element) => json!({"type": typed("array"), "uniqueItems": true, "items": items(element)}),
        Kind::Opaque => json!({}),
    };
    match keywords {
        Json::Object(keywords) => keywords,
        _ => Map::new(),
    }
}

const UID: &str = "^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$";

fn items(element: Element) -> Json {
    match element {
        Element::Enum(words) => json!({"anyOf": [{"enum": words}, {"type": "string"}]}),
        Element::Host => json!({"type": "string"}),
        Element::Number(numbers) => json!({"anyOf": [{"enum": numbers}, {"type": "integer"}]}),
    }
}

/// Go's duration grammar with the units of a range. A pattern cannot compare bounds, so the description states them.
fn duration_pattern(range: DurationRange) -> String {
    format!("^[+-]?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)({}))+)$", range.units.join("|"))
}

pub(super) fn example(setting: &Setting) -> Option<Json> {
    serde_yaml::from_str(setting.example).ok().filter(|value: &Json| !value.is_null())
}

fn allow(model: &Model) -> Json {
    let paths: Vec<_> = model.declarable().map(|setting| setting.path).collect();
    json!({
        "title": "consents",
        "description": "Consent to guarded changes. Each entry applies only to a change to its value.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["setting", "to"],
            "properties": {
                "setting": {"description": "The setting whose change is allowed.", "enum": paths},
                "to": {"description": "The value after the change; null for unset."},
                "reason": {"description": "Why the change is allowed.", "type": ["string", "null"]},
            },
        },
    })
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
