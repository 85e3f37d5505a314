//! What HCL and JSON both lead to: a resource, and the tree of what it says.

use serde_json::{Map, Value as Json};

use super::file::Place;
use super::hcl::Instance;

/// A resource that is an organization.
pub(super) struct Resource<'a> {
    /// Its address, instance included.
    pub(super) address: String,
    pub(super) place: Place,
    pub(super) body: Body<'a>,
}

/// Where its members come from.
pub(super) enum Body<'a> {
    /// A block of HCL, and which of its instances is meant.
    Block(&'a hcl_edit::structure::Block, Instance),
    /// The values of `terraform show -json`.
    Values(&'a Map<String, Json>),
}

/// One thing that a resource says: an attribute, or a block in it.
pub(super) struct Member {
    pub(super) name: String,
    /// Where its name stands.
    pub(super) key: Place,
    /// Where its value stands, or the part of it that is unknown.
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What it says.
pub(super) enum Value {
    /// A value. `null` is no value at all.
    Known(Json),
    /// Further members: an object as written, or a block.
    Members(Vec<Member>),
    /// An expression that files alone cannot answer, and why.
    Unknown(String),
}

/// An object as members, all of which stand where it stands.
pub(super) fn members(object: &Map<String, Json>, place: &Place) -> Vec<Member> {
    let member = |(name, value): (&String, &Json)| Member {
        name: name.clone(),
        key: place.clone(),
        place: place.clone(),
        value: Value::Known(value.clone()),
    };
    object.iter().map(member).collect()
}
