//! Shows a result in all the forms that were asked for. Files come first: what is printed is the end of a run.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Subject};
use crate::cli::exit::Exit;
use crate::cli::output::formats::{FindingsFormat, FindingsForms, PlanFormat, PlanForms, Report};
use crate::cli::output::github;
use crate::cli::output::ui::Ui;
use crate::cli::output::used_files::Output;
use crate::cli::reconcile::planning::Wanted;
use crate::diagnostics::{self, Finding, Source};
use crate::document;
use crate::files::Access;
use crate::live::Live;
use crate::manifest::{self};
use crate::plan::Plan;
use crate::report::{self, Failure, Run, Style, Wording};
use crate::text::visible;

/// The columns of a text in a file.
const COLUMNS: usize = 100;

/// What was compared, and how it is told.
#[derive(Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub(crate) wording: Wording,
    pub(crate) wanted: &'a Wanted,
    pub(crate) live: &'a Live,
    pub(crate) plan: &'a Plan,
}

/// Shows a plan, or drift. `exit` is how the program will end.
///
/// # Errors
/// If a file or standard output cannot be written.
pub(crate) fn compared(
    context: &Context,
    forms: &PlanForms,
    compared: Compared<'_>,
    exit: Exit,
) -> Result<(), CliError> {
    let Compared { wording, wanted, live, plan } = compared;
    let yaml = if forms.show_yaml() { difference(compared) } else { String::new() };
    let run = &Run { wording, plan, declared: wanted.manifest.declared.len(), yaml: &yaml };
    let file = context.env.in_repository(&run.plan.manifest.path);
    let comment = |limit| bounded(&context.ui, limit, |limit| report::markdown::comment(run, limit));
    let form = |format: PlanFormat, style: &Style| match (format, run.wording) {
        (PlanFormat::Text, Wording::Plan) => report::plan::text(run.plan, run.declared, style),
        (PlanFormat::Text, Wording::Drift) => report::drift::text(run.plan, run.declared, style),
        (PlanFormat::Json, _) => document::to_text(&document::plan_document(std::slice::from_ref(run.plan), 0)),
        (PlanFormat::Markdown, _) => comment(report::markdown::COMMENT),
        (PlanFormat::Github, _) => report::github::log(run, &file),
        (PlanFormat::Gitlab, _) => report::gitlab::widget(run.plan),
        (PlanFormat::Html, _) => page(context, live, run),
    };
    for (number, report) in forms.reports.iter().enumerate() {
        write(context, number, &report.file, &form(report.format, &Style::plain(COLUMNS)))?;
    }
    if forms.include(PlanFormat::Github) {
        github::summarize(&context.env, &context.files, comment)?;
        let outputs = context.ui.for_file(&report::github::outputs(run.plan, exit.code()));
        github::output(&context.env, &context.files, &outputs)?;
    }
    print(context, forms.format == PlanFormat::Github, &form(forms.format, &context.ui.out))
}

/// Prints a result. A log is made to be obeyed where it says so.
fn print(context: &Context, is_log: bool, text: &str) -> Result<(), CliError> {
    if is_log { context.print_commands(text) } else { context.print(text) }
}

/// A text of at most `limit` bytes as a file may hold it, which may be longer than what it was made of.
fn bounded(ui: &Ui, limit: usize, text: impl Fn(usize) -> String) -> String {
    let mut room = limit;
    loop {
        let shown = ui.for_file(&text(room));
        let excess = shown.len().saturating_sub(limit);
        if excess == 0 || excess >= room {
            return shown;
        }
        room -= excess;
    }
}

/// The page for a browser. It tells what apply would do, whoever asks.
fn page(context: &Context, live: &Live, run: &Run<'_>) -> String {
    let yaml_diff = Some(run.yaml).filter(|yaml| !yaml.is_empty());
    let Run { wording: _, plan, declared, yaml: _ } = *run;
    report::html::page(&report::html::Page { model: context.model, plan, live, declared, yaml_diff })
}

/// The manifest against itself as it would be if it said what is live.
fn difference(compared: Compared<'_>) -> String {
    let Compared { wording, wanted: Wanted { source, manifest, .. }, live: _, plan } = compared;
    let changes: Vec<_> = plan.changes.iter().map(|change| (change.setting, change.before.clone())).collect();
    let (file, as_live) = (&source.text, manifest::edit::as_live(source, manifest, &changes));
    let live_name = format!("{} (live)", source.name);
    match wording {
        Wording::Plan => report::unified(&live_name, &as_live, &source.name, file),
        Wording::Drift => report::unified(&source.name, file, &live_name, &as_live),
    }
}

/// What became of showing a failure.
pub(crate) struct Shown {
    /// Whether standard output took it.
    pub(crate) printed: Result<(), CliError>,
    /// The files that could not be written. One of them does not keep the others from being written.
    pub(crate) unwritten: Vec<CliError>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { printed: Ok(()), unwritten: Vec::new() }
    }
}

