//! Renders two texts as a unified diff.

use std::collections::{HashMap, HashSet};

use similar::TextDiff;

use crate::text::alike::{self, Spaces};
use crate::text::{Visible, visible};

/// The number of context lines around a difference.
const CONTEXT: usize = 3;

/// Returns the lines that differ with a few lines of context; empty if the texts are equal. Invisible characters are
/// escaped, and so are the characters by which a line differs from one that looks the same. Line endings are ignored.
///
/// ```
/// let diff = zerodrift::report::unified("live", "name: A\n", "org.yaml", "name: B\n");
/// assert_eq!(diff, "--- live\n+++ org.yaml\n@@ -1 +1 @@\n-name: A\n+name: B\n");
/// ```
pub fn unified(before_name: &str, before: &str, after_name: &str, after: &str) -> String {
    let (before, after) = (lines(before, after), lines(after, before));
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&visible(before_name), &visible(after_name))
        .to_string()
}

/// Escapes every line and ends it with a line feed. `other` is the text that it is compared with.
fn lines(text: &str, other: &str) -> String {
    let others: HashSet<&str> = other.lines().collect();
    let own: HashSet<&str> = text.lines().collect();
    let rivals = others.iter().filter(|line| !own.contains(*line)).map(|line| (alike::skeleton(line), *line));
    let rivals: HashMap<String, &str> = rivals.collect();
    let shown = |line: &str| {
        if others.contains(line) {
            return Visible::whole(line);
        }
        match rivals.get(&alike::skeleton(line)) {
            Some(rival) => alike::distinguish(line, rival).0,
            // The difference is visible. Unusual spaces are still escaped.
            None => alike::distinguish_with(line, "", Spaces::Kept).0,
        }
    };
    text.lines().map(|line| String::from(shown(line) + "\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(unified("a", "x\ny\n", "b", "x\r\ny"), "");
    }

    #[test]
    fn lines_that_look_alike_are_distinguished() {
        let diff = unified("a", "name: caf\u{e9} x\n", "b", "name: cafe\u{301}\u{a0}x\n");
        assert_eq!(diff, "--- a\n+++ b\n@@ -1 +1 @@\n-name: caf\\u{e9} x\n+name: cafe\\u{301}\\u{a0}x\n");
    }

    #[test]
    fn invisible_characters_are_escaped() {
        let diff = unified("a\n", "x\n", "b", "x\u{1b}[2J\u{202e}\n");
        assert_eq!(diff, "--- a\\u{a}\n+++ b\n@@ -1 +1 @@\n-x\n+x\\u{1b}[2J\\u{202e}\n");
    }
}
