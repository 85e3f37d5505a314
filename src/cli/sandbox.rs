//! `sandbox`: serves the emulated API on loopback until Ctrl-C.

use std::path::Path;

use super::args::SandboxArgs;
use super::connect::{SANDBOX_TOKEN, sandbox_state, serve};
use super::error::CliError;
use super::exit::Exit;
use super::{Context, interrupt};
use crate::sandbox::{Fault, Personality, Store, StoreError};

/// Serves, says how to reach it, and waits.
pub(super) async fn run(context: &Context, args: &SandboxArgs) -> Result<Exit, CliError> {
    let path = sandbox_state(&context.env, args.state.as_deref())?;
    let store = Store::open(&path).map_err(|error| CliError::new("sandbox", Exit::Failed, error.to_string()))?;
    configure(&store, args)?;
    let running = serve(store, args.port).await?;
    let serving = async {
        // Once around, so that Ctrl-C is heard before anybody knows that there is something to stop.
        tokio::task::yield_now().await;
        say_where(context, &running.base_url(), &path)?;
        std::future::pending::<Result<Exit, CliError>>().await
    };
    // Ctrl-C is how a server is stopped, so it is success.
    interrupt::abandonable(serving).await.unwrap_or(Ok(Exit::Success))
}

fn say_where(context: &Context, base_url: &str, state: &Path) -> Result<(), CliError> {
    context.print(&format!("export CLOUDFLARE_BASE_URL={base_url}\nexport CLOUDFLARE_API_TOKEN={SANDBOX_TOKEN}\n"))?;
    let state = context.env.short(state);
    context.ui.say(&format!("The sandbox keeps its state in {state}; edit it while it runs. Ctrl-C stops it."));
    Ok(())
}

fn configure(store: &Store, args: &SandboxArgs) -> Result<(), CliError> {
    let personality = args.personality.as_deref().map(str::parse::<Personality>).transpose();
    let personality = personality.map_err(|error| CliError::usage(format!("--personality: {error}")))?;
    let faults: Result<Vec<Fault>, _> = args.fault.iter().map(|text| text.parse::<Fault>()).collect();
    let faults = faults.map_err(|error| CliError::usage(format!("--fault: {error}")))?;
    let failed = |error: StoreError| CliError::new("sandbox", Exit::Failed, error.to_string());
    let mut state = store.load().map_err(failed)?;
    if let Some(personality) = personality {
        state.personality = personality;
    }
    state.faults.extend(faults);
    store.save(&state).map_err(failed)
}
