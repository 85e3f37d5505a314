//! The careful write: body, write, settle what is uncertain, read back, compare every path.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::outcome::{End, Failure, Known, Outcome};
use super::verify::{Mismatch, not_converged, verify};
use super::{Approved, Event, Options, body};
use crate::cloudflare::{self, Call, Method, Reader, WriteError, Writer};
use crate::json::JsonText;
use crate::organization::{Document, Endpoint, Live, Slot, dotted};
use crate::plan::{Action, Change};

/// How often an update whose outcome was uncertain is sent again, after a read has shown that it did not happen.
const REPEATS: usize = 2;
/// How often live is read until it shows a write: nothing public shows a lag, and nothing excludes one.
const READS: usize = 6;
/// The pause before the second read; each further one is twice as long, about eight seconds in all.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Everything an apply holds on to while it runs.
pub(super) struct Run<'a> {
    pub(super) reader: &'a Reader,
    pub(super) writer: &'a Writer,
    pub(super) approved: Approved<'a>,
    pub(super) options: &'a Options<'a>,
    /// Live as read last.
    pub(super) live: Live,
    pub(super) writes: usize,
    /// The endpoints that a read-back has proved.
    pub(super) proved: usize,
    /// The writes that were sent.
    pub(super) calls: Vec<Call>,
}

/// Why an apply stops early.
enum Stop {
    Failed(Failure, Known),
    Conflict(Vec<Mismatch>),
}

/// What became of one write request.
enum Sent {
    Accepted,
    Refused(cloudflare::Error),
    Uncertain(cloudflare::Error),
}

