//! The OpenAPI description of the emulated API, for client generators and API testing tools.
//!
//! It describes the default personality. It does not express all ranges of durations, nor rules across settings.

use serde_json::{Map, Value as Json, json};

use super::audit_page::LARGEST_PAGE;
use crate::document;
use crate::settings::{Branch, Endpoint, Member, Model, Node, Scope, Setting};

/// Returns the description as JSON text, with a final newline.
pub fn openapi(model: &Model) -> String {
    let mut paths = Map::new();
    for scope in [Scope::Account, Scope::Zone] {
        let organizations = format!("/{}/{{id}}/access/organizations", scope.plural());
        paths.insert(format!("{organizations}/revoke_user"), path(json!({"post": revoke_user(scope)})));
        paths.insert(organizations, path(settings(model, Endpoint::Organization, scope)));
    }
    let account = Scope::Account.plural();
    let doh = format!("/{account}/{{id}}/access/organizations/doh");
    paths.insert(doh, path(settings(model, Endpoint::Doh, Scope::Account)));
    paths.insert(format!("/{account}/{{id}}/tokens/verify"), path(json!({"get": verify("an account")})));
    paths.insert(format!("/{account}/{{id}}/logs/audit"), path(json!({"get": audit_log()})));
    paths.insert("/user/tokens/verify".to_owned(), json!({"get": verify("a user")}));
    document::to_text(&json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The Zero Trust organization API, as zerodrift emulates it",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8787/client/v4"}],
        "security": [{"token": []}, {"email": [], "key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "email": {"type": "apiKey", "in": "header", "name": "X-Auth-Email"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"},
            },
            "responses": {"Failure": response("The request was refused.", failure())},
        },
    }))
}

/// Returns a path below an account or zone, with its operations.
fn path(operations: Json) -> Json {
    let id = json!({"type": "string", "pattern": "^[0-9a-f]{32}$"});
    let mut path = json!({"parameters": [{"name": "id", "in": "path", "required": true, "schema": id}]});
    if let (Json::Object(path), Json::Object(operations)) = (&mut path, operations) {
        path.extend(operations);
    }
    path
}

fn settings(model: &Model, endpoint: Endpoint, scope: Scope) -> Json {
    let section = model.section(endpoint);
    let name = |verb: &str| format!("{verb}_{}_{}", scope.plural(), endpoint.section());
    let shown = envelope(json!({"type": "object", "properties": members(section, scope, true)}));
    let (required, updated) = match endpoint {
        Endpoint::Organization => (json!(["auth_domain"]), "200"),
        Endpoint::Doh => (json!([]), "201"),
    };
    let body = |required: Json| {
        let properties = members(section, scope, false);
        json!({"type": "object", "properties": properties, "required": required})
    };
    let mut operations = json!({
        "get": operation(&name("get"), None, "200", shown.clone(), &["404"]),
        "put": operation(&name("put"), Some(body(required)), updated, shown.clone(), &["404"]),
    });
    if endpoint == Endpoint::Organization {
        let body = body(json!(["name", "auth_domain"]));
        operations["post"] = operation(&name("post"), Some(body), "201", shown, &["404", "409"]);
    }
    operations
}

fn revoke_user(scope: Scope) -> Json {
    let body = json!({
        "type": "object",
        "properties": {
            "email": {"type": "string", "pattern": "@"},
            "user_uid": {"type": ["string", "null"]},
            "devices": {"type": ["boolean", "null"]},
            "warp_session_reauth": {"type": ["boolean", "null"]},
        },
        "required": ["email"],
    });
    let shown = json!({
        "type": "object",
        "properties": {"result": {"type": "boolean"}, "success": {"const": true}},
        "required": ["result", "success"],
    });
    let mut operation = operation(&format!("revoke_user_{}", scope.plural()), Some(body), "200", shown, &["404"]);
    operation["parameters"] = json!([{"name": "devices", "in": "query", "schema": {"type": "boolean"}}]);
    operation
}

fn verify(owner: &str) -> Json {
    let result = json!({
        "type": "object",
        "properties": {"id": {"type": "string"}, "status": {"enum": ["active", "disabled", "expired"]}},
        "required": ["id", "status"],
    });
    let name = format!("verify_token_of_{}", owner.replace(' ', "_"));
    operation(&name, None, "200", envelope(result), &["404"])
}

