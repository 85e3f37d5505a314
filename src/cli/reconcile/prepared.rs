//! A plan that can be applied, with everything that it was made from.

use std::path::Path;

use jiff::Timestamp;

use crate::cli::connection::connect::{Api, WriteConnection};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::reconcile::planning::{self, Desired};
use crate::cli::reconcile::saved;
use crate::live::Live;
use crate::plan::{Plan, SavedPlan};

/// A plan that can be applied.
pub(crate) struct Prepared {
    /// The desired state.
    pub(crate) desired: Desired,
    /// The connection to the API.
    pub(crate) connection: WriteConnection,
    /// The live state that the plan was made from.
    pub(crate) live: Live,
    /// The plan.
    pub(crate) plan: Plan,
    /// The time before the live state was read, if writes by others since then are looked up.
    pub(crate) others_since: Option<Timestamp>,
}

/// What an apply plans with.
#[derive(Clone, Copy)]
pub(crate) struct Planner<'a> {
    pub(crate) context: &'a Context,
    pub(crate) api: &'a Api<'a>,
    /// The consents of `--allow`.
    pub(crate) allow: &'a [String],
    /// The digest that the user approves, if there is one.
    pub(crate) expect: Option<&'a str>,
    /// Whether writes by others are looked up.
    pub(crate) who: bool,
}

impl Planner<'_> {
    /// Reads the live state, and plans. A saved plan is planned again with its consents.
    ///
    /// # Errors
    /// Returns an error if the live state cannot be read, if the manifest cannot be applied to it, or if a signal arrives.
    /// Returns an error (exit code 4) if a saved plan is of another API, or cannot be planned again.
    pub(crate) async fn prepare(
        &self,
        desired: Desired,
        saved: Option<(&Path, &SavedPlan)>,
    ) -> Result<Prepared, CliError> {
        match self.read_and_plan(&desired, saved).await {
            Ok((connection, live, plan, others_since)) => {
                Ok(Prepared { desired, connection, live, plan, others_since })
            }
            Err(error) => Err(desired.about(error)),
        }
    }

    async fn read_and_plan(
        &self,
        desired: &Desired,
        saved: Option<(&Path, &SavedPlan)>,
    ) -> Result<(WriteConnection, Live, Plan, Option<Timestamp>), CliError> {
        let Self { context, api, allow, expect, who } = *self;
        let connection = WriteConnection::from(api.connection(Some(&desired.target))?);
        if let Some((path, saved)) = saved {
            saved::check_api(path, saved, connection.read.api())?;
        }
        let others_since = who.then(Timestamp::now);
        let live = planning::live(&connection.read, desired).await?;
        let mut plan = match saved {
            Some((path, saved)) => saved::plan_again(context, path, saved, desired, connection.read.api(), &live)?,
            None => planning::plan(context, desired, connection.read.api(), &live, allow)?,
        };
        if let Some(approved) = saved.map(|(_, saved)| &*saved.digest).or(expect) {
            // The audit log contains the approved digest.
            plan.recognize(approved);
        }
        Ok((connection, live, plan, others_since))
    }
}
