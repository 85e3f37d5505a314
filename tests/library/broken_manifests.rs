//! Invalid and doubtful manifests, each with a snapshot of all of its findings.

use zerodrift::diagnostics::Source;
use zerodrift::manifest::parse;
use zerodrift::report::Style;
use zerodrift::report::findings::text;
use zerodrift::settings::Model;

/// The output of `validate` for these bytes.
fn findings(bytes: &[u8]) -> String {
    let source = match Source::from_bytes("org.yaml", bytes) {
        Ok(source) => source,
        Err(found) => return text(&found, None, &Style::default()),
    };
    let parsed = parse(Model::current(), &source);
    let failed = parsed.findings.iter().any(zerodrift::diagnostics::Finding::is_error);
    assert_eq!(parsed.manifest.is_none(), failed, "a manifest is returned if and only if no finding is an error");
    text(&parsed.findings, Some(&source), &Style::default())
}

macro_rules! broken {
    ($($name:ident: $bytes:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let bytes = $bytes;
                let bytes: &[u8] = bytes.as_ref();
                insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                    insta::assert_snapshot!(stringify!($name), findings(bytes));
                });
            }
        )*
    };
}

broken! {
    several_mistakes_are_found_in_one_run: "account_id: 699d98642c564d2e855e9661899b7252
organization:
  nme: Widget Corp
  session_duration: 1d
  is_ui_read_only: no
  auth_domain: widget
  login_design:
    background_color: #c5ed1b
    text_color: \"#eeeeee\"
  service_token_inactivity:
    enabled: 'true'
    inactivity_threshold_days: 10
    action: remove
";
    a_misspelled_section: "organisation:\n  session_duration: 24h\n";
    a_misspelled_setting: "organization:\n  sesion_duration: 24h\n  is-ui-read-only: true\n  made_up_thing: 1\n";
    misplaced_settings: "session_duration: 24h\norganization:\n  header_text: Hello\n  login_design.footer_text: Bye\n";
    numbers_by_the_core_schema: "organization:\n  name: 0123\n  login_design:\n    header_text: 0xFFFFFFFFFFFFFFFFFFFF\n    footer_text: 12345e6789\n  service_token_inactivity:\n    enabled: true\n    inactivity_threshold_days: 090\n    action: 1e3\nallow:\n  - setting: organization.auth_domain\n    to: +.Inf\n";
    a_merge_conflict: "organization:\n<<<<<<< HEAD\n  session_duration: 24h\n=======\n  session_duration: 8h\n>>>>>>> feature\n  nme: Widget\n";
    a_merge_conflict_with_its_base: "organization:\n  mfa_config:\n    allowed_authenticators:\n<<<<<<< HEAD\n      - totp\n||||||| 9df5127\n      - totp\n      - biometrics\n=======\n      - security_key\n>>>>>>> feature\n";
    a_leftover_conflict_marker: "organization:\n  session_duration: 24h\n>>>>>>> feature\n";
    block_scalars_with_a_final_line_break: "organization:\n  name: >\n    Widget\n  session_duration: |+ # long\n    24h\n\n  login_design:\n    header_text: |2\n      Welcome\n      to Widget\n";
    duplicate_keys: "organization:\n  name: A\n  session_duration: 24h\n  name: B\n  name: C\n";
    duplicate_sections: "organization:\n  name: A\norganization:\n  session_duration: 1d\n";
    an_unquoted_colour: "organization:\n  login_design:\n    background_color: #c5ed1b\n    text_color:   #FFF # white\n";
    a_colour_with_a_digit_missing: "organization:\n  login_design:\n    background_color: #c5ed1\n";
    yes_and_no_for_booleans: "organization:\n  is_ui_read_only: no\n  allow_authenticate_via_warp: Yes\n  auto_redirect_to_identity: off\n";
    quoted_booleans_and_numbers: "organization:\n  is_ui_read_only: 'true'\n  strict_service_token_auth: 1\n  name: 1.10\n";
    invalid_durations: "organization:\n  session_duration: 1d\n  warp_auth_session_duration: 24 hours\n  user_seat_expiration_inactive_time: 30d\ndoh:\n  doh_jwt_duration: 24\n";
    units_and_ranges: "organization:\n  session_duration: 5m\n  warp_auth_session_duration: 3600s\n  user_seat_expiration_inactive_time: 100h\n  mfa_config:\n    session_duration: 721h\n    amr_matching_session_duration: -1h\n";
    a_partial_group: "organization:\n  service_token_inactivity:\n    enabled: true\n    action: null\n    inactivity_threshold_days: 90\n";
    a_group_with_missing_settings: "organization:\n  service_token_inactivity:\n    enabled: true\n";
    account_settings_in_a_zone: "zone_id: 699d98642c564d2e855e9661899b7252\norganization:\n  name: A\n  allow_authenticate_via_warp: true\n  mfa_config:\n    session_duration: 1d\ndoh:\n  doh_jwt_duration: 24h\n";
    an_anchor_and_its_alias: "organization:\n  session_duration: &day 24h\n  warp_auth_session_duration: *day\n  name: [x]\n";
    a_merge_key: "organization:\n  <<: {name: A}\n  session_duration: 24h\n";
    tags: "organization:\n  name: !!str 1\n  session_duration: !secret day\n  is_ui_read_only: ja\n";
    a_second_document: "organization:\n  name: A\n  session_duration: 1d\n---\norganization:\n  name: B\n";
    a_yaml_directive: "%YAML 1.1\n---\norganization:\n  name: A\n";
    a_nul_character: "organization:\n  name: A\u{0}B\n";
    a_terminal_escape: "organization:\n  name: \"A\u{1b}[31mB\"\n  session_duration: \"\\e[31m24h\"\n";
    invisible_characters: "organization:\n  name: A\u{202e}B\n  session_duration: 24h # \u{200b}\n  login_design:\n    header_text: \"\\u202eevil\"\n";
    a_byte_order_mark: "\u{feff}organization:\r\n  name: A\r\n  session_duration: 1d\r\n";
    not_utf8: b"organization:\n  name: \xc3\xa4\xff\n";
    utf16: b"\xff\xfeo\0r\0g\0";
    too_large: vec![b'#'; 1024 * 1024 + 1];
    nested_too_deep: format!("organization: {}", "[".repeat(200_000));
    nested_too_deep_in_blocks: "- ".repeat(200_000);
    an_alias_bomb: format!("a: &a [x]\n{}", ('b'..='k').map(|c| {
        let before = char::from(c as u8 - 1);
        format!("{c}: &{c} [*{before}, *{before}, *{before}, *{before}]\n")
    }).collect::<String>());
    too_many_values: "organization:\n".to_owned() + &"  - 1\n".repeat(100_000);
    too_many_findings: "organization:\n".to_owned() + &(0..2_000).map(|n| format!("  made_up_{n}: 1\n")).collect::<String>();
    tabs_in_the_indentation: "organization:\n\tname: A\n\tsession_duration: 1d\n";
    both_ids: "account_id: 699d98642c564d2e855e9661899b7252\nzone_id: 023e105f4ecef8ad9ca31a8372d0c353\norganization:\n  name: A\n";
    bad_ids: "account_id: my-account\norganization:\n  name: A\n";
    an_id_without_a_value: "zone_id:\norganization:\n  name: A\n";
    wrong_types: "organization:\n  name: [A]\n  auth_domain: {a: b}\n  session_duration: true\n  login_design: red\n  custom_pages: []\n  mfa_config:\n    allowed_authenticators: totp\n    required_aaguids: 5\n";
    sections_that_are_not_mappings: "organization: true\ndoh: []\n";
    a_list_instead_of_a_manifest: "- organization\n- doh\n";
    text_instead_of_a_manifest: "hello\n";
    unknown_values: "organization:\n  mfa_config:\n    allowed_authenticators: [totp, webauthn, totp, security-key]\n  mfa_piv_key_requirements:\n    pin_policy: allways\n    ssh_key_size: [257, '4096']\n";
    a_renamed_value: "organization:\n  mfa_config:\n    allowed_authenticators:\n      - totp\n      - ssh_piv_key\n";
    a_renamed_group: "organization:\n  mfa_ssh_piv_key_requirements:\n    pin_policy: always\ndoh:\n  id: f174e90a-fafe-4643-bbbc-4a0ed4fc8415\n";
    read_only_fields: "organization:\n  name: A\n  created_at: 2024-01-01T00:00:00Z\n  updated_at: null\ndoh:\n  client_id: x\n";
    settings_that_cannot_be_unset: "organization:\n  name: null\n  auth_domain: ~\n";
    empty_file: "";
    comments_only: "# nothing here yet\n";
    only_an_id: "account_id: 699d98642c564d2e855e9661899b7252\n";
    empty_sections_and_groups: "organization:\n  login_design: {}\ndoh:\n";
    consents: "organization:\n  auth_domain: gadget.cloudflareaccess.com\nallow:
  - setting: organization.auth_domain
    to: https://gadget.cloudflareaccess.com/
  - setting: auth_domain
    to: gadget.cloudflareaccess.com
  - setting: organization.mfa_config
    to: null
  - setting: organization.auth_domain
    reason: forgot the value
  - {to: x, reaso: y}
  - setting: organization.session_duration
    to: 24h
  - organization.auth_domain
";
    consents_that_are_not_a_list: "organization:\n  name: A\nallow: all\n";
    names_and_urls: "organization:\n  auth_domain: https://widget.cloudflareaccess.com/\n  login_design:\n    logo_path: example.com/logo.png\n  deny_unmatched_requests: false\n  deny_unmatched_requests_exempted_zone_names: ['*.example.com', example.org, EXAMPLE.org]\n";
    contradictory_settings: "organization:
  allow_authenticate_via_warp: true
  warp_auth_session_duration: null
  mfa_required_for_all_apps: true
  mfa_config:
    allowed_authenticators: []
    session_duration: null
    required_aaguids: 2fc0579f-8113-47ea-b116-bb5a8db9202a
  deny_unmatched_requests: false
  deny_unmatched_requests_exempted_zone_names: [example.com]
  ui_read_only_toggle_reason: Git
  login_design:
    text_color: '#c5ed1b'
";
    authenticators_for_infrastructure_only: "organization:\n  mfa_config:\n    allowed_authenticators: [piv_key, ssh_fido2_key]\n";
    an_unclosed_quote: "organization:\n  name: 'A\n  session_duration: 24h\n";
    an_unclosed_bracket: "organization:\n  name: A\n  mfa_config: {session_duration: 24h\n";
    a_colon_in_plain_text: "organization:\n  login_design:\n    footer_text: Trouble: call 4242\n";
    a_value_that_starts_with_a_reserved_character: "organization:\n  name: @widget\n";
    a_misaligned_line: "organization:\n  name: A\n   session_duration: 24h\n";
    text_over_several_lines: "organization:\n  login_design:\n    header_text: |\n      one\n      two\n";
    keys_that_are_not_names: "organization:\n  ? [a, b]\n  : 1\n  1: x\n  true: y\n";
    special_numbers: "organization:\n  service_token_inactivity: {enabled: true, action: disable, inactivity_threshold_days: .inf}\n  name: .nan\n  session_duration: 99999999999999999999h\n";
}
