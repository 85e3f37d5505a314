//! Terraform's files at the edge: which are read, and what is said about them. What they mean is decided in
//! [`crate::terraform`].

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::args::InitArgs;
use super::error::CliError;
use super::exit::Exit;
use super::{Context, manifest_file};
use crate::manifest::Source;
use crate::organization::Target;
use crate::report;
use crate::report::export::Detail;
use crate::terraform::{Import, Imported, import};
use crate::text::visible;

/// A file to be, and what to say about it.
pub(super) struct Draft {
    /// The text.
    pub(super) text: String,
    /// What it is about; absent where nothing says which organization is meant.
    pub(super) target: Option<Target>,
}

/// The most that is read, in bytes, all files together: a state of thousands of resources fits.
const LARGEST: u64 = 32 * 1024 * 1024;

/// The manifest for the organization in a file or folder. What was not carried over is said.
///
/// # Errors
/// If nothing can be read there, it is no configuration, or holds no organization or several (exit code 5).
pub(super) fn draft(context: &Context, args: &InitArgs, path: &Path, detail: Detail) -> Result<Draft, CliError> {
    let sources = sources(path)?;
    let Import { organization, mut findings } = import(context.model, &sources, args.resource.as_deref());
    // A file of values may hold secrets: what is wrong in it is said without its line.
    let shown = sources.iter().filter(|source| !source.name.ends_with(".tfvars"));
    let Some(imported) = organization else {
        context.ui.say(&report::findings::text(&findings, shown, &context.ui.err));
        let message = format!("{} gives no organization, so nothing was written", visible(&path.display().to_string()));
        return Err(CliError::new("terraform", Exit::Manifest, message));
    };
    let target = target(context, args, &imported)?;
    let file = report::import::file(context.model, &imported, target.as_ref(), detail, &findings);
    findings.extend(file.refused.iter().map(|(setting, reason)| imported.refused(setting, reason)));
    if !findings.is_empty() {
        context.ui.say(&report::findings::text(&findings, shown, &context.ui.err));
    }
    context.ui.say(&format!("{}: {} settings carried over", visible(&imported.address), file.declares));
    Ok(Draft { text: file.text, target })
}

/// The organization that is meant: the configuration's, else the flag's, else the environment's where it fits.
fn target(context: &Context, args: &InitArgs, imported: &Imported) -> Result<Option<Target>, CliError> {
    let scope = imported.scope;
    let own = imported.id.clone().map(|id| Target { scope, id });
    let target = manifest_file::target_if_any(&args.target, &context.env, own.as_ref())?;
    let is_flag = args.target.account_id.is_some() || args.target.zone_id.is_some();
    match target {
        Some(target) if target.scope != scope && imported.says_scope && is_flag => {
            let message = format!("the configuration has a {}, and the flag names {target}", scope.key());
            Err(CliError::usage(message).hint(format!("name the {scope}, or leave the flag out")))
        }
        Some(target) if target.scope != scope && imported.says_scope => Ok(None),
        other => Ok(other),
    }
}

/// The files that make up a configuration: standard input, one, or those of a folder that Terraform reads by itself, in its order.
fn sources(path: &Path) -> Result<Vec<Source>, CliError> {
    if path.as_os_str() == "-" {
        return Ok(vec![source(path, std::io::stdin().lock(), &mut { LARGEST })?]);
    }
    let metadata = std::fs::metadata(path).map_err(|error| CliError::io("read", path, &error))?;
    let files = if metadata.is_dir() { files(path)? } else { vec![path.to_owned()] };
    let mut left = LARGEST;
    let open = |path: &PathBuf| {
        let file = std::fs::File::open(path).map_err(|error| CliError::io("read", path, &error))?;
        source(path, file, &mut left)
    };
    files.iter().map(open).collect()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed = |error: std::io::Error| CliError::io("read", folder, &error);
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut names: Vec<(u8, PathBuf)> = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        names.extend(order(&path).map(|order| (order, path)));
    }
    names.sort();
    if !names.iter().any(|(order, _)| *order == 0) {
        let message = format!("{} holds no .tf file", visible(&folder.display().to_string()));
        return Err(CliError::new("terraform", Exit::Manifest, message)
            .hint("name the folder of the configuration, or give the JSON of `terraform show -json`"));
    }
    Ok(names.into_iter().map(|(_, path)| path).collect())
}

/// Where a file stands among the others of a folder; nothing for what Terraform does not read.
fn order(path: &Path) -> Option<u8> {
    let name = path.file_name()?.to_str()?;
    match name {
        // Terraform leaves out what editors leave behind.
        _ if name.starts_with('.') || !path.is_file() => None,
        "terraform.tfvars" => Some(1),
        _ if name.ends_with(".auto.tfvars") => Some(2),
        _ if name.ends_with(".tf") || name.ends_with(".tf.json") => Some(0),
        _ => None,
    }
}

fn source(path: &Path, file: impl std::io::Read, left: &mut u64) -> Result<Source, CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::io("read", path, error);
    let mut bytes = Vec::new();
    file.take(*left + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    let Some(rest) = left.checked_sub(bytes.len() as u64) else {
        return Err(failed(&"the files are larger than 32 MiB").hint("name the one file that is meant"));
    };
    *left = rest;
    let text = String::from_utf8(bytes).map_err(|_| {
        failed(&"it is not UTF-8").hint("in PowerShell: terraform show -json | Out-File -Encoding utf8 shown.json")
    })?;
    // The folder one stands in needs no name.
    let name = path.strip_prefix(".").unwrap_or(path).display().to_string();
    Ok(Source { name, text })
}
