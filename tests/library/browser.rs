//! The page of a plan in a real browser: nothing overflows, everything can be read, reached and named, in light and in
//! dark, wide and narrow.
//!
//! The browser is Chromium: `ZERODRIFT_CHROMIUM`, or one on the PATH; without one the tests say so and pass. Where
//! `ZERODRIFT_AXE` names axe-core's `axe.min.js`, its rules are asked too. A harness page holds every page in a frame of
//! each width, looks into the frames (`browser/checks.js`) and writes what it finds into itself. The pages are
//! looked at as they are, content security policy included; only for axe-core, which runs inside, is the policy removed.

#![allow(clippy::print_stderr, reason = "a test that skips says why")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value as Json, json};

mod pages;

use self::pages::pages;

const WIDTHS: [u32; 2] = [1280, 320];

/// What Chromium calls the schemes (`blink::mojom::PreferredColorScheme`), and the page's background in each.
const SCHEMES: [(&str, &str, &str); 2] = [("light", "1", "rgb(250, 250, 248)"), ("dark", "0", "rgb(20, 23, 26)")];

const CHECKS: &str = include_str!("browser/checks.js");

/// A page in which each thing is wrong that the checks look for. Without it nobody would know that they look.
const BROKEN: &str = include_str!("browser/broken.html");

fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("ZERODRIFT_CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// The browser, unless there is none, which is said.
fn browser() -> Option<PathBuf> {
    let found = chromium();
    if found.is_none() {
        eprintln!("skipped: no Chromium on the PATH; install one, or name it in ZERODRIFT_CHROMIUM");
    }
    found
}

/// What the browser makes of a page, once its scripts have run: the document as text.
fn dump(browser: &Path, html: &str, scheme: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, html).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        // The clock of the page runs ahead while it has something to do, so this is no wait.
        .args(["--virtual-time-budget=60000", "--window-size=1400,1000", "--dump-dom"])
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What the harness wrote into itself.
fn result(dump: &str) -> Map<String, Json> {
    let marked = dump.split_once("<pre id=\"result\">").and_then(|(_, behind)| behind.split_once("</pre>"));
    let text = marked.unwrap_or_else(|| panic!("no result in {dump:.2000}")).0;
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

/// Every page in a frame of each width, and the script that looks into the frames.
fn harness(pages: &[(String, String)], script: &str) -> String {
    let frame = |(name, html): &(String, String), width: u32| {
        format!("<iframe title=\"{name} {width}\" width={width} height=900 srcdoc=\"{}\"></iframe>\n", attribute(html))
    };
    let frames: String = pages.iter().flat_map(|page| WIDTHS.map(|width| frame(page, width))).collect();
    let head = "<!doctype html><meta charset=utf-8><meta name=color-scheme content=\"light dark\">\
                <style>iframe{border:0;display:block}</style>";
    format!("{head}\n{frames}<pre id=\"result\"></pre><script>{script}</script>")
}

fn complaints(report: &Json) -> Vec<&str> {
    report["complaints"].as_array().unwrap().iter().filter_map(Json::as_str).collect()
}

#[test]
fn every_page_is_legible_and_operable_in_both_themes_and_at_every_width() {
    let Some(browser) = browser() else { return };
    let pages = pages();
    for (name, scheme, background) in SCHEMES {
        let found = result(&dump(&browser, &harness(&pages, CHECKS), scheme));
        assert_eq!(found.len(), pages.len() * WIDTHS.len(), "{name}: {found:#?}");
        for (frame, report) in &found {
            assert_eq!(complaints(report), Vec::<&str>::new(), "{frame} in {name}");
            // The style sheet counts, so its hash in the policy is right; and the scheme is the one that was asked for.
            assert_eq!(report["background"], background, "{frame} in {name}");
            assert!(report["texts"].as_u64() >= Some(10), "{frame} in {name}: {report}");
            // A page of a failure has nothing to jump to and nothing that is folded.
            let least = if frame.starts_with("failed") { 0 } else { 2 };
            assert!(report["reached"].as_u64() >= Some(least), "{frame} in {name}: {report}");
        }
    }
}

#[test]
fn the_checks_detect_the_faults_of_a_broken_page() {
    let Some(browser) = browser() else { return };
    let found = result(&dump(&browser, &harness(&[("broken".to_owned(), BROKEN.to_owned())], CHECKS), "1"));
    let complaints = complaints(&found["broken 320"]).join("\n");
    for expected in [
        "wider than the window",
        "squeezed",
        "no space above h4",
        "contrast",
        "no visible focus",
        "cannot be reached",
        "has no name",
        "h4 behind h1",
        "labelled by nothing",
        "not of our making: script",
        "not of our making: style",
        "was loaded",
        "no caption",
        "no language",
    ] {
        assert!(complaints.contains(expected), "{expected:?} is missing in\n{complaints}");
    }
}

#[test]
fn axe_core_finds_no_violation() {
    let Some(browser) = browser() else { return };
    let Some(axe) = std::env::var_os("ZERODRIFT_AXE") else {
        eprintln!("skipped: ZERODRIFT_AXE names no axe.min.js of axe-core");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap().replace("</script", "<\\/script");
    let without_policy = |(name, html): (String, String)| {
        let start = html.find("<meta http-equiv").unwrap();
        let end = start + html[start..].find('\n').unwrap();
        (name, format!("{}{}", &html[..start], &html[end..]))
    };
    let pages: Vec<_> = pages().into_iter().map(without_policy).collect();
    let script = format!("const AXE = {};\n{}", json!(axe), include_str!("browser/axe.js"));
    for (name, scheme, _) in SCHEMES {
        let found = result(&dump(&browser, &harness(&pages, &script), scheme));
        assert_eq!(found.len(), pages.len() * WIDTHS.len(), "{name}: {found:#?}");
        for (frame, report) in &found {
            assert_eq!(complaints(report), Vec::<&str>::new(), "{frame} in {name}");
            assert!(report["passes"].as_u64() >= Some(20), "{frame} in {name}: {report}");
        }
    }
}
