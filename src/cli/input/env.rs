//! The environment as a value, read once at the start. An empty variable counts as unset.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::cli::error::CliError;
use crate::cli::input::known_files::KnownFiles;
use crate::cloudflare::ProxyRoute;
use crate::files;
use crate::report::CiRun;
use crate::text;

/// The environment variables, and the folders that follow from them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Env {
    variables: BTreeMap<String, String>,
    /// The variables that may contain a credential. They are stored only here, and `Debug` does not show their values.
    secrets: BTreeMap<String, SecretString>,
    not_unicode: Vec<String>,
}

/// API token, the preferred credential. A variable with this prefix and an account id is the token of that account.
pub(crate) const API_TOKEN: &str = "CLOUDFLARE_API_TOKEN";
/// Returns the variable that holds the token of an account.
pub(crate) fn account_token(id: &str) -> String {
    format!("{API_TOKEN}_{}", id.to_ascii_uppercase())
}

/// Global API key; needs [`EMAIL`].
pub(crate) const API_KEY: &str = "CLOUDFLARE_API_KEY";
/// E-mail address of the global API key.
pub(crate) const EMAIL: &str = "CLOUDFLARE_EMAIL";
/// Account, if the manifest names no target.
pub(crate) const ACCOUNT_ID: &str = "CLOUDFLARE_ACCOUNT_ID";
/// Zone, if the manifest names no target.
pub(crate) const ZONE_ID: &str = "CLOUDFLARE_ZONE_ID";
/// Base URL of the API.
pub(crate) const BASE_URL: &str = "CLOUDFLARE_BASE_URL";
/// A PEM file of certificate authorities.
pub(crate) const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// Folders of PEM files of certificate authorities.
pub(crate) const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
/// Log filter, in the syntax of tracing-subscriber.
pub(crate) const RUST_LOG: &str = "RUST_LOG";

/// File name of the audit log, in the folder for state or for backups.
pub(crate) const AUDIT_LOG: &str = "audit.jsonl";
/// File name of the sandbox's state, in the folder for state.
pub(crate) const SANDBOX_STATE: &str = "sandbox.json";

/// File of a step's summary on GitHub.
pub(crate) const GITHUB_STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// File of a step's outputs on GitHub.
pub(crate) const GITHUB_OUTPUT: &str = "GITHUB_OUTPUT";
/// Root of the repository on GitHub.
pub(crate) const GITHUB_WORKSPACE: &str = "GITHUB_WORKSPACE";
/// Address of GitHub.
pub(crate) const GITHUB_SERVER_URL: &str = "GITHUB_SERVER_URL";
/// Owner and name of the repository on GitHub.
pub(crate) const GITHUB_REPOSITORY: &str = "GITHUB_REPOSITORY";
/// Commit of the run on GitHub.
pub(crate) const GITHUB_SHA: &str = "GITHUB_SHA";
/// Number of the run on GitHub.
pub(crate) const GITHUB_RUN_ID: &str = "GITHUB_RUN_ID";
/// Address of the project on GitLab.
pub(crate) const CI_PROJECT_URL: &str = "CI_PROJECT_URL";
/// Commit of the job on GitLab.
pub(crate) const CI_COMMIT_SHA: &str = "CI_COMMIT_SHA";
/// Number of the job on GitLab.
pub(crate) const CI_JOB_ID: &str = "CI_JOB_ID";
/// Root of the repository on GitLab.
pub(crate) const CI_PROJECT_DIR: &str = "CI_PROJECT_DIR";

/// Number of the pod in an indexed job of Kubernetes, from 0.
pub(crate) const JOB_COMPLETION_INDEX: &str = "JOB_COMPLETION_INDEX";
/// Number of shards, for a platform that does not set it.
pub(crate) const ZERODRIFT_SHARDS: &str = "ZERODRIFT_SHARDS";
/// Number of the job among parallel ones on GitLab, from 1.
pub(crate) const CI_NODE_INDEX: &str = "CI_NODE_INDEX";
/// Number of parallel jobs on GitLab.
pub(crate) const CI_NODE_TOTAL: &str = "CI_NODE_TOTAL";

/// Returns whether a variable contains a token or a key.
fn is_credential(name: &str) -> bool {
    name.starts_with(API_TOKEN) || name == API_KEY
}

