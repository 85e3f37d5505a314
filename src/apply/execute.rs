//! The careful write: body, write, settle what is uncertain, read back, compare every path.

use std::time::Duration;

use serde_json::Map;

use super::ending::{Known, Observed, Verdict, WriteAnswer, may_repeat, verdict};
use super::outcome::{Failure, Outcome};
use super::verify::{Mismatch, Why, not_converged, verify};
use super::{Approved, Event, Options, body, created};
use crate::cloudflare::{self, ApiRequest, Call, Reader, Step, Writer, request};
use crate::ending::End;
use crate::live::{Document, Live, Slot, differences, document_differences, dotted};
use crate::plan::{Action, Change, WriteMethod};
use crate::settings::{Endpoint, Model};

/// How often an update whose outcome was uncertain is sent again, after a read has shown that it did not happen.
const REPEATS: usize = 2;
/// How often live is read until it shows a write: nothing public shows a lag, and nothing excludes one.
const READS: usize = 6;
/// The pause before the second read; each further one is twice as long, about eight seconds in all.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Everything an apply holds on to while it runs.
pub(super) struct Execution<'a> {
    reader: &'a Reader,
    writer: &'a Writer,
    approved: Approved<'a>,
    options: &'a Options<'a>,
    /// Live as read last.
    live: Live,
    writes: usize,
    /// The writes that a read-back has proved.
    proved: usize,
    /// The writes that were sent.
    calls: Vec<Call>,
}

/// Why an apply stops early.
struct Halt {
    end: End,
    known: Known,
    failure: Option<Failure>,
    mismatches: Vec<Mismatch>,
}

impl Halt {
    /// A failure, which decides how the apply ends.
    fn because(failure: impl Into<Failure>, known: Known) -> Self {
        let failure = failure.into();
        Self { end: failure.kind().end(), known, failure: Some(failure), mismatches: Vec::new() }
    }
}

/// One write request and what came back for it.
struct Sent {
    answer: WriteAnswer,
    error: Option<cloudflare::Error>,
}

