//! Requirements for PIV keys.

use super::common::*;

const PIN_POLICIES: &[&str] = &["always", "once", "never"];
const TOUCH_POLICIES: &[&str] = &["always", "cached", "never"];
const KEY_TYPES: &[&str] = &["ecdsa", "ed25519", "rsa"];
const KEY_SIZES: &[i64] = &[256, 384, 521, 2048, 3072, 4096];
const PIV_KEYS: &str = "the keys that your users have, and who can reach infrastructure without them";

/// Requirements for PIV keys.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("organization.mfa_piv_key_requirements.pin_policy", Kind::Enum(PIN_POLICIES))
        .doc("When a PIV key asks for its PIN.")
        .default("any PIN policy is accepted")
        .formerly("organization.mfa_ssh_piv_key_requirements.pin_policy")
        .account_only()
        .example("always")
        .impacts(&[
            (Direction::FirstWord("always"), guarded("keys that do not ask for their PIN at every use are refused, and their users are locked out", PIV_KEYS)),
            (Direction::FirstWord("once"), guarded("keys that never ask for their PIN are refused, and their users are locked out", PIV_KEYS)),
            (Direction::FirstWord("never"), guarded("a policy applies where none did, and keys that do not meet it are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Stricter, guarded("keys that ask for their PIN less often than this are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Looser, guarded("keys that ask for their PIN less often are accepted", WEAKER_MFA)),
            (Direction::Removed, guarded("keys are accepted however often they ask for their PIN", WEAKER_MFA)),
        ])
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.touch_policy", Kind::Enum(TOUCH_POLICIES))
        .doc("When a PIV key asks to be touched.")
        .default("any touch policy is accepted")
        .formerly("organization.mfa_ssh_piv_key_requirements.touch_policy")
        .account_only()
        .example("always")
        .impacts(&[
            (Direction::FirstWord("always"), guarded("keys that do not ask to be touched at every use are refused, and their users are locked out", PIV_KEYS)),
            (Direction::FirstWord("cached"), guarded("keys that never ask to be touched are refused, and their users are locked out", PIV_KEYS)),
            (Direction::FirstWord("never"), guarded("a policy applies where none did, and keys that do not meet it are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Stricter, guarded("keys that ask to be touched less often than this are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Looser, guarded("keys that ask to be touched less often are accepted", WEAKER_MFA)),
            (Direction::Removed, guarded("keys are accepted however often they ask to be touched", WEAKER_MFA)),
        ])
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.require_fips_device", Kind::Boolean)
        .doc("Accepts only PIV keys on FIPS-validated devices.")
        .default("false")
        .formerly("organization.mfa_ssh_piv_key_requirements.require_fips_device")
        .account_only()
        .example("true")
        .impacts(&[
            (Direction::TurnedOn, guarded("keys on devices without FIPS validation are refused, and their users are locked out", PIV_KEYS)),
            (Direction::TurnedOff, guarded("keys on devices without FIPS validation are accepted", WEAKER_MFA)),
        ])
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.ssh_key_type", Kind::Set(Element::Enum(KEY_TYPES)))
        .doc("The SSH key types that are accepted.")
        .default("every type is accepted")
        .formerly("organization.mfa_ssh_piv_key_requirements.ssh_key_type")
        .account_only()
        .example("[ecdsa, ed25519]")
        .impacts(&[
            (Direction::FirstSet, guarded("keys of other types are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Gains, guarded("keys of further types are accepted", WEAKER_MFA)),
            (Direction::Loses, guarded("keys of the removed types are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Exchanges, guarded("keys of further types are accepted, and keys of the removed types are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Emptied, guarded("keys of all types are accepted", WEAKER_MFA)),
        ])
        .source(API),
    Setting::new("organization.mfa_piv_key_requirements.ssh_key_size", Kind::Set(Element::Number(KEY_SIZES)))
        .doc("The SSH key sizes that are accepted, in bits.")
        .default("every size is accepted")
        .formerly("organization.mfa_ssh_piv_key_requirements.ssh_key_size")
        .account_only()
        .example("[256, 384]")
        .impacts(&[
            (Direction::FirstSet, guarded("keys of other sizes are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Gains, guarded("keys of further sizes are accepted", WEAKER_MFA)),
            (Direction::Loses, guarded("keys of the removed sizes are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Exchanges, guarded("keys of further sizes are accepted, and keys of the removed sizes are refused, and their users are locked out", PIV_KEYS)),
            (Direction::Emptied, guarded("keys of all sizes are accepted", WEAKER_MFA)),
        ])
        .source(API),
];
