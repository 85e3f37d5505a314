//! What to do about an error. A hint depends on the operation, the code and the kind of the error, or on the transport failure.
//!
//! The codes are those observed for these endpoints; most of them are not documented. The sources of the newer ones:
//! 9106 cloudflare/cloudflare-python#2678, 10001 cloudflare/cloudflare-docs#23816, the texts of 9109 jeessy2/ddns-go#1341 and
//! octodns/octodns-cloudflare#60.

use super::error::{ConfigError, Error, ErrorKind};
use super::retry::StopReason;
use super::transport::{
    AnswerFailure, CertificateFailure, Operation, ProxyFailure, TlsFailure, TransportError, TransportErrorKind,
};

/// The permission that the audit log needs.
const LOG_PERMISSION: &str = "Account Settings Read";

use Applies::{Always, Authentication, Refusal};
use Operation::{
    CreateOrganization, ReadAuditLog, ReadDoh, ReadOrganization, RevokeUser, UpdateDoh, UpdateOrganization, VerifyToken,
};

const EVERY: &[Operation] = &Operation::ALL;
const SETTINGS: &[Operation] = &[CreateOrganization, UpdateOrganization];
const WRITES: &[Operation] = &[CreateOrganization, UpdateOrganization, UpdateDoh];

/// The errors in which a known code or slug has its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applies {
    /// All errors.
    Always,
    /// Authentication errors.
    Authentication,
    /// Refusals. After a rate limit or a server error, the code does not state the cause.
    Refusal,
}

/// Known refusals, one row each: the codes and the slugs of Access messages, any of which identifies it; the operations; when
/// it applies; and the hint.
const KNOWN: &[(&[&str], &[Operation], Applies, &str)] = &[
    (
        &["9999", "not_enabled"],
        EVERY,
        Always,
        "Zero Trust is not enabled for this account: open https://one.dash.cloudflare.com, choose the account, finish the sign-up (the Free plan will do), and run again",
    ),
    (
        &["1000"],
        EVERY,
        Authentication,
        "the token is unknown to Cloudflare: check that the whole token was copied, that it was not rolled or deleted, and that CLOUDFLARE_API_TOKEN holds a token and not a global key",
    ),
    (
        &["9106"],
        EVERY,
        Authentication,
        "no credentials reached the API: check that no proxy or gateway removes the Authorization header, and that CLOUDFLARE_BASE_URL is the URL of the API",
    ),
    (
        &["9103"],
        EVERY,
        Authentication,
        "the API key or the e-mail address is not valid: check CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL, or set an API token in CLOUDFLARE_API_TOKEN instead",
    ),
    (
        &["10405"],
        EVERY,
        Authentication,
        "this request does not accept this kind of credentials: use an API token in CLOUDFLARE_API_TOKEN instead of a global key, or an account token instead of a user token",
    ),
    (
        &["6102"],
        EVERY,
        Authentication,
        "CLOUDFLARE_EMAIL is not a valid e-mail address: set it to the address of the user who owns the key",
    ),
    (
        &["6103"],
        EVERY,
        Authentication,
        "CLOUDFLARE_API_KEY is not a global API key (`cfk_…`, or 37 hexadecimal digits): set an API token in CLOUDFLARE_API_TOKEN instead",
    ),
    (
        &["6111"],
        EVERY,
        Authentication,
        "CLOUDFLARE_API_TOKEN is not an API token (`cfut_…`, `cfat_…`, or 40 letters and digits): copy it again, or set a global key in CLOUDFLARE_API_KEY instead",
    ),
    (
        &["6003"],
        EVERY,
        Authentication,
        "the credentials are malformed: set a token in CLOUDFLARE_API_TOKEN, or a global key in CLOUDFLARE_API_KEY together with CLOUDFLARE_EMAIL",
    ),
    (
        &["7003"],
        EVERY,
        Refusal,
        "the API does not route this path: check account_id or zone_id (the dashboard shows them on the overview page), and CLOUDFLARE_BASE_URL if it is set",
    ),
    (
        &["11004", "invalid_auth_domain"],
        &[CreateOrganization],
        Refusal,
        "declare auth_domain as a whole host name such as acme.cloudflareaccess.com (the API generates one for providers only); some accounts must open Zero Trust once at https://one.dash.cloudflare.com before the API can create an organization",
    ),
    (
        &["11004", "invalid_auth_domain"],
        &[UpdateOrganization],
        Refusal,
        "write auth_domain as a whole host name such as acme.cloudflareaccess.com",
    ),
    (
        &["auth_domain_not_available"],
        SETTINGS,
        Refusal,
        "another organization has this auth_domain: choose a different team name",
    ),
    (
        &["12062", "invalid_org_config"],
        SETTINGS,
        Refusal,
        "the API refuses a value or a field of the document; its message states the reason",
    ),
    (
        &["12106", "auth_domain_cannot_be_updated_dash_sso"],
        &[UpdateOrganization],
        Refusal,
        "auth_domain cannot change while dashboard SSO is on: turn SSO off at https://dash.cloudflare.com under Manage Account, Members, change the domain, and turn it on again",
    ),
    (
        &["12130", "invalid_request"],
        SETTINGS,
        Refusal,
        "the API refuses a combination of settings; for example, allow_authenticate_via_warp needs warp_auth_session_duration",
    ),
    (
        &["12130", "12062", "invalid_request"],
        &[UpdateDoh],
        Refusal,
        "the API refuses a DoH setting: check that the service token of doh.service_token_id exists in this account, and that doh_jwt_duration is a duration",
    ),
    (
        &["12130", "invalid_request", "user_not_found"],
        &[RevokeUser],
        Refusal,
        "check --email and --user-uid: use the address that the identity provider sends; the user must have signed in at least once",
    ),
    (
        &["conflict", "12132"],
        WRITES,
        Refusal,
        "another change of the same settings is in progress: wait a minute and run again",
    ),
];

