//! Renders the steps of an apply while it runs.

use std::path::Path;

use crate::apply::Event;
use crate::text::Visible;
use crate::text::layout::{TerminalText, item, item_pieces, joined, terminal};
use crate::text::style::{Role, Style};

/// A step of an apply.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The live state was written to this backup.
    Backup(&'a Path),
    /// The writes, and what the API answers.
    Event(&'a Event),
}

/// Renders a step. A path that does not fit beside its label has a line of its own, so that it can be copied.
///
/// `manifest` is set in a run for several organizations, and starts the text.
pub fn step(manifest: Option<&str>, step: Step<'_>, style: &Style) -> String {
    let start: Vec<_> = manifest.map(|path| terminal!("{}:", Visible::of(path))).into_iter().collect();
    let quiet = |pieces: &[TerminalText]| {
        let pieces: Vec<_> = start.iter().chain(pieces).map(|piece| style.paint(Role::Quiet, piece)).collect();
        item_pieces(0, &pieces, style.width)
    };
    let prose = |sentence: TerminalText| item(0, joined(&[&start[..], &[sentence]].concat()), style.width);
    let whole = |text: &str| terminal!("{}", Visible::whole(text));
    let error = |text: &str| Visible::one_line(text, usize::MAX);
    let text = match step {
        Step::Backup(path) => quiet(&["backup:".into(), whole(&path.to_string_lossy())]),
        Step::Event(Event::Writing { method, path }) => quiet(&[whole(method.as_str()), whole(path)]),
        Step::Event(Event::ReadingBack { path }) => quiet(&["GET".into(), whole(path), "(read-back)".into()]),
        Step::Event(Event::Uncertain { error: unclear }) => {
            prose(terminal!("no clear answer: {}; reading the live state to find out", error(unclear)))
        }
        Step::Event(Event::AppliedDespiteRefusal { error: refusal }) => {
            prose(terminal!("{}; a read shows that the write took effect", error(refusal)))
        }
    };
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::style::ColorLevel;

    const MANIFEST: Option<&str> = Some("orgs/eu.yaml");

    #[test]
    fn a_path_that_does_not_fit_beside_its_label_has_a_line_of_its_own() {
        let path = "/accounts/699d98642c564d2e855e9661899b7252/access/organizations".to_owned();
        let (write, read) =
            (Event::Writing { method: http::Method::PUT, path: path.clone() }, Event::ReadingBack { path });
        let backup = Path::new("/home/me/the backups/organization-2026-11-27.json");
        let steps = [Step::Backup(backup), Step::Event(&write), Step::Event(&read)];
        let shown = |manifest| steps.map(|one| step(manifest, one, &Style::plain(60))).concat();
        insta::assert_snapshot!(shown(None) + &shown(MANIFEST), @r"
        backup: /home/me/the backups/organization-2026-11-27.json
        PUT
            /accounts/699d98642c564d2e855e9661899b7252/access/organizations
        GET
            /accounts/699d98642c564d2e855e9661899b7252/access/organizations
            (read-back)
        orgs/eu.yaml: backup:
            /home/me/the backups/organization-2026-11-27.json
        orgs/eu.yaml: PUT
            /accounts/699d98642c564d2e855e9661899b7252/access/organizations
        orgs/eu.yaml: GET
            /accounts/699d98642c564d2e855e9661899b7252/access/organizations
            (read-back)
        ");
    }

    #[test]
    fn what_needs_attention_is_not_quiet_and_wraps_as_prose() {
        let style = Style { color: ColorLevel::Ansi, width: 60 };
        let event = Event::Uncertain {
            error: "PUT /accounts/1/access/organizations:\n  the connection\u{1b}[2J was lost".to_owned(),
        };
        insta::assert_snapshot!(step(MANIFEST, Step::Event(&event), &style), @r"
        orgs/eu.yaml: no clear answer: PUT
            /accounts/1/access/organizations: the
            connection\u{1b}[2J was lost; reading the live state to
            find out
        ");
        let quiet = step(MANIFEST, Step::Backup(Path::new("a.json")), &style);
        assert_eq!(quiet, "\u{1b}[2morgs/eu.yaml:\u{1b}[0m \u{1b}[2mbackup:\u{1b}[0m \u{1b}[2ma.json\u{1b}[0m\n");
    }
}
