//! The address of an organization: an account or a zone.

use std::fmt;
use std::str::FromStr;

use super::endpoint::Endpoint;
use super::setting::{Scopes, Setting};

/// The kind of object that an organization belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// An account. It has every setting.
    Account,
    /// A zone. It is the older scope and has fewer settings.
    Zone,
}

impl Scope {
    /// The manifest's key: `account_id` or `zone_id`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Account => "account_id",
            Self::Zone => "zone_id",
        }
    }

    /// The first segment of the API's path: `accounts` or `zones`.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Account => "accounts",
            Self::Zone => "zones",
        }
    }

    /// Whether a setting exists in this scope.
    pub fn has(self, setting: &Setting) -> bool {
        self == Self::Account || setting.scopes == Scopes::AccountAndZone
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account",
            Self::Zone => "zone",
        })
    }
}

/// An account or zone identifier: 32 hexadecimal digits, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct TargetId(String);

/// The text is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account or zone id is 32 hexadecimal digits, such as 699d98642c564d2e855e9661899b7252")]
pub struct TargetIdError;

impl FromStr for TargetId {
    type Err = TargetIdError;

    fn from_str(text: &str) -> Result<Self, TargetIdError> {
        // Strict, because the id becomes part of a URL.
        let valid = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| Self(text.to_ascii_lowercase())).ok_or(TargetIdError)
    }
}

impl TargetId {
    /// Returns the id with these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Returns the bytes of the id.
    pub fn bytes(&self) -> [u8; 16] {
        // An id has 32 hexadecimal digits, so the number is always valid.
        u128::from_str_radix(&self.0, 16).unwrap_or_default().to_be_bytes()
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One organization's address: its scope and id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Target {
    /// Account or zone.
    pub scope: Scope,
    /// Its id.
    pub id: TargetId,
}

impl Target {
    /// The organization of an account.
    ///
    /// # Errors
    /// Returns an error if the id is not 32 hexadecimal digits.
    pub fn account(id: &str) -> Result<Self, TargetIdError> {
        Ok(Self { scope: Scope::Account, id: id.parse()? })
    }

    /// The organization of a zone.
    ///
    /// # Errors
    /// Returns an error if the id is not 32 hexadecimal digits.
    pub fn zone(id: &str) -> Result<Self, TargetIdError> {
        Ok(Self { scope: Scope::Zone, id: id.parse()? })
    }

    /// The API's path of an endpoint of this organization, below the base URL: `/accounts/…/access/organizations/doh`.
    pub fn path(&self, endpoint: Endpoint) -> String {
        format!("/{}/{}{}", self.scope.plural(), self.id, endpoint.path())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scope, self.id)
    }
}
