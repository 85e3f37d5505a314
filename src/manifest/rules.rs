//! Rules across settings: a table of functions.
//!
//! The rules read values from [`Facts`], where a value may be unknown: `validate` knows only the file, and `plan` also
//! knows the live state of settings that the file does not declare.

use serde_json::Value as Json;

use super::desired::{Declared, Manifest};
use crate::diagnostics::{Finding, Rule, Severity};
use crate::settings::{Access, Color, Group, Kind, Model, Setting, is_blank};

const WARP: &str = "organization.allow_authenticate_via_warp";
const WARP_DURATION: &str = "organization.warp_auth_session_duration";
const AUTHENTICATORS: &str = "organization.mfa_config.allowed_authenticators";
const MFA_DURATION: &str = "organization.mfa_config.session_duration";
const MFA_FOR_ALL: &str = "organization.mfa_required_for_all_apps";
const AAGUIDS: &str = "organization.mfa_config.required_aaguids";
const DENY: &str = "organization.deny_unmatched_requests";
const EXEMPTED: &str = "organization.deny_unmatched_requests_exempted_zone_names";
const KEY_TYPES: &str = "organization.mfa_piv_key_requirements.ssh_key_type";
const KEY_SIZES: &str = "organization.mfa_piv_key_requirements.ssh_key_size";
const TEXT_COLOR: &str = "organization.login_design.text_color";

/// The authenticators that only infrastructure applications support.
const INFRASTRUCTURE_ONLY: [&str; 2] = ["piv_key", "ssh_fido2_key"];

/// A setting that must not be empty while another one is on. The JSON Schema of the manifest says so too.
pub(crate) struct Requirement {
    rule: Rule,
    /// The boolean setting.
    pub(crate) switch: &'static str,
    /// The setting that it needs.
    pub(crate) needed: &'static str,
    /// What is wrong without it, without a final full stop.
    pub(crate) message: &'static str,
    help: &'static str,
}

/// Every setting that needs another one.
pub(crate) const REQUIREMENTS: [Requirement; 3] = [
    Requirement {
        rule: Rule::WarpSession,
        switch: WARP,
        needed: WARP_DURATION,
        message: "allow_authenticate_via_warp needs warp_auth_session_duration: without it, every later save of an \
                  application is refused (12130)",
        help: "declare warp_auth_session_duration, such as 24h, or turn allow_authenticate_via_warp off",
    },
    Requirement {
        rule: Rule::MfaForAll,
        switch: MFA_FOR_ALL,
        needed: AUTHENTICATORS,
        message: "mfa_required_for_all_apps needs an authenticator in mfa_config.allowed_authenticators",
        help: "set it too, or turn mfa_required_for_all_apps off",
    },
    Requirement {
        rule: Rule::MfaForAll,
        switch: MFA_FOR_ALL,
        needed: MFA_DURATION,
        message: "mfa_required_for_all_apps needs mfa_config.session_duration",
        help: "set it too, or turn mfa_required_for_all_apps off",
    },
];

/// The rules. One whose findings are errors is declared as data, such as [`REQUIREMENTS`], so that the schema has it too.
const RULES: [fn(&Facts<'_>) -> Vec<Finding>; 8] = [
    requirements_are_met,
    groups_are_whole,
    exemptions_need_the_denial,
    some_authenticator_serves_every_application,
    a_reason_needs_its_change,
    login_text_is_legible,
    required_keys_need_mfa,
    key_sizes_need_a_type_with_sizes,
];

/// Returns the findings of the rules.
///
/// `effective` returns the value that a setting will have: the declared one, else the live one (`null` if it is unset),
/// else `None` if the live state was not read. Every finding is about a setting that the manifest declares. With live
/// values, the findings include all those that [`parse`](super::parse) reports for these rules.
pub fn cross_check<'a>(
    model: &'a Model,
    manifest: &'a Manifest,
    effective: &'a dyn Fn(&Setting) -> Option<&'a Json>,
) -> Vec<Finding> {
    let facts = Facts { model, manifest, effective };
    RULES.iter().flat_map(|rule| rule(&facts)).collect()
}

