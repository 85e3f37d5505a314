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
use super::{Known, Mismatch, Outcome};
use crate::cloudflare::{Call, Revocation};
use crate::ending::FailureKind;
use crate::files::{self, FileAccess};
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
pub struct AuditRecord<'a> {
    /// When it ended; for [`Ended::Started`], when it started.
    pub at: Timestamp,
    /// When the `started` line of the same run was written, if there is one.
    pub started_at: Option<Timestamp>,
    /// The command: `apply`, `rollback` or `revoke-user`.
    pub command: &'a str,
    /// Who asked.
    pub actor: &'a Actor,
    /// The organization.
    pub target: &'a Target,
    /// The base URL of the API.
    pub api: &'a str,
    /// What should have been done.
    pub action: AuditedAction<'a>,
    /// How it ended.
    pub ended: Ended<'a>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy)]
pub enum AuditedAction<'a> {
    /// The changes of a plan.
    Changes {
        /// The plan.
        plan: &'a Plan,
        /// Where the state from before is kept.
        backup: Option<&'a Path>,
    },
    /// A revocation: whose tokens, and what else.
    Revocation(&'a Revocation),
}

/// How a run ended, for the log. The word for it is that of the [`End`](crate::ending::End) in JSON.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// Not yet: the first write comes next.
    Started,
    /// An apply, with its outcome.
    Outcome(&'a Outcome),
    /// The API confirmed a revocation.
    Revoked,
    /// Without any effect, and why: nothing was sent, or the API did not act.
    Unchanged(FailureKind, &'a str),
    /// In the middle, and why: what a request did that was sent is not known.
    Unknown(FailureKind, &'a str),
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
    pub fn append(&self, record: &AuditRecord<'_>) -> Result<(), BackupError> {
        let line = line(record);
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let failed = |source| BackupError { doing: "make the folder", path: folder.to_owned(), source };
            files::make_private_folder(folder).map_err(failed)?;
        }
        let line = visible_json(&format!("{line}\n"));
        let line = self.secrets.redact(&line);
        let failed = |source| BackupError { doing: "append to the audit log", path: self.path.clone(), source };
        files::append(&self.path, &line, FileAccess::Owner).map_err(failed)
    }
}

/// The line as a value. Members that all lines have mean the same in all of them.
fn line(record: &AuditRecord<'_>) -> Json {
    let AuditRecord { at, started_at, command, actor, target, api, action, ended } = record;
    let head = json!({
        "format_version": "1.0",
        "zerodrift": env!("CARGO_PKG_VERSION"),
        "at": at.to_string(),
        "started_at": started_at.map(|at| at.to_string()),
        "command": command,
        "actor": actor,
        "target": {"scope": target.scope, "id": target.id, "api": api},
    });
    let end = json!({"outcome": outcome(ended), "known": known(ended)});
    let (asked, done) = match action {
        AuditedAction::Changes { plan, backup } => (asked(plan), done(ended, *backup)),
        AuditedAction::Revocation(revocation) => (revoked(revocation), Json::Null),
    };
    let parts = [head, asked, end, done, json!({"error": error(ended)})];
    let members =
        parts.into_iter().filter_map(|part| if let Json::Object(members) = part { Some(members) } else { None });
    Json::Object(members.flatten().collect())
}

/// What a plan asks for.
fn asked(plan: &Plan) -> Json {
    json!({
        "manifest": {"path": plan.manifest.path, "sha256": plan.manifest.sha256},
        "digest": plan.digest,
        "action": plan.action,
        "changes": plan.changes.iter().map(change).collect::<Json>(),
    })
}

/// What became of a plan, beyond the outcome.
fn done(ended: &Ended<'_>, backup: Option<&Path>) -> Json {
    json!({
        "verified": matches!(ended, Ended::Outcome(outcome) if outcome.verified),
        "writes": writes(ended),
        "backup": backup.map(|path| path.to_string_lossy()),
        "mismatches": mismatches(ended),
    })
}

/// What a revocation asks for.
fn revoked(revocation: &Revocation) -> Json {
    let Revocation { email, user_uid, devices, warp_session_reauth } = revocation;
    json!({
        "email": email,
        "user_uid": user_uid,
        "devices": devices.unwrap_or_default(),
        "warp_session_reauth": warp_session_reauth.unwrap_or_default(),
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
    json!(match ended {
        Ended::Started => return json!("started"),
        Ended::Outcome(outcome) => outcome.end,
        Ended::Revoked => return json!("revoked"),
        Ended::Unchanged(kind, _) | Ended::Unknown(kind, _) => kind.end(),
    })
}

fn known(ended: &Ended<'_>) -> Known {
    match ended {
        Ended::Outcome(outcome) => outcome.known,
        Ended::Revoked => Known::AsWanted,
        // Whatever else moved it, this run did not.
        Ended::Unchanged(..) => Known::AsBefore,
        // What follows `started` is in the next line, if the run lived to write it.
        Ended::Started | Ended::Unknown(..) => Known::Unknown,
    }
}

/// The write requests; `null` where nobody knows them.
fn writes(ended: &Ended<'_>) -> Json {
    match ended {
        Ended::Outcome(outcome) => outcome.calls.iter().map(write).collect(),
        Ended::Unchanged(..) | Ended::Revoked => json!([]),
        Ended::Started | Ended::Unknown(..) => Json::Null,
    }
}

fn write(call: &Call) -> Json {
    json!({
        "method": call.method.as_str(),
        "path": call.path,
        "attempts": call.attempts,
        "status": call.status,
        "cf_ray": call.ray,
        "audit_id": call.audit_id,
    })
}

fn mismatches(ended: &Ended<'_>) -> Json {
    let found: &[Mismatch] = if let Ended::Outcome(outcome) = ended { &outcome.mismatches } else { &[] };
    let entry = |found: &Mismatch| json!({"path": found.path, "why": found.kind, "expected": found.expected, "found": found.found});
    found.iter().map(entry).collect()
}

fn error(ended: &Ended<'_>) -> Option<String> {
    match ended {
        Ended::Outcome(outcome) => outcome.failure.as_ref().map(ToString::to_string),
        Ended::Started | Ended::Revoked => None,
        Ended::Unchanged(_, message) | Ended::Unknown(_, message) => Some((*message).to_owned()),
    }
}

#[cfg(test)]
mod tests;
