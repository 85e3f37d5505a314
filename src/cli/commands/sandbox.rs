//! `sandbox`: serves the emulated API on loopback until a signal stops it.

mod edit;
mod generated;
mod manifests;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::edit::EditArgs;
use self::generated::GeneratedArgs;
use self::manifests::ManifestsArgs;
use crate::cli::command_spec::{CommandSpec, block_on};
use crate::cli::connection::connect::{SANDBOX_TOKEN, open_instance, sandbox_error, sandbox_state, serve};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::process::interrupt;
use crate::cloudflare::Rate;
use crate::ending::Exit;
use crate::sandbox::openapi;
use crate::sandbox::{Fault, Instance, Personality, Sandbox, State};

/// Serve an emulated API on loopback, for trials and tests
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift sandbox
  zerodrift sandbox --state live.json --port 8787

  Serve 10,000 organizations, of which 3 differ from their manifests:
    zerodrift sandbox manifests orgs --organizations 10000
    zerodrift sandbox --organizations 10000 --drifted 3

  List the behaviours that can be emulated, then choose some:
    zerodrift sandbox --personality list
    zerodrift sandbox --personality put=merge,durations=rewritten

  Drop the connection after the first PUT:
    zerodrift sandbox --fault PUT:reset-after

  Refuse all reads of one account:
    zerodrift sandbox --fault 699d98642c564d2e855e9661899b7252=GET:403@all

  Let each answer for that account take two seconds:
    zerodrift sandbox --fault 699d98642c564d2e855e9661899b7252=*:slow+2s@all

  Answer at most 1,200 requests in 5 minutes, as Cloudflare does:
    zerodrift sandbox --budget 1200/5m

  Print an OpenAPI description for HTTP client generators:
    zerodrift sandbox --openapi

Prints the environment variables to export, and runs until Ctrl-C.")]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct SandboxArgs {
    #[command(subcommand)]
    command: Option<SandboxCommand>,
    /// Serve N generated organizations instead of one that answers to any id
    ///
    /// Their state is in memory, unless --state names a file.
    #[arg(long, value_name = "N", value_parser = generated::organizations, allow_negative_numbers = true)]
    #[arg(help_heading = "Generated organizations")]
    organizations: Option<u32>,
    #[command(flatten)]
    generated: GeneratedArgs,
    /// The state file; you can edit it while the sandbox runs
    #[arg(long, value_name = "STATE.json")]
    state: Option<PathBuf>,
    /// The port on loopback; 0 for any free port
    #[arg(long, default_value_t = 0, value_parser = port, allow_negative_numbers = true)]
    port: u16,
    /// Undocumented behaviours to emulate: a name or switch=value,…
    #[arg(long, value_name = "SWITCHES")]
    personality: Option<String>,
    /// A request that fails or is slow, such as PUT:reset-after; repeatable
    #[arg(long, value_name = "FAULT")]
    fault: Vec<String>,
    /// Answer at most N requests in this time, such as 1200/5m
    ///
    /// The answers report what is left. A request beyond it is refused with
    /// 429, and so is every further one for that time, as Cloudflare does.
    /// Without this option, there is no limit.
    #[arg(long, value_name = "N/DURATION")]
    budget: Option<Rate>,
    /// Print the OpenAPI description of the emulated API and exit
    #[arg(long)]
    openapi: bool,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
enum SandboxCommand {
    Edit(EditArgs),
    Manifests(ManifestsArgs),
}

impl CommandSpec for SandboxArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        match &self.command {
            Some(SandboxCommand::Edit(edit)) => edit::run(context, edit),
            Some(SandboxCommand::Manifests(manifests)) => manifests::run(context, manifests),
            None => block_on(run(context, self)),
        }
    }
}

/// Starts the server, prints how to reach it, and waits for a signal.
async fn run(context: &Context, args: &SandboxArgs) -> Result<Exit, CliError> {
    if args.openapi {
        context.print(&openapi(context.model))?;
        return Ok(Exit::Success);
    }
    if args.personality.as_deref() == Some("list") {
        context.print(&personalities())?;
        return Ok(Exit::Success);
    }
    let (personality, faults) = overrides(args)?;
    let (instance, place) = open(context, args)?;
    let instance = instance.with_overrides(personality, faults.clone());
    let instance = args.budget.iter().fold(instance, |instance, rate| instance.with_budget(*rate));
    let state = instance.state().map_err(sandbox_error)?;
    let running = serve(instance, args.port).await?;
    let serving = async {
        say_where(context, &running.base_url(), &place)?;
        say_behaviour(context, &state, personality, &faults, args.budget);
        std::future::pending::<Result<Exit, CliError>>().await
    };
    // A signal is the normal way to stop the server, so the run succeeds.
    interrupt::abandonable(serving).await.unwrap_or(Ok(Exit::Success))
}

