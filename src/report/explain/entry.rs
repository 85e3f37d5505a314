//! The JSON document of `explain`.

use serde::Serialize;

use super::decisions::{DecisionEntry, GuardInfo, NoticeInfo, entries, guard, notice};
use crate::settings::{Model, Setting, describe};

/// The output of `explain --format json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainDocument {
    /// The version of the document.
    pub format_version: &'static str,
    /// The version of the program that wrote it.
    pub zerodrift: &'static str,
    /// The settings asked for, in the order of the model.
    pub settings: Vec<SettingEntry>,
    /// The rules by which values are compared.
    pub rules: Vec<RuleEntry>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettingEntry {
    /// Its path.
    pub setting: &'static str,
    /// Its kind in one word: `duration`.
    pub kind: &'static str,
    /// The accepted values, in words.
    pub takes: String,
    /// Its range, if it has one.
    pub range: Option<String>,
    /// What it does.
    pub doc: &'static str,
    /// What applies while it is unset.
    pub default: &'static str,
    /// How it is unset.
    pub unset: String,
    /// Where it exists: `account, zone`.
    pub scopes: &'static str,
    /// Who may write it.
    pub access: String,
    /// The changes that need consent, combined.
    pub guard: Option<GuardInfo>,
    /// The changes that get a notice, combined.
    pub notice: Option<NoticeInfo>,
    /// The impact of each change, by direction and live value.
    pub decisions: Vec<DecisionEntry>,
    /// The path under which the API returns it, if it differs.
    pub observed_as: Option<&'static str>,
    /// The former path, which live documents may still contain.
    pub former: Option<&'static str>,
    /// An example value, as YAML.
    pub example: &'static str,
    /// The source of these facts.
    pub source: &'static str,
}

impl SettingEntry {
    pub(super) fn of(model: &Model, setting: &Setting) -> Self {
        Self {
            setting: setting.path,
            kind: describe::name(setting.kind),
            takes: describe::describe(setting.kind),
            range: describe::range(setting.kind),
            doc: setting.doc,
            default: setting.default,
            unset: describe::unset(setting),
            scopes: describe::scope(setting.scopes),
            access: describe::access(setting.access),
            guard: guard(setting),
            notice: notice(setting),
            decisions: entries(model, setting),
            observed_as: setting.observed_as.map(|path| path.as_str()),
            former: setting.former.map(|path| path.as_str()),
            example: setting.example,
            source: setting.source,
        }
    }
}

/// A rule of comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleEntry {
    /// Its name.
    pub rule: &'static str,
    /// Its definition.
    pub text: &'static str,
}
