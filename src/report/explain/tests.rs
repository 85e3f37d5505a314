use insta::assert_snapshot;

use super::*;
use crate::settings::Kind;

fn plain() -> Style {
    Style::plain(100)
}

#[test]
fn all_settings_are_in_one_table() {
    let text = all(Model::current(), &plain());
    assert!(Model::current().settings().iter().all(|setting| text.contains(setting.path)));
    assert_snapshot!("explain_all", text);
}

#[test]
fn one_setting_is_explained_in_full() {
    assert_snapshot!("explain_one", one(Model::current(), "organization.auth_domain", &plain()).unwrap());
}

#[test]
fn a_setting_of_a_group_has_its_former_name_and_an_example() {
    assert_snapshot!(
        "explain_pin_policy",
        one(Model::current(), "mfa_piv_key_requirements.pin_policy", &plain()).unwrap()
    );
}

#[test]
fn a_group_lists_its_settings() {
    assert_snapshot!("explain_group", one(Model::current(), "service_token_inactivity", &plain()).unwrap());
    assert_snapshot!("explain_mfa_config", one(Model::current(), "mfa_config", &plain()).unwrap());
}

#[test]
fn every_group_has_a_line_for_each_setting_and_an_example() {
    let model = Model::current();
    for group in model.groups() {
        let text = one(model, group.path, &Style::plain(160)).unwrap();
        for setting in model.members(group) {
            let lines: Vec<_> = text.lines().filter(|line| line.contains(setting.name())).collect();
            assert!(!lines.is_empty(), "{} is missing:\n{text}", setting.path);
        }
        assert!(text.contains("\nIn org.yaml\n"), "{text}");
    }
}

#[test]
fn a_section_lists_its_settings() {
    let text = one(Model::current(), "doh", &plain()).unwrap();
    assert!(text.contains("doh.doh_jwt_duration") && !text.contains("organization."), "{text}");
    let document = document(Model::current(), Some("doh")).unwrap();
    assert!(document.settings.iter().all(|entry| entry.setting.starts_with("doh.")));
}

#[test]
fn a_short_name_is_accepted_if_it_is_unique() {
    let named = |name| document(Model::current(), Some(name)).map(|document| document.settings[0].setting);
    assert_eq!(named("auth_domain"), Ok("organization.auth_domain"));
    assert_eq!(named("header_text"), Ok("organization.login_design.header_text"));
    assert_eq!(named("session_duration"), Ok("organization.session_duration"));
    assert_eq!(
        named("mfa_ssh_piv_key_requirements.pin_policy"),
        Ok("organization.mfa_piv_key_requirements.pin_policy")
    );
}

#[test]
fn a_misspelled_name_gets_suggestions() {
    let unknown = one(Model::current(), "sesion_duration", &plain()).unwrap_err();
    assert_eq!(unknown.to_string(), "no such setting: sesion_duration");
    assert_eq!(unknown.candidates[0], "organization.session_duration");
    assert!(did_you_mean(&unknown).starts_with("did you mean organization.session_duration"));
    let strange = one(Model::current(), "\u{1b}[31m", &plain()).unwrap_err();
    assert_eq!(strange.to_string(), "no such setting: \"\\u001B[31m\"");
    assert_eq!(did_you_mean(&strange), "");
}

#[test]
fn the_json_document_has_all_settings_and_rules() {
    let document = document(Model::current(), None).unwrap();
    assert_eq!(document.settings.len(), Model::current().settings().len());
    assert_eq!(document.rules.len(), CANONICAL_RULES.len());
    let group = super::document(Model::current(), Some("login_design")).unwrap();
    assert_eq!(group.settings.len(), 5);
}

#[test]
fn a_new_setting_is_explained_without_changes_here() {
    let model =
        Model::current().clone().with(Setting::new("organization.quantum_login", Kind::Boolean).doc("Entangles."));
    assert!(one(&model, "quantum_login", &plain()).unwrap().contains("Entangles."));
    assert!(all(&model, &plain()).contains("organization.quantum_login"));
}
