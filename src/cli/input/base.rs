//! The base: the manifest as it was last applied, from a Git revision or from a file.
//!
//! A base that cannot be read is a warning, because it only labels the changes of a plan.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::git::{Git, GitError};
use crate::cli::input::repository::repository_of;
use crate::cli::options::BaseArgs;
use crate::diagnostics::{Finding, Rule, Source};
use crate::files;
use crate::manifest::{self, Manifest};
use crate::settings::{Model, Target};
use crate::text::path_argument;

/// The base of a run.
pub(crate) enum BaseInput {
    /// None was named.
    NotNamed,
    /// It was read. The manifest is `None` if it does not exist at the revision, or is of another organization.
    Read {
        /// The revision or the file.
        name: String,
        /// The manifest.
        manifest: Option<Box<Manifest>>,
    },
    /// It could not be read.
    Failed(Box<Finding>),
}

/// The limit for what `git` prints about names, in bytes. The list of renamed files may be long.
const LARGEST_LIST: u64 = 4 * 1024 * 1024;

/// Reads the base of a manifest. `target` is the organization of the manifest.
///
/// # Errors
/// Returns an error if a revision is named and the manifest comes from standard input.
pub(crate) fn read(context: &Context, args: &BaseArgs, file: &str, target: &Target) -> Result<BaseInput, CliError> {
    let (named, found) = match (&args.base, &args.base_file) {
        (Some(_), _) if file == "-" => {
            return Err(CliError::usage("--base needs the path of the manifest, which is standard input")
                .hint("pass the earlier manifest with --base-file"));
        }
        (Some(revision), _) => (revision.clone(), of_revision(context, revision, file)),
        (None, Some(path)) => (path.to_string_lossy().into_owned(), of_file(path)),
        (None, None) => return Ok(BaseInput::NotNamed),
    };
    let parsed = found.and_then(|Found { name, bytes }| {
        let manifest = bytes.map(|bytes| parse(context.model, &bytes)).transpose()?;
        Ok((name, manifest.filter(|base| base.target.as_ref().is_none_or(|base| base == target))))
    });
    Ok(match parsed {
        Ok((name, manifest)) => BaseInput::Read { name, manifest: manifest.map(Box::new) },
        Err(error) => BaseInput::Failed(Box::new(error.finding(&named, file))),
    })
}

/// A base, and its bytes if it exists.
struct Found {
    name: String,
    bytes: Option<Vec<u8>>,
}

/// Why a base could not be read.
struct BaseError {
    rule: Rule,
    reason: String,
    help: Option<String>,
}

impl BaseError {
    fn new(rule: Rule, reason: impl Into<String>) -> Self {
        Self { rule, reason: reason.into(), help: None }
    }

