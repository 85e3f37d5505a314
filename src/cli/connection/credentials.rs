//! Selects the credentials of an organization: those of `--token-file`, else the token of its account, else the token for all
//! organizations, else a global key.

use std::path::Path;

use secrecy::zeroize::Zeroizing;

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::input::secrets;
use crate::cli::options::ApiArgs;
use crate::cloudflare::{Credentials, CredentialsError, Error};
use crate::ending::FailureKind;
use crate::files;
use crate::settings::{Scope, Target};
use crate::text::{self, path_argument};

/// Selects the credentials for an organization; without one, those for all organizations. Also returns where they come from,
/// as safe text: `the token of CLOUDFLARE_API_TOKEN`.
///
/// # Errors
/// Returns an error if there are none, or they cannot be used.
pub(crate) fn select(env: &Env, args: &ApiArgs, target: Option<&Target>) -> Result<(Credentials, String), CliError> {
    if let Some(path) = &args.token_file {
        return Ok((from_file(path)?, format!("the token of {}", text::path(path))));
    }
    let own =
        target.filter(|target| target.scope == Scope::Account).map(|target| env::account_token(target.id.as_str()));
    for name in own.iter().map(String::as_str).chain([env::API_TOKEN]) {
        env.require_unicode([name])?;
        if let Some(token) = env.expose(name) {
            return Ok((from_variable(env, name, token)?, format!("the token of {name}")));
        }
    }
    env.require_unicode([env::API_KEY, env::EMAIL])?;
    match (env.expose(env::API_KEY), env.get(env::EMAIL)) {
        (Some(key), Some(email)) => {
            Ok((Credentials::key(email, key).map_err(unusable)?, format!("the global key of {}", env::API_KEY)))
        }
        (Some(_), None) => Err(missing("CLOUDFLARE_API_KEY is set, but CLOUDFLARE_EMAIL is not")),
        _ => Err(match own.filter(|_| env.has_account_tokens()) {
            Some(own) => missing(&format!("no credentials: neither {own} nor {} is set", env::API_TOKEN)),
            None => missing("no credentials: neither a token nor a key is set"),
        }),
    }
}

/// Checks the token of a variable. Where accounts have tokens of their own, errors name the variable.
fn from_variable(env: &Env, name: &str, token: &str) -> Result<Credentials, CliError> {
    if !env.has_account_tokens() {
        return Credentials::token(token).map_err(unusable);
    }
    let credentials = Credentials::token(token).map_err(|error| {
        let error = unusable(error);
        let hints = error.hints.iter().map(|hint| hint.replace(env::API_TOKEN, name)).collect();
        CliError { message: format!("{name}: {}", error.message), hints, ..error }
    })?;
    Ok(credentials.of_variable(name))
}

