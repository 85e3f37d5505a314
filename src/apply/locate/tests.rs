use super::*;
use crate::diagnostics::Location;
use crate::settings::Model;
use serde_json::Value as Json;

fn manifest(paths: &[&str]) -> Manifest {
    let declared = paths.iter().enumerate().map(|(index, path)| Declared {
        setting: *Model::current().setting(path).unwrap(),
        value: Json::Null,
        at: Location { file: None, line: index + 3, column: 5, span: 0..0 },
    });
    Manifest {
        path: "org.yaml".to_owned(),
        sha256: String::new(),
        target: None,
        endpoints: vec![Endpoint::Organization],
        declared: declared.collect(),
        allow: Vec::new(),
        consent_place: None,
        composition: Default::default(),
    }
}

fn located(message: &ApiMessage) -> Vec<String> {
    let manifest = manifest(&[
        "organization.name",
        "organization.auth_domain",
        "organization.allow_authenticate_via_warp",
        "organization.login_design.header_text",
        "organization.mfa_piv_key_requirements.pin_policy",
    ]);
    trace(&manifest, Endpoint::Organization, message).map(|declared| declared.setting.path.to_owned()).collect()
}

fn pointer(pointer: &str) -> ApiMessage {
    ApiMessage { pointer: Some(pointer.to_owned()), message: "name is wrong".to_owned(), ..ApiMessage::default() }
}

fn text(text: &str) -> ApiMessage {
    ApiMessage { message: text.to_owned(), ..ApiMessage::default() }
}

#[test]
fn a_pointer_is_resolved_to_its_declaration() {
    assert_eq!(located(&pointer("/login_design/header_text")), ["organization.login_design.header_text"]);
    assert_eq!(located(&pointer("/login_design")), ["organization.login_design.header_text"]);
    assert_eq!(located(&pointer("/name")), ["organization.name"]);
    assert_eq!(
        located(&pointer("mfa_ssh_piv_key_requirements.pin_policy")),
        ["organization.mfa_piv_key_requirements.pin_policy"]
    );
    assert_eq!(located(&pointer("/session_duration")), [""; 0]);
}

#[test]
fn without_a_pointer_the_names_in_the_text_are_used() {
    let warp = "access.api.error.invalid_request: allow_authenticate_via_warp cannot be set if the Warp Auth Session Duration is not set";
    assert_eq!(located(&text(warp)), ["organization.allow_authenticate_via_warp"]);
    assert_eq!(located(&text("access.api.error.auth_domain_cannot_be_updated_dash_sso")), ["organization.auth_domain"]);
    assert_eq!(located(&text("access.api.error.invalid_auth_domain")), ["organization.auth_domain"]);
    assert_eq!(located(&text("a name is a name")), [""; 0]);
}
