//! Reads the configuration files of one folder as Terraform does, without evaluating expressions.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::block::{LONGEST, Locals, ResourceBlock};
use super::file::{File, FileContent};
use super::hcl::HclReader;
use super::json::JsonReader;
use super::names::{FileRole, RESOURCE_TYPES};
use super::resource::{Argument, ArgumentValue, Origin, Resource};
use crate::diagnostics::{Diagnostics, Finding, Rule, Severity};
use crate::text::excerpt;

/// Meta-arguments of Terraform, which are not settings of the resource.
const META: [&str; 8] =
    ["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection", "timeouts"];

/// Returns the locals of all files; those of override files replace those of primary files.
fn locals(files: &[File<'_>]) -> Locals {
    let mut locals = Locals::default();
    for role in [FileRole::Primary, FileRole::Override] {
        let mut seen: HashMap<String, Result<ArgumentValue, String>> = HashMap::new();
        for (position, file) in files.iter().enumerate().filter(|(_, file)| file.role == role) {
            for member in members_of_locals(position, file) {
                let value = literal(files, &member);
                let is_twice = role == FileRole::Primary && seen.contains_key(&member.name);
                let twice = || Err(format!("local.{} is declared twice", member.name));
                let value = if is_twice { twice() } else { value };
                seen.insert(member.name, value);
            }
        }
        locals.extend(seen);
    }
    locals
}

fn members_of_locals(position: usize, file: &File<'_>) -> Vec<Argument> {
    let text = &file.source.text;
    match &file.content {
        FileContent::Hcl(body) => HclReader { text, file: position, locals: None }.locals(body),
        FileContent::JsonSyntax => JsonReader { text, file: position }.locals(),
        FileContent::Shown(_) | FileContent::State(_) => Vec::new(),
    }
}

fn literal(files: &[File<'_>], local: &Argument) -> Result<ArgumentValue, String> {
    let name = &local.name;
    match &local.value {
        ArgumentValue::Known(value) if value.to_string().len() > LONGEST => {
            Err(format!("local.{name} is too long for a manifest"))
        }
        ArgumentValue::Unknown(reason) => {
            Err(format!("local.{name} is not a literal ({}: {reason})", local.key.line(files)))
        }
        value => Ok(value.clone()),
    }
}

/// Whether a configuration calls modules, whose files are in other folders.
pub(super) fn has_modules(files: &[File<'_>]) -> bool {
    files.iter().any(|file| match &file.content {
        FileContent::Hcl(body) => body.has_blocks("module"),
        FileContent::JsonSyntax => JsonReader { text: &file.source.text, file: 0 }.has("module"),
        FileContent::Shown(_) | FileContent::State(_) => false,
    })
}

/// Returns the organizations in configuration files.
pub(super) fn resources(files: &[File<'_>], diagnostics: &mut Diagnostics) -> Vec<Resource> {
    let locals = locals(files);
    let mut declared: Vec<ResourceBlock> = Vec::new();
    for (position, file) in files.iter().enumerate() {
        let text = &file.source.text;
        let found = match &file.content {
            FileContent::Hcl(body) => {
                HclReader { text, file: position, locals: Some(&locals) }.resources(body, &RESOURCE_TYPES)
            }
            FileContent::JsonSyntax => JsonReader { text, file: position }.resources(&RESOURCE_TYPES),
            FileContent::Shown(_) | FileContent::State(_) => continue,
        };
        match file.role {
            FileRole::Primary => declared.extend(found),
            FileRole::Override => {
                found.into_iter().for_each(|over| merge(files, &mut declared, over, diagnostics));
            }
        }
    }
    declared.into_iter().map(|block| resource(files, block)).collect()
}

/// Merges a block of an override file into the block with the same address: each argument and each type of nested block
/// is replaced as a whole. `lifecycle` blocks are combined, so that a setting that any of them ignores is not declared.
fn merge(files: &[File<'_>], declared: &mut [ResourceBlock], over: ResourceBlock, diagnostics: &mut Diagnostics) {
    let mut overridden = declared.iter_mut().filter(|base| base.address == over.address).peekable();
    if overridden.peek().is_none() {
        let message = format!("{} overrides a resource that these files do not declare", over.address);
        return diagnostics.push(over.place.finding(files, Rule::TerraformFile, message).severity(Severity::Warning));
    }
    for base in overridden {
        base.members.retain(|old| old.name == "lifecycle" || over.members.iter().all(|new| new.name != old.name));
        base.members.extend(over.members.iter().cloned());
    }
}

fn resource(files: &[File<'_>], block: ResourceBlock) -> Resource {
    let ResourceBlock { address, place, members } = block;
    let (meta, settings): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|member| META.contains(&member.name.as_str()));
    let lifecycle = inside(&meta, "lifecycle");
    let ignored = lifecycle.iter().filter(|member| member.name == "ignore_changes").flat_map(ignored).collect();
    let obstacle = meta.iter().chain(&lifecycle).find_map(|member| obstacle(files, member));
    let remarks = meta.iter().filter_map(|member| remark(files, member)).collect();
    let members = unique(settings);
    Resource { address, place, origin: Origin::Configuration, members, obstacle, ignored, remarks }
}

fn inside(members: &[Argument], name: &str) -> Vec<Argument> {
    let groups = members.iter().filter(|member| member.name == name).filter_map(|member| match &member.value {
        ArgumentValue::Members(members) => Some(Rc::clone(members)),
        ArgumentValue::Known(_) | ArgumentValue::Unknown(_) => None,
    });
    groups.flat_map(|members| members.to_vec()).collect()
}

/// Returns the paths of an `ignore_changes` argument; the empty path, for everything, if they are not literals.
fn ignored(member: &Argument) -> Vec<Vec<String>> {
    match &member.value {
        ArgumentValue::Known(Json::Array(paths)) => {
            paths.iter().map(|path| steps(path.as_str().unwrap_or_default())).collect()
        }
        ArgumentValue::Known(Json::Null) => Vec::new(),
        ArgumentValue::Known(_) | ArgumentValue::Members(_) | ArgumentValue::Unknown(_) => vec![Vec::new()],
    }
}

/// Returns the names in a path such as `login_design[0].header_text`. Indexes are dropped: a set is one setting, and a
/// block is a list of one. The old notation `*` has no names, so it is the empty path.
fn steps(path: &str) -> Vec<String> {
    let parts = path.split(['.', '[', ']', '"']).map(str::trim);
    let is_name = |part: &&str| !part.is_empty() && *part != "*" && !part.bytes().all(|byte| byte.is_ascii_digit());
    parts.filter(is_name).map(str::to_owned).collect()
}

/// Returns why a meta-argument makes the number of instances uncertain.
fn obstacle(files: &[File<'_>], member: &Argument) -> Option<String> {
    let name = member.name.as_str();
    let text = || match &member.value {
        // An object may have many lines.
        ArgumentValue::Members(_) => format!("{name} ({})", member.key.line(files)),
        _ => {
            let expression: Vec<&str> = member.place.text(files).split_whitespace().collect();
            format!("{name} = {} ({})", excerpt(&expression.join(" "), 80), member.key.line(files))
        }
    };
    match (name, &member.value) {
        ("count", ArgumentValue::Known(value)) if super::hcl::as_text(value).as_deref() == Some("1") => None,
        ("count", ArgumentValue::Known(value)) if super::hcl::as_text(value).as_deref() == Some("0") => {
            Some(format!("it has no instances: {}", text()))
        }
        ("enabled", ArgumentValue::Known(Json::Bool(true))) => None,
        ("count" | "for_each", _) => Some(format!("its number of instances depends on {}", text())),
        ("enabled", _) => Some(format!("whether it exists depends on {}", text())),
        _ => None,
    }
}

/// Returns the finding for an argument that applies to Terraform only, unless it is reported otherwise.
fn remark(files: &[File<'_>], member: &Argument) -> Option<Finding> {
    let is_reported = match &member.value {
        _ if matches!(member.name.as_str(), "count" | "for_each") => true,
        ArgumentValue::Members(members) => members.iter().all(|inner| inner.name == "ignore_changes"),
        ArgumentValue::Known(_) | ArgumentValue::Unknown(_) => false,
    };
    let message = format!("{} applies to Terraform only and is not imported", member.name);
    let finding = || member.key.finding(files, Rule::TerraformMetaArgument, message);
    (!is_reported).then(finding)
}

/// Replaces members with the same name by one without a value, as Terraform rejects them.
fn unique(members: Vec<Argument>) -> Vec<Argument> {
    let mut unique: Vec<Argument> = Vec::new();
    for member in members {
        match unique.iter_mut().find(|known| known.name == member.name) {
            Some(known) => {
                known.value = ArgumentValue::Unknown("it is declared twice, which Terraform refuses".to_owned())
            }
            None => unique.push(member),
        }
    }
    unique
}
