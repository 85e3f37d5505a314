//! What a write leaves behind: the state from before, and its lines in the audit log.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::Timestamp;

use crate::apply::audit::{Actor, AuditLog, AuditRecord, AuditedAction, Ended};
use crate::apply::{BackupError, Backups, Known, LockError, PreImage, TargetLock};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::env::{AUDIT_LOG, Env};
use crate::cli::options::WriteArgs;
use crate::cli::output::private_folder;
use crate::cli::output::used_files::Output;
use crate::cloudflare::Revocation;
use crate::ending::FailureKind;
use crate::files;
use crate::live::Live;
use crate::plan::Plan;
use crate::settings::Target;
use crate::text::path_argument;
use crate::text::{self, visible};

/// The variables that may say who runs this, the most telling first: GitHub's, GitLab's, the login behind sudo, the login.
const ACTORS: [&str; 6] = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER", "USER", "LOGNAME", "USERNAME"];

/// The audit log of one run: who runs it, and what was logged so far.
pub(crate) struct AuditTrail<'a> {
    context: &'a Context,
    log: AuditLog,
    actor: Actor,
    started_at: OnceLock<Timestamp>,
    /// Set once a warning said that the log cannot be written: the second line fails like the first.
    warned: OnceLock<()>,
}

impl<'a> AuditTrail<'a> {
    /// The trail in a file; nothing is made yet.
    fn at(context: &'a Context, log: &Path) -> Self {
        Self {
            context,
            log: AuditLog::at(log).redacting(context.ui.secrets.clone()),
            actor: actor(&context.env),
            started_at: OnceLock::new(),
            warned: OnceLock::new(),
        }
    }

    /// The trail of a command that keeps no backup, in the folder for state. `None` if that folder cannot be used: a
    /// warning says so, since a revocation is urgent and needs no log.
    pub(crate) fn of_state(context: &'a Context) -> Option<Self> {
        let log = || {
            let folder = context.env.state_folder().ok_or("neither HOME nor XDG_STATE_HOME is set")?;
            if let Ok(Some(risk)) = files::check_private_folder(&folder) {
                return Err(private_folder::reason(&folder, &risk));
            }
            let log = folder.join(AUDIT_LOG);
            context.files.check_hits(Output::audit_log(&log)).map_err(|error| error.message)?;
            Ok::<PathBuf, String>(log)
        };
        match log() {
            Ok(log) => Some(Self::at(context, &log)),
            Err(reason) => {
                let command = &context.command;
                context.ui.say(&format!("warning: the audit log has no line about this {command}: {reason}"));
                None
            }
        }
    }

    /// Adds what a revocation does. A failure is a warning, as in [`History::record`].
    pub(crate) fn revocation(&self, target: &Target, api: &str, revocation: &Revocation, ended: Ended<'_>) {
        self.warn(self.append(target, api, AuditedAction::Revocation(revocation), ended));
    }

    fn append(
        &self,
        target: &Target,
        api: &str,
        action: AuditedAction<'_>,
        ended: Ended<'_>,
    ) -> Result<(), BackupError> {
        let (at, started_at) = self.times(matches!(ended, Ended::Started));
        let (command, actor) = (&self.context.command, &self.actor);
        self.log.append(&AuditRecord { at, started_at, command, actor, target, api, action, ended })
    }

    /// The time of a line, and the time of the line that this run started with.
    fn times(&self, starts: bool) -> (Timestamp, Option<Timestamp>) {
        let now = Timestamp::now();
        if starts {
            let _ = self.started_at.set(now);
        }
        (now, self.started_at.get().copied())
    }

