//! One value: what its kind says of it, and the fix where there is one.

use serde_json::Value as Json;

use super::core_schema::{self, ScalarStyle};
use super::reader::Reader;
use super::yaml::{YamlNode, YamlValue};
use crate::diagnostics::{Finding, Fix, Rule};
use crate::settings::{Color, Element, Kind, Problem, Setting, Unset, shown};
use crate::text::{is_hidden, yaml};

/// The value for a setting, unless it is none; everything that is wrong with it is said.
pub(super) fn checked(reader: &mut Reader<'_>, setting: &Setting, node: &YamlNode) -> Option<Json> {
    if reader.is_blanked(node) {
        return None;
    }
    let misread = final_line_break(reader, node)
        .or_else(|| unquoted_color(reader, setting, node))
        .or_else(|| never_unset(reader, setting, node))
        .or_else(|| old_boolean(reader, setting, node))
        .or_else(|| unquoted_text(reader, setting, node))
        .or_else(|| odd_number(reader, setting, node));
    if let Some(finding) = misread {
        reader.say(finding.setting(setting.path));
        return None;
    }
    let value = node.to_json();
    let mut usable = true;
    for problem in setting.check(&value) {
        // The characters of the file are looked at as a whole; only an escape such as "\u202e" is news here.
        if problem.rule == Rule::HiddenCharacter && reader.raw(node).contains(is_hidden) {
            continue;
        }
        usable &= !problem.refused;
        let finding = finding(reader, setting, node, problem);
        reader.say(finding);
    }
    usable.then_some(value)
}

fn finding(reader: &Reader<'_>, setting: &Setting, node: &YamlNode, problem: Problem) -> Finding {
    let place = match (&node.value, problem.element) {
        (YamlValue::List(elements), Some(position)) => elements.get(position).unwrap_or(node),
        _ => node,
    };
    let fix = problem.suggestion.as_ref().and_then(|meant| fix(reader, setting, place, meant));
    let severity = problem.severity();
    let finding = reader.finding(problem.rule, &place.span, problem.message).severity(severity).setting(setting.path);
    let help = problem.help.or_else(|| fix.as_ref().map(|fix| fix.title.clone())).or(finding.help);
    Finding { help, fix, ..finding }
}

fn fix(reader: &Reader<'_>, setting: &Setting, node: &YamlNode, meant: &Json) -> Option<Fix> {
    if !is_replaceable(reader, node) {
        return None;
    }
    let replacement = yaml::flow(meant);
    // Taking the quotes off 'true' or "90" cannot change what was meant.
    let safe = matches!((setting.kind, &node.value), (Kind::Boolean | Kind::Integer { .. }, YamlValue::Text(_)));
    Some(Fix { title: format!("write {}", shortened(&replacement)), span: node.span.clone(), replacement, safe })
}

/// Whether other text can take the place of a value: a scalar on one line, behind its key or dash. What stands alone
/// on a line may be the content of a block scalar, in which quotes would be text.
fn is_replaceable(reader: &Reader<'_>, node: &YamlNode) -> bool {
    let raw = reader.raw(node);
    let is_scalar = !matches!(node.value, YamlValue::List(_) | YamlValue::Mapping(_));
    is_scalar && !raw.is_empty() && !raw.contains('\n') && !reader.lines.starts_line(node.span.start)
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text.to_owned() }
}

/// `header_text: >` keeps the line break behind the text, which nobody sees and no setting needs.
pub(super) fn final_line_break(reader: &Reader<'_>, node: &YamlNode) -> Option<Finding> {
    let YamlValue::Text(text) = &node.value else { return None };
    let ScalarStyle::Block(span) = core_schema::style(&reader.source.text, &node.span) else { return None };
    if !text.ends_with('\n') {
        return None;
    }
    let header = reader.source.text.get(span.clone())?;
    let replacement = header.replace(['+', '-'], "") + "-";
    let message = format!("{header} keeps the line break at the end of the text, which becomes part of the value");
    let title = format!("write {replacement}");
    let finding = reader.finding(Rule::FinalLineBreak, &span, message).help(format!("{title} to leave it out"));
    Some(finding.fix(Fix { title, span, replacement, safe: true }))
}

