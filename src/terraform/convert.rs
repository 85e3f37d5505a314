//! Converts a resource to the settings it declares, by the names in the model.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::block::LONGEST;
use super::file::{File, Place};
use super::hcl::as_text;
use super::imported::Imported;
use super::marks::UNKNOWN;
use super::names::exact_command;
use super::resource::{self, Argument, ArgumentValue, Origin, Resource};
use crate::diagnostics::{Diagnostics, Rule};
use crate::live::{Document, set_at};
use crate::settings::{
    Element, Endpoint, Kind, Model, Node, Scope, Setting, TargetId, is_blank, joined, nearest, shown,
};

/// Converts a resource. Reports what is not imported as findings.
pub(super) fn convert(
    model: &Model,
    files: &[File<'_>],
    resource: &Resource,
    diagnostics: &mut Diagnostics,
) -> Imported {
    let (fields, places) = (Map::new(), BTreeMap::new());
    let mut conversion = Conversion { model, files, resource, diagnostics, target: None, fields, places };
    for member in &resource.members {
        match [Scope::Account, Scope::Zone].into_iter().find(|scope| scope.key() == member.name) {
            Some(scope) => conversion.id(scope, member),
            None => conversion.member(&mut Vec::new(), member),
        }
    }
    conversion.done()
}

struct Conversion<'r, 'a> {
    model: &'r Model,
    files: &'r [File<'a>],
    resource: &'r Resource,
    diagnostics: &'r mut Diagnostics,
    target: Option<(Scope, Option<TargetId>)>,
    fields: Map<String, Json>,
    places: BTreeMap<&'static str, Place>,
}

