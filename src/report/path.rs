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

/// Returns the path of a file from the top of the repository, as code hosts name it, if that of the manifest is known: the
/// manifest itself, or a parent whose name is relative to the same folder.
pub(super) fn hosted(file: &str, manifest: &str, repository_file: &str) -> String {
    if file == manifest {
        return repository_file.to_owned();
    }
    let (file, manifest) = (tidy(file), tidy(manifest));
    // Either name may have more folders in front: the working folder is above or below the top of the repository.
    let is_folder = |front: &&str| front.is_empty() || front.ends_with('/');
    if let Some(top) = manifest.strip_suffix(repository_file).filter(is_folder) {
        return file.strip_prefix(top).unwrap_or(&file).to_owned();
    }
    match repository_file.strip_suffix(&manifest).filter(is_folder) {
        Some(folder) => without_parents(&format!("{folder}{file}")),
        None => file,
    }
}

/// Resolves `..` as far as there are folders before it.
fn without_parents(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segments.last() {
            Some(last) if segment == ".." && *last != ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    segments.join("/")
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
    fn a_parent_is_named_from_the_top_of_the_repository() {
        for (file, manifest, repository_file, expected) in [
            ("org.yaml", "org.yaml", "infra/org.yaml", "infra/org.yaml"),
            ("base.yaml", "org.yaml", "infra/org.yaml", "infra/base.yaml"),
            ("../_base.yaml", "org.yaml", "infra/org.yaml", "_base.yaml"),
            ("orgs/_base.yaml", "orgs/eu/a.yaml", "orgs/eu/a.yaml", "orgs/_base.yaml"),
            ("/builds/x/_base.yaml", "/builds/x/orgs/a.yaml", "orgs/a.yaml", "_base.yaml"),
            ("../_base.yaml", "../orgs/a.yaml", "orgs/a.yaml", "_base.yaml"),
            ("_base.yaml", "link.yaml", "orgs/real.yaml", "_base.yaml"),
            ("_base.yaml", "org.yaml", "orgs/my-org.yaml", "_base.yaml"),
            ("my-base.yaml", "my-org.yaml", "org.yaml", "my-base.yaml"),
        ] {
            assert_eq!(hosted(file, manifest, repository_file), expected, "{file} {manifest}");
        }
    }

    #[test]
    fn standard_input_keeps_its_name() {
        assert_eq!(uri("-"), "-");
    }
}
