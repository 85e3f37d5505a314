//! The files that a run uses, which its outputs must not overwrite.
//!
//! An output is rejected if its path is a file of this run under any name, a file of zerodrift that another run needs,
//! or not a regular file.

use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::input::manifests::ManifestSet;
use crate::cli::options::ApiArgs;
use crate::cli::output::own_file::OwnFile;
use crate::ending::FailureKind;
use crate::files::{self, FileAccess, FileIdentity, LARGEST_SET};
use crate::text;
use crate::text::path_argument;

/// The files of one run, each with its purpose.
#[derive(Debug, Clone, Default)]
pub(crate) struct UsedFiles(Vec<UsedFile>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct UsedFile {
    purpose: FilePurpose,
    path: PathBuf,
    /// The file, if it was identified when it was listed. Identifying thousands of manifests for each output is slow.
    listed: Option<FileIdentity>,
}

/// What a run uses a file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilePurpose {
    Manifest,
    Snapshot,
    Document,
    Base,
    SavedPlan,
    Backup,
    TokenFile,
    SandboxState,
    Certificates,
    Terraform,
    AuditLog,
    JobSummary,
    JobOutputs,
    /// The file of the `--report` with this index.
    Report(usize),
}

impl UsedFiles {
    /// Returns the files that the environment names, and those in the folder for state.
    pub(crate) fn of_environment(env: &Env) -> Self {
        let mut used = Self::default();
        for (purpose, variable) in [
            (FilePurpose::Certificates, env::SSL_CERT_FILE),
            (FilePurpose::JobSummary, env::GITHUB_STEP_SUMMARY),
            (FilePurpose::JobOutputs, env::GITHUB_OUTPUT),
        ] {
            used.add(purpose, env.get(variable).map(Path::new));
        }
        if let Some(folder) = env.state_folder() {
            used.add(FilePurpose::AuditLog, Some(&folder.join(env::AUDIT_LOG)));
            used.add(FilePurpose::SandboxState, Some(&folder.join(env::SANDBOX_STATE)));
        }
        used
    }

    /// Adds a file; `-`, standard input or output, is ignored.
    pub(crate) fn add(&mut self, purpose: FilePurpose, path: Option<&Path>) {
        let path = path.filter(|path| path.as_os_str() != "-");
        self.0.extend(path.map(|path| UsedFile { purpose, path: path.to_owned(), listed: None }));
    }

    /// Adds the manifests of a command that accepts several.
    pub(crate) fn add_manifests(&mut self, manifests: &ManifestSet) {
        let files = manifests.entries().iter().filter(|entry| entry.file != "-");
        self.0.extend(files.map(|entry| UsedFile {
            purpose: FilePurpose::Manifest,
            path: PathBuf::from(&entry.file),
            listed: entry.identity.clone(),
        }));
    }

    /// Adds the token file, and the state of the sandbox.
    pub(crate) fn add_api(&mut self, args: Option<&ApiArgs>) {
        let Some(args) = args else { return };
        self.add(FilePurpose::TokenFile, args.token_file.as_deref());
        self.add(FilePurpose::SandboxState, args.sandbox.as_ref().and_then(Option::as_deref));
    }

    /// Adds the files of `--report`, in order.
    pub(crate) fn add_reports(&mut self, files: &[&Path]) {
        files.iter().enumerate().for_each(|(number, file)| self.add(FilePurpose::Report(number), Some(file)));
    }

