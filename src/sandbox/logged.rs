//! The entries of the audit log, as the state file contains them.

use http::Method;
use serde_json::Value as Json;

use crate::settings::Endpoint;

/// The user agent of a person's browser.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";

/// A write in the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoggedWrite {
    /// When it was sent, in RFC 3339.
    pub time: String,
    /// The method.
    pub method: String,
    /// The path below the account or zone: `/access/organizations`.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The ray id.
    pub ray: String,
    /// The user agent.
    pub user_agent: String,
    /// Who sent it.
    pub actor: LoggedActor,
    /// The body of the request, as JSON text.
    pub request: String,
    /// The result in the answer, as JSON text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub response: String,
}

/// Who sent a write.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoggedActor {
    /// The email address of the user.
    pub email: String,
    /// How the write was sent, in the words of the API: `dash`, `api_token`, `api_key`.
    pub context: String,
    /// The name of the API token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub token_name: String,
}

impl LoggedActor {
    /// Returns a person in the dashboard.
    pub fn in_dashboard(email: impl Into<String>) -> Self {
        Self { email: email.into(), context: "dash".to_owned(), token_name: String::new() }
    }
}

impl LoggedWrite {
    /// Returns an edit of the organization in the dashboard.
    pub(super) fn in_dashboard(email: impl Into<String>, request: &Json) -> Self {
        Self {
            method: Method::PUT.to_string(),
            path: Endpoint::Organization.path().to_owned(),
            status: 200,
            user_agent: BROWSER.to_owned(),
            actor: LoggedActor::in_dashboard(email),
            request: request.to_string(),
            ..Self::default()
        }
    }
}
