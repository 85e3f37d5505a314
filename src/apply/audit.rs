//! The audit log: a line of JSON for each apply, rollback and revocation that wrote, tried to write or was refused.
//!
//! A run that writes appends two lines: `started` before its first write, and one at its end with the same `started_at`.
//! If the second line is missing, the run was killed, and its effect is unknown.
//!
//! The log records who changed what, when and why. It contains settings, names, and the ids of the writes in
//! Cloudflare's audit log. It contains no credentials.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::file_error::FileError;
use super::{Known, Mismatch, Outcome};
use crate::cloudflare::{Call, Revocation};
use crate::ending::FailureKind;
use crate::files::{self, FileAccess};
use crate::plan::{Change, Plan};
use crate::settings::Target;
use crate::text::{Redactor, visible_json};

/// A file to which lines are appended. Existing lines are never changed.
#[derive(Debug, Clone)]
pub struct AuditLog {
    path: PathBuf,
    secrets: Redactor,
}

/// Who runs the command, according to the environment. It is not verified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// The name.
    pub name: Option<String>,
    /// The variable with the name.
    pub from: Option<&'static str>,
    /// The URL of the pipeline run.
    pub run: Option<String>,
}

/// One line of the log.
#[derive(Debug, Clone, Copy)]
pub struct AuditRecord<'a> {
    /// The time of the end; for [`Ended::Started`], of the start.
    pub at: Timestamp,
    /// The time of the `started` line of the same run, if any.
    pub started_at: Option<Timestamp>,
    /// The command: `apply`, `rollback` or `revoke-user`.
    pub command: &'a str,
    /// Who ran the command.
    pub actor: &'a Actor,
    /// The organization.
    pub target: &'a Target,
    /// The base URL of the API.
    pub api: &'a str,
    /// The requested action.
    pub action: AuditedAction<'a>,
    /// How the run ended.
    pub ended: Ended<'a>,
}

/// The requested action.
#[derive(Debug, Clone, Copy)]
pub enum AuditedAction<'a> {
    /// The changes of a plan.
    Changes {
        /// The plan.
        plan: &'a Plan,
        /// The file with the previous state.
        backup: Option<&'a Path>,
    },
    /// A revocation of a user's tokens.
    Revocation(&'a Revocation),
}

/// How a run ended. The log uses the same word as the [`End`](crate::ending::End) in JSON.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// It has not ended: the first write comes next.
    Started,
    /// An apply, with its outcome.
    Outcome(&'a Outcome),
    /// The API confirmed a revocation.
    Revoked,
    /// It had no effect: nothing was sent, or the API did not act. With the kind of the failure and the reason.
    Unchanged(FailureKind, &'a str),
    /// It stopped, and the effect of a request is unknown. With the kind of the failure and the reason.
    Unknown(FailureKind, &'a str),
}

impl AuditLog {
    /// Returns the log in a file. The first line creates the file, readable only by its owner.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), secrets: Redactor::default() }
    }

    /// Redacts these credentials in all lines: errors and live values may contain one.
    #[must_use]
    pub fn redacting(self, secrets: Redactor) -> Self {
        Self { secrets, ..self }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one line with one write, so that the lines of two runs do not mix, and syncs the file.
    ///
    /// # Errors
    /// Returns a [`FileError`] if the folder cannot be created or others can write to it, or if the log cannot be written
    /// or is not a regular file of the current user. This does not undo the changes of the run.
    pub fn append(&self, record: &AuditRecord<'_>) -> Result<(), FileError> {
        let line = line(record);
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::make_private_folder(folder).map_err(FileError::of("create the folder", folder))?;
        }
        let line = visible_json(&format!("{line}\n"));
        let line = self.secrets.redact(&line);
        let appended = files::append(&self.path, &line, FileAccess::Owner);
        appended.map_err(FileError::of("append to the audit log", &self.path))
    }
}

/// Returns the line as a JSON value.
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
    let (requested, result) = match action {
        AuditedAction::Changes { plan, backup } => (planned(plan), result_of_plan(ended, *backup)),
        AuditedAction::Revocation(revocation) => (revocation_of(revocation), Json::Null),
    };
    let parts = [head, requested, end, result, json!({"error": error(ended)})];
    let members =
        parts.into_iter().filter_map(|part| if let Json::Object(members) = part { Some(members) } else { None });
    Json::Object(members.flatten().collect())
}

/// Describes a plan.
fn planned(plan: &Plan) -> Json {
    json!({
        "manifest": {"path": plan.manifest.path, "sha256": plan.manifest.sha256},
        "digest": plan.digest,
        "action": plan.action,
        "changes": plan.changes.iter().map(change).collect::<Json>(),
    })
}

/// Describes the result of a plan.
fn result_of_plan(ended: &Ended<'_>, backup: Option<&Path>) -> Json {
    json!({
        "verified": matches!(ended, Ended::Outcome(outcome) if outcome.verified),
        "writes": writes(ended),
        "backup": backup.map(|path| path.to_string_lossy()),
        "mismatches": mismatches(ended),
    })
}

/// Describes a revocation.
fn revocation_of(revocation: &Revocation) -> Json {
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

/// Returns the outcome in the words of `apply --format json`, or `started`.
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
        Ended::Revoked => Known::Desired,
        // Others may have changed the live state, but this run did not.
        Ended::Unchanged(..) => Known::Unchanged,
        // A later line has the result of the run, unless the run was killed.
        Ended::Started | Ended::Unknown(..) => Known::Unknown,
    }
}

/// Returns the write requests; `null` if unknown.
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