    /// Adds a Terraform configuration: one file, or those of a folder.
    pub(crate) fn add_terraform(&mut self, path: &Path) {
        self.add(FilePurpose::Terraform, Some(path));
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            self.add(FilePurpose::Terraform, Some(&entry.path()));
        }
    }

    /// Returns the paths of all files.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        self.0.iter().map(|used| used.path.as_path()).collect()
    }

    /// Rejects reports that would overwrite a file that the run uses, before anything is read or sent.
    ///
    /// # Errors
    /// Returns an error like [`UsedFiles::check`], for each `--report`.
    pub(crate) fn check_reports(&self) -> Result<(), CliError> {
        let report = |used: &UsedFile| match used.purpose {
            FilePurpose::Report(_) => self.check(used.purpose, &used.path),
            _ => Ok(()),
        };
        self.0.iter().try_for_each(report)
    }

    /// Rejects an output that is not a regular file, or would overwrite a file of this run or of zerodrift.
    ///
    /// # Errors
    /// Returns an error if the path is not a regular file, the run uses the file under this or another name, or it is a
    /// manifest, a backup or another file of zerodrift.
    pub(crate) fn check(&self, purpose: FilePurpose, path: &Path) -> Result<(), CliError> {
        if let Err(error) = files::check_output(path) {
            let failure = match purpose {
                // The failure cannot be written to this report, so it is a usage error.
                FilePurpose::Report(_) => {
                    CliError::usage(format!("{} cannot write {}: {error}", purpose.flag(), text::path(path)))
                }
                _ => CliError::io(purpose.doing(), path, &error),
            };
            return Err(failure.hint(purpose.advice()));
        }
        self.check_hits(purpose, path)
    }

    /// Rejects an output that would overwrite a file of this run or of zerodrift. The caller checks whether it is a
    /// regular file.
    ///
    /// # Errors
    /// Returns an error if it would overwrite one.
    pub(crate) fn check_hits(&self, purpose: FilePurpose, path: &Path) -> Result<(), CliError> {
        let (flag, name) = (purpose.flag(), text::path(path));
        if let Some(used) = self.hit(purpose, path) {
            let message =
                format!("{flag} would overwrite {name}, which this run already uses: {}", used.purpose.name());
            return Err(CliError::usage(message).hint("name another file"));
        }
        match own_file(path).filter(|kind| !purpose.may_replace(*kind)) {
            None => Ok(()),
            Some(kind) => Err(CliError::usage(format!("{flag} would overwrite {name}, which is {kind}"))
                .hint("name another file, or delete this one if you do not need it")),
        }
    }

    /// Returns the file of this run that an output would overwrite.
    fn hit(&self, purpose: FilePurpose, path: &Path) -> Option<&UsedFile> {
        let place = FileIdentity::of(path);
        let is_same = |used: &&UsedFile| used.path == path || (place.is_some() && used.identity() == place);
        self.0.iter().filter(|used| used.purpose != purpose).find(is_same)
    }

    /// Writes an output atomically, after checking it once more.
    ///
    /// # Errors
    /// Returns an error like [`UsedFiles::check`], or if the file cannot be written. An existing file is unchanged
    /// then.
    pub(crate) fn write(
        &self,
        purpose: FilePurpose,
        path: &Path,
        text: &str,
        access: FileAccess,
    ) -> Result<(), CliError> {
        self.check(purpose, path)?;
        let others = self.0.iter().filter(|used| used.purpose != purpose);
        let reserved: Vec<FileIdentity> = others.filter_map(UsedFile::identity).collect();
        files::replace(path, text.as_bytes(), access, &reserved).map_err(|error| {
            let failure = CliError::io(purpose.doing(), path, &error);
            match path.parent().filter(|_| error.kind() == std::io::ErrorKind::NotFound) {
                Some(folder) => failure.hint(format!("run: mkdir -p {}", path_argument(folder))),
                None => failure,
            }
        })
    }

    /// Appends to a file that the platform provides for a job, after checking it.
    ///
    /// # Errors
    /// Returns an error like [`UsedFiles::check`], or if the file cannot be written.
    pub(crate) fn append(&self, purpose: FilePurpose, path: &Path, lines: &str) -> Result<(), CliError> {
        self.check(purpose, path).map_err(|error| CliError { kind: FailureKind::Io, ..error })?;
        files::append(path, lines, FileAccess::Umask).map_err(|error| CliError::io(purpose.doing(), path, &error))
    }
}

impl UsedFile {
    fn identity(&self) -> Option<FileIdentity> {
        self.listed.clone().or_else(|| FileIdentity::of(&self.path))
    }
}

impl FilePurpose {
    /// Returns what the file is.
    fn name(self) -> &'static str {
        match self {
            Self::Manifest => "the manifest",
            Self::Snapshot => "the snapshot",
            Self::Document => "the document",
            Self::Base => "the base",
            Self::SavedPlan => "the saved plan",
            Self::Backup => "the backup",
            Self::TokenFile => "the token file",
            Self::SandboxState => "the sandbox's state",
            Self::Certificates => "the certificates of SSL_CERT_FILE",
            Self::Terraform => "the Terraform configuration",
            Self::AuditLog => "the audit log",
            Self::JobSummary => "the summary of the job",
            Self::JobOutputs => "the outputs of the job",
            Self::Report(_) => "another report",
        }
    }

    /// Returns the option, the variable or the command that names an output with this purpose.
    fn flag(self) -> &'static str {
        match self {
            Self::Report(_) => "--report",
            Self::SavedPlan => "--out",
            Self::Manifest => "init",
            Self::JobSummary => env::GITHUB_STEP_SUMMARY,
            Self::JobOutputs => env::GITHUB_OUTPUT,
            _ => self.name(),
        }
    }

    /// Returns whether an output with this purpose may replace a file of this kind: a plan replaces an earlier plan,
    /// `init --force` replaces a manifest, and the audit log is appended to.
    fn may_replace(self, kind: OwnFile) -> bool {
        matches!(
            (self, kind),
            (Self::SavedPlan, OwnFile::SavedPlan)
                | (Self::Manifest, OwnFile::Manifest)
                | (Self::AuditLog, OwnFile::AuditLog)
        )
    }

    fn doing(self) -> &'static str {
        match self {
            Self::Report(_) => "write the report",
            Self::SavedPlan => "save the plan as",
            Self::JobSummary | Self::JobOutputs => "write the job file",
            _ => "write",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Report(_) => "name a regular file; use --format for standard output",
            Self::SavedPlan => "name a regular file; use --format json to print a plan",
            _ => "name another file, or the target of the link",
        }
    }
}

/// Returns the kind of a file of zerodrift by its content; `None` for other files, and for files that cannot be read.
pub(crate) fn own_file(path: &Path) -> Option<OwnFile> {
    let bytes = files::read(path, LARGEST_SET).ok()?;
    OwnFile::of(path, &bytes)
}
