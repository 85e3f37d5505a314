//! The common result of the readers of HCL and JSON syntax: resource blocks, and locals.

use std::collections::HashMap;

use super::file::Place;
use super::resource::{Argument, ArgumentValue};
use crate::text::excerpt;

/// The maximum length of a value in bytes of JSON. All settings must fit into a manifest of 1 MiB.
pub(super) const LONGEST: usize = 8 * 1024;

/// A resource block as written.
pub(super) struct ResourceBlock {
    pub(super) address: String,
    pub(super) place: Place,
    pub(super) members: Vec<Argument>,
}

/// The locals of a module: the literals, and for each other one the reason why it is not a literal.
#[derive(Default)]
pub(super) struct Locals(HashMap<String, Result<ArgumentValue, String>>);

impl Locals {
    /// Returns the value of a local.
    ///
    /// # Errors
    /// Returns the reason if the local is not declared or not a literal.
    pub(super) fn get(&self, name: &str) -> Result<ArgumentValue, String> {
        let none = || Err(format!("local.{} is not declared in these files", excerpt(name, 60)));
        self.0.get(name).cloned().unwrap_or_else(none)
    }

    /// Adds locals, and replaces those with the same names.
    pub(super) fn extend(&mut self, locals: HashMap<String, Result<ArgumentValue, String>>) {
        self.0.extend(locals);
    }
}