impl Env {
    /// Reads the environment of this process. Only the names of variables that are not Unicode are kept.
    pub(crate) fn of_process() -> Self {
        let mut env = Self::default();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => env.insert(name, value),
                Err(_) => env.not_unicode.push(name),
            }
        }
        env
    }

    fn insert(&mut self, name: String, value: String) {
        if is_credential(&name) || ProxyRoute::naming().any(|proxy| proxy == name) || name == BASE_URL {
            self.secrets.insert(name, value.into());
        } else {
            self.variables.insert(name, value);
        }
    }

    /// Rejects variables that are not Unicode, which would otherwise count as unset.
    ///
    /// # Errors
    /// Returns an error if one of them is not Unicode.
    pub(crate) fn require_unicode<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<(), CliError> {
        let Some(name) = names.into_iter().find(|name| self.not_unicode.iter().any(|found| found == name)) else {
            return Ok(());
        };
        let message = format!("the environment variable {name} is not valid UTF-8");
        Err(CliError::usage(message).hint(format!("set {name} again, or unset it")))
    }

    /// Returns the value of a variable that cannot contain a credential, unless it is unset or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the value of any variable, unless it is unset or empty. For code that checks the value and keeps no
    /// copy of it.
    pub(crate) fn expose(&self, name: &str) -> Option<&str> {
        let secret = self.secrets.get(name).map(ExposeSecret::expose_secret).filter(|value| !value.is_empty());
        secret.or_else(|| self.get(name))
    }

    /// Returns the tokens and keys that are set, whether or not this run uses them.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().filter(|(name, _)| is_credential(name)).map(|(_, value)| value.expose_secret())
    }

    /// Returns whether an account has a token of its own.
    pub(crate) fn has_account_tokens(&self) -> bool {
        self.secrets.keys().any(|name| name.strip_prefix(API_TOKEN).is_some_and(|rest| rest.starts_with('_')))
    }

    /// Returns whether a variable is set but empty. Libraries that read the environment themselves use the empty value.
    pub(crate) fn is_set_but_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(String::is_empty)
    }

    /// Creates an environment with only these variables, for tests.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        let mut env = Self::default();
        pairs.into_iter().for_each(|(name, value)| env.insert(name.to_owned(), value.to_owned()));
        env
    }

    /// Returns a path relative to the root of the repository if the platform sets that root, as annotations need it;
    /// otherwise the path unchanged.
    pub(crate) fn in_repository(&self, path: &str, known: &KnownFiles) -> String {
        let top = self.get(GITHUB_WORKSPACE).or_else(|| self.get(CI_PROJECT_DIR));
        let below = |top: &str| {
            let file = Path::new(path);
            // The path of a missing file is resolved through its folder.
            let named = || Some(known.folder(files::parent(file)).ok()?.path.join(file.file_name()?));
            let real = known.real(file).ok().or_else(named)?;
            let below = real.strip_prefix(known.folder(Path::new(top)).ok()?.path).ok()?.to_str()?.replace('\\', "/");
            (!below.is_empty()).then_some(below)
        };
        top.and_then(below).unwrap_or_else(|| path.to_owned())
    }

    /// Returns the run of the pipeline on GitHub or GitLab, for links to it and to its commit.
    pub(crate) fn ci_run(&self) -> Option<CiRun> {
        let github = || {
            let (server, repository) = (self.get(GITHUB_SERVER_URL)?, self.get(GITHUB_REPOSITORY)?);
            CiRun::github(server, repository, self.get(GITHUB_SHA)?, self.get(GITHUB_RUN_ID))
        };
        let gitlab = || CiRun::gitlab(self.get(CI_PROJECT_URL)?, self.get(CI_COMMIT_SHA)?, self.get(CI_JOB_ID));
        github().or_else(gitlab)
    }

    /// Returns a path for display: below the home folder it starts with `~`.
    pub(crate) fn short(&self, path: &Path) -> String {
        let below_home = self.get("HOME").and_then(|home| path.strip_prefix(home).ok());
        below_home.map_or_else(|| text::path(path), |rest| format!("~/{}", text::path(rest)))
    }

    /// Returns the folder for persistent state: `$XDG_STATE_HOME/zerodrift`, else `~/.local/state/zerodrift`.
    pub(crate) fn state_folder(&self) -> Option<PathBuf> {
        let state = self.get("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || self.get("HOME").map(|home| PathBuf::from(home).join(".local/state"));
        state.or_else(home).map(|folder| folder.join("zerodrift"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_unset() {
        for name in [API_TOKEN, ACCOUNT_ID] {
            assert_eq!(Env::of([(name, "")]).expose(name), None);
            assert_eq!(Env::of([(name, "x")]).expose(name), Some("x"));
        }
    }

    #[test]
    fn debug_shows_only_the_names_of_variables_that_may_contain_a_credential() {
        for name in [API_TOKEN, "CLOUDFLARE_API_TOKEN_699D98642C564D2E855E9661899B7252", API_KEY, BASE_URL]
            .into_iter()
            .chain(ProxyRoute::naming())
        {
            let env = Env::of([(name, "https://user:S3CRET@host")]);
            assert_eq!(env.get(name), None, "{name}");
            assert_eq!(env.expose(name), Some("https://user:S3CRET@host"), "{name}");
            let shown = format!("{env:?}");
            assert!(shown.contains(name) && !shown.contains("S3CRET"), "{shown}");
        }
    }

    #[test]
    fn the_state_folder_follows_xdg_and_falls_back_to_home() {
        let folder = |env: Env| env.state_folder().map(|path| path.display().to_string());
        let (state, home) = (("XDG_STATE_HOME", "/s"), ("HOME", "/h"));
        assert_eq!(folder(Env::of([state, home])).as_deref(), Some("/s/zerodrift"));
        let relative = ("XDG_STATE_HOME", "relative");
        assert_eq!(folder(Env::of([relative, home])).as_deref(), Some("/h/.local/state/zerodrift"));
        assert_eq!(folder(Env::default()), None);
    }

    #[test]
    fn a_path_is_relative_to_the_root_of_the_repository_if_the_platform_sets_it() {
        let top = tempfile::tempdir().unwrap();
        std::fs::create_dir(top.path().join("infra")).unwrap();
        let file = top.path().join("infra/org.yaml");
        std::fs::write(&file, "").unwrap();
        let file = file.to_str().unwrap();
        let here = top.path().to_str().unwrap();
        for variable in [GITHUB_WORKSPACE, CI_PROJECT_DIR] {
            assert_eq!(Env::of([(variable, here)]).in_repository(file, &KnownFiles::default()), "infra/org.yaml");
        }
        assert_eq!(Env::default().in_repository(file, &KnownFiles::default()), file);
        assert_eq!(
            Env::of([(GITHUB_WORKSPACE, "/nowhere")]).in_repository("org.yaml", &KnownFiles::default()),
            "org.yaml"
        );
    }
}
