//! Functions of Terraform's language that need nothing but their arguments: those that configurations of settings use.

use serde_json::{Map, Value as Json};

use super::evaluate::{Evaluated, Unknown, as_boolean, as_number, as_text, number};
use crate::organization::shown;

/// Calls a function.
///
/// # Errors
/// If there is no such function here, or it does not take these arguments.
pub(super) fn call(name: &str, arguments: Vec<Json>) -> Evaluated {
    let arguments = &arguments[..];
    let called = text(name, arguments).or_else(|| collection(name, arguments)).or_else(|| conversion(name, arguments));
    called.unwrap_or_else(|| Err(Unknown::because(format!("the call of {} is not evaluated", shown(name)))))
}

/// Functions that make text.
fn text(name: &str, arguments: &[Json]) -> Option<Evaluated> {
    let on = |one: &Json, of: fn(&str) -> String| as_text(one).map(|text| Json::String(of(&text)));
    Some(match (name, arguments) {
        ("lower", [one]) => on(one, str::to_lowercase),
        ("upper", [one]) => on(one, str::to_uppercase),
        ("trimspace", [one]) => on(one, |text| text.trim().to_owned()),
        ("chomp", [one]) => on(one, |text| text.trim_end_matches(['\r', '\n']).to_owned()),
        ("trimprefix", [one, prefix]) => without(one, prefix, |text, prefix| text.strip_prefix(prefix)),
        ("trimsuffix", [one, suffix]) => without(one, suffix, |text, suffix| text.strip_suffix(suffix)),
        ("replace", [one, from, to]) => replace(one, from, to),
        ("substr", [one, offset, length]) => substr(one, offset, length),
        ("format", [form, values @ ..]) => format(form, values),
        ("join", [separator, Json::Array(elements)]) => join(separator, elements),
        _ => return None,
    })
}

fn without(one: &Json, end: &Json, strip: for<'t> fn(&'t str, &str) -> Option<&'t str>) -> Evaluated {
    let (text, end) = (as_text(one)?, as_text(end)?);
    Ok(Json::from(strip(&text, &end).unwrap_or(&text)))
}

fn replace(one: &Json, from: &Json, to: &Json) -> Evaluated {
    let (text, from, to) = (as_text(one)?, as_text(from)?, as_text(to)?);
    let is_expression = from.len() > 1 && from.starts_with('/') && from.ends_with('/');
    if is_expression || from.is_empty() {
        return Err(Unknown::because("replace(…) with a regular expression is not evaluated"));
    }
    fits(text.matches(&from).count(), &to)?;
    Ok(Json::String(text.replace(&from, &to)))
}

fn substr(one: &Json, offset: &Json, length: &Json) -> Evaluated {
    let (text, offset, length) = (as_text(one)?, as_number(offset)?, as_number(length)?);
    if offset < 0.0 {
        return Err(Unknown::because("substr(…) from the end is not evaluated"));
    }
    // Conversions of floats saturate, and -1 means all of the rest.
    let length = if length < 0.0 { usize::MAX } else { length as usize };
    Ok(Json::String(text.chars().skip(offset as usize).take(length).collect()))
}

/// `%s`, `%v`, `%d` and `%%`.
fn format(form: &Json, values: &[Json]) -> Evaluated {
    let form = as_text(form)?;
    let (mut text, mut values, mut rest) = (String::new(), values.iter(), form.chars());
    while let Some(character) = rest.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        match (rest.next(), &mut values) {
            (Some('%'), _) => text.push('%'),
            (Some('s' | 'v' | 'd'), values) => {
                let value = values.next().ok_or_else(|| Unknown::because("format(…) has too few arguments"))?;
                text.push_str(&as_text(value)?);
            }
            _ => return Err(Unknown::because("format(…) with other verbs than %s, %v and %d is not evaluated")),
        }
    }
    Ok(Json::String(text))
}

