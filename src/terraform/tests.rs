use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::report::{self, Style};

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

fn read(text: &str) -> Import {
    import(Model::current(), &[source("main.tf", text)], None)
}

/// The resource with these lines in it, and nothing else to say about it than what `findings` draws.
fn resource(lines: &str) -> Import {
    read(&format!("resource \"cloudflare_zero_trust_organization\" \"main\" {{\n{lines}\n}}\n"))
}

fn fields(import: &Import) -> serde_json::Value {
    let organization = import.organization.as_ref().unwrap_or_else(|| panic!("{:#?}", import.findings));
    json!(organization.document.fields)
}

fn drawn(text: &str) -> String {
    let source = source("main.tf", text);
    let import = import(Model::current(), std::slice::from_ref(&source), None);
    report::findings::text(&import.findings, Some(&source), &Style::default())
}

fn messages(import: &Import) -> Vec<&str> {
    import.findings.iter().map(|finding| finding.message.as_str()).collect()
}

#[test]
fn a_resource_of_either_version_leads_to_the_same_settings() {
    let five = "account_id = \"699d98642c564d2e855e9661899b7252\"\nname = \"Widget\"\nlogin_design = {\n header_text = \"Hi\"\n}";
    let four = five.replace("login_design = {", "login_design {");
    let expected = json!({"name": "Widget", "login_design": {"header_text": "Hi"}});
    for (text, kinds) in [(five, &RESOURCE_TYPES[2..]), (four.as_str(), &RESOURCE_TYPES[..2])] {
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
fn what_is_written_empty_is_declared_and_null_is_not() {
    let import = resource(
        "is_ui_read_only = false\nname = null\nlogin_design = { header_text = \"\", footer_text = null }\n\
         mfa_config = { allowed_authenticators = [] }\ncustom_pages = null",
    );
    let expected = json!({"is_ui_read_only": false, "login_design": {"header_text": ""},
        "mfa_config": {"allowed_authenticators": []}});
    assert_eq!((fields(&import), import.findings), (expected, vec![]));
}

#[test]
fn a_former_name_leads_to_the_setting_of_today() {
    let import = resource("mfa_ssh_piv_key_requirements = { pin_policy = \"always\", ssh_key_size = [256, \"384\"] }");
    let expected = json!({"mfa_piv_key_requirements": {"pin_policy": "always", "ssh_key_size": [256, 384]}});
    assert_eq!((fields(&import), import.findings), (expected, vec![]));
}

#[test]
fn expressions_have_the_values_that_terraform_gives_them() {
    let table = [
        (r#""plain""#, json!("plain")),
        (r#""a\"b\u0041$${c}%%{d}""#, json!("a\"bA${c}%{d}")),
        (r#""${local.team}-x""#, json!("widget-x")),
        (r#""${local.team}""#, json!("widget")),
        ("local.map.key", json!("value")),
        ("local.map[\"key\"]", json!("value")),
        ("local.list[1]", json!("two")),
        ("local.list.0", json!("one")),
        ("var.given", json!("24h")),
        ("true ? \"12h\" : \"24h\"", json!("12h")),
        ("local.team == \"widget\" && !false ? \"yes\" : \"no\"", json!("yes")),
        ("\"${(1 + 2) * 8}h\"", json!("24h")),
        ("\"${7 / 2}\"", json!("3.5")),
        ("\"${7 % 4 > 2}\"", json!("true")),
        ("format(\"%s-%d%%\", \"a\", 3)", json!("a-3%")),
        ("join(\".\", [\"a\", \"b\"])", json!("a.b")),
        ("replace(\"a-b-c\", \"-\", \".\")", json!("a.b.c")),
        ("substr(\"abcdef\", 2, 3)", json!("cde")),
        ("lower(upper(trimspace(\" Ab \")))", json!("ab")),
        ("trimsuffix(trimprefix(\"x-y-z\", \"x-\"), \"-z\")", json!("y")),
        ("try(var.missing, \"fallback\")", json!("fallback")),
        ("coalesce(null, \"\", \"third\")", json!("third")),
        ("lookup(merge(local.map, { b = \"c\" }), \"b\", \"\")", json!("c")),
        ("keys({ b = 1, a = 2 })[0]", json!("a")),
        ("tostring(length(concat([1], [2])))", json!("2")),
        ("<<-EOT\n    two\n      lines\n    EOT", json!("two\n  lines\n")),
    ];
    for (expression, expected) in table {
        let import = read(&format!(
            "variable \"given\" {{\n default = \"24h\"\n}}\nlocals {{\n team = \"widget\"\n map = {{ key = \"value\" }}\n \
             list = [\"one\", \"two\"]\n}}\nresource \"cloudflare_zero_trust_organization\" \"main\" {{\n name = {expression}\n}}\n"
        ));
        assert_eq!(fields(&import), json!({"name": expected}), "{expression}: {:?}", messages(&import));
    }
}

#[test]
fn texts_become_what_a_setting_takes_as_in_terraform() {
    let import = resource("is_ui_read_only = \"true\"\nname = 42\ndeny_unmatched_requests = \"perhaps\"");
    let expected = json!({"is_ui_read_only": true, "name": "42", "deny_unmatched_requests": "perhaps"});
    assert_eq!(fields(&import), expected);
}

#[test]
fn what_cannot_be_carried_over_is_said_at_its_line() {
    let text = r#"variable "account" {
  type = string
}

locals {
  team = data.http.team.body
}

resource "cloudflare_zero_trust_organization" "main" {
  provider         = cloudflare.eu
  account_id       = var.account
  name             = "${local.team} Corp"
  session_duration = lower(upper(sha256("x")))
  sesion_duration  = "24h"
  created_at       = "2024-01-01T00:00:00Z"
  custom_pages     = ["a", "b"]
  dynamic "login_design" {
    for_each = []
  }
  lifecycle {
    ignore_changes = [name]
  }
}
"#;
    assert_snapshot!(drawn(text), @r#"
    note[terraform-meta-argument]: provider is for Terraform alone, and not carried over
      --> main.tf:10:3
       |
    10 |   provider         = cloudflare.eu
       |   ^^^^^^^^

    warning[terraform-target]: account_id is not carried over: var.account has no value in these files
      --> main.tf:11:22
       |
    11 |   account_id       = var.account
       |                      ^^^^^^^^^^^
       |
       = help: name the account with --account-id

    warning[terraform-expression]: name is not carried over: local.team has no value here: data.http is known to Terraform alone
      --> main.tf:12:25
       |
    12 |   name             = "${local.team} Corp"
       |                         ^^^^^^^^^^

    warning[terraform-expression]: session_duration is not carried over: the call of "sha256" is not evaluated
      --> main.tf:13:34
       |
    13 |   session_duration = lower(upper(sha256("x")))
       |                                  ^^^^^^^^^^^

    warning[terraform-unknown-argument]: "sesion_duration" is not carried over: there is no such setting
      --> main.tf:14:3
       |
    14 |   sesion_duration  = "24h"
       |   ^^^^^^^^^^^^^^^
       |
       = help: did you mean session_duration?

    warning[terraform-unknown-argument]: created_at is not carried over: the server keeps it and does not take it
      --> main.tf:15:3
       |
    15 |   created_at       = "2024-01-01T00:00:00Z"
       |   ^^^^^^^^^^

    warning[terraform-value]: custom_pages is not carried over: this is no group of settings
      --> main.tf:16:22
       |
    16 |   custom_pages     = ["a", "b"]
       |                      ^^^^^^^^^^

    warning[terraform-meta-argument]: a dynamic block is not carried over
      --> main.tf:17:3
       |
    17 |   dynamic "login_design" {
       |   ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write its settings below its name, or give the JSON of `terraform show -json`

    note[terraform-meta-argument]: lifecycle is not carried over
      --> main.tf:20:3
       |
    20 |   lifecycle {
       |   ^^^^^^^^^
       |
       = help: in place of ignore_changes, remove the setting: what the file does not mention is left alone

    7 warnings, 2 notes in main.tf
    "#);
}

#[test]
fn a_text_that_is_no_hcl_is_an_error_where_it_stops_being_one() {
    assert_snapshot!(drawn("locals {\n  a = [1,,]\n}\n"), @r#"
    error[terraform-syntax]: this is no HCL: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
     --> main.tf:2:10
      |
    2 |   a = [1,,]
      |          ^

    1 error in main.tf
    "#);
}

#[test]
fn several_organizations_are_listed_and_one_is_named() {
    let text = r#"
locals { accounts = { eu = "24h", us = "12h" } }
resource "cloudflare_zero_trust_organization" "each" {
  for_each         = local.accounts
  name             = "Widget ${each.key}"
  session_duration = each.value
}
resource "cloudflare_access_organization" "two" {
  count = 2
  name  = "Number ${count.index}"
}
"#;
    assert_snapshot!(drawn(text), @r#"
    error[terraform-several]: there are 4 organizations here, and a manifest is about one
    --> main.tf
     = help: name one with --resource ADDRESS:
               cloudflare_zero_trust_organization.each["eu"]  (main.tf:3)
               cloudflare_zero_trust_organization.each["us"]  (main.tf:3)
               cloudflare_access_organization.two[0]  (main.tf:8)
               cloudflare_access_organization.two[1]  (main.tf:8)

    1 error in main.tf
    "#);
    let sources = [source("main.tf", text)];
    let named = |address: &str| import(Model::current(), &sources, Some(address));
    let eu = named("cloudflare_zero_trust_organization.each[\"eu\"]");
    assert_eq!(fields(&eu), json!({"name": "Widget eu", "session_duration": "24h"}));
    assert_eq!(fields(&named("cloudflare_access_organization.two[1]")), json!({"name": "Number 1"}));
    for unclear in
        ["cloudflare_zero_trust_organization.each", "cloudflare_zero_trust_organization.each[\"uk\"]", "\u{1b}"]
    {
        let import = named(unclear);
        assert!(import.organization.is_none(), "{unclear}");
        assert_eq!(import.findings[0].rule, "terraform-no-organization");
    }
    assert_eq!(addresses(&sources).len(), 4);
}

#[test]
fn instances_that_files_cannot_tell_are_one_without_a_key() {
    let import = resource("for_each = var.accounts\nname = \"Widget ${each.key}\"\nsession_duration = \"24h\"");
    assert_eq!(fields(&import), json!({"session_duration": "24h"}));
    assert_eq!(
        messages(&import),
        [
            "for_each is not multiplied out: there is no variable \"accounts\" in these files",
            "name is not carried over: each.key has no value here"
        ]
    );
}

#[test]
fn files_of_a_folder_are_read_together_and_tfvars_win_over_defaults() {
    let main = "resource \"cloudflare_zero_trust_organization\" \"main\" {\n name = var.name\n session_duration = var.session\n}\n";
    let variables = "variable \"name\" {\n default = \"Default\"\n}\nvariable \"session\" {\n default = \"24h\"\n}\n";
    let sources = [
        source("main.tf", main),
        source("variables.tf", variables),
        source("terraform.tfvars", "name = \"First\"\n"),
        source("x.auto.tfvars", "name = \"Last\"\n"),
    ];
    let import = import(Model::current(), &sources, None);
    assert_eq!(fields(&import), json!({"name": "Last", "session_duration": "24h"}));
    assert_eq!(messages(&import), ["taken from defaults: var.session"]);
}

#[test]
fn a_state_and_a_plan_tell_every_value() {
    let values = json!({"id": "699d98642c564d2e855e9661899b7252", "account_id": "699d98642c564d2e855e9661899b7252",
        "zone_id": null, "name": "Widget", "auth_domain": "", "is_ui_read_only": false, "session_duration": "24h",
        "login_design": [{"header_text": "Hi", "footer_text": ""}], "custom_pages": [], "mfa_config": null,
        "created_at": "2024-01-01T00:00:00Z", "next_year": {"quantum": true}});
    let organization = json!({"address": "module.x.cloudflare_access_organization.main", "mode": "managed",
        "type": "cloudflare_access_organization", "name": "main", "values": values});
    let other = json!({"address": "a.b", "mode": "managed", "type": "a", "name": "b", "values": {}});
    let root = json!({"root_module": {"resources": [other], "child_modules": [{"resources": [organization]}]}});
    let expected = json!({"name": "Widget", "is_ui_read_only": false, "session_duration": "24h",
        "login_design": {"header_text": "Hi"}});
    for document in [
        json!({"format_version": "1.0", "values": root}),
        json!({"format_version": "1.2", "planned_values": root, "prior_state": {"values": {}}}),
    ] {
        let sources = [source("shown.json", &format!("\u{feff}{document}"))];
        let import = import(Model::current(), &sources, Some("module.x.cloudflare_access_organization.main"));
        assert_eq!(fields(&import), expected);
        assert_eq!(messages(&import), ["\"next_year\" is not carried over: there is no such setting"]);
        assert_eq!(import.findings[0].at, None);
        assert_eq!(import.organization.unwrap().id.unwrap().as_str(), "699d98642c564d2e855e9661899b7252");
    }
}

#[test]
fn other_json_is_told_apart_and_no_organization_is_an_error() {
    let state = json!({"version": 4, "terraform_version": "1.9.0", "resources": []}).to_string();
    let configuration = json!({"resource": {"cloudflare_zero_trust_organization": {"main": {}}}}).to_string();
    for (text, said) in [
        (state.as_str(), "this is the raw state, which is not read"),
        (&configuration, "this is a configuration in JSON syntax, which is not read"),
        ("{", "this is no JSON: EOF while parsing an object at line 1 column 1"),
        ("{\"format_version\": \"1.0\"}", "there is no organization here"),
        ("", "there is no organization here"),
        ("module \"zero_trust\" {\n source = \"./x\"\n}\n", "there is no organization here"),
    ] {
        let import = read(text);
        assert!(import.organization.is_none() && import.findings.iter().any(Finding::is_error), "{text}");
        assert!(import.findings[0].message.starts_with(said), "{text}: {:?}", messages(&import));
    }
}

#[test]
fn next_months_setting_is_carried_over_at_once() {
    let next = Setting::new("organization.login_design.font", crate::organization::Kind::Text)
        .formerly("organization.login_style.font");
    let model = Model::current().clone().with(next);
    for group in ["login_design", "login_style"] {
        let text = format!(
            "resource \"cloudflare_zero_trust_organization\" \"m\" {{\n {group} {{\n font = \"serif\"\n }}\n}}\n"
        );
        let import = import(&model, &[source("main.tf", &text)], None);
        assert_eq!(fields(&import), json!({"login_design": {"font": "serif"}}));
    }
}

mod bounds {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_nests_deeper_than_the_stack() {
        let openings = [
            "(",
            "[",
            "{a=",
            "f(",
            "!",
            "-",
            "b[",
            "\"${",
            "<<E\n${",
            "[for x in ",
            "{for x in ",
            "true ? ",
            "1 + ",
            "\"%{if ",
        ];
        for opening in openings {
            for depth in [30, 60, 64, 100, 10_000] {
                let _ = resource(&format!("name = {}", opening.repeat(depth)));
                let closed = match opening {
                    "(" | "f(" => ")",
                    "[" | "b[" => "]",
                    "{a=" => "}",
                    "\"${" => "}\"",
                    _ => "",
                };
                let _ = resource(&format!("name = {}1{}", opening.repeat(depth), closed.repeat(depth)));
            }
        }
        let _ = read(&"a {\n".repeat(10_000));
        let _ = read(&"{\"a\":".repeat(10_000));
    }

    #[test]
    fn locals_that_refer_to_themselves_or_double_each_other_are_unknown() {
        let chain: String = (1..500).map(|n| format!("  l{n} = local.l{}\n", n - 1)).collect();
        let doubling: String =
            (1..60).map(|n| format!("  d{n} = \"${{local.d{0}}}${{local.d{0}}}\"\n", n - 1)).collect();
        let started = Instant::now();
        let import = read(&format!(
            "locals {{\n  l0 = \"x\"\n  d0 = \"x\"\n  loop = local.loop\n{chain}{doubling}}}\n\
             resource \"cloudflare_zero_trust_organization\" \"main\" {{\n  auth_domain = local.l499\n  name = local.loop\n  \
             session_duration = local.d59\n}}\n"
        ));
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        assert_eq!((fields(&import), import.findings.len()), (json!({}), 3));
    }

    #[test]
    fn a_file_that_nobody_wrote_by_hand_is_not_parsed() {
        let import = read(&"a = 1\n".repeat(100_000));
        assert_eq!(messages(&import), ["the file has 600000 bytes, and at most 262144 (256 KiB) are read as HCL"]);
    }

    #[test]
    fn what_is_longer_than_any_setting_is_not_carried_over() {
        let import = resource(&format!("name = \"{}\"", "x".repeat(100_000)));
        assert_eq!(messages(&import), ["name is not carried over: it is too long for a manifest"]);
    }

    #[test]
    fn findings_are_counted_where_nobody_would_read_them() {
        let lines: String = (0..5_000).map(|n| format!("unheard_of_{n} = 1\n")).collect();
        let import = resource(&lines);
        assert_eq!(import.findings.len(), 101);
        assert_eq!(import.findings[100].message, "there is more to say, 4900 times over, than is shown here");
        assert!(import.organization.is_some());
    }

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "resource \"cloudflare_zero_trust_organization\" \"main\" {\n",
            "locals {",
            "variable \"a\" {",
            "}\n",
            "}",
            "{",
            "\n",
            "name = ",
            "account_id = ",
            "login_design ",
            "mfa_config = {",
            "for_each = ",
            "count = ",
            "dynamic \"x\" ",
            "var.a",
            "local.b",
            "each.key",
            "count.index",
            "\"",
            "${",
            "%{",
            "~",
            "<<EOT\n",
            "EOT\n",
            "[",
            "]",
            "(",
            ")",
            "...",
            "? ",
            ": ",
            "for x in y",
            "=>",
            "1",
            "-1e400",
            "true",
            "null",
            "\"x\"",
            " == ",
            " && ",
            " / 0",
            " % 0",
            ".*",
            "[*]",
            "[0]",
            "substr(\"a\", -1, 1e300)",
            "replace(\"a\", \"\", \"b\")",
            "format(\"%\")",
            "#",
            "//",
            "/*",
            "\u{feff}",
            "\u{0}",
            "é",
            "\r\n",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_it_is_read_or_an_error(text in prop_oneof![pieces(), any::<String>()], name in "main\\.tf|x\\.tfvars") {
            let import = import(Model::current(), &[source(&name, &text)], None);
            prop_assert_eq!(import.organization.is_some(), !import.findings.iter().any(Finding::is_error));
        }
    }
}
