//! Desired state × live state → plan. Pure: no clock, environment, network or terminal.
//!
//! [`plan`] runs these steps in order: find the changes with their guards, attach consents, list unmanaged values,
//! derive the writes, and compute the fingerprints.

mod attribution;
mod base;
mod change;
mod consent;
mod diff;
mod digest;
mod direction;
mod effective;
mod input;
mod origin;
mod saved;
mod unmanaged;

pub use attribution::{Attribution, Confidence, Means};
pub use change::{
    Action, Base, Change, Consent, GuardState, ManifestRef, Op, Plan, PlannedWrite, Unmanaged, WriteMethod,
};
pub use digest::{DIGEST_MAX_AGE, digest_time, live_sha256};
#[cfg(feature = "documents")]
pub(crate) use digest::{Seal, SetDigest, seal};
pub use input::Input;
pub use origin::{Origin, origin};
pub use saved::{SavedPlan, Since, StaleReason, stale_digest};

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::diagnostics::{Finding, Rule};
use crate::live::Slot;
use crate::manifest::cross_check;
use crate::settings::{Endpoint, Setting, Target};

/// Compares the desired state with the live state.
///
/// The plan is a function of its input: the same input gives the same plan, including the digest. The digest has the time
/// 1970, which approves nothing, until [`Plan::stamp`] sets the time of the plan. A plan whose
/// [`findings`](Plan::findings) contain an error must not be applied.
pub fn plan(input: &Input<'_>) -> Plan {
    let action = action(input);
    let mut changes = if action == Action::None { Vec::new() } else { diff::changes(input) };
    let mut declared_empty = if action == Action::Create { diff::declared_empty(input) } else { Vec::new() };
    match action {
        Action::Update => consent::attach(input, &mut changes),
        // A new organization has no users yet, so its first values need neither consent nor a note.
        Action::Create | Action::None => {
            changes.iter_mut().for_each(|change| (change.guard, change.notice) = (None, None));
        }
    }
    consent::attach_to_declared_empty(input, &mut declared_empty);
    let action = if changes.is_empty() && action == Action::Update { Action::None } else { action };
    let in_sync = diff::in_sync(input, &changes);
    let mut findings = findings(input, action);
    findings.extend(consent::stale(input, changes.iter().chain(&declared_empty)));
    let mut plan = Plan {
        manifest: ManifestRef {
            path: input.manifest.path.clone(),
            sha256: input.manifest.sha256.clone(),
            consent_place: input.manifest.consent_place.clone(),
        },
        target: input.target.clone(),
        api: input.api.to_owned(),
        action,
        writes: writes(input.target, action, &changes),
        changes,
        declared_empty,
        in_sync,
        unmanaged: unmanaged::list(input),
        findings,
        base: None,
        live_sha256: live_sha256(input.model, input.live),
        digest: String::new(),
    };
    plan.stamp(Timestamp::UNIX_EPOCH);
    plan
}

/// The action as far as it depends on the existence of the organization.
fn action(input: &Input<'_>) -> Action {
    let wants_organization = input.manifest.endpoints.contains(&Endpoint::Organization);
    match (&input.live.organization, &input.live.doh) {
        (Slot::Absent, _) if wants_organization => Action::Create,
        (Slot::Absent, _) | (_, Slot::Absent) => Action::None,
        _ => Action::Update,
    }
}

/// The requests that follow from the changes: one per endpoint, and a second one if POST does not accept every setting.
fn writes(target: &Target, action: Action, changes: &[Change]) -> Vec<PlannedWrite> {
    let write = |method, endpoint| PlannedWrite { method, endpoint, path: target.path(endpoint) };
    let mut writes = Vec::new();
    if action == Action::Create {
        writes.push(write(WriteMethod::Post, Endpoint::Organization));
    }
    for endpoint in Endpoint::ALL {
        let mut of_endpoint = changes.iter().filter(|change| change.setting.endpoint() == endpoint);
        let by_put =
            |change: &Change| action == Action::Update || endpoint == Endpoint::Doh || !change.setting.in_create;
        if action != Action::None && of_endpoint.any(by_put) {
            writes.push(write(WriteMethod::Put, endpoint));
        }
    }
    writes
}

/// The findings that depend on the live state.
fn findings(input: &Input<'_>, action: Action) -> Vec<Finding> {
    let mut findings = Vec::new();
    if action == Action::Create {
        findings.extend(missing_for_creation(input));
    }
    findings.extend(cross_check_with_live(input));
    let no_organization = matches!(input.live.doh, Slot::Absent) || matches!(input.live.organization, Slot::Absent);
    if action == Action::None && no_organization {
        let message = format!("{} has no Zero Trust organization, so its DoH settings cannot be written", input.target);
        findings.push(
            Finding::new(Rule::NoOrganization, &input.manifest.path, message)
                .help("declare `organization:` with `name` and `auth_domain` to create it"),
        );
    }
    findings
}

/// The findings of the rules across settings that the file alone does not cause.
fn cross_check_with_live(input: &Input<'_>) -> Vec<Finding> {
    let effective = |setting: &Setting| Some(effective::raw(input, setting).unwrap_or(&Json::Null));
    let mut findings = cross_check(input.model, input.manifest, &effective);
    if !findings.is_empty() {
        let declared = |setting: &Setting| Some(&input.manifest.declared(setting.path)?.value);
        let alone = cross_check(input.model, input.manifest, &declared);
        findings.retain(|finding| !alone.contains(finding));
    }
    findings
}

/// The settings that the API generates for providers if a creation does not declare them.
pub(crate) const GENERATED: [&str; 2] = ["organization.name", "organization.auth_domain"];

/// The settings that POST may require. Since 2026-10-20 `name` and `auth_domain` are optional for providers, and the API
/// generates them; it refuses other accounts with code 11004. The API does not show which kind an account is.
fn missing_for_creation(input: &Input<'_>) -> Vec<Finding> {
    GENERATED
        .into_iter()
        .filter(|path| {
            let declared = input.manifest.declared(path);
            declared.is_none_or(|declared| declared.setting.is_empty(Some(&declared.value)))
        })
        .map(|path| {
            let message = format!(
                "{} has no Zero Trust organization, and the manifest creates one without {path}: the API generates it \
                 for providers, and refuses the creation for every other account",
                input.target
            );
            Finding::new(Rule::CreateNeeds, &input.manifest.path, message)
                .help("declare it to set its value")
                .setting(path)
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
