//! `plan`: shows what apply would change.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::connection::connect::connect;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::base;
use crate::cli::options::{FilesArgs, positive_duration};
use crate::cli::output::publish;
use crate::cli::output::used_files::FilePurpose;
use crate::cli::reconcile::compare_set::{self, CompareArgs, SetJob};
use crate::cli::reconcile::planning::{self, Desired};
use crate::cli::reconcile::saved::{self, SaveTo};
use crate::cli::reconcile::{approval, comparison, selection, who};
use crate::ending::Exit;
use crate::plan::Plan;
use crate::report::{Comparison, PlanFormat, Wording};

/// Show what apply would change
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift plan
  zerodrift plan --format json | jq '.plans[].changes'

  Exit with code 2 if there are changes:
    zerodrift plan teams/org.yaml --detailed-exitcode

  Exit with code 3 if apply would refuse the plan for missing consent:
    zerodrift plan --require-consent

  Save the plan for review, then apply exactly that plan:
    zerodrift plan --out plan.json
    zerodrift apply --plan plan.json

  Plan all organizations of a folder, or a third of them:
    zerodrift plan orgs/
    zerodrift plan orgs/ --shard 1/3

  Plan offline, against a snapshot:
    zerodrift export --format json > live.json
    zerodrift plan --live live.json

  Show which changes are new and which were made outside Git, and by whom:
    zerodrift plan --base origin/main --who

  Write a comment for the pull request as well:
    zerodrift plan --report markdown=plan.md

  Write annotations, a summary and outputs in GitHub Actions:
    zerodrift plan --format github

Reads the manifests and the live states. Writes only the files of --out and
--report. The failure of one organization does not stop the others; the exit
code is then the first of 130, 64, 5, 6, 1, 4, 3, 2, 0 that any of them has.")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    manifests: FilesArgs,
    /// Exit with code 2 if there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    /// Exit with code 3 if a guarded change has no consent
    #[arg(long)]
    require_consent: bool,
    /// Read the live state from a snapshot of export --format json
    #[arg(long, value_name = "SNAPSHOT", conflicts_with_all = ["sandbox", "base_url", "token_file", "who"])]
    live: Option<PathBuf>,
    /// Consent to guarded changes of a setting or group; repeatable
    #[arg(long, value_name = "SETTING")]
    allow: Vec<String>,
    /// Save the plan for apply --plan
    #[arg(long, value_name = "PLAN.json")]
    out: Option<PathBuf>,
    /// How long the saved plan is valid, such as 2h
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = positive_duration, requires = "out")]
    expires_in: Duration,
    #[command(flatten)]
    compare: CompareArgs,
}

impl CommandSpec for PlanArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn interface(&self) -> Interface<'_> {
        let CompareArgs { api, base, formats, .. } = &self.compare;
        let files = [
            (FilePurpose::Snapshot, &self.live),
            (FilePurpose::Base, &base.base_file),
            (FilePurpose::SavedPlan, &self.out),
        ];
        let files = files.into_iter().filter_map(|(purpose, path)| Some((purpose, path.as_deref()?))).collect();
        Interface { api: Some(api), manifests: &self.manifests.files, formats, files }
    }
}

/// Plans against the API, the sandbox or a snapshot. Has no client that can write.
async fn run(context: &Context, args: &PlanArgs) -> Result<Exit, CliError> {
    let save = args.out.as_deref().map(|out| SaveTo::new(context, out, args.expires_in)).transpose()?;
    if selection::is_several(context, &args.compare.set) {
        return several(context, args, save).await;
    }
    context.files.check_reports()?;
    let file = context.manifests.only();
    let desired = planning::desired(context, file, &args.compare.target)?;
    of(context, args, &desired, save).await.map_err(|error| desired.about(error))
}

async fn of(context: &Context, args: &PlanArgs, desired: &Desired, save: Option<SaveTo<'_>>) -> Result<Exit, CliError> {
    let base = base::read(context, &args.compare.base, &desired.manifest.path, &desired.target)?;
    let (live, api, connection) = match &args.live {
        Some(path) => {
            let (live, api) = planning::snapshot(path, desired)?;
            (live, api, None)
        }
        None => {
            let connection = connect(&context.ui, &context.env, &args.compare.api, Some(&desired.target)).await?;
            (planning::live(&connection, desired).await?, connection.api().to_owned(), Some(connection))
        }
    };
    let mut plan = planning::plan(context, desired, &api, &live, &args.allow)?;
    planning::label(context, desired, &live, base, &mut plan);
    if let Some(connection) = &connection {
        who::label(context, connection, &args.compare.who, &mut plan).await?;
    }
    let (exit, unconsented) = ending(args, &plan);
    let comparison = compared(context, args, desired, &plan);
    publish::result(context, &args.compare.formats, &comparison, exit)?;
    if let Some(save) = &save {
        saved::write(context, save, &planning::input(context, desired, &api, &live, &[]), &comparison)?;
    }
    // The plan is already printed, and a run prints one document, so the error goes to standard error.
    unconsented.iter().for_each(|error| context.say_error(error));
    Ok(exit)
}

/// Returns the exit code of a plan, and the error if guarded changes lack consent.
fn ending(args: &PlanArgs, plan: &Plan) -> (Exit, Option<CliError>) {
    let unconsented = if args.require_consent { approval::unconsented(plan) } else { None };
    let exit = match &unconsented {
        Some(error) => error.exit(),
        None if args.detailed_exitcode && !plan.is_empty() => Exit::Changes,
        None => Exit::Success,
    };
    (exit, unconsented)
}

fn compared<'a>(context: &Context, args: &PlanArgs, desired: &Desired, plan: &'a Plan) -> Comparison<'a> {
    let shows_yaml = args.out.is_some() || args.compare.formats.any(PlanFormat::shows_yaml);
    comparison::of(context, desired, Wording::Plan, Cow::Borrowed(plan), shows_yaml)
}

/// Plans several organizations.
async fn several(context: &Context, args: &PlanArgs, save: Option<SaveTo<'_>>) -> Result<Exit, CliError> {
    selection::refuse_options_of_one(&[
        ("--live", args.live.is_some(), "plan each organization offline on its own"),
        ("--base-file", args.compare.base.base_file.is_some(), "name a Git revision with --base"),
    ])?;
    let ending = |plan: &Plan| ending(args, plan);
    let job = SetJob { wording: Wording::Plan, args: &args.compare, allow: &args.allow, save, ending: &ending };
    compare_set::compare(context, &job).await
}
