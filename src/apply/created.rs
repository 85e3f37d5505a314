//! Whether a read-back shows the organization that was just created, and nothing that only somebody else can have put there.
//!
//! An approval to create approves nothing else. What was sent has to be there; beside it an organization that is a moment
//! old has nothing but what the server fills in. Everything else means that the POST met an organization that existed.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::verify::{Mismatch, Why};
use crate::live::Document;
use crate::plan::{Change, GENERATED, Plan};
use crate::settings::{Endpoint, Model, Setting};

/// How far the times of creation and of the last write of a new organization may lie apart.
const MOMENT: SignedDuration = SignedDuration::from_hours(1);

/// What a document has that the creation did not put there.
///
/// - A setting that is not declared may have what the server is known to fill in ([`Setting::created_with`]).
/// - A name and a login domain that are not declared may be anything, because the API generates them for providers.
/// - A setting that is declared otherwise may have anything that the PUT after the creation may overwrite: what the server
///   is known to fill in, and every value of a setting without a guard. A guarded setting with an unexpected value needs
///   the consent that an update would need, so that the approval of a creation never weakens a protection that is there.
/// - Fields that this version does not know are left alone: they are echoed.
pub(super) fn foreign(model: &Model, plan: &Plan, document: &Document) -> Vec<Mismatch> {
    let of_endpoint = |change: &&Change| change.setting.endpoint() == document.endpoint;
    let declared: Vec<&Change> = plan.changes.iter().chain(&plan.declared_empty).filter(of_endpoint).collect();
    let is_foreign = |setting: &&Setting| {
        let found = document.canonical(model, setting);
        let change = declared.iter().find(|change| change.setting.path == setting.path);
        let wanted = change.map(|change| setting.canonical(Some(&change.after)));
        if found.is_null() || wanted.as_ref() == Some(&found) || found == filled_in(setting) {
            return false;
        }
        if change.is_none() && GENERATED.contains(&setting.path) {
            return false;
        }
        change.is_none_or(|change| {
            setting.ranked_guards().next().is_some() && change.guard.is_none_or(|state| state.allowed_by.is_none())
        })
    };
    let settings = model.of(document.endpoint).filter(|setting| setting.is_writable()).filter(is_foreign);
    settings
        .map(|setting| Mismatch {
            path: setting.path.to_owned(),
            why: Why::Foreign,
            expected: Json::Null,
            found: document.value(model, setting).map(|value| document.shown(value)).unwrap_or_default(),
        })
        .chain(older(document))
        .collect()
}

/// The canonical value that a server may give a setting at a creation; `null` where none is known.
fn filled_in(setting: &Setting) -> Json {
    setting.canonical(serde_json::from_str(setting.created_with).ok().as_ref())
}

/// The time of creation, where it lies long before the last write: both are the server's, so no clock is compared.
fn older(document: &Document) -> Option<Mismatch> {
    let time = |key: &str| document.fields.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let (created, updated) = (time("created_at")?, time("updated_at")?);
    (document.endpoint == Endpoint::Organization && updated.duration_since(created) > MOMENT).then(|| Mismatch {
        path: "organization.created_at".to_owned(),
        why: Why::Foreign,
        expected: Json::Null,
        found: document.fields.get("created_at").cloned().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::tests::document;
    use crate::diagnostics::Source;
    use crate::live::{Live, Slot};
    use crate::manifest::parse;
    use crate::plan::{Input, plan};
    use crate::settings::Target;
    use serde_json::json;

    /// The paths that are foreign in `fields` after the creation of a small organization with these lines beside.
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
    fn what_the_server_fills_in_is_its_own_and_everything_else_is_foreign() {
        let filled =
            json!({"strict_service_token_auth": true, "session_duration": "24h0m0s", "login_design": {}, "beta": 1});
        assert_eq!(paths("", &[], filled), [""; 0]);
        let foreign = json!({"session_duration": "12h", "deny_unmatched_requests": true});
        assert_eq!(paths("", &[], foreign), ["organization.session_duration", "organization.deny_unmatched_requests"]);
    }

    #[test]
    fn a_declared_false_may_overwrite_what_the_server_fills_in_and_no_protection_that_is_unexpected() {
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
    fn an_organization_that_was_created_long_before_its_last_write_is_not_new() {
        let times = |created: &str| json!({"created_at": created, "updated_at": "2026-09-01T08:00:02Z"});
        assert_eq!(paths("", &[], times("2026-09-01T08:00:00Z")), [""; 0]);
        assert_eq!(paths("", &[], times("2024-03-11T09:12:45Z")), ["organization.created_at"]);
    }
}
