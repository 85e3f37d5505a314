//! Removes credentials from every text that leaves the program.
//!
//! An API, a proxy or a page may repeat a credential in any spelling, and a text may have been cut through the middle of
//! one. So a text is looked at as it is and with its escapes resolved, and a part of a credential is enough.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The replacement for a credential. It has no character that Markdown, HTML, JSON, YAML or SARIF would take for syntax.
pub const REDACTED: &str = "(redacted)";

/// Shorter values are not looked for: they would be found in ordinary words. Cloudflare's tokens have 40 characters, its keys 37.
const SHORTEST: usize = 8;

/// People choose passwords of proxies, and shorter ones.
const SHORTEST_PASSWORD: usize = 6;

/// So many characters of a credential in a row are taken for a part of it.
const PART: usize = 8;

/// How often escapes inside escapes are resolved: `%2541` takes two.
const DEEPEST: usize = 3;

/// The credentials in use, and texts without them. Clones share what they know.
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

/// Shows nothing of what it knows.
impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

/// What is looked for.
#[derive(Default)]
struct Needles {
    /// The credentials themselves, in lower case: a URL's host comes back in lower case.
    plain: Index,
    /// The characters of their Base64 that do not depend on what stands around them.
    base64: Index,
}

impl Redactor {
    /// Adds a token or key. White space around it does not count; values under 8 characters are not looked for.
    pub fn learn(&self, secret: &str) {
        self.add(secret, SHORTEST);
    }

    /// Adds the user and password of a proxy, as a URL spells them or as they are. Passwords under 6 characters are looked for
    /// together with their user only.
    pub fn learn_login(&self, user: &str, password: &str) {
        self.add(password, SHORTEST_PASSWORD);
        let [user, password] = [user, password].map(|part| String::from_utf8_lossy(&resolved(part)).into_owned());
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
        // What looks like an escape in the credential itself is resolved as well where a text is looked at.
        let mut level = Some(Level::of(secret));
        while let Some(Level { bytes, .. }) = level.as_ref().filter(|level| level.bytes.len() >= SHORTEST_PASSWORD) {
            needles.plain.add(&bytes.to_ascii_lowercase(), |at| !is_word(bytes[at]));
            level = level.as_ref().and_then(Level::resolved);
        }
    }

    /// The text with [`REDACTED`] in place of every credential and part of one. Texts without any are borrowed.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        if needles.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut redacted = String::new();
        let mut copied = 0;
        let mut start = 0;
        // No credential has a line break in it, and a line at a time bounds the memory.
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

    /// Whether a text holds a credential or a part of one, in any spelling.
    pub fn finds(&self, text: &str) -> bool {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        !needles.is_empty() && text.lines().any(|line| !needles.find(line).is_empty())
    }
}

impl Needles {
    fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// Where credentials are in a line: ranges of bytes in order, apart from each other, at borders of characters.
    fn find(&self, line: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut level = Level::of(line);
        for _ in 0..DEEPEST {
            self.find_in(&level, &mut found);
            match level.resolved() {
                Some(next) => level = next,
                None => break,
            }
        }
        let border = |range: Range<usize>| line.floor_char_boundary(range.start)..line.ceil_char_boundary(range.end);
        joined(found.into_iter().map(border).collect())
    }

    fn find_in(&self, level: &Level, found: &mut Vec<Range<usize>>) {
        let lower = level.bytes.to_ascii_lowercase();
        found.extend(self.plain.find(&lower).into_iter().map(|range| level.origin(&range)));
        // The alphabet for URLs differs in two characters.
        let standard: Vec<u8> = level.bytes.iter().map(|byte| standard_base64(*byte)).collect();
        for range in joined(self.base64.find(&standard)) {
            // What stands around the credential in the same Base64 holds its first and last bits.
            let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
            let before = standard[..range.start].iter().rev().take_while(is_base64).count();
            let behind = standard[range.end..].iter().take_while(is_base64).count();
            found.push(level.origin(&(range.start - before..range.end + behind)));
        }
    }
}

/// Some texts, ready to be found whole or in part.
#[derive(Default)]
struct Index {
    /// Every part of [`PART`] bytes, and whether it tells a credential from ordinary words. One that does not counts beside one
    /// that does.
    parts: HashMap<[u8; PART], bool>,
    /// The last two bytes of each part as a bit, so that almost no place of a text is looked up.
    ends: Vec<u64>,
    /// Texts with parts that tell nothing: these are looked for as a whole, too.
    wholes: Vec<Vec<u8>>,
}

