//! Every setting of the API, declared once.
//!
//! Parsing, validation, the JSON Schema, comparison, guards, `explain`, the README's table and the sandbox all read
//! this table, so the setting that Cloudflare ships next month is one entry here. Facts come from the API reference
//! (`developers.cloudflare.com/api/resources/zero_trust/subresources/organizations/`) unless an entry says otherwise.

use super::guard::{Guard, Notice, When};
use super::setting::{Access, DurationRange, Element, Group, Kind, Setting, Unset};

const API: &str = "API reference, zero_trust/organizations";
const DOH_API: &str = "API reference, zero_trust/organizations/doh";
const SESSIONS: &str = "Cloudflare One docs, access-settings/session-management";
const SEATS: &str = "Cloudflare One docs, team-and-resources/users/seat-management; cloudflare-docs #16460";
const MFA: &str = "Cloudflare One docs, access-settings/independent-mfa";
const TOKENS: &str = "Cloudflare One docs, service-credentials/service-tokens";
const PROTECTION: &str = "Cloudflare One docs, access-settings/require-access-protection";

const AUTHENTICATORS: &[&str] = &["totp", "biometrics", "security_key", "piv_key", "ssh_fido2_key"];
const PIN_POLICIES: &[&str] = &["always", "once", "never"];
const TOUCH_POLICIES: &[&str] = &["always", "cached", "never"];
const KEY_TYPES: &[&str] = &["ecdsa", "ed25519", "rsa"];
const KEY_SIZES: &[i64] = &[256, 384, 521, 2048, 3072, 4096];
const SESSION: DurationRange = DurationRange::MINUTES_AND_HOURS.within("0m", "720h");

const DENY: &str = "organization.deny_unmatched_requests";

const WEAKER_MFA: &str = "who relies on the stronger setting: an auditor, a customer contract, your own policy";

const fn guard(when: When, consequence: &'static str, check_first: &'static str) -> Guard {
    Guard { when, consequence, check_first }
}

const fn notice(when: When, text: &'static str) -> Notice {
    Notice { when, text }
}

const fn uid(path: &'static str) -> Setting {
    Setting::new(path, Kind::Uid).example("699d98642c564d2e855e9661899b7252")
}

const fn server_managed(path: &'static str) -> Setting {
    Setting::new(path, Kind::Opaque).access(Access::ServerManaged)
}

/// What a DoH answer says of the chosen service token: it moves with the token, not with these settings.
const fn of_the_token(path: &'static str) -> Setting {
    Setting::new(path, Kind::Opaque).account_only().access(Access::Volatile).source(DOH_API)
}

