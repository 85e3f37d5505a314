//! The trusted certificate authorities, as set by the environment.
//!
//! On Linux and other Unix systems `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's store (rustls-native-certs 0.8, `load_native_certs`).
//! macOS and Windows have a store of their own (rustls-platform-verifier 0.7): there the file adds to it, and the folders are ignored.

use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::files::{self, LARGEST_DOCUMENT};

/// Whether the variables replace the system's store instead of adding to it.
const REPLACES: bool = cfg!(all(unix, not(target_vendor = "apple")));

/// The line that starts every certificate in a PEM file.
const PEM_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// Returns the root certificates to trust in addition to those of the platform's verifier, as PEM.
///
/// # Errors
/// Returns an error if `SSL_CERT_FILE` or a folder of `SSL_CERT_DIR` cannot be read. The platform's verifier would
/// ignore that.
pub(crate) fn extra_roots(env: &Env) -> Result<Option<Vec<u8>>, CliError> {
    if REPLACES {
        for folder in folders(env) {
            std::fs::read_dir(&folder).map_err(|error| unreadable(env::SSL_CERT_DIR, &folder, &error))?;
        }
    }
    match file(env) {
        Some(path) => read(&path).map(Some),
        // An empty variable counts as unset, but the verifier uses it as the name of a file and finds no certificates.
        None if REPLACES && env.is_set_but_empty(env::SSL_CERT_FILE) && folders(env).is_empty() => {
            Ok(system_bundle().and_then(|path| files::read(&path, LARGEST_DOCUMENT).ok()))
        }
        None => Ok(None),
    }
}

/// Describes what is trusted, for `doctor`.
///
/// # Errors
/// Returns an error like [`extra_roots`].
pub(crate) fn describe(env: &Env) -> Result<String, CliError> {
    let mut sources = Vec::new();
    if let Some(path) = file(env) {
        let roots = count(&read(&path)?);
        let noun = if roots == 1 { "certificate" } else { "certificates" };
        sources.push(format!("SSL_CERT_FILE ({}, {roots} {noun})", env.short(&path)));
    }
    extra_roots(env)?;
    let folders = folders(env);
    if REPLACES && !folders.is_empty() {
        let shown: Vec<String> = folders.iter().map(|folder| env.short(folder)).collect();
        sources.push(format!("SSL_CERT_DIR ({})", shown.join(", ")));
    }
    Ok(match (sources.is_empty(), REPLACES) {
        (true, _) => "those of this system".to_owned(),
        (false, true) => format!("those of {}, which replace those of this system", sources.join(" and ")),
        (false, false) => format!("those of this system and of {}", sources.join(" and ")),
    })
}

fn file(env: &Env) -> Option<PathBuf> {
    env.get(env::SSL_CERT_FILE).map(PathBuf::from)
}

fn folders(env: &Env) -> Vec<PathBuf> {
    let folders = env.get(env::SSL_CERT_DIR).map(|folders| std::env::split_paths(folders).collect::<Vec<_>>());
    folders.unwrap_or_default().into_iter().filter(|folder| !folder.as_os_str().is_empty()).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    files::read(path, LARGEST_DOCUMENT).map_err(|error| unreadable(env::SSL_CERT_FILE, path, &error))
}

fn unreadable(variable: &str, path: &Path, error: &std::io::Error) -> CliError {
    CliError::io(&format!("read the certificates in {variable}:"), path, error)
        .hint(format!("set {variable} to a readable path with certificates, or unset it"))
}

fn count(pem: &[u8]) -> usize {
    String::from_utf8_lossy(pem).matches(PEM_CERTIFICATE).count()
}

#[cfg(all(unix, not(target_vendor = "apple")))]
fn system_bundle() -> Option<PathBuf> {
    openssl_probe::probe().cert_file
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn system_bundle() -> Option<PathBuf> {
    None
}
