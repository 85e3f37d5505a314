//! A resource → the settings it declares, by the names of the model.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::Imported;
use super::evaluate::{Evaluator, as_boolean, as_number, as_text, number};
use super::file::{File, Findings, Place};
use super::hcl::Reading;
use super::resource::{self, Body, Member, Resource, Value};
use crate::manifest::{Finding, Severity};
use crate::organization::{
    Document, Element, Endpoint, Kind, Model, Scope, Setting, TargetId, is_blank, nearest, set_at, shown,
};

/// The longest value that is carried over, in bytes of JSON. A manifest has at most 1 MiB, and all settings must fit.
const LONGEST: usize = 8 * 1024;

/// Carries one resource over.
pub(super) fn carry(
    model: &Model,
    files: &[File<'_>],
    evaluator: &Evaluator<'_>,
    resource: &Resource<'_>,
    findings: &mut Findings,
) -> Imported {
    let mut carrying = Carrying::of(model, files, evaluator, resource, findings);
    // What looking for instances used is no matter of this one.
    evaluator.take_defaults();
    let members = carrying.members(resource);
    carrying.top(members);
    carrying.defaults(resource);
    carrying.done(resource)
}

/// Where the values come from, which decides what an empty one means.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    /// Somebody wrote them: what is empty is meant to be.
    Configuration,
    /// The provider filled them in: what is empty is nobody's wish, but `false` is a value.
    Shown,
}

struct Carrying<'r, 'a> {
    model: &'r Model,
    files: &'r [File<'a>],
    evaluator: &'r Evaluator<'r>,
    origin: Origin,
    findings: &'r mut Findings,
    target: Option<(Scope, Option<TargetId>)>,
    fields: Map<String, Json>,
    places: BTreeMap<&'static str, Place>,
}

/// What a path of keys stands for.
enum Meaning<'r> {
    Setting(&'r Setting),
    Group,
    /// What the server keeps and nobody declares.
    Kept,
    Nothing,
}

