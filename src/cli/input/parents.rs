//! Reads the parents that a manifest extends, from the file system or another source. The work is bounded: at most three
//! files of at most 1 MiB each.
//!
//! A manifest may come from a pull request, so a parent must be a regular file inside the repository, and a message never
//! shows text of a file that is not a manifest.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::input::known_files::{KnownFiles, ParentFile, RealFolder};
use crate::diagnostics::{Finding, Rule, Source};
use crate::files;
use crate::manifest::{self, Extends, LONGEST_CHAIN, Manifest, Parsed};
use crate::settings::Model;

/// The parents of a manifest, the one that it names first.
#[derive(Debug, Default)]
pub(crate) struct Parents {
    /// The manifests, as far as they could be read.
    pub(crate) manifests: Vec<Manifest>,
    /// Their texts, for showing lines of them.
    pub(crate) sources: Vec<Source>,
    /// What is wrong with them. An error means that a parent is missing.
    pub(crate) findings: Vec<Finding>,
}

/// The source of a manifest and its parents.
pub(super) trait ManifestFiles {
    /// Returns the path of a file without links, `.` and `..`, by which a cycle is found.
    ///
    /// # Errors
    /// Returns an error if the file does not exist.
    fn real(&self, path: &Path) -> io::Result<PathBuf>;

    /// Whether a parent may have this real path.
    fn contains(&self, real: &Path) -> bool;

    /// Returns the content of a regular file: all of it, or more than the size limit of a manifest.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, or is not a regular file.
    fn read(&self, real: &Path) -> io::Result<Vec<u8>>;

    /// Returns the parent with a name and a real path; `None` if the file is not a manifest.
    ///
    /// # Errors
    /// Returns an error like [`ManifestFiles::read`].
    fn parent(&self, model: &Model, name: &str, real: &Path) -> io::Result<Option<ParentFile>> {
        Ok(ParentFile::parse(model, name, &self.read(real)?))
    }
}

/// The file system, as the source of the manifest at a path.
pub(super) struct FilesOnDisk<'a> {
    known: &'a KnownFiles,
    /// The real path of the folder that contains every parent: the repository of the manifest, else the topmost folder
    /// that was named on the command line and contains the manifest, else the folder of the manifest.
    top: Option<PathBuf>,
}

impl<'a> FilesOnDisk<'a> {
    pub(super) fn around(context: &'a Context, manifest: &str) -> Self {
        let topmost = |folder: PathBuf| context.manifests.topmost_folder(&folder).map(Path::to_owned).unwrap_or(folder);
        let known = &context.known_files;
        let folder = known.folder(files::parent(Path::new(manifest))).ok();
        Self { known, top: folder.map(|RealFolder { path, repository }| repository.unwrap_or_else(|| topmost(path))) }
    }
}

impl ManifestFiles for FilesOnDisk<'_> {
    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.known.real(path)
    }

    fn contains(&self, real: &Path) -> bool {
        self.top.as_ref().is_some_and(|top| real.starts_with(top))
    }

    fn read(&self, real: &Path) -> io::Result<Vec<u8>> {
        files::read_start(real, manifest::LARGEST as u64 + 1)
    }

    fn parent(&self, model: &Model, name: &str, real: &Path) -> io::Result<Option<ParentFile>> {
        self.known.parent(name, real, || Ok(ParentFile::parse(model, name, &self.read(real)?)))
    }
}

/// Reads the parents of a manifest: the one that it names, the one that this one names, and so on. A parent with errors is
/// followed too, so that the findings of all are known.
pub(super) fn read(context: &Context, files: &impl ManifestFiles, manifest: &str, extends: &Extends) -> Parents {
    let mut parents = Parents::default();
    if manifest == "-" {
        let message = "standard input has no folder, so a manifest from it cannot extend another one";
        let finding = Finding::new(Rule::Extends, manifest, message).at(&extends.at);
        parents.findings.push(finding.help("name the manifest as a file"));
        return parents;
    }
    let mut visited: Vec<PathBuf> = files.real(Path::new(manifest)).into_iter().collect();
    let (mut current, mut next) = (manifest.to_owned(), Some(extends.clone()));
    let mut length = 1;
    while let Some(extends) = next.take() {
        length += 1;
        let opened = if length > LONGEST_CHAIN {
            let message = format!("{} is one parent too many: a chain has at most {LONGEST_CHAIN} files", extends.path);
            Err(Box::new(Finding::new(Rule::LongChain, &current, message)))
        } else {
            open(context, files, &current, &extends, &visited)
        };
        match opened {
            Ok((parent, real)) => {
                visited.push(real);
                let name = parent.source.name.clone();
                let Parsed { target, extends: parent, .. } = parents.add(context, parent);
                if target.is_some() {
                    let message = format!("{name} names an account or a zone, but a parent has no target");
                    parents.findings.push(Finding::new(Rule::ParentTarget, &current, message).at(&extends.at));
                }
                (current, next) = (name, parent);
            }
            Err(finding) => parents.findings.push(finding.at(&extends.at)),
        }
    }
    parents
}

impl Parents {
    /// Keeps the findings of a parent, and the manifest unless it has errors.
    fn add(&mut self, context: &Context, parent: ParentFile) -> Parsed {
        let ParentFile { source, mut parsed } = parent;
        let withheld = context.withheld(&source);
        self.findings.extend(parsed.findings.drain(..).map(|finding| match withheld {
            Some(reason) => finding.withheld(reason),
            None => finding,
        }));
        if withheld.is_none() {
            self.sources.push(source);
        }
        self.manifests.extend(parsed.manifest.take());
        parsed
    }
}

/// Reads a parent of `current`, with its real path. The finding of a failure has no location.
fn open(
    context: &Context,
    files: &impl ManifestFiles,
    current: &str,
    extends: &Extends,
    visited: &[PathBuf],
) -> Result<(ParentFile, PathBuf), Box<Finding>> {
    let refused = |rule, message: String| Box::new(Finding::new(rule, current, message));
    let unreadable = |name: &str, error: &io::Error| {
        refused(Rule::ParentUnreadable, format!("cannot read the parent {name}: {error}"))
    };
    let path = files::parent(Path::new(current)).join(&extends.path);
    let real = files.real(&path);
    let name = tidy(files, &path, real.as_ref().ok());
    let real = real.map_err(|error| unreadable(&name, &error))?;
    if !files.contains(&real) {
        let message = format!("the parent {name} is outside the repository or folder of the manifest");
        return Err(refused(Rule::ParentOutside, message));
    }
    if visited.contains(&real) {
        return Err(refused(Rule::ExtendsCycle, format!("the chain of parents leads back to {name}")));
    }
    let parent = files.parent(context.model, &name, &real).map_err(|error| unreadable(&name, &error))?;
    let parent = parent.ok_or_else(|| refused(Rule::ParentNotAManifest, format!("{name} is not a manifest")))?;
    Ok((parent, real))
}

/// Returns a path without `.` and `folder/..`, as a user would write it. The path as it is if that leads elsewhere, which
/// a link to a folder can cause.
fn tidy(files: &impl ManifestFiles, path: &Path, real: Option<&PathBuf>) -> String {
    let short = without_dots(path);
    let is_same = short == path || files.real(&short).ok().as_ref() == real;
    let shown = if is_same { &short } else { path };
    shown.to_string_lossy().into_owned()
}

/// Returns a path without `.` and `folder/..`.
pub(super) fn without_dots(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(short.components().next_back(), Some(Component::Normal(_))) => {
                short.pop();
            }
            other => short.push(other),
        }
    }
    if short.as_os_str().is_empty() { PathBuf::from(".") } else { short }
}
