//! The entry of one setting in the table of [`settings`](super).

use serde_json::Value as Json;

use super::canonical;
use super::direction::Direction;
use super::duration::GoDuration;
use super::endpoint::Endpoint;
use super::guard::{Impact, Impacts, UNRANKED};
use super::kind::Kind;
use super::path::SettingPath;

/// Who may write a setting, and whether its live value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A manifest can declare it; it is compared and written.
    Writable,
    /// A manifest can declare it; it is sent with a change of the named setting and is never drift.
    Annotation(&'static str),
    /// The server returns it but does not accept it. It is not written, and must not change during an apply.
    ServerManaged,
    /// The server returns it and changes it by itself. It is neither written nor compared.
    Volatile,
}

/// The value that unsets a setting. It is always sent explicitly, so that it works whether PUT replaces or merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// JSON `null`.
    Null,
    /// `false`.
    False,
    /// `[]`.
    EmptyList,
    /// It cannot be unset; the text is the reason.
    Never(&'static str),
}

/// Where a setting exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scopes {
    /// Accounts and zones.
    AccountAndZone,
    /// Accounts only.
    Account,
}

/// One setting, with everything that the program knows about it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// Dotted path from the section down, in the API's own names: `organization.login_design.header_text`.
    pub path: &'static str,
    /// The parsed path.
    full_path: SettingPath,
    /// The values that it accepts.
    pub kind: Kind,
    /// Who may write it.
    pub access: Access,
    /// Where it exists.
    pub scopes: Scopes,
    /// Whether POST accepts it when an organization is created.
    pub in_create: bool,
    /// Whether a text may have several lines.
    pub is_multiline: bool,
    /// How it is unset.
    pub unset: Unset,
    /// The path in the API's answers, if it differs from the path in requests.
    pub observed_as: Option<SettingPath>,
    /// The former path, which live documents may still contain.
    pub former: Option<SettingPath>,
    /// Settings that the server returns with it and that explain its live value to a reader.
    pub context: &'static [&'static str],
    /// Whether plans show its live value although only the server writes it, so that a change is noticed.
    pub is_watched: bool,
    /// The impact of a change in each direction: guarded, noted or harmless.
    pub impacts: Impacts,
    /// What it does, in full sentences.
    pub doc: &'static str,
    /// What applies while it is unset. This program never writes defaults.
    pub default: &'static str,
    /// The value, as JSON, that the server may set when an organization is created without it. Empty if unknown.
    pub created_with: &'static str,
    /// An example value, as YAML.
    pub example: &'static str,
    /// The source of these facts.
    pub source: &'static str,
}

impl Setting {
    /// Creates a writable setting of accounts and zones, unset as usual for its kind, without declared impacts. The
    /// builder methods below refine it.
    pub const fn new(path: &'static str, kind: Kind) -> Self {
        let unset = match kind {
            Kind::Boolean => Unset::False,
            Kind::Set(_) => Unset::EmptyList,
            _ => Unset::Null,
        };
        Self {
            path,
            full_path: SettingPath::new(path),
            kind,
            access: Access::Writable,
            scopes: Scopes::AccountAndZone,
            in_create: true,
            is_multiline: false,
            unset,
            observed_as: None,
            former: None,
            context: &[],
            is_watched: false,
            impacts: Impacts::Undecided,
            doc: "",
            default: "",
            created_with: "",
            example: "",
            source: "",
        }
    }

