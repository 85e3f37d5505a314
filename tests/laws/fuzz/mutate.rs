//! Mutations of bytes and JSON. The same seed gives the same inputs on every machine.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

/// Tokens that are syntax for one of the parsers.
const TOKENS: [&str; 48] = [
    "null",
    "true",
    "~",
    "{}",
    "[]",
    "\"\"",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\t",
    "#",
    "#fff",
    "\"#FFFFFF\"",
    "&a",
    "*a",
    "!!str ",
    "---\n",
    "...\n",
    "|\n",
    ">-\n",
    "? ",
    "<<: ",
    "'",
    "\"",
    "\\u202e",
    "\\ud800",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[31m",
    "\u{85}",
    "\u{2028}",
    "\0",
    "\r\n",
    "1e999",
    "-0.0",
    "0x1F",
    "9223372036854775808",
    "24h",
    "1.5h",
    "1\u{b5}s",
    "-1ns",
    "2562047h47m16.854775807s",
    "::set-output name=x::",
    "%0A",
    "</script>",
    "\u{e4}\u{1f680}",
    "organization",
];

/// A changed copy of one of the seeds.
pub(crate) fn bytes(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut input = seeds[rng.usize(..seeds.len())].clone();
    for _ in 0..rng.usize(1..=6) {
        mutate(rng, &mut input, seeds);
    }
    input.truncate(16 * 1024);
    input
}

fn mutate(rng: &mut Rng, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let (start, end) = range(rng, input.len());
    match rng.u8(..8) {
        0 if !input.is_empty() => input[start.min(end.saturating_sub(1))] ^= 1 << rng.u8(..8),
        1 if !input.is_empty() => input[start.min(end.saturating_sub(1))] = rng.u8(..),
        2 => drop(input.drain(start..end)),
        3 => {
            let piece = input[start..end].to_vec();
            let at = rng.usize(..=input.len());
            input.splice(at..at, piece);
        }
        4 => {
            let other = &seeds[rng.usize(..seeds.len())];
            let (from, to) = range(rng, other.len());
            input.splice(start..end, other[from..to].iter().copied());
        }
        5 => {
            // Indents a line, which changes the meaning of the lines below.
            let spaces = vec![b' '; rng.usize(..4)];
            let at = input[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            input.splice(at..at, spaces);
        }
        _ => {
            let token = TOKENS[rng.usize(..TOKENS.len())].bytes();
            let replaced = if rng.bool() { start..end.min(start + 8) } else { start..start };
            input.splice(replaced, token);
        }
    }
}

/// A random range within a length, usually short.
fn range(rng: &mut Rng, length: usize) -> (usize, usize) {
    let start = rng.usize(..=length);
    let longest = if rng.u8(..4) == 0 { length } else { 12 };
    (start, (start + rng.usize(..=longest)).min(length))
}

/// A changed copy of a JSON value: members and elements are removed, added, reordered or replaced.
pub(crate) fn json(rng: &mut Rng, value: &Json) -> Json {
    if rng.u8(..24) == 0 {
        return unusual(rng);
    }
    match value {
        Json::Object(members) => {
            let mut changed = Map::new();
            for (key, member) in members {
                if rng.u8(..16) == 0 {
                    continue;
                }
                let key = if rng.u8(..32) == 0 { text(rng) } else { key.clone() };
                changed.insert(key, json(rng, member));
            }
            if rng.u8(..8) == 0 {
                changed.insert(text(rng), unusual(rng));
            }
            Json::Object(changed)
        }
        Json::Array(elements) => {
            let mut changed: Vec<Json> = elements.iter().map(|element| json(rng, element)).collect();
            if rng.u8(..8) == 0 {
                changed.push(unusual(rng));
            }
            rng.shuffle(&mut changed);
            Json::Array(changed)
        }
        Json::String(old) if rng.u8(..4) == 0 => {
            let bytes = bytes(rng, &[old.clone().into_bytes()]);
            Json::from(String::from_utf8_lossy(&bytes))
        }
        Json::Bool(old) if rng.u8(..4) == 0 => Json::Bool(!old),
        other => other.clone(),
    }
}

/// An unusual value.
fn unusual(rng: &mut Rng) -> Json {
    match rng.u8(..12) {
        0 => Json::Null,
        1 => json!({}),
        2 => json!([]),
        3 => json!(""),
        4 => json!([null, "", [], {}]),
        5 => json!({"": {"": null}}),
        6 => json!([text(rng), text(rng)]),
        7 => json!({text(rng): text(rng)}),
        8 => serde_json::from_str("1.10").unwrap_or_default(),
        9 => serde_json::from_str("123456789012345678901234567890e-5").unwrap_or_default(),
        10 => Json::Bool(rng.bool()),
        _ => Json::from(text(rng)),
    }
}

fn text(rng: &mut Rng) -> String {
    (0..rng.usize(..3)).map(|_| TOKENS[rng.usize(..TOKENS.len())]).collect()
}