/// Returns the refusals that have a hint: the codes and message names that identify each, and the hint. The guide lists
/// them.
pub fn known_refusals() -> impl Iterator<Item = (Vec<&'static str>, &'static str)> {
    KNOWN.iter().map(|(signs, _, _, hint)| (signs.to_vec(), *hint))
}

impl Error {
    /// Returns what to do about the error, the most likely hint first. Empty if no hint is known.
    pub fn hints(&self) -> Vec<String> {
        let mut hints = of_stage(self);
        match self.call().map(|call| call.stop) {
            Some(StopReason::Wait { .. }) => {
                hints.push("run again then, or give the run more time with --deadline".to_owned())
            }
            Some(StopReason::Deadline) => hints.push("give the run more time with --deadline".to_owned()),
            Some(StopReason::Final | StopReason::Attempts) | None => {}
        }
        match self.call().and_then(|call| call.token_variable.as_deref()) {
            Some(variable) if self.kind() == ErrorKind::Authentication => name_variable(hints, variable),
            _ => hints,
        }
    }
}

/// Names the variable that holds the token, instead of the one that usually does.
fn name_variable(mut hints: Vec<String>, variable: &str) -> Vec<String> {
    hints.iter_mut().for_each(|hint| *hint = hint.replace("CLOUDFLARE_API_TOKEN", variable));
    if !hints.iter().any(|hint| hint.contains(variable)) {
        hints.push(format!("the token of this request is that of {variable}"));
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
        Error::Body { call, .. } => of_status(call.operation, call.status).map_or_else(
            || vec!["a server between here and the API answered instead of it: check the proxy, the VPN and CLOUDFLARE_BASE_URL".to_owned()],
            |hint| vec![hint.to_owned()],
        ),
        Error::Api { call, .. } => of_refusal(error, call.operation),
        Error::Result { .. } => vec![
            "this does not mean that the organization is missing; run again, and report the cf-ray if it persists".to_owned(),
        ],
    }
}

fn of_config(error: &ConfigError) -> Vec<String> {
    let hint = match error {
        ConfigError::Credentials(error) => error.hint(),
        ConfigError::BaseUrl(_) => {
            "the default is https://api.cloudflare.com/client/v4; plain http is allowed only for loopback addresses"
        }
        ConfigError::Proxy { variable, problem: _ } => {
            return vec![format!("set {variable} to a URL such as http://proxy.example:3128, or unset it")];
        }
        ConfigError::Roots(_) => "set SSL_CERT_FILE to a PEM file with at least one certificate, or unset it",
        ConfigError::NoDohInZones => "remove the doh section, or use account_id instead of zone_id",
    };
    vec![hint.to_owned()]
}

