use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::cloudflare::tests::{failure, raw};
use crate::cloudflare::{CertificateFailure, ProxyFailure, TlsFailure};

/// Sun, 22 Nov 2026 12:00:00 GMT.
fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_348_800)
}

fn policy() -> Policy {
    Policy { attempts: 4, base: Duration::from_secs(1), cap: Duration::from_secs(3), ..Policy::default() }
}

fn result<'a>(attempt: u32, outcome: Result<&'a Response, &'a TransportError>) -> AttemptResult<'a> {
    AttemptResult { attempt, outcome, previous: None, left: None, now: noon(), jitter: 1.0 }
}

fn limited(headers: &[(&str, &str)]) -> Response {
    let builder = http::Response::builder().status(429);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(Vec::new()).unwrap()
}

fn is_repeated(method: &Method, outcome: Result<&Response, &TransportError>) -> bool {
    match decide(&policy(), method, &result(1, outcome)) {
        Decision::Retry(_) => true,
        Decision::Stop(StopReason::Final) => false,
        Decision::Stop(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_read_is_repeated_after_408_429_and_5xx() {
    for status in [408, 429, 500, 502, 503, 504, 520, 522, 530] {
        assert!(is_repeated(&Method::GET, Ok(&raw(status, ""))), "{status}");
    }
    for status in [200, 201, 301, 302, 400, 401, 403, 404, 405, 409, 418] {
        assert!(!is_repeated(&Method::GET, Ok(&raw(status, ""))), "{status}");
    }
}

#[test]
fn a_write_is_repeated_only_after_429() {
    for method in [Method::POST, Method::PUT] {
        assert!(is_repeated(&method, Ok(&raw(429, ""))));
        for status in [200, 302, 400, 403, 408, 409, 499, 500, 502, 503, 504, 520] {
            assert!(!is_repeated(&method, Ok(&raw(status, ""))), "{method} {status}");
        }
    }
}

#[test]
fn a_write_is_repeated_only_if_the_server_received_nothing() {
    for kind in [TransportErrorKind::Connect, TransportErrorKind::Timeout, TransportErrorKind::Dns] {
        let nothing = failure(kind, Reached::Nothing, "refused");
        let unknown = failure(kind, Reached::Unknown, "lost");
        assert!(is_repeated(&Method::GET, Err(&nothing)) && is_repeated(&Method::GET, Err(&unknown)));
        for method in [Method::POST, Method::PUT] {
            assert!(is_repeated(&method, Err(&nothing)));
            assert!(!is_repeated(&method, Err(&unknown)));
        }
    }
}

#[test]
fn a_lasting_failure_is_not_repeated() {
    use TransportErrorKind::{Answer, Certificate, Proxy, Tls};
    let lasting = [
        Certificate(CertificateFailure::Untrusted),
        Certificate(CertificateFailure::Expired),
        Certificate(CertificateFailure::NoRoots),
        Tls(TlsFailure::Version),
        Tls(TlsFailure::PlainText),
        Tls(TlsFailure::Refused),
        Proxy(ProxyFailure::CredentialsRefused),
        Proxy(ProxyFailure::CredentialsMissing),
        Proxy(ProxyFailure::Refused),
        Answer(AnswerFailure::TooLarge),
        Answer(AnswerFailure::NotHttp),
        Answer(AnswerFailure::Undecodable),
    ];
    for kind in lasting {
        for reached in [Reached::Nothing, Reached::Unknown] {
            for method in [Method::GET, Method::POST, Method::PUT] {
                assert!(!is_repeated(&method, Err(&failure(kind, reached, "no"))), "{kind:?}");
            }
        }
    }
    for kind in [Tls(TlsFailure::Interrupted), Proxy(ProxyFailure::Unreachable), Proxy(ProxyFailure::Interrupted)] {
        assert!(is_repeated(&Method::PUT, Err(&failure(kind, Reached::Nothing, "no"))), "{kind:?}");
    }
}

#[test]
fn an_answer_truncated_twice_at_the_same_byte_is_not_requested_again() {
    let cut = |at| {
        let message = format!("ended after {at} bytes");
        failure(TransportErrorKind::Answer(AnswerFailure::Truncated), Reached::Unknown, &message)
    };
    let lost = failure(TransportErrorKind::Lost, Reached::Unknown, "lost");
    let (error, elsewhere) = (cut(500), cut(27));
    let decided = |previous| decide(&policy(), &Method::GET, &AttemptResult { previous, ..result(2, Err(&error)) });
    for previous in [None, Some(&elsewhere), Some(&lost)] {
        assert!(matches!(decided(previous), Decision::Retry(_)), "{previous:?}");
    }
    assert_eq!(decided(Some(&cut(500))), Decision::Stop(StopReason::Final));
    // A connection that is lost twice may come back.
    let again = AttemptResult { previous: Some(&lost), ..result(2, Err(&lost)) };
    assert!(matches!(decide(&policy(), &Method::GET, &again), Decision::Retry(_)));
}

#[test]
fn the_wait_doubles_up_to_the_cap_with_full_jitter() {
    let failed = raw(503, "");
    let wait =
        |attempt, jitter| decide(&policy(), &Method::GET, &AttemptResult { jitter, ..result(attempt, Ok(&failed)) });
    assert_eq!(wait(1, 1.0), Decision::Retry(Duration::from_secs(1)));
    assert_eq!(wait(2, 1.0), Decision::Retry(Duration::from_secs(2)));
    assert_eq!(wait(3, 1.0), Decision::Retry(Duration::from_secs(3)), "capped");
    assert_eq!(wait(2, 0.25), Decision::Retry(Duration::from_millis(500)));
    assert_eq!(wait(3, 0.0), Decision::Retry(Duration::ZERO));
    assert_eq!(wait(4, 1.0), Decision::Stop(StopReason::Attempts));
}

#[test]
fn extreme_attempts_and_jitter_do_not_panic() {
    let failed = raw(503, "");
    let unlimited = Policy { attempts: u32::MAX, cap: Duration::MAX, ..policy() };
    for attempt in [0, 1, 31, 32, 33, 1_000_000] {
        for jitter in [-1.0, 0.0, 1.0, 2.0] {
            let result = AttemptResult { jitter, left: Some(Duration::MAX), ..result(attempt, Ok(&failed)) };
            assert!(matches!(decide(&unlimited, &Method::GET, &result), Decision::Retry(_)));
        }
    }
    let none = Policy { attempts: 0, ..policy() };
    assert_eq!(decide(&none, &Method::GET, &result(1, Ok(&failed))), Decision::Stop(StopReason::Attempts));
}

#[test]
fn the_requested_wait_is_used() {
    let table: &[(&[(&str, &str)], u64)] = &[
        (&[("retry-after", "30")], 30),
        (&[("retry-after", " 7 ")], 7),
        (&[("retry-after", "Sun, 22 Nov 2026 12:00:45 GMT")], 45),
        (&[("ratelimit", "\"default\";r=0;t=30")], 30),
        (&[("ratelimit", "\"default\"; r=0; t=30, \"burst\";r=0;t=60")], 60),
        (&[("ratelimit", "\"default\";r=5;t=30, \"burst\";r=0;t=9")], 9),
        (&[("retry-after", "12"), ("ratelimit", "\"default\";r=0;t=30")], 12),
        (&[("retry-after", "soon"), ("ratelimit", "\"default\";r=0;t=30")], 30),
        // No requested wait: one second of our own.
        (&[("retry-after", "0")], 1),
        (&[("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")], 1),
        (&[("retry-after", "-5")], 1),
        (&[("ratelimit", "\"default\";r=50;t=30")], 1),
        (&[("ratelimit", "\"default\";r=0")], 1),
        (&[("ratelimit", "nonsense")], 1),
    ];
    for (headers, seconds) in table {
        let response = limited(headers);
        let decision = decide(&policy(), &Method::PUT, &result(1, Ok(&response)));
        assert_eq!(decision, Decision::Retry(Duration::from_secs(*seconds)), "{headers:?}");
    }
}

/// The decision to stop because the server asks to wait this long from noon.
fn stop_for_wait(seconds: u64) -> Decision {
    let wait = Duration::from_secs(seconds);
    Decision::Stop(StopReason::Wait { wait, until: noon().checked_add(wait) })
}

#[test]
fn a_requested_wait_past_the_deadline_stops() {
    let response = limited(&[("retry-after", "30")]);
    let with_left = |seconds| AttemptResult { left: Some(Duration::from_secs(seconds)), ..result(1, Ok(&response)) };
    assert_eq!(decide(&policy(), &Method::GET, &with_left(31)), Decision::Retry(Duration::from_secs(30)));
    assert_eq!(decide(&policy(), &Method::GET, &with_left(30)), stop_for_wait(30));
    assert_eq!(decide(&policy(), &Method::GET, &with_left(0)), stop_for_wait(30));
    // The last attempt reports the requested wait too.
    let last = AttemptResult { attempt: 4, ..with_left(5) };
    assert_eq!(decide(&policy(), &Method::GET, &last), stop_for_wait(30));
}

#[test]
fn a_backoff_past_the_deadline_stops_with_the_deadline_as_reason() {
    let response = raw(503, "");
    let result = AttemptResult { left: Some(Duration::from_secs(1)), ..result(1, Ok(&response)) };
    assert_eq!(decide(&policy(), &Method::GET, &result), Decision::Stop(StopReason::Deadline));
}

#[test]
fn a_requested_wait_that_overflows_is_a_long_wait() {
    let response = limited(&[("retry-after", "99999999999999999999999")]);
    assert_eq!(decide(&policy(), &Method::PUT, &result(1, Ok(&response))), stop_for_wait(u64::MAX));
}

proptest::proptest! {
    #[test]
    fn a_wait_does_not_extend_past_the_deadline(status in 400_u16..600, attempt in 1_u32..9, left in 0_u64..90, asked: u8, jitter in 0.0..1.0) {
        let response = http::Response::builder().status(status).header("retry-after", u16::from(asked)).body(Vec::new()).unwrap();
        let left = Duration::from_secs(left);
        let result = AttemptResult { left: Some(left), jitter, ..result(attempt, Ok(&response)) };
        if let Decision::Retry(wait) = decide(&policy(), &Method::GET, &result) {
            proptest::prop_assert!(wait < left && wait >= Duration::from_secs(asked.into()) && attempt < policy().attempts);
        }
    }
}

#[test]
fn without_a_deadline_a_wait_of_five_minutes_is_used_and_one_of_an_hour_stops() {
    let decided =
        |seconds: &str| decide(&policy(), &Method::GET, &result(1, Ok(&limited(&[("retry-after", seconds)]))));
    assert_eq!(decided("300"), Decision::Retry(Duration::from_secs(300)));
    assert_eq!(decided("3600"), stop_for_wait(3600));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_counts_from_now_and_is_none_if_the_clock_cannot_express_it() {
    let policy = Policy::default().deadline_in(Duration::from_secs(10));
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(policy.left(Instant::now()), Some(Duration::from_secs(6)));
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(policy.left(Instant::now()), Some(Duration::ZERO));
    assert_eq!(Policy::default().deadline_in(Duration::MAX).left(Instant::now()), None);
}
