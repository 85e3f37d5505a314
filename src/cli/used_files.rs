//! The files that a run uses, and what its outputs may therefore not hit.
//!
//! An output goes where the user says, unless that is a file of this run by any name, a file of zerodrift that another
//! run needs, or not a regular file at all.

use std::fmt;
use std::path::{Path, PathBuf};

use super::args::{self, ApiArgs, Command};
use super::env::{self, Env};
use super::error::CliError;
use super::exit::Exit;
use super::history;
use super::own_file::OwnFile;
use crate::files::{self, Access, FileIdentity, LARGEST_DOCUMENT};
use crate::report;
use crate::text;

/// The files of one run, each with what it is.
#[derive(Debug, Clone, Default)]
pub(super) struct UsedFiles(Vec<UsedFile>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct UsedFile {
    role: Role,
    path: PathBuf,
}

/// What a run uses a file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Manifest,
    Snapshot,
    SavedPlan,
    Backup,
    TokenFile,
    SandboxState,
    Certificates,
    Terraform,
    AuditLog,
    JobSummary,
    JobOutputs,
    /// `--report` of this number.
    Report(usize),
}

/// An output of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output<'a> {
    /// What it is.
    pub(super) role: Role,
    /// The option that names it, or the command.
    pub(super) flag: &'a str,
    /// Where.
    pub(super) path: &'a Path,
}

impl UsedFiles {
    /// The files that a command reads, and those that it writes besides its result.
    pub(super) fn of(command: &Command, env: &Env) -> Self {
        let mut used = Self::default();
        for (role, variable) in [
            (Role::Certificates, env::SSL_CERT_FILE),
            (Role::JobSummary, env::GITHUB_STEP_SUMMARY),
            (Role::JobOutputs, env::GITHUB_OUTPUT),
        ] {
            used.add(role, env.get(variable).map(Path::new));
        }
        if let Some(folder) = env.state_folder() {
            used.add(Role::AuditLog, Some(&folder.join(history::AUDIT_LOG)));
            used.add(Role::SandboxState, Some(&folder.join("sandbox.json")));
        }
        used.add_arguments(command);
        used
    }

    fn add_arguments(&mut self, command: &Command) {
        match command {
            Command::Plan(args) => {
                self.add(Role::Manifest, Some(Path::new(&args.file.file)));
                self.add(Role::Snapshot, args.live.as_deref());
                self.add(Role::SavedPlan, args.out.as_deref());
                self.add_api(&args.api);
                self.add_reports(args.forms.reports.iter().map(|report| report.file.as_path()));
            }
            Command::Drift(args) => {
                self.add(Role::Manifest, Some(Path::new(&args.file.file)));
                self.add_api(&args.api);
                self.add_reports(args.forms.reports.iter().map(|report| report.file.as_path()));
            }
            Command::Validate(args) => {
                self.add(Role::Manifest, Some(Path::new(&args.file.file)));
                self.add_reports(args.forms.reports.iter().map(|report| report.file.as_path()));
            }
            Command::Apply(args) => {
                // That of a saved plan is named in it, and known by its content.
                let default = Some(args::MANIFEST).filter(|_| args.plan.is_none());
                self.add(Role::Manifest, args.file.as_deref().or(default).map(Path::new));
                self.add(Role::SavedPlan, args.plan.as_deref());
                self.add_api(&args.api);
            }
            Command::Rollback(args) => {
                self.add(Role::Backup, Some(&args.backup));
                self.add_api(&args.api);
            }
            Command::Init(args) => {
                self.add_terraform(args.from_terraform.as_deref());
                self.add_api(&args.api);
            }
            // Their one output is standard output.
            Command::Export(_) | Command::RevokeUser(_) | Command::Doctor(_) | Command::Sandbox(_) => {}
            Command::Explain(_) | Command::Schema(_) | Command::Completions(_) | Command::Man => {}
        }
    }

    fn add(&mut self, role: Role, path: Option<&Path>) {
        let path = path.filter(|path| path.as_os_str() != "-");
        self.0.extend(path.map(|path| UsedFile { role, path: path.to_owned() }));
    }

    fn add_api(&mut self, args: &ApiArgs) {
        self.add(Role::TokenFile, args.token_file.as_deref());
        self.add(Role::SandboxState, args.sandbox.as_ref().and_then(Option::as_deref));
    }

