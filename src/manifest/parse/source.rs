//! The bytes of a manifest before YAML is parsed: size, encoding and characters.

use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};

use super::conflict;
use crate::diagnostics::{BOM, Finding, Fix, Lines, Location, Rule, Source};
use crate::text::{hexadecimal, is_hidden};

/// The size limit for a manifest, in bytes. A manifest with every setting is under 10 KiB.
pub const LARGEST: usize = 1024 * 1024;

/// The limit for findings of one kind, since every byte of a hostile file may cause one.
const MOST: usize = 100;

impl Source {
    /// Decodes the bytes of a file.
    ///
    /// # Errors
    /// Returns one finding if the file is larger than 1 MiB or is not UTF-8.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Vec<Finding>> {
        if bytes.len() > LARGEST {
            return Err(vec![too_large(name, bytes.len())]);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { name: name.to_owned(), text: text.to_owned() }),
            Err(error) => Err(vec![not_utf8(name, bytes, error.valid_up_to())]),
        }
    }

    /// The SHA-256 digest of the text, in lower-case hexadecimal.
    pub(in crate::manifest) fn sha256(&self) -> String {
        hexadecimal(&Sha256::digest(self.text.as_bytes()))
    }

    /// Whether the text is JSON, which an edit must preserve.
    pub(in crate::manifest) fn is_json(&self) -> bool {
        serde_json::from_str::<IgnoredAny>(self.body().0).is_ok()
    }

    /// The text after a byte-order mark, and the length of the mark in bytes.
    pub(in crate::manifest) fn body(&self) -> (&str, usize) {
        self.text.strip_prefix(BOM).map_or((&self.text, 0), |body| (body, BOM.len()))
    }
}

pub(in crate::manifest) fn too_large(name: &str, size: usize) -> Finding {
    let message = format!("the file has {size} bytes; the limit for a manifest is {LARGEST} (1 MiB)");
    Finding::new(Rule::TooLarge, name, message).help("check that this is the right file")
}

fn not_utf8(name: &str, bytes: &[u8], bad: usize) -> Finding {
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        let finding = Finding::new(Rule::NotUtf8, name, "the file is UTF-16, not UTF-8");
        return finding.help("save the file as UTF-8");
    }
    let before = String::from_utf8_lossy(bytes.get(..bad).unwrap_or_default());
    // The span is empty, since there is no text to underline.
    let at = Location { span: 0..0, ..Lines::new(&before).at(bad..bad) };
    let byte = bytes.get(bad).copied().unwrap_or_default();
    let message = format!("the file is not UTF-8: invalid byte 0x{byte:02X} at {}:{}", at.line, at.column);
    Finding::new(Rule::NotUtf8, name, message).at(&at).help("save the file as UTF-8")
}

/// Finds problems of the characters, whether or not the text is YAML.
pub(in crate::manifest) fn characters(source: &Source, lines: &Lines<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if source.body().1 > 0 {
        let message = "the file starts with a byte-order mark, which is ignored";
        let note = Finding::new(Rule::ByteOrderMark, &source.name, message);
        findings.push(note.at(&lines.at(0..BOM.len())));
    }
    findings.extend(conflict::findings(&source.name, &source.text, lines, MOST));
    findings.extend(forbidden(source, lines));
    findings.extend(hidden(source, lines));
    findings.extend(tabs(source, lines));
    findings.extend(directive(source, lines));
    findings
}

/// Finds control characters, the first of each line. A carriage return is allowed only before a line feed.
fn forbidden(source: &Source, lines: &Lines<'_>) -> Vec<Finding> {
    let text = &source.text;
    let is_bad = |offset: usize, c: char| match c {
        '\n' | '\t' => false,
        '\r' => !text[offset + 1..].starts_with('\n'),
        other => other.is_control(),
    };
    first_of_each_line(source, is_bad)
        .map(|(offset, c)| {
            let message = format!("the file contains the control character U+{:04X}", u32::from(c));
            let at = lines.at(offset..offset + c.len_utf8());
            Finding::new(Rule::ControlCharacter, &source.name, message).at(&at).help("remove the character")
        })
        .collect()
}

