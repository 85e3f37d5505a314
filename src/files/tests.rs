//! What a unit test can prove: names, modes, bounds. Full disks, mounts and umasks are in `tests/robustness/files`.
#![cfg(unix)]

use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn fifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    }

    fn socket(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        std::os::unix::net::UnixListener::bind(&path).unwrap();
        path
    }

    /// A device. Who may replace that of the system gets one of their own, in case that this is what goes wrong.
    fn device(&self) -> PathBuf {
        let path = self.path("zero");
        let made = std::process::Command::new("mknod").arg(&path).args(["c", "1", "5"]).output();
        if made.is_ok_and(|made| made.status.success()) { path } else { PathBuf::from("/dev/zero") }
    }

    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Everything that is not a regular file, by its kind.
fn special(folder: &Folder) -> Vec<(PathBuf, &'static str)> {
    std::fs::create_dir(folder.path("folder")).unwrap();
    symlink("/dev/zero", folder.path("link")).unwrap();
    vec![
        (folder.path("folder"), "a folder"),
        (folder.fifo("fifo"), "a pipe (FIFO)"),
        (folder.socket("socket"), "a socket"),
        (folder.device(), "a device"),
        (folder.path("link"), "a"),
    ]
}

#[test]
fn nothing_but_a_regular_file_is_read_and_nothing_is_waited_for() {
    let folder = Folder::new();
    for (path, kind) in special(&folder) {
        for error in [read(&path, 10).unwrap_err(), read_start(&path, 10).unwrap_err(), open(&path).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", path.display());
            let said = error.to_string();
            assert!(said.starts_with(&format!("it is {kind}")) && said.ends_with("not a regular file"), "{said}");
        }
    }
    let real = folder.file("real", "text");
    symlink("real", folder.path("name")).unwrap();
    assert_eq!(read(&folder.path("name"), 10).unwrap(), b"text", "an input may be a link: {}", real.display());
}

#[test]
fn nothing_but_a_regular_file_is_written_and_a_link_is_not_followed() {
    let folder = Folder::new();
    let safe = folder.file("safe", "safe");
    symlink("safe", folder.path("to-safe")).unwrap();
    symlink("nowhere", folder.path("to-nowhere")).unwrap();
    let links = ["to-safe", "to-nowhere"].map(|name| (folder.path(name), "a symbolic link"));
    for (path, kind) in special(&folder).into_iter().chain(links) {
        for access in [FileAccess::Umask, FileAccess::Owner] {
            for done in [
                replace(&path, b"new", access, &[]),
                replace_unchanged(&path, b"safe", b"new").map(drop),
                append(&path, "new\n", access),
                check_output(&path),
            ] {
                let said = done.unwrap_err().to_string();
                assert!(said.contains(kind), "{}: {said}", path.display());
            }
            assert_eq!(create(&path, b"new", access).unwrap_err().kind(), ErrorKind::AlreadyExists);
        }
    }
    assert_eq!(text(&safe), "safe");
    assert!(!folder.path("nowhere").exists());
    assert!(folder.path("to-safe").is_symlink());
    assert!(!folder.names().iter().any(|name| name.starts_with('.')), "{:?}", folder.names());
}

