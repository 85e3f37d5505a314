//! The environment as a value: read once, at the edge. An empty variable counts as unset.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The environment variables that this program knows, and the folder conventions that follow from them.
#[derive(Debug, Clone, Default)]
pub(super) struct Env {
    variables: BTreeMap<String, String>,
}

/// API token: the preferred credential.
pub(super) const API_TOKEN: &str = "CLOUDFLARE_API_TOKEN";
/// Global API key; goes with [`EMAIL`].
pub(super) const API_KEY: &str = "CLOUDFLARE_API_KEY";
/// E-mail address of the global API key.
pub(super) const EMAIL: &str = "CLOUDFLARE_EMAIL";
/// Account, where the manifest names none.
pub(super) const ACCOUNT_ID: &str = "CLOUDFLARE_ACCOUNT_ID";
/// Zone, where the manifest names none.
pub(super) const ZONE_ID: &str = "CLOUDFLARE_ZONE_ID";
/// Base URL of the API.
pub(super) const BASE_URL: &str = "CLOUDFLARE_BASE_URL";
/// A PEM file of further certificate authorities.
pub(super) const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// Log filter, in the syntax of tracing-subscriber.
pub(super) const RUST_LOG: &str = "RUST_LOG";

impl Env {
    /// The environment of this process. Variables that are no Unicode are left out.
    pub(super) fn of_process() -> Self {
        let unicode =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { variables: unicode.collect() }
    }

    /// A variable that is set to something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A path for people: below the home folder it starts with `~`.
    pub(super) fn short(&self, path: &Path) -> String {
        let below_home = self.get("HOME").and_then(|home| path.strip_prefix(home).ok());
        below_home.map_or_else(|| path.display().to_string(), |rest| format!("~/{}", rest.display()))
    }

    /// The folder for state that should survive: `$XDG_STATE_HOME/zerodrift`, else `~/.local/state/zerodrift`.
    pub(super) fn state_folder(&self) -> Option<PathBuf> {
        let state = self.get("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || self.get("HOME").map(|home| PathBuf::from(home).join(".local/state"));
        state.or_else(home).map(|folder| folder.join("zerodrift"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env { variables: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(env(&[(API_TOKEN, "")]).get(API_TOKEN), None);
        assert_eq!(env(&[(API_TOKEN, "x")]).get(API_TOKEN), Some("x"));
    }

    #[test]
    fn state_lives_where_xdg_says_and_below_home_otherwise() {
        let folder = |pairs: &[(&str, &str)]| env(pairs).state_folder().map(|path| path.display().to_string());
        assert_eq!(folder(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]).as_deref(), Some("/s/zerodrift"));
        assert_eq!(
            folder(&[("XDG_STATE_HOME", "relative"), ("HOME", "/h")]).as_deref(),
            Some("/h/.local/state/zerodrift")
        );
        assert_eq!(folder(&[]), None);
    }
}
