//! The type of text that is safe in one output language, and a macro that joins such texts.
//!
//! Renderers use these types, so that a raw `&str` from the live state, a file name or the audit log does not compile as
//! part of a line. Only modules of [`text`](super) convert untrusted text to safe text.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// Text that is safe in the language `L`.
pub(crate) struct Safe<L> {
    text: String,
    language: PhantomData<L>,
}

/// One line without control or invisible characters: safe in output without syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plain;

/// A value that may be part of a text in the language `L`: safe text, text literals, and numbers.
pub(crate) trait In<L>: fmt::Display {}

impl<L> In<L> for Safe<L> {}
impl<L> In<L> for &'static str {}
impl<L> In<L> for usize {}
impl<L, T: In<L>> In<L> for &T {}
impl<L> In<L> for jiff::Timestamp {}

impl<L> Safe<L> {
    /// Declares a text safe. Only functions that escape text call it.
    pub(super) fn trusted(text: impl Into<String>) -> Self {
        Self { text: text.into(), language: PhantomData }
    }

    /// An empty text.
    pub(crate) fn new() -> Self {
        Self::trusted("")
    }

    /// Appends a safe value.
    pub(crate) fn push(&mut self, piece: impl In<L>) {
        self.text.push_str(&piece.to_string());
    }

    /// Joins safe values with a separator.
    pub(crate) fn join<P: In<L>>(pieces: impl IntoIterator<Item = P>, between: &'static str) -> Self {
        let mut joined = Self::new();
        for (number, piece) in pieces.into_iter().enumerate() {
            joined.push(if number > 0 { between } else { "" });
            joined.push(piece);
        }
        joined
    }

    /// Repeats a text literal.
    pub(crate) fn repeat(word: &'static str, times: usize) -> Self {
        Self::trusted(word.repeat(times))
    }
}

/// The implementation of [`safe!`], for the macro only.
pub(crate) struct Joiner<L>(PhantomData<L>);

impl<L> Joiner<L> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }

    pub(crate) fn piece<P: In<L>>(&self, piece: P) -> P {
        piece
    }

    pub(crate) fn finish(&self, text: fmt::Arguments<'_>) -> Safe<L> {
        Safe::trusted(text.to_string())
    }
}

/// Like [`format!`], for arguments that are safe in the language of the result. The format string is a literal and cannot
/// capture variables.
macro_rules! safe {
    ($words:literal $(, $piece:expr)* $(,)?) => {{
        let joiner = $crate::text::safe::Joiner::new();
        // `concat!` prevents the format string from capturing variables, which would not be checked.
        joiner.finish(format_args!(concat!($words) $(, joiner.piece(&$piece))*))
    }};
}

pub(crate) use safe;

impl<L> Deref for Safe<L> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<L> fmt::Display for Safe<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<L> fmt::Debug for Safe<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<L> Clone for Safe<L> {
    fn clone(&self) -> Self {
        Self::trusted(self.text.clone())
    }
}

impl<L> Default for Safe<L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L> PartialEq for Safe<L> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<L> Eq for Safe<L> {}

impl<L> PartialEq<&str> for Safe<L> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl<L> serde::Serialize for Safe<L> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<L> From<&'static str> for Safe<L> {
    fn from(words: &'static str) -> Self {
        Self::trusted(words)
    }
}

impl<L> From<Safe<L>> for String {
    fn from(safe: Safe<L>) -> Self {
        safe.text
    }
}

impl<L, P: In<L>> FromIterator<P> for Safe<L> {
    fn from_iter<I: IntoIterator<Item = P>>(pieces: I) -> Self {
        Self::join(pieces, "")
    }
}

impl<L, P: In<L>> std::ops::Add<P> for Safe<L> {
    type Output = Self;

    fn add(mut self, piece: P) -> Self {
        self.push(piece);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A safe type matches both of these impls, so that the calls below would be ambiguous.
    trait IsRaw<Proof> {
        fn is_raw() {}
    }
    impl<T: ?Sized> IsRaw<()> for T {}
    struct IsSafe;
    impl<T: ?Sized + In<Plain>> IsRaw<IsSafe> for T {}

    #[test]
    fn raw_text_is_not_safe() {
        <String as IsRaw<_>>::is_raw();
        <str as IsRaw<_>>::is_raw();
        <std::borrow::Cow<'_, str> as IsRaw<_>>::is_raw();
        <serde_json::Value as IsRaw<_>>::is_raw();
        <std::path::Display<'_> as IsRaw<_>>::is_raw();
        <&String as IsRaw<_>>::is_raw();
    }

    #[test]
    fn safe_values_are_joined() {
        let name = Safe::<Plain>::trusted("org.yaml");
        let joined: Safe<Plain> = safe!("{}:{} {:>4}", name, 7, "a");
        assert_eq!(joined, "org.yaml:7    a");
        assert_eq!(Safe::<Plain>::join(["a", "b"], ", "), "a, b");
    }
}
