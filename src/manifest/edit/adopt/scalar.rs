//! A value on one line in place of a scalar, however that is written.

use std::ops::Range;

use serde_json::Value as Json;

use super::page::{ManifestText, Quotes};
use super::place::ValueLocation;
use crate::manifest::edit::splice::Edit;
use crate::manifest::parse::yaml::YamlValue;

/// The edits that put a value in place of a scalar.
///
/// # Errors
/// Why there are none.
pub(super) fn edits(
    page: &ManifestText<'_>,
    place: &ValueLocation<'_>,
    wanted: &Json,
) -> Result<Vec<Edit>, &'static str> {
    let (key, value) = (place.key, place.value);
    if let Some(indicator) = block_indicator(page, place) {
        return Ok(instead_of_block(page, indicator, value.span.end, &Quotes::Plain.spell(wanted)));
    }
    let text = page.quotes(place, value).spell(wanted);
    if page.raw(value).is_empty() {
        return Ok(vec![page.behind_colon(key, &text)?]);
    }
    Ok(vec![Edit::replace(value.span.clone(), text)])
}

/// The `|` or `>-` in front of a block scalar, whose own bytes are its lines. Nothing for other scalars: in front of
/// them there is the colon, and comments at most.
fn block_indicator(page: &ManifestText<'_>, place: &ValueLocation<'_>) -> Option<Range<usize>> {
    if !matches!(place.value.value, YamlValue::Text(_)) {
        return None;
    }
    let colon = page.behind_comments(place.key.span.end);
    let start = page.behind_comments(colon + 1);
    let in_front = start < place.value.span.start || page.raw(place.value).is_empty();
    let rest = page.text.get(start..).filter(|rest| in_front && rest.starts_with(['|', '>']))?;
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Some(start..start + length)
}

/// The value stands where the indicator was, so a comment behind that stays; the lines go.
fn instead_of_block(page: &ManifestText<'_>, indicator: Range<usize>, end: usize, text: &str) -> Vec<Edit> {
    let head = page.line_end(indicator.end);
    let lines = page.between(head, end).trim_end_matches([' ', '\t', '\r', '\n']);
    let lines = head..head + lines.len();
    let value = Edit::replace(indicator, text);
    if lines.is_empty() { vec![value] } else { vec![value, Edit::remove(lines)] }
}
