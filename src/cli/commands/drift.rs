//! `drift`: a plan for schedules.

mod adopt;

use clap::Args;

use self::adopt::Adopting;
use crate::cli::command_spec::{CommandSpec, block_on};
use crate::cli::connection::connect::connect;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::{ApiArgs, FileArgs, TargetArgs};
use crate::cli::output::formats::Formats;
use crate::cli::output::publish::ResultFormats;
use crate::cli::output::rewrite;
use crate::cli::reconcile::comparison::{self, Compared};
use crate::cli::reconcile::planning;
use crate::cli::reconcile::planning::Desired;
use crate::ending::Exit;
use crate::report::{PlanFormat, Wording};

/// Says what moved: a plan for schedules, read-only, exit code 2 on drift
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift drift                                      exit code 2 when live is not as the file says
  zerodrift drift --format json | jq '.plans[].changes'
  zerodrift drift --report markdown=drift.md           the body of an issue, too
  zerodrift drift --adopt && git diff                  takes what is live into the manifest

Reads the manifest and live; writes nothing but the files that --report names and, with --adopt, the
manifest. The exit code is then 0 when everything that drifted was adopted, 2 when something is left
to do by hand, and 4 when the file changed meanwhile, which leaves it as it is.")]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Writes the live values of what drifted into the manifest; comments, order and layout stay
    #[arg(long)]
    adopt: bool,
    #[command(flatten)]
    formats: Formats<PlanFormat>,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    api: ApiArgs,
}

impl CommandSpec for DriftArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn api(&self) -> Option<&ApiArgs> {
        Some(&self.api)
    }

    fn manifest(&self) -> Option<&str> {
        Some(&self.file.file)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.formats
    }
}

/// Compares, and exits with 2 when live is not as the file says. Holds nothing that could write to the API; the manifest
/// is written where `--adopt` asks for it.
async fn run(context: &Context, args: &DriftArgs) -> Result<Exit, CliError> {
    if args.adopt {
        rewrite::check("--adopt", &args.file.file)?;
    }
    context.files.check_reports()?;
    let desired = planning::desired(context, &args.file.file, &args.target)?;
    of(context, args, &desired).await.map_err(|error| desired.about(error))
}

async fn of(context: &Context, args: &DriftArgs, desired: &Desired) -> Result<Exit, CliError> {
    let connection = connect(&context.ui, &context.env, &args.api).await?;
    let live = planning::live(&connection, desired).await?;
    let plan = planning::plan(context, desired, connection.api(), &live, &[])?;
    let adopting = args.adopt.then(|| Adopting::prepare(context, desired, &live, &plan));
    let exit = match &adopting {
        None if plan.is_empty() => Exit::Success,
        None => Exit::Changes,
        Some(Ok(adopting)) => adopting.exit(),
        Some(Err(error)) => error.exit(),
    };
    let compared = Compared { wording: Wording::Drift, desired, live: &live, plan: &plan };
    comparison::show(context, &args.formats, compared, exit)?;
    let Some(adopting) = adopting else { return Ok(exit) };
    // The report is printed by now, and it is the only document.
    Ok(adopting.and_then(|adopting| adopting.finish(context, desired)).unwrap_or_else(|error| {
        context.say_error(&error);
        error.exit()
    }))
}
