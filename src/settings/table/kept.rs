//! Settings that only the server writes.

use super::common::*;

/// Settings that only the server writes.
pub(super) const SETTINGS: &[Setting] = &[
    server_managed("organization.cache_device_posture")
        .doc("Undocumented; kept by the server.")
        .source("cf-terraforming, recorded GET"),
    server_managed("organization.has_migrated_private_apps")
        .doc("Undocumented; kept by the server.")
        .source("cf-terraforming, recorded GET"),
    server_managed("organization.trusted_accounts")
        .watched()
        .doc(
            "The accounts that this organization trusts; kept by the server. Plans, drift reports and exports show it, and an \
             apply during which it changes ends as a conflict.",
        )
        .source("official Cloudflare SDKs (2026-10-03); terraform-provider-cloudflare, a computed list"),
    server_managed("organization.mfa_configuration_allowed")
        .doc("Whether the account's plan includes MFA settings; kept by the server.")
        .source("cloudflare-typescript f30e37cd"),
    server_managed("organization.created_at").doc("When the organization was created.").source(API),
    server_managed("organization.updated_at")
        .access(Access::Volatile)
        .doc("When the organization was last written. Not a version number: the API promises none.")
        .source(API),
];
