//! JSON tokens, read without recursion: nesting costs one byte per level and no stack.

use std::borrow::Cow;
use std::fmt;

/// The deepest nesting of an answer of the API. Real answers have three levels.
pub const MAX_DEPTH: usize = 10_000;

/// How much deeper other texts may be nested: a file that contains an answer adds its own levels.
const FILE_LEVELS: usize = 8;

/// Why a text is not JSON that zerodrift reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// Where: bytes from the start.
    pub at: usize,
    line: usize,
    column: usize,
}

/// What is wrong with a text that should be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonProblem {
    /// The text ends too early.
    Truncated,
    /// The text at this place is not JSON.
    Syntax,
    /// It is nested deeper than [`MAX_DEPTH`], plus a few levels for the file around it.
    TooDeep,
    /// Its bytes are not UTF-8.
    Encoding,
}

impl JsonError {
    pub(super) fn new(problem: JsonProblem, bytes: &[u8], at: usize) -> Self {
        let before = &bytes[..at.min(bytes.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        // A continuation byte does not start a column.
        let column = before[start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
        Self { problem, at, line, column }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            JsonProblem::Truncated => f.write_str("unexpected end of JSON")?,
            JsonProblem::Syntax => f.write_str("syntax error")?,
            JsonProblem::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels")?,
            JsonProblem::Encoding => f.write_str("not UTF-8")?,
        }
        write!(f, " at line {}, column {}", self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

/// The two kinds of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Object,
    Array,
}

/// One token. Keys and texts are the raw characters between the quotes, including escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Open(Container),
    Close(Container),
    Key(&'t str),
    Text(&'t str),
    Number(&'t str),
    /// `null`, `true` or `false`.
    Word(&'t str),
}

/// What can come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// A value, or the end of the array that was just opened.
    FirstValue,
    Key,
    /// A key, or the end of the object that was just opened.
    FirstKey,
    /// A comma, or the end of the container.
    Separator,
}

/// A position in a text, with its open containers.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Container>,
    limit: usize,
    next: Next,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self::within(text, MAX_DEPTH + FILE_LEVELS)
    }

    /// A scanner with this nesting limit.
    pub(super) fn within(text: &'t str, limit: usize) -> Self {
        Self { text, at: 0, open: Vec::new(), limit, next: Next::Value }
    }

    /// Bytes read so far.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The number of open containers.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next token; `None` at the end of the text.
    pub(super) fn token(&mut self) -> Result<Option<Token<'t>>, JsonError> {
        loop {
            self.skip_space();
            let Some(byte) = self.peek() else {
                let whole = self.open.is_empty() && self.next == Next::Separator;
                return if whole { Ok(None) } else { Err(self.error(JsonProblem::Truncated)) };
            };
            match (self.next, byte, self.open.last()) {
                (Next::FirstValue | Next::Separator, b']', Some(Container::Array)) => {
                    return Ok(Some(self.close(Container::Array)));
                }
                (Next::FirstKey | Next::Separator, b'}', Some(Container::Object)) => {
                    return Ok(Some(self.close(Container::Object)));
                }
                (Next::Separator, b',', Some(container)) => {
                    self.next = if *container == Container::Object { Next::Key } else { Next::Value };
                    self.at += 1;
                }
                (Next::Value | Next::FirstValue, ..) => return self.value(byte).map(Some),
                (Next::Key | Next::FirstKey, b'"', _) => return self.key().map(Some),
                (Next::Key | Next::FirstKey | Next::Separator, ..) => return Err(self.error(JsonProblem::Syntax)),
            }
        }
    }

    /// Reads to the end of the innermost open container.
    pub(super) fn leave(&mut self) -> Result<(), JsonError> {
        let outside = self.open.len().saturating_sub(1);
        while self.open.len() > outside && self.token()?.is_some() {}
        Ok(())
    }

    fn close(&mut self, container: Container) -> Token<'t> {
        self.open.pop();
        self.at += 1;
        self.next = Next::Separator;
        Token::Close(container)
    }

    fn open(&mut self, container: Container, next: Next) -> Result<Token<'t>, JsonError> {
        if self.open.len() == self.limit {
            return Err(self.error(JsonProblem::TooDeep));
        }
        self.open.push(container);
        self.at += 1;
        self.next = next;
        Ok(Token::Open(container))
    }

    fn value(&mut self, byte: u8) -> Result<Token<'t>, JsonError> {
        let token = match byte {
            b'{' => return self.open(Container::Object, Next::FirstKey),
            b'[' => return self.open(Container::Array, Next::FirstValue),
            b'"' => Token::Text(self.string()?),
            b'-' | b'0'..=b'9' => Token::Number(self.number()?),
            _ => Token::Word(self.word()?),
        };
        self.next = Next::Separator;
        Ok(token)
    }

