//! The audit log: a line of JSON about every apply, rollback and revocation that wrote, tried to write or was
//! refused.
//!
//! A run that writes leaves two lines: `started` before its first write, and one about its end with the same
//! `started_at`. A `started` line without the other one is of a run that was killed: what it did is not known.
//!
//! It is for whoever asks later who changed what, when and why. It holds settings, names and the ids that Cloudflare's
//! own audit log knows the writes by; it holds no credential.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::backup::BackupError;
use super::{End, Known, Mismatch, Outcome};
use crate::cloudflare::{Call, Revocation};
use crate::files::{self, Access};
use crate::plan::{Change, Plan};
use crate::settings::Target;
use crate::text::{Redactor, visible_json};

/// A file to which lines are appended, and in which nothing is ever changed.
#[derive(Debug, Clone)]
pub struct AuditLog {
    path: PathBuf,
    secrets: Redactor,
}

/// Who applies, as far as the environment says. Nobody vouches for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// The name.
    pub name: Option<String>,
    /// Which variable says so.
    pub from: Option<&'static str>,
    /// The page of the pipeline's run.
    pub run: Option<String>,
}

/// One line.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// When it ended; for [`Ended::Started`], when it started.
    pub at: Timestamp,
    /// When the `started` line of the same run was written, if there is one.
    pub started_at: Option<Timestamp>,
    /// What was asked for: `apply` or `rollback`.
    pub command: &'a str,
    /// Who asked.
    pub actor: &'a Actor,
    /// What should have been done.
    pub plan: &'a Plan,
    /// Where the state from before is kept.
    pub backup: Option<&'a Path>,
    /// How it ended.
    pub ended: Ended<'a>,
}

