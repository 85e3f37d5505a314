//! Invisible differences: every format shows them by code point, and JSON stays exact.

use crate::harness::TestEnv;

/// The live value, the declared value, and how each is shown.
const PAIRS: [(&str, &str, &str, &str); 8] = [
    ("Widget\u{a0}Corps", "Widget Corps", r"Widget\u{a0}Corps", "Widget Corps"),
    ("Caf\u{e9} Widget", "Cafe\u{301} Widget", r"Caf\u{e9}", r"Cafe\u{301}"),
    ("Widget\u{200b}Corps", "WidgetCorps", r"Widget\u{200b}Corps", "WidgetCorps"),
    ("\u{202e}Widget", "Widget", r"\u{202e}Widget", "Widget"),
    ("W\u{456}dget", "Widget", r"W\u{456}dget", "Widget"),
    ("Widget\u{2009}Corps", "Widget\u{2003}Corps", r"Widget\u{2009}Corps", r"Widget\u{2003}Corps"),
    ("Widget  Corps", "Widget Corps", r"Widget \u{20}Corps", "Widget Corps"),
    ("Widget\u{a0}Corps of old", "Widget Corps of new", r"Widget\u{a0}Corps", "Widget Corps"),
];

fn world(live: &str, wanted: &str) -> TestEnv {
    // Only characters that a file should not contain unescaped are escaped.
    let wanted = wanted.replace('\u{202e}', "\\u202e").replace('\u{200b}', "\\u200b");
    let text = format!(
        "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  login_design:\n    header_text: \"{wanted}\"\n    footer_text: \"{wanted}\"\n"
    );
    let env = TestEnv::with_manifest(&text);
    let state = serde_json::json!({"sandbox": 1, "adopt": "any", "organization": {
        "name": "Gadget", "auth_domain": "widget.cloudflareaccess.com",
        "login_design": {"header_text": live, "footer_text": live}}});
    env.write("state.json", &state.to_string());
    env
}

/// The visible text of a page or a comment, without tags and with entities resolved.
fn seen(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for character in html.chars() {
        match character {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            other if !is_tag => text.push(other),
            _ => {}
        }
    }
    let entities = [("&#92;", "\\"), ("&#123;", "{"), ("&#125;", "}"), ("&#34;", "\""), ("&quot;", "\"")];
    entities.into_iter().fold(text, |text, (entity, character)| text.replace(entity, character))
}

#[test]
fn no_difference_is_invisible_in_any_format() {
    for (live, wanted, shown_live, shown_wanted) in PAIRS {
        let env = world(live, wanted);
        let reports = "--report text=r.txt --report markdown=r.md --report html=r.html --report github=r.log --report json=r.json";
        for command in ["plan", "drift"] {
            let run = env.run(&format!("{command} --sandbox=state.json {reports}"));
            for (format, text) in [
                ("the terminal", run.stdout.clone()),
                ("text", env.read("r.txt")),
                ("markdown", seen(&env.read("r.md"))),
                ("html", seen(&env.read("r.html"))),
                ("github", env.read("r.log")),
            ] {
                // Without colour, differing words are in brackets, and differing spaces are dots.
                let text = text.replace("[-", "").replace("-]", "").replace("{+", "").replace("+}", "");
                let what = format!("{command} as {format} of {live:?} and {wanted:?}: {text}");
                assert!(text.contains(shown_live) && text.contains(shown_wanted), "{what}");
                assert!(!text.contains(live) || shown_wanted.contains(live), "{what}");
            }
            let json: serde_json::Value = serde_json::from_str(&env.read("r.json")).unwrap();
            let change = &json["plans"][0]["changes"][0];
            assert_eq!(
                (change["before"].as_str(), change["after"].as_str()),
                (Some(live), Some(wanted)),
                "JSON is exact"
            );
        }
    }
}

#[test]
fn a_late_difference_between_long_texts_is_visible_in_a_comment() {
    let (live, wanted) = (format!("{}one end", "long ".repeat(100)), format!("{}other end", "long ".repeat(100)));
    let env = world(&live, &wanted);
    let run = env.run("plan --sandbox=state.json --format markdown");
    let (_, change) = run.stdout.split_once("login_design.header_text`").unwrap();
    let block: Vec<_> = change.lines().skip(1).take(5).map(str::trim).collect();
    assert!(block[2].starts_with("- (441 characters)") && block[2].ends_with("one end\""), "{block:?}");
    assert!(block[3].starts_with("+ (441 characters)") && block[3].ends_with("other end\""), "{block:?}");
}
