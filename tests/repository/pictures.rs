//! The pictures of the README show what the program prints.
//!
//! After an intended change, `TRYCMD=overwrite cargo test --test repository pictures` draws them again.

use std::path::Path;

use crate::common::process::hermetic;
use crate::readme::overwrites;

/// The size of the picture of the comment. Its text is laid out by the browser, so a long change of the text needs a look.
const COMMENT: (u32, u32) = (860, 830);

/// As much of the style of a code host as the comment needs.
const STYLE: &str = "
.comment { box-sizing: border-box; height: 100%; padding: 16px 24px; overflow: hidden; background: #fff; color: #1f2328;
  border: 1px solid #d1d9e0; border-radius: 6px; font: 14px/1.5 -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial,
  sans-serif; overflow-wrap: anywhere; }
.comment h3 { margin: 0 0 16px; font-size: 17.5px; } .comment h4 { margin: 20px 0 12px; font-size: 14px; }
.comment p { margin: 0 0 12px; } .comment ul { margin: 0 0 12px; padding-left: 24px; }
.comment code { padding: .2em .4em; border-radius: 6px; background: #818b981f; font: 85% ui-monospace, SFMono-Regular,
  Menlo, Consolas, 'Liberation Mono', monospace; }
.comment pre { margin: 0 0 12px; padding: 12px; border-radius: 6px; background: #f6f8fa; }
.comment pre code { padding: 0; background: none; }
.comment table { border-collapse: collapse; margin: 0 0 12px; } .comment th, .comment td { padding: 6px 13px;
  border: 1px solid #d1d9e0; text-align: left; }
.markdown-alert { margin: 0 0 16px; padding: 8px 16px; border-left: 4px solid #cf222e; }
.markdown-alert p { margin: 0; } .markdown-alert-title { color: #d1242f; font-weight: 600; }
.comment summary { margin: 0 0 8px; }
";

/// What the program prints for a manifest of `examples/`, on the emulated account.
fn printed(manifest: &str, flags: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let examples = folder.path().join("examples");
    std::fs::create_dir(&examples).unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(manifest);
    std::fs::copy(from, examples.join(manifest)).unwrap();
    let mut command = hermetic(folder.path());
    command.args(["plan", &format!("examples/{manifest}"), "--sandbox"]).args(flags).env("COLUMNS", "100");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Checks a picture below `.github/`, or draws it again if `TRYCMD=overwrite` is set.
fn check(name: &str, drawn: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github").join(name);
    if overwrites() {
        std::fs::write(file, drawn).unwrap();
    } else {
        let current = std::fs::read_to_string(file).unwrap() == drawn;
        assert!(current, "{name} is out of date: run TRYCMD=overwrite cargo test --test repository pictures");
    }
}

#[test]
fn the_picture_of_a_plan_is_current() {
    let plan = printed("org.yaml", &["--color", "always"]);
    let (changes, rest) = plan.split_once("Not managed").unwrap();
    let changes = changes.trim_end_matches(|last: char| last != '\n');
    let outcome = rest.trim_end().lines().last().unwrap();
    let text = format!("$ zerodrift plan examples/org.yaml --sandbox\n{changes}…\n\n{outcome}\n");
    let drawn = anstyle_svg::Term::new().palette(anstyle_svg::WIN10_CONSOLE).render_svg(&text);
    check("plan.svg", &format!("{}\n", drawn.trim_end()));
}

#[test]
fn the_picture_of_a_comment_is_current() {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.alerts = true;
    options.render.r#unsafe = true;
    let html = comrak::markdown_to_html(&printed("guarded.yaml", &["--format", "markdown"]), &options);
    // What follows names the digest and the time.
    let end = html.rfind("</details>").unwrap() + "</details>".len();
    let html = &html[..end];
    let (width, height) = COMMENT;
    check(
        "comment.svg",
        &format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
             <style>{STYLE}</style>\n<foreignObject width=\"{width}\" height=\"{height}\">\n\
             <div xmlns=\"http://www.w3.org/1999/xhtml\" class=\"comment\">\n{html}\n</div>\n</foreignObject>\n</svg>\n"
        ),
    );
}
