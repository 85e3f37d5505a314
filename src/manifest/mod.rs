//! `org.yaml` → desired state: strict YAML, every finding in one run, each with file, line and column.

mod adopt;
mod allow;
mod catalog;
mod conflict;
mod consents;
mod core_schema;
mod decode;
mod finding;
mod fix;
mod keys;
mod reader;
mod recognize;
mod restore;
mod rules;
mod scope;
mod source;
mod splice;
#[cfg(test)]
mod tests;
mod value;
mod yaml;

pub use adopt::{Adopted, Adoption, Left, adopt, as_live};
pub use catalog::{RULES, Rule};
pub(crate) use consents::mismatch;
pub use finding::{Finding, Fix, Location, Severity, not_checked};
pub use fix::{Fixed, MadeFix, fix};
pub use recognize::{KEYS, is_manifest};
pub use restore::{restoring, unusable};
pub use rules::cross_check;
pub use scope::beyond_scope;
pub use source::LARGEST;
#[cfg(feature = "cli")]
pub(crate) use source::Lines;
pub use splice::{Edit, Spliced, splice};

use serde_json::Value as Json;

use self::reader::Reader;
use crate::settings::{Endpoint, Model, Setting, Target};

/// The text of a manifest and the name under which the user knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as given; `-` for standard input.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A manifest that can be planned: it had no error.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The path as the user gave it.
    pub path: String,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The account or zone that the file names.
    pub target: Option<Target>,
    /// The sections that the file has, empty ones included: an endpoint without a section is not read.
    pub endpoints: Vec<Endpoint>,
    /// The settings that the file mentions, in the order of the model.
    pub declared: Vec<Declared>,
    /// The consents that the file gives.
    pub allow: Vec<Allow>,
}

/// A setting that a manifest mentions, and therefore owns.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Which setting.
    pub setting: Setting,
    /// The wanted value as written, checked against the setting's kind; `null` unsets, as `[]` does for a set.
    pub value: Json,
    /// Where its value stands; where its group is unset as a whole, the group's `null`.
    pub at: Location,
}

/// Consent to one guarded change, pinned to one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Allow {
    /// The path of the setting. A file consents to settings one by one; a flag may name a group.
    pub setting: String,
    /// The value that the change may lead to; `null` for unset.
    pub to: Json,
    /// Why, for the reader of the file.
    pub reason: Option<String>,
    /// Where it stands.
    pub at: Location,
}

/// What reading a manifest gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The manifest, exactly when no finding is an error.
    pub manifest: Option<Manifest>,
    /// The account or zone that the file names, errors or not.
    pub target: Option<Target>,
    /// Everything there is to say, in the order of the file; at most a hundred, and one that counts the rest.
    pub findings: Vec<Finding>,
}

/// Reads a manifest by the settings of a model. Time and memory are bounded whatever the text holds.
///
/// ```
/// use zerodrift::manifest::{Source, parse};
/// use zerodrift::settings::Model;
///
/// let source = Source { name: "org.yaml".into(), text: "organization:\n  session_duration: 1d\n".into() };
/// let parsed = parse(Model::current(), &source);
/// assert!(parsed.manifest.is_none());
/// assert_eq!(parsed.findings[0].rule, "duration");
/// assert_eq!(parsed.findings[0].fix.as_ref().unwrap().replacement, "24h");
/// ```
pub fn parse(model: &Model, source: &Source) -> Parsed {
    if source.text.len() > source::LARGEST {
        let findings = vec![source::too_large(&source.name, source.text.len())];
        return Parsed { manifest: None, target: None, findings };
    }
    let mut reader = Reader::new(model, source);
    for finding in source::characters(source, &reader.lines) {
        reader.say(finding);
    }
    let manifest = read(&mut reader).map(|draft| {
        let unusable = draft.unusable.clone();
        let manifest = manifest_of(model, source, draft);
        for finding in rules::declared_alone(model, &manifest, &unusable) {
            reader.say(finding);
        }
        for finding in consents::findings(model, &manifest, &unusable) {
            reader.say(finding);
        }
        manifest
    });
    let target = manifest.as_ref().and_then(|manifest| manifest.target.clone());
    Parsed { manifest: manifest.filter(|_| !reader.has_failed()), target, findings: reader.into_findings() }
}

fn manifest_of(model: &Model, source: &Source, draft: decode::Draft) -> Manifest {
    let decode::Draft { target, mut endpoints, mut declared, allow, unusable: _ } = draft;
    declared.sort_by_key(|declared| model.position(declared.setting.path));
    endpoints.sort();
    Manifest { path: source.name.clone(), sha256: source.sha256(), target, endpoints, declared, allow }
}

/// The tree of the text, read as far as it is YAML.
fn read(reader: &mut Reader<'_>) -> Option<decode::Draft> {
    let (body, skipped) = reader.source.body();
    let reading = yaml::read(&source::parseable(body)).shifted(skipped);
    for fault in reading.faults {
        // Tabs are a finding of their own by now, and broken indentation is what they lead to.
        if !(reader.has_failed() && fault.rule == "tab") {
            let finding = reader.error(fault.rule, &fault.span, fault.message).help(fault.help);
            reader.say(finding);
        }
    }
    reader.blanked = reading.blanked;
    let root = reading.root?;
    reader.tags(&root);
    Some(decode::document(reader, &root))
}

impl Manifest {
    /// What the file wants of a setting, if it mentions it.
    pub fn declared(&self, path: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.setting.path == path)
    }
}
