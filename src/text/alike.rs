//! Makes invisible differences visible: of two texts that look the same, the differing characters are escaped.
//!
//! Unicode has many sequences that look alike: spaces of other widths, accents in one character or in two, letters of other
//! scripts, and invisible characters. A text alone stays readable; a character is replaced by its code point, such as
//! `\u{a0}`, only next to a text that looks the same.

use std::collections::HashSet;

use icu_normalizer::DecomposingNormalizerBorrowed;
use unicode_width::UnicodeWidthChar as _;

use super::visible::{Visible, is_hidden, visible};

/// Characters that look like an ASCII character, and that character: the common cases of Unicode's list of confusables
/// (UTS #39). Widths, styles and ligatures are covered by normalization.
const LOOKALIKES: [(&str, &str); 4] = [
    ("АВЕКМНОРСТУХІЈЅаеорсухіјѕһԁԛԝ", "ABEKMHOPCTYXIJSaeopcyxijshdqw"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινρ", "ABEZHIKMNOPTYXoivp"),
    ("‐‒–—−‘’‚“”„‹›∕⁄ː∶", "-----''\x2c\"\"\"<>//::"),
    ("ıɡɑ⍺ӏǀ", "igaall"),
];

/// Whether two texts differ but look the same.
pub(crate) fn are_alike(one: &str, other: &str) -> bool {
    one != other && (!one.is_ascii() || !other.is_ascii() || has_long_space(one) || has_long_space(other)) && {
        skeleton(one) == skeleton(other)
    }
}

/// How runs of spaces are shown, which a browser collapses to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spaces {
    /// Escaped too.
    Written,
    /// Kept; the caller marks them.
    Kept,
}

/// Escapes two texts of one change, including the characters that make them look the same.
pub(crate) fn distinguish(one: &str, other: &str) -> (Visible, Visible) {
    distinguish_with(one, other, Spaces::Written)
}

/// Like [`distinguish`], with a choice for spaces.
pub(crate) fn distinguish_with(one: &str, other: &str, spaces: Spaces) -> (Visible, Visible) {
    if one == other {
        return (Visible::whole(one), Visible::whole(other));
    }
    let whole = are_alike(one, other);
    (beside(one, other, whole, spaces), beside(other, one, whole, spaces))
}

/// Escapes a text next to another one. `whole` is whether the two look the same as a whole.
fn beside(text: &str, other: &str, whole: bool, spaces: Spaces) -> Visible {
    let others: HashSet<&str> = pieces(other).collect();
    let own: HashSet<&str> = pieces(text).collect();
    let rivals: HashSet<String> =
        others.iter().filter(|piece| !own.contains(**piece)).map(|piece| skeleton(piece)).collect();
    // Texts that look the same as a whole usually have the same number of pieces. Then each piece is compared with its
    // counterpart, because the same space may also occur elsewhere.
    let side_by_side: Vec<&str> = pieces(other).collect();
    let is_aligned = whole && side_by_side.len() == pieces(text).count();
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, piece) in pieces(text).enumerate() {
        let is_kept = spaces == Spaces::Kept && piece.bytes().all(|byte| byte == b' ');
        let differs = if is_aligned { side_by_side[at] != piece } else { !others.contains(piece) };
        if differs && !is_kept && (whole || is_blank(piece) || rivals.contains(&skeleton(piece))) {
            shown.push_str(&written_out(piece));
        } else {
            shown.push_str(&visible(piece));
        }
    }
    Visible::trusted(shown)
}

/// Escapes all characters that look like another one or are invisible, and repeated spaces.
pub(crate) fn written_out(text: &str) -> Visible {
    let mut shown = String::with_capacity(text.len() + 16);
    let mut is_after_space = false;
    for character in text.chars() {
        let is_plain = character.is_ascii_graphic() || (character == ' ' && !is_after_space);
        if is_plain || !looks_like_another(character) {
            shown.push_str(&visible(character.encode_utf8(&mut [0; 4])));
        } else {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        }
        is_after_space = character == ' ';
    }
    Visible::trusted(shown)
}

/// Words and the white space between them, in order.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_space = rest.chars().next()?.is_whitespace();
        let end = rest.find(|character: char| character.is_whitespace() != is_space).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some(piece)
    })
}

fn is_blank(piece: &str) -> bool {
    piece.chars().all(char::is_whitespace) && piece != " "
}

fn has_long_space(text: &str) -> bool {
    text.contains("  ")
}

fn looks_like_another(character: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = character.encode_utf8(&mut buffer);
    character == ' ' || is_mark(character) || skeleton(text) != text
}

