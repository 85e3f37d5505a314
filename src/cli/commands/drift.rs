//! `drift`: compares the live state with the manifest, for scheduled jobs.

mod adopt;

use std::borrow::Cow;

use clap::Args;

use self::adopt::Adopting;
use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::connection::connect::connect;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::base;
use crate::cli::options::FilesArgs;
use crate::cli::output::publish;
use crate::cli::output::rewrite;
use crate::cli::output::used_files::FilePurpose;
use crate::cli::reconcile::compare_set::{self, CompareArgs, SetJob};
use crate::cli::reconcile::planning::Desired;
use crate::cli::reconcile::{comparison, planning, selection, who};
use crate::ending::Exit;
use crate::report::{PlanFormat, Wording};

/// Show how the live state differs from the manifest
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift drift
  zerodrift drift --format json | jq '.plans[].changes'

  Compare all organizations of a folder:
    zerodrift drift orgs/

  Write the body of an issue as well:
    zerodrift drift --report markdown=drift.md

  Write the live values into the manifest, and review the change:
    zerodrift drift --adopt
    git diff

Reads the manifest and the live state. Writes only the files of --report and,
with --adopt, the manifest. Exits 0 if in sync and 2 if there is drift.
With a base, a change of the manifest that is not applied yet is not drift.

With --adopt, the exit code is 0 if all drift was adopted and 2 if a difference
remains. It is 4 if the file changed during the run; the file is then not
written.")]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    manifests: FilesArgs,
    /// Write the live values into the manifest, keeping comments and order
    #[arg(long)]
    adopt: bool,
    #[command(flatten)]
    compare: CompareArgs,
}

impl CommandSpec for DriftArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn interface(&self) -> Interface<'_> {
        let CompareArgs { api, base, formats, .. } = &self.compare;
        let files = base.base_file.iter().map(|path| (FilePurpose::Base, path.as_path())).collect();
        Interface { api: Some(api), manifests: &self.manifests.files, formats, files }
    }
}

/// Compares the live state with the manifest, and adopts live values with `--adopt`. Has no client that can write to the
/// API.
async fn run(context: &Context, args: &DriftArgs) -> Result<Exit, CliError> {
    if selection::is_several(context, &args.compare.set) {
        return several(context, args).await;
    }
    let file = context.manifests.only();
    if args.adopt {
        rewrite::check("--adopt", file)?;
    }
    context.files.check_reports()?;
    let desired = planning::desired(context, file, &args.compare.target)?;
    of(context, args, &desired).await.map_err(|error| desired.about(error))
}

async fn of(context: &Context, args: &DriftArgs, desired: &Desired) -> Result<Exit, CliError> {
    let base = base::read(context, &args.compare.base, &desired.manifest.path, &desired.target)?;
    let connection = connect(&context.ui, &context.env, &args.compare.api, Some(&desired.target)).await?;
    let live = planning::live(&connection, desired).await?;
    let mut plan = planning::plan(context, desired, connection.api(), &live, &[])?;
    planning::label(context, desired, &live, base, &mut plan);
    who::label(context, &connection, &args.compare.who, &mut plan).await?;
    let adopting = args.adopt.then(|| Adopting::prepare(context, desired, &live, &plan));
    let exit = match &adopting {
        None if !plan.has_drift() => Exit::Success,
        None => Exit::Changes,
        Some(Ok(adopting)) => adopting.exit(),
        Some(Err(error)) => error.exit(),
    };
    let shows_yaml = args.compare.formats.any(PlanFormat::shows_yaml);
    let comparison = comparison::of(context, desired, Wording::Drift, Cow::Borrowed(&plan), shows_yaml);
    publish::result(context, &args.compare.formats, &comparison, exit)?;
    let Some(adopting) = adopting else { return Ok(exit) };
    // The report is already printed, and a run prints one document, so the error goes to standard error.
    Ok(adopting.and_then(|adopting| adopting.finish(context, desired)).unwrap_or_else(|error| {
        context.say_error(&error);
        error.exit()
    }))
}

/// Compares several organizations.
async fn several(context: &Context, args: &DriftArgs) -> Result<Exit, CliError> {
    selection::refuse_options_of_one(&[
        ("--adopt", args.adopt, "adopt the live values of one manifest after the other"),
        ("--base-file", args.compare.base.base_file.is_some(), "name a Git revision with --base"),
    ])?;
    let job = SetJob {
        wording: Wording::Drift,
        args: &args.compare,
        allow: &[],
        save: None,
        ending: &|plan| (if plan.has_drift() { Exit::Changes } else { Exit::Success }, None),
    };
    compare_set::compare(context, &job).await
}
