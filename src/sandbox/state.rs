//! The state of the emulated API, which is also the content of the state file.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde_json::{Map, Value as Json};

use super::account_state::{self, Account, AccountState, StaleDocument, read_accounts};
use super::fault::Fault;
use super::generated::GeneratedSet;
use super::hostile::Hostile;
use super::logged::LoggedWrite;
use super::personality::Personality;
use crate::json::{self, JsonText, Texts};
use crate::live::{Document, DocumentError};
use crate::settings::{Endpoint, Scope, Target};

/// The version of the state file format.
pub const FORMAT: u32 = 1;

/// The start of the clock of every sandbox, 2026-09-01T08:00:00Z, in seconds since 1970.
pub const CLOCK_START: i64 = 1_788_249_600;

/// The state of the emulated API. The state file contains it as JSON, and may be edited while it is in use.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The version of the format: 1.
    #[serde(rename = "sandbox", deserialize_with = "known_format")]
    pub format: u32,
    /// The account or zone of `organization`. If absent, it is set by the first request.
    #[serde(default, deserialize_with = "read_target")]
    pub target: Option<Target>,
    /// The accounts and zones that exist.
    #[serde(default)]
    pub adopt: Adopt,
    /// The organization; `None` if Zero Trust is not enabled.
    #[serde(default)]
    pub organization: Option<Map<String, Json>>,
    /// The DNS over HTTPS settings, with the names that answers use; `None` before the first write.
    #[serde(default)]
    pub doh: Option<Map<String, Json>>,
    /// The accepted credentials.
    #[serde(default)]
    pub tokens: Tokens,
    /// Properties of the account that affect validation.
    #[serde(default)]
    pub account: Account,
    /// The behaviour where the real one is not documented.
    #[serde(default)]
    pub personality: Personality,
    /// The fault script.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Violations of the API's contract, for tests of the read-back.
    #[serde(default, skip_serializing_if = "Hostile::is_harmless")]
    pub hostile: Hostile,
    /// Previous documents that reads still return, by section, under a personality with late read-back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stale: BTreeMap<String, StaleDocument>,
    /// Writes that got no answer and are not applied yet, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingWrite>,
    /// The seconds since the start of the clock; each write adds one.
    #[serde(default)]
    pub clock: i64,
    /// The audit log, the oldest write first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audit_log: Vec<LoggedWrite>,
    /// The other accounts and zones with a state of their own, by the start of their paths: `accounts/ID` or `zones/ID`.
    #[serde(default, deserialize_with = "read_accounts", skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: BTreeMap<String, AccountState>,
    /// The state before the first write, which an account or zone that was never written has under [`Adopt::Any`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<Box<AccountState>>,
    /// Accounts that are generated from a seed. One that was written is in `accounts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<GeneratedSet>,
    /// The original texts of the placeholders in the documents; the file contains the originals. See [`Document::fields`].
    #[serde(skip)]
    pub texts: Texts,
}

/// The accounts and zones that exist, besides `target`, `accounts` and `generated`. Others are refused with 9109.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Adopt {
    /// If no target is set, the first one that is requested.
    #[default]
    First,
    /// Any. Each has a state of its own, and all start with the same.
    Any,
    /// None.
    Listed,
}

/// The accepted credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tokens {
    /// Any well-formed credential, with all permissions. Written as `"any"`.
    #[default]
    Any,
    /// Only the listed ones.
    Listed(Vec<Grant>),
}

/// A credential and its permissions.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The API token, or the API key if `email` is set.
    pub token: String,
    /// The email address of an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its permission.
    pub permission: Permission,
    /// Its owner, which determines the verification endpoint.
    #[serde(default)]
    pub owner: Owner,
    /// Whether it is active.
    #[serde(default)]
    pub status: TokenStatus,
}

/// The permission of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Read the organization.
    Read,
    /// Read, write and revoke.
    Write,
    /// Read and revoke.
    Revoke,
}

/// The owner of a token. The verification endpoint of a user does not know the tokens of an account, and vice versa.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// A user: `/user/tokens/verify`.
    #[default]
    User,
    /// The account: `/accounts/{id}/tokens/verify`.
    Account,
}

/// The status of a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenStatus {
    /// Active.
    #[default]
    Active,
    /// Disabled by hand.
    Disabled,
    /// Expired.
    Expired,
}

/// A write that is applied later.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingWrite {
    /// The request before which it is applied, counted from now; 1 is the next.
    pub requests: u32,
    /// The method.
    pub method: String,
    /// The path, including `/client/v4`.
    pub path: String,
    /// The body.
    pub body: String,
    /// Its entry in the audit log, without the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LoggedWrite>,
}

