//! Bounds on time, memory and stack for any input.

use proptest::prelude::*;

use super::*;

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
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
fn repeated_references_to_a_long_local_are_bounded() {
    let long = "x".repeat(8_000);
    let many = "${local.long}".repeat(10_000);
    let import = read(&format!(
        "locals {{\n  long = \"{long}\"\n  longer = \"{long}{long}\"\n  loop = local.loop\n}}\n{}",
        block(&format!("name = \"{many}\"\nauth_domain = local.longer\nsession_duration = local.loop"))
    ));
    let reasons = [
        "name is not imported: it is too long for a manifest",
        "auth_domain is not imported: local.longer is too long for a manifest",
        "session_duration is not imported: local.loop is not a literal (main.tf:4: it refers to local.loop)",
    ];
    assert_eq!((fields(&import), messages(&import)), (json!({}), reasons.to_vec()));
}

#[test]
fn a_file_above_the_size_limit_is_not_parsed() {
    let import = read(&"a = 1\n".repeat(100_000));
    assert_eq!(messages(&import), ["the file has 600000 bytes; the limit for HCL is 262144 (256 KiB)"]);
}

#[test]
fn a_value_above_the_length_limit_is_not_carried_over() {
    let import = resource(&format!("name = \"{}\"", "x".repeat(100_000)));
    assert_eq!(messages(&import), ["name is not imported: it is too long for a manifest"]);
}

#[test]
fn findings_above_the_limit_are_counted() {
    let lines: String = (0..5_000).map(|n| format!("unheard_of_{n} = 1\n")).collect();
    let import = resource(&lines);
    assert_eq!(import.findings.len(), 101);
    assert_eq!(import.findings[100].message, "4900 more findings not shown");
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
    fn any_file_is_read_or_an_error(text in prop_oneof![pieces(), any::<String>()], name in "main\\.tf|override\\.tf|x\\.tf\\.json|-") {
        let import = import(Model::current(), &[source(&name, &text)], None);
        prop_assert_eq!(import.organization.is_some(), !import.findings.iter().any(Finding::is_error));
    }
}
