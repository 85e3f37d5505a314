//! Removes credentials from all output.
//!
//! An API, a proxy or a web page may repeat a credential in any encoding, and a text may be cut in the middle of one. So a
//! text is searched as it is and with its escapes decoded, and parts of credentials are found too.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The replacement for a credential. It contains no syntax of Markdown, HTML, JSON, YAML or SARIF.
pub const REDACTED: &str = "(redacted)";

/// The minimum length of a credential in bytes; shorter ones would match ordinary words. Cloudflare's tokens have 40
/// characters, its keys 37.
const SHORTEST: usize = 8;

/// The minimum length of a proxy password in bytes. Passwords are chosen by people and may be shorter.
const SHORTEST_PASSWORD: usize = 6;

/// The length in bytes of the parts of a credential that are searched for.
const PART: usize = 8;

/// The number of levels of nested escapes that are decoded: `%2541` has two.
const MAX_LEVELS: usize = 3;

/// Removes the credentials in use from texts. Clones share their credentials.
///
/// ```
/// use zerodrift::text::Redactor;
///
/// let redactor = Redactor::default();
/// redactor.learn("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY");
/// assert_eq!(redactor.redact("no token Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY here"), "no token (redacted) here");
/// assert_eq!(redactor.redact("Bearer U24zbFpKVEJYNmtrZzdPZGNCVUF4T085NjNHRUl5R1FxbkZUT0ZZWQ=="), "Bearer (redacted)");
/// ```
#[derive(Clone, Default)]
pub struct Redactor {
    needles: Arc<RwLock<Needles>>,
}

/// Does not show credentials.
impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

/// The texts that are searched for.
#[derive(Default)]
struct Needles {
    /// The credentials, in lower case, because hosts of URLs are converted to lower case.
    plain: Index,
    /// The characters of their Base64 encoding that do not depend on the text around them.
    base64: Index,
}

impl Redactor {
    /// Adds a token or key. White space around it is ignored, and so are values with fewer than 8 characters.
    pub fn learn(&self, secret: &str) {
        self.add(secret, SHORTEST);
    }

    /// Adds the user and password of a proxy, percent-encoded or not. A password with fewer than 6 characters is only searched
    /// for together with its user.
    pub fn learn_login(&self, user: &str, password: &str) {
        self.add(password, SHORTEST_PASSWORD);
        let [user, password] = [user, password].map(|part| String::from_utf8_lossy(&decoded(part)).into_owned());
        self.add(&password, SHORTEST_PASSWORD);
        if !password.is_empty() {
            self.add(&format!("{user}:{password}"), SHORTEST_PASSWORD);
        }
    }

    fn add(&self, secret: &str, shortest: usize) {
        let secret = secret.trim();
        if secret.len() < shortest {
            return;
        }
        let mut needles = self.needles.write().unwrap_or_else(PoisonError::into_inner);
        for core in base64_cores(secret.as_bytes()) {
            needles.base64.add(core.as_bytes(), |_| true);
        }
        // Decoding a text also decodes what looks like an escape in the credential.
        let mut level = Some(Level::of(secret));
        while let Some(Level { bytes, .. }) = level.as_ref().filter(|level| level.bytes.len() >= SHORTEST_PASSWORD) {
            needles.plain.add(&bytes.to_ascii_lowercase(), |at| !is_word(bytes[at]));
            level = level.as_ref().and_then(Level::decoded);
        }
    }

    /// Replaces all credentials and parts of credentials by [`REDACTED`]. A text without any is borrowed.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        if needles.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut redacted = String::new();
        let mut copied = 0;
        let mut start = 0;
        // Credentials have no line breaks. Searching line by line bounds the memory.
        for line in text.split_inclusive('\n') {
            for found in needles.find(line) {
                redacted.push_str(&text[copied..start + found.start]);
                redacted.push_str(REDACTED);
                copied = start + found.end;
            }
            start += line.len();
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        redacted.push_str(&text[copied..]);
        Cow::Owned(redacted)
    }

    /// Whether a text contains a credential or a part of one, in any encoding.
    pub fn finds(&self, text: &str) -> bool {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        !needles.is_empty() && text.lines().any(|line| !needles.find(line).is_empty())
    }
}

