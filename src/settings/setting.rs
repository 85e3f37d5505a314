//! What a setting is: the shape of one entry of the table in [`settings`](super).

use serde_json::Value as Json;

use super::canonical;
use super::direction::Direction;
use super::duration::GoDuration;
use super::endpoint::Endpoint;
use super::guard::{Impact, Impacts, UNRANKED};
use super::kind::Kind;
use super::path::SettingPath;

/// Who may write a setting, and whether its live value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A manifest can declare it; it is compared and written.
    Writable,
    /// A manifest can declare it; it is sent beside a change of the named setting and is never drift.
    Annotation(&'static str),
    /// The server returns it and does not take it. It is not written, and must not move during an apply.
    ServerManaged,
    /// The server returns it and moves it by itself. It is not written and not compared.
    Volatile,
}

/// How a setting is emptied on the wire: an intended clear is explicit, so that it holds whether PUT replaces or merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// JSON `null`.
    Null,
    /// `false`.
    False,
    /// `[]`.
    EmptyList,
    /// It cannot be emptied; the text says why.
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

/// One setting: everything the program knows about it, from parsing to guards, is read from here.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// Dotted path from the section down, in the API's own names: `organization.login_design.header_text`.
    pub path: &'static str,
    /// The same, taken apart.
    full_path: SettingPath,
    /// What values it takes.
    pub kind: Kind,
    /// Who may write it.
    pub access: Access,
    /// Where it exists.
    pub scopes: Scopes,
    /// Whether POST takes it when an organization is created.
    pub in_create: bool,
    /// Whether a text may have several lines; all others are refused.
    pub is_multiline: bool,
    /// How it is emptied.
    pub unset: Unset,
    /// The path under which the API answers, where that differs from the path under which it takes the value.
    pub observed_as: Option<SettingPath>,
    /// An older path that live documents may still carry.
    pub former: Option<SettingPath>,
    /// Settings that the server returns beside it and that tell a reader what its live value stands for.
    pub context: &'static [&'static str],
    /// Whether plans show its live value although only the server writes it: people should see what it is, and when it moved.
    pub is_watched: bool,
    /// What a change of it leads to, in each direction: guarded, noted or harmless.
    pub impacts: Impacts,
    /// What it does, in sentences.
    pub doc: &'static str,
    /// What applies while it is unset. Never written by this program, which has no defaults of its own.
    pub default: &'static str,
    /// What the server may give it, as JSON, when an organization is created without it. Empty where nothing is known.
    pub created_with: &'static str,
    /// An example value, as YAML.
    pub example: &'static str,
    /// Where these facts come from.
    pub source: &'static str,
}

impl Setting {
    /// A writable account-and-zone setting, emptied as its kind suggests, whose changes are undecided. The builders
    /// below refine it.
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

