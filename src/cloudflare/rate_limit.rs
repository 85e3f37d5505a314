//! What the API says about its rate limits: the headers `Retry-After`, `Ratelimit` and `Ratelimit-Policy`.
//!
//! <https://developers.cloudflare.com/fundamentals/api/reference/limits>

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use http::HeaderMap;

use super::transport::{Response, header};
use crate::settings::GoDuration;

/// A number of requests in a time: `1200/5m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The largest number of requests.
    pub requests: NonZeroU32,
    /// The time in which they may be sent, greater than zero.
    pub per: Duration,
}

impl Rate {
    /// The documented limit of the API for a user or an account token.
    pub const DOCUMENTED: Self = Self { requests: NonZeroU32::new(1200).unwrap(), per: Duration::from_secs(300) };

    /// More requests than a computer can send.
    pub const UNLIMITED: Self = Self { requests: NonZeroU32::MAX, per: Duration::from_secs(1) };
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests in {} s", self.requests, self.per.as_secs_f64())
    }
}

/// Why a text is not a [`Rate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a number of requests and a duration, such as 1200/5m")]
pub struct RateError;

impl FromStr for Rate {
    type Err = RateError;

    /// Parses `1200/5m`, with a duration in Go's grammar.
    fn from_str(text: &str) -> Result<Self, RateError> {
        let (requests, per) = text.split_once('/').ok_or(RateError)?;
        let is_number = requests.bytes().all(|byte| byte.is_ascii_digit());
        let requests = requests.parse().ok().filter(|_| is_number).ok_or(RateError)?;
        let per = per.parse().ok().and_then(GoDuration::positive).ok_or(RateError)?;
        Ok(Self { requests, per })
    }
}

/// One limit, as an answer reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RateLimit {
    /// Its name.
    pub(super) name: String,
    /// The number of requests that are left.
    pub(super) left: u64,
    /// The time until all requests are available again.
    pub(super) resets_in: Duration,
}

/// Parses `Ratelimit: "default";r=50;t=30`, with one or more limits.
pub(super) fn limits(headers: &HeaderMap) -> Vec<RateLimit> {
    let limit = |item: &str| {
        let resets_in = Duration::from_secs(parameter(item, "t=")?);
        Some(RateLimit { name: name(item).to_owned(), left: parameter(item, "r=")?, resets_in })
    };
    items(headers, "ratelimit").filter_map(limit).collect()
}

/// Parses `Ratelimit-Policy: "default";q=1200;w=300`. Of several policies it returns the one with the longest window.
pub(super) fn policy(headers: &HeaderMap) -> Option<Rate> {
    let rate = |item: &str| {
        let requests = NonZeroU32::new(u32::try_from(parameter(item, "q=")?).ok()?)?;
        let seconds = parameter(item, "w=").filter(|seconds| *seconds > 0)?;
        Some(Rate { requests, per: Duration::from_secs(seconds) })
    };
    items(headers, "ratelimit-policy").filter_map(rate).max_by_key(|rate| rate.per)
}

/// Returns the wait that the server asks for, if any.
pub(super) fn requested_wait(response: &Response, now: SystemTime) -> Option<Duration> {
    let after = header(response.headers(), "retry-after").and_then(|text| retry_after(text, now));
    let exhausted = || limits(response.headers()).into_iter().filter(|limit| limit.left == 0);
    after.or_else(|| exhausted().map(|limit| limit.resets_in).max())
}

/// Parses `Retry-After`: seconds, or an HTTP date (RFC 9110, 10.2.3). A date in the past is a wait of zero.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large is a long wait.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn items<'a>(headers: &'a HeaderMap, header_name: &str) -> impl Iterator<Item = &'a str> {
    header(headers, header_name).into_iter().flat_map(|text| text.split(','))
}

/// The name of an item, without its parameters.
fn name(item: &str) -> &str {
    item.split(';').next().unwrap_or_default().trim()
}

/// The number of a parameter such as `r=`.
fn parameter(item: &str, name: &str) -> Option<u64> {
    item.split(';').find_map(|part| part.trim().strip_prefix(name)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_duration() {
        let rate = |text: &str| text.parse::<Rate>().map(|rate| (rate.requests.get(), rate.per.as_secs()));
        assert_eq!(rate("1200/5m"), Ok((1200, 300)));
        assert_eq!(rate("1/1h30m"), Ok((1, 5400)));
        for text in ["", "1200", "1200/", "/5m", "0/5m", "-1/5m", "+1/5m", "1200/0s", "1200/-5m", "1200/5", "a/5m"] {
            assert_eq!(rate(text), Err(RateError), "{text}");
        }
        assert_eq!("1200/5m".parse(), Ok(Rate::DOCUMENTED));
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn the_limits_of_an_answer_are_read() {
        let limits = |value| limits(&headers("ratelimit", value));
        let limit = |name: &str, left, seconds| RateLimit {
            name: name.to_owned(),
            left,
            resets_in: Duration::from_secs(seconds),
        };
        assert_eq!(limits(r#""default";r=50;t=30"#), [limit("\"default\"", 50, 30)]);
        assert_eq!(limits(r#""a"; r=0; t=1, "b";t=2;r=3"#), [limit("\"a\"", 0, 1), limit("\"b\"", 3, 2)]);
        for other in ["", "default", r#""default";r=50"#, r#""default";r=x;t=30"#, r#""default";r=-1;t=30"#] {
            assert_eq!(limits(other), [], "{other}");
        }
    }

    #[test]
    fn the_policy_with_the_longest_window_is_read() {
        let policy = |value| policy(&headers("ratelimit-policy", value));
        let rate = |text: &str| Some(text.parse::<Rate>().unwrap());
        assert_eq!(policy(r#""burst";q=100;w=60"#), rate("100/1m"));
        assert_eq!(policy(r#""burst";q=100;w=60, "default";q=1200;w=300"#), rate("1200/5m"));
        for other in ["", r#""burst";q=0;w=60"#, r#""burst";q=100;w=0"#, r#""burst";q=100"#] {
            assert_eq!(policy(other), None, "{other}");
        }
    }
}
