//! The envelope of the API's JSON answers. Parsing is tolerant: a member with an unexpected type counts as absent.
//!
//! OpenAPI documents `success`, `errors[]`, `messages[]` and `result`. Real answers also have `error_chain` inside an error, and
//! some have only `success` and `errors`, or (`revoke_user`) only `success` and `result`.

use std::fmt;

use serde_json::Value as Json;

use crate::json::{self, JsonError, JsonProblem, JsonText};
use crate::text::visible;

/// The start of the message for "there is no organization".
const NOT_ENABLED: &str = "access.api.error.not_enabled";

/// The code for "there is no organization".
const NOT_ENABLED_CODE: &str = "9999";

/// One entry of `errors` or `messages`. Its text is untrusted: raw in the fields, and escaped by [`Display`](fmt::Display).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiMessage {
    /// The code as text. The API sends it as a number or a string.
    pub code: Option<String>,
    /// The text. Access codes have `access.api.error.<slug>[: text]` here.
    pub message: String,
    /// The URL of a page that explains it.
    pub documentation_url: Option<String>,
    /// A JSON pointer into the request body.
    pub pointer: Option<String>,
    /// The causes. For code 12062 only they have the useful detail.
    pub chain: Vec<Link>,
}

/// One entry of an `error_chain`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The code, as text.
    pub code: Option<String>,
    /// The text.
    pub message: String,
}

/// A parsed answer of the API.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Envelope {
    /// Whether the API reports success; `None` if it does not say.
    pub(crate) success: Option<bool>,
    /// The errors. In samples of the documentation, an answer with `success: true` has some too.
    pub(crate) errors: Vec<ApiMessage>,
    /// Further messages.
    pub(crate) messages: Vec<ApiMessage>,
    /// The result; `None` if the member is missing, which is not the same as null.
    pub(crate) result: Option<JsonText>,
    /// The cursor of the next page; `None` on the last page, and without pages.
    pub(crate) cursor: Option<String>,
}

impl Envelope {
    /// Parses a body.
    ///
    /// # Errors
    /// Returns the problem, without a final full stop, if the body is not JSON or not an envelope.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, String> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err("the body is empty".to_owned());
        }
        let text = json::check_answer(body).map_err(|error| not_json(body, &error))?;
        let members = json::unique_members(text).map_err(|name| duplicate_member(&name))?;
        let Some(members) = members else { return Err("the body is JSON, but not an object".to_owned()) };
        let of = |name: &str| members.iter().find(|(found, _)| found == name).map(|(_, value)| *value);
        let view = |name: &str| of(name).map(|value| json::decode(value, &[]).value);
        let envelope = Self {
            success: view("success").as_ref().and_then(boolean),
            errors: view("errors").as_ref().map(messages).unwrap_or_default(),
            messages: view("messages").as_ref().map(messages).unwrap_or_default(),
            result: of("result").map(JsonText::of_valid),
            cursor: view("result_info").as_ref().and_then(cursor),
        };
        let recognized = envelope.success.is_some() || !envelope.errors.is_empty() || envelope.result.is_some();
        if recognized { Ok(envelope) } else { Err("the body is JSON, but not an answer of the API".to_owned()) }
    }

    /// Whether the answer is a success. Without `success`, it is one if it has a result and no errors.
    pub(crate) fn is_success(&self) -> bool {
        let has_result = self.result.as_ref().is_some_and(|result| result.as_str() != "null");
        self.success.unwrap_or(has_result && self.errors.is_empty())
    }
}

impl ApiMessage {
    /// Whether the message or its chain has this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code) || self.chain.iter().any(|link| link.code.as_deref() == Some(code))
    }

    /// Returns the word after `access.api.error.`, which is more specific than the code: `invalid_org_config`.
    pub(crate) fn slug(&self) -> Option<&str> {
        let rest = self.message.strip_prefix("access.api.error.")?;
        let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        Some(&rest[..end.unwrap_or(rest.len())])
    }

    /// Whether the message or its chain contains these words, ignoring ASCII case. `words` is in lower case.
    pub(super) fn mentions(&self, words: &str) -> bool {
        let mut texts = std::iter::once(&self.message).chain(self.chain.iter().map(|link| &link.message));
        texts.any(|text| text.to_ascii_lowercase().contains(words))
    }

    /// Whether the message says that there is no organization.
    pub(crate) fn is_not_enabled(&self) -> bool {
        self.code.as_deref() == Some(NOT_ENABLED_CODE) || self.message.starts_with(NOT_ENABLED)
    }
}

impl fmt::Display for ApiMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, documentation_url, pointer, chain } = self;
        write_coded(f, code.as_deref(), message)?;
        for link in chain {
            f.write_str(": ")?;
            write_coded(f, link.code.as_deref(), &link.message)?;
        }
        if let Some(pointer) = pointer {
            write!(f, ", at {}", visible(pointer))?;
        }
        if let Some(url) = documentation_url {
            write!(f, ", see {}", visible(url))?;
        }
        Ok(())
    }
}

fn write_coded(f: &mut fmt::Formatter<'_>, code: Option<&str>, message: &str) -> fmt::Result {
    let message = if message.is_empty() { "no message" } else { message };
    f.write_str(&visible(message.trim_end_matches('.')))?;
    code.map_or(Ok(()), |code| write!(f, " (code {})", visible(code)))
}

/// Returns the problem of a body with two members of the same name, which is ambiguous.
fn duplicate_member(name: &str) -> String {
    format!("the body is ambiguous: it has two members named {}", visible(name))
}

/// Returns the cursor of the next page, which answers have in one of two places.
fn cursor(info: &Json) -> Option<String> {
    let texts = [info.pointer("/cursors/after"), info.get("cursor")];
    texts.into_iter().flatten().filter_map(Json::as_str).find(|text| !text.is_empty()).map(str::to_owned)
}

fn not_json(body: &[u8], error: &JsonError) -> String {
    let start = body.trim_ascii_start();
    if start.starts_with(b"<") {
        return "the body is HTML, not JSON, so another server answered instead of the API".to_owned();
    }
    match error.problem {
        JsonProblem::Truncated => "the body is truncated JSON".to_owned(),
        JsonProblem::TooDeep => format!("the body is {error}"),
        JsonProblem::Syntax | JsonProblem::Encoding => "the body is not JSON".to_owned(),
    }
}

fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(value) => Some(*value),
        Json::String(text) => text.parse().ok(),
        Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Parses the entries of a list. A value that is not a list counts as a list with one entry.
fn messages(value: &Json) -> Vec<ApiMessage> {
    match value {
        Json::Null => Vec::new(),
        Json::Array(entries) => entries.iter().map(message).collect(),
        single => vec![message(single)],
    }
}

fn message(value: &Json) -> ApiMessage {
    let Link { code, message } = link(value);
    ApiMessage {
        code,
        message,
        documentation_url: value.get("documentation_url").and_then(text),
        pointer: value.get("source").and_then(|source| source.get("pointer")).and_then(text),
        chain: value.get("error_chain").and_then(Json::as_array).into_iter().flatten().map(link).collect(),
    }
}

fn link(value: &Json) -> Link {
    match value {
        Json::Object(members) => Link {
            code: members.get("code").and_then(text),
            message: members.get("message").and_then(text).unwrap_or_default(),
        },
        other => Link { code: None, message: text(other).unwrap_or_default() },
    }
}

/// Returns any value as text; `None` for null and the empty string.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