impl Needles {
    fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// Returns the credentials in a line, as ordered and disjoint byte ranges on character boundaries.
    fn find(&self, line: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut level = Level::of(line);
        for _ in 0..MAX_LEVELS {
            self.find_in(&level, &mut found);
            match level.decoded() {
                Some(next) => level = next,
                None => break,
            }
        }
        let on_boundaries =
            |range: Range<usize>| line.floor_char_boundary(range.start)..line.ceil_char_boundary(range.end);
        merged(found.into_iter().map(on_boundaries).collect())
    }

    fn find_in(&self, level: &Level, found: &mut Vec<Range<usize>>) {
        let lower = level.bytes.to_ascii_lowercase();
        found.extend(self.plain.find(&lower).into_iter().map(|range| level.origin(&range)));
        // The alphabet for URLs differs in two characters.
        let standard: Vec<u8> = level.bytes.iter().map(|byte| standard_base64(*byte)).collect();
        for range in merged(self.base64.find(&standard)) {
            // The adjacent Base64 characters contain the first and last bits of the credential.
            let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
            let before = standard[..range.start].iter().rev().take_while(is_base64).count();
            let behind = standard[range.end..].iter().take_while(is_base64).count();
            found.push(level.origin(&(range.start - before..range.end + behind)));
        }
    }
}

/// An index of texts, to find them and their parts.
#[derive(Default)]
struct Index {
    /// All parts of [`PART`] bytes, and whether they are distinctive. A part that is not, such as an ordinary word, only
    /// matches next to one that is.
    parts: HashMap<[u8; PART], bool>,
    /// A bit set of the last two bytes of all parts, as a fast filter.
    ends: Vec<u64>,
    /// Texts with parts that are not distinctive. They are also searched for as a whole.
    wholes: Vec<Vec<u8>>,
}

impl Index {
    fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.wholes.is_empty()
    }

    /// Adds a text. `is_distinctive` is whether the byte at an index does not occur in ordinary words.
    fn add(&mut self, needle: &[u8], is_distinctive: impl Fn(usize) -> bool) {
        let mut is_covered = needle.len() >= PART;
        for (start, part) in needle.array_windows::<PART>().enumerate() {
            let has_distinctive = (start..start + PART).any(&is_distinctive);
            is_covered &= has_distinctive;
            self.ends.resize(1024, 0);
            let end = ending(part);
            self.ends[end / 64] |= 1 << (end % 64);
            *self.parts.entry(*part).or_default() |= has_distinctive;
        }
        if !is_covered && !self.wholes.iter().any(|whole| whole == needle) {
            self.wholes.push(needle.to_vec());
        }
    }

    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.find_parts(text);
        for whole in &self.wholes {
            let places = text.windows(whole.len()).enumerate().filter(|(_, window)| window == whole);
            found.extend(places.map(|(start, _)| start..start + whole.len()));
        }
        found
    }

    /// Returns the ranges of a text that consist of parts, at least one of which is distinctive.
    fn find_parts(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<(Range<usize>, bool)> = Vec::new();
        let is_end = |part| {
            let end = ending(part);
            self.ends.get(end / 64).is_some_and(|bits| bits >> (end % 64) & 1 == 1)
        };
        for (start, part) in text.array_windows::<PART>().enumerate().filter(|(_, part)| is_end(part)) {
            let Some(is_distinctive) = self.parts.get(part) else { continue };
            match found.last_mut().filter(|(last, _)| start < last.end) {
                Some((last, any)) => (last.end, *any) = (start + PART, *any || *is_distinctive),
                None => found.push((start..start + PART, *is_distinctive)),
            }
        }
        found.into_iter().filter(|(_, is_distinctive)| *is_distinctive).map(|(range, _)| range).collect()
    }
}

fn ending(part: &[u8; PART]) -> usize {
    usize::from(part[PART - 2]) << 8 | usize::from(part[PART - 1])
}

/// Whether a byte occurs in ordinary words: lower-case letters and separators. Few parts of random tokens consist only of
/// these.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'.' | b' ')
}

/// Sorts ranges and merges those that overlap or touch.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn standard_base64(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