/// A number that is spelled so that YAML readers disagree about it, such as `0123`, or that is not finite.
fn odd_number(reader: &Reader<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    if !matches!(setting.kind, Kind::Integer { .. } | Kind::Set(Element::Number(_))) {
        return None;
    }
    let elements =
        if let YamlValue::List(elements) = &node.value { elements.as_slice() } else { std::slice::from_ref(node) };
    let odd = elements.iter().find(|node| matches!(node.value, YamlValue::Number(Json::String(_))))?;
    let raw = reader.raw(odd);
    let message = format!("{} takes {}, not {}", setting.name(), setting.takes(), shown(raw));
    let finding =
        reader.finding(Rule::WrongType, &odd.span, message).help("write it in decimal digits, without a leading zero");
    let digits = raw.trim_start_matches('0');
    let is_decimal =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let fix = || Fix {
        title: format!("write {digits}"),
        span: odd.span.clone(),
        replacement: digits.to_owned(),
        safe: false,
    };
    Some(if is_decimal { finding.fix(fix()) } else { finding })
}

/// `text_color: #c5ed1b` is a null with a comment behind it, and never meant as that.
fn unquoted_color(reader: &Reader<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    if setting.kind != Kind::Color || node.value != YamlValue::Null || !reader.raw(node).is_empty() {
        return None;
    }
    let rest = reader.lines.rest_of_line(node.span.start);
    let sign = rest.find('#')?;
    let word = rest[sign..].split_whitespace().next()?;
    let digits = &word[1..];
    let looks_like_one = (3..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !looks_like_one {
        return None;
    }
    let start = node.span.start + sign;
    let span = start..start + word.len();
    let message = format!("{word} is a comment here, so {} would be null", setting.name());
    let finding = reader.finding(Rule::UnquotedColor, &span, message);
    Some(match word.parse::<Color>() {
        Ok(_) => finding.help(format!("quote the colour: \"{word}\"")).fix(Fix {
            title: "quote the colour".to_owned(),
            span,
            replacement: format!("\"{word}\""),
            safe: true,
        }),
        Err(error) => finding.help(format!("quote it; {error}")),
    })
}

fn never_unset(reader: &Reader<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    let Unset::Never(reason) = setting.unset else { return None };
    if node.value != YamlValue::Null {
        return None;
    }
    let finding =
        reader.finding(Rule::CannotUnset, &node.span, format!("{} cannot be unset: {reason}", setting.name()));
    Some(finding.help("write a value, or remove the line to leave it as it is"))
}

/// `yes`, `no`, `on` and `off` were booleans in YAML 1.1 and are text in 1.2.
fn old_boolean(reader: &Reader<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    let (Kind::Boolean, YamlValue::Text(text)) = (setting.kind, &node.value) else { return None };
    let raw = reader.raw(node);
    let meant = match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" => "true",
        "no" | "n" | "off" => "false",
        _ => return None,
    };
    if raw.starts_with(['"', '\'']) {
        return None;
    }
    let message = format!("{} takes true or false; {raw} is text in YAML 1.2", setting.name());
    let finding = reader.finding(Rule::YamlBoolean, &node.span, message).help(format!("write {meant}"));
    let fix =
        || Fix { title: format!("write {meant}"), span: node.span.clone(), replacement: meant.to_owned(), safe: true };
    Some(if is_replaceable(reader, node) { finding.fix(fix()) } else { finding })
}

/// A number or boolean where text is wanted, which quotes would mend: `1.10` keeps its digits.
fn unquoted_text(reader: &Reader<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    let textual = matches!(setting.kind, Kind::Text | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Enum(_));
    let what = match &node.value {
        YamlValue::Number(_) => "a number",
        YamlValue::Boolean(_) => "a boolean",
        YamlValue::Null | YamlValue::Text(_) | YamlValue::List(_) | YamlValue::Mapping(_) => return None,
    };
    let raw = reader.raw(node);
    let quoted = Json::String(raw.to_owned());
    if !textual || setting.check(&quoted).iter().any(|problem| problem.refused) {
        return None;
    }
    let message = format!("{} takes text, and {} without quotes is {what}", setting.name(), shown(raw));
    let finding = reader.finding(Rule::WrongType, &node.span, message).help("quote it");
    let (span, replacement) = (node.span.clone(), quoted.to_string());
    Some(finding.fix(Fix { title: "quote it".to_owned(), span, replacement, safe: true }))
}
