//! Prompts: consent to guarded changes by their new value, approval of the plan by `yes`.

use crate::cli::error::CliError;
use crate::cli::output::ui::Ui;
use crate::cli::process::interrupt;
use crate::ending::FailureKind;
use crate::plan::{Change, Consent, Plan};
use crate::settings::Target;
use crate::text::visible;

/// Gets the approval of a plan. On a terminal, asks for each missing consent first.
///
/// # Errors
/// Returns an error if a guarded change has no consent, or the plan no approval (exit code 3). Nothing may be written
/// then.
pub(crate) async fn get(ui: &Ui, plan: &mut Plan, auto_approve: bool) -> Result<(), CliError> {
    if !auto_approve && ui.is_interactive() {
        consents(ui, plan).await?;
    }
    if let Some(refusal) = refusal(plan) {
        return Err(refusal);
    }
    if auto_approve {
        return Ok(());
    }
    confirm(ui, "Apply these changes? Type `yes` to apply:").await?.map_or(Ok(()), Err)
}

/// Asks for the approval of what was shown. Returns why there is none.
///
/// # Errors
/// Returns an error if a signal arrives first.
pub(crate) async fn confirm(ui: &Ui, question: &str) -> Result<Option<CliError>, CliError> {
    let refusal = CliError::new(FailureKind::Approval, "nothing was written: the plan was not approved");
    if !ui.is_interactive() {
        return Ok(Some(
            refusal
                .hint("in a pipeline, pass the reviewed plan with --plan, or its digest with --expect")
                .hint("or use --auto-approve, which applies the current plan, whatever it is"),
        ));
    }
    let answer = ask(ui, question).await?;
    Ok(Some(refusal).filter(|_| answer.as_deref() != Some("yes")))
}

/// Asks for each missing consent of a plan.
///
/// # Errors
/// Returns an error if a signal arrives first.
pub(crate) async fn consents(ui: &Ui, plan: &mut Plan) -> Result<(), CliError> {
    let target = plan.target.clone();
    for change in &mut plan.changes {
        consent(ui, &target, change).await?;
    }
    Ok(())
}

/// Asks for consent to one guarded change. The answer is its new value, because `yes` is typed too easily.
async fn consent(ui: &Ui, target: &Target, change: &mut Change) -> Result<(), CliError> {
    let Some(state) = &mut change.guard else { return Ok(()) };
    if state.allowed_by.is_some() {
        return Ok(());
    }
    let expected = typed(&change.after);
    ui.say(&format!("{} of {target}: {}.", change.setting.path, state.guard.consequence));
    ui.say(&format!("Check first: {}.", state.guard.check_first));
    let answer = ask(ui, &format!("Type the new value, {}, to consent:", visible(&expected))).await?;
    if answer.as_deref() == Some(expected.as_str()) {
        state.allowed_by = Some(Consent::Prompt);
    }
    Ok(())
}

/// Returns the answer that consents to a value: text as it is, other values as JSON.
fn typed(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Asks for one line, and handles signals meanwhile.
///
/// # Errors
/// Returns an error if a signal arrives first.
pub(crate) async fn ask(ui: &Ui, question: &str) -> Result<Option<String>, CliError> {
    let (ui, question) = (ui.clone(), question.to_owned());
    // Reading a terminal blocks the thread, and signals must be handled meanwhile.
    let answer = tokio::task::spawn_blocking(move || ui.ask(&question));
    Ok(interrupt::abandonable(answer).await?.unwrap_or_default())
}

/// Returns the error of an apply for guarded changes without consent, if there are any.
pub(crate) fn refusal(plan: &Plan) -> Option<CliError> {
    missing_consent(plan, "nothing was written")
}

/// Returns the error of a plan that requires consent, if a guarded change has none.
pub(crate) fn unconsented(plan: &Plan) -> Option<CliError> {
    missing_consent(plan, "apply would refuse this plan")
}

/// Returns a refusal whose message names the manifest, for a run of several organizations.
pub(crate) fn of_manifest(plan: &Plan, refusal: &CliError) -> CliError {
    let manifest = visible(&plan.manifest.path);
    CliError { message: format!("{manifest}: {}", refusal.message), ..refusal.clone() }
}

fn missing_consent(plan: &Plan, consequence: &str) -> Option<CliError> {
    let paths: Vec<&str> = plan.refused().map(|change| change.setting.path).collect();
    if paths.is_empty() {
        return None;
    }
    let (noun, verb) = if paths.len() == 1 { ("change", "has") } else { ("changes", "have") };
    let message = format!("{consequence}: {} guarded {noun} {verb} no consent: {}", paths.len(), paths.join(", "));
    let flags: Vec<String> = paths.iter().map(|path| format!("--allow {path}")).collect();
    let refusal = CliError::new(FailureKind::Guard, message);
    // A backup cannot be edited to add consent.
    if plan.refused().all(|change| change.at.is_whole_file()) {
        return Some(refusal.hint(format!("consent for one run with `{}`", flags.join(" "))));
    }
    Some(
        refusal
            .hint("consent in the manifest, under `allow:`, as the plan shows; it is pinned to the value")
            .hint(format!("or consent for one run with `{}`", flags.join(" "))),
    )
}
