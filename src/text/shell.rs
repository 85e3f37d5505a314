//! Quotes text that is pasted into a shell.

use std::path::Path;

use super::limit::ARGUMENT;
use super::visible::{Visible, cut_at, visible};

/// Returns a text as one argument of a POSIX shell, quoted if necessary, and escaped as by [`visible`](super::visible).
///
/// ```
/// assert_eq!(zerodrift::text::argument("orgs/widget.yaml"), "orgs/widget.yaml");
/// assert_eq!(zerodrift::text::argument("my org.yaml; rm -r ~"), "'my org.yaml; rm -r ~'");
/// ```
pub fn argument(text: &str) -> String {
    shell_word(text).into()
}

/// Returns a path as one argument, as by [`argument`]. A path that starts with a dash is not read as a flag.
///
/// ```
/// assert_eq!(zerodrift::text::path_argument("-n.yaml"), "./-n.yaml");
/// ```
pub fn path_argument(path: impl AsRef<Path>) -> String {
    shell_path(&path.as_ref().to_string_lossy()).into()
}

/// Returns a text as by [`argument`].
pub(crate) fn shell_word(text: &str) -> Visible {
    let text = visible(&cut_at(text, ARGUMENT)).into_owned();
    // Only a NUL cannot be quoted, and it is already escaped.
    Visible::trusted(shlex::try_quote(&text).unwrap_or_default())
}

/// Returns a path as by [`path_argument`]. A single dash is standard input.
pub(crate) fn shell_path(path: &str) -> Visible {
    if path.starts_with('-') && path.len() > 1 { shell_word(&format!("./{path}")) } else { shell_word(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_one_argument() {
        for path in
            ["orgs/widget.yaml", "my org.yaml; rm -r ~", "it's.yaml", "$(reboot)", "`id`", "a\"b'c", "~", "*", " a  b "]
        {
            assert_eq!(shlex::split(&path_argument(path)), Some(vec![path.to_owned()]), "{path}");
        }
        assert_eq!(argument("orgs/widget.yaml"), "orgs/widget.yaml");
        assert_eq!(argument("my org.yaml; rm -r ~"), "'my org.yaml; rm -r ~'");
    }

    #[test]
    fn a_path_is_never_a_flag() {
        assert_eq!(path_argument("--auto-approve"), "./--auto-approve");
        assert_eq!(path_argument("-"), "-");
    }
}
