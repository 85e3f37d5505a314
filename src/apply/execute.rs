//! The steps of an apply: build the body, read again, write, read back, and compare every path.

use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::approved::Approved;
use super::ending::{Known, Observed, Verdict, WriteAnswer, may_repeat, verdict};
use super::halt::{Halt, ReadBack, Sent, creation_failure, update_failure};
use super::options::{Event, Options};
use super::outcome::{Failure, Outcome};
use super::verify::{Mismatch, MismatchKind, not_converged, verify};
use super::{body, created};
use crate::cloudflare::{self, ApiRequest, Call, Reader, Turn, Writer, request};
use crate::ending::End;
use crate::live::{Document, Live, Slot, differences, document_differences};
use crate::plan::{Action, Change, WriteMethod};
use crate::settings::{Endpoint, Model, dotted};

/// How often an update with an uncertain outcome is repeated, after a read has shown that it did not happen.
const REPEATS: usize = 2;
/// The number of reads until one shows the write. Cloudflare does not document whether reads can lag behind writes.
const READS: usize = 6;
/// The pause before the second read. Each further pause is twice as long, about eight seconds in total.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The state of a running apply.
pub(super) struct Execution<'a> {
    reader: &'a Reader,
    writer: &'a Writer,
    approved: Approved<'a>,
    options: &'a Options<'a>,
    /// The live state as last read.
    live: Live,
    /// The number of write requests that were sent.
    writes: usize,
    /// The number of writes that a read-back has proved.
    proved: usize,
    /// The write requests that were sent.
    calls: Vec<Call>,
}

impl<'a> Execution<'a> {
    pub(super) fn new(
        reader: &'a Reader,
        writer: &'a Writer,
        approved: Approved<'a>,
        options: &'a Options<'a>,
    ) -> Self {
        let live = approved.live.clone();
        Self { reader, writer, approved, options, live, writes: 0, proved: 0, calls: Vec::new() }
    }

    pub(super) async fn run(mut self) -> Outcome {
        let stop = self.steps().await.err();
        let Self { writes, proved, calls, .. } = self;
        match stop {
            None if writes == 0 => Outcome { calls, ..Outcome::in_sync() },
            None => Outcome {
                end: End::Applied,
                writes,
                verified: true,
                known: Known::Desired,
                proved,
                mismatches: Vec::new(),
                failure: None,
                calls,
            },
            Some(Halt { end, known, failure, mismatches }) => {
                let known = if known == Known::Unchanged && proved > 0 { Known::Partly } else { known };
                Outcome { end, writes, verified: false, known, proved, mismatches, failure, calls }
            }
        }
    }

    async fn steps(&mut self) -> Result<(), Halt> {
        self.check_unknown()?;
        if self.approved.plan.action == Action::Create {
            self.create().await?;
            // The DoH object was created with the organization. A write has to echo its values.
            if !self.remaining(Endpoint::Doh).is_empty() {
                self.read_new_doh().await?;
            }
        }
        for endpoint in Endpoint::ALL {
            let changes = self.remaining(endpoint);
            if !changes.is_empty() {
                self.update(endpoint, &changes).await?;
            }
        }
        Ok(())
    }

    fn check_unknown(&self) -> Result<(), Halt> {
        let fields: Vec<String> = self.live.documents().flat_map(|document| self.unknown(document)).collect();
        if self.options.strict_unknown && !fields.is_empty() {
            return Err(Halt::because(Failure::StrictUnknown { fields }, Known::Unchanged));
        }
        Ok(())
    }

    fn unknown(&self, document: &Document) -> Vec<String> {
        let unknown = document.unknown(self.options.model);
        unknown.iter().map(|field| dotted(document.endpoint, &field.keys)).collect()
    }

