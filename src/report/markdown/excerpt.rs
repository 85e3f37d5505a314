//! Untrusted prose of a comment.

use crate::text::Visible;
use crate::text::limit::MESSAGE;
use crate::text::markdown::{MarkdownText, prose};

/// Returns untrusted prose, such as a message that contains a value.
pub(super) fn text(text: &str) -> MarkdownText {
    prose(&Visible::excerpt(text, MESSAGE))
}
