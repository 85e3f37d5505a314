//! `sandbox`: serves the emulated API on loopback until Ctrl-C.

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
    context.print(&format!(
        "export CLOUDFLARE_BASE_URL={}\nexport CLOUDFLARE_API_TOKEN={}\n",
        running.base_url(),
        SANDBOX_TOKEN
    ))?;
    context
        .ui
        .say(&format!("The sandbox keeps its state in {}; edit it while it runs. Ctrl-C stops it.", path.display()));
    // Ctrl-C is how a server is stopped, so it is success.
    let _ = interrupt::abandonable(std::future::pending::<()>()).await;
    Ok(Exit::Success)
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
