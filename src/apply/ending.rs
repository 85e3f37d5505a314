//! How an apply ends: the table of (write, answer to it, read-back), with every cell decided in one function.
//!
//! Text, JSON, audit line and exit code follow from the [`End`], from [`Known`] and from the failure beside them. What a cell says is
//! what is known and no more: an accepted answer proves nothing, a missing answer excludes nothing, and a read afterwards
//! shows one moment.

use crate::cloudflare::{Error, WriteError};
use crate::ending::End;
use crate::plan::WriteMethod;

/// What is known of the live state at the end of an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// No write was accepted: this run changed nothing.
    AsBefore,
    /// Everything is as wanted: a read proves it.
    AsWanted,
    /// Some writes did what was wanted, the others were not accepted.
    Partly,
    /// Something else is there: see the mismatches.
    Otherwise,
    /// A write is not to be seen in a read afterwards. It may still take effect.
    Pending,
    /// A write was refused, and the live state could not be read to confirm that it did nothing.
    Unconfirmed,
    /// A write may or may not have been acted on, and the live state could not be read.
    Unknown,
}

impl Known {
    /// The sentence for it, with what to do next.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AsBefore => "this run changed nothing: the API accepted no write",
            Self::AsWanted => "the live state is as wanted",
            Self::Partly => {
                "what was written so far is as wanted, the rest was not accepted: run apply again to write what is left"
            }
            Self::Otherwise => {
                "the live state is not what was approved: compare the values above, then run `zerodrift plan`"
            }
            Self::Pending => {
                "a read afterwards still shows the state from before, but the write may still take effect: run \
                 `zerodrift drift` in a few minutes to see, before you apply again"
            }
            Self::Unconfirmed => {
                "the API refused the write, but the live state could not be read to confirm that it did nothing: run \
                 `zerodrift plan` to see"
            }
            Self::Unknown => {
                "it is not known whether the write took effect, because the live state could not be read: run \
                 `zerodrift plan` to see, then apply again"
            }
        }
    }
}

/// What came back for a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteAnswer {
    /// The API says that it acted.
    Accepted,
    /// The API, or the edge in front of it, says that it did not act: a 4xx.
    Refused,
    /// As [`Refused`](Self::Refused), because something else is there already: 409.
    Clash,
    /// Nobody acted: the request reached nobody, or was turned away unread (429).
    NotSent,
    /// No answer, a broken one, or an error of the server: it may have acted, act later, or never.
    Uncertain,
}

impl WriteAnswer {
    /// Every answer.
    pub const ALL: [Self; 5] = [Self::Accepted, Self::Refused, Self::Clash, Self::NotSent, Self::Uncertain];

    /// The answer that a failed write got.
    pub fn of(error: &WriteError) -> Self {
        let WriteError::Refused(error) = error else { return Self::Uncertain };
        match (error, error.status()) {
            (Error::Config(_) | Error::Deadline { .. } | Error::Transport { .. }, _) | (_, Some(429)) => Self::NotSent,
            (_, Some(409)) => Self::Clash,
            _ if error.has_slug("conflict") => Self::Clash,
            _ => Self::Refused,
        }
    }
}

/// What was read after a write, compared with what was sent and with what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// Everything that was sent is there, and nothing else changed.
    AsWanted,
    /// Exactly what was there before; for a creation: no organization.
    AsBefore,
    /// Something else, or nothing where something was.
    Otherwise,
    /// Nobody could read.
    Unread,
}

impl Observed {
    /// Every observation.
    pub const ALL: [Self; 4] = [Self::AsWanted, Self::AsBefore, Self::Otherwise, Self::Unread];
}

/// What follows from a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is proved, and the run goes on.
    Proved,
    /// The run ends here and writes nothing more.
    Ended(End, Known),
}

/// What follows from a write, from the answer to it and from what was read afterwards.
///
/// A POST creates: where it was refused and an organization is there all the same, that organization is somebody else's as
/// far as anybody can tell, and the approval is not for it. A PUT that was refused and is to be seen all the same did what
/// was wanted, whatever the status says.
pub fn verdict(method: WriteMethod, answer: WriteAnswer, observed: Observed) -> Verdict {
    use Observed::{AsBefore, AsWanted, Otherwise, Unread};
    use WriteAnswer::{Accepted, Clash, NotSent, Refused, Uncertain};
    let creates = method == WriteMethod::Post;
    match (answer, observed) {
        // Whatever is there, this run did not put it there.
        (NotSent, _) => Verdict::Ended(End::Failed, Known::AsBefore),
        (Accepted | Uncertain, AsWanted) => Verdict::Proved,
        (Refused | Clash, AsWanted) if !creates => Verdict::Proved,
        (Refused | Clash, AsWanted) | (_, Otherwise) => Verdict::Ended(End::Conflict, Known::Otherwise),
        (Accepted, AsBefore) => Verdict::Ended(End::Conflict, Known::Pending),
        (Uncertain, AsBefore) => Verdict::Ended(End::Failed, Known::Pending),
        (Clash, AsBefore) if creates => Verdict::Ended(End::Conflict, Known::AsBefore),
        (Refused | Clash, AsBefore) => Verdict::Ended(End::Failed, Known::AsBefore),
        (Clash, Unread) if creates => Verdict::Ended(End::Conflict, Known::Unconfirmed),
        (Refused | Clash, Unread) => Verdict::Ended(End::Failed, Known::Unconfirmed),
        (Accepted | Uncertain, Unread) => Verdict::Ended(End::Failed, Known::Unknown),
    }
}

