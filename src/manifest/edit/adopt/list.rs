//! Edits that remove and add elements of a list. The other elements keep their spelling, order and comments.

use serde_json::Value as Json;

use super::page::ManifestText;
use super::place::ValueLocation;
use crate::manifest::edit::splice::Edit;
use crate::manifest::parse::yaml::YamlNode;
use crate::settings::Setting;

/// Returns the edits that give a list the desired elements, in canonical form.
///
/// # Errors
/// Returns the reason if the layout of the list cannot be edited safely.
pub(super) fn edits(
    page: &ManifestText<'_>,
    place: &ValueLocation<'_>,
    setting: &Setting,
    elements: &[YamlNode],
    desired: &[Json],
) -> Result<Vec<Edit>, &'static str> {
    let list = List::new(page, place, setting, elements, desired);
    if page.raw(place.value) == "[" { list.in_brackets(place.value.span.start) } else { list.in_lines() }
}

/// An element of the old list.
struct Old<'t> {
    node: &'t YamlNode,
    is_kept: bool,
}

struct List<'a, 't> {
    page: &'a ManifestText<'a>,
    place: &'a ValueLocation<'t>,
    old: Vec<Old<'t>>,
    /// The added elements, as written.
    new: Vec<String>,
}

impl<'a, 't> List<'a, 't> {
    fn new(
        page: &'a ManifestText<'a>,
        place: &'a ValueLocation<'t>,
        setting: &Setting,
        elements: &'t [YamlNode],
        desired: &[Json],
    ) -> Self {
        let canonical = |node: &YamlNode| setting.canonical(Some(&Json::Array(vec![node.to_json()])));
        let values: Vec<Json> = elements.iter().map(canonical).collect();
        let holds = |list: &Json, one: &Json| list.as_array().is_some_and(|list| list.contains(one));
        let is_kept = |value: &Json| value.as_array().is_none_or(|all| all.iter().all(|one| desired.contains(one)));
        let quotes = page.quotes(place, elements.first().unwrap_or(place.value));
        let added = desired.iter().filter(|one| !values.iter().any(|value| holds(value, one)));
        let old = elements.iter().zip(&values).map(|(node, value)| Old { node, is_kept: is_kept(value) });
        Self { page, place, old: old.collect(), new: added.map(|one| quotes.write(one)).collect() }
    }