    /// Returns the changes of an endpoint that are not live yet, including the settings that a creation declares as
    /// empty: the server may have filled them in.
    fn remaining(&self, endpoint: Endpoint) -> Vec<Change> {
        let plan = self.approved.plan;
        let declared = plan.changes.iter().chain(&plan.declared_empty);
        let is_live = |change: &&Change| {
            self.live
                .document(endpoint)
                .is_some_and(|document| not_converged(self.options.model, document, &[change]).is_empty())
        };
        declared.filter(|change| change.setting.endpoint() == endpoint && !is_live(change)).cloned().collect()
    }

    /// Creates the organization. The POST is never repeated.
    async fn create(&mut self) -> Result<(), Halt> {
        let (plan, model) = (self.approved.plan, self.options.model);
        let sent: Vec<&Change> = plan.changes.iter().filter(|change| body::is_in_post(change)).collect();
        let request = request::create(&plan.target, body::post(&sent));
        self.keep()?;
        let turn = self.turn().await?;
        self.confirm(Endpoint::Organization).await?;
        let response = self.send(Endpoint::Organization, &request, turn).await?;
        let compare = |slot: &Slot| match slot.document() {
            None => {
                (Observed::Unchanged, sent.iter().map(|change| Mismatch::not_converged(change, Json::Null)).collect())
            }
            Some(document) => {
                let mut mismatches = not_converged(model, document, &sent);
                mismatches.extend(created::foreign(model, plan, document));
                (if mismatches.is_empty() { Observed::Desired } else { Observed::Otherwise }, mismatches)
            }
        };
        let read_back = self.read_back(Endpoint::Organization, reads_after(response.answer), compare).await;
        match verdict(WriteMethod::Post, response.answer, read_back.observed) {
            Verdict::Proved => {
                self.live.organization = read_back.slot;
                self.proved += 1;
                Ok(())
            }
            Verdict::Ended(end, known) => {
                let failure = creation_failure(end, response, read_back.error);
                let mismatches = if end == End::Conflict { read_back.mismatches } else { Vec::new() };
                Err(Halt { end, known, failure, mismatches })
            }
        }
    }

    /// Reads the DoH object of the organization that was just created.
    async fn read_new_doh(&mut self) -> Result<(), Halt> {
        let read = self.read(Endpoint::Doh).await;
        self.live.doh = read.map_err(|error| Halt::because(error, Known::Unchanged))?;
        let document = self.live.doh.document();
        let foreign = document.map(|document| created::foreign(self.options.model, self.approved.plan, document));
        match foreign.filter(|foreign| !foreign.is_empty()) {
            Some(mismatches) => Err(Halt { end: End::Conflict, known: Known::Otherwise, failure: None, mismatches }),
            None => Ok(()),
        }
    }

    /// Updates one endpoint. Returns when a read-back has proved the update, or it has failed.
    async fn update(&mut self, endpoint: Endpoint, changes: &[Change]) -> Result<(), Halt> {
        let changes: Vec<&Change> = changes.iter().collect();
        let model = self.options.model;
        self.keep()?;
        let mut turn = self.turn().await?;
        self.confirm(endpoint).await?;
        let before = self.live.document(endpoint).cloned().unwrap_or_else(|| Document::new(endpoint, Map::new()));
        let body = body::put(model, &before, &changes, self.options.omit);
        let request = request::put(&self.approved.plan.target, endpoint, body);
        let mut repeats = 0;
        loop {
            let sent = self.send(endpoint, &request, turn).await?;
            let compare = |slot: &Slot| compare_update(model, &before, &changes, slot);
            let may_repeat = |read_back: &ReadBack| may_repeat(WriteMethod::Put, sent.answer, read_back.observed);
            let mut read_back = self.read_back(endpoint, reads_after(sent.answer), compare).await;
            if may_repeat(&read_back) && repeats < REPEATS {
                repeats += 1;
                turn = self.writer.turn().await;
                // During the wait for the turn, the write may have come into effect, and somebody else may have written.
                read_back = self.read_back(endpoint, 1, compare).await;
                if may_repeat(&read_back) {
                    continue;
                }
            }
            return match verdict(WriteMethod::Put, sent.answer, read_back.observed) {
                Verdict::Proved => {
                    sent.error.filter(|_| sent.answer != WriteAnswer::Uncertain).into_iter().for_each(|error| {
                        self.notify(Event::AppliedDespiteRefusal { error: error.to_string() });
                    });
                    *self.live.slot_mut(endpoint) = read_back.slot;
                    self.proved += 1;
                    Ok(())
                }
                Verdict::Ended(end, known) => {
                    let (failure, mismatches) = update_failure(end, sent, read_back, self.unknown(&before));
                    Err(Halt { end, known, failure, mismatches })
                }
            };
        }
    }

