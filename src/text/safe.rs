//! The type of text that is safe in one output language, and a macro that joins such texts.
//!
//! Renderers are written in terms of these types, so that a raw `&str` of the live state, of a file name or of the audit
//! log does not compile inside a line. Only modules of [`text`](super) make safe text out of untrusted text.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// Text that is safe in the language `L`.
pub(crate) struct Safe<L> {
    text: String,
    language: PhantomData<L>,
}

/// One line without control or invisible characters: safe where nothing is syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plain;

/// Something that may stand as it is in a text of the language `L`: text that is safe there, words of ours, and
/// numbers.
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

    /// Adds something that is safe too.
    pub(crate) fn push(&mut self, piece: impl In<L>) {
        self.text.push_str(&piece.to_string());
    }

    /// Joins texts, with a separator of ours between them.
    pub(crate) fn join<P: In<L>>(pieces: impl IntoIterator<Item = P>, between: &'static str) -> Self {
        let mut joined = Self::new();
        for (number, piece) in pieces.into_iter().enumerate() {
            joined.push(if number > 0 { between } else { "" });
            joined.push(piece);
        }
        joined
    }

    /// So many times the same word of ours.
    pub(crate) fn repeat(word: &'static str, times: usize) -> Self {
        Self::trusted(word.repeat(times))
    }
}

/// Takes pieces of a language into a text: the two halves of [`safe!`], which alone may use it.
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

/// As [`format!`], for arguments that are safe in the language of the result. Its words are ours, and it captures no
/// variable.
macro_rules! safe {
    ($words:literal $(, $piece:expr)* $(,)?) => {{
        let joiner = $crate::text::safe::Joiner::new();
        // `concat!` keeps the words from capturing a variable, which nobody would look at.
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

    /// A type that is safe in some language fits two of these impls, and the call below is ambiguous then.
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
    fn pieces_are_joined() {
        let name = Safe::<Plain>::trusted("org.yaml");
        let joined: Safe<Plain> = safe!("{}:{} {:>4}", name, 7, "a");
        assert_eq!(joined, "org.yaml:7    a");
        assert_eq!(Safe::<Plain>::join(["a", "b"], ", "), "a, b");
    }
}
