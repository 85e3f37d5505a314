//! Checks host names, URLs and ids.

use serde_json::Value as Json;
use url::{Host, Url};

use super::problem::{Problem, shown};
use crate::diagnostics::Rule;
use crate::settings::setting::Setting;

/// The usual suffix of a login page's host name.
const TEAM_SUFFIX: &str = ".cloudflareaccess.com";

/// Returns the problem of a text as a host name (RFC 1123, with at least two labels).
pub(super) fn host(setting: &Setting, text: &str) -> Option<Problem> {
    let Err(reason) = host_name(text) else { return None };
    let problem =
        Problem::refused(Rule::Host, format!("{}: {} is not a host name: it {reason}", setting.name(), shown(text)));
    let meant = meant_host(setting, text).filter(|meant| meant != text && host_name(meant).is_ok());
    Some(match meant {
        Some(meant) => problem.help(format!("did you mean {meant}?")).suggest(Json::String(meant)),
        None => problem.help("write only a host name, such as widget.example.com"),
    })
}

/// Checks that a text is a host name. The error is the reason.
fn host_name(text: &str) -> Result<(), &'static str> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.is_empty() {
        return Err("is empty");
    }
    if name.contains("://") {
        return Err("is a URL");
    }
    if name.len() > 253 {
        return Err("is longer than 253 characters");
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.') {
        return Err("has characters other than letters, digits, hyphens and dots");
    }
    let labels: Vec<&str> = name.split('.').collect();
    if labels.iter().any(|label| label.is_empty() || label.len() > 63) {
        return Err("has a part between dots that is empty or longer than 63 characters");
    }
    if labels.iter().any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Err("has a part that starts or ends with a hyphen");
    }
    match labels.last() {
        _ if labels.len() < 2 => Err("has no dot"),
        Some(last) if last.bytes().all(|byte| byte.is_ascii_digit()) => Err("is an IP address"),
        _ => Ok(()),
    }
}

/// Returns the host name meant by a URL, a wildcard, a name with umlauts, or only a team name.
fn meant_host(setting: &Setting, text: &str) -> Option<String> {
    if text.len() > 2_000 {
        return None;
    }
    let after_scheme = text.trim().split_once("://").map_or(text.trim(), |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next()?;
    let without_user = authority.rsplit('@').next()?;
    let name = without_user.split(':').next()?.trim_start_matches("*.");
    if !name.contains('.') {
        return setting.example.ends_with(TEAM_SUFFIX).then(|| format!("{name}{TEAM_SUFFIX}"));
    }
    match Host::parse(name).ok()? {
        Host::Domain(ascii) => Some(ascii),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// Returns all problems of a text as the URL of something that browsers load.
pub(super) fn url(setting: &Setting, text: &str) -> Vec<Problem> {
    let refused =
        |reason: &str| Problem::refused(Rule::Url, format!("{} is {}: {reason}", setting.name(), shown(text)));
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return vec![refused("a URL has no white space or control characters").help("write %20 for a space")];
    }
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    if !matches!(scheme.as_deref(), Some("https" | "http")) {
        return vec![without_scheme(refused("expected a full URL that starts with https://"), text)];
    }
    let Ok(parsed) = Url::parse(text) else {
        return vec![refused("not a URL").help("write a URL such as https://example.com/logo.png")];
    };
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return vec![refused("the user name or password in the URL is visible to everyone").help("remove them")];
    }
    let Some(rest) = text.get(5..).filter(|_| parsed.scheme() == "http") else { return Vec::new() };
    let message = format!("{} is loaded over http, which browsers block on an https page", setting.name());
    vec![Problem::doubtful(Rule::InsecureUrl, message).help("write https").suggest(format!("https:{rest}"))]
}

fn without_scheme(problem: Problem, text: &str) -> Problem {
    let rest = text.strip_prefix("//").unwrap_or(text);
    let named = rest.split('/').next().is_some_and(|host| host_name(host).is_ok());
    if !named || text.contains(':') {
        return problem.help("write a URL such as https://example.com/logo.png");
    }
    let meant = format!("https://{rest}");
    problem.help(format!("did you mean {}?", shown(&meant))).suggest(meant)
}

/// Returns the problem of a text as an id.
pub(super) fn uid(setting: &Setting, text: &str) -> Option<Problem> {
    if is_uid(text) {
        return None;
    }
    let message = format!("{} must be {}, not {}", setting.name(), setting.expected(), shown(text));
    let bare = text.trim().trim_start_matches("urn:uuid:").trim_matches(['{', '}']);
    let problem = Problem::refused(Rule::Uid, message);
    Some(if is_uid(bare) {
        problem.help("write only the id").suggest(bare)
    } else {
        problem.help("copy the id from the dashboard or from the API's answer; a name is not an id")
    })
}

fn is_uid(text: &str) -> bool {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bare = text.len() == 32 && hexadecimal(text);
    bare || (text.split('-').map(str::len).eq(GROUPS) && text.split('-').all(hexadecimal))
}