    /// Saves the previous state, unless something was written already.
    fn keep(&self) -> Result<(), Halt> {
        if self.writes > 0 {
            return Ok(());
        }
        (self.options.keep)(self.approved.live).map_err(|error| Halt::because(error, Known::Unchanged))
    }

    /// Reads again directly before a write, and stops if anything has changed, because a PUT would overwrite it with old
    /// values. Before the first write, every object that the plan was made from is read; later only the written one.
    async fn confirm(&mut self, endpoint: Endpoint) -> Result<(), Halt> {
        let now = self.read_unchanged(endpoint).await?;
        for endpoint in Endpoint::ALL.into_iter().filter(|endpoint| *now.slot(*endpoint) != Slot::NotRead) {
            *self.live.slot_mut(endpoint) = now.slot(endpoint).clone();
        }
        Ok(())
    }

    /// Reads the objects that matter for a write, and stops if they differ from what was read before.
    async fn read_unchanged(&self, endpoint: Endpoint) -> Result<Live, Halt> {
        let read = |one: &Endpoint| *self.live.slot(*one) != Slot::NotRead;
        let matters = |one: &Endpoint| self.writes == 0 || *one == endpoint;
        let endpoints: Vec<Endpoint> = Endpoint::ALL.into_iter().filter(|one| read(one) && matters(one)).collect();
        let now = self.reader.live(&self.approved.plan.target, &endpoints).await;
        let now = now.map_err(|error| Halt::because(error, Known::Unchanged))?;
        if self.live.organization == Slot::Absent && now.organization.document().is_some() {
            return Err(Halt::because(Failure::Exists { refusal: None }, Known::Unchanged));
        }
        let mut then = Live::default();
        for endpoint in endpoints {
            *then.slot_mut(endpoint) = self.live.slot(endpoint).clone();
        }
        let moved = differences(self.options.model, &then, &now);
        if moved.is_empty() { Ok(now) } else { Err(Halt::because(Failure::Moved(moved), Known::Unchanged)) }
    }

    /// Waits until the budget allows a write. This comes before the read directly before the write, so that the live state
    /// cannot change unnoticed during the wait.
    async fn turn(&self) -> Result<Turn, Halt> {
        self.unless_stopped(self.writer.turn()).await
    }

    /// Waits while no write is unanswered, unless the caller asks the apply to stop.
    async fn unless_stopped<T>(&self, wait: impl Future<Output = T>) -> Result<T, Halt> {
        tokio::select! {
            biased;
            done = wait => Ok(done),
            () = (self.options.stop_request)() => Err(Halt::because(Failure::Stopped, Known::Unchanged)),
        }
    }

