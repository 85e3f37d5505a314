//! DNS over HTTPS.

use super::common::*;

/// DNS over HTTPS.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("doh.doh_jwt_duration", Kind::Duration(DurationRange::GO.at_most("8760h")))
        .doc(
            "How long the token of a DNS-over-HTTPS client lasts. At most the rotation period of the account's Access \
             keys, which is 21 to 365 days; the API checks that when it is written.",
        )
        .default("24h applies")
        .created_with("\"24h\"")
        .unset(Unset::Never("the API may return its default of 24h for an unset duration; declare 24h instead"))
        .account_only()
        .example("24h")
        .impacts(&[
            (Direction::FirstSet, Impact::Noted("it replaces the default of 24h")),
            (Direction::Longer, Impact::Noted("a stolen DoH token stays useful for longer")),
            (Direction::Shorter, Impact::Harmless("DoH clients renew their token sooner; none loses access")),
        ])
        .source(DOH_API),
    Setting::new("doh.service_token_id", Kind::Uid)
        .doc(
            "The id (not the client id) of the service token that DNS-over-HTTPS clients use. There is one at a time. \
             The API accepts it as service_token_id and returns it as id.",
        )
        .default("no service token is chosen")
        .observed_as("doh.id")
        .context(&["doh.name", "doh.enabled", "doh.expires_at"])
        .account_only()
        .example("f174e90a-fafe-4643-bbbc-4a0ed4fc8415")
        .impacts(&[
            (Direction::FirstSet, Impact::Noted("DoH clients with this service token are admitted")),
            (
                Direction::Replaced,
                guarded(
                    "the service token in use is replaced, and every DoH client that uses it is cut off",
                    "which clients use the current service token",
                ),
            ),
            (
                Direction::Removed,
                guarded(
                    "no service token is chosen any more, and every DoH client that uses the current one is cut off",
                    "which clients use the current service token",
                ),
            ),
        ])
        .source("API reference, zero_trust/organizations/doh; cloudflare-docs #23061"),
    of_the_token("doh.client_id").doc("The client id of the chosen service token. An identifier, not its secret."),
    of_the_token("doh.name").doc("The name of the chosen service token."),
    of_the_token("doh.duration").doc("How long the chosen service token lasts, or forever."),
    of_the_token("doh.enabled").doc("Whether the chosen service token is enabled."),
    of_the_token("doh.expires_at").doc("When the chosen service token expires."),
    of_the_token("doh.last_seen_at").doc("When the chosen service token was last used."),
    of_the_token("doh.created_at").doc("When the chosen service token was created."),
    of_the_token("doh.updated_at").doc("When the chosen service token was last changed."),
];
