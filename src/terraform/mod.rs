//! Another tool's configuration → the settings it declares: HCL, and the JSON of `terraform show -json`.
//!
//! What can be carried over is: the settings of one organization, by the names of the model, with their values. What
//! cannot be is a finding at its line, so that nothing is dropped in silence.
//!
//! - `file`: texts told apart by their content, and the places in them
//! - `hcl`: organizations in HCL, with `count` and `for_each` multiplied out
//! - `evaluate`, `functions`: expressions → values, as far as files alone can tell
//! - `shown`: organizations in the JSON of `terraform show -json`
//! - `resource`: what both lead to
//! - `carry`: a resource → settings
//!
//! Pure, and bounded in time and memory whatever the files hold.

mod carry;
mod evaluate;
mod file;
mod functions;
mod hcl;
mod resource;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::evaluate::Evaluator;
use self::file::{File, Findings};
use self::resource::Resource;
use crate::manifest::{Finding, Location, Severity, Source};
use crate::organization::{Document, Model, Scope, Setting, TargetId, nearest};

/// The resource types that are an organization: two names of version 4 of the provider, and the one of version 5.
pub const RESOURCE_TYPES: [&str; 3] = [
    "cloudflare_access_organization",
    "cloudflare_zero_trust_access_organization",
    "cloudflare_zero_trust_organization",
];

/// What a configuration gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The organization, exactly when no finding is an error.
    pub organization: Option<Imported>,
    /// Everything that was not carried over, and everything worth knowing; at most a hundred, and one that counts the rest.
    pub findings: Vec<Finding>,
}

/// An organization as a configuration declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The address of the resource, instance included: `cloudflare_zero_trust_organization.main["eu"]`.
    pub address: String,
    /// The file it stands in, as the user named it.
    pub file: String,
    /// Where it stands; absent where the file has no lines to speak of.
    pub at: Option<Location>,
    /// Whether it hangs on an account or a zone; an account where the configuration says neither.
    pub scope: Scope,
    /// Whether the configuration says so, though it may not say which account or zone.
    pub says_scope: bool,
    /// The account or zone, where the configuration says which.
    pub id: Option<TargetId>,
    /// The declared values, at the paths of a live document. What is empty here was declared to be empty.
    pub document: Document,
    /// Where each declared setting stands, by its path.
    places: BTreeMap<&'static str, (String, Option<Location>)>,
}

impl Imported {
    /// The settings that are declared, in the order of the model.
    pub fn declared<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = &'a Setting> {
        model.declarable().filter(|setting| self.places.contains_key(setting.path))
    }

    /// That a declared setting cannot stand in a manifest, at its line.
    pub fn refused(&self, setting: &Setting, reason: &str) -> Finding {
        let message = format!("{} is not carried over: {reason}", setting.path);
        let (file, at) = self.places.get(setting.path).unwrap_or(&(self.file.clone(), None)).clone();
        let finding = Finding::new("terraform-value", Severity::Warning, &file, message).setting(setting.path);
        Finding { at, ..finding }
    }
}

/// Carries an organization over from these files, which belong to one folder.
///
/// `resource` is the address of the one that is meant; where the files hold only one, it may be left out.
///
/// ```
/// use zerodrift::manifest::Source;
/// use zerodrift::organization::{Endpoint, Model};
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
/// assert_eq!(import.findings[0].message, "name is not carried over: there is no variable \"name\" in these files");
/// ```
pub fn import(model: &Model, sources: &[Source], resource: Option<&str>) -> Import {
    let mut findings = Findings::default();
    let files: Vec<File<'_>> = sources.iter().filter_map(|source| File::read(source, &mut findings)).collect();
    let organization = (!findings.has_failed())
        .then(|| {
            let evaluator = hcl::evaluator(&files);
            let resources = resources(&files, &evaluator, &mut findings);
            let name = sources.first().map(|source| source.name.as_str()).unwrap_or_default();
            let chosen = choose(name, &files, &resources, resource, &mut findings)?;
            Some(carry::carry(model, &files, &evaluator, chosen, &mut findings))
        })
        .flatten();
    Import { organization: organization.filter(|_| !findings.has_failed()), findings: findings.into_vec() }
}

