//! Desired × live → plan. Pure: no clock, environment, network or terminal.
//!
//! The steps, in order, are those of [`plan`]: find the changes and what each calls for, look for consent, list what
//! is not managed, say which writes follow, and take fingerprints.

mod change;
mod consent;
mod diff;
mod digest;
mod direction;
mod effective;
mod saved;
mod unmanaged;

pub use change::{Action, Change, Consent, GuardState, ManifestRef, Op, Plan, PlannedWrite, Unmanaged, WriteMethod};
#[cfg(feature = "documents")]
pub(crate) use digest::seal;
pub use digest::{DIGEST_MAX_AGE, digest_time, live_sha256};
pub use saved::{SavedPlan, Since, StaleReason, stale_digest};

use jiff::Timestamp;

use crate::diagnostics::{Finding, Rule};
use crate::live::{Live, Slot};
use crate::manifest::{Manifest, cross_check};
use crate::settings::{Endpoint, Model, Setting, Target};

/// Everything a plan depends on.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The settings there are.
    pub model: &'a Model,
    /// What is wanted.
    pub manifest: &'a Manifest,
    /// The organization's address.
    pub target: &'a Target,
    /// The base URL of the API.
    pub api: &'a str,
    /// What there is. The endpoints that the manifest has a section for must have been read.
    pub live: &'a Live,
    /// Settings and groups for which the command line consents to guarded changes, as full paths.
    pub allow: &'a [String],
}

/// Compares what is wanted with what there is.
///
/// The plan is a function of its input: the same input gives the same plan, digest included. Its digest is one of 1970,
/// which approves nothing, until [`Plan::stamp`] says when it was made. A plan whose [`findings`](Plan::findings) hold an
/// error must not be applied.
pub fn plan(input: &Input<'_>) -> Plan {
    let action = action(input);
    let mut changes = if action == Action::None { Vec::new() } else { diff::changes(input) };
    let mut declared_empty = if action == Action::Create { diff::declared_empty(input) } else { Vec::new() };
    match action {
        Action::Update => consent::look_for(input, &mut changes),
        // Where there is no organization yet, nobody uses one, and no change of theirs is worth a word.
        Action::Create | Action::None => {
            changes.iter_mut().for_each(|change| (change.guard, change.notice) = (None, None));
        }
    }
    consent::attach_to_declared_empty(input, &mut declared_empty);
    let action = if changes.is_empty() && action == Action::Update { Action::None } else { action };
    let mut findings = findings(input, action);
    findings.extend(consent::stale(input, changes.iter().chain(&declared_empty)));
    let mut plan = Plan {
        manifest: ManifestRef { path: input.manifest.path.clone(), sha256: input.manifest.sha256.clone() },
        target: input.target.clone(),
        api: input.api.to_owned(),
        action,
        writes: writes(input.target, action, &changes),
        changes,
        declared_empty,
        unmanaged: unmanaged::list(input),
        findings,
        live_sha256: live_sha256(input.model, input.live),
        digest: String::new(),
    };
    plan.stamp(Timestamp::UNIX_EPOCH);
    plan
}

/// What the state of the organization calls for, before anybody looks at settings.
fn action(input: &Input<'_>) -> Action {
    let wants_organization = input.manifest.endpoints.contains(&Endpoint::Organization);
    match (&input.live.organization, &input.live.doh) {
        (Slot::Absent, _) if wants_organization => Action::Create,
        (Slot::Absent, _) | (_, Slot::Absent) => Action::None,
        _ => Action::Update,
    }
}

/// The requests that follow from the changes: one per endpoint, and a second one where POST does not take everything.
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

/// What is wrong or doubtful in the light of the live state.
fn findings(input: &Input<'_>, action: Action) -> Vec<Finding> {
    let mut findings = Vec::new();
    if action == Action::Create {
        findings.extend(missing_for_creation(input));
    }
    findings.extend(in_the_light_of_live(input));
    let no_organization = matches!(input.live.doh, Slot::Absent) || matches!(input.live.organization, Slot::Absent);
    if action == Action::None && no_organization {
        let message = format!("{} has no Zero Trust organization, so its DoH settings cannot be written", input.target);
        findings.push(
            Finding::new(Rule::NoOrganization, &input.manifest.path, message)
                .help("declare `organization:` with name and auth_domain to have it created"),
        );
    }
    findings
}

/// What the rules across settings say once live is known, beyond what they say of the file alone.
fn in_the_light_of_live(input: &Input<'_>) -> Vec<Finding> {
    let declared = |setting: &Setting| Some(input.manifest.declared(setting.path)?.value.clone());
    let effective = |setting: &Setting| Some(effective::raw(input, setting).cloned().unwrap_or_default());
    let alone = cross_check(input.model, input.manifest, &declared);
    let mut findings = cross_check(input.model, input.manifest, &effective);
    findings.retain(|finding| !alone.contains(finding));
    findings
}

/// What the API generates for providers where a creation does not declare it.
pub(crate) const GENERATED: [&str; 2] = ["organization.name", "organization.auth_domain"];

/// What POST may be refused without. Since 2026-10-20 `name` and `auth_domain` are optional for providers, and the API generates
/// them; other accounts are refused with code 11004. Nothing that is readable tells which kind of account it is.
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
                .help("declare it to choose its value")
                .setting(path)
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