fn audit_log() -> Json {
    let time = json!({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]});
    let parameter = |name: &str, required: bool, schema: Json| json!({"name": name, "in": "query", "required": required, "schema": schema});
    let info = json!({
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "cursor": {"type": "string"},
            "cursors": {"type": "object", "properties": {"after": {"type": ["string", "null"]}}},
        },
        "required": ["count"],
    });
    let mut shown = envelope(json!({"type": "array", "items": {"type": "object"}}));
    shown["properties"]["result_info"] = info;
    let mut operation = operation("get_audit_log", None, "200", shown, &["404"]);
    operation["parameters"] = json!([
        parameter("since", true, time.clone()),
        parameter("before", true, time),
        parameter("direction", false, json!({"enum": ["asc", "desc"]})),
        parameter("limit", false, json!({"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE})),
        parameter("cursor", false, json!({"type": "string", "pattern": "^[0-9a-f]{8}$"})),
    ]);
    operation
}

fn operation(id: &str, body: Option<Json>, status: &str, shown: Json, refusals: &[&str]) -> Json {
    let mut responses = Map::new();
    responses.insert(status.to_owned(), response("Done.", shown));
    for refusal in ["400", "401", "403", "405"].iter().chain(refusals) {
        responses.insert((*refusal).to_owned(), json!({"$ref": "#/components/responses/Failure"}));
    }
    let mut operation = json!({"operationId": id, "responses": responses});
    if let Some(body) = body {
        operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": body}}});
    }
    operation
}

fn response(description: &str, schema: Json) -> Json {
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

fn envelope(result: Json) -> Json {
    let none = json!({"type": "array", "maxItems": 0});
    json!({
        "type": "object",
        "properties": {"success": {"const": true}, "errors": none, "messages": none, "result": result},
        "required": ["success", "errors", "messages", "result"],
    })
}

fn failure() -> Json {
    let link = json!({"type": "object", "properties": {"code": {"type": "integer"}, "message": {"type": "string"}}, "required": ["message"]});
    let error = json!({
        "type": "object",
        "properties": {
            "code": {"type": "integer"},
            "message": {"type": "string"},
            "error_chain": {"type": "array", "items": link},
            "source": {"type": "object", "properties": {"pointer": {"type": "string"}}},
        },
        "required": ["code", "message"],
    });
    json!({
        "type": "object",
        "properties": {
            "success": {"const": false},
            "errors": {"type": "array", "minItems": 1, "items": error},
            "messages": {"type": "array"},
            "result": {"type": "null"},
        },
        "required": ["success", "errors", "messages", "result"],
    })
}

/// Returns the settings of a scope. The list is open: other members are accepted, stored and answered too.
fn members(branch: &Branch, scope: Scope, answered: bool) -> Map<String, Json> {
    let schema = |member: &Member| match &member.node {
        Node::Setting(setting) => scope.has(setting).then(|| value(setting, answered)),
        Node::Branch(below) => {
            let inside = members(below, scope, answered);
            (!inside.is_empty()).then(|| json!({"type": ["object", "null"], "properties": inside}))
        }
    };
    branch.declarable().filter_map(|member| Some((member.name().to_owned(), schema(member)?))).collect()
}

/// Returns the schema of a setting's value. An answer may contain any value of the type, such as an older one.
fn value(setting: &Setting, answered: bool) -> Json {
    let mut keywords = document::values(setting, true);
    // The emulated API accepts empty text for no value.
    keywords.shift_remove("minLength");
    if answered {
        keywords.retain(|keyword, _| matches!(keyword.as_str(), "type" | "anyOf"));
        return Json::Object(keywords);
    }
    if keywords.contains_key("pattern") {
        // Empty text and null both unset a setting, or change nothing if it cannot be unset.
        keywords.insert("type".to_owned(), "string".into());
        return json!({"anyOf": [keywords, {"enum": ["", null]}]});
    }
    Json::Object(keywords)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_a_put_describes_every_setting_of_its_scope() {
        let document: Json = serde_json::from_str(&openapi(Model::current())).unwrap();
        for scope in [Scope::Account, Scope::Zone] {
            for setting in Model::current().declarable() {
                let below = if setting.endpoint() == Endpoint::Doh { "/doh" } else { "" };
                let path = format!("/{}/{{id}}/access/organizations{below}", scope.plural());
                let body = &document["paths"][&path]["put"]["requestBody"]["content"]["application/json"]["schema"];
                let found = setting.keys().iter().fold(body, |schema, key| &schema["properties"][key]);
                assert_eq!(found.is_object(), scope.has(setting), "{scope} {}", setting.path);
            }
        }
    }
}
