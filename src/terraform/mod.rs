//! Imports the settings that a Terraform state, plan or configuration declares.
//!
//! A state or plan contains every value. A configuration is not evaluated: only its literals are imported,
//! including templates, lists and locals of literals. Everything else is reported as a finding with its line.
//!
//! - `names`: file names that Terraform reads, and the resource types of an organization
//! - `file`: the formats of files, and locations in them
//! - `configuration`: the files of one folder with overrides merged, with `hcl` and `json` for the two syntaxes and
//!   `block` for their common result
//! - `shown`, `state`: the output of `terraform show -json` and `terraform state pull`, with `marks` for unknown and
//!   sensitive values
//! - `resource`: the common representation of a resource
//! - `convert`: converts a resource to settings, with `imported` as the result
//! - [`mod@write`]: writes an imported organization as `org.yaml`
//!
//! The module does no I/O, and its time and memory are bounded for any input.

mod block;
mod configuration;
mod convert;
mod file;
mod hcl;
mod imported;
mod json;
mod marks;
mod names;
mod resource;
mod shown;
mod state;
#[cfg(test)]
mod tests;
pub mod write;

use self::file::{File, FileContent};
pub use self::imported::Imported;
pub use self::names::{FileRole, RESOURCE_TYPES, file_role};
use self::resource::{Origin, Resource};
use crate::diagnostics::{Diagnostics, Finding, Rule, Source};
use crate::settings::{Model, nearest};

/// The result of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The organization; `None` if a finding is an error.
    pub organization: Option<Imported>,
    /// What was not imported, and other findings: at most 100, and one that counts the rest.
    pub findings: Vec<Finding>,
}

/// Imports an organization from the files of one folder.
///
/// `resource` is the address of the resource to import; it may be omitted if the files declare only one. Override files
/// are recognized by their names. If a finding is an error, no organization is imported.
///
/// ```
/// use zerodrift::diagnostics::Source;
/// use zerodrift::settings::{Endpoint, Model};
/// use zerodrift::terraform::import;
///
/// let text = r#"
///     locals { team = "widget" }
///     resource "cloudflare_zero_trust_organization" "main" {
///       auth_domain = "${local.team}.cloudflareaccess.com"
///       name        = var.name
///     }
/// "#;
/// let import = import(Model::current(), &[Source { name: "main.tf".into(), text: text.into() }], None);
/// let organization = import.organization.unwrap();
/// assert_eq!(organization.document.fields["auth_domain"], "widget.cloudflareaccess.com");
/// assert_eq!(import.findings[0].message, "name is not imported: it refers to var.name");
/// ```
pub fn import(model: &Model, sources: &[Source], resource: Option<&str>) -> Import {
    let mut diagnostics = Diagnostics::default();
    let files = file::read(sources, &mut diagnostics);
    let organization = (!diagnostics.has_errors())
        .then(|| {
            let resources = resources(&files, &mut diagnostics);
            let name = sources.first().map(|source| source.name.as_str()).unwrap_or_default();
            let chosen = choose(name, &files, &resources, resource, &mut diagnostics)?;
            diagnostics.extend(chosen.remarks.iter().cloned());
            Some(convert::convert(model, &files, chosen, &mut diagnostics))
        })
        .flatten();
    Import { organization: organization.filter(|_| !diagnostics.has_errors()), findings: diagnostics.into_findings() }
}

/// Returns the addresses of the organizations in the files of one folder, in the order of the files.
pub fn addresses(sources: &[Source]) -> Vec<String> {
    let mut diagnostics = Diagnostics::default();
    let files = file::read(sources, &mut diagnostics);
    resources(&files, &mut diagnostics).into_iter().map(|resource| resource.address).collect()
}

