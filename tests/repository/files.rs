//! The source has one way to open a file.

use std::path::Path;

/// What opens, makes or renames files, however it is imported.
const OTHER_WAYS: [&str; 18] = [
    "fs::read(",
    "fs::read_to_string",
    "fs::write",
    "fs::copy",
    "fs::rename",
    "fs::create_dir",
    "fs::remove_file",
    "fs::hard_link",
    "File::open",
    "File::create",
    "File::options",
    "OpenOptions",
    "DirBuilder",
    "set_permissions",
    "tempfile::",
    "fs::{",
    "fs::*",
    "rustix::fs",
];

/// The lines of a file that the program is made of: tests stand at the end.
fn production(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let numbered = text[..end].lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn other_ways(name: &str, text: &str) -> Vec<String> {
    let is_other = |line: &str| OTHER_WAYS.iter().any(|way| line.contains(way));
    production(text)
        .filter(|(_, line)| is_other(line) || line.contains("stdin()") && !is_for_asking(line))
        .map(|(number, line)| format!("{name}:{number}: {}", line.trim()))
        .collect()
}

/// Whether a line asks what standard input is, or for an answer at the prompt: neither reads a file.
fn is_for_asking(line: &str) -> bool {
    line.contains("is_terminal()") || line.contains("read_line(")
}

fn visit(folder: &Path, found: &mut Vec<String>, count: &mut usize) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // The one way itself, and tests.
        if ["files", "tests", "testing"].contains(&name) || name.ends_with("tests.rs") {
            continue;
        }
        if path.is_dir() {
            visit(&path, found, count);
        } else if name.ends_with(".rs") {
            *count += 1;
            found.extend(other_ways(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn files_are_opened_in_one_place() {
    let (mut found, mut count) = (Vec::new(), 0);
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found, &mut count);
    assert!(count > 100, "the source is looked at: {count} files");
    assert!(found.is_empty(), "use crate::files instead:\n{}", found.join("\n"));
}

#[test]
fn another_way_would_be_found() {
    for line in [
        "let text = std::fs::read_to_string(path)?;",
        "    let file = File::open(path)?;",
        "use std::fs::{self, File};",
        "std::fs::OpenOptions::new().append(true)",
        "let mut file = tempfile::Builder::new();",
        "std::io::stdin().read_to_end(&mut bytes)?;",
    ] {
        assert_eq!(other_ways("x.rs", line).len(), 1, "{line}");
    }
    for line in ["// std::fs::read(path)", "std::fs::metadata(path)", "io::stdin().is_terminal()"] {
        assert!(other_ways("x.rs", line).is_empty(), "{line}");
    }
}
