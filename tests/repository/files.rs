//! Only `src/files` opens files.

use std::path::Path;

/// Calls that open, create or rename files.
const FILE_CALLS: [&str; 18] = [
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

/// The production code of a file: the lines before its tests, without comments.
fn production(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let numbered = text[..end].lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn file_calls(name: &str, text: &str) -> Vec<String> {
    let has_call = |line: &str| FILE_CALLS.iter().any(|call| line.contains(call));
    production(text)
        .filter(|(_, line)| has_call(line) || line.contains("stdin()") && !is_for_prompt(line))
        .map(|(number, line)| format!("{name}:{number}: {}", line.trim()))
        .collect()
}

/// Whether a line checks for a terminal or reads an answer at a prompt, neither of which reads a file.
fn is_for_prompt(line: &str) -> bool {
    line.contains("is_terminal()") || line.contains("read_line(")
}

fn visit(folder: &Path, found: &mut Vec<String>, count: &mut usize) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // The module itself, and tests.
        if ["files", "tests", "testing"].contains(&name) || name.ends_with("tests.rs") {
            continue;
        }
        if path.is_dir() {
            visit(&path, found, count);
        } else if name.ends_with(".rs") {
            *count += 1;
            found.extend(file_calls(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn only_one_module_opens_files() {
    let (mut found, mut count) = (Vec::new(), 0);
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found, &mut count);
    assert!(count > 100, "only {count} source files found");
    assert!(found.is_empty(), "use crate::files instead:\n{}", found.join("\n"));
}

#[test]
fn other_calls_are_detected() {
    for line in [
        "let text = std::fs::read_to_string(path)?;",
        "    let file = File::open(path)?;",
        "use std::fs::{self, File};",
        "std::fs::OpenOptions::new().append(true)",
        "let mut file = tempfile::Builder::new();",
        "std::io::stdin().read_to_end(&mut bytes)?;",
    ] {
        assert_eq!(file_calls("x.rs", line).len(), 1, "{line}");
    }
    for line in ["// std::fs::read(path)", "std::fs::metadata(path)", "io::stdin().is_terminal()"] {
        assert!(file_calls("x.rs", line).is_empty(), "{line}");
    }
}
