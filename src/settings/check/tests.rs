use serde_json::{Value as Json, json};

use crate::settings::{Kind, Model, Setting};

fn setting(path: &str) -> Setting {
    *Model::current().setting(path).unwrap()
}

/// `refused` or `doubtful`, the rule and the suggestion of each problem, one a line.
fn verdict(path: &str, value: &Json) -> String {
    let lines: Vec<String> = setting(path)
        .check(value)
        .iter()
        .map(|problem| {
            let weight = if problem.refused { "refused" } else { "doubtful" };
            let meant = problem.suggestion.as_ref().map(|meant| format!(" -> {meant}")).unwrap_or_default();
            let at = problem.element.map(|at| format!(" [{at}]")).unwrap_or_default();
            format!("{weight} {}{at}{meant}", problem.rule)
        })
        .collect();
    lines.join("; ")
}

fn assert_verdicts(path: &str, table: &[(Json, &str)]) {
    for (value, expected) in table {
        assert_eq!(verdict(path, value), *expected, "{path}: {value}");
    }
}

#[test]
fn durations_are_go_durations_and_common_spellings_get_a_suggestion() {
    let table = [
        (json!("24h"), ""),
        (json!("1h30m"), ""),
        (json!("1d"), r#"refused duration -> "24h""#),
        (json!("1w"), r#"refused duration -> "168h""#),
        (json!("24hours"), r#"refused duration -> "24h""#),
        (json!("24H"), r#"refused duration -> "24h""#),
        (json!("24 h"), r#"refused duration -> "24h""#),
        (json!("1d12h"), r#"refused duration -> "36h""#),
        (json!("PT24H"), r#"refused duration -> "24h""#),
        (json!("24"), r#"refused duration -> "24h""#),
        (json!(24), r#"refused wrong-type -> "24h""#),
        (json!("soon"), "refused duration"),
        (json!("-1h"), "refused duration"),
        (json!(""), "refused empty -> null"),
        (json!(true), "refused wrong-type"),
        (json!("99999999999999999999h"), "refused duration"),
    ];
    assert_verdicts("organization.session_duration", &table);
}

#[test]
fn the_dashboards_bounds_are_doubtful_and_the_apis_are_refused() {
    let table = [(json!("14m"), "doubtful duration-range"), (json!("731h"), "doubtful duration-range")];
    assert_verdicts("organization.session_duration", &table);
    let table = [
        (json!("729h"), "refused duration-range"),
        (json!("730h"), ""),
        (json!("8760h"), ""),
        (json!("8761h"), "refused duration-range"),
        (json!("1y"), r#"refused duration -> "8760h""#),
        (json!("30d"), "refused duration"),
    ];
    assert_verdicts("organization.user_seat_expiration_inactive_time", &table);
}

#[test]
fn an_unsupported_unit_is_refused_with_the_duration_in_supported_units() {
    let table = [
        (json!("90m"), ""),
        (json!("3600s"), r#"refused duration-unit -> "1h""#),
        (json!("90s"), "refused duration-unit"),
        (json!("721h"), "refused duration-range"),
        (json!("0m"), ""),
    ];
    assert_verdicts("organization.mfa_config.session_duration", &table);
}

#[test]
fn the_message_names_the_accepted_values() {
    let problems = setting("organization.mfa_config.session_duration").check(&json!("721h"));
    assert_eq!(problems[0].message, "session_duration must be a duration from 0m to 720h, such as 24h, not 721h");
    let problems = setting("organization.service_token_inactivity.inactivity_threshold_days").check(&json!(29));
    assert_eq!(problems[0].message, "inactivity_threshold_days must be a whole number from 30 to 365, not 29");
}

#[test]
fn colours_are_hexadecimal() {
    let table = [
        (json!("#c5ed1b"), ""),
        (json!("#FFF"), ""),
        (json!("c5ed1b"), r##"refused color -> "#c5ed1b""##),
        (json!("0xc5ed1b"), r##"refused color -> "#c5ed1b""##),
        (json!("red"), "refused color"),
        (json!("#c5ed1bff"), "refused color"),
        (json!(123456), "refused wrong-type"),
    ];
    assert_verdicts("organization.login_design.text_color", &table);
}

#[test]
fn urls_are_absolute_and_have_no_password() {
    let table = [
        (json!("https://example.com/logo.png"), ""),
        (json!("HTTPS://EXAMPLE.com"), ""),
        (json!("http://example.com/x"), r#"doubtful insecure-url -> "https://example.com/x""#),
        (json!("example.com/x.png"), r#"refused url -> "https://example.com/x.png""#),
        (json!("//example.com/x.png"), r#"refused url -> "https://example.com/x.png""#),
        (json!("/logo.png"), "refused url"),
        (json!("javascript:alert(1)"), "refused url"),
        (json!("data:image/png;base64,AAAA"), "refused url"),
        (json!("https:example.com"), "refused url"),
        (json!("https://"), "refused url"),
        (json!("https://user:pass@example.com/"), "refused url"),
        (json!("https://example.com/a b"), "refused url"),
        (json!("https://example.com/\n"), "refused url"),
    ];
    assert_verdicts("organization.login_design.logo_path", &table);
}

#[test]
fn host_names_are_not_urls_and_a_team_name_gets_its_suffix() {
    let table = [
        (json!("widget.cloudflareaccess.com"), ""),
        (json!("Widget.CloudflareAccess.com."), ""),
        (json!("https://widget.cloudflareaccess.com/"), r#"refused host -> "widget.cloudflareaccess.com""#),
        (json!("widget"), r#"refused host -> "widget.cloudflareaccess.com""#),
        (json!("bücher.example"), r#"refused host -> "xn--bcher-kva.example""#),
        (json!("widget.example.com:443"), r#"refused host -> "widget.example.com""#),
        (json!("a..b"), "refused host"),
        (json!("-a.example"), "refused host"),
        (json!("192.0.2.1"), "refused host"),
        (json!("a_b.example"), "refused host"),
        (json!(format!("{}.example", "a".repeat(64))), "refused host"),
        (json!(vec!["a.example"; 1]), r#"refused wrong-type -> "a.example""#),
        (json!(""), "refused empty"),
    ];
    assert_verdicts("organization.auth_domain", &table);
}

#[test]
fn ids_are_uuids_or_hexadecimal_digits() {
    let table = [
        (json!("f174e90a-fafe-4643-bbbc-4a0ed4fc8415"), ""),
        (json!("699d98642c564d2e855e9661899b7252"), ""),
        (json!("{f174e90a-fafe-4643-bbbc-4a0ed4fc8415}"), r#"refused uid -> "f174e90a-fafe-4643-bbbc-4a0ed4fc8415""#),
        (json!("f174e90afafe-4643-bbbc-4a0ed4fc8415"), "refused uid"),
        (json!("my token"), "refused uid"),
    ];
    assert_verdicts("doh.service_token_id", &table);
}

#[test]
fn an_unknown_word_is_doubtful_because_the_api_may_accept_it() {
    let table = [
        (json!("always"), ""),
        (json!("allways"), r#"doubtful unknown-value -> "always""#),
        (json!("Always"), r#"doubtful unknown-value -> "always""#),
        (json!("sometimes-later"), "doubtful unknown-value"),
        (json!(""), "refused empty -> null"),
        (json!(1), "refused wrong-type"),
    ];
    assert_verdicts("organization.mfa_piv_key_requirements.pin_policy", &table);
}

#[test]
fn a_word_that_the_api_renamed_is_refused_with_its_new_names() {
    let problems = setting("organization.mfa_config.allowed_authenticators").check(&json!(["totp", "ssh_piv_key"]));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].refused);
    assert_eq!(problems[0].element, Some(1));
    assert_eq!(problems[0].help.as_deref(), Some("the API renamed it: write piv_key or ssh_fido2_key"));
}

#[test]
fn whole_numbers_must_be_in_range() {
    let table = [
        (json!(30), ""),
        (json!(365), ""),
        (json!(366), "refused range"),
        (json!(-1), "refused range"),
        (json!(90.5), "refused range"),
        (json!(90.0), "refused range -> 90"),
        (json!("90"), "refused wrong-type -> 90"),
        (json!(99999999999999999999_u128), "refused range"),
    ];
    assert_verdicts("organization.service_token_inactivity.inactivity_threshold_days", &table);
}

#[test]
fn sets_are_checked_element_by_element() {
    let zones = "organization.deny_unmatched_requests_exempted_zone_names";
    let table = [
        (json!([]), ""),
        (json!(["example.com", "example.org"]), ""),
        (json!("example.com"), r#"refused wrong-type -> ["example.com"]"#),
        (json!(["example.com", "EXAMPLE.com."]), "doubtful duplicate-element [1]"),
        (json!(["*.example.com", 1]), r#"refused host [0] -> "example.com"; refused wrong-type [1]"#),
        (json!([null]), "refused wrong-type [0]"),
        (json!({}), "refused wrong-type"),
    ];
    assert_verdicts(zones, &table);
    let table = [
        (json!([256, 4096]), ""),
        (json!(["256"]), "refused wrong-type [0] -> 256"),
        (json!([257]), "doubtful unknown-value [0] -> 256"),
        (json!([2.5]), "refused range [0]"),
    ];
    assert_verdicts("organization.mfa_piv_key_requirements.ssh_key_size", &table);
}

#[test]
fn text_is_one_line_without_invisible_characters() {
    let table = [
        (json!("Widget Corp – 日本"), ""),
        (json!(""), ""),
        (json!("two\r\nlines"), r#"refused control-character -> "two lines""#),
        (json!("esc\u{1b}[31m"), r#"refused control-character -> "esc [31m""#),
        (json!("nul\u{0}"), r#"refused control-character -> "nul""#),
        (json!("c1\u{9b}x"), r#"refused control-character -> "c1 x""#),
        (json!("evil\u{202e}txt"), r#"doubtful hidden-character -> "eviltxt""#),
        (json!("zero\u{200b}width"), r#"doubtful hidden-character -> "zerowidth""#),
        (json!(1.5), r#"refused wrong-type -> "1.5""#),
    ];
    assert_verdicts("organization.login_design.header_text", &table);
    assert_verdicts("organization.name", &[(json!(" "), "refused empty")]);
}

/// Cloudflare does not document whether texts of the login page may have line breaks.
#[test]
fn only_texts_of_the_login_page_may_have_several_lines() {
    for path in ["header_text", "footer_text"].map(|name| format!("organization.login_design.{name}")) {
        assert_verdicts(
            &path,
            &[(json!("two\nlines"), "doubtful line-break"), (json!("one\n"), "doubtful line-break")],
        );
    }
    let refused = r#"refused control-character -> "two lines""#;
    assert_verdicts("organization.name", &[(json!("two\nlines"), refused)]);
    assert_verdicts("organization.ui_read_only_toggle_reason", &[(json!("two\nlines"), refused)]);
}

#[test]
fn booleans_are_true_or_false() {
    let table = [
        (json!(true), ""),
        (json!("true"), "refused wrong-type -> true"),
        (json!("no"), "refused wrong-type -> false"),
        (json!(1), "refused wrong-type"),
    ];
    assert_verdicts("organization.is_ui_read_only", &table);
}

#[test]
fn null_and_the_example_of_every_setting_are_accepted() {
    for setting in Model::current().settings() {
        assert_eq!(setting.check(&Json::Null), [], "{}", setting.path);
        if setting.kind == Kind::Opaque {
            assert_eq!(setting.check(&json!({"any": ["thing"]})), [], "{}", setting.path);
        }
    }
}

#[test]
fn no_message_contains_a_terminal_escape_or_grows_with_the_value() {
    let hostile = format!("\u{1b}]0;x\u{7}\u{202e}{}", "a".repeat(100_000));
    for setting in Model::current().settings() {
        let digits: Json = serde_json::from_str(&"9".repeat(100_000)).unwrap();
        for value in [json!(hostile), json!([hostile]), json!({ hostile.clone(): 1 }), json!([digits]), digits] {
            for problem in setting.check(&value) {
                let text = format!("{}{}", problem.message, problem.help.unwrap_or_default());
                assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}: {text}", setting.path);
                assert!(text.len() < 1_000, "{}", setting.path);
            }
        }
    }
}

#[test]
fn every_suggestion_is_itself_accepted() {
    let values =
        ["1d", "24", "yes", "widget", "#abc", "abc", "90", "example.com/x", "http://a.example", "alway", "a\u{202e}b"];
    for setting in Model::current().settings() {
        for value in values {
            for problem in setting.check(&json!(value)) {
                let Some(meant) = problem.suggestion else { continue };
                assert!(
                    setting.check(&meant).iter().all(|again| !again.refused),
                    "{}: {value} -> {meant}",
                    setting.path
                );
            }
        }
    }
}
