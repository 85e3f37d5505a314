use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::cloudflare::script::{failure, raw};
use crate::cloudflare::{CertificateFailure, ProxyFailure, TlsFailure};

/// Sun, 22 Nov 2026 12:00:00 GMT.
fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_348_800)
}

fn policy() -> Policy {
    Policy { attempts: 4, base: Duration::from_secs(1), cap: Duration::from_secs(3), ..Policy::default() }
}

fn tried<'a>(attempt: u32, outcome: Result<&'a Response, &'a TransportError>) -> Tried<'a> {
    Tried { attempt, outcome, previous: None, left: None, now: noon(), jitter: 1.0 }
}

fn limited(headers: &[(&str, &str)]) -> Response {
    let builder = http::Response::builder().status(429);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(Vec::new()).unwrap()
}

fn is_repeated(method: &Method, outcome: Result<&Response, &TransportError>) -> bool {
    match decide(&policy(), method, &tried(1, outcome)) {
        Decision::Retry(_) => true,
        Decision::Stop(StopReason::Final) => false,
        Decision::Stop(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_read_is_repeated_after_a_limit_or_a_failed_server_and_not_after_an_answer() {
    for status in [408, 429, 500, 502, 503, 504, 520, 522, 530] {
        assert!(is_repeated(&Method::GET, Ok(&raw(status, ""))), "{status}");
    }
    for status in [200, 201, 301, 302, 400, 401, 403, 404, 405, 409, 418] {
        assert!(!is_repeated(&Method::GET, Ok(&raw(status, ""))), "{status}");
    }
}

#[test]
fn a_write_is_repeated_after_a_limit_and_after_no_other_answer() {
    for method in [Method::POST, Method::PUT] {
        assert!(is_repeated(&method, Ok(&raw(429, ""))));
        for status in [200, 302, 400, 403, 408, 409, 499, 500, 502, 503, 504, 520] {
            assert!(!is_repeated(&method, Ok(&raw(status, ""))), "{method} {status}");
        }
    }
}

#[test]
fn a_write_is_repeated_only_when_nothing_reached_the_server() {
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
fn what_would_fail_in_the_same_way_is_not_tried_again() {
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
fn an_answer_that_breaks_off_at_the_same_place_again_is_not_tried_a_third_time() {
    let cut = |at| {
        let message = format!("broke off after {at} bytes");
        failure(TransportErrorKind::Answer(AnswerFailure::Truncated), Reached::Unknown, &message)
    };
    let lost = failure(TransportErrorKind::Lost, Reached::Unknown, "lost");
    let (error, elsewhere) = (cut(500), cut(27));
    let decided = |previous| decide(&policy(), &Method::GET, &Tried { previous, ..tried(2, Err(&error)) });
    for previous in [None, Some(&elsewhere), Some(&lost)] {
        assert!(matches!(decided(previous), Decision::Retry(_)), "{previous:?}");
    }
    assert_eq!(decided(Some(&cut(500))), Decision::Stop(StopReason::Final));
    // A connection that is lost twice may come back.
    let again = Tried { previous: Some(&lost), ..tried(2, Err(&lost)) };
    assert!(matches!(decide(&policy(), &Method::GET, &again), Decision::Retry(_)));
}

#[test]
fn a_wait_doubles_up_to_the_cap_and_is_a_random_part_of_that() {
    let failed = raw(503, "");
    let wait = |attempt, jitter| decide(&policy(), &Method::GET, &Tried { jitter, ..tried(attempt, Ok(&failed)) });
    assert_eq!(wait(1, 1.0), Decision::Retry(Duration::from_secs(1)));
    assert_eq!(wait(2, 1.0), Decision::Retry(Duration::from_secs(2)));
    assert_eq!(wait(3, 1.0), Decision::Retry(Duration::from_secs(3)), "capped");
    assert_eq!(wait(2, 0.25), Decision::Retry(Duration::from_millis(500)));
    assert_eq!(wait(3, 0.0), Decision::Retry(Duration::ZERO));
    assert_eq!(wait(4, 1.0), Decision::Stop(StopReason::Attempts));
}

#[test]
fn any_number_of_attempts_and_any_jitter_is_survived() {
    let failed = raw(503, "");
    let patient = Policy { attempts: u32::MAX, cap: Duration::MAX, ..policy() };
    for attempt in [0, 1, 31, 32, 33, 1_000_000] {
        for jitter in [-1.0, 0.0, 1.0, 2.0] {
            let tried = Tried { jitter, left: Some(Duration::MAX), ..tried(attempt, Ok(&failed)) };
            assert!(matches!(decide(&patient, &Method::GET, &tried), Decision::Retry(_)));
        }
    }
    let impatient = Policy { attempts: 0, ..policy() };
    assert_eq!(decide(&impatient, &Method::GET, &tried(1, Ok(&failed))), Decision::Stop(StopReason::Attempts));
}

#[test]
fn the_wait_that_the_server_asks_for_is_kept() {
    let table: &[(&[(&str, &str)], u64)] = &[
        (&[("retry-after", "30")], 30),
        (&[("retry-after", " 7 ")], 7),
        (&[("retry-after", "Sun, 22 Nov 2026 12:00:45 GMT")], 45),
        (&[("ratelimit", "\"default\";r=0;t=30")], 30),
        (&[("ratelimit", "\"default\"; r=0; t=30, \"burst\";r=0;t=60")], 60),
        (&[("ratelimit", "\"default\";r=5;t=30, \"burst\";r=0;t=9")], 9),
        (&[("retry-after", "12"), ("ratelimit", "\"default\";r=0;t=30")], 12),
        (&[("retry-after", "soon"), ("ratelimit", "\"default\";r=0;t=30")], 30),
        // Nothing to keep: our own second.
        (&[("retry-after", "0")], 1),
        (&[("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")], 1),
        (&[("retry-after", "-5")], 1),
        (&[("ratelimit", "\"default\";r=50;t=30")], 1),
        (&[("ratelimit", "\"default\";r=0")], 1),
        (&[("ratelimit", "nonsense")], 1),
    ];
    for (headers, seconds) in table {
        let response = limited(headers);
        let decision = decide(&policy(), &Method::PUT, &tried(1, Ok(&response)));
        assert_eq!(decision, Decision::Retry(Duration::from_secs(*seconds)), "{headers:?}");
    }
}

/// The server asks to wait this long, counted from noon.
fn asked(seconds: u64) -> Decision {
    let wait = Duration::from_secs(seconds);
    Decision::Stop(StopReason::Wait { wait, until: noon().checked_add(wait) })
}

#[test]
fn a_wait_that_would_pass_the_deadline_is_not_begun() {
    let response = limited(&[("retry-after", "30")]);
    let with_left = |seconds| Tried { left: Some(Duration::from_secs(seconds)), ..tried(1, Ok(&response)) };
    assert_eq!(decide(&policy(), &Method::GET, &with_left(31)), Decision::Retry(Duration::from_secs(30)));
    assert_eq!(decide(&policy(), &Method::GET, &with_left(30)), asked(30));
    assert_eq!(decide(&policy(), &Method::GET, &with_left(0)), asked(30));
    // The last attempt says when to come back too.
    let last = Tried { attempt: 4, ..with_left(5) };
    assert_eq!(decide(&policy(), &Method::GET, &last), asked(30));
}

#[test]
fn a_wait_of_our_own_that_would_pass_the_deadline_is_no_wish_of_the_server() {
    let response = raw(503, "");
    let tried = Tried { left: Some(Duration::from_secs(1)), ..tried(1, Ok(&response)) };
    assert_eq!(decide(&policy(), &Method::GET, &tried), Decision::Stop(StopReason::Deadline));
}

#[test]
fn a_wait_beyond_every_number_is_a_long_wait() {
    let response = limited(&[("retry-after", "99999999999999999999999")]);
    assert_eq!(decide(&policy(), &Method::PUT, &tried(1, Ok(&response))), asked(u64::MAX));
}

proptest::proptest! {
    #[test]
    fn no_wait_ever_passes_the_deadline(status in 400_u16..600, attempt in 1_u32..9, left in 0_u64..90, asked: u8, jitter in 0.0..1.0) {
        let response = http::Response::builder().status(status).header("retry-after", u16::from(asked)).body(Vec::new()).unwrap();
        let left = Duration::from_secs(left);
        let tried = Tried { left: Some(left), jitter, ..tried(attempt, Ok(&response)) };
        if let Decision::Retry(wait) = decide(&policy(), &Method::GET, &tried) {
            proptest::prop_assert!(wait < left && wait >= Duration::from_secs(asked.into()) && attempt < policy().attempts);
        }
    }
}

#[test]
fn without_a_deadline_five_minutes_of_blocking_are_waited_out_and_an_hour_is_not() {
    let decided = |seconds: &str| decide(&policy(), &Method::GET, &tried(1, Ok(&limited(&[("retry-after", seconds)]))));
    assert_eq!(decided("300"), Decision::Retry(Duration::from_secs(300)));
    assert_eq!(decided("3600"), asked(3600));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_counts_from_now_and_one_beyond_the_clock_is_none() {
    let policy = Policy::default().deadline_in(Duration::from_secs(10));
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(policy.left(Instant::now()), Some(Duration::from_secs(6)));
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(policy.left(Instant::now()), Some(Duration::ZERO));
    assert_eq!(Policy::default().deadline_in(Duration::MAX).left(Instant::now()), None);
}
