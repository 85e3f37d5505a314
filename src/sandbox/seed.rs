//! The initial state of a new sandbox: an organization that differs a little from a typical manifest.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::logged::{LoggedActor, LoggedWrite};
use super::state::{Adopt, CLOCK_START, State};
use crate::settings::Endpoint;

/// Returns the state of a new sandbox: an organization with a login page, MFA, a DoH token, custom pages, and settings
/// that are unknown to this program. It answers for any account or zone. Its audit log ends at the start of the clock.
pub fn state() -> State {
    state_at(Timestamp::from_second(CLOCK_START).unwrap_or_default())
}

/// Returns the state of a new sandbox that is created at a given time, before which its audit log ends.
pub(super) fn state_at(now: Timestamp) -> State {
    let seeded = State::with_organization(organization()).and_doh(doh());
    State { adopt: Adopt::Any, audit_log: history(now), ..seeded }
}

/// Returns the writes of the last weeks: of three people in the dashboard and of a pipeline. They end in the state.
fn history(now: Timestamp) -> Vec<LoggedWrite> {
    let terraform = LoggedWrite {
        user_agent: "Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-cloudflare/5.11.0".to_owned(),
        actor: LoggedActor {
            email: "deploy@widget.example".to_owned(),
            context: "api_token".to_owned(),
            token_name: "terraform".to_owned(),
        },
        ..LoggedWrite::in_dashboard(
            "",
            &json!({
                "auth_domain": "widget.cloudflareaccess.com",
                "name": "Widget Corps Internal Applications",
                "session_duration": "24h",
                "user_seat_expiration_inactive_time": "2190h",
                "warp_auth_session_duration": "48h",
                "allow_authenticate_via_warp": true,
            }),
        )
    };
    let refused = LoggedWrite {
        status: 400,
        ..LoggedWrite::in_dashboard("sam@widget.example", &json!({"session_duration": "12 hours"}))
    };
    let mfa = json!({"mfa_config": {"allowed_authenticators": ["totp", "security_key"], "session_duration": "24h"}});
    let doh = LoggedWrite {
        path: Endpoint::Doh.path().to_owned(),
        ..LoggedWrite::in_dashboard("priya@widget.example", &json!({"doh_jwt_duration": "24h"}))
    };
    // The time before now in seconds. The last write is that of `updated_at`.
    let writes = [
        (2_073_600 + 11_880, LoggedWrite::in_dashboard("priya@widget.example", &mfa)),
        (1_641_600 + 20_220, terraform),
        (1_036_800 + 3_660, doh),
        (518_400 + 70_020, refused),
        (518_400 + 69_900, LoggedWrite::in_dashboard("sam@widget.example", &json!({"session_duration": "12h"}))),
        (
            323_810,
            LoggedWrite::in_dashboard("lena@widget.example", &json!({"login_design": {"background_color": "#f4f1ea"}})),
        ),
    ];
    let dated = writes.into_iter().zip(0x89c1_5f2e_0000_0000_u64..).map(|((age, write), ray)| {
        let time = now.checked_sub(SignedDuration::from_secs(age)).unwrap_or(now);
        let time = Timestamp::from_second(time.as_second()).unwrap_or(time);
        LoggedWrite { time: time.to_string(), ray: format!("{ray:016x}"), ..write }
    });
    dated.collect()
}

fn organization() -> Json {
    json!({
        "auth_domain": "widget.cloudflareaccess.com",
        "name": "Widget Corps Internal Applications",
        "session_duration": "12h",
        "user_seat_expiration_inactive_time": "2190h",
        "warp_auth_session_duration": "48h",
        "allow_authenticate_via_warp": true,
        "auto_redirect_to_identity": false,
        "is_ui_read_only": false,
        "deny_unmatched_requests": false,
        "deny_unmatched_requests_exempted_zone_names": [],
        "login_design": {
            "background_color": "#f4f1ea",
            "text_color": "#1b1b1b",
            "logo_path": "https://widget.example/brand/logo.svg",
            "header_text": "Widget Corps",
            "footer_text": "Locked out? Call 4242."
        },
        "custom_pages": {
            "forbidden": "3b7f0f0a4c1e4b7d9a52c6d81e90f2a7"
        },
        "mfa_config": {
            "allowed_authenticators": ["totp", "security_key"],
            "session_duration": "24h"
        },
        "mfa_required_for_all_apps": false,
        "service_token_inactivity": {
            "enabled": true,
            "inactivity_threshold_days": 90,
            "action": "disable"
        },
        "strict_service_token_auth": false,
        "ai_controls_beta": {
            "mode": "observe",
            "exempted_groups": ["research"]
        },
        "cache_device_posture": true,
        "has_migrated_private_apps": true,
        "trusted_accounts": [],
        "created_at": "2024-03-11T09:12:45Z",
        "updated_at": "2026-08-28T14:03:10Z"
    })
}

fn doh() -> Json {
    json!({
        "doh_jwt_duration": "24h",
        "id": "7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871",
        "client_id": "e1b94c7026d84f5f93aa50d7c8be613d.access",
        "name": "Branch office resolvers",
        "duration": "8760h",
        "enabled": true,
        "expires_at": "2027-02-01T00:00:00Z",
        "created_at": "2026-02-01T00:00:00Z",
        "updated_at": "2026-02-01T00:00:00Z"
    })
}
