//! The chapter on installation leads to a program on the `PATH`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::readme::blocks;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Copies the program that is built already, provided that the command is the one that the test with the real Cargo runs.
const CARGO: &str =
    "#!/bin/sh\n[ \"$*\" = \"install --locked --path .\" ] && mkdir -p ~/.cargo/bin && cp \"$BUILT\" ~/.cargo/bin\n";

/// Builds without optimization, in the target folder of the checkout, so that the dependencies are there already.
const REAL_CARGO: &str = "#!/bin/sh\ncd \"$CHECKOUT\" && exec \"$CARGO\" \"$@\" --debug --quiet\n";

/// Follows the chapter with this `cargo`: a home of its own, and a folder with the examples.
fn follow(cargo: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (home, bin, work) = (folder.path().join("home"), folder.path().join("bin"), folder.path().join("checkout"));
    for new in [&home, &bin, &work.join("examples")] {
        std::fs::create_dir_all(new).unwrap();
    }
    std::fs::copy(Path::new(ROOT).join("examples/org.yaml"), work.join("examples/org.yaml")).unwrap();
    std::fs::write(bin.join("cargo"), cargo).unwrap();
    std::fs::set_permissions(bin.join("cargo"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let chapter = std::fs::read_to_string(Path::new(ROOT).join("src/guide/install.md")).unwrap();
    let path = std::env::var("PATH").unwrap();
    let real_home = std::env::var("HOME").unwrap();
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-euo", "pipefail", "-c", &blocks(&chapter, "sh").concat()])
        .current_dir(&work)
        .env("PATH", format!("{}:{}:{path}", bin.display(), home.join(".cargo/bin").display()))
        .env("HOME", &home)
        .env("BUILT", env!("CARGO_BIN_EXE_zerodrift"))
        .env("CHECKOUT", ROOT)
        .env("CARGO", env!("CARGO"))
        .env("CARGO_INSTALL_ROOT", home.join(".cargo"))
        .env("CARGO_TARGET_DIR", Path::new(ROOT).join("target"))
        .env("CARGO_HOME", std::env::var("CARGO_HOME").unwrap_or(format!("{real_home}/.cargo")))
        .env("RUSTUP_HOME", std::env::var("RUSTUP_HOME").unwrap_or(format!("{real_home}/.rustup")))
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains(concat!("zerodrift ", env!("CARGO_PKG_VERSION"), "\n")), "{out}");
    assert!(out.contains("Plan: 6 settings"), "{out}");
    for file in [
        home.join(".local/share/bash-completion/completions/zerodrift"),
        home.join(".local/share/man/man1/zerodrift.1"),
        home.join(".local/share/man/man1/zerodrift-plan.1"),
        work.join("schemas/org.schema.json"),
    ] {
        assert!(std::fs::metadata(&file).unwrap().len() > 1000, "{}", file.display());
    }
}

#[test]
fn the_commands_of_the_chapter_give_a_working_program() {
    follow(CARGO);
}

#[test]
#[ignore = "builds the program once more; .ci/run runs it"]
fn the_chapter_installs_the_program() {
    follow(REAL_CARGO);
}
