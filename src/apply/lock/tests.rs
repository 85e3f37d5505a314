use super::*;

const API: &str = "https://api.cloudflare.com/client/v4";

fn account(digit: &str) -> Target {
    Target::account(&digit.repeat(32)).unwrap()
}

#[test]
fn a_second_lock_is_refused_and_names_the_file_and_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let held = TargetLock::acquire(folder.path(), &account("a"), API).unwrap();
    let error = TargetLock::acquire(folder.path(), &account("a"), API).unwrap_err().to_string();
    assert!(error.contains(&held.path().display().to_string()), "{error}");
    assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
}

#[test]
fn each_target_and_api_has_its_own_lock() {
    let folder = tempfile::tempdir().unwrap();
    let _held = TargetLock::acquire(folder.path(), &account("a"), API).unwrap();
    assert!(TargetLock::acquire(folder.path(), &account("b"), API).is_ok());
    assert!(TargetLock::acquire(folder.path(), &account("a"), "http://127.0.0.1:1/client/v4").is_ok());
}

#[test]
fn a_released_lock_can_be_acquired_again() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("new/folder");
    drop(TargetLock::acquire(&below, &account("a"), API).unwrap());
    assert!(TargetLock::acquire(&below, &account("a"), API).is_ok());
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_instead_of_the_lock_file_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    std::fs::write(&other, "mine").unwrap();
    let link = folder.path().join(format!("account-{}.lock", "a".repeat(32)));
    std::os::unix::fs::symlink(&other, link).unwrap();
    assert!(matches!(TargetLock::acquire(folder.path(), &account("a"), API), Err(LockError::Unusable(_))));
    assert_eq!(std::fs::read_to_string(other).unwrap(), "mine");
}