    fn unreadable(reason: impl Into<String>) -> Self {
        Self::new(Rule::BaseUnreadable, reason)
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn finding(self, base: &str, file: &str) -> Finding {
        let finding = Finding::new(self.rule, file, format!("cannot read the base {base}: {}", self.reason));
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

fn of_file(path: &Path) -> Result<Found, BaseError> {
    let bytes = files::read(path, manifest::LARGEST as u64);
    let bytes = bytes.map_err(|error| BaseError::unreadable(error.to_string()).help("name the earlier manifest"))?;
    Ok(Found { name: path.to_string_lossy().into_owned(), bytes: Some(bytes) })
}

fn parse(model: &Model, bytes: &[u8]) -> Result<Manifest, BaseError> {
    let parsed = Source::from_bytes("", bytes).map(|source| manifest::parse(model, &source));
    let (manifest, findings) = match parsed {
        Ok(parsed) => (parsed.manifest, parsed.findings),
        Err(findings) => (None, findings),
    };
    if manifest.as_ref().is_some_and(|manifest| manifest.composition.extends.is_some()) {
        let reason = "it extends another manifest, and parents are not read at a base";
        return Err(BaseError::new(Rule::BaseManifest, reason).help("run the command without a base"));
    }
    manifest.ok_or_else(|| {
        // Messages quote text of the base, which may be a file that must not be shown.
        let reason = match findings.iter().find(|finding| finding.is_error()) {
            Some(Finding { rule, at: Some(at), .. }) => format!("it has errors ({rule} in line {})", at.line),
            Some(Finding { rule, .. }) => format!("it has errors ({rule})"),
            None => "it has errors".to_owned(),
        };
        BaseError::new(Rule::BaseManifest, reason)
    })
}

/// Reads the manifest at the merge base of a revision and HEAD.
fn of_revision(context: &Context, revision: &str, file: &str) -> Result<Found, BaseError> {
    // A manifest that is a symbolic link has its content at the target of the link.
    let real = std::fs::canonicalize(file).ok();
    let (folder, name) = real
        .as_deref()
        .and_then(|real| Some((real.parent()?, real.file_name()?.to_str()?)))
        .ok_or_else(|| BaseError::unreadable("the path of the manifest is not UTF-8"))?;
    let history = History { git: Git::in_folder(folder, &context.env), file };
    let (is_shallow, prefix) = history.repository()?;
    let base = history.merge_base(revision, is_shallow)?;
    let path = format!("{prefix}{name}");
    let name = format!("{revision} (merge base {})", base.get(..12).unwrap_or(&base));
    if let Some(bytes) = history.blob(&base, &path)? {
        return Ok(Found { name, bytes: Some(bytes) });
    }
    let Some(earlier) = history.earlier_path(&base, &path)? else { return Ok(Found { name, bytes: None }) };
    let bytes = history.blob(&base, &earlier)?;
    Ok(Found { name: format!("{name}, as {earlier}"), bytes })
}

/// The history of a manifest.
struct History<'a> {
    git: Git,
    file: &'a str,
}

impl History<'_> {
    /// Returns whether the clone is shallow, and the path of the current folder in the repository: empty, or with a slash
    /// at its end.
    fn repository(&self) -> Result<(bool, String), BaseError> {
        let text = self.text(&["rev-parse", "--is-shallow-repository", "--show-prefix"])?;
        let (is_shallow, prefix) = text.split_once('\n').unwrap_or((&text, ""));
        Ok((is_shallow == "true", prefix.strip_suffix('\n').unwrap_or(prefix).to_owned()))
    }

    /// Returns the commit of the merge base of a revision and HEAD.
    fn merge_base(&self, revision: &str, is_shallow: bool) -> Result<String, BaseError> {
        let missing = |reason: &str| {
            match is_shallow {
            true => BaseError::new(
                Rule::BaseShallow,
                "the clone is shallow and lacks this revision or its history",
            )
            .help(
                "fetch the whole history: `fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab, or `git fetch --unshallow`",
            ),
            false => BaseError::new(Rule::BaseRevision, reason),
        }
        };
        let commit = self.git.line(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]);
        let commit = commit.ok_or_else(|| missing("there is no such revision in this repository"))?;
        let base = self.git.line(&["merge-base", &commit, "HEAD"]);
        base.ok_or_else(|| missing("it has no common history with HEAD"))
    }

    /// Returns a file at a commit; `None` if it does not exist there.
    fn blob(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, BaseError> {
        let entry = self.text(&["--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", path])?;
        let Some((entry, _)) = entry.split_once('\t') else { return Ok(None) };
        let mut fields = entry.split(' ');
        match (fields.next(), fields.next(), fields.next()) {
            (Some("100644" | "100755"), Some("blob"), Some(id)) => {
                self.output(&["cat-file", "blob", id], manifest::LARGEST as u64).map(Some)
            }
            _ => Err(BaseError::unreadable("it is not a regular file there")),
        }
    }

    /// Returns the path that a file had at a commit, if it was renamed since.
    fn earlier_path(&self, commit: &str, path: &str) -> Result<Option<String>, BaseError> {
        let list = self.text(&["diff-index", "--cached", "-z", "-M", "--diff-filter=R", "--name-status", commit])?;
        // Each entry is a status, the earlier path, and the current one.
        let mut fields = list.split('\0').skip(1);
        while let (Some(earlier), Some(current)) = (fields.next(), fields.next()) {
            if current == path {
                return Ok(Some(earlier.to_owned()));
            }
            fields.next();
        }
        Ok(None)
    }

    fn text(&self, arguments: &[&str]) -> Result<String, BaseError> {
        let output = self.output(arguments, LARGEST_LIST)?;
        String::from_utf8(output).map_err(|_| BaseError::unreadable("git printed a name that is not UTF-8"))
    }

    fn output(&self, arguments: &[&str], limit: u64) -> Result<Vec<u8>, BaseError> {
        self.git.output(arguments, limit).map_err(|error| match error {
            GitError::NotStarted(error) => BaseError::unreadable(format!("cannot run git: {error}"))
                .help("install git, or pass the earlier manifest with --base-file"),
            GitError::Failed(message) => self.failed(&message),
            GitError::Unreadable(error) => BaseError::unreadable(error.to_string()),
        })
    }

    /// The error for a message of `git`.
    fn failed(&self, message: &str) -> BaseError {
        if message.contains("dubious ownership") {
            let top = repository_of(Path::new(self.file)).unwrap_or_default();
            return BaseError::unreadable("the repository belongs to another user, so git refuses to read it")
                .help(format!("run: git config --global --add safe.directory {}", path_argument(&top)));
        }
        if message.contains("not a git repository") {
            return BaseError::unreadable("the manifest is not in a Git repository");
        }
        let line = message.lines().next().unwrap_or("git failed without a message");
        BaseError::unreadable(line.strip_prefix("fatal: ").unwrap_or(line))
    }
}
