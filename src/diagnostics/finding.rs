//! Findings: what is wrong or doubtful in a manifest, as data that every renderer reads.

use std::ops::Range;

use super::rule::Rule;
use super::severity::Severity;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
    /// The bytes meant, for underlining and for splicing fixes.
    pub span: Range<usize>,
}

impl Location {
    /// A file that nobody wrote line by line, such as a backup: all of it is meant. It counts as its first character.
    pub fn whole_file() -> Self {
        Self { line: 1, column: 1, span: 0..0 }
    }

    /// Whether a file as a whole is meant. A value in a manifest has a key before it, so it never stands there.
    pub fn is_whole_file(&self) -> bool {
        *self == Self::whole_file()
    }
}

/// A replacement of bytes that would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the replacement does, as an imperative: `quote the colour`.
    pub title: String,
    /// The bytes that are replaced.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub replacement: String,
    /// Whether it can be applied without a look: it cannot change what the author meant.
    pub safe: bool,
}

/// One thing to say about a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a sentence without a final full stop.
    pub message: String,
    /// The file as the user named it; `-` for standard input.
    pub file: String,
    /// Where; absent when the whole file is meant.
    pub at: Option<Location>,
    /// What to do about it.
    pub help: Option<String>,
    /// A replacement that would mend it.
    pub fix: Option<Fix>,
    /// The setting it is about, as a path.
    pub setting: Option<String>,
}

impl Finding {
    /// A finding of this rule about the file as a whole, with the severity and the help of the rule; the methods below
    /// refine it.
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

    /// Makes it a finding of this severity, where that is milder than the severity of its rule.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity: severity.min(self.rule.severity()), ..self }
    }

    /// Says where.
    #[must_use]
    pub fn at(self, at: &Location) -> Self {
        Self { at: Some(at.clone()), ..self }
    }

    /// Says what to do, where more is known than the rule says.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Offers a replacement.
    #[must_use]
    pub fn fix(self, fix: Fix) -> Self {
        Self { fix: Some(fix), ..self }
    }

    /// Names the setting.
    #[must_use]
    pub fn setting(self, path: impl Into<String>) -> Self {
        Self { setting: Some(path.into()), ..self }
    }

    /// The same finding in words that no text of the file is in: what its rule says.
    #[must_use]
    pub fn withheld(self, reason: &str) -> Self {
        let message = format!("{}; the text is not shown, because {reason}", self.rule.summary().trim_end_matches('.'));
        Self { message, help: Some(phrase(self.rule.help())), fix: None, setting: None, ..self }
    }

    /// Whether it makes the manifest unusable.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The one thing to say about a manifest that could not be checked, and why.
pub fn not_checked(file: &str, message: &str, hints: &[String]) -> Finding {
    let finding = Finding::new(Rule::NotChecked, file, message);
    match hints.first() {
        Some(hint) => finding.help(hint),
        None => finding,
    }
}

/// A sentence as part of another one: it starts in lower case, and has no full stop.
fn phrase(sentence: &str) -> String {
    let mut characters = sentence.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
