//! What a write records: a backup of the previous state, and lines in the audit log.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::Timestamp;

use crate::apply::audit::{Actor, AuditLog, AuditRecord, AuditedAction, Ended};
use crate::apply::{Backups, FileError, Known, LockError, PreImage, TargetLock};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::env::{AUDIT_LOG, Env};
use crate::cli::options::WriteArgs;
use crate::cli::output::private_folder;
use crate::cli::output::used_files::FilePurpose;
use crate::cloudflare::Revocation;
use crate::ending::FailureKind;
use crate::files;
use crate::live::Live;
use crate::plan::Plan;
use crate::settings::Target;
use crate::text::path_argument;
use crate::text::visible;

/// The variables that may name the user, the most specific first: GitHub's, GitLab's, the login behind sudo, the login.
const ACTORS: [&str; 6] = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER", "USER", "LOGNAME", "USERNAME"];

/// The audit log of one run, with its actor and its start.
pub(crate) struct AuditTrail<'a> {
    context: &'a Context,
    log: AuditLog,
    actor: Actor,
    started_at: OnceLock<Timestamp>,
    /// Set after the first warning, so that a log that cannot be written is reported only once.
    warned: OnceLock<()>,
}

impl<'a> AuditTrail<'a> {
    /// Creates a trail in a file, without creating the file.
    fn at(context: &'a Context, log: &Path) -> Self {
        Self {
            context,
            log: AuditLog::at(log).redacting(context.ui.secrets.clone()),
            actor: actor(&context.env),
            started_at: OnceLock::new(),
            warned: OnceLock::new(),
        }
    }

    /// Creates the trail of a command without backups, in the folder for state. If that folder cannot be used, prints a
    /// warning and returns `None`: a revocation is urgent and must not fail without a log.
    pub(crate) fn of_state(context: &'a Context) -> Option<Self> {
        let log = || {
            let folder = context.env.state_folder().ok_or("neither HOME nor XDG_STATE_HOME is set")?;
            if let Ok(Some(risk)) = files::check_private_folder(&folder) {
                return Err(private_folder::reason(&folder, &risk));
            }
            let log = folder.join(AUDIT_LOG);
            context.files.check_hits(FilePurpose::AuditLog, &log).map_err(|error| error.message)?;
            Ok::<PathBuf, String>(log)
        };
        match log() {
            Ok(log) => Some(Self::at(context, &log)),
            Err(reason) => {
                let command = &context.command;
                context.ui.say(&format!("warning: cannot write this {command} to the audit log: {reason}"));
                None
            }
        }
    }

    /// Adds a line about a revocation. A failure is a warning, as in [`History::record`].
    pub(crate) fn revocation(&self, target: &Target, api: &str, revocation: &Revocation, ended: Ended<'_>) {
        self.warn(self.append(target, api, AuditedAction::Revocation(revocation), ended));
    }

    fn append(&self, target: &Target, api: &str, action: AuditedAction<'_>, ended: Ended<'_>) -> Result<(), FileError> {
        let (at, started_at) = self.times(matches!(ended, Ended::Started));
        let (command, actor) = (&self.context.command, &self.actor);
        self.log.append(&AuditRecord { at, started_at, command, actor, target, api, action, ended })
    }

    /// Returns the time of a line, and the time of this run's `started` line.
    fn times(&self, starts: bool) -> (Timestamp, Option<Timestamp>) {
        let now = Timestamp::now();
        if starts {
            let _ = self.started_at.set(now);
        }
        (now, self.started_at.get().copied())
    }

    fn warn(&self, appended: Result<(), FileError>) {
        let Err(error) = appended else { return };
        if self.warned.set(()).is_err() {
            return;
        }
        let (command, error) = (&self.context.command, error.to_string());
        self.context.ui.say(&format!(
            "warning: cannot write this {command} to the audit log: {}\nThe result and the exit code are unaffected.",
            visible(&error)
        ));
    }
}

/// The backups and the audit log of one run.
pub(crate) struct History<'a> {
    backups: Backups,
    audit: AuditTrail<'a>,
    kept: OnceLock<PathBuf>,
}

impl<'a> History<'a> {
    /// Finds the folders, without creating them.
    ///
    /// By default, backups go to `backups` in the folder for state, next to `audit.jsonl`. With `--backup-dir`, both
    /// go to that folder, so that a pipeline has to keep only one.
    ///
    /// # Errors
    /// Returns an error if neither a flag nor the environment sets a folder, or others can write to it.
    pub(crate) fn open(context: &'a Context, args: &WriteArgs) -> Result<Self, CliError> {
        let (backups, log) = match (&args.backup_dir, context.env.state_folder()) {
            (Some(folder), _) => (folder.clone(), folder.clone()),
            (None, Some(folder)) => (folder.join("backups"), folder),
            (None, None) => return Err(no_folder()),
        };
        private_folder::check(&log)?;
        private_folder::check(&backups)?;
        let log = log.join(AUDIT_LOG);
        context.files.check_hits(FilePurpose::AuditLog, &log)?;
        Ok(Self {
            backups: Backups::in_folder(backups).limit(args.backup_keep),
            audit: AuditTrail::at(context, &log),
            kept: OnceLock::new(),
        })
    }

