//! The envelope of every answer, and the errors in it.
//!
//! Codes and messages are those that users have reported; a code that is a guess is marked as such.

use serde_json::{Value as Json, json};

/// The message for an invalid body.
pub(super) const INVALID_CONFIG: &str = "access.api.error.invalid_org_config";

/// An error of the API, before it is put into an envelope.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
    /// The entries of `error_chain`: a code if one is known, and a text.
    pub(super) chain: Vec<(Option<u32>, String)>,
    /// A JSON pointer into the body.
    pub(super) pointer: Option<String>,
}

impl ApiError {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), chain: Vec::new(), pointer: None }
    }

    pub(super) fn because(mut self, code: Option<u32>, reason: impl Into<String>) -> Self {
        self.chain.push((code, reason.into()));
        self
    }

    pub(super) fn at<K: AsRef<str>>(mut self, keys: &[K]) -> Self {
        self.pointer = Some(pointer(keys));
        self
    }

    /// 12062: the body failed validation.
    pub(super) fn invalid_config(reason: impl Into<String>) -> Self {
        Self::new(400, 12062, INVALID_CONFIG).because(None, reason)
    }

    /// 11004: a missing or invalid auth domain. Only the class of the status is known.
    pub(super) fn invalid_auth_domain() -> Self {
        Self::new(400, 11004, "access.api.error.invalid_auth_domain")
    }

    /// 12130: a request that Access rejects.
    pub(super) fn invalid_request(reason: &str) -> Self {
        Self::new(400, 12130, format!("access.api.error.invalid_request: {reason}"))
    }

    /// 9999: Zero Trust is not enabled.
    pub(super) fn not_enabled(status: u16) -> Self {
        let text = "access.api.error.not_enabled: Access is not enabled. Visit the Access dashboard at \
                    https://one.dash.cloudflare.com/ and click the 'Enable Access' button.";
        Self::new(status, 9999, text)
    }

    /// 7003: no such path.
    pub(super) fn no_route(path: &str) -> Self {
        Self::new(404, 7003, format!("Could not route to {path}, perhaps your object identifier is invalid?"))
    }

    /// 7001: no such method for a path.
    pub(super) fn wrong_method(method: &http::Method) -> Self {
        Self::new(405, 7001, format!("Method {method} not available for that URI."))
    }

    /// The message with its reasons.
    pub(super) fn reason(&self) -> String {
        self.chain.iter().fold(self.message.clone(), |text, (_, reason)| format!("{text}: {reason}"))
    }

    fn to_json(&self) -> Json {
        let mut error = json!({"code": self.code, "message": self.message});
        if !self.chain.is_empty() {
            error["error_chain"] = self.chain.iter().map(|(code, reason)| link(*code, reason)).collect();
        }
        if let Some(pointer) = &self.pointer {
            error["source"] = json!({"pointer": pointer});
        }
        error
    }
}

fn link(code: Option<u32>, reason: &str) -> Json {
    code.map_or_else(|| json!({"message": reason}), |code| json!({"code": code, "message": reason}))
}

/// Returns the body of a successful answer.
pub(super) fn success(result: Json) -> Json {
    json!({"success": true, "errors": [], "messages": [], "result": result})
}

/// Returns the body of an answer with errors.
pub(super) fn failure(refusals: &[ApiError]) -> Json {
    let errors: Json = refusals.iter().map(ApiError::to_json).collect();
    json!({"success": false, "errors": errors, "messages": [], "result": null})
}

/// Returns keys as a JSON pointer (RFC 6901).
fn pointer<K: AsRef<str>>(keys: &[K]) -> String {
    keys.iter().map(|key| format!("/{}", key.as_ref().replace('~', "~0").replace('/', "~1"))).collect()
}
