//! Checks whether the API accepts a value, for manifests and for the sandbox.

mod duration;
mod names;
mod problem;
#[cfg(test)]
mod tests;
mod words;

use crate::diagnostics::Rule;
use crate::text::is_hidden;
use serde_json::Value as Json;

pub use problem::Problem;
pub(crate) use problem::shown;
use problem::{bare, empty};
pub(crate) use words::nearest;
#[cfg(feature = "documents")]
pub(crate) use words::renamed_words;

use super::canonical;
use super::color::Color;
use super::kind::{Element, Kind};
use super::setting::{Setting, Unset};

impl Setting {
    /// Returns all problems of a value for this setting. `null` unsets it and is never a problem here.
    pub fn check(&self, value: &Json) -> Vec<Problem> {
        match (self.kind, value) {
            (_, Json::Null) | (Kind::Opaque, _) | (Kind::Boolean, Json::Bool(_)) => Vec::new(),
            (Kind::Set(element), Json::Array(elements)) => set(self, element, elements),
            (Kind::Integer { min, max }, Json::Number(number)) => integer(self, number, min, max),
            (Kind::Text, Json::String(text)) => plain_text(self, text),
            (Kind::Boolean | Kind::Set(_) | Kind::Integer { .. }, _) => vec![wrong_type(self, value)],
            (_, Json::String(text)) if text.is_empty() => vec![empty(self)],
            (kind, Json::String(text)) => formatted_text(self, kind, text),
            (_, _) => vec![wrong_type(self, value)],
        }
    }

    /// Returns the accepted values, as the end of the phrase "must be": `a duration such as 24h`.
    pub fn expected(&self) -> String {
        match self.kind {
            Kind::Text => "text".to_owned(),
            Kind::Boolean => "true or false".to_owned(),
            Kind::Duration(range) => format!("a duration {}", duration::described(&range)),
            Kind::Color => "a colour such as \"#c5ed1b\"".to_owned(),
            Kind::Url => "a URL such as https://example.com/logo.png".to_owned(),
            Kind::Host => "a host name such as widget.example.com".to_owned(),
            Kind::Uid => "an id: a UUID or 32 hexadecimal digits".to_owned(),
            Kind::Enum(known) => format!("one of {}", known.join(", ")),
            Kind::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Set(Element::Enum(known)) => format!("a list of {}", known.join(", ")),
            Kind::Set(Element::Host) => "a list of host names such as [example.com]".to_owned(),
            Kind::Set(Element::Number(known)) => format!("a list of {}", words::joined(known)),
            Kind::Opaque => "any value that the server returns".to_owned(),
        }
    }

    /// Whether a text for this setting must not contain a character: control characters, except for the line feed in a
    /// multiline text.
    pub(crate) fn forbids(&self, character: char) -> bool {
        character.is_control() && !(self.is_multiline && character == '\n')
    }
}

/// Checks text for a kind with a grammar.
fn formatted_text(setting: &Setting, kind: Kind, text: &str) -> Vec<Problem> {
    match kind {
        Kind::Duration(range) => duration::check(setting, range, text),
        Kind::Color => color(setting, text),
        Kind::Url => names::url(setting, text),
        Kind::Host => names::host(setting, text).into_iter().collect(),
        Kind::Uid => names::uid(setting, text).into_iter().collect(),
        Kind::Enum(known) => words::word(setting, known, text).into_iter().collect(),
        Kind::Text | Kind::Boolean | Kind::Integer { .. } | Kind::Set(_) | Kind::Opaque => Vec::new(),
    }
}

/// Returns the name of a JSON value's type, with its article.
fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}

fn wrong_type(setting: &Setting, value: &Json) -> Problem {
    let message = format!("{} must be {}, not {}", setting.name(), setting.expected(), type_name(value));
    Problem::refused(Rule::WrongType, message).suggest_if(converted(setting, value))
}

/// Converts a value of the wrong type to the setting's type, if its meaning is clear.
fn converted(setting: &Setting, value: &Json) -> Option<Json> {
    let meant = match (setting.kind, value) {
        (Kind::Boolean, Json::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Json::Bool(true),
            "false" | "no" | "off" => Json::Bool(false),
            _ => return None,
        },
        (Kind::Integer { .. }, Json::String(text)) => Json::from(text.trim().parse::<i64>().ok()?),
        (Kind::Set(_), Json::String(_) | Json::Number(_)) => Json::Array(vec![value.clone()]),
        (Kind::Duration(range), Json::Number(number)) => duration::meant(&range, &number.to_string())?.into(),
        (Kind::Text, Json::Number(number)) => Json::String(number.to_string()),
        (Kind::Text, Json::Bool(truth)) => Json::String(truth.to_string()),
        (Kind::Text | Kind::Host | Kind::Url | Kind::Uid | Kind::Color | Kind::Enum(_), Json::Array(elements)) => {
            match &elements[..] {
                [only @ Json::String(_)] => only.clone(),
                _ => return None,
            }
        }
        _ => return None,
    };
    setting.check(&meant).iter().all(|problem| !problem.refused).then_some(meant)
}

