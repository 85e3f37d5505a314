//! `init --ci`: the files with which a platform plans, applies and checks for drift.

use std::path::{Component, Path, PathBuf};

use super::default_branch::DefaultBranch;
use super::new_file::{self, IfExists};
use super::platform::{Platform, Setup, Traces};
use super::release::{COMPLETE_ME, Release};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::repository::repository_of;
use crate::cli::options::MANIFEST;
use crate::document::{self, SchemaName};
use crate::files;
use crate::text;

/// The files to write, each at its place, and what is left to do by hand.
pub(crate) struct Pipeline {
    files: Vec<NewFile>,
    setup: Setup,
    has_code_owners: bool,
    manifest: String,
    /// The branch that the files name.
    branch: Option<DefaultBranch>,
    if_exists: IfExists,
}

/// A file that is written together with others.
struct NewFile {
    path: PathBuf,
    text: String,
    /// Whether a file that exists already stays: it is part of the repository rather than of the pipeline.
    is_optional: bool,
}

impl Pipeline {
    /// Prepares the files for the repository that the manifest is in: for its platform, its default branch, and the path
    /// of the manifest. Nothing is written yet.
    ///
    /// # Errors
    /// If the platform is unclear, the manifest or the branch has a name that does not fit into a script, or a file exists
    /// already and may not be replaced.
    pub(crate) fn prepare(
        context: &Context,
        manifest: &Path,
        wanted: Option<Platform>,
        if_exists: IfExists,
    ) -> Result<Self, CliError> {
        let manifest = if manifest == Path::new("-") { Path::new(MANIFEST) } else { manifest };
        new_file::check_folder(manifest)?;
        let top = top(manifest);
        let traces = Traces::of(&top);
        let platform = wanted.or_else(|| traces.platform()).ok_or_else(|| {
            CliError::usage("--ci: cannot determine the platform from the remotes and the files of this repository")
                .hint("name it: --ci=github or --ci=gitlab")
        })?;
        let setup = traces.setup(platform);
        let path = plain(&below(&top, manifest)?, "path of the manifest")?;
        // GitLab gives the default branch to its jobs in a variable.
        let branch = (platform == Platform::GitHub).then(|| DefaultBranch::of(&top, &context.env));
        let name = branch.as_ref().map(|branch| plain(&branch.name, "default branch")).transpose()?;
        let mut files = Vec::new();
        for file in &setup.files {
            let text = for_repository(file.text, &path, name.as_deref());
            let file =
                NewFile { path: top.join(file.path), text: Release::CURRENT.complete(&text), is_optional: false };
            new_file::check(context, &file.path, if_exists)?;
            files.push(file);
        }
        if !traces.has_code_owners {
            let text = code_owners(&setup.code_owned(&path));
            files.push(NewFile { path: top.join(setup.code_owners_file), text, is_optional: true });
        }
        // The first lines of the manifest name it.
        let schema = manifest.with_file_name("schemas").join("org.schema.json");
        let text = document::schema(context.model, SchemaName::Org);
        files.push(NewFile { path: schema, text, is_optional: true });
        Ok(Self { files, setup, has_code_owners: traces.has_code_owners, manifest: path, branch, if_exists })
    }

    /// Writes the files, and says what they are and what they need.
    ///
    /// # Errors
    /// If one of them cannot be written.
    pub(crate) fn write(&self, context: &Context) -> Result<(), CliError> {
        for file in &self.files {
            if file.is_optional && file.path.exists() {
                continue;
            }
            if let Some(folder) = file.path.parent() {
                files::make_folder(folder).map_err(|error| CliError::io("make the folder", folder, &error))?;
            }
            new_file::create(context, &file.path, &file.text, self.if_exists)?;
            context.ui.note(&format!("Wrote {}", text::path(&file.path)));
        }
        self.say_next(context);
        Ok(())
    }

    /// What is left to do by hand.
    fn say_next(&self, context: &Context) {
        let say = |line: &str| context.ui.note(line);
        say("Then create what the head of each file lists");
        if let Some(branch) = self.branch.as_ref().filter(|branch| !branch.is_recorded) {
            let name = text::visible(&branch.name);
            say(&format!(
                "Check the default branch in the files: {name} is assumed, because Git does not record it here"
            ));
        }
        let pipeline = self.files.iter().take(self.setup.files.len());
        if pipeline.into_iter().any(|file| file.text.contains(COMPLETE_ME)) {
            say(Release::CURRENT.hint());
        }
        if self.has_code_owners {
            let owned = self.setup.code_owned(&self.manifest);
            let lines: String = owned.iter().map(|pattern| format!("{pattern} @{COMPLETE_ME}\n")).collect();
            say(&format!("Add to your CODEOWNERS file, with the names of the reviewers:\n\n{lines}"));
        } else {
            say(&format!(
                "Complete {}: name the reviewers, and remove the # of each line",
                self.setup.code_owners_file
            ));
        }
        self.setup.hint.into_iter().for_each(|hint| say(&format!("Then {hint}")));
    }
}

/// A CODEOWNERS file that changes nothing until the user completes it: a pattern without an owner would mean that nobody
/// must review.
fn code_owners(patterns: &[String]) -> String {
    let lines: String = patterns.iter().map(|pattern| format!("# {pattern} @{COMPLETE_ME}\n")).collect();
    format!("# Name who must review the organization and its pipeline, and remove the # of each line below.\n{lines}")
}

/// The text of a file of `examples/`, for a repository with another manifest or default branch.
fn for_repository(text: &str, manifest: &str, branch: Option<&str>) -> String {
    let text = text.replace(MANIFEST, manifest);
    let Some(branch) = branch else { return text };
    text.replace("branches: [\"main\"]", &format!("branches: [\"{branch}\"]"))
        .replace("refs/heads/main'", &format!("refs/heads/{branch}'"))
        .replace("`main`", &format!("`{branch}`"))
}

/// A name that means the same in YAML, in a shell, in a pattern and in an expression of the platform.
///
/// # Errors
/// If it has other characters than letters, digits and a few signs.
fn plain(name: &str, what: &str) -> Result<String, CliError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with(['-', '/']) {
        return Ok(name.to_owned());
    }
    Err(CliError::usage(format!("--ci: cannot write the {what} into a pipeline: {}", text::visible(name)))
        .hint("use only letters, digits, and the characters . _ / - in it"))
}

/// The path of a file below a folder, with `/` between the folders.
///
/// # Errors
/// If it is not below that folder.
fn below(top: &Path, file: &Path) -> Result<String, CliError> {
    let real = |folder: &Path| {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::canonicalize(folder).map_err(|error| CliError::io("look at", folder, &error))
    };
    let (top, folder) = (real(top)?, real(file.parent().unwrap_or(Path::new("")))?);
    let outside = || {
        CliError::usage(format!(
            "--ci: {} is outside of the current folder, which has no Git repository",
            text::path(file)
        ))
        .hint("run zerodrift in the top folder of the repository")
    };
    let folder = folder.strip_prefix(&top).map_err(|_| outside())?;
    let path = folder.join(file.file_name().ok_or_else(outside)?);
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    Ok(names.collect::<Vec<_>>().join("/"))
}

/// The top of the repository that a file is in: the nearest folder above it with a `.git`; the current folder if there is
/// none.
fn top(file: &Path) -> PathBuf {
    let here = PathBuf::new();
    let Some(top) = repository_of(file) else { return here };
    // Paths are shown, and relative ones read better.
    let is_here = std::fs::canonicalize(".").is_ok_and(|current| current == top);
    if is_here { here } else { top }
}
