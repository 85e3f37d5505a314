//! The maximum numbers of displayed characters: enough for any real text, and few enough for a screen.

/// A value, or a path of the API.
pub(crate) const VALUE: usize = 200;

/// A value among many others.
#[cfg(feature = "report")]
pub(crate) const SHORT_VALUE: usize = 48;

/// A message, which may quote a value.
#[cfg(feature = "report")]
pub(crate) const MESSAGE: usize = 1_000;

/// A message or help on its own page or in its own block.
#[cfg(feature = "report")]
pub(crate) const LONG_MESSAGE: usize = 2_000;

/// An argument of a command. A cut argument could not be pasted, and no path in a repository is longer.
pub(crate) const ARGUMENT: usize = 1_000;

/// Elements of a list.
#[cfg(feature = "report")]
pub(crate) const ELEMENTS: usize = 20;
