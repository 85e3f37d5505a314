//! Validation of writes. The rules for single values come from the table; the rules across settings are here.

use serde_json::Value as Json;

use super::envelope::ApiError;
use super::fields::{self, DocumentMember, Fields, MemberRole, MemberSource, Table};
use super::personality::{AuthDomain, EmptyStrings, ReadOnlyFields, UnknownFields, WarpWithoutDuration};
use super::state::State;
use crate::diagnostics::Rule;
use crate::settings::{Access, Endpoint, GoDuration, Setting, SettingPath, Unset, is_blank, joined};

const AUTH_DOMAIN: SettingPath = SettingPath::new("organization.auth_domain");
const WARP_SWITCH: SettingPath = SettingPath::new("organization.allow_authenticate_via_warp");
const WARP_DURATION: SettingPath = SettingPath::new("organization.warp_auth_session_duration");
const STRICT_TOKENS: SettingPath = SettingPath::new("organization.strict_service_token_auth");
const AUTHENTICATORS: SettingPath = SettingPath::new("organization.mfa_config.allowed_authenticators");
const DOH_DURATION: SettingPath = SettingPath::new("doh.doh_jwt_duration");
/// An authenticator that the API accepted until mid-2026 (terraform-provider-cloudflare #7174).
const FORMER_AUTHENTICATOR: &str = "ssh_piv_key";

/// A write and its context.
pub(super) struct Write<'a> {
    pub(super) table: Table<'a>,
    pub(super) state: &'a State,
    /// The stored document, or an empty one if there is none.
    pub(super) stored: &'a Fields,
    pub(super) body: &'a Fields,
    pub(super) kind: WriteKind,
}

/// The method of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteKind {
    /// POST.
    Create,
    /// PUT.
    Update,
    /// PATCH.
    Patch,
}

