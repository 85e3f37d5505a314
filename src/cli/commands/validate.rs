//! `validate`: checks manifests offline.

mod collected;

use clap::Args;

use self::collected::{Checked, Collected};
use crate::cli::command_spec::{CommandSpec, Interface};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file::{self, Loaded};
use crate::cli::input::manifests::ManifestPath;
use crate::cli::options::{FilesArgs, TargetArgs};
use crate::cli::output::formats::Formats;
use crate::cli::output::publish;
use crate::cli::output::rewrite;
use crate::diagnostics::Finding;
use crate::ending::Exit;
use crate::manifest;
use crate::manifest::edit::{Fixed, MadeFix};
use crate::report::FindingsFormat;
use crate::text::visible;

/// Check manifests offline
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift validate
  zerodrift validate teams/org.yaml --format json
  sed s/24h/12h/ org.yaml | zerodrift validate -

  Check all manifests below a folder:
    zerodrift validate orgs/

  Annotate the lines of a pull request:
    zerodrift validate --format github

  Write a SARIF file for code scanning as well:
    zerodrift validate --report sarif=zerodrift.sarif

  Apply the fixes that are safe without review:
    zerodrift validate --fix
    git diff

Reads only manifests; needs no network or credentials. Writes only the files of
--report and, with --fix, the manifests. Exits 5 if a manifest has errors; with
--fix, if errors remain. A manifest that cannot be read does not stop the check
of the others.")]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    manifests: FilesArgs,
    /// Apply the fixes that are safe without review
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    formats: Formats<FindingsFormat>,
    #[command(flatten)]
    target: TargetArgs,
}

impl CommandSpec for ValidateArgs {
    /// Prints the findings of the manifests, after the fixes of `--fix`. Needs no network and no credentials.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let manifests = context.manifests.entries();
        if self.fix {
            manifests.iter().try_for_each(|manifest| rewrite::check("--fix", &manifest.file))?;
        }
        manifest_file::check_flags(&self.target, context.manifests.entries().len())?;
        context.files.check_reports()?;
        let (mut collected, mut fixes) = (Collected::default(), Fixes::default());
        for ManifestPath { file, .. } in manifests {
            let repository_file = context.in_repository(file);
            match self.checked(context, file, &mut fixes) {
                Ok(checked) => collected.add(file, repository_file, checked),
                Err(error) if manifests.len() == 1 => return Err(error),
                Err(error) => collected.add_failure(file, repository_file, &error),
            }
        }
        if fixes.made == 0 && fixes.missing > 0 {
            context.ui.note("no safe fixes; the remaining errors need a decision by hand");
        }
        collected.finish();
        let exit = collected.exit();
        publish::result(context, &self.formats, &collected.validation(), exit)?;
        Ok(exit)
    }

    fn interface(&self) -> Interface<'_> {
        Interface { manifests: &self.manifests.files, formats: &self.formats, ..Interface::default() }
    }
}

impl ValidateArgs {
    /// Checks a manifest, after the fixes of `--fix`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written, or if its target conflicts with a flag.
    fn checked(&self, context: &Context, file: &str, fixes: &mut Fixes) -> Result<Checked, CliError> {
        let loaded = manifest_file::load(context, file)?;
        let loaded = if self.fix { fixed(context, loaded, fixes)? } else { loaded };
        let Loaded { source, manifest, own: _, parents, target: named, target_at, mut findings } = loaded;
        // Validation does not require a target.
        let target = match &manifest {
            Some(manifest) => manifest_file::target_if_any(&self.target, &context.env, manifest.target.as_ref())?,
            None => named.clone(),
        };
        if let (Some(manifest), Some(target), None) = (&manifest, &target, &named) {
            // A zone has fewer settings than an account.
            findings.extend(manifest::beyond_scope(manifest, target.scope));
        }
        let shown = source.filter(|source| context.withheld(source).is_none());
        let sources = shown.into_iter().chain(parents.sources).collect();
        Ok(Checked { findings, sources, target: target.map(|target| (target, target_at)) })
    }
}

/// The fixes of a run.
#[derive(Default)]
struct Fixes {
    /// The number of fixes that were applied.
    made: usize,
    /// The number of manifests with errors and without a safe fix.
    missing: usize,
}

/// Writes the manifest with its safe fixes, and returns it with the findings of the new text.
///
/// # Errors
/// Returns an error if the file cannot be written, or changed since it was read.
fn fixed(context: &Context, loaded: Loaded, fixes: &mut Fixes) -> Result<Loaded, CliError> {
    // There is no source if the file is too large or not text.
    let Some(before) = &loaded.source else { return Ok(loaded) };
    let Fixed { source, parsed, made } = manifest::edit::fix(context.model, before);
    if made.is_empty() {
        fixes.missing += usize::from(loaded.findings.iter().any(Finding::is_error));
        return Ok(loaded);
    }
    context.without_credentials(&visible(&source.name), &source.text)?;
    rewrite::replace(before, &source.text)?;
    fixes.made += made.len();
    for MadeFix { at, title } in made {
        context.ui.say(&format!("fixed: {}:{}:{}: {}", visible(&source.name), at.line, at.column, visible(&title)));
    }
    Ok(manifest_file::composed(context, source, parsed))
}