fn resources(files: &[File<'_>], diagnostics: &mut Diagnostics) -> Vec<Resource> {
    let mut found = configuration::resources(files, diagnostics);
    found.extend(shown::resources(files));
    found.extend(state::resources(files));
    found
}

/// Returns the resource to import, or reports why there is not exactly one.
fn choose<'r>(
    name: &str,
    files: &[File<'_>],
    resources: &'r [Resource],
    address: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<&'r Resource> {
    let chosen = match (resources, address) {
        ([only], None) => Some(only),
        (_, None) => None,
        (_, Some(address)) => named(resources, address),
    };
    let objection = match (chosen, address) {
        (Some(resource), _) => objection(files, resources, resource),
        (None, _) if resources.is_empty() => Some(none(name, files)),
        (None, None) => Some(several(name, files, resources)),
        (None, Some(address)) => Some(unknown(name, files, resources, address)),
    };
    match objection {
        None => chosen,
        Some(finding) => {
            diagnostics.push(finding);
            None
        }
    }
}

/// Returns a finding if a resource may not exist, or may exist several times.
fn objection(files: &[File<'_>], resources: &[Resource], resource: &Resource) -> Option<Finding> {
    let Resource { address, place, obstacle, .. } = resource;
    let times = resources.iter().filter(|other| other.address == *address).count();
    let twice = || format!("it is declared {times} times, which Terraform refuses");
    let reason = obstacle.clone().or_else(|| (times > 1).then(twice))?;
    let message = format!("{address} is not imported: {reason}");
    let finding = place.finding(files, Rule::TerraformInstances, message);
    let (file, _) = place.resolve(files);
    let is_configuration = resource.origin == Origin::Configuration;
    Some(if is_configuration {
        finding.help(format!("for what Terraform applied: `{}`", names::exact_command(&file)))
    } else {
        finding
    })
}

/// Returns the resource with an address. An address without an instance matches a resource with one instance, and an
/// address with an instance matches a configuration whose instances are unknown.
fn named<'r>(resources: &'r [Resource], address: &str) -> Option<&'r Resource> {
    let is_instance =
        |resource: &&Resource| resource.address.strip_prefix(address).is_some_and(|rest| rest.starts_with('['));
    let mut instances = resources.iter().filter(is_instance);
    let exact = resources.iter().find(|resource| resource.address == address);
    let is_multiplied = |resource: &&Resource| {
        resource.obstacle.is_some() && address.split('[').next() == Some(resource.address.as_str())
    };
    let only = || instances.next().filter(|_| instances.next().is_none());
    exact.or_else(only).or_else(|| resources.iter().find(is_multiplied))
}

fn none(name: &str, files: &[File<'_>]) -> Finding {
    let message = format!("no organization found: the resource types are {}", RESOURCE_TYPES.join(", "));
    let help = if files.iter().any(|file| matches!(file.content, FileContent::Shown(_) | FileContent::State(_))) {
        "check the folder, workspace and backend: terraform state list"
    } else if configuration::has_modules(files) {
        "modules are not read: name the folder of the module, or give the JSON of `terraform show -json`"
    } else {
        "name the file or the folder that declares it, or give the JSON of `terraform show -json`"
    };
    Finding::new(Rule::TerraformNoOrganization, name, message).help(help)
}

fn several(name: &str, files: &[File<'_>], resources: &[Resource]) -> Finding {
    let message = format!("found {} organizations; a manifest describes one", resources.len());
    let help = format!("select one with --resource ADDRESS:{}", listed(files, resources));
    Finding::new(Rule::TerraformSeveral, name, message).help(help)
}

fn unknown(name: &str, files: &[File<'_>], resources: &[Resource], address: &str) -> Finding {
    let message = format!("no organization {} found", address);
    let help = match nearest(address, resources.iter().map(|resource| resource.address.as_str())) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("available:{}", listed(files, resources)),
    };
    Finding::new(Rule::TerraformNoOrganization, name, message).help(help)
}

/// Lists addresses with their locations, one per line, up to a limit.
fn listed(files: &[File<'_>], resources: &[Resource]) -> String {
    const MOST: usize = 40;
    let mut lines: String = resources.iter().take(MOST).map(|resource| line(files, resource)).collect();
    if let Some(more) = resources.len().checked_sub(MOST).filter(|more| *more > 0) {
        lines += &format!("\n  and {more} more");
    }
    lines
}

fn line(files: &[File<'_>], resource: &Resource) -> String {
    format!("\n  {}  ({})", resource.address, resource.place.line(files))
}