    fn warn(&self, appended: Result<(), BackupError>) {
        let Err(error) = appended else { return };
        if self.warned.set(()).is_err() {
            return;
        }
        let (command, error) = (&self.context.command, error.to_string());
        self.context.ui.say(&format!(
            "warning: the audit log has no line about this {command}: {}\nThe result and the exit code are unaffected.",
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
    /// Finds the folders; nothing is made yet.
    ///
    /// Without `--backup-dir` backups go to `backups` in the folder for state, beside `audit.jsonl`. With it both are in
    /// that folder, so that a pipeline has one folder to keep.
    ///
    /// # Errors
    /// If nothing says where, neither a flag nor the environment, or others can write to such a folder.
    pub(crate) fn open(context: &'a Context, args: &WriteArgs) -> Result<Self, CliError> {
        let (backups, log) = match (&args.backup_dir, context.env.state_folder()) {
            (Some(folder), _) => (folder.clone(), folder.clone()),
            (None, Some(folder)) => (folder.join("backups"), folder),
            (None, None) => return Err(nowhere()),
        };
        private_folder::check(&log)?;
        private_folder::check(&backups)?;
        let log = log.join(AUDIT_LOG);
        context.files.check_hits(Output::audit_log(&log))?;
        Ok(Self {
            backups: Backups::in_folder(backups).limit(args.backup_keep),
            audit: AuditTrail::at(context, &log),
            kept: OnceLock::new(),
        })
    }

    /// Locks the target of a plan against every other apply of this user on this machine.
    ///
    /// The lock file is in the folder for state, whatever `--backup-dir` says, so that two runs with two folders for backups
    /// exclude each other too; where that folder cannot be used, it is beside the audit log.
    ///
    /// # Errors
    /// If another apply holds the lock (exit code 4), or no folder takes a lock file: then nothing may be written.
    pub(crate) fn lock(&self, plan: &Plan) -> Result<TargetLock, CliError> {
        let beside_log = self.audit.log.path().parent().unwrap_or(Path::new(".")).to_owned();
        let folders = self.audit.context.env.state_folder().into_iter().chain([beside_log]);
        let mut locked = None;
        for folder in folders {
            locked = Some(TargetLock::acquire(&folder, &plan.target, &plan.api));
            if !matches!(locked, Some(Err(LockError::Unusable(_)))) {
                break;
            }
        }
        match locked {
            Some(Ok(lock)) => Ok(lock),
            Some(Err(held @ LockError::Held { .. })) => {
                Err(CliError::new(FailureKind::Locked, format!("nothing was written: {held}"))
                    .hint("wait until the other run has ended, then run this command again")
                    .hint("do not delete the lock file: the lock ends with its process"))
            }
            Some(Err(unusable)) => Err(CliError::new(FailureKind::Io, format!("nothing was written: {unusable}"))
                .hint("name a folder that can be written with --backup-dir DIR")),
            None => Err(nowhere()),
        }
    }

    /// Keeps the state from before, says where, and leaves the `started` line in the audit log.
    ///
    /// # Errors
    /// If the state cannot be kept: then nothing may be written. A log that cannot be written is a warning.
    pub(crate) fn begin(&self, plan: &Plan, live: &Live) -> Result<(), BackupError> {
        self.refuse_credentials(live)?;
        let kept = self.backups.keep(&PreImage { plan, live }, Timestamp::now())?;
        self.audit.context.ui.say(&format!("backup: {}", text::path(&kept)));
        // It is kept once in a run; were it kept twice, the first one would be the state from before.
        let _ = self.kept.set(kept);
        self.record(plan, Ended::Started);
        Ok(())
    }

    /// Lets older backups make room, once this run's own is not the only way back.
    fn settle(&self, plan: &Plan, ended: &Ended<'_>) {
        let Some(backup) = self.backup().filter(|_| is_settled(ended)) else { return };
        let context = self.audit.context;
        // What a rollback brings back was read from a backup, which stays at least as long as this run.
        for error in self.backups.settle(plan, backup, &context.files.paths()) {
            context.ui.say(&format!("warning: {}", visible(&error.to_string())));
        }
    }

    /// A backup that is brought back has to be what was read, and no file holds a credential: so there is none then.
    fn refuse_credentials(&self, live: &Live) -> Result<(), BackupError> {
        // As the backup holds them: the fields alone have stand-ins in place of some values.
        if !live.documents().any(|document| self.audit.context.ui.secrets.finds(document.to_text().as_str())) {
            return Ok(());
        }
        let source = std::io::Error::other(
            "the live state holds a credential of this run; replace the credential, and take it out with the new one",
        );
        Err(BackupError { doing: "keep the state from before in", path: self.backups.folder().to_owned(), source })
    }

    /// The file that holds the state from before, where this run has kept one.
    pub(crate) fn backup(&self) -> Option<&Path> {
        self.kept.get().map(PathBuf::as_path)
    }

    /// The command that brings the state from before back, where this run has kept it.
    pub(crate) fn rollback_hint(&self) -> Option<String> {
        let word = path_argument(self.backup()?);
        Some(format!("to bring back the state from before: zerodrift rollback {word}"))
    }

    /// What to do after a write that was abandoned.
    pub(crate) fn after_abandoning(&self) -> Vec<String> {
        let look = "run `zerodrift drift` to see what the write did, then apply again".to_owned();
        std::iter::once(look).chain(self.rollback_hint()).collect()
    }

    /// Adds a line to the audit log, and settles the backup. A line that cannot be written is a warning and changes
    /// nothing else: what was applied is applied.
    pub(crate) fn record(&self, plan: &Plan, ended: Ended<'_>) {
        let action = AuditedAction::Changes { plan, backup: self.backup() };
        let appended = self.audit.append(&plan.target, &plan.api, action, ended);
        self.settle(plan, &ended);
        self.audit.warn(appended);
    }
}

/// Whether nobody needs the state from before to undo what a run did: it did what was planned, provably, or nothing.
fn is_settled(ended: &Ended<'_>) -> bool {
    match ended {
        Ended::Outcome(outcome) => outcome.verified || outcome.known == Known::AsBefore,
        Ended::Unchanged(..) | Ended::Revoked => true,
        Ended::Started | Ended::Unknown(..) => false,
    }
}

fn nowhere() -> CliError {
    CliError::usage(
        "nothing was written: neither HOME nor XDG_STATE_HOME is set, so there is no place for the backup of the state from before",
    )
    .hint("name a folder with --backup-dir DIR")
}

/// Who runs this, as far as the environment says.
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
