//! Sign-in and session settings.

use super::common::*;

/// Sign-in and session settings.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("organization.name", Kind::Text)
        .doc("The organization's display name.")
        .default("none: the API requires one on creation, and keeps the old one when asked to clear it")
        .unset(Unset::Never("the API keeps the old name when it is cleared"))
        .example("Widget Corps Internal Applications")
        .always(Impact::Harmless("it is only displayed, and nothing depends on it"))
        .source(API),
    Setting::new("organization.auth_domain", Kind::Host)
        .doc(
            "The host name of the login page, usually NAME.cloudflareaccess.com. It is unique among all Cloudflare \
             customers, and the API refuses every write without it.",
        )
        .default("none: the API requires one")
        .unset(Unset::Never("every application's login needs it"))
        .example("widget.cloudflareaccess.com")
        .impacts(&[
            (Direction::FirstSet, Impact::Harmless("there is no login page yet whose URL could change")),
            (Direction::Replaced, guarded("every application gets a new login URL, all sessions end, and the old name becomes free for anyone to claim", "dashboard SSO must be off (the API refuses with 12106 otherwise); identity providers must accept the new redirect URIs; WARP enrolment and every check of a token's issuer must follow")),
        ])
        .source(API),
    Setting::new("organization.session_duration", Kind::Duration(DurationRange::GO.usually_within("15m", "730h")))
        .doc("How long a user stays signed in to Access, unless an application or policy says otherwise.")
        .default("24h applies; the API returns nothing")
        .created_with("\"24h\"")
        .account_only()
        .example("24h")
        .impacts(&[
            (Direction::FirstSet, Impact::Noted("it replaces the default of 24h")),
            (Direction::Longer, Impact::Noted("a stolen session stays useful for longer")),
            (Direction::Shorter, Impact::Harmless("users sign in again sooner; nobody loses access")),
            (Direction::Removed, Impact::Noted("24h apply again, which may be longer than before")),
        ])
        .source(SESSIONS),
    Setting::new(
        "organization.warp_auth_session_duration",
        Kind::Duration(DurationRange::MINUTES_AND_HOURS.at_most("2160h")),
    )
    .doc("How long a sign-in through WARP lasts. If set, it overrides policy, application and global session durations.")
    .default("WARP sign-in has no session of its own")
    .account_only()
    .example("24h")
        .impacts(&[
            (Direction::FirstSet, Impact::Noted("a WARP sign-in lasts this long, and overrides the durations of applications and policies")),
            (Direction::Longer, Impact::Noted("a stolen device session stays useful for longer")),
            (Direction::Shorter, Impact::Harmless("users sign in again sooner; nobody loses access")),
            (Direction::Removed, Impact::Harmless("durations of applications and policies apply again; the API refuses it while sign-in through WARP needs it")),
        ])
    .source("Cloudflare One docs, session-management; cloudflare-docs #33320 (90 days)"),
    Setting::new(
        "organization.user_seat_expiration_inactive_time",
        Kind::Duration(DurationRange::GO.within("730h", "8760h")),
    )
    .doc("How long a user may be inactive before the seat is freed. At least one month (730h), at most one year (8760h).")
    .default("seats never expire")
    .example("1460h")
        .impacts(&[
            (Direction::FirstSet, Impact::Noted("users inactive for longer than this lose their seat")),
            (Direction::Longer, Impact::Harmless("seats are kept for longer; nobody loses access")),
            (Direction::Shorter, Impact::Noted("users inactive for longer than this lose their seat")),
            (Direction::Removed, Impact::Harmless("seats never expire; nobody loses access")),
        ])
    .source(SEATS),
    Setting::new("organization.allow_authenticate_via_warp", Kind::Boolean)
        .doc(
            "Lets users sign in to applications with their WARP session. Needs warp_auth_session_duration: without it, \
             every later save of an application is refused.",
        )
        .default("false")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, Impact::Noted("users sign in to applications with their WARP session from now on")),
            (Direction::TurnedOff, Impact::Noted("users can no longer sign in to applications with their WARP session")),
        ])
        .source("API reference; terraform-provider-cloudflare #3144"),
    Setting::new("organization.auto_redirect_to_identity", Kind::Boolean)
        .doc("Skips the choice of identity provider on the login page when an organization has only one.")
        .default("false")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, Impact::Noted("users skip the choice of identity provider when they sign in")),
            (Direction::TurnedOff, Impact::Noted("users choose their identity provider when they sign in")),
        ])
        .source(API),
    Setting::new("organization.warp_auth_non_browser_401", Kind::Boolean)
        .doc("Answers requests of non-browser clients with 401 instead of a redirect to the login page, for WARP sign-in.")
        .default("false")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, Impact::Noted("clients other than browsers get 401 instead of a redirect when they are not signed in")),
            (Direction::TurnedOff, Impact::Noted("clients other than browsers get a redirect instead of 401 when they are not signed in")),
        ])
        .source("cloudflare-typescript 084ec403 (2026-08-17)"),
    Setting::new("organization.is_ui_read_only", Kind::Boolean)
        .doc("Locks the Zero Trust settings in the dashboard for everyone. Writes through the API still work.")
        .default("false")
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, Impact::Noted("the dashboard is locked for everyone; the API is not affected")),
            (Direction::TurnedOff, Impact::Noted("everyone with the right permission can change settings in the dashboard again")),
        ])
        .source("Cloudflare One docs, api-terraform"),
    Setting::new("organization.ui_read_only_toggle_reason", Kind::Text)
        .doc("The reason recorded with a change of is_ui_read_only. It is sent with that change and is never drift.")
        .default("no reason is recorded")
        .access(Access::Annotation("organization.is_ui_read_only"))
        .example("Managed in Git, change org.yaml instead")
        .source("terraform-provider-cloudflare, internal/services/zero_trust_organization"),
];
