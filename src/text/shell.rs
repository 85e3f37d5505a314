//! Text that somebody pastes into a shell.

use super::excerpt;

/// More characters of a path are not shown: no path of a repository is that long, and one that is cut cannot be pasted.
const LONGEST: usize = 1_000;

/// A path as an argument that a shell takes for this path and nothing else.
pub fn argument(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    let path = excerpt(path, LONGEST);
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