/// Reads the token file. This happens for each organization, not once per run: a run over thousands of organizations lasts as
/// long as the budget of requests makes it, and the token of a mounted secret may be rotated meanwhile. The redactor learns
/// every token that is read.
fn from_file(path: &Path) -> Result<Credentials, CliError> {
    let unreadable = |error: std::io::Error| {
        CliError::io("read the token file", path, &error).hint(match error.kind() {
            std::io::ErrorKind::InvalidInput => {
                "to use a token that a command prints: CLOUDFLARE_API_TOKEN=\"$(COMMAND)\" zerodrift …"
            }
            _ => "name a file that contains only the token, with --token-file",
        })
    };
    let (file, metadata) = files::open(path).map_err(unreadable)?;
    private(path, &metadata)?;
    let text = Zeroizing::new(files::bounded(file, secrets::LARGEST_TOKEN_FILE).map_err(unreadable)?);
    let text = std::str::from_utf8(&text)
        .map_err(|_| unreadable(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is not UTF-8")))?;
    Credentials::token(text).map_err(unusable)
}

/// Returns the failure of credentials that cannot be used.
pub(super) fn unusable(error: CredentialsError) -> CliError {
    Error::Config(error.into()).into()
}

/// Rejects a token file that others can read: with the token they can change the organization.
#[cfg(unix)]
fn private(path: &Path, metadata: &std::fs::Metadata) -> Result<(), CliError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let message = format!("the token file {} can be read by others (mode {mode:04o})", text::path(path));
    Err(CliError::new(FailureKind::Authentication, message)
        .hint(format!("run `chmod 600 {}`, and replace the token if others may have seen it", path_argument(path)))
        .hint("for a secret that is mounted into a container, set its mode (defaultMode: 0400)"))
}

#[cfg(not(unix))]
fn private(_: &Path, _: &std::fs::Metadata) -> Result<(), CliError> {
    Ok(())
}

fn missing(message: &str) -> CliError {
    CliError::new(FailureKind::Authentication, message)
        .hint("set CLOUDFLARE_API_TOKEN, or name a file with --token-file, or set CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL")
        .hint("the token needs the permission `Access: Organizations, Identity Providers, and Groups Read` (or `Access: Organizations Read`); apply needs Write, which the dashboard calls Edit")
        .hint("to try zerodrift without an account, add --sandbox")
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;
    use secrecy::ExposeSecret as _;

    use super::*;

    const OWN: &str = "CLOUDFLARE_API_TOKEN_699D98642C564D2E855E9661899B7252";

    fn account() -> Target {
        Target::account("699d98642c564d2e855e9661899b7252").unwrap()
    }

    fn args() -> ApiArgs {
        use clap::Args as _;
        let matches = ApiArgs::augment_args(clap::Command::new("plan")).get_matches_from(["plan"]);
        ApiArgs::from_arg_matches(&matches).unwrap()
    }

    /// The secret that is selected, and the variable that hints name.
    fn selected(env: &Env, target: Option<&Target>) -> (String, Option<String>) {
        let args = args();
        let (credentials, _) = select(env, &args, target).unwrap();
        (credentials.secret().expose_secret().to_owned(), credentials.variable().map(str::to_owned))
    }

    #[test]
    fn the_token_of_an_account_comes_before_the_token_for_all() {
        let env = Env::of([(OWN, "own"), (env::API_TOKEN, "all")]);
        assert_eq!(selected(&env, Some(&account())), ("own".to_owned(), Some(OWN.to_owned())));
        let other = Target::account("0123456789abcdef0123456789abcdef").unwrap();
        let zone = Target::zone("699d98642c564d2e855e9661899b7252").unwrap();
        for target in [Some(&other), Some(&zone), None] {
            assert_eq!(selected(&env, target), ("all".to_owned(), Some(env::API_TOKEN.to_owned())), "{target:?}");
        }
        let empty = Env::of([(OWN, ""), (env::API_TOKEN, "all")]);
        assert_eq!(selected(&empty, Some(&account())).0, "all");
    }

    #[cfg(unix)]
    #[test]
    fn a_token_that_is_rotated_during_a_run_is_used_from_the_next_organization_on() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let args = ApiArgs { token_file: Some(path.clone()), ..args() };
        for token in ["first-token", "second-token"] {
            std::fs::write(&path, token).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            let (credentials, _) = select(&Env::of([(OWN, "own")]), &args, Some(&account())).unwrap();
            assert_eq!(credentials.secret().expose_secret(), token);
        }
    }

    #[test]
    fn hints_keep_the_usual_variable_where_no_account_has_a_token_of_its_own() {
        let env = Env::of([(env::API_TOKEN, "all")]);
        assert_eq!(selected(&env, Some(&account())), ("all".to_owned(), None));
    }

    #[test]
    fn an_error_names_the_variable_of_the_account() {
        let env = Env::of([(OWN, "Bearer own")]);
        let args = args();
        let error = select(&env, &args, Some(&account())).unwrap_err();
        assert!(error.message.starts_with(&format!("{OWN}: the API token starts with `Bearer `")), "{error:?}");
        assert_eq!(error.kind, FailureKind::Authentication);

        let other = Target::account("0123456789abcdef0123456789abcdef").unwrap();
        let error = select(&env, &args, Some(&other)).unwrap_err();
        assert_eq!(
            error.message,
            "no credentials: neither CLOUDFLARE_API_TOKEN_0123456789ABCDEF0123456789ABCDEF nor \
             CLOUDFLARE_API_TOKEN is set"
        );
    }
}
