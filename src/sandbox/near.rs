//! "Did you mean": the nearest of the words that exist.

use crate::settings::nearest;

/// ` (did you mean "merge"?)`, or nothing where no word is near.
pub(super) fn hint<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> String {
    nearest(text, words).map_or_else(String::new, |word| format!(" (did you mean \"{word}\"?)"))
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn only_a_near_word_is_offered() {
        let words = || ["replace", "merge"].into_iter();
        assert_eq!(hint("merg", words()), " (did you mean \"merge\"?)");
        assert_eq!(hint("overwrite", words()), "");
    }
}