impl Write<'_> {
    /// Returns all errors of the body. If `auth_domain` is invalid, that is the only error.
    pub(super) fn check(&self) -> Result<(), Vec<ApiError>> {
        if self.table.endpoint == Endpoint::Organization {
            self.check_auth_domain().map_err(|refusal| vec![refusal])?;
        }
        let members = self.table.members(MemberSource::Body, self.body);
        let mut refusals: Vec<ApiError> = members.iter().flat_map(|member| self.check_member(member)).collect();
        refusals.extend(self.check_groups());
        refusals.extend(self.check_across());
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    /// Returns the value of a setting in the body.
    fn sent(&self, path: SettingPath) -> Option<&Json> {
        fields::get(self.body, path.keys())
    }

    fn stored(&self, setting: &Setting) -> Option<&Json> {
        fields::get(self.stored, fields::stored_keys(setting))
    }

    fn check_auth_domain(&self) -> Result<(), ApiError> {
        let Some(setting) = self.table.model.setting(AUTH_DOMAIN.as_str()) else { return Ok(()) };
        let Some(sent) = self.sent(AUTH_DOMAIN).filter(|sent| !is_blank(sent)) else {
            let optional = self.kind == WriteKind::Patch || self.state.personality.auth_domain == AuthDomain::Optional;
            let missing = self.kind == WriteKind::Create || !optional;
            return if missing { Err(ApiError::invalid_auth_domain()) } else { Ok(()) };
        };
        if setting.same(Some(sent), self.stored(setting)) {
            return Ok(());
        }
        if let Some(problem) = setting.check(sent).into_iter().find(|problem| problem.refused) {
            return Err(ApiError::invalid_auth_domain().because(None, problem.message).at(setting.keys()));
        }
        if self.kind != WriteKind::Create && self.state.account.dashboard_sso {
            return Err(ApiError::new(400, 12106, "access.api.error.auth_domain_cannot_be_updated_dash_sso"));
        }
        Ok(())
    }

    fn check_member(&self, member: &DocumentMember<'_, '_>) -> Vec<ApiError> {
        let personality = &self.state.personality;
        match member.role {
            MemberRole::Setting(setting) => self.check_setting(setting, member.value),
            MemberRole::ReadOnly if personality.read_only_fields == ReadOnlyFields::Refused => {
                vec![ApiError::invalid_config(format!("{} is read-only", joined(&member.keys))).at(&member.keys)]
            }
            MemberRole::Unknown if personality.unknown_fields == UnknownFields::Refused => {
                vec![ApiError::invalid_config(format!("unknown field {}", joined(&member.keys))).at(&member.keys)]
            }
            MemberRole::Group if !member.value.is_null() && !member.value.is_object() => {
                vec![ApiError::invalid_config(format!("{} must be an object", joined(&member.keys))).at(&member.keys)]
            }
            MemberRole::ReadOnly | MemberRole::Unknown | MemberRole::Group => Vec::new(),
        }
    }

    fn check_setting(&self, setting: &Setting, value: &Json) -> Vec<ApiError> {
        let refused = |reason: String| ApiError::invalid_config(reason).at(setting.keys());
        let empty = value == "";
        if empty && self.state.personality.empty_strings == EmptyStrings::Refused {
            return vec![refused(format!("{} must not be empty", setting.name()))];
        }
        let stored = self.stored(setting);
        if stored == Some(value) || (empty && holds_text(setting)) {
            return Vec::new();
        }
        if setting.path == AUTHENTICATORS.as_str() && has(value, FORMER_AUTHENTICATOR) {
            return vec![refused("invalid mfa authenticator type".to_owned())];
        }
        // The API accepts its own answers: an older value may be outside of the current bounds. A value of a different
        // type is not an echo, even if both are empty.
        let is_echo = stored.is_some_and(|stored| setting.same(Some(value), Some(stored)));
        let problems = setting.check(value).into_iter().filter(|problem| problem.refused);
        let problems = problems.filter(|problem| !is_echo || problem.rule == Rule::WrongType);
        problems
            .map(|problem| ApiError::invalid_config(problem.message).at(&pointer_keys(setting, problem.element)))
            .collect()
    }

    /// Returns the errors of groups that must be complete or absent.
    fn check_groups(&self) -> Vec<ApiError> {
        let partial = self.table.model.groups().iter().filter(|group| group.all_or_nothing).filter_map(|group| {
            let sent = self.body_group(group.keys())?;
            if fields::get(self.stored, group.keys()).and_then(Json::as_object) == Some(sent) {
                return None;
            }
            let members = self.table.model.members(group).filter(|setting| self.table.scope.has(setting));
            let sent_of = |setting: &Setting| fields::get(sent, &setting.keys()[group.keys().len()..]);
            let missing: Vec<&str> =
                members.filter(|setting| sent_of(setting).is_none_or(is_blank)).map(Setting::name).collect();
            let whole = missing.is_empty() || sent.values().all(Json::is_null);
            let reason = || format!("{} also needs {}", joined(group.keys()), missing.join(", "));
            (!whole).then(|| ApiError::invalid_config(reason()).at(group.keys()))
        });
        partial.collect()
    }

    fn body_group(&self, keys: &[&str]) -> Option<&Fields> {
        let known = self.table.settings().any(|setting| setting.keys().starts_with(keys));
        fields::get(self.body, keys).filter(|_| known)?.as_object()
    }

    fn check_across(&self) -> Vec<ApiError> {
        [self.check_warp(), self.check_strict_tokens(), self.check_key_rotation()].into_iter().flatten().collect()
    }

    fn check_warp(&self) -> Option<ApiError> {
        let refuses = self.state.personality.warp_without_duration == WarpWithoutDuration::Refused;
        let on = self.sent(WARP_SWITCH) == Some(&Json::Bool(true));
        let lacks_duration = self.sent(WARP_DURATION).is_none_or(is_blank);
        (refuses && on && lacks_duration && self.table.endpoint == Endpoint::Organization).then(|| {
            ApiError::invalid_request(
                "allow_authenticate_via_warp cannot be set if the Warp Auth Session Duration is not set for the account",
            )
            .at(WARP_SWITCH.keys())
        })
    }

    /// The refusal is documented; the text of the error is a guess.
    fn check_strict_tokens(&self) -> Option<ApiError> {
        let off = self.sent(STRICT_TOKENS) == Some(&Json::Bool(false));
        (off && self.state.account.strict_service_tokens).then(|| {
            ApiError::invalid_config("strict service token authentication cannot be turned off for this organization")
                .at(STRICT_TOKENS.keys())
        })
    }

    fn check_key_rotation(&self) -> Option<ApiError> {
        let days = i64::from(self.state.account.key_rotation_days?);
        let duration: GoDuration = self.sent(DOH_DURATION)?.as_str()?.parse().ok()?;
        let too_long = self.table.endpoint == Endpoint::Doh && duration > GoDuration::from_hours(days * 24);
        too_long.then(|| {
            let reason = format!("doh_jwt_duration is longer than the key rotation period of {days} days");
            ApiError::invalid_config(reason).at(DOH_DURATION.keys())
        })
    }
}

/// Returns the keys of a setting, or of an element of it.
fn pointer_keys(setting: &Setting, element: Option<usize>) -> Vec<String> {
    setting.keys().iter().map(|key| (*key).to_owned()).chain(element.map(|index| index.to_string())).collect()
}

fn holds_text(setting: &Setting) -> bool {
    use crate::settings::Kind as Value;
    match setting.kind {
        Value::Text | Value::Duration(_) | Value::Color | Value::Url | Value::Host | Value::Uid | Value::Enum(_) => {
            true
        }
        Value::Boolean | Value::Integer { .. } | Value::Set(_) | Value::Opaque => false,
    }
}

fn has(value: &Json, word: &str) -> bool {
    value.as_array().is_some_and(|elements| elements.iter().any(|element| element == word))
}

/// Whether the setting keeps its value when it is cleared or left out.
pub(super) fn cannot_be_cleared(setting: &Setting) -> bool {
    matches!(setting.unset, Unset::Never(_)) && setting.access == Access::Writable
}
