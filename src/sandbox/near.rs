//! Suggestions for misspelled words.

use crate::settings::nearest;

/// Returns ` (did you mean "merge"?)`, or an empty text if no word is similar.
pub(super) fn hint<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> String {
    nearest(text, words).map_or_else(String::new, |word| format!(" (did you mean \"{word}\"?)"))
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn only_a_similar_word_is_suggested() {
        let words = || ["replace", "merge"].into_iter();
        assert_eq!(hint("merg", words()), " (did you mean \"merge\"?)");
        assert_eq!(hint("overwrite", words()), "");
    }
}