    /// Sends one write. After each pause between two attempts it reads again, as in [`Self::confirm`].
    async fn send(&mut self, endpoint: Endpoint, request: &ApiRequest, mut turn: Turn) -> Result<Sent, Halt> {
        self.notify(Event::Writing { method: request.method().clone(), path: request.path().to_owned() });
        let mut stop = None;
        let mut attempts = self.writer.attempts(request);
        let result = loop {
            let wait = match attempts.next(turn).await {
                ControlFlow::Break(result) => break result,
                ControlFlow::Continue(wait) => wait,
            };
            match self.next_turn(endpoint, wait).await {
                Ok(next) => turn = next,
                Err(halt) => {
                    stop = Some(halt);
                    break attempts.give_up();
                }
            }
        };
        self.writes += 1;
        self.calls.extend(match &result {
            Ok(written) => Some(written.call.clone()),
            Err(error) => error.error().call().cloned(),
        });
        if let Some(stop) = stop {
            return Err(stop);
        }
        let Err(error) = result else { return Ok(Sent { answer: WriteAnswer::Accepted, error: None }) };
        let answer = WriteAnswer::of(&error);
        tracing::debug!(?endpoint, ?answer, "the answer did not confirm the write");
        if answer == WriteAnswer::Uncertain {
            self.notify(Event::Uncertain { error: error.error().to_string() });
        }
        Ok(Sent { answer, error: Some(error.into_error()) })
    }

    /// Waits between two attempts of a write, and reads again.
    async fn next_turn(&self, endpoint: Endpoint, wait: Duration) -> Result<Turn, Halt> {
        let next = async {
            tokio::time::sleep(wait).await;
            let turn = self.writer.turn().await;
            self.read_unchanged(endpoint).await.map(|_| turn)
        };
        self.unless_stopped(next).await?
    }

    /// Reads an endpoint back after a write, until a read shows the write, or it has read this many times. Returns the last
    /// read.
    async fn read_back(
        &self,
        endpoint: Endpoint,
        reads: usize,
        compare: impl Fn(&Slot) -> (Observed, Vec<Mismatch>),
    ) -> ReadBack {
        let mut last =
            ReadBack { observed: Observed::Unread, slot: Slot::NotRead, mismatches: Vec::new(), error: None };
        let mut pause = FIRST_PAUSE;
        for read in 1..=reads {
            let slot = match self.read(endpoint).await {
                Ok(slot) => slot,
                Err(error) => return ReadBack { observed: Observed::Unread, error: Some(error), ..last },
            };
            let (observed, mismatches) = compare(&slot);
            let is_visible = mismatches.iter().all(|found| found.kind != MismatchKind::NotConverged);
            tracing::trace!(read, reads, differences = mismatches.len(), "compared a read with the plan");
            last = ReadBack { observed, slot, mismatches, error: None };
            if is_visible || read == reads {
                break;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        tracing::debug!(?endpoint, observed = ?last.observed, "compared a write with its read-back");
        last
    }

    /// Reads an endpoint once, after a write.
    async fn read(&self, endpoint: Endpoint) -> Result<Slot, cloudflare::Error> {
        let target = &self.approved.plan.target;
        self.notify(Event::ReadingBack { path: target.path(endpoint) });
        let mut live = self.reader.live(target, &[endpoint]).await?;
        Ok(std::mem::take(live.slot_mut(endpoint)))
    }

    fn notify(&self, event: Event) {
        (self.options.observer)(event);
    }
}

/// The most reads after a write: one if the API refused it, several if it may have acted, and none if the write did not
/// reach it.
fn reads_after(answer: WriteAnswer) -> usize {
    match answer {
        WriteAnswer::Accepted | WriteAnswer::Uncertain => READS,
        WriteAnswer::Refused | WriteAnswer::Conflict => 1,
        WriteAnswer::NotSent => 0,
    }
}

/// Compares an endpoint after an update with the desired state and with the previous one.
fn compare_update(model: &Model, before: &Document, changes: &[&Change], slot: &Slot) -> (Observed, Vec<Mismatch>) {
    let Some(after) = slot.document() else {
        return (
            Observed::Otherwise,
            changes.iter().map(|change| Mismatch::not_converged(change, Json::Null)).collect(),
        );
    };
    let mismatches = verify(model, Some(before), after, changes);
    let observed = match () {
        () if mismatches.is_empty() => Observed::Desired,
        () if document_differences(model, before, after).is_empty() => Observed::Unchanged,
        () => Observed::Otherwise,
    };
    (observed, mismatches)
}
