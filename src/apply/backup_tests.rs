use super::*;
use crate::organization::{Document, Endpoint, Model, Slot};
use crate::plan::{Input, plan};
use serde_json::json;

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

fn live(name: &str) -> Live {
    let fields = json!({"name": name}).as_object().unwrap().clone();
    Live { organization: Slot::Present(Document::new(Endpoint::Organization, fields)), doh: Slot::NotRead }
}

fn plan_of(live: &Live, api: &str) -> Plan {
    let target = Target::account(ACCOUNT).unwrap();
    let source = crate::manifest::Source { name: "org.yaml".to_owned(), text: "organization: {name: New}".to_owned() };
    let manifest = crate::manifest::parse(Model::current(), &source).manifest.unwrap();
    plan(&Input { model: Model::current(), manifest: &manifest, target: &target, api, live, allow: &[] })
}

fn keep(backups: &Backups, live: &Live, api: &str, second: i64) -> PathBuf {
    let now = Timestamp::from_second(1_795_000_000 + second).unwrap();
    let kept = backups.keep(&PreImage { plan: &plan_of(live, api), live }, now).unwrap();
    assert!(kept.stayed.is_empty(), "{:?}", kept.stayed);
    kept.path
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_kept_reads_back_as_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let live = live("Wid\u{202e}get");
    let path = keep(&Backups::in_folder(folder.path()), &live, CLOUDFLARE, 0);
    let bytes = std::fs::read(path).unwrap();
    let target = Some(Target::account(ACCOUNT).unwrap());
    assert_eq!(Snapshot::parse(&bytes).unwrap(), Snapshot { target, api: CLOUDFLARE.to_owned(), live });
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(r"Wid\u202eget"), "law 9: {text}");
    assert!(text.contains(r#""kept_at": "2026-11-18T"#), "{text}");
}

#[test]
fn a_name_says_when_whose_and_for_which_plan() {
    let folder = tempfile::tempdir().unwrap();
    let live = live("Widget");
    let path = keep(&Backups::in_folder(folder.path()), &live, CLOUDFLARE, 0);
    let digest = plan_of(&live, CLOUDFLARE).digest[7..15].to_owned();
    let expected = format!("20261118T110640.000Z-account-{ACCOUNT}-{digest}.json");
    assert_eq!(path.file_name().unwrap().to_str(), Some(expected.as_str()));
    assert_eq!(names(folder.path()), [expected], "and nothing else is left in the folder");
}

#[test]
fn two_backups_of_one_moment_are_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::in_folder(folder.path());
    let (one, two) = (keep(&backups, &live("A"), CLOUDFLARE, 0), keep(&backups, &live("A"), CLOUDFLARE, 0));
    assert_ne!(one, two);
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn the_limit_holds_for_each_organization_and_each_api() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::in_folder(folder.path()).limit(NonZeroUsize::new(2).unwrap());
    let real = keep(&backups, &live("A"), CLOUDFLARE, 0);
    for second in 1..5 {
        keep(&backups, &live("A"), "sandbox", second);
    }
    assert_eq!(names(folder.path()).len(), 3, "{:?}", names(folder.path()));
    assert!(real.is_file(), "trying the sandbox costs no real backup");
}

/// A clock that went back makes the newest backup look like the oldest.
#[test]
fn the_backup_that_was_just_kept_is_never_the_one_that_makes_room() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::in_folder(folder.path()).limit(NonZeroUsize::MIN);
    keep(&backups, &live("A"), CLOUDFLARE, 100);
    let newest = keep(&backups, &live("B"), CLOUDFLARE, 0);
    assert_eq!(names(folder.path()), [newest.file_name().unwrap().to_str().unwrap()]);
}

#[test]
fn files_that_are_no_backups_are_never_deleted() {
    for name in [
        "notes.json",
        "20261118T110640.000Z-account-699d98642c564d2e855e9661899b7252-1a2b3c4d.txt",
        "20261118T110640.000Z-account-699d98642c564d2e855e9661899b7252-mine.json",
        "20261118T110640.000Z-account-00000000000000000000000000000000-1a2b3c4d.json",
        "before-account-699d98642c564d2e855e9661899b7252-1a2b3c4d.json",
    ] {
        assert!(!is_backup_of(&format!("account-{ACCOUNT}"), name), "{name}");
    }
    let name = "20261118T110640.000Z-account-699d98642c564d2e855e9661899b7252-1a2b3c4d-2.json";
    assert!(is_backup_of(&format!("account-{ACCOUNT}"), name));
    assert!(!is_backup_of(&format!("account-{ACCOUNT}-sandbox"), name));
}

#[test]
fn an_api_becomes_a_part_of_a_name_whatever_it_is_called() {
    let target = Target::account(ACCOUNT).unwrap();
    let name = organization(&target, "http://127.0.0.1:8787/client/../v4");
    assert_eq!(name, format!("account-{ACCOUNT}-127.0.0.1_8787_client_.._v4"));
    assert!(!name.contains(['/', ':']));
}

#[test]
fn a_folder_that_cannot_be_made_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let live = live("A");
    let image = PreImage { plan: &plan_of(&live, CLOUDFLARE), live: &live };
    let error = Backups::in_folder(&file).keep(&image, Timestamp::UNIX_EPOCH).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot make the folder {}: ", file.display())), "{error}");
}
