//! `drift`: a plan for schedules.

use super::args::{DriftArgs, Format};
use super::connect::connect;
use super::error::CliError;
use super::exit::Exit;
use super::{Context, planning};
use crate::report;

/// Compares, and exits with 2 when live is not as the file says. Holds nothing that could write.
pub(super) async fn run(context: &Context, args: &DriftArgs) -> Result<Exit, CliError> {
    let wanted = planning::wanted(context, &args.file.file, &args.target)?;
    let connection = connect(&context.ui, &context.env, &args.api).await?;
    let live = planning::live(&connection, &wanted).await?;
    let plan = planning::plan(context, &wanted, connection.api(), &live, &[])?;
    let text = match args.format {
        Format::Text => report::drift::text(&plan, wanted.manifest.declared.len(), &context.ui.out),
        Format::Json => report::json::to_text(&report::json::plan_document(std::slice::from_ref(&plan), 0)),
    };
    context.print(&text)?;
    Ok(if plan.is_empty() { Exit::Success } else { Exit::Changes })
}
