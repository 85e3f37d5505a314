//! "Did you mean": the nearest of the words that exist.

/// ` (did you mean "merge"?)`, or nothing where no word is near.
pub(super) fn hint<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> String {
    let nearest = words.map(|word| (strsim::damerau_levenshtein(text, word), word)).min();
    match nearest {
        Some((distance, word)) if distance <= 1.max(word.len() / 3) => format!(" (did you mean \"{word}\"?)"),
        _ => String::new(),
    }
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
