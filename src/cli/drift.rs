//! `drift`: a plan for schedules.

use std::path::Path;

use super::args::DriftArgs;
use super::connect::connect;
use super::error::CliError;
use super::exit::Exit;
use super::planning::Wanted;
use super::{Context, forms, planning, publish};
use crate::report::Wording;

/// Compares, and exits with 2 when live is not as the file says. Holds nothing that could write.
pub(super) async fn run(context: &Context, args: &DriftArgs) -> Result<Exit, CliError> {
    forms::check(&args.forms.reports, &[Path::new(&args.file.file)])?;
    let wanted = planning::wanted(context, &args.file.file, &args.target)?;
    of(context, args, &wanted).await.map_err(|error| wanted.blame(error))
}

async fn of(context: &Context, args: &DriftArgs, wanted: &Wanted) -> Result<Exit, CliError> {
    let connection = connect(&context.ui, &context.env, &args.api).await?;
    let live = planning::live(&connection, wanted).await?;
    let plan = planning::plan(context, wanted, connection.api(), &live, &[])?;
    let exit = if plan.is_empty() { Exit::Success } else { Exit::Changes };
    publish::run(context, &args.forms, &planning::told(wanted, &plan, Wording::Drift), exit)?;
    Ok(exit)
}
