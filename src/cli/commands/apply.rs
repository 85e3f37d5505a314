//! `apply`: applies the manifest.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::cli::command_spec::{CommandSpec, block_on};
use crate::cli::connection::connect::connect_to_write;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::{ApiArgs, MANIFEST, TargetArgs, WriteArgs, digest, positive_duration};
use crate::cli::output::publish::ResultFormats;
use crate::cli::output::used_files::{FilePurpose, UsedFiles};
use crate::cli::reconcile::carry_out::{Job, carry_out};
use crate::cli::reconcile::{planning, saved};
use crate::ending::Exit;
use crate::plan::Plan;

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

  Name everybody else who writes the organization during the apply:
    zerodrift apply --who

Approval:
  Without a terminal, apply needs --auto-approve, --plan or --expect. Otherwise
  it writes nothing and exits 3.

  A saved plan or a digest approves only that plan. If the live state, the
  manifest or another input has changed since, apply writes nothing and exits
  4. A digest is valid for a week; see --max-age.

Signals:
  Ctrl-C, SIGTERM, SIGHUP and SIGQUIT stop the run with exit code 130. Before
  the first write, it stops at once. During a write, it has 10 seconds to finish
  and read back. A second signal stops it at once.")]
pub(crate) struct ApplyArgs {
    /// The manifest; - for standard input [default: the manifest of --plan, or org.yaml]
    #[arg(value_name = "FILE")]
    file: Option<String>,
    /// Apply this saved plan without a prompt; fail if its inputs have changed
    #[arg(long, value_name = "PLAN.json", conflicts_with_all = ["expect", "allow", "omit"])]
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
    api: ApiArgs,
}

impl CommandSpec for ApplyArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn api(&self) -> Option<&ApiArgs> {
        Some(&self.api)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.write.format
    }

    fn add_files(&self, files: &mut UsedFiles) {
        // A saved plan contains the name and the digest of its manifest.
        let default = Some(MANIFEST).filter(|_| self.plan.is_none());
        files.add(FilePurpose::Manifest, self.file.as_deref().or(default).map(Path::new));
        files.add(FilePurpose::SavedPlan, self.plan.as_deref());
    }
}

/// Plans, asks for approval, writes and reads back.
async fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, CliError> {
    let (desired, saved) = match &args.plan {
        Some(path) => {
            let saved = saved::read(path)?.swap_remove(0);
            (saved::desired(context, path, &saved, args.file.as_deref(), &args.target)?, Some((path, saved)))
        }
        None => (planning::desired(context, args.file.as_deref().unwrap_or(MANIFEST), &args.target)?, None),
    };
    let connection = connect_to_write(&context.ui, &context.env, &args.api, &desired.target).await?;
    if let Some((path, saved)) = &saved {
        saved::check_api(path, saved, connection.read.api())?;
    }
    let others_since = args.who.then(Timestamp::now);
    let live = planning::live(&connection.read, &desired).await?;
    let mut plan = match &saved {
        Some((path, saved)) => saved::plan_again(context, path, saved, &desired, connection.read.api(), &live)?,
        None => planning::plan(context, &desired, connection.read.api(), &live, &args.write.allow)?,
    };
    if let Some(approved) = saved.as_ref().map(|(_, saved)| &saved.digest).or(args.expect.as_ref()) {
        // The audit log contains the approved digest.
        plan.recognize(approved);
    }
    let job = Job { args: &args.write, connection: &connection, desired: &desired, others_since };
    let approval = |plan: &Plan| match (&saved, &args.expect) {
        (Some((path, saved)), _) => Some(saved::approve(context, path, saved, &live, plan)),
        (None, Some(digest)) => Some(saved::approve_digest(context, digest, args.max_age, plan)),
        (None, None) => None,
    };
    carry_out(context, &job, &live, plan, approval).await
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
