//! The action that installs a release: its script, run as a runner would run it, with a stand-in for `gh`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const REPOSITORY: &str = "widget/zerodrift";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const VERSION: &str = env!("CARGO_PKG_VERSION");
const LINUX: &str = "zerodrift-x86_64-unknown-linux-musl.tar.gz";

/// Hands out the files of the release that are in `$STAGE/release`, and says of an archive what `$STAGE/verified` says.
const GH: &str = r#"#!/bin/sh
echo "$*" >> "$STAGE/told"
case "$1 $2" in
    "release download")
        while [ "$1" != --pattern ]; do shift; done
        cp "$STAGE/release/$2" "$4"
        ;;
    "attestation verify") test -f "$STAGE/verified" ;;
esac
"#;

/// A runner, and a release for it.
struct Stage {
    folder: tempfile::TempDir,
    platform: (&'static str, &'static str),
    version: &'static str,
    reference: &'static str,
    path: String,
}

impl Stage {
    /// A release of this version for every platform that is packed with tar.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.path().join("bin").display());
        let stage = Self { folder, platform: ("Linux", "X64"), version: "", reference: COMMIT, path };
        for name in ["release", "bin", "temp"] {
            std::fs::create_dir(stage.path(name)).unwrap();
        }
        stage.program("bin/gh", GH);
        stage.write("verified", "");
        for target in
            ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin"]
        {
            stage.pack(target, VERSION);
        }
        stage.list_checksums();
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        self.write(name, text);
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Adds an archive to the release whose program says that it has this version.
    fn pack(&self, target: &str, version: &str) {
        let name = format!("zerodrift-{target}");
        std::fs::create_dir_all(self.path(&name)).unwrap();
        self.program(&format!("{name}/zerodrift"), &format!("#!/bin/sh\necho zerodrift {version}\n"));
        self.shell(&format!("tar -czf release/{name}.tar.gz {name}"));
    }

    fn list_checksums(&self) {
        self.shell("cd release && { sha256sum *.tar.gz || shasum -a 256 *.tar.gz; } > SHA256SUMS");
    }

    fn shell(&self, script: &str) {
        assert!(Command::new("sh").args(["-c", script]).current_dir(self.folder.path()).status().unwrap().success());
    }

