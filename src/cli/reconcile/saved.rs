//! Saved plans and digests: files and the clock. What they are bound to is defined in [`crate::plan`].

use std::fs::File;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file::{self, Loaded};
use crate::cli::options::TargetArgs;
use crate::cli::output::publish_set::spool_error;
use crate::cli::output::used_files::FilePurpose;
use crate::cli::reconcile::approval;
use crate::cli::reconcile::planning::{self, Desired};
use crate::document::{self, Comparison, PlanStream, ShardEntry, Wording};
use crate::ending::FailureKind;
use crate::files::{self, FileAccess, LARGEST_SET};
use crate::live::Live;
use crate::plan::{self, Input, Plan, SavedPlan, Since, StaleReason};
use crate::text;
use crate::text::path_argument;

/// Where plans are saved, and until when they can be applied.
pub(crate) struct SaveTo<'a> {
    /// The file.
    pub(crate) path: &'a Path,
    /// The time of expiry, in whole seconds.
    pub(crate) expires_at: Timestamp,
}

impl<'a> SaveTo<'a> {
    /// Checks that the file may be written, and computes the time of expiry.
    ///
    /// # Errors
    /// Returns an error if `--out` names standard output, a file of this run, or another file of zerodrift than an earlier
    /// plan, or if the time of expiry cannot be represented.
    pub(crate) fn new(context: &Context, path: &'a Path, expires_in: Duration) -> Result<Self, CliError> {
        if path.as_os_str() == "-" {
            return Err(CliError::usage("--out expects a file, not -").hint("use --format json to print a plan"));
        }
        context.files.check(FilePurpose::SavedPlan, path)?;
        let end = Timestamp::now().checked_add(expires_in).and_then(|end| Timestamp::from_second(end.as_second()));
        let expires_at = end.map_err(|error| CliError::usage(format!("--expires-in: {error}")))?;
        Ok(Self { path, expires_at })
    }

    /// Writes the file, and prints how to apply it.
    fn write(&self, context: &Context, text: &str, is_consented: bool, how: &str) -> Result<(), CliError> {
        let Self { path, expires_at } = self;
        context.without_credentials("the saved plan", text)?;
        files::check_size(text, LARGEST_SET).map_err(|error| {
            CliError::io("save the plan in", path, &error)
                .hint("plan fewer organizations at once, such as with --shard")
        })?;
        context.files.write(FilePurpose::SavedPlan, path, text, FileAccess::Owner)?;
        context.ui.note(&format!("Saved as {}, valid until {expires_at}", text::path(path)));
        context.ui.note(if is_consented {
            how
        } else {
            "Its guarded changes have no consent, so apply --plan will refuse it. The plan shows how to consent."
        });
        Ok(())
    }
}

/// Saves a plan, and prints how to apply it.
///
/// # Errors
/// Returns an error if the file cannot be written. An existing file is unchanged then.
pub(crate) fn write(
    context: &Context,
    save: &SaveTo<'_>,
    input: &Input<'_>,
    comparison: &Comparison<'_>,
) -> Result<(), CliError> {
    let plan = &*comparison.plan;
    let text = document::saved::to_text(comparison, &SavedPlan::new(input, plan, save.expires_at));
    let is_consented = plan.refused().next().is_none();
    save.write(context, &text, is_consented, &command(save.path, &plan.manifest.path))
}

/// The plans of several organizations, as they are saved.
pub(crate) struct SavedSet<'a> {
    context: &'a Context,
    save: &'a SaveTo<'a>,
    stream: PlanStream<File>,
    is_consented: bool,
    failures: usize,
}

impl<'a> SavedSet<'a> {
    /// Begins a file for the plans.
    ///
    /// # Errors
    /// Returns an error if a temporary file cannot be created.
    pub(crate) fn new(context: &'a Context, save: &'a SaveTo<'a>, shard: Option<ShardEntry>) -> Result<Self, CliError> {
        let spool = files::temporary().map_err(|error| spool_error(&error))?;
        let stream = PlanStream::new(spool, Wording::Plan, shard).expiring_at(save.expires_at);
        Ok(Self { context, save, stream, is_consented: true, failures: 0 })
    }

    /// Adds a plan.
    ///
    /// # Errors
    /// Returns an error if the temporary file cannot be written.
    pub(crate) fn add(&mut self, comparison: &Comparison<'_>, saved: &SavedPlan) -> Result<(), CliError> {
        self.is_consented &= comparison.plan.refused().next().is_none();
        self.stream.add_saved(comparison.clone(), saved).map_err(|error| spool_error(&error))
    }