    fn last_kept(&self) -> Option<&Old<'t>> {
        self.old.iter().rfind(|old| old.is_kept)
    }

    fn is_emptied(&self) -> bool {
        self.new.is_empty() && self.last_kept().is_none()
    }

    /// Returns the edits of a list such as `[a, b]`, on one or several lines.
    fn in_brackets(&self, open: usize) -> Result<Vec<Edit>, &'static str> {
        let close = self.page.closing(self.place.value).ok_or("the end of its list was not found")?;
        let inside = self.page.between(open + 1, close);
        if !inside.contains('\n') {
            return Ok(vec![Edit::replace(open..close + 1, self.on_one_line(open, close))]);
        }
        if self.old.iter().all(|old| self.is_alone(old.node)) && self.starts_line(close) && !self.old.is_empty() {
            return Ok(self.bracketed_lines());
        }
        if self.gaps(open, close).iter().any(|gap| gap.contains('#')) {
            return Err("its list has comments between elements on one line");
        }
        Ok(vec![Edit::replace(open..close + 1, self.on_one_line(open, close))])
    }

    /// Returns the text before, between and after the elements.
    fn gaps(&self, open: usize, close: usize) -> Vec<&'a str> {
        let ends = std::iter::once(open + 1).chain(self.old.iter().map(|old| old.node.span.end));
        let starts = self.old.iter().map(|old| old.node.span.start).chain([close]);
        ends.zip(starts).map(|(end, start)| self.page.between(end, start)).collect()
    }

    /// Returns the list on one line, with the spacing of the old one.
    fn on_one_line(&self, open: usize, close: usize) -> String {
        let kept = self.old.iter().filter(|old| old.is_kept).map(|old| self.page.raw(old.node).to_owned());
        let elements: Vec<String> = kept.chain(self.new.iter().cloned()).collect();
        if elements.is_empty() {
            return "[]".to_owned();
        }
        let gaps = self.gaps(open, close);
        let gap = |index: usize| gaps.get(index).copied().filter(|gap| !self.old.is_empty() && !gap.contains('\n'));
        // Without a space after the colon, write none after commas either.
        let default = if self.page.between(0, open).ends_with(':') { "," } else { ", " };
        let between = gap(1).filter(|_| self.old.len() > 1).unwrap_or(default);
        let (lead, trail) = (gap(0).unwrap_or_default(), gap(self.old.len()).unwrap_or_default());
        format!("[{lead}{}{trail}]", elements.join(between))
    }

    /// Whether only white space precedes a byte on its line.
    fn starts_line(&self, offset: usize) -> bool {
        self.page.between(self.page.line_start(offset), offset).trim().is_empty()
    }

    /// Whether an element is the only one on its line.
    fn is_alone(&self, node: &YamlNode) -> bool {
        let behind = self.behind(node).trim_start();
        let behind = behind.strip_prefix(',').unwrap_or(behind).trim_start();
        let fits = !self.page.raw(node).is_empty() && !self.page.raw(node).contains('\n');
        fits && self.starts_line(node.span.start) && (behind.is_empty() || behind.starts_with('#'))
    }

    /// Returns the text after an element on its line.
    fn behind(&self, node: &YamlNode) -> &'a str {
        self.page.between(node.span.end, self.page.line_end(node.span.end))
    }

    /// Returns the offset of the comma after an element on its line.
    fn comma(&self, node: &YamlNode) -> Option<usize> {
        let behind = self.behind(node);
        let blanks = behind.len() - behind.trim_start().len();
        behind[blanks..].starts_with(',').then_some(node.span.end + blanks)
    }

    /// Returns the edits of a list in brackets with one element per line.
    fn bracketed_lines(&self) -> Vec<Edit> {
        let ends_in_comma = self.old.last().is_some_and(|old| self.comma(old.node).is_some());
        let Some(last) = self.last_kept() else {
            return self.replace_lines(|old| old.span.start, |new| new.to_owned(), ",", ends_in_comma);
        };
        let mut edits = self.remove_lines(None);
        let (comma, end) = (self.comma(last.node), last.node.span.end);
        if self.new.is_empty() {
            let surplus = comma.filter(|_| !ends_in_comma);
            edits.extend(surplus.map(|at| Edit::remove(at..at + 1)));
            return edits;
        }
        // The text after the element, such as a comment, stays between its comma and the new lines.
        let behind = self.behind(last.node);
        let comma = if comma.is_none() { "," } else { "" };
        let lines = self.lines_like(last.node.span.start, ToOwned::to_owned, ",");
        let close = if ends_in_comma { "," } else { "" };
        let text = format!("{comma}{behind}{}{lines}{close}", self.page.newline);
        edits.push(Edit::replace(end..end + behind.len(), text));
        edits
    }

    /// Returns the edits of a list whose lines start with a dash.
    fn in_lines(&self) -> Result<Vec<Edit>, &'static str> {
        const LAYOUT: &str = "its list has an element that is not on the line of its dash";
        let touched = self.old.iter().filter(|old| !old.is_kept).chain(self.old.last());
        if touched.map(|old| self.dash(old.node)).any(|dash| dash.is_none()) {
            return Err(LAYOUT);
        }
        let start = self.old.iter().find_map(|old| self.dash(old.node)).ok_or(LAYOUT)?;
        let dashed = |new: &str| format!("- {new}");
        if self.is_emptied() {
            let mut edits = self.remove_lines(None);
            edits.push(self.page.behind_colon(self.place.key, "[]")?);
            return Ok(edits);
        }
        let Some(last) = self.last_kept() else {
            return Ok(self.replace_lines(|_| start, dashed, "", false));
        };
        let mut edits = self.remove_lines(None);
        if !self.new.is_empty() {
            let at = self.page.line_end(self.end(last.node));
            edits.push(Edit::insert(at, format!("{}{}", self.page.newline, self.lines_like(start, dashed, ""))));
        }
        Ok(edits)
    }

    /// Returns the offset of the dash of an element, if it is at the start of the element's line.
    fn dash(&self, node: &YamlNode) -> Option<usize> {
        let line = self.page.line_start(node.span.start);
        let before = self.page.between(line, node.span.start);
        (before.trim() == "-").then(|| line + before.len() - before.trim_start().len())
    }

    /// Returns the end of the content of an element.
    fn end(&self, node: &YamlNode) -> usize {
        node.span.start + self.page.raw(node).trim_end().len()
    }

    /// Returns the edits that remove the lines of removed elements, except for one of them.
    fn remove_lines(&self, except: Option<&YamlNode>) -> Vec<Edit> {
        let removed = self.old.iter().filter(|old| !old.is_kept).map(|old| old.node);
        let removed = removed.filter(|node| except.is_none_or(|except| except.span != node.span));
        removed
            .map(|node| Edit::remove(self.page.line_start(node.span.start)..self.page.next_line(self.end(node))))
            .collect()
    }

    /// Returns the edits that replace all lines. The new lines take the place of the last one.
    fn replace_lines(
        &self,
        indented_like: impl Fn(&YamlNode) -> usize,
        write: impl Fn(&str) -> String,
        separator: &str,
        ends_in_separator: bool,
    ) -> Vec<Edit> {
        let Some(last) = self.old.last().map(|old| old.node) else { return Vec::new() };
        let mut edits = self.remove_lines(if self.new.is_empty() { None } else { Some(last) });
        if !self.new.is_empty() {
            let end = if ends_in_separator { separator } else { "" };
            let lines = self.lines_like(indented_like(last), write, separator);
            let span = self.page.line_start(last.span.start)..self.page.line_end(self.end(last));
            edits.push(Edit::replace(span, lines + end));
        }
        edits
    }

    /// Returns the added elements as lines, with the indentation of the line of a byte.
    fn lines_like(&self, offset: usize, write: impl Fn(&str) -> String, separator: &str) -> String {
        let indent = self.page.between(self.page.line_start(offset), offset);
        let lines: Vec<String> = self.new.iter().map(|new| format!("{indent}{}", write(new))).collect();
        lines.join(&format!("{separator}{}", self.page.newline))
    }
}
