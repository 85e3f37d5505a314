//! What the API says of a token: its state, its dates, and whose it is.

use std::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value as Json};

use crate::text::visible;

/// The answer to a check of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCheck {
    /// Whose token it is.
    pub owner: TokenOwner,
    /// The token's id, which is no secret.
    pub id: Option<String>,
    /// Its state.
    pub state: TokenState,
    /// When it ends, RFC 3339, where it ends.
    pub expires_on: Option<String>,
    /// When it begins, RFC 3339, where that is limited.
    pub not_before: Option<String>,
    /// The server's clock, from the `Date` header: whole seconds.
    pub server_time: Option<SystemTime>,
}

/// Whose a token is: this decides which endpoint knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenOwner {
    /// It belongs to the account.
    Account,
    /// It belongs to a user.
    User,
}

/// A token's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenState {
    /// It works, though it need not have the permissions it takes.
    Active,
    /// It was turned off.
    Disabled,
    /// Its time is over.
    Expired,
    /// A word that this version does not know. Untrusted text; `Display` escapes it.
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