/// The settings, in the order in which files, plans and tables show them.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("organization.name", Kind::Text)
        .doc("The organization's display name.")
        .default("none: the API requires one on creation, and keeps the old one when asked to clear it")
        .unset(Unset::Never("the API keeps the old name when it is cleared"))
        .example("Widget Corps Internal Applications")
        .source(API),
    Setting::new("organization.auth_domain", Kind::Host)
        .doc(
            "The host name of the login page, usually NAME.cloudflareaccess.com. It is unique among all Cloudflare \
             customers, and the API refuses every write that does not carry it.",
        )
        .default("none: the API requires one")
        .unset(Unset::Never("every application's login needs it"))
        .guard(guard(
            When::Replaced,
            "every application gets a new login URL, all sessions end, and the old name becomes free for anyone to claim",
            "dashboard SSO must be off (the API refuses with 12106 otherwise); identity providers must accept the new \
             redirect URIs; WARP enrolment and every check of a token's issuer must follow",
        ))
        .example("widget.cloudflareaccess.com")
        .source(API),
    Setting::new("organization.session_duration", Kind::Duration(DurationRange::GO.usually_within("15m", "730h")))
        .doc("How long a user stays signed in to Access, unless an application or policy says otherwise.")
        .default("24h applies; the API returns nothing")
        .notice(notice(When::Longer, "a stolen session stays useful for longer"))
        .account_only()
        .example("24h")
        .source(SESSIONS),
    Setting::new(
        "organization.warp_auth_session_duration",
        Kind::Duration(DurationRange::MINUTES_AND_HOURS.at_most("2160h")),
    )
    .doc("How long a sign-in through WARP lasts. Where on, it overrides policy, application and global session durations.")
    .default("WARP sign-in has no session of its own")
    .notice(notice(When::Longer, "a stolen device session stays useful for longer"))
    .account_only()
    .example("24h")
    .source("Cloudflare One docs, session-management; cloudflare-docs #33320 (90 days)"),
    Setting::new(
        "organization.user_seat_expiration_inactive_time",
        Kind::Duration(DurationRange::GO.within("730h", "8760h")),
    )
    .doc("How long a user may be inactive before the seat is freed. At least one month (730h), at most one year (8760h).")
    .default("seats never expire")
    .notice(notice(When::Shorter, "users inactive for longer than this lose their seat"))
    .example("1460h")
    .source(SEATS),
    Setting::new("organization.allow_authenticate_via_warp", Kind::Boolean)
        .doc(
            "Lets users sign in to applications with their WARP session. Needs warp_auth_session_duration: without it, \
             every later save of an application is refused.",
        )
        .default("false")
        .notice(notice(When::Changed, "users sign in to applications in another way from now on"))
        .account_only()
        .example("true")
        .source("API reference; terraform-provider-cloudflare #3144"),
    Setting::new("organization.auto_redirect_to_identity", Kind::Boolean)
        .doc("Skips the choice of identity provider on the login page when an organization has only one.")
        .default("false")
        .notice(notice(When::Changed, "users see another first page when they sign in"))
        .account_only()
        .example("true")
        .source(API),
    Setting::new("organization.warp_auth_non_browser_401", Kind::Boolean)
        .doc("Answers requests of non-browser clients with 401 instead of a redirect to the login page, for WARP sign-in.")
        .default("false")
        .notice(notice(When::Changed, "clients other than browsers get another answer when they are not signed in"))
        .account_only()
        .example("true")
        .source("cloudflare-typescript 084ec403 (2026-08-17)"),
    Setting::new("organization.is_ui_read_only", Kind::Boolean)
        .doc("Locks the Zero Trust settings in the dashboard for everyone. Writes through the API still work.")
        .default("false")
        .notice(notice(When::Changed, "the dashboard is locked or unlocked for everyone; the API is not affected"))
        .example("true")
        .source("Cloudflare One docs, api-terraform"),
    Setting::new("organization.ui_read_only_toggle_reason", Kind::Text)
        .doc("The reason recorded with a change of is_ui_read_only. It is sent with that change and is never drift.")
        .default("no reason is recorded")
        .access(Access::Annotation("organization.is_ui_read_only"))
        .example("Managed in Git, change org.yaml instead")
        .source("terraform-provider-cloudflare, internal/services/zero_trust_organization"),
    Setting::new(DENY, Kind::Boolean)
        .doc("Denies every request to a host name of the account that no Access application protects (Error 1050).")
        .default("false: host names without an application are open")
        .guard(guard(
            When::Changed,
            "turned on, every host name without an Access application answers with Error 1050; turned off, host names \
             without an application are open to everyone",
            "list the host names of every zone in the account and the Access application that covers each; zones that \
             must stay open go into deny_unmatched_requests_exempted_zone_names first",
        ))
        .account_only()
        .example("true")
        .source(PROTECTION),
    Setting::new("organization.deny_unmatched_requests_exempted_zone_names", Kind::Set(Element::Host))
        .doc("Zones in which deny_unmatched_requests does not apply. Host names there that match an application stay protected.")
        .default("no zone is exempted")
        .guard(guard(
            When::ChangedWhile(DENY),
            "a zone that is added opens its unprotected host names to everyone; a zone that is removed answers with Error 1050",
            "the host names of each zone that is added or removed",
        ))
        .account_only()
        .example("[example.com]")
        .source(PROTECTION),
    Setting::new("organization.login_design.background_color", Kind::Color)
        .doc("The colour behind the login card.")
        .default("Cloudflare's own design")
        .example("\"#c5ed1b\"")
        .source(API),
    Setting::new("organization.login_design.text_color", Kind::Color)
        .doc("The colour of the text on the login card, which is white.")
        .default("Cloudflare's own design")
        .example("\"#1b1b1b\"")
        .source(API),
    Setting::new("organization.login_design.logo_path", Kind::Url)
        .doc("The URL of the logo on the login page.")
        .default("no logo")
        .example("https://example.com/logo.png")
        .source(API),
    Setting::new("organization.login_design.header_text", Kind::Text)
        .multiline()
        .doc("The text above the login form.")
        .default("no header")
        .example("Widget Corp")
        .source(API),
    Setting::new("organization.login_design.footer_text", Kind::Text)
        .multiline()
        .doc("The text below the login form.")
        .default("no footer")
        .example("Trouble signing in? Call 4242.")
        .source(API),
    uid("organization.custom_pages.forbidden")
        .doc("The custom page shown to a user who may not use an application.")
        .default("Cloudflare's own page")
        .account_only()
        .not_in_create()
        .source(API),
    uid("organization.custom_pages.identity_denied")
        .doc("The custom page shown when the identity provider refuses a sign-in.")
        .default("Cloudflare's own page")
        .account_only()
        .not_in_create()
        .source(API),
    Setting::new("organization.mfa_config.allowed_authenticators", Kind::Set(Element::Enum(AUTHENTICATORS)))
        .doc(
            "The second factors that Access itself accepts. piv_key and ssh_fido2_key serve infrastructure applications \
             only. An empty list turns Access's own MFA off.",
        )
        .default("Access asks for no second factor of its own")
        .guard(guard(
            When::Widened,
            "users may sign in with a weaker second factor, or with none",
            WEAKER_MFA,
        ))
        .account_only()
        .example("[security_key, totp]")
        .source(MFA),
    Setting::new("organization.mfa_config.session_duration", Kind::Duration(SESSION))
        .doc("How long a second factor is remembered, 0m to 720h.")
        .default("the second factor has no session of its own")
        .guard(guard(When::Longer, "users are asked for their second factor less often", WEAKER_MFA))
        .account_only()
        .example("24h")
        .source(MFA),
    Setting::new("organization.mfa_config.amr_matching_session_duration", Kind::Duration(SESSION))
        .doc("How long a second factor that the identity provider vouches for (its amr claim) is remembered, 0m to 720h.")
        .default("the provider's claim has no session of its own")
        .guard(guard(When::Longer, "users are asked for their second factor less often", WEAKER_MFA))
        .account_only()
        .example("12h")
        .source(MFA),
    Setting::new("organization.mfa_config.required_aaguids", Kind::Uid)
        .doc("The id of a Gateway list of AAGUIDs: only security keys of these models are accepted.")
        .default("security keys of every model are accepted")
        .guard(guard(
            When::Replaced,
            "security keys of other models are accepted from now on, and keys that the new list lacks stop working",
            "the Gateway list with this id, and the models your users own",
        ))
        .account_only()
        .example("2fc0579f-8113-47ea-b116-bb5a8db9202a")
        .source(MFA),
    Setting::new("organization.mfa_required_for_all_apps", Kind::Boolean)
        .doc("Asks for a second factor in every application. Needs MFA on, with an authenticator and a session duration.")
        .default("false: applications and policies decide")
        .guard(guard(When::TurnedOff, "applications without MFA settings of their own stop asking for a second factor", WEAKER_MFA))
        .account_only()
        .example("true")
        .source(MFA),
    Setting::new("organization.mfa_piv_key_requirements.pin_policy", Kind::Enum(PIN_POLICIES))
        .doc("When a PIV key asks for its PIN.")
        .default("any PIN policy is accepted")
        .guard(guard(When::Lower(PIN_POLICIES), "keys that ask for their PIN less often are accepted", WEAKER_MFA))
        .formerly("organization.mfa_ssh_piv_key_requirements.pin_policy")
        .account_only()
        .example("always")
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.touch_policy", Kind::Enum(TOUCH_POLICIES))
        .doc("When a PIV key asks to be touched.")
        .default("any touch policy is accepted")
        .guard(guard(When::Lower(TOUCH_POLICIES), "keys that ask to be touched less often are accepted", WEAKER_MFA))
        .formerly("organization.mfa_ssh_piv_key_requirements.touch_policy")
        .account_only()
        .example("always")
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.require_fips_device", Kind::Boolean)
        .doc("Accepts only PIV keys on FIPS-validated devices.")
        .default("false")
        .guard(guard(When::TurnedOff, "keys on devices without FIPS validation are accepted", WEAKER_MFA))
        .formerly("organization.mfa_ssh_piv_key_requirements.require_fips_device")
        .account_only()
        .example("true")
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.ssh_key_type", Kind::Set(Element::Enum(KEY_TYPES)))
        .doc("The SSH key types that are accepted.")
        .default("every type is accepted")
        .guard(guard(When::Widened, "keys of further types are accepted", WEAKER_MFA))
        .formerly("organization.mfa_ssh_piv_key_requirements.ssh_key_type")
        .account_only()
        .example("[ecdsa, ed25519]")
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.ssh_key_size", Kind::Set(Element::Number(KEY_SIZES)))
        .doc("The SSH key sizes that are accepted, in bits.")
        .default("every size is accepted")
        .guard(guard(When::Widened, "keys of further sizes are accepted", WEAKER_MFA))
        .formerly("organization.mfa_ssh_piv_key_requirements.ssh_key_size")
        .account_only()
        .example("[256, 384]")
        .source(API),
    Setting::new("organization.service_token_inactivity.enabled", Kind::Boolean)
        .doc("Acts on service tokens that nobody has used for a while. All three settings are needed together.")
        .default("false: unused service tokens stay")
        .account_only()
        .example("true")
        .source(TOKENS),
    Setting::new(
        "organization.service_token_inactivity.inactivity_threshold_days",
        Kind::Integer { min: 30, max: 365 },
    )
    .doc("After how many days without use a service token counts as inactive, 30 to 365.")
    .default("nothing, while the policy is off")
    .guard(guard(
        When::Is("delete"),
        "service tokens unused for this long are deleted, which cannot be undone",
        "the last use of every service token in the account",
    ))
    .account_only()
    .example("90")
    .source(TOKENS),
    Setting::new("organization.service_token_inactivity.action", Kind::Enum(&["disable", "delete"]))
        .doc("What happens to an inactive service token. delete cannot be undone.")
        .default("nothing, while the policy is off")
        .guard(guard(
            When::Is("delete"),
            "inactive service tokens are deleted, which cannot be undone",
            "the last use of every service token in the account; disable does the same and can be undone",
        ))
        .account_only()
        .example("disable")
        .source(TOKENS),
    Setting::new("organization.strict_service_token_auth", Kind::Boolean)
        .doc(
            "Ignores Allow policies for service tokens, which then need Service Auth policies, and sets no cookie for them. \
             Organizations created on or after 2026-10-05 have it on and cannot turn it off.",
        )
        .default("false for organizations created before 2026-10-05, true since")
        .guard(guard(
            When::Changed,
            "turned on, service tokens admitted by Allow policies are refused and machine clients that rely on the \
             cookie break; turned off, Allow policies admit service tokens again",
            "every policy that admits a service token, and the clients that use it",
        ))
        .account_only()
        .example("true")
        .source("Cloudflare One docs, service-tokens; changelog 2026-10-02"),
    server_managed("organization.cache_device_posture").doc("Undocumented; kept by the server.").source("cf-terraforming, recorded GET"),
    server_managed("organization.has_migrated_private_apps")
        .doc("Undocumented; kept by the server.")
        .source("cf-terraforming, recorded GET"),
    server_managed("organization.trusted_accounts")
        .doc("Undocumented list; kept by the server.")
        .source("terraform-provider-cloudflare, a computed list"),
    server_managed("organization.mfa_configuration_allowed")
        .doc("Whether the account's plan includes MFA settings; kept by the server.")
        .source("cloudflare-typescript f30e37cd"),
    server_managed("organization.created_at").doc("When the organization was created.").source(API),
    server_managed("organization.updated_at")
        .access(Access::Volatile)
        .doc("When the organization was last written. Not a version number: the API promises none.")
        .source(API),
    Setting::new("doh.doh_jwt_duration", Kind::Duration(DurationRange::GO.at_most("8760h")))
        .doc(
            "How long the token of a DNS-over-HTTPS client lasts. At most the rotation period of the account's Access \
             keys, which is 21 to 365 days; the API checks that when it is written.",
        )
        .default("24h applies")
        .unset(Unset::Never("the API may answer its default of 24h for an unset duration; declare 24h instead"))
        .notice(notice(When::Longer, "a stolen DoH token stays useful for longer"))
        .account_only()
        .example("24h")
        .source(DOH_API),
    Setting::new("doh.service_token_id", Kind::Uid)
        .doc(
            "The id (not the client id) of the service token that DNS-over-HTTPS clients use. There is one at a time. \
             The API takes it as service_token_id and answers with id.",
        )
        .default("no service token is chosen")
        .observed_as("doh.id")
        .told_by(&["doh.name", "doh.enabled", "doh.expires_at"])
        .guard(guard(
            When::Replaced,
            "the service token in use is replaced, and every DoH client that uses it is cut off",
            "which clients use the service token that is named now",
        ))
        .account_only()
        .example("f174e90a-fafe-4643-bbbc-4a0ed4fc8415")
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

/// The groups of settings.
pub(super) const GROUPS: &[Group] = &[
    Group::new("organization.login_design", "How the login page looks."),
    Group::new("organization.custom_pages", "Pages of your own in place of Cloudflare's, by their uid."),
    Group::new("organization.mfa_config", "The second factor that Access itself asks for."),
    Group {
        former: Some("organization.mfa_ssh_piv_key_requirements"),
        ..Group::new(
            "organization.mfa_piv_key_requirements",
            "What a PIV key must be to count, for infrastructure applications.",
        )
    },
    Group {
        all_or_nothing: true,
        switch: Some("organization.service_token_inactivity.enabled"),
        ..Group::new("organization.service_token_inactivity", "What happens to service tokens that nobody uses.")
    },
];
