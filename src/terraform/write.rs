//! Writes an imported organization as `org.yaml`, with comments about what was not imported.

use std::collections::BTreeMap;

use crate::diagnostics::Finding;
use crate::live::{Live, Slot};
use crate::manifest::write::{
    Detail, Export, ExportedAs, MODELINES, ValueSource, comment, refusals, without_objections,
};
use crate::settings::{Model, Scope, Setting, Target};
use crate::terraform::Imported;
use crate::text::{excerpt, json, yaml};

/// The maximum number of findings in the comments.
const MOST: usize = 20;

/// The maximum length of a comment line in characters.
const LONGEST: usize = 200;

/// An imported organization as a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedManifest {
    /// The text of the file. It validates. Without a target it has a comment that asks for one.
    pub text: String,
    /// The number of declared settings.
    pub declares: usize,
    /// The imported settings that a manifest rejects, each with the reason. They are comments in the text.
    pub refused: Vec<(Setting, String)>,
}

/// Writes the manifest of an imported organization, with the findings as comments at the top.
///
/// The scope of the target, or of the import if there is no target, determines which settings may be declared.
pub fn file(
    model: &Model,
    imported: &Imported,
    target: Option<&Target>,
    detail: Detail,
    findings: &[Finding],
) -> ImportedManifest {
    let live = Live { organization: Slot::Present(imported.document.clone()), doh: Slot::NotRead };
    let scope = target.map_or(imported.scope, |target| target.scope);
    let top = top(imported, target, findings);
    let write = |except: &BTreeMap<String, String>| top.clone() + &export(model, scope, &live, detail, except).text();
    let (text, except) = without_objections(write, |text| refusals(model, text).0);
    let mut refused = Vec::new();
    for setting in imported.declared(model) {
        if let ExportedAs::Comment { value: _, reason } = export(model, scope, &live, detail, &except).shown(setting) {
            refused.push((*setting, reason));
        }
    }
    let declares = imported.declared(model).count() - refused.len();
    ImportedManifest { text, declares, refused }
}

fn export<'a>(
    model: &'a Model,
    scope: Scope,
    live: &'a Live,
    detail: Detail,
    except: &'a BTreeMap<String, String>,
) -> Export<'a> {
    Export { model, scope, live, origin: ValueSource::Desired, detail, except }
}

/// Returns the lines before the settings: the origin, the findings, and the target.
fn top(imported: &Imported, target: Option<&Target>, findings: &[Finding]) -> String {
    let from =
        format!("From {} in {}.", imported.address, place(&imported.file, imported.at.as_ref().map(|at| at.line)));
    let mut top = format!("{MODELINES}\n{}", comment(&line(&from), 0));
    if !findings.is_empty() {
        top += "#\n# Not imported, or to review:\n";
    }
    for finding in findings.iter().take(MOST) {
        let place = place(&finding.file, finding.at.as_ref().map(|at| at.line));
        top += &format!("#   {}\n", line(&format!("{place}: {}", finding.message)));
    }
    if let Some(more) = findings.len().checked_sub(MOST).filter(|more| *more > 0) {
        top += &format!("#   and {more} more\n");
    }
    top + "\n" + &target_line(imported, target)
}

fn target_line(imported: &Imported, target: Option<&Target>) -> String {
    if let Some(target) = target {
        return format!("{}: {}\n", target.scope.key(), yaml::yaml_scalar(target.id.as_str()));
    }
    let (key, scope) = (imported.scope.key(), imported.scope);
    let ask = format!("Set {key} to the ID of the {scope}, and remove the # before it.");
    format!("{}# {key}:\n", comment(&ask, 0))
}

fn place(file: &str, line: Option<usize>) -> String {
    line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}

/// Returns text for one comment line: ASCII, and shortened.
fn line(text: &str) -> String {
    json::ascii(&excerpt(text, LONGEST).replace('…', "..."))
}