impl Index {
    fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.wholes.is_empty()
    }

    /// Adds a text. `tells` says whether the byte at a place tells it from ordinary words.
    fn add(&mut self, needle: &[u8], tells: impl Fn(usize) -> bool) {
        let mut is_covered = needle.len() >= PART;
        for (start, part) in needle.array_windows::<PART>().enumerate() {
            let is_telling = (start..start + PART).any(&tells);
            is_covered &= is_telling;
            self.ends.resize(1024, 0);
            let end = ending(part);
            self.ends[end / 64] |= 1 << (end % 64);
            *self.parts.entry(*part).or_default() |= is_telling;
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

    /// Stretches of a text that are made of parts, one of which tells something.
    fn find_parts(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<(Range<usize>, bool)> = Vec::new();
        let is_end = |part| {
            let end = ending(part);
            self.ends.get(end / 64).is_some_and(|bits| bits >> (end % 64) & 1 == 1)
        };
        for (start, part) in text.array_windows::<PART>().enumerate().filter(|(_, part)| is_end(part)) {
            let Some(tells) = self.parts.get(part) else { continue };
            match found.last_mut().filter(|(last, _)| start < last.end) {
                Some((last, told)) => (last.end, *told) = (start + PART, *told || *tells),
                None => found.push((start..start + PART, *tells)),
            }
        }
        found.into_iter().filter(|(_, tells)| *tells).map(|(range, _)| range).collect()
    }
}

fn ending(part: &[u8; PART]) -> usize {
    usize::from(part[PART - 2]) << 8 | usize::from(part[PART - 1])
}

/// Letters in lower case and what joins them: ordinary words are made of these, and few parts of random tokens are.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'.' | b' ')
}

/// Ranges in order, those that meet as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

fn standard_base64(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

/// The Base64 of a secret behind none, one and two bytes of something else, without the characters that depend on what is
/// around it.
fn base64_cores(secret: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|before| {
        let encoded = STANDARD.encode([&[0; 2][..before], secret].concat());
        let last = (before + secret.len()) * 4 / 3;
        // A character carries six bits: the first two or three carry bits of what is in front.
        encoded[(before * 4).div_ceil(3)..last].to_owned()
    })
}

/// A text with escapes resolved, and where each of its bytes comes from.
struct Level {
    bytes: Vec<u8>,
    /// Where the bytes start in the original, and where the last one ends. Nothing where they are the original's.
    places: Option<Vec<usize>>,
}

impl Level {
    fn of(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), places: None }
    }

    fn place(&self, index: usize) -> usize {
        self.places.as_ref().map_or(index, |places| places[index])
    }

    /// The bytes of the original that some of these come from.
    fn origin(&self, range: &Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    /// The text with one more layer of escapes resolved; nothing where there is none.
    fn resolved(&self) -> Option<Self> {
        if !self.bytes.iter().any(|byte| matches!(byte, b'%' | b'&' | b'\\' | b'<')) {
            return None;
        }
        let mut next = Self { bytes: Vec::with_capacity(self.bytes.len()), places: None };
        let mut places = Vec::with_capacity(self.bytes.len() + 1);
        let mut at = 0;
        let mut is_other = false;
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
            is_other |= escape.is_some();
            at += length;
        }
        places.push(self.place(self.bytes.len()));
        next.places = Some(places);
        is_other.then_some(next)
    }
}

/// The text with one layer of escapes resolved.
fn resolved(text: &str) -> Vec<u8> {
    Level::of(text).resolved().map_or_else(|| text.as_bytes().to_vec(), |level| level.bytes)
}

/// The escape that a text starts with: how long it is, and the character that it stands for; none where it stands for nothing.
///
/// Those of URLs (`%41`), JSON, Rust and our own (`\u0041`, `\x41`, `\u{41}`, `\/`), of HTML (`&#65;`, `&#x41;`, `&amp;`),
/// and the empty comment that takes the meaning out of Markdown.
fn escape(text: &[u8]) -> Option<(usize, Option<char>)> {
    let hexadecimal = |digits: &[u8]| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    let fixed = |start: usize, length: usize| {
        let digits = text.get(start..start + length).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        Some((start + length, Some(char::from_u32(hexadecimal(digits)?)?)))
    };
    // A number up to a closing character, of as many digits as leading zeros make it.
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
