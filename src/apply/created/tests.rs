use super::*;
use crate::apply::tests::document;
use crate::diagnostics::Source;
use crate::live::{Live, Slot};
use crate::manifest::parse;
use crate::plan::{Input, plan};
use crate::settings::Target;
use serde_json::json;

/// Returns the foreign paths in `fields` after the creation of an organization with these additional lines.
fn paths(lines: &str, allow: &[String], fields: Json) -> Vec<String> {
    let model = Model::current();
    let text = format!("organization:\n  name: W\n  auth_domain: w.cloudflareaccess.com\n{lines}");
    let manifest = parse(model, &Source { name: "org.yaml".to_owned(), text }).manifest.unwrap();
    let live = Live { organization: Slot::Absent, doh: Slot::NotRead };
    let target = Target::account("699d98642c564d2e855e9661899b7252").unwrap();
    let plan = plan(&Input { model, manifest: &manifest, target: &target, api: "", live: &live, allow });
    let mut all = json!({"name": "W", "auth_domain": "w.cloudflareaccess.com"});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    foreign(model, &plan, &document(all)).into_iter().map(|found| found.path).collect()
}

#[test]
fn values_other_than_server_defaults_are_foreign() {
    let defaults =
        json!({"strict_service_token_auth": true, "session_duration": "24h0m0s", "login_design": {}, "beta": 1});
    assert_eq!(paths("", &[], defaults), [""; 0]);
    let foreign = json!({"session_duration": "12h", "deny_unmatched_requests": true});
    assert_eq!(paths("", &[], foreign), ["organization.session_duration", "organization.deny_unmatched_requests"]);
}

#[test]
fn a_declared_false_may_overwrite_a_default_and_not_an_unexpected_protection() {
    let strict = json!({"strict_service_token_auth": true});
    assert_eq!(paths("  strict_service_token_auth: false\n", &[], strict), [""; 0]);
    let redirect = json!({"auto_redirect_to_identity": true});
    assert_eq!(paths("  auto_redirect_to_identity: false\n", &[], redirect), [""; 0], "no guard");
    let deny = || json!({"deny_unmatched_requests": true});
    let path = "organization.deny_unmatched_requests".to_owned();
    assert_eq!(paths("  deny_unmatched_requests: false\n", &[], deny()), [path.as_str()]);
    assert_eq!(paths("  deny_unmatched_requests: false\n", &[path], deny()), [""; 0], "with consent");
}

#[test]
fn an_organization_created_long_before_its_last_write_is_foreign() {
    let times = |created: &str| json!({"created_at": created, "updated_at": "2026-09-01T08:00:02Z"});
    assert_eq!(paths("", &[], times("2026-09-01T08:00:00Z")), [""; 0]);
    assert_eq!(paths("", &[], times("2024-03-11T09:12:45Z")), ["organization.created_at"]);
}
