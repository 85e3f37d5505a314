//! The marks of values in a state or plan: unknown, or sensitive.
//!
//! Marks have the structure of the values, with `true` for each marked value.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::file::Place;
use super::resource::{Argument, ArgumentValue};

/// The reason for an unknown value.
pub(super) const UNKNOWN: &str = "its value is only known after apply";

/// The reason for a sensitive value, which must not be written to a file for Git.
const SENSITIVE: &str = "Terraform marks it as sensitive";

/// The marks of a value.
#[derive(Clone, Copy)]
pub(super) struct Marks<'a> {
    pub(super) unknown: Option<&'a Json>,
    /// The sensitive marks of the provider and those of the configuration, which a plan contains separately.
    pub(super) sensitive: [Option<&'a Json>; 2],
}

impl<'a> Marks<'a> {
    fn each(self, of: impl Fn(&'a Json) -> Option<&'a Json>) -> Self {
        let inside = |mark: Option<&'a Json>| match mark {
            // The mark of a value applies to all its parts.
            Some(Json::Bool(_)) => mark,
            other => other.and_then(&of),
        };
        Self { unknown: inside(self.unknown), sensitive: self.sensitive.map(inside) }
    }

    /// Returns the marks of a member. Raw states mark the only object of a list without an index.
    fn member(self, name: &str) -> Self {
        self.each(|mark| mark.get(name))
    }

    /// Returns the marks of the only element of a list.
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

    /// Returns why a value cannot be imported, considering all its parts.
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

/// Returns the members of an object, with marked ones as unknown. A mark without a value adds a member.
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
    // If only members of a group are marked, the other members keep their values.
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
