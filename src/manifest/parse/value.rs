//! Checks one value against the kind of its setting, and finds the fix if there is one.

use serde_json::Value as Json;

use super::decoder::ManifestDecoder;
use super::yaml::{self, ScalarStyle, YamlNode, YamlValue};
use crate::diagnostics::{Finding, Fix, Rule};
use crate::settings::{Color, Element, Kind, Problem, Setting, Unset, shown};
use crate::text::is_hidden;
use crate::text::yaml::flow;

/// Returns the value of a setting if it is usable, and reports all of its problems.
pub(super) fn checked(decoder: &mut ManifestDecoder<'_>, setting: &Setting, node: &YamlNode) -> Option<Json> {
    if decoder.is_blanked(node) {
        return None;
    }
    let misread = final_line_break(decoder, node)
        .or_else(|| unquoted_color(decoder, setting, node))
        .or_else(|| never_unset(decoder, setting, node))
        .or_else(|| old_boolean(decoder, setting, node))
        .or_else(|| unquoted_text(decoder, setting, node))
        .or_else(|| odd_number(decoder, setting, node));
    if let Some(finding) = misread {
        decoder.diagnostics.push(finding.setting(setting.path));
        return None;
    }
    let value = node.to_json();
    let mut usable = true;
    for problem in setting.check(&value) {
        // Characters of the file are already reported; here only an escape such as "\u202e" is new.
        if problem.rule == Rule::HiddenCharacter && decoder.raw(node).contains(is_hidden) {
            continue;
        }
        usable &= !problem.refused;
        let finding = finding(decoder, setting, node, problem);
        decoder.diagnostics.push(finding);
    }
    usable.then_some(value)
}

fn finding(decoder: &ManifestDecoder<'_>, setting: &Setting, node: &YamlNode, problem: Problem) -> Finding {
    let place = match (&node.value, problem.element) {
        (YamlValue::List(elements), Some(position)) => elements.get(position).unwrap_or(node),
        _ => node,
    };
    let fix = problem.suggestion.as_ref().and_then(|meant| fix(decoder, setting, place, meant));
    let severity = problem.severity();
    let finding = decoder.finding(problem.rule, &place.span, problem.message).severity(severity).setting(setting.path);
    let help = problem.help.or_else(|| fix.as_ref().map(|fix| fix.title.clone())).or(finding.help);
    Finding { help, fix, ..finding }
}

fn fix(decoder: &ManifestDecoder<'_>, setting: &Setting, node: &YamlNode, meant: &Json) -> Option<Fix> {
    if !is_replaceable(decoder, node) {
        return None;
    }
    let replacement = flow(meant);
    // Removing the quotes of 'true' or "90" cannot change the intended value.
    let safe = matches!((setting.kind, &node.value), (Kind::Boolean | Kind::Integer { .. }, YamlValue::Text(_)));
    Some(Fix { title: format!("write {}", shortened(&replacement)), span: node.span.clone(), replacement, safe })
}

/// Whether a value can be replaced: a scalar on one line, after its key or dash. A value alone on its line may be the
/// content of a block scalar, where quotes would become part of the text.
fn is_replaceable(decoder: &ManifestDecoder<'_>, node: &YamlNode) -> bool {
    let raw = decoder.raw(node);
    let is_scalar = !matches!(node.value, YamlValue::List(_) | YamlValue::Mapping(_));
    is_scalar && !raw.is_empty() && !raw.contains('\n') && !decoder.lines.starts_line(node.span.start)
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text.to_owned() }
}

/// Finds a block scalar such as `header_text: >`, whose value ends with a line break that is not visible.
pub(super) fn final_line_break(decoder: &ManifestDecoder<'_>, node: &YamlNode) -> Option<Finding> {
    let YamlValue::Text(text) = &node.value else { return None };
    let ScalarStyle::Block(span) = yaml::style(&decoder.source.text, &node.span) else { return None };
    if !text.ends_with('\n') {
        return None;
    }
    let header = decoder.source.text.get(span.clone())?;
    let replacement = header.replace(['+', '-'], "") + "-";
    let message = format!("{header} keeps the line break at the end of the text as part of the value");
    let title = format!("write {replacement}");
    let finding = decoder.finding(Rule::FinalLineBreak, &span, message).help(format!("{title} to remove it"));
    Some(finding.fix(Fix { title, span, replacement, safe: true }))
}

