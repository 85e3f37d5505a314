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
struct Shelf {
    folder: tempfile::TempDir,
    backups: Backups,
    target: Target,
}

impl Shelf {
    fn of(limit: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::in_folder(folder.path()).limit(NonZeroUsize::new(limit).unwrap());
        Self { folder, backups, target: Target::account(ACCOUNT).unwrap() }
    }

    fn keep(&self, api: &str, second: i64) -> PathBuf {
        let now = Timestamp::from_second(1_795_000_000 + second).unwrap();
        self.backups.keep(&PreImage { plan: &plan_of(&self.target, api), live: &live() }, now).unwrap()
    }

    fn settle(&self, api: &str, backup: &Path, spared: &[&Path]) {
        let stayed = self.backups.settle(&plan_of(&self.target, api), backup, spared);
        assert!(stayed.is_empty(), "{stayed:?}");
    }

    /// An apply that ends well.
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
fn the_limit_holds_for_each_organization_and_each_api() {
    let shelf = Shelf::of(2);
    let real = shelf.apply(CLOUDFLARE, 0);
    for second in 1..5 {
        shelf.apply("sandbox", second);
    }
    assert_eq!(shelf.count(), 3);
    assert!(real.is_file(), "trying the sandbox costs no real backup");
}

/// A clock that went back makes the newest backup look like the oldest.
#[test]
fn the_backup_that_was_just_kept_is_never_the_one_that_makes_room() {
    let shelf = Shelf::of(1);
    let older = shelf.apply(CLOUDFLARE, 100);
    let newest = shelf.apply(CLOUDFLARE, 0);
    assert!(newest.is_file() && !older.exists());
}

#[test]
fn nothing_makes_room_before_the_apply_is_verified() {
    let shelf = Shelf::of(1);
    let before = shelf.apply(CLOUDFLARE, 0);
    let running = shelf.keep(CLOUDFLARE, 1);
    assert!(before.is_file() && running.is_file());
}

/// The second apply converges, and its own backup holds the half-way state: the way back is the first one.
#[test]
fn the_backup_of_an_apply_that_did_not_end_well_outlives_every_later_one() {
    let shelf = Shelf::of(1);
    let needed = shelf.keep(CLOUDFLARE, 0);
    for second in 1..5 {
        shelf.apply(CLOUDFLARE, second);
    }
    assert!(needed.is_file());
    assert_eq!(shelf.count(), 3, "it, its mark, and the newest one");
    std::fs::remove_file(mark::of(&needed)).unwrap();
    shelf.apply(CLOUDFLARE, 6);
    assert!(!needed.exists(), "whoever deletes the mark gives it up");
}

#[test]
fn what_a_rollback_reads_stays_by_whatever_name_it_is_reached() {
    let shelf = Shelf::of(1);
    let read = shelf.apply(CLOUDFLARE, 0);
    let other_name = shelf.folder.path().join("good.json");
    std::fs::hard_link(&read, &other_name).unwrap();
    let own = shelf.keep(CLOUDFLARE, 1);
    shelf.settle(CLOUDFLARE, &own, &[&other_name]);
    assert!(read.is_file() && own.is_file());
}

/// Their names are alike; what they hold is not.
#[test]
fn a_backup_of_an_api_that_shares_the_name_is_left_alone() {
    let shelf = Shelf::of(1);
    let others = shelf.apply("https://gateway.example/a", 0);
    shelf.apply("https://gateway.example_a", 1);
    assert!(others.is_file());
    assert_eq!(shelf.count(), 2);
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

    let shelf = Shelf::of(1);
    let notes = shelf.folder.path().join(format!("20201118T110640.000Z-{ours}-1a2b3c4d.json"));
    std::fs::write(&notes, "notes that somebody gave the name of a backup").unwrap();
    shelf.apply(CLOUDFLARE, 0);
    assert!(notes.is_file());
}
