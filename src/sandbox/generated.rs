//! Organizations that a seed determines: any number of accounts, each made when it is needed.
//!
//! The first four bytes of an id are the index under a mask, and the others are a hash of the seed and the index. So an id leads
//! to its organization without a table.

use sha2::{Digest as _, Sha256};

use crate::settings::{Scope, Target, TargetId};

/// Organizations that a seed determines. The same values give the same organizations on every computer.
///
/// ```
/// use zerodrift::sandbox::GeneratedSet;
///
/// let set = GeneratedSet { organizations: 10_000, seed: 7, drifted: 3 };
/// let organization = set.nth(41).unwrap();
/// assert_eq!(organization.file_name(), "org-00042.yaml");
/// assert_eq!(set.find(&organization.target()), Some(organization));
/// assert_eq!(set.organizations().filter(|organization| organization.is_drifted()).count(), 3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratedSet {
    /// The number of organizations.
    pub organizations: u32,
    /// The seed of ids, names and settings.
    #[serde(default)]
    pub seed: u32,
    /// The number of organizations whose live state differs from their manifest, up to the number of organizations.
    #[serde(default)]
    pub drifted: u32,
}

/// One organization of a [`GeneratedSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratedOrganization {
    set: GeneratedSet,
    /// Its position in the set, from 0.
    index: u32,
}

impl GeneratedSet {
    /// Returns the organizations, in the order of their numbers.
    pub fn organizations(self) -> impl Iterator<Item = GeneratedOrganization> {
        (0..self.organizations).filter_map(move |index| self.nth(index))
    }

    /// Returns the organization at a position, from 0; `None` beyond the last one.
    pub fn nth(self, index: u32) -> Option<GeneratedOrganization> {
        (index < self.organizations).then_some(GeneratedOrganization { set: self, index })
    }

    /// Returns the organization of an account; `None` if it is not one of the set.
    pub fn find(self, target: &Target) -> Option<GeneratedOrganization> {
        let [a, b, c, d, ..] = target.id.bytes();
        let index = u32::from_be_bytes([a, b, c, d]) ^ self.mask();
        self.nth(index).filter(|found| found.target() == *target)
    }

    /// The mask of the index in an id, so that ids do not look like consecutive numbers.
    fn mask(self) -> u32 {
        let [a, b, c, d, ..] = self.digest("mask", 0);
        u32::from_be_bytes([a, b, c, d])
    }

    /// Returns bytes that look random, and depend only on the seed, the purpose and the number.
    fn digest(self, purpose: &str, number: u32) -> [u8; 32] {
        let hash = Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(purpose);
        hash.chain_update(number.to_be_bytes()).finalize().into()
    }
}

impl GeneratedOrganization {
    /// Returns its number, from 1.
    pub fn number(self) -> u64 {
        u64::from(self.index) + 1
    }

    /// Returns its account.
    pub fn target(self) -> Target {
        let mut id = [0; 16];
        let (masked, hash) = id.split_at_mut(4);
        masked.copy_from_slice(&(self.index ^ self.set.mask()).to_be_bytes());
        hash.copy_from_slice(&self.set.digest("id", self.index)[20..]);
        Target { scope: Scope::Account, id: TargetId::from_bytes(id) }
    }

    /// Whether its live state differs from its manifest.
    pub fn is_drifted(self) -> bool {
        // A permutation of the set: the numbers of its first organizations are spread over the whole set.
        let count = u64::from(self.set.organizations.max(1));
        let [a, b, c, d, e, f, g, h, ..] = self.set.digest("drift", 0);
        let (step, start) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        let step = (u64::from(step) % count..).find(|step| is_coprime(*step, count)).unwrap_or(1);
        let position = (u64::from(self.index) * (step % count) + u64::from(start)) % count;
        position < u64::from(self.set.drifted)
    }

    /// Returns bytes that decide about its names and settings.
    pub(super) fn choices(self) -> [u8; 32] {
        self.set.digest("choices", self.index)
    }
}

fn is_coprime(mut a: u64, mut b: u64) -> bool {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}
