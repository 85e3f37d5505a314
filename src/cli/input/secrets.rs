//! The credentials that outputs must not show, and the files whose text must not be shown.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::cli::input::env::{self, Env};
use crate::cli::input::known_files::{KnownFiles, RealFolder};
use crate::cli::options::ApiArgs;
use crate::cloudflare::{Credentials, ProxyRoute};
use crate::diagnostics::Source;
use crate::files;
use crate::text::Redactor;

/// The size of the largest token file, in bytes; a larger file is rejected where it is used.
pub(crate) const LARGEST_TOKEN_FILE: u64 = 64 * 1024;

/// Collects the secrets of the environment and of the token file, whether or not this run uses them. An e-mail address
/// is not a secret.
pub(crate) fn of(env: &Env, args: Option<&ApiArgs>) -> Redactor {
    let secrets = Redactor::default();
    env.credentials().for_each(|value| learn_words(&secrets, value));
    let base_url = args.and_then(|args| args.base_url.as_deref()).or_else(|| env.expose(env::BASE_URL));
    let proxies = ProxyRoute::naming().filter_map(|name| env.expose(name));
    proxies.chain(base_url).for_each(|url| learn_url(&secrets, url));
    if let Some(text) = args.and_then(|args| args.token_file.as_deref()).and_then(token) {
        learn_words(&secrets, &String::from_utf8_lossy(&text));
    }
    secrets
}

/// Adds the credentials that a connection uses.
pub(crate) fn learn(secrets: &Redactor, credentials: &Credentials) {
    secrets.learn(credentials.secret().expose_secret());
}

/// Adds a value and each of its words, for tokens that were pasted with `Bearer` or quotation marks.
fn learn_words(secrets: &Redactor, value: &str) {
    secrets.learn(value);
    value.split_whitespace().for_each(|word| secrets.learn(word.trim_matches(['"', '\''])));
}

/// Adds the user information of a URL, even of an invalid one.
fn learn_url(secrets: &Redactor, url: &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let Some((login, _)) = rest.rsplit_once('@') else { return };
    match login.split_once(':') {
        Some((user, password)) => secrets.learn_login(user, password),
        None => secrets.learn(login),
    }
}

/// Reads the token file, if it is a regular file.
fn token(path: &Path) -> Option<Zeroizing<Vec<u8>>> {
    files::read(path, LARGEST_TOKEN_FILE).ok().map(Zeroizing::new)
}

/// Files whose text findings must not show.
#[derive(Debug, Default)]
pub(crate) struct PrivateFiles {
    token_file: Option<PathBuf>,
}

impl PrivateFiles {
    /// Returns those of a run.
    pub(crate) fn of(args: Option<&ApiArgs>) -> Self {
        let token_file = args.and_then(|args| args.token_file.as_deref());
        Self { token_file: token_file.and_then(|path| std::fs::canonicalize(path).ok()) }
    }

    /// Returns why the lines of a file must not be shown; `None` if they may be. A pull request can make the manifest a
    /// symbolic link to a secret, which must not appear in a finding.
    pub(crate) fn reason(&self, source: &Source, secrets: &Redactor, known: &KnownFiles) -> Option<&'static str> {
        if source.text.contains('\0') {
            return Some("it is not text");
        }
        if secrets.finds(&source.text) {
            return Some("it contains a credential of this run");
        }
        let name = Path::new(&source.name);
        let real = known.real(name).ok().filter(|_| source.name != "-")?;
        if self.token_file.as_ref() == Some(&real) {
            return Some("it is the token file");
        }
        (!real.starts_with(top(name, known)?)).then_some("it is a symbolic link to a file outside the repository")
    }
}

