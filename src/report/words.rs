//! Compares two texts word by word and marks the words that differ.

use similar::{ChangeTag, TextDiff};

use crate::text::Visible;
use crate::text::alike::{Spaces, distinguish_with};
use crate::text::layout::TerminalText;
use crate::text::limit::VALUE;
use crate::text::safe::safe;
use crate::text::style::{ColorLevel, Role, Style};

/// The number of common characters that are shown before the first difference.
const LEAD: usize = 60;

/// One of two compared texts: the part that is shown, in runs, and the number of characters omitted around it.
pub(super) struct ComparedText {
    before: usize,
    /// The text as runs: alternating words that the other text has or lacks.
    pub(super) runs: Vec<Stretch>,
    behind: usize,
}

/// A run of words.
pub(super) struct Stretch {
    /// The words.
    pub(super) text: Visible,
    /// Whether the other text lacks them.
    pub(super) differs: bool,
}

/// Compares two texts word by word. Nothing is marked if they share no word. Long texts are cut to the part around their
/// first difference.
pub(super) fn compare(before: &str, after: &str) -> (ComparedText, ComparedText) {
    let start = first_difference(before, after).saturating_sub(LEAD);
    let (old, new) = (window(before, start), window(after, start));
    let visible = distinguish_with(&old.text, &new.text, Spaces::Kept);
    let diff = TextDiff::from_words(&*visible.0, &*visible.1);
    let changes: Vec<_> = diff.iter_all_changes().map(|change| (change.tag(), change.value())).collect();
    let shared = changes.iter().any(|(tag, word)| *tag == ChangeTag::Equal && !word.trim().is_empty());
    let side = |tag: ChangeTag, window: &TextWindow| {
        let words = changes.iter().filter(|change| change.0 == tag || change.0 == ChangeTag::Equal);
        let words: Vec<_> = words.map(|&(of, word)| (of == tag && shared, word)).collect();
        ComparedText { before: window.before, runs: runs(&words), behind: window.behind }
    };
    (side(ChangeTag::Delete, &old), side(ChangeTag::Insert, &new))
}

impl ComparedText {
    /// Returns the words in quotes, without marks, with the number of characters omitted around them.
    pub(super) fn quoted(&self) -> Visible {
        let words: Visible = self.runs.iter().map(|run| &run.text).collect();
        safe!("{}\"{}\"{}", self.lead(), words, self.tail())
    }

    /// The number of characters omitted before the part that is shown: `(60 characters)…`, or nothing.
    pub(super) fn lead(&self) -> Visible {
        if self.before > 0 { safe!("({} characters)…", self.before) } else { Visible::new() }
    }

    /// The number of characters omitted after it.
    pub(super) fn tail(&self) -> Visible {
        if self.behind > 0 { safe!("…(+{} characters)", self.behind) } else { Visible::new() }
    }
}

/// Returns the two texts with their differing words marked: by colour, or as `[-removed-]` and `{+added+}` without colour.
///
/// Long texts show the part around their first difference.
pub(super) fn difference(before: &str, after: &str, style: &Style) -> (TerminalText, TerminalText) {
    let (old, new) = compare(before, after);
    (GONE.line(&old, style), COME.line(&new, style))
}

/// How the words are marked that only one of the texts has.
struct Marking {
    role: Role,
    brackets: (&'static str, &'static str),
}

const GONE: Marking = Marking { role: Role::RemovedWord, brackets: ("[-", "-]") };
const COME: Marking = Marking { role: Role::AddedWord, brackets: ("{+", "+}") };

impl Marking {
    fn line(&self, side: &ComparedText, style: &Style) -> TerminalText {
        let shown = |run: &Stretch| if run.differs { self.mark(&run.text, style) } else { safe!("{}", run.text) };
        let line: TerminalText = side.runs.iter().map(shown).collect();
        safe!("{}{}{}", side.lead(), line, side.tail())
    }

    /// Brackets enclose a whole run of words. Colour is applied to each word, so that lines can break between words.
    fn mark(&self, text: &Visible, style: &Style) -> TerminalText {
        let (open, close) = self.brackets;
        match style.color {
            ColorLevel::Plain => safe!("{}{}{}", open, text, close),
            ColorLevel::Ansi | ColorLevel::TrueColor => {
                TerminalText::join(text.split(' ').map(|word| style.paint(self.role, Visible::whole(word))), " ")
            }
        }
    }
}

/// Groups words, each with whether it differs, into runs. The words are escaped already.
fn runs(words: &[(bool, &str)]) -> Vec<Stretch> {
    let mut runs = Vec::new();
    let mut rest = words;
    while let [(differs, _), ..] = rest {
        let same = rest.iter().take_while(|word| !word.0).count();
        let (run, behind) = rest.split_at(if *differs { run_length(rest) } else { same });
        let text: String = run.iter().map(|(_, word)| *word).collect();
        // White space alone would be invisible.
        let blank = *differs && text.trim().is_empty();
        let text = if blank { Visible::repeat("·", text.chars().count()) } else { Visible::whole(&text) };
        runs.push(Stretch { text, differs: *differs });
        rest = behind;
    }
    runs
}

/// The number of words in a run of marked words. White space between two marked words belongs to the run.
fn run_length(words: &[(bool, &str)]) -> usize {
    let mut length = 1;
    loop {
        match &words[length..] {
            [(true, _), ..] => length += 1,
            [(false, space), (true, _), ..] if space.trim().is_empty() => length += 2,
            _ => return length,
        }
    }
}

/// The number of leading characters that two texts share.
fn first_difference(one: &str, two: &str) -> usize {
    one.chars().zip(two.chars()).take_while(|(a, b)| a == b).count()
}

/// A part of a text, and the number of characters omitted around it.
struct TextWindow {
    text: String,
    before: usize,
    behind: usize,
}

fn window(text: &str, start: usize) -> TextWindow {
    let total = text.chars().count();
    let start = start.min(total);
    let shown: String = text.chars().skip(start).take(VALUE).collect();
    let behind = total - start - shown.chars().count();
    TextWindow { text: shown, before: start, behind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_words_are_marked_without_colour() {
        let (removed, added) =
            difference("Trouble signing in? Call 4242.", "Trouble signing in? Call 5151 now.", &Style::plain(80));
        assert_eq!(removed, "Trouble signing in? Call [-4242.-]");
        assert_eq!(added, "Trouble signing in? Call {+5151 now.+}");
    }

    #[test]
    fn different_spaces_are_visible() {
        let (removed, added) = difference("one two", "one  two", &Style::plain(80));
        assert_eq!((&*removed, &*added), ("one[-·-]two", "one{+··+}two"));
    }

    #[test]
    fn texts_without_common_words_have_no_marks() {
        let (removed, added) = difference("one two", "three", &Style::plain(80));
        assert_eq!((&*removed, &*added), ("one two", "three"));
    }

    #[test]
    fn a_difference_late_in_a_long_text_is_shown() {
        let long = "word ".repeat(5000);
        let (removed, added) = difference(&format!("{long}old end"), &format!("{long}new end"), &Style::plain(80));
        assert!(removed.starts_with("(24940 characters)…word") && removed.ends_with("[-old-] end"), "{removed}");
        assert!(added.ends_with("{+new+} end"), "{added}");
    }
}
