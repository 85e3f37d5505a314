//! Who consents to guarded changes, and which consents have nothing left to consent to.

use super::{Change, Consent, GuardState, Input};
use crate::diagnostics::{Finding, Rule};
use crate::manifest::{Allow, mismatch};
use crate::settings::{Model, Resolved};

/// Looks for consent to every guarded change.
pub(super) fn look_for(input: &Input<'_>, changes: &mut [Change]) {
    for change in changes {
        let allowed_by = change.guard.and_then(|_| consent(input, change));
        change.guard = change.guard.map(|state| GuardState { allowed_by, ..state });
    }
}

/// Attaches the guard of their setting to declarations that a creation has to prove. Nobody knows yet what the server
/// fills in, so that no direction can be ruled out.
pub(super) fn attach_to_declared_empty(input: &Input<'_>, changes: &mut [Change]) {
    for change in changes {
        let guard = change.setting.ranked_guards().next().map(|(_, guard)| guard);
        change.guard = guard.map(|guard| GuardState { guard, allowed_by: consent(input, change) });
    }
}

/// Who consents to a change. The file speaks first: its consent is pinned to the value, the flag's is not.
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

/// Whether a path names the change's setting, or a group that it is in.
fn names(model: &Model, path: &str, change: &Change) -> bool {
    match model.resolve(path) {
        Some(Resolved::Setting(setting)) => setting.path == change.setting.path,
        Some(Resolved::Branch(branch)) => {
            branch.group().is_some_and(|group| change.setting.full_path().is_below(&group.full_path()))
        }
        None => false,
    }
}

/// Consents that match no guarded change, though the file alone does not show it: left behind after an apply, or given
/// on the command line for another setting.
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
            .help("remove the entry once it has been applied, so that it cannot consent to a later change")
            .setting(&allow.setting)
    });
    let on_command_line = of_the_flags.map(|path| {
        let message = format!("--allow {path} matches no guarded change of this plan");
        Finding::new(Rule::StaleConsent, &input.manifest.path, message)
            .help("leave the flag out, or check the name of the setting")
            .setting(path)
    });
    in_file.chain(on_command_line).collect()
}