fn of_transport(error: &TransportError) -> Vec<String> {
    let hint = match error.kind {
        TransportErrorKind::Dns => {
            "check the network and the DNS resolver, and CLOUDFLARE_BASE_URL if it is set; behind a proxy, set HTTPS_PROXY"
        }
        TransportErrorKind::Connect => {
            "check the network, the firewall and the proxy (HTTPS_PROXY, NO_PROXY), and CLOUDFLARE_BASE_URL if it is set"
        }
        TransportErrorKind::Tls(failure) => of_tls(failure),
        TransportErrorKind::Certificate(failure) => of_certificate(failure),
        TransportErrorKind::Proxy(failure) => of_proxy(failure),
        TransportErrorKind::Timeout => "try again, or raise --timeout; behind a proxy, check HTTPS_PROXY",
        TransportErrorKind::Lost => "try again: a firewall or proxy may have cut the connection",
        TransportErrorKind::Answer(AnswerFailure::Truncated) => {
            "try again; if the answer ends at the same place, a proxy or VPN truncates it: check both"
        }
        TransportErrorKind::Answer(_) => {
            "a server between here and the API answers instead of it or changes its answer: check the proxy, the VPN and CLOUDFLARE_BASE_URL"
        }
    };
    vec![hint.to_owned()]
}

fn of_tls(failure: TlsFailure) -> &'static str {
    match failure {
        TlsFailure::Version => {
            "the server speaks only TLS older than 1.2, and Cloudflare's API does not: check the proxy, the TLS inspection and CLOUDFLARE_BASE_URL"
        }
        TlsFailure::PlainText => {
            "check the port: an https URL leads to a plain HTTP server (see CLOUDFLARE_BASE_URL, or write http:// in HTTPS_PROXY)"
        }
        TlsFailure::Refused => {
            "check that CLOUDFLARE_BASE_URL names the API, and that no gateway in front of it requires a client certificate"
        }
        TlsFailure::Interrupted => "try again: a firewall or TLS inspection may have cut the handshake",
    }
}

fn of_certificate(failure: CertificateFailure) -> &'static str {
    match failure {
        CertificateFailure::Untrusted => {
            "behind TLS inspection (Cloudflare Gateway included), add its root certificate to the system's store, or name a PEM file with all roots in SSL_CERT_FILE"
        }
        CertificateFailure::NoRoots => {
            "install the package ca-certificates, and check that SSL_CERT_FILE and SSL_CERT_DIR, if set, name certificates: on Linux they replace the system's store"
        }
        CertificateFailure::Expired | CertificateFailure::NotYetValid => {
            "check the clock of this machine; if it is right, ask the operator of the server or of the TLS inspection to renew the certificate"
        }
        CertificateFailure::OtherName => {
            "check the host name in CLOUDFLARE_BASE_URL; if it is right, another server answers in place of the API: check DNS, the proxy and the VPN"
        }
        CertificateFailure::NotForServers | CertificateFailure::Revoked | CertificateFailure::Unacceptable => {
            "ask the operator of the server or of the TLS inspection to install a valid server certificate; trusting more roots does not help"
        }
    }
}

fn of_proxy(failure: ProxyFailure) -> &'static str {
    match failure {
        ProxyFailure::Unreachable => "check the host and port in HTTPS_PROXY, or exclude the API with NO_PROXY",
        ProxyFailure::CredentialsMissing => "add them to HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT",
        ProxyFailure::CredentialsRefused => {
            "correct the user name and password in HTTPS_PROXY; write @ as %40, : as %3A and / as %2F"
        }
        ProxyFailure::Refused => {
            "check that HTTPS_PROXY names an HTTP proxy, and ask its operator to allow the API's host and port; or exclude the host with NO_PROXY"
        }
        ProxyFailure::Interrupted => "try again, and check the host, port and scheme in HTTPS_PROXY",
    }
}

