//! Entries of findings as findings, and the manifests of a findings document.

use super::error::ReadError;
use crate::diagnostics::{Finding, Location, Rule};
use crate::document::{CheckedEntry, CheckedManifest, FindingEntry, FindingsDocument};

/// Returns the manifests of a document, each with its findings. The first versions did not list manifests: theirs are the
/// files with findings.
pub(super) fn recorded(document: FindingsDocument) -> Result<Vec<CheckedManifest>, ReadError> {
    let FindingsDocument { manifests, findings, .. } = document;
    let mut findings: Vec<Finding> = findings.into_iter().map(finding).collect();
    if manifests.is_empty() {
        return Ok(findings.chunk_by(|one, other| one.file == other.file).map(of_file).collect());
    }
    let checked = manifests.into_iter().map(|entry| {
        let CheckedEntry { path, repository_path, findings: number, worst } = entry;
        if number > findings.len() {
            return Err(ReadError::value("findings", number.to_string()));
        }
        let rest = findings.split_off(number);
        let own = std::mem::replace(&mut findings, rest);
        Ok(CheckedManifest {
            repository_file: repository_path.unwrap_or_else(|| path.clone()),
            file: path,
            findings: own,
            worst,
        })
    });
    let checked = checked.collect::<Result<_, _>>()?;
    match findings.len() {
        0 => Ok(checked),
        rest => Err(ReadError::value("findings", format!("{rest} of no manifest"))),
    }
}

/// The manifest of findings about one file.
fn of_file(findings: &[Finding]) -> CheckedManifest {
    let file = findings.first().map(|finding| finding.file.clone()).unwrap_or_default();
    let worst = findings.iter().map(|finding| finding.severity).max();
    CheckedManifest { repository_file: file.clone(), file, findings: findings.to_vec(), worst }
}

/// Returns a finding of an entry. The message of a rule that only another version knows starts with the rule's id.
pub(super) fn finding(entry: FindingEntry) -> Finding {
    let FindingEntry { rule, severity, message, file, line, column, help } = entry;
    let at = line.zip(column).map(|(line, column)| Location { file: None, line, column, span: 0..0 });
    let known = Rule::ALL.iter().copied().find(|known| known.id() == rule);
    let message = if known.is_some() { message } else { format!("{rule}: {message}") };
    Finding { severity, at, help, ..Finding::new(known.unwrap_or(Rule::OtherVersion), &file, message) }
}
