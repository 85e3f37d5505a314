//! Renders reports for GitLab's merge requests: findings as a code quality report, and a plan as a Terraform report.
//!
//! Both contain only what GitLab's parsers read: `lib/gitlab/ci/parsers/codequality/code_climate.rb` with the
//! schema `app/validators/json_schemas/codeclimate.json`, and `lib/gitlab/ci/parsers/terraform/tfplan.rb` (gitlabhq).

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::overview::Overview;
use super::path::tidy;
use super::set::SetDetails;
use crate::diagnostics::{Finding, Severity, Source};
use crate::document::{Compared, to_text};
use crate::plan::{Op, Plan};
use crate::report::sources::Sources;
use crate::text::Visible;
use crate::text::limit::MESSAGE;
use crate::text::safe::safe;

/// Returns findings as a report for `artifacts:reports:codequality`: an array, empty without findings. The sources are the
/// files of the findings, as far as they could be read as text; their lines are part of the fingerprints.
///
/// The fields are documented on the page "Code Quality", section "Code Quality report format". GitLab keeps one finding per
/// fingerprint in a pipeline, so the file is part of the fingerprint.
pub fn code_quality<'a>(findings: &[Finding], sources: impl IntoIterator<Item = &'a Source>) -> String {
    let identified = findings.iter().zip(fingerprints(findings, &Sources::new(sources)));
    let issues: Vec<Issue> = identified.map(|(finding, fingerprint)| Issue::of(finding, fingerprint)).collect();
    to_text(&issues)
}

/// Returns a plan as a report for `artifacts:reports:terraform`: the numbers of settings that are set, changed and unset. The
/// widget shows them as resources to add, change and delete.
pub fn widget(plan: &Plan) -> String {
    let mut widget = Widget::default();
    widget.count(plan);
    to_text(&widget)
}

#[derive(Serialize)]
struct Issue {
    description: Visible,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: IssueLocation,
}

impl Issue {
    fn of(finding: &Finding, fingerprint: String) -> Self {
        Self {
            description: description(finding),
            check_name: finding.rule.id(),
            fingerprint,
            severity: severity(finding.severity),
            location: IssueLocation {
                path: Visible::whole(&tidy(&finding.file)),
                // Every finding needs a line; line 1 represents the whole file.
                lines: IssueLines { begin: finding.at.as_ref().map_or(1, |at| at.line) },
            },
        }
    }
}

#[derive(Serialize)]
struct IssueLocation {
    path: Visible,
    lines: IssueLines,
}

#[derive(Serialize)]
struct IssueLines {
    begin: usize,
}

/// Returns a severity of the report format, as ESLint's formatter for GitLab uses it.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "info",
        Severity::Warning => "minor",
        Severity::Error => "major",
    }
}

/// Returns the message and the help on one line. A help of several lines is an example to paste and is omitted.
fn description(finding: &Finding) -> Visible {
    let message = Visible::excerpt(&finding.message, MESSAGE);
    match finding.help.as_ref().filter(|help| !help.contains('\n')) {
        Some(help) => safe!("{}; {}", message, Visible::excerpt(help, MESSAGE)),
        None => message,
    }
}

/// The numbers that the widget requires; without them it shows an error (`tfplan.rb`, `has_required_keys?`).
#[derive(Debug, Default, Serialize)]
pub(super) struct Widget {
    create: usize,
    update: usize,
    delete: usize,
}

impl Widget {
    fn count(&mut self, plan: &Plan) {
        for change in &plan.changes {
            match change.op {
                Op::Unset => self.delete += 1,
                Op::Set if change.before.is_null() => self.create += 1,
                Op::Set => self.update += 1,
            }
        }
    }
}

/// Several organizations: the sums. A failed one counts nothing; the job shows it by its exit code.
impl SetDetails for Widget {
    fn add(&mut self, compared: &Compared<'_>) {
        if let Compared::Done(comparison) = compared {
            self.count(&comparison.plan);
        }
    }

    fn render(&self, _overview: &Overview, _limit: usize) -> String {
        to_text(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Rule;
    use crate::manifest::parse;
    use crate::plan::tests::samples::{busy, create, in_sync, warning};
    use crate::settings::Model;

    #[test]
    fn findings_have_the_format_of_gitlab() {
        let text = "organization:\n  session_duration: 1d\n  login_design:\n    text_color: '#c5ed1b'\ndoh:\n";
        let source = Source { name: "./accounts/org.yaml".to_owned(), text: text.to_owned() };
        insta::assert_snapshot!(code_quality(&parse(Model::current(), &source).findings, Some(&source)), @r##"
        [
          {
            "description": "session_duration is \"1d\": unknown unit \"d\"; the units are h, m, s, ms, us and ns; did you mean 24h?",
            "check_name": "duration",
            "fingerprint": "a5600a521e9e8d6977336ff647fbfb17",
            "severity": "major",
            "location": {
              "path": "accounts/org.yaml",
              "lines": {
                "begin": 2
              }
            }
          },
          {
            "description": "the login text is hard to read: #c5ed1b on the white card has a contrast of 1.35:1, and WCAG asks for 4.5:1; choose a darker colour",
            "check_name": "contrast",
            "fingerprint": "cfe2f2425d7b2930fcd3c58076195b5a",
            "severity": "minor",
            "location": {
              "path": "accounts/org.yaml",
              "lines": {
                "begin": 4
              }
            }
          },
          {
            "description": "doh is empty, so it declares nothing; to unset settings, write null for each of them",
            "check_name": "empty-section",
            "fingerprint": "74960e515f60616f5ed411720b449584",
            "severity": "info",
            "location": {
              "path": "accounts/org.yaml",
              "lines": {
                "begin": 5
              }
            }
          }
        ]
        "##);
    }

    #[test]
    fn a_finding_about_a_whole_file_is_at_its_first_line() {
        let finding = Finding::new(Rule::NoSection, "org.yaml", "message").help("write:\n\nname: A");
        let Issue { description, location, .. } = Issue::of(&finding, String::new());
        assert_eq!((&*description, location.lines.begin), ("message", 1));
    }

    #[test]
    fn no_findings_are_an_empty_array() {
        assert_eq!(code_quality(&[], None), "[]\n");
    }

    #[test]
    fn the_widget_counts_settings() {
        insta::assert_snapshot!(widget(&busy()), @r#"
        {
          "create": 2,
          "update": 5,
          "delete": 1
        }
        "#);
        insta::assert_snapshot!(widget(&create()), @r#"
        {
          "create": 3,
          "update": 0,
          "delete": 0
        }
        "#);
        insta::assert_snapshot!(widget(&in_sync()), @r#"
        {
          "create": 0,
          "update": 0,
          "delete": 0
        }
        "#);
    }

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        let finding = Finding { file: "a\u{202e}.yaml".to_owned(), ..warning() }.help("b\u{1b}c");
        let issue = Issue::of(&finding, String::new());
        assert_eq!(issue.location.path, r"a\u{202e}.yaml");
        assert!(issue.description.ends_with(r"; b\u{1b}c"), "{}", issue.description);
    }
}
