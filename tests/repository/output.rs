//! Only `src/cli/output/ui.rs` prints. `status_line.rs` draws, and what it draws is removed before anything is printed.

use std::path::{Path, PathBuf};

/// Calls that print, and the files that may use them.
const CALLS: [(&str, &[&str]); 15] = [
    ("println!", &[]),
    ("print!(", &[]),
    ("eprintln!", &[]),
    ("eprint!(", &[]),
    ("dbg!(", &[]),
    ("io::stdout", &["src/cli/output/ui.rs"]),
    ("io::stderr", &["src/cli/output/ui.rs"]),
    (" stdout()", &["src/cli/output/ui.rs"]),
    (" stderr()", &["src/cli/output/ui.rs"]),
    ("/dev/stdout", &[]),
    ("/dev/stderr", &[]),
    ("ProgressDrawTarget", &["src/cli/output/status_line.rs"]),
    ("process::exit", &[]),
    ("with_test_writer", &[]),
    // A path is untrusted text, which `text::path` escapes.
    (".display()", &[]),
];

/// Collects the sources without their tests.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "testing.rs" {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            found.push((path, code));
        }
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[test]
fn only_one_file_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    assert!(found.len() > 100, "only {} source files found", found.len());
    let mut calls = Vec::new();
    for (path, code) in &found {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        for line in code.lines().filter(|line| !is_comment(line)) {
            let other = CALLS.iter().filter(|(call, allowed)| line.contains(call) && !allowed.contains(&name.as_str()));
            calls.extend(other.map(|(call, _)| format!("{name}: {call}: {}", line.trim())));
        }
    }
    assert!(calls.is_empty(), "{calls:#?}");
}

#[test]
fn the_file_that_prints_escapes_all_text() {
    let ui = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/output/ui.rs")).unwrap();
    let ui = ui.split("#[cfg(test)]").next().unwrap();
    // Each line that writes to a stream calls the function that escapes the text.
    let writes: Vec<&str> = ui.lines().filter(|line| line.contains("write!(") || line.contains("writeln!(")).collect();
    assert_eq!(writes.len(), 3, "{writes:#?}");
    assert_eq!(writes.iter().filter(|line| line.contains("self.for_stream(")).count(), 2, "{writes:#?}");
    assert_eq!(ui.matches("put(&self.for_").count(), 2);
    assert_eq!(ui.matches("put(").count(), 3, "two uses and the function itself");
}
