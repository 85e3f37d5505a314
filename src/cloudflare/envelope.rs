//! The envelope that every JSON answer of the API comes in, read tolerantly: odd types never fail, they are absent.
//!
//! OpenAPI documents `success`, `errors[]`, `messages[]` and `result`. In the wild there are also `error_chain` inside an
//! error, answers of `success` and `errors` alone, and (`revoke_user`) of `success` and `result` alone.

use std::fmt;

use serde_json::Value as Json;

use crate::json::{self, JsonError, JsonProblem, JsonText};
use crate::text::visible;

/// The start of the message that says that there is no organization.
const NOT_ENABLED: &str = "access.api.error.not_enabled";

/// The code that says that there is no organization.
const NOT_ENABLED_CODE: &str = "9999";

/// One entry of `errors` or `messages`. Its text comes from outside: it is escaped by [`Display`](fmt::Display) and not in the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiMessage {
    /// The code, as text, whether the API sent a number or a string.
    pub code: Option<String>,
    /// The text. Access codes have `access.api.error.<slug>[: text]` here.
    pub message: String,
    /// A page that explains it.
    pub documentation_url: Option<String>,
    /// A JSON pointer into the body that was sent.
    pub pointer: Option<String>,
    /// What lies behind it. The useful detail of code 12062 is only here.
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

/// One answer of the API, taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Envelope {
    /// What the API says of itself, where it says so.
    pub(crate) success: Option<bool>,
    /// What went wrong. Samples in the documentation list errors beside `success: true`.
    pub(crate) errors: Vec<ApiMessage>,
    /// What else it has to say.
    pub(crate) messages: Vec<ApiMessage>,
    /// What was asked for; `None` where the member is missing, which is not the same as null.
    pub(crate) result: Option<JsonText>,
}

impl Envelope {
    /// Takes a body apart.
    ///
    /// # Errors
    /// If the body is not JSON, or JSON that is no envelope. The text says which, without a final full stop.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, String> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err("the body is empty".to_owned());
        }
        let text = json::check_answer(body).map_err(|error| not_json(body, &error))?;
        let members = json::unique_members(text).map_err(|name| twice(&name))?;
        let Some(members) = members else { return Err("the body is JSON, but no object".to_owned()) };
        let of = |name: &str| members.iter().find(|(found, _)| found == name).map(|(_, value)| *value);
        let view = |name: &str| of(name).map(|value| json::decode(value, &[]).value);
        let envelope = Self {
            success: view("success").as_ref().and_then(boolean),
            errors: view("errors").as_ref().map(messages).unwrap_or_default(),
            messages: view("messages").as_ref().map(messages).unwrap_or_default(),
            result: of("result").map(JsonText::of_valid),
        };
        let recognized = envelope.success.is_some() || !envelope.errors.is_empty() || envelope.result.is_some();
        if recognized { Ok(envelope) } else { Err("the body is JSON, but not an answer of the API".to_owned()) }
    }

    /// Whether the API says that it did what it was asked: it says so, or it says nothing and there is a result.
    pub(crate) fn is_success(&self) -> bool {
        let has_result = self.result.as_ref().is_some_and(|result| result.as_str() != "null");
        self.success.unwrap_or(has_result && self.errors.is_empty())
    }
}

impl ApiMessage {
    /// Whether it, or something in its chain, has this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code) || self.chain.iter().any(|link| link.code.as_deref() == Some(code))
    }

    /// The word behind `access.api.error.`, which tells more than the code: `invalid_org_config`.
    pub(crate) fn slug(&self) -> Option<&str> {
        let rest = self.message.strip_prefix("access.api.error.")?;
        let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        Some(&rest[..end.unwrap_or(rest.len())])
    }

    /// Whether its text, or one in its chain, has these words in it, in upper or lower case. `words` is in lower case.
    pub(super) fn says(&self, words: &str) -> bool {
        let mut texts = std::iter::once(&self.message).chain(self.chain.iter().map(|link| &link.message));
        texts.any(|text| text.to_ascii_lowercase().contains(words))
    }

    /// Whether it says that there is no organization.
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

/// Two members of one name: nobody can say which of them the API means.
fn twice(name: &str) -> String {
    format!("the body has two members named {}, so it is not known which of them counts", visible(name))
}

