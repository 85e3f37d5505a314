use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::*;
use crate::cloudflare::tests::{Script, account, document, raw, success, with};
use crate::cloudflare::{Policy, Reader};

/// How long a request takes.
const EXCHANGE: Duration = Duration::from_millis(50);

/// A server with a limit per window.
struct LimitedServer {
    limit: usize,
    window: Duration,
    /// Whether windows begin with the first request after the last one, with `Ratelimit` headers; otherwise they slide.
    is_reporting: bool,
    accepted: Mutex<VecDeque<Instant>>,
    refused: Mutex<usize>,
}

impl LimitedServer {
    fn new(limit: usize, window: Duration, is_reporting: bool) -> Arc<Self> {
        Arc::new(Self { limit, window, is_reporting, accepted: Mutex::default(), refused: Mutex::default() })
    }

    fn answer(&self) -> Response {
        let (now, mut accepted) = (Instant::now(), self.accepted.lock().unwrap());
        if self.is_reporting && accepted.front().is_some_and(|first| *first + self.window <= now) {
            accepted.clear();
        }
        while accepted.front().is_some_and(|first| *first + self.window <= now) {
            accepted.pop_front();
        }
        if accepted.len() >= self.limit {
            *self.refused.lock().unwrap() += 1;
            return raw(429, "{}");
        }
        accepted.push_back(now);
        let mut response = raw(200, "{}");
        if self.is_reporting {
            let (left, first) = (self.limit - accepted.len(), *accepted.front().unwrap());
            // In whole seconds, rounded down.
            let resets_in = (first + self.window - now).as_secs();
            let value = format!("\"default\";r={left};t={resets_in}");
            response.headers_mut().insert("ratelimit", value.parse().unwrap());
        }
        response
    }
}

