//! The identity of a set of manifests, by which its shards recognize each other.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A fingerprint of the manifests of a set, whatever their order: the start of a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9a-f]{16}$"))]
pub struct SetFingerprint(u64);

impl SetFingerprint {
    /// Returns the fingerprint of these manifests, each with its path and target.
    pub fn of(manifests: impl IntoIterator<Item = String>) -> Self {
        let manifests: BTreeSet<String> = manifests.into_iter().collect();
        let all: Vec<String> = manifests.into_iter().collect();
        let hash: [u8; 32] = Sha256::digest(all.join("\n")).into();
        Self(hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

impl From<SetFingerprint> for String {
    fn from(fingerprint: SetFingerprint) -> Self {
        format!("{:016x}", fingerprint.0)
    }
}

impl TryFrom<String> for SetFingerprint {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_the_manifests_in_any_order() {
        let of = |names: &[&str]| SetFingerprint::of(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["a", "c"]));
        assert_eq!(SetFingerprint::try_from(String::from(of(&["a"]))), Ok(of(&["a"])));
        assert_eq!(String::from(SetFingerprint(10)), "000000000000000a");
    }
}
