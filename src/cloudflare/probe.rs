//! The result of verifying a token: its state, dates and owner.

use std::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value as Json};

use crate::text::visible;

/// The result of verifying a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCheck {
    /// The owner.
    pub owner: TokenOwner,
    /// The id of the token. It is not a secret.
    pub id: Option<String>,
    /// The state.
    pub state: TokenState,
    /// The end of its validity in RFC 3339, if limited.
    pub expires_on: Option<String>,
    /// The start of its validity in RFC 3339, if limited.
    pub not_before: Option<String>,
    /// The server's clock in whole seconds, from the `Date` header.
    pub server_time: Option<SystemTime>,
}

/// The owner of a token. It determines which endpoint knows the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenOwner {
    /// The account.
    Account,
    /// A user.
    User,
}

/// The state of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenState {
    /// It is valid, but may lack permissions.
    Active,
    /// It is disabled.
    Disabled,
    /// It has expired.
    Expired,
    /// A state unknown to this version. Untrusted text; `Display` escapes it.
    Other(String),
}

impl fmt::Display for TokenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("active"),
            Self::Disabled => f.write_str("disabled"),
            Self::Expired => f.write_str("expired"),
            Self::Other(word) => f.write_str(&visible(word)),
        }
    }
}

impl TokenCheck {
    pub(super) fn read(owner: TokenOwner, fields: &Map<String, Json>, server_time: Option<SystemTime>) -> Self {
        let text = |key: &str| fields.get(key).and_then(Json::as_str).map(str::to_owned);
        let state = match text("status").unwrap_or_else(|| "unknown".to_owned()) {
            word if word == "active" => TokenState::Active,
            word if word == "disabled" => TokenState::Disabled,
            word if word == "expired" => TokenState::Expired,
            word => TokenState::Other(word),
        };
        Self {
            owner,
            id: text("id"),
            state,
            expires_on: text("expires_on"),
            not_before: text("not_before"),
            server_time,
        }
    }
}
