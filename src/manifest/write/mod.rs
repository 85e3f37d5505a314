//! Writes a live state as `org.yaml`, with documentation as comments. A plan of the file has no changes.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Declared, Manifest, cross_check, parse};
use crate::diagnostics::Source;
use crate::live::{Live, Slot};
use crate::settings::{
    Access, Branch, Element, Endpoint, Kind, Model, Node, Scope, Setting, Target, Unset, describe, dotted, is_blank,
};
use crate::text::layout::wrap;
use crate::text::{Visible, cut, json, yaml};

/// The width of comments, independent of the terminal.
const COLUMNS: usize = 100;

/// The lines that tell editors the schema: for the YAML language server, and for JetBrains.
pub(crate) const MODELINES: &str =
    "# yaml-language-server: $schema=./schemas/org.schema.json\n# $schema: ./schemas/org.schema.json\n";

/// How much of an organization a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Settings that are set.
    #[default]
    Minimal,
    /// All settings that a file can declare, with unset ones as comments.
    Full,
}

/// Writes the file for a live state. Settings in `except` are written as comments, each with the reason given there.
///
/// Values that validation would reject and unknown fields are comments too, so the file always validates, and a plan
/// against the same live state has no changes.
pub fn yaml(model: &Model, target: &Target, live: &Live, detail: Detail, except: &BTreeMap<String, String>) -> String {
    let export = Export { model, scope: target.scope, live, origin: ValueSource::Live, detail, except };
    format!("{MODELINES}{}: {}\n{}", target.scope.key(), yaml::yaml_scalar(target.id.as_str()), export.text())
}

/// The inputs of a file.
pub(crate) struct Export<'a> {
    pub(crate) model: &'a Model,
    pub(crate) scope: Scope,
    pub(crate) live: &'a Live,
    pub(crate) origin: ValueSource,
    pub(crate) detail: Detail,
    pub(crate) except: &'a BTreeMap<String, String>,
}

/// The source of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueSource {
    /// The API: empty values are not intended.
    Live,
    /// A declaration: empty values are intended.
    Desired,
}

/// How a setting is written.
pub(crate) enum ExportedAs {
    /// As a value, in YAML.
    Value(String),
    /// As a comment that would unset it, or omitted.
    Unset,
    /// As a comment with the live value and the reason.
    Comment { value: String, reason: String },
}

/// Lines of a file, and whether any of them is not a comment.
#[derive(Default)]
struct ManifestLines {
    text: String,
    declares: bool,
}

impl ManifestLines {
    fn add(&mut self, other: Self) {
        self.text.push_str(&other.text);
        self.declares |= other.declares;
    }
}