/// Returns the Base64 encodings of a secret at the three possible alignments, without the characters that depend on the
/// bytes around it.
fn base64_cores(secret: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|before| {
        let encoded = STANDARD.encode([&[0; 2][..before], secret].concat());
        let last = (before + secret.len()) * 4 / 3;
        // A character encodes six bits, so the first two or three contain bits of the preceding bytes.
        encoded[(before * 4).div_ceil(3)..last].to_owned()
    })
}

/// A text with decoded escapes, and the origin of each byte.
struct Level {
    bytes: Vec<u8>,
    /// The offsets of the bytes in the original, and the end of the last one. `None` for the original itself.
    places: Option<Vec<usize>>,
}

impl Level {
    fn of(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), places: None }
    }

    fn place(&self, index: usize) -> usize {
        self.places.as_ref().map_or(index, |places| places[index])
    }

    /// Returns the range of the original that a range was decoded from.
    fn origin(&self, range: &Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    /// Decodes one more level of escapes; `None` if there are none.
    fn decoded(&self) -> Option<Self> {
        if !self.bytes.iter().any(|byte| matches!(byte, b'%' | b'&' | b'\\' | b'<')) {
            return None;
        }
        let mut next = Self { bytes: Vec::with_capacity(self.bytes.len()), places: None };
        let mut places = Vec::with_capacity(self.bytes.len() + 1);
        let mut at = 0;
        let mut has_escapes = false;
        while let Some(byte) = self.bytes.get(at) {
            let escape = escape(&self.bytes[at..]);
            let (length, character) = escape.unwrap_or((1, None));
            let mut buffer = [0; 4];
            let bytes: &[u8] = match (escape, character) {
                (None, _) => std::slice::from_ref(byte),
                (Some(_), None) => &[],
                (Some(_), Some(character)) => character.encode_utf8(&mut buffer).as_bytes(),
            };
            next.bytes.extend_from_slice(bytes);
            places.extend(bytes.iter().map(|_| self.place(at)));
            has_escapes |= escape.is_some();
            at += length;
        }
        places.push(self.place(self.bytes.len()));
        next.places = Some(places);
        has_escapes.then_some(next)
    }
}

/// Decodes one level of escapes.
fn decoded(text: &str) -> Vec<u8> {
    Level::of(text).decoded().map_or_else(|| text.as_bytes().to_vec(), |level| level.bytes)
}

/// Returns the length of the escape at the start of a text and the character that it encodes, if any.
///
/// Supported are the escapes of URLs (`%41`), of JSON, Rust and our own output (`\u0041`, `\x41`, `\u{41}`, `\/`), of HTML
/// (`&#65;`, `&#x41;`, `&amp;`), and the empty comment that `markdown` inserts.
fn escape(text: &[u8]) -> Option<(usize, Option<char>)> {
    let hexadecimal = |digits: &[u8]| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    let fixed = |start: usize, length: usize| {
        let digits = text.get(start..start + length).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        Some((start + length, Some(char::from_u32(hexadecimal(digits)?)?)))
    };
    // A number of any length, with leading zeros, up to a closing character.
    let number = |start: usize, close: u8, radix: u32| {
        let length = text.get(start..)?.iter().take(12).position(|byte| *byte == close)?;
        let digits = std::str::from_utf8(&text[start..start + length]).ok()?;
        Some((start + length + 1, Some(char::from_u32(u32::from_str_radix(digits, radix).ok()?)?)))
    };
    let named = || {
        let names = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\''), ("&nbsp;", ' ')];
        let (name, character) = names.into_iter().find(|(name, _)| text.starts_with(name.as_bytes()))?;
        Some((name.len(), Some(character)))
    };
    match text {
        [b'%', ..] => fixed(1, 2),
        [b'\\', b'u', b'{', ..] => number(3, b'}', 16),
        [b'\\', b'u', ..] => fixed(2, 4),
        [b'\\', b'x', ..] => fixed(2, 2),
        [b'\\', mark, ..] if mark.is_ascii_punctuation() => Some((2, Some(char::from(*mark)))),
        [b'&', b'#', b'x' | b'X', ..] => number(3, b';', 16),
        [b'&', b'#', ..] => number(2, b';', 10),
        [b'&', ..] => named(),
        _ => text.starts_with(b"<!-- -->").then_some((8, None)),
    }
}

#[cfg(test)]
mod tests;
