//! `drift`: a plan for schedules.

use super::adopt::Adopting;
use super::args::DriftArgs;
use super::connect::connect;
use super::error::CliError;
use super::exit::Exit;
use super::planning::Wanted;
use super::publish::Compared;
use super::{Context, planning, publish, rewrite};
use crate::report::Wording;

/// Compares, and exits with 2 when live is not as the file says. Holds nothing that could write to the API; the manifest
/// is written where `--adopt` asks for it.
pub(super) async fn run(context: &Context, args: &DriftArgs) -> Result<Exit, CliError> {
    if args.adopt {
        rewrite::check("--adopt", &args.file.file)?;
    }
    context.files.check_reports()?;
    let wanted = planning::wanted(context, &args.file.file, &args.target)?;
    of(context, args, &wanted).await.map_err(|error| wanted.blame(error))
}

async fn of(context: &Context, args: &DriftArgs, wanted: &Wanted) -> Result<Exit, CliError> {
    let connection = connect(&context.ui, &context.env, &args.api).await?;
    let live = planning::live(&connection, wanted).await?;
    let plan = planning::plan(context, wanted, connection.api(), &live, &[])?;
    let adopting = args.adopt.then(|| Adopting::prepare(context, wanted, &live, &plan));
    let exit = match &adopting {
        None if plan.is_empty() => Exit::Success,
        None => Exit::Changes,
        Some(Ok(adopting)) => adopting.exit(),
        Some(Err(error)) => error.exit,
    };
    let compared = Compared { wording: Wording::Drift, wanted, live: &live, plan: &plan };
    publish::compared(context, &args.forms, compared, exit)?;
    let Some(adopting) = adopting else { return Ok(exit) };
    // The report is printed by now, and it is the only document.
    Ok(adopting.and_then(|adopting| adopting.finish(context, wanted)).unwrap_or_else(|error| {
        context.say_error(&error);
        error.exit
    }))
}
