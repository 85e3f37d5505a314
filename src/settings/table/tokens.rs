//! Service tokens.

use super::common::*;

const ACTION: &str = "organization.service_token_inactivity.action";
const LAST_USE: &str = "the last use of every service token in the account";
const LAST_USE_OR_DISABLE: &str =
    "the last use of every service token in the account; disable does the same and can be undone";
const EVERY_POLICY: &str = "every policy that admits a service token, and the clients that use it";

/// Service tokens.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("organization.service_token_inactivity.enabled", Kind::Boolean)
        .doc("Acts on service tokens that have not been used for a while. All three settings are needed together.")
        .default("false: unused service tokens stay")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, Impact::Noted("the action applies to unused service tokens from now on")),
            (Direction::TurnedOff, Impact::Noted("unused service tokens stay usable")),
        ])
        .source(TOKENS),
    Setting::new(
        "organization.service_token_inactivity.inactivity_threshold_days",
        Kind::Integer { min: 30, max: 365 },
    )
    .doc("After how many days without use a service token counts as inactive, 30 to 365.")
    .default("nothing, while the policy is off")
    .account_only()
    .example("90")
        .impacts(&[
            (Direction::FirstSet, Impact::Depends(&Dependence { condition: Condition::WillBe(ACTION, "disable"), met: Impact::Noted("service tokens unused for this long are disabled"), otherwise: guarded("service tokens unused for this long are deleted, which cannot be undone", LAST_USE) })),
            (Direction::Raised, Impact::Depends(&Dependence { condition: Condition::WillBe(ACTION, "disable"), met: Impact::Harmless("service tokens are disabled later"), otherwise: guarded("service tokens unused for this long are deleted, which cannot be undone", LAST_USE) })),
            (Direction::Lowered, Impact::Depends(&Dependence { condition: Condition::WillBe(ACTION, "disable"), met: Impact::Noted("service tokens unused for this long are disabled"), otherwise: guarded("service tokens unused for this long are deleted, which cannot be undone", LAST_USE) })),
            (Direction::Removed, Impact::Depends(&Dependence { condition: Condition::WillBe(ACTION, "disable"), met: Impact::Harmless("the API accepts the settings of the group only together, so the whole policy is removed"), otherwise: guarded("service tokens unused for this long are deleted, which cannot be undone", LAST_USE) })),
        ])
    .source(TOKENS),
    Setting::new("organization.service_token_inactivity.action", Kind::Enum(&["delete", "disable"]))
        .doc("What happens to an inactive service token. delete cannot be undone.")
        .default("nothing, while the policy is off")
        .account_only()
        .example("disable")
        .impacts(&[
            (Direction::FirstWord("delete"), guarded("inactive service tokens are deleted, which cannot be undone", LAST_USE_OR_DISABLE)),
            (Direction::FirstWord("disable"), Impact::Noted("inactive service tokens are disabled; they can be enabled again")),
            (Direction::Stricter, guarded("inactive service tokens are deleted, which cannot be undone", LAST_USE_OR_DISABLE)),
            (Direction::Looser, Impact::Noted("inactive service tokens are disabled; they can be enabled again")),
            (Direction::Removed, Impact::Harmless("the API accepts the settings of the group only together, so the whole policy is removed")),
        ])
        .source(TOKENS),
    Setting::new("organization.strict_service_token_auth", Kind::Boolean)
        .doc(
            "Ignores Allow policies for service tokens, which then need Service Auth policies, and sets no cookie for them. \
             Organizations created on or after 2026-10-05 have it on and cannot turn it off.",
        )
        .default("false for organizations created before 2026-10-05, true since")
        .created_with("true")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, guarded("service tokens admitted by Allow policies are refused, and machine clients that rely on the cookie break", EVERY_POLICY)),
            (Direction::TurnedOff, guarded("Allow policies admit service tokens again", EVERY_POLICY)),
        ])
        .source("Cloudflare One docs, service-tokens; changelog 2026-10-02"),
];
