//! Logs: off by default, always on standard error.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::options::{LogFormat, OutputArgs};
use crate::cli::output::ui::Ui;
use crate::report::ColorLevel;
use crate::text::visible;

/// Starts logging if `-v` or `RUST_LOG` is set.
///
/// # Errors
/// Returns an error if `RUST_LOG` cannot be parsed.
pub(crate) fn start(args: &OutputArgs, env: &Env, ui: &Ui) -> Result<(), CliError> {
    let directives = match (env.get(env::RUST_LOG), args.verbose) {
        (Some(filter), _) => filter.to_owned(),
        (None, 0) => return Ok(()),
        // Requests, answers and retries.
        (None, 1) => "zerodrift=info".to_owned(),
        // Decisions: why a change is planned, a request is not retried, or a write counts as done.
        (None, 2) => "zerodrift=debug".to_owned(),
        // Equal values, and the connection. Headers with a credential are marked sensitive, so no level shows them.
        (None, _) => "zerodrift=trace,reqwest=debug,hyper_util=debug".to_owned(),
    };
    let invalid = |error| CliError::usage(format!("RUST_LOG={}: {error}", visible(&directives)));
    let filter = EnvFilter::try_new(&directives).map_err(invalid)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Reporting that standard error cannot be written would panic.
        .log_internal_errors(false)
        .with_writer(LogWriter::of(ui, args.log_format))
        .with_ansi(ui.err.color != ColorLevel::Plain);
    // Tests may set a second subscriber in one process, which fails harmlessly.
    let _ = match args.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// Writes each event through [`Ui`], because events of other crates are untrusted text.
#[derive(Debug, Clone)]
struct LogWriter {
    ui: Ui,
    format: LogFormat,
}

impl LogWriter {
    /// Returns a function that creates writers, as the subscriber requires.
    fn of(ui: &Ui, format: LogFormat) -> impl Fn() -> Self + use<> {
        let writer = Self { ui: ui.clone(), format };
        move || writer.clone()
    }
}

impl io::Write for LogWriter {
    /// Writes one event. The subscriber calls this once per event.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.ui.log(&String::from_utf8_lossy(event), self.format);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
