//! Edits that replace a scalar of any style by a value on one line.

use std::ops::Range;

use serde_json::Value as Json;

use super::page::{ManifestText, Quotes};
use super::place::ValueLocation;
use crate::manifest::edit::splice::Edit;
use crate::manifest::parse::yaml::YamlValue;

/// Returns the edits that replace a scalar by a value.
///
/// # Errors
/// Returns the reason if the layout cannot be edited safely.
pub(super) fn edits(page: &ManifestText<'_>, place: &ValueLocation<'_>, new: &Json) -> Result<Vec<Edit>, &'static str> {
    let (key, value) = (place.key, place.value);
    if let Some(indicator) = block_indicator(page, place) {
        return Ok(replace_block(page, indicator, value.span.end, &Quotes::Plain.write(new)));
    }
    let text = page.quotes(place, value).write(new);
    if page.raw(value).is_empty() {
        return Ok(vec![page.behind_colon(key, &text)?]);
    }
    Ok(vec![Edit::replace(value.span.clone(), text)])
}

/// Returns the span of the indicator of a block scalar, such as `|` or `>-`, which is not part of the scalar's own span;
/// `None` for other scalars.
fn block_indicator(page: &ManifestText<'_>, place: &ValueLocation<'_>) -> Option<Range<usize>> {
    if !matches!(place.value.value, YamlValue::Text(_)) {
        return None;
    }
    let colon = page.behind_comments(place.key.span.end);
    let start = page.behind_comments(colon + 1);
    let is_before = start < place.value.span.start || page.raw(place.value).is_empty();
    let rest = page.text.get(start..).filter(|rest| is_before && rest.starts_with(['|', '>']))?;
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Some(start..start + length)
}

/// Replaces the indicator by the value, which keeps a comment after it, and removes the lines of the block.
fn replace_block(page: &ManifestText<'_>, indicator: Range<usize>, end: usize, text: &str) -> Vec<Edit> {
    let head = page.line_end(indicator.end);
    let lines = page.between(head, end).trim_end_matches([' ', '\t', '\r', '\n']);
    let lines = head..head + lines.len();
    let value = Edit::replace(indicator, text);
    if lines.is_empty() { vec![value] } else { vec![value, Edit::remove(lines)] }
}
