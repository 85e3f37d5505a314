//! The base: the manifest as it was last applied, from a Git revision or from a file.
//!
//! A base that cannot be read is a warning, because it only labels the changes of a plan.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::git::{Git, GitError};
use crate::cli::input::parents::{self, FilesOnDisk, ManifestFiles};
use crate::cli::input::repository::repository_of;
use crate::cli::options::BaseArgs;
use crate::diagnostics::{Finding, Rule, Source};
use crate::files;
use crate::manifest::{self, Manifest, Parsed};
use crate::settings::Target;
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
        (None, Some(path)) => (path.to_string_lossy().into_owned(), of_file(context, path)),
        (None, None) => return Ok(BaseInput::NotNamed),
    };
    Ok(match found {
        Ok(Found { name, manifest }) => {
            let manifest = manifest.filter(|base| base.target.as_ref().is_none_or(|base| base == target));
            BaseInput::Read { name, manifest: manifest.map(Box::new) }
        }
        Err(error) => BaseInput::Failed(Box::new(error.finding(&named, file))),
    })
}

/// A base, and its manifest if it exists.
struct Found {
    name: String,
    manifest: Option<Manifest>,
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

fn of_file(context: &Context, path: &Path) -> Result<Found, BaseError> {
    let bytes = files::read(path, manifest::LARGEST as u64);
    let bytes = bytes.map_err(|error| BaseError::unreadable(error.to_string()).help("name the earlier manifest"))?;
    let name = path.to_string_lossy().into_owned();
    let manifest = composed(context, &FilesOnDisk::around(context, &name), &name, &bytes)?;
    Ok(Found { name, manifest: Some(manifest) })
}

/// Parses a base, and merges it with its parents.
fn composed(context: &Context, files: &impl ManifestFiles, path: &str, bytes: &[u8]) -> Result<Manifest, BaseError> {
    let source = Source::from_bytes(path, bytes).map_err(|findings| faulty(path, &findings))?;
    let Parsed { manifest, findings, .. } = manifest::parse(context.model, &source);
    let manifest = manifest.ok_or_else(|| faulty(path, &findings))?;
    let Some(extends) = &manifest.composition.extends else { return Ok(manifest) };
    let parents = parents::read(context, files, path, extends);
    if let Some(error) = parents.findings.iter().find(|finding| finding.is_error()) {
        return Err(match error.rule {
            Rule::ParentUnreadable => BaseError::unreadable(&error.message),
            rule if names_paths_only(rule) => BaseError::new(Rule::BaseManifest, &error.message),
            _ => faulty(path, &parents.findings),
        });
    }
    let composed = manifest::compose(context.model, &manifest, &parents.manifests);
    composed.manifest.ok_or_else(|| faulty(path, &composed.findings))
}

/// Whether the messages of a rule quote nothing but the paths of manifests.
fn names_paths_only(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::ParentNotAManifest | Rule::ParentOutside | Rule::ParentTarget | Rule::ExtendsCycle | Rule::LongChain
    )
}

/// The error for a base with errors. Messages quote text of the base, which may be a file that must not be shown.
fn faulty(path: &str, findings: &[Finding]) -> BaseError {
    let reason = findings.iter().find(|finding| finding.is_error()).map(|Finding { rule, at, file, .. }| {
        let line = at.as_ref().map(|at| format!(" in line {}", at.line)).unwrap_or_default();
        let file = if file == path { String::new() } else { format!(" of {file}") };
        format!(" ({rule}{line}{file})")
    });
    BaseError::new(Rule::BaseManifest, format!("it has errors{}", reason.unwrap_or_default()))
}

/// Reads the manifest at the merge base of a revision and HEAD.
fn of_revision(context: &Context, revision: &str, file: &str) -> Result<Found, BaseError> {
    // A manifest that is a symbolic link has its content at the target of the link.
    let real = std::fs::canonicalize(file).ok();
    let (folder, name) = real
        .as_deref()
        .and_then(|real| Some((real.parent()?, real.file_name()?.to_str()?)))
        .ok_or_else(|| BaseError::unreadable("the path of the manifest is not UTF-8"))?;
    let is_elsewhere = std::fs::canonicalize(files::parent(Path::new(file))).is_ok_and(|named| named != folder);
    let history = History { git: Git::in_folder(folder, &context.env), file };
    let (is_shallow, prefix) = history.repository()?;
    let commit = history.merge_base(revision, is_shallow)?;
    let mut path = format!("{prefix}{name}");
    let mut name = format!("{revision} (merge base {})", commit.get(..12).unwrap_or(&commit));
    let mut bytes = history.blob(&commit, &path)?;
    if bytes.is_none() {
        let Some(earlier) = history.earlier_path(&commit, &path)? else { return Ok(Found { name, manifest: None }) };
        bytes = history.blob(&commit, &earlier)?;
        name = format!("{name}, as {earlier}");
        path = earlier;
    }
    let files = FilesAtCommit { history: &history, commit: &commit, is_elsewhere };
    let manifest = bytes.map(|bytes| composed(context, &files, &path, &bytes)).transpose()?;
    Ok(Found { name, manifest })
}

/// The files of a commit. Paths begin at the top of the repository, and links are not followed.
struct FilesAtCommit<'a> {
    history: &'a History<'a>,
    commit: &'a str,
    /// Whether the manifest is a symbolic link to another folder. Its parents are relative to the link.
    is_elsewhere: bool,
}

impl ManifestFiles for FilesAtCommit<'_> {
    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        if self.is_elsewhere {
            return Err(io::Error::other("the manifest is a symbolic link to another folder"));
        }
        Ok(parents::without_dots(path))
    }

    fn contains(&self, real: &Path) -> bool {
        real.components().all(|component| matches!(component, Component::Normal(_)))
    }

    fn read(&self, real: &Path) -> io::Result<Vec<u8>> {
        let folders: Vec<_> = real.iter().map(|folder| folder.to_string_lossy()).collect();
        let found = self.history.blob(self.commit, &folders.join("/"));
        let found = found.map_err(|error| io::Error::other(error.reason))?;
        found.ok_or_else(|| io::Error::other("it does not exist there"))
    }
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