/// The addresses of the organizations in these files, in the order in which they stand.
pub fn addresses(sources: &[Source]) -> Vec<String> {
    let mut findings = Findings::default();
    let files: Vec<File<'_>> = sources.iter().filter_map(|source| File::read(source, &mut findings)).collect();
    let evaluator = hcl::evaluator(&files);
    resources(&files, &evaluator, &mut findings).into_iter().map(|resource| resource.address).collect()
}

fn resources<'a>(files: &'a [File<'a>], evaluator: &Evaluator<'_>, findings: &mut Findings) -> Vec<Resource<'a>> {
    let mut found = hcl::resources(files, evaluator, findings);
    found.extend(shown::resources(files));
    found
}

/// The resource that is meant, or why that is unclear.
fn choose<'r, 'a>(
    name: &str,
    files: &[File<'_>],
    resources: &'r [Resource<'a>],
    wanted: Option<&str>,
    findings: &mut Findings,
) -> Option<&'r Resource<'a>> {
    let finding = match (resources, wanted) {
        ([], _) => none(name, files),
        ([only], None) => return Some(only),
        (_, None) => several(name, files, resources),
        (_, Some(address)) => match named(resources, address) {
            Some(resource) => return Some(resource),
            None => unknown(name, files, resources, address),
        },
    };
    findings.say(finding);
    None
}

/// The resource of this address; the address of all instances will do where there is one.
fn named<'r, 'a>(resources: &'r [Resource<'a>], address: &str) -> Option<&'r Resource<'a>> {
    let is_instance =
        |resource: &&Resource<'_>| resource.address.strip_prefix(address).is_some_and(|rest| rest.starts_with('['));
    let mut instances = resources.iter().filter(is_instance);
    let exact = resources.iter().find(|resource| resource.address == address);
    exact.or_else(|| instances.next().filter(|_| instances.next().is_none()))
}

fn none(name: &str, files: &[File<'_>]) -> Finding {
    let message = format!("there is no organization here: no resource is a {}", RESOURCE_TYPES.join(", "));
    let help = if files.iter().any(File::has_modules) {
        "modules are not looked into: name the folder of the module, or give the JSON of `terraform show -json`"
    } else {
        "name the file or the folder that declares it, or give the JSON of `terraform show -json`"
    };
    Finding::new("terraform-no-organization", Severity::Error, name, message).help(help)
}

fn several(name: &str, files: &[File<'_>], resources: &[Resource<'_>]) -> Finding {
    let message = format!("there are {} organizations here, and a manifest is about one", resources.len());
    let help = format!("name one with --resource ADDRESS:{}", listed(files, resources));
    Finding::new("terraform-several", Severity::Error, name, message).help(help)
}

fn unknown(name: &str, files: &[File<'_>], resources: &[Resource<'_>], address: &str) -> Finding {
    let message = format!("there is no organization {address} here");
    let help = match nearest(address, resources.iter().map(|resource| resource.address.as_str())) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("there is:{}", listed(files, resources)),
    };
    Finding::new("terraform-no-organization", Severity::Error, name, message).help(help)
}

/// Addresses with the place of each, a line for one; nobody reads more than a few dozen.
fn listed(files: &[File<'_>], resources: &[Resource<'_>]) -> String {
    const MOST: usize = 40;
    let mut lines: String = resources.iter().take(MOST).map(|resource| line(files, resource)).collect();
    if let Some(more) = resources.len().checked_sub(MOST).filter(|more| *more > 0) {
        lines += &format!("\n  and {more} more");
    }
    lines
}

fn line(files: &[File<'_>], resource: &Resource<'_>) -> String {
    let (file, at) = resource.place.resolve(files);
    let line = at.map(|at| format!(":{}", at.line)).unwrap_or_default();
    format!("\n  {}  ({file}{line})", resource.address)
}
