use super::*;
use crate::files::LARGEST_DOCUMENT;
use crate::live::{Document, Slot};
use crate::plan::{Input, plan};
use crate::settings::{Endpoint, Model};
use serde_json::json;
use std::path::Path;

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

fn live(name: &str) -> Live {
    let fields = json!({"name": name}).as_object().unwrap().clone();
    Live { organization: Slot::Present(Document::new(Endpoint::Organization, fields)), doh: Slot::NotRead }
}

fn plan_of(live: &Live, api: &str) -> Plan {
    let target = Target::account(ACCOUNT).unwrap();
    let source =
        crate::diagnostics::Source { name: "org.yaml".to_owned(), text: "organization: {name: New}".to_owned() };
    let manifest = crate::manifest::parse(Model::current(), &source).manifest.unwrap();
    plan(&Input { model: Model::current(), manifest: &manifest, target: &target, api, live, allow: &[] })
}

fn keep(backups: &Backups, live: &Live, api: &str, second: i64) -> PathBuf {
    let now = Timestamp::from_second(1_795_000_000 + second).unwrap();
    backups.keep(&PreImage { plan: &plan_of(live, api), live }, now).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_a_valid_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let live = live("Wid\u{202e}get");
    let path = keep(&Backups::in_folder(folder.path()), &live, CLOUDFLARE, 0);
    let bytes = std::fs::read(path).unwrap();
    let target = Some(Target::account(ACCOUNT).unwrap());
    assert_eq!(Snapshot::parse(&bytes).unwrap(), Snapshot { target, api: CLOUDFLARE.to_owned(), live });
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(r"Wid\u202eget"), "{text}");
    assert!(text.contains(r#""kept_at": "2026-11-18T"#), "{text}");
}

#[test]
fn the_name_of_a_backup_has_time_target_and_digest() {
    let folder = tempfile::tempdir().unwrap();
    let live = live("Widget");
    let path = keep(&Backups::in_folder(folder.path()), &live, CLOUDFLARE, 0);
    let digest = plan_of(&live, CLOUDFLARE).digest[7..15].to_owned();
    let expected = format!("20261118T110640.000Z-account-{ACCOUNT}-{digest}.json");
    assert_eq!(path.file_name().unwrap().to_str(), Some(expected.as_str()));
    let mark = format!("{expected}.unverified");
    assert_eq!(names(folder.path()), [expected, mark], "no other file remains");
}

#[test]
fn two_backups_at_the_same_time_are_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::in_folder(folder.path());
    let (one, two) = (keep(&backups, &live("A"), CLOUDFLARE, 0), keep(&backups, &live("A"), CLOUDFLARE, 0));
    assert_ne!(one, two);
    assert_eq!(names(folder.path()).len(), 4, "each with its mark");
}

#[cfg(unix)]
#[test]
fn a_backup_is_private_and_marked_until_it_is_settled() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let live = live("A");
    let backups = Backups::in_folder(folder.path().join("kept"));
    let path = keep(&backups, &live, CLOUDFLARE, 0);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(names(path.parent().unwrap()).len(), 2, "the backup and its mark");
    assert!(backups.settle(&plan_of(&live, CLOUDFLARE), &path, &[]).is_empty());
    assert_eq!(names(path.parent().unwrap()).len(), 1);
}

/// Indented, the document would be over the limit for reading, so large values keep their text.
#[test]
fn a_large_backup_can_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut live = live("A");
    let Slot::Present(document) = &mut live.organization else { unreachable!() };
    let deep = (0..40).fold(json!(vec![1; 40]), |inner, _| json!([inner]));
    document.fields.insert("beta".to_owned(), json!(vec![deep; 6_000]));
    *document = Document::parse(document.endpoint, &document.to_text()).unwrap();
    let path = keep(&Backups::in_folder(folder.path()), &live, CLOUDFLARE, 0);
    let bytes = files::read(&path, LARGEST_DOCUMENT).unwrap();
    assert_eq!(Snapshot::parse(&bytes).unwrap().live, live);
}

#[test]
fn the_address_of_an_api_is_escaped_in_a_file_name() {
    let target = Target::account(ACCOUNT).unwrap();
    let name = organization(&target, "http://127.0.0.1:8787/client/../v4");
    assert_eq!(name, format!("account-{ACCOUNT}-127.0.0.1_8787_client_.._v4"));
    assert!(!name.contains(['/', ':']));
}

#[test]
fn a_folder_that_cannot_be_created_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let live = live("A");
    let image = PreImage { plan: &plan_of(&live, CLOUDFLARE), live: &live };
    let error = Backups::in_folder(&file).keep(&image, Timestamp::UNIX_EPOCH).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot create the folder {}: ", file.display())), "{error}");
}
