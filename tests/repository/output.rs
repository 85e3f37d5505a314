//! Nothing leaves the program but through one place: the sources know no other way to print.

use std::path::{Path, PathBuf};

/// Ways to print, and the one file that may use each.
const WAYS: [(&str, &[&str]); 14] = [
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
    ("process::exit", &[]),
    ("with_test_writer", &[]),
    // A path is untrusted text: `text::path` makes it visible, and data takes it as it is.
    (".display()", &[]),
];

/// Sources without their tests.
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
fn nothing_is_printed_but_through_the_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    assert!(found.len() > 100, "the sources are somewhere else");
    let mut ways = Vec::new();
    for (path, code) in &found {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        for line in code.lines().filter(|line| !is_comment(line)) {
            let other = WAYS.iter().filter(|(way, allowed)| line.contains(way) && !allowed.contains(&name.as_str()));
            ways.extend(other.map(|(way, _)| format!("{name}: {way}: {}", line.trim())));
        }
    }
    assert!(ways.is_empty(), "{ways:#?}");
}

#[test]
fn the_one_place_is_where_it_is_looked_for() {
    let ui = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/output/ui.rs")).unwrap();
    let ui = ui.split("#[cfg(test)]").next().unwrap();
    // Each line that writes to a stream names what made the text harmless.
    let writes: Vec<&str> = ui.lines().filter(|line| line.contains("write!(") || line.contains("writeln!(")).collect();
    assert_eq!(writes.len(), 3, "{writes:#?}");
    assert_eq!(writes.iter().filter(|line| line.contains("self.for_stream(")).count(), 2, "{writes:#?}");
    assert_eq!(ui.matches("put(&self.for_").count(), 2);
    assert_eq!(ui.matches("put(").count(), 3, "two uses and the function itself");
}
