//! Logs: off unless asked for, always on standard error.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::options::{LogFormat, OutputArgs};
use crate::cli::output::ui::Ui;
use crate::report::ColorLevel;
use crate::text::visible;

/// Turns logging on where `-v` or `RUST_LOG` asks for it.
///
/// # Errors
/// If `RUST_LOG` cannot be understood.
pub(crate) fn start(args: &OutputArgs, env: &Env, ui: &Ui) -> Result<(), CliError> {
    let wanted = match (env.get(env::RUST_LOG), args.verbose) {
        (Some(filter), _) => filter.to_owned(),
        (None, 0) => return Ok(()),
        // Requests, answers and retries.
        (None, 1) => "zerodrift=info".to_owned(),
        // Why a change is planned, a request is not repeated, or a write counts as done.
        (None, 2) => "zerodrift=debug".to_owned(),
        // What was compared and is equal, and the connection. Headers that carry a credential are marked sensitive, so no level shows them.
        (None, _) => "zerodrift=trace,reqwest=debug,hyper_util=debug".to_owned(),
    };
    let refused = |error| CliError::usage(format!("RUST_LOG={}: {error}", visible(&wanted)));
    let filter = EnvFilter::try_new(&wanted).map_err(refused)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Where standard error is full, there is nobody to tell, and trying would panic.
        .log_internal_errors(false)
        .with_writer(LogWriter::of(ui, args.log_format))
        .with_ansi(ui.err.color != ColorLevel::Plain);
    // A second subscriber in one process (a test) changes nothing that matters.
    let _ = match args.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// Hands each event to [`Ui`]: what others log may hold anything.
#[derive(Debug, Clone)]
struct LogWriter {
    ui: Ui,
    format: LogFormat,
}

impl LogWriter {
    /// A maker of writers, as the subscriber wants one.
    fn of(ui: &Ui, format: LogFormat) -> impl Fn() -> Self + use<> {
        let writer = Self { ui: ui.clone(), format };
        move || writer.clone()
    }
}

impl io::Write for LogWriter {
    /// The subscriber writes an event whole.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.ui.log(&String::from_utf8_lossy(event), self.format);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