impl Default for State {
    /// No organization, no target, any token, no faults.
    fn default() -> Self {
        Self {
            format: FORMAT,
            target: None,
            adopt: Adopt::First,
            organization: None,
            doh: None,
            tokens: Tokens::Any,
            account: Account::default(),
            personality: Personality::default(),
            faults: Vec::new(),
            hostile: Hostile::default(),
            stale: BTreeMap::new(),
            pending: Vec::new(),
            clock: 0,
            audit_log: Vec::new(),
            accounts: BTreeMap::new(),
            initial: None,
            generated: None,
            texts: Texts::default(),
        }
    }
}

impl State {
    /// Returns a state with only an organization; with none if the value is not an object.
    pub fn with_organization(organization: Json) -> Self {
        Self { organization: into_object(organization), ..Self::default() }
    }

    /// Returns a state with generated accounts, and no others.
    pub fn with_generated(set: GeneratedSet) -> Self {
        Self { adopt: Adopt::Listed, generated: Some(set), ..Self::default() }
    }

    /// Sets the DNS over HTTPS settings, with the names that answers use.
    #[must_use]
    pub fn and_doh(self, doh: Json) -> Self {
        Self { doh: into_object(doh), ..self }
    }

    /// Adds an account or zone with a state of its own, and refuses those that are not added.
    #[must_use]
    pub fn and_account(mut self, target: &Target, account: AccountState) -> Self {
        self.accounts.insert(account_state::key(target), account);
        Self { adopt: Adopt::Listed, ..self }
    }

    /// Sets the document of an endpoint from JSON text. Numbers keep all their digits.
    ///
    /// # Errors
    /// Returns the errors of [`Document::parse`].
    pub fn with_document(mut self, endpoint: Endpoint, text: &JsonText) -> Result<Self, DocumentError> {
        let document = Document::parse(endpoint, text)?;
        self.texts.extend(document.texts());
        self.store(endpoint, document.fields);
        Ok(self)
    }

    /// Parses a state file.
    pub(super) fn from_text(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let decoded = JsonText::parse(bytes).ok().map(|text| json::decode_whole(text.as_str()));
        match decoded.filter(|decoded| !decoded.texts.is_empty()) {
            Some(decoded) => Ok(Self { texts: decoded.texts, ..serde_json::from_value(decoded.value)? }),
            None => serde_json::from_slice(bytes),
        }
    }

    /// Returns the content of the state file.
    pub(super) fn to_text(&self) -> Result<String, serde_json::Error> {
        let fields = serde_json::to_value(self)?;
        Ok(fields.as_object().map(|fields| json::pretty(fields, &self.texts)).unwrap_or_default() + "\n")
    }

    /// Returns a body as text, with the original texts of its placeholders.
    pub(super) fn with_originals(&self, body: &Json) -> String {
        body.as_object().map_or_else(|| body.to_string(), |body| json::compact(body, &self.texts).to_string())
    }

    /// Returns the stored document of an endpoint.
    pub fn document(&self, endpoint: Endpoint) -> Option<&Map<String, Json>> {
        match endpoint {
            Endpoint::Organization => self.organization.as_ref(),
            Endpoint::Doh => self.doh.as_ref(),
        }
    }

    /// Stores the document of an endpoint.
    pub(super) fn store(&mut self, endpoint: Endpoint, document: Map<String, Json>) {
        match endpoint {
            Endpoint::Organization => self.organization = Some(document),
            Endpoint::Doh => self.doh = Some(document),
        }
    }

    /// Returns the time of the sandbox's clock, in RFC 3339 format.
    pub(super) fn now(&self) -> String {
        instant(self.clock)
    }
}

/// Returns the time a number of seconds after the start of the clock, in RFC 3339 format.
pub(super) fn instant(seconds: i64) -> String {
    let second = CLOCK_START.saturating_add(seconds);
    jiff::Timestamp::from_second(second).map_or_else(|_| "2026-09-01T08:00:00Z".to_owned(), |time| time.to_string())
}

fn into_object(value: Json) -> Option<Map<String, Json>> {
    if let Json::Object(fields) = value { Some(fields) } else { None }
}

fn known_format<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match <u32 as serde::Deserialize>::deserialize(deserializer)? {
        FORMAT => Ok(FORMAT),
        other => Err(D::Error::custom(format!("state version {other} is not supported; only version {FORMAT} is"))),
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    scope: Scope,
    id: String,
}

fn read_target<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Target>, D::Error> {
    let address = <Option<Address> as serde::Deserialize>::deserialize(deserializer)?;
    let Some(Address { scope, id }) = address else { return Ok(None) };
    Ok(Some(Target { scope, id: id.parse().map_err(D::Error::custom)? }))
}

impl serde::Serialize for Tokens {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_str("any"),
            Self::Listed(grants) => grants.serialize(serializer),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Tokens {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(word) if word == "any" => Ok(Self::Any),
            listed @ Json::Array(_) => serde_json::from_value(listed).map(Self::Listed).map_err(D::Error::custom),
            _ => Err(D::Error::custom("tokens must be \"any\" or a list of {\"token\", \"permission\"}")),
        }
    }
}
