//! Organizations in HCL, with `count` and `for_each` multiplied out.

use std::collections::HashMap;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object, ObjectKey, ObjectValue};
use hcl_edit::structure::{Attribute, Block, Body, Structure};
use serde_json::Value as Json;

use super::RESOURCE_TYPES;
use super::evaluate::{Evaluated, Evaluator, Unknown, Variable};
use super::file::{Content, File, Findings, Place};
use super::functions::sorted;
use super::resource::{self, Member, Resource, Value};
use crate::manifest::{Finding, Severity};

/// How many instances of one resource are told apart. An organization is one of its account; nobody has more accounts.
const MOST_INSTANCES: usize = 1_000;

/// Arguments of Terraform itself, which say how it works and not what it makes.
const META: [&str; 8] =
    ["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection", "timeouts"];

/// Which instance of a resource is meant: what `each` and `count` stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Instance {
    pub(super) key: Option<Json>,
    pub(super) value: Option<Json>,
}

impl Instance {
    pub(super) fn known(&self, value: Option<&Json>, name: &str) -> Evaluated {
        value.cloned().ok_or_else(|| Unknown::because(format!("{name} has no value here")))
    }

    /// What stands behind the address: `["eu"]`, `[0]`, or nothing.
    fn suffix(&self) -> String {
        self.key.as_ref().map(|key| format!("[{key}]")).unwrap_or_default()
    }
}

/// What the expressions in these files may refer to.
pub(super) fn evaluator<'a>(files: &'a [File<'a>]) -> Evaluator<'a> {
    let (mut variables, mut locals) = (HashMap::<&str, Variable<'_>>::new(), HashMap::new());
    for file in files {
        match &file.content {
            Content::Configuration(body) => {
                for block in body.get_blocks("variable") {
                    if let Some(name) = block.labels.first() {
                        let default = block.body.get_attribute("default").map(|attribute| &attribute.value);
                        variables.entry(name.as_str()).or_default().default = default;
                    }
                }
                let attributes = body.get_blocks("locals").flat_map(|block| block.body.attributes());
                locals.extend(attributes.map(|attribute| (attribute.key.as_str(), &attribute.value)));
            }
            // Later files win, as in Terraform.
            Content::Values(body) => {
                for attribute in body.attributes() {
                    variables.entry(attribute.key.as_str()).or_default().set = Some(&attribute.value);
                }
            }
            Content::Shown(_) => {}
        }
    }
    Evaluator::new(variables, locals)
}

/// The organizations in the files that are HCL.
pub(super) fn resources<'a>(
    files: &'a [File<'a>],
    evaluator: &Evaluator<'_>,
    findings: &mut Findings,
) -> Vec<Resource<'a>> {
    let mut found = Vec::new();
    for (position, file) in files.iter().enumerate() {
        let Content::Configuration(body) = &file.content else { continue };
        for block in body.get_blocks("resource") {
            let Some(address) = address(block) else { continue };
            let place = Place { file: position, span: heading(block) };
            let instances = instances(evaluator, block).unwrap_or_else(|(argument, reason)| {
                let place = Place { file: position, span: argument.key.span() };
                findings.say(multiplied(files, &place, argument.key.as_str(), &reason));
                vec![Instance::default()]
            });
            found.extend(instances.into_iter().map(|instance| Resource {
                address: format!("{address}{}", instance.suffix()),
                place: place.clone(),
                body: resource::Body::Block(block, instance),
            }));
        }
    }
    found
}

fn address(block: &Block) -> Option<String> {
    let [kind, name] = &block.labels[..] else { return None };
    RESOURCE_TYPES.contains(&kind.as_str()).then(|| format!("{}.{}", kind.as_str(), name.as_str()))
}

/// From the first word of a block to its last label: a block itself goes on for many lines.
fn heading(block: &Block) -> Option<Range<usize>> {
    let start = block.ident.span()?;
    let end = block.labels.last().and_then(|label| label.span()).unwrap_or(start.clone());
    Some(start.start..end.end)
}

fn multiplied(files: &[File<'_>], place: &Place, argument: &str, reason: &str) -> Finding {
    let message = format!("{argument} is not multiplied out: {reason}");
    let help = "the JSON of `terraform show -json` names every instance";
    place.finding(files, "terraform-meta-argument", Severity::Warning, message).help(help)
}

/// The instances of a block: one, unless `count` or `for_each` says otherwise.
fn instances<'b>(evaluator: &Evaluator<'_>, block: &'b Block) -> Result<Vec<Instance>, (&'b Attribute, String)> {
    let evaluate = |attribute: &'b Attribute| {
        let value = evaluator.value(&attribute.value, &Instance::default());
        value.map_err(|unknown| (attribute, unknown.reason))
    };
    let (attribute, instances) = match (block.body.get_attribute("count"), block.body.get_attribute("for_each")) {
        (Some(count), _) => (count, counted(&evaluate(count)?)),
        (None, Some(each)) => (each, each_of(&evaluate(each)?)),
        (None, None) => return Ok(vec![Instance::default()]),
    };
    let instances = instances.ok_or_else(|| (attribute, "its value is none that it takes".to_owned()))?;
    if instances.len() > MOST_INSTANCES {
        return Err((attribute, format!("there are more than {MOST_INSTANCES} instances")));
    }
    Ok(instances)
}

