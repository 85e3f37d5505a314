//! Finds where a manifest takes another entry under `allow:`.

use super::yaml::{YamlNode, YamlValue};
use crate::manifest::consent_place::{ConsentAnchor, ConsentPlace};

/// The section of consents.
const ALLOW: &str = "allow";

/// The byte-order mark is not part of a line.
const BOM: char = '\u{feff}';

/// Returns the place in a text with this tree. `None` for a layout that is too unusual to describe the place.
pub(super) fn find(text: &str, root: &YamlNode, is_json: impl Fn() -> bool) -> Option<ConsentPlace> {
    let YamlValue::Mapping(pairs) = &root.value else { return None };
    let is_braced = text.get(root.span.start..).is_some_and(|rest| rest.starts_with('{'));
    let page = Page { text, is_json: is_braced && is_json() };
    let Some((key, value)) = pairs.iter().find(|(key, _)| is_allow(key)) else {
        let (first, _) = pairs.first()?;
        return if is_braced { page.in_braces(root) } else { page.at_end(first) };
    };
    match &value.value {
        YamlValue::List(elements) if page.at(value).starts_with('[') => {
            let indent = page.indent(key).filter(|_| elements.is_empty() && !is_braced);
            let emptied = indent.and_then(|indent| page.without(key, value, "[]", indent));
            emptied.or_else(|| page.in_brackets(value, elements.is_empty()))
        }
        YamlValue::List(elements) => page.below_key(key, page.dash(elements.first()?)?),
        YamlValue::Null if !is_braced => {
            let indent = page.indent(key)?;
            let raw = text.get(value.span.clone()).unwrap_or_default();
            if raw.is_empty() { page.below_key(key, indent + 2) } else { page.without(key, value, raw, indent) }
        }
        _ => None,
    }
}

fn is_allow(key: &YamlNode) -> bool {
    matches!(&key.value, YamlValue::Text(name) if name == ALLOW)
}

struct Page<'a> {
    text: &'a str,
    is_json: bool,
}

impl<'a> Page<'a> {
    /// The text from the start of a node.
    fn at(&self, node: &YamlNode) -> &'a str {
        self.text.get(node.span.start..).unwrap_or_default()
    }

    /// The number of the line of a byte, from 1.
    fn line(&self, offset: usize) -> usize {
        self.before(offset).matches('\n').count() + 1
    }

    fn before(&self, offset: usize) -> &'a str {
        self.text.get(..offset).unwrap_or_default()
    }

    /// The text of its line before a byte.
    fn line_before(&self, offset: usize) -> &'a str {
        let line = self.before(offset).rsplit('\n').next().unwrap_or_default();
        line.trim_start_matches(BOM)
    }

    /// The text of its line from a byte on, without the line break.
    fn rest_of_line(&self, offset: usize) -> &'a str {
        let rest = self.text.get(offset..).unwrap_or_default();
        rest.lines().next().unwrap_or_default().trim_end()
    }

    /// The indentation of a key that starts its line.
    fn indent(&self, key: &YamlNode) -> Option<usize> {
        let before = self.line_before(key.span.start);
        before.chars().all(|character| character == ' ').then_some(before.len())
    }

    /// The indentation of the dash before an element of a list.
    fn dash(&self, element: &YamlNode) -> Option<usize> {
        // The span of a list does not always start at its first dash.
        let before = self.before(element.span.start).trim_end().strip_suffix('-')?;
        let indent = self.line_before(before.len());
        indent.chars().all(|character| character == ' ').then_some(indent.len())
    }

    /// At the end of a file whose first key is this one, or before the mark of its end.
    fn at_end(&self, first: &YamlNode) -> Option<ConsentPlace> {
        let indent = self.indent(first)?;
        let head = format!("{}{ALLOW}:", " ".repeat(indent));
        let end = self.text.lines().position(|line| line.trim_end() == "..." || line.starts_with("... "));
        let anchor = end.map_or(ConsentAnchor::End, ConsentAnchor::Below);
        ConsentPlace::lines(anchor, Some(head), indent + 2)
    }

    /// Below the line of a key that has nothing after its colon.
    fn below_key(&self, key: &YamlNode, indent: usize) -> Option<ConsentPlace> {
        let rest = self.rest_of_line(key.span.end).trim_start().strip_prefix(':')?.trim_start();
        let is_alone = rest.is_empty() || rest.starts_with('#');
        let anchor = ConsentAnchor::Below(self.line(key.span.start));
        is_alone.then(|| ConsentPlace::lines(anchor, None, indent)).flatten()
    }

    /// In place of the line of a key whose value, such as `[]`, is on the same line and is taken away.
    fn without(&self, key: &YamlNode, value: &YamlNode, raw: &str, indent: usize) -> Option<ConsentPlace> {
        let line = self.line(key.span.start);
        let rest = self.at(value).strip_prefix(raw).filter(|_| self.line(value.span.start) == line)?;
        let rest = rest.lines().next().unwrap_or_default().trim_end();
        let head = format!("{}{rest}", self.line_before(value.span.start).trim_end());
        ConsentPlace::lines(ConsentAnchor::Replace(line), Some(head), indent + 2)
    }

    /// As the first elements of a list in brackets.
    fn in_brackets(&self, list: &YamlNode, is_empty: bool) -> Option<ConsentPlace> {
        let separator = if is_empty { "" } else { ", " };
        self.behind(list.span.start + 1, "", separator)
    }

    /// As the first member of a mapping in braces.
    fn in_braces(&self, root: &YamlNode) -> Option<ConsentPlace> {
        let key = if self.is_json { "\"allow\": [" } else { "allow: [" };
        self.behind(root.span.start + 1, key, "], ")
    }

    /// Behind a byte of a line, between two texts.
    fn behind(&self, offset: usize, opening: &str, closing: &str) -> Option<ConsentPlace> {
        let before = format!("{}{opening}", self.line_before(offset));
        let rest = self.rest_of_line(offset).trim_start();
        // A comment needs a space before it.
        let space = if rest.starts_with('#') && closing.is_empty() { " " } else { "" };
        let after = format!("{closing}{space}{rest}");
        ConsentPlace::braces(self.line(offset), before, after.trim_end().to_owned(), self.is_json)
    }
}