#[test]
fn an_input_has_a_bound_whatever_its_size_is_said_to_be() {
    let folder = Folder::new();
    let file = folder.file("file", "12345");
    assert_eq!(read(&file, 5).unwrap(), b"12345");
    assert_eq!(read(&file, 4).unwrap_err().to_string(), "it is larger than 4 bytes");
    assert_eq!(read_start(&file, 4).unwrap(), b"1234");
    let huge = std::fs::File::create(folder.path("huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let error = read(&folder.path("huge"), LARGEST_DOCUMENT).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::FileTooLarge, "it is larger than 16 MiB"));
    let endless = bounded(std::io::repeat(0), LARGEST_DOCUMENT).unwrap_err();
    assert_eq!(endless.kind(), ErrorKind::FileTooLarge);
    #[cfg(target_os = "linux")]
    assert!(read(Path::new("/proc/self/maps"), 10).is_err(), "its size is said to be 0");
}

#[test]
fn what_is_written_for_reading_back_has_the_bound_of_reading_it() {
    assert!(check_size("12345", 5).is_ok());
    assert_eq!(check_size("123456", 5).unwrap_err().to_string(), "it is larger than 5 bytes");
}

#[test]
fn a_private_file_is_private_whatever_was_there_before() {
    let folder = Folder::new();
    let path = folder.file("plan.json", "old");
    chmod(&path, 0o666);
    replace(&path, b"new", FileAccess::Owner, &[]).unwrap();
    assert_eq!((text(&path).as_str(), mode(&path)), ("new", 0o600));
    create(&folder.path("new.json"), b"new", FileAccess::Owner).unwrap();
    append(&folder.path("log"), "line\n", FileAccess::Owner).unwrap();
    assert_eq!((mode(&folder.path("new.json")), mode(&folder.path("log"))), (0o600, 0o600));
}

#[test]
fn a_file_for_others_keeps_its_mode() {
    let folder = Folder::new();
    let path = folder.file("report.md", "old");
    for kept in [0o640, 0o606, 0o755] {
        chmod(&path, kept);
        replace(&path, b"new", FileAccess::Umask, &[]).unwrap();
        assert_eq!(mode(&path), kept);
        assert!(replace_unchanged(&path, b"new", b"old").unwrap());
        assert_eq!((text(&path).as_str(), mode(&path)), ("old", kept));
    }
}

#[test]
fn a_read_only_file_stays_as_it_is_for_root_too() {
    let folder = Folder::new();
    let path = folder.file("org.yaml", "old");
    chmod(&path, 0o444);
    for done in [replace(&path, b"new", FileAccess::Umask, &[]), replace_unchanged(&path, b"old", b"new").map(drop)] {
        assert_eq!(done.unwrap_err().to_string(), "it is read-only");
    }
    assert_eq!((text(&path).as_str(), folder.names()), ("old", vec!["org.yaml".to_owned()]));
}

#[test]
fn a_file_that_holds_something_else_by_now_is_left_alone() {
    let folder = Folder::new();
    let path = folder.file("org.yaml", "edited meanwhile");
    for read in ["as it was read", "edited meanwhil", "edited meanwhile.", ""] {
        assert!(!replace_unchanged(&path, read.as_bytes(), b"new").unwrap(), "{read:?}");
    }
    assert_eq!((text(&path).as_str(), folder.names()), ("edited meanwhile", vec!["org.yaml".to_owned()]));
}

#[test]
fn a_new_file_is_never_written_over_another_one() {
    let folder = Folder::new();
    let path = folder.file("org.yaml", "old");
    assert_eq!(create(&path, b"new", FileAccess::Umask).unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!((text(&path).as_str(), folder.names()), ("old", vec!["org.yaml".to_owned()]));
}

#[test]
fn a_reserved_file_is_not_hit_by_any_name() {
    let folder = Folder::new();
    let token = folder.file("token", "secret");
    std::fs::hard_link(&token, folder.path("hard")).unwrap();
    symlink(folder.0.path(), folder.path("here")).unwrap();
    let reserved = [FileIdentity::of(&token).unwrap(), FileIdentity::of(&folder.path("here/future")).unwrap()];
    for name in ["token", "hard", "./token", "here/token", "here/here/hard", "future", "./here/./here/future"] {
        let error = replace(&folder.path(name), b"new", FileAccess::Umask, &reserved).unwrap_err();
        assert_eq!(error.to_string(), "this run uses it under another name", "{name}");
    }
    assert_eq!(text(&token), "secret");
    replace(&folder.path("other"), b"new", FileAccess::Umask, &reserved).unwrap();
}

#[test]
fn errors_name_no_temporary_file() {
    let folder = Folder::new();
    let path = folder.path("no-folder/org.yaml");
    for done in [create(&path, b"new", FileAccess::Umask), replace(&path, b"new", FileAccess::Owner, &[])] {
        assert_eq!(done.unwrap_err().to_string(), "No such file or directory (os error 2)");
    }
}

#[test]
fn lines_start_on_a_line_of_their_own() {
    let folder = Folder::new();
    let path = folder.file("log", "a\nunfinished");
    append(&path, "b\n", FileAccess::Umask).unwrap();
    append(&path, "c\n", FileAccess::Umask).unwrap();
    assert_eq!(text(&path), "a\nunfinished\nb\nc\n");
}

#[test]
fn a_folder_that_others_can_write_to_is_a_risk_unless_it_is_sticky() {
    let folder = Folder::new();
    let path = folder.path("kept");
    assert_eq!(check_private_folder(&path).unwrap(), None, "it is made private");
    make_private_folder(&folder.path("kept/below/it")).unwrap();
    for name in ["kept", "kept/below", "kept/below/it"] {
        assert_eq!(mode(&folder.path(name)), 0o700, "{name}");
    }
    for (bits, is_risk) in
        [(0o700, false), (0o755, false), (0o775, true), (0o757, true), (0o777, true), (0o1777, false), (0o2775, true)]
    {
        chmod(&path, bits);
        assert_eq!(check_private_folder(&path).unwrap().is_some(), is_risk, "{bits:o}");
        assert_eq!(make_private_folder(&path).is_err(), is_risk, "{bits:o}");
    }
    let file = folder.file("file", "");
    assert_eq!(check_private_folder(&file).unwrap_err().to_string(), "it is a file, not a folder");
}

/// Only root can give a file away.
#[test]
fn what_belongs_to_another_user_is_neither_trusted_nor_filled_with_secrets() {
    let folder = Folder::new();
    let (kept, log) = (folder.path("kept"), folder.file("log", ""));
    std::fs::create_dir(&kept).unwrap();
    if std::os::unix::fs::chown(&kept, Some(12_345), None).is_err() {
        eprintln!("skipped: only root can give a file to another user");
        return;
    }
    std::os::unix::fs::chown(&log, Some(12_345), None).unwrap();
    assert_eq!(check_private_folder(&kept).unwrap(), Some(FolderRisk::Foreign(12_345)));
    for done in [append(&log, "line\n", FileAccess::Owner), replace(&log, b"plan", FileAccess::Owner, &[])] {
        assert_eq!(done.unwrap_err().to_string(), "it belongs to another user");
    }
    assert_eq!(text(&log), "");
    replace(&log, b"report", FileAccess::Umask, &[]).unwrap();
    let owner = std::os::unix::fs::MetadataExt::uid(&log.metadata().unwrap());
    assert_eq!(owner, 12_345, "a report stays its owner's");
}

#[test]
fn names_are_one_file_where_the_system_says_so() {
    let folder = Folder::new();
    let one = folder.file("one", "");
    let two = folder.file("two", "");
    symlink("one", folder.path("link")).unwrap();
    symlink("future", folder.path("dangling")).unwrap();
    assert_eq!(FileIdentity::of(&one), FileIdentity::of(&folder.path("link")));
    assert_ne!(FileIdentity::of(&one), FileIdentity::of(&two));
    assert_eq!(FileIdentity::of(&folder.path("future")), FileIdentity::of(&folder.path("dangling")));
    assert_ne!(FileIdentity::of(&folder.path("future")), FileIdentity::of(&folder.path("other")));
    assert_eq!(FileIdentity::of(&folder.path("no/where")), None);
}

#[test]
fn an_empty_or_missing_folder_is_filled_and_no_other() {
    let folder = Folder::new();
    let filled = |name: &str| {
        let files = ["a", "b"].map(|name| (name.to_owned(), format!("text of {name}")));
        fill_folder(&folder.path(name), files).map_err(|failed| (failed.path, failed.error.kind()))
    };
    assert_eq!(filled("new/inner"), Ok(2));
    assert_eq!(text(&folder.path("new/inner/b")), "text of b");
    std::fs::create_dir(folder.path("empty")).unwrap();
    assert_eq!(filled("empty"), Ok(2));
    assert_eq!(filled("empty"), Err((folder.path("empty"), ErrorKind::DirectoryNotEmpty)));
    folder.file("file", "");
    assert_eq!(filled("file"), Err((folder.path("file"), ErrorKind::AlreadyExists)));
}