    /// Counts an organization without a plan.
    pub(crate) fn fail(&mut self) {
        self.failures += 1;
    }

    /// Writes the file, and prints how to apply it. A set without the plans of all organizations is not saved.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. An existing file is unchanged then.
    pub(crate) fn finish(self) -> Result<(), CliError> {
        let Self { context, save, stream, is_consented, failures } = self;
        if failures > 0 {
            let (noun, path) = (if failures == 1 { "organization" } else { "organizations" }, text::path(save.path));
            context.ui.say(&format!("warning: {path} was not written, because {failures} {noun} could not be planned"));
            return Ok(());
        }
        let mut bytes = Vec::new();
        stream.finish(&mut bytes).map_err(|error| spool_error(&error))?;
        let how = format!("Apply them with: zerodrift apply --plan {}", path_argument(save.path));
        save.write(context, &String::from_utf8_lossy(&bytes), is_consented, &how)
    }
}

/// Returns how to apply a saved plan. A manifest from standard input must be passed again.
fn command(path: &Path, manifest: &str) -> String {
    let path = path_argument(path);
    if manifest != "-" {
        return format!("Apply it with: zerodrift apply --plan {path}");
    }
    match file_of_standard_input() {
        Some(file) => format!("Apply it with: zerodrift apply - --plan {path} < {}", path_argument(&file)),
        None => format!("Apply it with the same manifest on standard input: zerodrift apply - --plan {path}"),
    }
}

/// Returns the file that standard input was redirected from, if the system shows it.
fn file_of_standard_input() -> Option<String> {
    let file = std::fs::read_link("/proc/self/fd/0").ok().filter(|file| file.is_file())?;
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| file.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(file);
    short.to_str().map(str::to_owned)
}

/// Reads saved plans.
///
/// # Errors
/// Returns an error if the file cannot be read (exit code 1), or is not a saved plan, or was edited (exit code 4).
pub(crate) fn read(path: &Path) -> Result<Vec<SavedPlan>, CliError> {
    let bytes = files::read(path, LARGEST_SET)
        .map_err(|error| CliError::io("read the plan", path, &error).hint("save one with `zerodrift plan --out`"))?;
    document::saved::read(&bytes).map_err(|stale| refusal(path, &stale))
}

/// Reads the manifest of a saved plan, and checks that the plan matches it. `file` is the manifest if the user names one.
///
/// # Errors
/// Returns an error if the manifest cannot be read, or the plan is of another target, or is stale or expired (exit code
/// 4). Nothing was sent before.
pub(crate) fn desired(
    context: &Context,
    path: &Path,
    saved: &SavedPlan,
    file: Option<&str>,
    target: &TargetArgs,
) -> Result<Desired, CliError> {
    let refuse = |stale: Vec<StaleReason>| refusal(path, &stale);
    let now = Timestamp::now();
    let is_named = file.is_some();
    let file = file.unwrap_or(&saved.manifest.path);
    let unnamed = !is_named && file == "-";
    let missing = || {
        let message =
            format!("cannot apply {}: its manifest came from standard input, which is empty now", text::path(path));
        CliError::usage(message)
            .hint(format!("pass the same manifest: zerodrift apply FILE --plan {}", path_argument(path)))
    };
    if unnamed && std::io::stdin().is_terminal() {
        return Err(missing());
    }
    let Loaded { source, manifest, own, parents, findings, .. } = manifest_file::load(context, file)?;
    if unnamed && source.as_ref().is_some_and(|source| source.text.trim().is_empty()) {
        return Err(missing());
    }
    let (Some(source), Some(manifest), Some(own)) = (source, manifest, own) else {
        let broken = StaleReason::ManifestBroken(file.to_owned());
        return Err(refuse(saved.check_age(now).into_iter().chain([broken]).collect()));
    };
    let target = manifest_file::target(target, &context.env, manifest.target.as_ref())?;
    saved.check(context.model, &manifest, &target, now).map_err(refuse)?;
    Ok(Desired { source, manifest, own, parents, target, findings })
}

/// Checks that the plan was made for the API that this run uses.
///
/// # Errors
/// Returns an error if it was not (exit code 4).
pub(crate) fn check_api(path: &Path, saved: &SavedPlan, api: &str) -> Result<(), CliError> {
    saved.check_api(api).map_err(|stale| refusal(path, &stale))
}

