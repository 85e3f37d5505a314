//! `drift --adopt`: writes live values into the manifest.

use serde_json::Value as Json;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::rewrite;
use crate::cli::reconcile::planning::Desired;
use crate::diagnostics::{Finding, Location, Source};
use crate::ending::{Exit, FailureKind};
use crate::live::Live;
use crate::manifest::edit::{Adopted, Adoption, NotAdopted};
use crate::manifest::{self, Manifest};
use crate::plan::{self, Action, Change, Input, Origin, Plan};
use crate::settings::Setting;
use crate::text::{excerpt, visible};

/// The longest adopted value that is shown in full, in characters. The file contains the whole value.
const SHOWN: usize = 100;

/// The longest value that is shown for manual editing, in characters.
const BY_HAND: usize = 2_000;

/// How many times the edited file is planned again. A switch that is on in the live state can reveal drift in its group.
const ROUNDS: usize = 4;

/// The edited manifest, before it is written, with the values that were adopted and those that were not.
pub(crate) struct Adopting {
    source: Source,
    /// What the file itself declares.
    own: Manifest,
    /// The manifest with what it inherits.
    manifest: Manifest,
    plan: Plan,
    adopted: Vec<Adopted>,
    not_adopted: Vec<NotAdopted>,
    /// The settings that only the file changed since the base. Their declared values stay.
    pending: Vec<&'static str>,
}

fn no_organization(plan: &Plan) -> CliError {
    let message = format!("nothing was adopted: {} has no Zero Trust organization", plan.target);
    CliError::new(FailureKind::NoOrganization, message)
        .hint("create it with `zerodrift apply`, or check that this is the account you mean")
}

impl Adopting {
    /// Replaces the values that drifted with the live ones. Writes nothing yet.
    ///
    /// # Errors
    /// Returns an error if the organization does not exist, or if the edited file cannot be planned.
    pub(crate) fn prepare(context: &Context, desired: &Desired, live: &Live, plan: &Plan) -> Result<Self, CliError> {
        if plan.action == Action::Create {
            return Err(no_organization(plan));
        }
        let (source, own, manifest) = (desired.source.clone(), desired.own.clone(), desired.manifest.clone());
        let pending = plan.changes.iter().filter(|change| change.origin == Some(Origin::File));
        let pending: Vec<&'static str> = pending.map(|change| change.setting.path).collect();
        let (plan, adopted, not_adopted) = (plan.clone(), Vec::new(), Vec::new());
        let mut adopting = Self { source, own, manifest, plan, adopted, not_adopted, pending };
        for _ in 0..ROUNDS {
            let changes = adopting.to_adopt();
            if changes.is_empty() {
                break;
            }
            adopting.adopt(context, desired, live, &changes)?;
        }
        Ok(adopting)
    }

    /// Returns the exit status for a file that can be written: drift if a difference remains.
    pub(crate) fn exit(&self) -> Exit {
        let is_pending = |change: &Change| self.pending.contains(&change.setting.path);
        let is_done = self.not_adopted.is_empty() && self.plan.changes.iter().all(is_pending);
        if is_done { Exit::Success } else { Exit::Changes }
    }

    /// Writes the manifest, and prints what was adopted and what was not. Has no client that can write to the API.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written or has changed. It is not modified then.
    pub(crate) fn finish(&self, context: &Context, desired: &Desired) -> Result<Exit, CliError> {
        if self.adopted.is_empty() && self.not_adopted.is_empty() {
            let why = if self.pending.is_empty() { "matches the live state" } else { "has only changes to apply" };
            context.ui.note(&format!("nothing to adopt: {} {why}", visible(&self.source.name)));
        }
        if self.source.text != desired.source.text {
            context.without_credentials(&visible(&self.source.name), &self.source.text)?;
            rewrite::replace(&desired.source, &self.source.text)?;
        }
        self.say(context, desired);
        Ok(self.exit())
    }

    /// Returns the settings that differ and were not tried yet, with their live values.
    fn to_adopt(&self) -> Vec<(Setting, Json)> {
        let is_tried = |path: &str| {
            self.pending.contains(&path)
                || self.not_adopted.iter().any(|skipped| skipped.setting.path == path)
                || self.adopted.iter().any(|adopted| adopted.setting.path == path)
        };
        let changes = self.plan.changes.iter().filter(|change| !is_tried(change.setting.path));
        // A setting that is not declared is not managed, even if a switch puts it into force.
        let declared = changes.filter(|change| self.manifest.declared(change.setting.path).is_some());
        declared.map(|change| (change.setting, change.before.clone())).collect()
    }

    fn adopt(
        &mut self,
        context: &Context,
        desired: &Desired,
        live: &Live,
        changes: &[(Setting, Json)],
    ) -> Result<(), CliError> {
        let Adoption { text, adopted, not_adopted } =
            manifest::edit::adopt(context.model, &self.source, &self.own, &desired.parents.manifests, changes);
        self.source.text = text;
        let parsed = manifest::parse(context.model, &self.source);
        self.own = parsed.manifest.ok_or_else(|| unusable(&self.source, &parsed.findings))?;
        let composed = manifest::compose(context.model, &self.own, &desired.parents.manifests);
        self.manifest = composed.manifest.ok_or_else(|| unusable(&self.source, &composed.findings))?;
        self.plan = plan::plan(&Input {
            model: context.model,
            manifest: &self.manifest,
            target: &desired.target,
            api: &self.plan.api,
            live,
            allow: &[],
        });
        if self.plan.findings.iter().any(Finding::is_error) {
            return Err(unusable(&self.source, &self.plan.findings));
        }
        self.adopted.extend(adopted);
        self.not_adopted.extend(not_adopted);
        Ok(())
    }

    fn say(&self, context: &Context, desired: &Desired) {
        let file = visible(&self.source.name);
        let place = |at: &Location| format!("{}:{}:{}", visible(at.file(&self.source.name)), at.line, at.column);
        // A later edit may have moved the line.
        let current = |setting: &Setting| self.manifest.declared(setting.path).map(|declared| &declared.at);
        for Adopted { setting, value, at } in &self.adopted {
            let (value, at) = (excerpt(value, SHOWN), place(current(setting).unwrap_or(at)));
            context.ui.say(&format!("adopted: {} = {value}  {at}", setting.path));
            let before = desired.manifest.declared(setting.path).filter(|declared| declared.at.file.is_some());
            if let Some(inherited) = before {
                context.ui.say(&format!("  overrides {}, which is unchanged", place(&inherited.at)));
            }
        }
        for NotAdopted { setting, value, at, reason } in &self.not_adopted {
            let (path, at, reason) = (setting.path, place(current(setting).unwrap_or(at)), visible(reason));
            let value = excerpt(value, BY_HAND);
            context.ui.say(&format!("not adopted: {path}  {at}\n  {reason}\n  live value: {value}"));
        }
        if !self.adopted.is_empty() {
            context.ui.note(&format!("{file} was changed: review it with `git diff`, then commit it"));
        }
    }
}

/// Returns the error for an edited file that cannot be planned.
fn unusable(source: &Source, findings: &[Finding]) -> CliError {
    let errors = findings.iter().filter(|finding| finding.is_error());
    let reasons: String = errors.map(|finding| format!("\n  {}", visible(&finding.message))).collect();
    let file = visible(&source.name);
    let message = format!("cannot adopt: {file} is not valid with the live values; nothing was written{reasons}");
    CliError::new(FailureKind::Manifest, message).hint("edit the file by hand")
}
