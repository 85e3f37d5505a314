//! `org.yaml` → desired state: strict YAML, every finding in one run, each with file, line and column.
//!
//! - `source`, `conflict`: the bytes before anyone reads YAML
//! - `yaml`, `core_schema`: text → tree
//! - `decode`, `keys`, `value`, `allow`: tree → declared settings
//! - `reader`: what all of these share
//! - `recognize`: whether a text is a manifest at all

mod allow;
mod conflict;
mod core_schema;
mod decode;
mod keys;
mod reader;
mod recognize;
pub(super) mod source;
#[cfg(test)]
mod tests;
mod value;
pub(super) mod yaml;

pub use recognize::{KEYS, is_manifest};
pub use source::LARGEST;

use self::reader::Reader;
use super::{Manifest, consents, rules};
use crate::diagnostics::{Finding, Rule, Source};
use crate::settings::{Model, Target};

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
/// use zerodrift::diagnostics::Source;
/// use zerodrift::manifest::parse;
/// use zerodrift::settings::Model;
///
/// let source = Source { name: "org.yaml".into(), text: "organization:\n  session_duration: 1d\n".into() };
/// let parsed = parse(Model::current(), &source);
/// assert!(parsed.manifest.is_none());
/// assert_eq!(parsed.findings[0].rule.id(), "duration");
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
    let manifest = read(&mut reader);
    if let Some(manifest) = &manifest {
        let mut findings = rules::declared_alone(model, manifest, &reader.unusable);
        findings.extend(consents::findings(model, manifest, &reader.unusable));
        findings.into_iter().for_each(|finding| reader.say(finding));
    }
    let target = manifest.as_ref().and_then(|manifest| manifest.target.clone());
    Parsed { manifest: manifest.filter(|_| !reader.has_failed()), target, findings: reader.into_findings() }
}

/// The tree of the text, read as far as it is YAML.
fn read(reader: &mut Reader<'_>) -> Option<Manifest> {
    let reading = yaml::read(source::parseable(&reader.source.text));
    for fault in reading.faults {
        // Tabs are a finding of their own by now, and broken indentation is what they lead to.
        if !(reader.has_failed() && fault.rule == Rule::Tab) {
            let finding = reader.finding(fault.rule, &fault.span, fault.message).help(fault.help);
            reader.say(finding);
        }
    }
    reader.blanked = reading.blanked;
    let root = reading.root?;
    reader.tags(&root);
    Some(decode::document(reader, &root))
}
