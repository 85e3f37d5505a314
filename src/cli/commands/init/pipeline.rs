//! `init --ci`: the files of a pipeline that plans, applies and checks for drift.

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

/// The files to write, and the steps that remain to be done by hand.
pub(crate) struct Pipeline {
    files: Vec<NewFile>,
    setup: Setup,
    has_code_owners: bool,
    manifest: String,
    /// The default branch in the files.
    branch: Option<DefaultBranch>,
    if_exists: IfExists,
}

/// A file to write.
struct NewFile {
    path: PathBuf,
    text: String,
    /// Whether an existing file is kept, because it may have been edited.
    is_optional: bool,
}

impl Pipeline {
    /// Prepares the files for the platform, the default branch, and the manifest of a repository, without writing them.
    ///
    /// # Errors
    /// Returns an error if the platform is unknown, the path of the manifest or the name of the branch cannot be used in a
    /// script, or a file exists and may not be replaced.
    pub(crate) fn prepare(
        context: &Context,
        manifest: &Path,
        platform: Option<Platform>,
        if_exists: IfExists,
    ) -> Result<Self, CliError> {
        let manifest = if manifest == Path::new("-") { Path::new(MANIFEST) } else { manifest };
        new_file::check_folder(manifest)?;
        let top = top(manifest);
        let traces = Traces::of(&top);
        let platform = platform.or_else(|| traces.platform()).ok_or_else(|| {
            CliError::usage("--ci: cannot determine the platform from the remotes and the files of this repository")
                .hint("name it: --ci=github or --ci=gitlab")
        })?;
        let setup = traces.setup(platform);
        let path = plain(&below(&top, manifest)?, "path of the manifest")?;
        // On GitLab, a variable has the default branch.
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
        // The first lines of the manifest refer to it.
        let schema = manifest.with_file_name("schemas").join("org.schema.json");
        let text = document::schema(context.model, SchemaName::Org);
        files.push(NewFile { path: schema, text, is_optional: true });
        Ok(Self { files, setup, has_code_owners: traces.has_code_owners, manifest: path, branch, if_exists })
    }

    /// Writes the files, and prints their paths and the next steps.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub(crate) fn write(&self, context: &Context) -> Result<(), CliError> {
        for file in &self.files {
            if file.is_optional && file.path.exists() {
                continue;
            }
            if let Some(folder) = file.path.parent() {
                files::make_folder(folder).map_err(|error| CliError::io("create the folder", folder, &error))?;
            }
            new_file::create(context, &file.path, &file.text, self.if_exists)?;
            context.ui.note(&format!("Wrote {}", text::path(&file.path)));
        }
        self.say_next(context);
        Ok(())
    }

    /// Prints the steps that remain to be done by hand.
    fn say_next(&self, context: &Context) {
        let say = |line: &str| context.ui.note(line);
        say("Then create what the first lines of each file list");
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

/// Returns a CODEOWNERS file in which all lines are comments until the user completes it: a pattern without an owner would
/// remove the required review.
fn code_owners(patterns: &[String]) -> String {
    let lines: String = patterns.iter().map(|pattern| format!("# {pattern} @{COMPLETE_ME}\n")).collect();
    format!("# Name who must review the organization and its pipeline, and remove the # of each line below.\n{lines}")
}

/// Adapts a file of `examples/` to the manifest and the default branch of a repository.
fn for_repository(text: &str, manifest: &str, branch: Option<&str>) -> String {
    let text = text.replace(MANIFEST, manifest);
    let Some(branch) = branch else { return text };
    text.replace("branches: [\"main\"]", &format!("branches: [\"{branch}\"]"))
        .replace("refs/heads/main'", &format!("refs/heads/{branch}'"))
        .replace("`main`", &format!("`{branch}`"))
}

/// Checks a name that must mean the same in YAML, in a shell, in a pattern and in an expression of the platform.
///
/// # Errors
/// Returns an error if the name has characters other than letters, digits and `._/-`.
fn plain(name: &str, what: &str) -> Result<String, CliError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with(['-', '/']) {
        return Ok(name.to_owned());
    }
    Err(CliError::usage(format!("--ci: cannot write the {what} into a pipeline: {}", text::visible(name)))
        .hint("use only letters, digits, and the characters . _ / - in it"))
}

/// Returns the path of a file relative to a folder, with `/` as separator.
///
/// # Errors
/// Returns an error if the file is not below the folder.
fn below(top: &Path, file: &Path) -> Result<String, CliError> {
    let real = |folder: &Path| {
        std::fs::canonicalize(folder).map_err(|error| CliError::io("resolve the path of", folder, &error))
    };
    let top = if top.as_os_str().is_empty() { Path::new(".") } else { top };
    let (top, folder) = (real(top)?, real(files::parent(file))?);
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

/// Returns the top folder of the repository of a file: the nearest one above it with a `.git`, else the current folder.
fn top(file: &Path) -> PathBuf {
    let here = PathBuf::new();
    let Some(top) = repository_of(file) else { return here };
    // The path is shown to the user, so prefer a relative one.
    let is_here = std::fs::canonicalize(".").is_ok_and(|current| current == top);
    if is_here { here } else { top }
}