    fn add_reports<'a>(&mut self, files: impl Iterator<Item = &'a Path>) {
        files.enumerate().for_each(|(number, file)| self.add(Role::Report(number), Some(file)));
    }

    /// A configuration is one file, or those of a folder.
    fn add_terraform(&mut self, path: Option<&Path>) {
        self.add(Role::Terraform, path);
        for entry in path.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten() {
            self.add(Role::Terraform, Some(&entry.path()));
        }
    }

    /// The paths of all of them.
    pub(super) fn paths(&self) -> Vec<&Path> {
        self.0.iter().map(|used| used.path.as_path()).collect()
    }

    /// Refuses outputs that would hit what the run uses. Said before anything is read or sent.
    ///
    /// # Errors
    /// As [`UsedFiles::check`], for each `--report`.
    pub(super) fn check_reports(&self) -> Result<(), CliError> {
        let report = |used: &UsedFile| match used.role {
            Role::Report(number) => self.check(Output::report(number, &used.path)),
            _ => Ok(()),
        };
        self.0.iter().try_for_each(report)
    }

    /// Refuses an output that would hit a file of this run or of zerodrift.
    ///
    /// # Errors
    /// If something else than a regular file is there, the run uses the file under this or another name, or it is a
    /// manifest, a backup or another file that is zerodrift's.
    pub(super) fn check(&self, output: Output<'_>) -> Result<(), CliError> {
        let Output { role, flag, path } = output;
        let name = text::path(path);
        if let Err(error) = files::check_output(path) {
            let failure = match role {
                // A report that cannot be written cannot say so either.
                Role::Report(_) => CliError::usage(format!("{flag} cannot write {name}: {error}")),
                _ => CliError::io(role.doing(), path, &error),
            };
            return Err(failure.hint(role.advice()));
        }
        self.check_hits(output)
    }

    /// Refuses an output that would hit a file of this run or of zerodrift, for whoever sees to the rest.
    ///
    /// # Errors
    /// If it would.
    pub(super) fn check_hits(&self, output: Output<'_>) -> Result<(), CliError> {
        let Output { role, flag, path } = output;
        let name = text::path(path);
        if let Some(used) = self.hit(output) {
            let message =
                format!("{flag} would write over {name}, which this run reads or writes already: {}", used.role);
            return Err(CliError::usage(message).hint("name another file"));
        }
        match own_file(path).filter(|kind| !role.may_replace(*kind)) {
            None => Ok(()),
            Some(kind) => Err(CliError::usage(format!("{flag} would write over {name}, which is {kind}"))
                .hint("name another file, or delete this one if you do not need it")),
        }
    }

    /// The file of this run that an output would hit.
    fn hit(&self, output: Output<'_>) -> Option<&UsedFile> {
        let place = FileIdentity::of(output.path);
        let is_same = |path: &Path| path == output.path || (place.is_some() && FileIdentity::of(path) == place);
        self.0.iter().filter(|used| used.role != output.role).find(|used| is_same(&used.path))
    }

    /// Writes an output, whole or not at all, after checking once more.
    ///
    /// # Errors
    /// As [`UsedFiles::check`], and if the file cannot be written. What was there before is still there then.
    pub(super) fn write(&self, output: Output<'_>, text: &str, access: Access) -> Result<(), CliError> {
        self.check(output)?;
        let others = self.0.iter().filter(|used| used.role != output.role);
        let reserved: Vec<FileIdentity> = others.filter_map(|used| FileIdentity::of(&used.path)).collect();
        files::replace(output.path, text.as_bytes(), access, &reserved).map_err(|error| {
            let failure = CliError::io(output.role.doing(), output.path, &error);
            match output.path.parent().filter(|_| error.kind() == std::io::ErrorKind::NotFound) {
                Some(folder) => failure.hint(format!("run: mkdir -p {}", report::argument(&folder.to_string_lossy()))),
                None => failure,
            }
        })
    }

    /// Appends to a file that the platform gives to a job, after checking.
    ///
    /// # Errors
    /// As [`UsedFiles::check`], and if the file cannot be written.
    pub(super) fn append(&self, output: Output<'_>, lines: &str) -> Result<(), CliError> {
        self.check(output).map_err(|error| CliError { kind: "io", exit: Exit::Failed, ..error })?;
        files::append(output.path, lines, Access::Umask)
            .map_err(|error| CliError::io(output.role.doing(), output.path, &error))
    }
}

impl<'a> Output<'a> {
    /// The `--report` of this number.
    pub(super) fn report(number: usize, path: &'a Path) -> Self {
        Self { role: Role::Report(number), flag: "--report", path }
    }

    /// What `--out` names.
    pub(super) fn saved_plan(path: &'a Path) -> Self {
        Self { role: Role::SavedPlan, flag: "--out", path }
    }

    /// The audit log.
    pub(super) fn audit_log(path: &'a Path) -> Self {
        Self { role: Role::AuditLog, flag: "the audit log", path }
    }

    /// A file that `init` starts.
    pub(super) fn started(path: &'a Path) -> Self {
        Self { role: Role::Manifest, flag: "init", path }
    }
}

impl Role {
    /// Which files of zerodrift an output of this role may write to: the plan that it was before, the manifest that
    /// `init --force` was told to, the log that it continues.
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
            Self::JobSummary | Self::JobOutputs => "write the file of the job",
            _ => "write",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Report(_) => "name a regular file; --format prints on standard output",
            Self::SavedPlan => "name a regular file; print a plan with --format json",
            _ => "name another file, or the one that it points to",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Manifest => "the manifest",
            Self::Snapshot => "the snapshot",
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
        })
    }
}

/// What of zerodrift's a file is, by its content. A file that cannot be read is nobody's.
pub(super) fn own_file(path: &Path) -> Option<OwnFile> {
    let bytes = files::read(path, LARGEST_DOCUMENT).ok()?;
    OwnFile::of(path, &bytes)
}
