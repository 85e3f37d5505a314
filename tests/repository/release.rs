//! A release can be cut: its files agree with each other, and its workflow gives no permission to a job that compiles.
//!
//! `.ci/release` builds what is checked here.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

const PLATFORMS: [&str; 5] = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(in_repository(path)).unwrap()
}

fn workflow() -> Json {
    serde_yaml::from_str(&read(".github/workflows/release.yml")).unwrap()
}

#[test]
fn every_platform_that_is_built_is_signed() {
    let jobs = workflow()["jobs"].clone();
    let built = jobs["build"]["strategy"]["matrix"]["include"].as_array().unwrap().iter();
    assert_eq!(built.map(|platform| platform["target"].clone()).collect::<Vec<_>>(), PLATFORMS);
    let signed = jobs["attest"]["strategy"]["matrix"]["target"].as_array().unwrap();
    assert_eq!(signed, &PLATFORMS);
}

/// Build scripts of dependencies run in every job that compiles, with all permissions of that job.
#[test]
fn a_job_that_compiles_has_only_read_permissions() {
    for (name, job) in workflow()["jobs"].as_object().unwrap() {
        let text = job.to_string();
        let compiles =
            ["build.py", "cargo build", "cargo package", "cargo install"].iter().any(|way| text.contains(way))
                || text.contains("cargo publish") && !text.contains("--no-verify");
        assert_eq!(compiles, name == "build", "{name}");
        if compiles {
            assert_eq!(job["permissions"], serde_json::json!({"contents": "read"}), "{name}");
        }
    }
}

#[test]
fn everything_is_signed_before_anything_is_published() {
    let workflow = workflow();
    for (name, needed) in [
        ("build", "check"),
        ("attest", "build"),
        ("release", "attest"),
        ("image", "attest"),
        ("pypi", "attest"),
        ("crates-io", "attest"),
    ] {
        assert_eq!(workflow["jobs"][name]["needs"], needed, "{name}");
    }
    for (name, environment) in [("attest", "release"), ("pypi", "pypi"), ("crates-io", "crates-io")] {
        assert_eq!(workflow["jobs"][name]["environment"], environment, "{name} needs an approval");
    }
}

#[test]
fn cargo_binstall_finds_the_archives() {
    let command = ["metadata", "--no-deps", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(command).current_dir(in_repository("")).output().unwrap();
    let metadata: Json = serde_json::from_slice(&output.stdout).unwrap();
    let binstall = &metadata["packages"][0]["metadata"]["binstall"];
    for target in PLATFORMS {
        let of_target = &binstall["overrides"][target];
        let url = of_target["pkg-url"].as_str().or_else(|| binstall["pkg-url"].as_str()).unwrap();
        let url = url.replace("{ repo }", "HOME").replace("{ version }", "1.2.3");
        let url = url.replace("{ name }", "zerodrift").replace("{ target }", target);
        let suffix = if target.contains("windows") { "zip" } else { "tar.gz" };
        assert_eq!(url, format!("HOME/releases/download/v1.2.3/zerodrift-{target}.{suffix}"));
    }
    assert_eq!(binstall["bin-dir"], "{ name }-{ target }/{ bin }{ binary-ext }");
    let build = read(".github/release/build.py");
    assert!(build.contains("name = f\"zerodrift-{target}\"") && build.contains("f\"{name}.tar.gz\""), "{build}");
}

/// The text says where to get the program only once there is such a place.
#[test]
fn the_readme_links_the_releases_once_the_repository_is_known() {
    let (readme, home) = (read("README.md"), env!("CARGO_PKG_REPOSITORY"));
    if home.is_empty() {
        assert!(readme.contains("cargo install --locked --path .") && readme.contains("no release yet"));
        assert!(!readme.contains("uvx zerodrift") && !readme.contains("binstall"));
    } else {
        assert!(readme.contains(&format!("{home}/releases")) && !readme.contains("no release yet"));
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_is_larger_than_promised_is_not_released() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("zerodrift");
    let check = |bytes: u64| {
        std::fs::File::create(&program).unwrap().set_len(bytes).unwrap();
        let script = "import build, pathlib, sys; build.check_size(pathlib.Path(sys.argv[1]))";
        Command::new("python3")
            .args(["-B", "-c", script])
            .arg(&program)
            .env("PYTHONPATH", in_repository(".github/release"))
            .output()
            .unwrap()
    };
    assert!(check(12_000_000).status.success());
    let refused = check(12_000_001);
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && message.contains("has 12,000,001 bytes, more than 12,000,000"), "{message}");
}

#[cfg(unix)]
mod check {
    use super::{Command, in_repository};

    const HOME: &str = "https://github.com/widget/zerodrift";
    const CARGO: &str =
        "[package]\nname = \"zerodrift\"\nversion = \"1.2.3\"\nrepository = \"https://github.com/widget/zerodrift\"\n";
    const CHANGELOG: &str =
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2027-01-02\n\n### Added\n\n- Plans.\n\n## [1.2.2]\n\n- Less.\n";

    /// What `check.py` prints for a tag in a repository with these files; an error as text.
    fn check(cargo: &str, changelog: &str, tag: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let scripts = folder.path().join(".github/release");
        std::fs::create_dir_all(&scripts).unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::copy(in_repository(".github/release/check.py"), scripts.join("check.py")).unwrap();
        std::fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), cargo).unwrap();
        std::fs::write(folder.path().join("CHANGELOG.md"), changelog).unwrap();
        let output = Command::new("python3")
            .arg(scripts.join("check.py"))
            .args([tag, HOME])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    #[test]
    fn the_notes_of_a_release_are_its_section_of_the_changelog() {
        assert_eq!(check(CARGO, CHANGELOG, "v1.2.3").unwrap(), "### Added\n\n- Plans.\n");
    }

    #[test]
    fn a_tag_that_is_not_the_version_is_refused() {
        for tag in ["v1.2.4", "1.2.3", "v1.2.3-rc.1", "v1.2.3\nv1.2.3", ""] {
            let error = check(CARGO, CHANGELOG, tag).unwrap_err();
            assert!(error.contains("and Cargo.toml has version 1.2.3"), "{error}");
        }
    }

    #[test]
    fn a_release_of_another_repository_is_refused() {
        let other = check(&CARGO.replace("widget", "gadget"), CHANGELOG, "v1.2.3").unwrap_err();
        assert!(other.contains(&format!("is https://github.com/gadget/zerodrift; set it to {HOME}")), "{other}");
        let unset = CARGO.lines().filter(|line| !line.starts_with("repository")).collect::<Vec<_>>().join("\n");
        let unset = check(&unset, CHANGELOG, "v1.2.3").unwrap_err();
        assert!(unset.contains(&format!("is not set; set it to {HOME}")), "{unset}");
    }

    #[test]
    fn a_version_without_notes_is_refused() {
        for changelog in ["# Changelog\n", "## [1.2.30]\n\n- More.\n", "## [1.2.3]\n\n## [1.2.2]\n\n- Less.\n"] {
            let error = check(CARGO, changelog, "v1.2.3").unwrap_err();
            assert!(error.contains("CHANGELOG.md has no section about 1.2.3"), "{error}");
        }
    }
}
