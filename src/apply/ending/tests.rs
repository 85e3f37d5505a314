use super::*;

const ANSWERS: [WriteAnswer; 5] =
    [WriteAnswer::Accepted, WriteAnswer::Refused, WriteAnswer::Conflict, WriteAnswer::NotSent, WriteAnswer::Uncertain];
const OBSERVED: [Observed; 4] = [Observed::Desired, Observed::Unchanged, Observed::Otherwise, Observed::Unread];

fn table(method: WriteMethod) -> String {
    let cell = |answer, observed| {
        let text = match verdict(method, answer, observed) {
            Verdict::Proved => "go on".to_owned(),
            Verdict::Ended(end, known) => format!("{end:?}, {known:?}"),
        };
        if may_repeat(method, answer, observed) { format!("repeat, then {text}") } else { text }
    };
    let row = |answer| {
        let cells = OBSERVED.map(|observed| format!("{:<32}", cell(answer, observed)));
        format!("{:<10} {}", format!("{answer:?}"), cells.concat().trim_end())
    };
    let head = OBSERVED.map(|observed| format!("{:<32}", format!("{observed:?}"))).concat();
    let rows = ANSWERS.map(row).join("\n");
    format!("{:<10} {}\n{rows}", method.to_string(), head.trim_end())
}

#[test]
fn every_update_has_a_verdict() {
    insta::assert_snapshot!(table(WriteMethod::Put), @r"
    PUT        Desired                         Unchanged                       Otherwise                       Unread
    Accepted   go on                           Conflict, Pending               Conflict, Otherwise             Failed, Unknown
    Refused    go on                           Failed, Unchanged               Conflict, Otherwise             Failed, Unconfirmed
    Conflict   go on                           Failed, Unchanged               Conflict, Otherwise             Failed, Unconfirmed
    NotSent    Failed, Unchanged               Failed, Unchanged               Failed, Unchanged               Failed, Unchanged
    Uncertain  go on                           repeat, then Failed, Pending    Conflict, Otherwise             Failed, Unknown
    ");
}

#[test]
fn every_creation_has_a_verdict() {
    insta::assert_snapshot!(table(WriteMethod::Post), @r"
    POST       Desired                         Unchanged                       Otherwise                       Unread
    Accepted   go on                           Conflict, Pending               Conflict, Otherwise             Failed, Unknown
    Refused    Conflict, Otherwise             Failed, Unchanged               Conflict, Otherwise             Failed, Unconfirmed
    Conflict   Conflict, Otherwise             Conflict, Unchanged             Conflict, Otherwise             Conflict, Unconfirmed
    NotSent    Failed, Unchanged               Failed, Unchanged               Failed, Unchanged               Failed, Unchanged
    Uncertain  go on                           Failed, Pending                 Conflict, Otherwise             Failed, Unknown
    ");
}

fn cells() -> impl Iterator<Item = (WriteMethod, WriteAnswer, Observed)> {
    [WriteMethod::Put, WriteMethod::Post].into_iter().flat_map(|method| {
        ANSWERS.into_iter().flat_map(move |answer| OBSERVED.map(|observed| (method, answer, observed)))
    })
}

#[test]
fn only_a_read_proves_a_write() {
    for (method, answer, observed) in cells() {
        if verdict(method, answer, observed) == Verdict::Proved {
            assert_eq!(observed, Observed::Desired, "{method} {answer:?}");
        }
    }
}

#[test]
fn a_refused_creation_is_never_proved() {
    for observed in OBSERVED {
        for answer in [WriteAnswer::Refused, WriteAnswer::Conflict, WriteAnswer::NotSent] {
            assert_ne!(verdict(WriteMethod::Post, answer, observed), Verdict::Proved, "{answer:?} {observed:?}");
        }
    }
}

#[test]
fn as_before_requires_an_answer_that_denies_the_write() {
    for (method, answer, observed) in cells() {
        if let Verdict::Ended(_, Known::Unchanged) = verdict(method, answer, observed) {
            let denies = !matches!(answer, WriteAnswer::Accepted | WriteAnswer::Uncertain);
            assert!(denies, "{method} {answer:?} {observed:?}");
        }
    }
}

#[test]
fn a_creation_is_never_repeated() {
    assert!(
        cells().all(|(method, answer, observed)| method == WriteMethod::Put || !may_repeat(method, answer, observed))
    );
}