/// Returns the findings of the rules for the file alone. A group with an invalid setting is not reported as partial.
pub(super) fn declared_alone(model: &Model, manifest: &Manifest, unusable: &[Setting]) -> Vec<Finding> {
    let has_invalid_setting = |finding: &Finding| {
        let group = finding.setting.as_deref().and_then(|path| model.setting(path)?.group());
        finding.rule == Rule::PartialGroup && unusable.iter().any(|setting| setting.group() == group)
    };
    let declared = |setting: &Setting| Some(&manifest.declared(setting.path)?.value);
    cross_check(model, manifest, &declared).into_iter().filter(|finding| !has_invalid_setting(finding)).collect()
}

struct Facts<'a> {
    model: &'a Model,
    manifest: &'a Manifest,
    effective: &'a dyn Fn(&Setting) -> Option<&'a Json>,
}

impl<'a> Facts<'a> {
    /// Returns the value that a setting will have, if it is known.
    fn value(&self, path: &str) -> Option<&'a Json> {
        (self.effective)(self.model.setting(path)?)
    }

    fn is_on(&self, path: &str) -> bool {
        self.value(path) == Some(&Json::Bool(true))
    }

    /// Whether a setting is known to be empty or off.
    fn is_off(&self, path: &str) -> bool {
        let Some(setting) = self.model.setting(path) else { return false };
        (self.effective)(setting).is_some_and(|value| setting.is_empty(Some(value)))
    }

    /// Returns the first declared setting of several. Its location is the location of the finding.
    fn declared(&self, paths: &[&str]) -> Option<&'a Declared> {
        paths.iter().find_map(|path| self.manifest.declared(path))
    }

    fn finding(&self, rule: Rule, at: &Declared, message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding::new(rule, &self.manifest.path, message).at(&at.at).help(help).setting(at.setting.path)
    }
}

fn requirements_are_met(facts: &Facts<'_>) -> Vec<Finding> {
    let unmet = REQUIREMENTS.iter().filter(|one| facts.is_on(one.switch) && facts.is_off(one.needed));
    unmet
        .filter_map(|Requirement { rule, switch, needed, message, help }| {
            let at = facts.declared(&[*needed, *switch])?;
            Some(facts.finding(*rule, at, *message, *help))
        })
        .collect()
}

/// Checks groups whose settings the API accepts only together.
fn groups_are_whole(facts: &Facts<'_>) -> Vec<Finding> {
    facts.model.groups().iter().filter(|group| group.all_or_nothing).filter_map(|group| whole(facts, group)).collect()
}

fn whole(facts: &Facts<'_>, group: &Group) -> Option<Finding> {
    let members: Vec<&Setting> = facts.model.members(group).filter(|setting| setting.is_writable()).collect();
    let declares = |setting: &&&Setting| facts.manifest.declared(setting.path).is_some();
    // A switch that is off needs no other settings, so false alone does not make a group partial.
    let holds = |setting: &Setting| facts.value(setting.path).is_some_and(|value| !setting.is_empty(Some(value)));
    let present: Vec<&&Setting> = members.iter().filter(|setting| holds(setting)).collect();
    let at = present.iter().copied().chain(&members).find(declares)?;
    if present.is_empty() {
        return None;
    }
    let is_blank_now = |setting: &Setting| facts.value(setting.path).is_some_and(is_blank);
    let counts = |setting: &Setting| setting.kind != Kind::Boolean || facts.manifest.declared(setting.path).is_some();
    let missing: Vec<&str> =
        members.iter().filter(|s| is_blank_now(s) && counts(s)).map(|setting| setting.name()).collect();
    let undeclared: Vec<&str> =
        members.iter().filter(|setting| facts.value(setting.path).is_none()).map(|setting| setting.name()).collect();
    let declared = facts.manifest.declared(at.path)?;
    let name = group.name();
    let together = format!("the API accepts the settings of {name} only together");
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        let message = format!("{together}; without {missing} it rejects the others");
        let help = format!("set {missing} too, or write \"{name}: null\" to unset them all");
        return Some(facts.finding(Rule::PartialGroup, declared, message, help));
    }
    if undeclared.is_empty() {
        return None;
    }
    let undeclared = undeclared.join(" and ");
    let message = format!("{together}; the file leaves out {undeclared}");
    let help = format!("declare {undeclared} too, unless the organization has a value already");
    Some(facts.finding(Rule::PartialGroup, declared, message, help).severity(Severity::Warning))
}

