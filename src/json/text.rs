//! JSON text that is kept byte by byte.

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::scan::{JsonError, JsonProblem, MAX_DEPTH, Scanner};

/// Valid JSON text, exactly as it was written. Clones share the text.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Validates a text.
    ///
    /// # Errors
    /// Returns an error if it is not JSON, or nested deeper than [`MAX_DEPTH`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, JsonError> {
        let text = utf8(text.as_ref())?;
        check(Scanner::new(text))?;
        Ok(Self(text.into()))
    }

    /// Wraps a part of a valid text.
    pub(crate) fn of_valid(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Validates an answer of the API. Its parts are then valid JSON too.
pub(crate) fn check_answer(bytes: &[u8]) -> Result<&str, JsonError> {
    let text = utf8(bytes)?;
    check(Scanner::within(text, MAX_DEPTH))?;
    Ok(text)
}

fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    std::str::from_utf8(bytes).map_err(|error| JsonError::new(JsonProblem::Encoding, bytes, error.valid_up_to()))
}

fn check(mut scanner: Scanner<'_>) -> Result<(), JsonError> {
    while scanner.token()?.is_some() {}
    Ok(())
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonText({})", self.0)
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Json> for JsonText {
    fn from(value: &Json) -> Self {
        Self(value.to_string().into())
    }
}

impl From<&JsonText> for JsonText {
    fn from(text: &JsonText) -> Self {
        text.clone()
    }
}
