//! `plan`: what apply would change.

use super::args::PlanArgs;
use super::connect::connect;
use super::error::CliError;
use super::exit::Exit;
use super::planning::{self, Wanted};
use super::publish::Compared;
use super::{Context, publish, saved};
use crate::report::Wording;

/// Plans against the API, the sandbox or a snapshot. Holds nothing that could write.
pub(super) async fn run(context: &Context, args: &PlanArgs) -> Result<Exit, CliError> {
    saved::check_out(context, args)?;
    context.files.check_reports()?;
    let wanted = planning::wanted(context, &args.file.file, &args.target)?;
    of(context, args, &wanted).await.map_err(|error| wanted.blame(error))
}

async fn of(context: &Context, args: &PlanArgs, wanted: &Wanted) -> Result<Exit, CliError> {
    let (live, api) = match &args.live {
        Some(path) => planning::snapshot(path, wanted)?,
        None => {
            let connection = connect(&context.ui, &context.env, &args.api).await?;
            (planning::live(&connection, wanted).await?, connection.api().to_owned())
        }
    };
    let plan = planning::plan(context, wanted, &api, &live, &args.allow)?;
    let exit = if args.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Success };
    let compared = Compared { wording: Wording::Plan, wanted, live: &live, plan: &plan };
    publish::compared(context, &args.forms, compared, exit)?;
    if let Some(path) = &args.out {
        let input = planning::input(context, wanted, &api, &live, &[]);
        saved::write(context, path, &input, &plan, args.expires_in)?;
    }
    Ok(exit)
}
