//! MFA settings of Access.

use super::common::*;

const AUTHENTICATORS: &str = "organization.mfa_config.allowed_authenticators";
const METHODS: &[&str] = &["totp", "biometrics", "security_key", "piv_key", "ssh_fido2_key"];
const SESSION: DurationRange = DurationRange::MINUTES_AND_HOURS.within("0m", "720h");
const ENROLLED: &str = "which authenticators your users have enrolled (Team & Resources, Users, MFA devices)";
const AMR: &str = "what your identity provider puts into its amr claim, and whether you trust it";
const MODELS: &str = "the Gateway list with this id, and the models your users own; those that are enrolled already keep \
                      working until they are deleted";
const APP_LAUNCHER: &str = "that users can reach the App Launcher, where they enroll; it is off by default";

/// MFA settings of Access.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("organization.mfa_config.allowed_authenticators", Kind::Set(Element::Enum(METHODS)))
        .doc(
            "The second factors that Access itself accepts. piv_key and ssh_fido2_key serve infrastructure applications \
             only. An empty list turns Access's own MFA off.",
        )
        .default("Access asks for no second factor of its own")
        .account_only()
        .example("[security_key, totp]")
        .impacts(&[
            (Direction::FirstSet, Impact::Noted("applications and policies can ask for these second factors; nobody is asked until one of them does")),
            (Direction::Gains, guarded("users may sign in with a second factor that was not accepted before, which may be a weaker one", WEAKER_MFA)),
            (Direction::Loses, guarded("users who have enrolled only the removed authenticators are locked out until they enroll another", ENROLLED)),
            (Direction::Exchanges, guarded("users may sign in with a second factor that was not accepted before, and users who have enrolled only the removed ones are locked out", ENROLLED)),
            (Direction::Emptied, guarded("the MFA of Access is turned off: users sign in without a second factor", WEAKER_MFA)),
        ])
        .source(MFA),
    Setting::new("organization.mfa_config.session_duration", Kind::Duration(SESSION))
        .doc("How long a second factor is remembered, 0m to 720h.")
        .default("the second factor has no session of its own")
        .account_only()
        .example("24h")
        .impacts(&[
            (Direction::FirstSet, Impact::Depends(&Dependence { condition: Condition::WasOff(AUTHENTICATORS), met: Impact::Harmless("MFA was off, so nobody was asked for a second factor"), otherwise: guarded("a second factor is remembered from now on, so users are asked less often", WEAKER_MFA) })),
            (Direction::Longer, guarded("users are asked for their second factor less often", WEAKER_MFA)),
            (Direction::Shorter, Impact::Harmless("users are asked for their second factor more often; nobody loses access")),
            (Direction::Removed, guarded("no session is set, so users may be asked for their second factor less often", WEAKER_MFA)),
        ])
        .source(MFA),
    Setting::new("organization.mfa_config.amr_matching_session_duration", Kind::Duration(SESSION))
        .doc("How long a second factor that the identity provider vouches for (its amr claim) is remembered, 0m to 720h.")
        .default("the provider's claim has no session of its own")
        .account_only()
        .example("12h")
        .impacts(&[
            (Direction::FirstSet, guarded("users whose identity provider claims a second factor skip the MFA of Access", AMR)),
            (Direction::Longer, guarded("the second factor that an identity provider claims is accepted for longer, so users are asked less often", AMR)),
            (Direction::Shorter, Impact::Harmless("users are asked for their second factor more often; nobody loses access")),
            (Direction::Removed, guarded("it is not documented whether this ends AMR matching or its time limit", AMR)),
        ])
        .source(MFA),
    Setting::new("organization.mfa_config.required_aaguids", Kind::Uid)
        .doc("The id of a Gateway list of AAGUIDs: only security keys of these models are accepted.")
        .default("security keys of every model are accepted")
        .account_only()
        .example("2fc0579f-8113-47ea-b116-bb5a8db9202a")
        .impacts(&[
            (Direction::FirstSet, guarded("authenticators of other models can no longer be enrolled, and users who own only those are locked out", MODELS)),
            (Direction::Replaced, guarded("models that only the new list has are accepted, and users who own only models that it lacks are locked out", MODELS)),
            (Direction::Removed, guarded("authenticators of every model are accepted", WEAKER_MFA)),
        ])
        .source(MFA),
    Setting::new("organization.mfa_required_for_all_apps", Kind::Boolean)
        .doc("Asks for a second factor in every application. Needs MFA on, with an authenticator and a session duration.")
        .default("false: applications and policies decide")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, guarded("every application asks for a second factor, and users without an enrolled authenticator are locked out until they enroll one in the App Launcher", APP_LAUNCHER)),
            (Direction::TurnedOff, guarded("applications without MFA settings of their own stop asking for a second factor", WEAKER_MFA)),
        ])
        .source(MFA),
];