impl Export<'_> {
    /// Returns the sections, and the comments about unmanaged settings.
    pub(crate) fn text(&self) -> String {
        let sections: String = Endpoint::ALL.into_iter().map(|endpoint| self.section(endpoint)).collect();
        sections + &self.not_managed()
    }

    fn section(&self, endpoint: Endpoint) -> String {
        let name = endpoint.section();
        let absent = "# There is no organization yet: declare one and apply creates it.";
        match (self.live.slot(endpoint), endpoint) {
            (Slot::NotRead, _) | (Slot::Absent, Endpoint::Doh) => return String::new(),
            (Slot::Absent, Endpoint::Organization) => return format!("\n{absent}\n# {name}:\n"),
            (Slot::Present(_), _) => {}
        }
        let inside = self.members(self.model.section(endpoint), 1);
        let heading = match (inside.declares, endpoint) {
            (true, _) => format!("{name}:"),
            (false, Endpoint::Organization) => format!("{name}: {{}}"),
            // A file without sections does not validate.
            (false, Endpoint::Doh) if self.live.organization == Slot::NotRead => format!("{name}: {{}}"),
            (false, Endpoint::Doh) if inside.text.is_empty() => return String::new(),
            (false, Endpoint::Doh) => format!("# {name}:"),
        };
        format!("\n{heading}\n{}", inside.text)
    }

    fn members(&self, branch: &Branch, depth: usize) -> ManifestLines {
        let mut lines = ManifestLines::default();
        let broken = self.broken_group(branch);
        for member in branch.declarable() {
            let next = match &member.node {
                Node::Branch(below) => self.branch(member.name(), below, depth),
                Node::Setting(setting) => {
                    let shown = match (self.shown(setting), &broken) {
                        (ExportedAs::Value(value), Some(reason)) => {
                            ExportedAs::Comment { value, reason: reason.clone() }
                        }
                        (shown, _) => shown,
                    };
                    self.leaf(setting, &shown, depth)
                }
            };
            // Comments and commented-out settings need an empty line between settings.
            if self.detail == Detail::Full && !lines.text.is_empty() && !next.text.is_empty() {
                lines.text.push('\n');
            }
            lines.add(next);
        }
        lines
    }

    /// Returns why no setting of a group can be declared: the API accepts it only as a whole, and a part is invalid.
    fn broken_group(&self, branch: &Branch) -> Option<String> {
        // Validation reports a partial declaration, and a group that is switched off needs no other settings.
        if self.origin == ValueSource::Desired || !branch.group().is_some_and(|group| group.all_or_nothing) {
            return None;
        }
        let mut settings = branch.settings().into_iter().filter(|setting| setting.is_declarable());
        let whole = settings.all(|setting| matches!(self.shown(setting), ExportedAs::Value(_)));
        (!whole).then(|| "the API accepts this group only as a whole".to_owned())
    }

    fn branch(&self, name: &str, branch: &Branch, depth: usize) -> ManifestLines {
        let inside = self.members(branch, depth + 1);
        if inside.text.is_empty() {
            return inside;
        }
        let indent = "  ".repeat(depth);
        let doc = branch.group().map(|group| comment(group.doc, depth)).unwrap_or_default();
        let mark = if inside.declares { "" } else { "# " };
        ManifestLines { text: format!("{doc}{indent}{mark}{name}:\n{}", inside.text), declares: inside.declares }
    }

    fn leaf(&self, setting: &Setting, shown: &ExportedAs, depth: usize) -> ManifestLines {
        let indent = "  ".repeat(depth);
        let name = setting.name();
        let line = match (shown, self.detail) {
            (ExportedAs::Unset, Detail::Minimal) => return ManifestLines::default(),
            (ExportedAs::Unset, Detail::Full) if !self.scope.has(setting) => return ManifestLines::default(),
            (ExportedAs::Unset, Detail::Full) => format!("{indent}# {name}: {}\n", unset(setting)),
            (ExportedAs::Value(value), _) => format!("{indent}{name}: {value}\n"),
            (ExportedAs::Comment { value, reason }, _) => {
                format!(
                    "{}{indent}# {name}: {value}\n",
                    comment(&format!("Not declared: {}.", json::ascii(reason)), depth)
                )
            }
        };
        ManifestLines { text: self.about(setting, depth) + &line, declares: matches!(shown, ExportedAs::Value(_)) }
    }

    fn about(&self, setting: &Setting, depth: usize) -> String {
        let doc = comment(setting.doc, depth);
        if self.detail == Detail::Minimal {
            return doc;
        }
        let guarded = describe::guarded(setting);
        let guard = if guarded.is_empty() { guarded } else { format!("Guarded: {guarded}.") };
        let accepts = format!("Accepts: {}. While unset: {}.", describe::describe(setting.kind), setting.default);
        doc + &comment(&accepts, depth) + &comment(&guard, depth)
    }

    pub(crate) fn shown(&self, setting: &Setting) -> ExportedAs {
        let Some(held) = self.held(setting) else { return ExportedAs::Unset };
        if let Some(reason) = self.obstacle(setting, held) {
            return ExportedAs::Comment { value: in_comment(held), reason };
        }
        match setting.is_empty(Some(held)) {
            true => ExportedAs::Value(unset(setting)),
            false => ExportedAs::Value(yaml::flow(&setting.spelled(held))),
        }
    }

    /// Returns the value to declare for a setting.
    fn held(&self, setting: &Setting) -> Option<&Json> {
        match self.origin {
            // The reason of the last change does not apply to the next one.
            ValueSource::Live if matches!(setting.access, Access::Annotation(_)) => None,
            ValueSource::Live => self.live.value(self.model, setting).filter(|live| !setting.is_empty(Some(live))),
            ValueSource::Desired => self.live.document(setting.endpoint())?.raw(setting),
        }
    }

    /// Returns why the file cannot contain a value.
    fn obstacle(&self, setting: &Setting, live: &Json) -> Option<String> {
        if !self.scope.has(setting) {
            return Some(format!("a {} has no such setting", self.scope));
        }
        if let Some(reason) = self.except.get(setting.path) {
            return Some(reason.clone());
        }
        match (setting.is_empty(Some(live)), setting.unset) {
            (true, Unset::Never(reason)) => return Some(format!("it cannot be unset: {reason}")),
            (true, _) => return None,
            (false, _) => {}
        }
        let value = setting.spelled(live);
        if !has_shape(setting.kind, &value) {
            return Some(format!("the live value is not of type {}", describe::name(setting.kind)));
        }
        if has_forbidden_character(setting, &value) {
            return Some("the value contains control characters".to_owned());
        }
        setting.check(&value).into_iter().find(|problem| problem.refused).map(|problem| problem.message)
    }

    /// Returns comments for the live settings that a file does not declare.
    fn not_managed(&self) -> String {
        let mut lines = String::new();
        for document in self.live.documents() {
            for setting in self.model.response_only(document.endpoint) {
                let Some(live) = document.raw(setting).filter(|live| !is_blank(live)) else {
                    continue;
                };
                match setting.access {
                    // The value would change with every export.
                    Access::Volatile => lines.push_str(&format!("#   {} (changes by itself)\n", setting.path)),
                    _ => lines.push_str(&format!(
                        "#   {}: {} (kept by the server)\n",
                        setting.path,
                        in_comment(&document.shown(live))
                    )),
                }
            }
            for unknown in document.unknown(self.model) {
                if is_blank(&unknown.value) {
                    continue;
                }
                let path = json::ascii(&dotted(document.endpoint, &unknown.keys));
                let path = cut(&path);
                let shown = in_comment(&document.shown(&unknown.value));
                lines.push_str(&format!("#   {path}: {shown} (unknown to this version)\n"));
            }
        }
        if lines.is_empty() {
            lines
        } else {
            format!("\n# Not managed: these live settings keep their values\n{lines}")
        }
    }
}