    /// Runs the script of the action, and returns what it said; an error if it failed.
    fn install(&self) -> Result<String, String> {
        let action = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/actions/setup");
        let output = Command::new("/bin/bash")
            .arg(action.join("setup.sh"))
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", &self.path)
            .env("STAGE", self.folder.path())
            .env("VERSION", self.version)
            .env("GH_TOKEN", "ghs_sample")
            .env("ACTION_PATH", action)
            .env("ACTION_REPOSITORY", REPOSITORY)
            .env("ACTION_REF", self.reference)
            .env("RUNNER_OS", self.platform.0)
            .env("RUNNER_ARCH", self.platform.1)
            .env("RUNNER_TEMP", self.path("temp"))
            .env("RUNNER_TOOL_CACHE", self.path("tools"))
            .env("GITHUB_PATH", self.path("paths"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        if output.status.success() { Ok(text) } else { Err(text) }
    }

    /// The error of an installation that fails, and that leaves nothing on PATH.
    fn refusal(&self) -> String {
        let error = self.install().unwrap_err();
        assert!(error.contains("::error title=zerodrift is not installed::"), "{error}");
        assert!(!self.path("paths").exists(), "{error}");
        error
    }

    /// What `gh` was asked since this was called last.
    fn told(&self) -> Vec<String> {
        let told = self.path("told");
        let text = std::fs::read_to_string(&told).unwrap_or_default();
        let _ = std::fs::remove_file(told);
        text.lines().map(ToOwned::to_owned).collect()
    }

    fn cached(&self) -> PathBuf {
        self.path("tools/zerodrift").join(VERSION).join(LINUX)
    }
}

#[test]
fn the_program_for_the_platform_is_added_to_path() {
    for (platform, target) in [
        (("Linux", "X64"), "x86_64-unknown-linux-musl"),
        (("Linux", "ARM64"), "aarch64-unknown-linux-musl"),
        (("macOS", "X64"), "x86_64-apple-darwin"),
        (("macOS", "ARM64"), "aarch64-apple-darwin"),
    ] {
        let stage = Stage { platform, ..Stage::new() };
        stage.install().unwrap();
        let added = std::fs::read_to_string(stage.path("paths")).unwrap();
        let added = Path::new(added.trim_end());
        assert!(added.starts_with(stage.path("temp")) && added.ends_with(format!("zerodrift-{target}")), "{added:?}");
        assert!(added.join("zerodrift").exists(), "{added:?}");
    }
    let windows = Stage { platform: ("Windows", "X64"), ..Stage::new() };
    let error = windows.refusal();
    assert!(error.contains("do not list zerodrift-x86_64-pc-windows-msvc.zip"), "{error}");
    let other = Stage { platform: ("Linux", "ARM"), ..Stage::new() };
    assert!(other.refusal().contains("There is no release for this platform."));
}

/// A pin of the action is a pin of the program.
#[test]
fn the_program_was_built_from_the_commit_that_pins_the_action() {
    let stage = Stage::new();
    stage.install().unwrap();
    let told = stage.told();
    let verified = told.iter().find(|line| line.starts_with("attestation verify ")).unwrap();
    for part in [
        "--repo widget/zerodrift --signer-workflow widget/zerodrift/.github/workflows/release.yml",
        &format!("--source-ref refs/tags/v{VERSION}"),
        "--deny-self-hosted-runners",
        &format!("--source-digest {COMMIT}"),
    ] {
        assert!(verified.contains(part), "{part}: {verified}");
    }

    let by_tag = Stage { reference: "v1", ..Stage::new() };
    by_tag.install().unwrap();
    assert!(!by_tag.told().iter().any(|line| line.contains("--source-digest")));
}

#[test]
fn another_version_is_verified_by_its_tag() {
    let stage = Stage { version: "9.8.7", ..Stage::new() };
    stage.pack("x86_64-unknown-linux-musl", "9.8.7");
    stage.list_checksums();
    let installed = stage.install().unwrap();
    assert!(installed.contains("Installed zerodrift 9.8.7 in "), "{installed}");
    let told = stage.told();
    assert_eq!(told[0].split(" --pattern").next(), Some("release download v9.8.7 --repo widget/zerodrift"));
    let verified = told.last().unwrap();
    assert!(verified.contains("--source-ref refs/tags/v9.8.7") && !verified.contains("--source-digest"), "{verified}");
}

#[test]
fn an_archive_with_another_checksum_is_refused() {
    let stage = Stage::new();
    stage.pack("x86_64-unknown-linux-musl", "6.6.6");
    let error = stage.refusal();
    assert!(error.contains(&format!("The checksum of {LINUX} is ")), "{error}");
    assert!(!stage.cached().exists());
}

#[test]
fn an_archive_without_provenance_is_refused_and_not_kept() {
    let stage = Stage::new();
    std::fs::remove_file(stage.path("verified")).unwrap();
    let error = stage.refusal();
    assert!(error.contains(&format!("The provenance of {LINUX} is not verified")), "{error}");
    assert!(!stage.cached().exists());
}

#[test]
fn a_cached_archive_is_not_downloaded_again_and_is_verified_again() {
    let stage = Stage::new();
    stage.install().unwrap();
    stage.told();
    stage.install().unwrap();
    let told = stage.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("--pattern SHA256SUMS") && told[1].starts_with("attestation verify "), "{told:?}");
    std::fs::remove_file(stage.path("verified")).unwrap();
    std::fs::remove_file(stage.path("paths")).unwrap();
    assert!(stage.refusal().contains("is not verified"));
}

#[test]
fn a_modified_cached_archive_is_replaced() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.cached().parent().unwrap()).unwrap();
    std::fs::write(stage.cached(), "another program").unwrap();
    stage.install().unwrap();
    assert_eq!(std::fs::read(stage.cached()).unwrap(), std::fs::read(stage.path("release").join(LINUX)).unwrap());
}

#[test]
fn a_release_that_does_not_exist_is_named() {
    let stage = Stage { version: "9.8.7", ..Stage::new() };
    std::fs::remove_dir_all(stage.path("release")).unwrap();
    let error = stage.refusal();
    assert!(error.contains("Cannot download SHA256SUMS of release v9.8.7 from widget/zerodrift."), "{error}");
}

#[test]
fn a_program_of_another_version_is_refused() {
    let stage = Stage::new();
    stage.pack("x86_64-unknown-linux-musl", "6.6.6");
    stage.list_checksums();
    let error = stage.refusal();
    assert!(error.contains(&format!("contains zerodrift 6.6.6, and zerodrift {VERSION} was expected")), "{error}");
}

#[test]
fn an_invalid_version_is_passed_to_no_command() {
    for version in ["latest", "v1.2.3", "1.2", "1.2.3; touch owned", "1.2.3\n::set-env name=X::y", "../1.2.3", "-1.2.3"]
    {
        let stage = Stage { version, ..Stage::new() };
        let error = stage.refusal();
        assert!(error.contains("The input version is not a version such as 1.2.3."), "{version}: {error}");
        assert!(!error.contains("::set-env"), "{error}");
        assert!(stage.told().is_empty(), "{version}");
    }
}

#[test]
fn an_error_names_the_missing_github_cli() {
    let mut stage = Stage::new();
    std::fs::remove_file(stage.path("bin/gh")).unwrap();
    stage.shell("ln -s \"$(command -v sed)\" bin/sed");
    stage.path = stage.path("bin").display().to_string();
    assert!(stage.refusal().contains("The GitHub CLI (gh) is not on PATH."));
}
