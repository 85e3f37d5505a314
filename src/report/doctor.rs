//! Renders the checks of `doctor`: what works, what does not, and the exact fix.

use serde::{Deserialize, Serialize};

use crate::document::{FORMAT_VERSION, ZERODRIFT};
use crate::text::Visible;
use crate::text::layout::{TerminalText, column, hanging, pad};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It works.
    Ok,
    /// It works, with a warning.
    Warning,
    /// It does not work.
    Failed,
    /// It was not tried, because something before it failed or it cannot be tried without writing.
    Skipped,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked, in one word: `token`.
    pub name: String,
    /// The result.
    pub health: Health,
    /// The observation, in a sentence without a final stop.
    pub detail: String,
    /// What to do, if anything.
    pub fixes: Vec<String>,
}

impl Check {
    /// Creates a check with this result.
    pub fn new(name: &str, health: Health, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), health, detail: detail.into(), fixes: Vec::new() }
    }

    /// Adds a fix.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fixes.push(fix.into());
        self
    }
}

/// What `doctor --format json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorDocument {
    /// The version of this format.
    pub format_version: String,
    /// The version of the program that wrote it.
    pub zerodrift: String,
    /// The checks, in order.
    pub checks: Vec<Check>,
}

/// Returns the checks as a document.
pub fn document(checks: &[Check]) -> DoctorDocument {
    DoctorDocument {
        format_version: FORMAT_VERSION.to_owned(),
        zerodrift: ZERODRIFT.to_owned(),
        checks: checks.to_vec(),
    }
}

/// Returns the checks as text, one per line, with their fixes and a summary.
pub fn text(checks: &[Check], style: &Style) -> String {
    let name_width = column(checks.iter().map(|check| check.name.as_str()), 20);
    let mut text = TerminalText::new();
    for check in checks {
        let (role, mark) = match check.health {
            Health::Ok => (Role::Added, "ok  "),
            Health::Warning => (Role::Doubtful, "warn"),
            Health::Failed => (Role::Guarded, "FAIL"),
            Health::Skipped => (Role::Quiet, "skip"),
        };
        let label = safe!("{}  {}", style.paint(role, mark), pad(Visible::whole(&check.name), name_width));
        let indent = name_width + 8;
        text.push(hanging(0, label, indent, Visible::one_line(&check.detail, usize::MAX), style.width));
        for fix in &check.fixes {
            text.push(hanging(
                indent,
                style.paint(Role::Code, "fix:"),
                5,
                Visible::one_line(fix, usize::MAX),
                style.width,
            ));
        }
    }
    safe!("{}\n{}\n", text, style.paint(Role::Heading, summary(checks))).into()
}

fn summary(checks: &[Check]) -> Visible {
    let count = |health| checks.iter().filter(|check| check.health == health).count();
    match (count(Health::Failed), count(Health::Warning)) {
        (0, 0) => "All checks passed. Doctor does not test writes.".into(),
        (0, 1) => "No check failed; 1 warning.".into(),
        (0, warnings) => safe!("No check failed; {} warnings.", warnings),
        (1, _) => "1 check failed: apply its fix, then run doctor again.".into(),
        (failed, _) => safe!("{} checks failed: apply the first fix, then run doctor again.", failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_listed_with_their_fixes() {
        let checks = [
            Check::new("target", Health::Ok, "account 699d98642c564d2e855e9661899b7252, from org.yaml"),
            Check::new("token", Health::Failed, "the API does not know it").fix("copy it again from the dashboard"),
            Check::new("write", Health::Skipped, "not tried: doctor never writes"),
        ];
        insta::assert_snapshot!(text(&checks, &Style::plain(100)), @r"
        ok    target  account 699d98642c564d2e855e9661899b7252, from org.yaml
        FAIL  token   the API does not know it
                      fix: copy it again from the dashboard
        skip  write   not tried: doctor never writes

        1 check failed: apply its fix, then run doctor again.
        ");
    }
}
