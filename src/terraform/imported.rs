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
    /// The file it stands in, as the user named it.
    pub file: String,
    /// Where it stands; absent where the file has no lines to speak of.
    pub at: Option<Location>,
    /// Whether it hangs on an account or a zone; an account where the configuration says neither.
    pub scope: Scope,
    /// Whether the configuration says so, though it may not say which account or zone.
    pub says_scope: bool,
    /// The account or zone, where the configuration says which.
    pub id: Option<TargetId>,
    /// The declared values, at the paths of a live document. What is empty here was declared to be empty.
    pub document: Document,
    /// Where each declared setting stands, by its path.
    pub(super) places: BTreeMap<&'static str, (String, Option<Location>)>,
}

impl Imported {
    /// The settings that are declared, in the order of the model.
    pub fn declared<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = &'a Setting> {
        model.declarable().filter(|setting| self.places.contains_key(setting.path))
    }

    /// That a declared setting cannot stand in a manifest, at its line.
    pub fn refused(&self, setting: &Setting, reason: &str) -> Finding {
        let message = format!("{} is not carried over: {reason}", setting.path);
        let (file, at) = self.places.get(setting.path).unwrap_or(&(self.file.clone(), None)).clone();
        let finding = Finding::new(Rule::TerraformValue, &file, message).setting(setting.path);
        Finding { at, ..finding }
    }
}
