//! A resource and the tree of its members, in a representation common to all formats.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::file::Place;
use crate::diagnostics::Finding;

/// The resource of an organization.
pub(super) struct Resource {
    /// Its address, including the instance if it is known.
    pub(super) address: String,
    pub(super) place: Place,
    pub(super) origin: Origin,
    pub(super) members: Vec<Argument>,
    /// Why it cannot be imported: it may not exist, or may exist several times.
    pub(super) obstacle: Option<String>,
    /// The paths of `ignore_changes`. A path includes everything below it; the empty path includes everything.
    pub(super) ignored: Vec<Vec<String>>,
    /// Findings to report if this resource is imported.
    pub(super) remarks: Vec<Finding>,
}

/// The origin of the values, which determines the meaning of empty ones.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    /// A configuration, written by hand: empty values are intended.
    Configuration,
    /// Output of the provider: empty values were not declared, but `false` is a value.
    Output,
}

/// An attribute, or a block in a resource.
#[derive(Clone)]
pub(super) struct Argument {
    pub(super) name: String,
    /// The location of its name.
    pub(super) key: Place,
    /// The location of its value, or of the part of it that is not a literal.
    pub(super) place: Place,
    pub(super) value: ArgumentValue,
}

/// The value of an argument.
#[derive(Clone)]
pub(super) enum ArgumentValue {
    /// A known value. `null` means absent.
    Known(Json),
    /// An object or a block.
    Members(Rc<Vec<Argument>>),
    /// A value that the input does not contain, with the reason, to follow a colon.
    Unknown(String),
}

/// Returns the members of an object, all with the same location.
pub(super) fn members(object: &Map<String, Json>, place: &Place) -> Vec<Argument> {
    let member = |(name, value): (&String, &Json)| Argument::at(name, place, ArgumentValue::Known(value.clone()));
    object.iter().map(member).collect()
}

impl Argument {
    /// Creates an argument whose name and value have the same location.
    pub(super) fn at(name: &str, place: &Place, value: ArgumentValue) -> Self {
        Self { name: name.to_owned(), key: place.clone(), place: place.clone(), value }
    }
}
