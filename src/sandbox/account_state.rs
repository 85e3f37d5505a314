//! The state of one account or zone.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde_json::{Map, Value as Json};

use super::logged::LoggedWrite;
use crate::settings::{Scope, Target};

/// The state of one account or zone: a part of [`State`](super::State).
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountState {
    /// The organization; `None` if Zero Trust is not enabled.
    pub organization: Option<Map<String, Json>>,
    /// The DNS over HTTPS settings, with the names that answers use; `None` before the first write.
    pub doh: Option<Map<String, Json>>,
    /// Properties of the account that affect validation.
    pub account: Account,
    /// Previous documents that reads still return, by section.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stale: BTreeMap<String, StaleDocument>,
    /// The audit log, the oldest write first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub audit_log: Vec<LoggedWrite>,
}

/// Properties of the account that affect validation.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Dashboard SSO is on: a change of `auth_domain` is refused with 12106.
    pub dashboard_sso: bool,
    /// Created on or after 2026-10-05: `strict_service_token_auth` is on and cannot be turned off.
    pub strict_service_tokens: bool,
    /// The rotation period of the account's Access keys in days, which limits the duration of DoH tokens. If absent,
    /// only the limit of the setting applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_rotation_days: Option<u16>,
}

/// A previous document that reads still return after a write.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaleDocument {
    /// The document before the write.
    pub document: Option<Map<String, Json>>,
    /// The number of further reads that return it.
    pub reads: u32,
}

/// Returns the key of an account or zone in [`State::accounts`](super::State::accounts): the start of its paths.
pub(super) fn key(target: &Target) -> String {
    format!("{}/{}", target.scope.plural(), target.id)
}

/// Reads [`State::accounts`](super::State::accounts), and rejects a key that no request can have.
pub(super) fn read_accounts<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, AccountState>, D::Error> {
    let accounts = <BTreeMap<String, AccountState> as serde::Deserialize>::deserialize(deserializer)?;
    match accounts.keys().find(|key| !is_key(key)) {
        Some(key) => Err(D::Error::custom(format!(
            "expected accounts/ID or zones/ID with an ID of 32 hexadecimal digits in lower case, not \"{}\"",
            key.escape_debug()
        ))),
        None => Ok(accounts),
    }
}

fn is_key(text: &str) -> bool {
    let Some((plural, id)) = text.split_once('/') else { return false };
    let scope = [Scope::Account, Scope::Zone].into_iter().find(|scope| scope.plural() == plural);
    let target = scope.zip(id.parse().ok()).map(|(scope, id)| Target { scope, id });
    target.is_some_and(|target| key(&target) == text)
}
