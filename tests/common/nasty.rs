//! JSON that many programs do not preserve: empty values at every depth, duplicate keys, the private keys of `serde_json`,
//! unusual numbers, deep nesting, unpaired surrogates, long texts.
//!
//! The texts have the layout of the output, without spaces and unnecessary escapes, so that tests can compare them byte by
//! byte.

use proptest::prelude::*;
use serde_json::Value as Json;

/// The text of a value of an unknown field.
pub fn text() -> impl Strategy<Value = String> {
    let value = leaf().prop_recursive(4, 16, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(",")));
        let object = prop::collection::vec((key(), inner), 0..4).prop_map(|all| {
            let members: Vec<String> = all.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        });
        prop_oneof![list, object]
    });
    let deep = (value.clone(), prop_oneof![2..20_usize, Just(130), Just(500)], any::<bool>());
    let deep = deep.prop_map(|(value, levels, objects)| {
        let (open, close) = if objects { (r#"{"a":"#, "}") } else { ("[", "]") };
        format!("{}{value}{}", open.repeat(levels), close.repeat(levels))
    });
    prop_oneof![20 => value, 1 => deep, 1 => (1..2000_usize).prop_map(|length| format!("\"{}\"", "x".repeat(length)))]
}

fn leaf() -> impl Strategy<Value = String> {
    let blank = prop::sample::select(vec!["null", "\"\"", "{}", "[]", "false", "0"]);
    let odd = prop::sample::select(vec![
        "-0",
        "1.0",
        "1.10",
        "1e400",
        "1E5",
        "1e+05",
        "-0.0e-0",
        "12345678901234567890.10",
        "99999999999999999999999999999999999999999",
        r#""\ud800""#,
        r#""\udfff and \ud83d""#,
        r#"{"\udc00":1}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":{},"a":{}}"#,
        r#"{"$serde_json::private::Number":"1"}"#,
        r#"{"$serde_json::private::RawValue":"[1]"}"#,
        r#"{"$zerodrift::sha256":"00"}"#,
    ]);
    prop_oneof![
        3 => blank.prop_map(str::to_owned),
        3 => odd.prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        2 => "[a-zA-Z #:\u{e9}\u{200b}]{1,8}".prop_map(|text| format!("\"{text}\"")),
    ]
}

/// A key. There are few, so that duplicates occur.
fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c", "d", "", "\u{e9}", "$serde_json::private::Number", "$zerodrift::more"])
}

/// The text of a document with additional members at some paths: `beta` or `login_design.beta`.
pub fn with_members<'a>(document: &Json, members: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let mut whole = document.clone();
    let members: Vec<(&String, &String)> = members.collect();
    for (path, _) in &members {
        let place = path.split('.').fold(&mut whole, |place, key| {
            if !place.is_object() {
                *place = serde_json::json!({});
            }
            place.as_object_mut().unwrap().entry(key).or_insert(Json::Null)
        });
        *place = Json::from(format!("<{path}>"));
    }
    let mut text = whole.to_string();
    for (path, member) in members {
        text = text.replacen(&format!("\"<{path}>\""), member, 1);
    }
    text
}

/// The unknown members in the text of a generated document, as `"name":value`. Their names start with `beta_`, `ai_`, `x_`
/// or, in groups, `y_`.
pub fn unknown_members(document: &str) -> Vec<String> {
    let mut found = Vec::new();
    let bytes = document.as_bytes();
    for start in ["\"beta_", "\"ai_", "\"x_", "\"y_"].iter().flat_map(|name| document.match_indices(name)) {
        let (mut depth, mut at, mut quoted) = (0_usize, start.0, false);
        loop {
            match (bytes[at], quoted) {
                (b'\\', true) => at += 1,
                (b'"', _) => quoted = !quoted,
                (b'{' | b'[', false) => depth += 1,
                (b'}' | b']' | b',', false) if depth == 0 => break,
                (b'}' | b']', false) => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        found.push(document[start.0..at].to_owned());
    }
    found.sort();
    found
}
