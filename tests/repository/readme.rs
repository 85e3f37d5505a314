//! The console examples of the README and of the guide run, their generated sections match the program, and their links
//! lead somewhere.
//!
//! After an intended change, `TRYCMD=overwrite cargo test --test repository readme` updates the examples and sections.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::common::reference::reference;
use zerodrift::cloudflare::known_refusals;
use zerodrift::diagnostics::Rule;
use zerodrift::ending::{Exit, FailureKind};
use zerodrift::report::explain;
use zerodrift::settings::Model;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Manifests and states that the examples name.
const EXAMPLES: [&str; 6] =
    ["org.yaml", "broken.yaml", "guarded.yaml", "live.json", "every-guard.yaml", "strict-state.json"];

fn root(name: &str) -> PathBuf {
    Path::new(ROOT).join(name)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The name of a chapter, and its file.
fn chapters() -> Vec<(String, PathBuf)> {
    let mut found: Vec<_> = std::fs::read_dir(root("src/guide"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| name != "links")
        .collect();
    found.sort();
    found
}

fn chapter(name: &str) -> PathBuf {
    root("src/guide").join(name).with_extension("md")
}

pub(crate) fn overwrites() -> bool {
    std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite")
}

/// Checks the text between two markers of a file, or updates it if `TRYCMD=overwrite` is set.
fn section(file: &Path, name: &str, expected: &str) {
    let text = read(file);
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (found, after) = rest.split_once(&end).unwrap();
    if overwrites() {
        std::fs::write(file, format!("{before}{begin}{expected}{end}{after}")).unwrap();
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

fn rules() -> String {
    let mut table = "| rule | severity | meaning | what to do |\n|---|---|---|---|\n".to_owned();
    for rule in Rule::ALL {
        let (summary, help) = (cell(rule.summary()), cell(rule.help()));
        writeln!(table, "| `{rule}` | {} | {summary} | {help} |", rule.severity().word()).unwrap();
    }
    table
}

fn refusals() -> String {
    let mut table = "| code | hint |\n|---|---|\n".to_owned();
    for (signs, hint) in known_refusals() {
        let signs: Vec<String> = signs.iter().map(|sign| format!("`{sign}`")).collect();
        writeln!(table, "| {} | {} |", signs.join(", "), cell(hint)).unwrap();
    }
    table
}

/// The guarded changes between known values, one setting a row; `explain` has the rest of the table.
fn guards() -> String {
    let mut table = "| setting | guarded |\n|---|---|\n".to_owned();
    for setting in explain::document(Model::current(), None).unwrap().settings {
        let Some(guard) = setting.guard else { continue };
        writeln!(table, "| `{}` | {} |", setting.setting, guard.when).unwrap();
    }
    table
}

/// Text of the program as a cell of a table; an address in it is an example and not a link.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace("://", "\\://")
}

#[test]
fn the_reference_has_a_section_for_each_declarable_setting() {
    let reference = reference(Model::current());
    let sections: Vec<_> = reference.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let declarable: Vec<_> = Model::current().declarable().map(|setting| format!("`{}`", setting.path)).collect();
    assert_eq!(sections, declarable);
    assert!(reference.contains("session\\_duration"), "text is escaped: {reference}");
}

/// One test, in this order: the two halves would write the same file at once.
#[test]
fn the_consoles_of_the_readme_and_the_guide_are_current() {
    section(&chapter("settings"), "settings", &reference(Model::current()));
    section(&chapter("exit_codes"), "exit-codes", &exit_codes());
    section(&chapter("exit_codes"), "error-kinds", &error_kinds());
    section(&chapter("guards"), "guards", &guards());
    section(&chapter("troubleshooting"), "refusals", &refusals());
    section(&chapter("troubleshooting"), "rules", &rules());
    let before = std::env::current_dir().unwrap();
    consoles(&root("README.md"));
    for (_, file) in chapters() {
        consoles(&file);
    }
    std::env::set_current_dir(before).unwrap();
}

/// Runs the console examples of a file in a folder of their own that has a copy of what they name.
fn consoles(file: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(file.file_name().unwrap());
    std::fs::copy(file, &copy).unwrap();
    std::fs::create_dir(folder.path().join("examples")).unwrap();
    for name in EXAMPLES {
        let name = Path::new("examples").join(name);
        std::fs::copy(root("").join(&name), folder.path().join(&name)).unwrap();
    }
    if let Some(configuration) = blocks(&read(file), "hcl").first() {
        std::fs::write(folder.path().join("main.tf"), configuration).unwrap();
    }
    std::env::set_current_dir(folder.path()).unwrap();
    let cases = trycmd::TestCases::new();
    cases.register_bin("zerodrift", Path::new(env!("CARGO_BIN_EXE_zerodrift")));
    for tool in ["sed", "mkdir", "chmod"] {
        cases.register_bin(tool, Path::new("/bin").join(tool));
    }
    // An empty variable counts as unset.
    for name in [
        "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_API_KEY",
        "CLOUDFLARE_EMAIL",
        "CLOUDFLARE_ACCOUNT_ID",
        "CLOUDFLARE_ZONE_ID",
        "CLOUDFLARE_BASE_URL",
        "GITHUB_ACTIONS",
        "RUST_LOG",
    ] {
        cases.env(name, "");
    }
    cases
        .env("HOME", folder.path().join("home").display().to_string())
        .env("XDG_STATE_HOME", folder.path().join("state").display().to_string())
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .case(&copy);
    cases.run();
    if overwrites() {
        std::fs::copy(&copy, file).unwrap();
    }
}

/// The fenced blocks of a Markdown text with this language, without the indentation of their list.
pub(crate) fn blocks(text: &str, language: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), None);
    for line in text.lines() {
        let bare = line.trim_start();
        match &mut open {
            None if bare.starts_with("```") => open = Some((&bare[3..], line.len() - bare.len(), String::new())),
            None => {}
            Some(_) if bare == "```" => {
                let (of, _, block) = open.take().unwrap();
                found.extend((of == language).then_some(block));
            }
            Some((_, indent, block)) => writeln!(block, "{}", line.get(*indent..).unwrap_or_default()).unwrap(),
        }
    }
    found
}

#[test]
fn the_readme_is_short() {
    let lines = read(&root("README.md")).lines().count();
    assert!(lines <= 250, "{lines} lines: move what a first-time reader does not need into the guide");
}

/// In the documentation the definitions of `links.md` come first, so they count there.
#[test]
fn links_between_chapters_work_in_the_documentation_and_on_a_code_host() {
    let (links, declared) = (read(&root("src/guide/links.md")), read(&root("src/guide/mod.rs")));
    for (name, file) in chapters() {
        assert!(links.contains(&format!("[{name}]: crate::guide::{name}\n")), "links.md does not define {name}");
        assert!(declared.contains(&format!("{name} \"{name}.md\"")), "mod.rs does not declare {name}");
        for line in read(&file).lines().filter(|line| line.starts_with('[') && line.contains("]: ")) {
            let (label, target) = line[1..].split_once("]: ").unwrap();
            assert_eq!(target, format!("{label}.md"), "{name}.md");
            assert!(chapter(label).exists(), "{name}.md links to {target}");
        }
    }
}

#[test]
fn links_of_the_readme_lead_to_files() {
    let readme = read(&root("README.md"));
    let targets = readme.split("](").skip(1).map(|rest| rest.split_once(')').unwrap().0);
    let missing: Vec<&str> = targets.filter(|target| !root(target).exists()).collect();
    assert_eq!(missing, Vec::<&str>::new());
    for (name, _) in chapters() {
        assert!(readme.contains(&format!("(src/guide/{name}.md)")), "the README does not lead to {name}");
    }
}

#[test]
fn the_headings_of_troubleshooting_are_messages_of_the_program() {
    let text = read(&chapter("troubleshooting"));
    for section in text.split("\n## ").skip(1) {
        let (heading, body) = section.split_once('\n').unwrap();
        let Some(message) = heading.strip_prefix('"') else { continue };
        for part in message.trim_end_matches('"').split('…') {
            assert!(body.contains(part.trim()), "the example of {heading} does not print {part}");
        }
    }
}

#[test]
fn the_guide_lists_every_command() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_zerodrift")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let names: Vec<&str> = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let guide = read(&chapter("commands"));
    let missing: Vec<_> =
        names.iter().filter(|name| !name.is_empty() && !guide.contains(&format!("`{name}"))).collect();
    assert!(names.contains(&"plan") && missing.is_empty(), "{missing:?}");
}

#[test]
fn paths_in_the_pages_for_contributors_exist() {
    for page in ["CONTRIBUTING.md", "ARCHITECTURE.md"] {
        let text = read(&root(".github").join(page));
        let spans = text.split('`').skip(1).step_by(2);
        let is_path = |span: &&str| {
            span.contains('/') && !span.contains("://") && !span.contains([' ', '<', '\n']) && *span != "x/tests.rs"
        };
        let exists = |span: &str| {
            let places = ["", "src/", "tests/"].map(|folder| format!("{folder}{span}"));
            places.iter().any(|place| root(place).exists() || root(&format!("{place}.rs")).exists())
        };
        let missing: Vec<&str> = spans.filter(is_path).filter(|span| !exists(span)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "{page}");
    }
}