    fn key(&mut self) -> Result<Token<'t>, JsonError> {
        let key = self.string()?;
        self.skip_space();
        self.expect(|byte| byte == b':')?;
        self.next = Next::Value;
        Ok(Token::Key(key))
    }

    fn string(&mut self) -> Result<&'t str, JsonError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                None => return Err(self.error(JsonProblem::Truncated)),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(..0x20) => return Err(self.error(JsonProblem::Syntax)),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(&self.text[start..self.at - 1])
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        if self.peek() != Some(b'u') {
            return self.expect(|byte| br#""\/bfnrt"#.contains(&byte));
        }
        self.at += 1;
        (0..4).try_for_each(|_| self.expect(|byte| byte.is_ascii_hexdigit()))
    }

    fn number(&mut self) -> Result<&'t str, JsonError> {
        let start = self.at;
        self.skip_if(|byte| byte == b'-');
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.skip_if(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.skip_if(|byte| byte == b'e' || byte == b'E') {
            self.skip_if(|byte| byte == b'+' || byte == b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        self.expect(|byte| byte.is_ascii_digit())?;
        while self.skip_if(|byte| byte.is_ascii_digit()) {}
        Ok(())
    }

    fn word(&mut self) -> Result<&'t str, JsonError> {
        let rest = &self.text[self.at..];
        let word = ["null", "true", "false"].into_iter().find(|word| rest.starts_with(word));
        let Some(word) = word else {
            let breaks_off = ["null", "true", "false"].iter().any(|word| word.starts_with(rest));
            return Err(self.error(if breaks_off { JsonProblem::Truncated } else { JsonProblem::Syntax }));
        };
        self.at += word.len();
        Ok(word)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.skip_if(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {}
    }

    fn skip_if(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let found = self.peek().is_some_and(wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: impl Fn(u8) -> bool) -> Result<(), JsonError> {
        if self.skip_if(wanted) {
            return Ok(());
        }
        Err(self.error(if self.peek().is_none() { JsonProblem::Truncated } else { JsonProblem::Syntax }))
    }

    fn error(&self, problem: JsonProblem) -> JsonError {
        JsonError::new(problem, self.text.as_bytes(), self.at)
    }
}

/// Unescapes a key or text to UTF-8. An unpaired surrogate becomes the three bytes that it has in WTF-8, so that different
/// texts stay different.
pub(super) fn unescaped(raw: &str) -> Cow<'_, [u8]> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw.as_bytes());
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(escape) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..escape]);
        let (unit, length) = one_escape(&rest[escape..]);
        rest = &rest[escape + length..];
        match (unit, following_half(rest)) {
            (0xd800..0xdc00, Some(low)) => {
                rest = &rest[6..];
                push(&mut bytes, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            }
            (unit, _) => push(&mut bytes, unit),
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Cow::Owned(bytes)
}

/// The UTF-16 unit of an escape, and the length of the escape.
fn one_escape(text: &str) -> (u32, usize) {
    match text.as_bytes().get(1) {
        Some(b'u') => (u32::from_str_radix(text.get(2..6).unwrap_or_default(), 16).unwrap_or_default(), 6),
        Some(b'b') => (0x08, 2),
        Some(b'f') => (0x0c, 2),
        Some(b'n') => (0x0a, 2),
        Some(b'r') => (0x0d, 2),
        Some(b't') => (0x09, 2),
        other => (other.map_or(0, |byte| u32::from(*byte)), 2),
    }
}

/// The second half of a surrogate pair, if it comes next.
fn following_half(rest: &str) -> Option<u32> {
    let unit = rest.starts_with("\\u").then(|| one_escape(rest).0)?;
    (0xdc00..0xe000).contains(&unit).then_some(unit)
}

fn push(bytes: &mut Vec<u8>, unit: u32) {
    match char::from_u32(unit) {
        Some(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => bytes.extend([0xe0 | (unit >> 12) as u8, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8]),
    }
}