fn not_json(body: &[u8], error: &JsonError) -> String {
    let start = body.trim_ascii_start();
    if start.starts_with(b"<") {
        return "the body is HTML, not JSON, so it came from something in front of the API".to_owned();
    }
    match error.problem {
        JsonProblem::BreaksOff => "the body is JSON that breaks off".to_owned(),
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

/// The entries of a list; one entry that is no list counts as a list of one.
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

/// Any value as text; nothing for null and the empty string.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: &Json) -> Envelope {
        Envelope::parse(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn an_error_keeps_code_chain_pointer_and_page() {
        let envelope = parse(&json!({
            "success": false, "messages": [], "result": null,
            "errors": [{
                "code": 12062, "message": "access.api.error.invalid_org_config",
                "documentation_url": "https://developers.cloudflare.com/x",
                "source": {"pointer": "/mfa_config/allowed_authenticators/0"},
                "error_chain": [{"message": "invalid mfa authenticator type"}, {"code": 7, "message": "ssh_piv_key"}]
            }]
        }));
        let error = &envelope.errors[0];
        assert!(error.has_code("12062") && error.has_code("7") && !error.has_code("1"));
        assert_eq!(error.slug(), Some("invalid_org_config"));
        assert_eq!(error.pointer.as_deref(), Some("/mfa_config/allowed_authenticators/0"));
        insta::assert_snapshot!(error, @"access.api.error.invalid_org_config (code 12062): invalid mfa authenticator type: ssh_piv_key (code 7), at /mfa_config/allowed_authenticators/0, see https://developers.cloudflare.com/x");
    }

    #[test]
    fn a_code_may_be_a_number_a_string_or_missing() {
        for (code, expected) in
            [(json!(9999), Some("9999")), (json!("9999"), Some("9999")), (json!(null), None), (json!([1]), Some("[1]"))]
        {
            let envelope = parse(&json!({"success": false, "errors": [{"code": code, "message": "no"}]}));
            assert_eq!(envelope.errors[0].code.as_deref(), expected);
        }
    }

    #[test]
    fn odd_types_never_fail() {
        let odd = [
            json!({"success": "true", "result": {}}),
            json!({"success": 1, "result": {}}),
            json!({"success": false, "errors": "nope", "messages": 7}),
            json!({"success": false, "errors": {"code": 1}}),
            json!({"success": false, "errors": [null, 1, "text", [], {"message": {"a": 1}, "source": "x", "error_chain": "y"}]}),
            json!({"success": false, "errors": [{"error_chain": [null, 3, {"code": "6103"}]}]}),
        ];
        for value in odd {
            let envelope = parse(&value);
            for error in envelope.errors {
                assert!(!error.to_string().is_empty(), "{value}");
            }
        }
    }

    #[test]
    fn success_is_what_the_api_says_or_a_result_where_it_says_nothing() {
        let table = [
            (json!({"success": true}), true),
            (json!({"success": true, "result": null}), true),
            (json!({"success": true, "errors": [{"code": 1000, "message": "message"}], "result": {}}), true),
            (json!({"success": "true", "result": {}}), true),
            (json!({"result": {}}), true),
            (json!({"result": false}), true),
            (json!({"result": null}), false),
            (json!({"result": {}, "errors": [{"code": 1}]}), false),
            (json!({"success": false, "result": {}}), false),
            (json!({"success": "false", "result": {}}), false),
            (json!({"errors": [{"code": 1}]}), false),
        ];
        for (value, expected) in table {
            assert_eq!(parse(&value).is_success(), expected, "{value}");
        }
    }

    #[test]
    fn only_the_code_or_the_slug_means_that_there_is_no_organization() {
        let table = [
            (json!({"success": false, "errors": [{"code": 9999, "message": "x"}]}), true),
            (json!({"success": false, "errors": [{"code": "9999"}]}), true),
            (
                json!({"success": false, "errors": [{"message": "access.api.error.not_enabled: Access is not enabled."}]}),
                true,
            ),
            (json!({"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]}), false),
            (
                json!({"success": false, "errors": [{"code": 7003, "message": "see access.api.error.not_enabled"}]}),
                false,
            ),
            (json!({"success": false, "errors": [{"code": 1, "error_chain": [{"code": 9999}]}]}), false),
            (json!({"success": true, "result": null}), false),
        ];
        for (value, expected) in table {
            assert_eq!(parse(&value).errors.iter().any(ApiMessage::is_not_enabled), expected, "{value}");
        }
    }

    #[test]
    fn what_is_no_envelope_says_what_it_is_instead() {
        let table: [(&[u8], &str); 8] = [
            (b"", "empty"),
            (b" \r\n", "empty"),
            (b"<html>502</html>", "HTML"),
            (b"{\"success\":tr", "breaks off"),
            (b"upstream connect error", "not JSON"),
            (b"\xff\xfe", "not JSON"),
            (b"[1]", "no object"),
            (b"{\"hello\":1}", "not an answer of the API"),
        ];
        for (body, expected) in table {
            let problem = Envelope::parse(body).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }

    #[test]
    fn a_body_nested_too_deep_is_refused_and_does_not_overflow() {
        let body = format!("{{\"result\":{}", "[".repeat(200_000));
        assert!(Envelope::parse(body.as_bytes()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_body_whatever_makes_it_panic(text in r#"[\[\]{}:,"0-9a-z\\. ]{0,60}"#, bytes: Vec<u8>) {
            let _ = Envelope::parse(&bytes);
            let _ = Envelope::parse(text.as_bytes());
            let _ = Envelope::parse(format!(r#"{{"success":false,"errors":[{text}]}}"#).as_bytes());
        }
    }

    #[test]
    fn a_hostile_message_reaches_no_output_raw() {
        let envelope =
            parse(&json!({"success": false, "errors": [{"code": "1\u{1b}", "message": "a\u{1b}[2J\nb\u{202e}"}]}));
        assert_eq!(envelope.errors[0].to_string(), r"a\u{1b}[2J\u{a}b\u{202e} (code 1\u{1b})");
    }
}