/// Returns the value that unsets a setting, or an example if it cannot be unset.
fn unset(setting: &Setting) -> String {
    match setting.unset {
        Unset::Null => "null".to_owned(),
        Unset::False => "false".to_owned(),
        Unset::EmptyList => "[]".to_owned(),
        Unset::Never(_) => setting.example.to_owned(),
    }
}

/// Whether a live value has the JSON type of a kind.
fn has_shape(kind: Kind, value: &Json) -> bool {
    match kind {
        Kind::Boolean => value.is_boolean(),
        Kind::Integer { min: _, max: _ } => value.is_i64(),
        Kind::Set(Element::Number(_)) => value.as_array().is_some_and(|all| all.iter().all(Json::is_i64)),
        Kind::Set(Element::Enum(_) | Element::Host) => {
            value.as_array().is_some_and(|all| all.iter().all(Json::is_string))
        }
        Kind::Opaque => false,
        Kind::Text | Kind::Duration(_) | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Enum(_) => {
            value.is_string()
        }
    }
}

fn has_forbidden_character(setting: &Setting, value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains(|character| setting.forbids(character)),
        Json::Array(elements) => elements.iter().any(|element| has_forbidden_character(setting, element)),
        _ => false,
    }
}

/// Returns a live value for a comment: JSON in ASCII, so that no line break ends the comment.
fn in_comment(live: &Json) -> String {
    cut(&json::ascii(&live.to_string())).replace('…', "...")
}

/// Returns a text as comment lines; empty for an empty text.
pub(crate) fn comment(prose: &str, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    if prose.is_empty() {
        return String::new();
    }
    wrap(&Visible::one_line(prose, usize::MAX), COLUMNS - 2 - indent.len())
        .iter()
        .map(|line| format!("{indent}# {line}\n"))
        .collect()
}

/// Writes the manifest of any live state. It validates, and its plan has no changes.
///
/// A live state may contain values that a manifest rejects, such as a duration below the current minimum. Values that
/// validation rejects or that would cause a change are written as comments with the reason.
pub fn manifest(model: &Model, target: &Target, live: &Live, detail: Detail) -> String {
    let write = |except: &BTreeMap<String, String>| yaml(model, target, live, detail, except);
    let objections = |text: &str| objections(model, live, text);
    without_objections(write, objections).0
}

/// Writes a file repeatedly, each time without the settings that there are objections to, until there are none. Returns the
/// file and the omitted settings with the reasons.
pub(crate) fn without_objections(
    write: impl Fn(&BTreeMap<String, String>) -> String,
    objections: impl Fn(&str) -> Vec<(String, String)>,
) -> (String, BTreeMap<String, String>) {
    let mut except: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let text = write(&except);
        let objections = objections(&text);
        let known = except.len();
        except.extend(objections);
        // Each round omits at least one more setting, so the number of rounds is bounded by the number of settings.
        if except.len() == known {
            return (text, except);
        }
    }
}

/// Returns the settings that a manifest of a live state must not declare, each with the reason.
fn objections(model: &Model, live: &Live, text: &str) -> Vec<(String, String)> {
    let (mut objections, manifest) = refusals(model, text);
    if let Some(manifest) = &manifest {
        let differs = |declared: &&Declared| {
            let live = live.value(model, &declared.setting);
            declared.setting.is_writable() && !declared.setting.same(live, Some(&declared.value))
        };
        let different = manifest.declared.iter().filter(differs).map(|declared| declared.setting.path.to_owned());
        objections.extend(different.map(|path| (path, "a manifest cannot express its live value".to_owned())));
        let raw = |setting: &Setting| Some(live.document(setting.endpoint())?.raw(setting).unwrap_or(&Json::Null));
        let errors = cross_check(model, manifest, &raw).into_iter().filter(|finding| finding.is_error());
        objections.extend(errors.filter_map(|finding| Some((finding.setting?, finding.message))));
    }
    objections
}

/// Returns the settings that validation rejects, each with the reason, and the manifest if it rejects none.
pub(crate) fn refusals(model: &Model, text: &str) -> (Vec<(String, String)>, Option<Manifest>) {
    let source = Source { name: "org.yaml".to_owned(), text: text.to_owned() };
    let parsed = parse(model, &source);
    let errors = parsed.findings.into_iter().filter(|finding| finding.is_error());
    (errors.filter_map(|finding| Some((finding.setting?, finding.message))).collect(), parsed.manifest)
}

#[cfg(test)]
mod tests;
