//! The sink that collects the findings of one run, bounded.

use std::cmp::Reverse;

use super::finding::Finding;
use super::rule::Rule;
use super::severity::Severity;

/// How many findings are shown. Every byte of a hostile file may cause one.
const SHOWN: usize = 100;

/// How many errors are collected, and how many other findings, so that the shown ones are the worst and the first by place.
const COLLECTED: usize = 300;

/// The findings of one run. The first 300 errors and the first 300 other findings are kept; further ones are only counted.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    errors: Vec<Finding>,
    others: Vec<Finding>,
    dropped: usize,
}

impl Diagnostics {
    /// Adds a finding.
    pub(crate) fn push(&mut self, finding: Finding) {
        let kept = if finding.is_error() { &mut self.errors } else { &mut self.others };
        if kept.len() < COLLECTED {
            kept.push(finding);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether further findings of this severity are only counted.
    pub(crate) fn is_full(&self, severity: Severity) -> bool {
        let kept = if severity == Severity::Error { &self.errors } else { &self.others };
        kept.len() >= COLLECTED
    }

    /// Whether any finding is an error.
    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Returns at most 100 findings, errors preferred, ordered by file and place, then one that counts the rest.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let has_errors = self.has_errors();
        let Self { errors: mut findings, others, dropped } = self;
        findings.extend(others);
        let hidden = (findings.len() + dropped).saturating_sub(SHOWN);
        if hidden > 0 {
            findings.sort_by(|one, two| (Reverse(one.severity), place(one)).cmp(&(Reverse(two.severity), place(two))));
            findings.truncate(SHOWN);
        }
        findings.sort_by(|one, two| place(one).cmp(&place(two)));
        if let (Some(last), 1..) = (findings.last(), hidden) {
            let severity = if has_errors { Severity::Error } else { Severity::Warning };
            findings.push(more_findings(hidden, &last.file, severity));
        }
        findings
    }
}

impl Extend<Finding> for Diagnostics {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

/// Returns the finding that counts those that are not shown.
pub(crate) fn more_findings(hidden: usize, file: &str, severity: Severity) -> Finding {
    let noun = if hidden == 1 { "finding" } else { "findings" };
    Finding::new(Rule::TooManyFindings, file, format!("{hidden} more {noun} not shown")).severity(severity)
}

/// The sort key of a finding: its file, the file as a whole first, then by place; at one place the worst first.
fn place(finding: &Finding) -> (&str, Option<(usize, usize)>, Reverse<Severity>) {
    (&finding.file, finding.at.as_ref().map(|at| (at.line, at.column)), Reverse(finding.severity))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Location;
    use super::*;

    fn finding(rule: Rule, file: &str, line: usize) -> Finding {
        Finding::new(rule, file, format!("line {line}")).at(&Location { file: None, line, column: 1, span: 0..0 })
    }

    #[test]
    fn findings_are_ordered_by_file_then_place_then_severity() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend([
            finding(Rule::Tab, "b.yaml", 1),
            finding(Rule::Tab, "a.yaml", 7),
            finding(Rule::ByteOrderMark, "a.yaml", 2),
            finding(Rule::Tab, "a.yaml", 2),
            Finding::new(Rule::NoSection, "a.yaml", "the whole file"),
        ]);
        assert!(diagnostics.has_errors());
        let found = diagnostics.into_findings();
        let order: Vec<_> = found.iter().map(|one| (one.rule, one.file.as_str(), one.message.as_str())).collect();
        let expected = [
            (Rule::NoSection, "a.yaml", "the whole file"),
            (Rule::Tab, "a.yaml", "line 2"),
            (Rule::ByteOrderMark, "a.yaml", "line 2"),
            (Rule::Tab, "a.yaml", "line 7"),
            (Rule::Tab, "b.yaml", "line 1"),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn errors_are_shown_first_and_the_rest_is_counted() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend((1..=250).map(|line| finding(Rule::InsecureUrl, "org.yaml", line)));
        assert!(!diagnostics.has_errors());
        diagnostics.extend((251..=400).map(|line| finding(Rule::Url, "org.yaml", line)));
        assert!(diagnostics.has_errors());
        let found = diagnostics.into_findings();
        assert_eq!((found.len(), found.iter().filter(|one| one.rule == Rule::Url).count()), (101, 100));
        let last = found.last().unwrap();
        assert_eq!((last.severity, last.message.as_str()), (Severity::Error, "300 more findings not shown"));
    }

    #[test]
    fn an_error_after_many_warnings_is_kept() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend((1..=300).map(|line| finding(Rule::InsecureUrl, "org.yaml", line)));
        assert!(diagnostics.is_full(Severity::Warning) && !diagnostics.is_full(Severity::Error));
        diagnostics.push(finding(Rule::Url, "org.yaml", 301));
        assert!(diagnostics.into_findings().iter().any(|one| one.rule == Rule::Url));
    }

    #[test]
    fn findings_that_are_not_shown_are_as_severe_as_the_worst() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend((1..=101).map(|line| finding(Rule::InsecureUrl, "org.yaml", line)));
        let found = diagnostics.into_findings();
        let last = found.last().unwrap();
        assert_eq!(
            (found.len(), last.severity, last.message.as_str()),
            (101, Severity::Warning, "1 more finding not shown")
        );
    }
}
