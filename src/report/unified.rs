//! Two texts as a unified diff, the form that everybody reads.

use similar::TextDiff;

use crate::text::visible;

/// Lines around a difference.
const CONTEXT: usize = 3;

/// The lines that differ and a few around them; nothing where the texts agree. Invisible characters are written out,
/// and how a line ends is no difference.
///
/// ```
/// let diff = zerodrift::report::unified("live", "name: A\n", "org.yaml", "name: B\n");
/// assert_eq!(diff, "--- live\n+++ org.yaml\n@@ -1 +1 @@\n-name: A\n+name: B\n");
/// ```
pub fn unified(before_name: &str, before: &str, after_name: &str, after: &str) -> String {
    let (before, after) = (lines(before), lines(after));
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&visible(before_name), &visible(after_name))
        .to_string()
}

/// Every line made visible, with a plain line break behind it.
fn lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", visible(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_agree_have_no_difference() {
        assert_eq!(unified("a", "x\ny\n", "b", "x\r\ny"), "");
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        let diff = unified("a\n", "x\n", "b", "x\u{1b}[2J\u{202e}\n");
        assert_eq!(diff, "--- a\\u{a}\n+++ b\n@@ -1 +1 @@\n-x\n+x\\u{1b}[2J\\u{202e}\n");
    }
}
