//! Values of a state or plan under the marks that Terraform puts on them: unknown, or sensitive.
//!
//! Marks have the shape of the values, with `true` in place of what is marked.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::file::Place;
use super::resource::{Argument, ArgumentValue};

/// Why an unknown value is not carried over.
pub(super) const UNKNOWN: &str = "its value is only known after apply";

/// Why a sensitive value is not carried over: the manifest is for Git.
const SENSITIVE: &str = "Terraform marks it as sensitive";

/// The marks of a value.
#[derive(Clone, Copy)]
pub(super) struct Marks<'a> {
    pub(super) unknown: Option<&'a Json>,
    /// Two, because a plan marks what the provider hides and what the configuration hides in different places.
    pub(super) sensitive: [Option<&'a Json>; 2],
}

impl<'a> Marks<'a> {
    fn each(self, of: impl Fn(&'a Json) -> Option<&'a Json>) -> Self {
        let inside = |mark: Option<&'a Json>| match mark {
            // What is marked as a whole is marked in every part.
            Some(Json::Bool(_)) => mark,
            other => other.and_then(&of),
        };
        Self { unknown: inside(self.unknown), sensitive: self.sensitive.map(inside) }
    }

    /// The marks of a member. Raw states mark the one object of a list without its index.
    fn member(self, name: &str) -> Self {
        self.each(|mark| mark.get(name))
    }

    /// The marks of the only element of a list.
    fn only(self) -> Self {
        self.each(|mark| if mark.is_object() { Some(mark) } else { mark.get(0) })
    }

    fn names(self) -> impl Iterator<Item = &'a String> {
        let marks = [self.unknown, self.sensitive[0], self.sensitive[1]];
        marks
            .into_iter()
            .flatten()
            .filter_map(Json::as_object)
            .flatten()
            .filter(|(_, mark)| is_marked(mark))
            .map(|(name, _)| name)
    }

    /// Why a value cannot be carried over, looking at all of it.
    fn reason(self) -> Option<&'static str> {
        let is_sensitive = || self.sensitive.into_iter().flatten().any(is_marked);
        match self.unknown.is_some_and(is_marked) {
            true => Some(UNKNOWN),
            false => is_sensitive().then_some(SENSITIVE),
        }
    }
}

fn is_marked(mark: &Json) -> bool {
    match mark {
        Json::Bool(truth) => *truth,
        Json::Array(elements) => elements.iter().any(is_marked),
        Json::Object(members) => members.values().any(is_marked),
        Json::Null | Json::Number(_) | Json::String(_) => false,
    }
}

/// The members of an object, those that are marked without their values. A mark counts where there is no value too.
pub(super) fn overlaid(values: &Map<String, Json>, marks: Marks<'_>, place: &Place) -> Vec<Argument> {
    let mut names: Vec<&String> = values.keys().collect();
    for name in marks.names() {
        if !values.contains_key(name) && !names.contains(&name) {
            names.push(name);
        }
    }
    let member = |name: &String| Argument::at(name, place, value(values.get(name), marks.member(name), place));
    names.into_iter().map(member).collect()
}

fn value(value: Option<&Json>, marks: Marks<'_>, place: &Place) -> ArgumentValue {
    let Some(reason) = marks.reason() else { return ArgumentValue::Known(value.cloned().unwrap_or(Json::Null)) };
    // Where the marks are inside of a group, its other members have values.
    let is_inside =
        |mark: &Json| mark.is_object() || mark.as_array().is_some_and(|all| all.iter().any(Json::is_object));
    let all_inside = [marks.unknown, marks.sensitive[0], marks.sensitive[1]]
        .into_iter()
        .flatten()
        .filter(|mark| is_marked(mark))
        .all(is_inside);
    let group = match value {
        Some(Json::Object(object)) => Some((Some(object), marks)),
        Some(Json::Array(elements)) => match &elements[..] {
            [Json::Object(only)] => Some((Some(only), marks.only())),
            _ => None,
        },
        None | Some(Json::Null) => Some((None, marks.only())),
        Some(_) => None,
    };
    match group.filter(|_| all_inside) {
        Some((object, marks)) => {
            let members = overlaid(object.unwrap_or(&Map::new()), marks, place);
            ArgumentValue::Members(Rc::new(members))
        }
        None => ArgumentValue::Unknown(reason.to_owned()),
    }
}