/// Returns the folder that must contain a file: the repository around the folder that its name is relative to, or that
/// folder itself outside a repository.
fn top(name: &Path, known: &KnownFiles) -> Option<PathBuf> {
    let is_below = name.is_relative() && !name.components().any(|part| part == std::path::Component::ParentDir);
    let folder = if is_below { Path::new(".") } else { files::parent(name) };
    let RealFolder { path, repository } = known.folder(folder).ok()?;
    Some(repository.unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "zdT0ken-that-must-never-be-seen_7391";

    #[test]
    fn credentials_are_collected_from_every_variable_that_may_contain_one() {
        for (name, value, secret) in [
            ("CLOUDFLARE_API_TOKEN", TOKEN.to_owned(), TOKEN),
            ("CLOUDFLARE_API_TOKEN", format!("Bearer \"{TOKEN}\""), TOKEN),
            ("CLOUDFLARE_API_TOKEN_699D98642C564D2E855E9661899B7252", TOKEN.to_owned(), TOKEN),
            ("CLOUDFLARE_API_KEY", "144c9defac04969c7bfad8efaa8ea194".to_owned(), "144c9defac04969c7bfad8efaa8ea194"),
            ("HTTPS_PROXY", "http://me:hunter2@proxy.example:8080".to_owned(), "hunter2"),
            ("https_proxy", "me:p%40ssw%2Frd@proxy.example".to_owned(), "p@ssw/rd"),
            ("ALL_PROXY", "socks5://me:hun/ter@2@[::1".to_owned(), "hun/ter@2"),
            ("CLOUDFLARE_BASE_URL", "https://me:hunter2@api.example".to_owned(), "hunter2"),
        ] {
            let secrets = of(&Env::of([(name, &value)]), None);
            assert!(secrets.finds(&format!("a {secret} z")), "{name}={value}");
        }
        let email = Env::of([("CLOUDFLARE_EMAIL", "somebody@widget.example"), ("CLOUDFLARE_ACCOUNT_ID", TOKEN)]);
        assert!(!of(&email, None).finds(&format!("somebody@widget.example {TOKEN}")));
    }

    #[test]
    fn lines_of_a_file_are_shown_unless_it_may_be_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Redactor::default();
        secrets.learn(TOKEN);
        let reason = |name: &str, text: &str| {
            let name = folder.path().join(name).display().to_string();
            let source = Source { name, text: text.to_owned() };
            PrivateFiles::default().reason(&source, &secrets, &KnownFiles::default())
        };
        std::fs::write(folder.path().join("org.yaml"), "").unwrap();
        assert_eq!(reason("org.yaml", "name: A"), None);
        assert_eq!(reason("gone.yaml", "name: A"), None);
        assert_eq!(reason("org.yaml", "name: A\0"), Some("it is not text"));
        assert_eq!(reason("org.yaml", &format!("# {TOKEN}")), Some("it contains a credential of this run"));
    }

    #[cfg(unix)]
    #[test]
    fn lines_behind_a_link_are_shown_only_inside_the_repository() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("repository/.git")).unwrap();
        std::fs::create_dir_all(path("repository/orgs")).unwrap();
        std::fs::write(path("repository/real.yaml"), "").unwrap();
        std::fs::write(elsewhere.path().join("secret"), "").unwrap();
        let link = |to: PathBuf, name: &str| std::os::unix::fs::symlink(to, path(name)).unwrap();
        link(path("repository/real.yaml"), "repository/orgs/inside.yaml");
        link(elsewhere.path().join("secret"), "repository/orgs/outside.yaml");
        let reason = |name: &str| {
            let source = Source { name: path(name).display().to_string(), text: String::new() };
            PrivateFiles::default().reason(&source, &Redactor::default(), &KnownFiles::default())
        };
        assert_eq!(reason("repository/orgs/inside.yaml"), None);
        assert_eq!(
            reason("repository/orgs/outside.yaml"),
            Some("it is a symbolic link to a file outside the repository")
        );
        let files = PrivateFiles { token_file: std::fs::canonicalize(path("repository/real.yaml")).ok() };
        let source = Source { name: path("repository/orgs/inside.yaml").display().to_string(), text: String::new() };
        assert_eq!(files.reason(&source, &Redactor::default(), &KnownFiles::default()), Some("it is the token file"));
    }
}