fn of_refusal(error: &Error, operation: Operation) -> Vec<String> {
    let known = KNOWN.iter().filter(|(signs, operations, applies, _)| {
        operations.contains(&operation)
            && applies.to(error)
            && signs.iter().any(|sign| error.has_code(sign) || error.has_slug(sign))
    });
    let mut hints: Vec<String> = known.map(|(_, _, _, hint)| (*hint).to_owned()).collect();
    let is_authentication = error.kind() == ErrorKind::Authentication;
    if is_authentication {
        hints.extend(of_unauthenticated(error));
    }
    let is_unexplained = is_authentication && hints.is_empty();
    if is_unexplained && lacks_permission(error) && operation != VerifyToken {
        hints.push(permission(operation));
    }
    if is_unexplained && error.has_code("9109") {
        hints.push("check that the account or zone id is the one that the token was created for".to_owned());
    }
    if hints.is_empty() {
        hints.extend(of_status(operation, error.status()).map(str::to_owned));
    }
    hints
}

/// Returns the hint for codes whose message states the cause: 9109 has a message for each of three causes.
fn of_unauthenticated(error: &Error) -> Option<String> {
    let mentions = |words: &str| error.messages().iter().any(|message| message.mentions(words));
    if error.has_code("9109") && mentions("from location") {
        return Some("the token is limited to other IP addresses: run zerodrift from one of them, or change the IP address filter of the token in the dashboard".to_owned());
    }
    if error.has_code("9109") && mentions("invalid access token") {
        return Some("the token is unknown, expired or disabled: create a new one in the dashboard and set it in CLOUDFLARE_API_TOKEN".to_owned());
    }
    error.is_unauthenticated().then(|| {
        "the API cannot authenticate these credentials: set an API token in CLOUDFLARE_API_TOKEN; some requests do not accept a global key"
            .to_owned()
    })
}

impl Applies {
    fn to(self, error: &Error) -> bool {
        let kind = error.kind();
        match self {
            Self::Always => true,
            Self::Authentication => kind == ErrorKind::Authentication,
            Self::Refusal => !matches!(kind, ErrorKind::RateLimited | ErrorKind::Server),
        }
    }
}

fn lacks_permission(error: &Error) -> bool {
    error.has_code("10000") || error.has_code("9109") || error.status() == Some(403)
}

/// Returns the hint with the old name of the permission, and with the narrower one that exists since February 2026.
fn permission(operation: Operation) -> String {
    let verb = match operation {
        ReadAuditLog => return format!("give the token the account permission \"{LOG_PERMISSION}\""),
        ReadOrganization | ReadDoh | VerifyToken => "Read",
        CreateOrganization | UpdateOrganization | UpdateDoh | RevokeUser => "Write",
    };
    let revoke = match operation {
        RevokeUser => "; \"Access: Organizations, Identity Providers, and Groups Revoke\" is enough for revoke-user",
        _ => "",
    };
    format!(
        "give the token the account permission \"Access: Organizations, Identity Providers, and Groups {verb}\" \
         (newer: \"Access: Organizations {verb}\"); the dashboard says \"Edit\" where the API says \"Write\"{revoke}"
    )
}

fn of_status(operation: Operation, status: Option<u16>) -> Option<&'static str> {
    match status? {
        401 => Some(
            "check the credentials: a token in CLOUDFLARE_API_TOKEN, or a global key in CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL",
        ),
        403 if operation == VerifyToken => {
            Some("check the token in the dashboard: it has to be active, and allowed from this IP address")
        }
        404 if operation == RevokeUser => {
            Some("check --email, and account_id or zone_id: use the address that the identity provider sends")
        }
        404 if operation == ReadDoh => Some("this account may have no DoH settings: leave the doh section out"),
        404 => Some("check account_id or zone_id, and CLOUDFLARE_BASE_URL if it is set"),
        407 => Some("the proxy requires credentials: add them to HTTPS_PROXY"),
        429 => Some(
            "wait five minutes and run again: the API allows 1,200 requests in five minutes per user or account token, dashboard included, and then blocks all of them for five minutes",
        ),
        500.. if WRITES.contains(&operation) => Some(
            "the API failed: see https://www.cloudflarestatus.com, wait, and run again; a 500 with an access.api.error code can also mean that it rejects a value",
        ),
        500.. => Some("the API failed: see https://www.cloudflarestatus.com, wait, and run again"),
        _ => None,
    }
}