impl Run<'_> {
    pub(super) async fn run(mut self) -> Outcome {
        let stop = self.steps().await.err();
        let (writes, proved, calls) = (self.writes, self.proved, self.calls);
        match stop {
            None => {
                let end = if writes == 0 { End::InSync } else { End::Applied };
                let known = Known::AsWanted;
                Outcome { end, writes, verified: true, known, mismatches: Vec::new(), failure: None, calls }
            }
            Some(Stop::Conflict(mismatches)) => Outcome {
                end: End::Conflict,
                writes,
                verified: false,
                known: Known::Otherwise,
                mismatches,
                failure: None,
                calls,
            },
            Some(Stop::Failed(failure, known)) => {
                let known = if known == Known::AsBefore && proved > 0 { Known::Partly } else { known };
                let failure = Some(failure);
                Outcome { end: End::Failed, writes, verified: false, known, mismatches: Vec::new(), failure, calls }
            }
        }
    }

    async fn steps(&mut self) -> Result<(), Stop> {
        self.check_unknown()?;
        if self.approved.plan.action == Action::Create {
            self.create().await?;
            // The DoH object came into being with the organization: what it holds now is what a write must echo.
            if !self.remaining(Endpoint::Doh).is_empty() {
                self.live.doh = self.read_back(Endpoint::Doh).await?;
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

    fn check_unknown(&self) -> Result<(), Stop> {
        let fields: Vec<String> = self.live.documents().flat_map(|document| self.unknown(document)).collect();
        if self.options.strict_unknown && !fields.is_empty() {
            return Err(Stop::Failed(Failure::StrictUnknown { fields }, Known::AsBefore));
        }
        Ok(())
    }

    fn unknown(&self, document: &Document) -> Vec<String> {
        let unknown = document.unknown(self.options.model);
        unknown.iter().map(|field| dotted(document.endpoint, &field.keys)).collect()
    }

    /// The changes of an endpoint that live, as read last, does not show.
    fn remaining(&self, endpoint: Endpoint) -> Vec<Change> {
        let of_endpoint = self.approved.plan.changes.iter().filter(|change| change.setting.endpoint() == endpoint);
        let shown = |change: &&Change| {
            self.live
                .document(endpoint)
                .is_some_and(|document| not_converged(self.options.model, document, &[change]).is_empty())
        };
        of_endpoint.filter(|change| !shown(change)).cloned().collect()
    }

    /// Creates the organization. The POST is sent once, whatever happens to its answer.
    async fn create(&mut self) -> Result<(), Stop> {
        let changes: Vec<&Change> = self
            .approved
            .plan
            .changes
            .iter()
            .filter(|change| change.setting.endpoint() == Endpoint::Organization)
            .collect();
        let body = body::post(&changes);
        let lost = match self.send(Method::Post, Endpoint::Organization, &body).await? {
            Sent::Accepted => None,
            Sent::Refused(error) => return Err(Stop::Failed(error.into(), Known::AsBefore)),
            Sent::Uncertain(error) => Some(error),
        };
        let slot = self.read_until(Endpoint::Organization, |slot| slot.document().is_some()).await?;
        match (slot, lost) {
            (Slot::Present(document), _) => {
                self.live.organization = Slot::Present(document);
                self.proved += 1;
                Ok(())
            }
            (_, Some(error)) => Err(Stop::Failed(Failure::CreationUnseen { error }, Known::Unknown)),
            (_, None) => Err(Stop::Conflict(changes.iter().map(|change| unseen(change)).collect())),
        }
    }

    /// Updates one endpoint, and does not return before live shows it or it is known why not.
    async fn update(&mut self, endpoint: Endpoint, changes: &[Change]) -> Result<(), Stop> {
        let changes: Vec<&Change> = changes.iter().collect();
        let model = self.options.model;
        let before = self.live.document(endpoint).cloned().unwrap_or_else(|| Document::new(endpoint, Map::new()));
        let body = body::put(model, &before, &changes, self.options.omit);
        let mut repeats = 0;
        loop {
            let lost = match self.send(Method::Put, endpoint, &body).await? {
                Sent::Accepted => None,
                Sent::Refused(error) => return Err(self.refused(error, &before).await),
                Sent::Uncertain(error) => Some(error),
            };
            let converged =
                |slot: &Slot| slot.document().is_some_and(|live| not_converged(model, live, &changes).is_empty());
            let slot = self.read_until(endpoint, converged).await?;
            let Slot::Present(after) = slot else {
                return Err(Stop::Conflict(changes.iter().map(|change| unseen(change)).collect()));
            };
            let mismatches = verify(model, Some(&before), &after, &changes);
            if mismatches.is_empty() {
                *self.live.slot_mut(endpoint) = Slot::Present(after);
                self.proved += 1;
                return Ok(());
            }
            let untouched = verify(model, Some(&before), &after, &[]).is_empty();
            match lost {
                Some(_) if untouched && repeats < REPEATS => repeats += 1,
                Some(error) if untouched => return Err(Stop::Failed(error.into(), Known::AsBefore)),
                _ => return Err(Stop::Conflict(mismatches)),
            }
        }
    }

    /// Sends one write and says what became of it. The state from before is kept first, where this is the first write.
    async fn send(&mut self, method: Method, endpoint: Endpoint, body: &JsonText) -> Result<Sent, Stop> {
        if self.writes == 0 {
            (self.options.keep)(self.approved.live).map_err(|error| Stop::Failed(error.into(), Known::AsBefore))?;
        }
        let target = &self.approved.plan.target;
        self.writes += 1;
        self.tell(Event::Writing { method, path: target.path(endpoint) });
        let result = match (method, endpoint) {
            (Method::Post, _) => self.writer.create_organization(target, body).await,
            (_, Endpoint::Organization) => self.writer.update_organization(target, body).await,
            (_, Endpoint::Doh) => self.writer.update_doh(target, body).await,
        };
        self.calls.extend(match &result {
            Ok(written) => Some(written.call.clone()),
            Err(error) => error.error().call().cloned(),
        });
        Ok(match result {
            Ok(_) => Sent::Accepted,
            Err(WriteError::Refused(error)) => Sent::Refused(error),
            Err(WriteError::Uncertain(error)) => {
                self.tell(Event::Uncertain { error: error.to_string() });
                Sent::Uncertain(error)
            }
        })
    }

    /// Reads an endpoint until it shows what is waited for, a bounded number of times; returns what was read last.
    async fn read_until(&self, endpoint: Endpoint, shows: impl Fn(&Slot) -> bool) -> Result<Slot, Stop> {
        let mut pause = FIRST_PAUSE;
        let mut reads = 1;
        loop {
            let slot = self.read_back(endpoint).await?;
            if reads == READS || shows(&slot) {
                return Ok(slot);
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
            reads += 1;
        }
    }

    /// Reads an endpoint once, after a write.
    async fn read_back(&self, endpoint: Endpoint) -> Result<Slot, Stop> {
        let target = &self.approved.plan.target;
        self.tell(Event::ReadingBack { path: target.path(endpoint) });
        let mut live =
            self.reader.live(target, &[endpoint]).await.map_err(|error| Stop::Failed(error.into(), Known::Unknown))?;
        Ok(std::mem::take(live.slot_mut(endpoint)))
    }

    /// A refusal, made precise: whether anything was stored, and whether fields that nobody knows may be to blame.
    async fn refused(&self, error: cloudflare::Error, before: &Document) -> Stop {
        let fields = self.unknown(before);
        let suspicious = error.has_code("12062") && !fields.is_empty();
        let known = match self.reader.live(&self.approved.plan.target, &[before.endpoint]).await {
            Ok(live) => match live.document(before.endpoint) {
                Some(after) => {
                    let moved = verify(self.options.model, Some(before), after, &[]);
                    if !moved.is_empty() {
                        return Stop::Conflict(moved);
                    }
                    Known::AsBefore
                }
                None => Known::Unknown,
            },
            // The API said that it refused; that nobody could look again does not change that.
            Err(_) => Known::AsBefore,
        };
        let failure = if suspicious { Failure::UnknownFields { error, fields } } else { error.into() };
        Stop::Failed(failure, known)
    }

    fn tell(&self, event: Event) {
        (self.options.observer)(event);
    }
}

/// A change of an object that is not there although it was written.
fn unseen(change: &Change) -> Mismatch {
    Mismatch {
        path: change.setting.path.to_owned(),
        why: super::verify::Why::NotConverged,
        expected: change.after.clone(),
        found: Json::Null,
    }
}
