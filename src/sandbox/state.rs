//! What the emulated API remembers: one value, which is also the state file.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde_json::{Map, Value as Json};

use super::fault::Fault;
use super::hostile::Hostile;
use super::personality::Personality;
use crate::json::{self, JsonText, Texts};
use crate::live::{Document, DocumentError};
use crate::settings::{Endpoint, Scope, Target};

/// The version of the state file that this program reads and writes.
pub const FORMAT: u32 = 1;

/// When the clock of every sandbox starts: 2026-09-01T08:00:00Z, as seconds since 1970.
pub const CLOCK_START: i64 = 1_788_249_600;

/// Everything the emulated API remembers. The state file is this value as JSON, and may be edited while it is in use.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The version of the format: 1.
    #[serde(rename = "sandbox", deserialize_with = "known_format")]
    pub format: u32,
    /// The account or zone whose organization this is. The first one that is asked for is adopted.
    #[serde(default, deserialize_with = "read_target")]
    pub target: Option<Target>,
    /// Whether requests for other accounts and zones are answered too, all with the same organization.
    #[serde(default)]
    pub adopt: Adopt,
    /// The organization, or nothing where Zero Trust was never enabled.
    #[serde(default)]
    pub organization: Option<Map<String, Json>>,
    /// The settings of DNS over HTTPS, in the names in which they are answered, or nothing before anybody set them.
    #[serde(default)]
    pub doh: Option<Map<String, Json>>,
    /// Who may come in.
    #[serde(default)]
    pub tokens: Tokens,
    /// Facts of the account that decide what it accepts.
    #[serde(default)]
    pub account: Account,
    /// Which reading of everything unsettled applies.
    #[serde(default)]
    pub personality: Personality,
    /// What goes wrong, in order.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// What a test of the read-back needs: an API that does not keep its word.
    #[serde(default, skip_serializing_if = "Hostile::is_harmless")]
    pub hostile: Hostile,
    /// Old documents that are still answered, by section, under a personality that reads late.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stale: BTreeMap<String, StaleDocument>,
    /// Writes that got no answer and have not taken effect yet, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingWrite>,
    /// Seconds since the clock started: one for each write.
    #[serde(default)]
    pub clock: i64,
    /// What the stand-ins in its documents stand for; in the file each of them is in its place. See [`Document::fields`].
    #[serde(skip)]
    pub texts: Texts,
}

/// Which accounts and zones are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Adopt {
    /// The first one that is asked for, from then on; others are refused with 9109.
    #[default]
    First,
    /// Any.
    Any,
}

/// Who may come in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tokens {
    /// Any well-formed credential, with every permission. Written `"any"`.
    #[default]
    Any,
    /// These only.
    Listed(Vec<Grant>),
}

/// One credential and what it may do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The API token; or the API key, where there is an `email`.
    pub token: String,
    /// The address that goes with an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What it may do.
    pub permission: Permission,
    /// Which of the two verifications knows it.
    #[serde(default)]
    pub owner: Owner,
    /// Whether it is in use.
    #[serde(default)]
    pub status: TokenStatus,
}

/// What a credential may do.
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

/// Who owns a token: the user endpoint does not know the tokens of an account, and the other way round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// A user: `/user/tokens/verify`.
    #[default]
    User,
    /// The account: `/accounts/{id}/tokens/verify`.
    Account,
}

/// Whether a token is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenStatus {
    /// It is.
    #[default]
    Active,
    /// Somebody switched it off.
    Disabled,
    /// Its time is over.
    Expired,
}

/// Facts of the account that decide what it accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Dashboard SSO is on: a change of `auth_domain` is refused with 12106.
    pub dashboard_sso: bool,
    /// Created on or after 2026-10-05: `strict_service_token_auth` is on and cannot be turned off.
    pub strict_service_tokens: bool,
    /// The rotation period of the account's Access keys, which no DoH token may outlive. 365 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_rotation_days: Option<u16>,
}

/// A write that takes effect later.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingWrite {
    /// Right before which request from now it takes effect: 1 is the next.
    pub requests: u32,
    /// The method.
    pub method: String,
    /// The path, from `/client/v4` on.
    pub path: String,
    /// The body, as it came.
    pub body: String,
}

/// A document that is still answered after a write.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaleDocument {
    /// What was there before the write.
    pub document: Option<Map<String, Json>>,
    /// How many more reads answer it.
    pub reads: u32,
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
            texts: Texts::default(),
        }
    }
}

impl State {
    /// A state with this organization and nothing else. A value that is no object means that there is none.
    pub fn with_organization(organization: Json) -> Self {
        Self { organization: into_object(organization), ..Self::default() }
    }

    /// The same state with these settings of DNS over HTTPS, in the names in which they are answered.
    #[must_use]
    pub fn and_doh(self, doh: Json) -> Self {
        Self { doh: into_object(doh), ..self }
    }

    /// The same state with this document in place of an endpoint's, to the last digit and empty member.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn with_document(mut self, endpoint: Endpoint, text: &JsonText) -> Result<Self, DocumentError> {
        let document = Document::parse(endpoint, text)?;
        self.texts.extend(document.texts());
        self.store(endpoint, document.fields);
        Ok(self)
    }

    /// Reads a state file.
    pub(super) fn from_text(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let decoded = JsonText::parse(bytes).ok().map(|text| json::decode_whole(text.as_str()));
        match decoded.filter(|decoded| !decoded.texts.is_empty()) {
            Some(decoded) => Ok(Self { texts: decoded.texts, ..serde_json::from_value(decoded.value)? }),
            None => serde_json::from_slice(bytes),
        }
    }

    /// The state file.
    pub(super) fn to_text(&self) -> Result<String, serde_json::Error> {
        let fields = serde_json::to_value(self)?;
        Ok(fields.as_object().map(|fields| json::pretty(fields, &self.texts)).unwrap_or_default() + "\n")
    }

    /// A body or answer in which what its stand-ins stand for is back.
    pub(super) fn with_originals(&self, body: &Json) -> String {
        body.as_object().map_or_else(|| body.to_string(), |body| json::compact(body, &self.texts).to_string())
    }

    /// The stored document of an endpoint.
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

    /// The time of the sandbox's clock, as RFC 3339.
    pub(super) fn now(&self) -> String {
        instant(self.clock)
    }
}

/// A time some seconds after the clock started, as RFC 3339.
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
        other => Err(D::Error::custom(format!("version {other} of the state is unknown, this program reads {FORMAT}"))),
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
            _ => Err(D::Error::custom("tokens is \"any\" or a list of {\"token\", \"permission\"}")),
        }
    }
}
