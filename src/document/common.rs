//! What several documents contain: the organization and its address, and the patterns of versions and hashes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::{Scope, Target};

/// The format versions that contain all fields of this one.
pub(super) const VERSION_PATTERN: &str = r"^1\.[0-9]+$";

pub(super) const SHA256_PATTERN: &str = "^[0-9a-f]{64}$";

pub(super) const DIGEST_PATTERN: &str = "^sha256:[0-9a-f]{64}$";

/// The organization's address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct TargetEntry {
    /// Whether the id is an account's or a zone's.
    pub scope: Scope,
    /// The id of the account or zone: 32 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub id: String,
    /// The base URL of the API.
    pub api: String,
}

/// The account or zone of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct OrganizationEntry {
    /// Whether the id is an account's or a zone's.
    pub scope: Scope,
    /// The id of the account or zone: 32 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub id: String,
}

impl From<&Target> for OrganizationEntry {
    fn from(target: &Target) -> Self {
        let Target { scope, id } = target;
        Self { scope: *scope, id: id.to_string() }
    }
}

impl TargetEntry {
    /// Returns the address of a target at an API.
    pub fn new(target: &Target, api: &str) -> Self {
        let Target { scope, id } = target;
        Self { scope: *scope, id: id.to_string(), api: api.to_owned() }
    }
}
