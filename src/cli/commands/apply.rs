//! `apply`: makes live what the manifest says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

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

/// Makes live what the manifest says: one write an endpoint, and only when there is drift
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift apply                                      shows the plan and asks
  zerodrift apply --auto-approve                       in a pipeline
  zerodrift apply --plan plan.json                     what was reviewed, or nothing; plan --out saves one
  zerodrift apply --expect sha256:…                    the same, where no file can be carried
  zerodrift apply --allow organization.auth_domain     consents to a guarded change

Without a terminal and without an approval nothing is written (exit code 3). A saved plan or a digest is one, and
approves what was planned only: if live, manifest or anything else that matters has moved, nothing is written and
the exit code is 4. A digest approves for a week (--max-age).

Ctrl-C, SIGTERM, SIGHUP and SIGQUIT end the run with exit code 130: before the first write at
once. In a write the run has 10 seconds to finish and to read back; a second signal ends it at once.")]
pub(crate) struct ApplyArgs {
    /// The manifest; - for standard input [default: the one of --plan, else org.yaml]
    #[arg(value_name = "FILE")]
    file: Option<String>,
    /// Applies a plan of plan --out without asking, or nothing if anything that matters has moved since
    #[arg(long, value_name = "PLAN.json", conflicts_with_all = ["expect", "allow", "omit"])]
    plan: Option<PathBuf>,
    /// Applies the plan of this digest without asking, or nothing if the plan of now has another one
    #[arg(long, value_name = "DIGEST", value_parser = digest, conflicts_with = "omit")]
    expect: Option<String>,
    /// How old the plan of the digest may be
    #[arg(long, value_name = "DURATION", default_value = "168h", value_parser = positive_duration, requires = "expect", conflicts_with = "plan")]
    max_age: Duration,
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
        // That of a saved plan is named in it, and known by its content.
        let default = Some(MANIFEST).filter(|_| self.plan.is_none());
        files.add(FilePurpose::Manifest, self.file.as_deref().or(default).map(Path::new));
        files.add(FilePurpose::SavedPlan, self.plan.as_deref());
    }
}

/// Plans, gets an approval, writes, reads back.
async fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, CliError> {
    let (desired, saved) = match &args.plan {
        Some(path) => saved::open(context, args.file.as_deref(), &args.target, path)
            .map(|(desired, saved)| (desired, Some((path, saved))))?,
        None => (planning::desired(context, args.file.as_deref().unwrap_or(MANIFEST), &args.target)?, None),
    };
    let connection = connect_to_write(&context.ui, &context.env, &args.api).await?;
    if let Some((path, saved)) = &saved {
        saved::check_api(path, saved, connection.read.api())?;
    }
    let live = planning::live(&connection.read, &desired).await?;
    let mut plan = match &saved {
        Some((path, saved)) => saved::plan_again(context, path, saved, &desired, connection.read.api(), &live)?,
        None => planning::plan(context, &desired, connection.read.api(), &live, &args.write.allow)?,
    };
    if let Some(approved) = saved.as_ref().map(|(_, saved)| &saved.digest).or(args.expect.as_ref()) {
        // What is logged is the digest that was approved.
        plan.recognize(approved);
    }
    let job = Job { args: &args.write, connection: &connection, desired: &desired };
    let given = |plan: &Plan| match (&saved, &args.expect) {
        (Some((path, saved)), _) => Some(saved::approve(context, path, saved, &live, plan)),
        (None, Some(digest)) => Some(saved::approve_digest(context, digest, args.max_age, plan)),
        (None, None) => None,
    };
    carry_out(context, &job, &live, plan, given).await
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;
    use crate::plan::DIGEST_MAX_AGE;

    #[test]
    fn the_age_of_a_digest_is_what_plans_say() {
        let matches = ApplyArgs::augment_args(clap::Command::new("apply")).get_matches_from(["apply"]);
        assert_eq!(ApplyArgs::from_arg_matches(&matches).unwrap().max_age, DIGEST_MAX_AGE);
    }
}
