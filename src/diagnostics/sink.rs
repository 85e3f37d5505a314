//! The sink that collects the findings of one run, bounded.

use std::cmp::Reverse;

use super::finding::Finding;
use super::rule::Rule;
use super::severity::Severity;

/// How many findings are shown. Every byte of a hostile file may cause one.
const SHOWN: usize = 100;

/// How many findings are collected, so that the shown ones are the worst and the first by place.
const COLLECTED: usize = 300;

/// The findings of one run. The first 300 are kept; further ones are only counted.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    findings: Vec<Finding>,
    dropped: usize,
    has_errors: bool,
}

impl Diagnostics {
    /// Adds a finding.
    pub(crate) fn push(&mut self, finding: Finding) {
        self.has_errors |= finding.is_error();
        if self.is_full() {
            self.dropped += 1;
        } else {
            self.findings.push(finding);
        }
    }

    /// Whether further findings are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.findings.len() >= COLLECTED
    }

    /// Whether any finding is an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// Returns at most 100 findings, errors preferred, ordered by file and place, then one that counts the rest.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let Self { mut findings, dropped, has_errors } = self;
        let hidden = (findings.len() + dropped).saturating_sub(SHOWN);
        if hidden > 0 {
            findings.sort_by(|one, two| (Reverse(one.severity), place(one)).cmp(&(Reverse(two.severity), place(two))));
            findings.truncate(SHOWN);
        }
        findings.sort_by(|one, two| place(one).cmp(&place(two)));
        if let (Some(last), 1..) = (findings.last(), hidden) {
            let severity = if has_errors { Severity::Error } else { Severity::Warning };
            let noun = if hidden == 1 { "finding" } else { "findings" };
            let message = format!("{hidden} more {noun} not shown");
            findings.push(Finding::new(Rule::TooManyFindings, &last.file, message).severity(severity));
        }
        findings
    }
}

impl Extend<Finding> for Diagnostics {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
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
        Finding::new(rule, file, format!("line {line}")).at(&Location { line, column: 1, span: 0..0 })
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
        assert!(!diagnostics.has_errors() && !diagnostics.is_full());
        diagnostics.extend((251..=400).map(|line| finding(Rule::Url, "org.yaml", line)));
        assert!(diagnostics.has_errors() && diagnostics.is_full());
        let found = diagnostics.into_findings();
        assert_eq!((found.len(), found.iter().filter(|one| one.rule == Rule::Url).count()), (101, 50));
        let last = found.last().unwrap();
        assert_eq!((last.severity, last.message.as_str()), (Severity::Error, "300 more findings not shown"));
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
