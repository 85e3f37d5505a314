//! An organization as Terraform declares it.

use std::collections::BTreeMap;

use crate::diagnostics::{Finding, Location, Rule};
use crate::live::Document;
use crate::settings::{Model, Scope, Setting, TargetId};

/// An organization as a configuration declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The address of the resource, instance included: `cloudflare_zero_trust_organization.main["eu"]`.
    pub address: String,
    /// The file that declares it, as the user named it.
    pub file: String,
    /// Its location; `None` for output of a program.
    pub at: Option<Location>,
    /// Whether it belongs to an account or a zone; an account if neither is declared.
    pub scope: Scope,
    /// Whether the scope is declared. Its id may be unknown nevertheless.
    pub says_scope: bool,
    /// The id of the account or zone, if it is known.
    pub id: Option<TargetId>,
    /// The declared values, at the paths of a live document. Empty values were declared as empty.
    pub document: Document,
    /// The file and location of each declared setting, by its path.
    pub(super) places: BTreeMap<&'static str, (String, Option<Location>)>,
}

impl Imported {
    /// Returns the declared settings, in the order of the model.
    pub fn declared<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = &'a Setting> {
        model.declarable().filter(|setting| self.places.contains_key(setting.path))
    }

    /// Returns the finding for a declared setting that a manifest cannot contain.
    pub fn refused(&self, setting: &Setting, reason: &str) -> Finding {
        let message = format!("{} is not imported: {reason}", setting.path);
        let (file, at) = self.places.get(setting.path).unwrap_or(&(self.file.clone(), None)).clone();
        let finding = Finding::new(Rule::TerraformValue, &file, message).setting(setting.path);
        Finding { at, ..finding }
    }
}