fn plain_text(setting: &Setting, text: &str) -> Vec<Problem> {
    if let (true, Unset::Never(reason)) = (text.trim().is_empty(), setting.unset) {
        return vec![Problem::refused(Rule::Empty, format!("{} cannot be empty: {reason}", setting.name()))];
    }
    let control = text.chars().find(|c| setting.forbids(*c)).map(|c| {
        let message = format!("{} must be text on one line, without control characters such as {c:?}", setting.name());
        let help = if c == '\n' { "write it on one line" } else { "remove the character" };
        Problem::refused(Rule::ControlCharacter, message).help(help).suggest(one_line(text))
    });
    // The API reference describes these settings as optional strings and does not mention line breaks.
    let lines = (control.is_none() && text.contains('\n')).then(|| {
        let message = format!("the API is not known to accept line breaks in {}", setting.name());
        Problem::doubtful(Rule::LineBreak, message)
            .help("write it on one line, unless you know that the API accepts line breaks")
    });
    let hidden = text.chars().find(|c| is_hidden(*c)).map(|c| {
        let message = format!(
            "{} contains U+{:04X}, which is invisible and can make text look like something else",
            setting.name(),
            u32::from(c)
        );
        let cleaned: String = text.chars().filter(|c| !is_hidden(*c)).collect();
        Problem::doubtful(Rule::HiddenCharacter, message).help("remove the character").suggest(cleaned)
    });
    control.into_iter().chain(lines).chain(hidden).collect()
}

/// Replaces every run of white space and control characters with one space.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

fn color(setting: &Setting, text: &str) -> Vec<Problem> {
    let Err(error) = text.parse::<Color>() else { return Vec::new() };
    let digits = text.trim().trim_start_matches("0x").trim_start_matches('#');
    let with_sign = format!("#{digits}");
    let meant = with_sign.parse::<Color>().is_ok().then(|| Json::String(with_sign));
    let problem = Problem::refused(Rule::Color, format!("{} is {}: {error}", setting.name(), shown(text)));
    vec![match &meant {
        Some(Json::String(color)) => problem.help(format!("did you mean \"{color}\"?")).suggest_if(meant.clone()),
        _ => problem.help("colour names, rgb() and transparency are not supported"),
    }]
}

fn integer(setting: &Setting, number: &serde_json::Number, min: i64, max: i64) -> Vec<Problem> {
    let Some(whole) = number.as_i64() else {
        let rounded = canonical::of(setting.kind, Some(&Json::Number(number.clone())));
        let meant = rounded.as_i64().filter(|whole| (min..=max).contains(whole)).map(Json::from);
        let message = format!("{} must be {}, not {}", setting.name(), setting.expected(), bare(&number.to_string()));
        return vec![Problem::refused(Rule::Range, message).suggest_if(meant)];
    };
    if (min..=max).contains(&whole) {
        return Vec::new();
    }
    vec![Problem::refused(Rule::Range, format!("{} must be {}, not {whole}", setting.name(), setting.expected()))]
}

fn set(setting: &Setting, element: Element, elements: &[Json]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (position, value) in elements.iter().enumerate() {
        let found = one_element(setting, element, value);
        let spelling = canonical::of(setting.kind, Some(&Json::Array(vec![value.clone()]))).to_string();
        let repeated = found.is_none() && !seen.insert(spelling);
        let problem = found.or_else(|| repeated.then(|| duplicate(setting, value)));
        problems.extend(problem.map(|problem| Problem { element: Some(position), ..problem }));
    }
    problems
}

fn duplicate(setting: &Setting, value: &Json) -> Problem {
    let text = value.as_str().map_or_else(|| value.to_string(), shown);
    Problem::doubtful(Rule::DuplicateElement, format!("{} contains {text} twice", setting.name()))
        .help("remove one of them")
}

fn one_element(setting: &Setting, element: Element, value: &Json) -> Option<Problem> {
    let expected = setting.expected();
    let wrong = || {
        let message = format!("{} must be {expected}, but this element is {}", setting.name(), type_name(value));
        Problem::refused(Rule::WrongType, message)
    };
    match (element, value) {
        (Element::Enum(known), Json::String(text)) => words::word(setting, known, text),
        (Element::Host, Json::String(text)) => names::host(setting, text),
        (Element::Number(known), Json::Number(number)) => words::number(setting, known, number),
        (Element::Number(_), Json::String(text)) => {
            Some(wrong().suggest_if(text.trim().parse::<i64>().ok().map(Json::from)))
        }
        (_, _) => Some(wrong()),
    }
}