/// What was read after a write.
struct ReadBack {
    observed: Observed,
    slot: Slot,
    mismatches: Vec<Mismatch>,
    error: Option<cloudflare::Error>,
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
                known: Known::AsWanted,
                proved,
                mismatches: Vec::new(),
                failure: None,
                calls,
            },
            Some(Halt { end, known, failure, mismatches }) => {
                let known = if known == Known::AsBefore && proved > 0 { Known::Partly } else { known };
                Outcome { end, writes, verified: false, known, proved, mismatches, failure, calls }
            }
        }
    }

    async fn steps(&mut self) -> Result<(), Halt> {
        self.check_unknown()?;
        if self.approved.plan.action == Action::Create {
            self.create().await?;
            // The DoH object came into being with the organization: what it holds now is what a write must echo.
            if !self.remaining(Endpoint::Doh).is_empty() {
                self.look_at_new_doh().await?;
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
            return Err(Halt::because(Failure::StrictUnknown { fields }, Known::AsBefore));
        }
        Ok(())
    }

    fn unknown(&self, document: &Document) -> Vec<String> {
        let unknown = document.unknown(self.options.model);
        unknown.iter().map(|field| dotted(document.endpoint, &field.keys)).collect()
    }

    /// The changes of an endpoint that live, as read last, does not show. What a creation declares as empty counts too:
    /// the server may have filled it in.
    fn remaining(&self, endpoint: Endpoint) -> Vec<Change> {
        let plan = self.approved.plan;
        let declared = plan.changes.iter().chain(&plan.declared_empty);
        let shown = |change: &&Change| {
            self.live
                .document(endpoint)
                .is_some_and(|document| not_converged(self.options.model, document, &[change]).is_empty())
        };
        declared.filter(|change| change.setting.endpoint() == endpoint && !shown(change)).cloned().collect()
    }

    /// Creates the organization. The POST is sent once, whatever happens to its answer.
    async fn create(&mut self) -> Result<(), Halt> {
        let (plan, model) = (self.approved.plan, self.options.model);
        let sent: Vec<&Change> = plan.changes.iter().filter(|change| body::is_in_post(change)).collect();
        let request = request::create(&plan.target, body::post(&sent));
        self.keep()?;
        self.confirm(Endpoint::Organization).await?;
        let sending = self.send(Endpoint::Organization, &request).await?;
        let judge = |slot: &Slot| match slot.document() {
            None => (Observed::AsBefore, sent.iter().map(|change| Mismatch::unseen(change)).collect()),
            Some(document) => {
                let mut mismatches = not_converged(model, document, &sent);
                mismatches.extend(created::foreign(model, plan, document));
                (if mismatches.is_empty() { Observed::AsWanted } else { Observed::Otherwise }, mismatches)
            }
        };
        let look = self.look(Endpoint::Organization, sending.answer, judge).await;
        match verdict(WriteMethod::Post, sending.answer, look.observed) {
            Verdict::Proved => {
                self.live.organization = look.slot;
                self.proved += 1;
                Ok(())
            }
            Verdict::Ended(end, known) => {
                let failure = creation_failure(end, sending, look.error);
                let mismatches = if end == End::Conflict { look.mismatches } else { Vec::new() };
                Err(Halt { end, known, failure, mismatches })
            }
        }
    }

    /// Reads the DoH object of the organization that was just created.
    async fn look_at_new_doh(&mut self) -> Result<(), Halt> {
        let read = self.read_back(Endpoint::Doh).await;
        self.live.doh = read.map_err(|error| Halt::because(error, Known::AsBefore))?;
        let document = self.live.doh.document();
        let foreign = document.map(|document| created::foreign(self.options.model, self.approved.plan, document));
        match foreign.filter(|foreign| !foreign.is_empty()) {
            Some(mismatches) => Err(Halt { end: End::Conflict, known: Known::Otherwise, failure: None, mismatches }),
            None => Ok(()),
        }
    }

    /// Updates one endpoint, and does not return before live shows it or it is known why not.
    async fn update(&mut self, endpoint: Endpoint, changes: &[Change]) -> Result<(), Halt> {
        let changes: Vec<&Change> = changes.iter().collect();
        let model = self.options.model;
        self.keep()?;
        self.confirm(endpoint).await?;
        let before = self.live.document(endpoint).cloned().unwrap_or_else(|| Document::new(endpoint, Map::new()));
        let body = body::put(model, &before, &changes, self.options.omit);
        let request = request::put(&self.approved.plan.target, endpoint, body);
        let mut repeats = 0;
        loop {
            let Sent { answer, error } = self.send(endpoint, &request).await?;
            let look = self.look(endpoint, answer, |slot| judge_update(model, &before, &changes, slot)).await;
            if may_repeat(WriteMethod::Put, answer, look.observed) && repeats < REPEATS {
                repeats += 1;
                continue;
            }
            return match verdict(WriteMethod::Put, answer, look.observed) {
                Verdict::Proved => {
                    error.filter(|_| answer != WriteAnswer::Uncertain).into_iter().for_each(|error| {
                        self.tell(Event::Disproved { error: error.to_string() });
                    });
                    *self.live.slot_mut(endpoint) = look.slot;
                    self.proved += 1;
                    Ok(())
                }
                Verdict::Ended(end, known) => {
                    let (failure, mismatches) = self.update_failure(end, answer, error, &before, look);
                    Err(Halt { end, known, failure, mismatches })
                }
            };
        }
    }

    /// Why an update failed: what the API said where it said no, what kept us from reading where nobody could.
    fn update_failure(
        &self,
        end: End,
        answer: WriteAnswer,
        error: Option<cloudflare::Error>,
        before: &Document,
        look: ReadBack,
    ) -> (Option<Failure>, Vec<Mismatch>) {
        let refused = matches!(answer, WriteAnswer::Refused | WriteAnswer::Clash);
        if end == End::Conflict {
            return (error.filter(|_| refused).map(Failure::Request), look.mismatches);
        }
        let error = if answer == WriteAnswer::Uncertain { look.error.or(error) } else { error.or(look.error) };
        let fields = self.unknown(before);
        let failure = error.map(|error| {
            // Fields that nobody knows may be to blame.
            if refused && error.has_code("12062") && !fields.is_empty() {
                Failure::UnknownFields { error, fields }
            } else {
                Failure::Request(error)
            }
        });
        (failure, Vec::new())
    }

    /// Keeps the state from before, where nothing was written yet.
    fn keep(&self) -> Result<(), Halt> {
        if self.writes > 0 {
            return Ok(());
        }
        (self.options.keep)(self.approved.live).map_err(|error| Halt::because(error, Known::AsBefore))
    }

    /// Reads once more directly before a write, and stops if anything moved: a PUT would write stale values over it. Before
    /// the first write everything that the plan was made from is read, then what is still to be written.
    async fn confirm(&mut self, endpoint: Endpoint) -> Result<(), Halt> {
        let now = self.unmoved(endpoint).await?;
        for endpoint in Endpoint::ALL.into_iter().filter(|endpoint| *now.slot(*endpoint) != Slot::NotRead) {
            *self.live.slot_mut(endpoint) = now.slot(endpoint).clone();
        }
        Ok(())
    }

    async fn unmoved(&self, endpoint: Endpoint) -> Result<Live, Halt> {
        let read = |one: &Endpoint| *self.live.slot(*one) != Slot::NotRead;
        let matters = |one: &Endpoint| self.writes == 0 || *one == endpoint;
        let endpoints: Vec<Endpoint> = Endpoint::ALL.into_iter().filter(|one| read(one) && matters(one)).collect();
        let now = self.reader.live(&self.approved.plan.target, &endpoints).await;
        let now = now.map_err(|error| Halt::because(error, Known::AsBefore))?;
        if self.live.organization == Slot::Absent && now.organization.document().is_some() {
            return Err(Halt::because(Failure::Exists { refusal: None }, Known::AsBefore));
        }
        let mut then = Live::default();
        for endpoint in endpoints {
            *then.slot_mut(endpoint) = self.live.slot(endpoint).clone();
        }
        let moved = differences(self.options.model, &then, &now);
        if moved.is_empty() { Ok(now) } else { Err(Halt::because(Failure::Moved(moved), Known::AsBefore)) }
    }

    /// Sends one write and says what came back. Where it has to wait before it is sent again, live is confirmed again.
    async fn send(&mut self, endpoint: Endpoint, request: &ApiRequest) -> Result<Sent, Halt> {
        self.tell(Event::Writing { method: request.method().clone(), path: request.path().to_owned() });
        let mut stop = None;
        let mut attempts = self.writer.attempts(request);
        let result = loop {
            match attempts.next().await {
                Step::Done(result) => break result,
                Step::Again(wait) => tokio::time::sleep(wait).await,
            }
            stop = self.unmoved(endpoint).await.err();
            if stop.is_some() {
                break attempts.give_up();
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
        if answer == WriteAnswer::Uncertain {
            self.tell(Event::Uncertain { error: error.error().to_string() });
        }
        Ok(Sent { answer, error: Some(error.into_error()) })
    }

    /// Looks at what a write did: once where the API says that it did nothing, a bounded number of times where it may have
    /// acted, and not at all where nothing reached it. Returns what was read last.
    async fn look(
        &self,
        endpoint: Endpoint,
        answer: WriteAnswer,
        judge: impl Fn(&Slot) -> (Observed, Vec<Mismatch>),
    ) -> ReadBack {
        let reads = match answer {
            WriteAnswer::Accepted | WriteAnswer::Uncertain => READS,
            WriteAnswer::Refused | WriteAnswer::Clash => 1,
            WriteAnswer::NotSent => 0,
        };
        let mut look =
            ReadBack { observed: Observed::Unread, slot: Slot::NotRead, mismatches: Vec::new(), error: None };
        let mut pause = FIRST_PAUSE;
        for read in 1..=reads {
            let slot = match self.read_back(endpoint).await {
                Ok(slot) => slot,
                Err(error) => return ReadBack { observed: Observed::Unread, error: Some(error), ..look },
            };
            let (observed, mismatches) = judge(&slot);
            let arrived = mismatches.iter().all(|found| found.why != Why::NotConverged);
            tracing::trace!(read, reads, differences = mismatches.len(), "compared what was read back");
            look = ReadBack { observed, slot, mismatches, error: None };
            if arrived || read == reads {
                break;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        tracing::debug!(?endpoint, ?answer, observed = ?look.observed, "a write was compared with what was read back");
        look
    }

    /// Reads an endpoint once, after a write.
    async fn read_back(&self, endpoint: Endpoint) -> Result<Slot, cloudflare::Error> {
        let target = &self.approved.plan.target;
        self.tell(Event::ReadingBack { path: target.path(endpoint) });
        let mut live = self.reader.live(target, &[endpoint]).await?;
        Ok(std::mem::take(live.slot_mut(endpoint)))
    }

    fn tell(&self, event: Event) {
        (self.options.observer)(event);
    }
}

/// Compares an endpoint after an update with what was wanted and with what was there.
fn judge_update(model: &Model, before: &Document, changes: &[&Change], slot: &Slot) -> (Observed, Vec<Mismatch>) {
    let Some(after) = slot.document() else {
        return (Observed::Otherwise, changes.iter().map(|change| Mismatch::unseen(change)).collect());
    };
    let mismatches = verify(model, Some(before), after, changes);
    let observed = match () {
        () if mismatches.is_empty() => Observed::AsWanted,
        () if document_differences(model, before, after).is_empty() => Observed::AsBefore,
        () => Observed::Otherwise,
    };
    (observed, mismatches)
}

/// Why a creation failed. A conflict that the API speaks of means that an organization exists.
fn creation_failure(end: End, answer: Sent, read: Option<cloudflare::Error>) -> Option<Failure> {
    let Sent { answer, error } = answer;
    match (end, answer) {
        (End::Conflict, WriteAnswer::Refused | WriteAnswer::Clash) => Some(Failure::Exists { refusal: error }),
        (End::Conflict, _) => None,
        (_, WriteAnswer::Uncertain) => match (read, error) {
            (Some(read), _) => Some(read.into()),
            (None, error) => error.map(|error| Failure::CreationUnseen { error }),
        },
        _ => error.or(read).map(Failure::Request),
    }
}