impl<'r, 'a> Carrying<'r, 'a> {
    fn of(
        model: &'r Model,
        files: &'r [File<'a>],
        evaluator: &'r Evaluator<'r>,
        resource: &Resource<'_>,
        findings: &'r mut Findings,
    ) -> Self {
        let origin = match resource.body {
            Body::Block(..) => Origin::Configuration,
            Body::Values(_) => Origin::Shown,
        };
        Self { model, files, evaluator, origin, findings, target: None, fields: Map::new(), places: BTreeMap::new() }
    }

    fn done(self, resource: &Resource<'_>) -> Imported {
        let (file, at) = resource.place.resolve(self.files);
        let says_scope = self.target.is_some();
        let (scope, id) = self.target.unwrap_or((Scope::Account, None));
        let places = self.places.into_iter().map(|(path, place)| (path, place.resolve(self.files))).collect();
        let document = Document::new(Endpoint::Organization, self.fields);
        Imported { address: resource.address.clone(), file, at, scope, says_scope, id, document, places }
    }

    fn members(&mut self, resource: &Resource<'_>) -> Vec<Member> {
        match &resource.body {
            Body::Block(block, instance) => {
                let file = resource.place.file;
                let reading = Reading { files: self.files, evaluator: self.evaluator, instance, file };
                reading.resource(block, self.findings)
            }
            Body::Values(values) => resource::members(values, &resource.place),
        }
    }

    fn say(&mut self, place: &Place, rule: &'static str, message: String, help: Option<String>) {
        let finding = place.finding(self.files, rule, Severity::Warning, message);
        self.findings.say(Finding { help, ..finding });
    }

    fn top(&mut self, members: Vec<Member>) {
        for member in members {
            match [Scope::Account, Scope::Zone].into_iter().find(|scope| scope.key() == member.name) {
                Some(scope) => self.id(scope, &member),
                None => self.member(&mut Vec::new(), member),
            }
        }
    }

    /// The account or zone. It is one, and it need not be known.
    fn id(&mut self, scope: Scope, member: &Member) {
        let key = scope.key();
        let id = match &member.value {
            Value::Known(Json::Null) => return,
            Value::Known(value) => as_text(value).unwrap_or_default().parse().map_err(|error| format!("{error}")),
            Value::Unknown(reason) => Err(reason.clone()),
            Value::Members(_) => Err("this is no text".to_owned()),
        };
        if self.target.is_some() {
            let message = format!("{key} is not carried over: a manifest has one target");
            return self.say(&member.place, "terraform-target", message, None);
        }
        if let Err(reason) = &id {
            let message = format!("{key} is not carried over: {reason}");
            let help = format!("name the {scope} with --{}", key.replace('_', "-"));
            self.say(&member.place, "terraform-target", message, Some(help));
        }
        self.target = Some((scope, id.ok()));
    }

    fn member(&mut self, keys: &mut Vec<String>, member: Member) {
        keys.push(member.name.clone());
        match self.meaning(keys) {
            Meaning::Setting(setting) => self.setting(setting, keys, member),
            Meaning::Group => self.group(keys, member),
            Meaning::Kept => self.kept(keys, &member),
            Meaning::Nothing => self.unknown(keys, &member),
        }
        keys.pop();
    }

    /// What keys stand for, under any name that the setting has or had.
    fn meaning(&self, keys: &[String]) -> Meaning<'r> {
        let spellings = |setting: &Setting| setting.live_keys().into_iter().chain([setting.keys()]).collect::<Vec<_>>();
        let model: &'r Model = self.model;
        let of = || model.of(Endpoint::Organization);
        let found = of().find(|setting| spellings(setting).iter().any(|known| known == keys));
        match found {
            Some(setting) if setting.is_declarable() => return Meaning::Setting(setting),
            Some(_) => return Meaning::Kept,
            None => {}
        }
        let leads_on = |known: &Vec<&str>| known.len() > keys.len() && known.iter().zip(keys).all(|(a, b)| a == b);
        if of().any(|setting| spellings(setting).iter().any(leads_on)) { Meaning::Group } else { Meaning::Nothing }
    }

    fn setting(&mut self, setting: &'r Setting, keys: &[String], member: Member) {
        let Member { name: _, key: _, place, value } = member;
        let name = keys.join(".");
        let value = match value {
            Value::Known(value) => value,
            Value::Unknown(reason) => {
                return self.say(&place, "terraform-expression", format!("{name} is not carried over: {reason}"), None);
            }
            Value::Members(_) => Json::Object(Map::new()),
        };
        // In Terraform, null is the same as leaving it out.
        if value.is_null() || (self.origin == Origin::Shown && is_blank(&value)) {
            return;
        }
        let value = converted(setting.kind, value);
        if value.is_object() || value.to_string().len() > LONGEST {
            let what = if value.is_object() { "this is a group" } else { "it is too long for a manifest" };
            return self.say(&place, "terraform-value", format!("{name} is not carried over: {what}"), None);
        }
        if self.places.contains_key(setting.path) {
            let message = format!("{name} is not carried over: {} is there already", setting.path);
            return self.say(&place, "terraform-value", message, None);
        }
        self.places.insert(setting.path, place);
        let own = setting.live_keys().swap_remove(0);
        set_at(&mut self.fields, &own, value);
    }

    fn group(&mut self, keys: &mut Vec<String>, member: Member) {
        let name = keys.join(".");
        let members = match member.value {
            Value::Members(members) => members,
            Value::Known(Json::Null) => return,
            Value::Known(Json::Object(object)) => resource::members(&object, &member.place),
            // Version 4 of the provider has lists of one.
            Value::Known(Json::Array(elements)) if elements.is_empty() => return,
            Value::Known(Json::Array(elements)) => match &elements[..] {
                [Json::Object(only)] => resource::members(only, &member.place),
                _ => return self.no_group(&name, &member.place),
            },
            Value::Known(_) => return self.no_group(&name, &member.place),
            Value::Unknown(reason) => {
                let message = format!("{name} is not carried over: {reason}");
                return self.say(&member.place, "terraform-expression", message, None);
            }
        };
        for member in members {
            self.member(keys, member);
        }
    }

    fn no_group(&mut self, name: &str, place: &Place) {
        self.say(place, "terraform-value", format!("{name} is not carried over: this is no group of settings"), None);
    }

    /// What the server fills in belongs to a state, and is a mistake in a configuration.
    fn kept(&mut self, keys: &[String], member: &Member) {
        if self.origin == Origin::Configuration {
            let message = format!("{} is not carried over: the server keeps it and does not take it", keys.join("."));
            self.say(&member.key, "terraform-unknown-argument", message, None);
        }
    }

    fn unknown(&mut self, keys: &[String], member: &Member) {
        let is_nothing = matches!(&member.value, Value::Known(value) if is_blank(value));
        // The provider's own id of the resource is the target's.
        if self.origin == Origin::Shown && (is_nothing || *keys == ["id"]) {
            return;
        }
        let message = format!("{} is not carried over: there is no such setting", shown(&keys.join(".")));
        let known = self.model.of(Endpoint::Organization).filter(|setting| setting.is_declarable());
        let help = nearest(&member.name, known.map(Setting::name)).map(|meant| format!("did you mean {meant}?"));
        self.say(&member.key, "terraform-unknown-argument", message, help);
    }

    /// Values that somebody else may set: on the command line, in the environment, in a file that is not here.
    fn defaults(&mut self, resource: &Resource<'_>) {
        let used: BTreeSet<String> = self.evaluator.take_defaults();
        if used.is_empty() {
            return;
        }
        let names: Vec<String> = used.iter().map(|name| format!("var.{name}")).collect();
        let message = format!("taken from defaults: {}", names.join(", "));
        let help = "-var, TF_VAR_ and other .tfvars files may say otherwise; the JSON of `terraform show -json` knows";
        let finding = resource.place.finding(self.files, "terraform-default", Severity::Note, message);
        self.findings.say(finding.help(help));
    }
}

/// A value in the type that a kind takes, as Terraform converts it; other values stay what they are.
fn converted(kind: Kind, value: Json) -> Json {
    let wanted = match kind {
        Kind::Boolean => as_boolean(&value).ok().map(Json::Bool),
        Kind::Integer { min: _, max: _ } => as_number(&value).and_then(number).ok(),
        Kind::Set(element) => return elements(element, value),
        Kind::Opaque => None,
        Kind::Text | Kind::Duration(_) | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Enum(_) => {
            as_text(&value).ok().map(Json::String)
        }
    };
    wanted.unwrap_or(value)
}

fn elements(element: Element, value: Json) -> Json {
    let Json::Array(elements) = value else { return value };
    let converted = |one: Json| {
        let wanted = match element {
            Element::Number(_) => as_number(&one).and_then(number).ok(),
            Element::Enum(_) | Element::Host => as_text(&one).ok().map(Json::String),
        };
        wanted.unwrap_or(one)
    };
    elements.into_iter().map(converted).collect()
}
