//! The lines that a plan prints for consent: pasted where the plan says, into files of every layout, they consent, and the
//! rest of the file means what it meant.

use serde_json::{Value as Json, json};
use zerodrift::diagnostics::Source;
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::{Manifest, parse};
use zerodrift::plan::{Input, Plan, plan};
use zerodrift::report::html::page;
use zerodrift::report::markdown::{COMMENT, comment};
use zerodrift::report::plan::text;
use zerodrift::report::{Comparison, Style, Wording};
use zerodrift::settings::{Endpoint, Model};

use crate::common::{ACCOUNT, target};

/// The sections of a manifest with two guarded changes, without `allow:`.
const SECTIONS: &str = "account_id: 699d98642c564d2e855e9661899b7252
organization:
  auth_domain: gadget.cloudflareaccess.com
  mfa_config:
    allowed_authenticators: [biometrics, totp]
";

/// The end of a manifest, after [`SECTIONS`]: the layouts of `allow:` in a file of lines, and where entries go.
const LAYOUTS: [(&str, &str); 23] = [
    ("", "add at the end of org.yaml"),
    ("# the end", "add at the end of org.yaml"),
    ("doh:\n", "add at the end of org.yaml"),
    ("...\n# nothing counts here\n", "add below line 5 of org.yaml"),
    ("allow:\n", "add below line 6 of org.yaml"),
    ("allow:", "add below line 6 of org.yaml"),
    ("allow: # nothing yet\n\ndoh:\n", "add below line 6 of org.yaml"),
    ("\"allow\" :\ndoh:\n", "add below line 6 of org.yaml"),
    ("allow: null\n", "replace line 6 of org.yaml with"),
    ("allow: ~ # nothing yet\n", "replace line 6 of org.yaml with"),
    ("allow: []\n", "replace line 6 of org.yaml with"),
    ("allow: [ ] # nothing yet\ndoh:\n", "replace line 6 of org.yaml with"),
    ("allow: [ # nothing yet\n]\n", "replace line 6 of org.yaml with"),
    ("allow:\n- setting: organization.name\n  to: A\n", "add below line 6 of org.yaml"),
    ("allow:\n  - setting: organization.name\n    to: A\ndoh:\n", "add below line 6 of org.yaml"),
    (
        "# our consents\nallow: # see SEC-1\n\n    # the oldest\n    -   to: A\n        setting: organization.name\n",
        "add below line 7 of org.yaml",
    ),
    ("allow:\n  - {setting: organization.name, to: A}", "add below line 6 of org.yaml"),
    (
        "allow:\n  -\n    setting: organization.name\n    to: A\n    reason: |\n      - one\n      allow:\n",
        "add below line 6 of org.yaml",
    ),
    ("allow: [{setting: organization.name, to: A}]\n", "replace line 6 of org.yaml with"),
    ("allow: [{setting: organization.name, to: A}] # [\ndoh:\n", "replace line 6 of org.yaml with"),
    ("allow: [\n  {setting: organization.name, to: A}, # one\n]\n", "replace line 6 of org.yaml with"),
    ("allow:\n  [ {setting: organization.name,\n     to: A} ]\n", "replace line 7 of org.yaml with"),
    ("allow:\n  []\n", "replace line 7 of org.yaml with"),
];

fn source(text: &str) -> Source {
    Source { name: "org.yaml".to_owned(), text: text.to_owned() }
}

fn read(text: &str) -> Manifest {
    let parsed = parse(Model::current(), &source(text));
    parsed.manifest.unwrap_or_else(|| panic!("{text}\n{:?}", parsed.findings))
}

fn planned(text: &str) -> Plan {
    let fields = json!({
        "auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corp",
        "mfa_config": {"allowed_authenticators": ["totp"]},
    });
    let document = |endpoint, fields: Json| Slot::Present(Document::new(endpoint, fields.as_object().unwrap().clone()));
    let doh = document(Endpoint::Doh, json!({}));
    let live = Live { organization: document(Endpoint::Organization, fields), doh };
    plan(&Input {
        model: Model::current(),
        manifest: &read(text),
        target: &target(),
        api: "https://sandbox.test/client/v4",
        live: &live,
        allow: &[],
    })
}

/// What a plan says: where the lines belong, and the lines.
fn printed(plan: &Plan) -> (String, String) {
    let text = text(plan, &Style::default());
    let (_, rest) = text.split_once("  To consent, ").unwrap_or_else(|| panic!("{text}"));
    let (place, rest) = rest.split_once(":\n\n").unwrap();
    let (lines, _) = rest.split_once("\n\n").unwrap();
    (place.to_owned(), format!("{lines}\n"))
}