/// Whether the same write may be sent again: an update that a read does not show, and whose answer says nothing.
pub fn may_repeat(method: WriteMethod, answer: WriteAnswer, observed: Observed) -> bool {
    method == WriteMethod::Put && (answer, observed) == (WriteAnswer::Uncertain, Observed::AsBefore)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(method: WriteMethod) -> String {
        let cell = |answer, observed| {
            let text = match verdict(method, answer, observed) {
                Verdict::Proved => "go on".to_owned(),
                Verdict::Ended(end, known) => format!("{end:?}, {known:?}"),
            };
            if may_repeat(method, answer, observed) { format!("repeat, then {text}") } else { text }
        };
        let row = |answer| {
            let cells = Observed::ALL.map(|observed| format!("{:<32}", cell(answer, observed)));
            format!("{:<10} {}", format!("{answer:?}"), cells.concat().trim_end())
        };
        let head = Observed::ALL.map(|observed| format!("{:<32}", format!("{observed:?}"))).concat();
        let rows = WriteAnswer::ALL.map(row).join("\n");
        format!("{:<10} {}\n{rows}", method.to_string(), head.trim_end())
    }

    #[test]
    fn every_cell_of_an_update_is_decided() {
        insta::assert_snapshot!(table(WriteMethod::Put), @r"
        PUT        AsWanted                        AsBefore                        Otherwise                       Unread
        Accepted   go on                           Conflict, Pending               Conflict, Otherwise             Failed, Unknown
        Refused    go on                           Failed, AsBefore                Conflict, Otherwise             Failed, Unconfirmed
        Clash      go on                           Failed, AsBefore                Conflict, Otherwise             Failed, Unconfirmed
        NotSent    Failed, AsBefore                Failed, AsBefore                Failed, AsBefore                Failed, AsBefore
        Uncertain  go on                           repeat, then Failed, Pending    Conflict, Otherwise             Failed, Unknown
        ");
    }

    #[test]
    fn every_cell_of_a_creation_is_decided() {
        insta::assert_snapshot!(table(WriteMethod::Post), @r"
        POST       AsWanted                        AsBefore                        Otherwise                       Unread
        Accepted   go on                           Conflict, Pending               Conflict, Otherwise             Failed, Unknown
        Refused    Conflict, Otherwise             Failed, AsBefore                Conflict, Otherwise             Failed, Unconfirmed
        Clash      Conflict, Otherwise             Conflict, AsBefore              Conflict, Otherwise             Conflict, Unconfirmed
        NotSent    Failed, AsBefore                Failed, AsBefore                Failed, AsBefore                Failed, AsBefore
        Uncertain  go on                           Failed, Pending                 Conflict, Otherwise             Failed, Unknown
        ");
    }

    fn cells() -> impl Iterator<Item = (WriteMethod, WriteAnswer, Observed)> {
        [WriteMethod::Put, WriteMethod::Post].into_iter().flat_map(|method| {
            WriteAnswer::ALL
                .into_iter()
                .flat_map(move |answer| Observed::ALL.map(|observed| (method, answer, observed)))
        })
    }

    #[test]
    fn only_a_read_proves_a_write() {
        for (method, answer, observed) in cells() {
            if verdict(method, answer, observed) == Verdict::Proved {
                assert_eq!(observed, Observed::AsWanted, "{method} {answer:?}");
            }
        }
    }

    #[test]
    fn an_approval_to_create_never_goes_on_where_the_post_was_refused() {
        for observed in Observed::ALL {
            for answer in [WriteAnswer::Refused, WriteAnswer::Clash, WriteAnswer::NotSent] {
                assert_ne!(verdict(WriteMethod::Post, answer, observed), Verdict::Proved, "{answer:?} {observed:?}");
            }
        }
    }

    #[test]
    fn nothing_was_changed_is_said_only_where_the_api_said_so() {
        for (method, answer, observed) in cells() {
            if let Verdict::Ended(_, Known::AsBefore) = verdict(method, answer, observed) {
                let said = !matches!(answer, WriteAnswer::Accepted | WriteAnswer::Uncertain);
                assert!(said, "{method} {answer:?} {observed:?}");
            }
        }
    }

    #[test]
    fn a_creation_is_never_repeated() {
        assert!(
            cells()
                .all(|(method, answer, observed)| method == WriteMethod::Put || !may_repeat(method, answer, observed))
        );
    }
}
