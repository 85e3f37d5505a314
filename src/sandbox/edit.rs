//! Edits in the dashboard: changes that no client of the API sends.

use serde_json::Value as Json;

use super::api::Sandbox;
use super::envelope::ApiError;
use super::fields::{self, Fields};
use super::logged::LoggedWrite;
use super::rules::WriteKind;
use super::state::Adopt;
use crate::settings::{Endpoint, Setting, Target};

impl Sandbox {
    /// Changes settings of an account or zone as a person does in the dashboard, and logs it. Without a target, it is the
    /// target of the state. Either all settings change or none. `null` unsets.
    ///
    /// # Errors
    /// Returns the reason if there is no such account or organization, or the emulated API refuses a value.
    pub fn edit(&mut self, target: Option<&Target>, settings: &[(Setting, Json)], email: &str) -> Result<(), String> {
        let first = || match self.state.adopt {
            Adopt::Listed => None,
            // Before the first request, no account is known.
            Adopt::First | Adopt::Any => Target::account(&"0".repeat(32)).ok(),
        };
        let target = target.or(self.state.target.as_ref()).cloned().or_else(first);
        let target = target.ok_or("the sandbox has several accounts; name one")?;
        let before = self.state.clone();
        let edited = self.visit(&target, |sandbox| sandbox.edit_account(&target, settings, email));
        let edited = edited.unwrap_or_else(|_| Err(format!("{target} does not exist")));
        if edited.is_err() {
            self.state = before;
        }
        edited
    }

    fn edit_account(&mut self, target: &Target, settings: &[(Setting, Json)], email: &str) -> Result<(), String> {
        for endpoint in Endpoint::ALL {
            let mut body = Fields::new();
            for (setting, value) in settings.iter().filter(|(setting, _)| setting.endpoint() == endpoint) {
                // The dashboard sends groups as a whole, since the API may replace them.
                let group = setting.keys()[0];
                let stored = self.state.document(endpoint).and_then(|stored| stored.get(group));
                if let Some(Json::Object(members)) = stored.filter(|_| !body.contains_key(group)) {
                    body.insert(group.to_owned(), Json::Object(members.clone()));
                }
                fields::put(&mut body, setting.keys(), value.clone());
            }
            self.edit_one(target, endpoint, body, email)?;
        }
        Ok(())
    }

    fn edit_one(&mut self, target: &Target, endpoint: Endpoint, body: Fields, email: &str) -> Result<(), String> {
        if body.is_empty() {
            return Ok(());
        }
        if self.state.organization.is_none() {
            return Err("the account has no Zero Trust organization".to_owned());
        }
        let request = Json::Object(body.clone());
        let refused = |refusals: Vec<_>| refusals.first().map(ApiError::reason).unwrap_or_default();
        self.write(target, endpoint, body, WriteKind::Patch).map_err(refused)?;
        let response = self.state.document(endpoint).map(|stored| Json::Object(stored.clone()).to_string());
        let entry = LoggedWrite::in_dashboard(email, &request);
        self.log(LoggedWrite { path: endpoint.path().to_owned(), response: response.unwrap_or_default(), ..entry });
        Ok(())
    }
}
