//! Text that links to the page of a code host.

use askama::Template;

use crate::document::CiRun;
use crate::report::links;
use crate::text::Visible;

/// Text with a link, if it has an address.
#[derive(Default, Template)]
#[template(path = "linked.html", config = "src/report/html/askama.toml")]
pub(super) struct LinkedText {
    pub(super) text: Visible,
    url: Option<String>,
}

impl LinkedText {
    /// Returns a text with a link. Only `https` addresses are linked, because the page can be opened outside of the network
    /// of its pipeline.
    pub(super) fn new(text: Visible, url: Option<String>) -> Self {
        Self { text, url: url.filter(|url| url.starts_with("https://")) }
    }

    /// Returns links to the commit and the run of a pipeline.
    pub(super) fn of_run(ci: Option<&CiRun>) -> Vec<Self> {
        let links = ci.map(links::of_run).unwrap_or_default();
        links.into_iter().map(|(label, url)| Self::new(label, Some(url.to_owned()))).collect()
    }
}