/// Does what a plan says.
fn pasted(text: &str, place: &str, lines: &str) -> String {
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let number = |words: &str| words.split_whitespace().find_map(|word| word.parse::<usize>().ok()).unwrap();
    let (kept, rest) = match place.split(' ').next().unwrap() {
        "replace" => (&old[..number(place) - 1], &old[number(place)..]),
        _ if place.contains("the end") => (&old[..], &old[..0]),
        _ => old.split_at(number(place)),
    };
    let kept = kept.concat();
    let newline = if kept.is_empty() || kept.ends_with('\n') { "" } else { "\n" };
    format!("{kept}{newline}{lines}{}", rest.concat())
}

fn consents(text: &str) {
    let plan = planned(text);
    assert_eq!(plan.refused().count(), 2, "{text}");
    let (place, lines) = printed(&plan);
    let new = pasted(text, &place, &lines);
    let again = planned(&new);
    assert_eq!(again.refused().count(), 0, "{text}\n{place}\n{new}");
    assert_eq!(again.changes.len(), plan.changes.len(), "{new}");
    let (old, new) = (read(text), read(&new));
    assert_eq!(new.allow.len(), old.allow.len() + 2);
    assert!(old.allow.iter().all(|old| new.allow.iter().any(|new| (&old.setting, &old.to) == (&new.setting, &new.to))));
    assert_eq!((new.endpoints, new.target), (old.endpoints, old.target));
}

#[test]
fn the_printed_lines_give_consent_in_every_block_layout() {
    for (end, wanted) in LAYOUTS {
        let text = format!("{SECTIONS}{end}");
        assert_eq!(printed(&planned(&text)).0, wanted, "{end}");
        consents(&text);
        consents(&text.replace('\n', "\r\n"));
        consents(&format!("\u{feff}{text}"));
        consents(&format!("# SEC-1\n---\n{text}"));
        let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
        if !end.contains("...") {
            consents(&indented);
        }
    }
}

#[test]
fn the_printed_lines_give_consent_in_flow_style_and_in_json() {
    let organization = r#""organization": {"auth_domain": "gadget.cloudflareaccess.com",
  "mfa_config": {"allowed_authenticators": ["biometrics", "totp"]}}"#;
    let account = format!("\"account_id\": \"{ACCOUNT}\"");
    let old = r#"{"setting": "organization.name", "to": "A"}"#;
    for text in [
        format!("{{{account}, {organization}}}"),
        format!("{{\n  {account},\n  {organization}\n}}\n"),
        format!("{{{account}, {organization}, \"allow\": []}}"),
        format!("{{\n  {account},\n  \"allow\": [\n  ],\n  {organization}\n}}\n"),
        format!("{{\n  {account},\n  \"allow\": [{old}],\n  {organization}\n}}\n"),
        format!("{{\n  {account},\n  \"allow\": [\n    {old}\n  ],\n  {organization}\n}}\n"),
    ] {
        consents(&text);
        let (place, lines) = printed(&planned(&text));
        let new = pasted(&text, &place, &lines);
        assert!(serde_json::from_str::<Json>(&new).is_ok(), "{new}");
    }
    consents(&format!("{{{account}, {organization},}} # braces"));
    consents(&format!(
        "{{ # braces\n  {account}, {organization},\n  allow: [{{setting: organization.name, to: A}},]}}"
    ));
}

/// A line that cannot be copied from a report must not be replaced.
#[test]
fn a_layout_that_cannot_be_described_has_no_line_number() {
    for end in ["allow:\n  null\n", "? allow\n:\n  - {setting: organization.name, to: A}\n", "allow: [] # \u{200b}\n"] {
        let (place, _) = printed(&planned(&format!("{SECTIONS}{end}")));
        assert_eq!(place, "add to org.yaml", "{end}");
    }
}

#[test]
fn the_comment_and_the_page_show_the_same_lines() {
    let text = format!("{SECTIONS}allow:\n- setting: organization.name\n  to: A\n");
    let plan = planned(&text);
    let (_, lines) = printed(&plan);
    let run = Comparison { repository_file: "org.yaml".to_owned(), ..Comparison::of(Wording::Plan, &plan) };
    let comment = comment(&run, COMMENT);
    assert!(comment.contains(&format!("add below line 6 of `org.yaml`:\n\n```yaml\n{lines}```\n")), "{comment}");
    let page = page(&run);
    assert!(page.contains(&format!("add below line 6 of org.yaml:</p>\n<pre><code>{lines}</code>")), "{page}");
}
