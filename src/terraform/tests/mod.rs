use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::diagnostics::Severity;
use crate::report::{self, Style};

mod bounds;
mod files;
mod instances;
mod output;
mod write;

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

fn read_all(files: &[(&str, &str)]) -> Import {
    let sources: Vec<Source> = files.iter().map(|(name, text)| source(name, text)).collect();
    import(Model::current(), &sources, None)
}

fn read(text: &str) -> Import {
    read_all(&[("main.tf", text)])
}

/// A resource with some arguments.
fn block(lines: &str) -> String {
    format!("resource \"cloudflare_zero_trust_organization\" \"main\" {{\n{lines}\n}}\n")
}

fn resource(lines: &str) -> Import {
    read(&block(lines))
}

fn fields(import: &Import) -> serde_json::Value {
    let organization = import.organization.as_ref().unwrap_or_else(|| panic!("{:#?}", import.findings));
    json!(organization.document.fields)
}

fn drawn(name: &str, text: &str) -> String {
    let source = source(name, text);
    let import = import(Model::current(), std::slice::from_ref(&source), None);
    report::findings::text(&import.findings, Some(&source), &Style::default())
}

fn messages(import: &Import) -> Vec<&str> {
    import.findings.iter().map(|finding| finding.message.as_str()).collect()
}

/// The places and messages of the findings: `main.tf:3:5: ...`.
fn placed(import: &Import) -> Vec<String> {
    let place = |finding: &Finding| {
        let at = finding.at.as_ref().map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        format!("{}{at}: {}", finding.file, finding.message)
    };
    import.findings.iter().map(place).collect()
}

#[test]
fn resources_of_all_provider_versions_declare_the_same_settings() {
    let five = "account_id = \"699d98642c564d2e855e9661899b7252\"\nname = \"Widget\"\nlogin_design = {\n header_text = \"Hi\"\n}";
    let four = five.replace("login_design = {", "login_design {");
    let list = five.replace("login_design = {", "login_design = [{").replace("\n}", "\n}]");
    let expected = json!({"name": "Widget", "login_design": {"header_text": "Hi"}});
    for (text, kinds) in [(five, &RESOURCE_TYPES[2..]), (&four, &RESOURCE_TYPES[..2]), (&list, &RESOURCE_TYPES[..2])] {
        for kind in kinds {
            let import = read(&format!("resource \"{kind}\" \"main\" {{\n{text}\n}}\n"));
            assert_eq!((fields(&import), import.findings.len()), (expected.clone(), 0));
            let organization = import.organization.unwrap();
            assert_eq!(organization.address, format!("{kind}.main"));
            assert_eq!(organization.id.unwrap().as_str(), "699d98642c564d2e855e9661899b7252");
        }
    }
}

#[test]
fn empty_values_are_declared_and_null_is_not() {
    let import = resource(
        "is_ui_read_only = false\nname = null\nlogin_design = { header_text = \"\", footer_text = null }\n\
         mfa_config = { allowed_authenticators = [] }\ncustom_pages = null",
    );
    let expected = json!({"is_ui_read_only": false, "login_design": {"header_text": ""},
        "mfa_config": {"allowed_authenticators": []}});
    assert_eq!((fields(&import), import.findings), (expected, vec![]));
}

#[test]
fn a_former_name_declares_the_current_setting() {
    let import = resource("mfa_ssh_piv_key_requirements = { pin_policy = \"always\", ssh_key_size = [256, \"384\"] }");
    let expected = json!({"mfa_piv_key_requirements": {"pin_policy": "always", "ssh_key_size": [256, 384]}});
    assert_eq!((fields(&import), import.findings), (expected, vec![]));
}

const LOCALS: &str = "locals {\n  team = \"widget\"\n  hours = 24\n  none = null\n  list = [\"totp\", \"biometrics\"]\n  \
    page = { header_text = \"Hi\" }\n  copy = local.team\n  call = upper(\"x\")\n}\n";

