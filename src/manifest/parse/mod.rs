//! `org.yaml` → desired state: strict YAML, with all findings in one run, each with file, line and column.
//!
//! - `source`, `conflict`: the bytes before YAML is parsed
//! - `yaml`: text → tree
//! - `decode`, `keys`, `value`, `allow`, `composition`: tree → declared settings
//! - `consent_place`: where the file takes another consent
//! - `decoder`: the state that they share
//! - `recognize`: whether a text is a manifest

mod allow;
mod composition;
mod conflict;
mod consent_place;
mod decode;
mod decoder;
mod keys;
mod recognize;
pub(super) mod source;
#[cfg(test)]
mod tests;
mod value;
pub(super) mod yaml;

pub use recognize::{KEYS, is_manifest, is_parent};
pub use source::LARGEST;

use self::decoder::ManifestDecoder;
use self::yaml::{Reading, YamlFault};
use crate::diagnostics::{Diagnostics, Finding, Lines, Location, Rule, Source};
use crate::manifest::compose;
use crate::manifest::desired::{Extends, Manifest};
use crate::settings::{Model, Setting, Target};

/// The outcome of parsing a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The manifest; `None` if a finding is an error.
    pub manifest: Option<Manifest>,
    /// The account or zone that the file names, even if there are errors.
    pub target: Option<Target>,
    /// The location of the id of the target.
    pub target_at: Option<Location>,
    /// The parent that the file names, even if there are errors.
    pub extends: Option<Extends>,
    /// The findings in the order of the file: at most 100, and one that counts the rest.
    pub findings: Vec<Finding>,
}

impl Parsed {
    /// The outcome for a file that cannot be decoded.
    fn failed(findings: Vec<Finding>) -> Self {
        Self { manifest: None, target: None, target_at: None, extends: None, findings }
    }
}

/// Parses a manifest by the settings of a model. Time and memory are bounded for any text.
///
/// The result for a manifest that extends a parent is what the file itself declares. [`compose`](super::compose) adds the
/// parents.
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
    parse_and(model, source, |manifest, unusable| match manifest.composition.extends {
        Some(_) => Vec::new(),
        None => compose::checked_alone(model, manifest, unusable),
    })
}

/// Parses a manifest that another one extends, without the checks of a whole manifest.
pub fn parse_parent(model: &Model, source: &Source) -> Parsed {
    parse_and(model, source, |_, _| Vec::new())
}

fn parse_and(model: &Model, source: &Source, check: impl FnOnce(&Manifest, &[Setting]) -> Vec<Finding>) -> Parsed {
    if source.text.len() > source::LARGEST {
        let findings = vec![source::too_large(&source.name, source.text.len())];
        return Parsed::failed(findings);
    }
    let lines = Lines::new(&source.text);
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(source::characters(source, &lines));
    let Reading { root, faults, blanked } = yaml::read(source::parseable(&source.text));
    for YamlFault { rule, message, help, span } in faults {
        // Tabs in the indentation are reported already.
        if rule != Rule::Tab || !diagnostics.has_errors() {
            diagnostics.push(Finding::new(rule, &source.name, message).at(&lines.at(span)).help(help));
        }
    }
    let Some(root) = root else {
        return Parsed::failed(diagnostics.into_findings());
    };
    let manifest = Manifest {
        path: source.name.clone(),
        sha256: source.sha256(),
        target: None,
        endpoints: Vec::new(),
        declared: Vec::new(),
        allow: Vec::new(),
        consent_place: consent_place::find(&source.text, &root, || source.is_json()),
        composition: Default::default(),
    };
    let (unusable, target_at) = (Vec::new(), None);
    let mut decoder = ManifestDecoder { model, source, lines, blanked, unusable, manifest, target_at, diagnostics };
    decoder.report_tags(&root);
    decode::document(&mut decoder, &root);
    let ManifestDecoder { manifest, target_at, unusable, mut diagnostics, .. } = decoder;
    // The message about a missing section would be about a section that has another error.
    let has_errors = diagnostics.has_errors();
    let checks = check(&manifest, &unusable).into_iter();
    diagnostics.extend(checks.filter(|finding| !has_errors || finding.rule != Rule::NoSection));
    let (target, extends) = (manifest.target.clone(), manifest.composition.extends.clone());
    let manifest = (!diagnostics.has_errors()).then_some(manifest);
    Parsed { manifest, target, target_at, extends, findings: diagnostics.into_findings() }
}
