//! What to do about an error: the codes and failures that are known, each with the next step.
//!
//! The codes are those seen in public for these endpoints; most are in no official list.

use super::error::{ConfigError, Error};
use super::retry::Stop;
use super::transport::{Method, Reached, TransportError};

/// How a failure of name resolution starts, as [`HttpTransport`](super::HttpTransport) words it.
pub(super) const DNS: &str = "the name of the API's host cannot be resolved";
/// How a certificate that is not trusted starts, and the want of any to trust.
pub(super) const CERTIFICATE: &str = "the certificate of the API cannot be verified";
/// How any other failure of TLS starts.
pub(super) const TLS: &str = "no TLS session could be made";
/// How a failure of the proxy starts.
pub(super) const PROXY: &str = "the proxy did not connect to the API";

/// Whether a failure would be the same a second later: trust in a certificate does not come by waiting.
pub(super) fn is_permanent(error: &TransportError) -> bool {
    error.message.starts_with(CERTIFICATE)
}

/// How an error is recognized: by a code in the messages or their chains, or by the slug of an Access message.
enum Sign {
    Code(&'static str),
    Slug(&'static str),
}
use Sign::{Code, Slug};

/// Known refusals, one row each: any of the signs, and what to do.
const KNOWN: &[(&[Sign], &str)] = &[
    (
        &[Code("9999"), Slug("not_enabled")],
        "Zero Trust is not enabled for this account: open https://one.dash.cloudflare.com, choose the account, finish the sign-up (the Free plan will do), and run again",
    ),
    (
        &[Code("1000")],
        "the token is unknown to Cloudflare: check that the whole token was copied, that it was not rolled or deleted, and that CLOUDFLARE_API_TOKEN holds a token and no global key",
    ),
    (
        &[Code("9109")],
        "check that the account or zone id is the one the token was made for, and that the token is neither expired nor limited to other IP addresses",
    ),
    (
        &[Code("6102")],
        "CLOUDFLARE_EMAIL is not an e-mail address as Cloudflare expects it: it has to be the one of the user whose key is used",
    ),
    (
        &[Code("6103")],
        "CLOUDFLARE_API_KEY is no global API key (37 hexadecimal digits): an API token belongs in CLOUDFLARE_API_TOKEN instead",
    ),
    (
        &[Code("6003")],
        "the credentials are malformed: a token goes into CLOUDFLARE_API_TOKEN, a global key into CLOUDFLARE_API_KEY together with CLOUDFLARE_EMAIL",
    ),
    (
        &[Code("7003")],
        "the id leads nowhere: check account_id or zone_id (the dashboard shows them on the overview page), and CLOUDFLARE_BASE_URL if it is set",
    ),
    (
        &[Code("11004"), Slug("invalid_auth_domain")],
        "auth_domain has to be a whole host name such as acme.cloudflareaccess.com; some accounts cannot create an organization through the API before Zero Trust was opened once at https://one.dash.cloudflare.com",
    ),
    (&[Slug("auth_domain_not_available")], "another organization has this auth_domain: choose a different team name"),
    (
        &[Code("12062"), Slug("invalid_org_config")],
        "the API refuses a value or a field of the document; the reason stands behind the code. If it names a field that this version does not know, leave it out for one run with --omit",
    ),
    (
        &[Code("12106"), Slug("auth_domain_cannot_be_updated_dash_sso")],
        "auth_domain cannot change while dashboard SSO is on: turn SSO off at https://dash.cloudflare.com under Manage Account, Members, change the domain, and turn it on again",
    ),
    (
        &[Code("12130"), Slug("invalid_request")],
        "the API refuses a combination of settings; allow_authenticate_via_warp, for one, needs warp_auth_session_duration",
    ),
    (
        &[Slug("conflict"), Code("12132")],
        "another change of the same settings is under way: wait a minute and run again",
    ),
];

/// What to do about an error, the most likely first.
pub(super) fn of(error: &Error) -> Vec<String> {
    let mut hints = of_stage(error);
    if error.call().is_some_and(|call| matches!(call.stop, Stop::Wait(_))) {
        hints.push("give the run more time with --deadline, and it waits by itself".to_owned());
    }
    hints
}

fn of_stage(error: &Error) -> Vec<String> {
    match error {
        Error::Config(config) => of_config(config),
        Error::Deadline { .. } => vec!["raise --deadline, or leave it out".to_owned()],
        Error::Transport { failure, .. } => of_transport(failure),
        Error::Redirect { .. } => vec![
            "check CLOUDFLARE_BASE_URL and --base-url: the API itself does not redirect, but a login page or proxy in front of it does".to_owned(),
        ],
        Error::Body { call, .. } => of_status(call.status).map_or_else(
            || vec!["something between here and the API answered in its place: check the proxy, the VPN and CLOUDFLARE_BASE_URL".to_owned()],
            |hint| vec![hint.to_owned()],
        ),
        Error::Api { .. } => of_refusal(error),
        Error::Result { .. } => vec![
            "this is no sign that the organization is missing, so nothing was concluded from it: try again, and report it with the cf-ray if it stays".to_owned(),
        ],
    }
}

fn of_config(error: &ConfigError) -> Vec<String> {
    let hint = match error {
        ConfigError::Credentials(error) => error.hint(),
        ConfigError::BaseUrl(_) => {
            "the default is https://api.cloudflare.com/client/v4; plain http is for loopback addresses alone"
        }
        ConfigError::Roots(_) => "SSL_CERT_FILE has to name a PEM file with at least one certificate",
        ConfigError::NoDohInZones => "take the doh section out, or use account_id instead of zone_id",
    };
    vec![hint.to_owned()]
}

fn of_transport(error: &TransportError) -> Vec<String> {
    let hint = if error.message.starts_with(DNS) {
        "check the network and the DNS resolver, and CLOUDFLARE_BASE_URL if it is set; behind a proxy, set HTTPS_PROXY"
    } else if error.message.starts_with(CERTIFICATE) || error.message.starts_with(TLS) {
        "behind TLS inspection (Cloudflare Gateway included), add its root certificate to the system's store or name its PEM file in SSL_CERT_FILE; in a container, install ca-certificates; and check the clock"
    } else if error.message.starts_with(PROXY) {
        "check HTTPS_PROXY and its credentials, or except the host with NO_PROXY"
    } else if error.timed_out {
        "try again, or raise --timeout; behind a proxy, check HTTPS_PROXY"
    } else if error.reached == Reached::Nothing {
        "check the network, the firewall and the proxy (HTTPS_PROXY, NO_PROXY), and CLOUDFLARE_BASE_URL if it is set"
    } else {
        "try again: the connection was lost on the way, and a firewall or proxy may have cut it"
    };
    vec![hint.to_owned()]
}

fn of_refusal(error: &Error) -> Vec<String> {
    let mut hints: Vec<String> = KNOWN
        .iter()
        .filter(|(signs, _)| signs.iter().any(|sign| sign.matches(error)))
        .map(|(_, hint)| (*hint).to_owned())
        .collect();
    if lacks_permission(error) {
        hints.insert(0, permission(error));
    }
    if hints.is_empty() {
        hints.extend(of_status(error.status()).map(str::to_owned));
    }
    hints
}

impl Sign {
    fn matches(&self, error: &Error) -> bool {
        match self {
            Code(code) => error.has_code(code),
            Slug(slug) => error.has_slug(slug),
        }
    }
}

fn lacks_permission(error: &Error) -> bool {
    let unexplained = error.status() == Some(403) && !error.is_not_enabled() && !error.has_code("1000");
    error.has_code("10000") || error.has_code("9109") || unexplained
}

/// Both generations of names: one combined group, and the narrower ones that were split off in February 2026.
fn permission(error: &Error) -> String {
    let verb = match error.call().map(|call| call.method) {
        Some(Method::Put | Method::Post) => "Write",
        Some(Method::Get) | None => "Read",
    };
    format!(
        "give the token the account permission \"Access: Organizations, Identity Providers, and Groups {verb}\" \
         (newer: \"Access: Organizations {verb}\"); the dashboard says \"Edit\" where the API says \"Write\""
    )
}

fn of_status(status: Option<u16>) -> Option<&'static str> {
    match status? {
        401 => Some(
            "check the credentials: a token in CLOUDFLARE_API_TOKEN, or a global key in CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL",
        ),
        404 => Some("check account_id or zone_id, and CLOUDFLARE_BASE_URL if it is set"),
        407 => Some("the proxy wants credentials: put them into HTTPS_PROXY"),
        429 => Some(
            "wait five minutes and run again: the API takes 1,200 requests in five minutes per user or account token, dashboard included, and then blocks all of them for five minutes",
        ),
        500.. => Some(
            "the API failed: see https://www.cloudflarestatus.com, wait, and run again; a 500 with an access.api.error code can also mean that it does not like a value",
        ),
        _ => None,
    }
}
