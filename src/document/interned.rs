//! Texts of documents that live as long as the process.
//!
//! The types of a plan refer to settings, guards and notes by constant texts, because the planner takes them from the
//! table of settings. A document that another version wrote contains texts that this table lacks. They are stored once
//! each, and not freed.

use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Returns the one stored copy of a text.
pub(super) fn interned(text: &str) -> &'static str {
    static TEXTS: OnceLock<Mutex<HashSet<&'static str>>> = OnceLock::new();
    // A panic elsewhere cannot leave the set half changed.
    let mut texts = TEXTS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(stored) = texts.get(text) {
        return stored;
    }
    let stored: &'static str = Box::leak(text.into());
    texts.insert(stored);
    stored
}

#[cfg(test)]
mod tests {
    use super::interned;

    #[test]
    fn equal_texts_are_stored_once() {
        let (one, two) = (interned("organization.added"), interned(&["organization", "added"].join(".")));
        assert!(std::ptr::eq(one, two));
        assert_eq!(one, "organization.added");
        assert_eq!(interned(""), "");
    }
}
