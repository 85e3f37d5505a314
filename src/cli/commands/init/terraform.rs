//! `init --from-terraform`: reads Terraform files, and reports what is not imported. The import itself is in
//! [`crate::terraform`].

use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::options::TargetArgs;
use crate::diagnostics::{Finding, Rule, Severity, Source};
use crate::ending::FailureKind;
use crate::files;
use crate::manifest::write::Detail;
use crate::report;
use crate::settings::Target;
use crate::terraform::{self, FileRole, Import, Imported, file_role, import};
use crate::text::path_argument;
use crate::text::{self, visible};

/// A manifest that is not written yet.
pub(crate) struct NewManifest {
    /// The text.
    pub(crate) text: String,
    /// Its organization, if known.
    pub(crate) target: Option<Target>,
}

/// The limit on the total size of the files, in bytes. A state of thousands of resources fits.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Returns the manifest for the organization in a file or folder. Reports the values that are not imported.
///
/// # Errors
/// Returns an error if the path cannot be read, is not Terraform's, or contains no organization or several (exit code 5).
pub(crate) fn manifest(
    context: &Context,
    path: &Path,
    resource: Option<&str>,
    target: &TargetArgs,
    detail: Detail,
) -> Result<NewManifest, CliError> {
    let ConfigurationFiles { sources, unread } = ConfigurationFiles::read(path)?;
    let Import { organization, findings } = import(context.model, &sources, resource);
    let may_differ = unread.iter().any(Finding::is_error);
    let mut findings = [unread, findings].concat();
    let shown = || sources.iter().filter(|source| context.withheld(source).is_none());
    let Some(imported) = organization.filter(|_| !may_differ) else {
        context.ui.say(&report::findings::text(&findings, shown(), &context.ui.err));
        let message = format!("cannot import an organization from {}; nothing was written", text::path(path));
        return Err(CliError::new(FailureKind::Terraform, message));
    };
    let target = resolve_target(context, target, &imported)?;
    let file = terraform::write::file(context.model, &imported, target.as_ref(), detail, &findings);
    findings.extend(file.refused.iter().map(|(setting, reason)| imported.refused(setting, reason)));
    if !findings.is_empty() {
        context.ui.say(&report::findings::text(&findings, shown(), &context.ui.err));
    }
    let noun = if file.declares == 1 { "setting" } else { "settings" };
    context.ui.note(&format!("{}: {} {noun} imported", visible(&imported.address), file.declares));
    Ok(NewManifest { text: file.text, target })
}

/// Returns the organization of the configuration, the flag or the environment, in this order. One from the environment is
/// used only if its scope matches.
fn resolve_target(context: &Context, args: &TargetArgs, imported: &Imported) -> Result<Option<Target>, CliError> {
    let scope = imported.scope;
    let own = imported.id.clone().map(|id| Target { scope, id });
    let target = manifest_file::target_if_any(args, &context.env, own.as_ref())?;
    let is_flag = args.account_id.is_some() || args.zone_id.is_some();
    match target {
        Some(target) if target.scope != scope && imported.says_scope && is_flag => {
            let message = format!("the configuration has {}, but the flag names {target}", scope.key());
            Err(CliError::usage(message).hint(format!("use the {scope} in the flag, or remove it")))
        }
        Some(target) if target.scope != scope && imported.says_scope => Ok(None),
        other => Ok(other),
    }
}

/// The files of a configuration, and a finding for each that cannot be read.
#[derive(Default)]
struct ConfigurationFiles {
    sources: Vec<Source>,
    unread: Vec<Finding>,
}

impl ConfigurationFiles {
    /// Reads standard input, one file with its override files, or the Terraform files of a folder.
    fn read(path: &Path) -> Result<Self, CliError> {
        let mut left = LARGEST;
        if path.as_os_str() == "-" {
            let source = source(path, files::standard_input(left + 1), &mut left)?;
            return Ok(Self { sources: vec![source], ..Self::default() });
        }
        let metadata = std::fs::metadata(path).map_err(|error| CliError::io("read", path, &error))?;
        let mut found = Self::default();
        if metadata.is_dir() {
            for (role, file) in files(path)? {
                found.read_neighbour(role, &file, &mut left);
            }
            return Ok(found);
        }
        found.sources.push(opened(path, &mut left)?);
        // Terraform always reads a configuration as a folder, so override files apply.
        if role(path) == Some(FileRole::Primary) {
            for (role, file) in files(files::parent(path))?.into_iter().filter(|(role, _)| *role == FileRole::Override)
            {
                found.read_neighbour(role, &file, &mut left);
            }
        }
        Ok(found)
    }

    /// Reads a file that the user did not name. If it cannot be read, that is a warning, but an error for an override file,
    /// because its values may differ from the imported ones.
    fn read_neighbour(&mut self, role: FileRole, path: &Path, left: &mut u64) {
        match opened(path, left) {
            Ok(source) => self.sources.push(source),
            Err(error) => {
                let severity = if role == FileRole::Override { Severity::Error } else { Severity::Warning };
                let name = path.to_string_lossy();
                self.unread.push(Finding::new(Rule::TerraformFile, &name, error.message).severity(severity));
            }
        }
    }
}

fn role(path: &Path) -> Option<FileRole> {
    file_role(path.file_name()?.to_str()?)
}

fn files(folder: &Path) -> Result<Vec<(FileRole, PathBuf)>, CliError> {
    let failed = |error: std::io::Error| CliError::io("read", folder, &error);
    let mut files: Vec<(FileRole, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        files.extend(role(&path).filter(|_| !path.is_dir()).map(|role| (role, path)));
    }
    files.sort();
    if files.is_empty() {
        let message = format!("no .tf or .tofu file in {}", text::path(folder));
        return Err(CliError::new(FailureKind::Terraform, message)
            .hint("use the folder of the configuration, or the output of `terraform show -json`"));
    }
    Ok(files)
}

fn opened(path: &Path, left: &mut u64) -> Result<Source, CliError> {
    source(path, files::read_start(path, *left + 1), left)
}

fn source(path: &Path, bytes: std::io::Result<Vec<u8>>, left: &mut u64) -> Result<Source, CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::io("read", path, error);
    let bytes = bytes.map_err(|error| failed(&error))?;
    let Some(rest) = left.checked_sub(bytes.len() as u64) else {
        return Err(failed(&"the files are larger than 32 MiB").hint("use one file instead of the folder"));
    };
    *left = rest;
    // A saved plan is a ZIP archive.
    let is_plan = bytes.starts_with(b"PK\x03\x04");
    let text = String::from_utf8(bytes).map_err(|_| match is_plan {
        true => failed(&"it is a saved plan, which only Terraform can read")
            .hint(format!("terraform show -json {} | zerodrift init --from-terraform -", path_argument(path))),
        false => {
            failed(&"it is not UTF-8").hint("in PowerShell: terraform show -json | Out-File -Encoding utf8 shown.json")
        }
    })?;
    // `./main.tf` is shown as `main.tf`.
    let name = path.strip_prefix(".").unwrap_or(path).to_string_lossy().into_owned();
    Ok(Source { name, text })
}
