//! Text → values, with a stand-in for each value that a [`Json`] cannot represent exactly, or only at a high cost.

use serde_json::{Map, Value as Json};

use super::scan::{Container, Scanner, Token, unescaped};
use super::stand_in::{MORE, OURS, SERDE, Texts};
use super::text::JsonText;

/// The deepest nesting of values, so that documents with them stay within the limits of other JSON readers.
const DEPTH: usize = 16;

/// From this size in bytes, a document is kept as text if possible: as values it takes up to 40 times as much memory.
const LARGE: usize = 256 * 1024;

/// The largest array or object that is decoded in a large document, in bytes.
const SMALL: usize = 4 * 1024;

/// The keys of each setting, below its section: the paths that are decoded.
pub(crate) type Names<'n> = &'n [&'n [&'static str]];

/// A value, and the original texts of its stand-ins.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Decoded {
    pub(crate) value: Json,
    pub(crate) texts: Texts,
}

/// Decodes a valid text. In a large document, members on the path of none of the `names` become one stand-in.
pub(crate) fn decode(valid: &str, names: Names<'_>) -> Decoded {
    run(valid, names, valid.len() > LARGE)
}

/// Decodes a valid text completely, regardless of its size.
#[cfg(feature = "sandbox")]
pub(crate) fn decode_whole(valid: &str) -> Decoded {
    run(valid, &[], false)
}

fn run(valid: &str, names: Names<'_>, is_large: bool) -> Decoded {
    let scanner = Scanner::new(valid);
    let mut decoder = Decoder { text: valid, scanner, texts: Texts::default(), names, is_large };
    let value = decoder.next_value(&[]);
    Decoded { value, texts: decoder.texts }
}

impl JsonText {
    /// The value, with stand-ins for what a [`Json`] cannot represent. For inspection only: do not send it back.
    pub fn view(&self) -> Json {
        decode(self.as_str(), &[]).value
    }
}

/// The members of an object: unescaped names, and values as text. `None` if it is not an object, or if a name has an
/// unpaired surrogate.
fn members(valid: &str) -> Option<Vec<(String, &str)>> {
    let mut scanner = Scanner::new(valid);
    let Ok(Some(Token::Open(Container::Object))) = scanner.token() else { return None };
    let mut members = Vec::new();
    while let Ok(Some(Token::Key(raw))) = scanner.token() {
        members.push((name(raw)?, skip_value(valid, &mut scanner)));
    }
    Some(members)
}

/// The members of an object with unique names. The error is the first name that is used twice.
pub(crate) fn unique_members(valid: &str) -> Result<Option<Vec<(String, &str)>>, String> {
    let Some(members) = members(valid) else { return Ok(None) };
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(pair[0].to_owned()),
        None => Ok(Some(members)),
    }
}

/// The path of no setting.
const NO_KEYS: &[&str] = &[""];

struct Decoder<'t, 'n> {
    text: &'t str,
    scanner: Scanner<'t>,
    texts: Texts,
    names: Names<'n>,
    is_large: bool,
}

impl<'t> Decoder<'t, '_> {
    /// The next value; `keys` is its path, as far as that can be the path of a setting or group.
    fn next_value(&mut self, keys: &[&str]) -> Json {
        let before = self.scanner.clone();
        match self.scanner.token() {
            Ok(Some(token)) => self.value(token, &before, keys),
            // A valid text has no other token in the place of a value.
            Ok(None) | Err(_) => Json::Null,
        }
    }

    fn value(&mut self, token: Token<'t>, before: &Scanner<'t>, keys: &[&str]) -> Json {
        let exact = match token {
            Token::Word("true") => Some(Json::Bool(true)),
            Token::Word("false") => Some(Json::Bool(false)),
            Token::Text(raw) => name(raw).map(Json::String),
            Token::Number(raw) => number(raw),
            Token::Open(_) if self.stays_text(before, keys) => None,
            Token::Open(Container::Array) => Some(self.array()),
            Token::Open(Container::Object) => self.object(keys),
            Token::Word(_) | Token::Key(_) | Token::Close(_) => Some(Json::Null),
        };
        exact.unwrap_or_else(|| {
            self.scanner = before.clone();
            let text = skip_value(self.text, &mut self.scanner);
            self.texts.keep(text)
        })
    }

    /// Whether the container that was just opened is too deep or too large to be decoded.
    fn stays_text(&self, before: &Scanner<'t>, keys: &[&str]) -> bool {
        if self.scanner.depth() > DEPTH {
            return true;
        }
        self.is_large && !self.leads_on(keys) && skip_value(self.text, &mut before.clone()).len() > SMALL
    }

    /// Whether there are settings below these keys: the keys of a group, or of the document itself.
    fn leads_on(&self, keys: &[&str]) -> bool {
        self.names.iter().any(|name| name.len() > keys.len() && name.starts_with(keys))
    }

    fn array(&mut self) -> Json {
        let mut elements = Vec::new();
        loop {
            let before = self.scanner.clone();
            match self.scanner.token() {
                Ok(Some(Token::Close(_)) | None) | Err(_) => return Json::Array(elements),
                Ok(Some(token)) => elements.push(self.value(token, &before, NO_KEYS)),
            }
        }
    }

    /// The object that was just opened; `None` if it cannot be represented exactly.
    fn object(&mut self, keys: &[&str]) -> Option<Json> {
        // Documents and groups are never written as part of a document that `serde_json` reads.
        let is_looked_into = self.leads_on(keys);
        let mut members = Map::new();
        let mut more = String::new();
        while let Ok(Some(Token::Key(raw))) = self.scanner.token() {
            let key = name(raw)?;
            let is_reserved =
                if is_looked_into { key == MORE } else { key.starts_with(OURS) || key.starts_with(SERDE) };
            if is_reserved || members.contains_key(&key) {
                return None;
            }
            let mut inner = keys.to_vec();
            inner.push(&key);
            if self.is_large && is_looked_into && !self.names.iter().any(|name| name.starts_with(&inner)) {
                let value = skip_value(self.text, &mut self.scanner);
                let comma = if more.is_empty() { "{" } else { "," };
                more.extend([comma, "\"", raw, "\":", value]);
                continue;
            }
            let value = self.next_value(&inner);
            members.insert(key, value);
        }
        if !more.is_empty() {
            more.push('}');
            members.insert(MORE.to_owned(), self.texts.keep(&more));
        }
        Some(Json::Object(members))
    }
}

/// Unescapes a key or text; `None` if it has an unpaired surrogate.
fn name(raw: &str) -> Option<String> {
    String::from_utf8(unescaped(raw).into_owned()).ok()
}

/// A number with all its digits; `None` if `serde_json` loses any, from text (`1e400`) or from a value (`-0`).
fn number(raw: &str) -> Option<Json> {
    let number = serde_json::from_str(raw).and_then(serde_json::from_value::<Json>).ok()?;
    let written = number.to_string();
    (written == raw).then_some(number)
}

/// Skips the next value, and returns its text.
fn skip_value<'t>(text: &'t str, scanner: &mut Scanner<'t>) -> &'t str {
    let before = scanner.at();
    if let Ok(Some(Token::Open(_))) = scanner.token() {
        // The text is valid, so the container has an end.
        let _ = scanner.leave();
    }
    text[before..scanner.at()].trim_start_matches([' ', '\t', '\n', '\r', ',', ':'])
}
