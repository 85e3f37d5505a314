//! `drift --adopt`: live values, written into the manifest.

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
use crate::plan::{self, Action, Input, Plan};
use crate::settings::Setting;
use crate::text::{excerpt, visible};

/// The longest adopted value that is shown, in characters. The file has the whole of it.
const SHOWN: usize = 100;

/// The longest value that is shown for writing it by hand, in characters.
const BY_HAND: usize = 2_000;

/// How often the adopted file is planned again. A switch that live has on uncovers what its group holds there.
const ROUNDS: usize = 4;

/// The manifest with live values in it, ready to be written, and what became of each.
pub(crate) struct Adopting {
    source: Source,
    manifest: Manifest,
    plan: Plan,
    adopted: Vec<Adopted>,
    left: Vec<NotAdopted>,
}

fn nothing_live(plan: &Plan) -> CliError {
    let message = format!("nothing was adopted: {} has no Zero Trust organization", plan.target);
    CliError::new(FailureKind::NoOrganization, message)
        .hint("create it with `zerodrift apply`, or check that this is the account you mean")
}

impl Adopting {
    /// Puts live values in place of what drifted. Nothing is written yet.
    ///
    /// # Errors
    /// If there is no organization to adopt from, or the file with the live values in it could not be planned.
    pub(crate) fn prepare(context: &Context, desired: &Desired, live: &Live, plan: &Plan) -> Result<Self, CliError> {
        if plan.action == Action::Create {
            return Err(nothing_live(plan));
        }
        let (source, manifest) = (desired.source.clone(), desired.manifest.clone());
        let mut adopting = Self { source, manifest, plan: plan.clone(), adopted: Vec::new(), left: Vec::new() };
        for _ in 0..ROUNDS {
            let changes = adopting.to_adopt();
            if changes.is_empty() {
                break;
            }
            adopting.adopt(context, desired, live, &changes)?;
        }
        Ok(adopting)
    }

    /// How the run ends if the file can be written: with drift where something is left to do by hand.
    pub(crate) fn exit(&self) -> Exit {
        let is_done = self.left.is_empty() && self.plan.is_empty();
        if is_done { Exit::Success } else { Exit::Changes }
    }

    /// Writes the manifest, and says what was adopted and what was not. Holds nothing that could write to the API.
    ///
    /// # Errors
    /// If the file cannot be written or has changed. It is left as it is then.
    pub(crate) fn finish(&self, context: &Context, desired: &Desired) -> Result<Exit, CliError> {
        if self.adopted.is_empty() && self.left.is_empty() {
            context.ui.say(&format!("nothing to adopt: {} says what is live", visible(&self.source.name)));
        }
        if self.source.text != desired.source.text {
            context.without_credentials(&visible(&self.source.name), &self.source.text)?;
            rewrite::replace(&desired.source, &self.source.text)?;
        }
        self.say(context);
        Ok(self.exit())
    }

    /// The settings that differ, with what is live, but for those that were tried already.
    fn to_adopt(&self) -> Vec<(Setting, Json)> {
        let is_tried = |path: &str| {
            self.left.iter().any(|left| left.setting.path == path)
                || self.adopted.iter().any(|adopted| adopted.setting.path == path)
        };
        let changes = self.plan.changes.iter().filter(|change| !is_tried(change.setting.path));
        // What a switch puts into force without being declared has no line in the file that could be adopted.
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
        let Adoption { text, adopted, not_adopted: left } =
            manifest::edit::adopt(context.model, &self.source, &self.manifest, changes);
        self.source.text = text;
        let parsed = manifest::parse(context.model, &self.source);
        self.manifest = parsed.manifest.ok_or_else(|| unusable(&self.source, &parsed.findings))?;
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
        self.left.extend(left);
        Ok(())
    }

    fn say(&self, context: &Context) {
        let file = visible(&self.source.name);
        let place = |setting: &Setting, at: &Location| {
            // Later edits may have moved it.
            let at = self.manifest.declared(setting.path).map_or(at, |declared| &declared.at);
            format!("{file}:{}:{}", at.line, at.column)
        };
        for Adopted { setting, value, at } in &self.adopted {
            let value = excerpt(value, SHOWN);
            context.ui.say(&format!("adopted: {} = {value}  {}", setting.path, place(setting, at)));
        }
        for NotAdopted { setting, value, at, reason } in &self.left {
            let (path, place, reason) = (setting.path, place(setting, at), visible(reason));
            let value = excerpt(value, BY_HAND);
            context.ui.say(&format!("not adopted: {path}  {place}\n  {reason}\n  live has: {value}"));
        }
        if !self.adopted.is_empty() {
            context.ui.say(&format!("{file} is changed: review it with `git diff`, then commit it"));
        }
    }
}

/// A file that says what is live and that no plan could be made of.
fn unusable(source: &Source, findings: &[Finding]) -> CliError {
    let errors = findings.iter().filter(|finding| finding.is_error());
    let reasons: String = errors.map(|finding| format!("\n  {}", visible(&finding.message))).collect();
    let file = visible(&source.name);
    let message = format!("nothing was written: {file} with the live values in it could not be planned{reasons}");
    CliError::new(FailureKind::Manifest, message).hint("change the file by hand")
}
