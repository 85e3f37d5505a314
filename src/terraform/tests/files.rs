//! Files of one folder, combined as Terraform and OpenTofu do.

use super::*;

const NAME: &str =
    "name = \"Widget\"\nsession_duration = \"24h\"\nlogin_design = {\n  header_text = \"H\"\n  footer_text = \"F\"\n}";

#[test]
fn only_files_that_terraform_reads_have_a_role() {
    for primary in ["main.tf", "x.tofu", "x.tf.json", "x.tofu.json", "overrides.tf", "my-override.tf"] {
        assert_eq!(file_role(primary), Some(FileRole::Primary), "{primary}");
    }
    for over in ["override.tf", "a_override.tf", "override.tf.json", "a_override.tofu", "a_override.tofu.json"] {
        assert_eq!(file_role(over), Some(FileRole::Override), "{over}");
    }
    for other in
        [".main.tf", ".tf", "main.tf~", "#main.tf#", "x.tfvars", "x.auto.tfvars.json", "x.json", "x.tftest.hcl"]
    {
        assert_eq!(file_role(other), None, "{other}");
    }
}

#[test]
fn override_files_are_merged_argument_by_argument() {
    let main = block(NAME);
    let over = |lines: &str| fields(&read_all(&[("a_override.tf", &block(lines)), ("main.tf", &main)]));
    let login = json!({"header_text": "H", "footer_text": "F"});
    let expected = json!({"name": "Widget", "login_design": login, "session_duration": "8h"});
    assert_eq!(over("session_duration = \"8h\""), expected);
    // A group is one argument, which is replaced as a whole.
    let expected = json!({"name": "Widget", "session_duration": "24h", "login_design": {"header_text": "New"}});
    assert_eq!(over("login_design = {\n  header_text = \"New\"\n}"), expected);
    assert_eq!(over("session_duration = null"), json!({"name": "Widget", "login_design": login}));
    assert_eq!(over("session_duration = var.x"), json!({"name": "Widget", "login_design": login}));
    assert_eq!(over("dynamic \"login_design\" {\n}"), json!({"name": "Widget", "session_duration": "24h"}));
    let expected = json!({"name": "Widget", "login_design": login});
    assert_eq!(over("lifecycle {\n  ignore_changes = [session_duration]\n}"), expected);
}

