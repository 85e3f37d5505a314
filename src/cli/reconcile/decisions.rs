//! The reasons of a plan's decisions, for the log. Values are left out, because the plan shows them.

use crate::manifest::Manifest;
use crate::plan::{Change, Consent, Op, Plan};

/// Logs each decision of a plan with its reason: what is written at debug level, what is not at trace level.
pub(crate) fn log(plan: &Plan, manifest: &Manifest) {
    for change in &plan.changes {
        let op = match change.op {
            Op::Set => "set",
            Op::Unset => "unset",
        };
        tracing::debug!(setting = change.setting.path, op, reason = reason(change), "planned change");
    }
    let unchanged = |path: &str| plan.changes.iter().all(|change| change.setting.path != path);
    for declared in manifest.declared.iter().filter(|declared| unchanged(declared.setting.path)) {
        let setting = declared.setting.path;
        tracing::trace!(
            setting,
            reason = "the live value equals the declared one, or makes no difference",
            "no change"
        );
    }
    for unmanaged in &plan.unmanaged {
        let setting = &*crate::text::visible(&unmanaged.path);
        tracing::trace!(setting, reason = "the manifest does not declare it", "no change");
    }
    for write in &plan.writes {
        tracing::debug!(method = %write.method, path = write.path, "planned write");
    }
}

/// Describes why a change is made, and whether it needs or has consent.
fn reason(change: &Change) -> String {
    match (change.guard, change.notice) {
        (None, None) => "the live value differs".to_owned(),
        (None, Some(notice)) => format!("the live value differs; noted: {notice}"),
        (Some(state), _) => {
            let consent = match state.allowed_by {
                None => "no consent",
                Some(Consent::Manifest) => "consent in the manifest",
                Some(Consent::Flag) => "consent by --allow",
                Some(Consent::Prompt) => "consent at the prompt",
            };
            format!("the live value differs; guarded: {}; {consent}", state.guard.consequence)
        }
    }
}