/// How an apply ended, for the log.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// Not yet: the first write comes next.
    Started,
    /// With an outcome.
    Outcome(&'a Outcome),
    /// Without consent or approval, and so without a write; the text says what was missing.
    Refused(&'a str),
    /// Without a write, because live moved since the plan was approved, or another apply is writing; the text says which.
    Moved(&'a str),
    /// Before the first write, for another reason, such as a signal; the text says why.
    Unsent(&'a str),
    /// In the middle: somebody abandoned it, and what was sent is not known to the log.
    Abandoned(&'a str),
}

/// One line about a revocation.
#[derive(Debug, Clone, Copy)]
pub struct RevocationRecord<'a> {
    /// When it ended; for [`RevocationEnd::Started`], when it started.
    pub at: Timestamp,
    /// When the `started` line of the same run was written, if there is one.
    pub started_at: Option<Timestamp>,
    /// Who asked.
    pub actor: &'a Actor,
    /// The organization.
    pub target: &'a Target,
    /// The base URL of the API.
    pub api: &'a str,
    /// Whose tokens should have been revoked, and what else.
    pub revocation: &'a Revocation,
    /// How it ended.
    pub end: RevocationEnd<'a>,
}

/// How a revocation ended, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationEnd<'a> {
    /// Not yet: the request comes next.
    Started,
    /// The API confirmed it.
    Revoked,
    /// Without an approval, and so without a request; the text says what was missing.
    Refused(&'a str),
    /// The API did not do it; the text says why.
    Failed(&'a str),
    /// Nobody knows whether the API did it; the text says why.
    Unknown(&'a str),
}

impl AuditLog {
    /// The log in this file, which is made, for its owner alone, with its first line.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), secrets: Redactor::default() }
    }

    /// The same log, with no line that shows one of these credentials: errors and live values may repeat one.
    #[must_use]
    pub fn redacting(self, secrets: Redactor) -> Self {
        Self { secrets, ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one line in one write, so that the lines of two runs never mix. When this returns it is on the disk.
    ///
    /// # Errors
    /// If the folder cannot be made or others can write to it, the log is not a regular file of ours, or it cannot be
    /// written. That takes nothing back of what was applied.
    pub fn append(&self, record: &Record<'_>) -> Result<(), BackupError> {
        self.append_line(&line(record))
    }

    /// As [`AuditLog::append`], for a revocation.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    pub fn append_revocation(&self, record: &RevocationRecord<'_>) -> Result<(), BackupError> {
        self.append_line(&revocation_line(record))
    }

    fn append_line(&self, line: &Json) -> Result<(), BackupError> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let failed = |source| BackupError { doing: "make the folder", path: folder.to_owned(), source };
            files::make_private_folder(folder).map_err(failed)?;
        }
        let line = visible_json(&format!("{line}\n"));
        let line = self.secrets.redact(&line);
        let failed = |source| BackupError { doing: "append to the audit log", path: self.path.clone(), source };
        files::append(&self.path, &line, Access::Owner).map_err(failed)
    }
}

/// The line as a value.
fn line(record: &Record<'_>) -> Json {
    let Record { at, started_at, command, actor, plan, backup, ended } = record;
    json!({
        "format_version": "1.0",
        "zerodrift": env!("CARGO_PKG_VERSION"),
        "at": at.to_string(),
        "started_at": started_at.map(|at| at.to_string()),
        "command": command,
        "actor": actor,
        "target": {"scope": plan.target.scope, "id": plan.target.id, "api": plan.api},
        "manifest": {"path": plan.manifest.path, "sha256": plan.manifest.sha256},
        "digest": plan.digest,
        "action": plan.action,
        "changes": plan.changes.iter().map(change).collect::<Json>(),
        "outcome": outcome(ended),
        "known": known(ended),
        "verified": matches!(ended, Ended::Outcome(outcome) if outcome.verified),
        "writes": writes(ended),
        "backup": backup.map(|path| path.to_string_lossy()),
        "mismatches": mismatches(ended),
        "error": error(ended),
    })
}

/// The line of a revocation as a value. Members that both kinds of lines have mean the same in both.
fn revocation_line(record: &RevocationRecord<'_>) -> Json {
    let RevocationRecord { at, started_at, actor, target, api, revocation, end } = record;
    let Revocation { email, user_uid, devices, warp_session_reauth } = revocation;
    let (outcome, known, error) = match *end {
        RevocationEnd::Started => ("started", Known::Unknown, None),
        RevocationEnd::Revoked => ("revoked", Known::AsWanted, None),
        RevocationEnd::Refused(why) => ("refused", Known::AsBefore, Some(why)),
        RevocationEnd::Failed(why) => ("failed", Known::AsBefore, Some(why)),
        RevocationEnd::Unknown(why) => ("failed", Known::Unknown, Some(why)),
    };
    json!({
        "format_version": "1.0",
        "zerodrift": env!("CARGO_PKG_VERSION"),
        "at": at.to_string(),
        "started_at": started_at.map(|at| at.to_string()),
        "command": "revoke-user",
        "actor": actor,
        "target": {"scope": target.scope, "id": target.id, "api": api},
        "email": email,
        "user_uid": user_uid,
        "devices": devices.unwrap_or_default(),
        "warp_session_reauth": warp_session_reauth.unwrap_or_default(),
        "outcome": outcome,
        "known": known,
        "error": error,
    })
}

fn change(change: &Change) -> Json {
    json!({
        "setting": change.setting.path,
        "op": change.op,
        "before": change.before,
        "after": change.after,
        "guard": change.guard.map(|state| json!({
            "reason": state.guard.consequence,
            "allowed_by": state.allowed_by,
        })),
    })
}

/// The end in the words of `apply --format json`, and `started`.
fn outcome(ended: &Ended<'_>) -> Json {
    let end = match ended {
        Ended::Started => return json!("started"),
        Ended::Outcome(outcome) => outcome.end,
        Ended::Refused(_) => End::Refused,
        Ended::Moved(_) => End::Conflict,
        Ended::Unsent(_) | Ended::Abandoned(_) => End::Failed,
    };
    json!(end)
}

fn known(ended: &Ended<'_>) -> Known {
    match ended {
        Ended::Outcome(outcome) => outcome.known,
        // Whatever else moved it, this run did not.
        Ended::Refused(_) | Ended::Moved(_) | Ended::Unsent(_) => Known::AsBefore,
        // What follows `started` is in the next line, if the run lived to write it.
        Ended::Started | Ended::Abandoned(_) => Known::Unknown,
    }
}

/// The write requests; `null` where nobody knows them.
fn writes(ended: &Ended<'_>) -> Json {
    match ended {
        Ended::Outcome(outcome) => outcome.calls.iter().map(write).collect(),
        Ended::Refused(_) | Ended::Moved(_) | Ended::Unsent(_) => json!([]),
        Ended::Started | Ended::Abandoned(_) => Json::Null,
    }
}

fn write(call: &Call) -> Json {
    json!({
        "method": call.method,
        "path": call.path,
        "attempts": call.attempts,
        "status": call.status,
        "cf_ray": call.ray,
        "audit_id": call.audit_id,
    })
}

fn mismatches(ended: &Ended<'_>) -> Json {
    let found: &[Mismatch] = match ended {
        Ended::Outcome(outcome) => &outcome.mismatches,
        Ended::Started | Ended::Refused(_) | Ended::Moved(_) | Ended::Unsent(_) | Ended::Abandoned(_) => &[],
    };
    let entry = |found: &Mismatch| json!({"path": found.path, "why": found.why, "expected": found.expected, "found": found.found});
    found.iter().map(entry).collect()
}

fn error(ended: &Ended<'_>) -> Option<String> {
    match ended {
        Ended::Outcome(outcome) => outcome.failure.as_ref().map(ToString::to_string),
        Ended::Started => None,
        Ended::Refused(message) | Ended::Moved(message) | Ended::Unsent(message) | Ended::Abandoned(message) => {
            Some((*message).to_owned())
        }
    }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
