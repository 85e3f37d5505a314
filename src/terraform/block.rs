//! What the readers of HCL and JSON syntax return: resource blocks, and the locals that expressions refer to.

use std::collections::HashMap;

use super::file::Place;
use super::resource::{Argument, ArgumentValue};
use crate::text::excerpt;

/// The longest value that is carried over, in bytes of JSON. A manifest has at most 1 MiB, and all settings must fit.
pub(super) const LONGEST: usize = 8 * 1024;

/// A resource block as written.
pub(super) struct ResourceBlock {
    pub(super) address: String,
    pub(super) place: Place,
    pub(super) members: Vec<Argument>,
}

/// The locals of a module: the literals, and why the others are not.
#[derive(Default)]
pub(super) struct Locals(HashMap<String, Result<ArgumentValue, String>>);

impl Locals {
    /// The value of a local.
    ///
    /// # Errors
    /// If the files hold no such local, or it is not a literal: the reason.
    pub(super) fn get(&self, name: &str) -> Result<ArgumentValue, String> {
        let none = || Err(format!("local.{} is not declared in these files", excerpt(name, 60)));
        self.0.get(name).cloned().unwrap_or_else(none)
    }

    /// Adds locals; those of the same name are replaced.
    pub(super) fn extend(&mut self, locals: HashMap<String, Result<ArgumentValue, String>>) {
        self.0.extend(locals);
    }
}