/// The visual skeleton of a text (UTS #39): equal for texts that look the same.
pub(crate) fn skeleton(text: &str) -> String {
    let normalized = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut skeleton = String::with_capacity(normalized.len());
    for character in normalized.chars().filter(|character| !is_not_drawn(*character)) {
        match lookalike(character) {
            // Browsers collapse repeated spaces.
            ' ' if skeleton.ends_with(' ') => {}
            seen => skeleton.push(seen),
        }
    }
    skeleton
}

/// Whether a character is not drawn: invisible characters and variation selectors. Combining marks are drawn.
fn is_not_drawn(character: char) -> bool {
    is_hidden(character) || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_mark(character: char) -> bool {
    !character.is_ascii() && character.width() == Some(0)
}

fn lookalike(character: char) -> char {
    if character.is_ascii() {
        return character;
    }
    if character.is_whitespace() {
        return ' ';
    }
    let pair = |(from, to): &(&str, &str)| from.chars().zip(to.chars()).find(|(from, _)| *from == character);
    LOOKALIKES.iter().find_map(pair).map_or(character, |(_, to)| to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_look_the_same_are_escaped_on_both_sides() {
        for (one, other, shown_one, shown_other) in [
            ("Widget\u{a0}Corps", "Widget Corps", r"Widget\u{a0}Corps", "Widget Corps"),
            ("caf\u{e9}", "cafe\u{301}", r"caf\u{e9}", r"cafe\u{301}"),
            ("Widget\u{200b}Corps", "WidgetCorps", r"Widget\u{200b}Corps", "WidgetCorps"),
            ("\u{430}dmin", "admin", r"\u{430}dmin", "admin"),
            ("\u{ff21}\u{ff22}", "AB", r"\u{ff21}\u{ff22}", "AB"),
            ("of\u{fb01}ce", "office", r"of\u{fb01}ce", "office"),
            ("a  b", "a b", r"a \u{20}b", "a b"),
            ("  x: a  b", "  x: a b", r"  x: a \u{20}b", "  x: a b"),
            ("a\u{2009}b", "a\u{2003}b", r"a\u{2009}b", r"a\u{2003}b"),
            ("a\u{fe0f}", "a", r"a\u{fe0f}", "a"),
            ("\u{212b}", "\u{c5}", r"\u{212b}", r"\u{c5}"),
            ("it\u{2019}s", "it's", r"it\u{2019}s", "it's"),
        ] {
            assert!(are_alike(one, other), "{one:?} {other:?}");
            assert_eq!(distinguish(one, other), (Visible::trusted(shown_one), Visible::trusted(shown_other)));
        }
    }

    #[test]
    fn every_lookalike_has_an_ascii_character() {
        for (from, to) in LOOKALIKES {
            assert_eq!(from.chars().count(), to.chars().count(), "{from}");
        }
    }

    #[test]
    fn texts_with_a_visible_difference_stay_readable() {
        for (one, other) in [
            ("M\u{fc}ller", "M\u{f6}ller"),
            ("社内アプリ", "社外アプリ"),
            ("caf\u{e9}", "cafe"),
            ("привет", "пока"),
            ("a, b.  C", "a, c.  C"),
            ("24h", "12h"),
        ] {
            assert!(!are_alike(one, other), "{one:?} {other:?}");
            assert_eq!(distinguish(one, other), (Visible::trusted(one), Visible::trusted(other)));
        }
    }

    #[test]
    fn a_hidden_difference_beside_a_visible_one_is_shown_too() {
        let (one, other) = distinguish("Widget\u{a0}Corps caf\u{e9} old \u{fc}", "Widget Corps cafe\u{301} new \u{fc}");
        assert_eq!(one, "Widget\\u{a0}Corps caf\\u{e9} old \u{fc}");
        assert_eq!(other, "Widget Corps cafe\\u{301} new \u{fc}");
    }

    proptest! {
        /// Two different texts never look the same.
        #[test]
        fn no_difference_is_invisible(
            one in "[a-cé\u{301}\u{a0} \u{2003}\u{200b}\u{430}\u{fe0f}\u{ff41}\u{fb01}]{0,8}",
            other in "[a-cé\u{301}\u{a0} \u{2003}\u{200b}\u{430}\u{fe0f}\u{ff41}\u{fb01}]{0,8}",
        ) {
            prop_assume!(one != other);
            let (shown_one, shown_other) = distinguish(&one, &other);
            prop_assert!(shown_one != shown_other && !are_alike(&shown_one, &shown_other), "{} {}", shown_one, shown_other);
        }
    }
}
