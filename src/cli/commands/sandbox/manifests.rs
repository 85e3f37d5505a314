//! `sandbox manifests`: writes the manifests of generated organizations.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;

use super::generated::{self, GeneratedArgs};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::ending::{Exit, FailureKind};
use crate::files::{self, PathError};
use crate::sandbox::{BASE_FILE, base_manifest};
use crate::text::{self, path_argument};

/// Write the manifests of generated organizations
///
/// Writes _base.yaml with the common settings, and a manifest for each
/// organization, such as org-00001.yaml, into a new or empty folder.
#[derive(Debug, Args)]
#[command(override_usage = "zerodrift sandbox manifests [OPTIONS]
           --organizations <N> <FOLDER>")]
#[command(after_help = "Examples:
  Write 10,000 manifests, and serve their organizations:
    zerodrift sandbox manifests orgs --organizations 10000
    zerodrift sandbox --organizations 10000 --drifted 3

  Keep the organizations in a file, for --sandbox:
    zerodrift sandbox manifests orgs --organizations 20 --state set.json
    zerodrift plan orgs --sandbox=set.json

The manifests of a seed match the organizations of that seed, except for those
that --drifted changes.")]
pub(super) struct ManifestsArgs {
    /// The folder; it is created if it does not exist
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The number of organizations
    #[arg(long, value_name = "N", value_parser = generated::organizations, allow_negative_numbers = true)]
    #[arg(help_heading = "Generated organizations")]
    organizations: u32,
    #[command(flatten)]
    generated: GeneratedArgs,
    /// Write the state file of these organizations too
    #[arg(long, value_name = "STATE.json")]
    state: Option<PathBuf>,
}

/// Writes the state file, if one is named, and the manifests.
pub(super) fn run(context: &Context, args: &ManifestsArgs) -> Result<Exit, CliError> {
    let set = args.generated.set(args.organizations)?;
    match &args.state {
        Some(state) => drop(generated::open_store(state, set)?),
        None if set.drifted > 0 => {
            return Err(CliError::usage("--drifted changes the state of organizations and not their manifests")
                .hint("name a state file with --state"));
        }
        None => {}
    }
    let manifests = set.organizations().map(|organization| (organization.file_name(), organization.manifest()));
    let base = std::iter::once((BASE_FILE.to_owned(), base_manifest()));
    files::fill_folder(&args.folder, base.chain(manifests)).map_err(|failed| not_written(&failed))?;
    let folder = path_argument(&args.folder);
    context.ui.note(&format!("Wrote {} manifests and {BASE_FILE} to {folder}", set.organizations));
    let sandbox = match &args.state {
        Some(state) => format!("--sandbox={}", path_argument(state)),
        None => return Ok(Exit::Success),
    };
    context.ui.note(&format!("Next: zerodrift plan {folder} {sandbox}"));
    Ok(Exit::Success)
}

fn not_written(PathError { path, error }: &PathError) -> CliError {
    match error.kind() {
        ErrorKind::DirectoryNotEmpty => {
            let message = format!("cannot write to the folder {}: it is not empty", text::path(path));
            CliError::new(FailureKind::Exists, message).hint("name a folder that does not exist or is empty")
        }
        _ => CliError::io("write", path, error),
    }
}
