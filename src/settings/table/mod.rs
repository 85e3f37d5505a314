//! Every setting of the API, declared once.
//!
//! Parsing, validation, the JSON Schema, comparison, guards, `explain`, the reference of the guide and the sandbox all read
//! this table, so a new setting is one new entry. Facts come from the API reference
//! (`developers.cloudflare.com/api/resources/zero_trust/subresources/organizations/`) unless an entry says otherwise.

mod common;
mod doh;
mod kept;
mod mfa;
mod pages;
mod piv;
mod protection;
mod sign_in;
mod tokens;

use super::setting::{Group, Setting};

/// The settings, in the order in which files, plans and tables show them.
pub(super) const SETTINGS: &[&[Setting]] = &[
    sign_in::SETTINGS,
    protection::SETTINGS,
    pages::SETTINGS,
    mfa::SETTINGS,
    piv::SETTINGS,
    tokens::SETTINGS,
    kept::SETTINGS,
    doh::SETTINGS,
];

/// The groups of settings.
pub(super) const GROUPS: &[Group] = &[
    Group::new("organization.login_design", "How the login page looks."),
    Group::new("organization.custom_pages", "Custom pages that replace Cloudflare's, by their uid."),
    Group::new("organization.mfa_config", "The second factor that Access itself asks for."),
    Group::new("organization.mfa_piv_key_requirements", "Requirements for PIV keys, for infrastructure applications.")
        .formerly("organization.mfa_ssh_piv_key_requirements"),
    Group::new("organization.service_token_inactivity", "What happens to unused service tokens.")
        .all_or_nothing()
        .switched_by("organization.service_token_inactivity.enabled"),
];
