//! The console examples of the README run, and its tables match the program.
//!
//! After an intended change, `TRYCMD=overwrite cargo test --test repository readme` updates the examples and tables.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use zerodrift::ending::{Exit, FailureKind};
use zerodrift::report::explain;
use zerodrift::settings::Model;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn readme() -> PathBuf {
    Path::new(ROOT).join("README.md")
}

fn overwrites() -> bool {
    std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite")
}

/// Checks the text between two markers, or updates it if `TRYCMD=overwrite` is set.
fn section(name: &str, expected: &str) {
    let text = std::fs::read_to_string(readme()).unwrap();
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (found, after) = rest.split_once(&end).unwrap();
    if overwrites() {
        std::fs::write(readme(), format!("{before}{begin}{expected}{end}{after}")).unwrap();
    } else {
        assert_eq!(found, expected, "run TRYCMD=overwrite cargo test --test repository readme");
    }
}

fn exit_codes() -> String {
    let mut table = "| code | meaning |\n|---|---|\n".to_owned();
    for exit in Exit::ALL {
        writeln!(table, "| {} | {} |", exit.code(), exit.meaning()).unwrap();
    }
    table
}

fn error_kinds() -> String {
    let mut table = "| kind | exit code | meaning |\n|---|---|---|\n".to_owned();
    for kind in FailureKind::ALL {
        writeln!(table, "| `{kind}` | {} | {} |", kind.exit().code(), kind.meaning()).unwrap();
    }
    table
}

/// The guarded changes between known values, with one row per setting. `explain` prints the complete table.
fn guards() -> String {
    let document = explain::document(Model::current(), None).unwrap();
    let mut table = "| setting | guarded |\n|---|---|\n".to_owned();
    for setting in document.settings {
        let Some(guard) = setting.guard else { continue };
        writeln!(table, "| `{}` | {} |", setting.setting.trim_start_matches("organization."), guard.when).unwrap();
    }
    table
}

/// One test, because tables and consoles are written to the same file.
#[test]
fn the_readme_is_up_to_date() {
    section("settings", &explain::markdown_table(Model::current()));
    section("exit-codes", &exit_codes());
    section("error-kinds", &error_kinds());
    section("guards", &guards());
    consoles();
}

/// Runs the console examples in a temporary folder with copies of the example files.
fn consoles() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("README.md");
    std::fs::copy(readme(), &copy).unwrap();
    std::fs::create_dir(folder.path().join("examples")).unwrap();
    for name in ["org.yaml", "broken.yaml", "guarded.yaml", "live.json"] {
        let name = Path::new("examples").join(name);
        std::fs::copy(Path::new(ROOT).join(&name), folder.path().join(&name)).unwrap();
    }
    std::env::set_current_dir(folder.path()).unwrap();
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("zerodrift", Path::new(env!("CARGO_BIN_EXE_zerodrift")))
        .register_bin("sed", Path::new("/bin/sed"))
        .env("HOME", folder.path().join("home").display().to_string())
        .env("XDG_STATE_HOME", folder.path().join("state").display().to_string())
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .case(&copy);
    cases.run();
    if overwrites() {
        std::fs::copy(&copy, readme()).unwrap();
    }
}
