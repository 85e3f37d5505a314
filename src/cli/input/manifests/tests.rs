use super::*;
use crate::ending::FailureKind;

/// A folder with these empty files.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    folder
}

fn list(folder: &tempfile::TempDir, arguments: &[&str]) -> Result<Vec<String>, CliError> {
    let top = folder.path().display().to_string();
    let arguments: Vec<String> = arguments.iter().map(|argument| format!("{top}/{argument}")).collect();
    let set = ManifestSet::list(&arguments)?;
    Ok(set.entries().iter().map(|entry| entry.file.replace(&format!("{top}/"), "")).collect())
}

fn refused(folder: &tempfile::TempDir, arguments: &[&str]) -> CliError {
    list(folder, arguments).unwrap_err()
}

#[test]
fn a_folder_names_the_manifests_below_it_in_the_order_of_their_paths() {
    let folder = folder(&[
        "orgs/b.yaml",
        "orgs/a.yml",
        "orgs/eu/c.yaml",
        "orgs/_base.yaml",
        "orgs/.hidden.yaml",
        "orgs/_shared/d.yaml",
        "orgs/.git/e.yaml",
        "orgs/notes.md",
        "orgs/yaml",
        "other.yaml",
    ]);
    assert_eq!(list(&folder, &["orgs"]).unwrap(), ["orgs/a.yml", "orgs/b.yaml", "orgs/eu/c.yaml"]);
    let named = list(&folder, &["other.yaml", "orgs/_base.yaml", "orgs/"]).unwrap();
    assert_eq!(named, ["orgs/_base.yaml", "orgs/a.yml", "orgs/b.yaml", "orgs/eu/c.yaml", "other.yaml"]);
}

#[test]
fn a_file_that_is_named_twice_counts_once() {
    let folder = folder(&["orgs/a.yaml", "orgs/eu/b.yaml"]);
    let named = list(&folder, &["orgs/eu", "orgs", "orgs/a.yaml", "orgs/eu/../a.yaml", "orgs/./eu/b.yaml"]).unwrap();
    assert_eq!(named, ["orgs/a.yaml", "orgs/eu/b.yaml"]);
    assert_eq!(list(&folder, &["missing.yaml", "missing.yaml"]).unwrap(), ["missing.yaml"]);
    assert_eq!(list(&folder, &["no/missing.yaml", "no/missing.yaml"]).unwrap(), ["no/missing.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_counts_as_that_file_and_a_link_to_a_folder_is_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder(&["orgs/m.yaml", "orgs/eu/b.yaml", "elsewhere/x.yaml"]);
    symlink("m.yaml", folder.path().join("orgs/a.yaml")).unwrap();
    symlink("../elsewhere", folder.path().join("orgs/linked")).unwrap();
    symlink("../elsewhere", folder.path().join("orgs/linked.yaml")).unwrap();
    symlink("..", folder.path().join("orgs/eu/circle")).unwrap();
    symlink("../elsewhere/x.yaml", folder.path().join("orgs/x.yaml")).unwrap();
    assert_eq!(list(&folder, &["orgs"]).unwrap(), ["orgs/eu/b.yaml", "orgs/m.yaml", "orgs/x.yaml"]);
    assert_eq!(list(&folder, &["orgs", "elsewhere"]).unwrap(), ["elsewhere/x.yaml", "orgs/eu/b.yaml", "orgs/m.yaml"]);
    assert_eq!(list(&folder, &["orgs/a.yaml"]).unwrap(), ["orgs/a.yaml"]);
    assert_eq!(list(&folder, &["orgs/linked"]).unwrap(), ["orgs/linked/x.yaml"]);
}

#[cfg(unix)]
#[test]
fn an_entry_that_cannot_be_read_is_listed_so_that_it_is_reported() {
    let folder = folder(&["orgs/a.yaml"]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("orgs/broken.yaml")).unwrap();
    let fifo = folder.path().join("orgs/pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(fifo).status().unwrap().success());
    assert_eq!(list(&folder, &["orgs"]).unwrap(), ["orgs/a.yaml", "orgs/broken.yaml", "orgs/pipe.yaml"]);
}

#[test]
fn a_folder_without_manifests_is_a_usage_error_with_a_hint() {
    let folder = folder(&["orgs/a.yaml", "empty/_base.yaml", "empty/readme.md"]);
    for arguments in [&["empty"][..], &["orgs", "empty"]] {
        let error = refused(&folder, arguments);
        assert!(error.kind == FailureKind::Usage && error.message.ends_with("/empty has no manifest"), "{error:?}");
        assert!(error.hints[0].contains("names that start with _ or ."), "{error:?}");
    }
}

#[test]
fn standard_input_is_named_alone() {
    let only = ManifestSet::list(&["-".to_owned()]).unwrap();
    assert_eq!(only.entries().iter().map(|entry| entry.file.as_str()).collect::<Vec<_>>(), ["-"]);
    let error = ManifestSet::list(&["-".to_owned(), "org.yaml".to_owned()]).unwrap_err();
    assert_eq!(error.kind, FailureKind::Usage);
}

#[test]
fn the_topmost_folder_contains_the_other_folders_that_were_named() {
    let folder = folder(&["orgs/eu/a.yaml", "other/b.yaml"]);
    let real = |name: &str| std::fs::canonicalize(folder.path().join(name)).unwrap();
    let arguments = ["orgs/eu", "orgs", "other/b.yaml"].map(|name| folder.path().join(name).display().to_string());
    let set = ManifestSet::list(&arguments).unwrap();
    assert_eq!(set.topmost_folder(&real("orgs/eu")), Some(real("orgs").as_path()));
    assert_eq!(set.topmost_folder(&real("other")), None);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_and_a_name_that_is_not_utf8_are_errors() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::PermissionsExt as _;
    let listed = folder(&["orgs/a.yaml", "orgs/closed/b.yaml"]);
    let closed = listed.path().join("orgs/closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Root can read every folder.
    if std::fs::read_dir(&closed).is_err() {
        let error = refused(&listed, &["orgs"]);
        assert!(error.kind == FailureKind::Io && error.message.contains("orgs/closed"), "{error:?}");
    }
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::write(listed.path().join("orgs").join(OsStr::from_bytes(b"\xff.yaml")), "").unwrap();
    assert!(refused(&listed, &["orgs"]).message.ends_with("it is not valid UTF-8"));
}

#[test]
fn folders_are_followed_to_a_bounded_depth() {
    let deep = folder(&[&format!("orgs/{}a.yaml", "d/".repeat(63))]);
    assert_eq!(list(&deep, &["orgs"]).unwrap().len(), 1);
    let too_deep = folder(&[&format!("orgs/{}a.yaml", "d/".repeat(64))]);
    let error = refused(&too_deep, &["orgs"]);
    assert!(error.message.ends_with("more than 64 folders are in each other"), "{error:?}");
}
