//! What Terraform declares → `org.yaml`: values, and comments about what was not carried over.

use std::collections::BTreeMap;

use crate::diagnostics::Finding;
use crate::live::{Live, Slot};
use crate::manifest::write::{
    Detail, Export, ExportedAs, MODELINES, ValueSource, comment, refusals, without_objections,
};
use crate::settings::{Model, Scope, Setting, Target};
use crate::terraform::Imported;
use crate::text::{excerpt, json, yaml};

/// How many things that were not carried over the file lists.
const MOST: usize = 20;

/// The longest line about one of them, in characters.
const LONGEST: usize = 200;

/// An imported organization as a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedManifest {
    /// The text. It validates; without a target it names none, and says how to.
    pub text: String,
    /// How many settings it declares.
    pub declares: usize,
    /// The settings that were declared and that a manifest refuses, each with the reason: comments in the text.
    pub refused: Vec<(Setting, String)>,
}

/// The file for an imported organization. `findings` are what was not carried over: comments at its top.
///
/// The scope of the target, or of the import where there is no target, decides what may be declared.
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

/// What stands above the settings: where they come from, what did not come with them, and the target.
fn top(imported: &Imported, target: Option<&Target>, findings: &[Finding]) -> String {
    let from =
        format!("From {} in {}.", imported.address, place(&imported.file, imported.at.as_ref().map(|at| at.line)));
    let mut top = format!("{MODELINES}\n{}", comment(&line(&from), 0));
    if !findings.is_empty() {
        top += "#\n# Not carried over, or to review:\n";
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

/// Text on one line of a comment: ASCII, and cut where nobody would read on.
fn line(text: &str) -> String {
    json::ascii(&excerpt(text, LONGEST).replace('…', "..."))
}
