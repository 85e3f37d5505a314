//! What a plan is made from.

use crate::live::Live;
use crate::manifest::Manifest;
use crate::settings::{Model, Target};

/// Everything a plan depends on.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The settings and groups of the API.
    pub model: &'a Model,
    /// The desired state.
    pub manifest: &'a Manifest,
    /// The organization's address.
    pub target: &'a Target,
    /// The base URL of the API.
    pub api: &'a str,
    /// The live state. It must contain every endpoint that the manifest has a section for.
    pub live: &'a Live,
    /// Settings and groups for which the command line consents to guarded changes, as full paths.
    pub allow: &'a [String],
}
