use super::*;
use crate::cloudflare::tests::raw;

const START: SystemTime = SystemTime::UNIX_EPOCH;

fn rate(text: &str) -> Option<Rate> {
    Some(text.parse().unwrap())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn answer(status: u16, headers: &[(&'static str, &str)]) -> Response {
    let mut response = raw(status, "{}");
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    response
}

/// A ledger, and the time from its beginning.
struct Clock {
    ledger: Ledger,
    now: Instant,
}

impl Clock {
    fn of(rate: Option<Rate>) -> Self {
        Self { ledger: Ledger::new(rate), now: Instant::now() }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// Sends as many requests as possible, and returns their number, and the time until the next one.
    fn send_all(&mut self) -> (u64, Duration) {
        let mut count = 0;
        loop {
            match self.ledger.send(self.now, false) {
                Ok(_) => count += 1,
                Err(hold) => return (count, hold.until - self.now),
            }
        }
    }

    /// Sends a request, which is answered at once with these headers.
    fn exchange(&mut self, status: u16, headers: &[(&'static str, &str)]) {
        let number = self.ledger.send(self.now, false).unwrap();
        self.ledger.ended(number, Some(&answer(status, headers)), self.now, START);
    }

    fn hold(&mut self) -> Option<HoldReason> {
        self.ledger.send(self.now, false).err().map(|hold| hold.reason)
    }
}

#[test]
fn without_headers_the_documented_rate_applies_and_the_first_requests_go_at_once() {
    let mut clock = Clock::of(None);
    assert_eq!(clock.send_all(), (1200, seconds(300)));
    clock.pass(seconds(299));
    assert_eq!(clock.send_all(), (0, seconds(1)));
    clock.pass(seconds(1));
    assert_eq!(clock.send_all(), (1200, seconds(300)));
}

#[test]
fn no_window_has_more_requests_than_the_rate() {
    let mut clock = Clock::of(rate("10/100s"));
    let mut sent = Vec::new();
    for _ in 0..1000 {
        if clock.ledger.send(clock.now, false).is_ok() {
            sent.push(clock.now);
        }
        clock.pass(Duration::from_millis(700));
    }
    assert!(sent.windows(11).all(|window| window[10] - window[0] >= seconds(100)), "{sent:?}");
    assert!(sent.len() >= 70, "the rate is used: {}", sent.len());
}

#[test]
fn the_ledger_has_few_entries_for_many_requests() {
    let mut clock = Clock::of(rate("1000000/5m"));
    for _ in 0..100_000 {
        clock.ledger.send(clock.now, false).unwrap();
        clock.pass(Duration::from_millis(2));
    }
    assert!(clock.ledger.sent.len() <= 512, "{}", clock.ledger.sent.len());
}

#[test]
fn reported_limits_replace_the_estimate() {
    let mut clock = Clock::of(None);
    clock.exchange(200, &[("ratelimit", r#""default";r=2;t=30"#)]);
    // A little more, because the reset has whole seconds.
    assert_eq!(clock.send_all(), (2, Duration::from_millis(30_600)));
    clock.pass(seconds(31));
    clock.exchange(200, &[("ratelimit", r#""default";r=4000;t=300"#)]);
    // The two requests without an answer may not be counted.
    assert_eq!(clock.send_all().0, 3998, "more than the documented rate");
    assert_eq!(clock.hold(), Some(HoldReason::Reported));
}

#[test]
fn a_rate_of_the_user_applies_in_addition_to_reported_limits() {
    let mut clock = Clock::of(rate("3/5m"));
    clock.exchange(
        200,
        &[("ratelimit", r#""default";r=4000;t=300"#), ("ratelimit-policy", r#""default";q=5000;w=300"#)],
    );
    assert_eq!(clock.send_all(), (2, seconds(300)));
    assert_eq!(clock.hold(), Some(HoldReason::Used("3/5m".parse().unwrap())));
}

#[test]
fn a_policy_replaces_the_documented_rate() {
    let mut clock = Clock::of(None);
    clock.exchange(200, &[("ratelimit-policy", r#""default";q=5;w=60"#)]);
    assert_eq!(clock.send_all(), (4, seconds(60)));
}

#[test]
fn every_reported_limit_counts() {
    let mut clock = Clock::of(None);
    clock.exchange(200, &[("ratelimit", r#""burst";r=1;t=50, "default";r=500;t=100"#)]);
    assert_eq!(clock.send_all(), (1, seconds(51)));
    let mut clock = Clock::of(None);
    clock.exchange(200, &[("ratelimit", r#""burst";r=0;t=50, "default";r=0;t=100"#)]);
    assert_eq!(clock.send_all(), (0, seconds(101)), "the last reset counts");
    let many: Vec<String> = (0..LIMITS + 2).map(|number| format!("\"limit-{number}\";r=9;t=50")).collect();
    let mut clock = Clock::of(None);
    clock.exchange(200, &[("ratelimit", &many.join(", "))]);
    assert_eq!(clock.ledger.limits.len(), LIMITS);
}

/// Requests within a second of the first one share an entry.
#[test]
fn an_entry_of_the_ledger_leaves_the_window_with_its_last_request() {
    let mut clock = Clock::of(rate("3/512s"));
    for _ in 0..3 {
        clock.ledger.send(clock.now, false).unwrap();
        clock.pass(Duration::from_millis(900));
    }
    let counts: Vec<u64> = clock.ledger.sent.iter().map(|sent| sent.count).collect();
    assert_eq!(counts, [2, 1]);
    // Now is 2.7 s, and the last request of the first entry was sent at 0.9 s.
    assert_eq!(clock.send_all(), (0, Duration::from_millis(510_200)));
    clock.pass(Duration::from_millis(510_100));
    assert_eq!(clock.send_all(), (0, Duration::from_millis(100)));
    clock.pass(Duration::from_millis(100));
    assert_eq!(clock.send_all().0, 2);
}

#[test]
fn the_longest_pause_that_the_api_asks_for_counts() {
    let mut clock = Clock::of(None);
    let numbers = [0, 1].map(|_| clock.ledger.send(clock.now, false).unwrap());
    for (number, pause) in numbers.into_iter().zip(["30", "5"]) {
        clock.ledger.ended(number, Some(&answer(429, &[("retry-after", pause)])), clock.now, START);
    }
    assert_eq!(clock.send_all(), (0, seconds(30)));
}

#[test]
fn what_is_left_does_not_include_requests_that_the_server_had_not_counted() {
    let mut clock = Clock::of(None);
    let numbers: Vec<u64> = (0..3).map(|_| clock.ledger.send(clock.now, false).unwrap()).collect();
    let report = |left: u64| answer(200, &[("ratelimit", &format!("\"default\";r={left};t=300"))]);
    // The second is answered first. The first may not be counted, and the third is not.
    clock.ledger.ended(numbers[1], Some(&report(10)), clock.now, START);
    assert_eq!(clock.ledger.limits[0].left, 8);
    // An answer to an earlier request is older.
    clock.ledger.ended(numbers[0], Some(&report(11)), clock.now, START);
    assert_eq!(clock.ledger.limits[0].left, 8);
    clock.ledger.ended(numbers[2], Some(&report(9)), clock.now, START);
    assert_eq!(clock.ledger.limits[0].left, 9);
}

#[test]
fn a_429_pauses_all_requests_for_as_long_as_the_api_asks() {
    let mut clock = Clock::of(None);
    clock.exchange(429, &[("retry-after", "7")]);
    assert_eq!(clock.hold(), Some(HoldReason::Paused));
    assert_eq!(clock.send_all(), (0, seconds(7)));
    clock.pass(seconds(7));
    assert_eq!(clock.hold(), None);
    // Nobody asked for a pause.
    clock.exchange(429, &[]);
    clock.exchange(503, &[("retry-after", "7")]);
    clock.exchange(403, &[("retry-after", "7")]);
    assert_eq!(clock.hold(), None);
}

#[test]
fn no_answer_pauses_requests_for_longer_than_the_api_blocks() {
    let longest = u64::MAX.to_string();
    let mut clock = Clock::of(None);
    clock.exchange(429, &[("retry-after", &longest)]);
    assert_eq!(clock.send_all(), (0, MAX_WAIT));
    let mut clock = Clock::of(None);
    clock.exchange(200, &[("ratelimit", &format!("\"default\";r=0;t={longest}"))]);
    assert_eq!(clock.send_all(), (0, MAX_WAIT + seconds(1)));
}

#[test]
fn urgent_requests_may_use_a_reserve() {
    let mut clock = Clock::of(rate("100/5m"));
    clock.ledger.keep_reserve();
    assert_eq!(clock.send_all().0, 88);
    let urgent = (0..).take_while(|_| clock.ledger.send(clock.now, true).is_ok()).count();
    assert_eq!(urgent, 12);
    for (text, reserve) in [("1/5m", 0), ("10/5m", 5), ("1000/5m", 50)] {
        let mut clock = Clock::of(rate(text));
        clock.ledger.keep_reserve();
        assert_eq!(clock.ledger.reserve(), reserve, "{text}");
    }
}