impl<'r> Conversion<'r, '_> {
    fn done(self) -> Imported {
        let (file, at) = self.resource.place.resolve(self.files);
        let says_scope = self.target.is_some();
        let (scope, id) = self.target.unwrap_or((Scope::Account, None));
        let places = self.places.into_iter().map(|(path, place)| (path, place.resolve(self.files))).collect();
        let document = Document::new(Endpoint::Organization, self.fields);
        Imported { address: self.resource.address.clone(), file, at, scope, says_scope, id, document, places }
    }

    fn push(&mut self, place: &Place, rule: Rule, message: String, help: Option<String>) {
        let finding = place.finding(self.files, rule, message);
        self.diagnostics.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }

    /// Reports a value that the input does not contain, with the command that prints it.
    fn computed(&mut self, name: &str, place: &Place, reason: &str) {
        let message = format!("{name} is not imported: {reason}");
        let (file, _) = place.resolve(self.files);
        let help = match self.resource.origin {
            Origin::Configuration => format!("for the exact value: `{}`", exact_command(&file)),
            Origin::Output if reason == UNKNOWN => format!("apply the plan, then: `{}`", exact_command("")),
            Origin::Output => "add it to the manifest by hand, if it may be stored in Git".to_owned(),
        };
        self.push(place, Rule::TerraformExpression, message, Some(help));
    }

    /// Whether `ignore_changes` covers a setting, or a part of it.
    fn is_ignored(&self, keys: &[String]) -> bool {
        let meets = |path: &Vec<String>| path.iter().zip(keys).all(|(one, two)| one == two);
        self.resource.ignored.iter().any(meets)
    }

    fn ignored(&mut self, name: &str, place: &Place) {
        let message = format!("{name} is not declared: Terraform ignores its changes (ignore_changes)");
        let finding = place.finding(self.files, Rule::TerraformIgnored, message);
        self.diagnostics.push(finding);
    }

    /// Sets the account or zone. Only one is allowed, and its id may be unknown.
    fn id(&mut self, scope: Scope, member: &Argument) {
        let key = scope.key();
        let id = match &member.value {
            ArgumentValue::Known(Json::Null) => return,
            ArgumentValue::Known(value) => {
                as_text(value).unwrap_or_default().parse().map_err(|error| format!("{error}"))
            }
            ArgumentValue::Unknown(reason) => Err(reason.clone()),
            ArgumentValue::Members(_) => Err("this is not text".to_owned()),
        };
        if self.target.is_some() {
            let message = format!("{key} is not imported: a manifest has one target");
            return self.push(&member.place, Rule::TerraformTarget, message, None);
        }
        if let Err(reason) = &id {
            let message = format!("{key} is not imported: {reason}");
            let help = format!("set the {scope} with --{}", key.replace('_', "-"));
            self.push(&member.place, Rule::TerraformTarget, message, Some(help));
        }
        self.target = Some((scope, id.ok()));
    }

    fn member(&mut self, keys: &mut Vec<String>, member: &Argument) {
        keys.push(member.name.clone());
        // Current and former names of settings and groups are accepted.
        match self.model.section(Endpoint::Organization).at(keys).map(|known| &known.node) {
            Some(Node::Setting(setting)) if setting.is_declarable() => self.setting(setting, keys, member),
            Some(Node::Setting(_)) => self.server_managed(keys, member),
            Some(Node::Branch(_)) => self.group(keys, member),
            None => self.unknown(keys, member),
        }
        keys.pop();
    }

    fn setting(&mut self, setting: &'r Setting, keys: &[String], member: &Argument) {
        let (name, place) = (joined(keys), &member.place);
        if self.is_ignored(keys) {
            return self.ignored(&name, &member.key);
        }
        let value = match &member.value {
            ArgumentValue::Known(value) => value.clone(),
            ArgumentValue::Unknown(reason) => return self.computed(&name, place, reason),
            ArgumentValue::Members(_) => Json::Object(Map::new()),
        };
        // In Terraform, null is the same as an omitted argument.
        if value.is_null() || (self.resource.origin == Origin::Output && is_blank(&value)) {
            return;
        }
        let value = converted(setting.kind, self.without_line_end(&name, place, value));
        if value.is_object() || value.to_string().len() > LONGEST {
            let what = if value.is_object() { "this is a group" } else { "it is too long for a manifest" };
            return self.push(place, Rule::TerraformValue, format!("{name} is not imported: {what}"), None);
        }
        if self.places.contains_key(setting.path) {
            let message = format!("{name} is not imported: {} is already declared", setting.path);
            return self.push(place, Rule::TerraformValue, message, None);
        }
        self.places.insert(setting.path, place.clone());
        let own = setting.observed_as.unwrap_or(*setting.full_path());
        set_at(&mut self.fields, own.keys(), value);
    }

    /// Removes the line break at the end of a text. Every heredoc has one, and no setting needs it.
    fn without_line_end(&mut self, name: &str, place: &Place, value: Json) -> Json {
        let is_configuration = self.resource.origin == Origin::Configuration;
        let text = value.as_str().filter(|_| is_configuration);
        let Some(line) = text.and_then(|text| text.strip_suffix('\n')) else { return value };
        let message = format!("the line break at the end of {name} is removed");
        self.diagnostics.push(place.finding(self.files, Rule::TerraformLineBreak, message));
        Json::from(line.strip_suffix('\r').unwrap_or(line))
    }

    fn group(&mut self, keys: &mut Vec<String>, member: &Argument) {
        let (name, place) = (joined(keys), &member.place);
        let members = match &member.value {
            ArgumentValue::Members(members) => members.to_vec(),
            ArgumentValue::Known(Json::Null) => return,
            ArgumentValue::Known(Json::Object(object)) => resource::members(object, place),
            // Version 4 of the provider has lists of one.
            ArgumentValue::Known(Json::Array(elements)) if elements.is_empty() => return,
            ArgumentValue::Known(Json::Array(elements)) => match &elements[..] {
                [Json::Object(only)] => resource::members(only, place),
                _ => return self.not_a_group(&name, place),
            },
            ArgumentValue::Known(_) => return self.not_a_group(&name, place),
            ArgumentValue::Unknown(_) if self.is_ignored(keys) => return self.ignored(&name, &member.key),
            ArgumentValue::Unknown(reason) => return self.computed(&name, place, reason),
        };
        for member in &members {
            self.member(keys, member);
        }
    }

    fn not_a_group(&mut self, name: &str, place: &Place) {
        self.push(
            place,
            Rule::TerraformValue,
            format!("{name} is not imported: this is not a group of settings"),
            None,
        );
    }

    /// Handles a setting that the server manages: it is normal in a state, and a mistake in a configuration.
    fn server_managed(&mut self, keys: &[String], member: &Argument) {
        if self.resource.origin == Origin::Configuration {
            let message = format!("{} is not imported: the server sets it and does not accept it", joined(keys));
            self.push(&member.key, Rule::TerraformUnknownArgument, message, None);
        }
    }

    fn unknown(&mut self, keys: &[String], member: &Argument) {
        let is_nothing = matches!(&member.value, ArgumentValue::Known(value) if is_blank(value));
        // The provider's id of the resource is the id of the target.
        if self.resource.origin == Origin::Output && (is_nothing || *keys == ["id"]) {
            return;
        }
        let message = format!("{} is not imported: no such setting", shown(&joined(keys)));
        let known = self.model.of(Endpoint::Organization).filter(|setting| setting.is_declarable());
        let help = nearest(&member.name, known.map(Setting::name)).map(|meant| format!("did you mean {meant}?"));
        self.push(&member.key, Rule::TerraformUnknownArgument, message, help);
    }
}

/// Converts a value to the type of a kind, as Terraform does. Returns other values unchanged.
fn converted(kind: Kind, value: Json) -> Json {
    let converted = match kind {
        Kind::Boolean => as_boolean(&value),
        Kind::Integer { min: _, max: _ } => as_whole(&value),
        Kind::Set(element) => return elements(element, value),
        Kind::Opaque => None,
        Kind::Text | Kind::Duration(_) | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Enum(_) => {
            as_text(&value).map(Json::String)
        }
    };
    converted.unwrap_or(value)
}

fn elements(element: Element, value: Json) -> Json {
    let Json::Array(elements) = value else { return value };
    let converted = |one: Json| {
        let converted = match element {
            Element::Number(_) => as_whole(&one),
            Element::Enum(_) | Element::Host => as_text(&one).map(Json::String),
        };
        converted.unwrap_or(one)
    };
    elements.into_iter().map(converted).collect()
}

fn as_boolean(value: &Json) -> Option<Json> {
    value.as_str()?.parse::<bool>().ok().map(Json::Bool)
}

fn as_whole(value: &Json) -> Option<Json> {
    value.as_str()?.parse::<i64>().ok().map(Json::from)
}