/// Opens the sandbox to serve. Returns also a note about where its state is.
fn open(context: &Context, args: &SandboxArgs) -> Result<(Instance, String), CliError> {
    let set = args.organizations.map(|organizations| args.generated.set(organizations)).transpose()?;
    let path = match (set, &args.state) {
        (Some(set), None) => {
            let instance = Instance::from(Sandbox::from_state(State::with_generated(set))).without_recording();
            return Ok((instance, "The state is in memory, and is lost when the sandbox stops.".to_owned()));
        }
        (Some(set), Some(path)) => generated::open_store(path, set)?.path().to_owned(),
        (None, named) => sandbox_state(&context.env, named.as_deref())?,
    };
    let place = format!("State file: {}. You can edit it while the sandbox runs.", context.env.short(&path));
    Ok((open_instance(&path)?, place))
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("expected a port from 0 to {}", u16::MAX))
}

/// Parses the personality and the faults of the command line. They apply to this run and are not written to the state file.
fn overrides(args: &SandboxArgs) -> Result<(Option<Personality>, Vec<Fault>), CliError> {
    let personality = args.personality.as_deref().map(str::parse::<Personality>).transpose();
    let personality = personality.map_err(|error| {
        CliError::usage(format!("--personality: {error}"))
            .hint("to list them, run: zerodrift sandbox --personality list")
    })?;
    let faults: Result<Vec<Fault>, _> = args.fault.iter().map(|text| text.parse::<Fault>()).collect();
    Ok((personality, faults.map_err(|error| CliError::usage(format!("--fault: {error}")))?))
}

fn say_where(context: &Context, base_url: &str, state: &str) -> Result<(), CliError> {
    context.print(&format!("export CLOUDFLARE_BASE_URL={base_url}\nexport CLOUDFLARE_API_TOKEN={SANDBOX_TOKEN}\n"))?;
    context.ui.note(&format!("{state} Press Ctrl-C to stop."));
    Ok(())
}

/// Prints the personality, the faults and the budget that differ from the default, so that an emulated fault is not mistaken for a bug.
fn say_behaviour(
    context: &Context,
    state: &State,
    personality: Option<Personality>,
    faults: &[Fault],
    budget: Option<Rate>,
) {
    let say = |what: &str, value: String, from: &str| {
        if !value.is_empty() {
            context.ui.note(&format!("{what} {from}: {value}"));
        }
    };
    let listed = |faults: &[Fault]| faults.iter().map(Fault::to_string).collect::<Vec<_>>().join(", ");
    let generated = state
        .generated
        .map(|set| format!("{} generated, seed {}, {} drifted", set.organizations, set.seed, set.drifted));
    say("Organizations", generated.unwrap_or_default(), "in the state");
    match personality {
        Some(personality) => say("Personality", personality.to_string(), "of this run"),
        None => say("Personality", state.personality.to_string(), "in the state file"),
    }
    say("Faults", listed(faults), "of this run");
    say("Faults", listed(&state.faults), "in the state file");
    say("Budget", budget.map(|rate| rate.to_string()).unwrap_or_default(), "of this run");
}

/// Lists the switches with their values, and the named personalities.
fn personalities() -> String {
    let width = |names: &mut dyn Iterator<Item = &str>| names.map(str::len).max().unwrap_or(0);
    let column = width(&mut Personality::SWITCHES.iter().map(|(name, _)| *name));
    let mut text = "Switches, with the default first:\n".to_owned();
    for (switch, values) in Personality::SWITCHES {
        text.push_str(&format!("  {switch:column$}  {}\n", values.join(", ")));
    }
    let named = Personality::named();
    let column = width(&mut named.iter().map(|(name, _)| *name));
    text.push_str("\nPersonalities:\n");
    for (name, personality) in named {
        let switches = personality.to_string();
        let switches = if switches.is_empty() { "(the default)".to_owned() } else { switches };
        text.push_str(&format!("  {name:column$}  {switches}\n"));
    }
    text
}