/// Shows that there is no plan: forms that somebody may read later must not keep what an earlier run said.
pub(crate) fn failure(context: &Context, forms: &PlanForms, wording: Wording, error: &CliError) -> Shown {
    let Subject { file, source, target } = &*error.subject;
    let failure = Failure {
        wording,
        file,
        source: context.shown(source.as_ref()),
        target: target.as_ref(),
        message: &error.message,
        hints: &error.hints,
        findings: &error.findings,
    };
    let in_repository = context.env.in_repository(file);
    let comment = |limit| bounded(&context.ui, limit, |limit| report::markdown::failure(&failure, limit));
    let form = |format| match format {
        PlanFormat::Text => None,
        // Without its figures, GitLab's widget says that a report failed to generate.
        PlanFormat::Json | PlanFormat::Gitlab => Some(error_document(error)),
        PlanFormat::Html => Some(report::html::failure(&failure)),
        PlanFormat::Markdown => Some(comment(report::markdown::COMMENT)),
        PlanFormat::Github => Some(report::github::failed(&failure, &in_repository)),
    };
    let mut unwritten = rewritten(context, &forms.reports, error, form);
    if forms.include(PlanFormat::Github) {
        let exit_code = report::github::exit_code(error.exit.code());
        unwritten.extend(github::summarize(&context.env, &context.files, comment).err());
        unwritten.extend(github::output(&context.env, &context.files, &exit_code).err());
    }
    let printed = form(forms.format).map_or(Ok(()), |text| print(context, forms.format == PlanFormat::Github, &text));
    Shown { printed, unwritten }
}

/// Writes a failure into every file that a result was asked for in: in its form, or else as text.
fn rewritten<F: Copy>(
    context: &Context,
    reports: &[Report<F>],
    error: &CliError,
    form: impl Fn(F) -> Option<String>,
) -> Vec<CliError> {
    let text = || report::error::text(&error.message, &error.hints, &Style::plain(COLUMNS));
    // What may not be written, such as the manifest, is refused for each file.
    let write = |(number, report): (usize, &Report<F>)| {
        write(context, number, &report.file, &form(report.format).unwrap_or_else(text)).err()
    };
    reports.iter().enumerate().filter_map(write).collect()
}

/// A failure as a document.
pub(crate) fn error_document(error: &CliError) -> String {
    document::to_text(&document::error_document(error_entry(error)))
}

/// A failure as the documents show it.
pub(crate) fn error_entry(error: &CliError) -> document::ErrorEntry {
    document::ErrorEntry {
        kind: error.kind.to_owned(),
        message: error.message.clone(),
        hints: error.hints.clone(),
        exit_code: error.exit.code(),
        findings: error.findings.iter().map(document::finding).collect(),
    }
}

/// Shows findings.
///
/// # Errors
/// If a file or standard output cannot be written.
pub(crate) fn findings(
    context: &Context,
    forms: &FindingsForms,
    file: &str,
    source: Option<&Source>,
    findings: &[Finding],
    exit: Exit,
) -> Result<(), CliError> {
    let in_repository = context.env.in_repository(file);
    let source = context.shown(source);
    // A copy, so only where it is asked for.
    let hosted = || hosted(findings, source, &in_repository);
    let form = |format, style: &Style| match format {
        FindingsFormat::Text if findings.is_empty() => format!("{}: no findings\n", visible(file)),
        FindingsFormat::Text => report::findings::text(findings, source, style),
        FindingsFormat::Json => document::to_text(&document::findings_document(findings)),
        FindingsFormat::Github => report::github::validated(findings, source, &in_repository),
        FindingsFormat::Sarif => {
            let (findings, source) = hosted();
            report::sarif::sarif(&findings, source.as_ref())
        }
        FindingsFormat::Gitlab => {
            let (findings, source) = hosted();
            report::gitlab::code_quality(&findings, source.as_ref())
        }
    };
    for (number, report) in forms.reports.iter().enumerate() {
        write(context, number, &report.file, &form(report.format, &Style::plain(COLUMNS)))?;
    }
    if forms.include(FindingsFormat::Github) {
        github::output(&context.env, &context.files, &report::github::exit_code(exit.code()))?;
    }
    print(context, forms.format == FindingsFormat::Github, &form(forms.format, &context.ui.out))
}

/// Findings and their source as a code host knows the file.
fn hosted(findings: &[Finding], source: Option<&Source>, file: &str) -> (Vec<Finding>, Option<Source>) {
    let named = |finding: &Finding| Finding { file: file.to_owned(), ..finding.clone() };
    let source = source.map(|source| Source { name: file.to_owned(), text: source.text.clone() });
    (findings.iter().map(named).collect(), source)
}

/// Shows that there are no findings, because the manifest could not be read. An empty report would say that nothing is
/// wrong, so each says that the manifest was not checked.
pub(crate) fn unread(context: &Context, forms: &FindingsForms, error: &CliError) -> Shown {
    let file = context.env.in_repository(&error.subject.file);
    let finding = || diagnostics::not_checked(&file, &error.message, &error.hints);
    let form = |format| match format {
        FindingsFormat::Text => None,
        FindingsFormat::Json => Some(error_document(error)),
        FindingsFormat::Sarif => Some(report::sarif::failed(&finding(), error.exit.code())),
        FindingsFormat::Gitlab => Some(report::gitlab::code_quality(&[finding()], None)),
        FindingsFormat::Github => Some(report::github::unread(&error.message, &error.hints, &file)),
    };
    let mut unwritten = rewritten(context, &forms.reports, error, form);
    if forms.include(FindingsFormat::Github) {
        unwritten
            .extend(github::output(&context.env, &context.files, &report::github::exit_code(error.exit.code())).err());
    }
    let printed =
        form(forms.format).map_or(Ok(()), |text| print(context, forms.format == FindingsFormat::Github, &text));
    Shown { printed, unwritten }
}

fn write(context: &Context, number: usize, path: &Path, text: &str) -> Result<(), CliError> {
    context.files.write(Output::report(number, path), &context.ui.for_file(text), Access::Umask)
}