    /// Sets the description.
    pub const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }

    /// Sets what applies while it is unset.
    pub const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    /// Sets the value, as JSON, that the server may set when an organization is created without the setting.
    pub const fn created_with(self, created_with: &'static str) -> Self {
        Self { created_with, ..self }
    }

    /// Sets an example value, as YAML.
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Sets the source of these facts.
    pub const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    /// Restricts it to accounts.
    pub const fn account_only(self) -> Self {
        Self { scopes: Scopes::Account, ..self }
    }

    /// Allows several lines of text.
    pub const fn multiline(self) -> Self {
        Self { is_multiline: true, ..self }
    }

    /// Excludes it from POST, so that the PUT after the creation sets it.
    pub const fn not_in_create(self) -> Self {
        Self { in_create: false, ..self }
    }

    /// Sets how it is unset, if that differs from the usual way for its kind.
    pub const fn unset(self, unset: Unset) -> Self {
        Self { unset, ..self }
    }

    /// Sets who may write it.
    pub const fn access(self, access: Access) -> Self {
        Self { access, in_create: matches!(access, Access::Writable | Access::Annotation(_)), ..self }
    }

    /// Sets the path in the API's answers.
    pub const fn observed_as(self, path: &'static str) -> Self {
        Self { observed_as: Some(SettingPath::new(path)), ..self }
    }

    /// Sets the former path, which live documents may still contain.
    pub const fn formerly(self, path: &'static str) -> Self {
        Self { former: Some(SettingPath::new(path)), ..self }
    }

    /// Sets the settings that explain its live value.
    pub const fn context(self, paths: &'static [&'static str]) -> Self {
        Self { context: paths, ..self }
    }

    /// Makes plans show its live value although only the server writes it.
    pub const fn watched(self) -> Self {
        Self { is_watched: true, ..self }
    }

    /// Sets one impact for every direction and every live value.
    pub const fn always(self, impact: Impact) -> Self {
        Self { impacts: Impacts::Always(impact), ..self }
    }

    /// Sets the impact of each direction between values that can be ranked. All other changes are guarded.
    pub const fn impacts(self, ranked: &'static [(Direction, Impact)]) -> Self {
        Self { impacts: Impacts::ByDirection { ranked, unranked: Impact::Guarded(UNRANKED) }, ..self }
    }

    /// The API object it belongs to.
    pub fn endpoint(&self) -> Endpoint {
        self.full_path.endpoint()
    }

    /// The parsed path.
    pub fn full_path(&self) -> &SettingPath {
        &self.full_path
    }

    /// The keys of the path below the section: `["login_design", "header_text"]`.
    pub fn keys(&self) -> &[&'static str] {
        self.full_path.keys()
    }

    /// The last segment of the path: `header_text`.
    pub fn name(&self) -> &'static str {
        self.full_path.name()
    }

    /// The path of the group it belongs to, if any: `organization.login_design`.
    pub fn group(&self) -> Option<&'static str> {
        let parent = self.full_path.parent()?;
        (!parent.keys().is_empty()).then_some(parent.as_str())
    }

    /// Every path under which a live document may contain it, the preferred one first.
    pub fn live_paths(&self) -> impl Iterator<Item = &SettingPath> {
        [Some(self.observed_as.as_ref().unwrap_or(&self.full_path)), self.former.as_ref()].into_iter().flatten()
    }

    /// The keys of these paths, below the section.
    pub fn live_keys(&self) -> Vec<&[&'static str]> {
        self.live_paths().map(SettingPath::keys).collect()
    }

    /// Whether a manifest may declare it.
    pub fn is_declarable(&self) -> bool {
        matches!(self.access, Access::Writable | Access::Annotation(_))
    }

    /// Whether a change of it is a change of the organization. Annotations and settings kept by the server are not.
    pub fn is_writable(&self) -> bool {
        self.access == Access::Writable
    }

    /// Returns the canonical value for comparison; `null` for every empty value.
    ///
    /// A value of the wrong type is returned unchanged, so that no live value is an error.
    pub fn canonical(&self, value: Option<&Json>) -> Json {
        canonical::of(self.kind, value)
    }

    /// Returns a live value as a manifest spells it: like the API, but with canonical sets and numbers, and with durations
    /// in the units of the setting (`24h` for `24h0m0s`).
    pub(crate) fn spelled(&self, live: &Json) -> Json {
        match self.kind {
            Kind::Duration(range) => {
                let has_other = |text: &&str| GoDuration::units_of(text).iter().any(|unit| !range.units.contains(unit));
                let duration = live.as_str().filter(has_other).and_then(|text| text.parse::<GoDuration>().ok());
                duration.and_then(|duration| duration.in_units(range.units)).map_or_else(|| live.clone(), Json::String)
            }
            Kind::Set(_) | Kind::Integer { min: _, max: _ } => self.canonical(Some(live)),
            _ => live.clone(),
        }
    }

    /// Whether two values are equal by meaning: `24h` and `1440m`, `#FFF` and `#ffffff`, `false` and absent.
    pub fn same(&self, one: Option<&Json>, two: Option<&Json>) -> bool {
        one == two || self.canonical(one) == self.canonical(two)
    }

    /// Whether a value is empty.
    pub fn is_empty(&self, value: Option<&Json>) -> bool {
        value.is_none_or(|value| canonical::is_empty(self.kind, value))
    }
}

/// Settings in one JSON object of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Dotted path: `organization.login_design`.
    pub path: &'static str,
    /// The parsed path.
    full_path: SettingPath,
    /// The former path, which live documents may still contain.
    pub former: Option<SettingPath>,
    /// Whether the API accepts the members only together.
    pub all_or_nothing: bool,
    /// A boolean member. While it is off, the other members can have any value and are not compared.
    pub switch: Option<&'static str>,
    /// A description in one sentence. Empty for a group without an entry.
    pub doc: &'static str,
}

impl Group {
    /// Creates a group with default properties.
    pub const fn new(path: &'static str, doc: &'static str) -> Self {
        Self { doc, ..Self::at(SettingPath::new(path)) }
    }

    /// Creates a group without an entry.
    pub(super) const fn at(path: SettingPath) -> Self {
        Self { path: path.as_str(), full_path: path, former: None, all_or_nothing: false, switch: None, doc: "" }
    }

    /// Sets the former path, which live documents may still contain.
    pub const fn formerly(self, path: &'static str) -> Self {
        Self { former: Some(SettingPath::new(path)), ..self }
    }

    /// Requires that all members are sent together.
    pub const fn all_or_nothing(self) -> Self {
        Self { all_or_nothing: true, ..self }
    }

    /// Sets the switch: while it is off, the other members are not compared.
    pub const fn switched_by(self, path: &'static str) -> Self {
        Self { switch: Some(path), ..self }
    }

    /// The parsed path.
    pub fn full_path(&self) -> &SettingPath {
        &self.full_path
    }

    /// The keys of the path below the section.
    pub fn keys(&self) -> &[&'static str] {
        self.full_path.keys()
    }

    /// The last segment of the path: `login_design`.
    pub fn name(&self) -> &'static str {
        self.full_path.name()
    }
}
