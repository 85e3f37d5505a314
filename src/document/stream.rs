//! Writes a plan document of many organizations, one at a time.

use std::io::{self, BufRead as _, BufReader, Read, Seek, Write};

use jiff::Timestamp;
use serde_json::json;

use super::compared::Compared;
use super::comparison::{Comparison, Wording};
use super::of_plan::{self, Totals};
use super::plan::{FailureEntry, InputsEntry, PlanDocument, PlanEntry, SavedEntry, ShardEntry};
use crate::json;
use crate::plan::{SavedPlan, Seal};

/// Writes the [plan document](super::plan_document) of many organizations without keeping it in memory. Plans are collected
/// in a file until the totals are known.
#[derive(Debug)]
pub struct PlanStream<S> {
    spool: S,
    wording: Wording,
    shard: Option<ShardEntry>,
    totals: Totals,
    failures: Vec<FailureEntry>,
    saved: Option<SavedEntry>,
}

impl<S: Read + Write + Seek> PlanStream<S> {
    /// Returns a document without organizations. The spool is an empty file.
    pub fn new(spool: S, wording: Wording, shard: Option<ShardEntry>) -> Self {
        Self { spool, wording, shard, totals: Totals::default(), failures: Vec::new(), saved: None }
    }

    /// Makes it the document of saved plans, which cannot be applied from a point in time on.
    #[must_use]
    pub fn expiring_at(self, time: Timestamp) -> Self {
        Self { saved: Some(SavedEntry { expires_at: time.to_string() }), ..self }
    }

    /// Adds an organization.
    ///
    /// # Errors
    /// Returns an error if the spool cannot be written.
    pub fn add(&mut self, compared: &Compared<'_>) -> io::Result<()> {
        self.totals.add(compared);
        match compared {
            Compared::Failed(failure) => {
                self.failures.push((**failure).clone());
                Ok(())
            }
            Compared::Done(comparison) => self.put(&PlanEntry::from(&**comparison)),
        }
    }

    /// Adds a saved plan.
    ///
    /// # Errors
    /// Returns an error if the spool cannot be written.
    pub fn add_saved(&mut self, comparison: Comparison<'_>, saved: &SavedPlan) -> io::Result<()> {
        let inputs = InputsEntry { declared: saved.declared.clone(), live: saved.live.clone() };
        let entry = PlanEntry { inputs: Some(inputs), ..PlanEntry::from(&comparison) };
        self.totals.add(&comparison.into());
        self.put(&entry)
    }

    /// Writes one line for the seal, which covers sorted members, and one for the document.
    fn put(&mut self, entry: &PlanEntry) -> io::Result<()> {
        writeln!(self.spool, "{}\n{}", json::sorted(&json!(entry)), serde_json::to_string(entry)?)
    }

    /// Writes the document.
    ///
    /// # Errors
    /// Returns an error if the spool cannot be read, or the document cannot be written.
    pub fn finish(mut self, out: &mut impl Write) -> io::Result<()> {
        let frame = of_plan::frame(self.wording, self.shard, &self.totals, std::mem::take(&mut self.failures));
        let frame = PlanDocument { saved: self.saved.take(), ..frame };
        let mut seal = Seal::default();
        let (sorted, pretty) = (json::sorted(&json!(frame)), super::to_text(&frame));
        // The frame has no plans, and no text in it contains this key with an empty array, since quotes in texts are escaped.
        const SORTED: &str = "\"plans\":[]";
        const PRETTY: &str = "\"plans\": []";
        let (before, after) = sorted.split_once(SORTED).unwrap_or_default();
        seal.add(before);
        seal.add("\"plans\":[");
        self.each(|number, line, _| {
            seal.add(if number > 0 { "," } else { "" });
            seal.add(line);
            Ok(())
        })?;
        seal.add("]");
        seal.add(after);
        let seal = seal.finish();
        let (before, after) = pretty.split_once(PRETTY).unwrap_or_default();
        out.write_all(before.as_bytes())?;
        out.write_all(b"\"plans\": [")?;
        let mut number_of_plans = 0;
        self.each(|number, _, line| {
            number_of_plans = number + 1;
            out.write_all(if number > 0 { b",\n" } else { b"\n" })?;
            out.write_all(indented(line)?.as_bytes())
        })?;
        out.write_all(if number_of_plans > 0 { b"\n  ]" } else { b"]" })?;
        let end = after.trim_end().strip_suffix('}').unwrap_or(after).trim_end();
        writeln!(out, "{end},\n  \"seal\": \"{seal}\"\n}}")
    }

    /// Calls a function with both lines of each plan.
    fn each(&mut self, mut with: impl FnMut(usize, &str, &str) -> io::Result<()>) -> io::Result<()> {
        self.spool.rewind()?;
        let mut lines = BufReader::new(&mut self.spool);
        let (mut sorted, mut compact) = (String::new(), String::new());
        for number in 0.. {
            sorted.clear();
            compact.clear();
            if lines.read_line(&mut sorted)? == 0 {
                break;
            }
            lines.read_line(&mut compact)?;
            with(number, sorted.trim_end(), compact.trim_end())?;
        }
        Ok(())
    }
}

/// Returns a plan as lines at its place in the document.
fn indented(compact: &str) -> io::Result<String> {
    let entry: serde_json::Value = serde_json::from_str(compact)?;
    let lines: Vec<String> = super::to_text(&entry).lines().map(|line| format!("    {line}")).collect();
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::document::tests::failure;
    use crate::document::{Comparison, ErrorEntry, plan_document, to_text};
    use crate::ending::FailureKind;
    use crate::plan::tests::samples::{busy, create, in_sync};

    fn streamed(set: &[Compared<'_>], shard: Option<ShardEntry>) -> String {
        let mut stream = PlanStream::new(Cursor::new(Vec::new()), Wording::Plan, shard);
        set.iter().for_each(|compared| stream.add(compared).unwrap());
        let mut text = Vec::new();
        stream.finish(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_streamed_document_is_the_document() {
        let plans = [busy(), create(), in_sync()];
        let done = |number: usize| Compared::from(Comparison::of(Wording::Plan, &plans[number]));
        let failed = || {
            // Text that looks like the place of the plans.
            let message = "\"plans\":[] \"plans\": []".to_owned();
            Compared::from(failure(ErrorEntry::new(FailureKind::Network, message, Vec::new())))
        };
        for set in [vec![], vec![failed()], vec![done(0)], vec![done(0), failed(), done(1), done(2)]] {
            assert_eq!(streamed(&set, None), to_text(&plan_document(Wording::Plan, None, &set)));
        }
        let shard = Some(ShardEntry { index: 2, of: 7, manifests: 40, set: None });
        let set = [done(0), done(2)];
        assert_eq!(streamed(&set, shard), to_text(&plan_document(Wording::Plan, shard, &set)));
    }
}