/// Finds invisible characters, which can make text look like something else, the first of each line.
fn hidden(source: &Source, lines: &Lines<'_>) -> Vec<Finding> {
    let skipped = source.body().1;
    first_of_each_line(source, |offset, c| offset >= skipped && is_hidden(c))
        .map(|(offset, c)| {
            let message = format!(
                "the file contains U+{:04X}, which is invisible and can make text look like something else",
                u32::from(c)
            );
            let at = lines.at(offset..offset + c.len_utf8());
            Finding::new(Rule::HiddenCharacter, &source.name, message).at(&at).help("remove the character")
        })
        .collect()
}

fn first_of_each_line<'a>(
    source: &'a Source,
    is_bad: impl Fn(usize, char) -> bool + 'a,
) -> impl Iterator<Item = (usize, char)> + 'a {
    let mut start = 0;
    let found = source.text.split_inclusive('\n').filter_map(move |line| {
        let begin = start;
        start += line.len();
        line.char_indices().map(|(offset, c)| (begin + offset, c)).find(|(offset, c)| is_bad(*offset, *c))
    });
    found.take(MOST)
}

/// Finds tabs in the indentation of lines that are neither blank nor a comment.
fn tabs(source: &Source, lines: &Lines<'_>) -> Vec<Finding> {
    let mut start = 0;
    let mut findings = Vec::new();
    for line in source.text.split_inclusive('\n') {
        let begin = start;
        start += line.len();
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let blank_or_comment = line[indent..].trim_end().is_empty() || line[indent..].starts_with('#');
        let Some(tab) = line[..indent].find('\t').filter(|_| !blank_or_comment) else { continue };
        if findings.len() < MOST {
            let spaces = line[tab..indent].replace('\t', "  ");
            let span = begin + tab..begin + indent;
            findings.push(
                Finding::new(Rule::Tab, &source.name, "YAML is indented with spaces, not tabs")
                    .at(&lines.at(span.clone()))
                    .help("replace each tab with two spaces")
                    .fix(Fix { title: "replace the tabs".to_owned(), span, replacement: spaces, safe: false }),
            );
        }
    }
    findings
}

/// Finds the first directive, such as `%YAML` or `%TAG`. Directives precede the document.
fn directive(source: &Source, lines: &Lines<'_>) -> Option<Finding> {
    let (body, skipped) = source.body();
    let mut start = skipped;
    for line in body.split_inclusive('\n') {
        if line.starts_with('%') {
            let at = lines.at(start..start + line.trim_end().len());
            let message = "YAML directives are not allowed: a manifest is always YAML 1.2";
            return Some(Finding::new(Rule::Directive, &source.name, message).at(&at).help("remove the line"));
        }
        if !line.trim().is_empty() && !line.starts_with('#') {
            return None;
        }
        start += line.len();
    }
    None
}

/// Returns the text to parse, with the same length in bytes. White space replaces what [`characters`] reports: a byte-order
/// mark, tabs in the indentation, control characters, and all of a merge conflict but its first version.
pub(in crate::manifest) fn parseable(text: &str) -> String {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let mark = text.len() - body.len();
    let mut out = String::with_capacity(text.len());
    // Spaces in place of the mark would indent the first line.
    out.extend(std::iter::repeat_n('\n', mark));
    let mut skipped = conflict::skipped(body).into_iter().peekable();
    for line in body.split_inclusive('\n') {
        if let Some(span) = skipped.next_if(|span| span.start + mark == out.len()) {
            out.extend(std::iter::repeat_n(' ', span.len()));
            out.push_str(&line[span.len()..]);
            continue;
        }
        let content = line.trim_start_matches([' ', '\t']);
        out.extend(std::iter::repeat_n(' ', line.len() - content.len()));
        for c in content.chars() {
            match c {
                '\n' | '\r' | '\t' => out.push(c),
                other if other.is_control() => out.extend(std::iter::repeat_n(' ', other.len_utf8())),
                other => out.push(other),
            }
        }
    }
    out
}
