//! `validate`: checks the manifest offline.

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file::{self, Loaded};
use crate::cli::options::{FileArgs, TargetArgs};
use crate::cli::output::formats::Formats;
use crate::cli::output::publish;
use crate::cli::output::publish::ResultFormats;
use crate::cli::output::rewrite;
use crate::diagnostics::Finding;
use crate::ending::Exit;
use crate::manifest;
use crate::manifest::edit::{Fixed, MadeFix};
use crate::report::{FindingsFormat, Validation};
use crate::text::visible;

/// Check the manifest offline
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift validate
  zerodrift validate teams/org.yaml --format json
  sed s/24h/12h/ org.yaml | zerodrift validate -

  Annotate the lines of a pull request:
    zerodrift validate --format github

  Write a SARIF file for code scanning as well:
    zerodrift validate --report sarif=zerodrift.sarif

  Apply the fixes that are safe without review:
    zerodrift validate --fix
    git diff

Reads only the manifest; needs no network or credentials. Writes only the files
of --report and, with --fix, the manifest. Exits 5 if the manifest has errors;
with --fix, if errors remain.")]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Apply the fixes that are safe without review
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    formats: Formats<FindingsFormat>,
    #[command(flatten)]
    target: TargetArgs,
}

impl CommandSpec for ValidateArgs {
    /// Prints the findings of a manifest, after the fixes of `--fix`. Needs no network and no credentials.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        if self.fix {
            rewrite::check("--fix", &self.file.file)?;
        }
        context.files.check_reports()?;
        let loaded = manifest_file::load(context, &self.file.file)?;
        let Loaded { source, manifest, own: _, parents, target: _, mut findings } =
            if self.fix { fixed(context, loaded)? } else { loaded };
        if let Some(manifest) = &manifest {
            // A zone has fewer settings than an account. Validation does not require a target.
            let of_file = manifest.target.as_ref();
            let target = manifest_file::target_if_any(&self.target, &context.env, of_file)?;
            let elsewhere = target.filter(|_| of_file.is_none());
            findings.extend(elsewhere.into_iter().flat_map(|target| manifest::beyond_scope(manifest, target.scope)));
        }
        let exit = if findings.iter().any(Finding::is_error) { Exit::Manifest } else { Exit::Success };
        let file = &self.file.file;
        let source = context.shown(source.as_ref());
        let repository_file = &context.env.in_repository(file);
        let parents = &parents.sources;
        let validation = Validation { file, source, parents, findings: &findings, repository_file };
        publish::result(context, &self.formats, &validation, exit)?;
        Ok(exit)
    }

    fn manifest(&self) -> Option<&str> {
        Some(&self.file.file)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.formats
    }
}

/// Writes the manifest with its safe fixes, and returns it with the findings of the new text.
///
/// # Errors
/// Returns an error if the file cannot be written, or changed since it was read.
fn fixed(context: &Context, loaded: Loaded) -> Result<Loaded, CliError> {
    // There is no source if the file is too large or not text.
    let Some(before) = &loaded.source else { return Ok(loaded) };
    let Fixed { source, parsed, made } = manifest::edit::fix(context.model, before);
    if made.is_empty() {
        if loaded.findings.iter().any(Finding::is_error) {
            context.ui.note("no safe fixes; the remaining errors need a decision by hand");
        }
        return Ok(loaded);
    }
    context.without_credentials(&visible(&source.name), &source.text)?;
    rewrite::replace(before, &source.text)?;
    for MadeFix { at, title } in made {
        context.ui.say(&format!("fixed: {}:{}:{}: {}", visible(&source.name), at.line, at.column, visible(&title)));
    }
    Ok(manifest_file::composed(context, source, parsed))
}
