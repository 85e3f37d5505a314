//! Consent to guarded changes, and consents that match no guarded change.

use super::change::{Change, Consent, GuardState};
use super::input::Input;
use crate::diagnostics::{Finding, Rule};
use crate::manifest::{Allow, mismatch};
use crate::settings::{Model, Resolved};

/// Adds the consent to every guarded change.
pub(super) fn attach(input: &Input<'_>, changes: &mut [Change]) {
    for change in changes {
        let allowed_by = change.guard.and_then(|_| consent(input, change));
        change.guard = change.guard.map(|state| GuardState { allowed_by, ..state });
    }
}

/// Attaches the guard of the setting to each empty declaration of a creation. The value that the server will fill in is
/// not known yet, so the guard applies to every direction.
pub(super) fn attach_to_declared_empty(input: &Input<'_>, changes: &mut [Change]) {
    for change in changes {
        let guard = change.setting.ranked_guards().next().map(|(_, guard)| guard);
        change.guard = guard.map(|guard| GuardState { guard, allowed_by: consent(input, change) });
    }
}

/// The consent to a change. An allow entry of the file comes first, since it is pinned to the value and a flag is not.
fn consent(input: &Input<'_>, change: &Change) -> Option<Consent> {
    if input.manifest.allow.iter().any(|allow| consents(allow, change)) {
        return Some(Consent::Manifest);
    }
    input.allow.iter().any(|path| names(input.model, path, change)).then_some(Consent::Flag)
}

/// Whether an entry of the file consents to exactly this change.
fn consents(allow: &Allow, change: &Change) -> bool {
    allow.setting == change.setting.path && change.setting.same(Some(&allow.to), Some(&change.after))
}

/// Whether a path names the setting of the change, or a group around it.
fn names(model: &Model, path: &str, change: &Change) -> bool {
    match model.resolve(path) {
        Some(Resolved::Setting(setting)) => setting.path == change.setting.path,
        Some(Resolved::Branch(branch)) => {
            branch.group().is_some_and(|group| change.setting.full_path().is_below(group.full_path()))
        }
        None => false,
    }
}

/// Reports consents that match no guarded change of the plan: entries that remain after an apply, and flags for other
/// settings. Entries that do not match the manifest itself are reported by its own checks.
pub(super) fn stale<'a>(input: &Input<'_>, changes: impl Iterator<Item = &'a Change> + Clone) -> Vec<Finding> {
    let guarded = || changes.clone().filter(|change| change.guard.is_some());
    let of_the_file = input.manifest.allow.iter().filter(|allow| {
        !guarded().any(|change| consents(allow, change)) && mismatch(input.model, input.manifest, allow).is_none()
    });
    let of_the_flags = input.allow.iter().filter(|path| !guarded().any(|change| names(input.model, path, change)));
    let in_file = of_the_file.map(|allow| {
        let message = format!("the consent to change {} matches no change of this plan", allow.setting);
        Finding::new(Rule::StaleConsent, &input.manifest.path, message)
            .at(&allow.at)
            .help("remove the entry after the apply, so that it cannot consent to a later change")
            .setting(&allow.setting)
    });
    let on_command_line = of_the_flags.map(|path| {
        let message = format!("--allow {path} matches no guarded change of this plan");
        Finding::new(Rule::StaleConsent, &input.manifest.path, message)
            .help("remove the flag, or check the name of the setting")
            .setting(path)
    });
    in_file.chain(on_command_line).collect()
}
