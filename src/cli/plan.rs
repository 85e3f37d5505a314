//! `plan`: what apply would change.

use super::args::{Format, PlanArgs};
use super::connect::connect;
use super::error::CliError;
use super::exit::Exit;
use super::planning::{self, Wanted};
use super::{Context, saved};
use crate::plan::Plan;
use crate::report;

/// Plans against the API, the sandbox or a snapshot. Holds nothing that could write.
pub(super) async fn run(context: &Context, args: &PlanArgs) -> Result<Exit, CliError> {
    saved::check_out(args)?;
    let wanted = planning::wanted(context, &args.file.file, &args.target)?;
    let (live, api) = match &args.live {
        Some(path) => planning::snapshot(path, &wanted)?,
        None => {
            let connection = connect(&context.ui, &context.env, &args.api).await?;
            (planning::live(&connection, &wanted).await?, connection.api().to_owned())
        }
    };
    let plan = planning::plan(context, &wanted, &api, &live, &args.allow)?;
    print(context, &wanted, &plan, args.format)?;
    if let Some(path) = &args.out {
        let input = planning::input(context, &wanted, &api, &live, &[]);
        saved::write(context, path, &input, &plan, args.expires_in)?;
    }
    Ok(if args.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Success })
}

/// Prints a plan as a result.
///
/// # Errors
/// If standard output cannot be written.
pub(super) fn print(context: &Context, wanted: &Wanted, plan: &Plan, format: Format) -> Result<(), CliError> {
    let text = match format {
        Format::Text => report::plan::text(plan, wanted.manifest.declared.len(), &context.ui.out),
        Format::Json => report::json::to_text(&report::json::plan_document(std::slice::from_ref(plan), 0)),
    };
    context.print(&text)
}