    /// Locks the target of a plan against every other apply of this user on this machine.
    ///
    /// The lock file is in the folder for state, even with `--backup-dir`, so that runs with different folders for
    /// backups exclude each other too. If that folder cannot be used, the lock file is next to the audit log.
    ///
    /// # Errors
    /// Returns an error if another apply holds the lock (exit code 4), or the lock file cannot be created. Nothing may
    /// be written then.
    pub(crate) fn lock(&self, plan: &Plan) -> Result<TargetLock, CliError> {
        let acquire = |folder: &Path| TargetLock::acquire(folder, &plan.target, &plan.api);
        let locked = match self.audit.context.env.state_folder().map(|folder| acquire(&folder)) {
            None | Some(Err(LockError::Unusable(_))) => acquire(files::parent(self.audit.log.path())),
            Some(locked) => locked,
        };
        locked.map_err(|error| {
            let failure = |kind| CliError::new(kind, format!("nothing was written: {error}"));
            match error {
                LockError::Held { .. } => failure(FailureKind::Locked)
                    .hint("wait until the other run has ended, then run this command again")
                    .hint("do not delete the lock file: the lock ends when its process does"),
                _ => failure(FailureKind::Io).hint("name a writable folder with --backup-dir DIR"),
            }
        })
    }

    /// Writes the backup of the previous state, and adds the `started` line to the audit log. Returns the backup.
    ///
    /// # Errors
    /// Returns an error if the backup cannot be written. Nothing may be written to the API then. A failure of the log
    /// is a warning.
    pub(crate) fn begin(&self, plan: &Plan, live: &Live) -> Result<&Path, FileError> {
        self.refuse_credentials(live)?;
        let kept = self.backups.keep(&PreImage { plan, live }, Timestamp::now())?;
        // Only the first backup of a run has the previous state.
        let kept = self.kept.get_or_init(|| kept);
        self.record(plan, Ended::Started);
        Ok(kept)
    }

    /// Deletes the oldest backups over the limit, once this run's own is not needed to restore the previous state.
    fn settle(&self, plan: &Plan, ended: &Ended<'_>) {
        let Some(backup) = self.backup().filter(|_| is_settled(ended)) else { return };
        let context = self.audit.context;
        // The backup that a rollback restores is kept at least during this run.
        for error in self.backups.settle(plan, backup, &context.files.paths()) {
            context.ui.say(&format!("warning: {}", visible(&error.to_string())));
        }
    }

    /// Rejects a live state that contains a credential: a backup must be unchanged to be restorable, and no file may
    /// contain a credential.
    fn refuse_credentials(&self, live: &Live) -> Result<(), FileError> {
        // The documents as the backup writes them: the typed fields have placeholders for some values.
        if !live.documents().any(|document| self.audit.context.ui.secrets.finds(document.to_text().as_str())) {
            return Ok(());
        }
        let source = std::io::Error::other(
            "the live state contains a credential of this run; revoke the credential, and remove it with a new one",
        );
        Err(FileError::of("write the backup of the previous state to", self.backups.folder())(source))
    }

    /// Returns the backup of this run, if one was written.
    pub(crate) fn backup(&self) -> Option<&Path> {
        self.kept.get().map(PathBuf::as_path)
    }

    /// Returns the hint that restores the previous state, if this run has a backup of it.
    pub(crate) fn rollback_hint(&self) -> Option<String> {
        let word = path_argument(self.backup()?);
        Some(format!("run `zerodrift rollback {word}` to restore the previous state"))
    }

    /// Returns the hints for an abandoned write.
    pub(crate) fn after_abandoning(&self) -> Vec<String> {
        let check = "run `zerodrift drift` to see what the write did, then apply again".to_owned();
        std::iter::once(check).chain(self.rollback_hint()).collect()
    }

    /// Adds a line about a plan that was not applied to the audit log.
    pub(crate) fn refused(&self, plan: &Plan, refusal: &CliError) {
        self.record(plan, Ended::Unchanged(refusal.kind, &refusal.message));
    }

    /// Adds a line to the audit log, and deletes old backups. A line that cannot be written is only a warning, because
    /// the changes are already applied.
    pub(crate) fn record(&self, plan: &Plan, ended: Ended<'_>) {
        let action = AuditedAction::Changes { plan, backup: self.backup() };
        let appended = self.audit.append(&plan.target, &plan.api, action, ended);
        self.settle(plan, &ended);
        self.audit.warn(appended);
    }
}

/// Returns whether a run verifiably did what was planned, or nothing, so that its backup is not needed to undo it.
fn is_settled(ended: &Ended<'_>) -> bool {
    match ended {
        Ended::Outcome(outcome) => outcome.verified || outcome.known == Known::Unchanged,
        Ended::Unchanged(..) | Ended::Revoked => true,
        Ended::Started | Ended::Unknown(..) => false,
    }
}

fn no_folder() -> CliError {
    CliError::usage("nothing was written: cannot store a backup: neither HOME nor XDG_STATE_HOME is set")
        .hint("name a folder with --backup-dir DIR")
}

/// Returns who runs the program, as far as the environment shows.
fn actor(env: &Env) -> Actor {
    let named = ACTORS.into_iter().find_map(|variable| Some((variable, env.get(variable)?)));
    let github = || {
        let (server, repository) = (env.get("GITHUB_SERVER_URL")?, env.get("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", env.get("GITHUB_RUN_ID")?))
    };
    Actor {
        name: named.map(|(_, name)| name.to_owned()),
        from: named.map(|(variable, _)| variable),
        run: github().or_else(|| env.get("CI_JOB_URL").map(str::to_owned)),
    }
}