    /// Says what the setting does.
    pub const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }

    /// Says what applies while it is unset.
    pub const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    /// Names the value, as JSON, that the server may fill in when an organization is created without the setting.
    pub const fn created_with(self, created_with: &'static str) -> Self {
        Self { created_with, ..self }
    }

    /// Gives an example value, as YAML.
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Names the source of these facts.
    pub const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    /// Restricts it to accounts.
    pub const fn account_only(self) -> Self {
        Self { scopes: Scopes::Account, ..self }
    }

    /// The same setting, whose text may have several lines.
    pub const fn multiline(self) -> Self {
        Self { is_multiline: true, ..self }
    }

    /// POST does not take it, so a created organization gets it by the PUT that follows.
    pub const fn not_in_create(self) -> Self {
        Self { in_create: false, ..self }
    }

    /// Says how it is emptied, where that differs from what its kind suggests.
    pub const fn unset(self, unset: Unset) -> Self {
        Self { unset, ..self }
    }

    /// Says who may write it.
    pub const fn access(self, access: Access) -> Self {
        Self { access, in_create: matches!(access, Access::Writable | Access::Annotation(_)), ..self }
    }

    /// Names the path under which the API answers.
    pub const fn observed_as(self, path: &'static str) -> Self {
        Self { observed_as: Some(SettingPath::new(path)), ..self }
    }

    /// Names the older path that live documents may still carry.
    pub const fn formerly(self, path: &'static str) -> Self {
        Self { former: Some(SettingPath::new(path)), ..self }
    }

    /// Names the settings that tell what its live value stands for.
    pub const fn context(self, paths: &'static [&'static str]) -> Self {
        Self { context: paths, ..self }
    }

    /// Has plans show its live value although only the server writes it.
    pub const fn watched(self) -> Self {
        Self { is_watched: true, ..self }
    }

    /// Decides every direction in the same way, whatever the live value is.
    pub const fn always(self, impact: Impact) -> Self {
        Self { impacts: Impacts::Always(impact), ..self }
    }

    /// Decides each direction between values that can be ranked. What cannot be ranked is guarded.
    pub const fn impacts(self, ranked: &'static [(Direction, Impact)]) -> Self {
        Self { impacts: Impacts::ByDirection { ranked, unranked: Impact::Guarded(UNRANKED) }, ..self }
    }

    /// The API object it belongs to.
    pub fn endpoint(&self) -> Endpoint {
        self.full_path.endpoint()
    }

    /// The path, taken apart.
    pub fn full_path(&self) -> SettingPath {
        self.full_path
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

    /// Every path under which a live document may hold it, the preferred first.
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

    /// Whether a change of it is a change of the organization: annotations and what the server keeps are not.
    pub fn is_writable(&self) -> bool {
        self.access == Access::Writable
    }

    /// The one spelling of a value for comparison; `null` stands for every way of being empty.
    ///
    /// A value of a type the setting does not take keeps its own spelling: the live side never fails.
    pub fn canonical(&self, value: Option<&Json>) -> Json {
        canonical::of(self.kind, value)
    }

    /// A live value as a file spells it: as the API does, but sets and numbers in their canonical form, and durations
    /// without units that the setting does not take (`24h0m0s`).
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

    /// Whether two values mean the same: `24h` and `1440m`, `#FFF` and `#ffffff`, `false` and nothing.
    pub fn same(&self, one: Option<&Json>, two: Option<&Json>) -> bool {
        self.canonical(one) == self.canonical(two)
    }

    /// Whether a value is one of the ways of being empty.
    pub fn is_empty(&self, value: Option<&Json>) -> bool {
        self.canonical(value).is_null()
    }
}

/// Settings that live in one JSON object of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Dotted path: `organization.login_design`.
    pub path: &'static str,
    /// The same, taken apart.
    full_path: SettingPath,
    /// An older path that live documents may still carry.
    pub former: Option<SettingPath>,
    /// Whether the API takes the members only together.
    pub all_or_nothing: bool,
    /// A boolean member; while it is off, the server fills the other members as it likes and none of them counts.
    pub switch: Option<&'static str>,
    /// What the group is about, in a sentence. Empty for a group that has no entry of its own.
    pub doc: &'static str,
}

impl Group {
    /// A group without peculiarities.
    pub const fn new(path: &'static str, doc: &'static str) -> Self {
        Self { doc, ..Self::at(SettingPath::new(path)) }
    }

    /// A group of which nothing is known but its path.
    pub(super) const fn at(path: SettingPath) -> Self {
        Self { path: path.as_str(), full_path: path, former: None, all_or_nothing: false, switch: None, doc: "" }
    }

    /// Names the older path that live documents may still carry.
    pub const fn formerly(self, path: &'static str) -> Self {
        Self { former: Some(SettingPath::new(path)), ..self }
    }

    /// Has the members be sent only together.
    pub const fn all_or_nothing(self) -> Self {
        Self { all_or_nothing: true, ..self }
    }

    /// Names the member while which is off none of the others counts.
    pub const fn switched_by(self, path: &'static str) -> Self {
        Self { switch: Some(path), ..self }
    }

    /// The path, taken apart.
    pub fn full_path(&self) -> SettingPath {
        self.full_path
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