/// Plans again, with the consents of the saved plan.
///
/// # Errors
/// Returns an error if the live state changed such that the manifest cannot be applied to it (exit code 4).
pub(crate) fn plan_again(
    context: &Context,
    path: &Path,
    saved: &SavedPlan,
    desired: &Desired,
    api: &str,
    live: &Live,
) -> Result<Plan, CliError> {
    let plan = |consents: &[String]| planning::plan(context, desired, api, live, consents);
    match plan(&saved.consents) {
        // After the changes were applied, the consents match nothing, which is not worth a warning.
        Ok(again) if again.is_empty() && !saved.consents.is_empty() => plan(&[]),
        Ok(again) => Ok(again),
        Err(error) => {
            let moved: Vec<StaleReason> =
                saved.differences(context.model, live).into_iter().map(StaleReason::Live).collect();
            Err(if moved.is_empty() { error } else { refusal(path, &moved) })
        }
    }
}

/// Checks that a saved plan approves the current plan. A plan that was applied already has nothing left to approve.
///
/// # Errors
/// Returns an error if the live state changed (exit code 4), or a guarded change has no consent (exit code 3).
pub(crate) fn approve(
    context: &Context,
    path: &Path,
    saved: &SavedPlan,
    live: &Live,
    plan: &Plan,
) -> Result<Since, CliError> {
    let since = saved.check_live(context.model, live, plan).map_err(|stale| refusal(path, &stale))?;
    let Some(refusal) = approval::refusal(plan) else { return Ok(since) };
    let hints = vec![
        "consent in the manifest, under `allow:`, or with `plan --allow`, and save the plan again".to_owned(),
        "approving a plan does not consent to its guarded changes".to_owned(),
    ];
    Err(CliError { hints, ..refusal })
}

/// Checks that a digest approves the current plan.
///
/// # Errors
/// Returns an error if it is the digest of another plan or too old (exit code 4), or a guarded change has no consent
/// (exit code 3).
pub(crate) fn approve_digest(context: &Context, digest: &str, max_age: Duration, plan: &Plan) -> Result<(), CliError> {
    if plan.is_empty() {
        // Nothing is written, so no approval is needed: a run that is repeated after its success succeeds.
        context.ui.note(&format!("the live state is in sync; no changes of the plan {digest} are left to apply"));
        return Ok(());
    }
    let again = format!("zerodrift plan {}", path_argument(&plan.manifest.path));
    check_digest(digest, max_age, plan.digest == digest, &plan.digest, &again)?;
    approval::refusal(plan).map_or(Ok(()), Err)
}

/// Checks that a digest approves what would be applied now. `again` is the command that plans again.
///
/// # Errors
/// Returns an error if it is another digest or too old (exit code 4).
pub(crate) fn check_digest(
    digest: &str,
    max_age: Duration,
    is_same: bool,
    now: &str,
    again: &str,
) -> Result<(), CliError> {
    let age = plan::stale_digest(digest, Timestamp::now(), max_age);
    let refuse = |message: String| CliError::new(FailureKind::Conflict, format!("nothing was written: {message}"));
    let again = format!("make a new plan with `{again}`, and have it reviewed");
    match (is_same, age) {
        (true, None) => Ok(()),
        (true, Some(stale)) => Err(refuse(format!("the digest no longer approves its plan: {stale}\n  {digest}"))
            .hint(again)
            .hint("to accept an older digest, set --max-age, such as --max-age 336h")),
        (false, stale) => {
            let stale = stale.map(|stale| format!("\n  the approved one: {stale}")).unwrap_or_default();
            let message = format!(
                "the current plan differs from the approved one\n  approved: {digest}\n  now:      {now}{stale}"
            );
            Err(refuse(message)
                .hint("the digest depends on the live state, the manifest, the target, the API and the version of zerodrift")
                .hint(again)
                .hint("a plan saved with `zerodrift plan --out` shows which settings changed"))
        }
    }
}

/// Returns the error of a saved plan that is out of date.
pub(crate) fn refusal(path: &Path, stale: &[StaleReason]) -> CliError {
    let (word, path) = (path_argument(path), text::path(path));
    let reasons: String = stale.iter().map(|stale| format!("\n  {stale}")).collect();
    CliError::new(FailureKind::Conflict, format!("nothing was written: {path} is out of date{reasons}"))
        .hint(format!("make a new plan of the same manifests with --out {word}, and have it reviewed"))
}