/// Finds a number that YAML parsers read differently, such as `0123`, or that is not finite.
fn odd_number(decoder: &ManifestDecoder<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    if !matches!(setting.kind, Kind::Integer { .. } | Kind::Set(Element::Number(_))) {
        return None;
    }
    let elements =
        if let YamlValue::List(elements) = &node.value { elements.as_slice() } else { std::slice::from_ref(node) };
    let odd = elements.iter().find(|node| matches!(node.value, YamlValue::Number(Json::String(_))))?;
    let raw = decoder.raw(odd);
    let message = format!("{} must be {}, not {}", setting.name(), setting.expected(), shown(raw));
    let finding = decoder
        .finding(Rule::WrongType, &odd.span, message)
        .help("write the number in decimal digits, without a leading zero");
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

/// Finds `text_color: #c5ed1b`, which is a null and a comment.
fn unquoted_color(decoder: &ManifestDecoder<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    if setting.kind != Kind::Color || node.value != YamlValue::Null || !decoder.raw(node).is_empty() {
        return None;
    }
    let rest = decoder.lines.rest_of_line(node.span.start);
    let sign = rest.find('#')?;
    let word = rest[sign..].split_whitespace().next()?;
    let digits = &word[1..];
    let looks_like_one = (3..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !looks_like_one {
        return None;
    }
    let start = node.span.start + sign;
    let span = start..start + word.len();
    let message = format!("{word} without quotes is a comment, so {} is null", setting.name());
    let finding = decoder.finding(Rule::UnquotedColor, &span, message);
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

fn never_unset(decoder: &ManifestDecoder<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    let Unset::Never(reason) = setting.unset else { return None };
    if node.value != YamlValue::Null {
        return None;
    }
    let finding =
        decoder.finding(Rule::CannotUnset, &node.span, format!("{} cannot be unset: {reason}", setting.name()));
    Some(finding.help("write a value, or remove the line to keep the live value"))
}

/// Finds `yes`, `no`, `on` and `off`, which are booleans in YAML 1.1 and text in YAML 1.2.
fn old_boolean(decoder: &ManifestDecoder<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    let (Kind::Boolean, YamlValue::Text(text)) = (setting.kind, &node.value) else { return None };
    let raw = decoder.raw(node);
    let meant = match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" => "true",
        "no" | "n" | "off" => "false",
        _ => return None,
    };
    if raw.starts_with(['"', '\'']) {
        return None;
    }
    let message = format!("{} must be true or false; {raw} is text in YAML 1.2", setting.name());
    let finding = decoder.finding(Rule::YamlBoolean, &node.span, message).help(format!("write {meant}"));
    let fix =
        || Fix { title: format!("write {meant}"), span: node.span.clone(), replacement: meant.to_owned(), safe: true };
    Some(if is_replaceable(decoder, node) { finding.fix(fix()) } else { finding })
}

/// Finds a number or boolean for a text setting, if quotes would make it valid: `1.10` keeps its digits.
fn unquoted_text(decoder: &ManifestDecoder<'_>, setting: &Setting, node: &YamlNode) -> Option<Finding> {
    let textual = matches!(setting.kind, Kind::Text | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Enum(_));
    let what = match &node.value {
        YamlValue::Number(_) => "a number",
        YamlValue::Boolean(_) => "a boolean",
        YamlValue::Null | YamlValue::Text(_) | YamlValue::List(_) | YamlValue::Mapping(_) => return None,
    };
    let raw = decoder.raw(node);
    let quoted = Json::String(raw.to_owned());
    if !textual || setting.check(&quoted).iter().any(|problem| problem.refused) {
        return None;
    }
    let message = format!("{} must be text, but {} without quotes is {what}", setting.name(), shown(raw));
    let finding = decoder.finding(Rule::WrongType, &node.span, message).help("quote it");
    let (span, replacement) = (node.span.clone(), quoted.to_string());
    Some(finding.fix(Fix { title: "quote it".to_owned(), span, replacement, safe: true }))
}