#[test]
fn override_files_are_merged_in_the_order_of_their_names() {
    let import = read_all(&[
        ("infra/z_override.tf", &block("name = \"Z\"")),
        ("infra/main.tf", &block(NAME)),
        ("infra/override.tf.json", r#"{"resource": {"cloudflare_zero_trust_organization": {"main": {"name": "O"}}}}"#),
        ("infra/a_override.tofu", &block("name = \"A\"\nsession_duration = local.s")),
        ("infra/b_override.tf", "locals {\n  s = \"8h\"\n}\n"),
        ("infra/locals.tf", "locals {\n  s = \"4h\"\n}\n"),
    ]);
    let fields = fields(&import);
    assert_eq!((&fields["name"], &fields["session_duration"]), (&json!("Z"), &json!("8h")));
    assert_eq!(import.findings, vec![]);
}

#[test]
fn an_override_may_make_the_instances_uncertain_or_match_no_resource() {
    let main = block(NAME);
    let import = read_all(&[("main.tf", &main), ("override.tf", &block("count = var.on ? 1 : 0"))]);
    assert!(import.organization.is_none());
    assert!(messages(&import)[0].contains("count = var.on ? 1 : 0 (override.tf:2)"), "{:?}", messages(&import));
    let other = block("name = \"X\"").replace("\"main\"", "\"other\"");
    let import = read_all(&[("main.tf", &main), ("override.tf", &other)]);
    assert_eq!(fields(&import)["name"], "Widget");
    let message = "override.tf:1:1: cloudflare_zero_trust_organization.other overrides a resource that these files do not declare";
    assert_eq!(placed(&import), [message]);
}

#[test]
fn opentofu_reads_its_own_file_instead_of_terraforms() {
    let tofu = block("name = \"Tofu\"\nauth_domain = var.x");
    let json = r#"{"resource": {"cloudflare_zero_trust_organization": {"j": {"name": "J"}}}}"#;
    let import = read_all(&[("main.tf", &block(NAME)), ("main.tofu", &tofu)]);
    assert_eq!(fields(&import), json!({"name": "Tofu"}));
    let findings = placed(&import);
    assert!(
        findings.contains(&"main.tf: main.tf is skipped: OpenTofu reads main.tofu instead".to_owned()),
        "{findings:?}"
    );
    let help: Vec<_> = import.findings.iter().filter_map(|finding| finding.help.as_deref()).collect();
    assert!(help.contains(&"for the exact value: `tofu show -json | zerodrift init --from-terraform -`"), "{help:?}");
    // Only the file of the same syntax is replaced.
    let import = read_all(&[("main.tf.json", json), ("main.tofu", &tofu)]);
    assert_eq!(import.findings[0].rule.id(), "terraform-several");
    let import = read_all(&[("main.tf.json", json), ("main.tofu.json", &json.replace("\"J\"", "\"T\""))]);
    assert_eq!(fields(&import), json!({"name": "T"}));
}

#[test]
fn json_syntax_is_equivalent_to_hcl() {
    let text = r#"{
  "//": "made by a generator",
  "locals": [{"team": "widget"}, {"list": ["totp"]}],
  "resource": [{"cloudflare_access_organization": {"main": [{
    "//": {"metadata": {}},
    "account_id": "699d98642c564d2e855e9661899b7252",
    "name": "W\u00eddget \ud83d\ude00",
    "is_ui_read_only": false,
    "session_duration": null,
    "auth_domain": "${local.team}.cloudflareaccess.com",
    "login_design": [{"header_text": "H", "footer_text": "a %{ if true }b%{ endif }"}],
    "mfa_config": {"allowed_authenticators": ["totp"], "required_aaguids": ["${var.x}"]},
    "dynamic": {"custom_pages": {"for_each": []}},
    "depends_on": ["a.b"],
    "lifecycle": {"ignore_changes": ["ui_read_only_toggle_reason", "login_design[0].text_color"]},
    "ui_read_only_toggle_reason": "x",
    "warp_auth_session_duration": "1h",
    "warp_auth_session_duration": "2h"
  }]}}]
}
"#;
    let import = read_all(&[("cdk.tf.json", text)]);
    let expected = json!({"name": "W\u{ed}dget \u{1f600}", "is_ui_read_only": false, "login_design": {"header_text": "H"},
        "mfa_config": {"allowed_authenticators": ["totp"]}});
    assert_eq!(fields(&import), expected);
    assert_eq!(import.organization.as_ref().unwrap().at.as_ref().map(|at| (at.line, at.column)), Some((4, 52)));
    assert_snapshot!(placed(&import).join("\n"), @r#"
    cdk.tf.json:10:20: auth_domain is not imported: it is a template
    cdk.tf.json:11:58: login_design.footer_text is not imported: it is a template
    cdk.tf.json:12:76: mfa_config.required_aaguids is not imported: it is a template
    cdk.tf.json:13:17: custom_pages is not imported: it is a dynamic block
    cdk.tf.json:14:5: depends_on applies to Terraform only and is not imported
    cdk.tf.json:16:5: ui_read_only_toggle_reason is not declared: Terraform ignores its changes (ignore_changes)
    cdk.tf.json:17:35: warp_auth_session_duration is not imported: it is declared twice, which Terraform refuses
    "#);
    let same = read_all(&[("-", text)]);
    assert_eq!(fields(&same), expected);
}

#[test]
fn json_syntax_has_the_same_obstacles() {
    let text = |body: &str| format!(r#"{{"resource": {{"cloudflare_zero_trust_organization": {{"main": {body}}}}}}}"#);
    for (body, expected) in [
        (
            r#"{"count": "${var.on ? 1 : 0}"}"#,
            "its number of instances depends on count = \"${var.on ? 1 : 0}\" (m.tf.json:1)",
        ),
        (r#"{"count": 0}"#, "it has no instances: count = 0 (m.tf.json:1)"),
        (r#"{"for_each": {}}"#, "its number of instances depends on for_each (m.tf.json:1)"),
        (r#"[{"name": "a"}, {"name": "b"}]"#, "found 2 organizations"),
    ] {
        let import = read_all(&[("m.tf.json", &text(body))]);
        assert!(import.organization.is_none() && messages(&import)[0].contains(expected), "{:?}", messages(&import));
    }
    let all = read_all(&[("m.tf.json", &text(r#"{"name": "a", "lifecycle": [{"ignore_changes": "all"}]}"#))]);
    assert_eq!(fields(&all), json!({}));
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    let hcl = format!("\u{feff}{}", block("name = \"W\"\nauth_domain = var.x"));
    let import = read(&hcl);
    assert_eq!(fields(&import), json!({"name": "W"}));
    assert_eq!(placed(&import), ["main.tf:3:15: auth_domain is not imported: it refers to var.x"]);
    assert_eq!(import.organization.unwrap().at.map(|at| (at.line, at.column)), Some((1, 1)));
    let json = "\u{feff}{\"resource\": {\"cloudflare_zero_trust_organization\": {\"m\": {\"name\": \"${x}\"}}}}";
    let import = read_all(&[("m.tf.json", json)]);
    assert_eq!(placed(&import), ["m.tf.json:1:68: name is not imported: it is a template"]);
}

#[test]
fn another_file_that_cannot_be_parsed_is_a_warning_unless_it_may_affect_the_organization() {
    let main = block(NAME);
    let large = "a = 1\n".repeat(100_000);
    let neighbours = [
        "locals {\n  tags = {\n    env = \"a\"\n    env = \"b\"\n  }\n}\n",
        "locals {\n  x = { for k, v in\n    {} : k => v }\n  y = ]\n}\n",
        "output \"x\" {\n  value = cloudflare_zero_trust_organization.main.name\n  b = ]\n}\n",
        "# resources of type cloudflare_zero_trust_organization\na = ]\n",
        "not HCL",
        &large,
    ];
    for text in neighbours {
        for name in ["other.tf", "z.tofu"] {
            let import = read_all(&[("main.tf", &main), (name, text)]);
            assert_eq!(fields(&import)["name"], "Widget");
            assert_eq!(import.findings.len(), 1, "{:?}", messages(&import));
            assert_eq!(import.findings[0].severity, Severity::Warning);
        }
    }
    let broken = block("name = ]").replace("\"main\"", "\"other\"");
    for (name, text) in [
        ("other.tf", broken.clone()),
        ("other.tf", broken.replace("resource ", "resource  ")),
        ("other.tf", large.clone() + &broken),
        ("other.tf.json", "{\"resource\": {\"cloudflare_access_organization\" : {\"m\": ]}}}".to_owned()),
        // The file may override anything.
        ("x_override.tf", "locals {\n  a = ]\n}\n".to_owned()),
    ] {
        let import = read_all(&[("main.tf", &main), (name, &text)]);
        assert!(import.organization.is_none() && import.findings[0].is_error(), "{text}");
    }
    let import = read_all(&[("main.tf", &main), ("x_override.tf", "output \"x\" {\n  value = ]\n}\n")]);
    assert_eq!(fields(&import)["name"], "Widget");
}

#[test]
fn the_command_names_the_folder() {
    for (name, command) in [
        ("main.tf", "terraform show -json | "),
        ("infra/zt/main.tf", "terraform -chdir=infra/zt show -json | "),
        ("/srv/infra/main.tofu", "tofu -chdir=/srv/infra show -json | "),
        ("a b/$(x)/main.tf", "terraform -chdir='a b/$(x)' show -json | "),
        ("-", "terraform show -json | "),
    ] {
        let import = read_all(&[(name, &block("name = var.x"))]);
        let help = import.findings[0].help.as_deref().unwrap();
        assert!(help.starts_with(&format!("for the exact value: `{command}")), "{name}: {help}");
    }
}

/// serde_json counts columns in bytes, and the end of a text as its last byte.
#[test]
fn a_json_error_is_located_at_a_whole_character() {
    for (text, expected) in [("{\"a\": \"é", (1, 8, 7..9)), ("\u{feff}{\n\"é\": 日}", (2, 6, 11..11))] {
        let import = read_all(&[("main.tf.json", text)]);
        let at = import.findings[0].at.clone().unwrap();
        assert_eq!((at.line, at.column, at.span), expected, "{text:?}");
    }
}
