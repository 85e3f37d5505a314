//! The path of a file in the reports for code hosts.
//!
//! Both hosts compare the path with the files of the repository: GitHub's page "SARIF support for code scanning" requires the
//! same path in every run, and GitLab's page "Code Quality" a relative one.

/// Returns a path with forward slashes and without `.` and empty segments: `./accounts\org.yaml` is `accounts/org.yaml`.
pub(super) fn tidy(path: &str) -> String {
    // A backslash separates folders on Windows and is rare in names on other systems.
    let forward = path.replace('\\', "/");
    let segments: Vec<&str> = forward.split('/').filter(|segment| !segment.is_empty() && *segment != ".").collect();
    let root = if forward.starts_with('/') { "/" } else { "" };
    format!("{root}{}", segments.join("/"))
}

/// Returns a path as a URI: a relative reference for a relative path, and a `file` URI for an absolute one.
pub(super) fn uri(path: &str) -> String {
    let tidy = tidy(path);
    let has_drive = tidy.starts_with(|c: char| c.is_ascii_alphabetic()) && tidy[1..].starts_with(":/");
    match tidy.split_at_checked(2).filter(|_| has_drive) {
        Some((drive, rest)) => format!("file:///{drive}{}", encoded(rest)),
        None if tidy.starts_with('/') => format!("file://{}", encoded(&tidy)),
        None => encoded(&tidy),
    }
}

/// Percent-encodes everything except slashes and the unreserved characters of RFC 3986. A colon is encoded too, because it
/// would end a scheme in the first segment.
pub(super) fn encoded(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_notations_of_a_path_give_the_same_result() {
        for path in ["org.yaml", "./org.yaml", ".//org.yaml", "././org.yaml", ".\\org.yaml"] {
            assert_eq!((tidy(path).as_str(), uri(path).as_str()), ("org.yaml", "org.yaml"), "{path}");
        }
        assert_eq!(uri("accounts\\widget/./org.yaml"), "accounts/widget/org.yaml");
        assert_eq!(uri("../shared/org.yaml"), "../shared/org.yaml");
    }

    #[test]
    fn an_absolute_path_is_a_file_uri() {
        assert_eq!(uri("/home/me/my org.yaml"), "file:///home/me/my%20org.yaml");
        assert_eq!(uri("C:\\work\\org.yaml"), "file:///C:/work/org.yaml");
    }

    #[test]
    fn reserved_characters_of_uris_are_encoded() {
        assert_eq!(uri("a:b.yaml"), "a%3Ab.yaml");
        assert_eq!(uri("100%/org?x#y.yaml"), "100%25/org%3Fx%23y.yaml");
        assert_eq!(uri("büro\u{1b}\n.yaml"), "b%C3%BCro%1B%0A.yaml");
        assert_eq!(uri("javascript:alert(1)"), "javascript%3Aalert%281%29");
    }

    #[test]
    fn standard_input_keeps_its_name() {
        assert_eq!(uri("-"), "-");
    }
}