/// Sends requests, several at once, each for another organization, and returns how long it takes.
async fn run(server: &Arc<LimitedServer>, rate: Option<Rate>, requests: usize, parallel: usize) -> Duration {
    let (budget, begun, sent) = (Budget::new(rate), Instant::now(), Arc::new(AtomicUsize::new(0)));
    let worker = |server: Arc<LimitedServer>, budget: Arc<Budget>, sent: Arc<AtomicUsize>| async move {
        while sent.fetch_add(1, Ordering::Relaxed) < requests {
            let permit = Pace::of(&budget).turn(None).await.unwrap();
            sleep(EXCHANGE / 2).await;
            let answer = server.answer();
            sleep(EXCHANGE / 2).await;
            permit.answered(&answer);
        }
    };
    let mut workers = JoinSet::new();
    for _ in 0..parallel {
        workers.spawn(worker(server.clone(), budget.clone(), sent.clone()));
    }
    workers.join_all().await;
    begun.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_run_of_few_requests_is_not_delayed() {
    let server = LimitedServer::new(1200, Duration::from_secs(300), true);
    assert_eq!(run(&server, None, 1200, 8).await, EXCHANGE * 1200 / 8);
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_within_a_twentieth_of_the_time_that_the_budget_needs() {
    // 4,000 requests need three full windows of 1,200 and a fourth one for the rest, which takes 2.5 seconds.
    let needed = Duration::from_secs(3 * 300) + EXCHANGE * 400 / 8;
    for is_reporting in [true, false] {
        let server = LimitedServer::new(1200, Duration::from_secs(300), is_reporting);
        let taken = run(&server, None, 4000, 8).await;
        assert_eq!(*server.refused.lock().unwrap(), 0, "nothing is refused");
        assert!(taken >= needed - EXCHANGE && taken <= needed.mul_f64(1.05), "{taken:?} of {needed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_smaller_limit_of_the_server_is_kept_as_soon_as_it_is_reported() {
    let server = LimitedServer::new(100, Duration::from_secs(60), true);
    let taken = run(&server, None, 350, 8).await;
    assert_eq!(*server.refused.lock().unwrap(), 0);
    let needed = Duration::from_secs(3 * 60) + EXCHANGE * 50 / 8;
    assert!(taken <= needed.mul_f64(1.05), "{taken:?} of {needed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_the_user_is_kept() {
    let server = LimitedServer::new(usize::MAX, Duration::from_secs(300), false);
    let taken = run(&server, Some("10/1m".parse().unwrap()), 35, 8).await;
    assert!(taken >= Duration::from_secs(180) && taken < Duration::from_secs(182), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_ends_without_an_answer_does_not_hold_up_the_others() {
    let budget = Budget::new(Some("1/1m".parse().unwrap()));
    let pace = Pace::of(&budget);
    drop(pace.turn(None).await.unwrap());
    let begun = Instant::now();
    // An abandoned wait leaves the queue.
    let abandoned = tokio::time::timeout(Duration::from_secs(1), pace.turn(None)).await;
    assert!(abandoned.is_err());
    pace.turn(None).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_could_only_be_sent_at_the_limit_is_held_at_once() {
    let pace = Pace::of(&Budget::new(Some("1/1m".parse().unwrap())));
    drop(pace.turn(None).await.unwrap());
    let begun = Instant::now();
    assert!(pace.turn(Some(begun + Duration::from_secs(60))).await.is_err());
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(pace.turn(Some(begun + Duration::from_secs(61))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_reports_more_requests_ends_the_wait_of_the_next_one() {
    let pace = Pace::of(&Budget::new(None));
    let report = |left: u32| {
        let mut response = raw(200, "{}");
        response.headers_mut().insert("ratelimit", format!("\"default\";r={left};t=300").parse().unwrap());
        response
    };
    pace.turn(None).await.unwrap().answered(&report(1));
    let (begun, last) = (Instant::now(), pace.turn(None).await.unwrap());
    let (next, ()) = tokio::join!(pace.turn(None), async {
        sleep(EXCHANGE).await;
        last.answered(&report(5));
    });
    drop(next.unwrap());
    assert_eq!(begun.elapsed(), EXCHANGE);
}

#[tokio::test(start_paused = true)]
async fn an_urgent_request_overtakes_those_that_wait() {
    let pace = Pace::of(&Budget::new(Some("100/5m".parse().unwrap())));
    let urgent = pace.urgent();
    for _ in 0..88 {
        drop(pace.turn(None).await.unwrap());
    }
    let begun = Instant::now();
    let (ordinary, ()) = tokio::join!(pace.turn(None), async {
        sleep(EXCHANGE).await;
        drop(urgent.turn(None).await.unwrap());
        assert_eq!(begun.elapsed(), EXCHANGE);
    });
    drop(ordinary.unwrap());
    assert_eq!(begun.elapsed(), Duration::from_secs(300) + EXCHANGE, "the window of the urgent request too");
}

#[tokio::test(start_paused = true)]
async fn the_time_in_which_requests_of_an_organization_wait_counts_once() {
    let budget = Budget::new(Some("1/1m".parse().unwrap()));
    let (first, second) = (Pace::of(&budget), Pace::of(&budget));
    drop(first.turn(None).await.unwrap());
    let later = async {
        sleep(Duration::from_secs(20)).await;
        assert_eq!(second.waited(), Duration::from_secs(20));
        second.turn(None).await
    };
    let (one, other) = tokio::join!(second.turn(None), later);
    drop((one.unwrap(), other.unwrap()));
    assert_eq!((first.waited(), second.waited()), (Duration::ZERO, Duration::from_secs(120)));
}

/// Reads an organization twice, with a 429 in between that asks for a wait.
async fn read_with_a_pause(seconds: &str, policy: Policy) -> (Arc<Script>, Result<(), crate::cloudflare::Error>) {
    let document = serde_json::Value::Object(document());
    let busy = with(Ok(raw(429, "")), "retry-after", seconds);
    let script = Script::new([busy, success(&document), success(&document)]);
    let reader = Reader::new(script.clone(), policy).paced(&Pace::of(&Budget::new(None)));
    let mut outcome = reader.organization(&account()).await.map(drop);
    if outcome.is_ok() {
        outcome = reader.organization(&account()).await.map(drop);
    }
    (script, outcome)
}

#[tokio::test(start_paused = true)]
async fn a_patient_reader_waits_past_its_deadline_for_the_budget() {
    let policy = Policy { patient: true, ..Policy::default() }.deadline_in(Duration::from_secs(60));
    let (script, outcome) = read_with_a_pause("300", policy).await;
    outcome.unwrap();
    assert_eq!(script.waits(), [300_000, 0]);
    assert_eq!(script.requests()[1].timeout, policy.timeout, "the timeout of the request is not shortened");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_is_not_patient_fails_at_once_if_the_wait_extends_past_its_deadline() {
    let begun = Instant::now();
    let (script, outcome) = read_with_a_pause("300", Policy::default().deadline_in(Duration::from_secs(60))).await;
    assert!(outcome.unwrap_err().asks_to_wait());
    assert_eq!((script.requests().len(), begun.elapsed()), (1, Duration::ZERO));
    let (script, outcome) = read_with_a_pause("30", Policy::default().deadline_in(Duration::from_secs(60))).await;
    outcome.unwrap();
    assert_eq!(script.waits(), [30_000, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_429_of_one_organization_pauses_the_others() {
    let budget = Budget::new(None);
    let document = serde_json::Value::Object(document());
    let busy = Script::new([with(Ok(raw(429, "")), "retry-after", "20"), success(&document)]);
    let other = Script::new([success(&document)]);
    let reader = |script: &Arc<Script>| Reader::new(script.clone(), Policy::default()).paced(&Pace::of(&budget));
    let begun = Instant::now();
    let (one, two) = tokio::join!(async { reader(&busy).organization(&account()).await }, async {
        sleep(Duration::from_millis(1)).await;
        reader(&other).organization(&account()).await
    });
    drop((one.unwrap(), two.unwrap()));
    assert_eq!(other.requests()[0].at - begun, Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_run_past_its_deadline_sends_nothing_although_the_budget_allows_it() {
    let policy = Policy { patient: true, ..Policy::default() }.deadline_in(Duration::ZERO);
    let script = Script::new([]);
    let reader = Reader::new(script.clone(), policy).paced(&Pace::of(&Budget::new(None)));
    let error = reader.organization(&account()).await.unwrap_err();
    assert!(matches!(error, crate::cloudflare::Error::Deadline { .. }), "{error}");
}
