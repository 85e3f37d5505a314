//! `apply`: applies the manifest.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use clap::builder::ArgPredicate;

use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::connection::connect::Api;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::{ApiArgs, MANIFEST, TargetArgs, WriteArgs, digest, positive_duration};
use crate::cli::output::used_files::FilePurpose;
use crate::cli::reconcile::apply_set::{self, ApplySetArgs, ApplySetJob, Approval};
use crate::cli::reconcile::carry_out::carry_out;
use crate::cli::reconcile::prepared::{Planner, Prepared};
use crate::cli::reconcile::{planning, saved, selection};
use crate::ending::Exit;
use crate::plan::{SavedPlan, Since};
use crate::text;

/// Apply the manifest, with at most one write per endpoint
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  Show the plan and ask for confirmation:
    zerodrift apply

  Apply without a confirmation prompt, such as in a pipeline:
    zerodrift apply --auto-approve

  Apply a plan that was saved with plan --out:
    zerodrift apply --plan plan.json

  Apply the plan that has this digest:
    zerodrift apply --expect sha256:…

  Consent to a guarded change:
    zerodrift apply --allow organization.auth_domain

  Apply all organizations of a folder, two of them first:
    zerodrift apply orgs/ --canary 2 --max-changed 20

  Name everybody else who writes the organization during the apply:
    zerodrift apply --who

Approval:
  Without a terminal, apply needs --auto-approve, --plan or --expect. Otherwise
  it writes nothing and exits 3.

  A saved plan or a digest approves only that plan. If the live state, the
  manifest or another input has changed since, apply writes nothing and exits
  4. A digest is valid for a week; see --max-age.

Several organizations:
  All are planned first, and approved together. If one cannot be planned or has
  no consent, nothing is written. Otherwise they are written, a few at once. The
  first failure, refusal or conflict stops those that have not begun; they are
  listed as skipped. With --keep-going, the others are written anyway. A failure
  of the canary always stops the rest. Run apply again to write what is left.

Signals:
  Ctrl-C, SIGTERM, SIGHUP and SIGQUIT stop the run with exit code 130. Before
  the first write, it stops at once. During a write, it has 10 seconds to finish
  and read back. A second signal stops it at once.")]
pub(crate) struct ApplyArgs {
    /// Manifests, or folders with manifests; - for standard input
    ///
    /// With --plan, the default is the manifests of the plan.
    #[arg(
        value_name = "FILE|FOLDER",
        default_value = MANIFEST,
        default_value_if("plan", ArgPredicate::IsPresent, None)
    )]
    files: Vec<String>,
    /// Apply this saved plan without a prompt; fail if its inputs have changed
    #[arg(long, value_name = "PLAN.json", conflicts_with_all = ["expect", "allow", "omit", "shard"])]
    plan: Option<PathBuf>,
    /// Apply without a prompt if the plan has this digest; fail if not
    #[arg(long, value_name = "DIGEST", value_parser = digest, conflicts_with = "omit")]
    expect: Option<String>,
    /// Maximum age of the plan with that digest
    #[arg(long, value_name = "DURATION", default_value = "168h", value_parser = positive_duration, requires = "expect", conflicts_with = "plan")]
    max_age: Duration,
    /// Warn about writes by others during the apply, from the account's audit log
    #[arg(long, help_heading = "Audit log")]
    who: bool,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    set: ApplySetArgs,
    #[command(flatten)]
    api: ApiArgs,
}

impl CommandSpec for ApplyArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn interface(&self) -> Interface<'_> {
        let files = self.plan.iter().map(|path| (FilePurpose::SavedPlan, path.as_path())).collect();
        Interface { api: Some(&self.api), manifests: &self.files, formats: &self.write.format, files }
    }
}

/// Plans, asks for approval, writes and reads back.
async fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, CliError> {
    let plans = args.plan.as_deref().map(saved::read).transpose()?;
    let saved = args.plan.as_deref().zip(plans.as_deref());
    let is_several = selection::is_several(context, &args.set.set);
    match saved {
        Some((path, [plan])) if !is_several => one(context, args, Some((path, plan))).await,
        None if !is_several => one(context, args, None).await,
        _ => several(context, args, saved).await,
    }
}

/// Applies one manifest.
async fn one(context: &Context, args: &ApplyArgs, saved: Option<(&Path, &SavedPlan)>) -> Result<Exit, CliError> {
    let desired = match saved {
        Some((path, saved)) => {
            let named = context.manifests.entries().first().map(|entry| entry.file.as_str());
            saved::desired(context, path, saved, named, &args.target)?
        }
        None => planning::desired(context, context.manifests.only(), &args.target)?,
    };
    let api = &Api::find(&context.ui, &context.env, &args.api).await?;
    let (allow, expect) = (&*args.write.allow, args.expect.as_deref());
    let prepared = Planner { context, api, allow, expect, who: args.who }.prepare(desired, saved).await?;
    let approval = |Prepared { live, plan, .. }: &Prepared| match (saved, &args.expect) {
        (Some((path, saved)), _) => Some(saved::approve(context, path, saved, live, plan).map(|since| {
            if since == Since::Applied {
                context.ui.note(&format!("{} is already applied: the live state is in sync", text::path(path)));
            }
        })),
        (None, Some(digest)) => Some(saved::approve_digest(context, digest, args.max_age, plan)),
        (None, None) => None,
    };
    carry_out(context, &args.write, prepared, approval).await
}

/// Applies several manifests.
async fn several(context: &Context, args: &ApplyArgs, saved: Option<(&Path, &[SavedPlan])>) -> Result<Exit, CliError> {
    let approval = match (saved, &args.expect) {
        (Some((path, plans)), _) => Approval::Plans(path, plans),
        (None, Some(digest)) => Approval::Digest(digest, args.max_age),
        (None, None) => Approval::None,
    };
    let ApplyArgs { write, set: limits, target, api, who, .. } = args;
    apply_set::apply(context, &ApplySetJob { write, limits, target, api, approval, who: *who }).await
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;
    use crate::plan::DIGEST_MAX_AGE;

    #[test]
    fn the_default_maximum_age_of_a_digest_is_the_age_that_plans_state() {
        let matches = ApplyArgs::augment_args(clap::Command::new("apply")).get_matches_from(["apply"]);
        assert_eq!(ApplyArgs::from_arg_matches(&matches).unwrap().max_age, DIGEST_MAX_AGE);
    }
}
