//! The output of `terraform show -json` and `terraform state pull`.

use serde_json::Value as Json;

use super::*;

const ADDRESS: &str = "cloudflare_zero_trust_organization.main";
const ID: &str = "699d98642c564d2e855e9661899b7252";

fn shown(document: &Json) -> Import {
    read_all(&[("shown.json", &document.to_string())])
}

fn managed(address: &str, values: &Json) -> Json {
    json!({"address": address, "mode": "managed", "type": "cloudflare_zero_trust_organization", "name": "main",
        "values": values})
}

/// A plan with some values and marks.
fn plan(values: &Json, unknown: &Json, sensitive: &Json) -> Json {
    let change = json!({"actions": ["create"], "before": null, "after": values, "after_unknown": unknown,
        "after_sensitive": sensitive});
    json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": [managed(ADDRESS, values)]}},
        "resource_changes": [{"address": ADDRESS, "mode": "managed", "type": "cloudflare_zero_trust_organization",
            "name": "main", "change": change}]})
}

fn raw_state(instances: &Json) -> Json {
    json!({"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x", "outputs": {}, "resources": [
        {"mode": "data", "type": "cloudflare_zero_trust_organization", "name": "d", "instances": [{"attributes": {}}]},
        {"mode": "managed", "type": "cloudflare_zero_trust_organization", "name": "main",
            "provider": "provider[\"registry.terraform.io/cloudflare/cloudflare\"]", "instances": instances}]})
}

#[test]
fn all_values_of_a_state_and_a_plan_are_declared() {
    let values = json!({"id": ID, "account_id": ID, "zone_id": null, "name": "Widget", "auth_domain": "",
        "is_ui_read_only": false, "session_duration": "24h", "login_design": [{"header_text": "Hi", "footer_text": ""}],
        "custom_pages": [], "mfa_config": null, "created_at": "2024-01-01T00:00:00Z", "next_year": {"quantum": true}});
    let organization = json!({"address": "module.x.cloudflare_access_organization.main", "mode": "managed",
        "type": "cloudflare_access_organization", "name": "main", "values": values});
    let mut deposed = organization.clone();
    deposed["deposed_key"] = json!("00000001");
    let other = json!({"address": "a.b", "mode": "managed", "type": "a", "name": "b", "values": {}});
    let root =
        json!({"root_module": {"resources": [other], "child_modules": [{"resources": [deposed, organization]}]}});
    let expected = json!({"name": "Widget", "is_ui_read_only": false, "session_duration": "24h",
        "login_design": {"header_text": "Hi"}});
    for document in [
        json!({"format_version": "1.0", "values": root}),
        json!({"format_version": "1.2", "planned_values": root, "prior_state": {"values": {}}}),
    ] {
        let sources = [source("shown.json", &format!("\u{feff}{document}"))];
        let import = import(Model::current(), &sources, Some("module.x.cloudflare_access_organization.main"));
        assert_eq!(fields(&import), expected);
        assert_eq!(messages(&import), ["\"next_year\" is not imported: no such setting"]);
        assert_eq!(import.findings[0].at, None);
        assert_eq!(import.organization.unwrap().id.unwrap().as_str(), ID);
    }
}

#[test]
fn instances_are_selected_by_their_keys() {
    let resources: Vec<Json> =
        ["eu", "us"].map(|key| managed(&format!("{ADDRESS}[\"{key}\"]"), &json!({"name": key}))).to_vec();
    let document = json!({"values": {"root_module": {"resources": resources}}}).to_string();
    let pulled = raw_state(&json!([{"index_key": "eu", "attributes": {"name": "eu"}},
        {"index_key": "us", "attributes": {"name": "us"}}]))
    .to_string();
    for text in [document, pulled] {
        let sources = [source("-", &text)];
        let several = import(Model::current(), &sources, None);
        assert_eq!(several.findings[0].rule.id(), "terraform-several");
        let us = import(Model::current(), &sources, Some(&format!("{ADDRESS}[\"us\"]")));
        assert_eq!(fields(&us), json!({"name": "us"}));
        assert!(import(Model::current(), &sources, Some(ADDRESS)).organization.is_none());
    }
}

#[test]
fn unknown_values_of_a_plan_are_reported() {
    let values = json!({"account_id": ID, "name": "Widget", "login_design": {"header_text": "Hi"},
        "mfa_config": {"allowed_authenticators": ["totp"]}});
    let table = [
        (json!({"auth_domain": true, "id": true, "created_at": true}), vec!["auth_domain"]),
        (json!({"login_design": {"footer_text": true}}), vec!["login_design.footer_text"]),
        (
            json!({"login_design": true, "custom_pages": [{"forbidden": true}]}),
            vec!["login_design", "custom_pages.forbidden"],
        ),
        (json!({"mfa_config": {"allowed_authenticators": [false, true]}}), vec!["mfa_config.allowed_authenticators"]),
        (json!({"account_id": true}), vec!["account_id"]),
        (json!(true), vec!["account_id", "name", "login_design", "mfa_config"]),
        (json!({"name": false, "login_design": {}}), vec![]),
    ];
    for (unknown, names) in table {
        let import = shown(&plan(&values, &unknown, &json!({})));
        let expected: Vec<String> =
            names.iter().map(|name| format!("{name} is not imported: its value is only known after apply")).collect();
        assert_eq!(messages(&import), expected, "{unknown}");
        let fields = fields(&import);
        for name in names {
            assert_eq!(fields.pointer(&format!("/{}", name.replace('.', "/"))), None, "{unknown}");
        }
        assert!(import.findings.iter().all(|finding| finding.help.is_some()));
    }
}

