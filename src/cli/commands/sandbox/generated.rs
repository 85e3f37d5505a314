//! Generated organizations: their options, and the state file that contains them.

use std::path::Path;

use clap::Args;

use crate::cli::connection::connect::store_error;
use crate::cli::error::CliError;
use crate::ending::FailureKind;
use crate::sandbox::{GeneratedSet, State, Store};
use crate::text::path_argument;

/// Which organizations are generated.
#[derive(Debug, Args)]
pub(super) struct GeneratedArgs {
    /// The seed of their ids, names and settings
    #[arg(long, value_name = "S", default_value_t = 0, requires = "organizations", value_parser = number)]
    #[arg(allow_negative_numbers = true, help_heading = "Generated organizations")]
    seed: u32,
    /// How many of them differ from their manifests
    #[arg(long, value_name = "K", default_value_t = 0, requires = "organizations", value_parser = number)]
    #[arg(allow_negative_numbers = true, help_heading = "Generated organizations")]
    drifted: u32,
}

impl GeneratedArgs {
    /// Returns the set with this number of organizations.
    ///
    /// # Errors
    /// Returns an error if more of them would have drifted than there are.
    pub(super) fn set(&self, organizations: u32) -> Result<GeneratedSet, CliError> {
        let Self { seed, drifted } = *self;
        if drifted > organizations {
            return Err(CliError::usage(format!("--drifted is {drifted}, but --organizations is {organizations}")));
        }
        Ok(GeneratedSet { organizations, seed, drifted })
    }
}

/// Parses a number of organizations, from 1.
pub(super) fn organizations(text: &str) -> Result<u32, String> {
    number(text)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("expected a whole number from 1 to {}", u32::MAX))
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u32::MAX))
}

/// Opens the state file of a set, and creates it if it does not exist.
///
/// # Errors
/// Returns an error if the file contains another state, or cannot be read or written.
pub(super) fn open_store(path: &Path, set: GeneratedSet) -> Result<Store, CliError> {
    let store = Store::open_or(path, || State::with_generated(set)).map_err(store_error)?;
    if store.load().map_err(store_error)?.generated != Some(set) {
        let path = path_argument(path);
        let message = format!("the sandbox state {path} does not contain these generated organizations");
        return Err(CliError::new(FailureKind::Sandbox, message).hint("name a file that does not exist with --state"));
    }
    Ok(store)
}