fn join(separator: &Json, elements: &[Json]) -> Evaluated {
    let separator = as_text(separator)?;
    fits(elements.len(), &separator)?;
    let texts: Vec<String> = elements.iter().map(as_text).collect::<Result<_, _>>()?;
    Ok(Json::String(texts.join(&separator)))
}

/// Whether a text may be there so many times: what multiplies is made before anybody counts the work.
fn fits(times: usize, text: &str) -> Result<(), Unknown> {
    const LONGEST: usize = 1024 * 1024;
    let fits = times.saturating_mul(text.len()) <= LONGEST;
    fits.then_some(()).ok_or_else(|| Unknown::because("the result is too long"))
}

/// Functions on lists and maps.
fn collection(name: &str, arguments: &[Json]) -> Option<Evaluated> {
    Some(match (name, arguments) {
        ("concat", lists) => concat(lists),
        ("merge", maps) => merge(maps),
        ("keys", [Json::Object(map)]) => Ok(sorted(map).into_iter().map(|(key, _)| Json::from(key.as_str())).collect()),
        ("values", [Json::Object(map)]) => Ok(sorted(map).into_iter().map(|(_, value)| value.clone()).collect()),
        ("length", [Json::Array(elements)]) => Ok(Json::from(elements.len())),
        ("length", [Json::Object(members)]) => Ok(Json::from(members.len())),
        ("contains", [Json::Array(elements), value]) => Ok(Json::Bool(elements.contains(value))),
        ("compact", [Json::Array(elements)]) => Ok(elements.iter().filter(|e| !is_nothing(e)).cloned().collect()),
        ("lookup", [Json::Object(map), key, default]) => {
            as_text(key).map(|key| map.get(&key).unwrap_or(default).clone())
        }
        ("coalesce", values) => {
            let found = values.iter().find(|value| !is_nothing(value)).cloned();
            found.ok_or_else(|| Unknown::because("nothing in coalesce(…) has a value"))
        }
        _ => return None,
    })
}

fn is_nothing(value: &Json) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn concat(lists: &[Json]) -> Evaluated {
    let elements = lists.iter().map(|list| list.as_array().ok_or_else(|| Unknown::because("concat(…) takes lists")));
    Ok(elements.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().cloned().collect())
}

fn merge(maps: &[Json]) -> Evaluated {
    let mut merged = Map::new();
    for map in maps.iter().filter(|map| !map.is_null()) {
        let map = map.as_object().ok_or_else(|| Unknown::because("merge(…) takes maps"))?;
        merged.extend(map.clone());
    }
    Ok(Json::Object(merged))
}

/// The members of a map in the order in which Terraform goes through them.
pub(super) fn sorted(map: &Map<String, Json>) -> Vec<(&String, &Json)> {
    let mut members: Vec<_> = map.iter().collect();
    members.sort_by_key(|(key, _)| *key);
    members
}

/// Functions that convert.
fn conversion(name: &str, arguments: &[Json]) -> Option<Evaluated> {
    Some(match (name, arguments) {
        ("tostring", [one]) => as_text(one).map(Json::String),
        ("tonumber", [one]) => as_number(one).and_then(number),
        ("tobool", [one]) => as_boolean(one).map(Json::Bool),
        ("tolist", [list @ Json::Array(_)]) | ("tomap", [list @ Json::Object(_)]) => Ok(list.clone()),
        ("toset" | "distinct", [Json::Array(elements)]) => Ok(distinct(name, elements)),
        ("sensitive" | "nonsensitive", [one]) => Ok(one.clone()),
        _ => return None,
    })
}

/// A list without repetition; a set of texts has an order of its own.
fn distinct(name: &str, elements: &[Json]) -> Json {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<Json> = elements.iter().filter(|element| seen.insert(element.to_string())).cloned().collect();
    if name == "toset" && kept.iter().all(Json::is_string) {
        kept.sort_by(|one, two| one.as_str().cmp(&two.as_str()));
    }
    Json::Array(kept)
}