#[test]
fn sensitive_values_are_reported_without_the_value() {
    let values = json!({"account_id": ID, "name": "s3cret", "session_duration": "24h",
        "login_design": [{"header_text": "s3cret", "footer_text": "F"}]});
    let marks = json!({"name": true, "login_design": [{"header_text": true}]});
    let mut state = json!({"values": {"root_module": {"resources": [managed(ADDRESS, &values)]}}});
    state["values"]["root_module"]["resources"][0]["sensitive_values"] = marks.clone();
    let attributes = json!([
        [{"type": "get_attr", "value": "name"}],
        [{"type": "get_attr", "value": "login_design"}, {"type": "index", "value": {"value": 0, "type": "number"}},
            {"type": "get_attr", "value": "header_text"}]]);
    let pulled = raw_state(&json!([{"attributes": values, "sensitive_attributes": attributes}]));
    for document in [plan(&values, &json!({}), &marks), state, pulled] {
        let import = shown(&document);
        assert_eq!(fields(&import), json!({"session_duration": "24h", "login_design": {"footer_text": "F"}}));
        let expected = ["name", "login_design.header_text"]
            .map(|name| format!("{name} is not imported: Terraform marks it as sensitive"));
        assert_eq!(messages(&import), expected);
        assert!(!format!("{:?}", import.findings).contains("s3cret"));
    }
    // An invalid path may mark anything.
    for odd in [json!(["name"]), json!([[{"type": "get_attr"}]])] {
        let import = shown(&raw_state(&json!([{"attributes": values, "sensitive_attributes": odd}])));
        assert_eq!(fields(&import), json!({}));
        assert!(import.organization.unwrap().id.is_none());
    }
}

#[test]
fn all_values_of_a_raw_state_are_declared() {
    let attributes =
        json!({"id": ID, "account_id": ID, "name": "Widget", "is_ui_read_only": false, "auth_domain": null});
    let instances = json!([{"schema_version": 0, "deposed": "0001", "attributes": {"name": "old"}},
        {"schema_version": 0, "attributes": attributes, "sensitive_attributes": [], "private": "eyJ9"}]);
    let mut state = raw_state(&instances);
    state["resources"][1]["module"] = json!("module.zt[\"a\"]");
    let import = shown(&state);
    assert_eq!((fields(&import), messages(&import)), (json!({"name": "Widget", "is_ui_read_only": false}), vec![]));
    assert_eq!(import.organization.unwrap().address, format!("module.zt[\"a\"].{ADDRESS}"));
}

#[test]
fn a_resource_without_instances_is_reported_as_such() {
    let configuration = json!({"root_module": {"module_calls": {"zt": {"module": {"resources": [
        {"address": ADDRESS, "mode": "managed", "type": "cloudflare_zero_trust_organization", "name": "main",
            "count_expression": {"references": ["var.on"]}}]}}}}});
    let none = json!({"format_version": "1.2", "planned_values": {"root_module": {}}, "configuration": configuration});
    let mut deleted = plan(&json!({}), &json!({}), &json!(false));
    deleted["planned_values"] = json!({"root_module": {}});
    deleted["resource_changes"][0]["change"]["actions"] = json!(["delete"]);
    let old = raw_state(&json!([{"attributes_flat": {"name": "x"}}]));
    for (document, expected) in [
        (
            none,
            format!(
                "module.zt.{ADDRESS} is not imported: it has no instances in this plan: its count depends on var.on"
            ),
        ),
        (deleted, format!("{ADDRESS} is not imported: it has no instances after this plan (delete)")),
        (raw_state(&json!([])), format!("{ADDRESS} is not imported: it has no instances in this state")),
        (old, format!("{ADDRESS} is not imported: this state was written by Terraform 0.11 or earlier")),
    ] {
        let import = shown(&document);
        assert!(import.organization.is_none());
        assert_eq!(messages(&import), [expected]);
    }
}

#[test]
fn other_json_and_output_without_an_organization_are_errors() {
    let configuration = json!({"resource": {"cloudflare_zero_trust_organization": {"main": {}}}}).to_string();
    for (text, expected) in [
        ("{\"version\": 3, \"serial\": 1}", "raw state version 3 is not supported; only version 4 is"),
        (
            "{\"serial\": 1, \"lineage\": \"x\", \"encrypted_data\": \"x\"}",
            "this state is encrypted, or not a Terraform state",
        ),
        ("{\"format_version\": \"2.0\"}", "format version \"2.0\" of terraform show is not supported"),
        ("{\"format_version\": \"1.2\", \"errored\": true}", "Terraform failed while it created this plan"),
        ("{\"@level\":\"info\"}\n{\"@level\":\"info\"}", "this is a log, not a plan"),
        ("{\"a\": 1}", "this JSON is not a plan, a state or a configuration"),
        ("{", "cannot parse it as JSON: EOF while parsing an object at line 1 column 1"),
        ("{\"format_version\": \"1.0\"}", "no organization found"),
        ("{\"version\": 4, \"serial\": 1, \"resources\": []}", "no organization found"),
        ("", "no organization found"),
        ("module \"zero_trust\" {\n source = \"./x\"\n}\n", "no organization found"),
        ("{\"module\": {\"zero_trust\": {\"source\": \"./x\"}}}", "no organization found"),
    ] {
        let import = read(text);
        assert!(import.organization.is_none() && import.findings.iter().any(Finding::is_error), "{text}");
        assert!(import.findings[0].message.starts_with(expected), "{text}: {:?}", messages(&import));
        assert_eq!(import.findings.len(), 1, "{text}: {:?}", messages(&import));
        assert_eq!(import.findings[0].help.as_ref().unwrap().contains("modules"), text.contains("module"), "{text}");
    }
    assert_eq!(fields(&read(&configuration)), json!({}));
}