fn exemptions_need_the_denial(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(at) = facts.declared(&[EXEMPTED, DENY]) else { return Vec::new() };
    let exempts = facts.value(EXEMPTED).is_some_and(|zones| !is_blank(zones));
    if !exempts || !facts.is_off(DENY) {
        return Vec::new();
    }
    let message = "zones are exempted from deny_unmatched_requests, which is off, so the list does nothing";
    vec![facts.finding(Rule::IdleExemption, at, message, "turn deny_unmatched_requests on, or remove the list")]
}

fn some_authenticator_serves_every_application(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(at) = facts.declared(&[AUTHENTICATORS]) else { return Vec::new() };
    let Some(words) = at.value.as_array().filter(|words| !words.is_empty()) else { return Vec::new() };
    let only = words.iter().all(|word| word.as_str().is_some_and(|word| INFRASTRUCTURE_ONLY.contains(&word)));
    if !only {
        return Vec::new();
    }
    let message = "piv_key and ssh_fido2_key serve infrastructure applications only: the API refuses a list of nothing \
                   else while any other application exists";
    vec![facts.finding(Rule::InfrastructureOnly, at, message, "add totp, biometrics or security_key")]
}

/// Checks settings that are only sent together with a change of another setting.
fn a_reason_needs_its_change(facts: &Facts<'_>) -> Vec<Finding> {
    let declared = facts.manifest.declared.iter().filter(|declared| !is_blank(&declared.value));
    declared
        .filter_map(|declared| {
            let Access::Annotation(of) = declared.setting.access else { return None };
            if facts.manifest.declared(of).is_some() {
                return None;
            }
            let key = declared.setting.name();
            let message = format!("{key} is sent beside a change of {of}, which is not declared, so it is never sent");
            let help = format!("declare {of}, or remove {key}");
            Some(facts.finding(Rule::IdleAnnotation, declared, message, help))
        })
        .collect()
}

fn login_text_is_legible(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(at) = facts.declared(&[TEXT_COLOR]) else { return Vec::new() };
    let Some(color) = at.value.as_str().and_then(|text| text.parse::<Color>().ok()) else { return Vec::new() };
    let contrast = color.contrast_figure(Color::WHITE);
    if contrast >= Color::LEGIBLE {
        return Vec::new();
    }
    let message = format!(
        "the login text is hard to read: {color} on the white card has a contrast of {contrast:.2}:1, and WCAG asks \
         for {}:1",
        Color::LEGIBLE
    );
    vec![facts.finding(Rule::Contrast, at, message, "choose a darker colour")]
}

fn required_keys_need_mfa(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(at) = facts.declared(&[AAGUIDS]) else { return Vec::new() };
    if is_blank(&at.value) || !facts.is_off(AUTHENTICATORS) {
        return Vec::new();
    }
    let message = "required_aaguids does nothing while MFA is off: mfa_config.allowed_authenticators is empty";
    vec![facts.finding(Rule::IdleAaguids, at, message, "allow security_key, or unset required_aaguids")]
}

/// Keys of type ed25519 have one size (OpenAPI description of `ssh_key_size`: "does not accept this parameter").
fn key_sizes_need_a_type_with_sizes(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(at) = facts.declared(&[KEY_SIZES, KEY_TYPES]) else { return Vec::new() };
    let canonical = |path: &str| Some(facts.model.setting(path)?.canonical(facts.value(path)));
    let fixed = canonical(KEY_TYPES) == Some(Json::from(vec!["ed25519"]));
    let has_sizes = canonical(KEY_SIZES).is_some_and(|sizes| !sizes.is_null());
    if !fixed || !has_sizes {
        return Vec::new();
    }
    let message =
        "ssh_key_size does not apply to ed25519, which is the only type in ssh_key_type: its keys have one size";
    vec![facts.finding(Rule::IdleKeySize, at, message, "unset ssh_key_size, or accept ecdsa or rsa keys too")]
}
