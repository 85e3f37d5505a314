//! Two texts side by side, the words that differ marked.

use similar::{ChangeTag, TextDiff};

use super::style::{ColorLevel, Role, Style};
use super::value::LIMIT;
use crate::text::visible;

/// This much of what two texts share stands before their first difference.
const LEAD: usize = 60;

/// The two texts with their differing words marked: by colour, or as `[-gone-]` and `{+new+}` where there is none.
///
/// Long texts show the part around their first difference.
pub(super) fn difference(before: &str, after: &str, style: &Style) -> (String, String) {
    let start = first_difference(before, after).saturating_sub(LEAD);
    let (old, new) = (window(before, start), window(after, start));
    let diff = TextDiff::from_words(old.text.as_str(), new.text.as_str());
    let (mut gone, mut come) = (String::new(), String::new());
    for change in diff.iter_all_changes() {
        let word = visible(change.value());
        match change.tag() {
            ChangeTag::Equal => {
                gone.push_str(&word);
                come.push_str(&word);
            }
            ChangeTag::Delete => gone.push_str(&mark(&word, Role::RemovedWord, ("[-", "-]"), style)),
            ChangeTag::Insert => come.push_str(&mark(&word, Role::AddedWord, ("{+", "+}"), style)),
        }
    }
    (old.framed(&gone), new.framed(&come))
}

fn mark(word: &str, role: Role, brackets: (&str, &str), style: &Style) -> String {
    if word.trim().is_empty() {
        return word.to_owned();
    }
    match style.color {
        ColorLevel::Plain => format!("{}{word}{}", brackets.0, brackets.1),
        ColorLevel::Ansi | ColorLevel::TrueColor => style.paint(role, word),
    }
}

/// The number of characters that two texts share at their start.
fn first_difference(one: &str, two: &str) -> usize {
    one.chars().zip(two.chars()).take_while(|(a, b)| a == b).count()
}

/// A part of a text, and what is missing around it.
struct Window {
    text: String,
    before: usize,
    behind: usize,
}

fn window(text: &str, start: usize) -> Window {
    let total = text.chars().count();
    let start = start.min(total);
    let shown: String = text.chars().skip(start).take(LIMIT).collect();
    let behind = total - start - shown.chars().count();
    Window { text: shown, before: start, behind }
}

impl Window {
    fn framed(&self, marked: &str) -> String {
        let before = if self.before > 0 { format!("({} characters)…", self.before) } else { String::new() };
        let behind = if self.behind > 0 { format!("…(+{} characters)", self.behind) } else { String::new() };
        format!("{before}{marked}{behind}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_marked_without_colour() {
        let (gone, come) =
            difference("Trouble signing in? Call 4242.", "Trouble signing in? Call 5151 now.", &Style::plain(80));
        assert_eq!(gone, "Trouble signing in? Call [-4242.-]");
        assert_eq!(come, "Trouble signing in? Call {+5151+} {+now.+}");
    }

    #[test]
    fn a_difference_deep_inside_a_long_text_is_shown() {
        let long = "word ".repeat(5000);
        let (gone, come) = difference(&format!("{long}old end"), &format!("{long}new end"), &Style::plain(80));
        assert!(gone.starts_with("(24940 characters)…word") && gone.ends_with("[-old-] end"), "{gone}");
        assert!(come.ends_with("{+new+} end"), "{come}");
    }
}
