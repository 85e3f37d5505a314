//! Every setting of the API, declared once.
//!
//! Parsing, validation, the JSON Schema, comparison, guards, `explain`, the README's table and the sandbox all read
//! this table, so a new setting is one new entry. Facts come from the API reference
//! (`developers.cloudflare.com/api/resources/zero_trust/subresources/organizations/`) unless an entry says otherwise.

mod doh;
mod kept;
mod mfa;
mod pages;
mod piv;
mod protection;
mod sign_in;
mod tokens;

use super::direction::Direction;
use super::guard::{Condition, Dependence, Guard, Impact};
use super::kind::{DurationRange, Element, Kind};
use super::setting::{Access, Group, Setting, Unset};

const API: &str = "API reference, zero_trust/organizations";
const DOH_API: &str = "API reference, zero_trust/organizations/doh";
const SESSIONS: &str = "Cloudflare One docs, access-settings/session-management";
const SEATS: &str = "Cloudflare One docs, team-and-resources/users/seat-management; cloudflare-docs #16460";
const MFA: &str = "Cloudflare One docs, access-settings/independent-mfa";
const TOKENS: &str = "Cloudflare One docs, service-credentials/service-tokens";
const PROTECTION: &str = "Cloudflare One docs, access-settings/require-access-protection";

const WEAKER_MFA: &str = "who relies on the stronger setting: an auditor, a customer contract, your own policy";

const fn guarded(consequence: &'static str, check_first: &'static str) -> Impact {
    Impact::Guarded(Guard { consequence, check_first })
}

const fn uid(path: &'static str) -> Setting {
    Setting::new(path, Kind::Uid).example("699d98642c564d2e855e9661899b7252")
}

const fn server_managed(path: &'static str) -> Setting {
    Setting::new(path, Kind::Opaque).access(Access::ServerManaged)
}

/// A property of the chosen service token in a DoH answer. It changes with the token, not with these settings.
const fn of_the_token(path: &'static str) -> Setting {
    Setting::new(path, Kind::Opaque).account_only().access(Access::Volatile).source(DOH_API)
}

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