fn counted(count: &Json) -> Option<Vec<Instance>> {
    let count = usize::try_from(count.as_u64()?).ok()?.min(MOST_INSTANCES + 1);
    Some((0..count).map(|index| Instance { key: Some(Json::from(index)), value: None }).collect())
}

fn each_of(collection: &Json) -> Option<Vec<Instance>> {
    let instance = |key: &Json, value: &Json| Instance { key: Some(key.clone()), value: Some(value.clone()) };
    match collection {
        Json::Array(elements) if elements.iter().all(Json::is_string) => {
            Some(elements.iter().map(|element| instance(element, element)).collect())
        }
        Json::Object(members) => {
            Some(sorted(members).into_iter().map(|(key, value)| instance(&Json::from(key.as_str()), value)).collect())
        }
        _ => None,
    }
}

/// What reading the members of a block needs.
pub(super) struct Reading<'r, 'a> {
    pub(super) files: &'r [File<'a>],
    pub(super) evaluator: &'r Evaluator<'r>,
    pub(super) instance: &'r Instance,
    /// The position of the file.
    pub(super) file: usize,
}

impl Reading<'_, '_> {
    /// What a resource says, without what it says to Terraform alone.
    pub(super) fn resource(&self, block: &Block, findings: &mut Findings) -> Vec<Member> {
        let (mut members, mut meta) = (Vec::new(), Vec::new());
        for structure in block.body.iter() {
            let (name, span) = match structure {
                Structure::Attribute(attribute) => (attribute.key.as_str(), attribute.key.span()),
                Structure::Block(block) => (block.ident.as_str(), heading(block)),
            };
            if META.contains(&name) || name == "dynamic" {
                meta.push((name.to_owned(), self.place(span)));
            } else {
                members.push(self.member(structure));
            }
        }
        for (name, place) in meta {
            self.meta(&name, &place, findings);
        }
        members
    }

    fn place(&self, span: Option<Range<usize>>) -> Place {
        Place { file: self.file, span }
    }

    fn member(&self, structure: &Structure) -> Member {
        match structure {
            Structure::Attribute(attribute) => {
                self.attribute(attribute.key.as_str(), attribute.key.span(), &attribute.value)
            }
            Structure::Block(block) => {
                let place = self.place(heading(block));
                let value = Value::Members(self.members(&block.body));
                Member { name: block.ident.as_str().to_owned(), key: place.clone(), place, value }
            }
        }
    }

    fn members(&self, body: &Body) -> Vec<Member> {
        body.iter().map(|structure| self.member(structure)).collect()
    }

    /// An attribute. An object as written keeps the place of each of its members.
    fn attribute(&self, name: &str, key: Option<Range<usize>>, expression: &Expression) -> Member {
        let at_key = self.place(key.clone());
        let member = |span: Option<Range<usize>>, value| Member {
            name: name.to_owned(),
            key: at_key.clone(),
            place: self.place(span.or(key)),
            value,
        };
        if let Expression::Object(object) = expression {
            return member(None, self.object(object));
        }
        match self.evaluator.value(expression, self.instance) {
            Ok(value) => member(expression.span(), Value::Known(value)),
            Err(unknown) => member(unknown.span, Value::Unknown(unknown.reason)),
        }
    }

    fn object(&self, object: &Object) -> Value {
        let member = |(key, value): (&ObjectKey, &ObjectValue)| {
            Some(self.attribute(&self.evaluator.key(key, self.instance).ok()?, key.span(), value.expr()))
        };
        match object.iter().map(member).collect::<Option<Vec<_>>>() {
            Some(members) => Value::Members(members),
            None => Value::Unknown("the name of one of its members has no value here".to_owned()),
        }
    }

    /// That an argument says something to Terraform alone, and what becomes of it.
    fn meta(&self, name: &str, place: &Place, findings: &mut Findings) {
        let (severity, what, help) = match name {
            // What they multiply is resolved, or a finding by now.
            "count" | "for_each" => return,
            "dynamic" => (
                Severity::Warning,
                "a dynamic block is not carried over",
                "write its settings below its name, or give the JSON of `terraform show -json`".to_owned(),
            ),
            "lifecycle" => (
                Severity::Note,
                "lifecycle is not carried over",
                "in place of ignore_changes, remove the setting: what the file does not mention is left alone"
                    .to_owned(),
            ),
            _ => (Severity::Note, "is for Terraform alone, and not carried over", String::new()),
        };
        let message = if help.is_empty() { format!("{name} {what}") } else { what.to_owned() };
        let finding = place.finding(self.files, "terraform-meta-argument", severity, message);
        findings.say(if help.is_empty() { finding } else { finding.help(help) });
    }
}
