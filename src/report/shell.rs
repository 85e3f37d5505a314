//! Text that somebody pastes into a shell.

use super::value;

/// A path as an argument that a shell takes for this path and nothing else.
pub(super) fn argument(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    let path = value::safe(path);
    if path.chars().all(plain) && !path.is_empty() { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_argument_whatever_is_in_it() {
        assert_eq!(argument("orgs/widget.yaml"), "orgs/widget.yaml");
        assert_eq!(argument("my org.yaml; rm -r ~"), "'my org.yaml; rm -r ~'");
        assert_eq!(argument("it's.yaml"), "'it'\\''s.yaml'");
    }
}
