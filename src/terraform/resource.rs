//! What every kind of input leads to: a resource, and the tree of its members.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::file::Place;
use crate::diagnostics::Finding;

/// A resource that is an organization.
pub(super) struct Resource {
    /// Its address, instance included where the input knows it.
    pub(super) address: String,
    pub(super) place: Place,
    pub(super) origin: Origin,
    pub(super) members: Vec<Argument>,
    /// Why nothing of it can be carried over: it may not exist, or exist several times.
    pub(super) obstacle: Option<String>,
    /// The paths of `ignore_changes`. A path stands for everything below it, and the empty path for all.
    pub(super) ignored: Vec<Vec<String>>,
    /// What to report once this resource is chosen.
    pub(super) remarks: Vec<Finding>,
}

/// Who wrote the values, which decides what an empty one means.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    /// A person: what is empty is meant to be.
    Configuration,
    /// The provider: what is empty was not asked for, but `false` is a value.
    Output,
}

/// An attribute, or a block in a resource.
#[derive(Clone)]
pub(super) struct Argument {
    pub(super) name: String,
    /// The place of its name.
    pub(super) key: Place,
    /// The place of its value, or of the part of it that is not a literal.
    pub(super) place: Place,
    pub(super) value: ArgumentValue,
}

/// The value of a member.
#[derive(Clone)]
pub(super) enum ArgumentValue {
    /// A value. `null` counts as absent.
    Known(Json),
    /// Further members: an object as written, or a block.
    Members(Rc<Vec<Argument>>),
    /// A value that the input does not hold, and why: words that follow a colon.
    Unknown(String),
}

/// An object as members, all of which share one place.
pub(super) fn members(object: &Map<String, Json>, place: &Place) -> Vec<Argument> {
    let member = |(name, value): (&String, &Json)| Argument::at(name, place, ArgumentValue::Known(value.clone()));
    object.iter().map(member).collect()
}

impl Argument {
    /// A member whose name and value share one place.
    pub(super) fn at(name: &str, place: &Place, value: ArgumentValue) -> Self {
        Self { name: name.to_owned(), key: place.clone(), place: place.clone(), value }
    }
}
