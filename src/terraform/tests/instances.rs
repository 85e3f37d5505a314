//! The choice of the resource: instances, `ignore_changes`, several organizations and duplicates.

use super::*;

#[test]
fn settings_in_ignore_changes_are_reported_and_not_declared() {
    let lines = |ignored: &str| {
        format!(
            "account_id = \"699d98642c564d2e855e9661899b7252\"\nname = \"W\"\nsession_duration = var.x\n\
             login_design = {{\n  header_text = \"H\"\n  footer_text = \"F\"\n}}\nmfa_config = {{\n  \
             allowed_authenticators = [\"totp\"]\n}}\nlifecycle {{\n  ignore_changes = {ignored}\n}}"
        )
    };
    let (name, login) = (json!("W"), json!({"header_text": "H", "footer_text": "F"}));
    let mfa = json!({"allowed_authenticators": ["totp"]});
    let table = [
        ("[session_duration]", json!({"name": name, "login_design": login, "mfa_config": mfa}), 1),
        ("[name, session_duration]", json!({"login_design": login, "mfa_config": mfa}), 2),
        ("[\"name\", session_duration]", json!({"login_design": login, "mfa_config": mfa}), 2),
        ("[session_duration, login_design]", json!({"name": name, "mfa_config": mfa}), 3),
        (
            "[session_duration, login_design.header_text]",
            json!({"name": name, "login_design": {"footer_text": "F"}, "mfa_config": mfa}),
            2,
        ),
        (
            "[session_duration, login_design[0].header_text]",
            json!({"name": name, "login_design": {"footer_text": "F"}, "mfa_config": mfa}),
            2,
        ),
        ("[session_duration, mfa_config.allowed_authenticators[0]]", json!({"name": name, "login_design": login}), 2),
        ("all", json!({}), 5),
        ("[\"*\"]", json!({}), 5),
        // A value that is not a literal may be `all`.
        ("concat([], [])", json!({}), 5),
        ("[session_duration, tolist([])]", json!({}), 5),
    ];
    for (ignored, expected, notes) in table {
        let import = resource(&lines(ignored));
        assert_eq!(fields(&import), expected, "{ignored}");
        assert!(import.organization.as_ref().unwrap().id.is_some(), "{ignored}");
        assert!(
            import.findings.iter().all(|finding| finding.rule.id() == "terraform-ignored"),
            "{:?}",
            messages(&import)
        );
        assert_eq!(import.findings.len(), notes, "{ignored}: {:?}", messages(&import));
    }
    let import = resource("dynamic \"login_design\" {\n}\nlifecycle {\n  ignore_changes = [login_design]\n}");
    assert_eq!(messages(&import), ["login_design is not declared: Terraform ignores its changes (ignore_changes)"]);
}

#[test]
fn a_resource_without_exactly_one_instance_is_an_error_with_the_reason() {
    let table = [
        ("count = 0", "it has no instances: count = 0 (main.tf:2)"),
        ("count = 2", "its number of instances depends on count = 2 (main.tf:2)"),
        ("count = var.on ? 1 : 0", "its number of instances depends on count = var.on ? 1 : 0 (main.tf:2)"),
        ("count = (\n  var.on\n  ? 1 : 0)", "its number of instances depends on count = var.on ? 1 : 0 (main.tf:2)"),
        ("for_each = toset([\"a\"])", "its number of instances depends on for_each = toset([\"a\"]) (main.tf:2)"),
        ("for_each = {}", "its number of instances depends on for_each (main.tf:2)"),
        ("lifecycle {\n enabled = var.on\n}", "whether it exists depends on enabled = var.on (main.tf:3)"),
        ("lifecycle {\n enabled = false\n}", "whether it exists depends on enabled = false (main.tf:3)"),
    ];
    for (lines, reason) in table {
        let import = resource(&format!("{lines}\nname = \"W\""));
        assert!(import.organization.is_none(), "{lines}");
        let message = format!("main.tf:1:1: cloudflare_zero_trust_organization.main is not imported: {reason}");
        assert_eq!(placed(&import), [message]);
        assert!(import.findings[0].help.as_ref().unwrap().contains("terraform show -json |"));
        let sources = [source("main.tf", &block(&format!("{lines}\nname = \"W\"")))];
        let named = super::import(Model::current(), &sources, Some("cloudflare_zero_trust_organization.main[\"eu\"]"));
        assert_eq!(messages(&named), messages(&import));
    }
    for lines in ["count = 1", "count = \"1\"", "lifecycle {\n enabled = true\n ignore_changes = []\n}"] {
        let import = resource(&format!("{lines}\nname = \"W\""));
        assert_eq!(fields(&import), json!({"name": "W"}), "{lines}");
    }
}

#[test]
fn several_organizations_are_listed_and_one_can_be_selected() {
    let text = block("name = \"One\"") + &block("name = \"Two\"\n").replace("\"main\"", "\"two\"");
    assert_snapshot!(drawn("main.tf", &text), @r#"
    error[terraform-several]: found 2 organizations; a manifest describes one
    --> main.tf
     = help: select one with --resource ADDRESS:
               cloudflare_zero_trust_organization.main  (main.tf:1)
               cloudflare_zero_trust_organization.two  (main.tf:4)

    1 error in main.tf
    "#);
    let sources = [source("main.tf", &text)];
    let named = |address: &str| import(Model::current(), &sources, Some(address));
    assert_eq!(fields(&named("cloudflare_zero_trust_organization.two")), json!({"name": "Two"}));
    for unclear in ["cloudflare_zero_trust_organization.three", "\u{1b}"] {
        let import = named(unclear);
        assert!(import.organization.is_none(), "{unclear}");
        assert_eq!(import.findings[0].rule.id(), "terraform-no-organization");
    }
    assert_eq!(addresses(&sources).len(), 2);
}

#[test]
fn duplicates_that_terraform_rejects_are_not_carried_over() {
    let twice = read(&(block("name = \"One\"") + &block("name = \"Two\"")));
    assert!(twice.organization.is_none());
    let sources = [source("a.tf", &block("name = \"One\"")), source("b.tf", &block("name = \"Two\""))];
    let named = import(Model::current(), &sources, Some("cloudflare_zero_trust_organization.main"));
    assert!(messages(&named)[0].ends_with("it is declared 2 times, which Terraform refuses"), "{:?}", messages(&named));
    let blocks = resource("login_design {\n  header_text = \"a\"\n}\nlogin_design {\n  footer_text = \"b\"\n}");
    assert_eq!(fields(&blocks), json!({}));
    assert_eq!(messages(&blocks), ["login_design is not imported: it is declared twice, which Terraform refuses"]);
    let local = read_all(&[
        ("a.tf", "locals {\n  x = \"a\"\n}\n"),
        ("b.tf", "locals {\n  x = \"b\"\n}\n"),
        ("main.tf", &block("name = local.x")),
    ]);
    assert_eq!(messages(&local), ["name is not imported: local.x is declared twice"]);
}
