use super::*;
use crate::apply::PreImage;
use crate::diagnostics::Source;
use crate::live::{Document, Live, Slot};
use crate::manifest::parse;
use crate::plan::{Input, plan};
use crate::settings::{Endpoint, Model, Target};
use jiff::Timestamp;
use serde_json::json;

const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

fn live() -> Live {
    let fields = json!({"name": "Widget"}).as_object().unwrap().clone();
    Live { organization: Slot::Present(Document::new(Endpoint::Organization, fields)), doh: Slot::NotRead }
}

fn plan_of(target: &Target, api: &str) -> Plan {
    let model = Model::current();
    let source = Source { name: "org.yaml".to_owned(), text: "organization: {name: New}".to_owned() };
    let manifest = parse(model, &source).manifest.unwrap();
    plan(&Input { model, manifest: &manifest, target, api, live: &live(), allow: &[] })
}

/// A folder of backups with a limit.
struct BackupFolder {
    folder: tempfile::TempDir,
    backups: Backups,
    target: Target,
}

impl BackupFolder {
    fn of(limit: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::in_folder(folder.path()).limit(NonZeroUsize::new(limit).unwrap());
        Self { folder, backups, target: Target::account(ACCOUNT).unwrap() }
    }

    fn keep(&self, api: &str, second: i64) -> PathBuf {
        let now = Timestamp::from_second(1_795_000_000 + second).unwrap();
        self.backups.keep(&PreImage { plan: &plan_of(&self.target, api), live: &live() }, now).unwrap()
    }

    fn settle(&self, api: &str, backup: &Path, protected: &[&Path]) {
        let not_deleted = self.backups.settle(&plan_of(&self.target, api), backup, protected);
        assert!(not_deleted.is_empty(), "{not_deleted:?}");
    }

    /// A successful apply.
    fn apply(&self, api: &str, second: i64) -> PathBuf {
        let backup = self.keep(api, second);
        self.settle(api, &backup, &[]);
        backup
    }

    fn count(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }
}

#[test]
fn the_limit_applies_to_each_organization_and_api() {
    let folder = BackupFolder::of(2);
    let real = folder.apply(CLOUDFLARE, 0);
    for second in 1..5 {
        folder.apply("sandbox", second);
    }
    assert_eq!(folder.count(), 3);
    assert!(real.is_file(), "a run with the sandbox deletes no real backup");
}

/// After the clock was set back, the newest backup looks like the oldest.
#[test]
fn the_backup_of_this_run_is_not_deleted() {
    let folder = BackupFolder::of(1);
    let older = folder.apply(CLOUDFLARE, 100);
    let newest = folder.apply(CLOUDFLARE, 0);
    assert!(newest.is_file() && !older.exists());
}

#[test]
fn no_backup_is_deleted_before_the_apply_is_verified() {
    let folder = BackupFolder::of(1);
    let before = folder.apply(CLOUDFLARE, 0);
    let running = folder.keep(CLOUDFLARE, 1);
    assert!(before.is_file() && running.is_file());
}

/// A second apply converges, and its backup has an intermediate state. Only the first backup has the original state.
#[test]
fn the_backup_of_an_unverified_apply_is_kept_until_its_mark_is_deleted() {
    let folder = BackupFolder::of(1);
    let needed = folder.keep(CLOUDFLARE, 0);
    for second in 1..5 {
        folder.apply(CLOUDFLARE, second);
    }
    assert!(needed.is_file());
    assert_eq!(folder.count(), 3, "the backup, its mark, and the newest backup");
    std::fs::remove_file(mark::path(&needed)).unwrap();
    folder.apply(CLOUDFLARE, 6);
    assert!(!needed.exists(), "without the mark it is deleted");
}

#[test]
fn the_backup_that_a_rollback_reads_is_kept_even_through_a_hard_link() {
    let folder = BackupFolder::of(1);
    let source = folder.apply(CLOUDFLARE, 0);
    let other_name = folder.folder.path().join("good.json");
    std::fs::hard_link(&source, &other_name).unwrap();
    let own = folder.keep(CLOUDFLARE, 1);
    folder.settle(CLOUDFLARE, &own, &[&other_name]);
    assert!(source.is_file() && own.is_file());
}

/// The names are equal, but the contents are not.
#[test]
fn a_backup_of_another_api_with_the_same_name_is_kept() {
    let folder = BackupFolder::of(1);
    let others = folder.apply("https://gateway.example/a", 0);
    folder.apply("https://gateway.example_a", 1);
    assert!(others.is_file());
    assert_eq!(folder.count(), 2);
}

#[test]
fn files_that_are_not_backups_are_never_deleted() {
    let ours = format!("account-{ACCOUNT}");
    for name in [
        "notes.json".to_owned(),
        format!("20261118T110640.000Z-{ours}-1a2b3c4d.txt"),
        format!("20261118T110640.000Z-{ours}-mine.json"),
        format!("20261118T110640.000Z-{ours}-1a2b3c4d-.json"),
        format!("20261118T110640.000Z-{ours}-deadbeef-1a2b3c4d.json"),
        format!("20261118T110640.000Z-{ours}-deadbeef-12345678.json"),
        "20261118T110640.000Z-account-00000000000000000000000000000000-1a2b3c4d.json".to_owned(),
        format!("before-{ours}-1a2b3c4d.json"),
    ] {
        assert!(!is_backup_of(&ours, &name), "{name}");
    }
    let name = format!("20261118T110640.000Z-{ours}-1a2b3c4d-2.json");
    assert!(is_backup_of(&ours, &name));
    assert!(!is_backup_of(&format!("{ours}-sandbox"), &name));

    let folder = BackupFolder::of(1);
    let notes = folder.folder.path().join(format!("20201118T110640.000Z-{ours}-1a2b3c4d.json"));
    std::fs::write(&notes, "notes with the name of a backup").unwrap();
    folder.apply(CLOUDFLARE, 0);
    assert!(notes.is_file());
}