#[test]
fn literals_have_the_same_values_as_in_terraform() {
    let table = [
        (r#""plain""#, json!("plain")),
        (r#"("plain")"#, json!("plain")),
        (r#""a\"b\u0041$${c}%%{d}""#, json!("a\"bA${c}%{d}")),
        (r#""${local.team}-x${"y"}${local.hours}${true}""#, json!("widget-xy24true")),
        (r#""${local.team}""#, json!("widget")),
        ("local.team", json!("widget")),
        ("local.hours", json!("24")),
        ("42", json!("42")),
        ("007", json!("7")),
        ("-1", json!("-1")),
        ("true", json!("true")),
        // Terraform normalizes text to NFC.
        ("\"e\u{301}\"", json!("\u{e9}")),
    ];
    for (expression, expected) in table {
        let import = read(&(LOCALS.to_owned() + &block(&format!("name = {expression}"))));
        assert_eq!(fields(&import), json!({"name": expected}), "{expression}: {:?}", messages(&import));
        assert!(import.findings.is_empty(), "{expression}: {:?}", messages(&import));
    }
    let lines =
        "name = local.none\nlogin_design = local.page\nmfa_config = {\n \"allowed_authenticators\" = local.list\n}";
    let expected = json!({"login_design": {"header_text": "Hi"},
        "mfa_config": {"allowed_authenticators": ["totp", "biometrics"]}});
    assert_eq!(fields(&read(&(LOCALS.to_owned() + &block(lines)))), expected);
}

#[test]
fn expressions_are_reported_with_a_reason_and_not_declared() {
    let table = [
        ("var.name", "it refers to var.name"),
        ("data.http.team.body", "it refers to data.http.team.body"),
        ("module.team.name", "it refers to module.team.name"),
        ("path.module", "it refers to path.module"),
        ("each.key", "it refers to each.key"),
        ("count.index", "it refers to count.index"),
        ("terraform.workspace", "it refers to terraform.workspace"),
        ("\"${var.name} Corp\"", "it refers to var.name"),
        ("local.missing", "local.missing is not declared in these files"),
        ("local.copy", "local.copy is not a literal (main.tf:7: it refers to local.team)"),
        ("\"x-${local.call}\"", "local.call is not a literal (main.tf:8: it calls upper())"),
        ("local.page.header_text", "it refers to local.page.header_text"),
        ("local.list[0]", "it refers to local.list[0]"),
        ("upper(\"x\")", "it calls upper()"),
        ("try(\"a\", \"b\")", "it calls try()"),
        ("provider::x::y(1)", "it calls y()"),
        ("split(\".\", \"a.b\")[0]", "it calls split()"),
        ("true ? \"a\" : \"b\"", "it is a conditional"),
        ("\"${1 + 1}\"", "it is an operation"),
        ("!true", "it is an operation"),
        ("1.5", "it is a number with a fraction, an exponent or many digits"),
        ("1e3", "it is a number with a fraction, an exponent or many digits"),
        ("99999999999999999999", "it is a number with a fraction, an exponent or many digits"),
        ("[for x in [\"a\"] : x]", "it is a for expression"),
        ("{ for x in [\"a\"] : x => x }", "it is a for expression"),
        ("\"x${~ \"a\" ~}\"", "its template strips white space"),
        ("\"%{ if true }a%{ endif }\"", "its template has a directive"),
        ("\"x${null}\"", "this part of it is not text"),
        ("<<EOT\na ${\"b\"}\nEOT", "it is a heredoc with a template"),
        ("[[\"a\"]]", "it is a list of lists or objects"),
    ];
    for (expression, reason) in table {
        let import = read(&(LOCALS.to_owned() + &block(&format!("name = {expression}"))));
        assert_eq!(fields(&import), json!({}), "{expression}");
        assert_eq!(messages(&import), [format!("name is not imported: {reason}")], "{expression}");
        let help = import.findings[0].help.as_deref().unwrap();
        assert_eq!(help, "for the exact value: `terraform show -json | zerodrift init --from-terraform -`");
        assert_eq!(import.findings[0].at.as_ref().unwrap().line, 11);
    }
}

#[test]
fn a_heredoc_loses_the_line_break_at_its_end() {
    let table = [
        ("<<EOT\n  as it is \\n\nEOT", "  as it is \\n"),
        ("<<-EOT\n    two\n      lines\n    EOT", "two\n  lines"),
        // Blank lines do not count for the indentation and keep theirs.
        ("<<-EOT\n    one\n \n\n    two\n    EOT", "one\n \n\ntwo"),
        ("<<-EOT\n\tone\n\t\ttwo\n\tEOT", "one\n\ttwo"),
        ("<<EOT\nlast EOT\nEOTs\nEOT", "last EOT\nEOTs"),
        ("<<EOT\r\nWelcome\r\nEOT", "Welcome"),
    ];
    for (heredoc, expected) in table {
        let import = resource(&format!("login_design = {{\n  header_text = {heredoc}\n}}"));
        assert_eq!(fields(&import), json!({"login_design": {"header_text": expected}}), "{heredoc}");
        let note = "the line break at the end of login_design.header_text is removed";
        assert_eq!(messages(&import), [note], "{heredoc}");
        assert_eq!(import.findings[0].severity, Severity::Note);
    }
    let empty = resource("name = <<EOT\nEOT");
    assert_eq!((fields(&empty), empty.findings), (json!({"name": ""}), vec![]));
}

#[test]
fn text_is_converted_to_the_type_of_the_setting_as_in_terraform() {
    let import = resource("is_ui_read_only = \"true\"\nname = 42\ndeny_unmatched_requests = \"perhaps\"");
    let expected = json!({"is_ui_read_only": true, "name": "42", "deny_unmatched_requests": "perhaps"});
    assert_eq!(fields(&import), expected);
}

#[test]
fn values_that_are_not_imported_are_reported_with_their_line() {
    let text = r#"locals {
  team = data.http.team.body
}

resource "cloudflare_zero_trust_organization" "main" {
  provider         = cloudflare.eu
  account_id       = var.account
  name             = "${local.team} Corp"
  session_duration = var.long ? "24h" : "1h"
  sesion_duration  = "24h"
  created_at       = "2024-01-01T00:00:00Z"
  custom_pages     = ["a", "b"]
  dynamic "login_design" {
    for_each = []
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [auth_domain]
  }
  auth_domain      = "widget.cloudflareaccess.com"
}
"#;
    assert_snapshot!(drawn("infra/main.tf", text), @r#"
    warning[terraform-target]: account_id is not imported: it refers to var.account
     --> infra/main.tf:7:22
      |
    7 |   account_id       = var.account
      |                      ^^^^^^^^^^^
      |
      = help: set the account with --account-id

    warning[terraform-expression]: name is not imported: local.team is not a literal (infra/main.tf:2:
                                   it refers to data.http.team.body)
     --> infra/main.tf:8:25
      |
    8 |   name             = "${local.team} Corp"
      |                         ^^^^^^^^^^
      |
      = help: for the exact value:
              `terraform -chdir=infra show -json | zerodrift init --from-terraform -`

    warning[terraform-expression]: session_duration is not imported: it is a conditional
     --> infra/main.tf:9:22
      |
    9 |   session_duration = var.long ? "24h" : "1h"
      |                      ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: for the exact value:
              `terraform -chdir=infra show -json | zerodrift init --from-terraform -`

    warning[terraform-unknown-argument]: "sesion_duration" is not imported: no such setting
      --> infra/main.tf:10:3
       |
    10 |   sesion_duration  = "24h"
       |   ^^^^^^^^^^^^^^^
       |
       = help: did you mean session_duration?

    warning[terraform-unknown-argument]: created_at is not imported: the server sets it and does not
                                         accept it
      --> infra/main.tf:11:3
       |
    11 |   created_at       = "2024-01-01T00:00:00Z"
       |   ^^^^^^^^^^
       |
       = help: remove the argument, or check its spelling

    warning[terraform-value]: custom_pages is not imported: this is not a group of settings
      --> infra/main.tf:12:22
       |
    12 |   custom_pages     = ["a", "b"]
       |                      ^^^^^^^^^^
       |
       = help: write the setting into the manifest by hand

    warning[terraform-expression]: login_design is not imported: it is a dynamic block
      --> infra/main.tf:13:3
       |
    13 |   dynamic "login_design" {
       |   ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: for the exact value:
               `terraform -chdir=infra show -json | zerodrift init --from-terraform -`

    note[terraform-meta-argument]: provider applies to Terraform only and is not imported
     --> infra/main.tf:6:3
      |
    6 |   provider         = cloudflare.eu
      |   ^^^^^^^^
      |
      = help: keep it in the Terraform configuration

    note[terraform-meta-argument]: lifecycle applies to Terraform only and is not imported
      --> infra/main.tf:16:3
       |
    16 |   lifecycle {
       |   ^^^^^^^^^
       |
       = help: keep it in the Terraform configuration

    note[terraform-ignored]: auth_domain is not declared: Terraform ignores its changes (ignore_changes)
      --> infra/main.tf:20:3
       |
    20 |   auth_domain      = "widget.cloudflareaccess.com"
       |   ^^^^^^^^^^^
       |
       = help: declare the setting in the manifest to manage it

    7 warnings, 3 notes in infra/main.tf
    "#);
}

#[test]
fn a_syntax_error_is_reported_at_its_location() {
    assert_snapshot!(drawn("main.tf", "locals {\n  a = [1,,]\n}\n"), @r#"
    error[terraform-syntax]: cannot parse it as HCL: invalid expression; expected `"`, `[`, `{`, `-`,
                             `!`, `(`, `_`, `<`, letter or digit
     --> main.tf:2:10
      |
    2 |   a = [1,,]
      |          ^
      |
      = help: for the exact values: `terraform show -json | zerodrift init --from-terraform -`

    1 error in main.tf
    "#);
    assert_snapshot!(drawn("main.tf.json", "{\n  \"locals\": {\"a\": ]}\n}\n"), @r#"
    error[terraform-syntax]: cannot parse it as JSON: expected value at line 2 column 19
     --> main.tf.json:2:19
      |
    2 |   "locals": {"a": ]}
      |                   ^
      |
      = help: for the exact values: `terraform show -json | zerodrift init --from-terraform -`

    1 error in main.tf.json
    "#);
}

#[test]
fn the_last_of_equal_keys_in_an_object_wins() {
    let import = resource("login_design = {\n  header_text = \"a\"\n  \"header_text\" = \"b\"\n}");
    assert_eq!((fields(&import), import.findings), (json!({"login_design": {"header_text": "b"}}), vec![]));
    // The parser rejects keys that are spelled alike.
    let import = resource("login_design = {\n  header_text = \"a\"\n  header_text = \"b\"\n}");
    assert!(import.organization.is_none() && messages(&import)[0].starts_with("cannot parse it as HCL"));
}

#[test]
fn a_new_setting_is_carried_over_without_changes_here() {
    let next = crate::settings::Setting::new("organization.login_design.font", crate::settings::Kind::Text)
        .formerly("organization.login_style.font");
    let model = Model::current().clone().with(next);
    for group in ["login_design", "login_style"] {
        let text = block(&format!("{group} {{\n  font = \"serif\"\n}}"));
        let import = import(&model, &[source("main.tf", &text)], None);
        assert_eq!(fields(&import), json!({"login_design": {"font": "serif"}}));
    }
}
