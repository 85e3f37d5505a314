//! What a person sees at four widths of the terminal.

use insta::assert_snapshot;

use crate::harness::TestEnv;

/// Short and long values, a list, guarded changes, a finding, and wide characters.
const MANIFEST: &str = r##"account_id: 699d98642c564d2e855e9661899b7252
organization:
  name: 株式会社ウィジェット 情報システム部
  auth_domain: gadget.cloudflareaccess.com
  session_duration: 24h
  is_ui_read_only: true
  ui_read_only_toggle_reason: This organization is managed in Git. Ask the platform team in Zürich before you change it.
  deny_unmatched_requests_exempted_zone_names:
    - example.com
    - a-subsidiary-with-a-long-name.example
    - another-subsidiary-with-a-long-name.example
    - widget.example
  login_design:
    background_color: "#ffffff"
    text_color: "#eeeeee"
    logo_path: https://static.widget.example/brand/assets/2026/logo-with-a-long-name-for-light-backgrounds.svg
    footer_text: |-
      Locked out? Call 4242.
      ログインできない場合は、情報システム部(内線4242)までご連絡ください。
  mfa_config:
    allowed_authenticators: [biometrics, piv_key, security_key, ssh_fido2_key]
doh:
  doh_jwt_duration: 24h
"##;

const PLAN: &str = "plan --sandbox=state.json";
const DRIFT: &str = "drift --sandbox=state.json";
const APPLY: &str = "apply --sandbox=state.json --auto-approve";
const CONSENT: &str = "--allow organization.auth_domain --allow organization.mfa_config.allowed_authenticators";

#[test]
fn a_terminal_of_any_width_shows_whole_values() {
    for columns in [60, 80, 100, 120] {
        let env = TestEnv::with_manifest(MANIFEST).set("COLUMNS", &columns.to_string());
        env.seed();
        let (plan, drift) = (env.run(PLAN).exits(0), env.run(DRIFT).exits(2));
        let (refused, applied) = (env.run(APPLY).exits(3), env.run(&format!("{APPLY} {CONSENT}")).exits(0));
        // Both print the plan first.
        let (_, result) = applied.stdout.split_once("\nApplied").unwrap();
        let shown = [
            format!("$ zerodrift {PLAN}\n{}", plan.stdout),
            format!("$ zerodrift {DRIFT}\n{}", drift.stdout),
            format!("$ zerodrift {APPLY}\n[plan]\n{}", refused.stderr),
            format!("$ zerodrift {APPLY} --allow …\n[plan]\n\nApplied{result}{}", applied.stderr),
        ];
        assert_snapshot!(format!("columns_{columns}"), shown.join("\n"));
    }
}
