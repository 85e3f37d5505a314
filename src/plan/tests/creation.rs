//! Creating an organization that does not exist.

use super::*;

#[test]
fn a_missing_organization_is_created_and_settings_that_post_lacks_follow_by_put() {
    let story = given(Slot::Absent)
        .wants("organization.name", json!("Widget"))
        .wants("organization.auth_domain", json!("widget.cloudflareaccess.com"))
        .wants("organization.custom_pages.forbidden", json!("699d98642c564d2e855e9661899b7252"));
    let plan = story.plan();
    assert_eq!(plan.action, Action::Create);
    let methods: Vec<WriteMethod> = plan.writes.iter().map(|write| write.method).collect();
    assert_eq!(methods, [WriteMethod::Post, WriteMethod::Put]);
    assert!(plan.changes.iter().all(|change| change.guard.is_none()), "a new organization has no users to lock out");
}

#[test]
fn creating_without_a_name_or_a_login_domain_is_planned_with_a_warning() {
    let plan = given(Slot::Absent).wants("organization.name", json!("Widget")).plan();
    assert_eq!(plan.action, Action::Create);
    let [finding] = plan.findings.as_slice() else { panic!("{:#?}", plan.findings) };
    assert!(!finding.is_error() && finding.setting.as_deref() == Some("organization.auth_domain"), "{finding:?}");
    let expected = "creates one without organization.auth_domain: the API generates it for providers, and refuses";
    assert!(finding.message.contains(expected), "{finding:?}");
    let neither = given(Slot::Absent).wants("organization.session_duration", json!("24h")).plan();
    assert_eq!(neither.findings.len(), 2);
}

#[test]
fn doh_settings_alone_cannot_create_an_organization() {
    let mut story = given(Slot::NotRead).wants("doh.doh_jwt_duration", json!("24h"));
    story.manifest.endpoints = vec![Endpoint::Doh];
    story.live.doh = Slot::Absent;
    let plan = story.plan();
    assert!(plan.is_empty());
    assert_eq!(plan.findings[0].rule.id(), "no-organization");
}
