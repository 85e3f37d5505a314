//! A finding: one problem in a file, as data for every renderer.

use std::ops::Range;
use std::sync::Arc;

use super::rule::Rule;
use super::severity::Severity;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, if it is not the manifest itself: a parent that the manifest extends.
    pub file: Option<Arc<str>>,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
    /// The bytes, for underlining and for applying fixes.
    pub span: Range<usize>,
}

impl Location {
    /// The location of a file as a whole, such as a backup, represented as its first character.
    pub fn whole_file() -> Self {
        Self { file: None, line: 1, column: 1, span: 0..0 }
    }

    /// The same place in a file that the manifest extends. A place that is already in another file stays there.
    #[must_use]
    pub fn in_parent(&self, file: &Arc<str>) -> Self {
        Self { file: self.file.clone().or_else(|| Some(file.clone())), ..self.clone() }
    }

    /// The name of its file, where `manifest` is the name of the manifest.
    pub fn file<'a>(&'a self, manifest: &'a str) -> &'a str {
        self.file.as_deref().unwrap_or(manifest)
    }

    /// Whether this is a file as a whole. A value in a manifest follows a key, so it is never at the first character.
    pub fn is_whole_file(&self) -> bool {
        *self == Self::whole_file()
    }
}

/// A replacement of bytes that fixes a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the replacement does, as an imperative: `quote the colour`.
    pub title: String,
    /// The bytes that are replaced.
    pub span: Range<usize>,
    /// The new text.
    pub replacement: String,
    /// Whether it can be applied without review, because it cannot change the intended value.
    pub safe: bool,
}

/// One problem or note about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that is violated.
    pub rule: Rule,
    /// The severity.
    pub severity: Severity,
    /// The problem, in a sentence without a final full stop.
    pub message: String,
    /// The file as the user named it; `-` for standard input.
    pub file: String,
    /// The location; `None` for the file as a whole.
    pub at: Option<Location>,
    /// The solution.
    pub help: Option<String>,
    /// A replacement that fixes it.
    pub fix: Option<Fix>,
    /// The path of the setting.
    pub setting: Option<String>,
}

impl Finding {
    /// A finding about the file as a whole, with the severity and the help of its rule. The methods below refine it.
    pub fn new(rule: Rule, file: &str, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity(),
            message: message.into(),
            file: file.to_owned(),
            at: None,
            help: Some(phrase(rule.help())),
            fix: None,
            setting: None,
        }
    }

    /// Lowers the severity. A severity above that of the rule is ignored.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity: severity.min(self.rule.severity()), ..self }
    }

    /// Sets the location, and the file if the location is in a parent of the manifest.
    #[must_use]
    pub fn at(self, at: &Location) -> Self {
        let file = at.file.as_deref().map_or(self.file, str::to_owned);
        Self { file, at: Some(Location { file: None, ..at.clone() }), ..self }
    }

    /// Replaces the help of the rule with more specific help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds a fix.
    #[must_use]
    pub fn fix(self, fix: Fix) -> Self {
        Self { fix: Some(fix), ..self }
    }

    /// Sets the path of the setting.
    #[must_use]
    pub fn setting(self, path: impl Into<String>) -> Self {
        Self { setting: Some(path.into()), ..self }
    }

    /// Returns the finding with the summary of its rule instead of its own message, so that it contains no text of the
    /// file.
    #[must_use]
    pub fn withheld(self, reason: &str) -> Self {
        let message = format!("{}; the text is not shown, because {reason}", self.rule.summary().trim_end_matches('.'));
        Self { message, help: Some(phrase(self.rule.help())), fix: None, setting: None, ..self }
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Returns the finding about a manifest that could not be checked.
pub fn not_checked(file: &str, message: &str, hints: &[String]) -> Finding {
    let finding = Finding::new(Rule::NotChecked, file, message);
    match hints.first() {
        Some(hint) => finding.help(hint),
        None => finding,
    }
}

/// Turns a sentence into a phrase: in lower case, without a full stop.
fn phrase(sentence: &str) -> String {
    let mut characters = sentence.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
