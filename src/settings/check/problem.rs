//! A problem with a value, and values as messages show them.

use serde_json::Value as Json;

use crate::diagnostics::{Rule, Severity};
use crate::settings::setting::{Setting, Unset};

/// A problem with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The rule that the value violates.
    pub rule: Rule,
    /// Whether the API is known to refuse the value. Otherwise the value is probably a mistake.
    pub refused: bool,
    /// What is wrong, without a final full stop.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// The value that was probably meant; it replaces the element if `element` is set.
    pub suggestion: Option<Json>,
    /// The index of the element in a set, from 0; `None` for the whole value.
    pub element: Option<usize>,
}

impl Problem {
    /// Creates the problem of a value that the API refuses.
    pub(super) fn refused(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, refused: true, message: message.into(), help: None, suggestion: None, element: None }
    }

    /// Creates the problem of a value that the API may accept but that is probably a mistake.
    pub(super) fn doubtful(rule: Rule, message: impl Into<String>) -> Self {
        Self { refused: false, ..Self::refused(rule, message) }
    }

    /// Returns the severity in a manifest.
    pub fn severity(&self) -> Severity {
        if self.refused { Severity::Error } else { Severity::Warning }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn suggest(self, value: impl Into<Json>) -> Self {
        Self { suggestion: Some(value.into()), ..self }
    }

    pub(super) fn suggest_if(self, value: Option<Json>) -> Self {
        Self { suggestion: value.or(self.suggestion), ..self }
    }
}

/// Returns the problem of an empty text for a setting that must not be empty.
pub(super) fn empty(setting: &Setting) -> Problem {
    let problem =
        Problem::refused(Rule::Empty, format!("{} must be {}, not empty text", setting.name(), setting.expected()));
    match setting.unset {
        Unset::Never(reason) => problem.help(format!("it cannot be unset: {reason}")),
        Unset::Null | Unset::False | Unset::EmptyList => problem.help("write null to unset it").suggest(Json::Null),
    }
}

/// Returns a text for a message: quoted, shortened, and with control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    match shortened(text) {
        (short, true) => format!("{short:?}…"),
        (whole, false) => format!("{whole:?}"),
    }
}

/// Returns a number or duration for a message: shortened, without quotes.
pub(super) fn bare(text: &str) -> String {
    match shortened(text) {
        (short, true) => format!("{}…", short.escape_debug()),
        (whole, false) => whole.escape_debug().to_string(),
    }
}

/// Returns the first sixty characters, and whether the text is longer.
fn shortened(text: &str) -> (&str, bool) {
    const LONGEST: usize = 60;
    text.char_indices().nth(LONGEST).map_or((text, false), |(end, _)| (&text[..end], true))
}
