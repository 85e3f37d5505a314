//! The results for the manifests of a run. Memory is bounded: it grows with the findings up to a limit, and not with the
//! number or size of manifests without findings.

use std::collections::HashSet;

use crate::cli::error::CliError;
use crate::cli::input::shared_target::KnownTargets;
use crate::diagnostics::{Finding, Location, Severity, Source, more_findings, not_checked};
use crate::ending::Exit;
use crate::report::{CheckedManifest, Validation};
use crate::settings::Target;

/// The maximum number of errors that are shown, and of other findings.
const MOST_FINDINGS: usize = 5_000;

/// The maximum size of all texts that are kept to show their lines, in bytes.
const MOST_TEXT: usize = 32 * 1024 * 1024;

/// The result for one manifest.
pub(super) struct Checked {
    /// Everything that was found, in the order of the file.
    pub(super) findings: Vec<Finding>,
    /// The texts that findings refer to, if lines of them may be shown.
    pub(super) sources: Vec<Source>,
    /// The organization, and the location of its id if the file names it.
    pub(super) target: Option<(Target, Option<Location>)>,
}

/// The results of a run.
#[derive(Default)]
pub(super) struct Collected {
    manifests: Vec<CheckedManifest>,
    sources: Vec<Source>,
    /// Their names.
    names: HashSet<String>,
    /// The number of bytes of the sources.
    size: usize,
    targets: KnownTargets,
    /// The findings of earlier manifests: manifests with one parent have its findings in common.
    known: HashSet<Identity>,
    errors: usize,
    others: usize,
    dropped: usize,
    exit: Option<Exit>,
}

/// What identifies a finding: rule, file, place and message.
type Identity = (&'static str, String, Option<(usize, usize)>, String);

impl Collected {
    /// Adds the result for a manifest.
    pub(super) fn add(&mut self, file: &str, repository_file: String, mut checked: Checked) {
        if let Some((target, at)) = &checked.target
            && let Err(shared) = self.targets.add(file, target)
        {
            checked.findings.insert(0, shared.finding(at.as_ref()));
        }
        let has_errors = checked.findings.iter().any(Finding::is_error);
        self.push(file, repository_file, checked, if has_errors { Exit::Manifest } else { Exit::Success });
    }

    /// Adds a manifest that could not be checked.
    pub(super) fn add_failure(&mut self, file: &str, repository_file: String, error: &CliError) {
        let findings = vec![not_checked(file, &error.message, &error.hints)];
        self.push(file, repository_file, Checked { findings, sources: Vec::new(), target: None }, error.exit());
    }

    /// Returns the exit code of the run.
    pub(super) fn exit(&self) -> Exit {
        self.exit.unwrap_or(Exit::Success)
    }

    /// Ends the collection with the number of findings that are not shown.
    pub(super) fn finish(&mut self) {
        let severity = if self.errors > 0 { Severity::Error } else { Severity::Warning };
        if let (Some(last), 1..) = (self.manifests.last_mut(), self.dropped) {
            last.findings.push(more_findings(self.dropped, &last.file, severity));
        }
    }

    /// Returns the results.
    pub(super) fn validation(&self) -> Validation<'_> {
        Validation { manifests: &self.manifests, sources: &self.sources }
    }

    fn push(&mut self, file: &str, repository_file: String, checked: Checked, exit: Exit) {
        let Checked { findings, sources, target: _ } = checked;
        let worst = findings.iter().map(|finding| finding.severity).max();
        let new: Vec<Finding> =
            findings.into_iter().filter(|finding| !self.known.contains(&identity(finding))).collect();
        let findings: Vec<Finding> = new.into_iter().filter(|finding| self.has_room(finding)).collect();
        for source in sources {
            let is_shown = findings.iter().any(|finding| finding.file == source.name);
            let has_room = self.size + source.text.len() <= MOST_TEXT;
            if is_shown && has_room && self.names.insert(source.name.clone()) {
                self.size += source.text.len();
                self.sources.push(source);
            }
        }
        self.known.extend(findings.iter().map(identity));
        self.exit = Some(Exit::of_several(self.exit.into_iter().chain([exit])));
        self.manifests.push(CheckedManifest { file: file.to_owned(), repository_file, findings, worst });
    }

    /// Counts a finding, and returns whether it is shown.
    fn has_room(&mut self, finding: &Finding) -> bool {
        let count = if finding.is_error() { &mut self.errors } else { &mut self.others };
        let has_room = *count < MOST_FINDINGS;
        if has_room {
            *count += 1;
        } else {
            self.dropped += 1;
        }
        has_room
    }
}

fn identity(finding: &Finding) -> Identity {
    let place = finding.at.as_ref().map(|at| (at.line, at.column));
    (finding.rule.id(), finding.file.clone(), place, finding.message.clone())
}
