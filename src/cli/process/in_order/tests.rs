use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::*;

/// What happened in a run, in the order in which it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happened {
    Begun(u64),
    Delivered(u64),
    NotBegun(u64),
}
use Happened::{Begun, Delivered, NotBegun};

/// Runs a task for each number, which takes so many milliseconds, and returns what happened.
async fn run(milliseconds: &[u64], parallel: usize, waiting: usize, stop_after: Option<u64>) -> Vec<Happened> {
    let (happened, stop) = (RefCell::new(Vec::new()), Stop::default());
    let begin = |milliseconds: u64| {
        happened.borrow_mut().push(Begun(milliseconds));
        async move {
            sleep(Duration::from_millis(milliseconds)).await;
            milliseconds
        }
    };
    let deliver = |turn| match turn {
        Turn::Ended(item) => {
            happened.borrow_mut().push(Delivered(item));
            if stop_after == Some(item) {
                stop.stop();
            }
        }
        Turn::NotBegun(item) => happened.borrow_mut().push(NotBegun(item)),
    };
    let mut tasks = Tasks { parallel, waiting, stop: &stop, begin, deliver };
    tasks.run(milliseconds.iter().copied(), pending()).await;
    happened.into_inner()
}

#[tokio::test(start_paused = true)]
async fn results_are_delivered_in_the_order_of_the_items() {
    let happened = run(&[30, 20, 10], 3, 10, None).await;
    assert_eq!(happened, [Begun(30), Begun(20), Begun(10), Delivered(30), Delivered(20), Delivered(10)]);
    assert_eq!(run(&[], 3, 10, None).await, []);
}

#[tokio::test(start_paused = true)]
async fn at_most_as_many_tasks_run_at_once_as_allowed() {
    let begun = Instant::now();
    let happened = run(&[10, 11, 12, 13], 2, 10, None).await;
    // 10 and 11 run first; 12 begins when 10 ends, and 13 when 11 ends.
    assert_eq!(happened[..4], [Begun(10), Begun(11), Delivered(10), Begun(12)]);
    assert_eq!(begun.elapsed(), Duration::from_millis(11 + 13));
}

#[tokio::test(start_paused = true)]
async fn results_wait_behind_a_slow_first_item_up_to_a_bound() {
    // Of the tasks behind the slow one, 1 and 2 end and wait; 3 begins as the last one that fits.
    let happened = run(&[1000, 1, 2, 3, 4, 5], 2, 2, None).await;
    let until_first = happened.iter().take_while(|happened| **happened != Delivered(1000));
    assert_eq!(until_first.copied().collect::<Vec<_>>(), [Begun(1000), Begun(1), Begun(2), Begun(3)]);
    let delivered = happened.iter().filter(|happened| matches!(happened, Delivered(_)));
    assert_eq!(delivered.copied().collect::<Vec<_>>(), [1000, 1, 2, 3, 4, 5].map(Delivered));

    let begun = Instant::now();
    run(&[1000, 100, 100, 100, 100, 100], 2, 10, None).await;
    assert_eq!(begun.elapsed(), Duration::from_millis(1000), "the other worker does not wait for the slow item");
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_nothing_begins_and_what_has_begun_ends() {
    let happened = run(&[10, 30, 20, 40], 2, 10, Some(10)).await;
    assert_eq!(happened, [Begun(10), Begun(30), Delivered(10), Delivered(30), NotBegun(20), NotBegun(40)]);
}

#[tokio::test(start_paused = true)]
async fn a_task_can_stop_the_run_before_its_result_is_delivered() {
    let (stop, mut turns) = (Stop::default(), Vec::new());
    let begin = async |milliseconds: u64| {
        sleep(Duration::from_millis(milliseconds)).await;
        if milliseconds == 10 {
            stop.stop();
        }
        milliseconds
    };
    let mut tasks = Tasks { parallel: 2, waiting: 10, stop: &stop, begin, deliver: |turn| turns.push(turn) };
    tasks.run([100, 10, 20], pending()).await;
    assert_eq!(turns, [Turn::Ended(100), Turn::Ended(10), Turn::NotBegun(20)]);
}

#[tokio::test(start_paused = true)]
async fn after_a_signal_nothing_begins_and_what_has_begun_ends() {
    let (stop, mut turns) = (Stop::default(), Vec::new());
    let begin = async |milliseconds: u64| {
        sleep(Duration::from_millis(milliseconds)).await;
        milliseconds
    };
    let mut tasks = Tasks { parallel: 1, waiting: 10, stop: &stop, begin, deliver: |turn| turns.push(turn) };
    tasks.run([100, 10, 20], sleep(Duration::from_millis(50))).await;
    assert_eq!(turns, [Turn::Ended(100), Turn::NotBegun(10), Turn::NotBegun(20)]);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "a defect in the task")]
async fn a_panic_of_a_task_is_a_panic_of_the_run() {
    let stop = Stop::default();
    let begin = async |item: u32| {
        sleep(Duration::from_millis(1)).await;
        assert!(item != 2, "a defect in the task");
    };
    let mut tasks = Tasks { parallel: 2, waiting: 10, stop: &stop, begin, deliver: drop };
    tasks.run([1, 2, 3], pending()).await;
}

#[tokio::test]
async fn a_run_without_a_signal_is_not_interrupted() {
    let mut turns = Vec::new();
    let parallel = NonZeroUsize::MIN;
    let is_interrupted =
        in_order([1, 2], parallel, &Stop::default(), async |item| item * 10, |turn| turns.push(turn)).await;
    assert!(!is_interrupted);
    assert_eq!(turns, [Turn::Ended(10), Turn::Ended(20)]);
}

#[tokio::test]
async fn a_task_that_is_always_ready_does_not_hold_up_a_signal() {
    let (stop, mut not_begun) = (Stop::default(), 0);
    let mut polls = 0;
    let signal = poll_fn(|_| {
        polls += 1;
        if polls > 3 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    let deliver = |turn: Turn<u32, u32>| not_begun += u32::from(matches!(turn, Turn::NotBegun(_)));
    let mut tasks = Tasks { parallel: 2, waiting: 10, stop: &stop, begin: async |item| item, deliver };
    tasks.run(0..100, signal).await;
    assert!(not_begun > 90, "{not_begun}");
}
