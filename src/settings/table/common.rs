//! Types, sources and constructors that the entries of the table share.

pub(super) use crate::settings::direction::Direction;
pub(super) use crate::settings::guard::{Condition, Dependence, Guard, Impact};
pub(super) use crate::settings::kind::{DurationRange, Element, Kind};
pub(super) use crate::settings::setting::{Access, Setting, Unset};

pub(super) const API: &str = "API reference, zero_trust/organizations";
pub(super) const DOH_API: &str = "API reference, zero_trust/organizations/doh";
pub(super) const SESSIONS: &str = "Cloudflare One docs, access-settings/session-management";
pub(super) const SEATS: &str = "Cloudflare One docs, team-and-resources/users/seat-management; cloudflare-docs #16460";
pub(super) const MFA: &str = "Cloudflare One docs, access-settings/independent-mfa";
pub(super) const TOKENS: &str = "Cloudflare One docs, service-credentials/service-tokens";
pub(super) const PROTECTION: &str = "Cloudflare One docs, access-settings/require-access-protection";

pub(super) const WEAKER_MFA: &str =
    "who relies on the stronger setting: an auditor, a customer contract, your own policy";

pub(super) const fn guarded(consequence: &'static str, check_first: &'static str) -> Impact {
    Impact::Guarded(Guard { consequence, check_first })
}

pub(super) const fn uid(path: &'static str) -> Setting {
    Setting::new(path, Kind::Uid).example("699d98642c564d2e855e9661899b7252")
}

pub(super) const fn server_managed(path: &'static str) -> Setting {
    Setting::new(path, Kind::Opaque).access(Access::ServerManaged)
}

/// A property of the chosen service token in a DoH answer. It changes with the token, not with these settings.
pub(super) const fn of_the_token(path: &'static str) -> Setting {
    Setting::new(path, Kind::Opaque).account_only().access(Access::Volatile).source(DOH_API)
}
